//! Another password by mail. Who asks for a link is answered at once and always the same: what they typed is kept, and
//! looked at afterwards, so that neither the answer nor its delay tells whether an address has an account.

use chrono::TimeDelta;
use domain::mail;
use domain::person::{Person, State};
use domain::policy::{Action, Actor};
use domain::security::{Event, Origin};
use domain::{PersonId, Refusal};
use sea_orm::sea_query::{Expr, ExprTrait, Order, Query};
use sea_orm::{ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::{digest, keep_password};
use crate::connect::Store;
use crate::error::Result;
use crate::person::row;
use crate::rows;
use crate::write::Tx;

/// For so long a link can be used.
const LINK: TimeDelta = TimeDelta::hours(1);
/// Within this time an account is sent one link, however often it is asked for: nobody's letter box is filled.
const APART: TimeDelta = TimeDelta::minutes(5);
/// No address is longer (RFC 5321).
const ADDRESS: usize = 254;

/// Where a link leads, under the site's address.
fn link(site: &str, token: &str) -> String {
    format!("{}/mot-de-passe/{token}", site.trim_end_matches('/'))
}

impl Store {
    /// Keeps that somebody asks for a link by which to choose another password for the account of this address.
    ///
    /// # Errors
    /// A database fault.
    pub async fn ask_reset(&self, email: &str, origin: &Origin) -> Result<()> {
        let email = email.trim().replace('\0', "").to_lowercase();
        if email.len() > ADDRESS {
            return Ok(());
        }
        self.write(&Actor::System, Action::ManageAccounts, async |tx: &mut Tx| {
            let columns = ["id", "email", "device", "network", "made_at"];
            let row = vec![
                tx.uuid().into(),
                email.clone().into(),
                origin.device.clone().into(),
                origin.network.clone().into(),
                tx.now().into(),
            ];
            rows::insert(&tx.conn, "reset_request", &columns, vec![row]).await
        })
        .await
    }

    /// Looks at what was asked for longest ago: writes the link to whoever has an account with that address, and forgets
    /// what was typed. Answers whether there was something.
    ///
    /// # Errors
    /// A database fault.
    pub async fn answer_reset(&self, site: &str) -> Result<bool> {
        let query = Query::select()
            .columns(["id", "email", "device", "network"])
            .from("reset_request")
            .order_by("made_at", Order::Asc)
            .order_by("id", Order::Asc)
            .limit(1)
            .take();
        let Some(found) = self.reading.query_one(&query).await? else {
            return Ok(false);
        };
        let (id, email): (Uuid, String) = (found.try_get("", "id")?, found.try_get("", "email")?);
        let origin = Origin {
            device: found.try_get("", "device")?,
            network: found.try_get("", "network")?,
            through: None,
        };
        let token = self.token();
        self.write(&Actor::System, Action::ManageAccounts, async |tx: &mut Tx| {
            let taken = Query::delete()
                .from_table("reset_request")
                .and_where(Expr::col("id").eq(id))
                .take();
            if tx.conn.execute(&taken).await?.rows_affected() == 0 {
                // Another server has it.
                return Ok(());
            }
            let person = row::Entity::find()
                .filter(Expr::col(("person", "email")).eq(email.clone()))
                .one(&tx.conn)
                .await?
                .map(Person::from)
                .filter(|person| person.state == State::Active);
            let id = person.as_ref().map(|person| person.id);
            tx.note(Event::ResetRequested, id, &origin).await?;
            match person {
                Some(person) => send_link(tx, &person, &token, site).await,
                None => Ok(()),
            }
        })
        .await?;
        Ok(true)
    }

    /// The person that a link is for.
    ///
    /// # Errors
    /// The link is used, expired or unknown.
    pub async fn resetting(&self, token: &str) -> Result<Person> {
        let query = Query::select()
            .column("person_id")
            .from("password_reset")
            .and_where(Expr::col("token_hash").eq(digest(token)))
            .and_where(Expr::col("expires_at").gt(self.mint.now()))
            .take();
        let row = self
            .reading
            .query_one(&query)
            .await?
            .ok_or(Refusal::LinkExpired)?;
        let id: PersonId = row.try_get("", "person_id")?;
        let person: Option<Person> = self.find(id).await?;
        let person = person.filter(|person| person.state == State::Active);
        Ok(person.ok_or(Refusal::LinkExpired)?)
    }

    /// Uses a link: keeps the password's hash, ends every session, and writes to the person that it happened.
    ///
    /// # Errors
    /// The link is used, expired or unknown.
    pub async fn reset_password(
        &self,
        token: &str,
        password_hash: String,
        origin: &Origin,
        site: &str,
    ) -> Result<()> {
        let person = self.resetting(token).await?;
        self.write(&Actor::System, Action::ManageAccounts, async |tx: &mut Tx| {
            let used = Query::delete()
                .from_table("password_reset")
                .and_where(Expr::col("token_hash").eq(digest(token)))
                .and_where(Expr::col("expires_at").gt(tx.now()))
                .take();
            if tx.conn.execute(&used).await?.rows_affected() == 0 {
                return Err(Refusal::LinkExpired.into());
            }
            keep_password(tx, person.id, &password_hash).await?;
            tx.note(Event::PasswordReset, Some(person.id), origin).await?;
            let sign_in = format!("{}/connexion", site.trim_end_matches('/'));
            let letter = mail::password_changed(&person.name, &sign_in, person.language);
            tx.write_mail(&person, mail::Kind::PasswordChanged, letter).await
        })
        .await
    }
}

/// Writes the link to a person; an earlier one is void, unless it has only just left.
async fn send_link(tx: &Tx, person: &Person, token: &str, site: &str) -> Result<()> {
    let lately = Query::select()
        .column("made_at")
        .from("password_reset")
        .and_where(Expr::col("person_id").eq(person.id))
        .and_where(Expr::col("made_at").gt(tx.now() - APART))
        .limit(1)
        .take();
    if tx.conn.query_one(&lately).await?.is_some() {
        return Ok(());
    }
    void_links(tx, person.id).await?;
    let columns = ["token_hash", "person_id", "made_at", "expires_at"];
    let row = vec![
        digest(token).into(),
        person.id.into(),
        tx.now().into(),
        (tx.now() + LINK).into(),
    ];
    rows::insert(&tx.conn, "password_reset", &columns, vec![row]).await?;
    let letter = mail::password_reset(&person.name, &link(site, token), person.language);
    tx.write_mail(person, mail::Kind::PasswordReset, letter).await
}

/// Another password voids the links that were sent for the one before; those of others that have expired go too.
pub(super) async fn void_links(tx: &Tx, person: PersonId) -> Result<()> {
    let gone = Query::delete()
        .from_table("password_reset")
        .and_where(
            Expr::col("person_id")
                .eq(person)
                .or(Expr::col("expires_at").lt(tx.now())),
        )
        .take();
    tx.conn.execute(&gone).await?;
    tx.void_mail(person, mail::Kind::PasswordReset).await
}
