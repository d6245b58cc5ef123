//! The queue of messages: which are due, and who of several servers sends them. What comes of it is in `attempts`.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use domain::webhook::Webhook;
use domain::webhook::message::{Hint, Message};
use domain::{RecordId, WebhookId};
use sea_orm::sea_query::{Expr, ExprTrait, Order, Query};
use sea_orm::{ConnectionTrait, FromQueryResult as _, Iterable as _, QueryResult};
use uuid::Uuid;

use super::fan::in_use;
use super::keys::{Keys, Signed};
use super::row;
use crate::connect::Store;
use crate::error::{Error, Result};

/// How long no other server is given a message that was claimed. Whoever sends it must be done before.
pub const LEASE: TimeDelta = TimeDelta::seconds(30);
/// How long messages and attempts are kept.
const KEPT: TimeDelta = TimeDelta::days(30);
/// How many old messages go at a time.
const CLEARED: u64 = 2_000;

/// Messages to be sent now.
#[derive(Debug)]
pub struct Claimed {
    /// The messages.
    pub messages: Vec<Outgoing>,
    /// When the next ones are due; nothing where none wait.
    pub next: Option<DateTime<Utc>>,
}

/// A message to be sent now.
#[derive(Clone, Debug)]
pub struct Outgoing {
    /// Its identifier.
    pub id: Uuid,
    /// The webhook that it goes to.
    pub webhook: WebhookId,
    /// The address that it goes to.
    pub url: String,
    /// Which attempt this is.
    pub attempts: i32,
    /// Its body, the same at every attempt.
    pub body: String,
    keys: Vec<Keys>,
}

impl Outgoing {
    /// Its headers, signed by every key that signs now.
    #[must_use]
    pub fn signed(&self, at: DateTime<Utc>) -> Signed {
        Signed::of(self.id, at, &self.body, &self.keys)
    }
}

impl Store {
    /// Takes messages that are due, for whoever calls to send them now: at most so many in all, and for each webhook as
    /// many as the caller says (`slots`, by how often it failed in a row). No other server is given them before
    /// [`LEASE`] is over. The webhook whose message has waited longest comes first.
    ///
    /// # Errors
    /// A database fault.
    pub async fn claim_messages(
        &self,
        most: usize,
        slots: impl Fn(WebhookId, i32) -> usize + Send,
    ) -> Result<Claimed> {
        let now = self.mint.now();
        let mut taken: HashMap<WebhookId, Webhook> = HashMap::new();
        let mut ids: Vec<Uuid> = Vec::new();
        let mut next: Option<DateTime<Utc>> = None;
        for (webhook, failures, due) in self.queues().await? {
            if due > now {
                next = Some(next.map_or(due, |next| Ord::min(next, due)));
                continue;
            }
            let some = Ord::min(slots(webhook.id, failures), most - ids.len());
            if some > 0 {
                ids.extend(self.due(webhook.id, some, now).await?);
                taken.insert(webhook.id, webhook);
            }
        }
        let mut messages = Vec::with_capacity(ids.len());
        if !ids.is_empty() {
            let rows = self.claim(ids, now).await?;
            let webhooks: Vec<WebhookId> = taken.keys().copied().collect();
            let keys = self.signing(&webhooks).await?;
            for row in rows {
                let id: WebhookId = row.try_get("", "webhook_id")?;
                if let Some((webhook, keys)) = taken.get(&id).zip(keys.get(&id)) {
                    messages.push(self.outgoing(webhook, &row, keys.clone()).await?);
                }
            }
        }
        Ok(Claimed { messages, next })
    }

    /// The webhooks for which messages wait, how often each failed in a row, and when its next one is due.
    async fn queues(&self) -> Result<Vec<(Webhook, i32, DateTime<Utc>)>> {
        let due = Query::select()
            .column("next_attempt")
            .from("webhook_delivery")
            .and_where(Expr::col(("webhook_delivery", "webhook_id")).equals(("webhook", "id")))
            .and_where(Expr::col("next_attempt").is_not_null())
            .order_by("next_attempt", Order::Asc)
            .limit(1)
            .take();
        let query = in_use()
            .columns(row::Column::iter().map(|column| ("webhook", column)))
            .column(("webhook_standing", "failures"))
            .column(("webhook_standing", "resting_until"))
            .expr_as(Expr::SubQuery(None, Box::new(due.into())), "due")
            .take();
        let rows = self.reading.query_all(&query).await?;
        self.feed.note_webhooks(!rows.is_empty());
        let mut queues = Vec::with_capacity(rows.len());
        for row in rows {
            let webhook: Webhook = row::Model::from_query_result(&row, "")?.into();
            let due: Option<DateTime<Utc>> = row.try_get("", "due")?;
            let rest: Option<DateTime<Utc>> = row.try_get("", "resting_until")?;
            if let Some(due) = due {
                queues.push((
                    webhook,
                    row.try_get("", "failures")?,
                    rest.map_or(due, |rest| Ord::max(rest, due)),
                ));
            }
        }
        queues.sort_by_key(|(_, _, due)| *due);
        Ok(queues)
    }

    /// The webhook's messages that have been due longest.
    async fn due(&self, webhook: WebhookId, most: usize, now: DateTime<Utc>) -> Result<Vec<Uuid>> {
        let query = Query::select()
            .column("id")
            .from("webhook_delivery")
            .and_where(Expr::col("webhook_id").eq(webhook.0))
            .and_where(Expr::col("next_attempt").lte(now))
            .order_by("next_attempt", Order::Asc)
            .order_by("id", Order::Asc)
            .limit(most as u64)
            .take();
        let rows = self.reading.query_all(&query).await?;
        rows.iter().map(|row| Ok(row.try_get("", "id")?)).collect()
    }

    /// Takes messages, those that are still due: of two servers that found one, one counts this attempt.
    async fn claim(&self, ids: Vec<Uuid>, now: DateTime<Utc>) -> Result<Vec<QueryResult>> {
        let claim = Query::update()
            .table("webhook_delivery")
            .value("attempts", Expr::col("attempts").add(1))
            .value("tries", Expr::col("tries").add(1))
            .value("next_attempt", now + LEASE)
            .and_where(Expr::col("id").is_in(ids))
            .and_where(Expr::col("next_attempt").lte(now))
            .returning(Query::returning().columns([
                "id",
                "webhook_id",
                "type",
                "record_kind",
                "record_id",
                "revision",
                "place",
                "happened_at",
                "attempts",
            ]))
            .take();
        let _turn = self.one_writer().await;
        Ok(self.db.query_all(&claim).await?)
    }

    async fn outgoing(&self, webhook: &Webhook, row: &QueryResult, keys: Vec<Keys>) -> Result<Outgoing> {
        let kind = row.try_get("", "record_kind")?;
        let uuid: Option<Uuid> = row.try_get("", "record_id")?;
        let message = Message {
            of: row.try_get("", "type")?,
            timestamp: row.try_get("", "happened_at")?,
            data: Hint {
                webhook_id: webhook.id,
                record_type: kind,
                record_id: kind.zip(uuid).map(|(kind, uuid)| RecordId { kind, uuid }),
                revision: row.try_get("", "revision")?,
                cursor: self.cursor_at(row.try_get("", "place")?).await?,
            },
        };
        Ok(Outgoing {
            id: row.try_get("", "id")?,
            webhook: webhook.id,
            url: webhook.url.clone(),
            attempts: row.try_get("", "attempts")?,
            body: serde_json::to_string(&message).map_err(|error| Error::Corrupt(error.to_string()))?,
            keys,
        })
    }

    /// Forgets messages that are a month old with their attempts, and keys that sign no more.
    ///
    /// # Errors
    /// A database fault; what was forgotten until then stays so.
    pub async fn forget_messages(&self) -> Result<()> {
        let now = self.mint.now();
        loop {
            let old = Query::select()
                .column("id")
                .from("webhook_delivery")
                .and_where(Expr::col("made_at").lt(now - KEPT))
                .limit(CLEARED)
                .take();
            let forget = Query::delete()
                .from_table("webhook_delivery")
                .and_where(Expr::col("id").in_subquery(old))
                .take();
            let _turn = self.one_writer().await;
            if self.db.execute(&forget).await?.rows_affected() < CLEARED {
                break;
            }
        }
        let spent = Query::delete()
            .from_table("webhook_key")
            .and_where(Expr::col("expires_at").lte(now))
            .take();
        let _turn = self.one_writer().await;
        self.db.execute(&spent).await?;
        Ok(())
    }
}
