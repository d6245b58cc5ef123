//! The settings: flags, then the environment, then a file of KEY=value lines, then defaults. Nothing is opened here.

mod commands;
mod oidc;

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::parser::ValueSource;
use clap::{ArgAction, Args, CommandFactory, FromArgMatches, Parser};
use lettre::message::Mailbox;
use url::Url;

pub use commands::{Account, Client, Command, Feed, FileImport, ImportMode, Key, What};
pub use oidc::{Oidc, OidcSettings};

/// Food-relocalisation projects and their common chantiers: the server and its commands.
#[derive(Parser)]
#[command(name = "chantiers", version, about, disable_help_subcommand = true)]
pub struct Cli {
    /// The settings, the same for every command.
    #[command(flatten)]
    pub config: Config,
    /// What to do; `serve` where nothing is said.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// The settings.
#[derive(Args)]
pub struct Config {
    /// File of KEY=value lines with the CHANTIERS_ names below; put '…' around a value that has a $
    #[arg(long, env = "CHANTIERS_CONFIG", value_name = "FILE", global = true)]
    pub config: Option<PathBuf>,

    /// Folder of the SQLite file, where no other database is set
    #[arg(
        long,
        env = "CHANTIERS_DATA_DIR",
        value_name = "FOLDER",
        global = true,
        default_value = "./data"
    )]
    pub data_dir: PathBuf,

    /// The database: postgres://user:password@host/name or sqlite://path [default: chantiers.db in the data folder]
    #[arg(
        long,
        env = "CHANTIERS_DATABASE_URL",
        value_name = "URL",
        global = true,
        hide_env_values = true
    )]
    pub database_url: Option<String>,

    /// How many connections to the database at most that write, and as many that only read
    #[arg(
        long,
        env = "CHANTIERS_DATABASE_CONNECTIONS",
        value_name = "NUMBER",
        global = true,
        default_value_t = 10,
        value_parser = clap::value_parser!(u32).range(1..=1000)
    )]
    pub database_connections: u32,

    /// A replica of the PostgreSQL server, to read what queries show as long as it is up to date [default: none]
    #[arg(long, env = "CHANTIERS_REPLICA_URL", value_name = "URL", global = true)]
    pub replica_url: Option<String>,

    /// Address and port to listen on
    #[arg(
        long,
        env = "CHANTIERS_LISTEN",
        value_name = "ADDRESS:PORT",
        global = true,
        default_value = "127.0.0.1:8080"
    )]
    pub listen: SocketAddr,

    /// The address people type, for links and cookies [default: http:// and the address listened on]
    #[arg(
        long,
        env = "CHANTIERS_PUBLIC_URL",
        value_name = "URL",
        global = true,
        value_parser = public_url
    )]
    pub public_url: Option<Url>,

    /// A collector of OpenTelemetry to send traces to, over HTTP in JSON (`/v1/traces` is added) [default: none]
    #[arg(long, env = "CHANTIERS_OTLP_URL", value_name = "URL", global = true, value_parser = public_url)]
    pub otlp_url: Option<Url>,

    /// Folder of the built browser application; without it only the API is served
    #[arg(long, env = "CHANTIERS_SPA_DIR", value_name = "FOLDER", global = true)]
    pub spa_dir: Option<PathBuf>,

    /// Origins whose pages may call the API from a browser, separated by commas, or * for all [default: none]
    #[arg(
        long,
        env = "CHANTIERS_CORS_ORIGINS",
        value_name = "ORIGINS",
        global = true,
        value_delimiter = ',',
        value_parser = origin
    )]
    pub cors_origins: Vec<String>,

    /// Whether a proxy in front writes X-Forwarded-For: the client's address is then its last entry
    #[arg(
        long,
        env = "CHANTIERS_TRUST_FORWARDED",
        value_name = "true|false",
        global = true,
        action = ArgAction::Set,
        default_value_t = false
    )]
    pub trust_forwarded: bool,

    /// What each account, machine and (for visitors) address may spend in a second, up to a minute's worth at once: a
    /// GraphQL request costs its fields times the rows around them, a JSON request 100; 0 for no limit
    #[arg(
        long,
        env = "CHANTIERS_COST_PER_SECOND",
        value_name = "NUMBER",
        global = true,
        default_value_t = 50_000,
        value_parser = cost_per_second
    )]
    pub cost_per_second: u32,

    /// For how many days the change feed keeps rows that later ones supersede, so that a cursor stays good
    #[arg(
        long,
        env = "CHANTIERS_FEED_RETENTION_DAYS",
        value_name = "DAYS",
        global = true,
        default_value_t = 400,
        value_parser = clap::value_parser!(u32).range(1..=36_500)
    )]
    pub feed_retention_days: u32,

    /// The mail server: smtps://user:password@host, smtp://user:password@host:587?tls=required, or smtp://host:25
    /// for one nearby that asks for neither; without it messages wait in the outbox
    #[arg(
        long,
        env = "CHANTIERS_SMTP_URL",
        value_name = "URL",
        global = true,
        hide_env_values = true,
        value_parser = smtp_url
    )]
    pub smtp_url: Option<String>,

    /// Whom messages are from: name@host, or Name <name@host> [default: no-reply at the public address's host]
    #[arg(
        long,
        env = "CHANTIERS_MAIL_FROM",
        value_name = "ADDRESS",
        global = true,
        value_parser = mail_from
    )]
    pub mail_from: Option<String>,

    /// Whether webhooks may go to addresses in private networks, and unencrypted: for development only
    #[arg(
        long,
        env = "CHANTIERS_WEBHOOK_ALLOW_PRIVATE",
        value_name = "true|false",
        global = true,
        action = ArgAction::Set,
        default_value_t = false
    )]
    pub webhook_allow_private: bool,

    /// An outside provider.
    #[command(flatten)]
    pub oidc: Oidc,

    /// E-mail address of the first administrator, made while there is none
    #[arg(long, env = "CHANTIERS_ADMIN_EMAIL", value_name = "EMAIL", global = true)]
    pub admin_email: Option<String>,

    /// Their password; without it a one-time link to choose one is printed
    #[arg(
        long,
        env = "CHANTIERS_ADMIN_PASSWORD",
        value_name = "PASSWORD",
        global = true,
        hide_env_values = true
    )]
    pub admin_password: Option<String>,

    /// What is logged: error, warn, info, debug, trace, or a list such as info,store=debug
    #[arg(
        long,
        env = "CHANTIERS_LOG",
        value_name = "LEVEL",
        global = true,
        default_value = "info"
    )]
    pub log: String,
}

/// Why there are no settings to go on with.
#[derive(Debug)]
pub enum Stop {
    /// Help or the version was asked for.
    Shown(clap::Error),
    /// Something is wrong, in one line.
    Wrong(String),
}

/// Reads the command line, the environment, and the file that either of them names.
///
/// # Errors
/// [`Stop`], also where only help was asked for.
pub fn read(args: impl IntoIterator<Item = OsString>) -> Result<Cli, Stop> {
    let mut args: Vec<OsString> = args.into_iter().collect();
    let matches = Cli::command().try_get_matches_from(&args).map_err(stop)?;
    if let Some(file) = matches
        .get_one::<PathBuf>("config")
        .filter(|file| !file.as_os_str().is_empty())
    {
        // What the file says stands in for flags that neither the command line nor the environment gives.
        let given = |id: &str| {
            matches!(
                matches.value_source(id),
                Some(ValueSource::CommandLine | ValueSource::EnvVariable)
            )
        };
        for (at, flag) in from_file(file, given)?.into_iter().enumerate() {
            args.insert(1 + at, flag);
        }
    }
    let matches = Cli::command().try_get_matches_from(&args).map_err(stop)?;
    let mut cli = Cli::from_arg_matches(&matches).map_err(stop)?;
    cli.config.drop_empty();
    Ok(cli)
}

fn from_file(file: &Path, given: impl Fn(&str) -> bool) -> Result<Vec<OsString>, Stop> {
    let wrong = |what: String| Stop::Wrong(format!("{}: {what}", file.display()));
    let command = Cli::command();
    let mut flags = Vec::new();
    for pair in dotenvy::from_path_iter(file).map_err(|error| wrong(one_line(&error.to_string())))? {
        let (key, value) = pair.map_err(|error| wrong(one_line(&error.to_string())))?;
        let argument = command
            .get_arguments()
            .find(|argument| argument.get_env().is_some_and(|env| env == key.as_str()))
            .filter(|argument| argument.get_id() != "config");
        let Some(long) = argument.and_then(clap::Arg::get_long) else {
            return Err(wrong(format!("there is no setting {key}")));
        };
        if !value.is_empty() && !argument.is_some_and(|argument| given(argument.get_id().as_str())) {
            flags.push(format!("--{long}={value}").into());
        }
    }
    Ok(flags)
}

impl Config {
    /// A variable that is set to nothing, as container files do, is not set.
    fn drop_empty(&mut self) {
        let filled = |text: &String| !text.trim().is_empty();
        self.database_url = self.database_url.take().filter(filled);
        self.replica_url = self.replica_url.take().filter(filled);
        self.smtp_url = self.smtp_url.take().filter(filled);
        self.mail_from = self.mail_from.take().filter(filled);
        self.oidc.drop_empty();
        self.admin_email = self.admin_email.take().filter(filled);
        self.admin_password = self.admin_password.take().filter(|text| !text.is_empty());
        self.spa_dir = self.spa_dir.take().filter(|path| !path.as_os_str().is_empty());
        self.cors_origins.retain(filled);
    }

    /// The SQLite file, where no other database is set.
    #[must_use]
    pub fn database_file(&self) -> Option<PathBuf> {
        self.database_url
            .is_none()
            .then(|| self.data_dir.join("chantiers.db"))
    }

    /// The database's address.
    #[must_use]
    pub fn database_address(&self) -> String {
        match (&self.database_url, self.database_file()) {
            (Some(url), _) => url.clone(),
            (None, file) => {
                let path = file
                    .unwrap_or_default()
                    .to_string_lossy()
                    .replace('%', "%25")
                    .replace('?', "%3F");
                format!("sqlite://{path}")
            }
        }
    }

    /// The same for a person to read: without a password.
    #[must_use]
    pub fn database_shown(&self) -> String {
        match Url::parse(&self.database_address()) {
            Ok(mut url) if url.password().is_some() => {
                let hidden = url.set_password(Some("…")).is_ok();
                if hidden {
                    url.to_string().replace("%E2%80%A6", "…")
                } else {
                    url.scheme().to_owned()
                }
            }
            Ok(_) | Err(_) => self.database_address(),
        }
    }
}

fn cost_per_second(text: &str) -> Result<u32, String> {
    const LEAST: u32 = 1_000;
    match text.trim().parse() {
        Ok(number) if number == 0 || (LEAST..=10_000_000).contains(&number) => Ok(number),
        // A minute's worth must be enough for the largest request.
        _ => Err(format!("a number from {LEAST} to 10000000, or 0 for no limit")),
    }
}

fn public_url(text: &str) -> Result<Url, String> {
    let url = Url::parse(text.trim()).map_err(|error| error.to_string())?;
    let plain = matches!(url.scheme(), "http" | "https")
        && url.has_host()
        && url.path() == "/"
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty();
    if plain {
        Ok(url)
    } else {
        Err("write https://name, without a path behind it".to_owned())
    }
}

fn origin(text: &str) -> Result<String, String> {
    match text.trim() {
        all @ ("*" | "") => Ok(all.to_owned()),
        other => public_url(other).map(|url| url.origin().ascii_serialization()),
    }
}

fn smtp_url(text: &str) -> Result<String, String> {
    let known = |url: &Url| matches!(url.scheme(), "smtp" | "smtps") && url.has_host();
    // Everybody on the way could read it.
    let bare = |url: &Url| {
        let required = url
            .query_pairs()
            .any(|(key, value)| key == "tls" && value == "required");
        url.scheme() == "smtp" && !required && (url.password().is_some() || !url.username().is_empty())
    };
    match Url::parse(text) {
        Ok(url) if known(&url) && bare(&url) => {
            Err("a password needs encryption: write smtps://…, or ?tls=required behind the host".to_owned())
        }
        Ok(url) if known(&url) => Ok(text.to_owned()),
        Ok(_) => Err("write smtp://host:port or smtps://user:password@host".to_owned()),
        Err(_) if text.is_empty() => Ok(String::new()),
        // Not the parser's own words: they could repeat a password.
        Err(_) => Err("not an address".to_owned()),
    }
}

fn mail_from(text: &str) -> Result<String, String> {
    if text.is_empty() || text.parse::<Mailbox>().is_ok() {
        Ok(text.to_owned())
    } else {
        Err("write name@host, or Name <name@host>".to_owned())
    }
}

/// One line of what clap says in several, with the variable that stands for the flag.
fn stop(error: clap::Error) -> Stop {
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        return Stop::Shown(error);
    }
    let text = error.render().to_string();
    let said = text
        .lines()
        .take_while(|line| !line.trim().is_empty())
        .collect::<Vec<_>>()
        .join(" ");
    let mut said = said.trim_start_matches("error: ").to_owned();
    // An address with a password in it is not repeated.
    if let Some(ContextValue::String(value)) = error.get(ContextKind::InvalidValue)
        && value.contains("://")
        && value.contains('@')
    {
        said = said.replace(value.as_str(), "…");
    }
    let variable = match error.get(ContextKind::InvalidArg) {
        Some(ContextValue::String(flag)) => {
            let long = flag
                .trim_start_matches('-')
                .split([' ', '='])
                .next()
                .unwrap_or_default();
            let command = Cli::command();
            let argument = command
                .get_arguments()
                .find(|argument| argument.get_long() == Some(long));
            argument.and_then(|argument| Some(format!(" ({})", argument.get_env()?.to_string_lossy())))
        }
        Some(_) | None => None,
    };
    Stop::Wrong(format!("{}{}", one_line(&said), variable.unwrap_or_default()))
}

/// The text with its line breaks and runs of spaces made one space.
#[must_use]
pub fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(args: &[&str]) -> Result<Cli, Stop> {
        read(
            std::iter::once("chantiers")
                .chain(args.iter().copied())
                .map(OsString::from),
        )
    }

    fn wrong(args: &[&str]) -> String {
        match parse(args) {
            Err(Stop::Wrong(line)) => line,
            Err(Stop::Shown(error)) => panic!("shown: {error}"),
            Ok(_) => panic!("accepted"),
        }
    }

    #[test]
    fn the_arguments_are_well_formed_and_every_one_has_a_variable() {
        let command = Cli::command();
        command.clone().debug_assert();
        for argument in command.get_arguments() {
            assert!(
                argument.get_env().is_some() || ["help", "version"].contains(&argument.get_id().as_str())
            );
        }
    }

    #[test]
    fn a_wrong_value_is_one_line_with_the_flag_and_the_variable() {
        let line = wrong(&["--listen", "somewhere"]);
        assert!(!line.contains('\n'));
        assert!(
            line.contains("--listen") && line.contains("CHANTIERS_LISTEN"),
            "{line}"
        );
        assert!(wrong(&["dance"]).contains("dance"));
        assert!(wrong(&["--public-url", "https://x.be/under"]).contains("without a path"));
    }

    #[test]
    fn a_password_goes_to_the_mail_server_encrypted_only_and_is_not_repeated() {
        for right in [
            "smtps://me:secret@mail.be",
            "smtp://me:secret@mail.be:587?tls=required",
            "smtp://mail:1025",
            "",
        ] {
            assert!(parse(&["--smtp-url", right]).is_ok(), "{right}");
        }
        for bare in [
            "smtp://me:secret@mail.be",
            "smtp://me:secret@mail.be?tls=opportunistic",
        ] {
            let line = wrong(&["--smtp-url", bare]);
            assert!(
                line.contains("CHANTIERS_SMTP_URL") && !line.contains("secret"),
                "{line}"
            );
        }
        assert!(parse(&["--mail-from", "Chantiers <bonjour@x.be>"]).is_ok());
        assert!(wrong(&["--mail-from", "bonjour"]).contains("CHANTIERS_MAIL_FROM"));
    }

    #[test]
    fn a_flag_wins_over_the_file_and_the_file_over_the_default() {
        let file = std::env::temp_dir().join(format!("chantiers-config-{}", std::process::id()));
        std::fs::write(
            &file,
            "# ours\nCHANTIERS_LISTEN=127.0.0.1:1\nCHANTIERS_DATA_DIR='/var/a$b'\n",
        )
        .unwrap();
        let path = file.to_str().unwrap();
        let from_file = parse(&["check", "--config", path]).ok().unwrap().config;
        let from_flag = parse(&["--config", path, "serve", "--listen", "127.0.0.1:2"])
            .ok()
            .unwrap()
            .config;
        assert_eq!(from_file.listen.port(), 1);
        assert_eq!(from_file.data_dir, PathBuf::from("/var/a$b"));
        assert_eq!(from_flag.listen.port(), 2);
        std::fs::write(&file, "CHANTIERS_LISTNE=127.0.0.1:1\n").unwrap();
        assert!(wrong(&["--config", path]).contains("CHANTIERS_LISTNE"));
        std::fs::remove_file(&file).unwrap();
    }

    #[test]
    fn the_password_of_the_database_is_not_shown() {
        let config = parse(&["--database-url", "postgres://me:secret@db/x"])
            .ok()
            .unwrap()
            .config;
        assert_eq!(config.database_shown(), "postgres://me:…@db/x");
    }
}
