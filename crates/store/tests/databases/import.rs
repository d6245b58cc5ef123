//! Imports: kept in parts, read by a mapping, previewed without writing, worked on by one server at a time, gone on with
//! where another was cut off, stopped, cleared away.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use chrono::TimeDelta;
use domain::import::{Cell, FieldMapping, Format, Line, Mapping, State};
use domain::organisation::Organisation;
use domain::policy::{Actor, Role};
use domain::push::{Counts, Mode, OrganisationRow, Outcome, Pushed};
use domain::source::{NewSource, Source};
use serde_json::json;
use store::{Came, Import, NewImport, PART, Push, Store};
use testing::{Database, both_engines, editor, input, kept, refused, signed, visitor};
use uuid::Uuid;

async fn source(store: &Store) -> Source {
    kept(store.load_reference().await);
    kept(
        store
            .create(
                &editor(),
                input::<NewSource>(json!({"code": "annuaire", "name": "Annuaire"})),
            )
            .await,
    )
}

/// An editor with an account, who may be worked for.
async fn keeper(store: &Store) -> Actor {
    signed(store, Role::Editor, json!({})).await.0
}

fn farms(from: usize, to: usize) -> Vec<Vec<String>> {
    (from..to)
        .map(|n| vec![format!("f{n}"), format!("Ferme {n}"), "Namur".to_owned()])
        .collect()
}

/// A file of farms with these lines.
async fn file(store: &Store, actor: &Actor, rows: &[Vec<String>]) -> Import {
    let cell = |text: &String| {
        if text.is_empty() {
            Cell::Empty
        } else {
            Cell::Text(text.clone())
        }
    };
    let lines: Vec<Line> = (2..)
        .zip(rows)
        .map(|(number, row)| (number, row.iter().map(cell).collect()))
        .collect();
    let new = NewImport {
        source: "annuaire".into(),
        what: Pushed::Organisation,
        file_name: "fermes.csv".into(),
        format: Format::Csv,
        encoding: Some("UTF-8".into()),
        headers: ["Réf", "Nom", "Commune"].map(str::to_owned).to_vec(),
    };
    let mut upload = kept(store.begin_import(actor, new, &lines).await);
    for part in lines.chunks(PART) {
        kept(upload.keep(part).await);
    }
    kept(upload.finish().await)
}

/// Works on it until nothing is left to be done.
async fn worked(store: &Store, id: Uuid) -> Import {
    if let Some(mut claim) = kept(store.claim_import(Some(id)).await) {
        while kept(store.advance_import(&mut claim).await) {}
    }
    kept(store.import(&Actor::System, id).await)
}

async fn ran(store: &Store, actor: &Actor, import: &Import, mode: Mode, confirm: Option<&str>) -> Import {
    kept(store.start_import(actor, import.id, mode, confirm).await);
    worked(store, import.id).await
}

async fn held(store: &Store) -> u64 {
    let source = store.source("annuaire").await.unwrap().unwrap();
    kept(store.source_health(&source).await).organisations
}

fn counts(import: &Import) -> [u32; 4] {
    let Counts {
        created,
        updated,
        unchanged,
        rejected,
        ..
    } = import.counts;
    [created, updated, unchanged, rejected]
}

testing::both! {
    async fn a_file_is_guessed_previewed_and_applied_part_by_part(store: Store) {
        source(&store).await;
        let actor = keeper(&store).await;
        let mut rows = farms(0, PART + 100);
        rows[3][2] = "Atlantis".into();
        rows[7][0] = "f8".into();
        rows[PART + 7][0] = "f9".into();
        let import = file(&store, &actor, &rows).await;
        assert_eq!((import.state, import.lines), (State::Uploaded, 600));
        let fed: Vec<&str> = import.mapping.fields.iter().map(|fed| fed.field.as_str()).collect();
        assert_eq!(fed, ["externalId", "name", "communeNis"]);
        kept(store.preview_import(&actor, import.id).await);
        let seen = worked(&store, import.id).await;
        assert_eq!((seen.state, counts(&seen), seen.done), (State::Previewed, [595, 0, 0, 5], 600));
        assert_eq!((seen.preview, seen.absent), (Some(seen.counts), Some(0)));
        assert_eq!(held(&store).await, 0, "a preview writes nothing");
        let all = kept(store.import_rows(&actor, import.id, Outcome::ALL, 0, 1_000).await);
        assert_eq!(all.len(), 505, "five that are refused, and five hundred of the others");
        assert!(all[0].changes.iter().any(|change| change.field == "name" && change.to == "Ferme 0"), "{:?}", all[0]);
        let told = |outcomes: &'static [Outcome]| {
            let store = store.clone();
            let actor = actor.clone();
            async move { kept(store.import_rows(&actor, import.id, outcomes, 0, 1_000).await) }
        };
        let why = |row: &store::ImportRow| (row.line, row.errors.iter().map(|why| format!("{} {}", why.code(), why.field())).collect::<Vec<_>>().join(" "));
        let refused_lines: Vec<(u32, String)> = told(&[Outcome::Rejected]).await.iter().map(why).collect();
        let twice = || "DUPLICATE externalId".to_owned();
        assert_eq!(refused_lines, [(5, "UNKNOWN_REFERENCE commune".into()), (9, twice()), (10, twice()), (11, twice()), (509, twice())]);
        let run = ran(&store, &actor, &import, Mode::Delta, None).await;
        assert_eq!((run.state, run.counts), (State::Done, seen.counts), "the run equals the preview");
        assert_eq!(held(&store).await, 595);
        let after: Vec<(u32, String)> = told(&[Outcome::Rejected]).await.iter().map(why).collect();
        assert_eq!(after, refused_lines);
        let (lines, next) = kept(store.import_rejected(&actor, import.id, 0).await).unwrap();
        assert_eq!((lines[0].0.1[2].text(), lines.len(), next), ("Atlantis", 4, 1));
        assert_eq!(refused(store.start_import(&actor, import.id, Mode::Delta, None).await), ["TRANSITION state"], "done is done");
    }
}

testing::both! {
    async fn the_same_file_again_changes_nothing_and_an_empty_cell_says_nothing(store: Store) {
        source(&store).await;
        let actor = keeper(&store).await;
        let first = file(&store, &actor, &farms(0, 5)).await;
        ran(&store, &actor, &first, Mode::Delta, None).await;
        let mut rows = farms(0, 5);
        rows[0][2] = String::new();
        rows[1][1] = "Ferme renommée".into();
        let again = file(&store, &actor, &rows).await;
        let again = ran(&store, &actor, &again, Mode::Delta, None).await;
        assert_eq!(counts(&again), [0, 1, 4, 0]);
        let id = kept(store.named("annuaire", None, "f0").await).unwrap();
        let farm = kept(store.get::<Organisation>(&visitor(), id.uuid.into()).await);
        assert_eq!(farm.commune_id, Some("92094".parse().unwrap()));
    }
}

testing::both! {
    async fn a_mapping_is_kept_for_the_next_file_and_refused_where_it_does_not_fit(store: Store) {
        source(&store).await;
        let actor = keeper(&store).await;
        let import = file(&store, &actor, &farms(0, 2)).await;
        let fed = |field: &str, column: &str| FieldMapping { field: field.into(), column: Some(column.into()), ..FieldMapping::default() };
        let wrong = Mapping { fields: vec![fed("name", "Name")], ..Mapping::default() };
        assert_eq!(
            refused(store.map_import(&actor, import.id, wrong).await),
            ["UNKNOWN_REFERENCE mapping.fields.0.column", "REQUIRED mapping.externalId"]
        );
        let odd = Mapping { fields: vec![fed("externalId", "Réf"), fed("name", "Commune"), fed("aliases", "Nom")], ..Mapping::default() };
        let mapped = kept(store.map_import(&actor, import.id, odd.clone()).await);
        assert_eq!((mapped.state, &mapped.mapping), (State::Uploaded, &odd));
        let next = file(&store, &actor, &farms(0, 2)).await;
        assert_eq!(next.mapping, odd, "what was decided for the file before");
        kept(store.preview_import(&actor, import.id).await);
        worked(&store, import.id).await;
        let remapped = kept(store.map_import(&actor, import.id, odd).await);
        assert_eq!(remapped.preview, None, "another mapping, another preview");
    }
}

testing::both! {
    async fn what_moved_since_the_preview_stops_the_run(store: Store) {
        source(&store).await;
        let actor = keeper(&store).await;
        let import = file(&store, &actor, &farms(0, 3)).await;
        kept(store.preview_import(&actor, import.id).await);
        worked(&store, import.id).await;
        let row = input::<OrganisationRow>(json!({"externalId": "f1", "name": "Autre"}));
        let push = Push { source: "annuaire".into(), organisations: vec![Came::from(row)], ..Push::default() };
        kept(store.push(&actor, push).await);
        let stopped = ran(&store, &actor, &import, Mode::Delta, None).await;
        assert_eq!((stopped.state, stopped.failure), (State::Failed, Some(domain::Refusal::PlanMoved)));
        assert_eq!(held(&store).await, 1);
        kept(store.preview_import(&actor, import.id).await);
        assert_eq!(counts(&worked(&store, import.id).await), [2, 1, 0, 0]);
        assert_eq!(counts(&ran(&store, &actor, &import, Mode::Delta, None).await), [2, 1, 0, 0]);
    }
}

testing::both! {
    async fn a_full_snapshot_removes_what_the_file_does_not_name_of_its_kind_only(store: Store) {
        source(&store).await;
        let actor = keeper(&store).await;
        let first = file(&store, &actor, &farms(0, 30)).await;
        ran(&store, &actor, &first, Mode::Delta, None).await;
        let offer: domain::push::OfferRow = input(json!({"externalId": "o1", "organisationExternalId": "f0", "productType": "bread"}));
        let push = Push { source: "annuaire".into(), offers: vec![Came::from(offer)], ..Push::default() };
        kept(store.push(&actor, push).await);
        let fewer = file(&store, &actor, &farms(0, 28)).await;
        kept(store.preview_import(&actor, fewer.id).await);
        assert_eq!(worked(&store, fewer.id).await.absent, Some(2));
        let done = ran(&store, &actor, &fewer, Mode::FullSnapshot, None).await;
        assert_eq!((done.state, done.counts.unchanged, done.counts.deleted), (State::Done, 28, 2));
        assert!(kept(store.named("annuaire", None, "o1").await).is_some(), "the offers are not the file's matter");
        let hardly = file(&store, &actor, &farms(0, 10)).await;
        let stopped = ran(&store, &actor, &hardly, Mode::FullSnapshot, None).await;
        assert_eq!(stopped.failure, Some(domain::Refusal::MassDeletion { gone: 18, of: 28 }));
        assert_eq!(held(&store).await, 28);
        let meant = ran(&store, &actor, &hardly, Mode::FullSnapshot, Some("annuaire")).await;
        assert_eq!((meant.state, meant.counts.deleted, held(&store).await), (State::Done, 18, 10));
    }
}

testing::both! {
    async fn who_may_not_push_may_not_import_and_who_may_no_more_is_not_worked_for(store: Store) {
        source(&store).await;
        let actor = keeper(&store).await;
        let import = file(&store, &actor, &farms(0, 3)).await;
        assert_eq!(refused(store.import(&visitor(), import.id).await), ["UNAUTHENTICATED"]);
        let (stranger, person) = signed(&store, Role::Member, json!({})).await;
        assert_eq!(refused(store.import(&stranger, import.id).await), ["NOT_FOUND"]);
        assert_eq!(refused(store.start_import(&stranger, import.id, Mode::Delta, None).await), ["NOT_FOUND"]);
        assert_eq!(person.name, "MEMBER");
        // Somebody who started it and has no account any more.
        let ghost = editor();
        kept(store.start_import(&ghost, import.id, Mode::Delta, None).await);
        let stopped = worked(&store, import.id).await;
        assert_eq!((stopped.state, stopped.failure, held(&store).await), (State::Failed, Some(domain::Refusal::Forbidden), 0));
    }
}

testing::both! {
    async fn cancelled_is_stopped_and_what_was_applied_stays(store: Store) {
        source(&store).await;
        let actor = keeper(&store).await;
        let import = file(&store, &actor, &farms(0, 2 * PART)).await;
        kept(store.start_import(&actor, import.id, Mode::Delta, None).await);
        let mut claim = kept(store.claim_import(Some(import.id)).await).unwrap();
        assert!(kept(store.advance_import(&mut claim).await));
        kept(store.cancel_import(&actor, import.id).await);
        assert!(!kept(store.advance_import(&mut claim).await), "whoever works on it learns of it");
        let stopped = kept(store.import(&actor, import.id).await);
        assert_eq!((stopped.state, stopped.done), (State::Cancelled, 500));
        let again = ran(&store, &actor, &import, Mode::Delta, None).await;
        assert_eq!((again.state, again.done, held(&store).await), (State::Done, 1_000, 1_000));
    }
}

async fn cut_off(database: Database) {
    let store = database.store();
    source(&store).await;
    let actor = keeper(&store).await;
    let import = file(&store, &actor, &farms(0, 3 * PART)).await;
    kept(store.start_import(&actor, import.id, Mode::Delta, None).await);
    let mut first = kept(store.claim_import(None).await).unwrap();
    assert!(
        kept(store.claim_import(None).await).is_none(),
        "nobody else is given it meanwhile"
    );
    assert!(kept(store.advance_import(&mut first).await));
    // The first server is gone; the lease runs out and another goes on.
    database.mint().pass(TimeDelta::minutes(1));
    let mut second = kept(store.claim_import(None).await).unwrap();
    assert_eq!(second.import().done, 500);
    // The first was only slow: what it does once more is known by its name and not done again, and it learns that it lost.
    assert!(!kept(store.advance_import(&mut first).await));
    while kept(store.advance_import(&mut second).await) {}
    let done = kept(store.import(&actor, import.id).await);
    assert_eq!((done.state, counts(&done)), (State::Done, [1_500, 0, 0, 0]));
    assert_eq!(held(&store).await, 1_500);
    database.mint().pass(TimeDelta::days(31));
    kept(store.forget_imports().await);
    let cleared = kept(store.import(&actor, import.id).await);
    assert!(cleared.is_cleared);
    assert_eq!(
        refused(store.map_import(&actor, import.id, done.mapping).await),
        ["LINK_EXPIRED"]
    );
    database.close().await;
}

#[tokio::test]
async fn whoever_goes_on_where_another_was_cut_off_doubles_nothing() {
    for database in both_engines().await {
        cut_off(database).await;
    }
}
