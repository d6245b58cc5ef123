//! The HTTP server: every route, and how connections are accepted, served and ended. What surrounds the routes is in
//! `surround`; what a route does is its own file's.

pub(crate) mod health;
mod request;
mod surround;

use std::future::Future;
use std::path::PathBuf;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{ConnectInfo, DefaultBodyLimit, Request};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::get;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use store::Store;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tower::ServiceExt as _;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate};
use url::Url;

use crate::auth::{Passwords, Provider, Throttle, Tokens};
use crate::cost::Budgets;
use crate::feed::Readers;
use crate::graphql::Documents;
use crate::metrics::Metrics;
use crate::problem::{Code, Fault};
use crate::schema::Schema;
use crate::usage::Usage;
use crate::{graphql, guides, openapi, rest, schema, spa};

pub use request::{Path, Query, Sent, body, from_our_own_page, is_json, media_type, wants_page};
pub(crate) use surround::FEED_CURSOR;
pub use surround::Reader;

/// The largest body a request may have.
pub const BODY_LIMIT: usize = 1 << 20;
/// How long the head of a request may take to come, and a connection may wait for its next one.
const HEADER_LIMIT: Duration = Duration::from_secs(15);
/// How long what is under way may go on after the server was told to stop.
pub(crate) const STOP_LIMIT: Duration = Duration::from_secs(10);

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
    /// Whether messages are sent; where not, they wait in the outbox.
    pub sends_mail: bool,
    /// What each caller may spend in a second; 0 where nothing is limited.
    pub cost_per_second: u32,
}

/// What all routes share.
pub struct App {
    /// The records.
    pub store: Store,
    /// The same, for what only shows them: read from a replica where there is one.
    pub showing: Store,
    /// The GraphQL schema.
    pub schema: Schema,
    /// The documents that are known, and those that were read lately.
    pub documents: Documents,
    /// The access tokens.
    pub tokens: Tokens,
    /// The passwords.
    pub passwords: Passwords,
    /// The outside provider through which people may sign in too, where one is set.
    pub provider: Option<Provider>,
    /// Who tried to sign in lately.
    pub throttle: Throttle,
    /// What was counted.
    pub metrics: Metrics,
    /// Who waits for something to happen.
    pub readers: Arc<Readers>,
    /// Whose rows are read and applied now.
    pub pushing: Semaphore,
    /// What each caller may spend.
    pub budgets: Arc<Budgets>,
    /// What callers asked, until it is added up.
    pub usage: Arc<Usage>,
    /// Where the server stands.
    pub site: Site,
}

/// How many requests of rows are read and applied at a time.
const PUSHING: usize = 4;

impl App {
    /// With a store that is migrated.
    ///
    /// # Errors
    /// Where the signing keys cannot be read.
    pub async fn new(
        store: Store,
        site: Site,
        documents: Documents,
        readers: Readers,
        provider: Option<Provider>,
    ) -> store::Result<Self> {
        let keys = store.signing_keys().await?;
        let issuer = site.public_url.origin().ascii_serialization();
        let readers = Arc::new(readers);
        Ok(Self {
            schema: schema::build(store.clone(), site.clone(), Arc::clone(&readers)),
            documents,
            tokens: Tokens::new(&keys, issuer, store.mint().now()),
            passwords: Passwords::default(),
            provider,
            throttle: Throttle::default(),
            metrics: Metrics::default(),
            readers,
            pushing: Semaphore::new(PUSHING),
            budgets: Arc::new(Budgets::new(site.cost_per_second)),
            usage: Arc::default(),
            showing: store.through_replica(),
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
        .and(NotForContentType::const_new("font/"))
        // The browser's modules have compressed copies beside them; without, they are used on the developer's machine.
        .and(NotForContentType::const_new("application/wasm"))
        .and(NotForContentType::const_new("application/octet-stream"));
    let routes = Router::new()
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready))
        .route("/metrics", get(health::metrics))
        .merge(graphql::routes())
        .merge(rest::routes())
        .merge(openapi::routes())
        .merge(guides::routes())
        .fallback(spa::serve)
        .method_not_allowed_fallback(async || Fault::new(Code::MethodNotAllowed))
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(from_fn(request::unpacked))
        .layer(CompressionLayer::new().compress_when(compressed));
    let routes = if app.site.cors_origins.is_empty() {
        routes
    } else {
        routes.layer(surround::cors(&app.site))
    };
    routes
        .layer(from_fn_with_state(Arc::clone(&app), surround::surround))
        .with_state(app)
}

/// Serves until told to stop, then finishes what is under way, for a bounded time.
pub async fn serve(listener: TcpListener, app: Arc<App>, stopped: impl Future<Output = ()>) {
    let readers = Arc::clone(&app.readers);
    let router = router(app);
    // Each connection holds a receiver: it hears that it is to end, and all have ended when none is left.
    let (connections, _) = watch::channel(());
    let mut stopped = pin!(stopped);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stopped => break,
        };
        match accepted {
            Ok((stream, from)) => {
                // Small answers leave at once.
                if let Err(error) = stream.set_nodelay(true) {
                    tracing::debug!(%error, "no TCP_NODELAY");
                }
                let router = router.clone();
                let answer = service_fn(move |mut request: Request<Incoming>| {
                    request.extensions_mut().insert(ConnectInfo(from));
                    router.clone().oneshot(request)
                });
                let connection = http1::Builder::new()
                    .timer(TokioTimer::new())
                    .header_read_timeout(HEADER_LIMIT)
                    .serve_connection(TokioIo::new(stream), answer)
                    .with_upgrades();
                let mut told = connections.subscribe();
                tokio::spawn(async move {
                    let mut connection = pin!(connection);
                    let ended = tokio::select! {
                        ended = connection.as_mut() => ended,
                        _ = told.changed() => {
                            connection.as_mut().graceful_shutdown();
                            connection.await
                        }
                    };
                    if let Err(error) = ended {
                        tracing::debug!(%error, "a connection broke");
                    }
                });
            }
            // A connection that broke at once, or no room for another: those that are open go on and end.
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
    drop(listener);
    readers.stop();
    tracing::info!("stopping: no new connections, what is under way is finished");
    connections.send_replace(());
    if tokio::time::timeout(STOP_LIMIT, connections.closed())
        .await
        .is_err()
    {
        tracing::warn!("stopped although requests were under way");
    }
}
