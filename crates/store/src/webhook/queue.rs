//! The queue of messages: which are due, who of several servers sends them, what came of it, when it is attempted again,
//! and when a webhook is sent nothing more.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, TimeDelta, Utc};
use domain::mail::{self, Kind};
use domain::person::{Person, State as Account};
use domain::record::{Rules as _, Verb};
use domain::webhook::message::{Hint, Message, State};
use domain::webhook::{Disabled, FAILING_DAYS, Webhook, target, wait};
use domain::{Actor, RecordId, Role, WebhookId};
use sea_orm::sea_query::{Expr, ExprTrait, LockBehavior, LockType, Order, Query};
use sea_orm::{ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryResult};
use uuid::Uuid;

use super::fan::in_use;
use super::keys::{Keys, Signed};
use crate::connect::Store;
use crate::error::{Error, Result};
use crate::person;
use crate::rows;
use crate::write::Tx;

/// How long no other server is given a message that was claimed. Whoever sends it must be done before.
pub const LEASE: TimeDelta = TimeDelta::seconds(30);
/// How long messages and attempts are kept.
const KEPT: TimeDelta = TimeDelta::days(30);
/// How many old messages go at a time.
const CLEARED: u64 = 2_000;
/// How much of an error or an answer is kept, in characters.
const EXCERPT: usize = 500;

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

/// What came of an attempt.
#[derive(Clone, Debug)]
pub struct Attempted {
    /// The message.
    pub message: Uuid,
    /// The webhook that it went to.
    pub webhook: WebhookId,
    /// Which attempt it was.
    pub attempts: i32,
    /// When it was made.
    pub at: DateTime<Utc>,
    /// How long it took.
    pub milliseconds: i32,
    /// What came of it.
    pub arrival: Arrival,
    /// For how many seconds the endpoint asks to be left alone.
    pub rest: Option<u32>,
}

/// What an endpoint answered, or why it did not.
#[derive(Clone, Debug)]
pub enum Arrival {
    /// It answered with this status, and this is how its answer begins.
    Answered(u16, String),
    /// It did not, for this reason.
    Failed(String),
}

impl Attempted {
    const fn has_arrived(&self) -> bool {
        matches!(self.arrival, Arrival::Answered(200..=299, _))
    }

    const fn is_gone(&self) -> bool {
        matches!(self.arrival, Arrival::Answered(410, _))
    }
}

/// The first of it. A text column holds no NUL.
fn excerpt(text: &str) -> String {
    text.chars().filter(|c| *c != '\0').take(EXCERPT).collect()
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
        let mut claimed: Vec<(Webhook, Vec<QueryResult>)> = Vec::new();
        let (mut next, mut free): (Option<DateTime<Utc>>, usize) = (None, most);
        for (webhook, failures, due) in self.queues().await? {
            if due > now {
                next = Some(next.map_or(due, |next| Ord::min(next, due)));
                continue;
            }
            let some = slots(webhook.id, failures).min(free);
            if some > 0 {
                let rows = self.claim_some(webhook.id, some, now).await?;
                free -= rows.len().min(free);
                claimed.push((webhook, rows));
            }
        }
        let ids: Vec<WebhookId> = claimed.iter().map(|(webhook, _)| webhook.id).collect();
        let mut keys = if ids.is_empty() {
            HashMap::new()
        } else {
            self.signing(&ids).await?
        };
        let mut messages = Vec::with_capacity(most - free);
        for (webhook, rows) in claimed {
            let keys = keys.remove(&webhook.id).unwrap_or_default();
            for row in rows {
                messages.push(self.outgoing(&webhook, &row, keys.clone()).await?);
            }
        }
        Ok(Claimed { messages, next })
    }

    /// The webhooks for which messages wait, how often each failed in a row, and when its next one is due.
    async fn queues(&self) -> Result<Vec<(Webhook, i32, DateTime<Utc>)>> {
        use sea_orm::{FromQueryResult as _, Iterable as _};
        let due = Query::select()
            .column("next_attempt")
            .from("webhook_delivery")
            .and_where(Expr::col(("webhook_delivery", "webhook_id")).equals(("webhook", "id")))
            .and_where(Expr::col("next_attempt").is_not_null())
            .order_by("next_attempt", Order::Asc)
            .limit(1)
            .take();
        let query = in_use()
            .columns(super::row::Column::iter().map(|column| ("webhook", column)))
            .column(("webhook_standing", "failures"))
            .column(("webhook_standing", "resting_until"))
            .expr_as(Expr::SubQuery(None, Box::new(due.into())), "due")
            .take();
        let mut queues = Vec::new();
        for row in self.db.query_all(&query).await? {
            let webhook: Webhook = super::row::Model::from_query_result(&row, "")?.into();
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

    /// Takes some of a webhook's messages that are due, in one statement: of two servers, one takes each.
    async fn claim_some(
        &self,
        webhook: WebhookId,
        most: usize,
        now: DateTime<Utc>,
    ) -> Result<Vec<QueryResult>> {
        let due = || Expr::col("next_attempt").lte(now);
        let first = Query::select()
            .column("id")
            .from("webhook_delivery")
            .and_where(Expr::col("webhook_id").eq(webhook.0))
            .and_where(due())
            .order_by("next_attempt", Order::Asc)
            .order_by("id", Order::Asc)
            .limit(most as u64)
            .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
            .take();
        let claim = Query::update()
            .table("webhook_delivery")
            .value("attempts", Expr::col("attempts").add(1))
            .value("tries", Expr::col("tries").add(1))
            .value("next_attempt", now + LEASE)
            .and_where(Expr::col("id").in_subquery(first))
            .and_where(due())
            .returning(Query::returning().columns([
                "id",
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

    /// Notes what came of attempts, in one transaction: when each message is attempted again, if it is, and how its
    /// webhook does. Webhooks that are gone, or that nothing reached in five days, are sent nothing more, and their people
    /// are told.
    ///
    /// # Errors
    /// A database fault: the messages are then attempted again.
    pub async fn note_attempts(&self, attempted: &[Attempted]) -> Result<()> {
        if attempted.is_empty() {
            return Ok(());
        }
        let mut stopped: BTreeMap<WebhookId, Disabled> = BTreeMap::new();
        {
            let _turn = self.one_writer().await;
            let tx = self.begin().await?;
            let tries = tries_of(&tx, attempted).await?;
            // What was cleared away or removed in between leaves no trace.
            let there: Vec<&Attempted> = attempted
                .iter()
                .filter(|attempt| tries.contains_key(&attempt.message))
                .collect();
            self.keep_attempts(&tx, &there).await?;
            let mut by_webhook: BTreeMap<WebhookId, Vec<&Attempted>> = BTreeMap::new();
            for attempt in there {
                self.reschedule(&tx, attempt, tries[&attempt.message]).await?;
                by_webhook.entry(attempt.webhook).or_default().push(attempt);
            }
            for (webhook, attempts) in by_webhook {
                let failing_since = note_health(&tx, webhook, &attempts).await?;
                let last = attempts.iter().map(|attempt| attempt.at).max();
                if attempts.iter().any(|attempt| attempt.is_gone()) {
                    stopped.insert(webhook, Disabled::Gone);
                } else if failing_since
                    .zip(last)
                    .is_some_and(|(since, last)| last - since >= TimeDelta::days(FAILING_DAYS))
                {
                    stopped.insert(webhook, Disabled::Failing);
                }
            }
            tx.commit().await?;
        }
        for (webhook, reason) in stopped {
            self.disable(webhook, reason).await?;
        }
        Ok(())
    }

    async fn keep_attempts(&self, tx: &DatabaseTransaction, attempts: &[&Attempted]) -> Result<()> {
        let columns = [
            "id",
            "delivery_id",
            "at",
            "milliseconds",
            "status",
            "error",
            "answer",
        ];
        let rows = attempts.iter().map(|attempt| {
            let (status, error, answer) = match &attempt.arrival {
                Arrival::Answered(status, answer) => (Some(i32::from(*status)), None, Some(excerpt(answer))),
                Arrival::Failed(why) => (None, Some(excerpt(why)), None),
            };
            vec![
                self.mint.uuid().into(),
                attempt.message.into(),
                attempt.at.into(),
                attempt.milliseconds.into(),
                status.into(),
                error.into(),
                answer.into(),
            ]
        });
        rows::insert(tx, "webhook_attempt", &columns, rows.collect()).await
    }

    /// When a message is attempted again, if it is. Somebody may have claimed it anew while this attempt took too long:
    /// then that one decides, but for what has arrived.
    async fn reschedule(&self, tx: &DatabaseTransaction, attempt: &Attempted, tries: i32) -> Result<()> {
        let now = self.mint.now();
        let mut update = Query::update();
        update
            .table("webhook_delivery")
            .and_where(Expr::col("id").eq(attempt.message));
        if attempt.has_arrived() {
            update
                .value("state", State::Delivered)
                .value("delivered_at", attempt.at)
                .value("next_attempt", None::<DateTime<Utc>>);
        } else {
            let wait = wait(tries).filter(|_| !attempt.is_gone());
            let next = wait.map(|wait| now + self.spread(wait).max(rest(attempt)));
            update
                .value(
                    "state",
                    if next.is_some() {
                        State::Waiting
                    } else {
                        State::Failed
                    },
                )
                .value("next_attempt", next)
                .and_where(Expr::col("attempts").eq(attempt.attempts))
                .and_where(Expr::col("state").eq(State::Waiting));
        }
        tx.execute(&update).await?;
        Ok(())
    }

    /// Up to a tenth longer, so that what failed together does not come back together.
    fn spread(&self, wait: u32) -> TimeDelta {
        let [high, low, ..] = self.mint.secret();
        let more = i64::from(wait) * 100 * i64::from(u16::from_be_bytes([high, low])) / i64::from(u16::MAX);
        TimeDelta::milliseconds(i64::from(wait) * 1_000 + more)
    }

    /// Sends a webhook nothing more, and tells the partners of its organisation, or where there are none the
    /// administrators.
    async fn disable(&self, id: WebhookId, reason: Disabled) -> Result<()> {
        let Some(webhook) = self.find::<Webhook>(id).await? else {
            return Ok(());
        };
        let address = target::parse(&webhook.url).map_or_else(String::new, |mut url| {
            // What stands behind the question mark may be a secret.
            url.set_query(None);
            url.into()
        });
        self.write(
            &Actor::System,
            webhook.action(Verb::Update),
            async |tx: &mut Tx| {
                let disable = Query::update()
                    .table("webhook_standing")
                    .value("disabled_at", tx.now())
                    .value("disabled_reason", reason)
                    .and_where(Expr::col("webhook_id").eq(id.0))
                    .and_where(Expr::col("disabled_at").is_null())
                    .take();
                if tx.conn.execute(&disable).await?.rows_affected() == 0 {
                    return Ok(());
                }
                tracing::warn!(webhook = %id, %reason, "a webhook was disabled");
                let in_use = || {
                    let own = person::row::Column::State;
                    person::row::Entity::find().filter(Expr::col(("person", own)).eq(Account::Active))
                };
                let partners = Role::ALL
                    .iter()
                    .filter(|role| **role >= Role::Partner)
                    .map(|role| role.word());
                let mut people = in_use()
                    .filter(Expr::col(("person", "organisation_id")).eq(webhook.organisation_id))
                    .filter(Expr::col(("person", "role")).is_in(partners))
                    .all(&tx.conn)
                    .await?;
                if people.is_empty() {
                    people = in_use()
                        .filter(Expr::col(("person", "role")).eq(Role::Administrator))
                        .all(&tx.conn)
                        .await?;
                }
                for person in people {
                    let person = Person::from(person);
                    let letter = mail::webhook_disabled(&person.name, &address, reason, person.language);
                    tx.add_mail(&person, Kind::WebhookDisabled, letter).await?;
                }
                Ok(())
            },
        )
        .await
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

/// For how long the endpoint asks to be left alone.
fn rest(attempt: &Attempted) -> TimeDelta {
    TimeDelta::seconds(attempt.rest.unwrap_or(0).into())
}

/// How often each message was attempted since it was put into the queue; those that are there.
async fn tries_of(tx: &DatabaseTransaction, attempted: &[Attempted]) -> Result<HashMap<Uuid, i32>> {
    let query = Query::select()
        .columns(["id", "tries"])
        .from("webhook_delivery")
        .and_where(Expr::col("id").is_in(attempted.iter().map(|attempt| attempt.message)))
        .order_by("id", Order::Asc)
        .lock_exclusive()
        .take();
    let mut tries = HashMap::with_capacity(attempted.len());
    for row in tx.query_all(&query).await? {
        tries.insert(row.try_get("", "id")?, row.try_get("", "tries")?);
    }
    Ok(tries)
}

/// How a webhook does after these attempts; answers since when nothing has reached it.
async fn note_health(
    tx: &DatabaseTransaction,
    webhook: WebhookId,
    attempts: &[&Attempted],
) -> Result<Option<DateTime<Utc>>> {
    let failed = attempts.iter().filter(|attempt| !attempt.has_arrived());
    let rest = failed.clone().map(|attempt| attempt.at + rest(attempt)).max();
    let first_failure = failed.clone().map(|attempt| attempt.at).min();
    let mut update = Query::update();
    update
        .table("webhook_standing")
        .value("resting_until", rest)
        .and_where(Expr::col("webhook_id").eq(webhook.0))
        .returning(Query::returning().columns(["failing_since"]));
    match attempts
        .iter()
        .filter(|attempt| attempt.has_arrived())
        .map(|attempt| attempt.at)
        .max()
    {
        Some(arrived) => update
            .value("failures", 0)
            .value("failing_since", None::<DateTime<Utc>>)
            .value("delivered_at", arrived),
        None => update
            .value(
                "failures",
                Expr::col("failures").add(i32::try_from(failed.count()).unwrap_or(1)),
            )
            .value("failing_since", Expr::col("failing_since").if_null(first_failure)),
    };
    let row = tx.query_one(&update).await?;
    Ok(row
        .map(|row| row.try_get("", "failing_since"))
        .transpose()?
        .flatten())
}
