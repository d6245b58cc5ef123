//! Outcomes as rows, and their counts for everybody.

use domain::date::PartialDate;
use domain::measure::{Money, Quantity};
use domain::need::Need;
use domain::offer::Offer;
use domain::outcome::{Filter, NewOutcome, Order, Outcome, Stage, Step};
use domain::product::Shelves;
use domain::{Actor, NeedId, OfferId, OrganisationId, OutcomeId, TerritoryId};
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{Condition, Expr, ExprTrait, Func, JoinType, Query};

use crate::connect::Store;
use crate::error::Result;
use crate::filter::{Narrow, within};
use crate::list::Listed;
use crate::page::{Column, Key};

stored! {
    Outcome, row, "outcome";
    plain {
        need_id: Option<NeedId>,
        offer_id: Option<OfferId>,
        buyer_id: Option<OrganisationId>,
        supplier_id: Option<OrganisationId>,
        note: Option<String>,
    }
    json {
        quantity: Option<Quantity>,
        amount: Option<Money>,
        steps: Vec<Step>,
    }
    derived {
        stage: Stage = |outcome| outcome.stage(),
    }
}

impl Listed for Outcome {
    type Filter = Filter;
    type Order = Order;

    fn organisations(filter: &mut Filter) -> Vec<&mut OrganisationId> {
        filter.organisation.iter_mut().collect()
    }

    fn condition(filter: &Filter) -> Condition {
        let Filter {
            stages,
            need,
            offer,
            organisation,
            updated_since,
        } = filter;
        let column = |name: &'static str| Expr::col(("outcome", name));
        let either = organisation.map(|id| column("buyer_id").eq(id).or(column("supplier_id").eq(id)));
        Narrow::of("outcome")
            .any_of("stage", stages.as_ref())
            .any_id("need_id", need.map(|id| vec![id]).as_ref())
            .any_id("offer_id", offer.map(|id| vec![id]).as_ref())
            .and(either)
            .and(updated_since.map(|since| column("updated_at").gte(since)))
            .build()
    }

    fn column(order: Order) -> Column {
        match order {
            Order::UpdatedLast => Column {
                name: "updated_at",
                descending: true,
                of: crate::page::Kind::Time,
            },
        }
    }

    fn key(&self, order: Order) -> Key {
        match order {
            Order::UpdatedLast => Key::Time(self.updated_at),
        }
    }
}

/// How many outcomes of a product have come how far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutcomeCount {
    /// The product type, which everything narrower counts under.
    pub product_type: &'static str,
    /// Of each stage, how many.
    pub stages: Vec<(Stage, u64)>,
}

impl Store {
    /// Begins the record of an offer and a need whose organisations are in contact.
    ///
    /// # Errors
    /// Neither a need nor an offer, one that does not exist, not allowed.
    pub async fn open_outcome(
        &self,
        actor: &Actor,
        new: NewOutcome,
        since: Option<PartialDate>,
    ) -> Result<Outcome> {
        let need = match new.need_id {
            Some(id) => self.find::<Need>(id).await?,
            None => None,
        };
        let offer = match new.offer_id {
            Some(id) => self.find::<Offer>(id).await?,
            None => None,
        };
        let (buyer, supplier) = (
            need.map(|need| need.organisation_id),
            offer.map(|offer| offer.organisation_id),
        );
        self.create_with::<Outcome>(actor, new, |outcome| outcome.open(buyer, supplier, since))
            .await
    }

    /// Moves an outcome to another stage; the earlier ones are kept.
    ///
    /// # Errors
    /// Not found, not allowed, a stale revision, a stage that does not follow, no reason where nothing came of it.
    pub async fn advance_outcome(
        &self,
        actor: &Actor,
        id: OutcomeId,
        expected: i32,
        step: Step,
    ) -> Result<Outcome> {
        self.change::<Outcome>(actor, id, expected, |outcome, checks| {
            outcome.advance(step, checks);
        })
        .await
    }

    /// How many outcomes have come how far, by product: of all, or of those placed in a territory. The place is that of
    /// the need, else of the offer, else of the buyer's seat, else of the supplier's. One statement, which names nobody.
    ///
    /// # Errors
    /// A database fault.
    pub async fn outcome_counts(
        &self,
        territory: Option<TerritoryId>,
        shelves: &Shelves,
    ) -> Result<Vec<OutcomeCount>> {
        let first_of = |columns: &[(&'static str, &'static str)]| {
            Expr::expr(Func::coalesce(columns.iter().map(|column| Expr::col(*column))))
        };
        let product = || first_of(&[("need", "product_type"), ("offer", "product_type")]);
        let mut query = Query::select();
        query
            .expr_as(product(), "product_type")
            .column(("outcome", "stage"))
            .expr_as(Expr::col(("outcome", "id")).count(), "count")
            .from("outcome");
        for (table, alias, column) in [
            ("need", "need", "need_id"),
            ("offer", "offer", "offer_id"),
            ("organisation", "buyer", "buyer_id"),
            ("organisation", "supplier", "supplier_id"),
        ] {
            let named = Expr::col((alias, "id")).equals(("outcome", column));
            query.join_as(JoinType::LeftJoin, table, alias, named);
        }
        if let Some(territory) = territory {
            let place = first_of(&[
                ("need", "commune_id"),
                ("offer", "commune_id"),
                ("buyer", "commune_id"),
                ("supplier", "commune_id"),
            ]);
            query.and_where(place.in_subquery(within(territory)));
        }
        query.add_group_by([product()]).group_by_col(("outcome", "stage"));
        let none = || Stage::ALL.iter().map(|stage| (*stage, 0)).collect();
        let mut counts: Vec<OutcomeCount> = shelves
            .codes()
            .iter()
            .map(|product_type| OutcomeCount {
                product_type,
                stages: none(),
            })
            .collect();
        for row in self.reading.query_all(&query).await? {
            let product: Option<String> = row.try_get("", "product_type")?;
            let stage: Stage = row.try_get("", "stage")?;
            let count: i64 = row.try_get("", "count")?;
            for place in shelves.holding(&product.unwrap_or_default()) {
                let stages = counts[*place].stages.iter_mut();
                for (_, sum) in stages.filter(|(of, _)| *of == stage) {
                    *sum += u64::try_from(count).unwrap_or(0);
                }
            }
        }
        Ok(counts)
    }
}
