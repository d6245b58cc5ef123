//! Choosing another password by a link that is sent by mail: asking for it, and using it.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CACHE_CONTROL;
use axum::response::IntoResponse;

use super::session::{Invited, NewPassword, check_new};
use crate::problem::{Fault, Problem};
use crate::server::{App, Path, Reader, Sent};

/// Whose password is to be another.
#[derive(serde::Deserialize, utoipa::ToSchema)]
pub struct ResetRequest {
    /// The e-mail address of the account.
    #[schema(example = "prenom.nom@exemple.be")]
    email: String,
}

/// Ask for a link
///
/// Writes to the address, where it has an account in use, with a link that is good once and for an hour. The answer is the
/// same, and as fast, where it has none. Within five minutes an account is sent one link.
#[utoipa::path(
    post,
    path = "/v1/password-resets",
    tag = "Session",
    request_body = ResetRequest,
    responses(
        (status = 202, description = "Where there is an account, it is written to."),
        (status = 429, description = "Too many tries: Retry-After says when to go on.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn ask(
    State(app): State<Arc<App>>,
    reader: Reader,
    Sent(sent): Sent<ResetRequest>,
) -> Result<impl IntoResponse, Fault> {
    // Counted apart from signing in, so that neither keeps anybody from the other.
    let asked = format!("reset {}", sent.email);
    app.throttle
        .attempt(reader.address, &asked, app.store.mint().now())?;
    app.store.ask_reset(&sent.email, &reader.origin).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Whom a link is for
#[utoipa::path(
    get,
    path = "/v1/password-resets/{token}",
    tag = "Session",
    params(("token" = String, Path, description = "What stands in the link.")),
    responses(
        (status = 200, description = "It can be used.", body = Invited),
        (status = 410, description = "Used, expired or unknown.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn link(
    State(app): State<Arc<App>>,
    Path(token): Path<String>,
) -> Result<impl IntoResponse, Fault> {
    let person = app.store.resetting(&token).await?;
    Ok(([(CACHE_CONTROL, "no-store")], Json(Invited::from(person))))
}

/// Choose another password by a link
///
/// Ends every session of the account, and writes to the person that it happened. The link is then void; signing in follows.
#[utoipa::path(
    post,
    path = "/v1/password-resets/{token}",
    tag = "Session",
    params(("token" = String, Path, description = "What stands in the link.")),
    request_body = NewPassword,
    responses(
        (status = 204, description = "Changed."),
        (status = 410, description = "Used, expired or unknown.", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "The password is too short or too plain.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn choose(
    State(app): State<Arc<App>>,
    Path(token): Path<String>,
    reader: Reader,
    Sent(sent): Sent<NewPassword>,
) -> Result<impl IntoResponse, Fault> {
    check_new("password", &sent.password)?;
    // Before hashing, which costs: a stranger without a link must not make us do it.
    app.store.resetting(&token).await?;
    let hash = app.passwords.hash(sent.password, app.store.mint()).await?;
    let site = app.site.public_url.as_str();
    app.store
        .reset_password(&token, hash, &reader.origin, site)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
