//! A copy of everything, from and to the command line.

use std::fs::{File, OpenOptions};
use std::io::{BufRead as _, BufReader, BufWriter, IsTerminal as _, stderr, stdin, stdout};
use std::path::Path;

use store::{ErasedRecord, Store};

use super::{Stop, print};

/// How the command line names standard input and output.
const DASH: &str = "-";

/// Writes everything to a file, which is there under its name only when it is whole.
pub(super) async fn backup(store: &Store, file: &Path) -> Result<(), Stop> {
    let shown = file.display();
    let failed = |error: store::Error| Stop::new("backup", &error);
    if file.as_os_str() == DASH {
        let rows = store
            .backup(&mut BufWriter::new(stdout()))
            .await
            .map_err(failed)?;
        if stderr().is_terminal() {
            eprintln!("{rows} rows.");
        }
        return Ok(());
    }
    if file.exists() {
        return Err(Stop(format!("{shown} is there already: choose another name")));
    }
    let unfinished = file.with_extension("unfinished");
    let cannot = |error: std::io::Error| Stop::new(&format!("cannot write {shown}"), &error);
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    // Passwords' hashes and keys are in it: for its owner alone.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut out = BufWriter::new(options.open(&unfinished).map_err(cannot)?);
    let rows = store.backup(&mut out).await.map_err(failed)?;
    out.into_inner()
        .map_err(|error| cannot(error.into_error()))?
        .sync_all()
        .map_err(cannot)?;
    std::fs::rename(&unfinished, file).map_err(cannot)?;
    print(&format!("{rows} rows are in {shown}.\n"));
    Ok(())
}

/// Prints what was erased.
pub(super) async fn erasures(store: &Store) -> Result<(), Stop> {
    let erased = store
        .erased_records()
        .await
        .map_err(|error| Stop::new("erasures", &error))?;
    for one in erased {
        let line = serde_json::to_string(&one).map_err(|error| Stop::new("erasures", &error))?;
        print(&format!("{line}\n"));
    }
    Ok(())
}

/// What a file says was erased.
fn erased_in(file: &Path) -> Result<Vec<ErasedRecord>, Stop> {
    let shown = file.display();
    let cannot = |error: &dyn std::error::Error| Stop(format!("cannot read {shown}: {error}"));
    let text = std::fs::read_to_string(file).map_err(|error| cannot(&error))?;
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    lines
        .map(|line| serde_json::from_str(line).map_err(|error| cannot(&error)))
        .collect()
}

/// Reads everything from a file into an empty database, and erases again what was erased since.
pub(super) async fn restore(store: &Store, file: &Path, erasures: Option<&Path>) -> Result<(), Stop> {
    let failed = |error: store::Error| Stop::new("restore", &error);
    // Read first: a list that cannot be read is no reason to stand there with what should be gone.
    let erased = erasures.map(erased_in).transpose()?.unwrap_or_default();
    let rows = if file.as_os_str() == DASH {
        store.restore(BufReader::new(stdin()).lines()).await
    } else {
        let shown = file.display();
        let opened = File::open(file).map_err(|error| Stop::new(&format!("cannot read {shown}"), &error))?;
        store.restore(BufReader::new(opened).lines()).await
    };
    let rows = rows.map_err(failed)?;
    let again = store.erase_again(&erased).await.map_err(failed)?;
    print(&format!(
        "{rows} rows were restored, {again} records were erased again. The change feed has a new epoch: its readers start again.\n"
    ));
    Ok(())
}
