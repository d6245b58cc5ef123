//! The territorial officers: what each follows and from when to when, who is away and who stands in, and which of them
//! a request reaches.

mod absence;
mod desk;
mod follow_up;
mod portfolio;
mod roster;

pub use absence::{Absence, AbsenceFilter, AbsencePatch, NewAbsence};
pub use desk::{Heard, HeardBy, by_silence, silence};
pub use follow_up::{FollowUp, FollowUpKind, follow_up};
pub use portfolio::{NewPortfolio, Portfolio, PortfolioFilter, PortfolioPatch};
pub use roster::{Basis, Colleague, Roster, Routed, communes_of};

/// The days by which an officer's portfolios and absences are bounded, both days among them; an open end lets
/// everything through.
fn holds(day: chrono::NaiveDate, starts: Option<chrono::NaiveDate>, ends: Option<chrono::NaiveDate>) -> bool {
    starts.is_none_or(|starts| starts <= day) && ends.is_none_or(|ends| day <= ends)
}
