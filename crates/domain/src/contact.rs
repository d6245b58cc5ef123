//! Contact details of an organisation or a project: a record of its own, because not every reader of the
//! organisation may see them.

use crate::check::Checks;
use crate::facet::Facets;
use crate::id::{OrganisationId, ProjectId};
use crate::policy::Action;
use crate::record::{Rules, Verb};
use crate::refusal::Invalid;

record! {
    /// Contact details of an organisation or a project.
    Contact, ContactId, Contact, NewContact, ContactPatch;
    fixed {}
    required {
        /// What the contact is for: "coordination", "commandes".
        purpose: String,
    }
    optional {
        /// The organisation it belongs to; this or the project.
        organisation_id: Option<OrganisationId>,
        /// The project it belongs to; this or the organisation.
        project_id: Option<ProjectId>,
        /// The person's name.
        name: Option<String>,
        /// E-mail address.
        email: Option<String>,
        /// Telephone number, international form.
        phone: Option<String>,
    }
}

impl Rules for Contact {
    fn check(&mut self, checks: &mut Checks) {
        checks.line("purpose", &mut self.purpose);
        checks.hold(
            self.organisation_id.is_some() != self.project_id.is_some(),
            "organisationId",
            Invalid::Owner,
        );
        checks.optional_line("name", &mut self.name);
        checks.optional_line("email", &mut self.email);
        if let Some(email) = &mut self.email {
            checks.email("email", email);
        }
        checks.optional_line("phone", &mut self.phone);
        if let Some(phone) = &self.phone {
            let digits = phone.bytes().filter(u8::is_ascii_digit).count();
            let plain = phone.chars().all(|c| c.is_ascii_digit() || "+ ./()-".contains(c));
            checks.hold(plain && (8..=15).contains(&digits), "phone", Invalid::Phone);
        }
    }

    fn facets(&self) -> Facets {
        let mut facets = Facets::default();
        facets.belong("organisationId", self.organisation_id);
        facets.belong("projectId", self.project_id);
        facets
    }

    fn reading(&self) -> Option<Action> {
        Some(Action::ReadContacts)
    }

    fn action(&self, _verb: Verb) -> Action {
        Action::EditContact {
            organisation: self.organisation_id,
            project: self.project_id,
        }
    }
}
