//! The questions: one's own, or for staff all; the most pressing first.

use super::Places;
use super::ask::signed_out;
use super::read::{Asked, Found, Row};
use super::words;
use crate::address;
use crate::api;
use crate::format;
use crate::language::t;
use crate::session::{self, Session};
use crate::ui::chips::{ChipOption, FilterChips, Status};
use crate::ui::more::More;
use crate::ui::page::Page;
use crate::ui::state::{Empty, Failed, Loaded, Shape, Skeleton};
use crate::viewer::{actor, may};
use cynic::QueryBuilder;
use domain::policy::Action;
use domain::request::{Filter, Order, State};
use leptos::prelude::*;

type Shown = api::Page<Row>;

#[component]
pub fn Screen() -> impl IntoView {
    let tools = || {
        view! {
            <Places here="/questions" />
            {move || session::person().map(|_| view! { <a class="button primary" href="/questions/nouvelle">{t::request_ask}</a> })}
        }
    };
    view! {
        <Page title=t::request_title lead=t::request_question tools>
            {move || match session::session() {
                Session::Restoring => view! { <Skeleton /> }.into_any(),
                Session::Visitor => signed_out("/questions").into_any(),
                Session::Signed(_) => view! { <List /> }.into_any(),
            }}
        </Page>
    }
}

#[component]
fn List() -> impl IntoView {
    let (states, narrow) = address::words("etat");
    let (whose, choose) = address::word("de");
    let staff = Memo::new(|_| may(Action::ReadDesks));
    let all = move || staff.get() && whose.get() == "tous";
    let found = api::pages(
        move |after| {
            let states: Vec<State> = states.get().iter().filter_map(|it| it.parse().ok()).collect();
            let own = actor().person().map(|it| it.id);
            Found::build(Asked {
                filter: Some(Filter {
                    states: (!states.is_empty()).then_some(states),
                    asker: own.filter(|_| !all()),
                    ..Filter::default()
                }),
                order: Some(Order::Due),
                after,
            })
        },
        |Found { requests }| match requests {
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
    let option = |it: &State| ChipOption {
        value: it.to_string(),
        label: words::state(*it).to_owned(),
        count: None,
    };
    let options = Signal::derive(move || State::ALL.iter().map(option).collect::<Vec<_>>());
    view! {
        <div class="row no-print">
            <FilterChips label=t::request_states options on=states on_change=narrow />
            {move || staff.get().then(|| view! {
                <div class="chips" role="group" aria-label=t::officer_desk_whose>
                    <button type="button" class="chip" aria-pressed=move || (!all()).to_string() on:click=move |_| choose.run(String::new())>{t::request_mine}</button>
                    <button type="button" class="chip" aria-pressed=move || all().to_string() on:click=move |_| choose.run("tous".to_owned())>{t::request_all}</button>
                </div>
            })}
        </div>
        <Loaded load=found.load shape=Shape::Lines on_retry=found.reload view=move |page: Shown| {
            let (shown, total, has_more) = (page.rows.len(), page.total, page.next.is_some());
            if page.rows.is_empty() {
                return view! {
                    <Empty title=t::request_none text=t::request_none_text>
                        <a class="button primary" href="/questions/nouvelle">{t::request_ask}</a>
                    </Empty>
                }.into_any();
            }
            view! {
                {rows(page.rows)}
                {move || found.failed.get().map(|failure| view! { <Failed failure on_retry=found.more /> })}
                <More shown=shown total=total has_more=has_more busy=found.busy on_more=found.more />
            }
            .into_any()
        } />
    }
}

/// Requests, each with where it stands and until when.
pub fn rows(rows: Vec<Row>) -> AnyView {
    view! {
        <ol role="list" class="change-list request-rows">
            {rows.into_iter().map(|row| {
                let Row { id, kind, title, due, state, is_late, asker_name, officer_name, minder_name, commune, .. } = row;
                let who = match (officer_name, minder_name) {
                    (Some(name), Some(other)) if name != other => format!("{name} → {other}"),
                    (name, _) => name.unwrap_or_default(),
                };
                let place = commune.map(|it| it.label).unwrap_or_default();
                let waits = state == State::Open;
                view! {
                    <li class="request-row" class:late=is_late>
                        <div class="spread">
                            <a href=format!("/questions/{}", id.inner())>{title}</a>
                            <Status course=words::course(state, is_late) text=move || if is_late { t::request_late() } else { words::state(state) } />
                        </div>
                        <p class="muted small">
                            {move || words::kind(kind)} " · " {place} " · " {asker_name} " → " {who}
                            {due.filter(|_| waits).map(|due| view! { " · " <span>{move || t::request_due(format::day(due))}</span> })}
                        </p>
                    </li>
                }
            }).collect_view()}
        </ol>
    }
    .into_any()
}
