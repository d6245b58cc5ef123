//! The question "why?", before what is not done without a reason. What was typed is kept until it was sent.

use super::press::Answer;
use super::undo::offer_undo;
use crate::api;
use crate::draft::{Draft, DraftNote};
use crate::language::{Text, t};
use crate::refusal::{failed, refused};
use crate::ui::button::{Button, Look};
use crate::ui::chips::{ChipOption, FilterChips};
use crate::ui::dialog::Dialog;
use crate::ui::field::{Refusals, Refused, TextField};
use crate::ui::toast::toasts;
use domain::refusal::Code;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// A dialog that asks for a reason and sends it. `record` names the record, for the draft; `usual` are reasons that are
/// given often, each one press away.
#[component]
pub fn AskReason<S, F>(
    open: RwSignal<bool>,
    record: String,
    #[prop(into)] title: TextProp,
    #[prop(into)] hint: TextProp,
    usual: &'static [Text],
    action: Text,
    done: Text,
    send: S,
) -> impl IntoView
where
    S: Fn(String) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Answer> + 'static,
{
    view! {
        <Dialog open title>
            <Form open record=record.clone() hint=hint.clone() usual action done send=send.clone() />
        </Dialog>
    }
}

#[component]
fn Form<S, F>(
    open: RwSignal<bool>,
    record: String,
    hint: TextProp,
    usual: &'static [Text],
    action: Text,
    done: Text,
    send: S,
) -> impl IntoView
where
    S: Fn(String) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Answer> + 'static,
{
    let draft = Draft::open(&record, "reason", String::new(), 0);
    let refusals = RwSignal::new(Vec::<Refused>::new());
    let busy = RwSignal::new(false);
    let said = toasts();
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let reason = draft.value.get_untracked().trim().to_owned();
        if busy.get_untracked() {
            return;
        }
        if reason.is_empty() {
            refusals.set(vec![Refused {
                path: "reason".to_owned(),
                code: Code::Required.word().to_owned(),
                message: t::reason_missing().to_owned(),
            }]);
            return;
        }
        busy.set(true);
        let answer = send(reason);
        spawn_local(async move {
            let answer = answer.await;
            let _ = busy.try_set(false);
            match answer {
                Ok((errors, change)) if errors.is_empty() => {
                    draft.sent();
                    let _ = open.try_set(false);
                    offer_undo(said, change, done());
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
    };
    let options = Signal::derive(move || {
        usual
            .iter()
            .map(|word| ChipOption {
                value: word().to_owned(),
                label: word().to_owned(),
                count: None,
            })
            .collect::<Vec<_>>()
    });
    let on = Signal::derive(move || vec![draft.value.get().trim().to_owned()]);
    let choose = move |words: Vec<String>| draft.value.set(words.into_iter().next_back().unwrap_or_default());
    view! {
        <form class="form" on:submit=submit>
            <DraftNote draft />
            <Refusals refusals shown=vec!["reason"] />
            <p class="muted">{move || hint.get()}</p>
            <FilterChips label=t::reason_usual options on on_change=choose />
            <TextField label=t::exchange_field_reason path="reason" refusals required=true multiline=true value=draft.value />
            <div class="form-foot">
                <Button text=action look=Look::Primary submit=true busy />
                <Button text=t::action_cancel look=Look::Quiet on_press=move |()| open.set(false) />
            </div>
        </form>
    }
}
