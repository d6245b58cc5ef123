//! Who asks: passwords, access tokens, and how often somebody may try. Who may do what is the policy's, not here.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use argon2::Argon2;
use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap};
use chrono::{DateTime, TimeDelta, Utc};
use domain::policy::Scope;
use domain::{Actor, Mint, PersonId};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use sha2::{Digest, Sha256};
use store::SigningKey;
use tokio::sync::Semaphore;
use uuid::Uuid;

use crate::ctx::Caller;
use crate::problem::{Code, Fault, Sentence};
use crate::server::{App, Reader};

/// How long an access token is good for.
const ACCESS: TimeDelta = TimeDelta::minutes(10);

/// How many passwords are hashed at once: each takes a core and 19 MiB.
const AT_ONCE: usize = 4;

/// The hash of a password that nobody has, made with the same costs as all others: comparing with it takes the
/// same time, so that the answer's delay does not tell whether an address has an account.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5IGhhcyB0aGlzLg$O4W+ZZklqAvGRQwjAsLToZTl9YFcJD3ihuon947XNLw";

const EXPIRED: Sentence = [
    "Votre jeton d'accès a expiré ou n'est pas valable.",
    "Uw toegangstoken is verlopen of ongeldig.",
    "Ihr Zugangstoken ist abgelaufen oder ungültig.",
    "The access token has expired or is not valid.",
];

/// Hashes and compares passwords, a few at a time and off the threads that serve.
#[derive(Debug)]
pub struct Passwords {
    permits: Semaphore,
}

impl Default for Passwords {
    fn default() -> Self {
        Self {
            permits: Semaphore::new(AT_ONCE),
        }
    }
}

impl Passwords {
    /// The hash to keep for a password.
    ///
    /// # Errors
    /// A fault of ours.
    pub async fn hash(&self, password: String, mint: &dyn Mint) -> Result<String, Fault> {
        let salt = mint.secret();
        self.off_thread(move || {
            let salt = SaltString::encode_b64(&salt[..16]).ok()?;
            Some(
                Argon2::default()
                    .hash_password(password.as_bytes(), &salt)
                    .ok()?
                    .to_string(),
            )
        })
        .await?
        .ok_or_else(|| internal("a password could not be hashed"))
    }

    /// Whether the password is the one of this hash; it takes as long where there is no hash.
    ///
    /// # Errors
    /// A fault of ours.
    pub async fn verify(&self, password: String, hash: Option<String>) -> Result<bool, Fault> {
        self.off_thread(move || {
            let known = hash.is_some();
            let hash = hash.unwrap_or_else(|| NOBODY.to_owned());
            let same = PasswordHash::new(&hash).is_ok_and(|hash| {
                Argon2::default()
                    .verify_password(password.as_bytes(), &hash)
                    .is_ok()
            });
            same && known
        })
        .await
    }

    async fn off_thread<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Fault> {
        let _permit = self
            .permits
            .acquire()
            .await
            .map_err(|_| internal("no permit for hashing"))?;
        tokio::task::spawn_blocking(work)
            .await
            .map_err(|_| internal("hashing panicked"))
    }
}

fn internal(what: &str) -> Fault {
    tracing::error!("{what}");
    Fault::new(Code::Internal)
}

/// Signs and reads access tokens. A token names its key, so that keys of other kinds can follow.
pub struct Tokens {
    kid: String,
    issuer: String,
    signing: EncodingKey,
    reading: DecodingKey,
}

/// An access token, and until when it is good.
#[derive(Debug)]
pub struct Access {
    /// What stands behind `Bearer`.
    pub token: String,
    /// Until when.
    pub expires_at: DateTime<Utc>,
}

#[derive(serde::Serialize, serde::Deserialize)]
struct Claims {
    iss: String,
    sub: Subject,
    /// What a machine may do with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
    iat: i64,
    exp: i64,
}

/// Whose token it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A person's.
    Person(PersonId),
    /// A partner's machine's.
    Client(Uuid),
}

/// What a machine's identifier begins with.
const CLIENT: &str = "client_";

/// A machine's identifier as partners see it.
#[must_use]
pub fn client_name(client: Uuid) -> String {
    format!("{CLIENT}{}", domain::id::encode(client))
}

/// Reads what [`client_name`] wrote.
#[must_use]
pub fn client_named(name: &str) -> Option<Uuid> {
    domain::id::decode(name.strip_prefix(CLIENT)?).ok()
}

impl serde::Serialize for Subject {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Person(person) => serializer.collect_str(person),
            Self::Client(client) => serializer.serialize_str(&client_name(*client)),
        }
    }
}

impl<'de> serde::Deserialize<'de> for Subject {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        match client_named(&text) {
            Some(client) => Ok(Self::Client(client)),
            None => text.parse().map(Self::Person).map_err(serde::de::Error::custom),
        }
    }
}

impl Tokens {
    /// With the key that all servers of one database share, for tokens of this issuer.
    #[must_use]
    pub fn new(key: &SigningKey, issuer: String) -> Self {
        Self {
            kid: key.kid.clone(),
            issuer,
            signing: EncodingKey::from_secret(&key.secret),
            reading: DecodingKey::from_secret(&key.secret),
        }
    }

    /// A token for a person.
    ///
    /// # Errors
    /// A fault of ours.
    pub fn issue(&self, person: PersonId, now: DateTime<Utc>) -> Result<Access, Fault> {
        self.sign(Subject::Person(person), None, now)
    }

    /// A token for a machine, good for these scopes.
    ///
    /// # Errors
    /// A fault of ours.
    pub fn issue_to_client(
        &self,
        client: Uuid,
        scopes: &[Scope],
        now: DateTime<Utc>,
    ) -> Result<Access, Fault> {
        self.sign(Subject::Client(client), Some(scope_text(scopes)), now)
    }

    fn sign(&self, sub: Subject, scope: Option<String>, now: DateTime<Utc>) -> Result<Access, Fault> {
        let expires_at = now + ACCESS;
        let header = Header {
            kid: Some(self.kid.clone()),
            ..Header::new(Algorithm::HS256)
        };
        let claims = Claims {
            iss: self.issuer.clone(),
            sub,
            scope,
            iat: now.timestamp(),
            exp: expires_at.timestamp(),
        };
        let token = jsonwebtoken::encode(&header, &claims, &self.signing)
            .map_err(|_| internal("an access token could not be signed"))?;
        Ok(Access { token, expires_at })
    }

    /// Whose token it is; nothing where it is not ours, altered or expired.
    #[must_use]
    pub fn read(&self, token: &str, now: DateTime<Utc>) -> Option<(Subject, Vec<Scope>)> {
        let header = jsonwebtoken::decode_header(token).ok()?;
        if header.kid.as_deref() != Some(&self.kid) {
            return None;
        }
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_issuer(&[&self.issuer]);
        // The end is compared here, with the same clock that wrote it.
        validation.validate_exp = false;
        let claims = jsonwebtoken::decode::<Claims>(token, &self.reading, &validation)
            .ok()?
            .claims;
        let scopes = scopes_in(claims.scope.as_deref().unwrap_or_default());
        (now.timestamp() < claims.exp).then_some((claims.sub, scopes))
    }
}

/// Scopes as OAuth writes them: separated by spaces.
#[must_use]
pub fn scope_text(scopes: &[Scope]) -> String {
    let words: Vec<&str> = scopes.iter().map(|scope| scope.oauth()).collect();
    words.join(" ")
}

/// The scopes that a text of OAuth's names, those that are known.
#[must_use]
pub fn scopes_in(text: &str) -> Vec<Scope> {
    text.split(' ')
        .filter_map(|word| Scope::ALL.iter().copied().find(|scope| scope.oauth() == word))
        .collect()
}

/// Who asks: a visitor without a token; with one, the person as they are now, so that a suspended account stops
/// at once.
///
/// # Errors
/// A token that is not good (any more), or a database fault.
pub async fn caller(app: &App, headers: &HeaderMap, reader: &Reader) -> Result<Caller, Fault> {
    let actor = match headers.get(AUTHORIZATION) {
        None => Actor::Visitor,
        Some(value) => {
            let expired = || Fault::new(Code::Unauthenticated).because(EXPIRED);
            let (scheme, token) = value
                .to_str()
                .ok()
                .and_then(|text| text.split_once(' '))
                .ok_or_else(expired)?;
            if !scheme.eq_ignore_ascii_case("bearer") {
                return Err(expired());
            }
            let (subject, scopes) = app
                .tokens
                .read(token.trim(), app.store.mint().now())
                .ok_or_else(expired)?;
            match subject {
                Subject::Person(person) => app.store.actor_of(person).await?.ok_or_else(expired)?.0,
                Subject::Client(client) => {
                    let actor = app.store.actor_of_client(client, &scopes).await?;
                    actor.ok_or_else(expired)?
                }
            }
        }
    };
    Ok(Caller {
        actor,
        lang: reader.lang,
        request_id: reader.request_id.clone(),
    })
}

impl FromRequestParts<Arc<App>> for Caller {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Fault> {
        caller(app, &parts.headers, &Reader::of(parts)).await
    }
}

/// The address that asks: the connection's, or what a trusted proxy in front says of it.
#[must_use]
pub fn address(headers: &HeaderMap, extensions: &Extensions, trust_forwarded: bool) -> IpAddr {
    let forwarded = || {
        // The last entry is the one that the nearest proxy wrote; those before it are whatever the client sent.
        let last = headers
            .get_all("x-forwarded-for")
            .iter()
            .next_back()?
            .to_str()
            .ok()?;
        last.rsplit(',').next()?.trim().parse().ok()
    };
    let connection = || {
        extensions
            .get::<ConnectInfo<SocketAddr>>()
            .map(|info| info.0.ip())
    };
    trust_forwarded
        .then(forwarded)
        .flatten()
        .or_else(connection)
        .unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED))
}

/// How many wrong passwords in a row one address may try for one account.
const TRIES: usize = 10;
/// How many it may try for all accounts together: a house full of colleagues may, a list of guesses may not.
const TRIES_IN_ALL: usize = 50;
/// Within what time.
const WINDOW: TimeDelta = TimeDelta::minutes(10);
/// How many addresses, and pairs of address and account, are remembered at most.
const REMEMBERED: usize = 10_000;

/// Slows down whoever guesses passwords. In memory: each server counts for itself, and forgets when it stops.
#[derive(Debug, Default)]
pub struct Throttle {
    tries: Mutex<HashMap<[u8; 32], Vec<DateTime<Utc>>>>,
}

impl Throttle {
    /// Counts a try, before it is known whether it succeeds, so that tries at the same time count too.
    ///
    /// # Errors
    /// Too many lately: how long to wait.
    pub fn attempt(&self, address: IpAddr, email: &str, now: DateTime<Utc>) -> Result<(), Fault> {
        let mut tries = self.tries.lock().unwrap_or_else(PoisonError::into_inner);
        let since = now - WINDOW;
        make_room(&mut tries, since);
        let counted = [(key(address, email), TRIES), (key(address, ""), TRIES_IN_ALL)];
        for (key, most) in counted {
            let times = tries.entry(key).or_default();
            times.retain(|time| *time > since);
            if times.len() >= most {
                let wait = times.first().map_or(WINDOW, |first| *first + WINDOW - now);
                let seconds = wait.num_seconds().max(1).unsigned_abs();
                return Err(Fault::new(Code::RateLimited).retry_after(seconds));
            }
        }
        for (key, _) in counted {
            tries.entry(key).or_default().push(now);
        }
        Ok(())
    }

    /// Forgets the tries of somebody who got in; of the address's others, only this last one, or an account of one's
    /// own would open the way to all.
    pub fn forget(&self, address: IpAddr, email: &str) {
        let mut tries = self.tries.lock().unwrap_or_else(PoisonError::into_inner);
        tries.remove(&key(address, email));
        if let Some(times) = tries.get_mut(&key(address, "")) {
            times.pop();
        }
    }
}

/// Room for one more address and pair: what is old is forgotten, and where that is not enough, who tried longest ago.
fn make_room(tries: &mut HashMap<[u8; 32], Vec<DateTime<Utc>>>, since: DateTime<Utc>) {
    let full = |tries: &HashMap<_, _>| tries.len() + 2 > REMEMBERED;
    if full(tries) {
        tries.retain(|_, times| times.last().is_some_and(|time| *time > since));
    }
    while full(tries) {
        let oldest = tries
            .iter()
            .min_by_key(|(_, times)| times.last().copied())
            .map(|(key, _)| *key);
        oldest.map(|key| tries.remove(&key));
    }
}

/// A digest, so that no address or e-mail is kept; without an e-mail, for all accounts.
fn key(address: IpAddr, email: &str) -> [u8; 32] {
    // One subscriber has a whole IPv6 network of 64 bits.
    let address = match address.to_canonical() {
        IpAddr::V4(four) => four.to_string(),
        IpAddr::V6(six) => format!("{:x?}", &six.segments()[..4]),
    };
    Sha256::digest(format!("{address} {}", email.trim().to_lowercase())).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: [u8; 32] = [7; 32];

    fn tokens() -> Tokens {
        Tokens::new(
            &SigningKey {
                kid: "k1".into(),
                secret: KEY,
            },
            "https://x.be".into(),
        )
    }

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    struct Fixed;

    impl Mint for Fixed {
        fn now(&self) -> DateTime<Utc> {
            at(0)
        }

        fn uuid(&self) -> Uuid {
            Uuid::nil()
        }

        fn secret(&self) -> [u8; 32] {
            KEY
        }
    }

    #[tokio::test]
    async fn a_password_verifies_against_its_own_hash_only() {
        let passwords = Passwords::default();
        let hash = passwords.hash("une ceinture verte".into(), &Fixed).await.unwrap();
        assert!(
            passwords
                .verify("une ceinture verte".into(), Some(hash.clone()))
                .await
                .unwrap()
        );
        assert!(
            !passwords
                .verify("une ceinture bleue".into(), Some(hash))
                .await
                .unwrap()
        );
        assert!(!passwords.verify("une ceinture verte".into(), None).await.unwrap());
    }

    #[tokio::test]
    async fn nobody_costs_as_much_as_somebody() {
        let made = Passwords::default().hash("x".into(), &Fixed).await.unwrap();
        let (made, nobody) = (
            PasswordHash::new(&made).unwrap(),
            PasswordHash::new(NOBODY).unwrap(),
        );
        assert_eq!(
            (
                made.algorithm,
                made.version,
                made.params.clone(),
                made.hash.unwrap().len()
            ),
            (
                nobody.algorithm,
                nobody.version,
                nobody.params.clone(),
                nobody.hash.unwrap().len()
            )
        );
    }

    #[test]
    fn a_token_is_good_for_ten_minutes_and_for_its_issuer_and_key_only() {
        let person = PersonId(Uuid::from_u128(5));
        let token = tokens().issue(person, at(1_000)).unwrap().token;
        assert_eq!(
            tokens().read(&token, at(1_599)),
            Some((Subject::Person(person), Vec::new()))
        );
        assert_eq!(tokens().read(&token, at(1_600)), None);
        assert_eq!(tokens().read(&format!("{token}x"), at(1_000)), None);
        let key = SigningKey {
            kid: "k1".into(),
            secret: KEY,
        };
        assert_eq!(
            Tokens::new(&key, "https://y.be".into()).read(&token, at(1_000)),
            None
        );
        let key = SigningKey {
            kid: "k2".into(),
            secret: KEY,
        };
        assert_eq!(
            Tokens::new(&key, "https://x.be".into()).read(&token, at(1_000)),
            None
        );
        let key = SigningKey {
            kid: "k1".into(),
            secret: [8; 32],
        };
        assert_eq!(
            Tokens::new(&key, "https://x.be".into()).read(&token, at(1_000)),
            None
        );
    }

    #[test]
    fn an_unsigned_token_is_refused() {
        // {"alg":"none","kid":"k1"} and a body that would be right.
        let token =
            "eyJhbGciOiJub25lIiwia2lkIjoiazEifQ.eyJpc3MiOiJodHRwczovL3guYmUiLCJleHAiOjk5OTk5OTk5OTl9.";
        assert_eq!(tokens().read(token, at(1_000)), None);
    }

    #[test]
    fn the_eleventh_try_within_ten_minutes_must_wait() {
        let throttle = Throttle::default();
        let address: IpAddr = "192.0.2.1".parse().unwrap();
        for second in 0..10 {
            throttle.attempt(address, "a@x.be", at(second)).unwrap();
        }
        let fault = throttle.attempt(address, " A@x.be", at(10)).unwrap_err();
        assert_eq!(fault.wait(), Some(590));
        assert!(throttle.attempt(address, "b@x.be", at(10)).is_ok());
        assert!(
            throttle
                .attempt("192.0.2.2".parse().unwrap(), "a@x.be", at(10))
                .is_ok()
        );
        assert!(throttle.attempt(address, "a@x.be", at(601)).is_ok());
        throttle.forget(address, "a@x.be");
        assert!(throttle.attempt(address, "a@x.be", at(602)).is_ok());
    }

    #[test]
    fn an_address_that_goes_through_the_accounts_must_wait_too() {
        let throttle = Throttle::default();
        let address: IpAddr = "192.0.2.1".parse().unwrap();
        for n in 0..TRIES_IN_ALL {
            // Its own account, with the right password, changes nothing of that.
            throttle.attempt(address, "own@x.be", at(0)).unwrap();
            throttle.forget(address, "own@x.be");
            throttle.attempt(address, &format!("{n}@x.be"), at(0)).unwrap();
        }
        let fault = throttle.attempt(address, "last@x.be", at(1)).unwrap_err();
        assert_eq!(fault.wait(), Some(599));
        let elsewhere = "192.0.2.2".parse().unwrap();
        assert!(throttle.attempt(elsewhere, "last@x.be", at(1)).is_ok());
        assert!(throttle.attempt(address, "last@x.be", at(601)).is_ok());
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let throttle = Throttle::default();
        for n in 0..REMEMBERED + 50 {
            let address = IpAddr::V4(Ipv4Addr::from_bits(u32::try_from(n).unwrap()));
            throttle.attempt(address, "a@x.be", at(0)).unwrap();
        }
        assert!(throttle.tries.lock().unwrap().len() <= REMEMBERED);
    }

    #[test]
    fn a_forwarded_address_counts_only_behind_a_trusted_proxy() {
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", "203.0.113.9, 192.0.2.7".parse().unwrap());
        let nothing = Extensions::new();
        assert_eq!(
            address(&headers, &nothing, true),
            "192.0.2.7".parse::<IpAddr>().unwrap()
        );
        assert_eq!(
            address(&headers, &nothing, false),
            IpAddr::V4(Ipv4Addr::UNSPECIFIED)
        );
    }
}
