//! Signing in through the outside provider: the way there, where the host has set one, and the way back.

use super::{SecondStep, go_on_to};
use crate::address;
use crate::api::Told;
use crate::browser;
use crate::language::t;
use crate::session;
use crate::ui::button::Button;
use crate::ui::state::{Failure, Skeleton};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// Where one wanted to go, kept in this tab while one is at the provider.
const TO: &str = "sign-in-to";

/// What is said of this very case, or what one can do about it in general.
fn said(told: Told) -> String {
    told.detail
        .unwrap_or_else(|| told.failure.kind.title().to_owned())
}

/// The way to the provider; nothing where there is none.
#[component]
pub fn Through(to: Signal<String>) -> impl IntoView {
    let name = RwSignal::new(None::<String>);
    spawn_local(async move {
        let _ = name.try_set(session::provider().await);
    });
    let busy = RwSignal::new(false);
    let refused = RwSignal::new(None::<String>);
    let go = move |()| {
        busy.set(true);
        spawn_local(async move {
            match session::set_out().await {
                Ok(there) => {
                    browser::keep_in_tab(TO, &to.get_untracked());
                    // It stays busy: the page is about to be left.
                    browser::leave(&there);
                }
                Err(told) => {
                    let _ = busy.try_set(false);
                    let _ = refused.try_set(Some(said(told)));
                }
            }
        });
    };
    move || {
        name.get().map(|name| {
            view! {
                <div class="stack narrow">
                    {move || refused.get().map(|why| view! { <p class="refusals" role="alert">{why}</p> })}
                    <p><Button text=move || t::sign_in_through(&name) busy on_press=go /></p>
                    <p class="muted small">{t::sign_in_through_hint}</p>
                </div>
            }
        })
    }
}

/// Back from the provider, with its answer in the address.
#[component]
pub fn ComeBack() -> impl IntoView {
    let (code, state) = (address::read("code"), address::read("state"));
    let failed = RwSignal::new(None::<Failure>);
    let step = RwSignal::new(None::<String>);
    let busy = RwSignal::new(true);
    let refused = RwSignal::new(None::<String>);
    go_on_to(|| {
        let to = browser::kept_in_tab(TO).unwrap_or_default();
        browser::forget_in_tab(TO);
        to
    });
    // Once: the code is good for one try.
    spawn_local(async move {
        let (code, state) = (code.get_untracked(), state.get_untracked());
        if !code.is_empty() {
            match session::come_back(&code, &state).await {
                Ok(wanted) => {
                    let _ = step.try_set(wanted);
                }
                Err(told) => {
                    let _ = refused.try_set(Some(said(told)));
                }
            }
        }
        let _ = busy.try_set(false);
    });
    move || {
        if let Some(token) = step.get() {
            return view! { <SecondStep token step failed /> }.into_any();
        }
        if busy.get() || session::person().is_some() {
            return view! { <Skeleton /> }.into_any();
        }
        let why = move || {
            refused
                .get()
                .unwrap_or_else(|| t::sign_in_through_declined().to_owned())
        };
        let back = move || {
            let to = browser::kept_in_tab(TO).unwrap_or_default();
            format!("/connexion?vers={}", js_sys::encode_uri_component(&to))
        };
        view! {
            <div class="stack narrow">
                <p class="refusals" role="alert">{why}</p>
                <p><a class="button primary" href=back>{t::sign_in_back}</a></p>
            </div>
        }
        .into_any()
    }
}
