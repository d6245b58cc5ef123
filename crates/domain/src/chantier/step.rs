//! Steps of a chantier: what is to be done, when, by whom, after what; and how often it slipped.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, NaiveDate, Utc};

use crate::check::Checks;
use crate::date::PartialDate;
use crate::facet::{Facets, Words};
use crate::id::{ChantierId, OrganisationId, StepId, TerritoryId};
use crate::policy::Action;
use crate::record::{Rules, Verb};
use crate::refusal::{Invalid, Refusal};

choices! {
    /// Where a step stands.
    pub enum StepStatus as "StepStatus" default Planned {
        /// To come.
        Planned = "PLANNED",
        /// Begun.
        UnderWay = "UNDER_WAY",
        /// Done.
        Done = "DONE",
        /// Given up.
        Cancelled = "CANCELLED",
        /// Nobody has said.
        Unknown = "UNKNOWN",
    }
}

/// One time a step was moved: what was planned, when it moved, why.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
#[serde(rename_all = "camelCase")]
pub struct Slip {
    /// The beginning planned before.
    pub from_starts: Option<PartialDate>,
    /// The end planned before.
    pub from_ends: Option<PartialDate>,
    /// The beginning planned since.
    pub to_starts: Option<PartialDate>,
    /// The end planned since.
    pub to_ends: Option<PartialDate>,
    /// Why it moved.
    pub reason: String,
    /// When it was moved.
    pub at: DateTime<Utc>,
}

record! {
    /// A step of a chantier.
    Step, StepId, Step, NewStep, StepPatch;
    fixed {
        /// Each time it was moved, the first first.
        slips: Vec<Slip>,
    }
    required {
        /// The chantier it belongs to.
        chantier_id: ChantierId,
        /// What is to be done.
        title: String,
    }
    optional {
        /// Its place among the steps of the chantier, from 1.
        position: i32,
        /// What it consists of.
        description: Option<String>,
        /// When it begins; a date alone is a day, with `ends` a period.
        starts: Option<PartialDate>,
        /// When it ends.
        ends: Option<PartialDate>,
        /// The time of day it begins in Belgium, `14:00`, where it is an event.
        start_time: Option<String>,
        /// Where it stands.
        status: StepStatus,
        /// The organisations responsible for it.
        responsible_ids: Vec<OrganisationId>,
        /// The territory it is about.
        territory_id: Option<TerritoryId>,
        /// The steps that must be done before it.
        dependency_ids: Vec<StepId>,
        /// What a reader should know of it.
        note: Option<String>,
    }
}

impl Step {
    /// The first day it can mean, if it has a date with a year.
    #[must_use]
    pub fn starts_on(&self) -> Option<NaiveDate> {
        self.starts.or(self.ends)?.earliest()
    }

    /// The last day it can mean.
    #[must_use]
    pub fn ends_on(&self) -> Option<NaiveDate> {
        self.ends.or(self.starts)?.latest()
    }

    /// Whether it should be done by today and is not.
    #[must_use]
    pub fn is_late(&self, today: NaiveDate) -> bool {
        let open = matches!(self.status, StepStatus::Planned | StepStatus::UnderWay);
        open && self.ends_on().is_some_and(|end| end < today)
    }

    /// Moves it to other dates and keeps what was planned and why it moved.
    ///
    /// # Errors
    /// A reason must be given where there was a date before.
    pub fn reschedule(
        &mut self,
        starts: Option<PartialDate>,
        ends: Option<PartialDate>,
        reason: &str,
        now: DateTime<Utc>,
    ) -> Result<(), Refusal> {
        let had_dates = self.starts.is_some() || self.ends.is_some();
        let reason = crate::text::tidy_line(reason);
        if reason.chars().count() > crate::check::LINE {
            return Err(Refusal::TooLong {
                field: "reason".into(),
                most: crate::check::LINE,
            });
        }
        if had_dates && reason.is_empty() {
            return Err(Refusal::Invalid {
                field: "reason".into(),
                why: Invalid::ReasonMissing,
            });
        }
        if had_dates && (self.starts, self.ends) != (starts, ends) {
            self.slips.push(Slip {
                from_starts: self.starts,
                from_ends: self.ends,
                to_starts: starts,
                to_ends: ends,
                reason,
                at: now,
            });
        }
        (self.starts, self.ends) = (starts, ends);
        Ok(())
    }
}

impl Rules for Step {
    fn check(&mut self, checks: &mut Checks) {
        checks.line("title", &mut self.title);
        checks.hold(self.position >= 0, "position", Invalid::Negative);
        checks.optional_paragraphs("description", &mut self.description);
        if let (Some(starts), Some(ends)) = (self.starts, self.ends)
            && let (Some(first), Some(last)) = (starts.earliest(), ends.latest())
        {
            checks.hold(first <= last, "ends", Invalid::PeriodReversed);
        }
        checks.optional_line("startTime", &mut self.start_time);
        checks.time_of_day("startTime", self.start_time.as_deref());
        checks.set("responsibleIds", &mut self.responsible_ids);
        checks.set("dependencyIds", &mut self.dependency_ids);
        if self.dependency_ids.contains(&self.id) {
            checks.refuse(Refusal::Cycle {
                field: "dependencyIds".into(),
            });
        }
        checks.optional_paragraphs("note", &mut self.note);
    }

    /// A date that was planned moves only with its reason.
    fn edited(&mut self, before: &Self, checks: &mut Checks) {
        let planned = before.starts.is_some() || before.ends.is_some();
        let moved = (self.starts, self.ends) != (before.starts, before.ends);
        let field = if self.starts == before.starts {
            "ends"
        } else {
            "starts"
        };
        checks.hold(!planned || !moved, field, Invalid::ReasonMissing);
    }

    /// Moving a step back is one more move.
    fn taken_back(&mut self, present: &Self, now: DateTime<Utc>) {
        if self.slips.len() < present.slips.len() {
            self.slips.clone_from(&present.slips);
            let reason = present
                .slips
                .last()
                .map_or_else(String::new, |slip| format!("↶ {}", slip.reason));
            self.slips.push(Slip {
                from_starts: present.starts,
                from_ends: present.ends,
                to_starts: self.starts,
                to_ends: self.ends,
                reason,
                at: now,
            });
        }
    }

    fn facets(&self) -> Facets {
        let mut facets = Facets::default();
        facets.belong("chantierId", [self.chantier_id]);
        facets.link("responsibleIds", self.responsible_ids.iter().copied());
        facets.link("dependencyIds", self.dependency_ids.iter().copied());
        facets.place("territoryId", self.territory_id);
        facets.words = Some(Words {
            title: self.title.clone(),
            names: vec![self.title.clone()],
            body: self.description.iter().chain(&self.note).cloned().collect(),
        });
        facets
    }

    fn action(&self, _verb: Verb) -> Action {
        Action::EditStep
    }
}

/// Whether one step can be reached from another along the dependencies: a new dependency must not close a ring.
#[must_use]
pub fn reaches(dependencies: &HashMap<StepId, Vec<StepId>>, from: StepId, to: StepId) -> bool {
    let mut seen = HashSet::new();
    let mut open = vec![from];
    while let Some(step) = open.pop() {
        if step == to {
            return true;
        }
        if seen.insert(step) {
            open.extend(dependencies.get(&step).into_iter().flatten());
        }
    }
    false
}

/// Narrows a list of steps.
#[derive(Clone, Debug, Default, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::InputObject))]
#[cfg_attr(feature = "graphql", graphql(name = "StepFilter"))]
#[serde(rename_all = "camelCase")]
pub struct Filter {
    /// Of this chantier.
    pub chantier: Option<ChantierId>,
    /// In any of these states.
    pub statuses: Option<Vec<StepStatus>>,
    /// Ending on or after this day.
    pub ends_from: Option<NaiveDate>,
    /// Beginning on or before this day.
    pub starts_to: Option<NaiveDate>,
    /// About this territory, or one that shares a commune with it.
    pub territory: Option<TerritoryId>,
}

choices! {
    /// The order of a list of steps.
    pub enum Order as "StepOrder" {
        /// As numbered in their chantier.
        Position = "POSITION",
        /// The earliest first; undated ones last.
        Date = "DATE",
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::record::Record;

    fn step(json: serde_json::Value) -> Step {
        let new: NewStep = serde_json::from_value(json).unwrap();
        Step::made(new, StepId(Uuid::from_u128(1)), DateTime::UNIX_EPOCH)
    }

    fn base() -> serde_json::Value {
        serde_json::json!({"chantierId": ChantierId(Uuid::from_u128(1)).to_string(), "title": "Rencontre"})
    }

    #[test]
    fn moving_a_step_keeps_what_was_planned() {
        let mut moved = step(base());
        moved
            .reschedule("2026-05".parse().ok(), None, "", DateTime::UNIX_EPOCH)
            .unwrap();
        assert!(moved.slips.is_empty(), "a first date is no slip");
        assert!(
            moved
                .reschedule("2026-09".parse().ok(), None, " ", DateTime::UNIX_EPOCH)
                .is_err()
        );
        moved
            .reschedule("2026-09".parse().ok(), None, "salle fermée", DateTime::UNIX_EPOCH)
            .unwrap();
        assert_eq!(moved.slips.len(), 1);
        assert_eq!(moved.slips[0].from_starts, "2026-05".parse().ok());
    }

    #[test]
    fn a_step_is_late_only_when_its_last_possible_day_has_passed() {
        let mut planned = step(base());
        planned.starts = "2026-05".parse().ok();
        assert!(!planned.is_late(NaiveDate::from_ymd_opt(2026, 5, 31).unwrap()));
        assert!(planned.is_late(NaiveDate::from_ymd_opt(2026, 6, 1).unwrap()));
        planned.status = StepStatus::Unknown;
        assert!(
            !planned.is_late(NaiveDate::from_ymd_opt(2030, 1, 1).unwrap()),
            "unknown is not late"
        );
    }

    #[test]
    fn a_ring_of_dependencies_is_seen() {
        let [a, b, c] = [1, 2, 3].map(|n| StepId(Uuid::from_u128(n)));
        let dependencies = HashMap::from([(a, vec![b]), (b, vec![c])]);
        assert!(reaches(&dependencies, a, c));
        assert!(!reaches(&dependencies, c, a));
    }
}
