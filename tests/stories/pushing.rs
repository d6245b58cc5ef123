//! Directories push what they hold: over GraphQL, JSON and lines, as a machine that may only touch its own source.

#![expect(clippy::unwrap_used, reason = "a story stops at the first surprise")]

use serde_json::{Value, json};
use stories::story;
use testing::{Server, TestClient};

const SOURCE: &str = "mutation($input: NewSource!) { sourceCreate(input: $input) { source { id code } userErrors { code field } } }";
const UPSERT: &str = "mutation($input: RecordsUpsertInput!) { recordsUpsert(input: $input) { applied replayed plan \
    counts { created updated unchanged stale deleted rejected } \
    rows { recordType index externalId outcome recordId revision notices errors { code field message } changes { field } } \
    userErrors { code field } } }";

async fn source(server: &Server, code: &str) -> String {
    let administrator = server.administrator().await;
    let made = administrator
        .ask(SOURCE, json!({"input": {"code": code, "name": code}}))
        .await;
    made["data"]["sourceCreate"]["source"]["id"]
        .as_str()
        .unwrap()
        .to_owned()
}

/// A machine's client identifier and secret.
async fn machine(server: &Server, source: &str) -> (String, String) {
    let administrator = server.administrator().await;
    let create = "mutation($input: ClientCreateInput!) { clientCreate(input: $input) { client { id } secret { secret } userErrors { code } } }";
    let input =
        json!({"name": "Annuaire", "sourceIds": [source], "scopes": ["EXCHANGE_READ", "EXCHANGE_WRITE"]});
    let made = administrator.ask(create, json!({"input": input})).await;
    let made = &made["data"]["clientCreate"];
    (
        made["client"]["id"].as_str().unwrap().to_owned(),
        made["secret"]["secret"].as_str().unwrap().to_owned(),
    )
}

async fn token(server: &Server, (id, secret): &(String, String), scope: &str) -> reqwest::Response {
    let form = format!("grant_type=client_credentials&client_id={id}&client_secret={secret}&scope={scope}");
    reqwest::Client::new()
        .post(server.url("/oauth/token"))
        .header("Content-Type", "application/x-www-form-urlencoded")
        .body(form)
        .send()
        .await
        .unwrap()
}

async fn pushed(server: &Server, token: &str, kind: &str, path: &str, body: Vec<u8>) -> reqwest::Response {
    reqwest::Client::new()
        .post(server.url(path))
        .bearer_auth(token)
        .header("Content-Type", kind)
        .header("Accept-Language", "fr")
        .body(body)
        .send()
        .await
        .unwrap()
}

fn outcomes(rows: &Value) -> Vec<&str> {
    rows.as_array()
        .unwrap()
        .iter()
        .map(|row| row["outcome"].as_str().unwrap())
        .collect()
}

fn farm() -> Value {
    json!({"externalId": "f1", "name": "Ferme du Pré", "kinds": ["PRODUCER"], "commune": "92094"})
}

fn bread(id: &str) -> Value {
    json!({"externalId": id, "organisationExternalId": "f1", "productType": "bread", "title": "Pain", "months": [1, 2],
        "quantity": {"value": "12.5", "unit": "KILOGRAM"}, "commune": "92094", "status": "OPEN"})
}

async fn editor(server: &Server) -> TestClient {
    server.administrator().await
}

story! {
    async fn the_same_rows_over_graphql_and_json_are_the_same_records(server: Server) {
        source(&server, "annuaire").await;
        let editor = editor(&server).await;
        let input = json!({"source": "annuaire", "idempotencyKey": "k1", "organisations": [farm()], "offers": [bread("o1")],
            "needs": [{"externalId": "n1", "organisationExternalId": "f1", "productType": "milk", "period": "WEEK",
                "quantity": {"value": 40, "unit": "LITRE"}, "local": {"rule": "RADIUS", "radiusKm": 30}, "commune": "92094"}]});
        let first = editor.ask(UPSERT, json!({"input": input})).await;
        let first = &first["data"]["recordsUpsert"];
        assert_eq!(outcomes(&first["rows"]), ["CREATED", "CREATED", "CREATED"], "{first}");
        let again = editor.ask(UPSERT, json!({"input": input})).await;
        assert_eq!(again["data"]["recordsUpsert"]["replayed"], true);
        let answer = editor.post("/v1/sources/annuaire/records", &json!({"organisations": [farm()], "offers": [bread("o1")]})).await;
        assert_eq!(answer.status(), 200);
        let answer: Value = answer.json().await.unwrap();
        assert_eq!(outcomes(&answer["rows"]), ["UNCHANGED", "UNCHANGED"], "{answer}");
        assert_eq!(answer["rows"][1]["recordId"], first["rows"][1]["recordId"]);
        let found = server.visitor().ask(
            "{ record(source: \"annuaire\", externalId: \"o1\") { ... on Offer { title productType product { label(language: FR) } organisation { name } \
             commune { label } source { code health { offers lastPushAt } } quantity { value unit } price { amount } } } }",
            json!({}),
        ).await;
        let found = &found["data"]["record"];
        assert_eq!(found["organisation"]["name"], "Ferme du Pré");
        assert_eq!(found["commune"]["label"], "Namur");
        assert_eq!(found["quantity"], json!({"value": "12.5", "unit": "KILOGRAM"}));
        assert_eq!(found["price"], Value::Null, "a missing price stays missing");
        assert_eq!(found["source"]["health"]["offers"], 1);
    }
}

story! {
    async fn a_machine_signs_in_and_touches_its_own_source_only(server: Server) {
        let own = source(&server, "annuaire").await;
        source(&server, "autre").await;
        let machine = machine(&server, &own).await;
        let wrong = token(&server, &(machine.0.clone(), "not this".into()), "").await;
        assert_eq!(wrong.status(), 401);
        assert_eq!(wrong.json::<Value>().await.unwrap()["error"], "invalid_client");
        let answer = token(&server, &machine, "chantiers:write").await;
        assert_eq!((answer.status().as_u16(), answer.json::<Value>().await.unwrap()["error"].as_str().unwrap().to_owned()), (400, "invalid_scope".into()));
        let answer: Value = token(&server, &machine, "exchange:write").await.json().await.unwrap();
        assert_eq!((&answer["token_type"], &answer["scope"]), (&json!("Bearer"), &json!("exchange:write")));
        let write = answer["access_token"].as_str().unwrap();
        let body = json!({"organisations": [farm()]}).to_string().into_bytes();
        let to = async |token: &str, source: &str| {
            pushed(&server, token, "application/json", &format!("/v1/sources/{source}/records"), body.clone()).await.status().as_u16()
        };
        assert_eq!(to(write, "annuaire").await, 200);
        assert_eq!(to(write, "autre").await, 403);
        assert_eq!(to("nonsense", "annuaire").await, 401);
        let read: Value = token(&server, &machine, "exchange:read").await.json().await.unwrap();
        assert_eq!(to(read["access_token"].as_str().unwrap(), "annuaire").await, 403);
        let administrator = server.administrator().await;
        let stop = "mutation($id: String!) { clientSetActive(id: $id, isActive: false) { client { isActive } userErrors { code } } }";
        administrator.ask(stop, json!({"id": machine.0})).await;
        assert_eq!(to(write, "annuaire").await, 401, "its tokens are void at once");
    }
}

story! {
    async fn bad_rows_are_told_and_the_others_are_unharmed(server: Server) {
        source(&server, "annuaire").await;
        let editor = editor(&server).await;
        let mut rows = vec![bread("o1")];
        for (id, field, value) in [
            ("b1", "title", json!(7)), ("b2", "productType", json!("unobtainium")), ("b3", "commune", json!("99999")),
            ("b4", "quantity", json!({"value": -1, "unit": "KILOGRAM"})), ("b5", "title", json!("x".repeat(10 << 20))),
            ("b6", "status", json!("GONE")), ("b7", "months", json!([13])), ("b8", "expiresAt", json!("tomorrow")),
        ] {
            let mut row = bread(id);
            row[field] = value;
            rows.push(row);
        }
        let mut old = bread("o2");
        old["commune"] = json!("82003");
        rows.push(old);
        let body = json!({"organisations": [farm()], "offers": rows});
        let answer = editor.post("/v1/sources/annuaire/records", &body).await;
        assert_eq!(answer.status(), 200);
        let answer: Value = answer.json().await.unwrap();
        let errors: Vec<String> = answer["rows"].as_array().unwrap().iter()
            .flat_map(|row| row["errors"].as_array().unwrap().iter().map(|error| format!("{} {} {}", row["externalId"].as_str().unwrap(), error["code"].as_str().unwrap(), error["field"].as_str().unwrap())))
            .collect();
        assert_eq!(errors, [
            "b1 INVALID title", "b2 UNKNOWN_REFERENCE productType", "b3 UNKNOWN_REFERENCE commune", "b4 INVALID quantity.value",
            "b5 TOO_LONG title", "b6 INVALID status", "b7 INVALID months.0", "b8 INVALID expiresAt",
        ]);
        assert_eq!(answer["counts"], json!({"created": 3, "updated": 0, "unchanged": 0, "stale": 0, "deleted": 0, "rejected": 8}));
        assert_eq!(answer["rows"][10]["notices"], json!(["COMMUNE_SUCCEEDED"]));
        // Bytes that are not UTF-8 in one row.
        let mut bytes = br#"{"offers":[{"externalId":"u1","title":""#.to_vec();
        bytes.extend_from_slice(b"\xff\xfe\"},");
        bytes.extend_from_slice(bread("o3").to_string().as_bytes());
        bytes.extend_from_slice(b"]}");
        let answer = editor.request(reqwest::Method::POST, "/v1/sources/annuaire/records")
            .header("Content-Type", "application/json").body(bytes).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        let answer: Value = answer.json().await.unwrap();
        assert_eq!(outcomes(&answer["rows"]), ["REJECTED", "CREATED"], "{answer}");
    }
}

story! {
    async fn lines_are_applied_a_thousand_at_a_time_with_progress(server: Server) {
        let own = source(&server, "annuaire").await;
        let machine = machine(&server, &own).await;
        let access: Value = token(&server, &machine, "").await.json().await.unwrap();
        let token = access["access_token"].as_str().unwrap();
        let mut lines = format!("{}\n", json!({"organisation": farm()}));
        for n in 0..2_500 {
            lines.push_str(&format!("{}\n", json!({"offer": bread(&format!("o{n}"))})));
        }
        lines.push_str("not json\n\n{\"offer\": {}, \"need\": {}}\n");
        let path = "/v1/sources/annuaire/records?idempotencyKey=k1";
        let told = async || {
            let answer = pushed(&server, token, "application/x-ndjson", path, lines.clone().into_bytes()).await;
            assert_eq!(answer.status(), 200);
            let text = answer.text().await.unwrap();
            text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()).collect::<Vec<_>>()
        };
        let first = told().await;
        let progress: Vec<&Value> = first.iter().filter_map(|line| line.get("progress")).collect();
        assert_eq!(progress.iter().map(|at| at["lines"].as_u64().unwrap()).collect::<Vec<_>>(), [1_000, 2_000, 2_503]);
        let done = &first.last().unwrap()["done"];
        assert_eq!((&done["counts"]["created"], &done["counts"]["rejected"]), (&json!(2_501), &json!(2)), "{done}");
        let refused: Vec<u64> = first.iter().filter_map(|line| line.get("row")).filter(|row| row["outcome"] == "REJECTED")
            .map(|row| row["line"].as_u64().unwrap()).collect();
        assert_eq!(refused, [2_502, 2_503]);
        let before = server.feed_rows().await;
        let again = told().await;
        let replayed = &again.last().unwrap()["done"];
        assert_eq!((&done["replayed"], &replayed["replayed"]), (&json!(false), &json!(true)));
        assert_eq!(replayed["counts"], done["counts"], "a retry is answered and not done again");
        assert_eq!(server.feed_rows().await, before);
        let count = server.visitor().ask("{ offers { totalCount } }", json!({})).await;
        assert_eq!(count["data"]["offers"]["totalCount"], 2_500);
    }
}

story! {
    async fn a_full_snapshot_removes_what_it_does_not_name_unless_that_is_too_much(server: Server) {
        source(&server, "annuaire").await;
        let editor = editor(&server).await;
        let offers: Vec<Value> = (0..20).map(|n| bread(&format!("o{n}"))).collect();
        editor.post("/v1/sources/annuaire/records", &json!({"organisations": [farm()], "offers": offers})).await;
        let run: Value = editor.post("/v1/sources/annuaire/runs", &json!({})).await.json().await.unwrap();
        let run = run["run"].as_str().unwrap().to_owned();
        let snapshot = json!({"mode": "FULL_SNAPSHOT", "run": run, "organisations": [farm()], "offers": offers[..15]});
        assert_eq!(editor.post("/v1/sources/annuaire/records", &snapshot).await.status(), 200);
        let close = format!("/v1/sources/annuaire/runs/{run}/close");
        let refused = editor.post(&close, &json!({})).await;
        assert_eq!(refused.status(), 409);
        assert_eq!(refused.json::<Value>().await.unwrap()["code"], "MASS_DELETION");
        let closed: Value = editor.post(&format!("{close}?confirm=annuaire"), &json!({})).await.json().await.unwrap();
        assert_eq!((&closed["state"], &closed["counts"]["deleted"]), (&json!("CLOSED"), &json!(5)));
    }
}

story! {
    async fn settings_that_are_not_understood_are_refused_and_nothing_is_applied(server: Server) {
        source(&server, "annuaire").await;
        let editor = editor(&server).await;
        let path = "/v1/sources/annuaire/records";
        let rows = json!({"organisations": [farm()]});
        for (address, body) in [
            (format!("{path}?dryrun=true"), rows.clone()),
            (path.to_owned(), json!({"dry_run": true, "organisations": [farm()]})),
            (path.to_owned(), json!({"offres": []})),
        ] {
            assert_eq!(editor.post(&address, &body).await.status(), 400, "{address} {body}");
        }
        let answer: Value = editor.post(&format!("{path}?dryRun=true"), &rows).await.json().await.unwrap();
        assert_eq!((&answer["applied"], &answer["counts"]["created"]), (&json!(false), &json!(1)), "also for JSON the address is heard");
        let refused = editor.post(&format!("{path}?mode=FULL_SNAPSHOT"), &rows).await;
        assert_eq!(refused.status(), 422, "it names no run");
        let stream = editor.request(reqwest::Method::POST, &format!("{path}?errorPolicy=REJECT_EVERYTHING"))
            .header("Content-Type", "application/x-ndjson").body("{}\n").send().await.unwrap();
        assert_eq!(stream.status(), 400);
        assert_eq!(server.visitor().ask("{ record(source: \"annuaire\", externalId: \"f1\") { id } }", json!({})).await["data"]["record"], Value::Null);
        let odd = editor.post("/v1/sources/a%00/records", &rows).await;
        assert_eq!(odd.status(), 422);
    }
}
