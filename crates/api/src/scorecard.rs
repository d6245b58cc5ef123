//! How far what comes from sources can be trusted, over GraphQL.

use async_graphql::SimpleObject;
use domain::push::{Counts, Pushed};
use domain::record::camel;
use store::{Filled, Scorecard};

/// In how many records a field is filled.
#[derive(SimpleObject)]
struct ScorecardField {
    /// The kind of record.
    record_type: Pushed,
    /// The field: `price`.
    field: String,
    /// In so many of the published records it says something.
    known: u64,
    /// Of so many.
    records: u64,
}

/// How far what comes from one or several sources can be trusted: what is published of it now, and its rows of the last thirty
/// days.
#[derive(SimpleObject)]
#[graphql(name = "Scorecard")]
pub(crate) struct ScorecardNode {
    /// The records that are published: offers that are `OPEN` or `RESERVED`, needs that are `OPEN` or `MATCHED`.
    records: u64,
    /// Those of which it was said within the last `freshDays` days that they hold: they were made, changed or confirmed, or a
    /// full snapshot named them again.
    fresh: u64,
    /// For so many days a record is fresh.
    fresh_days: i64,
    /// The share that is fresh, 0 to 1: `fresh` of `records`; null where nothing is published.
    freshness: Option<f64>,
    /// How many days ago it was last said that they hold: half of the records are older, half younger. Null where nothing is
    /// published.
    median_age_days: Option<f64>,
    /// The share of the fields that are wished for that says something, 0 to 1: all fields of all published records together;
    /// null where nothing is published.
    completeness: Option<f64>,
    /// Field by field, for offers and needs: those that are wished for.
    fields: Vec<ScorecardField>,
    /// The rows of the last thirty days, by what became of them. Of a source everybody's who pushed under it, of a machine its
    /// own.
    lately: Counts,
    /// The share of these rows that was refused, 0 to 1; null where none was pushed.
    rejection_rate: Option<f64>,
}

/// A share; nothing of nothing is not known.
fn share(part: u64, of: u64) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^53")]
    let share = part as f64 / of as f64;
    (of > 0).then_some(share)
}

impl From<Scorecard> for ScorecardNode {
    fn from(card: Scorecard) -> Self {
        let Scorecard {
            records,
            fresh,
            median_age,
            fields,
            lately,
        } = card;
        let known = fields.iter().map(|field| field.known).sum();
        let asked = fields.iter().map(|field| field.records).sum();
        let Counts {
            created,
            updated,
            unchanged,
            stale,
            deleted,
            rejected,
        } = lately;
        let rows = [created, updated, unchanged, stale, deleted, rejected];
        #[expect(clippy::cast_precision_loss, reason = "an age in seconds is far below 2^53")]
        let days = |age: chrono::TimeDelta| age.num_seconds() as f64 / 86_400.0;
        Self {
            records,
            fresh,
            fresh_days: domain::offer::CONFIRMED_DAYS,
            freshness: share(fresh, records),
            median_age_days: median_age.map(days),
            completeness: share(known, asked),
            fields: fields.into_iter().map(Into::into).collect(),
            lately,
            rejection_rate: share(rejected.into(), rows.into_iter().map(u64::from).sum()),
        }
    }
}

impl From<Filled> for ScorecardField {
    fn from(filled: Filled) -> Self {
        let Filled {
            of,
            field,
            known,
            records,
        } = filled;
        Self {
            record_type: of,
            field: camel(field),
            known,
            records,
        }
    }
}
