//! Saved searches: each person's own, hidden from everybody else, and taken back by who kept or removed them.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use domain::page::Page;
use domain::policy::Role;
use domain::saved_search::{List, NewSavedSearch, SavedSearch, SavedSearchPatch};
use domain::{Actor, RecordId};
use serde_json::json;
use store::{AsTheyCame, Relation, Store};
use testing::{administrator, input, kept, refused, signed, visitor};

fn new() -> NewSavedSearch {
    input(json!({"name": " Du  pain ", "list": "OFFERS", "query": "?produit=bread&mois=6,7"}))
}

async fn own(store: &Store, actor: &Actor) -> Vec<String> {
    let person: RecordId = actor.person().unwrap().id.into();
    let (page, relation) = (Page::first(5), Relation::Column("person_id"));
    let found = kept(
        store
            .related::<SavedSearch>(relation, AsTheyCame, &page, &[person])
            .await,
    );
    let edges = found
        .get(&person)
        .map(|slice| slice.edges.as_slice())
        .unwrap_or_default();
    edges.iter().map(|edge| edge.node.name.clone()).collect()
}

testing::both! {
    async fn a_search_is_kept_for_who_keeps_it_and_for_nobody_else(store: Store) {
        let (anne, person) = signed(&store, Role::Member, json!({})).await;
        let (other, _) = signed(&store, Role::Officer, json!({})).await;
        let saved = kept(store.save_search(&anne, new()).await);
        assert_eq!((saved.person_id, saved.list, saved.name.as_str()), (Some(person.id), List::Offers, "Du pain"));
        assert_eq!(saved.address(), "/offres?produit=bread&mois=6,7");
        assert_eq!(kept(store.get::<SavedSearch>(&anne, saved.id).await), saved);
        for stranger in [visitor(), other.clone(), administrator()] {
            assert_eq!(refused(store.get::<SavedSearch>(&stranger, saved.id).await), ["NOT_FOUND"]);
        }
        assert_eq!(refused(store.remove::<SavedSearch>(&administrator(), saved.id, 1).await), ["NOT_FOUND"]);
        assert_eq!(refused(store.save_search(&visitor(), new()).await), ["UNAUTHENTICATED"]);
        assert_eq!((own(&store, &anne).await, own(&store, &other).await), (vec!["Du pain".to_owned()], Vec::new()));
        let renamed = json!({"id": saved.id, "expectedRevision": 1, "name": "Du bon pain"});
        assert_eq!(kept(store.edit::<SavedSearch>(&anne, input::<SavedSearchPatch>(renamed)).await).name, "Du bon pain");
        let empty = json!({"id": saved.id, "expectedRevision": 2, "query": "a b"});
        assert_eq!(refused(store.edit::<SavedSearch>(&anne, input::<SavedSearchPatch>(empty)).await), ["INVALID query"]);
    }
}

testing::both! {
    async fn who_removed_a_search_brings_it_back_and_nobody_else_does(store: Store) {
        let (anne, _) = signed(&store, Role::Member, json!({})).await;
        let saved = kept(store.save_search(&anne, new()).await);
        kept(store.remove::<SavedSearch>(&anne, saved.id, 1).await);
        assert!(own(&store, &anne).await.is_empty());
        let record: RecordId = saved.id.into();
        assert_eq!(kept(store.change_of(&administrator(), record, 2).await), None);
        let change = kept(store.change_of(&anne, record, 2).await).unwrap();
        assert_eq!(refused(store.undo(&administrator(), change).await), ["NOT_FOUND"]);
        kept(store.undo(&anne, change).await);
        assert_eq!(own(&store, &anne).await, ["Du pain"]);
    }
}
