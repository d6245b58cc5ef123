//! The second step of signing in, for one's own account: setting up an authenticator with a picture or by typing, its first
//! code, the recovery codes, and doing without it.

use super::mine::Second;
use crate::api::{self, Method};
use crate::format;
use crate::language::t;
use crate::session;
use crate::ui::button::{Button, Look};
use crate::ui::chips::{Course, Status};
use crate::ui::copy::CopyField;
use crate::ui::field::{Refused, TextField};
use crate::ui::state::{Failure, FailureKind};
use crate::ui::toast::toasts;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Serialize};

const ADDRESS: &str = "/v1/second-step";

#[derive(Serialize)]
struct PasswordAgain<'a> {
    password: &'a str,
}

#[derive(Serialize)]
struct FirstCode<'a> {
    code: &'a str,
}

/// What an authenticator is set up with.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Authenticator {
    secret: String,
    picture: String,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RecoveryCodes {
    recovery_codes: Vec<String>,
}

/// Where setting it up stands.
#[derive(Clone, Debug, PartialEq)]
pub enum Stage {
    /// The password is asked for.
    Password,
    /// The authenticator is set up, and shows a first code.
    Code(Authenticator),
    /// It is in use: the recovery codes are shown this once.
    Done(Vec<String>),
}

/// Sends, and once more with a new access token where the present one has ended.
async fn sent<B: Serialize, R: DeserializeOwned>(
    method: Method,
    address: &str,
    body: &B,
) -> Result<R, Failure> {
    match api::rest(method.clone(), address, Some(body)).await {
        Err(Failure {
            kind: FailureKind::SignedOut,
            ..
        }) if session::renew().await => api::rest(method, address, Some(body)).await,
        other => other,
    }
}

fn refuse(path: &str, message: &str) -> Vec<Refused> {
    vec![Refused {
        path: path.into(),
        code: String::new(),
        message: message.into(),
    }]
}

#[component]
pub fn OwnSecondStep(
    step: Option<Second>,
    /// Kept above: what is shown once outlasts what is read anew.
    stage: RwSignal<Stage>,
    #[prop(into)] reload: Callback<()>,
) -> impl IntoView {
    let is_on = step.is_some();
    let stated = move || match &step {
        Some(step) => t::second_step_on(
            format::instant_day(step.since),
            format::number(step.recovery_codes),
        ),
        None => t::second_step_off().to_owned(),
    };
    let course = if is_on { Course::Done } else { Course::Planned };
    view! {
        <div class="stack">
            <p class="row-tight"><Status course text=stated /></p>
            {move || match stage.get() {
                Stage::Done(codes) => view! { <Codes codes stage reload /> }.into_any(),
                Stage::Code(authenticator) => view! { <SetUp authenticator stage /> }.into_any(),
                Stage::Password => view! {
                    <details class="own-password">
                        <summary>{move || if is_on { t::second_step_remove() } else { t::second_step_begin() }}</summary>
                        {if is_on { view! { <Remove reload /> }.into_any() } else { view! { <Begin stage /> }.into_any() }}
                    </details>
                }.into_any(),
            }}
        </div>
    }
}

/// Asks for the password, and does something with it.
#[component]
fn WithPassword(
    lead: fn() -> &'static str,
    action: fn() -> &'static str,
    refusals: RwSignal<Vec<Refused>>,
    busy: RwSignal<bool>,
    #[prop(into)] on_password: Callback<String>,
) -> impl IntoView {
    let password = RwSignal::new(String::new());
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if !busy.get_untracked() {
            busy.set(true);
            on_password.run(password.get_untracked());
        }
    };
    view! {
        <form class="form narrow" on:submit=submit>
            <p class="muted">{lead}</p>
            <TextField label=t::password_current value=password kind="password" autocomplete="current-password" path="password" refusals required=true />
            <div class="form-foot"><Button text=action look=Look::Primary submit=true busy /></div>
        </form>
    }
}

#[component]
fn Begin(stage: RwSignal<Stage>) -> impl IntoView {
    let (refusals, busy) = (RwSignal::new(Vec::new()), RwSignal::new(false));
    let said = toasts();
    let begin = move |password: String| {
        spawn_local(async move {
            let answer = sent(Method::POST, ADDRESS, &PasswordAgain { password: &password }).await;
            let _ = busy.try_set(false);
            match answer {
                Ok(authenticator) => stage.set(Stage::Code(authenticator)),
                Err(failure) if failure.kind == FailureKind::Refused => {
                    let _ = refusals.try_set(refuse("password", t::password_wrong()));
                }
                Err(failure) => said.say(failure.kind.title()),
            }
        });
    };
    view! { <WithPassword lead=t::second_step_text action=t::second_step_begin refusals busy on_password=begin /> }
}

#[component]
fn Remove(#[prop(into)] reload: Callback<()>) -> impl IntoView {
    let (refusals, busy) = (RwSignal::new(Vec::new()), RwSignal::new(false));
    let said = toasts();
    let remove = move |password: String| {
        spawn_local(async move {
            let address = "/v1/second-step/removal";
            let answer: Result<IgnoredAny, Failure> =
                sent(Method::POST, address, &PasswordAgain { password: &password }).await;
            let _ = busy.try_set(false);
            match answer {
                Ok(_) => {
                    said.say(t::second_step_removed());
                    reload.run(());
                }
                Err(failure) if failure.kind == FailureKind::Refused => {
                    let _ = refusals.try_set(refuse("password", t::password_wrong()));
                }
                Err(failure) => said.say(failure.kind.title()),
            }
        });
    };
    view! { <WithPassword lead=t::second_step_remove_text action=t::second_step_remove refusals busy on_password=remove /> }
}

/// The picture, the secret for typing, and the first code.
#[component]
fn SetUp(authenticator: Authenticator, stage: RwSignal<Stage>) -> impl IntoView {
    let code = RwSignal::new(String::new());
    let (refusals, busy) = (RwSignal::new(Vec::<Refused>::new()), RwSignal::new(false));
    let said = toasts();
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        spawn_local(async move {
            let typed = code.get_untracked();
            let answer: Result<RecoveryCodes, Failure> =
                sent(Method::PUT, ADDRESS, &FirstCode { code: typed.trim() }).await;
            let _ = busy.try_set(false);
            match answer {
                Ok(done) => stage.set(Stage::Done(done.recovery_codes)),
                Err(failure) if failure.kind == FailureKind::Refused => {
                    let _ = refusals.try_set(refuse("code", t::second_step_wrong()));
                }
                Err(failure) => said.say(failure.kind.title()),
            }
        });
    };
    let Authenticator { secret, picture } = authenticator;
    // As a picture it is only looked at: nothing in it can run.
    let source = format!("data:image/svg+xml,{}", js_sys::encode_uri_component(&picture));
    view! {
        <form class="form narrow" on:submit=submit>
            <p>{t::second_step_scan}</p>
            <p><img class="code-picture" src=source alt=t::second_step_picture width="220" height="220" /></p>
            <CopyField label=t::second_step_secret text=secret />
            <TextField label=t::second_step_code value=code autocomplete="one-time-code" path="code" refusals required=true />
            <div class="form-foot"><Button text=t::second_step_confirm look=Look::Primary submit=true busy /></div>
        </form>
    }
}

/// The recovery codes, which nobody can see again.
#[component]
fn Codes(codes: Vec<String>, stage: RwSignal<Stage>, #[prop(into)] reload: Callback<()>) -> impl IntoView {
    view! {
        <div class="stack narrow" role="status">
            <p><strong>{t::second_step_done}</strong></p>
            <p>{t::second_step_codes_text}</p>
            <CopyField label=t::second_step_codes text=codes.join(" ") primary=true />
            <ul class="codes">{codes.into_iter().map(|code| view! { <li><code>{code}</code></li> }).collect_view()}</ul>
            <p><Button text=t::second_step_kept on_press=move |()| { stage.set(Stage::Password); reload.run(()); } /></p>
        </div>
    }
}
