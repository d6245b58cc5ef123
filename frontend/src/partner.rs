//! Partners' machines: whether each integration is healthy, what it may do, what it asks and pushes, what is refused of it; for
//! staff, and for the partners of the organisation that it works for.

pub mod deliveries;
pub mod form;
pub mod list;
pub mod page;
pub mod read;
pub mod rejected;
pub mod scopes;
pub mod secrets;
pub mod send;
pub mod usage;
pub mod words;

use crate::viewer::actor;
use domain::Role;
use leptos::prelude::*;
use leptos_router::{LazyRoute, lazy_route};

/// Follows whether there are machines for whoever acts to see: all for staff, their organisation's for a partner.
pub fn sees_some() -> bool {
    let actor = actor();
    let is_partner = |role: Role| role >= Role::Partner;
    actor.is_staff()
        || actor
            .person()
            .is_some_and(|it| is_partner(it.role) && it.organisation.is_some())
}

pub struct List;

#[lazy_route]
impl LazyRoute for List {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <list::Screen /> }.into_any()
    }
}

pub struct New;

#[lazy_route]
impl LazyRoute for New {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <form::Create /> }.into_any()
    }
}

pub struct Sheet;

#[lazy_route]
impl LazyRoute for Sheet {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <page::Screen /> }.into_any()
    }
}
