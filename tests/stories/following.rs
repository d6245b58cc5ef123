//! A directory keeps a copy: it loads an export, follows what changes, waits for it, is told of it; and is told plainly
//! where it asked for something that cannot be.

#![expect(clippy::unwrap_used, reason = "a story stops at the first surprise")]

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};
use stories::{colleague, statements, story};
use testing::TestClient;

const NAMUR: &str = "92094";
const ARLON: &str = "81001";

async fn mutate(client: &TestClient, name: &str, what: &str, kind: &str, input: Value) -> Value {
    let query = format!(
        "mutation($input: {kind}!) {{ {name}(input: $input) {{ {what} {{ id revision }} userErrors {{ code field message }} }} }}"
    );
    let done = client.data(&query, json!({"input": input})).await[name].take();
    assert_eq!(done["userErrors"], json!([]), "{done}");
    done[what].clone()
}

async fn farm(client: &TestClient, name: &str) -> Value {
    mutate(
        client,
        "organisationCreate",
        "organisation",
        "NewOrganisation",
        json!({"name": name}),
    )
    .await
}

async fn bread(client: &TestClient, by: &Value, commune: &str) -> Value {
    let input =
        json!({"organisationId": by["id"], "productType": "bread", "title": "Pain", "communeId": commune});
    mutate(client, "offerCreate", "offer", "NewOffer", input).await
}

async fn remove(client: &TestClient, offer: &Value) {
    let query =
        "mutation($input: DeleteInput!) { offerDelete(input: $input) { deletedId userErrors { code } } }";
    let input = json!({"id": offer["id"], "expectedRevision": offer["revision"]});
    let done = client.data(query, json!({"input": input})).await;
    assert_eq!(done["offerDelete"]["deletedId"], offer["id"], "{done}");
}

async fn changes(client: &TestClient, query: &str) -> Value {
    let answer = client.get(&format!("/v1/changes?{query}")).await;
    let status = answer.status();
    let body: Value = answer.json().await.unwrap();
    assert_eq!(status, 200, "{body}");
    body
}

async fn refused(client: &TestClient, query: &str) -> (u16, String) {
    let answer = client.get(&format!("/v1/changes?{query}")).await;
    let status = answer.status().as_u16();
    let body: Value = answer.json().await.unwrap();
    (status, body["code"].as_str().unwrap_or_default().to_owned())
}

/// The cursor behind everything that was written until now.
async fn now(client: &TestClient, filter: &str) -> String {
    let mut query = filter.to_owned();
    loop {
        let page = changes(client, &format!("first=500&records=false&{query}")).await;
        let cursor = page["cursor"].as_str().unwrap().to_owned();
        if page["hasMore"] == false {
            return cursor;
        }
        query = format!("{filter}&after={cursor}");
    }
}

fn kinds(page: &Value) -> Vec<(&str, &str)> {
    let nodes = page["nodes"].as_array().unwrap().iter();
    nodes
        .map(|node| (node["kind"].as_str().unwrap(), node["recordId"].as_str().unwrap()))
        .collect()
}

story! {
    async fn a_directory_follows_what_happens_to_offers_and_is_told_what_went(server: Server) {
        let (editor, visitor) = (colleague(&server, "Alix", "EDITOR").await, server.visitor());
        let by = farm(&editor, "Ferme du Test").await;
        let cursor = now(&visitor, "types=OFFER").await;
        let offer = bread(&editor, &by, NAMUR).await;
        let page = changes(&visitor, &format!("types=OFFER&after={cursor}")).await;
        let id = offer["id"].as_str().unwrap();
        assert_eq!(kinds(&page), [("UPSERT", id)]);
        assert_eq!(page["nodes"][0]["record"]["title"], "Pain");
        assert_eq!(page["nodes"][0]["recordType"], "OFFER");
        remove(&editor, &offer).await;
        let after = page["cursor"].as_str().unwrap();
        let page = changes(&visitor, &format!("types=OFFER&after={after}")).await;
        assert_eq!(kinds(&page), [("DELETE", id)]);
        let gone = &page["nodes"][0];
        assert_eq!((&gone["reason"], &gone["revision"]), (&json!("REMOVED"), &json!(2)));
        assert!(gone.get("record").is_none(), "no content: {gone}");
        // The same over GraphQL.
        let query = "query($after: String) { changes(after: $after, types: [OFFER]) { nodes { kind recordId recordType revision at reason record { id ... on Offer { title organisation { name } } } } cursor hasMore } syncPolicy { epoch retentionDays deletedRecords maxPage } }";
        let data = visitor.data(query, json!({"after": after})).await;
        assert_eq!(data["changes"]["cursor"], page["cursor"]);
        assert_eq!(data["changes"]["nodes"][0]["kind"], "DELETE");
        assert!(data["changes"]["nodes"][0]["record"].is_null());
        let policy = &data["syncPolicy"];
        assert_eq!((&policy["deletedRecords"], &policy["retentionDays"], &policy["maxPage"]), (&json!("PERSISTENT"), &json!(400), &json!(500)));
        let again = bread(&editor, &by, NAMUR).await;
        let data = visitor.data(query, json!({"after": page["cursor"]})).await;
        let told = &data["changes"]["nodes"][0];
        assert_eq!((&told["recordId"], &told["record"]["organisation"]["name"]), (&again["id"], &json!("Ferme du Test")));
    }
}

story! {
    async fn another_filter_a_changed_cursor_and_a_wrong_question_are_refused_plainly(server: Server) {
        let visitor = server.visitor();
        let cursor = now(&visitor, "types=OFFER").await;
        assert_eq!(refused(&visitor, &format!("types=NEED&after={cursor}")).await, (400, "CURSOR_INVALID".into()));
        assert_eq!(refused(&visitor, &format!("types=OFFER&communes={NAMUR}&after={cursor}")).await, (400, "CURSOR_INVALID".into()));
        let other = if cursor.ends_with('A') { "B" } else { "A" };
        let changed = format!("{}{other}", &cursor[..cursor.len() - 1]);
        assert_eq!(refused(&visitor, &format!("types=OFFER&after={changed}")).await, (400, "CURSOR_INVALID".into()));
        for (query, expected) in [
            ("first=501", (400, "BAD_REQUEST")), ("first=0", (400, "BAD_REQUEST")), ("type=OFFER", (400, "BAD_REQUEST")),
            ("types=WISH", (400, "BAD_REQUEST")), ("types=CONTACT", (422, "UNKNOWN_REFERENCE")), ("communes=90000", (422, "UNKNOWN_REFERENCE")),
        ] {
            assert_eq!(refused(&visitor, query).await, (expected.0, expected.1.to_owned()), "{query}");
        }
        let answer = visitor.ask("query($after: String) { changes(after: $after, types: [NEED]) { cursor } }", json!({"after": cursor})).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "CURSOR_INVALID");
        changes(&visitor, &format!("types=OFFER&after={cursor}")).await;
    }
}

story! {
    async fn who_follows_a_commune_hears_when_something_leaves_it(server: Server) {
        let (editor, visitor) = (colleague(&server, "Alix", "EDITOR").await, server.visitor());
        let by = farm(&editor, "Ferme").await;
        let filter = format!("types=OFFER&communes={NAMUR}");
        let cursor = now(&visitor, &filter).await;
        let offer = bread(&editor, &by, NAMUR).await;
        let page = changes(&visitor, &format!("{filter}&after={cursor}")).await;
        assert_eq!(kinds(&page), [("UPSERT", offer["id"].as_str().unwrap())]);
        let cursor = page["cursor"].as_str().unwrap();
        let input = json!({"id": offer["id"], "expectedRevision": 1, "communeId": ARLON});
        mutate(&editor, "offerUpdate", "offer", "OfferPatch", input).await;
        let page = changes(&visitor, &format!("{filter}&after={cursor}")).await;
        assert_eq!(kinds(&page), [("VISIBILITY_LOST", offer["id"].as_str().unwrap())]);
        assert!(page["nodes"][0].get("record").is_none());
        // What happens elsewhere moves the cursor and says nothing.
        let cursor = page["cursor"].as_str().unwrap().to_owned();
        bread(&editor, &by, ARLON).await;
        let page = changes(&visitor, &format!("{filter}&after={cursor}")).await;
        assert!(kinds(&page).is_empty() && page["cursor"] != json!(cursor));
    }
}

story! {
    async fn who_waits_is_answered_when_something_happens_and_otherwise_in_time(server: Server) {
        let (editor, visitor) = (colleague(&server, "Alix", "EDITOR").await, server.visitor());
        let cursor = now(&visitor, "types=ORGANISATION").await;
        let waiting = tokio::spawn({
            let (visitor, cursor) = (visitor.clone(), cursor.clone());
            async move {
                let began = Instant::now();
                let page = changes(&visitor, &format!("types=ORGANISATION&waitSeconds=40&after={cursor}")).await;
                (page, began.elapsed())
            }
        });
        tokio::time::sleep(Duration::from_millis(700)).await;
        let made = farm(&editor, "Ferme attendue").await;
        let (page, took) = waiting.await.unwrap();
        assert_eq!(kinds(&page), [("UPSERT", made["id"].as_str().unwrap())]);
        assert!(took >= Duration::from_millis(600) && took < Duration::from_secs(20), "{took:?}");
        let cursor = page["cursor"].as_str().unwrap();
        let began = Instant::now();
        let page = changes(&visitor, &format!("types=ORGANISATION&waitSeconds=1&after={cursor}")).await;
        assert!(kinds(&page).is_empty() && began.elapsed() >= Duration::from_secs(1));
        // Who asks again and again is told in a few bytes that nothing happened.
        let path = format!("/v1/changes?types=ORGANISATION&after={}", page["cursor"].as_str().unwrap());
        let answer = visitor.get(&path).await;
        let etag = answer.headers()["etag"].to_str().unwrap().to_owned();
        let again = visitor.request(Method::GET, &path).header("if-none-match", etag).send().await.unwrap();
        assert_eq!(again.status(), 304);
    }
}

/// A stream of events.
struct Events {
    answer: reqwest::Response,
    text: String,
}

impl Events {
    async fn open(request: reqwest::RequestBuilder) -> Self {
        let answer = request
            .header("accept", "text/event-stream")
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()["content-type"], "text/event-stream");
        Self {
            answer,
            text: String::new(),
        }
    }

    /// The next event: its name, its id, its data.
    async fn next(&mut self) -> (String, String, Value) {
        let event = loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let (event, rest) = (event.to_owned(), rest.to_owned());
                self.text = rest;
                if !event.starts_with(':') {
                    break event;
                }
                continue;
            }
            let chunk = tokio::time::timeout(Duration::from_secs(30), self.answer.chunk()).await;
            let chunk = chunk
                .expect("an event comes in time")
                .unwrap()
                .expect("the stream goes on");
            self.text.push_str(std::str::from_utf8(&chunk).unwrap());
        };
        let field = |name: &str| {
            let line = event
                .lines()
                .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
            line.unwrap_or_default().trim_start().to_owned()
        };
        (
            field("event"),
            field("id"),
            serde_json::from_str(&field("data")).unwrap_or_default(),
        )
    }
}

story! {
    async fn a_stream_brings_each_change_and_goes_on_from_the_last_that_arrived(server: Server) {
        let (editor, visitor) = (colleague(&server, "Alix", "EDITOR").await, server.visitor());
        let cursor = now(&visitor, "types=ORGANISATION").await;
        let path = format!("/v1/changes?types=ORGANISATION&after={cursor}");
        let mut stream = Events::open(visitor.request(Method::GET, &path)).await;
        let (_, first, page) = stream.next().await;
        assert!(kinds(&page).is_empty() && page["cursor"] == json!(first));
        let one = farm(&editor, "Une").await;
        let (_, id, page) = stream.next().await;
        assert_eq!(kinds(&page), [("UPSERT", one["id"].as_str().unwrap())]);
        drop(stream);
        let two = farm(&editor, "Deux").await;
        let mut stream = Events::open(visitor.request(Method::GET, &path).header("last-event-id", &id)).await;
        let (_, _, page) = stream.next().await;
        assert_eq!(kinds(&page), [("UPSERT", two["id"].as_str().unwrap())], "what came between, and not what was there already");
        let refused = visitor.request(Method::GET, "/v1/changes?types=ORGANISATION&after=nonsense").header("accept", "text/event-stream").send().await.unwrap();
        assert_eq!(refused.status(), 400, "what is wrong is said before the stream begins");
        // A server that is told to stop does not wait for those who follow.
        let began = Instant::now();
        assert_eq!(server.terminate().await, Some(0));
        assert!(began.elapsed() < Duration::from_secs(8), "{:?}", began.elapsed());
        server.restart().await;
        let page = changes(&server.visitor(), &format!("types=ORGANISATION&after={id}")).await;
        assert_eq!(kinds(&page), [("UPSERT", two["id"].as_str().unwrap())], "a cursor outlives the server");
    }
}

story! {
    async fn a_subscription_brings_the_same_pages(server: Server) {
        let (editor, visitor) = (colleague(&server, "Alix", "EDITOR").await, server.visitor());
        let cursor = now(&visitor, "types=ORGANISATION").await;
        let query = "subscription($after: String) { changes(after: $after, types: [ORGANISATION]) { nodes { kind recordId record { ... on Organisation { name } } } cursor } }";
        let request = || visitor.request(Method::POST, "/graphql").json(&json!({"query": query, "variables": {"after": cursor}}));
        let mut stream = Events::open(request()).await;
        let (name, _, first) = stream.next().await;
        assert_eq!((name.as_str(), &first["data"]["changes"]["nodes"]), ("next", &json!([])), "{first}");
        let made = farm(&editor, "Ferme").await;
        let (_, _, next) = stream.next().await;
        let told = &next["data"]["changes"]["nodes"][0];
        assert_eq!((&told["recordId"], &told["record"]["name"]), (&made["id"], &json!("Ferme")), "{next}");
        let plain: Value = request().send().await.unwrap().json().await.unwrap();
        assert!(plain["errors"][0]["extensions"]["code"].is_string(), "without a stream it is refused: {plain}");
        let wrong = json!({"query": "subscription { changes(after: \"x\") { cursor } }"});
        let mut stream = Events::open(visitor.request(Method::POST, "/graphql").json(&wrong)).await;
        let (_, _, answer) = stream.next().await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "CURSOR_INVALID", "{answer}");
        assert_eq!(stream.next().await.0, "complete");
    }
}

/// Applies a page to a copy.
fn take(copy: &mut BTreeMap<String, i64>, page: &Value) {
    for node in page["nodes"].as_array().unwrap() {
        let id = node["recordId"].as_str().unwrap().to_owned();
        match node["kind"].as_str().unwrap() {
            "UPSERT" => {
                copy.insert(id, node["revision"].as_i64().unwrap());
            }
            "DELETE" => {
                copy.remove(&id);
            }
            other => panic!("{other}"),
        }
    }
}

story! {
    async fn an_export_and_what_follows_it_are_the_whole_state(server: Server) {
        let (editor, visitor) = (colleague(&server, "Alix", "EDITOR").await, server.visitor());
        let by = farm(&editor, "Ferme").await;
        let (stays, goes) = (bread(&editor, &by, NAMUR).await, bread(&editor, &by, ARLON).await);
        let answer = visitor.get("/v1/exports/offers.jsonl").await;
        assert_eq!(answer.status(), 200);
        let cursor = answer.headers()["feed-cursor"].to_str().unwrap().to_owned();
        assert!(answer.headers()["link"].to_str().unwrap().contains("/v1/exports/offers.schema.json"));
        let text = answer.text().await.unwrap();
        let mut lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines.pop(), Some(json!({"feedCursor": cursor, "count": 2})), "the last line says that it is whole");
        let mut copy: BTreeMap<String, i64> = lines.iter().map(|line| (line["id"].as_str().unwrap().to_owned(), line["revision"].as_i64().unwrap())).collect();
        remove(&editor, &goes).await;
        let new = bread(&editor, &by, NAMUR).await;
        let input = json!({"id": stays["id"], "expectedRevision": 1, "title": "Miche"});
        mutate(&editor, "offerUpdate", "offer", "OfferPatch", input).await;
        // The cursor of an export is good under any filter.
        take(&mut copy, &changes(&visitor, &format!("types=OFFER&after={cursor}")).await);
        let expected = BTreeMap::from([(stays["id"].as_str().unwrap().to_owned(), 2), (new["id"].as_str().unwrap().to_owned(), 1)]);
        assert_eq!(copy, expected);
    }
}

story! {
    async fn an_export_comes_in_every_form_narrowed_as_the_lists_are(server: Server) {
        let (editor, visitor) = (colleague(&server, "Alix", "EDITOR").await, server.visitor());
        let by = farm(&editor, "Ferme").await;
        let input = json!({"organisationId": by["id"], "productType": "bread", "title": "=1+1", "communeId": NAMUR, "quantity": {"value": "12.5", "unit": "KILOGRAM"}});
        mutate(&editor, "offerCreate", "offer", "NewOffer", input).await;
        bread(&editor, &by, ARLON).await;
        let csv = visitor.get(&format!("/v1/exports/offers.csv?territory={NAMUR}&statuses=OPEN")).await.text().await.unwrap();
        let lines: Vec<&str> = csv.lines().collect();
        assert_eq!(lines.len(), 2, "{csv}");
        assert!(lines[0].starts_with("\u{feff}id,revision,createdAt,updatedAt,organisationId,productType,title"));
        assert!(lines[1].contains(",'=1+1,") && lines[1].contains(",12.5,KILOGRAM,,,,") && lines[1].contains(",92094,"), "{}", lines[1]);
        let schema: Value = visitor.get("/v1/exports/offers.schema.json").await.json().await.unwrap();
        let names: Vec<&str> = schema["fields"].as_array().unwrap().iter().map(|field| field["name"].as_str().unwrap()).collect();
        assert_eq!(names.join(","), lines[0].trim_start_matches('\u{feff}'), "the schema describes the table");
        let map: Value = visitor.get("/v1/exports/offers.geojson?productTypes=bakery").await.json().await.unwrap();
        assert_eq!((map["features"].as_array().unwrap().len(), &map["count"]), (2, &json!(2)));
        assert_eq!(map["features"][0]["geometry"]["type"], "Point");
        assert!(map["feedCursor"].is_string());
        let sheet = visitor.get("/v1/exports/offers.xlsx").await;
        assert!(sheet.headers().contains_key("feed-cursor"));
        assert_eq!(&sheet.bytes().await.unwrap()[..2], b"PK");
        for kind in ["organisations", "needs", "sources", "projects", "chantiers", "steps", "resources", "participations", "territories"] {
            for form in ["csv", "jsonl", "geojson", "xlsx", "schema.json"] {
                assert_eq!(visitor.get(&format!("/v1/exports/{kind}.{form}")).await.status(), 200, "{kind}.{form}");
            }
        }
        for (path, status) in [("offers.pdf", 404), ("contacts.csv", 404), ("offers.csv?status=OPEN", 400), ("offers.csv?statuses=SHUT", 400)] {
            assert_eq!(visitor.get(&format!("/v1/exports/{path}")).await.status(), status, "{path}");
        }
        assert_eq!(visitor.get("/v1/exports/report.csv").await.status(), 200, "the report is where it was");
    }
}

story! {
    async fn an_export_is_read_in_batches_and_not_at_once(server: Server) {
        let visitor = server.visitor();
        let export = async || {
            let lines = visitor.get("/v1/exports/territories.jsonl").await.text().await.unwrap().lines().count();
            assert!((290..500).contains(&lines), "{lines}");
        };
        // 297 territories and more are one batch; the cursor is a statement of its own.
        assert_eq!(statements(&visitor, export).await, 2);
    }
}
