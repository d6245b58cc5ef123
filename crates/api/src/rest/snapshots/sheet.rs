//! Exports as spreadsheets: the rows go to a file on disk as they are read, so that only some of them are in memory.

use rust_xlsxwriter::{Format, Workbook, XlsxError};
use serde::de::DeserializeOwned;
use store::Listed;
use tokio::sync::mpsc;

use super::columns::{Cell, Column};
use super::{Export, Rows};
use crate::problem::{Code, Fault};
use crate::rest::exports::{harmless, short};

/// The most rows of a spreadsheet: it is only whole, and sent, when its last row is written.
const MOST: u64 = 20_000;

/// The spreadsheet.
pub(super) async fn write<R: Listed>(export: Export, filter: R::Filter) -> Result<Vec<u8>, Fault>
where
    R::Filter: DeserializeOwned + 'static,
{
    if export.store.count::<R>(&filter).await? > MOST {
        return Err(Fault::new(Code::CostExceeded).because([
            "Un tableur compte au plus 20 000 lignes : filtrez, ou prenez le CSV ou le JSONL, sans limite.",
            "Een rekenblad telt hoogstens 20.000 rijen: filter, of neem CSV of JSONL, zonder grens.",
            "Eine Tabelle hat höchstens 20.000 Zeilen: filtern Sie, oder nehmen Sie CSV oder JSONL, ohne Grenze.",
            "A spreadsheet has at most 20,000 rows: narrow it, or take CSV or JSONL, which have no limit.",
        ]));
    }
    let failed = |error: &dyn std::fmt::Display| {
        tracing::error!(%error, "a spreadsheet could not be written");
        Fault::new(Code::Internal)
    };
    let (columns, cursor) = (export.what.columns(), export.cursor.clone());
    let (sender, receiver) = mpsc::channel(2);
    let written = tokio::task::spawn_blocking(move || packed(columns, &cursor, receiver));
    let mut rows: Rows<R> = export.rows(filter);
    loop {
        let some = rows.some().await?;
        if some.is_empty() {
            break;
        }
        let mut cells = Vec::with_capacity(some.len());
        for record in &some {
            let record = serde_json::to_value(record).map_err(|error| failed(&error))?;
            cells.push(columns.iter().map(|column| column.cell(&record)).collect());
        }
        // Where the other end is gone, it says why below.
        if sender.send(cells).await.is_err() {
            break;
        }
    }
    drop(sender);
    written
        .await
        .map_err(|error| failed(&error))?
        .map_err(|error| failed(&error))
}

fn packed(
    columns: &[Column],
    cursor: &str,
    mut rows: mpsc::Receiver<Vec<Vec<Cell>>>,
) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let bold = Format::new().set_bold();
    let sheet = workbook.add_worksheet_with_constant_memory()?;
    sheet.set_name("Records")?;
    sheet.set_freeze_panes(1, 0)?;
    for (at, column) in (0_u16..).zip(columns) {
        sheet.write_string_with_format(0, at, column.name, &bold)?;
    }
    let mut line = 0;
    while let Some(some) = rows.blocking_recv() {
        for cells in some {
            line += 1;
            for (at, cell) in (0_u16..).zip(cells) {
                match cell {
                    Cell::Empty => continue,
                    Cell::Text(text) => sheet.write_string(line, at, short(&harmless(text)))?,
                    Cell::Number(number) => match number.parse::<f64>() {
                        Ok(value) => sheet.write_number(line, at, value)?,
                        Err(_) => sheet.write_string(line, at, number)?,
                    },
                    Cell::Flag(flag) => sheet.write_boolean(line, at, flag)?,
                };
            }
        }
    }
    let feed = workbook.add_worksheet_with_constant_memory()?;
    feed.set_name("Feed")?;
    feed.write_string_with_format(0, 0, "Feed-Cursor", &bold)?;
    feed.write_string(0, 1, cursor)?;
    feed.write_string_with_format(1, 0, "Rows", &bold)?;
    feed.write_number(1, 1, line)?;
    workbook.save_to_buffer()
}
