//! The expertise catalogue: what can be had, what is needed and who could help, introductions and how they come out, and
//! sessions of encounter.

pub mod cards;
pub mod forms;
pub mod funnel;
pub mod introduction;
pub mod introductions;
pub mod list;
pub mod matches;
pub mod moves;
pub mod needs;
pub mod notices;
pub mod page;
pub mod places;
pub mod read;
pub mod sessions;
pub mod words;

use leptos::prelude::*;
use leptos_router::{LazyRoute, lazy_route};

/// A screen that comes when it is first asked for.
macro_rules! screen {
    ($name:ident: $view:expr) => {
        pub struct $name;

        #[lazy_route]
        impl LazyRoute for $name {
            fn data() -> Self {
                Self
            }

            fn view(_this: Self) -> AnyView {
                $view.into_any()
            }
        }
    };
}

screen!(Catalogue: view! { <list::Screen /> });
screen!(NewExpertise: view! { <forms::CreateExpertise /> });
screen!(ExpertisePage: view! { <page::Expertise /> });
screen!(Needs: view! { <needs::Screen /> });
screen!(NewNeed: view! { <forms::CreateNeed /> });
screen!(NeedPage: view! { <page::Need /> });
screen!(Introductions: view! { <introductions::Screen /> });
screen!(Sessions: view! { <sessions::Screen /> });
