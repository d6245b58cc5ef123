//! Opens the database: an SQLite file or PostgreSQL, the same from there on.

mod reading;
mod replica;

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use domain::territory::Territory;
use domain::{Mint, TerritoryId};
use sea_orm::sea_query::{Expr, Query};
use sea_orm::sqlx::postgres::PgConnectOptions;
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction, DbBackend,
    SqliteTransactionMode, TransactionOptions, TransactionTrait,
};
use sea_orm_migration::MigratorTrait;
use sha2::{Digest, Sha256};
use tokio::sync::Mutex;

use crate::error::Result;
use crate::feed::Feed;
use crate::migration::Migrator;
use reading::Reading;
use replica::Replica;

/// What only one transaction does at a time, on however many servers.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Lock<'a> {
    /// The tables are brought up to date.
    Migration,
    /// The feed's rows are written, so that their order is the order of commits.
    Feed,
    /// Superseded rows of the feed are cleared away.
    Compaction,
    /// Offers expire.
    Expiry,
    /// Organisations take enterprise numbers, each of which belongs to one.
    Numbers,
    /// Exports are asked for, of which there are only so many.
    Exports,
    /// Keys that sign access tokens are made or taken away.
    Keys,
    /// Matches of expertise are kept, and people told of them.
    Matching,
    /// A source's rows are applied, so that two requests do not decide on the same state.
    Source(&'a str),
}

impl Lock<'_> {
    /// The number under which PostgreSQL knows it. The first four bytes are ours alone; a source's are its digest's.
    pub(crate) fn number(self) -> i64 {
        const OURS: i64 = 0x6368_616e_7400;
        match self {
            Self::Migration => OURS + 1,
            Self::Feed => OURS + 2,
            Self::Compaction => OURS + 3,
            Self::Expiry => OURS + 4,
            Self::Numbers => OURS + 5,
            Self::Exports => OURS + 6,
            Self::Keys => OURS + 7,
            Self::Matching => OURS + 8,
            Self::Source(code) => {
                let digest = Sha256::digest(code);
                let mut number = [0; 8];
                number.copy_from_slice(&digest[..8]);
                i64::from_be_bytes(number)
            }
        }
    }
}

/// Which database it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// An embedded SQLite file.
    Sqlite,
    /// A PostgreSQL server.
    Postgres,
}

/// The likeness from which the search's index proposes a candidate; ranking decides after.
fn of_search(options: PgConnectOptions) -> PgConnectOptions {
    options.options([("pg_trgm.word_similarity_threshold", "0.35")])
}

/// The records and everything kept beside them.
#[derive(Clone)]
pub struct Store {
    /// What writes, or claims what it reads.
    pub(crate) db: DatabaseConnection,
    /// What only reads.
    pub(crate) reading: Reading,
    replica: Option<Arc<Replica>>,
    pub(crate) engine: Engine,
    pub(crate) mint: Arc<dyn Mint>,
    /// SQLite has one writer: ours queue here, first come first served, instead of polling its lock.
    pub(crate) turn: Arc<Mutex<()>>,
    /// What is kept in memory for the readers of the feed.
    pub(crate) feed: Arc<Feed>,
    /// The official territories, once they are learnt.
    pub(crate) official: Arc<OnceLock<HashMap<TerritoryId, Territory>>>,
    /// Whether messages may go to private networks too.
    pub(crate) reaches_private: bool,
    statements: Arc<AtomicU64>,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store")
            .field("engine", &self.engine)
            .finish_non_exhaustive()
    }
}

impl Store {
    /// Opens the database at this address (`sqlite:///path/file.db`, `postgres://…`) with at most so many
    /// connections that write, and as many that only read. Nothing is migrated yet.
    ///
    /// # Errors
    /// Where the address is wrong or the database does not answer.
    pub async fn open(address: &str, connections: u32, mint: Arc<dyn Mint>) -> Result<Self> {
        let mut options = ConnectOptions::new(address);
        options
            .max_connections(connections)
            // A ping before each use costs more than the query (docs/decisions); a broken connection is
            // replaced when it shows.
            .test_before_acquire(false)
            .connect_timeout(Duration::from_secs(5))
            .acquire_timeout(Duration::from_secs(10))
            .sqlx_logging(false)
            .map_sqlx_sqlite_opts(|options| {
                use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
                options
                    .create_if_missing(true)
                    .foreign_keys(true)
                    .journal_mode(SqliteJournalMode::Wal)
                    // What is acknowledged survives the power going, not only the process.
                    .synchronous(SqliteSynchronous::Full)
                    .busy_timeout(Duration::from_secs(10))
                    // Kibibytes of pages that each connection keeps; the system keeps the file's besides.
                    .pragma("cache_size", "-512")
            })
            .map_sqlx_postgres_opts(of_search);
        let reading = Database::connect(options.clone()).await?;
        let mut db = Database::connect(options).await?;
        let statements = Arc::new(AtomicU64::new(0));
        let counter = Arc::clone(&statements);
        db.set_metric_callback(move |_| {
            counter.fetch_add(1, Ordering::Relaxed);
        });
        let engine = match db.get_database_backend() {
            DbBackend::Postgres => Engine::Postgres,
            DbBackend::Sqlite | DbBackend::MySql | _ => Engine::Sqlite,
        };
        Ok(Self {
            db,
            reading: Reading::of(&reading, connections, Arc::clone(&statements)),
            replica: None,
            engine,
            mint,
            turn: Arc::new(Mutex::new(())),
            feed: Arc::default(),
            official: Arc::default(),
            reaches_private: false,
            statements,
        })
    }

    /// The same, where messages may also go to addresses in private networks, and unencrypted: for development.
    #[must_use]
    pub const fn reaching_private(mut self, may: bool) -> Self {
        self.reaches_private = may;
        self
    }

    /// Brings the tables up to date. Of several servers that start at once, one does, and the others wait for it.
    ///
    /// # Errors
    /// Where a migration fails; nothing of what was under way remains.
    pub async fn migrate(&self) -> Result<()> {
        let tx = self.begin().await?;
        self.hold(&tx, Lock::Migration).await?;
        Migrator::up(&tx, None).await?;
        Ok(tx.commit().await?)
    }

    /// Opens a transaction; on SQLite one that may write from its beginning, since it could not become one later
    /// without the risk of being refused.
    pub(crate) async fn begin(&self) -> Result<DatabaseTransaction> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        Ok(self.db.begin_with_options(options).await?)
    }

    /// Waits until no other transaction holds this lock, and holds it until this one ends. On SQLite every transaction
    /// does so anyway.
    pub(crate) async fn hold(&self, tx: &DatabaseTransaction, lock: Lock<'_>) -> Result<()> {
        if self.engine == Engine::Postgres {
            let lock = Query::select()
                .expr(Expr::cust_with_values(
                    "pg_advisory_xact_lock($1)",
                    [lock.number()],
                ))
                .take();
            tx.query_one(&lock).await?;
        }
        Ok(())
    }

    /// Whether the database answers and every migration is applied.
    ///
    /// # Errors
    /// Where it does not answer.
    pub async fn is_ready(&self) -> Result<bool> {
        Ok(Migrator::get_pending_migrations(&self.db).await?.is_empty())
    }

    /// Which database it is.
    #[must_use]
    pub const fn engine(&self) -> Engine {
        self.engine
    }

    /// Where this store takes time and identifiers from.
    #[must_use]
    pub fn mint(&self) -> &dyn Mint {
        &*self.mint
    }

    /// How many statements were sent since it was opened.
    #[must_use]
    pub fn statements(&self) -> u64 {
        self.statements.load(Ordering::Relaxed)
    }

    /// Closes every connection, after what is under way.
    ///
    /// # Errors
    /// Where the database refuses.
    pub async fn close(&self) -> Result<()> {
        self.reading.close().await;
        if let Some(replica) = &self.replica {
            replica.close().await;
        }
        Ok(self.db.close_by_ref().await?)
    }

    /// The connection, for the drift test.
    #[doc(hidden)]
    #[must_use]
    pub const fn connection(&self) -> &DatabaseConnection {
        &self.db
    }
}
