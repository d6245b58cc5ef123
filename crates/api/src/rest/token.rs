//! Signing in as a partner's machine: OAuth 2 client credentials (RFC 6749, section 4.4).

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use domain::policy::Scope;
use store::SignIn;

use crate::auth::{client_named, scope_text, scopes_in};
use crate::problem::{Code, Fault};
use crate::server::{App, Reader, body};

/// What a machine asks, as a form.
#[derive(serde::Deserialize, utoipa::ToSchema)]
pub struct TokenRequest {
    /// `client_credentials`.
    #[schema(example = "client_credentials")]
    grant_type: String,
    /// The client's identifier, where it is not in the `Authorization` header.
    client_id: Option<String>,
    /// Its secret, where it is not in the `Authorization` header.
    #[schema(format = Password)]
    client_secret: Option<String>,
    /// The scopes wanted, separated by spaces; all of the client's unless given.
    #[schema(example = "exchange:write")]
    scope: Option<String>,
}

/// A token for a machine.
#[derive(serde::Serialize, utoipa::ToSchema)]
pub struct TokenAnswer {
    /// To be sent as `Authorization: Bearer …`.
    access_token: String,
    /// `Bearer`.
    token_type: &'static str,
    /// For how many seconds it is good.
    expires_in: i64,
    /// What it is good for.
    scope: String,
}

/// An error as RFC 6749 has it.
#[derive(serde::Serialize, utoipa::ToSchema)]
pub struct TokenError {
    /// `invalid_request`, `invalid_client`, `unsupported_grant_type` or `invalid_scope`.
    error: &'static str,
    /// What to do.
    error_description: String,
}

fn refuse(status: StatusCode, error: &'static str, why: &str) -> Response {
    let headers = [
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (
            WWW_AUTHENTICATE,
            HeaderValue::from_static("Basic realm=\"chantiers\""),
        ),
    ];
    let body = axum::Json(TokenError {
        error,
        error_description: why.to_owned(),
    });
    if status == StatusCode::UNAUTHORIZED {
        (status, headers, body).into_response()
    } else {
        (status, [headers[0].clone()], body).into_response()
    }
}

/// The identifier and the secret in a `Basic` header, each percent-encoded as in a form.
fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, encoded) = value.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let text = String::from_utf8(BASE64_STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (id, secret) = text.split_once(':')?;
    let decoded = |part: &str| {
        let mut pairs = url::form_urlencoded::parse(part.as_bytes());
        pairs
            .next()
            .map(|(text, _)| text.into_owned())
            .unwrap_or_default()
    };
    Some((decoded(id), decoded(secret)))
}

/// A token for a machine
///
/// Client credentials: the identifier and the secret in the `Authorization` header (Basic) or in the form.
#[utoipa::path(
    post,
    path = "/oauth/token",
    tag = "Session",
    request_body(content = TokenRequest, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "A token.", body = TokenAnswer),
        (status = 400, description = "The request is not one for a token.", body = TokenError),
        (status = 401, description = "No such client, not this secret, or one that has expired, which `error_description` then says.", body = TokenError),
        (status = 429, description = "Too many tries: Retry-After says when to go on.", body = crate::problem::Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn token(
    State(app): State<Arc<App>>,
    reader: Reader,
    request: Request,
) -> Result<Response, Fault> {
    let is_form = request
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
    if !is_form {
        return Err(Fault::new(Code::UnsupportedMediaType));
    }
    let headers = request.headers().clone();
    let sent = body(request, &()).await?;
    let mut asked = TokenRequest {
        grant_type: String::new(),
        client_id: None,
        client_secret: None,
        scope: None,
    };
    for (name, value) in url::form_urlencoded::parse(&sent) {
        match &*name {
            "grant_type" => asked.grant_type = value.into_owned(),
            "client_id" => asked.client_id = Some(value.into_owned()),
            "client_secret" => asked.client_secret = Some(value.into_owned()),
            "scope" => asked.scope = Some(value.into_owned()),
            _ => {}
        }
    }
    let bad = StatusCode::BAD_REQUEST;
    match asked.grant_type.as_str() {
        "client_credentials" => {}
        "" => {
            return Ok(refuse(
                bad,
                "invalid_request",
                "say grant_type=client_credentials",
            ));
        }
        _ => return Ok(refuse(bad, "unsupported_grant_type", "only client_credentials")),
    }
    let given = basic(&headers).or_else(|| asked.client_id.zip(asked.client_secret));
    let unknown = || {
        refuse(
            StatusCode::UNAUTHORIZED,
            "invalid_client",
            "no such client, or not this secret",
        )
    };
    let Some((name, secret)) = given else {
        return Ok(unknown());
    };
    let now = app.store.mint().now();
    app.throttle.attempt(reader.address, &name, now)?;
    let found = match client_named(&name) {
        Some(client) => app.store.sign_in_client(client, &secret).await?,
        None => SignIn::Unknown,
    };
    let client = match found {
        SignIn::Known(client) => client,
        // Only who has the secret learns that it was one.
        SignIn::Expired(at) => {
            let at = at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
            let why = format!("the secret expired at {at}: have the client given another one");
            return Ok(refuse(StatusCode::UNAUTHORIZED, "invalid_client", &why));
        }
        SignIn::Unknown => return Ok(unknown()),
    };
    app.throttle.forget(reader.address, &name);
    let scopes: Vec<Scope> = match asked
        .scope
        .as_deref()
        .map(str::trim)
        .filter(|scope| !scope.is_empty())
    {
        None => client.scopes,
        Some(wanted) => {
            let known = scopes_in(wanted);
            if known.len() != wanted.split_whitespace().count()
                || known.iter().any(|scope| !client.scopes.contains(scope))
            {
                return Ok(refuse(
                    bad,
                    "invalid_scope",
                    "the client has not all of these scopes",
                ));
            }
            known
        }
    };
    let access = app.tokens.issue_to_client(client.id, &scopes, app.store.mint())?;
    let answer = TokenAnswer {
        access_token: access.token,
        token_type: "Bearer",
        expires_in: (access.expires_at - now).num_seconds(),
        scope: scope_text(&scopes),
    };
    Ok(([(CACHE_CONTROL, "no-store")], axum::Json(answer)).into_response())
}
