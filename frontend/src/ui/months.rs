//! Month strip: which of the twelve months, at a glance and in words; and its form to fill in.

use crate::format::{month_name, month_short};
use crate::language::t;
use leptos::prelude::*;

/// Months as runs, the year being a ring: [11, 12, 1, 2, 6] is « novembre à février, juin ».
pub fn runs(months: &[u8]) -> Vec<(u8, u8)> {
    let has = |month: u8| months.contains(&month);
    let previous = |month: u8| if month == 1 { 12 } else { month - 1 };
    let next = |month: u8| if month == 12 { 1 } else { month + 1 };
    if (1..=12).all(has) {
        return vec![(1, 12)];
    }
    let starts = (1..=12).filter(|month| has(*month) && !has(previous(*month)));
    starts
        .map(|start| {
            let mut end = start;
            while has(next(end)) {
                end = next(end);
            }
            (start, end)
        })
        .collect()
}

/// The same in words, in the current language.
pub fn words(months: &[u8]) -> String {
    let runs = runs(months);
    match runs.as_slice() {
        [] => t::months_none().to_owned(),
        [(1, 12)] => t::months_all().to_owned(),
        runs => runs
            .iter()
            .map(|(from, to)| {
                if from == to {
                    month_name(*from).to_owned()
                } else {
                    t::months_run(month_name(*from), month_name(*to))
                }
            })
            .collect::<Vec<_>>()
            .join(", "),
    }
}

/// `months` none: not known. `now` is the current month, marked.
#[component]
pub fn MonthStrip(months: Option<Vec<u8>>, #[prop(optional)] now: Option<u8>) -> impl IntoView {
    let Some(months) = months else {
        return view! { <span class="unknown">{t::fact_unknown}</span> }.into_any();
    };
    let said = months.clone();
    view! {
        <span class="months" role="img" aria-label=move || words(&said)>
            {(1..=12u8).map(|month| {
                let on = months.contains(&month);
                view! {
                    <span class="month" class:on=on class:now=now == Some(month) aria-hidden="true">
                        {move || month_short(month).chars().next().map(|it| it.to_uppercase().to_string())}
                    </span>
                }
            }).collect_view()}
        </span>
    }
    .into_any()
}

/// Twelve boxes to tick.
#[component]
pub fn MonthPicker(#[prop(into)] label: TextProp, months: RwSignal<Vec<u8>>) -> impl IntoView {
    view! {
        <fieldset class="field">
            <legend>{move || label.get()}</legend>
            <div class="months pick">
                {(1..=12u8).map(|month| view! {
                    <label class="month" class:on=move || months.with(|months| months.contains(&month))>
                        <input type="checkbox" class="visually-hidden" prop:checked=move || months.with(|months| months.contains(&month))
                            on:change=move |event| months.update(|months| {
                                months.retain(|it| *it != month);
                                if event_target_checked(&event) { months.push(month); months.sort_unstable(); }
                            }) />
                        <span aria-hidden="true">{move || month_short(month)}</span>
                        <span class="visually-hidden">{move || month_name(month)}</span>
                    </label>
                }).collect_view()}
            </div>
            <p class="muted small" aria-live="polite">{move || words(&months.get())}</p>
        </fieldset>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_goes_round_the_end_of_the_year() {
        assert_eq!(runs(&[11, 12, 1, 2, 6]), [(6, 6), (11, 2)]);
        assert_eq!(runs(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]), [(1, 12)]);
        assert_eq!(runs(&[]), []);
    }

    #[test]
    fn months_are_said_in_words() {
        assert_eq!(words(&[6, 7, 8, 11]), "juin à août, novembre");
    }
}
