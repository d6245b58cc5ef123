//! The partners' contract beside its last release: `check` fails on what would break a client, on a deprecation without
//! replacement or day, and on a change that the history does not tell; `note` writes the lines that are missing there;
//! `release` makes the present contract the released one.

mod compare;
mod history;
mod member;
mod promise;
mod routes;
mod schema;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use chrono::{DateTime, NaiveDate, Utc};

use crate::compare::{Change, compare};
use crate::history::Entry;
use crate::member::Contract;

const FILES: [&str; 2] = ["schema.graphql", "openapi.json"];
const HISTORY: &str = "changes.csv";

/// The contract as it is, and as it was released.
struct Contracts {
    old: Contract,
    new: Contract,
    entries: Vec<Entry>,
    released: Vec<Entry>,
    today: NaiveDate,
}

fn text(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))
}

/// Schema and routes of a folder, as one.
fn contract(folder: &Path) -> Result<Contract> {
    let mut all = schema::read(&text(&folder.join(FILES[0]))?)?;
    all.extend(routes::read(&text(&folder.join(FILES[1]))?)?);
    Ok(all)
}

impl Contracts {
    fn read(root: &Path, today: NaiveDate) -> Result<Self> {
        let (kept, released) = (root.join("contract"), root.join("contract/released"));
        Ok(Self {
            old: contract(&released)?,
            new: contract(root)?,
            entries: history::read(&text(&kept.join(HISTORY))?)?,
            released: history::read(&text(&released.join(HISTORY))?)?,
            today,
        })
    }

    fn changes(&self) -> Vec<Change> {
        compare(&self.old, &self.new, self.today)
    }

    fn missing(&self, changes: &[Change]) -> Vec<Entry> {
        history::missing(&self.entries, &self.released, changes, &self.new, self.today)
    }

    /// Everything that is wrong, one line each.
    fn check(&self) -> Vec<String> {
        let changes = self.changes();
        let mut wrong: Vec<String> = changes
            .iter()
            .filter_map(|change| {
                let breaks = change.breaks.as_ref()?;
                Some(format!(
                    "breaking: {}: {}: {breaks}",
                    change.coordinate, change.what
                ))
            })
            .collect();
        wrong.extend(promise::check(&self.new));
        wrong.extend(history::check(&self.entries, &self.released, &self.new));
        wrong.extend(self.missing(&changes).iter().map(|entry| {
            format!(
                "contract/changes.csv: nothing is told of {} ({:?}): run `make contract-note`, and read its sentence",
                entry.coordinate, entry.kind
            )
        }));
        wrong
    }
}

fn run(command: &str, root: &Path) -> Result<Vec<String>> {
    #[expect(clippy::disallowed_methods, reason = "a tool of the developer's machine")]
    let now = std::time::SystemTime::now();
    let contracts = Contracts::read(root, DateTime::<Utc>::from(now).date_naive())?;
    match command {
        "check" => Ok(contracts.check()),
        "note" => {
            let mut entries = contracts.missing(&contracts.changes());
            entries.extend(contracts.entries);
            std::fs::write(root.join("contract").join(HISTORY), history::write(&entries)?)?;
            Ok(Vec::new())
        }
        "release" => {
            let wrong = contracts.check();
            if wrong.is_empty() {
                let released = root.join("contract/released");
                for file in FILES {
                    std::fs::copy(root.join(file), released.join(file))?;
                }
                std::fs::copy(root.join("contract").join(HISTORY), released.join(HISTORY))?;
            }
            Ok(wrong)
        }
        other => Ok(vec![format!("{other}: not one of check, note, release")]),
    }
}

fn main() -> Result<ExitCode> {
    let command = std::env::args().nth(1).unwrap_or_else(|| "check".to_owned());
    let root = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    let wrong = run(&command, &root)?;
    for line in &wrong {
        eprintln!("contract: {line}");
    }
    Ok(if wrong.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
