//! Works on the imports that are due, one after the other, until the server stops. What is due, and who of several servers
//! takes it, is the store's.

use std::time::Duration;

use store::{Claim, Import, Store};
use tokio::sync::watch;

/// How often it is looked whether an import is due.
const EVERY: Duration = Duration::from_secs(1);

/// Works until told to stop; the part that is under way then is finished, and another server goes on.
pub(crate) async fn work(store: Store, mut stopped: watch::Receiver<()>) {
    loop {
        // An error means that the other end is gone: the server stops.
        if stopped.has_changed().is_err() {
            return;
        }
        match store.claim_import(None).await {
            Ok(Some(claim)) => {
                go_on(&store, claim, || stopped.has_changed().is_err(), |_| ()).await;
                continue;
            }
            Ok(None) => {}
            Err(error) => tracing::error!(%error, "imports cannot be looked for"),
        }
        tokio::select! {
            _ = stopped.changed() => return,
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}

/// Does part after part of an import that was claimed, until it is over or somebody says stop; tells after each.
pub(crate) async fn go_on(
    store: &Store,
    mut claim: Claim,
    is_stopped: impl Fn() -> bool,
    told: impl Fn(&Import),
) {
    while !is_stopped() {
        match store.advance_import(&mut claim).await {
            Ok(true) => told(claim.import()),
            Ok(false) => return,
            Err(error) => {
                tracing::error!(%error, "an import got no further: tried again soon");
                return;
            }
        }
    }
}
