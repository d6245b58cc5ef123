//! A person takes their data away and leaves; contact details are erased; those who keep a copy are told, and it is known
//! who has heard; a backup from before does not bring anybody back.

#![expect(clippy::unwrap_used, reason = "a story stops at the first surprise")]

use reqwest::StatusCode;
use serde_json::{Value, json};
use stories::{codes, colleague, project, story};
use testing::TestClient;

const ERASE: &str = "mutation($input: PersonEraseInput!) { personErase(input: $input) { erasedId userErrors { code field } } }";
const ERASURES: &str =
    "{ erasures { totalCount nodes { recordId recordType byName passages { name isPast seenAt } } } }";

async fn own(client: &TestClient) -> Value {
    let mut data = client
        .data("{ viewer { person { id revision } } }", json!({}))
        .await;
    data["viewer"]["person"].take()
}

async fn page(client: &TestClient, after: &str) -> Value {
    let answer = client.get(&format!("/v1/changes?types=OFFER{after}")).await;
    answer.json().await.unwrap()
}

story! {
    async fn somebody_takes_their_data_away_and_leaves(server: Server) {
        let administrator = server.administrator().await;
        let (project, _) = project(&administrator, "P01").await;
        let (member, other) = (colleague(&server, "Zoe", "MEMBER").await, colleague(&server, "Max", "MEMBER").await);
        let me = own(&member).await;
        let join = "mutation($input: NewMembership!) { membershipCreate(input: $input) { userErrors { code } } }";
        for who in [&me, &own(&other).await] {
            administrator.data(join, json!({"input": {"projectId": project, "personId": who["id"], "role": "MEMBER"}})).await;
        }
        let write = "mutation($input: NewNote!) { noteCreate(input: $input) { userErrors { code } } }";
        member.data(write, json!({"input": {"projectId": project, "body": "vu sur place"}})).await;

        let path = format!("/v1/persons/{}/data.json", me["id"].as_str().unwrap());
        let taken = member.get(&path).await;
        assert_eq!((taken.status(), taken.headers()["cache-control"].to_str().unwrap()), (StatusCode::OK, "no-store"));
        let taken: Value = taken.json().await.unwrap();
        assert_eq!((&taken["data"]["account"][0]["email"], &taken["data"]["notes"][0]["body"]), (&json!("zoe@chantiers.test"), &json!("vu sur place")));
        let session = &taken["data"]["sessions"][0];
        assert!(session["openedAt"].is_string() && session["network"].is_string(), "{session}");
        let events = taken["data"]["securityEvents"].as_array().unwrap();
        assert!(events.iter().any(|event| event["kind"] == "SIGNED_IN"), "{events:?}");
        assert_eq!(administrator.get(&path).await.status(), StatusCode::OK);
        assert_eq!(other.get(&path).await.status(), StatusCode::NOT_FOUND);
        assert_eq!(server.visitor().get(&path).await.status(), StatusCode::UNAUTHORIZED);

        let input = json!({"input": {"id": me["id"], "expectedRevision": me["revision"]}});
        assert_eq!(codes(&other.data(ERASE, input.clone()).await["personErase"]), ["NOT_FOUND"]);
        let erased = member.data(ERASE, input).await["personErase"].take();
        assert_eq!((&erased["erasedId"], codes(&erased).len()), (&me["id"], 0), "{erased}");
        assert_eq!(member.get(&path).await.status(), StatusCode::UNAUTHORIZED, "the token is not good any more");
        let again = server.visitor().post("/v1/session", &json!({"email": "zoe@chantiers.test", "password": "une ceinture alimentaire"})).await;
        assert_eq!(again.status(), StatusCode::UNAUTHORIZED);

        // The note stays, by a former member, in the reader's language.
        let notes = json!({"query": "query($id: ID!) { project(id: $id) { notes { nodes { body authorName } } members { nodes { personName } } } }", "variables": {"id": project}});
        for (language, name) in [("fr", "Un ancien membre"), ("nl", "Een vroeger lid"), ("de", "Ein früheres Mitglied"), ("en", "A former member")] {
            let request = other.request(reqwest::Method::POST, "/graphql").header("Accept-Language", language).json(&notes);
            let answer: Value = request.send().await.unwrap().json().await.unwrap();
            assert_eq!(answer["data"]["project"]["notes"]["nodes"][0], json!({"body": "vu sur place", "authorName": name}), "{answer}");
            assert_eq!(answer["data"]["project"]["members"]["nodes"].as_array().unwrap().len(), 1);
        }
        let listed = administrator.data(ERASURES, json!({})).await["erasures"].take();
        assert_eq!((&listed["totalCount"], &listed["nodes"][0]["recordType"]), (&json!(1), &json!("PERSON")), "{listed}");
        assert_eq!(other.ask(ERASURES, json!({})).await["errors"][0]["extensions"]["code"], "FORBIDDEN");
    }
}

story! {
    async fn an_erasure_reaches_those_who_keep_a_copy_and_an_older_backup(server: Server) {
        let administrator = server.administrator().await;
        let (project, _) = project(&administrator, "P01").await;
        let create = "mutation($input: NewContact!) { contactCreate(input: $input) { contact { id } } }";
        let input = json!({"input": {"projectId": project, "purpose": "ventes", "name": "Zqbert", "email": "zqbert@exemple.be"}});
        let contact = administrator.data(create, input).await["contactCreate"]["contact"]["id"].take();
        let name = format!("zq-{}.jsonl", std::process::id());
        let (code, _, said) = server.command(&["backup", &server.file("x", b"").replace("/x", &format!("/{name}"))]).await;
        assert_eq!(code, Some(0), "{said}");
        let (copy, behind) = (server.machine(&administrator, &Value::Null, &json!(["EXCHANGE_READ"])).await, server.machine(&administrator, &Value::Null, &json!(["EXCHANGE_READ"])).await);
        let head = async |client: &TestClient| {
            let mut answer = page(client, "").await;
            while answer["hasMore"] == true {
                answer = page(client, &format!("&after={}", answer["cursor"].as_str().unwrap())).await;
            }
            answer["cursor"].as_str().unwrap().to_owned()
        };
        let cursor = head(&copy).await;
        page(&behind, &format!("&after={cursor}")).await;

        let erase = "mutation($input: ContactEraseInput!) { contactErase(input: $input) { erasedId userErrors { code } } }";
        let input = json!({"input": {"id": contact, "expectedRevision": 1}});
        assert_eq!(codes(&server.visitor().data(erase, input.clone()).await["contactErase"]), ["NOT_FOUND"]);
        assert_eq!(administrator.data(erase, input).await["contactErase"]["erasedId"], contact);

        // Without content, under any filter; read past only once what follows was asked for.
        let told = page(&copy, &format!("&after={cursor}")).await;
        let change = &told["nodes"][0];
        assert_eq!((&change["kind"], &change["reason"], &change["recordId"], &change["record"]), (&json!("DELETE"), &json!("ERASED"), &contact, &Value::Null));
        let passages = async || administrator.data(ERASURES, json!({})).await["erasures"]["nodes"][0]["passages"].take();
        let past = |passages: &Value| passages.as_array().unwrap().iter().filter(|one| one["isPast"] == true).count();
        assert_eq!(past(&passages().await), 0);
        page(&copy, &format!("&after={}", told["cursor"].as_str().unwrap())).await;
        let proof = passages().await;
        assert_eq!((past(&proof), proof.as_array().unwrap().len()), (1, 2), "{proof}");

        // The list of what was erased outlives the database; a copy from before is cleared of it again.
        let (code, list, said) = server.command(&["erasures"]).await;
        assert_eq!(code, Some(0), "{said}");
        assert!(list.contains(contact.as_str().unwrap()) && !list.contains("Zqbert"), "{list}");
        let list = server.file("erased.jsonl", list.as_bytes());
        let (copy, into) = (list.replace("erased.jsonl", &name), list.replace("erased.jsonl", "again.db"));
        let address = format!("sqlite://{into}");
        let (code, told, said) = server.command(&["restore", &copy, "--erasures", &list, "--database-url", &address]).await;
        assert_eq!(code, Some(0), "{said}");
        assert!(told.contains("1 records were erased again"), "{told}");
        let (code, whole, _) = server.command(&["backup", "-", "--database-url", &address]).await;
        assert_eq!(code, Some(0));
        assert!(!whole.contains("Zqbert") && !whole.contains("zqbert@"), "it does not come back");
        let (code, _, said) = server.command(&["restore", &copy, "--erasures", "/nowhere", "--database-url", &address.replace("again", "third")]).await;
        assert_eq!(code, Some(2), "{said}");
    }
}
