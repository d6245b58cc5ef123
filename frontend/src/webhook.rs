//! Webhooks: where an organisation is told of changes, whether the messages arrive, and what became of each; for its
//! partners and administrators.

pub mod again;
pub mod deliveries;
pub mod forms;
pub mod list;
pub mod message;
pub mod moves;
pub mod page;
pub mod read;
pub mod secret;
pub mod strip;
pub mod trial;
pub mod words;

use crate::viewer::{actor, may};
use domain::policy::Action;
use leptos::prelude::*;
use leptos_router::{LazyRoute, lazy_route};

/// Follows whether there are webhooks for whoever acts to look after: those of their organisation, or all.
pub fn sees_some() -> bool {
    let own = actor().person().and_then(|it| it.organisation);
    may(Action::ManageClients) || own.is_some_and(|organisation| may(Action::ReadWebhooks { organisation }))
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
        view! { <forms::Create /> }.into_any()
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
