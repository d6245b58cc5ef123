//! Two directories brought the same farm: an editor makes one of two; who asks for the one that went, pushes under its
//! identifier or follows the feed finds the one that stays; and the editor can take it back.

#![expect(clippy::unwrap_used, reason = "a story stops at the first surprise")]

use serde_json::{Value, json};
use stories::{codes, colleague, story};
use testing::TestClient;

const MERGE: &str = "mutation($input: OrganisationMergeInput!) { organisationMerge(input: $input) { \
    organisation { id revision name aliases website } goes { id revision } mergedId changeId userErrors { code field message } } }";

async fn farm(client: &TestClient, input: Value) -> Value {
    let query = "mutation($input: NewOrganisation!) { organisationCreate(input: $input) { organisation { id revision } userErrors { code } } }";
    let made = client.data(query, json!({"input": input})).await;
    made["organisationCreate"]["organisation"].clone()
}

async fn bread(client: &TestClient, by: &Value) -> Value {
    let query =
        "mutation($input: NewOffer!) { offerCreate(input: $input) { offer { id } userErrors { code } } }";
    let input = json!({"organisationId": by["id"], "productType": "bread", "title": "Pain"});
    client.data(query, json!({"input": input})).await["offerCreate"]["offer"]["id"].clone()
}

async fn merge(client: &TestClient, goes: &Value, into: &Value) -> Value {
    let input = json!({
        "id": goes["id"], "into": into["id"],
        "expectedRevision": goes["revision"], "intoExpectedRevision": into["revision"],
    });
    client.data(MERGE, json!({"input": input})).await["organisationMerge"].take()
}

async fn pushed(client: &TestClient, rows: Value) -> Value {
    let query = "mutation($input: RecordsUpsertInput!) { recordsUpsert(input: $input) { rows { outcome recordId } userErrors { code } } }";
    let input = json!({"source": "annuaire", "organisations": rows});
    let answer = client.data(query, json!({"input": input})).await;
    answer["recordsUpsert"]["rows"].clone()
}

story! {
    async fn the_same_farm_twice_becomes_one_farm(server: Server) {
        let (editor, visitor) = (colleague(&server, "Alix", "EDITOR").await, server.visitor());
        let source = "mutation($input: NewSource!) { sourceCreate(input: $input) { source { id } userErrors { code } } }";
        editor.data(source, json!({"input": {"code": "annuaire", "name": "Annuaire"}})).await;
        let row = json!([{"externalId": "F1", "name": "La Ferme du Bois", "website": "https://bois.be"}]);
        let goes = pushed(&editor, row.clone()).await[0]["recordId"].clone();
        let goes = json!({"id": goes, "revision": 1});
        let stays = farm(&editor, json!({"name": "Ferme du Bois"})).await;
        let offer = bread(&editor, &goes).await;

        let counted = "query($id: ID!) { organisation(id: $id) { namedBy { recordType count } } }";
        let named = editor.data(counted, json!({"id": goes["id"]})).await;
        assert_eq!(named["organisation"]["namedBy"], json!([{"recordType": "OFFER", "count": 1}]));
        let hidden = visitor.data(counted, json!({"id": goes["id"]})).await;
        assert_eq!(hidden["organisation"]["namedBy"], Value::Null);

        let itself = merge(&editor, &stays, &stays).await;
        assert_eq!((codes(&itself), &itself["userErrors"][0]["field"]), (vec!["INVALID"], &json!(["into"])));
        let stale = merge(&editor, &goes, &json!({"id": stays["id"], "revision": 7})).await;
        assert_eq!(codes(&stale), ["STALE_REVISION"]);
        assert_eq!((&stale["organisation"]["revision"], &stale["goes"]["revision"]), (&json!(1), &json!(1)));
        let officer = colleague(&server, "Berthe", "OFFICER").await;
        assert_eq!(codes(&merge(&officer, &goes, &stays).await), ["FORBIDDEN"]);

        let start = visitor.get("/v1/changes?first=500&records=false&types=ORGANISATION").await.json::<Value>().await.unwrap();
        let done = merge(&editor, &goes, &stays).await;
        assert_eq!(done["userErrors"], json!([]), "{done}");
        assert_eq!((&done["mergedId"], &done["organisation"]["id"]), (&goes["id"], &stays["id"]));
        assert_eq!((&done["organisation"]["aliases"], &done["organisation"]["website"]), (&json!(["La Ferme du Bois"]), &json!("https://bois.be")));

        // Whoever knew the one that went finds the one that stays.
        let asked = "query($id: ID!, $ids: [ID!]!) { node(id: $id) { id } nodes(ids: $ids) { id } organisation(id: $id) { id offers { totalCount nodes { id } } } \
            record(source: \"annuaire\", externalId: \"F1\") { id } offers(where: {organisations: [$id]}) { nodes { id organisation { id } } } }";
        let found = visitor.data(asked, json!({"id": goes["id"], "ids": [goes["id"], offer]})).await;
        assert_eq!((&found["node"]["id"], &found["nodes"][0]["id"], &found["nodes"][1]["id"]), (&stays["id"], &stays["id"], &offer));
        assert_eq!(found["organisation"], json!({"id": stays["id"], "offers": {"totalCount": 1, "nodes": [{"id": offer}]}}));
        assert_eq!(found["record"]["id"], stays["id"]);
        assert_eq!(found["offers"]["nodes"], json!([{"id": offer, "organisation": {"id": stays["id"]}}]));

        // Who follows the feed is told where it went.
        let cursor = start["cursor"].as_str().unwrap();
        let page: Value = visitor.get(&format!("/v1/changes?types=ORGANISATION&after={cursor}&first=500")).await.json().await.unwrap();
        let merged: Vec<&Value> = page["nodes"].as_array().unwrap().iter().filter(|node| node["kind"] == "MERGE").collect();
        assert_eq!(merged.len(), 1, "{page}");
        assert_eq!((&merged[0]["recordId"], &merged[0]["into"]), (&goes["id"], &json!([stays["id"]])));

        // The directory goes on under its own identifier.
        assert_eq!(pushed(&editor, row).await, json!([{"outcome": "UNCHANGED", "recordId": stays["id"]}]));

        let undo = "mutation($input: ChangeUndoInput!) { changeUndo(input: $input) { record { id } userErrors { code } } }";
        let back = editor.data(undo, json!({"input": {"id": done["changeId"]}})).await;
        assert_eq!((codes(&back["changeUndo"]).len(), &back["changeUndo"]["record"]["id"]), (0, &goes["id"]));
        let cursor = page["cursor"].as_str().unwrap();
        let page: Value = visitor.get(&format!("/v1/changes?types=ORGANISATION&after={cursor}")).await.json().await.unwrap();
        let told: Vec<(&Value, &Value)> = page["nodes"].as_array().unwrap().iter().map(|node| (&node["kind"], &node["recordId"])).collect();
        assert_eq!(told, [(&json!("UPSERT"), &goes["id"]), (&json!("UPSERT"), &stays["id"]), (&json!("SPLIT"), &stays["id"])]);
        assert_eq!((&page["nodes"][2]["into"], &page["nodes"][2]["record"]["id"]), (&json!([goes["id"]]), &stays["id"]));
        let found = visitor.data(asked, json!({"id": goes["id"], "ids": [goes["id"]]})).await;
        assert_eq!((&found["node"]["id"], &found["record"]["id"], &found["offers"]["nodes"][0]["organisation"]["id"]), (&goes["id"], &goes["id"], &goes["id"]));
    }
}
