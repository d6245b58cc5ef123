//! How far what comes from a source, or from all of a machine's, can be trusted: three shares with their definitions, and
//! field by field what is left open.

use super::read::{Scorecard, ScorecardField};
use super::words;
use crate::format;
use crate::language::{Text, t};
use crate::ui::bar::Bar;
use domain::push::Pushed;
use leptos::prelude::*;

/// `of_source` where it is that of one source, not of all under which a machine pushes.
#[component]
pub fn Card(card: Scorecard, #[prop(optional)] of_source: bool) -> impl IntoView {
    let Scorecard {
        records,
        fresh,
        fresh_days,
        median_age_days,
        completeness,
        fields,
        lately,
    } = card;
    let (rows, rejected) = (lately.all(), lately.rejected);
    #[expect(clippy::cast_possible_truncation, reason = "a share of a hundred")]
    let complete = completeness.map(|it| (it * 100.0).round() as i64);
    let age = move || {
        median_age_days.map(|days| {
            #[expect(clippy::cast_possible_truncation, reason = "an age in days is small")]
            let days = days.ceil().max(1.0) as i64;
            t::scorecard_median_age(days)
        })
    };
    let offers = of(&fields, Pushed::Offer);
    let needs = of(&fields, Pushed::Need);
    view! {
        <div class="stack">
            {if records == 0 {
                view! { <p class="muted">{if of_source { t::scorecard_nothing_published_source } else { t::scorecard_nothing_published }}</p> }.into_any()
            } else {
                view! {
                    <div class="scorecard-shares">
                        <div class="stack-tight">
                            <Bar label=t::scorecard_freshness part=i64::from(fresh) whole=Some(i64::from(records)) />
                            <p class="muted small">{move || t::scorecard_freshness_text(fresh_days)} " " {age}</p>
                        </div>
                        <div class="stack-tight">
                            <Bar label=t::scorecard_completeness part=complete.unwrap_or(0) whole=Some(100)
                                words=move || complete.and_then(|it| format::percent(i32::try_from(it).unwrap_or(0).into(), 100.0)).unwrap_or_default() />
                            <p class="muted small">{t::scorecard_completeness_text}</p>
                        </div>
                    </div>
                }.into_any()
            }}
            {if rows == 0 {
                view! { <p class="muted">{t::scorecard_nothing_pushed}</p> }.into_any()
            } else {
                view! {
                    <div class="stack-tight">
                        <Bar label=t::scorecard_rejection part=i64::from(rejected) whole=Some(i64::from(rows)) />
                        <p class="muted small">{if of_source { t::scorecard_rejection_text_source } else { t::scorecard_rejection_text }}</p>
                    </div>
                }.into_any()
            }}
            <div class="scorecard-shares">{kind_of(t::exchange_offers, offers)} {kind_of(t::exchange_needs, needs)}</div>
        </div>
    }
}

/// The fields of a kind that has records.
fn of(fields: &[ScorecardField], kind: Pushed) -> Vec<ScorecardField> {
    let of_kind = |it: &&ScorecardField| it.record_type == kind && it.records > 0;
    fields.iter().filter(of_kind).cloned().collect()
}

fn kind_of(kind: Text, fields: Vec<ScorecardField>) -> impl IntoView {
    (!fields.is_empty()).then(|| view! {
        <section class="stack-tight">
            <h3>{kind}</h3>
            {fields.into_iter().map(|it| {
                let ScorecardField { field, known, records, .. } = it;
                view! { <Bar label=move || words::wished(&field) part=i64::from(known) whole=Some(i64::from(records)) thin=true /> }
            }).collect_view()}
        </section>
    })
}
