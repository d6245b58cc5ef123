//! Whether the server is well: for whoever runs it, and for what restarts and counts it.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::IntoResponse;

use crate::server::App;

/// How long the database may take to answer when asked whether it is there.
const READY_LIMIT: Duration = Duration::from_secs(2);

/// Whether the server can do its work.
#[derive(serde::Serialize, utoipa::ToSchema)]
pub(crate) struct Health {
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
        app.metrics
            .text(app.store.statements(), app.store.replica_statements()),
    )
}
