//! The change feed: what it tells and what it keeps to itself, how a reader goes on, and that under eight writers nobody
//! who follows it loses or resurrects anything.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use chrono::TimeDelta;
use domain::feed::{Filter, Kind, MOST, Reason};
use domain::need::NewNeed;
use domain::offer::{NewOffer, Offer, OfferPatch};
use domain::organisation::{self, NewOrganisation, Organisation, OrganisationPatch};
use domain::page::Page;
use domain::policy::Role;
use domain::project::{NewProject, Project};
use domain::territory::{NewTerritory, Territory, TerritoryPatch};
use domain::{OrganisationId, RecordId, RecordType};
use rand::Rng;
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use store::{Content, Error, FeedPage, HistoryFilter, Store};
use testing::{Database, FixedMint, editor, input, input_with, kept, signed};

const NAMUR: &str = "92094";
const ARLON: &str = "81001";
const PROVINCE_OF_NAMUR: &str = "90000";

fn all() -> Filter {
    Filter::default()
}

fn of(types: &[RecordType]) -> Filter {
    Filter {
        types: types.to_vec(),
        ..Filter::default()
    }
}

async fn house(store: &Store, name: &str, more: Value) -> Organisation {
    let new: NewOrganisation = input_with(json!({"name": name}), more);
    kept(store.create(&editor(), new).await)
}

async fn bread(store: &Store, by: OrganisationId, more: Value) -> Offer {
    let all = json!({"organisationId": by, "productType": "bread", "title": "Pain"});
    kept(store.create(&editor(), input_with::<NewOffer>(all, more)).await)
}

async fn change(store: &Store, offer: &Offer, more: Value) -> Offer {
    let all = json!({"id": offer.id, "expectedRevision": offer.revision});
    kept(store.edit(&editor(), input_with::<OfferPatch>(all, more)).await)
}

async fn page(store: &Store, filter: &Filter, after: Option<&str>) -> FeedPage {
    kept(store.feed(filter, after, MOST, true).await)
}

/// The kinds of what happened to which record, in their order.
fn told(page: &FeedPage) -> Vec<(Kind, RecordId)> {
    page.changes
        .iter()
        .map(|change| (change.kind, change.record))
        .collect()
}

testing::both! {
    async fn what_was_made_changed_and_removed_is_told_with_the_state_as_it_is_now(store: Store) {
        let by = house(&store, "Ferme", json!({})).await;
        let start = kept(store.feed_head().await);
        let made = bread(&store, by.id, json!({})).await;
        let changed = change(&store, &made, json!({"title": "Miche"})).await;
        let seen = page(&store, &all(), Some(&start)).await;
        assert_eq!(told(&seen), [(Kind::Upsert, made.id.into()), (Kind::Upsert, made.id.into())]);
        for told in &seen.changes {
            assert_eq!(told.revision, 2, "the content's own revision");
            let Some(Content::Offer(offer)) = told.content.as_deref() else { panic!("an offer") };
            assert_eq!(*offer, changed);
        }
        kept(store.remove::<Offer>(&editor(), made.id, 2).await);
        let after = page(&store, &all(), Some(&seen.cursor)).await;
        assert_eq!(told(&after), [(Kind::Delete, made.id.into())]);
        let gone = &after.changes[0];
        assert!(gone.content.is_none());
        assert_eq!((gone.revision, gone.reason), (3, Some(Reason::Removed)));
        // Who reads all of it now hears once that it is gone, and never what it was.
        let late = page(&store, &all(), Some(&start)).await;
        assert_eq!(told(&late), [(Kind::Delete, made.id.into())]);
    }
}

testing::both! {
    async fn what_only_some_may_read_is_not_told(store: Store) {
        let start = kept(store.feed_head().await);
        let project: Project = kept(store.create(&editor(), input::<NewProject>(json!({"title": "Un"}))).await);
        let note = json!({"projectId": project.id, "body": "Réunion"});
        let contact = json!({"projectId": project.id, "purpose": "coordination", "email": "a@b.be"});
        let (author, _) = signed(&store, Role::Editor, json!({})).await;
        kept(store.write_note(&author, input(note)).await);
        kept(store.create::<domain::contact::Contact>(&editor(), input(contact)).await);
        let seen = page(&store, &all(), Some(&start)).await;
        assert_eq!(told(&seen), [(Kind::Upsert, project.id.into())]);
        assert!(matches!(store.feed(&of(&[RecordType::Note]), None, 10, true).await, Err(Error::Refused(_))));
    }
}

testing::both! {
    async fn an_empty_page_answers_a_cursor_that_has_gone_on(store: Store) {
        let by = house(&store, "Ferme", json!({})).await;
        let first = page(&store, &of(&[RecordType::Need]), None).await;
        assert!(first.changes.is_empty() && !first.has_more);
        for _ in 0..3 {
            bread(&store, by.id, json!({})).await;
        }
        let second = page(&store, &of(&[RecordType::Need]), Some(&first.cursor)).await;
        assert!(second.changes.is_empty() && second.cursor != first.cursor);
        let need = json!({"organisationId": by.id, "productType": "bread", "title": "Pain"});
        let made: domain::need::Need = kept(store.create(&editor(), input::<NewNeed>(need)).await);
        let third = page(&store, &of(&[RecordType::Need]), Some(&second.cursor)).await;
        assert_eq!(told(&third), [(Kind::Upsert, made.id.into())]);
    }
}

testing::both! {
    async fn a_reader_goes_on_page_by_page_and_meets_everything_once(store: Store) {
        let start = kept(store.feed_head().await);
        let mut made = Vec::new();
        for number in 0..7 {
            made.push(RecordId::from(house(&store, &number.to_string(), json!({})).await.id));
        }
        let (mut seen, mut cursor, mut pages) = (Vec::new(), start, 0);
        loop {
            let page = kept(store.feed(&all(), Some(&cursor), 3, false).await);
            seen.extend(page.changes.iter().map(|change| change.record));
            cursor = page.cursor;
            pages += 1;
            if !page.has_more {
                break;
            }
        }
        assert_eq!((seen, pages), (made, 3));
    }
}

testing::both! {
    async fn a_page_costs_one_statement_and_one_for_each_kind_of_record(store: Store) {
        let by = house(&store, "Ferme", json!({})).await;
        for _ in 0..20 {
            bread(&store, by.id, json!({})).await;
        }
        let start = page(&store, &all(), None).await;
        assert_eq!(start.changes.len(), 21);
        let start = kept(store.feed(&all(), None, 1, false).await).cursor;
        let before = store.statements();
        assert_eq!(page(&store, &all(), Some(&start)).await.changes.len(), 20);
        assert_eq!(store.statements() - before, 2, "the rows, the offers");
        let before = store.statements();
        kept(store.feed(&all(), Some(&start), MOST, false).await);
        assert_eq!(store.statements() - before, 1, "the rows alone");
    }
}

testing::both! {
    async fn what_leaves_the_places_that_are_followed_is_lost_from_sight(store: Store) {
        kept(store.load_reference().await);
        let start = kept(store.feed_head().await);
        let namur = Filter { communes: vec![NAMUR.parse().unwrap()], ..Filter::default() };
        let province = Filter { provinces: vec![PROVINCE_OF_NAMUR.parse().unwrap()], ..Filter::default() };
        let by = house(&store, "Ferme", json!({})).await;
        let here = bread(&store, by.id, json!({"communeId": NAMUR})).await;
        let there = bread(&store, by.id, json!({"communeId": ARLON})).await;
        let nowhere = bread(&store, by.id, json!({})).await;
        for filter in [&namur, &province] {
            let seen = page(&store, filter, Some(&start)).await;
            assert_eq!(told(&seen), [(Kind::Upsert, here.id.into())], "what lies there, and nothing without a place");
        }
        let cursor = page(&store, &namur, Some(&start)).await.cursor;
        let moved = change(&store, &here, json!({"communeId": ARLON})).await;
        let seen = page(&store, &namur, Some(&cursor)).await;
        assert_eq!(told(&seen), [(Kind::VisibilityLost, here.id.into())]);
        assert!(seen.changes[0].content.is_none());
        // Who reads both at once is not shown what lies elsewhere now.
        assert!(page(&store, &namur, Some(&start)).await.changes.iter().all(|change| change.kind == Kind::VisibilityLost));
        // It goes while nobody reads: who knew it here hears of that.
        kept(store.remove::<Offer>(&editor(), moved.id, moved.revision).await);
        assert_eq!(told(&page(&store, &namur, Some(&cursor)).await), [(Kind::Delete, here.id.into())]);
        change(&store, &there, json!({"communeId": NAMUR})).await;
        let seen = page(&store, &namur, Some(&seen.cursor)).await;
        assert_eq!(told(&seen), [(Kind::Upsert, there.id.into())], "what comes is told");
        change(&store, &nowhere, json!({"title": "Miche"})).await;
        assert!(page(&store, &namur, Some(&seen.cursor)).await.changes.is_empty());
    }
}

testing::both! {
    async fn what_lies_on_a_territory_moves_with_the_communes_of_that_territory(store: Store) {
        kept(store.load_reference().await);
        let named = json!({"kind": "LIVING_AREA", "name": {"fr": "Notre bassin"}, "communeCodes": [NAMUR], "extent": "COMPLETE"});
        let named: Territory = kept(store.create(&editor(), input::<NewTerritory>(named)).await);
        let project = json!({"title": "Ceinture", "territoryIds": [named.id]});
        let project: Project = kept(store.create(&editor(), input::<NewProject>(project)).await);
        let at = |nis: &str| Filter {
            communes: vec![nis.parse().unwrap()],
            types: vec![RecordType::Project],
            ..Filter::default()
        };
        let start = async |filter: &Filter| page(&store, filter, None).await.cursor;
        let (namur, arlon) = (start(&at(NAMUR)).await, start(&at(ARLON)).await);
        let wider = json!({"id": named.id, "expectedRevision": 1, "communeCodes": [NAMUR, ARLON]});
        kept(store.edit::<Territory>(&editor(), input::<TerritoryPatch>(wider)).await);
        let came = page(&store, &at(ARLON), Some(&arlon)).await;
        assert_eq!(told(&came), [(Kind::Upsert, project.id.into())]);
        assert_eq!(came.changes[0].revision, project.revision);
        let elsewhere = json!({"id": named.id, "expectedRevision": 2, "communeCodes": [ARLON]});
        kept(store.edit::<Territory>(&editor(), input::<TerritoryPatch>(elsewhere)).await);
        let lost = page(&store, &at(NAMUR), Some(&namur)).await;
        assert_eq!(lost.changes.last().map(|change| change.kind), Some(Kind::VisibilityLost));
        let named_anew = json!({"id": named.id, "expectedRevision": 3, "name": {"fr": "Bassin"}});
        kept(store.edit::<Territory>(&editor(), input::<TerritoryPatch>(named_anew)).await);
        assert!(page(&store, &at(NAMUR), Some(&lost.cursor)).await.changes.is_empty());
    }
}

testing::both! {
    async fn a_cursor_is_refused_under_another_filter_and_where_it_was_changed(store: Store) {
        let cursor = page(&store, &of(&[RecordType::Offer]), None).await.cursor;
        let refused = store.feed(&of(&[RecordType::Need]), Some(&cursor), 10, true).await;
        assert!(matches!(refused, Err(Error::Cursor)));
        assert!(matches!(store.feed(&all(), Some(&cursor), 10, true).await, Err(Error::Cursor)));
        let changed = cursor.replacen(cursor.chars().nth(40).unwrap(), "-", 1);
        assert!(matches!(store.feed(&of(&[RecordType::Offer]), Some(&changed), 10, true).await, Err(Error::Cursor)));
        kept(store.feed(&of(&[RecordType::Offer]), Some(&cursor), 10, true).await);
    }
}

async fn rows(store: &Store) -> Vec<(RecordId, Kind)> {
    let page = kept(store.feed(&all(), None, MOST, false).await);
    page.changes
        .iter()
        .map(|change| (change.record, change.kind))
        .collect()
}

testing::both! {
    async fn what_later_rows_supersede_goes_and_the_last_of_each_record_stays(store: Store) {
        let start = kept(store.feed_head().await);
        let by = house(&store, "Ferme", json!({})).await;
        let gone = bread(&store, by.id, json!({})).await;
        let kept_one = bread(&store, by.id, json!({})).await;
        kept(store.remove::<Offer>(&editor(), gone.id, 1).await);
        let kept_one = change(&store, &kept_one, json!({"title": "Miche"})).await;
        let old = page(&store, &all(), Some(&start)).await.cursor;
        let now = store.mint().now();
        assert_eq!(kept(store.compact_feed(now - TimeDelta::days(400)).await), 0, "young rows stay");
        assert_eq!(kept(store.compact_feed(now).await), 2);
        let expected = [(by.id.into(), Kind::Upsert), (gone.id.into(), Kind::Delete), (kept_one.id.into(), Kind::Upsert)];
        assert_eq!(rows(&store).await, expected, "a deletion is told of for ever");
        assert!(matches!(store.feed(&all(), Some(&start), 10, true).await, Err(Error::CursorExpired)));
        assert!(page(&store, &all(), Some(&old)).await.changes.is_empty(), "what is behind the cleared rows is good");
        assert_eq!(kept(store.compact_feed(now).await), 0);
    }
}

testing::both! {
    async fn who_begins_now_is_not_kept_from_going_on_by_what_was_cleared_before(store: Store) {
        let by = house(&store, "Ferme", json!({})).await;
        let made = bread(&store, by.id, json!({})).await;
        change(&store, &made, json!({"title": "Miche"})).await;
        kept(store.compact_feed(store.mint().now()).await);
        let first = kept(store.feed(&all(), None, 1, true).await);
        assert!(first.has_more);
        let second = page(&store, &all(), Some(&first.cursor)).await;
        assert_eq!(told(&second), [(Kind::Upsert, made.id.into())]);
    }
}

testing::both! {
    async fn after_an_older_copy_is_put_back_every_cursor_has_expired(store: Store) {
        let (before, epoch) = (kept(store.feed_head().await), kept(store.feed_epoch().await));
        kept(store.begin_feed_anew().await);
        // A server that starts afterwards.
        let again = reopened(&store).await;
        assert_ne!(kept(again.feed_epoch().await), epoch);
        assert!(matches!(again.feed(&all(), Some(&before), 10, true).await, Err(Error::CursorExpired)));
        // Put back by hand, without a word: the cursor names a place that is not reached yet.
        house(&store, "Ferme", json!({})).await;
        let ahead = kept(again.feed_head().await);
        store.connection().execute_unprepared("DELETE FROM feed").await.unwrap();
        assert!(matches!(again.feed(&all(), Some(&ahead), 10, true).await, Err(Error::CursorExpired)));
    }
}

/// The same database, opened by another server.
async fn reopened(store: &Store) -> Store {
    let address = match store.engine() {
        store::Engine::Sqlite => {
            let rows = store
                .connection()
                .query_one_raw(sea_orm::Statement::from_string(
                    store.connection().get_database_backend(),
                    "SELECT file FROM pragma_database_list WHERE name = 'main'",
                ))
                .await
                .unwrap();
            let file: String = rows.unwrap().try_get("", "file").unwrap();
            format!("sqlite://{file}")
        }
        store::Engine::Postgres => {
            let row = store
                .connection()
                .query_one_raw(sea_orm::Statement::from_string(
                    store.connection().get_database_backend(),
                    "SELECT current_database()::text AS name",
                ))
                .await
                .unwrap();
            let name: String = row.unwrap().try_get("", "name").unwrap();
            testing::Postgres::with_database(&testing::Postgres::address(), &name)
        }
    };
    Store::open(&address, 16, Arc::new(FixedMint::starting_at(1 << 40)))
        .await
        .unwrap()
}

testing::both! {
    async fn who_waits_is_told_of_a_write_here_at_once_and_elsewhere_within_a_second_or_so(store: Store) {
        let elsewhere = reopened(&store).await;
        let listening = tokio::spawn({ let store = store.clone(); async move { store.listen().await } });
        let mut bell = store.feed_bell();
        bell.borrow_and_update();
        house(&store, "Ferme", json!({})).await;
        assert!(bell.has_changed().unwrap());
        // The poller's own first look rings too.
        tokio::time::sleep(Duration::from_millis(1_500)).await;
        bell.borrow_and_update();
        house(&elsewhere, "Autre ferme", json!({})).await;
        tokio::time::timeout(Duration::from_secs(5), bell.changed()).await.unwrap().unwrap();
        listening.abort();
    }
}

// Under many hands.

const WRITERS: u64 = 8;

/// What a reader who follows the feed has: each organisation's revision and name.
type Mirror = BTreeMap<RecordId, (i32, String)>;

fn take(mirror: &mut Mirror, page: &FeedPage) {
    for change in &page.changes {
        match (change.kind, change.content.as_deref()) {
            (Kind::Upsert | Kind::Split, Some(Content::Organisation(house))) => {
                assert_eq!(
                    change.kind == Kind::Split,
                    change.into.len() == 1,
                    "what is there again is told"
                );
                let known = mirror.get(&change.record).map_or(0, |(revision, _)| *revision);
                if house.revision > known {
                    mirror.insert(change.record, (house.revision, house.name.clone()));
                }
            }
            (Kind::Delete, None) => {
                mirror.remove(&change.record);
            }
            (Kind::Merge, None) => {
                assert_eq!(change.into.len(), 1, "where it went is told");
                mirror.remove(&change.record);
            }
            other => panic!("{other:?}"),
        }
    }
}

/// What is in the database, and what of it the mirror has not, or has although it is gone.
async fn compare(store: &Store, mirror: &Mirror) -> (usize, usize) {
    let mut truth = Mirror::new();
    let mut after = None;
    loop {
        let some: Vec<Organisation> = kept(store.walk(&organisation::Filter::default(), after, 500).await);
        after = some.last().map(|house| house.id);
        if some.is_empty() {
            break;
        }
        truth.extend(
            some.into_iter()
                .map(|house| (house.id.into(), (house.revision, house.name))),
        );
    }
    let lost = truth
        .iter()
        .filter(|(id, state)| mirror.get(id) != Some(state))
        .count();
    let resurrected = mirror.keys().filter(|id| !truth.contains_key(id)).count();
    (lost, resurrected)
}

/// Each transaction that writes the feed's rows stays open for a moment, and one in ten is rolled back after it.
const SLOW_AND_FAILING: &str = "
    CREATE FUNCTION slow_and_failing() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM pg_sleep(random() * 0.008);
        IF random() < 0.1 THEN RAISE EXCEPTION 'rolled back'; END IF;
        RETURN NULL;
    END $$;
    CREATE TRIGGER slow_and_failing AFTER INSERT ON feed FOR EACH ROW EXECUTE FUNCTION slow_and_failing();
";

/// In this database the writers' lock does nothing: its name finds this function before PostgreSQL's own.
const WITHOUT_LOCK: &str = "
    CREATE SCHEMA naive;
    CREATE FUNCTION naive.pg_advisory_xact_lock(bigint) RETURNS void LANGUAGE sql AS 'SELECT';
    DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET search_path = naive, pg_catalog, public', current_database()); END $$;
";

/// One writer: makes, changes, merges and removes organisations, with pauses; what is rolled back is not tried again.
async fn write(store: Store, writer: u64, rounds: u64) {
    let mut own: Vec<Organisation> = Vec::new();
    for round in 0..rounds {
        let (pause, choice, place) = {
            let mut random = rand::rng();
            (
                random.random_range(0..4),
                random.random_range(0..10),
                random.random::<u32>() as usize,
            )
        };
        tokio::time::sleep(Duration::from_millis(pause)).await;
        if choice < 4 || own.is_empty() {
            let new: NewOrganisation = input(json!({"name": format!("{writer}.{round}")}));
            own.extend(store.create::<Organisation>(&editor(), new).await.ok());
            continue;
        }
        let place = place % own.len();
        let house = own[place].clone();
        if choice < 8 {
            let patch: OrganisationPatch = input(
                json!({"id": house.id, "expectedRevision": house.revision, "name": format!("{writer}.{round}!")}),
            );
            if let Ok(changed) = store.edit::<Organisation>(&editor(), patch).await {
                own[place] = changed;
            }
        } else if choice == 8 && own.len() > 1 {
            let other = own[(place + 1) % own.len()].clone();
            let (goes, into) = ((house.id, house.revision), (other.id, other.revision));
            if let Ok(stays) = store.merge_organisations(&editor(), goes, into).await {
                own.retain(|known| known.id != house.id && known.id != other.id);
                own.push(stays);
            }
            // Every other merge is taken back: both are there again.
            if round % 2 == 0 {
                split(&store, &house, &mut own).await;
            }
        } else if store
            .remove::<Organisation>(&editor(), house.id, house.revision)
            .await
            .is_ok()
        {
            own.swap_remove(place);
        }
    }
}

/// Takes back the merge by which an organisation went, where that was not rolled back.
async fn split(store: &Store, gone: &Organisation, own: &mut Vec<Organisation>) {
    let filter = HistoryFilter {
        record: Some(gone.id.into()),
        ..HistoryFilter::default()
    };
    let last = kept(store.history(&editor(), &filter, &Page::first(1)).await);
    let last = &last.edges[0].node;
    if last.kind == domain::change::Kind::Merged && store.undo(&editor(), last.id).await.is_ok() {
        let ids: Vec<OrganisationId> = own.iter().map(|house| house.id).chain([gone.id]).collect();
        *own = kept(store.many::<Organisation>(&ids).await);
    }
}

/// Follows the feed until the writers are done and nothing is left; now and then it falls over and goes on from what it
/// had put down last.
async fn follow(store: Store, begun: (String, Mirror), done: Arc<AtomicBool>) -> (Mirror, u32) {
    let filter = of(&[RecordType::Organisation]);
    let mut put_down = begun.clone();
    let (mut cursor, mut mirror) = begun;
    let mut falls = 0;
    loop {
        let last = done.load(Ordering::SeqCst);
        let (size, chance): (usize, u32) = {
            let mut random = rand::rng();
            (random.random_range(1..40), random.random_range(0..100))
        };
        let page = kept(store.feed(&filter, Some(&cursor), size, true).await);
        take(&mut mirror, &page);
        cursor = page.cursor.clone();
        if last && !page.has_more && page.changes.is_empty() {
            return (mirror, falls);
        }
        if chance < 20 {
            put_down = (cursor.clone(), mirror.clone());
        } else if chance < 30 {
            (cursor, mirror) = put_down.clone();
            falls += 1;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// Eight writers and a reader on this database; answers how much the reader lost and resurrected.
async fn under_many_hands(store: &Store, rounds: u64) -> (usize, usize) {
    let begun = (kept(store.feed_head().await), Mirror::new());
    let done = Arc::new(AtomicBool::new(false));
    let reader = tokio::spawn(follow(store.clone(), begun, Arc::clone(&done)));
    let writers = (0..WRITERS).map(|writer| tokio::spawn(write(store.clone(), writer, rounds)));
    for writer in futures::future::join_all(writers).await {
        writer.unwrap();
    }
    done.store(true, Ordering::SeqCst);
    let (mirror, falls) = reader.await.unwrap();
    assert!(!mirror.is_empty() && falls > 0);
    compare(store, &mirror).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn eight_writers_and_a_reader_who_falls_over_end_with_the_same_state() {
    let database = Database::postgres().await;
    let store = database.store();
    store
        .connection()
        .execute_unprepared(SLOW_AND_FAILING)
        .await
        .unwrap();
    assert_eq!(under_many_hands(&store, 60).await, (0, 0), "lost, resurrected");
    database.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_the_writers_lock_the_same_reader_loses_changes() {
    let database = Database::postgres().await;
    let before = database.store();
    before
        .connection()
        .execute_unprepared(SLOW_AND_FAILING)
        .await
        .unwrap();
    before
        .connection()
        .execute_unprepared(WITHOUT_LOCK)
        .await
        .unwrap();
    // Connections that were opened since look for the lock there.
    let store = reopened(&before).await;
    let (lost, resurrected) = under_many_hands(&store, 60).await;
    println!("without the lock: {lost} lost, {resurrected} resurrected");
    assert!(lost + resurrected > 0);
    store.close().await.unwrap();
    database.close().await;
}

testing::both! {
    async fn a_snapshot_and_the_feed_from_its_cursor_are_the_whole_state_while_others_write(store: Store) {
        for number in 0..60 {
            house(&store, &format!("before {number}"), json!({})).await;
        }
        let done = Arc::new(AtomicBool::new(false));
        let writers: Vec<_> = (0..WRITERS).map(|writer| tokio::spawn(write(store.clone(), writer, 20))).collect();
        tokio::time::sleep(Duration::from_millis(20)).await;
        let cursor = kept(store.feed_head().await);
        let mut mirror = Mirror::new();
        let mut after = None;
        loop {
            let some: Vec<Organisation> = kept(store.walk(&organisation::Filter::default(), after, 7).await);
            after = some.last().map(|house| house.id);
            if some.is_empty() { break; }
            mirror.extend(some.into_iter().map(|house| (house.id.into(), (house.revision, house.name))));
            tokio::time::sleep(Duration::from_millis(3)).await;
        }
        let reader = tokio::spawn(follow(store.clone(), (cursor, mirror), Arc::clone(&done)));
        for writer in writers {
            writer.await.unwrap();
        }
        done.store(true, Ordering::SeqCst);
        let (mirror, _) = reader.await.unwrap();
        assert_eq!(compare(&store, &mirror).await, (0, 0), "lost, resurrected");
        assert_eq!(mirror.keys().collect::<HashSet<_>>().len(), mirror.len());
    }
}
