//! Votes: opening, casting, closing, each in turn with the others of the same vote; and the ballots, whose rows are no
//! records. A secret ballot is kept apart from who voted, without a time, under a random name; each one that is cast gives
//! all of the vote's ballots new names and writes them anew in the order of these, so that neither their place nor the
//! transaction that wrote them tells which one came when.

use std::collections::HashMap;

use domain::check::Checks;
use domain::council::vote::{Secrecy, State};
use domain::council::{Seat, Vote};
use domain::policy::{Action, Actor};
use domain::record::{Rules as _, Verb};
use domain::refusal::Invalid;
use domain::{PersonId, Refusal, SeatId, VoteId};
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use uuid::Uuid;

use crate::connect::Store;
use crate::error::Result;
use crate::json::Json;
use crate::record::{all, selecting};
use crate::rows;
use crate::write::Tx;

/// A seat's ballot in an open vote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ballot {
    /// The seat.
    pub seat_id: SeatId,
    /// The options it names; in order, where options are put in order.
    pub choices: Vec<String>,
    /// Who cast it, or noted it.
    pub person_id: Option<PersonId>,
}

impl Store {
    /// Opens a vote to the seats that are in mandate today.
    ///
    /// # Errors
    /// Not found, not allowed, a stale revision, no draft, no seat in mandate.
    pub async fn open_vote(&self, actor: &Actor, id: VoteId, expected: i32) -> Result<Vote> {
        self.move_vote(
            actor,
            id,
            expected,
            async |tx: &Tx, vote: &mut Vote, checks: &mut Checks| {
                let query = selecting::<Seat>()
                    .and_where(Expr::col(("seat", "council_id")).eq(vote.council_id))
                    .take();
                let today = tx.now().date_naive();
                let seats = all::<Seat>(&tx.conn, &query).await?.into_iter();
                let mut seats: Vec<SeatId> = seats
                    .filter(|seat| seat.is_in_mandate(today))
                    .map(|seat| seat.id)
                    .collect();
                seats.sort_unstable();
                vote.open(seats, tx.now(), checks);
                Ok(())
            },
        )
        .await
    }

    /// Closes a vote: its ballots are counted, and the result stays.
    ///
    /// # Errors
    /// Not found, not allowed, a stale revision, not open, before its announced end.
    pub async fn close_vote(&self, actor: &Actor, id: VoteId, expected: i32) -> Result<Vote> {
        self.move_vote(
            actor,
            id,
            expected,
            async |tx: &Tx, vote: &mut Vote, checks: &mut Checks| {
                let ballots = tx.ballots(vote).await?;
                vote.close(&ballots, tx.now(), checks);
                Ok(())
            },
        )
        .await
    }

    /// Withdraws a vote, as long as no ballot was cast.
    ///
    /// # Errors
    /// Not found, not allowed, a stale revision, ballots, no reason.
    pub async fn withdraw_vote(
        &self,
        actor: &Actor,
        id: VoteId,
        expected: i32,
        reason: Option<String>,
    ) -> Result<Vote> {
        self.move_vote(
            actor,
            id,
            expected,
            async |tx: &Tx, vote: &mut Vote, checks: &mut Checks| {
                let cast = voted(&tx.conn, &[id]).await?;
                let ballots = cast.get(&id).copied().unwrap_or(0);
                vote.withdraw(ballots, reason, tx.now(), checks);
                Ok(())
            },
        )
        .await
    }

    /// Casts a seat's ballot, for good.
    ///
    /// # Errors
    /// Not found, not allowed, not open, a seat without a vote here or that has voted, options that are none.
    pub async fn cast_ballot(
        &self,
        actor: &Actor,
        id: VoteId,
        seat: SeatId,
        choices: Vec<String>,
    ) -> Result<Vote> {
        let known: Vote = self.get(actor, id).await?;
        let action = Action::CastBallot {
            council: known.council_id,
            seat,
            is_secret: known.secrecy == Secrecy::Secret,
        };
        self.write(actor, action, async |tx: &mut Tx| {
            let vote = tx.vote_in_turn(id).await?;
            // Who may vote was asked of the vote as it was then.
            if vote.secrecy != known.secrecy {
                return Err(Refusal::StaleRevision {
                    current: vote.revision,
                }
                .into());
            }
            let mut checks = Checks::default();
            let ballot = vote.ballot(seat, choices, tx.now(), &mut checks);
            checks.finish()?;
            match vote.secrecy {
                Secrecy::Open => tx.note_cast(id, seat, tx.who().0, Some(ballot)).await?,
                Secrecy::Secret => {
                    tx.note_cast(id, seat, None, None).await?;
                    tx.put_in_urn(&vote, ballot).await?;
                }
            }
            Ok(vote)
        })
        .await
    }

    /// How many seats have voted in each of these votes.
    ///
    /// # Errors
    /// A database fault.
    pub async fn voted(&self, votes: &[VoteId]) -> Result<HashMap<VoteId, u64>> {
        voted(&self.reading, votes).await
    }

    /// Which of these seats have voted in each of these votes.
    ///
    /// # Errors
    /// A database fault.
    pub async fn voted_of(&self, votes: &[VoteId], seats: &[SeatId]) -> Result<HashMap<VoteId, Vec<SeatId>>> {
        let query = Query::select()
            .columns(["vote_id", "seat_id"])
            .from("vote_cast")
            .and_where(Expr::col("vote_id").is_in(votes.iter().copied()))
            .and_where(Expr::col("seat_id").is_in(seats.iter().copied()))
            .take();
        let mut found: HashMap<VoteId, Vec<SeatId>> = votes.iter().map(|vote| (*vote, Vec::new())).collect();
        for row in self.reading.query_all(&query).await? {
            let vote: VoteId = row.try_get("", "vote_id")?;
            found.entry(vote).or_default().push(row.try_get("", "seat_id")?);
        }
        Ok(found)
    }

    /// The ballots of those of these votes that are open to everybody.
    ///
    /// # Errors
    /// A database fault.
    pub async fn open_ballots(&self, votes: &[VoteId]) -> Result<HashMap<VoteId, Vec<Ballot>>> {
        let query = Query::select()
            .columns([
                ("vote_cast", "vote_id"),
                ("vote_cast", "seat_id"),
                ("vote_cast", "person_id"),
                ("vote_cast", "choices"),
            ])
            .from("vote_cast")
            .inner_join("vote", Expr::col(("vote", "id")).equals(("vote_cast", "vote_id")))
            .and_where(Expr::col(("vote_cast", "vote_id")).is_in(votes.iter().copied()))
            .and_where(Expr::col(("vote", "secrecy")).eq(Secrecy::Open))
            .order_by(("vote_cast", "seat_id"), sea_orm::sea_query::Order::Asc)
            .take();
        let mut found: HashMap<VoteId, Vec<Ballot>> = votes.iter().map(|vote| (*vote, Vec::new())).collect();
        for row in self.reading.query_all(&query).await? {
            let choices: Json<Option<Vec<String>>> = row.try_get("", "choices")?;
            let ballot = Ballot {
                seat_id: row.try_get("", "seat_id")?,
                choices: choices.0.unwrap_or_default(),
                person_id: row.try_get("", "person_id")?,
            };
            found.entry(row.try_get("", "vote_id")?).or_default().push(ballot);
        }
        Ok(found)
    }

    /// Moves a vote on, in turn with what else happens to it.
    async fn move_vote(
        &self,
        actor: &Actor,
        id: VoteId,
        expected: i32,
        how: impl AsyncFnOnce(&Tx, &mut Vote, &mut Checks) -> Result<()> + Send,
    ) -> Result<Vote> {
        let known: Vote = self.get(actor, id).await?;
        self.write(actor, known.action(Verb::Update), async |tx: &mut Tx| {
            let before = tx.vote_in_turn(id).await?;
            if before.revision != expected {
                return Err(Refusal::StaleRevision {
                    current: before.revision,
                }
                .into());
            }
            let mut after = before.clone();
            let mut checks = Checks::default();
            how(tx, &mut after, &mut checks).await?;
            after.check(&mut checks);
            checks.finish()?;
            tx.update(&before, after).await
        })
        .await
    }
}

async fn voted(conn: &impl ConnectionTrait, votes: &[VoteId]) -> Result<HashMap<VoteId, u64>> {
    let query = Query::select()
        .column("vote_id")
        .expr_as(Expr::col("seat_id").count(), "count")
        .from("vote_cast")
        .and_where(Expr::col("vote_id").is_in(votes.iter().copied()))
        .group_by_col("vote_id")
        .take();
    let mut counts: HashMap<VoteId, u64> = votes.iter().map(|vote| (*vote, 0)).collect();
    for row in conn.query_all(&query).await? {
        let count: i64 = row.try_get("", "count")?;
        counts.insert(row.try_get("", "vote_id")?, u64::try_from(count).unwrap_or(0));
    }
    Ok(counts)
}

impl Tx {
    /// The vote as it is once everything else that happens to it has happened, until this transaction ends.
    async fn vote_in_turn(&self, id: VoteId) -> Result<Vote> {
        let lock = Query::select()
            .column("id")
            .from("vote")
            .and_where(Expr::col("id").eq(id))
            .lock_exclusive()
            .take();
        self.conn.query_one(&lock).await?;
        Ok(self.find::<Vote>(id).await?.ok_or(Refusal::NotFound)?)
    }

    /// Notes that a seat has voted; the database refuses a second time.
    async fn note_cast(
        &self,
        vote: VoteId,
        seat: SeatId,
        person: Option<PersonId>,
        choices: Option<Vec<String>>,
    ) -> Result<()> {
        let row = vec![
            vote.0.into(),
            seat.0.into(),
            person.map(|id| id.0).into(),
            Json(choices).into(),
        ];
        let columns = ["vote_id", "seat_id", "person_id", "choices"];
        rows::insert(&self.conn, "vote_cast", &columns, vec![row]).await
    }

    /// Puts a secret ballot among the others and shakes.
    async fn put_in_urn(&self, vote: &Vote, ballot: Vec<String>) -> Result<()> {
        let mut ballots = self.ballots(vote).await?;
        ballots.push(ballot);
        let emptied = Query::delete()
            .from_table("ballot")
            .and_where(Expr::col("vote_id").eq(vote.id))
            .take();
        self.conn.execute(&emptied).await?;
        let named = ballots.into_iter().map(|choices| {
            let mut bytes = [0; 16];
            bytes.copy_from_slice(&self.secret()[..16]);
            (uuid::Builder::from_random_bytes(bytes).into_uuid(), choices)
        });
        let mut named: Vec<(Uuid, Vec<String>)> = named.collect();
        named.sort_unstable_by_key(|(id, _)| *id);
        let rows = named
            .into_iter()
            .map(|(id, choices)| vec![id.into(), vote.id.0.into(), Json(choices).into()]);
        rows::insert(
            &self.conn,
            "ballot",
            &["id", "vote_id", "choices"],
            rows.collect(),
        )
        .await
    }

    /// The ballots of a vote, of nobody.
    async fn ballots(&self, vote: &Vote) -> Result<Vec<Vec<String>>> {
        let table = match vote.secrecy {
            Secrecy::Open => "vote_cast",
            Secrecy::Secret => "ballot",
        };
        let query = Query::select()
            .column("choices")
            .from(table)
            .and_where(Expr::col("vote_id").eq(vote.id))
            .take();
        let rows = self.conn.query_all(&query).await?;
        rows.iter()
            .map(|row| Ok(row.try_get::<Json<Vec<String>>>("", "choices")?.0))
            .collect()
    }

    /// A vote's meeting is one of its council.
    pub(crate) async fn check_vote(&self, vote: &Vote) -> Result<()> {
        let meeting = vote.meeting_id.map(|id| id.0);
        self.of_council("council_meeting", meeting, Some(vote.council_id), "meetingId")
            .await
    }

    /// What was put to the seats is not unsaid.
    pub(crate) fn keep_vote(&self, vote: &Vote) -> Result<()> {
        match vote.state {
            State::Draft => Ok(()),
            State::Open | State::Closed | State::Withdrawn => Err(Refusal::Invalid {
                field: "state".to_owned(),
                why: Invalid::Settled,
            }
            .into()),
        }
    }
}
