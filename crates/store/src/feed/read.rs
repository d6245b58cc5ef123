//! The feed read: rows by their number, then the present state of what they are of. The writers' lock makes that the order
//! of commits, so what a reader has passed never grows.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain::feed::{Detail, Filter, Kind, Reason};
use domain::{RecordId, RecordType, TerritoryId};
use sea_orm::sea_query::{Expr, ExprTrait, Order, Query};
use sea_orm::{ConnectionTrait, QueryResult};
use uuid::Uuid;

use super::cursor::{Standing, print_of};
use super::{FeedChange, FeedPage};
use crate::connect::Store;
use crate::error::{Error, Result};
use crate::filter::with_themselves;
use crate::json::Json;

/// The most rows that are looked through for one page. A page that finds little in them is short, and its cursor has
/// gone on.
const LOOKED_THROUGH: usize = 5_000;
/// How many are looked through at a time where a filter leaves some out.
const STRETCH: usize = 1_000;

/// A row of the feed.
struct Row {
    seq: i64,
    at: DateTime<Utc>,
    record: RecordId,
    kind: Kind,
    revision: i32,
    detail: Detail,
    /// Where the record lay before or after.
    places: Vec<TerritoryId>,
}

impl Row {
    /// Whether it says that something was erased: who has a copy is to hear it, whatever they asked for.
    fn is_erasure(&self) -> bool {
        self.detail.reason == Some(Reason::Erased)
    }

    fn read(row: &QueryResult, with_places: bool) -> Result<Self> {
        let kind: Kind = row.try_get_by_index(4)?;
        let detail = match kind {
            Kind::Upsert => None,
            Kind::Delete | Kind::Merge | Kind::Split | Kind::VisibilityLost => {
                row.try_get_by_index::<Option<Json<Option<Detail>>>>(6)?
            }
        };
        let mut places = Vec::new();
        if with_places {
            for column in [8, 9] {
                let some: Option<Json<Option<Vec<TerritoryId>>>> = row.try_get_by_index(column)?;
                places.extend(some.and_then(|some| some.0).unwrap_or_default());
            }
        }
        Ok(Self {
            seq: row.try_get_by_index(0)?,
            at: row.try_get_by_index(1)?,
            record: RecordId {
                kind: row.try_get_by_index(2)?,
                uuid: row.try_get_by_index(3)?,
            },
            kind,
            revision: row.try_get_by_index(5)?,
            detail: detail.and_then(|detail| detail.0).unwrap_or_default(),
            places,
        })
    }
}

impl Store {
    /// A page of the feed from the cursor on, or from the beginning, which is the present state of everything; with the
    /// records' content or without.
    ///
    /// # Errors
    /// A filter that is none, a cursor of another filter or not ours, one that is too old, a database fault.
    pub async fn feed(
        &self,
        filter: &Filter,
        after: Option<&str>,
        first: usize,
        with_content: bool,
    ) -> Result<FeedPage> {
        let filter = filter.clone().checked()?;
        let identity = self.identity().await?;
        let print = print_of(&filter);
        let mut standing = match after {
            Some(cursor) => identity.read(print, cursor)?,
            None => Standing {
                place: 0,
                began: self.head().await?,
            },
        };
        let (changes, has_more) = self.told(&filter, &mut standing, first, with_content).await?;
        Ok(FeedPage {
            changes: changes.into_iter().map(|(_, change)| change).collect(),
            cursor: identity.write(print, standing),
            has_more,
        })
    }

    /// What is told from a standing on, each with its row's number, and whether there may be more; moves the standing
    /// on. The filter is one that was checked.
    pub(crate) async fn told(
        &self,
        filter: &Filter,
        standing: &mut Standing,
        first: usize,
        with_content: bool,
    ) -> Result<(Vec<(i64, FeedChange)>, bool)> {
        let area = self.area(filter).await?;
        let (rows, has_more) = self.look_through(filter, area.as_ref(), standing, first).await?;
        let mut wanted: BTreeMap<RecordType, Vec<Uuid>> = BTreeMap::new();
        if with_content || area.is_some() {
            let mut known = HashSet::with_capacity(rows.len());
            for row in rows.iter().filter(|row| has_content(row.kind)) {
                if known.insert(row.record) {
                    wanted.entry(row.record.kind).or_default().push(row.record.uuid);
                }
            }
        }
        // Read after the rows, so never older than they are.
        let found = self.contents(&wanted).await?;
        let was_read = with_content || area.is_some();
        let changes = rows.into_iter().filter_map(|row| {
            let mut change = FeedChange {
                kind: row.kind,
                record: row.record,
                revision: row.revision,
                at: row.at,
                reason: row.detail.reason,
                into: row.detail.into,
                content: None,
            };
            if !has_content(row.kind) || !was_read {
                return Some((row.seq, change));
            }
            match (found.get(&row.record), &area) {
                (Some(content), Some(area)) if !lies_in(&content.territories(), area) => {
                    change.kind = Kind::VisibilityLost;
                    change.into.clear();
                }
                (Some(content), _) => {
                    change.revision = content.revision();
                    change.content = Some(Arc::clone(content)).filter(|_| with_content);
                }
                // It has gone since. Its own row follows, but where it had left the area before, not to this reader.
                (None, Some(_)) => {
                    change.kind = Kind::Delete;
                    change.into.clear();
                }
                (None, None) => return None,
            }
            Some((row.seq, change))
        });
        Ok((changes.collect(), has_more))
    }

    /// The rows that the filter lets through, and whether there may be more; moves the standing on.
    async fn look_through(
        &self,
        filter: &Filter,
        area: Option<&HashSet<TerritoryId>>,
        standing: &mut Standing,
        first: usize,
    ) -> Result<(Vec<Row>, bool)> {
        // Most readers want most of it: only where too much is left out, more at a time is looked through.
        let mut stretch = first + 1;
        let from = standing.place;
        let mut taken: Vec<Row> = Vec::with_capacity(first);
        let mut looked_at = 0;
        while looked_at < LOOKED_THROUGH {
            let rows = self.rows_after(standing.place, stretch, area.is_some()).await?;
            if let Some(first) = rows.first() {
                // Read by the same statement: what is cleared away while we read is not missed unnoticed.
                let floor: Option<String> = first.try_get_by_index(7)?;
                let floor: i64 = floor.and_then(|floor| floor.parse().ok()).unwrap_or(0);
                if floor > Ord::max(from, standing.began) {
                    return Err(Error::CursorExpired);
                }
            } else if looked_at == 0 && self.head().await? < from {
                // A place that this database has not reached: the cursor is from before an older copy was put back.
                return Err(Error::CursorExpired);
            }
            for row in &rows {
                if taken.len() == first {
                    return Ok((taken, true));
                }
                let row = Row::read(row, area.is_some())?;
                standing.place = row.seq;
                let lies = area.is_none_or(|area| lies_in(&row.places, area));
                if row.is_erasure() || (lies && filter.lets(row.record.kind)) {
                    taken.push(row);
                }
            }
            if rows.len() < stretch {
                return Ok((taken, false));
            }
            looked_at += rows.len();
            stretch = Ord::max(STRETCH, first + 1);
        }
        Ok((taken, true))
    }

    async fn rows_after(&self, place: i64, most: usize, with_places: bool) -> Result<Vec<QueryResult>> {
        let mut query = Query::select();
        query
            .columns([
                "seq",
                "at",
                "record_kind",
                "record_id",
                "kind",
                "revision",
                "detail",
            ])
            .expr(Expr::cust(
                "(SELECT value FROM setting WHERE name = 'feed_floor')",
            ));
        if with_places {
            query.columns(["places", "left_places"]);
        }
        query
            .from("feed")
            .and_where(Expr::col("seq").gt(place))
            .order_by("seq", Order::Asc)
            .limit(most as u64);
        Ok(self.reading.query_all(&query).await?)
    }

    /// The territories that share an area with the places of a filter, and these themselves.
    async fn area(&self, filter: &Filter) -> Result<Option<HashSet<TerritoryId>>> {
        if filter.places().next().is_none() {
            return Ok(None);
        }
        let asked = filter.places().map(|place| place.0);
        let query = with_themselves(asked);
        let rows = self.reading.query_all(&query).await?;
        rows.iter()
            .map(|row| Ok(row.try_get("", "record_id")?))
            .collect::<Result<_>>()
            .map(Some)
    }

    /// The number of the last row.
    pub(crate) async fn head(&self) -> Result<i64> {
        let query = Query::select()
            .expr_as(Expr::col("seq").max(), "head")
            .from("feed")
            .take();
        let row = self.reading.query_one(&query).await?;
        let head: Option<i64> = row.map(|row| row.try_get("", "head")).transpose()?.flatten();
        Ok(head.unwrap_or(0))
    }
}

/// Whether the present state belongs to what happened.
const fn has_content(kind: Kind) -> bool {
    match kind {
        Kind::Upsert | Kind::Split => true,
        Kind::Delete | Kind::Merge | Kind::VisibilityLost => false,
    }
}

fn lies_in(places: &[TerritoryId], area: &HashSet<TerritoryId>) -> bool {
    places.iter().any(|place| area.contains(place))
}
