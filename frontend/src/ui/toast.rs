//! Toasts: a line that says what was just done, and takes it back if asked. They wait while one points at them.

use super::button::{Button, Look};
use super::icon::Icon;
use crate::browser;
use crate::language::t;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::sync::Arc;

/// What a toast offers. Not a `Callback`: that would end with whatever said the toast.
type Offer = (String, Arc<dyn Fn() + Send + Sync>);

#[derive(Clone)]
struct Toast {
    id: u64,
    text: String,
    action: Option<Offer>,
}

/// Everything said lately; one for the application, from `toasts()`.
#[derive(Clone, Copy)]
pub struct Toasts {
    shown: RwSignal<Vec<Toast>>,
    held: RwSignal<bool>,
    next: StoredValue<u64>,
}

/// Made once, by the shell.
pub fn provide_toasts() {
    provide_context(Toasts {
        shown: RwSignal::new(Vec::new()),
        held: RwSignal::new(false),
        next: StoredValue::new(1),
    });
}

pub fn toasts() -> Toasts {
    expect_context()
}

/// Long enough to read a line twice, and to reach a button.
const READ: u32 = 6_000;
const REACH: u32 = 12_000;

impl Toasts {
    pub fn say(self, text: impl Into<String>) {
        self.show(text.into(), None);
    }

    /// Says what was done, with a button that takes it back.
    pub fn undo(self, text: impl Into<String>, back: impl Fn() + Send + Sync + 'static) {
        self.offer(text, t::action_undo(), back);
    }

    /// Says something, with one thing that can be done about it.
    pub fn offer(self, text: impl Into<String>, label: &str, action: impl Fn() + Send + Sync + 'static) {
        self.show(text.into(), Some((label.to_owned(), Arc::new(action))));
    }

    fn show(self, text: String, action: Option<Offer>) {
        let id = self.next.get_value();
        self.next.set_value(id + 1);
        let time = if action.is_some() { REACH } else { READ };
        self.shown.update(|shown| shown.push(Toast { id, text, action }));
        spawn_local(async move {
            browser::wait(time).await;
            while self.held.get_untracked() {
                browser::wait(1_000).await;
            }
            self.drop(id);
        });
    }

    fn drop(self, id: u64) {
        self.shown.update(|shown| shown.retain(|toast| toast.id != id));
        // What was pointed at is gone, and nothing says that the pointer left it.
        self.held.set(false);
    }
}

/// Where toasts appear; once, in the shell.
#[component]
pub fn ToastCorner() -> impl IntoView {
    let toasts = toasts();
    view! {
        <div class="stack-tight" role="status" aria-live="polite"
            on:pointerenter=move |_| toasts.held.set(true) on:pointerleave=move |_| toasts.held.set(false)
            on:focusin=move |_| toasts.held.set(true) on:focusout=move |_| toasts.held.set(false)>
            <For each=move || toasts.shown.get() key=|toast| toast.id let:toast>
                <div class="toast">
                    <span>{toast.text}</span>
                    {toast.action.map(|(label, action)| view! {
                        <Button text=label on_press=move |()| { toasts.drop(toast.id); action(); } />
                    })}
                    <Button text=t::action_close look=Look::Quiet mark=Icon::Close icon_only=true on_press=move |()| toasts.drop(toast.id) />
                </div>
            </For>
        </div>
    }
}
