//! The words for the closed lists of the expertise catalogue.

use crate::language::{Text, language, own_name, t};
use crate::ui::chips::Course;
use domain::Lang;
use domain::expertise::fit::Part;
use domain::expertise::introduction::{Party, Refused, Stage};
use domain::expertise::need::{Budget, State};
use domain::expertise::notice::Frequency;
use domain::expertise::session::Answer;
use domain::expertise::topic::topic as known;
use domain::expertise::{Cost, Form, Format};

/// What the form of an offer changes.
pub const FIELDS: &[(&str, Text)] = &[
    ("title", t::expertise_field_title),
    ("topics", t::expertise_field_topics),
    ("forms", t::expertise_field_forms),
    ("description", t::expertise_field_description),
    ("territoryId", t::expertise_field_territory),
    ("languages", t::expertise_field_languages),
    ("cost", t::expertise_field_cost),
    ("costNote", t::expertise_field_cost_note),
    ("availableFrom", t::expertise_field_from),
    ("availableTo", t::expertise_field_to),
    ("paused", t::expertise_field_paused),
    ("capacity", t::expertise_field_capacity),
    ("formats", t::expertise_field_formats),
    ("references", t::expertise_field_references),
];

/// What the form of a need changes.
pub const NEED_FIELDS: &[(&str, Text)] = &[
    ("title", t::expertise_need_field_title),
    ("topics", t::expertise_field_topics),
    ("forms", t::expertise_need_field_forms),
    ("context", t::expertise_need_field_context),
    ("deadline", t::expertise_need_field_deadline),
    ("territoryId", t::expertise_need_field_territory),
    ("languages", t::expertise_field_languages),
    ("budget", t::expertise_need_field_budget),
    ("confidential", t::expertise_need_field_confidential),
    ("state", t::exchange_field_status),
    ("reason", t::exchange_field_reason),
];

/// A field's name, by its name in the schema.
pub fn field(name: &str) -> Option<&'static str> {
    let all = FIELDS.iter().chain(NEED_FIELDS);
    let other = match name {
        "organisationId" => Some(t::exchange_field_organisation as Text),
        "message" => Some(t::introduction_field_message as Text),
        _ => None,
    };
    all.copied()
        .find(|it| it.0 == name)
        .map(|it| it.1)
        .or(other)
        .map(|word| word())
}

/// A topic's name.
pub fn topic(code: &str) -> &'static str {
    known(code).map_or("", |topic| topic.label(language()))
}

pub fn form(form: Form) -> &'static str {
    match form {
        Form::Advice => t::expertise_form_advice(),
        Form::Training => t::expertise_form_training(),
        Form::Study => t::expertise_form_study(),
        Form::Tool => t::expertise_form_tool(),
        Form::Facilitation => t::expertise_form_facilitation(),
        Form::Legal => t::expertise_form_legal(),
        Form::Accompaniment => t::expertise_form_accompaniment(),
        Form::Exchange => t::expertise_form_exchange(),
    }
}

pub fn cost(cost: Cost) -> &'static str {
    match cost {
        Cost::Free => t::expertise_cost_free(),
        Cost::Paid => t::expertise_cost_paid(),
        Cost::Funded => t::expertise_cost_funded(),
    }
}

pub fn format(format: Format) -> &'static str {
    match format {
        Format::OnSite => t::expertise_format_on_site(),
        Format::Remote => t::expertise_format_remote(),
        Format::AtProvider => t::expertise_format_at_provider(),
        Format::Group => t::expertise_format_group(),
    }
}

pub fn budget(budget: Budget) -> &'static str {
    match budget {
        Budget::Nothing => t::expertise_budget_nothing(),
        Budget::UpTo1000 => t::expertise_budget_1000(),
        Budget::UpTo5000 => t::expertise_budget_5000(),
        Budget::UpTo20000 => t::expertise_budget_20000(),
        Budget::More => t::expertise_budget_more(),
    }
}

pub fn spoken(lang: Lang) -> &'static str {
    own_name(lang)
}

pub fn state(state: State) -> &'static str {
    match state {
        State::Open => t::expertise_need_open(),
        State::Answered => t::expertise_need_answered(),
        State::Withdrawn => t::expertise_need_withdrawn(),
    }
}

pub const fn state_course(state: State) -> Course {
    match state {
        State::Open => Course::Going,
        State::Answered => Course::Done,
        State::Withdrawn => Course::Stopped,
    }
}

pub fn part(part: Part) -> &'static str {
    match part {
        Part::Topic => t::expertise_part_topic(),
        Part::Form => t::expertise_part_form(),
        Part::Territory => t::expertise_part_territory(),
        Part::Language => t::expertise_part_language(),
        Part::Timing => t::expertise_part_timing(),
        Part::Cost => t::expertise_part_cost(),
        Part::Load => t::expertise_part_load(),
        Part::Past => t::expertise_part_past(),
    }
}

pub fn stage(stage: Stage) -> &'static str {
    match stage {
        Stage::Proposed => t::introduction_proposed(),
        Stage::Accepted => t::introduction_accepted(),
        Stage::Refused => t::introduction_refused(),
        Stage::UnderWay => t::introduction_under_way(),
        Stage::Done => t::introduction_done(),
        Stage::WithoutResult => t::introduction_without_result(),
    }
}

/// What one does to come there.
pub fn verb(stage: Stage) -> &'static str {
    match stage {
        Stage::Proposed => t::introduction_do_propose(),
        Stage::Accepted => t::introduction_do_accept(),
        Stage::Refused => t::introduction_do_refuse(),
        Stage::UnderWay => t::introduction_do_under_way(),
        Stage::Done => t::introduction_do_done(),
        Stage::WithoutResult => t::introduction_do_without_result(),
    }
}

pub const fn course(stage: Stage) -> Course {
    match stage {
        Stage::Proposed => Course::Planned,
        Stage::Accepted | Stage::UnderWay => Course::Going,
        Stage::Done => Course::Done,
        Stage::Refused | Stage::WithoutResult => Course::Stopped,
    }
}

pub fn refused(why: Refused) -> &'static str {
    match why {
        Refused::NoTime => t::introduction_why_no_time(),
        Refused::NotOurField => t::introduction_why_not_our_field(),
        Refused::TooFar => t::introduction_why_too_far(),
        Refused::Budget => t::introduction_why_budget(),
        Refused::TooLate => t::introduction_why_too_late(),
        Refused::Language => t::introduction_why_language(),
        Refused::Conflict => t::introduction_why_conflict(),
        Refused::Other => t::introduction_why_other(),
    }
}

pub fn party(party: Party) -> &'static str {
    match party {
        Party::Provider => t::introduction_party_provider(),
        Party::Requester => t::introduction_party_requester(),
        Party::Staff => t::introduction_party_staff(),
    }
}

pub fn frequency(frequency: Frequency) -> &'static str {
    match frequency {
        Frequency::AtOnce => t::expertise_notice_at_once(),
        Frequency::Daily => t::expertise_notice_daily(),
        Frequency::Weekly => t::expertise_notice_weekly(),
        Frequency::Never => t::expertise_notice_never(),
    }
}

pub fn answer(answer: Answer) -> &'static str {
    match answer {
        Answer::Yes => t::encounter_yes(),
        Answer::Maybe => t::encounter_maybe(),
        Answer::No => t::encounter_no(),
    }
}

/// Why nothing comes of an introduction, as it is often said.
pub const USUAL: &[Text] = &[
    t::introduction_usual_silence,
    t::introduction_usual_elsewhere,
    t::introduction_usual_changed,
    t::introduction_usual_price,
];

/// Why a need is given up, as it is often said.
pub const USUAL_NEED: &[Text] = &[
    t::introduction_usual_elsewhere,
    t::introduction_usual_changed,
    t::expertise_need_usual_ended,
];
