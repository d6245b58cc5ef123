//! Whoever asks an officer something, from any commune, reaches the right one, also while that one is away; it is answered,
//! handed over, closed; and no request is ever without an owner.

#![expect(clippy::unwrap_used, reason = "a story stops at the first surprise")]

use std::collections::HashMap;

use serde_json::{Value, json};
use stories::{codes, colleague, project, statements, story};
use testing::TestClient;

const ASK: &str = "mutation($input: NewRequest!) { requestAsk(input: $input) { request { id revision state due officerName minderName isLate } userErrors { code field } } }";
const WRITE: &str = "mutation($input: NewRequestMessage!) { requestWrite(input: $input) { requestMessage { id authorName isByAsker } userErrors { code } } }";
const HAND_OVER: &str = "mutation($input: RequestHandOverInput!) { requestHandOver(input: $input) { request { revision officerName handovers { reason note fromName toName } } userErrors { code field } } }";
const CLOSE: &str = "mutation($input: RequestCloseInput!) { requestClose(input: $input) { request { revision state closing { conclusion text } } userErrors { code field } } }";
const FOLLOW: &str = "mutation($input: NewPortfolio!) { portfolioCreate(input: $input) { portfolio { id revision holds territory { name { fr } } } userErrors { code field } } }";
const AWAY: &str = "mutation($input: NewAbsence!) { absenceCreate(input: $input) { absence { id revision holds substituteName } userErrors { code field } } }";
const DESK: &str = "{ desk { name requests { id title officerName minderName isLate project { title } } } }";
const MAILS: &str = "{ mails(waiting: true, first: 100) { nodes { kind to subject text } } }";

/// The five provinces, each with its officer.
const PROVINCES: [(&str, &str); 5] = [
    ("20002", "Odile"),
    ("50000", "Hugo"),
    ("60000", "Lise"),
    ("80000", "Lucien"),
    ("90000", "Nadia"),
];

async fn viewer(client: &TestClient) -> Value {
    let data = client.data("{ viewer { person { id } } }", json!({})).await;
    data["viewer"]["person"]["id"].clone()
}

async fn done(client: &TestClient, mutation: &str, field: &str, input: Value) -> Value {
    let payload = client.data(mutation, json!({"input": input})).await[field].take();
    assert!(codes(&payload).is_empty(), "{payload}");
    payload
}

async fn refused(client: &TestClient, mutation: &str, field: &str, input: Value) -> Value {
    let payload = client.data(mutation, json!({"input": input})).await[field].take();
    assert!(!codes(&payload).is_empty(), "{payload}");
    payload["userErrors"].clone()
}

async fn ask(client: &TestClient, commune: &str, more: Value) -> Value {
    let mut input = json!({"kind": "QUESTION", "communeId": commune, "title": "Un four à pain", "text": "Qui en loue un?"});
    for (field, value) in more.as_object().unwrap() {
        input[field] = value.clone();
    }
    done(client, ASK, "requestAsk", input).await["request"].clone()
}

/// An officer in each province, and one in the city of Namur.
async fn officers(
    server: &testing::Server,
    editor: &TestClient,
) -> HashMap<&'static str, (TestClient, Value)> {
    let mut officers = HashMap::new();
    let all = PROVINCES.into_iter().chain([("92094", "Citadelle")]);
    for (territory, name) in all {
        let client = colleague(server, name, "OFFICER").await;
        let id = viewer(&client).await;
        let input = json!({"personId": id, "territoryId": territory, "starts": "2020-01-01"});
        let made = done(editor, FOLLOW, "portfolioCreate", input).await;
        assert_eq!(made["portfolio"]["holds"], true);
        officers.insert(name, (client, id));
    }
    officers
}

/// The officer that a commune of a province is for.
fn right(commune: &str, province: &str) -> &'static str {
    let of = PROVINCES.iter().find(|(code, _)| *code == province);
    if commune == "92094" {
        "Citadelle"
    } else {
        of.unwrap().1
    }
}

/// Every commune with its province, by official code.
async fn communes(client: &TestClient) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for (province, _) in PROVINCES {
        let mut after = Value::Null;
        loop {
            let query = "query($province: ID!, $after: String) { territories(where: { kinds: [COMMUNE], territory: $province }, first: 100, after: $after) { nodes { nis } pageInfo { hasNextPage endCursor } } }";
            let data = client
                .data(query, json!({"province": province, "after": after}))
                .await;
            let page = &data["territories"];
            let codes = page["nodes"].as_array().unwrap().iter();
            all.extend(codes.map(|node| (node["nis"].as_str().unwrap().to_owned(), province.to_owned())));
            if page["pageInfo"]["hasNextPage"] == false {
                break;
            }
            after = page["pageInfo"]["endCursor"].clone();
        }
    }
    all
}

fn ids(desk: &Value) -> Vec<Value> {
    let requests = desk["desk"]["requests"].as_array().unwrap().iter();
    requests.map(|request| request["id"].clone()).collect()
}

story! {
    async fn a_request_from_any_of_the_261_communes_reaches_the_right_officer_also_during_an_absence(server: Server) {
        let editor = colleague(&server, "Édith", "EDITOR").await;
        let officers = officers(&server, &editor).await;
        let anne = colleague(&server, "Anne", "MEMBER").await;
        let communes = communes(&anne).await;
        assert_eq!(communes.len(), 261);

        // Before the absence, half of them; Lucien's own are his.
        let mut asked: HashMap<&str, Vec<Value>> = HashMap::new();
        let (before, after) = communes.split_at(130);
        for (commune, province) in before {
            let request = ask(&anne, commune, json!({})).await;
            let right = right(commune, province);
            assert_eq!((&request["officerName"], &request["minderName"]), (&json!(right), &json!(right)), "{commune}");
            asked.entry(right).or_default().push(request["id"].clone());
        }
        let (lucien, id) = &officers["Lucien"];
        let substitute = &officers["Hugo"].1;
        let input = json!({"personId": id, "starts": "2020-01-01", "ends": "2199-12-31", "substituteId": substitute});
        let absence = done(lucien, AWAY, "absenceCreate", input).await["absence"].clone();
        assert_eq!((&absence["holds"], &absence["substituteName"]), (&json!(true), &json!("Hugo")));
        for (commune, province) in after {
            let request = ask(&anne, commune, json!({})).await;
            let right = right(commune, province);
            let minder = if right == "Lucien" { "Hugo" } else { right };
            assert_eq!((&request["officerName"], &request["minderName"]), (&json!(right), &json!(minder)), "{commune}");
            asked.entry(right).or_default().push(request["id"].clone());
        }

        // Each finds on the desk what is theirs; Hugo also what is Lucien's.
        let mut theirs = asked.clone();
        let of_lucien = theirs.remove("Lucien").unwrap();
        assert!(of_lucien.len() > 40);
        theirs.get_mut("Hugo").unwrap().extend(of_lucien);
        theirs.insert("Lucien", Vec::new());
        for (name, mut expected) in theirs {
            let mut found = ids(&officers[name].0.data(DESK, json!({})).await);
            let key = |id: &Value| id.as_str().unwrap().to_owned();
            found.sort_by_key(key);
            expected.sort_by_key(key);
            assert_eq!(found, expected, "{name}");
        }
        // When he is back, they are at his desk again, and nobody has moved them.
        let gone = "mutation($input: DeleteInput!) { absenceDelete(input: $input) { deletedId userErrors { code } } }";
        done(lucien, gone, "absenceDelete", json!({"id": absence["id"], "expectedRevision": 1})).await;
        assert_eq!(ids(&lucien.data(DESK, json!({})).await).len(), asked["Lucien"].len());

        // Lucien leaves for good, and Hugo too: nothing is without an owner.
        let administrator = server.administrator().await;
        for name in ["Lucien", "Hugo"] {
            let update = "mutation($input: PersonPatch!) { personUpdate(input: $input) { userErrors { code } } }";
            let person = "query($id: ID!) { node(id: $id) { ... on Person { revision } } }";
            let id = &officers[name].1;
            let revision = administrator.data(person, json!({"id": id})).await["node"]["revision"].clone();
            done(&administrator, update, "personUpdate", json!({"id": id, "expectedRevision": revision, "state": "SUSPENDED"})).await;
        }
        let mut after = Value::Null;
        let mut owners: HashMap<String, usize> = HashMap::new();
        loop {
            let query = "query($after: String) { requests(first: 100, after: $after, orderBy: DUE) { nodes { officerName minderName } pageInfo { hasNextPage endCursor } } }";
            let data = editor.data(query, json!({"after": after})).await;
            for node in data["requests"]["nodes"].as_array().unwrap() {
                *owners.entry(node["officerName"].as_str().unwrap().to_owned()).or_default() += 1;
                assert_eq!(node["officerName"], node["minderName"]);
            }
            if data["requests"]["pageInfo"]["hasNextPage"] == false {
                break;
            }
            after = data["requests"]["pageInfo"]["endCursor"].clone();
        }
        assert_eq!(owners.values().sum::<usize>(), 261);
        assert!(!owners.contains_key("Lucien") && !owners.contains_key("Hugo"), "{owners:?}");
        let coverage = editor.data("{ officerCoverage { nis basis ownerId territoryId } }", json!({})).await;
        let coverage = coverage["officerCoverage"].as_array().unwrap();
        assert_eq!(coverage.len(), 261);
        let holes = coverage.iter().filter(|of| of["basis"] == "OFFICER").count();
        let of = |province: &str| communes.iter().filter(|(_, of)| of == province).count();
        assert_eq!(holes, of("50000") + of("80000"), "what nobody follows is said");
        assert!(coverage.iter().all(|of| of["ownerId"].is_string()));
        assert_eq!(anne.data("{ officerCoverage { nis } desk { name } portfolios { totalCount } officers { name } }", json!({})).await,
            json!({"officerCoverage": null, "desk": null, "portfolios": null, "officers": null}));
    }
}

story! {
    async fn it_is_asked_routed_answered_handed_over_and_closed_between_those_it_concerns(server: Server) {
        let editor = colleague(&server, "Édith", "EDITOR").await;
        let officers = officers(&server, &editor).await;
        let (nadia, _) = &officers["Nadia"];
        let (hugo, hugo_id) = &officers["Hugo"];
        let (anne, ben) = (colleague(&server, "Anne", "MEMBER").await, colleague(&server, "Ben", "MEMBER").await);
        let stranger = colleague(&server, "Zoé", "MEMBER").await;
        let (id, _) = project(&anne, "P04").await;
        let join = "mutation($input: NewMembership!) { membershipCreate(input: $input) { userErrors { code } } }";
        for client in [&anne, &ben] {
            done(&editor, join, "membershipCreate", json!({"projectId": id, "personId": viewer(client).await, "role": "MEMBER"})).await;
        }
        let said = refused(&stranger, ASK, "requestAsk", json!({"kind": "NEWS", "communeId": "92101", "title": "Nous", "text": "Aussi", "projectId": id})).await;
        assert_eq!(said[0]["code"], "FORBIDDEN");
        let said = refused(&anne, ASK, "requestAsk", json!({"kind": "NEWS", "communeId": "03000", "title": " ", "text": "Aussi", "due": "2020-01-01"})).await;
        assert_eq!(said, json!([{"code": "REQUIRED", "field": ["title"]}, {"code": "INVALID", "field": ["communeId"]}, {"code": "INVALID", "field": ["due"]}]));

        let request = ask(&anne, "92101", json!({"projectId": id})).await;
        assert_eq!(request["officerName"], "Nadia");
        let key = request["id"].clone();
        let administrator = server.administrator().await;
        let mails = administrator.data(MAILS, json!({})).await;
        let letters = mails["mails"]["nodes"].as_array().unwrap();
        let told = letters.iter().find(|mail| mail["kind"] == "REQUEST_TO_ANSWER").unwrap();
        assert_eq!(told["to"], "nadia@chantiers.test");
        assert!(told["text"].as_str().unwrap().contains(&server.url(&format!("/questions/{}", key.as_str().unwrap()))), "{told}");

        let read = "query($id: ID!) { node(id: $id) { ... on Request { title state messages(first: 10) { nodes { text authorName isByAsker } } } } }";
        for client in [&server.visitor(), &stranger] {
            assert_eq!(client.data(read, json!({"id": key})).await["node"], Value::Null);
        }
        done(nadia, WRITE, "requestWrite", json!({"requestId": key, "text": "À Ciney"})).await;
        done(&ben, WRITE, "requestWrite", json!({"requestId": key, "text": "Et plus près?"})).await;
        let conversation = anne.data(read, json!({"id": key})).await["node"].clone();
        assert_eq!(conversation["state"], "OPEN");
        assert_eq!(conversation["messages"]["nodes"], json!([
            {"text": "À Ciney", "authorName": "Nadia", "isByAsker": false}, {"text": "Et plus près?", "authorName": "Ben", "isByAsker": false},
        ]));
        let handed = done(nadia, HAND_OVER, "requestHandOver", json!({"id": key, "expectedRevision": 3, "to": hugo_id, "note": "Tu connais"})).await;
        assert_eq!(handed["request"]["handovers"], json!([
            {"reason": "ROUTED", "note": null, "fromName": null, "toName": "Nadia"},
            {"reason": "HANDED_OVER", "note": "Tu connais", "fromName": "Nadia", "toName": "Hugo"},
        ]));
        assert!(ids(&hugo.data(DESK, json!({})).await).contains(&key));
        let closed = done(hugo, CLOSE, "requestClose", json!({"id": key, "expectedRevision": 4, "conclusion": "SUPPORTED", "text": "Un four à Floreffe"})).await;
        assert_eq!(closed["request"]["closing"], json!({"conclusion": "SUPPORTED", "text": "Un four à Floreffe"}));
        let mails = administrator.data(MAILS, json!({})).await;
        let letters = mails["mails"]["nodes"].as_array().unwrap();
        let to = |kind: &str| letters.iter().filter(|mail| mail["kind"] == kind).map(|mail| mail["to"].as_str().unwrap()).collect::<Vec<_>>();
        assert_eq!(to("REQUEST_ANSWERED"), ["anne@chantiers.test"; 2]);
        assert_eq!(to("REQUEST_TO_ANSWER"), ["hugo@chantiers.test", "nadia@chantiers.test", "nadia@chantiers.test"]);

        // What is told of it: in no feed, in no search, in the project's follow-up for those it concerns.
        let mine = "query($project: ID) { requests(where: { project: $project }, first: 5) { totalCount nodes { title } } }";
        for (client, project, expected) in [(&anne, Value::Null, json!(1)), (&ben, Value::Null, json!(0)), (&ben, json!(id), json!(1)), (&stranger, json!(id), Value::Null)] {
            assert_eq!(client.data(mine, json!({"project": project})).await["requests"]["totalCount"], expected);
        }
        let feed = server.visitor().get("/v1/changes?first=500").await.text().await.unwrap();
        assert!(!feed.contains("request_") && !feed.contains("four à pain"));
        let found = server.visitor().data("{ search(text: \"four à pain\") { title } }", json!({})).await;
        assert!(!found["search"].to_string().contains("four à pain"), "{found}");
        let follow_up = "query($id: ID!) { project(id: $id) { officer { name minderName basis } followUp { kind text personName } requests(first: 3) { nodes { title } } } }";
        let seen = ben.data(follow_up, json!({"id": id})).await["project"].clone();
        assert!(seen["officer"]["name"].is_string());
        let kinds: Vec<&str> = seen["followUp"].as_array().unwrap().iter().map(|entry| entry["kind"].as_str().unwrap()).collect();
        assert!(["CLOSED", "HANDED_OVER", "ASKED", "OFFICER_BEGAN"].iter().all(|kind| kinds.contains(kind)), "{kinds:?}");
        let seen = server.visitor().data(follow_up, json!({"id": id})).await["project"].clone();
        assert_eq!((&seen["officer"]["name"], &seen["followUp"], &seen["requests"]), (&Value::Null, &Value::Null, &Value::Null));
        assert!(seen["officer"]["basis"].is_string());
    }
}

story! {
    async fn an_officer_s_desk_and_lists_of_requests_cost_the_same_for_a_few_and_for_many(server: Server) {
        let editor = colleague(&server, "Édith", "EDITOR").await;
        let nadia = colleague(&server, "Nadia", "OFFICER").await;
        let id = viewer(&nadia).await;
        done(&editor, FOLLOW, "portfolioCreate", json!({"personId": id, "territoryId": "92101"})).await;
        let desk = "{ desk { portfolios { territory { name { fr } } } projects { silence project { title } } requests { title askerName officerName minderName commune { nis } messages(first: 3) { nodes { text authorName } } } lateSteps { title chantier { code } } nextSteps { title chantier { code } } } }";
        let list = "{ requests(first: 50) { nodes { title askerName officerName minderName commune { nis } messages(first: 3) { nodes { text } } } } }";
        let cost = async |query: &str| {
            let asked = async || {
                nadia.data(query, json!({})).await;
            };
            statements(&nadia, asked).await
        };
        let mut costs = Vec::new();
        for communes in [&["92101"][..], &["92094", "92101", "81001", "52011", "62063"]] {
            for commune in communes {
                let request = ask(&editor, commune, json!({})).await;
                done(&nadia, WRITE, "requestWrite", json!({"requestId": request["id"], "text": "Oui"})).await;
            }
            costs.push((cost(desk).await, cost(list).await));
            done(&editor, FOLLOW, "portfolioCreate", json!({"personId": id, "territoryId": "03000"})).await;
        }
        assert_eq!(costs, [(22, 10), (22, 10)]);
    }
}
