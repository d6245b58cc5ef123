//! Accounts beside the person's record: passwords (only their hashes), invitations, sessions. A session is a
//! family of refresh tokens, each used once; a token used twice closes the family.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use domain::person::{NewPerson, Person, State};
use domain::policy::{Action, Actor, Role, Signed};
use domain::{PersonId, ProjectId, Refusal};
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict, Query};
use sea_orm::{ConnectionTrait, EntityTrait, QueryFilter};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::connect::Store;
use crate::error::{Error, Result};
use crate::person::row;
use crate::write::Tx;

const INVITATION: TimeDelta = TimeDelta::days(14);
const SESSION: TimeDelta = TimeDelta::days(30);

/// An invitation's token, shown once.
#[derive(Clone, Debug)]
pub struct Invitation {
    /// What stands in the link.
    pub token: String,
    /// Until when it can be used.
    pub expires_at: DateTime<Utc>,
}

/// A session's next refresh token.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// What stands in the cookie.
    pub token: String,
    /// Until when it can be used.
    pub expires_at: DateTime<Utc>,
}

/// What became of a refresh token.
#[derive(Clone, Debug)]
pub enum Rotation {
    /// It was good: here is the next.
    Rotated {
        /// Whose session it is.
        person: Box<Person>,
        /// The next token.
        session: NewSession,
    },
    /// It was used before: somebody has a copy, so the whole session is closed.
    Reused,
    /// It is none of ours, or expired.
    Unknown,
}

/// The key that signs access tokens, shared by all servers on one database.
#[derive(Clone, Debug)]
pub struct SigningKey {
    /// Its name.
    pub kid: String,
    /// The key.
    pub secret: [u8; 32],
}

fn digest(token: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(token))
}

impl Store {
    fn token(&self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(self.mint.secret())
    }

    /// Makes an account and its first invitation.
    ///
    /// # Errors
    /// Not allowed; an address that has an account.
    pub async fn invite(&self, actor: &Actor, new: NewPerson) -> Result<(Person, Invitation)> {
        let person = self
            .create_with::<Person>(actor, new, |person| person.state = State::Invited)
            .await?;
        let invitation = self.new_invitation(person.id).await?;
        Ok((person, invitation))
    }

    /// Makes another invitation, also for somebody who lost their password; earlier ones are void.
    ///
    /// # Errors
    /// Not allowed, not found.
    pub async fn invite_again(&self, actor: &Actor, person: PersonId) -> Result<Invitation> {
        self.ask(actor, Action::ManageAccounts)?;
        let person: Person = self.get(actor, person).await?;
        if person.state == State::Suspended {
            return Err(Refusal::LinkExpired.into());
        }
        self.new_invitation(person.id).await
    }

    async fn new_invitation(&self, person: PersonId) -> Result<Invitation> {
        let invitation = Invitation {
            token: self.token(),
            expires_at: self.mint.now() + INVITATION,
        };
        let earlier = Query::delete()
            .from_table("invitation")
            .and_where(Expr::col("person_id").eq(person))
            .take();
        self.db.execute(&earlier).await?;
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
        self.db.execute(&insert).await?;
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
        let row = self.db.query_one(&query).await?.ok_or(Refusal::LinkExpired)?;
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
    pub async fn accept_invitation(&self, token: &str, password_hash: String) -> Result<Person> {
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
            tx.update(&person, active).await
        })
        .await
    }

    /// Sets somebody's password: their own, or an administrator for them. Closes their sessions.
    ///
    /// # Errors
    /// Not allowed.
    pub async fn set_password(&self, actor: &Actor, person: PersonId, password_hash: String) -> Result<()> {
        self.write(actor, Action::EditSelf { person }, async |tx: &mut Tx| {
            keep_password(tx, person, &password_hash).await
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
            .one(&self.db)
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

    /// Opens a session.
    ///
    /// # Errors
    /// A database fault.
    pub async fn open_session(&self, person: PersonId) -> Result<NewSession> {
        self.next_token(person, self.mint.uuid()).await
    }

    async fn next_token(&self, person: PersonId, family: Uuid) -> Result<NewSession> {
        let now = self.mint.now();
        let session = NewSession {
            token: self.token(),
            expires_at: now + SESSION,
        };
        let mut insert = Query::insert();
        insert
            .into_table("session")
            .columns(["token_hash", "family", "person_id", "created_at", "expires_at"])
            .values([
                Expr::value(digest(&session.token)),
                Expr::value(family),
                Expr::value(person),
                Expr::value(now),
                Expr::value(session.expires_at),
            ])
            .map_err(|error| Error::Corrupt(error.to_string()))?;
        self.db.execute(&insert).await?;
        Ok(session)
    }

    /// Exchanges a refresh token for the next one.
    ///
    /// # Errors
    /// A database fault.
    pub async fn rotate_session(&self, token: &str) -> Result<Rotation> {
        let hash = digest(token);
        let query = Query::select()
            .columns(["family", "person_id", "used_at"])
            .from("session")
            .and_where(Expr::col("token_hash").eq(hash.clone()))
            .and_where(Expr::col("expires_at").gt(self.mint.now()))
            .take();
        let Some(found) = self.db.query_one(&query).await? else {
            return Ok(Rotation::Unknown);
        };
        let family: Uuid = found.try_get("", "family")?;
        let person: PersonId = found.try_get("", "person_id")?;
        // Whoever marks it first has used it; of two at once, the second is a reuse.
        let mark = Query::update()
            .table("session")
            .value("used_at", self.mint.now())
            .and_where(Expr::col("token_hash").eq(hash))
            .and_where(Expr::col("used_at").is_null())
            .take();
        if self.db.execute(&mark).await?.rows_affected() == 0 {
            self.close_family(family).await?;
            return Ok(Rotation::Reused);
        }
        match self
            .find::<Person>(person)
            .await?
            .filter(|person| person.state == State::Active)
        {
            Some(person) => {
                let session = self.next_token(person.id, family).await?;
                Ok(Rotation::Rotated {
                    person: Box::new(person),
                    session,
                })
            }
            None => Ok(Rotation::Unknown),
        }
    }

    /// Closes the session that a refresh token belongs to.
    ///
    /// # Errors
    /// A database fault.
    pub async fn close_session(&self, token: &str) -> Result<()> {
        let query = Query::select()
            .column("family")
            .from("session")
            .and_where(Expr::col("token_hash").eq(digest(token)))
            .take();
        if let Some(found) = self.db.query_one(&query).await? {
            self.close_family(found.try_get("", "family")?).await?;
        }
        Ok(())
    }

    async fn close_family(&self, family: Uuid) -> Result<()> {
        let now = self.mint.now();
        let gone = Query::delete()
            .from_table("session")
            .and_where(Expr::col("family").eq(family).or(Expr::col("expires_at").lt(now)))
            .take();
        self.db.execute(&gone).await?;
        Ok(())
    }

    /// The person as the policy sees them now; nothing where the account is not in use.
    ///
    /// # Errors
    /// A database fault.
    pub async fn actor_of(&self, person: PersonId) -> Result<Option<(Actor, Person)>> {
        let Some(person) = self
            .find::<Person>(person)
            .await?
            .filter(|person| person.state == State::Active)
        else {
            return Ok(None);
        };
        let query = Query::select()
            .column("project_id")
            .from("membership")
            .and_where(Expr::col("person_id").eq(person.id))
            .take();
        let rows = self.db.query_all(&query).await?;
        let projects: Vec<ProjectId> = rows
            .iter()
            .map(|row| row.try_get("", "project_id"))
            .collect::<std::result::Result<_, _>>()?;
        let signed = Signed {
            id: person.id,
            role: person.role,
            organisation: person.organisation_id,
            projects,
        };
        Ok(Some((Actor::Person(signed), person)))
    }

    /// Whether there is an administrator who can sign in.
    ///
    /// # Errors
    /// A database fault.
    pub async fn has_administrator(&self) -> Result<bool> {
        let found = row::Entity::find()
            .filter(Expr::col(("person", "role")).eq(Role::Administrator))
            .filter(Expr::col(("person", "state")).eq(State::Active))
            .one(&self.db)
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
            .one(&self.db)
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
                self.set_password(&Actor::System, person.id, hash).await?;
                Ok((person, None))
            }
            None => {
                let invitation = self.new_invitation(person.id).await?;
                Ok((person, Some(invitation)))
            }
        }
    }

    /// The key that signs access tokens; made at the first need.
    ///
    /// # Errors
    /// A database fault.
    pub async fn signing_key(&self) -> Result<SigningKey> {
        let kid = self.mint.uuid().simple().to_string();
        let made = format!("{kid} {}", self.token());
        let mut insert = Query::insert();
        insert
            .into_table("setting")
            .columns(["name", "value"])
            .values([Expr::value("signing_key"), Expr::value(made)])
            .map_err(|error| Error::Corrupt(error.to_string()))?
            .on_conflict(OnConflict::column("name").do_nothing().to_owned());
        self.db.execute(&insert).await?;
        let value = self.setting("signing_key").await?.unwrap_or_default();
        let corrupt = || Error::Corrupt("the signing key cannot be read".to_owned());
        let (kid, secret) = value.split_once(' ').ok_or_else(corrupt)?;
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(secret).map_err(|_| corrupt())?;
        Ok(SigningKey {
            kid: kid.to_owned(),
            secret: bytes.try_into().map_err(|_| corrupt())?,
        })
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

/// Keeps a password's hash and closes the sessions that the earlier one opened.
async fn keep_password(tx: &Tx, person: PersonId, hash: &str) -> Result<()> {
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
    let gone = Query::delete()
        .from_table("session")
        .and_where(Expr::col("person_id").eq(person))
        .take();
    tx.conn.execute(&gone).await?;
    Ok(())
}
