//! The commands of the command line, and what each is told.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use domain::push::{Mode, Pushed};

/// What the program can be asked to do.
#[derive(Subcommand)]
pub enum Command {
    /// Serves the application and its API (the default)
    Serve,
    /// Brings the database's tables up to date and stops
    Migrate,
    /// Prints the GraphQL schema; needs no database
    Schema,
    /// Prints the description of the JSON routes (OpenAPI); needs no database
    Openapi,
    /// Keeps the accounts
    #[command(subcommand)]
    Account(Account),
    /// Keeps the machines of partners
    #[command(subcommand)]
    Client(Client),
    /// Keeps the keys that sign access tokens
    #[command(subcommand)]
    Key(Key),
    /// Keeps the change feed
    #[command(subcommand)]
    Feed(Feed),
    /// Opens the database and says what is in it; changes nothing
    Check,
    /// Writes a copy of everything to a file that either database reads, while servers run
    Backup {
        /// A file that is not there yet, or - for standard output
        file: PathBuf,
    },
    /// Prints what was erased, a line of JSON each, without content: keep it beside the backups
    Erasures,
    /// Reads a copy of everything into an empty database, also of the other kind; the change feed begins a new epoch
    Restore {
        /// The file, or - for standard input
        file: PathBuf,
        /// What `erasures` printed since the copy was made: it is erased again
        #[arg(long, value_name = "FILE")]
        erasures: Option<PathBuf>,
    },
    /// Imports a CSV or XLSX file of organisations, offers or needs under a source
    ///
    /// Ends with 0 where every line was good, 1 where lines were refused (the others were applied), 2 where it could not be
    /// done.
    Import(FileImport),
}

/// A file to import.
#[derive(Args)]
pub struct FileImport {
    /// The code of the source
    #[arg(long, value_name = "CODE")]
    pub source: String,
    /// What its lines are
    #[arg(long)]
    pub what: What,
    /// The file, with headers in its first line; of a spreadsheet the first sheet
    pub file: PathBuf,
    /// How the file is read, as JSON (ImportMapping in schema.graphql); as the file before or by its headers otherwise
    #[arg(long, value_name = "FILE")]
    pub mapping: Option<PathBuf>,
    /// Whether what the source holds of this kind and the file does not name is removed (full-snapshot) or stays (delta)
    #[arg(long, default_value = "delta")]
    pub mode: ImportMode,
    /// The source's code once more, where more than a tenth of its records of this kind is meant to go
    #[arg(long, value_name = "CODE")]
    pub confirm: Option<String>,
    /// Only say what would become of the lines
    #[arg(long)]
    pub dry_run: bool,
    /// Print the report as JSON
    #[arg(long)]
    pub json: bool,
}

/// What the lines of a file are.
#[derive(Clone, Copy, ValueEnum)]
pub enum What {
    /// Organisations
    Organisations,
    /// Offers
    Offers,
    /// Needs
    Needs,
}

impl From<What> for Pushed {
    fn from(what: What) -> Self {
        match what {
            What::Organisations => Self::Organisation,
            What::Offers => Self::Offer,
            What::Needs => Self::Need,
        }
    }
}

/// What the lines of a file stand for.
#[derive(Clone, Copy, ValueEnum)]
pub enum ImportMode {
    /// What changed
    Delta,
    /// Everything the source holds of this kind
    FullSnapshot,
}

impl From<ImportMode> for Mode {
    fn from(mode: ImportMode) -> Self {
        match mode {
            ImportMode::Delta => Self::Delta,
            ImportMode::FullSnapshot => Self::FullSnapshot,
        }
    }
}

/// What can be done with the keys that sign access tokens from the command line. By themselves they change every 90 days.
#[derive(Subcommand)]
pub enum Key {
    /// Lists them, from the first that signed to the next that will
    List,
    /// Makes another one, which signs from now on; tokens signed before stay good until they expire
    Renew,
    /// Takes one away with every token that it signed, where somebody else may have it; the servers notice within a minute
    Revoke {
        /// Its name, as it is listed
        kid: String,
    },
}

/// What can be done with the change feed from the command line.
#[derive(Subcommand)]
pub enum Feed {
    /// Begins a new epoch, so that every reader starts again: after an older copy of the database was put back, while no
    /// server runs on it
    Renew,
}

/// What can be done with the machines of partners from the command line.
#[derive(Subcommand)]
pub enum Client {
    /// Makes a machine that may read and push: prints its identifier and, this once, its secret
    Add {
        /// Its name
        #[arg(long)]
        name: String,
        /// The code of a source that it may push under; may be given several times
        #[arg(long = "source", value_name = "CODE")]
        sources: Vec<String>,
        /// It may only read
        #[arg(long)]
        read_only: bool,
    },
}

/// What can be done with accounts from the command line.
#[derive(Subcommand)]
pub enum Account {
    /// Makes an administrator, or makes somebody one: prints a one-time link to choose a password
    Add {
        /// The e-mail address they sign in with
        #[arg(long)]
        email: String,
        /// Their name; what stands before the @ where none is given
        #[arg(long)]
        name: Option<String>,
        /// Read the password from the first line of standard input, and print no link
        #[arg(long)]
        password_stdin: bool,
    },
}
