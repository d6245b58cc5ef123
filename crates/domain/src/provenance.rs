//! Where a fact comes from, as of when, how sure it is, and when it was last confirmed. A record has one for
//! itself and may have one for each of its fields.

use chrono::{DateTime, Utc};

use crate::change::RecordType;
use crate::check::Checks;
use crate::date::PartialDate;
use crate::facet::Facets;
use crate::id::{PersonId, ProjectId, RecordId};
use crate::policy::Action;
use crate::record::{Rules, Verb};
use crate::refusal::Invalid;

choices! {
    /// How sure a fact is.
    pub enum Confidence as "Confidence" {
        /// Stated by a source that knows.
        High = "HIGH",
        /// Likely; worth checking before relying on it.
        Medium = "MEDIUM",
        /// A guess or an old, indirect mention.
        Low = "LOW",
    }
}

record! {
    /// Where a fact comes from: its source, as of when, how sure, and when it was last confirmed.
    Provenance, ProvenanceId, Provenance, NewProvenance, ProvenancePatch;
    fixed {
        /// When somebody last confirmed that it still holds.
        confirmed_at: Option<DateTime<Utc>>,
        /// Who confirmed it; told by name, to staff only.
        #[cfg_attr(feature = "graphql", graphql(skip))]
        confirmed_by: Option<PersonId>,
    }
    required {
        /// The record that the fact is in.
        record_id: RecordId,
        /// The source in words: a page's address, a document's title.
        source: String,
    }
    optional {
        /// The field it is about, as named in the schema; absent for the record as a whole.
        field: Option<String>,
        /// The source's web address.
        url: Option<String>,
        /// The date the source speaks of or was published.
        as_of: Option<PartialDate>,
        /// How sure the fact is.
        confidence: Option<Confidence>,
        /// What a reader should know of it.
        note: Option<String>,
    }
}

impl Rules for Provenance {
    fn check(&mut self, checks: &mut Checks) {
        checks.line("source", &mut self.source);
        checks.optional_line("field", &mut self.field);
        let is_name =
            |name: &String| name.len() <= 40 && name.bytes().all(|byte| byte.is_ascii_alphanumeric());
        checks.hold(
            self.field.as_ref().is_none_or(is_name),
            "field",
            Invalid::Reference,
        );
        // What is said of a record that not everybody may see would be seen by everybody.
        let public = match self.record_id.kind {
            RecordType::Territory
            | RecordType::Organisation
            | RecordType::Chantier
            | RecordType::Step
            | RecordType::Resource
            | RecordType::Participation
            | RecordType::Project
            | RecordType::Source
            | RecordType::Offer
            | RecordType::Need
            | RecordType::Council
            | RecordType::Seat
            | RecordType::CouncilMeeting
            | RecordType::Vote
            | RecordType::Decision
            | RecordType::CouncilAction
            | RecordType::Evaluation
            | RecordType::SharedItem
            | RecordType::Endorsement
            | RecordType::Expertise => true,
            RecordType::SeatHolder
            | RecordType::Contact
            | RecordType::Person
            | RecordType::Membership
            | RecordType::Note
            | RecordType::Provenance
            | RecordType::Outcome
            | RecordType::Webhook
            | RecordType::SavedSearch
            | RecordType::Portfolio
            | RecordType::Absence
            | RecordType::Request
            | RecordType::RequestMessage
            | RecordType::ExpertiseNeed
            | RecordType::Introduction
            | RecordType::ExpertiseSession
            | RecordType::Change => false,
        };
        checks.hold(public, "recordId", Invalid::Reference);
        checks.web_address("url", &mut self.url);
        checks.optional_paragraphs("note", &mut self.note);
    }

    fn facets(&self) -> Facets {
        let mut facets = Facets::default();
        facets.belong("recordId", [self.record_id]);
        facets
    }

    fn action(&self, _verb: Verb) -> Action {
        let of_project = self.record_id.kind == RecordType::Project;
        Action::EditProvenance {
            project: of_project.then_some(ProjectId(self.record_id.uuid)),
        }
    }
}
