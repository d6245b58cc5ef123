//! How far what comes from sources can be trusted: how much of it holds for sure, what it leaves open, what was refused of it.
//! The same few statements for one source and for all that a machine pushes under.

use chrono::{DateTime, TimeDelta, Utc};
use domain::client::Client;
use domain::policy::Actor;
use domain::push::{Counts, Pushed};
use domain::source::{Source, WISHED_OF_NEEDS, WISHED_OF_OFFERS};
use domain::{SourceId, need, offer};
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{Alias, Expr, ExprTrait, Func, Order, Query, SelectStatement, UnionType};
use serde_json::Value;
use uuid::Uuid;

use crate::connect::{Engine, Store};
use crate::error::{Error, Result};
use crate::rows;

/// Over so many days it is looked at what was refused.
const LATELY: TimeDelta = TimeDelta::days(30);
/// The most requests that are added up.
const MOST: u64 = 10_000;

/// In how many records a field is filled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Filled {
    /// The kind of record.
    pub of: Pushed,
    /// The field, by its name in Rust.
    pub field: &'static str,
    /// In so many it is.
    pub known: u64,
    /// Of so many.
    pub records: u64,
}

/// How far what comes from sources can be trusted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scorecard {
    /// The offers and needs from there that are published.
    pub records: u64,
    /// Those of them of which it was said lately that they hold.
    pub fresh: u64,
    /// How long ago that was said of the one in the middle.
    pub median_age: Option<TimeDelta>,
    /// The fields that are wished for, in how many records each is filled.
    pub fields: Vec<Filled>,
    /// What became of the rows of the last thirty days.
    pub lately: Counts,
}

/// Whose rows are added up.
#[derive(Clone, Copy, Debug)]
enum Of<'a> {
    Source(&'a Source),
    Client(Uuid),
}

/// What is published of a kind: its table, its states, what it is asked to say.
struct Kind {
    of: Pushed,
    table: &'static str,
    states: [&'static str; 2],
    wished: &'static [&'static str],
}

const KINDS: [Kind; 2] = [
    Kind {
        of: Pushed::Offer,
        table: "offer",
        states: [offer::Status::Open.word(), offer::Status::Reserved.word()],
        wished: WISHED_OF_OFFERS,
    },
    Kind {
        of: Pushed::Need,
        table: "need",
        states: [need::Status::Open.word(), need::Status::Matched.word()],
        wished: WISHED_OF_NEEDS,
    },
];

impl Kind {
    /// What is published of it from these sources.
    fn published(&self, conn: &impl ConnectionTrait, sources: &[SourceId]) -> SelectStatement {
        let ids = sources.iter().copied().map(Uuid::from).collect();
        Query::select()
            .from(self.table)
            .and_where(rows::among(conn, Expr::col((self.table, "source_id")), ids))
            .and_where(Expr::col((self.table, "status")).is_in(self.states))
            .take()
    }

    /// When it was last said that a record holds: it was confirmed, made or changed, or a full snapshot named it again. (A row
    /// that comes again and says nothing new is not written, so what is known of it is its snapshot.)
    fn told(&self, engine: Engine) -> Expr {
        let changed = Expr::col((self.table, "updated_at"));
        let named = Query::select()
            .expr(Func::max(Expr::col(("run", "opened_at"))))
            .from("external_id")
            .inner_join("run", Expr::col(("run", "id")).equals(("external_id", "run_id")))
            .and_where(Expr::col(("external_id", "record_id")).equals((self.table, "id")))
            .and_where(Expr::col(("external_id", "deleted_at")).is_null())
            .take();
        let latest = match engine {
            Engine::Postgres => "greatest",
            Engine::Sqlite => "max",
        };
        Func::cust(latest)
            .arg(changed.clone())
            .arg(Expr::col((self.table, "confirmed_at")).if_null(changed.clone()))
            .arg(Expr::SubQuery(None, Box::new(named.into())).if_null(changed))
            .into()
    }
}

/// How many rows hold this.
fn how_many(holds: Expr) -> Expr {
    Func::sum(Expr::case(holds, 1).finally(0)).into()
}

/// Whether a field says anything: lists and amounts are JSON, which holds `[]` or `null` where they do not.
fn says(table: &'static str, field: &'static str) -> Expr {
    let text = Expr::col((table, field)).cast_as(Alias::new("text"));
    Expr::col((table, field))
        .is_not_null()
        .and(text.is_not_in(["", "null", "[]"]))
}

impl Store {
    /// How far what comes from a source can be trusted. Everybody may know.
    ///
    /// # Errors
    /// A database fault.
    pub async fn source_scorecard(&self, source: &Source) -> Result<Scorecard> {
        self.scorecard(&[source.id], Of::Source(source)).await
    }

    /// The same of all sources that a machine may push under, and of the rows that it pushed itself.
    ///
    /// # Errors
    /// Not allowed, or a database fault.
    pub async fn client_scorecard(&self, actor: &Actor, client: &Client) -> Result<Scorecard> {
        self.ask_client(actor, client)?;
        self.scorecard(&client.source_ids, Of::Client(client.id)).await
    }

    async fn scorecard(&self, sources: &[SourceId], of: Of<'_>) -> Result<Scorecard> {
        let mut card = Scorecard {
            lately: self.lately(of).await?,
            ..Scorecard::default()
        };
        let since = self.mint.now() - TimeDelta::days(offer::CONFIRMED_DAYS);
        for kind in &KINDS {
            let told = kind.told(self.engine);
            let mut query = kind.published(&self.reading, sources);
            query
                .expr_as(Expr::col((kind.table, "id")).count(), "records")
                .expr_as(how_many(told.gte(since)), "fresh");
            for field in kind.wished {
                query.expr_as(how_many(says(kind.table, field)), *field);
            }
            let Some(row) = self.reading.query_one(&query).await? else {
                continue;
            };
            let number = |name: &str| -> Result<u64> {
                let count: Option<i64> = row.try_get("", name)?;
                Ok(count.and_then(|count| u64::try_from(count).ok()).unwrap_or(0))
            };
            let records = number("records")?;
            card.records += records;
            card.fresh += number("fresh")?;
            for field in kind.wished {
                card.fields.push(Filled {
                    of: kind.of,
                    field,
                    known: number(field)?,
                    records,
                });
            }
        }
        card.median_age = self.median_age(sources, card.records).await?;
        Ok(card)
    }

    /// How long ago it was last said of the record in the middle that it holds.
    async fn median_age(&self, sources: &[SourceId], records: u64) -> Result<Option<TimeDelta>> {
        let Some(before) = records.checked_sub(1).map(|last| last / 2) else {
            return Ok(None);
        };
        let of = |kind: &Kind| {
            let mut query = kind.published(&self.reading, sources);
            query.expr_as(kind.told(self.engine), "told").take()
        };
        let [offers, needs] = &KINDS;
        let both = of(offers).union(UnionType::All, of(needs)).take();
        let query = Query::select()
            .column("told")
            .from_subquery(both, "published")
            .order_by("told", Order::Desc)
            .limit(1)
            .offset(before)
            .take();
        let row = self.reading.query_one(&query).await?;
        let told: Option<DateTime<Utc>> = row.map(|row| row.try_get("", "told")).transpose()?;
        Ok(told.map(|told| self.mint.now() - told))
    }

    /// What became of the rows of the last thirty days.
    async fn lately(&self, of: Of<'_>) -> Result<Counts> {
        let whose = match of {
            Of::Source(source) => Expr::col("source").eq(source.code.clone()),
            Of::Client(client) => Expr::col("client_id").eq(client),
        };
        let query = Query::select()
            .column("counts")
            .from("push")
            .and_where(whose)
            .and_where(Expr::col("at").gte(self.mint.now() - LATELY))
            .order_by("at", Order::Desc)
            .limit(MOST)
            .take();
        let mut lately = Counts::default();
        for row in self.reading.query_all(&query).await? {
            let counts: Value = row.try_get("", "counts")?;
            let counts = serde_json::from_value(counts).map_err(|error| Error::Corrupt(error.to_string()))?;
            lately.join(counts);
        }
        Ok(lately)
    }

    /// What a source pushed lately, by what became of it.
    pub(crate) async fn pushed_lately(&self, source: &Source) -> Result<Counts> {
        self.lately(Of::Source(source)).await
    }
}
