//! One chantier: what it is for, where it stands, who contributes and who needs it, what can be used. Staff edit
//! each of these where it stands.

use super::forms::{Form, form_view};
use super::read::{Around, ChantierName, One, ParticipationRow, ResourceRow, StepRow, Which, Whole};
use super::words;
use crate::address;
use crate::api;
use crate::browser;
use crate::contract::typed;
use crate::edit::{Actions, as_opened, record, take_away};
use crate::format;
use crate::language::{Text, t};
use crate::organisation::names;
use crate::organisation::read::Bodies;
use crate::provenance::{SourceList, Sources, sourced};
use crate::ui::button::{Button, Look};
use crate::ui::chips::{Chip, NewMark, Status};
use crate::ui::dialog::Dialog;
use crate::ui::facts::{Fact, Facts, Known};
use crate::ui::icon::{Icon, icon};
use crate::ui::later::Later;
use crate::ui::page::{Crumb, Page, Section};
use crate::ui::sign::{Sign, SignMark, Size};
use crate::ui::state::{Empty, Load, Loaded};
use crate::ui::timeline::Timeline;
use crate::viewer::may;
use crate::visit;
use cynic::QueryBuilder;
use domain::chantier::{Part, ResourceKind};
use domain::policy::Action;
use domain::{ChantierId, ProjectId, RecordType};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use leptos_router::{LazyRoute, lazy_route};

pub struct ChantierPage;

#[lazy_route]
impl LazyRoute for ChantierPage {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        let params = use_params_map();
        let code = Memo::new(move |_| params.with(|params| params.get("code").unwrap_or_default()));
        (move || view! { <Screen code=code.get() /> }).into_any()
    }
}

/// What is open in the drawer, beside a step, which the address names.
#[derive(Clone, PartialEq)]
enum Open {
    Chantier,
    NewStep,
    EditStep(String),
    MoveStep(String),
    NewResource,
    EditResource(String),
    NewPart,
    EditPart(String),
}

#[component]
fn Screen(code: String) -> impl IntoView {
    let sign = RwSignal::new(Sign::of(&code));
    let asked = code.clone();
    let found = api::load(move || One::build(Which::of(&asked)));
    let load = Signal::derive(move || found.load.get().map(One::whole).present());
    let whole = Memo::new(move |_| load.with(|load| load.value().cloned()));
    Effect::new(move |_| {
        if let Some(whole) = whole.get() {
            sign.set(Sign::of(&whole.facts.code));
        }
    });
    let title = move || match load.get() {
        Load::Failed(failure) => failure.kind.title().to_owned(),
        other @ (Load::Pending | Load::Ready(_) | Load::Stale(..)) => {
            other.value().map(|it| it.facts.title.clone()).unwrap_or_default()
        }
    };
    let lead = move || {
        whole.with(|it| {
            it.as_ref()
                .and_then(|it| it.facts.objective.clone())
                .unwrap_or_default()
        })
    };
    let open = RwSignal::new(None::<Open>);
    let history = move || {
        whole.with(|it| {
            it.as_ref()
                .map(|it| format!("/historique/{}", it.facts.id.inner()))
        })
    };
    let tools = move || {
        view! {
            {move || may(Action::EditChantier).then(|| view! { <Button text=t::chantier_edit mark=Icon::Edit on_press=move |()| open.set(Some(Open::Chantier)) /> })}
            <Button text=t::chantier_print mark=Icon::Print look=Look::Quiet on_press=|()| { let _ = window().print(); } />
            {move || history().map(|href| view! { <a class="button quiet" href=href>{t::action_history}</a> })}
        }
    };
    let crumbs = vec![Crumb::new(t::nav_chantiers, "/chantiers")];
    let first = Sign::of(&code);
    view! {
        <Page title lead crumbs sign=first tools>
            <div class=move || sign.get().hue()>
                <Loaded load on_retry=found.reload view=move |whole| matter(whole, open) />
            </div>
        </Page>
        <Drawer whole open />
    }
}

fn matter(whole: Whole, open: RwSignal<Option<Open>>) -> AnyView {
    let Whole { facts, around } = whole;
    let Around {
        sources,
        progress,
        leads,
        partners,
        related,
        steps,
        resources,
        participations,
    } = around;
    let code = facts.code.clone();
    let marks: Vec<_> = steps
        .nodes
        .iter()
        .map(|step| step.mark(format!("/chantiers/{code}?etape={}", step.id.inner())))
        .collect();
    let today = format::day_of(browser::now());
    let is_empty = marks.is_empty();
    let printed = steps.nodes.clone();
    let fiche = fiche(facts, &sources, leads, partners, related);
    view! {
        <Section title=t::chantier_progress broad=true>
            <div class="stack">
                <div class="spread">
                    <Status course=words::progress_course(progress) text=move || words::progress(progress) />
                    {move || may(Action::EditStep).then(|| view! { <span class="no-print"><Button text=t::chantier_step_add mark=Icon::Add small=true on_press=move |()| open.set(Some(Open::NewStep)) /></span> })}
                </div>
                {if is_empty {
                    view! { <Empty title=t::chantier_no_steps text=t::chantier_no_steps_text /> }.into_any()
                } else {
                    view! { <Timeline label=t::chantier_timeline steps=marks today /> }.into_any()
                }}
                <ul class="print-only">
                    {printed.into_iter().filter(|it| it.note.is_some() || it.description.is_some()).map(|it| view! {
                        <li><strong>{it.title}</strong> " " {it.description} " " {it.note}</li>
                    }).collect_view()}
                </ul>
            </div>
        </Section>
        <Section title=t::chantier_who broad=true>
            <Who rows=participations.nodes open />
        </Section>
        <Section title=t::chantier_resources broad=true>
            <Shelf rows=resources.nodes open />
        </Section>
        <Section title=t::chantier_facts>
            {fiche}
        </Section>
        <Section title=t::provenance_section>
            <SourceList sources word=words::field may_confirm=Signal::derive(|| may(Action::EditProvenance { project: None })) on_confirmed=|()| api::try_again() />
        </Section>
    }
    .into_any()
}

/// The chantier's own facts.
fn fiche(
    facts: super::read::Facts,
    sources: &Sources,
    leads: Bodies,
    partners: Bodies,
    related: Vec<ChantierName>,
) -> AnyView {
    let stage = facts.stage;
    let text = |about: Text, field: &str, text: Option<String>| {
        text.map(|text| {
            let inside = sourced(
                about,
                sources,
                field,
                view! { <p class="prose">{text}</p> }.into_any(),
            );
            view! { <Fact label=about>{inside}</Fact> }
        })
    };
    let description = text(t::chantier_field_description, "description", facts.description);
    let others = text(
        t::chantier_field_partners_note,
        "partnersNote",
        facts.partners_note,
    );
    let note = text(t::chantier_field_note, "note", facts.note);
    let leads = sourced(t::chantier_field_leads, sources, "leadIds", names(leads));
    let partners = sourced(t::chantier_field_partners, sources, "partnerIds", names(partners));
    let concerned = view! { <Known value=facts.projects_concerned.map(format::number) /> }.into_any();
    let concerned = sourced(
        t::chantier_field_projects_concerned,
        sources,
        "projectsConcerned",
        concerned,
    );
    view! {
        <Facts>
            <Fact label=t::chantier_field_stage value=Signal::derive(move || Some(words::stage(stage).to_owned())) />
            {description}
            <Fact label=t::chantier_field_leads>{leads}</Fact>
            <Fact label=t::chantier_field_partners>{partners}</Fact>
            {others}
            <Fact label=t::chantier_field_projects_concerned>{concerned}</Fact>
            {(!related.is_empty()).then(|| view! {
                <Fact label=t::chantier_field_related>
                    <span class="row-tight">{related.into_iter().map(|it| view! { <Chip text=it.title sign=Sign::of(&it.code) href=format!("/chantiers/{}", it.code) /> }).collect_view()}</span>
                </Fact>
            })}
            {note}
        </Facts>
    }
    .into_any()
}

/// Contributes and needs, facing each other; below them who follows.
#[component]
fn Who(rows: Vec<ParticipationRow>, open: RwSignal<Option<Open>>) -> impl IntoView {
    let of = |part: Part| {
        rows.iter()
            .filter(|it| it.part == part)
            .cloned()
            .collect::<Vec<_>>()
    };
    let (contributes, needs, follows) = (of(Part::Contributes), of(Part::Needs), of(Part::Follows));
    // Whoever may say it of all projects, or of one of theirs.
    let may_add = move || match crate::viewer::actor() {
        domain::Actor::Visitor | domain::Actor::Client(_) => false,
        domain::Actor::System => true,
        domain::Actor::Person(person) => person.role >= domain::Role::Officer || !person.projects.is_empty(),
    };
    view! {
        <div class="chantier-facing">
            {column(t::chantier_who_contributes, t::chantier_who_contributes_none, contributes, open)}
            {column(t::chantier_who_needs, t::chantier_who_needs_none, needs, open)}
        </div>
        {(!follows.is_empty()).then(|| column(t::chantier_who_follows, t::chantier_who_contributes_none, follows, open))}
        {move || may_add().then(|| view! { <p class="no-print chantier-add"><Button text=t::chantier_part_add mark=Icon::Add small=true on_press=move |()| open.set(Some(Open::NewPart)) /></p> })}
    }
}

fn column(title: Text, none: Text, rows: Vec<ParticipationRow>, open: RwSignal<Option<Open>>) -> AnyView {
    let count = rows.len();
    view! {
        <div class="sheet chantier-side" class:none={count == 0}>
            <h3>{title} " " <span class="muted">{(count > 0).then(|| format::number(count))}</span></h3>
            {if rows.is_empty() {
                view! { <p class="muted">{none}</p> }.into_any()
            } else {
                view! { <ul role="list">{rows.into_iter().map(|row| one_part(row, open)).collect_view()}</ul> }.into_any()
            }}
        </div>
    }
    .into_any()
}

fn one_part(row: ParticipationRow, open: RwSignal<Option<Open>>) -> impl IntoView {
    let name = row.project.as_ref().map_or_else(String::new, |it| {
        it.acronym.clone().unwrap_or_else(|| it.title.clone())
    });
    let (id, revision, said) = (row.id.clone(), row.revision, name.clone());
    let project = typed::<ProjectId>(&row.project_id);
    let title = row
        .project
        .as_ref()
        .filter(|it| it.acronym.is_some())
        .map(|it| it.title.clone());
    view! {
        <li>
            <div>
                <a href=format!("/projets/{}", row.project_id.inner())>{name}</a>
                {visit::is_new(row.updated_at).then(|| view! { " " <NewMark /> })}
                {title.map(|title| view! { <p class="muted small">{title}</p> })}
                {row.note.map(|note| view! { <p class="small">{note}</p> })}
                {row.inferred.then(|| view! { <p class="muted small chantier-inferred">{t::chantier_inferred}</p> })}
            </div>
            {move || project.is_some_and(|project| may(Action::EditParticipation { project })).then(|| {
                let key = id.inner().to_owned();
                view! { <Actions title=said.clone() kind=RecordType::Participation id=id.clone() revision on_edit=move |()| open.set(Some(Open::EditPart(key.clone()))) /> }
            })}
        </li>
    }
}

/// Resources by kind, each with the health of its link.
#[component]
fn Shelf(rows: Vec<ResourceRow>, open: RwSignal<Option<Open>>) -> impl IntoView {
    let kinds: Vec<(ResourceKind, Vec<ResourceRow>)> = ResourceKind::ALL
        .iter()
        .map(|kind| {
            (
                *kind,
                rows.iter()
                    .filter(|it| it.kind == *kind)
                    .cloned()
                    .collect::<Vec<_>>(),
            )
        })
        .filter(|it| !it.1.is_empty())
        .collect();
    let is_empty = kinds.is_empty();
    view! {
        {is_empty.then(|| view! { <p class="muted">{t::chantier_resources_none}</p> })}
        <div class="columns chantier-shelf">
            {kinds.into_iter().map(|(kind, rows)| view! {
                <div class="sheet">
                    <h3>{move || words::resource_kind(kind)}</h3>
                    <ul role="list">{rows.into_iter().map(|row| one_resource(row, open)).collect_view()}</ul>
                </div>
            }).collect_view()}
        </div>
        {move || may(Action::EditResource { project: None }).then(|| view! { <p class="no-print chantier-add"><Button text=t::chantier_resource_add mark=Icon::Add small=true on_press=move |()| open.set(Some(Open::NewResource)) /></p> })}
    }
}

fn one_resource(row: ResourceRow, open: RwSignal<Option<Open>>) -> impl IntoView {
    let (id, revision, title, state, checked) = (
        row.id.clone(),
        row.revision,
        row.title.clone(),
        row.link_state,
        row.link_checked_at,
    );
    let by = row
        .providers
        .iter()
        .map(|it| it.acronym.clone().unwrap_or_else(|| it.name.clone()))
        .collect::<Vec<_>>()
        .join(", ");
    view! {
        <li>
            <div>
                {match row.url {
                    Some(url) => view! { <a href=url rel="external noopener" target="_blank">{row.title} " " {icon(Icon::Link)}</a> }.into_any(),
                    None => view! { <strong>{row.title}</strong> }.into_any(),
                }}
                {visit::is_new(row.updated_at).then(|| view! { " " <NewMark /> })}
                {(!by.is_empty()).then(|| view! { <p class="muted small">{by}</p> })}
                <p><Status course=words::link_course(state) text=move || words::link_state(state) />
                    {checked.map(|at| view! { <span class="muted small">" · " {move || t::resource_link_checked(format::instant_day(at))}</span> })}</p>
                {row.note.map(|note| view! { <p class="small">{note}</p> })}
            </div>
            {move || may(Action::EditResource { project: None }).then(|| {
                let key = id.inner().to_owned();
                view! { <Actions title=title.clone() kind=RecordType::Resource id=id.clone() revision on_edit=move |()| open.set(Some(Open::EditResource(key.clone()))) /> }
            })}
        </li>
    }
}

/// The drawer: a step that the address names, or a form.
#[component]
fn Drawer(whole: Memo<Option<Whole>>, open: RwSignal<Option<Open>>) -> impl IntoView {
    let (named, set_named) = address::word("etape");
    let shown = RwSignal::new(false);
    Effect::new(move |_| {
        let should = open.with(Option::is_some) || !named.get().is_empty();
        if shown.get_untracked() != should {
            shown.set(should);
        }
    });
    Effect::new(move |_| {
        if !shown.get() {
            if open.with_untracked(Option::is_some) {
                open.set(None);
            }
            if !named.get_untracked().is_empty() {
                set_named.run(String::new());
            }
        }
    });
    // From a form on a step back to the step, else away.
    let end = Callback::new(move |()| open.set(None));
    let title = move || match open.get() {
        None => t::chantier_step(),
        Some(Open::Chantier) => t::chantier_edit(),
        Some(Open::NewStep) => t::chantier_step_add(),
        Some(Open::EditStep(_)) => t::chantier_step_edit(),
        Some(Open::MoveStep(_)) => t::chantier_step_move_title(),
        Some(Open::NewResource) => t::chantier_resource_add(),
        Some(Open::EditResource(_)) => t::chantier_resource_edit(),
        Some(Open::NewPart) => t::chantier_part_add(),
        Some(Open::EditPart(_)) => t::chantier_part_edit(),
    };
    view! {
        <Dialog open=shown title drawer=true>
            {move || {
                let now = open.get();
                // A step's view follows.
                let whole = if now.is_some() { as_opened(whole) } else { whole.get() };
                whole.and_then(|whole| content(&whole, now, &named.get(), open, end, shown))
            }}
        </Dialog>
    }
}

fn content(
    whole: &Whole,
    open: Option<Open>,
    named: &str,
    opener: RwSignal<Option<Open>>,
    end: Callback<()>,
    shown: RwSignal<bool>,
) -> Option<AnyView> {
    let chantier = typed::<ChantierId>(&whole.facts.id)?;
    let step = |id: &str| whole.around.steps.nodes.iter().find(|it| it.id.inner() == id);
    let others = |id: &str| -> Vec<(String, String)> {
        let others = whole.around.steps.nodes.iter().filter(|it| it.id.inner() != id);
        others
            .map(|it| (it.id.inner().to_owned(), it.title.clone()))
            .collect()
    };
    Some(match open {
        None => step_view(step(named)?.clone(), whole, opener, shown),
        Some(open) => {
            let form = match open {
                Open::Chantier => {
                    let around = &whole.around;
                    for it in around.leads.nodes.iter().chain(&around.partners.nodes) {
                        crate::records::know(it.id.inner(), &it.name);
                    }
                    Form::Chantier(record(&whole.facts)?)
                }
                Open::NewStep => Form::Step(None, others("")),
                Open::EditStep(id) => Form::Step(Some(record(step(&id)?)?), others(&id)),
                Open::MoveStep(id) => Form::Move(record(step(&id)?)?),
                Open::NewResource => Form::Resource(None),
                Open::EditResource(id) => {
                    let rows = &whole.around.resources.nodes;
                    Form::Resource(Some(record(rows.iter().find(|it| it.id.inner() == id)?)?))
                }
                Open::NewPart => Form::Part(None),
                Open::EditPart(id) => {
                    let rows = &whole.around.participations.nodes;
                    Form::Part(Some(record(rows.iter().find(|it| it.id.inner() == id)?)?))
                }
            };
            view! { <Later arriving=form_view(chantier, form, end) /> }.into_any()
        }
    })
}

/// One step in full, with what staff can do to it.
fn step_view(step: StepRow, whole: &Whole, open: RwSignal<Option<Open>>, shown: RwSignal<bool>) -> AnyView {
    let sign = Sign::of(&whole.facts.code);
    let after: Vec<String> = step
        .dependency_ids
        .iter()
        .filter_map(|id| whole.around.steps.nodes.iter().find(|it| it.id == *id))
        .map(|it| it.title.clone())
        .collect();
    let (status, late, when) = (step.status, step.late, step.when());
    let (id, revision, title) = (step.id.clone(), step.revision, step.title.clone());
    let drop = move |id: cynic::Id, title: String| {
        shown.set(false);
        take_away(RecordType::Step, id, revision, title, || ());
    };
    view! {
        <div class="stack">
            <div class="chantier-card-head"><SignMark sign size=Size::Small /> <h3>{step.title}</h3></div>
            <Status course=words::step_course(status, late) text=move || if late { t::step_late() } else { words::step_status(status) } />
            <Facts>
                <Fact label=t::step_field_starts value=Some(when) />
                <Fact label=t::step_field_responsible>
                    {names(Bodies { nodes: step.responsible })}
                </Fact>
                {step.territory.map(|it| view! { <Fact label=t::step_field_territory><a href=format!("/territoires/{}", it.id.inner())>{it.label}</a></Fact> })}
                {(!after.is_empty()).then(|| view! { <Fact label=t::step_field_dependencies value=Some(after.join(", ")) /> })}
                {step.description.map(|text| view! { <Fact label=t::chantier_field_description><p>{text}</p></Fact> })}
                {step.note.map(|text| view! { <Fact label=t::chantier_field_note><p>{text}</p></Fact> })}
            </Facts>
            {(!step.slips.is_empty()).then(|| view! {
                <h4>{t::chantier_slips}</h4>
                <ul>{step.slips.into_iter().map(|it| view! {
                    <li class="small">{move || t::chantier_slip(format::instant_day(it.at), format::partial(it.from_starts.or(it.from_ends)), &it.reason)}</li>
                }).collect_view()}</ul>
            })}
            {move || may(Action::EditStep).then(|| {
                let (edits, moves, gone, title) = (id.inner().to_owned(), id.inner().to_owned(), id.clone(), title.clone());
                view! {
                    <div class="button-row">
                        <Button text=t::action_edit mark=Icon::Edit on_press=move |()| open.set(Some(Open::EditStep(edits.clone()))) />
                        <Button text=t::chantier_step_move mark=Icon::Calendar on_press=move |()| open.set(Some(Open::MoveStep(moves.clone()))) />
                        <Button text=t::action_delete look=Look::Quiet on_press=move |()| drop(gone.clone(), title.clone()) />
                    </div>
                }
            })}
        </div>
    }
    .into_any()
}
