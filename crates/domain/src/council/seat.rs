//! The seats of a council: what they stand for, from where, for how long; and who sits on them, which is a record of its
//! own because it names people.

use chrono::NaiveDate;

use crate::check::Checks;
use crate::date::PartialDate;
use crate::facet::Facets;
use crate::gazetteer::GAZETTEER;
use crate::id::{CouncilId, OrganisationId, PersonId, SeatId, TerritoryId};
use crate::policy::Action;
use crate::record::{Rules, Verb};
use crate::refusal::Invalid;

choices! {
    /// Which kind of actor a seat stands for.
    pub enum Category as "SeatCategory" {
        /// Farming, market gardening, fishing.
        Production = "PRODUCTION",
        /// Processing.
        Processing = "PROCESSING",
        /// Shops, wholesale, logistics.
        Distribution = "DISTRIBUTION",
        /// Restaurants and collective kitchens.
        Catering = "CATERING",
        /// Consumers.
        Consumers = "CONSUMERS",
        /// Social action, food aid.
        Social = "SOCIAL",
        /// Health.
        Health = "HEALTH",
        /// Environment.
        Environment = "ENVIRONMENT",
        /// Schools, training, continuing education.
        Education = "EDUCATION",
        /// Communes, provinces, administrations.
        PublicAuthority = "PUBLIC_AUTHORITY",
        /// Research.
        Research = "RESEARCH",
        /// Citizens for themselves.
        Citizens = "CITIZENS",
    }
}

record! {
    /// A seat of a council: what it stands for and for how long. Who sits on it is told to few.
    Seat, SeatId, Seat, NewSeat, SeatPatch;
    fixed {}
    required {
        /// The council; it stays as first given.
        council_id: CouncilId,
        /// Which kind of actor it stands for.
        category: Category,
        /// What the seat stands for, without naming a person: "Maraîchage", "Ville de Huy".
        label: String,
    }
    optional {
        /// The member organisation; absent where the member is a person.
        organisation_id: Option<OrganisationId>,
        /// The commune it comes from.
        commune_id: Option<TerritoryId>,
        /// The beginning of its mandate, where it is known.
        mandate_from: Option<PartialDate>,
        /// The last day of its mandate; absent while none is set.
        mandate_to: Option<PartialDate>,
    }
}

impl Seat {
    /// Whether it is in mandate on this day: not before its mandate begins, nor after it ends, as far as they are known.
    #[must_use]
    pub fn is_in_mandate(&self, on: NaiveDate) -> bool {
        let begun = self
            .mandate_from
            .and_then(PartialDate::earliest)
            .is_none_or(|from| from <= on);
        let ended = self
            .mandate_to
            .and_then(PartialDate::latest)
            .is_some_and(|to| to < on);
        begun && !ended
    }
}

impl Rules for Seat {
    fn check(&mut self, checks: &mut Checks) {
        checks.line("label", &mut self.label);
        let is_commune = |id| GAZETTEER.get(id).is_some();
        checks.hold(
            self.commune_id.is_none_or(is_commune),
            "communeId",
            Invalid::Reference,
        );
        let first = self.mandate_from.and_then(PartialDate::earliest);
        let last = self.mandate_to.and_then(PartialDate::latest);
        checks.hold(
            first.zip(last).is_none_or(|(first, last)| first <= last),
            "mandateTo",
            Invalid::PeriodReversed,
        );
    }

    fn edited(&mut self, before: &Self, checks: &mut Checks) {
        checks.hold(
            self.council_id == before.council_id,
            "councilId",
            Invalid::Settled,
        );
    }

    fn facets(&self) -> Facets {
        let mut facets = Facets::default();
        facets.belong("councilId", [self.council_id]);
        facets.link("organisationId", self.organisation_id);
        facets.place("communeId", self.commune_id);
        facets
    }

    fn action(&self, _verb: Verb) -> Action {
        Action::EditCouncil {
            council: self.council_id,
        }
    }
}

choices! {
    /// As what somebody sits.
    pub enum HolderRole as "SeatHolderRole" {
        /// Holds the seat; one at a time.
        Holder = "HOLDER",
        /// Sits and votes when the holder cannot.
        Substitute = "SUBSTITUTE",
    }
}

record! {
    /// Who sits on a seat, or in its holder's place: for the council's coordinators, staff, and themselves.
    SeatHolder, SeatHolderId, SeatHolder, NewSeatHolder, SeatHolderPatch;
    fixed {
        /// The seat's council.
        council_id: Option<CouncilId>,
    }
    required {
        /// The seat; it stays as first given.
        seat_id: SeatId,
        /// Their name.
        name: String,
        /// As what they sit.
        role: HolderRole,
    }
    optional {
        /// Their account, by which they vote.
        person_id: Option<PersonId>,
    }
}

impl Rules for SeatHolder {
    fn check(&mut self, checks: &mut Checks) {
        checks.line("name", &mut self.name);
    }

    fn edited(&mut self, before: &Self, checks: &mut Checks) {
        checks.hold(self.seat_id == before.seat_id, "seatId", Invalid::Settled);
    }

    fn facets(&self) -> Facets {
        let mut facets = Facets::default();
        facets.belong("seatId", [self.seat_id]);
        facets.link("councilId", self.council_id);
        facets.link("personId", self.person_id);
        facets
    }

    fn reading(&self) -> Option<Action> {
        Some(Action::ReadSeatHolders {
            council: self.council_id,
            seat: self.seat_id,
        })
    }

    fn action(&self, _verb: Verb) -> Action {
        Action::EditSeatHolders {
            council: self.council_id,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seat(from: Option<&str>, to: Option<&str>) -> Seat {
        let mut seat = Seat::bare(
            SeatId(uuid::Uuid::nil()),
            chrono::DateTime::UNIX_EPOCH,
            CouncilId(uuid::Uuid::nil()),
            Category::Production,
            " Maraîchage ".into(),
        );
        seat.mandate_from = from.map(|date| date.parse().unwrap());
        seat.mandate_to = to.map(|date| date.parse().unwrap());
        seat
    }

    #[test]
    fn a_mandate_holds_from_its_first_day_to_its_last_and_where_nobody_has_said() {
        let on = |day: &str| day.parse::<NaiveDate>().unwrap();
        assert!(seat(None, None).is_in_mandate(on("2026-01-01")));
        let two_years = seat(Some("2024-03"), Some("2026-02"));
        for (day, sits) in [
            ("2024-02-29", false),
            ("2024-03-01", true),
            ("2026-02-28", true),
            ("2026-03-01", false),
        ] {
            assert_eq!(two_years.is_in_mandate(on(day)), sits, "{day}");
        }
    }

    #[test]
    fn a_seat_comes_from_a_commune_and_its_mandate_ends_after_it_begins() {
        let refused = |seat: &mut Seat| {
            let mut checks = Checks::default();
            seat.check(&mut checks);
            let refusals = checks.finish().err().unwrap_or_default();
            refusals
                .iter()
                .map(|it| it.field().to_owned())
                .collect::<Vec<_>>()
        };
        let mut right = seat(Some("2024"), Some("2024"));
        right.commune_id = "92094".parse().ok();
        assert!(refused(&mut right).is_empty());
        let mut wrong = seat(Some("2025"), Some("2024"));
        wrong.commune_id = "90000".parse().ok();
        assert_eq!(refused(&mut wrong), ["communeId", "mandateTo"]);
    }
}
