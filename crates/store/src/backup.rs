//! A copy of everything, as JSON lines that either database reads: each table with its columns, then its rows, parents
//! before those that name them; at the end how many rows there are. It is written from one state of the database, while
//! others write, and read into an empty one, all of it or nothing.

mod cell;
mod table;

use std::io::Write;

use chrono::{DateTime, Utc};
use futures::TryStreamExt as _;
use sea_orm::sea_query::{Expr, Query};
use sea_orm::{
    AccessMode, ConnectionTrait, DatabaseTransaction, IsolationLevel, SqliteTransactionMode, Statement,
    StreamTrait, TransactionOptions, TransactionTrait, Value,
};
use sea_orm_migration::MigratorTrait;

use crate::connect::{Engine, Lock, Store};
use crate::error::{Error, Result};
use crate::migration::Migrator;
use table::Table;

/// What the first line says of itself.
const FORMAT: &str = "chantiers";
/// The first line's number changes when older programs could no longer read what follows.
const VERSION: u32 = 1;
/// SQLite takes 32,766 parameters in a statement.
const PARAMETERS: usize = 30_000;

/// The first line.
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct Head {
    backup: String,
    version: u32,
    made_at: DateTime<Utc>,
    /// The migrations that made the tables.
    migrations: Vec<String>,
}

/// A line that is no row.
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(untagged)]
enum Mark {
    /// What follows are the rows of this table.
    Table { table: String, columns: Vec<String> },
    /// The end: so many rows there were.
    End { rows: u64 },
}

/// What cannot be read back, as a line of a file.
fn unreadable(number: usize, why: &dyn std::fmt::Display) -> Error {
    Error::Corrupt(format!("line {number} of the backup: {why}"))
}

impl Store {
    /// Writes everything, as it is at one moment. Answers how many rows there were.
    ///
    /// # Errors
    /// The database or what is written to fails.
    pub async fn backup(&self, out: &mut (impl Write + Send)) -> Result<u64> {
        let options = match self.engine {
            Engine::Postgres => TransactionOptions {
                isolation_level: Some(IsolationLevel::RepeatableRead),
                access_mode: Some(AccessMode::ReadOnly),
                sqlite_transaction_mode: None,
            },
            // One that only reads keeps seeing what it saw first.
            Engine::Sqlite => TransactionOptions {
                sqlite_transaction_mode: Some(SqliteTransactionMode::Deferred),
                ..TransactionOptions::default()
            },
        };
        let tx = self.db.begin_with_options(options).await?;
        let head = Head {
            backup: FORMAT.to_owned(),
            version: VERSION,
            made_at: self.mint.now(),
            migrations: applied(&tx).await?,
        };
        put(out, &head)?;
        let mut rows = 0;
        for table in table::all(&tx).await? {
            let columns: Vec<String> = table.columns.iter().map(|(name, _)| name.clone()).collect();
            put(
                out,
                &Mark::Table {
                    table: table.name.clone(),
                    columns,
                },
            )?;
            let select = Statement::from_string(ConnectionTrait::get_database_backend(&tx), table.select());
            let mut found = tx.stream_raw(select).await?;
            while let Some(row) = found.try_next().await? {
                let cells = table.columns.iter().enumerate();
                let cells: Vec<serde_json::Value> = cells
                    .map(|(place, (_, kind))| kind.read(&row, place))
                    .collect::<Result<_>>()?;
                put(out, &cells)?;
                rows += 1;
            }
        }
        put(out, &Mark::End { rows })?;
        out.flush().map_err(|error| Error::Corrupt(error.to_string()))?;
        tx.commit().await?;
        Ok(rows)
    }

    /// Reads what [`Self::backup`] wrote, from either database and also from before later migrations, into this one, which
    /// must be empty. The feed begins a new epoch: its readers start again. Answers how many rows there are now.
    ///
    /// # Errors
    /// The database holds something; the lines are no backup, of a later version, or not all of one: then nothing is kept.
    pub async fn restore(&self, lines: impl Iterator<Item = std::io::Result<String>> + Send) -> Result<u64> {
        let mut lines = lines.enumerate().map(|(place, line)| {
            let number = place + 1;
            line.map(|line| (number, line))
                .map_err(|error| unreadable(number, &error))
        });
        let (_, first) = lines
            .next()
            .ok_or_else(|| Error::Corrupt("the file is empty".to_owned()))??;
        let head: Head =
            serde_json::from_str(&first).map_err(|_| Error::Corrupt("the file is no backup".to_owned()))?;
        if head.backup != FORMAT || head.version > VERSION {
            return Err(Error::Corrupt(
                "the backup was made by a later version: restore it with that one".to_owned(),
            ));
        }
        let tx = self.begin().await?;
        self.hold(&tx, Lock::Migration).await?;
        migrate_like(&tx, &head.migrations).await?;
        let tables = table::all(&tx).await?;
        for table in &tables {
            let some = Query::select()
                .expr(Expr::val(1))
                .from(table.name.clone())
                .limit(1)
                .take();
            if tx.query_one(&some).await?.is_some() {
                return Err(Error::Corrupt(format!(
                    "the database is not empty (there is something in {}): restore into a new one",
                    table.name
                )));
            }
        }
        let rows = self.read_rows(&tx, &tables, &mut lines).await?;
        if let Some(line) = lines.next() {
            return Err(unreadable(line?.0, &"the file goes on behind its end"));
        }
        if self.engine == Engine::Postgres {
            table::go_on_counting(&tx).await?;
        }
        let epoch = Query::update()
            .table("setting")
            .value("value", self.new_epoch())
            .and_where(sea_orm::sea_query::ExprTrait::eq(Expr::col("name"), "feed_epoch"))
            .take();
        tx.execute(&epoch).await?;
        Migrator::up(&tx, None).await?;
        // How far the machines had read was in the feed that was.
        tx.execute(&Query::delete().from_table("feed_reader").take())
            .await?;
        tx.commit().await?;
        Ok(rows)
    }

    /// Puts the rows into their tables, up to the line that ends them.
    async fn read_rows(
        &self,
        tx: &DatabaseTransaction,
        tables: &[Table],
        lines: &mut (impl Iterator<Item = Result<(usize, String)>> + Send),
    ) -> Result<u64> {
        let mut filled: Option<Filled<'_>> = None;
        let mut read = 0;
        for line in lines {
            let (number, line) = line?;
            if line.starts_with('[') {
                let part = filled
                    .as_mut()
                    .ok_or_else(|| unreadable(number, &"a row of no table"))?;
                part.take(&line).map_err(|error| unreadable(number, &error))?;
                read += 1;
                if part.is_full() {
                    part.put(tx).await?;
                }
                continue;
            }
            if let Some(mut part) = filled.take() {
                part.put(tx).await?;
            }
            match serde_json::from_str(&line).map_err(|error| unreadable(number, &error))? {
                Mark::Table { table, columns } => {
                    let known = tables.iter().find(|known| known.name == table);
                    let known =
                        known.ok_or_else(|| unreadable(number, &format!("there is no table {table}")))?;
                    filled = Some(Filled::new(known, &columns).map_err(|error| unreadable(number, &error))?);
                }
                Mark::End { rows } if rows == read => return Ok(rows),
                Mark::End { rows } => {
                    return Err(unreadable(
                        number,
                        &format!("{rows} rows were written, {read} are there"),
                    ));
                }
            }
        }
        Err(Error::Corrupt(
            "the backup ends before its end: it is not whole".to_owned(),
        ))
    }
}

/// A table that is being filled.
struct Filled<'t> {
    table: &'t Table,
    columns: Vec<&'t (String, cell::Kind)>,
    rows: Vec<Vec<Value>>,
}

impl<'t> Filled<'t> {
    fn new(table: &'t Table, columns: &[String]) -> Result<Self> {
        let columns = columns.iter().map(|name| {
            let known = table.columns.iter().find(|(known, _)| known == name);
            known.ok_or_else(|| Error::Corrupt(format!("{} has no column {name}", table.name)))
        });
        Ok(Self {
            table,
            columns: columns.collect::<Result<_>>()?,
            rows: Vec::new(),
        })
    }

    /// Takes a row as its line has it.
    fn take(&mut self, line: &str) -> Result<()> {
        let cells: Vec<serde_json::Value> =
            serde_json::from_str(line).map_err(|error| Error::Corrupt(error.to_string()))?;
        if cells.len() != self.columns.len() {
            return Err(Error::Corrupt(format!(
                "{} cells for {} columns",
                cells.len(),
                self.columns.len()
            )));
        }
        let cells = cells.into_iter().zip(&self.columns);
        let row = cells.map(|(cell, (name, kind))| {
            kind.written(cell)
                .ok_or_else(|| Error::Corrupt(format!("{name} holds what it cannot")))
        });
        self.rows.push(row.collect::<Result<_>>()?);
        Ok(())
    }

    fn is_full(&self) -> bool {
        (self.rows.len() + 1) * self.columns.len() > PARAMETERS || self.rows.len() == 1_000
    }

    async fn put(&mut self, tx: &DatabaseTransaction) -> Result<()> {
        if self.rows.is_empty() {
            return Ok(());
        }
        let mut insert = Query::insert();
        insert
            .into_table(self.table.name.clone())
            .columns(self.columns.iter().map(|(name, _)| name.clone()));
        for row in self.rows.drain(..) {
            insert
                .values(row.into_iter().map(Expr::value))
                .map_err(|error| Error::Corrupt(error.to_string()))?;
        }
        tx.execute(&insert).await?;
        Ok(())
    }
}

/// Brings the tables to where they were when the backup was made.
async fn migrate_like(tx: &DatabaseTransaction, migrations: &[String]) -> Result<()> {
    let ours: Vec<String> = Migrator::migrations()
        .iter()
        .map(|one| one.name().to_owned())
        .collect();
    if !ours.starts_with(migrations) {
        return Err(Error::Corrupt(
            "the backup was made by a version with other tables: restore it with that one, then update"
                .to_owned(),
        ));
    }
    let done = applied(tx).await?.len();
    if done > migrations.len() {
        return Err(Error::Corrupt(
            "the backup is older than the tables of this database: restore it into a database that has none"
                .to_owned(),
        ));
    }
    let missing = u32::try_from(migrations.len() - done).unwrap_or(u32::MAX);
    Ok(Migrator::up(tx, Some(missing)).await?)
}

async fn applied(tx: &DatabaseTransaction) -> Result<Vec<String>> {
    let applied = Migrator::get_applied_migrations_read_only(tx).await?;
    Ok(applied.iter().map(|one| one.name().to_owned()).collect())
}

fn put(out: &mut impl Write, line: &impl serde::Serialize) -> Result<()> {
    let failed = |error: std::io::Error| Error::Corrupt(format!("the backup cannot be written: {error}"));
    serde_json::to_writer(&mut *out, line).map_err(|error| failed(error.into()))?;
    out.write_all(b"\n").map_err(failed)
}
