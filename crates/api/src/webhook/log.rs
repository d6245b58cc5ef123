//! How webhooks do, their messages and the attempts to send them, over GraphQL: read for many at once.

use std::collections::HashMap;

use async_graphql::{ComplexObject, Context, ID, Result, SimpleObject};
use chrono::{DateTime, Utc};
use domain::page::Page;
use domain::webhook::message::{Filter, State};
use domain::{Actor, RecordId, RecordType, WebhookId};
use futures::future::BoxFuture;
use store::{Attempt, Delivery, PublicKey, Slice, Store, WebhookHealth};
use uuid::Uuid;

use crate::connection::{Connection, Count, cost, page, shared, wrap};
use crate::ctx::{loader, store};
use crate::error::fail;
use crate::load::Question;

/// How a webhook does.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct HealthOf(pub(super) WebhookId);

impl Question for HealthOf {
    type Answer = WebhookHealth;

    async fn ask(store: &Store, _actor: &Actor, all: &[Self]) -> store::Result<HashMap<Self, WebhookHealth>> {
        let ids: Vec<WebhookId> = all.iter().map(|question| question.0).collect();
        let found = store.webhook_healths(&ids).await?;
        Ok(found.into_iter().map(|(id, health)| (Self(id), health)).collect())
    }
}

/// What a webhook's endpoint verifies with.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct KeysOf(pub(super) WebhookId);

impl Question for KeysOf {
    type Answer = Vec<PublicKey>;

    async fn ask(
        store: &Store,
        _actor: &Actor,
        all: &[Self],
    ) -> store::Result<HashMap<Self, Vec<PublicKey>>> {
        let ids: Vec<WebhookId> = all.iter().map(|question| question.0).collect();
        let found = store.webhook_keys(&ids).await?;
        Ok(found.into_iter().map(|(id, keys)| (Self(id), keys)).collect())
    }
}

/// A page of a webhook's messages.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct DeliveriesOf {
    pub(super) webhook: WebhookId,
    pub(super) filter: Filter,
    pub(super) page: Page,
}

impl Question for DeliveriesOf {
    type Answer = Slice<Delivery>;

    async fn ask(
        store: &Store,
        _actor: &Actor,
        all: &[Self],
    ) -> store::Result<HashMap<Self, Slice<Delivery>>> {
        let mut alike: HashMap<(&Filter, &Page), Vec<WebhookId>> = HashMap::new();
        for Self {
            webhook,
            filter,
            page,
        } in all
        {
            alike.entry((filter, page)).or_default().push(*webhook);
        }
        let mut found = HashMap::with_capacity(all.len());
        for ((filter, page), webhooks) in alike {
            for (webhook, slice) in store.deliveries(filter, page, &webhooks).await? {
                let of = Self {
                    webhook,
                    filter: filter.clone(),
                    page: page.clone(),
                };
                found.insert(of, slice);
            }
        }
        Ok(found)
    }
}

/// A page of the attempts to send a message.
#[derive(Clone, PartialEq, Eq, Hash)]
struct AttemptsOf {
    delivery: Uuid,
    page: Page,
}

impl Question for AttemptsOf {
    type Answer = Slice<Attempt>;

    async fn ask(
        store: &Store,
        _actor: &Actor,
        all: &[Self],
    ) -> store::Result<HashMap<Self, Slice<Attempt>>> {
        let mut alike: HashMap<&Page, Vec<Uuid>> = HashMap::new();
        for Self { delivery, page } in all {
            alike.entry(page).or_default().push(*delivery);
        }
        let mut found = HashMap::with_capacity(all.len());
        for (page, deliveries) in alike {
            for (delivery, slice) in store.attempts(page, &deliveries).await? {
                let page = page.clone();
                found.insert(Self { delivery, page }, slice);
            }
        }
        Ok(found)
    }
}

/// How many messages of a webhook there are.
pub(super) struct DeliveryCount(pub(super) WebhookId, pub(super) Filter);

impl Count for DeliveryCount {
    fn count<'a>(&'a self, ctx: &'a Context<'_>) -> BoxFuture<'a, Result<u64>> {
        Box::pin(async {
            let count = store(ctx).count_deliveries(&self.1, self.0).await;
            count.map_err(|error| fail(ctx, error))
        })
    }
}

/// How many attempts to send a message there are.
struct AttemptCount(Uuid);

impl Count for AttemptCount {
    fn count<'a>(&'a self, ctx: &'a Context<'_>) -> BoxFuture<'a, Result<u64>> {
        Box::pin(async {
            let count = store(ctx).count_attempts(self.0).await;
            count.map_err(|error| fail(ctx, error))
        })
    }
}

/// A message's identifier, as its header has it.
fn name(id: Uuid) -> ID {
    format!("msg_{}", domain::id::encode(id)).into()
}

/// The message of this identifier.
pub(super) fn named(id: &str) -> Option<Uuid> {
    domain::id::decode(id.strip_prefix("msg_")?).ok()
}

/// A key that a webhook's endpoint verifies `v1a` signatures with.
#[derive(SimpleObject)]
pub(super) struct WebhookPublicKey {
    /// The key, as Standard Webhooks writes it: `whpk_…`.
    public_key: String,
    /// Since when.
    created_at: DateTime<Utc>,
    /// Until when it signs, where another took its place.
    expires_at: Option<DateTime<Utc>>,
}

impl From<PublicKey> for WebhookPublicKey {
    fn from(key: PublicKey) -> Self {
        let PublicKey {
            public_key,
            created_at,
            expires_at,
        } = key;
        Self {
            public_key,
            created_at,
            expires_at,
        }
    }
}

/// A message to a webhook, and how it stands with it. Kept for 30 days.
#[derive(Clone, SimpleObject)]
#[graphql(name = "WebhookDelivery", complex)]
pub(crate) struct DeliveryNode {
    /// Its identifier, the `webhook-id` of every attempt.
    id: ID,
    /// The webhook that it goes to.
    webhook_id: WebhookId,
    /// What it is of: the kind of record and what happened, as `offer.upserted`; `webhook.test`. Tolerate new ones.
    #[graphql(name = "type")]
    of: String,
    /// The record that it is about; null for a test.
    record_id: Option<RecordId>,
    /// Its kind, also where it is gone.
    record_type: Option<RecordType>,
    /// The revision that the change made.
    revision: Option<i32>,
    /// A place in the feed just before the change, good under any filter.
    cursor: String,
    /// When the change was made.
    happened_at: DateTime<Utc>,
    /// When the message was put into the queue first.
    made_at: DateTime<Utc>,
    /// How it stands with it.
    state: State,
    /// How often sending it was attempted, with the attempt that is under way.
    attempt_count: i32,
    /// From when on it is attempted again; null where it does not wait.
    next_attempt: Option<DateTime<Utc>>,
    /// When it last arrived; null where it never did.
    delivered_at: Option<DateTime<Utc>>,
    #[graphql(skip)]
    uuid: Uuid,
}

impl From<Delivery> for DeliveryNode {
    fn from(delivery: Delivery) -> Self {
        Self {
            id: name(delivery.id),
            webhook_id: delivery.webhook_id,
            of: delivery.of,
            record_id: delivery.record,
            record_type: delivery.record.map(|record| record.kind),
            revision: delivery.revision,
            cursor: delivery.cursor,
            happened_at: delivery.happened_at,
            made_at: delivery.made_at,
            state: delivery.state,
            attempt_count: delivery.attempts,
            next_attempt: delivery.next_attempt,
            delivered_at: delivery.delivered_at,
            uuid: delivery.id,
        }
    }
}

#[ComplexObject]
impl DeliveryNode {
    /// Every attempt to send it whose end was seen, as they were made.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn attempts(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<AttemptNode>> {
        let page = page(ctx, first, after, last, before)?;
        let asked = AttemptsOf {
            delivery: self.uuid,
            page,
        };
        let slice = loader(ctx)
            .one(asked)
            .await
            .map_err(|error| shared(ctx, &error))?;
        Ok(Connection::counted(
            wrap(slice.unwrap_or_default()),
            AttemptCount(self.uuid),
        ))
    }
}

/// An attempt to send a message.
#[derive(Clone, SimpleObject)]
#[graphql(name = "WebhookAttempt")]
pub(crate) struct AttemptNode {
    /// When it was made.
    at: DateTime<Utc>,
    /// How many milliseconds it took.
    milliseconds: i32,
    /// The HTTP status that the endpoint answered with; null where it did not answer.
    status: Option<i32>,
    /// Why it did not answer; null where it did.
    error: Option<String>,
    /// How its answer begins, at most 500 characters; null where it did not answer.
    answer: Option<String>,
}

impl From<Attempt> for AttemptNode {
    fn from(attempt: Attempt) -> Self {
        let Attempt {
            id: _,
            delivery_id: _,
            at,
            milliseconds,
            status,
            error,
            answer,
        } = attempt;
        Self {
            at,
            milliseconds,
            status,
            error,
            answer,
        }
    }
}
