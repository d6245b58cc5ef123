//! One year of a council, cut out of its page: to read, and to print as a document of its own.

use super::read::{DecisionRow, EvaluationRow, MeetingRow, VoteRow};
use crate::address;
use crate::language::t;
use crate::project::list::bound;
use crate::ui::field::SelectField;
use chrono::Datelike;
use domain::PartialDate;
use leptos::prelude::*;

/// The year in which something lies, where that is known.
pub fn year_of(on: Option<PartialDate>) -> Option<i32> {
    on?.year().map(i32::from)
}

/// The year of a vote: that of its opening, else of its writing.
pub fn year_of_vote(vote: &VoteRow) -> Option<i32> {
    Some(vote.opened_at.unwrap_or(vote.created_at).year())
}

/// All years of which something is told, the latest first.
pub fn years(
    meetings: &[MeetingRow],
    votes: &[VoteRow],
    decisions: &[DecisionRow],
    evaluations: &[EvaluationRow],
) -> Vec<i32> {
    let mut years: Vec<i32> = meetings
        .iter()
        .filter_map(|it| year_of(it.on))
        .chain(votes.iter().filter_map(year_of_vote))
        .chain(decisions.iter().filter_map(|it| year_of(it.on)))
        .chain(evaluations.iter().map(|it| it.year))
        .collect();
    years.sort_unstable_by(|one, other| other.cmp(one));
    years.dedup();
    years
}

/// The year that is cut out, as the address keeps it; none is all of them.
pub fn chosen() -> Signal<Option<i32>> {
    let year = address::read("annee");
    Signal::derive(move || year.get().parse().ok())
}

/// Whether something of this year is shown.
pub fn shows(chosen: Option<i32>, year: Option<i32>) -> bool {
    chosen.is_none() || chosen == year
}

#[component]
pub fn Years(known: Vec<i32>) -> impl IntoView {
    let year = address::word("annee");
    let options = Signal::derive(move || {
        std::iter::once((String::new(), t::council_all_years().to_owned()))
            .chain(known.iter().map(|year| (year.to_string(), year.to_string())))
            .collect::<Vec<_>>()
    });
    view! {
        <div class="filters no-print council-years">
            <SelectField label=t::council_year options value=bound(year) required=true />
        </div>
        {move || year.0.get().parse::<i32>().ok().map(|year| view! { <p class="print-only"><strong>{t::council_year_printed(year)}</strong></p> })}
    }
}
