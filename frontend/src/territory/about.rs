//! What a territory is, what lies above and below it, and its map.

use super::read::{Facts as TerritoryFacts, Other, Place, Point, Territory, href};
use super::words;
use crate::api;
use crate::language::t;
use crate::provenance::sourced;
use crate::ui::chips::Chip;
use crate::ui::facts::{Fact, Facts};
use crate::ui::map::frame::View;
use crate::ui::map::{Map, Pin};
use crate::ui::state::{Loaded, Shape};
use crate::{address, organisation};
use domain::TerritoryId;
use domain::territory::Kind;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

#[component]
pub fn About(territory: Territory) -> impl IntoView {
    let sources = territory.around.sources;
    let TerritoryFacts {
        kind,
        extent,
        nis,
        postcodes,
        note,
        commune_codes,
        ..
    } = territory.facts;
    let codes = (!postcodes.is_empty()).then(|| postcodes.join(", "));
    let named = !kind.is_official();
    let count = commune_codes.len();
    view! {
        <div class="sheet">
            <Facts>
                <Fact label=t::territory_field_kind><span>{move || words::kind(kind)}</span></Fact>
                {codes.map(|codes| view! { <Fact label=t::territory_field_postcodes value=Some(codes) /> })}
                {nis.map(|nis| view! { <Fact label=t::territory_field_nis value=Some(nis.to_string()) /> })}
                {(kind != Kind::Commune).then(|| view! {
                    <Fact label=t::territory_field_communes>
                        {if count == 0 { view! { <span class="unknown">{t::fact_unknown}</span> }.into_any() } else { view! { <span>{move || t::territory_down_more(count)}</span> }.into_any() }}
                    </Fact>
                })}
                {named.then(|| {
                    let known = view! { <span>{move || words::extent(extent)}</span> }.into_any();
                    view! { <Fact label=t::territory_field_extent>{sourced(t::territory_field_extent, &sources, "extent", known)}</Fact> }
                })}
                {note.map(|note| view! { <Fact label=t::territory_field_note value=Some(note) /> })}
            </Facts>
        </div>
    }
}

/// Upward and downward.
#[component]
pub fn Ladder(above: Vec<Place>, below: Vec<Other>) -> impl IntoView {
    let many = below.len() > 24;
    let (above_is_empty, below_is_empty) = (above.is_empty(), below.is_empty());
    let chips = |list: Vec<Other>| {
        view! {
            <ul class="chips" role="list">
                {list.into_iter().map(|it| view! { <li><Chip text=it.label href=href(it.nis, it.id.inner()) /></li> }).collect_view()}
            </ul>
        }
    };
    let count = below.len();
    view! {
        <nav class="sheet stack" aria-label=t::territory_ladder>
            {(!above_is_empty).then(|| view! {
                <div class="stack-tight">
                    <h3>{t::territory_up}</h3>
                    <ul class="chips" role="list">
                        {above.into_iter().map(|it| view! { <li><Chip text=it.label href=href(it.nis, "") /></li> }).collect_view()}
                    </ul>
                </div>
            })}
            {(!below_is_empty).then(|| view! {
                <div class="stack-tight">
                    <h3>{t::territory_down}</h3>
                    {if many {
                        view! { <details><summary>{move || t::territory_down_more(count)}</summary>{chips(below)}</details> }.into_any()
                    } else {
                        chips(below).into_any()
                    }}
                </div>
            })}
        </nav>
    }
}

/// The map, on the territory with what lies around it; a commune pressed is where one goes.
#[component]
pub fn Around(territory: Territory) -> impl IntoView {
    let atlas = api::atlas();
    let (view, on_view) = address::word("carte");
    let navigate = use_navigate();
    let shapes = territory.shapes();
    let Territory { facts, around } = territory;
    let whole = facts.kind == Kind::Region;
    let name = facts.label.clone();
    let pins: Vec<Pin> = around
        .organisations
        .nodes
        .into_iter()
        .filter(|it| it.commune_id.as_ref().is_some_and(|id| in_it(&facts, id)))
        .filter_map(|it| {
            let Point { lat, lon } = it.point?;
            Some(Pin {
                id: it.id.inner().to_owned(),
                label: it.name.clone(),
                detail: it
                    .kinds
                    .first()
                    .map(|kind| organisation::words::kind(*kind).to_owned())
                    .unwrap_or_default(),
                href: format!("/organisations/{}", it.id.inner()),
                lat,
                lon,
                signs: Vec::new(),
            })
        })
        .collect();
    let press = Callback::new(move |nis: String| {
        navigate(&format!("/territoires/{nis}"), NavigateOptions::default());
    });
    view! {
        <Loaded load=atlas.load shape=Shape::Picture on_retry=atlas.reload view=move |atlas| {
            let height = atlas.height;
            // At least a tenth of the country: a small commune among its neighbours.
            let first = if whole { None } else { atlas.bounds(&shapes).map(|bounds| View::among(bounds, [36.0, 24.0], height)) };
            let seen = Signal::derive(move || View::parse(&view.get()).or(first));
            let look = move |seen: Option<View>| on_view.run(seen.map(View::written).unwrap_or_else(|| View::whole(height).written()));
            let (name, lit) = (name.clone(), if whole { Vec::new() } else { shapes.clone() });
            view! { <Map atlas label=move || t::territory_map(&name) pins=pins.clone() lit view=seen on_view=look on_commune=press without_list=true /> }
        } />
    }
}

/// Does a commune lie in the territory?
fn in_it(territory: &TerritoryFacts, commune: &cynic::Id) -> bool {
    territory
        .commune_codes
        .iter()
        .any(|nis| TerritoryId::from(*nis).to_string() == commune.inner())
}
