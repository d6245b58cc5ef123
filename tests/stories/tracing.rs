//! A host follows a request through a collector of traces, from the program that sent it to the statements that it caused.

#![expect(clippy::unwrap_used, reason = "a story stops at the first surprise")]

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use testing::{Receiver, Server};

/// Every span that a collector was sent.
fn spans(collector: &Receiver) -> Vec<Value> {
    let mut spans = Vec::new();
    for sent in collector.received() {
        assert_eq!(sent.path, "/v1/traces");
        let body: Value = serde_json::from_str(&sent.body).unwrap();
        for resource in body["resourceSpans"].as_array().unwrap() {
            let named = resource["resource"]["attributes"].as_array().unwrap();
            let service = named.iter().find(|it| it["key"] == "service.name").unwrap();
            assert_eq!(service["value"]["stringValue"], "chantiers");
            for scope in resource["scopeSpans"].as_array().unwrap() {
                spans.extend(scope["spans"].as_array().unwrap().iter().cloned());
            }
        }
    }
    spans
}

fn attribute<'s>(span: &'s Value, key: &str) -> Option<&'s Value> {
    let attributes = span["attributes"].as_array()?;
    Some(&attributes.iter().find(|it| it["key"] == key)?["value"])
}

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const PARENT: &str = "b7ad6b7169203331";

#[tokio::test]
async fn a_request_is_followed_to_its_statements() {
    let collector = Receiver::open().await;
    let settings = [
        ("CHANTIERS_OTLP_URL", collector.url("")),
        ("OTEL_BSP_SCHEDULE_DELAY", "100".to_owned()),
    ];
    let settings: Vec<(&str, &str)> = settings
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let server = Server::on_sqlite_with(&settings).await;
    let body = json!({"query": "query Names { organisations(first: 1) { nodes { name } } }"});
    let request = server.visitor().request(Method::POST, "/graphql").json(&body);
    let answer = request
        .header("traceparent", format!("00-{TRACE}-{PARENT}-01"))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
    let mut found = Vec::new();
    for _ in 0..100 {
        found = spans(&collector);
        found.retain(|span| span["traceId"] == TRACE);
        if found.iter().any(|span| span["parentSpanId"] == PARENT) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let whole = found
        .iter()
        .find(|span| span["parentSpanId"] == PARENT)
        .expect("the request's span");
    assert_eq!(whole["name"], "POST /graphql");
    assert_eq!(
        attribute(whole, "http.response.status_code").unwrap()["intValue"],
        "200",
        "{whole}"
    );
    assert_eq!(
        attribute(whole, "graphql.operation.name").unwrap()["stringValue"],
        "Names",
        "{whole}"
    );
    let statements: Vec<&Value> = found
        .iter()
        .filter(|span| span["parentSpanId"] == whole["spanId"])
        .collect();
    let texts = statements
        .iter()
        .filter_map(|span| attribute(span, "db.query.text"));
    assert!(
        texts.into_iter().any(|text| text["stringValue"]
            .as_str()
            .is_some_and(|text| text.contains("organisation"))),
        "{statements:#?}"
    );
    server.close().await;
}

#[tokio::test]
async fn a_collector_that_is_away_holds_nothing_up() {
    let settings = [
        ("CHANTIERS_OTLP_URL", "http://127.0.0.1:1"),
        ("OTEL_BSP_SCHEDULE_DELAY", "100"),
    ];
    let mut server = Server::on_sqlite_with(&settings).await;
    for _ in 0..3 {
        assert_eq!(server.visitor().get("/health/ready").await.status(), 200);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(server.terminate().await, Some(0));
    server.close().await;
}
