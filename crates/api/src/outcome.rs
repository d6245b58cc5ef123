//! Outcomes over GraphQL: for the two organisations and staff; for everybody, their counts.

use async_graphql::{ComplexObject, Context, InputObject, Object, Result, SimpleObject};
use domain::measure::{Money, Quantity};
use domain::need::Need;
use domain::offer::Offer;
use domain::organisation::Organisation;
use domain::outcome::{Filter, NewOutcome, Order, Outcome, OutcomePatch, Stage, Step};
use domain::policy::{Action, allows};
use domain::{NeedId, OfferId, OrganisationId, OutcomeId, PartialDate, RecordId, RecordType, TerritoryId};
use store::{OutcomeCount, Relation};

use crate::connection::{COUNTING, Connection, cost, listed, one, page, related};
use crate::ctx::{caller, store};
use crate::error::fail;
use crate::gap::{rows_cost, shelves};
use crate::need::NeedNode;
use crate::offer::OfferNode;
use crate::organisation::OrganisationNode;
use crate::payload::{DeleteInput, DeletePayload, answer, deleted};
use crate::product::{ProductTypeNode, product_type};

node! {
    /// What came of an offer and a need; for the two organisations and staff only.
    OutcomeNode = Outcome as "Outcome"
}
payload!(OutcomePayload { outcome: OutcomeNode } of Outcome);

#[ComplexObject]
impl OutcomeNode {
    /// How far the two have come: the last of the stages.
    async fn stage(&self) -> Stage {
        self.record.stage()
    }

    /// The stages it can be moved to from there.
    async fn next_stages(&self) -> &[Stage] {
        self.record.stage().next()
    }

    /// The need; null where it is not written here.
    async fn need(&self, ctx: &Context<'_>) -> Result<Option<NeedNode>> {
        match self.record.need_id {
            Some(id) => Ok(one::<Need>(ctx, id).await?.map(Into::into)),
            None => Ok(None),
        }
    }

    /// The offer; null where it is not written here.
    async fn offer(&self, ctx: &Context<'_>) -> Result<Option<OfferNode>> {
        match self.record.offer_id {
            Some(id) => Ok(one::<Offer>(ctx, id).await?.map(Into::into)),
            None => Ok(None),
        }
    }

    /// Who buys; null where no need is named.
    async fn buyer(&self, ctx: &Context<'_>) -> Result<Option<OrganisationNode>> {
        match self.record.buyer_id {
            Some(id) => Ok(one::<Organisation>(ctx, id).await?.map(Into::into)),
            None => Ok(None),
        }
    }

    /// Who supplies; null where no offer is named.
    async fn supplier(&self, ctx: &Context<'_>) -> Result<Option<OrganisationNode>> {
        match self.record.supplier_id {
            Some(id) => Ok(one::<Organisation>(ctx, id).await?.map(Into::into)),
            None => Ok(None),
        }
    }
}

/// Whether the caller may keep outcomes in which this organisation takes part.
fn keeps(ctx: &Context<'_>, organisation: Option<OrganisationId>) -> bool {
    let action = Action::KeepOutcome {
        buyer: organisation,
        supplier: None,
    };
    allows(&caller(ctx).actor, action)
}

/// The outcomes whose field names this record, for staff and those who work for its organisation; null for others. A
/// record that changed hands leaves its outcomes with whom they were made, so those who are not staff see the ones in
/// which their organisation takes part.
pub(crate) async fn outcomes(
    ctx: &Context<'_>,
    field: &'static str,
    of: impl Into<RecordId>,
    organisation: OrganisationId,
    page: domain::page::Page,
) -> Result<Option<Connection<OutcomeNode>>> {
    if !keeps(ctx, Some(organisation)) {
        return Ok(None);
    }
    let of: RecordId = of.into();
    // What an organisation bought or sold is its own anyhow.
    let relation = if caller(ctx).actor.is_staff() || of.kind == RecordType::Organisation {
        Relation::Field(field)
    } else {
        Relation::Shared(field, organisation)
    };
    let found = related::<Outcome, _>(ctx, relation, Order::UpdatedLast, page, of).await?;
    Ok(Some(found))
}

/// How many outcomes have come to a stage.
#[derive(SimpleObject)]
struct StageCount {
    /// The stage.
    stage: Stage,
    /// How many.
    count: u64,
}

/// How many outcomes of a product have come how far.
struct CountNode(OutcomeCount);

#[Object(name = "OutcomeCount")]
impl CountNode {
    /// The product type; everything narrower counts under it.
    async fn product_type(&self) -> Option<ProductTypeNode> {
        product_type(self.0.product_type)
    }

    /// Each stage with how many outcomes stand at it.
    #[graphql(complexity = "5 * child_complexity")]
    async fn stages(&self) -> Vec<StageCount> {
        let stages = self.0.stages.iter();
        stages
            .map(|(stage, count)| StageCount {
                stage: *stage,
                count: *count,
            })
            .collect()
    }
}

#[derive(Default)]
pub(crate) struct OutcomeQuery;

#[Object]
impl OutcomeQuery {
    /// The outcomes, the last changed first: all for staff; for others, those of their own organisation, where the
    /// filter names it. Null where they are not the caller's to see.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    #[expect(clippy::too_many_arguments, reason = "a connection's arguments")]
    async fn outcomes(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "where")] filter: Option<Filter>,
        order_by: Option<Order>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Option<Connection<OutcomeNode>>> {
        let filter = filter.unwrap_or_default();
        if !keeps(ctx, filter.organisation) {
            return Ok(None);
        }
        let page = page(ctx, first, after, last, before)?;
        let order = order_by.unwrap_or(Order::UpdatedLast);
        listed::<Outcome, _>(ctx, filter, order, page).await.map(Some)
    }

    /// How many outcomes have come how far, by product; for everybody, since it names nobody.
    #[graphql(complexity = "COUNTING + rows_cost(product_types.as_ref(), child_complexity)")]
    async fn outcome_counts(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "Of those placed in this territory: by the need's commune, else the offer's, else the buyer's seat, else the supplier's."
        )]
        territory: Option<TerritoryId>,
        #[graphql(
            desc = "Of each of these product types, at most 100, with everything narrower; the families unless given."
        )]
        product_types: Option<Vec<String>>,
    ) -> Result<Vec<CountNode>> {
        let shelves = shelves(ctx, product_types.as_deref())?;
        let counts = store(ctx).outcome_counts(territory, &shelves).await;
        let counts = counts.map_err(|error| fail(ctx, error))?;
        Ok(counts.into_iter().map(CountNode).collect())
    }
}

/// An offer and a need whose organisations are in contact. One of the two may not be written here.
#[derive(InputObject)]
struct OutcomeOpenInput {
    /// The client's own name for this request, at most 100 characters: the same again answers the record made the first
    /// time instead of making another.
    client_mutation_id: Option<String>,
    /// The need; this, the offer, or both.
    need_id: Option<NeedId>,
    /// The offer; this, the need, or both.
    offer_id: Option<OfferId>,
    /// Since when they are in contact, where it is known.
    since: Option<PartialDate>,
    /// How much is spoken of.
    quantity: Option<Quantity>,
    /// What it costs in all, without VAT.
    amount: Option<Money>,
    /// What else is to be said of it.
    note: Option<String>,
}

/// Another stage of an outcome.
#[derive(InputObject)]
struct OutcomeAdvanceInput {
    /// The outcome.
    id: OutcomeId,
    /// The revision the decision was made on; another one is refused with `STALE_REVISION`.
    expected_revision: i32,
    /// The stage it comes to.
    stage: Stage,
    /// Since when, where it is known.
    since: Option<PartialDate>,
    /// Why, or what is to be said of it; needed where nothing came of it.
    reason: Option<String>,
}

/// What came of offers and needs.
#[derive(Default)]
pub(crate) struct OutcomeMutation;

#[Object]
impl OutcomeMutation {
    /// Begins the record of an offer and a need whose organisations are in contact.
    async fn outcome_open(&self, ctx: &Context<'_>, input: OutcomeOpenInput) -> Result<OutcomePayload> {
        let OutcomeOpenInput {
            client_mutation_id,
            need_id,
            offer_id,
            since,
            quantity,
            amount,
            note,
        } = input;
        let new = NewOutcome {
            client_mutation_id,
            need_id,
            offer_id,
            quantity,
            amount,
            note,
        };
        let opened = store(ctx).open_outcome(&caller(ctx).actor, new, since).await;
        Ok(answer(ctx, None, opened).await?.into())
    }

    /// Changes what is said of an outcome: an absent field stays as it is, null empties it.
    async fn outcome_update(&self, ctx: &Context<'_>, input: OutcomePatch) -> Result<OutcomePayload> {
        let target = (input.id, input.expected_revision);
        let changed = store(ctx).edit::<Outcome>(&caller(ctx).actor, input).await;
        Ok(answer(ctx, Some(target), changed).await?.into())
    }

    /// Moves an outcome to another stage; the earlier ones are kept.
    async fn outcome_advance(&self, ctx: &Context<'_>, input: OutcomeAdvanceInput) -> Result<OutcomePayload> {
        let OutcomeAdvanceInput {
            id,
            expected_revision,
            stage,
            since,
            reason,
        } = input;
        let step = Step { stage, since, reason };
        let advanced = store(ctx)
            .advance_outcome(&caller(ctx).actor, id, expected_revision, step)
            .await;
        Ok(answer(ctx, Some((id, expected_revision)), advanced).await?.into())
    }

    /// Removes an outcome that was opened by mistake. What came to nothing is kept, with its reason.
    async fn outcome_delete(&self, ctx: &Context<'_>, input: DeleteInput) -> Result<DeletePayload> {
        let gone = if input.id.kind == RecordType::Outcome {
            store(ctx)
                .remove::<Outcome>(&caller(ctx).actor, input.id.uuid.into(), input.expected_revision)
                .await
        } else {
            Err(domain::Refusal::NotFound.into())
        };
        deleted(ctx, gone)
    }
}
