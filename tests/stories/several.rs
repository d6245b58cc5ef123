//! Two servers on one PostgreSQL, started at once: one migrates, both serve, what one writes the other tells, work that
//! waits is done once, and a session is good on both.

#![expect(clippy::unwrap_used, reason = "a story stops at the first surprise")]

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::{Value, json};
use stories::codes;
use testing::{OwnPostgres, Receiver, Server, TestClient};

const CREATE: &str = "mutation($input: NewOrganisation!) { organisationCreate(input: $input) { organisation { id revision } userErrors { code } } }";
const UPDATE: &str = "mutation($input: OrganisationPatch!) { organisationUpdate(input: $input) { organisation { revision } userErrors { code } } }";

/// A page of the feed after this place, and the place after it.
async fn page(client: &TestClient, after: &str) -> (Vec<Value>, String, bool) {
    let path = format!("/v1/changes?types=ORGANISATION&first=100&after={after}");
    let mut page: Value = client.get(&path).await.json().await.unwrap();
    let nodes = page["nodes"].as_array_mut().expect("a page has changes");
    (
        std::mem::take(nodes),
        page["cursor"].as_str().unwrap().to_owned(),
        page["hasMore"] == true,
    )
}

#[tokio::test]
async fn two_servers_on_one_database_are_as_one() {
    let postgres = OwnPostgres::start().await;
    // Both find the database empty.
    let settings = [
        ("CHANTIERS_PUBLIC_URL", "http://chantiers.test"),
        ("CHANTIERS_WEBHOOK_ALLOW_PRIVATE", "true"),
    ];
    let start = || Server::on(postgres.address(), &settings);
    let (mut one, mut two) = tokio::join!(start(), start());
    for server in [&one, &two] {
        let counted = server
            .visitor()
            .data("{ projects { totalCount } }", json!({}))
            .await;
        assert_eq!(
            counted["projects"]["totalCount"], 31,
            "the reference data is there once"
        );
    }

    // A token of one is good on the other, and what one changed is read at the other at once.
    let administrator = one.administrator().await;
    let elsewhere = administrator.at(&two);
    let made = administrator
        .data(CREATE, json!({"input": {"name": "Ferme d’ici"}}))
        .await;
    let id = made["organisationCreate"]["organisation"]["id"].clone();
    let read = elsewhere
        .data(
            "query($id: ID!) { organisation(id: $id) { name } viewer { person { id } } }",
            json!({"id": id}),
        )
        .await;
    assert_eq!(read["organisation"]["name"], "Ferme d’ici");

    // Who waits on one hears of what is written on the other.
    let start: Value = one
        .visitor()
        .get("/v1/changes?types=ORGANISATION&first=500")
        .await
        .json()
        .await
        .unwrap();
    let mut cursor = start["cursor"].as_str().unwrap().to_owned();
    loop {
        let (_, next, more) = page(&one.visitor(), &cursor).await;
        cursor = next;
        if !more {
            break;
        }
    }
    let waiting = {
        let (visitor, path) = (
            one.visitor(),
            format!("/v1/changes?types=ORGANISATION&waitSeconds=30&after={cursor}"),
        );
        tokio::spawn(async move { visitor.get(&path).await.json::<Value>().await.unwrap() })
    };
    tokio::time::sleep(Duration::from_millis(300)).await;
    let began = tokio::time::Instant::now();
    elsewhere
        .data(CREATE, json!({"input": {"name": "Ferme d’ailleurs"}}))
        .await;
    let heard = waiting.await.unwrap();
    assert_eq!(heard["nodes"].as_array().unwrap().len(), 1, "{heard}");
    assert!(
        began.elapsed() < Duration::from_secs(15),
        "it is heard long before the wait ends"
    );

    // Eight write through both, one follows through both by turns: each change in its order, none lost, none twice.
    let hook = Receiver::open().await;
    let webhook =
        "mutation($input: NewWebhook!) { webhookCreate(input: $input) { userErrors { code message } } }";
    let input = json!({"organisationId": id, "url": hook.url("/hook"), "types": ["ORGANISATION"]});
    let told = administrator.data(webhook, json!({"input": input})).await;
    assert!(codes(&told["webhookCreate"]).is_empty(), "{told}");
    let writers: Vec<_> = (0..8)
        .map(|writer| {
            let (mine, other) = (administrator.at(&one), administrator.at(&two));
            tokio::spawn(async move {
                let made = mine.data(CREATE, json!({"input": {"name": format!("Ferme {writer}")}})).await;
                let id = made["organisationCreate"]["organisation"]["id"].as_str().unwrap().to_owned();
                for revision in 1..=10 {
                    let client = if revision % 2 == 0 { &mine } else { &other };
                    let input = json!({"id": id, "expectedRevision": revision, "aliases": [format!("alias {revision}")]});
                    let done = client.data(UPDATE, json!({"input": input})).await;
                    assert!(codes(&done["organisationUpdate"]).is_empty(), "{done}");
                }
                id
            })
        })
        .collect();
    let following = {
        let (clients, mut cursor) = ([one.visitor(), two.visitor()], cursor);
        tokio::spawn(async move {
            let mut seen = BTreeMap::<String, Vec<i64>>::new();
            for turn in 0..2_000 {
                let (changes, next, _) = page(&clients[turn % 2], &cursor).await;
                cursor = next;
                for change in changes {
                    let revision = change["record"]["revision"].as_i64().unwrap();
                    seen.entry(change["recordId"].as_str().unwrap().to_owned())
                        .or_default()
                        .push(revision);
                }
                if seen.values().filter(|revisions| revisions.len() == 11).count() == 8 {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            seen
        })
    };
    let mut written = BTreeSet::new();
    for writer in writers {
        written.insert(writer.await.unwrap());
    }
    let seen = following.await.unwrap();
    for id in &written {
        // A change carries the state at the time of reading, so it may be ahead of its turn and never behind it.
        let revisions = &seen[id];
        assert_eq!(revisions.len(), 11, "each change once");
        assert!(
            revisions.is_sorted() && revisions.last() == Some(&11),
            "in the order of commits: {revisions:?}"
        );
        assert!(
            revisions.iter().zip(1..).all(|(told, turn)| *told >= turn),
            "no older state: {revisions:?}"
        );
    }

    // Messages are made once and sent by one of the two.
    let received = hook.wait_for(88).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let received_later = hook.received();
    assert_eq!(
        received_later.len(),
        received.len(),
        "nobody sends again what the other sent"
    );
    let ids: BTreeSet<_> = received_later.iter().map(|message| message.id.clone()).collect();
    assert_eq!(ids.len(), 88, "each message has a name of its own");

    // A file that one was asked for is there at the other.
    let asked = one
        .visitor()
        .post("/v1/exports?what=organisations&format=csv", &json!({}))
        .await;
    assert_eq!(asked.status(), 202);
    let job = asked.headers()["location"].to_str().unwrap().to_owned();
    let path = job.replace("http://chantiers.test", "");
    let mut state = Value::Null;
    for _ in 0..200 {
        state = two.visitor().get(&path).await.json().await.unwrap();
        if state["state"] == "DONE" {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(state["state"], "DONE", "{state}");

    // One goes; the other goes on alone.
    one.terminate().await;
    elsewhere
        .data(CREATE, json!({"input": {"name": "Ferme qui reste"}}))
        .await;
    two.terminate().await;
    postgres.close().await;
}
