//! What councils do together: memoranda, working groups, workshops of exchange, and what each council says of them.

use super::{Document, check_documents};
use crate::check::Checks;
use crate::date::PartialDate;
use crate::facet::{Facets, Words};
use crate::id::{CouncilId, SharedItemId};
use crate::policy::Action;
use crate::record::{Rules, Verb};
use crate::refusal::Invalid;

choices! {
    /// What councils share.
    pub enum SharedKind as "SharedItemKind" {
        /// A text that councils carry together.
        Memorandum = "MEMORANDUM",
        /// A group of several councils that works on something.
        WorkingGroup = "WORKING_GROUP",
        /// A day on which councils learn from each other.
        Workshop = "WORKSHOP",
    }
}

record! {
    /// Something that councils do together.
    SharedItem, SharedItemId, SharedItem, NewSharedItem, SharedItemPatch;
    fixed {}
    required {
        /// What it is.
        kind: SharedKind,
        /// Its title.
        title: String,
    }
    optional {
        /// The council that proposes it; absent where the cell does.
        proposer_id: Option<CouncilId>,
        /// Its text, or what it is about.
        text: Option<String>,
        /// Its day, where it has one.
        on: Option<PartialDate>,
        /// Where, where it takes place somewhere.
        place: Option<String>,
        /// Its documents.
        documents: Vec<Document>,
    }
}

impl Rules for SharedItem {
    fn check(&mut self, checks: &mut Checks) {
        checks.line("title", &mut self.title);
        checks.optional_paragraphs("text", &mut self.text);
        checks.optional_line("place", &mut self.place);
        check_documents("documents", &mut self.documents, checks);
    }

    fn facets(&self) -> Facets {
        let mut facets = Facets::default();
        facets.link("proposerId", self.proposer_id);
        facets.words = Some(Words {
            title: self.title.clone(),
            names: vec![self.title.clone()],
            body: self.text.iter().cloned().collect(),
        });
        facets
    }

    fn action(&self, _verb: Verb) -> Action {
        Action::EditSharedItem {
            proposer: self.proposer_id,
        }
    }
}

/// Narrows a list of shared items.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::InputObject))]
#[cfg_attr(feature = "graphql", graphql(name = "SharedItemFilter"))]
#[serde(rename_all = "camelCase", default)]
pub struct SharedFilter {
    /// Of any of these kinds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kinds: Option<Vec<SharedKind>>,
    /// Proposed by this council, or put to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub council: Option<CouncilId>,
    /// Whose words hold these, without regard to accents and case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

choices! {
    /// What a council says of a shared item.
    pub enum EndorsementState as "EndorsementState" {
        /// It was put to the council, which has not said yet.
        Proposed = "PROPOSED",
        /// The council carries it, or takes part in it.
        Endorsed = "ENDORSED",
        /// It does not, for the reason that is kept with it.
        Declined = "DECLINED",
    }
}

record! {
    /// What a council says of a shared item; one for each council and item.
    Endorsement, EndorsementId, Endorsement, NewEndorsement, EndorsementPatch;
    fixed {}
    required {
        /// The item; it stays as first given.
        item_id: SharedItemId,
        /// The council; it stays as first given.
        council_id: CouncilId,
        /// What it says.
        state: EndorsementState,
    }
    optional {
        /// When, where it is known.
        on: Option<PartialDate>,
        /// Why, or what is to be said of it; needed where it declines.
        reason: Option<String>,
    }
}

impl Rules for Endorsement {
    fn check(&mut self, checks: &mut Checks) {
        checks.optional_paragraphs("reason", &mut self.reason);
        checks.hold(
            self.state != EndorsementState::Declined || self.reason.is_some(),
            "reason",
            Invalid::ReasonMissing,
        );
    }

    fn edited(&mut self, before: &Self, checks: &mut Checks) {
        checks.hold(self.item_id == before.item_id, "itemId", Invalid::Settled);
        checks.hold(
            self.council_id == before.council_id,
            "councilId",
            Invalid::Settled,
        );
    }

    fn facets(&self) -> Facets {
        let mut facets = Facets::default();
        facets.belong("itemId", [self.item_id]);
        facets.belong("councilId", [self.council_id]);
        facets
    }

    fn action(&self, _verb: Verb) -> Action {
        Action::EditCouncil {
            council: self.council_id,
        }
    }
}
