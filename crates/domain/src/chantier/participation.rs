//! A project's part in a chantier: it contributes something, needs something, or follows.

use crate::check::Checks;
use crate::facet::Facets;
use crate::id::{ChantierId, ProjectId};
use crate::policy::Action;
use crate::record::{Rules, Verb};

choices! {
    /// What a project does in a chantier.
    pub enum Part as "ParticipationPart" {
        /// It brings something.
        Contributes = "CONTRIBUTES",
        /// It needs something from it.
        Needs = "NEEDS",
        /// It wants to be kept informed.
        Follows = "FOLLOWS",
    }
}

record! {
    /// A project's part in a chantier.
    Participation, ParticipationId, Participation, NewParticipation, ParticipationPatch;
    fixed {}
    required {
        /// The chantier.
        chantier_id: ChantierId,
        /// The project.
        project_id: ProjectId,
        /// What the project does in it.
        part: Part,
    }
    optional {
        /// What exactly it brings, needs or follows.
        note: Option<String>,
        /// Whether the part was worked out from what the project does, rather than said by the project.
        inferred: bool,
    }
}

impl Rules for Participation {
    fn check(&mut self, checks: &mut Checks) {
        checks.optional_paragraphs("note", &mut self.note);
    }

    fn facets(&self) -> Facets {
        let mut facets = Facets::default();
        facets.belong("chantierId", [self.chantier_id]);
        facets.belong("projectId", [self.project_id]);
        facets
    }

    fn action(&self, _verb: Verb) -> Action {
        Action::EditParticipation {
            project: self.project_id,
        }
    }
}
