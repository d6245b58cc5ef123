//! What comes of attempts to send messages: every one is kept, a message that failed is attempted again or given up, and a
//! webhook that nothing reaches, or that is gone, is sent nothing more.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, TimeDelta, Utc};
use domain::mail::{self, Kind};
use domain::person::{Person, State as Account};
use domain::record::{Rules as _, Verb};
use domain::webhook::message::State;
use domain::webhook::{Disabled, FAILING_DAYS, Webhook, target, wait};
use domain::{Actor, Role, WebhookId};
use sea_orm::sea_query::{Expr, ExprTrait, Order, Query};
use sea_orm::{ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter};
use uuid::Uuid;

use crate::connect::Store;
use crate::error::Result;
use crate::person;
use crate::rows;
use crate::write::Tx;

/// How much of an error or an answer is kept, in characters.
const EXCERPT: usize = 500;

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

    /// When it was answered: the endpoint's rest begins then.
    fn answered_at(&self) -> DateTime<Utc> {
        self.at + TimeDelta::milliseconds(i64::from(self.milliseconds) + 1)
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
            self.stay(&tx, attempted.iter().map(|attempt| attempt.webhook))
                .await?;
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
    let rest = failed
        .clone()
        .filter(|attempt| attempt.rest.is_some())
        .map(|attempt| attempt.answered_at() + rest(attempt))
        .max();
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
