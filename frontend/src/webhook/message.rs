//! One message in the log: what it is of and how it stands with it; opened, every attempt to send it, and the press that
//! sends it again.

use super::moves::{self, WebhookRedeliverInput};
use super::read::{Attempt, Delivery, One, Opened, Whole};
use super::trial::{ended, read};
use super::words;
use crate::api;
use crate::format;
use crate::language::t;
use crate::records;
use crate::refusal::refused;
use crate::ui::button::Button;
use crate::ui::chips::Status;
use crate::ui::copy::CopyField;
use crate::ui::icon::{Icon, icon};
use crate::ui::state::Loaded;
use crate::ui::table::{Column, Table};
use crate::ui::toast::toasts;
use crate::ui::unique;
use cynic::QueryBuilder;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// What an endpoint answered: its status, or why it gave none.
fn answer(attempt: &Attempt) -> String {
    match (attempt.status, &attempt.error) {
        (Some(status), _) => t::webhook_status(status),
        (None, Some(why)) => why.clone(),
        (None, None) => t::fact_unknown().to_owned(),
    }
}

fn duration(attempt: &Attempt) -> String {
    format!("{}\u{a0}ms", format::number(attempt.milliseconds))
}

/// An attempt in a line: « Réponse 204 en 35 ms ».
pub fn answered(attempt: &Attempt) -> String {
    t::webhook_answered(answer(attempt), duration(attempt))
}

/// `open` is the message that is open, in the address. `on_end` where there is something new to read of the webhook.
#[component]
pub fn Message(
    row: Memo<Delivery>,
    open: Signal<String>,
    choose: Callback<String>,
    may_keep: Signal<bool>,
    on_end: Callback<()>,
) -> impl IntoView {
    // As it is since it was sent again from here.
    let since = RwSignal::new(None::<Delivery>);
    let now = Memo::new(move |_| {
        let row = row.get();
        let newer = |it: &Delivery| it.attempt_count > row.attempt_count;
        since.get().filter(newer).unwrap_or(row)
    });
    let id = StoredValue::new(row.get_untracked().id.into_inner());
    let is_open = Memo::new(move |_| open.with(|open| id.with_value(|id| open == id)));
    let panel = unique("message");
    let press = move |_| {
        choose.run(if is_open.get_untracked() {
            String::new()
        } else {
            id.get_value()
        });
    };
    view! {
        <li class="webhook-message" class:open=is_open>
            <button type="button" class="webhook-line" aria-expanded=move || is_open.get().to_string() aria-controls=panel.clone() on:click=press>
                <span class="fold" aria-hidden="true">{icon(Icon::Forward)}</span>
                {move || now.with(|it| { let state = it.state; view! { <Status course=words::arrival_course(state) text=move || words::arrival(state) /> } })}
                <span class="what">
                    <strong>{move || now.with(words::of)}</strong>
                    <span class="about">{move || now.with(|it| it.record_id.as_ref().and_then(|id| records::title(id.inner())))}</span>
                </span>
                <span class="when muted small">
                    {move || now.with(|it| format::exact(it.made_at))} " · " {move || now.with(|it| t::webhook_attempts_count(it.attempt_count))}
                </span>
            </button>
            <div id=panel class="webhook-inside" hidden=move || !is_open.get()>
                {move || is_open.get().then(|| view! { <Inside id=cynic::Id::new(id.get_value()) now since may_keep on_end /> })}
            </div>
        </li>
    }
}

#[component]
fn Inside(
    id: cynic::Id,
    now: Memo<Delivery>,
    since: RwSignal<Option<Delivery>>,
    may_keep: Signal<bool>,
    on_end: Callback<()>,
) -> impl IntoView {
    let asked = id.clone();
    let found = api::load(move || Opened::build(One { id: asked.clone() }));
    // As it is since it was sent again, without waiting for the list.
    let fresh = RwSignal::new(None::<Whole>);
    let load = Memo::new(move |_| {
        let read = found.load.get().map(Opened::whole).present();
        match (fresh.get(), read) {
            (Some(fresh), read) if read.value().is_none_or(|it| it.ended < fresh.ended) => {
                crate::ui::state::Load::Ready(fresh)
            }
            (Some(_) | None, read) => read,
        }
    });
    let attempts = Memo::new(move |_| load.get().map(|it| (it.attempts, it.ended)));
    let busy = RwSignal::new(false);
    let said = toasts();
    let send = {
        let id = id.clone();
        move |()| {
            busy.set(true);
            let (id, webhook) = (id.clone(), now.get_untracked().webhook_id);
            spawn_local(async move {
                let input = WebhookRedeliverInput {
                    id: webhook,
                    delivery_id: Some(id.clone()),
                    since: None,
                    only_failed: false,
                };
                let answer = async {
                    let before = read(&id).await?.map_or(0, |it| it.ended);
                    let done = moves::again(input).await?;
                    if done.user_errors.is_empty() {
                        let wanted = || busy.try_get_untracked().is_some();
                        Ok(Ok(ended(&id, before, wanted).await?))
                    } else {
                        Ok(Err(done.user_errors))
                    }
                }
                .await;
                if busy.try_set(false).is_some() {
                    return;
                }
                match answer {
                    Ok(Ok(Some(whole))) => {
                        said.say(whole.attempts.last().map(answered).unwrap_or_default());
                        since.set(Some(whole.delivery.clone()));
                        fresh.set(Some(whole));
                    }
                    Ok(Ok(None)) => said.say(t::webhook_again_waits()),
                    Ok(Err(errors)) => {
                        for it in refused(errors) {
                            said.say(it.message);
                        }
                    }
                    Err::<_, crate::ui::state::Failure>(failure) => said.say(failure.kind.title()),
                }
                on_end.run(());
            });
        }
    };
    let about = Memo::new(move |_| now.with(|it| (it.record_id.clone(), it.revision)));
    view! {
        <div class="stack">
            <div class="row webhook-about">
                {move || {
                    let (record, revision) = about.get();
                    record.map(|id| {
                        let id = id.into_inner();
                        let href = records::href(&id);
                        let name = { let id = id.clone(); move || records::title(&id).unwrap_or_else(|| id.clone()) };
                        view! {
                            <span>
                                {match href {
                                    Some(href) => view! { <a href=href>{name}</a> }.into_any(),
                                    None => view! { <span>{name}</span> }.into_any(),
                                }}
                                {revision.map(|it| view! { <span class="muted">" · " {move || t::webhook_revision(it)}</span> })}
                            </span>
                        }
                    })
                }}
                {move || now.with(|it| it.next_attempt).map(|next| view! { <span class="muted">{move || t::webhook_next(format::exact(next))}</span> })}
            </div>
            <Loaded load=attempts on_retry=found.reload view=|(attempts, ended): (Vec<Attempt>, i32)| view! { <Attempts attempts ended /> } />
            <div class="webhook-foot">
                <CopyField label=t::webhook_message_id text=id.into_inner() />
                {move || may_keep.get().then(|| view! { <Button text=t::webhook_again_this mark=Icon::Retry busy on_press=send.clone() /> })}
            </div>
        </div>
    }
}

#[component]
fn Attempts(attempts: Vec<Attempt>, ended: i32) -> impl IntoView {
    if attempts.is_empty() {
        return view! { <p class="muted">{t::webhook_attempts_none}</p> }.into_any();
    }
    let is_cut = usize::try_from(ended).is_ok_and(|ended| ended > attempts.len());
    let shown = attempts.len();
    let columns = vec![
        Column::new("at", t::webhook_attempt_at, |it: &Attempt| format::exact(it.at)),
        Column::new("answer", t::webhook_attempt_answer, answer),
        Column::new("milliseconds", t::webhook_attempt_time, duration).number(),
        Column::new("text", t::webhook_attempt_text, |it: &Attempt| {
            it.answer
                .clone()
                .filter(|text| !text.is_empty())
                .map(|text| view! { <code class="webhook-answer">{text}</code> })
        }),
    ];
    let caption = move || {
        if is_cut {
            t::webhook_attempts_cut(shown, format::number(ended))
        } else {
            t::webhook_attempts().to_owned()
        }
    };
    let latest: Vec<_> = attempts.into_iter().rev().collect();
    view! { <Table caption columns rows=Signal::stored(latest) /> }.into_any()
}
