//! The directories that offers and needs come from, or could: which one to use, how far it can be trusted.

pub mod compare;
pub mod list;
pub mod page;
pub mod read;
pub mod scorecard;
pub mod words;

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
