//! People with an account: the administrators' list with invitations, one's own account and its sessions, taking up an
//! invitation, a forgotten password, the messages that go to people, the security log, what is held of a person and what was erased.

pub mod accounts;
pub mod erase;
pub mod erasures;
pub mod gate;
pub mod identity;
pub mod invitation;
pub mod messages;
pub mod mine;
pub mod own_data;
pub mod password;
pub mod reset;
pub mod second_step;
pub mod security;
pub mod sessions;
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

pub struct Mine;

#[lazy_route]
impl LazyRoute for Mine {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <mine::Screen /> }.into_any()
    }
}

pub struct ForgottenPassword;

#[lazy_route]
impl LazyRoute for ForgottenPassword {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <reset::Ask /> }.into_any()
    }
}

pub struct OtherPassword;

#[lazy_route]
impl LazyRoute for OtherPassword {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <reset::Choose /> }.into_any()
    }
}

pub struct SecurityLog;

#[lazy_route]
impl LazyRoute for SecurityLog {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <security::Screen /> }.into_any()
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
