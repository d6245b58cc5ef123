//! The JSON routes under `/v1`: their list, and what several of them need.

pub mod authority;
pub mod calendar;
pub mod changes;
pub mod exports;
pub mod imports;
pub mod own_data;
pub mod provider;
pub mod records;
pub mod reset;
pub mod second_step;
pub mod session;
pub mod snapshots;
pub mod token;

use std::sync::Arc;

use axum::Router;
use axum::http::header::{CACHE_CONTROL, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use crate::server::App;

/// Where the change feed is.
pub(crate) const CHANGES: &str = "/v1/changes";

pub(crate) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route(
            "/v1/session",
            axum::routing::post(session::sign_in)
                .put(session::go_on)
                .delete(session::sign_out),
        )
        .route(
            "/v1/session/password",
            axum::routing::put(session::change_password),
        )
        .route(
            "/v1/invitations/{token}",
            get(session::invitation).post(session::accept),
        )
        .route(
            provider::PATH,
            get(provider::offered).post(provider::begin).put(provider::finish),
        )
        .route("/v1/session/second-step", axum::routing::post(second_step::take))
        .route(
            "/v1/second-step",
            axum::routing::post(second_step::begin).put(second_step::confirm),
        )
        .route(
            "/v1/second-step/removal",
            axum::routing::post(second_step::remove),
        )
        .route("/v1/password-resets", axum::routing::post(reset::ask))
        .route(
            "/v1/password-resets/{token}",
            get(reset::link).post(reset::choose),
        )
        .route("/v1/persons/{id}/data.json", get(own_data::own_data))
        .route(authority::TOKEN, axum::routing::post(token::token))
        .route(authority::KEYS, get(authority::keys))
        .route(authority::METADATA, get(authority::metadata))
        .merge(records::routes())
        .merge(imports::routes())
        .route("/v1/calendar.ics", get(calendar::all))
        .route("/v1/chantiers/{file}", get(calendar::one))
        .route(CHANGES, get(changes::changes))
        .route("/v1/exports/{file}", get(snapshots::export))
        .route("/v1/exports", axum::routing::post(snapshots::job::ask))
        .route(
            "/v1/exports/jobs/{id}",
            get(snapshots::job::job).delete(snapshots::job::drop_job),
        )
        .route("/v1/exports/files/{token}", get(snapshots::job::file))
        .route("/v1/exports/report.csv", get(exports::csv))
        .route("/v1/exports/report.xlsx", get(exports::xlsx))
}

/// A tag for this content. A weak one: a compressed copy means the same.
#[must_use]
pub fn etag(parts: &[&[u8]]) -> HeaderValue {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update(part.len().to_le_bytes());
        digest.update(part);
    }
    let tag = format!(
        "W/\"{}\"",
        BASE64_URL_SAFE_NO_PAD.encode(&digest.finalize()[..18])
    );
    HeaderValue::from_str(&tag).expect("base64 is visible ASCII")
}

/// The answer for a reader who has this content already.
#[must_use]
pub fn unchanged(headers: &HeaderMap, etag: &HeaderValue) -> Option<Response> {
    let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    let ours = opaque(etag.to_str().ok()?);
    let known = headers
        .get_all(IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|tag| tag.trim() == "*" || opaque(tag) == ours);
    let headers = [
        (ETAG, etag.clone()),
        (CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    ];
    known.then(|| (StatusCode::NOT_MODIFIED, headers).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_who_has_it_is_told_so() {
        let tag = etag(&[b"a", b"b"]);
        assert_ne!(tag, etag(&[b"ab", b""]));
        let with = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(IF_NONE_MATCH, value.parse().unwrap());
            unchanged(&headers, &tag).is_some()
        };
        let text = tag.to_str().unwrap();
        assert!(with(text));
        assert!(with(&format!("\"other\", {}", text.trim_start_matches("W/"))));
        assert!(with("*"));
        assert!(!with("\"other\""));
        assert!(unchanged(&HeaderMap::new(), &tag).is_none());
    }
}
