//! The change feed as JSON: a page, a page that is waited for, and the pages one after the other as server-sent events.
//! A page goes straight to bytes, without a tree between.

use std::io::Write as _;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE, ETAG};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use domain::feed::Filter;
use futures::{StreamExt as _, stream};
use store::FeedPage;

use crate::ctx::Caller;
use crate::feed;
use crate::problem::{Code, Fault, Problem};
use crate::rest::{etag, unchanged};
use crate::server::{App, Query};

/// The longest that a page is waited for.
pub(crate) const WAIT: Duration = Duration::from_secs(60);
/// How often a quiet stream shows that it lives.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// Which changes.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Asked {
    /// Where to go on: the `cursor` of the page before under the same filter, or that of an export. Without it the feed
    /// begins with the present state of everything.
    after: Option<String>,
    /// At most so many changes, 1 to 500; 100 unless given.
    first: Option<i64>,
    /// Of these kinds of record only, separated by commas; of all where none is given.
    #[param(example = "OFFER,NEED")]
    types: Option<String>,
    /// Of what lies in these provinces (or in `communes`), by code or identifier, separated by commas.
    #[param(example = "90000")]
    provinces: Option<String>,
    /// Of what lies in these communes (or in `provinces`), by code or identifier, separated by commas.
    #[param(example = "92094,81001")]
    communes: Option<String>,
    /// Wait so long for something to happen, at most 60 seconds.
    wait_seconds: Option<u64>,
    /// Whether the records' content comes with the changes; it does unless this is `false`.
    records: Option<bool>,
}

/// A page of the change feed.
#[derive(utoipa::ToSchema)]
#[schema(as = FeedPage)]
#[serde(rename_all = "camelCase")]
pub struct Page {
    /// What happened, in the order of commits.
    pub nodes: Vec<Change>,
    /// Where to go on, with the same filter; also after an empty page.
    pub cursor: String,
    /// Whether there is more to read at once.
    pub has_more: bool,
}

/// One thing that happened to a record.
#[derive(utoipa::ToSchema)]
#[schema(as = FeedChange)]
#[serde(rename_all = "camelCase")]
pub struct Change {
    /// `UPSERT`, `DELETE`, `MERGE`, `SPLIT` or `VISIBILITY_LOST`; clients must tolerate new values.
    #[schema(example = "UPSERT")]
    pub kind: String,
    /// The record's identifier.
    #[schema(example = "offer_01h455vb4pex5vsknk084sn02q")]
    pub record_id: String,
    /// Its kind, also where it is gone.
    #[schema(example = "OFFER")]
    pub record_type: String,
    /// The revision of the state below; where there is none, the revision that the change made.
    pub revision: i32,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// Why the record is gone, with `DELETE`; absent otherwise.
    #[schema(example = "REMOVED")]
    pub reason: Option<String>,
    /// The record that it went into, with `MERGE`; the one that is there again beside it, with `SPLIT`; absent otherwise.
    pub into: Option<Vec<String>>,
    /// The record as it is now, with `UPSERT` and `SPLIT`: the fields of its type in schema.graphql, without relations.
    #[schema(value_type = Option<Object>)]
    pub record: Option<serde_json::Value>,
}

/// Follow what changes
///
/// A page of the change feed: what happened to records that everybody may read, in the order of commits, never skipping
/// one. With `Accept: text/event-stream` the pages come one after the other as server-sent events, each with its cursor
/// as `id`, and `Last-Event-ID` goes on from there; a comment every 15 seconds shows that the stream lives. An empty page
/// carries an ETag.
#[utoipa::path(
    get,
    path = "/v1/changes",
    tag = "Exchange",
    params(Asked),
    responses(
        (status = 200, description = "A page; or a stream of them.", body = Page),
        (status = 304, description = "Nothing happened since: still the page named in If-None-Match."),
        (status = 400, description = "A parameter is none, or the cursor is of another filter or not ours (`CURSOR_INVALID`).", body = Problem, content_type = "application/problem+json"),
        (status = 410, description = "The cursor is too old (`CURSOR_EXPIRED`): load an export again and follow from its cursor.", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "A kind of record that the feed does not tell of, or a place that is none.", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "Too many wait already: ask again after `Retry-After` seconds.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn changes(
    State(app): State<Arc<App>>,
    caller: Caller,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
) -> Result<Response, Fault> {
    let Asked {
        after,
        first,
        types,
        provinces,
        communes,
        wait_seconds,
        records,
    } = asked;
    let asked = feed::Asked {
        filter: Filter {
            types: listed("types", types.as_deref())?,
            provinces: listed("provinces", provinces.as_deref())?,
            communes: listed("communes", communes.as_deref())?,
        },
        first: feed::Asked::first(first)?,
        with_content: records.unwrap_or(true),
        reader: caller.actor.client().map(|client| client.id),
    };
    let after = after.filter(|after| !after.is_empty());
    if wants_events(&headers) {
        let last = headers.get("last-event-id").and_then(|id| id.to_str().ok());
        let after = last.map(str::to_owned).or(after);
        return events(&app, caller, asked, after).await;
    }
    let patience = Duration::from_secs(wait_seconds.unwrap_or(0)).min(WAIT);
    let page = asked.next(&app.store, &app.readers, after, patience).await?;
    let mut response = if page.changes.is_empty() {
        let etag = etag(&[page.cursor.as_bytes()]);
        if let Some(response) = unchanged(&headers, &etag) {
            return Ok(response);
        }
        let mut response = written(&page)?.into_response();
        response.headers_mut().insert(ETAG, etag);
        response
    } else {
        written(&page)?.into_response()
    };
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    Ok(response)
}

/// Whether the reader wants server-sent events.
pub(crate) fn wants_events(headers: &HeaderMap) -> bool {
    headers
        .get_all(ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .any(|accept| {
            accept
                .split(',')
                .any(|kind| kind.trim().starts_with("text/event-stream"))
        })
}

/// A stream that shows that it lives.
pub(crate) fn alive<S>(events: S) -> Response
where
    S: stream::Stream<Item = Result<Event, std::convert::Infallible>> + Send + 'static,
{
    let mut response = Sse::new(events)
        .keep_alive(KeepAlive::new().interval(HEARTBEAT))
        .into_response();
    // A proxy that gathers before it passes on would keep the events to itself.
    response
        .headers_mut()
        .insert("x-accel-buffering", HeaderValue::from_static("no"));
    response
}

async fn events(
    app: &App,
    caller: Caller,
    asked: feed::Asked,
    after: Option<String>,
) -> Result<Response, Fault> {
    let mut pages = Box::pin(asked.follow(app.store.clone(), Arc::clone(&app.readers), after)?);
    // What is wrong with the question is said before the stream begins.
    let first = pages.next().await.transpose()?;
    let pages = stream::iter(first.map(Ok)).chain(pages);
    Ok(alive(pages.map(move |page| {
        let event = page.and_then(|page| {
            let text = String::from_utf8(written(&page)?).map_err(|_| Fault::new(Code::Internal))?;
            Ok(Event::default().id(page.cursor).data(text))
        });
        Ok(event.unwrap_or_else(|fault| {
            let problem = fault.document(caller.lang, &caller.request_id);
            let text = serde_json::to_string(&problem).unwrap_or_default();
            Event::default().event("problem").data(text)
        }))
    })))
}

/// The values between commas.
fn listed<T: FromStr>(name: &str, text: Option<&str>) -> Result<Vec<T>, Fault> {
    text.unwrap_or_default()
        .split(',')
        .map(str::trim)
        .filter(|word| !word.is_empty())
        .map(|word| {
            let wrong = || Fault::new(Code::BadRequest).technically(format!("{name}: {word}"));
            word.parse().map_err(|_| wrong())
        })
        .collect()
}

/// The page as JSON.
fn written(page: &FeedPage) -> Result<Vec<u8>, Fault> {
    let each = if page.changes.iter().any(|change| change.content.is_some()) {
        900
    } else {
        180
    };
    let mut bytes = Vec::with_capacity(160 + page.changes.len() * each);
    write_page(&mut bytes, page).map_err(|error| {
        tracing::error!(%error, "a page of the feed could not be written");
        Fault::new(Code::Internal)
    })?;
    Ok(bytes)
}

fn write_page(bytes: &mut Vec<u8>, page: &FeedPage) -> std::io::Result<()> {
    bytes.extend(b"{\"nodes\":[");
    // Changes of one transaction have one time.
    let mut time: (Option<DateTime<Utc>>, Vec<u8>) = (None, Vec::new());
    for (number, change) in page.changes.iter().enumerate() {
        if number > 0 {
            bytes.push(b',');
        }
        if time.0 != Some(change.at) {
            time = (Some(change.at), serde_json::to_vec(&change.at)?);
        }
        let (kind, record) = (change.kind.word(), change.record);
        let (kind_of, revision) = (record.kind.word(), change.revision);
        write!(
            bytes,
            "{{\"kind\":\"{kind}\",\"recordId\":\"{record}\",\"recordType\":\"{kind_of}\",\"revision\":{revision},\"at\":"
        )?;
        bytes.extend(&time.1);
        if let Some(reason) = change.reason {
            write!(bytes, ",\"reason\":\"{reason}\"")?;
        }
        if !change.into.is_empty() {
            bytes.extend(b",\"into\":");
            serde_json::to_writer(&mut *bytes, &change.into)?;
        }
        if let Some(content) = &change.content {
            bytes.extend(b",\"record\":");
            serde_json::to_writer(&mut *bytes, &**content)?;
        }
        bytes.push(b'}');
    }
    let (cursor, has_more) = (&page.cursor, page.has_more);
    write!(bytes, "],\"cursor\":\"{cursor}\",\"hasMore\":{has_more}}}")
}

#[cfg(test)]
mod tests {
    use domain::RecordId;
    use domain::feed::{Kind, Reason};
    use serde_json::{Value, json};
    use store::FeedChange;

    use super::*;

    #[test]
    fn a_page_is_written_as_the_description_says() {
        let record: RecordId = "offer_01h455vb4pex5vsknk084sn02q".parse().unwrap();
        let page = FeedPage {
            changes: vec![FeedChange {
                kind: Kind::Delete,
                record,
                revision: 4,
                at: DateTime::UNIX_EPOCH,
                reason: Some(Reason::Removed),
                into: vec![record],
                content: None,
            }],
            cursor: "c".into(),
            has_more: false,
        };
        let read: Value = serde_json::from_slice(&written(&page).unwrap()).unwrap();
        assert_eq!(
            read,
            json!({
                "nodes": [{
                    "kind": "DELETE", "recordId": record, "recordType": "OFFER", "revision": 4,
                    "at": "1970-01-01T00:00:00Z", "reason": "REMOVED", "into": [record],
                }],
                "cursor": "c", "hasMore": false,
            })
        );
    }
}
