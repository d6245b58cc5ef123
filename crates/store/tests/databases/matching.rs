//! Matches: which offers are proposed for a need and which needs for an offer, in which order, at which cost.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use domain::OrganisationId;
use domain::matching::{LocalOutcome, LocalReason};
use domain::need::{Need, NewNeed};
use domain::offer::{NewOffer, Offer, OfferPatch};
use domain::organisation::{NewOrganisation, Organisation};
use domain::territory::{NewTerritory, Territory};
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use store::{Engine, Match, Store};
use testing::{Database, editor, input, input_with, kept};

const NAMUR: &str = "92094";
const PROFONDEVILLE: &str = "92101";
const ARLON: &str = "81001";

async fn organisation(store: &Store, more: Value) -> OrganisationId {
    let new = input_with::<NewOrganisation>(json!({"name": "Ferme"}), more);
    kept(store.create::<Organisation>(&editor(), new).await).id
}

async fn offer(store: &Store, by: OrganisationId, title: &str, more: Value) -> Offer {
    let all = json!({"organisationId": by, "productType": "carrot", "title": title});
    kept(store.create(&editor(), input_with::<NewOffer>(all, more)).await)
}

async fn need(store: &Store, by: OrganisationId, more: Value) -> Need {
    let all = json!({"organisationId": by, "productType": "carrot", "title": "Carottes pour la cantine"});
    kept(store.create(&editor(), input_with::<NewNeed>(all, more)).await)
}

async fn matches(store: &Store, need: &Need, only_local: bool) -> Vec<Match> {
    let mut found = kept(store.matches_of_needs(&[need.id], only_local).await);
    found.remove(&need.id).unwrap()
}

async fn titles(store: &Store, need: &Need, only_local: bool) -> Vec<String> {
    let found = matches(store, need, only_local).await;
    let ids: Vec<_> = found.iter().map(|of| of.offer_id).collect();
    let offers = kept(store.many::<Offer>(&ids).await);
    ids.iter()
        .map(|id| offers.iter().find(|offer| offer.id == *id).unwrap().title.clone())
        .collect()
}

testing::both! {
    async fn the_offers_that_could_meet_a_need_come_best_first(store: Store) {
        kept(store.load_reference().await);
        let farm = organisation(&store, json!({"communeId": PROFONDEVILLE})).await;
        let gone = organisation(&store, json!({"state": "BANKRUPT"})).await;
        let near = json!({"communeId": NAMUR, "months": [9, 10]});
        offer(&store, farm, "La même, tout près", near.clone()).await;
        offer(&store, farm, "Au siège", json!({"months": [9, 10]})).await;
        offer(&store, farm, "La moitié du temps", json!({"communeId": NAMUR, "months": [10, 11]})).await;
        offer(&store, farm, "Loin", json!({"communeId": ARLON, "months": [9, 10]})).await;
        offer(&store, farm, "Légumes", json!({"productType": "vegetable", "communeId": ARLON, "months": [9, 10]})).await;
        offer(&store, farm, "Poireaux", json!({"productType": "artichoke", "communeId": ARLON, "months": [9, 10]})).await;
        offer(&store, farm, "Pain", json!({"productType": "bread", "communeId": NAMUR})).await;
        offer(&store, farm, "Autre saison", json!({"communeId": NAMUR, "months": [3]})).await;
        offer(&store, farm, "L'an prochain", input_with(near.clone(), json!({"communeId": ARLON, "availableFrom": "2028-01-01"}))).await;
        offer(&store, farm, "Fermée", input_with(near.clone(), json!({"status": "CLOSED"}))).await;
        offer(&store, farm, "Échue", input_with(near.clone(), json!({"expiresAt": "2026-01-01T00:00:00Z"}))).await;
        offer(&store, farm, "D'hier", input_with(near.clone(), json!({"availableTo": "2026-01-01"}))).await;
        offer(&store, farm, "Pas bio", input_with(near.clone(), json!({"organic": false}))).await;
        offer(&store, gone, "En faillite", near).await;
        let wanted = need(&store, farm, json!({"communeId": NAMUR, "months": [9, 10], "neededTo": "2027-12-31", "organic": true})).await;
        assert_eq!(
            titles(&store, &wanted, false).await,
            ["La même, tout près", "Au siège", "La moitié du temps", "Loin", "Légumes", "L'an prochain"],
        );
        let first = &matches(&store, &wanted, false).await[0];
        assert_eq!((first.verdict.reason, first.verdict.distance_km), (LocalReason::NoRule, Some(0.0)));
        assert!(titles(&store, &wanted, true).await.is_empty(), "nothing is local without a rule");
    }
}

testing::both! {
    async fn only_what_is_local_by_the_need_s_own_rule_is_left_where_that_is_asked(store: Store) {
        kept(store.load_reference().await);
        let farm = organisation(&store, json!({"communeId": PROFONDEVILLE})).await;
        for (title, more) in [
            ("Namur", json!({"communeId": NAMUR})),
            ("Siège à Profondeville", json!({})),
            ("Arlon", json!({"communeId": ARLON})),
        ] {
            offer(&store, farm, title, more).await;
        }
        let nowhere = organisation(&store, json!({})).await;
        offer(&store, nowhere, "Nulle part", json!({})).await;
        let around: Territory = kept(store.create(&editor(), input::<NewTerritory>(json!({
            "name": {"fr": "Autour de Namur"}, "kind": "LIVING_AREA", "extent": "COMPLETE", "communeCodes": [NAMUR],
        }))).await);
        for (local, expected) in [
            (json!({"rule": "COMMUNE"}), vec!["Namur"]),
            (json!({"rule": "ARRONDISSEMENT"}), vec!["Namur", "Siège à Profondeville"]),
            (json!({"rule": "PROVINCE"}), vec!["Namur", "Siège à Profondeville"]),
            (json!({"rule": "RADIUS", "radiusKm": 30}), vec!["Namur", "Siège à Profondeville"]),
            (json!({"rule": "TERRITORY", "territoryId": around.id}), vec!["Namur"]),
            (json!({"rule": "WALLONIA"}), vec!["Arlon", "Namur", "Siège à Profondeville"]),
        ] {
            let wanted = need(&store, farm, json!({"communeId": NAMUR, "local": local})).await;
            let mut found = titles(&store, &wanted, true).await;
            found.sort_unstable();
            assert_eq!(found, expected, "{local}");
            let all = matches(&store, &wanted, false).await;
            let unknown = all.iter().filter(|of| of.verdict.outcome() == LocalOutcome::Unknown).count();
            assert_eq!((all.len(), unknown), (4, 1), "{local}");
        }
    }
}

testing::both! {
    async fn the_needs_that_an_offer_could_meet_are_found_from_its_side(store: Store) {
        kept(store.load_reference().await);
        let (farm, kitchen) = (organisation(&store, json!({})).await, organisation(&store, json!({"communeId": NAMUR})).await);
        let carrots = offer(&store, farm, "Carottes", json!({"communeId": NAMUR, "months": [9]})).await;
        let near = need(&store, kitchen, json!({"months": [9], "local": {"rule": "COMMUNE"}})).await;
        let wide = need(&store, kitchen, json!({"productType": "vegetable", "communeId": ARLON})).await;
        need(&store, kitchen, json!({"productType": "bread"})).await;
        need(&store, kitchen, json!({"status": "ABANDONED", "reason": "Trop cher"})).await;
        need(&store, kitchen, json!({"deadline": "2026-01-01"})).await;
        let mut found = kept(store.matches_of_offers(&[carrots.id], false).await);
        let found = found.remove(&carrots.id).unwrap();
        assert_eq!(found.iter().map(|of| of.need_id).collect::<Vec<_>>(), [near.id, wide.id]);
        assert_eq!(found[0].verdict.outcome(), LocalOutcome::Local, "by the seat of who needs");
        let from_the_need = &matches(&store, &near, false).await[0];
        assert_eq!(from_the_need, &found[0], "the same match from both sides");
        let local = kept(store.matches_of_offers(&[carrots.id], true).await);
        assert_eq!(local[&carrots.id].len(), 1);
    }
}

testing::both! {
    async fn what_calls_an_offer_local_from_far_away_is_not_hidden_by_what_does_not(store: Store) {
        kept(store.load_reference().await);
        let farm = organisation(&store, json!({"communeId": NAMUR})).await;
        let carrots = offer(&store, farm, "Carottes", json!({})).await;
        let far = need(&store, farm, json!({"communeId": ARLON, "local": {"rule": "WALLONIA"}})).await;
        let near = need(&store, farm, json!({"communeId": PROFONDEVILLE, "local": {"rule": "PROVINCE"}})).await;
        // As many as are looked at from anywhere where what is near comes first.
        for _ in 0..100 {
            need(&store, farm, json!({"communeId": ARLON})).await;
        }
        let local = kept(store.matches_of_offers(&[carrots.id], true).await);
        let needs: Vec<_> = local[&carrots.id].iter().map(|of| of.need_id).collect();
        assert_eq!(needs, [near.id, far.id]);
    }
}

testing::both! {
    async fn a_change_of_the_offer_changes_the_match(store: Store) {
        let farm = organisation(&store, json!({})).await;
        let carrots = offer(&store, farm, "Carottes", json!({})).await;
        let wanted = need(&store, farm, json!({"organic": true, "months": [1]})).await;
        assert_eq!(titles(&store, &wanted, false).await, ["Carottes"], "not said is not no");
        let patch = json!({"id": carrots.id, "expectedRevision": 1, "organic": false});
        kept(store.edit::<Offer>(&editor(), input::<OfferPatch>(patch)).await);
        assert!(titles(&store, &wanted, false).await.is_empty());
    }
}

testing::both! {
    async fn many_needs_cost_a_fixed_number_of_statements(store: Store) {
        kept(store.load_reference().await);
        let farm = organisation(&store, json!({"communeId": NAMUR})).await;
        offer(&store, farm, "Carottes", json!({})).await;
        let mut needs = Vec::new();
        for _ in 0..10 {
            needs.push(need(&store, farm, json!({"local": {"rule": "TERRITORY", "territoryId": NAMUR}})).await.id);
        }
        for some in [1, 10] {
            let before = store.statements();
            let found = kept(store.matches_of_needs(&needs[..some], false).await);
            assert!(found.len() == some && found.values().all(|matches| matches.len() == 1));
            // The needs, their organisations, the territories they name, the candidates.
            assert_eq!(store.statements() - before, 4, "{some}");
        }
    }
}

/// So many offers.
const MANY: usize = 6_000;

async fn plan_of_candidates(database: Database) {
    let store = database.store();
    kept(store.load_reference().await);
    let farm = organisation(&store, json!({"communeId": NAMUR})).await;
    offer(&store, farm, "Carottes", json!({"communeId": NAMUR})).await;
    let connection = store.connection();
    let (uuid, analyze, instant) = match store.engine() {
        Engine::Postgres => (
            "lpad(to_hex(1000000 + n), 32, '0')::uuid",
            "VACUUM ANALYZE",
            "updated_at - n * interval '1 minute'",
        ),
        Engine::Sqlite => ("unhex(printf('%032x', 1000000 + n))", "ANALYZE", "updated_at"),
    };
    let types: Vec<String> = domain::product::TAXONOMY
        .all()
        .iter()
        .map(|of| format!("'{}'", of.code))
        .collect();
    let of = types
        .iter()
        .enumerate()
        .map(|(n, code)| format!("WHEN {n} THEN {code}"))
        .collect::<Vec<_>>()
        .join(" ");
    for sql in [
        format!(
            "INSERT INTO offer (id, revision, created_at, updated_at, organisation_id, product_type, title, status, quantity, price, months, labels, \
             delivery, minimum_order, audiences, months_mask, labels_mask, audiences_mask, expires_key, commune_id) \
             WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {MANY}) \
             SELECT {uuid}, 1, created_at, {instant}, organisation_id, CASE n % {} {of} END, title, status, quantity, price, months, labels, \
             delivery, minimum_order, audiences, months_mask, labels_mask, audiences_mask, expires_key, commune_id FROM s, offer",
            types.len(),
        ),
        analyze.to_owned(),
    ] {
        connection
            .execute_unprepared(&sql)
            .await
            .unwrap_or_else(|error| panic!("{error}: {sql}"));
    }
    let wanted = need(&store, farm, json!({"productType": "bread", "communeId": NAMUR})).await;
    let mut statement = kept(store.asking_for_offers(&wanted).await).unwrap();
    let (prefix, column) = match store.engine() {
        Engine::Postgres => ("EXPLAIN", "QUERY PLAN"),
        Engine::Sqlite => ("EXPLAIN QUERY PLAN", "detail"),
    };
    statement.sql = format!("{prefix} {}", statement.sql);
    let rows = connection.query_all_raw(statement).await.unwrap();
    let lines: Vec<String> = rows.iter().map(|row| row.try_get("", column).unwrap()).collect();
    let plan = lines.join("\n");
    assert!(
        plan.contains("ix_offer_product") || plan.contains("ix_offer_updated"),
        "{plan}"
    );
    assert!(
        !plan.contains("Seq Scan on offer") && !plan.contains("SCAN offer\n"),
        "{plan}"
    );
    let wide = need(
        &store,
        farm,
        json!({"productType": "vegetable", "communeId": NAMUR}),
    )
    .await;
    let found = kept(store.matches_of_needs(&[wanted.id, wide.id], false).await);
    // Bread, bakery and viennoiserie, of 255 types; and more vegetables than are answered.
    let count = found[&wanted.id].len();
    assert!((69..=72).contains(&count), "{count}");
    assert_eq!(found[&wide.id].len(), store::MATCHES);
    database.close().await;
}

#[tokio::test]
async fn candidates_are_read_through_their_index_on_sqlite() {
    plan_of_candidates(Database::sqlite().await).await;
}

#[tokio::test]
async fn candidates_are_read_through_their_index_on_postgres() {
    plan_of_candidates(Database::postgres().await).await;
}
