//! People with an account, as rows. Their passwords and sessions are in `account`.

use domain::person::{Person, State};
use domain::policy::{Action, Actor, Role};
use domain::text::{Lang, fold};
use domain::{OrganisationId, PersonId, TerritoryId};
use sea_orm::sea_query::Condition;

use crate::connect::Store;
use crate::error::Result;
use crate::filter::Narrow;
use crate::list::Listed;
use crate::page::{Column, Key};

stored! {
    Person, row, "person";
    plain {
        name: String,
        email: String,
        role: Role,
        state: State,
        organisation_id: Option<OrganisationId>,
        language: Lang,
    }
    json {
        territory_ids: Vec<TerritoryId>,
    }
    derived {
        order_key: String = |person| fold(&person.name),
    }
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
        use sea_orm::sea_query::{Expr, ExprTrait};
        let like = |text: &String| Expr::col(("person", "order_key")).like(format!("%{}%", fold(text)));
        Narrow::of("person").and(filter.as_ref().map(like)).build()
    }

    fn column(_order: ByName) -> Column {
        Column {
            name: "order_key",
            descending: false,
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
