//! The home page: what this is and what moves now. The map of the documented projects, the eight chantiers, what
//! comes next, the latest changes.

use crate::address;
use crate::api;
use crate::browser;
use crate::changes::{ChangeList, Changes};
use crate::chantier::ChantierCard;
use crate::chantier::read::{Cards, ChantierName, Shares};
use crate::chantier::words;
use crate::contract::schema;
use crate::format;
use crate::language::t;
use crate::ui::chips::Status;
use crate::ui::map::atlas::Atlas;
use crate::ui::map::frame::View;
use crate::ui::map::{Map, Pin};
use crate::ui::page::{Page, Section};
use crate::ui::sign::{Sign, SignMark, Size};
use crate::ui::state::{Loaded, Shape};
use crate::visit;
use chrono::NaiveDate;
use cynic::QueryBuilder;
use domain::PartialDate;
use domain::RecordType;
use domain::chantier::{StepFilter, StepStatus};
use domain::territory::{Kind, Nis};
use leptos::prelude::*;
use leptos_router::{LazyRoute, lazy_route};
use std::sync::Arc;

#[derive(cynic::QueryVariables)]
struct Today {
    next: Option<StepFilter>,
    past: Option<StepFilter>,
    kinds: Option<Vec<RecordType>>,
}

#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "Query", variables = "Today")]
struct Home {
    projects_selected: i32,
    #[arguments(first: 100)]
    projects: Projects,
    #[arguments(first: 50)]
    chantiers: Cards,
    #[cynic(alias)]
    #[cynic(rename = "steps")]
    #[arguments(where: $next, first: 50)]
    next: Dated,
    #[cynic(alias)]
    #[cynic(rename = "steps")]
    #[arguments(where: $past, first: 100)]
    past: Dated,
    #[arguments(kinds: $kinds, first: 12)]
    history: Changes,
}

crate::api::document!(query Home(Today));

#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "ProjectConnection")]
struct Projects {
    nodes: Vec<Project>,
    total_count: i32,
}

#[derive(Clone, cynic::QueryFragment)]
struct Project {
    id: cynic::Id,
    title: String,
    acronym: Option<String>,
    territories: Vec<Territory>,
    #[arguments(first: 20)]
    participations: Shares,
}

#[derive(Clone, cynic::QueryFragment)]
struct Territory {
    kind: Kind,
    label: String,
    commune_codes: Vec<Nis>,
    within_codes: Vec<Nis>,
}

#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "StepConnection")]
struct Dated {
    nodes: Vec<DatedStep>,
}

#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "Step")]
struct DatedStep {
    id: cynic::Id,
    title: String,
    starts: Option<PartialDate>,
    ends: Option<PartialDate>,
    status: StepStatus,
    #[cynic(rename = "isLate")]
    late: bool,
    chantier: Option<ChantierName>,
}

impl DatedStep {
    fn first_day(&self) -> Option<NaiveDate> {
        self.starts.or(self.ends)?.earliest()
    }

    fn last_day(&self) -> Option<NaiveDate> {
        self.ends.or(self.starts)?.latest()
    }
}

pub struct HomePage;

#[lazy_route]
impl LazyRoute for HomePage {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <Page title=t::home_title lead=t::home_question><Matter /></Page> }.into_any()
    }
}

#[component]
fn Matter() -> impl IntoView {
    let today = format::day_of(browser::now());
    let found = api::load(move || {
        Home::build(Today {
            next: Some(StepFilter {
                ends_from: Some(today),
                ..StepFilter::default()
            }),
            past: Some(StepFilter {
                starts_to: Some(today),
                ..StepFilter::default()
            }),
            kinds: Some(vec![
                RecordType::Project,
                RecordType::Chantier,
                RecordType::Step,
                RecordType::Resource,
                RecordType::Participation,
                RecordType::Organisation,
                RecordType::Territory,
            ]),
        })
    });
    view! {
        <Loaded load=found.load shape=Shape::Picture on_retry=found.reload view=move |home| matter(home, today) />
    }
}

fn matter(home: Home, today: NaiveDate) -> AnyView {
    let Home {
        projects_selected,
        projects,
        chantiers,
        next,
        past,
        history,
    } = home;
    let documented = projects.total_count;
    let names: Vec<(String, String)> = chantiers
        .nodes
        .iter()
        .map(|it| (it.code.clone(), it.title.clone()))
        .collect();
    let news = history.nodes.iter().filter(|it| visit::is_new(it.at)).count();
    view! {
        <div class="home">
            <div class="home-said">
                <p class="home-documented">{move || t::home_documented(documented, projects_selected)}</p>
                <p class="muted">{t::home_documented_note}</p>
            </div>
            <div class="home-map"><Section title=t::home_map note=t::home_map_note broad=true><Where projects=projects.nodes names /></Section></div>
            <div class="home-chantiers"><Section title=t::home_chantiers broad=true>
                <div class="columns chantier-cards">{chantiers.nodes.into_iter().map(|card| view! { <ChantierCard card /> }).collect_view()}</div>
                <p class="home-more"><a href="/chantiers">{t::home_chantiers_all}</a></p>
            </Section></div>
            <div class="home-moves beside even">
                <Section title=t::home_next broad=true>{next_steps(next, past, today)}</Section>
                <section class="section broad" aria-labelledby="home-latest">
                    <div class="section-head">
                        <h2 id="home-latest">{t::home_latest}</h2>
                        {(news > 0).then(|| view! { <p class="note">{move || t::home_latest_new(news)}</p> })}
                    </div>
                    <ChangeList entries=history.nodes />
                </section>
            </div>
        </div>
    }
    .into_any()
}

/// Steps that end from today; when there are none, that is said and the last known ones are shown as past.
fn next_steps(next: Dated, past: Dated, today: NaiveDate) -> AnyView {
    let mut coming: Vec<_> = next
        .nodes
        .into_iter()
        .filter(|it| it.last_day().is_some_and(|day| day >= today))
        .collect();
    coming.sort_by_key(DatedStep::first_day);
    if !coming.is_empty() {
        return view! { <ol role="list" class="change-list">{coming.into_iter().take(6).map(one_step).collect_view()}</ol> }.into_any();
    }
    let mut last: Vec<_> = past
        .nodes
        .into_iter()
        .filter(|it| it.last_day().is_some_and(|day| day < today))
        .collect();
    last.sort_by_key(|it| std::cmp::Reverse(it.last_day()));
    view! {
        <p>{t::home_next_none}</p>
        {(!last.is_empty()).then(|| view! {
            <h3 class="home-past">{t::home_past}</h3>
            <ol role="list" class="change-list past">{last.into_iter().take(5).map(one_step).collect_view()}</ol>
        })}
    }
    .into_any()
}

fn one_step(step: DatedStep) -> impl IntoView {
    let (status, late, starts, ends) = (step.status, step.late, step.starts, step.ends);
    let code = step
        .chantier
        .as_ref()
        .map(|it| it.code.clone())
        .unwrap_or_default();
    let when = move || match (starts, ends) {
        (Some(from), Some(to)) if from != to => {
            t::step_period(format::partial(Some(from)), format::partial(Some(to)))
        }
        (from, to) => format::partial(from.or(to)),
    };
    view! {
        <li class="with-sign">
            <SignMark sign=Sign::of(&code) size=Size::Small />
            <span>
                <a href=format!("/chantiers/{code}?etape={}", step.id.inner())>{step.title}</a>
                <span class="muted small">{when} {step.chantier.map(|it| format!(" · {}", it.title))}</span>
                <Status course=words::step_course(status, late) text=move || if late { t::step_late() } else { words::step_status(status) } />
            </span>
        </li>
    }
}

/// Where a project is drawn: in the middle of the smallest of its territories that is not the whole region.
fn place(atlas: &Atlas, project: &Project) -> Option<(f64, f64)> {
    let around = |codes: &[Nis]| {
        let codes: Vec<String> = codes.iter().map(ToString::to_string).collect();
        let [left, top, right, bottom] = atlas.bounds(&codes)?;
        Some(atlas.earth((f64::midpoint(left, right), f64::midpoint(top, bottom))))
    };
    let mut territories: Vec<_> = project
        .territories
        .iter()
        .filter(|it| it.kind != Kind::Region)
        .collect();
    territories.sort_by_key(|it| {
        if it.commune_codes.is_empty() {
            usize::MAX
        } else {
            it.commune_codes.len()
        }
    });
    territories
        .into_iter()
        .find_map(|it| around(&it.commune_codes).or_else(|| around(&it.within_codes)))
}

impl Project {
    fn codes(&self) -> Vec<&str> {
        let chantiers = self
            .participations
            .nodes
            .iter()
            .filter_map(|it| it.chantier.as_ref());
        chantiers.map(|it| it.code.as_str()).collect()
    }

    fn name(&self) -> String {
        self.acronym.clone().unwrap_or_else(|| self.title.clone())
    }

    fn is_region_wide(&self) -> bool {
        self.territories.iter().any(|it| it.kind == Kind::Region)
    }
}

#[component]
fn Where(projects: Vec<Project>, names: Vec<(String, String)>) -> impl IntoView {
    let (chosen, choose) = address::word("chantier");
    let (seen, see) = address::word("carte");
    let atlas = api::atlas();
    let projects = Arc::new(projects);
    let counts = projects.clone();
    let rest = projects.clone();
    let elsewhere = move || {
        let chosen = chosen.get();
        let fits = |it: &&Project| chosen.is_empty() || it.codes().contains(&chosen.as_str());
        let wide: Vec<Project> = rest
            .iter()
            .filter(fits)
            .filter(|it| it.is_region_wide())
            .cloned()
            .collect();
        (!wide.is_empty()).then(|| view! {
            <div class="home-wide">
                <h3>{t::home_wide}</h3>
                <ul role="list">
                    {wide.into_iter().map(|it| {
                        let sign = it.codes().first().map_or(Sign::Other, |code| Sign::of(code));
                        view! { <li><SignMark sign size=Size::Small /> <a href=format!("/projets/{}", it.id.inner())>{it.name()}</a></li> }
                    }).collect_view()}
                </ul>
            </div>
        })
    };
    let looked = Signal::derive(move || View::parse(&seen.get()));
    let look = Callback::new(move |view: Option<View>| see.run(view.map(View::written).unwrap_or_default()));
    let drawn = move |atlas: Arc<Atlas>| {
        let (projects, shapes) = (projects.clone(), atlas.clone());
        let pins = Signal::derive(move || pins(&shapes, &projects, &chosen.get()));
        view! { <Map atlas label=t::home_map_label pins view=looked on_view=look /> }
    };
    view! {
        <div class="home-where">
            <div class="home-picture">
                <Loaded load=atlas.load shape=Shape::Picture on_retry=atlas.reload view=drawn />
            </div>
            <div class="home-key">
                <div class="home-legend" role="group" aria-label=t::home_map_filter>
                    {names.into_iter().map(|(code, title)| {
                        let count = counts.iter().filter(|it| it.codes().contains(&code.as_str())).count();
                        let (pressed, press, sign) = (code.clone(), code.clone(), Sign::of(&code));
                        view! {
                            <button type="button" class="home-sign" aria-pressed=move || (chosen.get() == pressed).to_string()
                                on:click=move |_| choose.run(if chosen.get_untracked() == press { String::new() } else { press.clone() })>
                                <SignMark sign size=Size::Small /> <span>{title}</span> <span class="muted number">{move || format::number(count)}</span>
                            </button>
                        }
                    }).collect_view()}
                </div>
                {elsewhere}
            </div>
        </div>
    }
}

fn pins(atlas: &Atlas, projects: &[Project], chosen: &str) -> Vec<Pin> {
    projects
        .iter()
        .filter(|it| chosen.is_empty() || it.codes().contains(&chosen))
        .filter(|it| !it.is_region_wide())
        .filter_map(|it| {
            let (lat, lon) = place(atlas, it)?;
            let mut signs: Vec<Sign> = it.codes().into_iter().map(Sign::of).collect();
            if !chosen.is_empty() {
                signs.insert(0, Sign::of(chosen));
            }
            Some(Pin {
                id: it.id.inner().to_owned(),
                label: it.name(),
                detail: it
                    .territories
                    .iter()
                    .map(|it| it.label.clone())
                    .collect::<Vec<_>>()
                    .join(", "),
                href: format!("/projets/{}", it.id.inner()),
                lat,
                lon,
                signs,
            })
        })
        .collect()
}
