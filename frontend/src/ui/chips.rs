//! Chips: a word in a frame, alone, to be switched on and off, or to be removed.

use super::icon::{Icon, icon};
use super::sign::{Sign, SignMark};
use crate::language::t;
use leptos::prelude::*;

/// A word or two, with a chantier's sign and hue if it is about one.
#[component]
pub fn Chip(
    #[prop(into)] text: TextProp,
    #[prop(optional)] sign: Option<Sign>,
    #[prop(optional, into)] href: Option<String>,
) -> impl IntoView {
    let class = sign.map_or_else(|| "chip".to_owned(), |sign| format!("chip hued {}", sign.hue()));
    let inside = view! {
        {sign.map(|sign| view! { <SignMark sign size=super::sign::Size::Small /> })}
        <span>{move || text.get()}</span>
    };
    match href {
        Some(href) => view! { <a class=class href=href>{inside}</a> }.into_any(),
        None => view! { <span class=class>{inside}</span> }.into_any(),
    }
}

#[derive(Clone, PartialEq, Debug)]
pub struct ChipOption {
    pub value: String,
    pub label: String,
    /// How many there are, when that is known.
    pub count: Option<i64>,
}

/// A filter by a few words: each can be on or off. `on` holds the values that are.
#[component]
pub fn FilterChips(
    #[prop(into)] label: TextProp,
    #[prop(into)] options: Signal<Vec<ChipOption>>,
    #[prop(into)] on: Signal<Vec<String>>,
    #[prop(into)] on_change: Callback<Vec<String>>,
) -> impl IntoView {
    let toggle = move |value: &str| {
        let mut values = on.get_untracked();
        match values.iter().position(|it| it == value) {
            Some(place) => drop(values.remove(place)),
            None => values.push(value.to_owned()),
        }
        on_change.run(values);
    };
    view! {
        <div class="chips" role="group" aria-label=move || label.get().to_string()>
            <For each=move || options.get() key=|it| (it.value.clone(), it.label.clone(), it.count) let:option>
                {
                    let value = option.value.clone();
                    let pressed = move || on.with(|on| on.contains(&value)).to_string();
                    let value = option.value.clone();
                    view! {
                        <button type="button" class="chip" aria-pressed=pressed on:click=move |_| toggle(&value)>
                            <span>{option.label}</span>
                            {option.count.map(|count| view! { <span class="count">{move || crate::format::number(count)}</span> })}
                        </button>
                    }
                }
            </For>
        </div>
    }
}

/// What the list is narrowed by, each removable, and all at once. Nothing is drawn when nothing narrows it.
#[component]
pub fn ActiveFilters(
    /// (key to give back, words)
    #[prop(into)]
    filters: Signal<Vec<(String, String)>>,
    #[prop(into)] on_remove: Callback<String>,
    #[prop(into)] on_clear: Callback<()>,
) -> impl IntoView {
    move || {
        let filters = filters.get();
        let many = filters.len() > 1;
        (!filters.is_empty()).then(|| {
            view! {
                <ul class="chips" role="list" aria-label=t::chip_active>
                    {filters.into_iter().map(|(key, words)| {
                        let name = words.clone();
                        view! {
                            <li class="chip">
                                <span>{words}</span>
                                <button type="button" class="remove" aria-label=move || t::chip_remove(name.clone())
                                    on:click=move |_| on_remove.run(key.clone())>
                                    {icon(Icon::Close)}
                                </button>
                            </li>
                        }
                    }).collect_view()}
                    {many.then(|| view! {
                        <li><button type="button" class="button quiet small" on:click=move |_| on_clear.run(())>{t::chip_clear}</button></li>
                    })}
                </ul>
            }
        })
    }
}

/// The life of a thing, in a shape as well as a colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Course {
    Planned,
    Going,
    Done,
    Late,
    Stopped,
    Unsure,
}

#[component]
pub fn Status(course: Course, #[prop(into)] text: TextProp) -> impl IntoView {
    let class = match course {
        Course::Planned => "status planned",
        Course::Going => "status going",
        Course::Done => "status done",
        Course::Late => "status late",
        Course::Stopped => "status stopped",
        Course::Unsure => "status unsure",
    };
    view! { <span class=class>{move || text.get()}</span> }
}

/// New since the reader's last visit.
#[component]
pub fn NewMark() -> impl IntoView {
    view! { <span class="new-mark">{t::mark_new}</span> }
}
