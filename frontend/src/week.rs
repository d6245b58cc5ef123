//! My week: what is due, what changed on what concerns me, which facts to confirm, my projects. For who is signed in.

use crate::api;
use crate::browser;
use crate::changes::{ChangeList, Changes, Entry};
use crate::chantier::read::{ChantierName, Shares};
use crate::chantier::words;
use crate::contract::{opaque, schema, typed};
use crate::format;
use crate::language::{Text, t};
use crate::officer;
use crate::provenance::{Source, SourceList, Sources};
use crate::session::{self, Session};
use crate::ui::chips::{Chip, Status};
use crate::ui::page::{Page, Section};
use crate::ui::sign::{Sign, SignMark, Size};
use crate::ui::state::{Empty, Loaded, Skeleton};
use crate::viewer::{actor, may};
use crate::visit;
use chrono::{Days, NaiveDate};
use cynic::QueryBuilder;
use domain::chantier::{StepFilter, StepStatus};
use domain::policy::Action;
use domain::{Actor, PartialDate, ProjectId, RecordType};
use leptos::prelude::*;
use leptos_router::{LazyRoute, lazy_route};

#[derive(cynic::QueryVariables)]
struct Mine {
    ids: Vec<cynic::Id>,
    open: Option<StepFilter>,
    since: Option<chrono::DateTime<chrono::Utc>>,
    kinds: Option<Vec<RecordType>>,
}

#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "Query", variables = "Mine")]
struct Week {
    #[arguments(ids: $ids)]
    nodes: Vec<Option<Record>>,
    #[arguments(where: $open, first: 100)]
    steps: Steps,
    #[arguments(first: 50)]
    chantiers: Chantiers,
    #[arguments(since: $since, kinds: $kinds, first: 30)]
    history: Changes,
}

crate::api::document!(query Week(Mine));

#[derive(Clone, cynic::InlineFragments)]
#[cynic(graphql_type = "Node")]
enum Record {
    Project(Project),
    #[cynic(fallback)]
    Other,
}

#[derive(Clone, cynic::QueryFragment)]
struct Project {
    id: cynic::Id,
    title: String,
    acronym: Option<String>,
    #[arguments(first: 20)]
    participations: Shares,
    #[arguments(first: 50)]
    sources: Sources,
    #[arguments(first: 10)]
    history: Changes,
}

#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "StepConnection")]
struct Steps {
    nodes: Vec<Step>,
}

#[derive(Clone, cynic::QueryFragment)]
struct Step {
    id: cynic::Id,
    title: String,
    starts: Option<PartialDate>,
    ends: Option<PartialDate>,
    status: StepStatus,
    #[cynic(rename = "isLate")]
    late: bool,
    chantier_id: cynic::Id,
    responsible_ids: Vec<cynic::Id>,
    chantier: Option<ChantierName>,
}

#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "ChantierConnection")]
struct Chantiers {
    nodes: Vec<Chantier>,
}

#[derive(Clone, cynic::QueryFragment)]
struct Chantier {
    id: cynic::Id,
    title: String,
    #[arguments(first: 30)]
    sources: Sources,
}

pub struct WeekPage;

#[lazy_route]
impl LazyRoute for WeekPage {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! {
            <Page title=t::week_title lead=t::week_question>
                {move || match session::session() {
                    Session::Restoring => view! { <Skeleton /> }.into_any(),
                    Session::Visitor => view! {
                        <Empty title=t::week_signed_out text=t::week_signed_out_text>
                            <a class="button primary" href="/connexion?vers=/ma-semaine">{t::action_sign_in}</a>
                        </Empty>
                    }.into_any(),
                    Session::Signed(_) => view! { <Matter /> }.into_any(),
                }}
            </Page>
        }
        .into_any()
    }
}

#[component]
fn Matter() -> impl IntoView {
    let mine = Memo::new(|_| match actor() {
        Actor::Person(person) => person.projects,
        Actor::Visitor | Actor::Client(_) | Actor::System => Vec::new(),
    });
    let found = api::load(move || {
        Week::build(Mine {
            ids: mine.get().iter().map(opaque).collect(),
            open: Some(StepFilter {
                statuses: Some(vec![StepStatus::Planned, StepStatus::UnderWay]),
                ..StepFilter::default()
            }),
            since: visit::before(),
            kinds: Some(vec![
                RecordType::Project,
                RecordType::Chantier,
                RecordType::Step,
                RecordType::Resource,
                RecordType::Participation,
                RecordType::Organisation,
            ]),
        })
    });
    view! { <Loaded load=found.load on_retry=found.reload view=matter /> }
}

fn matter(week: Week) -> AnyView {
    let Week {
        nodes,
        steps,
        chantiers,
        history,
    } = week;
    let who = untrack(actor);
    let staff = who.is_staff();
    let projects: Vec<Project> = nodes
        .into_iter()
        .flatten()
        .filter_map(|it| match it {
            Record::Project(project) => Some(project),
            Record::Other => None,
        })
        .collect();
    let own: Vec<cynic::Id> = projects
        .iter()
        .flat_map(|it| &it.participations.nodes)
        .filter_map(|it| it.chantier.as_ref().map(|it| it.id.clone()))
        .collect();
    let body = who.person().and_then(|it| it.organisation).map(|it| opaque(&it));
    let due: Vec<Step> = steps
        .nodes
        .into_iter()
        .filter(|it| {
            staff
                || own.contains(&it.chantier_id)
                || body
                    .as_ref()
                    .is_some_and(|body| it.responsible_ids.contains(body))
        })
        .collect();
    let changes: Vec<Entry> = if staff {
        history.nodes
    } else {
        let mut all: Vec<Entry> = projects
            .iter()
            .flat_map(|it| it.history.nodes.clone())
            .filter(|it| visit::before().is_none_or(|before| it.at > before))
            .collect();
        all.sort_by_key(|it| std::cmp::Reverse(it.at));
        all
    };
    let asked: Vec<(String, String, Option<ProjectId>, Sources)> = projects
        .iter()
        .map(|it| {
            (
                format!("/projets/{}", it.id.inner()),
                it.title.clone(),
                typed(&it.id),
                old(&it.sources),
            )
        })
        .chain(
            chantiers
                .nodes
                .iter()
                .filter(|it| staff || own.contains(&it.id))
                .map(|it| {
                    (
                        format!("/chantiers/{}", it.id.inner()),
                        it.title.clone(),
                        None,
                        old(&it.sources),
                    )
                }),
        )
        .filter(|it| !it.3.nodes.is_empty() && may(Action::EditProvenance { project: it.2 }))
        .collect();
    view! {
        <Section title=t::week_due note=if staff { t::week_due_note_staff as Text } else { t::week_due_note }>{to_do(due)}</Section>
        <officer::week::Requests />
        <Section title=t::introduction_waiting>
            <div class="stack">
                <crate::expertise::introductions::Waiting />
                <crate::expertise::notices::Notices />
            </div>
        </Section>
        <Section title=t::week_changes>
            {if changes.is_empty() {
                view! { <p class="muted">{t::week_changes_none}</p> }.into_any()
            } else {
                view! {
                    {visit::before().is_none().then(|| view! { <p class="muted">{t::week_changes_first}</p> })}
                    <ChangeList entries=changes />
                }.into_any()
            }}
        </Section>
        <Section title=t::week_confirm>{to_confirm(asked)}</Section>
        <Section title=t::week_projects>{my_projects(projects)}</Section>
    }
    .into_any()
}

/// The sources that nobody confirmed for a year.
fn old(sources: &Sources) -> Sources {
    let today = format::day_of(browser::now());
    let year_ago = today.checked_sub_days(Days::new(365)).unwrap_or(today);
    let is_old = |it: &&Source| it.confirmed_at.is_none_or(|at| at.date_naive() < year_ago);
    Sources {
        nodes: sources.nodes.iter().filter(is_old).cloned().collect(),
    }
}

fn to_do(steps: Vec<Step>) -> AnyView {
    if steps.is_empty() {
        return view! { <Empty title=t::week_due_none text=t::week_due_none_text /> }.into_any();
    }
    let today = format::day_of(browser::now());
    let soon = today.checked_add_days(Days::new(28)).unwrap_or(today);
    let first = |it: &Step| it.starts.or(it.ends).and_then(PartialDate::earliest);
    let (late, rest): (Vec<_>, Vec<_>) = steps.into_iter().partition(|it| it.late);
    let (near, far): (Vec<_>, Vec<_>) = rest
        .into_iter()
        .partition(|it| first(it).is_some_and(|day: NaiveDate| day <= soon));
    view! {
        <div class="stack">{group(t::week_late, late)} {group(t::week_soon, near)} {group(t::week_later, far)}</div>
    }
    .into_any()
}

fn group(title: Text, steps: Vec<Step>) -> AnyView {
    if steps.is_empty() {
        return ().into_any();
    }
    view! {
        <div>
            <h3>{title}</h3>
            <ol role="list" class="change-list">
                {steps.into_iter().map(|it| {
                    let (status, late, starts, ends) = (it.status, it.late, it.starts, it.ends);
                    let code = it.chantier.as_ref().map(|it| it.code.clone()).unwrap_or_default();
                    let when = move || if starts.is_none() && ends.is_none() { t::step_undated().to_owned() } else { format::partial(ends.or(starts)) };
                    view! {
                        <li class="with-sign">
                            <SignMark sign=Sign::of(&code) size=Size::Small />
                            <span>
                                <a href=format!("/chantiers/{code}?etape={}", it.id.inner())>{it.title}</a>
                                <span class="muted small">{when} {it.chantier.map(|it| format!(" · {}", it.title))}</span>
                                <Status course=words::step_course(status, late) text=move || if late { t::step_late() } else { words::step_status(status) } />
                            </span>
                        </li>
                    }
                }).collect_view()}
            </ol>
        </div>
    }
    .into_any()
}

fn to_confirm(asked: Vec<(String, String, Option<ProjectId>, Sources)>) -> AnyView {
    let count: usize = asked.iter().map(|it| it.3.nodes.len()).sum();
    if count == 0 {
        return view! { <p class="muted">{t::week_confirm_none}</p> }.into_any();
    }
    view! {
        <div class="stack">
            <p role="status">{move || t::week_confirm_note(count)}</p>
            {asked.into_iter().map(|(href, title, project, sources)| view! {
                <div class="sheet week-confirm">
                    <h3><a href=href>{title}</a></h3>
                    <SourceList sources word=words::field may_confirm=Signal::derive(move || may(Action::EditProvenance { project })) on_confirmed=|()| api::try_again() />
                </div>
            }).collect_view()}
        </div>
    }
    .into_any()
}

fn my_projects(projects: Vec<Project>) -> AnyView {
    if projects.is_empty() {
        return view! { <Empty title=t::week_projects_none text=t::week_projects_none_text /> }.into_any();
    }
    view! {
        <div class="columns">
            {projects.into_iter().map(|it| view! {
                <article class="card">
                    <h3><a class="cover" href=format!("/projets/{}", it.id.inner())>{it.acronym.unwrap_or_else(|| it.title.clone())}</a></h3>
                    <p class="small muted">{it.title}</p>
                    <div class="row-tight above">
                        {it.participations.nodes.into_iter().filter_map(|it| it.chantier).map(|it| view! { <Chip text=it.title sign=Sign::of(&it.code) href=format!("/chantiers/{}", it.code) /> }).collect_view()}
                    </div>
                </article>
            }).collect_view()}
        </div>
    }
    .into_any()
}
