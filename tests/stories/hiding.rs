//! What not everybody may read appears for nobody else: not in lists, search, exports, the feed, histories, calendars,
//! refusals, webhooks, metrics or the log. And whoever may not know that a record exists gets the answer that they would get
//! if it did not, at the same cost.

#![expect(clippy::unwrap_used, reason = "a story stops at the first surprise")]

use std::collections::BTreeSet;
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use stories::scene::{MARKS, SETTINGS, Scene};
use stories::statements;
use testing::{Server, TestClient};

/// What somebody was told, looked through for words that are not theirs to read.
struct Reader<'a> {
    who: &'a str,
    client: &'a TestClient,
    found: BTreeSet<&'static str>,
    leaks: Vec<String>,
}

impl Reader<'_> {
    fn look(&mut self, where_from: &str, text: &str) {
        let text = text.to_lowercase();
        for mark in MARKS.iter().filter(|mark| text.contains(mark.word)) {
            self.found.insert(mark.word);
            if !mark.readers.contains(&self.who) {
                let from: String = where_from.chars().take(300).collect();
                self.leaks
                    .push(format!("{} reads {} in {from}", self.who, mark.word));
            }
        }
    }

    async fn get(&mut self, path: &str) -> String {
        let answer = self.client.get(path).await;
        let headers = format!("{:?}", answer.headers());
        let text = String::from_utf8_lossy(&answer.bytes().await.unwrap()).into_owned();
        self.look(path, &headers);
        self.look(path, &text);
        text
    }

    async fn ask(&mut self, query: &str, variables: Value) -> Value {
        let answer = self.client.ask(query, variables).await;
        self.look(query, &answer.to_string());
        answer
    }

    /// Every query and every kind of object, with all that their fields hold, as deep as a request may go.
    async fn schema(&mut self, scene: &Scene) {
        let mut asked = 0;
        for (of, path) in scene.schema.paths(&scene.ids) {
            let fields = scene.schema.fields(of);
            let documents: Vec<Vec<String>> = if of == "Query" {
                fields
                    .iter()
                    .map(|field| {
                        (0..=2)
                            .rev()
                            .map(|levels| self.deep(scene, field, levels))
                            .collect()
                    })
                    .collect()
            } else {
                vec![
                    (0..=2)
                        .rev()
                        .map(|levels| scene.schema.whole(of, &scene.ids, levels))
                        .collect(),
                ]
            };
            for depths in documents {
                for asked_of in depths {
                    let answer = self.ask(&path.document(&asked_of), json!({})).await;
                    if answer["errors"][0]["extensions"]["code"] != "COST_EXCEEDED" {
                        asked += 1;
                        break;
                    }
                }
            }
        }
        assert!(asked > 120, "only {asked} documents were within the limits");
    }

    fn deep(&self, scene: &Scene, field: &stories::schema::Field, levels: usize) -> String {
        let members = scene.schema.whole(field.of.named(), &scene.ids, levels);
        let members = if members.is_empty() {
            String::new()
        } else {
            format!("{{ __typename {members} }}")
        };
        format!("{} {members}", scene.schema.called(field, &scene.ids, true))
    }

    /// The searches, by each of the words.
    async fn searches(&mut self) {
        let search = "query($text: String!) { search(text: $text, first: 50) { title recordId } projects(where: { text: $text }) { nodes { title } } \
            organisations(where: { text: $text }) { nodes { name } } expertiseNeeds(where: { text: $text }) { totalCount nodes { title } } }";
        for mark in &MARKS {
            let text = mark.word.trim_start_matches('@');
            self.ask(search, json!({"text": text})).await;
            self.ask(
                "query($text: String!) { persons(text: $text) { totalCount nodes { name email } } }",
                json!({"text": text}),
            )
            .await;
        }
        self.ask(
            "{ history(first: 100) { nodes { title personName fields { field from to } } } }",
            json!({}),
        )
        .await;
    }

    /// The feed, the files, the calendars, and what is said of everything.
    async fn routes(&mut self) {
        let mut after = String::new();
        loop {
            let page = self.get(&format!("/v1/changes?first=500{after}")).await;
            let page: Value = serde_json::from_str(&page).unwrap();
            if page["hasMore"] != true {
                break;
            }
            after = format!("&after={}", page["cursor"].as_str().unwrap());
        }
        let told = [
            "organisations",
            "offers",
            "needs",
            "sources",
            "projects",
            "chantiers",
            "steps",
            "resources",
            "participations",
            "expertises",
            "territories",
            "councils",
            "seats",
            "council-meetings",
            "votes",
            "decisions",
            "council-actions",
            "evaluations",
            "shared-items",
            "endorsements",
        ];
        for what in told {
            for form in ["csv", "jsonl"] {
                let file = self.get(&format!("/v1/exports/{what}.{form}")).await;
                assert!(!file.contains("NOT_FOUND"), "{what}: {file}");
            }
        }
        for what in [
            "contacts",
            "notes",
            "persons",
            "memberships",
            "requests",
            "seat-holders",
            "outcomes",
            "mails",
            "expertise-needs",
            "introductions",
        ] {
            let answer = self.client.get(&format!("/v1/exports/{what}.jsonl")).await;
            assert_eq!(answer.status(), 404, "{what} is no file for anybody");
        }
        for path in [
            "/v1/exports/report.csv",
            "/v1/exports/organisations.xlsx",
            "/v1/calendar.ics",
            "/v1/chantiers/filieres.ics",
            "/metrics",
            "/v1/openapi.json",
            "/health/ready",
            "/",
        ] {
            self.get(path).await;
        }
        let stream = self
            .client
            .request(Method::POST, "/graphql")
            .header("Accept", "text/event-stream");
        let body = json!({"query": "subscription { changes(first: 500) { nodes { recordType recordId record { __typename ... on Organisation { name } ... on Vote { question ballots { choices } } ... on Seat { label holders { nodes { name } } } ... on Project { title notes { nodes { body } } contacts { nodes { name } } } } } } }"});
        let mut stream = stream.json(&body).send().await.unwrap();
        let mut text = Vec::new();
        while let Ok(Ok(Some(some))) = tokio::time::timeout(Duration::from_millis(700), stream.chunk()).await
        {
            text.extend_from_slice(&some);
        }
        let text = String::from_utf8_lossy(&text).into_owned();
        assert!(text.contains("Organisation"), "the subscription tells: {text}");
        self.look("the subscription", &text);
    }
}

/// An identifier of the same kind, of a record that does not exist.
fn absent(id: &str) -> String {
    let kind = id.rsplit_once('_').map_or(id, |(kind, _)| kind);
    format!("{kind}_01h455vb4pex5vsknk084sn02q")
}

/// Every identifier in an input, by where it stands.
fn identifiers(value: &Value, at: &str, all: &mut Vec<(String, String)>) {
    match value {
        Value::Object(members) => members
            .iter()
            .for_each(|(name, inner)| identifiers(inner, &format!("{at}/{name}"), all)),
        Value::Array(members) => members
            .iter()
            .enumerate()
            .for_each(|(place, inner)| identifiers(inner, &format!("{at}/{place}"), all)),
        Value::String(text) if text.rsplit_once('_').is_some_and(|(_, key)| key.len() == 26) => {
            all.push((at.to_owned(), text.clone()));
        }
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// An answer without what differs from request to request.
fn plain(mut answer: Value) -> Value {
    if let Some(errors) = answer["errors"].as_array_mut() {
        for error in errors {
            error["extensions"]["requestId"] = Value::Null;
        }
    }
    answer["extensions"] = Value::Null;
    answer
}

const NODE: &str = "query($id: ID!) { node(id: $id) { id } nodes(ids: [$id]) { id } history(record: $id, around: true) { totalCount nodes { id } } }";

/// What is hidden from this caller answers as what is not there: by its identifier, in every mutation that could name it.
async fn hidden_is_absent(scene: &Scene, reader: &mut Reader<'_>) {
    let client = reader.client;
    let (mut hidden, mut counted) = (BTreeSet::new(), BTreeSet::new());
    for (_, id) in scene.ids.all().filter(|(of, _)| scene.schema.is_record(of)) {
        let Some(id) = id.as_str().filter(|id| id.contains('_')) else {
            continue;
        };
        let there = reader.ask(NODE, json!({"id": id})).await;
        if there["data"]["node"].is_object() {
            continue;
        }
        hidden.insert(id.to_owned());
        let gone = reader.ask(NODE, json!({"id": absent(id)})).await;
        // The history of what is hidden is hidden as well; only who may read it is told more.
        assert_eq!(plain(there), plain(gone), "{} and {id}", reader.who);
        // Each kind of record has one way to be looked for: one of a kind says what it costs.
        if !counted.insert(id.rsplit_once('_').map(|(kind, _)| kind.to_owned())) {
            continue;
        }
        let cost = async |id: String| {
            statements(client, async || {
                client
                    .ask("query($id: ID!) { node(id: $id) { id } }", json!({"id": id}))
                    .await;
            })
            .await
        };
        // The server's own tasks ask something in between: what each costs at the least is what it costs.
        let (mut of_hidden, mut of_absent) = (u64::MAX, u64::MAX);
        for _ in 0..10 {
            of_hidden = of_hidden.min(cost(id.to_owned()).await);
            of_absent = of_absent.min(cost(absent(id)).await);
            if of_hidden == of_absent {
                break;
            }
        }
        assert_eq!(
            of_hidden, of_absent,
            "{}: {id} costs another number of statements than what is not there",
            reader.who
        );
    }
    assert!(!hidden.is_empty(), "{}: {hidden:?}", reader.who);
    for field in scene.schema.fields("Mutation") {
        let document = scene.schema.mutation(field, "userErrors { code field message }");
        for (_, input) in scene.schema.inputs(field, &scene.ids) {
            let input = Value::Object(input);
            let mut named = Vec::new();
            identifiers(&input, "", &mut named);
            for (at, id) in named.into_iter().filter(|(_, id)| hidden.contains(id)) {
                let mut other = input.clone();
                *other.pointer_mut(&at).unwrap() = json!(absent(&id));
                let (there, gone) = (
                    reader.ask(&document, input.clone()).await,
                    reader.ask(&document, other).await,
                );
                if plain(there.clone()) != plain(gone.clone()) {
                    reader.leaks.push(format!(
                        "{}: {} tells {id} at {at} from what is not there: {there} / {gone}",
                        reader.who, field.name
                    ));
                }
            }
        }
    }
}

#[tokio::test]
async fn what_is_not_for_everybody_is_for_nobody_else() {
    let server = Server::on_sqlite_with(&SETTINGS).await;
    let scene = Scene::set(&server).await;
    let (mut found, mut leaks) = (BTreeSet::new(), Vec::new());
    for (who, client) in &scene.columns {
        let mut reader = Reader {
            who,
            client,
            found: BTreeSet::new(),
            leaks: Vec::new(),
        };
        reader.schema(&scene).await;
        reader.searches().await;
        reader.routes().await;
        hidden_is_absent(&scene, &mut reader).await;
        found.append(&mut reader.found);
        leaks.append(&mut reader.leaks);
    }
    for message in scene.receiver.wait_for(1).await {
        leaks.extend(
            MARKS
                .iter()
                .filter(|mark| message.body.to_lowercase().contains(mark.word))
                .map(|mark| format!("a webhook holds {}", mark.word)),
        );
    }
    let said = server.said().to_lowercase();
    leaks.extend(
        MARKS
            .iter()
            .filter(|mark| said.contains(mark.word))
            .map(|mark| format!("the log holds {}", mark.word)),
    );
    assert!(leaks.is_empty(), "{}", leaks.join("\n"));
    let unseen: Vec<&str> = MARKS
        .iter()
        .map(|mark| mark.word)
        .filter(|word| !found.contains(word))
        .collect();
    assert!(
        unseen.is_empty(),
        "not even who may read them was shown {unseen:?}: the words are not where they were thought to be"
    );
    server.close().await;
}
