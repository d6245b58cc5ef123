//! What takes long is asked for, written while nobody waits, and fetched: whole or in ranges, from any server, also after
//! one was killed.

#![expect(clippy::unwrap_used, reason = "a story stops at the first surprise")]

use std::time::{Duration, Instant};

use reqwest::{Method, Response};
use serde_json::{Value, json};
use stories::{colleague, story};
use testing::TestClient;

async fn ask(client: &TestClient, query: &str) -> Response {
    client
        .request(Method::POST, &format!("/v1/exports?{query}"))
        .send()
        .await
        .unwrap()
}

/// Asks for an export; answers where to ask about it.
async fn asked(client: &TestClient, query: &str) -> String {
    let answer = ask(client, query).await;
    assert_eq!(answer.status(), 202);
    let location = answer.headers()["location"].to_str().unwrap().to_owned();
    let job: Value = answer.json().await.unwrap();
    assert_eq!(job["state"], "WAITING", "{job}");
    assert!(
        location.ends_with(job["id"].as_str().unwrap()),
        "{location} {job}"
    );
    location
}

/// Waits until it is over.
async fn over(client: &TestClient, location: &str) -> Value {
    let began = Instant::now();
    loop {
        let answer = client.get(location).await;
        assert_eq!(answer.status(), 200);
        let is_over = !answer.headers().contains_key("retry-after");
        let job: Value = answer.json().await.unwrap();
        assert_eq!(
            is_over,
            job["state"] == "DONE" || job["state"] == "FAILED",
            "{job}"
        );
        if is_over {
            return job;
        }
        assert!(began.elapsed() < Duration::from_secs(60), "{job}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

story! {
    async fn an_export_is_asked_for_written_and_fetched(server: Server) {
        let visitor = server.visitor();
        let location = asked(&visitor, "what=territories&format=jsonl&kinds=COMMUNE").await;
        let job = over(&visitor, &location).await;
        assert_eq!((&job["state"], &job["what"], &job["format"]), (&json!("DONE"), &json!("territories"), &json!("jsonl")));
        let href = job["href"].as_str().unwrap();
        let answer = visitor.get(href).await;
        assert_eq!(answer.status(), 200);
        let headers = answer.headers().clone();
        assert_eq!(headers["feed-cursor"], job["feedCursor"].as_str().unwrap());
        assert_eq!(headers["content-type"], "application/x-ndjson");
        assert!(headers["content-disposition"].to_str().unwrap().contains("chantiers-territories-"));
        let etag = headers["etag"].to_str().unwrap().to_owned();
        let text = answer.text().await.unwrap();
        assert_eq!(text.len() as u64, job["bytes"].as_u64().unwrap());
        let mut lines: Vec<&str> = text.lines().collect();
        let last: Value = serde_json::from_str(lines.pop().unwrap()).unwrap();
        assert_eq!(last, json!({"feedCursor": job["feedCursor"], "count": job["rows"]}));
        assert_eq!(lines.len() as u64, job["rows"].as_u64().unwrap());
        // What `GET` writes while one waits is the same.
        let direct = visitor.get("/v1/exports/territories.jsonl?kinds=COMMUNE").await.text().await.unwrap();
        assert_eq!(direct.lines().take(lines.len()).collect::<Vec<_>>(), lines);
        // From where it follows without a gap.
        let page = visitor.get(&format!("/v1/changes?after={}", job["feedCursor"].as_str().unwrap())).await;
        assert_eq!(page.status(), 200);

        let part = visitor.request(Method::GET, href).header("range", "bytes=10-29").send().await.unwrap();
        assert_eq!((part.status().as_u16(), &part.headers()["content-range"]), (206, &format!("bytes 10-29/{}", text.len()).parse().unwrap()));
        assert_eq!(part.text().await.unwrap(), &text[10..30]);
        let end = visitor.request(Method::GET, href).header("range", "bytes=-5").send().await.unwrap();
        assert_eq!(end.text().await.unwrap(), &text[text.len() - 5..]);
        let beyond = visitor.request(Method::GET, href).header("range", "bytes=99999999-").send().await.unwrap();
        assert_eq!(beyond.status(), 416);
        let same = visitor.request(Method::GET, href).header("if-none-match", etag).send().await.unwrap();
        assert_eq!(same.status(), 304);

        assert_eq!(visitor.request(Method::DELETE, &location).send().await.unwrap().status(), 204);
        for gone in [location.as_str(), href] {
            assert_eq!(visitor.get(gone).await.status(), 404);
        }
    }
}

story! {
    async fn it_comes_in_every_form_and_what_cannot_be_is_said_at_once(server: Server) {
        let visitor = server.visitor();
        for form in ["csv", "geojson", "xlsx"] {
            let location = asked(&visitor, &format!("what=organisations&format={form}")).await;
            let job = over(&visitor, &location).await;
            assert_eq!(job["state"], "DONE", "{job}");
            assert!(job["rows"].as_u64().unwrap() > 90, "{job}");
            let bytes = visitor.get(job["href"].as_str().unwrap()).await.bytes().await.unwrap();
            assert_eq!(bytes.len() as u64, job["bytes"].as_u64().unwrap());
            let begins = match form { "csv" => "\u{feff}id,".as_bytes(), "geojson" => b"{\"type\"", _ => b"PK" };
            assert!(bytes.starts_with(begins), "{form}");
            visitor.request(Method::DELETE, &location).send().await.unwrap();
        }
        for (query, status) in [
            ("what=contacts&format=csv", 400), ("what=offers&format=pdf", 400), ("what=offers&format=schema.json", 400), ("format=csv", 400),
            ("what=offers&format=csv&status=OPEN", 400), ("what=offers&format=csv&statuses=SHUT", 400),
        ] {
            assert_eq!(ask(&visitor, query).await.status(), status, "{query}");
        }
        for path in ["/v1/exports/jobs/nonsense", "/v1/exports/jobs/export_00000000000000000000000000", "/v1/exports/files/nonsense"] {
            assert_eq!(visitor.get(path).await.status(), 404, "{path}");
        }
    }
}

story! {
    async fn there_are_only_so_many_of_one_caller(server: Server) {
        let (editor, visitor) = (colleague(&server, "Alix", "EDITOR").await, server.visitor());
        let mut locations = Vec::new();
        for _ in 0..4 {
            locations.push(asked(&visitor, "what=sources&format=csv").await);
        }
        let refused = ask(&visitor, "what=sources&format=csv").await;
        assert_eq!((refused.status().as_u16(), &refused.headers()["retry-after"]), (429, &"60".parse().unwrap()));
        let problem: Value = refused.json().await.unwrap();
        assert_eq!(problem["code"], "RATE_LIMITED", "{problem}");
        asked(&editor, "what=sources&format=csv").await;
        visitor.request(Method::DELETE, &locations[0]).send().await.unwrap();
        asked(&visitor, "what=sources&format=csv").await;
    }
}

story! {
    async fn what_was_asked_of_a_server_that_was_killed_is_written_by_the_next(server: Server) {
        let location = asked(&server.visitor(), "what=territories&format=csv").await;
        server.kill().await;
        server.restart().await;
        let visitor = server.visitor();
        let job = over(&visitor, &location).await;
        assert_eq!(job["state"], "DONE", "{job}");
        let file = job["href"].as_str().unwrap();
        let lines = visitor.get(file).await.text().await.unwrap().lines().count() as u64;
        assert!(lines > job["rows"].as_u64().unwrap(), "{job}");
        server.kill().await;
        server.restart().await;
        assert_eq!(server.visitor().get(file).await.status(), 200, "the file outlives the server");
    }
}
