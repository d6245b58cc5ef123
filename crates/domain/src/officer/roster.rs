//! Which of the staff a request reaches: by its commune and subject, whoever is away replaced by who stands in. A pure
//! function of who is there on the day, so no request ever waits for a clock to move it.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;

use super::{Absence, Portfolio};
use crate::gazetteer::{Commune, GAZETTEER};
use crate::id::{ChantierId, PersonId, TerritoryId};
use crate::policy::Role;
use crate::territory::{Nis, Territory};

choices! {
    /// Why a request is somebody's, from the nearest reason to the last resort.
    pub enum Basis as "RouteBasis" {
        /// They follow the place for this very subject.
        Subject = "SUBJECT",
        /// They follow the place for all subjects.
        Territory = "TERRITORY",
        /// They follow the place for other subjects; nobody does for this one.
        OtherSubject = "OTHER_SUBJECT",
        /// They are an officer; nobody follows the place.
        Officer = "OFFICER",
        /// They are an editor; there is no officer.
        Editor = "EDITOR",
        /// They are an administrator; there is neither officer nor editor.
        Administrator = "ADMINISTRATOR",
    }
}

/// One of the cell's staff whose account is in use, with the requests they have to answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colleague {
    /// The person.
    pub id: PersonId,
    /// What they may do: officer or more.
    pub role: Role,
    /// How many requests they own that are not closed.
    pub open: u64,
}

/// Who is in on a day and what each follows.
#[derive(Clone, Debug)]
pub struct Roster {
    staff: Vec<Colleague>,
    portfolios: Vec<Portfolio>,
    absences: Vec<Absence>,
    communes: HashMap<TerritoryId, HashSet<Nis>>,
}

/// Where a request goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Routed {
    /// Who owns it: whose it is by place and subject, also while they are away.
    pub owner: PersonId,
    /// Who sees to it on the day: the owner, or who stands in while they are away.
    pub minder: PersonId,
    /// Why it is the owner's.
    pub basis: Basis,
    /// The territory by which it is the owner's; none where nobody follows the place.
    pub territory: Option<TerritoryId>,
}

/// Somebody who could own a request.
#[derive(Clone, Copy)]
struct Candidate {
    person: PersonId,
    basis: Basis,
    territory: Option<TerritoryId>,
}

impl Roster {
    /// The roster of a day: staff in use, and of the portfolios and absences those that hold on it. The territories are
    /// those that the portfolios name.
    #[must_use]
    pub fn of(
        day: NaiveDate,
        staff: Vec<Colleague>,
        mut portfolios: Vec<Portfolio>,
        mut absences: Vec<Absence>,
        territories: &[Territory],
    ) -> Self {
        portfolios.retain(|portfolio| portfolio.holds_on(day));
        absences.retain(|absence| absence.holds_on(day));
        absences.sort_unstable_by_key(|absence| absence.id);
        let communes = territories
            .iter()
            .map(|territory| (territory.id, territory.commune_codes.iter().copied().collect()))
            .collect();
        Self {
            staff,
            portfolios,
            absences,
            communes,
        }
    }

    /// Whether this is one of the staff whose account is in use.
    #[must_use]
    pub fn knows(&self, person: PersonId) -> bool {
        self.staff.iter().any(|colleague| colleague.id == person)
    }

    /// The staff in use.
    #[must_use]
    pub fn staff(&self) -> &[Colleague] {
        &self.staff
    }

    /// The portfolios that hold on the day.
    #[must_use]
    pub fn portfolios(&self) -> &[Portfolio] {
        &self.portfolios
    }

    /// The absences of the day.
    #[must_use]
    pub fn absences(&self) -> &[Absence] {
        &self.absences
    }

    /// Whether somebody is there on the day: of the staff, and not away.
    #[must_use]
    pub fn is_in(&self, person: PersonId) -> bool {
        self.knows(person) && !self.absences.iter().any(|absence| absence.person_id == person)
    }

    /// Whose a request about these communes is, and who sees to it; nothing only where there is no staff at all.
    ///
    /// Who follows most of the communes comes first (of one commune, everybody follows all), then the narrowest
    /// territory, in it who is there for that very subject, then who has the fewest open requests.
    #[must_use]
    pub fn route(&self, communes: &[Nis], subject: Option<ChantierId>) -> Option<Routed> {
        let candidates = self.candidates(communes, subject);
        let owner = candidates.first()?;
        Some(Routed {
            owner: owner.person,
            minder: self.minder_among(owner.person, &candidates),
            basis: owner.basis,
            territory: owner.territory,
        })
    }

    /// Who sees to a request on the day: its owner, or who stands in, or, where nobody does or the owner's account is no
    /// more in use, the next for its commune and subject who is in. Where everybody is away, it stays with the owner.
    #[must_use]
    pub fn minder(&self, owner: PersonId, commune: TerritoryId, subject: Option<ChantierId>) -> PersonId {
        // Most often that is all there is to it.
        if self.is_in(owner) {
            return owner;
        }
        self.minder_among(owner, &self.candidates(&code(commune), subject))
    }

    fn minder_among(&self, owner: PersonId, candidates: &[Candidate]) -> PersonId {
        let known = Some(owner).filter(|owner| self.knows(*owner));
        let last = known.or_else(|| candidates.first().map(|first| first.person));
        self.standing_in(owner)
            .or_else(|| candidates.iter().find_map(|next| self.standing_in(next.person)))
            .or(last)
            .unwrap_or(owner)
    }

    /// Who is there for somebody: they themselves, or who stands in for them, or for that one in turn; nobody where all
    /// of these are away, also where they stand in for each other.
    #[must_use]
    pub fn standing_in(&self, person: PersonId) -> Option<PersonId> {
        let mut seen = HashSet::new();
        let mut open = vec![person];
        while let Some(person) = open.pop() {
            if self.is_in(person) {
                return Some(person);
            }
            if seen.insert(person) {
                let away = self.absences.iter().filter(|absence| absence.person_id == person);
                open.extend(away.rev().filter_map(|absence| absence.substitute_id));
            }
        }
        None
    }

    /// All who could own it, the first first: who follows the place, and then all of the staff.
    fn candidates(&self, communes: &[Nis], subject: Option<ChantierId>) -> Vec<Candidate> {
        let open: HashMap<PersonId, u64> = self.staff.iter().map(|of| (of.id, of.open)).collect();
        let mut following: Vec<_> = self
            .portfolios
            .iter()
            .filter_map(|portfolio| {
                let person = portfolio.person_id;
                let requests = open.get(&person)?;
                let reach = self.communes.get(&portfolio.territory_id)?;
                let shared = communes.iter().filter(|commune| reach.contains(commune)).count();
                let basis = match (portfolio.is_for(subject), portfolio.chantier_ids.is_empty()) {
                    (true, false) => Basis::Subject,
                    (true, true) => Basis::Territory,
                    (false, _) => Basis::OtherSubject,
                };
                let candidate = Candidate {
                    person,
                    basis,
                    territory: Some(portfolio.territory_id),
                };
                let fits = basis != Basis::OtherSubject;
                let place = (!fits, Reverse(shared), reach.len(), basis, *requests, person);
                (shared > 0).then_some(((place, portfolio.territory_id), candidate))
            })
            .collect();
        following.sort_unstable_by_key(|(place, _)| *place);
        let mut others: Vec<&Colleague> = self.staff.iter().collect();
        others.sort_unstable_by_key(|colleague| (colleague.role, colleague.open, colleague.id));
        let others = others.into_iter().map(|colleague| Candidate {
            person: colleague.id,
            basis: match colleague.role {
                Role::Member | Role::Partner | Role::Officer => Basis::Officer,
                Role::Editor => Basis::Editor,
                Role::Administrator => Basis::Administrator,
            },
            territory: None,
        });
        following
            .into_iter()
            .map(|(_, candidate)| candidate)
            .chain(others)
            .collect()
    }
}

/// The code of a commune, as a list of one.
fn code(commune: TerritoryId) -> Vec<Nis> {
    GAZETTEER
        .get(commune)
        .map(|commune| commune.nis)
        .into_iter()
        .collect()
}

/// The communes of some territories: those that they are made of; of one whose communes nobody has listed, those of the
/// provinces (or the region) that it lies in.
#[must_use]
pub fn communes_of(territories: &[Territory]) -> Vec<Nis> {
    let within = |territory: &Territory, commune: &Commune| {
        let around = [commune.arrondissement, commune.province, Nis::WALLONIA];
        around.iter().any(|area| territory.within_codes.contains(area))
    };
    let mut codes: Vec<Nis> = territories
        .iter()
        .flat_map(|territory| {
            if territory.commune_codes.is_empty() {
                let all = GAZETTEER.all().iter();
                all.filter(|commune| within(territory, commune))
                    .map(|commune| commune.nis)
                    .collect()
            } else {
                territory.commune_codes.clone()
            }
        })
        .collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}

#[cfg(test)]
mod tests;
