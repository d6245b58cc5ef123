//! Pushing: what becomes of rows, of retries, of older rows, of what was removed; runs; who may.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use domain::offer::{self, Offer};
use domain::organisation::{NewOrganisation, Organisation};
use domain::outcome::NewOutcome;
use domain::page::Page;
use domain::policy::{Actor, Client, Role, Scope};
use domain::push::{
    Deletion, ErrorPolicy, Mode, NeedRow, Notice, OfferRow, OrganisationRow, Outcome, Pushed,
};
use domain::source::{NewSource, Source, SourcePatch};
use domain::{OfferId, Refusal};
use serde_json::{Value, json};
use store::{Answer, Came, HistoryFilter, Push, RowResult, RunState, Store};
use testing::{editor, input, kept, refused, signed, visitor};
use uuid::Uuid;

async fn source(store: &Store, code: &str) -> Source {
    kept(store.load_reference().await);
    kept(
        store
            .create(&editor(), input::<NewSource>(json!({"code": code, "name": code})))
            .await,
    )
}

/// A request with these rows.
fn rows(rows: &Value) -> Push {
    fn of<T: serde::de::DeserializeOwned + domain::push::Row>(rows: &Value, name: &str) -> Vec<Came<T>> {
        let rows = rows[name].as_array().cloned().unwrap_or_default();
        rows.into_iter().map(|row| input::<T>(row).into()).collect()
    }
    let deletions = rows["deletions"].as_array().cloned().unwrap_or_default();
    Push {
        source: "annuaire".into(),
        organisations: of::<OrganisationRow>(rows, "organisations"),
        offers: of::<OfferRow>(rows, "offers"),
        needs: of::<NeedRow>(rows, "needs"),
        deletions: deletions
            .into_iter()
            .map(|row| {
                let row = input::<Deletion>(row);
                Came {
                    external_id: Some(row.external_id.clone()),
                    row: Ok(row),
                }
            })
            .collect(),
        digest: rows.to_string(),
        ..Push::default()
    }
}

async fn push(store: &Store, what: Value) -> Answer {
    kept(store.push(&editor(), rows(&what)).await)
}

fn outcomes(answer: &Answer) -> Vec<Outcome> {
    answer.rows.iter().map(|row| row.outcome).collect()
}

fn errors(row: &RowResult) -> Vec<String> {
    row.errors
        .iter()
        .map(|refusal| {
            format!("{} {}", refusal.code(), refusal.field())
                .trim()
                .to_owned()
        })
        .collect()
}

fn farm() -> Value {
    json!({"externalId": "f1", "name": "Ferme du Pré", "commune": "92094"})
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "what a test says stands where it says it"
)]
fn bread(more: Value) -> Value {
    let mut row =
        json!({"externalId": "o1", "organisationExternalId": "f1", "productType": "bread", "title": "Pain"});
    row.as_object_mut()
        .unwrap()
        .extend(more.as_object().cloned().unwrap());
    row
}

async fn offer_of(store: &Store, answer: &Answer, place: usize) -> Offer {
    let id: OfferId = answer.rows[place].record_id.unwrap().uuid.into();
    kept(store.get::<Offer>(&visitor(), id).await)
}

async fn feed_rows(store: &Store) -> i64 {
    use sea_orm::{ConnectionTrait, Statement};
    let connection = store.connection();
    let query = Statement::from_string(
        connection.get_database_backend(),
        "SELECT count(*) AS rows FROM feed",
    );
    connection
        .query_one_raw(query)
        .await
        .unwrap()
        .unwrap()
        .try_get("", "rows")
        .unwrap()
}

testing::both! {
    async fn rows_make_change_and_leave_alone(store: Store) {
        source(&store, "annuaire").await;
        let all = json!({"organisations": [farm()], "offers": [bread(json!({"price": {"amount": "2.50", "per": "PIECE"}}))],
            "needs": [{"externalId": "n1", "organisationExternalId": "f1", "productType": "milk", "quantity": {"value": 20, "unit": "LITRE"}}]});
        let first = push(&store, all.clone()).await;
        assert_eq!(outcomes(&first), [Outcome::Created; 3], "{first:#?}");
        let before = feed_rows(&store).await;
        let again = push(&store, all).await;
        assert_eq!(outcomes(&again), [Outcome::Unchanged; 3]);
        assert_eq!(again.rows[1].revision, Some(1));
        assert_eq!(again.rows[1].record_id, first.rows[1].record_id);
        assert_eq!(feed_rows(&store).await, before, "what says nothing new writes nothing");
        let changed = push(&store, json!({"offers": [bread(json!({"price": null, "months": [5]}))]})).await;
        assert_eq!((outcomes(&changed), changed.rows[0].revision), (vec![Outcome::Updated], Some(2)));
        let offer = offer_of(&store, &changed, 0).await;
        assert_eq!((offer.price, offer.months), (None, vec![5]));
        assert_eq!(feed_rows(&store).await, before + 1);
    }
}

testing::both! {
    async fn an_older_row_is_stale_and_nothing_removed_comes_back(store: Store) {
        source(&store, "annuaire").await;
        push(&store, json!({"organisations": [farm()], "offers": [bread(json!({"sourceUpdatedAt": "2026-05-01T00:00:00Z"}))]})).await;
        let older = json!({"offers": [bread(json!({"sourceUpdatedAt": "2026-04-30T00:00:00Z", "title": "Vieux"}))]});
        assert_eq!(outcomes(&push(&store, older.clone()).await), [Outcome::Stale]);
        let same_but_newer = json!({"offers": [bread(json!({"sourceUpdatedAt": "2026-06-01T00:00:00Z"}))]});
        assert_eq!(outcomes(&push(&store, same_but_newer).await), [Outcome::Unchanged]);
        let between = json!({"offers": [bread(json!({"sourceUpdatedAt": "2026-05-15T00:00:00Z", "title": "Entre"}))]});
        assert_eq!(outcomes(&push(&store, between).await), [Outcome::Stale], "the newer age is remembered though nothing changed");
        let gone = json!({"deletions": [{"recordType": "OFFER", "externalId": "o1", "sourceUpdatedAt": "2026-07-01T00:00:00Z"}]});
        assert_eq!(outcomes(&push(&store, gone.clone()).await), [Outcome::Deleted]);
        assert_eq!(outcomes(&push(&store, gone).await), [Outcome::Unchanged]);
        assert_eq!(outcomes(&push(&store, older).await), [Outcome::Stale], "an older row does not bring it back");
        let anew = json!({"offers": [bread(json!({"sourceUpdatedAt": "2026-08-01T00:00:00Z"}))]});
        assert_eq!(outcomes(&push(&store, anew).await), [Outcome::Created]);
    }
}

testing::both! {
    async fn what_a_person_removed_stays_removed_until_the_source_lets_go(store: Store) {
        source(&store, "annuaire").await;
        let all = json!({"organisations": [farm()], "offers": [bread(json!({}))]});
        let made = push(&store, all.clone()).await;
        let offer = offer_of(&store, &made, 1).await;
        kept(store.remove::<Offer>(&editor(), offer.id, 1).await);
        let again = push(&store, all).await;
        assert_eq!(errors(&again.rows[1]), ["REMOVED_HERE"]);
        let other = push(&store, json!({"offers": [bread(json!({"title": "Autre"}))]})).await;
        assert_eq!(errors(&other.rows[0]), ["REMOVED_HERE"]);
        push(&store, json!({"deletions": [{"recordType": "OFFER", "externalId": "o1"}]})).await;
        let anew = push(&store, json!({"offers": [bread(json!({}))]})).await;
        assert_eq!(outcomes(&anew), [Outcome::Created]);
    }
}

testing::both! {
    async fn bad_rows_are_refused_and_the_others_unharmed(store: Store) {
        source(&store, "annuaire").await;
        let answer = push(&store, json!({
            "organisations": [farm(), {"externalId": "f2", "name": "X", "enterpriseNumber": "0123456789"}, {"externalId": "f3"}],
            "offers": [
                bread(json!({})),
                bread(json!({"externalId": "o2", "productType": "unobtainium"})),
                bread(json!({"externalId": "o3", "commune": "99999"})),
                bread(json!({"externalId": "o4", "quantity": {"value": -1, "unit": "KILOGRAM"}})),
                bread(json!({"externalId": "o5", "organisationExternalId": "f2"})),
                bread(json!({"externalId": "o6", "organisationExternalId": "nobody"})),
                bread(json!({"externalId": "o7"})), bread(json!({"externalId": "o7"})),
                bread(json!({"externalId": "o8", "commune": "82003"})),
                bread(json!({"externalId": "", "title": "Sans nom"})),
                bread(json!({"externalId": "o9", "title": "x".repeat(400)})),
            ],
        })).await;
        let said: Vec<Vec<String>> = answer.rows.iter().map(errors).collect();
        let expected: Vec<Vec<&str>> = vec![
            vec![], vec!["INVALID enterpriseNumber"], vec!["REQUIRED name"],
            vec![], vec!["UNKNOWN_REFERENCE productType"], vec!["UNKNOWN_REFERENCE commune"], vec!["INVALID quantity.value"],
            vec!["UNKNOWN_REFERENCE organisationExternalId"], vec!["UNKNOWN_REFERENCE organisationExternalId"],
            vec!["DUPLICATE externalId"], vec!["DUPLICATE externalId"], vec![], vec!["REQUIRED externalId"], vec!["TOO_LONG title"],
        ];
        assert_eq!(said, expected);
        assert_eq!(answer.rows[11].notices, [Notice::CommuneSucceeded]);
        assert_eq!((answer.counts.created, answer.counts.rejected), (3, 11));
        let here = kept(store.source("annuaire").await).unwrap();
        let log = kept(store.rejections(&editor(), &here, 100).await);
        assert_eq!(log.len(), 11);
        assert_eq!(log[0].record_type, Pushed::Organisation);
        assert!(matches!(store.rejections(&visitor(), &here, 1).await, Err(store::Error::Refused(_))));
        let health = kept(store.source_health(&here).await);
        assert_eq!((health.organisations, health.offers, health.lately.rejected), (1, 2, 11));
    }
}

testing::both! {
    async fn everything_or_nothing_where_that_is_asked(store: Store) {
        source(&store, "annuaire").await;
        let what = json!({"organisations": [farm()], "offers": [bread(json!({"productType": "unobtainium"}))]});
        let answer = kept(store.push(&editor(), Push { policy: ErrorPolicy::RejectEverything, ..rows(&what) }).await);
        assert!(!answer.applied);
        assert_eq!(outcomes(&answer), [Outcome::Created, Outcome::Rejected]);
        assert_eq!(kept(store.named("annuaire", None, "f1").await), None);
    }
}

testing::both! {
    async fn a_retry_is_answered_and_not_done_again(store: Store) {
        source(&store, "annuaire").await;
        let keyed = |what: &Value| Push { key: Some("une".into()), ..rows(what) };
        let what = json!({"organisations": [farm()]});
        let first = kept(store.push(&editor(), keyed(&what)).await);
        push(&store, json!({"organisations": [{"externalId": "f1", "name": "Autre nom"}]})).await;
        let again = kept(store.push(&editor(), keyed(&what)).await);
        assert!(again.is_replay && !first.is_replay);
        assert_eq!(again.rows, first.rows);
        let other = json!({"organisations": [{"externalId": "f1", "name": "Encore un autre"}]});
        assert_eq!(refused(store.push(&editor(), keyed(&other)).await), ["KEY_REUSED"]);
        let organisation: Organisation = kept(store.get(&visitor(), first.rows[0].record_id.unwrap().uuid.into()).await);
        assert_eq!(organisation.name, "Autre nom");
    }
}

testing::both! {
    async fn a_dry_run_changes_nothing_and_what_follows_equals_it_or_says_so(store: Store) {
        source(&store, "annuaire").await;
        push(&store, json!({"organisations": [farm()]})).await;
        let what = json!({"organisations": [{"externalId": "f1", "website": "ferme.be"}], "offers": [bread(json!({}))]});
        let before = feed_rows(&store).await;
        let dry = kept(store.push(&editor(), Push { dry_run: true, ..rows(&what) }).await);
        assert_eq!((dry.applied, outcomes(&dry)), (false, vec![Outcome::Updated, Outcome::Created]));
        assert_eq!(dry.rows[0].changes.iter().map(|change| change.field.as_str()).collect::<Vec<_>>(), ["website"]);
        assert_eq!(feed_rows(&store).await, before);
        let planned = |what: &Value| Push { plan: Some(dry.plan.clone()), ..rows(what) };
        push(&store, json!({"offers": [bread(json!({}))]})).await;
        let moved = kept(store.push(&editor(), planned(&what)).await);
        assert_eq!((moved.applied, moved.is_moved, outcomes(&moved)), (false, true, vec![Outcome::Updated, Outcome::Unchanged]));
        assert_ne!(moved.plan, dry.plan);
        push(&store, json!({"deletions": [{"recordType": "OFFER", "externalId": "o1"}]})).await;
        let done = kept(store.push(&editor(), planned(&what)).await);
        assert_eq!((done.applied, outcomes(&done)), (true, outcomes(&dry)));
    }
}

testing::both! {
    async fn only_closing_a_run_turns_absence_into_removal_and_not_too_much_of_it(store: Store) {
        source(&store, "annuaire").await;
        let offers: Vec<Value> = (0..20).map(|n| bread(json!({"externalId": format!("o{n}")}))).collect();
        push(&store, json!({"organisations": [farm()], "offers": offers})).await;
        let run = kept(store.open_run(&editor(), "annuaire").await);
        let snapshot = |what: Value| Push { mode: Mode::FullSnapshot, run: Some(run.id), ..rows(&what) };
        kept(store.push(&editor(), snapshot(json!({"organisations": [farm()], "offers": offers[..10]}))).await);
        assert_eq!(refused(store.close_run(&editor(), "annuaire", run.id, None).await), ["MASS_DELETION"]);
        assert_eq!(refused(store.close_run(&editor(), "annuaire", run.id, Some("autre")).await), ["MASS_DELETION"]);
        // A row that is refused is there all the same: the source named it.
        let bad = bread(json!({"externalId": "o19", "productType": "unobtainium"}));
        let rest = [&offers[10..18], &[bad]].concat();
        kept(store.push(&editor(), snapshot(json!({"offers": rest}))).await);
        let closed = kept(store.close_run(&editor(), "annuaire", run.id, None).await);
        assert_eq!((closed.state, closed.counts.deleted), (RunState::Closed, 1));
        let count = kept(store.count::<Offer>(&offer::Filter::default()).await);
        assert_eq!(count, 19);
        assert_eq!(refused(store.push(&editor(), snapshot(json!({}))).await), ["TRANSITION run"]);
        let again = kept(store.close_run(&editor(), "annuaire", run.id, None).await);
        assert_eq!(again.counts.deleted, 1, "closing again answers what closing did");
        assert_eq!(refused(store.close_run(&editor(), "annuaire", Uuid::nil(), None).await), ["UNKNOWN_REFERENCE run"]);
    }
}

testing::both! {
    async fn an_organisation_known_by_its_number_is_joined_and_filled_not_doubled(store: Store) {
        source(&store, "annuaire").await;
        let known: Organisation = kept(store.create(&editor(), input::<NewOrganisation>(json!({
            "name": "Ferme du Pré", "numbers": [{"scheme": "ENTERPRISE", "value": "0403019261"}],
        }))).await);
        let row = json!({"externalId": "f9", "name": "FERME DU PRE", "enterpriseNumber": "BE 0403.019.261", "website": "ferme.be"});
        let answer = push(&store, json!({"organisations": [row.clone(), {"externalId": "f8", "name": "X", "enterpriseNumber": "403019261"}]})).await;
        assert_eq!(answer.rows[0].record_id, Some(known.id.into()));
        assert_eq!(answer.rows[0].notices, [Notice::JoinedByNumber]);
        assert_eq!(errors(&answer.rows[1]), ["DUPLICATE enterpriseNumber"]);
        let now: Organisation = kept(store.get(&visitor(), known.id).await);
        assert_eq!((now.name.as_str(), now.website.as_deref()), ("Ferme du Pré", Some("https://ferme.be")));
        let renamed = json!({"externalId": "f9", "name": "AUTRE", "enterpriseNumber": "0403019261", "website": "ferme.be"});
        assert_eq!(outcomes(&push(&store, json!({"organisations": [renamed]})).await), [Outcome::Unchanged]);
        let gone = push(&store, json!({"deletions": [{"recordType": "ORGANISATION", "externalId": "f9"}]})).await;
        assert_eq!(gone.rows[0].notices, [Notice::KeptForOthers]);
        kept(store.get::<Organisation>(&visitor(), known.id).await);
    }
}

testing::both! {
    async fn an_organisation_with_offers_is_not_let_go_before_them(store: Store) {
        source(&store, "annuaire").await;
        push(&store, json!({"organisations": [farm()], "offers": [bread(json!({}))]})).await;
        let gone = push(&store, json!({"deletions": [{"recordType": "ORGANISATION", "externalId": "f1"}]})).await;
        assert_eq!(errors(&gone.rows[0]), ["IN_USE"]);
        let both = push(&store, json!({"deletions": [
            {"recordType": "ORGANISATION", "externalId": "f1"}, {"recordType": "OFFER", "externalId": "o1"},
        ]})).await;
        assert_eq!(outcomes(&both), [Outcome::Deleted; 2], "in whatever order they come");
    }
}

testing::both! {
    async fn a_machine_pushes_under_its_own_sources_only(store: Store) {
        let own = source(&store, "annuaire").await;
        kept(store.create::<Source>(&editor(), input(json!({"code": "autre", "name": "Autre"}))).await);
        let client = |scopes: Vec<Scope>| Actor::Client(Client { id: Uuid::from_u128(7), organisation: None, sources: vec![own.id], scopes, territories: vec![], projects: vec![], councils: vec![], documents_only: false });
        let may = client(vec![Scope::ExchangeWrite]);
        let what = rows(&json!({"organisations": [farm()]}));
        kept(store.push(&may, what.clone()).await);
        assert_eq!(refused(store.push(&may, Push { source: "autre".into(), ..what.clone() }).await), ["FORBIDDEN"]);
        assert_eq!(refused(store.push(&may, Push { source: "inconnue".into(), ..what.clone() }).await), ["FORBIDDEN"]);
        assert_eq!(refused(store.push(&client(vec![Scope::ExchangeRead]), what.clone()).await), ["FORBIDDEN"]);
        assert_eq!(refused(store.push(&visitor(), what.clone()).await), ["UNAUTHENTICATED"]);
        let (member, _) = signed(&store, Role::Member, json!({})).await;
        assert_eq!(refused(store.push(&member, what.clone()).await), ["FORBIDDEN"]);
        let pause = input::<SourcePatch>(json!({"id": own.id, "expectedRevision": 1, "standing": "PAUSED"}));
        kept(store.edit::<Source>(&editor(), pause).await);
        assert_eq!(refused(store.push(&may, what).await), ["INVALID source"]);
    }
}

testing::both! {
    async fn the_number_of_statements_does_not_depend_on_the_number_of_rows(store: Store) {
        source(&store, "annuaire").await;
        let mut counts = Vec::new();
        for (round, size) in [(0, 10), (1, 500)] {
            let offers: Vec<Value> = (0..size).map(|n| bread(json!({"externalId": format!("{round}-{n}"), "commune": "92094"}))).collect();
            let before = store.statements();
            let answer = push(&store, json!({"organisations": [{"externalId": format!("{round}"), "name": "Une"}, farm()], "offers": offers})).await;
            assert_eq!(answer.counts.rejected, 0);
            counts.push(store.statements() - before);
        }
        match store.engine() {
            store::Engine::Postgres => assert!(counts[1] <= counts[0] + 1, "{counts:?}"),
            // SQLite takes the values one by one, as many as fit in a statement.
            store::Engine::Sqlite => assert!(counts[1] <= counts[0] + 4, "{counts:?}"),
        }
        let slice = kept(store.list::<Offer>(&offer::Filter::default(), offer::Order::UpdatedLast, &Page::default()).await);
        assert_eq!(slice.edges.len(), 20);
        assert!(Refusal::RemovedHere.message(domain::Lang::Fr).contains("retiré"));
    }
}

testing::both! {
    async fn what_was_stopped_for_one_row_s_sake_is_answered_so_again(store: Store) {
        source(&store, "annuaire").await;
        let what = json!({"organisations": [farm()], "offers": [bread(json!({"productType": "unobtainium"}))]});
        let stopping = Push { policy: ErrorPolicy::RejectEverything, key: Some("une".into()), ..rows(&what) };
        let first = kept(store.push(&editor(), stopping.clone()).await);
        let again = kept(store.push(&editor(), stopping).await);
        assert!(again.is_replay && !again.applied);
        assert_eq!(again.rows, first.rows);
    }
}

testing::both! {
    async fn what_the_source_said_last_is_remembered_also_where_it_changed_nothing(store: Store) {
        source(&store, "annuaire").await;
        let titled = |title: &str| json!({"offers": [bread(json!({"title": title}))]});
        let made = push(&store, json!({"organisations": [farm()], "offers": [bread(json!({"title": "A"}))]})).await;
        let offer = offer_of(&store, &made, 1).await;
        kept(store.edit::<Offer>(&editor(), input(json!({"id": offer.id, "expectedRevision": 1, "title": "B"}))).await);
        assert_eq!(outcomes(&push(&store, titled("A")).await), [Outcome::Unchanged], "staff mended it, the source says nothing new");
        assert_eq!(outcomes(&push(&store, titled("B")).await), [Outcome::Unchanged]);
        assert_eq!(outcomes(&push(&store, titled("A")).await), [Outcome::Updated], "it said B in between");
    }
}

testing::both! {
    async fn an_offer_of_an_organisation_that_was_joined_and_lacked_nothing_finds_it(store: Store) {
        source(&store, "annuaire").await;
        let known: Organisation = kept(store.create(&editor(), input::<NewOrganisation>(json!({
            "name": "Ferme du Pré", "numbers": [{"scheme": "ENTERPRISE", "value": "0403019261"}],
        }))).await);
        let answer = push(&store, json!({
            "organisations": [{"externalId": "f1", "name": "FERME", "enterpriseNumber": "0403019261"}], "offers": [bread(json!({}))],
        })).await;
        assert_eq!(outcomes(&answer), [Outcome::Unchanged, Outcome::Created], "{answer:#?}");
        assert_eq!(offer_of(&store, &answer, 1).await.organisation_id, known.id);
        let later = push(&store, json!({"offers": [bread(json!({"externalId": "o2"}))]})).await;
        assert_eq!(outcomes(&later), [Outcome::Created], "and in later requests");
    }
}

testing::both! {
    async fn what_an_outcome_names_is_withdrawn_when_its_source_drops_it(store: Store) {
        source(&store, "annuaire").await;
        let made = push(&store, json!({"organisations": [farm()], "offers": [bread(json!({}))]})).await;
        let offer = offer_of(&store, &made, 1).await;
        let named = input::<NewOutcome>(json!({"offerId": offer.id}));
        kept(store.open_outcome(&editor(), named, None).await);
        let gone = push(&store, json!({"deletions": [{"recordType": "OFFER", "externalId": "o1"}]})).await;
        assert_eq!((outcomes(&gone), gone.rows[0].notices.clone()), (vec![Outcome::Deleted], vec![Notice::KeptForOthers]));
        let now = offer_of(&store, &made, 1).await;
        assert_eq!(now.status, offer::Status::Withdrawn);
    }
}

testing::both! {
    async fn a_small_source_is_guarded_too(store: Store) {
        source(&store, "annuaire").await;
        push(&store, json!({"organisations": [farm()], "offers": [bread(json!({}))]})).await;
        let run = kept(store.open_run(&editor(), "annuaire").await);
        assert_eq!(refused(store.close_run(&editor(), "annuaire", run.id, None).await), ["MASS_DELETION"]);
        let closed = kept(store.close_run(&editor(), "annuaire", run.id, Some("annuaire")).await);
        assert_eq!(closed.counts.deleted, 2);
    }
}

testing::both! {
    async fn what_comes_beside_an_open_run_is_not_removed_when_it_is_closed(store: Store) {
        source(&store, "annuaire").await;
        let three: Vec<Value> = (1..=3).map(|n| bread(json!({"externalId": format!("o{n}")}))).collect();
        push(&store, json!({"organisations": [farm()], "offers": three})).await;
        let earlier = kept(store.open_run(&editor(), "annuaire").await);
        let run = kept(store.open_run(&editor(), "annuaire").await);
        let snapshot = |run: Uuid, what: Value| Push { mode: Mode::FullSnapshot, run: Some(run), ..rows(&what) };
        assert_eq!(refused(store.push(&editor(), snapshot(earlier.id, json!({}))).await), ["TRANSITION run"], "another was opened");
        // Named twice, so refused, and there all the same; a change and something new beside the run.
        let twice = bread(json!({"externalId": "o3"}));
        kept(store.push(&editor(), snapshot(run.id, json!({"organisations": [farm()], "offers": [three[0], twice, twice]}))).await);
        push(&store, json!({"offers": [bread(json!({"externalId": "o1", "title": "Changé"})), bread(json!({"externalId": "o9"}))]})).await;
        let closed = kept(store.close_run(&editor(), "annuaire", run.id, Some("annuaire")).await);
        assert_eq!(closed.counts.deleted, 1, "o2 alone");
        assert_eq!(kept(store.count::<Offer>(&offer::Filter::default()).await), 3);
    }
}

testing::both! {
    async fn an_age_is_not_forgotten_and_what_was_removed_does_not_come_back_as_it_was(store: Store) {
        source(&store, "annuaire").await;
        let at = |revision: Value, title: &str| json!({"offers": [bread(json!({"sourceRevision": revision, "title": title}))]});
        push(&store, json!({"organisations": [farm()]})).await;
        push(&store, at(json!(10), "Dix")).await;
        assert_eq!(outcomes(&push(&store, at(Value::Null, "Sans âge")).await), [Outcome::Updated]);
        assert_eq!(outcomes(&push(&store, at(json!(5), "Cinq")).await), [Outcome::Stale]);
        push(&store, json!({"deletions": [{"recordType": "OFFER", "externalId": "o1"}]})).await;
        assert_eq!(outcomes(&push(&store, at(json!(10), "Dix")).await), [Outcome::Stale]);
        assert_eq!(outcomes(&push(&store, at(json!(11), "Onze")).await), [Outcome::Created]);
    }
}

testing::both! {
    async fn two_rows_that_come_to_one_organisation_do_not_harm_the_others(store: Store) {
        source(&store, "annuaire").await;
        let number = json!({"externalId": "f1", "name": "Ferme", "enterpriseNumber": "0403019261"});
        push(&store, json!({"organisations": [number, {"externalId": "f3", "name": "Trois"}]})).await;
        let answer = push(&store, json!({"organisations": [
            {"externalId": "f1", "name": "Ferme du Pré"}, {"externalId": "f2", "name": "F", "enterpriseNumber": "0403019261", "website": "ferme.be"},
            {"externalId": "f3", "enterpriseNumber": "0403019261"}, {"externalId": "f4", "name": "Quatre"},
        ]})).await;
        let said: Vec<Vec<String>> = answer.rows.iter().map(errors).collect();
        assert_eq!(said, [vec![], vec!["DUPLICATE externalId".to_owned()], vec!["DUPLICATE enterpriseNumber".to_owned()], vec![]], "{answer:#?}");
    }
}

testing::both! {
    async fn what_no_database_takes_is_refused_with_its_row(store: Store) {
        source(&store, "annuaire").await;
        let answer = push(&store, json!({"organisations": [farm(), {"externalId": "a\u{0}b", "name": "X"}], "offers": [
            bread(json!({"externalId": "x", "organisationExternalId": "a\u{0}"})), bread(json!({"externalId": "y", "sourceUpdatedAt": "+20000-01-01T00:00:00Z"})),
            bread(json!({"externalId": "z", "title": "Pain\u{0} bis", "packaging": "\u{0}"})),
        ], "deletions": [{"recordType": "OFFER", "externalId": "q\u{0}"}]})).await;
        let said: Vec<Vec<String>> = answer.rows.iter().map(errors).collect();
        let expected: Vec<Vec<&str>> = vec![
            vec![], vec!["INVALID externalId"], vec!["UNKNOWN_REFERENCE organisationExternalId"], vec!["INVALID sourceUpdatedAt"], vec![],
            vec!["INVALID externalId"],
        ];
        assert_eq!(said, expected);
        let odd = Push { source: "an\u{0}nuaire".into(), ..rows(&json!({})) };
        assert_eq!(refused(store.push(&editor(), odd).await), ["UNKNOWN_REFERENCE source"]);
        let odd = Push { key: Some("k\u{0}".into()), ..rows(&json!({})) };
        assert_eq!(refused(store.push(&editor(), odd).await), ["INVALID idempotencyKey"]);
    }
}

testing::both! {
    async fn a_removal_that_is_taken_back_is_the_source_s_record_again(store: Store) {
        source(&store, "annuaire").await;
        let all = json!({"organisations": [farm()], "offers": [bread(json!({}))]});
        let made = push(&store, all.clone()).await;
        let offer = offer_of(&store, &made, 1).await;
        push(&store, json!({"deletions": [{"recordType": "OFFER", "externalId": "o1"}]})).await;
        let history = kept(store.history(&editor(), &HistoryFilter::default(), &Page::first(1)).await);
        kept(store.undo(&editor(), history.edges[0].node.id).await);
        let again = push(&store, all).await;
        assert_eq!(again.rows[1].record_id, Some(offer.id.into()), "{again:#?}");
        assert_eq!(kept(store.count::<Offer>(&offer::Filter::default()).await), 1);
    }
}

testing::both! {
    async fn everything_or_nothing_holds_for_removals_too(store: Store) {
        source(&store, "annuaire").await;
        push(&store, json!({"organisations": [farm()], "offers": [bread(json!({}))]})).await;
        let what = json!({"offers": [bread(json!({"externalId": "o2"}))], "deletions": [{"recordType": "ORGANISATION", "externalId": "f1"}]});
        let all_or_nothing = Push { policy: ErrorPolicy::RejectEverything, ..rows(&what) };
        assert_eq!(refused(store.push(&editor(), all_or_nothing).await), ["IN_USE"]);
        assert_eq!(kept(store.named("annuaire", None, "o2").await), None);
    }
}

testing::both! {
    async fn old_requests_are_forgotten_and_young_ones_are_not(store: Store) {
        source(&store, "annuaire").await;
        let keyed = Push { key: Some("une".into()), ..rows(&json!({"organisations": [farm()]})) };
        kept(store.push(&editor(), keyed.clone()).await);
        kept(store.forget_pushes().await);
        assert!(kept(store.push(&editor(), keyed).await).is_replay);
    }
}

testing::both! {
    async fn a_machine_limited_to_territories_pushes_only_what_lies_in_them(store: Store) {
        let own = source(&store, "annuaire").await;
        let machine = |territories: &[&str]| Actor::Client(Client {
            id: Uuid::from_u128(7), organisation: None, sources: vec![own.id], scopes: vec![Scope::ExchangeWrite],
            territories: territories.iter().map(|code| code.parse().unwrap()).collect(), projects: vec![], councils: vec![], documents_only: false,
        });
        // The province of Namur; 62063 is Liège, 92094 Namur itself.
        let namur = machine(&["90000"]);
        let go = async |actor: &Actor, what: Value| kept(store.push(actor, rows(&what)).await);
        let organisation = |id: &str, commune: Value| json!({"externalId": id, "name": id, "commune": commune});
        let answer = go(&namur, json!({
            "organisations": [organisation("in", json!("92094")), organisation("out", json!("62063")), organisation("nowhere", json!(null))],
            "offers": [
                bread(json!({"externalId": "a", "organisationExternalId": "in", "commune": null})),
                bread(json!({"externalId": "b", "organisationExternalId": "in", "commune": "62063"})),
                bread(json!({"externalId": "c", "organisationExternalId": "in", "commune": "92094"})),
            ],
        })).await;
        let said: Vec<_> = answer.rows.iter().map(|row| (row.outcome, errors(row))).collect();
        let outside = || (Outcome::Rejected, vec!["OUTSIDE_TERRITORY commune".to_owned()]);
        assert_eq!(said, [
            (Outcome::Created, vec![]), outside(), outside(),
            (Outcome::Created, vec![]), outside(), (Outcome::Created, vec![]),
        ]);
        // What others put outside is not its to move in, to change or to remove; nor does it move its own out.
        push(&store, json!({"organisations": [organisation("out", json!("62063"))]})).await;
        let moves = go(&namur, json!({"organisations": [organisation("out", json!("92094")), organisation("in", json!("62063"))]})).await;
        assert_eq!(moves.rows.iter().map(|row| row.outcome).collect::<Vec<_>>(), [Outcome::Rejected; 2]);
        let gone = go(&namur, json!({"deletions": [
            {"recordType": "ORGANISATION", "externalId": "out"}, {"recordType": "OFFER", "externalId": "c"},
        ]})).await;
        assert_eq!(outcomes(&gone), [Outcome::Rejected, Outcome::Deleted]);
        assert_eq!(errors(&gone.rows[0]), ["OUTSIDE_TERRITORY"]);
        // A snapshot stands for what lies in its territories: what lies elsewhere is not missed.
        let run = kept(store.open_run(&namur, "annuaire").await);
        let named = Push { mode: Mode::FullSnapshot, run: Some(run.id), ..rows(&json!({"organisations": [organisation("in", json!("92094"))]})) };
        kept(store.push(&namur, named).await);
        let closed = kept(store.close_run(&namur, "annuaire", run.id, Some("annuaire")).await);
        assert_eq!((closed.state, closed.counts.deleted), (RunState::Closed, 1), "the offer without a commune of its own");
        let left = push(&store, json!({"organisations": [organisation("out", json!("62063"))]})).await;
        assert_eq!(outcomes(&left), [Outcome::Unchanged]);
        let both = go(&machine(&["90000", "62063"]), json!({"organisations": [organisation("out", json!("92094"))]})).await;
        assert_eq!(outcomes(&both), [Outcome::Updated]);
    }
}
