//! The real server as a process, and a client that speaks to it as anybody would.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::process::{Child, Command};

use crate::database::Postgres;
use crate::prepared;

/// The first account of a test server.
pub(crate) const EMAIL: &str = "admin@chantiers.test";
/// Its password.
pub(crate) const PASSWORD: &str = "correct horse battery staple";

/// A server of a test's own.
#[derive(Debug)]
pub struct Server {
    child: Child,
    address: String,
    database: String,
    folder: PathBuf,
    postgres: Option<(String, String)>,
    settings: Vec<(String, String)>,
}

/// The server's binary, built beside the tests.
fn binary() -> PathBuf {
    let exe = std::env::current_exe().expect("a test knows its own path");
    let target = exe
        .parent()
        .and_then(Path::parent)
        .expect("tests are built into target/<profile>/deps");
    let binary = target.join("chantiers");
    assert!(
        binary.exists(),
        "{} is missing: build the server first (cargo build --bin chantiers)",
        binary.display()
    );
    binary
}

fn serve() -> Command {
    let mut program = Command::new(binary());
    program.arg("serve");
    program
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    listener
        .local_addr()
        .expect("a bound socket has an address")
        .port()
}

impl Server {
    /// Starts one on an SQLite file of its own.
    pub async fn on_sqlite() -> Self {
        Self::on_sqlite_with(&[]).await
    }

    /// The same, with further settings.
    pub async fn on_sqlite_with(settings: &[(&str, &str)]) -> Self {
        let folder = Self::folder();
        let file = folder.join("chantiers.db");
        prepared::sqlite(&file, &binary(), Self::first_start).await;
        let database = format!("sqlite://{}", file.display());
        Self::start(folder, database, None, settings).await
    }

    /// What a first start makes of an SQLite file that is not there yet.
    async fn first_start(into: PathBuf) {
        let folder = Self::folder();
        let database = format!("sqlite://{}", folder.join("chantiers.db").display());
        let mut server = Self::start(folder, database, None, &[]).await;
        assert_eq!(server.terminate().await, Some(0), "it ends as it was told");
        prepared::written(&server.database, &into).await;
    }

    /// Starts one on a PostgreSQL database of its own.
    pub async fn on_postgres() -> Self {
        Self::on_postgres_with(&[]).await
    }

    /// The same, with further settings.
    pub async fn on_postgres_with(settings: &[(&str, &str)]) -> Self {
        let server = Postgres::address();
        let folder = Self::folder();
        let name = format!(
            "story_{}",
            folder
                .file_name()
                .and_then(|name| name.to_str())
                .unwrap_or("x")
                .replace('-', "_")
        );
        prepared::postgres(&server, &name, "started", async |address| {
            let mut first = Self::start(Self::folder(), address, None, &[]).await;
            assert_eq!(first.terminate().await, Some(0), "it ends as it was told");
        })
        .await;
        let database = Postgres::with_database(&server, &name);
        Self::start(folder, database, Some((server, name)), settings).await
    }

    /// Starts one on a database that somebody else looks after.
    pub async fn on(database: &str, settings: &[(&str, &str)]) -> Self {
        Self::start(Self::folder(), database.to_owned(), None, settings).await
    }

    /// Starts one whose SQLite file lies on a disk of so many megabytes. Needs mount namespaces, as containers have them.
    pub async fn on_small_disk(megabytes: u32) -> Self {
        let folder = Self::folder();
        let disk = folder.join("disk");
        std::fs::create_dir_all(&disk).expect("the temporary folder can be written");
        let file = folder.join("chantiers.db");
        prepared::sqlite(&file, &binary(), Self::first_start).await;
        let (from, onto) = (file.display(), disk.display());
        // The disk is there for this process only.
        let script = format!(
            "mount -t tmpfs -o size={megabytes}m none {onto} && cp {from} {onto}/ && exec \"$0\" serve"
        );
        let mut program = Command::new("/usr/bin/unshare");
        program
            .args(["--map-root-user", "--mount", "sh", "-c", &script])
            .arg(binary());
        let database = format!("sqlite://{onto}/chantiers.db");
        Self::start_as(program, folder, database, None, &[]).await
    }

    /// The server's database on its small disk as it is now, copied from there: the address of the copy.
    pub fn copied_from_small_disk(&self) -> String {
        let id = self.child.id().expect("a running process has a number");
        let seen = format!("/proc/{id}/root{}", self.folder.join("disk").display());
        let copy = self.folder.join("copy");
        std::fs::create_dir_all(&copy).expect("the temporary folder can be written");
        for entry in std::fs::read_dir(seen).expect("its disk can be looked at") {
            let entry = entry.expect("its disk can be looked at");
            std::fs::copy(entry.path(), copy.join(entry.file_name())).expect("a file can be copied");
        }
        format!("sqlite://{}", copy.join("chantiers.db").display())
    }

    fn folder() -> PathBuf {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!(
            "chantiers-story-{}-{}",
            std::process::id(),
            COUNT.fetch_add(1, Ordering::SeqCst)
        );
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&folder).expect("the temporary folder can be written");
        folder
    }

    async fn start(
        folder: PathBuf,
        database: String,
        postgres: Option<(String, String)>,
        settings: &[(&str, &str)],
    ) -> Self {
        Self::start_as(serve(), folder, database, postgres, settings).await
    }

    async fn start_as(
        program: Command,
        folder: PathBuf,
        database: String,
        postgres: Option<(String, String)>,
        settings: &[(&str, &str)],
    ) -> Self {
        let address = format!("127.0.0.1:{}", free_port());
        let settings: Vec<(String, String)> = settings
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let child = Self::spawn(program, &folder, &database, &address, &settings);
        let mut server = Self {
            child,
            address,
            database,
            folder,
            postgres,
            settings,
        };
        server.wait_until_ready().await;
        server
    }

    fn spawn(
        mut program: Command,
        folder: &Path,
        database: &str,
        address: &str,
        settings: &[(String, String)],
    ) -> Child {
        program
            .env_clear()
            .env("CHANTIERS_DATA_DIR", folder)
            .env("CHANTIERS_DATABASE_URL", database)
            .env("CHANTIERS_LISTEN", address)
            .env("CHANTIERS_PUBLIC_URL", format!("http://{address}"))
            .env("CHANTIERS_ADMIN_EMAIL", EMAIL)
            .env("CHANTIERS_ADMIN_PASSWORD", PASSWORD)
            .env("CHANTIERS_LOG", "warn")
            .envs(settings.iter().cloned())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Self::log(folder).map_or_else(|_| Stdio::inherit(), Stdio::from))
            .kill_on_drop(true)
            .spawn()
            .expect("the server starts")
    }

    /// What the server says goes into a file, so that a test can read it.
    fn log(folder: &Path) -> std::io::Result<std::fs::File> {
        let mut options = std::fs::OpenOptions::new();
        options.create(true).append(true).open(folder.join("said.log"))
    }

    /// What the server has said until now.
    #[must_use]
    pub fn said(&self) -> String {
        std::fs::read_to_string(self.folder.join("said.log")).unwrap_or_default()
    }

    async fn wait_until_ready(&mut self) {
        let client = reqwest::Client::new();
        for _ in 0..1200 {
            if let Ok(answer) = client.get(self.url("/health/ready")).send().await
                && answer.status().is_success()
            {
                return;
            }
            if let Ok(Some(status)) = self.child.try_wait() {
                panic!("the server ended before it was ready: {status}");
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the server was not ready within a minute");
    }

    /// An address on it.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Changes a setting, for the next start.
    pub fn set(&mut self, name: &str, value: &str) {
        self.settings.retain(|(known, _)| known != name);
        self.settings.push((name.to_owned(), value.to_owned()));
    }

    /// Starts it again on the same data, on the same address; it is killed first where it still runs.
    pub async fn restart(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            self.kill().await;
        }
        self.child = Self::spawn(
            serve(),
            &self.folder,
            &self.database,
            &self.address,
            &self.settings,
        );
        self.wait_until_ready().await;
    }

    /// Kills it at once (SIGKILL).
    pub async fn kill(&mut self) {
        self.child.kill().await.expect("the server can be killed");
    }

    /// Tells it to stop (SIGTERM) and answers its exit code.
    pub async fn terminate(&mut self) -> Option<i32> {
        let id = self
            .child
            .id()
            .expect("a running process has a number")
            .to_string();
        let told = Command::new("kill")
            .args(["-TERM", &id])
            .status()
            .await
            .expect("kill is there");
        assert!(told.success(), "the server can be told to stop");
        self.child.wait().await.expect("the server ends").code()
    }

    /// How many rows the change feed has, read beside the server: no client can read it yet.
    pub async fn feed_rows(&self) -> i64 {
        use sea_orm::ConnectionTrait as _;
        let db = sea_orm::Database::connect(&self.database)
            .await
            .expect("the database can be read beside the server");
        let count =
            sea_orm::Statement::from_string(db.get_database_backend(), "SELECT count(*) AS rows FROM feed");
        let row = db
            .query_one_raw(count)
            .await
            .expect("the feed can be counted")
            .expect("a count is one row");
        let rows = row.try_get("", "rows").expect("a count is a number");
        db.close().await.expect("the connection closes");
        rows
    }

    /// Runs a command of the program on the server's database, beside it; answers its exit code, what it printed and what
    /// it said besides.
    pub async fn command(&self, args: &[&str]) -> (Option<i32>, String, String) {
        let mut command = Command::new(binary());
        command
            .args(args)
            .env_clear()
            .env("CHANTIERS_DATABASE_URL", &self.database)
            .env("CHANTIERS_DATA_DIR", &self.folder)
            .env("CHANTIERS_LOG", "warn")
            .stdin(Stdio::null())
            .kill_on_drop(true);
        let output = tokio::time::timeout(Duration::from_secs(60), command.output())
            .await
            .expect("a command ends")
            .expect("the program can be run");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (output.status.code(), text(&output.stdout), text(&output.stderr))
    }

    /// Keeps a file beside the server's data and answers its path.
    #[must_use]
    pub fn file(&self, name: &str, content: &[u8]) -> String {
        let path = self.folder.join(name);
        std::fs::write(&path, content).expect("the temporary folder can be written");
        path.display().to_string()
    }

    /// A client who is not signed in.
    #[must_use]
    pub fn visitor(&self) -> TestClient {
        TestClient {
            http: reqwest::Client::builder()
                .cookie_store(true)
                .build()
                .expect("a client can be made"),
            base: format!("http://{}", self.address),
            token: None,
        }
    }

    /// The administrator, signed in.
    pub async fn administrator(&self) -> TestClient {
        self.sign_in(EMAIL, PASSWORD).await
    }

    /// Somebody, signed in.
    pub async fn sign_in(&self, email: &str, password: &str) -> TestClient {
        let mut client = self.visitor();
        let answer = client
            .post("/v1/session", &json!({"email": email, "password": password}))
            .await;
        assert_eq!(answer.status(), 200, "{email} can sign in");
        let body: Value = answer.json().await.expect("a session is JSON");
        client.token = body["accessToken"].as_str().map(str::to_owned);
        client
    }

    /// A machine of this organisation with these scopes, signed in.
    pub async fn machine(
        &self,
        administrator: &TestClient,
        organisation: &Value,
        scopes: &Value,
    ) -> TestClient {
        let input = json!({"name": "Machine", "organisationId": organisation, "scopes": scopes});
        self.machine_of(administrator, input).await
    }

    /// A machine as this input says, signed in.
    pub async fn machine_of(&self, administrator: &TestClient, input: Value) -> TestClient {
        let create = "mutation($input: ClientCreateInput!) { clientCreate(input: $input) { client { id } secret { secret } } }";
        let made = administrator.data(create, json!({"input": input})).await["clientCreate"].take();
        let text = |value: &Value| {
            value
                .as_str()
                .expect("a client has a name and a secret")
                .to_owned()
        };
        let mut client = self.visitor();
        let answer = client
            .request(reqwest::Method::POST, "/oauth/token")
            .basic_auth(text(&made["client"]["id"]), Some(text(&made["secret"]["secret"])))
            .form(&[("grant_type", "client_credentials")])
            .send()
            .await
            .expect("the server answers");
        let body: Value = answer.json().await.expect("a token is JSON");
        client.token = body["access_token"].as_str().map(str::to_owned);
        assert!(client.token.is_some(), "{body}");
        client
    }

    /// Takes away what it leaves behind.
    pub async fn close(mut self) {
        self.kill().await;
        if let Some((server, name)) = self.postgres.take() {
            let admin = sea_orm::Database::connect(&server)
                .await
                .expect("the PostgreSQL server for tests answers");
            sea_orm::ConnectionTrait::execute_unprepared(
                &admin,
                &format!("DROP DATABASE {name} WITH (FORCE)"),
            )
            .await
            .expect("a test may drop its database");
            admin.close().await.expect("the connection closes");
        }
    }
}

/// Runs the server with a setting that cannot work; answers its exit code and what it said.
pub async fn run_server(settings: &[(&str, &str)]) -> (Option<i32>, String) {
    let folder = Server::folder();
    let mut command = Command::new(binary());
    command
        .arg("serve")
        .env_clear()
        .env("CHANTIERS_DATA_DIR", &folder)
        .env("CHANTIERS_LOG", "error");
    command
        .envs(settings.iter().copied())
        .stdin(Stdio::null())
        .kill_on_drop(true);
    let output = tokio::time::timeout(Duration::from_secs(30), command.output()).await;
    let output = output
        .expect("a server that cannot start ends")
        .expect("the server can be run");
    drop(std::fs::remove_dir_all(&folder));
    (
        output.status.code(),
        String::from_utf8_lossy(&output.stderr).into_owned(),
    )
}

impl Drop for Server {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let said = self.said();
            let faults = said.lines().filter(|line| !line.contains("\"level\":\"INFO\""));
            faults.for_each(|line| eprintln!("{line}"));
        }
        // What cannot be removed is left to the system's own cleaning of its temporary folder.
        drop(std::fs::remove_dir_all(&self.folder));
    }
}

/// Somebody who speaks to a server.
#[derive(Clone, Debug)]
pub struct TestClient {
    http: reqwest::Client,
    base: String,
    token: Option<String>,
}

impl TestClient {
    /// The same, speaking to another server.
    #[must_use]
    pub fn at(&self, server: &Server) -> Self {
        Self {
            base: server.url(""),
            ..self.clone()
        }
    }

    /// What it shows to say who it is.
    #[must_use]
    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    fn signed(&self, request: reqwest::RequestBuilder) -> reqwest::RequestBuilder {
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// Reads an address.
    pub async fn get(&self, path: &str) -> reqwest::Response {
        self.signed(self.http.get(format!("{}{path}", self.base)))
            .send()
            .await
            .expect("the server answers")
    }

    /// Sends JSON.
    pub async fn post(&self, path: &str, body: &Value) -> reqwest::Response {
        let request = self.http.post(format!("{}{path}", self.base)).json(body);
        self.signed(request).send().await.expect("the server answers")
    }

    /// Makes any request, for what the others do not cover.
    pub fn request(&self, method: reqwest::Method, path: &str) -> reqwest::RequestBuilder {
        self.signed(self.http.request(method, format!("{}{path}", self.base)))
    }

    /// Asks over GraphQL and answers the whole response, errors included.
    pub async fn ask(&self, query: &str, variables: Value) -> Value {
        let body = json!({"query": query, "variables": variables});
        self.post("/graphql", &body)
            .await
            .json()
            .await
            .expect("GraphQL answers JSON")
    }

    /// Asks over GraphQL for what must succeed, and answers its data.
    pub async fn data(&self, query: &str, variables: Value) -> Value {
        let mut answer = self.ask(query, variables).await;
        assert!(answer.get("errors").is_none(), "{query}: {answer:#}");
        answer["data"].take()
    }

    /// As [`Self::ask`], but answers nothing where the connection breaks: for a server that is killed.
    pub async fn try_ask(&self, query: &str, variables: Value) -> Option<Value> {
        let body = json!({"query": query, "variables": variables});
        let request = self
            .http
            .post(format!("{}/graphql", self.base))
            .json(&body)
            .timeout(Duration::from_secs(10));
        self.signed(request).send().await.ok()?.json().await.ok()
    }
}
