//! What requests cost, and what happens to whoever spends too much: told in every answer, refused before anything runs, and
//! nobody else's matter.

#![expect(clippy::unwrap_used, reason = "a story stops at the first surprise")]

use reqwest::StatusCode;
use serde_json::{Value, json};
use stories::{statements, story};
use testing::Server;

/// As many projects with as many of their parts in chantiers.
fn nested(projects: u32, parts: u32) -> Value {
    let query = "query($projects: Int!, $parts: Int!) { projects(first: $projects) { nodes { title participations(first: $parts) { nodes { part } } } } rateLimit { requested remaining limit } }";
    json!({"query": query, "variables": {"projects": projects, "parts": parts}})
}

story! {
    async fn every_answer_says_what_it_cost_and_what_is_left(server: Server) {
        let visitor = server.visitor();
        let ask = async |body: Value| -> Value { visitor.post("/graphql", &body).await.json().await.unwrap() };
        let small = ask(nested(1, 1)).await;
        let cost = &small["extensions"]["cost"];
        assert_eq!(cost["limit"], 3_000_000);
        assert!(cost["resetAt"].is_string(), "{small}");
        let told = &small["data"]["rateLimit"];
        assert_eq!((&told["requested"], &told["remaining"], &told["limit"]), (&cost["requested"], &cost["remaining"], &cost["limit"]));
        let requested = |answer: &Value| answer["extensions"]["cost"]["requested"].as_u64().unwrap();
        let (wide, deep) = (ask(nested(20, 1)).await, ask(nested(20, 20)).await);
        assert!(requested(&wide) > 5 * requested(&small), "{wide}");
        assert!(requested(&deep) > 5 * requested(&wide), "rows times rows: {deep}");
        // What is refused because it does not fit the schema costs nothing; what costs too much says how much it would.
        assert!(ask(json!({"query": "{ nonsense }"})).await.get("extensions").is_none());
        let query = "{ projects(first: 100) { nodes { participations(first: 100) { nodes { chantier { steps(first: 100) { nodes { title } } } } } } } }";
        let too_much = async || {
            let refused = ask(json!({"query": query})).await;
            assert_eq!(refused["errors"][0]["extensions"]["code"], "COST_EXCEEDED", "{refused}");
            assert!(refused["errors"][0]["message"].as_str().unwrap().contains("60000"), "{refused}");
        };
        assert_eq!(statements(&visitor, too_much).await, 0, "the database is not asked");
    }
}

async fn whoever_spends_too_much_waits_and_nobody_else_does(server: Server) {
    let administrator = server.administrator().await;
    let visitor = server.visitor();
    let costly = nested(100, 100);
    let first: Value = visitor.post("/graphql", &costly).await.json().await.unwrap();
    assert!(
        first["extensions"]["cost"]["requested"].as_u64().unwrap() > 10_000,
        "{first}"
    );
    let mut last = None;
    for _ in 0..8 {
        let answer = visitor.post("/graphql", &costly).await;
        if answer.status() == StatusCode::TOO_MANY_REQUESTS {
            last = Some(answer);
            break;
        }
    }
    let spent = last.unwrap();
    let wait: u64 = spent.headers()["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
    let spent: Value = spent.json().await.unwrap();
    let error = &spent["errors"][0];
    assert_eq!(
        (&error["extensions"]["code"], &error["extensions"]["retryAfter"]),
        (&json!("RATE_LIMITED"), &json!(wait))
    );
    assert!(error["message"].as_str().unwrap().contains("Retry-After"));
    // An account has a budget of its own, also at the same address.
    let other = administrator.post("/graphql", &costly).await;
    assert_eq!(other.status(), StatusCode::OK);
    // The JSON routes draw on the same one.
    let mut status = StatusCode::OK;
    for _ in 0..400 {
        let answer = visitor.get("/v1/changes?first=1").await;
        status = answer.status();
        if status == StatusCode::TOO_MANY_REQUESTS {
            assert!(answer.headers().contains_key("retry-after"));
            break;
        }
    }
    assert_eq!(status, StatusCode::TOO_MANY_REQUESTS);
    // What watches over the server is not counted.
    assert_eq!(visitor.get("/health/ready").await.status(), StatusCode::OK);
    server.close().await;
}

const SMALL: [(&str, &str); 1] = [("CHANTIERS_COST_PER_SECOND", "1000")];

#[tokio::test]
async fn whoever_spends_too_much_waits_and_nobody_else_does_sqlite() {
    whoever_spends_too_much_waits_and_nobody_else_does(Server::on_sqlite_with(&SMALL).await).await;
}

#[tokio::test]
async fn whoever_spends_too_much_waits_and_nobody_else_does_postgres() {
    whoever_spends_too_much_waits_and_nobody_else_does(Server::on_postgres_with(&SMALL).await).await;
}
