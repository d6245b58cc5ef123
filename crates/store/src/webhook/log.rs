//! What became of a webhook's messages, for whoever looks: how it does, its messages, every attempt to send them. One
//! statement for many webhooks or messages at a time.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::page::Page;
use domain::webhook::Disabled;
use domain::webhook::message::{Filter, State};
use domain::{RecordId, RecordType, WebhookId};
use sea_orm::sea_query::{
    Alias, Asterisk, Condition, Expr, ExprTrait, Func, Order, Query, SelectStatement, WindowStatement,
};
use sea_orm::{ConnectionTrait, QueryResult};
use uuid::Uuid;

use crate::connect::Store;
use crate::error::{Error, Result};
use crate::page::{Column, Key, Slice, beyond, cursor, fingerprint, place, slice};

/// How a webhook does.
#[derive(Clone, Debug)]
pub struct WebhookHealth {
    /// Since when and why the server sends to it no more.
    pub disabled: Option<(DateTime<Utc>, Disabled)>,
    /// How many attempts failed since the last message that arrived.
    pub failures: i32,
    /// Since when nothing arrives.
    pub failing_since: Option<DateTime<Utc>>,
    /// When a message last arrived.
    pub delivered_at: Option<DateTime<Utc>>,
    /// Until when its endpoint asked to be left alone.
    pub resting_until: Option<DateTime<Utc>>,
    /// How many messages wait.
    pub waiting: u64,
    /// Where it stands in the feed.
    pub cursor: String,
}

/// A message, and how it stands with it.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// Its identifier.
    pub id: Uuid,
    /// The webhook that it goes to.
    pub webhook_id: WebhookId,
    /// What it is of: `offer.upserted`.
    pub of: String,
    /// The record that it is about.
    pub record: Option<RecordId>,
    /// The record's revision.
    pub revision: Option<i32>,
    /// A place in the feed just before the change, under any filter.
    pub cursor: String,
    /// When the change was made.
    pub happened_at: DateTime<Utc>,
    /// When the message was put into the queue first.
    pub made_at: DateTime<Utc>,
    /// How it stands with it.
    pub state: State,
    /// How often sending it was attempted.
    pub attempts: i32,
    /// From when on it is attempted again.
    pub next_attempt: Option<DateTime<Utc>>,
    /// When it arrived.
    pub delivered_at: Option<DateTime<Utc>>,
    place: i64,
}

/// An attempt to send a message.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// Its identifier.
    pub id: Uuid,
    /// The message.
    pub delivery_id: Uuid,
    /// When it was made.
    pub at: DateTime<Utc>,
    /// How long it took.
    pub milliseconds: i32,
    /// The status that the endpoint answered with.
    pub status: Option<i32>,
    /// Why it did not answer.
    pub error: Option<String>,
    /// How its answer begins.
    pub answer: Option<String>,
}

const DELIVERY: [&str; 13] = [
    "id",
    "webhook_id",
    "type",
    "record_kind",
    "record_id",
    "revision",
    "place",
    "happened_at",
    "made_at",
    "state",
    "attempts",
    "next_attempt",
    "delivered_at",
];
const ATTEMPT: [&str; 7] = [
    "id",
    "delivery_id",
    "at",
    "milliseconds",
    "status",
    "error",
    "answer",
];

/// The one order of messages: the latest first.
const LATEST: Column = Column {
    name: "made_at",
    descending: true,
    of: crate::page::Kind::Time,
};
/// The one order of attempts: as they were made.
const AS_MADE: Column = Column {
    name: "at",
    descending: false,
    of: crate::page::Kind::Time,
};

impl Delivery {
    fn read(row: &QueryResult) -> Result<Self> {
        let kind: Option<RecordType> = row.try_get("", "record_kind")?;
        let uuid: Option<Uuid> = row.try_get("", "record_id")?;
        Ok(Self {
            id: row.try_get("", "id")?,
            webhook_id: row.try_get("", "webhook_id")?,
            of: row.try_get("", "type")?,
            record: kind.zip(uuid).map(|(kind, uuid)| RecordId { kind, uuid }),
            revision: row.try_get("", "revision")?,
            cursor: String::new(),
            happened_at: row.try_get("", "happened_at")?,
            made_at: row.try_get("", "made_at")?,
            state: row.try_get("", "state")?,
            attempts: row.try_get("", "attempts")?,
            next_attempt: row.try_get("", "next_attempt")?,
            delivered_at: row.try_get("", "delivered_at")?,
            place: row.try_get("", "place")?,
        })
    }
}

impl Attempt {
    fn read(row: &QueryResult) -> Result<Self> {
        Ok(Self {
            id: row.try_get("", "id")?,
            delivery_id: row.try_get("", "delivery_id")?,
            at: row.try_get("", "at")?,
            milliseconds: row.try_get("", "milliseconds")?,
            status: row.try_get("", "status")?,
            error: row.try_get("", "error")?,
            answer: row.try_get("", "answer")?,
        })
    }
}

/// A table of what belongs to a row of another, and how it is listed.
struct Log<'a> {
    table: &'static str,
    owner: &'static str,
    columns: &'a [&'static str],
    order: Column,
    condition: Condition,
}

impl Log<'_> {
    /// The statement for many owners' pages. A cursor belongs to one owner's list.
    fn pages(&self, page: &Page, owners: &[Uuid], print: impl Fn(Uuid) -> String) -> Result<SelectStatement> {
        let after = match (page.cursor.as_deref(), owners) {
            (None, _) => None,
            (Some(cursor), [owner]) => Some(place(&print(*owner), self.order, cursor)?),
            (Some(_), _) => return Err(Error::Cursor),
        };
        let upward = self.order.goes_up(page.direction);
        let direction = if upward { Order::Asc } else { Order::Desc };
        let window = WindowStatement::partition_by((self.table, self.owner))
            .order_by((self.table, self.order.name), direction.clone())
            .order_by((self.table, "id"), direction)
            .take();
        let mut ranked = Query::select();
        ranked
            .columns(self.columns.iter().map(|column| (self.table, *column)))
            .from(self.table)
            .and_where(Expr::col((self.table, self.owner)).is_in(owners.iter().copied()))
            .cond_where(self.condition.clone())
            .expr_window_as(Func::cust("ROW_NUMBER"), window, Alias::new("place_in_owner"));
        if let Some((key, id)) = &after {
            ranked.cond_where(beyond(self.table, self.order, upward, key, *id));
        }
        Ok(Query::select()
            .column(Asterisk)
            .from_subquery(ranked, "ranked")
            .and_where(Expr::col("place_in_owner").lte(page.size as u64 + 1))
            .order_by("place_in_owner", Order::Asc)
            .take())
    }
}

/// The messages that a filter lets through.
fn narrowed(filter: &Filter) -> Condition {
    let Filter {
        states,
        types,
        record,
    } = filter;
    let column = |name: &'static str| Expr::col(("webhook_delivery", name));
    Condition::all()
        .add_option(
            states
                .as_ref()
                .map(|states| column("state").is_in(states.iter().map(|state| state.word()))),
        )
        .add_option(
            types
                .as_ref()
                .map(|types| column("type").is_in(types.iter().map(String::as_str))),
        )
        .add_option(record.map(|record| {
            column("record_kind")
                .eq(record.kind)
                .and(column("record_id").eq(record.uuid))
        }))
}

impl Store {
    /// How webhooks do.
    ///
    /// # Errors
    /// A database fault.
    pub async fn webhook_healths(&self, ids: &[WebhookId]) -> Result<HashMap<WebhookId, WebhookHealth>> {
        let waiting = Query::select()
            .expr(Expr::col("id").count())
            .from("webhook_delivery")
            .and_where(
                Expr::col(("webhook_delivery", "webhook_id")).equals(("webhook_standing", "webhook_id")),
            )
            .and_where(Expr::col("next_attempt").is_not_null())
            .take();
        let query = Query::select()
            .columns([
                "webhook_id",
                "place",
                "failures",
                "failing_since",
                "delivered_at",
                "resting_until",
                "disabled_at",
                "disabled_reason",
            ])
            .expr_as(Expr::SubQuery(None, Box::new(waiting.into())), "waiting")
            .from("webhook_standing")
            .and_where(Expr::col("webhook_id").is_in(ids.iter().map(|id| id.0)))
            .take();
        let mut healths = HashMap::with_capacity(ids.len());
        for row in self.reading.query_all(&query).await? {
            let since: Option<DateTime<Utc>> = row.try_get("", "disabled_at")?;
            let reason: Option<Disabled> = row.try_get("", "disabled_reason")?;
            let waiting: i64 = row.try_get("", "waiting")?;
            let health = WebhookHealth {
                disabled: since.zip(reason),
                failures: row.try_get("", "failures")?,
                failing_since: row.try_get("", "failing_since")?,
                delivered_at: row.try_get("", "delivered_at")?,
                resting_until: row.try_get("", "resting_until")?,
                waiting: u64::try_from(waiting).unwrap_or(0),
                cursor: self.cursor_at(row.try_get("", "place")?).await?,
            };
            healths.insert(row.try_get("", "webhook_id")?, health);
        }
        Ok(healths)
    }

    /// For each webhook, a page of its messages, the latest first.
    ///
    /// # Errors
    /// A cursor of another list, or a database fault.
    pub async fn deliveries(
        &self,
        filter: &Filter,
        page: &Page,
        webhooks: &[WebhookId],
    ) -> Result<HashMap<WebhookId, Slice<Delivery>>> {
        let asked = serde_json::to_string(filter).map_err(|error| Error::Corrupt(error.to_string()))?;
        crate::list::bound(
            &serde_json::to_value(filter).map_err(|error| Error::Corrupt(error.to_string()))?,
        )?;
        let print = |owner: Uuid| fingerprint(&["webhook_delivery", &owner.to_string(), &asked]);
        let log = Log {
            table: "webhook_delivery",
            owner: "webhook_id",
            columns: &DELIVERY,
            order: LATEST,
            condition: narrowed(filter),
        };
        let owners: Vec<Uuid> = webhooks.iter().map(|id| id.0).collect();
        let query = log.pages(page, &owners, print)?;
        let mut groups: HashMap<WebhookId, Vec<Delivery>> = HashMap::new();
        for row in self.reading.query_all(&query).await? {
            let delivery = self.placed(Delivery::read(&row)?).await?;
            groups.entry(delivery.webhook_id).or_default().push(delivery);
        }
        Ok(webhooks
            .iter()
            .map(|id| {
                let print = print(id.0);
                let of = |delivery: &Delivery| cursor(&print, &Key::Time(delivery.made_at), delivery.id);
                (*id, slice(groups.remove(id).unwrap_or_default(), page, of))
            })
            .collect())
    }

    /// How many messages of a webhook the filter lets through.
    ///
    /// # Errors
    /// A database fault.
    pub async fn count_deliveries(&self, filter: &Filter, webhook: WebhookId) -> Result<u64> {
        let query = Query::select()
            .expr_as(Expr::col(("webhook_delivery", "id")).count(), "count")
            .from("webhook_delivery")
            .and_where(Expr::col(("webhook_delivery", "webhook_id")).eq(webhook.0))
            .cond_where(narrowed(filter))
            .take();
        self.counted(&query).await
    }

    /// One message.
    ///
    /// # Errors
    /// A database fault.
    pub async fn delivery(&self, id: Uuid) -> Result<Option<Delivery>> {
        let query = Query::select()
            .columns(DELIVERY)
            .from("webhook_delivery")
            .and_where(Expr::col("id").eq(id))
            .take();
        match self.reading.query_one(&query).await? {
            Some(row) => self.placed(Delivery::read(&row)?).await.map(Some),
            None => Ok(None),
        }
    }

    /// For each message, a page of the attempts to send it, as they were made.
    ///
    /// # Errors
    /// A cursor of another list, or a database fault.
    pub async fn attempts(&self, page: &Page, deliveries: &[Uuid]) -> Result<HashMap<Uuid, Slice<Attempt>>> {
        let print = |owner: Uuid| fingerprint(&["webhook_attempt", &owner.to_string()]);
        let log = Log {
            table: "webhook_attempt",
            owner: "delivery_id",
            columns: &ATTEMPT,
            order: AS_MADE,
            condition: Condition::all(),
        };
        let query = log.pages(page, deliveries, print)?;
        let mut groups: HashMap<Uuid, Vec<Attempt>> = HashMap::new();
        for row in self.reading.query_all(&query).await? {
            let attempt = Attempt::read(&row)?;
            groups.entry(attempt.delivery_id).or_default().push(attempt);
        }
        Ok(deliveries
            .iter()
            .map(|id| {
                let print = print(*id);
                let of = |attempt: &Attempt| cursor(&print, &Key::Time(attempt.at), attempt.id);
                (*id, slice(groups.remove(id).unwrap_or_default(), page, of))
            })
            .collect())
    }

    /// How many attempts to send a message are kept.
    ///
    /// # Errors
    /// A database fault.
    pub async fn count_attempts(&self, delivery: Uuid) -> Result<u64> {
        let query = Query::select()
            .expr_as(Expr::col("id").count(), "count")
            .from("webhook_attempt")
            .and_where(Expr::col("delivery_id").eq(delivery))
            .take();
        self.counted(&query).await
    }

    async fn placed(&self, delivery: Delivery) -> Result<Delivery> {
        let cursor = self.cursor_at(delivery.place).await?;
        Ok(Delivery { cursor, ..delivery })
    }

    async fn counted(&self, query: &SelectStatement) -> Result<u64> {
        let row = self.reading.query_one(query).await?;
        let count: i64 = row.map(|row| row.try_get("", "count")).transpose()?.unwrap_or(0);
        Ok(u64::try_from(count).unwrap_or(0))
    }
}
