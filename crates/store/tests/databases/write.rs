//! The one door under many hands at once: nothing lost, nothing twice, and a feed that skips nothing.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use domain::chantier::{NewStep, Step};
use domain::organisation::Organisation;
use domain::policy::Actor;
use domain::project::{Project, ProjectPatch};
use rand::Rng;
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};
use store::{Error, Store};
use testing::{administrator, editor, input, input_with, kept, officer, refused};

async fn project(store: &Store, json: Value) -> Project {
    kept(store.create(&editor(), input(json)).await)
}

fn patch(project: &Project, more: Value) -> ProjectPatch {
    input_with(
        json!({"id": project.id, "expectedRevision": project.revision}),
        more,
    )
}

testing::both! {
    async fn of_eight_writers_on_one_revision_exactly_one_wins_and_none_is_lost(store: Store) {
        let made = project(&store, json!({"title": "0"})).await;
        let actors: Vec<Actor> = [editor(), officer(), administrator()].into_iter().cycle().take(8).collect();
        for round in 1..=6 {
            let present: Project = kept(store.get(&editor(), made.id).await);
            assert_eq!(present.revision, round);
            let tries = actors.iter().enumerate().map(|(writer, actor)| {
                let patch = patch(&present, json!({"title": format!("{round} {writer}"), "aliases": [writer.to_string()]}));
                store.edit::<Project>(actor, patch)
            });
            let answers = futures::future::join_all(tries).await;
            let won: Vec<usize> = (0..8).filter(|writer| answers[*writer].is_ok()).collect();
            assert_eq!(won.len(), 1, "round {round}");
            for answer in answers {
                if let Err(error) = answer {
                    assert!(matches!(error, Error::Refused(ref said) if said[..] == [domain::Refusal::StaleRevision { current: round + 1 }]), "{error:?}");
                }
            }
            let after: Project = kept(store.get(&editor(), made.id).await);
            assert_eq!(after.title, format!("{round} {}", won[0]));
        }
    }
}

testing::both! {
    async fn what_is_named_and_removed_at_once_is_either_named_or_removed(store: Store) {
        for _ in 0..8 {
            let house: Organisation = kept(store.create(&editor(), input(json!({"name": "Une"}))).await);
            let actor = editor();
            let (named, removed) = tokio::join!(
                store.create::<Project>(&actor, input(json!({"title": "Un", "leadIds": [house.id]}))),
                store.remove::<Organisation>(&actor, house.id, 1),
            );
            let there = kept(store.find::<Organisation>(house.id).await).is_some();
            match (named, removed) {
                (Ok(_), removed) => assert_eq!((refused(removed), there), (vec!["IN_USE".to_owned()], true)),
                (named, Ok(_)) => assert_eq!((refused(named), there), (vec!["UNKNOWN_REFERENCE leadIds".to_owned()], false)),
                (named, removed) => panic!("{named:?} {removed:?}"),
            }
        }
    }
}

async fn feed_since(store: &Store, seq: i64) -> Vec<i64> {
    let backend = store.connection().get_database_backend();
    let sql = format!("SELECT seq FROM feed WHERE seq > {seq} ORDER BY seq");
    let rows = store
        .connection()
        .query_all_raw(Statement::from_string(backend, sql))
        .await
        .unwrap();
    rows.iter().map(|row| row.try_get("", "seq").unwrap()).collect()
}

// On PostgreSQL a sequence's numbers are drawn before the transaction that draws them is seen: without the lock in
// `Tx::announce` a reader that goes on from the greatest number it saw skips rows that are committed later under
// smaller numbers. Checked once by leaving the lock out: this test then failed on PostgreSQL at each of five runs.
testing::both! {
    async fn a_reader_who_follows_the_feed_sees_every_row_while_eight_write(store: Store) {
        let done = Arc::new(AtomicBool::new(false));
        let reader = tokio::spawn({
            let (store, done) = (store.clone(), Arc::clone(&done));
            async move {
                let mut seen: Vec<i64> = Vec::new();
                loop {
                    let last = done.load(Ordering::SeqCst);
                    seen.extend(feed_since(&store, seen.last().copied().unwrap_or(0)).await);
                    if last {
                        return seen;
                    }
                    tokio::task::yield_now().await;
                }
            }
        });
        let writers = (0..8).map(|writer| {
            let store = store.clone();
            tokio::spawn(async move {
                for number in 0..12 {
                    let pause = rand::rng().random_range(0..4);
                    tokio::time::sleep(Duration::from_millis(pause)).await;
                    let made = project(&store, json!({"title": format!("{writer}.{number}")})).await;
                    kept(store.remove::<Project>(&editor(), made.id, 1).await);
                }
            })
        });
        for writer in futures::future::join_all(writers).await {
            writer.unwrap();
        }
        done.store(true, Ordering::SeqCst);
        let seen = reader.await.unwrap();
        let all = feed_since(&store, 0).await;
        assert_eq!(all.len(), 8 * 12 * 2);
        assert_eq!(seen, all);
        assert_eq!(seen.iter().collect::<HashSet<_>>().len(), seen.len());
    }
}

testing::both! {
    async fn each_change_costs_a_known_number_of_statements(store: Store) {
        let house: Organisation = kept(store.create(&editor(), input(json!({"name": "Une"}))).await);
        let chantier: domain::chantier::Chantier = kept(store.create(&editor(), input(json!({
            "code": "un", "position": 1, "title": "Un", "stage": "OPEN",
        }))).await);
        let counted = async |what: &str, before: u64| -> (String, u64) { (what.to_owned(), store.statements() - before) };
        let mut costs = Vec::new();
        let before = store.statements();
        let made = project(&store, json!({"title": "Un", "leadIds": [house.id], "types": ["LOGISTICS"]})).await;
        costs.push(counted("make", before).await);
        let before = store.statements();
        let made = kept(store.edit::<Project>(&editor(), patch(&made, json!({"website": "ratav.org"}))).await);
        costs.push(counted("edit a plain field", before).await);
        let before = store.statements();
        let made = kept(store.edit::<Project>(&editor(), patch(&made, json!({"title": "Deux", "types": ["PROCESSING"]}))).await);
        costs.push(counted("edit a title and types", before).await);
        let before = store.statements();
        kept(store.edit::<Project>(&editor(), patch(&made, json!({"title": "Deux"}))).await);
        costs.push(counted("edit nothing", before).await);
        let before = store.statements();
        let new: NewStep = input(json!({"chantierId": chantier.id, "title": "Étape"}));
        kept(store.create::<Step>(&officer(), new).await);
        costs.push(counted("make a step", before).await);
        let before = store.statements();
        kept(store.remove::<Project>(&editor(), made.id, made.revision).await);
        costs.push(counted("remove", before).await);
        // The feed's lock is one more on PostgreSQL.
        let lock = u64::from(store.engine() == store::Engine::Postgres);
        let expected = [
            ("make", 7 + lock),
            ("edit a plain field", 4 + lock),
            ("edit a title and types", 8 + lock),
            ("edit nothing", 1),
            // One is for the history of the chantier that it belongs to.
            ("make a step", 8 + lock),
            ("remove", 12 + lock),
        ];
        assert_eq!(costs, expected.map(|(what, count)| (what.to_owned(), count)));
    }
}
