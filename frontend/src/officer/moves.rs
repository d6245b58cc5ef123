//! What is done with a request: written in, handed over, closed, opened again.

use crate::api;
use crate::contract::schema;
use crate::edit::press::Answer;
use crate::refusal::UserError;
use cynic::MutationBuilder;
use domain::request::{Conclusion, NewRequestMessage};

#[derive(cynic::InputObject)]
struct RequestHandOverInput {
    id: cynic::Id,
    expected_revision: i32,
    to: Option<cynic::Id>,
    note: Option<String>,
}

#[derive(cynic::InputObject)]
struct RequestCloseInput {
    id: cynic::Id,
    expected_revision: i32,
    conclusion: Conclusion,
    text: String,
}

#[derive(cynic::InputObject)]
struct RequestReopenInput {
    id: cynic::Id,
    expected_revision: i32,
}

#[derive(cynic::QueryFragment)]
struct RequestPayload {
    user_errors: Vec<UserError>,
    change_id: Option<cynic::Id>,
}

#[derive(cynic::QueryFragment)]
struct RequestMessagePayload {
    user_errors: Vec<UserError>,
}

#[derive(cynic::QueryVariables)]
struct Writing {
    input: NewRequestMessage,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Mutation", variables = "Writing")]
struct Write {
    #[arguments(input: $input)]
    request_write: RequestMessagePayload,
}

crate::api::document!(mutation Write(Writing));

#[derive(cynic::QueryVariables)]
struct Handing {
    input: RequestHandOverInput,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Mutation", variables = "Handing")]
struct HandOver {
    #[arguments(input: $input)]
    request_hand_over: RequestPayload,
}

crate::api::document!(mutation HandOver(Handing));

#[derive(cynic::QueryVariables)]
struct Closing {
    input: RequestCloseInput,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Mutation", variables = "Closing")]
struct Close {
    #[arguments(input: $input)]
    request_close: RequestPayload,
}

crate::api::document!(mutation Close(Closing));

#[derive(cynic::QueryVariables)]
struct Reopening {
    input: RequestReopenInput,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Mutation", variables = "Reopening")]
struct Reopen {
    #[arguments(input: $input)]
    request_reopen: RequestPayload,
}

crate::api::document!(mutation Reopen(Reopening));

/// Writes in the conversation. `key` makes sending it twice write it once.
pub async fn write(request: cynic::Id, text: String, key: String) -> Answer {
    let Ok(request_id) = request.inner().parse() else {
        return Ok((Vec::new(), None));
    };
    let input = NewRequestMessage {
        client_mutation_id: Some(key),
        request_id,
        text,
    };
    let it = api::mutate(&Write::build(Writing { input })).await?;
    // What was written is not taken back: somebody may have read it.
    Ok((it.request_write.user_errors, None))
}

/// Hands it over; to nobody in particular, to whoever follows its commune and subject now.
pub async fn hand_over(id: cynic::Id, revision: i32, to: Option<cynic::Id>, note: Option<String>) -> Answer {
    let input = RequestHandOverInput {
        id,
        expected_revision: revision,
        to,
        note,
    };
    let it = api::mutate(&HandOver::build(Handing { input }))
        .await?
        .request_hand_over;
    Ok((it.user_errors, it.change_id))
}

/// Closes it with what came of it.
pub async fn close(id: cynic::Id, revision: i32, conclusion: Conclusion, text: String) -> Answer {
    let input = RequestCloseInput {
        id,
        expected_revision: revision,
        conclusion,
        text,
    };
    let it = api::mutate(&Close::build(Closing { input })).await?.request_close;
    Ok((it.user_errors, it.change_id))
}

/// Opens it again.
pub async fn reopen(id: cynic::Id, revision: i32) -> Answer {
    let input = RequestReopenInput {
        id,
        expected_revision: revision,
    };
    let it = api::mutate(&Reopen::build(Reopening { input }))
        .await?
        .request_reopen;
    Ok((it.user_errors, it.change_id))
}
