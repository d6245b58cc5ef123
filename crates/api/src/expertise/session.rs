//! Sessions of encounter over GraphQL: for staff and those they were proposed to. The step that each is, is for everybody.

use async_graphql::{ComplexObject, Context, InputObject, Object, Result};
use domain::chantier::Step;
use domain::expertise::need::Reader;
use domain::expertise::session::{
    Answer, ExpertiseSession, ExpertiseSessionPatch, Filter, NewExpertiseSession,
};
use domain::expertise::{Expertise, topic};
use domain::organisation::Organisation;
use domain::project::Project;
use domain::{
    ExpertiseId, ExpertiseNeedId, ExpertiseSessionId, OrganisationId, PartialDate, ProjectId, RecordType,
    TerritoryId,
};
use store::{AsTheyCame, SessionStep};

use super::load::SeenNeed;
use super::{ExpertiseNeedNode, ExpertiseNode, TopicNode};
use crate::chantier::StepNode;
use crate::connection::{Connection, cost, listed, many, one, page, shared};
use crate::ctx::{caller, loader, store};
use crate::error::fail;
use crate::organisation::OrganisationNode;
use crate::payload::{DeleteInput, DeletePayload, answer, deleted};
use crate::project::ProjectNode;

node! {
    /// A session of encounter that was proposed; for staff and those it was proposed to.
    ExpertiseSessionNode = ExpertiseSession as "ExpertiseSession"
}
payload!(ExpertiseSessionPayload { expertise_session: ExpertiseSessionNode } of ExpertiseSession);

/// The session, where the caller may see it.
pub(crate) async fn seen(ctx: &Context<'_>, id: ExpertiseSessionId) -> Result<Option<ExpertiseSession>> {
    match store(ctx).seen_session(&caller(ctx).actor, id).await {
        Ok(session) => Ok(Some(session)),
        Err(store::Error::Refused(_)) => Ok(None),
        Err(error) => Err(fail(ctx, error)),
    }
}

#[ComplexObject]
impl ExpertiseSessionNode {
    /// The broad topic of the needs.
    async fn about(&self) -> Option<TopicNode> {
        topic::topic(&self.record.topic).map(TopicNode)
    }

    /// The step of the expertise chantier that it is, with the day that is proposed; null where that was removed.
    async fn step(&self, ctx: &Context<'_>) -> Result<Option<StepNode>> {
        match self.record.step_id {
            Some(id) => Ok(one::<Step>(ctx, id).await?.map(Into::into)),
            None => Ok(None),
        }
    }

    /// The needs that are brought together, those that the caller may see.
    #[graphql(complexity = "10 * child_complexity")]
    async fn needs(&self, ctx: &Context<'_>) -> Result<Vec<ExpertiseNeedNode>> {
        let seen = loader(ctx)
            .many(self.record.need_ids.iter().map(|id| SeenNeed(*id)))
            .await
            .map_err(|error| shared(ctx, &error))?;
        let ids = self.record.need_ids.iter();
        Ok(ids
            .filter_map(|id| seen.get(&SeenNeed(*id)).cloned().map(Into::into))
            .collect())
    }

    /// The offers that could help.
    #[graphql(complexity = "10 * child_complexity")]
    async fn expertises(&self, ctx: &Context<'_>) -> Result<Vec<ExpertiseNode>> {
        let found = many::<Expertise>(ctx, &self.record.expertise_ids).await?;
        Ok(found.into_iter().map(Into::into).collect())
    }

    /// The projects it was proposed to.
    #[graphql(complexity = "10 * child_complexity")]
    async fn projects(&self, ctx: &Context<'_>) -> Result<Vec<ProjectNode>> {
        let found = many::<Project>(ctx, &self.record.project_ids).await?;
        Ok(found.into_iter().map(Into::into).collect())
    }

    /// The organisations it was proposed to.
    #[graphql(complexity = "10 * child_complexity")]
    async fn organisations(&self, ctx: &Context<'_>) -> Result<Vec<OrganisationNode>> {
        let found = many::<Organisation>(ctx, &self.record.organisation_ids).await?;
        Ok(found.into_iter().map(Into::into).collect())
    }
}

#[derive(Default)]
pub(crate) struct ExpertiseSessionQuery;

#[Object]
impl ExpertiseSessionQuery {
    /// The sessions of encounter, the last proposed first: all for staff; for others those that were proposed to their
    /// organisation or one of their projects. Null for somebody who is not signed in.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn expertise_sessions(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Option<Connection<ExpertiseSessionNode>>> {
        let actor = &caller(ctx).actor;
        if actor.person().is_none() {
            return Ok(None);
        }
        let page = page(ctx, first, after, last, before)?;
        let filter = Filter {
            reader: Reader::of(actor),
        };
        listed::<ExpertiseSession, _>(ctx, filter, AsTheyCame, page)
            .await
            .map(Some)
    }
}

/// A session of encounter, proposed from several similar needs.
#[derive(InputObject)]
struct ExpertiseSessionProposeInput {
    /// The client's own name for this request, at most 100 characters: the same again answers the record made the first
    /// time instead of making another.
    client_mutation_id: Option<String>,
    /// The broad topic of the needs, by code.
    topic: String,
    /// The needs that are brought together, at least two; each is about that topic.
    need_ids: Vec<ExpertiseNeedId>,
    /// The offers that could help.
    expertise_ids: Option<Vec<ExpertiseId>>,
    /// The step's title, for everybody: it names no confidential need.
    title: String,
    /// The day that is proposed.
    starts: Option<PartialDate>,
    /// Where it would be.
    territory_id: Option<TerritoryId>,
    /// What those it is proposed to should know of it.
    note: Option<String>,
}

/// The answer to the proposal of a session.
#[derive(InputObject)]
struct ExpertiseSessionAnswerInput {
    /// The session.
    id: ExpertiseSessionId,
    /// The project that answers; this or the organisation.
    project_id: Option<ProjectId>,
    /// The organisation that answers; this or the project.
    organisation_id: Option<OrganisationId>,
    /// What it answers; its earlier answer gives way.
    answer: Answer,
    /// In words.
    note: Option<String>,
}

/// Sessions of encounter.
#[derive(Default)]
pub(crate) struct ExpertiseSessionMutation;

#[Object]
impl ExpertiseSessionMutation {
    /// Proposes a session: a step of the expertise chantier, and to whom it was proposed. For staff.
    async fn expertise_session_propose(
        &self,
        ctx: &Context<'_>,
        input: ExpertiseSessionProposeInput,
    ) -> Result<ExpertiseSessionPayload> {
        let ExpertiseSessionProposeInput {
            client_mutation_id,
            topic,
            need_ids,
            expertise_ids,
            title,
            starts,
            territory_id,
            note,
        } = input;
        let new = NewExpertiseSession {
            client_mutation_id,
            topic,
            need_ids,
            expertise_ids: expertise_ids.unwrap_or_default(),
            note,
        };
        let step = SessionStep {
            title,
            starts,
            territory_id,
        };
        let proposed = store(ctx).propose_session(&caller(ctx).actor, new, step).await;
        Ok(answer(ctx, None, proposed).await?.into())
    }

    /// Keeps the answer of one of those to whom a session was proposed.
    async fn expertise_session_answer(
        &self,
        ctx: &Context<'_>,
        input: ExpertiseSessionAnswerInput,
    ) -> Result<ExpertiseSessionPayload> {
        let ExpertiseSessionAnswerInput {
            id,
            project_id,
            organisation_id,
            answer: given,
            note,
        } = input;
        let who = (project_id, organisation_id);
        let kept = store(ctx)
            .answer_session(&caller(ctx).actor, id, who, (given, note))
            .await;
        Ok(answer(ctx, None, kept).await?.into())
    }

    /// Changes what those it was proposed to should know of it.
    async fn expertise_session_update(
        &self,
        ctx: &Context<'_>,
        input: ExpertiseSessionPatch,
    ) -> Result<ExpertiseSessionPayload> {
        let target = (input.id, input.expected_revision);
        let changed = store(ctx)
            .edit::<ExpertiseSession>(&caller(ctx).actor, input)
            .await;
        Ok(answer(ctx, Some(target), changed).await?.into())
    }

    /// Removes a session that was proposed by mistake; its step stays until somebody removes that too.
    async fn expertise_session_delete(&self, ctx: &Context<'_>, input: DeleteInput) -> Result<DeletePayload> {
        let gone = if input.id.kind == RecordType::ExpertiseSession {
            store(ctx)
                .remove::<ExpertiseSession>(&caller(ctx).actor, input.id.uuid.into(), input.expected_revision)
                .await
        } else {
            Err(domain::Refusal::NotFound.into())
        };
        deleted(ctx, gone)
    }
}
