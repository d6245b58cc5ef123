//! Databases that are prepared once and copied by each test: migrating an empty one, or a server's first start on it,
//! takes longer than most tests.

use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, Statement};

use tokio::sync::Mutex;

use crate::database::Postgres;

/// Of the processes that want a template, one prepares it and the others wait.
const LOCK: i64 = 0x6368_616e_7401;

/// What the runner calls this run of all tests; without a runner, this process.
fn run() -> String {
    std::env::var("NEXTEST_RUN_ID").map_or_else(|_| std::process::id().to_string(), |id| id.replace('-', "_"))
}

async fn connect(address: &str) -> DatabaseConnection {
    let mut options = ConnectOptions::new(address);
    options.max_connections(1);
    Database::connect(options).await.expect("the database answers")
}

async fn execute(db: &DatabaseConnection, statement: &str) {
    db.execute_unprepared(statement)
        .await
        .unwrap_or_else(|error| panic!("{statement}: {error}"));
}

/// Makes this database on the PostgreSQL server for tests, as a copy of what `prepare` makes of an empty one.
pub(crate) async fn postgres(server: &str, name: &str, what: &str, prepare: impl AsyncFnOnce(String)) {
    let template = format!("{what}_{}", run());
    let admin = connect(server).await;
    execute(&admin, &format!("SELECT pg_advisory_lock({LOCK})")).await;
    let known = Statement::from_sql_and_values(
        DbBackend::Postgres,
        "SELECT 1 FROM pg_database WHERE datname = $1",
        [template.as_str().into()],
    );
    let known = admin
        .query_one_raw(known)
        .await
        .expect("the server knows its databases");
    if known.is_none() {
        // Under another name until it is whole: who prepared it may have failed in the middle.
        let unfinished = format!("{template}_unfinished");
        execute(
            &admin,
            &format!("DROP DATABASE IF EXISTS {unfinished} WITH (FORCE)"),
        )
        .await;
        execute(&admin, &format!("CREATE DATABASE {unfinished}")).await;
        prepare(Postgres::with_database(server, &unfinished)).await;
        execute(
            &admin,
            &format!("ALTER DATABASE {unfinished} RENAME TO {template}"),
        )
        .await;
    }
    execute(&admin, &format!("SELECT pg_advisory_unlock({LOCK})")).await;
    // One of this name may be left of a test that failed under the same process number.
    execute(&admin, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
    execute(&admin, &format!("CREATE DATABASE {name} TEMPLATE {template}")).await;
    admin.close().await.expect("the connection closes");
}

/// Writes the whole of an SQLite database into one file.
pub(crate) async fn written(address: &str, file: &Path) {
    let db = connect(address).await;
    execute(&db, &format!("VACUUM INTO '{}'", file.display())).await;
    db.close().await.expect("the connection closes");
}

/// Puts an SQLite file there, as a copy of the one that `prepare` writes with this binary. It is kept beside the binary
/// until that changes.
pub(crate) async fn sqlite(file: &Path, binary: &Path, prepare: impl AsyncFnOnce(PathBuf)) {
    let built = std::fs::metadata(binary)
        .and_then(|known| known.modified())
        .expect("a file has a time");
    let built = built
        .duration_since(UNIX_EPOCH)
        .expect("binaries are built after 1970");
    let folder = binary.parent().expect("a binary is in a folder");
    let kept = folder.join(format!("prepared-{}.db", built.as_nanos()));
    // Of a process' tests, one prepares it and the others wait.
    static ONE: Mutex<()> = Mutex::const_new(());
    let one = ONE.lock().await;
    if !kept.exists() {
        for old in std::fs::read_dir(folder)
            .expect("the folder of the binary can be read")
            .flatten()
        {
            let name = old.file_name();
            let name = name.to_string_lossy();
            if old.path() != kept && name.starts_with("prepared-") && name.ends_with(".db") {
                drop(std::fs::remove_file(old.path()));
            }
        }
        // Two processes may prepare it at once: the name stands for a whole file at any time.
        let own = kept.with_extension(std::process::id().to_string());
        // One of a run that is over may have this number.
        drop(std::fs::remove_file(&own));
        prepare(own.clone()).await;
        std::fs::rename(&own, &kept).expect("the folder of the binary can be written");
    }
    drop(one);
    std::fs::copy(&kept, file).expect("the temporary folder can be written");
}
