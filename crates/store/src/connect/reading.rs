//! The connections that only read. The pool asks a connection whether it still lives each time it gets one back, which
//! costs each statement a second way to the database; so these stay in hand between statements, and only one on
//! which something went wrong goes back.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sea_orm::prelude::async_trait::async_trait;
use sea_orm::sqlx::pool::PoolConnection;
use sea_orm::sqlx::{self, AssertSqlSafe, Executor, IntoArguments, Pool, Postgres, Sqlite};
use sea_orm::{
    ConnAcquireErr, ConnectionTrait, DatabaseConnection, DbBackend, DbErr, ExecResult, QueryResult,
    RuntimeErr, Statement,
};
use sea_query_sqlx::SqlxValues;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::Instant;
use tracing::{Instrument as _, Span};

use super::replica::Replica;

/// How long a statement waits for its turn.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long a connection is kept.
const LIFE: Duration = Duration::from_mins(5);

#[derive(Debug)]
enum Readers {
    /// Of an SQLite file.
    Sqlite(Kept<Sqlite>),
    /// Of a PostgreSQL server.
    Postgres(Kept<Postgres>),
}

/// Connections kept in hand.
#[derive(Debug)]
pub(super) struct Kept<D: sqlx::Database> {
    pool: Pool<D>,
    /// As many as there are connections: who has a turn finds one in hand, or makes one.
    turns: Semaphore,
    in_hand: Mutex<VecDeque<(PoolConnection<D>, Instant)>>,
}

fn fault(error: sqlx::Error) -> DbErr {
    DbErr::Query(RuntimeErr::SqlxError(error.into()))
}

impl<D: sqlx::Database> Kept<D> {
    pub(super) fn of(pool: &Pool<D>, connections: usize) -> Self {
        Self {
            pool: pool.clone(),
            turns: Semaphore::new(connections),
            in_hand: Mutex::default(),
        }
    }

    pub(super) async fn close(&self) {
        self.turns.close();
        self.in_hand().clear();
        self.pool.close().await;
    }

    fn in_hand(&self) -> MutexGuard<'_, VecDeque<(PoolConnection<D>, Instant)>> {
        self.in_hand.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lends a connection for one statement, with the time since when it is out of the pool. Who gives up in the middle,
    /// or fails, does not put it back in hand.
    async fn lend(&self) -> Result<(PoolConnection<D>, Instant, SemaphorePermit<'_>), DbErr> {
        let turn = tokio::time::timeout(PATIENCE, self.turns.acquire())
            .await
            .map_err(|_| DbErr::ConnectionAcquire(ConnAcquireErr::Timeout))?
            .map_err(|_| DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed))?;
        loop {
            let free = self.in_hand().pop_front();
            match free {
                Some((connection, since)) if since.elapsed() < LIFE => return Ok((connection, since, turn)),
                // What it is connected to may have become another server, or its tables others.
                Some((mut old, _)) => old.close_on_drop(),
                None => {
                    let connection = self.pool.acquire().await.map_err(fault)?;
                    return Ok((connection, Instant::now(), turn));
                }
            }
        }
    }

    /// Puts a connection back in hand, unless all of them are being closed.
    fn put_back(&self, connection: PoolConnection<D>, since: Instant) {
        let mut in_hand = self.in_hand();
        if !self.turns.is_closed() {
            in_hand.push_back((connection, since));
        }
    }

    /// What a statement failed with. Where the connection itself broke, the others will have too.
    fn broken(&self, error: sqlx::Error) -> DbErr {
        if !matches!(error, sqlx::Error::Database(_)) {
            self.in_hand().clear();
        }
        fault(error)
    }
}

impl<D> Kept<D>
where
    D: sqlx::Database,
    SqlxValues: IntoArguments<D>,
    for<'c> &'c mut D::Connection: Executor<'c, Database = D>,
    QueryResult: From<D::Row>,
{
    pub(super) async fn one(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        let (mut connection, since, _turn) = self.lend().await?;
        let row = asked(statement)
            .fetch_optional(&mut *connection)
            .await
            .map_err(|error| self.broken(error))?;
        self.put_back(connection, since);
        Ok(row.map(QueryResult::from))
    }

    pub(super) async fn all(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        let (mut connection, since, _turn) = self.lend().await?;
        let rows = asked(statement)
            .fetch_all(&mut *connection)
            .await
            .map_err(|error| self.broken(error))?;
        self.put_back(connection, since);
        Ok(rows.into_iter().map(QueryResult::from).collect())
    }
}

fn asked<'q, D>(statement: Statement) -> sqlx::query::Query<'q, D, SqlxValues>
where
    D: sqlx::Database,
    SqlxValues: IntoArguments<D>,
{
    let values = statement.values.unwrap_or(sea_orm::Values(Vec::new()));
    sqlx::query_with(AssertSqlSafe(statement.sql), SqlxValues(values))
}

fn only_reads() -> DbErr {
    DbErr::Custom("what writes does so in a transaction or on a connection of its own".to_owned())
}

/// A statement read on one of these, counted as every other is.
#[derive(Clone, Debug)]
pub(crate) struct Reading {
    readers: Arc<Readers>,
    /// Read first, as long as it has what is known to be written.
    pub(super) replica: Option<Arc<Replica>>,
    statements: Arc<AtomicU64>,
}

impl Reading {
    /// Reads through this pool of so many connections, which nobody else uses.
    pub(crate) fn of(db: &DatabaseConnection, connections: u32, statements: Arc<AtomicU64>) -> Self {
        let connections = connections as usize;
        let readers = match db.get_database_backend() {
            DbBackend::Postgres => {
                Readers::Postgres(Kept::of(db.get_postgres_connection_pool(), connections))
            }
            DbBackend::Sqlite | DbBackend::MySql | _ => {
                Readers::Sqlite(Kept::of(db.get_sqlite_connection_pool(), connections))
            }
        };
        Self {
            readers: Arc::new(readers),
            replica: None,
            statements,
        }
    }

    /// Closes them.
    pub(crate) async fn close(&self) {
        match &*self.readers {
            Readers::Sqlite(kept) => kept.close().await,
            Readers::Postgres(kept) => kept.close().await,
        }
    }
}

#[async_trait]
impl ConnectionTrait for Reading {
    fn get_database_backend(&self) -> DbBackend {
        match &*self.readers {
            Readers::Sqlite(_) => DbBackend::Sqlite,
            Readers::Postgres(_) => DbBackend::Postgres,
        }
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        let span = span(&statement, "one");
        self.one(statement).instrument(span).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        let span = span(&statement, "all");
        self.all(statement).instrument(span).await
    }

    async fn execute_raw(&self, _: Statement) -> Result<ExecResult, DbErr> {
        Err(only_reads())
    }

    async fn execute_unprepared(&self, _: &str) -> Result<ExecResult, DbErr> {
        Err(only_reads())
    }
}

/// Of a statement, for a collector of traces: its text, which holds no values.
fn span(statement: &Statement, rows: &'static str) -> Span {
    tracing::debug_span!(target: "trace", "read", otel.kind = "client", db.query.text = statement.sql, rows)
}

impl Reading {
    async fn one(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        // What the replica cannot answer, the primary can.
        if let Some(replica) = self.replica.as_ref().filter(|replica| replica.takes())
            && let Ok(row) = replica.one(statement.clone()).await
        {
            return Ok(row);
        }
        self.statements.fetch_add(1, Ordering::Relaxed);
        match &*self.readers {
            Readers::Sqlite(kept) => kept.one(statement).await,
            Readers::Postgres(kept) => kept.one(statement).await,
        }
    }

    async fn all(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        if let Some(replica) = self.replica.as_ref().filter(|replica| replica.takes())
            && let Ok(rows) = replica.all(statement.clone()).await
        {
            return Ok(rows);
        }
        self.statements.fetch_add(1, Ordering::Relaxed);
        match &*self.readers {
            Readers::Sqlite(kept) => kept.all(statement).await,
            Readers::Postgres(kept) => kept.all(statement).await,
        }
    }
}
