//! Offers of expertise as rows, and the catalogue's facets.

pub(crate) mod introduction;
mod matching;
pub(crate) mod need;
mod notice;
mod rematch;
pub(crate) mod session;

use std::collections::HashMap;

use chrono::NaiveDate;
use domain::date::PartialDate;
use domain::expertise::{Cost, Expertise, Facet, Filter, Form, Format, Order, Reference, provinces};
use domain::territory::Territory;
use domain::text::{Lang, fold};
use domain::{OrganisationId, RecordType, TerritoryId};
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{Condition, Expr, ExprTrait, Query, SelectStatement};

use crate::connect::Store;
use crate::error::{Error, Result};
use crate::filter::Narrow;
use crate::list::{Listed, bound, kept};
use crate::page::{Column, Key};

pub use introduction::{Funnel, FunnelBy};
pub use matching::ExpertiseMatch;
pub use rematch::Rematcher;
pub use session::SessionStep;

stored! {
    Expertise, row, "expertise";
    plain {
        organisation_id: OrganisationId,
        title: String,
        description: Option<String>,
        territory_id: Option<TerritoryId>,
        cost: Option<Cost>,
        cost_note: Option<String>,
        available_from: Option<PartialDate>,
        available_to: Option<PartialDate>,
        paused: bool,
        capacity: Option<i32>,
    }
    json {
        topics: Vec<String>,
        forms: Vec<Form>,
        languages: Vec<Lang>,
        formats: Vec<Format>,
        references: Vec<Reference>,
    }
    derived {
        order_key: String = |expertise| fold(&expertise.title),
        until_key: String = |expertise| day(expertise.last_day()),
    }
    index match_again;
}

/// A day as text that sorts; what has none sorts last.
pub(crate) fn day(date: Option<NaiveDate>) -> String {
    date.map_or_else(
        || "9999-12-31".to_owned(),
        |date| date.format("%Y-%m-%d").to_string(),
    )
}

/// What is to be had on a day.
pub(crate) fn open(on: NaiveDate) -> Expr {
    let column = |name: &'static str| Expr::col(("expertise", name));
    column("paused")
        .eq(false)
        .and(column("until_key").gte(day(Some(on))))
}

impl Listed for Expertise {
    type Filter = Filter;
    type Order = Order;

    fn days(filter: &Filter) -> Vec<NaiveDate> {
        filter.available_on.into_iter().collect()
    }

    fn organisations(filter: &mut Filter) -> Vec<&mut OrganisationId> {
        filter.organisations.iter_mut().flatten().collect()
    }

    fn condition(filter: &Filter) -> Condition {
        let Filter {
            topics,
            forms,
            costs,
            languages,
            territory,
            organisations,
            available_on,
            updated_since,
            text,
        } = filter;
        Narrow::of("expertise")
            .tagged("topics", topics.as_ref())
            .tagged("forms", forms.as_ref())
            .any_of("cost", costs.as_ref())
            .tagged("languages", languages.as_ref())
            .placed(*territory)
            .any_id("organisation_id", organisations.as_ref())
            .and(available_on.map(open))
            .and(updated_since.map(|since| Expr::col(("expertise", "updated_at")).gte(since)))
            .text(text.as_ref())
            .build()
    }

    fn column(order: Order) -> Column {
        match order {
            Order::Title => Column {
                name: "order_key",
                descending: false,
                of: crate::page::Kind::Text,
            },
            Order::UpdatedLast => Column {
                name: "updated_at",
                descending: true,
                of: crate::page::Kind::Time,
            },
        }
    }

    fn key(&self, order: Order) -> Key {
        match order {
            Order::Title => Key::Text(fold(&self.title)),
            Order::UpdatedLast => Key::Time(self.updated_at),
        }
    }
}

/// How many offers of the catalogue have something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FacetCount {
    /// The facet.
    pub facet: Facet,
    /// The word of its list or, of a territory, the identifier of a province; absent for those of which nobody has said.
    pub value: Option<String>,
    /// How many.
    pub count: u64,
}

fn number(count: i64) -> u64 {
    u64::try_from(count).unwrap_or(0)
}

impl Store {
    /// How many offers there are of each facet under a filter, without what it says of that facet itself: five statements,
    /// and one more where named territories are among them.
    ///
    /// # Errors
    /// A filter that no list needs, or a database fault.
    pub async fn expertise_facets(&self, filter: &Filter) -> Result<Vec<FacetCount>> {
        let value = serde_json::to_value(filter).map_err(|error| Error::Corrupt(error.to_string()))?;
        bound(&value)?;
        filter
            .available_on
            .map_or(Ok(()), |day| kept(chrono::Datelike::year(&day)))?;
        let mut counts = Vec::new();
        for facet in Facet::ALL.iter().copied() {
            let condition = Expertise::condition(&filter.without(facet));
            let query = match facet {
                Facet::Topic => tagged("topics", condition),
                Facet::Form => tagged("forms", condition),
                Facet::Language => tagged("languages", condition),
                Facet::Cost => by("cost", condition),
                Facet::Territory => {
                    counts.extend(self.by_province(condition).await?);
                    continue;
                }
            };
            for row in self.reading.query_all(&query).await? {
                counts.push(FacetCount {
                    facet,
                    value: row.try_get("", "value")?,
                    count: number(row.try_get("", "count")?),
                });
            }
        }
        Ok(counts)
    }

    async fn by_province(&self, condition: Condition) -> Result<Vec<FacetCount>> {
        let rows = self.reading.query_all(&by("territory_id", condition)).await?;
        let mut places: Vec<(TerritoryId, u64)> = Vec::with_capacity(rows.len());
        let mut unknown = 0;
        for row in rows {
            let count = number(row.try_get("", "count")?);
            match row.try_get::<Option<TerritoryId>>("", "value")? {
                Some(place) => places.push((place, count)),
                None => unknown += count,
            }
        }
        let ids: Vec<TerritoryId> = places.iter().map(|(place, _)| *place).collect();
        let territories = self.territories(&ids).await?;
        let mut counts: HashMap<TerritoryId, u64> = HashMap::new();
        for (place, count) in places {
            for province in territories.get(&place).map(provinces).unwrap_or_default() {
                *counts.entry(province).or_default() += count;
            }
        }
        let mut counts: Vec<(Option<TerritoryId>, u64)> =
            counts.into_iter().map(|(id, count)| (Some(id), count)).collect();
        counts.sort_unstable();
        if unknown > 0 {
            counts.push((None, unknown));
        }
        Ok(counts
            .into_iter()
            .map(|(value, count)| FacetCount {
                facet: Facet::Territory,
                value: value.map(|id| id.to_string()),
                count,
            })
            .collect())
    }

    /// These territories: from memory where they are official, the others by one statement.
    pub(crate) async fn territories(&self, ids: &[TerritoryId]) -> Result<HashMap<TerritoryId, Territory>> {
        let mut found = HashMap::with_capacity(ids.len());
        let mut others = Vec::new();
        for id in ids {
            match self.at_hand::<Territory>(*id) {
                Some(territory) => {
                    found.insert(*id, territory);
                }
                None => others.push(*id),
            }
        }
        others.sort_unstable();
        others.dedup();
        for territory in self.many::<Territory>(&others).await? {
            found.insert(territory.id, territory);
        }
        Ok(found)
    }
}

fn narrowed(condition: Condition) -> SelectStatement {
    Query::select()
        .column(("expertise", "id"))
        .from("expertise")
        .cond_where(condition)
        .take()
}

fn tagged(field: &'static str, condition: Condition) -> SelectStatement {
    Query::select()
        .expr_as(Expr::col("word"), "value")
        .expr_as(Expr::col("record_id").count(), "count")
        .from("tag")
        .and_where(Expr::col("field").eq(field))
        .and_where(Expr::col("record_kind").eq(RecordType::Expertise.word()))
        .and_where(Expr::col("record_id").in_subquery(narrowed(condition)))
        .group_by_col("word")
        .take()
}

fn by(column: &'static str, condition: Condition) -> SelectStatement {
    Query::select()
        .expr_as(Expr::col(("expertise", column)), "value")
        .expr_as(Expr::col(("expertise", "id")).count(), "count")
        .from("expertise")
        .cond_where(condition)
        .group_by_col(("expertise", column))
        .take()
}
