//! The lines of an import that are told of: what each came to or would come to, what changes, why it was refused.

use super::read::{AskedRows, FieldChange, FoundRows, ImportRow, ImportRowError};
use super::words;
use crate::api;
use crate::history::words::{field, value};
use crate::language::t;
use crate::ui::chips::{ChipOption, FilterChips, Status};
use crate::ui::more::More;
use crate::ui::state::{Empty, Loaded};
use cynic::QueryBuilder;
use domain::RecordType;
use domain::push::{Outcome, Pushed};
use leptos::prelude::*;

/// As many as one answer holds.
const PAGE: usize = 100;

#[component]
pub fn Rows(id: cynic::Id, what: Pushed, is_preview: bool) -> impl IntoView {
    let chosen = RwSignal::new(Vec::<String>::new());
    let found = api::pages(
        move |after| {
            let outcomes: Vec<Outcome> =
                chosen.with(|it| it.iter().filter_map(|it| it.parse().ok()).collect());
            FoundRows::build(AskedRows {
                id: id.clone(),
                outcomes: (!outcomes.is_empty()).then_some(outcomes),
                after: after.and_then(|line| line.parse().ok()),
            })
        },
        |found: FoundRows| {
            let rows = found.import.map(|it| it.rows).unwrap_or_default();
            let next = rows
                .last()
                .filter(|_| rows.len() == PAGE)
                .map(|row| row.line.to_string());
            api::Page {
                rows,
                next,
                total: None,
            }
        },
    );
    let options = Signal::derive(move || {
        let all = if is_preview {
            vec![
                Outcome::Created,
                Outcome::Updated,
                Outcome::Stale,
                Outcome::Rejected,
            ]
        } else {
            vec![Outcome::Rejected, Outcome::Stale]
        };
        let option = |it: Outcome| ChipOption {
            value: it.word().to_owned(),
            label: words::outcome(it, is_preview).to_owned(),
            count: None,
        };
        all.into_iter().map(option).collect::<Vec<_>>()
    });
    let shown = found.shown();
    let has_more = found.has_more();
    let lines = move |page: api::Page<ImportRow>| {
        if page.rows.is_empty() {
            return view! { <Empty title=t::import_no_lines /> }.into_any();
        }
        let rows = page
            .rows
            .into_iter()
            .map(|row| line(row, what, is_preview))
            .collect_view();
        view! { <ul class="import-lines" role="list">{rows}</ul> }.into_any()
    };
    let change = Callback::new(move |values: Vec<String>| chosen.set(values));
    view! {
        <div class="stack">
            <FilterChips label=t::import_narrow options on=chosen on_change=change />
            <Loaded load=found.load on_retry=found.reload view=lines />
            <More shown has_more busy=found.busy on_more=found.more />
        </div>
    }
}

fn line(row: ImportRow, what: Pushed, is_preview: bool) -> impl IntoView {
    let ImportRow {
        line,
        external_id,
        outcome,
        errors,
        notices,
        changes,
    } = row;
    let of = words::record(what);
    let name = external_id.unwrap_or_else(|| t::directory_row_unnamed().to_owned());
    view! {
        <li class="sheet">
            <div class="import-line">
                <span class="muted small number">{move || t::import_line(i64::from(line))}</span>
                <strong>{name}</strong>
                <Status course=words::outcome_course(outcome) text=move || words::outcome(outcome, is_preview) />
            </div>
            {(!errors.is_empty()).then(|| view! {
                <ul class="directory-errors">
                    {errors.into_iter().map(|ImportRowError { column, message, .. }| view! {
                        <li>{column.map(|column| view! { <strong>{column}</strong> " : " })} {message}</li>
                    }).collect_view()}
                </ul>
            })}
            {notices.into_iter().map(|notice| view! { <p class="muted small">{move || words::notice(notice)}</p> }).collect_view()}
            {(!changes.is_empty()).then(|| view! { <dl class="import-changes">{changes.into_iter().map(|it| change(of, it)).collect_view()}</dl> })}
        </li>
    }
}

fn change(of: RecordType, change: FieldChange) -> impl IntoView {
    let FieldChange {
        field: name,
        from,
        to,
    } = change;
    // Which organisation and source it is stands in the file by other names.
    let is_plain = !matches!(name.as_str(), "sourceId" | "confirmedAt");
    is_plain.then(|| {
        let label = field(of, &name);
        let (before, after) = (value(of, &name, &from), value(of, &name, &to));
        view! {
            <div>
                <dt>{label}</dt>
                <dd>
                    {before.map(|before| view! { <del>{before}</del> " " })}
                    {match after {
                        Some(after) => view! { <ins>{after}</ins> }.into_any(),
                        None => view! { <span class="unknown">{t::fact_unknown}</span> }.into_any(),
                    }}
                </dd>
            </div>
        }
    })
}
