//! The contract's own history, `contract/changes.csv`, as data: what came, what is to go and what is to be used instead.
//! `tools/contract` checks the file against the schema.

mod calls;

use std::sync::LazyLock;

use async_graphql::{Context, Enum, Object, Result, SimpleObject};
use chrono::NaiveDate;

use crate::ctx::store;
use crate::error::fail;
use crate::problem::{Code, Fault};

pub(crate) use calls::{deprecated_calls, is_any_input_deprecated};

const HISTORY: &str = include_str!("../../../contract/changes.csv");
/// So many changes are answered unless asked otherwise, and at most.
const USUAL: usize = 100;
const MOST: usize = 500;

/// What happened to a member of the contract; clients must tolerate new values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum, serde::Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum SchemaChangeKind {
    /// It is new.
    Added,
    /// It goes on for some time, and something else takes its place.
    Deprecated,
    /// It is gone.
    Removed,
    /// It is another than before, in a way that breaks no client.
    Changed,
}

/// A change of the contract.
#[derive(Clone, Debug, SimpleObject, serde::Deserialize)]
pub(crate) struct SchemaChange {
    /// The day.
    date: NaiveDate,
    /// What happened.
    kind: SchemaChangeKind,
    /// What it happened to: `Offer.title`, `Query.offers(first:)`, `OfferStatus.OPEN`; of the JSON routes
    /// `GET /v1/changes?after`, `json:FeedPage.cursor`. A whole type or route stands for all that belongs to it.
    pub(crate) coordinate: String,
    /// What it means.
    description: String,
    /// With `DEPRECATED`: what to use instead, by its coordinate.
    replacement: Option<String>,
    /// With `DEPRECATED`: it stays until the end of this day, and may be removed after.
    removed_after: Option<NaiveDate>,
}

/// All of them, newest first.
static CHANGES: LazyLock<Result<Vec<SchemaChange>, String>> = LazyLock::new(|| {
    let lines = csv::Reader::from_reader(HISTORY.as_bytes()).into_deserialize();
    lines
        .collect::<Result<_, _>>()
        .map_err(|error| format!("contract/changes.csv: {error}"))
});

fn changes() -> Result<&'static [SchemaChange], Fault> {
    CHANGES.as_deref().map_err(|error| {
        tracing::error!(error, "the contract's history cannot be read");
        Fault::new(Code::Internal)
    })
}

/// How a member was deprecated, where it was.
pub(crate) fn deprecation(coordinate: &str) -> Option<SchemaChange> {
    let told = changes()
        .ok()?
        .iter()
        .find(|change| change.coordinate == coordinate)?;
    (told.kind == SchemaChangeKind::Deprecated).then(|| told.clone())
}

fn cost(first: Option<i32>, each: usize) -> usize {
    let rows = first.and_then(|rows| usize::try_from(rows).ok()).unwrap_or(USUAL);
    1 + rows.min(MOST) * each.max(1)
}

#[derive(Default)]
pub(crate) struct ContractQuery;

#[Object]
impl ContractQuery {
    /// How this schema and the JSON routes changed, newest first.
    #[graphql(complexity = "cost(first, child_complexity)")]
    async fn schema_changes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those of this day and later.")] since: Option<NaiveDate>,
        #[graphql(desc = "Of these kinds only; of all where empty.")] kinds: Option<Vec<SchemaChangeKind>>,
        #[graphql(desc = "At most so many, 1 to 500; 100 unless given.")] first: Option<i32>,
    ) -> Result<Vec<SchemaChange>> {
        let first = first.map_or(Some(USUAL), |first| usize::try_from(first).ok());
        let Some(first) = first.filter(|first| (1..=MOST).contains(first)) else {
            return Err(fail(
                ctx,
                Fault::new(Code::BadRequest).technically(format!("first: 1 to {MOST}")),
            ));
        };
        let kinds = kinds.unwrap_or_default();
        let asked = changes()
            .map_err(|fault| fail(ctx, fault))?
            .iter()
            .filter(|change| {
                since.is_none_or(|since| change.date >= since)
                    && (kinds.is_empty() || kinds.contains(&change.kind))
            });
        Ok(asked.take(first).cloned().collect())
    }

    /// Which callers still use what is deprecated, over the last days; for administrators. What a machine of one's own still
    /// calls is told by `Client.deprecatedCalls`.
    #[graphql(complexity = "100 * child_complexity")]
    async fn deprecated_calls(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Over so many days, 1 to 90.", default = 90)] days: u32,
    ) -> Result<Vec<crate::usage::DeprecatedCallNode>> {
        let calls = store(ctx)
            .deprecated_calls(&crate::ctx::caller(ctx).actor, days)
            .await;
        let calls = calls.map_err(|error| fail(ctx, error))?;
        Ok(calls.into_iter().map(Into::into).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_history_reads_and_tells_how_something_is_replaced() {
        assert!(changes().is_ok_and(|changes| changes.len() > 2), "{:?}", *CHANGES);
        let late = deprecation("Step.late").unwrap();
        assert_eq!(late.replacement.as_deref(), Some("Step.isLate"));
        assert!(late.removed_after.is_some());
        assert!(deprecation("Step.isLate").is_none());
    }
}
