//! Projects by chantiers: who brings, who needs, who follows, and where nobody does.

use super::forms::PartForm;
use crate::address;
use crate::api;
use crate::chantier::words as chantier_words;
use crate::contract::{schema, typed};
use crate::edit::{Actions, record};
use crate::language::t;
use crate::ui::button::{Button, Look};
use crate::ui::dialog::Dialog;
use crate::ui::icon::Icon;
use crate::ui::matrix::{Matrix, MatrixColumn, MatrixRow, Relation};
use crate::ui::page::Page;
use crate::ui::sign::{Sign, Signed, Size};
use crate::ui::state::{Empty, Loaded, Shape};
use crate::viewer::may;
use chrono::{DateTime, Utc};
use cynic::QueryBuilder;
use domain::chantier::{Filter, Part, Participation, Stage};
use domain::policy::Action;
use domain::{ChantierId, ProjectId, RecordType};
use leptos::prelude::*;
use leptos_router::{LazyRoute, lazy_route};
use serde::Serialize;
use std::collections::HashMap;

#[derive(cynic::QueryVariables)]
struct Stages {
    filter: Option<Filter>,
}

#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "Query", variables = "Stages")]
struct Asked {
    #[arguments(first: 100)]
    projects: Rows,
    projects_selected: i32,
    #[arguments(where: $filter, first: 100)]
    chantiers: Columns,
}

crate::api::document!(query Asked(Stages));

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "ProjectConnection")]
struct Rows {
    nodes: Vec<Row>,
    total_count: i32,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "Project")]
struct Row {
    id: cynic::Id,
    title: String,
    acronym: Option<String>,
    #[arguments(first: 40)]
    participations: Parts,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "ParticipationConnection")]
struct Parts {
    nodes: Vec<PartRow>,
}

/// A part with its own fields alone, so that a hundred projects with all of theirs stay within what one request may ask.
#[derive(Clone, Debug, PartialEq, Serialize, cynic::QueryFragment)]
#[cynic(graphql_type = "Participation")]
#[serde(rename_all = "camelCase")]
struct PartRow {
    id: cynic::Id,
    revision: i32,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    chantier_id: cynic::Id,
    project_id: cynic::Id,
    part: Part,
    note: Option<String>,
    inferred: bool,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "ChantierConnection")]
struct Columns {
    nodes: Vec<Column>,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "Chantier")]
struct Column {
    id: cynic::Id,
    code: String,
    title: String,
    position: i32,
    stage: Stage,
}

pub struct MatrixPage;

#[lazy_route]
impl LazyRoute for MatrixPage {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        let tools = || {
            view! {
                <Button text=t::project_print mark=Icon::Print look=Look::Quiet on_press=|()| { let _ = window().print(); } />
                <a class="button quiet" href="/projets">{t::projects_title}</a>
            }
        };
        view! { <Page title=t::matrix_title lead=t::matrix_question tools><Screen /></Page> }.into_any()
    }
}

impl Row {
    fn relation(&self, chantier: &str) -> Relation {
        let mut relation = Relation::default();
        let mut inferred = true;
        for it in self
            .participations
            .nodes
            .iter()
            .filter(|it| it.chantier_id.inner() == chantier)
        {
            match it.part {
                Part::Contributes => relation.contributes = true,
                Part::Needs => relation.needs = true,
                Part::Follows => relation.follows = true,
            }
            inferred &= it.inferred;
        }
        relation.inferred = inferred && !relation.is_none();
        relation
    }

    fn name(&self) -> String {
        self.acronym.clone().unwrap_or_else(|| self.title.clone())
    }
}

/// The open chantiers, and the further tracks in which somebody has a part.
fn columns(asked: &Asked) -> Vec<Column> {
    let used = |id: &cynic::Id| {
        asked
            .projects
            .nodes
            .iter()
            .any(|row| row.participations.nodes.iter().any(|it| it.chantier_id == *id))
    };
    let mut columns: Vec<Column> = asked
        .chantiers
        .nodes
        .iter()
        .filter(|it| it.stage == Stage::Open || used(&it.id))
        .cloned()
        .collect();
    columns.sort_by_key(|it| it.position);
    columns
}

/// Contributors first, then those in need, then those who follow, then the others by name.
const fn rank(relation: Relation) -> u8 {
    if relation.contributes {
        0
    } else if relation.needs {
        1
    } else if relation.follows {
        2
    } else {
        3
    }
}

#[component]
fn Screen() -> impl IntoView {
    let found = api::load(|| {
        // Without a filter the list is of the open ones alone.
        Asked::build(Stages {
            filter: Some(Filter {
                stages: Some(Stage::ALL.to_vec()),
                codes: None,
                organisation: None,
                territory: None,
                text: None,
            }),
        })
    });
    view! {
        <Loaded load=found.load shape=Shape::Picture on_retry=found.reload view=move |asked| view! { <Grid asked /> } />
    }
}

#[component]
fn Grid(asked: Asked) -> impl IntoView {
    if asked.projects.nodes.is_empty() {
        return view! { <Empty title=t::projects_none text=t::projects_none_text /> }.into_any();
    }
    let (tri, set_tri) = address::word("tri");
    let (cell, set_cell) = address::word("case");
    let columns = columns(&asked);
    let (total, selected) = (asked.projects.total_count, asked.projects_selected);
    let gap = |wanted: fn(Relation) -> bool| {
        columns
            .iter()
            .filter(|column| {
                !asked
                    .projects
                    .nodes
                    .iter()
                    .any(|row| wanted(row.relation(column.id.inner())))
            })
            .map(|it| it.title.clone())
            .collect::<Vec<_>>()
    };
    let (no_giver, no_need) = (gap(|it| it.contributes), gap(|it| it.needs));
    let by_chantier = per_chantier(&asked, &columns);
    let heads: Vec<MatrixColumn> = columns
        .iter()
        .map(|it| MatrixColumn {
            id: it.id.inner().to_owned(),
            label: it.title.clone(),
            sign: Sign::of(&it.code),
            href: format!("/chantiers/{}", it.code),
        })
        .collect();
    let codes: HashMap<String, String> = columns
        .iter()
        .map(|it| (it.code.clone(), it.id.inner().to_owned()))
        .collect();
    let back: HashMap<String, String> = codes
        .iter()
        .map(|(code, id)| (id.clone(), code.clone()))
        .collect();
    let sorted_by = {
        let codes = codes.clone();
        Signal::derive(move || codes.get(&tri.get()).cloned().unwrap_or_default())
    };
    let rows = {
        let (nodes, columns) = (asked.projects.nodes.clone(), columns.clone());
        Signal::derive(move || {
            let by = sorted_by.get();
            let mut nodes = nodes.clone();
            if !by.is_empty() {
                nodes.sort_by_key(|it| rank(it.relation(&by)));
            }
            nodes
                .iter()
                .map(|row| MatrixRow {
                    id: row.id.inner().to_owned(),
                    label: row.name(),
                    href: format!("/projets/{}", row.id.inner()),
                    note: row.acronym.as_ref().map(|_| row.title.clone()),
                    relations: columns
                        .iter()
                        .map(|it| (it.id.inner().to_owned(), row.relation(it.id.inner())))
                        .filter(|it| !it.1.is_none())
                        .collect(),
                })
                .collect::<Vec<_>>()
        })
    };
    let sort = move |id: String| {
        let code = back.get(&id).cloned().unwrap_or_default();
        set_tri.run(if tri.get_untracked() == code {
            String::new()
        } else {
            code
        });
    };
    let open = move |(project, chantier): (String, String)| set_cell.run(format!("{project},{chantier}"));
    view! {
        <p class="project-documented">{move || t::projects_documented(total, selected)}</p>
        <div class="stack project-gaps">
            {(!no_giver.is_empty()).then(|| { let names = no_giver.join(", "); view! { <p>{move || t::matrix_gap_contributes(&names)}</p> } })}
            {(!no_need.is_empty()).then(|| { let names = no_need.join(", "); view! { <p>{move || t::matrix_gap_needs(&names)}</p> } })}
        </div>
        <div class="project-matrix">
            <Matrix caption=t::matrix_title rows columns=heads on_open=open sorted_by on_sort=sort />
            <p class="muted small no-print">{t::matrix_keys}</p>
        </div>
        {by_chantier}
        <Cell asked cell set_cell />
    }
    .into_any()
}

/// The same, chantier by chantier, for a phone.
fn per_chantier(asked: &Asked, columns: &[Column]) -> AnyView {
    columns
        .iter()
        .map(|column| {
            let rows: Vec<(String, String, Relation)> = asked
                .projects
                .nodes
                .iter()
                .map(|row| (row.id.inner().to_owned(), row.name(), row.relation(column.id.inner())))
                .filter(|it| !it.2.is_none())
                .collect();
            let groups = [
                (Part::Contributes, rows.iter().filter(|it| it.2.contributes).cloned().collect::<Vec<_>>()),
                (Part::Needs, rows.iter().filter(|it| it.2.needs).cloned().collect()),
                (Part::Follows, rows.iter().filter(|it| it.2.follows).cloned().collect()),
            ];
            let none = rows.is_empty();
            view! {
                <section class="sheet stack-tight project-chantier">
                    <h2><a href=format!("/chantiers/{}", column.code)><Signed sign=Sign::of(&column.code) label=column.title.clone() size=Size::Small /></a></h2>
                    {none.then(|| view! { <p class="muted">{t::matrix_nothing}</p> })}
                    {groups.into_iter().filter(|it| !it.1.is_empty()).map(|(part, rows)| view! {
                        <h3>{move || chantier_words::part(part)}</h3>
                        <ul role="list" class="names">
                            {rows.into_iter().map(|(id, name, relation)| view! {
                                <li><a href=format!("/projets/{id}")>{name}</a> {relation.inferred.then(|| view! { " " <span class="muted small">{t::matrix_inferred}</span> })}</li>
                            }).collect_view()}
                        </ul>
                    }).collect_view()}
                </section>
            }
        })
        .collect_view()
        .into_any()
}

/// What is behind a cell, and where its project's people change it.
#[component]
fn Cell(asked: Asked, cell: Signal<String>, set_cell: Callback<String>) -> impl IntoView {
    let asked = StoredValue::new(asked);
    let shown = RwSignal::new(false);
    Effect::new(move |_| shown.set(!cell.get().is_empty()));
    Effect::new(move |before: Option<()>| {
        if !shown.get() && before.is_some() && !cell.get_untracked().is_empty() {
            set_cell.run(String::new());
        }
    });
    let behind = move || {
        let cell = cell.get();
        let (project, chantier) = cell.split_once(',')?;
        asked.with_value(|asked| {
            let row = asked
                .projects
                .nodes
                .iter()
                .find(|it| it.id.inner() == project)?
                .clone();
            let column = asked
                .chantiers
                .nodes
                .iter()
                .find(|it| it.id.inner() == chantier)?
                .clone();
            Some((row, column))
        })
    };
    let title = move || behind().map(|(row, _)| row.name()).unwrap_or_default();
    let editing = RwSignal::new(None::<Option<Participation>>);
    Effect::new(move |_| {
        cell.track();
        editing.set(None);
    });
    let end = Callback::new(move |()| editing.set(None));
    view! {
        <Dialog open=shown title drawer=true>
            {move || behind().map(|(row, column)| {
                let project = typed::<ProjectId>(&row.id);
                let chantier = typed::<ChantierId>(&column.id);
                let parts: Vec<PartRow> = row.participations.nodes.iter().filter(|it| it.chantier_id == column.id).cloned().collect();
                let none = parts.is_empty();
                let can = move || project.is_some_and(|project| may(Action::EditParticipation { project }));
                view! {
                    <div class="stack">
                        <p><a href=format!("/chantiers/{}", column.code)><Signed sign=Sign::of(&column.code) label=column.title.clone() /></a></p>
                        {none.then(|| view! { <p class="muted">{t::matrix_nothing}</p> })}
                        <ul role="list" class="project-rows">
                            {parts.into_iter().map(|part| one(part, column.title.clone(), can, editing)).collect_view()}
                        </ul>
                        {move || editing.get().map(|record| project.map(|project| view! { <PartForm project chantier record on_end=end /> }))}
                        {move || (can() && editing.with(Option::is_none)).then(|| view! {
                            <p><Button text=t::project_part_add mark=Icon::Add on_press=move |()| editing.set(Some(None)) /></p>
                        })}
                        <p><a href=format!("/projets/{}", row.id.inner())>{row.title.clone()}</a></p>
                    </div>
                }
            })}
        </Dialog>
    }
}

fn one(
    row: PartRow,
    title: String,
    can: impl Fn() -> bool + Copy + Send + Sync + 'static,
    editing: RwSignal<Option<Option<Participation>>>,
) -> AnyView {
    let part = row.part;
    let kept = row.clone();
    view! {
        <li>
            <div>
                <strong>{move || chantier_words::part(part)}</strong>
                {row.note.map(|note| view! { <p>{note}</p> })}
                {row.inferred.then(|| view! { <p class="muted small">{t::chantier_inferred}</p> })}
            </div>
            {move || can().then(|| {
                let change = kept.clone();
                view! {
                    <Actions title=title.clone() kind=RecordType::Participation id=kept.id.clone() revision=kept.revision
                        on_edit=move |()| editing.set(record::<Participation>(&change).map(Some)) />
                }
            })}
        </li>
    }
    .into_any()
}
