//! Exports that are written while nobody waits: asked for, asked about, fetched and dropped. Who writes them is `worker`.

use std::sync::Arc;

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_RANGE, ETAG, IF_RANGE, LOCATION, RANGE, RETRY_AFTER,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use domain::Actor;
use domain::export::State as Progress;
use domain::id::{decode, encode};
use futures::stream;
use serde::de::DeserializeOwned;
use store::{Export, Listed, NewExport, Store};
use uuid::Uuid;

use super::{Form, What, filter_of, for_what, headers, sheet};
use crate::ctx::Caller;
use crate::problem::{Code, Fault, Problem};
use crate::rest::unchanged;
use crate::server::{App, Path, Query, Reader};

/// After how many seconds it is worth asking again.
const AGAIN: u64 = 2;
/// After how many seconds there may be room for another.
const ROOM: u64 = 60;
/// What stands before an export's identifier.
const PREFIX: &str = "export_";

/// An export that is written while nobody waits.
#[derive(serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExportJob {
    /// Its identifier.
    #[schema(example = "export_01h455vb4pex5vsknk084sn02q")]
    id: String,
    /// The kind of record.
    #[schema(example = "offers")]
    what: String,
    /// The form.
    #[schema(example = "jsonl")]
    format: String,
    /// `WAITING`, `RUNNING`, `DONE` or `FAILED`; clients must tolerate new values.
    #[schema(example = "RUNNING")]
    state: String,
    /// When it was asked for.
    made_at: DateTime<Utc>,
    /// How many rows are written.
    rows: i64,
    /// How many bytes are written.
    bytes: i64,
    /// Where the file is fetched, for whoever has this address, once it is `DONE`.
    #[serde(skip_serializing_if = "Option::is_none")]
    href: Option<String>,
    /// From where to follow the change feed, once it is `DONE`; also in the file's header.
    #[serde(skip_serializing_if = "Option::is_none")]
    feed_cursor: Option<String>,
    /// Why it could not be written, where it `FAILED`.
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
    /// Until when the file and this state are kept.
    expires_at: DateTime<Utc>,
}

impl From<Export> for ExportJob {
    fn from(export: Export) -> Self {
        let is_done = export.state == Progress::Done;
        Self {
            id: format!("{PREFIX}{}", encode(export.id)),
            what: export.what,
            format: export.form,
            state: export.state.to_string(),
            made_at: export.made_at,
            rows: export.rows,
            bytes: export.bytes,
            href: is_done.then(|| format!("/v1/exports/files/{}", export.token)),
            feed_cursor: export.cursor,
            why: export.why,
            expires_at: export.expires_at,
        }
    }
}

/// The state of an export, never from a cache.
fn state(export: Export) -> Response {
    let is_over = export.state.is_over();
    let mut response = Json(ExportJob::from(export)).into_response();
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if !is_over {
        headers.insert(RETRY_AFTER, AGAIN.into());
    }
    response
}

/// Ask for an export that is written while nobody waits
///
/// For what takes long, and for spreadsheets of more than 20,000 rows (at most 1,048,575). `what` and `format` are those
/// of `GET /v1/exports/{what}.{format}`, all other parameters narrow it as there. The answer names the job (`Location`);
/// ask about it until its `state` is `DONE`, then fetch its `href`, which is good for a day. A caller has at most four at a
/// time, kept ones included.
#[utoipa::path(
    post,
    path = "/v1/exports",
    tag = "Exchange",
    params(
        ("what" = String, Query, description = "The kind of record.", example = "offers"),
        ("format" = String, Query, description = "`csv`, `jsonl`, `geojson` or `xlsx`.", example = "xlsx"),
    ),
    responses(
        (status = 202, description = "It will be written.", body = ExportJob, headers(("Location" = String, description = "Where to ask how far it has come."))),
        (status = 400, description = "No such kind of record or form, a parameter that is none of this kind's filters, or more rows than a spreadsheet has room for.", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "You, or all together, have as many as there may be: drop one, or ask again after `Retry-After` seconds.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn ask(
    State(app): State<Arc<App>>,
    caller: Caller,
    reader: Reader,
    Query(mut asked): Query<Vec<(String, String)>>,
) -> Result<Response, Fault> {
    let mut take = |name: &str| {
        let place = asked.iter().position(|(known, _)| known == name);
        place.map(|place| asked.remove(place).1).unwrap_or_default()
    };
    let (what, form) = (take("what"), take("format"));
    let bad = |detail: &str| Fault::new(Code::BadRequest).technically(detail.to_owned());
    let what = What::of(&what).ok_or_else(|| bad("what: no such kind of record"))?;
    let form = Form::of(&form)
        .filter(|form| *form != Form::Schema)
        .ok_or_else(|| bad("format: csv, jsonl, geojson or xlsx"))?;
    for_what!(what, check::<R>(&app.store, form, &asked))?;
    let who = match &caller.actor {
        Actor::Person(signed) => signed.id.to_string(),
        Actor::Client(client) => client.id.to_string(),
        Actor::Visitor | Actor::System => reader.address.to_string(),
    };
    let new = NewExport {
        caller: who,
        what: what.word().to_owned(),
        form: form.extension().to_owned(),
        asked,
        lang: caller.lang,
    };
    let export = app.store.ask_export(new).await?.ok_or_else(|| {
        Fault::new(Code::RateLimited)
            .because([
                "Trop d'exports sont en cours ou gardés: supprimez-en un, ou attendez que l'un d'eux expire.",
                "Te veel exports zijn bezig of worden bewaard: verwijder er een, of wacht tot er een vervalt.",
                "Zu viele Exporte laufen oder werden aufbewahrt: löschen Sie einen, oder warten Sie, bis einer abläuft.",
                "Too many exports are being written or kept: drop one, or wait until one expires.",
            ])
            .retry_after(ROOM)
    })?;
    let location = format!("/v1/exports/jobs/{PREFIX}{}", encode(export.id));
    let mut response = (StatusCode::ACCEPTED, state(export)).into_response();
    if let Ok(location) = HeaderValue::from_str(&location) {
        response.headers_mut().insert(LOCATION, location);
    }
    Ok(response)
}

/// Refuses what could not be written, before anybody waits for it.
async fn check<R: Listed>(store: &Store, form: Form, asked: &[(String, String)]) -> Result<(), Fault>
where
    R::Filter: DeserializeOwned,
{
    let rows = store.count::<R>(&filter_of::<R>(asked)?).await?;
    match form {
        Form::Xlsx => sheet::check(rows),
        Form::Csv | Form::Jsonl | Form::Geojson | Form::Schema => Ok(()),
    }
}

fn identifier(text: &str) -> Result<Uuid, Fault> {
    let digits = text.strip_prefix(PREFIX).unwrap_or_default();
    decode(digits).map_err(|_| Fault::new(Code::NotFound))
}

/// Ask how far an export has come
#[utoipa::path(
    get,
    path = "/v1/exports/jobs/{id}",
    tag = "Exchange",
    params(("id" = String, Path, description = "The export.")),
    responses(
        (status = 200, description = "How far it has come.", body = ExportJob),
        (status = 404, description = "There is none, or it has expired.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn job(
    State(app): State<Arc<App>>,
    _caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Fault> {
    let export = app.store.export(identifier(&id)?).await?;
    export.map(state).ok_or_else(|| Fault::new(Code::NotFound))
}

/// Drop an export and its file
#[utoipa::path(
    delete,
    path = "/v1/exports/jobs/{id}",
    tag = "Exchange",
    params(("id" = String, Path, description = "The export.")),
    responses(
        (status = 204, description = "It is gone, whether it was finished or not."),
        (status = 404, description = "There is none, or it has expired.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn drop_job(
    State(app): State<Arc<App>>,
    _caller: Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, Fault> {
    if app.store.drop_export(identifier(&id)?).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(Fault::new(Code::NotFound))
    }
}

/// Fetch an export that is done
///
/// With the headers of `GET /v1/exports/{what}.{format}`, an ETag, and in ranges (`Range: bytes=…`), so that a download
/// that broke off goes on.
#[utoipa::path(
    get,
    path = "/v1/exports/files/{token}",
    tag = "Exchange",
    params(("token" = String, Path, description = "What the job's `href` ends with.")),
    responses(
        (status = 200, description = "The file.", body = String, content_type = "text/csv", headers(("Feed-Cursor" = String, description = "From where to follow the change feed."))),
        (status = 206, description = "The range of it that was asked for."),
        (status = 304, description = "Unchanged since the copy named in If-None-Match."),
        (status = 404, description = "There is none, or it has expired.", body = Problem, content_type = "application/problem+json"),
        (status = 416, description = "It has no such range; `Content-Range` says how long it is."),
    )
)]
pub(crate) async fn file(
    State(app): State<Arc<App>>,
    _caller: Caller,
    Path(token): Path<String>,
    sent: HeaderMap,
) -> Result<Response, Fault> {
    let gone = || Fault::new(Code::NotFound);
    let export = app.store.exported(&token).await?.ok_or_else(gone)?;
    let (what, form) = What::of(&export.what)
        .zip(Form::of(&export.form))
        .ok_or_else(gone)?;
    let digest = export.digest.as_deref().unwrap_or_default();
    let etag = HeaderValue::from_str(&format!("W/\"{digest}\"")).map_err(|_| Fault::new(Code::Internal))?;
    if let Some(response) = unchanged(&sent, &etag) {
        return Ok(response);
    }
    let cursor = export.cursor.as_deref().unwrap_or_default();
    let mut headers = headers(what, form, export.made_at.date_naive(), cursor);
    headers.insert(ETAG, etag);
    headers.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    let length = u64::try_from(export.bytes).unwrap_or(0);
    // What a client has of another file is not gone on with: ours never changes under its address.
    let range = sent.get(RANGE).filter(|_| !sent.contains_key(IF_RANGE));
    let (status, from, to) = match range
        .and_then(|range| range.to_str().ok())
        .and_then(|range| part(range, length))
    {
        None => (StatusCode::OK, 0, length),
        Some(Some((from, to))) => {
            headers.insert(CONTENT_RANGE, value(&format!("bytes {from}-{}/{length}", to - 1)));
            (StatusCode::PARTIAL_CONTENT, from, to)
        }
        Some(None) => {
            let headers = [(CONTENT_RANGE, value(&format!("bytes */{length}")))];
            return Ok((StatusCode::RANGE_NOT_SATISFIABLE, headers).into_response());
        }
    };
    headers.insert(CONTENT_LENGTH, (to - from).into());
    Ok((status, headers, body(app.store.clone(), export.id, from, to)).into_response())
}

fn value(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).expect("digits and dashes are visible ASCII")
}

/// The one range that is asked for, as the first byte and the one behind the last: nothing where none is, or several are
/// (then the whole file answers); none of it where it lies beyond the file.
fn part(range: &str, length: u64) -> Option<Option<(u64, u64)>> {
    let (from, to) = range.strip_prefix("bytes=")?.split_once('-')?;
    let digits = |text: &str| text.trim().parse::<u64>().ok();
    let (from, to) = match (from.trim(), to.trim()) {
        ("", last) => (length.saturating_sub(digits(last)?), length),
        (first, "") => (digits(first)?, length),
        (first, last) => (digits(first)?, digits(last)?.saturating_add(1).min(length)),
    };
    Some((from < to).then_some((from, to)))
}

/// The file from one byte to another, a part in memory at a time.
fn body(store: Store, id: Uuid, from: u64, to: u64) -> Body {
    let pieces = stream::unfold(from, move |at| {
        let store = store.clone();
        async move {
            if at >= to {
                return None;
            }
            let piece = piece(&store, id, at, to).await;
            let next = piece.as_ref().map_or(to, |piece| at + piece.len() as u64);
            Some((piece, next))
        }
    });
    Body::from_stream(pieces)
}

async fn piece(store: &Store, id: Uuid, at: u64, to: u64) -> std::io::Result<Bytes> {
    let long = store::PIECE as u64;
    let part = store
        .export_part(id, i64::try_from(at / long).unwrap_or(i64::MAX))
        .await;
    // What fails or expires in between breaks the connection off, so that nobody takes half a file for a whole one.
    let part = part
        .map_err(std::io::Error::other)?
        .ok_or(std::io::ErrorKind::NotFound)?;
    let start = usize::try_from(at % long).unwrap_or(0);
    let end = usize::try_from((at % long) + (to - at))
        .unwrap_or(usize::MAX)
        .min(part.len());
    if start >= end {
        return Err(std::io::ErrorKind::UnexpectedEof.into());
    }
    Ok(Bytes::from(part).slice(start..end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_range_is_read_and_what_lies_beyond_the_file_is_not_there() {
        assert_eq!(part("bytes=0-9", 100), Some(Some((0, 10))));
        assert_eq!(part("bytes=90-", 100), Some(Some((90, 100))));
        assert_eq!(part("bytes=-10", 100), Some(Some((90, 100))));
        assert_eq!(part("bytes=-1000", 100), Some(Some((0, 100))));
        assert_eq!(part("bytes=90-1000", 100), Some(Some((90, 100))));
        assert_eq!(part("bytes=100-", 100), Some(None));
        assert_eq!(part("bytes=-0", 100), Some(None));
        for none in ["lines=1-2", "bytes=a-b", "bytes=1-2,5-6", "bytes=", "bytes=-"] {
            assert_eq!(part(none, 100), None, "{none}");
        }
    }
}
