//! What is read of outcomes: one by one for those who may, counted for everybody; and what a form of ours sends.

use super::words;
use crate::contract::{PageInfo, schema};
use crate::edit::sent::mutation;
use crate::edit::{self, Keeps, Sent};
use crate::language::Text;
use crate::organisation::read::Body;
use crate::ui::state::Failure;
use chrono::{DateTime, Utc};
use domain::PartialDate;
use domain::measure::{Currency, Unit};
use domain::outcome::{Filter, Outcome, OutcomePatch, Stage};
use rust_decimal::Decimal;
use serde::Serialize;

#[derive(cynic::QueryVariables)]
pub struct Asked {
    pub filter: Option<Filter>,
    pub after: Option<String>,
}

#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "Query", variables = "Asked")]
pub struct Found {
    #[arguments(where: $filter, first: 50, after: $after)]
    pub outcomes: Option<Rows>,
}

crate::api::document!(query Found(Asked));

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "OutcomeConnection")]
pub struct Rows {
    pub nodes: Vec<Row>,
    pub page_info: PageInfo,
    pub total_count: i32,
}

#[derive(Clone, Debug, PartialEq, Serialize, cynic::QueryFragment)]
#[cynic(graphql_type = "Outcome")]
#[serde(rename_all = "camelCase")]
pub struct Row {
    pub id: cynic::Id,
    pub revision: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub buyer_id: Option<cynic::Id>,
    pub supplier_id: Option<cynic::Id>,
    pub quantity: Option<Quantity>,
    pub amount: Option<Money>,
    pub stage: Stage,
    pub next_stages: Vec<Stage>,
    pub steps: Vec<Step>,
    pub note: Option<String>,
    pub need_id: Option<cynic::Id>,
    pub offer_id: Option<cynic::Id>,
    pub need: Option<NeedName>,
    pub offer: Option<OfferName>,
    pub buyer: Option<Body>,
    pub supplier: Option<Body>,
}

#[derive(Clone, Debug, PartialEq, Serialize, cynic::QueryFragment)]
pub struct Quantity {
    pub value: Decimal,
    pub unit: Unit,
}

#[derive(Clone, Debug, PartialEq, Serialize, cynic::QueryFragment)]
pub struct Money {
    pub amount: Decimal,
    pub currency: Currency,
}

#[derive(Clone, Debug, PartialEq, Serialize, cynic::QueryFragment)]
#[cynic(graphql_type = "OutcomeStep")]
pub struct Step {
    pub stage: Stage,
    pub since: Option<PartialDate>,
    pub reason: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, cynic::QueryFragment)]
#[cynic(graphql_type = "Need")]
pub struct NeedName {
    pub title: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, cynic::QueryFragment)]
#[cynic(graphql_type = "Offer")]
pub struct OfferName {
    pub title: String,
}

mutation!(outcome_change: outcome_update(OutcomePatch) -> "OutcomePayload" { outcome: Row => Outcome });

impl Keeps for Outcome {
    const FIELDS: &'static [(&'static str, Text)] = words::FIELDS;

    async fn send(sent: Sent<Self>) -> Result<edit::Outcome<Self>, Failure> {
        match sent {
            // One begins with a contact, not with a form.
            Sent::Make(_) => Ok(edit::Outcome {
                record: None,
                errors: Vec::new(),
                change: None,
            }),
            Sent::Change(input) => outcome_change::send(input).await,
        }
    }
}

/// The five steps, each with its filter.
#[derive(cynic::QueryVariables)]
pub struct StagesAsked {
    pub contact: Option<Filter>,
    pub quote: Option<Filter>,
    pub contract: Option<Filter>,
    pub delivered: Option<Filter>,
    pub nothing: Option<Filter>,
}

/// How many stand at each step, of those one may see.
#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "Query", variables = "StagesAsked")]
pub struct StagesFound {
    #[cynic(alias, rename = "outcomes")]
    #[arguments(where: $contact, first: 1)]
    contact: Option<Total>,
    #[cynic(alias, rename = "outcomes")]
    #[arguments(where: $quote, first: 1)]
    quote: Option<Total>,
    #[cynic(alias, rename = "outcomes")]
    #[arguments(where: $contract, first: 1)]
    contract: Option<Total>,
    #[cynic(alias, rename = "outcomes")]
    #[arguments(where: $delivered, first: 1)]
    delivered: Option<Total>,
    #[cynic(alias, rename = "outcomes")]
    #[arguments(where: $nothing, first: 1)]
    nothing: Option<Total>,
}

crate::api::document!(query StagesFound(StagesAsked));

#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "OutcomeConnection")]
struct Total {
    total_count: i32,
}

impl StagesAsked {
    /// The same filter at each of the steps.
    pub fn of(filter: &Filter) -> Self {
        let at = |stage| {
            Some(Filter {
                stages: Some(vec![stage]),
                ..filter.clone()
            })
        };
        Self {
            contact: at(Stage::Contact),
            quote: at(Stage::Quote),
            contract: at(Stage::Contract),
            delivered: at(Stage::Delivered),
            nothing: at(Stage::Nothing),
        }
    }
}

impl StagesFound {
    pub fn counts(self) -> Vec<(Stage, i64)> {
        [
            (Stage::Contact, self.contact),
            (Stage::Quote, self.quote),
            (Stage::Contract, self.contract),
            (Stage::Delivered, self.delivered),
            (Stage::Nothing, self.nothing),
        ]
        .into_iter()
        .map(|(stage, total)| (stage, total.map_or(0, |it| i64::from(it.total_count))))
        .collect()
    }
}

/// How many have come how far, by product family: for everybody.
#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "Query")]
pub struct Counted {
    pub outcome_counts: Vec<Count>,
}

crate::api::document!(query Counted(()));

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "OutcomeCount")]
pub struct Count {
    pub product_type: Option<Family>,
    pub stages: Vec<StageCount>,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "ProductType")]
pub struct Family {
    pub label: String,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
pub struct StageCount {
    pub stage: Stage,
    pub count: i32,
}
