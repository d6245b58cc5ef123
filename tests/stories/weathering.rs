//! What a server goes through with its surroundings: a database that is restarted in the middle of work, a disk that is
//! full. Requests fail in clear words, nothing that was acknowledged is lost, and the server recovers by itself.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use testing::{OwnPostgres, Server, TestClient};

const CREATE: &str = "mutation($input: NewOrganisation!) { organisationCreate(input: $input) { organisation { id } userErrors { code } } }";

/// What came of one write.
enum Came {
    Done(String),
    Failed(u16, Value),
}

async fn write(client: &TestClient, name: &str) -> Came {
    let body = json!({"query": CREATE, "variables": {"input": {"name": name}}});
    let answer = client
        .request(reqwest::Method::POST, "/graphql")
        .header("Accept", "application/graphql-response+json")
        .json(&body)
        .send()
        .await
        .expect("the server itself stays");
    let status = answer.status().as_u16();
    let answer: Value = answer.json().await.expect("it answers JSON in any weather");
    match answer["data"]["organisationCreate"]["organisation"]["id"].as_str() {
        Some(id) => Came::Done(id.to_owned()),
        None => Came::Failed(status, answer["errors"][0]["extensions"]["code"].clone()),
    }
}

#[tokio::test]
async fn a_database_that_restarts_under_load_costs_nobody_what_was_acknowledged() {
    let postgres = OwnPostgres::start().await;
    let mut server = Server::on(postgres.address(), &[]).await;
    let administrator = server.administrator().await;
    let (stopped, restarted) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
    let writers: Vec<_> = (0..8)
        .map(|writer| {
            let (client, stopped, restarted) = (
                administrator.clone(),
                Arc::clone(&stopped),
                Arc::clone(&restarted),
            );
            tokio::spawn(async move {
                let (mut before, mut after, mut failed) = (Vec::new(), Vec::new(), Vec::new());
                for count in 0.. {
                    if stopped.load(Ordering::SeqCst) {
                        break;
                    }
                    match write(&client, &format!("Ferme {writer} {count}")).await {
                        Came::Done(id) if restarted.load(Ordering::SeqCst) => after.push(id),
                        Came::Done(id) => before.push(id),
                        Came::Failed(status, code) => {
                            failed.push((status, code));
                            tokio::time::sleep(Duration::from_millis(20)).await;
                        }
                    }
                }
                (before, after, failed)
            })
        })
        .collect();
    tokio::time::sleep(Duration::from_millis(700)).await;
    for _ in 0..3 {
        postgres.restart().await;
        tokio::time::sleep(Duration::from_millis(700)).await;
    }
    restarted.store(true, Ordering::SeqCst);
    tokio::time::sleep(Duration::from_secs(2)).await;
    stopped.store(true, Ordering::SeqCst);
    let (mut before, mut after, mut failed) = (Vec::new(), Vec::new(), Vec::new());
    for writer in writers {
        let (early, late, not) = writer.await.unwrap();
        before.extend(early);
        after.extend(late);
        failed.extend(not);
    }
    assert!(!before.is_empty(), "they wrote before");
    assert!(!after.is_empty(), "the server recovers by itself: {failed:?}");
    for (status, code) in &failed {
        // What had begun is answered as GraphQL over HTTP has it: 200, and the error in it.
        assert!(
            [200, 503].contains(status) && code == "UNAVAILABLE",
            "a clear failure: {status} {code}"
        );
    }
    let visitor = server.visitor();
    let acknowledged: Vec<String> = before.into_iter().chain(after).collect();
    for some in acknowledged.chunks(100) {
        let data = visitor
            .data(
                "query($ids: [ID!]!) { nodes(ids: $ids) { id } }",
                json!({"ids": some}),
            )
            .await;
        for (node, id) in data["nodes"].as_array().unwrap().iter().zip(some) {
            assert_eq!(node["id"].as_str(), Some(id.as_str()), "acknowledged and there");
        }
    }
    server.terminate().await;
    postgres.close().await;
}

#[tokio::test]
async fn a_full_disk_is_said_and_leaves_the_database_whole() {
    let mut server = Server::on_small_disk(9).await;
    let administrator = server.administrator().await;
    let mut acknowledged = Vec::new();
    let mut refused = None;
    let long = "a".repeat(190);
    for count in 0..20_000 {
        let name = format!("Ferme {count} {long}");
        match write(&administrator, &name[..190]).await {
            Came::Done(id) => acknowledged.push(id),
            Came::Failed(status, code) => {
                refused = Some((status, code));
                break;
            }
        }
    }
    assert_eq!(refused.expect("a small disk fills up").1, "STORAGE_FULL");
    assert!(!acknowledged.is_empty(), "there was room at first");
    // What is there can still be read.
    let visitor = server.visitor();
    let counted = visitor.data("{ projects { totalCount } }", json!({})).await;
    assert_eq!(counted["projects"]["totalCount"], 31);
    let copy = server.copied_from_small_disk();
    server.terminate().await;
    let healed = Server::on(&copy, &[]).await;
    let visitor = healed.visitor();
    for some in acknowledged.chunks(100) {
        let data = visitor
            .data(
                "query($ids: [ID!]!) { nodes(ids: $ids) { id } }",
                json!({"ids": some}),
            )
            .await;
        for (node, id) in data["nodes"].as_array().unwrap().iter().zip(some) {
            assert_eq!(node["id"].as_str(), Some(id.as_str()), "acknowledged and there");
        }
    }
    // With room again it is written to again.
    let administrator = healed.administrator().await;
    assert!(matches!(
        write(&administrator, "Ferme du lendemain").await,
        Came::Done(_)
    ));
    let (code, _, said) = healed.command(&["check"]).await;
    assert_eq!(code, Some(0), "{said}");
    healed.close().await;
}
