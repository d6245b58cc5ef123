//! What is done with an outcome: it begins with a contact, and moves from step to step; each can be taken back.

use super::words;
use crate::api;
use crate::browser;
use crate::contract::schema;
use crate::edit::press::{Answer, press};
use crate::format;
use crate::language::t;
use crate::refusal::UserError;
use crate::ui::toast::Toasts;
use cynic::MutationBuilder;
use domain::PartialDate;
use domain::outcome::Stage;
use leptos::prelude::*;

#[derive(cynic::InputObject)]
struct OutcomeOpenInput {
    client_mutation_id: Option<String>,
    need_id: Option<cynic::Id>,
    offer_id: Option<cynic::Id>,
    since: Option<PartialDate>,
}

#[derive(cynic::InputObject)]
struct OutcomeAdvanceInput {
    id: cynic::Id,
    expected_revision: i32,
    stage: Stage,
    since: Option<PartialDate>,
    reason: Option<String>,
}

#[derive(cynic::QueryFragment)]
struct OutcomePayload {
    user_errors: Vec<UserError>,
    change_id: Option<cynic::Id>,
}

#[derive(cynic::QueryVariables)]
struct Opening {
    input: OutcomeOpenInput,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Mutation", variables = "Opening")]
struct Open {
    #[arguments(input: $input)]
    outcome_open: OutcomePayload,
}

crate::api::document!(mutation Open(Opening));

#[derive(cynic::QueryVariables)]
struct Advancing {
    input: OutcomeAdvanceInput,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Mutation", variables = "Advancing")]
struct Advance {
    #[arguments(input: $input)]
    outcome_advance: OutcomePayload,
}

crate::api::document!(mutation Advance(Advancing));

/// A step is noted on the day it is pressed.
fn today() -> Option<PartialDate> {
    PartialDate::day(format::day_of(browser::now()))
}

/// Begins the contact between the organisations of a need and an offer. Pressed twice, it begins once.
pub fn contact(need: cynic::Id, offer: cynic::Id, busy: RwSignal<bool>, said: Toasts) {
    let input = OutcomeOpenInput {
        client_mutation_id: Some(format!("contact-{:.0}", browser::now())),
        need_id: Some(need),
        offer_id: Some(offer),
        since: today(),
    };
    press(busy, said, t::outcome_opened(), async move {
        let it = api::mutate(&Open::build(Opening { input })).await?.outcome_open;
        Ok((it.user_errors, it.change_id))
    });
}

/// Moves it to another step.
pub fn advance(id: cynic::Id, revision: i32, stage: Stage, busy: RwSignal<bool>, said: Toasts) {
    let done = t::outcome_moved(words::stage(stage));
    press(busy, said, done, advanced(id, revision, stage, None));
}

/// Nothing came of it, for a reason.
pub async fn end(id: cynic::Id, revision: i32, reason: String) -> Answer {
    advanced(id, revision, Stage::Nothing, Some(reason)).await
}

async fn advanced(id: cynic::Id, expected_revision: i32, stage: Stage, reason: Option<String>) -> Answer {
    let input = OutcomeAdvanceInput {
        id,
        expected_revision,
        stage,
        since: today(),
        reason,
    };
    let it = api::mutate(&Advance::build(Advancing { input })).await?;
    Ok((it.outcome_advance.user_errors, it.outcome_advance.change_id))
}
