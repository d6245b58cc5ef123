//! The report that is asked again and again, as a table: CSV for programs, XLSX for people. What is in it is the
//! store's; here it gets its column names and its form.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, ETAG, VARY};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use chrono::{Datelike, NaiveDate};
use domain::project::{SELECTED, Status};
use domain::provenance::Confidence;
use domain::territory::Territory;
use domain::{Lang, TerritoryId};
use rust_decimal::prelude::ToPrimitive;
use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, FormatAlign, Url, Workbook, Worksheet, XlsxError,
};
use store::ReportRow;

use crate::ctx::Caller;
use crate::problem::{Code, Fault, Problem, Sentence, say};
use crate::rest::{etag, unchanged};
use crate::server::{App, Query};

/// What of the report, in which language.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    /// Only projects of this territory: its identifier, or the official code of a commune, arrondissement or
    /// province.
    #[param(value_type = Option<String>, example = "63079")]
    territory: Option<String>,
    /// The language of the column names: `fr`, `nl`, `de` or `en`; else that of Accept-Language.
    #[param(example = "fr")]
    lang: Option<String>,
}

/// The columns, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    Code,
    Title,
    Leads,
    Partners,
    Grant,
    Currency,
    Territories,
    Summary,
    Status,
    Since,
    Source,
    SourceUrl,
    AsOf,
    Confidence,
}

impl Column {
    const ALL: [Self; 14] = [
        Self::Code,
        Self::Title,
        Self::Leads,
        Self::Partners,
        Self::Grant,
        Self::Currency,
        Self::Territories,
        Self::Summary,
        Self::Status,
        Self::Since,
        Self::Source,
        Self::SourceUrl,
        Self::AsOf,
        Self::Confidence,
    ];

    /// The columns of a spreadsheet's second sheet: where each row comes from.
    const SOURCES: [Self; 6] = [
        Self::Code,
        Self::Title,
        Self::Source,
        Self::SourceUrl,
        Self::AsOf,
        Self::Confidence,
    ];

    const fn name(self) -> Sentence {
        match self {
            Self::Code => ["Code", "Code", "Code", "Code"],
            Self::Title => ["Projet", "Project", "Projekt", "Project"],
            Self::Leads => ["Porteurs", "Trekkers", "Träger", "Leads"],
            Self::Partners => ["Partenaires", "Partners", "Partner", "Partners"],
            Self::Grant => ["Subvention", "Subsidie", "Zuschuss", "Grant"],
            Self::Currency => ["Devise", "Munt", "Währung", "Currency"],
            Self::Territories => ["Territoires", "Gebieden", "Gebiete", "Territories"],
            Self::Summary => ["Description", "Beschrijving", "Beschreibung", "Description"],
            Self::Status => ["État", "Toestand", "Stand", "State"],
            Self::Since => ["Depuis", "Sinds", "Seit", "Since"],
            Self::Source => ["Source", "Bron", "Quelle", "Source"],
            Self::SourceUrl => [
                "Adresse de la source",
                "Adres van de bron",
                "Adresse der Quelle",
                "Source address",
            ],
            Self::AsOf => ["Situation au", "Stand op", "Stand vom", "As of"],
            Self::Confidence => ["Fiabilité", "Betrouwbaarheid", "Verlässlichkeit", "Confidence"],
        }
    }

    /// The width of the column in a spreadsheet, in characters.
    const fn width(self) -> u16 {
        match self {
            Self::Currency => 8,
            Self::Code | Self::Grant | Self::Since | Self::AsOf | Self::Confidence => 14,
            Self::Status => 24,
            Self::Territories | Self::Source | Self::SourceUrl => 36,
            Self::Title | Self::Leads | Self::Partners => 40,
            Self::Summary => 70,
        }
    }

    /// What stands there as text; nothing where nobody has said.
    fn text(self, row: &ReportRow, lang: Lang) -> Option<String> {
        let list = |names: &[String]| (!names.is_empty()).then(|| names.join("; "));
        match self {
            Self::Code => row.code.clone(),
            Self::Title => Some(row.title.clone()),
            Self::Leads => list(&row.leads),
            Self::Partners => list(&row.partners),
            Self::Grant => row.grant.map(|grant| grant.amount.to_string()),
            Self::Currency => row.grant.map(|grant| grant.currency.word().to_owned()),
            Self::Territories => list(&row.territories),
            Self::Summary => row.summary.clone(),
            Self::Status => Some(say(&status(row.status), lang).to_owned()),
            Self::Since => row.since.map(|date| date.to_string()),
            Self::Source => row.source.clone(),
            Self::SourceUrl => row.source_url.clone(),
            Self::AsOf => row.as_of.map(|date| date.to_string()),
            Self::Confidence => row.confidence.map(|it| say(&confidence(it), lang).to_owned()),
        }
    }
}

const fn status(status: Status) -> Sentence {
    match status {
        Status::Selected => ["Retenu", "Geselecteerd", "Ausgewählt", "Selected"],
        Status::Running => ["En cours", "Lopend", "Laufend", "Running"],
        Status::Prolonged => ["Prolongé", "Verlengd", "Verlängert", "Prolonged"],
        Status::SelfSupporting => [
            "Continue sans subvention",
            "Gaat door zonder subsidie",
            "Läuft ohne Zuschuss weiter",
            "Self-supporting",
        ],
        Status::ContinuedElsewhere => [
            "Continue sous un autre appel",
            "Gaat door onder een andere oproep",
            "Läuft unter einem anderen Aufruf weiter",
            "Continued under another call",
        ],
        Status::HandedOver => ["Repris par d'autres", "Overgenomen", "Übergeben", "Handed over"],
        Status::Ended => ["Terminé", "Beëindigd", "Beendet", "Ended"],
        Status::Abandoned => ["Abandonné", "Stopgezet", "Aufgegeben", "Abandoned"],
        Status::Unknown => ["Inconnu", "Onbekend", "Unbekannt", "Unknown"],
    }
}

const fn confidence(confidence: Confidence) -> Sentence {
    match confidence {
        Confidence::High => ["Élevée", "Hoog", "Hoch", "High"],
        Confidence::Medium => ["Moyenne", "Matig", "Mittel", "Medium"],
        Confidence::Low => ["Faible", "Laag", "Gering", "Low"],
    }
}

/// The report on the projects, as CSV
///
/// Comma-separated, one line of column names, then one line a project; the names of several bodies or territories
/// are separated by "; ". What nobody has said is empty, never 0. Dates are written as far as they are known
/// (`2021`, `2021-06`), with `?` behind what is inferred. In UTF-8 with a byte-order mark, without which a spreadsheet
/// opened by double-click breaks the accents; a cell that a spreadsheet would run as a formula begins with an
/// apostrophe.
#[utoipa::path(
    get,
    path = "/v1/exports/report.csv",
    tag = "Exports",
    params(Asked),
    responses(
        (status = 200, description = "The report.", body = String, content_type = "text/csv"),
        (status = 304, description = "Unchanged since the copy named in If-None-Match."),
        (status = 400, description = "The territory or the language is none.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn csv(
    State(app): State<Arc<App>>,
    caller: Caller,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
) -> Result<Response, Fault> {
    let report = Report::of(&app, &caller, asked).await?;
    let text = report.csv()?;
    let etag = etag(&[text.as_bytes()]);
    if let Some(response) = unchanged(&headers, &etag) {
        return Ok(response);
    }
    Ok(report.answer(
        "csv",
        "text/csv; charset=utf-8; header=present",
        etag,
        text.into(),
    ))
}

/// The report on the projects, as a spreadsheet
///
/// The same rows as the CSV, with the date of the export above them, and a second sheet with the source of each.
#[utoipa::path(
    get,
    path = "/v1/exports/report.xlsx",
    tag = "Exports",
    params(Asked),
    responses(
        (status = 200, description = "The report.", body = String, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (status = 304, description = "Unchanged since the copy named in If-None-Match."),
        (status = 400, description = "The territory or the language is none.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn xlsx(
    State(app): State<Arc<App>>,
    caller: Caller,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
) -> Result<Response, Fault> {
    let report = Report::of(&app, &caller, asked).await?;
    // Of what is in it, not of the packed bytes; the date stands in the sheet.
    let etag = etag(&[report.csv()?.as_bytes(), report.date.to_string().as_bytes()]);
    if let Some(response) = unchanged(&headers, &etag) {
        return Ok(response);
    }
    let (report, packed) = tokio::task::spawn_blocking(move || {
        let packed = report.xlsx();
        (report, packed)
    })
    .await
    .map_err(|_| Fault::new(Code::Internal))?;
    let bytes = packed.map_err(|error| {
        tracing::error!(%error, "a spreadsheet could not be written");
        Fault::new(Code::Internal)
    })?;
    let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    Ok(report.answer("xlsx", kind, etag, bytes.into()))
}

/// What is exported, when, in which language.
struct Report {
    rows: Vec<ReportRow>,
    date: NaiveDate,
    lang: Lang,
    whole: bool,
}

impl Report {
    async fn of(app: &App, caller: &Caller, asked: Asked) -> Result<Self, Fault> {
        let territory: Option<TerritoryId> = asked
            .territory
            .filter(|text| !text.is_empty())
            .map(|text| text.parse())
            .transpose()
            .map_err(|_| {
                Fault::new(Code::BadRequest).because([
                    "territory: un identifiant de territoire ou un code INS à cinq chiffres.",
                    "territory: een identificatie van een gebied of een NIS-code van vijf cijfers.",
                    "territory: eine Gebietskennung oder ein fünfstelliger NIS-Code.",
                    "territory: a territory's identifier or a five-digit NIS code.",
                ])
            })?;
        if let Some(territory) = territory
            && app.store.find::<Territory>(territory).await?.is_none()
        {
            return Err(Fault::new(Code::BadRequest).because([
                "territory: il n'y a pas de tel territoire.",
                "territory: er is geen zo'n gebied.",
                "territory: es gibt kein solches Gebiet.",
                "territory: there is no such territory.",
            ]));
        }
        let lang = match asked.lang {
            None => caller.lang,
            Some(tag) => Lang::ALL
                .iter()
                .copied()
                .find(|lang| lang.tag() == tag)
                .ok_or_else(|| Fault::new(Code::BadRequest).because(["lang: fr, nl, de, en"; 4]))?,
        };
        Ok(Self {
            rows: app.store.report(territory).await?,
            date: app.store.mint().now().date_naive(),
            lang,
            whole: territory.is_none(),
        })
    }

    fn answer(&self, extension: &str, kind: &'static str, etag: HeaderValue, body: Body) -> Response {
        let name = say(&["rapport", "verslag", "bericht", "report"], self.lang);
        let disposition = format!(
            "attachment; filename=\"chantiers-{name}-{}.{extension}\"",
            self.date
        );
        let mut response = (
            [
                (CONTENT_TYPE, kind),
                // Kept, but asked about each time: the tag answers.
                (CACHE_CONTROL, "no-cache"),
                (VARY, "accept-language"),
            ],
            body,
        )
            .into_response();
        response.headers_mut().insert(ETAG, etag);
        if let Ok(disposition) = HeaderValue::from_str(&disposition) {
            response.headers_mut().insert(CONTENT_DISPOSITION, disposition);
        }
        response
    }

    fn csv(&self) -> Result<String, Fault> {
        let mut writer = csv::WriterBuilder::new()
            .terminator(csv::Terminator::CRLF)
            .from_writer(Vec::new());
        let failed = |error: String| {
            tracing::error!(error, "a CSV could not be written");
            Fault::new(Code::Internal)
        };
        let names = Column::ALL.map(|column| say(&column.name(), self.lang));
        writer
            .write_record(names)
            .map_err(|error| failed(error.to_string()))?;
        for row in &self.rows {
            let cells =
                Column::ALL.map(|column| column.text(row, self.lang).map(harmless).unwrap_or_default());
            writer
                .write_record(cells)
                .map_err(|error| failed(error.to_string()))?;
        }
        let bytes = writer.into_inner().map_err(|error| failed(error.to_string()))?;
        let text = String::from_utf8(bytes).map_err(|error| failed(error.to_string()))?;
        Ok(format!("\u{feff}{text}"))
    }

    /// What stands above the rows.
    fn head(&self) -> String {
        let (count, date) = (self.rows.len(), self.date);
        let Self { lang, whole, .. } = *self;
        let documented = match lang {
            Lang::Fr => format!("Exporté le {date}. {count} projets documentés."),
            Lang::Nl => format!("Geëxporteerd op {date}. {count} gedocumenteerde projecten."),
            Lang::De => format!("Exportiert am {date}. {count} dokumentierte Projekte."),
            Lang::En => format!("Exported on {date}. {count} projects documented."),
        };
        if !whole {
            return documented;
        }
        let selected = match lang {
            Lang::Fr => {
                format!("L'appel de l'automne 2020 en a retenu {SELECTED}; les autres restent inconnus.")
            }
            Lang::Nl => format!(
                "De oproep van het najaar 2020 selecteerde er {SELECTED}; de andere blijven onbekend."
            ),
            Lang::De => {
                format!("Der Aufruf vom Herbst 2020 wählte {SELECTED} aus; die übrigen bleiben unbekannt.")
            }
            Lang::En => format!("The call of autumn 2020 selected {SELECTED}; the others remain unknown."),
        };
        format!("{documented} {selected}")
    }

    fn xlsx(&self) -> Result<Vec<u8>, XlsxError> {
        let mut workbook = Workbook::new();
        let date = self.date;
        let year = u16::try_from(date.year()).unwrap_or_default();
        let created = ExcelDateTime::from_ymd(
            year,
            u8::try_from(date.month()).unwrap_or(1),
            u8::try_from(date.day()).unwrap_or(1),
        )?;
        let title = say(
            &[
                "Rapport sur les projets",
                "Verslag over de projecten",
                "Bericht über die Projekte",
                "Report on the projects",
            ],
            self.lang,
        );
        workbook.set_properties(
            &DocProperties::new()
                .set_title(title)
                .set_creation_datetime(&created),
        );
        let projects = workbook.add_worksheet();
        projects.set_name(say(&["Projets", "Projecten", "Projekte", "Projects"], self.lang))?;
        self.sheet(projects, &Column::ALL, &self.head())?;
        let sources = workbook.add_worksheet();
        sources.set_name(say(&["Sources", "Bronnen", "Quellen", "Sources"], self.lang))?;
        let legend = say(
            &[
                "D'où vient chaque ligne. Une date peut n'être qu'une année ou un mois; « ? » suit ce qui est déduit.",
                "Waar elke rij vandaan komt. Een datum kan enkel een jaar of een maand zijn; \"?\" volgt op wat afgeleid is.",
                "Woher jede Zeile kommt. Ein Datum kann nur ein Jahr oder ein Monat sein; „?“ folgt auf Abgeleitetes.",
                "Where each row comes from. A date may be only a year or a month; \"?\" follows what is inferred.",
            ],
            self.lang,
        );
        self.sheet(sources, &Column::SOURCES, legend)?;
        workbook.save_to_buffer()
    }

    /// A sentence, the column names, the rows.
    fn sheet(&self, sheet: &mut Worksheet, columns: &[Column], head: &str) -> Result<(), XlsxError> {
        const NAMES: u32 = 2;
        let bold = Format::new().set_bold();
        let wrapped = Format::new().set_text_wrap().set_align(FormatAlign::Top);
        let money = Format::new()
            .set_num_format("#,##0.00")
            .set_align(FormatAlign::Top);
        sheet.write_string(0, 0, head)?;
        for (at, column) in (0_u16..).zip(columns) {
            sheet.write_string_with_format(NAMES, at, say(&column.name(), self.lang), &bold)?;
            sheet.set_column_width(at, column.width())?;
            for (line, row) in (NAMES + 1..).zip(&self.rows) {
                let amount = row
                    .grant
                    .filter(|_| *column == Column::Grant)
                    .and_then(|grant| grant.amount.to_f64());
                let text = column.text(row, self.lang);
                match (amount, text) {
                    (Some(amount), _) => sheet.write_number_with_format(line, at, amount, &money)?,
                    (None, Some(text)) if *column == Column::SourceUrl && text.len() < 2_000 => {
                        sheet.write_url(line, at, Url::new(text.as_str()).set_text(&text))?
                    }
                    // A string cell is never run as a formula.
                    (None, Some(text)) => sheet.write_string_with_format(line, at, short(&text), &wrapped)?,
                    (None, None) => sheet,
                };
            }
        }
        sheet.set_freeze_panes(NAMES + 1, 0)?;
        let (last_row, last_column) = (
            NAMES + u32::try_from(self.rows.len()).unwrap_or(0),
            columns.len() - 1,
        );
        sheet.autofilter(NAMES, 0, last_row, u16::try_from(last_column).unwrap_or(0))?;
        Ok(())
    }
}

/// A spreadsheet's cell holds no more.
pub(super) fn short(text: &str) -> String {
    text.chars().take(32_000).collect()
}

/// The text as a cell that no spreadsheet runs as a formula. Some skip what shows nothing before they look, and some
/// take the wide forms of East Asian keyboards for the narrow ones.
pub(crate) fn harmless(text: String) -> String {
    let first = text.trim_start_matches(shows_nothing).chars().next();
    let runs = matches!(first, Some('=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠'));
    if runs || text.starts_with(['\t', '\r', '\n']) {
        format!("'{text}")
    } else {
        text
    }
}

fn shows_nothing(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c, '\u{ad}' | '\u{34f}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use domain::measure::{Currency, Money};

    use super::*;

    fn row(title: &str) -> ReportRow {
        ReportRow {
            code: None,
            title: title.to_owned(),
            leads: vec!["Ville de Liège".into(), "ASBL \"Ô\"".into()],
            partners: Vec::new(),
            grant: None,
            territories: Vec::new(),
            summary: None,
            status: Status::Unknown,
            since: None,
            source: None,
            source_url: None,
            as_of: Some("2021?-06".parse().unwrap()),
            confidence: None,
        }
    }

    fn report(rows: Vec<ReportRow>, lang: Lang) -> Report {
        Report {
            rows,
            date: NaiveDate::from_ymd_opt(2026, 11, 25).unwrap(),
            lang,
            whole: true,
        }
    }

    #[test]
    fn what_nobody_has_said_is_empty_and_never_zero() {
        let text = report(vec![row("Un")], Lang::Fr).csv().unwrap();
        let mut lines = text.trim_start_matches('\u{feff}').lines();
        assert!(
            lines
                .next()
                .unwrap()
                .starts_with("Code,Projet,Porteurs,Partenaires,Subvention")
        );
        assert_eq!(
            lines.next().unwrap(),
            ",Un,\"Ville de Liège; ASBL \"\"Ô\"\"\",,,,,,Inconnu,,,,2021?-06,"
        );
    }

    #[test]
    fn a_formula_becomes_text() {
        let mut evil = row("=HYPERLINK(\"http://x\")");
        evil.grant = Some(Money {
            amount: "281000.50".parse().unwrap(),
            currency: Currency::Eur,
        });
        let text = report(vec![evil], Lang::En).csv().unwrap();
        assert!(text.contains("\"'=HYPERLINK("), "{text}");
        assert!(text.contains(",281000.50,EUR,"), "{text}");
        for first in [
            "+1",
            "-1",
            "@x",
            "\tx",
            "\nx",
            "＝1+1",
            "＋1",
            "－1",
            "＠x",
            " =1",
            "\u{200b}=1",
            "\u{feff}\u{a0}＝1",
            "\u{2060}@x",
            "\u{3000}+1",
        ] {
            assert!(harmless(first.into()).starts_with('\''), "{first:?}");
        }
        assert_eq!(harmless(" a".into()), " a");
        assert_eq!(harmless("a=b".into()), "a=b");
    }

    #[test]
    fn a_spreadsheet_is_written_in_every_language() {
        for lang in Lang::ALL {
            let mut with_source = row("Deux");
            with_source.source_url = Some("https://exemple.be/a".into());
            let report = report(vec![row("Un"), with_source], *lang);
            let bytes = report.xlsx().unwrap();
            assert_eq!(&bytes[..2], b"PK");
            assert!(report.head().contains("46") && report.head().contains("2026-11-25"));
        }
    }

    #[test]
    fn every_column_has_a_name_of_its_own() {
        for lang in Lang::ALL {
            let mut names = Column::ALL.map(|column| say(&column.name(), *lang)).to_vec();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), Column::ALL.len());
        }
    }
}
