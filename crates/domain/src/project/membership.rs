//! Who takes part in a project, and as what.

use crate::check::Checks;
use crate::facet::Facets;
use crate::id::{PersonId, ProjectId};
use crate::policy::Action;
use crate::record::{Rules, Verb};

choices! {
    /// As what a person takes part in a project.
    pub enum MembershipRole as "MembershipRole" {
        /// Leads it.
        Lead = "LEAD",
        /// Coordinates it day by day.
        Coordinator = "COORDINATOR",
        /// Takes part in it.
        Member = "MEMBER",
    }
}

record! {
    /// A person's part in a project; it lets them edit it.
    Membership, MembershipId, Membership, NewMembership, MembershipPatch;
    fixed {}
    required {
        /// The project.
        project_id: ProjectId,
        /// The person.
        person_id: PersonId,
        /// As what.
        role: MembershipRole,
    }
    optional {}
}

impl Rules for Membership {
    fn check(&mut self, _checks: &mut Checks) {}

    fn facets(&self) -> Facets {
        let mut facets = Facets::default();
        facets.belong("projectId", [self.project_id]);
        facets.link("personId", [self.person_id]);
        facets
    }

    fn reading(&self) -> Option<Action> {
        Some(Action::ReadMembers {
            project: self.project_id,
        })
    }

    fn action(&self, _verb: Verb) -> Action {
        Action::EditMembers {
            project: self.project_id,
        }
    }
}
