//! A territory: what exists there and next door, its place in the ladder, and the way to any other. Named ones are
//! made and changed here too.

pub mod about;
pub mod edit;
pub mod lists;
pub mod neighbours;
pub mod page;
pub mod read;
pub mod words;

use edit::Create;
use leptos::prelude::*;
use leptos_router::{LazyRoute, lazy_route};
use page::Screen;

pub struct Sheet;

#[lazy_route]
impl LazyRoute for Sheet {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <Screen /> }.into_any()
    }
}

pub struct New;

#[lazy_route]
impl LazyRoute for New {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <Create /> }.into_any()
    }
}
