//! Which column of a file feeds which field, how the file writes numbers, days and lists, and what its words mean; guessed
//! from the headers and the first lines, and taken over from the file before.

use serde::{Deserialize, Serialize};

use super::field::fields;
use super::{COLUMNS, Cell};
use crate::check::{Checks, LINE};
use crate::push::Pushed;
use crate::refusal::{Invalid, Refusal};
use crate::text::fold;

choices! {
    /// What stands before the decimals of a number.
    pub enum DecimalMark as "DecimalMark" default Comma {
        /// A comma: `1.234,5`.
        Comma = "COMMA",
        /// A point: `1,234.5`.
        Point = "POINT",
    }
}

choices! {
    /// What comes first in a day that is written with numbers; `2026-11-25` is read in any case.
    pub enum DateOrder as "DateOrder" default DayFirst {
        /// The day: `25/11/2026`.
        DayFirst = "DAY_FIRST",
        /// The month: `11/25/2026`.
        MonthFirst = "MONTH_FIRST",
    }
}

/// A word of the file and what it means.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "graphql",
    derive(async_graphql::SimpleObject, async_graphql::InputObject)
)]
#[cfg_attr(
    feature = "graphql",
    graphql(name = "ImportValue", input_name = "ImportValueInput")
)]
#[serde(deny_unknown_fields)]
pub struct ValueMapping {
    /// As the file writes it; accents and case do not matter.
    pub from: String,
    /// As the field writes it; empty where it says nothing.
    pub to: String,
}

/// What feeds a field: a column of the file, or the same value in every line.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "graphql",
    derive(async_graphql::SimpleObject, async_graphql::InputObject)
)]
#[cfg_attr(
    feature = "graphql",
    graphql(name = "ImportFieldMapping", input_name = "ImportFieldMappingInput")
)]
#[serde(deny_unknown_fields)]
pub struct FieldMapping {
    /// The field, by its name in the published schema: `quantity.value`.
    pub field: String,
    /// The column, by its header.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// What stands where the column has nothing, or where there is no column.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub constant: Option<String>,
    /// What the file's words mean.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "graphql", graphql(default))]
    pub values: Vec<ValueMapping>,
}

/// How a file is read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "graphql",
    derive(async_graphql::SimpleObject, async_graphql::InputObject)
)]
#[cfg_attr(
    feature = "graphql",
    graphql(name = "ImportMapping", input_name = "ImportMappingInput")
)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// What feeds each field; fields that are not named are left as they are.
    pub fields: Vec<FieldMapping>,
    /// What stands before the decimals of a number that is text.
    #[serde(default)]
    #[cfg_attr(feature = "graphql", graphql(default))]
    pub decimal: DecimalMark,
    /// What stands between the values of a cell that holds several: one character, or `\n` for a line each.
    #[serde(default = "semicolon")]
    #[cfg_attr(feature = "graphql", graphql(default_with = "semicolon()"))]
    pub separator: String,
    /// How days are written.
    #[serde(default)]
    #[cfg_attr(feature = "graphql", graphql(default))]
    pub dates: DateOrder,
}

fn semicolon() -> String {
    ";".to_owned()
}

impl Default for Mapping {
    fn default() -> Self {
        Self {
            fields: Vec::new(),
            decimal: DecimalMark::default(),
            separator: semicolon(),
            dates: DateOrder::default(),
        }
    }
}

/// A column of a file, with what stands in its first lines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
#[cfg_attr(feature = "graphql", graphql(name = "ImportColumn"))]
pub struct Column {
    /// Its header.
    pub name: String,
    /// What stands in its first lines; empty where nothing does.
    pub samples: Vec<String>,
}

impl Column {
    /// The columns of a file whose first lines are these.
    #[must_use]
    pub fn of(headers: &[String], lines: &[Vec<Cell>]) -> Vec<Self> {
        let named = headers.iter().enumerate();
        named
            .map(|(place, name)| Self {
                name: name.clone(),
                samples: lines
                    .iter()
                    .map(|cells| {
                        let text = cells.get(place).map(Cell::text).unwrap_or_default();
                        text.chars().filter(|c| *c != '\0').take(LINE).collect()
                    })
                    .collect(),
            })
            .collect()
    }
}

impl Mapping {
    /// What feeds a field.
    #[must_use]
    pub fn of(&self, field: &str) -> Option<&FieldMapping> {
        self.fields.iter().find(|fed| fed.field == field)
    }

    /// This mapping for another file of the same kind: what it says of columns that are there holds, of others the file
    /// is guessed anew.
    #[must_use]
    pub fn fitted(&self, what: Pushed, columns: &[Column]) -> Self {
        let there = |name: &Option<String>| {
            let name = name.as_ref()?;
            let same = columns.iter().find(|column| column.name == *name);
            same.or_else(|| columns.iter().find(|column| fold(&column.name) == fold(name)))
        };
        let mut fitted = Self {
            fields: Vec::new(),
            ..self.clone()
        };
        for fed in &self.fields {
            let column = there(&fed.column).map(|column| column.name.clone());
            if column.is_some() || fed.constant.is_some() {
                fitted.fields.push(FieldMapping {
                    column,
                    ..fed.clone()
                });
            }
        }
        // A file of which this knows nothing is another file altogether.
        if fitted.fields.iter().all(|fed| fed.column.is_none()) {
            return Self::guess(what, columns);
        }
        for guessed in Self::guess(what, columns).fields {
            let is_new = self
                .of(&guessed.field)
                .is_none_or(|known| there(&known.column).is_none());
            let is_free = |fed: &FieldMapping| fed.field != guessed.field && fed.column != guessed.column;
            if is_new && guessed.column.is_some() && fitted.fields.iter().all(is_free) {
                fitted.fields.push(guessed);
            }
        }
        fitted
    }

    /// Tidies it and refuses what does not fit the file.
    pub fn check(&mut self, what: Pushed, columns: &[String], checks: &mut Checks) {
        let invalid = |field: String, why: Invalid| Refusal::Invalid { field, why };
        if self.fields.len() > COLUMNS {
            checks.refuse(Refusal::TooMany {
                field: "mapping.fields".into(),
                most: COLUMNS,
            });
            return;
        }
        for (index, fed) in self.fields.iter_mut().enumerate() {
            let at = |part: &str| format!("mapping.fields.{index}.{part}");
            if !fields(what).iter().any(|field| field.name == fed.field) {
                checks.refuse(invalid(at("field"), Invalid::UnknownField));
            }
            let texts = fed
                .values
                .iter_mut()
                .flat_map(|value| [&mut value.from, &mut value.to]);
            texts
                .chain(&mut fed.constant)
                .for_each(|text| text.retain(|c| c != '\0'));
            fed.constant.take_if(|constant| constant.trim().is_empty());
            match &fed.column {
                Some(column) if !columns.contains(column) => {
                    checks.refuse(Refusal::UnknownReference { field: at("column") });
                }
                None if fed.constant.is_none() => checks.refuse(Refusal::Required { field: at("column") }),
                Some(_) | None => {}
            }
            for (name, text) in [
                ("constant", fed.constant.as_deref()),
                ("field", Some(fed.field.as_str())),
            ] {
                if text.is_some_and(|text| text.chars().count() > LINE) {
                    checks.refuse(Refusal::TooLong {
                        field: at(name),
                        most: LINE,
                    });
                }
            }
            checks.set(&at("values"), &mut fed.values);
            if fed
                .values
                .iter()
                .any(|value| value.from.len().max(value.to.len()) > 4 * LINE)
            {
                checks.refuse(Refusal::TooLong {
                    field: at("values"),
                    most: LINE,
                });
            }
        }
        for (index, fed) in self.fields.iter().enumerate() {
            if self.fields[..index].iter().any(|other| other.field == fed.field) {
                checks.refuse(Refusal::Duplicate {
                    field: format!("mapping.fields.{index}.field"),
                });
            }
        }
        if self.of("externalId").or(self.of("id")).is_none() {
            checks.refuse(Refusal::Required {
                field: "mapping.externalId".into(),
            });
        }
        let mut marks = self.separator.chars();
        let is_one = marks.next().is_some_and(|mark| !mark.is_alphanumeric()) && marks.next().is_none();
        checks.hold(is_one, "mapping.separator", Invalid::Separator);
    }

    /// The header of the column that a refusal of a row is about, or the field's own name where no column feeds it.
    #[must_use]
    pub fn header_of(&self, what: Pushed, path: &str) -> Option<String> {
        let mut field = super::column_of(what, path)?.name;
        field = match field {
            "externalId" if self.of(field).is_none() => "id",
            "organisationExternalId" if self.of(field).is_none() => "organisationId",
            field => field,
        };
        let column = self.of(field).and_then(|fed| fed.column.clone());
        Some(column.unwrap_or_else(|| field.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(pairs: &[(&str, &str)]) -> Vec<Column> {
        pairs
            .iter()
            .map(|(name, sample)| Column {
                name: (*name).to_owned(),
                samples: vec![(*sample).to_owned()],
            })
            .collect()
    }

    fn fed(mapping: &Mapping) -> Vec<(&str, &str)> {
        mapping
            .fields
            .iter()
            .map(|fed| {
                (
                    fed.field.as_str(),
                    fed.column
                        .as_deref()
                        .or(fed.constant.as_deref())
                        .unwrap_or_default(),
                )
            })
            .collect()
    }

    #[test]
    fn the_headers_of_a_producers_list_are_understood() {
        let columns = columns(&[
            ("Réf.", "12"),
            ("Producteur", "f1"),
            ("Produit", "Pain"),
            ("Qté (kg)", "12,5"),
            ("Prix (€/kg)", "1.250,00"),
            ("Mois", "mars-juin"),
            ("Bio ?", "oui"),
            ("Labels", "Demeter, AOP"),
            ("Code INS", "92094"),
            ("Valable jusqu'au", "31/12/2026"),
            ("Couleur préférée", "vert"),
        ]);
        let mapping = Mapping::guess(Pushed::Offer, &columns);
        assert_eq!(
            fed(&mapping),
            [
                ("externalId", "Réf."),
                ("organisationExternalId", "Producteur"),
                ("productType", "Produit"),
                ("quantity.value", "Qté (kg)"),
                ("quantity.unit", "KILOGRAM"),
                ("price.amount", "Prix (€/kg)"),
                ("price.per", "KILOGRAM"),
                ("months", "Mois"),
                ("organic", "Bio ?"),
                ("labels", "Labels"),
                ("communeNis", "Code INS"),
                ("expiresAt", "Valable jusqu'au"),
            ]
        );
        assert_eq!(
            (mapping.decimal, mapping.dates),
            (DecimalMark::Comma, DateOrder::DayFirst)
        );
        assert_eq!(mapping.separator, ",");
    }

    #[test]
    fn the_columns_of_an_export_feed_the_fields_of_their_names() {
        let names = [
            "id",
            "revision",
            "organisationId",
            "productType",
            "quantity.value",
            "price.currency",
            "communeId",
            "communeNis",
            "delivery.hubId",
        ];
        let pairs: Vec<(&str, &str)> = names.iter().map(|name| (*name, "12.5")).collect();
        let mapping = Mapping::guess(Pushed::Offer, &columns(&pairs));
        let wanted = [
            "id",
            "organisationId",
            "productType",
            "quantity.value",
            "price.currency",
            "delivery.hubId",
            "communeNis",
        ];
        assert_eq!(fed(&mapping), wanted.map(|name| (name, name)));
        assert_eq!(mapping.decimal, DecimalMark::Point);
    }

    #[test]
    fn dutch_and_german_headers_are_understood_too() {
        let dutch = columns(&[
            ("Kenmerk", "1"),
            ("Naam", "Hoeve"),
            ("Ondernemingsnummer", ""),
            ("Gemeente", "Namen"),
        ]);
        let names: Vec<String> = Mapping::guess(Pushed::Organisation, &dutch)
            .fields
            .into_iter()
            .map(|fed| fed.field)
            .collect();
        assert_eq!(names, ["externalId", "name", "enterpriseNumber", "communeNis"]);
        let german = columns(&[
            ("Kennung", "1"),
            ("Käufer", "k1"),
            ("Produkt", "Milch"),
            ("Menge", "4"),
            ("Einheit", "Liter"),
        ]);
        let names: Vec<String> = Mapping::guess(Pushed::Need, &german)
            .fields
            .into_iter()
            .map(|fed| fed.field)
            .collect();
        assert_eq!(
            names,
            [
                "externalId",
                "organisationExternalId",
                "productType",
                "quantity.value",
                "quantity.unit"
            ]
        );
    }

    #[test]
    fn the_mapping_of_the_file_before_is_taken_over_where_it_fits() {
        let before = Mapping {
            fields: vec![
                FieldMapping {
                    field: "externalId".into(),
                    column: Some("Code interne".into()),
                    ..FieldMapping::default()
                },
                FieldMapping {
                    field: "organic".into(),
                    constant: Some("oui".into()),
                    ..FieldMapping::default()
                },
                FieldMapping {
                    field: "title".into(),
                    column: Some("Gone".into()),
                    ..FieldMapping::default()
                },
            ],
            separator: "|".into(),
            ..Mapping::default()
        };
        let now = before.fitted(
            Pushed::Offer,
            &columns(&[("CODE INTERNE", "1"), ("Titre", "Pain"), ("Bio", "non")]),
        );
        assert_eq!(
            fed(&now),
            [
                ("externalId", "CODE INTERNE"),
                ("organic", "oui"),
                ("title", "Titre")
            ]
        );
        assert_eq!(now.separator, "|");
        let stranger = columns(&[("Référence", "1"), ("Nom", "Pain")]);
        assert_eq!(
            before.fitted(Pushed::Offer, &stranger),
            Mapping::guess(Pushed::Offer, &stranger)
        );
    }

    #[test]
    fn a_mapping_that_does_not_fit_the_file_is_refused() {
        let fed = |field: &str, column: &str| FieldMapping {
            field: field.into(),
            column: Some(column.into()),
            ..FieldMapping::default()
        };
        let mut mapping = Mapping {
            fields: vec![fed("title", "A"), fed("title", "B"), fed("colour", "A")],
            separator: "ab".into(),
            ..Mapping::default()
        };
        let mut checks = Checks::default();
        mapping.check(Pushed::Offer, &["A".to_owned()], &mut checks);
        let said: Vec<String> = checks
            .finish()
            .unwrap_err()
            .iter()
            .map(|why| format!("{} {}", why.code(), why.field()))
            .collect();
        assert_eq!(
            said,
            [
                "UNKNOWN_REFERENCE mapping.fields.1.column",
                "INVALID mapping.fields.2.field",
                "DUPLICATE mapping.fields.1.field",
                "REQUIRED mapping.externalId",
                "INVALID mapping.separator",
            ]
        );
    }
}
