//! What the screens of councils read, and the mutations of what they keep.

use super::words;
use crate::contract::schema;
use crate::edit::Outcome;
use crate::edit::sent::{kept, mutation};
use crate::organisation::read::Body;
use crate::project::read::{Place, ProjectName};
use crate::provenance::Sources;
use crate::ui::state::Failure;
use chrono::{DateTime, Utc};
use domain::PartialDate;
use domain::council::vote::{Method, Secrecy, State};
use domain::council::{
    Category, Council, CouncilAction, CouncilActionPatch, CouncilMeeting, CouncilMeetingPatch, CouncilPatch,
    Decision, DecisionPatch, Endorsement, EndorsementPatch, EndorsementState, Evaluation, EvaluationPatch,
    HolderRole, Level, MeetingState, NewCouncil, NewCouncilAction, NewCouncilMeeting, NewDecision,
    NewEndorsement, NewEvaluation, NewSeat, NewSeatHolder, NewSharedItem, NewVote, Presence, Progress, Seat,
    SeatHolder, SeatHolderPatch, SeatPatch, SharedItem, SharedItemPatch, SharedKind, Stage, Status, Vote,
    VotePatch,
};
use serde::Serialize;

#[derive(cynic::QueryVariables)]
pub struct Which {
    pub id: cynic::Id,
}

#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "Query", variables = "Which")]
pub struct One {
    // Its own fields apart: a fragment spread into another cannot hold words of closed lists.
    #[cynic(alias, rename = "council")]
    #[arguments(id: $id)]
    own: Option<Facts>,
    #[arguments(id: $id)]
    council: Option<Around>,
}

crate::api::document!(query One(Which));

/// A council with all that its page shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Whole {
    pub facts: Facts,
    pub around: Around,
}

impl One {
    pub fn whole(self) -> Option<Whole> {
        let (facts, around) = self.own.zip(self.council)?;
        Some(Whole { facts, around })
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, cynic::QueryFragment)]
#[cynic(graphql_type = "CouncilDocument")]
pub struct DocumentRow {
    pub title: String,
    pub url: Option<String>,
    pub on: Option<PartialDate>,
}

#[derive(Clone, Debug, PartialEq, Serialize, cynic::QueryFragment)]
#[cynic(graphql_type = "CouncilMethodStep")]
pub struct MethodRow {
    pub stage: Stage,
    pub since: Option<PartialDate>,
    pub tried: Option<String>,
    pub learnt: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, cynic::QueryFragment)]
#[cynic(graphql_type = "CouncilPhase")]
pub struct PhaseRow {
    pub status: Status,
    pub since: Option<PartialDate>,
    pub reason: Option<String>,
}

/// A council's own fields.
#[derive(Clone, Debug, PartialEq, Serialize, cynic::QueryFragment)]
#[cynic(graphql_type = "Council")]
#[serde(rename_all = "camelCase")]
pub struct Facts {
    pub id: cynic::Id,
    pub revision: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub name: String,
    pub aliases: Vec<String>,
    pub level: Level,
    pub territory_id: Option<cynic::Id>,
    pub coordinator_ids: Vec<cynic::Id>,
    pub coordination_note: Option<String>,
    pub partner_ids: Vec<cynic::Id>,
    pub project_ids: Vec<cynic::Id>,
    pub created: Option<PartialDate>,
    pub members_count: Option<i32>,
    pub members_as_of: Option<PartialDate>,
    pub mode_of_work: Option<String>,
    pub texts: Vec<DocumentRow>,
    pub method: Vec<MethodRow>,
    pub quorum: Option<i32>,
    pub website: Option<String>,
    pub summary: Option<String>,
    pub phases: Vec<PhaseRow>,
}

/// What is around a council's own fields.
#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "Council")]
pub struct Around {
    pub status: Status,
    pub territory: Option<Place>,
    pub coordinators: Vec<Body>,
    pub partners: Vec<Body>,
    pub projects: Vec<ProjectName>,
    pub representativity: Representativity,
    pub seats_in_mandate: Vec<SeatRow>,
    #[arguments(first: 100)]
    pub meetings: Meetings,
    #[arguments(first: 50)]
    pub votes: Votes,
    #[arguments(first: 50)]
    pub decisions: Decisions,
    #[arguments(first: 50)]
    pub evaluations: Evaluations,
    #[arguments(first: 50)]
    pub endorsements: Endorsements,
    #[arguments(first: 20)]
    pub sources: Sources,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "CouncilRepresentativity")]
pub struct Representativity {
    pub seats: i32,
    pub categories: Vec<CategorySeats>,
    pub communes: Vec<CommuneSeats>,
    pub elsewhere: Vec<CommuneSeats>,
    pub seats_without_commune: i32,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
pub struct CategorySeats {
    pub category: Category,
    pub seats: i32,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
pub struct CommuneSeats {
    pub commune_id: cynic::Id,
    pub seats: i32,
}

#[derive(Clone, Debug, PartialEq, Serialize, cynic::QueryFragment)]
#[cynic(graphql_type = "Seat")]
#[serde(rename_all = "camelCase")]
pub struct SeatRow {
    pub id: cynic::Id,
    pub revision: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub council_id: cynic::Id,
    pub category: Category,
    pub label: String,
    pub organisation_id: Option<cynic::Id>,
    pub commune_id: Option<cynic::Id>,
    pub mandate_from: Option<PartialDate>,
    pub mandate_to: Option<PartialDate>,
    #[serde(skip)]
    pub organisation: Option<Body>,
    #[serde(skip)]
    #[arguments(first: 10)]
    pub holders: Option<Holders>,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "SeatHolderConnection")]
pub struct Holders {
    pub nodes: Vec<HolderRow>,
}

#[derive(Clone, Debug, PartialEq, Serialize, cynic::QueryFragment)]
#[cynic(graphql_type = "SeatHolder")]
#[serde(rename_all = "camelCase")]
pub struct HolderRow {
    pub id: cynic::Id,
    pub revision: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub seat_id: cynic::Id,
    pub council_id: Option<cynic::Id>,
    pub name: String,
    pub role: HolderRole,
    pub person_id: Option<cynic::Id>,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "CouncilMeetingConnection")]
pub struct Meetings {
    pub nodes: Vec<MeetingRow>,
}

#[derive(Clone, Debug, PartialEq, Serialize, cynic::QueryFragment)]
#[cynic(graphql_type = "SeatAttendance")]
#[serde(rename_all = "camelCase")]
pub struct AttendanceRow {
    pub seat_id: cynic::Id,
    pub presence: Presence,
}

#[derive(Clone, Copy, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "CouncilQuorum")]
pub struct QuorumRow {
    pub seats: i32,
    pub needed: i32,
    pub attending: i32,
    pub reached: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, cynic::QueryFragment)]
#[cynic(graphql_type = "CouncilMeeting")]
#[serde(rename_all = "camelCase")]
pub struct MeetingRow {
    pub id: cynic::Id,
    pub revision: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub council_id: cynic::Id,
    pub title: String,
    pub on: Option<PartialDate>,
    pub time: Option<String>,
    pub place: Option<String>,
    pub state: MeetingState,
    pub agenda: Vec<String>,
    pub attendance: Vec<AttendanceRow>,
    pub minutes: Option<String>,
    pub documents: Vec<DocumentRow>,
    #[serde(skip)]
    pub quorum: Option<QuorumRow>,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "VoteConnection")]
pub struct Votes {
    pub nodes: Vec<VoteRow>,
}

#[derive(Clone, Debug, PartialEq, Serialize, cynic::QueryFragment)]
#[cynic(graphql_type = "VoteOption")]
pub struct OptionRow {
    pub key: String,
    pub label: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, cynic::QueryFragment)]
#[cynic(graphql_type = "VoteResultLine")]
pub struct LineRow {
    pub key: String,
    pub ballots: i32,
    pub points: i32,
    pub rank: i32,
    pub tied: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, cynic::QueryFragment)]
#[cynic(graphql_type = "VoteResult")]
pub struct ResultRow {
    pub method: Method,
    pub seats: i32,
    pub ballots: i32,
    pub blank: i32,
    pub lines: Vec<LineRow>,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "OpenBallot")]
pub struct BallotRow {
    pub seat_id: cynic::Id,
    pub choices: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "OwnSeat")]
pub struct OwnSeatRow {
    pub seat_id: cynic::Id,
    pub has_voted: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, cynic::QueryFragment)]
#[cynic(graphql_type = "Vote")]
#[serde(rename_all = "camelCase")]
pub struct VoteRow {
    pub id: cynic::Id,
    pub revision: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub council_id: cynic::Id,
    pub question: String,
    pub method: Method,
    pub secrecy: Secrecy,
    pub options: Vec<OptionRow>,
    pub meeting_id: Option<cynic::Id>,
    pub closes_at: Option<DateTime<Utc>>,
    pub note: Option<String>,
    pub state: State,
    pub seat_ids: Vec<cynic::Id>,
    pub opened_at: Option<DateTime<Utc>>,
    pub ended_at: Option<DateTime<Utc>>,
    pub reason: Option<String>,
    pub result: Option<ResultRow>,
    #[serde(skip)]
    pub seats_voted: i32,
    #[serde(skip)]
    pub ballots: Option<Vec<BallotRow>>,
    #[serde(skip)]
    pub own_seats: Vec<OwnSeatRow>,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "DecisionConnection")]
pub struct Decisions {
    pub nodes: Vec<DecisionRow>,
}

#[derive(Clone, Debug, PartialEq, Serialize, cynic::QueryFragment)]
#[cynic(graphql_type = "Decision")]
#[serde(rename_all = "camelCase")]
pub struct DecisionRow {
    pub id: cynic::Id,
    pub revision: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub council_id: cynic::Id,
    pub title: String,
    pub text: Option<String>,
    pub on: Option<PartialDate>,
    pub meeting_id: Option<cynic::Id>,
    pub vote_id: Option<cynic::Id>,
    #[serde(skip)]
    #[arguments(first: 10)]
    pub actions: ActionRows,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "CouncilActionConnection")]
pub struct ActionRows {
    pub nodes: Vec<ActionRow>,
}

#[derive(Clone, Debug, PartialEq, Serialize, cynic::QueryFragment)]
#[cynic(graphql_type = "CouncilActionStep")]
pub struct StepRow {
    pub progress: Progress,
    pub since: Option<PartialDate>,
    pub reason: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, cynic::QueryFragment)]
#[cynic(graphql_type = "CouncilAction")]
#[serde(rename_all = "camelCase")]
pub struct ActionRow {
    pub id: cynic::Id,
    pub revision: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub decision_id: cynic::Id,
    pub council_id: Option<cynic::Id>,
    pub title: String,
    pub responsible_id: Option<cynic::Id>,
    pub responsible_note: Option<String>,
    pub due: Option<PartialDate>,
    pub note: Option<String>,
    pub steps: Vec<StepRow>,
    #[serde(skip)]
    pub progress: Progress,
    #[serde(skip)]
    #[cynic(rename = "isLate")]
    pub late: bool,
    #[serde(skip)]
    pub responsible: Option<Body>,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "EvaluationConnection")]
pub struct Evaluations {
    pub nodes: Vec<EvaluationRow>,
}

#[derive(Clone, Debug, PartialEq, Serialize, cynic::QueryFragment)]
#[cynic(graphql_type = "Evaluation")]
#[serde(rename_all = "camelCase")]
pub struct EvaluationRow {
    pub id: cynic::Id,
    pub revision: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub council_id: cynic::Id,
    pub year: i32,
    pub achieved: String,
    pub failed: Option<String>,
    pub nothing_failed: bool,
    pub learnt: Option<String>,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "EndorsementConnection")]
pub struct Endorsements {
    pub nodes: Vec<EndorsementRow>,
}

#[derive(Clone, Debug, PartialEq, Serialize, cynic::QueryFragment)]
#[cynic(graphql_type = "Endorsement")]
#[serde(rename_all = "camelCase")]
pub struct EndorsementRow {
    pub id: cynic::Id,
    pub revision: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub item_id: cynic::Id,
    pub council_id: cynic::Id,
    pub state: EndorsementState,
    pub on: Option<PartialDate>,
    pub reason: Option<String>,
    #[serde(skip)]
    pub item: Option<ItemName>,
    #[serde(skip)]
    pub council: Option<CouncilName>,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "SharedItem")]
pub struct ItemName {
    pub id: cynic::Id,
    pub title: String,
    pub kind: SharedKind,
}

/// A council by its name.
#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "Council")]
pub struct CouncilName {
    pub id: cynic::Id,
    pub name: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, cynic::QueryFragment)]
#[cynic(graphql_type = "SharedItem")]
#[serde(rename_all = "camelCase")]
pub struct ItemRow {
    pub id: cynic::Id,
    pub revision: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub kind: SharedKind,
    pub title: String,
    pub proposer_id: Option<cynic::Id>,
    pub text: Option<String>,
    pub on: Option<PartialDate>,
    pub place: Option<String>,
    pub documents: Vec<DocumentRow>,
    #[serde(skip)]
    pub proposer: Option<CouncilName>,
    #[serde(skip)]
    #[arguments(first: 50)]
    pub endorsements: Endorsements,
}

kept!(Council as Facts, "CouncilPayload" council; council_make: council_create(NewCouncil), council_change: council_update(CouncilPatch); words::FIELDS);
kept!(Seat as SeatRow, "SeatPayload" seat; seat_make: seat_create(NewSeat), seat_change: seat_update(SeatPatch); words::SEAT_FIELDS);
kept!(SeatHolder as HolderRow, "SeatHolderPayload" seat_holder; holder_make: seat_holder_create(NewSeatHolder), holder_change: seat_holder_update(SeatHolderPatch); words::HOLDER_FIELDS);
kept!(CouncilMeeting as MeetingRow, "CouncilMeetingPayload" meeting; meeting_make: council_meeting_create(NewCouncilMeeting), meeting_change: council_meeting_update(CouncilMeetingPatch); words::MEETING_FIELDS);
kept!(Vote as VoteRow, "VotePayload" vote; vote_make: vote_create(NewVote), vote_change: vote_update(VotePatch); words::VOTE_FIELDS);
kept!(Decision as DecisionRow, "DecisionPayload" decision; decision_make: decision_create(NewDecision), decision_change: decision_update(DecisionPatch); words::DECISION_FIELDS);
kept!(CouncilAction as ActionRow, "CouncilActionPayload" action; action_make: council_action_create(NewCouncilAction), action_change: council_action_update(CouncilActionPatch); words::ACTION_FIELDS);
kept!(Evaluation as EvaluationRow, "EvaluationPayload" evaluation; evaluation_make: evaluation_create(NewEvaluation), evaluation_change: evaluation_update(EvaluationPatch); words::EVALUATION_FIELDS);
kept!(SharedItem as ItemRow, "SharedItemPayload" shared_item; item_make: shared_item_create(NewSharedItem), item_change: shared_item_update(SharedItemPatch); words::ITEM_FIELDS);
kept!(Endorsement as EndorsementRow, "EndorsementPayload" endorsement; endorsement_make: endorsement_create(NewEndorsement), endorsement_change: endorsement_update(EndorsementPatch); words::ENDORSEMENT_FIELDS);

#[derive(cynic::InputObject)]
pub struct CouncilMoveInput {
    pub id: cynic::Id,
    pub expected_revision: i32,
    pub status: Status,
    pub since: Option<PartialDate>,
    pub reason: Option<String>,
}

#[derive(cynic::InputObject)]
pub struct CouncilActionAdvanceInput {
    pub id: cynic::Id,
    pub expected_revision: i32,
    pub progress: Progress,
    pub since: Option<PartialDate>,
    pub reason: Option<String>,
}

mutation!(council_moved: council_move(CouncilMoveInput) -> "CouncilPayload" { council: Facts => Council });
mutation!(action_advanced: council_action_advance(CouncilActionAdvanceInput) -> "CouncilActionPayload" { action: ActionRow => CouncilAction });

/// Moves a council to another state.
pub async fn move_to(input: CouncilMoveInput) -> Result<Outcome<Council>, Failure> {
    council_moved::send(input).await
}

/// Says how far an action has come.
pub async fn advance(input: CouncilActionAdvanceInput) -> Result<Outcome<CouncilAction>, Failure> {
    action_advanced::send(input).await
}
