//! What the program does when it is started: each command, from the settings to the last line it prints.

mod copy;
mod import;
mod key;

use std::io::{BufRead as _, Write as _};
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;

use domain::person::password_is_good;
use domain::policy::Scope;
use domain::{Actor, Lang, Mint, chantier, organisation, project, territory};
use store::{Engine, Store};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _};
use url::Url;

use crate::auth::{Passwords, Provider, client_name};
use crate::config::{Account, Cli, Client, Command, Config, Feed, one_line};
use crate::feed::Readers;
use crate::graphql::Documents;
use crate::mail::sender::Sender;
use crate::rest::snapshots;
use crate::server::{self, App, Site};
use crate::traces::Traces;
use crate::webhook::messenger::Messenger;
use crate::{feed, openapi, schema};

/// The address of the first administrator where none is set; they can change it once they are in.
const FIRST_EMAIL: &str = "admin@chantiers.local";
/// The host that messages are from where the public address has no name.
const LOCAL: &str = "chantiers.local";

/// Why the program ends before its work is done, in one line for whoever started it.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Stop(String);

impl Stop {
    fn new(what: &str, why: &dyn std::fmt::Display) -> Self {
        Self(format!("{what}: {}", one_line(&why.to_string())))
    }
}

/// Does what the command line asks; answers how it ended.
///
/// # Errors
/// [`Stop`], with the line to print.
pub async fn run(cli: Cli, mint: Arc<dyn Mint>) -> Result<ExitCode, Stop> {
    let Cli { config, command } = cli;
    match command.unwrap_or(Command::Serve) {
        Command::Schema => print(&schema::sdl()),
        Command::Openapi => print(&openapi::document()),
        Command::Serve => {
            let traces = log(&config)?;
            serve(&config, mint).await?;
            if let Some(traces) = traces {
                traces.end().await;
            }
        }
        Command::Migrate => {
            log(&config)?;
            let store = open(&config, mint).await?;
            migrate(&store).await?;
            close(&store).await;
            print(&format!(
                "The database at {} is up to date.\n",
                config.database_shown()
            ));
        }
        Command::Account(Account::Add {
            email,
            name,
            password_stdin,
        }) => {
            log(&config)?;
            let store = open(&config, mint).await?;
            migrate(&store).await?;
            let password = password_stdin.then(read_password).transpose()?;
            let name = name.unwrap_or_else(|| before_at(&email).to_owned());
            let said = add_administrator(
                &store,
                &public_url(&config, config.listen)?,
                &email,
                &name,
                password,
            )
            .await?;
            close(&store).await;
            print(&format!("{said}\n"));
        }
        Command::Client(Client::Add {
            name,
            sources,
            read_only,
        }) => {
            log(&config)?;
            let store = open(&config, mint).await?;
            migrate(&store).await?;
            let said = add_client(&store, name, &sources, read_only).await?;
            close(&store).await;
            print(&said);
        }
        Command::Key(asked) => {
            log(&config)?;
            let store = open(&config, mint).await?;
            migrate(&store).await?;
            let said = key::keep(&store, asked).await?;
            close(&store).await;
            print(&said);
        }
        Command::Feed(Feed::Renew) => {
            log(&config)?;
            let store = open(&config, mint).await?;
            migrate(&store).await?;
            let failed = |error: store::Error| Stop::new("the feed", &error);
            store.begin_feed_anew().await.map_err(failed)?;
            let epoch = store.feed_epoch().await.map_err(failed)?;
            close(&store).await;
            print(&format!(
                "The feed has a new epoch ({epoch}): its readers start again.\n"
            ));
        }
        Command::Check => {
            log(&config)?;
            check(&config, mint).await?;
        }
        Command::Backup { file } => {
            log(&config)?;
            let store = open(&config, mint).await?;
            let said = copy::backup(&store, &file).await;
            close(&store).await;
            said?;
        }
        Command::Erasures => {
            log(&config)?;
            let store = open(&config, mint).await?;
            migrate(&store).await?;
            let said = copy::erasures(&store).await;
            close(&store).await;
            said?;
        }
        Command::Restore { file, erasures } => {
            log(&config)?;
            let store = open(&config, mint).await?;
            let said = copy::restore(&store, &file, erasures.as_deref()).await;
            close(&store).await;
            said?;
        }
        Command::Import(asked) => {
            log(&config)?;
            let store = open(&config, mint).await?;
            migrate(&store).await?;
            let ended = import::run(&store, asked).await;
            close(&store).await;
            return ended;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// A reader that went away (`| head`) is no fault.
fn print(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes());
    let _ = out.flush();
}

/// One line an event on standard error: JSON for machines, plain for a terminal.
fn log(config: &Config) -> Result<Option<Traces>, Stop> {
    use std::io::IsTerminal as _;
    let filter =
        EnvFilter::try_new(&config.log).map_err(|error| Stop::new("--log (CHANTIERS_LOG)", &error))?;
    let plain = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_target(false);
    let lines = if std::io::stderr().is_terminal() {
        plain.compact().with_filter(filter).boxed()
    } else {
        let json = plain.json().flatten_event(true).with_span_list(false);
        json.with_filter(filter).boxed()
    };
    let begun = config.otlp_url.as_ref().map(Traces::start).transpose();
    let (traces, told) = begun
        .map_err(|error| Stop::new("--otlp-url (CHANTIERS_OTLP_URL)", &error))?
        .unzip();
    // Somebody else's subscriber (a test's) stays.
    drop(tracing_subscriber::registry().with(lines).with(told).try_init());
    Ok(traces)
}

async fn serve(config: &Config, mint: Arc<dyn Mint>) -> Result<(), Stop> {
    if let Some(folder) = config
        .spa_dir
        .as_deref()
        .filter(|folder| !folder.join("index.html").is_file())
    {
        let folder = folder.display();
        return Err(Stop(format!(
            "--spa-dir (CHANTIERS_SPA_DIR): there is no index.html in {folder}"
        )));
    }
    // Each connection is an open file, and the usual limit is a thousand.
    if let Err(error) = rlimit::increase_nofile_limit(u64::MAX) {
        tracing::warn!(%error, "the limit on open files stays as it is");
    }
    // Before anything is written: a second server on the same port stops here.
    let listener = TcpListener::bind(config.listen).await.map_err(|error| {
        Stop::new(
            &format!("cannot listen on {} (CHANTIERS_LISTEN)", config.listen),
            &error,
        )
    })?;
    let address = listener
        .local_addr()
        .map_err(|error| Stop::new("no address", &error))?;
    let public_url = public_url(config, address)?;
    let sender = sender(config, &public_url)?;
    let provider = provider(config, &public_url)?;
    let stopped = signals()?;

    let store = open(config, mint).await?;
    migrate(&store).await?;
    let loaded = store
        .load_reference()
        .await
        .map_err(|error| Stop::new("reference data", &error))?;
    store
        .learn_territories()
        .await
        .map_err(|error| Stop::new("territories", &error))?;
    tracing::debug!(?loaded, "reference data");
    let store = with_replica(config, store).await?;
    let welcome = welcome(config, &store, &public_url).await?;
    let site = Site {
        public_url: public_url.clone(),
        spa_dir: config.spa_dir.clone(),
        cors_origins: config.cors_origins.clone(),
        trust_forwarded: config.trust_forwarded,
        sends_mail: sender.is_some(),
        cost_per_second: config.cost_per_second,
    };
    let documents = Documents::beside(config.spa_dir.as_deref())
        .map_err(|why| Stop(format!("--spa-dir (CHANTIERS_SPA_DIR): {why}")))?;
    let retention = config.feed_retention_days;
    let app = App::new(store.clone(), site, documents, Readers::new(retention), provider)
        .await
        .map_err(|error| Stop::new("cannot start", &error))?;
    print(&format!(
        "Chantiers communs {}: {public_url} (listening on {address})\n{welcome}\n",
        env!("CARGO_PKG_VERSION")
    ));
    tracing::info!(%address, "listening");
    let app = Arc::new(app);
    let messenger = Messenger::new(Arc::clone(&app), config.webhook_allow_private)
        .map_err(|error| Stop::new("cannot start", &error))?;
    let (running, told) = watch::channel(());
    let messaging = tokio::spawn(messenger.run(told.clone()));
    let writing = tokio::spawn(snapshots::worker::run(store.clone(), told.clone()));
    let importing = tokio::spawn(crate::import::worker::work(store.clone(), told.clone()));
    let matching = tokio::spawn(crate::expertise::worker::work(
        store.clone(),
        public_url.to_string(),
        told.clone(),
    ));
    let resetting = tokio::spawn(crate::auth::resets::work(
        store.clone(),
        public_url.to_string(),
        told.clone(),
    ));
    let sending = tokio::spawn({
        let store = store.clone();
        async move {
            match sender {
                Some(sender) => sender.run(store, told).await,
                None => drop(told),
            }
        }
    });
    let counting = tokio::spawn(crate::usage::keep(
        Arc::clone(&app.usage),
        store.clone(),
        running.subscribe(),
    ));
    let sweeping = tokio::spawn(sweep(Arc::clone(&app)));
    let comparing = tokio::spawn({
        let store = store.clone();
        async move { store.follow_replica().await }
    });
    let keeping = tokio::spawn(feed::keep(store.clone(), retention));
    server::serve(listener, app, stopped).await;
    sweeping.abort();
    comparing.abort();
    drop(running);
    keeping.abort();
    let ending = async { tokio::join!(sending, messaging) };
    if tokio::time::timeout(server::STOP_LIMIT, ending).await.is_err() {
        tracing::warn!("stopped although a message was being sent: it is attempted again");
    }
    if tokio::time::timeout(server::STOP_LIMIT, writing).await.is_err() {
        tracing::warn!("stopped although an export was being written: it is begun anew");
    }
    if tokio::time::timeout(server::STOP_LIMIT, importing).await.is_err() {
        tracing::warn!("stopped although a file was being imported: it is gone on with");
    }
    if tokio::time::timeout(server::STOP_LIMIT, matching).await.is_err() {
        tracing::warn!("stopped although expertise was being matched: it is gone on with");
    }
    if tokio::time::timeout(server::STOP_LIMIT, resetting).await.is_err() {
        tracing::warn!("stopped although a link was being written: it is gone on with");
    }
    if tokio::time::timeout(server::STOP_LIMIT, counting).await.is_err() {
        tracing::warn!("stopped although what callers asked was being added up");
    }
    if let Err(error) = store.keep_readers().await {
        tracing::warn!(%error, "how far the feed was read could not be kept");
    }
    close(&store).await;
    Ok(())
}

/// What time alone changes, every minute: offers that nobody confirmed expire, old requests and exports are forgotten,
/// another key signs.
async fn sweep(app: Arc<App>) {
    let store = &app.store;
    const MINUTE: std::time::Duration = std::time::Duration::from_secs(60);
    let mut minutes = tokio::time::interval_at(tokio::time::Instant::now() + MINUTE, MINUTE);
    minutes.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        minutes.tick().await;
        app.budgets.forget();
        if let Err(error) = app.tokens.learn(store).await {
            tracing::warn!(%error, "the signing keys could not be looked at: tried again in a minute");
        }
        if let Err(error) = store.forget_pushes().await {
            tracing::warn!(%error, "old requests could not be forgotten: tried again in a minute");
        }
        if let Err(error) = store.forget_messages().await {
            tracing::warn!(%error, "old messages could not be forgotten: tried again in a minute");
        }
        if let Err(error) = store.forget_usage().await {
            tracing::warn!(%error, "old days of usage could not be forgotten: tried again in a minute");
        }
        if let Err(error) = store.clear_exports().await {
            tracing::warn!(%error, "expired exports could not be cleared away: tried again in a minute");
        }
        if let Err(error) = store.keep_readers().await {
            tracing::warn!(%error, "how far the feed was read could not be kept");
        }
        if let Err(error) = store.forget_people().await {
            tracing::warn!(%error, "old sessions and messages could not be forgotten: tried again in a minute");
        }
        if let Err(error) = store.forget_imports().await {
            tracing::warn!(%error, "old imports could not be forgotten: tried again in a minute");
        }
        loop {
            match store.expire_offers().await {
                Ok(0) => break,
                Ok(expired) => tracing::info!(expired, "offers have expired"),
                Err(error) => {
                    tracing::warn!(%error, "offers could not expire: tried again in a minute");
                    break;
                }
            }
        }
    }
}

/// The way to the mail server, where one is set.
fn sender(config: &Config, public_url: &Url) -> Result<Option<Sender>, Stop> {
    let Some(url) = &config.smtp_url else {
        return Ok(None);
    };
    let from = config.mail_from.clone().unwrap_or_else(|| {
        let host = public_url.domain().unwrap_or(LOCAL);
        format!("Chantiers communs <no-reply@{host}>")
    });
    let from = from
        .parse()
        .map_err(|error| Stop::new("--mail-from (CHANTIERS_MAIL_FROM)", &error))?;
    let sender = Sender::new(url, from);
    // Not the reason's own words: they could repeat a password.
    sender
        .map(Some)
        .map_err(|_| Stop("--smtp-url (CHANTIERS_SMTP_URL): not a mail server's address".to_owned()))
}

/// The outside provider, where one is set. It is asked when somebody wants to sign in: it may be down now.
fn provider(config: &Config, public_url: &Url) -> Result<Option<Provider>, Stop> {
    let Some(settings) = config.oidc.settings().map_err(Stop)? else {
        return Ok(None);
    };
    let provider = Provider::new(settings, public_url);
    provider
        .map(Some)
        .map_err(|error| Stop::new("--oidc-issuer (CHANTIERS_OIDC_ISSUER)", &error))
}

/// How to sign in; makes the first administrator where there is none.
async fn welcome(config: &Config, store: &Store, public_url: &Url) -> Result<String, Stop> {
    let known = async || {
        let known = store.has_administrator().await;
        known.map_err(|error| Stop::new("accounts", &error))
    };
    let of_known = || match &config.admin_email {
        Some(email) => format!("Sign in as {email}, or with your own account."),
        None => "Sign in with your account; `chantiers account add` makes another administrator.".to_owned(),
    };
    if known().await? {
        return Ok(of_known());
    }
    let email = config.admin_email.as_deref().unwrap_or(FIRST_EMAIL);
    let password = config.admin_password.clone();
    let made = add_administrator(store, public_url, email, before_at(email), password).await;
    // Another server that was started at the same time may have made it first.
    if made.is_err() && known().await? {
        return Ok(of_known());
    }
    made
}

fn before_at(email: &str) -> &str {
    email.split('@').next().unwrap_or_default()
}

/// Makes the account and says how to sign in.
async fn add_administrator(
    store: &Store,
    public_url: &Url,
    email: &str,
    name: &str,
    password: Option<String>,
) -> Result<String, Stop> {
    let hash = match password {
        Some(password) if !password_is_good(&password) => {
            let why = domain::refusal::Invalid::Password.message(Lang::En);
            return Err(Stop(format!(
                "the administrator's password (CHANTIERS_ADMIN_PASSWORD): {why}"
            )));
        }
        Some(password) => {
            let hashed = Passwords::default().hash(password, store.mint()).await;
            Some(hashed.map_err(|_| Stop("the password could not be hashed".to_owned()))?)
        }
        None => None,
    };
    let made = store.add_administrator(email, name, hash).await;
    let (person, invitation) = made.map_err(|error| Stop::new(&format!("account {email}"), &error))?;
    Ok(match invitation {
        None => format!("Sign in as {} with the password that was set.", person.email),
        Some(invitation) => format!(
            "Choose the password of {} here (once, until {}): {}",
            person.email,
            invitation.expires_at.format("%Y-%m-%d"),
            invitation.link(public_url.as_str())
        ),
    })
}

/// Makes a partner's machine and says how it signs in.
async fn add_client(
    store: &Store,
    name: String,
    sources: &[String],
    read_only: bool,
) -> Result<String, Stop> {
    let failed = |error: store::Error| Stop::new("client", &error);
    let mut source_ids = Vec::with_capacity(sources.len());
    for code in sources {
        let found = store.source(code).await.map_err(failed)?;
        source_ids.push(
            found
                .ok_or_else(|| Stop(format!("--source: there is no source {code}")))?
                .id,
        );
    }
    let scopes = if read_only {
        vec![Scope::ExchangeRead]
    } else {
        vec![Scope::ExchangeRead, Scope::ExchangeWrite]
    };
    let new = domain::client::NewClient {
        name,
        organisation_id: None,
        source_ids,
        scopes,
        territory_ids: Vec::new(),
        secret_expires_at: None,
    };
    let (client, secret) = store.create_client(&Actor::System, new).await.map_err(failed)?;
    Ok(format!(
        "client_id:     {}\nclient_secret: {} (shown this once; good until {})\n",
        client_name(client.id),
        secret.text,
        secret.expires_at.format("%Y-%m-%d")
    ))
}

fn read_password() -> Result<String, Stop> {
    let mut line = String::new();
    std::io::stdin()
        .lock()
        .read_line(&mut line)
        .map_err(|error| Stop::new("standard input", &error))?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

async fn check(config: &Config, mint: Arc<dyn Mint>) -> Result<(), Stop> {
    if let Some(file) = config.database_file().filter(|file| !file.is_file()) {
        return Err(Stop(format!("there is no database yet at {}", file.display())));
    }
    let store = open(config, mint).await?;
    let failed = |error: store::Error| Stop::new("the database", &error);
    let ready = store.is_ready().await.map_err(failed)?;
    let engine = match store.engine() {
        Engine::Sqlite => "SQLite",
        Engine::Postgres => "PostgreSQL",
    };
    print(&format!(
        "database:        {engine} at {}\n",
        config.database_shown()
    ));
    if !ready {
        close(&store).await;
        return Err(Stop(
            "migrations are pending: run `chantiers migrate`, or start the server".to_owned(),
        ));
    }
    print("migrations:      applied\n");
    let administrator = if store.has_administrator().await.map_err(failed)? {
        "there is one"
    } else {
        "none yet"
    };
    let counts = [
        (
            "territories",
            store
                .count::<territory::Territory>(&territory::Filter::default())
                .await
                .map_err(failed)?,
        ),
        (
            "organisations",
            store
                .count::<organisation::Organisation>(&organisation::Filter::default())
                .await
                .map_err(failed)?,
        ),
        (
            "chantiers",
            store
                .count::<chantier::Chantier>(&chantier::Filter::default())
                .await
                .map_err(failed)?,
        ),
        (
            "projects",
            store
                .count::<project::Project>(&project::Filter::default())
                .await
                .map_err(failed)?,
        ),
    ];
    close(&store).await;
    let reference = if counts.iter().all(|(_, count)| *count > 0) {
        "loaded"
    } else {
        "not loaded"
    };
    print(&format!(
        "reference data:  {reference}\nadministrator:   {administrator}\n"
    ));
    for (what, count) in counts {
        print(&format!("{:<16} {count}\n", format!("{what}:")));
    }
    Ok(())
}

async fn open(config: &Config, mint: Arc<dyn Mint>) -> Result<Store, Stop> {
    if let Some(folder) = config
        .database_file()
        .as_deref()
        .and_then(std::path::Path::parent)
    {
        std::fs::create_dir_all(folder).map_err(|error| {
            Stop::new(
                &format!("--data-dir (CHANTIERS_DATA_DIR) {}", folder.display()),
                &error,
            )
        })?;
    }
    let opened = Store::open(&config.database_address(), config.database_connections, mint).await;
    let opened = opened.map(|store| store.reaching_private(config.webhook_allow_private));
    opened.map_err(|error| {
        Stop::new(
            &format!(
                "cannot open the database {} (CHANTIERS_DATABASE_URL)",
                config.database_shown()
            ),
            &error,
        )
    })
}

/// The store with the replica that is set.
async fn with_replica(config: &Config, store: Store) -> Result<Store, Stop> {
    let Some(url) = &config.replica_url else {
        return Ok(store);
    };
    let failed = |why: &dyn std::fmt::Display| Stop::new("--replica-url (CHANTIERS_REPLICA_URL)", why);
    if store.engine() != Engine::Postgres {
        return Err(failed(
            &"a replica is one of a PostgreSQL server (CHANTIERS_DATABASE_URL)",
        ));
    }
    store
        .with_replica(url, config.database_connections)
        .await
        .map_err(|error| failed(&error))
}

async fn migrate(store: &Store) -> Result<(), Stop> {
    store
        .migrate()
        .await
        .map_err(|error| Stop::new("migrating the database", &error))
}

async fn close(store: &Store) {
    if let Err(error) = store.close().await {
        tracing::warn!(%error, "the database did not close cleanly");
    }
}

/// The address people type: the one that is set, else the one listened on.
fn public_url(config: &Config, listening: SocketAddr) -> Result<Url, Stop> {
    if let Some(url) = &config.public_url {
        return Ok(url.clone());
    }
    let everywhere = listening.ip().is_unspecified();
    let text = if everywhere {
        format!("http://localhost:{}/", listening.port())
    } else {
        format!("http://{listening}/")
    };
    text.parse()
        .map_err(|error| Stop::new("the public address", &error))
}

/// Resolves when the system or a person asks the server to stop.
fn signals() -> Result<impl Future<Output = ()> + Send + 'static, Stop> {
    use tokio::signal::unix::{SignalKind, signal};
    let failed = |error: std::io::Error| Stop::new("signals", &error);
    let mut term = signal(SignalKind::terminate()).map_err(failed)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(failed)?;
    Ok(async move {
        tokio::select! {
            _ = term.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
