//! Signing in through an outside provider: a browser that sets out, signs in there and comes back, and everything that must
//! not open an account.

#![expect(clippy::unwrap_used, reason = "a story stops at the first surprise")]

use reqwest::Method;
use reqwest::redirect::Policy;
use serde_json::{Value, json};
use stories::colleague;
use testing::{Provider, Server, Spoilt, TestClient, run_server};

const PROVIDER: &str = "/v1/session/provider";

/// Tells a story of a server and its provider on SQLite and on PostgreSQL.
macro_rules! through {
    (async fn $name:ident($server:ident: Server, $provider:ident: Provider) $body:block) => {
        mod $name {
            #[allow(unused_imports, clippy::allow_attributes, reason = "what the body needs stands in its file")]
            use super::*;

            #[allow(unused_mut, clippy::allow_attributes, reason = "some stories stop and start them")]
            async fn body(mut $server: Server, mut $provider: Provider) {
                $body
                $server.close().await;
            }

            #[tokio::test]
            async fn sqlite() {
                let provider = Provider::open().await;
                let settings = provider.settings();
                let settings: Vec<(&str, &str)> = settings.iter().map(|(name, value)| (*name, value.as_str())).collect();
                body(Server::on_sqlite_with(&settings).await, provider).await;
            }

            #[tokio::test]
            async fn postgres() {
                let provider = Provider::open().await;
                let settings = provider.settings();
                let settings: Vec<(&str, &str)> = settings.iter().map(|(name, value)| (*name, value.as_str())).collect();
                body(Server::on_postgres_with(&settings).await, provider).await;
            }
        }
    };
}

/// With what a browser came back from the provider: `code` or `error`, and `state`.
type Back = Value;

/// Sets out, signs in at the provider, and comes back as far as the page.
async fn go(browser: &TestClient) -> Back {
    let answer = browser.request(Method::POST, PROVIDER).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let cookie = answer.headers()["set-cookie"].to_str().unwrap().to_owned();
    for part in [
        "chantiers_provider=",
        "HttpOnly",
        "SameSite=Strict",
        "Path=/v1/session/provider",
    ] {
        assert!(cookie.contains(part), "{cookie}");
    }
    let out: Value = answer.json().await.unwrap();
    let there = reqwest::Client::builder()
        .redirect(Policy::none())
        .build()
        .unwrap();
    let back = there.get(out["address"].as_str().unwrap()).send().await.unwrap();
    assert_eq!(back.status(), 303);
    let back = back.headers()["location"].to_str().unwrap().to_owned();
    let (page, query) = back.split_once('?').unwrap();
    assert!(page.ends_with("/connexion/fournisseur"), "{page}");
    query
        .split('&')
        .map(|pair| pair.split_once('=').unwrap())
        .map(|(name, value)| (name.to_owned(), json!(value)))
        .collect()
}

/// Comes back with that; the status and what was said.
async fn arrive(browser: &TestClient, back: &Back) -> (u16, Value) {
    let request = browser
        .request(Method::PUT, PROVIDER)
        .header("Accept-Language", "en");
    let answer = request.json(back).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

/// The security log's newest entries of a kind, each as its account's name and through whom.
async fn told(server: &Server, kind: &str) -> Vec<(String, Value)> {
    let administrator = server.administrator().await;
    let log = administrator
        .data(
            "{ securityEvents(first: 50) { nodes { kind through person { name } } } }",
            json!({}),
        )
        .await;
    let nodes = log["securityEvents"]["nodes"].as_array().unwrap().clone();
    let of_kind = nodes
        .into_iter()
        .filter(|node| node["kind"] == kind && !node["through"].is_null());
    of_kind
        .map(|node| {
            (
                node["person"]["name"].as_str().unwrap_or_default().to_owned(),
                node["through"].clone(),
            )
        })
        .collect()
}

through! {
    async fn somebody_signs_in_through_the_provider_and_is_known_by_who_they_are_there(server: Server, provider: Provider) {
        colleague(&server, "Alix", "EDITOR").await;
        let visitor = server.visitor();
        let offered: Value = visitor.get(PROVIDER).await.json().await.unwrap();
        assert_eq!(offered, json!({"name": "La Région"}));
        provider.sign_in("s-1", "Alix@chantiers.test", true);
        let back = go(&visitor).await;
        let (status, entered) = arrive(&visitor, &back).await;
        assert_eq!(status, 200, "{entered}");
        // The role is the account's, whatever the provider thinks.
        assert_eq!((&entered["person"]["name"], &entered["person"]["role"]), (&json!("Alix"), &json!("EDITOR")));
        // The same cookie as with a password: the session goes on, is listed, and says through whom it was begun.
        let turned = visitor.request(Method::PUT, "/v1/session").send().await.unwrap();
        assert_eq!(turned.status(), 200);
        let turned: Value = turned.json().await.unwrap();
        let asked = json!({"query": "{ viewer { sessions { through isCurrent } } }"});
        let own: Value = visitor.request(Method::POST, "/graphql").bearer_auth(turned["accessToken"].as_str().unwrap())
            .json(&asked).send().await.unwrap().json().await.unwrap();
        let sessions = own["data"]["viewer"]["sessions"].as_array().unwrap().clone();
        assert!(sessions.contains(&json!({"through": "La Région", "isCurrent": true})), "{own}");
        assert!(sessions.contains(&json!({"through": null, "isCurrent": false})), "{own}");

        // From then on the address does not matter: it may be another one there, and somebody else's here.
        colleague(&server, "Camille", "OFFICER").await;
        provider.sign_in("s-1", "camille@chantiers.test", true);
        let again = server.visitor();
        let (status, entered) = arrive(&again, &go(&again).await).await;
        assert_eq!((status, &entered["person"]["name"]), (200, &json!("Alix")));
        // And whoever has the address there later does not get the account.
        provider.sign_in("s-2", "alix@chantiers.test", true);
        let other = server.visitor();
        let (status, refused) = arrive(&other, &go(&other).await).await;
        assert_eq!(status, 401);
        assert!(refused["detail"].as_str().unwrap().contains("bound to another identity"), "{refused}");

        assert_eq!(told(&server, "IDENTITY_BOUND").await, [("Alix".to_owned(), json!("La Région"))]);
        assert_eq!(told(&server, "SIGNED_IN").await.len(), 2);
        assert_eq!(told(&server, "SIGN_IN_REFUSED").await, [("Alix".to_owned(), json!("La Région"))]);

        let administrator = server.administrator().await;
        let viewer = entered["person"]["id"].clone();
        let unbind = "mutation($input: PersonUnbindIdentityInput!) { personUnbindIdentity(input: $input) { unbound userErrors { code } } }";
        for expected in [true, false] {
            let done = administrator.data(unbind, json!({"input": {"id": viewer}})).await;
            assert_eq!(done["personUnbindIdentity"], json!({"unbound": expected, "userErrors": []}));
        }
        let (status, entered) = arrive(&other, &go(&other).await).await;
        assert_eq!((status, &entered["person"]["name"]), (200, &json!("Alix")));
    }
}

through! {
    async fn a_token_that_is_not_to_be_believed_opens_nothing(server: Server, provider: Provider) {
        colleague(&server, "Alix", "EDITOR").await;
        provider.sign_in("s-1", "alix@chantiers.test", true);
        let browser = server.visitor();
        let wrong = [
            Spoilt::Nonce, Spoilt::Expired, Spoilt::Audience, Spoilt::Audiences, Spoilt::Issuer, Spoilt::Key, Spoilt::Unsigned,
            Spoilt::Secret, Spoilt::Missing,
        ];
        for spoilt in wrong {
            provider.spoil(Some(spoilt));
            let (status, refused) = arrive(&browser, &go(&browser).await).await;
            assert_eq!(status, 401, "{spoilt:?}: {refused}");
            assert!(refused["detail"].as_str().unwrap().contains("could not be verified"), "{spoilt:?}: {refused}");
        }
        assert_eq!(told(&server, "SIGN_IN_REFUSED").await.len(), wrong.len());
        assert!(told(&server, "IDENTITY_BOUND").await.is_empty());
        let said = server.said();
        assert!(!said.contains("alix@") && !said.contains("s-1"), "the log holds no personal data: {said}");
        provider.spoil(None);
        let (status, entered) = arrive(&browser, &go(&browser).await).await;
        assert_eq!(status, 200, "{entered}");
    }
}

through! {
    async fn an_address_that_is_not_verified_or_has_no_account_is_refused_with_what_to_do(server: Server, provider: Provider) {
        colleague(&server, "Alix", "EDITOR").await;
        let browser = server.visitor();
        let said = async |browser: &TestClient, lang: &str| {
            let back = go(browser).await;
            let request = browser.request(Method::PUT, PROVIDER).header("Accept-Language", lang);
            let answer = request.json(&back).send().await.unwrap();
            assert_eq!(answer.status(), 401);
            let body: Value = answer.json().await.unwrap();
            body["detail"].as_str().unwrap().to_owned()
        };
        provider.sign_in("s-1", "alix@chantiers.test", false);
        for (lang, word) in [("fr", "faites-la vérifier"), ("nl", "laat het daar nagaan"), ("de", "bestätigen"), ("en", "have it verified")] {
            assert!(said(&browser, lang).await.contains(word), "{lang}");
        }
        provider.sign_in("s-1", "inconnue@chantiers.test", true);
        for (lang, word) in [("fr", "invitation"), ("nl", "uitnodiging"), ("de", "Einladung"), ("en", "invitation")] {
            assert!(said(&browser, lang).await.contains(word), "{lang}");
        }
        let persons = server.administrator().await.data("{ persons(first: 50) { nodes { email } } }", json!({})).await;
        assert!(!persons.to_string().contains("inconnue@"), "no account was made");
    }
}

through! {
    async fn a_way_back_is_good_once_and_for_its_own_browser_only(server: Server, provider: Provider) {
        colleague(&server, "Alix", "EDITOR").await;
        provider.sign_in("s-1", "alix@chantiers.test", true);
        let (browser, stranger) = (server.visitor(), server.visitor());
        let back = go(&browser).await;
        let over = |(status, said): &(u16, Value)| *status == 401 && said["detail"].as_str().unwrap().contains("begin again");
        // Whoever got hold of the address, without the cookie.
        assert!(over(&arrive(&stranger, &back).await));
        // Another's way back, brought to this browser, signs it in as nobody, and does not spoil its own.
        let theirs = go(&stranger).await;
        assert!(over(&arrive(&browser, &theirs).await));
        let mut made_up = back.clone();
        made_up["state"] = json!("autre");
        assert!(over(&arrive(&browser, &made_up).await));
        let (status, entered) = arrive(&browser, &back).await;
        assert_eq!(status, 200, "{entered}");
        assert!(over(&arrive(&browser, &back).await), "a second time");
        // A new try with an old code: the provider does not give a token twice.
        let mut replayed = go(&browser).await;
        replayed["code"] = back["code"].clone();
        let (status, refused) = arrive(&browser, &replayed).await;
        assert_eq!(status, 401, "{refused}");

        // From another site's page nobody sets out, and nobody arrives.
        for method in [Method::POST, Method::PUT] {
            let request = browser.request(method, PROVIDER).header("Sec-Fetch-Site", "cross-site");
            assert_eq!(request.json(&back).send().await.unwrap().status(), 403);
        }
    }
}

through! {
    async fn a_provider_that_is_away_is_said_to_be_and_keeps_nothing_else_from_working(server: Server, provider: Provider) {
        colleague(&server, "Alix", "EDITOR").await;
        provider.sign_in("s-1", "alix@chantiers.test", true);
        let browser = server.visitor();
        let back = go(&browser).await;
        provider.stop().await;
        let (status, said) = arrive(&browser, &back).await;
        assert_eq!((status, &said["code"]), (503, &json!("UNAVAILABLE")));
        assert!(said["detail"].as_str().unwrap().contains("with your password"), "{said}");
        // A server that starts while its provider is away.
        server.restart().await;
        let out = browser.request(Method::POST, PROVIDER).send().await.unwrap();
        assert_eq!(out.status(), 503);
        assert!(out.headers().contains_key("retry-after"));
        server.sign_in("alix@chantiers.test", "une ceinture alimentaire").await;
        provider.start().await;
        // It is left alone for some seconds.
        let mut status = 503;
        for _ in 0..30 {
            let out = browser.request(Method::POST, PROVIDER).send().await.unwrap();
            status = out.status().as_u16();
            if status == 200 { break; }
            tokio::time::sleep(std::time::Duration::from_millis(500)).await;
        }
        assert_eq!(status, 200, "it is asked again");
        let (status, entered) = arrive(&browser, &go(&browser).await).await;
        assert_eq!(status, 200, "{entered}");
    }
}

through! {
    async fn a_provider_that_signs_with_another_key_is_still_believed(server: Server, provider: Provider) {
        colleague(&server, "Alix", "EDITOR").await;
        provider.sign_in("s-1", "alix@chantiers.test", true);
        let browser = server.visitor();
        for _ in 0..2 {
            let (status, entered) = arrive(&browser, &go(&browser).await).await;
            assert_eq!(status, 200, "{entered}");
            provider.rotate();
        }
    }
}

through! {
    async fn whoever_sets_out_again_and_again_must_wait(server: Server, provider: Provider) {
        provider.sign_in("s-1", "personne@chantiers.test", true);
        let browser = server.visitor();
        let mut last = 0;
        for _ in 0..51 {
            last = browser.request(Method::POST, PROVIDER).send().await.unwrap().status().as_u16();
        }
        assert_eq!(last, 429);
    }
}

stories::story! {
    async fn where_no_provider_is_set_there_is_none(server: Server) {
        let visitor = server.visitor();
        let offered: Value = visitor.get(PROVIDER).await.json().await.unwrap();
        assert_eq!(offered, json!({"name": null}));
        assert_eq!(visitor.request(Method::POST, PROVIDER).send().await.unwrap().status(), 404);
        let (status, _) = arrive(&visitor, &json!({"code": "x", "state": "y"})).await;
        assert_eq!(status, 404);
    }
}

#[tokio::test]
async fn a_wrong_setting_is_one_clear_line() {
    let issuer = ("CHANTIERS_OIDC_ISSUER", "https://connexion.exemple.be");
    let client = ("CHANTIERS_OIDC_CLIENT_ID", "chantiers");
    for (settings, named) in [
        (
            vec![("CHANTIERS_OIDC_ISSUER", "http://connexion.exemple.be"), client],
            "CHANTIERS_OIDC_ISSUER",
        ),
        (vec![issuer], "CHANTIERS_OIDC_CLIENT_ID"),
        (vec![client], "CHANTIERS_OIDC_ISSUER"),
        (
            vec![
                issuer,
                client,
                ("CHANTIERS_OIDC_CLIENT_SECRET_FILE", "/nulle/part"),
            ],
            "CHANTIERS_OIDC_CLIENT_SECRET_FILE",
        ),
    ] {
        let (code, said) = run_server(&settings).await;
        assert_eq!(code, Some(2), "{said}");
        assert!(said.trim().lines().count() == 1 && said.contains(named), "{said}");
    }
}
