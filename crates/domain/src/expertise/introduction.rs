//! Introductions: a need of expertise and an offer brought together, step by step, with what both sides say of it in the
//! end. Only the two sides and staff see it.

use chrono::{DateTime, TimeDelta, Utc};

use super::check_rating;
use crate::check::Checks;
use crate::facet::Facets;
use crate::id::{ExpertiseId, ExpertiseNeedId, OrganisationId, ProjectId};
use crate::policy::Action;
use crate::record::{Rules, Verb};
use crate::refusal::{Invalid, Refusal};

choices! {
    /// How far an introduction has come.
    pub enum Stage as "IntroductionStage" {
        /// It was proposed to the provider.
        Proposed = "PROPOSED",
        /// The provider accepted.
        Accepted = "ACCEPTED",
        /// The provider refused, for the reason that is kept with it.
        Refused = "REFUSED",
        /// The two are at work.
        UnderWay = "UNDER_WAY",
        /// It is done.
        Done = "DONE",
        /// Nothing came of it, for the reason that is kept with it.
        WithoutResult = "WITHOUT_RESULT",
    }
}

impl Stage {
    /// The stages that may follow this one. What was refused, done or ended without result stays so; the two can be
    /// introduced anew.
    #[must_use]
    pub const fn next(self) -> &'static [Self] {
        match self {
            Self::Proposed => &[Self::Accepted, Self::Refused, Self::WithoutResult],
            Self::Accepted => &[Self::UnderWay, Self::Done, Self::WithoutResult],
            Self::UnderWay => &[Self::Done, Self::WithoutResult],
            Self::Refused | Self::Done | Self::WithoutResult => &[],
        }
    }

    /// Whether it keeps the provider busy.
    #[must_use]
    pub const fn is_busy(self) -> bool {
        match self {
            Self::Accepted | Self::UnderWay => true,
            Self::Proposed | Self::Refused | Self::Done | Self::WithoutResult => false,
        }
    }

    /// Whether something is still awaited.
    #[must_use]
    pub const fn is_open(self) -> bool {
        !self.next().is_empty()
    }

    /// After how long without a move people are reminded; never where nothing is awaited.
    #[must_use]
    pub const fn patience(self) -> Option<TimeDelta> {
        match self {
            Self::Proposed => Some(TimeDelta::days(7)),
            Self::Accepted => Some(TimeDelta::days(21)),
            Self::UnderWay => Some(TimeDelta::days(60)),
            Self::Refused | Self::Done | Self::WithoutResult => None,
        }
    }

    /// Whether only the provider says so.
    #[must_use]
    pub const fn is_answer(self) -> bool {
        match self {
            Self::Accepted | Self::Refused => true,
            Self::Proposed | Self::UnderWay | Self::Done | Self::WithoutResult => false,
        }
    }
}

choices! {
    /// Why a provider refused.
    pub enum Refused as "IntroductionRefusal" {
        /// No time, no room for it.
        NoTime = "NO_TIME",
        /// Not their field after all.
        NotOurField = "NOT_OUR_FIELD",
        /// Too far away.
        TooFar = "TOO_FAR",
        /// The budget does not allow it.
        Budget = "BUDGET",
        /// The deadline cannot be met.
        TooLate = "TOO_LATE",
        /// No language in common.
        Language = "LANGUAGE",
        /// A conflict of interest.
        Conflict = "CONFLICT",
        /// Another reason, which the text says.
        Other = "OTHER",
    }
}

choices! {
    /// For whom somebody speaks in an introduction.
    pub enum Party as "IntroductionParty" {
        /// Who gives the expertise.
        Provider = "PROVIDER",
        /// Who asked for it.
        Requester = "REQUESTER",
        /// The cell.
        Staff = "STAFF",
    }
}

/// One step of an introduction.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
#[cfg_attr(
    feature = "graphql",
    graphql(name = "IntroductionStep", crate = "crate::graphql")
)]
pub struct Step {
    /// The stage it came to.
    pub stage: Stage,
    /// When.
    pub at: DateTime<Utc>,
    /// Who moved it.
    pub by: Party,
    /// Why it was refused.
    pub refused: Option<Refused>,
    /// What is to be said of it.
    pub text: Option<String>,
}

/// What one side says of an introduction in the end.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
#[cfg_attr(
    feature = "graphql",
    graphql(name = "IntroductionFeedback", crate = "crate::graphql")
)]
pub struct Feedback {
    /// From 1 (of no use) to 5 (of great use).
    pub rating: i32,
    /// In words.
    pub text: Option<String>,
    /// When it was said.
    pub at: DateTime<Utc>,
}

record! {
    /// A need of expertise and an offer brought together; for the two sides and staff only.
    Introduction, IntroductionId, Introduction, NewIntroduction, IntroductionPatch;
    fixed {
        /// Who gives: the offer's organisation.
        provider_id: Option<OrganisationId>,
        /// The project that asked.
        project_id: Option<ProjectId>,
        /// The organisation that asked.
        organisation_id: Option<OrganisationId>,
        /// The topic on which the two meet; null where they were brought together for another reason.
        topic: Option<String>,
        /// The steps it went through, the last of them the present one.
        steps: Vec<Step>,
        /// What the provider says of it.
        provider_feedback: Option<Feedback>,
        /// What who asked says of it.
        requester_feedback: Option<Feedback>,
    }
    required {
        /// The offer. It stays as first given.
        expertise_id: ExpertiseId,
        /// The need. It stays as first given.
        need_id: ExpertiseNeedId,
    }
    optional {
        /// A word to go with it.
        message: Option<String>,
    }
}

impl Introduction {
    /// How far it has come.
    #[must_use]
    pub fn stage(&self) -> Stage {
        self.steps.last().map_or(Stage::Proposed, |step| step.stage)
    }

    /// When it last moved.
    #[must_use]
    pub fn moved_at(&self) -> DateTime<Utc> {
        self.steps.last().map_or(self.created_at, |step| step.at)
    }

    /// Why it was refused, where it was.
    #[must_use]
    pub fn refused(&self) -> Option<Refused> {
        self.steps.last().and_then(|step| step.refused)
    }

    /// Begins it.
    pub fn propose(&mut self, by: Party, at: DateTime<Utc>) {
        self.steps = vec![Step {
            stage: Stage::Proposed,
            at,
            by,
            refused: None,
            text: None,
        }];
    }

    /// Moves it to another stage; the earlier ones are kept.
    pub fn advance(&mut self, mut step: Step, checks: &mut Checks) {
        let from = self.stage();
        checks.optional_paragraphs("text", &mut step.text);
        if !from.next().contains(&step.stage) {
            checks.refuse(Refusal::Transition {
                field: "stage".into(),
                from: from.to_string(),
                to: step.stage.to_string(),
            });
        }
        match step.stage {
            Stage::Refused => {
                if step.refused.is_none() {
                    checks.refuse(Refusal::Required {
                        field: "refused".into(),
                    });
                }
                let says = step.refused != Some(Refused::Other) || step.text.is_some();
                checks.hold(says, "text", Invalid::ReasonMissing);
            }
            Stage::WithoutResult => {
                step.refused = None;
                checks.hold(step.text.is_some(), "text", Invalid::ReasonMissing);
            }
            Stage::Proposed | Stage::Accepted | Stage::UnderWay | Stage::Done => step.refused = None,
        }
        self.steps.push(step);
    }

    /// Keeps what one side says of it; its earlier word gives way.
    pub fn review(&mut self, party: Party, mut feedback: Feedback, checks: &mut Checks) {
        check_rating(checks, "rating", feedback.rating);
        checks.optional_paragraphs("text", &mut feedback.text);
        let came_about = matches!(
            self.stage(),
            Stage::Accepted | Stage::UnderWay | Stage::Done | Stage::WithoutResult
        ) && self.steps.iter().any(|step| step.stage == Stage::Accepted);
        checks.hold(came_about, "rating", Invalid::NotBegun);
        match party {
            Party::Provider => self.provider_feedback = Some(feedback),
            Party::Requester => self.requester_feedback = Some(feedback),
            Party::Staff => checks.hold(false, "party", Invalid::Word),
        }
    }

    /// What speaking for a party asks of the policy.
    #[must_use]
    pub const fn speaking(&self, party: Party) -> Action {
        match party {
            Party::Provider => Action::AnswerIntroduction {
                provider: self.provider_id,
            },
            Party::Requester => Action::AskIntroduction {
                project: self.project_id,
                organisation: self.organisation_id,
            },
            Party::Staff => Action::ReadFunnel,
        }
    }
}

impl Rules for Introduction {
    fn check(&mut self, checks: &mut Checks) {
        checks.optional_paragraphs("message", &mut self.message);
    }

    fn edited(&mut self, before: &Self, checks: &mut Checks) {
        checks.hold(
            self.expertise_id == before.expertise_id,
            "expertiseId",
            Invalid::Settled,
        );
        checks.hold(self.need_id == before.need_id, "needId", Invalid::Settled);
    }

    fn facets(&self) -> Facets {
        let mut facets = Facets::default();
        facets.link("expertiseId", [self.expertise_id]);
        facets.link("needId", [self.need_id]);
        facets.link("providerId", self.provider_id);
        facets.link("projectId", self.project_id);
        facets.link("organisationId", self.organisation_id);
        facets
    }

    fn reading(&self) -> Option<Action> {
        Some(self.action(Verb::Update))
    }

    fn action(&self, _verb: Verb) -> Action {
        Action::KeepIntroduction {
            provider: self.provider_id,
            project: self.project_id,
            organisation: self.organisation_id,
        }
    }
}

/// Narrows a list of introductions.
#[derive(Clone, Debug, Default, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::InputObject))]
#[cfg_attr(feature = "graphql", graphql(name = "IntroductionFilter"))]
#[serde(rename_all = "camelCase")]
pub struct Filter {
    /// At any of these stages.
    pub stages: Option<Vec<Stage>>,
    /// Of this need.
    pub need: Option<ExpertiseNeedId>,
    /// Of this offer.
    pub expertise: Option<ExpertiseId>,
    /// By this provider.
    pub provider: Option<OrganisationId>,
    /// Of this project.
    pub project: Option<ProjectId>,
    /// Changed since this instant.
    pub updated_since: Option<DateTime<Utc>>,
    /// Who reads; the server says it.
    #[serde(default, skip_serializing_if = "super::need::Reader::is_nobody")]
    #[cfg_attr(feature = "graphql", graphql(skip))]
    pub reader: super::need::Reader,
}

choices! {
    /// The order of a list of introductions.
    pub enum Order as "IntroductionOrder" {
        /// The last changed first.
        UpdatedLast = "UPDATED_LAST",
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::IntroductionId;

    fn at(days: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::days(days)
    }

    fn proposed() -> Introduction {
        let (expertise, need) = (ExpertiseId(Uuid::nil()), ExpertiseNeedId(Uuid::nil()));
        let mut introduction = Introduction::bare(IntroductionId(Uuid::nil()), at(0), expertise, need);
        introduction.propose(Party::Requester, at(0));
        introduction
    }

    fn moved(
        of: &mut Introduction,
        stage: Stage,
        refused: Option<Refused>,
        text: Option<&str>,
    ) -> Vec<String> {
        let mut checks = Checks::default();
        let step = Step {
            stage,
            at: at(1),
            by: Party::Provider,
            refused,
            text: text.map(str::to_owned),
        };
        of.advance(step, &mut checks);
        let refused = checks.finish().err().unwrap_or_default();
        refused
            .iter()
            .map(|refusal| format!("{} {}", refusal.code(), refusal.field()))
            .collect()
    }

    #[test]
    fn it_is_accepted_goes_on_and_is_done() {
        let mut introduction = proposed();
        for stage in [Stage::Accepted, Stage::UnderWay, Stage::Done] {
            assert!(moved(&mut introduction, stage, None, None).is_empty(), "{stage}");
        }
        assert_eq!((introduction.steps.len(), introduction.moved_at()), (4, at(1)));
        assert_eq!(
            moved(&mut introduction, Stage::UnderWay, None, None),
            ["TRANSITION stage"]
        );
    }

    #[test]
    fn a_refusal_has_its_reason_and_an_end_without_result_its_words() {
        assert_eq!(
            moved(&mut proposed(), Stage::Refused, None, None),
            ["REQUIRED refused"]
        );
        assert_eq!(
            moved(&mut proposed(), Stage::Refused, Some(Refused::Other), None),
            ["INVALID text"]
        );
        assert_eq!(
            moved(&mut proposed(), Stage::WithoutResult, None, Some(" ")),
            ["INVALID text"]
        );
        let mut refused = proposed();
        assert!(moved(&mut refused, Stage::Refused, Some(Refused::NoTime), None).is_empty());
        assert_eq!(refused.refused(), Some(Refused::NoTime));
        let mut ended = proposed();
        assert!(
            moved(
                &mut ended,
                Stage::WithoutResult,
                Some(Refused::NoTime),
                Some("Trouvé ailleurs")
            )
            .is_empty()
        );
        assert_eq!(ended.refused(), None);
    }

    #[test]
    fn each_side_says_what_it_thinks_once_it_has_begun() {
        let said = |introduction: &mut Introduction, party, rating| {
            let mut checks = Checks::default();
            let feedback = Feedback {
                rating,
                text: None,
                at: at(2),
            };
            introduction.review(party, feedback, &mut checks);
            checks.finish().is_ok()
        };
        assert!(!said(&mut proposed(), Party::Requester, 4), "nothing was begun");
        let mut introduction = proposed();
        moved(&mut introduction, Stage::Accepted, None, None);
        assert!(!said(&mut introduction.clone(), Party::Requester, 6));
        assert!(!said(&mut introduction.clone(), Party::Staff, 4));
        assert!(said(&mut introduction, Party::Requester, 4) && said(&mut introduction, Party::Provider, 5));
        assert_eq!(introduction.requester_feedback.map(|of| of.rating), Some(4));
    }

    #[test]
    fn every_stage_can_be_reached_and_those_that_wait_are_reminded_of() {
        for stage in Stage::ALL {
            let is_reached = Stage::ALL.iter().any(|from| from.next().contains(stage));
            assert!(is_reached || *stage == Stage::Proposed, "{stage}");
            assert_eq!(stage.patience().is_some(), stage.is_open());
        }
    }
}
