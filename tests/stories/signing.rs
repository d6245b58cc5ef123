//! Signing in and out: short access tokens, a refresh cookie that turns at each use, invitations, suspended accounts.

#![expect(clippy::unwrap_used, reason = "a story stops at the first surprise")]

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use reqwest::Method;
use serde_json::{Value, json};
use stories::{codes, colleague, story};

/// The refresh token in a response's cookie.
fn refresh(answer: &reqwest::Response) -> String {
    let cookie = answer.headers()["set-cookie"].to_str().unwrap();
    assert!(
        cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"),
        "{cookie}"
    );
    cookie.split(';').next().unwrap().to_owned()
}

story! {
    async fn a_refresh_token_works_once_and_its_theft_closes_the_session(server: Server) {
        let http = reqwest::Client::new();
        let credentials = json!({"email": "admin@chantiers.test", "password": "correct horse battery staple"});
        let first = http.post(server.url("/v1/session")).json(&credentials).send().await.unwrap();
        assert_eq!(first.status(), 200);
        let stolen = refresh(&first);
        let turn = async |cookie: &str| {
            http.request(Method::PUT, server.url("/v1/session"))
                .header("Cookie", cookie).header("Sec-Fetch-Site", "same-origin").send().await.unwrap()
        };
        let second = turn(&stolen).await;
        assert_eq!(second.status(), 200);
        let third = turn(&refresh(&second)).await;
        assert_eq!(third.status(), 200);
        let last = refresh(&third);
        assert_eq!(turn(&stolen).await.status(), 401, "used before");
        assert_eq!(turn(&last).await.status(), 401, "and the whole session is closed");
    }
}

story! {
    async fn a_wrong_password_says_the_same_as_an_unknown_address(server: Server) {
        let client = server.visitor();
        let mut answers = Vec::new();
        for email in ["admin@chantiers.test", "nobody@chantiers.test"] {
            let answer = client.post("/v1/session", &json!({"email": email, "password": "not this one"})).await;
            assert_eq!(answer.status(), 401);
            assert_eq!(answer.headers()["content-type"], "application/problem+json");
            let mut body: Value = answer.json().await.unwrap();
            body.as_object_mut().unwrap().remove("requestId");
            answers.push(body);
        }
        assert_eq!(answers[0], answers[1]);
    }
}

story! {
    async fn an_invitation_is_taken_up_once(server: Server) {
        let administrator = server.administrator().await;
        let invite = "mutation($input: NewPerson!) { personInvite(input: $input) { person { id state } invitation { path } userErrors { code field } } }";
        let input = json!({"name": "Lou", "email": "lou@chantiers.test", "role": "OFFICER"});
        let made = administrator.data(invite, json!({"input": input})).await["personInvite"].take();
        assert_eq!(made["person"]["state"], "INVITED");
        let path = made["invitation"]["path"].as_str().unwrap().replace("/invitation/", "/v1/invitations/");
        let client = server.visitor();
        let who: Value = client.get(&path).await.json().await.unwrap();
        assert_eq!(who["email"], "lou@chantiers.test");
        let weak = client.post(&path, &json!({"password": "court"})).await;
        assert_eq!(weak.status(), 422, "a plain password is refused");
        assert!(client.post(&path, &json!({"password": "un panier de saison"})).await.status().is_success());
        assert_eq!(client.post(&path, &json!({"password": "un autre panier"})).await.status(), 410);
        server.sign_in("lou@chantiers.test", "un panier de saison").await;
        let twice = administrator.data(invite, json!({"input": input})).await["personInvite"].take();
        assert_eq!(codes(&twice), ["DUPLICATE"]);
        assert_eq!(twice["userErrors"][0]["field"], json!(["email"]));
    }
}

story! {
    async fn a_suspended_account_stops_at_once(server: Server) {
        let (administrator, editor) = (server.administrator().await, colleague(&server, "Alix", "EDITOR").await);
        let viewer = editor.data("{ viewer { person { id revision } } }", json!({})).await["viewer"]["person"].take();
        let suspend = "mutation($input: PersonPatch!) { personUpdate(input: $input) { person { state } userErrors { code } } }";
        let input = json!({"id": viewer["id"], "expectedRevision": viewer["revision"], "state": "SUSPENDED"});
        assert!(codes(&administrator.data(suspend, json!({"input": input})).await["personUpdate"]).is_empty());
        let answer = editor.ask("{ viewer { person { id } } }", json!({})).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAUTHENTICATED", "{answer}");
        let again = server.visitor().post("/v1/session", &json!({"email": "alix@chantiers.test", "password": "une ceinture alimentaire"})).await;
        assert_eq!(again.status(), 401);
        let refused = administrator.data("{ persons(first: 5) { totalCount } }", json!({})).await;
        assert!(refused["persons"]["totalCount"].as_i64().unwrap() >= 2);
        let visitor = server.visitor().ask("{ persons { totalCount } }", json!({})).await;
        assert_eq!(visitor["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    }
}

story! {
    async fn a_person_changes_their_password_and_their_other_sessions_end(server: Server) {
        let (old, new) = ("une ceinture alimentaire", "un panier de saison");
        let person = colleague(&server, "Alix", "EDITOR").await;
        let elsewhere = reqwest::Client::new();
        let credentials = json!({"email": "alix@chantiers.test", "password": old});
        let other = elsewhere.post(server.url("/v1/session")).json(&credentials).send().await.unwrap();
        let other = refresh(&other);
        let change = async |client: &testing::TestClient, current: &str, new: &str| {
            client.request(Method::PUT, "/v1/session/password").header("Accept-Language", "en")
                .json(&json!({"currentPassword": current, "newPassword": new})).send().await.unwrap()
        };
        assert_eq!(change(&server.visitor(), old, new).await.status(), 401);
        let plain = change(&person, old, "court").await;
        assert_eq!(plain.status(), 422);
        let plain: Value = plain.json().await.unwrap();
        assert_eq!(plain["errors"][0]["field"], "newPassword");
        let wrong: Value = change(&person, "not this one", new).await.json().await.unwrap();
        assert_eq!((&wrong["code"], &wrong["errors"][0]["field"]), (&json!("INVALID"), &json!("currentPassword")));
        assert_eq!(wrong["errors"][0]["message"], "This is not your present password.");

        let done = change(&person, old, new).await;
        assert_eq!(done.status(), 200);
        let own = refresh(&done);
        let turn = async |cookie: &str| {
            elsewhere.request(Method::PUT, server.url("/v1/session"))
                .header("Cookie", cookie).header("Sec-Fetch-Site", "same-origin").send().await.unwrap().status()
        };
        assert_eq!(turn(&other).await, 401, "the other session has ended");
        assert_eq!(turn(&own).await, 200, "this one goes on");
        let again = elsewhere.post(server.url("/v1/session")).json(&credentials).send().await.unwrap();
        assert_eq!(again.status(), 401, "the old password is void");
        server.sign_in("alix@chantiers.test", new).await;
    }
}

story! {
    async fn guessing_the_present_password_must_wait_as_guessing_at_the_door(server: Server) {
        let person = colleague(&server, "Alix", "EDITOR").await;
        let mut last = 0;
        for _ in 0..11 {
            let guess = json!({"currentPassword": "not this one", "newPassword": "un panier de saison"});
            let answer = person.request(Method::PUT, "/v1/session/password").json(&guess).send().await.unwrap();
            last = answer.status().as_u16();
        }
        assert_eq!(last, 429);
    }
}

/// What stands in the part of a token that comes at this place: 0 its header, 1 its claims.
fn part(token: &str, place: usize) -> Value {
    let part = token.split('.').nth(place).unwrap();
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

story! {
    async fn the_keys_are_published_renewed_and_taken_away(server: Server) {
        let visitor = server.visitor();
        let read = async |path: &str| -> Value { visitor.get(path).await.json().await.unwrap() };
        let credentials = json!({"email": "admin@chantiers.test", "password": "correct horse battery staple"});
        let sign_in = async |server: &testing::Server| {
            let answer: Value = server.visitor().post("/v1/session", &credentials).await.json().await.unwrap();
            answer["accessToken"].as_str().unwrap().to_owned()
        };
        let status = async |server: &testing::Server, token: &str| {
            let asked = json!({"query": "{ viewer { id } }"});
            let sent = reqwest::Client::new().post(server.url("/graphql")).bearer_auth(token).json(&asked).send();
            sent.await.unwrap().status().as_u16()
        };

        let metadata = read("/.well-known/oauth-authorization-server").await;
        let issuer = metadata["issuer"].as_str().unwrap();
        assert_eq!(metadata["jwks_uri"], format!("{issuer}/.well-known/jwks.json"));
        assert_eq!(metadata["token_endpoint"], format!("{issuer}/oauth/token"));
        assert_eq!(metadata["grant_types_supported"], json!(["client_credentials"]));
        let token = sign_in(&server).await;
        let (header, claims) = (part(&token, 0), part(&token, 1));
        assert_eq!((&header["alg"], &header["typ"]), (&json!("EdDSA"), &json!("at+jwt")));
        assert_eq!((&claims["iss"], &claims["aud"]), (&metadata["issuer"], &metadata["issuer"]));
        let keys = read("/.well-known/jwks.json").await;
        assert_eq!(keys["keys"][0]["kid"], header["kid"]);

        // Whoever has the public key, and nothing of ours, finds the signature right.
        let bytes = |text: &Value| BASE64_URL_SAFE_NO_PAD.decode(text.as_str().unwrap()).unwrap();
        let public: [u8; 32] = bytes(&keys["keys"][0]["x"]).try_into().unwrap();
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let signature: [u8; 64] = bytes(&json!(signature)).try_into().unwrap();
        let public = ed25519_dalek::VerifyingKey::from_bytes(&public).unwrap();
        public.verify_strict(signed.as_bytes(), &signature.into()).unwrap();

        let (code, renewed, _) = server.command(&["key", "renew"]).await;
        assert_eq!(code, Some(0));
        let kid = renewed.split(' ').next().unwrap();
        server.restart().await;
        let later = sign_in(&server).await;
        assert_eq!(part(&later, 0)["kid"], kid);
        assert_eq!((status(&server, &token).await, status(&server, &later).await), (200, 200));

        let (code, ..) = server.command(&["key", "revoke", kid]).await;
        assert_eq!(code, Some(0));
        let (code, _, said) = server.command(&["key", "revoke", kid]).await;
        assert_eq!(code, Some(2), "{said}");
        server.restart().await;
        assert_eq!((status(&server, &token).await, status(&server, &later).await), (200, 401));
        let (_, list, _) = server.command(&["key", "list"]).await;
        assert_eq!(list.lines().count(), 2, "{list}");
        assert!(!list.contains(kid) && list.contains("signs since") && list.contains("still read"), "{list}");
    }
}
