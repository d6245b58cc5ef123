//! The browser application's files, and what is answered where there is no route: its first page for a browser, a
//! problem document for everybody else.

use std::path::Path;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, VARY};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use tower::ServiceExt;
use tower_http::services::ServeDir;

use crate::problem::{Code, Fault};
use crate::rest::{etag, unchanged};
use crate::server::{App, wants_page};

/// Where the API's addresses begin: below them no page of the application can be.
const API: [&str; 6] = ["/v1", "/graphql", "/health", "/metrics", "/oauth", "/.well-known"];

/// What is shown at the front door where the application is not installed.
const BARE: &str = include_str!("pages/bare.html");

pub(crate) async fn serve(State(app): State<Arc<App>>, request: Request) -> Response {
    let path = request.uri().path().to_owned();
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    if !reads || API.iter().any(|api| under(&path, api)) {
        return Fault::new(Code::NotFound).into_response();
    }
    let page = wants_page(request.headers());
    let Some(folder) = &app.site.spa_dir else {
        return if path == "/" && page {
            bare()
        } else {
            Fault::new(Code::NotFound).into_response()
        };
    };
    if path == "/" || path == "/index.html" {
        return index(folder, request.headers()).await;
    }
    let headers = request.headers().clone();
    let files = ServeDir::new(folder)
        .append_index_html_on_directories(false)
        .precompressed_br()
        .precompressed_gzip();
    let Ok(mut response) = files.oneshot(request).await;
    if response.status() == StatusCode::NOT_FOUND || response.status() == StatusCode::METHOD_NOT_ALLOWED {
        return if page && !under(&path, "/assets") {
            index(folder, &headers).await
        } else {
            Fault::new(Code::NotFound).into_response()
        };
    }
    // Everything under /assets has the hash of its content in its name.
    let keep = if under(&path, "/assets") {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    response
        .headers_mut()
        .insert(CACHE_CONTROL, HeaderValue::from_static(keep));
    response
        .headers_mut()
        .append(VARY, HeaderValue::from_static("accept-encoding"));
    response.map(Body::new)
}

/// Whether the path is this folder or in it.
fn under(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The first page, by its content and not by its file's time: a new version may carry an older time.
async fn index(folder: &Path, headers: &HeaderMap) -> Response {
    match tokio::fs::read(folder.join("index.html")).await {
        Ok(page) => {
            let etag = etag(&[&page]);
            if let Some(response) = unchanged(headers, &etag) {
                return response;
            }
            let headers = [
                (CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
                (CACHE_CONTROL, HeaderValue::from_static("no-cache")),
                (ETAG, etag),
            ];
            (headers, page).into_response()
        }
        Err(error) => {
            tracing::error!(%error, "the browser application's index.html cannot be read");
            Fault::new(Code::Internal).into_response()
        }
    }
}

fn bare() -> Response {
    ([(CONTENT_TYPE, "text/html; charset=utf-8")], BARE).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_told_from_a_name_that_begins_alike() {
        assert!(under("/v1", "/v1") && under("/v1/x", "/v1"));
        assert!(!under("/v10/x", "/v1"));
    }
}
