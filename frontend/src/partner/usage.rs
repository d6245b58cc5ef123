//! What a machine asked, day by day against its budget, and what of it is deprecated.

use super::read::{Day, DeprecatedCall};
use crate::format;
use crate::language::t;
use crate::ui::table::{Column, Table};
use chrono::Datelike;
use leptos::prelude::*;

/// Minutes of a day: its budget is so many times that of a minute.
const MINUTES: f64 = 1_440.0;

/// How strongly a day is drawn, 0 to 4: of the strongest of them, so that quiet machines show a picture too.
fn strength(cost: f64, most: f64) -> usize {
    if cost <= 0.0 {
        return 0;
    }
    match cost / most {
        share if share < 0.25 => 1,
        share if share < 0.5 => 2,
        share if share < 0.75 => 3,
        _ => 4,
    }
}

/// A number that is too large for the schema's `Int`.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a cost is whole and far below 2^53"
)]
fn whole(number: f64) -> String {
    format::number(number as i64)
}

/// A share that is never said to be nothing where there is something.
fn share(part: f64, of: f64) -> Option<String> {
    if part > 0.0 && part / of < 0.01 {
        return format::percent(1.0, 100.0).map(|it| format!("< {it}"));
    }
    format::percent(part, of)
}

#[component]
pub fn Usage(days: Vec<Day>, per_minute: Option<i32>) -> impl IntoView {
    let requests: i64 = days.iter().map(|it| i64::from(it.requests)).sum();
    let cost: f64 = days.iter().map(|it| it.cost).sum();
    let rows: i64 = days.iter().map(|it| i64::from(it.rows.all())).sum();
    let Some(busiest) = days.iter().max_by(|a, b| a.cost.total_cmp(&b.cost)).cloned() else {
        return ().into_any();
    };
    if requests == 0 && rows == 0 {
        let count = days.len();
        return view! { <p class="muted">{move || t::partner_usage_none(count)}</p> }.into_any();
    }
    let budget = per_minute.map(|it| f64::from(it) * MINUTES);
    let (most, count, day) = (busiest.cost.max(1.0), days.len(), busiest.day);
    let said = move || match budget.and_then(|budget| share(busiest.cost, budget)) {
        Some(share) => t::partner_usage_busiest(format::day(day), whole(busiest.cost), share),
        None => t::partner_usage_busiest_free(format::day(day), whole(busiest.cost)),
    };
    let marks = days.clone();
    // The first day stands in the row of its weekday.
    let first = days
        .first()
        .map_or(0, |it| it.day.weekday().num_days_from_monday());
    let columns = vec![
        Column::new("day", t::partner_day, |it: &Day| format::day(it.day)),
        Column::new("requests", t::partner_requests, |it: &Day| {
            format::number(it.requests)
        })
        .number(),
        Column::new("cost", t::partner_cost, |it: &Day| whole(it.cost)).number(),
        Column::new("rows", t::partner_rows, |it: &Day| format::number(it.rows.all())).number(),
        Column::new("rejected", t::directory_push_rejected, |it: &Day| {
            format::number(it.rows.rejected)
        })
        .number(),
    ];
    let busy: Vec<Day> = days
        .into_iter()
        .rev()
        .filter(|it| it.requests > 0 || it.rows.all() > 0)
        .collect();
    view! {
        <div class="stack">
            <p>{move || t::partner_usage_sum(count, format::number(requests), whole(cost), format::number(rows))} " " {said}</p>
            {per_minute.map(|it| view! { <p class="muted small">{move || t::partner_budget(format::number(it))}</p> })}
            <figure class="partner-days">
                <div class=format!("grid from-{}", first + 1) aria-hidden="true">
                    {marks.into_iter().map(|it| view! {
                        <span class=format!("day-{}", strength(it.cost, most)) title=move || t::partner_day_said(format::day(it.day), format::number(it.requests), whole(it.cost))></span>
                    }).collect_view()}
                </div>
                <figcaption class="muted small">
                    {t::partner_days_caption} " " {t::partner_less}
                    <span class="key" aria-hidden="true">{(0..5).map(|it| view! { <span class=format!("day-{it}")></span> }).collect_view()}</span>
                    {t::partner_more}
                </figcaption>
            </figure>
            <details><summary>{t::partner_days_table}</summary><Table caption=t::partner_usage columns rows=Signal::stored(busy) /></details>
        </div>
    }
    .into_any()
}

#[component]
pub fn Deprecated(calls: Vec<DeprecatedCall>) -> impl IntoView {
    if calls.is_empty() {
        return view! { <p class="partner-fine">{t::partner_deprecated_none}</p> }.into_any();
    }
    let replacement = |it: &DeprecatedCall| {
        it.change
            .as_ref()
            .and_then(|it| it.replacement.clone())
            .unwrap_or_else(|| "–".to_owned())
    };
    let columns = vec![
        Column::new(
            "what",
            t::partner_deprecated_what,
            |it: &DeprecatedCall| view! { <code>{it.coordinate.clone()}</code> },
        ),
        Column::new(
            "instead",
            t::partner_deprecated_instead,
            move |it: &DeprecatedCall| view! { <code>{replacement(it)}</code> },
        ),
        Column::new("until", t::partner_deprecated_until, |it: &DeprecatedCall| {
            it.change
                .as_ref()
                .and_then(|it| it.removed_after)
                .map(format::day)
        }),
        Column::new("calls", t::partner_deprecated_calls, |it: &DeprecatedCall| {
            format::number(it.calls)
        })
        .number(),
        Column::new("last", t::partner_deprecated_last, |it: &DeprecatedCall| {
            it.last_on.map(format::day)
        }),
    ];
    view! { <Table caption=t::partner_deprecated columns rows=Signal::stored(calls) /> }.into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_drawn_by_what_it_cost_against_the_busiest() {
        let drawn = [0.0, 1.0, 30.0, 60.0, 100.0].map(|cost| strength(cost, 100.0));
        assert_eq!(drawn, [0, 1, 2, 3, 4]);
    }
}
