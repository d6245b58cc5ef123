//! A vote's result as bars, the ties said; and of an open vote, each seat's ballot.

use super::read::{BallotRow, OptionRow, ResultRow};
use super::words;
use crate::format;
use crate::language::t;
use crate::records;
use domain::council::vote::Method;
use leptos::prelude::*;

fn label<'o>(options: &'o [OptionRow], key: &'o str) -> &'o str {
    options
        .iter()
        .find(|it| it.key == key)
        .map_or(key, |it| it.label.as_str())
}

/// The options by rank, each with its points as a bar.
pub fn bars(result: ResultRow, options: &[OptionRow]) -> AnyView {
    let ResultRow {
        method,
        seats,
        ballots,
        blank,
        lines,
    } = result;
    let most = lines.iter().map(|it| it.points).max().unwrap_or(0).max(1);
    let lines: Vec<_> = lines
        .into_iter()
        .map(|line| {
            (
                label(options, &line.key).to_owned(),
                line.points,
                line.rank,
                line.tied,
            )
        })
        .collect();
    view! {
        <div class="stack-tight">
            <ol role="list" class="vote-result">
                {lines.into_iter().map(|(label, points, rank, tied)| view! {
                    <li>
                        <span class="rank">{rank} "."</span>
                        <span class="name">{label} {tied.then(|| view! { " " <span class="tie">{t::vote_tied}</span> })}</span>
                        <span class="track" aria-hidden="true"><span class="fill" style:width=format!("{:.1}%", 100.0 * f64::from(points) / f64::from(most))></span></span>
                        <span class="number">{move || match method {
                            Method::Approval => t::vote_approvals(points),
                            Method::Ranking => t::vote_points(points),
                        }}</span>
                    </li>
                }).collect_view()}
            </ol>
            <p class="muted small">
                {move || t::vote_turnout(format::number(ballots), format::number(seats))}
                {(blank > 0).then(|| view! { " · " {move || t::vote_blank(blank)} })}
                " · " {move || words::method_note(method)}
            </p>
        </div>
    }
    .into_any()
}

/// Each seat's ballot, of a vote that everybody can read.
pub fn ballots(rows: Vec<BallotRow>, options: &[OptionRow]) -> AnyView {
    let count = rows.len();
    let rows: Vec<_> = rows
        .into_iter()
        .map(|row| {
            let named: Vec<&str> = row.choices.iter().map(|key| label(options, key)).collect();
            (row.seat_id.into_inner(), named.join(", "))
        })
        .collect();
    view! {
        <details class="small">
            <summary>{move || t::vote_ballots(count)}</summary>
            <ul role="list" class="plain-list">
                {rows.into_iter().map(|(seat, named)| {
                    let blank = named.is_empty();
                    view! {
                        <li>
                            <span>{move || records::title(&seat).unwrap_or_else(|| "…".to_owned())}</span> " : "
                            {if blank { view! { <span class="muted">{t::ballot_blank}</span> }.into_any() } else { named.into_any() }}
                        </li>
                    }
                }).collect_view()}
            </ul>
        </details>
    }
    .into_any()
}
