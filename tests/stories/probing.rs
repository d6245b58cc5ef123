//! Questions as no sane program asks them: addresses, cursors, headers, arguments of any kind. The answer is a clear no or
//! a clear answer, never a fault of ours.

#![expect(clippy::unwrap_used, reason = "a story stops at the first surprise")]

use reqwest::header::HeaderValue;
use reqwest::{Method, StatusCode};
use serde_json::{Map, Value, json};
use stories::rows::{Dice, Kind, Row, request};
use stories::story;

/// Texts for parameters and headers, as they stand in an address.
const ASKED: [&str; 44] = [
    "",
    "0",
    "1",
    "-1",
    "501",
    "2147483648",
    "99999999999999999999",
    "1.5",
    "NaN",
    "%D9%A1",
    "%00",
    "%ff%fe",
    "%",
    "%zz",
    "%F0%9F%98%80",
    "%E2%80%AE",
    "true",
    "null",
    "[]",
    "OFFER",
    "OFFER,NEED",
    "COW",
    "offer",
    ",",
    ",,,",
    "90000",
    "92094",
    "99999",
    "82003",
    "project_00000000000000000000000000",
    "offer_zzz",
    "organisation_",
    "../../etc/passwd",
    "%27%20OR%201=1--",
    "%25_%5C",
    "1900-01-01",
    "9999-99-99",
    "%2B262142-01-01T00:00:00Z",
    "92094,20",
    "92094,-1",
    "92094,99999999999",
    "x,y",
    "annuaire",
    "AAAAAAAAAAAA",
];

fn is_clear(status: StatusCode, body: &str, asked: &str) {
    assert!(status.as_u16() < 500, "{asked}: {status} {body}");
    if status.is_client_error() {
        let problem: Value = serde_json::from_str(body).unwrap_or_else(|_| panic!("{asked}: {body}"));
        assert!(
            problem["code"].is_string() && problem["title"].is_string(),
            "{asked}: {body}"
        );
    }
}

story! {
    async fn no_address_and_no_header_is_a_fault_of_ours(server: Server) {
        let client = server.administrator().await;
        let create = "mutation($input: NewSource!) { sourceCreate(input: $input) { userErrors { code } } }";
        client.data(create, json!({"input": {"code": "annuaire", "name": "Annuaire"}})).await;
        let page: Value = client.get("/v1/changes?first=1").await.json().await.unwrap();
        let cursor = page["cursor"].as_str().unwrap().to_owned();
        let mut dice = Dice(500);
        for _ in 0..250 {
            let mut bent = cursor.clone();
            let at = dice.below(cursor.len());
            match dice.below(4) {
                0 => bent.truncate(at),
                1 => {
                    let other = *dice.pick(&["%00", "%ff", "=", "%2B", "z", "é"]);
                    bent.replace_range(at..=at, other);
                }
                2 => bent = bent.repeat(50),
                _ => {}
            }
            let name = *dice.pick(&["after", "first", "types", "provinces", "communes", "records", "waitSeconds", "après", "first"]);
            let value = if name == "after" { bent.as_str() } else { dice.pick(&ASKED) };
            // Whoever waits waits long: what happens is then at the beginning, where there is something.
            let path = format!("/v1/changes?{name}={value}&{}", dice.pick(&["types=OFFER", "first=1", "records=false", "types=", "&&", "="]));
            let path = if name == "waitSeconds" { format!("/v1/changes?first=1&waitSeconds={value}") } else { path };
            let answer = client.request(Method::GET, &path).send().await.unwrap();
            let status = answer.status();
            is_clear(status, &answer.text().await.unwrap(), &path);
        }
        let names = ["text", "statuses", "productTypes", "territory", "sources", "organisations", "kinds", "months", "organic", "near", "labels", "availableOn", "types", "states", "expiresBefore", "updatedSince", "x", "%00"];
        for _ in 0..250 {
            let what = *dice.pick(&["offers", "needs", "organisations", "sources", "projects", "steps", "territories", "participations", "contacts", "%00", "..%2f", "é"]);
            let form = *dice.pick(&["csv", "jsonl", "geojson", "xlsx", "schema.json", "pdf", "", "%ff"]);
            let path = format!("/v1/exports/{what}.{form}?{}={}", dice.pick(&names), dice.pick(&ASKED));
            let answer = client.get(&path).await;
            let status = answer.status();
            is_clear(status, &String::from_utf8_lossy(&answer.bytes().await.unwrap()), &path);
        }
        for path in ["/v1/exports/jobs/%00", "/v1/exports/jobs/x", "/v1/exports/files/%ff", "/v1/exports/files/x", "/v1/imports/%00", "/v1/imports/import_x/rejected.csv", "/v1/chantiers/%00.ics", "/v1/chantiers/%ff",
            "/v1/invitations/%00", "/v1/exports/report.csv?year=%00", "/v1/calendar.ics?%00=%ff", "/v1/sources/%00/runs", "/v1/sources/%ff/records", "/v1/sources/annuaire/runs/x/close"] {
            for method in [Method::GET, Method::POST, Method::DELETE] {
                let answer = client.request(method, path).send().await.unwrap();
                let status = answer.status();
                is_clear(status, &answer.text().await.unwrap(), path);
            }
        }
        let body = request(&[Row::good(Kind::Organisation, "f0")]);
        let values: [&[u8]; 22] = [b"", b" ", b"\xff\xfe", "é".as_bytes(), b"\t", &[b'k'; 5_000], b"gzip", b"br, gzip", b"identity", b"x-none", b"application/json", b"application/json; charset=latin1",
            b"application/x-ndjson", b"APPLICATION/JSON", b"application/json;", b";", b"text/csv", b"*/*", b"multipart/form-data", b"q=;,,", b"*;q=NaN", b"bytes=-1,5-2,99999999999999999999-"];
        for _ in 0..200 {
            let name = *dice.pick(&["idempotency-key", "content-type", "content-encoding", "accept", "accept-language", "accept-encoding", "if-none-match", "range", "last-event-id", "origin", "authorization", "cookie", "x-forwarded-for"]);
            let value = *dice.pick(&values);
            let value = HeaderValue::from_bytes(value).unwrap();
            let (method, path) = match dice.below(4) {
                0 => (Method::GET, "/v1/changes?first=1&records=false"),
                1 => (Method::GET, "/v1/exports/sources.csv"),
                2 => (Method::POST, "/graphql"),
                _ => (Method::POST, "/v1/sources/annuaire/records"),
            };
            let mut request = client.request(method.clone(), path);
            if method == Method::POST && name != "content-type" {
                request = request.header("Content-Type", "application/json");
            }
            let request = request.header(name, &value).body(if method == Method::POST { body.clone() } else { Vec::new() });
            let mut answer = request.send().await.unwrap();
            let status = answer.status();
            // A stream of events has no end.
            let body = answer.chunk().await.unwrap().unwrap_or_default();
            assert!(status.as_u16() < 500, "{method} {path} {name}: {value:?}: {status} {}", String::from_utf8_lossy(&body));
        }
        // A body that is packed is not taken for one that is not.
        let packed = client.request(Method::POST, "/v1/sources/annuaire/records").header("Content-Type", "application/json").header("Content-Encoding", "gzip");
        assert_eq!(packed.body(body).send().await.unwrap().status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
        assert_eq!(client.get("/health/ready").await.status(), 200);
    }
}

const QUERIES: &str = "{ __schema { queryType { fields { name args { name type { ...T } } type { ...T } } } types { name kind inputFields { name type { ...T } } } } } \
    fragment T on __Type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }";

/// A type as a variable is declared with it, and the name of what is in it.
fn declared(of: &Value) -> (String, String) {
    let name = of["name"].as_str().unwrap_or_default().to_owned();
    match of["kind"].as_str().unwrap() {
        "NON_NULL" => {
            let (inner, name) = declared(&of["ofType"]);
            (format!("{inner}!"), name)
        }
        "LIST" => {
            let (inner, name) = declared(&of["ofType"]);
            (format!("[{inner}]"), name)
        }
        _ => (name.clone(), name),
    }
}

story! {
    async fn no_argument_of_a_question_is_a_fault_of_ours(server: Server) {
        let client = server.administrator().await;
        let schema = client.data(QUERIES, json!({})).await["__schema"].take();
        let types = schema["types"].as_array().unwrap();
        let kind_of = |name: &str| types.iter().find(|known| known["name"] == name).unwrap();
        let ids: Vec<Value> = ["", "x", "92094", "99999", "project_00000000000000000000000000", "offer_01h455vb4pex5vsknk084sn02q", "organisation_zzzzzzzzzzzzzzzzzzzzzzzzzz", "\u{0}", "é"].map(|id| json!(id)).to_vec();
        let odd = |dice: &mut Dice| -> Value {
            let others = [Value::Null, json!(-1), json!(0), json!(101), json!(2_147_483_648_u64), json!(1e300), json!(true), json!(""), json!("a\u{0}b"), json!("é".repeat(2_000)),
                json!("%_\\"), json!("9999-12-31"), json!("+262142-12-31T00:00:00Z"), json!("0000-01-01T00:00:00Z"), json!("2026-11-26T10:00:00Z"), json!([]), json!([[]]), json!({}), json!(vec!["x"; 150]), json!([null])];
            if dice.below(3) == 0 { dice.pick(&ids).clone() } else { dice.pick(&others).clone() }
        };
        let mut dice = Dice(600);
        let (mut asked, mut answered) = (0, 0);
        for field in schema["queryType"]["fields"].as_array().unwrap() {
            let args = field["args"].as_array().unwrap();
            for arg in args {
                let (declaration, name) = declared(&arg["type"]);
                let input = kind_of(&name);
                for _ in 0..4 {
                    let value = if input["kind"] == "INPUT_OBJECT" && dice.below(8) > 0 {
                        let inner = dice.pick(input["inputFields"].as_array().unwrap());
                        json!({inner["name"].as_str().unwrap(): odd(&mut dice)})
                    } else {
                        odd(&mut dice)
                    };
                    let mut given = vec![(arg["name"].as_str().unwrap(), declaration.clone(), value)];
                    for other in args.iter().filter(|other| *other != arg && other["type"]["kind"] == "NON_NULL") {
                        let (declaration, name) = declared(&other["type"]);
                        let usual = match kind_of(&name)["kind"].as_str().unwrap() { "SCALAR" => odd(&mut dice), _ => json!({}) };
                        given.push((other["name"].as_str().unwrap(), declaration, usual));
                    }
                    let declarations: Vec<String> = given.iter().map(|(name, of, _)| format!("${name}: {of}")).collect();
                    let arguments: Vec<String> = given.iter().map(|(name, ..)| format!("{name}: ${name}")).collect();
                    let selection = match kind_of(&declared(&field["type"]).1)["kind"].as_str().unwrap() { "SCALAR" | "ENUM" => "", _ => "{ __typename }" };
                    let query = format!("query({}) {{ {}({}) {selection} }}", declarations.join(", "), field["name"].as_str().unwrap(), arguments.join(", "));
                    let variables: Map<String, Value> = given.into_iter().map(|(name, _, value)| (name.to_owned(), value)).collect();
                    let body = json!({"query": query, "variables": variables});
                    let request = client.request(Method::POST, "/graphql").header("Accept", "application/graphql-response+json");
                    let answer = request.json(&body).send().await.unwrap();
                    let status = answer.status();
                    let answer: Value = answer.json().await.unwrap();
                    let said = || format!("{query} {}: {answer}", body["variables"].to_string().chars().take(300).collect::<String>());
                    assert!(status.as_u16() < 500, "{status} {}", said());
                    for error in answer["errors"].as_array().into_iter().flatten() {
                        assert!(error["extensions"]["code"].as_str().is_some_and(|code| code != "INTERNAL"), "{}", said());
                    }
                    asked += 1;
                    answered += usize::from(answer.get("errors").is_none());
                }
            }
        }
        assert!(asked > 300 && answered > 30, "{asked} {answered}");
    }
}
