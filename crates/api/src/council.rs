//! Food policy councils over GraphQL: the council, whom it stands for, what it did. Its seats are in `seat`, its meetings
//! and decisions in `work`, its votes in `vote`, what councils do together in `shared`.

mod load;
pub(crate) mod seat;
pub(crate) mod shared;
pub(crate) mod vote;
pub(crate) mod work;

use async_graphql::{ComplexObject, Context, InputObject, Object, Result, SimpleObject};
use chrono::NaiveDate;
use domain::council::{
    Council, CouncilMeeting, CouncilPatch, Decision, Endorsement, Evaluation, Filter, NewCouncil, Order,
    Phase, Progress, Representativity, Seat, Status, Vote, representativity,
};
use domain::organisation::Organisation;
use domain::project::Project;
use domain::territory::Territory;
use domain::{CouncilId, PartialDate, TerritoryId};
use store::{AsTheyCame, Relation};

use crate::connection::{COUNTING, Connection, cost, listed, many, one, page, related, shared};
use crate::ctx::{caller, loader, store};
use crate::error::fail;
use crate::organisation::OrganisationNode;
use crate::payload::answer;
use crate::project::ProjectNode;
use crate::territory::TerritoryNode;

use self::shared::EndorsementNode;
use load::{AllSeats, FiguresOf};
use seat::SeatNode;
use vote::VoteNode;
use work::{CouncilMeetingNode, DecisionNode, EvaluationNode};

/// The most seats that are answered at once.
const SEATS: usize = 300;

node! {
    /// A food policy council.
    CouncilNode = Council as "Council"
}
payload!(CouncilPayload { council: CouncilNode } of Council);

/// All seats of a council.
pub(crate) async fn seats(ctx: &Context<'_>, council: CouncilId) -> Result<Vec<Seat>> {
    let seats = loader(ctx).one(AllSeats(council)).await;
    Ok(seats.map_err(|error| shared(ctx, &error))?.unwrap_or_default())
}

/// The day asked for, or today.
fn day(ctx: &Context<'_>, on: Option<NaiveDate>) -> NaiveDate {
    on.unwrap_or_else(|| store(ctx).mint().now().date_naive())
}

/// How many actions have come how far.
#[derive(SimpleObject)]
struct CouncilActionCount {
    /// How far.
    progress: Progress,
    /// How many.
    count: u64,
}

/// What a council did, in figures.
#[derive(SimpleObject)]
struct CouncilFigures {
    /// Meetings that were held.
    meetings_held: u64,
    /// Votes that were closed.
    votes_closed: u64,
    /// Decisions.
    decisions: u64,
    /// Actions, by how far they have come.
    actions: Vec<CouncilActionCount>,
    /// Evaluated years.
    evaluations: u64,
    /// Shared items that it carries.
    endorsed: u64,
}

#[ComplexObject]
impl CouncilNode {
    /// Where it stands: the last of its phases; unknown where nobody has said.
    async fn status(&self) -> Status {
        self.record.status()
    }

    /// The states it can be moved to from there.
    async fn next_statuses(&self) -> Vec<Status> {
        self.record.status().next()
    }

    /// Its territory.
    async fn territory(&self, ctx: &Context<'_>) -> Result<Option<TerritoryNode>> {
        match self.record.territory_id {
            Some(id) => Ok(one::<Territory>(ctx, id).await?.map(Into::into)),
            None => Ok(None),
        }
    }

    /// The organisations that coordinate it.
    async fn coordinators(&self, ctx: &Context<'_>) -> Result<Vec<OrganisationNode>> {
        let found = many::<Organisation>(ctx, &self.record.coordinator_ids).await?;
        Ok(found.into_iter().map(Into::into).collect())
    }

    /// The organisations that facilitate it.
    async fn partners(&self, ctx: &Context<'_>) -> Result<Vec<OrganisationNode>> {
        let found = many::<Organisation>(ctx, &self.record.partner_ids).await?;
        Ok(found.into_iter().map(Into::into).collect())
    }

    /// The projects it came from or works with.
    async fn projects(&self, ctx: &Context<'_>) -> Result<Vec<ProjectNode>> {
        let found = many::<Project>(ctx, &self.record.project_ids).await?;
        Ok(found.into_iter().map(Into::into).collect())
    }

    /// Its seats, also those whose mandate is over, as they came.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn seats(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<SeatNode>> {
        let page = page(ctx, first, after, last, before)?;
        related::<Seat, _>(
            ctx,
            Relation::Column("council_id"),
            AsTheyCame,
            page,
            self.record.id,
        )
        .await
    }

    /// The seats in mandate on a day, by kind of actor; at most 300.
    #[graphql(complexity = "COUNTING + 50 * child_complexity")]
    async fn seats_in_mandate(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The day; today unless given.")] on: Option<NaiveDate>,
    ) -> Result<Vec<SeatNode>> {
        let on = day(ctx, on);
        let mut seats = seats(ctx, self.record.id).await?;
        seats.retain(|seat| seat.is_in_mandate(on));
        seats.sort_by_key(|seat| seat.category);
        Ok(seats.into_iter().take(SEATS).map(Into::into).collect())
    }

    /// Whom it stands for on a day: the kinds of actors and the communes with and without a seat.
    #[graphql(complexity = "COUNTING + child_complexity")]
    async fn representativity(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The day; today unless given.")] on: Option<NaiveDate>,
    ) -> Result<Representativity> {
        let communes = async {
            let Some(id) = self.record.territory_id else {
                return Ok(Vec::new());
            };
            let territory = one::<Territory>(ctx, id).await?;
            let codes = territory
                .map(|territory| territory.commune_codes)
                .unwrap_or_default();
            Ok::<_, async_graphql::Error>(codes.into_iter().map(TerritoryId::from).collect())
        };
        let (seats, communes) = futures::try_join!(seats(ctx, self.record.id), communes)?;
        Ok(representativity(&seats, &communes, day(ctx, on)))
    }

    /// Its meetings, as they came.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn meetings(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<CouncilMeetingNode>> {
        let page = page(ctx, first, after, last, before)?;
        related::<CouncilMeeting, _>(
            ctx,
            Relation::Column("council_id"),
            AsTheyCame,
            page,
            self.record.id,
        )
        .await
    }

    /// Its votes, as they came.
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
            Relation::Column("council_id"),
            AsTheyCame,
            page,
            self.record.id,
        )
        .await
    }

    /// Its decisions, as they came.
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
            Relation::Column("council_id"),
            AsTheyCame,
            page,
            self.record.id,
        )
        .await
    }

    /// Its evaluations, one for each year, as they came.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn evaluations(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<EvaluationNode>> {
        let page = page(ctx, first, after, last, before)?;
        related::<Evaluation, _>(
            ctx,
            Relation::Column("council_id"),
            AsTheyCame,
            page,
            self.record.id,
        )
        .await
    }

    /// What it says of what councils do together, as it came.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn endorsements(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<EndorsementNode>> {
        let page = page(ctx, first, after, last, before)?;
        related::<Endorsement, _>(
            ctx,
            Relation::Column("council_id"),
            AsTheyCame,
            page,
            self.record.id,
        )
        .await
    }

    /// What it did, in figures.
    #[graphql(complexity = "COUNTING + child_complexity")]
    async fn figures(&self, ctx: &Context<'_>) -> Result<CouncilFigures> {
        let found = loader(ctx).one(FiguresOf(self.record.id)).await;
        let figures = found.map_err(|error| shared(ctx, &error))?.unwrap_or_default();
        let actions = figures.actions.into_iter();
        Ok(CouncilFigures {
            meetings_held: figures.meetings_held,
            votes_closed: figures.votes_closed,
            decisions: figures.decisions,
            actions: actions
                .map(|(progress, count)| CouncilActionCount { progress, count })
                .collect(),
            evaluations: figures.evaluations,
            endorsed: figures.endorsed,
        })
    }
}

#[derive(Default)]
pub(crate) struct CouncilQuery;

#[Object]
impl CouncilQuery {
    /// The food policy councils, by name unless ordered otherwise.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    #[expect(clippy::too_many_arguments, reason = "a connection's arguments")]
    async fn councils(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "where")] filter: Option<Filter>,
        order_by: Option<Order>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<CouncilNode>> {
        let page = page(ctx, first, after, last, before)?;
        let (filter, order) = (filter.unwrap_or_default(), order_by.unwrap_or(Order::Name));
        listed::<Council, _>(ctx, filter, order, page).await
    }

    /// One food policy council.
    async fn council(&self, ctx: &Context<'_>, id: CouncilId) -> Result<Option<CouncilNode>> {
        let found = store(ctx).find::<Council>(id).await;
        Ok(found.map_err(|error| fail(ctx, error))?.map(Into::into))
    }
}

/// Another state of a council.
#[derive(InputObject)]
struct CouncilMoveInput {
    /// The council.
    id: CouncilId,
    /// The revision the decision was made on; another one is refused with `STALE_REVISION`.
    expected_revision: i32,
    /// The state it enters.
    status: Status,
    /// Since when, where it is known.
    since: Option<PartialDate>,
    /// Why; needed where it becomes dormant.
    reason: Option<String>,
}

mutations! {
    CouncilMutation of Council, CouncilPayload;
    council_create(NewCouncil), council_update(CouncilPatch), council_delete;

    /// Moves a council to another state; the earlier states are kept.
    async fn council_move(&self, ctx: &Context<'_>, input: CouncilMoveInput) -> Result<CouncilPayload> {
        let CouncilMoveInput { id, expected_revision, status, since, reason } = input;
        let phase = Phase { status, since, reason };
        let moved = store(ctx).move_council(&caller(ctx).actor, id, expected_revision, phase).await;
        Ok(answer(ctx, Some((id, expected_revision)), moved).await?.into())
    }
}
