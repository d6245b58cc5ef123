//! The votes of councils over GraphQL. Of a secret vote nothing is answered but how many seats voted, whether one's own
//! did, and after closing the result.

use async_graphql::{ComplexObject, Context, InputObject, Object, Result};
use domain::council::vote::Secrecy;
use domain::council::{Council, CouncilMeeting, NewVote, Seat, Vote, VotePatch};
use domain::person::Person;
use domain::policy::{Action, allows};
use domain::{SeatId, VoteId};

use super::CouncilNode;
use super::load::{BallotsOf, OwnVotes, VotedCount};
use super::seat::SeatNode;
use super::work::CouncilMeetingNode;
use crate::connection::{COUNTING, one, shared};
use crate::ctx::{caller, language, loader, store};
use crate::payload::answer;

node! {
    /// A vote of a council. One seat, one vote.
    VoteNode = Vote as "Vote"
}
payload!(VotePayload { vote: VoteNode } of Vote);

/// A seat's ballot in an open vote.
struct BallotNode(store::Ballot);

#[Object(name = "OpenBallot")]
impl BallotNode {
    /// The seat.
    async fn seat_id(&self) -> SeatId {
        self.0.seat_id
    }

    /// The seat.
    async fn seat(&self, ctx: &Context<'_>) -> Result<Option<SeatNode>> {
        Ok(one::<Seat>(ctx, self.0.seat_id).await?.map(Into::into))
    }

    /// The keys of the options it names; in order, where options are put in order.
    async fn choices(&self) -> &[String] {
        &self.0.choices
    }

    /// Who cast it, or noted what a hand showed; for staff.
    async fn cast_by_name(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        match self.0.person_id {
            Some(id) if allows(&caller(ctx).actor, Action::ReadNames) => Ok(one::<Person>(ctx, id)
                .await?
                .map(|person| person.called(language(ctx)))),
            Some(_) | None => Ok(None),
        }
    }
}

/// A seat of the caller's in a vote.
struct OwnSeat {
    seat: SeatId,
    has_voted: bool,
}

#[Object]
impl OwnSeat {
    /// The seat.
    async fn seat_id(&self) -> SeatId {
        self.seat
    }

    /// The seat.
    async fn seat(&self, ctx: &Context<'_>) -> Result<Option<SeatNode>> {
        Ok(one::<Seat>(ctx, self.seat).await?.map(Into::into))
    }

    /// Whether its ballot was cast.
    async fn has_voted(&self) -> bool {
        self.has_voted
    }
}

#[ComplexObject]
impl VoteNode {
    /// The council.
    async fn council(&self, ctx: &Context<'_>) -> Result<Option<CouncilNode>> {
        Ok(one::<Council>(ctx, self.record.council_id).await?.map(Into::into))
    }

    /// The meeting at which it is held.
    async fn meeting(&self, ctx: &Context<'_>) -> Result<Option<CouncilMeetingNode>> {
        match self.record.meeting_id {
            Some(id) => Ok(one::<CouncilMeeting>(ctx, id).await?.map(Into::into)),
            None => Ok(None),
        }
    }

    /// How many seats have voted.
    #[graphql(complexity = "COUNTING")]
    async fn seats_voted(&self, ctx: &Context<'_>) -> Result<u64> {
        let count = loader(ctx).one(VotedCount(self.record.id)).await;
        Ok(count.map_err(|error| shared(ctx, &error))?.unwrap_or(0))
    }

    /// Each seat's ballot, where the vote is open to everybody's eyes; null where it is secret.
    #[graphql(complexity = "COUNTING + 20 * child_complexity")]
    async fn ballots(&self, ctx: &Context<'_>) -> Result<Option<Vec<BallotNode>>> {
        match self.record.secrecy {
            Secrecy::Secret => Ok(None),
            Secrecy::Open => {
                let found = loader(ctx).one(BallotsOf(self.record.id)).await;
                let ballots = found.map_err(|error| shared(ctx, &error))?.unwrap_or_default();
                Ok(Some(ballots.into_iter().map(BallotNode).collect()))
            }
        }
    }

    /// The caller's own seats that may vote here, with whether they have.
    #[graphql(complexity = "COUNTING + child_complexity")]
    async fn own_seats(&self, ctx: &Context<'_>) -> Result<Vec<OwnSeat>> {
        let signed = caller(ctx).actor.person();
        let own = signed.map_or(&[][..], |signed| &signed.seats);
        let mut seats: Vec<SeatId> = own
            .iter()
            .copied()
            .filter(|seat| self.record.seat_ids.contains(seat))
            .collect();
        seats.sort_unstable();
        seats.dedup();
        if seats.is_empty() {
            return Ok(Vec::new());
        }
        let voted = loader(ctx).one(OwnVotes(self.record.id)).await;
        let voted = voted.map_err(|error| shared(ctx, &error))?.unwrap_or_default();
        let told = seats.into_iter().map(|seat| OwnSeat {
            seat,
            has_voted: voted.contains(&seat),
        });
        Ok(told.collect())
    }
}

/// A vote at a revision.
#[derive(InputObject)]
struct VoteMoveInput {
    /// The vote.
    id: VoteId,
    /// The revision the decision was made on; another one is refused with `STALE_REVISION`.
    expected_revision: i32,
}

/// A vote that is withdrawn.
#[derive(InputObject)]
struct VoteWithdrawInput {
    /// The vote.
    id: VoteId,
    /// The revision the decision was made on; another one is refused with `STALE_REVISION`.
    expected_revision: i32,
    /// Why.
    reason: String,
}

/// A seat's ballot.
#[derive(InputObject)]
struct BallotCastInput {
    /// The vote.
    vote_id: VoteId,
    /// The seat that votes.
    seat_id: SeatId,
    /// The keys of the options it names, each at most once; in order, the first first, where options are put in order.
    /// Empty for a blank ballot.
    choices: Vec<String>,
}

mutations! {
    VoteMutation of Vote, VotePayload;
    vote_create(NewVote), vote_update(VotePatch), vote_delete;

    /// Opens a vote to the seats that are in mandate today. What is asked stays from then on, and opening is not undone.
    async fn vote_open(&self, ctx: &Context<'_>, input: VoteMoveInput) -> Result<VotePayload> {
        let VoteMoveInput { id, expected_revision } = input;
        let opened = store(ctx).open_vote(&caller(ctx).actor, id, expected_revision).await;
        Ok(answer(ctx, Some((id, expected_revision)), opened).await?.into())
    }

    /// Closes a vote: its ballots are counted. The result stays, and closing is not undone.
    async fn vote_close(&self, ctx: &Context<'_>, input: VoteMoveInput) -> Result<VotePayload> {
        let VoteMoveInput { id, expected_revision } = input;
        let closed = store(ctx).close_vote(&caller(ctx).actor, id, expected_revision).await;
        Ok(answer(ctx, Some((id, expected_revision)), closed).await?.into())
    }

    /// Withdraws a vote, as long as no ballot was cast.
    async fn vote_withdraw(&self, ctx: &Context<'_>, input: VoteWithdrawInput) -> Result<VotePayload> {
        let VoteWithdrawInput { id, expected_revision, reason } = input;
        let withdrawn = store(ctx).withdraw_vote(&caller(ctx).actor, id, expected_revision, Some(reason)).await;
        Ok(answer(ctx, Some((id, expected_revision)), withdrawn).await?.into())
    }

    /// Casts a seat's ballot, once and for good: by who sits on the seat; in an open vote also by who keeps the council,
    /// for what a hand showed. A second ballot of the seat is refused with `DUPLICATE`.
    async fn ballot_cast(&self, ctx: &Context<'_>, input: BallotCastInput) -> Result<VotePayload> {
        let BallotCastInput { vote_id, seat_id, choices } = input;
        let cast = store(ctx).cast_ballot(&caller(ctx).actor, vote_id, seat_id, choices).await;
        Ok(answer(ctx, None, cast).await?.into())
    }
}
