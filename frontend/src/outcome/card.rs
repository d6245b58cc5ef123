//! One outcome: between whom, over what, how far it has come on its line of steps, and the press that moves it on.

use super::form::Change;
use super::read::Row;
use super::{moves, words};
use crate::edit::{self, reason::AskReason};
use crate::exchange::{self, Side};
use crate::format;
use crate::language::t;
use crate::organisation::read::Body;
use crate::ui::button::{Button, Look};
use crate::ui::chips::{NewMark, Status};
use crate::ui::toast::toasts;
use crate::visit;
use domain::outcome::{Outcome, Stage};
use leptos::prelude::*;

/// The steps that lead to a delivery.
const LINE: [Stage; 4] = [Stage::Contact, Stage::Quote, Stage::Contract, Stage::Delivered];

/// `seen_from` is the side whose page it stands on: then only the other side is named.
pub fn card(row: Row, seen_from: Option<Side>) -> impl IntoView {
    let record: Option<Outcome> = edit::record(&row);
    let Row {
        id,
        revision,
        updated_at,
        quantity,
        amount,
        stage,
        next_stages,
        steps,
        note,
        need_id,
        offer_id,
        need,
        offer,
        buyer,
        supplier,
        ..
    } = row;
    let busy = RwSignal::new(false);
    let said = toasts();
    let asked = RwSignal::new(false);
    let need = need_id
        .zip(need)
        .map(|(id, it)| (format!("/demandes/{}", id.inner()), it.title));
    let offer = offer_id
        .zip(offer)
        .map(|(id, it)| (format!("/offres/{}", id.inner()), it.title));
    let shows = |side: Side| seen_from != Some(side);
    let reason = steps.last().and_then(|it| it.reason.clone());
    let forward: Vec<Stage> = next_stages
        .iter()
        .copied()
        .filter(|it| *it != Stage::Nothing)
        .collect();
    let ends = next_stages.contains(&Stage::Nothing);
    let name = id.inner().to_owned();
    let ended = id.clone();
    let editing = RwSignal::new(false);
    let much = move || {
        let quantity = quantity
            .as_ref()
            .map(|it| exchange::words::quantity(it.value, it.unit, None));
        let amount = amount.as_ref().map(|it| exchange::words::price(it.amount, None));
        let known: Vec<String> = quantity.into_iter().chain(amount).collect();
        (!known.is_empty()).then(|| known.join(" · "))
    };
    view! {
        <article class="card outcome-card">
            <div class="spread">
                <div class="stack-tight">
                    {shows(Side::Needs).then(|| half(t::outcome_need, need, buyer))}
                    {shows(Side::Offers).then(|| half(t::outcome_offer, offer, supplier))}
                </div>
                <span class="row-tight">
                    {visit::is_new(updated_at).then(|| view! { <NewMark /> })}
                    <Status course=words::course(stage) text=move || words::stage(stage) />
                </span>
            </div>
            {line(stage, &steps)}
            {reason.map(|reason| view! { <p class="outcome-reason">{move || t::outcome_reason(&reason)}</p> })}
            {move || much().map(|it| view! { <p><strong>{it}</strong></p> })}
            {note.map(|note| view! { <p class="muted exchange-text">{note}</p> })}
            {move || editing.get().then(|| record.clone().map(|record| view! { <Change record on_end=move |()| editing.set(false) /> }))}
            <div class="button-row no-print" hidden=editing>
                    {forward.into_iter().enumerate().map(|(place, to)| {
                        let id = id.clone();
                        let look = if place == 0 { Look::Plain } else { Look::Quiet };
                        view! { <Button text=move || words::verb(to) look small=true busy on_press=move |()| moves::advance(id.clone(), revision, to, busy, said) /> }
                    }).collect_view()}
                    {ends.then(|| view! { <Button text=t::outcome_do_nothing look=Look::Quiet small=true busy on_press=move |()| asked.set(true) /> })}
                    <Button text=t::outcome_edit look=Look::Quiet small=true on_press=move |()| editing.set(true) />
            </div>
            {ends.then(|| view! {
                <AskReason open=asked record=name title=t::outcome_nothing_title hint=t::outcome_nothing_hint usual=words::USUAL
                    action=t::outcome_do_nothing_now done=t::outcome_ended send=move |reason| moves::end(ended.clone(), revision, reason) />
            })}
        </article>
    }
}

/// One of the two: what, and who.
fn half(label: crate::language::Text, what: Option<(String, String)>, who: Option<Body>) -> impl IntoView {
    view! {
        <p>
            <span class="muted small">{label} " : "</span>
            {match what {
                Some((href, title)) => view! { <a href=href><strong>{title}</strong></a> }.into_any(),
                None => view! { <span class="unknown">{t::outcome_elsewhere}</span> }.into_any(),
            }}
            {who.map(|it| view! { " · " <a href=format!("/organisations/{}", it.id.inner())>{it.name}</a> })}
        </p>
    }
}

/// The line of steps: those it went through are filled and dated, those it skipped are not.
fn line(stage: Stage, steps: &[super::read::Step]) -> impl IntoView + use<> {
    let marks: Vec<_> = LINE
        .into_iter()
        .map(|of| {
            let gone = steps.iter().rev().find(|step| step.stage == of);
            (of, gone.is_some(), gone.and_then(|step| step.since))
        })
        .collect();
    let is_over = stage == Stage::Nothing;
    view! {
        <ol class="outcome-line" class:over=is_over role="list" aria-label=t::outcome_steps>
            {marks.into_iter().map(|(of, gone, since)| {
                let mark = if of == stage { "here" } else if gone { "gone" } else { "" };
                view! {
                    <li class=mark aria-current=(of == stage).then_some("step")>
                        <span class="name">{move || words::stage(of)}</span>
                        {gone.then(|| view! { <small>{move || format::partial(since)}</small> })}
                        {(!gone).then(|| view! { <small class="visually-hidden">{t::outcome_not_yet}</small> })}
                    </li>
                }
            }).collect_view()}
        </ol>
    }
}
