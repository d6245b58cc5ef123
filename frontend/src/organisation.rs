//! Organisations: the list, one of them with all it takes part in, and the forms that keep it.

pub mod forms;
pub mod list;
pub mod merge;
pub mod page;
pub mod read;
pub mod words;

use crate::language::t;
use crate::ui::chips::Status;
use domain::organisation::State;
use leptos::prelude::*;
use leptos_router::{LazyRoute, lazy_route};

/// The state where it matters: what still works, or whose state nobody knows, needs no mark in a list.
pub fn state_mark(state: State) -> impl IntoView {
    matches!(state, State::Ceased | State::Bankrupt)
        .then(|| view! { <Status course=words::course(state) text=move || words::state(state) /> })
}

/// Organisations by their names, each leading to its page; unknown where none is named.
pub fn names(bodies: read::Bodies) -> AnyView {
    if bodies.nodes.is_empty() {
        return view! { <span class="unknown">{t::fact_unknown}</span> }.into_any();
    }
    view! {
        <ul role="list" class="names">
            {bodies.nodes.into_iter().map(|it| view! {
                <li><a href=format!("/organisations/{}", it.id.inner())>{it.name}</a> {it.acronym.map(|it| view! { <span class="muted">" (" {it} ")"</span> })}</li>
            }).collect_view()}
        </ul>
    }
    .into_any()
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
