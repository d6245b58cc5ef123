//! The head that every screen has: where one is, the title (which takes the focus and names the document), what the
//! screen answers, and its tools. And `Section`, with its head in the margin.

use super::sign::{Sign, SignMark, Size};
use crate::language::t;
use leptos::html;
use leptos::prelude::*;

/// One step of the way here.
#[derive(Clone)]
pub struct Crumb {
    pub label: TextProp,
    pub href: String,
}

impl Crumb {
    pub fn new(label: impl Into<TextProp>, href: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            href: href.into(),
        }
    }
}

/// What the shell must know of the page that is open: said aloud when it comes late.
#[derive(Clone, Copy)]
pub struct Announcer(pub RwSignal<String>);

/// True until the first page of a visit is shown: the browser has put the focus already.
#[derive(Clone, Copy)]
pub struct FirstPage(pub StoredValue<bool>);

/// `title` empty: not known yet (a name that is being fetched).
#[component]
pub fn Page(
    #[prop(into)] title: TextProp,
    #[prop(optional, into)] lead: Option<TextProp>,
    /// Can come late, with the name.
    #[prop(optional, into)]
    crumbs: Signal<Vec<Crumb>>,
    #[prop(optional)] sign: Option<Sign>,
    #[prop(optional, into)] tools: Option<ViewFnOnce>,
    children: Children,
) -> impl IntoView {
    let heading = NodeRef::<html::H1>::new();
    let announcer = use_context::<Announcer>();
    let first = use_context::<FirstPage>().is_none_or(|first| {
        first
            .0
            .try_update_value(|it| std::mem::replace(it, false))
            .unwrap_or(true)
    });
    let focused = StoredValue::new(first);
    let named = title.clone();
    Effect::new(move |_| {
        let title = named.get();
        if title.is_empty() {
            return;
        }
        document().set_title(&t::app_document(title.as_str()));
        let Some(heading) = heading.get() else { return };
        if focused.get_value() {
            // a name that came late, or changed with the language
            if let Some(Announcer(said)) = announcer {
                said.set(title.to_string());
            }
        } else {
            focused.set_value(true);
            let options = web_sys::FocusOptions::new();
            options.set_prevent_scroll(true);
            let _ = heading.focus_with_options(&options);
        }
    });
    let last = title.clone();
    let waits = title.clone();
    view! {
        <div class=format!("page wrap {}", sign.map_or("", Sign::hue))>
            <header class="page-head">
                {move || {
                    let crumbs = crumbs.get();
                    (!crumbs.is_empty()).then(|| breadcrumb(crumbs, last.clone()))
                }}
                <div class="page-title">
                    {sign.map(|sign| view! { <SignMark sign size=Size::Large /> })}
                    <h1 node_ref=heading tabindex="-1" aria-busy=move || waits.get().is_empty().then_some("true")>
                        {move || { let title = title.get(); if title.is_empty() { t::state_loading().to_owned() } else { title.to_string() } }}
                    </h1>
                </div>
                {lead.map(|lead| view! { <p class="lead">{move || lead.get()}</p> })}
                {tools.map(|tools| view! { <div class="tools">{tools.run()}</div> })}
            </header>
            {children()}
        </div>
    }
}

fn breadcrumb(crumbs: Vec<Crumb>, here: TextProp) -> impl IntoView {
    view! {
        <nav class="breadcrumb" aria-label=t::nav_breadcrumb>
            <ol>
                {crumbs.into_iter().map(|Crumb { label, href }| view! { <li><a href=href>{move || label.get()}</a></li> }).collect_view()}
                <li aria-current="page">{move || here.get()}</li>
            </ol>
        </nav>
    }
}

/// A part of a page. `broad` keeps the head above, for pictures and tables that want the whole width.
#[component]
pub fn Section(
    #[prop(into)] title: TextProp,
    #[prop(optional, into)] note: Option<TextProp>,
    #[prop(optional, into)] id: Option<&'static str>,
    #[prop(optional)] broad: bool,
    children: Children,
) -> impl IntoView {
    let heading = super::unique("section");
    view! {
        <section class=if broad { "section broad" } else { "section" } id=id aria-labelledby=heading.clone()>
            <div class="section-head">
                <h2 id=heading.clone()>{move || title.get()}</h2>
                {note.map(|note| view! { <p class="note">{move || note.get()}</p> })}
            </div>
            <div class="section-body">{children()}</div>
        </section>
    }
}
