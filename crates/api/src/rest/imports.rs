//! Files in: the published schema of their columns, the file itself, and the lines that were refused to take away, correct
//! and bring again. What happens between is `import` over GraphQL.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, BodyDataStream, Bytes};
use axum::extract::{Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE, LOCATION};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use chrono::{DateTime, Utc};
use domain::import::{self, Cell, Column, Mapping, table_schema};
use domain::push::Pushed;
use domain::{Actor, Lang};
use futures::{StreamExt as _, stream};
use serde::{Deserialize, Serialize};
use store::Import;
use tokio::io::AsyncWriteExt as _;
use utoipa::ToSchema;

use crate::ctx::Caller;
use crate::import::file::take_in;
use crate::import::{import_name, import_named};
use crate::problem::{Code, Fault, Problem, Sentence, say};
use crate::rest::exports::harmless;
use crate::server::{App, Path, Query, media_type};

/// The forms in which a file may be announced: browsers call a CSV by several of them. What it is, it says itself.
const FORMS: [&str; 6] = [
    "text/csv",
    "application/csv",
    "text/tab-separated-values",
    "application/vnd.ms-excel",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/octet-stream",
];

pub(crate) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/v1/imports/{id}", get(schema))
        .route("/v1/imports/{id}/rejected.csv", get(rejected))
        .route("/v1/sources/{source}/imports", post(upload))
}

/// The columns of files to import
///
/// The Frictionless Table Schema of files of `organisations`, `offers` or `needs`: the columns with what stands in them.
/// They have the names that the exports have.
#[utoipa::path(
    get,
    path = "/v1/imports/{what}.schema.json",
    tag = "Exchange",
    params(("what" = String, Path, description = "The kind of record.", example = "offers")),
    responses(
        (status = 200, description = "The schema.", body = serde_json::Map<String, serde_json::Value>),
        (status = 404, description = "No such kind of record.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn schema(Path(file): Path<String>) -> Result<Response, Fault> {
    let what = file.strip_suffix(".schema.json").and_then(Pushed::from_plural);
    let what = what.ok_or_else(|| Fault::new(Code::NotFound))?;
    let headers = [(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "no-cache")];
    Ok((headers, table_schema(what).to_string()).into_response())
}

/// What is said of a file beside it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct About {
    what: String,
    name: Option<String>,
}

/// A file that came in.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ImportAnswer {
    /// Its identifier: `import`, `importMap`, `importPreview`, `importStart` over GraphQL take it.
    #[schema(example = "import_01h455vb4pex5vsknk084sn02q")]
    id: String,
    /// The kind of record.
    #[schema(value_type = String, example = "OFFER")]
    record_type: Pushed,
    /// The file's name.
    file_name: String,
    /// `CSV` or `XLSX`.
    #[schema(value_type = String, example = "CSV")]
    format: import::Format,
    /// The encoding it was decoded from; null for a spreadsheet.
    encoding: Option<String>,
    /// How many lines it has, the headers' aside.
    lines: u32,
    /// Its columns, each with what stands in its first lines.
    #[schema(value_type = Vec<serde_json::Map<String, serde_json::Value>>)]
    columns: Vec<Column>,
    /// How it is read unless `importMap` says otherwise: as the file before, or as its headers and first lines suggest.
    #[schema(value_type = serde_json::Map<String, serde_json::Value>)]
    mapping: Mapping,
    /// When it came.
    made_at: DateTime<Utc>,
}

impl From<Import> for ImportAnswer {
    fn from(import: Import) -> Self {
        Self {
            id: import_name(import.id),
            record_type: import.what,
            file_name: import.file_name,
            format: import.format,
            encoding: import.encoding,
            lines: import.lines,
            columns: import.columns,
            mapping: import.mapping,
            made_at: import.made_at,
        }
    }
}

/// Bring a file to import
///
/// A CSV (separated by comma, semicolon, tab or bar; UTF-8, UTF-16 or Windows-1252, found out from the file) or the first
/// sheet of an XLSX, of at most 32 MB, 100,000 lines and 200 columns, with headers in its first line. Nothing is applied:
/// the answer says how the file would be read. Go on over GraphQL: `importMap`, `importPreview`, `importStart`.
#[utoipa::path(
    post,
    path = "/v1/sources/{source}/imports",
    tag = "Exchange",
    params(
        ("source" = String, Path, description = "The source's code."),
        ("what" = String, Query, description = "`organisations`, `offers` or `needs`.", example = "offers"),
        ("name" = Option<String>, Query, description = "The file's name."),
    ),
    request_body(content = String, content_type = "text/csv", description = "The file."),
    security(("token" = [])),
    responses(
        (status = 201, description = "The file is here.", body = ImportAnswer),
        (status = 400, description = "The file cannot be read; the detail says why.", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "Sign in first.", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "Not a source of yours.", body = Problem, content_type = "application/problem+json"),
        (status = 413, description = "The file is too large, or has too many lines or columns.", body = Problem, content_type = "application/problem+json"),
        (status = 415, description = "Neither CSV nor XLSX.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn upload(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(source): Path<String>,
    Query(about): Query<About>,
    request: Request,
) -> Result<Response, Fault> {
    caller.signed_in()?;
    let headers = request.headers();
    if !FORMS.contains(&media_type(headers).as_str()) {
        return Err(Fault::new(Code::UnsupportedMediaType).because([
            "Envoyez un fichier CSV ou XLSX (Content-Type: text/csv, ou celui des tableurs).",
            "Stuur een CSV- of XLSX-bestand (Content-Type: text/csv, of dat van rekenbladen).",
            "Senden Sie eine CSV- oder XLSX-Datei (Content-Type: text/csv, oder den der Tabellen).",
            "Send a CSV or XLSX file (Content-Type: text/csv, or that of spreadsheets).",
        ]));
    }
    let what = Pushed::from_plural(&about.what).ok_or_else(|| {
        Fault::new(Code::BadRequest).technically("what: organisations, offers or needs".to_owned())
    })?;
    // Before anything is kept on disk.
    app.store.may_push(&caller.actor, &source).await?;
    let file = spooled(headers.clone(), request.into_body()).await?;
    let name = about.name.unwrap_or_else(|| what.plural().to_owned());
    let import = take_in(&app.store, &caller.actor, &source, what, &name, file.path()).await?;
    let answer = ImportAnswer::from(import);
    let location = [(LOCATION, format!("/v1/imports/{}", answer.id))];
    Ok((StatusCode::CREATED, location, axum::Json(answer)).into_response())
}

/// The body, in a file of the system's that goes when it is read.
async fn spooled(headers: HeaderMap, body: Body) -> Result<tempfile::NamedTempFile, Fault> {
    let too_large = || {
        Fault::new(Code::PayloadTooLarge).because([
            "Ce fichier est trop grand: 32 Mo au plus. Partagez-le, ou enregistrez-le en CSV.",
            "Dit bestand is te groot: hoogstens 32 MB. Splits het, of bewaar het als CSV.",
            "Diese Datei ist zu groß: höchstens 32 MB. Teilen Sie sie auf, oder speichern Sie sie als CSV.",
            "This file is too large: 32 MB at most. Split it, or save it as CSV.",
        ])
    };
    let failed = |error: std::io::Error| {
        tracing::error!(%error, "an uploaded file could not be written");
        Fault::new(Code::Internal)
    };
    let announced = headers
        .get(CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    let mut body = body.into_data_stream();
    if announced.is_some_and(|length| length > import::FILE) {
        drain(&mut body).await;
        return Err(too_large());
    }
    let file = tempfile::NamedTempFile::new().map_err(failed)?;
    let mut writer = tokio::fs::File::from_std(file.reopen().map_err(failed)?);
    let mut size = 0;
    while let Some(some) = body.next().await {
        let some = some.map_err(|error| Fault::new(Code::BadRequest).technically(error.to_string()))?;
        size += some.len();
        if size > import::FILE {
            drain(&mut body).await;
            return Err(too_large());
        }
        writer.write_all(&some).await.map_err(failed)?;
    }
    writer.flush().await.map_err(failed)?;
    Ok(file)
}

/// Takes in the rest of a body that is refused, up to twice what would have been accepted: who sends before they read
/// would else be cut off instead of told.
async fn drain(body: &mut BodyDataStream) {
    let mut left = 2 * import::FILE;
    while let Some(Ok(some)) = body.next().await {
        left = left.saturating_sub(some.len());
        if left == 0 {
            break;
        }
    }
}

/// The headers of what is added to a refused line.
const LINE: Sentence = ["Ligne", "Rij", "Zeile", "Line"];
const WHY: Sentence = [
    "Raison du refus",
    "Reden van weigering",
    "Grund der Ablehnung",
    "Why it was refused",
];

/// The lines of an import that were refused
///
/// As they stand in the file, with their number and why they were refused, in the language of `Accept-Language`: correct
/// them and bring the file again; the two columns that were added are passed over.
#[utoipa::path(
    get,
    path = "/v1/imports/{id}/rejected.csv",
    tag = "Exchange",
    params(("id" = String, Path, description = "The import.", example = "import_01h455vb4pex5vsknk084sn02q")),
    security(("token" = [])),
    responses(
        (status = 200, description = "The file.", body = String, content_type = "text/csv"),
        (status = 404, description = "No such import of yours.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn rejected(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Fault> {
    caller.signed_in()?;
    let id = import_named(&id).ok_or_else(|| Fault::new(Code::NotFound))?;
    let import = app.store.import(&caller.actor, id).await.map_err(|error| {
        if matches!(error, store::Error::Refused(_)) {
            Fault::new(Code::NotFound)
        } else {
            error.into()
        }
    })?;
    let mut first = import.headers();
    first.extend([LINE, WHY].map(|sentence| say(&sentence, caller.lang).to_owned()));
    let mut start = "\u{feff}".as_bytes().to_vec();
    start.extend(csv_lines([first.into_iter().map(harmless).collect()])?);
    let rest = Refused {
        app,
        actor: caller.actor,
        lang: caller.lang,
        import,
        part: 0,
    };
    // Whoever compresses asks once more after the end.
    let pieces = stream::unfold(rest, async |mut rest| {
        let piece = rest.piece().await.transpose()?;
        let piece = piece.map_err(|fault| std::io::Error::other(fault.code()));
        Some((piece, rest))
    });
    let body = Body::from_stream(stream::iter([Ok(Bytes::from(start))]).chain(pieces.fuse()));
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8; header=present"),
        (CACHE_CONTROL, "no-store"),
        (
            CONTENT_DISPOSITION,
            "attachment; filename=\"chantiers-rejected.csv\"",
        ),
    ];
    Ok((headers, body).into_response())
}

/// The refused lines on their way out.
struct Refused {
    app: Arc<App>,
    actor: Actor,
    lang: Lang,
    import: Import,
    part: i32,
}

impl Refused {
    /// Those of the next part; none after the last.
    async fn piece(&mut self) -> Result<Option<Bytes>, Fault> {
        let next = self
            .app
            .store
            .import_rejected(&self.actor, self.import.id, self.part)
            .await?;
        let Some((rows, part)) = next else {
            return Ok(None);
        };
        self.part = part;
        let lines = rows.into_iter().map(|((number, cells), row)| {
            let mut line: Vec<String> = cells.iter().map(Cell::text).map(str::to_owned).collect();
            line.resize(self.import.columns.len(), String::new());
            line.push(number.to_string());
            let why: Vec<String> = row
                .errors
                .iter()
                .map(|refusal| reason(&self.import, refusal, self.lang))
                .collect();
            line.push(why.join(" | "));
            line.into_iter().map(harmless).collect()
        });
        Ok(Some(csv_lines(lines)?.into()))
    }
}

/// Why a line was refused, with the column it is about.
pub(crate) fn reason(import: &Import, refusal: &domain::Refusal, lang: Lang) -> String {
    match import.mapping.header_of(import.what, refusal.field()) {
        Some(column) => format!("{column}: {}", refusal.message(lang)),
        None => refusal.message(lang),
    }
}

fn csv_lines(lines: impl IntoIterator<Item = Vec<String>>) -> Result<Vec<u8>, Fault> {
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    for line in lines {
        writer
            .write_record(&line)
            .map_err(|_| Fault::new(Code::Internal))?;
    }
    writer.into_inner().map_err(|_| Fault::new(Code::Internal))
}
