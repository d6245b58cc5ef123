//! Next door: the communes around a territory, ranked by what they share with it beyond what holds for all of
//! Wallonia.

use super::read::{Point, Territory, region};
use crate::api;
use crate::contract::schema;
use crate::format;
use crate::language::t;
use crate::ui::map::frame::kilometres;
use crate::ui::page::Section;
use crate::ui::state::Loaded;
use cynic::QueryBuilder;
use domain::territory::{Filter, Kind, Nis};
use leptos::prelude::*;

#[derive(cynic::QueryVariables)]
struct Asked {
    filter: Option<Filter>,
}

#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "Query", variables = "Asked")]
struct Found {
    #[arguments(where: $filter, first: 60)]
    territories: TerritoryConnection,
}

crate::api::document!(query Found(Asked));

#[derive(Clone, cynic::QueryFragment)]
struct TerritoryConnection {
    nodes: Vec<Neighbour>,
}

#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "Territory")]
struct Neighbour {
    nis: Option<Nis>,
    label: String,
    point: Option<Point>,
    overlapping: Vec<Named>,
    #[arguments(first: 60)]
    projects: ProjectConnection,
    #[arguments(first: 60)]
    organisations: OrganisationConnection,
}

#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "Territory")]
struct Named {
    id: cynic::Id,
    kind: Kind,
}

#[derive(Clone, cynic::QueryFragment)]
struct ProjectConnection {
    nodes: Vec<Project>,
}

#[derive(Clone, cynic::QueryFragment)]
struct Project {
    id: cynic::Id,
}

#[derive(Clone, cynic::QueryFragment)]
struct OrganisationConnection {
    nodes: Vec<Organisation>,
}

#[derive(Clone, cynic::QueryFragment)]
struct Organisation {
    id: cynic::Id,
}

/// So many are shown at once.
const SHOWN: usize = 12;

struct Ranked {
    nis: String,
    label: String,
    far: Option<f64>,
    projects: usize,
    territories: usize,
    organisations: usize,
}

impl Ranked {
    const fn shared(&self) -> usize {
        self.projects + self.territories + self.organisations
    }

    fn words(&self) -> String {
        let parts: Vec<String> = [
            (self.projects, t::territory_share_projects as fn(usize) -> String),
            (self.territories, t::territory_share_territories),
            (self.organisations, t::territory_share_organisations),
        ]
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, say)| say(count))
        .collect();
        if parts.is_empty() {
            t::territory_share_nothing().to_owned()
        } else {
            t::territory_share(parts.join(", "))
        }
    }
}

#[component]
pub fn Neighbours(territory: Territory) -> impl IntoView {
    let atlas = api::atlas();
    let shapes = territory.shapes();
    if territory.facts.kind == Kind::Region || territory.facts.commune_codes.is_empty() {
        return ().into_any();
    }
    let territory = StoredValue::new(territory);
    view! {
        <Section title=t::territory_neighbours note=t::territory_neighbours_note>
            <Loaded load=atlas.load on_retry=atlas.reload view=move |atlas| {
                let around: Vec<Nis> = atlas.around(&shapes).iter().filter_map(|nis| nis.parse().ok()).collect();
                if around.is_empty() {
                    return view! { <p class="muted">{t::territory_neighbours_none}</p> }.into_any();
                }
                let found = api::load(move || Found::build(Asked {
                    filter: Some(Filter { nis: Some(around.clone()), ..Filter::default() }),
                }));
                view! {
                    <Loaded load=found.load on_retry=found.reload view=move |found: Found| {
                        territory.with_value(|territory| list(territory, found.territories.nodes))
                    } />
                }.into_any()
            } />
        </Section>
    }
    .into_any()
}

fn list(territory: &Territory, found: Vec<Neighbour>) -> AnyView {
    let region = region();
    let projects: Vec<_> = territory
        .around
        .projects
        .nodes
        .iter()
        .filter(|it| !it.territory_ids.contains(&region))
        .map(|it| &it.id)
        .collect();
    let organisations: Vec<_> = territory
        .around
        .organisations
        .nodes
        .iter()
        .filter(|it| !it.territory_ids.contains(&region))
        .map(|it| &it.id)
        .collect();
    let named: Vec<_> = territory
        .around
        .overlapping
        .iter()
        .filter(|it| !it.kind.is_official())
        .map(|it| &it.id)
        .chain([&territory.facts.id])
        .collect();
    let mut ranked: Vec<Ranked> = found
        .into_iter()
        .filter_map(|it| {
            let far = territory
                .facts
                .point
                .zip(it.point)
                .map(|(a, b)| kilometres((a.lat, a.lon), (b.lat, b.lon)));
            Some(Ranked {
                nis: it.nis?.to_string(),
                label: it.label,
                far,
                projects: it
                    .projects
                    .nodes
                    .iter()
                    .filter(|it| projects.contains(&&it.id))
                    .count(),
                territories: it
                    .overlapping
                    .iter()
                    .filter(|it| !it.kind.is_official() && named.contains(&&it.id))
                    .count(),
                organisations: it
                    .organisations
                    .nodes
                    .iter()
                    .filter(|it| organisations.contains(&&it.id))
                    .count(),
            })
        })
        .collect();
    ranked.sort_by(|a, b| {
        let nearer = || a.far.partial_cmp(&b.far).unwrap_or(std::cmp::Ordering::Equal);
        b.shared().cmp(&a.shared()).then_with(nearer)
    });
    let most = ranked.first().map_or(0, Ranked::shared).max(1);
    let rest: Vec<Ranked> = ranked.split_off(ranked.len().min(SHOWN));
    let more = rest.len();
    view! {
        <ol class="neighbours" role="list">{ranked.into_iter().map(|it| one(it, most)).collect_view()}</ol>
        {(more > 0).then(|| view! {
            <details><summary>{move || t::territory_down_more(more)}</summary><ol class="neighbours" role="list">{rest.into_iter().map(|it| one(it, most)).collect_view()}</ol></details>
        })}
    }
    .into_any()
}

fn one(it: Ranked, most: usize) -> impl IntoView {
    let percent = 100 * it.shared() / most;
    let far = it.far;
    view! {
        <li>
            <div class="spread">
                <a href=format!("/territoires/{}", it.nis)>{it.label.clone()}</a>
                {far.map(|far| view! { <span class="muted small number">{move || format::distance(far)}</span> })}
            </div>
            <div class="bar thin" aria-hidden="true"><div class="track"><span class="fill" style:width=format!("{percent}%")></span></div></div>
            <p class="muted small">{move || it.words()}</p>
        </li>
    }
}
