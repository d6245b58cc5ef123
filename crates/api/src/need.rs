//! Needs over GraphQL.

use async_graphql::{ComplexObject, Context, InputObject, Object, Result};
use domain::NeedId;
use domain::need::{Filter, Need, NeedPatch, NewNeed, Order};
use domain::organisation::Organisation;
use domain::source::Source;
use domain::territory::Territory;

use crate::connection::{Connection, cost, listed, one, page};
use crate::ctx::{caller, store};
use crate::error::fail;
use crate::matching::{MatchNode, matches, matching_cost};
use crate::organisation::OrganisationNode;
use crate::outcome::{OutcomeNode, outcomes};
use crate::payload::answer;
use crate::product::{ProductTypeNode, product_type};
use crate::source::SourceNode;
use crate::territory::TerritoryNode;

node! {
    /// A need of food by an organisation. A missing quantity or budget is not known, never zero.
    NeedNode = Need as "Need"
}
payload!(NeedPayload { need: NeedNode } of Need);

#[ComplexObject]
impl NeedNode {
    /// The open offers that could meet it, the best first. Those of offers whose organisation has ceased or whose time has run out are not
    /// among them.
    #[graphql(complexity = "matching_cost(first, child_complexity)")]
    async fn matches(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many at most, 1 to 100; 20 unless given.")] first: Option<i32>,
        #[graphql(desc = "Only those with at least this score, from 0 to 1.")] minimum_score: Option<f64>,
        #[graphql(desc = "Only those whose verdict is `LOCAL`.")] only_local: Option<bool>,
    ) -> Result<Vec<MatchNode>> {
        matches(
            ctx,
            self.record.id,
            first,
            minimum_score,
            only_local.unwrap_or(false),
        )
        .await
    }

    /// What came of it, the last changed first; null for those who neither work for its organisation nor for the cell.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn outcomes(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Option<Connection<OutcomeNode>>> {
        let page = page(ctx, first, after, last, before)?;
        outcomes(ctx, "needId", self.record.id, self.record.organisation_id, page).await
    }

    /// Who needs.
    async fn organisation(&self, ctx: &Context<'_>) -> Result<Option<OrganisationNode>> {
        Ok(one::<Organisation>(ctx, self.record.organisation_id)
            .await?
            .map(Into::into))
    }

    /// What it is, in the product taxonomy.
    async fn product(&self) -> Option<ProductTypeNode> {
        product_type(&self.record.product_type)
    }

    /// The commune of delivery.
    async fn commune(&self, ctx: &Context<'_>) -> Result<Option<TerritoryNode>> {
        match self.record.commune_id {
            Some(id) => Ok(one::<Territory>(ctx, id).await?.map(Into::into)),
            None => Ok(None),
        }
    }

    /// The directory it comes from; null where it was written here.
    async fn source(&self, ctx: &Context<'_>) -> Result<Option<SourceNode>> {
        match self.record.source_id {
            Some(id) => Ok(one::<Source>(ctx, id).await?.map(Into::into)),
            None => Ok(None),
        }
    }

    /// The territory that "local" means here, where it means one.
    async fn local_territory(&self, ctx: &Context<'_>) -> Result<Option<TerritoryNode>> {
        match self.record.local.and_then(|local| local.territory_id) {
            Some(id) => Ok(one::<Territory>(ctx, id).await?.map(Into::into)),
            None => Ok(None),
        }
    }
}

#[derive(Default)]
pub(crate) struct NeedQuery;

#[Object]
impl NeedQuery {
    /// The needs, the last changed first unless ordered otherwise.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    #[expect(clippy::too_many_arguments, reason = "a connection's arguments")]
    async fn needs(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "where")] filter: Option<Filter>,
        order_by: Option<Order>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<NeedNode>> {
        let page = page(ctx, first, after, last, before)?;
        listed::<Need, _>(
            ctx,
            filter.unwrap_or_default(),
            order_by.unwrap_or(Order::UpdatedLast),
            page,
        )
        .await
    }

    /// One need.
    async fn need(&self, ctx: &Context<'_>, id: NeedId) -> Result<Option<NeedNode>> {
        let found = store(ctx)
            .find::<Need>(id)
            .await
            .map_err(|error| fail(ctx, error))?;
        Ok(found.map(Into::into))
    }
}

/// Something that still holds.
#[derive(InputObject)]
struct NeedConfirmInput {
    /// The need.
    id: NeedId,
    /// The revision the confirmation was made on.
    expected_revision: i32,
}

mutations! {
    NeedMutation of Need, NeedPayload;
    need_create(NewNeed), need_update(NeedPatch), need_delete;

    /// Says that it still holds today: its time begins anew.
    async fn need_confirm(&self, ctx: &Context<'_>, input: NeedConfirmInput) -> Result<NeedPayload> {
        let NeedConfirmInput { id, expected_revision } = input;
        let confirmed = store(ctx).confirm_need(&caller(ctx).actor, id, expected_revision).await;
        Ok(answer(ctx, Some((id, expected_revision)), confirmed).await?.into())
    }
}
