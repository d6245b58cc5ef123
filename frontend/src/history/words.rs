//! What the fields of every kind of record are called, and their values as a person reads them.

use crate::format;
use crate::language::{from_tag, own_name, t};
use crate::{
    chantier, council, directory, exchange, expertise, officer, organisation, outcome, person, project,
    provenance, records, territory, webhook,
};
use domain::organisation::NumberScheme;
use domain::territory::Nis;
use domain::{PartialDate, RecordType, TerritoryId};
use serde_json::Value;

/// A field's name; as the schema writes it where nobody has found a word.
pub fn field(of: RecordType, name: &str) -> String {
    let own = match of {
        RecordType::Territory => territory::words::field(name),
        RecordType::Organisation => organisation::words::field(name),
        RecordType::Contact => organisation::words::contact_field(name),
        RecordType::Person => person::words::field(name),
        RecordType::Provenance => provenance::field(name),
        RecordType::Project => project::words::field(name),
        RecordType::Chantier => chantier::words::field(name),
        RecordType::Step => chantier::words::named(chantier::words::STEP_FIELDS, name),
        RecordType::Resource => chantier::words::named(chantier::words::RESOURCE_FIELDS, name),
        RecordType::Participation => chantier::words::named(chantier::words::PARTICIPATION_FIELDS, name),
        RecordType::Source => directory::words::field(name),
        RecordType::Offer | RecordType::Need => exchange::words::field(name),
        RecordType::Outcome => outcome::words::field(name),
        RecordType::Webhook => webhook::words::field(name),
        RecordType::Portfolio | RecordType::Absence | RecordType::Request | RecordType::RequestMessage => {
            officer::words::field(name)
        }
        RecordType::Council
        | RecordType::Seat
        | RecordType::SeatHolder
        | RecordType::CouncilMeeting
        | RecordType::Vote
        | RecordType::Decision
        | RecordType::CouncilAction
        | RecordType::Evaluation
        | RecordType::SharedItem
        | RecordType::Endorsement => council::words::field(of, name),
        RecordType::Expertise
        | RecordType::ExpertiseNeed
        | RecordType::Introduction
        | RecordType::ExpertiseSession => expertise::words::field(name),
        RecordType::Membership | RecordType::Note | RecordType::SavedSearch | RecordType::Change => None,
    };
    own.or_else(|| other(name))
        .map_or_else(|| name.to_owned(), str::to_owned)
}

/// Fields that several kinds have, and those that no form shows.
fn other(name: &str) -> Option<&'static str> {
    Some(match name {
        "position" => t::history_field_position(),
        "territoryId" => t::history_field_territory(),
        "slips" => t::history_field_slips(),
        "chantierId" => t::history_field_chantier(),
        "projectId" => t::contact_field_project(),
        "personId" => t::history_field_person(),
        "authorId" => t::history_field_author(),
        "linkCheckedAt" => t::history_field_link_checked(),
        "languages" => t::history_field_languages(),
        "code" => t::history_field_code(),
        "note" => t::organisation_field_note(),
        "text" | "body" => t::history_field_text(),
        "on" => t::project_note_on(),
        "role" => t::person_field_role(),
        _ => return None,
    })
}

/// A value in words; none for what is unknown.
pub fn value(of: RecordType, field: &str, value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::Bool(yes) => Some(if *yes { t::history_yes() } else { t::history_no() }.to_owned()),
        Value::Number(number) => Some(number.as_i64().map_or_else(|| number.to_string(), format::number)),
        Value::String(text) if text.is_empty() => None,
        Value::String(text) => Some(word(of, field, text)),
        Value::Array(all) => {
            let all: Vec<String> = all.iter().filter_map(|it| self::value(of, field, it)).collect();
            (!all.is_empty()).then(|| all.join(", "))
        }
        Value::Object(parts) => {
            if let (Some(scheme), Some(number)) = (
                parts.get("scheme").and_then(Value::as_str),
                parts.get("value").and_then(Value::as_str),
            ) {
                let scheme: NumberScheme = scheme.parse().ok()?;
                return Some(format!(
                    "{} {}",
                    organisation::words::scheme(scheme),
                    organisation::words::number(scheme, number)
                ));
            }
            if let Some(amount) = parts.get("amount").and_then(Value::as_str) {
                return Some(format::euros(amount));
            }
            let all: Vec<String> = parts
                .values()
                .filter_map(|it| self::value(of, field, it))
                .collect();
            (!all.is_empty()).then(|| all.join(", "))
        }
    }
}

/// One text: a closed list's word, a record, a date, or what somebody wrote.
fn word(of: RecordType, field: &str, text: &str) -> String {
    let known = match (of, field) {
        (RecordType::Territory, "communeCodes" | "withinCodes") => {
            let nis = text.parse::<Nis>().ok();
            return nis
                .and_then(|nis| records::title(&TerritoryId::from(nis).to_string()))
                .unwrap_or_else(|| text.to_owned());
        }
        (RecordType::Territory, "kind") => text.parse().ok().map(territory::words::kind),
        (RecordType::Territory, "extent") => text.parse().ok().map(territory::words::extent),
        (RecordType::Organisation, "kinds") => text.parse().ok().map(organisation::words::kind),
        (RecordType::Organisation, "state") => text.parse().ok().map(organisation::words::state),
        (
            RecordType::Expertise | RecordType::ExpertiseNeed | RecordType::Introduction,
            "topics" | "topic",
        ) => Some(expertise::words::topic(text)).filter(|it| !it.is_empty()),
        (RecordType::Expertise | RecordType::ExpertiseNeed, "forms") => {
            text.parse().ok().map(expertise::words::form)
        }
        (RecordType::Expertise, "formats") => text.parse().ok().map(expertise::words::format),
        (RecordType::Expertise, "cost") => text.parse().ok().map(expertise::words::cost),
        (RecordType::ExpertiseNeed, "budget") => text.parse().ok().map(expertise::words::budget),
        (RecordType::ExpertiseNeed, "state") => text.parse().ok().map(expertise::words::state),
        (RecordType::Introduction, "steps") => text.parse().ok().map(expertise::words::stage),
        (RecordType::Person, "role") => text.parse().ok().map(person::words::role),
        (RecordType::Person, "state") => text.parse().ok().map(person::words::state),
        (RecordType::Provenance, "confidence") => text.parse().ok().map(provenance::confidence),
        (RecordType::Chantier, "stage") => text.parse().ok().map(chantier::words::stage),
        (RecordType::Step, "status") => text.parse().ok().map(chantier::words::step_status),
        (RecordType::Resource, "kind") => text.parse().ok().map(chantier::words::resource_kind),
        (RecordType::Resource, "linkState") => text.parse().ok().map(chantier::words::link_state),
        (RecordType::Participation, "part") => text.parse().ok().map(chantier::words::part),
        (RecordType::Project, "types") => text.parse().ok().map(project::words::kind),
        (RecordType::Project, "phases" | "status") => text.parse().ok().map(project::words::status),
        (RecordType::Project, "socialPurpose") => text.parse().ok().map(project::words::known),
        (RecordType::Project, "publics") => text.parse().ok().map(project::words::public),
        (RecordType::Membership, "role") => text.parse().ok().map(project::words::member),
        (RecordType::Offer, "status") => text
            .parse()
            .ok()
            .map(exchange::read::State::Offer)
            .map(exchange::words::state),
        (RecordType::Need, "status") => text
            .parse()
            .ok()
            .map(exchange::read::State::Need)
            .map(exchange::words::state),
        (RecordType::Offer | RecordType::Need, "labels" | "requiredLabels") => {
            text.parse().ok().map(exchange::words::label)
        }
        (RecordType::Offer, "audiences") => text.parse().ok().map(exchange::words::audience),
        (RecordType::Webhook, "types") => text.parse().ok().map(records::kind),
        (RecordType::Webhook, "provinces" | "communes") => {
            return records::title(text).unwrap_or_else(|| text.to_owned());
        }
        (RecordType::Webhook, "state") => text.parse().ok().map(webhook::words::wanted),
        (RecordType::Outcome, "quantity") => text.parse().ok().map(exchange::words::unit),
        (RecordType::Source, "standing") => text.parse().ok().map(directory::words::standing),
        (RecordType::Source, "cadence") => text.parse().ok().map(directory::words::cadence),
        (_, "language" | "languages") => from_tag(text).map(own_name),
        _ => council::words::word(of, field, text),
    };
    if let Some(known) = known {
        return known.to_owned();
    }
    if field.ends_with("Id") || field.ends_with("Ids") {
        return records::title(text).unwrap_or_else(|| t::history_gone().to_owned());
    }
    if is_date(field) {
        let moment = format::Moment::parse(text).map(format::moment);
        let date = || {
            text.parse::<PartialDate>()
                .ok()
                .map(|date| format::partial(Some(date)))
        };
        return moment.or_else(date).unwrap_or_else(|| text.to_owned());
    }
    text.to_owned()
}

fn is_date(field: &str) -> bool {
    const DATES: [&str; 13] = [
        "asOf",
        "started",
        "plannedEnd",
        "ended",
        "starts",
        "ends",
        "stateSince",
        "published",
        "phases",
        "since",
        "slips",
        "on",
        "confirmedAt",
    ];
    DATES.contains(&field) || field.ends_with("At")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_are_said_in_words() {
        let say = |field: &str, it: Value| value(RecordType::Organisation, field, &it);
        assert_eq!(say("state", json!("BANKRUPT")).as_deref(), Some("en faillite"));
        assert_eq!(
            say("stateSince", json!("2025-07")).as_deref(),
            Some("juillet 2025")
        );
        assert_eq!(
            say("kinds", json!(["COOPERATIVE", "PRODUCER"])).as_deref(),
            Some("coopérative, producteur")
        );
        assert_eq!(say("note", json!(null)), None);
        assert_eq!(say("aliases", json!([])), None);
        assert!(
            say(
                "numbers",
                json!([{"scheme": "ENTERPRISE", "value": "0403019261"}])
            )
            .is_some_and(|it| it.ends_with("0403.019.261"))
        );
    }

    #[test]
    fn a_field_without_a_word_keeps_its_name() {
        assert_eq!(
            field(RecordType::Organisation, "stateSince"),
            t::organisation_field_state_since()
        );
        assert_eq!(field(RecordType::Project, "somethingNew"), "somethingNew");
    }
}
