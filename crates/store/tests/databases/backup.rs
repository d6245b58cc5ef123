//! A copy of everything: from one database into the other and back it stays the same, row for row; what is not whole, or
//! would go over something, leaves nothing behind.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::organisation::Organisation;
use domain::policy::Role;
use serde_json::json;
use store::{Error, Store};
use testing::{Database, FixedMint, administrator, input, kept, signed};

/// Something of each sort that a column can hold.
async fn fill(store: &Store) {
    kept(store.load_reference().await);
    let (anne, person) = signed(store, Role::Editor, json!({})).await;
    kept(
        store
            .set_password(
                &anne,
                person.id,
                "a hash".into(),
                &domain::security::Origin::default(),
            )
            .await,
    );
    let farm = json!({"name": "Ferme « du Pré »\u{2009}: œufs & \"pain\"", "website": "https://pre.be"});
    let farm: Organisation = kept(store.create(&administrator(), input(farm)).await);
    let offer = json!({
        "organisationId": farm.id, "productType": "bread", "title": "Pain", "communeId": "92094",
        "quantity": {"value": "40.5", "unit": "KILOGRAM"}, "availableFrom": "2026-11-01", "months": [1, 2, 12],
    });
    kept(
        store
            .create::<domain::offer::Offer>(&administrator(), input(offer))
            .await,
    );
    kept(
        store
            .invite_again(&administrator(), person.id, "https://x.be")
            .await,
    );
    kept(store.signing_keys().await);
    kept(store.feed_epoch().await);
}

async fn copied(store: &Store) -> Vec<String> {
    let mut bytes = Vec::new();
    let rows = kept(store.backup(&mut bytes).await);
    let lines: Vec<String> = String::from_utf8(bytes)
        .unwrap()
        .lines()
        .map(str::to_owned)
        .collect();
    assert!(rows > 5_000, "{rows} rows");
    lines
}

async fn restored(store: &Store, lines: &[String]) -> Result<u64, Error> {
    store.restore(lines.iter().cloned().map(Ok)).await
}

/// The rows of each table, in no order; without when the copy was made, and without the feed's epoch, which is new.
fn content(lines: &[String]) -> BTreeSet<(String, String)> {
    let mut table = String::new();
    let mut all = BTreeSet::new();
    for line in &lines[1..] {
        if line.starts_with('[') {
            if !line.contains("\"feed_epoch\"") {
                assert!(
                    all.insert((table.clone(), line.clone())),
                    "{table} has a row twice: {line}"
                );
            }
        } else {
            table.clone_from(line);
        }
    }
    all
}

async fn there_and_back(one: &Database, other: &Database, third: &Database) {
    fill(&one.store()).await;
    let first = copied(&one.store()).await;
    let epoch = kept(one.store().feed_epoch().await);
    let rows = kept(restored(&other.store(), &first).await);
    assert!(first.last().unwrap().contains(&rows.to_string()));
    let second = copied(&other.store()).await;
    assert_eq!(content(&first), content(&second));
    assert_ne!(
        kept(other.store().feed_epoch().await),
        epoch,
        "its readers start again"
    );
    kept(restored(&third.store(), &second).await);
    assert_eq!(content(&copied(&third.store()).await), content(&first));
    // What was copied is alive: found by its words, told in the feed behind the last row, undone from its history.
    // Its mint goes on behind the identifiers that are there.
    let mint = Arc::new(FixedMint::starting_at(1_000_000));
    let store = kept(Store::open(other.address(), 4, mint).await);
    let found = kept(
        store
            .count::<Organisation>(&input(json!({"text": "oeufs"})))
            .await,
    );
    assert_eq!(found, 1);
    let more: Organisation = kept(
        store
            .create(&administrator(), input(json!({"name": "Ferme du Bois"})))
            .await,
    );
    assert_eq!(
        kept(store.get::<Organisation>(&administrator(), more.id).await),
        more
    );
    let mails = kept(store.count_mails(&administrator(), None).await);
    assert_eq!(
        (mails, kept(one.store().count_mails(&administrator(), None).await)),
        (1, 1)
    );
    kept(store.close().await);
}

#[tokio::test]
async fn from_sqlite_to_postgresql_and_back() {
    let (one, other, third) = (
        Database::sqlite().await,
        Database::postgres_empty().await,
        Database::sqlite_empty().await,
    );
    there_and_back(&one, &other, &third).await;
    other.close().await;
}

#[tokio::test]
async fn from_postgresql_to_sqlite_and_back() {
    let (one, other, third) = (
        Database::postgres().await,
        Database::sqlite_empty().await,
        Database::postgres().await,
    );
    there_and_back(&one, &other, &third).await;
    for database in [one, third] {
        database.close().await;
    }
}

#[tokio::test]
async fn what_is_not_whole_or_would_go_over_something_leaves_nothing_behind() {
    let source = Database::sqlite().await;
    fill(&source.store()).await;
    let lines = copied(&source.store()).await;
    let [sqlite, postgres] = [Database::sqlite_empty().await, Database::postgres_empty().await];
    for database in [&sqlite, &postgres] {
        let store = database.store();
        let why = async |lines: &[String]| match restored(&store, lines).await {
            Err(Error::Corrupt(why)) => why,
            other => panic!("{other:?}"),
        };
        let changed = |place: usize, line: &str| {
            let mut lines = lines.clone();
            line.clone_into(&mut lines[place]);
            lines
        };
        assert!(why(&[]).await.contains("empty"));
        assert!(why(&["hello".to_owned()]).await.contains("no backup"));
        assert!(
            why(&changed(0, &lines[0].replace("\"version\":1", "\"version\":2")))
                .await
                .contains("later version")
        );
        assert!(
            why(&changed(0, &lines[0].replace("_begin", "_other")))
                .await
                .contains("other tables")
        );
        assert!(why(&lines[..lines.len() - 1]).await.contains("not whole"));
        let mut short = lines.clone();
        short.remove(7);
        assert!(why(&short).await.contains("rows were written"));
        assert!(why(&changed(7, "[1]")).await.contains("line 8"));
        assert!(why(&changed(7, "[")).await.contains("line 8"));
        // Nothing of all that is there: the whole of it can be put in.
        kept(restored(&store, &lines).await);
        assert!(why(&lines).await.contains("not empty"));
    }
    postgres.close().await;
}
