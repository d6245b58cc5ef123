//! A server with a replica: what queries show is read there, who writes reads what they wrote although the replica is behind,
//! and a replica that goes away is missed by nobody.

#![expect(clippy::unwrap_used, reason = "a story stops at the first surprise")]

use std::time::Duration;

use serde_json::{Value, json};
use stories::{codes, colleague, counter};
use testing::{OwnPostgres, Server, TestClient};

const CREATE: &str = "mutation($input: NewOrganisation!) { organisationCreate(input: $input) { organisation { id revision } userErrors { code } } }";
const UPDATE: &str = "mutation($input: OrganisationPatch!) { organisationUpdate(input: $input) { organisation { revision } userErrors { code } } }";
const READ: &str = "query($id: ID!) { organisation(id: $id) { name revision } }";

async fn asked_of_the_replica(client: &TestClient) -> u64 {
    counter(client, "chantiers_replica_statements_total").await
}

/// Reads until the replica is what answers.
async fn until_it_follows(client: &TestClient, id: &Value) {
    for _ in 0..500 {
        let before = asked_of_the_replica(client).await;
        client.data(READ, json!({"id": id})).await;
        if asked_of_the_replica(client).await > before {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the replica is not read");
}

async fn rename(client: &TestClient, id: &Value, revision: i64, name: &str) {
    let input = json!({"id": id, "expectedRevision": revision, "name": name});
    let done = client.data(UPDATE, json!({"input": input})).await["organisationUpdate"].take();
    assert_eq!(codes(&done), Vec::<&str>::new(), "{done}");
}

async fn name(client: &TestClient, id: &Value) -> String {
    let read = client.data(READ, json!({"id": id})).await;
    read["organisation"]["name"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn the_replica_is_read_as_long_as_it_has_what_was_written() {
    let postgres = OwnPostgres::start().await;
    let replica = postgres.replica().await;
    let server = Server::on(postgres.address(), &[("CHANTIERS_REPLICA_URL", &replica)]).await;
    let editor = colleague(&server, "Alix", "EDITOR").await;
    let visitor = server.visitor();
    let made = editor.data(CREATE, json!({"input": {"name": "Ferme"}})).await;
    let id = made["organisationCreate"]["organisation"]["id"].clone();
    until_it_follows(&visitor, &id).await;

    // Behind: who wrote reads it at once, and so does everybody.
    OwnPostgres::tell(&replica, "SELECT pg_wal_replay_pause()").await;
    rename(&editor, &id, 1, "Ferme du Moulin").await;
    let before = asked_of_the_replica(&visitor).await;
    assert_eq!(name(&editor, &id).await, "Ferme du Moulin");
    assert_eq!(name(&visitor, &id).await, "Ferme du Moulin");
    assert_eq!(
        asked_of_the_replica(&visitor).await,
        before,
        "it does not have it yet"
    );

    // It catches up, and is read again.
    OwnPostgres::tell(&replica, "SELECT pg_wal_replay_resume()").await;
    until_it_follows(&visitor, &id).await;
    assert_eq!(name(&visitor, &id).await, "Ferme du Moulin");

    // Each write is read by the next request, however fast they come.
    for revision in 2..30 {
        let next = format!("Ferme {revision}");
        rename(&editor, &id, revision, &next).await;
        assert_eq!(name(&editor, &id).await, next);
    }

    // Away: nobody notices. Back: it is read again.
    postgres.stop_replica().await;
    for _ in 0..5 {
        assert_eq!(name(&visitor, &id).await, "Ferme 29");
    }
    rename(&editor, &id, 30, "Ferme du Soir").await;
    assert_eq!(name(&editor, &id).await, "Ferme du Soir");
    assert_eq!(postgres.replica().await, replica);
    until_it_follows(&visitor, &id).await;
    assert_eq!(name(&visitor, &id).await, "Ferme du Soir");
    // What changes something, and who may ask, are asked of the primary: a session that was ended is void at once.
    OwnPostgres::tell(&replica, "SELECT pg_wal_replay_pause()").await;
    let ended = editor
        .request(reqwest::Method::DELETE, "/v1/session")
        .send()
        .await
        .unwrap();
    assert!(ended.status().is_success(), "{}", ended.status());
    let answer = editor.ask("{ viewer { person { name } } }", json!({})).await;
    assert_eq!(
        answer["errors"][0]["extensions"]["code"], "UNAUTHENTICATED",
        "{answer}"
    );
    server.close().await;
    postgres.close().await;
}

#[tokio::test]
async fn a_replica_that_cannot_be_is_said_at_once() {
    let (code, said) =
        testing::run_server(&[("CHANTIERS_REPLICA_URL", "postgres://nobody@127.0.0.1:1/x")]).await;
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("CHANTIERS_REPLICA_URL"), "{said}");
}
