//! Files that people bring: which columns a kind of record has, which of a file's columns feeds which of them, and how a
//! line of cells becomes a row as directories push it. Pure: the server and the browser run the same code; nothing here
//! opens a file.

mod columns;
mod field;
mod guess;
mod mapping;
mod month;
mod named;
mod read;
mod words;

pub use field::{Field, Of, column_of, fields, table_schema};
pub use mapping::{Column, DateOrder, DecimalMark, FieldMapping, Mapping, ValueMapping};
pub use read::{Read, Reader};
pub use words::Closed;

use serde::{Deserialize, Serialize};

use crate::push::Pushed;

/// The largest file, in bytes.
pub const FILE: usize = 32 << 20;
/// The most lines of a file.
pub const LINES: usize = 100_000;
/// The most columns of a file.
pub const COLUMNS: usize = 200;
/// The longest header that is kept, in characters.
pub const HEADER: usize = 200;
/// How many lines of a file are shown before anything is decided.
pub const SAMPLES: usize = 5;

/// What a cell of a file holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Cell {
    /// Nothing.
    Empty,
    /// Yes or no, as spreadsheets know it.
    Flag(bool),
    /// A number, as spreadsheets know it; written with a point.
    Number {
        /// As it is written.
        number: String,
    },
    /// Text; a day of a spreadsheet as `2026-11-25`.
    Text(String),
}

impl Cell {
    /// The cell as text.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::Empty => "",
            Self::Flag(true) => "true",
            Self::Flag(false) => "false",
            Self::Number { number } => number,
            Self::Text(text) => text,
        }
    }

    /// Whether nobody has said anything here.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.text().trim().is_empty()
    }
}

/// A line of a file: its number, from 1 with the headers' own, and its cells.
pub type Line = (u32, Vec<Cell>);

choices! {
    /// What sort of file it is.
    pub enum Format as "ImportFormat" {
        /// Values between separators.
        Csv = "CSV",
        /// A spreadsheet.
        Xlsx = "XLSX",
    }
}

choices! {
    /// Where an import stands.
    pub enum State as "ImportState" {
        /// The file is being read.
        Reading = "READING",
        /// The file is here; nothing was decided.
        Uploaded = "UPLOADED",
        /// What would become of its lines is being worked out; nothing is written.
        Previewing = "PREVIEWING",
        /// It is known what would become of its lines.
        Previewed = "PREVIEWED",
        /// Its lines are being applied.
        Running = "RUNNING",
        /// It is done; lines may have been refused.
        Done = "DONE",
        /// It stopped, for the reason that stands with it; it can be started again.
        Failed = "FAILED",
        /// Somebody stopped it; what was applied stays.
        Cancelled = "CANCELLED",
    }
}

impl State {
    /// Whether a server works on it.
    #[must_use]
    pub const fn is_under_way(self) -> bool {
        match self {
            Self::Previewing | Self::Running => true,
            Self::Reading
            | Self::Uploaded
            | Self::Previewed
            | Self::Done
            | Self::Failed
            | Self::Cancelled => false,
        }
    }
}

impl Pushed {
    /// The word for many of its kind, in addresses and on the command line.
    #[must_use]
    pub const fn plural(self) -> &'static str {
        match self {
            Self::Organisation => "organisations",
            Self::Offer => "offers",
            Self::Need => "needs",
        }
    }

    /// The kind that this word says.
    #[must_use]
    pub fn from_plural(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|what| what.plural() == word)
    }
}

/// The headers as they are kept: tidied, none empty, none twice.
#[must_use]
pub fn headers<'c>(cells: impl IntoIterator<Item = &'c str>) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for (place, cell) in cells.into_iter().enumerate() {
        let tidy = crate::text::tidy_line(cell);
        let short: String = tidy.chars().take(HEADER).collect();
        let own = if short.is_empty() {
            format!("#{}", place + 1)
        } else {
            short
        };
        let mut name = own.clone();
        let mut again = 1;
        while kept.contains(&name) {
            again += 1;
            name = format!("{own} ({again})");
        }
        kept.push(name);
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_kept_as_short_json() {
        let cells = vec![
            Cell::Empty,
            Cell::Flag(true),
            Cell::Number {
                number: "12.5".into(),
            },
            Cell::Text("12,5".into()),
        ];
        let text = serde_json::to_string(&cells).unwrap();
        assert_eq!(text, r#"[null,true,{"number":"12.5"},"12,5"]"#);
        assert_eq!(serde_json::from_str::<Vec<Cell>>(&text).unwrap(), cells);
    }

    #[test]
    fn headers_are_none_empty_and_none_twice() {
        assert_eq!(
            headers([" Nom ", "", "Nom", "Nom"]),
            ["Nom", "#2", "Nom (2)", "Nom (3)"]
        );
    }
}
