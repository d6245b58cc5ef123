//! What came of offers and needs: how many stand at each step, then one by one, the last moved first, for those who may
//! see them; by product, without names, for everybody.

use super::card::card;
use super::ledger::own;
use super::read::{Asked, Count, Counted, Found, Row, StagesAsked, StagesFound};
use super::words;
use crate::address;
use crate::api;
use crate::exchange::places::Places;
use crate::format;
use crate::language::t;
use crate::session::{self, Session};
use crate::ui::more::More;
use crate::ui::page::{Page, Section};
use crate::ui::state::{Empty, Failed, Loaded, Shape};
use crate::ui::table::{Column, Table};
use crate::viewer::actor;
use cynic::QueryBuilder;
use domain::outcome::{Filter, Stage};
use leptos::prelude::*;

type Shown = api::Page<Row>;
type Counts = Vec<(Stage, i64)>;

#[component]
pub fn Screen() -> impl IntoView {
    let sees = Memo::new(|_| {
        let actor = actor();
        actor.is_staff() || own(&actor).is_some()
    });
    view! {
        <Page title=t::outcome_title lead=t::outcome_question tools=|| view! { <Places here="/suites" /> }>
            {move || if sees.get() {
                view! { <Own /> }.into_any()
            } else {
                (session::session() == Session::Visitor).then(|| view! {
                    <Empty title=t::outcome_signed_out text=t::outcome_signed_out_text>
                        <a class="button primary" href="/connexion?vers=/suites">{t::action_sign_in}</a>
                    </Empty>
                }).into_any()
            }}
            <Public />
        </Page>
    }
}

/// Those one may see.
#[component]
fn Own() -> impl IntoView {
    let (chosen, choose) = address::word("etape");
    let stage = move || chosen.get().parse::<Stage>().ok();
    let filter = move || Filter {
        organisation: own(&actor()),
        ..Filter::default()
    };
    let stages = api::load(move || StagesFound::build(StagesAsked::of(&filter())));
    let counts = Memo::new(move |_| stages.load.get().map(StagesFound::counts));
    let found = api::pages(
        move |after| {
            Found::build(Asked {
                filter: Some(Filter {
                    stages: stage().map(|it| vec![it]),
                    ..filter()
                }),
                after,
            })
        },
        |Found { outcomes }| match outcomes {
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
    view! {
        <Loaded load=counts on_retry=stages.reload view=move |counts: Counts| view! { <Steps counts chosen choose /> } />
        <Loaded load=found.load shape=Shape::Cards on_retry=found.reload view=move |page: Shown| {
            let (shown, total, has_more) = (page.rows.len(), page.total, page.next.is_some());
            if page.rows.is_empty() {
                return if chosen.get_untracked().is_empty() {
                    view! {
                        <Empty title=t::outcome_none text=t::outcome_none_text>
                            <a class="button primary" href="/demandes">{t::exchange_needs}</a>
                        </Empty>
                    }.into_any()
                } else {
                    view! {
                        <Empty title=t::outcome_none_at_step>
                            <button type="button" class="button" on:click=move |_| choose.run(String::new())>{t::chip_clear}</button>
                        </Empty>
                    }.into_any()
                };
            }
            view! {
                <ol class="stack" role="list">{page.rows.into_iter().map(|row| view! { <li>{card(row, None)}</li> }).collect_view()}</ol>
                {move || found.failed.get().map(|failure| view! { <Failed failure on_retry=found.more /> })}
                <More shown=shown total=total has_more=has_more busy=found.busy on_more=found.more />
            }
            .into_any()
        } />
    }
}

/// How many stand at each step; a step pressed narrows the list to it.
#[component]
fn Steps(counts: Counts, chosen: Signal<String>, choose: Callback<String>) -> impl IntoView {
    let most = counts.iter().map(|it| it.1).max().unwrap_or(0).max(1);
    view! {
        <div class="outcome-steps" role="group" aria-label=t::outcome_by_step>
            {counts.into_iter().map(|(stage, count)| {
                let word = stage.to_string();
                let value = word.clone();
                let is_chosen = move || chosen.with(|it| *it == word);
                let pressed = is_chosen.clone();
                let height = format!("{}%", (count * 100 / most).clamp(i64::from(count > 0) * 4, 100));
                view! {
                    <button type="button" class="outcome-step" class:nothing=stage == Stage::Nothing aria-pressed=move || is_chosen().to_string()
                        on:click=move |_| choose.run(if pressed() { String::new() } else { value.clone() })>
                        <span class="pile" aria-hidden="true"><span style:height=height></span></span>
                        <b class="number">{move || format::number(count)}</b>
                        <span>{move || words::stage(stage)}</span>
                    </button>
                }
            }).collect_view()}
        </div>
    }
}

/// For everybody: how many of each product family have come how far.
#[component]
fn Public() -> impl IntoView {
    let found = api::load(|| Counted::build(()));
    view! {
        <Section title=t::outcome_public note=t::outcome_public_note broad=true>
            <Loaded load=found.load on_retry=found.reload view=|counted: Counted| {
                let rows: Vec<Count> = counted.outcome_counts.into_iter().filter(|it| it.stages.iter().any(|it| it.count > 0)).collect();
                if rows.is_empty() {
                    return view! { <p class="muted">{t::outcome_public_none}</p> }.into_any();
                }
                let columns = std::iter::once(Column::new("family", t::exchange_filter_product, |it: &Count| {
                    it.product_type.as_ref().map(|it| it.label.clone())
                }))
                .chain(Stage::ALL.iter().copied().map(|stage| {
                    Column::new(stage.word(), move || words::stage(stage), move |it: &Count| {
                        format::number(it.stages.iter().find(|it| it.stage == stage).map_or(0, |it| it.count))
                    })
                    .number()
                }))
                .collect();
                view! { <Table caption=t::outcome_public columns rows=Signal::stored(rows) /> }.into_any()
            } />
        </Section>
    }
}
