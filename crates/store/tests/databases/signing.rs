//! The keys that sign access tokens: one for all servers, the next one published before its time, one taken away at once.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use chrono::TimeDelta;
use store::SigningKey;
use testing::{administrator, editor, kept, refused};

fn names(keys: &[SigningKey]) -> Vec<&str> {
    keys.iter().map(|key| key.kid.as_str()).collect()
}

testing::both! {
    async fn all_servers_sign_with_one_key(store: Store) {
        let (one, two) = tokio::join!(store.signing_keys(), store.signing_keys());
        let (one, two) = (kept(one), kept(two));
        assert_eq!((one.len(), &one), (1, &two));
        assert_eq!(kept(store.signing_keys().await), one);
        assert!(!format!("{one:?}").contains("seed"), "a key shows itself to nobody");
    }
}

#[tokio::test]
async fn the_next_key_is_published_before_it_signs_and_the_last_is_read_after() {
    let [one, other] = testing::both_engines().await;
    for database in [&one, &other] {
        let (store, mint) = (database.store(), database.mint());
        let first = kept(store.signing_keys().await).remove(0);
        mint.pass(TimeDelta::days(88));
        let both = kept(store.signing_keys().await);
        let next = &both[1];
        let since = next.signs_from - first.signs_from - TimeDelta::days(90);
        // The mint's clock goes on by itself, by a thousandth of a second each time.
        assert!(
            since >= TimeDelta::zero() && since < TimeDelta::seconds(1),
            "{both:?}"
        );
        assert_eq!((both.len(), &both[0]), (2, &first));
        mint.pass(TimeDelta::days(2));
        assert_eq!(
            kept(store.signing_keys().await),
            both,
            "what the first one signed is not expired"
        );
        mint.pass(TimeDelta::hours(1));
        assert_eq!(names(&kept(store.signing_keys().await)), [next.kid.as_str()]);
    }
    let [_, other] = [one, other];
    other.close().await;
}

testing::both! {
    async fn a_key_is_renewed_and_taken_away(store: Store) {
        let first = kept(store.signing_keys().await).remove(0);
        assert_eq!(refused(store.renew_signing_key(&editor()).await), ["FORBIDDEN"]);
        let second = kept(store.renew_signing_key(&administrator()).await);
        assert_eq!(names(&kept(store.signing_keys().await)), [first.kid.as_str(), second.kid.as_str()]);
        assert_eq!(refused(store.revoke_signing_key(&editor(), &first.kid).await), ["FORBIDDEN"]);
        assert_eq!(refused(store.revoke_signing_key(&administrator(), "nobody's").await), ["NOT_FOUND"]);
        let third = kept(store.revoke_signing_key(&administrator(), &second.kid).await);
        let kids = kept(store.signing_keys().await);
        assert_eq!(names(&kids), [first.kid.as_str(), third.kid.as_str()]);
        assert_eq!(kids.last().unwrap().seed, third.seed);
    }
}
