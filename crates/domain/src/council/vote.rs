//! The votes of a council: what is asked, how it is counted, who may vote, and the result, which nothing changes once it
//! is there. The ballots are no part of the record: of a secret vote nobody ever reads one.

pub mod tally;

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use crate::check::Checks;
use crate::facet::Facets;
use crate::id::{CouncilId, CouncilMeetingId, SeatId};
use crate::policy::Action;
use crate::record::{Rules, Verb};
use crate::refusal::{Invalid, Refusal};
use tally::Tally;

choices! {
    /// How a vote is counted.
    pub enum Method as "VoteMethod" {
        /// A ballot names every option it agrees with; each gets one point of it.
        Approval = "APPROVAL",
        /// A ballot puts options in order (Borda count): of n options the first gets n points, the second n - 1, and so on;
        /// an option that is not put in order gets none.
        Ranking = "RANKING",
    }
}

choices! {
    /// Who can know what a seat voted.
    pub enum Secrecy as "VoteSecrecy" {
        /// Everybody can read each seat's ballot.
        Open = "OPEN",
        /// Nobody can: only how many seats voted, and after closing the totals.
        Secret = "SECRET",
    }
}

choices! {
    /// How far a vote has come.
    pub enum State as "VoteState" default Draft {
        /// Being written.
        Draft = "DRAFT",
        /// Ballots are cast.
        Open = "OPEN",
        /// Counted, for good.
        Closed = "CLOSED",
        /// Taken back before a ballot was cast.
        Withdrawn = "WITHDRAWN",
    }
}

/// One of the options of a vote.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(
    feature = "graphql",
    derive(async_graphql::SimpleObject, async_graphql::InputObject)
)]
#[cfg_attr(
    feature = "graphql",
    graphql(name = "VoteOption", input_name = "VoteOptionInput", crate = "crate::graphql")
)]
pub struct Choice {
    /// Its key, by which ballots name it: lower-case letters, digits and hyphens.
    pub key: String,
    /// What it says.
    pub label: String,
}

/// The fewest options of a vote.
pub const FEWEST: usize = 2;
/// The most options of a vote.
pub const MOST: usize = 30;

record! {
    /// A vote of a council. One seat, one vote.
    Vote, VoteId, Vote, NewVote, VotePatch;
    fixed {
        /// How far it has come.
        state: State,
        /// The seats that may vote: those in mandate when it was opened.
        seat_ids: Vec<SeatId>,
        /// When it was opened.
        opened_at: Option<DateTime<Utc>>,
        /// When it was closed or withdrawn.
        ended_at: Option<DateTime<Utc>>,
        /// Why it was withdrawn.
        reason: Option<String>,
        /// The result; absent until it is closed, and the same for ever after.
        result: Option<Tally>,
    }
    required {
        /// The council; it stays as first given.
        council_id: CouncilId,
        /// What is asked.
        question: String,
        /// How it is counted.
        method: Method,
        /// Who can know what a seat voted.
        secrecy: Secrecy,
        /// The options, 2 to 30.
        options: Vec<Choice>,
    }
    optional {
        /// The meeting at which it is held.
        meeting_id: Option<CouncilMeetingId>,
        /// Until when ballots can be cast; absent where it is closed by hand.
        closes_at: Option<DateTime<Utc>>,
        /// What else is to be said of it.
        note: Option<String>,
    }
}

fn transition(from: State, to: State) -> Refusal {
    Refusal::Transition {
        field: "state".into(),
        from: from.to_string(),
        to: to.to_string(),
    }
}

impl Vote {
    /// Opens it to the seats that are in mandate; from now on what is asked stays.
    pub fn open(&mut self, seats: Vec<SeatId>, now: DateTime<Utc>, checks: &mut Checks) {
        if self.state != State::Draft {
            checks.refuse(transition(self.state, State::Open));
        }
        checks.hold(!seats.is_empty(), "seatIds", Invalid::NoSeats);
        checks.hold(
            self.closes_at.is_none_or(|end| end > now),
            "closesAt",
            Invalid::PeriodReversed,
        );
        (self.state, self.seat_ids, self.opened_at) = (State::Open, seats, Some(now));
    }

    /// Closes it with these ballots: the result is counted and stays. Before the announced end it is closed only when
    /// every seat has voted.
    pub fn close(&mut self, ballots: &[Vec<String>], now: DateTime<Utc>, checks: &mut Checks) {
        if self.state != State::Open {
            checks.refuse(transition(self.state, State::Closed));
        }
        let all_voted = ballots.len() == self.seat_ids.len();
        checks.hold(
            all_voted || self.closes_at.is_none_or(|end| end <= now),
            "closesAt",
            Invalid::TooEarly,
        );
        self.result = Some(tally::tally(
            self.method,
            &self.options,
            self.seat_ids.len(),
            ballots,
        ));
        (self.state, self.ended_at) = (State::Closed, Some(now));
    }

    /// Withdraws it, as long as no ballot was cast.
    pub fn withdraw(
        &mut self,
        ballots: u64,
        reason: Option<String>,
        now: DateTime<Utc>,
        checks: &mut Checks,
    ) {
        match self.state {
            State::Draft | State::Open => {}
            State::Closed | State::Withdrawn => checks.refuse(transition(self.state, State::Withdrawn)),
        }
        checks.hold(ballots == 0, "state", Invalid::BallotsCast);
        self.reason = reason;
        checks.optional_paragraphs("reason", &mut self.reason);
        checks.hold(self.reason.is_some(), "reason", Invalid::ReasonMissing);
        (self.state, self.ended_at) = (State::Withdrawn, Some(now));
    }

    /// Whether this seat can cast this ballot now, and the ballot in its one form: of an approval the order says nothing.
    pub fn ballot(
        &self,
        seat: SeatId,
        choices: Vec<String>,
        now: DateTime<Utc>,
        checks: &mut Checks,
    ) -> Vec<String> {
        let is_open = self.state == State::Open && self.closes_at.is_none_or(|end| now < end);
        checks.hold(is_open, "voteId", Invalid::VoteNotOpen);
        if is_open {
            checks.hold(self.seat_ids.contains(&seat), "seatId", Invalid::NotEntitled);
        }
        let mut named = BTreeSet::new();
        let is_option = |key: &String| self.options.iter().any(|option| option.key == *key);
        let is_right = choices
            .iter()
            .all(|key| is_option(key) && named.insert(key.clone()));
        checks.hold(is_right, "choices", Invalid::Ballot);
        match self.method {
            Method::Ranking => choices,
            Method::Approval => {
                let options = self.options.iter().map(|option| option.key.clone());
                options.filter(|key| named.contains(key)).collect()
            }
        }
    }

    /// The fields whose changes are not taken back: opening, closing and withdrawing are for good, and what is asked
    /// stays from the opening on.
    const fn settled(&self) -> &'static [&'static str] {
        const LIFE: [&str; 6] = ["state", "seatIds", "openedAt", "endedAt", "reason", "result"];
        const ALL: [&str; 12] = [
            "state",
            "seatIds",
            "openedAt",
            "endedAt",
            "reason",
            "result",
            "question",
            "method",
            "secrecy",
            "options",
            "meetingId",
            "closesAt",
        ];
        match self.state {
            State::Draft => &LIFE,
            State::Open | State::Closed | State::Withdrawn => &ALL,
        }
    }
}

impl Rules for Vote {
    fn check(&mut self, checks: &mut Checks) {
        checks.paragraphs("question", &mut self.question);
        let count = self.options.len();
        checks.hold((FEWEST..=MOST).contains(&count), "options", Invalid::Options);
        let mut keys = BTreeSet::new();
        for (place, option) in self.options.iter_mut().enumerate() {
            let key = format!("options.{place}.key");
            checks.line(&format!("options.{place}.label"), &mut option.label);
            checks.line(&key, &mut option.key);
            let plain = option
                .key
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
            checks.hold(plain && option.key.len() <= 40, &key, Invalid::CodeForm);
            checks.hold(keys.insert(option.key.clone()), &key, Invalid::Twice);
        }
        checks.optional_paragraphs("note", &mut self.note);
    }

    fn edited(&mut self, before: &Self, checks: &mut Checks) {
        checks.hold(
            self.council_id == before.council_id,
            "councilId",
            Invalid::Settled,
        );
        let is_draft = before.state == State::Draft;
        let is_open = before.state == State::Open;
        for (same, field) in [
            (self.question == before.question, "question"),
            (self.method == before.method, "method"),
            (self.secrecy == before.secrecy, "secrecy"),
            (self.options == before.options, "options"),
            (self.meeting_id == before.meeting_id, "meetingId"),
        ] {
            checks.hold(is_draft || same, field, Invalid::Settled);
        }
        // The end of an open vote can be put off, not brought forward.
        let put_off = match (before.closes_at, self.closes_at) {
            (Some(before), Some(after)) => after >= before,
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        };
        let same = self.closes_at == before.closes_at;
        checks.hold(
            is_draft || same || (is_open && put_off),
            "closesAt",
            Invalid::Settled,
        );
    }

    fn lasting(&self) -> &'static [&'static str] {
        self.settled()
    }

    fn facets(&self) -> Facets {
        let mut facets = Facets::default();
        facets.belong("councilId", [self.council_id]);
        facets.link("meetingId", self.meeting_id);
        facets.link("seatIds", self.seat_ids.iter().copied());
        facets
    }

    fn action(&self, _verb: Verb) -> Action {
        Action::EditCouncil {
            council: self.council_id,
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use uuid::Uuid;

    use super::*;

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp(1_795_500_000, 0).unwrap()
    }

    fn vote(method: Method) -> Vote {
        let options = ["a", "b", "c"].map(|key| Choice {
            key: key.into(),
            label: key.to_uppercase(),
        });
        Vote::bare(
            crate::VoteId(Uuid::nil()),
            now(),
            CouncilId(Uuid::nil()),
            "Quelles priorités ?".into(),
            method,
            Secrecy::Secret,
            options.to_vec(),
        )
    }

    fn seats(count: u128) -> Vec<SeatId> {
        (0..count).map(|number| SeatId(Uuid::from_u128(number))).collect()
    }

    fn fields(work: impl FnOnce(&mut Checks)) -> Vec<String> {
        let mut checks = Checks::default();
        work(&mut checks);
        let refusals = checks.finish().err().unwrap_or_default();
        refusals.iter().map(|it| it.field().to_owned()).collect()
    }

    fn opened(method: Method) -> Vote {
        let mut vote = vote(method);
        assert!(fields(|checks| vote.open(seats(2), now(), checks)).is_empty());
        vote
    }

    #[test]
    fn a_vote_has_options_with_keys_of_their_own() {
        let mut wrong = vote(Method::Approval);
        wrong.options.truncate(1);
        assert_eq!(fields(|checks| wrong.check(checks)), ["options"]);
        let mut wrong = vote(Method::Approval);
        wrong.options[1].key = "a".into();
        wrong.options[2].key = "Ç".into();
        assert_eq!(
            fields(|checks| wrong.check(checks)),
            ["options.1.key", "options.2.key"]
        );
        assert!(fields(|checks| vote(Method::Approval).check(checks)).is_empty());
    }

    #[test]
    fn it_is_opened_once_with_seats_and_closed_once() {
        assert_eq!(
            fields(|checks| vote(Method::Approval).open(Vec::new(), now(), checks)),
            ["seatIds"]
        );
        let mut vote = opened(Method::Approval);
        assert_eq!(
            fields(|checks| vote.clone().open(seats(3), now(), checks)),
            ["state"]
        );
        assert!(fields(|checks| vote.close(&[vec!["a".into()]], now(), checks)).is_empty());
        assert_eq!(fields(|checks| vote.clone().close(&[], now(), checks)), ["state"]);
        let withdrawn = |checks: &mut Checks| vote.clone().withdraw(0, Some("x".into()), now(), checks);
        assert_eq!(fields(withdrawn), ["state"]);
    }

    #[test]
    fn an_announced_end_holds_unless_everybody_has_voted() {
        let mut vote = opened(Method::Approval);
        vote.closes_at = Some(now() + TimeDelta::days(1));
        let one = vec![vec!["a".to_owned()]];
        assert_eq!(
            fields(|checks| vote.clone().close(&one, now(), checks)),
            ["closesAt"]
        );
        let both = [one.clone(), one.clone()].concat();
        assert!(fields(|checks| vote.clone().close(&both, now(), checks)).is_empty());
        let after = now() + TimeDelta::days(2);
        assert!(fields(|checks| vote.clone().close(&one, after, checks)).is_empty());
        let late = |checks: &mut Checks| drop(vote.ballot(seats(1)[0], vec!["a".into()], after, checks));
        assert_eq!(fields(late), ["voteId"]);
    }

    #[test]
    fn it_is_withdrawn_for_a_reason_before_a_ballot_is_cast() {
        let vote = opened(Method::Approval);
        for (ballots, reason, expected) in [
            (0, Some("Question mal posée"), &[][..]),
            (0, None, &["reason"][..]),
            (1, Some("x"), &["state"][..]),
        ] {
            let withdraw = |checks: &mut Checks| {
                vote.clone()
                    .withdraw(ballots, reason.map(str::to_owned), now(), checks);
            };
            assert_eq!(fields(withdraw), expected);
        }
    }

    #[test]
    fn a_ballot_names_options_once_and_comes_from_a_seat_that_may_vote() {
        let vote = opened(Method::Approval);
        let cast = |seat: SeatId, keys: &[&str]| {
            let mut checks = Checks::default();
            let choices = keys.iter().map(|key| (*key).to_owned()).collect();
            let ballot = vote.ballot(seat, choices, now(), &mut checks);
            checks
                .finish()
                .map(|()| ballot)
                .map_err(|refusals| refusals[0].field().to_owned())
        };
        let seat = seats(1)[0];
        assert_eq!(
            cast(seat, &["c", "a"]).unwrap(),
            ["a", "c"],
            "the order of an approval says nothing"
        );
        assert_eq!(cast(seat, &[]).unwrap(), [""; 0], "a blank ballot is one");
        assert_eq!(cast(seat, &["a", "a"]).unwrap_err(), "choices");
        assert_eq!(cast(seat, &["d"]).unwrap_err(), "choices");
        assert_eq!(cast(SeatId(Uuid::from_u128(9)), &["a"]).unwrap_err(), "seatId");
        let mut checks = Checks::default();
        let ranked = opened(Method::Ranking).ballot(seat, vec!["c".into(), "a".into()], now(), &mut checks);
        assert_eq!(ranked, ["c", "a"]);
    }

    #[test]
    fn what_is_asked_stays_once_it_is_open() {
        let before = opened(Method::Approval);
        let mut after = before.clone();
        after.question = "Autre chose ?".into();
        after.options.pop();
        after.secrecy = Secrecy::Open;
        after.closes_at = Some(now());
        assert_eq!(
            fields(|checks| after.edited(&before, checks)),
            ["question", "secrecy", "options", "closesAt"]
        );
        let mut dated = before.clone();
        dated.closes_at = Some(now() + TimeDelta::days(1));
        let mut later = dated.clone();
        later.closes_at = Some(now() + TimeDelta::days(2));
        assert!(fields(|checks| later.edited(&dated, checks)).is_empty());
        assert_eq!(
            fields(|checks| dated.clone().edited(&later, checks)),
            ["closesAt"]
        );
        assert!(before.lasting().contains(&"question") && before.lasting().contains(&"result"));
        assert!(!vote(Method::Approval).lasting().contains(&"question"));
    }
}
