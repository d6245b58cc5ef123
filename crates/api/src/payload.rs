//! What mutations answer: the changed record and why not, the same way everywhere.

use async_graphql::{Context, Result};
use domain::{RecordId, Refusal};
use store::Stored;

use crate::ctx::{caller, store};
use crate::error::{UserError, fail};

/// The answer of a mutation: done, or refused for these reasons with the present state where that helps.
pub(crate) struct Answer<R> {
    pub(crate) record: Option<R>,
    pub(crate) errors: Vec<UserError>,
}

/// Turns the store's answer into a mutation's. A stale revision comes with the present state.
pub(crate) async fn answer<R: Stored>(
    ctx: &Context<'_>,
    id: Option<R::Id>,
    result: store::Result<R>,
) -> Result<Answer<R>> {
    match result {
        Ok(record) => Ok(Answer {
            record: Some(record),
            errors: Vec::new(),
        }),
        Err(store::Error::Refused(refusals)) => {
            let stale = refusals
                .iter()
                .any(|refusal| matches!(refusal, Refusal::StaleRevision { .. }));
            let record = match id.filter(|_| stale) {
                Some(id) => store(ctx).get::<R>(&caller(ctx).actor, id).await.ok(),
                None => None,
            };
            Ok(Answer {
                record,
                errors: UserError::list(ctx, &refusals),
            })
        }
        Err(error) => Err(fail(ctx, error)),
    }
}

/// The answer of a removal.
#[derive(async_graphql::SimpleObject)]
pub(crate) struct DeletePayload {
    /// The record that was removed; null where it was not.
    pub(crate) deleted_id: Option<RecordId>,
    /// Why not.
    pub(crate) user_errors: Vec<UserError>,
}

/// Turns the store's answer into a removal's.
pub(crate) fn deleted<R: Stored>(ctx: &Context<'_>, result: store::Result<R>) -> Result<DeletePayload> {
    match result {
        Ok(record) => Ok(DeletePayload {
            deleted_id: Some(record.id().into()),
            user_errors: Vec::new(),
        }),
        Err(store::Error::Refused(refusals)) => Ok(DeletePayload {
            deleted_id: None,
            user_errors: UserError::list(ctx, &refusals),
        }),
        Err(error) => Err(fail(ctx, error)),
    }
}

/// The record that a removal is about.
#[derive(async_graphql::InputObject)]
pub(crate) struct DeleteInput {
    /// The record to remove.
    pub(crate) id: RecordId,
    /// The revision the decision was made on; another one is refused with `STALE_REVISION`.
    pub(crate) expected_revision: i32,
}

/// Declares a record's GraphQL object: the record itself and its trail, flattened, to which the area adds its
/// relations.
macro_rules! node {
    ($(#[$meta:meta])* $node:ident = $record:ty as $name:literal) => {
        $(#[$meta])*
        #[derive(Clone, async_graphql::SimpleObject)]
        #[graphql(name = $name, complex)]
        pub(crate) struct $node {
            #[graphql(flatten)]
            pub(crate) record: $record,
            #[graphql(flatten)]
            pub(crate) trail: crate::history::Trail,
        }

        impl From<$record> for $node {
            fn from(record: $record) -> Self {
                Self { trail: crate::history::Trail(record.id.into()), record }
            }
        }

        impl $node {
            /// The identifier, for the `Node` interface.
            pub(crate) async fn node_id(&self, _ctx: &async_graphql::Context<'_>) -> async_graphql::Result<async_graphql::ID> {
                Ok(self.record.id.to_string().into())
            }
        }
    };
}

/// Declares the payload of a record's mutations.
macro_rules! payload {
    ($payload:ident { $field:ident: $node:ident } of $record:ty) => {
        /// What became of the mutation.
        #[derive(async_graphql::SimpleObject)]
        pub(crate) struct $payload {
            /// The record as it is now; null where it was refused. With `STALE_REVISION`, its present state.
            $field: Option<$node>,
            /// Why it was refused; empty where it was done.
            user_errors: Vec<crate::error::UserError>,
        }

        impl From<crate::payload::Answer<$record>> for $payload {
            fn from(answer: crate::payload::Answer<$record>) -> Self {
                Self {
                    $field: answer.record.map(Into::into),
                    user_errors: answer.errors,
                }
            }
        }
    };
}

/// Declares the three mutations that every record has.
macro_rules! mutations {
    (
        $mutation:ident of $record:ty, $payload:ident;
        $create:ident($new:ty), $update:ident($patch:ty), $delete:ident;
        $($more:tt)*
    ) => {
        /// Making, changing and removing.
        #[derive(Default)]
        pub(crate) struct $mutation;

        #[async_graphql::Object]
        impl $mutation {
            /// Makes one.
            async fn $create(&self, ctx: &async_graphql::Context<'_>, input: $new) -> async_graphql::Result<$payload> {
                let made = crate::ctx::store(ctx).create::<$record>(&crate::ctx::caller(ctx).actor, input).await;
                Ok(crate::payload::answer(ctx, None, made).await?.into())
            }

            /// Changes one: an absent field stays as it is, null empties it.
            async fn $update(&self, ctx: &async_graphql::Context<'_>, input: $patch) -> async_graphql::Result<$payload> {
                let id = input.id;
                let changed = crate::ctx::store(ctx).edit::<$record>(&crate::ctx::caller(ctx).actor, input).await;
                Ok(crate::payload::answer(ctx, Some(id), changed).await?.into())
            }

            /// Removes one that nothing else uses.
            async fn $delete(
                &self,
                ctx: &async_graphql::Context<'_>,
                input: crate::payload::DeleteInput,
            ) -> async_graphql::Result<crate::payload::DeletePayload> {
                let gone = if input.id.kind == <$record as domain::record::Record>::TYPE {
                    let actor = &crate::ctx::caller(ctx).actor;
                    crate::ctx::store(ctx).remove::<$record>(actor, input.id.uuid.into(), input.expected_revision).await
                } else {
                    Err(domain::Refusal::NotFound.into())
                };
                crate::payload::deleted(ctx, gone)
            }

            $($more)*
        }
    };
}
