//! Territories over GraphQL.

use async_graphql::{ComplexObject, Context, Object, Result};
use domain::chantier::{Step, StepOrder};
use domain::council::{self, Council};
use domain::need::{self, Need};
use domain::offer::{self, Offer};
use domain::organisation::{self, Organisation};
use domain::page::{MOST, Page};
use domain::project::{self, Project};
use domain::territory::{Filter, NewTerritory, Order, Territory, TerritoryPatch};
use domain::{Lang, TerritoryId};
use store::Relation;

use crate::chantier::StepNode;
use crate::connection::{COUNTING, Connection, cost, listed, many, page, related};
use crate::council::CouncilNode;
use crate::ctx::{caller, store};
use crate::error::fail;
use crate::need::NeedNode;
use crate::offer::OfferNode;
use crate::organisation::OrganisationNode;
use crate::project::ProjectNode;

node! {
    /// A territory: an official one (region, province, arrondissement, commune) or a named set of communes.
    TerritoryNode = Territory as "Territory"
}
payload!(TerritoryPayload { territory: TerritoryNode } of Territory);

#[ComplexObject]
impl TerritoryNode {
    /// Its name in this language, or in the caller's, else in French.
    async fn label(&self, ctx: &Context<'_>, language: Option<Lang>) -> &str {
        self.record.name.in_language(language.unwrap_or(caller(ctx).lang))
    }

    /// The official territories it lies in, by their codes: for a commune its arrondissement, province and region;
    /// for a named territory those of all its known communes, or the provinces known for it.
    async fn within(&self, ctx: &Context<'_>) -> Result<Vec<Self>> {
        let ids: Vec<TerritoryId> = self
            .record
            .within_codes
            .iter()
            .map(|nis| TerritoryId::from(*nis))
            .collect();
        Ok(many::<Territory>(ctx, &ids)
            .await?
            .into_iter()
            .map(Self::from)
            .collect())
    }

    /// The communes it is made of, those that are known, at most 300.
    async fn communes(&self, ctx: &Context<'_>) -> Result<Vec<Self>> {
        let ids: Vec<TerritoryId> = self
            .record
            .commune_codes
            .iter()
            .map(|nis| TerritoryId::from(*nis))
            .collect();
        Ok(many::<Territory>(ctx, &ids)
            .await?
            .into_iter()
            .map(Self::from)
            .collect())
    }

    /// The territories that share a commune with it: larger, smaller and overlapping ones; the first 100 by name.
    #[graphql(complexity = "COUNTING + 20 * child_complexity")]
    async fn overlapping(&self, ctx: &Context<'_>) -> Result<Vec<Self>> {
        let page = Page::first(MOST);
        let found =
            related::<Territory, Self>(ctx, Relation::Overlap, Order::Name, page, self.record.id).await?;
        Ok(found.into_nodes())
    }

    /// The projects that work for it, or for a territory that shares a commune with it.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn projects(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<ProjectNode>> {
        let page = page(ctx, first, after, last, before)?;
        related::<Project, _>(ctx, Relation::Place, project::Order::Title, page, self.record.id).await
    }

    /// The organisations with their seat or work in it.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn organisations(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<OrganisationNode>> {
        let page = page(ctx, first, after, last, before)?;
        related::<Organisation, _>(
            ctx,
            Relation::Place,
            organisation::Order::Name,
            page,
            self.record.id,
        )
        .await
    }

    /// What is offered from it, the last changed first.
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
            Relation::Within("commune_id"),
            offer::Order::UpdatedLast,
            page,
            self.record.id,
        )
        .await
    }

    /// What is needed in it, the last changed first.
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
            Relation::Within("commune_id"),
            need::Order::UpdatedLast,
            page,
            self.record.id,
        )
        .await
    }

    /// The food policy councils for it, or for a territory that shares a commune with it, by name.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn councils(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<CouncilNode>> {
        let page = page(ctx, first, after, last, before)?;
        related::<Council, _>(ctx, Relation::Place, council::Order::Name, page, self.record.id).await
    }

    /// The steps of chantiers that are about it.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn steps(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<StepNode>> {
        let page = page(ctx, first, after, last, before)?;
        related::<Step, _>(ctx, Relation::Place, StepOrder::Date, page, self.record.id).await
    }
}

#[derive(Default)]
pub(crate) struct TerritoryQuery;

#[Object]
impl TerritoryQuery {
    /// The territories, by name unless ordered otherwise.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    #[expect(clippy::too_many_arguments, reason = "a connection's arguments")]
    async fn territories(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "where")] filter: Option<Filter>,
        order_by: Option<Order>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<TerritoryNode>> {
        let page = page(ctx, first, after, last, before)?;
        listed::<Territory, _>(
            ctx,
            filter.unwrap_or_default(),
            order_by.unwrap_or(Order::Name),
            page,
        )
        .await
    }

    /// One territory, by its identifier or its official code.
    async fn territory(&self, ctx: &Context<'_>, id: TerritoryId) -> Result<Option<TerritoryNode>> {
        let found = store(ctx)
            .find::<Territory>(id)
            .await
            .map_err(|error| fail(ctx, error))?;
        Ok(found.map(Into::into))
    }
}

mutations! {
    TerritoryMutation of Territory, TerritoryPayload;
    territory_create(NewTerritory), territory_update(TerritoryPatch), territory_delete;
}
