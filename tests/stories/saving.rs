//! A cook keeps a search under a name, finds it again at the next visit, and nobody else ever sees it.

#![expect(clippy::unwrap_used, reason = "a story stops at the first surprise")]

use serde_json::{Value, json};
use stories::{codes, colleague, story};
use testing::TestClient;

const SAVE: &str = "mutation($input: NewSavedSearch!) { savedSearchCreate(input: $input) { savedSearch { id revision address } changeId userErrors { code field } } }";
const REMOVE: &str = "mutation($input: DeleteInput!) { savedSearchDelete(input: $input) { deletedId changeId userErrors { code } } }";

async fn kept(client: &TestClient) -> Value {
    let data = client
        .data(
            "{ savedSearches(first: 10) { totalCount nodes { name list query address } } }",
            json!({}),
        )
        .await;
    data["savedSearches"].clone()
}

story! {
    async fn a_search_is_kept_and_removed_and_brought_back_by_its_owner_only(server: Server) {
        let cook = colleague(&server, "Dominique", "MEMBER").await;
        let other = colleague(&server, "Camille", "EDITOR").await;
        let input = json!({"name": "Du pain en hiver", "list": "OFFERS", "query": "produit=bread&mois=11,12,1", "clientMutationId": "une"});
        let saved = cook.data(SAVE, json!({"input": input})).await["savedSearchCreate"].clone();
        assert!(codes(&saved).is_empty(), "{saved}");
        assert_eq!(saved["savedSearch"]["address"], "/offres?produit=bread&mois=11,12,1");
        let again = cook.data(SAVE, json!({"input": input})).await["savedSearchCreate"].clone();
        assert_eq!(again["savedSearch"]["id"], saved["savedSearch"]["id"], "a retry keeps it once");
        assert_eq!(kept(&cook).await, json!({"totalCount": 1, "nodes": [
            {"name": "Du pain en hiver", "list": "OFFERS", "query": "produit=bread&mois=11,12,1", "address": "/offres?produit=bread&mois=11,12,1"},
        ]}));

        assert_eq!(kept(&other).await["totalCount"], 0);
        assert_eq!(kept(&server.visitor()).await, Value::Null);
        let id = &saved["savedSearch"]["id"];
        let node = "query($id: ID!) { node(id: $id) { id } }";
        assert_eq!(other.data(node, json!({"id": id})).await["node"], Value::Null);
        assert_eq!(cook.data(node, json!({"id": id})).await["node"]["id"], *id);
        let gone = json!({"input": {"id": id, "expectedRevision": 1}});
        let refused = other.data(REMOVE, gone.clone()).await["savedSearchDelete"].clone();
        assert_eq!(codes(&refused).len(), 1, "{refused}");

        let removed = cook.data(REMOVE, gone).await["savedSearchDelete"].clone();
        assert_eq!(kept(&cook).await["totalCount"], 0);
        let undo = "mutation($input: ChangeUndoInput!) { changeUndo(input: $input) { userErrors { code } } }";
        let back = json!({"input": {"id": removed["changeId"]}});
        assert_eq!(codes(&other.data(undo, back.clone()).await["changeUndo"]), ["NOT_FOUND"]);
        assert!(codes(&cook.data(undo, back).await["changeUndo"]).is_empty());
        assert_eq!(kept(&cook).await["totalCount"], 1);
        let told = "{ history(kinds: [SAVED_SEARCH], first: 5) { nodes { id } } }";
        for reader in [&cook, &other] {
            assert_eq!(reader.data(told, json!({})).await["history"]["nodes"].as_array().unwrap().len(), 0);
        }
    }
}

story! {
    async fn what_is_no_search_is_refused_under_its_field(server: Server) {
        let cook = colleague(&server, "Dominique", "MEMBER").await;
        let input = json!({"name": " ", "list": "NEEDS", "query": "produit=du pain"});
        let refused = cook.data(SAVE, json!({"input": input})).await["savedSearchCreate"].clone();
        assert_eq!(codes(&refused), ["REQUIRED", "INVALID"]);
        assert_eq!(refused["userErrors"][1]["field"], json!(["query"]));
        let visitor = server.visitor();
        let input = json!({"name": "Du pain", "list": "NEEDS", "query": "produit=bread"});
        let refused = visitor.data(SAVE, json!({"input": input})).await["savedSearchCreate"].clone();
        assert_eq!(codes(&refused), ["UNAUTHENTICATED"]);
    }
}
