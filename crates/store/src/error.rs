//! What can go wrong in the store: a refusal for the caller, or a fault of ours or the database's.

use domain::Refusal;
use sea_orm::{DbErr, RuntimeErr, SqlErr, SqlxError};

/// The store's answer.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why the store did not do it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The application says no, for these reasons.
    #[error("refused: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "))]
    Refused(Vec<Refusal>),
    /// A cursor that is not ours, or of another order or filter.
    #[error("the cursor belongs to another list, order or filter")]
    Cursor,
    /// A cursor of the feed from before what is still kept of it, or from before an older copy was put back.
    #[error("the cursor is too old: begin again with an export")]
    CursorExpired,
    /// A filter that no list needs and every database chokes on.
    #[error("a filter with too many values or too long a text")]
    Oversized,
    /// Too often lately: so many seconds are to be waited.
    #[error("too often: wait {0} seconds")]
    TooOften(u64),
    /// A filter by a date beyond the years that are kept.
    #[error("a filter by a date outside the years 0 to 9999")]
    Year,
    /// The database does not answer now: it is being restarted, or has no connection left. What was to be changed may be
    /// sent again.
    #[error("the database does not answer: {0}")]
    Unavailable(DbErr),
    /// There is no room left where the database is kept; nothing was changed.
    #[error("the database has no room left: {0}")]
    Full(DbErr),
    /// The database failed.
    #[error("database: {0}")]
    Database(DbErr),
    /// Something stored cannot be read back, or the reference data is not as expected.
    #[error("{0}")]
    Corrupt(String),
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(vec![refusal])
    }
}

impl From<Vec<Refusal>> for Error {
    fn from(refusals: Vec<Refusal>) -> Self {
        Self::Refused(refusals)
    }
}

impl From<DbErr> for Error {
    /// A unique constraint tells which field; everything else is a fault.
    fn from(error: DbErr) -> Self {
        match error.sql_err() {
            Some(SqlErr::UniqueConstraintViolation(message)) => UNIQUE
                .iter()
                .find(|(constraint, columns, _)| message.contains(constraint) || message.contains(columns))
                .map_or(Self::Database(error), |(_, _, field)| {
                    Refusal::Duplicate {
                        field: (*field).to_owned(),
                    }
                    .into()
                }),
            Some(_) => Self::Database(error),
            None => match trouble(&error) {
                Some(Trouble::Away) => Self::Unavailable(error),
                Some(Trouble::Full) => Self::Full(error),
                None => Self::Database(error),
            },
        }
    }
}

/// What can be the matter with the database as a whole.
enum Trouble {
    Away,
    Full,
}

/// The codes of both engines that speak of the database and not of the statement; nothing where it is the statement's fault.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "others' enums, which grow: what is not named is the statement's fault"
)]
fn trouble(error: &DbErr) -> Option<Trouble> {
    let error = match error {
        DbErr::ConnectionAcquire(_) => return Some(Trouble::Away),
        DbErr::Conn(RuntimeErr::SqlxError(error))
        | DbErr::Exec(RuntimeErr::SqlxError(error))
        | DbErr::Query(RuntimeErr::SqlxError(error)) => error,
        _ => return None,
    };
    match &**error {
        SqlxError::Io(_) | SqlxError::PoolTimedOut | SqlxError::PoolClosed | SqlxError::WorkerCrashed => {
            Some(Trouble::Away)
        }
        SqlxError::Database(error) => match error.code().as_deref() {
            // PostgreSQL: it is shut down, starts, or has too many connections. SQLite: somebody else writes for too long.
            Some(
                "57P01" | "57P02" | "57P03" | "53300" | "08000" | "08003" | "08006" | "5" | "261" | "517",
            ) => Some(Trouble::Away),
            // PostgreSQL, SQLite.
            Some("53100" | "13") => Some(Trouble::Full),
            _ => None,
        },
        _ => None,
    }
}

/// Each unique constraint by its name (PostgreSQL), its first column (SQLite) and its field in the schema.
const UNIQUE: [(&str, &str, &str); 11] = [
    ("uq_person_email", "person.email", "email"),
    ("uq_project_code", "project.code", "code"),
    ("uq_source_code", "source.code", "code"),
    ("uq_chantier_code", "chantier.code", "code"),
    ("uq_territory_nis", "territory.nis", "nis"),
    ("uq_participation", "participation.chantier_id", "part"),
    ("uq_membership", "membership.project_id", "personId"),
    ("uq_seat_holder", "seat_holder.holder_of", "role"),
    ("vote_cast_pkey", "vote_cast.vote_id", "seatId"),
    ("uq_evaluation", "evaluation.council_id", "year"),
    ("uq_endorsement", "endorsement.item_id", "councilId"),
];
