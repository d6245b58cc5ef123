//! The server is killed in the middle of writes, again and again: what it acknowledged is there after the restart.

#![expect(clippy::unwrap_used, reason = "a story stops at the first surprise")]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::json;
use stories::story;

const KILLS: u64 = 50;

story! {
    async fn what_was_acknowledged_survives_fifty_kills(server: Server) {
        let create = "mutation($input: NewOrganisation!) { organisationCreate(input: $input) { organisation { id } userErrors { code message } } }";
        let mut acknowledged: Vec<String> = Vec::new();
        for round in 0..KILLS {
            let client = server.administrator().await;
            let stopped = Arc::new(AtomicBool::new(false));
            let writers: Vec<_> = (0..4)
                .map(|writer| {
                    let (client, stopped) = (client.clone(), Arc::clone(&stopped));
                    tokio::spawn(async move {
                        let mut kept = Vec::new();
                        for count in 0.. {
                            if stopped.load(Ordering::SeqCst) { break; }
                            let name = format!("Ferme {round} {writer} {count}");
                            let answer = client.try_ask(create, json!({"input": {"name": name}})).await;
                            let Some(answer) = answer else { break };
                            if let Some(id) = answer["data"]["organisationCreate"]["organisation"]["id"].as_str() {
                                kept.push(id.to_owned());
                            }
                        }
                        kept
                    })
                })
                .collect();
            // A different moment each time.
            tokio::time::sleep(Duration::from_millis(20 + round * 7 % 90)).await;
            server.kill().await;
            stopped.store(true, Ordering::SeqCst);
            for writer in writers {
                acknowledged.extend(writer.await.unwrap());
            }
            server.restart().await;
        }
        assert!(acknowledged.len() as u64 > KILLS, "the writers wrote: {}", acknowledged.len());
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
