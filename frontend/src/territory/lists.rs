//! What exists in a territory: projects, organisations, steps, and the named territories that share a commune with it.

use super::read::{Council, Organisation, Other, Project, Step, Territory, href, region};
use super::words;
use crate::chantier::read::{ChantierName, Share};
use crate::council;
use crate::format;
use crate::language::t;
use crate::organisation;
use crate::ui::page::Section;
use crate::ui::provenance::Tip;
use crate::ui::sign::{Sign, SignMark, Size};
use crate::ui::state::Empty;
use domain::territory::Kind;
use leptos::prelude::*;

/// So many projects and organisations are shown at once; the rest is unfolded.
const SHOWN: usize = 12;

#[component]
pub fn Projects(territory: Territory) -> impl IntoView {
    let projects = territory.around.projects.nodes;
    let count = projects.len();
    if projects.is_empty() {
        return view! { <Section title=t::territory_projects broad=true><Empty title=t::territory_projects_none text=t::territory_projects_none_text /></Section> }.into_any();
    }
    let region = region();
    let mut projects = projects;
    projects.sort_by_key(|it| it.territory_ids.contains(&region));
    let rest = projects.split_off(projects.len().min(SHOWN));
    let more = rest.len();
    let card = move |it: Project| {
        let wide = it.territory_ids.contains(&region);
        let leads = it
            .leads
            .nodes
            .into_iter()
            .map(|it| it.name)
            .collect::<Vec<_>>()
            .join(", ");
        view! {
            <article class="card">
                <h3><a class="cover" href=format!("/projets/{}", it.id.inner())>{it.title}</a></h3>
                {(!leads.is_empty()).then(|| view! { <p class="muted small">{leads}</p> })}
                {it.summary.map(|summary| view! { <p class="small clip">{summary}</p> })}
                <div class="card-foot">
                    <span class="row-tight">{signs(it.participations.nodes)}</span>
                    {wide.then(|| view! { <span>{t::territory_wide}</span> })}
                </div>
            </article>
        }
    };
    view! {
        <Section title=t::territory_projects note=move || t::territory_projects_note(count) broad=true>
            <div class="columns">{projects.into_iter().map(card.clone()).collect_view()}</div>
            {(more > 0).then(|| view! {
                <details><summary>{move || t::territory_more(more)}</summary><div class="columns">{rest.into_iter().map(card).collect_view()}</div></details>
            })}
        </Section>
    }
    .into_any()
}

/// The signs of the chantiers that a project has a part in, with their names.
fn signs(participations: Vec<Share>) -> impl IntoView {
    let mut chantiers: Vec<ChantierName> = Vec::new();
    for chantier in participations.into_iter().filter_map(|it| it.chantier) {
        if !chantiers.contains(&chantier) {
            chantiers.push(chantier);
        }
    }
    chantiers
        .into_iter()
        .map(|it| view! { <Tip text=it.title><SignMark sign=Sign::of(&it.code) size=Size::Small /></Tip> })
        .collect_view()
}

#[component]
pub fn Organisations(territory: Territory) -> impl IntoView {
    let region = region();
    let whole = territory.facts.kind == Kind::Region;
    let count = territory.around.organisations.nodes.len();
    let (here, wide): (Vec<_>, Vec<_>) = territory.around.organisations.nodes.into_iter().partition(|it| {
        whole || !it.territory_ids.contains(&region) || it.commune_id.is_some() && it.territory_ids.len() > 1
    });
    let rows = |list: Vec<Organisation>| {
        view! {
            <ul class="plain-list" role="list">
                {list.into_iter().map(|it| {
                    let kinds = it.kinds;
                    let said = move || kinds.iter().map(|kind| organisation::words::kind(*kind)).collect::<Vec<_>>().join(", ");
                    let name = match it.acronym { Some(acronym) => format!("{} ({acronym})", it.name), None => it.name };
                    view! {
                        <li>
                            <a href=format!("/organisations/{}", it.id.inner())>{name}</a>
                            <span class="muted small">{said}</span>
                            {organisation::state_mark(it.state)}
                        </li>
                    }
                }).collect_view()}
            </ul>
        }
    };
    let mut here = here;
    let rest = here.split_off(here.len().min(SHOWN));
    let more = rest.len();
    let (none_here, none_wide) = (here.is_empty(), wide.is_empty());
    view! {
        <Section title=t::territory_organisations note=move || t::territory_organisations_note(count)>
            <div class="stack">
                {(none_here && none_wide).then(|| view! { <p class="muted">{t::territory_organisations_none}</p> })}
                {(!none_here).then(|| view! { <h3>{t::territory_organisations_here}</h3> {rows(here)} })}
                {(more > 0).then(|| view! { <details><summary>{move || t::territory_more(more)}</summary>{rows(rest)}</details> })}
                {(!none_wide).then(|| view! { <details><summary>{t::territory_organisations_wide}</summary>{rows(wide)}</details> })}
            </div>
        </Section>
    }
}

#[component]
pub fn Councils(councils: Vec<Council>) -> impl IntoView {
    let none = councils.is_empty();
    view! {
        <Section title=t::councils_title>
            {none.then(|| view! { <p class="muted">{t::territory_councils_none}</p> })}
            <ul class="plain-list" role="list">
                {councils.into_iter().map(|it| {
                    let status = it.status;
                    view! {
                        <li>
                            <a class="signed" href=format!("/conseils/{}", it.id.inner())><SignMark sign=Sign::Councils size=Size::Small /> <span>{it.name}</span></a>
                            <span class="muted small">{move || council::words::status(status)}</span>
                        </li>
                    }
                }).collect_view()}
            </ul>
        </Section>
    }
}

#[component]
pub fn Steps(steps: Vec<Step>) -> impl IntoView {
    let none = steps.is_empty();
    view! {
        <Section title=t::territory_steps>
            {none.then(|| view! { <p class="muted">{t::territory_steps_none}</p> })}
            <ul class="plain-list" role="list">
                {steps.into_iter().map(|it| {
                    let starts = it.starts;
                    view! {
                        <li>
                            {it.chantier.map(|chantier| view! {
                                <a class="signed" href=format!("/chantiers/{}", chantier.code)><SignMark sign=Sign::of(&chantier.code) size=Size::Small /> <span>{it.title.clone()}</span></a>
                                <span class="muted small">{chantier.title}</span>
                            })}
                            <span class="muted small">{move || format::partial(starts)}</span>
                        </li>
                    }
                }).collect_view()}
            </ul>
        </Section>
    }
}

#[component]
pub fn Named(named: Vec<(usize, Other)>) -> impl IntoView {
    if named.is_empty() {
        return view! { <Section title=t::territory_named note=t::territory_named_note><p class="muted">{t::territory_named_none}</p></Section> }.into_any();
    }
    view! {
        <Section title=t::territory_named note=t::territory_named_note>
            <ul class="plain-list" role="list">
                {named.into_iter().map(|(shared, it)| {
                    let kind = it.kind;
                    view! {
                        <li>
                            <a href=href(it.nis, it.id.inner())>{it.label}</a>
                            <span class="muted small">{move || words::kind(kind)}</span>
                            <span class="muted small">{move || if shared > 0 { t::territory_shared_communes(shared) } else { t::territory_maybe().to_owned() }}</span>
                        </li>
                    }
                }).collect_view()}
            </ul>
        </Section>
    }
    .into_any()
}
