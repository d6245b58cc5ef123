//! Exports that are written while nobody waits: claimed by one server, begun anew where one was killed, kept in parts,
//! bounded in number, cleared when they expire.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use chrono::TimeDelta;
use domain::Lang;
use domain::export::State;
use store::{Export, NewExport, PIECE, Store};
use testing::{both_engines, kept};

fn new(caller: &str) -> NewExport {
    NewExport {
        caller: caller.to_owned(),
        what: "offers".to_owned(),
        form: "jsonl".to_owned(),
        asked: vec![("statuses".to_owned(), "OPEN,RESERVED".to_owned())],
        lang: Lang::Nl,
    }
}

async fn asked(store: &Store, caller: &str) -> Export {
    kept(store.ask_export(new(caller)).await).unwrap()
}

async fn now(store: &Store, export: &Export) -> Export {
    kept(store.export(export.id).await).unwrap()
}

testing::both! {
    async fn an_export_waits_is_claimed_once_and_its_file_comes_back_as_it_was_written(store: Store) {
        let export = asked(&store, "a").await;
        assert_eq!((export.state, export.attempts), (State::Waiting, 0));
        assert_eq!(now(&store, &export).await, export);
        let (one, other) = tokio::join!(store.claim_export(), store.claim_export());
        let claimed = [kept(one), kept(other)];
        assert_eq!(claimed.iter().flatten().count(), 1, "one of two servers");
        let claimed = claimed.into_iter().flatten().next().unwrap();
        assert_eq!((claimed.id, claimed.state, claimed.attempts), (export.id, State::Running, 1));
        assert_eq!(claimed.asked, export.asked);
        // Every byte there is, more than one part of them.
        let bytes: Vec<u8> = (0..=u8::MAX).cycle().take(PIECE + 1_000).collect();
        for (number, part) in (0..).zip(bytes.chunks(PIECE)) {
            assert!(kept(store.keep_export_part(&claimed, number, part).await));
        }
        assert!(kept(store.export_goes_on(&claimed, 7).await));
        let running = now(&store, &export).await;
        assert_eq!((running.state, running.rows, running.bytes), (State::Running, 7, bytes.len() as i64));
        assert!(kept(store.exported(&export.token).await).is_none(), "not before it is whole");
        assert!(kept(store.export_done(&claimed, 9, "cursor", "digest").await));
        let done = kept(store.exported(&export.token).await).unwrap();
        assert_eq!((done.state, done.rows, done.cursor.as_deref(), done.digest.as_deref()), (State::Done, 9, Some("cursor"), Some("digest")));
        let mut read = Vec::new();
        while let Some(part) = kept(store.export_part(done.id, (read.len() / PIECE) as i64).await) {
            read.extend(part);
            if read.len() == bytes.len() { break; }
        }
        assert_eq!(read, bytes);
        assert!(kept(store.claim_export().await).is_none());
        assert!(kept(store.exported("nonsense\0").await).is_none());
    }
}

testing::both! {
    async fn there_are_only_so_many_of_one_caller_and_what_is_dropped_makes_room(store: Store) {
        let first = asked(&store, "a").await;
        for _ in 0..3 {
            asked(&store, "a").await;
        }
        assert!(kept(store.ask_export(new("a")).await).is_none());
        asked(&store, "b").await;
        let claimed = kept(store.claim_export().await).unwrap();
        assert_eq!(claimed.id, first.id, "the first first");
        assert!(kept(store.keep_export_part(&claimed, 0, b"half").await));
        assert!(kept(store.drop_export(first.id).await));
        assert!(!kept(store.drop_export(first.id).await));
        assert!(kept(store.export_part(first.id, 0).await).is_none(), "with its file");
        assert!(!kept(store.export_goes_on(&claimed, 1).await), "who writes it hears of it");
        assert!(!kept(store.keep_export_part(&claimed, 1, b"more").await));
        asked(&store, "a").await;
        assert!(kept(store.ask_export(new("a")).await).is_none());
        let mut callers = 0;
        while kept(store.ask_export(new(&callers.to_string())).await).is_some() {
            callers += 1;
        }
        assert_eq!(callers, 45, "fifty in all");
    }
}

testing::both! {
    async fn what_cannot_be_written_says_why_and_keeps_nothing(store: Store) {
        asked(&store, "a").await;
        let claimed = kept(store.claim_export().await).unwrap();
        assert!(kept(store.keep_export_part(&claimed, 0, b"half").await));
        kept(store.export_failed(&claimed, &"Te veel rijen. ".repeat(50)).await);
        let failed = now(&store, &claimed).await;
        assert_eq!((failed.state, failed.why.map(|why| why.chars().count())), (State::Failed, Some(300)));
        assert!(kept(store.export_part(claimed.id, 0).await).is_none());
        assert!(kept(store.claim_export().await).is_none());
    }
}

#[tokio::test]
async fn what_a_killed_server_left_is_begun_anew_and_the_old_one_keeps_no_part_of_it() {
    let [one, other] = both_engines().await;
    for database in [&one, &other] {
        let store = database.store();
        asked(&store, "a").await;
        let killed = kept(store.claim_export().await).unwrap();
        assert!(kept(store.keep_export_part(&killed, 0, b"old").await));
        assert!(
            kept(store.claim_export().await).is_none(),
            "while it may still live"
        );
        database.mint().pass(TimeDelta::seconds(15));
        assert!(kept(store.export_goes_on(&killed, 5).await));
        database.mint().pass(TimeDelta::seconds(15));
        assert!(
            kept(store.claim_export().await).is_none(),
            "it said that it lives"
        );
        database.mint().pass(TimeDelta::seconds(21));
        let again = kept(store.claim_export().await).unwrap();
        assert_eq!(
            (again.id, again.attempts, again.rows, again.bytes),
            (killed.id, 2, 0, 0)
        );
        assert!(
            kept(store.export_part(again.id, 0).await).is_none(),
            "nothing old is in it"
        );
        assert!(!kept(store.keep_export_part(&killed, 0, b"late").await));
        assert!(!kept(store.export_done(&killed, 1, "c", "d").await));
        assert!(kept(store.keep_export_part(&again, 0, b"new").await));
        kept(store.release_export(&again).await);
        let third = kept(store.claim_export().await).unwrap();
        assert_eq!(third.attempts, 3, "a server that stops leaves it at once");
        for attempts in 4..=5 {
            database.mint().pass(TimeDelta::seconds(21));
            assert_eq!(kept(store.claim_export().await).unwrap().attempts, attempts);
        }
        database.mint().pass(TimeDelta::seconds(21));
        assert!(kept(store.claim_export().await).is_none());
        let failed = now(&store, &again).await;
        assert_eq!(failed.state, State::Failed, "not for ever");
        assert!(failed.why.unwrap().contains("5 times"));
    }
    let [_, other] = [one, other];
    other.close().await;
}

#[tokio::test]
async fn what_has_expired_is_not_there_and_is_cleared_away() {
    let [one, other] = both_engines().await;
    for database in [&one, &other] {
        let store = database.store();
        let export = asked(&store, "a").await;
        let claimed = kept(store.claim_export().await).unwrap();
        assert!(kept(store.keep_export_part(&claimed, 0, b"all").await));
        database.mint().pass(TimeDelta::seconds(5));
        assert!(kept(store.export_done(&claimed, 1, "c", "d").await));
        let done = now(&store, &export).await;
        assert!(done.expires_at > export.expires_at, "a day from when it is done");
        assert_eq!(kept(store.clear_exports().await), 0);
        database.mint().pass(TimeDelta::hours(24));
        assert!(kept(store.export(export.id).await).is_none());
        assert!(kept(store.exported(&export.token).await).is_none());
        assert_eq!(kept(store.clear_exports().await), 1);
        assert!(kept(store.export_part(export.id, 0).await).is_none());
        asked(&store, "a").await;
    }
    let [_, other] = [one, other];
    other.close().await;
}
