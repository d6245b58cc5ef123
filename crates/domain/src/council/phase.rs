//! The life of a council as a state machine: every state it was in, since when and why.

use chrono::{Months, NaiveDate};

use super::Council;
use crate::check::Checks;
use crate::date::PartialDate;
use crate::refusal::{Invalid, Refusal};

choices! {
    /// Where a council stands.
    pub enum Status as "CouncilStatus" {
        /// Being set up; it does not sit yet.
        InPreparation = "IN_PREPARATION",
        /// Sits as a trial.
        Pilot = "PILOT",
        /// Installed: it sits.
        Installed = "INSTALLED",
        /// It has not sat for a while; it may again.
        Dormant = "DORMANT",
        /// Nobody has said.
        Unknown = "UNKNOWN",
    }
}

impl Status {
    /// The states that may follow this one: any other, but that what sits is not in preparation again.
    #[must_use]
    pub fn next(self) -> Vec<Self> {
        match self {
            Self::Unknown => vec![Self::InPreparation, Self::Pilot, Self::Installed, Self::Dormant],
            Self::InPreparation => vec![Self::Pilot, Self::Installed, Self::Dormant, Self::Unknown],
            Self::Pilot => vec![Self::Installed, Self::Dormant, Self::Unknown],
            Self::Installed => vec![Self::Dormant, Self::Unknown],
            Self::Dormant => vec![Self::InPreparation, Self::Pilot, Self::Installed, Self::Unknown],
        }
    }

    /// Whether a reason must be given for entering it.
    #[must_use]
    pub const fn needs_reason(self) -> bool {
        match self {
            Self::Dormant => true,
            Self::InPreparation | Self::Pilot | Self::Installed | Self::Unknown => false,
        }
    }
}

/// How far ahead a state may be announced.
const AHEAD: Months = Months::new(12);

/// One state of a council's life.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
#[cfg_attr(feature = "graphql", graphql(name = "CouncilPhase", crate = "crate::graphql"))]
pub struct Phase {
    /// The state.
    pub status: Status,
    /// Since when, where it is known.
    pub since: Option<PartialDate>,
    /// Why, or what is to be said of it.
    pub reason: Option<String>,
}

impl Council {
    /// Moves the council to another state; the earlier ones are kept.
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
        let furthest = today.checked_add_months(AHEAD).unwrap_or(NaiveDate::MAX);
        checks.hold(
            phase
                .since
                .and_then(PartialDate::earliest)
                .is_none_or(|since| since <= furthest),
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
    fn every_state_can_be_reached_and_can_become_unknown() {
        for status in Status::ALL {
            assert!(!status.next().contains(status), "{status} follows itself");
            assert!(
                Status::ALL.iter().any(|from| from.next().contains(status)),
                "{status}"
            );
            assert!(*status == Status::Unknown || status.next().contains(&Status::Unknown));
        }
        assert!(!Status::Installed.next().contains(&Status::InPreparation));
    }

    #[test]
    fn it_falls_asleep_for_a_reason_and_wakes_up_again() {
        let now = chrono::DateTime::UNIX_EPOCH;
        let mut council = Council::bare(crate::CouncilId(uuid::Uuid::nil()), now, "CPA".into());
        let today = NaiveDate::from_ymd_opt(2026, 11, 26).unwrap();
        let mut enter = |status, since: Option<&str>, reason: Option<&str>| {
            let mut checks = Checks::default();
            let phase = Phase {
                status,
                since: since.map(|since| since.parse().unwrap()),
                reason: reason.map(str::to_owned),
            };
            let mut moved = council.clone();
            moved.enter(phase, today, &mut checks);
            match checks.finish() {
                Ok(()) => {
                    council = moved;
                    String::new()
                }
                Err(refusals) => refusals[0].field().to_owned(),
            }
        };
        assert_eq!(enter(Status::Installed, Some("2024"), None), "");
        assert_eq!(enter(Status::Dormant, Some("2025-06"), None), "reason");
        assert_eq!(
            enter(Status::Dormant, Some("2023"), Some("Plus de moyens")),
            "since"
        );
        assert_eq!(
            enter(Status::Dormant, Some("2025-06"), Some("Plus de moyens")),
            ""
        );
        assert_eq!(enter(Status::Installed, Some("2029"), None), "since");
        assert_eq!(enter(Status::Installed, None, None), "");
    }
}
