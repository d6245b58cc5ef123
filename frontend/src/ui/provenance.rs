//! Where a fact comes from, as of when, and who can confirm it: a small button beside the fact, and the browser's own
//! popover. Tooltips are for the names of things, never for what one must know.

use super::icon::{Icon, icon};
use super::unique;
use crate::language::t;
use leptos::html;
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
    let id = unique("provenance");
    let button = NodeRef::<html::Button>::new();
    let popover = NodeRef::<html::Div>::new();
    // The popover is in the top layer: it is put beside its button each time it opens.
    let place = move |_: web_sys::Event| {
        if let (Some(button), Some(popover)) = (button.get_untracked(), popover.get_untracked()) {
            put_beside(&button, &popover);
        }
    };
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
            <button type="button" class="provenance-button" popovertarget=id.clone() node_ref=button
                aria-label=move || t::provenance_open(name.get())>{icon(Icon::Info)}</button>
            <div class="popover" popover="auto" id=id node_ref=popover on:beforetoggle=place role="note">
                <p class="title">{move || t::provenance_title(about.get())}</p>
                <dl>
                    <dt>{t::provenance_source}</dt><dd>{source}</dd>
                    {rows.into_iter().filter_map(|(label, value)| value.map(|value| view! { <dt>{label}</dt><dd>{value}</dd> })).collect_view()}
                </dl>
            </div>
        </span>
    }
}

fn put_beside(button: &web_sys::HtmlButtonElement, popover: &web_sys::HtmlDivElement) {
    let at = button.get_bounding_client_rect();
    let size = |value: Result<wasm_bindgen::JsValue, _>| value.ok().and_then(|it| it.as_f64()).unwrap_or(0.0);
    let (width, height) = (size(window().inner_width()), size(window().inner_height()));
    let left = (at.left() - 16.0).clamp(16.0, (width - 352.0).max(16.0));
    let style = web_sys::HtmlElement::style(popover);
    let _ = style.set_property("left", &format!("{left}px"));
    // Below, unless the button is in the lower half of the window.
    if at.bottom() < height * 0.6 {
        let _ = style.set_property("top", &format!("{}px", at.bottom() + 6.0));
        let _ = style.set_property("bottom", "auto");
    } else {
        let _ = style.set_property("top", "auto");
        let _ = style.set_property("bottom", &format!("{}px", height - at.top() + 6.0));
    }
}

/// The name of a thing that shows only a sign, when one points at it or reaches it by keyboard.
#[component]
pub fn Tip(#[prop(into)] text: TextProp, children: Children) -> impl IntoView {
    view! { <span class="tip">{children()}<span class="tip-text" role="tooltip">{move || text.get()}</span></span> }
}
