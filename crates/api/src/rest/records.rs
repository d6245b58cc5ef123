//! Pushing over JSON: a request of at most 1,000 rows, or a stream of lines of any length, applied a thousand at a time
//! in bounded memory with the progress told as it goes. The same rows, rules and outcomes as `recordsUpsert`.

mod lines;

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::HeaderMap;
use axum::http::header::HeaderName;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use chrono::{DateTime, Utc};
use domain::push::{Counts, Deletion, ErrorPolicy, Mode, Row};
use domain::refusal::Invalid;
use domain::{Lang, Refusal};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_path_to_error::Segment;
use sha2::{Digest as _, Sha256};
use store::{Answer, Came, Push, RowResult, Run, RunState};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::ctx::Caller;
use crate::problem::{Code, Fault, Problem};
use crate::push::hex;
use crate::server::{App, Path, Query, body, media_type};

/// The largest request of rows: a text that is far too long is refused with its row, not with the request.
const BODY: usize = 32 << 20;
const KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// The longest name of a request.
const LONGEST_KEY: usize = 100;
/// So much is said of the name of a field that there is not.
const LONGEST_NAME: usize = 100;

pub(crate) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/v1/sources/{source}/records", post(push))
        .route("/v1/sources/{source}/runs", post(open_run))
        .route("/v1/sources/{source}/runs/{run}/close", post(close_run))
        .layer(DefaultBodyLimit::max(BODY))
}

/// What a request of rows says beside them: in the address, or for JSON in the body, which comes first.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Settings {
    idempotency_key: Option<String>,
    mode: Option<Mode>,
    run: Option<Uuid>,
    dry_run: Option<bool>,
    error_policy: Option<ErrorPolicy>,
    plan: Option<String>,
}

/// A request of rows. The rows' fields are those of `OrganisationRow`, `OfferRow`, `NeedRow` and `DeletionRow` in
/// `schema.graphql`.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Rows {
    /// The client's own name for this request, at most 100 characters; also as the header `Idempotency-Key`.
    idempotency_key: Option<String>,
    /// `DELTA` or `FULL_SNAPSHOT`.
    #[schema(value_type = Option<String>, example = "DELTA")]
    mode: Option<Mode>,
    /// The run the rows belong to, with `FULL_SNAPSHOT`.
    run: Option<Uuid>,
    /// Only say what would become of the rows.
    dry_run: Option<bool>,
    /// `IGNORE_FAILED_ROWS` or `REJECT_EVERYTHING`.
    #[schema(value_type = Option<String>, example = "IGNORE_FAILED_ROWS")]
    error_policy: Option<ErrorPolicy>,
    /// The `plan` that a dry run gave.
    plan: Option<String>,
    /// Organisations.
    #[schema(value_type = Vec<serde_json::Map<String, serde_json::Value>>)]
    organisations: Vec<Box<RawValue>>,
    /// Offers.
    #[schema(value_type = Vec<serde_json::Map<String, serde_json::Value>>)]
    offers: Vec<Box<RawValue>>,
    /// Needs.
    #[schema(value_type = Vec<serde_json::Map<String, serde_json::Value>>)]
    needs: Vec<Box<RawValue>>,
    /// What the source holds no more.
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
    /// Whether nothing was applied because the rows come to something else by now than the `plan` that was given.
    moved: bool,
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
/// too: `row` for each row, `progress` for each part that was applied, at the end `done` or `problem`. Organisations come
/// before the offers and needs that name them. A stream takes no `REJECT_EVERYTHING`, since its first part is applied before
/// its last has come, and a dry run of one part only.
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
    caller.signed_in()?;
    let headers = request.headers().clone();
    match media_type(&headers).as_str() {
        "application/json" => {
            let sent = body(request, &()).await?;
            // Rows take more room than their text: those that wait, wait as text.
            let _turn = app.pushing.acquire().await;
            let push = read(&source, settings, &headers, &sent)?;
            drop(sent);
            let answer = app.store.push(&caller.actor, push).await?;
            Ok(axum::Json(answered(answer, caller.lang)).into_response())
        }
        "application/x-ndjson" | "application/jsonl" | "application/ndjson" => {
            let settings = settled(settings, Settings::default(), &headers)?;
            lines::stream(app.store.clone(), caller, source, settings, request.into_body())
        }
        _ => Err(Fault::new(Code::UnsupportedMediaType)),
    }
}

fn answered(answer: Answer, lang: Lang) -> RowsAnswer {
    let Answer {
        applied,
        is_moved,
        is_replay,
        counts,
        plan,
        rows,
    } = answer;
    RowsAnswer {
        applied,
        moved: is_moved,
        replayed: is_replay,
        counts,
        plan,
        rows: rows.into_iter().map(|row| row_answer(row, None, lang)).collect(),
    }
}

/// The settings, the first that says something first; the key's header comes last.
fn settled(said: Settings, further: Settings, headers: &HeaderMap) -> Result<Settings, Fault> {
    let header = headers
        .get(KEY)
        .and_then(|key| key.to_str().ok())
        .map(str::to_owned);
    let key = said.idempotency_key.or(further.idempotency_key).or(header);
    if key
        .as_ref()
        .is_some_and(|key| key.is_empty() || key.chars().count() > LONGEST_KEY)
    {
        return Err(Fault::refused(vec![Refusal::Invalid {
            field: "idempotencyKey".to_owned(),
            why: Invalid::RequestName,
        }]));
    }
    Ok(Settings {
        idempotency_key: key,
        mode: said.mode.or(further.mode),
        run: said.run.or(further.run),
        dry_run: said.dry_run.or(further.dry_run),
        error_policy: said.error_policy.or(further.error_policy),
        plan: said.plan.or(further.plan),
    })
}

/// Reads a request of rows. What is not UTF-8 is refused with its row.
fn read(source: &str, address: Settings, headers: &HeaderMap, sent: &[u8]) -> Result<Push, Fault> {
    let sent = unmarked(sent);
    let text = String::from_utf8_lossy(sent);
    let is_whole = matches!(text, std::borrow::Cow::Borrowed(_));
    if !is_object(&text) {
        return Err(Fault::new(Code::BadRequest).technically("an object of rows is expected".to_owned()));
    }
    let Rows {
        idempotency_key,
        mode,
        run,
        dry_run,
        error_policy,
        plan,
        organisations,
        offers,
        needs,
        deletions,
    } = serde_json::from_str(&text)
        .map_err(|error| Fault::new(Code::BadRequest).technically(error.to_string()))?;
    let own = Settings {
        idempotency_key,
        mode,
        run,
        dry_run,
        error_policy,
        plan,
    };
    Ok(Push {
        organisations: organisations.iter().map(|raw| row(raw.get(), is_whole)).collect(),
        offers: offers.iter().map(|raw| row(raw.get(), is_whole)).collect(),
        needs: needs.iter().map(|raw| row(raw.get(), is_whole)).collect(),
        deletions: deletions
            .iter()
            .map(|raw| deletion(raw.get(), is_whole))
            .collect(),
        ..of(
            source,
            settled(own, address, headers)?,
            Sha256::new_with_prefix(sent),
        )
    })
}

/// Without the mark that some programs put before a text.
fn unmarked(text: &[u8]) -> &[u8] {
    text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text)
}

/// Whether a text that is JSON is an object: a list would be read as one, its values in the order of the fields.
fn is_object(text: &str) -> bool {
    text.trim_ascii_start().starts_with('{')
}

/// A request without rows yet. Its digest is of the rows and of what they stand for.
fn of(source: &str, settings: Settings, mut rows: Sha256) -> Push {
    let Settings {
        idempotency_key,
        mode,
        run,
        dry_run,
        error_policy,
        plan,
    } = settings;
    let (mode, policy) = (mode.unwrap_or_default(), error_policy.unwrap_or_default());
    rows.update([0, mode as u8, policy as u8]);
    rows.update(run.unwrap_or_default());
    Push {
        source: source.to_owned(),
        key: idempotency_key,
        mode,
        run,
        dry_run: dry_run.unwrap_or_default(),
        policy,
        plan,
        digest: hex(rows),
        ..Push::default()
    }
}

/// Reads one row.
fn row<T: DeserializeOwned + Row>(raw: &str, is_whole: bool) -> Came<T> {
    came(raw, is_whole, T::external_id)
}

fn deletion(raw: &str, is_whole: bool) -> Came<Deletion> {
    came(raw, is_whole, |row: &Deletion| &row.external_id)
}

fn came<T: DeserializeOwned>(raw: &str, is_whole: bool, named: impl Fn(&T) -> &str) -> Came<T> {
    match parse::<T>(raw, is_whole) {
        Ok(row) => Came {
            external_id: Some(named(&row).to_owned()),
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
    let external_id = || {
        let named: Option<Named> = serde_json::from_str(raw).ok();
        match named.and_then(|named| named.external_id) {
            Some(serde_json::Value::String(id)) => Some(id),
            Some(_) | None => None,
        }
    };
    let invalid = |field: String, why: Invalid| Refusal::Invalid { field, why };
    if !is_whole && raw.contains('\u{fffd}') {
        return Err((external_id(), invalid(String::new(), Invalid::Utf8)));
    }
    if !is_object(raw) {
        return Err((None, invalid(String::new(), Invalid::Type)));
    }
    let mut reader = serde_json::Deserializer::from_str(raw);
    serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let path = path_of(error.path());
        let said = error.inner().to_string();
        // A field that is missing or stands twice is named by the message only, within the object that the path names.
        let within = || {
            let quoted = said.split('`').nth(1).map(named);
            let path = [path.as_str(), quoted.as_deref().unwrap_or_default()];
            path.join(".").trim_matches('.').to_owned()
        };
        let refusal = if said.starts_with("missing field") {
            Refusal::Required { field: within() }
        } else if said.starts_with("duplicate field") {
            invalid(within(), Invalid::Twice)
        } else if said.starts_with("unknown field") {
            invalid(path, Invalid::UnknownField)
        } else if said.starts_with("unknown variant") {
            invalid(path, Invalid::Word)
        } else {
            invalid(path, Invalid::Type)
        };
        (external_id(), refusal)
    })
}

/// Where in a row something is wrong, as a path with dots.
fn path_of(path: &serde_path_to_error::Path) -> String {
    let parts = path.iter().filter_map(|segment| match segment {
        Segment::Seq { index } => Some(index.to_string()),
        Segment::Map { key } => Some(named(key)),
        Segment::Enum { .. } | Segment::Unknown => None,
    });
    parts.collect::<Vec<_>>().join(".")
}

/// The name of a field, which may be anything, as it is said of it.
fn named(field: &str) -> String {
    field
        .chars()
        .filter(|c| !c.is_control())
        .take(LONGEST_NAME)
        .collect()
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
    use domain::push::OfferRow;

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
            (
                r#"{"externalId":"a","labels":["DEMETER","PURE"]}"#,
                invalid("labels.1", Invalid::Word),
            ),
            (
                r#"{"externalId":"a","delivery":{"pickup":true}}"#,
                invalid("delivery.pickup", Invalid::UnknownField),
            ),
            (
                r#"{"externalId":"a","quantity":{"value":1,"value":2,"unit":"KILOGRAM"}}"#,
                invalid("quantity.value", Invalid::Twice),
            ),
            (
                r#"{"externalId":"a","quantity":{"value":1}}"#,
                Refusal::Required {
                    field: "quantity.unit".into(),
                },
            ),
        ] {
            assert_eq!(refused(raw), (Some("a".into()), refusal), "{raw}");
        }
        let nameless = Refusal::Required {
            field: "externalId".into(),
        };
        assert_eq!(refused(r#"{"title":"x"}"#), (None, nameless));
        assert_eq!(refused(r#"["a"]"#), (None, invalid("", Invalid::Type)));
    }
}
