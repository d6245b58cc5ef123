//! The needs of expertise that the reader may see, the last changed first; and those of one project, on its page.

use super::cards;
use super::places::Places;
use super::read::{NeedRow, NeedsAsked, NeedsFound};
use super::words;
use crate::address;
use crate::api;
use crate::language::t;
use crate::project::list::bound;
use crate::ui::chips::{ChipOption, FilterChips};
use crate::ui::field::{SelectField, TextField};
use crate::ui::more::More;
use crate::ui::page::{Page, Section};
use crate::ui::state::{Empty, Failed, Loaded, Shape};
use crate::viewer;
use cynic::QueryBuilder;
use domain::expertise::need::{Filter, State};
use domain::expertise::topic::families;
use domain::policy::Action;
use domain::{Actor, ProjectId};
use leptos::prelude::*;

type Shown = api::Page<NeedRow>;
/// The word of the address for every state.
const ALL: &str = "TOUT";

/// Whether the reader may say that they need something.
fn may_ask() -> bool {
    match viewer::actor() {
        Actor::Person(person) => {
            !person.projects.is_empty() || person.organisation.is_some() || viewer::actor().is_staff()
        }
        Actor::Visitor | Actor::Client(_) | Actor::System => false,
    }
}

#[component]
pub fn Screen() -> impl IntoView {
    let (text, state, topic) = (address::word("q"), address::word("etat"), address::word("sujet"));
    let filter = move || {
        let (said, of, about) = (text.0.get(), state.0.get(), topic.0.get());
        Filter {
            states: (of != ALL).then(|| vec![of.parse().unwrap_or(State::Open)]),
            topics: Some(about).filter(|it| !it.is_empty()).map(|it| vec![it]),
            text: Some(said.trim().to_owned()).filter(|it| !it.is_empty()),
            ..Filter::default()
        }
    };
    let paged = api::pages(
        move |after| {
            NeedsFound::build(NeedsAsked {
                filter: Some(filter()),
                after,
            })
        },
        |NeedsFound { expertise_needs }| api::Page {
            total: Some(i64::from(expertise_needs.total_count)),
            next: expertise_needs.page_info.next(),
            rows: expertise_needs.nodes,
        },
    );
    let states = Signal::derive(|| {
        let mut all: Vec<ChipOption> = State::ALL
            .iter()
            .map(|it| ChipOption {
                value: it.to_string(),
                label: words::state(*it).to_owned(),
                count: None,
            })
            .collect();
        all.push(ChipOption {
            value: ALL.to_owned(),
            label: t::exchange_any_state().to_owned(),
            count: None,
        });
        all
    });
    let on = Signal::derive(move || {
        let word = state.0.get();
        vec![if word.is_empty() {
            State::Open.to_string()
        } else {
            word
        }]
    });
    let choose = move |on: Vec<String>| {
        let last = on.into_iter().next_back().unwrap_or_default();
        state.1.run(if last == State::Open.word() {
            String::new()
        } else {
            last
        });
    };
    let topics = Signal::derive(|| {
        std::iter::once((String::new(), t::expertise_any_topic().to_owned()))
            .chain(families().map(|it| (it.code.to_owned(), words::topic(it.code).to_owned())))
            .collect::<Vec<_>>()
    });
    let tools = move || {
        view! {
            <Places here="/besoins-expertise" />
            {move || may_ask().then(|| view! { <a class="button primary" href="/besoins-expertise/nouveau">{t::expertise_need_create}</a> })}
        }
    };
    view! {
        <Page title=t::expertise_needs_title lead=t::expertise_needs_question tools>
            <div class="project-filters no-print">
                <TextField label=t::projects_filter_text value=bound(text) kind="search" required=true />
                <SelectField label=t::expertise_field_topics value=bound(topic) options=topics required=true />
                <FilterChips label=t::exchange_field_status options=states on on_change=choose />
            </div>
            <Loaded load=paged.load shape=Shape::Cards on_retry=paged.reload view=move |page: Shown| {
                let (shown, total, has_more) = (page.rows.len(), page.total, page.next.is_some());
                if page.rows.is_empty() {
                    return view! { <Empty title=t::expertise_need_none text=t::expertise_need_none_text><a class="button" href="/expertises">{t::expertise_title}</a></Empty> }.into_any();
                }
                view! {
                    <ol class="columns expertise-cards" role="list">{page.rows.into_iter().map(|row| view! { <li>{cards::need(row)}</li> }).collect_view()}</ol>
                    {move || paged.failed.get().map(|failure| view! { <Failed failure on_retry=paged.more /> })}
                    <More shown=shown total=total has_more=has_more busy=paged.busy on_more=paged.more />
                }
                .into_any()
            } />
        </Page>
    }
}

/// The needs of one project, on its page.
#[component]
pub fn OfProject(project: ProjectId) -> impl IntoView {
    let found = api::load(move || {
        NeedsFound::build(NeedsAsked {
            filter: Some(Filter {
                projects: Some(vec![project]),
                ..Filter::default()
            }),
            after: None,
        })
    });
    let asks = move || {
        viewer::may(Action::KeepExpertiseNeed {
            project: Some(project),
            organisation: None,
        })
    };
    view! {
        <Section title=t::expertise_needs_title broad=true>
            <Loaded load=found.load shape=Shape::Cards on_retry=found.reload view=move |found: NeedsFound| {
                let rows = found.expertise_needs.nodes;
                if rows.is_empty() {
                    return view! { <p class="muted">{t::expertise_need_none_here}</p> }.into_any();
                }
                view! { <ol class="columns expertise-cards" role="list">{rows.into_iter().map(|row| view! { <li>{cards::need(row)}</li> }).collect_view()}</ol> }.into_any()
            } />
            {move || asks().then(|| view! { <p class="no-print"><a class="button small" href=format!("/besoins-expertise/nouveau?projet={project}")>{t::expertise_need_create}</a></p> })}
        </Section>
    }
}
