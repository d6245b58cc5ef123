//! What came of offers and needs: contact, quote, contract, delivery, or nothing; for the two organisations and staff.
//! Everybody sees how many stand at each step, without names.

pub mod card;
pub mod form;
pub mod ledger;
pub mod list;
pub mod moves;
pub mod read;
pub mod words;

use leptos::prelude::*;
use leptos_router::{LazyRoute, lazy_route};

pub struct Outcomes;

#[lazy_route]
impl LazyRoute for Outcomes {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <list::Screen /> }.into_any()
    }
}
