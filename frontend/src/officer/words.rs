//! The words of the officers' screens: kinds and states of requests, what came of them, why a place is somebody's.

use crate::format;
use crate::language::{Text, t};
use crate::ui::chips::Course;
use chrono::NaiveDate;
use domain::officer::{Basis, FollowUpKind, HeardBy};
use domain::request::{Conclusion, HandoverReason, Kind, State};

/// What the form of a request changes.
pub const REQUEST: &[(&str, Text)] = &[
    ("kind", t::request_field_kind),
    ("communeId", t::request_field_commune),
    ("chantierId", t::request_field_chantier),
    ("projectId", t::request_field_project),
    ("title", t::request_field_title),
    ("text", t::request_field_text),
    ("due", t::request_field_due),
];

/// What the form of a portfolio changes.
pub const PORTFOLIO: &[(&str, Text)] = &[
    ("personId", t::officer_field_person),
    ("territoryId", t::officer_field_territory),
    ("chantierIds", t::officer_field_chantiers),
    ("starts", t::officer_field_starts),
    ("ends", t::officer_field_ends),
];

/// What the form of an absence changes.
pub const ABSENCE: &[(&str, Text)] = &[
    ("personId", t::officer_field_person),
    ("starts", t::officer_field_starts),
    ("ends", t::officer_field_ends),
    ("substituteId", t::officer_field_substitute),
];

/// What no form changes.
const OTHER: &[(&str, Text)] = &[
    ("organisationId", t::request_field_organisation),
    ("officerId", t::request_field_officer),
    ("askerId", t::request_field_asker),
    ("state", t::request_field_state),
    ("handovers", t::request_field_handovers),
    ("closing", t::request_field_closing),
    ("requestId", t::record_request),
];

/// A field's name, by its name in the schema.
pub fn field(name: &str) -> Option<&'static str> {
    let mut all = REQUEST.iter().chain(PORTFOLIO).chain(ABSENCE).chain(OTHER);
    all.find(|it| it.0 == name).map(|it| it.1())
}

pub fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Question => t::request_kind_question(),
        Kind::Expertise => t::request_kind_expertise(),
        Kind::FollowUp => t::request_kind_follow_up(),
        Kind::News => t::request_kind_news(),
    }
}

pub fn state(state: State) -> &'static str {
    match state {
        State::Open => t::request_open(),
        State::Answered => t::request_answered(),
        State::Closed => t::request_closed(),
    }
}

pub const fn course(state: State, late: bool) -> Course {
    match state {
        State::Open if late => Course::Late,
        State::Open => Course::Planned,
        State::Answered => Course::Going,
        State::Closed => Course::Done,
    }
}

pub fn conclusion(conclusion: Conclusion) -> &'static str {
    match conclusion {
        Conclusion::Answered => t::request_came_answered(),
        Conclusion::Supported => t::request_came_supported(),
        Conclusion::PassedOn => t::request_came_passed_on(),
        Conclusion::Relayed => t::request_came_relayed(),
        Conclusion::Withdrawn => t::request_came_withdrawn(),
        Conclusion::Nothing => t::request_came_nothing(),
    }
}

pub fn reason(reason: HandoverReason) -> &'static str {
    match reason {
        HandoverReason::Routed => t::request_routed(),
        HandoverReason::HandedOver => t::request_handed_over(),
        HandoverReason::Left => t::request_left(),
    }
}

/// Why a place is somebody's.
pub fn basis(basis: Basis, territory: Option<&str>) -> String {
    let territory = territory.unwrap_or_default();
    match basis {
        Basis::Subject => t::officer_basis_subject(territory),
        Basis::Territory => t::officer_basis_territory(territory),
        Basis::OtherSubject => t::officer_basis_other(territory),
        Basis::Officer | Basis::Editor | Basis::Administrator => t::officer_basis_nobody().to_owned(),
    }
}

/// Whether somebody follows the place.
pub const fn is_followed(basis: Basis) -> bool {
    match basis {
        Basis::Subject | Basis::Territory | Basis::OtherSubject => true,
        Basis::Officer | Basis::Editor | Basis::Administrator => false,
    }
}

pub fn heard(by: HeardBy) -> &'static str {
    match by {
        HeardBy::Note => t::officer_heard_note(),
        HeardBy::Change => t::officer_heard_change(),
        HeardBy::Message => t::officer_heard_message(),
    }
}

/// What happened, in a project's follow-up.
pub fn event(kind: FollowUpKind, territory: Option<&str>) -> String {
    let territory = territory.unwrap_or_default();
    match kind {
        FollowUpKind::OfficerBegan => t::officer_event_began(territory),
        FollowUpKind::OfficerEnded => t::officer_event_ended(territory),
        FollowUpKind::Note => t::officer_event_note().to_owned(),
        FollowUpKind::Asked => t::officer_event_asked().to_owned(),
        FollowUpKind::HandedOver => t::officer_event_handed().to_owned(),
        FollowUpKind::Closed => t::officer_event_closed().to_owned(),
    }
}

/// From one day to another, either of which may be open.
pub fn period(starts: Option<NaiveDate>, ends: Option<NaiveDate>) -> String {
    match (starts.map(format::day), ends.map(format::day)) {
        (Some(from), Some(to)) => t::officer_period(from, to),
        (Some(from), None) => t::officer_since(from),
        (None, Some(to)) => t::officer_until(to),
        (None, None) => t::officer_always().to_owned(),
    }
}
