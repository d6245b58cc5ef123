//! What stands in a column, and how a backup writes it. SQL's NULL is null; a JSON value stands in a list of its own, since
//! JSON has a null too.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use sea_orm::{DbBackend, QueryResult, TryGetable, Value};
use serde_json::json;
use uuid::Uuid;

use crate::error::Result;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Number,
    /// A number that PostgreSQL keeps in four bytes.
    Short,
    Flag,
    Uuid,
    Instant,
    Day,
    Json,
    Bytes,
}

impl Kind {
    /// By the type that the database says the column has.
    pub(super) fn of(declared: &str, backend: DbBackend) -> Option<Self> {
        Some(match declared.to_ascii_lowercase().as_str() {
            "varchar" | "text" | "character varying" => Self::Text,
            "integer" if backend == DbBackend::Postgres => Self::Short,
            "integer" | "bigint" => Self::Number,
            "boolean" => Self::Flag,
            "uuid_text" | "uuid" => Self::Uuid,
            "timestamp_with_timezone_text" | "timestamp with time zone" => Self::Instant,
            "date_text" | "date" => Self::Day,
            "jsonb_text" | "jsonb" => Self::Json,
            "blob" | "bytea" => Self::Bytes,
            _ => return None,
        })
    }

    /// The cell at this place of a row.
    pub(super) fn read(self, row: &QueryResult, place: usize) -> Result<serde_json::Value> {
        fn got<T: TryGetable>(row: &QueryResult, place: usize) -> Result<Option<T>> {
            Ok(row.try_get_by_index(place)?)
        }
        Ok(match self {
            Self::Text => json!(got::<String>(row, place)?),
            Self::Number => json!(got::<i64>(row, place)?),
            Self::Short => json!(got::<i32>(row, place)?),
            Self::Flag => json!(got::<bool>(row, place)?),
            Self::Uuid => json!(got::<Uuid>(row, place)?),
            Self::Instant => {
                let instant = got::<DateTime<Utc>>(row, place)?;
                json!(instant.map(|at| at.to_rfc3339_opts(SecondsFormat::AutoSi, true)))
            }
            Self::Day => json!(got::<NaiveDate>(row, place)?),
            Self::Json => json!(got::<serde_json::Value>(row, place)?.map(|value| [value])),
            Self::Bytes => json!(got::<Vec<u8>>(row, place)?.map(|bytes| BASE64_STANDARD.encode(bytes))),
        })
    }

    /// What a cell becomes in a statement; nothing where it cannot stand in the column.
    pub(super) fn written(self, cell: serde_json::Value) -> Option<Value> {
        fn as_is<T: serde::de::DeserializeOwned>(cell: serde_json::Value) -> Option<Option<T>> {
            serde_json::from_value(cell).ok()
        }
        Some(match self {
            Self::Text => Value::String(as_is(cell)?),
            Self::Number => Value::BigInt(as_is(cell)?),
            Self::Short => Value::Int(as_is(cell)?),
            Self::Flag => Value::Bool(as_is(cell)?),
            Self::Uuid => Value::Uuid(as_is(cell)?),
            Self::Instant => Value::ChronoDateTimeUtc(as_is(cell)?),
            Self::Day => Value::ChronoDate(as_is(cell)?),
            Self::Json => {
                let value = as_is::<[serde_json::Value; 1]>(cell)?;
                Value::Json(value.map(|[value]| Box::new(value)))
            }
            Self::Bytes => {
                let text = as_is::<String>(cell)?;
                Value::Bytes(match text {
                    Some(text) => Some(BASE64_STANDARD.decode(text).ok()?),
                    None => None,
                })
            }
        })
    }
}
