//! People with an account: who they are, what they may do. Never their passwords.

use chrono::{DateTime, Utc};

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
    fixed {
        /// When what it said of the person was erased; the account stays, without them, for what they did for others.
        erased_at: Option<DateTime<Utc>>,
    }
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

    fn edited(&mut self, before: &Self, checks: &mut Checks) {
        checks.hold(before.erased_at.is_none(), "id", Invalid::Settled);
    }

    fn reading(&self) -> Option<Action> {
        Some(Action::ReadPerson { person: self.id })
    }

    fn action(&self, _verb: Verb) -> Action {
        Action::ManageAccounts
    }
}

/// Who somebody was whose account was erased.
const FORMER: [&str; 4] = [
    "Un ancien membre",
    "Een vroeger lid",
    "Ein früheres Mitglied",
    "A former member",
];

impl Person {
    /// Takes everything out that tells who they are; the account cannot be used any more.
    pub fn erase(&mut self, now: DateTime<Utc>) {
        let Self {
            id,
            revision: _,
            created_at: _,
            updated_at: _,
            name,
            email,
            role,
            state,
            organisation_id,
            territory_ids,
            language,
            erased_at,
        } = self;
        FORMER[0].clone_into(name);
        // Each address stands once; to this one nothing is ever sent.
        *email = format!("{}@erased.invalid", id.to_string().to_lowercase());
        (*role, *state) = (Role::Member, State::Suspended);
        *organisation_id = None;
        territory_ids.clear();
        *language = Lang::Fr;
        *erased_at = Some(now);
    }

    /// The name, or, where the account was erased, that they were a member.
    #[must_use]
    pub fn called(self, lang: Lang) -> String {
        match (self.erased_at, lang) {
            (None, _) => self.name,
            (Some(_), Lang::Fr) => FORMER[0].to_owned(),
            (Some(_), Lang::Nl) => FORMER[1].to_owned(),
            (Some(_), Lang::De) => FORMER[2].to_owned(),
            (Some(_), Lang::En) => FORMER[3].to_owned(),
        }
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
    fn of_an_erased_account_nothing_tells_who_it_was() {
        let now = DateTime::UNIX_EPOCH;
        let id = crate::id::PersonId(uuid::Uuid::from_u128(7));
        let mut person = Person::bare(
            id,
            now,
            "Anne Exemple".to_owned(),
            "anne@exemple.be".to_owned(),
            Role::Partner,
        );
        person.organisation_id = Some(OrganisationId(uuid::Uuid::from_u128(8)));
        assert_eq!(person.clone().called(Lang::Nl), "Anne Exemple");
        person.erase(now);
        let kept = serde_json::to_string(&person).unwrap();
        assert!(
            !kept.contains("Anne") && !kept.contains("exemple.be") && !kept.contains("organisation_"),
            "{kept}"
        );
        let mut checks = Checks::default();
        person.check(&mut checks);
        checks.finish().unwrap();
        let said: Vec<String> = Lang::ALL
            .iter()
            .map(|lang| person.clone().called(*lang))
            .collect();
        assert_eq!(said, FORMER);
        let mut checks = Checks::default();
        person.clone().edited(&person, &mut checks);
        assert!(checks.finish().is_err(), "it is not brought back");
    }

    #[test]
    fn a_plain_password_is_refused() {
        assert!(password_is_good("une ceinture verte"));
        assert!(!password_is_good("court"));
        assert!(!password_is_good("aaaaaaaaaaaaaaaa"));
    }
}
