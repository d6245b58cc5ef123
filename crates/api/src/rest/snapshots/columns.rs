//! Which columns each kind of record has in a table, and what stands in a cell. The columns are the record's fields, by
//! their names in schema.graphql; a field with parts has a column for each.

pub(super) mod council;

use domain::TerritoryId;
use domain::gazetteer::GAZETTEER;
use serde_json::{Value, json};

/// What separates the values of a cell that holds several.
const BETWEEN: &str = "; ";

/// What the values of a column are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Of {
    /// Text, also identifiers, words of closed lists and dates with holes.
    Text,
    /// Decimal numbers.
    Number,
    /// Whole numbers.
    Whole,
    /// Yes or no.
    Flag,
    /// Days.
    Day,
    /// Instants.
    Instant,
    /// Several values.
    Several,
    /// What has no better form in a cell, as JSON.
    Json,
    /// The official code of a commune that a field names by its identifier.
    Nis,
}

/// A column.
#[derive(Clone, Copy, Debug)]
pub(super) struct Column {
    /// Its name.
    pub(super) name: &'static str,
    /// The field, with dots to its parts.
    field: &'static str,
    of: Of,
}

/// What stands in a cell.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Cell {
    /// Nobody has said.
    Empty,
    /// Text.
    Text(String),
    /// A number, as it is written.
    Number(String),
    /// Yes or no.
    Flag(bool),
}

impl Column {
    /// What of a record stands here.
    pub(super) fn cell(&self, record: &Value) -> Cell {
        let value = self
            .field
            .split('.')
            .fold(record, |value, part| value.get(part).unwrap_or(&Value::Null));
        let text = match (self.of, value) {
            (_, Value::Null) => return Cell::Empty,
            (_, Value::Bool(flag)) => return Cell::Flag(*flag),
            (_, Value::Number(number)) => return Cell::Number(number.to_string()),
            (Of::Number | Of::Whole, Value::String(number)) => return Cell::Number(number.clone()),
            (Of::Nis, Value::String(id)) => {
                match id.parse::<TerritoryId>().ok().and_then(|id| GAZETTEER.get(id)) {
                    Some(commune) => commune.nis.to_string(),
                    None => return Cell::Empty,
                }
            }
            (Of::Json, value) => value.to_string(),
            (_, Value::String(text)) => text.clone(),
            (_, Value::Array(values)) => values.iter().map(one).collect::<Vec<_>>().join(BETWEEN),
            (_, Value::Object(_)) => one(value),
        };
        if text.is_empty() || text == "[]" {
            Cell::Empty
        } else {
            Cell::Text(text)
        }
    }
}

/// One of several values: a text as it is, the parts of an object with a colon between them.
fn one(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Object(parts) => parts.values().map(one).collect::<Vec<_>>().join(":"),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => value.to_string(),
    }
}

/// The Frictionless Table Schema of a CSV.
pub(super) fn table_schema(what: &str, columns: &[Column]) -> Value {
    let fields: Vec<Value> = columns
        .iter()
        .map(|column| {
            let name = column.name;
            match column.of {
                Of::Text | Of::Nis => json!({"name": name, "type": "string"}),
                Of::Number => json!({"name": name, "type": "number"}),
                Of::Whole => json!({"name": name, "type": "integer"}),
                Of::Flag => json!({"name": name, "type": "boolean"}),
                Of::Day => json!({"name": name, "type": "date"}),
                Of::Instant => json!({"name": name, "type": "datetime"}),
                Of::Several => json!({"name": name, "type": "list", "delimiter": BETWEEN}),
                Of::Json => json!({"name": name, "type": "array"}),
            }
        })
        .collect();
    json!({
        "$schema": "https://datapackage.org/profiles/2.0/tableschema.json",
        "name": what,
        "title": format!("/v1/exports/{what}.csv"),
        "description": "The fields are explained by their names in schema.graphql. Empty: nobody has said. Where to follow \
            the change feed after this file: the response header Feed-Cursor.",
        "fields": fields,
        "primaryKey": ["id"],
        "missingValues": [""],
        "feedCursorHeader": "Feed-Cursor",
    })
}

const fn col(name: &'static str, of: Of) -> Column {
    Column {
        name,
        field: name,
        of,
    }
}

const NIS: Column = Column {
    name: "communeNis",
    field: "communeId",
    of: Of::Nis,
};
const ID: Column = col("id", Of::Text);
const REVISION: Column = col("revision", Of::Whole);
const MADE: Column = col("createdAt", Of::Instant);
const CHANGED: Column = col("updatedAt", Of::Instant);

pub(super) const ORGANISATIONS: &[Column] = &[
    ID,
    REVISION,
    MADE,
    CHANGED,
    col("name", Of::Text),
    col("acronym", Of::Text),
    col("aliases", Of::Several),
    col("kinds", Of::Several),
    col("role", Of::Text),
    col("numbers", Of::Several),
    col("website", Of::Text),
    col("communeId", Of::Text),
    NIS,
    col("address.street", Of::Text),
    col("address.postcode", Of::Text),
    col("address.locality", Of::Text),
    col("point.lat", Of::Number),
    col("point.lon", Of::Number),
    col("territoryIds", Of::Several),
    col("state", Of::Text),
    col("stateSince", Of::Text),
    col("note", Of::Text),
];

pub(super) const OFFERS: &[Column] = &[
    ID,
    REVISION,
    MADE,
    CHANGED,
    col("organisationId", Of::Text),
    col("productType", Of::Text),
    col("title", Of::Text),
    col("description", Of::Text),
    col("quantity.value", Of::Number),
    col("quantity.unit", Of::Text),
    col("price.amount", Of::Number),
    col("price.currency", Of::Text),
    col("price.per", Of::Text),
    col("months", Of::Several),
    col("availableFrom", Of::Day),
    col("availableTo", Of::Day),
    col("organic", Of::Flag),
    col("labels", Of::Several),
    col("packaging", Of::Text),
    col("delivery.pickUp", Of::Flag),
    col("delivery.radiusKm", Of::Whole),
    col("delivery.hubId", Of::Text),
    col("delivery.note", Of::Text),
    col("minimumOrder.value", Of::Number),
    col("minimumOrder.unit", Of::Text),
    col("audiences", Of::Several),
    col("communeId", Of::Text),
    NIS,
    col("status", Of::Text),
    col("expiresAt", Of::Instant),
    col("confirmedAt", Of::Instant),
    col("sourceId", Of::Text),
];

pub(super) const NEEDS: &[Column] = &[
    ID,
    REVISION,
    MADE,
    CHANGED,
    col("organisationId", Of::Text),
    col("productType", Of::Text),
    col("title", Of::Text),
    col("description", Of::Text),
    col("quantity.value", Of::Number),
    col("quantity.unit", Of::Text),
    col("period", Of::Text),
    col("months", Of::Several),
    col("neededFrom", Of::Day),
    col("neededTo", Of::Day),
    col("budget.min", Of::Number),
    col("budget.max", Of::Number),
    col("budget.currency", Of::Text),
    col("budget.per", Of::Text),
    col("communeId", Of::Text),
    NIS,
    col("local.rule", Of::Text),
    col("local.territoryId", Of::Text),
    col("local.radiusKm", Of::Whole),
    col("organic", Of::Flag),
    col("requiredLabels", Of::Several),
    col("deadline", Of::Day),
    col("status", Of::Text),
    col("reason", Of::Text),
    col("expiresAt", Of::Instant),
    col("confirmedAt", Of::Instant),
    col("sourceId", Of::Text),
];

pub(super) const EXPERTISES: &[Column] = &[
    ID,
    REVISION,
    MADE,
    CHANGED,
    col("organisationId", Of::Text),
    col("title", Of::Text),
    col("topics", Of::Several),
    col("forms", Of::Several),
    col("description", Of::Text),
    col("territoryId", Of::Text),
    col("languages", Of::Several),
    col("cost", Of::Text),
    col("costNote", Of::Text),
    col("availableFrom", Of::Text),
    col("availableTo", Of::Text),
    col("paused", Of::Flag),
    col("capacity", Of::Whole),
    col("formats", Of::Several),
    col("references", Of::Json),
];

pub(super) const SOURCES: &[Column] = &[
    ID,
    REVISION,
    MADE,
    CHANGED,
    col("code", Of::Text),
    col("name", Of::Text),
    col("operatorId", Of::Text),
    col("operatorNote", Of::Text),
    col("standing", Of::Text),
    col("sort", Of::Text),
    col("audience", Of::Text),
    col("summary", Of::Text),
    col("website", Of::Text),
    col("launched", Of::Text),
    col("stateNote", Of::Text),
    col("producersListed", Of::Whole),
    col("producersAsOf", Of::Text),
    col("figures", Of::Text),
    col("complaints", Of::Text),
    col("licence", Of::Text),
    col("cadence", Of::Text),
    col("contactRole", Of::Text),
];

pub(super) const PROJECTS: &[Column] = &[
    ID,
    REVISION,
    MADE,
    CHANGED,
    col("code", Of::Text),
    col("title", Of::Text),
    col("acronym", Of::Text),
    col("aliases", Of::Several),
    col("types", Of::Several),
    col("themes", Of::Several),
    col("leadIds", Of::Several),
    col("leadsNote", Of::Text),
    col("partnerIds", Of::Several),
    col("partnersNote", Of::Text),
    col("territoryIds", Of::Several),
    col("territoryNote", Of::Text),
    col("started", Of::Text),
    col("plannedEnd", Of::Text),
    col("ended", Of::Text),
    col("grant.amount", Of::Number),
    col("grant.currency", Of::Text),
    col("fundingNote", Of::Text),
    col("socialPurpose", Of::Text),
    col("publics", Of::Several),
    col("website", Of::Text),
    col("summary", Of::Text),
    col("learnt", Of::Text),
    col("phases", Of::Json),
];

pub(super) const CHANTIERS: &[Column] = &[
    ID,
    REVISION,
    MADE,
    CHANGED,
    col("code", Of::Text),
    col("position", Of::Whole),
    col("title", Of::Text),
    col("stage", Of::Text),
    col("objective", Of::Text),
    col("description", Of::Text),
    col("leadIds", Of::Several),
    col("partnerIds", Of::Several),
    col("partnersNote", Of::Text),
    col("relatedIds", Of::Several),
    col("projectsConcerned", Of::Whole),
    col("note", Of::Text),
];

pub(super) const STEPS: &[Column] = &[
    ID,
    REVISION,
    MADE,
    CHANGED,
    col("chantierId", Of::Text),
    col("position", Of::Whole),
    col("title", Of::Text),
    col("description", Of::Text),
    col("starts", Of::Text),
    col("ends", Of::Text),
    col("startTime", Of::Text),
    col("status", Of::Text),
    col("responsibleIds", Of::Several),
    col("territoryId", Of::Text),
    col("dependencyIds", Of::Several),
    col("note", Of::Text),
    col("slips", Of::Json),
];

pub(super) const RESOURCES: &[Column] = &[
    ID,
    REVISION,
    MADE,
    CHANGED,
    col("title", Of::Text),
    col("kind", Of::Text),
    col("chantierId", Of::Text),
    col("projectId", Of::Text),
    col("providerIds", Of::Several),
    col("url", Of::Text),
    col("linkState", Of::Text),
    col("linkCheckedAt", Of::Instant),
    col("languages", Of::Several),
    col("published", Of::Text),
    col("note", Of::Text),
];

pub(super) const PARTICIPATIONS: &[Column] = &[
    ID,
    REVISION,
    MADE,
    CHANGED,
    col("chantierId", Of::Text),
    col("projectId", Of::Text),
    col("part", Of::Text),
    col("note", Of::Text),
    col("inferred", Of::Flag),
];

pub(super) const TERRITORIES: &[Column] = &[
    ID,
    REVISION,
    MADE,
    CHANGED,
    col("nis", Of::Text),
    col("kind", Of::Text),
    col("name.fr", Of::Text),
    col("name.nl", Of::Text),
    col("name.de", Of::Text),
    col("extent", Of::Text),
    col("communeCodes", Of::Several),
    col("withinCodes", Of::Several),
    col("postcodes", Of::Several),
    col("point.lat", Of::Number),
    col("point.lon", Of::Number),
    col("note", Of::Text),
];

#[cfg(test)]
mod tests {
    use super::*;
    use domain::chantier::{Chantier, Participation, Resource, Step};
    use domain::council::{
        Council, CouncilAction, CouncilMeeting, Decision, Endorsement, Evaluation, Seat, SharedItem, Vote,
    };
    use domain::need::Need;
    use domain::offer::Offer;
    use domain::organisation::Organisation;
    use domain::project::Project;
    use domain::record::Record;
    use domain::source::Source;
    use domain::territory::Territory;

    /// The fields of a record, each once.
    fn fields<R: Record>(own: &Value) -> Vec<String> {
        let mut record = json!({
            "id": domain::RecordId { kind: R::TYPE, uuid: uuid::Uuid::nil() },
            "revision": 1, "createdAt": "2026-11-25T00:00:00Z", "updatedAt": "2026-11-25T00:00:00Z",
        });
        for (name, value) in own.as_object().unwrap() {
            record[name] = value.clone();
        }
        let record: R = serde_json::from_value(record).unwrap();
        let record = serde_json::to_value(record).unwrap();
        let mut names: Vec<String> = record.as_object().unwrap().keys().cloned().collect();
        names.sort_unstable();
        names
    }

    fn told(columns: &[Column]) -> Vec<String> {
        let mut names: Vec<String> = columns
            .iter()
            .map(|column| column.field.split('.').next().unwrap().to_owned())
            .collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    #[test]
    fn every_field_of_a_record_has_its_column() {
        let id = |kind: &str| format!("{kind}_00000000000000000000000000");
        let sold = json!({"organisationId": id("organisation"), "productType": "bread", "title": "Pain"});
        assert_eq!(
            told(ORGANISATIONS),
            fields::<Organisation>(&json!({"name": "x", "state": "UNKNOWN"}))
        );
        let mut offer = sold.clone();
        offer["status"] = json!("OPEN");
        assert_eq!(told(OFFERS), fields::<Offer>(&offer.clone()));
        assert_eq!(told(NEEDS), fields::<Need>(&offer));
        assert_eq!(
            told(SOURCES),
            fields::<Source>(&json!({"code": "x", "name": "x"}))
        );
        let expertise = json!({"organisationId": id("organisation"), "title": "x"});
        assert_eq!(
            told(EXPERTISES),
            fields::<domain::expertise::Expertise>(&expertise)
        );
        assert_eq!(told(PROJECTS), fields::<Project>(&json!({"title": "x"})));
        let chantier = json!({"code": "x", "position": 1, "title": "x", "stage": "OPEN"});
        assert_eq!(told(CHANTIERS), fields::<Chantier>(&chantier));
        let step = json!({"chantierId": id("chantier"), "title": "x"});
        assert_eq!(told(STEPS), fields::<Step>(&step));
        assert_eq!(
            told(RESOURCES),
            fields::<Resource>(&json!({"title": "x", "kind": domain::chantier::ResourceKind::ALL[0]}))
        );
        let part = domain::chantier::Part::ALL[0];
        let participation = json!({"chantierId": id("chantier"), "projectId": id("project"), "part": part});
        assert_eq!(told(PARTICIPATIONS), fields::<Participation>(&participation));
        let territory = json!({"kind": "COMMUNE", "name": {"fr": "x"}, "extent": "COMPLETE"});
        assert_eq!(told(TERRITORIES), fields::<Territory>(&territory));
        assert_eq!(told(council::COUNCILS), fields::<Council>(&json!({"name": "x"})));
        let of = |own: Value| {
            let mut all = json!({"councilId": id("council"), "title": "x"});
            all.as_object_mut()
                .unwrap()
                .extend(own.as_object().unwrap().clone());
            all
        };
        let seat = of(json!({"category": "SOCIAL", "label": "x"}));
        assert_eq!(told(council::SEATS), fields::<Seat>(&seat));
        assert_eq!(told(council::MEETINGS), fields::<CouncilMeeting>(&of(json!({}))));
        let vote = of(json!({"question": "x", "method": "APPROVAL", "secrecy": "OPEN", "options": []}));
        assert_eq!(told(council::VOTES), fields::<Vote>(&vote));
        assert_eq!(told(council::DECISIONS), fields::<Decision>(&of(json!({}))));
        let action = of(json!({"decisionId": id("decision")}));
        assert_eq!(told(council::ACTIONS), fields::<CouncilAction>(&action));
        let evaluation = of(json!({"year": 2026, "achieved": "x"}));
        assert_eq!(told(council::EVALUATIONS), fields::<Evaluation>(&evaluation));
        assert_eq!(
            told(council::SHARED_ITEMS),
            fields::<SharedItem>(&of(json!({"kind": "WORKSHOP"})))
        );
        let endorsement = of(json!({"itemId": id("shared_item"), "state": "ENDORSED"}));
        assert_eq!(told(council::ENDORSEMENTS), fields::<Endorsement>(&endorsement));
    }

    #[test]
    fn a_cell_holds_the_value_and_nothing_where_nobody_has_said() {
        let record = json!({
            "quantity": {"value": "12.5", "unit": "KILOGRAM"}, "months": [1, 12], "labels": [], "price": null,
            "numbers": [{"scheme": "ENTERPRISE", "value": "0403019261"}],
            "communeId": "92094".parse::<TerritoryId>().unwrap(),
        });
        let text = |text: &str| Cell::Text(text.to_owned());
        assert_eq!(
            col("quantity.value", Of::Number).cell(&record),
            Cell::Number("12.5".into())
        );
        assert_eq!(col("price.amount", Of::Number).cell(&record), Cell::Empty);
        assert_eq!(col("months", Of::Several).cell(&record), text("1; 12"));
        assert_eq!(col("labels", Of::Several).cell(&record), Cell::Empty);
        assert_eq!(
            col("numbers", Of::Several).cell(&record),
            text("ENTERPRISE:0403019261")
        );
        assert_eq!(NIS.cell(&record), text("92094"));
    }
}
