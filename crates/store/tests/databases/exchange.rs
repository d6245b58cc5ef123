//! Offers and needs: their rules, who changes them, how they are listed and found from what they name.

use domain::need::{self, Need, NeedPatch, NewNeed};
use domain::offer::{self, NewOffer, Offer, OfferPatch};
use domain::organisation::{NewOrganisation, Organisation};
use domain::page::Page;
use domain::policy::Role;
use domain::territory::{NewTerritory, Territory};
use domain::{OrganisationId, RecordId};
use serde_json::{Value, json};
use store::{Relation, Store};
use testing::{editor, input, input_with, kept, officer, refused, signed, visitor};

const NAMUR: &str = "92094";
const PROFONDEVILLE: &str = "92101";
const ARLON: &str = "81001";

async fn organisation(store: &Store, name: &str) -> OrganisationId {
    kept(
        store
            .create::<Organisation>(&editor(), input::<NewOrganisation>(json!({"name": name})))
            .await,
    )
    .id
}

async fn offer(store: &Store, by: OrganisationId, more: Value) -> Offer {
    let all = json!({"organisationId": by, "productType": "bread", "title": "Pain au levain"});
    kept(store.create(&editor(), input_with::<NewOffer>(all, more)).await)
}

async fn need(store: &Store, by: OrganisationId, more: Value) -> Need {
    let all = json!({"organisationId": by, "productType": "bread", "title": "Pain pour la cantine"});
    kept(store.create(&editor(), input_with::<NewNeed>(all, more)).await)
}

/// The communes that the tests name.
async fn communes(store: &Store) {
    kept(store.load_reference().await);
}

async fn titles(store: &Store, filter: Value) -> Vec<String> {
    let slice = kept(
        store
            .list::<Offer>(
                &input::<offer::Filter>(filter),
                offer::Order::UpdatedLast,
                &Page::default(),
            )
            .await,
    );
    let mut titles: Vec<String> = slice.edges.into_iter().map(|edge| edge.node.title).collect();
    titles.sort_unstable();
    titles
}

testing::both! {
    async fn an_offer_and_a_need_come_back_as_they_were_given(store: Store) {
        communes(&store).await;
        let by = organisation(&store, "Ferme").await;
        let made = offer(&store, by, json!({
            "description": "Cuit au four à bois", "quantity": {"value": "12.500", "unit": "KILOGRAM"},
            "price": {"amount": 0, "per": "PIECE"}, "months": [12, 1, 12], "availableFrom": "2026-01-01", "availableTo": "2026-12-31",
            "labels": ["EU_ORGANIC"], "packaging": "Caisse", "delivery": {"pickUp": true, "radiusKm": 30, "hubId": by},
            "minimumOrder": {"value": 5, "unit": "PIECE"}, "audiences": ["COLLECTIVE_CATERING"], "communeId": NAMUR,
            "expiresAt": "2027-01-01T00:00:00Z",
        })).await;
        assert_eq!((made.months.clone(), made.organic), (vec![1, 12], Some(true)));
        assert_eq!(made.price.map(|price| price.amount.to_string()).as_deref(), Some("0"), "nothing is a price");
        assert_eq!(kept(store.get::<Offer>(&visitor(), made.id).await), made);
        let bare = offer(&store, by, json!({})).await;
        assert_eq!((bare.quantity, bare.price, bare.organic), (None, None, None), "unknown is not zero");
        assert_eq!(kept(store.get::<Offer>(&visitor(), bare.id).await), bare);
        let made = need(&store, by, json!({
            "quantity": {"value": 40, "unit": "KILOGRAM"}, "period": "WEEK", "months": [9], "budget": {"max": "3.2", "per": "KILOGRAM"},
            "communeId": NAMUR, "local": {"rule": "RADIUS", "radiusKm": 40}, "requiredLabels": ["PDO"], "deadline": "2026-12-01",
        })).await;
        assert_eq!(kept(store.get::<Need>(&visitor(), made.id).await), made);
    }
}

testing::both! {
    async fn what_is_wrong_is_refused_field_by_field(store: Store) {
        let by = organisation(&store, "Ferme").await;
        let new = json!({
            "organisationId": by, "productType": "unobtainium", "title": " ", "quantity": {"value": -1, "unit": "KILOGRAM"},
            "months": [13], "availableFrom": "2026-02-01", "availableTo": "2026-01-01", "delivery": {"radiusKm": 0},
        });
        assert_eq!(refused(store.create::<Offer>(&editor(), input(new)).await), [
            "UNKNOWN_REFERENCE productType", "REQUIRED title", "INVALID quantity.value", "INVALID months.0", "INVALID availableTo",
            "INVALID delivery.radiusKm",
        ]);
        let nowhere = json!({"organisationId": by, "productType": "bread", "title": "Pain", "communeId": NAMUR});
        assert_eq!(refused(store.create::<Offer>(&editor(), input(nowhere)).await), ["UNKNOWN_REFERENCE communeId"]);
    }
}

testing::both! {
    async fn a_partner_keeps_the_offers_of_their_own_house_only(store: Store) {
        let (own, other) = (organisation(&store, "La mienne").await, organisation(&store, "L'autre").await);
        let (partner, _) = signed(&store, Role::Partner, json!({"organisationId": own})).await;
        let new = |by: OrganisationId| input::<NewOffer>(json!({"organisationId": by, "productType": "bread", "title": "Pain"}));
        let mine = kept(store.create::<Offer>(&partner, new(own)).await);
        assert_eq!(refused(store.create::<Offer>(&partner, new(other)).await), ["FORBIDDEN"]);
        assert_eq!(refused(store.create::<Offer>(&visitor(), new(own)).await), ["UNAUTHENTICATED"]);
        let give = input::<OfferPatch>(json!({"id": mine.id, "expectedRevision": 1, "organisationId": other}));
        assert_eq!(refused(store.edit::<Offer>(&partner, give).await), ["FORBIDDEN"], "it cannot be given away");
        kept(store.create::<Offer>(&officer(), new(other)).await);
    }
}

testing::both! {
    async fn the_states_follow_each_other_as_the_field_has_them(store: Store) {
        let by = organisation(&store, "Ferme").await;
        let made = offer(&store, by, json!({"status": "WITHDRAWN"})).await;
        let to = |status: &str, revision: i32| input::<OfferPatch>(json!({"id": made.id, "expectedRevision": revision, "status": status}));
        assert_eq!(refused(store.edit::<Offer>(&editor(), to("RESERVED", 1)).await), ["TRANSITION status"]);
        kept(store.edit::<Offer>(&editor(), to("OPEN", 1)).await);
        kept(store.edit::<Offer>(&editor(), to("RESERVED", 2)).await);
        let made = need(&store, by, json!({})).await;
        let give_up = |reason: Value| input::<NeedPatch>(json!({"id": made.id, "expectedRevision": 1, "status": "ABANDONED", "reason": reason}));
        assert_eq!(refused(store.edit::<Need>(&editor(), give_up(json!(null))).await), ["INVALID reason"]);
        kept(store.edit::<Need>(&editor(), give_up(json!("Trop cher"))).await);
    }
}

testing::both! {
    async fn each_filter_narrows(store: Store) {
        communes(&store).await;
        let (one, other) = (organisation(&store, "Une").await, organisation(&store, "Autre").await);
        offer(&store, one, json!({"title": "Miche", "communeId": NAMUR, "months": [1, 2], "labels": ["PDO"], "audiences": ["SHOPS"]})).await;
        offer(&store, one, json!({"title": "Lait cru", "productType": "milk", "communeId": PROFONDEVILLE, "organic": true, "status": "CLOSED"})).await;
        offer(&store, other, json!({"title": "Épeautre", "productType": "grain", "communeId": ARLON, "months": [12]})).await;
        offer(&store, other, json!({"title": "Sans rien"})).await;
        for (filter, expected) in [
            (json!({}), vec!["Lait cru", "Miche", "Sans rien", "Épeautre"]),
            (json!({"statuses": ["CLOSED"]}), vec!["Lait cru"]),
            (json!({"productTypes": ["bakery"]}), vec!["Miche", "Sans rien"]),
            (json!({"productTypes": ["no such thing"]}), vec![]),
            (json!({"organisations": [one]}), vec!["Lait cru", "Miche"]),
            (json!({"territory": NAMUR}), vec!["Miche"]),
            (json!({"territory": "90000"}), vec!["Lait cru", "Miche"]),
            (json!({"near": {"commune": NAMUR, "kilometres": 15}}), vec!["Lait cru", "Miche"]),
            (json!({"months": [2, 12]}), vec!["Miche", "Épeautre"]),
            (json!({"organic": true}), vec!["Lait cru"]),
            (json!({"labels": ["PDO", "PGI"]}), vec!["Miche"]),
            (json!({"audiences": ["SHOPS"]}), vec!["Miche"]),
            (json!({"text": "epeautre"}), vec!["Épeautre"]),
            (json!({"text": "boulangerie"}), vec!["Miche", "Sans rien"]),
            (json!({"organisations": [one], "months": [1], "territory": "90000"}), vec!["Miche"]),
        ] {
            assert_eq!(titles(&store, filter.clone()).await, expected, "{filter}");
        }
    }
}

testing::both! {
    async fn what_an_offer_names_lists_it_and_cannot_be_removed(store: Store) {
        communes(&store).await;
        let by = organisation(&store, "Ferme").await;
        let (bread, milk) = (offer(&store, by, json!({"communeId": NAMUR})).await, offer(&store, by, json!({"productType": "milk"})).await);
        let council: Territory = kept(store.create(&editor(), input::<NewTerritory>(json!({
            "name": {"fr": "Autour de Namur"}, "kind": "LIVING_AREA", "extent": "COMPLETE", "communeCodes": [NAMUR],
        }))).await);
        let local = need(&store, by, json!({"local": {"rule": "TERRITORY", "territoryId": council.id}})).await;
        let of = |relation, parent: RecordId| {
            let store = store.clone();
            async move {
                let found = kept(store.related::<Offer>(relation, offer::Order::ExpiresFirst, &Page::default(), &[parent]).await);
                found[&parent].edges.iter().map(|edge| edge.node.id).collect::<Vec<_>>()
            }
        };
        let mut both = of(Relation::Column("organisation_id"), by.into()).await;
        both.sort_unstable();
        assert_eq!(both, [bread.id, milk.id]);
        assert_eq!(of(Relation::Within("commune_id"), council.id.into()).await, [bread.id]);
        assert_eq!(refused(store.remove::<Organisation>(&editor(), by, 1).await), ["IN_USE"]);
        assert_eq!(refused(store.remove::<Territory>(&editor(), council.id, 1).await), ["IN_USE"]);
        kept(store.remove::<Offer>(&editor(), bread.id, 1).await);
        kept(store.remove::<Offer>(&editor(), milk.id, 1).await);
        kept(store.remove::<Need>(&editor(), local.id, 1).await);
        kept(store.remove::<Territory>(&editor(), council.id, 1).await);
        kept(store.remove::<Organisation>(&editor(), by, 1).await);
        assert_eq!(kept(store.count::<Need>(&need::Filter::default()).await), 0);
    }
}

testing::both! {
    async fn what_nobody_confirmed_in_time_has_expired_and_says_so_in_its_history(store: Store) {
        let by = organisation(&store, "Ferme").await;
        let over = offer(&store, by, json!({"expiresAt": "2026-01-01T00:00:00Z"})).await;
        let holds = offer(&store, by, json!({"expiresAt": "2099-01-01T00:00:00Z"})).await;
        let gone = offer(&store, by, json!({"expiresAt": "2026-01-01T00:00:00Z", "status": "CLOSED"})).await;
        assert_eq!(kept(store.expire_offers().await), 1);
        assert_eq!(kept(store.expire_offers().await), 0);
        let status = async |offer: &Offer| kept(store.get::<Offer>(&visitor(), offer.id).await);
        let expired = status(&over).await;
        assert_eq!((expired.status, expired.revision), (offer::Status::Expired, 2));
        assert_eq!(status(&holds).await, holds);
        assert_eq!(status(&gone).await, gone);
        let again = kept(store.confirm_offer(&editor(), over.id, 2).await);
        assert_eq!(again.status, offer::Status::Open);
        assert_eq!(kept(store.expire_offers().await), 0);
    }
}
