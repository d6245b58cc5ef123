//! Exports of the records: a kind of record in a form, read row by row and written as it is read, each with the cursor
//! from which to follow the feed. Which columns a kind has in a table is `columns`; what is written of the rows is `rows`,
//! in spreadsheets `sheet`. `job` and `worker` are for those that are written while nobody waits.

mod columns;
pub mod job;
mod rows;
mod sheet;
pub(crate) mod worker;

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, LINK};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use chrono::NaiveDate;
use domain::project::Project;
use domain::record::Record as _;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use store::{Listed, Store};

use crate::ctx::Caller;
use crate::problem::{Code, Fault, Problem};
use crate::server::{App, FEED_CURSOR, Path, Query};
use columns::Column;
use rows::Rows;

/// How many rows are in memory at a time.
const BATCH: usize = 500;

/// The kinds of record that are exported, by the word in the address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Organisations,
    Offers,
    Needs,
    Sources,
    Projects,
    Chantiers,
    Steps,
    Resources,
    Participations,
    Expertises,
    Territories,
    Councils,
    Seats,
    CouncilMeetings,
    Votes,
    Decisions,
    CouncilActions,
    Evaluations,
    SharedItems,
    Endorsements,
}

impl What {
    const ALL: [Self; 20] = [
        Self::Organisations,
        Self::Offers,
        Self::Needs,
        Self::Sources,
        Self::Projects,
        Self::Chantiers,
        Self::Steps,
        Self::Resources,
        Self::Participations,
        Self::Expertises,
        Self::Territories,
        Self::Councils,
        Self::Seats,
        Self::CouncilMeetings,
        Self::Votes,
        Self::Decisions,
        Self::CouncilActions,
        Self::Evaluations,
        Self::SharedItems,
        Self::Endorsements,
    ];

    const fn word(self) -> &'static str {
        match self {
            Self::Organisations => "organisations",
            Self::Offers => "offers",
            Self::Needs => "needs",
            Self::Sources => "sources",
            Self::Projects => "projects",
            Self::Chantiers => "chantiers",
            Self::Steps => "steps",
            Self::Resources => "resources",
            Self::Participations => "participations",
            Self::Expertises => "expertises",
            Self::Territories => "territories",
            Self::Councils => "councils",
            Self::Seats => "seats",
            Self::CouncilMeetings => "council-meetings",
            Self::Votes => "votes",
            Self::Decisions => "decisions",
            Self::CouncilActions => "council-actions",
            Self::Evaluations => "evaluations",
            Self::SharedItems => "shared-items",
            Self::Endorsements => "endorsements",
        }
    }

    fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.word() == word)
    }

    const fn columns(self) -> &'static [Column] {
        match self {
            Self::Organisations => columns::ORGANISATIONS,
            Self::Offers => columns::OFFERS,
            Self::Needs => columns::NEEDS,
            Self::Sources => columns::SOURCES,
            Self::Projects => columns::PROJECTS,
            Self::Chantiers => columns::CHANTIERS,
            Self::Steps => columns::STEPS,
            Self::Resources => columns::RESOURCES,
            Self::Participations => columns::PARTICIPATIONS,
            Self::Expertises => columns::EXPERTISES,
            Self::Territories => columns::TERRITORIES,
            Self::Councils => columns::council::COUNCILS,
            Self::Seats => columns::council::SEATS,
            Self::CouncilMeetings => columns::council::MEETINGS,
            Self::Votes => columns::council::VOTES,
            Self::Decisions => columns::council::DECISIONS,
            Self::CouncilActions => columns::council::ACTIONS,
            Self::Evaluations => columns::council::EVALUATIONS,
            Self::SharedItems => columns::council::SHARED_ITEMS,
            Self::Endorsements => columns::council::ENDORSEMENTS,
        }
    }
}

/// In which form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Csv,
    Jsonl,
    Geojson,
    Xlsx,
    Schema,
}

impl Form {
    const ALL: [Self; 5] = [Self::Csv, Self::Jsonl, Self::Geojson, Self::Xlsx, Self::Schema];

    const fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Jsonl => "jsonl",
            Self::Geojson => "geojson",
            Self::Xlsx => "xlsx",
            Self::Schema => "schema.json",
        }
    }

    fn of(extension: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.extension() == extension)
    }

    const fn kind(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::Jsonl => "application/x-ndjson",
            Self::Geojson => "application/geo+json",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Schema => "application/json",
        }
    }
}

/// Calls a generic function for a kind of record.
macro_rules! for_what {
    ($what:expr, $call:ident::<R>($($argument:expr),*)) => {
        match $what {
            What::Organisations => $call::<domain::organisation::Organisation>($($argument),*).await,
            What::Offers => $call::<domain::offer::Offer>($($argument),*).await,
            What::Needs => $call::<domain::need::Need>($($argument),*).await,
            What::Sources => $call::<domain::source::Source>($($argument),*).await,
            What::Projects => $call::<domain::project::Project>($($argument),*).await,
            What::Chantiers => $call::<domain::chantier::Chantier>($($argument),*).await,
            What::Steps => $call::<domain::chantier::Step>($($argument),*).await,
            What::Resources => $call::<domain::chantier::Resource>($($argument),*).await,
            What::Participations => $call::<domain::chantier::Participation>($($argument),*).await,
            What::Expertises => $call::<domain::expertise::Expertise>($($argument),*).await,
            What::Territories => $call::<domain::territory::Territory>($($argument),*).await,
            What::Councils => $call::<domain::council::Council>($($argument),*).await,
            What::Seats => $call::<domain::council::Seat>($($argument),*).await,
            What::CouncilMeetings => $call::<domain::council::CouncilMeeting>($($argument),*).await,
            What::Votes => $call::<domain::council::Vote>($($argument),*).await,
            What::Decisions => $call::<domain::council::Decision>($($argument),*).await,
            What::CouncilActions => $call::<domain::council::CouncilAction>($($argument),*).await,
            What::Evaluations => $call::<domain::council::Evaluation>($($argument),*).await,
            What::SharedItems => $call::<domain::council::SharedItem>($($argument),*).await,
            What::Endorsements => $call::<domain::council::Endorsement>($($argument),*).await,
        }
    };
}
use for_what;

/// What an export is asked for.
struct Export {
    store: Store,
    what: What,
    form: Form,
    /// From where to follow the feed: taken before anything is read.
    cursor: String,
    asked: Vec<(String, String)>,
}

/// Export the records of a kind
///
/// `what` is `organisations`, `offers`, `needs`, `sources`, `projects`, `chantiers`, `steps`, `resources`,
/// `participations`, `territories`, `expertises`, `councils`, `seats`, `council-meetings`, `votes`, `decisions`, `council-actions`,
/// `evaluations`, `shared-items` or `endorsements`; `format` is `csv`, `jsonl`, `geojson`, `xlsx`, or `schema.json`, the Frictionless
/// Table Schema of the CSV. The lists' filters narrow it, as parameters of the same names with values between commas:
/// `statuses`, `productTypes`, `territory`, `sources`, `organisations`, `kinds`, `text` and so on; one that this kind does
/// not have is refused.
///
/// The header `Feed-Cursor` says from where to follow `/v1/changes` afterwards, without a gap. It also stands in the last
/// line of a JSONL file, beside the features of a GeoJSON file, and in the second sheet of a spreadsheet; the first two
/// say there how many rows the file has, so that a file that broke off shows. A cell of a CSV or a spreadsheet that would
/// run as a formula begins with an apostrophe. A spreadsheet has at most 20,000 rows here; longer ones, and files that
/// take long, are asked for by `POST /v1/exports`.
#[utoipa::path(
    get,
    path = "/v1/exports/{what}.{format}",
    tag = "Exchange",
    params(
        ("what" = String, Path, description = "The kind of record.", example = "offers"),
        ("format" = String, Path, description = "The form.", example = "jsonl"),
    ),
    responses(
        (status = 200, description = "The file.", body = String, content_type = "text/csv", headers(("Feed-Cursor" = String, description = "From where to follow the change feed."))),
        (status = 400, description = "A parameter is none of this kind's filters, or a spreadsheet would be too long.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such kind of record, or no such form.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn export(
    State(app): State<Arc<App>>,
    _caller: Caller,
    Path(file): Path<String>,
    Query(asked): Query<Vec<(String, String)>>,
) -> Result<Response, Fault> {
    let known = file
        .split_once('.')
        .and_then(|(what, form)| Some((What::of(what)?, Form::of(form)?)));
    let (what, form) = known.ok_or_else(|| Fault::new(Code::NotFound))?;
    if form == Form::Schema {
        let schema = columns::table_schema(what.word(), what.columns());
        let headers = [(CONTENT_TYPE, form.kind()), (CACHE_CONTROL, "no-cache")];
        return Ok((headers, schema.to_string()).into_response());
    }
    let export = Export {
        cursor: app.store.feed_head().await?,
        store: app.store.clone(),
        what,
        form,
        asked,
    };
    for_what!(what, answer::<R>(export))
}

async fn answer<R: Listed>(export: Export) -> Result<Response, Fault>
where
    R::Filter: DeserializeOwned + 'static,
{
    let filter = filter_of::<R>(&export.asked)?;
    let date = export.store.mint().now().date_naive();
    let headers = headers(export.what, export.form, date, &export.cursor);
    let body = match export.form {
        Form::Xlsx => Body::from(sheet::write::<R>(export, filter).await?),
        Form::Csv | Form::Jsonl | Form::Geojson | Form::Schema => {
            Rows::<R>::of(export, filter).into_body().await?
        }
    };
    Ok((headers, body).into_response())
}

/// What is said of a file beside it: its form, its name, what describes it, from where to follow the feed.
fn headers(what: What, form: Form, date: NaiveDate, cursor: &str) -> HeaderMap {
    let what = what.word();
    let name = format!(
        "attachment; filename=\"chantiers-{what}-{date}.{}\"",
        form.extension()
    );
    let described = format!("</v1/exports/{what}.schema.json>; rel=\"describedby\"");
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(form.kind()));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    for (header, value) in [
        (CONTENT_DISPOSITION, name.as_str()),
        (LINK, &described),
        (FEED_CURSOR, cursor),
    ] {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(header, value);
        }
    }
    headers
}

/// The filters that take several values.
const LISTS: [&str; 19] = [
    "audiences",
    "chantiers",
    "codes",
    "kinds",
    "labels",
    "linkStates",
    "months",
    "nis",
    "operators",
    "organisations",
    "parts",
    "productTypes",
    "publics",
    "socialPurpose",
    "sources",
    "stages",
    "standings",
    "states",
    "statuses",
];

/// The list's filter that the parameters say.
fn filter_of<R: Listed>(asked: &[(String, String)]) -> Result<R::Filter, Fault>
where
    R::Filter: DeserializeOwned,
{
    let bad = |what: String| Fault::new(Code::BadRequest).technically(what);
    let mut fields = Map::new();
    for (name, text) in asked {
        if fields.contains_key(name) {
            return Err(bad(format!(
                "{name} stands twice: give its values in one, with commas between them"
            )));
        }
        let one = |text: &str| match name.as_str() {
            "months" => text.parse::<i32>().map_or_else(|_| json!(text), Value::from),
            "organic" => text.parse::<bool>().map_or_else(|_| json!(text), Value::from),
            _ => json!(text),
        };
        let is_list = LISTS.contains(&name.as_str()) || (name == "types" && R::TYPE == Project::TYPE);
        let value = if let ("near", Some((commune, kilometres))) = (name.as_str(), text.split_once(',')) {
            json!({"commune": commune.trim(), "kilometres": kilometres.trim().parse::<i32>().ok()})
        } else if is_list {
            text.split(',').map(str::trim).map(one).collect()
        } else {
            one(text)
        };
        fields.insert(name.clone(), value);
    }
    // Nothing to narrow by is written as nothing.
    let none = fields.is_empty().then_some(Value::Null);
    let filter: R::Filter = serde_json::from_value(Value::Object(fields.clone()))
        .or_else(|error| none.map_or(Err(error), serde_json::from_value))
        .map_err(|error| bad(error.to_string()))?;
    let understood = serde_json::to_value(&filter).unwrap_or_default();
    match fields
        .keys()
        .find(|name| understood.get(name.as_str()).is_none_or(Value::is_null))
    {
        Some(unknown) => Err(bad(format!("{unknown}: no such filter here"))),
        None => Ok(filter),
    }
}

#[cfg(test)]
mod tests {
    use domain::chantier::Participation;
    use domain::offer::Offer;

    use super::*;

    fn asked(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    }

    #[test]
    fn the_lists_filters_are_read_from_the_address() {
        let filter = filter_of::<Offer>(&asked(&[
            ("statuses", "OPEN,RESERVED"),
            ("months", "1, 12"),
            ("organic", "true"),
            ("territory", "92094"),
        ]))
        .unwrap();
        assert_eq!(filter.statuses.map(|some| some.len()), Some(2));
        assert_eq!(filter.months, Some(vec![1, 12]));
        assert_eq!(filter.organic, Some(true));
        assert!(filter_of::<Participation>(&[]).is_ok());
        assert!(filter_of::<Project>(&asked(&[("types", "LOGISTICS")])).is_ok());
    }

    #[test]
    fn what_a_kind_is_not_narrowed_by_is_refused_and_not_passed_over() {
        for (name, value) in [("status", "OPEN"), ("kinds", "PRODUCER"), ("statuses", "SHUT")] {
            assert!(filter_of::<Offer>(&asked(&[(name, value)])).is_err(), "{name}");
        }
        assert!(filter_of::<Participation>(&asked(&[("territory", "92094")])).is_err());
    }
}
