//! Accounts over HTTP: where somebody is signed in and how that is ended, another password by mail, what the security log
//! tells; and what a partner's machine may do with its scopes and in its territories.

#![expect(clippy::unwrap_used, reason = "a story stops at the first surprise")]

use serde_json::{Value, json};
use stories::{codes, colleague, story};
use testing::{Server, TestClient};

const SESSIONS: &str = "{ viewer { sessions { id begunAt usedAt expiresAt device network isCurrent } } }";
const LOG: &str = "query($person: ID) { securityEvents(person: $person, first: 50) { totalCount nodes { kind device network person { email } by { email } } } }";
const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";

/// The codes of the request's own errors.
fn refused(answer: &Value) -> &Value {
    &answer["errors"][0]["extensions"]["code"]
}

async fn sessions(client: &TestClient) -> Vec<Value> {
    let data = client.data(SESSIONS, json!({})).await;
    data["viewer"]["sessions"].as_array().unwrap().clone()
}

/// What the log tells, the earliest first: what, and of whom.
async fn log(administrator: &TestClient) -> Vec<(String, String)> {
    let told = administrator.data(LOG, json!({})).await;
    let mut told: Vec<_> = told["securityEvents"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| {
            let whom = event["person"]["email"].as_str().unwrap_or_default();
            (event["kind"].as_str().unwrap().to_owned(), whom.to_owned())
        })
        .collect();
    told.reverse();
    told
}

story! {
    async fn a_person_sees_where_they_are_signed_in_and_ends_it_at_once(server: Server) {
        let here = colleague(&server, "Alix", "EDITOR").await;
        let there = server.visitor();
        let credentials = json!({"email": "alix@chantiers.test", "password": "une ceinture alimentaire"});
        let opened = there.request(reqwest::Method::POST, "/v1/session").header("User-Agent", FIREFOX).json(&credentials).send().await.unwrap();
        let opened: Value = opened.json().await.unwrap();
        let token = opened["accessToken"].as_str().unwrap().to_owned();
        let status = async || {
            let asked = json!({"query": "{ viewer { person { id } } }"});
            let sent = reqwest::Client::new().post(server.url("/graphql")).bearer_auth(&token).json(&asked).send();
            sent.await.unwrap().status().as_u16()
        };
        assert_eq!(status().await, 200);
        let shown = sessions(&here).await;
        // Taking up the invitation opened one, signing in the second, the other device the third.
        assert_eq!(shown.len(), 3);
        let other = shown.iter().find(|session| session["device"] == "Firefox, Linux").unwrap();
        assert_eq!(shown.iter().filter(|session| session["isCurrent"] == true).count(), 1);
        assert!(other["isCurrent"] == false && other["network"] == "127.0.0.0/16" && other["begunAt"].is_string());

        let end = "mutation($id: ID!) { sessionEnd(input: {id: $id}) { ended userErrors { code } } }";
        let stranger = colleague(&server, "Sam", "EDITOR").await;
        let not_theirs = stranger.data(end, json!({"id": other["id"]})).await["sessionEnd"].take();
        assert_eq!(codes(&not_theirs), ["NOT_FOUND"]);
        let nobody = server.visitor().data(end, json!({"id": other["id"]})).await["sessionEnd"].take();
        assert_eq!(codes(&nobody), ["UNAUTHENTICATED"]);
        let nonsense = here.data(end, json!({"id": "session_x"})).await["sessionEnd"].take();
        assert_eq!(codes(&nonsense), ["NOT_FOUND"]);
        let ended = here.data(end, json!({"id": other["id"]})).await["sessionEnd"].take();
        assert_eq!(ended, json!({"ended": 1, "userErrors": []}));
        assert_eq!(status().await, 401, "its access token is void with the next request");
        let renewed = there.request(reqwest::Method::PUT, "/v1/session").header("Sec-Fetch-Site", "same-origin").send().await.unwrap();
        assert_eq!(renewed.status(), 401, "and so is its cookie");

        let others = "mutation { sessionEndOthers { ended userErrors { code } } }";
        assert_eq!(here.data(others, json!({})).await["sessionEndOthers"]["ended"], 1);
        let left = sessions(&here).await;
        assert!(left.len() == 1 && left[0]["isCurrent"] == true);

        let administrator = server.administrator().await;
        let all = "mutation($id: ID!) { personEndSessions(input: {id: $id}) { ended userErrors { code } } }";
        let id = opened["person"]["id"].clone();
        assert_eq!(codes(&stranger.data(all, json!({"id": id})).await["personEndSessions"]), ["FORBIDDEN"]);
        assert_eq!(administrator.data(all, json!({"id": id})).await["personEndSessions"]["ended"], 1);
        assert_eq!(refused(&here.ask(SESSIONS, json!({})).await), "UNAUTHENTICATED");
    }
}

story! {
    async fn signing_out_voids_the_access_token_too(server: Server) {
        let person = colleague(&server, "Alix", "EDITOR").await;
        let out = person.request(reqwest::Method::DELETE, "/v1/session").header("Sec-Fetch-Site", "same-origin").send().await.unwrap();
        assert_eq!(out.status(), 204);
        assert_eq!(refused(&person.ask(SESSIONS, json!({})).await), "UNAUTHENTICATED");
    }
}

story! {
    async fn who_signs_in_or_tries_to_leaves_a_trace_for_administrators_only(server: Server) {
        let editor = colleague(&server, "Alix", "EDITOR").await;
        let visitor = server.visitor();
        for email in ["alix@chantiers.test", "personne@ailleurs.be"] {
            visitor.post("/v1/session", &json!({"email": email, "password": "not this one"})).await;
        }
        let administrator = server.administrator().await;
        let told = log(&administrator).await;
        let of = |kind: &str, whom: &str| (kind.to_owned(), whom.to_owned());
        for event in [
            of("INVITATION_ACCEPTED", "alix@chantiers.test"), of("SIGNED_IN", "alix@chantiers.test"),
            of("SIGN_IN_REFUSED", "alix@chantiers.test"), of("SIGN_IN_REFUSED", ""),
        ] {
            assert!(told.contains(&event), "{event:?} in {told:?}");
        }
        let whole = administrator.data(LOG, json!({})).await.to_string();
        assert!(!whole.contains("not this one") && !whole.contains("personne@") && !whole.contains("127.0.0.1"), "{whole}");
        assert_eq!(refused(&editor.ask(LOG, json!({})).await), "FORBIDDEN");
        assert_eq!(refused(&visitor.ask(LOG, json!({})).await), "UNAUTHENTICATED");
    }
}

/// The link that waits in the outbox; none where no such message waits.
async fn link(administrator: &TestClient) -> Option<String> {
    for _ in 0..80 {
        let mails = "{ mails(waiting: true, first: 20) { nodes { kind text to } } }";
        let told = administrator.data(mails, json!({})).await;
        let mails = told["mails"]["nodes"].as_array().unwrap();
        if let Some(mail) = mails.iter().find(|mail| mail["kind"] == "PASSWORD_RESET") {
            let text = mail["text"].as_str().unwrap();
            let path = text.lines().find_map(|line| line.split_once("/mot-de-passe/"));
            return path.map(|(_, token)| format!("/v1/password-resets/{token}"));
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    None
}

story! {
    async fn another_password_is_chosen_by_mail_and_nobody_learns_who_has_an_account(server: Server) {
        let person = colleague(&server, "Alix", "EDITOR").await;
        let administrator = server.administrator().await;
        let visitor = server.visitor();
        let mut answers = Vec::new();
        for email in ["personne@ailleurs.be", "alix@chantiers.test"] {
            let answer = visitor.post("/v1/password-resets", &json!({"email": email})).await;
            answers.push((answer.status().as_u16(), answer.text().await.unwrap()));
        }
        assert_eq!(answers, [(202, String::new()), (202, String::new())]);
        let link = link(&administrator).await.unwrap();
        let who: Value = visitor.get(&link).await.json().await.unwrap();
        assert_eq!(who["email"], "alix@chantiers.test");
        let plain = visitor.post(&link, &json!({"password": "court"})).await;
        assert_eq!(plain.status(), 422);
        let chosen = json!({"password": "un panier de saison"});
        assert_eq!(visitor.post(&link, &chosen).await.status(), 204);
        assert_eq!(visitor.post(&link, &chosen).await.status(), 410, "once");
        assert_eq!(visitor.get(&link).await.status(), 410);
        assert_eq!(refused(&person.ask(SESSIONS, json!({})).await), "UNAUTHENTICATED", "all sessions have ended");
        let old = visitor.post("/v1/session", &json!({"email": "alix@chantiers.test", "password": "une ceinture alimentaire"})).await;
        assert_eq!(old.status(), 401);
        server.sign_in("alix@chantiers.test", "un panier de saison").await;
        let mails = administrator.data("{ mails(waiting: true, first: 20) { nodes { kind to } } }", json!({})).await;
        let told = mails["mails"]["nodes"].as_array().unwrap();
        assert!(told.contains(&json!({"kind": "PASSWORD_CHANGED", "to": "alix@chantiers.test"})), "{mails}");
        let kinds: Vec<String> = log(&administrator).await.into_iter().map(|(kind, _)| kind).collect();
        assert_eq!(kinds.iter().filter(|kind| *kind == "RESET_REQUESTED").count(), 2);
        assert!(kinds.contains(&"PASSWORD_RESET".to_owned()));

        let mut last = 0;
        for _ in 0..11 {
            last = visitor.post("/v1/password-resets", &json!({"email": "autre@ailleurs.be"})).await.status().as_u16();
        }
        assert_eq!(last, 429, "and asking is slowed down");
    }
}

const CLIENT: &str = "mutation($input: ClientCreateInput!) { clientCreate(input: $input) { client { id territoryIds scopes } secret { secret expiresAt } userErrors { code field } } }";

async fn token(server: &Server, id: &Value, secret: &Value) -> Option<String> {
    let sent = reqwest::Client::new()
        .post(server.url("/oauth/token"))
        .basic_auth(id.as_str().unwrap(), secret.as_str())
        .header("Content-Type", "application/x-www-form-urlencoded")
        .body("grant_type=client_credentials");
    let answer: Value = sent.send().await.unwrap().json().await.unwrap();
    answer["access_token"].as_str().map(str::to_owned)
}

async fn ask_as(server: &Server, token: &str, query: &str, variables: Value) -> Value {
    let sent = reqwest::Client::new()
        .post(server.url("/graphql"))
        .bearer_auth(token)
        .json(&json!({"query": query, "variables": variables}));
    sent.send().await.unwrap().json().await.unwrap()
}

story! {
    async fn a_client_s_secrets_are_shown_once_and_two_are_live(server: Server) {
        let administrator = server.administrator().await;
        let input = json!({"name": "Annuaire", "scopes": ["EXCHANGE_READ"]});
        let made = administrator.data(CLIENT, json!({"input": input})).await["clientCreate"].take();
        let (id, first) = (made["client"]["id"].clone(), made["secret"]["secret"].clone());
        assert!(made["secret"]["expiresAt"].is_string());
        let rotate = "mutation($id: String!) { clientRotateSecret(id: $id) { secret { secret } userErrors { code } } }";
        let another = async || administrator.data(rotate, json!({"id": id})).await["clientRotateSecret"]["secret"]["secret"].take();
        let second = another().await;
        for secret in [&first, &second] {
            assert!(token(&server, &id, secret).await.is_some(), "two are live");
        }
        let third = another().await;
        assert!(token(&server, &id, &first).await.is_none(), "the oldest of three is void");
        for secret in [&second, &third] {
            assert!(token(&server, &id, secret).await.is_some());
        }
        let (_, kept, _) = server.command(&["backup", "-"]).await;
        let list = administrator.data("{ clients { id name scopes territoryIds isActive createdAt } }", json!({})).await;
        for secret in [&second, &third] {
            let text = secret.as_str().unwrap();
            assert!(!kept.contains(text) && !list.to_string().contains(text), "no secret is kept as it is");
        }
    }
}

story! {
    async fn a_client_limited_to_territories_is_refused_row_by_row_over_both_ways(server: Server) {
        let administrator = server.administrator().await;
        let source = "mutation { sourceCreate(input: {code: \"annuaire\", name: \"Annuaire\"}) { source { id } } }";
        let source = administrator.data(source, json!({})).await["sourceCreate"]["source"]["id"].take();
        let unknown = json!({"name": "Machine", "scopes": ["EXCHANGE_WRITE"], "territoryIds": ["territory_01h455vb4pex5vsknk084sn02q"]});
        let made = administrator.data(CLIENT, json!({"input": unknown})).await["clientCreate"].take();
        assert_eq!((codes(&made), &made["userErrors"][0]["field"]), (vec!["UNKNOWN_REFERENCE"], &json!(["territoryIds"])));
        let input = json!({"name": "Machine", "scopes": ["EXCHANGE_WRITE"], "sourceIds": [source], "territoryIds": ["90000"]});
        let made = administrator.data(CLIENT, json!({"input": input})).await["clientCreate"].take();
        assert_eq!(made["client"]["territoryIds"].as_array().unwrap().len(), 1);
        let token = token(&server, &made["client"]["id"], &made["secret"]["secret"]).await.unwrap();
        let rows = json!([
            {"externalId": "a", "name": "Ferme de Namur", "commune": "92094"},
            {"externalId": "b", "name": "Ferme de Liège", "commune": "62063"},
        ]);
        let upsert = "mutation($input: RecordsUpsertInput!) { recordsUpsert(input: $input) { rows { externalId outcome errors { code field message } } userErrors { code } } }";
        let pushed = ask_as(&server, &token, upsert, json!({"input": {"source": "annuaire", "mode": "DELTA", "organisations": rows}})).await;
        let told = &pushed["data"]["recordsUpsert"]["rows"];
        assert_eq!((&told[0]["outcome"], &told[1]["outcome"]), (&json!("CREATED"), &json!("REJECTED")), "{pushed}");
        assert_eq!((&told[1]["errors"][0]["code"], &told[1]["errors"][0]["field"]), (&json!("OUTSIDE_TERRITORY"), &json!(["commune"])));
        assert!(told[1]["errors"][0]["message"].as_str().unwrap().contains("territoires de ce client"));
        let sent = reqwest::Client::new()
            .post(server.url("/v1/sources/annuaire/records"))
            .bearer_auth(&token)
            .json(&json!({"organisations": rows}));
        let answer: Value = sent.send().await.unwrap().json().await.unwrap();
        assert_eq!(answer["rows"][1]["errors"][0]["code"], "OUTSIDE_TERRITORY", "{answer}");
        assert_eq!(answer["rows"][0]["outcome"], "UNCHANGED");
    }
}

story! {
    async fn each_scope_of_a_machine_opens_its_area_and_no_other(server: Server) {
        let administrator = server.administrator().await;
        let lead = administrator.data("{ projects(first: 50) { nodes { id revision leads { nodes { id } } } } }", json!({})).await;
        let projects = lead["projects"]["nodes"].as_array().unwrap().clone();
        let led = projects.iter().find(|project| !project["leads"]["nodes"].as_array().unwrap().is_empty()).unwrap();
        let house = led["leads"]["nodes"][0]["id"].clone();
        let not_theirs = |project: &&Value| {
            project["leads"]["nodes"].as_array().unwrap().iter().all(|lead| lead["id"] != house)
        };
        let other = projects.iter().find(not_theirs).unwrap();
        let machine = async |scope: &str| server.machine(&administrator, &house, &json!([scope])).await;
        let change = async |machine: &TestClient, project: &Value, title: &str| {
            let update = "mutation($input: ProjectPatch!) { projectUpdate(input: $input) { userErrors { code } } }";
            let input = json!({"id": project["id"], "expectedRevision": project["revision"], "website": format!("https://{title}.be/")});
            let answer = machine.data(update, json!({"input": input})).await["projectUpdate"].take();
            codes(&answer).into_iter().map(str::to_owned).collect::<Vec<_>>()
        };
        let resource = async |machine: &TestClient, project: &Value| {
            let create = "mutation($input: NewResource!) { resourceCreate(input: $input) { resource { id } userErrors { code field } } }";
            let input = json!({"projectId": project["id"], "title": "Guide", "kind": "GUIDE", "url": "https://exemple.be/guide"});
            let answer = machine.data(create, json!({"input": input})).await["resourceCreate"].take();
            codes(&answer).into_iter().map(str::to_owned).collect::<Vec<_>>()
        };
        let (projects_write, chantiers_write) = (machine("PROJECTS_WRITE").await, machine("CHANTIERS_WRITE").await);
        let exchange = machine("EXCHANGE_WRITE").await;
        assert_eq!(change(&exchange, led, "x").await, ["FORBIDDEN"]);
        assert_eq!(change(&chantiers_write, led, "x").await, ["FORBIDDEN"]);
        assert_eq!(change(&projects_write, other, "x").await, ["FORBIDDEN"], "only what its organisation leads");
        assert_eq!(change(&projects_write, led, "x").await, [""; 0]);
        assert_eq!(resource(&projects_write, led).await, ["FORBIDDEN"]);
        assert_eq!(resource(&chantiers_write, other).await, ["FORBIDDEN"]);
        assert_eq!(resource(&chantiers_write, led).await, [""; 0]);
        let expertise = "mutation($input: NewExpertise!) { expertiseCreate(input: $input) { userErrors { code field } } }";
        let topic = administrator.data("{ expertiseTopics { code } }", json!({})).await["expertiseTopics"][0]["code"].take();
        let input = json!({"organisationId": house, "title": "Maraîchage", "topics": [topic], "forms": ["ADVICE"]});
        let offered = chantiers_write.data(expertise, json!({"input": input})).await["expertiseCreate"].take();
        assert!(codes(&offered).contains(&"FORBIDDEN"), "{offered}");
        let offered = machine("EXPERTISE_WRITE").await.data(expertise, json!({"input": input})).await["expertiseCreate"].take();
        assert!(!codes(&offered).contains(&"FORBIDDEN"), "{offered}");
        let read_only = machine("EXPERTISE_READ").await.data(expertise, json!({"input": input})).await["expertiseCreate"].take();
        assert!(codes(&read_only).contains(&"FORBIDDEN"), "{read_only}");
    }
}

/// The code that an authenticator with this secret shows, so many seconds from now.
#[expect(clippy::disallowed_methods, reason = "an authenticator is a clock of its own")]
fn code(secret: &Value, ahead: u64) -> String {
    let secret = totp_rs::Secret::try_from_base32(secret.as_str().unwrap()).unwrap();
    let totp = totp_rs::Builder::new()
        .with_secret(secret)
        .with_account_name("a")
        .with_issuer(Some("b"))
        .build()
        .unwrap();
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap();
    totp.generate(now.as_secs() + ahead).to_string()
}

async fn send(client: &TestClient, method: reqwest::Method, path: &str, body: Value) -> (u16, Value) {
    let answer = client.request(method, path).json(&body).send().await.unwrap();
    let status = answer.status().as_u16();
    let text = answer.text().await.unwrap();
    (status, serde_json::from_str(&text).unwrap_or_default())
}

story! {
    async fn a_second_step_is_asked_for_and_each_code_is_good_once(server: Server) {
        use reqwest::Method;
        let password = "une ceinture alimentaire";
        let person = colleague(&server, "Alix", "EDITOR").await;
        let visitor = server.visitor();
        let again = json!({"password": password});
        assert_eq!(send(&visitor, Method::POST, "/v1/second-step", again.clone()).await.0, 401);
        assert_eq!(send(&person, Method::POST, "/v1/second-step", json!({"password": "not this one"})).await.0, 422);
        let (status, made) = send(&person, Method::POST, "/v1/second-step", again.clone()).await;
        assert_eq!(status, 200);
        assert!(made["picture"].as_str().unwrap().contains("<svg") && made["address"].as_str().unwrap().starts_with("otpauth://totp/"));
        let secret = &made["secret"];
        // It counts from the first right code on.
        server.sign_in("alix@chantiers.test", password).await;
        assert_eq!(send(&person, Method::PUT, "/v1/second-step", json!({"code": "000"})).await.0, 422);
        let first = code(secret, 0);
        let (status, done) = send(&person, Method::PUT, "/v1/second-step", json!({"code": first})).await;
        assert_eq!(status, 200, "{done}");
        let recovery = done["recoveryCodes"].as_array().unwrap().clone();
        assert_eq!(recovery.len(), 10);
        assert_eq!(send(&person, Method::POST, "/v1/second-step", again.clone()).await.0, 422, "it is not told again");
        let (_, kept, _) = server.command(&["backup", "-"]).await;
        assert!(!recovery.iter().any(|code| kept.contains(code.as_str().unwrap())), "recovery codes are digests");

        let credentials = json!({"email": "alix@chantiers.test", "password": password});
        let wrong = json!({"email": "alix@chantiers.test", "password": "not this one"});
        let (unknown, nobody) = (send(&visitor, Method::POST, "/v1/session", wrong).await, json!({"email": "x@y.be", "password": "not this one"}));
        let nobody = send(&visitor, Method::POST, "/v1/session", nobody).await;
        assert_eq!((unknown.0, &unknown.1["detail"]), (nobody.0, &nobody.1["detail"]), "a stranger learns no more than before");
        let begin = async || {
            let (status, wanted) = send(&visitor, Method::POST, "/v1/session", credentials.clone()).await;
            assert_eq!((status, wanted["accessToken"].is_null()), (202, true));
            wanted["secondStep"].clone()
        };
        let step = async |token: &Value, code: &str| {
            send(&visitor, Method::POST, "/v1/session/second-step", json!({"secondStep": token, "code": code})).await
        };
        let token = begin().await;
        assert_eq!(step(&token, &first).await.0, 422, "the code that was used already");
        let next = code(secret, 30);
        let (status, opened) = step(&token, &next).await;
        assert_eq!((status, opened["accessToken"].is_string()), (200, true), "{opened}");
        assert_eq!(step(&token, &code(secret, 30)).await.0, 401, "and the first step too is good once");
        assert_eq!(step(&begin().await, &next).await.0, 422, "the code of another sign-in");
        let one = recovery[0].as_str().unwrap();
        assert_eq!(step(&begin().await, &one.to_uppercase().replace('-', " ")).await.0, 200);
        let token = begin().await;
        assert_eq!(step(&token, one).await.0, 422, "a recovery code is good once");
        let asked = "{ viewer { secondStep { since recoveryCodes } } }";
        let told = person.data(asked, json!({})).await;
        assert_eq!(told["viewer"]["secondStep"]["recoveryCodes"], 9);
        for _ in 0..4 {
            step(&token, "000000").await;
        }
        let (status, _) = step(&token, recovery[1].as_str().unwrap()).await;
        assert_eq!(status, 429, "after five wrong codes the account waits");

        let administrator = server.administrator().await;
        let remove = "mutation($id: ID!) { personRemoveSecondStep(input: {id: $id}) { removed userErrors { code } } }";
        let id = opened["person"]["id"].clone();
        let own = person.data(remove, json!({"id": id})).await["personRemoveSecondStep"].take();
        assert_eq!(codes(&own), ["FORBIDDEN"], "one's own asks for the password");
        assert_eq!(administrator.data(remove, json!({"id": id})).await["personRemoveSecondStep"]["removed"], true);
        assert_eq!(administrator.data(remove, json!({"id": id})).await["personRemoveSecondStep"]["removed"], false);
        server.sign_in("alix@chantiers.test", password).await;
        let kinds: Vec<String> = log(&administrator).await.into_iter().map(|(kind, _)| kind).collect();
        for kind in ["SECOND_STEP_ON", "SECOND_STEP_REFUSED", "RECOVERY_CODE_USED", "SECOND_STEP_OFF"] {
            assert!(kinds.iter().any(|known| known == kind), "{kind} in {kinds:?}");
        }
    }
}

story! {
    async fn a_reset_and_an_invitation_do_not_go_round_the_second_step(server: Server) {
        use reqwest::Method;
        let person = colleague(&server, "Alix", "EDITOR").await;
        let again = json!({"password": "une ceinture alimentaire"});
        let (_, made) = send(&person, Method::POST, "/v1/second-step", again).await;
        assert_eq!(send(&person, Method::PUT, "/v1/second-step", json!({"code": code(&made["secret"], 0)})).await.0, 200);
        let administrator = server.administrator().await;
        let visitor = server.visitor();
        visitor.post("/v1/password-resets", &json!({"email": "alix@chantiers.test"})).await;
        let link = link(&administrator).await.unwrap();
        assert_eq!(visitor.post(&link, &json!({"password": "un panier de saison"})).await.status(), 204);
        let (status, _) = send(&visitor, Method::POST, "/v1/session", json!({"email": "alix@chantiers.test", "password": "un panier de saison"})).await;
        assert_eq!(status, 202);
        let persons = administrator.data("{ persons(text: \"Alix\", first: 1) { nodes { id } } }", json!({})).await;
        let invite = "mutation($id: ID!) { personInviteAgain(input: {id: $id}) { invitation { path } } }";
        let made = administrator.data(invite, json!({"id": persons["persons"]["nodes"][0]["id"]})).await;
        let path = made["personInviteAgain"]["invitation"]["path"].as_str().unwrap().replace("/invitation/", "/v1/invitations/");
        let (status, wanted) = send(&visitor, Method::POST, &path, json!({"password": "un autre panier de saison"})).await;
        assert_eq!((status, wanted["secondStep"].is_string()), (202, true));
    }
}
