//! Organisations: the list, one of them with all it takes part in, and the forms that keep it.

pub mod forms;
pub mod list;
pub mod page;
pub mod read;
pub mod words;

use crate::ui::chips::Status;
use domain::organisation::State;
use leptos::prelude::*;
use leptos_router::{LazyRoute, lazy_route};

/// The state where it matters: what still works, or whose state nobody knows, needs no mark in a list.
pub fn state_mark(state: State) -> impl IntoView {
    matches!(state, State::Ceased | State::Bankrupt)
        .then(|| view! { <Status course=words::course(state) text=move || words::state(state) /> })
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
