//! What the fields of every kind of record are called, and their values as a person reads them.

use crate::format;
use crate::language::{from_tag, own_name, t};
use crate::{organisation, person, provenance, records, territory};
use domain::organisation::{NumberScheme, State};
use domain::territory::Nis;
use domain::{PartialDate, RecordType, Role, TerritoryId};
use serde_json::Value;

/// A field's name; as the schema writes it where nobody has found a word.
pub fn field(of: RecordType, name: &str) -> String {
    let own = match of {
        RecordType::Territory => territory::words::field(name),
        RecordType::Organisation => organisation::words::field(name),
        RecordType::Contact => organisation::words::contact_field(name),
        RecordType::Person => person::words::field(name),
        RecordType::Provenance => provenance::field(name),
        RecordType::Chantier
        | RecordType::Step
        | RecordType::Resource
        | RecordType::Participation
        | RecordType::Project
        | RecordType::Membership
        | RecordType::Note
        | RecordType::Change => None,
    };
    own.or_else(|| other(name)).map_or_else(|| name.to_owned(), str::to_owned)
}

/// The fields of projects and chantiers, and of what belongs to them.
fn other(name: &str) -> Option<&'static str> {
    Some(match name {
        "title" => t::history_field_title(),
        "code" => t::history_field_code(),
        "acronym" => t::organisation_field_acronym(),
        "aliases" => t::organisation_field_aliases(),
        "types" => t::history_field_types(),
        "themes" => t::history_field_themes(),
        "leadIds" => t::history_field_leads(),
        "leadsNote" => t::history_field_leads_note(),
        "partnerIds" => t::history_field_partners(),
        "partnersNote" => t::history_field_partners_note(),
        "territoryIds" => t::organisation_field_territories(),
        "territoryId" => t::history_field_territory(),
        "territoryNote" => t::history_field_territory_note(),
        "started" => t::history_field_started(),
        "plannedEnd" => t::history_field_planned_end(),
        "ended" => t::history_field_ended(),
        "grant" => t::history_field_grant(),
        "fundingNote" => t::history_field_funding_note(),
        "socialPurpose" => t::history_field_social_purpose(),
        "publics" => t::history_field_publics(),
        "website" => t::organisation_field_website(),
        "summary" => t::history_field_summary(),
        "learnt" => t::history_field_learnt(),
        "phases" => t::history_field_phases(),
        "position" => t::history_field_position(),
        "stage" => t::history_field_stage(),
        "objective" => t::history_field_objective(),
        "description" => t::history_field_description(),
        "relatedIds" => t::history_field_related(),
        "projectsConcerned" => t::history_field_projects_concerned(),
        "starts" => t::history_field_starts(),
        "ends" => t::history_field_ends(),
        "startTime" => t::history_field_start_time(),
        "status" => t::organisation_field_state(),
        "responsibleIds" => t::history_field_responsible(),
        "dependencyIds" => t::history_field_dependencies(),
        "slips" => t::history_field_slips(),
        "kind" => t::history_field_kind(),
        "chantierId" => t::history_field_chantier(),
        "projectId" => t::contact_field_project(),
        "personId" => t::history_field_person(),
        "authorId" => t::history_field_author(),
        "providerIds" => t::history_field_providers(),
        "url" => t::history_field_url(),
        "linkState" => t::history_field_link_state(),
        "linkCheckedAt" => t::history_field_link_checked(),
        "languages" => t::history_field_languages(),
        "published" => t::history_field_published(),
        "note" => t::organisation_field_note(),
        "part" => t::history_field_part(),
        "inferred" => t::history_field_inferred(),
        "confirmed" => t::provenance_confirmed(),
        "text" | "body" => t::history_field_text(),
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
            if let (Some(scheme), Some(number)) = (parts.get("scheme").and_then(Value::as_str), parts.get("value").and_then(Value::as_str)) {
                let scheme: NumberScheme = scheme.parse().ok()?;
                return Some(format!("{} {}", organisation::words::scheme(scheme), organisation::words::number(scheme, number)));
            }
            if let Some(amount) = parts.get("amount").and_then(Value::as_str) {
                return Some(format::euros(amount));
            }
            let all: Vec<String> = parts.values().filter_map(|it| self::value(of, field, it)).collect();
            (!all.is_empty()).then(|| all.join(", "))
        }
    }
}

/// One text: a closed list's word, a record, a date, or what somebody wrote.
fn word(of: RecordType, field: &str, text: &str) -> String {
    match (of, field) {
        (RecordType::Territory, "communeCodes" | "withinCodes") => {
            if let Ok(nis) = text.parse::<Nis>() {
                return records::title(&TerritoryId::from(nis).to_string()).unwrap_or_else(|| text.to_owned());
            }
        }
        (RecordType::Territory, "kind") => {
            if let Ok(kind) = text.parse() {
                return territory::words::kind(kind).to_owned();
            }
        }
        (RecordType::Territory, "extent") => {
            if let Ok(extent) = text.parse() {
                return territory::words::extent(extent).to_owned();
            }
        }
        (RecordType::Organisation, "kinds") => {
            if let Ok(kind) = text.parse() {
                return organisation::words::kind(kind).to_owned();
            }
        }
        (RecordType::Organisation, "state") => {
            if let Ok(state) = text.parse::<State>() {
                return organisation::words::state(state).to_owned();
            }
        }
        (RecordType::Person, "role") => {
            if let Ok(role) = text.parse::<Role>() {
                return person::words::role(role).to_owned();
            }
        }
        (RecordType::Person, "state") => {
            if let Ok(state) = text.parse() {
                return person::words::state(state).to_owned();
            }
        }
        (_, "language" | "languages") => {
            if let Some(language) = from_tag(text) {
                return own_name(language).to_owned();
            }
        }
        (RecordType::Provenance, "confidence") => {
            if let Ok(confidence) = text.parse() {
                return provenance::confidence(confidence).to_owned();
            }
        }
        (_, "asOf" | "started" | "plannedEnd" | "ended" | "starts" | "ends" | "stateSince" | "published") => {
            if let Ok(date) = text.parse::<PartialDate>() {
                return format::partial(Some(date));
            }
        }
        (_, "confirmedAt" | "linkCheckedAt") => {
            if let Some(moment) = format::Moment::parse(text) {
                return format::moment(moment);
            }
        }
        _ => {}
    }
    if field.ends_with("Id") || field.ends_with("Ids") {
        return records::title(text).unwrap_or_else(|| t::history_gone().to_owned());
    }
    text.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_are_said_in_words() {
        let say = |field: &str, it: Value| value(RecordType::Organisation, field, &it);
        assert_eq!(say("state", json!("BANKRUPT")).as_deref(), Some("en faillite"));
        assert_eq!(say("stateSince", json!("2025-07")).as_deref(), Some("juillet 2025"));
        assert_eq!(say("kinds", json!(["COOPERATIVE", "PRODUCER"])).as_deref(), Some("coopérative, producteur"));
        assert_eq!(say("note", json!(null)), None);
        assert_eq!(say("aliases", json!([])), None);
        assert!(say("numbers", json!([{"scheme": "ENTERPRISE", "value": "0403019261"}])).is_some_and(|it| it.ends_with("0403.019.261")));
    }

    #[test]
    fn a_field_without_a_word_keeps_its_name() {
        assert_eq!(field(RecordType::Organisation, "stateSince"), t::organisation_field_state_since());
        assert_eq!(field(RecordType::Project, "somethingNew"), "somethingNew");
    }
}
