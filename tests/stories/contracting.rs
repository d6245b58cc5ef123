//! The contract as partners see it: how it changed, what their machine still calls of what is to go, and what it asked and
//! pushed, day by day.

#![expect(clippy::unwrap_used, reason = "a story stops at the first surprise")]

use serde_json::{Value, json};
use stories::{colleague, partner, story};
use testing::TestClient;

const CALLS: &str = "deprecatedCalls { coordinate caller calls lastOn days { day calls } client { name } change { replacement removedAfter } }";

/// Asks until what was counted in memory has been added up.
async fn until(client: &TestClient, query: &str, done: impl Fn(&Value) -> bool) -> Value {
    for _ in 0..60 {
        let answer = client.data(query, json!({})).await;
        if done(&answer) {
            return answer;
        }
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    }
    panic!("not counted: {query}");
}

story! {
    async fn the_contract_tells_how_it_changed(server: Server) {
        let visitor = server.visitor();
        let query = "query($kinds: [SchemaChangeKind!], $since: NaiveDate) { schemaChanges(kinds: $kinds, since: $since) { date kind coordinate description replacement removedAfter } }";
        let all = visitor.data(query, json!({})).await["schemaChanges"].take();
        let dates: Vec<&str> = all.as_array().unwrap().iter().map(|change| change["date"].as_str().unwrap()).collect();
        assert!(dates.is_sorted_by(|one, next| one >= next), "newest first: {dates:?}");
        let going = visitor.data(query, json!({"kinds": ["DEPRECATED"]})).await["schemaChanges"].take();
        let late = going.as_array().unwrap().iter().find(|change| change["coordinate"] == "Step.late").unwrap();
        assert_eq!((&late["replacement"], &late["removedAfter"]), (&json!("Step.isLate"), &json!("2027-06-30")));
        assert_eq!(visitor.data(query, json!({"since": "2100-01-01"})).await["schemaChanges"], json!([]));
        // Both answer the same until then.
        let steps = visitor.data("{ steps(first: 100) { nodes { late isLate } } }", json!({})).await;
        assert!(steps["steps"]["nodes"].as_array().unwrap().iter().all(|step| step["late"] == step["isLate"]));
    }
}

story! {
    async fn a_partner_sees_what_its_machine_still_calls_and_nobody_else_s(server: Server) {
        let administrator = server.administrator().await;
        let organisations = administrator.data("{ organisations(first: 2) { nodes { id } } }", json!({})).await;
        let (own, other) = (&organisations["organisations"]["nodes"][0]["id"], &organisations["organisations"]["nodes"][1]["id"]);
        let machine = server.machine(&administrator, own, &json!(["EXCHANGE_READ"])).await;
        let (partner, stranger) = (partner(&server, "Ines", own).await, partner(&server, "Noor", other).await);
        for _ in 0..3 {
            machine.data("{ steps(first: 1) { nodes { ...Late } } } fragment Late on Step { late }", json!({})).await;
        }
        server.visitor().data("{ steps(first: 1) { nodes { late } } }", json!({})).await;

        let query = format!("{{ clients {{ name {CALLS} usage(days: 7) {{ day requests cost }} }} }}");
        let counted = |answer: &Value| answer["clients"][0]["deprecatedCalls"][0]["calls"] == 3;
        let seen = until(&partner, &query, counted).await["clients"].take();
        let call = &seen[0]["deprecatedCalls"][0];
        assert_eq!((&call["coordinate"], &call["caller"]), (&json!("Step.late"), &json!("CLIENT")));
        assert_eq!((&call["change"]["replacement"], &call["days"][0]["calls"]), (&json!("Step.isLate"), &json!(3)));
        let days = seen[0]["usage"].as_array().unwrap();
        assert_eq!((days.len(), &days[6]["requests"], &days[0]["requests"]), (7, &json!(3), &json!(0)));
        assert!(days[6]["cost"].as_f64().unwrap() >= 6.0, "{days:?}");

        // The machine finds itself; who works elsewhere finds nothing, and learns of nothing.
        let itself = machine.data(&format!("{{ client {{ id {CALLS} }} }}"), json!({})).await["client"].take();
        assert_eq!(itself["deprecatedCalls"][0]["calls"], 3);
        assert_eq!(stranger.data("{ clients { name } }", json!({})).await["clients"], json!([]));
        let one = "query($id: String) { client(id: $id) { name } }";
        let by_id = json!({"id": itself["id"]});
        assert_eq!(stranger.data(one, by_id.clone()).await["client"], Value::Null);
        assert_eq!(partner.data(one, by_id).await["client"]["name"], "Machine");

        // Administrators see everybody's, with who it is where it is a machine.
        let query = format!("{{ {CALLS} }}");
        let all = administrator.data(&query, json!({})).await["deprecatedCalls"].take();
        let callers: Vec<(&str, &Value)> = all.as_array().unwrap().iter().map(|call| (call["caller"].as_str().unwrap(), &call["client"]["name"])).collect();
        assert_eq!(callers, [("CLIENT", &json!("Machine")), ("VISITOR", &Value::Null)]);
        for (who, code) in [(&partner, "FORBIDDEN"), (&colleague(&server, "Alix", "EDITOR").await, "FORBIDDEN"), (&server.visitor(), "UNAUTHENTICATED")] {
            assert_eq!(who.ask(&query, json!({})).await["errors"][0]["extensions"]["code"], code);
        }
    }
}

story! {
    async fn what_was_counted_outlives_the_server_and_tells_of_rejected_rows(server: Server) {
        let administrator = server.administrator().await;
        let create = "mutation($input: NewSource!) { sourceCreate(input: $input) { source { id } } }";
        let source = administrator.data(create, json!({"input": {"code": "annuaire", "name": "Annuaire"}})).await["sourceCreate"]["source"]["id"].take();
        let create = "mutation($input: ClientCreateInput!) { clientCreate(input: $input) { client { id } secret { secret } } }";
        let input = json!({"name": "Annuaire", "sourceIds": [source], "scopes": ["EXCHANGE_READ", "EXCHANGE_WRITE"]});
        let made = administrator.data(create, json!({"input": input})).await["clientCreate"].take();
        let token: Value = server.visitor().request(reqwest::Method::POST, "/oauth/token")
            .basic_auth(made["client"]["id"].as_str().unwrap(), made["secret"]["secret"].as_str())
            .form(&[("grant_type", "client_credentials")]).send().await.unwrap().json().await.unwrap();
        let rows = json!({"idempotencyKey": "1", "organisations": [
            {"externalId": "f1", "name": "Ferme du Pré", "kinds": ["PRODUCER"], "commune": "92094"},
            {"externalId": "f2", "kinds": ["PRODUCER"]},
        ]});
        let pushed = server.visitor().request(reqwest::Method::POST, "/v1/sources/annuaire/records")
            .bearer_auth(token["access_token"].as_str().unwrap()).json(&rows).send().await.unwrap();
        assert_eq!(pushed.status(), 200);
        assert_eq!(server.terminate().await, Some(0));
        server.restart().await;
        let administrator = server.administrator().await;
        let query = "{ clients { usage(days: 1) { requests cost rows { created rejected } rejections { code count } } } }";
        let day = administrator.data(query, json!({})).await["clients"][0]["usage"][0].take();
        assert_eq!((&day["requests"], &day["cost"]), (&json!(1), &json!(100.0)), "{day}");
        assert_eq!(day["rows"], json!({"created": 1, "rejected": 1}));
        assert_eq!(day["rejections"], json!([{"code": "REQUIRED", "count": 1}]));
    }
}
