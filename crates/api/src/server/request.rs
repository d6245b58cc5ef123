//! What a request is and brings: its body, the form it is announced in, whose page it comes from.

use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::header::{ACCEPT, CONTENT_ENCODING, CONTENT_TYPE, HOST, ORIGIN};
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use serde::de::DeserializeOwned;

use crate::problem::{Code, Fault};
use crate::server::Site;

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

/// The parts of an address that vary.
#[derive(Debug, FromRequestParts)]
#[from_request(via(axum::extract::Path), rejection(Fault))]
pub struct Path<T>(pub T);

/// What an address says behind its question mark.
#[derive(Debug, FromRequestParts)]
#[from_request(via(axum::extract::Query), rejection(Fault))]
pub struct Query<T>(pub T);

impl From<PathRejection> for Fault {
    fn from(rejection: PathRejection) -> Self {
        Self::new(Code::BadRequest).technically(rejection.body_text())
    }
}

impl From<QueryRejection> for Fault {
    fn from(rejection: QueryRejection) -> Self {
        Self::new(Code::BadRequest).technically(rejection.body_text())
    }
}

/// Refuses a packed body: it would be read as if it were none.
///
/// # Errors
/// The body has another `Content-Encoding` than `identity`.
pub(super) async fn unpacked(request: Request, next: Next) -> Result<Response, Fault> {
    let mut codings = request.headers().get_all(CONTENT_ENCODING).iter();
    let is_plain = |coding: &[u8]| {
        let coding = coding.trim_ascii();
        coding.is_empty() || coding.eq_ignore_ascii_case(b"identity")
    };
    if codings.all(|coding| is_plain(coding.as_bytes())) {
        return Ok(next.run(request).await);
    }
    Err(Fault::new(Code::UnsupportedMediaType).because([
        "Envoyez le contenu sans compression (sans Content-Encoding).",
        "Stuur de inhoud zonder compressie (zonder Content-Encoding).",
        "Senden Sie den Inhalt ohne Komprimierung (ohne Content-Encoding).",
        "Send the body uncompressed (without Content-Encoding).",
    ]))
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

/// The form in which a body is announced, without its parameters.
#[must_use]
pub fn media_type(headers: &HeaderMap) -> String {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let kind = kind.unwrap_or_default().split(';').next().unwrap_or_default();
    kind.trim().to_ascii_lowercase()
}

/// Whether the body is announced as JSON in UTF-8. A form or plain text, which a page of another site can send
/// without asking, is not.
#[must_use]
pub fn is_json(headers: &HeaderMap) -> bool {
    let Some(kind) = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()) else {
        return false;
    };
    let mut parameters = kind.split(';').map(str::trim).skip(1);
    media_type(headers) == "application/json"
        && parameters.all(|parameter| match parameter.split_once('=') {
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
        .get(ACCEPT)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|accept| accept.split(',').any(|kind| kind.trim().starts_with("text/html")))
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
            cost_per_second: 0,
            sends_mail: false,
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
}
