//! A replica of the PostgreSQL server, read from as long as it has everything that this server knows to be written. So who
//! wrote reads what they wrote; where the replica is behind, or away, the primary answers.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use sea_orm::sea_query::{Expr, Query};
use sea_orm::sqlx::Postgres;
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DbBackend, DbErr, QueryResult, Statement, StatementBuilder,
};
use tokio::sync::Notify;

use super::Store;
use super::reading::Kept;
use crate::error::{Error, Result};

/// How soon a replica that is behind is asked again, and one that does not answer.
const BEHIND: Duration = Duration::from_millis(20);
const AWAY: Duration = Duration::from_secs(1);

/// Positions of the log as PostgreSQL counts its bytes. A commit may be acknowledged before it is written out
/// (`synchronous_commit=off`), so that what was inserted counts.
const WRITTEN: &str = "(pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::bigint";
const REPLAYED: &str = "(pg_last_wal_replay_lsn() - '0/0'::pg_lsn)::bigint";

/// The replica, and how far both servers are.
#[derive(Debug)]
pub(crate) struct Replica {
    kept: Kept<Postgres>,
    /// Up to where the primary has written, as far as this server knows; beyond everything while it does not.
    written: AtomicI64,
    /// Up to where the replica has followed; less than nothing while it does not answer.
    replayed: AtomicI64,
    /// Rings where it may be behind.
    behind: Notify,
    statements: AtomicU64,
}

impl Replica {
    const LOST: i64 = -1;
    const UNKNOWN: i64 = i64::MAX;

    fn is_level(&self) -> bool {
        self.replayed.load(Ordering::Acquire) >= self.written.load(Ordering::Acquire)
    }

    /// Whether a statement goes to the replica now.
    pub(super) fn takes(&self) -> bool {
        let takes = self.is_level();
        if takes {
            self.statements.fetch_add(1, Ordering::Relaxed);
        }
        takes
    }

    pub(super) async fn one(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.kept
            .one(statement)
            .await
            .inspect_err(|error| self.lose(error))
    }

    pub(super) async fn all(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.kept
            .all(statement)
            .await
            .inspect_err(|error| self.lose(error))
    }

    /// It failed: nothing is asked of it until it has answered again.
    fn lose(&self, error: &DbErr) {
        if self.replayed.swap(Self::LOST, Ordering::AcqRel) != Self::LOST {
            tracing::warn!(%error, "the replica does not answer: the primary is read");
        }
        self.behind.notify_one();
    }

    pub(super) async fn close(&self) {
        self.kept.close().await;
    }

    /// Asks it how far it has followed.
    async fn look(&self) -> bool {
        let query = Query::select().expr_as(Expr::cust(REPLAYED), "place").take();
        let asked = self
            .kept
            .one(StatementBuilder::build(&query, &DbBackend::Postgres))
            .await;
        let place: Result<Option<i64>, DbErr> =
            asked.and_then(|row| row.map_or(Ok(None), |row| row.try_get("", "place")));
        match place {
            Ok(Some(place)) => {
                if self.replayed.swap(place, Ordering::AcqRel) == Self::LOST {
                    tracing::info!("the replica answers");
                }
                true
            }
            // Without a place it is no replica (any more).
            Ok(None) => {
                self.lose(&DbErr::Custom("this server is not a replica".to_owned()));
                false
            }
            Err(error) => {
                self.lose(&error);
                false
            }
        }
    }
}

impl Store {
    /// The same store with a replica at this address, for [`Self::through_replica`]. It need not answer yet.
    ///
    /// # Errors
    /// The address is wrong, or this store is not on PostgreSQL.
    pub async fn with_replica(mut self, address: &str, connections: u32) -> Result<Self> {
        let mut options = ConnectOptions::new(address);
        options
            .max_connections(connections)
            .test_before_acquire(false)
            .connect_lazy(true)
            .acquire_timeout(Duration::from_secs(2))
            .sqlx_logging(false)
            .map_sqlx_postgres_opts(super::of_search);
        let pool = Database::connect(options).await?;
        self.replica = Some(Arc::new(Replica {
            kept: Kept::of(pool.get_postgres_connection_pool(), connections as usize),
            written: AtomicI64::new(0),
            replayed: AtomicI64::new(Replica::LOST),
            behind: Notify::new(),
            statements: AtomicU64::new(0),
        }));
        self.note_written().await;
        Ok(self)
    }

    /// This store, reading from the replica where there is one: for what only shows. What decides, and what waits for
    /// something to happen, reads the primary.
    #[must_use]
    pub fn through_replica(&self) -> Self {
        let mut store = self.clone();
        store.reading.replica.clone_from(&self.replica);
        store
    }

    /// How many statements the replica was asked; nothing where there is none.
    #[must_use]
    pub fn replica_statements(&self) -> Option<u64> {
        let replica = self.replica.as_ref()?;
        Some(replica.statements.load(Ordering::Relaxed))
    }

    /// Something was committed: the replica is read again when it has it.
    pub(crate) async fn note_written(&self) {
        let Some(replica) = &self.replica else { return };
        match self.place().await {
            Ok(place) => {
                replica.written.fetch_max(place, Ordering::AcqRel);
            }
            Err(error) => {
                tracing::warn!(%error, "the place of a commit is not known: the primary is read");
                replica.written.store(Replica::UNKNOWN, Ordering::Release);
            }
        }
        replica.behind.notify_one();
    }

    /// Up to where the primary has written.
    async fn place(&self) -> Result<i64> {
        let query = Query::select().expr_as(Expr::cust(WRITTEN), "place").take();
        let row = self.db.query_one(&query).await?;
        let row = row.ok_or_else(|| Error::Corrupt("the primary has no place".to_owned()))?;
        Ok(row.try_get("", "place")?)
    }

    /// Keeps knowing how far the replica is; never ends.
    pub async fn follow_replica(&self) {
        let Some(replica) = &self.replica else {
            return std::future::pending().await;
        };
        loop {
            if replica.written.load(Ordering::Acquire) == Replica::UNKNOWN
                && let Ok(place) = self.place().await
            {
                // What was committed until now lies before it.
                replica.written.store(place, Ordering::Release);
            }
            let answers = replica.look().await;
            if answers && replica.is_level() {
                replica.behind.notified().await;
            } else if answers {
                tokio::time::sleep(BEHIND).await;
            } else {
                tokio::time::sleep(AWAY).await;
            }
        }
    }
}
