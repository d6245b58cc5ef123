//! Lists: of all records of a kind, filtered and ordered; and of the records that name another one. Each page
//! is one statement, also for many parents at once.

use std::collections::HashMap;

use chrono::{Datelike, NaiveDate};
use domain::page::Page;
use domain::{OrganisationId, RecordId, RecordType};
use sea_orm::sea_query::{
    Alias, Condition, Expr, ExprTrait, Func, JoinType, Order, Query, SelectStatement, WindowStatement,
};
use sea_orm::{ConnectionTrait, Statement};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use crate::connect::Store;
use crate::error::{Error, Result};
use crate::filter::{overlapping, with_themselves};
use crate::page::{Column, Key, Slice, beyond, cursor, cut, fingerprint, place, slice};
use crate::record::{Stored, all, selecting, table};

/// A record that is listed.
pub trait Listed: Stored {
    /// What narrows its lists.
    type Filter: Serialize + Send + Sync + Clone;
    /// The orders its lists can have.
    type Order: Copy + std::fmt::Display + Send + Sync + Eq + std::hash::Hash;

    /// The dates that the filter compares with.
    fn days(_filter: &Self::Filter) -> Vec<NaiveDate> {
        Vec::new()
    }

    /// The organisations that the filter names: one that was merged away means its survivor.
    fn organisations(_filter: &mut Self::Filter) -> Vec<&mut OrganisationId> {
        Vec::new()
    }

    /// The filter as a condition on its table.
    fn condition(filter: &Self::Filter) -> Condition;

    /// The column of an order.
    fn column(order: Self::Order) -> Column;

    /// Where this record stands in an order: the value of that column.
    fn key(&self, order: Self::Order) -> Key;
}

/// A relation seen from its far end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Relation {
    /// The records of a kind whose field names the parent.
    Field(&'static str),
    /// The same, of those that also name this organisation as who buys or supplies.
    Shared(&'static str, OrganisationId),
    /// The same, of those that are not confidential.
    Public(&'static str),
    /// The records of a kind that lie or act in the parent, a territory.
    Place,
    /// The territories that share an area with the parent, a territory.
    Overlap,
    /// The records of a kind whose own column names the parent.
    Column(&'static str),
    /// The records of a kind whose own column names a commune in the parent, a territory.
    Within(&'static str),
}

impl Relation {
    const fn word(self) -> &'static str {
        match self {
            Self::Field(field) | Self::Shared(field, _) => field,
            Self::Public(_) => "public",
            Self::Place => "in territory",
            Self::Overlap => "overlapping",
            Self::Column(column) | Self::Within(column) => column,
        }
    }

    /// The pairs of parent (`target_id`) and record (`record_id`).
    fn pairs(self, kind: RecordType, asked: &[RecordId]) -> SelectStatement {
        let parents = || asked.iter().map(|parent| parent.uuid);
        match self {
            Self::Shared(field, organisation) => {
                let theirs = Query::select()
                    .column("record_id")
                    .from("link")
                    .and_where(Expr::col("field").is_in(["buyerId", "supplierId"]))
                    .and_where(Expr::col("target_id").eq(organisation.0))
                    .take();
                Self::Field(field)
                    .pairs(kind, asked)
                    .and_where(Expr::col("record_id").in_subquery(theirs))
                    .take()
            }
            Self::Public(field) => {
                let confidential = Query::select()
                    .column("id")
                    .from(table(kind))
                    .and_where(Expr::col("confidential").eq(true))
                    .take();
                Self::Field(field)
                    .pairs(kind, asked)
                    .and_where(Expr::col("record_id").not_in_subquery(confidential))
                    .take()
            }
            Self::Field(field) => Query::select()
                .columns(["target_id", "record_id"])
                .from("link")
                .and_where(Expr::col("field").eq(field))
                .and_where(Expr::col("record_kind").eq(kind.word()))
                .and_where(Expr::col("target_id").is_in(parents()))
                .take(),
            Self::Place => Query::select()
                .distinct()
                .column(("areas", "target_id"))
                .column(("place", "record_id"))
                .from_subquery(with_themselves(parents()), "areas")
                .join(
                    JoinType::InnerJoin,
                    "place",
                    Expr::col(("place", "territory_id")).equals(("areas", "record_id")),
                )
                .and_where(Expr::col(("place", "record_kind")).eq(kind.word()))
                .take(),
            Self::Overlap => Query::select()
                .columns(["target_id", "record_id"])
                .from_subquery(overlapping(parents()), "areas")
                .and_where(Expr::col("target_id").not_equals("record_id"))
                .take(),
            Self::Column(column) => Query::select()
                .expr_as(Expr::col(column), "target_id")
                .expr_as(Expr::col("id"), "record_id")
                .from(table(kind))
                .and_where(Expr::col(column).is_in(parents()))
                .take(),
            Self::Within(column) => Query::select()
                .distinct()
                .column(("areas", "target_id"))
                .expr_as(Expr::col((table(kind), "id")), "record_id")
                .from_subquery(with_themselves(parents()), "areas")
                .join(
                    JoinType::InnerJoin,
                    table(kind),
                    Expr::col((table(kind), column)).equals(("areas", "record_id")),
                )
                .take(),
        }
    }
}

impl Store {
    /// A page of all records that the filter lets through.
    ///
    /// # Errors
    /// A cursor of another list, or a database fault.
    pub async fn list<R: Listed>(
        &self,
        filter: &R::Filter,
        order: R::Order,
        page: &Page,
    ) -> Result<Slice<R>> {
        let meant = self.meant_by::<R>(filter).await?;
        let (query, print) = listing::<R>(filter, &meant, order, page)?;
        let records: Vec<R> = all(&self.reading, &query).await?;
        Ok(slice(records, page, |record| {
            cursor(&print, &record.key(order), record.id().into())
        }))
    }

    /// How many records the filter lets through.
    ///
    /// # Errors
    /// A database fault.
    pub async fn count<R: Listed>(&self, filter: &R::Filter) -> Result<u64> {
        asked::<R>(filter)?;
        let query = Query::select()
            .expr_as(Expr::col("id").count(), "count")
            .from(R::TABLE)
            .cond_where(R::condition(&self.meant_by::<R>(filter).await?))
            .take();
        let row = self.reading.query_one(&query).await?;
        let count: i64 = row.map(|row| row.try_get("", "count")).transpose()?.unwrap_or(0);
        Ok(u64::try_from(count).unwrap_or(0))
    }

    /// The filter with the survivors in the place of what was merged away.
    async fn meant_by<R: Listed>(&self, filter: &R::Filter) -> Result<R::Filter> {
        let mut meant = filter.clone();
        let organisations = R::organisations(&mut meant);
        // Too many are refused anyway.
        if organisations.len() <= FILTER_ENTRIES {
            self.meant(organisations).await?;
        }
        Ok(meant)
    }

    /// So many of the records that the filter lets through, by identifier, which no change moves: to walk through all of
    /// them.
    ///
    /// # Errors
    /// A database fault.
    pub async fn walk<R: Listed>(
        &self,
        filter: &R::Filter,
        after: Option<R::Id>,
        most: usize,
    ) -> Result<Vec<R>> {
        asked::<R>(filter)?;
        let mut query = selecting::<R>();
        query
            .cond_where(R::condition(&self.meant_by::<R>(filter).await?))
            .order_by((R::TABLE, "id"), Order::Asc)
            .limit(most as u64);
        if let Some(after) = after {
            let after: Uuid = after.into();
            query.and_where(Expr::col((R::TABLE, "id")).gt(after));
        }
        all(&self.reading, &query).await
    }

    /// For each parent, a page of the records whose field names it: one statement for all parents.
    ///
    /// # Errors
    /// A cursor of another list, or a database fault.
    pub async fn related<R: Listed>(
        &self,
        relation: Relation,
        order: R::Order,
        page: &Page,
        parents: &[RecordId],
    ) -> Result<HashMap<RecordId, Slice<R>>> {
        let query = relating::<R>(relation, order, page, parents)?;
        let mut groups: HashMap<Uuid, Vec<R>> = HashMap::new();
        for row in self.reading.query_all(&query).await? {
            let parent: Uuid = row.try_get_by_index(R::COLUMNS.len())?;
            groups.entry(parent).or_default().push(R::read(&row)?);
        }
        Ok(parents
            .iter()
            .map(|parent| {
                let rows = groups.remove(&parent.uuid).unwrap_or_default();
                let print = print_of::<R>(relation, order, *parent);
                let of = |record: &R| cursor(&print, &record.key(order), record.id().into());
                (*parent, slice(rows, page, of))
            })
            .collect())
    }

    /// For each parent, how many records' field names it.
    ///
    /// # Errors
    /// A database fault.
    pub async fn related_counts(
        &self,
        kind: RecordType,
        relation: Relation,
        parents: &[RecordId],
    ) -> Result<HashMap<RecordId, u64>> {
        let query = Query::select()
            .column("target_id")
            .expr_as(Expr::col("record_id").count(), "count")
            .from_subquery(relation.pairs(kind, parents), "pair")
            .group_by_col("target_id")
            .take();
        let mut counts: HashMap<Uuid, u64> = HashMap::new();
        for row in self.reading.query_all(&query).await? {
            let count: i64 = row.try_get("", "count")?;
            counts.insert(row.try_get("", "target_id")?, u64::try_from(count).unwrap_or(0));
        }
        Ok(parents
            .iter()
            .map(|parent| (*parent, counts.get(&parent.uuid).copied().unwrap_or(0)))
            .collect())
    }
}

/// The most entries a list in a filter may have, and the longest text in it.
const FILTER_ENTRIES: usize = 100;
const FILTER_TEXT: usize = 1_000;

/// Refuses a filter that no list needs and every database chokes on.
pub(crate) fn bound(filter: &Value) -> Result<()> {
    let fits = match filter {
        Value::Array(entries) => {
            entries.iter().try_for_each(bound)?;
            entries.len() <= FILTER_ENTRIES
        }
        Value::Object(fields) => {
            fields.values().try_for_each(bound)?;
            true
        }
        Value::String(text) => text.len() <= FILTER_TEXT,
        Value::Null | Value::Bool(_) | Value::Number(_) => true,
    };
    if fits { Ok(()) } else { Err(Error::Oversized) }
}

/// Refuses a year that is not written with four digits: days are compared as text.
pub(crate) fn kept(year: i32) -> Result<()> {
    if (0..=9999).contains(&year) {
        Ok(())
    } else {
        Err(Error::Year)
    }
}

/// A filter as text, where it is one that can be asked.
fn asked<R: Listed>(filter: &R::Filter) -> Result<String> {
    let value = serde_json::to_value(filter).map_err(|error| Error::Corrupt(error.to_string()))?;
    bound(&value)?;
    R::days(filter).iter().try_for_each(|day| kept(day.year()))?;
    Ok(value.to_string())
}

/// The statement for a page of a list, and what stands for that list in its cursors: the filter as it was asked.
fn listing<R: Listed>(
    filter: &R::Filter,
    meant: &R::Filter,
    order: R::Order,
    page: &Page,
) -> Result<(SelectStatement, String)> {
    let print = fingerprint(&[R::TABLE, &order.to_string(), &asked::<R>(filter)?]);
    let column = R::column(order);
    let after = page
        .cursor
        .as_deref()
        .map(|cursor| place(&print, column, cursor))
        .transpose()?;
    let mut query = selecting::<R>();
    query.cond_where(R::condition(meant));
    cut(&mut query, R::TABLE, column, page, after.as_ref());
    Ok((query, print))
}

/// What stands for one parent's list in its cursors.
fn print_of<R: Listed>(relation: Relation, order: R::Order, parent: RecordId) -> String {
    fingerprint(&[R::TABLE, relation.word(), &order.to_string(), &parent.to_string()])
}

/// The statement for many parents' pages. A cursor belongs to one parent's list.
fn relating<R: Listed>(
    relation: Relation,
    order: R::Order,
    page: &Page,
    parents: &[RecordId],
) -> Result<SelectStatement> {
    let column = R::column(order);
    let after = match (page.cursor.as_deref(), parents) {
        (None, _) => None,
        (Some(cursor), [parent]) => Some(place(&print_of::<R>(relation, order, *parent), column, cursor)?),
        (Some(_), _) => return Err(Error::Cursor),
    };
    // The window numbers each parent's rows from the page's end; the cut takes one more than asked.
    let mut ranked = selecting::<R>();
    let parent = match relation {
        // The record itself says whose it is.
        Relation::Column(own) => {
            let parents = parents.iter().map(|parent| parent.uuid);
            ranked.and_where(Expr::col((R::TABLE, own)).is_in(parents));
            (R::TABLE, own)
        }
        Relation::Field(_)
        | Relation::Public(_)
        | Relation::Shared(..)
        | Relation::Place
        | Relation::Overlap
        | Relation::Within(_) => {
            let pairs = relation.pairs(R::TYPE, parents);
            let is_in_pair = Expr::col((R::TABLE, "id")).equals(("pair", "record_id"));
            ranked.join_subquery(JoinType::InnerJoin, pairs, "pair", is_in_pair);
            ("pair", "target_id")
        }
    };
    ranked.expr_as(Expr::col(parent), "target_id");
    let upward = column.goes_up(page.direction);
    let direction = if upward { Order::Asc } else { Order::Desc };
    let window = WindowStatement::partition_by(parent)
        .order_by((R::TABLE, column.name), direction.clone())
        .order_by((R::TABLE, "id"), direction)
        .take();
    if let Some((key, id)) = &after {
        ranked.cond_where(beyond(R::TABLE, column, upward, key, *id));
    }
    ranked.expr_window_as(Func::cust("ROW_NUMBER"), window, Alias::new("place_in_parent"));
    Ok(Query::select()
        .column(sea_orm::sea_query::Asterisk)
        .from_subquery(ranked, "ranked")
        .and_where(Expr::col("place_in_parent").lte(page.size as u64 + 1))
        .order_by("target_id", Order::Asc)
        .order_by("place_in_parent", Order::Asc)
        .take())
}

/// For the test of how the databases read the lists.
impl Store {
    /// What `list` asks.
    #[doc(hidden)]
    pub fn listing<R: Listed>(&self, filter: &R::Filter, order: R::Order, page: &Page) -> Result<Statement> {
        let (query, _) = listing::<R>(filter, filter, order, page)?;
        Ok(self.db.get_database_backend().build(&query))
    }

    /// What `related` asks.
    #[doc(hidden)]
    pub fn relating<R: Listed>(
        &self,
        relation: Relation,
        order: R::Order,
        page: &Page,
        parents: &[RecordId],
    ) -> Result<Statement> {
        let query = relating::<R>(relation, order, page, parents)?;
        Ok(self.db.get_database_backend().build(&query))
    }
}

/// The one order of records that are only listed under another: as they came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AsTheyCame;

impl std::fmt::Display for AsTheyCame {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CREATED")
    }
}

/// Lists a record that is only listed under another: no filter, as they came.
macro_rules! plain_list {
    ($record:ty, $table:literal) => {
        impl $crate::list::Listed for $record {
            type Filter = ();
            type Order = $crate::list::AsTheyCame;

            fn condition(_filter: &()) -> sea_orm::sea_query::Condition {
                sea_orm::sea_query::Condition::all()
            }

            fn column(_order: $crate::list::AsTheyCame) -> $crate::page::Column {
                $crate::page::Column {
                    name: "created_at",
                    descending: false,
                    of: crate::page::Kind::Time,
                }
            }

            fn key(&self, _order: $crate::list::AsTheyCame) -> $crate::page::Key {
                $crate::page::Key::Time(self.created_at)
            }
        }
    };
}
pub(crate) use plain_list;
