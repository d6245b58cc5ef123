//! Where one is signed in, and ending it: one session, all others, or, for administrators, all of an account.

use crate::api;
use crate::contract::schema;
use crate::format;
use crate::language::t;
use crate::refusal::{UserError, refused};
use crate::ui::button::{Button, Look};
use crate::ui::chips::Chip;
use crate::ui::dialog::Confirm;
use crate::ui::toast::{Toasts, toasts};
use chrono::{DateTime, Utc};
use cynic::MutationBuilder;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// A session that is open.
#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "Session")]
pub struct OpenSession {
    id: cynic::Id,
    begun_at: Option<DateTime<Utc>>,
    used_at: DateTime<Utc>,
    device: Option<String>,
    network: Option<String>,
    through: Option<String>,
    is_current: bool,
}

#[derive(cynic::InputObject)]
struct SessionEndInput {
    id: cynic::Id,
}

#[derive(cynic::QueryVariables)]
struct Ending {
    input: SessionEndInput,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Mutation", variables = "Ending")]
struct End {
    #[arguments(input: $input)]
    session_end: SessionEndPayload,
}

crate::api::document!(mutation End(Ending));

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Mutation")]
struct EndOthers {
    session_end_others: SessionEndPayload,
}

crate::api::document!(mutation EndOthers(()));

#[derive(cynic::InputObject)]
struct PersonEndSessionsInput {
    id: cynic::Id,
}

#[derive(cynic::QueryVariables)]
struct EndingAll {
    input: PersonEndSessionsInput,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Mutation", variables = "EndingAll")]
struct EndAll {
    #[arguments(input: $input)]
    person_end_sessions: SessionEndPayload,
}

crate::api::document!(mutation EndAll(EndingAll));

#[derive(cynic::QueryFragment)]
struct SessionEndPayload {
    ended: i32,
    user_errors: Vec<UserError>,
}

/// Says how many were ended, or why none was.
fn tell(said: Toasts, payload: SessionEndPayload) {
    if payload.user_errors.is_empty() {
        said.say(t::sessions_ended(format::number(payload.ended)));
    }
    for it in refused(payload.user_errors) {
        said.say(it.message);
    }
}

#[component]
pub fn Sessions(open: Vec<OpenSession>, reload: Callback<()>) -> impl IntoView {
    let said = toasts();
    let busy = RwSignal::new(false);
    let end = Callback::new(move |id: cynic::Id| {
        spawn_local(async move {
            let input = SessionEndInput { id };
            match api::mutate(&End::build(Ending { input })).await {
                Ok(done) => tell(said, done.session_end),
                Err(failure) => said.say(failure.kind.title()),
            }
            reload.run(());
        });
    });
    let end_others = move |()| {
        busy.set(true);
        spawn_local(async move {
            match api::mutate(&EndOthers::build(())).await {
                Ok(done) => tell(said, done.session_end_others),
                Err(failure) => said.say(failure.kind.title()),
            }
            let _ = busy.try_set(false);
            reload.run(());
        });
    };
    let has_others = open.iter().any(|session| !session.is_current);
    view! {
        <div class="stack">
            <p class="muted">{t::sessions_text}</p>
            <ul class="columns" role="list">{open.into_iter().map(|session| view! { <Card session end /> }).collect_view()}</ul>
            {has_others.then(|| view! { <p><Button text=t::sessions_end_others on_press=end_others busy /></p> })}
        </div>
    }
}

#[component]
fn Card(session: OpenSession, end: Callback<cynic::Id>) -> impl IntoView {
    let OpenSession {
        id,
        begun_at,
        used_at,
        device,
        network,
        through,
        is_current,
    } = session;
    let device = StoredValue::new(device);
    let named = move || {
        device
            .get_value()
            .unwrap_or_else(|| t::sessions_device_unknown().to_owned())
    };
    view! {
        <li class="card">
            <h3>{named}</h3>
            {is_current.then(|| view! { <p class="row-tight"><Chip text=t::sessions_current /></p> })}
            <p class="small">{move || t::sessions_used(format::instant(used_at))}</p>
            <p class="muted small">{move || begun_at.map_or_else(|| t::sessions_begun_unknown().to_owned(), |at| t::sessions_begun(format::instant(at)))}</p>
            {through.map(|provider| view! { <p class="muted small">{move || t::sessions_through(&provider)}</p> })}
            {network.map(|network| view! { <p class="muted small">{move || t::sessions_network(&network)}</p> })}
            {(!is_current).then(|| view! {
                <div class="card-foot"><Button text=move || t::sessions_end(named()) look=Look::Quiet small=true on_press=move |()| end.run(id.clone()) /></div>
            })}
        </li>
    }
}

#[derive(cynic::InputObject)]
struct PersonRemoveSecondStepInput {
    id: cynic::Id,
}

#[derive(cynic::QueryVariables)]
struct Removing {
    input: PersonRemoveSecondStepInput,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Mutation", variables = "Removing")]
struct Remove {
    #[arguments(input: $input)]
    person_remove_second_step: Removed,
}

crate::api::document!(mutation Remove(Removing));

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "PersonRemoveSecondStepPayload")]
struct Removed {
    removed: bool,
    user_errors: Vec<UserError>,
}

/// Takes the second step away from an account, once an administrator has confirmed it.
#[component]
pub fn RemoveSecondStep(person: cynic::Id, name: String) -> impl IntoView {
    let asking = RwSignal::new(false);
    let said = toasts();
    let confirm = move |()| {
        let id = person.clone();
        spawn_local(async move {
            let input = PersonRemoveSecondStepInput { id };
            match api::mutate(&Remove::build(Removing { input })).await {
                Ok(done) => {
                    let Removed { removed, user_errors } = done.person_remove_second_step;
                    if user_errors.is_empty() {
                        said.say(if removed {
                            t::second_step_removed()
                        } else {
                            t::second_step_none()
                        });
                    }
                    for it in refused(user_errors) {
                        said.say(it.message);
                    }
                }
                Err(failure) => said.say(failure.kind.title()),
            }
        });
    };
    view! {
        <Button text=t::second_step_remove_of look=Look::Quiet small=true on_press=move |()| asking.set(true) />
        <Confirm open=asking title=t::second_step_remove_of consequence=move || t::second_step_remove_of_text(&name) action=t::second_step_remove_of on_confirm=confirm />
    }
}

/// Ends all sessions of an account, once an administrator has confirmed it.
#[component]
pub fn EndAllSessions(person: cynic::Id, name: String) -> impl IntoView {
    let asking = RwSignal::new(false);
    let said = toasts();
    let confirm = move |()| {
        let id = person.clone();
        spawn_local(async move {
            let input = PersonEndSessionsInput { id };
            match api::mutate(&EndAll::build(EndingAll { input })).await {
                Ok(done) => tell(said, done.person_end_sessions),
                Err(failure) => said.say(failure.kind.title()),
            }
        });
    };
    view! {
        <Button text=t::sessions_end_all look=Look::Quiet small=true on_press=move |()| asking.set(true) />
        <Confirm open=asking title=t::sessions_end_all consequence=move || t::sessions_end_all_of(&name) action=t::sessions_end_all on_confirm=confirm />
    }
}
