//! Taking up an invitation: whom it is for, the rules of a password as they are met, and in.

use super::password::{Chosen, ChosenFields};
use crate::api::{self, Method};
use crate::language::t;
use crate::session;
use crate::ui::button::{Button, Look};
use crate::ui::field::Refused;
use crate::ui::page::Page;
use crate::ui::state::{Empty, Failure, FailureKind, Load, Loaded};
use crate::ui::toast::toasts;
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
    let chosen = Chosen::default();
    let refusals = RwSignal::new(Vec::<Refused>::new());
    let busy = RwSignal::new(false);
    let said = toasts();
    let navigate = StoredValue::new_local(use_navigate());
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let wrong = chosen.refused();
        let is_good = wrong.is_empty();
        refusals.set(wrong);
        if !is_good || busy.get_untracked() {
            return;
        }
        busy.set(true);
        let (token, password) = (token.clone(), chosen.password.get_untracked());
        spawn_local(async move {
            let done = session::accept(&token, &password).await;
            let _ = busy.try_set(false);
            match done {
                Ok(is_in) => {
                    let to = if is_in { "/ma-semaine" } else { "/connexion" };
                    let _ = navigate.try_with_value(|go| {
                        go(
                            to,
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
    view! {
        <form class="form narrow" on:submit=submit>
            <p>{ let name = name.clone(); move || t::invitation_hello(&name) }</p>
            <p class="muted">{t::sign_in_email} " : " <strong>{email.clone()}</strong></p>
            <input type="email" class="visually-hidden" autocomplete="username" tabindex="-1" aria-hidden="true" readonly prop:value=email />
            <ChosenFields label=t::sign_in_password chosen refusals />
            <div class="form-foot"><Button text=t::invitation_open look=Look::Primary submit=true busy /></div>
        </form>
    }
}
