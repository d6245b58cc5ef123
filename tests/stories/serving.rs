//! The server as a process: health, forms of GraphQL over HTTP, the report, how it stops and how it says what is wrong.

#![expect(clippy::unwrap_used, reason = "a story stops at the first surprise")]

use reqwest::Method;
use serde_json::{Value, json};
use stories::story;

story! {
    async fn health_and_metrics_answer(server: Server) {
        let client = server.visitor();
        assert_eq!(client.get("/health/live").await.status(), 200);
        assert_eq!(client.get("/health/ready").await.status(), 200);
        let metrics = client.get("/metrics").await.text().await.unwrap();
        assert!(metrics.contains("chantiers_statements_total"), "{metrics}");
        let lost = client.get("/v1/nowhere").await;
        assert_eq!(lost.status(), 404);
        let problem: Value = lost.json().await.unwrap();
        assert_eq!(problem["code"], "NOT_FOUND");
        assert!(problem["requestId"].is_string());
    }
}

story! {
    async fn graphql_is_read_by_get_and_changed_only_by_post_of_json(server: Server) {
        let client = server.visitor();
        let read = client.request(Method::GET, "/graphql").query(&[("query", "{ projectsSelected }")])
            .header("Accept", "application/graphql-response+json").send().await.unwrap();
        assert_eq!(read.status(), 200);
        let kind = read.headers()["content-type"].to_str().unwrap().to_owned();
        assert!(kind.starts_with("application/graphql-response+json"), "{kind}");
        let change = client.request(Method::GET, "/graphql")
            .query(&[("query", "mutation { changeUndo(input: { id: \"x\" }) { recordId } }")]).send().await.unwrap();
        assert_eq!(change.status(), 405);
        let form = client.request(Method::POST, "/graphql").header("Content-Type", "text/plain").body("{}").send().await.unwrap();
        assert_eq!(form.status(), 415);
        let deep = format!("{{ {} {} }}", "projects { nodes { participations { nodes { chantier { participations { nodes { project { ".repeat(3), "id".to_owned() + &" } } } } } } } }".repeat(3));
        let refused = client.ask(&deep, json!({})).await;
        assert!(refused["errors"][0]["extensions"]["code"].is_string(), "{refused}");
        assert!(refused["data"].is_null());
    }
}

story! {
    async fn the_report_is_one_table_with_sources(server: Server) {
        let client = server.visitor();
        let answer = client.get("/v1/exports/report.csv?lang=fr").await;
        assert_eq!(answer.status(), 200);
        let etag = answer.headers()["etag"].clone();
        let text = answer.text().await.unwrap();
        let rows: Vec<&str> = text.trim_start_matches('\u{feff}').lines().collect();
        assert_eq!(rows.len(), 32, "a header and the 31 documented projects");
        assert!(rows[1].starts_with("P01,"), "{}", rows[1]);
        assert!(text.contains("281000"));
        let again = client.request(Method::GET, "/v1/exports/report.csv?lang=fr").header("If-None-Match", etag).send().await.unwrap();
        assert_eq!(again.status(), 304);
        let sheet = client.get("/v1/exports/report.xlsx?territory=60000").await.bytes().await.unwrap();
        assert_eq!(&sheet[..2], b"PK", "a spreadsheet is a zip file");
        assert_eq!(client.get("/v1/exports/report.csv?territory=nowhere").await.status(), 400);
    }
}

story! {
    async fn the_dated_steps_are_a_calendar(server: Server) {
        let client = server.visitor();
        let answer = client.get("/v1/chantiers/approche-territoriale.ics").await;
        assert!(answer.headers()["content-type"].to_str().unwrap().starts_with("text/calendar"));
        let text = answer.text().await.unwrap();
        assert_eq!(text.matches("BEGIN:VEVENT").count(), 5, "{text}");
        // Two in the afternoon in Belgium's summer.
        assert!(text.contains("DTSTART:20210601T120000Z"), "{text}");
        assert!(text.contains("déduite"), "the year is said to be inferred: {text}");
        assert_eq!(client.get("/v1/calendar.ics").await.status(), 200);
        assert_eq!(client.get("/v1/chantiers/nulle-part.ics").await.status(), 404);
    }
}

story! {
    async fn an_unchanged_page_keeps_the_policy_it_came_with(server: Server) {
        let client = server.visitor();
        let page = client.request(Method::GET, "/v1/openapi.json").send().await.unwrap();
        assert!(page.headers()["content-security-policy"].to_str().unwrap().contains("default-src 'none'"));
        let etag = page.headers()["etag"].clone();
        let again = client.request(Method::GET, "/v1/openapi.json").header("If-None-Match", etag).send().await.unwrap();
        assert_eq!(again.status(), 304);
        assert!(again.headers().get("content-security-policy").is_none(), "a browser would lay it over what it kept");
    }
}

story! {
    async fn it_stops_when_told_and_ends_well(server: Server) {
        assert_eq!(server.terminate().await, Some(0));
    }
}

#[tokio::test]
async fn a_wrong_setting_is_one_clear_line_and_exit_2() {
    for (name, value) in [
        ("CHANTIERS_LISTEN", "nowhere"),
        ("CHANTIERS_DATABASE_URL", "mysql://localhost/x"),
        ("CHANTIERS_DATABASE_URL", "postgres://nobody@127.0.0.1:1/none"),
    ] {
        let (code, said) = testing::run_server(&[(name, value)]).await;
        assert_eq!(code, Some(2), "{name}={value}: {said}");
        let lines: Vec<&str> = said.lines().filter(|line| !line.is_empty()).collect();
        assert_eq!(lines.len(), 1, "{said}");
    }
}

story! {
    async fn the_guides_are_text_for_programs_and_pages_for_people(server: Server) {
        let visitor = server.visitor();
        let text = visitor.get("/v1/docs/start.md").await;
        assert_eq!(text.headers()["content-type"], "text/markdown; charset=utf-8");
        assert!(text.text().await.unwrap().starts_with("# The first call"));
        let page = visitor.request(Method::GET, "/v1/docs/start.md").header("Accept", "text/html").send().await.unwrap();
        assert_eq!(page.headers()["content-type"], "text/html; charset=utf-8");
        let page = page.text().await.unwrap();
        assert!(page.contains("<h1>The first call, in five minutes</h1>") && !page.contains("<script"), "{page}");
        // What a guide shows can be sent, but for the identifiers that it cuts short.
        for guide in ["start", "access", "graphql", "push", "import", "feed", "webhooks", "errors", "limits", "contract"] {
            let text = visitor.get(&format!("/v1/docs/{guide}.md")).await.text().await.unwrap();
            for shown in text.split("```graphql").skip(1) {
                let shown = shown.split("```").next().unwrap().replace("_01h4…", "_01h455vb4pex5vsknk084sn02q");
                let answer = visitor.ask(&shown, json!({})).await;
                let errors = answer["errors"].as_array().into_iter().flatten();
                let unreadable: Vec<_> = errors.filter(|error| error["extensions"]["code"] == "BAD_REQUEST").collect();
                assert!(unreadable.is_empty(), "{guide}.md: {shown}: {unreadable:?}");
            }
        }
        // The sample that is served is the one that is run.
        let sample = visitor.get("/v1/docs/samples/python/directory.py").await.text().await.unwrap();
        assert_eq!(sample, include_str!("../../docs/integrate/samples/python/directory.py"));
        for nothing in ["/v1/docs/nothing.md", "/v1/docs/samples/python/../../../Cargo.toml", "/v1/docs/samples/nothing.py"] {
            assert_eq!(visitor.get(nothing).await.status(), 404, "{nothing}");
        }
    }
}
