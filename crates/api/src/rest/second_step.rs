//! The second step of signing in: taking it, and, for one's own account, having it or not. What costs an account its
//! safety asks for the password again.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use domain::refusal::Invalid;
use qrcode::render::svg;
use qrcode::{EcLevel, QrCode};
use store::Stepped;

use super::session::{SignedIn, invalid, own_password, signed_in};
use crate::ctx::Caller;
use crate::problem::{Code, Fault, Problem, Sentence};
use crate::server::{App, Reader, Sent};

const OVER: Sentence = [
    "La connexion a pris trop de temps: recommencez par le mot de passe.",
    "Het aanmelden duurde te lang: begin opnieuw met het wachtwoord.",
    "Die Anmeldung hat zu lange gedauert: beginnen Sie wieder mit dem Passwort.",
    "Signing in took too long: begin again with the password.",
];

/// The second step is wanted.
#[derive(serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SecondStepWanted {
    /// To be sent with the code.
    pub(super) second_step: String,
    /// Until when.
    pub(super) expires_at: DateTime<Utc>,
}

/// The second step.
#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SecondStepTaken {
    /// What the first step answered.
    second_step: String,
    /// A code of the authenticator, or a recovery code.
    #[schema(example = "123456")]
    code: String,
}

/// The caller's password, again.
#[derive(serde::Deserialize, utoipa::ToSchema)]
pub struct PasswordAgain {
    /// The password that the account has now.
    #[schema(format = Password)]
    password: String,
}

/// A first code of an authenticator.
#[derive(serde::Deserialize, utoipa::ToSchema)]
pub struct FirstCode {
    /// Six digits.
    #[schema(example = "123456")]
    code: String,
}

/// What an authenticator is set up with, shown this once.
#[derive(serde::Serialize, utoipa::ToSchema)]
pub struct Authenticator {
    /// For typing it in: base32.
    secret: String,
    /// For a program: `otpauth://totp/…`.
    address: String,
    /// A picture of the address, for a telephone's camera: SVG.
    picture: String,
}

/// What to sign in with where the authenticator is lost, shown this once.
#[derive(serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RecoveryCodes {
    /// Ten codes, each good once.
    recovery_codes: Vec<String>,
}

/// Take the second step
///
/// After the password of an account that has one. A code is good once; five wrong ones within a quarter of an hour, from
/// wherever they come, and the account must wait.
#[utoipa::path(
    post,
    path = "/v1/session/second-step",
    tag = "Session",
    request_body = SecondStepTaken,
    responses(
        (status = 200, description = "Signed in.", body = SignedIn),
        (status = 401, description = "The first step was too long ago.", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "The code is not right, or was used already.", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "Too many tries: Retry-After says when to go on.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn take(
    State(app): State<Arc<App>>,
    reader: Reader,
    Sent(sent): Sent<SecondStepTaken>,
) -> Result<Response, Fault> {
    let SecondStepTaken { second_step, code } = sent;
    match app
        .store
        .take_second_step(&second_step, &code, &reader.origin)
        .await?
    {
        Stepped::Session(person, session) => signed_in(&app, *person, &session),
        Stepped::Wrong => Err(invalid("code", Invalid::WrongCode)),
        Stepped::Wait(wait) => {
            let seconds = wait.num_seconds().max(1).unsigned_abs();
            Err(Fault::new(Code::RateLimited).retry_after(seconds))
        }
        Stepped::Unknown => Err(Fault::new(Code::Unauthenticated).because(OVER)),
    }
}

/// Set up an authenticator
///
/// For one's own account. Signing in needs it from the first right code on (`PUT`); until then nothing changes.
#[utoipa::path(
    post,
    path = "/v1/second-step",
    tag = "Session",
    security(("token" = [])),
    request_body = PasswordAgain,
    responses(
        (status = 200, description = "What to set it up with, shown this once.", body = Authenticator),
        (status = 401, description = "Nobody is signed in.", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "The password is wrong, or there is a second step already.", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "Too many tries: Retry-After says when to go on.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn begin(
    State(app): State<Arc<App>>,
    caller: Caller,
    reader: Reader,
    Sent(sent): Sent<PasswordAgain>,
) -> Result<impl IntoResponse, Fault> {
    own_password(&app, &caller, &reader, "password", sent.password).await?;
    let new = app.store.begin_second_step(&caller.actor).await?;
    let picture = QrCode::with_error_correction_level(&new.address, EcLevel::M)
        .map_err(|_| Fault::new(Code::Internal))?
        .render::<svg::Color<'_>>()
        .min_dimensions(220, 220)
        .build();
    let authenticator = Authenticator {
        secret: new.secret,
        address: new.address,
        picture,
    };
    Ok(([(CACHE_CONTROL, "no-store")], Json(authenticator)))
}

/// Take an authenticator into use
///
/// With its first code. Answers the recovery codes.
#[utoipa::path(
    put,
    path = "/v1/second-step",
    tag = "Session",
    security(("token" = [])),
    request_body = FirstCode,
    responses(
        (status = 200, description = "In use.", body = RecoveryCodes),
        (status = 401, description = "Nobody is signed in.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No authenticator was set up.", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "The code is not right.", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "Too many tries: Retry-After says when to go on.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn confirm(
    State(app): State<Arc<App>>,
    caller: Caller,
    reader: Reader,
    Sent(sent): Sent<FirstCode>,
) -> Result<impl IntoResponse, Fault> {
    let Some(signed) = caller.actor.person() else {
        return Err(Fault::new(Code::Unauthenticated));
    };
    let account = format!("first code {}", signed.id);
    app.throttle
        .attempt(reader.address, &account, app.store.mint().now())?;
    let recovery_codes = app
        .store
        .confirm_second_step(&caller.actor, &sent.code, &reader.origin)
        .await?;
    app.throttle.forget(reader.address, &account);
    Ok((
        [(CACHE_CONTROL, "no-store")],
        Json(RecoveryCodes { recovery_codes }),
    ))
}

/// Do without the second step
///
/// For one's own account; its recovery codes are void.
#[utoipa::path(
    post,
    path = "/v1/second-step/removal",
    tag = "Session",
    security(("token" = [])),
    request_body = PasswordAgain,
    responses(
        (status = 204, description = "Signing in needs the password only."),
        (status = 401, description = "Nobody is signed in.", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "The password is wrong.", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "Too many tries: Retry-After says when to go on.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn remove(
    State(app): State<Arc<App>>,
    caller: Caller,
    reader: Reader,
    Sent(sent): Sent<PasswordAgain>,
) -> Result<impl IntoResponse, Fault> {
    own_password(&app, &caller, &reader, "password", sent.password).await?;
    app.store
        .remove_second_step(&caller.actor, &reader.origin)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
