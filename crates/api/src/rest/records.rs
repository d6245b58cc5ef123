//! Pushing over JSON: a request of at most 1,000 rows, or a stream of lines of any length, applied a thousand at a time
//! in bounded memory with the progress told as it goes. The same rows, rules and outcomes as `recordsUpsert`.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, Path, Query, Request, State};
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_TYPE, HeaderName};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use chrono::{DateTime, Utc};
use domain::push::{Counts, Deletion, ErrorPolicy, MOST_ROWS, Mode, NeedRow, OfferRow, OrganisationRow, Row};
use domain::refusal::Invalid;
use domain::{Actor, Lang, Refusal};
use futures::channel::mpsc;
use futures::{SinkExt as _, StreamExt as _};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use store::{Answer, Came, Push, RowResult, Run, RunState, Store};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::ctx::Caller;
use crate::problem::{Code, Fault, Problem};
use crate::push::digest;
use crate::server::{App, body};

/// The largest request of rows: a text that is far too long is refused with its row, not with the request.
const BODY: usize = 32 << 20;
/// The longest line of a stream.
const LINE: usize = 16 << 20;
const KEY: HeaderName = HeaderName::from_static("idempotency-key");

pub(crate) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/v1/sources/{source}/records", post(push))
        .route("/v1/sources/{source}/runs", post(open_run))
        .route("/v1/sources/{source}/runs/{run}/close", post(close_run))
        .layer(DefaultBodyLimit::max(BODY))
}

/// What a request of rows says beside them: in the body, or for a stream in the address.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Settings {
    /// The client's own name for this request, at most 100 characters; also as the header `Idempotency-Key`.
    idempotency_key: Option<String>,
    /// `DELTA` or `FULL_SNAPSHOT`.
    #[schema(value_type = Option<String>, example = "DELTA")]
    mode: Mode,
    /// The run the rows belong to, with `FULL_SNAPSHOT`.
    run: Option<Uuid>,
    /// Only say what would become of the rows.
    dry_run: bool,
    /// `IGNORE_FAILED_ROWS` or `REJECT_EVERYTHING`.
    #[schema(value_type = Option<String>, example = "IGNORE_FAILED_ROWS")]
    error_policy: ErrorPolicy,
    /// The `plan` that a dry run gave.
    plan: Option<String>,
}

/// A request of rows. Their fields are those of `OrganisationRow`, `OfferRow`, `NeedRow` and `DeletionRow` in
/// `schema.graphql`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Rows {
    #[serde(flatten)]
    settings: Settings,
    /// Organisations.
    #[serde(default)]
    #[schema(value_type = Vec<serde_json::Map<String, serde_json::Value>>)]
    organisations: Vec<Box<RawValue>>,
    /// Offers.
    #[serde(default)]
    #[schema(value_type = Vec<serde_json::Map<String, serde_json::Value>>)]
    offers: Vec<Box<RawValue>>,
    /// Needs.
    #[serde(default)]
    #[schema(value_type = Vec<serde_json::Map<String, serde_json::Value>>)]
    needs: Vec<Box<RawValue>>,
    /// What the source holds no more.
    #[serde(default)]
    #[schema(value_type = Vec<serde_json::Map<String, serde_json::Value>>)]
    deletions: Vec<Box<RawValue>>,
}

/// Why a row was refused.
#[derive(Debug, Serialize, ToSchema)]
pub struct RowError {
    /// Why, for a program.
    #[schema(value_type = String, example = "UNKNOWN_REFERENCE")]
    code: domain::refusal::Code,
    /// The field it is about, as a path with dots.
    #[schema(example = "commune")]
    field: String,
    /// What is wrong and what to do.
    message: String,
}

/// What became of one row.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RowAnswer {
    /// Its line in the stream, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u64>,
    /// Why it was refused.
    errors: Vec<RowError>,
    #[serde(flatten)]
    #[schema(value_type = serde_json::Map<String, serde_json::Value>)]
    row: RowResult,
}

/// What became of a request.
#[derive(Debug, Serialize, ToSchema)]
pub struct RowsAnswer {
    /// Whether anything was applied.
    applied: bool,
    /// Whether this is the answer to an earlier request with the same key.
    replayed: bool,
    /// How many rows came to what.
    #[schema(value_type = serde_json::Map<String, serde_json::Value>)]
    counts: Counts,
    /// What was or would be done, in one word.
    plan: String,
    /// Row by row: organisations, offers, needs, deletions, each in their order.
    rows: Vec<RowAnswer>,
}

fn row_answer(mut row: RowResult, line: Option<u64>, lang: Lang) -> RowAnswer {
    let errors = std::mem::take(&mut row.errors)
        .into_iter()
        .map(|refusal| RowError {
            code: refusal.code(),
            field: refusal.field().to_owned(),
            message: refusal.message(lang),
        })
        .collect();
    RowAnswer { line, errors, row }
}

/// Push rows
///
/// As `application/json`, at most 1,000 rows. As `application/x-ndjson`, lines of any number, each an object with one of
/// `organisation`, `offer`, `need`, `deletion`; the settings stand in the address, and the answer is a stream of lines
/// too: `row` for each row, `progress` for each thousand, at the end `done` or `problem`. Organisations come before the
/// offers and needs that name them.
#[utoipa::path(
    post,
    path = "/v1/sources/{source}/records",
    tag = "Exchange",
    params(("source" = String, Path, description = "The source's code.")),
    request_body(content = Rows),
    security(("token" = [])),
    responses(
        (status = 200, description = "What became of each row; also where rows were refused.", body = RowsAnswer),
        (status = 400, description = "Not a request of rows.", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "Sign in first.", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "Not a source of yours.", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "The key was used for another request, or the plan no longer holds.", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "An unknown source or run, too many rows.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn push(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(source): Path<String>,
    Query(settings): Query<Settings>,
    request: Request,
) -> Result<Response, Fault> {
    if matches!(caller.actor, Actor::Visitor) {
        return Err(Fault::new(Code::Unauthenticated));
    }
    let headers = request.headers().clone();
    let kind = headers
        .get(CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    match kind {
        "application/json" => {
            let sent = body(request, &()).await?;
            let push = read(&source, settings, &headers, &sent)?;
            let answer = app.store.push(&caller.actor, push).await?;
            Ok(axum::Json(answered(answer, caller.lang)).into_response())
        }
        "application/x-ndjson" | "application/jsonl" | "application/ndjson" => {
            let lines = Lines::new(request.into_body());
            let settings = keyed(settings, &headers);
            Ok(stream(app.store.clone(), caller, source, settings, lines))
        }
        _ => Err(Fault::new(Code::UnsupportedMediaType)),
    }
}

fn answered(answer: Answer, lang: Lang) -> RowsAnswer {
    let Answer {
        applied,
        is_replay,
        counts,
        plan,
        rows,
    } = answer;
    RowsAnswer {
        applied,
        replayed: is_replay,
        counts,
        plan,
        rows: rows.into_iter().map(|row| row_answer(row, None, lang)).collect(),
    }
}

fn keyed(mut settings: Settings, headers: &HeaderMap) -> Settings {
    let header = headers.get(KEY).and_then(|key| key.to_str().ok());
    settings.idempotency_key = settings.idempotency_key.or_else(|| header.map(str::to_owned));
    settings
}

/// Reads a request of rows. What is not UTF-8 is refused with its row.
fn read(source: &str, settings: Settings, headers: &HeaderMap, sent: &[u8]) -> Result<Push, Fault> {
    let text = String::from_utf8_lossy(sent);
    let is_whole = matches!(text, std::borrow::Cow::Borrowed(_));
    let rows: Rows = serde_json::from_str(&text)
        .map_err(|error| Fault::new(Code::BadRequest).technically(error.to_string()))?;
    let mut own = keyed(rows.settings, headers);
    own.idempotency_key = own.idempotency_key.or(settings.idempotency_key);
    own.dry_run |= settings.dry_run;
    let came = |raw: &[Box<RawValue>]| raw.iter().map(|raw| raw.get().to_owned()).collect::<Vec<_>>();
    Ok(Push {
        organisations: came(&rows.organisations)
            .iter()
            .map(|raw| row(raw, is_whole))
            .collect(),
        offers: came(&rows.offers).iter().map(|raw| row(raw, is_whole)).collect(),
        needs: came(&rows.needs).iter().map(|raw| row(raw, is_whole)).collect(),
        deletions: came(&rows.deletions)
            .iter()
            .map(|raw| deletion(raw, is_whole))
            .collect(),
        ..of(source, own, digest(&[sent]))
    })
}

/// A request without rows yet.
fn of(source: &str, settings: Settings, digest: String) -> Push {
    let Settings {
        idempotency_key,
        mode,
        run,
        dry_run,
        error_policy,
        plan,
    } = settings;
    Push {
        source: source.to_owned(),
        key: idempotency_key,
        mode,
        run,
        dry_run,
        policy: error_policy,
        plan,
        digest,
        ..Push::default()
    }
}

/// Reads one row.
fn row<T: DeserializeOwned + Row>(raw: &str, is_whole: bool) -> Came<T> {
    match parse::<T>(raw, is_whole) {
        Ok(row) => row.into(),
        Err((external_id, refusal)) => Came {
            external_id,
            row: Err(vec![refusal]),
        },
    }
}

fn deletion(raw: &str, is_whole: bool) -> Came<Deletion> {
    match parse::<Deletion>(raw, is_whole) {
        Ok(row) => Came {
            external_id: Some(row.external_id.clone()),
            row: Ok(row),
        },
        Err((external_id, refusal)) => Came {
            external_id,
            row: Err(vec![refusal]),
        },
    }
}

/// The source's own identifier in a row that could not be read.
#[derive(Deserialize)]
struct Named {
    #[serde(rename = "externalId")]
    external_id: Option<serde_json::Value>,
}

fn parse<T: DeserializeOwned>(raw: &str, is_whole: bool) -> Result<T, (Option<String>, Refusal)> {
    let named = || {
        let named: Option<Named> = serde_json::from_str(raw).ok();
        match named.and_then(|named| named.external_id) {
            Some(serde_json::Value::String(id)) => Some(id),
            Some(_) | None => None,
        }
    };
    let invalid = |field: String, why: Invalid| Refusal::Invalid { field, why };
    if !is_whole && raw.contains('\u{fffd}') {
        return Err((named(), invalid(String::new(), Invalid::Utf8)));
    }
    let mut reader = serde_json::Deserializer::from_str(raw);
    serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let path = error.path().to_string();
        let path = if path == "." { String::new() } else { path };
        let said = error.inner().to_string();
        let quoted = said.split('`').nth(1).unwrap_or_default().to_owned();
        let refusal = if said.starts_with("missing field") {
            Refusal::Required { field: quoted }
        } else if said.starts_with("unknown field") {
            invalid(quoted, Invalid::UnknownField)
        } else if said.starts_with("unknown variant") {
            invalid(path, Invalid::Word)
        } else {
            invalid(path, Invalid::Type)
        };
        (named(), refusal)
    })
}

/// The lines of a body, one at a time.
struct Lines {
    body: axum::body::BodyDataStream,
    held: Vec<u8>,
    is_over: bool,
}

/// A line, or that it was too long to be held.
enum Line {
    Text(Vec<u8>),
    TooLong,
}

impl Lines {
    fn new(body: Body) -> Self {
        Self {
            body: body.into_data_stream(),
            held: Vec::new(),
            is_over: false,
        }
    }

    /// The next line that is not empty.
    async fn next(&mut self) -> Result<Option<Line>, axum::Error> {
        let (mut from, mut is_too_long) = (0, false);
        loop {
            if let Some(end) = self.held[from..].iter().position(|byte| *byte == b'\n') {
                let mut line: Vec<u8> = self.held.drain(..=from + end).collect();
                line.pop();
                from = 0;
                if is_too_long {
                    return Ok(Some(Line::TooLong));
                }
                if line.iter().any(|byte| !byte.is_ascii_whitespace()) {
                    return Ok(Some(Line::Text(line)));
                }
                continue;
            }
            if self.held.len() > LINE {
                is_too_long = true;
                self.held.clear();
            }
            from = self.held.len();
            match self.body.next().await {
                Some(some) => self.held.extend_from_slice(&some?),
                None if self.is_over => return Ok(None),
                None => {
                    // The last line may have no end.
                    self.is_over = true;
                    self.held.push(b'\n');
                }
            }
        }
    }
}

/// One line of a stream.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Lined<'a> {
    #[serde(borrow)]
    organisation: Option<&'a RawValue>,
    #[serde(borrow)]
    offer: Option<&'a RawValue>,
    #[serde(borrow)]
    need: Option<&'a RawValue>,
    #[serde(borrow)]
    deletion: Option<&'a RawValue>,
}

/// Rows of a stream that are applied together, with the lines they came from.
#[derive(Default)]
struct Batch {
    push: Push,
    lines: [Vec<u64>; 4],
    said: Vec<u8>,
    unread: Vec<RowAnswer>,
    count: usize,
}

impl Batch {
    fn add(&mut self, number: u64, line: Line, lang: Lang) {
        self.count += 1;
        let mut refuse = |refusal: Refusal| {
            let row = RowResult {
                record_type: domain::push::Pushed::Offer,
                index: 0,
                is_deletion: false,
                external_id: None,
                outcome: domain::push::Outcome::Rejected,
                errors: vec![refusal],
                notices: Vec::new(),
                record_id: None,
                revision: None,
                changes: Vec::new(),
            };
            self.unread.push(row_answer(row, Some(number), lang));
        };
        let Line::Text(bytes) = line else {
            return refuse(Refusal::TooLong {
                field: String::new(),
                most: LINE,
            });
        };
        self.said.extend_from_slice(&bytes);
        self.said.push(b'\n');
        let text = String::from_utf8_lossy(&bytes);
        let is_whole = matches!(text, std::borrow::Cow::Borrowed(_));
        let Ok(lined) = serde_json::from_str::<Lined>(&text) else {
            let why = if is_whole { Invalid::Type } else { Invalid::Utf8 };
            return refuse(Refusal::Invalid {
                field: String::new(),
                why,
            });
        };
        match lined {
            Lined {
                organisation: Some(raw),
                offer: None,
                need: None,
                deletion: None,
            } => {
                self.push
                    .organisations
                    .push(row::<OrganisationRow>(raw.get(), is_whole));
                self.lines[0].push(number);
            }
            Lined {
                organisation: None,
                offer: Some(raw),
                need: None,
                deletion: None,
            } => {
                self.push.offers.push(row::<OfferRow>(raw.get(), is_whole));
                self.lines[1].push(number);
            }
            Lined {
                organisation: None,
                offer: None,
                need: Some(raw),
                deletion: None,
            } => {
                self.push.needs.push(row::<NeedRow>(raw.get(), is_whole));
                self.lines[2].push(number);
            }
            Lined {
                organisation: None,
                offer: None,
                need: None,
                deletion: Some(raw),
            } => {
                self.push.deletions.push(deletion(raw.get(), is_whole));
                self.lines[3].push(number);
            }
            Lined { .. } => refuse(Refusal::Invalid {
                field: String::new(),
                why: Invalid::Type,
            }),
        }
    }

    /// The line that a row came from.
    fn line(&self, row: &RowResult) -> Option<u64> {
        use domain::push::Pushed;
        let list = match (row.is_deletion, row.record_type) {
            (true, _) => 3,
            (false, Pushed::Organisation) => 0,
            (false, Pushed::Offer) => 1,
            (false, Pushed::Need) => 2,
        };
        self.lines[list].get(row.index as usize).copied()
    }
}

/// One line of the answer to a stream.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
enum Told {
    Row(Box<RowAnswer>),
    Progress {
        lines: u64,
        counts: Counts,
    },
    Done {
        lines: u64,
        applied: bool,
        counts: Counts,
    },
    Problem(serde_json::Value),
}

/// Applies a stream of lines, a thousand at a time, and tells how it goes.
fn stream(store: Store, caller: Caller, source: String, settings: Settings, lines: Lines) -> Response {
    let (sender, receiver) = mpsc::channel::<Result<Bytes, std::convert::Infallible>>(4);
    tokio::spawn(async move {
        let mut teller = Teller(sender);
        let lang = caller.lang;
        if let Err(fault) = apply(&store, &caller, &source, &settings, lines, &mut teller).await {
            let problem = fault.document(lang, &caller.request_id);
            let problem = serde_json::to_value(&problem).unwrap_or_default();
            teller.tell(&[Told::Problem(problem)]).await;
        }
    });
    (
        [(CONTENT_TYPE, "application/x-ndjson")],
        Body::from_stream(receiver),
    )
        .into_response()
}

/// Where the answer to a stream goes.
struct Teller(mpsc::Sender<Result<Bytes, std::convert::Infallible>>);

impl Teller {
    /// Tells; false where nobody listens any more.
    async fn tell(&mut self, lines: &[Told]) -> bool {
        let mut text = Vec::new();
        for line in lines {
            if serde_json::to_writer(&mut text, line).is_ok() {
                text.push(b'\n');
            }
        }
        self.0.send(Ok(text.into())).await.is_ok()
    }
}

async fn apply(
    store: &Store,
    caller: &Caller,
    source: &str,
    settings: &Settings,
    mut lines: Lines,
    teller: &mut Teller,
) -> Result<(), Fault> {
    let (mut read, mut counts, mut applied, mut batches) = (0_u64, Counts::default(), false, 0_u32);
    let mut is_over = false;
    while !is_over {
        let mut batch = Batch::default();
        while batch.count < MOST_ROWS {
            let broken = |error: axum::Error| Fault::new(Code::BadRequest).technically(error.to_string());
            match lines.next().await.map_err(broken)? {
                Some(line) => {
                    read += 1;
                    batch.add(read, line, caller.lang);
                }
                None => {
                    is_over = true;
                    break;
                }
            }
        }
        if batch.count == 0 && batches > 0 {
            break;
        }
        if batches > 0 && (settings.dry_run || settings.error_policy == ErrorPolicy::RejectEverything) {
            let most = format!("a dry run, and REJECT_EVERYTHING, take at most {MOST_ROWS} rows at once");
            return Err(Fault::new(Code::BadRequest).technically(most));
        }
        let mut own = settings.clone();
        // Each thousand is a request of its own, with a name of its own.
        own.idempotency_key = own.idempotency_key.map(|key| format!("{key}#{batches}"));
        let rows = std::mem::take(&mut batch.push);
        let push = Push {
            organisations: rows.organisations,
            offers: rows.offers,
            needs: rows.needs,
            deletions: rows.deletions,
            ..of(source, own, digest(&[&batch.said]))
        };
        let answer = store.push(&caller.actor, push).await?;
        applied |= answer.applied;
        counts.join(answer.counts);
        counts.rejected += u32::try_from(batch.unread.len()).unwrap_or(u32::MAX);
        let unread = std::mem::take(&mut batch.unread);
        let mut told: Vec<Told> = unread.into_iter().map(|row| Told::Row(Box::new(row))).collect();
        for row in answer.rows {
            let line = batch.line(&row);
            told.push(Told::Row(Box::new(row_answer(row, line, caller.lang))));
        }
        told.push(Told::Progress { lines: read, counts });
        if !teller.tell(&told).await {
            // Whoever pushed went away; what was applied is known by the keys.
            return Ok(());
        }
        batches += 1;
    }
    let done = Told::Done {
        lines: read,
        applied,
        counts,
    };
    teller.tell(&[done]).await;
    Ok(())
}

/// A full snapshot of a source.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RunAnswer {
    /// Its identifier: rows name it.
    run: Uuid,
    /// `OPEN` or `CLOSED`.
    state: &'static str,
    /// When it was opened.
    opened_at: DateTime<Utc>,
    /// When it was closed.
    closed_at: Option<DateTime<Utc>>,
    /// What closing it did.
    #[schema(value_type = serde_json::Map<String, serde_json::Value>)]
    counts: Counts,
}

impl From<Run> for RunAnswer {
    fn from(run: Run) -> Self {
        Self {
            run: run.id,
            state: match run.state {
                RunState::Open => "OPEN",
                RunState::Closed => "CLOSED",
            },
            opened_at: run.opened_at,
            closed_at: run.closed_at,
            counts: run.counts,
        }
    }
}

/// Open a full snapshot
#[utoipa::path(
    post,
    path = "/v1/sources/{source}/runs",
    tag = "Exchange",
    params(("source" = String, Path, description = "The source's code.")),
    security(("token" = [])),
    responses(
        (status = 200, description = "Fill it with rows in mode FULL_SNAPSHOT, then close it.", body = RunAnswer),
        (status = 403, description = "Not a source of yours.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn open_run(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(source): Path<String>,
) -> Result<axum::Json<RunAnswer>, Fault> {
    let run = app.store.open_run(&caller.actor, &source).await?;
    Ok(axum::Json(run.into()))
}

/// What closing a run says.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub struct Closing {
    /// The source's code once more, where more than a tenth of its records is meant to go.
    confirm: Option<String>,
}

/// Close a full snapshot
///
/// What it did not name is removed; refused with `MASS_DELETION` where that is more than a tenth of the source, unless
/// `confirm` names the source.
#[utoipa::path(
    post,
    path = "/v1/sources/{source}/runs/{run}/close",
    tag = "Exchange",
    params(
        ("source" = String, Path, description = "The source's code."),
        ("run" = Uuid, Path, description = "The run."),
        ("confirm" = Option<String>, Query, description = "The source's code once more, where much is meant to go."),
    ),
    security(("token" = [])),
    responses(
        (status = 200, description = "Closed.", body = RunAnswer),
        (status = 409, description = "Too much would go.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn close_run(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path((source, run)): Path<(String, Uuid)>,
    Query(closing): Query<Closing>,
) -> Result<axum::Json<RunAnswer>, Fault> {
    let closed = app
        .store
        .close_run(&caller.actor, &source, run, closing.confirm.as_deref())
        .await?;
    Ok(axum::Json(closed.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(raw: &str) -> (Option<String>, Refusal) {
        parse::<OfferRow>(raw, true).unwrap_err()
    }

    #[test]
    fn what_cannot_be_read_names_its_field_and_its_row() {
        let invalid = |field: &str, why| Refusal::Invalid {
            field: field.into(),
            why,
        };
        for (raw, refusal) in [
            (
                r#"{"externalId":"a","quantity":{"value":"much","unit":"KILOGRAM"}}"#,
                invalid("quantity.value", Invalid::Type),
            ),
            (
                r#"{"externalId":"a","quantity":{"value":1,"unit":"BUSHEL"}}"#,
                invalid("quantity.unit", Invalid::Word),
            ),
            (
                r#"{"externalId":"a","months":"all"}"#,
                invalid("months", Invalid::Type),
            ),
            (
                r#"{"externalId":"a","colour":"red"}"#,
                invalid("colour", Invalid::UnknownField),
            ),
            (r#"{"externalId":"a","title":7}"#, invalid("title", Invalid::Type)),
        ] {
            assert_eq!(refused(raw), (Some("a".into()), refusal), "{raw}");
        }
        let nameless = Refusal::Required {
            field: "externalId".into(),
        };
        assert_eq!(refused(r#"{"title":"x"}"#), (None, nameless));
        assert_eq!(refused("[1]").0, None);
    }

    #[tokio::test]
    async fn lines_come_one_at_a_time_however_they_are_cut() {
        let pieces = ["{\"a\"", ":1}\n\n  \n{\"b\":2}", "\r\n{\"c\":3}"];
        let pieces = pieces.map(|piece| Ok::<_, std::convert::Infallible>(Bytes::from(piece)));
        let mut lines = Lines::new(Body::from_stream(futures::stream::iter(pieces)));
        let mut read = Vec::new();
        while let Some(Line::Text(line)) = lines.next().await.unwrap() {
            read.push(String::from_utf8(line).unwrap().trim().to_owned());
        }
        assert_eq!(read, ["{\"a\":1}", "{\"b\":2}", "{\"c\":3}"]);
    }
}
