//! Merging organisations: what goes over, what answers for the one that went, what pushes do after, what is refused, and
//! the way back.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use domain::change::Kind;
use domain::contact::Contact;
use domain::feed;
use domain::need::{Need, NewNeed};
use domain::offer::{self, NewOffer, Offer, OfferPatch};
use domain::organisation::{NewOrganisation, Organisation, OrganisationPatch};
use domain::outcome::{NewOutcome, Outcome, Stage, Step};
use domain::page::Page;
use domain::person::Person;
use domain::policy::{Role, Scope};
use domain::project::Project;
use domain::provenance::Provenance;
use domain::push::{self, OfferRow, OrganisationRow};
use domain::source::{NewSource, Source};
use domain::{ChangeId, OrganisationId, RecordId, RecordType};
use serde_json::{Value, json};
use store::{Answer, Came, Content, HistoryFilter, Push, Store};
use testing::{administrator, editor, input, input_with, kept, officer, refused, signed, visitor};

async fn house(store: &Store, name: &str, more: Value) -> Organisation {
    let new = input_with::<NewOrganisation>(json!({"name": name}), more);
    kept(store.create(&editor(), new).await)
}

async fn bread(store: &Store, by: OrganisationId, more: Value) -> Offer {
    let all = json!({"organisationId": by, "productType": "bread", "title": "Pain"});
    kept(store.create(&editor(), input_with::<NewOffer>(all, more)).await)
}

async fn wanted(store: &Store, by: OrganisationId) -> Need {
    let new = json!({"organisationId": by, "productType": "bread", "title": "Pain"});
    kept(store.create(&editor(), input::<NewNeed>(new)).await)
}

async fn merge(store: &Store, goes: &Organisation, into: &Organisation) -> Organisation {
    let (goes, into) = ((goes.id, goes.revision), (into.id, into.revision));
    kept(store.merge_organisations(&editor(), goes, into).await)
}

/// The organisation that an identifier answers now.
async fn now(store: &Store, id: OrganisationId) -> Option<OrganisationId> {
    let known = kept(store.known_as::<Organisation>(&[id]).await);
    known.get(&id).map(|found| found.id)
}

/// The change by which it went.
async fn merging(store: &Store, id: OrganisationId) -> ChangeId {
    let filter = HistoryFilter {
        record: Some(id.into()),
        ..HistoryFilter::default()
    };
    let slice = kept(store.history(&administrator(), &filter, &Page::first(1)).await);
    assert_eq!(slice.edges[0].node.kind, Kind::Merged);
    slice.edges[0].node.id
}

async fn get<R: store::Stored>(store: &Store, id: R::Id) -> R {
    kept(store.find::<R>(id).await).unwrap()
}

testing::both! {
    async fn what_named_the_one_that_goes_names_the_survivor_with_all_that_follows(store: Store) {
        let goes = house(&store, "La Ferme du Bois", json!({"acronym": "FDB", "website": "https://bois.be", "note": "Visites"})).await;
        let stays = house(&store, "Ferme du Bois", json!({"kinds": ["PRODUCER"]})).await;
        let offered = bread(&store, goes.id, json!({"delivery": {"hubId": goes.id}})).await;
        let through = bread(&store, stays.id, json!({"delivery": {"hubId": goes.id}})).await;
        let needed = wanted(&store, goes.id).await;
        let project: Project = kept(store.create(&editor(), input(json!({"title": "Un", "leadIds": [goes.id, stays.id], "partnerIds": [goes.id]}))).await);
        let contact: Contact = kept(store.create(&editor(), input(json!({"organisationId": goes.id, "purpose": "commandes", "email": "a@b.be"}))).await);
        let source: Source = kept(store.create(&editor(), input::<NewSource>(json!({"code": "annuaire", "name": "Annuaire", "operatorId": goes.id}))).await);
        let said: Provenance = kept(store.create(&officer(), input(json!({"recordId": goes.id, "source": "Le Soir"}))).await);
        let (partner, person) = signed(&store, Role::Partner, json!({"organisationId": goes.id})).await;
        let new = domain::client::NewClient { name: "Machine".into(), organisation_id: Some(goes.id), source_ids: vec![source.id], scopes: vec![Scope::ExchangeRead], territory_ids: vec![], secret_expires_at: None };
        kept(store.create_client(&administrator(), new).await);

        let counts = kept(store.namings(&[goes.id.into()]).await);
        let counts: Vec<(RecordType, u64)> = counts[&goes.id.into()].clone();
        assert_eq!(counts, [
            (RecordType::Contact, 1), (RecordType::Person, 1), (RecordType::Project, 1), (RecordType::Provenance, 1),
            (RecordType::Source, 1), (RecordType::Offer, 2), (RecordType::Need, 1),
        ]);
        let cursor = kept(store.feed_head().await);
        let after = merge(&store, &goes, &stays).await;

        assert_eq!((after.id, after.revision, after.name.as_str()), (stays.id, 2, "Ferme du Bois"));
        assert_eq!(after.aliases, ["La Ferme du Bois"]);
        assert_eq!((after.acronym.as_deref(), after.website.as_deref()), (Some("FDB"), Some("https://bois.be")));
        let hub = |offer: &Offer| offer.delivery.as_ref().unwrap().hub_id;
        let (one, other) = (get::<Offer>(&store, offered.id).await, get::<Offer>(&store, through.id).await);
        assert_eq!((one.organisation_id, hub(&one), one.revision), (stays.id, Some(stays.id), 2));
        assert_eq!((other.organisation_id, hub(&other), other.revision), (stays.id, Some(stays.id), 2));
        assert_eq!(get::<Need>(&store, needed.id).await.organisation_id, stays.id);
        let project = get::<Project>(&store, project.id).await;
        assert_eq!((project.lead_ids, project.partner_ids), (vec![stays.id], vec![stays.id]), "each once");
        assert_eq!(get::<Contact>(&store, contact.id).await.organisation_id, Some(stays.id));
        assert_eq!(get::<Source>(&store, source.id).await.operator_id, Some(stays.id));
        assert_eq!(get::<Provenance>(&store, said.id).await.record_id, stays.id.into());
        assert_eq!(get::<Person>(&store, person.id).await.organisation_id, Some(stays.id));
        assert_eq!(kept(store.clients(&administrator()).await)[0].organisation_id, Some(stays.id));
        // Who worked for the one works for the other.
        let partner = kept(store.actor_of(partner.person().unwrap().id).await).unwrap().0;
        let patch = json!({"id": stays.id, "expectedRevision": 2, "role": "Boulangerie"});
        kept(store.edit::<Organisation>(&partner, input::<OrganisationPatch>(patch)).await);

        assert!(kept(store.find::<Organisation>(goes.id).await).is_none());
        assert_eq!(now(&store, goes.id).await, Some(stays.id));
        let found = kept(store.search("la ferme du bois", Some(&[RecordType::Organisation]), 9).await);
        assert_eq!(found.iter().map(|hit| hit.record).collect::<Vec<_>>(), [stays.id.into()]);
        let page = kept(store.feed(&feed::Filter::default(), Some(&cursor), 100, true).await);
        let told: Vec<_> = page.changes.iter().map(|change| (change.kind, change.record)).collect();
        assert_eq!(told.iter().filter(|(kind, _)| *kind == feed::Kind::Merge).count(), 1);
        let gone = page.changes.iter().find(|change| change.record == goes.id.into()).unwrap();
        assert_eq!((gone.kind, gone.revision, &gone.into, gone.reason), (feed::Kind::Merge, 2, &vec![RecordId::from(stays.id)], None));
        assert!(gone.content.is_none());
        for record in [offered.id.into(), through.id.into(), needed.id.into(), stays.id.into(), RecordId::from(source.id)] {
            assert!(told.contains(&(feed::Kind::Upsert, record)), "{record}");
        }
        // It is told in the survivor's history too, and each record that went over tells it in its own.
        let around = HistoryFilter { record: Some(stays.id.into()), around: true, ..HistoryFilter::default() };
        let entries = kept(store.history(&editor(), &around, &Page::first(20)).await);
        assert!(entries.edges.iter().any(|edge| edge.node.kind == Kind::Merged && edge.node.record == goes.id.into()));
        let of_offer = HistoryFilter { record: Some(offered.id.into()), ..HistoryFilter::default() };
        let last = kept(store.history(&visitor(), &of_offer, &Page::first(1)).await).edges.remove(0).node;
        assert_eq!(last.fields.iter().map(|field| field.field.as_str()).collect::<Vec<_>>(), ["delivery", "organisationId"]);
    }
}

testing::both! {
    async fn what_cannot_be_merged_is_refused(store: Store) {
        let (one, other) = (house(&store, "Une", json!({})).await, house(&store, "Autre", json!({})).await);
        let gone = house(&store, "Partie", json!({})).await;
        kept(store.remove::<Organisation>(&editor(), gone.id, 1).await);
        let tried = async |goes: (OrganisationId, i32), into: (OrganisationId, i32)| {
            refused(store.merge_organisations(&editor(), goes, into).await)
        };
        assert_eq!(tried((one.id, 1), (one.id, 1)).await, ["INVALID into"]);
        assert_eq!(tried((one.id, 1), (gone.id, 1)).await, ["UNKNOWN_REFERENCE into"]);
        assert_eq!(tried((gone.id, 1), (one.id, 1)).await, ["NOT_FOUND"]);
        assert_eq!(tried((one.id, 2), (other.id, 1)).await, ["STALE_REVISION expectedRevision"]);
        assert_eq!(tried((one.id, 1), (other.id, 2)).await, ["STALE_REVISION expectedRevision"]);
        assert_eq!(refused(store.merge_organisations(&officer(), (one.id, 1), (other.id, 1)).await), ["FORBIDDEN"]);
        assert_eq!(refused(store.merge_organisations(&visitor(), (one.id, 1), (other.id, 1)).await), ["UNAUTHENTICATED"]);
        merge(&store, &one, &other).await;
        assert_eq!(tried((one.id, 1), (other.id, 2)).await, ["NOT_FOUND"], "it went already");
        assert_eq!(tried((other.id, 2), (one.id, 2)).await, ["UNKNOWN_REFERENCE into"]);
    }
}

testing::both! {
    async fn an_identifier_that_was_merged_away_answers_the_survivor_through_chains_and_in_filters(store: Store) {
        let (one, two, three) = (house(&store, "Un", json!({})).await, house(&store, "Deux", json!({})).await, house(&store, "Trois", json!({})).await);
        let offered = bread(&store, one.id, json!({})).await;
        let two = merge(&store, &one, &two).await;
        let three = merge(&store, &two, &three).await;
        assert_eq!(three.aliases, ["Un", "Deux"]);
        for id in [one.id, two.id, three.id] {
            assert_eq!(now(&store, id).await, Some(three.id));
            let filter: offer::Filter = input(json!({"organisations": [id]}));
            let listed = kept(store.list::<Offer>(&filter, offer::Order::UpdatedLast, &Page::first(9)).await);
            assert_eq!(listed.edges.iter().map(|edge| edge.node.id).collect::<Vec<_>>(), [offered.id]);
            assert_eq!(kept(store.count::<Offer>(&filter).await), 1);
            assert_eq!(kept(store.walk::<Offer>(&filter, None, 9).await).len(), 1);
        }
        assert_eq!(get::<Offer>(&store, offered.id).await.organisation_id, three.id);
        kept(store.undo(&editor(), merging(&store, two.id).await).await);
        assert_eq!((now(&store, one.id).await, now(&store, two.id).await), (Some(two.id), Some(two.id)));
        assert_eq!(get::<Offer>(&store, offered.id).await.organisation_id, two.id);
        kept(store.undo(&editor(), merging(&store, one.id).await).await);
        assert_eq!(get::<Offer>(&store, offered.id).await.organisation_id, one.id);
        let all = feed::Filter::default();
        let splits = async || -> Vec<(RecordId, Vec<RecordId>)> {
            let page = kept(store.feed(&all, None, 100, true).await);
            page.changes.into_iter().filter(|change| change.kind == feed::Kind::Split).map(|change| (change.record, change.into)).collect()
        };
        assert_eq!(splits().await, [(three.id.into(), vec![two.id.into()]), (two.id.into(), vec![one.id.into()])]);
        // The first of a chain comes back: what it meant until then was the last of it.
        let (one, two) = (get::<Organisation>(&store, one.id).await, get::<Organisation>(&store, two.id).await);
        let two = merge(&store, &one, &two).await;
        let three = get::<Organisation>(&store, three.id).await;
        merge(&store, &two, &three).await;
        kept(store.undo(&editor(), merging(&store, one.id).await).await);
        assert_eq!(splits().await.last().cloned(), Some((three.id.into(), vec![one.id.into()])));
        let back = get::<Organisation>(&store, three.id).await;
        assert_eq!(back.aliases, ["Un", "Deux"], "its trace on what was merged further stays");
    }
}

async fn directory(store: &Store) {
    kept(store.load_reference().await);
    let new = json!({"code": "annuaire", "name": "Annuaire"});
    kept(store.create::<Source>(&editor(), input(new)).await);
}

async fn push(store: &Store, organisations: Value, offers: Value) -> Answer {
    fn came<T: serde::de::DeserializeOwned + push::Row>(rows: Value) -> Vec<Came<T>> {
        let rows: Vec<Value> = input(rows);
        rows.into_iter().map(|row| input::<T>(row).into()).collect()
    }
    let digest = format!("{organisations} {offers}");
    let push = Push {
        source: "annuaire".into(),
        organisations: came::<OrganisationRow>(organisations),
        offers: came::<OfferRow>(offers),
        digest,
        ..Push::default()
    };
    kept(store.push(&editor(), push).await)
}

testing::both! {
    async fn a_push_under_the_old_identifier_is_about_the_survivor_and_makes_nothing_anew(store: Store) {
        directory(&store).await;
        let farm = json!({"externalId": "F1", "name": "Ferme du Bois", "enterpriseNumber": "0403.019.261"});
        let offer = json!({"externalId": "O1", "organisationExternalId": "F1", "title": "Pain", "productType": "bread"});
        push(&store, json!([farm.clone()]), json!([offer.clone()])).await;
        let named = async |id: &str, kind| kept(store.named("annuaire", Some(kind), id).await).unwrap();
        let goes: Organisation = get(&store, named("F1", RecordType::Organisation).await.uuid.into()).await;
        let stays = house(&store, "Bois", json!({})).await;
        merge(&store, &goes, &stays).await;
        let all = kept(store.count::<Organisation>(&input(json!({}))).await);
        assert_eq!(named("F1", RecordType::Organisation).await, stays.id.into());

        let same = push(&store, json!([farm]), json!([offer])).await;
        assert!(same.rows.iter().all(|row| row.outcome == push::Outcome::Unchanged), "{same:?}");
        assert_eq!(same.rows[0].record_id, Some(stays.id.into()));
        let more = json!({"externalId": "F1", "name": "Ferme du Bois SRL", "enterpriseNumber": "0403.019.261", "website": "https://bois.be"});
        let second = json!({"externalId": "O2", "organisationExternalId": "F1", "title": "Miche", "productType": "bread"});
        let filled = push(&store, json!([more]), json!([second])).await;
        assert_eq!(filled.rows.iter().map(|row| row.outcome).collect::<Vec<_>>(), [push::Outcome::Updated, push::Outcome::Created]);
        let now = get::<Organisation>(&store, stays.id).await;
        assert_eq!((now.name.as_str(), now.website.as_deref()), ("Bois", Some("https://bois.be")), "what lacks is filled, nothing replaced");
        let second = named("O2", RecordType::Offer).await;
        assert_eq!(get::<Offer>(&store, second.uuid.into()).await.organisation_id, stays.id);
        // Another directory that knows it by its number meets the survivor.
        let other = json!([{"externalId": "F9", "name": "Bois (bio)", "enterpriseNumber": "0403019261"}]);
        let joined = push(&store, other, json!([])).await;
        assert_eq!(joined.rows[0].record_id, Some(stays.id.into()));
        assert_eq!(kept(store.count::<Organisation>(&input(json!({}))).await), all);
    }
}

testing::both! {
    async fn two_records_of_one_directory_become_one_and_both_rows_go_on(store: Store) {
        directory(&store).await;
        let farms = json!([{"externalId": "F1", "name": "Ferme du Bois"}, {"externalId": "F2", "name": "Bois, ferme"}]);
        push(&store, farms.clone(), json!([])).await;
        let named = async |id: &str| kept(store.named("annuaire", Some(RecordType::Organisation), id).await).unwrap();
        let (one, two) = (named("F1").await, named("F2").await);
        let (goes, stays): (Organisation, Organisation) = (get(&store, two.uuid.into()).await, get(&store, one.uuid.into()).await);
        merge(&store, &goes, &stays).await;
        let same = push(&store, farms, json!([])).await;
        assert!(same.rows.iter().all(|row| row.outcome == push::Outcome::Unchanged && row.record_id == Some(one)), "{same:?}");
        let renamed = json!([{"externalId": "F1", "name": "Ferme du Bois SRL"}, {"externalId": "F2", "name": "Bois, la ferme"}]);
        let answer = push(&store, renamed, json!([])).await;
        assert_eq!(answer.rows.iter().map(|row| row.outcome).collect::<Vec<_>>(), [push::Outcome::Updated, push::Outcome::Unchanged]);
        assert_eq!(get::<Organisation>(&store, one.uuid.into()).await.name, "Ferme du Bois SRL");
        kept(store.undo(&editor(), merging(&store, goes.id).await).await);
        assert_eq!(named("F2").await, two, "its identifier is its own again");
        let again = push(&store, json!([{"externalId": "F2", "name": "La ferme"}]), json!([])).await;
        assert_eq!((again.rows[0].outcome, again.rows[0].record_id), (push::Outcome::Updated, Some(two)));
        assert_eq!(get::<Organisation>(&store, goes.id).await.name, "La ferme", "and its source speaks for it again");
    }
}

testing::both! {
    async fn a_merge_is_taken_back_but_for_what_was_changed_since(store: Store) {
        let goes = house(&store, "Une", json!({"website": "https://une.be"})).await;
        let stays = house(&store, "Autre", json!({})).await;
        let (moved, changed) = (bread(&store, goes.id, json!({})).await, bread(&store, goes.id, json!({})).await);
        let project: Project = kept(store.create(&editor(), input(json!({"title": "Un", "leadIds": [goes.id, stays.id]}))).await);
        let said: Provenance = kept(store.create(&officer(), input(json!({"recordId": goes.id, "source": "Le Soir"}))).await);
        merge(&store, &goes, &stays).await;
        let third = house(&store, "Troisième", json!({})).await;
        let patch = json!({"id": changed.id, "expectedRevision": 2, "organisationId": third.id});
        kept(store.edit::<Offer>(&editor(), input::<OfferPatch>(patch)).await);
        let cursor = kept(store.feed_head().await);
        let change = merging(&store, goes.id).await;
        assert_eq!(refused(store.undo(&officer(), change).await), ["FORBIDDEN"]);
        assert_eq!(kept(store.undo(&editor(), change).await), goes.id.into());

        let back = get::<Organisation>(&store, goes.id).await;
        assert_eq!((back.name.as_str(), back.website.as_deref(), back.revision), ("Une", Some("https://une.be"), 3));
        let other = get::<Organisation>(&store, stays.id).await;
        assert_eq!((other.aliases.len(), other.website), (0, None), "the survivor is as it was");
        assert_eq!(get::<Offer>(&store, moved.id).await.organisation_id, goes.id);
        assert_eq!(get::<Offer>(&store, changed.id).await.organisation_id, third.id, "that was changed since");
        assert_eq!(get::<Project>(&store, project.id).await.lead_ids, [goes.id, stays.id]);
        assert_eq!(get::<Provenance>(&store, said.id).await.record_id, goes.id.into());
        assert_eq!(now(&store, goes.id).await, Some(goes.id));
        let page = kept(store.feed(&feed::Filter::default(), Some(&cursor), 100, true).await);
        let told: Vec<_> = page.changes.iter().map(|change| (change.kind, change.record)).collect();
        assert!(told.contains(&(feed::Kind::Upsert, goes.id.into())) && told.contains(&(feed::Kind::Upsert, moved.id.into())));
        let last = page.changes.last().unwrap();
        assert_eq!((last.kind, last.record, last.revision, &last.into), (feed::Kind::Split, stays.id.into(), other.revision, &vec![RecordId::from(goes.id)]));
        let Some(Content::Organisation(split)) = last.content.as_deref() else { panic!("the one that stays") };
        assert_eq!(split.website, None, "as it is now");
        assert_eq!(refused(store.undo(&editor(), change).await), ["UNDO_CONFLICT"], "once is enough");
        assert_eq!(refused(store.remove::<Organisation>(&editor(), goes.id, 3).await), ["IN_USE"]);
    }
}

testing::both! {
    async fn what_came_of_two_that_became_one_stays_told_on_both_sides(store: Store) {
        let (farm, kitchen) = (house(&store, "Ferme", json!({})).await, house(&store, "Cantine", json!({})).await);
        let (offered, needed) = (bread(&store, farm.id, json!({})).await, wanted(&store, kitchen.id).await);
        let new = input::<NewOutcome>(json!({"needId": needed.id, "offerId": offered.id}));
        let opened = kept(store.open_outcome(&officer(), new, None).await);
        merge(&store, &kitchen, &farm).await;
        let one: Outcome = kept(store.get(&officer(), opened.id).await);
        assert_eq!((one.buyer_id, one.supplier_id, one.revision), (Some(farm.id), Some(farm.id), 2));
        let step = Step { stage: Stage::Delivered, since: None, reason: None };
        kept(store.advance_outcome(&officer(), one.id, 2, step).await);
        let filter: domain::outcome::Filter = input(json!({"organisation": kitchen.id}));
        assert_eq!(kept(store.count::<Outcome>(&filter).await), 1);
        for field in ["buyerId", "supplierId"] {
            let relation = store::Relation::Field(field);
            let counts = kept(store.related_counts(RecordType::Outcome, relation, &[farm.id.into()]).await);
            assert_eq!(counts[&farm.id.into()], 1, "{field}");
        }
        assert!(kept(store.matches_of_needs(&[needed.id], false).await).contains_key(&needed.id));
    }
}

testing::both! {
    async fn many_records_go_over_in_one_change(store: Store) {
        let (goes, stays) = (house(&store, "Une", json!({})).await, house(&store, "Autre", json!({})).await);
        directory(&store).await;
        let offers: Vec<Value> = (0..900).map(|number| json!({
            "externalId": format!("O{number}"), "organisationExternalId": "F1", "title": "Pain", "productType": "bread",
        })).collect();
        push(&store, json!([{"externalId": "F1", "name": "Grande"}]), json!(offers)).await;
        let big = kept(store.named("annuaire", Some(RecordType::Organisation), "F1").await).unwrap();
        let big: Organisation = get(&store, big.uuid.into()).await;
        let before = store.statements();
        merge(&store, &goes, &stays).await;
        let few = store.statements() - before;
        let stays: Organisation = get(&store, stays.id).await;
        let before = store.statements();
        merge(&store, &big, &stays).await;
        let many = store.statements() - before;
        println!("{few} statements for none, {many} for 900 offers");
        let filter: offer::Filter = input(json!({"organisations": [stays.id]}));
        assert_eq!(kept(store.count::<Offer>(&filter).await), 900);
        kept(store.undo(&editor(), merging(&store, big.id).await).await);
        assert_eq!(kept(store.count::<Offer>(&filter).await), 0);
    }
}
