//! Reads the files that are imported: text between separators in the encodings that spreadsheets write, and spreadsheets
//! themselves, line by line in bounded memory; how each is read is `text` and `sheet`. What the lines mean is the domain's.

mod sheet;
mod text;

use std::fs::File;
use std::io::{Read as _, Seek as _};
use std::path::Path;

use domain::Actor;
use domain::import::{COLUMNS, Cell, Format, LINES, Line, headers};
use domain::push::Pushed;
use store::{Import, NewImport, PART, Store};
use tokio::sync::mpsc;

use crate::problem::{Code, Fault, Sentence};

/// What is looked at to find out how a text is written.
const SEEN: usize = 64 << 10;
/// A part that holds so many bytes is kept, however few its lines are.
const HELD: usize = 4 << 20;
/// The longest cell, in bytes: what is longer was not meant to be one cell.
const CELL: usize = 1 << 20;

/// Why a file cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unfit {
    /// Neither text nor a spreadsheet.
    Form,
    /// A spreadsheet of before 2007.
    Old,
    /// No line below the headers.
    Empty,
    /// More than can be unpacked.
    Unpacked,
    /// Too many columns.
    Columns,
    /// Too many lines.
    Lines,
    /// A quotation that is never closed, most likely.
    Cell,
}

impl Unfit {
    /// What is wrong and what to do.
    pub(crate) const fn sentence(self) -> Sentence {
        match self {
            Self::Form => [
                "Ce fichier n'est ni un CSV ni un tableur XLSX lisible. Enregistrez-le à nouveau dans l'une de ces formes.",
                "Dit bestand is geen leesbare CSV en geen leesbaar XLSX-rekenblad. Bewaar het opnieuw in een van die vormen.",
                "Diese Datei ist weder eine lesbare CSV noch eine lesbare XLSX-Tabelle. Speichern Sie sie neu in einer dieser Formen.",
                "This file is neither a CSV nor an XLSX spreadsheet that can be read. Save it again in one of these forms.",
            ],
            Self::Old => [
                "Ce tableur est d'avant 2007 (XLS): enregistrez-le en XLSX ou en CSV.",
                "Dit rekenblad is van voor 2007 (XLS): bewaar het als XLSX of CSV.",
                "Diese Tabelle ist von vor 2007 (XLS): speichern Sie sie als XLSX oder CSV.",
                "This spreadsheet is from before 2007 (XLS): save it as XLSX or CSV.",
            ],
            Self::Empty => [
                "Ce fichier n'a aucune ligne sous ses en-têtes. Dans un tableur, seule la première feuille est lue.",
                "Dit bestand heeft geen rij onder de koppen. Van een rekenblad wordt enkel het eerste blad gelezen.",
                "Diese Datei hat keine Zeile unter den Überschriften. Von einer Tabelle wird nur das erste Blatt gelesen.",
                "This file has no line below its headers. Of a spreadsheet only the first sheet is read.",
            ],
            Self::Unpacked => [
                "Ce tableur est trop grand une fois décompressé. Enregistrez sa feuille en CSV, ou partagez-le.",
                "Dit rekenblad is te groot eens het uitgepakt is. Bewaar het blad als CSV, of splits het.",
                "Diese Tabelle ist entpackt zu groß. Speichern Sie das Blatt als CSV, oder teilen Sie sie auf.",
                "This spreadsheet is too large once unpacked. Save its sheet as CSV, or split it.",
            ],
            Self::Columns => [
                "Ce fichier a trop de colonnes: 200 au plus.",
                "Dit bestand heeft te veel kolommen: hoogstens 200.",
                "Diese Datei hat zu viele Spalten: höchstens 200.",
                "This file has too many columns: 200 at most.",
            ],
            Self::Lines => [
                "Ce fichier a trop de lignes: 100 000 au plus. Partagez-le.",
                "Dit bestand heeft te veel rijen: hoogstens 100.000. Splits het.",
                "Diese Datei hat zu viele Zeilen: höchstens 100.000. Teilen Sie sie auf.",
                "This file has too many lines: 100,000 at most. Split it.",
            ],
            Self::Cell => [
                "Une cellule de ce fichier est démesurée: un guillemet n'est sans doute jamais refermé.",
                "Een cel van dit bestand is buitenmaats: wellicht wordt een aanhalingsteken nooit gesloten.",
                "Eine Zelle dieser Datei ist übergroß: wohl wird ein Anführungszeichen nie geschlossen.",
                "A cell of this file is oversized: a quotation mark is most likely never closed.",
            ],
        }
    }
}

/// Why a file was not taken in.
#[derive(Debug)]
pub(crate) enum NotTaken {
    /// The file cannot be read.
    Unfit(Unfit),
    /// The store says no.
    Store(store::Error),
}

impl From<store::Error> for NotTaken {
    fn from(error: store::Error) -> Self {
        Self::Store(error)
    }
}

impl From<NotTaken> for Fault {
    fn from(why: NotTaken) -> Self {
        match why {
            NotTaken::Unfit(unfit @ (Unfit::Unpacked | Unfit::Lines | Unfit::Columns)) => {
                Self::new(Code::PayloadTooLarge).because(unfit.sentence())
            }
            NotTaken::Unfit(unfit @ (Unfit::Form | Unfit::Old | Unfit::Empty | Unfit::Cell)) => {
                Self::new(Code::BadRequest).because(unfit.sentence())
            }
            NotTaken::Store(error) => error.into(),
        }
    }
}

/// What is known of a file once its headers are read.
#[derive(Debug)]
struct Head {
    format: Format,
    encoding: Option<&'static str>,
    headers: Vec<String>,
}

/// A file on its way in.
enum Piece {
    Head(Head),
    Lines(Vec<Line>),
}

/// Reads a file into the database, under a source.
///
/// # Errors
/// The file cannot be read, or the source is not the actor's.
pub(crate) async fn take_in(
    store: &Store,
    actor: &Actor,
    source: &str,
    what: Pushed,
    file_name: &str,
    path: &Path,
) -> Result<Import, NotTaken> {
    let (sender, mut pieces) = mpsc::channel(2);
    let path = path.to_owned();
    let reading = tokio::task::spawn_blocking(move || Pieces::new(sender).read(&path));
    let (mut head, mut upload) = (None, None);
    let mut kept = Ok(());
    while let Some(piece) = pieces.recv().await {
        let lines = match piece {
            Piece::Head(read) => {
                head = Some(read);
                continue;
            }
            Piece::Lines(lines) => lines,
        };
        if let Some(Head {
            format,
            encoding,
            headers,
        }) = head.take()
        {
            let new = NewImport {
                source: source.to_owned(),
                what,
                file_name: file_name.to_owned(),
                format,
                encoding: encoding.map(str::to_owned),
                headers,
            };
            match store.begin_import(actor, new, &lines).await {
                Ok(begun) => upload = Some(begun),
                Err(error) => {
                    kept = Err(error);
                    break;
                }
            }
        }
        if let Some(upload) = &mut upload {
            kept = upload.keep(&lines).await;
        }
        if kept.is_err() {
            break;
        }
    }
    drop(pieces);
    // What a broken file makes the reader stumble over is no fault of ours.
    let read = reading.await.unwrap_or(Err(Unfit::Form));
    match (kept, read, upload) {
        (Ok(()), Ok(()), Some(upload)) => Ok(upload.finish().await?),
        (kept, read, upload) => {
            if let Some(upload) = upload {
                upload.give_up().await?;
            }
            kept?;
            Err(NotTaken::Unfit(read.err().unwrap_or(Unfit::Empty)))
        }
    }
}

/// Gathers lines into parts and hands them on.
struct Pieces {
    sender: mpsc::Sender<Piece>,
    held: Vec<Line>,
    size: usize,
    count: usize,
    columns: usize,
}

impl Pieces {
    const fn new(sender: mpsc::Sender<Piece>) -> Self {
        Self {
            sender,
            held: Vec::new(),
            size: 0,
            count: 0,
            columns: 0,
        }
    }

    fn read(mut self, path: &Path) -> Result<(), Unfit> {
        let mut file = File::open(path).map_err(|_| Unfit::Form)?;
        let mut start = Vec::new();
        let seen = file.by_ref().take(SEEN as u64).read_to_end(&mut start);
        seen.and_then(|_| file.rewind()).map_err(|_| Unfit::Form)?;
        if start.starts_with(b"PK\x03\x04") {
            self.spreadsheet(file)?;
        } else if start.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) {
            return Err(Unfit::Old);
        } else {
            self.text(file, &start)?;
        }
        self.hand_on();
        if self.count == 0 {
            Err(Unfit::Empty)
        } else {
            Ok(())
        }
    }

    /// One line of cells; false where nobody takes any more. The first is the headers.
    fn line(
        &mut self,
        number: u32,
        mut cells: Vec<Cell>,
        format: Format,
        encoding: Option<&'static str>,
    ) -> Result<bool, Unfit> {
        if cells.iter().all(Cell::is_empty) {
            return Ok(true);
        }
        if cells.iter().any(|cell| cell.text().len() > CELL) {
            return Err(Unfit::Cell);
        }
        if self.columns == 0 {
            while cells.last().is_some_and(Cell::is_empty) {
                cells.pop();
            }
            if cells.len() > COLUMNS {
                return Err(Unfit::Columns);
            }
            self.columns = cells.len();
            let head = Head {
                format,
                encoding,
                headers: headers(cells.iter().map(Cell::text)),
            };
            return Ok(self.sender.blocking_send(Piece::Head(head)).is_ok());
        }
        cells.truncate(self.columns);
        self.count += 1;
        if self.count > LINES {
            return Err(Unfit::Lines);
        }
        self.size += cells.iter().map(|cell| cell.text().len() + 4).sum::<usize>();
        self.held.push((number, cells));
        Ok(if self.held.len() >= PART || self.size > HELD {
            self.hand_on()
        } else {
            true
        })
    }

    fn hand_on(&mut self) -> bool {
        self.size = 0;
        let lines = std::mem::take(&mut self.held);
        lines.is_empty() || self.sender.blocking_send(Piece::Lines(lines)).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use rust_xlsxwriter::{ExcelDateTime, Format as Style, Workbook};

    use super::sheet::fits_unpacked;
    use super::*;

    /// What is read of a file: encoding, headers, lines.
    type Whole = (Option<&'static str>, Vec<String>, Vec<Line>);

    fn read(bytes: &[u8]) -> Result<Whole, Unfit> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        let (sender, mut pieces) = mpsc::channel(1_000);
        Pieces::new(sender).read(file.path())?;
        let (mut head, mut lines) = (None, Vec::new());
        while let Ok(piece) = pieces.try_recv() {
            match piece {
                Piece::Head(read) => head = Some(read),
                Piece::Lines(some) => lines.extend(some),
            }
        }
        let head = head.unwrap();
        Ok((head.encoding, head.headers, lines))
    }

    fn texts(lines: &[Line]) -> Vec<(u32, Vec<&str>)> {
        lines
            .iter()
            .map(|(line, cells)| (*line, cells.iter().map(Cell::text).collect()))
            .collect()
    }

    #[test]
    fn text_is_read_in_the_encodings_and_with_the_separators_that_spreadsheets_write() {
        let text = "Réf;Été, hiver\n1;\"a;\"\"b\"\"\"\n\n;;\n2;\"c\nd\"\n\n3;e";
        for text in [text.to_owned(), text.replace('\n', "\r\n")] {
            let (_, headers, lines) = read(text.as_bytes()).unwrap();
            assert_eq!(headers, ["Réf", "Été, hiver"]);
            let plain: Vec<(u32, String)> = lines
                .iter()
                .map(|(line, cells)| (*line, cells[1].text().replace('\r', "")))
                .collect();
            assert_eq!(
                plain,
                [(2, "a;\"b\"".into()), (5, "c\nd".into()), (8, "e".into())],
                "{text:?}"
            );
        }
        let (encoding, headers, _) = read(b"R\xe9f,Prix (\x80)\n1,2\n").unwrap();
        assert_eq!(
            (encoding, headers),
            (
                Some("windows-1252"),
                vec!["Réf".to_owned(), "Prix (€)".to_owned()]
            )
        );
        let utf16: Vec<u8> = [0xff, 0xfe]
            .into_iter()
            .chain("é\tb\n1\t2\n".encode_utf16().flat_map(u16::to_le_bytes))
            .collect();
        let (encoding, headers, _) = read(&utf16).unwrap();
        assert_eq!(
            (encoding, headers),
            (Some("UTF-16LE"), vec!["é".to_owned(), "b".to_owned()])
        );
        let (encoding, headers, lines) = read("\u{feff}sep=|\r\na|b\r\n1;2|3\r\n".as_bytes()).unwrap();
        assert_eq!(
            (encoding, headers),
            (Some("UTF-8"), vec!["a".to_owned(), "b".to_owned()])
        );
        assert_eq!(texts(&lines), [(3, vec!["1;2", "3"])]);
    }

    #[test]
    fn a_long_file_is_utf8_also_where_a_character_is_cut_in_two() {
        let mut text = "a;b\n".to_owned();
        while text.len() < 3 * SEEN {
            text.push_str("é;è\n");
        }
        let (encoding, _, lines) = read(text.as_bytes()).unwrap();
        assert_eq!(encoding, Some("UTF-8"));
        assert!(lines.iter().all(|(_, cells)| cells[0].text() == "é"));
    }

    #[test]
    fn what_is_no_file_of_lines_is_refused_and_says_why() {
        assert_eq!(read(b"").unwrap_err(), Unfit::Empty);
        assert_eq!(read(b"a;b\n").unwrap_err(), Unfit::Empty);
        assert_eq!(read(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR").unwrap_err(), Unfit::Form);
        assert_eq!(read(b"PK\x03\x04 not a zip").unwrap_err(), Unfit::Form);
        assert_eq!(read(&[0xd0, 0xcf, 0x11, 0xe0, 0xa1]).unwrap_err(), Unfit::Old);
        assert_eq!(
            read(";".repeat(COLUMNS + 1).replace(';', "x;").as_bytes()).unwrap_err(),
            Unfit::Columns
        );
        let open = format!("a;b\n\"{}", "x".repeat(CELL + 10));
        assert_eq!(read(open.as_bytes()).unwrap_err(), Unfit::Cell);
    }

    #[test]
    fn a_spreadsheet_s_numbers_days_and_codes_are_as_they_are_shown() {
        let mut book = Workbook::new();
        let sheet = book.add_worksheet();
        let headers = ["Réf", "Prix", "Jour", "Heure", "BCE", "INS", "Bio", "Vide"];
        for (at, header) in (0..).zip(headers) {
            sheet.write_string(2, at, header).unwrap();
        }
        let day = Style::new().set_num_format("dd/mm/yyyy");
        let time = Style::new().set_num_format("dd/mm/yyyy hh:mm");
        sheet.write_number(4, 0, 12.0).unwrap();
        sheet.write_number(4, 1, 0.1 + 0.2).unwrap();
        let at = ExcelDateTime::parse_from_str("2026-11-25T14:30:00").unwrap();
        sheet
            .write_datetime_with_format(4, 2, ExcelDateTime::parse_from_str("2026-11-25").unwrap(), &day)
            .unwrap();
        sheet.write_datetime_with_format(4, 3, at, &time).unwrap();
        sheet.write_string(4, 4, "0403019261").unwrap();
        sheet.write_number(4, 5, 92_094.0).unwrap();
        sheet.write_boolean(4, 6, true).unwrap();
        let (encoding, headers_, lines) = read(&book.save_to_buffer().unwrap()).unwrap();
        assert_eq!((encoding, headers_.len()), (None, 8));
        let wanted = [
            "12",
            "0.3",
            "2026-11-25",
            "2026-11-25 14:30:00",
            "0403019261",
            "92094",
            "true",
        ];
        assert_eq!(texts(&lines), [(5, wanted.to_vec())]);
        assert!(matches!(
            (&lines[0].1[1], &lines[0].1[4]),
            (Cell::Number { .. }, Cell::Text(_))
        ));
    }

    #[test]
    fn a_spreadsheet_that_is_too_large_once_unpacked_is_refused_whatever_it_says_of_itself() {
        let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        archive
            .start_file("a.xml", zip::write::SimpleFileOptions::default())
            .unwrap();
        archive.write_all(&[b' '; 50_000]).unwrap();
        let honest = archive.finish().unwrap().into_inner();
        let mut lying = honest.clone();
        let entry = lying.windows(4).rposition(|some| some == b"PK\x01\x02").unwrap();
        lying[entry + 24..entry + 28].copy_from_slice(&1_u32.to_le_bytes());
        let read = |bytes: &[u8]| {
            let mut file = tempfile::tempfile().unwrap();
            file.write_all(bytes).unwrap();
            fits_unpacked(&file, 49_999)
        };
        assert_eq!(read(&honest), Err(Unfit::Unpacked));
        assert!(read(&lying).is_err(), "nor is one that says less than it is");
    }

    #[test]
    fn no_bytes_make_it_panic() {
        // Every beginning of a good spreadsheet, and text with a byte bent.
        let mut book = Workbook::new();
        let sheet = book.add_worksheet();
        sheet.write_string(0, 0, "a").unwrap();
        sheet.write_string(1, 0, "b").unwrap();
        let whole = book.save_to_buffer().unwrap();
        for end in (4..whole.len()).step_by(97) {
            assert!(read(&whole[..end]).is_err(), "{end}");
        }
        for byte in 0..=u8::MAX {
            let _ = read(&[b'a', b';', byte, b'\n', b'1', byte, b'\n']);
        }
    }
}
