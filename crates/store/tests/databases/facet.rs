//! What records are found by is kept with them: after any sequence of changes the tables of tags, links, places and
//! words hold what the present records say of themselves.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use std::collections::BTreeSet;

use domain::RecordId;
use domain::chantier::{Chantier, Participation, Resource, Step};
use domain::council::Council;
use domain::organisation::Organisation;
use domain::page::Page;
use domain::project::Project;
use domain::provenance::Provenance;
use domain::source::Source;
use domain::territory::Territory;
use domain::text::fold;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use sea_orm::{ConnectionTrait, EntityTrait, Statement};
use serde_json::{Value, json};
use store::{Error, HistoryFilter, Store, Stored};
use testing::{administrator, editor, input, kept};
use uuid::Uuid;

/// Every row of a facet's table, in words.
async fn rows(store: &Store, table: &str, columns: &[&str]) -> BTreeSet<String> {
    let backend = store.connection().get_database_backend();
    let sql = format!(
        "SELECT record_id, record_kind, {} FROM {table}",
        columns.join(", ")
    );
    let rows = store
        .connection()
        .query_all_raw(Statement::from_string(backend, sql))
        .await
        .unwrap();
    let count = rows.len();
    let words: BTreeSet<String> = rows
        .iter()
        .map(|row| {
            let id: Uuid = row.try_get("", "record_id").unwrap();
            let kind: String = row.try_get("", "record_kind").unwrap();
            let cells = columns.iter().map(|column| {
                row.try_get::<String>("", column)
                    .or_else(|_| row.try_get::<Uuid>("", column).map(|id| id.to_string()))
                    .unwrap()
            });
            format!("{table} {id} {kind} {}", cells.collect::<Vec<_>>().join(" | "))
        })
        .collect();
    assert_eq!(words.len(), count, "{table} holds a row twice");
    words
}

/// What the present records of one kind say of themselves.
async fn said<R: Stored>(store: &Store, into: &mut BTreeSet<String>) {
    let rows = R::Entity::find().all(store.connection()).await.unwrap();
    for record in rows.into_iter().map(Into::<R>::into) {
        let id: RecordId = record.id().into();
        let head = |table: &str| format!("{table} {} {}", id.uuid, id.kind);
        let facets = record.facets();
        into.extend(
            facets
                .tags
                .iter()
                .map(|(field, word)| format!("{} {field} | {word}", head("tag"))),
        );
        into.extend(
            facets.links.iter().map(|(field, target)| {
                format!("{} {field} | {} | {}", head("link"), target.uuid, target.kind)
            }),
        );
        into.extend(
            facets
                .places
                .iter()
                .map(|(_, territory)| format!("{} {}", head("place"), territory.0)),
        );
        into.extend(facets.words.iter().map(|words| {
            let names = words.names.join(" ");
            let text = fold(&format!("{names} {}", words.body.join(" ")));
            format!("{} {} | {} | {text}", head("words"), words.title, fold(&names))
        }));
    }
}

async fn compare(store: &Store, after: &str) {
    let mut meant = BTreeSet::new();
    said::<Territory>(store, &mut meant).await;
    said::<Organisation>(store, &mut meant).await;
    said::<Chantier>(store, &mut meant).await;
    said::<Step>(store, &mut meant).await;
    said::<Resource>(store, &mut meant).await;
    said::<Participation>(store, &mut meant).await;
    said::<Project>(store, &mut meant).await;
    said::<Provenance>(store, &mut meant).await;
    said::<Source>(store, &mut meant).await;
    said::<Council>(store, &mut meant).await;
    let mut there = rows(store, "tag", &["field", "word"]).await;
    there.extend(rows(store, "link", &["field", "target_id", "target_kind"]).await);
    there.extend(rows(store, "place", &["territory_id"]).await);
    there.extend(rows(store, "words", &["title", "names", "text"]).await);
    let (lost, left): (Vec<_>, Vec<_>) = (
        meant.difference(&there).collect(),
        there.difference(&meant).collect(),
    );
    assert!(
        lost.is_empty() && left.is_empty(),
        "{after}: not there: {lost:#?}; there still: {left:#?}"
    );
}

/// Refusals are part of the game, faults are not.
fn tried<T>(answer: Result<T, Error>) -> Option<T> {
    match answer {
        Ok(value) => Some(value),
        Err(Error::Refused(_)) => None,
        Err(fault) => panic!("{fault:?}"),
    }
}

fn some<T: Clone>(dice: &mut StdRng, of: &[T]) -> Vec<T> {
    let most = dice.random_range(0..=3.min(of.len()));
    of.choose_multiple(dice, most).cloned().collect()
}

fn project(dice: &mut StdRng, houses: &[Organisation]) -> Value {
    let houses: Vec<_> = houses.iter().map(|house| house.id).collect();
    json!({
        "title": format!("Essai {}", dice.random_range(0..50)),
        "types": some(dice, &["LOGISTICS", "PROCESSING", "GOVERNANCE"]),
        "leadIds": some(dice, &houses),
        "partnerIds": some(dice, &houses),
        "territoryIds": some(dice, &["57081", "50000", "92094", "03000"]),
        "aliases": some(dice, &["Un", "Deux", "Trois"]),
        "socialPurpose": if dice.random_bool(0.5) { "YES" } else { "NO" },
    })
}

testing::both! {
    async fn after_any_sequence_of_changes_records_are_found_by_what_they_say(store: Store) {
        kept(store.load_reference().await);
        compare(&store, "the reference data").await;
        for seed in 1..=4 {
            let mut dice = StdRng::seed_from_u64(seed);
            let mut houses: Vec<Organisation> = Vec::new();
            let mut projects: Vec<Project> = Vec::new();
            for _ in 0..40 {
                match dice.random_range(0..9) {
                    0 => {
                        let new = json!({"name": format!("Maison {}", dice.random_range(0..9)), "communeId": "57081"});
                        houses.extend(tried(store.create::<Organisation>(&editor(), input(new)).await));
                    }
                    1 | 2 => {
                        let new = project(&mut dice, &houses);
                        projects.extend(tried(store.create::<Project>(&editor(), input(new)).await));
                    }
                    3 | 4 => {
                        let Some(at) = (0..projects.len()).collect::<Vec<_>>().choose(&mut dice).copied() else { continue };
                        let mut patch = project(&mut dice, &houses);
                        patch["id"] = json!(projects[at].id);
                        patch["expectedRevision"] = json!(projects[at].revision);
                        if let Some(changed) = tried(store.edit::<Project>(&editor(), input(patch)).await) {
                            projects[at] = changed;
                        }
                    }
                    5 => {
                        if let Some(gone) = projects.choose(&mut dice) {
                            tried(store.remove::<Project>(&editor(), gone.id, gone.revision).await);
                        }
                    }
                    6 => {
                        if let Some(gone) = houses.choose(&mut dice) {
                            tried(store.remove::<Organisation>(&editor(), gone.id, gone.revision).await);
                        }
                    }
                    _ => {
                        let latest = kept(store.history(&editor(), &HistoryFilter::default(), &Page::first(30)).await);
                        if let Some(entry) = latest.edges.choose(&mut dice) {
                            tried(store.undo(&administrator(), entry.node.id).await);
                        }
                    }
                }
                // What an undo brought to another revision is known as it is now.
                for project in &mut projects {
                    if let Some(present) = kept(store.find::<Project>(project.id).await) {
                        *project = present;
                    }
                }
            }
            compare(&store, &format!("the changes of seed {seed}")).await;
        }
    }
}
