//! Everything that is held of somebody with an account, for them to take away.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION};
use axum::response::{IntoResponse, Response};
use domain::PersonId;

use crate::ctx::Caller;
use crate::problem::{Code, Fault, Problem};
use crate::server::{App, Path};

/// What is held of a person
#[derive(utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OwnData {
    /// When it was gathered.
    pub made_at: chrono::DateTime<chrono::Utc>,
    /// Whether it is all: of each kind at most 5,000 are told.
    pub is_whole: bool,
    /// By kind (`account`, `memberships`, `seats`, `notes`, `requests`, `sessions`, `mails`, `changesByYou`…), each a list.
    #[schema(value_type = Object)]
    pub data: serde_json::Value,
}

/// Take away one's data
///
/// Everything that is held of the person: the account, what they take part in, what they wrote, their sessions, the messages
/// to them, what the history tells of them. For the person, and for administrators.
#[utoipa::path(
    get,
    path = "/v1/persons/{id}/data.json",
    tag = "Session",
    params(("id" = String, Path, description = "The person's identifier.", example = "person_01h455vb4pex5vsknk084sn02q")),
    security(("token" = [])),
    responses(
        (status = 200, description = "All of it.", body = OwnData),
        (status = 401, description = "Nobody is signed in.", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "It is of somebody else.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is no such person, or it is not yours to know.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn own_data(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Fault> {
    caller.signed_in()?;
    let id: PersonId = id.parse().map_err(|_| Fault::new(Code::NotFound))?;
    let held = app.store.own_data(&caller.actor, id).await?;
    let headers = [
        (CACHE_CONTROL, "no-store"),
        (CONTENT_DISPOSITION, "attachment; filename=\"data.json\""),
    ];
    Ok((headers, Json(held)).into_response())
}
