//! Webhooks over GraphQL, for those who may keep their organisation's; and in `messenger`, the sending of their messages.

mod log;
pub(crate) mod messenger;
mod post;

use async_graphql::{ComplexObject, Context, ID, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use domain::organisation::Organisation;
use domain::policy::{Action, allows};
use domain::record::Record as _;
use domain::webhook::message::Filter as DeliveryFilter;
use domain::webhook::{Disabled, Filter, NewWebhook, Order, State, Webhook, WebhookPatch};
use domain::{Actor, OrganisationId, Refusal, WebhookId};
use store::{NewKeys, WebhookHealth, Which};

use crate::connection::{Connection, cost, listed, one, page, shared, wrap};
use crate::ctx::{caller, loader, store};
use crate::error::{UserError, fail};
use crate::organisation::OrganisationNode;
use crate::payload::{DeleteInput, DeletePayload, answer, deleted};
use log::{DeliveriesOf, DeliveryCount, DeliveryNode, HealthOf, KeysOf, WebhookPublicKey, named};

node! {
    /// Where an organisation is told of changes; for its partners, its machines and administrators only.
    WebhookNode = Webhook as "Webhook"
}
payload!(WebhookPayload { webhook: WebhookNode } of Webhook);

impl WebhookNode {
    async fn health(&self, ctx: &Context<'_>) -> Result<Option<WebhookHealth>> {
        let asked = loader(ctx).one(HealthOf(self.record.id)).await;
        asked.map_err(|error| shared(ctx, &error))
    }
}

#[ComplexObject]
impl WebhookNode {
    /// The organisation that is told.
    async fn organisation(&self, ctx: &Context<'_>) -> Result<Option<OrganisationNode>> {
        let found = one::<Organisation>(ctx, self.record.organisation_id).await?;
        Ok(found.map(Into::into))
    }

    /// Whether messages are sent: its owner wants them, and the server has not disabled it.
    async fn is_active(&self, ctx: &Context<'_>) -> Result<bool> {
        let health = self.health(ctx).await?;
        Ok(self.record.state == State::Active && health.is_some_and(|health| health.disabled.is_none()))
    }

    /// Since when the server sends to it no more; null where it does. An update with `state: ACTIVE` takes it back into
    /// use.
    async fn disabled_at(&self, ctx: &Context<'_>) -> Result<Option<DateTime<Utc>>> {
        let health = self.health(ctx).await?;
        Ok(health.and_then(|health| health.disabled).map(|(since, _)| since))
    }

    /// Why the server sends to it no more; null where it does.
    async fn disabled_reason(&self, ctx: &Context<'_>) -> Result<Option<Disabled>> {
        let health = self.health(ctx).await?;
        Ok(health
            .and_then(|health| health.disabled)
            .map(|(_, reason)| reason))
    }

    /// How many attempts failed since the last message that arrived.
    async fn failures(&self, ctx: &Context<'_>) -> Result<i32> {
        Ok(self.health(ctx).await?.map_or(0, |health| health.failures))
    }

    /// Since when nothing arrives; null where the last attempt did. After five days the webhook is disabled.
    async fn failing_since(&self, ctx: &Context<'_>) -> Result<Option<DateTime<Utc>>> {
        Ok(self.health(ctx).await?.and_then(|health| health.failing_since))
    }

    /// When a message last arrived.
    async fn last_delivered_at(&self, ctx: &Context<'_>) -> Result<Option<DateTime<Utc>>> {
        Ok(self.health(ctx).await?.and_then(|health| health.delivered_at))
    }

    /// Until when its endpoint asked to be left alone (`Retry-After`); null where it did not.
    async fn resting_until(&self, ctx: &Context<'_>) -> Result<Option<DateTime<Utc>>> {
        Ok(self.health(ctx).await?.and_then(|health| health.resting_until))
    }

    /// How many messages wait. While 10,000 do, no more are made: it stays where it stands in the feed.
    async fn waiting(&self, ctx: &Context<'_>) -> Result<u64> {
        Ok(self.health(ctx).await?.map_or(0, |health| health.waiting))
    }

    /// Where it stands in the feed: of what is before, messages were made. Good under any filter.
    async fn cursor(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        Ok(self.health(ctx).await?.map(|health| health.cursor))
    }

    /// What its endpoint verifies `v1a` signatures with, the newest first: after a rotation, for a day, also the earlier
    /// ones.
    async fn public_keys(&self, ctx: &Context<'_>) -> Result<Vec<WebhookPublicKey>> {
        let asked = loader(ctx).one(KeysOf(self.record.id)).await;
        let keys = asked.map_err(|error| shared(ctx, &error))?.unwrap_or_default();
        Ok(keys.into_iter().map(Into::into).collect())
    }

    /// Its messages of the last 30 days, the latest first.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn deliveries(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "where")] filter: Option<DeliveryFilter>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<DeliveryNode>> {
        let (webhook, filter) = (self.record.id, filter.unwrap_or_default());
        let asked = DeliveriesOf {
            webhook,
            filter: filter.clone(),
            page: page(ctx, first, after, last, before)?,
        };
        let slice = loader(ctx)
            .one(asked)
            .await
            .map_err(|error| shared(ctx, &error))?;
        Ok(Connection::counted(
            wrap(slice.unwrap_or_default()),
            DeliveryCount(webhook, filter),
        ))
    }
}

/// The organisation whose webhooks are meant where none is named: the caller's own, unless they see all.
fn own(actor: &Actor) -> Option<OrganisationId> {
    let sees_all = match actor {
        Actor::Person(signed) => signed.role == domain::Role::Administrator,
        Actor::System => true,
        Actor::Client(_) | Actor::Visitor => false,
    };
    let person = actor.person().and_then(|signed| signed.organisation);
    let machine = actor.client().and_then(|client| client.organisation);
    person.or(machine).filter(|_| !sees_all)
}

#[derive(Default)]
pub(crate) struct WebhookQuery;

#[Object]
impl WebhookQuery {
    /// The webhooks, the last changed first: all for administrators; for others, those of their own organisation. Null
    /// where they are not the caller's to see.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    #[expect(clippy::too_many_arguments, reason = "a connection's arguments")]
    async fn webhooks(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "where")] filter: Option<Filter>,
        order_by: Option<Order>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Option<Connection<WebhookNode>>> {
        let actor = &caller(ctx).actor;
        let mut filter = filter.unwrap_or_default();
        filter.organisation = filter.organisation.or_else(|| own(actor));
        let sees = match filter.organisation {
            Some(organisation) => allows(actor, Action::ReadWebhooks { organisation }),
            // All of them: those who keep the accounts.
            None => allows(actor, Action::ManageClients),
        };
        if !sees {
            return Ok(None);
        }
        let page = page(ctx, first, after, last, before)?;
        let order = order_by.unwrap_or(Order::UpdatedLast);
        listed::<Webhook, _>(ctx, filter, order, page).await.map(Some)
    }

    /// One webhook; null where there is none, or it is not yours to see.
    async fn webhook(&self, ctx: &Context<'_>, id: WebhookId) -> Result<Option<WebhookNode>> {
        match store(ctx).get::<Webhook>(&caller(ctx).actor, id).await {
            Ok(webhook) => Ok(Some(webhook.into())),
            Err(store::Error::Refused(_)) => Ok(None),
            Err(error) => Err(fail(ctx, error)),
        }
    }

    /// One message; null where there is none, or it is not yours to see.
    async fn webhook_delivery(&self, ctx: &Context<'_>, id: ID) -> Result<Option<DeliveryNode>> {
        let Some(id) = named(&id) else { return Ok(None) };
        let found = store(ctx).delivery(id).await.map_err(|error| fail(ctx, error))?;
        let Some(delivery) = found else { return Ok(None) };
        match store(ctx)
            .get::<Webhook>(&caller(ctx).actor, delivery.webhook_id)
            .await
        {
            Ok(_) => Ok(Some(delivery.into())),
            Err(store::Error::Refused(_)) => Ok(None),
            Err(error) => Err(fail(ctx, error)),
        }
    }
}

/// What messages are verified with.
#[derive(SimpleObject)]
struct WebhookSecret {
    /// What `v1` signatures are verified with: `whsec_…`. It is not shown again.
    secret: String,
    /// What `v1a` signatures are verified with: `whpk_…`. It stays readable.
    public_key: String,
}

impl From<NewKeys> for WebhookSecret {
    fn from(keys: NewKeys) -> Self {
        let NewKeys { secret, public_key } = keys;
        Self { secret, public_key }
    }
}

/// What became of a webhook that was made, or whose secret was replaced.
#[derive(SimpleObject)]
struct WebhookSecretPayload {
    /// The webhook; null where it was refused.
    webhook: Option<WebhookNode>,
    /// Its new secret, shown this once; null where it was refused, and at a retry.
    secret: Option<WebhookSecret>,
    /// Why it was refused; empty where it was done.
    user_errors: Vec<UserError>,
}

fn with_secret(
    ctx: &Context<'_>,
    done: store::Result<(Webhook, Option<NewKeys>)>,
) -> Result<WebhookSecretPayload> {
    let (webhook, keys, user_errors) = match done {
        Ok((webhook, keys)) => (Some(webhook), keys, Vec::new()),
        Err(store::Error::Refused(refusals)) => (None, None, UserError::list(ctx, &refusals)),
        Err(error) => return Err(fail(ctx, error)),
    };
    Ok(WebhookSecretPayload {
        webhook: webhook.map(Into::into),
        secret: keys.map(Into::into),
        user_errors,
    })
}

/// A webhook.
#[derive(InputObject)]
struct WebhookInput {
    /// The webhook.
    id: WebhookId,
}

/// Which messages of a webhook are sent again: one, or those of a time.
#[derive(InputObject)]
struct WebhookRedeliverInput {
    /// The webhook.
    id: WebhookId,
    /// This message; else those of the time below.
    delivery_id: Option<ID>,
    /// Those made from this instant on.
    since: Option<DateTime<Utc>>,
    /// Those made before this instant; until now where it is not given.
    until: Option<DateTime<Utc>>,
    /// Of those, only the ones that were given up.
    #[graphql(default)]
    only_failed: bool,
}

/// What became of a test.
#[derive(SimpleObject)]
struct WebhookTestPayload {
    /// The message; null where it was refused.
    delivery: Option<DeliveryNode>,
    /// Why it was refused; empty where it was done.
    user_errors: Vec<UserError>,
}

/// What became of sending again.
#[derive(SimpleObject)]
struct WebhookRedeliverPayload {
    /// How many messages were put into the queue again, at most 1,000, the oldest first.
    queued: u64,
    /// Where there may be more, the `since` to ask again with; null where that was all.
    next_since: Option<DateTime<Utc>>,
    /// Why it was refused; empty where it was done.
    user_errors: Vec<UserError>,
}

impl WebhookRedeliverInput {
    fn which(&self, now: DateTime<Utc>) -> Option<Which> {
        match (&self.delivery_id, self.since) {
            // What is no identifier names no message.
            (Some(id), _) => Some(Which::One(named(id).unwrap_or_default())),
            (None, Some(since)) => Some(Which::Made {
                since,
                until: self.until.unwrap_or(now),
                only_failed: self.only_failed,
            }),
            (None, None) => None,
        }
    }
}

/// Keeping webhooks.
#[derive(Default)]
pub(crate) struct WebhookMutation;

#[Object]
impl WebhookMutation {
    /// Makes a webhook, with its secret, shown this once. It is told of what is written from now on.
    async fn webhook_create(&self, ctx: &Context<'_>, input: NewWebhook) -> Result<WebhookSecretPayload> {
        let made = store(ctx).create_webhook(&caller(ctx).actor, input).await;
        with_secret(ctx, made)
    }

    /// Changes a webhook: an absent field stays as it is, null empties it. `state: ACTIVE` also takes one back into use
    /// that the server had disabled; it goes on where it stood.
    async fn webhook_update(&self, ctx: &Context<'_>, input: WebhookPatch) -> Result<WebhookPayload> {
        let target = Webhook::target(&input);
        let changed = store(ctx).edit_webhook(&caller(ctx).actor, input).await;
        Ok(answer(ctx, Some(target), changed).await?.into())
    }

    /// Removes a webhook with its messages.
    async fn webhook_delete(&self, ctx: &Context<'_>, input: DeleteInput) -> Result<DeletePayload> {
        let gone = if input.id.kind == Webhook::TYPE {
            store(ctx)
                .remove::<Webhook>(&caller(ctx).actor, input.id.uuid.into(), input.expected_revision)
                .await
        } else {
            Err(Refusal::NotFound.into())
        };
        deleted(ctx, gone)
    }

    /// Gives a webhook another secret and another pair of keys. The earlier ones sign beside them for 24 hours: every
    /// message then carries a signature by each.
    async fn webhook_rotate_secret(
        &self,
        ctx: &Context<'_>,
        input: WebhookInput,
    ) -> Result<WebhookSecretPayload> {
        let rotated = store(ctx).rotate_webhook_keys(&caller(ctx).actor, input.id).await;
        with_secret(ctx, rotated.map(|(webhook, keys)| (webhook, Some(keys))))
    }

    /// Sends a message of the type `webhook.test`, which tells of nothing, at most ten a minute (`RATE_LIMITED`, with
    /// `retryAfter` seconds). What came of it shows in its attempts.
    async fn webhook_test(&self, ctx: &Context<'_>, input: WebhookInput) -> Result<WebhookTestPayload> {
        let (delivery, user_errors) = match store(ctx).test_webhook(&caller(ctx).actor, input.id).await {
            Ok(delivery) => (Some(delivery.into()), Vec::new()),
            Err(store::Error::Refused(refusals)) => (None, UserError::list(ctx, &refusals)),
            Err(error) => return Err(fail(ctx, error)),
        };
        Ok(WebhookTestPayload {
            delivery,
            user_errors,
        })
    }

    /// Sends one message again, or those of a time, under the same `webhook-id`.
    async fn webhook_redeliver(
        &self,
        ctx: &Context<'_>,
        input: WebhookRedeliverInput,
    ) -> Result<WebhookRedeliverPayload> {
        let which = input.which(store(ctx).mint().now());
        let done = store(ctx).redeliver(&caller(ctx).actor, input.id, which).await;
        let ((queued, next_since), user_errors) = match done {
            Ok(done) => (done, Vec::new()),
            Err(store::Error::Refused(refusals)) => ((0, None), UserError::list(ctx, &refusals)),
            Err(error) => return Err(fail(ctx, error)),
        };
        Ok(WebhookRedeliverPayload {
            queued,
            next_since,
            user_errors,
        })
    }
}
