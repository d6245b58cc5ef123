//! What is written in the conversation of a request. It stays as it was written.

use crate::check::Checks;
use crate::facet::Facets;
use crate::id::{PersonId, ProjectId, RequestId};
use crate::policy::Action;
use crate::record::{Rules, Verb};
use crate::refusal::Invalid;

record! {
    /// A message in the conversation of a request: for who asked, the project that is named, and staff only.
    RequestMessage, RequestMessageId, RequestMessage, NewRequestMessage, RequestMessagePatch;
    fixed {
        /// Who wrote it.
        author_id: PersonId,
        /// Who asked, as the request has it: they may read it.
        asker_id: PersonId,
        /// The project that asks, as the request has it: its members may read it.
        project_id: Option<ProjectId>,
    }
    required {
        /// The request.
        request_id: RequestId,
        /// The message.
        text: String,
    }
    optional {}
}

impl Rules for RequestMessage {
    fn check(&mut self, checks: &mut Checks) {
        checks.paragraphs("text", &mut self.text);
    }

    fn edited(&mut self, before: &Self, checks: &mut Checks) {
        checks.hold(
            self.request_id == before.request_id,
            "requestId",
            Invalid::Settled,
        );
        checks.hold(self.text == before.text, "text", Invalid::Settled);
    }

    fn facets(&self) -> Facets {
        let mut facets = Facets::default();
        facets.belong("requestId", [self.request_id]);
        facets.belong("projectId", self.project_id);
        facets
    }

    fn reading(&self) -> Option<Action> {
        Some(Action::FollowRequest {
            asker: self.asker_id,
            project: self.project_id,
        })
    }

    fn action(&self, verb: Verb) -> Action {
        match verb {
            Verb::Create => Action::FollowRequest {
                asker: self.asker_id,
                project: self.project_id,
            },
            Verb::Update | Verb::Delete => Action::EditMessage {
                author: self.author_id,
            },
        }
    }
}
