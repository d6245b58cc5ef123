//! Sources over GraphQL.

use async_graphql::{ComplexObject, Context, Object, Result};
use domain::SourceId;
use domain::need::{self, Need};
use domain::offer::{self, Offer};
use domain::organisation::Organisation;
use domain::source::{Filter, NewSource, Order, Source, SourcePatch};
use store::Relation;

use crate::connection::{Connection, cost, listed, one, page, related};
use crate::ctx::{caller, store};
use crate::error::fail;
use crate::import::ImportNode;
use crate::need::NeedNode;
use crate::offer::OfferNode;
use crate::organisation::OrganisationNode;
use crate::push::{PushNode, RejectionNode, SourceHealthNode};

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
}

mutations! {
    SourceMutation of Source, SourcePayload;
    source_create(NewSource), source_update(SourcePatch), source_delete;
}
