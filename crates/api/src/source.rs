//! Sources over GraphQL.

use async_graphql::{ComplexObject, Context, Object, Result};
use domain::SourceId;
use domain::need::{self, Need};
use domain::offer::{self, Offer};
use domain::organisation::Organisation;
use domain::source::{Filter, NewSource, Order, Source, SourcePatch};
use store::{Contradiction, Overlap, Relation};

use crate::connection::{Connection, cost, listed, one, page, related};
use crate::ctx::{caller, store};
use crate::error::fail;
use crate::import::ImportNode;
use crate::need::NeedNode;
use crate::offer::OfferNode;
use crate::organisation::OrganisationNode;
use crate::push::{PushNode, RejectionNode, SourceHealthNode};
use crate::scorecard::ScorecardNode;

node! {
    /// A directory that offers and needs come from, or could come from.
    SourceNode = Source as "Source"
}
payload!(SourcePayload { source: SourceNode } of Source);

#[ComplexObject]
impl SourceNode {
    /// The offers that come from it, the last changed first.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn offers(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<OfferNode>> {
        let page = page(ctx, first, after, last, before)?;
        related::<Offer, _>(
            ctx,
            Relation::Column("source_id"),
            offer::Order::UpdatedLast,
            page,
            self.record.id,
        )
        .await
    }

    /// The needs that come from it, the last changed first.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn needs(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<NeedNode>> {
        let page = page(ctx, first, after, last, before)?;
        related::<Need, _>(
            ctx,
            Relation::Column("source_id"),
            need::Order::UpdatedLast,
            page,
            self.record.id,
        )
        .await
    }

    /// How it does: what it holds, how fresh that is, what became of its rows lately.
    #[graphql(complexity = "20 + child_complexity")]
    async fn health(&self, ctx: &Context<'_>) -> Result<SourceHealthNode> {
        let health = store(ctx).source_health(&self.record).await;
        Ok(health.map_err(|error| fail(ctx, error))?.into())
    }

    /// How far what it holds can be trusted: how fresh, how complete, how much of what it pushes is refused.
    #[graphql(complexity = "200 + child_complexity")]
    async fn scorecard(&self, ctx: &Context<'_>) -> Result<ScorecardNode> {
        let card = store(ctx).source_scorecard(&self.record).await;
        Ok(card.map_err(|error| fail(ctx, error))?.into())
    }

    /// Its last requests, the latest first, at most 100; null for those who may not read them.
    #[graphql(complexity = "20 + 20 * child_complexity")]
    async fn pushes(&self, ctx: &Context<'_>) -> Result<Option<Vec<PushNode>>> {
        match store(ctx).pushes(&caller(ctx).actor, &self.record, 100).await {
            Ok(pushes) => Ok(Some(pushes.into_iter().map(Into::into).collect())),
            Err(store::Error::Refused(_)) => Ok(None),
            Err(error) => Err(fail(ctx, error)),
        }
    }

    /// Its rows that were refused, the latest first, at most 100; null for those who may not read them.
    #[graphql(complexity = "20 + 20 * child_complexity")]
    async fn rejected_rows(&self, ctx: &Context<'_>) -> Result<Option<Vec<RejectionNode>>> {
        match store(ctx).rejections(&caller(ctx).actor, &self.record, 100).await {
            Ok(rows) => Ok(Some(
                rows.into_iter().map(|row| RejectionNode::of(ctx, row)).collect(),
            )),
            Err(store::Error::Refused(_)) => Ok(None),
            Err(error) => Err(fail(ctx, error)),
        }
    }

    /// The last files that were imported under it, the latest first, at most 100; null for those who may not read them.
    #[graphql(complexity = "20 + 20 * child_complexity")]
    async fn imports(&self, ctx: &Context<'_>) -> Result<Option<Vec<ImportNode>>> {
        match store(ctx).imports(&caller(ctx).actor, &self.record, 100).await {
            Ok(imports) => Ok(Some(imports.into_iter().map(Into::into).collect())),
            Err(store::Error::Refused(_)) => Ok(None),
            Err(error) => Err(fail(ctx, error)),
        }
    }

    /// The organisation that keeps it.
    async fn operator(&self, ctx: &Context<'_>) -> Result<Option<OrganisationNode>> {
        match self.record.operator_id {
            Some(id) => Ok(one::<Organisation>(ctx, id).await?.map(Into::into)),
            None => Ok(None),
        }
    }
}

/// How two directories overlap, in organisations.
struct OverlapNode {
    first: Source,
    second: Source,
    found: Overlap,
}

#[Object(name = "SourceOverlap")]
impl OverlapNode {
    /// The first directory.
    async fn first(&self) -> SourceNode {
        self.first.clone().into()
    }

    /// The second directory.
    async fn second(&self) -> SourceNode {
        self.second.clone().into()
    }

    /// How many organisations the first holds.
    async fn first_organisations(&self) -> u64 {
        self.found.first
    }

    /// How many organisations the second holds.
    async fn second_organisations(&self) -> u64 {
        self.found.second
    }

    /// How many both hold as one record, since both gave its enterprise number.
    async fn joined(&self) -> u64 {
        self.found.joined
    }

    /// How many of the first's seem to be the second's too: another record of the same name in the same commune.
    async fn first_alike(&self) -> u64 {
        self.found.first_alike
    }

    /// How many of the second's seem to be the first's too.
    async fn second_alike(&self) -> u64 {
        self.found.second_alike
    }

    /// How many of the first's the second has nothing of.
    async fn first_alone(&self) -> u64 {
        let shared = self.found.joined + self.found.first_alike;
        self.found.first.saturating_sub(shared)
    }

    /// How many of the second's the first has nothing of.
    async fn second_alone(&self) -> u64 {
        let shared = self.found.joined + self.found.second_alike;
        self.found.second.saturating_sub(shared)
    }

    /// How many pairs that seem to be one contradict each other: both say something, and not the same.
    async fn contradicting(&self) -> u64 {
        self.found.contradicting
    }

    /// The first hundred of those pairs, by name.
    #[graphql(complexity = "20 * child_complexity")]
    async fn contradictions(&self) -> Vec<ContradictionNode<'_>> {
        self.found.contradictions.iter().map(ContradictionNode).collect()
    }
}

/// Two entries of what seems to be one organisation, which contradict each other.
struct ContradictionNode<'a>(&'a Contradiction);

#[Object(name = "SourceContradiction")]
impl ContradictionNode<'_> {
    /// The first directory's entry.
    async fn first(&self, ctx: &Context<'_>) -> Result<Option<OrganisationNode>> {
        Ok(one::<Organisation>(ctx, self.0.first).await?.map(Into::into))
    }

    /// The second directory's entry.
    async fn second(&self, ctx: &Context<'_>) -> Result<Option<OrganisationNode>> {
        Ok(one::<Organisation>(ctx, self.0.second).await?.map(Into::into))
    }

    /// The fields of which both say something, and not the same: `numbers`, `website`, `address`, `state`.
    async fn fields(&self) -> &[&'static str] {
        &self.0.fields
    }
}

/// What comparing two directories costs, beside what is asked of it.
const COMPARING: usize = 500;

#[derive(Default)]
pub(crate) struct SourceQuery;

#[Object]
impl SourceQuery {
    /// The directories that offers and needs come from or could come from, by name unless ordered otherwise.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    #[expect(clippy::too_many_arguments, reason = "a connection's arguments")]
    async fn sources(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "where")] filter: Option<Filter>,
        order_by: Option<Order>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<SourceNode>> {
        let page = page(ctx, first, after, last, before)?;
        listed::<Source, _>(
            ctx,
            filter.unwrap_or_default(),
            order_by.unwrap_or(Order::Name),
            page,
        )
        .await
    }

    /// One source, by its identifier or its code.
    async fn source(
        &self,
        ctx: &Context<'_>,
        id: Option<SourceId>,
        code: Option<String>,
    ) -> Result<Option<SourceNode>> {
        let store = store(ctx);
        let found = match (id, code) {
            (Some(id), _) => store.find::<Source>(id).await,
            (None, Some(code)) => store.source(&code).await,
            (None, None) => Ok(None),
        };
        Ok(found.map_err(|error| fail(ctx, error))?.map(Into::into))
    }

    /// How two directories overlap, in organisations: how many they share, hold alone, or contradict. Shared is what
    /// both gave the same enterprise number, which is one record; and what seems to be one, since its name is the same
    /// in the same commune. Null where one of the two does not exist.
    #[graphql(complexity = "COMPARING + child_complexity")]
    async fn source_overlap(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first directory.")] first: SourceId,
        #[graphql(desc = "The second directory.")] second: SourceId,
    ) -> Result<Option<OverlapNode>> {
        let (first, second) = (
            one::<Source>(ctx, first).await?,
            one::<Source>(ctx, second).await?,
        );
        let Some((first, second)) = first.zip(second) else {
            return Ok(None);
        };
        let found = store(ctx).overlap(&first, &second).await;
        let found = found.map_err(|error| fail(ctx, error))?;
        Ok(Some(OverlapNode { first, second, found }))
    }
}

mutations! {
    SourceMutation of Source, SourcePayload;
    source_create(NewSource), source_update(SourcePatch), source_delete;
}
