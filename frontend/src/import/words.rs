//! The words of imports: states, outcomes, steps, and what closed lists say.

use crate::exchange;
use crate::language::t;
use crate::organisation;
use crate::ui::chips::Course;
use domain::RecordType;
use domain::import::{Closed, State};
use domain::push::{Notice, Outcome, Pushed};

pub fn state(state: State) -> &'static str {
    match state {
        State::Reading => t::import_state_reading(),
        State::Uploaded => t::import_state_uploaded(),
        State::Previewing => t::import_state_previewing(),
        State::Previewed => t::import_state_previewed(),
        State::Running => t::import_state_running(),
        State::Done => t::import_state_done(),
        State::Failed => t::import_state_failed(),
        State::Cancelled => t::import_state_cancelled(),
    }
}

pub const fn course(state: State) -> Course {
    match state {
        State::Reading | State::Previewing | State::Running => Course::Going,
        State::Uploaded | State::Previewed => Course::Planned,
        State::Done => Course::Done,
        State::Failed => Course::Stopped,
        State::Cancelled => Course::Unsure,
    }
}

pub fn outcome(outcome: Outcome, is_preview: bool) -> &'static str {
    match (outcome, is_preview) {
        (Outcome::Created, true) => t::import_would_create(),
        (Outcome::Created, false) => t::import_created(),
        (Outcome::Updated, true) => t::import_would_update(),
        (Outcome::Updated, false) => t::import_updated(),
        (Outcome::Unchanged, _) => t::import_unchanged(),
        (Outcome::Stale, _) => t::import_stale(),
        (Outcome::Deleted, _) => t::import_removed(),
        (Outcome::Rejected, _) => t::import_rejected(),
    }
}

pub const fn outcome_course(outcome: Outcome) -> Course {
    match outcome {
        Outcome::Created => Course::Going,
        Outcome::Updated => Course::Planned,
        Outcome::Unchanged => Course::Done,
        Outcome::Stale => Course::Late,
        Outcome::Deleted | Outcome::Rejected => Course::Stopped,
    }
}

pub fn notice(notice: Notice) -> &'static str {
    match notice {
        Notice::CommuneSucceeded => t::import_notice_commune(),
        Notice::JoinedByNumber => t::import_notice_joined(),
        Notice::KeptForOthers => t::import_notice_kept(),
    }
}

/// The record that a line is of.
pub const fn record(what: Pushed) -> RecordType {
    match what {
        Pushed::Organisation => RecordType::Organisation,
        Pushed::Offer => RecordType::Offer,
        Pushed::Need => RecordType::Need,
    }
}

/// A word of a closed list as people read it.
pub fn closed(list: Closed, word: &str) -> String {
    let said = match list {
        Closed::Unit => word.parse().ok().map(exchange::words::unit),
        Closed::Label => word.parse().ok().map(exchange::words::label),
        Closed::Audience => word.parse().ok().map(exchange::words::audience),
        Closed::LocalRule => word.parse().ok().map(exchange::words::rule),
        Closed::Kind => word.parse().ok().map(organisation::words::kind),
        Closed::OfferStatus => {
            let state = word.parse().ok().map(exchange::read::State::Offer);
            state.map(exchange::words::state)
        }
        Closed::NeedStatus => {
            let state = word.parse().ok().map(exchange::read::State::Need);
            state.map(exchange::words::state)
        }
        Closed::Period => match word {
            "ONCE" => Some(t::import_once()),
            "WEEK" => Some(t::import_week()),
            "MONTH" => Some(t::import_month()),
            "YEAR" => Some(t::import_year()),
            _ => None,
        },
        Closed::Currency => None,
    };
    said.map_or_else(|| word.to_owned(), str::to_owned)
}

/// Many of a kind.
pub fn kind(what: Pushed) -> &'static str {
    match what {
        Pushed::Organisation => t::import_organisations(),
        Pushed::Offer => t::exchange_offers(),
        Pushed::Need => t::exchange_needs(),
    }
}
