//! Traces for a collector of OpenTelemetry, where one is set: each request as it came, what GraphQL ran in it, each
//! statement that was read and each transaction. The spans that are told are those of the target `trace`.

use std::time::Duration;

use axum::http::HeaderMap;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_http::{Bytes, HeaderExtractor, HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tokio::runtime::Handle;
use tracing::{Level, Span, Subscriber};
use tracing_opentelemetry::OpenTelemetrySpanExt as _;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::registry::LookupSpan;
use url::Url;

/// How long the collector may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// What sends the traces; they are sent every few seconds, and at the end.
#[derive(Debug)]
pub(crate) struct Traces(SdkTracerProvider);

impl Traces {
    /// For a collector at this address (`/v1/traces` is added), with the layer that hears of the spans. Needs a runtime.
    ///
    /// # Errors
    /// The address cannot be used.
    pub(crate) fn start<S>(collector: &Url) -> Result<(Self, impl Layer<S> + use<S>), String>
    where
        S: Subscriber + for<'span> LookupSpan<'span>,
    {
        let endpoint = format!("{}/v1/traces", collector.as_str().trim_end_matches('/'));
        let http = reqwest::Client::builder().timeout(PATIENCE).build();
        let sender = Sender {
            http: http.map_err(|error| error.to_string())?,
            runtime: Handle::current(),
        };
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(sender)
            .with_protocol(Protocol::HttpJson)
            .with_endpoint(endpoint)
            .build()
            .map_err(|error| error.to_string())?;
        let resource = Resource::builder()
            .with_service_name("chantiers")
            .with_attribute(opentelemetry::KeyValue::new(
                "service.version",
                env!("CARGO_PKG_VERSION"),
            ))
            .build();
        let provider = SdkTracerProvider::builder()
            .with_batch_exporter(exporter)
            .with_resource(resource)
            .build();
        let layer = tracing_opentelemetry::layer()
            .with_tracer(provider.tracer("chantiers"))
            .with_location(false)
            .with_threads(false)
            .with_target(false)
            .with_level(false)
            .with_filter(Targets::new().with_target("trace", Level::DEBUG));
        Ok((Self(provider), layer))
    }

    /// Sends what was not sent yet.
    pub(crate) async fn end(self) {
        // It waits for what the runtime sends.
        let ended = tokio::task::spawn_blocking(move || self.0.shutdown()).await;
        if !matches!(ended, Ok(Ok(()))) {
            tracing::warn!("the last traces could not be sent");
        }
    }
}

/// The span of a request, as part of the trace that its sender began, where they did.
pub(crate) fn request(method: &'static str, route: &str, headers: &HeaderMap) -> Span {
    let span = tracing::debug_span!(
        target: "trace",
        "http",
        otel.kind = "server",
        otel.name = format!("{method} {route}"),
        http.request.method = method,
        http.route = route,
        http.response.status_code = tracing::field::Empty,
        otel.status_code = tracing::field::Empty,
    );
    if !span.is_disabled() {
        use opentelemetry::propagation::TextMapPropagator as _;
        let begun = TraceContextPropagator::new().extract(&HeaderExtractor(headers));
        // It is not entered yet, so it can have one.
        drop(span.set_parent(begun));
    }
    span
}

/// Notes which operation of a document a request has run, where it has a name.
pub(crate) fn named(asked: &mut async_graphql::Request) {
    let span = Span::current();
    let name = asked.operation_name.clone().or_else(|| {
        let document = asked.parsed_query().ok()?;
        let (name, _) = document.operations.iter().next()?;
        name.map(ToString::to_string)
    });
    if let Some(name) = name {
        span.set_attribute("graphql.operation.name", name);
    }
}

/// Notes how a request was answered.
pub(crate) fn answered(span: &Span, status: u16) {
    span.record("http.response.status_code", i64::from(status));
    if status >= 500 {
        span.record("otel.status_code", "ERROR");
    }
}

/// Sends by the runtime, whichever thread asks.
#[derive(Debug)]
struct Sender {
    http: reqwest::Client,
    runtime: Handle,
}

#[async_trait::async_trait]
impl HttpClient for Sender {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let http = self.http.clone();
        let sent = self.runtime.spawn(async move {
            let answer = http.execute(request.try_into()?).await?.error_for_status()?;
            let status = answer.status();
            let mut response = Response::new(answer.bytes().await?);
            *response.status_mut() = status;
            Ok::<_, reqwest::Error>(response)
        });
        let sent = sent.await?;
        if let Err(error) = &sent {
            tracing::warn!(%error, "the collector of traces does not take them");
        }
        Ok(sent?)
    }
}
