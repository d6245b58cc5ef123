//! What surrounds every route: the request's id, its time limit, what becomes of a panic, the form of a refusal, the
//! headers that every answer has, the log's line, the counters.

use std::net::{IpAddr, Ipv4Addr};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::{FromRequestParts, MatchedPath, Request, State};
use axum::http::header::{
    ACCEPT_LANGUAGE, AUTHORIZATION, CONTENT_DISPOSITION, CONTENT_RANGE, CONTENT_SECURITY_POLICY,
    CONTENT_TYPE, ETAG, IF_NONE_MATCH, LOCATION, RANGE, REFERRER_POLICY, RETRY_AFTER,
    STRICT_TRANSPORT_SECURITY, USER_AGENT, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use domain::security::Origin;
use domain::{Lang, Mint};
use futures::FutureExt;
use tower_http::cors::{AllowOrigin, CorsLayer};
use tracing::Instrument;

use crate::problem::{Code, Fault};
use crate::server::{App, Site};
use crate::{auth, rest, traces};

/// How long a request may take.
const TIME_LIMIT: Duration = Duration::from_secs(30);
/// How long whoever asks too much waits to hear it: a program that asks again at once then takes nobody else's turn.
const HELD: Duration = Duration::from_millis(250);
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// From where to follow the feed after an export.
pub(crate) const FEED_CURSOR: HeaderName = HeaderName::from_static("feed-cursor");

/// What a page of ours may load: our own files, and WASM. Styles are set through the object model, never in
/// attributes; the icon is a data address.
const PAGE_POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
    img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; \
    form-action 'self'; frame-ancestors 'none'";
/// What anything that is not a page may load.
const DATA_POLICY: &str = "default-src 'none'; frame-ancestors 'none'";
const PERMISSIONS: &str = "camera=(), geolocation=(), microphone=(), payment=(), usb=()";

/// Who reads the answer: in which language, under which request id, at which address.
#[derive(Clone, Debug)]
pub struct Reader {
    /// The first of our languages in `Accept-Language`.
    pub lang: Lang,
    /// The request's id.
    pub request_id: String,
    /// The address that asks.
    pub address: IpAddr,
    /// What is kept of from where, where something is.
    pub origin: Origin,
}

impl Reader {
    /// As the outermost layer found it.
    #[must_use]
    pub fn of(parts: &Parts) -> Self {
        parts.extensions.get::<Self>().cloned().unwrap_or_else(|| Self {
            lang: language(&parts.headers),
            request_id: String::new(),
            address: IpAddr::V4(Ipv4Addr::UNSPECIFIED),
            origin: Origin::default(),
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
pub(super) async fn surround(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Response {
    let began = Instant::now();
    let address = auth::address(request.headers(), request.extensions(), app.site.trust_forwarded);
    let agent = request.headers().get(USER_AGENT);
    let reader = Reader {
        lang: language(request.headers()),
        request_id: request_id(request.headers(), app.store.mint()),
        address,
        origin: Origin::of(agent.and_then(|agent| agent.to_str().ok()), address),
    };
    let method = method(request.method());
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("(other)", MatchedPath::as_str)
        .to_owned();
    request.extensions_mut().insert(reader.clone());

    let trace = traces::request(method, &route, request.headers());
    let span = tracing::info_span!("request", id = reader.request_id);
    let answer = tokio::time::timeout(time_limit(&route), next.run(request));
    let mut response = match AssertUnwindSafe(answer)
        .catch_unwind()
        .instrument(trace.clone())
        .instrument(span)
        .await
    {
        Ok(Ok(response)) => response,
        Ok(Err(_)) => Fault::new(Code::Timeout).into_response(),
        Err(_) => {
            tracing::error!(id = reader.request_id, "a request panicked");
            Fault::new(Code::Internal).into_response()
        }
    };
    if response.status() == StatusCode::TOO_MANY_REQUESTS {
        tokio::time::sleep(HELD).await;
    }
    if let Some(fault) = response.extensions_mut().remove::<Fault>() {
        fault.write(&mut response, reader.lang, &reader.request_id);
    }
    secure(response.headers_mut(), &app.site);
    if let Ok(id) = HeaderValue::from_str(&reader.request_id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }

    let (status, took) = (response.status(), began.elapsed());
    traces::answered(&trace, status.as_u16());
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

/// How long a request may take: longer where it may wait for something to happen.
fn time_limit(route: &str) -> Duration {
    if route == rest::CHANGES {
        TIME_LIMIT + rest::changes::WAIT
    } else {
        TIME_LIMIT
    }
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
pub(super) fn cors(site: &Site) -> CorsLayer {
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
            RANGE,
            REQUEST_ID,
        ])
        .expose_headers([
            CONTENT_DISPOSITION,
            CONTENT_RANGE,
            ETAG,
            LOCATION,
            RETRY_AFTER,
            REQUEST_ID,
            FEED_CURSOR,
        ])
        .max_age(Duration::from_secs(3_600))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap()))
            .collect()
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
