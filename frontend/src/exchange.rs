//! Offers and needs of food: two lists that are narrowed by the same filters, and the page of one of them.

pub mod around;
pub mod confirm;
pub mod filters;
pub mod list;
pub mod matches;
pub mod page;
pub mod places;
pub mod read;
pub mod saved;
pub mod words;

use leptos::prelude::*;
use leptos_router::{LazyRoute, lazy_route};

/// Which of the two a screen is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Offers,
    Needs,
}

impl Side {
    pub const fn href(self) -> &'static str {
        match self {
            Self::Offers => "/offres",
            Self::Needs => "/demandes",
        }
    }

    pub const fn other(self) -> Self {
        match self {
            Self::Offers => Self::Needs,
            Self::Needs => Self::Offers,
        }
    }
}

pub struct Offers;

#[lazy_route]
impl LazyRoute for Offers {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <list::Screen side=Side::Offers /> }.into_any()
    }
}

pub struct Needs;

#[lazy_route]
impl LazyRoute for Needs {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <list::Screen side=Side::Needs /> }.into_any()
    }
}

pub struct OfferPage;

#[lazy_route]
impl LazyRoute for OfferPage {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <page::Screen side=Side::Offers /> }.into_any()
    }
}

pub struct NeedPage;

#[lazy_route]
impl LazyRoute for NeedPage {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <page::Screen side=Side::Needs /> }.into_any()
    }
}
