//! What a project is: its facts, its place on the map, the states of its life.

use crate::address;
use crate::api;
use crate::format;
use crate::language::{Text, t};
use crate::organisation::names;
use crate::organisation::read::Bodies;
use crate::project::list::amount;
use crate::project::place;
use crate::project::read::{Facts as Own, PhaseRow, Place};
use crate::project::words;
use crate::provenance::{Sources, sourced};
use crate::territory::words as territory_words;
use crate::ui::chips::{Chip, Status};
use crate::ui::facts::{Fact, Facts, Known};
use crate::ui::map::frame::View;
use crate::ui::map::{Map, Pin};
use crate::ui::state::{Loaded, Shape};
use domain::territory::Extent;
use leptos::prelude::*;

fn bodies(bodies: Bodies, note: Option<String>) -> AnyView {
    if bodies.nodes.is_empty() && note.is_some() {
        return view! { <p class="muted small">{note}</p> }.into_any();
    }
    view! { <div class="stack-tight">{names(bodies)} {note.map(|note| view! { <p class="muted small">{note}</p> })}</div> }
        .into_any()
}

pub(super) fn fiche(facts: Own, leads: Bodies, partners: Bodies, sources: &Sources) -> AnyView {
    let leads = sourced(
        t::history_field_leads,
        sources,
        "leadIds",
        bodies(leads, facts.leads_note),
    );
    let partners = sourced(
        t::history_field_partners,
        sources,
        "partnerIds",
        bodies(partners, facts.partners_note),
    );
    let date = |about: Text, field: &'static str, date: Option<domain::PartialDate>| {
        let known = date.is_some();
        let inside = view! { <span class:unknown=!known>{move || format::partial(date)}</span> }.into_any();
        let inside = if known {
            sourced(about, sources, field, inside)
        } else {
            inside
        };
        view! { <Fact label=about>{inside}</Fact> }
    };
    let (started, planned) = (
        date(t::history_field_started, "started", facts.started),
        date(t::history_field_planned_end, "plannedEnd", facts.planned_end),
    );
    let ended = facts
        .ended
        .is_some()
        .then(|| date(t::history_field_ended, "ended", facts.ended));
    let money = facts.grant.clone();
    let has_grant = money.is_some();
    let value = Signal::derive(move || {
        crate::language::language();
        amount(money.as_ref())
    });
    let grant = view! { <Known value=value /> }.into_any();
    let grant = if has_grant {
        sourced(t::history_field_grant, sources, "grant", grant)
    } else {
        grant
    };
    let (social, publics) = (facts.social_purpose, facts.publics);
    let is_unknown = social == domain::project::Known::Unknown;
    let purpose = view! { <span class:unknown=is_unknown>{move || words::known(social)}</span> }.into_any();
    let purpose = if is_unknown {
        purpose
    } else {
        sourced(t::history_field_social_purpose, sources, "socialPurpose", purpose)
    };
    view! {
        <div class="sheet">
            <Facts>
                <Fact label=t::history_field_leads>{leads}</Fact>
                <Fact label=t::history_field_partners>{partners}</Fact>
                {started}
                {planned}
                {ended}
                <Fact label=t::history_field_grant>
                    <div class="stack-tight">{grant} {facts.funding_note.map(|note| view! { <p class="muted small">{note}</p> })}</div>
                </Fact>
                <Fact label=t::history_field_social_purpose>{purpose}</Fact>
                {(!publics.is_empty()).then(|| view! {
                    <Fact label=t::history_field_publics>
                        <span class="row-tight">{publics.into_iter().map(|it| view! { <Chip text=move || words::public(it) /> }).collect_view()}</span>
                    </Fact>
                })}
                {match facts.website {
                    Some(url) => { let text = url.trim_start_matches("https://").trim_end_matches('/').to_owned(); view! { <Fact label=t::organisation_field_website><a href=url rel="external noopener" target="_blank">{text}</a></Fact> } },
                    None => view! { <Fact label=t::organisation_field_website><span class="unknown">{t::fact_unknown}</span></Fact> },
                }}
                {facts.types.is_empty().then(|| view! { <Fact label=t::history_field_types><span class="unknown">{t::fact_unknown}</span></Fact> })}
                {facts.code.map(|code| view! { <Fact label=t::history_field_code value=Some(code) /> })}
                {(!facts.aliases.is_empty()).then(|| view! { <Fact label=t::organisation_field_aliases value=Some(facts.aliases.join(", ")) /> })}
            </Facts>
        </div>
    }
    .into_any()
}

/// The communes lit on the map, and how much of the territory they are.
pub(super) fn place_map(places: &[Place], note: Option<String>, sources: &Sources) -> AnyView {
    if places.is_empty() {
        return view! {
            <div class="sheet stack-tight"><h2>{t::organisation_field_territories}</h2><p class="unknown">{t::project_place_unknown}</p>{note.map(|it| view! { <p class="small">{it}</p> })}</div>
        }
        .into_any();
    }
    let atlas = api::atlas();
    let (seen, look) = address::word("carte");
    let codes = place::shapes(places);
    let everywhere = place::is_everywhere(places);
    let names: Vec<(String, String, domain::territory::Kind, Extent)> = places
        .iter()
        .map(|it| {
            let href = it.nis.map_or_else(
                || format!("/territoires/{}", it.id.inner()),
                |nis| format!("/territoires/{nis}"),
            );
            (href, it.label.clone(), it.kind, it.extent)
        })
        .collect();
    let label = place::names(places).unwrap_or_default();
    let heading = sourced(
        t::organisation_field_territories,
        sources,
        "territoryIds",
        view! { <h2>{t::organisation_field_territories}</h2> }.into_any(),
    );
    view! {
        <div class="stack-tight project-place">
            {heading}
            <ul role="list" class="project-places">
                {names.into_iter().map(|(href, label, kind, extent)| view! {
                    <li>
                        <a href=href>{label}</a> " " <span class="muted small">{move || territory_words::kind(kind)}</span>
                        {match extent {
                            Extent::Complete => None,
                            Extent::Partial => Some(view! { <p class="small project-extent">{t::project_extent_partial}</p> }.into_any()),
                            Extent::Unknown => Some(view! { <p class="small project-extent">{t::project_extent_unknown}</p> }.into_any()),
                        }}
                    </li>
                }).collect_view()}
            </ul>
            {note.map(|it| view! { <p class="small">{it}</p> })}
            <Loaded load=atlas.load shape=Shape::Picture on_retry=atlas.reload view=move |atlas| {
                let height = atlas.height;
                // At least a fifth of the country.
                let first = if everywhere { None } else { atlas.bounds(&codes).map(|bounds| View::among(bounds, [70.0, 46.0], height)) };
                let (lit, label) = (codes.clone(), label.clone());
                let pins: Vec<Pin> = Vec::new();
                let on_view = move |view: Option<View>| look.run(view.map_or_else(|| View::whole(height).written(), View::written));
                view! {
                    <Map atlas label=move || t::territory_map(&label) pins=pins lit without_list=true
                        view=Signal::derive(move || View::parse(&seen.get()).or(first)) on_view />
                }
            } />
        </div>
    }
    .into_any()
}

/// The states of its life, one after the other, with what is known of when and why.
pub(super) fn life(phases: &[PhaseRow]) -> AnyView {
    if phases.is_empty() {
        return view! { <p class="unknown">{t::project_life_unknown}</p> }.into_any();
    }
    let last = phases.len() - 1;
    view! {
        <ol role="list" class="project-life">
            {phases.iter().cloned().enumerate().map(|(place, phase)| {
                let (state, since) = (phase.status, phase.since);
                view! {
                    <li class:now=place == last class:unsure=state == domain::project::Status::Unknown aria-current=(place == last).then_some("step")>
                        <Status course=words::course(state) text=move || words::status(state) />
                        <p class="small" class:unknown=since.is_none()>{move || since.map_or_else(|| t::project_since_unknown().to_owned(), |_| format::partial(since))}</p>
                        {phase.reason.map(|reason| view! { <p class="small muted">{reason}</p> })}
                    </li>
                }
            }).collect_view()}
        </ol>
    }
    .into_any()
}
