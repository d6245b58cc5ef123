//! The server is killed in the middle of writes, again and again: what it acknowledged is there after the restart.

#![expect(clippy::unwrap_used, reason = "a story stops at the first surprise")]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::json;
use stories::story;
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
