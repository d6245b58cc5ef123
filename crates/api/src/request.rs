//! Requests to the officers over GraphQL: for who asked, the project that is named, and staff.

use async_graphql::{ComplexObject, Context, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use domain::chantier::Chantier;
use domain::organisation::Organisation;
use domain::policy::{Action, allows};
use domain::project::Project;
use domain::request::{
    Conclusion, Filter, Handover, HandoverReason, NewRequest, NewRequestMessage, Order, Request,
    RequestMessage, RequestPatch,
};
use domain::territory::Territory;
use domain::{PersonId, RequestId};
use store::{AsTheyCame, Relation};

use crate::chantier::ChantierNode;
use crate::connection::{Connection, cost, listed, one, page, related, shared};
use crate::ctx::{caller, loader, site, store};
use crate::officer::load::{Minder, MinderOf};
use crate::officer::name;
use crate::organisation::OrganisationNode;
use crate::payload::answer;
use crate::project::ProjectNode;
use crate::territory::TerritoryNode;

node! {
    /// A request to the territorial officers; for who asked, the project that is named, and staff only.
    RequestNode = Request as "Request"
}
payload!(RequestPayload { request: RequestNode } of Request);

node! {
    /// A message in the conversation of a request; for who may read the request.
    RequestMessageNode = RequestMessage as "RequestMessage"
}
payload!(RequestMessagePayload { request_message: RequestMessageNode } of RequestMessage);

/// A request that came to an owner.
#[derive(SimpleObject)]
#[graphql(complex, name = "RequestHandover")]
struct HandoverNode {
    /// When.
    at: DateTime<Utc>,
    /// Why.
    reason: HandoverReason,
    /// What was said to it.
    note: Option<String>,
    /// Whose it was; null before it was asked.
    from_id: Option<PersonId>,
    /// Whose it is since.
    to_id: PersonId,
}

#[ComplexObject]
impl HandoverNode {
    /// The name of whose it was.
    #[graphql(name = "fromName")]
    async fn giver_name(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        match self.from_id {
            Some(id) => name(ctx, id).await,
            None => Ok(None),
        }
    }

    /// The name of whose it is since.
    async fn to_name(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        name(ctx, self.to_id).await
    }
}

/// Who sees to a request today.
async fn minder(ctx: &Context<'_>, request: &Request) -> Result<Option<Minder>> {
    let asked = MinderOf {
        owner: request.officer_id,
        commune: request.commune_id,
        subject: request.chantier_id,
    };
    loader(ctx).one(asked).await.map_err(|error| shared(ctx, &error))
}

#[ComplexObject]
impl RequestNode {
    /// Whether an answer is overdue.
    async fn is_late(&self, ctx: &Context<'_>) -> bool {
        self.record.is_late(store(ctx).today())
    }

    /// The name of who asked.
    async fn asker_name(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        name(ctx, self.record.asker_id).await
    }

    /// The name of whose it is.
    async fn officer_name(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        name(ctx, self.record.officer_id).await
    }

    /// Who sees to it today: its owner, or who stands in while they are away.
    async fn minder_id(&self, ctx: &Context<'_>) -> Result<PersonId> {
        let minder = minder(ctx, &self.record).await?;
        Ok(minder.map_or(self.record.officer_id, |minder| minder.id))
    }

    /// The name of who sees to it today.
    async fn minder_name(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        Ok(minder(ctx, &self.record).await?.and_then(|minder| minder.name))
    }

    /// The commune it is about.
    async fn commune(&self, ctx: &Context<'_>) -> Result<Option<TerritoryNode>> {
        let found = one::<Territory>(ctx, self.record.commune_id).await?;
        Ok(found.map(Into::into))
    }

    /// The chantier it is about.
    async fn chantier(&self, ctx: &Context<'_>) -> Result<Option<ChantierNode>> {
        match self.record.chantier_id {
            Some(id) => Ok(one::<Chantier>(ctx, id).await?.map(Into::into)),
            None => Ok(None),
        }
    }

    /// The project that asks.
    async fn project(&self, ctx: &Context<'_>) -> Result<Option<ProjectNode>> {
        match self.record.project_id {
            Some(id) => Ok(one::<Project>(ctx, id).await?.map(Into::into)),
            None => Ok(None),
        }
    }

    /// The organisation that asks.
    async fn organisation(&self, ctx: &Context<'_>) -> Result<Option<OrganisationNode>> {
        match self.record.organisation_id {
            Some(id) => Ok(one::<Organisation>(ctx, id).await?.map(Into::into)),
            None => Ok(None),
        }
    }

    /// How it came to its owner, the first first.
    #[graphql(complexity = "5 * child_complexity")]
    async fn handovers(&self) -> Vec<HandoverNode> {
        let handovers = self.record.handovers.iter().cloned();
        handovers
            .map(|handover| {
                let Handover {
                    from,
                    to,
                    at,
                    reason,
                    note,
                } = handover;
                HandoverNode {
                    at,
                    reason,
                    note,
                    from_id: from,
                    to_id: to,
                }
            })
            .collect()
    }

    /// Its conversation, as it was written.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn messages(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<RequestMessageNode>> {
        let page = page(ctx, first, after, last, before)?;
        let relation = Relation::Column("request_id");
        related::<RequestMessage, _>(ctx, relation, AsTheyCame, page, self.record.id).await
    }
}

#[ComplexObject]
impl RequestMessageNode {
    /// The name of who wrote it.
    async fn author_name(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        name(ctx, self.record.author_id).await
    }

    /// Whether who asked wrote it.
    async fn is_by_asker(&self) -> bool {
        self.record.author_id == self.record.asker_id
    }
}

#[derive(Default)]
pub(crate) struct RequestQuery;

#[Object]
impl RequestQuery {
    /// Requests to the officers: all for staff; for others, those of a project of theirs, where the filter names it, else
    /// their own. Null for who is not signed in, or where they are not the caller's to see.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    #[expect(clippy::too_many_arguments, reason = "a connection's arguments")]
    async fn requests(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "where")] filter: Option<Filter>,
        order_by: Option<Order>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Option<Connection<RequestNode>>> {
        let mut filter = filter.unwrap_or_default();
        let actor = &caller(ctx).actor;
        let Some(signed) = actor.person() else {
            return Ok(None);
        };
        if filter.project.is_none() && !actor.is_staff() {
            filter.asker = filter.asker.or(Some(signed.id));
        }
        let may = Action::FollowRequest {
            asker: filter.asker.unwrap_or_default(),
            project: filter.project,
        };
        if !allows(actor, may) {
            return Ok(None);
        }
        let page = page(ctx, first, after, last, before)?;
        let order = order_by.unwrap_or(Order::UpdatedLast);
        listed::<Request, _>(ctx, filter, order, page).await.map(Some)
    }
}

/// A request that is handed over.
#[derive(InputObject)]
struct RequestHandOverInput {
    /// The request.
    id: RequestId,
    /// The revision the decision was made on; another one is refused with `STALE_REVISION`.
    expected_revision: i32,
    /// The colleague; whoever it belongs to now by its commune and subject unless given.
    to: Option<PersonId>,
    /// What is to be said to it.
    note: Option<String>,
}

/// A request that is closed.
#[derive(InputObject)]
struct RequestCloseInput {
    /// The request.
    id: RequestId,
    /// The revision the decision was made on; another one is refused with `STALE_REVISION`.
    expected_revision: i32,
    /// What came of it; who asked may only withdraw it.
    conclusion: Conclusion,
    /// The same in full.
    text: String,
}

/// A request that is opened again.
#[derive(InputObject)]
struct RequestReopenInput {
    /// The request.
    id: RequestId,
    /// The revision the decision was made on; another one is refused with `STALE_REVISION`.
    expected_revision: i32,
}

/// Requests to the officers.
#[derive(Default)]
pub(crate) struct RequestMutation;

#[Object]
impl RequestMutation {
    /// Turns to an officer: whoever follows the commune and the subject. Who sees to it today is written to.
    async fn request_ask(&self, ctx: &Context<'_>, input: NewRequest) -> Result<RequestPayload> {
        let address = site(ctx).public_url.as_str();
        let asked = store(ctx).ask_officer(&caller(ctx).actor, input, address).await;
        Ok(answer(ctx, None, asked).await?.into())
    }

    /// Changes a request: an absent field stays as it is, null empties it.
    async fn request_update(&self, ctx: &Context<'_>, input: RequestPatch) -> Result<RequestPayload> {
        let target = (input.id, input.expected_revision);
        let changed = store(ctx).edit::<Request>(&caller(ctx).actor, input).await;
        Ok(answer(ctx, Some(target), changed).await?.into())
    }

    /// Writes in a request's conversation. What one of the staff writes who did not ask themselves is an answer.
    async fn request_write(
        &self,
        ctx: &Context<'_>,
        input: NewRequestMessage,
    ) -> Result<RequestMessagePayload> {
        let address = site(ctx).public_url.as_str();
        let written = store(ctx)
            .write_in_request(&caller(ctx).actor, input, address)
            .await;
        Ok(answer(ctx, None, written).await?.into())
    }

    /// Hands a request over to a colleague; for staff.
    async fn request_hand_over(
        &self,
        ctx: &Context<'_>,
        input: RequestHandOverInput,
    ) -> Result<RequestPayload> {
        let RequestHandOverInput {
            id,
            expected_revision,
            to,
            note,
        } = input;
        let address = site(ctx).public_url.as_str();
        let handed = store(ctx)
            .hand_over_request(&caller(ctx).actor, id, expected_revision, to, note, address)
            .await;
        Ok(answer(ctx, Some((id, expected_revision)), handed).await?.into())
    }

    /// Closes a request with what came of it; for staff, and for who asked to withdraw it.
    async fn request_close(&self, ctx: &Context<'_>, input: RequestCloseInput) -> Result<RequestPayload> {
        let RequestCloseInput {
            id,
            expected_revision,
            conclusion,
            text,
        } = input;
        let address = site(ctx).public_url.as_str();
        let closed = store(ctx)
            .close_request(
                &caller(ctx).actor,
                id,
                expected_revision,
                (conclusion, text),
                address,
            )
            .await;
        Ok(answer(ctx, Some((id, expected_revision)), closed).await?.into())
    }

    /// Opens a closed request again, for whoever may write in its conversation.
    async fn request_reopen(&self, ctx: &Context<'_>, input: RequestReopenInput) -> Result<RequestPayload> {
        let RequestReopenInput {
            id,
            expected_revision,
        } = input;
        let opened = store(ctx)
            .reopen_request(&caller(ctx).actor, id, expected_revision)
            .await;
        Ok(answer(ctx, Some((id, expected_revision)), opened).await?.into())
    }
}
