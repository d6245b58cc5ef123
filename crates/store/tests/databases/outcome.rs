//! Outcomes: how they are opened, moved on and kept from others; their counts; and the gap.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use domain::gap::Row;
use domain::need::{Need, NewNeed};
use domain::offer::{NewOffer, Offer};
use domain::organisation::{NewOrganisation, Organisation};
use domain::outcome::{Filter, NewOutcome, Order, Outcome, OutcomePatch, Stage, Step};
use domain::page::Page;
use domain::policy::Role;
use domain::product::Shelves;
use domain::{Actor, OrganisationId, RecordId};
use serde_json::{Value, json};
use store::{Relation, Store};
use testing::{editor, input, input_with, kept, officer, refused, signed, visitor};

const NAMUR: &str = "92094";
const ARLON: &str = "81001";

async fn organisation(store: &Store, name: &str, more: Value) -> OrganisationId {
    let new = input_with::<NewOrganisation>(json!({"name": name}), more);
    kept(store.create::<Organisation>(&editor(), new).await).id
}

async fn offer(store: &Store, by: OrganisationId, more: Value) -> Offer {
    let all = json!({"organisationId": by, "productType": "carrot", "title": "Carottes"});
    kept(store.create(&editor(), input_with::<NewOffer>(all, more)).await)
}

async fn need(store: &Store, by: OrganisationId, more: Value) -> Need {
    let all = json!({"organisationId": by, "productType": "carrot", "title": "Carottes"});
    kept(store.create(&editor(), input_with::<NewNeed>(all, more)).await)
}

async fn open(store: &Store, actor: &Actor, new: Value) -> Result<Outcome, store::Error> {
    let since = Some("2026-03".parse().unwrap());
    store.open_outcome(actor, input::<NewOutcome>(new), since).await
}

fn step(stage: Stage, reason: Option<&str>) -> Step {
    Step {
        stage,
        since: None,
        reason: reason.map(str::to_owned),
    }
}

testing::both! {
    async fn an_outcome_goes_through_its_stages_and_comes_back_as_it_was_kept(store: Store) {
        let (farm, kitchen) = (organisation(&store, "Ferme", json!({})).await, organisation(&store, "Cantine", json!({})).await);
        let (offered, needed) = (offer(&store, farm, json!({})).await, need(&store, kitchen, json!({})).await);
        let new = json!({
            "needId": needed.id, "offerId": offered.id, "quantity": {"value": "12.50", "unit": "KILOGRAM"},
            "amount": {"amount": "30.00", "currency": "EUR"}, "note": " Chaque  lundi ",
        });
        let opened = kept(open(&store, &officer(), new).await);
        assert_eq!((opened.buyer_id, opened.supplier_id, opened.stage()), (Some(kitchen), Some(farm), Stage::Contact));
        assert_eq!(kept(store.get::<Outcome>(&officer(), opened.id).await), opened);
        let quoted = kept(store.advance_outcome(&officer(), opened.id, 1, step(Stage::Quote, None)).await);
        assert_eq!(refused(store.advance_outcome(&officer(), opened.id, 1, step(Stage::Contract, None)).await), ["STALE_REVISION expectedRevision"]);
        assert_eq!(refused(store.advance_outcome(&officer(), opened.id, 2, step(Stage::Contact, None)).await), ["TRANSITION stage"]);
        assert_eq!(refused(store.advance_outcome(&officer(), opened.id, 2, step(Stage::Nothing, None)).await), ["INVALID reason"]);
        let ended = kept(store.advance_outcome(&officer(), opened.id, quoted.revision, step(Stage::Nothing, Some("Trop loin"))).await);
        assert_eq!(ended.steps.len(), 3);
        assert_eq!(kept(store.get::<Outcome>(&officer(), opened.id).await), ended);
        let other = json!({"id": opened.id, "expectedRevision": 3, "offerId": null});
        assert_eq!(refused(store.edit::<Outcome>(&officer(), input::<OutcomePatch>(other)).await), ["INVALID offerId"]);
        let noted = json!({"id": opened.id, "expectedRevision": 3, "note": null});
        assert_eq!(kept(store.edit::<Outcome>(&officer(), input::<OutcomePatch>(noted)).await).note, None);
        assert_eq!(refused(store.remove::<Offer>(&editor(), offered.id, 1).await), ["IN_USE"]);
        kept(store.remove::<Outcome>(&officer(), opened.id, 4).await);
        kept(store.remove::<Offer>(&editor(), offered.id, 1).await);
    }
}

testing::both! {
    async fn the_two_organisations_and_staff_keep_it_and_to_others_it_does_not_exist(store: Store) {
        let (farm, kitchen) = (organisation(&store, "Ferme", json!({})).await, organisation(&store, "Cantine", json!({})).await);
        let other = organisation(&store, "Autre", json!({})).await;
        let (offered, needed) = (offer(&store, farm, json!({})).await, need(&store, kitchen, json!({})).await);
        let partner = |role, email: &'static str, of: OrganisationId| {
            let store = store.clone();
            async move { signed(&store, role, json!({"organisationId": of, "email": email})).await.0 }
        };
        let supplier = partner(Role::Partner, "ferme@chantiers.test", farm).await;
        let buyer = partner(Role::Partner, "cantine@chantiers.test", kitchen).await;
        let stranger = partner(Role::Partner, "autre@chantiers.test", other).await;
        let new = json!({"needId": needed.id, "offerId": offered.id});
        assert_eq!(refused(open(&store, &visitor(), new.clone()).await), ["UNAUTHENTICATED"]);
        assert_eq!(refused(open(&store, &stranger, new.clone()).await), ["FORBIDDEN"]);
        let opened = kept(open(&store, &supplier, new).await);
        kept(store.advance_outcome(&buyer, opened.id, 1, step(Stage::Contract, None)).await);
        for actor in [visitor(), stranger.clone()] {
            assert_eq!(refused(store.get::<Outcome>(&actor, opened.id).await), ["NOT_FOUND"]);
            assert_eq!(refused(store.advance_outcome(&actor, opened.id, 2, step(Stage::Delivered, None)).await), ["NOT_FOUND"]);
            assert_eq!(refused(store.remove::<Outcome>(&actor, opened.id, 2).await), ["NOT_FOUND"]);
        }
        let elsewhere = json!({"offerId": offered.id, "note": "Vendu au marché"});
        assert_eq!(refused(open(&store, &buyer, elsewhere.clone()).await), ["FORBIDDEN"]);
        let sold = kept(open(&store, &supplier, elsewhere).await);
        assert_eq!((sold.buyer_id, sold.need_id), (None, None));
        assert_eq!(refused(open(&store, &officer(), json!({})).await), ["INVALID needId"]);
        let unknown = json!({"needId": "need_00000000000000000000000000"});
        assert_eq!(refused(open(&store, &officer(), unknown).await), ["UNKNOWN_REFERENCE needId"]);
        let list = async |filter: Value| {
            let slice = store.list::<Outcome>(&input::<Filter>(filter), Order::UpdatedLast, &Page::default()).await;
            kept(slice).edges.len()
        };
        assert_eq!(list(json!({})).await, 2);
        assert_eq!(list(json!({"organisation": kitchen})).await, 1);
        assert_eq!(list(json!({"organisation": farm, "stages": ["CONTRACT"]})).await, 1);
        assert_eq!(list(json!({"need": needed.id})).await, 1);
        assert_eq!(list(json!({"offer": offered.id})).await, 2);
        assert_eq!(list(json!({"offer": offered.id, "organisation": kitchen})).await, 1);
        assert_eq!(list(json!({"offer": offered.id, "organisation": other})).await, 0);
        let of_the_farm = kept(store.related::<Outcome>(Relation::Field("supplierId"), Order::UpdatedLast, &Page::default(), &[farm.into()]).await);
        assert_eq!(of_the_farm[&farm.into()].edges.len(), 2);
    }
}

testing::both! {
    async fn who_moved_it_on_takes_that_back_and_the_other_does_not(store: Store) {
        let (farm, kitchen) = (organisation(&store, "Ferme", json!({})).await, organisation(&store, "Cantine", json!({})).await);
        let (offered, needed) = (offer(&store, farm, json!({})).await, need(&store, kitchen, json!({})).await);
        let supplier = signed(&store, Role::Partner, json!({"organisationId": farm, "email": "ferme@chantiers.test"})).await.0;
        let buyer = signed(&store, Role::Partner, json!({"organisationId": kitchen, "email": "cantine@chantiers.test"})).await.0;
        let opened = kept(open(&store, &supplier, json!({"needId": needed.id, "offerId": offered.id})).await);
        kept(store.advance_outcome(&buyer, opened.id, 1, step(Stage::Quote, None)).await);
        let record: RecordId = opened.id.into();
        assert_eq!(kept(store.change_of(&supplier, record, 2).await), None);
        let change = kept(store.change_of(&buyer, record, 2).await).unwrap();
        assert_eq!(refused(store.undo(&supplier, change).await), ["NOT_FOUND"]);
        kept(store.undo(&buyer, change).await);
        assert_eq!(kept(store.get::<Outcome>(&buyer, opened.id).await).stage(), Stage::Contact);
    }
}

testing::both! {
    async fn everybody_sees_how_many_have_come_how_far(store: Store) {
        kept(store.load_reference().await);
        let (farm, kitchen) = (organisation(&store, "Ferme", json!({"communeId": ARLON})).await, organisation(&store, "Cantine", json!({})).await);
        let (carrots, bread) = (offer(&store, farm, json!({})).await, offer(&store, farm, json!({"productType": "bread"})).await);
        let needed = need(&store, kitchen, json!({"communeId": NAMUR})).await;
        let both = kept(open(&store, &officer(), json!({"needId": needed.id, "offerId": carrots.id})).await);
        kept(store.advance_outcome(&officer(), both.id, 1, step(Stage::Delivered, None)).await);
        kept(open(&store, &officer(), json!({"needId": needed.id})).await);
        kept(open(&store, &officer(), json!({"offerId": bread.id})).await);
        let told = async |territory: Option<&str>| {
            let territory = territory.map(|nis| nis.parse().unwrap());
            let counts = kept(store.outcome_counts(territory, &Shelves::of(None)).await);
            let mut told = Vec::new();
            for count in counts {
                let some = count.stages.iter().filter(|(_, count)| *count > 0);
                told.extend(some.map(|(stage, of)| format!("{} {stage} {of}", count.product_type)));
            }
            told
        };
        assert_eq!(told(None).await, ["bakery CONTACT 1", "vegetable CONTACT 1", "vegetable DELIVERED 1"]);
        assert_eq!(told(Some("90000")).await, ["vegetable CONTACT 1", "vegetable DELIVERED 1"], "where it is needed");
        assert_eq!(told(Some(ARLON)).await, ["bakery CONTACT 1"], "else where who supplies has its seat");
        let asked = ["bread".to_owned()];
        let counts = kept(store.outcome_counts(None, &Shelves::of(Some(&asked))).await);
        assert_eq!((counts.len(), counts[0].stages[0]), (1, (Stage::Contact, 1)));
    }
}

testing::both! {
    async fn what_lies_nowhere_is_counted_in_its_own_years_only(store: Store) {
        let nowhere = organisation(&store, "Sans adresse", json!({})).await;
        offer(&store, nowhere, json!({"availableFrom": "2027-11-01", "availableTo": "2028-02-15"})).await;
        need(&store, nowhere, json!({"neededFrom": "2028-01-01", "months": [1]})).await;
        for territory in [None, Some(NAMUR)] {
            let territory = territory.map(|nis| nis.parse().unwrap());
            for (year, expected) in [(None, (1, 1)), (Some(2026), (0, 0)), (Some(2027), (1, 0)), (Some(2028), (1, 1)), (Some(2029), (0, 1))] {
                let gap = kept(store.gap(territory, Shelves::of(None), year).await);
                assert_eq!((gap.offers_without_place, gap.needs_without_place), expected, "{year:?}");
            }
        }
    }
}

fn said(row: &Row, month: usize) -> String {
    let month = &row.months[month - 1];
    let text =
        |amount: Option<rust_decimal::Decimal>| amount.map_or("-".to_owned(), |amount| amount.to_string());
    let amounts = month.amounts.iter();
    let amounts: Vec<String> = amounts
        .map(|of| {
            format!(
                "{} {} {} {}",
                of.unit,
                text(of.offered),
                text(of.needed),
                of.difference
            )
        })
        .collect();
    format!(
        "{}/{} {}/{} {}",
        month.offers,
        month.needs,
        month.offers_without_quantity,
        month.needs_without_quantity,
        amounts.join(", ")
    )
}

testing::both! {
    async fn the_gap_is_what_one_works_out_by_hand(store: Store) {
        kept(store.load_reference().await);
        let (farm, kitchen) = (organisation(&store, "Ferme", json!({"communeId": NAMUR})).await, organisation(&store, "Cantine", json!({})).await);
        let gone = organisation(&store, "Faillite", json!({"state": "BANKRUPT", "communeId": NAMUR})).await;
        let kilos = |value: i32| json!({"value": value, "unit": "KILOGRAM"});
        // 600 kg over six months, at the seat; two tonnes over four, in Arlon.
        offer(&store, farm, json!({"quantity": kilos(600), "months": [7, 8, 9, 10, 11, 12]})).await;
        offer(&store, farm, json!({"quantity": {"value": 2, "unit": "TONNE"}, "months": [9, 10, 11, 12], "communeId": ARLON, "productType": "artichoke"})).await;
        offer(&store, farm, json!({"quantity": {"value": 30, "unit": "CRATE"}, "months": [9, 10, 11]})).await;
        offer(&store, farm, json!({"months": [9]})).await;
        offer(&store, farm, json!({"quantity": kilos(1000)})).await;
        for left_out in [json!({"status": "CLOSED"}), json!({"expiresAt": "2026-01-01T00:00:00Z"})] {
            offer(&store, farm, input_with(json!({"quantity": kilos(9999), "months": [9]}), left_out)).await;
        }
        offer(&store, gone, json!({"quantity": kilos(9999), "months": [9]})).await;
        offer(&store, farm, json!({"quantity": kilos(9999), "months": [9], "productType": "bread"})).await;
        // 100 kg a week in September and October; 500 kg once in September; an unknown quantity.
        let here = |more: Value| input_with::<Value>(json!({"communeId": NAMUR}), more);
        need(&store, kitchen, here(json!({"quantity": kilos(100), "period": "WEEK", "months": [9, 10]}))).await;
        need(&store, kitchen, here(json!({"quantity": kilos(500), "period": "ONCE", "months": [9]}))).await;
        need(&store, kitchen, here(json!({"months": [9]}))).await;
        need(&store, kitchen, json!({"quantity": kilos(5), "period": "MONTH", "months": [9]})).await;
        let row = async |territory: Option<&str>, asked: Option<&str>, year: Option<i32>| {
            let asked = asked.map(|code| vec![code.to_owned()]);
            let territory = territory.map(|nis| nis.parse().unwrap());
            let gap = kept(store.gap(territory, Shelves::of(asked.as_deref()), year).await);
            let row = gap.rows.iter().find(|row| ["vegetable", "carrot"].contains(&row.product_type)).unwrap().clone();
            (row, gap.offers_without_place, gap.needs_without_place)
        };
        let (all, no_offers, no_needs) = row(None, None, None).await;
        assert_eq!((no_offers, no_needs, all.offers_without_month, all.needs_without_month), (0, 1, 1, 0));
        assert_eq!(said(&all, 8), "1/0 0/0 KILOGRAM 100 - 100");
        assert_eq!(said(&all, 9), "4/4 1/1 KILOGRAM 600 939.5 -339.5, CRATE 10 - 10");
        assert_eq!(said(&all, 10), "3/1 0/0 KILOGRAM 600 434.5 165.5, CRATE 10 - 10");
        assert_eq!(said(&all, 1), "0/0 0/0 ");
        let (namur, _, no_needs) = row(Some(NAMUR), None, None).await;
        assert_eq!(no_needs, 1);
        assert_eq!(said(&namur, 9), "3/3 1/1 KILOGRAM 100 934.5 -834.5, CRATE 10 - 10");
        let (carrots, _, _) = row(None, Some("carrot"), Some(2026)).await;
        assert_eq!(said(&carrots, 12), "1/0 0/0 KILOGRAM 100 - 100");
        let before = store.statements();
        row(Some("90000"), None, None).await;
        assert_eq!(store.statements() - before, 2);
    }
}
