//! The keys that sign access tokens, shared by all servers on one database. Each signs for some time; the next one is
//! published before it signs, and one that signed is read until its last token has expired.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use domain::policy::Action;
use domain::{Actor, Refusal};
use sea_orm::sea_query::{Expr, ExprTrait, Order, Query};
use sea_orm::{ConnectionTrait, QueryResult};

use crate::connect::{Lock, Store};
use crate::error::{Error, Result};

/// A key signs for so long.
const SIGNS: TimeDelta = TimeDelta::days(90);
/// The next one is published so long before, so that whoever keeps a copy of the list knows it when it comes.
const NOTICE: TimeDelta = TimeDelta::days(2);
/// A key is read for so long after the next one began to sign: longer than a token is good for.
const READ_ON: TimeDelta = TimeDelta::hours(1);

/// A key that signs access tokens.
#[derive(Clone, PartialEq, Eq)]
pub struct SigningKey {
    /// Its name.
    pub kid: String,
    /// What the pair of keys is made from (Ed25519).
    pub seed: [u8; 32],
    /// Since when it signs, until the next one does.
    pub signs_from: DateTime<Utc>,
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SigningKey")
            .field("kid", &self.kid)
            .field("signs_from", &self.signs_from)
            .finish_non_exhaustive()
    }
}

impl SigningKey {
    fn read(row: &QueryResult) -> Result<Self> {
        let seed: String = row.try_get("", "seed")?;
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(seed).ok();
        Ok(Self {
            kid: row.try_get("", "kid")?,
            seed: bytes
                .and_then(|bytes| bytes.try_into().ok())
                .ok_or_else(|| Error::Corrupt("a signing key cannot be read".to_owned()))?,
            signs_from: row.try_get("", "signs_from")?,
        })
    }
}

/// What is to be done about the keys, from the first that signed to the last.
#[derive(Debug, Default, PartialEq, Eq)]
struct Due {
    /// A new one is made, which signs from then on.
    next: Option<DateTime<Utc>>,
    /// So many, from the first, are read no longer.
    past: usize,
}

/// What is due at an instant.
fn due(keys: &[SigningKey], now: DateTime<Utc>) -> Due {
    let next = match keys.last() {
        None => Some(now),
        Some(last) if last.signs_from + SIGNS - NOTICE <= now => {
            Some(std::cmp::max(last.signs_from + SIGNS, now + NOTICE))
        }
        Some(_) => None,
    };
    let followers = keys.iter().skip(1);
    let past = followers
        .take_while(|key| key.signs_from + READ_ON <= now)
        .count();
    Due { next, past }
}

impl Store {
    /// The keys that access tokens are read with, from the first that signed to the last; the last that has begun signs.
    /// Makes the next one where it is time, also the first, and drops those whose tokens have all expired.
    ///
    /// # Errors
    /// A database fault.
    pub async fn signing_keys(&self) -> Result<Vec<SigningKey>> {
        let now = self.mint.now();
        let keys = kept(&self.reading).await?;
        if due(&keys, now) == Due::default() {
            return Ok(keys);
        }
        let tx = self.begin().await?;
        self.hold(&tx, Lock::Keys).await?;
        // Another server may have been quicker.
        let mut keys = kept(&tx).await?;
        let Due { next, past } = due(&keys, now);
        for key in keys.drain(..past) {
            drop_key(&tx, &key.kid).await?;
        }
        if let Some(signs_from) = next {
            keys.push(self.make_key(&tx, signs_from).await?);
        }
        tx.commit().await?;
        Ok(keys)
    }

    /// Makes a key that signs from now on; those before it are read until their tokens have expired.
    ///
    /// # Errors
    /// Not allowed.
    pub async fn renew_signing_key(&self, actor: &Actor) -> Result<SigningKey> {
        self.ask(actor, Action::ManageClients)?;
        let tx = self.begin().await?;
        self.hold(&tx, Lock::Keys).await?;
        // One that was made for later would follow at once.
        for key in kept(&tx).await? {
            if key.signs_from > self.mint.now() {
                drop_key(&tx, &key.kid).await?;
            }
        }
        let key = self.make_key(&tx, self.mint.now()).await?;
        tx.commit().await?;
        Ok(key)
    }

    /// Takes a key away at once, with every token that it signed: where somebody else may have it. Another one signs from
    /// now on.
    ///
    /// # Errors
    /// Not allowed; there is no such key.
    pub async fn revoke_signing_key(&self, actor: &Actor, kid: &str) -> Result<SigningKey> {
        self.ask(actor, Action::ManageClients)?;
        let tx = self.begin().await?;
        self.hold(&tx, Lock::Keys).await?;
        if !drop_key(&tx, kid).await? {
            return Err(Refusal::NotFound.into());
        }
        let key = self.make_key(&tx, self.mint.now()).await?;
        tx.commit().await?;
        Ok(key)
    }

    async fn make_key(&self, conn: &impl ConnectionTrait, signs_from: DateTime<Utc>) -> Result<SigningKey> {
        let key = SigningKey {
            kid: self.mint.uuid().simple().to_string(),
            seed: self.mint.secret(),
            signs_from,
        };
        let insert = Query::insert()
            .into_table("signing_key")
            .columns(["kid", "seed", "signs_from"])
            .values([
                Expr::value(key.kid.clone()),
                Expr::value(BASE64_URL_SAFE_NO_PAD.encode(key.seed)),
                Expr::value(signs_from),
            ])
            .map_err(|error| Error::Corrupt(error.to_string()))?
            .take();
        conn.execute(&insert).await?;
        Ok(key)
    }
}

/// All keys, from the first that signed to the last.
async fn kept(conn: &impl ConnectionTrait) -> Result<Vec<SigningKey>> {
    let query = Query::select()
        .columns(["kid", "seed", "signs_from"])
        .from("signing_key")
        .order_by("signs_from", Order::Asc)
        .order_by("kid", Order::Asc)
        .take();
    let rows = conn.query_all(&query).await?;
    rows.iter().map(SigningKey::read).collect()
}

async fn drop_key(conn: &impl ConnectionTrait, kid: &str) -> Result<bool> {
    let delete = Query::delete()
        .from_table("signing_key")
        .and_where(Expr::col("kid").eq(kid))
        .take();
    Ok(conn.execute(&delete).await?.rows_affected() > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(days: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(0, 0).unwrap() + TimeDelta::days(days)
    }

    fn keys(days: &[i64]) -> Vec<SigningKey> {
        let key = |from: &i64| SigningKey {
            kid: from.to_string(),
            seed: [0; 32],
            signs_from: day(*from),
        };
        days.iter().map(key).collect()
    }

    fn is_due(days: &[i64], now: DateTime<Utc>) -> (Option<DateTime<Utc>>, usize) {
        let Due { next, past } = due(&keys(days), now);
        (next, past)
    }

    #[test]
    fn the_first_signs_at_once_and_each_next_one_is_published_before() {
        assert_eq!(is_due(&[], day(7)), (Some(day(7)), 0));
        assert_eq!(is_due(&[0], day(87)), (None, 0));
        assert_eq!(is_due(&[0], day(88)), (Some(day(90)), 0));
        // The servers stood still meanwhile.
        assert_eq!(is_due(&[0], day(200)), (Some(day(202)), 0));
        assert_eq!(is_due(&[0, 90], day(90)), (None, 0));
    }

    #[test]
    fn one_that_signed_is_read_until_its_tokens_have_expired() {
        let just = |hours: i64| day(90) + TimeDelta::minutes(60 * hours - 1);
        assert_eq!(is_due(&[0, 90], just(1)), (None, 0));
        assert_eq!(is_due(&[0, 90], just(2)), (None, 1));
        assert_eq!(is_due(&[0, 1, 90], just(2)), (None, 2));
    }
}
