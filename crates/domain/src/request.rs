//! Requests to the territorial officers: what is asked, whose it is, how it was handed over, and what came of it. Only who
//! asked, the project that is named, and staff see them.

mod message;

pub use message::{NewRequestMessage, RequestMessage, RequestMessagePatch};

use chrono::{DateTime, Days, NaiveDate, Utc};

use crate::check::Checks;
use crate::facet::Facets;
use crate::gazetteer::GAZETTEER;
use crate::id::{ChantierId, OrganisationId, PersonId, ProjectId, TerritoryId};
use crate::offer::is_sensible;
use crate::policy::Action;
use crate::record::{Rules, Verb};
use crate::refusal::{Invalid, Refusal};

choices! {
    /// What somebody turns to an officer for.
    pub enum Kind as "RequestKind" {
        /// A question.
        Question = "QUESTION",
        /// Looks for somebody who knows how.
        Expertise = "EXPERTISE",
        /// Asks that the project be followed up: a visit, a call, a meeting.
        FollowUp = "FOLLOW_UP",
        /// Has something to tell that others should hear.
        News = "NEWS",
    }
}

impl Kind {
    /// Within how many days it is to be answered, where nobody says so.
    #[must_use]
    pub const fn days(self) -> u64 {
        match self {
            Self::Question => 7,
            Self::Expertise | Self::FollowUp => 14,
            Self::News => 21,
        }
    }
}

choices! {
    /// Where a request stands.
    pub enum State as "RequestState" default Open {
        /// Waits for an answer.
        Open = "OPEN",
        /// Was answered; the conversation can go on.
        Answered = "ANSWERED",
        /// Done with: what came of it is kept.
        Closed = "CLOSED",
    }
}

choices! {
    /// What came of a request.
    pub enum Conclusion as "RequestConclusion" {
        /// The question is answered.
        Answered = "ANSWERED",
        /// Somebody who can help was found, or a visit made.
        Supported = "SUPPORTED",
        /// Somebody else sees to it.
        PassedOn = "PASSED_ON",
        /// It was told to others.
        Relayed = "RELAYED",
        /// Who asked no longer needs it.
        Withdrawn = "WITHDRAWN",
        /// Nothing could be done.
        Nothing = "NOTHING",
    }
}

/// What came of a request, in a word and in full.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
#[cfg_attr(
    feature = "graphql",
    graphql(name = "RequestClosing", crate = "crate::graphql")
)]
pub struct Closing {
    /// What came of it.
    pub conclusion: Conclusion,
    /// The same in full.
    pub text: String,
    /// When it was closed.
    pub at: DateTime<Utc>,
    /// Who closed it.
    pub by: PersonId,
}

choices! {
    /// Why a request came to its owner.
    pub enum HandoverReason as "HandoverReason" {
        /// By its commune and subject, when it was asked.
        Routed = "ROUTED",
        /// A colleague handed it over.
        HandedOver = "HANDED_OVER",
        /// The owner before is no more of the staff, or their account not in use.
        Left = "LEFT",
    }
}

/// A request that came to an owner.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Handover {
    /// Whose it was; nobody's before it was asked.
    pub from: Option<PersonId>,
    /// Whose it is since.
    pub to: PersonId,
    /// When.
    pub at: DateTime<Utc>,
    /// Why.
    pub reason: HandoverReason,
    /// What was said to it.
    pub note: Option<String>,
}

record! {
    /// A request to the territorial officers: for who asked, the project that is named, and staff only.
    Request, RequestId, Request, NewRequest, RequestPatch;
    fixed {
        /// Who asked.
        asker_id: PersonId,
        /// Whose it is: always somebody of the staff. While they are away, somebody else sees to it.
        officer_id: PersonId,
        /// How it came to its owner, the first first.
        #[cfg_attr(feature = "graphql", graphql(skip))]
        handovers: Vec<Handover>,
        /// Where it stands.
        state: State,
        /// What came of it; null until it is closed.
        closing: Option<Closing>,
    }
    required {
        /// What it is.
        kind: Kind,
        /// The commune it is about, one of the 261: by it the officer is found. It stays as first given.
        commune_id: TerritoryId,
        /// What it is about, in a line.
        title: String,
        /// What is asked.
        text: String,
    }
    optional {
        /// The chantier it is about, where it is about one.
        chantier_id: Option<ChantierId>,
        /// The project that asks. It stays as first given.
        project_id: Option<ProjectId>,
        /// The organisation that asks. It stays as first given.
        organisation_id: Option<OrganisationId>,
        /// The day until which an answer is awaited; where none is given, by its kind, 7 to 21 days from when it was asked.
        due: Option<NaiveDate>,
    }
}

impl Request {
    /// Whether an answer is overdue.
    #[must_use]
    pub fn is_late(&self, today: NaiveDate) -> bool {
        self.state == State::Open && self.due.is_some_and(|due| due < today)
    }

    /// Notes who asked and whose it becomes.
    pub fn open(&mut self, asker: PersonId, owner: PersonId, now: DateTime<Utc>) {
        self.asker_id = asker;
        self.own(owner, HandoverReason::Routed, None, now);
    }

    /// Gives it to an owner.
    pub fn own(&mut self, owner: PersonId, reason: HandoverReason, note: Option<String>, now: DateTime<Utc>) {
        let from = self.handovers.last().map(|last| last.to);
        self.officer_id = owner;
        self.handovers.push(Handover {
            from,
            to: owner,
            at: now,
            reason,
            note,
        });
    }

    /// Hands it over to a colleague.
    pub fn hand_over(
        &mut self,
        to: PersonId,
        mut note: Option<String>,
        now: DateTime<Utc>,
        checks: &mut Checks,
    ) {
        checks.optional_paragraphs("note", &mut note);
        checks.hold(to != self.officer_id, "to", Invalid::SameOwner);
        self.must_be_open(self.state, checks);
        self.own(to, HandoverReason::HandedOver, note, now);
    }

    /// Takes what somebody writes in its conversation: an answer where it is one of the staff who did not ask
    /// themselves, else something that waits for an answer.
    pub fn converse(&mut self, answers: bool, checks: &mut Checks) {
        let next = if answers { State::Answered } else { State::Open };
        self.must_be_open(next, checks);
        self.state = next;
    }

    /// Closes it with what came of it.
    pub fn close(&mut self, mut closing: Closing, checks: &mut Checks) {
        checks.paragraphs("text", &mut closing.text);
        self.must_be_open(State::Closed, checks);
        self.state = State::Closed;
        self.closing = Some(closing);
    }

    /// Opens it again. What had come of it stays in the history.
    pub fn reopen(&mut self, checks: &mut Checks) {
        if self.state != State::Closed {
            checks.refuse(transition(self.state, State::Open));
        }
        (self.state, self.closing) = (State::Open, None);
    }

    fn must_be_open(&self, to: State, checks: &mut Checks) {
        if self.state == State::Closed {
            checks.refuse(transition(self.state, to));
        }
    }
}

fn transition(from: State, to: State) -> Refusal {
    Refusal::Transition {
        field: "state".into(),
        from: from.to_string(),
        to: to.to_string(),
    }
}

impl Rules for Request {
    fn check(&mut self, checks: &mut Checks) {
        checks.line("title", &mut self.title);
        checks.paragraphs("text", &mut self.text);
        checks.hold(
            GAZETTEER.get(self.commune_id).is_some(),
            "communeId",
            Invalid::Commune,
        );
        let asked = self.created_at.date_naive();
        let usual = asked.checked_add_days(Days::new(self.kind.days()));
        self.due = self.due.or(usual);
        let due = self.due.filter(|due| is_sensible(*due));
        checks.hold(due.is_some(), "due", Invalid::Day);
        checks.hold(due.is_none_or(|due| asked <= due), "due", Invalid::PeriodReversed);
    }

    fn edited(&mut self, before: &Self, checks: &mut Checks) {
        for (settled, field) in [
            (self.commune_id == before.commune_id, "communeId"),
            (self.project_id == before.project_id, "projectId"),
            (self.organisation_id == before.organisation_id, "organisationId"),
        ] {
            checks.hold(settled, field, Invalid::Settled);
        }
    }

    fn facets(&self) -> Facets {
        let mut facets = Facets::default();
        facets.belong("projectId", self.project_id);
        facets.link("askerId", [self.asker_id]);
        facets.link("officerId", [self.officer_id]);
        facets.link("chantierId", self.chantier_id);
        facets.link("organisationId", self.organisation_id);
        facets.place("communeId", [self.commune_id]);
        facets
    }

    fn reading(&self) -> Option<Action> {
        Some(Action::FollowRequest {
            asker: self.asker_id,
            project: self.project_id,
        })
    }

    fn action(&self, verb: Verb) -> Action {
        match verb {
            Verb::Create => Action::AskOfficer {
                project: self.project_id,
                organisation: self.organisation_id,
            },
            Verb::Update | Verb::Delete => Action::EditRequest { asker: self.asker_id },
        }
    }
}

/// Narrows a list of requests.
#[derive(Clone, Debug, Default, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::InputObject))]
#[cfg_attr(feature = "graphql", graphql(name = "RequestFilter"))]
#[serde(rename_all = "camelCase")]
pub struct Filter {
    /// In any of these states.
    pub states: Option<Vec<State>>,
    /// Of any of these kinds.
    pub kinds: Option<Vec<Kind>>,
    /// Asked by this person.
    pub asker: Option<PersonId>,
    /// Owned by this officer.
    pub officer: Option<PersonId>,
    /// In which this project asks.
    pub project: Option<ProjectId>,
    /// About this chantier.
    pub chantier: Option<ChantierId>,
    /// About this commune, or one of this territory.
    pub territory: Option<TerritoryId>,
    /// To be answered on or before this day.
    pub due_to: Option<NaiveDate>,
}

choices! {
    /// The order of a list of requests.
    pub enum Order as "RequestOrder" {
        /// The earliest due first.
        Due = "DUE",
        /// The last changed first.
        UpdatedLast = "UPDATED_LAST",
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::RequestId;
    use crate::record::Record as _;

    const ANNE: PersonId = PersonId(Uuid::from_u128(1));
    const OFFICER: PersonId = PersonId(Uuid::from_u128(2));
    const OTHER: PersonId = PersonId(Uuid::from_u128(3));

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp(1_795_500_000, 0).unwrap()
    }

    fn asked(more: serde_json::Value) -> Request {
        let mut new = serde_json::json!({
            "kind": "QUESTION", "communeId": "92094", "title": " Un  abattoir? ", "text": "Où?",
        });
        if let (Some(new), serde_json::Value::Object(more)) = (new.as_object_mut(), more) {
            new.extend(more);
        }
        let new: NewRequest = serde_json::from_value(new).unwrap();
        let mut request = Request::made(new, RequestId(Uuid::from_u128(9)), now());
        request.open(ANNE, OFFICER, now());
        request
    }

    fn refusals(how: impl FnOnce(&mut Checks)) -> Vec<String> {
        let mut checks = Checks::default();
        how(&mut checks);
        let refused = checks.finish().err().unwrap_or_default();
        refused
            .iter()
            .map(|refusal| format!("{} {}", refusal.code(), refusal.field()))
            .collect()
    }

    fn closing(text: &str) -> Closing {
        Closing {
            conclusion: Conclusion::Answered,
            text: text.to_owned(),
            at: now(),
            by: OFFICER,
        }
    }

    #[test]
    fn an_answer_is_awaited_by_its_kind_unless_a_day_is_given() {
        let due = |more| {
            let mut request = asked(more);
            let refused = refusals(|checks| request.check(checks));
            (request.due.map(|due| due.to_string()), refused)
        };
        let none = Vec::<String>::new;
        assert_eq!(due(serde_json::json!({})), (Some("2026-12-01".into()), none()));
        assert_eq!(due(serde_json::json!({"kind": "NEWS"})).0.unwrap(), "2026-12-15");
        assert_eq!(
            due(serde_json::json!({"due": "2026-11-24"})),
            (Some("2026-11-24".into()), none())
        );
        assert_eq!(due(serde_json::json!({"due": "2026-11-23"})).1, ["INVALID due"]);
        assert_eq!(due(serde_json::json!({"due": "2926-11-23"})).1, ["INVALID due"]);
        assert_eq!(
            due(serde_json::json!({"communeId": "90000"})).1,
            ["INVALID communeId"]
        );
    }

    #[test]
    fn it_is_late_while_it_waits_and_its_day_is_over() {
        let mut request = asked(serde_json::json!({"due": "2026-11-30"}));
        let day = |day| NaiveDate::from_ymd_opt(2026, 12, day).unwrap();
        assert!(request.is_late(day(1)) && !request.is_late(request.due.unwrap()));
        assert!(refusals(|checks| request.converse(true, checks)).is_empty());
        assert_eq!((request.state, request.is_late(day(1))), (State::Answered, false));
        assert!(refusals(|checks| request.converse(false, checks)).is_empty());
        assert!(request.is_late(day(1)), "a further question waits again");
    }

    #[test]
    fn it_is_handed_over_to_somebody_else_and_keeps_how_it_came_there() {
        let mut request = asked(serde_json::json!({}));
        let same = refusals(|checks| request.clone().hand_over(OFFICER, None, now(), checks));
        assert_eq!(same, ["INVALID to"]);
        assert!(refusals(|checks| request.hand_over(OTHER, Some(" ".into()), now(), checks)).is_empty());
        assert_eq!(request.officer_id, OTHER);
        let way: Vec<_> = request
            .handovers
            .iter()
            .map(|of| (of.from, of.to, of.reason))
            .collect();
        assert_eq!(
            way,
            [
                (None, OFFICER, HandoverReason::Routed),
                (Some(OFFICER), OTHER, HandoverReason::HandedOver)
            ]
        );
        assert_eq!(request.handovers[1].note, None);
    }

    #[test]
    fn it_is_closed_with_what_came_of_it_and_then_takes_nothing_more_until_it_is_opened_again() {
        let mut request = asked(serde_json::json!({}));
        assert_eq!(
            refusals(|checks| request.clone().close(closing(" "), checks)),
            ["REQUIRED text"]
        );
        assert_eq!(
            refusals(|checks| request.clone().reopen(checks)),
            ["TRANSITION state"]
        );
        assert!(refusals(|checks| request.close(closing("À Ciney"), checks)).is_empty());
        for refused in [
            refusals(|checks| request.clone().close(closing("Encore"), checks)),
            refusals(|checks| request.clone().converse(false, checks)),
            refusals(|checks| request.clone().hand_over(OTHER, None, now(), checks)),
        ] {
            assert_eq!(refused, ["TRANSITION state"]);
        }
        assert!(refusals(|checks| request.reopen(checks)).is_empty());
        assert_eq!((request.state, request.closing), (State::Open, None));
    }
}
