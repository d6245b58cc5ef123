//! Keys that work everywhere: `/` searches, `g` and a letter goes places, `?` lists them. Not while one types.

use super::Overlays;
use super::places::places;
use crate::browser;
use crate::language::t;
use crate::session;
use crate::ui::dialog::Dialog;
use leptos::prelude::*;
use leptos_router::hooks::use_navigate;
use wasm_bindgen::JsCast;

/// Milliseconds for the letter behind `g`.
const SOON: f64 = 1_500.0;

#[component]
pub fn Keys() -> impl IntoView {
    let overlays: Overlays = expect_context();
    let navigate = use_navigate();
    let went = StoredValue::new(f64::NEG_INFINITY);
    let pressed = window_event_listener(leptos::ev::keydown, move |event| {
        if event.ctrl_key()
            || event.meta_key()
            || event.alt_key()
            || event.default_prevented()
            || is_typing(&event)
        {
            return;
        }
        let key = event.key();
        let behind_g = browser::now() - went.get_value() < SOON;
        went.set_value(f64::NEG_INFINITY);
        match key.as_str() {
            "/" => overlays.search.set(true),
            "?" => overlays.keys.set(true),
            "g" => went.set_value(browser::now()),
            key if behind_g => {
                let role = untrack(|| session::person().map(|it| it.role));
                let Some(place) = places(role).find(|place| key == place.key.to_string()) else {
                    return;
                };
                navigate(place.href, leptos_router::NavigateOptions::default());
            }
            _ => return,
        }
        event.prevent_default();
    });
    on_cleanup(move || pressed.remove());
    view! {
        <Dialog open=overlays.keys title=t::keys_title>
            <dl class="keys">
                <div><dt>{t::keys_search}</dt><dd><kbd>"/"</kbd></dd></div>
                <div><dt>{t::keys_list}</dt><dd><kbd>"?"</kbd></dd></div>
                <div><dt>{t::keys_close}</dt><dd><kbd>{t::keys_escape}</kbd></dd></div>
                <div><dt>{t::keys_grid}</dt><dd><kbd>"←"</kbd><kbd>"↑"</kbd><kbd>"↓"</kbd><kbd>"→"</kbd></dd></div>
                <div><dt>{t::keys_map}</dt><dd><kbd>"+"</kbd><kbd>"−"</kbd><kbd>"0"</kbd></dd></div>
                {move || places(session::person().map(|it| it.role)).map(|place| view! {
                    <div><dt>{place.name}</dt><dd><kbd>"g"</kbd><kbd>{place.key.to_string()}</kbd></dd></div>
                }).collect_view()}
            </dl>
        </Dialog>
    }
}

/// In a field, or inside a dialog that has its own keys.
fn is_typing(event: &web_sys::KeyboardEvent) -> bool {
    let Some(element) = event
        .target()
        .and_then(|it| it.dyn_into::<web_sys::Element>().ok())
    else {
        return false;
    };
    element
        .closest("input, textarea, select, [contenteditable='true'], dialog")
        .ok()
        .flatten()
        .is_some()
}
