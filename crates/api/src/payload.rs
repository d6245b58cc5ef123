//! What mutations answer: the changed record and why not, the same way everywhere.

use async_graphql::{Context, Result};
use domain::{ChangeId, RecordId, Refusal};
use store::Stored;

use crate::ctx::{caller, store};
use crate::error::{UserError, fail};

/// The answer of a mutation: done, or refused for these reasons with the present state where that helps.
pub(crate) struct Answer<R> {
    pub(crate) record: Option<R>,
    pub(crate) done: Option<Done>,
    pub(crate) errors: Vec<UserError>,
}

/// What was done: this revision of this record.
#[derive(Clone, Copy)]
pub(crate) struct Done {
    record: RecordId,
    revision: i32,
}

impl Done {
    /// This revision of this record.
    pub(crate) const fn of(record: RecordId, revision: i32) -> Self {
        Self { record, revision }
    }

    /// The history's entry of it, where the caller may read that history.
    pub(crate) async fn change(self, ctx: &Context<'_>) -> Result<Option<ChangeId>> {
        let found = store(ctx)
            .change_of(&caller(ctx).actor, self.record, self.revision)
            .await;
        found.map_err(|error| fail(ctx, error))
    }
}

/// Turns the store's answer into a mutation's. A stale revision comes with the present state. `target` is the record
/// that was to be changed and the revision it had; nothing where one was to be made.
pub(crate) async fn answer<R: Stored>(
    ctx: &Context<'_>,
    target: Option<(R::Id, i32)>,
    result: store::Result<R>,
) -> Result<Answer<R>> {
    match result {
        Ok(record) => {
            let before = target.map_or(0, |(_, revision)| revision);
            let done = Done {
                record: record.id().into(),
                revision: record.revision(),
            };
            Ok(Answer {
                // Where nothing differed, nothing was written; and a retry may find a later state.
                done: (done.revision == before + 1).then_some(done),
                record: Some(record),
                errors: Vec::new(),
            })
        }
        Err(store::Error::Refused(refusals)) => {
            let stale = refusals
                .iter()
                .any(|refusal| matches!(refusal, Refusal::StaleRevision { .. }));
            let record = match target.filter(|_| stale) {
                Some((id, _)) => store(ctx).get::<R>(&caller(ctx).actor, id).await.ok(),
                None => None,
            };
            Ok(Answer {
                record,
                done: None,
                errors: UserError::list(ctx, &refusals),
            })
        }
        Err(error) => Err(fail(ctx, error)),
    }
}

/// The answer of a removal.
#[derive(async_graphql::SimpleObject)]
#[graphql(complex)]
pub(crate) struct DeletePayload {
    /// The record that was removed; null where it was not.
    pub(crate) deleted_id: Option<RecordId>,
    /// Why not.
    pub(crate) user_errors: Vec<UserError>,
    #[graphql(skip)]
    done: Option<Done>,
}

#[async_graphql::ComplexObject]
impl DeletePayload {
    /// The history's entry of it, by which it can be taken back; null where the caller neither may read it nor made it.
    async fn change_id(&self, ctx: &Context<'_>) -> Result<Option<ChangeId>> {
        match self.done {
            Some(done) => done.change(ctx).await,
            None => Ok(None),
        }
    }
}

/// Turns the store's answer into a removal's.
pub(crate) fn deleted<R: Stored>(ctx: &Context<'_>, result: store::Result<R>) -> Result<DeletePayload> {
    match result {
        Ok(record) => Ok(DeletePayload {
            deleted_id: Some(record.id().into()),
            user_errors: Vec::new(),
            // A removal is told as one more revision.
            done: Some(Done {
                record: record.id().into(),
                revision: record.revision() + 1,
            }),
        }),
        Err(store::Error::Refused(refusals)) => Ok(DeletePayload {
            deleted_id: None,
            user_errors: UserError::list(ctx, &refusals),
            done: None,
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
        #[graphql(name = $name, complex, crate = "crate::answered")]
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

        impl crate::answered::Answered for $node {
            async fn at_hand(
                &self,
                ctx: &async_graphql::Context<'_>,
            ) -> async_graphql::ServerResult<Option<async_graphql::Value>> {
                async_graphql::resolver_utils::ContainerType::resolve_field(&self.record, ctx).await
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
        #[graphql(complex)]
        pub(crate) struct $payload {
            /// The record as it is now; null where it was refused. With `STALE_REVISION`, its present state.
            $field: Option<$node>,
            /// Why it was refused; empty where it was done.
            user_errors: Vec<crate::error::UserError>,
            #[graphql(skip)]
            done: Option<crate::payload::Done>,
        }

        #[async_graphql::ComplexObject]
        impl $payload {
            /// The history's entry of it, by which it can be taken back; null where nothing was changed.
            async fn change_id(
                &self,
                ctx: &async_graphql::Context<'_>,
            ) -> async_graphql::Result<Option<domain::ChangeId>> {
                match self.done {
                    Some(done) => done.change(ctx).await,
                    None => Ok(None),
                }
            }
        }

        impl From<crate::payload::Answer<$record>> for $payload {
            fn from(answer: crate::payload::Answer<$record>) -> Self {
                Self {
                    $field: answer.record.map(Into::into),
                    user_errors: answer.errors,
                    done: answer.done,
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
                let target = (input.id, input.expected_revision);
                let changed = crate::ctx::store(ctx).edit::<$record>(&crate::ctx::caller(ctx).actor, input).await;
                Ok(crate::payload::answer(ctx, Some(target), changed).await?.into())
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
