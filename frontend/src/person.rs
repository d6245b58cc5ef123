//! People with an account: the administrators' list with invitations, one's own account, taking up an invitation, the
//! messages that go to people, what is held of a person and what was erased.

pub mod accounts;
pub mod erase;
pub mod erasures;
pub mod invitation;
pub mod messages;
pub mod own_data;
pub mod password;
pub mod words;

use leptos::prelude::*;
use leptos_router::{LazyRoute, lazy_route};

pub struct Accounts;

#[lazy_route]
impl LazyRoute for Accounts {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <accounts::Screen /> }.into_any()
    }
}

pub struct Invitation;

#[lazy_route]
impl LazyRoute for Invitation {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <invitation::Screen /> }.into_any()
    }
}

pub struct Messages;

#[lazy_route]
impl LazyRoute for Messages {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <messages::Screen /> }.into_any()
    }
}

pub struct OwnData;

#[lazy_route]
impl LazyRoute for OwnData {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <own_data::Screen /> }.into_any()
    }
}

pub struct Erasures;

#[lazy_route]
impl LazyRoute for Erasures {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <erasures::Screen /> }.into_any()
    }
}
