//! One's own account: name and language, password and second step, where one is signed in.

use super::gate::signed_in;
use super::password::OwnPassword;
use super::second_step::{OwnSecondStep, Stage};
use super::sessions::{OpenSession, Sessions};
use super::words;
use crate::api;
use crate::contract::schema;
use crate::language::{own_name, t};
use crate::refusal::{UserError, refused};
use crate::session;
use crate::ui::button::{Button, Look};
use crate::ui::field::{Refusals, Refused, SelectField, TextField};
use crate::ui::page::{Page, Section};
use crate::ui::state::Loaded;
use crate::ui::toast::toasts;
use chrono::{DateTime, Utc};
use cynic::{MutationBuilder, QueryBuilder};
use domain::{Lang, Role};
use leptos::prelude::*;
use leptos::task::spawn_local;

#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "Query")]
struct Asked {
    viewer: Option<Viewer>,
}

crate::api::document!(query Asked(()));

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
struct Viewer {
    person: Own,
    sessions: Vec<OpenSession>,
    second_step: Option<Second>,
}

type Step = Option<Second>;
type Open = Vec<OpenSession>;

/// How it stands with the second step.
#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "SecondStep")]
pub struct Second {
    pub since: DateTime<Utc>,
    pub recovery_codes: i32,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "Person")]
struct Own {
    revision: i32,
    name: String,
    email: String,
    role: Role,
    language: Lang,
}

#[derive(cynic::InputObject)]
struct ViewerUpdateInput {
    expected_revision: i32,
    name: Option<String>,
    language: Option<Lang>,
}

#[derive(cynic::QueryVariables)]
struct Changing {
    input: ViewerUpdateInput,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Mutation", variables = "Changing")]
struct Change {
    #[arguments(input: $input)]
    viewer_update: Changed,
}

crate::api::document!(mutation Change(Changing));

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "PersonPayload")]
struct Changed {
    person: Option<Own>,
    user_errors: Vec<UserError>,
}

#[component]
pub fn Screen() -> impl IntoView {
    view! {
        <Page title=t::accounts_mine lead=t::mine_question>
            {signed_in("/mon-compte", |_| true, |_| view! { <Mine /> }.into_any())}
        </Page>
    }
}

#[component]
fn Mine() -> impl IntoView {
    let asked = api::load(|| Asked::build(()));
    let own = Memo::new(move |_| asked.load.get().map(|it| it.viewer.map(|it| it.person)).present());
    let second = Memo::new(move |_| {
        asked
            .load
            .get()
            .map(|it| it.viewer.map(|it| it.second_step))
            .present()
    });
    let stage = RwSignal::new(Stage::Password);
    let open = Memo::new(move |_| {
        asked
            .load
            .get()
            .map(|it| it.viewer.map(|it| it.sessions))
            .present()
    });
    view! {
        <Section title=t::mine_who>
            <Loaded load=own on_retry=asked.reload view=move |own: Own| view! { <MineForm own reload=asked.reload /> } />
            <p><a class="button quiet" href="/comptes/mes-donnees">{t::own_data_title}</a></p>
        </Section>
        <Section title=t::mine_safety>
            <Loaded load=own on_retry=asked.reload view=move |own: Own| view! { <OwnPassword email=own.email /> } />
            <Loaded load=second on_retry=asked.reload view=move |step: Step| view! { <OwnSecondStep step stage reload=asked.reload /> } />
        </Section>
        <Section title=t::sessions_title>
            <Loaded load=open on_retry=asked.reload view=move |open: Open| view! { <Sessions open reload=asked.reload /> } />
        </Section>
    }
}

#[component]
fn MineForm(own: Own, reload: Callback<()>) -> impl IntoView {
    let (name, language) = (
        RwSignal::new(own.name.clone()),
        RwSignal::new(own.language.to_string()),
    );
    let (refusals, busy) = (RwSignal::new(Vec::<Refused>::new()), RwSignal::new(false));
    let said = toasts();
    let (revision, role) = (own.revision, own.role);
    let start = (own.name, own.language.to_string());
    let changed = Signal::derive(move || (name.get(), language.get()) != start);
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() || !changed.get_untracked() {
            return;
        }
        busy.set(true);
        let input = ViewerUpdateInput {
            expected_revision: revision,
            name: Some(name.get_untracked()),
            language: language.with_untracked(|it| it.parse().ok()),
        };
        spawn_local(async move {
            let answer = api::mutate(&Change::build(Changing { input })).await;
            let _ = busy.try_set(false);
            match answer {
                Ok(done) if done.viewer_update.user_errors.is_empty() => {
                    said.say(t::edit_saved());
                    if let Some(person) = done.viewer_update.person {
                        session::rename(&person.name);
                    }
                    reload.run(());
                }
                Ok(done) => {
                    let _ = refusals.try_set(refused(done.viewer_update.user_errors));
                }
                Err(failure) => said.say(failure.kind.title()),
            }
        });
    };
    let languages = Signal::derive(|| {
        Lang::ALL
            .iter()
            .map(|it| (it.to_string(), own_name(*it).to_owned()))
            .collect::<Vec<_>>()
    });
    view! {
        <form class="form narrow" on:submit=submit>
            <p class="muted">{own.email} " · " {move || words::role(role)}</p>
            <Refusals refusals shown=vec!["name", "language"] />
            <TextField label=t::person_field_name value=name path="name" refusals required=true autocomplete="name" />
            <SelectField label=t::person_field_language value=language options=languages path="language" refusals required=true />
            <div class="form-foot"><Button text=t::action_save look=Look::Primary submit=true busy disabled=Signal::derive(move || !changed.get()) /></div>
        </form>
    }
}
