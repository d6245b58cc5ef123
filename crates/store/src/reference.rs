//! The reference data: real rows from public sources, kept as files beside this crate (`reference/SOURCES.md`
//! says where each comes from), loaded on an empty database, and again after an upgrade without doubling a row,
//! overwriting what a person changed, or bringing back what a person removed.

mod chantier;
mod council;
mod directory;
mod file;
mod organisation;
mod project;
mod territory;

use std::collections::HashMap;
use std::fmt::Display;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use domain::check::Checks;
use domain::policy::{Action, Actor};
use domain::provenance::{NewProvenance, Provenance};
use domain::record::Record as _;
use domain::refusal::Code;
use domain::territory::Nis;
use domain::{ChantierId, OrganisationId, ProjectId, RecordId, Refusal, TerritoryId};
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict, Query};
use sha2::{Digest, Sha256};

use crate::connect::Store;
use crate::error::{Error, Result};
use crate::record::Stored;
use crate::write::Tx;

/// The name of this source among the external identifiers.
pub(crate) const SOURCE: &str = "reference";

/// A credit line to show.
#[derive(Clone, Debug, serde::Deserialize)]
pub struct Credit {
    /// The file it is for.
    pub file: String,
    /// What the file holds, in French.
    pub what_fr: String,
    /// Its licence.
    pub licence: String,
    /// The line to show.
    pub credit: String,
}

/// What loading did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Loaded {
    /// Records made.
    pub created: usize,
    /// Records brought up to date.
    pub updated: usize,
    /// Records left alone because a person changed or removed them.
    pub kept: usize,
}

/// The credit lines of the reference data.
///
/// # Errors
/// Where the file is not as expected.
pub fn credits() -> Result<Vec<Credit>> {
    file::rows(file::CREDITS)
}

impl Store {
    /// Loads the reference data, where this version of it was not loaded yet.
    ///
    /// # Errors
    /// A file that is not as expected, or a database fault; nothing is kept then.
    pub async fn load_reference(&self) -> Result<Loaded> {
        let version = file::version();
        if self.setting("reference").await?.as_deref() == Some(version.as_str()) {
            return Ok(Loaded::default());
        }
        self.write(&Actor::System, Action::EditTerritory, async |tx: &mut Tx| {
            if loading(tx).await? == version {
                return Ok(Loaded::default());
            }
            let mut load = Load {
                tx,
                done: Loaded::default(),
            };
            load.all().await?;
            let done = load.done;
            let update = Query::update()
                .table("setting")
                .value("value", version.clone())
                .and_where(Expr::col("name").eq("reference"))
                .take();
            tx.conn.execute(&update).await?;
            Ok(done)
        })
        .await
    }
}

/// The version that is loaded. Of several servers that start at once, one goes on from here; the others wait for it.
async fn loading(tx: &Tx) -> Result<String> {
    let mut insert = Query::insert();
    insert
        .into_table("setting")
        .columns(["name", "value"])
        .values([Expr::value("reference"), Expr::value("")])
        .map_err(|error| Error::Corrupt(error.to_string()))?
        .on_conflict(OnConflict::column("name").do_nothing().to_owned());
    tx.conn.execute(&insert).await?;
    let query = Query::select()
        .column("value")
        .from("setting")
        .and_where(Expr::col("name").eq("reference"))
        .lock_exclusive()
        .take();
    let row = tx.conn.query_one(&query).await?;
    Ok(row
        .map(|row| row.try_get("", "value"))
        .transpose()?
        .unwrap_or_default())
}

/// A load under way.
struct Load<'t> {
    tx: &'t mut Tx,
    done: Loaded,
}

/// What the later files need of the earlier ones.
#[derive(Default)]
struct Earlier {
    territories: HashMap<String, TerritoryId>,
    organisations: HashMap<String, OrganisationId>,
    chantiers: HashMap<String, ChantierId>,
    projects: HashMap<String, ProjectId>,
}

/// A list in one cell.
fn list(cell: &str) -> impl Iterator<Item = &str> {
    cell.split(';').map(str::trim).filter(|part| !part.is_empty())
}

fn some(cell: &str) -> Option<String> {
    (!cell.is_empty()).then(|| cell.to_owned())
}

fn read<T: FromStr>(what: &str, cell: &str) -> Result<T>
where
    T::Err: Display,
{
    cell.parse()
        .map_err(|error| Error::Corrupt(format!("reference data: {what}: {cell}: {error}")))
}

fn read_some<T: FromStr>(what: &str, cell: &str) -> Result<Option<T>>
where
    T::Err: Display,
{
    if cell.is_empty() {
        Ok(None)
    } else {
        read(what, cell).map(Some)
    }
}

fn read_list<T: FromStr>(what: &str, cell: &str) -> Result<Vec<T>>
where
    T::Err: Display,
{
    list(cell).map(|part| read(what, part)).collect()
}

fn look<T: Copy>(what: &str, known: &HashMap<String, T>, code: &str) -> Result<T> {
    known
        .get(code)
        .copied()
        .ok_or_else(|| Error::Corrupt(format!("reference data: {what} {code} is not there")))
}

impl Load<'_> {
    async fn all(&mut self) -> Result<()> {
        let mut known = Earlier::default();
        self.official_territories().await?;
        self.named_territories(&mut known).await?;
        self.organisations(&mut known).await?;
        self.directories(&known).await?;
        self.chantiers(&mut known).await?;
        self.projects(&mut known).await?;
        self.councils(&known).await
    }

    /// Keeps a record under its code: made where it is new, brought up to date where no person touched it.
    async fn put<R: Stored>(
        &mut self,
        code: &str,
        id: Option<R::Id>,
        make: impl FnOnce(R::Id, DateTime<Utc>) -> R,
    ) -> Result<R::Id> {
        let now = self.tx.now();
        let Some(known) = self.tx.named(SOURCE, code).await? else {
            let id = id.unwrap_or_else(|| self.tx.uuid().into());
            let record = checked(code, make(id, now))?;
            match self.tx.insert(&record).await {
                Ok(()) => {
                    self.tx.name(SOURCE, code, id.into()).await?;
                    self.done.created += 1;
                }
                // What belongs to a record that a person removed is left out with it.
                Err(Error::Refused(refusals)) if refusals.iter().all(is_unknown) => self.done.kept += 1,
                Err(error) => return Err(error),
            }
            return Ok(id);
        };
        let id: R::Id = known.uuid.into();
        match self.tx.find::<R>(id).await? {
            Some(present) if !self.touched(known).await? => {
                let after = checked(code, make(id, now))?;
                let changed = self.tx.update(&present, after).await?;
                if changed.revision() > present.revision() {
                    self.done.updated += 1;
                }
            }
            Some(_) | None => self.done.kept += 1,
        }
        Ok(id)
    }

    /// Whether a person ever changed the record.
    async fn touched(&self, record: RecordId) -> Result<bool> {
        let query = Query::select()
            .expr_as(Expr::col("id").count(), "changes")
            .from("change")
            .and_where(Expr::col("record_id").eq(record.uuid))
            .and_where(Expr::col("person_id").is_not_null())
            .take();
        let row = self.tx.conn.query_one(&query).await?;
        let changes: i64 = row
            .map(|row| row.try_get("", "changes"))
            .transpose()?
            .unwrap_or(0);
        Ok(changes > 0)
    }

    /// Says where a record comes from.
    async fn source(&mut self, code: &str, record: RecordId, source: &file::Source) -> Result<()> {
        let given = [
            (&source.source, &source.source_date),
            (&source.source_2, &source.source_2_date),
        ];
        for (place, (address, date)) in given.into_iter().enumerate() {
            if address.is_empty() {
                continue;
            }
            let url = address.starts_with("https://").then(|| address.clone());
            let host = address.trim_start_matches("https://").trim_start_matches("www.");
            let words = if url.is_some() {
                host.split('/').next().unwrap_or(host)
            } else {
                host
            };
            let new = NewProvenance {
                client_mutation_id: None,
                record_id: record,
                source: words.to_owned(),
                field: None,
                url,
                as_of: read_some("source date", date)?,
                confidence: read_some("confidence", &source.confidence)?,
                note: None,
            };
            let code = format!("{code}#source-{}", place + 1);
            self.put::<Provenance>(&code, None, |id, now| Provenance::made(new, id, now))
                .await?;
        }
        Ok(())
    }
}

fn territory(known: &Earlier, code: &str) -> Result<TerritoryId> {
    match code.parse::<Nis>() {
        Ok(nis) => Ok(nis.into()),
        Err(_) => look("territory", &known.territories, code),
    }
}

fn territories(known: &Earlier, cell: &str) -> Result<Vec<TerritoryId>> {
    list(cell).map(|code| territory(known, code)).collect()
}

fn organisations<'a>(
    known: &Earlier,
    codes: impl IntoIterator<Item = &'a str>,
) -> Result<Vec<OrganisationId>> {
    codes
        .into_iter()
        .map(|code| look("organisation", &known.organisations, code))
        .collect()
}

fn is_unknown(refusal: &Refusal) -> bool {
    refusal.code() == Code::UnknownReference
}

/// The reference data passes the same checks as anybody's.
fn checked<R: Stored>(code: &str, mut record: R) -> Result<R> {
    let mut checks = Checks::default();
    record.check(&mut checks);
    checks
        .finish()
        .map_err(|refusals| Error::Corrupt(format!("reference data: {code}: {refusals:?}")))?;
    Ok(record)
}

/// A version that changes with any of the files and with the way they are read.
fn version_of(files: &[&str]) -> String {
    let mut digest = Sha256::new();
    digest.update("1");
    for file in files {
        digest.update(file);
    }
    digest.finalize()[..8]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
