//! The gap between what is offered and needed, read row by row: two statements whose rows are added up as they come, so
//! that memory does not grow with their number. The sums are ours and not the database's, because quantities are JSON
//! and decimal, which the two databases would add up differently.

use chrono::NaiveDate;
use domain::TerritoryId;
use domain::gap::{Line, Row, Sheet, Side};
use domain::measure::Quantity;
use domain::need::{Need, Period};
use domain::offer::Offer;
use domain::product::Shelves;
use futures::TryStreamExt;
use sea_orm::sea_query::{Condition, Expr, ExprTrait, Func, Query, SelectStatement};
use sea_orm::{QueryResult, StreamTrait};

use crate::connect::Store;
use crate::error::Result;
use crate::filter::within;
use crate::json::Json;
use crate::matching::{Sought, with_organisation};

/// The gap, product by product, and what could not be placed.
#[derive(Clone, Debug, PartialEq)]
pub struct Gap {
    /// A row for each product type that was asked for.
    pub rows: Vec<Row>,
    /// How many offers that count in the year lie nowhere, neither they nor their organisations naming a commune: with
    /// a territory, they are left out.
    pub offers_without_place: u64,
    /// How many needs that count in the year lie nowhere.
    pub needs_without_place: u64,
}

impl Store {
    /// The gap between the open offers and the open needs whose time has not run out: of all, or of those placed in a
    /// territory, by their own commune or else their organisation's.
    ///
    /// # Errors
    /// A database fault.
    pub async fn gap(
        &self,
        territory: Option<TerritoryId>,
        shelves: Shelves,
        year: Option<i32>,
    ) -> Result<Gap> {
        let types = shelves.types();
        let mut sheet = Sheet::new(shelves, year);
        let [mut offers_without_place, mut needs_without_place] = [0, 0];
        for (side, query, unplaced) in [
            (
                Side::Offered,
                open::<Offer>(self, ["available_from", "available_to"], None, &types, territory),
                &mut offers_without_place,
            ),
            (
                Side::Needed,
                open::<Need>(
                    self,
                    ["needed_from", "needed_to"],
                    Some("period"),
                    &types,
                    territory,
                ),
                &mut needs_without_place,
            ),
        ] {
            let mut rows = self.db.stream(&query).await?;
            while let Some(row) = rows.try_next().await? {
                let line = line(side, &row)?;
                let is_placed = row.try_get::<Option<TerritoryId>>("", "place")?.is_some();
                if !is_placed && sheet.counts(&line) {
                    *unplaced += 1;
                }
                if is_placed || territory.is_none() {
                    sheet.add(&line);
                }
            }
        }
        Ok(Gap {
            rows: sheet.rows(),
            offers_without_place,
            needs_without_place,
        })
    }
}

/// The statement for one side's lines. Those without a place come along, to be counted.
fn open<R: Sought>(
    store: &Store,
    [from, to]: [&'static str; 2],
    period: Option<&'static str>,
    types: &[&'static str],
    territory: Option<TerritoryId>,
) -> SelectStatement {
    let place = || {
        let own = Expr::col((R::TABLE, "commune_id"));
        Expr::expr(Func::coalesce([own, Expr::col(("organisation", "commune_id"))]))
    };
    let mut query = Query::select();
    with_organisation::<R>(&mut query);
    query
        .columns(["product_type", "months_mask", "quantity"].map(|column| (R::TABLE, column)))
        .expr_as(Expr::col((R::TABLE, from)), "begins")
        .expr_as(Expr::col((R::TABLE, to)), "ends")
        .expr_as(place(), "place")
        .cond_where(R::open(store.mint.now()))
        .and_where(Expr::col((R::TABLE, "product_type")).is_in(types.iter().copied()));
    match period {
        Some(period) => query.expr_as(Expr::col((R::TABLE, period)), "every"),
        None => query.expr_as(Expr::cust("NULL"), "every"),
    };
    if let Some(territory) = territory {
        let somewhere = Condition::any()
            .add(place().in_subquery(within(territory)))
            .add(place().is_null());
        query.cond_where(somewhere);
    }
    query
}

fn line(side: Side, row: &QueryResult) -> Result<Line> {
    let quantity: Json<Option<Quantity>> = row.try_get("", "quantity")?;
    let period: Option<Period> = match side {
        Side::Offered => None,
        Side::Needed => row.try_get("", "every")?,
    };
    Ok(Line {
        side,
        product_type: row.try_get("", "product_type")?,
        months: row.try_get("", "months_mask")?,
        quantity: quantity.0,
        period,
        from: row.try_get::<Option<NaiveDate>>("", "begins")?,
        to: row.try_get::<Option<NaiveDate>>("", "ends")?,
    })
}
