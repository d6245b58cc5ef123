//! What a council is: its facts, its founding texts, its states, and how its setting up went, stage by stage, with what was
//! tried and learnt.

use super::page::{Open, Opening};
use super::read::{DocumentRow, Facts as Own, MethodRow, PhaseRow};
use super::words;
use crate::format;
use crate::language::t;
use crate::organisation::read::Body;
use crate::project::read::{Place, ProjectName};
use crate::provenance::{Sources, sourced};
use crate::ui::button::{Button, Look};
use crate::ui::chips::Status;
use crate::ui::facts::{Fact, Facts};
use crate::ui::icon::{Icon, icon};
use crate::ui::page::Section;
use crate::viewer::may;
use domain::CouncilId;
use domain::council::Stage;
use domain::policy::Action;
use leptos::prelude::*;

fn bodies(bodies: Vec<Body>, note: Option<String>) -> AnyView {
    if bodies.is_empty() && note.is_none() {
        return view! { <span class="unknown">{t::fact_unknown}</span> }.into_any();
    }
    view! {
        <div class="stack-tight">
            {(!bodies.is_empty()).then(|| view! {
                <ul role="list" class="plain-list">{bodies.into_iter().map(|it| view! { <li><a href=format!("/organisations/{}", it.id.inner())>{it.name}</a></li> }).collect_view()}</ul>
            })}
            {note.map(|note| view! { <p class="muted small">{note}</p> })}
        </div>
    }
    .into_any()
}

pub fn fiche(
    facts: Own,
    coordinators: Vec<Body>,
    partners: Vec<Body>,
    projects: Vec<ProjectName>,
    territory: Option<&Place>,
    sources: &Sources,
) -> AnyView {
    let coordinators = sourced(
        t::council_coordinators,
        sources,
        "coordinatorIds",
        bodies(coordinators, facts.coordination_note),
    );
    let place = territory.map(|it| (format!("/territoires/{}", it.id.inner()), it.label.clone()));
    let (created, members, as_of, quorum) = (
        facts.created,
        facts.members_count,
        facts.members_as_of,
        facts.quorum,
    );
    let known = created.is_some();
    let members = Signal::derive(move || {
        members.map(|count| match as_of {
            Some(_) => t::council_members_said(format::number(count), format::partial(as_of)),
            None => format::number(count),
        })
    });
    let rule = Signal::derive(move || {
        Some(quorum.map_or_else(|| t::council_no_quorum().to_owned(), t::council_quorum_said))
    });
    view! {
        <Facts>
            <Fact label=t::council_territory>
                {match place {
                    Some((href, label)) => view! { <a href=href>{label}</a> }.into_any(),
                    None => view! { <span class="unknown">{t::fact_unknown}</span> }.into_any(),
                }}
            </Fact>
            <Fact label=t::council_coordinators>{coordinators}</Fact>
            <Fact label=t::council_partners>{bodies(partners, None)}</Fact>
            <Fact label=t::council_created><span class:unknown=!known>{move || format::partial(created)}</span></Fact>
            <Fact label=t::council_members value=members />
            <Fact label=t::council_quorum_rule value=rule />
            <Fact label=t::council_mode value=facts.mode_of_work />
            {(!projects.is_empty()).then(|| view! {
                <Fact label=t::council_projects>
                    <ul role="list" class="plain-list">{projects.into_iter().map(|it| view! { <li><a href=format!("/projets/{}", it.id.inner())>{it.title}</a></li> }).collect_view()}</ul>
                </Fact>
            })}
            {(!facts.aliases.is_empty()).then(|| view! { <Fact label=t::organisation_field_aliases value=Some(facts.aliases.join(", ")) /> })}
            {facts.website.map(|url| {
                let text = url.trim_start_matches("https://").trim_end_matches('/').to_owned();
                view! { <Fact label=t::organisation_field_website><a href=url rel="external noopener" target="_blank">{text}</a></Fact> }
            })}
        </Facts>
    }
    .into_any()
}

/// Documents by their titles.
pub fn documents(rows: Vec<DocumentRow>) -> AnyView {
    view! {
        <ul role="list" class="plain-list">
            {rows.into_iter().map(|row| {
                let on = row.on;
                view! {
                    <li>
                        {match row.url {
                            Some(url) => view! { <a href=url rel="external noopener" target="_blank">{row.title} " " {icon(Icon::Link)}</a> }.into_any(),
                            None => view! { <span>{row.title}</span> }.into_any(),
                        }}
                        {on.map(|_| view! { <span class="muted small">{move || format::partial(on)}</span> })}
                    </li>
                }
            }).collect_view()}
        </ul>
    }
    .into_any()
}

pub fn texts(rows: Vec<DocumentRow>) -> AnyView {
    let none = rows.is_empty();
    view! {
        <Section title=t::council_texts>
            {none.then(|| view! { <p class="muted">{t::council_texts_none}</p> })}
            {documents(rows)}
        </Section>
    }
    .into_any()
}

/// The states it was in.
pub fn life(phases: &[PhaseRow]) -> AnyView {
    if phases.is_empty() {
        return view! { <p class="unknown">{t::council_life_unknown}</p> }.into_any();
    }
    let last = phases.len() - 1;
    view! {
        <ol role="list" class="project-life">
            {phases.iter().cloned().enumerate().map(|(place, phase)| {
                let (state, since) = (phase.status, phase.since);
                view! {
                    <li class:now=place == last aria-current=(place == last).then_some("step")>
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

/// The stages of the method, each with what was tried and learnt.
pub fn learnt(council: CouncilId, rows: &[MethodRow], open: Opening) -> AnyView {
    let said = Stage::ALL
        .iter()
        .map(|stage| (*stage, rows.iter().find(|it| it.stage == *stage).cloned()));
    let said: Vec<_> = said.collect();
    view! {
        <Section title=t::council_method note=t::council_method_note broad=true>
            <ol role="list" class="council-method">
                {said.into_iter().map(|(stage, row)| {
                    let is_said = row.is_some();
                    let since = row.as_ref().and_then(|it| it.since);
                    let (tried, learnt) = row.map(|it| (it.tried, it.learnt)).unwrap_or_default();
                    view! {
                        <li class:said=is_said>
                            <div class="spread">
                                <h3>{move || words::stage(stage)}</h3>
                                {move || may(Action::EditCouncil { council }).then(|| view! {
                                    <span class="no-print"><Button text=move || t::chantier_edit_this(words::stage(stage)) mark=Icon::Edit icon_only=true look=Look::Quiet on_press=move |()| open.set(Some(Open::Stage(stage))) /></span>
                                })}
                            </div>
                            {since.map(|_| view! { <p class="muted small">{move || format::partial(since)}</p> })}
                            {(!is_said).then(|| view! { <p class="muted small">{t::council_stage_unsaid}</p> })}
                            {tried.map(|text| view! { <p><span class="muted small">{t::council_tried} " : "</span> {text}</p> })}
                            {learnt.map(|text| view! { <p><strong class="small">{t::council_learnt} " : "</strong> {text}</p> })}
                        </li>
                    }
                }).collect_view()}
            </ol>
        </Section>
    }
    .into_any()
}
