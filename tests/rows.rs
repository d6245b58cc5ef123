//! Rows for the stories of bad input: good ones, ones that are refused for certain, ones of which nobody can say; and what
//! must be answered of each. What is sent follows from a number, so that a run that fails can be run again.

#![expect(clippy::unwrap_used, reason = "a story stops at the first surprise")]

use serde_json::{Value, json};

/// Numbers that follow from a first one (SplitMix64).
pub struct Dice(pub u64);

impl Dice {
    /// The next number.
    pub fn throw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below another.
    pub fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.throw() % bound as u64).unwrap()
    }

    /// One of several.
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }
}

/// The kinds of row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Organisation,
    Offer,
    Need,
}

impl Kind {
    /// Each of them.
    pub const ALL: [Self; 3] = [Self::Organisation, Self::Offer, Self::Need];

    /// Its word in a line; its list has the plural's.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Organisation => "organisation",
            Self::Offer => "offer",
            Self::Need => "need",
        }
    }

    /// A row in which every field is filled, as names and values in JSON.
    fn filled(self, id: &str) -> Vec<(String, String)> {
        let row = match self {
            Self::Organisation => {
                json!({"externalId": id, "name": format!("Ferme {id}"), "kinds": ["PRODUCER", "HUB"], "website": "https://ferme.be",
                "commune": "92094", "address": {"street": "Rue Haute 1", "postcode": "5000", "locality": "Namur"}, "point": {"lat": 50.4, "lon": 4.8},
                "aliases": ["Le Pré", "La Ferme"], "sourceUpdatedAt": "2026-11-01T08:00:00Z"})
            }
            Self::Offer => {
                json!({"externalId": id, "organisationExternalId": "f0", "productType": "bread", "title": format!("Pain {id}"), "description": "Au levain",
                "quantity": {"value": "12.5", "unit": "KILOGRAM"}, "price": {"amount": "3.2", "currency": "EUR", "per": "KILOGRAM"}, "months": [1, 2],
                "availableFrom": "2026-12-01", "availableTo": "2027-06-30", "organic": true, "labels": ["DEMETER"], "packaging": "Sac",
                "delivery": {"pickUp": true, "radiusKm": 20, "note": "Le mardi"}, "minimumOrder": {"value": 2, "unit": "CRATE"}, "audiences": ["SHOPS"],
                "commune": "92094", "status": "OPEN", "expiresAt": "2027-07-01T08:30:00Z", "sourceRevision": 3})
            }
            Self::Need => {
                json!({"externalId": id, "organisationExternalId": "f0", "productType": "milk", "title": format!("Lait {id}"), "description": "Cru",
                "quantity": {"value": 40, "unit": "LITRE"}, "period": "WEEK", "months": [3], "neededFrom": "2026-12-01", "neededTo": "2027-06-30",
                "budget": {"min": "0.5", "max": "1.25", "per": "LITRE"}, "commune": "92094", "local": {"rule": "RADIUS", "radiusKm": 30}, "organic": false,
                "requiredLabels": ["EU_ORGANIC"], "deadline": "2027-01-31", "status": "OPEN", "reason": "non", "expiresAt": "2027-07-01T08:30:00Z"})
            }
        };
        let fields = row.as_object().unwrap().iter();
        fields
            .map(|(name, value)| (format!("{name:?}"), value.to_string()))
            .collect()
    }

    /// What makes a row of this kind a bad one: a field, a value that it cannot have, and the field that is named for it.
    const fn wrongs(self) -> &'static str {
        match self {
            Self::Organisation => {
                r#"name = null -> name
name = "\u200b \u0007" -> name
name = "\ud800" -> name
kinds = ["PRODUCER","COW"] -> kinds.1
kinds = "PRODUCER" -> kinds
website = "javascript:alert(1)" -> website
commune = "99999" -> commune
commune = 92094 -> commune
address = {"street":[]} -> address.street
address = {"city":"Namur"} -> address.city
point = {"lat":4.8,"lon":50.4} -> point
point = {"lat":1e308,"lon":-1e308} -> point
point = {"lat":50.4} -> point.lon
aliases = [{}] -> aliases.0
enterpriseNumber = "0403019262" -> enterpriseNumber
sourceUpdatedAt = "+262142-12-31T23:59:59Z" -> sourceUpdatedAt
sourceUpdatedAt = "0001-01-01T00:00:00Z" -> sourceUpdatedAt"#
            }
            Self::Offer => {
                r#"organisationExternalId = null -> organisationExternalId
organisationExternalId = "nobody" -> organisationExternalId
organisationExternalId = "\u0000" -> organisationExternalId
productType = "unobtainium" -> productType
productType = null -> productType
title = 7 -> title
title = {"fr":"Pain"} -> title
quantity = {"value":-1,"unit":"KILOGRAM"} -> quantity.value
quantity = {"value":"NaN","unit":"KILOGRAM"} -> quantity.value
quantity = {"value":1e400,"unit":"KILOGRAM"} -> quantity.value
quantity = {"value":1e25,"unit":"KILOGRAM"} -> quantity.value
quantity = {"value":"99999999999999999999999999999999","unit":"KILOGRAM"} -> quantity.value
quantity = {"value":1,"unit":"BUSHEL"} -> quantity.unit
quantity = {"value":1} -> quantity.unit
quantity = {"value":1,"unit":"KILOGRAM","of":"bread"} -> quantity.of
price = {"amount":1,"per":"KILOGRAM","currency":"BEF"} -> price.currency
months = [1,13] -> months.1
months = [0] -> months.0
months = [1.5] -> months.0
availableFrom = "2026-02-30" -> availableFrom
availableFrom = "+262142-12-31" -> availableFrom
availableTo = "1999-01-01" -> availableTo
organic = "yes" -> organic
labels = ["PURE"] -> labels.0
delivery = {"radiusKm":-5} -> delivery.radiusKm
delivery = {"pickup":true} -> delivery.pickup
delivery = {"hubId":"organisation_00000000000000000000000000"} -> delivery.hubId
minimumOrder = [2] -> minimumOrder
audiences = [null] -> audiences.0
status = "GONE" -> status
expiresAt = "tomorrow" -> expiresAt
sourceRevision = 9223372036854775808 -> sourceRevision"#
            }
            Self::Need => {
                r#"organisationExternalId = "nobody" -> organisationExternalId
period = "FORTNIGHT" -> period
budget = {"min":3,"max":2,"per":"LITRE"} -> budget.max
budget = {"maximum":2,"per":"LITRE"} -> budget.maximum
local = {"rule":"RADIUS"} -> local.radiusKm
local = {"rule":"TERRITORY","territoryId":"project_00000000000000000000000000"} -> local.territoryId
local = {"rule":"RADIUS","radius":3} -> local.radius
requiredLabels = {} -> requiredLabels
deadline = "0000-00-00" -> deadline
status = null -> status
neededTo = "-0044-03-15" -> neededTo
expiresAt = "9999-12-31T23:59:60Z" -> expiresAt"#
            }
        }
    }
}

/// Values for any field: what it makes of the row, nobody says beforehand.
fn odd_value(dice: &mut Dice) -> String {
    const ODD: [&str; 52] = [
        "null",
        "true",
        "false",
        "0",
        "-0",
        "-1",
        "-0.0",
        "1e400",
        "-1e400",
        "1e-400",
        "5e-324",
        "0.1",
        "2147483648",
        "-9223372036854775808",
        "18446744073709551616",
        "123456789012345678901234567890",
        "0.1234567890123456789012345678901234567890",
        "\"\"",
        "\" \"",
        "\"NaN\"",
        "\"Infinity\"",
        "\"-1\"",
        "\"1e5\"",
        "\"12,5\"",
        "\"0x10\"",
        "[]",
        "{}",
        "[null]",
        "[[]]",
        "[{}]",
        "[1,1,1]",
        "{\"value\":null,\"unit\":null}",
        "{\"\":{}}",
        "\"\\u0000\"",
        "\"a\\u0000b\"",
        "\"\\u0007\\u001b[2J\\u009f\"",
        "\"\\ud83d\\ude00\"",
        "\"\\udc00\\ud800\"",
        "\"\\u202eabc\\u2066\"",
        "\"'; DROP TABLE offer; --\"",
        "\"%_\\\\%\"",
        "\"<script>alert(1)</script>\"",
        "\"=1+1\"",
        "\"9999-12-31\"",
        "\"2026-11-25T10:00:00\"",
        "\"+10000-01-01T00:00:00Z\"",
        "\"-0001-01-01\"",
        "\"1900-01-01\"",
        "\"2200-12-31T23:59:59.999999999Z\"",
        "\"92094\"",
        "\"OPEN\"",
        "\"f0\"",
    ];
    match dice.below(12) {
        0 => format!("\"{}\"", "é".repeat(200_000)),
        1 => format!("{}{}", "[".repeat(5_000), "]".repeat(5_000)),
        2 => format!("{}1{}", "{\"a\":".repeat(300), "}".repeat(300)),
        3 => format!("[{}0]", "1,".repeat(2_000)),
        _ => (*dice.pick(&ODD)).to_owned(),
    }
}

/// What is expected of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Is {
    /// It is done.
    Good,
    /// It is refused, for this field's sake; empty where the row cannot be read at all.
    Bad(String),
    /// Either, and the answer says which.
    Odd,
}

/// A row as it is sent.
#[derive(Clone, Debug)]
pub struct Row {
    pub kind: Kind,
    /// The source's own identifier, where it has one.
    pub id: String,
    pub is: Is,
    pub text: Vec<u8>,
}

fn written(fields: &[(String, String)]) -> Vec<u8> {
    let fields: Vec<String> = fields
        .iter()
        .map(|(name, value)| format!("{name}:{value}"))
        .collect();
    format!("{{{}}}", fields.join(",")).into_bytes()
}

fn set(fields: &mut Vec<(String, String)>, name: &str, value: &str) {
    let name = format!("{name:?}");
    fields.retain(|(known, _)| *known != name);
    fields.push((name, value.to_owned()));
}

impl Row {
    /// A row that is done.
    pub fn good(kind: Kind, id: &str) -> Self {
        let text = written(&kind.filled(id));
        Self {
            kind,
            id: id.to_owned(),
            is: Is::Good,
            text,
        }
    }

    /// A row that is refused for certain.
    pub fn bad(kind: Kind, id: &str, dice: &mut Dice) -> Self {
        let mut fields = kind.filled(id);
        let (mut id, mut is_text) = (id.to_owned(), true);
        let why = match dice.below(14) {
            0 => {
                set(&mut fields, "couleur", "1");
                "couleur"
            }
            1 => {
                fields.push(("\"commune\"".to_owned(), "\"92094\"".to_owned()));
                "commune"
            }
            2 => {
                fields.retain(|(name, _)| name != "\"externalId\"");
                id = String::new();
                "externalId"
            }
            3 => {
                fields.push((format!("\"{}\"", "\\u0000é`".repeat(20_000)), "1".to_owned()));
                "é"
            }
            4 => {
                is_text = false;
                ""
            }
            _ => {
                let wrongs: Vec<&str> = kind.wrongs().lines().collect();
                let (field, rest) = dice.pick(&wrongs).split_once(" = ").unwrap();
                let (value, why) = rest.rsplit_once(" -> ").unwrap();
                set(&mut fields, field, value);
                why
            }
        };
        let mut text = written(&fields);
        if !is_text {
            let at = text.windows(2).rposition(|some| some == b":\"").unwrap() + 2;
            text.splice(at..at, [0xff, 0xfe]);
        }
        let is = Is::Bad(why.to_owned());
        Self { kind, id, is, text }
    }

    /// A row in which one value is another, also within its objects.
    pub fn odd(kind: Kind, id: &str, dice: &mut Dice) -> Self {
        let mut fields = kind.filled(id);
        let place = dice.below(fields.len());
        let mut inner: Value = serde_json::from_str(&fields[place].1).unwrap();
        fields[place].1 = match inner.as_object_mut() {
            Some(object) if dice.below(2) == 0 => {
                let name = dice.pick(&object.keys().cloned().collect::<Vec<_>>()).clone();
                object.remove(&name);
                let rest = Value::Object(object.clone()).to_string();
                let rest = rest.trim_start_matches('{');
                let comma = if rest == "}" { "" } else { "," };
                format!("{{{name:?}:{}{comma}{rest}", odd_value(dice))
            }
            Some(_) | None => odd_value(dice),
        };
        let text = written(&fields);
        Self {
            kind,
            id: id.to_owned(),
            is: Is::Odd,
            text,
        }
    }

    /// Good, bad and odd rows, by their kinds.
    pub fn some(dice: &mut Dice, many: usize, name: &str) -> Vec<Self> {
        let mut rows: Vec<Self> = (0..many)
            .map(|number| {
                let (kind, id) = (*dice.pick(&Kind::ALL), format!("{name}-{number}"));
                match dice.below(3) {
                    0 => Self::good(kind, &id),
                    1 => Self::bad(kind, &id, dice),
                    _ => Self::odd(kind, &id, dice),
                }
            })
            .collect();
        rows.sort_by_key(|row| row.kind as u8);
        rows
    }
}

/// A request of rows, which stand in the order of their kinds.
pub fn request(rows: &[Row]) -> Vec<u8> {
    let mut body = vec![b'{'];
    for kind in Kind::ALL {
        let texts: Vec<&[u8]> = rows
            .iter()
            .filter(|row| row.kind == kind)
            .map(|row| row.text.as_slice())
            .collect();
        body.extend(format!("\"{}s\":[", kind.word()).bytes());
        body.extend(texts.join(&b','));
        body.extend(b"],");
    }
    body.extend(b"\"mode\":\"DELTA\"}");
    body
}

/// What was answered of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    pub outcome: String,
    pub record: Value,
    pub revision: Value,
    /// Code, field and sentence.
    pub errors: Vec<[String; 3]>,
}

impl Told {
    /// Reads what JSON or GraphQL answers.
    pub fn read(row: &Value) -> Self {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let errors = row["errors"].as_array().unwrap().iter().map(|error| {
            // GraphQL answers a path step by step, JSON one with dots.
            let field = match error["field"].as_array() {
                Some(path) => path.iter().map(text).collect::<Vec<_>>().join("."),
                None => text(&error["field"]),
            };
            [text(&error["code"]), field, text(&error["message"])]
        });
        Self {
            outcome: text(&row["outcome"]),
            record: row["recordId"].clone(),
            revision: row["revision"].clone(),
            errors: errors.collect(),
        }
    }

    /// Whether it was not refused.
    pub fn is_done(&self) -> bool {
        self.outcome != "REJECTED"
    }

    /// Every row was answered as it had to be, and the counts are those of the answers.
    pub fn check(rows: &[Row], told: &[Self], counts: &Value) {
        assert_eq!(rows.len(), told.len());
        for (row, told) in rows.iter().zip(told) {
            let said = format!(
                "{}: {told:?}",
                String::from_utf8_lossy(&row.text)
                    .chars()
                    .take(900)
                    .collect::<String>()
            );
            match &row.is {
                Is::Good => assert!(told.is_done(), "{said}"),
                Is::Bad(why) => {
                    assert!(!told.is_done(), "{said}");
                    assert!(
                        told.errors
                            .iter()
                            .any(|[_, field, _]| field == why || (why == "é" && field.starts_with(why))),
                        "{why}: {said}"
                    );
                }
                Is::Odd => {}
            }
            assert_eq!(told.is_done(), told.errors.is_empty(), "{said}");
            assert_eq!(
                (told.is_done(), told.is_done()),
                (told.record.is_string(), told.revision.is_number()),
                "{said}"
            );
            for (place, error) in told.errors.iter().enumerate() {
                let [code, field, message] = error;
                assert!(
                    !code.is_empty() && !message.is_empty() && field.len() < 300,
                    "{said}"
                );
                assert!(!told.errors[..place].contains(error), "said twice: {said}");
            }
        }
        for outcome in ["CREATED", "UPDATED", "UNCHANGED", "STALE", "DELETED", "REJECTED"] {
            let many = told.iter().filter(|told| told.outcome == outcome).count();
            assert_eq!(
                counts[outcome.to_lowercase()],
                json!(many),
                "{outcome} of {counts}"
            );
        }
    }

    /// The same rows once more, to a reader of another language: nothing is new, and what was wrong still is.
    pub fn check_again(first: &[Self], again: &[Self]) {
        for (first, again) in first.iter().zip(again) {
            if first.is_done() {
                assert_eq!(
                    (again.outcome.as_str(), &again.record),
                    ("UNCHANGED", &first.record),
                    "{again:?}"
                );
                assert_eq!(again.revision, first.revision);
            }
            assert_eq!(first.errors.len(), again.errors.len(), "{first:?} {again:?}");
            for ([code, field, said], [code_again, field_again, said_again]) in
                first.errors.iter().zip(&again.errors)
            {
                assert_eq!((code, field), (code_again, field_again));
                assert_ne!(said, said_again, "in its own language");
            }
        }
    }
}
