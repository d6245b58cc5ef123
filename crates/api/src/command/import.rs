//! `chantiers import`: a file into the database beside a server or without one; the preview or the run, its progress on
//! standard error, its report on standard output.

use std::io::IsTerminal as _;
use std::process::ExitCode;
use std::time::Duration;

use domain::import::{Mapping, State};
use domain::push::{Mode, Outcome};
use domain::{Actor, Lang};
use serde_json::json;
use store::{Import, ImportRow, Store};

use super::{Stop, print};
use crate::config::FileImport;
use crate::import::file::{NotTaken, take_in};
use crate::import::{import_name, worker};
use crate::problem::say;
use crate::rest::imports::reason;

/// So many lines of a report are fetched at a time, and of a preview shown.
const ROWS: usize = 500;

/// Some lines were refused; the others were applied.
const REFUSED: u8 = 1;

/// Imports the file, or says what would become of it.
pub(super) async fn run(store: &Store, asked: FileImport) -> Result<ExitCode, Stop> {
    let failed = |error: store::Error| Stop::new("import", &said(&error));
    let FileImport {
        source,
        what,
        file,
        mapping,
        mode,
        confirm,
        dry_run,
        json,
    } = asked;
    let mapping = mapping.map(|path| mapping_of(&path)).transpose()?;
    let shown = file.display().to_string();
    let name = file
        .file_name()
        .map_or_else(|| shown.clone(), |name| name.to_string_lossy().into_owned());
    let size = std::fs::metadata(&file)
        .map_err(|error| Stop::new(&shown, &error))?
        .len();
    if size > domain::import::FILE as u64 {
        return Err(Stop::new(&shown, &"the file is too large: 32 MB at most"));
    }
    let taken = take_in(store, &Actor::System, &source, what.into(), &name, &file).await;
    let mut import = taken.map_err(|why| match why {
        NotTaken::Unfit(unfit) => Stop::new(&shown, &say(&unfit.sentence(), Lang::En)),
        NotTaken::Store(error) => failed(error),
    })?;
    let id = import.id;
    let begun = async {
        if let Some(mapping) = mapping {
            store.map_import(&Actor::System, id, mapping).await?;
        }
        if dry_run {
            store.preview_import(&Actor::System, id).await
        } else {
            store
                .start_import(&Actor::System, id, mode.into(), confirm.as_deref())
                .await
        }
    };
    if let Err(error) = begun.await {
        let _ = store.cancel_import(&Actor::System, id).await;
        return Err(failed(error));
    }
    let bar = Progress::new(import.lines);
    loop {
        import = store.claimed_import(id).await.map_err(failed)?;
        bar.show(import.done);
        if !import.state.is_under_way() {
            break;
        }
        // A server on the same database may have taken it: then it is waited for.
        match store.claim_import(Some(id)).await.map_err(failed)? {
            Some(claim) => worker::go_on(store, claim, || false, |import| bar.show(import.done)).await,
            None => tokio::time::sleep(Duration::from_millis(300)).await,
        }
    }
    bar.end();
    let rows = told(store, &import).await.map_err(failed)?;
    print(&if json {
        as_json(&import, &rows)
    } else {
        as_text(&import, &rows)
    });
    match (import.state, import.counts.rejected) {
        (State::Failed | State::Cancelled, _) => Err(Stop::new("import", &why(&import))),
        (_, 0) => Ok(ExitCode::SUCCESS),
        (_, _) => Ok(ExitCode::from(REFUSED)),
    }
}

fn said(error: &store::Error) -> String {
    let store::Error::Refused(refusals) = error else {
        return error.to_string();
    };
    let refusals = refusals.iter().map(|refusal| match refusal.field() {
        "" => refusal.message(Lang::En),
        field => format!("{field}: {}", refusal.message(Lang::En)),
    });
    refusals.collect::<Vec<_>>().join(" ")
}

fn why(import: &Import) -> String {
    let fault = || "it stopped because of a fault of ours: see the log".to_owned();
    import
        .failure
        .as_ref()
        .map_or_else(fault, |refusal| refusal.message(Lang::En))
}

fn mapping_of(path: &std::path::Path) -> Result<Mapping, Stop> {
    let shown = format!("--mapping {}", path.display());
    let text = std::fs::read_to_string(path).map_err(|error| Stop::new(&shown, &error))?;
    serde_json::from_str(&text).map_err(|error| Stop::new(&shown, &error))
}

async fn told(store: &Store, import: &Import) -> store::Result<Vec<ImportRow>> {
    let mut rows: Vec<ImportRow> = Vec::new();
    loop {
        let after = rows.last().map_or(0, |row| row.line);
        let some = store
            .import_rows(&Actor::System, import.id, Outcome::ALL, after, ROWS)
            .await?;
        if some.is_empty() {
            return Ok(rows);
        }
        rows.extend(some);
    }
}

fn as_text(import: &Import, rows: &[ImportRow]) -> String {
    let mut lines = vec![format!(
        "{}: {} lines of {}",
        import.file_name,
        import.lines,
        import.what.plural()
    )];
    let fed = import
        .mapping
        .fields
        .iter()
        .map(|fed| match (&fed.column, &fed.constant) {
            (Some(column), _) => format!("  {:<24} {column}", fed.field),
            (None, constant) => format!(
                "  {:<24} = {}",
                fed.field,
                constant.as_deref().unwrap_or_default()
            ),
        });
    lines.push("read as:".to_owned());
    lines.extend(fed);
    for row in rows {
        let id = row.external_id.as_deref().unwrap_or("-");
        let mut said: Vec<String> = row
            .errors
            .iter()
            .map(|refusal| reason(import, refusal, Lang::En))
            .collect();
        said.extend(row.notices.iter().map(ToString::to_string));
        said.extend(
            row.changes
                .iter()
                .map(|change| format!("{}: {} -> {}", change.field, change.from, change.to)),
        );
        lines.push(
            format!("line {}: {} {id} {}", row.line, row.outcome, said.join("; "))
                .trim_end()
                .to_owned(),
        );
    }
    let counts = import.counts;
    let would = if import.state == State::Previewed {
        "would be "
    } else {
        ""
    };
    let mut all = format!(
        "{would}created {}, updated {}, unchanged {}, stale {}, rejected {}",
        counts.created, counts.updated, counts.unchanged, counts.stale, counts.rejected
    );
    if let Some(absent) = import.absent {
        all.push_str(&format!("; {absent} that the source holds are not in the file"));
    } else if import.mode == Mode::FullSnapshot {
        all.push_str(&format!("; removed {}", counts.deleted));
    }
    lines.push(all);
    lines.join("\n") + "\n"
}

fn as_json(import: &Import, rows: &[ImportRow]) -> String {
    let rows: Vec<_> = rows
        .iter()
        .map(|row| {
            let errors: Vec<_> = row
                .errors
                .iter()
                .map(|refusal| {
                    json!({
                        "code": refusal.code(), "field": refusal.field(), "message": refusal.message(Lang::En),
                        "column": import.mapping.header_of(import.what, refusal.field()),
                    })
                })
                .collect();
            json!({
                "line": row.line, "externalId": row.external_id, "outcome": row.outcome, "errors": errors,
                "notices": row.notices, "recordId": row.record_id, "changes": row.changes,
            })
        })
        .collect();
    let report = json!({
        "id": import_name(import.id), "source": import.source, "recordType": import.what, "fileName": import.file_name,
        "format": import.format, "encoding": import.encoding, "columns": import.columns, "mapping": import.mapping,
        "mode": import.mode, "state": import.state, "lines": import.lines, "done": import.done, "counts": import.counts,
        "absent": import.absent, "failure": import.failure.as_ref().map(domain::Refusal::code), "rows": rows,
    });
    format!("{report:#}\n")
}

/// How far it is: one line that is written over on a terminal, a line for each tenth elsewhere.
struct Progress {
    lines: u32,
    is_terminal: bool,
    last: std::cell::Cell<Option<u32>>,
}

impl Progress {
    fn new(lines: u32) -> Self {
        Self {
            lines,
            is_terminal: std::io::stderr().is_terminal(),
            last: std::cell::Cell::new(None),
        }
    }

    fn show(&self, done: u32) {
        let tenth = u64::from(done) * 10 / u64::from(self.lines.max(1));
        let step = if self.is_terminal {
            done
        } else {
            u32::try_from(tenth).unwrap_or(0)
        };
        if self.last.replace(Some(step)) == Some(step) {
            return;
        }
        if self.is_terminal {
            eprint!("\r{done} of {} lines", self.lines);
        } else {
            eprintln!("{done} of {} lines", self.lines);
        }
    }

    fn end(&self) {
        if self.is_terminal {
            eprintln!();
        }
    }
}
