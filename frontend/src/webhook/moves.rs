//! What is done with a webhook: it is paused, taken back into use or removed, tried out, given another secret; messages
//! are sent again.

use super::read::{Facts, WebhookSecret, WebhookSecretPayload};
use super::secret;
use crate::api;
use crate::contract::{schema, typed};
use crate::edit::press::{Answer, press};
use crate::language::t;
use crate::refusal::UserError;
use crate::ui::state::Failure;
use crate::ui::toast::Toasts;
use chrono::{DateTime, Utc};
use cynic::MutationBuilder;
use domain::Patch;
use domain::webhook::{State, WebhookPatch};
use leptos::prelude::*;

#[derive(cynic::QueryVariables)]
struct Moving {
    input: WebhookPatch,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Mutation", variables = "Moving")]
struct Move {
    #[arguments(input: $input)]
    webhook_update: WebhookPayload,
}

crate::api::document!(mutation Move(Moving));

#[derive(cynic::QueryFragment)]
struct WebhookPayload {
    user_errors: Vec<UserError>,
    change_id: Option<cynic::Id>,
}

#[derive(cynic::InputObject)]
struct DeleteInput {
    id: cynic::Id,
    expected_revision: i32,
}

#[derive(cynic::QueryVariables)]
struct Removing {
    input: DeleteInput,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Mutation", variables = "Removing")]
struct Remove {
    #[arguments(input: $input)]
    webhook_delete: DeletePayload,
}

crate::api::document!(mutation Remove(Removing));

#[derive(cynic::QueryFragment)]
struct DeletePayload {
    user_errors: Vec<UserError>,
}

#[derive(cynic::InputObject)]
struct WebhookInput {
    id: cynic::Id,
}

#[derive(cynic::QueryVariables)]
struct Naming {
    input: WebhookInput,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Mutation", variables = "Naming")]
struct Rotate {
    #[arguments(input: $input)]
    webhook_rotate_secret: WebhookSecretPayload,
}

crate::api::document!(mutation Rotate(Naming));

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Mutation", variables = "Naming")]
struct Try {
    #[arguments(input: $input)]
    webhook_test: WebhookTestPayload,
}

crate::api::document!(mutation Try(Naming));

#[derive(cynic::QueryFragment)]
struct WebhookTestPayload {
    delivery: Option<Made>,
    user_errors: Vec<UserError>,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "WebhookDelivery")]
struct Made {
    id: cynic::Id,
}

#[derive(cynic::InputObject)]
pub struct WebhookRedeliverInput {
    pub id: cynic::Id,
    pub delivery_id: Option<cynic::Id>,
    pub since: Option<DateTime<Utc>>,
    pub only_failed: bool,
}

#[derive(cynic::QueryVariables)]
struct Repeating {
    input: WebhookRedeliverInput,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Mutation", variables = "Repeating")]
struct Repeat {
    #[arguments(input: $input)]
    webhook_redeliver: WebhookRedeliverPayload,
}

crate::api::document!(mutation Repeat(Repeating));

#[derive(cynic::QueryFragment)]
pub struct WebhookRedeliverPayload {
    pub queued: i32,
    pub next_since: Option<DateTime<Utc>>,
    pub user_errors: Vec<UserError>,
}

async fn moved(id: cynic::Id, revision: i32, to: State) -> Answer {
    let Some(id) = typed(&id) else {
        return Ok((Vec::new(), None));
    };
    let mut input = WebhookPatch::of(id, revision);
    input.state = Patch::Value(to);
    let it = api::mutate(&Move::build(Moving { input })).await?.webhook_update;
    Ok((it.user_errors, it.change_id))
}

/// Pauses it, or takes it into use, also where the server had stopped it.
pub fn go(to: State, facts: &Facts, busy: RwSignal<bool>, said: Toasts) {
    let done = match to {
        State::Active => t::webhook_resumed(),
        State::Paused => t::webhook_paused_now(),
    };
    press(busy, said, done, moved(facts.id.clone(), facts.revision, to));
}

/// Removes it for good: another of the same address would have other keys. Why not, where it was refused.
pub async fn remove(id: cynic::Id, expected_revision: i32) -> Result<Vec<UserError>, Failure> {
    let input = DeleteInput {
        id,
        expected_revision,
    };
    let it = api::mutate(&Remove::build(Removing { input })).await?;
    Ok(it.webhook_delete.user_errors)
}

async fn rotated(id: cynic::Id) -> Answer {
    let input = WebhookInput { id: id.clone() };
    let it = api::mutate(&Rotate::build(Naming { input })).await?;
    let WebhookSecretPayload {
        secret, user_errors, ..
    } = it.webhook_rotate_secret;
    if let Some(WebhookSecret { secret }) = secret {
        secret::show(id.inner(), secret, true);
    }
    Ok((user_errors, None))
}

/// Gives it another secret, which is shown once.
pub fn rotate(id: cynic::Id, busy: RwSignal<bool>, said: Toasts) {
    press(busy, said, t::webhook_rotated(), rotated(id));
}

/// Sends a message that tells of nothing; the message, or why not.
pub async fn attempt(id: cynic::Id) -> Result<Result<cynic::Id, Vec<UserError>>, Failure> {
    let input = WebhookInput { id };
    let it = api::mutate(&Try::build(Naming { input })).await?.webhook_test;
    Ok(it.delivery.map(|it| it.id).ok_or(it.user_errors))
}

/// Sends messages again.
pub async fn again(input: WebhookRedeliverInput) -> Result<WebhookRedeliverPayload, Failure> {
    Ok(api::mutate(&Repeat::build(Repeating { input }))
        .await?
        .webhook_redeliver)
}
