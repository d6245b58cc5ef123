//! Food policy councils: the list on its map, a council's own page (who sits, what was decided, what came of it), councils
//! side by side, and what they do together.

pub mod ballot;
pub mod compare;
pub mod cut;
pub mod forms;
pub mod life;
pub mod list;
pub mod page;
pub mod read;
pub mod result;
pub mod seats;
pub mod together;
pub mod votes;
pub mod words;
pub mod work;
pub mod writing;

use leptos::prelude::*;
use leptos_router::{LazyRoute, lazy_route};

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
        view! { <list::NewScreen /> }.into_any()
    }
}

pub struct Sheet;

#[lazy_route]
impl LazyRoute for Sheet {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <page::Routed /> }.into_any()
    }
}

pub struct Compare;

#[lazy_route]
impl LazyRoute for Compare {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <compare::Screen /> }.into_any()
    }
}

pub struct Together;

#[lazy_route]
impl LazyRoute for Together {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <together::Screen /> }.into_any()
    }
}
