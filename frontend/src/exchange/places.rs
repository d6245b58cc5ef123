//! The screens of the exchange, from each to the others.

use crate::language::{Text, t};
use leptos::prelude::*;

const PLACES: [(&str, Text); 5] = [
    ("/offres", t::exchange_offers),
    ("/demandes", t::exchange_needs),
    ("/manques", t::gap_title),
    ("/suites", t::outcome_title),
    ("/sources", t::directory_title),
];

#[component]
pub fn Places(here: &'static str) -> impl IntoView {
    view! {
        <nav class="exchange-places" aria-label=t::nav_exchange>
            <ul role="list">
                {PLACES.into_iter().map(|(href, name)| view! {
                    <li><a href=href aria-current=(href == here).then_some("page")>{name}</a></li>
                }).collect_view()}
            </ul>
        </nav>
    }
}
