//! What many resolvers ask of councils and their votes, once for all of them.

use std::collections::HashMap;

use domain::council::Seat;
use domain::{Actor, CouncilId, SeatId, VoteId};
use store::{Ballot, CouncilFigures, Store};

use crate::load::Question;

/// All seats of a council, for what is worked out from all of them.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct AllSeats(pub(crate) CouncilId);

impl Question for AllSeats {
    type Answer = Vec<Seat>;

    async fn ask(store: &Store, _actor: &Actor, all: &[Self]) -> store::Result<HashMap<Self, Vec<Seat>>> {
        let ids: Vec<CouncilId> = all.iter().map(|question| question.0).collect();
        let seats = store.seats_of(&ids).await?;
        Ok(seats.into_iter().map(|(id, seats)| (Self(id), seats)).collect())
    }
}

/// What a council did, in figures.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct FiguresOf(pub(crate) CouncilId);

impl Question for FiguresOf {
    type Answer = CouncilFigures;

    async fn ask(
        store: &Store,
        _actor: &Actor,
        all: &[Self],
    ) -> store::Result<HashMap<Self, CouncilFigures>> {
        let ids: Vec<CouncilId> = all.iter().map(|question| question.0).collect();
        let figures = store.council_figures(&ids).await?;
        Ok(figures
            .into_iter()
            .map(|(id, figures)| (Self(id), figures))
            .collect())
    }
}

/// How many seats have voted.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct VotedCount(pub(crate) VoteId);

impl Question for VotedCount {
    type Answer = u64;

    async fn ask(store: &Store, _actor: &Actor, all: &[Self]) -> store::Result<HashMap<Self, u64>> {
        let ids: Vec<VoteId> = all.iter().map(|question| question.0).collect();
        let counts = store.voted(&ids).await?;
        Ok(counts.into_iter().map(|(id, count)| (Self(id), count)).collect())
    }
}

/// Which of the caller's own seats have voted.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct OwnVotes(pub(crate) VoteId);

impl Question for OwnVotes {
    type Answer = Vec<SeatId>;

    async fn ask(store: &Store, actor: &Actor, all: &[Self]) -> store::Result<HashMap<Self, Vec<SeatId>>> {
        let ids: Vec<VoteId> = all.iter().map(|question| question.0).collect();
        let own = actor.person().map_or(&[][..], |signed| &signed.seats);
        let voted = store.voted_of(&ids, own).await?;
        Ok(voted.into_iter().map(|(id, seats)| (Self(id), seats)).collect())
    }
}

/// The ballots of a vote that is open to everybody's eyes.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct BallotsOf(pub(crate) VoteId);

impl Question for BallotsOf {
    type Answer = Vec<Ballot>;

    async fn ask(store: &Store, _actor: &Actor, all: &[Self]) -> store::Result<HashMap<Self, Vec<Ballot>>> {
        let ids: Vec<VoteId> = all.iter().map(|question| question.0).collect();
        let ballots = store.open_ballots(&ids).await?;
        Ok(ballots
            .into_iter()
            .map(|(id, ballots)| (Self(id), ballots))
            .collect())
    }
}
