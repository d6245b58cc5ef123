//! Trying a webhook out: a message that tells of nothing is sent, and what comes of it is said as soon as it is known.

use super::moves;
use super::read::{One, Opened, Sheet, Whole};
use crate::api;
use crate::browser;
use crate::format;
use crate::language::t;
use crate::refusal::refused;
use crate::ui::button::{Button, Look};
use crate::ui::chips::{Course, Status};
use crate::ui::state::Failure;
use crate::ui::toast::toasts;
use cynic::QueryBuilder;
use domain::webhook::message::State;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// Milliseconds between two questions, and how many are asked: an attempt takes 15 seconds at most.
const PAUSE: u32 = 600;
const TURNS: u32 = 40;

/// Waits until more than so many attempts to send a message have ended; none where that takes too long, or `wanted` says
/// that nobody waits any more.
pub async fn ended(id: &cynic::Id, before: i32, wanted: impl Fn() -> bool) -> Result<Option<Whole>, Failure> {
    for _ in 0..TURNS {
        let whole = read(id).await?;
        if whole.is_some_and(|it| it.ended > before) {
            // The message was read before its attempts, and one may have ended in between.
            return read(id).await;
        }
        browser::wait(PAUSE).await;
        if !wanted() {
            break;
        }
    }
    Ok(None)
}

/// A message with its attempts, from the server.
pub async fn read(id: &cynic::Id) -> Result<Option<Whole>, Failure> {
    Ok(api::query(&Opened::build(One { id: id.clone() })).await?.whole())
}

#[derive(Clone, PartialEq)]
enum Trial {
    Sent,
    Ended(Whole),
    /// No attempt has ended for as long as one can take.
    Late,
}

/// The button, and under it what came of it. `on_end` where there is something new to read.
#[component]
pub fn Try(sheet: Memo<Option<Sheet>>, #[prop(into)] on_end: Callback<()>) -> impl IntoView {
    let trial = RwSignal::new(None::<Trial>);
    let busy = RwSignal::new(false);
    let said = toasts();
    let is_stopped =
        Signal::derive(move || sheet.with(|it| !it.as_ref().is_some_and(|it| it.row.is_active())));
    let send = move |()| {
        let Some(id) = sheet.with_untracked(|it| it.as_ref().map(|it| it.facts.id.clone())) else {
            return;
        };
        busy.set(true);
        trial.set(Some(Trial::Sent));
        spawn_local(async move {
            let answer = async {
                match moves::attempt(id).await? {
                    Ok(message) => Ok(Ok(
                        ended(&message, 0, || busy.try_get_untracked().is_some()).await?
                    )),
                    Err(errors) => Ok(Err(errors)),
                }
            }
            .await;
            if busy.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(Ok(Some(whole))) => trial.set(Some(Trial::Ended(whole))),
                Ok(Ok(None)) => trial.set(Some(Trial::Late)),
                Ok(Err(errors)) => {
                    trial.set(None);
                    for it in refused(errors) {
                        said.say(it.message);
                    }
                }
                Err(Failure { kind, .. }) => {
                    trial.set(None);
                    said.say(kind.title());
                }
            }
            on_end.run(());
        });
    };
    view! {
        <div class="stack-tight">
            <div class="row-tight">
                <Button text=t::webhook_try look=Look::Primary busy disabled=is_stopped on_press=send />
                {move || is_stopped.get().then(|| view! { <span class="muted small">{t::webhook_try_stopped}</span> })}
            </div>
            <div role="status">{move || trial.get().map(outcome)}</div>
        </div>
    }
}

fn outcome(trial: Trial) -> AnyView {
    match trial {
        Trial::Sent => view! { <p class="muted">{t::webhook_try_sent}</p> }.into_any(),
        Trial::Late => view! { <p>{t::webhook_try_late}</p> }.into_any(),
        Trial::Ended(Whole {
            delivery, attempts, ..
        }) => {
            let Some(last) = attempts.into_iter().next_back() else {
                return ().into_any();
            };
            let (course, text) = match delivery.state {
                State::Delivered => (Course::Going, t::webhook_try_arrived()),
                State::Waiting | State::Failed => (Course::Late, t::webhook_try_failed()),
            };
            let next = delivery.next_attempt;
            view! {
                <p class="row-tight webhook-trial">
                    <Status course text />
                    <span>{move || super::message::answered(&last)}</span>
                    {next.map(|next| view! { <span class="muted">{move || t::webhook_next(format::exact(next))}</span> })}
                    <a href=format!("?message={}#messages", delivery.id.inner())>{t::webhook_try_see}</a>
                </p>
            }
            .into_any()
        }
    }
}
