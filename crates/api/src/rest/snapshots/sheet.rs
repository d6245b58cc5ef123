//! Exports as spreadsheets: the rows go to a file on disk as they are read, so that only some of them are in memory.

use std::io::Seek as _;
use std::sync::atomic::{AtomicI64, Ordering};

use rust_xlsxwriter::{Format, Workbook, XlsxError};
use serde::de::DeserializeOwned;
use store::Listed;
use tokio::fs::File;
use tokio::io::AsyncReadExt as _;
use tokio::sync::mpsc;

use super::Export;
use super::columns::{Cell, Column};
use super::rows::Rows;
use crate::problem::{Code, Fault};
use crate::rest::exports::{harmless, short};

/// The most rows of a spreadsheet that somebody waits for: it is only whole, and sent, when its last row is written.
const MOST: u64 = 20_000;
/// The most rows that a spreadsheet has room for, below the names of its columns.
const HIGHEST: u64 = 1_048_575;

/// The spreadsheet, for somebody who waits.
pub(super) async fn write<R: Listed>(export: Export, filter: R::Filter) -> Result<Vec<u8>, Fault>
where
    R::Filter: DeserializeOwned + 'static,
{
    if export.store.count::<R>(&filter).await? > MOST {
        return Err(Fault::new(Code::CostExceeded).because([
            "Un tableur demandé ainsi compte au plus 20 000 lignes: filtrez, prenez le CSV ou le JSONL, ou demandez-le par POST /v1/exports.",
            "Een rekenblad dat zo gevraagd wordt, telt hoogstens 20.000 rijen: filter, neem CSV of JSONL, of vraag het met POST /v1/exports.",
            "Eine so verlangte Tabelle hat höchstens 20.000 Zeilen: filtern Sie, nehmen Sie CSV oder JSONL, oder verlangen Sie sie mit POST /v1/exports.",
            "A spreadsheet asked for in this way has at most 20,000 rows: narrow it, take CSV or JSONL, or ask for it by POST /v1/exports.",
        ]));
    }
    let file = file::<R>(export, filter, &AtomicI64::new(0)).await?;
    let mut bytes = Vec::new();
    File::from_std(file)
        .read_to_end(&mut bytes)
        .await
        .map_err(|error| failed(&error))?;
    Ok(bytes)
}

/// Refuses what no spreadsheet has room for.
pub(super) fn check(rows: u64) -> Result<(), Fault> {
    if rows <= HIGHEST {
        return Ok(());
    }
    Err(Fault::new(Code::CostExceeded).because([
        "Un tableur compte au plus 1 048 575 lignes: filtrez, ou prenez le CSV ou le JSONL, sans limite.",
        "Een rekenblad telt hoogstens 1.048.575 rijen: filter, of neem CSV of JSONL, zonder grens.",
        "Eine Tabelle hat höchstens 1.048.575 Zeilen: filtern Sie, oder nehmen Sie CSV oder JSONL, ohne Grenze.",
        "A spreadsheet has at most 1,048,575 rows: narrow it, or take CSV or JSONL, which have no limit.",
    ]))
}

fn failed(error: &dyn std::fmt::Display) -> Fault {
    tracing::error!(%error, "a spreadsheet could not be written");
    Fault::new(Code::Internal)
}

/// The spreadsheet as a file on disk that is gone when it is closed; `written` counts the rows.
pub(super) async fn file<R: Listed>(
    export: Export,
    filter: R::Filter,
    written: &AtomicI64,
) -> Result<std::fs::File, Fault>
where
    R::Filter: DeserializeOwned + 'static,
{
    let (columns, cursor) = (export.what.columns(), export.cursor.clone());
    let (sender, receiver) = mpsc::channel(2);
    let packing = tokio::task::spawn_blocking(move || packed(columns, &cursor, receiver));
    let mut rows = Rows::<R>::of(export, filter);
    let mut count = 0_u64;
    loop {
        let some = rows.some().await?;
        if some.is_empty() {
            break;
        }
        count += some.len() as u64;
        // More may have come since they were counted.
        check(count)?;
        let mut cells = Vec::with_capacity(some.len());
        for record in &some {
            let record = serde_json::to_value(record).map_err(|error| failed(&error))?;
            cells.push(columns.iter().map(|column| column.cell(&record)).collect());
        }
        // Where the other end is gone, it says why below.
        if sender.send(cells).await.is_err() {
            break;
        }
        written.store(i64::try_from(count).unwrap_or(i64::MAX), Ordering::Relaxed);
    }
    drop(sender);
    packing
        .await
        .map_err(|error| failed(&error))?
        .map_err(|error| failed(&error))
}

fn packed(
    columns: &[Column],
    cursor: &str,
    mut rows: mpsc::Receiver<Vec<Vec<Cell>>>,
) -> Result<std::fs::File, XlsxError> {
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
    let mut file = tempfile::tempfile()?;
    workbook.save_to_writer(&mut file)?;
    file.rewind()?;
    Ok(file)
}
