//! When the network is gone the application says so, keeps what it has, and tries again by itself and on demand.

use crate::api;
use crate::browser;
use crate::language::t;
use crate::ui::button::Button;
use crate::ui::icon::{Icon, icon};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// Milliseconds between two tries.
const PAUSE: u32 = 10_000;

#[component]
pub fn Offline() -> impl IntoView {
    let connected = RwSignal::new(browser::online());
    let trying = RwSignal::new(false);
    let gone = Memo::new(move |_| !connected.get() || !api::reachable());
    let knock = move || async move {
        trying.set(true);
        if api::knock().await {
            api::try_again();
        }
        trying.set(false);
    };
    let off = window_event_listener(leptos::ev::offline, move |_| connected.set(false));
    let on = window_event_listener(leptos::ev::online, move |_| {
        connected.set(true);
        spawn_local(knock());
    });
    on_cleanup(move || {
        off.remove();
        on.remove();
    });
    Effect::new(move |_| {
        if gone.get() {
            spawn_local(async move {
                while gone.get_untracked() {
                    browser::wait(PAUSE).await;
                    if gone.get_untracked() && !trying.get_untracked() {
                        knock().await;
                    }
                }
            });
        }
    });
    view! {
        <div role="status">
            <Show when=move || gone.get()>
                <div class="banner">
                    {icon(Icon::Alert)}
                    <span>{t::offline_text}</span>
                    <Button text=t::action_retry small=true busy=trying on_press=move |()| spawn_local(knock()) />
                </div>
            </Show>
        </div>
    }
}
