//! What machines sign in with: secrets, of which only the digests are kept. Two can be live at once, so that one takes the place
//! of the other without a pause.

use std::collections::HashMap;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use domain::Refusal;
use domain::check::Checks;
use domain::client::{Client, secret_end};
use domain::policy::{Action, Actor};
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{Expr, ExprTrait, Order, Query};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{COLUMNS, entry};
use crate::connect::Store;
use crate::error::Result;
use crate::rows;
use crate::write::Tx;

/// So many secrets of a client are live at a time.
const LIVE: usize = 2;
/// Whoever still uses a secret that has expired is told so for so long.
const TOLD: TimeDelta = TimeDelta::days(90);
/// That a secret is used is noted at most so often.
const NOTED: TimeDelta = TimeDelta::minutes(1);

/// A client's secret, shown once.
#[derive(Clone, Debug)]
pub struct Secret {
    /// What it signs in with.
    pub text: String,
    /// Until when.
    pub expires_at: DateTime<Utc>,
}

/// What is known of a secret: never the secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KnownSecret {
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Until when it is good.
    pub expires_at: DateTime<Utc>,
    /// When the client last signed in with it, to about a minute.
    pub used_at: Option<DateTime<Utc>>,
}

/// What became of a client that would sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignIn {
    /// It may.
    Known(Client),
    /// It had this secret, until then.
    Expired(DateTime<Utc>),
    /// There is no such client, it may not sign in, or it has not this secret.
    Unknown,
}

fn digest(secret: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(secret))
}

impl Tx {
    pub(super) async fn add_client_secret(&self, client: Uuid, expires_at: DateTime<Utc>) -> Result<Secret> {
        let secret = Secret {
            text: BASE64_URL_SAFE_NO_PAD.encode(self.secret()),
            expires_at,
        };
        let columns = ["secret_hash", "client_id", "created_at", "expires_at"];
        let row = vec![
            digest(&secret.text).into(),
            client.into(),
            self.now().into(),
            secret.expires_at.into(),
        ];
        rows::insert(&self.conn, "client_secret", &columns, vec![row]).await?;
        Ok(secret)
    }
}

impl Store {
    /// Gives a client another secret, good until then. Of those it had, the newest that is live stays good until it expires;
    /// older ones are void.
    ///
    /// # Errors
    /// Not allowed, not found, an end that is past or too far away.
    pub async fn rotate_client_secret(
        &self,
        actor: &Actor,
        client: Uuid,
        until: Option<DateTime<Utc>>,
    ) -> Result<(Client, Secret)> {
        let known = self.client(actor, client).await?.ok_or(Refusal::NotFound)?;
        let keep = Action::KeepClientSecrets {
            organisation: known.organisation_id,
        };
        self.ask(actor, keep)?;
        let now = self.mint.now();
        let mut checks = Checks::default();
        let end = secret_end("expiresAt", until, now, &mut checks);
        checks.finish()?;
        self.write_at(actor, keep, Some(now), async |tx: &mut Tx| {
            let secrets = Query::select()
                .columns(["secret_hash", "expires_at"])
                .from("client_secret")
                .and_where(Expr::col("client_id").eq(client))
                .order_by("created_at", Order::Desc)
                .lock_exclusive()
                .take();
            let mut live = 0;
            for row in tx.conn.query_all(&secrets).await? {
                let (hash, expires_at): (String, DateTime<Utc>) =
                    (row.try_get("", "secret_hash")?, row.try_get("", "expires_at")?);
                let is_live = expires_at > now;
                live += usize::from(is_live);
                let stays = if is_live {
                    live < LIVE
                } else {
                    expires_at > now - TOLD
                };
                if stays {
                    continue;
                }
                let gone = Query::delete()
                    .from_table("client_secret")
                    .and_where(Expr::col("secret_hash").eq(hash))
                    .take();
                tx.conn.execute(&gone).await?;
            }
            let secret = tx.add_client_secret(client, end).await?;
            Ok((known, secret))
        })
        .await
    }

    /// What is known of the secrets of clients that the actor may see, the newest first.
    ///
    /// # Errors
    /// A database fault.
    pub async fn client_secrets(&self, clients: &[Uuid]) -> Result<HashMap<Uuid, Vec<KnownSecret>>> {
        let query = Query::select()
            .columns(["client_id", "created_at", "expires_at", "used_at"])
            .from("client_secret")
            .and_where(rows::among(
                &self.reading,
                Expr::col("client_id"),
                clients.to_vec(),
            ))
            .order_by("created_at", Order::Desc)
            .take();
        let mut secrets: HashMap<Uuid, Vec<KnownSecret>> = HashMap::new();
        for row in self.reading.query_all(&query).await? {
            let known = KnownSecret {
                created_at: row.try_get("", "created_at")?,
                expires_at: row.try_get("", "expires_at")?,
                used_at: row.try_get("", "used_at")?,
            };
            let client: Uuid = row.try_get("", "client_id")?;
            secrets.entry(client).or_default().push(known);
        }
        Ok(secrets)
    }

    /// Whether a client with this secret may sign in; where it may, that it did is noted.
    ///
    /// # Errors
    /// A database fault.
    pub async fn sign_in_client(&self, client: Uuid, secret: &str) -> Result<SignIn> {
        let (now, hash) = (self.mint.now(), digest(secret));
        let query = Query::select()
            .columns(COLUMNS.map(|column| ("client", column)))
            .columns([("client_secret", "expires_at"), ("client_secret", "used_at")])
            .from("client")
            .inner_join(
                "client_secret",
                Expr::col(("client_secret", "client_id")).equals(("client", "id")),
            )
            .and_where(Expr::col(("client", "id")).eq(client))
            .and_where(Expr::col(("client", "is_active")).eq(true))
            .and_where(Expr::col(("client_secret", "secret_hash")).eq(hash.clone()))
            .take();
        let Some(row) = self.reading.query_one(&query).await? else {
            return Ok(SignIn::Unknown);
        };
        let expires_at: DateTime<Utc> = row.try_get("", "expires_at")?;
        if expires_at <= now {
            return Ok(SignIn::Expired(expires_at));
        }
        let used_at: Option<DateTime<Utc>> = row.try_get("", "used_at")?;
        if used_at.is_none_or(|used| used < now - NOTED) {
            self.note_use(&hash, now).await;
        }
        Ok(SignIn::Known(entry(&row)?))
    }

    /// Notes that a secret is used. Where that cannot be written, the client signs in all the same.
    async fn note_use(&self, hash: &str, now: DateTime<Utc>) {
        let update = Query::update()
            .table("client_secret")
            .value("used_at", now)
            .and_where(Expr::col("secret_hash").eq(hash))
            .take();
        let turn = self.one_writer().await;
        let noted = self.db.execute(&update).await;
        drop(turn);
        if let Err(error) = noted {
            tracing::warn!(%error, "that a client signed in could not be noted");
        }
    }
}
