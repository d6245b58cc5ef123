//! Importing a file: which file, which columns, what it would do, how far it is, what became of it.

pub mod columns;
pub mod followed;
pub mod page;
pub mod read;
pub mod rows;
pub mod start;
pub mod tray;
pub mod words;

use leptos::prelude::*;
use leptos_router::{LazyRoute, lazy_route};

pub struct Start;

#[lazy_route]
impl LazyRoute for Start {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <start::Screen /> }.into_any()
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
