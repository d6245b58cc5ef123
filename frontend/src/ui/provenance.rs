//! Where a fact comes from, as of when, and who can confirm it: a small button beside the fact, and the browser's own
//! popover. Tooltips are for the names of things, never for what one must know.

use super::icon::{Icon, icon};
use super::popover::Popover;
use crate::language::t;
use leptos::prelude::*;

/// Everything is optional: what is not known of a source is said to be unknown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Provenance {
    pub source: Option<String>,
    pub url: Option<String>,
    /// Already written as the reader writes dates.
    pub as_of: Option<String>,
    pub confirmed: Option<String>,
    pub who_can_confirm: Option<String>,
    /// Deduced rather than stated by the source; the words say from what.
    pub inferred: Option<String>,
    /// How sure the source makes us.
    pub confidence: Option<String>,
}

/// A fact with the button that tells where it comes from. `about` names the fact for screen readers.
#[component]
pub fn Sourced(#[prop(into)] about: TextProp, provenance: Provenance, children: Children) -> impl IntoView {
    let name = about.clone();
    let rows = [
        (t::provenance_as_of as fn() -> &'static str, provenance.as_of),
        (t::provenance_confirmed, provenance.confirmed),
        (t::provenance_who, provenance.who_can_confirm),
        (t::provenance_inferred, provenance.inferred),
        (t::provenance_confidence, provenance.confidence),
    ];
    let source = match (provenance.source, provenance.url) {
        (Some(source), Some(url)) => {
            view! { <a href=url rel="external noopener" target="_blank">{source}</a> }.into_any()
        }
        (Some(source), None) => source.into_any(),
        (None, Some(url)) => {
            let text = url.clone();
            view! { <a href=url rel="external noopener" target="_blank">{text}</a> }.into_any()
        }
        (None, None) => view! { <span class="unknown">{t::fact_unknown}</span> }.into_any(),
    };
    view! {
        <span class="sourced">
            {children()}
            <Popover class="provenance-button" face=icon(Icon::Info).into_any() role="note"
                name=move || t::provenance_open(name.get())>
                <p class="title">{move || t::provenance_title(about.get())}</p>
                <dl>
                    <dt>{t::provenance_source}</dt><dd>{source}</dd>
                    {rows.into_iter().filter_map(|(label, value)| value.map(|value| view! { <dt>{label}</dt><dd>{value}</dd> })).collect_view()}
                </dl>
            </Popover>
        </span>
    }
}

/// The name of a thing that shows only a sign, when one points at it or reaches it by keyboard.
#[component]
pub fn Tip(#[prop(into)] text: TextProp, children: Children) -> impl IntoView {
    view! { <span class="tip">{children()}<span class="tip-text" role="tooltip">{move || text.get()}</span></span> }
}
