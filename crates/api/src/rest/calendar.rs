//! The steps of chantiers as calendars to subscribe to (RFC 5545). What has no month has no place in a calendar.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use chrono::{Days, NaiveTime};
use chrono_tz::Europe::Brussels;
use domain::Lang;
use domain::chantier::{Chantier, Step, StepFilter, StepOrder, StepStatus};
use domain::date::{Inferred, Precision};
use domain::page::{MOST, Page};
use icalendar::{Calendar, Component, Event, EventLike, EventStatus};

use crate::ctx::Caller;
use crate::problem::{Code, Fault, Problem, Sentence, say};
use crate::rest::{etag, unchanged};
use crate::server::{App, Path};

const NAME: Sentence = [
    "Chantiers communs",
    "Chantiers communs",
    "Chantiers communs",
    "Chantiers communs",
];
const YEAR_INFERRED: Sentence = [
    "L'année est déduite, la source ne la donne pas.",
    "Het jaar is afgeleid, de bron vermeldt het niet.",
    "Das Jahr ist erschlossen, die Quelle nennt es nicht.",
    "The year is inferred; the source does not give it.",
];

/// The calendar of all chantiers.
#[utoipa::path(
    get,
    path = "/v1/calendar.ics",
    tag = "Calendars",
    responses(
        (status = 200, description = "The dated steps of all chantiers.", content_type = "text/calendar", body = String),
        (status = 304, description = "Unchanged since the ETag that was sent."),
    )
)]
pub(crate) async fn all(
    State(app): State<Arc<App>>,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    answer(
        &app,
        &headers,
        caller.lang,
        say(&NAME, caller.lang),
        StepFilter::default(),
    )
    .await
}

/// The calendar of one chantier.
#[utoipa::path(
    get,
    path = "/v1/chantiers/{code}.ics",
    tag = "Calendars",
    params(("code" = String, Path, description = "The chantier's code.", example = "approche-territoriale")),
    responses(
        (status = 200, description = "The chantier's dated steps.", content_type = "text/calendar", body = String),
        (status = 304, description = "Unchanged since the ETag that was sent."),
        (status = 404, description = "There is no such chantier.", body = Problem),
    )
)]
pub(crate) async fn one(
    State(app): State<Arc<App>>,
    Path(file): Path<String>,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let code = file.strip_suffix(".ics").ok_or(Fault::new(Code::NotFound))?;
    let chantier: Chantier = app
        .store
        .chantier_by_code(code)
        .await?
        .ok_or(Fault::new(Code::NotFound))?;
    let filter = StepFilter {
        chantier: Some(chantier.id),
        ..StepFilter::default()
    };
    answer(&app, &headers, caller.lang, &chantier.title, filter).await
}

async fn answer(
    app: &App,
    headers: &HeaderMap,
    lang: Lang,
    name: &str,
    filter: StepFilter,
) -> Result<Response, Fault> {
    let mut calendar = Calendar::new().name(name).done();
    let mut page = Page::first(MOST);
    loop {
        let slice = app.store.list::<Step>(&filter, StepOrder::Date, &page).await?;
        for step in slice.edges.iter().filter_map(|edge| event(&edge.node, app, lang)) {
            calendar.push(step);
        }
        page.cursor = slice.edges.last().map(|edge| edge.cursor.clone());
        if !slice.has_next {
            break;
        }
    }
    let text = calendar.to_string();
    let tag = etag(&[text.as_bytes()]);
    if let Some(answer) = unchanged(headers, &tag) {
        return Ok(answer);
    }
    let kind = HeaderValue::from_static("text/calendar; charset=utf-8");
    let fresh = HeaderValue::from_static("public, max-age=300");
    Ok(([(CONTENT_TYPE, kind), (CACHE_CONTROL, fresh), (ETAG, tag)], text).into_response())
}

/// A step as an event: at its time where it has one, else over the whole days it can mean.
fn event(step: &Step, app: &App, lang: Lang) -> Option<Event> {
    let date = step.starts.or(step.ends)?;
    if matches!(date.precision(), Precision::Year | Precision::DayWithoutYear) {
        return None;
    }
    let (first, last) = (step.starts_on()?, step.ends_on()?);
    let mut event = Event::new();
    event
        .uid(&format!(
            "{}@{}",
            step.id,
            app.site.public_url.host_str().unwrap_or("chantiers")
        ))
        .summary(&step.title)
        .timestamp(step.updated_at)
        .last_modified(step.updated_at)
        .sequence(u32::try_from(step.revision).unwrap_or_default());
    let time = step
        .start_time
        .as_deref()
        .and_then(|time| NaiveTime::parse_from_str(time, "%H:%M").ok());
    let instant = time
        .filter(|_| date.precision() == Precision::Day && first == last)
        .and_then(|time| first.and_time(time).and_local_timezone(Brussels).earliest());
    match instant {
        // No source says how long a step lasts: it has a beginning only.
        Some(instant) => {
            event.starts(instant.to_utc());
        }
        // The end of a whole-day event is the day after it.
        None => {
            event.starts(first).ends(last.checked_add_days(Days::new(1))?);
        }
    }
    let mut words: Vec<&str> = step
        .description
        .iter()
        .chain(&step.note)
        .map(String::as_str)
        .collect();
    if date.inferred() != Inferred::Nothing {
        words.push(say(&YEAR_INFERRED, lang));
    }
    if !words.is_empty() {
        event.description(&words.join("\n\n"));
    }
    match step.status {
        StepStatus::Cancelled => event.status(EventStatus::Cancelled),
        StepStatus::UnderWay | StepStatus::Done => event.status(EventStatus::Confirmed),
        StepStatus::Planned | StepStatus::Unknown => event.status(EventStatus::Tentative),
    };
    Some(event.done())
}
