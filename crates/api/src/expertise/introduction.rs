//! Introductions over GraphQL: for the two sides and staff; for staff, how they come out.

use async_graphql::{ComplexObject, Context, Enum, InputObject, Object, Result, SimpleObject};
use domain::expertise::Expertise;
use domain::expertise::introduction::{Filter, Introduction, NewIntroduction, Order, Party, Refused, Stage};
use domain::expertise::need::{ExpertiseNeed, Reader};
use domain::expertise::topic;
use domain::organisation::Organisation;
use domain::policy::{Action, allows};
use domain::project::Project;
use domain::{IntroductionId, RecordId, RecordType};
use store::{Funnel, FunnelBy, Relation};

use super::{ExpertiseNeedNode, ExpertiseNode, TopicNode};
use crate::connection::{COUNTING, Connection, cost, listed, one, page, related};
use crate::ctx::{caller, site, store};
use crate::error::fail;
use crate::organisation::OrganisationNode;
use crate::payload::{DeleteInput, DeletePayload, answer, deleted};
use crate::project::ProjectNode;

node! {
    /// A need of expertise and an offer brought together; for the two sides and staff only.
    IntroductionNode = Introduction as "Introduction"
}
payload!(IntroductionPayload { introduction: IntroductionNode } of Introduction);

/// The introductions whose field names a record that the caller keeps.
pub(super) async fn introductions(
    ctx: &Context<'_>,
    field: &'static str,
    of: impl Into<RecordId>,
    page: domain::page::Page,
) -> Result<Connection<IntroductionNode>> {
    related::<Introduction, _>(ctx, Relation::Field(field), Order::UpdatedLast, page, of).await
}

#[ComplexObject]
impl IntroductionNode {
    /// How far it has come: the last of its steps.
    async fn stage(&self) -> Stage {
        self.record.stage()
    }

    /// The stages that the caller may move it to from there.
    async fn next_stages(&self, ctx: &Context<'_>) -> Vec<Stage> {
        let may_answer = allows(&caller(ctx).actor, self.record.speaking(Party::Provider));
        let next = self.record.stage().next().iter().copied();
        next.filter(|stage| !stage.is_answer() || may_answer).collect()
    }

    /// The sides for which the caller may say what they think of it.
    async fn speaks_for(&self, ctx: &Context<'_>) -> Vec<Party> {
        let may = |party: &Party| allows(&caller(ctx).actor, self.record.speaking(*party));
        [Party::Provider, Party::Requester]
            .into_iter()
            .filter(may)
            .collect()
    }

    /// The offer.
    async fn expertise(&self, ctx: &Context<'_>) -> Result<Option<ExpertiseNode>> {
        Ok(one::<Expertise>(ctx, self.record.expertise_id)
            .await?
            .map(Into::into))
    }

    /// The need. Who sees the introduction may see it.
    async fn need(&self, ctx: &Context<'_>) -> Result<Option<ExpertiseNeedNode>> {
        Ok(one::<ExpertiseNeed>(ctx, self.record.need_id)
            .await?
            .map(Into::into))
    }

    /// Who gives.
    async fn provider(&self, ctx: &Context<'_>) -> Result<Option<OrganisationNode>> {
        match self.record.provider_id {
            Some(id) => Ok(one::<Organisation>(ctx, id).await?.map(Into::into)),
            None => Ok(None),
        }
    }

    /// The project that asked.
    async fn project(&self, ctx: &Context<'_>) -> Result<Option<ProjectNode>> {
        match self.record.project_id {
            Some(id) => Ok(one::<Project>(ctx, id).await?.map(Into::into)),
            None => Ok(None),
        }
    }

    /// The organisation that asked.
    async fn organisation(&self, ctx: &Context<'_>) -> Result<Option<OrganisationNode>> {
        match self.record.organisation_id {
            Some(id) => Ok(one::<Organisation>(ctx, id).await?.map(Into::into)),
            None => Ok(None),
        }
    }

    /// The topic on which the two meet.
    async fn about(&self) -> Option<TopicNode> {
        self.record.topic.as_deref().and_then(topic::topic).map(TopicNode)
    }
}

/// By what introductions are counted.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
enum IntroductionFunnelBy {
    /// By broad topic.
    Topic,
    /// By provider.
    Provider,
}

/// How many introductions stand at a stage.
#[derive(SimpleObject)]
struct IntroductionStageCount {
    /// The stage.
    stage: Stage,
    /// How many.
    count: u64,
}

/// For how many introductions a reason was given.
#[derive(SimpleObject)]
struct IntroductionRefusalCount {
    /// The reason.
    reason: Refused,
    /// How many.
    count: u64,
}

/// How the introductions of one topic or provider have come out.
struct FunnelNode(Funnel);

#[Object(name = "IntroductionFunnel")]
impl FunnelNode {
    /// The broad topic; null where the two met for another reason, or it is counted by provider.
    async fn topic(&self) -> Option<TopicNode> {
        self.0.topic.as_deref().and_then(topic::topic).map(TopicNode)
    }

    /// The provider, where it is counted by provider.
    async fn provider(&self, ctx: &Context<'_>) -> Result<Option<OrganisationNode>> {
        match self.0.provider {
            Some(id) => Ok(one::<Organisation>(ctx, id).await?.map(Into::into)),
            None => Ok(None),
        }
    }

    /// How many there are in all.
    async fn total(&self) -> u64 {
        self.0.stages.values().sum()
    }

    /// Each stage with how many stand there now.
    #[graphql(complexity = "6 * child_complexity")]
    async fn stages(&self) -> Vec<IntroductionStageCount> {
        let count = |stage: &Stage| self.0.stages.get(stage).copied().unwrap_or(0);
        let stages = Stage::ALL.iter();
        stages
            .map(|stage| IntroductionStageCount {
                stage: *stage,
                count: count(stage),
            })
            .collect()
    }

    /// The reasons for which some were refused, with how many.
    #[graphql(complexity = "8 * child_complexity")]
    async fn refusals(&self) -> Vec<IntroductionRefusalCount> {
        let refusals = self.0.refusals.iter();
        refusals
            .map(|(reason, count)| IntroductionRefusalCount {
                reason: *reason,
                count: *count,
            })
            .collect()
    }
}

#[derive(Default)]
pub(crate) struct IntroductionQuery;

#[Object]
impl IntroductionQuery {
    /// The introductions, the last changed first: all for staff; for others those in which their organisation or one of
    /// their projects takes part. Null for somebody who is not signed in.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    #[expect(clippy::too_many_arguments, reason = "a connection's arguments")]
    async fn introductions(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "where")] filter: Option<Filter>,
        order_by: Option<Order>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Option<Connection<IntroductionNode>>> {
        let actor = &caller(ctx).actor;
        if actor.person().is_none() {
            return Ok(None);
        }
        let page = page(ctx, first, after, last, before)?;
        let filter = Filter {
            reader: Reader::of(actor),
            ..filter.unwrap_or_default()
        };
        let order = order_by.unwrap_or(Order::UpdatedLast);
        listed::<Introduction, _>(ctx, filter, order, page)
            .await
            .map(Some)
    }

    /// How introductions have come out, by topic or by provider; for staff only, null for others.
    #[graphql(complexity = "COUNTING + 50 * child_complexity")]
    async fn introduction_funnel(
        &self,
        ctx: &Context<'_>,
        by: IntroductionFunnelBy,
    ) -> Result<Option<Vec<FunnelNode>>> {
        let actor = &caller(ctx).actor;
        if !allows(actor, Action::ReadFunnel) {
            return Ok(None);
        }
        let by = match by {
            IntroductionFunnelBy::Topic => FunnelBy::Topic,
            IntroductionFunnelBy::Provider => FunnelBy::Provider,
        };
        let found = store(ctx).introduction_funnel(actor, by).await;
        let found = found.map_err(|error| fail(ctx, error))?;
        Ok(Some(found.into_iter().map(FunnelNode).collect()))
    }
}

/// Another stage of an introduction.
#[derive(InputObject)]
struct IntroductionAdvanceInput {
    /// The introduction.
    id: IntroductionId,
    /// The revision the decision was made on; another one is refused with `STALE_REVISION`.
    expected_revision: i32,
    /// The stage it comes to. Only the provider's side accepts or refuses.
    stage: Stage,
    /// Why it is refused; needed for that.
    refused: Option<Refused>,
    /// What is to be said of it; needed where nothing came of it, or the reason is another one.
    text: Option<String>,
}

/// What one side says of an introduction.
#[derive(InputObject)]
struct IntroductionReviewInput {
    /// The introduction.
    id: IntroductionId,
    /// The revision it was said of; another one is refused with `STALE_REVISION`.
    expected_revision: i32,
    /// The side the caller speaks for: the provider or who asked.
    party: Party,
    /// From 1 (of no use) to 5 (of great use).
    rating: i32,
    /// In words.
    text: Option<String>,
}

/// Introductions.
#[derive(Default)]
pub(crate) struct IntroductionMutation;

#[Object]
impl IntroductionMutation {
    /// Proposes to a provider to be introduced to a need.
    async fn introduction_open(
        &self,
        ctx: &Context<'_>,
        input: NewIntroduction,
    ) -> Result<IntroductionPayload> {
        let site = site(ctx).public_url.as_str();
        let opened = store(ctx)
            .open_introduction(&caller(ctx).actor, input, site)
            .await;
        Ok(answer(ctx, None, opened).await?.into())
    }

    /// Moves an introduction to another stage; the earlier ones are kept.
    async fn introduction_advance(
        &self,
        ctx: &Context<'_>,
        input: IntroductionAdvanceInput,
    ) -> Result<IntroductionPayload> {
        let IntroductionAdvanceInput {
            id,
            expected_revision,
            stage,
            refused,
            text,
        } = input;
        let target = (id, expected_revision);
        let site = site(ctx).public_url.as_str();
        let advanced = store(ctx)
            .advance_introduction(&caller(ctx).actor, target, (stage, refused, text), site)
            .await;
        Ok(answer(ctx, Some(target), advanced).await?.into())
    }

    /// Keeps what one side says of an introduction; only the two sides and staff see it.
    async fn introduction_review(
        &self,
        ctx: &Context<'_>,
        input: IntroductionReviewInput,
    ) -> Result<IntroductionPayload> {
        let IntroductionReviewInput {
            id,
            expected_revision,
            party,
            rating,
            text,
        } = input;
        let target = (id, expected_revision);
        let kept = store(ctx)
            .review_introduction(&caller(ctx).actor, target, party, (rating, text))
            .await;
        Ok(answer(ctx, Some(target), kept).await?.into())
    }

    /// Removes an introduction that was proposed by mistake. What came to nothing is kept, with its reason.
    async fn introduction_delete(&self, ctx: &Context<'_>, input: DeleteInput) -> Result<DeletePayload> {
        let gone = if input.id.kind == RecordType::Introduction {
            store(ctx)
                .remove::<Introduction>(&caller(ctx).actor, input.id.uuid.into(), input.expected_revision)
                .await
        } else {
            Err(domain::Refusal::NotFound.into())
        };
        deleted(ctx, gone)
    }
}
