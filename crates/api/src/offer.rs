//! Offers over GraphQL.

use async_graphql::{ComplexObject, Context, InputObject, Object, Result};
use domain::OfferId;
use domain::offer::{Filter, NewOffer, Offer, OfferPatch, Order};
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
    /// An offer of food by an organisation. A missing quantity or price is not known, never zero.
    OfferNode = Offer as "Offer"
}
payload!(OfferPayload { offer: OfferNode } of Offer);

#[ComplexObject]
impl OfferNode {
    /// The open needs that it could meet, the best first. Those of needs whose organisation has ceased or whose time has run out are not
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
        outcomes(ctx, "offerId", self.record.id, self.record.organisation_id, page).await
    }

    /// Who offers.
    async fn organisation(&self, ctx: &Context<'_>) -> Result<Option<OrganisationNode>> {
        Ok(one::<Organisation>(ctx, self.record.organisation_id)
            .await?
            .map(Into::into))
    }

    /// What it is, in the product taxonomy.
    async fn product(&self) -> Option<ProductTypeNode> {
        product_type(&self.record.product_type)
    }

    /// The commune of production.
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

    /// The hub through which it goes.
    async fn delivery_hub(&self, ctx: &Context<'_>) -> Result<Option<OrganisationNode>> {
        match self.record.delivery.as_ref().and_then(|delivery| delivery.hub_id) {
            Some(id) => Ok(one::<Organisation>(ctx, id).await?.map(Into::into)),
            None => Ok(None),
        }
    }
}

#[derive(Default)]
pub(crate) struct OfferQuery;

#[Object]
impl OfferQuery {
    /// The offers, the last changed first unless ordered otherwise.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    #[expect(clippy::too_many_arguments, reason = "a connection's arguments")]
    async fn offers(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "where")] filter: Option<Filter>,
        order_by: Option<Order>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<OfferNode>> {
        let page = page(ctx, first, after, last, before)?;
        listed::<Offer, _>(
            ctx,
            filter.unwrap_or_default(),
            order_by.unwrap_or(Order::UpdatedLast),
            page,
        )
        .await
    }

    /// One offer.
    async fn offer(&self, ctx: &Context<'_>, id: OfferId) -> Result<Option<OfferNode>> {
        let found = store(ctx)
            .find::<Offer>(id)
            .await
            .map_err(|error| fail(ctx, error))?;
        Ok(found.map(Into::into))
    }
}

/// Something that still holds.
#[derive(InputObject)]
struct OfferConfirmInput {
    /// The offer.
    id: OfferId,
    /// The revision the confirmation was made on.
    expected_revision: i32,
}

mutations! {
    OfferMutation of Offer, OfferPayload;
    offer_create(NewOffer), offer_update(OfferPatch), offer_delete;

    /// Says that it still holds today: its time begins anew.
    async fn offer_confirm(&self, ctx: &Context<'_>, input: OfferConfirmInput) -> Result<OfferPayload> {
        let OfferConfirmInput { id, expected_revision } = input;
        let confirmed = store(ctx).confirm_offer(&caller(ctx).actor, id, expected_revision).await;
        Ok(answer(ctx, Some((id, expected_revision)), confirmed).await?.into())
    }
}
