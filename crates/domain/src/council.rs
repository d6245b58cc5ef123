//! Food policy councils ("conseils de politique alimentaire", CPA): which territory they are for, how far their setting
//! up has come, who coordinates them. Who sits, what was voted and decided and what came of it are records of their own.

mod decision;
mod evaluation;
mod meeting;
mod phase;
mod representativity;
mod seat;
mod shared;
pub mod vote;

pub use decision::{
    ActionStep, CouncilAction, CouncilActionPatch, Decision, DecisionPatch, NewCouncilAction, NewDecision,
    Progress,
};
pub use evaluation::{Evaluation, EvaluationPatch, NewEvaluation};
pub use meeting::{
    Attendance, CouncilMeeting, CouncilMeetingPatch, MeetingState, NewCouncilMeeting, Presence, Quorum,
    quorum,
};
pub use phase::{Phase, Status};
pub use representativity::{CategorySeats, CommuneSeats, Representativity, representativity};
pub use seat::{Category, HolderRole, NewSeat, NewSeatHolder, Seat, SeatHolder, SeatHolderPatch, SeatPatch};
pub use shared::{
    Endorsement, EndorsementPatch, EndorsementState, NewEndorsement, NewSharedItem, SharedFilter, SharedItem,
    SharedItemPatch, SharedKind,
};
pub use vote::{NewVote, Vote, VotePatch};

use crate::check::Checks;
use crate::date::PartialDate;
use crate::facet::{Facets, Words};
use crate::id::{OrganisationId, ProjectId, TerritoryId};
use crate::policy::Action;
use crate::record::{Rules, Verb};
use crate::refusal::Invalid;

choices! {
    /// For how wide a territory a council is.
    pub enum Level as "CouncilLevel" default Local {
        /// Several communes.
        Local = "LOCAL",
        /// One commune.
        Communal = "COMMUNAL",
        /// The region.
        Regional = "REGIONAL",
    }
}

choices! {
    /// The stages of setting up a council, in the order of the orientation note's method.
    pub enum Stage as "CouncilStage" {
        /// Knowing the territory's food system and who acts in it.
        Diagnosis = "DIAGNOSIS",
        /// Bringing the actors together.
        Mobilisation = "MOBILISATION",
        /// Being given a mandate by elected people.
        Mandate = "MANDATE",
        /// Choosing the seats: which actors, from where.
        Composition = "COMPOSITION",
        /// Giving itself its rules: founding texts, ways to decide.
        Rules = "RULES",
        /// Choosing what to work on.
        Priorities = "PRIORITIES",
        /// Working: groups, actions, opinions.
        Work = "WORK",
        /// Looking back at what was done, and going on from there.
        Evaluation = "EVALUATION",
    }
}

/// A stage of the method: what was tried on the ground, and what was learnt.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(
    feature = "graphql",
    derive(async_graphql::SimpleObject, async_graphql::InputObject)
)]
#[cfg_attr(
    feature = "graphql",
    graphql(
        name = "CouncilMethodStep",
        input_name = "CouncilMethodStepInput",
        crate = "crate::graphql"
    )
)]
pub struct MethodStep {
    /// The stage.
    pub stage: Stage,
    /// Since when, where it is known.
    #[serde(default)]
    pub since: Option<PartialDate>,
    /// What was tried on the ground.
    #[serde(default)]
    pub tried: Option<String>,
    /// What was learnt from it, difficulties included.
    #[serde(default)]
    pub learnt: Option<String>,
}

/// A document: a founding text, a memorandum.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(
    feature = "graphql",
    derive(async_graphql::SimpleObject, async_graphql::InputObject)
)]
#[cfg_attr(
    feature = "graphql",
    graphql(
        name = "CouncilDocument",
        input_name = "CouncilDocumentInput",
        crate = "crate::graphql"
    )
)]
pub struct Document {
    /// Its title.
    pub title: String,
    /// Where it can be read, where it can.
    #[serde(default)]
    pub url: Option<String>,
    /// Its date, where it is known.
    #[serde(default)]
    pub on: Option<PartialDate>,
}

/// Tidies documents and refuses what is wrong with them.
fn check_documents(field: &str, documents: &mut [Document], checks: &mut Checks) {
    checks.few(field, documents);
    for (place, document) in documents.iter_mut().enumerate() {
        checks.line(&format!("{field}.{place}.title"), &mut document.title);
        checks.web_address(&format!("{field}.{place}.url"), &mut document.url);
    }
}

record! {
    /// A food policy council.
    Council, CouncilId, Council, NewCouncil, CouncilPatch;
    fixed {
        /// The states it was in, the first first; the last is where it stands.
        phases: Vec<Phase>,
    }
    required {
        /// Its name.
        name: String,
    }
    optional {
        /// Other names it is known by.
        aliases: Vec<String>,
        /// For how wide a territory it is.
        level: Level,
        /// Its territory.
        territory_id: Option<TerritoryId>,
        /// The organisations that coordinate it: those who work for them keep what is said here.
        coordinator_ids: Vec<OrganisationId>,
        /// What is to be said of its coordination.
        coordination_note: Option<String>,
        /// The organisations that facilitate it: method, support, network.
        partner_ids: Vec<OrganisationId>,
        /// The projects it came from or works with.
        project_ids: Vec<ProjectId>,
        /// When it came into being, as its source says.
        created: Option<PartialDate>,
        /// How many members it had, as its source says; its seats are counted apart.
        members_count: Option<i32>,
        /// As of when that was.
        members_as_of: Option<PartialDate>,
        /// How it works: plenaries, working groups, ways to decide.
        mode_of_work: Option<String>,
        /// Its founding texts.
        texts: Vec<Document>,
        /// The stages of the method it went through, with what was tried and learnt.
        method: Vec<MethodStep>,
        /// The share of the seats, in percent, that must be present or represented at a meeting; absent where there is
        /// no such rule.
        quorum: Option<i32>,
        /// Its website.
        website: Option<String>,
        /// What it is, in a few sentences.
        summary: Option<String>,
    }
}

impl Council {
    /// Where it stands; unknown where nobody has said.
    #[must_use]
    pub fn status(&self) -> Status {
        self.phases.last().map_or(Status::Unknown, |phase| phase.status)
    }
}

impl Rules for Council {
    fn check(&mut self, checks: &mut Checks) {
        checks.line("name", &mut self.name);
        checks.lines("aliases", &mut self.aliases);
        checks.set("coordinatorIds", &mut self.coordinator_ids);
        checks.optional_paragraphs("coordinationNote", &mut self.coordination_note);
        checks.set("partnerIds", &mut self.partner_ids);
        checks.set("projectIds", &mut self.project_ids);
        checks.hold(
            self.members_count.is_none_or(|count| count >= 0),
            "membersCount",
            Invalid::Negative,
        );
        checks.optional_paragraphs("modeOfWork", &mut self.mode_of_work);
        check_documents("texts", &mut self.texts, checks);
        checks.few("method", &self.method);
        for (place, step) in self.method.iter_mut().enumerate() {
            checks.optional_paragraphs(&format!("method.{place}.tried"), &mut step.tried);
            checks.optional_paragraphs(&format!("method.{place}.learnt"), &mut step.learnt);
        }
        checks.hold(
            self.quorum.is_none_or(|share| (1..=100).contains(&share)),
            "quorum",
            Invalid::Percent,
        );
        checks.web_address("website", &mut self.website);
        checks.optional_paragraphs("summary", &mut self.summary);
    }

    fn facets(&self) -> Facets {
        let mut facets = Facets::default();
        facets.link("coordinatorIds", self.coordinator_ids.iter().copied());
        facets.link("partnerIds", self.partner_ids.iter().copied());
        facets.link("projectIds", self.project_ids.iter().copied());
        facets.place("territoryId", self.territory_id);
        facets.words = Some(Words {
            title: self.name.clone(),
            names: std::iter::once(self.name.clone())
                .chain(self.aliases.iter().cloned())
                .collect(),
            body: [&self.summary, &self.mode_of_work, &self.coordination_note]
                .into_iter()
                .flatten()
                .chain(
                    self.method
                        .iter()
                        .flat_map(|step| step.tried.iter().chain(&step.learnt)),
                )
                .cloned()
                .collect(),
        });
        facets
    }

    fn action(&self, verb: Verb) -> Action {
        match verb {
            Verb::Create | Verb::Delete => Action::KeepCouncils,
            Verb::Update => Action::EditCouncil { council: self.id },
        }
    }
}

/// Narrows a list of councils.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::InputObject))]
#[cfg_attr(feature = "graphql", graphql(name = "CouncilFilter"))]
#[serde(rename_all = "camelCase", default)]
pub struct Filter {
    /// In any of these states.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub statuses: Option<Vec<Status>>,
    /// For any of these levels of territory.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub levels: Option<Vec<Level>>,
    /// Coordinated or facilitated by this organisation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organisation: Option<OrganisationId>,
    /// For this territory, or for one that shares a commune with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub territory: Option<TerritoryId>,
    /// Whose words hold these, without regard to accents and case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

choices! {
    /// The order of a list of councils.
    pub enum Order as "CouncilOrder" {
        /// By name.
        Name = "NAME",
        /// The last changed first.
        UpdatedLast = "UPDATED_LAST",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn council(more: &serde_json::Value) -> Council {
        let mut all = serde_json::json!({
            "id": crate::CouncilId(uuid::Uuid::nil()), "revision": 1, "name": " CPA  Namur ",
            "createdAt": "2026-11-26T00:00:00Z", "updatedAt": "2026-11-26T00:00:00Z",
        });
        for (name, value) in more.as_object().unwrap() {
            all[name] = value.clone();
        }
        serde_json::from_value(all).unwrap()
    }

    fn refused(more: &serde_json::Value) -> Vec<String> {
        let mut checks = Checks::default();
        council(more).check(&mut checks);
        let refusals = checks.finish().err().unwrap_or_default();
        refusals.iter().map(|it| it.field().to_owned()).collect()
    }

    #[test]
    fn what_nobody_has_said_is_unknown_and_a_quorum_is_a_share() {
        assert_eq!(council(&serde_json::json!({})).status(), Status::Unknown);
        for right in [
            serde_json::json!({}),
            serde_json::json!({"quorum": 1}),
            serde_json::json!({"quorum": 100}),
        ] {
            assert!(refused(&right).is_empty());
        }
        for wrong in [0, 101, -3] {
            assert_eq!(refused(&serde_json::json!({"quorum": wrong})), ["quorum"]);
        }
    }

    #[test]
    fn a_document_has_a_title_and_an_address_that_is_one() {
        let texts = serde_json::json!({"texts": [{"title": "Charte", "url": "cpa.be/charte"}, {"title": " ", "url": "non"}]});
        assert_eq!(refused(&texts), ["texts.1.title", "texts.1.url"]);
    }
}
