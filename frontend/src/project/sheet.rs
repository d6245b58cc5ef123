//! A project's own page: what it is, what it learned, what it needs; edited where it is shown.

use super::forms::{ContactForm, DocumentForm, MemberForm, MoveForm, NoteForm, PartForm, ProjectForm};
use super::list::amount;
use super::place;
use super::read::{
    Around, Bodies, ContactRow, DocumentRow, Facts as Own, MemberRow, NoteRow, One, PartRow, PhaseRow, Place,
    Removable, Which, Whole, remove,
};
use super::words;
use crate::address;
use crate::api;
use crate::chantier::words as chantier_words;
use crate::contract::typed;
use crate::edit::{offer_undo, record};
use crate::format;
use crate::language::{Text, t};
use crate::provenance::{SourceList, Sources};
use crate::records;
use crate::refusal::refused;
use crate::territory::words as territory_words;
use crate::ui::button::{Button, Look};
use crate::ui::chips::{Chip, NewMark, Status};
use crate::ui::dialog::Dialog;
use crate::ui::facts::{Fact, Facts, Known};
use crate::ui::icon::{Icon, icon};
use crate::ui::map::Map;
use crate::ui::map::Pin;
use crate::ui::map::frame::View;
use crate::ui::page::{Crumb, Page, Section};
use crate::ui::provenance::Sourced;
use crate::ui::sign::{Sign, SignMark};
use crate::ui::state::{Load, Loaded, Shape};
use crate::ui::toast::toasts;
use crate::viewer::may;
use crate::visit;
use cynic::QueryBuilder;
use domain::ProjectId;
use domain::chantier::Part;
use domain::policy::Action;
use domain::project::Project;
use domain::territory::Extent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_params_map};
use leptos_router::{LazyRoute, lazy_route};
use serde::Serialize;
use serde::de::DeserializeOwned;

pub struct SheetPage;

#[lazy_route]
impl LazyRoute for SheetPage {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        let params = use_params_map();
        let id = Memo::new(move |_| params.with(|params| params.get("id").unwrap_or_default()));
        (move || view! { <Screen id=id.get() /> }).into_any()
    }
}

pub struct NewPage;

#[lazy_route]
impl LazyRoute for NewPage {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        let navigate = use_navigate();
        let (made, left) = (navigate.clone(), navigate);
        let done =
            move |project: Project| made(&format!("/projets/{}", project.id), NavigateOptions::default());
        let cancel = move |()| left("/projets", NavigateOptions::default());
        let crumbs = vec![Crumb::new(t::projects_title, "/projets")];
        view! {
            <Page title=t::project_create lead=t::project_create_lead crumbs>
                <ProjectForm record=None on_done=done on_cancel=cancel />
            </Page>
        }
        .into_any()
    }
}

/// The form that is open.
#[derive(Clone, Debug, PartialEq)]
enum Open {
    Project,
    Move,
    Part(Option<String>),
    Document(Option<String>),
    Note(Option<String>),
    Member(Option<String>),
    Contact(Option<String>),
}

#[component]
fn Screen(id: String) -> impl IntoView {
    let found = api::load(move || {
        One::build(Which {
            id: cynic::Id::new(&id),
        })
    });
    let load = Signal::derive(move || found.load.get().map(One::whole).present());
    let whole = Memo::new(move |_| load.with(|load| load.value().cloned()));
    let title = move || match load.get() {
        Load::Failed(failure) => failure.kind.title().to_owned(),
        other @ (Load::Pending | Load::Ready(_) | Load::Stale(..)) => {
            other.value().map(|it| it.facts.title.clone()).unwrap_or_default()
        }
    };
    let lead = move || {
        whole.with(|it| {
            it.as_ref()
                .and_then(|it| it.facts.acronym.clone())
                .unwrap_or_default()
        })
    };
    let open = RwSignal::new(None::<Open>);
    let project = move || whole.with(|it| it.as_ref().and_then(|it| typed::<ProjectId>(&it.facts.id)));
    let can = move |action: fn(ProjectId) -> Action| project().is_some_and(|project| may(action(project)));
    let history = move || {
        whole.with(|it| {
            it.as_ref()
                .map(|it| format!("/historique/{}", it.facts.id.inner()))
        })
    };
    let navigate = use_navigate();
    let said = toasts();
    let drop = move |()| {
        let Some((id, revision, title)) = whole.with_untracked(|it| {
            it.as_ref()
                .map(|it| (it.facts.id.clone(), it.facts.revision, it.facts.title.clone()))
        }) else {
            return;
        };
        let navigate = navigate.clone();
        spawn_local(async move {
            match remove(Removable::Project, &id, revision).await {
                Ok(errors) if errors.is_empty() => {
                    navigate("/projets", NavigateOptions::default());
                    offer_undo(said, id.inner().to_owned(), t::edit_removed(title)).await;
                }
                Ok(errors) => {
                    for it in refused(errors) {
                        said.say(it.message);
                    }
                }
                Err(failure) => said.say(failure.kind.title()),
            }
        });
    };
    let tools = move || {
        let drop = Callback::new(drop.clone());
        view! {
            {move || can(|project| Action::EditProject { project }).then(|| view! { <Button text=t::action_edit mark=Icon::Edit look=Look::Primary on_press=move |()| open.set(Some(Open::Project)) /> })}
            {move || can(|project| Action::MoveProject { project }).then(|| view! { <Button text=t::project_move on_press=move |()| open.set(Some(Open::Move)) /> })}
            <Button text=t::project_print mark=Icon::Print look=Look::Quiet on_press=|()| { let _ = window().print(); } />
            {move || history().map(|href| view! { <a class="button quiet" href=href>{t::action_history}</a> })}
            {move || can(|_| Action::KeepProjects).then(|| view! { <Button text=t::project_delete look=Look::Quiet on_press=drop /> })}
        }
    };
    let crumbs = vec![Crumb::new(t::projects_title, "/projets")];
    view! {
        <Page title lead crumbs tools>
            <div class="project-sheet">
                <Loaded load on_retry=found.reload view=move |whole| matter(whole, open) />
            </div>
        </Page>
        <Drawer whole open />
    }
}

fn matter(whole: Whole, open: RwSignal<Option<Open>>) -> AnyView {
    let Whole { facts, around } = whole;
    let Around {
        status,
        leads,
        partners,
        territories,
        participations,
        documents,
        members,
        notes,
        contacts,
        sources,
    } = around;
    let Some(project) = typed::<ProjectId>(&facts.id) else {
        return ().into_any();
    };
    records::know(facts.id.inner(), &facts.title);
    let summary = match facts.summary.clone() {
        Some(text) => sourced(
            t::history_field_summary,
            &sources,
            "summary",
            view! { <p class="project-summary-full">{text}</p> }.into_any(),
        ),
        None => view! { <p class="unknown">{t::project_summary_unknown}</p> }.into_any(),
    };
    let learnt = match facts.learnt.clone() {
        Some(text) => sourced(t::history_field_learnt, &sources, "learnt", paragraphs(&text)),
        None => view! { <p class="unknown">{t::project_learnt_unknown}</p> }.into_any(),
    };
    let life = life(&facts.phases);
    let is_new = visit::is_new(facts.updated_at);
    let themes = facts.themes.clone();
    let types = facts.types.clone();
    let map = place_map(&territories, facts.territory_note.clone(), &sources);
    let sheet = fiche(facts, leads, partners, &sources);
    view! {
        <div class="project-top">
            <div class="stack">
                <div class="row-tight">
                    <Status course=words::course(status) text=move || words::status(status) />
                    {is_new.then(|| view! { <NewMark /> })}
                    {types.into_iter().map(|kind| view! { <Chip text=move || words::kind(kind) /> }).collect_view()}
                    {themes.into_iter().map(|theme| view! { <Chip text=theme /> }).collect_view()}
                </div>
                {summary}
                {sheet}
            </div>
            {map}
        </div>
        <Section title=t::project_life note=t::project_life_note>{life}</Section>
        <Section title=t::project_learnt>{learnt}</Section>
        {parts(project, &participations.nodes, open)}
        {shelf(project, documents.nodes, open)}
        {contacts.map(|it| who(project, it.nodes, open))}
        {members.map(|it| team(project, it.nodes, open))}
        {notes.map(|it| follow_up(project, it.nodes, open))}
        <Section title=t::provenance_section>
            <SourceList sources word=words::field may_confirm=Signal::derive(move || may(Action::EditProvenance { project: Some(project) })) on_confirmed=|()| api::try_again() />
        </Section>
    }
    .into_any()
}

fn paragraphs(text: &str) -> AnyView {
    text.split("\n\n")
        .map(|it| view! { <p class="prose">{it.to_owned()}</p> })
        .collect_view()
        .into_any()
}

fn sourced(about: Text, sources: &Sources, field: &str, inside: AnyView) -> AnyView {
    match sources.of(field) {
        Some(provenance) => view! { <Sourced about provenance>{inside}</Sourced> }.into_any(),
        None => inside,
    }
}

fn bodies(bodies: Bodies, note: Option<String>) -> AnyView {
    if bodies.nodes.is_empty() && note.is_none() {
        return view! { <span class="unknown">{t::fact_unknown}</span> }.into_any();
    }
    view! {
        <div class="stack-tight">
            <ul role="list" class="project-bodies">
                {bodies.nodes.into_iter().map(|it| view! {
                    <li><a href=format!("/organisations/{}", it.id.inner())>{it.name}</a> {it.acronym.map(|it| view! { <span class="muted">" (" {it} ")"</span> })}</li>
                }).collect_view()}
            </ul>
            {note.map(|note| view! { <p class="muted small">{note}</p> })}
        </div>
    }
    .into_any()
}

fn fiche(facts: Own, leads: Bodies, partners: Bodies, sources: &Sources) -> AnyView {
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
fn place_map(places: &[Place], note: Option<String>, sources: &Sources) -> AnyView {
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
                let first = if everywhere { None } else { atlas.bounds(&codes).map(|bounds| wider(bounds, height)) };
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

/// With what lies around it: at least a fifth of the country.
fn wider([left, top, right, bottom]: [f64; 4], height: f64) -> View {
    let (x, y) = (((right - left) * 0.6).max(70.0), ((bottom - top) * 0.6).max(46.0));
    View::around([left - x, top - y, right + x, bottom + y], height)
}

/// The states of its life, one after the other, with what is known of when and why.
fn life(phases: &[PhaseRow]) -> AnyView {
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

/// Edit and remove, beside the thing. Removing can be taken back.
fn actions(
    title: String,
    what: Removable,
    id: cynic::Id,
    revision: i32,
    edit: impl Fn() + Send + Sync + 'static,
) -> AnyView {
    let (edits, removes) = (title.clone(), title.clone());
    let drop = move |()| take_away(what, id.clone(), revision, title.clone());
    view! {
        <span class="project-actions no-print">
            <Button text=move || t::chantier_edit_this(&edits) mark=Icon::Edit icon_only=true look=Look::Quiet on_press=move |()| edit() />
            <Button text=move || t::chantier_remove_this(&removes) mark=Icon::Close icon_only=true look=Look::Quiet on_press=drop />
        </span>
    }
    .into_any()
}

/// Removes, and offers to take that back.
pub fn take_away(what: Removable, id: cynic::Id, revision: i32, title: String) {
    let said = toasts();
    spawn_local(async move {
        match remove(what, &id, revision).await {
            Ok(errors) if errors.is_empty() => {
                api::try_again();
                offer_undo(said, id.inner().to_owned(), t::edit_removed(title)).await;
            }
            Ok(errors) => {
                for it in refused(errors) {
                    said.say(it.message);
                }
                api::try_again();
            }
            Err(failure) => said.say(failure.kind.title()),
        }
    });
}

fn add(
    may_add: impl Fn() -> bool + Send + Sync + 'static,
    text: Text,
    open: RwSignal<Option<Open>>,
    what: Open,
) -> AnyView {
    (move || {
        let what = what.clone();
        may_add().then(|| view! { <p class="no-print"><Button text mark=Icon::Add small=true on_press=move |()| open.set(Some(what.clone())) /></p> })
    })
    .into_any()
}

/// What it brings, what it needs, what it follows.
fn parts(project: ProjectId, rows: &[PartRow], open: RwSignal<Option<Open>>) -> AnyView {
    let can = move || may(Action::EditParticipation { project });
    let of = |part: Part| {
        rows.iter()
            .filter(|it| it.part == part)
            .cloned()
            .collect::<Vec<_>>()
    };
    let columns: Vec<_> = [
        (t::project_contributes as Text, t::project_contributes_none as Text, of(Part::Contributes)),
        (t::project_needs, t::project_needs_none, of(Part::Needs)),
        (t::project_follows, t::project_follows_none, of(Part::Follows)),
    ]
    .into_iter()
    .map(|(title, none, rows)| {
        view! {
            <div class="sheet project-side">
                <h3>{title}</h3>
                {if rows.is_empty() {
                    view! { <p class="muted">{none}</p> }.into_any()
                } else {
                    view! { <ul role="list">{rows.into_iter().map(|row| one_part(row, open, can)).collect_view()}</ul> }.into_any()
                }}
            </div>
        }
    })
    .collect();
    view! {
        <Section title=t::project_parts note=t::project_parts_note broad=true>
            <div class="project-facing">{columns}</div>
            {add(can, t::project_part_add, open, Open::Part(None))}
        </Section>
    }
    .into_any()
}

fn one_part(
    row: PartRow,
    open: RwSignal<Option<Open>>,
    can: impl Fn() -> bool + Copy + Send + Sync + 'static,
) -> AnyView {
    let (code, title) = row
        .chantier
        .as_ref()
        .map(|it| (it.code.clone(), it.title.clone()))
        .unwrap_or_default();
    let (id, revision, said, hollow) = (
        row.id.clone(),
        row.revision,
        title.clone(),
        row.part != Part::Contributes,
    );
    view! {
        <li>
            <SignMark sign=Sign::of(&code) hollow />
            <div>
                <a href=format!("/chantiers/{code}")>{title}</a>
                {row.note.map(|note| view! { <p class="small">{note}</p> })}
                {row.inferred.then(|| view! { <p class="muted small">{t::chantier_inferred}</p> })}
            </div>
            {move || can().then(|| {
                let key = id.inner().to_owned();
                actions(said.clone(), Removable::Part, id.clone(), revision, move || open.set(Some(Open::Part(Some(key.clone())))))
            })}
        </li>
    }
    .into_any()
}

fn shelf(project: ProjectId, rows: Vec<DocumentRow>, open: RwSignal<Option<Open>>) -> AnyView {
    let can = move || {
        may(Action::EditResource {
            project: Some(project),
        })
    };
    let none = rows.is_empty();
    view! {
        <Section title=t::project_documents>
            {none.then(|| view! { <p class="muted">{t::project_documents_none}</p> })}
            <ul role="list" class="project-rows">
                {rows.into_iter().map(|row| {
                    let (id, revision, title, kind, state, published) = (row.id.clone(), row.revision, row.title.clone(), row.kind, row.link_state, row.published);
                    view! {
                        <li>
                            <div>
                                {match row.url {
                                    Some(url) => view! { <a href=url rel="external noopener" target="_blank">{row.title} " " {icon(Icon::Link)}</a> }.into_any(),
                                    None => view! { <strong>{row.title}</strong> }.into_any(),
                                }}
                                <p class="row-tight small muted">
                                    <span>{move || chantier_words::resource_kind(kind)}</span>
                                    <Status course=chantier_words::link_course(state) text=move || chantier_words::link_state(state) />
                                    {published.map(|_| view! { <span>{move || format::partial(published)}</span> })}
                                </p>
                                {row.note.map(|note| view! { <p class="small">{note}</p> })}
                            </div>
                            {move || can().then(|| {
                                let key = id.inner().to_owned();
                                actions(title.clone(), Removable::Document, id.clone(), revision, move || open.set(Some(Open::Document(Some(key.clone())))))
                            })}
                        </li>
                    }
                }).collect_view()}
            </ul>
            {add(can, t::project_document_add, open, Open::Document(None))}
        </Section>
    }
    .into_any()
}

fn who(project: ProjectId, rows: Vec<ContactRow>, open: RwSignal<Option<Open>>) -> AnyView {
    let can = move || {
        may(Action::EditContact {
            organisation: None,
            project: Some(project),
        })
    };
    let none = rows.is_empty();
    view! {
        <Section title=t::project_contacts note=t::project_contacts_note>
            <div class="no-print">
                {none.then(|| view! { <p class="muted">{t::project_contacts_none}</p> })}
                <ul role="list" class="project-rows">
                    {rows.into_iter().map(|row| {
                        let (id, revision, title) = (row.id.clone(), row.revision, row.purpose.clone());
                        view! {
                            <li>
                                <div>
                                    <strong>{row.purpose}</strong>
                                    <p class="row-tight">
                                        {row.name.map(|it| view! { <span>{it}</span> })}
                                        {row.email.map(|it| view! { <a href=format!("mailto:{it}")>{it.clone()}</a> })}
                                        {row.phone.map(|it| view! { <a href=format!("tel:{}", it.replace(' ', ""))>{it.clone()}</a> })}
                                    </p>
                                </div>
                                {move || can().then(|| {
                                    let key = id.inner().to_owned();
                                    actions(title.clone(), Removable::Contact, id.clone(), revision, move || open.set(Some(Open::Contact(Some(key.clone())))))
                                })}
                            </li>
                        }
                    }).collect_view()}
                </ul>
                {add(can, t::project_contact_add, open, Open::Contact(None))}
            </div>
        </Section>
    }
    .into_any()
}

fn team(project: ProjectId, rows: Vec<MemberRow>, open: RwSignal<Option<Open>>) -> AnyView {
    let can = move || may(Action::EditMembers { project });
    let none = rows.is_empty();
    view! {
        <div class="no-print">
            <Section title=t::project_members note=t::project_members_note>
                {none.then(|| view! { <p class="muted">{t::project_members_none}</p> })}
                <ul role="list" class="project-rows">
                    {rows.into_iter().map(|row| {
                        let name = row.person_name.clone().unwrap_or_else(|| t::fact_unknown().to_owned());
                        let (id, revision, title, role) = (row.id.clone(), row.revision, name.clone(), row.role);
                        view! {
                            <li>
                                <div><strong>{name}</strong> " " <span class="muted small">{move || words::member(role)}</span></div>
                                {move || can().then(|| {
                                    let key = id.inner().to_owned();
                                    actions(title.clone(), Removable::Member, id.clone(), revision, move || open.set(Some(Open::Member(Some(key.clone())))))
                                })}
                            </li>
                        }
                    }).collect_view()}
                </ul>
                {add(can, t::project_member_add, open, Open::Member(None))}
            </Section>
        </div>
    }
    .into_any()
}

fn follow_up(project: ProjectId, rows: Vec<NoteRow>, open: RwSignal<Option<Open>>) -> AnyView {
    let none = rows.is_empty();
    view! {
        <div class="no-print">
            <Section title=t::project_notes note=t::project_notes_private>
                {none.then(|| view! { <p class="muted">{t::project_notes_none}</p> })}
                <ul role="list" class="project-rows">
                    {rows.into_iter().map(|row| {
                        let (id, revision, on, made) = (row.id.clone(), row.revision, row.on, row.created_at);
                        let author = row.author_id.as_ref().and_then(typed);
                        let title: String = row.body.chars().take(40).collect();
                        let body = paragraphs(&row.body);
                        let name = row.author_name;
                        view! {
                            <li>
                                <div class="stack-tight">
                                    <p class="muted small">
                                        {move || on.map_or_else(|| format::instant_day(made), |_| format::partial(on))}
                                        {name.map(|name| view! { " · " <span>{name}</span> })}
                                        {visit::is_new(made).then(|| view! { " " <NewMark /> })}
                                    </p>
                                    {body}
                                </div>
                                {move || may(Action::EditNote { project, author }).then(|| {
                                    let key = id.inner().to_owned();
                                    actions(title.clone(), Removable::Note, id.clone(), revision, move || open.set(Some(Open::Note(Some(key.clone())))))
                                })}
                            </li>
                        }
                    }).collect_view()}
                </ul>
                {add(move || may(Action::WriteNote { project }), t::project_note_add, open, Open::Note(None))}
            </Section>
        </div>
    }
    .into_any()
}

/// The domain's record of the row with an identifier.
fn pick<R: DeserializeOwned, T: Serialize>(
    rows: &[T],
    key: Option<&str>,
    id: impl Fn(&T) -> &cynic::Id,
) -> Option<R> {
    let key = key?;
    rows.iter().find(|it| id(it).inner() == key).and_then(record)
}

/// The form that is open, beside the page it changes.
#[component]
fn Drawer(whole: Memo<Option<Whole>>, open: RwSignal<Option<Open>>) -> impl IntoView {
    let shown = RwSignal::new(false);
    Effect::new(move |_| shown.set(open.with(Option::is_some)));
    Effect::new(move |_| {
        if !shown.get() && open.with_untracked(Option::is_some) {
            open.set(None);
        }
    });
    let end = Callback::new(move |()| open.set(None));
    let title = move || match open.get() {
        None | Some(Open::Project) => t::action_edit(),
        Some(Open::Move) => t::project_move(),
        Some(Open::Part(_)) => t::project_parts(),
        Some(Open::Document(_)) => t::project_documents(),
        Some(Open::Note(_)) => t::project_notes(),
        Some(Open::Member(_)) => t::project_members(),
        Some(Open::Contact(_)) => t::project_contacts(),
    };
    view! {
        <Dialog open=shown title drawer=true>
            {move || {
                let what = open.get()?;
                // The record as it was when the form was opened: what others change meanwhile is compared on saving.
                let whole = whole.get_untracked()?;
                let project = typed::<ProjectId>(&whole.facts.id)?;
                Some(match what {
                    Open::Project => view! { <ProjectForm record={record::<Project>(&whole.facts)} on_done=move |_| end.run(()) on_cancel=end /> }.into_any(),
                    Open::Move => record::<Project>(&whole.facts).map(|record| view! { <MoveForm record on_end=end /> }).into_any(),
                    Open::Part(key) => {
                        let record = pick(&whole.around.participations.nodes, key.as_deref(), |it| &it.id);
                        view! { <PartForm project chantier=None record on_end=end /> }.into_any()
                    }
                    Open::Document(key) => {
                        let record = pick(&whole.around.documents.nodes, key.as_deref(), |it| &it.id);
                        view! { <DocumentForm project record on_end=end /> }.into_any()
                    }
                    Open::Note(key) => {
                        let rows = whole.around.notes.map(|it| it.nodes).unwrap_or_default();
                        let record = pick(&rows, key.as_deref(), |it| &it.id);
                        view! { <NoteForm project record on_end=end /> }.into_any()
                    }
                    Open::Member(key) => {
                        let rows = whole.around.members.map(|it| it.nodes).unwrap_or_default();
                        let record = pick(&rows, key.as_deref(), |it| &it.id);
                        view! { <MemberForm project record on_end=end /> }.into_any()
                    }
                    Open::Contact(key) => {
                        let rows = whole.around.contacts.map(|it| it.nodes).unwrap_or_default();
                        let record = pick(&rows, key.as_deref(), |it| &it.id);
                        view! { <ContactForm project record on_end=end /> }.into_any()
                    }
                })
            }}
        </Dialog>
    }
}
