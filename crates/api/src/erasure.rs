//! Erasing an account or contact details over GraphQL, and for administrators what was erased, with proof of who has read
//! past it.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use domain::person::Person;
use domain::{Actor, ContactId, PersonId, RecordId, RecordType, WebhookId};
use futures::future::BoxFuture;
use store::{Erasure, FeedReader, Passage};

use crate::auth::client_name;
use crate::connection::{Connection, Count, cost, one, page, wrap};
use crate::ctx::{caller, language, store};
use crate::error::{UserError, fail};

/// Somebody who follows the feed, and whether they have read that something was erased.
#[derive(SimpleObject)]
#[graphql(name = "ErasurePassage")]
struct PassageNode {
    /// The machine, where it is one.
    client_id: Option<String>,
    /// The webhook, where it is one.
    webhook_id: Option<WebhookId>,
    /// The machine's name, or the webhook's address.
    name: String,
    /// Whether they have: the machine asked the feed for what follows the erasure, the webhook took its message.
    is_past: bool,
    /// When they were last seen to go on; null where they never were.
    seen_at: Option<DateTime<Utc>>,
}

impl From<Passage> for PassageNode {
    fn from(passage: Passage) -> Self {
        let Passage {
            reader,
            name,
            is_past,
            seen_at,
        } = passage;
        let (client_id, webhook_id) = match reader {
            FeedReader::Client(id) => (Some(client_name(id)), None),
            FeedReader::Webhook(id) => (None, Some(id)),
        };
        Self {
            client_id,
            webhook_id,
            name,
            is_past,
            seen_at,
        }
    }
}

/// Something that was erased: an account, or contact details.
#[derive(Clone)]
pub(crate) struct ErasureNode(Erasure);

impl From<Erasure> for ErasureNode {
    fn from(erasure: Erasure) -> Self {
        Self(erasure)
    }
}

/// Something that was erased: an account, or contact details.
#[Object(name = "Erasure")]
impl ErasureNode {
    /// The record that told of the person. Of contact details nothing is left; an account says that it was erased.
    async fn record_id(&self) -> RecordId {
        self.0.record
    }

    /// Its kind.
    async fn record_type(&self) -> RecordType {
        self.0.record.kind
    }

    /// When.
    async fn at(&self) -> DateTime<Utc> {
        self.0.at
    }

    /// Who erased it, by name; null where the server did, in an older copy that was put back.
    async fn by_name(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        match self.0.by {
            Some(id) => Ok(one::<Person>(ctx, id)
                .await?
                .map(|person| person.called(language(ctx)))),
            None => Ok(None),
        }
    }

    /// The machines in use and the webhooks, each with whether it has read past the erasure. How far a machine has read is
    /// kept about once a minute; a copy that somebody took without signing in is not known of.
    async fn passages(&self) -> Vec<PassageNode> {
        self.0.passages.iter().cloned().map(Into::into).collect()
    }
}

/// What was erased, as this actor sees it.
struct Erased(Actor);

impl Count for Erased {
    fn count<'a>(&'a self, ctx: &'a Context<'_>) -> BoxFuture<'a, Result<u64>> {
        Box::pin(async {
            let count = store(ctx).count_erasures(&self.0).await;
            count.map_err(|error| fail(ctx, error))
        })
    }
}

#[derive(Default)]
pub(crate) struct ErasureQuery;

#[Object]
impl ErasureQuery {
    /// What was erased, the latest first, with who has read past it; for administrators only.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn erasures(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<ErasureNode>> {
        let page = page(ctx, first, after, last, before)?;
        let actor = caller(ctx).actor.clone();
        let slice = store(ctx)
            .erasures(&actor, &page)
            .await
            .map_err(|error| fail(ctx, error))?;
        Ok(Connection::counted(wrap(slice), Erased(actor)))
    }
}

/// An account to erase.
#[derive(InputObject)]
struct PersonEraseInput {
    /// The account.
    id: PersonId,
    /// The revision the decision was made on; another one is refused with `STALE_REVISION`.
    expected_revision: i32,
}

/// Contact details to erase.
#[derive(InputObject)]
struct ContactEraseInput {
    /// The contact details.
    id: ContactId,
    /// The revision the decision was made on; another one is refused with `STALE_REVISION`.
    expected_revision: i32,
}

/// What became of an erasure. There is no way back.
#[derive(SimpleObject)]
struct ErasePayload {
    /// The record that was erased; null where it was not.
    erased_id: Option<RecordId>,
    /// Why not; empty where it was done.
    user_errors: Vec<UserError>,
}

impl ErasePayload {
    fn of(ctx: &Context<'_>, erased: store::Result<RecordId>) -> Result<Self> {
        match erased {
            Ok(record) => Ok(Self {
                erased_id: Some(record),
                user_errors: Vec::new(),
            }),
            Err(store::Error::Refused(refusals)) => Ok(Self {
                erased_id: None,
                user_errors: UserError::list(ctx, &refusals),
            }),
            Err(error) => Err(fail(ctx, error)),
        }
    }
}

#[derive(Default)]
pub(crate) struct ErasureMutation;

#[Object]
impl ErasureMutation {
    /// Erases an account: one's own, or for administrators anybody's. Name, address, memberships, seats, saved searches,
    /// sessions and messages go, also from the history; what the person wrote for others stays, by "a former member". The
    /// requests they own pass on to whom they fall. There is no way back.
    async fn person_erase(&self, ctx: &Context<'_>, input: PersonEraseInput) -> Result<ErasePayload> {
        let PersonEraseInput {
            id,
            expected_revision,
        } = input;
        let erased = store(ctx)
            .erase_person(&caller(ctx).actor, id, expected_revision)
            .await;
        ErasePayload::of(ctx, erased.map(|person| person.id.into()))
    }

    /// Erases contact details, also from the history and from files that were brought; unlike `contactDelete` there is no way
    /// back, and whoever follows the feed is told to erase their copy.
    async fn contact_erase(&self, ctx: &Context<'_>, input: ContactEraseInput) -> Result<ErasePayload> {
        let ContactEraseInput {
            id,
            expected_revision,
        } = input;
        let erased = store(ctx)
            .erase_contact(&caller(ctx).actor, id, expected_revision)
            .await;
        ErasePayload::of(ctx, erased.map(|contact| contact.id.into()))
    }
}
