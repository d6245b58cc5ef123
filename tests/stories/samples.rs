//! The sample programs of `docs/integrate/samples`, run as a partner would against the real server: a catalogue is pushed,
//! a copy is kept through restarts, merges and a feed that began anew, and webhooks' messages are told from forged ones.

#![expect(clippy::unwrap_used, reason = "a story stops at the first surprise")]

use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use testing::{Server, TestClient};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::Command;

/// A sample program with the settings of a partner.
struct Sample {
    program: PathBuf,
    script: Option<PathBuf>,
    settings: Vec<(&'static str, String)>,
}

impl Sample {
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command
            .args(&self.script)
            .args(arguments)
            .envs(self.settings.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .kill_on_drop(true);
        command
    }

    async fn run(&self, arguments: &[&str]) -> Output {
        let run = self.command(arguments).output();
        tokio::time::timeout(Duration::from_secs(60), run)
            .await
            .expect("it ends")
            .expect("it starts")
    }

    /// What it prints where it succeeds.
    async fn good(&self, arguments: &[&str]) -> Value {
        let output = self.run(arguments).await;
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {errors}");
        serde_json::from_slice(&output.stdout).unwrap()
    }
}

fn python() -> (PathBuf, Option<PathBuf>) {
    ("python3".into(), Some(samples().join("python/directory.py")))
}

fn typescript() -> (PathBuf, Option<PathBuf>) {
    let built = samples().join("typescript/dist/directory.js");
    assert!(
        built.exists(),
        "build it first: npm --prefix docs/integrate/samples/typescript run build"
    );
    ("node".into(), Some(built))
}

fn rust() -> (PathBuf, Option<PathBuf>) {
    let exe = std::env::current_exe().unwrap();
    let built = exe.parent().and_then(Path::parent).unwrap().join("directory");
    assert!(built.exists(), "build it first: cargo build --bin directory");
    (built, None)
}

fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/integrate/samples")
}

macro_rules! samples {
    ($($language:ident)*) => {$(
        mod $language {
            const SETTINGS: &[(&str, &str)] = &[("CHANTIERS_WEBHOOK_ALLOW_PRIVATE", "true")];

            #[tokio::test]
            async fn sqlite() {
                super::a_partner_s_program_does_what_its_guide_says(testing::Server::on_sqlite_with(SETTINGS).await, super::$language()).await;
            }

            #[tokio::test]
            async fn postgres() {
                super::a_partner_s_program_does_what_its_guide_says(testing::Server::on_postgres_with(SETTINGS).await, super::$language()).await;
            }
        }
    )*};
}
samples! { python typescript rust }

async fn a_partner_s_program_does_what_its_guide_says(
    mut server: Server,
    (program, script): (PathBuf, Option<PathBuf>),
) {
    let administrator = server.administrator().await;
    let mut sample = Sample {
        program,
        script,
        settings: partner(&server, &administrator).await,
    };

    // A catalogue with one row that no directory should send.
    let farm = |id: &str, name: &str| json!({"externalId": id, "name": name, "kinds": ["PRODUCER"], "commune": "92094"});
    let bread = |id: &str, title: &str| json!({"externalId": id, "organisationExternalId": "f1", "productType": "bread", "title": title, "status": "OPEN"});
    let catalogue = server.file("catalogue.json", &bytes(&json!({
        "organisations": [farm("f1", "Ferme du Pré"), farm("f2", "Ferme du Pre SRL")],
        "offers": [bread("o1", "Miche"), bread("o2", "Épeautre"), {"externalId": "o3", "organisationExternalId": "f1", "productType": "lune", "title": "Lune"}],
        "needs": [{"externalId": "n1", "organisationExternalId": "f2", "productType": "bread", "title": "Pain pour l’école"}],
    })));
    let pushed = sample.run(&["push", &catalogue]).await;
    assert_eq!(pushed.status.code(), Some(1), "a refused row is told: {pushed:?}");
    assert_eq!(
        serde_json::from_slice::<Value>(&pushed.stdout).unwrap(),
        json!({"CREATED": 5, "REJECTED": 1})
    );
    assert!(
        String::from_utf8_lossy(&pushed.stderr).contains("OFFER o3: productType: "),
        "{pushed:?}"
    );

    // A copy is loaded, and the same as what the server lists.
    let copy = server.file("place", b"").replace("place", "copy.json");
    sample.good(&["follow", &copy]).await;
    let titles = |file: &str| {
        let records = read(file)["records"].take();
        let records: Vec<Value> = records.as_object().unwrap().values().cloned().collect();
        let mut titles: Vec<String> = records
            .iter()
            .filter_map(|record| Some(record["title"].as_str()?.to_owned()))
            .collect();
        titles.sort();
        titles
    };
    assert_eq!(titles(&copy), ["Miche", "Pain pour l’école", "Épeautre"]);

    // Something changes, something goes, something comes; the server restarts while the copy is brought up to date.
    let changes = json!({"offers": [bread("o1", "Miche au levain"), bread("o4", "Brioche")], "deletions": [{"recordType": "OFFER", "externalId": "o2"}]});
    let changes = server.file("changes.json", &bytes(&changes));
    assert_eq!(
        sample.good(&["push", &changes]).await,
        json!({"CREATED": 1, "DELETED": 1, "UPDATED": 1})
    );
    assert_eq!(
        sample.good(&["push", &changes]).await,
        json!({"UNCHANGED": 3}),
        "what is pushed twice is not doubled"
    );
    server.terminate().await;
    let following = sample
        .command(&["follow", &copy])
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    tokio::time::sleep(Duration::from_millis(700)).await;
    server.restart().await;
    let followed = tokio::time::timeout(Duration::from_secs(60), following.wait_with_output())
        .await
        .expect("it ends");
    assert!(
        followed.unwrap().status.success(),
        "it waits for a server that is away"
    );
    assert_eq!(titles(&copy), ["Brioche", "Miche au levain", "Pain pour l’école"]);

    // Two that are one: the one that went is remembered as the other.
    let administrator = server.administrator().await;
    let organisation = async |code: &str| {
        let query = "query($id: String!) { record(source: \"annuaire\", externalId: $id) { id ... on Organisation { revision } } }";
        administrator.data(query, json!({"id": code})).await["record"].take()
    };
    let (stays, goes) = (organisation("f1").await, organisation("f2").await);
    let merge = "mutation($input: OrganisationMergeInput!) { organisationMerge(input: $input) { userErrors { code message } } }";
    let input = json!({"id": goes["id"], "expectedRevision": goes["revision"], "into": stays["id"], "intoExpectedRevision": stays["revision"]});
    let merged = administrator.data(merge, json!({"input": input})).await;
    assert_eq!(merged["organisationMerge"]["userErrors"], json!([]), "{merged}");
    sample.good(&["follow", &copy]).await;
    assert_eq!(
        read(&copy)["became"],
        json!({goes["id"].as_str().unwrap(): stays["id"]})
    );

    // The feed begins anew, as after a backup was put back: the copy too, and is what a fresh one is.
    server.terminate().await;
    let (code, _, errors) = server.command(&["feed", "renew"]).await;
    assert_eq!(code, Some(0), "{errors}");
    server.restart().await;
    sample.good(&["follow", &copy]).await;
    let fresh = copy.replace("copy.json", "fresh.json");
    sample.good(&["follow", &fresh]).await;
    assert_eq!(read(&copy)["records"], read(&fresh)["records"]);

    // Messages: the server's are genuine, another's are not.
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let administrator = server.administrator().await;
    let create = "mutation($input: NewWebhook!) { webhookCreate(input: $input) { webhook { id } secret { secret } userErrors { code message } } }";
    let input = json!({"organisationId": stays["id"], "url": format!("http://127.0.0.1:{port}/hook")});
    let made = administrator.data(create, json!({"input": input})).await["webhookCreate"].take();
    sample.settings.push((
        "CHANTIERS_WEBHOOK_SECRET",
        made["secret"]["secret"].as_str().expect("a secret").to_owned(),
    ));
    let mut receiving = sample
        .command(&["receive", &port.to_string()])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let forged = reqwest::Client::new()
        .post(format!("http://127.0.0.1:{port}/hook"))
        .header("webhook-id", "msg_1")
        .header("webhook-timestamp", "1")
        .header("webhook-signature", "v1,Zm9yZ2Vk")
        .body("{}");
    let mut answer = None;
    for _ in 0..100 {
        answer = forged.try_clone().unwrap().send().await.ok();
        if answer.is_some() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(
        answer.expect("it listens").status(),
        400,
        "a forged message is refused"
    );
    let test =
        "mutation($input: WebhookInput!) { webhookTest(input: $input) { userErrors { code message } } }";
    administrator
        .data(test, json!({"input": {"id": made["webhook"]["id"]}}))
        .await;
    let mut lines = BufReader::new(receiving.stdout.take().unwrap()).lines();
    let line = tokio::time::timeout(Duration::from_secs(30), lines.next_line())
        .await
        .expect("a message comes");
    assert_eq!(line.unwrap().unwrap().trim(), "webhook.test");
    receiving.kill().await.unwrap();
    server.close().await;
}

/// A source of a partner's own, and a machine that may push under it.
async fn partner(server: &Server, administrator: &TestClient) -> Vec<(&'static str, String)> {
    let create = "mutation($input: NewSource!) { sourceCreate(input: $input) { source { id } } }";
    let source = administrator
        .data(create, json!({"input": {"code": "annuaire", "name": "Annuaire"}}))
        .await;
    let create = "mutation($input: ClientCreateInput!) { clientCreate(input: $input) { client { id } secret { secret } } }";
    let input = json!({"name": "Annuaire", "sourceIds": [source["sourceCreate"]["source"]["id"]], "scopes": ["EXCHANGE_READ", "EXCHANGE_WRITE"]});
    let made = administrator.data(create, json!({"input": input})).await["clientCreate"].take();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    vec![
        ("CHANTIERS_SITE", server.url("")),
        ("CHANTIERS_CLIENT", text(&made["client"]["id"])),
        ("CHANTIERS_SECRET", text(&made["secret"]["secret"])),
        ("CHANTIERS_SOURCE", "annuaire".to_owned()),
    ]
}

fn bytes(value: &Value) -> Vec<u8> {
    serde_json::to_vec(value).unwrap()
}

fn read(path: &str) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}
