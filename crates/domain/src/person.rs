//! People with an account: who they are, what they may do. Never their passwords.

use crate::check::Checks;
use crate::facet::Facets;
use crate::id::{OrganisationId, TerritoryId};
use crate::policy::{Action, Role};
use crate::record::{Rules, Verb};
use crate::refusal::Invalid;
use crate::text::Lang;

choices! {
    /// Whether an account can be used.
    pub enum State as "AccountState" default Invited {
        /// Invited; has not chosen a password yet.
        Invited = "INVITED",
        /// In use.
        Active = "ACTIVE",
        /// Closed by an administrator.
        Suspended = "SUSPENDED",
    }
}

record! {
    /// A person with an account.
    Person, PersonId, Person, NewPerson, PersonPatch;
    fixed {}
    required {
        /// Their name, as colleagues know them.
        name: String,
        /// Their e-mail address, by which they sign in.
        email: String,
        /// What they may do.
        role: Role,
    }
    optional {
        /// Whether the account can be used.
        state: State,
        /// The organisation they work for.
        organisation_id: Option<OrganisationId>,
        /// The territories they work in. What an officer follows, and from when to when, stands in their portfolios.
        territory_ids: Vec<TerritoryId>,
        /// The language they are written to in.
        language: Lang,
    }
}

impl Rules for Person {
    fn check(&mut self, checks: &mut Checks) {
        checks.line("name", &mut self.name);
        checks.email("email", &mut self.email);
        checks.set("territoryIds", &mut self.territory_ids);
        let partner_has_house = self.role != Role::Partner || self.organisation_id.is_some();
        checks.hold(partner_has_house, "organisationId", Invalid::Reference);
    }

    fn facets(&self) -> Facets {
        let mut facets = Facets::default();
        facets.link("organisationId", self.organisation_id);
        facets.place("territoryIds", self.territory_ids.iter().copied());
        facets
    }

    fn reading(&self) -> Option<Action> {
        Some(Action::ReadPerson { person: self.id })
    }

    fn action(&self, _verb: Verb) -> Action {
        Action::ManageAccounts
    }
}

/// The shortest password, in characters.
pub const PASSWORD_LEAST: usize = 12;

/// Whether a password is long enough and more than a few characters repeated.
#[must_use]
pub fn password_is_good(password: &str) -> bool {
    let mut different: Vec<char> = password.chars().collect();
    let long_enough = different.len() >= PASSWORD_LEAST && password.len() <= 1_000;
    different.sort_unstable();
    different.dedup();
    long_enough && different.len() >= 5
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_password_is_refused() {
        assert!(password_is_good("une ceinture verte"));
        assert!(!password_is_good("court"));
        assert!(!password_is_good("aaaaaaaaaaaaaaaa"));
    }
}
