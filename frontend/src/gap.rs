//! What is missing, where, in which month: the difference between what is offered and needed, by product or by
//! province, month by month.

pub mod cell;
pub mod read;
pub mod screen;
pub mod sheet;

use leptos::prelude::*;
use leptos_router::{LazyRoute, lazy_route};

pub struct Gaps;

#[lazy_route]
impl LazyRoute for Gaps {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <screen::Screen /> }.into_any()
    }
}
