//! Webhooks as rows, with what belongs to each beside its record: its keys, its place in the feed and how it does, its
//! messages. None of that is the record's: it has no revisions and no history.

mod attempts;
mod fan;
mod keys;
mod log;
mod queue;

use chrono::{DateTime, TimeDelta, Utc};
use domain::policy::{Action, Actor};
use domain::record::{Rules as _, Verb};
use domain::refusal::Invalid;
use domain::webhook::message::{State as DeliveryState, TEST};
use domain::webhook::target;
use domain::webhook::{Filter, NewWebhook, Order, State, Webhook, WebhookPatch};
use domain::{OrganisationId, Patch, RecordType, Refusal, TerritoryId, WebhookId};
use sea_orm::sea_query::{Condition, Expr, ExprTrait, LockType, OnConflict, Order as Direction, Query};
use sea_orm::{ConnectionTrait, DatabaseTransaction};
use tokio::sync::MutexGuard;
use uuid::Uuid;

use crate::connect::{Engine, Store};
use crate::error::{Error, Result};
use crate::filter::Narrow;
use crate::list::Listed;
use crate::page::{Column, Key};
use crate::write::Tx;

pub use attempts::{Arrival, Attempted};
pub use keys::{NewKeys, PublicKey, Signed};
pub use log::{Attempt, Delivery, WebhookHealth};
pub use queue::{Claimed, LEASE, Outgoing};

/// The most webhooks of one organisation.
const MOST: usize = 20;
/// The most messages that are put into the queue again by one request.
const AGAIN: u64 = 1_000;
/// How many tests a webhook is sent within so long: nobody's server is to be hammered by pressing a button.
const TESTS: u64 = 10;
const TESTED_WITHIN: TimeDelta = TimeDelta::minutes(1);

stored! {
    Webhook, row, "webhook";
    plain {
        organisation_id: OrganisationId,
        url: String,
        description: Option<String>,
        state: State,
    }
    json {
        types: Vec<RecordType>,
        provinces: Vec<TerritoryId>,
        communes: Vec<TerritoryId>,
    }
    derived {}
    check check_webhook;
    index begin_webhook;
}

impl Listed for Webhook {
    type Filter = Filter;
    type Order = Order;

    fn condition(filter: &Filter) -> Condition {
        let Filter { organisation, states } = filter;
        Narrow::of("webhook")
            .any_id("organisation_id", organisation.map(|id| vec![id]).as_ref())
            .any_of("state", states.as_ref())
            .build()
    }

    fn column(order: Order) -> Column {
        match order {
            Order::UpdatedLast => Column {
                name: "updated_at",
                descending: true,
                of: crate::page::Kind::Time,
            },
        }
    }

    fn key(&self, order: Order) -> Key {
        match order {
            Order::UpdatedLast => Key::Time(self.updated_at),
        }
    }
}

/// Which messages are sent again.
#[derive(Clone, Copy, Debug)]
pub enum Which {
    /// This one.
    One(Uuid),
    /// Those that were made in this time, its end not included.
    Made {
        /// From when on.
        since: DateTime<Utc>,
        /// Until when.
        until: DateTime<Utc>,
        /// Only those that were given up.
        only_failed: bool,
    },
}

impl Tx {
    /// Its organisation has not too many, and the address is one that this server may send to.
    pub(crate) async fn check_webhook(&self, webhook: &Webhook) -> Result<()> {
        let others = Query::select()
            .expr_as(Expr::col("id").count(), "count")
            .from("webhook")
            .and_where(Expr::col("organisation_id").eq(webhook.organisation_id.0))
            .and_where(Expr::col("id").ne(webhook.id.0))
            .take();
        let row = self.conn.query_one(&others).await?;
        let others: i64 = row.map(|row| row.try_get("", "count")).transpose()?.unwrap_or(0);
        if usize::try_from(others).unwrap_or(MOST) >= MOST {
            return Err(Refusal::TooMany {
                field: "organisationId".to_owned(),
                most: MOST,
            }
            .into());
        }
        if self.reaches_private() {
            return Ok(());
        }
        let told = match target::parse(&webhook.url) {
            Some(url) => target::public(&url),
            None => Err(Invalid::WebAddress),
        };
        told.map_err(|why| {
            let field = "url".to_owned();
            Refusal::Invalid { field, why }.into()
        })
    }

    /// A new webhook, or one that is brought back, begins at the end of the feed, with keys of its own.
    pub(crate) async fn begin_webhook(&self, webhook: &Webhook) -> Result<()> {
        let head = Query::select()
            .expr(Expr::cust("coalesce(max(seq), 0)"))
            .from("feed")
            .take();
        let mut begin = Query::insert();
        begin
            .into_table("webhook_standing")
            .columns(["webhook_id", "place", "failures"])
            .values([
                Expr::value(webhook.id.0),
                Expr::SubQuery(None, Box::new(head.into())),
                Expr::value(0),
            ])
            .map_err(|error| Error::Corrupt(error.to_string()))?
            .on_conflict(OnConflict::column("webhook_id").do_nothing().to_owned());
        if self.conn.execute(&begin).await?.rows_affected() > 0 {
            self.add_webhook_key(webhook.id).await?;
        }
        Ok(())
    }
}

impl Tx {
    /// Refuses one test more than a webhook is sent within a while; of several asked for at once, each counts.
    async fn may_test(&self, webhook: WebhookId) -> Result<()> {
        let hold = Query::select()
            .column("id")
            .from("webhook")
            .and_where(Expr::col("id").eq(webhook.0))
            .lock_exclusive()
            .take();
        self.conn.query_one(&hold).await?;
        let since = self.now() - TESTED_WITHIN;
        let lately = Query::select()
            .column("made_at")
            .from("webhook_delivery")
            .and_where(Expr::col("webhook_id").eq(webhook.0))
            .and_where(Expr::col("type").eq(TEST))
            .and_where(Expr::col("made_at").gt(since))
            .order_by("made_at", Direction::Desc)
            .limit(TESTS)
            .take();
        let tests = self.conn.query_all(&lately).await?;
        if (tests.len() as u64) < TESTS {
            return Ok(());
        }
        // Room is made by the oldest of them.
        let oldest: Option<DateTime<Utc>> = tests.last().map(|row| row.try_get("", "made_at")).transpose()?;
        let wait = oldest.map_or(TESTED_WITHIN, |oldest| oldest - since);
        // Rounded up: who waits so long is let through.
        Err(Error::TooOften(
            Ord::max(wait.num_seconds() + 1, 1).unsigned_abs(),
        ))
    }
}

impl Store {
    /// Makes a webhook, with its keys; a retry of the same request answers the webhook without them.
    ///
    /// # Errors
    /// Not allowed, an organisation that does not exist, an address that is none or not of the internet.
    pub async fn create_webhook(&self, actor: &Actor, new: NewWebhook) -> Result<(Webhook, Option<NewKeys>)> {
        let also = async |tx: &mut Tx, webhook: Webhook| {
            let keys = if webhook.created_at == tx.now() {
                Some(tx.newest_webhook_key(webhook.id).await?)
            } else {
                None
            };
            Ok((webhook, keys))
        };
        let made = self.create_and(actor, new, |_| {}, also).await?;
        self.feed.note_webhooks(true);
        Ok(made)
    }

    /// Changes a webhook; one that is said to be active is taken back into use where the server had disabled it.
    ///
    /// # Errors
    /// Not found, not allowed, a stale revision, and every refusal of the record's check.
    pub async fn edit_webhook(&self, actor: &Actor, patch: WebhookPatch) -> Result<Webhook> {
        let is_resumed = patch.state == Patch::Value(State::Active);
        let webhook = self.edit::<Webhook>(actor, patch).await?;
        if is_resumed {
            let resume = Query::update()
                .table("webhook_standing")
                .value("disabled_at", None::<DateTime<Utc>>)
                .value("disabled_reason", None::<String>)
                .value("failures", 0)
                .value("failing_since", None::<DateTime<Utc>>)
                .value("resting_until", None::<DateTime<Utc>>)
                .and_where(Expr::col("webhook_id").eq(webhook.id.0))
                .and_where(Expr::col("disabled_at").is_not_null())
                .take();
            let _turn = self.one_writer().await;
            self.db.execute(&resume).await?;
        }
        self.feed.note_webhooks(true);
        self.feed.wake_messenger();
        Ok(webhook)
    }

    /// Gives a webhook other keys. Those it had sign beside them for another day.
    ///
    /// # Errors
    /// Not found, not allowed.
    pub async fn rotate_webhook_keys(&self, actor: &Actor, id: WebhookId) -> Result<(Webhook, NewKeys)> {
        let (webhook, action) = self.kept_webhook(actor, id).await?;
        let keys = self
            .write(actor, action, async |tx: &mut Tx| {
                tx.retire_webhook_keys(id).await?;
                tx.add_webhook_key(id).await?;
                tx.newest_webhook_key(id).await
            })
            .await?;
        Ok((webhook, keys))
    }

    /// Puts a message into the queue that tells of nothing.
    ///
    /// # Errors
    /// Not found, not allowed, a webhook to which nothing is sent.
    pub async fn test_webhook(&self, actor: &Actor, id: WebhookId) -> Result<Delivery> {
        let (webhook, action) = self.kept_webhook(actor, id).await?;
        let health = self.webhook_healths(&[id]).await?.remove(&id);
        if webhook.state != State::Active || health.is_none_or(|health| health.disabled.is_some()) {
            let field = "id".to_owned();
            return Err(Refusal::Invalid {
                field,
                why: Invalid::Stopped,
            }
            .into());
        }
        let place = self.head().await?;
        let made = self
            .write(actor, action, async |tx: &mut Tx| {
                tx.may_test(id).await?;
                let message = fan::NewMessage {
                    id: tx.uuid(),
                    webhook: id,
                    of: TEST.to_owned(),
                    about: None,
                    place,
                    happened_at: tx.now(),
                };
                let id = message.id;
                fan::insert(&tx.conn, vec![message], tx.now()).await?;
                Ok(id)
            })
            .await?;
        self.feed.wake_messenger();
        self.delivery(made).await?.ok_or_else(|| Refusal::NotFound.into())
    }

    /// Puts messages into the queue again, as they are, at most 1,000 of them, the oldest first; answers how many, and
    /// where there may be more, from which instant on. One that is just being sent, or about to be, is left alone.
    ///
    /// # Errors
    /// Not found, not allowed, no message and no time given.
    pub async fn redeliver(
        &self,
        actor: &Actor,
        id: WebhookId,
        which: Option<Which>,
    ) -> Result<(u64, Option<DateTime<Utc>>)> {
        let (_, action) = self.kept_webhook(actor, id).await?;
        let which = which.ok_or_else(|| Refusal::Required {
            field: "deliveryId".to_owned(),
        })?;
        if let Which::One(delivery) = which {
            let known = self.delivery(delivery).await?;
            if known.is_none_or(|known| known.webhook_id != id) {
                return Err(Refusal::NotFound.into());
            }
        }
        let made = self
            .write(actor, action, async |tx: &mut Tx| {
                let next = Expr::col("next_attempt");
                let mut chosen = Query::select();
                chosen
                    .column("id")
                    .from("webhook_delivery")
                    .and_where(Expr::col("webhook_id").eq(id.0))
                    .and_where(next.clone().is_null().or(next.gt(tx.now() + LEASE)))
                    .order_by("made_at", Direction::Asc)
                    .order_by("id", Direction::Asc)
                    .limit(AGAIN);
                match which {
                    Which::One(delivery) => {
                        chosen.and_where(Expr::col("id").eq(delivery));
                    }
                    Which::Made {
                        since,
                        until,
                        only_failed,
                    } => {
                        chosen
                            .and_where(Expr::col("made_at").gte(since))
                            .and_where(Expr::col("made_at").lt(until));
                        if only_failed {
                            chosen.and_where(Expr::col("state").eq(DeliveryState::Failed));
                        }
                    }
                }
                let again = Query::update()
                    .table("webhook_delivery")
                    .value("state", DeliveryState::Waiting)
                    .value("tries", 0)
                    .value("next_attempt", tx.now())
                    .and_where(Expr::col("id").in_subquery(chosen.take()))
                    .returning(Query::returning().columns(["made_at"]))
                    .take();
                let rows = tx.conn.query_all(&again).await?;
                let made: std::result::Result<Vec<DateTime<Utc>>, _> =
                    rows.iter().map(|row| row.try_get("", "made_at")).collect();
                Ok(made?)
            })
            .await?;
        self.feed.wake_messenger();
        let queued = made.len() as u64;
        Ok((queued, made.into_iter().max().filter(|_| queued == AGAIN)))
    }

    /// The webhook, where the actor may keep it, and what that asks of the policy.
    async fn kept_webhook(&self, actor: &Actor, id: WebhookId) -> Result<(Webhook, Action)> {
        let webhook: Webhook = self.get(actor, id).await?;
        let action = webhook.action(Verb::Update);
        self.ask(actor, action)?;
        Ok((webhook, action))
    }

    /// Keeps webhooks from being removed while this transaction writes what belongs to them. Taken before all else: whoever
    /// removes one waits here, and not half-way, where each would wait for the other.
    async fn stay(
        &self,
        tx: &DatabaseTransaction,
        ids: impl IntoIterator<Item = WebhookId> + Send,
    ) -> Result<()> {
        let query = Query::select()
            .column("id")
            .from("webhook")
            .and_where(Expr::col("id").is_in(ids.into_iter().map(|id| id.0)))
            .order_by("id", Direction::Asc)
            .lock(LockType::KeyShare)
            .take();
        tx.query_all(&query).await?;
        Ok(())
    }

    /// The turn of the one writer that SQLite has; elsewhere nothing.
    pub(crate) async fn one_writer(&self) -> Option<MutexGuard<'_, ()>> {
        match self.engine {
            Engine::Sqlite => Some(self.turn.lock().await),
            Engine::Postgres => None,
        }
    }
}
