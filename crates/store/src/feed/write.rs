//! The feed written: rows that say that something happened to a record. What is told of them is read later.

use chrono::{DateTime, Utc};
use domain::feed::{Detail, Kind};
use domain::{RecordId, TerritoryId};
use sea_orm::DatabaseTransaction;

use crate::error::Result;
use crate::json::Json;
use crate::rows;

/// A feed row on its way in: the feed tells that a record changed, readers then read its state.
pub(crate) struct NewFeedRow {
    pub(crate) record: RecordId,
    pub(crate) kind: Kind,
    pub(crate) revision: i32,
    /// Where the record lies now.
    pub(crate) places: Vec<TerritoryId>,
    /// Where it lay before and lies no more.
    pub(crate) left: Vec<TerritoryId>,
    /// What else is to be said of it.
    pub(crate) detail: Detail,
}

impl NewFeedRow {
    pub(crate) async fn insert_all(
        conn: &DatabaseTransaction,
        rows: Vec<Self>,
        at: DateTime<Utc>,
    ) -> Result<()> {
        let columns = [
            "at",
            "record_kind",
            "record_id",
            "kind",
            "revision",
            "places",
            "left_places",
            "detail",
        ];
        let rows = rows.into_iter().map(|row| {
            vec![
                at.into(),
                row.record.kind.word().into(),
                row.record.uuid.into(),
                row.kind.word().into(),
                row.revision.into(),
                Json(row.places).into(),
                Json(row.left).into(),
                Json(row.detail).into(),
            ]
        });
        rows::insert(conn, "feed", &columns, rows.collect()).await
    }
}
