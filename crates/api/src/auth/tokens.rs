//! Access tokens: JSON Web Tokens of the profile for OAuth 2 (RFC 9068), signed with the key whose time it is. Everybody
//! can read them with the public keys, which the server publishes.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use domain::client::{name as client_name, named as client_named};
use domain::policy::Scope;
use domain::{Mint, PersonId};
use ed25519_dalek::pkcs8::EncodePrivateKey as _;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use store::{SigningKey, Store};
use uuid::Uuid;

use super::internal;
use crate::problem::Fault;

/// How long an access token is good for.
const ACCESS: TimeDelta = TimeDelta::minutes(10);
/// The kind of token, as its header says it.
const KIND: &str = "at+jwt";
/// A token of a key that is not known makes the keys be looked at again, but not more often than this.
const PATIENCE: TimeDelta = TimeDelta::seconds(5);

/// Signs and reads access tokens.
pub struct Tokens {
    issuer: String,
    keys: RwLock<Arc<Keys>>,
}

/// The keys as they were when last looked at.
struct Keys {
    /// By their names.
    pairs: HashMap<String, Pair>,
    /// Their public halves, from the first that signed to the last.
    public: Vec<PublicKey>,
    read_at: DateTime<Utc>,
}

struct Pair {
    signing: EncodingKey,
    reading: DecodingKey,
    signs_from: DateTime<Utc>,
}

/// A public key, as a JSON Web Key (RFC 7517, RFC 8037).
#[derive(Clone, Debug, serde::Serialize, utoipa::ToSchema)]
pub struct PublicKey {
    /// `OKP`.
    kty: &'static str,
    /// `Ed25519`.
    crv: &'static str,
    /// `EdDSA`.
    alg: &'static str,
    /// `sig`: it is for signatures.
    #[serde(rename = "use")]
    used_for: &'static str,
    /// Its name, which the header of a token names.
    kid: String,
    /// The key, base64url.
    x: String,
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
    /// Whom it is for: this server too.
    aud: String,
    sub: Subject,
    /// The machine, or the application that people sign in with.
    client_id: String,
    /// What a machine may do with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
    /// The session of a person: the token is void with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sid: Option<Uuid>,
    jti: Uuid,
    iat: i64,
    exp: i64,
}

/// What people sign in with.
const APPLICATION: &str = "chantiers";

/// Whose token it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A person's.
    Person(PersonId),
    /// A partner's machine's.
    Client(Uuid),
}

/// What stands in a token that is good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bearer {
    /// Whose it is.
    pub subject: Subject,
    /// The session of a person.
    pub session: Option<Uuid>,
    /// What a machine may do with it.
    pub scopes: Vec<Scope>,
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

impl Keys {
    fn of(keys: &[SigningKey], read_at: DateTime<Utc>) -> Self {
        let mut known = Self {
            pairs: HashMap::with_capacity(keys.len()),
            public: Vec::with_capacity(keys.len()),
            read_at,
        };
        for SigningKey {
            kid,
            seed,
            signs_from,
        } in keys
        {
            let pair = ed25519_dalek::SigningKey::from_bytes(seed);
            let public = pair.verifying_key();
            let secret = pair.to_pkcs8_der().expect("a key of 32 bytes is always written");
            known.public.push(PublicKey {
                kty: "OKP",
                crv: "Ed25519",
                alg: "EdDSA",
                used_for: "sig",
                kid: kid.clone(),
                x: BASE64_URL_SAFE_NO_PAD.encode(public.as_bytes()),
            });
            let pair = Pair {
                signing: EncodingKey::from_ed_der(secret.as_bytes()),
                reading: DecodingKey::from_ed_der(public.as_bytes()),
                signs_from: *signs_from,
            };
            known.pairs.insert(kid.clone(), pair);
        }
        known
    }

    /// The key whose time it is: the last that has begun.
    fn signs(&self, now: DateTime<Utc>) -> Option<(&String, &Pair)> {
        let begun = self.pairs.iter().filter(|(_, pair)| pair.signs_from <= now);
        begun.max_by_key(|(kid, pair)| (pair.signs_from, *kid))
    }
}

impl Tokens {
    /// With the keys that all servers of one database share, for tokens of this issuer.
    #[must_use]
    pub fn new(keys: &[SigningKey], issuer: String, now: DateTime<Utc>) -> Self {
        let keys = RwLock::new(Arc::new(Keys::of(keys, now)));
        Self { issuer, keys }
    }

    fn known(&self) -> Arc<Keys> {
        Arc::clone(&self.keys.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The public keys.
    #[must_use]
    pub fn public(&self) -> Vec<PublicKey> {
        self.known().public.clone()
    }

    /// Whose tokens they are.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Looks at the keys again: another one may sign now, or have been taken away.
    ///
    /// # Errors
    /// A database fault.
    pub async fn learn(&self, store: &Store) -> store::Result<()> {
        let keys = store.signing_keys().await?;
        let keys = Arc::new(Keys::of(&keys, store.mint().now()));
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = keys;
        Ok(())
    }

    /// A token for a person, in a session of theirs.
    ///
    /// # Errors
    /// A fault of ours.
    pub fn issue(&self, person: PersonId, session: Uuid, mint: &dyn Mint) -> Result<Access, Fault> {
        let bearer = Bearer {
            subject: Subject::Person(person),
            session: Some(session),
            scopes: Vec::new(),
        };
        self.sign(bearer, APPLICATION.to_owned(), mint)
    }

    /// A token for a machine, good for these scopes.
    ///
    /// # Errors
    /// A fault of ours.
    pub fn issue_to_client(&self, client: Uuid, scopes: &[Scope], mint: &dyn Mint) -> Result<Access, Fault> {
        let bearer = Bearer {
            subject: Subject::Client(client),
            session: None,
            scopes: scopes.to_vec(),
        };
        self.sign(bearer, client_name(client), mint)
    }

    fn sign(&self, bearer: Bearer, client_id: String, mint: &dyn Mint) -> Result<Access, Fault> {
        let Bearer {
            subject,
            session,
            scopes,
        } = bearer;
        let now = mint.now();
        let expires_at = now + ACCESS;
        let keys = self.known();
        let (kid, pair) = keys
            .signs(now)
            .ok_or_else(|| internal("there is no key to sign with"))?;
        let header = Header {
            kid: Some(kid.clone()),
            typ: Some(KIND.to_owned()),
            ..Header::new(Algorithm::EdDSA)
        };
        let claims = Claims {
            iss: self.issuer.clone(),
            aud: self.issuer.clone(),
            sub: subject,
            client_id,
            scope: (!scopes.is_empty()).then(|| scope_text(&scopes)),
            sid: session,
            jti: mint.uuid(),
            iat: now.timestamp(),
            exp: expires_at.timestamp(),
        };
        let token = jsonwebtoken::encode(&header, &claims, &pair.signing)
            .map_err(|_| internal("an access token could not be signed"))?;
        Ok(Access { token, expires_at })
    }

    /// Whose token it is; nothing where it is not ours, altered or expired. The key of one that another server signed is
    /// looked for.
    ///
    /// # Errors
    /// A database fault.
    pub async fn read(&self, token: &str, store: &Store) -> Result<Option<Bearer>, Fault> {
        let now = store.mint().now();
        let Some(kid) = jsonwebtoken::decode_header(token)
            .ok()
            .and_then(|header| header.kid)
        else {
            return Ok(None);
        };
        let mut keys = self.known();
        if !keys.pairs.contains_key(&kid) && keys.read_at + PATIENCE <= now {
            self.learn(store).await?;
            keys = self.known();
        }
        Ok(keys
            .pairs
            .get(&kid)
            .and_then(|pair| self.accepted(token, pair, now)))
    }

    fn accepted(&self, token: &str, pair: &Pair, now: DateTime<Utc>) -> Option<Bearer> {
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_issuer(&[&self.issuer]);
        validation.set_audience(&[&self.issuer]);
        // The end is compared here, with the same clock that wrote it.
        validation.validate_exp = false;
        let claims = jsonwebtoken::decode::<Claims>(token, &pair.reading, &validation)
            .ok()?
            .claims;
        let bearer = Bearer {
            subject: claims.sub,
            session: claims.sid,
            scopes: scopes_in(claims.scope.as_deref().unwrap_or_default()),
        };
        (now.timestamp() < claims.exp).then_some(bearer)
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

#[cfg(test)]
mod tests {
    use super::*;

    const PERSON: PersonId = PersonId(Uuid::from_u128(5));

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    /// Stands still at a second.
    struct Still(i64);

    impl Mint for Still {
        fn now(&self) -> DateTime<Utc> {
            at(self.0)
        }

        fn uuid(&self) -> Uuid {
            Uuid::nil()
        }

        fn secret(&self) -> [u8; 32] {
            [0; 32]
        }
    }

    fn key(kid: &str, seed: u8, signs_from: i64) -> SigningKey {
        SigningKey {
            kid: kid.to_owned(),
            seed: [seed; 32],
            signs_from: at(signs_from),
        }
    }

    fn tokens(issuer: &str, keys: &[SigningKey]) -> Tokens {
        Tokens::new(keys, issuer.to_owned(), at(0))
    }

    fn ours() -> Tokens {
        tokens("https://x.be", &[key("k1", 7, 0)])
    }

    /// As [`Tokens::read`], with the keys that are known.
    fn read(tokens: &Tokens, token: &str, now: i64) -> Option<Subject> {
        let kid = jsonwebtoken::decode_header(token).ok()?.kid?;
        let keys = tokens.known();
        let bearer = tokens.accepted(token, keys.pairs.get(&kid)?, at(now))?;
        Some(bearer.subject)
    }

    #[test]
    fn a_token_is_good_for_ten_minutes_and_for_its_issuer_and_key_only() {
        let token = ours().issue(PERSON, Uuid::nil(), &Still(1_000)).unwrap().token;
        assert_eq!(read(&ours(), &token, 1_599), Some(Subject::Person(PERSON)));
        assert_eq!(read(&ours(), &token, 1_600), None);
        assert_eq!(read(&ours(), &format!("{token}x"), 1_000), None);
        for others in [
            tokens("https://y.be", &[key("k1", 7, 0)]),
            tokens("https://x.be", &[key("k2", 7, 0)]),
            tokens("https://x.be", &[key("k1", 8, 0)]),
        ] {
            assert_eq!(read(&others, &token, 1_000), None);
        }
    }

    #[test]
    fn the_key_whose_time_it_is_signs_and_those_before_are_read() {
        let both = tokens("https://x.be", &[key("k1", 7, 0), key("k2", 8, 2_000)]);
        let signed_with = |now| {
            let token = both.issue(PERSON, Uuid::nil(), &Still(now)).unwrap().token;
            assert_eq!(read(&both, &token, now), Some(Subject::Person(PERSON)));
            jsonwebtoken::decode_header(token).unwrap().kid.unwrap()
        };
        assert_eq!(
            (signed_with(1_999), signed_with(2_000)),
            ("k1".to_owned(), "k2".to_owned())
        );
        let before = ours().issue(PERSON, Uuid::nil(), &Still(1_999)).unwrap().token;
        assert_eq!(read(&both, &before, 2_001), Some(Subject::Person(PERSON)));
        let public = both.public();
        assert_eq!((public.len(), public[1].kid.as_str()), (2, "k2"));
    }

    #[test]
    fn whoever_has_the_public_keys_can_read_a_token() {
        let token = ours()
            .issue_to_client(Uuid::from_u128(9), &[Scope::ExchangeRead], &Still(0))
            .unwrap();
        let published = serde_json::to_value(ours().public()).unwrap();
        let jwk: jsonwebtoken::jwk::Jwk = serde_json::from_value(published[0].clone()).unwrap();
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_audience(&["https://x.be"]);
        validation.validate_exp = false;
        let read = jsonwebtoken::decode::<serde_json::Value>(
            &token.token,
            &DecodingKey::from_jwk(&jwk).unwrap(),
            &validation,
        )
        .unwrap();
        assert_eq!(
            (read.header.alg, read.header.typ.as_deref()),
            (Algorithm::EdDSA, Some(KIND))
        );
        assert_eq!(read.claims["scope"], "exchange:read");
        assert_eq!(read.claims["sub"], read.claims["client_id"]);
    }

    #[test]
    fn an_unsigned_token_and_one_signed_with_the_public_key_are_refused() {
        // {"alg":"none","kid":"k1"} and a body that would be right.
        let token =
            "eyJhbGciOiJub25lIiwia2lkIjoiazEifQ.eyJpc3MiOiJodHRwczovL3guYmUiLCJleHAiOjk5OTk5OTk5OTl9.";
        assert_eq!(read(&ours(), token, 1_000), None);
        let header = Header {
            kid: Some("k1".to_owned()),
            ..Header::new(Algorithm::HS256)
        };
        let claims = Claims {
            iss: "https://x.be".to_owned(),
            aud: "https://x.be".to_owned(),
            sub: Subject::Person(PERSON),
            client_id: APPLICATION.to_owned(),
            scope: None,
            sid: None,
            jti: Uuid::nil(),
            iat: 0,
            exp: 9_999_999_999,
        };
        let public = BASE64_URL_SAFE_NO_PAD.decode(&ours().public()[0].x).unwrap();
        let forged = jsonwebtoken::encode(&header, &claims, &EncodingKey::from_secret(&public)).unwrap();
        assert_eq!(read(&ours(), &forged, 1_000), None);
    }
}
