//! Matches over GraphQL: an offer and a need that could go together, with the score's parts and the verdict on "local",
//! each with its sentence in the caller's language.

use std::sync::Arc;

use async_graphql::{Context, Object, Result};
use domain::matching::{LocalOutcome, LocalReason, Part, PartScore, Place, ReasonCode, Verdict};
use domain::need::{LocalRule, Need};
use domain::offer::Offer;
use domain::territory::Territory;
use domain::{NeedId, OfferId, RecordId};
use store::Match;

use crate::connection::{cost, one, page, shared};
use crate::ctx::{caller, loader};
use crate::load::MatchesOf;
use crate::need::NeedNode;
use crate::offer::OfferNode;
use crate::territory::TerritoryNode;

/// What the search for one record's matches costs, beside the matches themselves.
const MATCHING: usize = 200;

/// What so many matches of a record cost.
pub(crate) fn matching_cost(first: Option<i32>, each: usize) -> usize {
    MATCHING + cost(first, None, each)
}

/// The matches of a need or an offer, the best first.
pub(crate) async fn matches(
    ctx: &Context<'_>,
    record: impl Into<RecordId>,
    first: Option<i32>,
    minimum_score: Option<f64>,
    only_local: bool,
) -> Result<Vec<MatchNode>> {
    let most = page(ctx, first, None, None, None)?.size;
    let record = record.into();
    let asked = loader(ctx).one(MatchesOf { record, only_local }).await;
    let found: Arc<Vec<Match>> = asked.map_err(|error| shared(ctx, &error))?.unwrap_or_default();
    let good = found
        .iter()
        .filter(|found| minimum_score.is_none_or(|least| found.score.total >= least));
    Ok(good.take(most).cloned().map(MatchNode).collect())
}

/// An offer and a need that could go together.
pub(crate) struct MatchNode(Match);

#[Object(name = "Match")]
impl MatchNode {
    /// The offer.
    async fn offer_id(&self) -> OfferId {
        self.0.offer_id
    }

    /// The offer.
    async fn offer(&self, ctx: &Context<'_>) -> Result<Option<OfferNode>> {
        Ok(one::<Offer>(ctx, self.0.offer_id).await?.map(Into::into))
    }

    /// The need.
    async fn need_id(&self) -> NeedId {
        self.0.need_id
    }

    /// The need.
    async fn need(&self, ctx: &Context<'_>) -> Result<Option<NeedNode>> {
        Ok(one::<Need>(ctx, self.0.need_id).await?.map(Into::into))
    }

    /// How well they fit, from 0 to 1, to a thousandth: the mean of the known parts by their weights.
    async fn score(&self) -> f64 {
        self.0.score.total
    }

    /// What the known parts weigh, of a hundred: how much of the score is told.
    async fn known(&self) -> u32 {
        self.0.score.known
    }

    /// The score's parts, the unknown ones too.
    #[graphql(complexity = "6 * child_complexity")]
    async fn parts(&self) -> Vec<PartNode> {
        self.0.score.parts.iter().copied().map(PartNode).collect()
    }

    /// Whether the offer is local to the need, by what the need calls local.
    async fn verdict(&self) -> VerdictNode {
        VerdictNode(self.0.verdict)
    }
}

/// A part of a match's score.
struct PartNode(PartScore);

#[Object(name = "MatchPart")]
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

/// Whether an offer is local to a need, and how that was told; never a bare yes.
struct VerdictNode(Verdict);

#[Object(name = "LocalVerdict")]
impl VerdictNode {
    /// Local, not local, not to be told, or no rule to tell it by.
    async fn outcome(&self) -> LocalOutcome {
        self.0.outcome()
    }

    /// Why.
    async fn reason(&self) -> LocalReason {
        self.0.reason
    }

    /// The rule that decided: the need's.
    async fn rule(&self) -> Option<LocalRule> {
        self.0.rule
    }

    /// The distance between the centres of the two communes, in kilometres to a tenth, as the crow flies; null where
    /// one is not known.
    async fn distance_km(&self) -> Option<f64> {
        self.0.distance_km
    }

    /// The need's radius, with the rule `RADIUS`.
    async fn radius_km(&self) -> Option<i32> {
        self.0.radius_km
    }

    /// The territory that decided: the need's commune, arrondissement or province, the one that it names, or Wallonia.
    async fn territory(&self, ctx: &Context<'_>) -> Result<Option<TerritoryNode>> {
        match self.0.territory_id {
            Some(id) => Ok(one::<Territory>(ctx, id).await?.map(Into::into)),
            None => Ok(None),
        }
    }

    /// Where the offer comes from, and whose place that is.
    async fn offer_place(&self) -> Option<Place> {
        self.0.offered
    }

    /// Where it is needed, and whose place that is.
    async fn need_place(&self) -> Option<Place> {
        self.0.needed
    }

    /// The verdict and its reason in words.
    async fn sentence(&self, ctx: &Context<'_>) -> String {
        self.0.sentence(caller(ctx).lang)
    }
}
