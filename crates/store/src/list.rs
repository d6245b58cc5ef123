//! Lists: of all records of a kind, filtered and ordered; and of the records that name another one. Each page
//! is one statement, also for many parents at once.

use std::collections::HashMap;

use domain::page::Page;
use domain::{RecordId, RecordType};
use sea_orm::sea_query::{
    Alias, Condition, Expr, ExprTrait, Func, JoinType, Order, Query, SelectStatement, WindowStatement,
};
use sea_orm::{ConnectionTrait, EntityTrait, FromQueryResult, Iterable, QueryTrait, Select, Statement};
use serde::Serialize;
use uuid::Uuid;

use crate::connect::Store;
use crate::error::{Error, Result};
use crate::page::{Column, Key, Slice, beyond, cursor, cut, fingerprint, place, slice};
use crate::record::Stored;

/// A record that is listed.
pub trait Listed: Stored {
    /// What narrows its lists.
    type Filter: Serialize + Send + Sync + Clone;
    /// The orders its lists can have.
    type Order: Copy + std::fmt::Display + Send + Sync + Eq + std::hash::Hash;

    /// The filter as a condition on its table.
    fn condition(filter: &Self::Filter) -> Condition;

    /// The column of an order.
    fn column(order: Self::Order) -> Column;

    /// Where this record stands in an order: the value of that column.
    fn key(&self, order: Self::Order) -> Key;
}

/// A relation seen from its far end: the records of a kind whose field names a given one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Relation {
    /// The field that names the parent, as in the schema.
    pub field: &'static str,
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
        let (select, print) = listing::<R>(filter, order, page)?;
        let records: Vec<R> = select.all(&self.db).await?.into_iter().map(Into::into).collect();
        Ok(slice(records, page, |record| {
            cursor(&print, &record.key(order), record.id().into())
        }))
    }

    /// How many records the filter lets through.
    ///
    /// # Errors
    /// A database fault.
    pub async fn count<R: Listed>(&self, filter: &R::Filter) -> Result<u64> {
        let query = Query::select()
            .expr_as(Expr::col("id").count(), "count")
            .from(R::TABLE)
            .cond_where(R::condition(filter))
            .take();
        let row = self.db.query_one(&query).await?;
        let count: i64 = row.map(|row| row.try_get("", "count")).transpose()?.unwrap_or(0);
        Ok(u64::try_from(count).unwrap_or(0))
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
        let (query, print) = relating::<R>(relation, order, page, parents)?;
        let mut groups: HashMap<Uuid, Vec<R>> = HashMap::new();
        for row in self.db.query_all(&query).await? {
            let parent: Uuid = row.try_get("", "target_id")?;
            let model = R::Model::from_query_result(&row, "")?;
            groups.entry(parent).or_default().push(model.into());
        }
        Ok(parents
            .iter()
            .map(|parent| {
                let rows = groups.remove(&parent.uuid).unwrap_or_default();
                (
                    *parent,
                    slice(rows, page, |record| {
                        cursor(&print, &record.key(order), record.id().into())
                    }),
                )
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
            .from("link")
            .and_where(Expr::col("field").eq(relation.field))
            .and_where(Expr::col("record_kind").eq(kind.word()))
            .and_where(Expr::col("target_id").is_in(parents.iter().map(|parent| parent.uuid)))
            .group_by_col("target_id")
            .take();
        let mut counts: HashMap<Uuid, u64> = HashMap::new();
        for row in self.db.query_all(&query).await? {
            let count: i64 = row.try_get("", "count")?;
            counts.insert(row.try_get("", "target_id")?, u64::try_from(count).unwrap_or(0));
        }
        Ok(parents
            .iter()
            .map(|parent| (*parent, counts.get(&parent.uuid).copied().unwrap_or(0)))
            .collect())
    }
}

/// The statement for a page of a list, and what stands for that list in its cursors.
fn listing<R: Listed>(
    filter: &R::Filter,
    order: R::Order,
    page: &Page,
) -> Result<(Select<R::Entity>, String)> {
    let filter_text = serde_json::to_string(filter).map_err(|error| Error::Corrupt(error.to_string()))?;
    let print = fingerprint(&[R::TABLE, &order.to_string(), &filter_text]);
    let after = page
        .cursor
        .as_deref()
        .map(|cursor| place(&print, cursor))
        .transpose()?;
    let mut select = R::Entity::find();
    let query = QueryTrait::query(&mut select);
    query.cond_where(R::condition(filter));
    cut(query, R::TABLE, R::column(order), page, after.as_ref());
    Ok((select, print))
}

/// The statement for many parents' pages, and what stands for those lists in their cursors.
fn relating<R: Listed>(
    relation: Relation,
    order: R::Order,
    page: &Page,
    parents: &[RecordId],
) -> Result<(SelectStatement, String)> {
    let print = fingerprint(&[R::TABLE, relation.field, &order.to_string()]);
    let after = page
        .cursor
        .as_deref()
        .map(|cursor| place(&print, cursor))
        .transpose()?;
    // The window numbers each parent's rows from the page's end; the cut takes one more than asked.
    let mut ranked = Query::select();
    ranked
        .columns(<<R::Entity as EntityTrait>::Column as Iterable>::iter().map(|column| (R::TABLE, column)))
        .column(("link", "target_id"))
        .from("link")
        .join(
            JoinType::InnerJoin,
            R::TABLE,
            Expr::col((R::TABLE, "id")).equals(("link", "record_id")),
        )
        .and_where(Expr::col(("link", "field")).eq(relation.field))
        .and_where(Expr::col(("link", "record_kind")).eq(R::TYPE.word()))
        .and_where(Expr::col(("link", "target_id")).is_in(parents.iter().map(|parent| parent.uuid)));
    let column = R::column(order);
    let upward = column.goes_up(page.direction);
    let direction = if upward { Order::Asc } else { Order::Desc };
    let window = WindowStatement::partition_by(("link", "target_id"))
        .order_by((R::TABLE, column.name), direction.clone())
        .order_by((R::TABLE, "id"), direction)
        .take();
    if let Some((key, id)) = &after {
        ranked.cond_where(beyond(R::TABLE, column, upward, key, *id));
    }
    ranked.expr_window_as(Func::cust("ROW_NUMBER"), window, Alias::new("place_in_parent"));
    let query = Query::select()
        .column(sea_orm::sea_query::Asterisk)
        .from_subquery(ranked, "ranked")
        .and_where(Expr::col("place_in_parent").lte(page.size as u64 + 1))
        .order_by("target_id", Order::Asc)
        .order_by("place_in_parent", Order::Asc)
        .take();
    Ok((query, print))
}

/// For the test of how the databases read the lists.
impl Store {
    /// What `list` asks.
    #[doc(hidden)]
    pub fn listing<R: Listed>(&self, filter: &R::Filter, order: R::Order, page: &Page) -> Result<Statement> {
        Ok(listing::<R>(filter, order, page)?
            .0
            .build(self.db.get_database_backend()))
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
        let (query, _) = relating::<R>(relation, order, page, parents)?;
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
                }
            }

            fn key(&self, _order: $crate::list::AsTheyCame) -> $crate::page::Key {
                $crate::page::Key::Time(self.created_at)
            }
        }
    };
}
pub(crate) use plain_list;
