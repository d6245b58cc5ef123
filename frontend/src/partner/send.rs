//! What is done with a machine: it is made, changed, let in or no more, given another secret.

use super::read::Row;
use crate::api;
use crate::contract::schema;
use crate::edit::press::Answer;
use crate::refusal::UserError;
use crate::ui::state::Failure;
use chrono::{DateTime, Utc};
use cynic::MutationBuilder;
use domain::client::{ClientPatch, NewClient};

#[derive(cynic::QueryFragment)]
pub struct ClientPayload {
    pub client: Option<Row>,
    pub secret: Option<ClientSecret>,
    pub user_errors: Vec<UserError>,
}

/// A secret, shown this once.
#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
pub struct ClientSecret {
    pub secret: String,
    pub expires_at: DateTime<Utc>,
}

#[derive(cynic::QueryVariables)]
struct Making {
    input: NewClient,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Mutation", variables = "Making")]
struct Make {
    #[arguments(input: $input)]
    client_create: ClientPayload,
}

crate::api::document!(mutation Make(Making));

#[derive(cynic::QueryVariables)]
struct Changing {
    input: ClientPatch,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Mutation", variables = "Changing")]
struct Change {
    #[arguments(input: $input)]
    client_update: ClientPayload,
}

crate::api::document!(mutation Change(Changing));

#[derive(cynic::QueryVariables)]
struct Rotating {
    id: String,
    expires_at: Option<DateTime<Utc>>,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Mutation", variables = "Rotating")]
struct Rotate {
    #[arguments(id: $id, expiresAt: $expires_at)]
    client_rotate_secret: ClientPayload,
}

crate::api::document!(mutation Rotate(Rotating));

#[derive(cynic::QueryVariables)]
struct Switching {
    id: String,
    is_active: bool,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Mutation", variables = "Switching")]
struct Switch {
    #[arguments(id: $id, isActive: $is_active)]
    client_set_active: ClientPayload,
}

crate::api::document!(mutation Switch(Switching));

pub async fn make(input: NewClient) -> Result<ClientPayload, Failure> {
    Ok(api::mutate(&Make::build(Making { input })).await?.client_create)
}

pub async fn change(input: ClientPatch) -> Result<ClientPayload, Failure> {
    Ok(api::mutate(&Change::build(Changing { input }))
        .await?
        .client_update)
}

pub async fn rotate(id: String, expires_at: Option<DateTime<Utc>>) -> Result<ClientPayload, Failure> {
    let done = api::mutate(&Rotate::build(Rotating { id, expires_at })).await?;
    Ok(done.client_rotate_secret)
}

pub async fn switch(id: String, is_active: bool) -> Answer {
    let done = api::mutate(&Switch::build(Switching { id, is_active })).await?;
    Ok((done.client_set_active.user_errors, None))
}
