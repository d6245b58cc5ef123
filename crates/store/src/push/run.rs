//! Full snapshots: a run is opened, filled by any number of requests, and closed; only closing it turns absence into
//! removal, and not where more than a tenth of the source would go unless that is meant.

use chrono::{DateTime, Utc};
use domain::feed::Reason;
use domain::policy::Actor;
use domain::push::{Counts, Mode, Outcome, Pushed};
use domain::source::Source;
use domain::{Refusal, TerritoryId};
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{Condition, Expr, ExprTrait, Query};
use serde_json::Value;
use uuid::Uuid;

use super::known::{KINDS, Known};
use super::{Push, bounds};
use crate::connect::Store;
use crate::error::{Error, Result};
use crate::rows;
use crate::write::Tx;

/// Whether a run takes rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunState {
    /// It does.
    Open,
    /// It is over.
    Closed,
}

impl RunState {
    const fn word(self) -> &'static str {
        match self {
            Self::Open => "OPEN",
            Self::Closed => "CLOSED",
        }
    }
}

/// A full snapshot of a source.
#[derive(Clone, Debug)]
pub struct Run {
    /// Its identifier.
    pub id: Uuid,
    /// Whether it takes rows.
    pub state: RunState,
    /// When it was opened.
    pub opened_at: DateTime<Utc>,
    /// When it was closed.
    pub closed_at: Option<DateTime<Utc>>,
    /// What closing it did.
    pub counts: Counts,
    /// The one kind of record that it is a snapshot of; of all where there is none.
    pub of: Option<Pushed>,
}

/// So many records are removed in one transaction.
const AT_ONCE: u64 = 200;

/// What a run did not name, and the source did not push beside it either since it was opened. Of a machine that is limited
/// to territories, a run stands for what lies in them only.
fn absent_from(run: &Run, limits: &[TerritoryId]) -> Condition {
    let unnamed = Expr::col("run_id").is_null().or(Expr::col("run_id").ne(run.id));
    let before = Expr::col("pushed_at")
        .is_null()
        .or(Expr::col("pushed_at").lt(run.opened_at));
    let kinds = run.of.map(|of| Expr::col("record_kind").eq(of.word()));
    Condition::all()
        .add(unnamed)
        .add(before)
        .add_option(kinds)
        .add_option(bounds::within(limits))
}

impl Tx {
    /// A row of a full snapshot belongs to an open run of its source.
    pub(super) async fn check_run(&self, source: &Source, push: &Push) -> Result<()> {
        let field = || "run".to_owned();
        match (push.mode, push.run) {
            (Mode::Delta, None) => Ok(()),
            (Mode::FullSnapshot, None) => Err(Refusal::Required { field: field() }.into()),
            (Mode::Delta, Some(_)) => Err(Refusal::Invalid {
                field: field(),
                why: domain::refusal::Invalid::Reference,
            }
            .into()),
            (Mode::FullSnapshot, Some(run)) => match self.run_of(source, run).await? {
                Some(run) if run.state == RunState::Open => Ok(()),
                Some(_) => Err(Refusal::Transition {
                    field: field(),
                    from: "CLOSED".to_owned(),
                    to: "OPEN".to_owned(),
                }
                .into()),
                None => Err(Refusal::UnknownReference { field: field() }.into()),
            },
        }
    }

    async fn run_of(&self, source: &Source, run: Uuid) -> Result<Option<Run>> {
        let query = Query::select()
            .columns(["state", "opened_at", "closed_at", "counts", "record_kind"])
            .from("run")
            .and_where(Expr::col("id").eq(run))
            .and_where(Expr::col("source").eq(source.code.clone()))
            .lock_exclusive()
            .take();
        let Some(row) = self.conn.query_one(&query).await? else {
            return Ok(None);
        };
        let state: String = row.try_get("", "state")?;
        let counts: Value = row.try_get("", "counts")?;
        Ok(Some(Run {
            id: run,
            state: if state == RunState::Open.word() {
                RunState::Open
            } else {
                RunState::Closed
            },
            opened_at: row.try_get("", "opened_at")?,
            closed_at: row.try_get("", "closed_at")?,
            counts: serde_json::from_value(counts).map_err(|error| Error::Corrupt(error.to_string()))?,
            of: row.try_get("", "record_kind")?,
        }))
    }

    /// How many records of its kinds the source names, and how many of them this run did not.
    async fn absent(&self, source: &Source, run: &Run) -> Result<(u64, u64)> {
        let count = |only_absent: bool| {
            let mut query = Query::select();
            query
                .expr_as(Expr::col("external_id").count(), "count")
                .from("external_id")
                .and_where(Expr::col("source").eq(source.code.clone()))
                .and_where(Expr::col("deleted_at").is_null());
            if let Some(of) = run.of {
                query.and_where(Expr::col("record_kind").eq(of.word()));
            }
            if only_absent {
                query.cond_where(absent_from(run, self.limits()));
            } else {
                query.cond_where(Condition::all().add_option(bounds::within(self.limits())));
            }
            query
        };
        let mut counts = [0, 0];
        for (place, only_absent) in [false, true].into_iter().enumerate() {
            let row = self.conn.query_one(&count(only_absent)).await?;
            let found: i64 = row.map(|row| row.try_get("", "count")).transpose()?.unwrap_or(0);
            counts[place] = u64::try_from(found).unwrap_or(0);
        }
        Ok((counts[0], counts[1]))
    }

    /// Removes some of what the run did not name: what depends on others first. Answers what became of each.
    async fn remove_absent(&mut self, source: &Source, run: &Run) -> Result<Vec<Outcome>> {
        let mut outcomes = Vec::new();
        for pushed in KINDS.into_iter().rev() {
            let query = Query::select()
                .columns(["external_id", "record_id", "made_it"])
                .from("external_id")
                .and_where(Expr::col("source").eq(source.code.clone()))
                .and_where(Expr::col("record_kind").eq(pushed.word()))
                .and_where(Expr::col("deleted_at").is_null())
                .cond_where(absent_from(run, self.limits()))
                .limit(AT_ONCE)
                .take();
            for row in self.conn.query_all(&query).await? {
                let external_id: String = row.try_get("", "external_id")?;
                let known = Known {
                    record: row.try_get("", "record_id")?,
                    updated_at: None,
                    revision: None,
                    digest: None,
                    is_deleted: false,
                    made_it: row.try_get("", "made_it")?,
                };
                outcomes.push(
                    self.remove_one(source, pushed, &external_id, &known, run.id)
                        .await?,
                );
            }
            if !outcomes.is_empty() {
                break;
            }
        }
        Ok(outcomes)
    }

    async fn remove_one(
        &mut self,
        source: &Source,
        pushed: Pushed,
        external_id: &str,
        known: &Known,
        run: Uuid,
    ) -> Result<Outcome> {
        match self.let_go(&source.code, pushed, external_id, known).await {
            Ok(_) => {
                self.bury(&source.code, pushed, external_id, (None, None)).await?;
                Ok(Outcome::Deleted)
            }
            // Others still need it: it stays, and the run has dealt with it.
            Err(Error::Refused(_)) => {
                self.see(&source.code, run, &[(pushed, external_id.to_owned())])
                    .await?;
                Ok(Outcome::Rejected)
            }
            Err(error) => Err(error),
        }
    }
}

impl Store {
    /// Opens a full snapshot of a source. One that was open is over: it removes nothing.
    ///
    /// # Errors
    /// An unknown source, or one that is not the actor's.
    pub async fn open_run(&self, actor: &Actor, source: &str) -> Result<Run> {
        self.open_run_of(actor, source, None).await
    }

    /// The same, of one kind of record only: closing it leaves the others alone.
    pub(crate) async fn open_run_of(&self, actor: &Actor, source: &str, of: Option<Pushed>) -> Result<Run> {
        let (source, action) = self.source_to_push(actor, source).await?;
        self.write(actor, action, async |tx: &mut Tx| {
            tx.serialise(&source.code).await?;
            let over = Query::update()
                .table("run")
                .value("state", RunState::Closed.word())
                .value("closed_at", tx.now())
                .and_where(Expr::col("source").eq(source.code.clone()))
                .and_where(Expr::col("state").eq(RunState::Open.word()))
                .take();
            tx.conn.execute(&over).await?;
            let run = Run {
                id: tx.uuid(),
                state: RunState::Open,
                opened_at: tx.now(),
                closed_at: None,
                counts: Counts::default(),
                of,
            };
            let counts =
                serde_json::to_value(run.counts).map_err(|error| Error::Corrupt(error.to_string()))?;
            let row = vec![
                run.id.into(),
                source.code.clone().into(),
                run.state.word().into(),
                run.opened_at.into(),
                counts.into(),
                of.map(Pushed::word).into(),
            ];
            let columns = ["id", "source", "state", "opened_at", "counts", "record_kind"];
            rows::insert(&tx.conn, "run", &columns, vec![row]).await?;
            Ok(run)
        })
        .await
    }

    /// Closes a full snapshot: what it did not name is removed, some at a time, so that closing again goes on where
    /// it was interrupted. `confirm` names the source where more than a tenth of it is meant to go.
    ///
    /// # Errors
    /// An unknown source or run, one that is not the actor's, and [`Refusal::MassDeletion`].
    pub async fn close_run(
        &self,
        actor: &Actor,
        source: &str,
        run: Uuid,
        confirm: Option<&str>,
    ) -> Result<Run> {
        let (source, action) = self.source_to_push(actor, source).await?;
        let mut counts = Counts::default();
        let is_meant = confirm == Some(source.code.as_str());
        let mut is_first = true;
        loop {
            let done = self
                .write(actor, action, async |tx: &mut Tx| {
                    tx.serialise(&source.code).await?;
                    let known = tx
                        .run_of(&source, run)
                        .await?
                        .ok_or_else(|| Refusal::UnknownReference {
                            field: "run".to_owned(),
                        })?;
                    if known.state == RunState::Closed {
                        return Ok(Some(known));
                    }
                    let (all, gone) = tx.absent(&source, &known).await?;
                    if is_first && !is_meant && gone * 10 > all {
                        return Err(Refusal::MassDeletion { gone, of: all }.into());
                    }
                    tx.because(Reason::SnapshotAbsent);
                    let outcomes = tx.remove_absent(&source, &known).await?;
                    let is_over = outcomes.is_empty();
                    outcomes.into_iter().for_each(|outcome| counts.add(outcome));
                    if !is_over {
                        return Ok(None);
                    }
                    let text =
                        serde_json::to_value(counts).map_err(|error| Error::Corrupt(error.to_string()))?;
                    let update = Query::update()
                        .table("run")
                        .value("state", RunState::Closed.word())
                        .value("closed_at", tx.now())
                        .value("counts", text)
                        .and_where(Expr::col("id").eq(run))
                        .take();
                    tx.conn.execute(&update).await?;
                    tx.run_of(&source, run).await
                })
                .await?;
            is_first = false;
            if let Some(run) = done {
                return Ok(run);
            }
        }
    }
}
