//! GraphQL over HTTP, as the draft of that name says: what a request brings, and the way it goes. What can be asked is
//! `schema.rs` and the areas.

mod breadth;
mod documents;
mod form;
mod socket;

use std::sync::Arc;

use async_graphql::{Value, Variables};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{FromRequestParts, RawQuery, Request, State};
use axum::http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::sse::Event;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use futures::{StreamExt as _, stream};

use crate::cost::Bill;
use crate::ctx::Caller;
use crate::load::Loader;
use crate::problem::{Code, Fault};
use crate::rest::changes::{alive, wants_events};
use crate::server::{App, Reader, body, is_json, wants_page};
use crate::{auth, traces};

use breadth::{too_many, writes};
use form::{Form, name_errors, refuse, wanted, write};

pub use documents::Documents;
pub(crate) use documents::{digest, fits};

const EXPLORER: &str = include_str!("pages/explorer.html");
const EXPLORER_SCRIPT: &str = include_str!("pages/explorer.js");
const STYLE: &str = include_str!("pages/style.css");

pub(crate) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/graphql", get(by_get).post(by_post))
        .route(
            "/graphql/explorer.js",
            get(async || asset("text/javascript; charset=utf-8", EXPLORER_SCRIPT)),
        )
        .route(
            "/graphql/style.css",
            get(async || asset("text/css; charset=utf-8", STYLE)),
        )
}

/// A small file of our own that changes only with the server.
pub(crate) fn asset(kind: &'static str, text: &'static str) -> Response {
    ([(CONTENT_TYPE, kind), (CACHE_CONTROL, "no-cache")], text).into_response()
}

async fn by_get(State(app): State<Arc<App>>, RawQuery(query): RawQuery, request: Request) -> Response {
    let (mut parts, _) = request.into_parts();
    if socket::is_meant(&parts.headers) {
        return socket::open(app, &mut parts).await;
    }
    if wants_page(&parts.headers) {
        return asset("text/html; charset=utf-8", EXPLORER);
    }
    let Ok(reader) = Reader::from_request_parts(&mut parts, &()).await;
    let Some(form) = wanted(&parts.headers) else {
        return Fault::new(Code::NotAcceptable).into_response();
    };
    match Sent::of_address(query.as_deref().unwrap_or_default()).and_then(Sent::asked) {
        Ok(asked) => answer(&app, form, &reader, &parts.headers, asked, false).await,
        Err(fault) => refuse(form, &reader, &fault),
    }
}

async fn by_post(State(app): State<Arc<App>>, request: Request) -> Response {
    let (mut parts, sent) = request.into_parts();
    let Ok(reader) = Reader::from_request_parts(&mut parts, &()).await;
    let headers = parts.headers.clone();
    let Some(form) = wanted(&headers) else {
        return Fault::new(Code::NotAcceptable).into_response();
    };
    if !is_json(&headers) {
        return refuse(form, &reader, &Fault::new(Code::UnsupportedMediaType));
    }
    let asked = body(Request::from_parts(parts, sent), &())
        .await
        .and_then(|body| Sent::of_body(&body))
        .and_then(Sent::asked);
    match asked {
        Ok(asked) => answer(&app, form, &reader, &headers, asked, true).await,
        Err(fault) => refuse(form, &reader, &fault),
    }
}

fn bad(detail: String) -> Fault {
    Fault::new(Code::BadRequest).technically(detail)
}

/// What a request brings, in a body, an address or a message.
#[derive(Default, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct Sent {
    query: Option<String>,
    document_id: Option<String>,
    operation_name: Option<String>,
    variables: Option<serde_json::Map<String, serde_json::Value>>,
    extensions: Option<serde_json::Map<String, serde_json::Value>>,
}

/// The document that is to run.
enum Document {
    /// As its text.
    Text(String),
    /// As the identifier of one that the server knows.
    Known(String),
}

/// What is asked: a document, and what goes with it.
struct Asked {
    document: Document,
    request: async_graphql::Request,
}

impl Sent {
    /// One operation. Several in one body (a batch) are refused: HTTP carries as many requests as one likes.
    fn of_body(body: &Bytes) -> Result<Self, Fault> {
        if body.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[') {
            return Err(bad("one operation a request: send an object, not a list".into()));
        }
        // No text that we keep holds it, and PostgreSQL refuses it; a string may write it in two ways.
        if [&b"\\u0000"[..], &b"\\u{0}"[..]]
            .iter()
            .any(|nul| body.windows(nul.len()).any(|some| some == *nul))
        {
            return Err(bad("texts without the character U+0000".into()));
        }
        serde_json::from_slice(body).map_err(|error| bad(error.to_string()))
    }

    /// The parameters of an address; those that are objects are JSON.
    fn of_address(query: &str) -> Result<Self, Fault> {
        let mut sent = Self::default();
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            let object = || serde_json::from_str(&value).map_err(|error| bad(format!("{name}: {error}")));
            match &*name {
                "query" => sent.query = Some(value.into_owned()),
                "documentId" => sent.document_id = Some(value.into_owned()),
                "operationName" => {
                    sent.operation_name = Some(value.into_owned()).filter(|name| !name.is_empty());
                }
                "variables" => sent.variables = object()?,
                "extensions" => sent.extensions = object()?,
                _ => {}
            }
        }
        Ok(sent)
    }

    fn asked(self) -> Result<Asked, Fault> {
        let document = match (self.query.filter(|text| !text.is_empty()), self.document_id) {
            (Some(text), None) => Document::Text(text),
            (None, Some(id)) => Document::Known(id),
            (Some(_), Some(_)) => return Err(bad("query or documentId, not both".into())),
            (None, None) => return Err(bad("query is missing".into())),
        };
        let mut request = async_graphql::Request::new("");
        request.operation_name = self.operation_name;
        request.variables = Variables::from_json(self.variables.unwrap_or_default().into());
        for (name, value) in self.extensions.unwrap_or_default() {
            let value = Value::from_json(value).map_err(|error| bad(error.to_string()))?;
            request.extensions.0.insert(name, value);
        }
        Ok(Asked { document, request })
    }
}

async fn answer(
    app: &App,
    form: Form,
    reader: &Reader,
    headers: &HeaderMap,
    asked: Asked,
    may_write: bool,
) -> Response {
    let streams = wants_events(headers);
    let found = async {
        let caller = auth::caller(app, headers, reader).await?;
        let asked = documents::found(app, &caller, asked).await?;
        Ok((caller, asked))
    };
    let (caller, mut asked) = match found.await {
        Ok(found) => found,
        Err(fault) => return refuse(form, reader, &fault),
    };
    if !may_write && writes(&mut asked, streams) {
        let mut response = refuse(form, reader, &Fault::new(Code::MethodNotAllowed));
        response
            .headers_mut()
            .insert(ALLOW, HeaderValue::from_static("POST"));
        return response;
    }
    if let Some(fault) = too_many(&mut asked) {
        return refuse(form, reader, &fault);
    }
    let (asked, bill) = on_account(app, caller, asked);
    if streams {
        return events(app, reader.clone(), asked, bill);
    }
    let mut answer = app.schema.execute(asked).await;
    bill.write(&mut answer);
    write(form, reader, answer)
}

/// The request with what its resolvers need, and the bill that it is to pay.
fn on_account(
    app: &App,
    caller: Caller,
    mut asked: async_graphql::Request,
) -> (async_graphql::Request, Arc<Bill>) {
    let (budgets, usage) = (Arc::clone(&app.budgets), Arc::clone(&app.usage));
    let bill = Bill::new(budgets, usage, caller.clone(), app.store.mint().now());
    traces::named(&mut asked);
    // What changes something reads what it decides by from where it writes.
    let store = if writes(&mut asked, true) {
        &app.store
    } else {
        &app.showing
    };
    let asked = asked
        .data(app.schema.clone())
        .data(store.clone())
        .data(Loader::new(store.clone(), caller.actor.clone()))
        .data(Arc::clone(&bill))
        .data(caller);
    (asked, bill)
}

/// The answers of a subscription, or the one of a query, as server-sent events: `next` with each, `complete` after the
/// last (the "distinct connections" mode of GraphQL over server-sent events).
fn events(app: &App, reader: Reader, asked: async_graphql::Request, bill: Arc<Bill>) -> Response {
    let answers = app.schema.execute_stream(asked).map(move |mut answer| {
        name_errors(&reader, &mut answer);
        bill.write(&mut answer);
        let text = serde_json::to_string(&answer).unwrap_or_default();
        Event::default().event("next").data(text)
    });
    let end = stream::once(async { Event::default().event("complete").data("") });
    alive(answers.chain(end).map(Ok))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_well_formed_operation_is_read() {
        let read =
            |text: &'static str| Sent::of_body(&Bytes::from_static(text.as_bytes())).and_then(Sent::asked);
        assert!(read(r#"{"query":"{a}","variables":null,"operationName":null,"extensions":null}"#).is_ok());
        assert!(read(r#"{"documentId":"sha256:00","variables":{}}"#).is_ok());
        for wrong in [
            "",
            "{",
            "{}",
            r#"{"query":1}"#,
            r#"{"query":""}"#,
            r#"{"query":"{a}","documentId":"sha256:00"}"#,
            r#"{"query":"{a}","variables":[1]}"#,
            r#"{"query":"{a}","variables":"{}"}"#,
            r#"{"query":"{a}","operationName":3}"#,
            r#"{"query":"{a}","extensions":0}"#,
            r#"[{"query":"{a}"}]"#,
        ] {
            let refused = read(wrong).err().map(|fault| fault.code());
            assert_eq!(refused, Some("BAD_REQUEST"), "{wrong}");
        }
    }

    #[test]
    fn an_address_brings_the_same() {
        let sent =
            Sent::of_address("documentId=sha256:00&operationName=&variables=%7B%22a%22%3A1%7D").unwrap();
        assert_eq!(sent.document_id.as_deref(), Some("sha256:00"));
        assert_eq!(sent.operation_name, None);
        assert_eq!(sent.variables.unwrap()["a"], 1);
        assert!(Sent::of_address("query={a}&variables={").is_err());
        assert!(
            Sent::of_address("query={a}&variables=null")
                .unwrap()
                .variables
                .is_none()
        );
    }
}
