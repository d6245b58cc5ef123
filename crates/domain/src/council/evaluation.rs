//! A council's look back at a year: what was achieved, what failed and why, what was learnt.

use crate::check::Checks;
use crate::facet::Facets;
use crate::id::CouncilId;
use crate::policy::Action;
use crate::record::{Rules, Verb};
use crate::refusal::Invalid;

record! {
    /// A council's evaluation of a year; one for each year.
    Evaluation, EvaluationId, Evaluation, NewEvaluation, EvaluationPatch;
    fixed {}
    required {
        /// The council; it stays as first given.
        council_id: CouncilId,
        /// The year.
        year: i32,
        /// What was achieved.
        achieved: String,
    }
    optional {
        /// What failed, and why. It must be said, or said that nothing did.
        failed: Option<String>,
        /// Whether the council says that nothing failed.
        nothing_failed: bool,
        /// What was learnt.
        learnt: Option<String>,
    }
}

impl Rules for Evaluation {
    fn check(&mut self, checks: &mut Checks) {
        checks.hold((1990..=2200).contains(&self.year), "year", Invalid::Day);
        checks.paragraphs("achieved", &mut self.achieved);
        checks.optional_paragraphs("failed", &mut self.failed);
        checks.hold(
            self.failed.is_some() != self.nothing_failed,
            "failed",
            Invalid::FailureUnsaid,
        );
        checks.optional_paragraphs("learnt", &mut self.learnt);
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
        facets
    }

    fn action(&self, _verb: Verb) -> Action {
        Action::EditCouncil {
            council: self.council_id,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_failed_is_said_or_it_is_said_that_nothing_did() {
        for (failed, nothing, is_right) in [
            (None, false, false),
            (Some("  "), false, false),
            (Some("Trop peu de producteurs"), false, true),
            (None, true, true),
            (Some("Trop peu de producteurs"), true, false),
        ] {
            let mut evaluation = Evaluation::bare(
                crate::EvaluationId(uuid::Uuid::nil()),
                chrono::DateTime::UNIX_EPOCH,
                CouncilId(uuid::Uuid::nil()),
                2026,
                "Deux cantines".into(),
            );
            evaluation.failed = failed.map(str::to_owned);
            evaluation.nothing_failed = nothing;
            let mut checks = Checks::default();
            evaluation.check(&mut checks);
            assert_eq!(checks.finish().is_ok(), is_right, "{failed:?} {nothing}");
        }
    }
}
