//! A forgotten password: asking for a link by mail, and choosing another one with it.

use super::password::{Chosen, ChosenFields};
use crate::api::{self, Method};
use crate::language::t;
use crate::ui::button::{Button, Look};
use crate::ui::field::{Refused, TextField};
use crate::ui::page::{Crumb, Page};
use crate::ui::state::{Empty, Failure, FailureKind, Load, Loaded};
use crate::ui::toast::toasts;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_params_map;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

const ADDRESS: &str = "/v1/password-resets";

#[derive(Serialize)]
struct Asked<'a> {
    email: &'a str,
}

#[derive(Serialize)]
struct NewPassword<'a> {
    password: &'a str,
}

/// Whom a link is for.
#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Whose {
    name: String,
    email: String,
}

fn crumbs() -> Signal<Vec<Crumb>> {
    Signal::derive(|| vec![Crumb::new(t::sign_in_title, "/connexion")])
}

/// Asking for a link. The answer does not tell whether the address has an account.
#[component]
pub fn Ask() -> impl IntoView {
    let (email, busy) = (RwSignal::new(String::new()), RwSignal::new(false));
    let asked = RwSignal::new(None::<String>);
    let said = toasts();
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        spawn_local(async move {
            let address = email.get_untracked().trim().to_owned();
            let sent: Result<IgnoredAny, Failure> =
                api::rest(Method::POST, ADDRESS, Some(&Asked { email: &address })).await;
            let _ = busy.try_set(false);
            match sent {
                Ok(_) => {
                    let _ = asked.try_set(Some(address));
                }
                Err(failure) => said.say(failure.kind.title()),
            }
        });
    };
    view! {
        <Page title=t::reset_title lead=t::reset_question crumbs=crumbs()>
            {move || match asked.get() {
                Some(address) => view! {
                    <div class="stack narrow" role="status">
                        <p>{move || t::reset_asked(&address)}</p>
                        <p class="muted small">{t::reset_asked_hint}</p>
                    </div>
                }.into_any(),
                None => view! {
                    <form class="form narrow" on:submit=submit>
                        <TextField label=t::sign_in_email value=email kind="email" autocomplete="username" required=true />
                        <div class="form-foot"><Button text=t::reset_ask look=Look::Primary submit=true busy /></div>
                    </form>
                }.into_any(),
            }}
        </Page>
    }
}

/// Choosing another password with a link.
#[component]
pub fn Choose() -> impl IntoView {
    let params = use_params_map();
    let token = Memo::new(move |_| params.with(|params| params.get("token")).unwrap_or_default());
    let load = RwSignal::new(Load::<Whose>::Pending);
    let read = Callback::new(move |()| {
        load.set(Load::Pending);
        let address = format!("{ADDRESS}/{}", token.get_untracked());
        spawn_local(async move {
            let answer = api::rest::<(), Whose>(Method::GET, &address, None).await;
            let _ = load.try_set(match answer {
                Ok(whose) => Load::Ready(whose),
                Err(failure) => Load::Failed(failure),
            });
        });
    });
    Effect::new(move |_| {
        token.track();
        read.run(());
    });
    let used = move || {
        load.with(|it| {
            matches!(
                it,
                Load::Failed(Failure {
                    kind: FailureKind::NotFound,
                    ..
                })
            )
        })
    };
    let done = RwSignal::new(false);
    view! {
        <Page title=t::reset_choose lead=t::reset_choose_question crumbs=crumbs()>
            {move || if done.get() {
                view! { <Empty title=t::reset_done text=t::reset_done_text><a class="button primary" href="/connexion">{t::action_sign_in}</a></Empty> }.into_any()
            } else if used() {
                view! { <Empty title=t::invitation_used text=t::reset_used_text><a class="button" href="/mot-de-passe">{t::reset_ask}</a></Empty> }.into_any()
            } else {
                view! { <Loaded load on_retry=read view=move |whose| view! { <Form whose token=token.get_untracked() done /> } /> }.into_any()
            }}
        </Page>
    }
}

#[component]
fn Form(whose: Whose, token: String, done: RwSignal<bool>) -> impl IntoView {
    let Whose { name, email } = whose;
    let chosen = Chosen::default();
    let refusals = RwSignal::new(Vec::<Refused>::new());
    let busy = RwSignal::new(false);
    let said = toasts();
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let wrong = chosen.refused();
        let is_good = wrong.is_empty();
        refusals.set(wrong);
        if !is_good || busy.get_untracked() {
            return;
        }
        busy.set(true);
        let (address, password) = (format!("{ADDRESS}/{token}"), chosen.password.get_untracked());
        spawn_local(async move {
            let new = NewPassword { password: &password };
            let sent: Result<IgnoredAny, Failure> = api::rest(Method::POST, &address, Some(&new)).await;
            let _ = busy.try_set(false);
            match sent {
                Ok(_) => {
                    let _ = done.try_set(true);
                }
                Err(failure) if failure.kind == FailureKind::NotFound => said.say(t::invitation_used()),
                Err(failure) => said.say(failure.kind.title()),
            }
        });
    };
    view! {
        <form class="form narrow" on:submit=submit>
            <p>{move || t::reset_hello(&name)}</p>
            <input type="email" class="visually-hidden" autocomplete="username" tabindex="-1" aria-hidden="true" readonly prop:value=email />
            <ChosenFields label=t::password_new chosen refusals />
            <p class="muted small">{t::reset_sessions}</p>
            <div class="form-foot"><Button text=t::reset_choose look=Look::Primary submit=true busy /></div>
        </form>
    }
}
