//! Facts: a name and a value, the unknown said as such, the source one press away.

use super::provenance::{Provenance, Sourced};
use crate::language::t;
use leptos::prelude::*;

/// A value, or « inconnu » written so that it is seen to be a value.
#[component]
pub fn Known(#[prop(into)] value: Signal<Option<String>>) -> impl IntoView {
    move || match value.get() {
        Some(value) => value.into_any(),
        None => view! { <span class="unknown">{t::fact_unknown}</span> }.into_any(),
    }
}

/// The list around `Fact`s.
#[component]
pub fn Facts(children: Children) -> impl IntoView {
    view! { <dl class="facts">{children()}</dl> }
}

/// One fact. Give `value` for plain text, children for anything richer (then unknown is for the caller to say).
#[component]
pub fn Fact(
    #[prop(into)] label: TextProp,
    #[prop(optional, into)] value: Signal<Option<String>>,
    #[prop(optional)] provenance: Option<Provenance>,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    let inside = match children {
        Some(children) => children(),
        None => view! { <Known value /> }.into_any(),
    };
    let about = label.clone();
    view! {
        <div>
            <dt>{move || label.get()}</dt>
            <dd>{match provenance {
                Some(provenance) => view! { <Sourced about provenance>{inside}</Sourced> }.into_any(),
                None => inside,
            }}</dd>
        </div>
    }
}

/// A few large figures side by side: (name, value or unknown).
#[component]
pub fn Figures(#[prop(into)] figures: Signal<Vec<(String, Option<String>)>>) -> impl IntoView {
    view! {
        <dl class="figures">
            {move || figures.get().into_iter().map(|(label, value)| view! {
                <div><dt>{label}</dt><dd><Known value=value /></dd></div>
            }).collect_view()}
        </dl>
    }
}
