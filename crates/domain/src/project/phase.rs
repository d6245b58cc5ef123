//! The life of a project as a state machine: every state it was in, since when and why.

use chrono::{Months, NaiveDate};

use crate::check::Checks;
use crate::date::PartialDate;
use crate::refusal::{Invalid, Refusal};

choices! {
    /// Where a project stands in its life.
    pub enum Status as "ProjectStatus" {
        /// Chosen by the call, not begun.
        Selected = "SELECTED",
        /// At work.
        Running = "RUNNING",
        /// At work beyond its first grant, with a prolonged one.
        Prolonged = "PROLONGED",
        /// Goes on without the grant.
        SelfSupporting = "SELF_SUPPORTING",
        /// Goes on under another call or programme.
        ContinuedElsewhere = "CONTINUED_ELSEWHERE",
        /// Taken over by another body.
        HandedOver = "HANDED_OVER",
        /// Ended as planned.
        Ended = "ENDED",
        /// Given up.
        Abandoned = "ABANDONED",
        /// Nobody has said what became of it.
        Unknown = "UNKNOWN",
    }
}

impl Status {
    /// The states that may follow this one. From unknown anything can turn out; everything can become unknown.
    #[must_use]
    pub fn next(self) -> Vec<Self> {
        let after_grant = [
            Self::SelfSupporting,
            Self::ContinuedElsewhere,
            Self::HandedOver,
            Self::Ended,
            Self::Abandoned,
        ];
        let mut next = match self {
            Self::Selected => vec![Self::Running, Self::Abandoned],
            Self::Running => [&[Self::Prolonged], after_grant.as_slice()].concat(),
            Self::Prolonged => after_grant.to_vec(),
            Self::SelfSupporting | Self::ContinuedElsewhere | Self::HandedOver => {
                after_grant.into_iter().filter(|status| *status != self).collect()
            }
            // What has ended can be taken up again by somebody.
            Self::Ended | Self::Abandoned => vec![Self::ContinuedElsewhere, Self::HandedOver],
            Self::Unknown => Self::ALL
                .iter()
                .copied()
                .filter(|status| *status != Self::Unknown)
                .collect(),
        };
        if self != Self::Unknown {
            next.push(Self::Unknown);
        }
        next
    }

    /// Whether a reason must be given for entering it.
    #[must_use]
    pub const fn needs_reason(self) -> bool {
        matches!(
            self,
            Self::Abandoned | Self::HandedOver | Self::ContinuedElsewhere
        )
    }
}

/// How far ahead a state may be announced.
const AHEAD: Months = Months::new(12);

/// One state of a project's life.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
#[cfg_attr(feature = "graphql", graphql(name = "ProjectPhase"))]
pub struct Phase {
    /// The state.
    pub status: Status,
    /// Since when, where it is known.
    pub since: Option<PartialDate>,
    /// Why, or what is to be said of it.
    pub reason: Option<String>,
}

/// Where the phases leave a project.
#[must_use]
pub fn status(phases: &[Phase]) -> Status {
    phases.last().map_or(Status::Unknown, |phase| phase.status)
}

impl super::Project {
    /// Moves the project to another state of its life. What is announced may be said ahead, but not by more than a
    /// year: no later state could follow a slip of the pen.
    pub fn enter(&mut self, mut phase: Phase, today: NaiveDate, checks: &mut Checks) {
        let from = self.status();
        checks.optional_paragraphs("reason", &mut phase.reason);
        if !from.next().contains(&phase.status) {
            checks.refuse(Refusal::Transition {
                field: "status".into(),
                from: from.to_string(),
                to: phase.status.to_string(),
            });
        }
        checks.hold(
            !phase.status.needs_reason() || phase.reason.is_some(),
            "reason",
            Invalid::ReasonMissing,
        );
        let last = self
            .phases
            .iter()
            .filter_map(|phase| phase.since?.earliest())
            .max();
        let since = phase.since.and_then(PartialDate::latest);
        checks.hold(
            last.zip(since).is_none_or(|(last, since)| last <= since),
            "since",
            Invalid::PeriodReversed,
        );
        let earliest = phase.since.and_then(PartialDate::earliest);
        let furthest = today.checked_add_months(AHEAD).unwrap_or(NaiveDate::MAX);
        checks.hold(
            earliest.is_none_or(|since| since <= furthest),
            "since",
            Invalid::TooFarAhead,
        );
        self.phases.push(phase);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_can_be_reached_and_left_or_is_known_to_be_open() {
        for status in Status::ALL {
            assert!(!status.next().contains(status), "{status} follows itself");
            assert!(
                Status::ALL.iter().any(|from| from.next().contains(status)),
                "{status} cannot be reached"
            );
            assert!(
                *status == Status::Unknown || status.next().contains(&Status::Unknown),
                "{status} cannot become unknown"
            );
        }
    }

    #[test]
    fn a_project_that_was_never_moved_is_unknown() {
        assert_eq!(status(&[]), Status::Unknown);
    }
}
