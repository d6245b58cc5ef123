//! Writes the exports that wait, one after the other, until the server stops. What is due, and who of several servers
//! takes it, is the store's.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use store::{Listed, PIECE, Store};
use tokio::fs::File;
use tokio::io::AsyncReadExt as _;
use tokio::sync::watch;

use super::rows::Rows;
use super::{Export, Form, What, filter_of, for_what, sheet};
use crate::problem::{Code, Fault};

/// How often it is looked whether one waits.
const EVERY: Duration = Duration::from_secs(2);
/// How often it is said that one is still being written: well before another server may begin it anew.
const STILL: Duration = Duration::from_secs(4);

/// Why an export was not written to its end.
enum Stop {
    /// It cannot be, or not now.
    Fault(Fault),
    /// Another server has begun it since, or somebody dropped it.
    Lost,
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<store::Error> for Stop {
    fn from(error: store::Error) -> Self {
        Self::Fault(error.into())
    }
}

/// Writes what waits, again and again, until told to stop; what is under way then is left to whoever comes next.
pub(crate) async fn run(store: Store, mut stopped: watch::Receiver<()>) {
    loop {
        // An error means that the other end is gone: the server stops.
        if stopped.has_changed().is_err() {
            return;
        }
        let claimed = store.claim_export().await.unwrap_or_else(|error| {
            tracing::error!(%error, "the exports that wait cannot be read");
            None
        });
        match claimed {
            Some(export) => one(&store, &export, &mut stopped).await,
            None => {
                tokio::select! {
                    _ = stopped.changed() => return,
                    () = tokio::time::sleep(EVERY) => {}
                }
            }
        }
    }
}

/// Writes one, or leaves it.
async fn one(store: &Store, export: &store::Export, stopped: &mut watch::Receiver<()>) {
    let (id, rows) = (export.id, AtomicI64::new(0));
    let end = tokio::select! {
        end = write(store, export, &rows) => end,
        () = lost(store, export, &rows) => Err(Stop::Lost),
        _ = stopped.changed() => {
            if let Err(error) = store.release_export(export).await {
                tracing::warn!(export = %id, %error, "an export that is left could not be said to be");
            }
            return;
        }
    };
    let kept = match end {
        Ok(()) => {
            tracing::info!(export = %id, rows = rows.into_inner(), "an export was written");
            Ok(())
        }
        Err(Stop::Lost) => {
            tracing::info!(export = %id, "an export was dropped, or begun anew elsewhere");
            Ok(())
        }
        // A fault of ours or the database's: it is begun anew when its time is over, a few times.
        Err(Stop::Fault(fault)) if fault.code() == Code::Internal.word() => {
            tracing::warn!(export = %id, "an export could not be written now");
            Ok(())
        }
        Err(Stop::Fault(fault)) => store.export_failed(export, &fault.message(export.lang)).await,
    };
    if let Err(error) = kept {
        tracing::error!(export = %id, %error, "why an export failed could not be kept");
    }
}

/// Says again and again that it is being written and how far; comes back when it is so no more.
async fn lost(store: &Store, export: &store::Export, rows: &AtomicI64) {
    loop {
        tokio::time::sleep(STILL).await;
        match store.export_goes_on(export, rows.load(Ordering::Relaxed)).await {
            Ok(true) => {}
            Ok(false) => return,
            Err(error) => {
                tracing::warn!(export = %export.id, %error, "an export's progress could not be kept");
            }
        }
    }
}

async fn write(store: &Store, export: &store::Export, rows: &AtomicI64) -> Result<(), Stop> {
    let unknown = || Fault::new(Code::NotFound);
    let what = What::of(&export.what).ok_or_else(unknown)?;
    let form = Form::of(&export.form).ok_or_else(unknown)?;
    // Before anything is read, so that there is no gap to what follows.
    let cursor = store.feed_head().await?;
    let snapshot = Export {
        store: store.clone(),
        what,
        form,
        cursor: cursor.clone(),
        asked: export.asked.clone(),
    };
    let mut parts = Parts::of(store, export);
    for_what!(what, fill::<R>(snapshot, &mut parts, rows))?;
    let digest = parts.end().await?;
    let rows = rows.load(Ordering::Relaxed);
    if store.export_done(export, rows, &cursor, &digest).await? {
        Ok(())
    } else {
        Err(Stop::Lost)
    }
}

async fn fill<R: Listed>(snapshot: Export, parts: &mut Parts<'_>, written: &AtomicI64) -> Result<(), Stop>
where
    R::Filter: DeserializeOwned + 'static,
{
    let filter = filter_of::<R>(&snapshot.asked)?;
    match snapshot.form {
        Form::Xlsx => {
            let mut file = File::from_std(sheet::file::<R>(snapshot, filter, written).await?);
            let mut some = vec![0; PIECE];
            loop {
                let read = file.read(&mut some).await.map_err(|error| {
                    tracing::error!(%error, "a spreadsheet could not be read back");
                    Fault::new(Code::Internal)
                })?;
                if read == 0 {
                    return Ok(());
                }
                parts.add(&some[..read]).await?;
            }
        }
        Form::Csv | Form::Jsonl | Form::Geojson | Form::Schema => {
            let mut rows = Rows::<R>::of(snapshot, filter);
            while let Some(piece) = rows.piece().await? {
                parts.add(&piece).await?;
                written.store(i64::try_from(rows.count).unwrap_or(i64::MAX), Ordering::Relaxed);
            }
            Ok(())
        }
    }
}

/// The file on its way into the database: as much of it in memory as a part holds.
struct Parts<'e> {
    store: &'e Store,
    export: &'e store::Export,
    number: i64,
    rest: Vec<u8>,
    digest: Sha256,
}

impl<'e> Parts<'e> {
    fn of(store: &'e Store, export: &'e store::Export) -> Self {
        Self {
            store,
            export,
            number: 0,
            rest: Vec::with_capacity(PIECE),
            digest: Sha256::new(),
        }
    }

    async fn add(&mut self, mut bytes: &[u8]) -> Result<(), Stop> {
        self.digest.update(bytes);
        while !bytes.is_empty() {
            let room = (PIECE - self.rest.len()).min(bytes.len());
            let (now, later) = bytes.split_at(room);
            self.rest.extend_from_slice(now);
            bytes = later;
            if self.rest.len() == PIECE {
                self.keep().await?;
            }
        }
        Ok(())
    }

    async fn keep(&mut self) -> Result<(), Stop> {
        let kept = self.store.keep_export_part(self.export, self.number, &self.rest);
        if !kept.await? {
            return Err(Stop::Lost);
        }
        self.number += 1;
        self.rest.clear();
        Ok(())
    }

    /// Keeps what is left; answers the whole's digest.
    async fn end(mut self) -> Result<String, Stop> {
        if !self.rest.is_empty() {
            self.keep().await?;
        }
        Ok(BASE64_URL_SAFE_NO_PAD.encode(&self.digest.finalize()[..18]))
    }
}
