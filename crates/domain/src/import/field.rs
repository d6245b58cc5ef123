//! The flat columns of what directories push: their names (those of the exports), what stands in them, how people call
//! them. Published as a Frictionless Table Schema.

use serde_json::{Value, json};

use super::columns::{NEEDS, OFFERS, ORGANISATIONS};
use super::words::Closed;
use crate::change::RecordType;
use crate::push::{EXTERNAL_ID, Pushed};
use crate::text::Lang;

/// What stands in the cells of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    /// Text.
    Text,
    /// A record's identifier on this platform; of this kind, where it is not of the lines' own.
    Record(Option<RecordType>),
    /// A decimal number.
    Number,
    /// Degrees on the map.
    Degrees,
    /// A whole number.
    Whole,
    /// Kilometres, a whole number.
    Kilometres,
    /// Yes or no.
    Flag,
    /// A day.
    Day,
    /// An instant; a day alone is its midnight (UTC).
    Instant,
    /// Several texts.
    Texts,
    /// A word of a closed list.
    Word(Closed),
    /// Several words of a closed list.
    Words(Closed),
    /// Months of the year.
    Months,
    /// A product: its code in the taxonomy or its name.
    Product,
    /// A commune: its official code or its name.
    Commune,
    /// An enterprise number.
    EnterpriseNumber,
}

/// A column that can be imported.
#[derive(Debug)]
pub struct Field {
    /// Its name, the same as in the exports.
    pub name: &'static str,
    /// What stands in it.
    pub of: Of,
    /// How people call it, in French, Dutch, German and English.
    pub labels: [&'static str; 4],
    /// What it means, for the published schema.
    pub meaning: &'static str,
    /// Other headers it goes by.
    pub(super) also: &'static str,
}

impl Field {
    /// How people call it, in a reader's language.
    #[must_use]
    pub const fn label(&self, lang: Lang) -> &'static str {
        let [fr, nl, de, en] = self.labels;
        match lang {
            Lang::Fr => fr,
            Lang::Nl => nl,
            Lang::De => de,
            Lang::En => en,
        }
    }

    /// Other headers it goes by, folded.
    pub(super) fn also(&self) -> impl Iterator<Item = &'static str> {
        self.also.split(", ").filter(|header| !header.is_empty())
    }

    /// Where it stands in a row as directories push it.
    #[must_use]
    pub fn path(&self) -> &'static str {
        match self.name {
            "communeNis" => "commune",
            name => name,
        }
    }

    /// As the Table Schema says it.
    fn schema(&self) -> Value {
        let list = |item: &str| json!({"type": "list", "delimiter": ";", "itemType": item});
        let mut field = match self.of {
            Of::Text | Of::Record(_) | Of::Product | Of::EnterpriseNumber => json!({"type": "string"}),
            Of::Commune => json!({"type": "string", "example": "92094"}),
            Of::Number => json!({"type": "number", "constraints": {"minimum": 0}}),
            Of::Degrees => json!({"type": "number", "unit": "degree"}),
            Of::Whole => json!({"type": "integer"}),
            Of::Kilometres => {
                json!({"type": "integer", "unit": "km", "constraints": {"minimum": 1, "maximum": 500}})
            }
            Of::Flag => json!({"type": "boolean"}),
            Of::Day => json!({"type": "date"}),
            Of::Instant => json!({"type": "datetime"}),
            Of::Texts | Of::Words(_) => list("string"),
            Of::Months => list("integer"),
            Of::Word(words) => json!({"type": "string", "constraints": {"enum": words.words()}}),
        };
        if let Of::Words(words) = self.of {
            field["itemConstraints"] = json!({"enum": words.words()});
        }
        if self.of == Of::Months {
            field["itemConstraints"] = json!({"minimum": 1, "maximum": 12});
        }
        if self.name == "externalId" {
            field["constraints"] = json!({"minLength": 1, "maxLength": EXTERNAL_ID});
        }
        field["name"] = json!(self.name);
        field["title"] = json!(self.label(Lang::Fr));
        field["description"] = json!(self.meaning);
        field
    }
}

/// The columns of a kind of record.
#[must_use]
pub const fn fields(what: Pushed) -> &'static [Field] {
    match what {
        Pushed::Organisation => ORGANISATIONS,
        Pushed::Offer => OFFERS,
        Pushed::Need => NEEDS,
    }
}

/// The column that a refusal of a row is about, by the refused field: `quantity.value`, `months.0`, `commune`.
#[must_use]
pub fn column_of(what: Pushed, path: &str) -> Option<&'static Field> {
    let holds = |field: &&Field| {
        let own = field.path();
        path == own || path.strip_prefix(own).is_some_and(|rest| rest.starts_with('.'))
    };
    // What is said of a whole ("point") is said of its first column.
    let part = |field: &&Field| {
        field
            .path()
            .strip_prefix(path)
            .is_some_and(|rest| rest.starts_with('.'))
    };
    let all = fields(what).iter();
    all.clone().find(holds).or_else(|| all.clone().find(part))
}

/// The Frictionless Table Schema of a kind's files.
#[must_use]
pub fn table_schema(what: Pushed) -> Value {
    let fields: Vec<Value> = fields(what).iter().map(Field::schema).collect();
    json!({
        "$schema": "https://datapackage.org/profiles/2.0/tableschema.json",
        "name": what.plural(),
        "title": format!("Files of {} to import", what.plural()),
        "description": "Columns may have other headers: the import asks which is which and remembers it. Needed is only \
            externalId, or id in a file that was exported from here. An empty cell says nothing: what is known stays, \
            and it is never 0. The exports (/v1/exports) have the same columns by the same names.",
        "fields": fields,
        "primaryKey": ["externalId"],
        "missingValues": [""],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::push::{NeedRow, OfferRow, OrganisationRow};
    use crate::text::fold;

    #[test]
    fn names_and_labels_are_each_once_and_other_headers_are_folded() {
        for what in Pushed::ALL {
            let mut names: Vec<&str> = fields(*what).iter().map(|field| field.name).collect();
            names.sort_unstable();
            let count = names.len();
            names.dedup();
            assert_eq!(names.len(), count);
            for field in fields(*what) {
                for also in field.also() {
                    assert_eq!(fold(also), also, "{}", field.name);
                }
            }
        }
    }

    /// Every field of a row has its column, and every column (but the identifiers here) its field.
    #[test]
    fn the_columns_are_the_fields_of_the_rows() {
        let told = |error: serde_json::Error| -> Vec<String> {
            let said = error.to_string();
            said.split('`').skip(3).step_by(2).map(str::to_owned).collect()
        };
        let unknown = json!({"externalId": "x", "no such field": 1});
        for (what, rows) in [
            (
                Pushed::Organisation,
                told(serde_json::from_value::<OrganisationRow>(unknown.clone()).unwrap_err()),
            ),
            (
                Pushed::Offer,
                told(serde_json::from_value::<OfferRow>(unknown.clone()).unwrap_err()),
            ),
            (
                Pushed::Need,
                told(serde_json::from_value::<NeedRow>(unknown).unwrap_err()),
            ),
        ] {
            assert!(rows.len() > 8, "{rows:?}");
            let own = |field: &Field| field.path().split('.').next().unwrap().to_owned();
            for row in &rows {
                assert!(
                    fields(what).iter().any(|field| own(field) == *row),
                    "{what}: {row}"
                );
            }
            for field in fields(what)
                .iter()
                .filter(|field| !matches!(field.name, "id" | "organisationId"))
            {
                assert!(rows.contains(&own(field)), "{what}: {}", field.name);
            }
        }
    }

    #[test]
    fn a_refusal_finds_its_column() {
        let name = |path: &str| column_of(Pushed::Offer, path).map(|field| field.name);
        assert_eq!(name("commune"), Some("communeNis"));
        assert_eq!(name("months.3"), Some("months"));
        assert_eq!(name("quantity.unit"), Some("quantity.unit"));
        assert_eq!(name("price"), Some("price.amount"));
        assert_eq!(name(""), None);
    }

    #[test]
    fn the_schema_says_what_stands_in_each_column() {
        let schema = table_schema(Pushed::Need);
        let fields = schema["fields"].as_array().unwrap();
        let of = |name: &str| fields.iter().find(|field| field["name"] == name).unwrap();
        assert_eq!(of("months")["itemConstraints"]["maximum"], 12);
        assert_eq!(of("period")["constraints"]["enum"][1], "WEEK");
        assert_eq!(of("local.radiusKm")["unit"], "km");
        assert_eq!(of("externalId")["constraints"]["maxLength"], 200);
    }
}
