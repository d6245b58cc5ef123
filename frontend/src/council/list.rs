//! The food policy councils on the map, and as cards: where each stands, for which territory, and whom it stands for.

use super::forms::CouncilForm;
use super::words;
use crate::address;
use crate::api;
use crate::contract::schema;
use crate::language::t;
use crate::organisation::read::Body;
use crate::project::list::bound;
use crate::project::place;
use crate::project::read::Place;
use crate::ui::chips::{Chip, NewMark, Status};
use crate::ui::field::{SelectField, TextField};
use crate::ui::map::frame::View;
use crate::ui::map::{Map, Pin};
use crate::ui::page::{Crumb, Page};
use crate::ui::sign::Sign;
use crate::ui::state::{Empty, Loaded, Shape};
use crate::viewer::may;
use crate::visit;
use chrono::{DateTime, Utc};
use cynic::QueryBuilder;
use domain::council::{Council, Filter, Level, Status as State};
use domain::policy::Action;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

#[derive(cynic::QueryVariables)]
struct Asked {
    filter: Option<Filter>,
}

#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "Query", variables = "Asked")]
struct Found {
    #[arguments(where: $filter, first: 100)]
    councils: Cards,
}

crate::api::document!(query Found(Asked));

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "CouncilConnection")]
struct Cards {
    nodes: Vec<Card>,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "Council")]
struct Card {
    id: cynic::Id,
    name: String,
    level: Level,
    status: State,
    summary: Option<String>,
    updated_at: DateTime<Utc>,
    territory: Option<Place>,
    coordinators: Vec<Body>,
    figures: CouncilFigures,
    representativity: Seats,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
struct CouncilFigures {
    meetings_held: i32,
    decisions: i32,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "CouncilRepresentativity")]
struct Seats {
    seats: i32,
}

#[component]
pub fn Screen() -> impl IntoView {
    let [text, status] = ["q", "etat"].map(address::word);
    let found = api::load(move || {
        let words = text.0.get().trim().to_owned();
        Found::build(Asked {
            filter: Some(Filter {
                statuses: status.0.get().parse().ok().map(|it| vec![it]),
                text: (!words.is_empty()).then_some(words),
                ..Filter::default()
            }),
        })
    });
    let load = Memo::new(move |_| found.load.get().map(|it| it.councils.nodes));
    let options = Signal::derive(|| {
        std::iter::once((String::new(), t::council_any_status().to_owned()))
            .chain(
                State::ALL
                    .iter()
                    .map(|it| (it.to_string(), words::status(*it).to_owned())),
            )
            .collect::<Vec<_>>()
    });
    let tools = || {
        view! {
            {move || may(Action::KeepCouncils).then(|| view! { <a class="button" href="/conseils/nouveau">{t::council_create}</a> })}
            <a class="button quiet" href="/conseils/comparer">{t::councils_compare}</a>
            <a class="button quiet" href="/conseils/ensemble">{t::councils_together}</a>
        }
    };
    view! {
        <Page title=t::councils_title lead=t::councils_question tools sign=Sign::Councils>
            <div class="filters no-print">
                <TextField label=t::projects_filter_text value=bound(text) kind="search" required=true />
                <SelectField label=t::council_status value=bound(status) options required=true />
            </div>
            <Loaded load shape=Shape::Cards on_retry=found.reload view={move |cards: Vec<Card>| {
                if cards.is_empty() {
                    return view! { <Empty title=t::councils_none text=t::councils_none_text /> }.into_any();
                }
                view! {
                    {on_map(&cards)}
                    <ul class="columns" role="list">{cards.into_iter().map(card).collect_view()}</ul>
                }
                .into_any()
            }} />
        </Page>
    }
}

fn card(card: Card) -> AnyView {
    let (status, level, figures, seats) =
        (card.status, card.level, card.figures, card.representativity.seats);
    let bodies: Vec<String> = card.coordinators.into_iter().map(|it| it.name).collect();
    let place = card.territory.map(|it| it.label);
    let figures = move || {
        let counted = |count: i32, said: fn(i32) -> String| (count > 0).then(|| said(count));
        let said: Vec<String> = [
            counted(seats, t::council_seats),
            counted(figures.meetings_held, t::council_meetings_held),
            counted(figures.decisions, t::council_decisions_count),
        ]
        .into_iter()
        .flatten()
        .collect();
        if said.is_empty() {
            t::council_nothing_yet().to_owned()
        } else {
            said.join(" · ")
        }
    };
    view! {
        <li>
            <article class="card">
                <h3><a class="cover" href=format!("/conseils/{}", card.id.inner())>{card.name}</a></h3>
                <p class="row-tight">
                    <Status course=words::course(status) text=move || words::status(status) />
                    <Chip text=move || words::level(level) />
                    {visit::is_new(card.updated_at).then(|| view! { <NewMark /> })}
                </p>
                {place.map(|label| view! { <p class="small">{label}</p> })}
                {(!bodies.is_empty()).then(|| view! { <p class="muted small">{bodies.join(", ")}</p> })}
                {card.summary.map(|text| view! { <p class="small clip">{text}</p> })}
                <div class="card-foot"><span class="muted small">{figures}</span></div>
            </article>
        </li>
    }
    .into_any()
}

/// The territories lit, a pin for each council.
fn on_map(cards: &[Card]) -> AnyView {
    let atlas = api::atlas();
    let (seen, look) = address::word("carte");
    let cards = cards.to_vec();
    view! {
        <div class="council-map wide">
            <Loaded load=atlas.load shape=Shape::Picture on_retry=atlas.reload view=move |atlas| {
                let local = cards.iter().filter(|it| it.level != Level::Regional);
                let lit: Vec<String> = local.clone().filter_map(|it| it.territory.as_ref()).flat_map(|it| place::shapes(std::slice::from_ref(it))).collect();
                let pins: Vec<Pin> = local.filter_map(|it| {
                    let (lat, lon) = place::point(&atlas, std::slice::from_ref(it.territory.as_ref()?))?;
                    Some(Pin {
                        id: it.id.inner().to_owned(),
                        label: it.name.clone(),
                        detail: words::status(it.status).to_owned(),
                        href: format!("/conseils/{}", it.id.inner()),
                        lat,
                        lon,
                        signs: vec![Sign::Councils],
                    })
                }).collect();
                let on_view = move |view: Option<View>| look.run(view.map(View::written).unwrap_or_default());
                view! { <Map atlas label=t::councils_map pins lit without_list=true view=Signal::derive(move || View::parse(&seen.get())) on_view /> }
            } />
        </div>
    }
    .into_any()
}

#[component]
pub fn NewScreen() -> impl IntoView {
    let navigate = use_navigate();
    let (made, left) = (navigate.clone(), navigate);
    let done = move |council: Council| made(&format!("/conseils/{}", council.id), NavigateOptions::default());
    let cancel = move |()| left("/conseils", NavigateOptions::default());
    let crumbs = vec![Crumb::new(t::councils_title, "/conseils")];
    view! {
        <Page title=t::council_create lead=t::council_create_lead crumbs>
            <CouncilForm record=None on_done=done on_cancel=cancel />
        </Page>
    }
}
