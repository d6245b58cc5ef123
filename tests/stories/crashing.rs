//! The server is killed in the middle of writes and of sending, again and again: what it acknowledged is there after the
//! restart, and everybody who is to be told of it is.

#![expect(clippy::unwrap_used, reason = "a story stops at the first surprise")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use stories::story;
use testing::{Receiver, Server};
use tokio::sync::Notify;

const KILLS: u64 = 50;

story! {
    async fn what_was_acknowledged_survives_fifty_kills(server: Server) {
        let create = "mutation($input: NewOrganisation!) { organisationCreate(input: $input) { organisation { id } userErrors { code message } } }";
        let mut acknowledged: Vec<String> = Vec::new();
        for round in 0..KILLS {
            let client = server.administrator().await;
            let stopped = Arc::new(AtomicBool::new(false));
            let first = Arc::new(Notify::new());
            let writers: Vec<_> = (0..4)
                .map(|writer| {
                    let (client, stopped, first) = (client.clone(), Arc::clone(&stopped), Arc::clone(&first));
                    tokio::spawn(async move {
                        let mut kept = Vec::new();
                        for count in 0.. {
                            if stopped.load(Ordering::SeqCst) { break; }
                            let name = format!("Ferme {round} {writer} {count}");
                            let answer = client.try_ask(create, json!({"input": {"name": name}})).await;
                            let Some(answer) = answer else { break };
                            if let Some(id) = answer["data"]["organisationCreate"]["organisation"]["id"].as_str() {
                                kept.push(id.to_owned());
                                first.notify_one();
                            }
                        }
                        kept
                    })
                })
                .collect();
            // A different moment each time, once writing is under way.
            first.notified().await;
            tokio::time::sleep(Duration::from_millis(round * 7 % 90)).await;
            server.kill().await;
            stopped.store(true, Ordering::SeqCst);
            for writer in writers {
                acknowledged.extend(writer.await.unwrap());
            }
            server.restart().await;
        }
        assert!(acknowledged.len() as u64 >= KILLS, "the writers wrote: {}", acknowledged.len());
        let visitor = server.visitor();
        for some in acknowledged.chunks(100) {
            let data = visitor.data("query($ids: [ID!]!) { nodes(ids: $ids) { id ... on Organisation { history(first: 1) { totalCount } } } }", json!({"ids": some})).await;
            for (node, id) in data["nodes"].as_array().unwrap().iter().zip(some) {
                assert_eq!(node["id"].as_str(), Some(id.as_str()), "acknowledged and there");
                assert_eq!(node["history"]["totalCount"], 1, "told once");
            }
        }
    }
}

story! {
    async fn what_directories_push_is_neither_lost_nor_doubled_by_fifty_kills(server: Server) {
        let create = "mutation($input: NewSource!) { sourceCreate(input: $input) { userErrors { code } } }";
        server.administrator().await.ask(create, json!({"input": {"code": "annuaire", "name": "Annuaire"}})).await;
        let upsert = "mutation($input: RecordsUpsertInput!) { recordsUpsert(input: $input) { applied replayed counts { created rejected } } }";
        // Request number so and so: a farm, and ten offers of its own.
        let request = |number: u64| {
            let offers: Vec<_> = (0..10)
                .map(|n| json!({"externalId": format!("o{number}-{n}"), "organisationExternalId": format!("f{number}"), "productType": "bread"}))
                .collect();
            json!({"input": {"source": "annuaire", "idempotencyKey": format!("k{number}"),
                "organisations": [{"externalId": format!("f{number}"), "name": format!("Ferme {number}")}], "offers": offers}})
        };
        let (mut next, mut acknowledged) = (0_u64, 0_u64);
        for round in 0..KILLS {
            let client = server.administrator().await;
            let stopped = Arc::new(AtomicBool::new(false));
            let first = Arc::new(Notify::new());
            let writer = tokio::spawn({
                let (stopped, first) = (Arc::clone(&stopped), Arc::clone(&first));
                async move {
                    let mut at = next;
                    while !stopped.load(Ordering::SeqCst) {
                        // What was not acknowledged is sent again, by the same name.
                        let Some(answer) = client.try_ask(upsert, request(at)).await else { break };
                        assert_eq!(answer["data"]["recordsUpsert"]["counts"], json!({"created": 11, "rejected": 0}), "{answer}");
                        at += 1;
                        first.notify_one();
                    }
                    at
                }
            });
            first.notified().await;
            tokio::time::sleep(Duration::from_millis(round * 7 % 90)).await;
            server.kill().await;
            stopped.store(true, Ordering::SeqCst);
            let reached = writer.await.unwrap();
            acknowledged += reached - next;
            next = reached;
            server.restart().await;
        }
        assert!(acknowledged >= KILLS, "the directory pushed");
        let client = server.administrator().await;
        client.ask(upsert, request(next)).await;
        let data = client.data("{ offers { totalCount } source(code: \"annuaire\") { health { organisations offers } } }", json!({})).await;
        let farms = next + 1;
        assert_eq!(data["offers"]["totalCount"], farms * 10);
        assert_eq!(data["source"]["health"], json!({"organisations": farms, "offers": farms * 10}));
    }
}

/// Two partners' endpoints are told of every record that was acknowledged, at least once; a message keeps its name however
/// often it comes, and no two messages tell of the same change.
async fn every_webhook_is_told_of_everything(mut server: Server) {
    let receivers = [Receiver::open().await, Receiver::open().await];
    let create = "mutation($input: NewOrganisation!) { organisationCreate(input: $input) { organisation { id } userErrors { code } } }";
    let administrator = server.administrator().await;
    let owner = administrator
        .data(create, json!({"input": {"name": "Ferme"}}))
        .await;
    for receiver in &receivers {
        let hook = "mutation($input: NewWebhook!) { webhookCreate(input: $input) { webhook { id } userErrors { code } } }";
        let input = json!({"organisationId": owner["organisationCreate"]["organisation"]["id"], "url": receiver.url("/")});
        let made = administrator.data(hook, json!({"input": input})).await;
        assert!(made["webhookCreate"]["webhook"]["id"].is_string(), "{made}");
    }
    let mut acknowledged: BTreeSet<String> = BTreeSet::new();
    for round in 0..KILLS {
        let client = server.administrator().await;
        let stopped = Arc::new(AtomicBool::new(false));
        let first = Arc::new(Notify::new());
        let writer = tokio::spawn({
            let (stopped, first) = (Arc::clone(&stopped), Arc::clone(&first));
            async move {
                let mut kept = Vec::new();
                for count in 0.. {
                    if stopped.load(Ordering::SeqCst) {
                        break;
                    }
                    let input = json!({"input": {"name": format!("Ferme {round} {count}")}});
                    let Some(answer) = client.try_ask(create, input).await else {
                        break;
                    };
                    if let Some(id) = answer["data"]["organisationCreate"]["organisation"]["id"].as_str() {
                        kept.push(id.to_owned());
                        first.notify_one();
                    }
                }
                kept
            }
        });
        first.notified().await;
        tokio::time::sleep(Duration::from_millis(round * 7 % 90)).await;
        server.kill().await;
        stopped.store(true, Ordering::SeqCst);
        acknowledged.extend(writer.await.unwrap());
        server.restart().await;
    }
    assert!(acknowledged.len() as u64 >= KILLS, "the writer wrote");
    for receiver in &receivers {
        let mut missing = acknowledged.clone();
        for _ in 0..600 {
            for message in receiver.received() {
                let body: Value = serde_json::from_str(&message.body).unwrap();
                missing.remove(body["data"]["recordId"].as_str().unwrap());
            }
            if missing.is_empty() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        assert!(missing.is_empty(), "never told of: {missing:?}");
        let mut names: BTreeMap<String, String> = BTreeMap::new();
        let mut told: BTreeMap<String, String> = BTreeMap::new();
        for message in receiver.received() {
            let known = names
                .entry(message.id.clone())
                .or_insert_with(|| message.body.clone());
            assert_eq!(*known, message.body, "one message, one body");
            let known = told
                .entry(message.body.clone())
                .or_insert_with(|| message.id.clone());
            assert_eq!(*known, message.id, "one change, one message: {}", message.body);
        }
    }
    server.close().await;
}

const ALLOWED: [(&str, &str); 1] = [("CHANTIERS_WEBHOOK_ALLOW_PRIVATE", "true")];

#[tokio::test]
async fn every_webhook_is_told_of_everything_in_spite_of_fifty_kills_on_sqlite() {
    every_webhook_is_told_of_everything(Server::on_sqlite_with(&ALLOWED).await).await;
}

#[tokio::test]
async fn every_webhook_is_told_of_everything_in_spite_of_fifty_kills_on_postgres() {
    every_webhook_is_told_of_everything(Server::on_postgres_with(&ALLOWED).await).await;
}
