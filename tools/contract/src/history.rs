//! The contract's history, `contract/changes.csv`: what the server tells as `schemaChanges`, newest first, checked against
//! what really changed.

use std::collections::BTreeSet;

use anyhow::{Context as _, Result};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::compare::{Change, Kind};
use crate::member::Contract;
use crate::promise;

/// One line of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Entry {
    pub(crate) date: NaiveDate,
    pub(crate) kind: Kind,
    pub(crate) coordinate: String,
    pub(crate) description: String,
    /// With a deprecation: the coordinate to use instead.
    pub(crate) replacement: Option<String>,
    /// With a deprecation: the last day on which it is there.
    pub(crate) removed_after: Option<NaiveDate>,
}

/// Reads the history.
pub(crate) fn read(text: &str) -> Result<Vec<Entry>> {
    let lines = csv::Reader::from_reader(text.as_bytes()).into_deserialize();
    lines
        .collect::<Result<_, _>>()
        .context("contract/changes.csv cannot be read")
}

/// Writes it.
pub(crate) fn write(entries: &[Entry]) -> Result<String> {
    let mut lines = csv::Writer::from_writer(Vec::new());
    for entry in entries {
        lines.serialize(entry)?;
    }
    Ok(String::from_utf8(lines.into_inner()?)?)
}

/// The lines that are missing for these changes: since the last release none of the same kind names the member.
pub(crate) fn missing(
    entries: &[Entry],
    released: &[Entry],
    changes: &[Change],
    contract: &Contract,
    today: NaiveDate,
) -> Vec<Entry> {
    let is_told = |change: &&Change| {
        entries.iter().any(|entry| {
            entry.coordinate == change.coordinate && entry.kind == change.kind && !released.contains(entry)
        })
    };
    let mut lines: Vec<Entry> = Vec::new();
    for change in changes.iter().filter(|change| !is_told(change)) {
        let known = contract.get(&change.coordinate);
        let reason = known
            .filter(|_| change.kind == Kind::Deprecated)
            .and_then(|member| member.deprecated.as_deref());
        let farewell = reason.and_then(|reason| promise::read(contract, &change.coordinate, reason).ok());
        let (replacement, removed_after) =
            farewell.map_or((None, None), |it| (Some(it.replacement), Some(it.until)));
        // Two changes of one member are one line.
        match lines.last_mut() {
            Some(last) if last.coordinate == change.coordinate && last.kind == change.kind => {
                last.description = format!("{}; {}", last.description, change.what);
            }
            _ => lines.push(Entry {
                date: today,
                kind: change.kind,
                coordinate: change.coordinate.clone(),
                description: if change.what.is_empty() {
                    "New.".to_owned()
                } else {
                    change.what.clone()
                },
                replacement,
                removed_after,
            }),
        }
    }
    lines
}

/// What is wrong with the history: its order, what it forgot, and what the contract does not bear out.
pub(crate) fn check(entries: &[Entry], released: &[Entry], contract: &Contract) -> Vec<String> {
    let mut wrong = Vec::new();
    if !entries.is_sorted_by(|one, next| one.date >= next.date) {
        wrong.push("contract/changes.csv: the newest entry stands first".to_owned());
    }
    for gone in released.iter().filter(|entry| !entries.contains(entry)) {
        wrong.push(format!(
            "contract/changes.csv: what was told of {} on {} stays as it was",
            gone.coordinate, gone.date
        ));
    }
    let mut seen = BTreeSet::new();
    for entry in entries {
        let name = &entry.coordinate;
        let mut say =
            |what: String| wrong.push(format!("contract/changes.csv: {name} ({}): {what}", entry.date));
        if entry.description.trim().is_empty() {
            say("say in a sentence what it is".to_owned());
        }
        // Only the last word about a member must be true today.
        if !seen.insert(name) {
            continue;
        }
        match (entry.kind, contract.get(name)) {
            (Kind::Removed, Some(_)) => say("it is said to be removed and is there".to_owned()),
            (Kind::Added | Kind::Changed | Kind::Deprecated, None) => {
                say("there is no such member: mend the coordinate, or add that it was removed".to_owned());
            }
            (Kind::Deprecated, Some(member)) => {
                let reason = member.deprecated.as_deref();
                let farewell = reason.and_then(|reason| promise::read(contract, name, reason).ok());
                let told = farewell.map(|it| (Some(it.replacement), Some(it.until)));
                if told != Some((entry.replacement.clone(), entry.removed_after)) {
                    say("its replacement or its removal are not those of the schema".to_owned());
                }
            }
            (Kind::Removed, None) | (Kind::Added | Kind::Changed, Some(_)) => {}
        }
    }
    wrong
}
