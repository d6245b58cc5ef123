//! The words for the steps of an outcome.

use crate::language::{Text, t};
use crate::ui::chips::Course;
use domain::outcome::Stage;

/// What a form of ours changes.
pub const FIELDS: &[(&str, Text)] = &[
    ("quantity", t::exchange_field_quantity),
    ("amount", t::outcome_field_amount),
    ("note", t::organisation_field_note),
];

/// A field's name, by its name in the schema.
pub fn field(name: &str) -> Option<&'static str> {
    FIELDS.iter().find(|it| it.0 == name).map(|it| it.1())
}

pub fn stage(stage: Stage) -> &'static str {
    match stage {
        Stage::Contact => t::outcome_contact(),
        Stage::Quote => t::outcome_quote(),
        Stage::Contract => t::outcome_contract(),
        Stage::Delivered => t::outcome_delivered(),
        Stage::Nothing => t::outcome_nothing(),
    }
}

/// What one does to come there.
pub fn verb(stage: Stage) -> &'static str {
    match stage {
        Stage::Contact => t::outcome_do_contact(),
        Stage::Quote => t::outcome_do_quote(),
        Stage::Contract => t::outcome_do_contract(),
        Stage::Delivered => t::outcome_do_delivered(),
        Stage::Nothing => t::outcome_do_nothing(),
    }
}

pub const fn course(stage: Stage) -> Course {
    match stage {
        Stage::Contact => Course::Planned,
        Stage::Quote | Stage::Contract => Course::Going,
        Stage::Delivered => Course::Done,
        Stage::Nothing => Course::Stopped,
    }
}

/// Why nothing comes of it, as it is often said.
pub const USUAL: &[Text] = &[
    t::outcome_why_price,
    t::outcome_why_quantity,
    t::outcome_why_far,
    t::outcome_why_silence,
    t::outcome_why_elsewhere,
];
