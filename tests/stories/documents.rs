//! A machine names its documents instead of sending them, and can be held to its own.

#![expect(clippy::unwrap_used, reason = "a story stops at the first surprise")]

use reqwest::Method;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use stories::{colleague, statements, story};
use testing::{Server, TestClient};

const OFFERS: &str = "query Offers($first: Int) { offers(first: $first) { nodes { id } } }";
const MAKE: &str = "mutation { organisationCreate(input: { name: \"Ferme\" }) { userErrors { code } } }";
const SET: &str = "mutation($id: String!, $documents: [String!]!, $only: Boolean!) { clientSetDocuments(id: $id, documents: $documents, only: $only) { client { documentsOnly documents { id text } } userErrors { code field } } }";

fn id(text: &str) -> String {
    let digits: String = Sha256::digest(text)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("sha256:{digits}")
}

async fn named(client: &TestClient, text: &str, variables: Value) -> (u16, Value) {
    let body = json!({"documentId": id(text), "variables": variables});
    let request = client.request(Method::POST, "/graphql").json(&body);
    let answer = request
        .header("accept", "application/graphql-response+json")
        .send()
        .await
        .unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

async fn machine(server: &Server, administrator: &TestClient) -> (TestClient, String) {
    let input = json!({"name": "Annuaire", "scopes": ["EXCHANGE_READ"]});
    let client = server.machine_of(administrator, input).await;
    let known = client.data("{ client { id } }", json!({})).await;
    (client, known["client"]["id"].as_str().unwrap().to_owned())
}

story! {
    async fn a_machine_names_what_is_registered_for_it(server: Server) {
        let administrator = server.administrator().await;
        let (client, client_id) = machine(&server, &administrator).await;
        let (status, answer) = named(&client, OFFERS, json!({"first": 1})).await;
        assert_eq!((status, &answer["errors"][0]["extensions"]["code"]), (400, &json!("DOCUMENT_UNKNOWN")), "{answer}");
        let variables = json!({"id": client_id, "documents": [OFFERS, OFFERS, "{ client { documents { text } } }"], "only": false});
        let done = administrator.data(SET, variables).await["clientSetDocuments"].take();
        assert_eq!(done["userErrors"], json!([]));
        assert_eq!(done["client"]["documents"].as_array().map(Vec::len), Some(2), "the same text is one document: {done}");
        let (status, answer) = named(&client, OFFERS, json!({"first": 1})).await;
        assert_eq!(status, 200, "{answer}");
        assert!(answer["data"]["offers"]["nodes"].is_array());
        let address = format!("/graphql?documentId={}&variables=%7B%22first%22:1%7D", id(OFFERS));
        let answer: Value = client.get(&address).await.json().await.unwrap();
        assert!(answer["data"]["offers"]["nodes"].is_array(), "{answer}");
        // It names them at one statement more than it would send them.
        let sent = statements(&client, async || drop(client.ask(OFFERS, json!({"first": 1})).await)).await;
        let given = statements(&client, async || drop(named(&client, OFFERS, json!({"first": 1})).await)).await;
        assert_eq!(given, sent + 1);
        // Others have their own.
        let (status, _) = named(&server.visitor(), OFFERS, json!({})).await;
        assert_eq!(status, 400);
        let (other, _) = machine(&server, &administrator).await;
        assert_eq!(named(&other, OFFERS, json!({})).await.0, 400);
    }
}

story! {
    async fn a_machine_that_is_held_to_its_documents_sends_no_other(server: Server) {
        let administrator = server.administrator().await;
        let (client, client_id) = machine(&server, &administrator).await;
        let hold = async |only: bool| {
            let done = administrator.data(SET, json!({"id": client_id, "documents": [OFFERS], "only": only})).await;
            assert_eq!(done["clientSetDocuments"]["client"]["documentsOnly"], only);
        };
        hold(true).await;
        let answer = client.ask("{ version }", json!({})).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "FORBIDDEN", "{answer}");
        let answer = client.ask(OFFERS, json!({})).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "FORBIDDEN", "also the text of its own: {answer}");
        assert_eq!(named(&client, OFFERS, json!({})).await.0, 200);
        hold(false).await;
        assert!(client.data("{ version }", json!({})).await["version"].is_string());
    }
}

story! {
    async fn what_does_not_fit_is_not_registered_and_who_may_not_registers_nothing(server: Server) {
        let administrator = server.administrator().await;
        let (client, client_id) = machine(&server, &administrator).await;
        for (wrong, said) in [
            ("{ noSuchField }", "noSuchField"),
            ("{", "expected"),
            ("{ offers(first: 100) { nodes { matches(first: 100) { nodes { offer { matches(first: 100) { nodes { offer { id } } } } } } } } }", ""),
        ] {
            let answer = administrator.ask(SET, json!({"id": client_id, "documents": [OFFERS, wrong], "only": false})).await;
            let error = &answer["errors"][0];
            assert_eq!(error["extensions"]["code"], "BAD_REQUEST", "{wrong}: {answer}");
            let message = error["message"].as_str().unwrap();
            assert!(message.contains("documents[1]") && message.contains(said), "{message}");
        }
        assert_eq!(named(&client, OFFERS, json!({})).await.0, 400, "all or nothing");
        // A mutation can be named, not over GET.
        let done = administrator.data(SET, json!({"id": client_id, "documents": [MAKE], "only": false})).await;
        assert_eq!(done["clientSetDocuments"]["userErrors"], json!([]));
        let answer = client.get(&format!("/graphql?documentId={}", id(MAKE))).await;
        assert_eq!(answer.status(), 405);
        let editor = colleague(&server, "Alix", "EDITOR").await;
        for (who, code) in [(&editor, "FORBIDDEN"), (&client, "FORBIDDEN"), (&server.visitor(), "UNAUTHENTICATED")] {
            let refused = who.data(SET, json!({"id": client_id, "documents": [], "only": false})).await;
            assert_eq!(refused["clientSetDocuments"]["userErrors"][0]["code"], code, "{refused}");
        }
        let many: Vec<String> = (0..501).map(|n| format!("query Q{n} {{ version }}")).collect();
        let done = administrator.data(SET, json!({"id": client_id, "documents": many, "only": false})).await;
        assert_eq!(done["clientSetDocuments"]["userErrors"][0]["code"], "TOO_MANY", "{done}");
    }
}
