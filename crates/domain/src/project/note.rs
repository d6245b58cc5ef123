//! Follow-up notes on a project, which only the project and staff read.

use crate::check::Checks;
use crate::date::PartialDate;
use crate::facet::Facets;
use crate::id::{PersonId, ProjectId};
use crate::policy::Action;
use crate::record::{Rules, Verb};

record! {
    /// A follow-up note on a project: for the project and staff only.
    Note, NoteId, Note, NewNote, NotePatch;
    fixed {
        /// Who wrote it.
        author_id: Option<PersonId>,
    }
    required {
        /// The project it is about.
        project_id: ProjectId,
        /// The note.
        body: String,
    }
    optional {
        /// The day it speaks of, where that is not the day it was written.
        on: Option<PartialDate>,
    }
}

impl Rules for Note {
    fn check(&mut self, checks: &mut Checks) {
        checks.paragraphs("body", &mut self.body);
    }

    fn facets(&self) -> Facets {
        let mut facets = Facets::default();
        facets.belong("projectId", [self.project_id]);
        facets
    }

    fn reading(&self) -> Option<Action> {
        Some(Action::ReadNotes {
            project: self.project_id,
        })
    }

    fn action(&self, verb: Verb) -> Action {
        match verb {
            Verb::Create => Action::WriteNote {
                project: self.project_id,
            },
            Verb::Update | Verb::Delete => Action::EditNote {
                project: self.project_id,
                author: self.author_id,
            },
        }
    }
}
