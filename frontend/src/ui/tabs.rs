//! Tabs, after the ARIA pattern: arrows, Home and End move along them; which one is open belongs to the address.

use super::unique;
use leptos::prelude::*;
use std::sync::Arc;

#[derive(Clone)]
pub struct Tab {
    pub key: &'static str,
    pub label: TextProp,
    /// How many things are behind it, when that is known.
    pub count: Option<i64>,
}

impl Tab {
    pub fn new(key: &'static str, label: impl Into<TextProp>) -> Self {
        Self {
            key,
            label: label.into(),
            count: None,
        }
    }

    #[must_use]
    pub const fn count(mut self, count: Option<i64>) -> Self {
        self.count = count;
        self
    }
}

/// `current` that is no tab's key shows the first.
#[component]
pub fn Tabs(
    #[prop(into)] label: TextProp,
    tabs: Vec<Tab>,
    #[prop(into)] current: Signal<String>,
    #[prop(into)] on_change: Callback<String>,
    panel: impl Fn(&str) -> AnyView + Send + Sync + 'static,
) -> impl IntoView {
    let stem = unique("tabs");
    let keys: Arc<[&'static str]> = tabs.iter().map(|tab| tab.key).collect();
    let open = {
        let keys = keys.clone();
        Memo::new(move |_| {
            let current = current.get();
            keys.iter()
                .copied()
                .find(|key| *key == current)
                .or(keys.first().copied())
                .unwrap_or_default()
        })
    };
    let tab_id = {
        let stem = stem.clone();
        move |key: &str| format!("{stem}-{key}")
    };
    let panel_id = format!("{stem}-panel");
    let go = {
        let tab_id = tab_id.clone();
        move |event: web_sys::KeyboardEvent| {
            let here = keys
                .iter()
                .position(|key| *key == open.get_untracked())
                .unwrap_or(0);
            let last = keys.len() - 1;
            let there = match event.key().as_str() {
                "ArrowRight" => {
                    if here == last {
                        0
                    } else {
                        here + 1
                    }
                }
                "ArrowLeft" => {
                    if here == 0 {
                        last
                    } else {
                        here - 1
                    }
                }
                "Home" => 0,
                "End" => last,
                _ => return,
            };
            event.prevent_default();
            on_change.run(keys[there].to_owned());
            crate::browser::focus(&tab_id(keys[there]));
        }
    };
    let labelled = {
        let tab_id = tab_id.clone();
        move || tab_id(open.get())
    };
    view! {
        <div class="tabs">
            <div class="tablist" role="tablist" aria-label=move || label.get().to_string() on:keydown=go>
                {tabs.into_iter().map(|Tab { key, label, count }| view! {
                    <button type="button" role="tab" id=tab_id(key) aria-controls=panel_id.clone()
                        aria-selected=move || (open.get() == key).to_string()
                        tabindex=move || if open.get() == key { "0" } else { "-1" }
                        on:click=move |_| on_change.run(key.to_owned())>
                        <span>{move || label.get()}</span>
                        {count.map(|count| view! { <span class="count">{move || crate::format::number(count)}</span> })}
                    </button>
                }).collect_view()}
            </div>
            <div role="tabpanel" id=panel_id aria-labelledby=labelled tabindex="0">{move || panel(open.get())}</div>
        </div>
    }
}
