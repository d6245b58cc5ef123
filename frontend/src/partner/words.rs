//! The words for partners' machines: how each stands, what it may do, and how a refused row is mended.

use super::read::{Row, State};
use crate::browser;
use crate::format;
use crate::language::{Text, t};
use crate::ui::chips::Course;
use chrono::{DateTime, Utc};
use domain::policy::Scope;
use domain::refusal::Code;

pub const FIELDS: &[(&str, Text)] = &[
    ("name", t::partner_field_name),
    ("organisationId", t::partner_field_organisation),
    ("scopes", t::partner_field_scopes),
    ("sourceIds", t::partner_field_sources),
    ("territoryIds", t::partner_field_territories),
];

/// This instant, as the reader's machine has it.
#[expect(clippy::cast_possible_truncation, reason = "milliseconds since 1970 fit")]
pub fn now() -> DateTime<Utc> {
    DateTime::from_timestamp_millis(browser::now() as i64).unwrap_or_default()
}

/// What it may do, in a word or two.
pub fn scope(scope: Scope) -> &'static str {
    match scope {
        Scope::ExchangeRead => t::partner_scope_exchange_read(),
        Scope::ExchangeWrite => t::partner_scope_exchange_write(),
        Scope::ChantiersWrite => t::partner_scope_chantiers_write(),
        Scope::ProjectsWrite => t::partner_scope_projects_write(),
        Scope::CouncilsWrite => t::partner_scope_councils_write(),
        Scope::ExpertiseRead => t::partner_scope_expertise_read(),
        Scope::ExpertiseWrite => t::partner_scope_expertise_write(),
    }
}

/// What that means.
pub fn scope_text(scope: Scope) -> &'static str {
    match scope {
        Scope::ExchangeRead => t::partner_scope_text_exchange_read(),
        Scope::ExchangeWrite => t::partner_scope_text_exchange_write(),
        Scope::ChantiersWrite => t::partner_scope_text_chantiers_write(),
        Scope::ProjectsWrite => t::partner_scope_text_projects_write(),
        Scope::CouncilsWrite => t::partner_scope_text_councils_write(),
        Scope::ExpertiseRead => t::partner_scope_text_expertise_read(),
        Scope::ExpertiseWrite => t::partner_scope_text_expertise_write(),
    }
}

/// How it stands, in a word or two.
pub fn state(state: State) -> &'static str {
    match state {
        State::Works => t::partner_works(),
        State::Untried => t::partner_untried(),
        State::Ends(_) => t::partner_ends(),
        State::Expired => t::partner_expired(),
        State::Off => t::partner_off(),
    }
}

pub const fn course(state: State) -> Course {
    match state {
        State::Works => Course::Going,
        State::Untried => Course::Planned,
        State::Ends(_) => Course::Late,
        State::Expired => Course::Stopped,
        State::Off => Course::Unsure,
    }
}

/// Since when, until when, and what follows.
pub fn explained(state: State) -> String {
    match state {
        State::Works => t::partner_works_text().to_owned(),
        State::Untried => t::partner_untried_text().to_owned(),
        State::Ends(at) => t::partner_ends_text(format::instant_day(at)),
        State::Expired => t::partner_expired_text().to_owned(),
        State::Off => t::partner_off_text().to_owned(),
    }
}

/// When it last signed in.
pub fn last_used(row: &Row) -> String {
    match row.last_signed_in_at {
        Some(at) => t::partner_last_used(format::instant(at)),
        None => t::partner_never_used().to_owned(),
    }
}

/// How rows that are refused for this are mended.
pub fn mend(code: Code) -> &'static str {
    match code {
        Code::Required => t::partner_mend_required(),
        Code::TooLong | Code::TooMany | Code::Invalid | Code::Transition | Code::Cycle => {
            t::partner_mend_invalid()
        }
        Code::UnknownReference | Code::NotFound => t::partner_mend_unknown(),
        Code::Duplicate | Code::KeyReused => t::partner_mend_duplicate(),
        Code::InUse => t::partner_mend_in_use(),
        Code::RemovedHere => t::partner_mend_removed_here(),
        Code::OutsideTerritory => t::partner_mend_outside(),
        Code::Forbidden | Code::Unauthenticated => t::partner_mend_forbidden(),
        Code::StaleRevision
        | Code::UndoConflict
        | Code::LinkExpired
        | Code::MassDeletion
        | Code::PlanMoved => t::partner_mend_again(),
    }
}
