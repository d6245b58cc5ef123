//! The field of what a machine may do.

use super::words;
use crate::draft::Draft;
use crate::language::t;
use crate::ui::chips::{ChipOption, FilterChips};
use crate::ui::field::Refused;
use domain::client::NewClient;
use domain::policy::Scope;
use leptos::prelude::*;

/// What it may do, each with what that means.
#[component]
pub fn Scopes(draft: Draft<NewClient>, refusals: RwSignal<Vec<Refused>>) -> impl IntoView {
    let on = draft.part(
        |it| it.scopes.iter().map(ToString::to_string).collect::<Vec<_>>(),
        |it, words: Vec<String>| it.scopes = words.iter().filter_map(|word| word.parse().ok()).collect(),
    );
    let options = Signal::derive(|| {
        Scope::ALL
            .iter()
            .map(|it| ChipOption {
                value: it.to_string(),
                label: words::scope(*it).to_owned(),
                count: None,
            })
            .collect::<Vec<_>>()
    });
    let chosen = move || {
        on.get()
            .iter()
            .filter_map(|word| word.parse::<Scope>().ok())
            .map(|scope| view! { <li>{words::scope(scope)} " : " {words::scope_text(scope)}</li> })
            .collect_view()
    };
    let wrong = move || {
        refusals
            .get()
            .into_iter()
            .filter(|it| it.path == "scopes")
            .map(|it| it.message)
            .collect::<Vec<_>>()
    };
    view! {
        <fieldset class="field" class:refused=move || !wrong().is_empty()>
            <legend>{t::partner_field_scopes}</legend>
            <p class="hint">{t::partner_scopes_hint}</p>
            <FilterChips label=t::partner_field_scopes options on on_change=move |words| on.set(words) />
            <ul class="partner-chosen muted small">{chosen}</ul>
            {move || (!wrong().is_empty()).then(|| view! { <div role="alert"><ul class="errors">{wrong().into_iter().map(|it| view! { <li>{it}</li> }).collect_view()}</ul></div> })}
        </fieldset>
    }
}
