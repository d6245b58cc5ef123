//! A project's own page: what it is, what it learned, what it needs; edited where it is shown.

mod about;
mod around;

use super::forms::{ContactForm, DocumentForm, MemberForm, MoveForm, NoteForm, PartForm, ProjectForm};
use super::read::{Around, One, Which, Whole};
use super::words;
use crate::api;
use crate::contract::typed;
use crate::edit::{as_opened, record, take_away};
use crate::language::t;
use crate::officer;
use crate::provenance::{SourceList, sourced};
use crate::records;
use crate::ui::button::{Button, Look};
use crate::ui::chips::{Chip, NewMark, Status};
use crate::ui::dialog::Dialog;
use crate::ui::icon::Icon;
use crate::ui::page::{Crumb, Page, Section};
use crate::ui::state::{Load, Loaded};
use crate::viewer::may;
use crate::visit;
use about::{fiche, life, place_map};
use around::{follow_up, parts, shelf, team, who};
use cynic::QueryBuilder;
use domain::policy::Action;
use domain::project::Project;
use domain::{ProjectId, RecordType};
use leptos::prelude::*;
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
    let drop = move |()| {
        let Some(own) = whole.with_untracked(|it| it.as_ref().map(|it| it.facts.clone())) else {
            return;
        };
        let navigate = navigate.clone();
        take_away(RecordType::Project, own.id, own.revision, own.title, move || {
            navigate("/projets", NavigateOptions::default());
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
        <crate::expertise::needs::OfProject project />
        {shelf(project, documents.nodes, open)}
        {contacts.map(|it| who(project, it.nodes, open))}
        {members.map(|it| team(project, it.nodes, open))}
        {notes.map(|it| follow_up(project, it.nodes, open))}
        <officer::around::Around project />
        <Section title=t::provenance_section>
            <SourceList sources word=words::field may_confirm=Signal::derive(move || may(Action::EditProvenance { project: Some(project) })) on_confirmed=|()| api::try_again() />
        </Section>
    }
    .into_any()
}

/// A text in its paragraphs.
fn paragraphs(text: &str) -> AnyView {
    text.split("\n\n")
        .map(|it| view! { <p class="prose">{it.to_owned()}</p> })
        .collect_view()
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
                let whole = as_opened(whole)?;
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
