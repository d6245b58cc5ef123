//! Where a fact comes from, as of when, how sure it is, and when it was last confirmed. A record has one for
//! itself and may have one for each of its fields.

use chrono::{DateTime, Utc};

use crate::check::Checks;
use crate::date::PartialDate;
use crate::facet::Facets;
use crate::id::{PersonId, ProjectId, RecordId};
use crate::policy::Action;
use crate::record::{Rules, Verb};

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
        /// Who confirmed it.
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
        checks.web_address("url", &mut self.url);
        checks.optional_paragraphs("note", &mut self.note);
    }

    fn facets(&self) -> Facets {
        let mut facets = Facets::default();
        facets.link("recordId", [self.record_id]);
        facets
    }

    fn action(&self, _verb: Verb) -> Action {
        let of_project = self.record_id.kind == crate::change::RecordType::Project;
        Action::EditProvenance {
            project: of_project.then_some(ProjectId(self.record_id.uuid)),
        }
    }
}
