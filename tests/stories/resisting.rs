//! What a stranger or a careless program sends does no harm: bounded questions, bounded inputs, no way around the rules.

#![expect(clippy::unwrap_used, reason = "a story stops at the first surprise")]

use serde_json::{Value, json};
use stories::{codes, colleague, project, statements, story};

story! {
    async fn a_question_without_measure_is_refused_or_cut_and_the_server_lives(server: Server) {
        let client = server.visitor();
        let many_words = (0..5_000).map(|n| format!("mot{n}")).collect::<Vec<_>>().join(" ");
        let text = "query($t: String) { projects(where: { text: $t }) { totalCount } organisations(where: { text: $t }) { totalCount } }";
        for asked in [many_words, "a ".repeat(50_000), "é".repeat(20_000)] {
            let answer = client.ask(text, json!({"t": asked})).await;
            let code = &answer["errors"][0]["extensions"]["code"];
            assert!(answer["data"]["projects"].is_object() || code == "BAD_REQUEST", "{answer}");
        }
        let codes = vec!["a"; 100_000];
        let answer = client.ask("query($c: [String!]) { chantiers(where: { codes: $c }) { totalCount } }", json!({"c": codes})).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_REQUEST", "{answer}");
        let aliases: String = (0..200).map(|n| format!("a{n}: search(text: \"x\") {{ title }} ")).collect();
        let answer = client.ask(&format!("{{ {aliases} }}"), json!({})).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "COST_EXCEEDED", "{answer}");
        let nul = client.ask("query($c: String!) { record(source: $c, externalId: \"x\") { id } }", json!({"c": "a\u{0}"})).await;
        assert_eq!(nul["errors"][0]["extensions"]["code"], "BAD_REQUEST", "{nul}");
        let early = client.ask("{ history(since: \"1000-01-01T00:00:00Z\", first: 1) { nodes { id } } }", json!({})).await;
        assert!(early["data"]["history"].is_object(), "{early}");
        assert_eq!(client.get("/health/ready").await.status(), 200);
    }
}

story! {
    async fn a_stranger_s_long_list_is_not_looked_at(server: Server) {
        let aliases: Vec<String> = (0..100_000).map(|n| format!("nom {n}")).collect();
        let create = "mutation($input: NewProject!) { projectCreate(input: $input) { userErrors { code field } } }";
        let input = json!({"input": {"title": "x", "aliases": aliases}});
        let began = std::time::Instant::now();
        let refused = server.visitor().ask(create, input.clone()).await;
        assert!(refused["data"]["projectCreate"].is_object() || refused["errors"].is_array(), "{refused}");
        let editor = colleague(&server, "Alix", "EDITOR").await;
        let told = editor.ask(create, input).await;
        let code = told["data"]["projectCreate"]["userErrors"][0]["code"].as_str();
        assert!(code == Some("TOO_MANY") || told["errors"].is_array(), "{told}");
        assert!(began.elapsed().as_secs() < 20, "an endless check would show");
    }
}

story! {
    async fn nested_lists_of_places_and_history_cost_the_same_for_few_and_many(server: Server) {
        let client = server.visitor();
        for query in [
            "query($n: Int!) { projects(first: $n) { nodes { history(first: 1) { totalCount nodes { kind } } } } }",
            "query($n: Int!) { territories(first: $n) { nodes { projects(first: 1) { totalCount nodes { title } } } } }",
            "query($n: Int!) { territories(first: $n) { nodes { overlapping { nis } } } }",
            "query($n: Int!) { territories(first: $n) { nodes { organisations(first: 2) { nodes { name } } steps(first: 2) { nodes { title } } } } }",
        ] {
            for first in [5, 30] {
                let list = async || {
                    client.data(query, json!({"n": first})).await;
                };
                let cost = statements(&client, list).await;
                assert!(cost <= 3, "{query} for {first} costs {cost} statements");
            }
        }
    }
}

story! {
    async fn no_record_is_moved_where_its_mover_may_not_write(server: Server) {
        let (editor, member) = (colleague(&server, "Alix", "EDITOR").await, colleague(&server, "Max", "MEMBER").await);
        let ((own, _), (other, _)) = (project(&editor, "P04").await, project(&editor, "P01").await);
        let viewer = member.data("{ viewer { person { id } } }", json!({})).await["viewer"]["person"]["id"].take();
        let join = "mutation($input: NewMembership!) { membershipCreate(input: $input) { userErrors { code } } }";
        let input = json!({"projectId": own, "personId": viewer, "role": "MEMBER"});
        assert!(codes(&editor.data(join, json!({"input": input})).await["membershipCreate"]).is_empty());
        let moves = [
            ("note", "NewNote", "NotePatch", json!({"projectId": own, "body": "à suivre"})),
            ("contact", "NewContact", "ContactPatch", json!({"projectId": own, "purpose": "coordination"})),
            ("resource", "NewResource", "ResourcePatch", json!({"projectId": own, "title": "Fiche", "kind": "LINK"})),
            ("participation", "NewParticipation", "ParticipationPatch", {
                let chantier = editor.data("{ chantier(code: \"filieres\") { id } }", json!({})).await;
                json!({"projectId": own, "chantierId": chantier["chantier"]["id"], "part": "NEEDS"})
            }),
        ];
        for (name, new, patch, input) in moves {
            let create = format!("mutation($input: {new}!) {{ {name}Create(input: $input) {{ {name} {{ id }} userErrors {{ code field }} }} }}");
            let made = member.data(&create, json!({"input": input})).await;
            let id = made[format!("{name}Create")][name]["id"].clone();
            assert!(id.is_string(), "{name}: {made}");
            let update = format!("mutation($input: {patch}!) {{ {name}Update(input: $input) {{ userErrors {{ code }} }} }}");
            let moved = member.data(&update, json!({"input": {"id": id, "expectedRevision": 1, "projectId": other}})).await;
            assert_eq!(codes(&moved[format!("{name}Update")]), ["FORBIDDEN"], "{name}");
        }
    }
}

story! {
    async fn the_last_administrator_stays_one_and_a_planned_date_moves_only_with_its_reason(server: Server) {
        let administrator = server.administrator().await;
        let me = administrator.data("{ viewer { person { id revision } } }", json!({})).await["viewer"]["person"].take();
        let change = "mutation($input: PersonPatch!) { personUpdate(input: $input) { userErrors { code field } } }";
        for lost in [json!({"role": "MEMBER"}), json!({"state": "SUSPENDED"})] {
            let mut input = json!({"id": me["id"], "expectedRevision": me["revision"]});
            input.as_object_mut().unwrap().extend(lost.as_object().unwrap().clone());
            let refused = administrator.data(change, json!({"input": input})).await;
            assert_eq!(codes(&refused["personUpdate"]), ["INVALID"], "{refused}");
        }
        let step = administrator.data("{ chantier(code: \"approche-territoriale\") { steps(first: 1) { nodes { id revision } } } }", json!({})).await;
        let step = &step["chantier"]["steps"]["nodes"][0];
        let silent = "mutation($input: StepPatch!) { stepUpdate(input: $input) { userErrors { code field } } }";
        let input = json!({"id": step["id"], "expectedRevision": step["revision"], "starts": "2031-01-01"});
        assert_eq!(codes(&administrator.data(silent, json!({"input": input})).await["stepUpdate"]), ["INVALID"]);
        let said = "mutation($input: StepRescheduleInput!) { stepReschedule(input: $input) { step { id history(first: 1) { nodes { id } } } userErrors { code } } }";
        let input = json!({"id": step["id"], "expectedRevision": step["revision"], "starts": "2031-01-01", "reason": "report"});
        let moved = administrator.data(said, json!({"input": input})).await["stepReschedule"]["step"].take();
        let undo = "mutation($id: ID!) { changeUndo(input: { id: $id }) { record { ... on Step { starts slips { reason } } } userErrors { code } } }";
        let back = administrator.data(undo, json!({"id": moved["history"]["nodes"][0]["id"]})).await["changeUndo"].take();
        assert_eq!(back["record"]["starts"], "2021?-06-01");
        assert_eq!(back["record"]["slips"].as_array().unwrap().len(), 2, "slippage is kept: {back}");
    }
}

story! {
    async fn what_is_said_of_hidden_records_and_accounts_stays_hidden(server: Server) {
        let officer = colleague(&server, "Noa", "OFFICER").await;
        let (project_id, _) = project(&officer, "P04").await;
        let contact = "mutation($input: NewContact!) { contactCreate(input: $input) { contact { id } } }";
        let kept = officer.data(contact, json!({"input": {"projectId": project_id, "purpose": "x"}})).await["contactCreate"]["contact"]["id"].take();
        let cite = "mutation($input: NewProvenance!) { provenanceCreate(input: $input) { userErrors { code field } } }";
        let refused = officer.data(cite, json!({"input": {"recordId": kept, "source": "téléphone"}})).await;
        assert_eq!(codes(&refused["provenanceCreate"]), ["INVALID"], "{refused}");
        let source = officer.data("query($id: ID!) { project(id: $id) { sources(first: 1) { nodes { id revision } } } }", json!({"id": project_id})).await;
        let source = &source["project"]["sources"]["nodes"][0];
        let confirm = "mutation($input: ProvenanceConfirmInput!) { provenanceConfirm(input: $input) { provenance { confirmedAt confirmedByName } userErrors { code } } }";
        let done = officer.data(confirm, json!({"input": {"id": source["id"], "expectedRevision": source["revision"]}})).await;
        assert_eq!(done["provenanceConfirm"]["provenance"]["confirmedByName"], "Noa", "{done}");
        let told: Value = server.visitor().data(
            "query($id: ID!) { history(record: $id, first: 1) { nodes { personName fields { field to } } } }", json!({"id": source["id"]}),
        ).await;
        assert!(!told.to_string().contains("person_"), "{told}");
        assert!(told.to_string().contains("confirmedAt"), "{told}");
    }
}

story! {
    async fn a_cursor_fits_only_the_list_it_came_from(server: Server) {
        let client = server.visitor();
        let list = "query($code: String!, $after: String) { chantier(code: $code) { partners(first: 1, after: $after) { pageInfo { endCursor } } participations(first: 1) { pageInfo { endCursor } } } }";
        let one = client.data(list, json!({"code": "offre-demande"})).await;
        let cursor = one["chantier"]["partners"]["pageInfo"]["endCursor"].clone();
        assert!(client.data(list, json!({"code": "offre-demande", "after": cursor})).await["chantier"].is_object());
        let other = client.ask(list, json!({"code": "marches-publics", "after": cursor})).await;
        assert_eq!(other["errors"][0]["extensions"]["code"], "CURSOR_INVALID", "{other}");
        let nested = "query($code: String!, $after: String) { chantier(code: $code) { participations(first: 1, after: $after) { nodes { id } } } }";
        let cursor = one["chantier"]["participations"]["pageInfo"]["endCursor"].clone();
        assert!(client.data(nested, json!({"code": "offre-demande", "after": cursor})).await["chantier"].is_object());
        let other = client.ask(nested, json!({"code": "filieres", "after": cursor})).await;
        assert_eq!(other["errors"][0]["extensions"]["code"], "CURSOR_INVALID", "{other}");
    }
}

story! {
    async fn a_head_that_comes_too_slowly_does_not_hold_its_connection(server: Server) {
        use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
        let address = server.url("").replace("http://", "");
        let slow = async {
            let mut stream = tokio::net::TcpStream::connect(&address).await.unwrap();
            stream.write_all(b"GET /health/live HTTP/1.1\r\nHost: x\r\n").await.unwrap();
            let mut answer = Vec::new();
            tokio::time::timeout(std::time::Duration::from_secs(25), stream.read_to_end(&mut answer)).await
        };
        let silent = async {
            let mut stream = tokio::net::TcpStream::connect(&address).await.unwrap();
            tokio::time::timeout(std::time::Duration::from_secs(25), stream.read_to_end(&mut Vec::new())).await
        };
        let (slow, silent) = tokio::join!(slow, silent);
        assert!(slow.is_ok(), "the connection is still open");
        assert!(silent.is_ok(), "a connection without any request is still open");
        assert_eq!(server.visitor().get("/health/live").await.status(), 200);
    }
}

story! {
    async fn what_cannot_be_read_is_said_in_the_reader_s_language(server: Server) {
        let client = server.visitor();
        let said = async |lang: &str, query: &str| {
            let answer = client.request(reqwest::Method::POST, "/graphql").header("Accept-Language", lang)
                .json(&json!({"query": query})).send().await.unwrap();
            let body: Value = answer.json().await.unwrap();
            assert_eq!(body["errors"][0]["extensions"]["code"], "BAD_REQUEST", "{body}");
            body["errors"][0]["message"].as_str().unwrap().to_owned()
        };
        for query in ["{ projects(", "{ nothing }", "{ node(id: \"x\") { id } }", "{ projects(first: -1) { totalCount } }"] {
            let (fr, de) = (said("fr", query).await, said("de", query).await);
            assert!(fr.starts_with("La demande ne peut pas être lue. ("), "{fr}");
            assert!(de.starts_with("Die Anfrage kann nicht gelesen werden. ("), "{de}");
        }
        let beyond = "{ steps(where: { endsFrom: \"+10000-01-01\" }) { totalCount } }";
        assert_eq!(said("nl", beyond).await, "Een datum in een filter heeft een jaar van 0 tot 9999.");
        let since = "{ history(since: \"+10000-01-01T00:00:00Z\") { totalCount } }";
        assert!(said("fr", since).await.contains("date"), "refused, one way or the other");
    }
}

story! {
    async fn one_identifier_that_is_none_does_not_spoil_the_others(server: Server) {
        let client = server.visitor();
        let (id, _) = project(&client, "P01").await;
        let query = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }";
        let answer = client.ask(query, json!({"ids": ["rien", id, "project_00000000000000000000000000"]})).await;
        let nodes = answer["data"]["nodes"].as_array().unwrap();
        assert_eq!((&nodes[0], &nodes[1]["id"], &nodes[2]), (&Value::Null, &json!(id), &Value::Null), "{answer}");
        let errors = answer["errors"].as_array().unwrap();
        assert_eq!(errors.len(), 1, "{answer}");
        assert_eq!((&errors[0]["path"], &errors[0]["extensions"]["code"]), (&json!(["nodes", 0]), &json!("BAD_REQUEST")));
    }
}

story! {
    async fn a_field_with_many_directives_is_refused_before_the_database_is_asked(server: Server) {
        let visitor = server.visitor();
        let query = |times: usize| format!("{{ projects(first: 1) {{ nodes {{ title {} }} }} }}", "@include(if: true) ".repeat(times));
        visitor.data(&query(1), json!({})).await;
        let many = async || {
            let refused = visitor.ask(&query(200), json!({})).await;
            assert_eq!(refused["errors"][0]["extensions"]["code"], "BAD_REQUEST", "{refused}");
        };
        assert_eq!(statements(&visitor, many).await, 0);
    }
}
