//! A line of cells becomes a row as directories push it: what each cell says, or why it cannot be read.

use chrono::{DateTime, Days, NaiveDate, NaiveDateTime, Utc};
use rust_decimal::Decimal;
use serde_json::{Map, Value, json};

use super::Cell;
use super::field::{Field, Of, fields};
use super::mapping::{DateOrder, DecimalMark, FieldMapping, Mapping};
use super::month::months;
use super::named::{commune, enterprise_number, product};
use super::words::flag;
use crate::id::{OrganisationId, RecordId};
use crate::push::Pushed;
use crate::refusal::{Invalid, Refusal};
use crate::text::fold;

/// What a line says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Read {
    /// The record's identifier on this platform, where the line names it by that.
    pub id: Option<RecordId>,
    /// The organisation's identifier on this platform, where the line names it by that.
    pub organisation: Option<OrganisationId>,
    /// The row, without what could not be read.
    pub row: Map<String, Value>,
    /// Why cells could not be read, by the fields of the row.
    pub errors: Vec<Refusal>,
}

impl Read {
    /// The source's own identifier, as far as the line says it.
    #[must_use]
    pub fn external_id(&self) -> Option<&str> {
        self.row.get("externalId").and_then(Value::as_str)
    }
}

/// Reads the lines of one file.
#[derive(Debug)]
pub struct Reader<'m> {
    mapping: &'m Mapping,
    fed: Vec<(&'static Field, &'m FieldMapping, Option<usize>)>,
}

/// Fields that say something only together: what must be said for any of it to be said, and what must be said then.
const GROUPS: [(&str, &[&str], &[&str]); 6] = [
    ("quantity", &["quantity.value"], &["quantity.unit"]),
    ("minimumOrder", &["minimumOrder.value"], &["minimumOrder.unit"]),
    ("price", &["price.amount"], &["price.per"]),
    ("budget", &["budget.min", "budget.max"], &[]),
    ("local", &["local.rule"], &[]),
    ("point", &["point.lat", "point.lon"], &["point.lat", "point.lon"]),
];

impl<'m> Reader<'m> {
    /// By this mapping, for a file with these headers.
    #[must_use]
    pub fn new(what: Pushed, mapping: &'m Mapping, columns: &[String]) -> Self {
        let fed = mapping.fields.iter().filter_map(|fed| {
            let field = fields(what).iter().find(|field| field.name == fed.field)?;
            let place = fed.column.as_ref();
            let place = place.and_then(|name| columns.iter().position(|column| column == name));
            Some((field, fed, place))
        });
        Self {
            fed: fed.collect(),
            mapping,
        }
    }

    /// What a line says.
    #[must_use]
    pub fn read(&self, cells: &[Cell]) -> Read {
        let mut read = Read::default();
        let mut said: Vec<(&str, Value)> = Vec::new();
        for (field, fed, place) in &self.fed {
            match self.value(field, fed, place.and_then(|place| cells.get(place))) {
                Ok(None) => {}
                Ok(Some(value)) => match field.name {
                    "id" => read.id = value.as_str().and_then(|id| id.parse().ok()),
                    "organisationId" => {
                        read.organisation = value.as_str().and_then(|id| id.parse().ok());
                        if read.organisation.is_none() {
                            let field = "organisationExternalId".to_owned();
                            read.errors.push(Refusal::UnknownReference { field });
                        }
                    }
                    _ => said.push((field.path(), value)),
                },
                Err(why) => read.errors.push(Refusal::Invalid {
                    field: field.path().to_owned(),
                    why,
                }),
            }
        }
        for (group, leads, needed) in GROUPS {
            let is_said = |path: &str| said.iter().any(|(other, _)| *other == path);
            let is_refused = |path: &str| read.errors.iter().any(|error| error.field() == path);
            if !leads.iter().any(|lead| is_said(lead)) {
                // A unit beside no number says nothing.
                said.retain(|(path, _)| path.strip_prefix(group).is_none_or(|rest| !rest.starts_with('.')));
                continue;
            }
            let missing = needed.iter().filter(|path| !is_said(path) && !is_refused(path));
            let missing: Vec<Refusal> = missing
                .map(|path| Refusal::Required {
                    field: (*path).to_owned(),
                })
                .collect();
            read.errors.extend(missing);
        }
        for (path, value) in said {
            match path.split_once('.') {
                None => {
                    read.row.insert(path.to_owned(), value);
                }
                Some((group, part)) => {
                    let of = read.row.entry(group).or_insert_with(|| json!({}));
                    of[part] = value;
                }
            }
        }
        read
    }

    /// What a line says to one field, whatever else it says: for showing how a column is read.
    ///
    /// # Errors
    /// What is wrong with the cell.
    pub fn said(&self, field: &str, cells: &[Cell]) -> Result<Option<Value>, Invalid> {
        let found = self.fed.iter().find(|(known, ..)| known.name == field);
        found.map_or(Ok(None), |(field, fed, place)| {
            self.value(field, fed, place.and_then(|place| cells.get(place)))
        })
    }

    /// What a cell says to a field; nothing where it is empty.
    fn value(
        &self,
        field: &Field,
        fed: &'m FieldMapping,
        cell: Option<&Cell>,
    ) -> Result<Option<Value>, Invalid> {
        let constant = || fed.constant.clone().map_or(Cell::Empty, Cell::Text);
        let cell = cell
            .filter(|cell| !cell.is_empty())
            .cloned()
            .unwrap_or_else(constant);
        if cell.is_empty() {
            return Ok(None);
        }
        let text = harmed(cell.text());
        let text = match self.meant(fed, text) {
            Some(meant) if meant.trim().is_empty() => return Ok(None),
            Some(meant) => meant.to_owned(),
            None => text.to_owned(),
        };
        let is_number = matches!(cell, Cell::Number { .. }) && text == cell.text();
        let several = || {
            let pieces = text
                .split(self.mapping.separator.as_str())
                .flat_map(|piece| piece.split('\n'));
            pieces.map(str::trim).filter(|piece| !piece.is_empty())
        };
        let value = match field.of {
            Of::Text => json!(text),
            Of::Record(kind) => {
                let id = text.trim().parse::<RecordId>().ok();
                let id = id.filter(|id| kind.is_none_or(|kind| id.kind == kind));
                json!(id.ok_or(Invalid::Reference)?.to_string())
            }
            Of::Number => json!(self.number(&text, is_number)?.to_string()),
            Of::Degrees => {
                let number: f64 = self
                    .number(&text, is_number)?
                    .to_string()
                    .parse()
                    .map_err(|_| Invalid::NumberForm)?;
                json!(number)
            }
            Of::Kilometres => {
                json!(i32::try_from(self.whole(&text, is_number)?).map_err(|_| Invalid::Distance)?)
            }
            Of::Whole => json!(self.whole(&text, is_number)?),
            Of::Flag => json!(flag(&text).ok_or(Invalid::YesNo)?),
            Of::Day => json!(self.day(&text, is_number)?),
            Of::Instant => json!(self.instant(&text, is_number)?),
            Of::Texts => several().collect(),
            Of::Word(list) => json!(list.meant(&text).ok_or(Invalid::Word)?),
            Of::Words(list) => {
                let mut words: Vec<&str> = Vec::new();
                for piece in several() {
                    let meant = self.meant(fed, piece);
                    if meant.is_some_and(|meant| meant.trim().is_empty()) {
                        continue;
                    }
                    let word = list.meant(meant.unwrap_or(piece)).ok_or(Invalid::Word)?;
                    if !words.contains(&word) {
                        words.push(word);
                    }
                }
                json!(words)
            }
            Of::Months => json!(months(&text).ok_or(Invalid::Month)?),
            Of::Product => json!(product(&text)),
            Of::Commune => json!(commune(&text)),
            Of::EnterpriseNumber => match enterprise_number(&text) {
                Some(number) => json!(number),
                None => return Ok(None),
            },
        };
        Ok(Some(value))
    }

    /// What the mapping says that a word of the file means.
    fn meant(&self, fed: &'m FieldMapping, text: &str) -> Option<&'m str> {
        if fed.values.is_empty() {
            return None;
        }
        let (trimmed, folded) = (text.trim(), fold(text));
        let same = |from: &str| from.trim() == trimmed || (!folded.is_empty() && fold(from) == folded);
        let found = fed.values.iter().find(|value| same(&value.from));
        found.map(|value| value.to.as_str())
    }

    /// A number as the file writes it: spaces and the euro sign aside, thousands parted in threes.
    fn number(&self, text: &str, is_number: bool) -> Result<Decimal, Invalid> {
        let plain: String = text
            .chars()
            .filter(|c| !c.is_whitespace() && !matches!(c, '€' | '\'' | '’' | '\u{a0}' | '\u{202f}'))
            .collect();
        let (mark, parting) = match (is_number, self.mapping.decimal) {
            (true, _) | (false, DecimalMark::Point) => ('.', ','),
            (false, DecimalMark::Comma) => (',', '.'),
        };
        let (whole, decimals) = match plain.split_once(mark) {
            Some((whole, decimals)) => (whole, Some(decimals)),
            None => (plain.as_str(), None),
        };
        let (sign, digits) = whole
            .strip_prefix('-')
            .map_or(("", whole), |digits| ("-", digits));
        let mut thousands = digits.split(parting);
        let first = thousands.next().unwrap_or_default();
        let rest: Vec<&str> = thousands.collect();
        let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let is_parted =
            rest.is_empty() || ((1..=3).contains(&first.len()) && rest.iter().all(|three| three.len() == 3));
        let is_right = is_digits(first)
            && rest.iter().all(|three| is_digits(three))
            && is_parted
            && decimals.is_none_or(is_digits);
        if !is_right {
            return Err(Invalid::NumberForm);
        }
        let written = match decimals {
            Some(decimals) => format!("{sign}{first}{}.{decimals}", rest.concat()),
            None => format!("{sign}{first}{}", rest.concat()),
        };
        written.parse().map_err(|_| Invalid::Number)
    }

    fn whole(&self, text: &str, is_number: bool) -> Result<i64, Invalid> {
        let number = self.number(text, is_number)?;
        if !number.fract().is_zero() {
            return Err(Invalid::NumberForm);
        }
        number.trunc().to_string().parse().map_err(|_| Invalid::Number)
    }

    fn day(&self, text: &str, is_number: bool) -> Result<NaiveDate, Invalid> {
        let text = text.trim();
        // A day that a spreadsheet does not show as one is the number of days since the end of 1899.
        if is_number {
            let days: u64 = text
                .parse()
                .ok()
                .filter(|days| (20_000..110_000).contains(days))
                .ok_or(Invalid::Day)?;
            return NaiveDate::from_ymd_opt(1899, 12, 30)
                .and_then(|start| start.checked_add_days(Days::new(days)))
                .ok_or(Invalid::Day);
        }
        let date = text.split(['T', ' ']).next().unwrap_or_default();
        if let Ok(day) = date.parse() {
            return Ok(day);
        }
        let parts: Vec<&str> = date.split(['/', '.', '-']).collect();
        let number = |text: &str| text.parse::<u32>().ok().filter(|_| text.len() <= 4);
        let [one, two, year] = parts.as_slice() else {
            return Err(Invalid::Day);
        };
        let (Some(one), Some(two), Some(number)) = (number(one), number(two), number(year)) else {
            return Err(Invalid::Day);
        };
        let year = match year.len() {
            2 => 2000 + number,
            4 => number,
            _ => return Err(Invalid::Day),
        };
        let (day, month) = match self.mapping.dates {
            DateOrder::DayFirst => (one, two),
            DateOrder::MonthFirst => (two, one),
        };
        let year = i32::try_from(year).map_err(|_| Invalid::Day)?;
        NaiveDate::from_ymd_opt(year, month, day).ok_or(Invalid::Day)
    }

    fn instant(&self, text: &str, is_number: bool) -> Result<DateTime<Utc>, Invalid> {
        let trimmed = text.trim();
        if let Ok(instant) = DateTime::parse_from_rfc3339(trimmed) {
            return Ok(instant.with_timezone(&Utc));
        }
        let time = trimmed
            .split_once(['T', ' '])
            .map(|(_, time)| time.trim())
            .unwrap_or_default();
        let day = self.day(text, is_number)?;
        let at = if time.is_empty() {
            day.and_hms_opt(0, 0, 0)
        } else {
            let shapes = ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d %H:%M"];
            let whole = format!("{day} {time}");
            shapes
                .iter()
                .find_map(|shape| NaiveDateTime::parse_from_str(&whole, shape).ok())
        };
        at.map(|at| at.and_utc()).ok_or(Invalid::Day)
    }
}

/// The exports put an apostrophe before what a spreadsheet would run as a formula.
fn harmed(text: &str) -> &str {
    let Some(rest) = text.strip_prefix('\'') else {
        return text;
    };
    let first = rest
        .trim_start_matches(|c: char| c.is_whitespace() || c.is_control())
        .chars()
        .next();
    if first.is_some_and(is_formula) || rest.starts_with(['\t', '\r', '\n']) {
        rest
    } else {
        text
    }
}

const fn is_formula(c: char) -> bool {
    matches!(c, '=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::import::{Column, ValueMapping};
    use crate::push::OfferRow;

    fn mapping(fields: &[(&str, &str)]) -> (Mapping, Vec<String>) {
        let fed = |(field, column): &(&str, &str)| FieldMapping {
            field: (*field).to_owned(),
            column: Some((*column).to_owned()),
            ..FieldMapping::default()
        };
        let columns = fields.iter().map(|(_, column)| (*column).to_owned()).collect();
        let fields = fields.iter().map(fed).collect();
        (
            Mapping {
                fields,
                ..Mapping::default()
            },
            columns,
        )
    }

    fn text(text: &str) -> Cell {
        Cell::Text(text.to_owned())
    }

    /// What one cell says to one field.
    fn said(field: &str, cell: Cell) -> Result<Value, Vec<Refusal>> {
        let (mapping, columns) = mapping(&[(field, "A")]);
        let read = Reader::new(Pushed::Offer, &mapping, &columns).read(&[cell]);
        if read.errors.is_empty() {
            Ok(Value::Object(read.row))
        } else {
            Err(read.errors)
        }
    }

    #[test]
    fn a_line_becomes_a_row_and_an_empty_cell_says_nothing() {
        let (mut mapping, columns) = mapping(&[
            ("externalId", "Réf"),
            ("organisationExternalId", "Producteur"),
            ("productType", "Produit"),
            ("quantity.value", "Qté"),
            ("price.amount", "Prix"),
            ("months", "Mois"),
            ("organic", "Mode"),
            ("labels", "Labels"),
            ("communeNis", "Commune"),
            ("expiresAt", "Fin"),
            ("delivery.radiusKm", "Livraison"),
        ]);
        mapping.fields[6].values = vec![
            ValueMapping {
                from: "Agriculture BIO".into(),
                to: "true".into(),
            },
            ValueMapping {
                from: "?".into(),
                to: String::new(),
            },
        ];
        for field in ["quantity.unit", "price.per"] {
            mapping.fields.push(FieldMapping {
                field: field.into(),
                constant: Some("kg".into()),
                ..FieldMapping::default()
            });
        }
        let reader = Reader::new(Pushed::Offer, &mapping, &columns);
        let cells = [
            "o1",
            "f1",
            "Pains",
            "1.250,5",
            "",
            "mars-mai",
            "agriculture bio",
            "AOP; Demeter",
            "5000 Namur",
            "31/12/2026",
            "40",
        ];
        let read = reader.read(&cells.map(text));
        assert_eq!(read.errors, []);
        assert_eq!(
            Value::Object(read.row.clone()),
            json!({
                "externalId": "o1", "organisationExternalId": "f1", "productType": "bread",
                "quantity": {"value": "1250.5", "unit": "KILOGRAM"}, "months": [3, 4, 5], "organic": true,
                "labels": ["PDO", "DEMETER"], "commune": "92094", "expiresAt": "2026-12-31T00:00:00Z", "delivery": {"radiusKm": 40},
            })
        );
        let row: OfferRow = serde_json::from_value(Value::Object(read.row)).unwrap();
        assert!(row.price.is_absent(), "no price is no price, not 0");
        let unsure = reader.read(&["o2", "", "", "", "", "", "?"].map(text));
        assert_eq!(
            (Value::Object(unsure.row), unsure.errors),
            (json!({"externalId": "o2"}), vec![])
        );
    }

    #[test]
    fn numbers_are_read_as_the_file_writes_them_and_never_bent() {
        let (mut mapping, columns) = mapping(&[("price.amount", "A")]);
        mapping.fields.push(FieldMapping {
            field: "price.per".into(),
            constant: Some("KILOGRAM".into()),
            ..FieldMapping::default()
        });
        let read = |decimal: DecimalMark, cell: Cell| {
            let mapping = Mapping {
                decimal,
                ..mapping.clone()
            };
            let read = Reader::new(Pushed::Offer, &mapping, &columns).read(&[cell]);
            read.row
                .get("price")
                .map(|price| price["amount"].as_str().unwrap().to_owned())
        };
        let (comma, point) = (DecimalMark::Comma, DecimalMark::Point);
        for (decimal, cell, wanted) in [
            (comma, text("2,50 €"), Some("2.50")),
            (comma, text("1 234,5"), Some("1234.5")),
            (comma, text("1.234.567"), Some("1234567")),
            (comma, text("2.50"), None),
            (point, text("2.50"), Some("2.50")),
            (point, text("1,234.5"), Some("1234.5")),
            (point, text("2,5"), None),
            (comma, Cell::Number { number: "2.5".into() }, Some("2.5")),
            (comma, text("-3"), Some("-3")),
            (comma, text("0"), Some("0")),
            (comma, text("environ 3"), None),
            (comma, text("1,2,3"), None),
            (comma, text("1e3"), None),
            (comma, text("99999999999999999999999999999999"), None),
        ] {
            assert_eq!(read(decimal, cell.clone()).as_deref(), wanted, "{cell:?}");
        }
    }

    #[test]
    fn days_are_read_in_the_file_s_order() {
        let day = |text_: &str| {
            said("availableFrom", text(text_))
                .map(|row| row["availableFrom"].as_str().unwrap().to_owned())
                .ok()
        };
        assert_eq!(day("25/11/2026").as_deref(), Some("2026-11-25"));
        assert_eq!(day("1.2.26").as_deref(), Some("2026-02-01"));
        assert_eq!(day("2026-11-25").as_deref(), Some("2026-11-25"));
        for wrong in [
            "11/25/2026",
            "31/02/2026",
            "25/11",
            "bientôt",
            "1/1/123",
            "2026-13-01",
        ] {
            assert_eq!(day(wrong), None, "{wrong}");
        }
        let serial = said(
            "availableFrom",
            Cell::Number {
                number: "46351".into(),
            },
        )
        .unwrap();
        assert_eq!(serial["availableFrom"], "2026-11-25");
        let instant = said("expiresAt", text("25/11/2026 14:30")).unwrap();
        assert_eq!(instant["expiresAt"], "2026-11-25T14:30:00Z");
    }

    #[test]
    fn a_number_without_its_unit_and_half_a_point_are_refused() {
        let why = |field: &str, cell: &str| -> Vec<String> {
            let errors = said(field, text(cell)).unwrap_err();
            errors
                .iter()
                .map(|why| format!("{} {}", why.code(), why.field()))
                .collect()
        };
        assert_eq!(why("quantity.value", "3"), ["REQUIRED quantity.unit"]);
        assert_eq!(why("quantity.value", "beaucoup"), ["INVALID quantity.value"]);
        assert_eq!(why("organic", "peut-être"), ["INVALID organic"]);
        assert_eq!(why("status", "bof"), ["INVALID status"]);
        assert_eq!(why("delivery.hubId", "x"), ["INVALID delivery.hubId"]);
        assert_eq!(
            said("quantity.unit", text("kg")),
            Ok(json!({})),
            "a unit alone says nothing"
        );
    }

    #[test]
    fn what_an_export_made_harmless_is_as_it_was() {
        assert_eq!(said("title", text("'=1+1")), Ok(json!({"title": "=1+1"})));
        assert_eq!(said("title", text("'t Hof")), Ok(json!({"title": "'t Hof"})));
        assert_eq!(said("title", text("' -3")), Ok(json!({"title": " -3"})));
    }

    #[test]
    fn an_enterprise_number_is_found_among_others() {
        assert_eq!(
            enterprise_number("VAT:BE0403019261; ENTERPRISE:0403019261").as_deref(),
            Some("0403019261")
        );
        assert_eq!(enterprise_number("GLN:5412345000013"), None);
        assert_eq!(
            enterprise_number(" BE 0403.019.261 ").as_deref(),
            Some("BE 0403.019.261")
        );
    }

    #[test]
    fn products_and_communes_are_known_by_name() {
        for (name, code) in [
            ("pain", "bread"),
            ("Pains", "bread"),
            ("bread", "bread"),
            ("licorne", "licorne"),
        ] {
            assert_eq!(product(name), code, "{name}");
        }
        for (name, code) in [
            ("Namur", "92094"),
            ("92094", "92094"),
            ("5000 NAMUR", "92094"),
            ("Atlantis", "Atlantis"),
        ] {
            assert_eq!(commune(name), code, "{name}");
        }
    }

    fn cell() -> impl Strategy<Value = Cell> {
        prop_oneof![
            Just(Cell::Empty),
            any::<bool>().prop_map(Cell::Flag),
            any::<f64>().prop_map(|number| Cell::Number {
                number: number.to_string()
            }),
            any::<String>().prop_map(Cell::Text),
            "[0-9/., :;T-]{0,24}".prop_map(Cell::Text),
            "(mars|juin|tot|-|;|[0-9]| ){0,8}".prop_map(Cell::Text),
        ]
    }

    proptest! {
        /// Whatever stands in the cells: a row that is read is a row, and what is not read says which field.
        #[test]
        fn no_cells_make_it_panic(cells in proptest::collection::vec(cell(), 0..40), names in proptest::collection::vec(".{0,20}", 0..40)) {
            for what in Pushed::ALL {
                let headers = crate::import::headers(names.iter().map(String::as_str));
                let columns = Column::of(&headers, std::slice::from_ref(&cells));
                let guessed = Mapping::guess(*what, &columns);
                let _ = Reader::new(*what, &guessed, &headers).read(&cells);
                let every = fields(*what).iter().zip(0..).map(|(field, place): (_, usize)| FieldMapping {
                    field: field.name.to_owned(),
                    column: Some(place.to_string()),
                    ..FieldMapping::default()
                });
                let mapping = Mapping { fields: every.collect(), ..Mapping::default() };
                let headers: Vec<String> = (0..fields(*what).len()).map(|place| place.to_string()).collect();
                let read = Reader::new(*what, &mapping, &headers).read(&cells);
                let paths: Vec<&str> = fields(*what).iter().map(Field::path).collect();
                for error in &read.errors {
                    prop_assert!(paths.contains(&error.field()), "{error:?}");
                }
                let mut row = read.row.clone();
                row.insert("externalId".to_owned(), json!("x"));
                if read.errors.is_empty() {
                    let row = Value::Object(row);
                    let is_row = match what {
                        Pushed::Organisation => serde_json::from_value::<crate::push::OrganisationRow>(row.clone()).err(),
                        Pushed::Offer => serde_json::from_value::<OfferRow>(row.clone()).err(),
                        Pushed::Need => serde_json::from_value::<crate::push::NeedRow>(row.clone()).err(),
                    };
                    prop_assert!(is_row.is_none(), "{row}: {is_row:?}");
                }
            }
        }
    }
}
