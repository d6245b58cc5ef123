//! When an officer is away, and who stands in. Why they are away is nobody else's business, and is not kept.

use chrono::NaiveDate;

use crate::check::Checks;
use crate::facet::Facets;
use crate::id::PersonId;
use crate::offer::check_days;
use crate::policy::Action;
use crate::record::{Rules, Verb};
use crate::refusal::Invalid;

record! {
    /// Days on which an officer is away, and who stands in. The reason is not kept.
    Absence, AbsenceId, Absence, NewAbsence, AbsencePatch;
    fixed {}
    required {
        /// The officer who is away. It stays as first given.
        person_id: PersonId,
        /// The first day.
        starts: NaiveDate,
        /// The last day.
        ends: NaiveDate,
    }
    optional {
        /// The colleague who stands in; absent where none is named: then whoever is next for the place and the subject.
        substitute_id: Option<PersonId>,
    }
}

impl Absence {
    /// Whether they are away on this day.
    #[must_use]
    pub fn holds_on(&self, day: NaiveDate) -> bool {
        super::holds(day, Some(self.starts), Some(self.ends))
    }
}

impl Rules for Absence {
    fn check(&mut self, checks: &mut Checks) {
        check_days(checks, ("starts", Some(self.starts)), ("ends", Some(self.ends)));
        checks.hold(
            self.substitute_id != Some(self.person_id),
            "substituteId",
            Invalid::Substitute,
        );
    }

    fn edited(&mut self, before: &Self, checks: &mut Checks) {
        checks.hold(self.person_id == before.person_id, "personId", Invalid::Settled);
    }

    fn facets(&self) -> Facets {
        let mut facets = Facets::default();
        facets.link("personId", [self.person_id]);
        facets.link("substituteId", self.substitute_id);
        facets
    }

    fn reading(&self) -> Option<Action> {
        Some(Action::ReadDesks)
    }

    fn action(&self, _verb: Verb) -> Action {
        Action::KeepAbsence {
            person: self.person_id,
        }
    }
}

/// Narrows a list of absences.
#[derive(Clone, Debug, Default, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::InputObject))]
#[cfg_attr(feature = "graphql", graphql(name = "AbsenceFilter"))]
#[serde(rename_all = "camelCase")]
pub struct AbsenceFilter {
    /// Of this officer.
    pub person: Option<PersonId>,
    /// In which this officer stands in.
    pub substitute: Option<PersonId>,
    /// Ending on or after this day.
    pub ends_from: Option<NaiveDate>,
}
