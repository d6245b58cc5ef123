//! Sending messages again, those of a time: a thousand at once, and where there are more, from there on.

use super::moves::{self, WebhookRedeliverInput};
use super::read::Sheet;
use crate::api;
use crate::browser;
use crate::format;
use crate::language::t;
use crate::refusal::{failed, refused};
use crate::ui::button::{Button, Look};
use crate::ui::dialog::Dialog;
use crate::ui::field::{CheckField, Refusals, Refused, SelectField};
use crate::ui::toast::toasts;
use chrono::{DateTime, TimeDelta, Utc};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// What the select holds where nothing arrives: since then.
const FAILING: &str = "failing";

/// How far back, in hours; messages are kept for thirty days.
const HOURS: [i64; 4] = [1, 24, 7 * 24, 30 * 24];

#[expect(clippy::cast_possible_truncation, reason = "milliseconds since 1970 fit")]
fn now() -> DateTime<Utc> {
    DateTime::from_timestamp_millis(browser::now() as i64).unwrap_or_default()
}

fn span(hours: i64) -> &'static str {
    match hours {
        1 => t::webhook_again_hour(),
        24 => t::webhook_again_day(),
        168 => t::webhook_again_week(),
        _ => t::webhook_again_all(),
    }
}

#[component]
pub fn Again(sheet: Memo<Option<Sheet>>) -> impl IntoView {
    let open = RwSignal::new(false);
    view! {
        <Button text=t::webhook_again on_press=move |()| open.set(true) />
        <Dialog open title=t::webhook_again_title><Form sheet open /></Dialog>
    }
}

#[component]
fn Form(sheet: Memo<Option<Sheet>>, open: RwSignal<bool>) -> impl IntoView {
    let failing = sheet.with_untracked(|it| it.as_ref().and_then(|it| it.row.failing_since));
    let since = RwSignal::new(if failing.is_some() {
        FAILING.to_owned()
    } else {
        "24".to_owned()
    });
    let only_failed = RwSignal::new(true);
    let refusals = RwSignal::new(Vec::<Refused>::new());
    let busy = RwSignal::new(false);
    // Where there is more: from when on, and how many were queued so far.
    let more = RwSignal::new(None::<(DateTime<Utc>, i64)>);
    let said = toasts();
    let options = Signal::derive(move || {
        let failing = failing.map(|at| (FAILING.to_owned(), t::webhook_again_failing(format::instant(at))));
        let spans = HOURS.into_iter().map(|it| (it.to_string(), span(it).to_owned()));
        failing.into_iter().chain(spans).collect::<Vec<_>>()
    });
    let from = move || {
        let chosen = since.get_untracked();
        let hours = chosen.parse().ok().map(TimeDelta::hours);
        more.get_untracked()
            .map(|it| it.0)
            .or_else(|| hours.map(|it| now() - it))
            .or(failing)
    };
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let Some(id) = sheet.with_untracked(|it| it.as_ref().map(|it| it.facts.id.clone())) else {
            return;
        };
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        let input = WebhookRedeliverInput {
            id,
            delivery_id: None,
            since: from(),
            only_failed: only_failed.get_untracked(),
        };
        spawn_local(async move {
            let answer = moves::again(input).await;
            let _ = busy.try_set(false);
            match answer {
                Ok(done) if done.user_errors.is_empty() => {
                    let before = more.try_get_untracked().flatten().map_or(0, |it| it.1);
                    let all = before + i64::from(done.queued);
                    if let Some(next) = done.next_since {
                        let _ = more.try_set(Some((next, all)));
                    } else {
                        let _ = open.try_set(false);
                        said.say(t::webhook_again_done(all));
                    }
                    api::try_again();
                }
                Ok(done) => {
                    let _ = refusals.try_set(refused(done.user_errors));
                }
                Err(failure) => {
                    let _ = refusals.try_set(failed(&failure));
                }
            }
        });
    };
    let text = move || {
        if more.with(Option::is_some) {
            t::webhook_again_go_on()
        } else {
            t::webhook_again_now()
        }
    };
    view! {
        <form class="form" on:submit=submit>
            <Refusals refusals />
            <p class="muted">{t::webhook_again_text}</p>
            <fieldset class="stack" disabled=move || more.with(Option::is_some)>
                <SelectField label=t::webhook_again_since value=since options required=true />
                <CheckField label=t::webhook_again_only_failed value=only_failed />
            </fieldset>
            <p role="status">{move || more.get().map(|(next, all)| t::webhook_again_more(all, format::exact(next)))}</p>
            <div class="form-foot">
                <Button text look=Look::Primary submit=true busy />
                <Button text=t::action_cancel look=Look::Quiet on_press=move |()| open.set(false) />
            </div>
        </form>
    }
}
