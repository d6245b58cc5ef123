//! Chantiers: the shared workstreams and the ideas for more. Their steps, resources and the projects' part in
//! them are records of their own.

mod participation;
mod resource;
mod step;

pub use participation::{NewParticipation, Part, Participation, ParticipationPatch};
pub use resource::{Filter as ResourceFilter, LinkState, NewResource, Resource, ResourceKind, ResourcePatch};
pub use step::{
    Filter as StepFilter, NewStep, Order as StepOrder, Slip, Step, StepPatch, StepStatus, reaches,
};

use chrono::NaiveDate;

use crate::check::Checks;
use crate::facet::{Facets, Words};
use crate::id::{ChantierId, OrganisationId, TerritoryId};
use crate::policy::Action;
use crate::record::{Rules, Verb};
use crate::refusal::Invalid;

choices! {
    /// How far a workstream has come as an undertaking.
    pub enum Stage as "ChantierStage" {
        /// An idea for a chantier, not opened yet.
        Track = "TRACK",
        /// Open.
        Open = "OPEN",
        /// Closed.
        Closed = "CLOSED",
    }
}

choices! {
    /// Where a chantier stands, derived from its steps.
    pub enum Progress as "ChantierProgress" {
        /// It has no steps.
        NoSteps = "NO_STEPS",
        /// None of its steps has begun.
        Planned = "PLANNED",
        /// Some steps are under way or done, none is late.
        UnderWay = "UNDER_WAY",
        /// A step that should be done is not.
        Late = "LATE",
        /// All its steps are done or cancelled.
        Done = "DONE",
        /// Nobody has said what became of its past steps.
        Unknown = "UNKNOWN",
    }
}

record! {
    /// A shared workstream of the projects ("chantier commun"), or an idea for one.
    Chantier, ChantierId, Chantier, NewChantier, ChantierPatch;
    fixed {}
    required {
        /// Its code, lasting and readable: `marches-publics`.
        code: String,
        /// Its place in the list, from 1.
        position: i32,
        /// Its title.
        title: String,
        /// How far it has come as an undertaking.
        stage: Stage,
    }
    optional {
        /// What it is to achieve.
        objective: Option<String>,
        /// What it is about.
        description: Option<String>,
        /// The organisations that lead it.
        lead_ids: Vec<OrganisationId>,
        /// The organisations that take part in it.
        partner_ids: Vec<OrganisationId>,
        /// Partners that are no single organisation.
        partners_note: Option<String>,
        /// Chantiers it has to do with.
        related_ids: Vec<ChantierId>,
        /// How many projects its source says it concerns.
        projects_concerned: Option<i32>,
        /// What a reader should know of it.
        note: Option<String>,
    }
}

impl Rules for Chantier {
    fn check(&mut self, checks: &mut Checks) {
        checks.line("code", &mut self.code);
        let plain = self
            .code
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        checks.hold(plain, "code", Invalid::CodeForm);
        checks.hold(self.position >= 0, "position", Invalid::Negative);
        checks.line("title", &mut self.title);
        checks.optional_paragraphs("objective", &mut self.objective);
        checks.optional_paragraphs("description", &mut self.description);
        checks.set("leadIds", &mut self.lead_ids);
        checks.set("partnerIds", &mut self.partner_ids);
        checks.optional_line("partnersNote", &mut self.partners_note);
        checks.set("relatedIds", &mut self.related_ids);
        checks.hold(
            !self.related_ids.contains(&self.id),
            "relatedIds",
            Invalid::Reference,
        );
        checks.hold(
            self.projects_concerned.is_none_or(|count| count >= 0),
            "projectsConcerned",
            Invalid::Negative,
        );
        checks.optional_paragraphs("note", &mut self.note);
    }

    fn facets(&self) -> Facets {
        let mut facets = Facets::default();
        facets.link("leadIds", self.lead_ids.iter().copied());
        facets.link("partnerIds", self.partner_ids.iter().copied());
        facets.link("relatedIds", self.related_ids.iter().copied());
        facets.words = Some(Words {
            title: self.title.clone(),
            names: vec![self.title.clone(), self.code.clone()],
            body: self
                .objective
                .iter()
                .chain(&self.description)
                .chain(&self.note)
                .cloned()
                .collect(),
        });
        facets
    }

    fn action(&self, _verb: Verb) -> Action {
        Action::EditChantier
    }
}

/// Where a chantier stands today, from its steps.
#[must_use]
pub fn progress(steps: &[Step], today: NaiveDate) -> Progress {
    let counted: Vec<&Step> = steps
        .iter()
        .filter(|step| step.status != StepStatus::Cancelled)
        .collect();
    let any = |status: StepStatus| counted.iter().any(|step| step.status == status);
    if steps.is_empty() {
        Progress::NoSteps
    } else if counted.iter().all(|step| step.status == StepStatus::Done) {
        Progress::Done
    } else if counted.iter().any(|step| step.is_late(today)) {
        Progress::Late
    } else if any(StepStatus::UnderWay) || any(StepStatus::Done) {
        Progress::UnderWay
    } else if any(StepStatus::Unknown) {
        Progress::Unknown
    } else {
        Progress::Planned
    }
}

/// Narrows a list of chantiers.
#[derive(Clone, Debug, Default, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::InputObject))]
#[cfg_attr(feature = "graphql", graphql(name = "ChantierFilter"))]
#[serde(rename_all = "camelCase")]
pub struct Filter {
    /// In any of these stages; without this, the opened and closed ones, not the tracks.
    pub stages: Option<Vec<Stage>>,
    /// With any of these codes.
    pub codes: Option<Vec<String>>,
    /// Led or accompanied by this organisation.
    pub organisation: Option<OrganisationId>,
    /// Whose projects lie in or touch this territory.
    pub territory: Option<TerritoryId>,
    /// Whose words hold these, without regard to accents and case.
    pub text: Option<String>,
}

choices! {
    /// The order of a list of chantiers.
    pub enum Order as "ChantierOrder" {
        /// As the cell numbers them.
        Position = "POSITION",
        /// By title.
        Title = "TITLE",
        /// The last changed first.
        UpdatedLast = "UPDATED_LAST",
    }
}
