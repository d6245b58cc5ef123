//! Many rows by one statement. On PostgreSQL they travel as one parameter, so that one prepared statement serves for
//! any number of them; SQLite, which runs inside the process, takes them value by value.

use std::fmt::Write as _;

use sea_orm::sea_query::{BinOper, Expr, ExprTrait, OnConflict, Query};
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, DbBackend, EntityTrait, IdenStatic, Iterable, ModelTrait,
    Statement, Value,
};
use uuid::Uuid;

use crate::error::{Error, Result};

/// SQLite takes 32,766 parameters in a statement.
const PARAMETERS: usize = 30_000;

/// The names of an entity's columns.
pub(crate) fn columns_of<E: EntityTrait>() -> Vec<&'static str> {
    E::Column::iter().map(|column| column.as_str()).collect()
}

/// A row's values, in the order of its entity's columns.
pub(crate) fn values_of<M: ModelTrait>(model: &M) -> Vec<Value> {
    <<M::Entity as EntityTrait>::Column as Iterable>::iter()
        .map(|column| model.get(column))
        .collect()
}

/// Adds rows to a table.
pub(crate) async fn insert(
    conn: &DatabaseTransaction,
    table: &str,
    columns: &[&'static str],
    rows: Vec<Vec<Value>>,
) -> Result<()> {
    put(conn, table, columns, 0, rows).await
}

/// Adds rows to a table whose first `key` columns are its key: those that are there take the new values.
pub(crate) async fn put(
    conn: &DatabaseTransaction,
    table: &str,
    columns: &[&'static str],
    key: usize,
    rows: Vec<Vec<Value>>,
) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    match conn.get_database_backend() {
        DbBackend::Postgres => {
            let named: Vec<String> = columns.iter().map(|column| format!("\"{column}\"")).collect();
            let replaced: Vec<String> = named[key..]
                .iter()
                .map(|column| format!("{column} = excluded.{column}"))
                .collect();
            let clash = if key == 0 {
                String::new()
            } else {
                format!(
                    " ON CONFLICT ({}) DO UPDATE SET {}",
                    named[..key].join(", "),
                    replaced.join(", ")
                )
            };
            let sql = format!(
                "INSERT INTO \"{table}\" ({}) SELECT {} FROM json_populate_recordset(NULL::\"{table}\", $1::json) AS fresh{clash}",
                named.join(", "),
                taken(columns, &rows),
            );
            conn.execute_raw(Statement::from_sql_and_values(
                DbBackend::Postgres,
                sql,
                [text(columns, &rows)?.into()],
            ))
            .await?;
        }
        DbBackend::Sqlite | DbBackend::MySql | _ => {
            let most = PARAMETERS / columns.len();
            let mut rows = rows.into_iter().peekable();
            while rows.peek().is_some() {
                let mut insert = Query::insert();
                insert
                    .into_table(table.to_owned())
                    .columns(columns.iter().copied());
                for row in rows.by_ref().take(most) {
                    insert
                        .values(row.into_iter().map(Expr::value))
                        .map_err(|error| Error::Corrupt(error.to_string()))?;
                }
                if key > 0 {
                    let clash = OnConflict::columns(columns[..key].iter().copied())
                        .update_columns(columns[key..].iter().copied())
                        .to_owned();
                    insert.on_conflict(clash);
                }
                conn.execute(&insert).await?;
            }
        }
    }
    Ok(())
}

/// Whether an identifier is one of many: one parameter on PostgreSQL, however many they are.
pub(crate) fn among(conn: &impl ConnectionTrait, column: Expr, ids: Vec<Uuid>) -> Expr {
    match conn.get_database_backend() {
        DbBackend::Postgres => {
            let ids: Vec<String> = ids.iter().map(Uuid::to_string).collect();
            let list = Expr::cust_with_values("(($1::text)::uuid[])", [format!("{{{}}}", ids.join(","))]);
            column.binary(BinOper::Custom("= ANY"), list)
        }
        DbBackend::Sqlite | DbBackend::MySql | _ => column.is_in(ids),
    }
}

/// Changes records' rows, each where its revision is still the one before; answers how many were. Only the columns in
/// which a row differs from the one before travel.
pub(crate) async fn update(
    conn: &DatabaseTransaction,
    table: &'static str,
    columns: &[&'static str],
    before: &[Vec<Value>],
    after: Vec<Vec<Value>>,
) -> Result<u64> {
    let moved: Vec<bool> = (0..columns.len())
        .map(|place| {
            // When a record was made does not change, whoever says so.
            columns[place] != "created_at"
                && (matches!(columns[place], "id" | "revision")
                    || before
                        .iter()
                        .zip(&after)
                        .any(|(before, after)| before[place] != after[place]))
        })
        .collect();
    let keep = |of: &usize| moved[*of];
    let columns: Vec<&'static str> = (0..columns.len())
        .filter(keep)
        .map(|place| columns[place])
        .collect();
    let rows: Vec<Vec<Value>> = after
        .into_iter()
        .map(|row| {
            row.into_iter()
                .zip(&moved)
                .filter(|(_, moved)| **moved)
                .map(|(value, _)| value)
                .collect()
        })
        .collect();
    let set = columns.iter().filter(|column| **column != "id");
    match conn.get_database_backend() {
        DbBackend::Postgres => {
            let set: Vec<String> = set
                .map(|column| format!("\"{column}\" = {}", taken_one(&columns, &rows, column)))
                .collect();
            let sql = format!(
                "UPDATE \"{table}\" AS present SET {} FROM json_populate_recordset(NULL::\"{table}\", $1::json) AS fresh \
                 WHERE present.id = fresh.id AND present.revision = fresh.revision - 1",
                set.join(", "),
            );
            let statement =
                Statement::from_sql_and_values(DbBackend::Postgres, sql, [text(&columns, &rows)?.into()]);
            Ok(conn.execute_raw(statement).await?.rows_affected())
        }
        DbBackend::Sqlite | DbBackend::MySql | _ => {
            let set: Vec<String> = set
                .map(|column| format!("\"{column}\" = ?{}", place(&columns, column) + 1))
                .collect();
            let sql = format!(
                "UPDATE \"{table}\" SET {} WHERE id = ?{} AND revision = ?{} - 1",
                set.join(", "),
                place(&columns, "id") + 1,
                place(&columns, "revision") + 1,
            );
            let mut changed = 0;
            for row in rows {
                let statement = Statement::from_sql_and_values(DbBackend::Sqlite, sql.clone(), row);
                changed += conn.execute_raw(statement).await?.rows_affected();
            }
            Ok(changed)
        }
    }
}

fn place(columns: &[&'static str], wanted: &str) -> usize {
    columns.iter().position(|column| *column == wanted).unwrap_or(0)
}

/// What is taken of each column of the parameter.
fn taken(columns: &[&'static str], rows: &[Vec<Value>]) -> String {
    let columns: Vec<String> = columns
        .iter()
        .map(|column| taken_one(columns, rows, column))
        .collect();
    columns.join(", ")
}

/// A JSON column holds JSON's null where there is nothing; a record set cannot tell it from no value.
fn taken_one(columns: &[&'static str], rows: &[Vec<Value>], column: &str) -> String {
    let is_json = rows
        .first()
        .is_some_and(|row| matches!(row.get(place(columns, column)), Some(Value::Json(_))));
    if is_json {
        format!("coalesce(fresh.\"{column}\", 'null'::jsonb)")
    } else {
        format!("fresh.\"{column}\"")
    }
}

/// The rows as a JSON array of objects.
fn text(columns: &[&'static str], rows: &[Vec<Value>]) -> Result<String> {
    let mut text = String::with_capacity(rows.len() * columns.len() * 24);
    text.push('[');
    for (number, row) in rows.iter().enumerate() {
        text.push_str(if number == 0 { "{" } else { ",{" });
        let mut any = false;
        for (column, value) in columns.iter().zip(row) {
            let length = text.len();
            let comma = if any { "," } else { "" };
            let written = write!(text, "{comma}\"{column}\":").is_ok() && write_value(&mut text, value)?;
            if written {
                any = true;
            } else {
                text.truncate(length);
            }
        }
        text.push('}');
    }
    text.push(']');
    Ok(text)
}

/// Writes one value; false where it is absent.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the library's own list, of which our columns hold few"
)]
fn write_value(text: &mut String, value: &Value) -> Result<bool> {
    let corrupt = |error: serde_json::Error| Error::Corrupt(error.to_string());
    let written = match value {
        Value::Bool(Some(flag)) => write!(text, "{flag}").is_ok(),
        Value::Int(Some(number)) => write!(text, "{number}").is_ok(),
        Value::BigInt(Some(number)) => write!(text, "{number}").is_ok(),
        Value::String(Some(words)) => {
            text.push_str(&serde_json::to_string(words).map_err(corrupt)?);
            true
        }
        Value::Uuid(Some(uuid)) => write!(text, "\"{uuid}\"").is_ok(),
        Value::ChronoDate(Some(day)) => write!(text, "\"{day}\"").is_ok(),
        Value::ChronoDateTimeUtc(Some(instant)) => {
            let instant = instant.to_rfc3339_opts(chrono::SecondsFormat::Micros, true);
            write!(text, "\"{instant}\"").is_ok()
        }
        Value::Json(Some(json)) => {
            text.push_str(&serde_json::to_string(json).map_err(corrupt)?);
            true
        }
        Value::Bool(None)
        | Value::Int(None)
        | Value::BigInt(None)
        | Value::String(None)
        | Value::Uuid(None)
        | Value::ChronoDate(None)
        | Value::ChronoDateTimeUtc(None)
        | Value::Json(None) => false,
        other => return Err(Error::Corrupt(format!("no column of ours holds {other:?}"))),
    };
    Ok(written)
}
