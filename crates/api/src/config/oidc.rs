//! The settings of the outside provider (OpenID Connect) through which people may sign in too.

use std::path::PathBuf;

use clap::Args;
use url::{Host, Url};

/// The provider as it is set.
#[derive(Args)]
pub struct Oidc {
    /// An OpenID Connect provider through which people may sign in too: its issuer, as it writes it itself [default: none]
    #[arg(
        long,
        env = "CHANTIERS_OIDC_ISSUER",
        value_name = "URL",
        global = true,
        value_parser = issuer
    )]
    pub oidc_issuer: Option<String>,

    /// What this server is called there
    #[arg(long, env = "CHANTIERS_OIDC_CLIENT_ID", value_name = "NAME", global = true)]
    pub oidc_client_id: Option<String>,

    /// The secret that it gave this server; none for a public client
    #[arg(
        long,
        env = "CHANTIERS_OIDC_CLIENT_SECRET",
        value_name = "SECRET",
        global = true,
        hide_env_values = true
    )]
    pub oidc_client_secret: Option<String>,

    /// File that holds the secret, in its place
    #[arg(
        long,
        env = "CHANTIERS_OIDC_CLIENT_SECRET_FILE",
        value_name = "FILE",
        global = true
    )]
    pub oidc_client_secret_file: Option<PathBuf>,

    /// What people call the provider, on the button [default: the issuer's host]
    #[arg(long, env = "CHANTIERS_OIDC_NAME", value_name = "NAME", global = true)]
    pub oidc_name: Option<String>,
}

/// The provider as it is spoken to.
pub struct OidcSettings {
    /// As it writes itself.
    pub issuer: String,
    /// What this server is called there.
    pub client_id: String,
    /// What this server proves that with.
    pub client_secret: Option<String>,
    /// What people call it.
    pub name: String,
}

/// The longest name that a button has room for.
const NAME: usize = 60;

impl Oidc {
    pub(super) fn drop_empty(&mut self) {
        let filled = |text: &String| !text.trim().is_empty();
        self.oidc_issuer = self.oidc_issuer.take().filter(filled);
        self.oidc_client_id = self.oidc_client_id.take().filter(filled);
        self.oidc_client_secret = self.oidc_client_secret.take().filter(filled);
        self.oidc_client_secret_file = self
            .oidc_client_secret_file
            .take()
            .filter(|path| !path.as_os_str().is_empty());
        self.oidc_name = self.oidc_name.take().filter(filled);
    }

    /// What is set, where it fits together; nothing where no provider is set.
    ///
    /// # Errors
    /// What does not fit, in one line.
    pub fn settings(&self) -> Result<Option<OidcSettings>, String> {
        let Some(issuer) = &self.oidc_issuer else {
            let others = [&self.oidc_client_id, &self.oidc_client_secret, &self.oidc_name];
            return if others.iter().all(|other| other.is_none()) && self.oidc_client_secret_file.is_none() {
                Ok(None)
            } else {
                Err(
                    "--oidc-issuer (CHANTIERS_OIDC_ISSUER): missing, although other settings of the provider are there"
                        .to_owned(),
                )
            };
        };
        let Some(client_id) = &self.oidc_client_id else {
            return Err(
                "--oidc-client-id (CHANTIERS_OIDC_CLIENT_ID): missing, although a provider is set".to_owned(),
            );
        };
        let host = Url::parse(issuer)
            .ok()
            .and_then(|url| url.host_str().map(str::to_owned));
        let name = self.oidc_name.clone().or(host).unwrap_or_default();
        if name.chars().count() > NAME || name.chars().any(char::is_control) {
            return Err(format!(
                "--oidc-name (CHANTIERS_OIDC_NAME): at most {NAME} characters on one line"
            ));
        }
        Ok(Some(OidcSettings {
            issuer: issuer.clone(),
            client_id: client_id.trim().to_owned(),
            client_secret: self.secret()?,
            name: name.trim().to_owned(),
        }))
    }

    fn secret(&self) -> Result<Option<String>, String> {
        let flag = "--oidc-client-secret-file (CHANTIERS_OIDC_CLIENT_SECRET_FILE)";
        let Some(file) = &self.oidc_client_secret_file else {
            return Ok(self.oidc_client_secret.clone());
        };
        if self.oidc_client_secret.is_some() {
            return Err(format!("{flag}: the secret is set already; give one of the two"));
        }
        let said = |why: &dyn std::fmt::Display| format!("{flag}: {}: {why}", file.display());
        let secret = std::fs::read_to_string(file).map_err(|error| said(&error))?;
        match secret.trim() {
            "" => Err(said(&"there is nothing in it")),
            secret => Ok(Some(secret.to_owned())),
        }
    }
}

/// Encrypted, or on this machine. It is kept as it was written: it is compared letter by letter.
fn issuer(text: &str) -> Result<String, String> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(String::new());
    }
    let url = Url::parse(text).map_err(|error| error.to_string())?;
    let is_near = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    let is_plain = url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    let is_safe = url.scheme() == "https" || (url.scheme() == "http" && is_near);
    if url.has_host() && is_plain && is_safe {
        Ok(text.to_owned())
    } else {
        Err("write https://name, as the provider's openid-configuration says it under \"issuer\"".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn oidc(issuer: Option<&str>, client_id: Option<&str>, secret: Option<&str>) -> Oidc {
        Oidc {
            oidc_issuer: issuer.map(str::to_owned),
            oidc_client_id: client_id.map(str::to_owned),
            oidc_client_secret: secret.map(str::to_owned),
            oidc_client_secret_file: None,
            oidc_name: None,
        }
    }

    #[test]
    fn what_is_set_must_fit_together() {
        assert!(oidc(None, None, None).settings().unwrap().is_none());
        let wrong = |oidc: Oidc| oidc.settings().err().unwrap();
        assert!(wrong(oidc(None, Some("a"), None)).contains("CHANTIERS_OIDC_ISSUER"));
        assert!(wrong(oidc(Some("https://x.be"), None, None)).contains("CHANTIERS_OIDC_CLIENT_ID"));
        let mut both = oidc(Some("https://x.be"), Some("a"), Some("hush"));
        both.oidc_client_secret_file = Some(PathBuf::from("/nowhere"));
        assert!(wrong(both).contains("one of the two"));
        let mut away = oidc(Some("https://x.be"), Some("a"), None);
        away.oidc_client_secret_file = Some(PathBuf::from("/nowhere/at/all"));
        assert!(wrong(away).contains("/nowhere/at/all"));
        let settings = oidc(Some("https://x.be/realm"), Some("a"), None)
            .settings()
            .unwrap()
            .unwrap();
        assert_eq!(
            (settings.name.as_str(), settings.issuer.as_str()),
            ("x.be", "https://x.be/realm")
        );
        let mut long = oidc(Some("https://x.be"), Some("a"), None);
        long.oidc_name = Some("x".repeat(61));
        assert!(wrong(long).contains("CHANTIERS_OIDC_NAME"));
    }

    #[test]
    fn an_issuer_is_encrypted_or_on_this_machine_and_stays_as_it_was_written() {
        for right in [
            "https://x.be",
            "https://x.be/",
            "https://x.be/realms/a",
            "http://127.0.0.1:9000",
            "http://localhost:1/",
        ] {
            assert_eq!(issuer(right).as_deref(), Ok(right));
        }
        for wrong in [
            "http://x.be",
            "x.be",
            "https://me:hush@x.be",
            "https://x.be?a=1",
            "ftp://x.be",
            "https://x.be#a",
        ] {
            assert!(issuer(wrong).is_err(), "{wrong}");
        }
    }
}
