//! What a council decided, what is done about it, by whom and until when, and how far that has come.

use chrono::NaiveDate;

use crate::check::Checks;
use crate::date::PartialDate;
use crate::facet::Facets;
use crate::id::{CouncilId, CouncilMeetingId, DecisionId, OrganisationId, VoteId};
use crate::policy::Action;
use crate::record::{Rules, Verb};
use crate::refusal::{Invalid, Refusal};

record! {
    /// A decision of a council.
    Decision, DecisionId, Decision, NewDecision, DecisionPatch;
    fixed {}
    required {
        /// The council; it stays as first given.
        council_id: CouncilId,
        /// What was decided, in a line.
        title: String,
    }
    optional {
        /// What was decided, in full.
        text: Option<String>,
        /// When, where it is known.
        on: Option<PartialDate>,
        /// The meeting at which it was taken.
        meeting_id: Option<CouncilMeetingId>,
        /// The vote that it follows.
        vote_id: Option<VoteId>,
    }
}

impl Rules for Decision {
    fn check(&mut self, checks: &mut Checks) {
        checks.line("title", &mut self.title);
        checks.optional_paragraphs("text", &mut self.text);
    }

    fn edited(&mut self, before: &Self, checks: &mut Checks) {
        checks.hold(
            self.council_id == before.council_id,
            "councilId",
            Invalid::Settled,
        );
    }

    fn facets(&self) -> Facets {
        let mut facets = Facets::default();
        facets.belong("councilId", [self.council_id]);
        facets.link("meetingId", self.meeting_id);
        facets.link("voteId", self.vote_id);
        facets
    }

    fn action(&self, _verb: Verb) -> Action {
        Action::EditCouncil {
            council: self.council_id,
        }
    }
}

choices! {
    /// How far an action has come.
    pub enum Progress as "CouncilActionProgress" {
        /// To come.
        Planned = "PLANNED",
        /// Begun.
        UnderWay = "UNDER_WAY",
        /// Done.
        Done = "DONE",
        /// Given up.
        Abandoned = "ABANDONED",
    }
}

impl Progress {
    /// How far it may have come next. What is done or given up can be taken up again.
    #[must_use]
    pub const fn next(self) -> &'static [Self] {
        match self {
            Self::Planned => &[Self::UnderWay, Self::Done, Self::Abandoned],
            Self::UnderWay => &[Self::Done, Self::Abandoned],
            Self::Done | Self::Abandoned => &[Self::UnderWay],
        }
    }
}

/// One step of an action.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
#[cfg_attr(
    feature = "graphql",
    graphql(name = "CouncilActionStep", crate = "crate::graphql")
)]
pub struct ActionStep {
    /// How far it has come.
    pub progress: Progress,
    /// Since when, where it is known.
    pub since: Option<PartialDate>,
    /// Why, or what is to be said of it.
    pub reason: Option<String>,
}

record! {
    /// What is done about a decision.
    CouncilAction, CouncilActionId, CouncilAction, NewCouncilAction, CouncilActionPatch;
    fixed {
        /// The decision's council.
        council_id: Option<CouncilId>,
        /// How far it has come, step by step, the last of them the present one; none while it is only planned.
        steps: Vec<ActionStep>,
    }
    required {
        /// The decision; it stays as first given.
        decision_id: DecisionId,
        /// What is to be done.
        title: String,
    }
    optional {
        /// The organisation that sees to it.
        responsible_id: Option<OrganisationId>,
        /// Who else sees to it, as a role: "groupe de travail cantines".
        responsible_note: Option<String>,
        /// Until when.
        due: Option<PartialDate>,
        /// What else is to be said of it.
        note: Option<String>,
    }
}

impl CouncilAction {
    /// How far it has come.
    #[must_use]
    pub fn progress(&self) -> Progress {
        self.steps.last().map_or(Progress::Planned, |step| step.progress)
    }

    /// Whether it should be done by today and is not.
    #[must_use]
    pub fn is_late(&self, today: NaiveDate) -> bool {
        let open = match self.progress() {
            Progress::Planned | Progress::UnderWay => true,
            Progress::Done | Progress::Abandoned => false,
        };
        open && self
            .due
            .and_then(PartialDate::latest)
            .is_some_and(|due| due < today)
    }

    /// Moves it on; the earlier steps are kept.
    pub fn advance(&mut self, mut step: ActionStep, checks: &mut Checks) {
        let from = self.progress();
        checks.optional_paragraphs("reason", &mut step.reason);
        if !from.next().contains(&step.progress) {
            checks.refuse(Refusal::Transition {
                field: "progress".into(),
                from: from.to_string(),
                to: step.progress.to_string(),
            });
        }
        checks.hold(
            step.progress != Progress::Abandoned || step.reason.is_some(),
            "reason",
            Invalid::ReasonMissing,
        );
        let last = self.steps.iter().filter_map(|step| step.since?.earliest()).max();
        let since = step.since.and_then(PartialDate::latest);
        checks.hold(
            last.zip(since).is_none_or(|(last, since)| last <= since),
            "since",
            Invalid::PeriodReversed,
        );
        self.steps.push(step);
    }
}

impl Rules for CouncilAction {
    fn check(&mut self, checks: &mut Checks) {
        checks.line("title", &mut self.title);
        checks.optional_line("responsibleNote", &mut self.responsible_note);
        checks.optional_paragraphs("note", &mut self.note);
    }

    fn edited(&mut self, before: &Self, checks: &mut Checks) {
        checks.hold(
            self.decision_id == before.decision_id,
            "decisionId",
            Invalid::Settled,
        );
    }

    fn facets(&self) -> Facets {
        let mut facets = Facets::default();
        facets.belong("decisionId", [self.decision_id]);
        facets.belong("councilId", self.council_id);
        facets.link("responsibleId", self.responsible_id);
        facets
    }

    fn action(&self, _verb: Verb) -> Action {
        Action::EditCouncilActions {
            council: self.council_id,
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn action() -> CouncilAction {
        CouncilAction::bare(
            crate::CouncilActionId(Uuid::nil()),
            chrono::DateTime::UNIX_EPOCH,
            DecisionId(Uuid::nil()),
            "Cahier des charges".into(),
        )
    }

    fn step(progress: Progress, since: Option<&str>, reason: Option<&str>) -> ActionStep {
        ActionStep {
            progress,
            since: since.map(|since| since.parse().unwrap()),
            reason: reason.map(str::to_owned),
        }
    }

    #[test]
    fn it_is_given_up_for_a_reason_and_its_steps_are_kept() {
        let mut action = action();
        assert_eq!(action.progress(), Progress::Planned);
        let mut advance = |given: ActionStep| {
            let mut checks = Checks::default();
            let mut next = action.clone();
            next.advance(given, &mut checks);
            match checks.finish() {
                Ok(()) => {
                    action = next;
                    String::new()
                }
                Err(refusals) => refusals[0].field().to_owned(),
            }
        };
        assert_eq!(advance(step(Progress::UnderWay, Some("2026-02"), None)), "");
        assert_eq!(advance(step(Progress::UnderWay, None, None)), "progress");
        assert_eq!(advance(step(Progress::Abandoned, None, None)), "reason");
        assert_eq!(
            advance(step(Progress::Abandoned, Some("2025"), Some("Trop cher"))),
            "since"
        );
        assert_eq!(
            advance(step(Progress::Abandoned, Some("2026-05"), Some("Trop cher"))),
            ""
        );
        assert_eq!(action.steps.len(), 2);
    }

    #[test]
    fn it_is_late_after_its_last_day_unless_it_is_done() {
        let mut late = action();
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        assert!(!late.is_late(day("2026-11-26")));
        late.due = "2026-10".parse().ok();
        assert!(!late.is_late(day("2026-10-31")));
        assert!(late.is_late(day("2026-11-01")));
        late.steps.push(step(Progress::Done, None, None));
        assert!(!late.is_late(day("2026-11-01")));
    }
}
