//! The territorial officers: questions to them with their conversations, their desks, and who follows what.

pub mod around;
pub mod ask;
pub mod desk;
pub mod forms;
pub mod list;
pub mod moves;
pub mod read;
pub mod request;
pub mod staffing;
pub mod week;
pub mod words;

use leptos::prelude::*;
use leptos_router::{LazyRoute, lazy_route};

/// The screens, each loaded when it is first opened.
macro_rules! screens {
    ($($name:ident => $view:expr),+ $(,)?) => {$(
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
    )+};
}

screens! {
    Questions => view! { <list::Screen /> },
    Ask => view! { <ask::Screen /> },
    Question => view! { <request::Screen /> },
    Desk => view! { <desk::Screen /> },
    Staffing => view! { <staffing::Screen /> },
}

/// The screens of the officers, from each to the others; those of the staff for staff only.
#[component]
pub fn Places(here: &'static str) -> impl IntoView {
    use crate::language::{Text, t};
    let all: [(&str, Text, bool); 3] = [
        ("/questions", t::request_title, false),
        ("/bureau", t::officer_desk, true),
        ("/portefeuilles", t::officer_staffing, true),
    ];
    let staff = move || crate::viewer::may(domain::policy::Action::ReadDesks);
    view! {
        <nav class="exchange-places" aria-label=t::officer_places>
            <ul role="list">
                {move || {
                    let staff = staff();
                    all.into_iter().filter(move |it| staff || !it.2).map(|(href, name, _)| view! {
                        <li><a href=href aria-current=(href == here).then_some("page")>{name}</a></li>
                    }).collect_view()
                }}
            </ul>
        </nav>
    }
}
