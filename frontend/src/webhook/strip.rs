//! A picture of the last messages: one mark each, the newest to the right; arrived, waiting, given up.

use super::read::Mark;
use crate::language::t;
use domain::webhook::message::State;
use leptos::prelude::*;

const fn class(state: State) -> &'static str {
    match state {
        State::Waiting => "waiting",
        State::Delivered => "delivered",
        State::Failed => "failed",
    }
}

fn said(state: State, count: usize) -> String {
    match state {
        State::Waiting => t::webhook_strip_waiting(count),
        State::Delivered => t::webhook_strip_delivered(count),
        State::Failed => t::webhook_strip_failed(count),
    }
}

/// `marks` are the latest first, as they are read.
#[component]
pub fn Strip(marks: Vec<Mark>) -> impl IntoView {
    if marks.is_empty() {
        return view! { <p class="muted small">{t::webhook_strip_none}</p> }.into_any();
    }
    let count = |state| marks.iter().filter(|it| it.state == state).count();
    let keys = [State::Delivered, State::Waiting, State::Failed].map(|it| (it, count(it)));
    let all = marks.len();
    view! {
        <figure class="webhook-strip">
            <span class="marks" aria-hidden="true">
                {marks.into_iter().rev().map(|it| view! { <span class=class(it.state)></span> }).collect_view()}
            </span>
            <figcaption class="muted small">
                {move || t::webhook_strip_of(all)} " : "
                {keys.into_iter().filter(|it| it.1 > 0).map(|(state, count)| view! {
                    <span class=format!("key {}", class(state))>{move || said(state, count)}</span> " "
                }).collect_view()}
            </figcaption>
        </figure>
    }
    .into_any()
}
