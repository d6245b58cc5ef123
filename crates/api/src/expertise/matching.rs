//! Matches of needs and offers of expertise over GraphQL, with the score's parts, each with its sentence in the caller's
//! language. What became of earlier introductions is among them, so they are for the two sides and staff.

use std::sync::Arc;

use async_graphql::{Context, Object, Result};
use domain::expertise::fit::{Part, PartScore};
use domain::expertise::need::ExpertiseNeed;
use domain::expertise::{Expertise, ReasonCode};
use domain::{ExpertiseId, ExpertiseNeedId, RecordId};
use store::ExpertiseMatch;

use super::load::ExpertiseMatchesOf;
use super::{ExpertiseNeedNode, ExpertiseNode};
use crate::connection::{cost, one, page, shared};
use crate::ctx::{caller, loader};

/// What the search for one record's matches costs, beside the matches themselves.
const MATCHING: usize = 200;

/// What so many matches of a record cost.
pub(super) fn matching_cost(first: Option<i32>, each: usize) -> usize {
    MATCHING + cost(first, None, each)
}

/// The matches of a need or an offer, the best first.
pub(super) async fn matches(
    ctx: &Context<'_>,
    record: impl Into<RecordId>,
    first: Option<i32>,
    minimum_score: Option<f64>,
) -> Result<Vec<ExpertiseMatchNode>> {
    let most = page(ctx, first, None, None, None)?.size;
    let asked = loader(ctx).one(ExpertiseMatchesOf(record.into())).await;
    let found: Arc<Vec<ExpertiseMatch>> = asked.map_err(|error| shared(ctx, &error))?.unwrap_or_default();
    let good = found
        .iter()
        .filter(|found| minimum_score.is_none_or(|least| found.score.total >= least));
    Ok(good.take(most).copied().map(ExpertiseMatchNode).collect())
}

/// A need and an offer of expertise that could go together.
pub(super) struct ExpertiseMatchNode(ExpertiseMatch);

#[Object(name = "ExpertiseMatch")]
impl ExpertiseMatchNode {
    /// The offer.
    async fn expertise_id(&self) -> ExpertiseId {
        self.0.expertise_id
    }

    /// The offer.
    async fn expertise(&self, ctx: &Context<'_>) -> Result<Option<ExpertiseNode>> {
        Ok(one::<Expertise>(ctx, self.0.expertise_id).await?.map(Into::into))
    }

    /// The need.
    async fn need_id(&self) -> ExpertiseNeedId {
        self.0.need_id
    }

    /// The need. Who sees the match may see it.
    async fn need(&self, ctx: &Context<'_>) -> Result<Option<ExpertiseNeedNode>> {
        Ok(one::<ExpertiseNeed>(ctx, self.0.need_id).await?.map(Into::into))
    }

    /// How well they fit, from 0 to 1, to a thousandth: the mean of the known parts by their weights.
    async fn score(&self) -> f64 {
        self.0.score.total
    }

    /// What the known parts weigh, of a hundred: how much of the score is told.
    async fn known(&self) -> u32 {
        self.0.score.known
    }

    /// Whether the provider refused this very need before: then it comes after all others.
    async fn refused_before(&self) -> bool {
        self.0.score.refused
    }

    /// The score's parts, the unknown ones too.
    #[graphql(complexity = "8 * child_complexity")]
    async fn parts(&self) -> Vec<PartNode> {
        self.0.score.parts.iter().copied().map(PartNode).collect()
    }
}

/// A part of a match's score.
struct PartNode(PartScore);

#[Object(name = "ExpertiseMatchPart")]
impl PartNode {
    /// Which.
    async fn kind(&self) -> Part {
        self.0.part
    }

    /// From 0 to 1, to a thousandth; null where it cannot be told: then it neither helps nor harms.
    async fn score(&self) -> Option<f64> {
        self.0.score
    }

    /// What it weighs in the mean, of a hundred for all parts.
    async fn weight(&self) -> u32 {
        self.0.part.weight()
    }

    /// Why it has its score, or none.
    async fn reason(&self) -> ReasonCode {
        self.0.reason.code()
    }

    /// The reason in words, with its facts.
    async fn sentence(&self, ctx: &Context<'_>) -> String {
        self.0.reason.sentence(caller(ctx).lang)
    }
}
