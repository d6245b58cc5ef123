//! A partner is told of changes: the messages arrive signed and under lasting names, come again where they fail, stop where
//! they are not wanted, and never reach into a private network.

#![expect(clippy::unwrap_used, reason = "a story stops at the first surprise")]

use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use ed25519_dalek::{Signature, Verifier as _, VerifyingKey};
use hmac::{Hmac, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;
use stories::{codes, colleague, counter, partner, statements};
use testing::{Answer, Received, Receiver, Server, TestClient};

/// Tells one story on SQLite and on PostgreSQL, against a server that may send to this machine.
macro_rules! open_story {
    (async fn $name:ident($server:ident: Server) $body:block) => {
        mod $name {
            #[allow(unused_imports, clippy::allow_attributes, reason = "what the body needs stands in its file")]
            use super::*;

            async fn body($server: Server) {
                $body
                $server.close().await;
            }

            #[tokio::test]
            async fn sqlite() {
                body(Server::on_sqlite_with(&[("CHANTIERS_WEBHOOK_ALLOW_PRIVATE", "true")]).await).await;
            }

            #[tokio::test]
            async fn postgres() {
                body(Server::on_postgres_with(&[("CHANTIERS_WEBHOOK_ALLOW_PRIVATE", "true")]).await).await;
            }
        }
    };
}

async fn mutate(client: &TestClient, name: &str, kind: &str, answer: &str, input: Value) -> Value {
    let query = format!(
        "mutation($input: {kind}!) {{ {name}(input: $input) {{ {answer} userErrors {{ code field message }} }} }}"
    );
    client.data(&query, json!({"input": input})).await[name].take()
}

async fn farm(client: &TestClient, name: &str) -> Value {
    let made = mutate(
        client,
        "organisationCreate",
        "NewOrganisation",
        "organisation { id revision name }",
        json!({"name": name}),
    )
    .await;
    made["organisation"].clone()
}

/// Something that is told: a change of the farm's name.
async fn rename(client: &TestClient, farm: &Value, revision: i64, name: &str) {
    let input = json!({"id": farm["id"], "expectedRevision": revision, "name": name});
    let done = mutate(
        client,
        "organisationUpdate",
        "OrganisationPatch",
        "organisation { revision }",
        input,
    )
    .await;
    assert_eq!(done["organisation"]["revision"], revision + 1, "{done}");
}

/// A webhook of the farm for organisations: its identifier, its secret, its public key.
async fn hook(client: &TestClient, farm: &Value, url: &str) -> (Value, String, String) {
    let input = json!({"organisationId": farm["id"], "url": url, "types": ["ORGANISATION"]});
    let answer = "webhook { id revision isActive state url } secret { secret publicKey }";
    let made = mutate(client, "webhookCreate", "NewWebhook", answer, input).await;
    assert_eq!(made["userErrors"], json!([]), "{made}");
    assert_eq!(
        (&made["webhook"]["isActive"], &made["webhook"]["state"]),
        (&json!(true), &json!("ACTIVE"))
    );
    let text = |name: &str| made["secret"][name].as_str().unwrap().to_owned();
    (made["webhook"]["id"].clone(), text("secret"), text("publicKey"))
}

/// As a partner verifies: which of the two kinds of signature fit.
fn verified(message: &Received, secret: &str, public_key: &str) -> (bool, bool) {
    let content = format!("{}.{}.{}", message.id, message.timestamp, message.body);
    let secret = BASE64_STANDARD
        .decode(secret.strip_prefix("whsec_").unwrap())
        .unwrap();
    let public = BASE64_STANDARD
        .decode(public_key.strip_prefix("whpk_").unwrap())
        .unwrap();
    let public = VerifyingKey::from_bytes(&public.try_into().unwrap()).unwrap();
    let (mut shared, mut own) = (false, false);
    for part in message.signature.split(' ') {
        let (version, signature) = part.split_once(',').unwrap();
        let signature = BASE64_STANDARD.decode(signature).unwrap();
        match version {
            "v1" => {
                let mut mac = Hmac::<Sha256>::new_from_slice(&secret).unwrap();
                mac.update(content.as_bytes());
                shared |= mac.verify_slice(&signature).is_ok();
            }
            "v1a" => {
                own |= public
                    .verify(content.as_bytes(), &Signature::from_slice(&signature).unwrap())
                    .is_ok();
            }
            other => panic!("{other}"),
        }
    }
    (shared, own)
}

const STATUS: &str = "query($id: ID!) { webhook(id: $id) { isActive state disabledAt disabledReason failures failingSince lastDeliveredAt restingUntil waiting cursor \
    publicKeys { publicKey createdAt expiresAt } organisation { name } \
    deliveries(first: 10) { totalCount nodes { id type recordId recordType revision cursor happenedAt state attemptCount nextAttempt deliveredAt \
    attempts(first: 10) { totalCount nodes { at milliseconds status error answer } } } } } }";

/// How the webhook does, once this holds.
async fn until(client: &TestClient, id: &Value, holds: impl Fn(&Value) -> bool) -> Value {
    let mut seen = Value::Null;
    for _ in 0..300 {
        seen = client.data(STATUS, json!({"id": id})).await["webhook"].take();
        if holds(&seen) {
            // Read once more: an answer reads the webhook before its deliveries, which may have come about between the two.
            return client.data(STATUS, json!({"id": id})).await["webhook"].take();
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("it does not come about: {seen:#}");
}

fn states(webhook: &Value) -> Vec<&str> {
    let nodes = webhook["deliveries"]["nodes"].as_array().unwrap();
    nodes.iter().map(|node| node["state"].as_str().unwrap()).collect()
}

open_story! {
    async fn a_partner_is_told_signed_and_finds_the_change_in_the_feed(server: Server) {
        let receiver = Receiver::open().await;
        let administrator = server.administrator().await;
        let farm = farm(&administrator, "Ferme du Pré").await;
        let anne = partner(&server, "Anne", &farm["id"]).await;
        let (id, secret, public_key) = hook(&anne, &farm, &receiver.url("/hook?token=x")).await;
        rename(&anne, &farm, 1, "Ferme du Grand Pré").await;
        let [message] = <[_; 1]>::try_from(receiver.wait_for(1).await).unwrap();
        assert_eq!(verified(&message, &secret, &public_key), (true, true), "{message:?}");
        assert_eq!(message.path, "/hook");
        assert!(message.headers["user-agent"].to_str().unwrap().starts_with("ChantiersCommuns/"));
        assert_eq!(message.headers["content-type"], "application/json");
        let body: Value = serde_json::from_str(&message.body).unwrap();
        assert_eq!(body["type"], "organisation.upserted");
        let data = &body["data"];
        assert_eq!((&data["recordId"], &data["recordType"], &data["revision"]), (&farm["id"], &json!("ORGANISATION"), &json!(2)));
        assert_eq!(data["webhookId"], id);
        // From the cursor on, the feed tells the change first, also narrowed.
        for narrowed in ["", "&types=ORGANISATION"] {
            let cursor = data["cursor"].as_str().unwrap();
            let page: Value = server.visitor().get(&format!("/v1/changes?after={cursor}{narrowed}")).await.json().await.unwrap();
            assert_eq!((&page["nodes"][0]["recordId"], &page["nodes"][0]["revision"]), (&farm["id"], &json!(2)), "{page}");
            assert_eq!(page["nodes"][0]["record"]["name"], "Ferme du Grand Pré");
        }
        let seen = until(&anne, &id, |seen| states(seen) == ["DELIVERED"]).await;
        let sent = &seen["deliveries"]["nodes"][0];
        assert_eq!((&sent["id"], &sent["attemptCount"], &sent["type"]), (&json!(message.id), &json!(1), &body["type"]));
        let attempt = &sent["attempts"]["nodes"][0];
        assert_eq!((&attempt["status"], &attempt["error"]), (&json!(204), &Value::Null));
        assert_eq!(seen["publicKeys"][0]["publicKey"], json!(public_key));
        assert!(seen["lastDeliveredAt"].is_string() && seen["waiting"] == 0, "{seen}");
        // What it did not ask for does not come.
        let input = json!({"organisationId": farm["id"], "productType": "bread", "title": "Pain", "communeId": "92094"});
        mutate(&anne, "offerCreate", "NewOffer", "offer { id }", input).await;
        rename(&anne, &farm, 2, "Ferme du Pré").await;
        receiver.wait_for(2).await;
        tokio::time::sleep(Duration::from_millis(500)).await;
        assert_eq!(receiver.received().len(), 2);
        assert_eq!(counter(&anne, "chantiers_webhook_attempts_total{outcome=\"delivered\"}").await, 2);
    }
}

open_story! {
    async fn a_message_that_fails_comes_again_under_the_same_name(server: Server) {
        let receiver = Receiver::open().await;
        let administrator = server.administrator().await;
        let farm = farm(&administrator, "Ferme du Pré").await;
        let (id, secret, public_key) = hook(&administrator, &farm, &receiver.url("/")).await;
        let broken = Answer { status: 500, header: None, body: "é".repeat(3_000) };
        receiver.answer([broken]);
        rename(&administrator, &farm, 1, "Ferme du Grand Pré").await;
        let [first, second] = <[_; 2]>::try_from(receiver.wait_for(2).await).unwrap();
        assert_eq!((&first.id, &first.body), (&second.id, &second.body));
        assert!(second.at - first.at >= Duration::from_secs(5), "not at once");
        assert_ne!(first.timestamp, second.timestamp, "signed anew");
        assert_eq!(verified(&second, &secret, &public_key), (true, true));
        let seen = until(&administrator, &id, |seen| states(seen) == ["DELIVERED"]).await;
        let attempts = &seen["deliveries"]["nodes"][0]["attempts"];
        assert_eq!((&attempts["totalCount"], &attempts["nodes"][0]["status"]), (&json!(2), &json!(500)));
        assert_eq!(attempts["nodes"][0]["answer"].as_str().unwrap(), "é".repeat(500));
        assert_eq!((&seen["failures"], &seen["failingSince"]), (&json!(0), &Value::Null));
    }
}

open_story! {
    async fn an_endpoint_that_is_gone_is_left_alone_until_its_owner_says_otherwise(server: Server) {
        let receiver = Receiver::open().await;
        let administrator = server.administrator().await;
        let farm = farm(&administrator, "Ferme du Pré").await;
        let anne = partner(&server, "Anne", &farm["id"]).await;
        let (id, ..) = hook(&anne, &farm, &receiver.url("/")).await;
        receiver.answer([Answer::status(410)]);
        rename(&anne, &farm, 1, "A").await;
        let seen = until(&anne, &id, |seen| seen["isActive"] == false).await;
        assert_eq!((&seen["disabledReason"], states(&seen)), (&json!("GONE"), vec!["FAILED"]));
        rename(&anne, &farm, 2, "B").await;
        let refused = mutate(&anne, "webhookTest", "WebhookInput", "delivery { id }", json!({"id": id})).await;
        assert_eq!(codes(&refused), ["INVALID"]);
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert_eq!(receiver.received().len(), 1, "nothing more is sent");
        let mails = administrator.data("{ mails(first: 5) { nodes { to kind text } } }", json!({})).await;
        let mail = mails["mails"]["nodes"].as_array().unwrap().iter().find(|mail| mail["kind"] == "WEBHOOK_DISABLED").unwrap();
        assert_eq!(mail["to"], "anne@chantiers.test");
        assert!(mail["text"].as_str().unwrap().contains(&receiver.url("/")), "{mail}");
        let input = json!({"id": id, "expectedRevision": 1, "state": "ACTIVE"});
        let resumed = mutate(&anne, "webhookUpdate", "WebhookPatch", "webhook { isActive disabledAt }", input).await;
        assert_eq!(resumed["webhook"], json!({"isActive": true, "disabledAt": null}), "{resumed}");
        let told = receiver.wait_for(2).await;
        let body: Value = serde_json::from_str(&told[1].body).unwrap();
        assert_eq!(body["data"]["revision"], 3, "it goes on where it stood");
    }
}

open_story! {
    async fn an_endpoint_that_asks_for_rest_gets_it(server: Server) {
        let receiver = Receiver::open().await;
        let administrator = server.administrator().await;
        let farm = farm(&administrator, "Ferme du Pré").await;
        let (id, ..) = hook(&administrator, &farm, &receiver.url("/")).await;
        let limited = Answer { status: 429, header: Some(("retry-after", "8".to_owned())), body: String::new() };
        receiver.answer([limited]);
        rename(&administrator, &farm, 1, "A").await;
        receiver.wait_for(1).await;
        let seen = until(&administrator, &id, |seen| seen["restingUntil"].is_string()).await;
        assert_eq!((states(&seen), &seen["failures"]), (vec!["WAITING"], &json!(1)));
        // Another message waits too.
        rename(&administrator, &farm, 2, "B").await;
        let told = receiver.wait_for(3).await;
        for later in &told[1..] {
            assert!(later.at - told[0].at >= Duration::from_secs(8), "it was left alone");
        }
        until(&administrator, &id, |seen| states(seen) == ["DELIVERED", "DELIVERED"]).await;
    }
}

open_story! {
    async fn a_redirection_is_not_followed(server: Server) {
        let (receiver, other) = (Receiver::open().await, Receiver::open().await);
        let administrator = server.administrator().await;
        let farm = farm(&administrator, "Ferme du Pré").await;
        let (id, ..) = hook(&administrator, &farm, &receiver.url("/")).await;
        receiver.answer([Answer { status: 307, header: Some(("location", other.url("/inside"))), body: String::new() }]);
        rename(&administrator, &farm, 1, "A").await;
        let seen = until(&administrator, &id, |seen| seen["deliveries"]["nodes"][0]["attempts"]["totalCount"] == 1).await;
        let attempt = &seen["deliveries"]["nodes"][0]["attempts"]["nodes"][0];
        assert_eq!((&attempt["status"], states(&seen)), (&json!(307), vec!["WAITING"]), "a failure like others");
        assert!(other.received().is_empty());
    }
}

open_story! {
    async fn an_earlier_secret_signs_beside_the_new_one(server: Server) {
        let receiver = Receiver::open().await;
        let administrator = server.administrator().await;
        let farm = farm(&administrator, "Ferme du Pré").await;
        let (id, secret, public_key) = hook(&administrator, &farm, &receiver.url("/")).await;
        let answer = "webhook { publicKeys { publicKey expiresAt } } secret { secret publicKey }";
        let rotated = mutate(&administrator, "webhookRotateSecret", "WebhookInput", answer, json!({"id": id})).await;
        let text = |name: &str| rotated["secret"][name].as_str().unwrap().to_owned();
        let (second, second_public) = (text("secret"), text("publicKey"));
        assert!(second != secret && second_public != public_key);
        let keys = &rotated["webhook"]["publicKeys"];
        assert_eq!((&keys[0]["publicKey"], &keys[0]["expiresAt"]), (&json!(second_public), &Value::Null));
        assert_eq!(keys[1]["publicKey"], json!(public_key));
        assert!(keys[1]["expiresAt"].is_string());
        let tested = mutate(&administrator, "webhookTest", "WebhookInput", "delivery { id type state recordId }", json!({"id": id})).await;
        assert_eq!((&tested["delivery"]["type"], &tested["delivery"]["recordId"]), (&json!("webhook.test"), &Value::Null));
        let [message] = <[_; 1]>::try_from(receiver.wait_for(1).await).unwrap();
        assert_eq!(tested["delivery"]["id"], json!(message.id));
        assert_eq!(message.signature.split(' ').count(), 4, "{}", message.signature);
        assert_eq!(verified(&message, &secret, &public_key), (true, true), "who knows the old one");
        assert_eq!(verified(&message, &second, &second_public), (true, true), "who knows the new one");
        let body: Value = serde_json::from_str(&message.body).unwrap();
        assert_eq!(body["data"]["webhookId"], id);
        let test = "mutation($input: WebhookInput!) { webhookTest(input: $input) { delivery { id } } }";
        for _ in 0..9 {
            administrator.data(test, json!({"input": {"id": id}})).await;
        }
        let hammered = administrator.ask(test, json!({"input": {"id": id}})).await;
        let extensions = &hammered["errors"][0]["extensions"];
        assert_eq!(extensions["code"], "RATE_LIMITED", "{hammered}");
        assert!((1..=60).contains(&extensions["retryAfter"].as_u64().unwrap()), "{hammered}");
    }
}

open_story! {
    async fn what_arrived_is_sent_again_when_it_is_asked_for(server: Server) {
        let receiver = Receiver::open().await;
        let administrator = server.administrator().await;
        let farm = farm(&administrator, "Ferme du Pré").await;
        let (id, ..) = hook(&administrator, &farm, &receiver.url("/")).await;
        let begun = administrator.data("{ history(first: 1) { nodes { at } } }", json!({})).await["history"]["nodes"][0]["at"].clone();
        for revision in 1..=3 {
            rename(&administrator, &farm, revision, &format!("Ferme {revision}")).await;
        }
        receiver.wait_for(3).await;
        until(&administrator, &id, |seen| states(seen) == ["DELIVERED"; 3]).await;
        let first = receiver.received()[0].clone();
        let again = async |input: Value| mutate(&administrator, "webhookRedeliver", "WebhookRedeliverInput", "queued nextSince", input).await;
        let done = again(json!({"id": id, "deliveryId": first.id})).await;
        assert_eq!((&done["queued"], &done["nextSince"]), (&json!(1), &Value::Null), "{done}");
        let fourth = receiver.wait_for(4).await[3].clone();
        assert_eq!((&fourth.id, &fourth.body), (&first.id, &first.body));
        until(&administrator, &id, |seen| states(seen) == ["DELIVERED"; 3]).await;
        let failed = again(json!({"id": id, "since": begun, "onlyFailed": true})).await;
        assert_eq!(failed["queued"], 0);
        let all = again(json!({"id": id, "since": begun})).await;
        assert_eq!(all["queued"], 3);
        let mut names: Vec<String> = receiver.wait_for(7).await.into_iter().map(|message| message.id).collect();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), 3, "no new names");
        let seen = until(&administrator, &id, |seen| states(seen) == ["DELIVERED"; 3]).await;
        let attempts: Vec<i64> = seen["deliveries"]["nodes"].as_array().unwrap().iter().map(|node| node["attemptCount"].as_i64().unwrap()).collect();
        assert_eq!(attempts.iter().sum::<i64>(), 7);
        assert_eq!(codes(&again(json!({"id": id})).await), ["REQUIRED"]);
        assert_eq!(codes(&again(json!({"id": id, "deliveryId": "msg_00000000000000000000000000"})).await), ["NOT_FOUND"]);
    }
}

open_story! {
    async fn a_nested_page_costs_no_more_statements_for_many_than_for_one(server: Server) {
        let receiver = Receiver::open().await;
        let administrator = server.administrator().await;
        let farm = farm(&administrator, "Ferme du Pré").await;
        let query = "{ webhooks(first: 20) { nodes { url isActive waiting organisation { name } publicKeys { publicKey } \
            deliveries(first: 5) { nodes { id attempts(first: 5) { nodes { status } } } } } } }";
        let mut costs = Vec::new();
        for (many, revision) in [(1, 1), (5, 2)] {
            let mut ids = Vec::new();
            for n in 0..many {
                ids.push(hook(&administrator, &farm, &receiver.url(&format!("/{n}"))).await.0);
            }
            rename(&administrator, &farm, revision, &format!("Ferme {many}")).await;
            for id in &ids {
                until(&administrator, id, |seen| states(seen).contains(&"DELIVERED")).await;
            }
            let page = async || {
                administrator.data(query, json!({})).await;
            };
            costs.push(statements(&administrator, page).await);
        }
        // The webhooks, how they do, their organisation, their keys, their messages, the attempts.
        assert_eq!(costs[0], costs[1], "{costs:?}");
        assert!(costs[1] <= 8, "{costs:?}");
    }
}

open_story! {
    async fn another_organisation_s_webhook_does_not_exist(server: Server) {
        let receiver = Receiver::open().await;
        let administrator = server.administrator().await;
        let (ours, theirs) = (farm(&administrator, "Ferme du Pré").await, farm(&administrator, "Ferme du Bois").await);
        let anne = partner(&server, "Anne", &ours["id"]).await;
        let bert = partner(&server, "Bert", &theirs["id"]).await;
        let (id, ..) = hook(&anne, &ours, &receiver.url("/")).await;
        let tested = mutate(&anne, "webhookTest", "WebhookInput", "delivery { id }", json!({"id": id})).await;
        let delivery = tested["delivery"]["id"].clone();
        let officer = colleague(&server, "Omer", "OFFICER").await;
        for other in [&bert, &officer, &server.visitor()] {
            let query = "query($id: ID!, $delivery: ID!, $organisation: ID!) { webhook(id: $id) { id } node(id: $id) { id } webhookDelivery(id: $delivery) { id } webhooks(where: { organisation: $organisation }) { nodes { id } } }";
            let seen = other.data(query, json!({"id": id, "delivery": delivery, "organisation": ours["id"]})).await;
            assert_eq!(seen, json!({"webhook": null, "node": null, "webhookDelivery": null, "webhooks": null}));
        }
        let own = bert.data("{ webhooks { totalCount nodes { id } } }", json!({})).await;
        assert_eq!(own["webhooks"]["totalCount"], 0);
        for (name, kind, input) in [
            ("webhookUpdate", "WebhookPatch", json!({"id": id, "expectedRevision": 1, "state": "PAUSED"})),
            ("webhookDelete", "DeleteInput", json!({"id": id, "expectedRevision": 1})),
            ("webhookRotateSecret", "WebhookInput", json!({"id": id})),
            ("webhookTest", "WebhookInput", json!({"id": id})),
            ("webhookRedeliver", "WebhookRedeliverInput", json!({"id": id, "deliveryId": delivery})),
        ] {
            assert_eq!(codes(&mutate(&bert, name, kind, "", input).await), ["NOT_FOUND"], "{name}");
        }
        let input = json!({"organisationId": ours["id"], "url": receiver.url("/")});
        assert_eq!(codes(&mutate(&bert, "webhookCreate", "NewWebhook", "", input).await), ["FORBIDDEN"]);
        let seen = anne.data("{ webhooks { totalCount nodes { id deliveries(first: 1) { nodes { id } } } } }", json!({})).await;
        assert_eq!(seen["webhooks"]["nodes"], json!([{"id": id, "deliveries": {"nodes": [{"id": delivery}]}}]));
        // A machine of the organisation keeps them with the scope that lets it push, and reads them with the other.
        let mut machines = Vec::new();
        for scopes in [json!(["EXCHANGE_READ"]), json!(["EXCHANGE_READ", "EXCHANGE_WRITE"])] {
            machines.push(server.machine(&administrator, &ours["id"], &scopes).await);
        }
        for (machine, expected) in machines.iter().zip([vec!["FORBIDDEN"], vec![]]) {
            let seen = machine.data("{ webhooks { nodes { id } } }", json!({})).await;
            assert_eq!(seen["webhooks"]["nodes"], json!([{"id": id}]));
            let tested = mutate(machine, "webhookTest", "WebhookInput", "", json!({"id": id})).await;
            assert_eq!(codes(&tested), expected);
        }
    }
}

stories::story! {
    async fn a_private_address_is_refused_by_its_words_and_after_its_name_is_resolved(server: Server) {
        let receiver = Receiver::open().await;
        let administrator = server.administrator().await;
        let farm = farm(&administrator, "Ferme du Pré").await;
        let port = receiver.url("").rsplit_once(':').unwrap().1.to_owned();
        for (url, why) in [
            (format!("https://127.0.0.1:{port}/"), "réseau privé"),
            (format!("https://[::ffff:127.0.0.1]:{port}/"), "réseau privé"),
            (format!("https://localhost:{port}/"), "réseau privé"),
            ("https://169.254.169.254/latest/meta-data".to_owned(), "réseau privé"),
            ("http://ferme.be/hook".to_owned(), "chiffrés"),
            ("ftp://ferme.be/hook".to_owned(), "adresse web"),
        ] {
            let input = json!({"organisationId": farm["id"], "url": url});
            let refused = mutate(&administrator, "webhookCreate", "NewWebhook", "webhook { id }", input).await;
            let error = &refused["userErrors"][0];
            assert_eq!((&error["code"], &error["field"]), (&json!("INVALID"), &json!(["url"])), "{refused}");
            let message = error["message"].as_str().unwrap();
            assert!(message.contains(why), "{url}: {message}");
        }
        // A name of the internet's kind that resolves to nothing public fails at sending.
        let (id, ..) = hook(&administrator, &farm, "https://nowhere.invalid/hook").await;
        rename(&administrator, &farm, 1, "A").await;
        let seen = until(&administrator, &id, |seen| seen["deliveries"]["nodes"][0]["attempts"]["totalCount"] == 1).await;
        let attempt = &seen["deliveries"]["nodes"][0]["attempts"]["nodes"][0];
        assert!(attempt["error"].is_string() && attempt["status"].is_null(), "{attempt}");
        assert!(receiver.received().is_empty());
    }
}

/// A webhook that was made while private addresses were allowed is not sent to once they are not: neither an address nor a
/// name that this machine resolves to itself.
#[tokio::test]
async fn what_was_allowed_once_is_refused_at_sending() {
    let receiver = Receiver::open().await;
    let mut server = Server::on_sqlite_with(&[("CHANTIERS_WEBHOOK_ALLOW_PRIVATE", "true")]).await;
    let administrator = server.administrator().await;
    let farm = farm(&administrator, "Ferme du Pré").await;
    let port = receiver.url("").rsplit_once(':').unwrap().1.to_owned();
    let mut ids = Vec::new();
    for url in [
        receiver.url("/"),
        format!("https://127.0.0.1:{port}/"),
        format!("https://localhost:{port}/"),
    ] {
        ids.push(hook(&administrator, &farm, &url).await.0);
    }
    server.set("CHANTIERS_WEBHOOK_ALLOW_PRIVATE", "false");
    server.kill().await;
    server.restart().await;
    let administrator = server.administrator().await;
    rename(&administrator, &farm, 1, "A").await;
    for id in &ids {
        let seen = until(&administrator, id, |seen| {
            seen["deliveries"]["nodes"][0]["attempts"]["totalCount"] == 1
        })
        .await;
        let error = seen["deliveries"]["nodes"][0]["attempts"]["nodes"][0]["error"].clone();
        assert!(error.as_str().unwrap().contains("private network"), "{error}");
    }
    assert!(receiver.received().is_empty());
    server.close().await;
}
