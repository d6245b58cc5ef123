//! Saved searches over GraphQL: each person's own, and nobody else's.

use async_graphql::{ComplexObject, Context, Object, Result};
use domain::RecordType;
use domain::saved_search::{NewSavedSearch, SavedSearch, SavedSearchPatch};
use store::{AsTheyCame, Relation};

use crate::connection::{Connection, cost, page, related};
use crate::ctx::{caller, store};
use crate::payload::{DeleteInput, DeletePayload, answer, deleted};

node! {
    /// A search of offers or needs that somebody keeps under a name: for that person only.
    SavedSearchNode = SavedSearch as "SavedSearch"
}
payload!(SavedSearchPayload { saved_search: SavedSearchNode } of SavedSearch);

#[ComplexObject]
impl SavedSearchNode {
    /// The address of its list on the screen, narrowed: `/offres?produit=bread`.
    async fn address(&self) -> String {
        self.record.address()
    }
}

#[derive(Default)]
pub(crate) struct SavedSearchQuery;

#[Object]
impl SavedSearchQuery {
    /// The caller's saved searches, in the order in which they were made; null for somebody who is not signed in.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn saved_searches(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Option<Connection<SavedSearchNode>>> {
        let Some(signed) = caller(ctx).actor.person() else {
            return Ok(None);
        };
        let page = page(ctx, first, after, last, before)?;
        let own = Relation::Column("person_id");
        related::<SavedSearch, _>(ctx, own, AsTheyCame, page, signed.id)
            .await
            .map(Some)
    }
}

/// Saved searches.
#[derive(Default)]
pub(crate) struct SavedSearchMutation;

#[Object]
impl SavedSearchMutation {
    /// Keeps a search for the caller.
    async fn saved_search_create(
        &self,
        ctx: &Context<'_>,
        input: NewSavedSearch,
    ) -> Result<SavedSearchPayload> {
        let saved = store(ctx).save_search(&caller(ctx).actor, input).await;
        Ok(answer(ctx, None, saved).await?.into())
    }

    /// Changes one of the caller's: an absent field stays as it is.
    async fn saved_search_update(
        &self,
        ctx: &Context<'_>,
        input: SavedSearchPatch,
    ) -> Result<SavedSearchPayload> {
        let target = (input.id, input.expected_revision);
        let changed = store(ctx).edit::<SavedSearch>(&caller(ctx).actor, input).await;
        Ok(answer(ctx, Some(target), changed).await?.into())
    }

    /// Removes one of the caller's.
    async fn saved_search_delete(&self, ctx: &Context<'_>, input: DeleteInput) -> Result<DeletePayload> {
        let gone = if input.id.kind == RecordType::SavedSearch {
            store(ctx)
                .remove::<SavedSearch>(&caller(ctx).actor, input.id.uuid.into(), input.expected_revision)
                .await
        } else {
            Err(domain::Refusal::NotFound.into())
        };
        deleted(ctx, gone)
    }
}
