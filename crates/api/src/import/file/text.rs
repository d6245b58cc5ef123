//! Values between separators, in the encodings that spreadsheets write.

use std::fs::File;
use std::io::{BufReader, Read as _, Seek as _, SeekFrom};

use domain::import::{Cell, Format};
use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};
use encoding_rs_io::DecodeReaderBytesBuilder;

use super::{Pieces, SEEN, Unfit};

impl Pieces {
    /// Values between separators.
    pub(super) fn text(&mut self, mut file: File, start: &[u8]) -> Result<(), Unfit> {
        let encoding = match Encoding::for_bom(start) {
            Some((encoding, _)) => encoding,
            None if is_utf8(&mut file)? => UTF_8,
            None => WINDOWS_1252,
        };
        if Encoding::for_bom(start).is_none() && start.contains(&0) {
            return Err(Unfit::Form);
        }
        let (seen, _, _) = encoding.decode(start);
        let (separator, skipped) = separator(&seen);
        file.seek(SeekFrom::Start(0)).map_err(|_| Unfit::Form)?;
        let decoded = DecodeReaderBytesBuilder::new()
            .encoding(Some(encoding))
            .strip_bom(true)
            .build(BufReader::new(file));
        // Every line ends with the same sign, also the last one, so that lines can be counted.
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(separator)
            .terminator(csv::Terminator::Any(b'\n'))
            .has_headers(false)
            .flexible(true)
            .from_reader(decoded.chain(&b"\n"[..]));
        let mut record = csv::StringRecord::new();
        let mut is_first = true;
        while reader.read_record(&mut record).map_err(|_| Unfit::Form)? {
            if std::mem::replace(&mut is_first, false) && skipped {
                continue;
            }
            let within: usize = record.iter().map(|cell| cell.matches('\n').count()).sum();
            let number = reader.position().line().saturating_sub(1 + within as u64);
            let last = record.len().saturating_sub(1);
            let cells = record.iter().enumerate().map(|(place, cell)| {
                let cell = if place == last {
                    cell.trim_end_matches('\r')
                } else {
                    cell
                };
                match cell {
                    "" => Cell::Empty,
                    cell => Cell::Text(cell.replace('\0', "")),
                }
            });
            let number = u32::try_from(number).unwrap_or(u32::MAX);
            if !self.line(number, cells.collect(), Format::Csv, Some(encoding.name()))? {
                return Ok(());
            }
        }
        Ok(())
    }
}

/// Whether the whole file is UTF-8; it is read to its end and not kept.
fn is_utf8(file: &mut File) -> Result<bool, Unfit> {
    let mut held: Vec<u8> = Vec::with_capacity(2 * SEEN);
    loop {
        let read = file
            .by_ref()
            .take(SEEN as u64)
            .read_to_end(&mut held)
            .map_err(|_| Unfit::Form)?;
        match std::str::from_utf8(&held) {
            Ok(_) => held.clear(),
            // A character that is cut in two by the end of what was read.
            Err(error) if error.error_len().is_none() && read > 0 => drop(held.drain(..error.valid_up_to())),
            Err(_) => return Ok(false),
        }
        if read == 0 {
            return Ok(true);
        }
    }
}

/// What stands between the values of a text, and whether its first line only says so (`sep=;`).
fn separator(text: &str) -> (u8, bool) {
    let first = text
        .trim_start_matches('\u{feff}')
        .lines()
        .next()
        .unwrap_or_default();
    if let Some(&[mark]) = first.strip_prefix("sep=").map(str::as_bytes) {
        return (mark, true);
    }
    let rated = [b';', b',', b'\t', b'|'].map(|mark| {
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(mark)
            .has_headers(false)
            .flexible(true)
            .from_reader(text.as_bytes());
        let lengths: Vec<usize> = reader
            .records()
            .take(20)
            .filter_map(Result::ok)
            .map(|record| record.len())
            .collect();
        let wide = lengths.first().copied().unwrap_or(0);
        let same = lengths.iter().filter(|length| **length == wide).count();
        // The mark by which most lines have as many values as the headers; of several, the one that makes more of them.
        (same * wide.saturating_sub(1), mark)
    });
    let best = rated
        .into_iter()
        .max_by_key(|(rate, mark)| (*rate, std::cmp::Reverse(*mark)));
    (
        best.filter(|(rate, _)| *rate > 0).map_or(b';', |(_, mark)| mark),
        false,
    )
}
