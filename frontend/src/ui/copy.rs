//! A text to be taken elsewhere: shown whole, and copied by one press.

use super::button::{Button, Look};
use super::toast::{Toasts, toasts};
use crate::browser;
use crate::language::t;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// Copies, and says what came of it.
pub fn copy_text(said: Toasts, text: String) {
    spawn_local(async move {
        said.say(if browser::copy(&text).await {
            t::action_copied()
        } else {
            t::action_not_copied()
        });
    });
}

/// `label` says what it is; `primary` where copying it is what one came for.
#[component]
pub fn CopyField(
    #[prop(into)] label: TextProp,
    text: String,
    #[prop(optional)] primary: bool,
) -> impl IntoView {
    let said = toasts();
    let copied = text.clone();
    let copy = move |()| copy_text(said, copied.clone());
    let look = if primary { Look::Primary } else { Look::Plain };
    view! {
        <div class="copy-field">
            <input class="input" type="text" readonly aria-label=move || label.get().to_string() prop:value=text
                on:focus=|event| { event_target::<web_sys::HtmlInputElement>(&event).select(); } />
            <Button text=t::action_copy look on_press=copy />
        </div>
    }
}
