//! Pushing over GraphQL: rows in, what became of each out; full snapshots; how sources do.

use async_graphql::{ComplexObject, Context, Enum, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use domain::change::FieldChange;
use domain::push::{
    Counts, Deletion, ErrorPolicy, Mode, NeedRow, Notice, OfferRow, OrganisationRow, Outcome, Pushed,
};
use domain::{RecordId, Refusal};
use sha2::{Digest, Sha256};
use store::{Answer, Came, Push, RowResult, Run, RunState};
use uuid::Uuid;

use crate::ctx::{caller, store};
use crate::error::{UserError, fail};

/// What a source pushes, at most 1,000 rows in all.
#[derive(InputObject)]
struct RecordsUpsertInput {
    /// The source's code.
    source: String,
    /// The client's own name for this request, at most 100 characters: the same again is answered again and not done
    /// again; with other rows it is refused.
    idempotency_key: Option<String>,
    /// What the rows stand for.
    #[graphql(default)]
    mode: Mode,
    /// The run they belong to, with `FULL_SNAPSHOT`.
    run: Option<Uuid>,
    /// Only say what would become of the rows, field by field.
    #[graphql(default)]
    dry_run: bool,
    /// What becomes of the good rows where others are refused.
    #[graphql(default)]
    error_policy: ErrorPolicy,
    /// The `plan` that a dry run gave: where it would be another now, nothing is applied.
    plan: Option<String>,
    /// Organisations.
    #[graphql(default)]
    organisations: Vec<OrganisationRow>,
    /// Offers.
    #[graphql(default)]
    offers: Vec<OfferRow>,
    /// Needs.
    #[graphql(default)]
    needs: Vec<NeedRow>,
    /// What the source holds no more.
    #[graphql(default)]
    deletions: Vec<Deletion>,
}

/// What became of one row.
#[derive(SimpleObject)]
#[graphql(name = "RowResult", complex)]
struct RowNode {
    #[graphql(skip)]
    errors: Vec<Refusal>,
    /// The kind of record.
    record_type: Pushed,
    /// Its place among the rows of its list, from 0.
    index: u32,
    /// Whether it is a deletion.
    is_deletion: bool,
    /// The source's own identifier.
    external_id: Option<String>,
    /// What became of it.
    outcome: Outcome,
    /// What the source should know although the row was good.
    notices: Vec<Notice>,
    /// The record.
    record_id: Option<RecordId>,
    /// Its revision since.
    revision: Option<i32>,
    /// With a dry run, what would change.
    changes: Vec<FieldChange>,
}

#[ComplexObject]
impl RowNode {
    /// Why it was refused.
    async fn errors(&self, ctx: &Context<'_>) -> Vec<UserError> {
        UserError::list(ctx, &self.errors)
    }
}

impl From<RowResult> for RowNode {
    fn from(row: RowResult) -> Self {
        let RowResult {
            record_type,
            index,
            is_deletion,
            external_id,
            outcome,
            errors,
            notices,
            record_id,
            revision,
            changes,
        } = row;
        Self {
            errors,
            record_type,
            index,
            is_deletion,
            external_id,
            outcome,
            notices,
            record_id,
            revision,
            changes,
        }
    }
}

/// What became of what was pushed.
#[derive(SimpleObject)]
struct RecordsUpsertPayload {
    /// Whether anything was applied: not with a dry run, nor where everything was refused for one row's sake.
    applied: bool,
    /// Whether nothing was applied because the rows come to something else by now than the `plan` that was given: they say
    /// to what, and `userErrors` holds `PLAN_MOVED`.
    moved: bool,
    /// Whether this is the answer to an earlier request with the same key.
    replayed: bool,
    /// How many rows came to what.
    counts: Counts,
    /// What was or would be done, in one word: give it with the run that follows a dry run. Null where the request was
    /// refused as a whole.
    plan: Option<String>,
    /// Row by row: organisations, offers, needs, deletions, each in their order.
    rows: Vec<RowNode>,
    /// Why the request was refused as a whole.
    user_errors: Vec<UserError>,
}

/// Whether a run takes rows.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "SourceRunState", remote = "RunState")]
enum RunStateWord {
    /// It does.
    Open,
    /// It is over.
    Closed,
}

/// A full snapshot of a source.
#[derive(SimpleObject)]
#[graphql(name = "SourceRun")]
struct RunNode {
    /// Its identifier: rows name it.
    id: Uuid,
    /// Whether it takes rows.
    state: RunStateWord,
    /// When it was opened.
    opened_at: DateTime<Utc>,
    /// When it was closed.
    closed_at: Option<DateTime<Utc>>,
    /// What closing it did: `deleted` records the run did not name, `rejected` ones that others still need.
    counts: Counts,
}

impl From<Run> for RunNode {
    fn from(run: Run) -> Self {
        let Run {
            id,
            state,
            opened_at,
            closed_at,
            counts,
            of: _,
        } = run;
        Self {
            id,
            state: state.into(),
            opened_at,
            closed_at,
            counts,
        }
    }
}

/// What became of a run.
#[derive(SimpleObject)]
struct SourceRunPayload {
    /// The run; null where it was refused.
    run: Option<RunNode>,
    /// Why it was refused; empty where it was done.
    user_errors: Vec<UserError>,
}

fn run_payload(ctx: &Context<'_>, result: store::Result<Run>) -> Result<SourceRunPayload> {
    match result {
        Ok(run) => Ok(SourceRunPayload {
            run: Some(run.into()),
            user_errors: Vec::new(),
        }),
        Err(store::Error::Refused(refusals)) => Ok(SourceRunPayload {
            run: None,
            user_errors: UserError::list(ctx, &refusals),
        }),
        Err(error) => Err(fail(ctx, error)),
    }
}

/// Opens a full snapshot.
#[derive(InputObject)]
struct SourceRunOpenInput {
    /// The source's code.
    source: String,
}

/// Closes a full snapshot: what it did not name is removed.
#[derive(InputObject)]
struct SourceRunCloseInput {
    /// The source's code.
    source: String,
    /// The run.
    run: Uuid,
    /// The source's code once more, where more than a tenth of its records is meant to go.
    confirm: Option<String>,
}

/// What a request says, in one word.
pub(crate) fn hex(digest: Sha256) -> String {
    digest
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

impl RecordsUpsertInput {
    fn into_push(self) -> Push {
        let said = serde_json::to_vec(&(
            (&self.organisations, &self.offers, &self.needs, &self.deletions),
            (self.mode, self.run, self.dry_run, self.error_policy),
        ));
        Push {
            source: self.source,
            key: self.idempotency_key,
            mode: self.mode,
            run: self.run,
            dry_run: self.dry_run,
            policy: self.error_policy,
            plan: self.plan,
            organisations: self.organisations.into_iter().map(Came::from).collect(),
            offers: self.offers.into_iter().map(Came::from).collect(),
            needs: self.needs.into_iter().map(Came::from).collect(),
            deletions: self
                .deletions
                .into_iter()
                .map(|row| Came {
                    external_id: Some(row.external_id.clone()),
                    row: Ok(row),
                })
                .collect(),
            digest: hex(Sha256::new_with_prefix(said.unwrap_or_default())),
        }
    }
}

#[derive(Default)]
pub(crate) struct PushMutation;

#[Object]
impl PushMutation {
    /// Makes, changes and removes what a source holds, at most 1,000 rows at once. What concerns one row stands with
    /// that row, and the others are unharmed.
    #[graphql(complexity = "1_000 + 4 * child_complexity")]
    async fn records_upsert(
        &self,
        ctx: &Context<'_>,
        input: RecordsUpsertInput,
    ) -> Result<RecordsUpsertPayload> {
        match store(ctx).push(&caller(ctx).actor, input.into_push()).await {
            Ok(answer) => {
                let Answer {
                    applied,
                    is_moved,
                    is_replay,
                    counts,
                    plan,
                    rows,
                } = answer;
                let why: &[Refusal] = if is_moved { &[Refusal::PlanMoved] } else { &[] };
                Ok(RecordsUpsertPayload {
                    applied,
                    moved: is_moved,
                    replayed: is_replay,
                    counts,
                    plan: Some(plan),
                    rows: rows.into_iter().map(Into::into).collect(),
                    user_errors: UserError::list(ctx, why),
                })
            }
            Err(store::Error::Refused(refusals)) => Ok(RecordsUpsertPayload {
                applied: false,
                moved: false,
                replayed: false,
                counts: Counts::default(),
                plan: None,
                rows: Vec::new(),
                user_errors: UserError::list(ctx, &refusals),
            }),
            Err(error) => Err(fail(ctx, error)),
        }
    }

    /// Opens a full snapshot of a source: fill it with `recordsUpsert` in mode `FULL_SNAPSHOT`, then close it.
    async fn source_run_open(
        &self,
        ctx: &Context<'_>,
        input: SourceRunOpenInput,
    ) -> Result<SourceRunPayload> {
        let opened = store(ctx).open_run(&caller(ctx).actor, &input.source).await;
        run_payload(ctx, opened)
    }

    /// Closes a full snapshot: what it did not name is removed. Refused with `MASS_DELETION` where that is more than a
    /// tenth of the source, unless `confirm` names the source.
    async fn source_run_close(
        &self,
        ctx: &Context<'_>,
        input: SourceRunCloseInput,
    ) -> Result<SourceRunPayload> {
        let SourceRunCloseInput { source, run, confirm } = input;
        let actor = &caller(ctx).actor;
        let closed = store(ctx)
            .close_run(actor, &source, run, confirm.as_deref())
            .await;
        run_payload(ctx, closed)
    }
}

/// How a source does.
#[derive(SimpleObject)]
pub(crate) struct SourceHealthNode {
    /// When it last pushed; null where it never did.
    last_push_at: Option<DateTime<Utc>>,
    /// Whether it is late against its own cadence; null where it has none, or never pushed.
    is_late: Option<bool>,
    /// The organisations it names.
    organisations: u64,
    /// The offers it names.
    offers: u64,
    /// The needs it names.
    needs: u64,
    /// The rows of its last thirty days, by what became of them.
    lately: Counts,
}

impl From<store::SourceHealth> for SourceHealthNode {
    fn from(health: store::SourceHealth) -> Self {
        let store::SourceHealth {
            last_push_at,
            is_late,
            organisations,
            offers,
            needs,
            lately,
        } = health;
        Self {
            last_push_at,
            is_late,
            organisations,
            offers,
            needs,
            lately,
        }
    }
}

/// One request of a source.
#[derive(SimpleObject)]
pub(crate) struct PushNode {
    /// Its identifier.
    id: Uuid,
    /// When.
    at: DateTime<Utc>,
    /// The run it belonged to.
    run: Option<Uuid>,
    /// How many rows came to what.
    counts: Counts,
}

impl From<store::PushEntry> for PushNode {
    fn from(entry: store::PushEntry) -> Self {
        Self {
            id: entry.id,
            at: entry.at,
            run: entry.run,
            counts: entry.counts,
        }
    }
}

/// A row that was refused.
#[derive(SimpleObject)]
#[graphql(name = "RejectedRow")]
pub(crate) struct RejectionNode {
    /// When.
    at: DateTime<Utc>,
    /// The source, by its code.
    source: String,
    /// The kind of record.
    record_type: Pushed,
    /// The source's own identifier, as far as it could be read.
    external_id: Option<String>,
    /// Why.
    errors: Vec<UserError>,
}

impl RejectionNode {
    /// In the reader's language.
    pub(crate) fn of(ctx: &Context<'_>, rejection: store::Rejection) -> Self {
        Self {
            at: rejection.at,
            source: rejection.source,
            record_type: rejection.record_type,
            external_id: rejection.external_id,
            errors: UserError::list(ctx, &rejection.errors),
        }
    }
}
