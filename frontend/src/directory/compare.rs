//! Two directories side by side: how many organisations they share, hold alone, or contradict.

use super::words;
use crate::address;
use crate::api;
use crate::contract::schema;
use crate::format;
use crate::language::t;
use crate::organisation::read::Body;
use crate::project::list::bound;
use crate::ui::facts::Figures;
use crate::ui::field::SelectField;
use crate::ui::page::Section;
use crate::ui::state::Loaded;
use cynic::QueryBuilder;
use leptos::prelude::*;

#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "Query")]
struct Named {
    #[arguments(first: 100)]
    sources: Names,
}

crate::api::document!(query Named(()));

#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "SourceConnection")]
struct Names {
    nodes: Vec<Name>,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "Source")]
struct Name {
    id: cynic::Id,
    name: String,
}

#[derive(cynic::QueryVariables)]
struct Asked {
    first: cynic::Id,
    second: cynic::Id,
}

#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "Query", variables = "Asked")]
struct Found {
    #[arguments(first: $first, second: $second)]
    source_overlap: Option<SourceOverlap>,
}

crate::api::document!(query Found(Asked));

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
struct SourceOverlap {
    first: Name,
    second: Name,
    joined: i32,
    first_alike: i32,
    second_alike: i32,
    first_alone: i32,
    second_alone: i32,
    contradicting: i32,
    contradictions: Vec<SourceContradiction>,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
struct SourceContradiction {
    first: Option<Body>,
    second: Option<Body>,
    fields: Vec<String>,
}

#[component]
pub fn Compare() -> impl IntoView {
    let (first, second) = (address::word("un"), address::word("autre"));
    let named = api::load(|| Named::build(()));
    let options = Signal::derive(move || {
        let names = named
            .load
            .with(|it| it.value().map(|it| it.sources.nodes.clone()).unwrap_or_default());
        std::iter::once((String::new(), t::overlap_choose().to_owned()))
            .chain(names.into_iter().map(|it| (it.id.into_inner(), it.name)))
            .collect::<Vec<_>>()
    });
    let both = Memo::new(move |_| {
        let (first, second) = (first.0.get(), second.0.get());
        (!first.is_empty() && !second.is_empty() && first != second).then_some((first, second))
    });
    // The choices come later than the address: the fields are drawn with them.
    let known = Memo::new(move |_| named.load.with(|it| it.value().is_some()));
    view! {
        <Section title=t::overlap_title note=t::overlap_note broad=true>
            <div class="stack">
                {move || known.get().then(|| view! {
                    <div class="compare-fields no-print">
                        <SelectField label=t::overlap_first value=bound(first) options required=true />
                        <SelectField label=t::overlap_second value=bound(second) options required=true />
                    </div>
                })}
                {move || both.get().map(|(first, second)| view! { <Two first second /> })}
            </div>
        </Section>
    }
}

#[component]
fn Two(first: String, second: String) -> impl IntoView {
    let found = api::load(move || {
        Found::build(Asked {
            first: cynic::Id::new(&first),
            second: cynic::Id::new(&second),
        })
    });
    let load = Memo::new(move |_| found.load.get().map(|it| it.source_overlap).present());
    view! { <Loaded load on_retry=found.reload view=|overlap: SourceOverlap| view! { <Picture overlap /> } /> }
}

#[component]
fn Picture(overlap: SourceOverlap) -> impl IntoView {
    let SourceOverlap {
        first,
        second,
        joined,
        first_alike,
        second_alike,
        first_alone,
        second_alone,
        contradicting,
        contradictions,
    } = overlap;
    let shared = joined + first_alike.min(second_alike);
    let parts = [("first", first_alone), ("both", shared), ("second", second_alone)];
    let names = (first.name, second.name);
    let figures = {
        let names = names.clone();
        Signal::derive(move || {
            [
                (t::overlap_only(&names.0), first_alone),
                (t::overlap_joined().to_owned(), joined),
                (t::overlap_alike().to_owned(), first_alike.min(second_alike)),
                (t::overlap_only(&names.1), second_alone),
                (t::overlap_contradicting().to_owned(), contradicting),
            ]
            .into_iter()
            .map(|(label, count)| (label, Some(format::number(count))))
            .collect::<Vec<_>>()
        })
    };
    let none = parts.iter().all(|it| it.1 == 0);
    view! {
        <div class="stack">
            {(!none).then(|| view! {
                <div class="overlap-bar" aria-hidden="true">
                    {parts.into_iter().filter(|it| it.1 > 0).map(|(class, count)| view! { <span class=class style:flex-grow=count.to_string()>{format::number(count)}</span> }).collect_view()}
                </div>
            })}
            <Figures figures />
            {(!contradictions.is_empty()).then(|| view! {
                <ul class="plain-list" role="list">
                    {contradictions.into_iter().map(|it| {
                        let fields: Vec<&'static str> = it.fields.iter().map(|it| words::organisation_field(it)).collect();
                        view! {
                            <li>
                                {entry(it.first)} " ≠ " {entry(it.second)}
                                <span class="muted small">{fields.join(", ")}</span>
                            </li>
                        }
                    }).collect_view()}
                </ul>
            })}
        </div>
    }
}

fn entry(body: Option<Body>) -> AnyView {
    match body {
        Some(it) => view! { <a href=format!("/organisations/{}", it.id.inner())>{it.name}</a> }.into_any(),
        None => view! { <span class="unknown">{t::fact_unknown}</span> }.into_any(),
    }
}
