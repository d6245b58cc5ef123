//! Matches needs and offers of expertise in the background, tells people of new matches and reminds them of introductions
//! in which nothing moves, until the server stops.

use std::time::{Duration, Instant};

use store::{Rematcher, Store};
use tokio::sync::watch;

/// How often it is looked whether something changed.
const EVERY: Duration = Duration::from_secs(3);
/// How often it is looked whether somebody is to be told or reminded.
const TELL_EVERY: Duration = Duration::from_secs(60);
/// After each portion it rests so many times as long as the portion took: requests come first.
const REST: u32 = 3;
/// The least rest between two portions.
const LEAST: Duration = Duration::from_millis(5);

/// Works until told to stop; the portion that is under way then is finished. `site` is the address that people type.
pub(crate) async fn work(store: Store, site: String, mut stopped: watch::Receiver<()>) {
    let mut rematcher = store.rematcher();
    if let Err(error) = rematcher.begin().await {
        tracing::error!(%error, "the matches of expertise cannot be begun");
    }
    let mut told = None::<Instant>;
    loop {
        // An error means that the other end is gone: the server stops.
        if stopped.has_changed().is_err() {
            return;
        }
        let began = Instant::now();
        let matched = portion(&mut rematcher).await;
        let rest = if matched > 0 {
            (began.elapsed() * REST).max(LEAST)
        } else {
            if told.is_none_or(|told| told.elapsed() >= TELL_EVERY) {
                tell(&store, &site).await;
                told = Some(Instant::now());
            }
            EVERY
        };
        // What was matched is told of at once to those who want that.
        if matched > 0 {
            told = None;
        }
        tokio::select! {
            _ = stopped.changed() => return,
            () = tokio::time::sleep(rest) => {}
        }
    }
}

async fn portion(rematcher: &mut Rematcher) -> usize {
    rematcher.portion().await.unwrap_or_else(|error| {
        tracing::error!(%error, "expertise could not be matched: tried again soon");
        0
    })
}

async fn tell(store: &Store, site: &str) {
    match store.tell_expertise_matches(site).await {
        Ok(0) => {}
        Ok(messages) => tracing::info!(messages, "people were told of new matches of expertise"),
        Err(error) => tracing::warn!(%error, "nobody could be told of new matches: tried again in a minute"),
    }
    match store.remind_introductions(site).await {
        Ok(0) => {}
        Ok(introductions) => tracing::info!(introductions, "people were reminded of introductions"),
        Err(error) => tracing::warn!(%error, "nobody could be reminded: tried again in a minute"),
    }
}
