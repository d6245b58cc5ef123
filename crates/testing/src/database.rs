//! A database of a test's own: an SQLite file, or a database on the server that the test run started. It is
//! migrated and empty.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use sea_orm::{ConnectionTrait, Database as Connect};
use store::Store;

use crate::mint::FixedMint;
use crate::prepared;

/// The address of the PostgreSQL server for tests, set by `scripts/with-postgres`.
const SERVER: &str = "CHANTIERS_TEST_POSTGRES_URL";

/// A database of a test's own.
#[derive(Debug)]
pub struct Database {
    store: Store,
    address: String,
    mint: Arc<FixedMint>,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Sqlite(PathBuf),
    Postgres { server: String, name: String },
}

fn unique() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    format!("{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::SeqCst))
}

async fn open(address: &str, mint: &Arc<FixedMint>) -> Store {
    Store::open(address, 8, Arc::<FixedMint>::clone(mint))
        .await
        .expect("the database opens")
}

impl Database {
    /// An SQLite file in a folder of its own.
    pub async fn sqlite() -> Self {
        let database = Self::sqlite_empty().await;
        database
            .store
            .migrate()
            .await
            .expect("the migrations apply to an empty database");
        database
    }

    /// An SQLite file without tables.
    pub async fn sqlite_empty() -> Self {
        let folder = std::env::temp_dir().join(format!("chantiers-test-{}", unique()));
        std::fs::create_dir_all(&folder).expect("the temporary folder can be written");
        let address = format!("sqlite://{}", folder.join("test.db").display());
        Self::open(address, Kind::Sqlite(folder)).await
    }

    /// A database on the server that the test run started.
    pub async fn postgres() -> Self {
        let (server, name) = Postgres::unused();
        prepared::postgres(&server, &name, "migrated", async |address| {
            let store = open(&address, &Arc::default()).await;
            store
                .migrate()
                .await
                .expect("the migrations apply to an empty database");
            store.close().await.expect("the connections close");
        })
        .await;
        Self::on(server, name).await
    }

    /// A PostgreSQL database without tables.
    pub async fn postgres_empty() -> Self {
        let (server, name) = Postgres::unused();
        let admin = Connect::connect(&server)
            .await
            .expect("the PostgreSQL server for tests answers");
        // One of this name may be left of a test that failed under the same process number.
        for statement in ["DROP DATABASE IF EXISTS", "CREATE DATABASE"] {
            admin
                .execute_unprepared(&format!("{statement} {name}"))
                .await
                .expect("a test may make a database");
        }
        admin.close().await.expect("the connection closes");
        Self::on(server, name).await
    }

    async fn on(server: String, name: String) -> Self {
        let address = Postgres::with_database(&server, &name);
        Self::open(address, Kind::Postgres { server, name }).await
    }

    async fn open(address: String, kind: Kind) -> Self {
        let mint = Arc::new(FixedMint::default());
        let store = open(&address, &mint).await;
        Self {
            store,
            address,
            mint,
            kind,
        }
    }

    /// The store on it.
    #[must_use]
    pub fn store(&self) -> Store {
        self.store.clone()
    }

    /// Its address.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Its mint.
    #[must_use]
    pub fn mint(&self) -> &FixedMint {
        &self.mint
    }

    /// Takes it away. An SQLite file goes with the value; a PostgreSQL database must be closed.
    pub async fn close(self) {
        self.store.close().await.expect("the connections close");
        if let Kind::Postgres { server, name } = &self.kind {
            let admin = Connect::connect(server)
                .await
                .expect("the PostgreSQL server for tests answers");
            let drop = format!("DROP DATABASE {name} WITH (FORCE)");
            admin
                .execute_unprepared(&drop)
                .await
                .expect("a test may drop its database");
            admin.close().await.expect("the connection closes");
        }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Kind::Sqlite(folder) = &self.kind {
            // What cannot be removed is left to the system's own cleaning of its temporary folder.
            drop(std::fs::remove_dir_all(folder));
        }
    }
}

/// The PostgreSQL server of the test run.
#[derive(Clone, Copy, Debug)]
pub struct Postgres;

impl Postgres {
    /// Its address.
    #[must_use]
    pub fn address() -> String {
        std::env::var(SERVER).unwrap_or_else(|_| {
            panic!("{SERVER} is not set: run the tests with `make test-rust` or `scripts/with-postgres cargo nextest run`")
        })
    }

    /// Its address, and a name for a database that no other test has.
    fn unused() -> (String, String) {
        (Self::address(), format!("test_{}", unique()))
    }

    /// The address of one of its databases.
    #[must_use]
    pub fn with_database(server: &str, name: &str) -> String {
        let (before, query) = server.split_once('?').unwrap_or((server, ""));
        let base = before.rsplit_once('/').map_or(before, |(base, _)| base);
        if query.is_empty() {
            format!("{base}/{name}")
        } else {
            format!("{base}/{name}?{query}")
        }
    }
}

/// A PostgreSQL server of a test's own, which it may restart under others' feet.
#[derive(Debug)]
pub struct OwnPostgres {
    folder: PathBuf,
    address: String,
}

impl OwnPostgres {
    /// Starts one.
    pub async fn start() -> Self {
        let folder = std::env::temp_dir().join(format!("chantiers-postgres-{}", unique()));
        let address = Self::script("start", &folder).await.trim().to_owned();
        Self { folder, address }
    }

    /// Its address.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Stops it and starts it again: who is connected is cut off.
    pub async fn restart(&self) {
        Self::script("restart", &self.folder).await;
    }

    /// Starts a replica of it, or starts it again; answers its address, which stays.
    pub async fn replica(&self) -> String {
        Self::script("replica", &self.folder).await.trim().to_owned()
    }

    /// Stops the replica.
    pub async fn stop_replica(&self) {
        Self::script("stop-replica", &self.folder).await;
    }

    /// Has a server (the replica) do something that the database's own language says.
    ///
    /// # Panics
    /// It does not.
    pub async fn tell(address: &str, what: &str) {
        let server = sea_orm::Database::connect(address).await.expect("it answers");
        server.execute_unprepared(what).await.expect("it does it");
        server.close().await.expect("the connection closes");
    }

    /// Stops it and takes its data away.
    pub async fn close(self) {
        Self::script("stop", &self.folder).await;
    }

    async fn script(verb: &str, folder: &Path) -> String {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scripts/postgres");
        let output = tokio::process::Command::new(script)
            .arg(verb)
            .arg(folder)
            .output()
            .await;
        let output = output.expect("the script runs");
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "scripts/postgres {verb}: {errors}");
        String::from_utf8(output.stdout).expect("an address is text")
    }
}

/// One database of each engine, for a test that compares them.
pub async fn both_engines() -> [Database; 2] {
    [Database::sqlite().await, Database::postgres().await]
}
