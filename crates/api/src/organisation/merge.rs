//! Merging organisations over GraphQL.

use async_graphql::{ComplexObject, Context, InputObject, Result, SimpleObject};
use domain::organisation::Organisation;
use domain::policy::{Action, allows};
use domain::{ChangeId, OrganisationId, RecordId, RecordType, Refusal};

use super::OrganisationNode;
use crate::connection::shared;
use crate::ctx::{caller, loader, store};
use crate::error::{UserError, fail};
use crate::load::NamingsOf;
use crate::payload::Done;

/// How many records of a kind name another one.
#[derive(SimpleObject)]
pub(crate) struct NamedBy {
    /// The kind.
    record_type: RecordType,
    /// How many.
    count: u64,
}

/// The counts, for those who may merge what is named.
pub(super) async fn named_by(ctx: &Context<'_>, id: OrganisationId) -> Result<Option<Vec<NamedBy>>> {
    if !allows(&caller(ctx).actor, Action::KeepOrganisations) {
        return Ok(None);
    }
    let asked = loader(ctx).one(NamingsOf(id.into())).await;
    let naming = asked.map_err(|error| shared(ctx, &error))?.unwrap_or_default();
    let counts = naming
        .into_iter()
        .map(|(record_type, count)| NamedBy { record_type, count });
    Ok(Some(counts.collect()))
}

/// Two organisations that are the same.
#[derive(InputObject)]
pub(crate) struct OrganisationMergeInput {
    /// The one that goes: its identifier answers the other one from then on.
    id: OrganisationId,
    /// The one that stays: it is named wherever the first was, and takes over what it lacks.
    into: OrganisationId,
    /// The revision of the one that goes that the decision was made on; another one is refused with `STALE_REVISION`.
    expected_revision: i32,
    /// The revision of the one that stays that the decision was made on; another one is refused with `STALE_REVISION`.
    into_expected_revision: i32,
}

/// What became of the merge.
#[derive(Default, SimpleObject)]
#[graphql(complex)]
pub(crate) struct OrganisationMergePayload {
    /// The one that stays, as it is now; null where it was refused. With `STALE_REVISION`, its present state.
    organisation: Option<OrganisationNode>,
    /// The one that went; null where it was refused.
    merged_id: Option<RecordId>,
    /// With `STALE_REVISION`, the present state of the one that is to go.
    goes: Option<OrganisationNode>,
    /// Why it was refused; empty where it was done.
    user_errors: Vec<UserError>,
    #[graphql(skip)]
    done: Option<Done>,
}

#[ComplexObject]
impl OrganisationMergePayload {
    /// The history's entry of it, by which all of it can be taken back but for what was changed since; null where it was
    /// refused.
    async fn change_id(&self, ctx: &Context<'_>) -> Result<Option<ChangeId>> {
        match self.done {
            Some(done) => done.change(ctx).await,
            None => Ok(None),
        }
    }
}

/// Makes one of two.
pub(super) async fn merge(
    ctx: &Context<'_>,
    input: OrganisationMergeInput,
) -> Result<OrganisationMergePayload> {
    let OrganisationMergeInput {
        id,
        into,
        expected_revision,
        into_expected_revision,
    } = input;
    let merged = store(ctx)
        .merge_organisations(
            &caller(ctx).actor,
            (id, expected_revision),
            (into, into_expected_revision),
        )
        .await;
    match merged {
        Ok(record) => Ok(OrganisationMergePayload {
            organisation: Some(record.into()),
            merged_id: Some(id.into()),
            // It is told as one more revision of the one that went.
            done: Some(Done::of(id.into(), expected_revision + 1)),
            ..OrganisationMergePayload::default()
        }),
        Err(store::Error::Refused(refusals)) => {
            let is_stale = refusals
                .iter()
                .any(|refusal| matches!(refusal, Refusal::StaleRevision { .. }));
            let present = async |id| {
                let found = if is_stale {
                    store(ctx).find::<Organisation>(id).await.ok().flatten()
                } else {
                    None
                };
                found.map(OrganisationNode::from)
            };
            Ok(OrganisationMergePayload {
                organisation: present(into).await,
                goes: present(id).await,
                user_errors: UserError::list(ctx, &refusals),
                ..OrganisationMergePayload::default()
            })
        }
        Err(error) => Err(fail(ctx, error)),
    }
}
