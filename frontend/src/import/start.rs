//! Which file? Of a source, what its lines are, and the file itself.

use super::followed;
use super::read::{Came, kinds};
use crate::api;
use crate::contract::{schema, typed};
use crate::language::t;
use crate::refusal::failed;
use crate::ui::button::{Button, Look};
use crate::ui::field::{Field, Refusals, Refused, SelectField};
use crate::ui::icon::Icon;
use crate::ui::page::{Crumb, Page, Section};
use crate::ui::state::{Empty, Loaded};
use crate::viewer;
use cynic::QueryBuilder;
use domain::policy::Action;
use domain::{OrganisationId, SourceId};
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::{use_navigate, use_params_map};

#[derive(cynic::QueryVariables)]
struct One {
    id: cynic::Id,
}

#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "Query", variables = "One")]
struct Found {
    #[arguments(id: $id)]
    source: Option<Source>,
}

crate::api::document!(query Found(One));

#[derive(Clone, Debug, cynic::QueryFragment)]
struct Source {
    id: cynic::Id,
    code: String,
    name: String,
    operator_id: Option<cynic::Id>,
}

#[component]
pub fn Screen() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("id")).unwrap_or_default());
    let found = api::load(move || {
        Found::build(One {
            id: cynic::Id::new(id.get()),
        })
    });
    let load = Signal::derive(move || found.load.get().map(|it| it.source).present());
    let name = move || {
        load.with(|it| it.value().map(|it| it.name.clone()))
            .unwrap_or_default()
    };
    let crumbs = Signal::derive(move || {
        vec![
            Crumb::new(t::directory_title, "/sources"),
            Crumb::new(name(), format!("/sources/{}", id.get())),
        ]
    });
    view! {
        <Page title=t::import_title lead=t::import_question crumbs>
            <Loaded load on_retry=found.reload view=move |source| view! { <Body source /> } />
        </Page>
    }
}

#[component]
fn Body(source: Source) -> impl IntoView {
    let Source {
        id,
        code,
        operator_id,
        ..
    } = source;
    let (typed_id, operator) = (
        typed::<SourceId>(&id),
        operator_id.as_ref().and_then(typed::<OrganisationId>),
    );
    let may = move || typed_id.is_some_and(|source| viewer::may(Action::Push { source, operator }));
    move || {
        if may() {
            view! { <Choose code=code.clone() /> }.into_any()
        } else {
            view! { <Empty title=t::import_not_yours text=t::import_not_yours_text /> }.into_any()
        }
    }
}

#[component]
fn Choose(code: String) -> impl IntoView {
    let what = RwSignal::new("offers".to_owned());
    let input = NodeRef::<html::Input>::new();
    let (refusals, busy) = (RwSignal::new(Vec::<Refused>::new()), RwSignal::new(false));
    let chosen = RwSignal::new(None::<String>);
    let go = use_navigate();
    let file = move || input.get_untracked().and_then(|input| input.files()?.get(0));
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        let Some(file) = file() else {
            refusals.set(vec![Refused {
                path: "file".to_owned(),
                code: String::new(),
                message: t::import_no_file().to_owned(),
            }]);
            return;
        };
        refusals.set(Vec::new());
        busy.set(true);
        let (code, what, go) = (code.clone(), what.get_untracked(), go.clone());
        spawn_local(async move {
            let answer = api::bring::<Came>(&format!("/v1/sources/{code}/imports"), &what, &file).await;
            let _ = busy.try_set(false);
            match answer {
                Ok(Came { id }) => {
                    followed::follow(&id);
                    go(
                        &format!("/imports/{id}"),
                        leptos_router::NavigateOptions::default(),
                    );
                }
                Err(api::Told {
                    detail: Some(message),
                    ..
                }) => {
                    let _ = refusals.try_set(vec![Refused {
                        path: "file".to_owned(),
                        code: String::new(),
                        message,
                    }]);
                }
                Err(api::Told {
                    failure,
                    detail: None,
                }) => {
                    let _ = refusals.try_set(failed(&failure));
                }
            }
        });
    };
    let options = Signal::derive(kinds);
    let control = move |control: crate::ui::field::Control| {
        view! {
            <input class="input" type="file" id=control.id node_ref=input required=true aria-describedby=control.described_by
                aria-invalid=control.invalid accept=".csv,.tsv,.txt,.xlsx,text/csv"
                on:change=move |_| chosen.set(file().map(|file| file.name())) />
        }
        .into_any()
    };
    view! {
        <Section title=t::import_step_file>
            <form class="form" on:submit=submit>
                <Refusals refusals shown=vec!["file"] />
                <SelectField label=t::import_what hint=t::import_what_hint value=what options required=true />
                <Field label=t::import_file hint=t::import_file_hint path="file" refusals required=true control />
                <div class="form-foot">
                    <Button text=t::import_bring look=Look::Primary submit=true busy mark=Icon::Forward />
                    <a class="button quiet" href=move || format!("/v1/imports/{}.schema.json", what.get()) rel="external" target="_blank">{t::import_schema}</a>
                </div>
                <p class="muted small" role="status">{move || if busy.get() { t::import_bringing().to_owned() } else { chosen.get().unwrap_or_default() }}</p>
            </form>
        </Section>
        <Section title=t::import_how>
            <div class="prose">
                <p>{t::import_how_1}</p>
                <p>{t::import_how_2}</p>
                <p>{t::import_how_3}</p>
            </div>
        </Section>
    }
}
