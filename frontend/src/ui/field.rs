//! Form fields: a label, a hint, the control, and what the server or our own check refused, tied together for
//! screen readers. A field's `path` is the one that refusals name (`contacts.0.email`).

use super::icon::{Icon, icon};
use super::unique;
use crate::format;
use crate::language::t;
use domain::PartialDate;
use domain::date::Inferred;
use leptos::prelude::*;
use std::str::FromStr;

/// One thing that was refused, already in the reader's language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    pub path: String,
    pub code: String,
    pub message: String,
}

/// What a control needs in order to belong to its field.
#[derive(Clone)]
pub struct Control {
    pub id: String,
    pub described_by: Signal<Option<String>>,
    pub invalid: Signal<Option<&'static str>>,
}

/// The frame around any control. `path` "" takes no refusals.
#[component]
pub fn Field(
    #[prop(into)] label: TextProp,
    #[prop(optional, into)] hint: Option<TextProp>,
    #[prop(optional, into)] path: String,
    #[prop(optional, into)] refusals: Signal<Vec<Refused>>,
    #[prop(optional)] required: bool,
    control: impl FnOnce(Control) -> AnyView,
) -> impl IntoView {
    let id = unique("field");
    let (hint_id, error_id) = (format!("{id}-hint"), format!("{id}-error"));
    let own = Memo::new(move |_| refused_at(&refusals.get(), &path));
    let described_by = {
        let hint = hint.as_ref().map(|_| hint_id.clone());
        let error = error_id.clone();
        Signal::derive(move || {
            let error = own.with(|own| (!own.is_empty()).then(|| error.clone()));
            match (hint.clone(), error) {
                (None, None) => None,
                (hint, error) => Some([hint, error].into_iter().flatten().collect::<Vec<_>>().join(" ")),
            }
        })
    };
    let invalid = Signal::derive(move || own.with(|own| (!own.is_empty()).then_some("true")));
    let control = control(Control {
        id: id.clone(),
        described_by,
        invalid,
    });
    view! {
        <div class="field" class:refused=move || own.with(|own| !own.is_empty())>
            <label for=id>
                {move || label.get()}
                {(!required).then(|| view! { <span class="optional">" " {t::field_optional}</span> })}
            </label>
            {hint.map(|hint| view! { <p class="hint" id=hint_id>{move || hint.get()}</p> })}
            {control}
            {move || {
                let messages = own.get();
                let id = error_id.clone();
                (!messages.is_empty()).then(|| view! { <ul class="errors" id=id>{errors(messages)}</ul> })
            }}
        </div>
    }
}

fn refused_at(refusals: &[Refused], path: &str) -> Vec<String> {
    refusals
        .iter()
        .filter(|it| !path.is_empty() && it.path == path)
        .map(|it| it.message.clone())
        .collect()
}

fn errors(messages: Vec<String>) -> impl IntoView {
    messages
        .into_iter()
        .map(|message| view! { <li>{icon(Icon::Alert)} <span>{message}</span></li> })
        .collect_view()
}

/// What was refused and belongs to no field of this form, above it; takes the focus when it appears.
#[component]
pub fn Refusals(
    #[prop(into)] refusals: Signal<Vec<Refused>>,
    #[prop(optional)] shown: Vec<&'static str>,
) -> impl IntoView {
    move || {
        let other: Vec<String> = refusals
            .get()
            .into_iter()
            .filter(|it| !shown.contains(&it.path.as_str()))
            .map(|it| it.message)
            .collect();
        (!other.is_empty()).then(|| {
            view! {
                <div class="refusals" role="alert">
                    <p class="title">{t::form_refused}</p>
                    <ul>{other.into_iter().map(|message| view! { <li>{message}</li> }).collect_view()}</ul>
                </div>
            }
        })
    }
}

/// One line of text, or several with `multiline`. `kind` is the HTML type (text, email, password, url, search, tel).
#[component]
pub fn TextField(
    #[prop(into)] label: TextProp,
    value: RwSignal<String>,
    #[prop(optional, into)] hint: Option<TextProp>,
    #[prop(optional, into)] path: String,
    #[prop(optional, into)] refusals: Signal<Vec<Refused>>,
    #[prop(optional)] required: bool,
    #[prop(default = "text")] kind: &'static str,
    #[prop(default = "off")] autocomplete: &'static str,
    #[prop(optional)] multiline: bool,
    #[prop(optional)] max_length: Option<u32>,
) -> impl IntoView {
    let control = move |control: Control| {
        let length = max_length.map(|length| length.to_string());
        if multiline {
            view! {
                <textarea class="input" id=control.id required=required maxlength=length aria-describedby=control.described_by
                    aria-invalid=control.invalid prop:value=value on:input=move |event| value.set(event_target_value(&event))>
                </textarea>
            }
            .into_any()
        } else {
            view! {
                <input class="input" type=kind id=control.id required=required maxlength=length autocomplete=autocomplete
                    aria-describedby=control.described_by aria-invalid=control.invalid prop:value=value
                    on:input=move |event| value.set(event_target_value(&event)) />
            }
            .into_any()
        }
    };
    framed(label, hint, path, refusals, required, control)
}

/// A number as it was typed (a comma is a point), with its unit. Empty is unknown, never zero.
#[component]
pub fn NumberField(
    #[prop(into)] label: TextProp,
    value: RwSignal<String>,
    #[prop(optional, into)] hint: Option<TextProp>,
    #[prop(optional, into)] path: String,
    #[prop(optional, into)] refusals: Signal<Vec<Refused>>,
    #[prop(optional)] required: bool,
    #[prop(optional, into)] unit: Option<TextProp>,
) -> impl IntoView {
    let control = move |control: Control| {
        let input = view! {
            <input class="input number" type="text" inputmode="decimal" id=control.id required=required autocomplete="off"
                aria-describedby=control.described_by aria-invalid=control.invalid prop:value=value
                on:input=move |event| value.set(event_target_value(&event).replace(',', "."))  />
        };
        match unit {
            Some(unit) => {
                view! { <div class="with-unit">{input} <span class="unit">{move || unit.get()}</span></div> }
                    .into_any()
            }
            None => input.into_any(),
        }
    };
    framed(label, hint, path, refusals, required, control)
}

/// One of a few: the browser's own select. For many, `Combobox`.
#[component]
pub fn SelectField(
    #[prop(into)] label: TextProp,
    value: RwSignal<String>,
    #[prop(into)] options: Signal<Vec<(String, String)>>,
    #[prop(optional, into)] hint: Option<TextProp>,
    #[prop(optional, into)] path: String,
    #[prop(optional, into)] refusals: Signal<Vec<Refused>>,
    #[prop(optional)] required: bool,
) -> impl IntoView {
    let control = move |control: Control| {
        view! {
            <select class="input" id=control.id required=required aria-describedby=control.described_by aria-invalid=control.invalid
                prop:value=value on:change=move |event| value.set(event_target_value(&event))>
                {move || {
                    let current = value.get_untracked();
                    options.get().into_iter().map(|(key, label)| {
                        let selected = key == current;
                        view! { <option value=key selected=selected>{label}</option> }
                    }).collect_view()
                }}
            </select>
        }
        .into_any()
    };
    framed(label, hint, path, refusals, required, control)
}

/// A date with holes, as the text that `PartialDate` reads (`2021-06-01`, `2021?-06`, `XXXX-06-08`, "" for unknown):
/// any part can be left out, and what was worked out rather than stated is said to be.
#[component]
pub fn DateField(
    #[prop(into)] label: TextProp,
    value: RwSignal<String>,
    #[prop(optional, into)] hint: Option<TextProp>,
    #[prop(optional, into)] path: String,
    #[prop(optional, into)] refusals: Signal<Vec<Refused>>,
) -> impl IntoView {
    let id = unique("date");
    let hint_id = format!("{id}-hint");
    let own = Memo::new(move |_| refused_at(&refusals.get(), &path));
    let parts = RwSignal::new(Parts::of(&value.get_untracked()));
    // Set from elsewhere (a draft thrown away): the parts follow.
    Effect::new(move |_| {
        let text = value.get();
        if parts.with_untracked(|parts| parts.text() != text) {
            parts.set(Parts::of(&text));
        }
    });
    let set = move |change: &dyn Fn(&mut Parts)| {
        parts.update(change);
        value.set(parts.with_untracked(Parts::text));
    };
    let typed = |event: &web_sys::Event| event_target_value(event).trim().to_owned();
    view! {
        <fieldset class="field" class:refused=move || own.with(|own| !own.is_empty()) aria-describedby=hint_id.clone()>
            <legend>{move || label.get()}</legend>
            <p class="hint" id=hint_id.clone()>
                {move || hint.as_ref().map_or_else(|| t::field_date_hint().into(), TextProp::get)}
            </p>
            <div class="date-parts">
                <label>
                    <small>{t::field_day}</small>
                    <input class="input number" type="text" inputmode="numeric" maxlength="2" prop:value=move || parts.get().day
                        on:change=move |event| { let typed = typed(&event); set(&|it| it.day.clone_from(&typed)); } />
                </label>
                <label>
                    <small>{t::field_month}</small>
                    <select class="input" on:change=move |event| { let typed = typed(&event); set(&|it| it.month.clone_from(&typed)); }>
                        <option value="" prop:selected=move || parts.get().month.is_empty()>{t::fact_unknown}</option>
                        {(1..=12u8).map(|month| view! {
                            <option value=month.to_string() prop:selected=move || parts.get().month == month.to_string()>
                                {move || format::month_name(month)}
                            </option>
                        }).collect_view()}
                    </select>
                </label>
                <label>
                    <small>{t::field_year}</small>
                    <input class="input number" type="text" inputmode="numeric" maxlength="4" prop:value=move || parts.get().year
                        on:change=move |event| { let typed = typed(&event); set(&|it| it.year.clone_from(&typed)); } />
                </label>
            </div>
            <label class="date-stated">
                <span class="visually-hidden">{t::field_stated_label}</span>
                <select class="input" on:change=move |event| { let typed = typed(&event); set(&|it| it.inferred = Inferred::from_str(&typed).unwrap_or(Inferred::Nothing)); }>
                    {Inferred::ALL.iter().map(|inferred| view! {
                        <option value=inferred.word() prop:selected=move || parts.get().inferred == *inferred>
                            {move || match inferred {
                                Inferred::Nothing => t::field_stated(),
                                Inferred::Year => t::field_year_inferred(),
                                Inferred::Whole => t::field_inferred(),
                            }}
                        </option>
                    }).collect_view()}
                </select>
            </label>
            <p class="muted small" aria-live="polite">
                {move || {
                    let text = value.get();
                    match (text.is_empty(), text.parse().ok()) {
                        (false, None) => t::field_date_wrong().to_owned(),
                        (_, date) => format::partial(date),
                    }
                }}
            </p>
            {move || {
                let messages = own.get();
                (!messages.is_empty()).then(|| view! { <ul class="errors" role="alert">{errors(messages)}</ul> })
            }}
        </fieldset>
    }
}

/// A date while it is being filled in, when it need not be one yet.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Parts {
    year: String,
    month: String,
    day: String,
    inferred: Inferred,
}

impl Parts {
    fn of(text: &str) -> Self {
        let date = text.parse::<PartialDate>().ok();
        let part = |part: Option<String>| part.unwrap_or_default();
        Self {
            year: part(date.and_then(PartialDate::year).map(|it| it.to_string())),
            month: part(date.and_then(PartialDate::month).map(|it| it.to_string())),
            day: part(date.and_then(PartialDate::day_of_month).map(|it| it.to_string())),
            inferred: date.map_or(Inferred::Nothing, PartialDate::inferred),
        }
    }

    fn text(&self) -> String {
        let Self {
            year,
            month,
            day,
            inferred,
        } = self;
        if year.is_empty() && month.is_empty() && day.is_empty() {
            return String::new();
        }
        let mut text = if year.is_empty() {
            "XXXX".to_owned()
        } else {
            format!("{year:0>4}")
        };
        if *inferred == Inferred::Year {
            text.push('?');
        }
        for part in [month, day] {
            if !part.is_empty() {
                text.push_str(&format!("-{part:0>2}"));
            }
        }
        if *inferred == Inferred::Whole {
            text.push('?');
        }
        text
    }
}

/// Yes or no, its words beside it.
#[component]
pub fn CheckField(#[prop(into)] label: TextProp, value: RwSignal<bool>) -> impl IntoView {
    view! {
        <label class="check">
            <input type="checkbox" prop:checked=value on:change=move |event| value.set(event_target_checked(&event)) />
            <span>{move || label.get()}</span>
        </label>
    }
}

/// `Field` with optional parts already optional.
pub(crate) fn framed(
    label: TextProp,
    hint: Option<TextProp>,
    path: String,
    refusals: Signal<Vec<Refused>>,
    required: bool,
    control: impl FnOnce(Control) -> AnyView,
) -> AnyView {
    match hint {
        Some(hint) => view! { <Field label hint path refusals required control /> }.into_any(),
        None => view! { <Field label path refusals required control /> }.into_any(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_that_is_read_is_written_the_same() {
        for text in [
            "2021",
            "2021-06",
            "2021-06-01",
            "XXXX-06-08",
            "2021?-06-01",
            "2024-01?",
            "",
        ] {
            assert_eq!(Parts::of(text).text(), text);
        }
    }
}
