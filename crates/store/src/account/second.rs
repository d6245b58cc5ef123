//! The second step of signing in, for who wants one: codes of an authenticator (RFC 6238), each good once, and recovery
//! codes, of which only the digests are kept. The authenticator's secret is told once, when it is made; nothing reads it
//! out again.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use domain::person::Person;
use domain::policy::{Action, Actor};
use domain::refusal::Invalid;
use domain::security::{Event, Origin};
use domain::{PersonId, Refusal};
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{ConnectionTrait, QueryResult};
use totp_rs::{Builder, Secret, Totp};

use super::session::begin;
use super::{NewSession, digest, in_turn};
use crate::connect::Store;
use crate::error::{Error, Result};
use crate::rows;
use crate::write::Tx;

/// As authenticators show it beside the address.
const ISSUER: &str = "Chantiers communs";
/// Codes may be so many steps of 30 seconds old, or ahead: clocks differ.
const SKEW: u16 = 1;
/// So many recovery codes are made.
const RECOVERY: usize = 10;
/// The first step is good for so long.
const WAIT: TimeDelta = TimeDelta::minutes(10);
/// So many wrong codes an account takes within a time, from wherever they come.
const TRIES: i32 = 5;
/// Within what time.
const WINDOW: TimeDelta = TimeDelta::minutes(15);

/// An authenticator's secret, told this once.
#[derive(Clone, Debug)]
pub struct NewSecondStep {
    /// For typing it in.
    pub secret: String,
    /// For a picture of it.
    pub address: String,
}

/// How it stands with an account's second step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SecondStep {
    /// Since when signing in needs it.
    pub since: DateTime<Utc>,
    /// How many recovery codes are left.
    pub recovery_codes: u32,
}

/// What follows on the right password.
#[derive(Clone, Debug)]
pub enum Opening {
    /// A session.
    Session(NewSession),
    /// The second step, under this token, until then.
    SecondStep {
        /// By which the second step names the first.
        token: String,
        /// Until when.
        expires_at: DateTime<Utc>,
    },
}

/// What became of the second step.
#[derive(Clone, Debug)]
pub enum Stepped {
    /// A session.
    Session(Box<Person>, NewSession),
    /// The code is not right, or was used already.
    Wrong,
    /// Too many wrong codes: wait so long.
    Wait(TimeDelta),
    /// The first step was too long ago, or is none of ours.
    Unknown,
}

/// A kept secret with what was done with it.
struct Kept {
    secret: String,
    confirmed_at: Option<DateTime<Utc>>,
    last_step: Option<i64>,
    tries: i32,
    tries_from: Option<DateTime<Utc>>,
}

fn kept(row: &QueryResult) -> Result<Kept> {
    Ok(Kept {
        secret: row.try_get("", "secret")?,
        confirmed_at: row.try_get("", "confirmed_at")?,
        last_step: row.try_get("", "last_step")?,
        tries: row.try_get("", "tries")?,
        tries_from: row.try_get("", "tries_from")?,
    })
}

fn totp(secret: Secret, email: &str) -> Result<Totp> {
    // A colon would part the address in two.
    let account = email.replace(':', " ");
    let totp = Builder::new()
        .with_secret(secret)
        .with_skew(SKEW)
        .with_account_name(account)
        .with_issuer(Some(ISSUER));
    totp.build().map_err(|error| Error::Corrupt(error.to_string()))
}

impl Kept {
    /// The step that a code belongs to, where it is right and later than every one that was used.
    fn step_of(&self, code: &str, email: &str, now: DateTime<Utc>) -> Result<Option<i64>> {
        let secret =
            Secret::try_from_base32(&self.secret).map_err(|error| Error::Corrupt(error.to_string()))?;
        let seconds = u64::try_from(now.timestamp()).unwrap_or(0);
        let step = totp(secret, email)?.check(code, seconds);
        let step = step.and_then(|step| i64::try_from(step).ok());
        Ok(step.filter(|step| self.last_step.is_none_or(|last| last < *step)))
    }
}

/// A code as it is compared: without the spaces and hyphens that help to read it.
fn bare(code: &str) -> String {
    let signs = code.chars().filter(char::is_ascii_alphanumeric);
    signs.map(|sign| sign.to_ascii_lowercase()).take(64).collect()
}

/// A recovery code: 16 signs in four groups.
fn recovery_code(bytes: &[u8]) -> String {
    let text = Secret::from(bytes).to_base32().to_lowercase();
    let signs: Vec<char> = text.chars().take(16).collect();
    let groups: Vec<String> = signs.chunks(4).map(|group| group.iter().collect()).collect();
    groups.join("-")
}

fn wrong_code() -> Error {
    Refusal::Invalid {
        field: "code".to_owned(),
        why: Invalid::WrongCode,
    }
    .into()
}

impl Tx {
    async fn second_step(&self, person: PersonId) -> Result<Option<Kept>> {
        let query = Query::select()
            .columns(["secret", "confirmed_at", "last_step", "tries", "tries_from"])
            .from("second_step")
            .and_where(Expr::col("person_id").eq(person))
            .take();
        self.conn.query_one(&query).await?.as_ref().map(kept).transpose()
    }

    /// Uses a recovery code up; whether it was one.
    async fn use_recovery_code(&self, person: PersonId, code: &str) -> Result<bool> {
        let used = Query::delete()
            .from_table("recovery_code")
            .and_where(Expr::col("person_id").eq(person))
            .and_where(Expr::col("code_hash").eq(digest(code)))
            .take();
        Ok(self.conn.execute(&used).await?.rows_affected() > 0)
    }

    /// Keeps what a try with a code leaves behind.
    async fn keep_try(
        &self,
        person: PersonId,
        step: Option<i64>,
        tries: i32,
        from: Option<DateTime<Utc>>,
    ) -> Result<()> {
        let mut update = Query::update();
        update
            .table("second_step")
            .value("tries", tries)
            .value("tries_from", from)
            .and_where(Expr::col("person_id").eq(person));
        if let Some(step) = step {
            update.value("last_step", step);
        }
        self.conn.execute(&update).await?;
        Ok(())
    }

    async fn take_second_step_away(&self, person: PersonId, origin: &Origin) -> Result<bool> {
        in_turn(self, person).await?;
        if self.find::<Person>(person).await?.is_none() {
            return Err(Refusal::NotFound.into());
        }
        let dropped = self.drop_second_step(person).await?;
        if dropped {
            self.note(Event::SecondStepOff, Some(person), origin).await?;
        }
        Ok(dropped)
    }

    async fn drop_second_step(&self, person: PersonId) -> Result<bool> {
        let mut dropped = 0;
        for table in ["sign_in_step", "recovery_code", "second_step"] {
            let gone = Query::delete()
                .from_table(table)
                .and_where(Expr::col("person_id").eq(person))
                .take();
            dropped = self.conn.execute(&gone).await?.rows_affected();
        }
        Ok(dropped > 0)
    }
}

impl Store {
    /// Makes an authenticator's secret for the caller's own account; it counts from the first right code on.
    ///
    /// # Errors
    /// Nobody is signed in; there is a second step already.
    pub async fn begin_second_step(&self, actor: &Actor) -> Result<NewSecondStep> {
        let id = actor.person().ok_or(Refusal::Unauthenticated)?.id;
        self.write(actor, Action::EditSelf { person: id }, async |tx: &mut Tx| {
            let person = in_turn(tx, id).await?.ok_or(Refusal::Unauthenticated)?;
            let known = tx.second_step(id).await?;
            if known.is_some_and(|known| known.confirmed_at.is_some()) {
                return Err(Refusal::Invalid {
                    field: String::new(),
                    why: Invalid::Settled,
                }
                .into());
            }
            let secret = Secret::from(&tx.secret()[..20]);
            let text = secret.to_base32();
            let address = totp(secret, &person.email)?
                .to_url()
                .map_err(|error| Error::Corrupt(error.to_string()))?;
            tx.drop_second_step(id).await?;
            let columns = ["person_id", "secret", "made_at", "tries"];
            let row = vec![id.into(), text.clone().into(), tx.now().into(), 0.into()];
            rows::insert(&tx.conn, "second_step", &columns, vec![row]).await?;
            Ok(NewSecondStep {
                secret: text,
                address,
            })
        })
        .await
    }

    /// Takes the second step into use with a first code; answers the recovery codes, told this once.
    ///
    /// # Errors
    /// Nobody is signed in; no secret was made; the code is not right.
    pub async fn confirm_second_step(
        &self,
        actor: &Actor,
        code: &str,
        origin: &Origin,
    ) -> Result<Vec<String>> {
        let id = actor.person().ok_or(Refusal::Unauthenticated)?.id;
        self.write(actor, Action::EditSelf { person: id }, async |tx: &mut Tx| {
            let person = in_turn(tx, id).await?.ok_or(Refusal::Unauthenticated)?;
            let known = tx.second_step(id).await?;
            let known = known
                .filter(|known| known.confirmed_at.is_none())
                .ok_or(Refusal::NotFound)?;
            let step = known.step_of(&bare(code), &person.email, tx.instant())?;
            let Some(step) = step else {
                return Err(wrong_code());
            };
            let update = Query::update()
                .table("second_step")
                .value("confirmed_at", tx.now())
                .value("last_step", step)
                .and_where(Expr::col("person_id").eq(id))
                .take();
            tx.conn.execute(&update).await?;
            let codes: Vec<String> = (0..RECOVERY).map(|_| recovery_code(&tx.secret()[..10])).collect();
            let rows = codes
                .iter()
                .map(|code| vec![digest(&bare(code)).into(), id.into()]);
            rows::insert(
                &tx.conn,
                "recovery_code",
                &["code_hash", "person_id"],
                rows.collect(),
            )
            .await?;
            tx.note(Event::SecondStepOn, Some(id), origin).await?;
            Ok(codes)
        })
        .await
    }

    /// How it stands with an account's second step; nothing where signing in needs none.
    ///
    /// # Errors
    /// A database fault.
    pub async fn second_step(&self, person: PersonId) -> Result<Option<SecondStep>> {
        let query = Query::select()
            .column("confirmed_at")
            .from("second_step")
            .and_where(Expr::col("person_id").eq(person))
            .and_where(Expr::col("confirmed_at").is_not_null())
            .take();
        let Some(row) = self.reading.query_one(&query).await? else {
            return Ok(None);
        };
        let left = Query::select()
            .expr_as(Expr::col("code_hash").count(), "left")
            .from("recovery_code")
            .and_where(Expr::col("person_id").eq(person))
            .take();
        let codes = self.reading.query_one(&left).await?;
        let codes: i64 = codes.map(|row| row.try_get("", "left")).transpose()?.unwrap_or(0);
        Ok(Some(SecondStep {
            since: row.try_get("", "confirmed_at")?,
            recovery_codes: u32::try_from(codes).unwrap_or(0),
        }))
    }

    /// Does without the second step of one's own account; its recovery codes are void.
    ///
    /// # Errors
    /// Nobody is signed in.
    pub async fn remove_second_step(&self, actor: &Actor, origin: &Origin) -> Result<()> {
        let person = actor.person().ok_or(Refusal::Unauthenticated)?.id;
        self.write(actor, Action::EditSelf { person }, async |tx: &mut Tx| {
            tx.take_second_step_away(person, origin).await.map(drop)
        })
        .await
    }

    /// Takes the second step away from the account of somebody who lost their authenticator and their recovery codes.
    /// Answers whether there was one.
    ///
    /// # Errors
    /// Not allowed; there is no such account.
    pub async fn remove_second_step_of(
        &self,
        actor: &Actor,
        person: PersonId,
        origin: &Origin,
    ) -> Result<bool> {
        self.write(actor, Action::ManageAccounts, async |tx: &mut Tx| {
            tx.take_second_step_away(person, origin).await
        })
        .await
    }

    /// Goes on after the right password, or what the outside provider says: with a session, or with the second step where the account has one.
    ///
    /// # Errors
    /// The account is not in use; a database fault.
    pub async fn enter(&self, person: PersonId, origin: &Origin) -> Result<Opening> {
        let token = BASE64_URL_SAFE_NO_PAD.encode(self.mint.secret());
        self.write(&Actor::System, Action::ManageAccounts, async |tx: &mut Tx| {
            if in_turn(tx, person).await?.is_none() {
                return Err(Refusal::Unauthenticated.into());
            }
            let known = tx.second_step(person).await?;
            if known.is_none_or(|known| known.confirmed_at.is_none()) {
                return Ok(Opening::Session(begin(tx, person, origin).await?));
            }
            let old = Query::delete()
                .from_table("sign_in_step")
                .and_where(Expr::col("expires_at").lt(tx.now()))
                .take();
            tx.conn.execute(&old).await?;
            let expires_at = tx.now() + WAIT;
            let columns = ["token_hash", "person_id", "expires_at", "through"];
            let row = vec![
                digest(&token).into(),
                person.into(),
                expires_at.into(),
                origin.through.clone().into(),
            ];
            rows::insert(&tx.conn, "sign_in_step", &columns, vec![row]).await?;
            Ok(Opening::SecondStep {
                token: token.clone(),
                expires_at,
            })
        })
        .await
    }

    /// The second step: a code of the authenticator that was not used yet, or a recovery code.
    ///
    /// # Errors
    /// A database fault.
    pub async fn take_second_step(&self, token: &str, code: &str, origin: &Origin) -> Result<Stepped> {
        let hash = digest(token);
        let query = Query::select()
            .columns(["person_id", "through"])
            .from("sign_in_step")
            .and_where(Expr::col("token_hash").eq(hash.clone()))
            .and_where(Expr::col("expires_at").gt(self.mint.now()))
            .take();
        let Some(row) = self.reading.query_one(&query).await? else {
            return Ok(Stepped::Unknown);
        };
        let id: PersonId = row.try_get("", "person_id")?;
        // Of the first step.
        let origin = &Origin {
            through: row.try_get("", "through")?,
            ..origin.clone()
        };
        let code = bare(code);
        self.write(&Actor::System, Action::ManageAccounts, async |tx: &mut Tx| {
            let Some(person) = in_turn(tx, id).await? else {
                return Ok(Stepped::Unknown);
            };
            let Some(known) = tx
                .second_step(id)
                .await?
                .filter(|known| known.confirmed_at.is_some())
            else {
                return Ok(Stepped::Unknown);
            };
            let now = tx.instant();
            let from = known.tries_from.filter(|from| *from + WINDOW > now);
            let tries = if from.is_some() { known.tries } else { 0 };
            if let Some(from) = from.filter(|_| tries >= TRIES) {
                return Ok(Stepped::Wait(from + WINDOW - now));
            }
            let step = known.step_of(&code, &person.email, now)?;
            let recovered = step.is_none() && tx.use_recovery_code(id, &code).await?;
            if step.is_none() && !recovered {
                tx.keep_try(id, None, tries + 1, from.or(Some(now))).await?;
                tx.note(Event::SecondStepRefused, Some(id), origin).await?;
                return Ok(Stepped::Wrong);
            }
            let used = Query::delete()
                .from_table("sign_in_step")
                .and_where(Expr::col("token_hash").eq(hash.clone()))
                .take();
            if tx.conn.execute(&used).await?.rows_affected() == 0 {
                return Ok(Stepped::Unknown);
            }
            tx.keep_try(id, step, 0, None).await?;
            if recovered {
                tx.note(Event::RecoveryCodeUsed, Some(id), origin).await?;
            }
            let session = begin(tx, id, origin).await?;
            Ok(Stepped::Session(Box::new(person), session))
        })
        .await
    }
}
