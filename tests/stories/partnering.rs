//! A partner's integration over its years: its machine is made, limited and changed, its secrets end and are replaced, what is
//! wrong with its rows is told, and how far what it holds can be trusted.

#![expect(clippy::unwrap_used, reason = "a story stops at the first surprise")]

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use stories::{colleague, partner, statements, story};
use testing::{Server, TestClient};

const CREATE: &str = "mutation($input: ClientCreateInput!) { clientCreate(input: $input) { client { id revision } secret { secret expiresAt } userErrors { code field } } }";
const UPDATE: &str = "mutation($input: ClientUpdateInput!) { clientUpdate(input: $input) { client { revision name organisation { name } sources { code } scopes territories { nis } } secret { secret } userErrors { code field message } } }";
const ROTATE: &str = "mutation($id: String!, $until: DateTime) { clientRotateSecret(id: $id, expiresAt: $until) { client { id } secret { secret expiresAt } userErrors { code field message } } }";

#[expect(
    clippy::disallowed_methods,
    reason = "who asks for a secret says until when by a clock of their own"
)]
fn now() -> DateTime<Utc> {
    Utc::now()
}

async fn sign_in(server: &Server, id: &Value, secret: &Value) -> (u16, Value) {
    let sent = reqwest::Client::new()
        .post(server.url("/oauth/token"))
        .basic_auth(id.as_str().unwrap(), secret.as_str())
        .form(&[("grant_type", "client_credentials")]);
    let answer = sent.send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

async fn push(server: &Server, token: &Value, rows: &Value) -> Value {
    let sent = reqwest::Client::new()
        .post(server.url("/v1/sources/annuaire/records"))
        .bearer_auth(token.as_str().unwrap())
        .json(rows);
    sent.send().await.unwrap().json().await.unwrap()
}

async fn source(client: &TestClient) -> Value {
    let create = "mutation($input: NewSource!) { sourceCreate(input: $input) { source { id } } }";
    let input = json!({"input": {"code": "annuaire", "name": "Annuaire"}});
    client.data(create, input).await["sourceCreate"]["source"]["id"].take()
}

fn codes(payload: &Value) -> Vec<(&str, String)> {
    let errors = payload["userErrors"].as_array().unwrap();
    let field = |error: &Value| {
        let steps = error["field"].as_array().unwrap();
        let steps: Vec<&str> = steps.iter().map(|step| step.as_str().unwrap()).collect();
        steps.join(".")
    };
    errors
        .iter()
        .map(|error| (error["code"].as_str().unwrap(), field(error)))
        .collect()
}

story! {
    async fn a_secret_that_has_expired_is_refused_in_the_words_of_oauth_and_another_takes_its_place(server: Server) {
        let administrator = server.administrator().await;
        let soon = now() + TimeDelta::seconds(3);
        let input = json!({"name": "Annuaire", "scopes": ["EXCHANGE_READ"], "secretExpiresAt": soon});
        let made = administrator.data(CREATE, json!({"input": input})).await["clientCreate"].take();
        let (id, first) = (made["client"]["id"].clone(), made["secret"]["secret"].clone());
        assert_eq!(sign_in(&server, &id, &first).await.0, 200);
        let query = "{ clients { lastSignedInAt secrets { createdAt expiresAt usedAt isLive } } }";
        let seen = administrator.data(query, json!({})).await["clients"][0].take();
        assert_eq!(seen["secrets"][0]["isLive"], true);
        assert!(seen["lastSignedInAt"].is_string() && seen["lastSignedInAt"] == seen["secrets"][0]["usedAt"], "{seen}");

        tokio::time::sleep((soon - now()).to_std().unwrap_or_default() + std::time::Duration::from_millis(200)).await;
        let (status, refused) = sign_in(&server, &id, &first).await;
        assert_eq!((status, &refused["error"]), (401, &json!("invalid_client")));
        assert!(refused["error_description"].as_str().unwrap().starts_with("the secret expired at 20"), "{refused}");
        let (status, refused) = sign_in(&server, &id, &json!("another")).await;
        assert_eq!((status, &refused["error_description"]), (401, &json!("no such client, or not this secret")), "who has no secret learns nothing");
        let seen = administrator.data(query, json!({})).await["clients"][0].take();
        assert_eq!(seen["secrets"][0]["isLive"], false);

        for wrong in [now() - TimeDelta::days(1), now() + TimeDelta::days(400)] {
            let refused = administrator.data(ROTATE, json!({"id": id, "until": wrong})).await["clientRotateSecret"].take();
            assert_eq!(codes(&refused), [("INVALID", "expiresAt".to_owned())]);
            assert!(refused["userErrors"][0]["message"].as_str().unwrap().contains("365 jours"), "{refused}");
        }
        let rotated = administrator.data(ROTATE, json!({"id": id, "until": now() + TimeDelta::days(30)})).await["clientRotateSecret"].take();
        assert_eq!(codes(&rotated), []);
        assert_eq!(sign_in(&server, &id, &rotated["secret"]["secret"]).await.0, 200);
    }
}

story! {
    async fn a_machine_s_scopes_sources_and_territories_are_changed_and_hold_at_once(server: Server) {
        let administrator = server.administrator().await;
        let annuaire = source(&administrator).await;
        let organisations = administrator.data("{ organisations(first: 1) { nodes { id name } } }", json!({})).await;
        let own = &organisations["organisations"]["nodes"][0];
        let input = json!({"name": "Machine", "scopes": ["EXCHANGE_WRITE"], "sourceIds": [annuaire], "organisationId": own["id"]});
        let made = administrator.data(CREATE, json!({"input": input})).await["clientCreate"].take();
        let id = made["client"]["id"].clone();
        let token = sign_in(&server, &id, &made["secret"]["secret"]).await.1["access_token"].take();
        let rows = json!({"organisations": [{"externalId": "f1", "name": "Ferme de Liège", "commune": "62063"}]});
        assert_eq!(push(&server, &token, &rows).await["rows"][0]["outcome"], "CREATED");

        let change = async |who: &TestClient, fields: Value| {
            let mut input = json!({"id": id, "expectedRevision": 1});
            input.as_object_mut().unwrap().extend(fields.as_object().cloned().unwrap());
            who.data(UPDATE, json!({"input": input})).await["clientUpdate"].take()
        };
        let empty = change(&administrator, json!({"name": " ", "scopes": []})).await;
        assert_eq!(codes(&empty), [("REQUIRED", "name".to_owned()), ("REQUIRED", "scopes".to_owned())]);
        let limited = change(&administrator, json!({"name": "Annuaire de Namur", "territoryIds": ["90000"], "organisationId": null})).await;
        assert_eq!(codes(&limited), []);
        assert_eq!(limited["client"], json!({"revision": 2, "name": "Annuaire de Namur", "organisation": null, "sources": [{"code": "annuaire"}],
            "scopes": ["EXCHANGE_WRITE"], "territories": [{"nis": "90000"}]}));
        assert_eq!(limited["secret"], Value::Null);
        let stale = change(&administrator, json!({"name": "Trop tard"})).await;
        assert_eq!(codes(&stale), [("STALE_REVISION", "expectedRevision".to_owned())]);
        assert_eq!((&stale["client"]["revision"], &stale["client"]["name"]), (&json!(2), &json!("Annuaire de Namur")), "with its present state");

        // The token from before does what the machine may now.
        let moved = json!({"organisations": [{"externalId": "f1", "name": "Ferme de Liège", "commune": "62063", "website": "https://ferme.be"}]});
        let refused = push(&server, &token, &moved).await;
        assert_eq!(refused["rows"][0]["errors"][0]["code"], "OUTSIDE_TERRITORY", "{refused}");
        let (own_partner, officer) = (partner(&server, "Ines", &own["id"]).await, colleague(&server, "Alix", "OFFICER").await);
        for (who, code) in [(&own_partner, "FORBIDDEN"), (&officer, "FORBIDDEN"), (&server.visitor(), "UNAUTHENTICATED")] {
            assert_eq!(codes(&change(who, json!({"name": "Autre"})).await), [(code, String::new())]);
        }
    }
}

const CARD: &str = "scorecard { records fresh freshDays freshness medianAgeDays completeness fields { recordType field known records } lately { created rejected } rejectionRate }";

story! {
    async fn a_partner_reads_what_is_wrong_with_its_rows_and_how_far_they_can_be_trusted(server: Server) {
        let administrator = server.administrator().await;
        let annuaire = source(&administrator).await;
        let organisations = administrator.data("{ organisations(first: 2) { nodes { id } } }", json!({})).await;
        let (own, other) = (&organisations["organisations"]["nodes"][0]["id"], &organisations["organisations"]["nodes"][1]["id"]);
        let input = json!({"name": "Annuaire", "scopes": ["EXCHANGE_WRITE"], "sourceIds": [annuaire], "organisationId": own});
        let made = administrator.data(CREATE, json!({"input": input})).await["clientCreate"].take();
        let token = sign_in(&server, &made["client"]["id"], &made["secret"]["secret"]).await.1["access_token"].take();
        let bread = |id: &str, months: Value| json!({"externalId": id, "organisationExternalId": "f1", "productType": "bread", "title": "Pain",
            "months": months, "price": {"amount": "3.5", "per": "PIECE"}});
        let rows = json!({"organisations": [{"externalId": "f1", "name": "Ferme du Pré", "commune": "92094"}],
            "offers": [bread("o1", json!([1, 2])), bread("o2", json!([])), bread("o3", json!([13]))]});
        push(&server, &token, &rows).await;

        let (partner, stranger) = (partner(&server, "Ines", own).await, partner(&server, "Noor", other).await);
        let query = format!("query($id: String) {{ client(id: $id) {{ costPerMinute rejectedRows {{ at source recordType externalId errors {{ code field message }} }} {CARD} }} }}");
        let by_id = json!({"id": made["client"]["id"]});
        let seen = partner.data(&query, by_id.clone()).await["client"].take();
        let row = &seen["rejectedRows"][0];
        assert_eq!((&row["source"], &row["recordType"], &row["externalId"]), (&json!("annuaire"), &json!("OFFER"), &json!("o3")));
        assert_eq!((&row["errors"][0]["code"], &row["errors"][0]["field"]), (&json!("INVALID"), &json!(["months", "0"])));
        let card = &seen["scorecard"];
        assert_eq!((&card["records"], &card["fresh"], &card["freshDays"], &card["freshness"]), (&json!(2), &json!(2), &json!(90), &json!(1.0)));
        assert_eq!((&card["lately"], &card["rejectionRate"]), (&json!({"created": 3, "rejected": 1}), &json!(0.25)));
        let fields = card["fields"].as_array().unwrap();
        let known = |name: &str| fields.iter().find(|field| field["recordType"] == "OFFER" && field["field"] == name).unwrap()["known"].clone();
        assert_eq!(["price", "months", "communeId"].map(known), [json!(2), json!(1), json!(0)]);
        assert_eq!(card["completeness"], json!(3.0 / 16.0), "of eight wished-for fields of two offers three say something");
        assert_eq!(stranger.data(&query, by_id).await["client"], Value::Null);

        // Everybody sees how far a source can be trusted, at the same few statements whatever it holds.
        let visitor = server.visitor();
        let of_source = format!("{{ source(code: \"annuaire\") {{ {CARD} }} }}");
        let shown = visitor.data(&of_source, json!({})).await["source"]["scorecard"].take();
        for of in ["records", "fresh", "freshness", "completeness", "fields", "lately", "rejectionRate"] {
            assert_eq!(shown[of], card[of], "{of}");
        }
        let cost = async || {
            statements(&visitor, async || {
                visitor.data(&of_source, json!({})).await;
            }).await
        };
        let few = cost().await;
        let more: Vec<Value> = (4..60).map(|number| bread(&format!("o{number}"), json!([number % 12 + 1]))).collect();
        push(&server, &token, &json!({"offers": more})).await;
        assert_eq!(cost().await, few);
        assert!(few <= 5, "a scorecard costs {few} statements");
    }
}
