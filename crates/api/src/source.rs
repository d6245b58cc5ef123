//! Sources over GraphQL.

use async_graphql::{ComplexObject, Context, Object, Result};
use domain::SourceId;
use domain::need::{self, Need};
use domain::offer::{self, Offer};
use domain::organisation::Organisation;
use domain::source::{Filter, NewSource, Order, Source, SourcePatch};
use store::Relation;

use crate::connection::{Connection, cost, listed, one, page, related};
use crate::ctx::store;
use crate::error::fail;
use crate::need::NeedNode;
use crate::offer::OfferNode;
use crate::organisation::OrganisationNode;

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
