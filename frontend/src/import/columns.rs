//! Which column of the file feeds which field, with what is read of its first lines shown at once; what stands in every
//! line; how numbers, days and lists are written.

use super::read::{Ask, Import};
use super::words;
use crate::language::{language, t};
use crate::ui::button::{Button, Look};
use crate::ui::field::SelectField;
use crate::ui::icon::Icon;
use crate::ui::page::Section;
use crate::ui::unique;
use domain::import::{
    Cell, DateOrder, DecimalMark, Field, FieldMapping, Format, Mapping, Of, Reader, ValueMapping, fields,
};
use domain::push::Pushed;
use leptos::prelude::*;
use serde_json::Value;

type Mapped = RwSignal<Mapping>;

/// The fields that can be chosen, by their labels.
fn choices(what: Pushed) -> Vec<(&'static str, &'static str)> {
    let lang = language();
    fields(what)
        .iter()
        .map(|field| (field.name, field.label(lang)))
        .collect()
}

fn known(what: Pushed, name: &str) -> Option<&'static Field> {
    fields(what).iter().find(|field| field.name == name)
}

/// The field that a column feeds.
fn fed_by(mapping: &Mapping, column: &str) -> Option<FieldMapping> {
    mapping
        .fields
        .iter()
        .find(|fed| fed.column.as_deref() == Some(column))
        .cloned()
}

/// A column feeds this field from now on, and no other; "" for none.
fn feed(mapping: &mut Mapping, column: &str, field: &str) {
    let values = fed_by(mapping, column)
        .filter(|fed| fed.field == field)
        .map(|fed| fed.values)
        .unwrap_or_default();
    mapping
        .fields
        .retain(|fed| fed.column.as_deref() != Some(column) && (field.is_empty() || fed.field != field));
    if !field.is_empty() {
        mapping.fields.push(FieldMapping {
            field: field.to_owned(),
            column: Some(column.to_owned()),
            constant: None,
            values,
        });
    }
}

/// What a word of a column's means from now on; "" forgets it.
fn translate(mapping: &mut Mapping, field: &str, from: &str, to: &str) {
    if let Some(fed) = mapping.fields.iter_mut().find(|fed| fed.field == field) {
        fed.values.retain(|value| value.from != from);
        if !to.is_empty() {
            fed.values.push(ValueMapping {
                from: from.to_owned(),
                to: to.to_owned(),
            });
        }
    }
}

/// A sample as the file has it: what looks like a number in a spreadsheet is one.
fn cell(format: Format, sample: &str) -> Cell {
    let is_number = format == Format::Xlsx && sample.parse::<f64>().is_ok() && !sample.starts_with('0');
    match (sample.is_empty(), is_number) {
        (true, _) => Cell::Empty,
        (false, true) => Cell::Number {
            number: sample.to_owned(),
        },
        (false, false) => Cell::Text(sample.to_owned()),
    }
}

/// What was read, for a person.
fn shown(of: Of, value: &Value) -> String {
    match value {
        Value::Bool(true) => t::history_yes().to_owned(),
        Value::Bool(false) => t::history_no().to_owned(),
        Value::String(text) => match of {
            Of::Word(list) => words::closed(list, text),
            Of::Text
            | Of::Record(_)
            | Of::Number
            | Of::Degrees
            | Of::Whole
            | Of::Kilometres
            | Of::Flag
            | Of::Day
            | Of::Instant
            | Of::Texts
            | Of::Words(_)
            | Of::Months
            | Of::Product
            | Of::Commune
            | Of::EnterpriseNumber => text.clone(),
        },
        Value::Array(values) => {
            let one = |value: &Value| match (of, value.as_str()) {
                (Of::Words(list), Some(word)) => words::closed(list, word),
                (_, Some(text)) => text.to_owned(),
                (_, None) => value.to_string(),
            };
            values.iter().map(one).collect::<Vec<_>>().join(", ")
        }
        Value::Null | Value::Number(_) | Value::Object(_) => value.to_string(),
    }
}

#[component]
pub fn Columns(import: Import, doing: Callback<Ask>, busy: RwSignal<bool>) -> impl IntoView {
    let Import {
        record_type: what,
        format,
        columns,
        mapping,
        ..
    } = import;
    let mapping: Mapped = RwSignal::new(mapping.into());
    let headers: Vec<String> = columns.iter().map(|column| column.name.clone()).collect();
    let has_name = Memo::new(move |_| mapping.with(|it| it.of("externalId").or(it.of("id")).is_some()));
    let preview = move |()| {
        let mut mapping = mapping.get_untracked();
        // A value that was not filled in says nothing.
        let is_said = |fed: &FieldMapping| {
            fed.column.is_some() || fed.constant.as_ref().is_some_and(|it| !it.trim().is_empty())
        };
        mapping.fields.retain(is_said);
        doing.run(Ask::Preview(mapping));
    };
    view! {
        <Section title=t::import_step_columns note=t::import_columns_note broad=true>
            <ul class="import-columns" role="list">
                {columns.into_iter().map(|column| {
                    let headers = headers.clone();
                    view! { <OneColumn name=column.name samples=column.samples headers what format mapping /> }
                }).collect_view()}
            </ul>
        </Section>
        <Section title=t::import_constants note=t::import_constants_note><Constants what mapping /></Section>
        <Section title=t::import_writing><Writing mapping /></Section>
        <div class="form-foot import-foot">
            <Button text=t::import_do_preview look=Look::Primary mark=Icon::Forward busy on_press=preview disabled=Signal::derive(move || !has_name.get()) />
            <span class="kept" role="status">{move || if has_name.get() { t::import_nothing_written() } else { t::import_needs_name() }}</span>
        </div>
    }
}

#[component]
fn OneColumn(
    name: String,
    samples: Vec<String>,
    headers: Vec<String>,
    what: Pushed,
    format: Format,
    mapping: Mapped,
) -> impl IntoView {
    let id = unique("column");
    let column = name.clone();
    let fed = Memo::new(move |_| mapping.with(|it| fed_by(it, &column)));
    let field = Memo::new(move |_| fed.get().map(|it| it.field).unwrap_or_default());
    let mut distinct: Vec<String> = Vec::new();
    for sample in samples.iter().filter(|sample| !sample.trim().is_empty()) {
        if !distinct.contains(sample) {
            distinct.push(sample.clone());
        }
    }
    let place = headers.iter().position(|header| *header == name).unwrap_or(0);
    let read = {
        let distinct = distinct.clone();
        Memo::new(move |_| {
            let field = field.get();
            let Some(known) = known(what, &field) else {
                return Vec::new();
            };
            mapping.with(|mapping| {
                let reader = Reader::new(what, mapping, &headers);
                let said = |sample: &String| {
                    let mut cells = vec![Cell::Empty; place + 1];
                    cells[place] = cell(format, sample);
                    let said = reader.said(&field, &cells);
                    let said = said.map(|value| value.map(|value| shown(known.of, &value)));
                    (sample.clone(), said.map_err(|why| why.message(language())))
                };
                distinct.iter().take(3).map(said).collect::<Vec<_>>()
            })
        })
    };
    let column = name.clone();
    let choose = move |event: web_sys::Event| {
        let chosen = event_target_value(&event);
        mapping.update(|mapping| feed(mapping, &column, &chosen));
    };
    let unclear = Memo::new(move |_| {
        let words: Option<Vec<(String, String)>> = match known(what, &field.get())?.of {
            Of::Word(list) | Of::Words(list) => Some(
                list.words()
                    .into_iter()
                    .map(|word| (word.to_owned(), words::closed(list, word)))
                    .collect(),
            ),
            Of::Flag => Some(vec![
                ("true".to_owned(), t::history_yes().to_owned()),
                ("false".to_owned(), t::history_no().to_owned()),
            ]),
            Of::Text
            | Of::Record(_)
            | Of::Number
            | Of::Degrees
            | Of::Whole
            | Of::Kilometres
            | Of::Day
            | Of::Instant
            | Of::Texts
            | Of::Months
            | Of::Product
            | Of::Commune
            | Of::EnterpriseNumber => None,
        };
        let wrong: Vec<String> = read
            .get()
            .into_iter()
            .filter(|(_, said)| said.is_err())
            .map(|(from, _)| from)
            .collect();
        words.filter(|_| !wrong.is_empty()).map(|words| (wrong, words))
    });
    let empty = distinct.is_empty();
    view! {
        <li class="sheet">
            <div class="import-from">
                <label for=id.clone()>{name.clone()}</label>
                {empty.then(|| view! { <p class="muted small">{t::import_column_empty}</p> })}
            </div>
            <select class="input" id=id on:change=choose>
                <option value="" selected=move || field.get().is_empty()>{t::import_not_imported}</option>
                {move || choices(what).into_iter().map(|(key, label)| view! {
                    <option value=key selected=move || field.get() == key>{label}</option>
                }).collect_view()}
            </select>
            <ul class="import-read" role="list" aria-live="polite">
                {move || {
                    let all = read.get();
                    let plain = distinct.clone();
                    if all.is_empty() {
                        return plain.into_iter().take(3).map(|sample| view! { <li class="muted">{sample}</li> }.into_any()).collect_view();
                    }
                    all.into_iter().map(|(sample, said)| match said {
                        Ok(said) => view! { <li><span class="muted">{sample}</span> <span aria-hidden="true">"→"</span> <strong>{said.unwrap_or_else(|| t::import_says_nothing().to_owned())}</strong></li> }.into_any(),
                        Err(why) => view! { <li class="refused"><span>{sample}</span> <span aria-hidden="true">"→"</span> <span>{why}</span></li> }.into_any(),
                    }).collect_view()
                }}
            </ul>
            {move || unclear.get().map(|(wrong, words)| wrong.into_iter().map(|from| {
                let words = words.clone();
                view! { <Meaning from words field=field.get() mapping /> }
            }).collect_view())}
        </li>
    }
}

/// What does this word of the file mean?
#[component]
fn Meaning(from: String, words: Vec<(String, String)>, field: String, mapping: Mapped) -> impl IntoView {
    let id = unique("meaning");
    let asked = from.clone();
    let choose = move |event: web_sys::Event| {
        let to = event_target_value(&event);
        mapping.update(|mapping| translate(mapping, &field, &from, &to));
    };
    view! {
        <div class="import-meaning">
            <label for=id.clone()>{move || t::import_means(asked.clone())}</label>
            <select class="input" id=id on:change=choose>
                <option value="">{t::import_unclear}</option>
                {words.into_iter().map(|(word, label)| view! { <option value=word>{label}</option> }).collect_view()}
            </select>
        </div>
    }
}

/// What is the same in every line.
#[component]
fn Constants(what: Pushed, mapping: Mapped) -> impl IntoView {
    let constants = Memo::new(move |_| {
        mapping.with(|it| {
            let fed = it.fields.iter().filter(|fed| fed.column.is_none());
            fed.map(|fed| fed.field.clone()).collect::<Vec<_>>()
        })
    });
    let free = move || {
        let taken = mapping.with(|it| it.fields.iter().map(|fed| fed.field.clone()).collect::<Vec<_>>());
        let mut free = choices(what);
        free.retain(|(key, _)| !taken.iter().any(|it| it == key) && !matches!(*key, "id" | "externalId"));
        free
    };
    let add = move |event: web_sys::Event| {
        let field = event_target_value(&event);
        if !field.is_empty() {
            mapping.update(|it| {
                it.fields.push(FieldMapping {
                    field,
                    column: None,
                    constant: Some(String::new()),
                    values: Vec::new(),
                });
            });
        }
    };
    let id = unique("constant");
    view! {
        <div class="stack import-constants">
            <For each=move || constants.get() key=Clone::clone let:field>
                <Constant field what mapping />
            </For>
            <div class="field">
                <label for=id.clone()>{t::import_add_constant}</label>
                <select class="input" id=id on:change=add>
                    <option value="" selected=move || { constants.track(); true }>{t::import_choose_field}</option>
                    {move || free().into_iter().map(|(key, label)| view! { <option value=key>{label}</option> }).collect_view()}
                </select>
            </div>
        </div>
    }
}

#[component]
fn Constant(field: String, what: Pushed, mapping: Mapped) -> impl IntoView {
    let id = unique("value");
    let known = known(what, &field);
    let label = move || known.map(|known| known.label(language())).unwrap_or_default();
    let name = field.clone();
    let now = mapping
        .with_untracked(|it| it.of(&name).and_then(|fed| fed.constant.clone()))
        .unwrap_or_default();
    let name = field.clone();
    let set = move |event: web_sys::Event| {
        let value = event_target_value(&event);
        mapping.update(|it| {
            if let Some(fed) = it.fields.iter_mut().find(|fed| fed.field == name) {
                fed.constant = Some(value);
            }
        });
    };
    let remove = move |()| mapping.update(|it| it.fields.retain(|fed| fed.field != field));
    let control = match known.map(|known| known.of) {
        Some(Of::Word(list)) => view! {
            <select class="input" id=id.clone() on:change=set>
                <option value="">{t::import_choose_value}</option>
                {list.words().into_iter().map(|word| { let selected = word == now; view! { <option value=word selected=selected>{move || words::closed(list, word)}</option> } }).collect_view()}
            </select>
        }
        .into_any(),
        Some(_) | None => view! { <input class="input" type="text" id=id.clone() maxlength="300" prop:value=now on:input=set /> }.into_any(),
    };
    view! {
        <div class="field">
            <label for=id>{label}</label>
            <div class="import-constant">
                {control}
                <Button text=t::action_delete icon_only=true mark=Icon::Close look=Look::Quiet on_press=remove />
            </div>
        </div>
    }
}

/// How the file writes numbers, days and lists.
#[component]
fn Writing(mapping: Mapped) -> impl IntoView {
    let decimal = RwSignal::new(mapping.with_untracked(|it| it.decimal.word().to_owned()));
    let dates = RwSignal::new(mapping.with_untracked(|it| it.dates.word().to_owned()));
    let separator = RwSignal::new(mapping.with_untracked(|it| it.separator.clone()));
    Effect::new(move |before: Option<()>| {
        let (decimal, dates, separator) = (decimal.get(), dates.get(), separator.get());
        if before.is_some() {
            mapping.update(|it| {
                it.decimal = decimal.parse().unwrap_or_default();
                it.dates = dates.parse().unwrap_or_default();
                it.separator = separator;
            });
        }
    });
    let decimals = Signal::derive(|| {
        vec![
            (DecimalMark::Comma.word().to_owned(), "1.234,5".to_owned()),
            (DecimalMark::Point.word().to_owned(), "1,234.5".to_owned()),
        ]
    });
    let orders = Signal::derive(|| {
        vec![
            (DateOrder::DayFirst.word().to_owned(), "25/11/2026".to_owned()),
            (DateOrder::MonthFirst.word().to_owned(), "11/25/2026".to_owned()),
        ]
    });
    let separators = Signal::derive(|| {
        let plain = [";", ",", "|", "/"].map(|mark| (mark.to_owned(), format!("A{mark} B")));
        let mut all = plain.to_vec();
        all.push(("\n".to_owned(), t::import_line_each().to_owned()));
        all
    });
    view! {
        <div class="form import-writing">
            <SelectField label=t::import_numbers value=decimal options=decimals required=true />
            <SelectField label=t::import_days value=dates options=orders required=true />
            <SelectField label=t::import_lists value=separator options=separators required=true />
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_feeds_one_field_and_a_field_has_one_column() {
        let mut mapping = Mapping::default();
        feed(&mut mapping, "A", "title");
        feed(&mut mapping, "B", "title");
        assert_eq!(mapping.fields.len(), 1);
        assert_eq!(mapping.of("title").unwrap().column.as_deref(), Some("B"));
        translate(&mut mapping, "title", "x", "y");
        feed(&mut mapping, "B", "title");
        assert_eq!(
            mapping.of("title").unwrap().values.len(),
            1,
            "what words mean stays with the field"
        );
        feed(&mut mapping, "B", "");
        assert!(mapping.fields.is_empty());
    }

    #[test]
    fn a_spreadsheet_s_numbers_are_numbers_and_its_codes_text() {
        assert!(matches!(cell(Format::Xlsx, "12.5"), Cell::Number { .. }));
        assert!(matches!(cell(Format::Xlsx, "0403019261"), Cell::Text(_)));
        assert!(matches!(cell(Format::Csv, "12.5"), Cell::Text(_)));
        assert_eq!(cell(Format::Csv, ""), Cell::Empty);
    }
}
