//! People who act in tests.

use domain::policy::{Actor, Role, Signed};
use domain::{PersonId, ProjectId};
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
