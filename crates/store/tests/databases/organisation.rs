//! Organisations: their rules, who changes them, how they are listed.

use domain::organisation::{Filter, NewOrganisation, Order, Organisation, OrganisationPatch};
use domain::page::Page;
use domain::policy::Role;
use serde_json::{Value, json};
use store::Store;
use testing::{editor, input, kept, officer, refused, signed, visitor};

async fn organisation(store: &Store, json: Value) -> Organisation {
    kept(store.create(&editor(), input::<NewOrganisation>(json)).await)
}

testing::both! {
    async fn an_organisation_comes_back_as_it_was_given(store: Store) {
        let made = organisation(&store, json!({
            "name": "Biowallonie", "acronym": "BW", "aliases": ["BIOWALLONIE", "BIOWALLONIE"], "kinds": ["ASSOCIATION", "NETWORK"],
            "numbers": [{"scheme": "ENTERPRISE", "value": "BE 0403.019.261"}], "website": "biowallonie.be",
            "address": {"street": "Rue du Nanon 98", "postcode": "5000", "locality": "Namur"},
            "point": {"lat": 50.46, "lon": 4.87}, "state": "ACTIVE", "stateSince": "2003",
        })).await;
        assert_eq!(made.numbers[0].value, "0403019261");
        assert_eq!(made.aliases, ["BIOWALLONIE"]);
        assert_eq!(kept(store.get::<Organisation>(&visitor(), made.id).await), made);
        let bare = organisation(&store, json!({"name": "Sans rien", "address": {"street": " "}})).await;
        assert_eq!((bare.address.clone(), bare.point), (None, None));
        assert_eq!(kept(store.get::<Organisation>(&visitor(), bare.id).await), bare);
    }
}

testing::both! {
    async fn what_is_wrong_is_refused(store: Store) {
        let new: NewOrganisation = input(json!({
            "name": "", "numbers": [{"scheme": "ENTERPRISE", "value": "0123456789"}], "point": {"lat": 4.87, "lon": 50.46},
        }));
        assert_eq!(
            refused(store.create::<Organisation>(&editor(), new).await),
            ["REQUIRED name", "INVALID numbers.0.value", "INVALID point"]
        );
        let new: NewOrganisation = input(json!({"name": "Ailleurs", "communeId": "62063"}));
        assert_eq!(refused(store.create::<Organisation>(&editor(), new).await), ["UNKNOWN_REFERENCE communeId"]);
    }
}

testing::both! {
    async fn a_partner_changes_their_own_house_only(store: Store) {
        let (own, other) = (organisation(&store, json!({"name": "La mienne"})).await, organisation(&store, json!({"name": "L'autre"})).await);
        let (partner, _) = signed(&store, Role::Partner, json!({"organisationId": own.id})).await;
        let patch = |of: &Organisation| input::<OrganisationPatch>(json!({"id": of.id, "expectedRevision": 1, "role": "Cultive"}));
        kept(store.edit::<Organisation>(&partner, patch(&own)).await);
        assert_eq!(refused(store.edit::<Organisation>(&partner, patch(&other)).await), ["FORBIDDEN"]);
        assert_eq!(refused(store.edit::<Organisation>(&visitor(), patch(&other)).await), ["UNAUTHENTICATED"]);
        kept(store.edit::<Organisation>(&officer(), patch(&other)).await);
        assert_eq!(refused(store.remove::<Organisation>(&officer(), other.id, 2).await), ["FORBIDDEN"]);
        assert_eq!(refused(store.remove::<Organisation>(&editor(), own.id, 2).await), ["IN_USE"], "by the partner's account");
    }
}

testing::both! {
    async fn each_filter_narrows(store: Store) {
        organisation(&store, json!({"name": "Écocité", "kinds": ["PRODUCER", "HUB"], "state": "ACTIVE", "note": "Paniers"})).await;
        organisation(&store, json!({"name": "Atelier 21", "kinds": ["PROCESSOR"], "state": "BANKRUPT"})).await;
        let names = async |filter: Value| -> Vec<String> {
            let filter: Filter = input(filter);
            let slice = kept(store.list::<Organisation>(&filter, Order::Name, &Page::first(9)).await);
            assert_eq!(kept(store.count::<Organisation>(&filter).await), slice.edges.len() as u64);
            slice.edges.into_iter().map(|edge| edge.node.name).collect()
        };
        assert_eq!(names(json!({})).await, ["Atelier 21", "Écocité"]);
        assert_eq!(names(json!({"kinds": ["HUB", "KITCHEN"]})).await, ["Écocité"]);
        assert_eq!(names(json!({"states": ["BANKRUPT"]})).await, ["Atelier 21"]);
        assert_eq!(names(json!({"text": "paniers ecocite"})).await, ["Écocité"]);
    }
}
