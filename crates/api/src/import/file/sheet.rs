//! The first sheet of a spreadsheet, cell by cell.

use std::fs::File;
use std::io::{BufReader, Read as _};

use calamine::{DataRef, Reader as _, Xlsx};
use domain::import::{COLUMNS, Cell, Format};

use super::{Pieces, Unfit};

/// How large a spreadsheet may be once it is unpacked.
const UNPACKED: u64 = 256 << 20;

impl Pieces {
    /// The first sheet of a spreadsheet.
    pub(super) fn spreadsheet(&mut self, file: File) -> Result<(), Unfit> {
        fits_unpacked(&file, UNPACKED)?;
        let mut book: Xlsx<_> = Xlsx::new(BufReader::new(file)).map_err(|_| Unfit::Form)?;
        let name = book.sheet_names().first().cloned().ok_or(Unfit::Empty)?;
        let mut sheet = book.worksheet_cells_reader(&name).map_err(|_| Unfit::Form)?;
        let (mut row, mut cells): (u32, Vec<Cell>) = (0, Vec::new());
        while let Some(cell) = sheet.next_cell().map_err(|_| Unfit::Form)? {
            let (at, column) = cell.get_position();
            let value = of_spreadsheet(cell.get_value());
            if value.is_empty() {
                continue;
            }
            if at != row {
                if !self.line(row + 1, std::mem::take(&mut cells), Format::Xlsx, None)? {
                    return Ok(());
                }
                row = at;
            }
            let column = column as usize;
            if column >= COLUMNS {
                return Err(Unfit::Columns);
            }
            if cells.len() <= column {
                cells.resize(column + 1, Cell::Empty);
            }
            cells[column] = value;
        }
        self.line(row + 1, cells, Format::Xlsx, None)?;
        Ok(())
    }
}

/// A cell of a spreadsheet: days as `2026-11-25`, numbers as they are shown at their full length.
fn of_spreadsheet(value: &DataRef<'_>) -> Cell {
    let number = |number: f64| {
        // A spreadsheet keeps fifteen digits; what is beyond them is noise of its arithmetic.
        let rounded: f64 = format!("{number:.14e}").parse().unwrap_or(number);
        Cell::Number {
            number: rounded.to_string(),
        }
    };
    match value {
        DataRef::Empty => Cell::Empty,
        DataRef::Int(whole) => Cell::Number {
            number: whole.to_string(),
        },
        DataRef::Float(float) => number(*float),
        DataRef::Bool(flag) => Cell::Flag(*flag),
        DataRef::DateTime(at) if at.is_datetime() => {
            let (year, month, day, hour, minute, second, _) = at.to_ymd_hms_milli();
            let date = format!("{year:04}-{month:02}-{day:02}");
            Cell::Text(if (hour, minute, second) == (0, 0, 0) {
                date
            } else {
                format!("{date} {hour:02}:{minute:02}:{second:02}")
            })
        }
        DataRef::DateTime(at) => number(at.as_f64()),
        DataRef::Error(error) => Cell::Text(error.to_string()),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text_cell(text),
        DataRef::SharedString(text) => text_cell(text),
    }
}

fn text_cell(text: &str) -> Cell {
    if text.is_empty() {
        Cell::Empty
    } else {
        Cell::Text(text.replace('\0', ""))
    }
}

/// Whether a spreadsheet is of a bearable size once it is unpacked.
pub(super) fn fits_unpacked(file: &File, most: u64) -> Result<(), Unfit> {
    let own = file.try_clone().map_err(|_| Unfit::Form)?;
    let mut archive = zip::ZipArchive::new(BufReader::new(own)).map_err(|_| Unfit::Form)?;
    let mut left = most;
    for place in 0..archive.len() {
        let entry = archive.by_index(place).map_err(|_| Unfit::Form)?;
        if entry.size() > left {
            return Err(Unfit::Unpacked);
        }
        // What it says of itself need not be so.
        let size = std::io::copy(&mut entry.take(left + 1), &mut std::io::sink()).map_err(|_| Unfit::Form)?;
        left = left.checked_sub(size).ok_or(Unfit::Unpacked)?;
    }
    Ok(())
}
