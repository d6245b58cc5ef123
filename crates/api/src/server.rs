//! The HTTP server: every route, and what surrounds them all (request ids, log, limits, headers, health). What a
//! route does is its own file's.

use std::future::Future;
use std::net::SocketAddr;
use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::{DefaultBodyLimit, FromRequest, FromRequestParts, MatchedPath, Request, State};
use axum::http::header::{
    ACCEPT_LANGUAGE, AUTHORIZATION, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY,
    CONTENT_TYPE, ETAG, HOST, IF_NONE_MATCH, ORIGIN, REFERRER_POLICY, RETRY_AFTER, STRICT_TRANSPORT_SECURITY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::serve::ListenerExt;
use axum::{Json, Router};
use domain::{Lang, Mint};
use futures::FutureExt;
use serde::de::DeserializeOwned;
use store::Store;
use tokio::net::TcpListener;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate};
use tower_http::cors::{AllowOrigin, CorsLayer};
use tracing::Instrument;
use url::Url;

use crate::auth::{Passwords, Throttle, Tokens};
use crate::metrics::Metrics;
use crate::problem::{Code, Fault};
use crate::schema::Schema;
use crate::{graphql, openapi, rest, schema, spa};

/// The largest body a request may have.
pub const BODY_LIMIT: usize = 1 << 20;
/// How long a request may take.
const TIME_LIMIT: Duration = Duration::from_secs(30);
/// How long what is under way may go on after the server was told to stop.
const STOP_LIMIT: Duration = Duration::from_secs(10);
/// How long the database may take to answer when asked whether it is there.
const READY_LIMIT: Duration = Duration::from_secs(2);

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What a page of ours may load: our own files, and WASM. Styles are set through the object model, never in
/// attributes; the icon is a data address.
const PAGE_POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
    img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; \
    form-action 'self'; frame-ancestors 'none'";
/// What anything that is not a page may load.
const DATA_POLICY: &str = "default-src 'none'; frame-ancestors 'none'";
const PERMISSIONS: &str = "camera=(), geolocation=(), microphone=(), payment=(), usb=()";

/// Where the server stands, as far as its routes must know.
#[derive(Clone, Debug)]
pub struct Site {
    /// The address people type.
    pub public_url: Url,
    /// The folder of the built browser application.
    pub spa_dir: Option<PathBuf>,
    /// The origins whose pages may call the API; `*` for all.
    pub cors_origins: Vec<String>,
    /// Whether a proxy in front writes `X-Forwarded-For`.
    pub trust_forwarded: bool,
}

/// What all routes share.
pub struct App {
    /// The records.
    pub store: Store,
    /// The GraphQL schema.
    pub schema: Schema,
    /// The access tokens.
    pub tokens: Tokens,
    /// The passwords.
    pub passwords: Passwords,
    /// Who tried to sign in lately.
    pub throttle: Throttle,
    /// What was counted.
    pub metrics: Metrics,
    /// Where the server stands.
    pub site: Site,
}

impl App {
    /// With a store that is migrated.
    ///
    /// # Errors
    /// Where the signing key cannot be read.
    pub async fn new(store: Store, site: Site) -> store::Result<Self> {
        let key = store.signing_key().await?;
        Ok(Self {
            schema: schema::build(store.clone()),
            tokens: Tokens::new(&key, site.public_url.origin().ascii_serialization()),
            passwords: Passwords::default(),
            throttle: Throttle::default(),
            metrics: Metrics::default(),
            store,
            site,
        })
    }
}

/// Every route.
pub fn router(app: Arc<App>) -> Router {
    let compressed = DefaultPredicate::new()
        // A spreadsheet is compressed already.
        .and(NotForContentType::const_new(
            "application/vnd.openxmlformats-officedocument",
        ))
        .and(NotForContentType::const_new("font/"));
    let routes = Router::new()
        .route("/health/live", get(live))
        .route("/health/ready", get(ready))
        .route("/metrics", get(metrics))
        .merge(graphql::routes())
        .merge(rest::routes())
        .merge(openapi::routes())
        .fallback(spa::serve)
        .method_not_allowed_fallback(async || Fault::new(Code::MethodNotAllowed))
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(CompressionLayer::new().compress_when(compressed));
    let routes = if app.site.cors_origins.is_empty() {
        routes
    } else {
        routes.layer(cors(&app.site))
    };
    routes
        .layer(from_fn_with_state(Arc::clone(&app), surround))
        .with_state(app)
}

/// Serves until told to stop, then finishes what is under way, for a bounded time.
///
/// # Errors
/// Where the listener fails.
pub async fn serve(
    listener: TcpListener,
    app: Arc<App>,
    stopped: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let (told, mut heard) = tokio::sync::watch::channel(());
    let stopped = async move {
        stopped.await;
        tracing::info!("stopping: no new connections, what is under way is finished");
        drop(told);
    };
    // Small answers leave at once.
    let listener = listener.tap_io(|stream| {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "no TCP_NODELAY");
        }
    });
    let service = router(app).into_make_service_with_connect_info::<SocketAddr>();
    let serving = axum::serve(listener, service).with_graceful_shutdown(stopped);
    let given_up = async {
        // Ends when the sender is dropped.
        while heard.changed().await.is_ok() {}
        tokio::time::sleep(STOP_LIMIT).await;
    };
    tokio::select! {
        ended = serving.into_future() => ended,
        () = given_up => {
            tracing::warn!("stopped although requests were under way");
            Ok(())
        }
    }
}

/// Who reads the answer: in which language, under which request id.
#[derive(Clone, Debug)]
pub struct Reader {
    /// The first of our languages in `Accept-Language`.
    pub lang: Lang,
    /// The request's id.
    pub request_id: String,
}

impl Reader {
    /// As the outermost layer found it.
    #[must_use]
    pub fn of(parts: &Parts) -> Self {
        parts.extensions.get::<Self>().cloned().unwrap_or_else(|| Self {
            lang: language(&parts.headers),
            request_id: String::new(),
        })
    }
}

impl<S: Sync> FromRequestParts<S> for Reader {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self::of(parts))
    }
}

fn language(headers: &HeaderMap) -> Lang {
    headers
        .get(ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok())
        .map_or(Lang::Fr, Lang::from_header)
}

/// The caller's own id where it is a plain one, so that a proxy's log and ours agree; else a new one.
fn request_id(headers: &HeaderMap, mint: &dyn Mint) -> String {
    let plain = |id: &&str| {
        (8..=64).contains(&id.len())
            && id
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
    };
    headers
        .get(REQUEST_ID)
        .and_then(|value| value.to_str().ok())
        .filter(plain)
        .map_or_else(|| mint.uuid().to_string(), str::to_owned)
}

/// Around every request: its id, its time limit, what becomes of a panic, the form of a refusal, the headers, the
/// log's line and the counters.
async fn surround(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Response {
    let began = Instant::now();
    let reader = Reader {
        lang: language(request.headers()),
        request_id: request_id(request.headers(), app.store.mint()),
    };
    let method = method(request.method());
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("(other)", MatchedPath::as_str)
        .to_owned();
    request.extensions_mut().insert(reader.clone());

    let span = tracing::info_span!("request", id = reader.request_id);
    let answer = tokio::time::timeout(TIME_LIMIT, next.run(request));
    let mut response = match AssertUnwindSafe(answer).catch_unwind().instrument(span).await {
        Ok(Ok(response)) => response,
        Ok(Err(_)) => Fault::new(Code::Timeout).into_response(),
        Err(_) => {
            tracing::error!(id = reader.request_id, "a request panicked");
            Fault::new(Code::Internal).into_response()
        }
    };
    if let Some(fault) = response.extensions_mut().remove::<Fault>() {
        fault.write(&mut response, reader.lang, &reader.request_id);
    }
    secure(response.headers_mut(), &app.site);
    if let Ok(id) = HeaderValue::from_str(&reader.request_id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }

    let (status, took) = (response.status(), began.elapsed());
    app.metrics.answered(&route, method, status, took);
    let ms = took.as_secs_f64() * 1_000.0;
    let ms = (ms * 10.0).round() / 10.0;
    if route.starts_with("/health/") || route == "/metrics" {
        tracing::debug!(
            id = reader.request_id,
            method,
            route,
            status = status.as_u16(),
            ms,
            "request"
        );
    } else {
        tracing::info!(
            id = reader.request_id,
            method,
            route,
            status = status.as_u16(),
            ms,
            "request"
        );
    }
    response
}

/// The method's name, one of a few: it becomes a label.
fn method(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        "OPTIONS" => "OPTIONS",
        _ => "OTHER",
    }
}

fn secure(headers: &mut HeaderMap, site: &Site) {
    // What has no body ("unchanged") says nothing of the policy: a browser lays it over the page that it kept.
    if let Some(kind) = headers.get(CONTENT_TYPE) {
        let is_page = kind.to_str().is_ok_and(|kind| kind.starts_with("text/html"));
        let policy = if is_page { PAGE_POLICY } else { DATA_POLICY };
        headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    }
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert("permissions-policy", HeaderValue::from_static(PERMISSIONS));
    headers.insert(
        "cross-origin-opener-policy",
        HeaderValue::from_static("same-origin"),
    );
    if site.public_url.scheme() == "https" {
        headers.insert(
            STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static("max-age=31536000"),
        );
    }
}

/// Pages of other origins may call the API with a token, never with our cookie.
fn cors(site: &Site) -> CorsLayer {
    let origins = if site.cors_origins.iter().any(|origin| origin == "*") {
        AllowOrigin::any()
    } else {
        AllowOrigin::list(
            site.cors_origins
                .iter()
                .filter_map(|origin| HeaderValue::from_str(origin).ok()),
        )
    };
    CorsLayer::new()
        .allow_origin(origins)
        .allow_methods([
            Method::GET,
            Method::HEAD,
            Method::POST,
            Method::PUT,
            Method::DELETE,
        ])
        .allow_headers([
            ACCEPT_LANGUAGE,
            AUTHORIZATION,
            CONTENT_TYPE,
            IF_NONE_MATCH,
            REQUEST_ID,
        ])
        .expose_headers([CONTENT_DISPOSITION, ETAG, RETRY_AFTER, REQUEST_ID])
        .max_age(Duration::from_secs(3_600))
}

/// Whether the request comes from a page of ours, or from no page at all. A browser says so itself
/// (`Sec-Fetch-Site`), or at least names the page's origin; a program says nothing and has no cookie to be abused.
///
/// # Errors
/// It comes from another site's page.
pub fn from_our_own_page(headers: &HeaderMap, site: &Site) -> Result<(), Fault> {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let ours = match (text(HeaderName::from_static("sec-fetch-site")), text(ORIGIN)) {
        (Some(from), _) => from == "same-origin",
        (None, Some(origin)) => {
            let same_host = || {
                let host = origin.split_once("://").map(|(_, host)| host);
                host.is_some() && host == text(HOST)
            };
            origin == site.public_url.origin().ascii_serialization() || same_host()
        }
        (None, None) => true,
    };
    if ours {
        Ok(())
    } else {
        Err(Fault::new(Code::Forbidden).because([
            "Cette demande vient de la page d'un autre site.",
            "Deze aanvraag komt van een pagina van een andere site.",
            "Diese Anfrage kommt von der Seite einer anderen Website.",
            "This request comes from another site's page.",
        ]))
    }
}

/// A body of JSON, announced as such.
#[derive(Debug)]
pub struct Sent<T>(pub T);

impl<T: DeserializeOwned, S: Sync + Send> FromRequest<S> for Sent<T> {
    type Rejection = Fault;

    async fn from_request(request: Request, state: &S) -> Result<Self, Fault> {
        if !is_json(request.headers()) {
            return Err(Fault::new(Code::UnsupportedMediaType));
        }
        let body = body(request, state).await?;
        serde_json::from_slice(&body)
            .map(Self)
            .map_err(|error| Fault::new(Code::BadRequest).technically(error.to_string()))
    }
}

/// The whole body, within the limit.
///
/// # Errors
/// It is too large, or does not come.
pub async fn body<S: Sync + Send>(request: Request, state: &S) -> Result<axum::body::Bytes, Fault> {
    axum::body::Bytes::from_request(request, state)
        .await
        .map_err(|rejection| {
            if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
                Fault::new(Code::PayloadTooLarge)
            } else {
                Fault::new(Code::BadRequest)
            }
        })
}

/// Whether the body is announced as JSON in UTF-8. A form or plain text, which a page of another site can send
/// without asking, is not.
#[must_use]
pub fn is_json(headers: &HeaderMap) -> bool {
    let Some(kind) = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()) else {
        return false;
    };
    let mut parts = kind.split(';').map(str::trim);
    let json = parts
        .next()
        .is_some_and(|kind| kind.eq_ignore_ascii_case("application/json"));
    json && parts.all(|parameter| match parameter.split_once('=') {
        Some((name, value)) if name.eq_ignore_ascii_case("charset") => {
            value.trim_matches('"').eq_ignore_ascii_case("utf-8")
        }
        Some(_) | None => true,
    })
}

/// Whether the reader is a browser that wants a page.
#[must_use]
pub fn wants_page(headers: &HeaderMap) -> bool {
    headers
        .get(axum::http::header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|accept| accept.split(',').any(|kind| kind.trim().starts_with("text/html")))
}

/// Whether the server can do its work.
#[derive(serde::Serialize, utoipa::ToSchema)]
pub struct Health {
    /// `ok`, or `unavailable`.
    #[schema(value_type = String, example = "ok")]
    status: &'static str,
    /// The server's version.
    #[schema(value_type = String, example = "0.1.0")]
    version: &'static str,
    /// Whether the database answers: `ok` or `unavailable`; only where it was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "ok")]
    database: Option<&'static str>,
    /// Whether all migrations are applied: `applied`, `pending`, or `unknown`; only where the database was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "applied")]
    migrations: Option<&'static str>,
}

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Whether the process answers at all
#[utoipa::path(
    get,
    path = "/health/live",
    tag = "Health",
    responses((status = 200, description = "It does.", body = Health))
)]
pub(crate) async fn live() -> impl IntoResponse {
    let health = Health {
        status: "ok",
        version: VERSION,
        database: None,
        migrations: None,
    };
    ([(CACHE_CONTROL, "no-store")], Json(health))
}

/// Whether the server can do its work: the database answers, all migrations are applied
#[utoipa::path(
    get,
    path = "/health/ready",
    tag = "Health",
    responses(
        (status = 200, description = "It can.", body = Health),
        (status = 503, description = "It cannot (yet).", body = Health),
    )
)]
pub(crate) async fn ready(State(app): State<Arc<App>>) -> impl IntoResponse {
    let (database, migrations) = match tokio::time::timeout(READY_LIMIT, app.store.is_ready()).await {
        Ok(Ok(true)) => ("ok", "applied"),
        Ok(Ok(false)) => ("ok", "pending"),
        Ok(Err(error)) => {
            tracing::warn!(%error, "not ready");
            ("unavailable", "unknown")
        }
        Err(_) => ("unavailable", "unknown"),
    };
    let (code, status) = if migrations == "applied" {
        (StatusCode::OK, "ok")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "unavailable")
    };
    let health = Health {
        status,
        version: VERSION,
        database: Some(database),
        migrations: Some(migrations),
    };
    (code, [(CACHE_CONTROL, "no-store")], Json(health))
}

/// Counters for Prometheus
#[utoipa::path(
    get,
    path = "/metrics",
    tag = "Health",
    responses((status = 200, description = "Prometheus' text form.", body = String, content_type = "text/plain"))
)]
pub(crate) async fn metrics(State(app): State<Arc<App>>) -> impl IntoResponse {
    (
        [(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")],
        app.metrics.text(app.store.statements()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site() -> Site {
        Site {
            public_url: "https://chantiers.example.be".parse().unwrap(),
            spa_dir: None,
            cors_origins: Vec::new(),
            trust_forwarded: false,
        }
    }

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap()))
            .collect()
    }

    #[test]
    fn another_site_s_page_is_told_from_ours() {
        let ours = |pairs: &[(&'static str, &str)]| from_our_own_page(&headers(pairs), &site()).is_ok();
        assert!(ours(&[]));
        assert!(ours(&[
            ("sec-fetch-site", "same-origin"),
            ("origin", "http://other")
        ]));
        assert!(!ours(&[("sec-fetch-site", "same-site")]));
        assert!(!ours(&[
            ("sec-fetch-site", "cross-site"),
            ("origin", "https://chantiers.example.be")
        ]));
        assert!(ours(&[("origin", "https://chantiers.example.be")]));
        assert!(ours(&[
            ("origin", "http://10.0.0.1:8080"),
            ("host", "10.0.0.1:8080")
        ]));
        assert!(!ours(&[("origin", "null"), ("host", "10.0.0.1:8080")]));
        assert!(!ours(&[
            ("origin", "https://evil.example"),
            ("host", "chantiers.example.be")
        ]));
    }

    #[test]
    fn only_json_is_json() {
        assert!(is_json(&headers(&[(
            "content-type",
            "application/json; charset=UTF-8"
        )])));
        assert!(!is_json(&headers(&[(
            "content-type",
            "application/json; charset=latin1"
        )])));
        assert!(!is_json(&headers(&[(
            "content-type",
            "text/plain;application/json"
        )])));
        assert!(!is_json(&headers(&[(
            "content-type",
            "application/x-www-form-urlencoded"
        )])));
        assert!(!is_json(&HeaderMap::new()));
    }

    #[test]
    fn a_request_id_is_taken_only_where_it_is_plain() {
        struct Fixed;
        impl Mint for Fixed {
            fn now(&self) -> chrono::DateTime<chrono::Utc> {
                chrono::DateTime::UNIX_EPOCH
            }
            fn uuid(&self) -> uuid::Uuid {
                uuid::Uuid::nil()
            }
            fn secret(&self) -> [u8; 32] {
                [0; 32]
            }
        }
        assert_eq!(
            request_id(&headers(&[("x-request-id", "proxy-12345")]), &Fixed),
            "proxy-12345"
        );
        let new = uuid::Uuid::nil().to_string();
        assert_eq!(
            request_id(&headers(&[("x-request-id", "{\"log\":1} forged")]), &Fixed),
            new
        );
        assert_eq!(request_id(&HeaderMap::new(), &Fixed), new);
    }
}
