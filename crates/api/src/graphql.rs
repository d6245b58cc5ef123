//! GraphQL over HTTP, as the draft of that name says: which bodies are read, which forms are answered, which status
//! goes with what. What can be asked is `schema.rs` and the areas.

use std::sync::Arc;

use async_graphql::parser::types::{ExecutableDocument, OperationType, Selection, SelectionSet};
use async_graphql::{ErrorExtensionValues, Response as Answer, ServerError, Value, Variables};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{FromRequestParts, RawQuery, Request, State};
use axum::http::header::{ACCEPT, ALLOW, CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, VARY, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::sse::Event;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use futures::{StreamExt as _, stream};
use quick_cache::sync::Cache;

use crate::cost::Bill;
use crate::load::Loader;
use crate::problem::{Code, Fault};
use crate::rest::changes::{alive, wants_events};
use crate::server::{App, Reader, body, is_json, wants_page};
use crate::{auth, schema};

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

/// In which of the two forms an answer is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// `application/graphql-response+json`: the status tells.
    New,
    /// `application/json`, for older clients: a well-formed request is 200, whatever came of it.
    Old,
}

impl Form {
    /// The form that the reader prefers; the old one where it does not say; nothing where it wants neither.
    fn wanted(headers: &HeaderMap) -> Option<Self> {
        let mut best: Option<(f32, Self)> = None;
        let mut said = false;
        for part in headers
            .get_all(ACCEPT)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|text| text.split(','))
        {
            let mut parts = part.split(';').map(str::trim);
            let kind = parts.next().unwrap_or_default().to_ascii_lowercase();
            if kind.is_empty() {
                continue;
            }
            said = true;
            let weight = parts
                .find_map(|parameter| parameter.strip_prefix("q="))
                .map_or(1.0, |weight| weight.trim().parse().unwrap_or(0.0));
            let form = match kind.as_str() {
                "application/graphql-response+json" => Self::New,
                "application/json" | "application/*" | "*/*" => Self::Old,
                _ => continue,
            };
            // Of two that are wanted as much, the new one.
            let better =
                best.is_none_or(|(most, known)| weight > most || (weight == most && known == Self::Old));
            if weight > 0.0 && better {
                best = Some((weight, form));
            }
        }
        if said {
            best.map(|(_, form)| form)
        } else {
            Some(Self::Old)
        }
    }

    const fn kind(self) -> &'static str {
        match self {
            Self::New => "application/graphql-response+json; charset=utf-8",
            Self::Old => "application/json; charset=utf-8",
        }
    }
}

/// The form of what is answered at once; a reader of events is refused as one of the new form.
fn wanted(headers: &HeaderMap) -> Option<Form> {
    if wants_events(headers) {
        Some(Form::New)
    } else {
        Form::wanted(headers)
    }
}

async fn by_get(State(app): State<Arc<App>>, RawQuery(query): RawQuery, request: Request) -> Response {
    let (mut parts, _) = request.into_parts();
    if wants_page(&parts.headers) {
        return asset("text/html; charset=utf-8", EXPLORER);
    }
    let Ok(reader) = Reader::from_request_parts(&mut parts, &()).await;
    let Some(form) = wanted(&parts.headers) else {
        return Fault::new(Code::NotAcceptable).into_response();
    };
    let asked = async_graphql::http::parse_query_string(query.as_deref().unwrap_or_default())
        .map_err(|error| bad(error.to_string()))
        .and_then(|asked| {
            if asked.query.is_empty() {
                Err(bad("query is missing".into()))
            } else {
                Ok(asked)
            }
        });
    match asked {
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
        .and_then(|body| read(&body));
    match asked {
        Ok(asked) => answer(&app, form, &reader, &headers, asked, true).await,
        Err(fault) => refuse(form, &reader, &fault),
    }
}

fn bad(detail: String) -> Fault {
    Fault::new(Code::BadRequest).technically(detail)
}

/// One operation. Several in one body (a batch) are refused: HTTP carries as many requests as one likes.
fn read(body: &Bytes) -> Result<async_graphql::Request, Fault> {
    #[derive(serde::Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Sent {
        query: String,
        operation_name: Option<String>,
        variables: Option<serde_json::Map<String, serde_json::Value>>,
        extensions: Option<serde_json::Map<String, serde_json::Value>>,
    }
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
    let sent: Sent = serde_json::from_slice(body).map_err(|error| bad(error.to_string()))?;
    let mut asked = async_graphql::Request::new(sent.query);
    asked.operation_name = sent.operation_name;
    asked.variables = Variables::from_json(sent.variables.unwrap_or_default().into());
    for (name, value) in sent.extensions.unwrap_or_default() {
        let value = Value::from_json(value).map_err(|error| bad(error.to_string()))?;
        asked.extensions.0.insert(name, value);
    }
    Ok(asked)
}

async fn answer(
    app: &App,
    form: Form,
    reader: &Reader,
    headers: &HeaderMap,
    mut asked: async_graphql::Request,
    may_write: bool,
) -> Response {
    let caller = match auth::caller(app, headers, reader).await {
        Ok(caller) => caller,
        Err(fault) => return refuse(form, reader, &fault),
    };
    let streams = wants_events(headers);
    if !may_write && writes(&mut asked, streams) {
        let mut response = refuse(form, reader, &Fault::new(Code::MethodNotAllowed));
        response
            .headers_mut()
            .insert(ALLOW, HeaderValue::from_static("POST"));
        return response;
    }
    app.documents.know(&mut asked);
    if let Some(fault) = too_many(&mut asked) {
        return refuse(form, reader, &fault);
    }
    let (budgets, usage) = (Arc::clone(&app.budgets), Arc::clone(&app.usage));
    let bill = Bill::new(budgets, usage, caller.clone(), app.store.mint().now());
    let asked = asked
        .data(Loader::new(app.store.clone(), caller.actor.clone()))
        .data(Arc::clone(&bill))
        .data(caller);
    if streams {
        return events(app, reader.clone(), asked, bill);
    }
    let mut answer = app.schema.execute(asked).await;
    bill.write(&mut answer);
    write(form, reader, answer)
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

/// Documents that were read lately: clients send the same ones again and again, and reading one costs more than most
/// statements.
pub struct Documents(Cache<String, Arc<ExecutableDocument>>);

impl Default for Documents {
    fn default() -> Self {
        Self(Cache::new(Self::KEPT))
    }
}

impl Documents {
    /// So many are kept, of so many bytes at most each.
    const KEPT: usize = 100;
    const LONGEST: usize = 6_000;

    /// Gives the request its document, where it was read before; else keeps it for the next one.
    fn know(&self, asked: &mut async_graphql::Request) {
        if asked.query.len() > Self::LONGEST {
            return;
        }
        if let Some(known) = self.0.get(&asked.query) {
            asked.set_parsed_query((*known).clone());
        } else if let Ok(read) = asked.parsed_query().cloned() {
            self.0.insert(asked.query.clone(), Arc::new(read));
        }
    }
}

/// The most fields at the top of a query, and of a mutation: each is at least a statement of its own.
const QUERIES: usize = 30;
const CHANGES: usize = 10;
/// The most fields under another name in one document.
const ALIASES: usize = 100;

/// Refuses a document that asks for too many things at once, before anything runs.
fn too_many(asked: &mut async_graphql::Request) -> Option<Fault> {
    let document = asked.parsed_query().ok()?;
    let mut aliases = 0;
    for (_, operation) in document.operations.iter() {
        let top = fields(document, &operation.node.selection_set.node, 0, &mut aliases);
        let most = match operation.node.ty {
            OperationType::Query | OperationType::Subscription => QUERIES,
            OperationType::Mutation => CHANGES,
        };
        if top > most {
            let detail = format!("at most {most} fields at the top of one operation: {top} were asked for");
            return Some(Fault::new(Code::CostExceeded).technically(detail));
        }
    }
    let detail = || format!("at most {ALIASES} fields under another name: {aliases} were asked for");
    (aliases > ALIASES).then(|| Fault::new(Code::CostExceeded).technically(detail()))
}

/// How many fields a selection has at its top, its fragments' included; counts the aliases in all of it.
fn fields(document: &ExecutableDocument, set: &SelectionSet, depth: usize, aliases: &mut usize) -> usize {
    // Deeper documents, and fragments that spread themselves, are refused by the schema.
    if depth > schema::DEPTH || *aliases > ALIASES {
        return 0;
    }
    let mut top = 0;
    for item in &set.items {
        top += match &item.node {
            Selection::Field(field) => {
                *aliases += usize::from(field.node.alias.is_some());
                fields(document, &field.node.selection_set.node, depth + 1, aliases);
                1
            }
            Selection::InlineFragment(part) => {
                fields(document, &part.node.selection_set.node, depth + 1, aliases)
            }
            Selection::FragmentSpread(name) => match document.fragments.get(&name.node.fragment_name.node) {
                Some(part) => fields(document, &part.node.selection_set.node, depth + 1, aliases),
                None => 0,
            },
        };
    }
    top
}

/// Whether the operation that would run is not a query, nor a subscription where these are answered; a document that
/// cannot be read runs nothing.
fn writes(asked: &mut async_graphql::Request, streams: bool) -> bool {
    let name = asked.operation_name.clone();
    let Ok(document) = asked.parsed_query() else {
        return false;
    };
    document.operations.iter().any(|(known, operation)| {
        let meant = match (known, &name) {
            (Some(known), Some(name)) => known.as_str() == name,
            (None, Some(_)) => false,
            (_, None) => true,
        };
        let reads = match operation.node.ty {
            OperationType::Query => true,
            OperationType::Subscription => streams,
            OperationType::Mutation => false,
        };
        meant && !reads
    })
}

/// A refusal before anything ran, in the form that GraphQL clients read.
fn refuse(form: Form, reader: &Reader, fault: &Fault) -> Response {
    let mut extensions = ErrorExtensionValues::default();
    extensions.set("code", fault.code());
    let mut error = ServerError::new(fault.message(reader.lang), None);
    error.extensions = Some(extensions);
    let mut response = write(form, reader, Answer::from_errors(vec![error]));
    *response.status_mut() = fault.status();
    if fault.status() == StatusCode::UNAUTHORIZED {
        response
            .headers_mut()
            .insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    if let Some(seconds) = fault.wait() {
        response.headers_mut().insert(RETRY_AFTER, seconds.into());
    }
    response
}

fn code(error: &ServerError) -> Option<&str> {
    let code = error.extensions.as_ref()?.get("code")?;
    if let Value::String(code) = code {
        Some(code)
    } else {
        None
    }
}

/// The seconds to wait before the same can be asked again, where an error says so.
fn wait(error: &ServerError) -> Option<u64> {
    if let Value::Number(seconds) = error.extensions.as_ref()?.get("retryAfter")? {
        seconds.as_u64()
    } else {
        None
    }
}

/// The code of what the library itself refuses: a document or a value that does not fit the schema, or the limits.
fn of_the_library(error: &ServerError) -> Code {
    match error.message.as_str() {
        "Query is nested too deep." => Code::CostExceeded,
        _ => Code::BadRequest,
    }
}

/// Gives each error its code and the request's id.
fn name_errors(reader: &Reader, answer: &mut Answer) {
    for error in &mut answer.errors {
        if code(error).is_none() {
            // What the library itself refuses, it says in English.
            let fault = Fault::new(of_the_library(error)).technically(std::mem::take(&mut error.message));
            error.message = fault.message(reader.lang);
            error.extensions.get_or_insert_default().set("code", fault.code());
        }
        let extensions = error.extensions.get_or_insert_default();
        extensions.set("requestId", reader.request_id.as_str());
    }
}

fn write(form: Form, reader: &Reader, mut answer: Answer) -> Response {
    name_errors(reader, &mut answer);
    // Nothing ran where no error has a path: the answer then has no data at all, not null.
    let ran = answer.errors.is_empty()
        || answer.data != Value::Null
        || answer.errors.iter().any(|error| !error.path.is_empty());
    let status = if ran {
        StatusCode::OK
    } else {
        status(form, &answer.errors)
    };
    let http_headers = std::mem::take(&mut answer.http_headers);
    let wait = answer.errors.iter().find_map(wait);
    let document = if ran {
        serde_json::to_string(&answer).unwrap_or_default()
    } else {
        let mut document = serde_json::to_value(&answer).unwrap_or_default();
        if let Some(fields) = document.as_object_mut() {
            fields.remove("data");
        }
        document.to_string()
    };
    let headers = [
        (CONTENT_TYPE, form.kind()),
        (CACHE_CONTROL, "no-store"),
        (VARY, "accept, accept-language, authorization"),
    ];
    let mut response = (status, headers, document).into_response();
    response.headers_mut().extend(http_headers);
    if let Some(seconds) = wait.filter(|_| status == StatusCode::TOO_MANY_REQUESTS) {
        response.headers_mut().insert(RETRY_AFTER, seconds.into());
    }
    response
}

fn status(form: Form, errors: &[ServerError]) -> StatusCode {
    let code = errors.iter().find_map(code).unwrap_or_default();
    match Code::ALL.into_iter().find(|known| known.word() == code) {
        Some(Code::BadRequest | Code::CursorInvalid | Code::CursorExpired | Code::CostExceeded) | None => {
            match form {
                Form::New => StatusCode::BAD_REQUEST,
                Form::Old => StatusCode::OK,
            }
        }
        Some(known) => known.status(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(accept: &str) -> Option<Form> {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, accept.parse().unwrap());
        Form::wanted(&headers)
    }

    #[test]
    fn the_form_follows_accept() {
        assert_eq!(Form::wanted(&HeaderMap::new()), Some(Form::Old));
        assert_eq!(wanted("*/*"), Some(Form::Old));
        assert_eq!(wanted("application/json"), Some(Form::Old));
        assert_eq!(
            wanted("application/json, application/graphql-response+json"),
            Some(Form::New)
        );
        assert_eq!(
            wanted("application/graphql-response+json;q=0.1, application/json"),
            Some(Form::Old)
        );
        assert_eq!(
            wanted("application/graphql-response+json; charset=utf-8, application/json; charset=utf-8"),
            Some(Form::New)
        );
        assert_eq!(wanted("image/png"), None);
    }

    #[test]
    fn one_well_formed_operation_is_read() {
        let read = |text: &'static str| read(&Bytes::from_static(text.as_bytes()));
        assert!(read(r#"{"query":"{a}","variables":null,"operationName":null,"extensions":null}"#).is_ok());
        for wrong in [
            "",
            "{",
            "{}",
            r#"{"query":1}"#,
            r#"{"query":"{a}","variables":[1]}"#,
            r#"{"query":"{a}","variables":"{}"}"#,
            r#"{"query":"{a}","operationName":3}"#,
            r#"{"query":"{a}","extensions":0}"#,
            r#"[{"query":"{a}"}]"#,
        ] {
            assert_eq!(read(wrong).unwrap_err().code(), "BAD_REQUEST", "{wrong}");
        }
    }

    #[test]
    fn the_operation_that_would_run_decides() {
        let writes = |query: &str, name: Option<&str>| {
            let mut asked = async_graphql::Request::new(query);
            asked.operation_name = name.map(str::to_owned);
            writes(&mut asked, false)
        };
        assert!(writes("mutation { a }", None));
        assert!(!writes("{ a }", None));
        assert!(writes("query A { a } mutation B { b }", Some("B")));
        assert!(!writes("query A { a } mutation B { b }", Some("A")));
        assert!(!writes("{", None));
    }

    #[tokio::test]
    async fn what_asks_for_too_much_is_told_so() {
        struct Query;
        #[async_graphql::Object]
        impl Query {
            async fn same(&self) -> Self {
                Self
            }
            async fn one(&self) -> i32 {
                1
            }
        }
        let builder = || {
            let (mutation, subscription) = (async_graphql::EmptyMutation, async_graphql::EmptySubscription);
            async_graphql::Schema::build(Query, mutation, subscription)
        };
        let schema = builder().limit_depth(2).finish();
        let answer = schema.execute("{ same { same { one } } }").await;
        assert_eq!(
            of_the_library(&answer.errors[0]),
            Code::CostExceeded,
            "{answer:?}"
        );
        let answer = builder().finish().execute("{ two }").await;
        assert_eq!(of_the_library(&answer.errors[0]), Code::BadRequest);
    }

    #[tokio::test]
    async fn what_the_library_refuses_is_said_in_the_reader_s_language() {
        let reader = Reader {
            lang: domain::Lang::Nl,
            request_id: "r1".into(),
            address: [192, 0, 2, 1].into(),
            origin: domain::security::Origin::default(),
        };
        let refused = write(
            Form::Old,
            &reader,
            Answer::from_errors(vec![ServerError::new("expected }", None)]),
        );
        let body = axum::body::to_bytes(refused.into_body(), 10_000).await.unwrap();
        let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
        let error = &body["errors"][0];
        assert_eq!(error["extensions"]["code"], "BAD_REQUEST");
        assert_eq!(
            error["message"],
            "De aanvraag kan niet gelezen worden. (expected })"
        );
    }

    #[test]
    fn an_answer_that_did_not_run_has_no_data() {
        let reader = Reader {
            lang: domain::Lang::En,
            request_id: "r1".into(),
            address: [192, 0, 2, 1].into(),
            origin: domain::security::Origin::default(),
        };
        let failed = || Answer::from_errors(vec![ServerError::new("no such field", None)]);
        assert_eq!(
            write(Form::New, &reader, failed()).status(),
            StatusCode::BAD_REQUEST
        );
        assert_eq!(write(Form::Old, &reader, failed()).status(), StatusCode::OK);
        let refused = refuse(Form::Old, &reader, &Fault::new(Code::Unauthenticated));
        assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
        assert!(refused.headers().contains_key(WWW_AUTHENTICATE));
    }
}
