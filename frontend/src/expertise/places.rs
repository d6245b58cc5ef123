//! The screens of the expertise catalogue, from each to the others.

use crate::language::{Text, t};
use leptos::prelude::*;

const PLACES: [(&str, Text); 4] = [
    ("/expertises", t::expertise_title),
    ("/besoins-expertise", t::expertise_needs_title),
    ("/mises-en-relation", t::introduction_title),
    ("/rencontres-expertise", t::encounter_title),
];

#[component]
pub fn Places(here: &'static str) -> impl IntoView {
    view! {
        <nav class="exchange-places" aria-label=t::nav_expertise>
            <ul role="list">
                {PLACES.into_iter().map(|(href, name)| view! {
                    <li><a href=href aria-current=(href == here).then_some("page")>{name}</a></li>
                }).collect_view()}
            </ul>
        </nav>
    }
}
