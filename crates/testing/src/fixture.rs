//! People who act in tests, inputs as a client writes them, and answers as a test reads them.

use domain::page::Page;
use domain::person::{NewPerson, Person};
use domain::policy::{Actor, Role, Signed};
use domain::territory::{Order, Territory};
use domain::{PersonId, ProjectId, TerritoryId};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use store::{Error, Relation, Store};
use uuid::Uuid;

fn person(role: Role, projects: Vec<ProjectId>) -> Actor {
    let id = PersonId(Uuid::from_u128(
        0x0195_ffff_0000_7000_8000_0000_0000_0000 | role as u128,
    ));
    Actor::Person(Signed {
        id,
        role,
        organisation: None,
        projects,
        councils: Vec::new(),
        seats: Vec::new(),
    })
}

/// Somebody who is not signed in.
#[must_use]
pub const fn visitor() -> Actor {
    Actor::Visitor
}

/// An editor of the cell.
#[must_use]
pub fn editor() -> Actor {
    person(Role::Editor, Vec::new())
}

/// A territorial officer.
#[must_use]
pub fn officer() -> Actor {
    person(Role::Officer, Vec::new())
}

/// An administrator.
#[must_use]
pub fn administrator() -> Actor {
    person(Role::Administrator, Vec::new())
}

/// A member of this project.
#[must_use]
pub fn member(project: ProjectId) -> Actor {
    person(Role::Member, vec![project])
}

/// An account of this role, in use, and its holder as the policy sees them.
pub async fn signed(store: &Store, role: Role, more: Value) -> (Actor, Person) {
    let new = json!({
        "name": role.word(),
        "email": format!("{}@chantiers.test", role.word()),
        "role": role,
        "state": "ACTIVE",
    });
    let person: Person = store
        .create(&administrator(), input_with::<NewPerson>(new, more))
        .await
        .expect("an administrator may make accounts");
    store
        .actor_of(person.id)
        .await
        .expect("the database answers")
        .expect("the account is in use")
}

/// An input as a client writes it.
#[must_use]
pub fn input<T: DeserializeOwned>(json: Value) -> T {
    serde_json::from_value(json).expect("the input has the form of the schema")
}

/// An input as a client writes it: what all of its kind have, and what is this one's own.
#[must_use]
pub fn input_with<T: DeserializeOwned>(all: Value, own: Value) -> T {
    match (all, own) {
        (Value::Object(mut all), Value::Object(own)) => {
            all.extend(own);
            input(Value::Object(all))
        }
        (all, own) => panic!("not both objects: {all} {own}"),
    }
}

/// What an answer that is no refusal holds.
pub fn kept<T>(answer: Result<T, Error>) -> T {
    answer.unwrap_or_else(|error| panic!("{error:?}"))
}

/// The refusals of an answer, each as its code and its field.
pub fn refused<T>(answer: Result<T, Error>) -> Vec<String> {
    match answer {
        Ok(_) => panic!("it was not refused"),
        Err(Error::Refused(refusals)) => refusals
            .iter()
            .map(|refusal| {
                format!("{} {}", refusal.code(), refusal.field())
                    .trim()
                    .to_owned()
            })
            .collect(),
        Err(fault) => panic!("a fault instead of a refusal: {fault:?}"),
    }
}

/// The territories that share an area with this one.
///
/// # Panics
/// Where the store fails.
pub async fn overlapping(store: &Store, territory: TerritoryId) -> Vec<TerritoryId> {
    let parents = [territory.into()];
    let page = Page::first(domain::page::MOST);
    let found = store
        .related::<Territory>(Relation::Overlap, Order::Name, &page, &parents)
        .await;
    let mut slices = found.expect("the store answers");
    let slice = slices.remove(&parents[0]).unwrap_or_default();
    let mut ids: Vec<TerritoryId> = slice.edges.into_iter().map(|edge| edge.node.id).collect();
    ids.sort_unstable();
    ids
}
