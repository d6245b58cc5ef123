//! What the server says of itself as the one that issues tokens (RFC 8414), and the keys to read them with (RFC 7517).

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse, Response};
use domain::policy::Scope;

use crate::auth::PublicKey;
use crate::server::App;

/// Where each of the two is.
pub(crate) const METADATA: &str = "/.well-known/oauth-authorization-server";
pub(crate) const KEYS: &str = "/.well-known/jwks.json";
/// Where tokens are asked for.
pub(crate) const TOKEN: &str = "/oauth/token";

/// How long a copy may be kept: the next key is published days before it signs.
const KEPT: (axum::http::HeaderName, HeaderValue) =
    (CACHE_CONTROL, HeaderValue::from_static("public, max-age=300"));

/// The keys that access tokens can be read with.
#[derive(serde::Serialize, utoipa::ToSchema)]
pub struct KeySet {
    /// From the first that signed to the next that will.
    keys: Vec<PublicKey>,
}

/// What a client needs to know to get a token.
#[derive(serde::Serialize, utoipa::ToSchema)]
pub struct Metadata {
    /// Who issues the tokens: what stands in them as `iss`.
    issuer: String,
    /// Where tokens are asked for.
    token_endpoint: String,
    /// Where the keys are to read them with.
    jwks_uri: String,
    /// What a machine can be allowed.
    scopes_supported: Vec<&'static str>,
    /// None: nobody is sent here to sign in for another application.
    response_types_supported: [&'static str; 0],
    /// `client_credentials`.
    grant_types_supported: [&'static str; 1],
    /// How a client shows its secret.
    token_endpoint_auth_methods_supported: [&'static str; 2],
    /// What to read.
    service_documentation: String,
    /// The languages of messages.
    ui_locales_supported: [&'static str; 4],
}

/// The public keys
///
/// With them anybody can check an access token: `EdDSA` over Ed25519, found by its header's `kid`. The next key is
/// published two days before it signs; a copy is good for five minutes.
#[utoipa::path(
    get,
    path = "/.well-known/jwks.json",
    tag = "Session",
    responses((status = 200, description = "The keys (RFC 7517).", body = KeySet))
)]
pub(crate) async fn keys(State(app): State<Arc<App>>) -> Response {
    let keys = app.tokens.public();
    ([KEPT], Json(KeySet { keys })).into_response()
}

/// The authorization server
///
/// Where and how a machine gets a token (RFC 8414).
#[utoipa::path(
    get,
    path = "/.well-known/oauth-authorization-server",
    tag = "Session",
    responses((status = 200, description = "What a client needs to know.", body = Metadata))
)]
pub(crate) async fn metadata(State(app): State<Arc<App>>) -> Response {
    let issuer = app.tokens.issuer().to_owned();
    let at = |path: &str| format!("{issuer}{path}");
    let metadata = Metadata {
        token_endpoint: at(TOKEN),
        jwks_uri: at(KEYS),
        scopes_supported: Scope::ALL.iter().map(|scope| scope.oauth()).collect(),
        response_types_supported: [],
        grant_types_supported: ["client_credentials"],
        token_endpoint_auth_methods_supported: ["client_secret_basic", "client_secret_post"],
        service_documentation: at("/v1/docs"),
        ui_locales_supported: ["fr", "nl", "de", "en"],
        issuer,
    };
    ([KEPT], Json(metadata)).into_response()
}
