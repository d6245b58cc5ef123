//! Files that are imported: kept in the database with their lines in parts, mapped, previewed, started, stopped; what became
//! of them is told until they are cleared away. `upload` takes them in, `work` works on them, `told` tells of it,
//! `clear` clears them away.

mod clear;
mod told;
mod upload;
mod work;

use chrono::{DateTime, Utc};
use domain::check::Checks;
use domain::import::{Column, Format, Mapping, State};
use domain::policy::{Action, Actor};
use domain::push::{Counts, Mode, Pushed};
use domain::source::Source;
use domain::{PersonId, Refusal};
use sea_orm::sea_query::{Expr, ExprTrait, Order, Query, SelectStatement, UpdateStatement};
use sea_orm::{ConnectionTrait, QueryResult};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use uuid::Uuid;

use crate::connect::Store;
use crate::error::{Error, Result};
use crate::write::Tx;

pub use told::ImportRow;
pub use upload::{NewImport, Upload};
pub use work::Claim;

/// So many lines are kept and applied together.
pub const PART: usize = 500;

/// A file that is imported.
#[derive(Clone, Debug)]
pub struct Import {
    /// Its identifier.
    pub id: Uuid,
    /// The source's code.
    pub source: String,
    /// The kind of record that its lines are.
    pub what: Pushed,
    /// The file's name.
    pub file_name: String,
    /// What sort of file it is.
    pub format: Format,
    /// The encoding it was decoded from, for text.
    pub encoding: Option<String>,
    /// Its columns.
    pub columns: Vec<Column>,
    /// How it is read.
    pub mapping: Mapping,
    /// What its lines stand for.
    pub mode: Mode,
    /// Where it stands.
    pub state: State,
    /// How many lines it has, the headers' aside.
    pub lines: u32,
    /// How many of them are dealt with, in the pass that is under way or was the last.
    pub done: u32,
    /// How many of those came to what.
    pub counts: Counts,
    /// How many would come to what, as the preview found.
    pub preview: Option<Counts>,
    /// How many records of its kind the source holds that the file does not name, as the preview found.
    pub absent: Option<u32>,
    /// Why it stopped; absent also where that was a fault of ours.
    pub failure: Option<Refusal>,
    /// The person who last asked for something to be done with it, where it was one.
    pub person: Option<PersonId>,
    /// When it came.
    pub made_at: DateTime<Utc>,
    /// When something was last done with it.
    pub changed_at: DateTime<Utc>,
    /// Whether its lines are gone, so that nothing can be done with it any more.
    pub is_cleared: bool,
    parts: i32,
    attempt: i32,
    place: i32,
    shown: i32,
    run: Option<Uuid>,
    is_meant: bool,
    tries: i32,
    lease_until: DateTime<Utc>,
    client: Option<Uuid>,
}

impl Import {
    /// The headers of its columns.
    #[must_use]
    pub fn headers(&self) -> Vec<String> {
        self.columns.iter().map(|column| column.name.clone()).collect()
    }
}

const COLUMNS: [&str; 29] = [
    "id",
    "source",
    "record_kind",
    "file_name",
    "format",
    "encoding",
    "columns",
    "mapping",
    "mode",
    "state",
    "lines",
    "parts",
    "attempt",
    "place",
    "done",
    "counts",
    "preview",
    "absent",
    "shown",
    "run_id",
    "is_meant",
    "failure",
    "tries",
    "lease_until",
    "person_id",
    "client_id",
    "made_at",
    "changed_at",
    "cleared_at",
];

fn corrupt(error: impl std::fmt::Display) -> Error {
    Error::Corrupt(error.to_string())
}

fn to_json(value: &impl Serialize) -> Result<Value> {
    serde_json::to_value(value).map_err(corrupt)
}

fn to_text(value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(corrupt)
}

fn of_json<T: DeserializeOwned>(row: &QueryResult, column: &str) -> Result<T> {
    serde_json::from_value(row.try_get::<Value>("", column)?).map_err(corrupt)
}

fn count(row: &QueryResult, column: &str) -> Result<u32> {
    Ok(u32::try_from(row.try_get::<i32>("", column)?).unwrap_or(0))
}

fn entry(row: &QueryResult) -> Result<Import> {
    Ok(Import {
        id: row.try_get("", "id")?,
        source: row.try_get("", "source")?,
        what: row.try_get("", "record_kind")?,
        file_name: row.try_get("", "file_name")?,
        format: row.try_get("", "format")?,
        encoding: row.try_get("", "encoding")?,
        columns: of_json(row, "columns")?,
        mapping: of_json(row, "mapping")?,
        mode: row.try_get("", "mode")?,
        state: row.try_get("", "state")?,
        lines: count(row, "lines")?,
        done: count(row, "done")?,
        counts: of_json(row, "counts")?,
        preview: of_json(row, "preview")?,
        absent: row
            .try_get::<Option<i32>>("", "absent")?
            .and_then(|absent| u32::try_from(absent).ok()),
        failure: of_json(row, "failure")?,
        person: row.try_get::<Option<Uuid>>("", "person_id")?.map(Into::into),
        made_at: row.try_get("", "made_at")?,
        changed_at: row.try_get("", "changed_at")?,
        is_cleared: row.try_get::<Option<DateTime<Utc>>>("", "cleared_at")?.is_some(),
        parts: row.try_get("", "parts")?,
        attempt: row.try_get("", "attempt")?,
        place: row.try_get("", "place")?,
        shown: row.try_get("", "shown")?,
        run: row.try_get("", "run_id")?,
        is_meant: row.try_get("", "is_meant")?,
        tries: row.try_get("", "tries")?,
        lease_until: row.try_get("", "lease_until")?,
        client: row.try_get("", "client_id")?,
    })
}

fn selected() -> SelectStatement {
    Query::select().columns(COLUMNS).from("import").take()
}

fn updated(id: Uuid) -> UpdateStatement {
    Query::update()
        .table("import")
        .and_where(Expr::col("id").eq(id))
        .take()
}

/// The states in which something can be decided.
const OPEN: [State; 5] = [
    State::Uploaded,
    State::Previewed,
    State::Failed,
    State::Cancelled,
    State::Done,
];

impl Tx {
    /// The import as this transaction sees it; nobody else changes it until it ends.
    async fn import(&self, id: Uuid) -> Result<Import> {
        let query = selected()
            .and_where(Expr::col("id").eq(id))
            .lock_exclusive()
            .take();
        let row = self.conn.query_one(&query).await?;
        entry(&row.ok_or(Refusal::NotFound)?)
    }

    /// The import, where something can be decided about it now.
    async fn open_import(&self, id: Uuid, to: State) -> Result<Import> {
        let import = self.import(id).await?;
        if import.is_cleared {
            return Err(Refusal::LinkExpired.into());
        }
        // What is done is not done once more by a second click.
        let is_open = OPEN.contains(&import.state) && (import.state != State::Done || to == State::Uploaded);
        if !is_open {
            return Err(Refusal::Transition {
                field: "state".to_owned(),
                from: import.state.to_string(),
                to: to.to_string(),
            }
            .into());
        }
        Ok(import)
    }

    /// Puts an import into a state in which nothing of what its last pass found holds any more.
    async fn begin_pass(&self, import: &Import, state: State, update: &mut UpdateStatement) -> Result<()> {
        let (person, client) = self.who();
        update
            .value("state", state)
            .value("attempt", import.attempt + 1)
            .value("place", 0)
            .value("done", 0)
            .value("shown", 0)
            .value("tries", 0)
            .value("lease_until", self.now())
            .value("counts", to_json(&Counts::default())?)
            .value("failure", Value::Null)
            .value("run_id", None::<Uuid>)
            .value("person_id", person.map(Uuid::from))
            .value("client_id", client)
            .value("changed_at", self.now());
        self.conn.execute(update).await?;
        let mut parts = Query::update();
        parts
            .table("import_part")
            .value("told", None::<String>)
            .and_where(Expr::col("import_id").eq(import.id));
        // A run is held against the preview it follows.
        if !(state == State::Running && import.state == State::Previewed) {
            parts.value("plan", None::<String>);
        }
        self.conn.execute(&parts).await?;
        Ok(())
    }
}

impl Store {
    /// An import, where the actor may read what its source pushed.
    ///
    /// # Errors
    /// There is none, or not for this actor.
    pub async fn import(&self, actor: &Actor, id: Uuid) -> Result<Import> {
        Ok(self.import_and_source(actor, id).await?.0)
    }

    async fn import_and_source(&self, actor: &Actor, id: Uuid) -> Result<(Import, Source)> {
        if *actor == Actor::Visitor {
            return Err(Refusal::Unauthenticated.into());
        }
        let query = selected().and_where(Expr::col("id").eq(id)).take();
        let row = self.reading.query_one(&query).await?.ok_or(Refusal::NotFound)?;
        let import = entry(&row)?;
        let source = self.source(&import.source).await?.ok_or(Refusal::NotFound)?;
        let reading = Action::ReadRuns {
            source: source.id,
            operator: source.operator_id,
        };
        // Whoever may not know of it is not told that it is there.
        self.ask(actor, reading).map_err(|_| Refusal::NotFound)?;
        Ok((import, source))
    }

    /// The last imports under a source, the latest first.
    ///
    /// # Errors
    /// Not allowed, or a database fault.
    pub async fn imports(&self, actor: &Actor, source: &Source, most: u64) -> Result<Vec<Import>> {
        let reading = Action::ReadRuns {
            source: source.id,
            operator: source.operator_id,
        };
        self.ask(actor, reading)?;
        let query = selected()
            .and_where(Expr::col("source").eq(source.code.clone()))
            .order_by("made_at", Order::Desc)
            .order_by("id", Order::Desc)
            .limit(most)
            .take();
        self.reading.query_all(&query).await?.iter().map(entry).collect()
    }

    /// Says how a file is read; what a preview found before holds no more.
    ///
    /// # Errors
    /// Not allowed; it is under way or cleared; a mapping that does not fit the file.
    pub async fn map_import(&self, actor: &Actor, id: Uuid, mut mapping: Mapping) -> Result<Import> {
        let action = self.to_import(actor, id).await?;
        self.write(actor, action, async |tx: &mut Tx| {
            let import = tx.open_import(id, State::Uploaded).await?;
            let mut checks = Checks::default();
            mapping.check(import.what, &import.headers(), &mut checks);
            checks.finish()?;
            let mut update = updated(id);
            update
                .value("mapping", to_json(&mapping)?)
                .value("preview", Value::Null)
                .value("absent", None::<i32>);
            tx.begin_pass(&import, State::Uploaded, &mut update).await?;
            tx.import(id).await
        })
        .await
    }

    /// Has it worked out what would become of the lines; nothing is written.
    ///
    /// # Errors
    /// Not allowed; it is under way, done or cleared.
    pub async fn preview_import(&self, actor: &Actor, id: Uuid) -> Result<Import> {
        let action = self.to_import(actor, id).await?;
        self.write(actor, action, async |tx: &mut Tx| {
            let import = tx.open_import(id, State::Previewing).await?;
            tx.check_mapping(&import)?;
            let mut update = updated(id);
            update.value("preview", Value::Null).value("absent", None::<i32>);
            tx.begin_pass(&import, State::Previewing, &mut update).await?;
            tx.import(id).await
        })
        .await
    }

    /// Has the lines applied. After a preview, each part is held against it, and the import stops where things have moved.
    /// `confirm` names the source where, with a full snapshot, more than a tenth of its records of this kind is meant to go.
    ///
    /// # Errors
    /// Not allowed; it is under way, done or cleared.
    pub async fn start_import(
        &self,
        actor: &Actor,
        id: Uuid,
        mode: Mode,
        confirm: Option<&str>,
    ) -> Result<Import> {
        let action = self.to_import(actor, id).await?;
        self.write(actor, action, async |tx: &mut Tx| {
            let import = tx.open_import(id, State::Running).await?;
            tx.check_mapping(&import)?;
            let mut update = updated(id);
            update
                .value("mode", mode)
                .value("is_meant", confirm == Some(import.source.as_str()));
            tx.begin_pass(&import, State::Running, &mut update).await?;
            tx.import(id).await
        })
        .await
    }

    /// Stops an import, or drops one that was not started; what was applied stays.
    ///
    /// # Errors
    /// Not allowed; it is over already.
    pub async fn cancel_import(&self, actor: &Actor, id: Uuid) -> Result<Import> {
        let action = self.to_import(actor, id).await?;
        self.write(actor, action, async |tx: &mut Tx| {
            let import = tx.import(id).await?;
            match import.state {
                State::Cancelled => return Ok(import),
                State::Done | State::Failed => {
                    return Err(Refusal::Transition {
                        field: "state".to_owned(),
                        from: import.state.to_string(),
                        to: State::Cancelled.to_string(),
                    }
                    .into());
                }
                State::Reading | State::Uploaded | State::Previewing | State::Previewed | State::Running => {}
            }
            let update = updated(id)
                .value("state", State::Cancelled)
                .value("changed_at", tx.now())
                .take();
            tx.conn.execute(&update).await?;
            tx.import(id).await
        })
        .await
    }

    /// What changing an import asks of the policy.
    async fn to_import(&self, actor: &Actor, id: Uuid) -> Result<Action> {
        let (import, _) = self.import_and_source(actor, id).await?;
        Ok(self.source_to_push(actor, &import.source).await?.1)
    }
}

impl Tx {
    /// A guess may lack what every file must say.
    fn check_mapping(&self, import: &Import) -> Result<()> {
        let mut checks = Checks::default();
        import
            .mapping
            .clone()
            .check(import.what, &import.headers(), &mut checks);
        Ok(checks.finish()?)
    }
}
