//! What an officer follows: a territory, from one day to another, for all subjects or for some chantiers only.

use chrono::NaiveDate;

use crate::check::Checks;
use crate::facet::Facets;
use crate::id::{ChantierId, PersonId, TerritoryId};
use crate::offer::check_days;
use crate::policy::Action;
use crate::record::{Rules, Verb};
use crate::refusal::Invalid;

record! {
    /// What an officer follows: a territory, from one day to another. Several may overlap, also on the same territory.
    /// It is kept when it has ended, so that a project's history says who followed it.
    Portfolio, PortfolioId, Portfolio, NewPortfolio, PortfolioPatch;
    fixed {}
    required {
        /// The officer. It stays as first given: another officer has a portfolio of their own.
        person_id: PersonId,
        /// The territory. It stays as first given.
        territory_id: TerritoryId,
    }
    optional {
        /// The chantiers that it is limited to; empty where it is for all subjects.
        chantier_ids: Vec<ChantierId>,
        /// The first day; absent where it always was.
        starts: Option<NaiveDate>,
        /// The last day; absent where none is foreseen.
        ends: Option<NaiveDate>,
    }
}

impl Portfolio {
    /// Whether it holds on this day.
    #[must_use]
    pub fn holds_on(&self, day: NaiveDate) -> bool {
        super::holds(day, self.starts, self.ends)
    }

    /// Whether it is for this subject, or for all; a request without a subject is for who follows all.
    #[must_use]
    pub fn is_for(&self, subject: Option<ChantierId>) -> bool {
        self.chantier_ids.is_empty() || subject.is_some_and(|subject| self.chantier_ids.contains(&subject))
    }
}

impl Rules for Portfolio {
    fn check(&mut self, checks: &mut Checks) {
        checks.set("chantierIds", &mut self.chantier_ids);
        check_days(checks, ("starts", self.starts), ("ends", self.ends));
    }

    fn edited(&mut self, before: &Self, checks: &mut Checks) {
        checks.hold(self.person_id == before.person_id, "personId", Invalid::Settled);
        checks.hold(
            self.territory_id == before.territory_id,
            "territoryId",
            Invalid::Settled,
        );
    }

    fn facets(&self) -> Facets {
        let mut facets = Facets::default();
        facets.link("personId", [self.person_id]);
        facets.link("chantierIds", self.chantier_ids.iter().copied());
        facets.place("territoryId", [self.territory_id]);
        facets
    }

    fn reading(&self) -> Option<Action> {
        Some(Action::ReadDesks)
    }

    fn action(&self, _verb: Verb) -> Action {
        Action::KeepPortfolios
    }
}

/// Narrows a list of portfolios.
#[derive(Clone, Debug, Default, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::InputObject))]
#[cfg_attr(feature = "graphql", graphql(name = "PortfolioFilter"))]
#[serde(rename_all = "camelCase")]
pub struct PortfolioFilter {
    /// Of this officer.
    pub person: Option<PersonId>,
    /// Of this territory, or of one that shares a commune with it.
    pub territory: Option<TerritoryId>,
    /// Holding on this day.
    pub on: Option<NaiveDate>,
}
