//! The gap between what is offered and needed, over GraphQL.

use async_graphql::{Context, Object, Result};
use domain::TerritoryId;
use domain::gap::{Month, Row};
use domain::product::Shelves;
use store::Gap;

use crate::ctx::store;
use crate::error::fail;
use crate::problem::{Code, Fault};
use crate::product::{ProductTypeNode, product_type};

/// What adding up all offers and needs costs, beside the rows that come of it.
const ADDING_UP: usize = 2_000;

/// The product types that are asked for, or the families; refused where there are too many.
pub(crate) fn shelves(ctx: &Context<'_>, asked: Option<&[String]>) -> Result<Shelves> {
    if asked.is_some_and(|asked| asked.len() > domain::page::MOST) {
        let detail = format!("ask for at most {} product types at once", domain::page::MOST);
        return Err(fail(ctx, Fault::new(Code::BadRequest).technically(detail)));
    }
    Ok(Shelves::of(asked))
}

/// How many rows come of so many product types; the families where none is named.
pub(crate) fn rows_cost(asked: Option<&Vec<String>>, each: usize) -> usize {
    asked.map_or(9, Vec::len) * each.max(1)
}

/// What is offered and what is needed.
struct GapNode(Gap);

#[Object(name = "Gap")]
impl GapNode {
    /// A row for each product type that was asked for.
    #[graphql(complexity = "child_complexity")]
    async fn rows(&self) -> Vec<RowNode<'_>> {
        self.0.rows.iter().map(RowNode).collect()
    }

    /// How many open offers, of the year where one is asked for, lie nowhere: neither they nor their organisations name a
    /// commune. With a territory, they are in no row.
    async fn offers_without_place(&self) -> u64 {
        self.0.offers_without_place
    }

    /// How many open needs, of the year where one is asked for, lie nowhere. With a territory, they are in no row.
    async fn needs_without_place(&self) -> u64 {
        self.0.needs_without_place
    }
}

/// One product's gap, month by month.
struct RowNode<'a>(&'a Row);

#[Object(name = "GapRow")]
impl RowNode<'_> {
    /// The product type; everything narrower counts under it.
    async fn product_type(&self) -> Option<ProductTypeNode> {
        product_type(self.0.product_type)
    }

    /// January to December.
    #[graphql(complexity = "12 * child_complexity")]
    async fn months(&self) -> &[Month] {
        &self.0.months
    }

    /// How many offers name no month: they are in none.
    async fn offers_without_month(&self) -> u64 {
        self.0.offers_without_month
    }

    /// How many needs name no month: they are in none.
    async fn needs_without_month(&self) -> u64 {
        self.0.needs_without_month
    }
}

#[derive(Default)]
pub(crate) struct GapQuery;

#[Object]
impl GapQuery {
    /// The gap between the open offers and the open needs, by product and month of the year.
    ///
    /// An offer's quantity goes evenly over the months it names; a need's by its period: every week 4.345 times a
    /// month, every month once in each, once or every year evenly over the months it names. What names no month or
    /// gives no quantity is counted as such, and not guessed. What is counted in other units stands apart.
    #[graphql(complexity = "ADDING_UP + rows_cost(product_types.as_ref(), child_complexity)")]
    async fn gap(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "Of what is offered from and needed in this territory, by the records' communes, else their organisations'."
        )]
        territory: Option<TerritoryId>,
        #[graphql(
            desc = "A row for each of these product types, at most 100, with everything narrower; the families unless given."
        )]
        product_types: Option<Vec<String>>,
        #[graphql(desc = "Only in this year, as far as a record names its days.")] year: Option<i32>,
    ) -> Result<GapNode> {
        let shelves = shelves(ctx, product_types.as_deref())?;
        if year.is_some_and(|year| !(1900..=2200).contains(&year)) {
            let detail = "ask for a year between 1900 and 2200".to_owned();
            return Err(fail(ctx, Fault::new(Code::BadRequest).technically(detail)));
        }
        let gap = store(ctx).gap(territory, shelves, year).await;
        Ok(GapNode(gap.map_err(|error| fail(ctx, error))?))
    }
}
