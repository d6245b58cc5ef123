//! Signing in: with a password, or through the outside provider; and the second step after either.

pub mod provider;

use crate::address;
use crate::language::t;
use crate::session::{self, Session};
use crate::ui::button::{Button, Look};
use crate::ui::field::TextField;
use crate::ui::page::Page;
use crate::ui::state::{Failure, FailureKind};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_navigate;
use leptos_router::{LazyRoute, NavigateOptions, lazy_route};

pub struct SignIn;

#[lazy_route]
impl LazyRoute for SignIn {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <Page title=t::sign_in_title lead=t::sign_in_question><SignInForm /></Page> }.into_any()
    }
}

pub struct ComeBack;

#[lazy_route]
impl LazyRoute for ComeBack {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <Page title=t::sign_in_title lead=t::sign_in_through_question><provider::ComeBack /></Page> }
            .into_any()
    }
}

/// Goes back to where one was sent from (`?vers=`), only within this application.
fn way_back(to: &str) -> &str {
    if to.starts_with('/') && !to.starts_with("//") {
        to
    } else {
        "/ma-semaine"
    }
}

#[component]
fn SignInForm() -> impl IntoView {
    let (email, password) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let (busy, failed) = (RwSignal::new(false), RwSignal::new(None::<Failure>));
    let to = address::read("vers");
    go_on_to(move || to.get_untracked());
    // By what the second step names the first, once that is taken.
    let step = RwSignal::new(None::<String>);
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        spawn_local(async move {
            let done = session::sign_in(email.get_untracked().trim(), &password.get_untracked()).await;
            let _ = busy.try_set(false);
            let (wanted, failure) = match done {
                Ok(wanted) => (wanted, None),
                Err(failure) => (None, Some(failure)),
            };
            let _ = failed.try_set(failure);
            let _ = step.try_set(wanted);
        });
    };
    let first = move || {
        view! {
            <form class="form narrow" on:submit=submit>
                {move || failed.get().map(|failure| {
                    let kind = failure.kind;
                    let why = move || if kind == FailureKind::SignedOut { t::sign_in_wrong() } else { kind.title() };
                    view! { <p class="refusals" role="alert">{why}</p> }
                })}
                <TextField label=t::sign_in_email value=email kind="email" autocomplete="username" required=true />
                <TextField label=t::sign_in_password value=password kind="password" autocomplete="current-password" required=true />
                <div class="form-foot"><Button text=t::action_sign_in look=Look::Primary submit=true busy /></div>
                <p><a href="/mot-de-passe">{t::sign_in_forgotten}</a></p>
                <p class="muted small">{t::sign_in_how}</p>
            </form>
        }
    };
    view! {
        {move || match step.get() {
            Some(token) => view! { <SecondStep token step failed /> }.into_any(),
            None => view! { <div class="stack">{first()} <provider::Through to /></div> }.into_any(),
        }}
    }
}

/// Once somebody is signed in, to where they wanted; also when they were already, or in the silence of the start.
fn go_on_to(to: impl Fn() -> String + 'static) {
    let navigate = use_navigate();
    Effect::new(move |_| {
        if matches!(session::session(), Session::Signed(_)) {
            navigate(
                way_back(&to()),
                NavigateOptions {
                    replace: true,
                    ..NavigateOptions::default()
                },
            );
        }
    });
}

/// The authenticator's code, or a recovery code.
#[component]
fn SecondStep(
    token: String,
    step: RwSignal<Option<String>>,
    failed: RwSignal<Option<Failure>>,
) -> impl IntoView {
    let code = RwSignal::new(String::new());
    let busy = RwSignal::new(false);
    let wrong = RwSignal::new(None::<FailureKind>);
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        let token = token.clone();
        spawn_local(async move {
            let done = session::take_second_step(&token, code.get_untracked().trim()).await;
            let _ = busy.try_set(false);
            match done {
                Ok(()) => {}
                // The first step was too long ago: from the beginning.
                Err(failure) if failure.kind == FailureKind::SignedOut => {
                    let _ = failed.try_set(None);
                    let _ = step.try_set(None);
                }
                Err(failure) => {
                    let _ = wrong.try_set(Some(failure.kind));
                }
            }
        });
    };
    view! {
        <form class="form narrow" on:submit=submit>
            {move || wrong.get().map(|kind| {
                let why = move || if kind == FailureKind::Refused { t::second_step_wrong() } else { kind.title() };
                view! { <p class="refusals" role="alert">{why}</p> }
            })}
            <p>{t::second_step_ask}</p>
            <TextField label=t::second_step_code value=code autocomplete="one-time-code" required=true />
            <p class="muted small">{t::second_step_ask_hint}</p>
            <div class="form-foot">
                <Button text=t::action_sign_in look=Look::Primary submit=true busy />
                <Button text=t::action_cancel on_press=move |()| step.set(None) />
            </div>
        </form>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_back_never_leaves_the_application() {
        assert_eq!(way_back("/projets?province=60000"), "/projets?province=60000");
        for elsewhere in ["//evil.example", "https://evil.example", ""] {
            assert_eq!(way_back(elsewhere), "/ma-semaine");
        }
    }
}
