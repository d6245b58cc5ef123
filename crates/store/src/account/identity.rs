//! Signing in through an outside provider: tries, each good once and for a while, and which account an identity is bound
//! to. An identity is the provider's own name for somebody; the mail address leads to the account the first time only.

use chrono::{DateTime, TimeDelta, Utc};
use domain::PersonId;
use domain::person::Person;
use domain::policy::{Action, Actor};
use domain::security::{Event, Origin};
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{ConnectionTrait, EntityTrait, QueryFilter};

use super::{digest, in_turn};
use crate::connect::Store;
use crate::error::Result;
use crate::person::row;
use crate::rows;
use crate::write::Tx;

/// For so long one may take to sign in at the provider.
const TRY: TimeDelta = TimeDelta::minutes(10);

/// Who somebody is, as a provider says whom we trust.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The provider.
    pub issuer: String,
    /// Its name for them, which is nobody else's, now or later.
    pub subject: String,
    /// Their mail address, which the provider has verified.
    pub email: String,
}

/// Whose account an identity opens.
#[derive(Clone, Debug)]
pub enum Identified {
    /// This person's.
    Person(Box<Person>),
    /// This person has the address, and is bound to another identity of the same provider.
    Another(PersonId),
    /// No account that is in use.
    Nobody,
}

impl Store {
    /// Keeps that somebody sets out to sign in at the provider under this token; answers until when it is good.
    ///
    /// # Errors
    /// A database fault.
    pub async fn begin_provider_try(&self, token: &str) -> Result<DateTime<Utc>> {
        self.write(&Actor::System, Action::ManageAccounts, async |tx: &mut Tx| {
            let old = Query::delete()
                .from_table("provider_try")
                .and_where(Expr::col("expires_at").lt(tx.now()))
                .take();
            tx.conn.execute(&old).await?;
            let expires_at = tx.now() + TRY;
            let row = vec![digest(token).into(), expires_at.into()];
            rows::insert(&tx.conn, "provider_try", &["token_hash", "expires_at"], vec![row]).await?;
            Ok(expires_at)
        })
        .await
    }

    /// Uses a try up; whether it was good.
    ///
    /// # Errors
    /// A database fault.
    pub async fn use_provider_try(&self, token: &str) -> Result<bool> {
        self.write(&Actor::System, Action::ManageAccounts, async |tx: &mut Tx| {
            let used = Query::delete()
                .from_table("provider_try")
                .and_where(Expr::col("token_hash").eq(digest(token)))
                .and_where(Expr::col("expires_at").gt(tx.now()))
                .take();
            Ok(tx.conn.execute(&used).await?.rows_affected() > 0)
        })
        .await
    }

    /// Whose account an identity opens: the one it is bound to, whatever its address is by now; the first time the account
    /// in use with that address, which is bound to it from then on.
    ///
    /// # Errors
    /// A database fault.
    pub async fn identify(&self, identity: &Identity, origin: &Origin) -> Result<Identified> {
        self.write(&Actor::System, Action::ManageAccounts, async |tx: &mut Tx| {
            if let Some(bound) = tx.bound(identity).await? {
                let person = in_turn(tx, bound).await?;
                return Ok(person.map_or(Identified::Nobody, |it| Identified::Person(Box::new(it))));
            }
            let email = identity.email.trim().replace('\0', "").to_lowercase();
            let found = row::Entity::find()
                .filter(Expr::col(("person", "email")).eq(email))
                .one(&tx.conn)
                .await?
                .map(Person::from);
            let Some(found) = found else {
                return Ok(Identified::Nobody);
            };
            let Some(person) = in_turn(tx, found.id).await? else {
                return Ok(Identified::Nobody);
            };
            match tx.subject_of(person.id, &identity.issuer).await? {
                // Bound at the same moment, while this one waited.
                Some(subject) if subject == identity.subject => Ok(Identified::Person(Box::new(person))),
                Some(_) => Ok(Identified::Another(person.id)),
                None => {
                    tx.bind(identity, person.id).await?;
                    tx.note(Event::IdentityBound, Some(person.id), origin).await?;
                    Ok(Identified::Person(Box::new(person)))
                }
            }
        })
        .await
    }

    /// Binds an account to no identity any more, for somebody who has another one at the provider now. Answers whether there
    /// was one.
    ///
    /// # Errors
    /// Not allowed; there is no such account.
    pub async fn unbind_identity(&self, actor: &Actor, person: PersonId, origin: &Origin) -> Result<bool> {
        self.write(actor, Action::ManageAccounts, async |tx: &mut Tx| {
            in_turn(tx, person).await?;
            if tx.find::<Person>(person).await?.is_none() {
                return Err(domain::Refusal::NotFound.into());
            }
            let gone = Query::delete()
                .from_table("identity")
                .and_where(Expr::col("person_id").eq(person))
                .take();
            let was_bound = tx.conn.execute(&gone).await?.rows_affected() > 0;
            if was_bound {
                tx.note(Event::IdentityUnbound, Some(person), origin).await?;
            }
            Ok(was_bound)
        })
        .await
    }
}

impl Tx {
    /// Whom an identity is bound to.
    async fn bound(&self, identity: &Identity) -> Result<Option<PersonId>> {
        let query = Query::select()
            .column("person_id")
            .from("identity")
            .and_where(Expr::col("issuer").eq(identity.issuer.clone()))
            .and_where(Expr::col("subject").eq(identity.subject.clone()))
            .take();
        let row = self.conn.query_one(&query).await?;
        Ok(row.map(|row| row.try_get("", "person_id")).transpose()?)
    }

    /// What the provider calls a person whose account is bound.
    async fn subject_of(&self, person: PersonId, issuer: &str) -> Result<Option<String>> {
        let query = Query::select()
            .column("subject")
            .from("identity")
            .and_where(Expr::col("person_id").eq(person))
            .and_where(Expr::col("issuer").eq(issuer))
            .take();
        let row = self.conn.query_one(&query).await?;
        Ok(row.map(|row| row.try_get("", "subject")).transpose()?)
    }

    async fn bind(&self, identity: &Identity, person: PersonId) -> Result<()> {
        let columns = ["issuer", "subject", "person_id", "bound_at"];
        let row = vec![
            identity.issuer.clone().into(),
            identity.subject.clone().into(),
            person.into(),
            self.now().into(),
        ];
        rows::insert(&self.conn, "identity", &columns, vec![row]).await
    }
}
