//! Rows as no sane program sends them, mixed with good ones, through every door that takes rows: each bad one is refused in
//! clear words, and what was good beside it is done.

#![expect(clippy::unwrap_used, reason = "a story stops at the first surprise")]

use std::collections::BTreeSet;

use reqwest::{Method, Response, StatusCode};
use rust_xlsxwriter::Workbook;
use serde_json::{Value, json};
use stories::rows::{Dice, Is, Kind, Row, Told, request};
use stories::story;
use testing::{Server, TestClient};

/// Somebody who pushes, under a source of their own with one farm.
struct Pusher {
    client: TestClient,
    source: String,
    /// The records that rows were done for.
    done: BTreeSet<String>,
}

impl Pusher {
    async fn of(server: &Server, source: &str) -> Self {
        let client = server.administrator().await;
        let create = "mutation($input: NewSource!) { sourceCreate(input: $input) { userErrors { code } } }";
        client
            .data(create, json!({"input": {"code": source, "name": source}}))
            .await;
        let mut pusher = Self {
            client,
            source: source.to_owned(),
            done: BTreeSet::new(),
        };
        let farm = [Row::good(Kind::Organisation, "f0")];
        let told = pusher.json(&farm, "fr").await;
        pusher.check_kept(&farm, &told).await;
        pusher
    }

    async fn sent(&self, kind: &str, lang: &str, body: Vec<u8>) -> Response {
        let path = format!("/v1/sources/{}/records", self.source);
        let request = self
            .client
            .request(Method::POST, &path)
            .header("Content-Type", kind);
        request
            .header("Accept-Language", lang)
            .body(body)
            .send()
            .await
            .unwrap()
    }

    async fn json(&self, rows: &[Row], lang: &str) -> Vec<Told> {
        let answer = self.sent("application/json", lang, request(rows)).await;
        let status = answer.status();
        let answer: Value = answer.json().await.unwrap();
        assert_eq!(status, StatusCode::OK, "{answer}");
        let told: Vec<Told> = answer["rows"]
            .as_array()
            .unwrap()
            .iter()
            .map(Told::read)
            .collect();
        Told::check(rows, &told, &answer["counts"]);
        told
    }

    /// The good rows stand as they were sent, and what was answered of the others stands too.
    async fn check_kept(&mut self, rows: &[Row], told: &[Told]) {
        let query = "query($ids: [ID!]!) { nodes(ids: $ids) { id ... on Organisation { revision name } ... on Offer { revision title } ... on Need { revision title } } }";
        let kept: Vec<(&Row, &Told)> = rows.iter().zip(told).filter(|(_, told)| told.is_done()).collect();
        for some in kept.chunks(100) {
            let ids: Vec<&Value> = some.iter().map(|(_, told)| &told.record).collect();
            let found = self.client.data(query, json!({"ids": ids})).await;
            for ((row, told), found) in some.iter().zip(found["nodes"].as_array().unwrap()) {
                assert_eq!(
                    (&found["id"], &found["revision"]),
                    (&told.record, &told.revision),
                    "{row:?}"
                );
                let name = match row.kind {
                    Kind::Organisation => format!("Ferme {}", row.id),
                    Kind::Offer => format!("Pain {}", row.id),
                    Kind::Need => format!("Lait {}", row.id),
                };
                let is_named = found["name"] == json!(name) || found["title"] == json!(name);
                assert!(is_named || row.is != Is::Good, "{found}");
            }
        }
        self.done.extend(
            kept.iter()
                .map(|(_, told)| told.record.as_str().unwrap().to_owned()),
        );
    }

    /// The source holds what was done, and nothing else.
    async fn check_all(&self) {
        let query = "query($code: String!) { source(code: $code) { health { organisations offers needs } } }";
        let health = self.client.data(query, json!({"code": self.source})).await["source"]["health"].take();
        for kind in Kind::ALL {
            let done = self.done.iter().filter(|id| id.starts_with(kind.word())).count();
            assert_eq!(health[format!("{}s", kind.word())], json!(done), "{kind:?}");
        }
    }
}

story! {
    async fn bad_rows_among_good_ones_are_refused_each_by_itself(server: Server) {
        let mut pusher = Pusher::of(&server, "annuaire").await;
        for seed in 0..6 {
            let mut dice = Dice(seed);
            let rows = Row::some(&mut dice, 60, &format!("json{seed}"));
            let told = pusher.json(&rows, "fr").await;
            pusher.check_kept(&rows, &told).await;
            let before = server.feed_rows().await;
            Told::check_again(&told, &pusher.json(&rows, "de").await);
            assert_eq!(server.feed_rows().await, before, "{seed}");
        }
        pusher.check_all().await;
        // A request that cannot be read at all does nothing.
        let before = server.feed_rows().await;
        let whole = request(&[Row::good(Kind::Organisation, "whole"), Row::good(Kind::Offer, "whole")]);
        let mut dice = Dice(7);
        let mut broken: Vec<Vec<u8>> = (0..20).map(|_| whole[..dice.below(whole.len())].to_vec()).collect();
        broken.extend(["NaN", "null", "[]", "{\"offers\":{}}", "{\"offers\":[NaN]}", "{\"offers\":[],\"offers\":[]}", "{\"offres\":[]}", "{\"mode\":7}", "{\"run\":\"x\"}",
            "{\"idempotencyKey\":\"\\ud800\"}", "{\"dryRun\":\"no\"}", "{\"offers\":[],}", "{}{}", "{'offers':[]}", "\u{0}"].map(|text| text.as_bytes().to_vec()));
        broken.extend([vec![b'['; 200_000], [&b"{\"offers\":"[..], &[b'['; 200_000]].concat(), vec![0xff; 10], "{\"offers\":[]}".encode_utf16().flat_map(u16::to_le_bytes).collect()]);
        for body in broken {
            let said = String::from_utf8_lossy(&body).chars().take(200).collect::<String>();
            let answer = pusher.sent("application/json", "nl", body).await;
            assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{said}");
            let problem: Value = answer.json().await.unwrap();
            assert_eq!((&problem["code"], &problem["title"]), (&json!("BAD_REQUEST"), &json!("De aanvraag kan niet gelezen worden.")), "{said}");
        }
        assert_eq!(server.feed_rows().await, before);
        // A mark at the beginning, as some programs write it, is no fault.
        let marked = [&b"\xef\xbb\xbf"[..], &request(&[Row::good(Kind::Need, "marked")])].concat();
        assert_eq!(pusher.sent("application/json", "fr", marked).await.json::<Value>().await.unwrap()["counts"]["created"], 1);
    }
}

/// Lines that are no rows.
fn broken_line(dice: &mut Dice, row: &[u8]) -> Vec<u8> {
    const BROKEN: [&[u8]; 16] = [
        b"NaN",
        b"null",
        b"[]",
        b"\"\"",
        b"{}",
        b"{\"offer\":NaN}",
        b"{\"offer\":null}",
        b"{\"offre\":{}}",
        b"{\"offer\":{},\"need\":{}}",
        b"{\"offer\":{}}{\"offer\":{}}",
        b"\xff\xfe\xfd",
        b"\xc3(",
        b"\0",
        b"{\"offer\":{\"externalId\":\"\0\"}}",
        b"{\"offer\":",
        b"\x1b[2J",
    ];
    match dice.below(4) {
        0 => row[..dice.below(row.len() - 1) + 1].to_vec(),
        1 => vec![b'['; 100_000],
        _ => dice.pick(&BROKEN).to_vec(),
    }
}

/// What was answered of a stream's lines, and its counts.
async fn of_lines(pusher: &Pusher, body: Vec<u8>, lang: &str, many: usize) -> (Vec<Told>, Value) {
    let answer = pusher.sent("application/x-ndjson", lang, body).await;
    assert_eq!(answer.status(), StatusCode::OK);
    let text = answer.text().await.unwrap();
    let mut answer: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let done = answer.pop().unwrap()["done"].take();
    assert_eq!(done["lines"], json!(many), "{done}");
    let mut told: Vec<(u64, Told)> = answer
        .iter()
        .filter_map(|line| line.get("row"))
        .map(|row| (row["line"].as_u64().unwrap(), Told::read(row)))
        .collect();
    told.sort_by_key(|(line, _)| *line);
    assert!(
        told.iter().map(|(line, _)| *line).eq(1..=many as u64),
        "each line once"
    );
    (
        told.into_iter().map(|(_, told)| told).collect(),
        done["counts"].clone(),
    )
}

story! {
    async fn bad_lines_among_good_ones_are_refused_each_by_itself(server: Server) {
        let mut pusher = Pusher::of(&server, "annuaire").await;
        for seed in 100..106 {
            let mut dice = Dice(seed);
            let mut rows = Row::some(&mut dice, 60, &format!("lines{seed}"));
            let mut body: Vec<u8> = if dice.below(2) == 0 { b"\xef\xbb\xbf".to_vec() } else { Vec::new() };
            for row in &mut rows {
                let line = [format!("{{\"{}\":", row.kind.word()).as_bytes(), &row.text, b"}"].concat();
                if dice.below(6) == 0 {
                    row.text = broken_line(&mut dice, &line);
                    (row.is, row.id) = (Is::Bad(String::new()), String::new());
                } else {
                    row.text = line;
                }
                body.extend(&row.text);
                body.extend(*dice.pick(&[&b"\n"[..], b"\r\n", b"\n\n", b" \t\r\n \n"]));
            }
            if dice.below(2) == 0 {
                body.truncate(body.trim_ascii_end().len());
            }
            let (told, counts) = of_lines(&pusher, body.clone(), "en", rows.len()).await;
            Told::check(&rows, &told, &counts);
            pusher.check_kept(&rows, &told).await;
            let (again, _) = of_lines(&pusher, body, "fr", rows.len()).await;
            Told::check_again(&told, &again);
        }
        pusher.check_all().await;
        let (none, _) = of_lines(&pusher, b"\n\r\n \n".to_vec(), "fr", 0).await;
        assert_eq!(none, []);
    }
}

const UPSERT: &str = "mutation($input: RecordsUpsertInput!) { recordsUpsert(input: $input) { \
    counts { created updated unchanged stale deleted rejected } rows { outcome recordId revision errors { code field message } } userErrors { code } } }";

story! {
    async fn bad_rows_over_graphql_are_refused_or_the_request_is(server: Server) {
        let mut pusher = Pusher::of(&server, "annuaire").await;
        let (mut refused, mut done) = (0, 0);
        for seed in 200..260 {
            let mut dice = Dice(seed);
            let kind = *dice.pick(&Kind::ALL);
            let odd = if dice.below(2) == 0 { Row::odd(kind, &format!("odd{seed}"), &mut dice) } else { Row { is: Is::Odd, ..Row::bad(kind, &format!("odd{seed}"), &mut dice) } };
            let mut rows = vec![odd, Row::good(kind, &format!("good{seed}"))];
            let before = server.feed_rows().await;
            let ask = async |rows: &[Row], lang: &str| {
                let input = [&b"{\"query\":"[..], json!(UPSERT).to_string().as_bytes(), b",\"variables\":{\"input\":{\"source\":\"annuaire\",", &request(rows)[1..], b"}}"].concat();
                let request = pusher.client.request(Method::POST, "/graphql").header("Content-Type", "application/json").header("Accept", "application/graphql-response+json");
                let answer = request.header("Accept-Language", lang).body(input).send().await.unwrap();
                let status = answer.status();
                (status, answer.json::<Value>().await.unwrap())
            };
            let (mut status, mut answer) = ask(&rows, "fr").await;
            if answer.get("errors").is_some() {
                // Of the wrong form: the whole request is refused, in clear words, and nothing was done.
                let said = String::from_utf8_lossy(&rows[0].text).chars().take(900).collect::<String>();
                assert!(status == StatusCode::BAD_REQUEST || (status == StatusCode::OK && answer["data"] == Value::Null), "{said}: {answer}");
                assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_REQUEST", "{answer}");
                assert!(answer["errors"][0]["message"].as_str().unwrap().starts_with("La demande ne peut pas être lue."), "{answer}");
                assert_eq!(server.feed_rows().await, before, "{said}");
                refused += 1;
                rows.remove(0);
                (status, answer) = ask(&rows, "fr").await;
            } else {
                done += 1;
            }
            assert_eq!(status, StatusCode::OK, "{answer}");
            let read = |answer: &Value| -> Vec<Told> { answer["data"]["recordsUpsert"]["rows"].as_array().unwrap().iter().map(Told::read).collect() };
            let told = read(&answer);
            Told::check(&rows, &told, &answer["data"]["recordsUpsert"]["counts"]);
            Told::check_again(&told, &read(&ask(&rows, "nl").await.1));
            pusher.check_kept(&rows, &told).await;
        }
        assert!(refused > 5 && done > 5, "{refused} {done}");
        pusher.check_all().await;
    }
}

/// A list of offers as a file, some of its cells odd.
fn table(dice: &mut Dice, seed: u64) -> Vec<u8> {
    const CELLS: [&[u8]; 24] = [
        b"",
        b" ",
        b"\"",
        b"\"\"",
        b"\"a;b\"",
        b"\"a\nb\"",
        b"\0",
        b"\xff\xfe",
        b"\xe9",
        "é".as_bytes(),
        b"NaN",
        b"-1",
        b"1e400",
        b"99999999999999999999999999",
        b"31/02/2027",
        b"31/12/99999",
        b"=1+1",
        b"0",
        b"oui",
        b"pain",
        b"x;y;z",
        b"\r",
        b"\t",
        b"\xef\xbb\xbf",
    ];
    let mut file = if dice.below(4) == 0 {
        b"\xef\xbb\xbf".to_vec()
    } else {
        Vec::new()
    };
    file.extend(
        "Réf;Producteur;Produit;Intitulé;Qté (kg);Prix (€/kg);Mois;Bio;Code INS;Valable jusqu'au".as_bytes(),
    );
    for number in 0..30 {
        file.extend(*dice.pick(&[&b"\n"[..], b"\r\n", b"\n\n"]));
        let mut cells: Vec<Vec<u8>> = [
            format!("c{seed}-{number}").as_str(),
            "f0",
            "pain",
            "Pain",
            "12,5",
            "3,20",
            "mars",
            "oui",
            "92094",
            "31/12/2027",
        ]
        .map(|cell| cell.as_bytes().to_vec())
        .to_vec();
        match dice.below(6) {
            0 | 1 => {
                let place = dice.below(cells.len());
                cells[place] = dice.pick(&CELLS).to_vec();
            }
            2 => cells.truncate(dice.below(cells.len())),
            _ => {}
        }
        file.extend(cells.join(&b';'));
    }
    if dice.below(4) == 0 {
        file.truncate(dice.below(file.len()));
    }
    file
}

story! {
    async fn files_of_any_bytes_are_read_line_by_line_or_refused(server: Server) {
        const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
        let client = Pusher::of(&server, "annuaire").await.client;
        let brought = async |kind: &str, file: Vec<u8>| {
            let request = client.request(Method::POST, "/v1/sources/annuaire/imports?what=offers&name=x").header("Content-Type", kind).header("Accept-Language", "de");
            let answer = request.body(file).send().await.unwrap();
            let status = answer.status();
            (status, answer.json::<Value>().await.unwrap())
        };
        let mut taken = 0;
        for seed in 300..308 {
            let (status, file) = brought("text/csv", table(&mut Dice(seed), seed)).await;
            if status != StatusCode::CREATED {
                assert!(status == StatusCode::BAD_REQUEST || status == StatusCode::PAYLOAD_TOO_LARGE, "{seed}: {file}");
                assert!(file["detail"].is_string(), "{seed}: {file}");
                continue;
            }
            let start = "mutation($id: ID!) { importStart(input: {id: $id}) { userErrors { code message } } }";
            let started = client.data(start, json!({"id": file["id"]})).await["importStart"]["userErrors"].take();
            if started != json!([]) {
                assert!(!started[0]["message"].as_str().unwrap().is_empty());
                continue;
            }
            let query = "query($id: ID!) { import(id: $id) { state lines counts { created updated unchanged stale deleted rejected } } }";
            let mut import = Value::Null;
            for _ in 0..500 {
                import = client.data(query, json!({"id": file["id"]})).await["import"].take();
                if !matches!(import["state"].as_str().unwrap(), "PREVIEWING" | "RUNNING") {
                    break;
                }
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
            assert_eq!(import["state"], "DONE", "{seed}: {import}");
            let counted: u64 = import["counts"].as_object().unwrap().values().map(|count| count.as_u64().unwrap()).sum();
            assert_eq!(json!(counted), import["lines"], "{seed}: {import}");
            taken += 1;
        }
        assert!(taken > 3, "{taken}");

        let mut book = Workbook::new();
        let sheet = book.add_worksheet();
        for (row, cells) in [["Réf", "Producteur", "Produit"], ["x1", "f0", "pain"]].iter().enumerate() {
            for (column, cell) in cells.iter().enumerate() {
                sheet.write_string(u32::try_from(row).unwrap(), u16::try_from(column).unwrap(), *cell).unwrap();
            }
        }
        let whole = book.save_to_buffer().unwrap();
        let mut dice = Dice(400);
        for _ in 0..25 {
            let mut bent = whole.clone();
            match dice.below(3) {
                0 => bent.truncate(4 + dice.below(whole.len() - 4)),
                1 => drop(bent.splice(4.., (0..200).map(|_| u8::try_from(dice.below(256)).unwrap()))),
                _ => {
                    for _ in 0..10 {
                        let at = 4 + dice.below(whole.len() - 4);
                        bent[at] = u8::try_from(dice.below(256)).unwrap();
                    }
                }
            }
            let (status, answer) = brought(XLSX, bent).await;
            assert!([StatusCode::CREATED, StatusCode::BAD_REQUEST, StatusCode::PAYLOAD_TOO_LARGE].contains(&status), "{answer}");
        }
        assert_eq!(brought(XLSX, b"no spreadsheet".to_vec()).await.0, StatusCode::BAD_REQUEST);
        // A spreadsheet of which one part says that it is two gigabytes once unpacked.
        let mut bomb = whole.clone();
        let entry = bomb.windows(4).rposition(|some| some == b"PK\x01\x02").unwrap();
        bomb[entry + 24..entry + 28].copy_from_slice(&0x7fff_ffff_u32.to_le_bytes());
        let (status, answer) = brought(XLSX, bomb).await;
        assert_eq!((status, answer["detail"].as_str().unwrap().contains("entpackt zu groß")), (StatusCode::PAYLOAD_TOO_LARGE, true), "{answer}");
        assert_eq!(brought(XLSX, whole).await.0, StatusCode::CREATED, "the whole one is good");
    }
}
