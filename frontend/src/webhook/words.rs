//! The words for how webhooks do, what they are told of, and what their messages are of.

use super::read::{Delivery, Health, Row};
use crate::format;
use crate::language::{Text, t};
use crate::records;
use crate::ui::chips::Course;
use chrono::TimeDelta;
use domain::RecordType;
use domain::feed;
use domain::webhook::message::{State as Arrival, TEST};
use domain::webhook::{Disabled, FAILING_DAYS, State};

pub const FIELDS: &[(&str, Text)] = &[
    ("url", t::webhook_field_url),
    ("description", t::webhook_field_description),
    ("types", t::webhook_field_types),
    ("provinces", t::webhook_field_provinces),
    ("communes", t::webhook_field_communes),
    ("state", t::webhook_field_state),
];

/// A field's name, by its name in the schema.
pub fn field(name: &str) -> Option<&'static str> {
    if name == "organisationId" {
        return Some(t::webhook_field_organisation());
    }
    FIELDS.iter().find(|it| it.0 == name).map(|it| it.1())
}

/// Whether its owner wants messages.
pub fn wanted(state: State) -> &'static str {
    match state {
        State::Active => t::webhook_active(),
        State::Paused => t::webhook_paused(),
    }
}

/// How it does, in a word or two.
pub fn health(health: Health) -> &'static str {
    match health {
        Health::Works => t::webhook_works(),
        Health::Untried => t::webhook_untried(),
        Health::Failing(_) => t::webhook_failing(),
        Health::Paused => t::webhook_paused(),
        Health::Disabled(..) => t::webhook_disabled(),
    }
}

pub const fn course(health: Health) -> Course {
    match health {
        Health::Works => Course::Going,
        Health::Untried => Course::Planned,
        Health::Failing(_) => Course::Late,
        Health::Paused => Course::Unsure,
        Health::Disabled(..) => Course::Stopped,
    }
}

/// Since when, why, and what follows.
pub fn explained(row: &Row) -> String {
    match row.health() {
        Health::Works => t::webhook_works_text().to_owned(),
        Health::Untried => t::webhook_untried_text().to_owned(),
        Health::Failing(since) => {
            let end = format::instant(since + TimeDelta::days(FAILING_DAYS));
            t::webhook_failing_text(row.failures, format::instant(since), end)
        }
        Health::Paused => t::webhook_paused_text().to_owned(),
        Health::Disabled(since, Disabled::Gone) => t::webhook_gone_text(format::instant(since)),
        Health::Disabled(since, Disabled::Failing) => t::webhook_given_up_text(format::instant(since)),
    }
}

/// When a message last arrived.
pub fn last_arrived(row: &Row) -> String {
    match row.last_delivered_at {
        Some(at) => t::webhook_last_arrived(format::instant(at)),
        None => t::webhook_never_arrived().to_owned(),
    }
}

/// The kinds of record it is told of.
pub fn kinds(types: &[RecordType]) -> String {
    if types.is_empty() {
        return t::webhook_all_kinds().to_owned();
    }
    let all: Vec<_> = types.iter().map(|it| records::kind(*it)).collect();
    all.join(", ")
}

/// The places it is told of; their names follow when they are known.
pub fn places(row: &Row) -> String {
    let ids: Vec<&str> = row
        .provinces
        .iter()
        .chain(&row.communes)
        .map(cynic::Id::inner)
        .collect();
    if ids.is_empty() {
        return t::webhook_everywhere().to_owned();
    }
    let names: Vec<_> = ids
        .into_iter()
        .map(|it| records::title(it).unwrap_or_else(|| "…".to_owned()))
        .collect();
    names.join(", ")
}

/// The kinds of record that a webhook can be told of.
pub fn told() -> impl Iterator<Item = RecordType> {
    RecordType::ALL.iter().copied().filter(|it| feed::is_told(*it))
}

/// How it stands with a message.
pub fn arrival(state: Arrival) -> &'static str {
    match state {
        Arrival::Waiting => t::webhook_message_waiting(),
        Arrival::Delivered => t::webhook_message_delivered(),
        Arrival::Failed => t::webhook_message_failed(),
    }
}

pub const fn arrival_course(state: Arrival) -> Course {
    match state {
        Arrival::Waiting => Course::Planned,
        Arrival::Delivered => Course::Going,
        Arrival::Failed => Course::Stopped,
    }
}

/// What a message is of: « offre : changement »; a type we do not know as it is written.
pub fn of(delivery: &Delivery) -> String {
    if delivery.of == TEST {
        return t::webhook_of_test().to_owned();
    }
    let happened = match delivery.of.rsplit_once('.').map(|it| it.1) {
        Some("upserted") => t::webhook_of_upserted(),
        Some("deleted") => t::webhook_of_deleted(),
        Some("merged") => t::webhook_of_merged(),
        Some("split") => t::webhook_of_split(),
        Some("visibility_lost") => t::webhook_of_visibility_lost(),
        _ => return delivery.of.clone(),
    };
    match delivery.record_type {
        Some(kind) => t::webhook_of(records::kind(kind), happened),
        None => delivery.of.clone(),
    }
}

/// What it is called: what its owner says it is for, else its address without its query.
pub fn name(row: &Row) -> String {
    row.description
        .clone()
        .unwrap_or_else(|| short(row.url.split('?').next().unwrap_or_default()))
}

/// An address without what all have.
pub fn short(url: &str) -> String {
    url.trim_start_matches("https://")
        .trim_end_matches('/')
        .to_owned()
}
