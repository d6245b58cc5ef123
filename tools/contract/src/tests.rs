//! Each kind of change that breaks a client is refused, and what breaks none is not.

use super::*;
use crate::compare::Kind;

const SCHEMA: &str = r#"
interface Named { name: String! }
type Offer implements Named { name: String! title: String late: Boolean! @deprecated(reason: "Use `isLate`; removed after 2026-06-30.") isLate: Boolean! rows(first: Int): [Offer!]! }
type Need { name: String! }
union Found = Offer | Need
enum Unit { KILOGRAM LITRE }
input NewOffer { title: String, unit: Unit! }
type Query { offer(id: ID): Offer found: Found make(input: NewOffer): Unit }
"#;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// What breaks when this becomes that, on a day.
fn breaks_on(old: &Contract, new: &Contract, today: &str) -> Vec<String> {
    let changes = compare(old, new, day(today));
    let breaking = changes.into_iter().filter(|change| change.breaks.is_some());
    breaking.map(|change| change.coordinate).collect()
}

/// What breaks when this part of the schema is written otherwise.
fn breaks(part: &str, otherwise: &str) -> Vec<String> {
    assert!(SCHEMA.contains(part), "{part}");
    let new = SCHEMA.replacen(part, otherwise, 1);
    breaks_on(
        &schema::read(SCHEMA).unwrap(),
        &schema::read(&new).unwrap(),
        "2026-01-01",
    )
}

#[test]
fn what_breaks_a_client_of_the_schema_is_found() {
    for (part, otherwise, found) in [
        ("title: String late", "late", "Offer.title"),
        ("title: String late", "title: Int late", "Offer.title"),
        (
            "rows(first: Int): [Offer!]!",
            "rows(first: Int): [Offer]!",
            "Offer.rows",
        ),
        ("rows(first: Int)", "rows", "Offer.rows(first:)"),
        ("rows(first: Int)", "rows(first: Int!)", "Offer.rows(first:)"),
        (
            "rows(first: Int)",
            "rows(first: Int, after: String!)",
            "Offer.rows(after:)",
        ),
        ("title: String, unit", "unit", "NewOffer.title"),
        ("title: String, unit", "title: String!, unit", "NewOffer.title"),
        (
            "title: String, unit",
            "title: String, price: Int!, unit",
            "NewOffer.price",
        ),
        ("KILOGRAM LITRE", "KILOGRAM", "Unit.LITRE"),
        ("Offer | Need", "Offer", "Found may be Need"),
        ("Offer implements Named", "Offer", "Offer implements Named"),
        ("enum Unit { KILOGRAM LITRE }", "scalar Unit", "Unit"),
        (
            " late: Boolean! @deprecated(reason: \"Use `isLate`; removed after 2026-06-30.\")",
            "",
            "Offer.late",
        ),
    ] {
        assert!(
            breaks(part, otherwise).contains(&found.to_owned()),
            "{part} → {otherwise}"
        );
    }
}

#[test]
fn what_breaks_no_client_is_let_through() {
    for (part, otherwise) in [
        ("title: String late", "title: String! late"),
        ("title: String late", "title: String maker: String late"),
        ("rows(first: Int)", "rows(first: Int, after: String)"),
        ("title: String, unit", "title: String, price: Int! = 0, unit"),
        ("unit: Unit!", "unit: Unit"),
        ("KILOGRAM LITRE", "KILOGRAM LITRE PIECE"),
    ] {
        assert_eq!(breaks(part, otherwise), [""; 0], "{part} → {otherwise}");
    }
}

#[test]
fn what_was_deprecated_goes_after_its_day_and_not_before() {
    let (old, new) = (schema::read(SCHEMA).unwrap(), {
        let late = " late: Boolean! @deprecated(reason: \"Use `isLate`; removed after 2026-06-30.\")";
        schema::read(&SCHEMA.replace(late, "")).unwrap()
    });
    assert_eq!(breaks_on(&old, &new, "2026-06-30"), ["Offer.late"]);
    assert_eq!(breaks_on(&old, &new, "2026-07-01"), [""; 0]);
}

#[test]
fn a_deprecation_names_its_replacement_and_its_day() {
    let wrong = |reason: &str| {
        let new = SCHEMA.replace("Use `isLate`; removed after 2026-06-30.", reason);
        promise::check(&schema::read(&new).unwrap())
    };
    assert!(wrong("All steps use `isLate`; removed after 2027-06-30").is_empty());
    for (reason, why) in [
        ("Use `isLate`.", "when it is removed"),
        ("Use `isLate`; removed after summer", "\"summer\" is no day"),
        ("Old; removed after 2027-06-30", "what to use instead"),
        (
            "Use `isLater`; removed after 2027-06-30",
            "`isLater`, which is to be used",
        ),
        (
            "Use `late`; removed after 2027-06-30",
            "`late`, which is to be used",
        ),
    ] {
        let found = wrong(reason);
        assert!(found.len() == 1 && found[0].contains(why), "{reason}: {found:?}");
    }
}

fn document() -> serde_json::Value {
    serde_json::json!({
        "paths": {
            "/v1/offers": {
                "get": {
                    "parameters": [{"name": "first", "in": "query", "schema": {"type": "integer"}}],
                    "responses": {"200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Page"}}}}, "400": {}}
                },
                "post": {
                    "requestBody": {"required": true, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/NewOffer"}}}},
                    "responses": {"201": {}}
                }
            },
            "/v1/old": {"get": {"responses": {"200": {}}}}
        },
        "components": {"schemas": {
            "Page": {"required": ["rows"], "properties": {
                "rows": {"type": "array", "items": {"$ref": "#/components/schemas/Offer"}},
                "next": {"type": ["string", "null"]}
            }},
            "Offer": {"required": ["title"], "properties": {
                "title": {"type": "string"},
                "unit": {"type": "string", "enum": ["KILOGRAM", "LITRE"]}
            }},
            "NewOffer": {"required": ["title"], "properties": {"title": {"type": "string"}, "price": {"type": ["integer", "null"]}}}
        }}
    })
}

/// What breaks when the value at this place is another one; where it is null, when it is gone.
fn breaks_at(place: &str, value: &serde_json::Value) -> Vec<String> {
    let mut new = document();
    let (owner, name) = place.rsplit_once('/').unwrap();
    let owner = new.pointer_mut(owner).unwrap().as_object_mut().unwrap();
    let name = name.replace("~1", "/");
    if value.is_null() {
        assert!(owner.remove(&name).is_some(), "{place}");
    } else {
        owner.insert(name, value.clone());
    }
    let read = |document: &serde_json::Value| routes::read(&document.to_string()).unwrap();
    breaks_on(&read(&document()), &read(&new), "2026-01-01")
}

#[test]
fn what_breaks_a_client_of_the_json_routes_is_found() {
    use serde_json::json;
    let (list, schemas) = ("/paths/~1v1~1offers/get", "/components/schemas");
    let first = json!({"name": "first", "in": "query", "required": true, "schema": {"type": "integer"}});
    let other = json!({"name": "from", "in": "query", "required": true, "schema": {"type": "string"}});
    for (place, value, found) in [
        ("/paths/~1v1~1old".to_owned(), json!(null), "GET /v1/old"),
        (format!("{list}/responses/200"), json!(null), "GET /v1/offers 200"),
        (format!("{list}/parameters"), json!([]), "GET /v1/offers?first"),
        (
            format!("{list}/parameters"),
            json!([first]),
            "GET /v1/offers?first",
        ),
        (
            format!("{list}/parameters"),
            json!([other]),
            "GET /v1/offers?from",
        ),
        (
            format!("{schemas}/Page/properties/next"),
            json!(null),
            "json:Page.next",
        ),
        (
            format!("{schemas}/Page/properties/next"),
            json!({"type": "integer"}),
            "json:Page.next",
        ),
        (format!("{schemas}/Page/required"), json!([]), "json:Page.rows"),
        (
            format!("{schemas}/Offer/properties/title"),
            json!({"type": ["string", "null"]}),
            "json:Offer.title",
        ),
        (
            format!("{schemas}/Offer/properties/unit/enum"),
            json!(["LITRE"]),
            "json:Offer.unit=KILOGRAM",
        ),
        (
            format!("{schemas}/NewOffer/required"),
            json!(["title", "price"]),
            "json:NewOffer.price",
        ),
        (
            format!("{schemas}/NewOffer/properties/price"),
            json!({"type": "integer"}),
            "json:NewOffer.price",
        ),
    ] {
        assert!(
            breaks_at(&place, &value).contains(&found.to_owned()),
            "{place}: {found}"
        );
    }
    for (place, value) in [
        (format!("{list}/responses/400"), json!(null)),
        (format!("{schemas}/Page/required"), json!(["rows", "next"])),
        (
            format!("{schemas}/Page/properties/more"),
            json!({"type": "string"}),
        ),
        (format!("{schemas}/NewOffer/required"), json!([])),
        (
            format!("{schemas}/Offer/properties/unit/enum"),
            json!(["KILOGRAM", "LITRE", "PIECE"]),
        ),
    ] {
        assert_eq!(breaks_at(&place, &value), [""; 0], "{place}");
    }
}

/// A contract that adds a field and deprecates another, with this history.
fn told(lines: &str) -> Contracts {
    let since = "type Query { old: Int }";
    let now =
        "type Query { old: Int @deprecated(reason: \"Use `new`; removed after 2027-06-30.\") new: Int }";
    let head = "date,kind,coordinate,description,replacement,removed_after\n";
    Contracts {
        old: schema::read(since).unwrap(),
        new: schema::read(now).unwrap(),
        entries: history::read(&format!("{head}{lines}")).unwrap(),
        released: Vec::new(),
        today: day("2026-11-26"),
    }
}

const TOLD: &str = "2026-11-26,ADDED,Query.new,The new one.,,\n2026-11-26,DEPRECATED,Query.old,The old one.,Query.new,2027-06-30\n";

#[test]
fn the_history_tells_every_change_and_nothing_else() {
    assert_eq!(told(TOLD).check(), [""; 0]);
    let silent = told("");
    assert_eq!(silent.check().len(), 2, "{:?}", silent.check());
    let missing = silent.missing(&silent.changes());
    assert_eq!(
        missing
            .iter()
            .map(|entry| (entry.kind, entry.coordinate.as_str()))
            .collect::<Vec<_>>(),
        [(Kind::Deprecated, "Query.old"), (Kind::Added, "Query.new")]
    );
    assert_eq!(missing[0].replacement.as_deref(), Some("Query.new"));
    let lines = history::write(&missing).unwrap();
    assert_eq!(
        told(lines.split_once('\n').unwrap().1).check(),
        [""; 0],
        "what `note` writes is enough"
    );
    for (more, why) in [
        (
            "2026-11-26,REMOVED,Query.new,Gone.,,\n",
            "said to be removed and is there",
        ),
        (
            "2026-11-26,ADDED,Query.other,Another.,,\n",
            "there is no such member",
        ),
        ("2026-11-26,CHANGED,Query.new,,,\n", "say in a sentence"),
        (
            "2026-11-26,DEPRECATED,Query.old,It goes.,Query.new,2028-01-01\n",
            "not those of the schema",
        ),
        (
            "2026-11-20,CHANGED,Query.new,Early.,,\n",
            "the newest entry stands first",
        ),
    ] {
        let found = told(&format!("{more}{TOLD}")).check();
        assert!(found.iter().any(|line| line.contains(why)), "{more}: {found:?}");
    }
    let mut forgetful = told(TOLD);
    forgetful.released = history::read("date,kind,coordinate,description,replacement,removed_after\n2026-01-01,ADDED,Query.old,The first.,,\n").unwrap();
    assert!(forgetful.check()[0].contains("stays as it was"));
}

#[test]
fn the_committed_contract_reads_and_its_members_are_found() {
    let root = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    let contract = contract(&root).unwrap();
    for name in [
        "Query.offers(first:)",
        "Offer.title",
        "GET /v1/changes?after",
        "json:FeedPage.cursor",
        "RefusalCode.REQUIRED",
    ] {
        assert!(contract.contains_key(name), "{name}");
    }
}
