//! My introductions: to answer, to move on, to say what came of them; for staff all of them, and how they come out. And
//! those that wait, for "my week".

use super::funnel::Funnel;
use super::introduction::card;
use super::places::Places;
use super::read::{IntroductionRow, IntroductionRows, IntroductionsAsked, IntroductionsFound};
use super::words;
use crate::address;
use crate::api;
use crate::language::t;
use crate::session::{self, Session};
use crate::ui::chips::{ChipOption, FilterChips};
use crate::ui::more::More;
use crate::ui::page::Page;
use crate::ui::state::{Empty, Failed, Loaded, Shape};
use crate::viewer;
use cynic::QueryBuilder;
use domain::expertise::introduction::{Filter, Stage};
use domain::policy::Action;
use leptos::prelude::*;

type Shown = api::Page<IntroductionRow>;

#[component]
pub fn Screen() -> impl IntoView {
    view! {
        <Page title=t::introduction_title lead=t::introduction_question tools=|| view! { <Places here="/mises-en-relation" /> }>
            {move || match session::session() {
                Session::Restoring => ().into_any(),
                Session::Visitor => view! {
                    <Empty title=t::introduction_signed_out text=t::introduction_signed_out_text>
                        <a class="button primary" href="/connexion?vers=/mises-en-relation">{t::action_sign_in}</a>
                    </Empty>
                }.into_any(),
                Session::Signed(_) => view! { <Own /> }.into_any(),
            }}
            {move || viewer::may(Action::ReadFunnel).then(|| view! { <Funnel /> })}
        </Page>
    }
}

#[component]
fn Own() -> impl IntoView {
    let (chosen, choose) = address::words("etape");
    let stages = move || -> Option<Vec<Stage>> {
        let some: Vec<Stage> = chosen.get().iter().filter_map(|it| it.parse().ok()).collect();
        (!some.is_empty()).then_some(some)
    };
    let found = api::pages(
        move |after| {
            IntroductionsFound::build(IntroductionsAsked {
                filter: Some(Filter {
                    stages: stages(),
                    ..Filter::default()
                }),
                after,
            })
        },
        |IntroductionsFound { introductions }| match introductions {
            Some(rows) => api::Page {
                total: Some(i64::from(rows.total_count)),
                next: rows.page_info.next(),
                rows: rows.nodes,
            },
            None => api::Page {
                total: Some(0),
                next: None,
                rows: Vec::new(),
            },
        },
    );
    let options = Signal::derive(|| {
        Stage::ALL
            .iter()
            .map(|it| ChipOption {
                value: it.to_string(),
                label: words::stage(*it).to_owned(),
                count: None,
            })
            .collect::<Vec<_>>()
    });
    view! {
        <div class="no-print expertise-narrow"><FilterChips label=t::outcome_by_step options on=chosen on_change=choose /></div>
        <Loaded load=found.load shape=Shape::Cards on_retry=found.reload view=move |page: Shown| {
            let (shown, total, has_more) = (page.rows.len(), page.total, page.next.is_some());
            if page.rows.is_empty() {
                return view! { <Empty title=t::introduction_none text=t::introduction_none_text><a class="button" href="/besoins-expertise">{t::expertise_needs_title}</a></Empty> }.into_any();
            }
            view! {
                <ol class="stack" role="list">{page.rows.into_iter().map(|row| view! { <li>{card(row)}</li> }).collect_view()}</ol>
                {move || found.failed.get().map(|failure| view! { <Failed failure on_retry=found.more /> })}
                <More shown=shown total=total has_more=has_more busy=found.busy on_more=found.more />
            }
            .into_any()
        } />
    }
}

/// Those that wait for somebody, for "my week".
#[component]
pub fn Waiting() -> impl IntoView {
    let found = api::load(|| {
        IntroductionsFound::build(IntroductionsAsked {
            filter: Some(Filter {
                stages: Some(vec![Stage::Proposed, Stage::Accepted, Stage::UnderWay]),
                ..Filter::default()
            }),
            after: None,
        })
    });
    view! {
        <Loaded load=found.load on_retry=found.reload view=|found: IntroductionsFound| {
            let rows = found.introductions.map(|it: IntroductionRows| it.nodes).unwrap_or_default();
            if rows.is_empty() {
                return view! { <p class="muted">{t::introduction_none_waiting}</p> }.into_any();
            }
            view! {
                <ol class="stack" role="list">{rows.into_iter().take(5).map(|row| view! { <li>{card(row)}</li> }).collect_view()}</ol>
                <p><a href="/mises-en-relation">{t::introduction_all}</a></p>
            }
            .into_any()
        } />
    }
}
