//! What councils do together, over GraphQL, and what each council says of it.

use async_graphql::{ComplexObject, Context, Object, Result};
use domain::council::{
    Council, Endorsement, EndorsementPatch, NewEndorsement, NewSharedItem, SharedFilter, SharedItem,
    SharedItemPatch,
};
use store::{AsTheyCame, ByTitle, Relation};

use super::CouncilNode;
use crate::connection::{Connection, cost, listed, one, page, related};

node! {
    /// Something that councils do together.
    SharedItemNode = SharedItem as "SharedItem"
}
payload!(SharedItemPayload { shared_item: SharedItemNode } of SharedItem);

node! {
    /// What a council says of a shared item.
    EndorsementNode = Endorsement as "Endorsement"
}
payload!(EndorsementPayload { endorsement: EndorsementNode } of Endorsement);

#[ComplexObject]
impl SharedItemNode {
    /// The council that proposes it; null where the cell does.
    async fn proposer(&self, ctx: &Context<'_>) -> Result<Option<CouncilNode>> {
        match self.record.proposer_id {
            Some(id) => Ok(one::<Council>(ctx, id).await?.map(Into::into)),
            None => Ok(None),
        }
    }

    /// What councils say of it, as it came.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn endorsements(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<EndorsementNode>> {
        let page = page(ctx, first, after, last, before)?;
        related::<Endorsement, _>(ctx, Relation::Column("item_id"), AsTheyCame, page, self.record.id).await
    }
}

#[ComplexObject]
impl EndorsementNode {
    /// The item.
    async fn item(&self, ctx: &Context<'_>) -> Result<Option<SharedItemNode>> {
        Ok(one::<SharedItem>(ctx, self.record.item_id).await?.map(Into::into))
    }

    /// The council.
    async fn council(&self, ctx: &Context<'_>) -> Result<Option<CouncilNode>> {
        Ok(one::<Council>(ctx, self.record.council_id).await?.map(Into::into))
    }
}

#[derive(Default)]
pub(crate) struct SharedItemQuery;

#[Object]
impl SharedItemQuery {
    /// What councils do together, by title.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn shared_items(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "where")] filter: Option<SharedFilter>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<SharedItemNode>> {
        let page = page(ctx, first, after, last, before)?;
        listed::<SharedItem, _>(ctx, filter.unwrap_or_default(), ByTitle, page).await
    }
}

mutations! {
    SharedItemMutation of SharedItem, SharedItemPayload;
    shared_item_create(NewSharedItem), shared_item_update(SharedItemPatch), shared_item_delete;
}

mutations! {
    EndorsementMutation of Endorsement, EndorsementPayload;
    endorsement_create(NewEndorsement), endorsement_update(EndorsementPatch), endorsement_delete;
}
