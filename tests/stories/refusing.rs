//! Every mutation of the schema refuses a visitor, found by introspection so that a new one is covered without being
//! listed; and nothing of it is kept.

#![expect(clippy::unwrap_used, reason = "a story stops at the first surprise")]

use std::collections::HashMap;

use serde_json::{Map, Value, json};
use stories::{codes, story};

const SCHEMA: &str = "{ __schema { mutationType { fields { name args { name type { ...T } } } } types { name kind inputFields { name type { ...T } } enumValues { name } } } } \
    fragment T on __Type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }";

/// A type as a document writes it.
fn written(of: &Value) -> String {
    match of["kind"].as_str().unwrap_or_default() {
        "NON_NULL" => format!("{}!", written(&of["ofType"])),
        "LIST" => format!("[{}]", written(&of["ofType"])),
        _ => of["name"].as_str().unwrap_or_default().to_owned(),
    }
}

/// The least input of a type: what is required, with real identifiers where a field names a record.
fn least(schema: &HashMap<String, Value>, of: &Value, field: &str, ids: &Map<String, Value>) -> Value {
    match of["kind"].as_str().unwrap_or_default() {
        "NON_NULL" => least(schema, &of["ofType"], field, ids),
        "LIST" => json!([]),
        "ENUM" => schema[of["name"].as_str().unwrap()]["enumValues"][0]["name"].clone(),
        "INPUT_OBJECT" => {
            let fields = schema[of["name"].as_str().unwrap()]["inputFields"]
                .as_array()
                .unwrap();
            let required = fields.iter().filter(|field| field["type"]["kind"] == "NON_NULL");
            required
                .map(|field| {
                    let name = field["name"].as_str().unwrap();
                    (name.to_owned(), least(schema, &field["type"], name, ids))
                })
                .collect::<Map<_, _>>()
                .into()
        }
        _ => match of["name"].as_str().unwrap_or_default() {
            "Int" => json!(1),
            "Boolean" => json!(false),
            "ID" => ids
                .get(field.trim_end_matches("Id"))
                .or(ids.get("id"))
                .cloned()
                .unwrap_or_default(),
            "PartialDate" => json!("2027"),
            "NaiveDate" => json!("2027-01-01"),
            "UUID" => json!("00000000-0000-0000-0000-000000000000"),
            _ => json!("text"),
        },
    }
}

story! {
    async fn every_mutation_refuses_a_visitor(server: Server) {
        let visitor = server.visitor();
        let schema = visitor.data(SCHEMA, json!({})).await["__schema"].take();
        let types: HashMap<String, Value> =
            schema["types"].as_array().unwrap().iter().map(|t| (t["name"].as_str().unwrap().to_owned(), t.clone())).collect();
        let known = visitor.data(
            "{ chantiers(first: 1) { nodes { id steps(first: 1) { nodes { id } } } } projects(first: 1) { nodes { id participations(first: 1) { nodes { id } } sources(first: 1) { nodes { id } } } } \
               organisations(first: 1) { nodes { id } } territories(where: { kinds: [LIVING_AREA] }, first: 1) { nodes { id } } resources(first: 1) { nodes { id } } steps(first: 1) { nodes { id } } councils(first: 1) { nodes { id } } history(first: 1) { nodes { id } } }",
            json!({}),
        ).await;
        let at = |path: &str| known.pointer(path).cloned().unwrap_or_else(|| panic!("{path} in {known}"));
        let ids: Map<String, Value> = [
            ("chantier", at("/chantiers/nodes/0/id")),
            ("project", at("/projects/nodes/0/id")),
            ("participation", at("/projects/nodes/0/participations/nodes/0/id")),
            ("provenance", at("/projects/nodes/0/sources/nodes/0/id")),
            ("organisation", at("/organisations/nodes/0/id")),
            ("territory", at("/territories/nodes/0/id")),
            ("resource", at("/resources/nodes/0/id")),
            ("step", at("/steps/nodes/0/id")),
            ("change", at("/history/nodes/0/id")),
            ("record", at("/projects/nodes/0/id")),
            ("person", json!("person_00000000000000000000000000")),
            ("membership", json!("membership_00000000000000000000000000")),
            ("note", json!("note_00000000000000000000000000")),
            ("contact", json!("contact_00000000000000000000000000")),
            ("source", json!("source_00000000000000000000000000")),
            ("offer", json!("offer_00000000000000000000000000")),
            ("need", json!("need_00000000000000000000000000")),
            ("outcome", json!("outcome_00000000000000000000000000")),
            ("webhook", json!("webhook_00000000000000000000000000")),
            ("savedSearch", json!("saved_search_00000000000000000000000000")),
            ("portfolio", json!("portfolio_00000000000000000000000000")),
            ("absence", json!("absence_00000000000000000000000000")),
            ("request", json!("request_00000000000000000000000000")),
            ("commune", json!("92094")),
            ("council", at("/councils/nodes/0/id")),
            ("seat", json!("seat_00000000000000000000000000")),
            ("seatHolder", json!("seat_holder_00000000000000000000000000")),
            ("councilMeeting", json!("council_meeting_00000000000000000000000000")),
            ("vote", json!("vote_00000000000000000000000000")),
            ("decision", json!("decision_00000000000000000000000000")),
            ("councilAction", json!("council_action_00000000000000000000000000")),
            ("evaluation", json!("evaluation_00000000000000000000000000")),
            ("sharedItem", json!("shared_item_00000000000000000000000000")),
            ("item", json!("shared_item_00000000000000000000000000")),
            ("endorsement", json!("endorsement_00000000000000000000000000")),
            ("expertise", json!("expertise_00000000000000000000000000")),
            ("expertiseNeed", json!("expertise_need_00000000000000000000000000")),
            ("introduction", json!("introduction_00000000000000000000000000")),
            ("expertiseSession", json!("expertise_session_00000000000000000000000000")),
        ].map(|(name, id)| (name.to_owned(), id)).into_iter().collect();
        let before = server.feed_rows().await;
        let mutations = schema["mutationType"]["fields"].as_array().unwrap();
        assert!(mutations.len() > 30, "the schema has its mutations");
        for mutation in mutations {
            let name = mutation["name"].as_str().unwrap();
            let mut ids = ids.clone();
            // The identifier of the record that the mutation is named after.
            let own = ids.iter().filter(|(kind, _)| name.starts_with(kind.as_str()));
            let own = own.max_by_key(|(kind, _)| kind.len()).map(|(_, id)| id.clone());
            // An introduction's need is one of expertise.
            if name.starts_with("introduction") {
                ids.insert("need".to_owned(), ids["expertiseNeed"].clone());
            }
            ids.insert("id".to_owned(), own.unwrap_or_else(|| json!("project_00000000000000000000000000")));
            let (mut declared, mut given, mut input) = (Vec::new(), Vec::new(), Map::new());
            let needed = |argument: &&Value| argument["type"]["kind"] == "NON_NULL";
            for argument in mutation["args"].as_array().unwrap().iter().filter(needed) {
                let of = argument["name"].as_str().unwrap();
                declared.push(format!("${of}: {}", written(&argument["type"])));
                given.push(format!("{of}: ${of}"));
                input.insert(of.to_owned(), least(&types, &argument["type"], of, &ids));
            }
            let brackets = |all: Vec<String>| if all.is_empty() { String::new() } else { format!("({})", all.join(", ")) };
            let query = format!("mutation{} {{ {name}{} {{ userErrors {{ code }} }} }}", brackets(declared), brackets(given));
            let input = Value::Object(input);
            let data = visitor.data(&query, input.clone()).await;
            let refused = codes(&data[name]);
            let expected = ["person", "membership", "note", "contact", "source", "client", "offer", "need", "outcome", "webhook", "savedSearch", "portfolio", "absence", "request", "seat", "councilMeeting", "vote", "ballot", "decision", "councilAction", "evaluation", "sharedItem", "endorsement", "expertise", "introduction"].iter().any(|kind| name.starts_with(kind) && !["Create", "Invite", "outcomeOpen", "RunOpen"].iter().any(|verb| name.ends_with(verb)));
            // Of what a visitor may not know exists, the answer is that it is not there.
            let code = if expected && name != "viewerUpdate" { ["NOT_FOUND", "UNAUTHENTICATED"] } else { ["UNAUTHENTICATED"; 2] };
            assert!(refused.iter().any(|refusal| code.contains(refusal)), "{name} with {input}: {data}");
        }
        assert_eq!(server.feed_rows().await, before, "nothing was written");
    }
}
