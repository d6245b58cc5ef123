//! Taking up an invitation: whom it is for, the rules of a password as they are met, and in.

use crate::api::{self, Method};
use crate::language::t;
use crate::session;
use crate::ui::button::{Button, Look};
use crate::ui::field::{Refused, TextField};
use crate::ui::page::Page;
use crate::ui::state::{Empty, Failure, FailureKind, Load, Loaded};
use crate::ui::toast::toasts;
use domain::person::{PASSWORD_LEAST, password_is_good};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_params_map};
use serde::Deserialize;

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Invited {
    name: String,
    email: String,
}

#[component]
pub fn Screen() -> impl IntoView {
    let params = use_params_map();
    let token = Memo::new(move |_| params.with(|params| params.get("token")).unwrap_or_default());
    let load = RwSignal::new(Load::<Invited>::Pending);
    let read = Callback::new(move |()| {
        load.set(Load::Pending);
        let address = format!("/v1/invitations/{}", token.get_untracked());
        spawn_local(async move {
            let answer = api::rest::<(), Invited>(Method::GET, &address, None).await;
            let _ = load.try_set(match answer {
                Ok(invited) => Load::Ready(invited),
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
    view! {
        <Page title=t::invitation_title lead=t::invitation_question>
            {move || if used() {
                view! { <Empty title=t::invitation_used text=t::invitation_used_text><a class="button" href="/connexion">{t::action_sign_in}</a></Empty> }.into_any()
            } else {
                view! { <Loaded load on_retry=read view=move |invited| view! { <Choose invited token=token.get_untracked() /> } /> }.into_any()
            }}
        </Page>
    }
}

#[component]
fn Choose(invited: Invited, token: String) -> impl IntoView {
    let Invited { name, email } = invited;
    let (password, again) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let refusals = RwSignal::new(Vec::<Refused>::new());
    let busy = RwSignal::new(false);
    let said = toasts();
    let navigate = StoredValue::new_local(use_navigate());
    let long = move || password.with(|it| it.chars().count() >= PASSWORD_LEAST);
    let good = move || password.with(|it| password_is_good(it));
    let same = move || password.with(|a| again.with(|b| !a.is_empty() && a == b));
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let refuse = |path: &str, message: &str| Refused {
            path: path.into(),
            code: String::new(),
            message: message.into(),
        };
        let mut wrong = Vec::new();
        if !untrack(good) {
            wrong.push(refuse("password", t::invitation_rule_mixed()));
        }
        if !untrack(same) {
            wrong.push(refuse("again", t::invitation_rule_same()));
        }
        refusals.set(wrong.clone());
        if !wrong.is_empty() || busy.get_untracked() {
            return;
        }
        busy.set(true);
        let (token, password) = (token.clone(), password.get_untracked());
        spawn_local(async move {
            let done = session::accept(&token, &password).await;
            let _ = busy.try_set(false);
            match done {
                Ok(()) => {
                    let _ = navigate.try_with_value(|go| {
                        go(
                            "/ma-semaine",
                            NavigateOptions {
                                replace: true,
                                ..NavigateOptions::default()
                            },
                        );
                    });
                }
                Err(failure) if failure.kind == FailureKind::NotFound => said.say(t::invitation_used()),
                Err(failure) => said.say(failure.kind.title()),
            }
        });
    };
    let rule = |met: Signal<bool>, words: crate::language::Text| {
        view! { <li class:kept=met>{move || if met.get() { "✓ " } else { "○ " }} {words}</li> }
    };
    view! {
        <form class="form narrow" on:submit=submit>
            <p>{ let name = name.clone(); move || t::invitation_hello(&name) }</p>
            <p class="muted">{t::sign_in_email} " : " <strong>{email.clone()}</strong></p>
            <input type="email" class="visually-hidden" autocomplete="username" tabindex="-1" aria-hidden="true" readonly prop:value=email />
            <TextField label=t::sign_in_password value=password kind="password" autocomplete="new-password" path="password" refusals required=true />
            <ul class="rules" aria-label=t::invitation_rules>
                {rule(Signal::derive(long), t::invitation_rule_long)}
                {rule(Signal::derive(good), t::invitation_rule_mixed)}
                {rule(Signal::derive(same), t::invitation_rule_same)}
            </ul>
            <TextField label=t::invitation_again value=again kind="password" autocomplete="new-password" path="again" refusals required=true />
            <div class="form-foot"><Button text=t::invitation_open look=Look::Primary submit=true busy /></div>
        </form>
    }
}
