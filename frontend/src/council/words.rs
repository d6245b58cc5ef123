//! The words for the closed lists of councils, and for their fields.

use crate::language::{Text, t};
use crate::ui::chips::Course;
use domain::RecordType;
use domain::council::vote::{Method, Secrecy, State};
use domain::council::{
    Category, EndorsementState, HolderRole, Level, MeetingState, Presence, Progress, SharedKind, Stage,
    Status,
};

pub const FIELDS: &[(&str, Text)] = &[
    ("name", t::organisation_field_name),
    ("aliases", t::organisation_field_aliases),
    ("level", t::council_level),
    ("territoryId", t::council_territory),
    ("coordinatorIds", t::council_coordinators),
    ("coordinationNote", t::council_coordination_note),
    ("partnerIds", t::council_partners),
    ("projectIds", t::council_projects),
    ("created", t::council_created),
    ("membersCount", t::council_members),
    ("membersAsOf", t::council_members_as_of),
    ("modeOfWork", t::council_mode),
    ("texts", t::council_texts),
    ("method", t::council_method),
    ("quorum", t::council_quorum_rule),
    ("website", t::organisation_field_website),
    ("summary", t::history_field_summary),
    ("phases", t::council_life),
];

pub const SEAT_FIELDS: &[(&str, Text)] = &[
    ("category", t::seat_category),
    ("label", t::seat_label),
    ("organisationId", t::seat_organisation),
    ("communeId", t::seat_commune),
    ("mandateFrom", t::seat_from),
    ("mandateTo", t::seat_to),
];

pub const HOLDER_FIELDS: &[(&str, Text)] = &[
    ("name", t::holder_name),
    ("role", t::holder_role),
    ("personId", t::holder_account),
];

pub const MEETING_FIELDS: &[(&str, Text)] = &[
    ("title", t::chantier_field_title),
    ("on", t::meeting_on),
    ("time", t::meeting_time),
    ("place", t::meeting_place),
    ("state", t::meeting_state),
    ("agenda", t::meeting_agenda),
    ("attendance", t::meeting_attendance),
    ("minutes", t::meeting_minutes),
    ("documents", t::council_documents),
];

pub const VOTE_FIELDS: &[(&str, Text)] = &[
    ("question", t::vote_question),
    ("method", t::vote_method),
    ("secrecy", t::vote_secrecy),
    ("options", t::vote_options),
    ("meetingId", t::vote_meeting),
    ("closesAt", t::vote_closes),
    ("note", t::organisation_field_note),
    ("state", t::vote_state),
    ("seatIds", t::vote_seats),
    ("openedAt", t::vote_opened_at),
    ("endedAt", t::vote_ended_at),
    ("reason", t::exchange_field_reason),
    ("result", t::vote_result),
];

pub const DECISION_FIELDS: &[(&str, Text)] = &[
    ("title", t::chantier_field_title),
    ("text", t::history_field_text),
    ("on", t::decision_on),
    ("meetingId", t::vote_meeting),
    ("voteId", t::decision_vote),
];

pub const ACTION_FIELDS: &[(&str, Text)] = &[
    ("title", t::chantier_field_title),
    ("responsibleId", t::todo_responsible),
    ("responsibleNote", t::todo_responsible_note),
    ("due", t::todo_due),
    ("note", t::organisation_field_note),
    ("steps", t::todo_steps),
];

pub const EVALUATION_FIELDS: &[(&str, Text)] = &[
    ("year", t::evaluation_year),
    ("achieved", t::evaluation_achieved),
    ("failed", t::evaluation_failed),
    ("nothingFailed", t::evaluation_nothing_failed),
    ("learnt", t::evaluation_learnt),
];

pub const ITEM_FIELDS: &[(&str, Text)] = &[
    ("kind", t::shared_kind),
    ("title", t::chantier_field_title),
    ("proposerId", t::shared_proposer),
    ("text", t::history_field_text),
    ("on", t::meeting_on),
    ("place", t::meeting_place),
    ("documents", t::council_documents),
];

pub const ENDORSEMENT_FIELDS: &[(&str, Text)] = &[
    ("councilId", t::record_council),
    ("state", t::endorsement_state),
    ("on", t::decision_on),
    ("reason", t::exchange_field_reason),
];

/// The fields of each kind of record of this area.
const KINDS: [(RecordType, &[(&str, Text)]); 10] = [
    (RecordType::Council, FIELDS),
    (RecordType::Seat, SEAT_FIELDS),
    (RecordType::SeatHolder, HOLDER_FIELDS),
    (RecordType::CouncilMeeting, MEETING_FIELDS),
    (RecordType::Vote, VOTE_FIELDS),
    (RecordType::Decision, DECISION_FIELDS),
    (RecordType::CouncilAction, ACTION_FIELDS),
    (RecordType::Evaluation, EVALUATION_FIELDS),
    (RecordType::SharedItem, ITEM_FIELDS),
    (RecordType::Endorsement, ENDORSEMENT_FIELDS),
];

/// What they belong to.
const BELONGS: [(&str, Text); 4] = [
    ("councilId", t::record_council),
    ("seatId", t::record_seat),
    ("decisionId", t::record_decision),
    ("itemId", t::record_shared_item),
];

/// A field's name, by its name in the schema.
pub fn field(of: RecordType, name: &str) -> Option<&'static str> {
    let own = KINDS.iter().find(|it| it.0 == of)?.1;
    let known = own.iter().chain(&BELONGS).find(|it| it.0 == name);
    known.map(|it| it.1())
}

/// The field of a council itself.
pub fn own_field(name: &str) -> Option<&'static str> {
    field(RecordType::Council, name)
}

/// A word of a closed list, as the history tells of it.
pub fn word(of: RecordType, field: &str, text: &str) -> Option<&'static str> {
    match (of, field) {
        (RecordType::Council, "level") => text.parse().ok().map(level),
        (RecordType::Council, "phases") => text.parse().ok().map(status),
        (RecordType::Council, "method") => text.parse().ok().map(stage),
        (RecordType::Seat, "category") => text.parse().ok().map(category),
        (RecordType::SeatHolder, "role") => text.parse().ok().map(holder),
        (RecordType::CouncilMeeting, "state") => text.parse().ok().map(meeting),
        (RecordType::CouncilMeeting, "attendance") => text.parse().ok().map(presence),
        (RecordType::Vote, "method" | "result") => text.parse().ok().map(method),
        (RecordType::Vote, "secrecy") => text.parse().ok().map(secrecy),
        (RecordType::Vote, "state") => text.parse().ok().map(vote),
        (RecordType::CouncilAction, "steps") => text.parse().ok().map(progress),
        (RecordType::SharedItem, "kind") => text.parse().ok().map(shared),
        (RecordType::Endorsement, "state") => text.parse().ok().map(endorsement),
        _ => None,
    }
}

pub fn level(level: Level) -> &'static str {
    match level {
        Level::Local => t::council_level_local(),
        Level::Communal => t::council_level_communal(),
        Level::Regional => t::council_level_regional(),
    }
}

pub fn status(status: Status) -> &'static str {
    match status {
        Status::InPreparation => t::council_status_in_preparation(),
        Status::Pilot => t::council_status_pilot(),
        Status::Installed => t::council_status_installed(),
        Status::Dormant => t::council_status_dormant(),
        Status::Unknown => t::council_status_unknown(),
    }
}

pub const fn course(status: Status) -> Course {
    match status {
        Status::InPreparation => Course::Planned,
        Status::Pilot | Status::Installed => Course::Going,
        Status::Dormant => Course::Stopped,
        Status::Unknown => Course::Unsure,
    }
}

pub fn stage(stage: Stage) -> &'static str {
    match stage {
        Stage::Diagnosis => t::council_stage_diagnosis(),
        Stage::Mobilisation => t::council_stage_mobilisation(),
        Stage::Mandate => t::council_stage_mandate(),
        Stage::Composition => t::council_stage_composition(),
        Stage::Rules => t::council_stage_rules(),
        Stage::Priorities => t::council_stage_priorities(),
        Stage::Work => t::council_stage_work(),
        Stage::Evaluation => t::council_stage_evaluation(),
    }
}

pub fn category(category: Category) -> &'static str {
    match category {
        Category::Production => t::seat_category_production(),
        Category::Processing => t::seat_category_processing(),
        Category::Distribution => t::seat_category_distribution(),
        Category::Catering => t::seat_category_catering(),
        Category::Consumers => t::seat_category_consumers(),
        Category::Social => t::seat_category_social(),
        Category::Health => t::seat_category_health(),
        Category::Environment => t::seat_category_environment(),
        Category::Education => t::seat_category_education(),
        Category::PublicAuthority => t::seat_category_public_authority(),
        Category::Research => t::seat_category_research(),
        Category::Citizens => t::seat_category_citizens(),
    }
}

pub fn holder(role: HolderRole) -> &'static str {
    match role {
        HolderRole::Holder => t::holder_role_holder(),
        HolderRole::Substitute => t::holder_role_substitute(),
    }
}

pub fn meeting(state: MeetingState) -> &'static str {
    match state {
        MeetingState::Planned => t::meeting_planned(),
        MeetingState::Held => t::meeting_held(),
        MeetingState::Cancelled => t::meeting_cancelled(),
    }
}

pub const fn meeting_course(state: MeetingState) -> Course {
    match state {
        MeetingState::Planned => Course::Planned,
        MeetingState::Held => Course::Done,
        MeetingState::Cancelled => Course::Stopped,
    }
}

pub fn presence(presence: Presence) -> &'static str {
    match presence {
        Presence::Present => t::presence_present(),
        Presence::Represented => t::presence_represented(),
        Presence::Excused => t::presence_excused(),
    }
}

pub fn method(method: Method) -> &'static str {
    match method {
        Method::Approval => t::vote_method_approval(),
        Method::Ranking => t::vote_method_ranking(),
    }
}

/// How it is counted, in a sentence.
pub fn method_note(method: Method) -> &'static str {
    match method {
        Method::Approval => t::vote_method_approval_note(),
        Method::Ranking => t::vote_method_ranking_note(),
    }
}

pub fn secrecy(secrecy: Secrecy) -> &'static str {
    match secrecy {
        Secrecy::Open => t::vote_secrecy_open(),
        Secrecy::Secret => t::vote_secrecy_secret(),
    }
}

pub fn vote(state: State) -> &'static str {
    match state {
        State::Draft => t::vote_state_draft(),
        State::Open => t::vote_state_open(),
        State::Closed => t::vote_state_closed(),
        State::Withdrawn => t::vote_state_withdrawn(),
    }
}

pub const fn vote_course(state: State) -> Course {
    match state {
        State::Draft => Course::Planned,
        State::Open => Course::Going,
        State::Closed => Course::Done,
        State::Withdrawn => Course::Stopped,
    }
}

pub fn progress(progress: Progress) -> &'static str {
    match progress {
        Progress::Planned => t::todo_planned(),
        Progress::UnderWay => t::todo_under_way(),
        Progress::Done => t::todo_done(),
        Progress::Abandoned => t::todo_abandoned(),
    }
}

pub const fn progress_course(progress: Progress, late: bool) -> Course {
    match progress {
        Progress::Planned | Progress::UnderWay if late => Course::Late,
        Progress::Planned => Course::Planned,
        Progress::UnderWay => Course::Going,
        Progress::Done => Course::Done,
        Progress::Abandoned => Course::Stopped,
    }
}

pub fn shared(kind: SharedKind) -> &'static str {
    match kind {
        SharedKind::Memorandum => t::shared_memorandum(),
        SharedKind::WorkingGroup => t::shared_working_group(),
        SharedKind::Workshop => t::shared_workshop(),
    }
}

pub fn endorsement(state: EndorsementState) -> &'static str {
    match state {
        EndorsementState::Proposed => t::endorsement_proposed(),
        EndorsementState::Endorsed => t::endorsement_endorsed(),
        EndorsementState::Declined => t::endorsement_declined(),
    }
}

pub const fn endorsement_course(state: EndorsementState) -> Course {
    match state {
        EndorsementState::Proposed => Course::Planned,
        EndorsementState::Endorsed => Course::Done,
        EndorsementState::Declined => Course::Stopped,
    }
}
