//! One introduction: between whom, its steps with who said what, the presses that move it on, and what both sides think.

use super::read::{FeedbackRow, IntroductionRow, StepRow};
use super::{moves, words};
use crate::api;
use crate::edit::offer_undo;
use crate::edit::press::Answer;
use crate::edit::reason::AskReason;
use crate::format;
use crate::language::t;
use crate::refusal::{failed, refused};
use crate::ui::button::{Button, Look};
use crate::ui::chips::{NewMark, Status};
use crate::ui::dialog::Dialog;
use crate::ui::field::{Refusals, Refused as Wrong, SelectField, TextField};
use crate::ui::toast::toasts;
use crate::visit;
use domain::expertise::introduction::{Party, Refused, Stage};
use leptos::prelude::*;
use leptos::task::spawn_local;

pub fn card(row: IntroductionRow) -> impl IntoView {
    let IntroductionRow {
        id,
        revision,
        updated_at,
        expertise_id,
        need_id,
        message,
        stage,
        next_stages,
        speaks_for,
        steps,
        provider_feedback,
        requester_feedback,
        expertise,
        need,
        provider,
        project,
        organisation,
    } = row;
    let busy = RwSignal::new(false);
    let said = toasts();
    let (refusing, ending) = (RwSignal::new(false), RwSignal::new(false));
    let forward: Vec<Stage> = next_stages
        .iter()
        .copied()
        .filter(|it| !matches!(it, Stage::Refused | Stage::WithoutResult))
        .collect();
    let (refuses, ends) = (
        next_stages.contains(&Stage::Refused),
        next_stages.contains(&Stage::WithoutResult),
    );
    let begun = steps.iter().any(|step| step.stage == Stage::Accepted);
    let name = id.inner().to_owned();
    let (moving, refused_id, ended) = (id.clone(), id.clone(), id.clone());
    let reviews: Vec<Party> = speaks_for.into_iter().filter(|_| begun).collect();
    view! {
        <article class="card outcome-card introduction-card">
            <div class="spread">
                <div class="stack-tight">
                    <h2 class="project-name"><a href=format!("/besoins-expertise/{}", need_id.inner())>{need.map(|it| it.title)}</a></h2>
                    <p class="small">
                        {project.map(|it| view! { <a href=format!("/projets/{}", it.id.inner())>{it.acronym.unwrap_or(it.title)}</a> " " })}
                        {organisation.map(|it| view! { <a href=format!("/organisations/{}", it.id.inner())>{it.name}</a> " " })}
                        <span aria-hidden="true">"↔ "</span>
                        <a href=format!("/expertises/{}", expertise_id.inner())>{expertise.map(|it| it.title)}</a>
                        {provider.map(|it| view! { " · " <a href=format!("/organisations/{}", it.id.inner())>{it.name}</a> })}
                    </p>
                </div>
                <span class="row-tight">
                    {visit::is_new(updated_at).then(|| view! { <NewMark /> })}
                    <Status course=words::course(stage) text=move || words::stage(stage) />
                </span>
            </div>
            {message.map(|text| view! { <p class="exchange-text">{text}</p> })}
            {told(steps)}
            {feedback(t::introduction_provider_says, provider_feedback)}
            {feedback(t::introduction_requester_says, requester_feedback)}
            <div class="button-row no-print">
                {forward.into_iter().enumerate().map(|(place, to)| {
                    let id = moving.clone();
                    let look = if place == 0 { Look::Primary } else { Look::Plain };
                    view! { <Button text=move || words::verb(to) look small=true busy on_press=move |()| moves::advance(id.clone(), revision, to, busy, said) /> }
                }).collect_view()}
                {refuses.then(|| view! { <Button text=t::introduction_do_refuse small=true busy on_press=move |()| refusing.set(true) /> })}
                {ends.then(|| view! { <Button text=t::introduction_do_without_result look=Look::Quiet small=true busy on_press=move |()| ending.set(true) /> })}
            </div>
            {refuses.then(|| view! { <Refuse open=refusing id=refused_id revision /> })}
            {ends.then(|| view! {
                <AskReason open=ending record=name title=t::introduction_end_title hint=t::introduction_end_hint usual=words::USUAL
                    action=t::introduction_do_without_result done=t::introduction_ended
                    send=move |reason| moves::moved(ended.clone(), revision, Stage::WithoutResult, None, Some(reason)) />
            })}
            {reviews.into_iter().map(|party| view! { <Review id=id.clone() revision party /> }).collect_view()}
        </article>
    }
}

/// The steps, each with its day, who moved it, and what was said.
fn told(steps: Vec<StepRow>) -> impl IntoView {
    view! {
        <ol class="introduction-steps small" role="list" aria-label=t::outcome_steps>
            {steps.into_iter().map(|StepRow { stage, at, by, refused, text }| view! {
                <li>
                    <strong>{move || words::stage(stage)}</strong> " · " {move || format::instant_day(at)} " · " {move || words::party(by)}
                    {refused.map(|why| view! { " · " {move || words::refused(why)} })}
                    {text.map(|text| view! { <p class="exchange-text muted">{text}</p> })}
                </li>
            }).collect_view()}
        </ol>
    }
}

fn feedback(who: crate::language::Text, said: Option<FeedbackRow>) -> impl IntoView {
    said.map(|FeedbackRow { rating, text }| {
        view! {
            <p class="outcome-reason small">
                {who} " " <strong>{move || t::introduction_rating_of(rating)}</strong>
                {text.map(|text| view! { " – " <span class="exchange-text">{text}</span> })}
            </p>
        }
    })
}

/// Sends what a small form holds; closes it when it was done.
fn send(
    answer: impl Future<Output = Answer> + 'static,
    busy: RwSignal<bool>,
    refusals: RwSignal<Vec<Wrong>>,
    open: RwSignal<bool>,
    done: String,
) {
    if busy.get_untracked() {
        return;
    }
    busy.set(true);
    let said = toasts();
    spawn_local(async move {
        let answer = answer.await;
        let _ = busy.try_set(false);
        match answer {
            Ok((errors, change)) if errors.is_empty() => {
                let _ = open.try_set(false);
                offer_undo(said, change, done);
                api::try_again();
            }
            Ok((errors, _)) => {
                let _ = refusals.try_set(refused(errors));
            }
            Err(failure) => {
                let _ = refusals.try_set(failed(&failure));
            }
        }
    });
}

/// Why it is refused: a reason of the list, and in words where that is not enough.
#[component]
fn Refuse(open: RwSignal<bool>, id: cynic::Id, revision: i32) -> impl IntoView {
    let id = StoredValue::new(id);
    view! {
        <Dialog open title=t::introduction_refuse_title>
            {move || {
                let (why, text) = (RwSignal::new(Refused::NoTime.to_string()), RwSignal::new(String::new()));
                let (busy, refusals) = (RwSignal::new(false), RwSignal::new(Vec::<Wrong>::new()));
                let options = crate::edit::options(Refused::ALL, words::refused);
                let submit = move |event: web_sys::SubmitEvent| {
                    event.prevent_default();
                    let (why, text) = (why.get_untracked().parse().ok(), text.get_untracked());
                    let text = Some(text.trim().to_owned()).filter(|it| !it.is_empty());
                    let answer = moves::moved(id.get_value(), revision, Stage::Refused, why, text);
                    send(answer, busy, refusals, open, t::introduction_moved(words::stage(Stage::Refused)));
                };
                view! {
                    <form class="form" on:submit=submit>
                        <Refusals refusals shown=vec!["refused", "text"] />
                        <p class="muted">{t::introduction_refuse_hint}</p>
                        <SelectField label=t::exchange_field_reason path="refused" refusals options value=why required=true />
                        <TextField label=t::introduction_field_text path="text" refusals value=text multiline=true />
                        <div class="form-foot">
                            <Button text=t::introduction_do_refuse look=Look::Primary submit=true busy />
                            <Button text=t::action_cancel look=Look::Quiet on_press=move |()| open.set(false) />
                        </div>
                    </form>
                }
            }}
        </Dialog>
    }
}

/// What one side thinks of it.
#[component]
fn Review(id: cynic::Id, revision: i32, party: Party) -> impl IntoView {
    let open = RwSignal::new(false);
    let id = StoredValue::new(id);
    let label = move || match party {
        Party::Provider => t::introduction_review_provider(),
        Party::Requester | Party::Staff => t::introduction_review_requester(),
    };
    view! {
        <p class="no-print"><Button text=label look=Look::Quiet small=true on_press=move |()| open.set(true) /></p>
        <Dialog open title=label>
            {move || {
                let (rating, text) = (RwSignal::new("4".to_owned()), RwSignal::new(String::new()));
                let (busy, refusals) = (RwSignal::new(false), RwSignal::new(Vec::<Wrong>::new()));
                let options = Signal::derive(|| (1..=5).map(|it: i32| (it.to_string(), t::introduction_rating_of(it))).collect::<Vec<_>>());
                let submit = move |event: web_sys::SubmitEvent| {
                    event.prevent_default();
                    let rating = rating.get_untracked().parse().unwrap_or_default();
                    let text = Some(text.get_untracked().trim().to_owned()).filter(|it| !it.is_empty());
                    let answer = moves::review(id.get_value(), revision, party, rating, text);
                    send(answer, busy, refusals, open, t::edit_saved().to_owned());
                };
                view! {
                    <form class="form" on:submit=submit>
                        <Refusals refusals shown=vec!["rating", "text"] />
                        <p class="muted">{t::introduction_review_hint}</p>
                        <SelectField label=t::introduction_field_rating path="rating" refusals options value=rating required=true />
                        <TextField label=t::introduction_field_text path="text" refusals value=text multiline=true />
                        <div class="form-foot">
                            <Button text=t::action_save look=Look::Primary submit=true busy />
                            <Button text=t::action_cancel look=Look::Quiet on_press=move |()| open.set(false) />
                        </div>
                    </form>
                }
            }}
        </Dialog>
    }
}
