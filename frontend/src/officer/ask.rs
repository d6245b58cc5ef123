//! Asking an officer something: the commune decides who answers, which is said before it is sent.

use super::read::{Reached, Reaching};
use super::words;
use crate::address;
use crate::api;
use crate::browser;
use crate::edit::{Edit, EditForm, options};
use crate::language::t;
use crate::records::{self, RecordField};
use crate::session::{self, Session};
use crate::ui::combobox::{Choice, Combobox};
use crate::ui::field::{SelectField, TextField};
use crate::ui::page::{Crumb, Page};
use crate::ui::state::{Empty, Skeleton};
use crate::viewer::actor;
use chrono::DateTime;
use cynic::QueryBuilder;
use domain::request::{Kind, Request};
use domain::territory;
use domain::{RecordType, RequestId, TerritoryId};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

/// No commune is chosen yet.
const NOWHERE: TerritoryId = TerritoryId(uuid::Uuid::nil());

#[component]
pub fn Screen() -> impl IntoView {
    let crumbs = vec![Crumb::new(t::request_title, "/questions")];
    view! {
        <Page title=t::request_ask lead=t::request_ask_question crumbs>
            {move || match session::session() {
                Session::Restoring => view! { <Skeleton /> }.into_any(),
                Session::Visitor => signed_out("/questions/nouvelle").into_any(),
                Session::Signed(_) => view! { <Form /> }.into_any(),
            }}
        </Page>
    }
}

/// What a visitor sees where questions are.
pub fn signed_out(back: &'static str) -> impl IntoView {
    view! {
        <Empty title=t::request_signed_out text=t::request_signed_out_text>
            <a class="button primary" href=format!("/connexion?vers={back}")>{t::action_sign_in}</a>
        </Empty>
    }
}

#[component]
fn Form() -> impl IntoView {
    let navigate = use_navigate();
    let back = navigate.clone();
    #[expect(clippy::cast_possible_truncation, reason = "milliseconds since 1970")]
    let now = DateTime::from_timestamp_millis(browser::now() as i64).unwrap_or_default();
    let asked = |name| address::read(name).get_untracked();
    let commune = asked("commune").parse().unwrap_or(NOWHERE);
    let id = RequestId(uuid::Uuid::nil());
    let mut blank = Request::bare(id, now, Kind::Question, commune, String::new(), String::new());
    blank.project_id = asked("projet").parse().ok();
    let place = blank
        .project_id
        .map_or_else(|| "question".to_owned(), |it| it.to_string());
    let edit = Edit::new(&place, blank, move |made: Request| {
        navigate(&format!("/questions/{}", made.id), NavigateOptions::default());
    });
    let leave = Callback::new(move |()| back("/questions", NavigateOptions::default()));
    let refusals = edit.refusals;
    let communes = edit.ids(
        |it| {
            Some(it.commune_id)
                .into_iter()
                .filter(|it| *it != NOWHERE)
                .collect()
        },
        |it, ids| it.commune_id = ids.into_iter().next().unwrap_or(NOWHERE),
    );
    let chantiers = edit.ids(
        |it| it.chantier_id.into_iter().collect(),
        |it, ids| it.chantier_id = ids.into_iter().next(),
    );
    let projects = edit.ids(
        |it| it.project_id.into_iter().collect(),
        |it, ids| it.project_id = ids.into_iter().next(),
    );
    let due = edit.text(
        |it| it.due.map(|due| due.to_string()),
        |it, text| it.due = text.and_then(|text| text.parse().ok()),
    );
    let paths = vec![
        "kind",
        "communeId",
        "chantierId",
        "projectId",
        "title",
        "text",
        "due",
    ];
    view! {
        <EditForm edit paths on_cancel=leave>
            <div class="two">
                <SelectField label=t::request_field_kind path="kind" refusals required=true options=options(Kind::ALL, words::kind)
                    value=edit.choice(|it| it.kind, |it, kind| it.kind = kind) />
                <RecordField label=t::request_field_commune hint=t::request_commune_hint path="communeId" refusals required=true
                    kinds=&[RecordType::Territory] of=&[territory::Kind::Commune] taken=communes />
            </div>
            {move || communes.get().into_iter().next().map(|commune| view! { <Reaches commune chantier=chantiers /> })}
            <TextField label=t::request_field_title path="title" refusals required=true value=edit.text(|it| Some(it.title.clone()), |it, text| it.title = text.unwrap_or_default()) />
            <TextField label=t::request_field_text path="text" refusals required=true multiline=true value=edit.text(|it| Some(it.text.clone()), |it, text| it.text = text.unwrap_or_default()) />
            <div class="two">
                <RecordField label=t::request_field_chantier path="chantierId" refusals kinds=&[RecordType::Chantier] taken=chantiers />
                <Projects taken=projects refusals />
            </div>
            <TextField label=t::request_field_due hint=t::request_due_hint path="due" refusals kind="date" value=due />
        </EditForm>
    }
}

/// The projects in whose name one may ask: all for staff, else one's own.
#[component]
fn Projects(
    taken: RwSignal<Vec<String>>,
    #[prop(into)] refusals: Signal<Vec<crate::ui::field::Refused>>,
) -> impl IntoView {
    move || {
        let who = actor();
        if who.is_staff() {
            return view! {
                <RecordField label=t::request_field_project hint=t::request_project_hint path="projectId" refusals kinds=&[RecordType::Project] taken />
            }
            .into_any();
        }
        let own = who.person().map(|it| it.projects.clone()).unwrap_or_default();
        if own.is_empty() {
            return ().into_any();
        }
        let options = Signal::derive(move || {
            let all = own.iter().map(ToString::to_string);
            all.map(|id| {
                let name = records::title(&id).unwrap_or_else(|| "…".to_owned());
                Choice::new(id, name)
            })
            .collect::<Vec<_>>()
        });
        view! { <Combobox label=t::request_field_project hint=t::request_project_hint path="projectId" refusals options taken /> }.into_any()
    }
}

/// Whom it will reach.
#[component]
fn Reaches(commune: String, chantier: RwSignal<Vec<String>>) -> impl IntoView {
    let found = api::load(move || {
        Reached::build(Reaching {
            commune: cynic::Id::new(&commune),
            chantier: chantier.get().into_iter().next().map(cynic::Id::new),
        })
    });
    let said = move || {
        let reached = found
            .load
            .with(|it| it.value().and_then(|it| it.officer_for.clone()))?;
        let name = reached.name?;
        let whom = match reached.minder_name.filter(|_| reached.is_away) {
            Some(other) => t::request_reaches_away(name, other),
            None => t::request_reaches(name),
        };
        let why = words::basis(
            reached.basis,
            reached.territory.as_ref().map(|it| it.label.as_str()),
        );
        Some(format!("{whom} ({why})"))
    };
    view! { <p class="notice" role="status">{said}</p> }
}
