//! Select with search, after the ARIA combobox pattern: type to narrow, arrows to move, Enter to take, Escape to
//! leave, Backspace in an empty field to drop the last. One or several can be taken.

use super::field::{Control, Refused, framed};
use super::fold::matches;
use super::icon::{Icon, icon};
use super::sign::{Sign, SignMark};
use super::unique;
use crate::language::t;
use leptos::prelude::*;

#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    pub value: String,
    pub label: String,
    /// A word that tells two alike apart (the province of a commune).
    pub detail: Option<String>,
    pub sign: Option<Sign>,
}

impl Choice {
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self {
            value: value.into(),
            label: label.into(),
            detail: None,
            sign: None,
        }
    }

    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    #[must_use]
    pub const fn sign(mut self, sign: Sign) -> Self {
        self.sign = Some(sign);
        self
    }
}

/// How many options are drawn at once; typing narrows the rest.
const SHOWN: usize = 60;

/// `taken` holds the values taken, at most one unless `multiple`. With `on_search` the options come from elsewhere
/// for what is typed, and are not narrowed again here.
#[component]
pub fn Combobox(
    #[prop(into)] label: TextProp,
    #[prop(into)] options: Signal<Vec<Choice>>,
    taken: RwSignal<Vec<String>>,
    #[prop(optional)] multiple: bool,
    #[prop(optional, into)] hint: Option<TextProp>,
    #[prop(optional, into)] path: String,
    #[prop(optional, into)] refusals: Signal<Vec<Refused>>,
    #[prop(optional)] required: bool,
    #[prop(optional, into)] on_search: Option<Callback<String>>,
) -> impl IntoView {
    let control = move |control: Control| body(control, options, taken, multiple, on_search);
    framed(label, hint, path, refusals, required, control)
}

fn body(
    control: Control,
    options: Signal<Vec<Choice>>,
    taken: RwSignal<Vec<String>>,
    multiple: bool,
    on_search: Option<Callback<String>>,
) -> AnyView {
    let list_id = unique("list");
    let typed = RwSignal::new(String::new());
    let open = RwSignal::new(false);
    let active = RwSignal::new(0_usize);
    let input = NodeRef::<leptos::html::Input>::new();

    let label_of = move |value: &str| {
        options.with(|options| {
            options
                .iter()
                .find(|it| it.value == value)
                .map_or_else(|| value.to_owned(), |it| it.label.clone())
        })
    };
    let found = Memo::new(move |_| {
        let typed = typed.get();
        options.with(|options| {
            options
                .iter()
                .filter(|it| on_search.is_some() || matches(&it.label, &typed))
                .take(SHOWN)
                .cloned()
                .collect::<Vec<_>>()
        })
    });
    let take = move |value: String| {
        taken.update(|taken| {
            if let Some(place) = taken.iter().position(|it| *it == value) {
                taken.remove(place);
            } else if multiple {
                taken.push(value);
            } else {
                *taken = vec![value];
            }
        });
        typed.set(String::new());
        if !multiple {
            open.set(false);
        }
        if let Some(input) = input.get_untracked() {
            let _ = input.focus();
        }
    };
    let move_by = move |step: isize| {
        let count = found.with_untracked(Vec::len);
        if !open.get_untracked() {
            open.set(true);
        } else if count > 0 {
            active.update(|active| *active = active.saturating_add_signed(step).min(count - 1));
        }
    };
    let key = move |event: web_sys::KeyboardEvent| match event.key().as_str() {
        "ArrowDown" => {
            event.prevent_default();
            move_by(1);
        }
        "ArrowUp" => {
            event.prevent_default();
            move_by(-1);
        }
        "Enter" if open.get_untracked() => {
            event.prevent_default();
            if let Some(choice) = found.with_untracked(|found| found.get(active.get_untracked()).cloned()) {
                take(choice.value);
            }
        }
        "Escape" if open.get_untracked() => {
            event.prevent_default();
            event.stop_propagation();
            open.set(false);
        }
        "Backspace" if typed.with_untracked(String::is_empty) => {
            taken.update(|taken| {
                taken.pop();
            });
        }
        _ => {}
    };
    let option_id = {
        let list_id = list_id.clone();
        move |place: usize| format!("{list_id}-{place}")
    };
    let active_id = {
        let option_id = option_id.clone();
        move || {
            (open.get() && found.with(|found| active.get() < found.len())).then(|| option_id(active.get()))
        }
    };
    let controls = list_id.clone();
    view! {
        <div class="combobox" on:focusout=move |event| {
            if !within(&event) { open.set(false); }
        }>
            {move || taken.get().into_iter().map(|value| {
                let label = label_of(&value);
                let name = label.clone();
                let drop = move |_| taken.update(|taken| taken.retain(|it| *it != value));
                view! {
                    <span class="chip">
                        <span>{label}</span>
                        <button type="button" class="remove" aria-label=move || t::chip_remove(name.clone()) on:click=drop>
                            {icon(Icon::Close)}
                        </button>
                    </span>
                }
            }).collect_view()}
            <input type="text" id=control.id role="combobox" autocomplete="off" aria-autocomplete="list" node_ref=input
                aria-expanded=move || open.get().to_string() aria-controls=controls aria-activedescendant=active_id
                aria-describedby=control.described_by aria-invalid=control.invalid
                placeholder=move || taken.with(Vec::is_empty).then(t::combobox_placeholder)
                prop:value=typed
                on:input=move |event| {
                    typed.set(event_target_value(&event));
                    active.set(0);
                    open.set(true);
                    if let Some(on_search) = on_search { on_search.run(typed.get_untracked()); }
                }
                on:click=move |_| open.set(true)
                on:keydown=key />
            <ul class="listbox" role="listbox" id=list_id aria-multiselectable=multiple.then_some("true") hidden=move || !open.get()>
                {move || {
                    let found = found.get();
                    if found.is_empty() {
                        return view! { <li class="none" role="presentation">{t::combobox_none}</li> }.into_any();
                    }
                    found.into_iter().enumerate().map(|(place, choice)| {
                        let value = choice.value.clone();
                        let chosen = { let value = value.clone(); move || taken.with(|taken| taken.contains(&value)).to_string() };
                        view! {
                            <li role="option" id=option_id(place) aria-selected=chosen
                                class:active=move || active.get() == place
                                on:mousemove=move |_| if active.get_untracked() != place { active.set(place) }
                                on:mousedown=|event| event.prevent_default()
                                on:click=move |_| take(value.clone())>
                                {choice.sign.map(|sign| view! { <SignMark sign size=super::sign::Size::Small /> })}
                                <span>{choice.label}</span>
                                {choice.detail.map(|detail| view! { <span class="detail">{detail}</span> })}
                            </li>
                        }
                    }).collect_view().into_any()
                }}
            </ul>
            <span class="visually-hidden" role="status">
                {move || open.get().then(|| t::combobox_count(found.with(Vec::len)))}
            </span>
        </div>
    }
    .into_any()
}

/// Does the focus stay inside the element that listens?
fn within(event: &web_sys::FocusEvent) -> bool {
    use wasm_bindgen::JsCast;
    let to = event
        .related_target()
        .and_then(|it| it.dyn_into::<web_sys::Node>().ok());
    let here = event
        .current_target()
        .and_then(|it| it.dyn_into::<web_sys::Node>().ok());
    here.is_some_and(|here| here.contains(to.as_ref()))
}
