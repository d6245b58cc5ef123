//! Chantiers: the list of the eight and of the tracks; the page of one.

pub mod forms;
pub mod page;
pub mod read;
pub mod words;

pub use page::ChantierPage;

use crate::address;
use crate::api;
use crate::contract::schema;
use crate::language::t;
use crate::records::{self, RecordField};
use crate::ui::bar::Bar;
use crate::ui::chips::{ActiveFilters, ChipOption, FilterChips, NewMark, Status};
use crate::ui::field::TextField;
use crate::ui::page::{Page, Section};
use crate::ui::sign::{Sign, SignMark};
use crate::ui::state::{Empty, Loaded, Shape};
use crate::visit;
use cynic::QueryBuilder;
use domain::RecordType;
use domain::chantier::{Filter, Part, Stage, StepStatus};
use leptos::prelude::*;
use leptos_router::{LazyRoute, lazy_route};
use read::{Card, Cards};

#[derive(cynic::QueryVariables)]
struct Narrowed {
    filter: Option<Filter>,
}

#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "Query", variables = "Narrowed")]
struct All {
    #[arguments(where: $filter, first: 100)]
    chantiers: Cards,
}

crate::api::document!(query All(Narrowed));

pub struct Chantiers;

#[lazy_route]
impl LazyRoute for Chantiers {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <Page title=t::chantiers_title lead=t::chantiers_question><List /></Page> }.into_any()
    }
}

#[component]
fn List() -> impl IntoView {
    let (stages, set_stages) = address::words("etat");
    let (territory, set_territory) = address::word("territoire");
    let (text, set_text) = address::word("q");
    let typed = RwSignal::new(text.get_untracked());
    let taken = RwSignal::new(
        Some(territory.get_untracked())
            .filter(|it| !it.is_empty())
            .into_iter()
            .collect::<Vec<_>>(),
    );
    // The address follows what is typed, and what is typed follows the address.
    Effect::new(move |before: Option<()>| {
        let now = typed.get();
        if before.is_some() && now != text.get_untracked() {
            set_text.run(now);
        }
    });
    Effect::new(move |_| {
        let now = text.get();
        if typed.get_untracked().trim() != now.trim() {
            typed.set(now);
        }
    });
    Effect::new(move |before: Option<()>| {
        let now = taken.get().first().cloned().unwrap_or_default();
        if before.is_some() && now != territory.get_untracked() {
            set_territory.run(now);
        }
    });
    Effect::new(move |_| {
        let now: Vec<_> = Some(territory.get())
            .filter(|it| !it.is_empty())
            .into_iter()
            .collect();
        if taken.get_untracked() != now {
            taken.set(now);
        }
    });
    let found = api::load(move || {
        let wanted: Vec<Stage> = stages.get().iter().filter_map(|it| it.parse().ok()).collect();
        let stages = if wanted.is_empty() {
            Stage::ALL.to_vec()
        } else {
            wanted
        };
        let text = text.get().trim().to_owned();
        All::build(Narrowed {
            filter: Some(Filter {
                stages: Some(stages),
                codes: None,
                organisation: None,
                territory: territory.get().parse().ok(),
                text: (!text.is_empty()).then_some(text),
            }),
        })
    });
    let options = Signal::derive(|| {
        Stage::ALL
            .iter()
            .map(|stage| ChipOption {
                value: stage.word().to_owned(),
                label: words::stage(*stage).to_owned(),
                count: None,
            })
            .collect::<Vec<_>>()
    });
    let filters = Signal::derive(move || {
        let mut filters: Vec<(String, String)> = stages
            .get()
            .into_iter()
            .filter_map(|word| Some((word.clone(), words::stage(word.parse().ok()?).to_owned())))
            .collect();
        let territory = territory.get();
        if !territory.is_empty() {
            filters.push((
                "territoire".to_owned(),
                records::title(&territory).unwrap_or_else(|| "…".to_owned()),
            ));
        }
        let text = text.get();
        if !text.trim().is_empty() {
            filters.push(("q".to_owned(), format!("« {} »", text.trim())));
        }
        filters
    });
    let remove = move |key: String| match key.as_str() {
        "territoire" => set_territory.run(String::new()),
        "q" => set_text.run(String::new()),
        _ => set_stages.run(
            stages
                .get_untracked()
                .into_iter()
                .filter(|it| *it != key)
                .collect(),
        ),
    };
    let clear = move |()| {
        taken.set(Vec::new());
        typed.set(String::new());
        set_stages.run(Vec::new());
    };
    view! {
        <div class="chantier-filters no-print">
            <TextField label=t::chantiers_filter_text value=typed kind="search" />
            <RecordField label=t::chantiers_filter_territory kinds=&[RecordType::Territory] taken />
            <div class="field">
                <p class="chantier-filter-name">{t::chantiers_filter_stage}</p>
                <FilterChips label=t::chantiers_filter_stage options on=stages on_change=set_stages />
            </div>
        </div>
        <ActiveFilters filters on_remove=remove on_clear=clear />
        <Loaded load=found.load shape=Shape::Cards on_retry=found.reload view=move |All { chantiers }| {
            let count = chantiers.nodes.len();
            if count == 0 {
                return view! { <Empty title=t::chantiers_none text=t::chantiers_none_text /> }.into_any();
            }
            let (tracks, opened): (Vec<_>, Vec<_>) = chantiers.nodes.into_iter().partition(|it| it.stage == Stage::Track);
            view! {
                <p class="muted small chantier-count" role="status">{move || t::chantiers_count(count)}</p>
                {(!opened.is_empty()).then(|| view! {
                    <div class="columns chantier-cards">{opened.into_iter().map(|card| view! { <ChantierCard card /> }).collect_view()}</div>
                })}
                {(!tracks.is_empty()).then(|| view! {
                    <Section title=t::chantiers_tracks note=t::chantiers_tracks_note broad=true>
                        <div class="columns chantier-cards">{tracks.into_iter().map(|card| view! { <ChantierCard card /> }).collect_view()}</div>
                    </Section>
                })}
            }
            .into_any()
        } />
    }
}

/// One chantier in a list: its sign, what it is for, where it stands, who takes part.
#[component]
pub fn ChantierCard(card: Card) -> impl IntoView {
    let sign = Sign::of(&card.code);
    let steps = card
        .steps
        .nodes
        .iter()
        .filter(|it| it.status != StepStatus::Cancelled)
        .count();
    let done = card
        .steps
        .nodes
        .iter()
        .filter(|it| it.status == StepStatus::Done)
        .count();
    let is_known = card.steps.nodes.iter().any(|it| it.status != StepStatus::Unknown);
    let (contributes, needs) = (card.count(Part::Contributes), card.count(Part::Needs));
    let (progress, stage) = (card.progress, card.stage);
    let whole = i64::try_from(steps).ok();
    let part = i64::try_from(done).unwrap_or(0);
    view! {
        <article class=format!("card hue-edge {}", sign.hue())>
            <div class="chantier-card-head">
                <SignMark sign />
                <h3><a class="cover" href=format!("/chantiers/{}", card.code)>{card.title}</a></h3>
                {visit::is_new(card.updated_at).then(|| view! { <NewMark /> })}
            </div>
            {card.objective.map(|objective| view! { <p class="small chantier-objective">{objective}</p> })}
            <div class="chantier-card-state">
                {if stage == Stage::Open {
                    view! { <Status course=words::progress_course(progress) text=move || words::progress(progress) /> }.into_any()
                } else {
                    view! { <span class="muted small">{move || words::stage(stage)}</span> }.into_any()
                }}
                {is_known.then(|| view! { <Bar label=t::chantier_steps_done part whole sign thin=true /> })}
            </div>
            <div class="card-foot">
                <span>{move || if contributes == 0 { t::chantier_contributes_nobody().to_owned() } else { t::chantier_contributes(contributes) }}</span>
                <span>{move || if needs == 0 { t::chantier_needs_unknown().to_owned() } else { t::chantier_needs(needs) }}</span>
            </div>
        </article>
    }
}
