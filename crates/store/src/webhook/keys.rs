//! What messages are signed with: of each webhook a secret shared with its endpoint (HMAC-SHA256) and a pair of keys
//! (ed25519) of which the endpoint needs only the public one. Both as Standard Webhooks 1.0 writes them. They are kept as
//! they are, since a digest signs nothing.

use std::collections::HashMap;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use chrono::{DateTime, TimeDelta, Utc};
use domain::WebhookId;
use ed25519_dalek::{Signer as _, SigningKey};
use hmac::{Hmac, Mac};
use sea_orm::sea_query::{Expr, ExprTrait, Order, Query};
use sea_orm::{ConnectionTrait, QueryResult};
use sha2::Sha256;
use uuid::Uuid;

use crate::connect::Store;
use crate::error::{Error, Result};
use crate::rows;
use crate::write::Tx;

/// How long keys that others took the place of sign beside these.
const BESIDE: TimeDelta = TimeDelta::hours(24);
/// The most keys that sign at once: each adds two signatures to a header that endpoints limit.
const LIVE: usize = 5;

/// Keys that were just made. The secret is shown this once.
#[derive(Clone)]
pub struct NewKeys {
    /// What the endpoint verifies `v1` with: `whsec_…`.
    pub secret: String,
    /// What the endpoint verifies `v1a` with: `whpk_…`.
    pub public_key: String,
}

impl std::fmt::Debug for NewKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewKeys").finish_non_exhaustive()
    }
}

/// What an endpoint verifies `v1a` with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    /// As Standard Webhooks writes it: `whpk_…`.
    pub public_key: String,
    /// Since when.
    pub created_at: DateTime<Utc>,
    /// Until when, where others took its place.
    pub expires_at: Option<DateTime<Utc>>,
}

/// A secret and a pair of keys that sign together.
#[derive(Clone)]
pub(super) struct Keys {
    secret: Vec<u8>,
    pair: SigningKey,
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Keys").finish_non_exhaustive()
    }
}

impl Keys {
    fn new(secret: &[u8], seed: [u8; 32]) -> Self {
        Self {
            secret: secret.to_vec(),
            pair: SigningKey::from_bytes(&seed),
        }
    }

    fn read(row: &QueryResult) -> Result<Self> {
        let part = |column: &str| -> Result<[u8; 32]> {
            let text: String = row.try_get("", column)?;
            let bytes = BASE64_STANDARD.decode(text).ok();
            bytes
                .and_then(|bytes| bytes.try_into().ok())
                .ok_or_else(|| Error::Corrupt("a webhook's keys cannot be read".to_owned()))
        };
        Ok(Self::new(&part("secret")?, part("seed")?))
    }

    fn shown(&self) -> String {
        format!("whsec_{}", BASE64_STANDARD.encode(&self.secret))
    }

    fn public_key(&self) -> String {
        format!(
            "whpk_{}",
            BASE64_STANDARD.encode(self.pair.verifying_key().as_bytes())
        )
    }

    /// The two signatures of what is signed.
    fn sign(&self, content: &[u8]) -> [String; 2] {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.secret).expect("a key may have any length");
        mac.update(content);
        let shared = BASE64_STANDARD.encode(mac.finalize().into_bytes());
        let own = BASE64_STANDARD.encode(self.pair.sign(content).to_bytes());
        [format!("v1,{shared}"), format!("v1a,{own}")]
    }
}

/// The three headers of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// `webhook-id`: the message's identifier, the same at every attempt.
    pub id: String,
    /// `webhook-timestamp`: when this attempt was made, in seconds.
    pub timestamp: String,
    /// `webhook-signature`: of every key that signs now, the newest first.
    pub signature: String,
}

impl Signed {
    pub(super) fn of(id: Uuid, at: DateTime<Utc>, body: &str, keys: &[Keys]) -> Self {
        let id = format!("msg_{}", domain::id::encode(id));
        let timestamp = at.timestamp().to_string();
        let content = format!("{id}.{timestamp}.{body}");
        let signatures: Vec<String> = keys
            .iter()
            .flat_map(|keys| keys.sign(content.as_bytes()))
            .collect();
        Self {
            id,
            timestamp,
            signature: signatures.join(" "),
        }
    }
}

fn of_webhooks(ids: &[WebhookId]) -> sea_orm::sea_query::SelectStatement {
    Query::select()
        .columns(["webhook_id", "secret", "seed", "created_at", "expires_at"])
        .from("webhook_key")
        .and_where(Expr::col("webhook_id").is_in(ids.iter().map(|id| id.0)))
        .order_by("created_at", Order::Desc)
        .order_by("id", Order::Desc)
        .take()
}

impl Tx {
    pub(super) async fn add_webhook_key(&self, webhook: WebhookId) -> Result<()> {
        let columns = ["id", "webhook_id", "secret", "seed", "created_at"];
        let row = vec![
            self.uuid().into(),
            webhook.0.into(),
            BASE64_STANDARD.encode(self.secret()).into(),
            BASE64_STANDARD.encode(self.secret()).into(),
            self.now().into(),
        ];
        rows::insert(&self.conn, "webhook_key", &columns, vec![row]).await
    }

    pub(super) async fn newest_webhook_key(&self, webhook: WebhookId) -> Result<NewKeys> {
        let row = self.conn.query_one(&of_webhooks(&[webhook])).await?;
        let row = row.ok_or_else(|| Error::Corrupt("a webhook without keys".to_owned()))?;
        let keys = Keys::read(&row)?;
        Ok(NewKeys {
            secret: keys.shown(),
            public_key: keys.public_key(),
        })
    }

    /// The keys that signed until now do so for another day only; the oldest of too many no more.
    pub(super) async fn retire_webhook_keys(&self, webhook: WebhookId) -> Result<()> {
        let query = Query::select()
            .columns(["id", "expires_at"])
            .from("webhook_key")
            .and_where(Expr::col("webhook_id").eq(webhook.0))
            .order_by("created_at", Order::Desc)
            .order_by("id", Order::Desc)
            .lock_exclusive()
            .take();
        for (number, row) in self.conn.query_all(&query).await?.iter().enumerate() {
            let id: Uuid = row.try_get("", "id")?;
            let until: Option<DateTime<Utc>> = row.try_get("", "expires_at")?;
            if number >= LIVE - 1 || until.is_some_and(|until| until <= self.now()) {
                let gone = Query::delete()
                    .from_table("webhook_key")
                    .and_where(Expr::col("id").eq(id))
                    .take();
                self.conn.execute(&gone).await?;
            } else if until.is_none() {
                let beside = Query::update()
                    .table("webhook_key")
                    .value("expires_at", self.now() + BESIDE)
                    .and_where(Expr::col("id").eq(id))
                    .take();
                self.conn.execute(&beside).await?;
            }
        }
        Ok(())
    }
}

impl Store {
    /// The keys of webhooks that sign now, the newest first.
    pub(super) async fn signing(&self, ids: &[WebhookId]) -> Result<HashMap<WebhookId, Vec<Keys>>> {
        let mut signing: HashMap<WebhookId, Vec<Keys>> = HashMap::new();
        for row in self.live_keys(ids).await? {
            signing
                .entry(row.try_get("", "webhook_id")?)
                .or_default()
                .push(Keys::read(&row)?);
        }
        Ok(signing)
    }

    /// What the endpoints of webhooks verify with, the newest first.
    ///
    /// # Errors
    /// A database fault.
    pub async fn webhook_keys(&self, ids: &[WebhookId]) -> Result<HashMap<WebhookId, Vec<PublicKey>>> {
        let mut known: HashMap<WebhookId, Vec<PublicKey>> = HashMap::new();
        for row in self.live_keys(ids).await? {
            let key = PublicKey {
                public_key: Keys::read(&row)?.public_key(),
                created_at: row.try_get("", "created_at")?,
                expires_at: row.try_get("", "expires_at")?,
            };
            known.entry(row.try_get("", "webhook_id")?).or_default().push(key);
        }
        Ok(known)
    }

    async fn live_keys(&self, ids: &[WebhookId]) -> Result<Vec<QueryResult>> {
        let until = Expr::col("expires_at");
        let query = of_webhooks(ids)
            .and_where(until.clone().is_null().or(until.gt(self.mint.now())))
            .take();
        Ok(self.reading.query_all(&query).await?)
    }
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::{Signature, Verifier as _, VerifyingKey};
    use proptest::prelude::*;

    use super::*;

    /// As an endpoint verifies, with what it was shown: whether any signature of the header fits.
    fn verifies(secret: &str, public_key: &str, signed: &Signed, body: &str) -> [bool; 2] {
        let content = format!("{}.{}.{body}", signed.id, signed.timestamp);
        let secret = BASE64_STANDARD
            .decode(secret.strip_prefix("whsec_").unwrap())
            .unwrap();
        let public = BASE64_STANDARD
            .decode(public_key.strip_prefix("whpk_").unwrap())
            .unwrap();
        let public = VerifyingKey::from_bytes(&public.try_into().unwrap()).unwrap();
        let mut fits = [false; 2];
        for part in signed.signature.split(' ') {
            let (version, signature) = part.split_once(',').unwrap();
            let signature = BASE64_STANDARD.decode(signature).unwrap();
            match version {
                "v1" => {
                    let mut mac = Hmac::<Sha256>::new_from_slice(&secret).unwrap();
                    mac.update(content.as_bytes());
                    fits[0] |= mac.verify_slice(&signature).is_ok();
                }
                "v1a" => {
                    let signature = Signature::from_slice(&signature).unwrap();
                    fits[1] |= public.verify(content.as_bytes(), &signature).is_ok();
                }
                other => panic!("{other}"),
            }
        }
        fits
    }

    #[test]
    fn the_published_vector_of_standard_webhooks_comes_out() {
        let secret = BASE64_STANDARD
            .decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
            .unwrap();
        let content = br#"msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{"test": 2432232314}"#;
        let [shared, _] = Keys::new(&secret, [9; 32]).sign(content);
        assert_eq!(shared, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    /// Worked out with another implementation of both algorithms (OpenSSL).
    #[test]
    fn a_message_is_signed_as_others_sign_it() {
        let keys = Keys::new(&[7; 32], [9; 32]);
        let at = DateTime::from_timestamp(1_795_500_000, 999_000_000).unwrap();
        let signed = Signed::of(
            Uuid::from_u128(1),
            at,
            r#"{"type":"webhook.test"}"#,
            std::slice::from_ref(&keys),
        );
        assert_eq!(signed.id, "msg_00000000000000000000000001");
        assert_eq!(signed.timestamp, "1795500000");
        assert_eq!(keys.shown(), "whsec_BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=");
        assert_eq!(
            keys.public_key(),
            "whpk_/RckOFqgx1tk+3jNYC+h2ZH96/drE8WO1wLqyDXp9hg="
        );
        assert_eq!(
            signed.signature,
            "v1,Uf6sXC5XKxo7HMi6gU9Z8k8YBnJyLRuVnDahSsMgQrk= \
             v1a,lD9lcLF1CeiOC/ZTwqQuFuZ+56cEN5oHt3Yy33PfXt9goA7rZ+X7caUWJbZGerRs7fCexdvUncxvThbqm0swAQ=="
        );
    }

    proptest! {
        #[test]
        fn what_we_sign_verifies_and_nothing_that_was_changed(
            secret: [u8; 32], seed: [u8; 32], earlier: [u8; 32], body in ".{1,80}", at in 0..80_usize, flip in 1..=255_u8,
        ) {
            let (keys, old) = (Keys::new(&secret, seed), Keys::new(&earlier, secret));
            let now = DateTime::from_timestamp(1_795_500_000, 0).unwrap();
            let signed = Signed::of(Uuid::from_u128(5), now, &body, &[keys.clone(), old.clone()]);
            prop_assert_eq!(verifies(&keys.shown(), &keys.public_key(), &signed, &body), [true; 2]);
            prop_assert_eq!(verifies(&old.shown(), &old.public_key(), &signed, &body), [true; 2]);
            let mut changed = body.clone().into_bytes();
            let at = at % changed.len();
            changed[at] ^= flip;
            let changed = String::from_utf8_lossy(&changed).into_owned();
            // A replacement character stands for whatever bytes cannot be read.
            prop_assume!(changed != body);
            prop_assert_eq!(verifies(&keys.shown(), &keys.public_key(), &signed, &changed), [false; 2]);
            let other = Signed { timestamp: "1795500001".to_owned(), ..signed.clone() };
            prop_assert_eq!(verifies(&keys.shown(), &keys.public_key(), &other, &body), [false; 2]);
            let other = Signed { id: "msg_00000000000000000000000006".to_owned(), ..signed };
            prop_assert_eq!(verifies(&keys.shown(), &keys.public_key(), &other, &body), [false; 2]);
        }
    }
}
