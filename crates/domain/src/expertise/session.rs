//! Sessions of encounter: several similar needs of expertise brought together with who could help, as a step of the
//! expertise chantier. The step is for everybody; who it was proposed to, and what they answered, is for them and staff.

use chrono::{DateTime, Utc};

use super::topic;
use crate::check::Checks;
use crate::facet::Facets;
use crate::id::{ExpertiseId, ExpertiseNeedId, OrganisationId, ProjectId, StepId};
use crate::policy::Action;
use crate::record::{Rules, Verb};
use crate::refusal::{Invalid, Refusal};

/// The code of the chantier that sessions are steps of.
pub const CHANTIER: &str = "recueil-expertises";

choices! {
    /// What somebody answers to the proposal of a session.
    pub enum Answer as "ExpertiseSessionReply" {
        /// They will come.
        Yes = "YES",
        /// They may come.
        Maybe = "MAYBE",
        /// They will not come.
        No = "NO",
    }
}

/// The answer of one of those to whom a session was proposed.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
#[cfg_attr(
    feature = "graphql",
    graphql(name = "ExpertiseSessionAnswer", crate = "crate::graphql")
)]
#[serde(rename_all = "camelCase")]
pub struct Answered {
    /// The project that answers, where it is one.
    pub project_id: Option<ProjectId>,
    /// The organisation that answers, where it is one.
    pub organisation_id: Option<OrganisationId>,
    /// What it answers.
    pub answer: Answer,
    /// In words.
    pub note: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
}

record! {
    /// A session of encounter that was proposed; for staff and those it was proposed to.
    ExpertiseSession, ExpertiseSessionId, ExpertiseSession, NewExpertiseSession, ExpertiseSessionPatch;
    fixed {
        /// The step of the expertise chantier that it is.
        step_id: Option<StepId>,
        /// The projects it was proposed to: those of the needs.
        project_ids: Vec<ProjectId>,
        /// The organisations it was proposed to: those of the needs and those that could help.
        organisation_ids: Vec<OrganisationId>,
        /// What they answered, each its last word.
        answers: Vec<Answered>,
    }
    required {
        /// The broad topic of the needs, by code.
        topic: String,
        /// The needs that are brought together.
        need_ids: Vec<ExpertiseNeedId>,
    }
    optional {
        /// The offers that could help.
        expertise_ids: Vec<ExpertiseId>,
        /// What those it is proposed to should know of it.
        note: Option<String>,
    }
}

impl ExpertiseSession {
    /// Keeps the answer of one of those it was proposed to; its earlier one gives way.
    pub fn answer(&mut self, mut answer: Answered, checks: &mut Checks) {
        checks.optional_paragraphs("note", &mut answer.note);
        let invited = match (answer.project_id, answer.organisation_id) {
            (Some(project), None) => self.project_ids.contains(&project),
            (None, Some(organisation)) => self.organisation_ids.contains(&organisation),
            (Some(_), Some(_)) | (None, None) => false,
        };
        if !invited {
            checks.refuse(Refusal::UnknownReference {
                field: "projectId".into(),
            });
        }
        let same = |of: &Answered| {
            (of.project_id, of.organisation_id) == (answer.project_id, answer.organisation_id)
        };
        self.answers.retain(|of| !same(of));
        self.answers.push(answer);
    }
}

impl Rules for ExpertiseSession {
    fn check(&mut self, checks: &mut Checks) {
        let is_broad = topic::topic(&self.topic).is_some_and(|topic| topic.broad.is_none());
        if !is_broad {
            checks.refuse(Refusal::UnknownReference {
                field: "topic".into(),
            });
        }
        checks.set("needIds", &mut self.need_ids);
        checks.hold(self.need_ids.len() >= 2, "needIds", Invalid::Several);
        checks.set("expertiseIds", &mut self.expertise_ids);
        checks.optional_paragraphs("note", &mut self.note);
    }

    fn edited(&mut self, before: &Self, checks: &mut Checks) {
        checks.hold(self.topic == before.topic, "topic", Invalid::Settled);
        checks.hold(self.need_ids == before.need_ids, "needIds", Invalid::Settled);
        checks.hold(
            self.expertise_ids == before.expertise_ids,
            "expertiseIds",
            Invalid::Settled,
        );
    }

    fn facets(&self) -> Facets {
        let mut facets = Facets::default();
        facets.link("stepId", self.step_id);
        facets.link("needIds", self.need_ids.iter().copied());
        facets.link("expertiseIds", self.expertise_ids.iter().copied());
        facets.link("projectIds", self.project_ids.iter().copied());
        facets.link("organisationIds", self.organisation_ids.iter().copied());
        facets
    }

    fn reading(&self) -> Option<Action> {
        Some(Action::ReadExpertiseSession { invited: false })
    }

    fn action(&self, _verb: Verb) -> Action {
        Action::KeepExpertiseSession
    }
}

/// Narrows a list of sessions: to those that a reader may see. By default none.
#[derive(Clone, Debug, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Filter {
    /// Who reads.
    pub reader: super::need::Reader,
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::ExpertiseSessionId;

    #[test]
    fn who_was_asked_answers_and_its_last_word_counts() {
        let project = |number| ProjectId(Uuid::from_u128(number));
        let needs = [1, 2].map(|number| ExpertiseNeedId(Uuid::from_u128(number)));
        let id = ExpertiseSessionId(Uuid::nil());
        let mut session =
            ExpertiseSession::bare(id, DateTime::UNIX_EPOCH, "communication".into(), needs.into());
        session.project_ids = vec![project(1)];
        let mut say = |of, answer| {
            let mut checks = Checks::default();
            let answer = Answered {
                project_id: Some(of),
                organisation_id: None,
                answer,
                note: None,
                at: DateTime::UNIX_EPOCH,
            };
            session.answer(answer, &mut checks);
            checks.finish().is_ok()
        };
        assert!(say(project(1), Answer::Maybe) && say(project(1), Answer::Yes));
        assert!(!say(project(2), Answer::Yes));
        assert_eq!(session.answers[0].answer, Answer::Yes);
    }

    #[test]
    fn it_brings_at_least_two_needs_together_on_a_broad_topic() {
        let one = vec![ExpertiseNeedId(Uuid::nil()); 2];
        let id = ExpertiseSessionId(Uuid::nil());
        let mut session = ExpertiseSession::bare(id, DateTime::UNIX_EPOCH, "foncier".into(), one);
        let mut checks = Checks::default();
        session.check(&mut checks);
        let refused = checks.finish().unwrap_err();
        let fields: Vec<&str> = refused.iter().map(Refusal::field).collect();
        assert_eq!(fields, ["topic", "needIds"]);
    }
}
