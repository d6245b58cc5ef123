//! What a council does, over GraphQL: meetings with their quorum, decisions, the actions that follow, evaluations.

use async_graphql::{ComplexObject, Context, InputObject, Object, Result};
use domain::council::{
    ActionStep, Council, CouncilAction, CouncilActionPatch, CouncilMeeting, CouncilMeetingPatch, Decision,
    DecisionPatch, Evaluation, EvaluationPatch, NewCouncilAction, NewCouncilMeeting, NewDecision,
    NewEvaluation, Progress, Quorum, Vote, quorum,
};
use domain::organisation::Organisation;
use domain::{CouncilActionId, PartialDate, RecordType};
use store::{AsTheyCame, Relation};

use super::vote::VoteNode;
use super::{CouncilNode, day, seats};
use crate::connection::{COUNTING, Connection, cost, one, page, related};
use crate::ctx::{caller, store};
use crate::organisation::OrganisationNode;
use crate::payload::{DeleteInput, DeletePayload, answer, deleted};

node! {
    /// A meeting of a council.
    CouncilMeetingNode = CouncilMeeting as "CouncilMeeting"
}
payload!(CouncilMeetingPayload { meeting: CouncilMeetingNode } of CouncilMeeting);

node! {
    /// A decision of a council.
    DecisionNode = Decision as "Decision"
}
payload!(DecisionPayload { decision: DecisionNode } of Decision);

node! {
    /// What is done about a decision.
    CouncilActionNode = CouncilAction as "CouncilAction"
}
payload!(CouncilActionPayload { action: CouncilActionNode } of CouncilAction);

node! {
    /// A council's evaluation of a year.
    EvaluationNode = Evaluation as "Evaluation"
}
payload!(EvaluationPayload { evaluation: EvaluationNode } of Evaluation);

#[ComplexObject]
impl CouncilMeetingNode {
    /// The council.
    async fn council(&self, ctx: &Context<'_>) -> Result<Option<CouncilNode>> {
        Ok(one::<Council>(ctx, self.record.council_id).await?.map(Into::into))
    }

    /// Whether enough seats were there; null where the council has no such rule, or nobody has said who was there or on
    /// which day.
    #[graphql(complexity = "COUNTING + child_complexity")]
    async fn quorum(&self, ctx: &Context<'_>) -> Result<Option<Quorum>> {
        let id = self.record.council_id;
        let (council, seats) = futures::try_join!(one::<Council>(ctx, id), seats(ctx, id))?;
        let rule = council.and_then(|council| council.quorum);
        let on = self.record.on.and_then(PartialDate::earliest);
        Ok(quorum(rule, &seats, on, &self.record.attendance))
    }

    /// The votes that were held at it.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn votes(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<VoteNode>> {
        let page = page(ctx, first, after, last, before)?;
        related::<Vote, _>(
            ctx,
            Relation::Field("meetingId"),
            AsTheyCame,
            page,
            self.record.id,
        )
        .await
    }

    /// The decisions that were taken at it.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn decisions(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<DecisionNode>> {
        let page = page(ctx, first, after, last, before)?;
        related::<Decision, _>(
            ctx,
            Relation::Field("meetingId"),
            AsTheyCame,
            page,
            self.record.id,
        )
        .await
    }
}

#[ComplexObject]
impl DecisionNode {
    /// The council.
    async fn council(&self, ctx: &Context<'_>) -> Result<Option<CouncilNode>> {
        Ok(one::<Council>(ctx, self.record.council_id).await?.map(Into::into))
    }

    /// The meeting at which it was taken.
    async fn meeting(&self, ctx: &Context<'_>) -> Result<Option<CouncilMeetingNode>> {
        match self.record.meeting_id {
            Some(id) => Ok(one::<CouncilMeeting>(ctx, id).await?.map(Into::into)),
            None => Ok(None),
        }
    }

    /// The vote that it follows.
    async fn vote(&self, ctx: &Context<'_>) -> Result<Option<VoteNode>> {
        match self.record.vote_id {
            Some(id) => Ok(one::<Vote>(ctx, id).await?.map(Into::into)),
            None => Ok(None),
        }
    }

    /// What is done about it, as it came.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn actions(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<CouncilActionNode>> {
        let page = page(ctx, first, after, last, before)?;
        related::<CouncilAction, _>(
            ctx,
            Relation::Column("decision_id"),
            AsTheyCame,
            page,
            self.record.id,
        )
        .await
    }
}

#[ComplexObject]
impl CouncilActionNode {
    /// The decision.
    async fn decision(&self, ctx: &Context<'_>) -> Result<Option<DecisionNode>> {
        Ok(one::<Decision>(ctx, self.record.decision_id)
            .await?
            .map(Into::into))
    }

    /// The organisation that sees to it.
    async fn responsible(&self, ctx: &Context<'_>) -> Result<Option<OrganisationNode>> {
        match self.record.responsible_id {
            Some(id) => Ok(one::<Organisation>(ctx, id).await?.map(Into::into)),
            None => Ok(None),
        }
    }

    /// How far it has come: the last of its steps.
    async fn progress(&self) -> Progress {
        self.record.progress()
    }

    /// How far it may have come next.
    async fn next_progress(&self) -> &[Progress] {
        self.record.progress().next()
    }

    /// Whether it should be done by today and is not.
    async fn is_late(&self, ctx: &Context<'_>) -> bool {
        self.record.is_late(day(ctx, None))
    }

    /// Whether it should be done by today and is not.
    #[graphql(
        deprecation = "Questions of yes or no begin with `is`: use `isLate`; removed after 2027-06-30."
    )]
    async fn late(&self, ctx: &Context<'_>) -> bool {
        self.record.is_late(day(ctx, None))
    }
}

#[ComplexObject]
impl EvaluationNode {
    /// The council.
    async fn council(&self, ctx: &Context<'_>) -> Result<Option<CouncilNode>> {
        Ok(one::<Council>(ctx, self.record.council_id).await?.map(Into::into))
    }
}

mutations! {
    CouncilMeetingMutation of CouncilMeeting, CouncilMeetingPayload;
    council_meeting_create(NewCouncilMeeting), council_meeting_update(CouncilMeetingPatch), council_meeting_delete;
}

mutations! {
    DecisionMutation of Decision, DecisionPayload;
    decision_create(NewDecision), decision_update(DecisionPatch), decision_delete;
}

mutations! {
    EvaluationMutation of Evaluation, EvaluationPayload;
    evaluation_create(NewEvaluation), evaluation_update(EvaluationPatch), evaluation_delete;
}

/// A further step of an action.
#[derive(InputObject)]
struct CouncilActionAdvanceInput {
    /// The action.
    id: CouncilActionId,
    /// The revision the decision was made on; another one is refused with `STALE_REVISION`.
    expected_revision: i32,
    /// How far it has come.
    progress: Progress,
    /// Since when, where it is known.
    since: Option<PartialDate>,
    /// Why, or what is to be said of it; needed where it is given up.
    reason: Option<String>,
}

/// What is done about decisions.
#[derive(Default)]
pub(crate) struct CouncilActionMutation;

#[Object]
impl CouncilActionMutation {
    /// Plans an action of a decision.
    async fn council_action_create(
        &self,
        ctx: &Context<'_>,
        input: NewCouncilAction,
    ) -> Result<CouncilActionPayload> {
        let made = store(ctx).plan_council_action(&caller(ctx).actor, input).await;
        Ok(answer(ctx, None, made).await?.into())
    }

    /// Changes what is said of an action: an absent field stays as it is, null empties it.
    async fn council_action_update(
        &self,
        ctx: &Context<'_>,
        input: CouncilActionPatch,
    ) -> Result<CouncilActionPayload> {
        let target = (input.id, input.expected_revision);
        let changed = store(ctx).edit::<CouncilAction>(&caller(ctx).actor, input).await;
        Ok(answer(ctx, Some(target), changed).await?.into())
    }

    /// Says how far an action has come; the earlier steps are kept.
    async fn council_action_advance(
        &self,
        ctx: &Context<'_>,
        input: CouncilActionAdvanceInput,
    ) -> Result<CouncilActionPayload> {
        let CouncilActionAdvanceInput {
            id,
            expected_revision,
            progress,
            since,
            reason,
        } = input;
        let step = ActionStep {
            progress,
            since,
            reason,
        };
        let advanced = store(ctx)
            .advance_council_action(&caller(ctx).actor, id, expected_revision, step)
            .await;
        Ok(answer(ctx, Some((id, expected_revision)), advanced).await?.into())
    }

    /// Removes an action that was planned by mistake. What was given up is kept, with its reason.
    async fn council_action_delete(&self, ctx: &Context<'_>, input: DeleteInput) -> Result<DeletePayload> {
        let gone = if input.id.kind == RecordType::CouncilAction {
            store(ctx)
                .remove::<CouncilAction>(&caller(ctx).actor, input.id.uuid.into(), input.expected_revision)
                .await
        } else {
            Err(domain::Refusal::NotFound.into())
        };
        deleted(ctx, gone)
    }
}
