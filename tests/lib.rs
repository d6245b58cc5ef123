//! Stories: what people and programs do with the product, told over HTTP only, against the real server as a process,
//! on both databases.

pub mod rows;
pub mod scene;
pub mod schema;

use serde_json::{Value, json};
use testing::TestClient;

/// Tells one story on SQLite and on PostgreSQL. The body takes the server.
#[macro_export]
macro_rules! story {
    (async fn $name:ident($server:ident: Server) $body:block) => {
        mod $name {
            #[allow(unused_imports, clippy::allow_attributes, reason = "what the body needs stands in its file")]
            use super::*;

            #[allow(unused_mut, clippy::allow_attributes, reason = "some stories stop and start the server")]
            async fn body(mut $server: testing::Server) {
                $body
                $server.close().await;
            }

            #[tokio::test]
            async fn sqlite() {
                body(testing::Server::on_sqlite().await).await;
            }

            #[tokio::test]
            async fn postgres() {
                body(testing::Server::on_postgres().await).await;
            }
        }
    };
}

/// A project of the reference data, by its code: its identifier and revision.
pub async fn project(client: &TestClient, code: &str) -> (String, i64) {
    let query = "query($code: String!) { record(source: \"reference\", externalId: $code) { ... on Project { id revision } } }";
    let data = client.data(query, json!({"code": code})).await;
    let id = data["record"]["id"]
        .as_str()
        .expect("the project is there")
        .to_owned();
    (
        id,
        data["record"]["revision"]
            .as_i64()
            .expect("a revision is a number"),
    )
}

/// Makes an account with this role through the invitation, and signs in.
pub async fn colleague(server: &testing::Server, name: &str, role: &str) -> TestClient {
    invited(server, name, json!({"role": role})).await
}

/// Makes an account of somebody who works for this organisation, and signs in.
pub async fn partner(server: &testing::Server, name: &str, organisation: &Value) -> TestClient {
    invited(
        server,
        name,
        json!({"role": "PARTNER", "organisationId": organisation}),
    )
    .await
}

async fn invited(server: &testing::Server, name: &str, mut input: Value) -> TestClient {
    let administrator = server.administrator().await;
    let email = format!("{}@chantiers.test", name.to_lowercase());
    let invite = "mutation($input: NewPerson!) { personInvite(input: $input) { invitation { path } userErrors { code message } } }";
    input["name"] = json!(name);
    input["email"] = json!(email);
    let data = administrator.data(invite, json!({"input": input})).await;
    let path = data["personInvite"]["invitation"]["path"]
        .as_str()
        .expect("an invitation has a path");
    let password = "une ceinture alimentaire";
    let accepted = server
        .visitor()
        .post(
            &format!("/v1{}", path.replace("/invitation/", "/invitations/")),
            &json!({"password": password}),
        )
        .await;
    assert!(
        accepted.status().is_success(),
        "the invitation can be taken up: {}",
        accepted.status()
    );
    server.sign_in(&email, password).await
}

/// The codes of a payload's user errors.
#[must_use]
pub fn codes(payload: &Value) -> Vec<&str> {
    let errors = payload["userErrors"].as_array().map_or(&[][..], Vec::as_slice);
    errors.iter().filter_map(|error| error["code"].as_str()).collect()
}

/// How many statements something costs. The server's own tasks ask something now and then, so the least of three counts.
pub async fn statements(client: &TestClient, what: impl AsyncFn()) -> u64 {
    let mut least = u64::MAX;
    for _ in 0..3 {
        let before = counter(client, "chantiers_statements_total").await;
        what().await;
        let cost = counter(client, "chantiers_statements_total").await - before;
        least = least.min(cost);
    }
    least
}

/// The value of a counter in the server's Prometheus text.
pub async fn counter(client: &TestClient, name: &str) -> u64 {
    let text = client
        .get("/metrics")
        .await
        .text()
        .await
        .expect("the metrics are text");
    text.lines()
        .find_map(|line| line.strip_prefix(name)?.trim().parse::<f64>().ok())
        .map(|value| {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count")]
            let count = value as u64;
            count
        })
        .expect("the counter is published")
}
