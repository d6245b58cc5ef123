//! Which tables there are, as the database itself says: their columns, and which name which.

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, Statement};

use super::cell::Kind;
use crate::error::{Error, Result};

/// A table.
pub(super) struct Table {
    pub(super) name: String,
    pub(super) columns: Vec<(String, Kind)>,
    /// The tables that its rows name.
    parents: Vec<String>,
}

impl Table {
    /// The statement that reads all of it.
    pub(super) fn select(&self) -> String {
        let columns: Vec<String> = self
            .columns
            .iter()
            .map(|(name, _)| format!("\"{name}\""))
            .collect();
        format!("SELECT {} FROM \"{}\"", columns.join(", "), self.name)
    }
}

/// What the migrations note of themselves: a backup says it in its first line.
const MIGRATIONS: &str = "seaql_migrations";

const POSTGRES: [&str; 2] = [
    "SELECT c.relname::text AS \"table\", a.attname::text AS \"column\", format_type(a.atttypid, NULL) AS declared \
     FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid \
     WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' \
     AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' ORDER BY c.relname, a.attname",
    "SELECT c.relname::text AS \"table\", p.relname::text AS parent \
     FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_class p ON p.oid = k.confrelid \
     WHERE k.contype = 'f' AND c.relnamespace = current_schema()::regnamespace",
];
const SQLITE: [&str; 2] = [
    "SELECT t.name AS \"table\", c.name AS \"column\", c.type AS declared \
     FROM pragma_table_list t JOIN pragma_table_xinfo(t.name) c \
     WHERE t.schema = 'main' AND t.type = 'table' AND t.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND c.hidden = 0 \
     ORDER BY 1, 2",
    "SELECT t.name AS \"table\", f.\"table\" AS parent \
     FROM pragma_table_list t JOIN pragma_foreign_key_list(t.name) f WHERE t.schema = 'main' AND t.type = 'table'",
];

/// Every table with content of ours, parents before those that name them, in the same order on either database.
pub(super) async fn all(tx: &DatabaseTransaction) -> Result<Vec<Table>> {
    let backend = tx.get_database_backend();
    let [columns, parents] = match backend {
        DbBackend::Postgres => POSTGRES,
        DbBackend::Sqlite | DbBackend::MySql | _ => SQLITE,
    };
    let mut tables: Vec<Table> = Vec::new();
    for row in tx.query_all_raw(Statement::from_string(backend, columns)).await? {
        let (name, column): (String, String) = (row.try_get("", "table")?, row.try_get("", "column")?);
        if name == MIGRATIONS {
            continue;
        }
        let declared: String = row.try_get("", "declared")?;
        let kind = Kind::of(&declared, backend).ok_or_else(|| {
            Error::Corrupt(format!(
                "{name}.{column} is a {declared}: nobody said how to copy that"
            ))
        })?;
        match tables.last_mut().filter(|table| table.name == name) {
            Some(table) => table.columns.push((column, kind)),
            None => tables.push(Table {
                name,
                columns: vec![(column, kind)],
                parents: Vec::new(),
            }),
        }
    }
    for row in tx.query_all_raw(Statement::from_string(backend, parents)).await? {
        let (name, parent): (String, String) = (row.try_get("", "table")?, row.try_get("", "parent")?);
        if let Some(table) = tables.iter_mut().find(|table| table.name == name) {
            table.parents.push(parent);
        }
    }
    in_order(tables)
}

/// Parents first, otherwise by name.
fn in_order(mut waiting: Vec<Table>) -> Result<Vec<Table>> {
    let mut ordered: Vec<Table> = Vec::with_capacity(waiting.len());
    while !waiting.is_empty() {
        let is_ready = |table: &Table| {
            let waits_for = |parent: &String| waiting.iter().any(|other| other.name == *parent);
            !table.parents.iter().any(waits_for)
        };
        let next = waiting
            .iter()
            .position(is_ready)
            .ok_or_else(|| Error::Corrupt("tables name each other in a circle".to_owned()))?;
        ordered.push(waiting.remove(next));
    }
    Ok(ordered)
}

/// Lets PostgreSQL's counters go on after the numbers that were put in.
pub(super) async fn go_on_counting(tx: &DatabaseTransaction) -> Result<()> {
    let counted = "SELECT c.relname::text AS \"table\", a.attname::text AS \"column\" \
         FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid \
         WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' AND a.attnum > 0 \
         AND pg_get_serial_sequence(quote_ident(c.relname), a.attname) IS NOT NULL";
    for row in tx
        .query_all_raw(Statement::from_string(DbBackend::Postgres, counted))
        .await?
    {
        let (table, column): (String, String) = (row.try_get("", "table")?, row.try_get("", "column")?);
        let go_on = format!(
            "SELECT setval(pg_get_serial_sequence('\"{table}\"', '{column}'), max(\"{column}\")) FROM \"{table}\" HAVING max(\"{column}\") IS NOT NULL"
        );
        tx.query_all_raw(Statement::from_string(DbBackend::Postgres, go_on))
            .await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ordered(tables: &[(&str, &[&str])]) -> Option<Vec<String>> {
        let table = |(name, parents): &(&str, &[&str])| Table {
            name: (*name).to_owned(),
            columns: Vec::new(),
            parents: parents.iter().map(|parent| (*parent).to_owned()).collect(),
        };
        let ordered = in_order(tables.iter().map(table).collect()).ok()?;
        Some(ordered.into_iter().map(|table| table.name).collect())
    }

    #[test]
    fn parents_come_before_those_that_name_them() {
        let names = ordered(&[
            ("a", &["c"]),
            ("b", &["a", "a"]),
            ("c", &["not ours"]),
            ("d", &[]),
        ]);
        assert_eq!(names.unwrap(), ["c", "a", "b", "d"]);
        assert_eq!(ordered(&[("a", &["b"]), ("b", &["a"])]), None);
        assert_eq!(
            ordered(&[("a", &["a"])]),
            None,
            "a row that names another of its table has no order"
        );
    }
}
