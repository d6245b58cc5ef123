//! What sources pushed, and what was refused of it: kept, so that a source can mend its rows and others can judge it.

use chrono::{DateTime, TimeDelta, Utc};
use domain::client::Client;
use domain::policy::{Action, Actor};
use domain::push::{Counts, Outcome, Pushed};
use domain::source::Source;
use domain::{PersonId, RecordType, Refusal};
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{Expr, ExprTrait, Func, Order, Query};
use serde_json::Value;
use uuid::Uuid;

use super::Answer;
use crate::connect::Store;
use crate::error::{Error, Result};
use crate::rows;
use crate::write::Tx;

/// One request of a source.
#[derive(Clone, Debug)]
pub struct PushEntry {
    /// Its identifier.
    pub id: Uuid,
    /// When.
    pub at: DateTime<Utc>,
    /// The run it belonged to.
    pub run: Option<Uuid>,
    /// The person who sent it, where it was one.
    pub person: Option<PersonId>,
    /// How many rows came to what.
    pub counts: Counts,
}

/// A row that was refused.
#[derive(Clone, Debug)]
pub struct Rejection {
    /// When.
    pub at: DateTime<Utc>,
    /// The source, by its code.
    pub source: String,
    /// The kind of record.
    pub record_type: Pushed,
    /// The source's own identifier, as far as it could be read.
    pub external_id: Option<String>,
    /// Why.
    pub errors: Vec<Refusal>,
}

/// How a source does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SourceHealth {
    /// When it last pushed.
    pub last_push_at: Option<DateTime<Utc>>,
    /// Whether it is late against its own cadence; absent where it has none, or never pushed.
    pub is_late: Option<bool>,
    /// The organisations it names.
    pub organisations: u64,
    /// The offers it names.
    pub offers: u64,
    /// The needs it names.
    pub needs: u64,
    /// The rows of its last thirty days, by what became of them.
    pub lately: Counts,
}

/// The answers to requests are kept for their retries for so long, and what became of requests.
const RETRIED: TimeDelta = TimeDelta::days(7);
const TOLD: TimeDelta = TimeDelta::days(400);
/// So many refused rows of one request are kept.
const KEPT: usize = 200;

fn corrupt(error: impl std::fmt::Display) -> Error {
    Error::Corrupt(error.to_string())
}

impl Tx {
    /// Keeps what became of a request.
    pub(super) async fn log_push(&self, source: &str, run: Option<Uuid>, answer: &Answer) -> Result<()> {
        let id = self.uuid();
        let counts = serde_json::to_value(answer.counts).map_err(corrupt)?;
        let (person, client) = self.who();
        let columns = ["id", "source", "run_id", "at", "person_id", "client_id", "counts"];
        let row = vec![
            id.into(),
            source.into(),
            run.into(),
            self.now().into(),
            person.map(Uuid::from).into(),
            client.into(),
            counts.into(),
        ];
        rows::insert(&self.conn, "push", &columns, vec![row]).await?;
        let refused = answer.rows.iter().filter(|row| row.outcome == Outcome::Rejected);
        let mut rejections = Vec::new();
        for (place, row) in refused.take(KEPT).enumerate() {
            let errors = serde_json::to_value(&row.errors).map_err(corrupt)?;
            rejections.push(vec![
                id.into(),
                i32::try_from(place).unwrap_or(i32::MAX).into(),
                row.record_type.word().into(),
                row.external_id.as_ref().map(|id| id.replace('\0', "")).into(),
                errors.into(),
            ]);
        }
        let columns = ["push_id", "place", "record_kind", "external_id", "errors"];
        rows::insert(&self.conn, "rejection", &columns, rejections).await
    }
}

impl Store {
    /// Asks whether the actor may read what a source pushed.
    fn ask_runs(&self, actor: &Actor, source: &Source) -> Result<()> {
        self.ask(
            actor,
            Action::ReadRuns {
                source: source.id,
                operator: source.operator_id,
            },
        )
    }

    /// The last requests of a source, the latest first.
    ///
    /// # Errors
    /// Not allowed, or a database fault.
    pub async fn pushes(&self, actor: &Actor, source: &Source, most: u64) -> Result<Vec<PushEntry>> {
        self.ask_runs(actor, source)?;
        let query = Query::select()
            .columns(["id", "at", "run_id", "person_id", "counts"])
            .from("push")
            .and_where(Expr::col("source").eq(source.code.clone()))
            .order_by("at", Order::Desc)
            .order_by("id", Order::Desc)
            .limit(most)
            .take();
        let mut pushes = Vec::new();
        for row in self.reading.query_all(&query).await? {
            let counts: Value = row.try_get("", "counts")?;
            pushes.push(PushEntry {
                id: row.try_get("", "id")?,
                at: row.try_get("", "at")?,
                run: row.try_get("", "run_id")?,
                person: row.try_get::<Option<Uuid>>("", "person_id")?.map(Into::into),
                counts: serde_json::from_value(counts).map_err(corrupt)?,
            });
        }
        Ok(pushes)
    }

    /// The rows of a source that were last refused, the latest first.
    ///
    /// # Errors
    /// Not allowed, or a database fault.
    pub async fn rejections(&self, actor: &Actor, source: &Source, most: u64) -> Result<Vec<Rejection>> {
        self.ask_runs(actor, source)?;
        let whose = Expr::col(("push", "source")).eq(source.code.clone());
        self.refused_rows(whose, most).await
    }

    /// The rows of a machine that were last refused, the latest first, under whichever source.
    ///
    /// # Errors
    /// Not allowed, or a database fault.
    pub async fn client_rejections(
        &self,
        actor: &Actor,
        client: &Client,
        most: u64,
    ) -> Result<Vec<Rejection>> {
        self.ask_client(actor, client)?;
        let whose = Expr::col(("push", "client_id")).eq(client.id);
        self.refused_rows(whose, most).await
    }

    async fn refused_rows(&self, whose: Expr, most: u64) -> Result<Vec<Rejection>> {
        let query = Query::select()
            .columns([("push", "at"), ("push", "source")])
            .columns([
                ("rejection", "record_kind"),
                ("rejection", "external_id"),
                ("rejection", "errors"),
            ])
            .from("push")
            .inner_join(
                "rejection",
                Expr::col(("rejection", "push_id")).equals(("push", "id")),
            )
            .and_where(whose)
            .order_by(("push", "at"), Order::Desc)
            .order_by(("push", "id"), Order::Desc)
            .order_by(("rejection", "place"), Order::Asc)
            .limit(most)
            .take();
        let mut rejections = Vec::new();
        for row in self.reading.query_all(&query).await? {
            let kind: String = row.try_get("", "record_kind")?;
            let errors: Value = row.try_get("", "errors")?;
            rejections.push(Rejection {
                at: row.try_get("", "at")?,
                source: row.try_get("", "source")?,
                record_type: kind.parse().map_err(|_| Error::Corrupt(kind))?,
                external_id: row.try_get("", "external_id")?,
                errors: serde_json::from_value(errors).map_err(corrupt)?,
            });
        }
        Ok(rejections)
    }

    /// Forgets the answers to requests that are not retried any more, and what became of requests long ago.
    ///
    /// # Errors
    /// A database fault.
    pub async fn forget_pushes(&self) -> Result<()> {
        let now = self.mint.now();
        for (table, kept) in [("push_key", RETRIED), ("push", TOLD)] {
            let old = Query::delete()
                .from_table(table)
                .and_where(Expr::col("at").lt(now - kept))
                .take();
            self.db.execute(&old).await?;
        }
        Ok(())
    }

    /// How a source does: what it holds and how fresh that is. Everybody may know.
    ///
    /// # Errors
    /// A database fault.
    pub async fn source_health(&self, source: &Source) -> Result<SourceHealth> {
        let mut health = SourceHealth::default();
        let held = Query::select()
            .column("record_kind")
            .expr_as(Expr::col("external_id").count(), "held")
            .from("external_id")
            .and_where(Expr::col("source").eq(source.code.clone()))
            .and_where(Expr::col("deleted_at").is_null())
            .group_by_col("record_kind")
            .take();
        for row in self.reading.query_all(&held).await? {
            let held: i64 = row.try_get("", "held")?;
            let held = u64::try_from(held).unwrap_or(0);
            let kind: String = row.try_get("", "record_kind")?;
            match kind.parse::<RecordType>() {
                Ok(RecordType::Organisation) => health.organisations = held,
                Ok(RecordType::Offer) => health.offers = held,
                Ok(RecordType::Need) => health.needs = held,
                Ok(_) | Err(_) => {}
            }
        }
        let now = self.mint.now();
        let last = Query::select()
            .expr_as(Func::max(Expr::col("at")), "last")
            .from("push")
            .and_where(Expr::col("source").eq(source.code.clone()))
            .take();
        if let Some(row) = self.reading.query_one(&last).await? {
            health.last_push_at = row.try_get("", "last")?;
        }
        health.lately = self.pushed_lately(source).await?;
        let late_after = source.cadence.and_then(domain::source::Cadence::late_after_hours);
        health.is_late = late_after
            .zip(health.last_push_at)
            .map(|(hours, last)| now - last > chrono::Duration::hours(hours));
        Ok(health)
    }
}
