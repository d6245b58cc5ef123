//! Exports of the records: a kind of record in a form, read row by row and written as it is read, each with the cursor
//! from which to follow the feed. Which columns a kind has in a table is `columns`; spreadsheets are `sheet`.

mod columns;
mod sheet;

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{Path, Query, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, LINK};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::chantier::{Chantier, Participation, Resource, Step};
use domain::gazetteer::GAZETTEER;
use domain::need::Need;
use domain::offer::Offer;
use domain::organisation::Organisation;
use domain::project::Project;
use domain::record::Record as _;
use domain::source::Source;
use domain::territory::{Point, Territory};
use futures::{StreamExt as _, stream};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use store::{Listed, Store};

use crate::ctx::Caller;
use crate::problem::{Code, Fault, Problem};
use crate::rest::exports::harmless;
use crate::server::{App, FEED_CURSOR};
use columns::{Cell, Column};

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
    Territories,
}

impl What {
    const ALL: [Self; 10] = [
        Self::Organisations,
        Self::Offers,
        Self::Needs,
        Self::Sources,
        Self::Projects,
        Self::Chantiers,
        Self::Steps,
        Self::Resources,
        Self::Participations,
        Self::Territories,
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
            Self::Territories => "territories",
        }
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
            Self::Territories => columns::TERRITORIES,
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
/// `participations` or `territories`; `format` is `csv`, `jsonl`, `geojson`, `xlsx`, or `schema.json`, the Frictionless
/// Table Schema of the CSV. The lists' filters narrow it, as parameters of the same names with values between commas:
/// `statuses`, `productTypes`, `territory`, `sources`, `organisations`, `kinds`, `text` and so on; one that this kind does
/// not have is refused.
///
/// The header `Feed-Cursor` says from where to follow `/v1/changes` afterwards, without a gap. It also stands in the last
/// line of a JSONL file, beside the features of a GeoJSON file, and in the second sheet of a spreadsheet; the first two
/// say there how many rows the file has, so that a file that broke off shows. A cell of a CSV or a spreadsheet that would
/// run as a formula begins with an apostrophe. A spreadsheet has at most 20,000 rows.
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
    let known = file.split_once('.').and_then(|(what, form)| {
        let what = What::ALL.into_iter().find(|known| known.word() == what)?;
        let form = Form::ALL.into_iter().find(|known| known.extension() == form)?;
        Some((what, form))
    });
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
    match what {
        What::Organisations => export.answer::<Organisation>().await,
        What::Offers => export.answer::<Offer>().await,
        What::Needs => export.answer::<Need>().await,
        What::Sources => export.answer::<Source>().await,
        What::Projects => export.answer::<Project>().await,
        What::Chantiers => export.answer::<Chantier>().await,
        What::Steps => export.answer::<Step>().await,
        What::Resources => export.answer::<Resource>().await,
        What::Participations => export.answer::<Participation>().await,
        What::Territories => export.answer::<Territory>().await,
    }
}

impl Export {
    async fn answer<R: Listed>(self) -> Result<Response, Fault>
    where
        R::Filter: DeserializeOwned + 'static,
    {
        let filter = filter_of::<R>(&self.asked)?;
        let date = self.store.mint().now().date_naive();
        let (what, form, cursor) = (self.what, self.form, self.cursor.clone());
        let body = match form {
            Form::Xlsx => Body::from(sheet::write::<R>(self, filter).await?),
            Form::Csv | Form::Jsonl | Form::Geojson | Form::Schema => {
                self.rows::<R>(filter).into_body().await?
            }
        };
        let name = format!(
            "attachment; filename=\"chantiers-{}-{date}.{}\"",
            what.word(),
            form.extension()
        );
        let described = format!("</v1/exports/{}.schema.json>; rel=\"describedby\"", what.word());
        let mut response = (StatusCode::OK, body).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(form.kind()));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        for (header, value) in [
            (CONTENT_DISPOSITION, name),
            (LINK, described),
            (FEED_CURSOR, cursor),
        ] {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(header, value);
            }
        }
        Ok(response)
    }

    fn rows<R: Listed>(self, filter: R::Filter) -> Rows<R> {
        Rows {
            export: self,
            filter,
            after: None,
            count: 0,
            has_begun: false,
            is_over: false,
        }
    }
}

/// The rows of an export on their way out.
struct Rows<R: Listed> {
    export: Export,
    filter: R::Filter,
    after: Option<R::Id>,
    count: usize,
    has_begun: bool,
    is_over: bool,
}

impl<R: Listed> Rows<R>
where
    R::Filter: 'static,
{
    /// Some more records; none where there are no more.
    async fn some(&mut self) -> Result<Vec<R>, Fault> {
        if self.is_over {
            return Ok(Vec::new());
        }
        let some: Vec<R> = self.export.store.walk(&self.filter, self.after, BATCH).await?;
        self.is_over = some.len() < BATCH;
        self.after = some.last().map(R::id);
        Ok(some)
    }

    /// The next piece of the file; none after the last.
    async fn piece(&mut self) -> Result<Option<Bytes>, Fault> {
        if self.is_over && self.has_begun {
            return Ok(None);
        }
        let some = self.some().await?;
        let mut bytes = Vec::with_capacity(64 + some.len() * 512);
        self.write(&mut bytes, &some).map_err(|error| {
            tracing::error!(%error, "an export could not be written");
            Fault::new(Code::Internal)
        })?;
        Ok(Some(bytes.into()))
    }

    fn write(&mut self, bytes: &mut Vec<u8>, some: &[R]) -> std::io::Result<()> {
        let begins = !std::mem::replace(&mut self.has_begun, true);
        let before = self.count;
        self.count += some.len();
        let end = json!({"feedCursor": self.export.cursor, "count": self.count});
        match self.export.form {
            Form::Csv => {
                let columns = self.export.what.columns();
                if begins {
                    // A spreadsheet opened by double-click breaks the accents without the mark.
                    bytes.extend("\u{feff}".as_bytes());
                }
                let mut writer = csv::WriterBuilder::new()
                    .terminator(csv::Terminator::CRLF)
                    .from_writer(bytes);
                if begins {
                    writer.write_record(columns.iter().map(|column| column.name))?;
                }
                for record in some {
                    let record = serde_json::to_value(record)?;
                    writer.write_record(columns.iter().map(|column| match column.cell(&record) {
                        Cell::Empty => String::new(),
                        Cell::Text(text) => harmless(text),
                        Cell::Number(text) => text,
                        Cell::Flag(flag) => flag.to_string(),
                    }))?;
                }
                writer.flush()?;
            }
            Form::Jsonl => {
                for record in some {
                    serde_json::to_writer(&mut *bytes, record)?;
                    bytes.push(b'\n');
                }
                if self.is_over {
                    serde_json::to_writer(&mut *bytes, &end)?;
                    bytes.push(b'\n');
                }
            }
            Form::Geojson => {
                if begins {
                    bytes.extend(b"{\"type\":\"FeatureCollection\",\"features\":[\n");
                }
                for (number, record) in (before..).zip(some) {
                    if number > 0 {
                        bytes.extend(b",\n");
                    }
                    serde_json::to_writer(&mut *bytes, &feature(record)?)?;
                }
                if self.is_over {
                    bytes.extend(b"\n],");
                    // The object's own fields, without its opening brace.
                    bytes.extend(&serde_json::to_vec(&end)?[1..]);
                    bytes.push(b'\n');
                }
            }
            Form::Xlsx | Form::Schema => {}
        }
        Ok(())
    }

    /// The file as it is read. What fails at once is said as a refusal; what fails later breaks the connection off, so
    /// that nobody takes half a file for a whole one.
    async fn into_body(mut self) -> Result<Body, Fault> {
        let first = self.piece().await?;
        let others = stream::unfold(self, async |mut rows| {
            let piece = rows.piece().await.transpose()?;
            let piece = piece.map_err(|fault| std::io::Error::other(fault.code()));
            Some((piece, rows))
        });
        Ok(Body::from_stream(stream::iter(first.map(Ok)).chain(others)))
    }
}

/// A record as a GeoJSON feature, on the map where it is known to lie.
fn feature<R: Listed>(record: &R) -> serde_json::Result<Value> {
    let properties = serde_json::to_value(record)?;
    let own = properties
        .get("point")
        .and_then(|point| serde_json::from_value::<Point>(point.clone()).ok());
    let mut points: Vec<Point> = own.into_iter().collect();
    if points.is_empty() {
        let communes = record.facets().territories().into_iter();
        points.extend(communes.filter_map(|id| Some(GAZETTEER.get(id)?.point)));
    }
    let mut coordinates: Vec<[f64; 2]> = points.iter().map(|point| [point.lon, point.lat]).collect();
    let geometry = match (coordinates.pop(), coordinates.is_empty()) {
        (None, _) => Value::Null,
        (Some(one), true) => json!({"type": "Point", "coordinates": one}),
        (Some(last), false) => {
            coordinates.push(last);
            json!({"type": "MultiPoint", "coordinates": coordinates})
        }
    };
    Ok(
        json!({"type": "Feature", "id": record.id().to_string(), "geometry": geometry, "properties": properties}),
    )
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
