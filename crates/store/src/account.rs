//! Accounts beside the person's record: passwords (only their hashes), invitations, who acts. Their sessions, the links
//! by which to choose another password, identities at an outside provider and the security log have files of their own.

mod identity;
mod log;
mod reset;
mod second;
mod session;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use domain::mail;
use domain::person::{NewPerson, Person, State};
use domain::policy::{Action, Actor, Role, Signed};
use domain::security::{Event, Origin};
use domain::{PersonId, RecordType, Refusal};
use sea_orm::sea_query::{Expr, ExprTrait, LockType, OnConflict, Query, SelectStatement, UnionType};
use sea_orm::{ConnectionTrait, EntityTrait, QueryFilter};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::connect::Store;
use crate::error::{Error, Result};
use crate::person::row;
use crate::write::Tx;

pub use identity::{Identified, Identity};
pub use log::SecurityEvent;
pub use second::{NewSecondStep, Opening, SecondStep, Stepped};
pub use session::{NewSession, Rotation, Session};

const INVITATION: TimeDelta = TimeDelta::days(14);

/// An invitation's token, shown once.
#[derive(Clone, Debug)]
pub struct Invitation {
    /// What stands in the link.
    pub token: String,
    /// Until when it can be used.
    pub expires_at: DateTime<Utc>,
}

impl Invitation {
    /// Where it is taken up.
    #[must_use]
    pub fn path(&self) -> String {
        format!("/invitation/{}", self.token)
    }

    /// The whole link, under the address that people type.
    #[must_use]
    pub fn link(&self, site: &str) -> String {
        format!("{}{}", site.trim_end_matches('/'), self.path())
    }
}

fn digest(token: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(token))
}

/// What a person has a part in, by its kind.
fn of_person(what: &'static str, table: &'static str, column: &'static str) -> SelectStatement {
    Query::select()
        .expr_as(Expr::value(what), "what")
        .expr_as(Expr::col(column), "id")
        .from(table)
        .take()
}

impl Store {
    fn token(&self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(self.mint.secret())
    }

    fn invitation(&self) -> Invitation {
        Invitation {
            token: self.token(),
            expires_at: self.mint.now() + INVITATION,
        }
    }

    /// Makes an account and its first invitation, and writes to the person with the link under the site's address.
    ///
    /// # Errors
    /// Not allowed; an address that has an account.
    pub async fn invite(&self, actor: &Actor, new: NewPerson, site: &str) -> Result<(Person, Invitation)> {
        let invitation = self.invitation();
        let invited = |person: &mut Person| person.state = State::Invited;
        self.create_and(actor, new, invited, async |tx: &mut Tx, person: Person| {
            send_invitation(tx, &person, &invitation, site).await?;
            Ok((person, invitation.clone()))
        })
        .await
    }

    /// Makes another invitation, also for somebody who lost their password, and writes to them; earlier ones are void.
    ///
    /// # Errors
    /// Not allowed, not found.
    pub async fn invite_again(&self, actor: &Actor, person: PersonId, site: &str) -> Result<Invitation> {
        self.ask(actor, Action::ManageAccounts)?;
        let person: Person = self.get(actor, person).await?;
        if person.state == State::Suspended {
            return Err(Refusal::LinkExpired.into());
        }
        let invitation = self.invitation();
        self.write(actor, Action::ManageAccounts, async |tx: &mut Tx| {
            send_invitation(tx, &person, &invitation, site).await
        })
        .await?;
        Ok(invitation)
    }

    /// The person that an invitation is for.
    ///
    /// # Errors
    /// The link is used, expired or unknown.
    pub async fn invited(&self, token: &str) -> Result<Person> {
        let query = Query::select()
            .column("person_id")
            .from("invitation")
            .and_where(Expr::col("token_hash").eq(digest(token)))
            .and_where(Expr::col("expires_at").gt(self.mint.now()))
            .take();
        let row = self
            .reading
            .query_one(&query)
            .await?
            .ok_or(Refusal::LinkExpired)?;
        let id: PersonId = row.try_get("", "person_id")?;
        let person: Person = self.find(id).await?.ok_or(Refusal::LinkExpired)?;
        if person.state == State::Suspended {
            return Err(Refusal::LinkExpired.into());
        }
        Ok(person)
    }

    /// Takes up an invitation with the password's hash; the link is then void.
    ///
    /// # Errors
    /// The link is used, expired or unknown.
    pub async fn accept_invitation(
        &self,
        token: &str,
        password_hash: String,
        origin: &Origin,
    ) -> Result<Person> {
        let person = self.invited(token).await?;
        let hash = digest(token);
        self.write(&Actor::System, Action::ManageAccounts, async |tx: &mut Tx| {
            let used = Query::delete()
                .from_table("invitation")
                .and_where(Expr::col("token_hash").eq(hash.clone()))
                .take();
            if tx.conn.execute(&used).await?.rows_affected() == 0 {
                return Err(Refusal::LinkExpired.into());
            }
            let mut active = person.clone();
            active.state = State::Active;
            keep_password(tx, person.id, &password_hash).await?;
            // Its link was passed on by hand: the message would come too late.
            tx.void_mail(person.id, mail::Kind::Invitation).await?;
            tx.note(Event::InvitationAccepted, Some(person.id), origin)
                .await?;
            tx.update(&person, active).await
        })
        .await
    }

    /// Sets somebody's password: their own, or an administrator for them. Closes their sessions.
    ///
    /// # Errors
    /// Not allowed.
    pub async fn set_password(
        &self,
        actor: &Actor,
        person: PersonId,
        password_hash: String,
        origin: &Origin,
    ) -> Result<()> {
        self.write(actor, Action::EditSelf { person }, async |tx: &mut Tx| {
            keep_password(tx, person, &password_hash).await?;
            tx.note(Event::PasswordChanged, Some(person), origin).await
        })
        .await
    }

    /// The account and the password's hash for an address, where the account is in use.
    ///
    /// # Errors
    /// A database fault.
    pub async fn credentials(&self, email: &str) -> Result<Option<(Person, String)>> {
        // No address holds it, and PostgreSQL keeps no text that does.
        let email = email.trim().replace('\0', "").to_lowercase();
        let found = row::Entity::find()
            .filter(Expr::col(("person", "email")).eq(email))
            .one(&self.reading)
            .await?;
        let Some(person) = found
            .map(Person::from)
            .filter(|person| person.state == State::Active)
        else {
            return Ok(None);
        };
        let query = Query::select()
            .column("password_hash")
            .from("credential")
            .and_where(Expr::col("person_id").eq(person.id))
            .take();
        let hash = self
            .db
            .query_one(&query)
            .await?
            .map(|row| row.try_get("", "password_hash"))
            .transpose()?;
        Ok(hash.map(|hash| (person, hash)))
    }

    /// The person as the policy sees them now; nothing where the account is not in use.
    ///
    /// # Errors
    /// A database fault.
    pub async fn actor_of(&self, person: PersonId) -> Result<Option<(Actor, Person)>> {
        self.acting(person, None).await
    }

    /// The same of somebody who acts in a session; nothing where it has ended.
    ///
    /// # Errors
    /// A database fault.
    pub async fn actor_in(&self, person: PersonId, session: Uuid) -> Result<Option<Actor>> {
        let found = self.acting(person, Some(session)).await?;
        Ok(found.map(|(actor, _)| actor))
    }

    async fn acting(&self, person: PersonId, session: Option<Uuid>) -> Result<Option<(Actor, Person)>> {
        let Some(person) = self
            .find::<Person>(person)
            .await?
            .filter(|person| person.state == State::Active)
        else {
            return Ok(None);
        };
        let mut signed = Signed {
            id: person.id,
            role: person.role,
            organisation: person.organisation_id,
            projects: Vec::new(),
            councils: Vec::new(),
            seats: Vec::new(),
        };
        let (projects, councils, seats) = ("project", "council", "seat");
        let mut query = of_person(projects, "membership", "project_id")
            .and_where(Expr::col("person_id").eq(person.id))
            .take();
        query.union(
            UnionType::All,
            of_person(seats, "seat_holder", "seat_id")
                .and_where(Expr::col("person_id").eq(person.id))
                .take(),
        );
        if let Some(organisation) = person.organisation_id {
            query.union(
                UnionType::All,
                of_person(councils, "link", "record_id")
                    .and_where(Expr::col("field").eq("coordinatorIds"))
                    .and_where(Expr::col("record_kind").eq(RecordType::Council.word()))
                    .and_where(Expr::col("target_id").eq(organisation.0))
                    .take(),
            );
        }
        if let Some(session) = session {
            query.union(
                UnionType::All,
                of_person("session", "session", "family")
                    .and_where(Expr::col("family").eq(session))
                    .and_where(Expr::col("person_id").eq(person.id))
                    .and_where(Expr::col("used_at").is_null())
                    .and_where(Expr::col("expires_at").gt(self.mint.now()))
                    .take(),
            );
        }
        let mut is_open = session.is_none();
        for row in self.reading.query_all(&query).await? {
            let (what, id): (String, Uuid) = (row.try_get("", "what")?, row.try_get("", "id")?);
            match what.as_str() {
                "project" => signed.projects.push(id.into()),
                "council" => signed.councils.push(id.into()),
                "session" => is_open = true,
                _ => signed.seats.push(id.into()),
            }
        }
        Ok(is_open.then_some((Actor::Person(signed), person)))
    }

    /// Whether there is an administrator who can sign in.
    ///
    /// # Errors
    /// A database fault.
    pub async fn has_administrator(&self) -> Result<bool> {
        let found = row::Entity::find()
            .filter(Expr::col(("person", "role")).eq(Role::Administrator))
            .filter(Expr::col(("person", "state")).eq(State::Active))
            .one(&self.reading)
            .await?;
        Ok(found.is_some())
    }

    /// Makes an administrator's account from the command line: with a password, or with an invitation. An
    /// address that has an account gets the role and the password or invitation.
    ///
    /// # Errors
    /// An address that is none.
    pub async fn add_administrator(
        &self,
        email: &str,
        name: &str,
        password_hash: Option<String>,
    ) -> Result<(Person, Option<Invitation>)> {
        let known = row::Entity::find()
            .filter(Expr::col(("person", "email")).eq(email.trim().to_lowercase()))
            .one(&self.reading)
            .await?
            .map(Person::from);
        let state = if password_hash.is_some() {
            State::Active
        } else {
            State::Invited
        };
        let person = match known {
            Some(person) => {
                self.change::<Person>(&Actor::System, person.id, person.revision, |person, _| {
                    person.role = Role::Administrator;
                    if person.state != State::Active {
                        person.state = state;
                    }
                })
                .await?
            }
            None => {
                let new = NewPerson {
                    client_mutation_id: None,
                    name: name.to_owned(),
                    email: email.to_owned(),
                    role: Role::Administrator,
                    state,
                    organisation_id: None,
                    territory_ids: Vec::new(),
                    language: domain::Lang::Fr,
                };
                self.create::<Person>(&Actor::System, new).await?
            }
        };
        match password_hash {
            Some(hash) => {
                self.set_password(&Actor::System, person.id, hash, &Origin::default())
                    .await?;
                Ok((person, None))
            }
            None => {
                let invitation = self.invitation();
                self.write(&Actor::System, Action::ManageAccounts, async |tx: &mut Tx| {
                    keep_invitation(tx, person.id, &invitation).await
                })
                .await?;
                Ok((person, Some(invitation)))
            }
        }
    }

    /// A value kept by name.
    pub(crate) async fn setting(&self, name: &str) -> Result<Option<String>> {
        let query = Query::select()
            .column("value")
            .from("setting")
            .and_where(Expr::col("name").eq(name))
            .take();
        Ok(self
            .db
            .query_one(&query)
            .await?
            .map(|row| row.try_get("", "value"))
            .transpose()?)
    }
}

/// Keeps an invitation in place of the earlier ones.
async fn keep_invitation(tx: &Tx, person: PersonId, invitation: &Invitation) -> Result<()> {
    let earlier = Query::delete()
        .from_table("invitation")
        .and_where(Expr::col("person_id").eq(person))
        .take();
    tx.conn.execute(&earlier).await?;
    let mut insert = Query::insert();
    insert
        .into_table("invitation")
        .columns(["token_hash", "person_id", "expires_at"])
        .values([
            Expr::value(digest(&invitation.token)),
            Expr::value(person),
            Expr::value(invitation.expires_at),
        ])
        .map_err(|error| Error::Corrupt(error.to_string()))?;
    tx.conn.execute(&insert).await?;
    Ok(())
}

/// Keeps an invitation and writes to the person.
async fn send_invitation(tx: &Tx, person: &Person, invitation: &Invitation, site: &str) -> Result<()> {
    keep_invitation(tx, person.id, invitation).await?;
    let until = invitation.expires_at.date_naive();
    let letter = mail::invitation(&person.name, &invitation.link(site), until, person.language);
    tx.write_mail(person, mail::Kind::Invitation, letter).await
}

/// The person, where the account is in use; whatever else opens, goes on with or closes their sessions waits until this
/// transaction ends.
async fn in_turn(tx: &Tx, person: PersonId) -> Result<Option<Person>> {
    let lock = Query::select()
        .column("id")
        .from("person")
        .and_where(Expr::col("id").eq(person))
        .lock(LockType::NoKeyUpdate)
        .take();
    tx.conn.query_one(&lock).await?;
    let person: Option<Person> = tx.find(person).await?;
    Ok(person.filter(|person| person.state == State::Active))
}

/// Keeps a password's hash and closes the sessions that the earlier one opened; links to choose another are void.
async fn keep_password(tx: &Tx, person: PersonId, hash: &str) -> Result<()> {
    in_turn(tx, person).await?;
    let mut insert = Query::insert();
    insert
        .into_table("credential")
        .columns(["person_id", "password_hash", "changed_at"])
        .values([Expr::value(person), Expr::value(hash), Expr::value(tx.now())])
        .map_err(|error| Error::Corrupt(error.to_string()))?
        .on_conflict(
            OnConflict::column("person_id")
                .update_columns(["password_hash", "changed_at"])
                .to_owned(),
        );
    tx.conn.execute(&insert).await?;
    reset::void_links(tx, person).await?;
    session::close_all(tx, person, None).await
}
