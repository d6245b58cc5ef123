//! An invitation reaches its person by mail, once; without a mail server it waits where administrators find it.

#![expect(clippy::unwrap_used, reason = "a story stops at the first surprise")]

use serde_json::{Value, json};
use stories::{codes, colleague, story};
use testing::{Postbox, Server, TestClient};

const INVITE: &str = "mutation($input: NewPerson!) { personInvite(input: $input) { person { id } invitation { path } userErrors { code } } }";
const MAILS: &str = "query($waiting: Boolean) { sendsMail mails(waiting: $waiting, first: 5) { totalCount nodes { to subject text language sentAt attempts nextAttempt lastError } } }";

async fn invite(client: &TestClient, email: &str) -> Value {
    let input = json!({"name": "Lou Müller", "email": email, "role": "OFFICER", "language": "DE"});
    client.data(INVITE, json!({"input": input})).await["personInvite"].take()
}

async fn an_invitation_arrives_once(start: impl AsyncFn(&[(&str, &str)]) -> Server) {
    let postbox = Postbox::open().await;
    let settings = [
        ("CHANTIERS_SMTP_URL", postbox.url()),
        (
            "CHANTIERS_MAIL_FROM",
            "Chantiers communs <bonjour@chantiers.test>",
        ),
    ];
    let mut server = start(&settings).await;
    let administrator = server.administrator().await;
    let made = invite(&administrator, "lou@chantiers.test").await;
    let path = made["invitation"]["path"].as_str().unwrap();

    let [mail] = <[_; 1]>::try_from(postbox.wait_for(1).await).unwrap();
    assert_eq!(mail.to, ["lou@chantiers.test"]);
    assert!(mail.data.contains(&server.url(path)), "{}", mail.data);
    assert!(
        mail.data.contains("Ihre Einladung"),
        "in the person's language: {}",
        mail.data
    );
    assert!(mail.data.contains("bonjour@chantiers.test"), "{}", mail.data);

    let mut told = Value::Null;
    for _ in 0..50 {
        told = administrator.data(MAILS, json!({"waiting": false})).await;
        if told["mails"]["totalCount"] == 1 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    let sent = &told["mails"]["nodes"][0];
    assert_eq!(
        (&told["sendsMail"], &sent["attempts"]),
        (&json!(true), &json!(1)),
        "{told}"
    );
    assert!(
        sent["text"].is_null() && sent["sentAt"].is_string(),
        "the link is not kept: {told}"
    );

    assert_eq!(
        server.terminate().await,
        Some(0),
        "it stops when told, sender and all"
    );
    server.restart().await;
    let again = server.administrator().await;
    invite(&again, "ana@chantiers.test").await;
    let both = postbox.wait_for(2).await;
    assert_eq!(both[1].to, ["ana@chantiers.test"]);
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    assert_eq!(postbox.caught().len(), 2, "each once");
    server.close().await;
}

#[tokio::test]
async fn an_invitation_arrives_once_on_sqlite() {
    an_invitation_arrives_once(async |settings| Server::on_sqlite_with(settings).await).await;
}

#[tokio::test]
async fn an_invitation_arrives_once_on_postgres() {
    an_invitation_arrives_once(async |settings| Server::on_postgres_with(settings).await).await;
}

story! {
    async fn without_a_mail_server_messages_wait_where_administrators_find_them(server: Server) {
        let administrator = server.administrator().await;
        let made = invite(&administrator, "lou@chantiers.test").await;
        assert!(codes(&made).is_empty(), "{made}");
        let told = administrator.data(MAILS, json!({"waiting": true})).await;
        assert_eq!((&told["sendsMail"], &told["mails"]["totalCount"]), (&json!(false), &json!(1)));
        let mail = &told["mails"]["nodes"][0];
        assert_eq!(mail["language"], "DE");
        assert!(mail["text"].as_str().unwrap().contains(made["invitation"]["path"].as_str().unwrap()), "{mail}");
        let editor = colleague(&server, "Alix", "EDITOR").await;
        let refused = editor.ask(MAILS, json!({})).await;
        assert_eq!(refused["errors"][0]["extensions"]["code"], "FORBIDDEN", "{refused}");
        assert!(!refused.to_string().contains("lou@"), "{refused}");
    }
}
