//! What is read of offers and needs: both as one kind of card, and as one kind of page.

use super::{Side, words};
use crate::contract::{PageInfo, schema};
use crate::format;
use crate::language::{Text, t};
use crate::organisation::read::{Body, Place};
use crate::provenance::Sources;
use chrono::{DateTime, NaiveDate, Utc};
use domain::measure::Unit;
use domain::need::{self, LocalRule, Period};
use domain::offer::{self, Audience, Label};
use rust_decimal::Decimal;

/// Where an offer or a need stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Offer(offer::Status),
    Need(need::Status),
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
pub struct Quantity {
    pub value: Decimal,
    pub unit: Unit,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
pub struct Price {
    pub amount: Decimal,
    pub per: Unit,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
pub struct Budget {
    pub min: Option<Decimal>,
    pub max: Option<Decimal>,
    pub per: Option<Unit>,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "ProductType")]
pub struct Product {
    pub label: String,
}

/// The directory it comes from.
#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "Source")]
pub struct From {
    pub id: cynic::Id,
    pub name: String,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "Offer")]
pub struct OfferRow {
    id: cynic::Id,
    title: String,
    product_type: String,
    product: Option<Product>,
    organisation: Option<Body>,
    commune: Option<Place>,
    quantity: Option<Quantity>,
    price: Option<Price>,
    months: Vec<i32>,
    organic: Option<bool>,
    labels: Vec<Label>,
    status: offer::Status,
    expires_at: Option<DateTime<Utc>>,
    confirmed_at: Option<DateTime<Utc>>,
    updated_at: DateTime<Utc>,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "Need")]
pub struct NeedRow {
    id: cynic::Id,
    title: String,
    product_type: String,
    product: Option<Product>,
    organisation: Option<Body>,
    commune: Option<Place>,
    quantity: Option<Quantity>,
    period: Option<Period>,
    budget: Option<Budget>,
    months: Vec<i32>,
    organic: Option<bool>,
    required_labels: Vec<Label>,
    status: need::Status,
    expires_at: Option<DateTime<Utc>>,
    confirmed_at: Option<DateTime<Utc>>,
    updated_at: DateTime<Utc>,
}

/// An offer or a need as a list shows it, its amounts in words.
#[derive(Clone, Debug, PartialEq)]
pub struct Card {
    pub side: Side,
    pub id: String,
    pub title: String,
    pub product: String,
    pub organisation: Option<Body>,
    pub commune: Option<Place>,
    pub quantity: Option<String>,
    /// A price, or what can be spent.
    pub money: Option<String>,
    /// None where nobody has said.
    pub months: Option<Vec<u8>>,
    pub organic: Option<bool>,
    pub labels: Vec<Label>,
    pub state: State,
    pub expires_at: Option<DateTime<Utc>>,
    pub confirmed_at: Option<DateTime<Utc>>,
    pub updated_at: DateTime<Utc>,
}

impl Card {
    pub fn href(&self) -> String {
        format!("{}/{}", self.side.href(), self.id)
    }
}

fn months(months: &[i32]) -> Option<Vec<u8>> {
    let known: Vec<u8> = months.iter().filter_map(|it| u8::try_from(*it).ok()).collect();
    (!known.is_empty()).then_some(known)
}

fn named(product: Option<Product>, code: String) -> String {
    product.map_or(code, |it| it.label)
}

impl std::convert::From<OfferRow> for Card {
    fn from(row: OfferRow) -> Self {
        Self {
            side: Side::Offers,
            id: row.id.inner().to_owned(),
            title: row.title,
            product: named(row.product, row.product_type),
            organisation: row.organisation,
            commune: row.commune,
            quantity: row.quantity.map(|it| words::quantity(it.value, it.unit, None)),
            money: row.price.map(|it| words::price(it.amount, Some(it.per))),
            months: months(&row.months),
            organic: row.organic,
            labels: row.labels,
            state: State::Offer(row.status),
            expires_at: row.expires_at,
            confirmed_at: row.confirmed_at,
            updated_at: row.updated_at,
        }
    }
}

impl std::convert::From<NeedRow> for Card {
    fn from(row: NeedRow) -> Self {
        let period = row.period;
        Self {
            side: Side::Needs,
            id: row.id.inner().to_owned(),
            title: row.title,
            product: named(row.product, row.product_type),
            organisation: row.organisation,
            commune: row.commune,
            quantity: row.quantity.map(|it| words::quantity(it.value, it.unit, period)),
            money: row.budget.and_then(|it| words::budget(it.min, it.max, it.per)),
            months: months(&row.months),
            organic: row.organic,
            labels: row.required_labels,
            state: State::Need(row.status),
            expires_at: row.expires_at,
            confirmed_at: row.confirmed_at,
            updated_at: row.updated_at,
        }
    }
}

#[derive(cynic::QueryVariables)]
pub struct OffersAsked {
    pub filter: Option<offer::Filter>,
    pub first: i32,
    pub after: Option<String>,
}

#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "Query", variables = "OffersAsked")]
pub struct OffersFound {
    #[arguments(where: $filter, first: $first, after: $after)]
    pub offers: OfferRows,
}

crate::api::document!(query OffersFound(OffersAsked));

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "OfferConnection")]
pub struct OfferRows {
    pub nodes: Vec<OfferRow>,
    pub page_info: PageInfo,
    pub total_count: i32,
}

#[derive(cynic::QueryVariables)]
pub struct NeedsAsked {
    pub filter: Option<need::Filter>,
    pub first: i32,
    pub after: Option<String>,
}

#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "Query", variables = "NeedsAsked")]
pub struct NeedsFound {
    #[arguments(where: $filter, first: $first, after: $after)]
    pub needs: NeedRows,
}

crate::api::document!(query NeedsFound(NeedsAsked));

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "NeedConnection")]
pub struct NeedRows {
    pub nodes: Vec<NeedRow>,
    pub page_info: PageInfo,
    pub total_count: i32,
}

/// What a filter can choose among.
#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "Query")]
pub struct Products {
    pub product_types: Vec<ProductName>,
}

crate::api::document!(query Products(()));

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "ProductType")]
pub struct ProductName {
    pub code: String,
    pub label: String,
    pub parents: Vec<Product>,
}

#[derive(cynic::QueryVariables)]
pub struct One {
    pub id: cynic::Id,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
struct Delivery {
    pick_up: Option<bool>,
    radius_km: Option<i32>,
    note: Option<String>,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
struct Local {
    rule: LocalRule,
    radius_km: Option<i32>,
}

#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "Query", variables = "One")]
pub struct OfferFound {
    #[cynic(alias, rename = "offer")]
    #[arguments(id: $id)]
    own: Option<OfferRow>,
    #[arguments(id: $id)]
    offer: Option<OfferMore>,
}

crate::api::document!(query OfferFound(One));

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "Offer")]
struct OfferMore {
    revision: i32,
    organisation_id: cynic::Id,
    description: Option<String>,
    available_from: Option<NaiveDate>,
    available_to: Option<NaiveDate>,
    packaging: Option<String>,
    delivery: Option<Delivery>,
    delivery_hub: Option<Body>,
    minimum_order: Option<Quantity>,
    audiences: Vec<Audience>,
    source: Option<From>,
    #[arguments(first: 30)]
    sources: Sources,
}

#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "Query", variables = "One")]
pub struct NeedFound {
    #[cynic(alias, rename = "need")]
    #[arguments(id: $id)]
    own: Option<NeedRow>,
    #[arguments(id: $id)]
    need: Option<NeedMore>,
}

crate::api::document!(query NeedFound(One));

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "Need")]
struct NeedMore {
    revision: i32,
    organisation_id: cynic::Id,
    description: Option<String>,
    needed_from: Option<NaiveDate>,
    needed_to: Option<NaiveDate>,
    local: Option<Local>,
    local_territory: Option<Place>,
    deadline: Option<NaiveDate>,
    reason: Option<String>,
    source: Option<From>,
    #[arguments(first: 30)]
    sources: Sources,
}

/// An offer or a need with all that is known of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Sheet {
    pub card: Card,
    pub revision: i32,
    pub organisation_id: cynic::Id,
    pub description: Option<String>,
    /// Its further facts, in words; unknown where nobody has said.
    pub facts: Vec<(Text, Option<String>)>,
    /// The hub through which an offer goes.
    pub hub: Option<Body>,
    pub source: Option<From>,
    pub sources: Sources,
}

fn days(from: Option<NaiveDate>, to: Option<NaiveDate>) -> Option<String> {
    match (from, to) {
        (Some(from), Some(to)) => Some(t::exchange_days_between(format::day(from), format::day(to))),
        (Some(from), None) => Some(t::exchange_days_from(format::day(from))),
        (None, Some(to)) => Some(t::exchange_days_to(format::day(to))),
        (None, None) => None,
    }
}

fn carried(delivery: Option<Delivery>) -> Option<String> {
    let Delivery {
        pick_up,
        radius_km,
        note,
    } = delivery?;
    let parts: Vec<String> = [
        pick_up.map(|yes| {
            if yes {
                t::exchange_pick_up_yes()
            } else {
                t::exchange_pick_up_no()
            }
            .to_owned()
        }),
        radius_km.map(t::exchange_brought),
        note,
    ]
    .into_iter()
    .flatten()
    .collect();
    (!parts.is_empty()).then(|| parts.join(" · "))
}

fn meant(local: Option<Local>, territory: Option<Place>) -> Option<String> {
    let local = local?;
    let rule = words::rule(local.rule);
    Some(match (territory, local.radius_km) {
        (Some(place), _) => format!("{rule} {}", place.label),
        (None, Some(kilometres)) => t::exchange_local_within(kilometres),
        (None, None) => rule.to_owned(),
    })
}

impl OfferFound {
    pub fn sheet(self) -> Option<Sheet> {
        let (own, more) = self.own.zip(self.offer)?;
        let audiences: Vec<_> = more.audiences.iter().map(|it| words::audience(*it)).collect();
        let facts: Vec<(Text, Option<String>)> = vec![
            (
                t::exchange_field_days,
                days(more.available_from, more.available_to),
            ),
            (t::exchange_field_packaging, more.packaging),
            (
                t::exchange_field_minimum,
                more.minimum_order
                    .map(|it| words::quantity(it.value, it.unit, None)),
            ),
            (
                t::exchange_field_audiences,
                (!audiences.is_empty()).then(|| audiences.join(", ")),
            ),
            (t::exchange_field_delivery, carried(more.delivery)),
        ];
        Some(Sheet {
            card: own.into(),
            revision: more.revision,
            organisation_id: more.organisation_id,
            description: more.description,
            facts,
            hub: more.delivery_hub,
            source: more.source,
            sources: more.sources,
        })
    }
}

impl NeedFound {
    pub fn sheet(self) -> Option<Sheet> {
        let (own, more) = self.own.zip(self.need)?;
        let mut facts: Vec<(Text, Option<String>)> = vec![
            (t::exchange_field_days, days(more.needed_from, more.needed_to)),
            (t::exchange_field_deadline, more.deadline.map(format::day)),
            (t::exchange_field_local, meant(more.local, more.local_territory)),
        ];
        if more.reason.is_some() {
            facts.push((t::exchange_field_reason, more.reason));
        }
        Some(Sheet {
            card: own.into(),
            revision: more.revision,
            organisation_id: more.organisation_id,
            description: more.description,
            facts,
            hub: None,
            source: more.source,
            sources: more.sources,
        })
    }
}
