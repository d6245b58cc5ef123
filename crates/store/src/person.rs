//! People with an account, as rows. Their passwords and sessions are in `account`.

use domain::person::{Person, State};
use domain::policy::{Action, Actor, Role};
use domain::refusal::Invalid;
use domain::search::LONGEST_QUERY;
use domain::text::{Lang, fold};
use domain::{OrganisationId, PersonId, Refusal, TerritoryId};
use sea_orm::ConnectionTrait;
use sea_orm::prelude::DateTimeUtc;
use sea_orm::sea_query::{Condition, Expr, ExprTrait, LockType, Query};

use crate::connect::Store;
use crate::error::Result;
use crate::filter::Narrow;
use crate::list::Listed;
use crate::page::{Column, Key};
use crate::write::Tx;

stored! {
    Person, row, "person";
    plain {
        name: String,
        email: String,
        role: Role,
        state: State,
        organisation_id: Option<OrganisationId>,
        language: Lang,
        erased_at: Option<DateTimeUtc>,
    }
    json {
        territory_ids: Vec<TerritoryId>,
    }
    derived {
        order_key: String = |person| fold(&person.name),
    }
    check check_person;
    index settle_account;
}

/// The one order of accounts: by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ByName;

impl std::fmt::Display for ByName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NAME")
    }
}

impl Listed for Person {
    type Filter = Option<String>;
    type Order = ByName;

    fn condition(filter: &Option<String>) -> Condition {
        let like = |text: &String| {
            Expr::col(("person", "order_key")).like(format!(
                "%{}%",
                fold(&text.chars().take(LONGEST_QUERY).collect::<String>())
            ))
        };
        Narrow::of("person").and(filter.as_ref().map(like)).build()
    }

    fn column(_order: ByName) -> Column {
        Column {
            name: "order_key",
            descending: false,
            of: crate::page::Kind::Text,
        }
    }

    fn key(&self, _order: ByName) -> Key {
        Key::Text(fold(&self.name))
    }
}

impl Store {
    /// A person changes their own name and language.
    ///
    /// # Errors
    /// Not found, not allowed, a stale revision, a name that is none.
    pub async fn edit_self(
        &self,
        actor: &Actor,
        id: PersonId,
        expected: i32,
        name: Option<String>,
        language: Option<Lang>,
    ) -> Result<Person> {
        let asking = |person: &Person| Action::EditSelf { person: person.id };
        self.change_as::<Person>(actor, id, expected, asking, |person, _| {
            if let Some(name) = name {
                person.name = name;
            }
            if let Some(language) = language {
                person.language = language;
            }
        })
        .await
    }
}

impl Tx {
    /// One administrator in use must remain, or nobody could let anybody in again.
    pub(crate) async fn check_person(&self, person: &Person) -> Result<()> {
        if person.role == Role::Administrator && person.state == State::Active {
            return Ok(());
        }
        let query = Query::select()
            .column("id")
            .from("person")
            .and_where(Expr::col("role").eq(Role::Administrator))
            .and_where(Expr::col("state").eq(State::Active))
            .lock(LockType::Update)
            .take();
        let rows = self.conn.query_all(&query).await?;
        let known: Vec<PersonId> = rows
            .iter()
            .map(|row| row.try_get("", "id"))
            .collect::<std::result::Result<_, _>>()?;
        if known == [person.id] {
            return Err(Refusal::Invalid {
                field: "role".to_owned(),
                why: Invalid::LastAdministrator,
            }
            .into());
        }
        Ok(())
    }

    /// A suspended account's sessions do not come back with it, and the requests of who is no more of the staff become
    /// others'.
    pub(crate) async fn settle_account(&mut self, person: &Person) -> Result<()> {
        if person.state == State::Suspended {
            let gone = Query::delete()
                .from_table("session")
                .and_where(Expr::col("person_id").eq(person.id))
                .take();
            self.conn.execute(&gone).await?;
        }
        self.pass_on_requests(person).await
    }
}
