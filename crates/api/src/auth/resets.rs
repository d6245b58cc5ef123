//! Answers who asked for a link by which to choose another password, one after the other, until the server stops. What
//! is answered, and who of several servers does, is the store's.

use std::time::Duration;

use store::Store;
use tokio::sync::watch;

/// How often it is looked whether somebody asked.
const EVERY: Duration = Duration::from_secs(3);

/// Writes the links under the site's address.
pub(crate) async fn work(store: Store, site: String, mut stopped: watch::Receiver<()>) {
    loop {
        // An error means that the other end is gone: the server stops.
        if stopped.has_changed().is_err() {
            return;
        }
        let answered = store.answer_reset(&site).await.unwrap_or_else(|error| {
            tracing::error!(%error, "who asked for another password cannot be answered");
            false
        });
        if !answered {
            tokio::select! {
                _ = stopped.changed() => return,
                () = tokio::time::sleep(EVERY) => {}
            }
        }
    }
}
