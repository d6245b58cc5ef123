//! Resources and documents: guides, tools, minutes, studies, links, of a chantier or of a project.

use chrono::{DateTime, Utc};

use crate::check::Checks;
use crate::date::PartialDate;
use crate::facet::{Facets, Words};
use crate::id::{ChantierId, OrganisationId, ProjectId};
use crate::policy::Action;
use crate::record::{Rules, Verb};
use crate::refusal::Invalid;
use crate::text::Lang;

choices! {
    /// What sort of resource it is.
    pub enum ResourceKind as "ResourceKind" {
        /// A guide to follow.
        Guide = "GUIDE",
        /// A tool to use.
        Tool = "TOOL",
        /// A directory or database.
        Database = "DATABASE",
        /// Somebody who answers.
        Helpdesk = "HELPDESK",
        /// A study or diagnostic.
        Study = "STUDY",
        /// A method.
        Method = "METHOD",
        /// Minutes of a meeting.
        Minutes = "MINUTES",
        /// A memorandum or position paper.
        Memorandum = "MEMORANDUM",
        /// Another document.
        Document = "DOCUMENT",
        /// A newsletter.
        Newsletter = "NEWSLETTER",
        /// A web page.
        Link = "LINK",
    }
}

choices! {
    /// Whether a resource's link works.
    pub enum LinkState as "LinkState" default Untested {
        /// It has no link.
        NoLink = "NO_LINK",
        /// Nobody has tried it.
        Untested = "UNTESTED",
        /// The source had a link whose address is lost.
        Lost = "LOST",
        /// The address was found elsewhere than in the source: check it before relying on it.
        FoundElsewhere = "FOUND_ELSEWHERE",
        /// It answered when it was last tried.
        Working = "WORKING",
        /// It did not answer when it was last tried.
        Broken = "BROKEN",
    }
}

record! {
    /// A resource of a chantier, or a document of a project.
    Resource, ResourceId, Resource, NewResource, ResourcePatch;
    fixed {
        /// When its link was last tried.
        link_checked_at: Option<DateTime<Utc>>,
    }
    required {
        /// Its title.
        title: String,
        /// What sort of resource it is.
        kind: ResourceKind,
    }
    optional {
        /// The chantier it belongs to; this or the project.
        chantier_id: Option<ChantierId>,
        /// The project it belongs to; this or the chantier.
        project_id: Option<ProjectId>,
        /// The organisations that provide it.
        provider_ids: Vec<OrganisationId>,
        /// Its address.
        url: Option<String>,
        /// Whether the link works.
        link_state: LinkState,
        /// The languages it is in; empty where nobody has said.
        languages: Vec<Lang>,
        /// When it was published.
        published: Option<PartialDate>,
        /// What a reader should know of it.
        note: Option<String>,
    }
}

impl Rules for Resource {
    fn check(&mut self, checks: &mut Checks) {
        checks.line("title", &mut self.title);
        checks.hold(
            self.chantier_id.is_some() != self.project_id.is_some(),
            "chantierId",
            Invalid::Owner,
        );
        checks.set("providerIds", &mut self.provider_ids);
        checks.web_address("url", &mut self.url);
        checks.set("languages", &mut self.languages);
        checks.optional_paragraphs("note", &mut self.note);
        if self.url.is_none() && !matches!(self.link_state, LinkState::Lost) {
            self.link_state = LinkState::NoLink;
        } else if self.url.is_some() && matches!(self.link_state, LinkState::NoLink | LinkState::Lost) {
            self.link_state = LinkState::Untested;
        }
    }

    /// Another address has not been tried yet.
    fn edited(&mut self, before: &Self, _checks: &mut Checks) {
        if self.url != before.url && self.url.is_some() {
            self.link_state = LinkState::Untested;
            self.link_checked_at = None;
        }
    }

    fn facets(&self) -> Facets {
        let mut facets = Facets::default();
        facets.belong("chantierId", self.chantier_id);
        facets.belong("projectId", self.project_id);
        facets.link("providerIds", self.provider_ids.iter().copied());
        facets.words = Some(Words {
            title: self.title.clone(),
            names: vec![self.title.clone()],
            body: self.note.iter().cloned().collect(),
        });
        facets
    }

    fn action(&self, _verb: Verb) -> Action {
        Action::EditResource {
            project: self.project_id,
        }
    }
}

/// Narrows a list of resources.
#[derive(Clone, Debug, Default, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::InputObject))]
#[cfg_attr(feature = "graphql", graphql(name = "ResourceFilter"))]
#[serde(rename_all = "camelCase")]
pub struct Filter {
    /// Of any of these kinds.
    pub kinds: Option<Vec<ResourceKind>>,
    /// Of this chantier.
    pub chantier: Option<ChantierId>,
    /// Of this project.
    pub project: Option<ProjectId>,
    /// Whose link is in any of these states.
    pub link_states: Option<Vec<LinkState>>,
    /// Whose words hold these, without regard to accents and case.
    pub text: Option<String>,
}
