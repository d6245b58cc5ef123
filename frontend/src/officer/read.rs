//! What the officers' screens read, and what their forms send.

use super::words;
use crate::chantier::read::ChantierName;
use crate::contract::{PageInfo, schema};
use crate::edit::sent::kept;
use crate::project::read::ProjectName;
use chrono::{DateTime, NaiveDate, Utc};
use domain::PartialDate;
use domain::Role;
use domain::officer::{
    Absence, AbsenceFilter, AbsencePatch, Basis, FollowUpKind, HeardBy, NewAbsence, NewPortfolio, Portfolio,
    PortfolioPatch,
};
use domain::request::{
    Conclusion, Filter, HandoverReason, Kind, NewRequest, Order, Request, RequestPatch, State,
};
use domain::territory::Nis;
use serde::Serialize;

#[derive(Clone, Debug, PartialEq, Serialize, cynic::QueryFragment)]
#[cynic(graphql_type = "Territory")]
pub struct PlaceName {
    pub label: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, cynic::QueryFragment)]
#[cynic(graphql_type = "RequestClosing")]
pub struct Closing {
    pub conclusion: Conclusion,
    pub text: String,
    pub at: DateTime<Utc>,
    pub by: cynic::Id,
}

/// A request's own fields.
#[derive(Clone, Debug, PartialEq, Serialize, cynic::QueryFragment)]
#[cynic(graphql_type = "Request")]
#[serde(rename_all = "camelCase")]
pub struct Facts {
    pub id: cynic::Id,
    pub revision: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub kind: Kind,
    pub commune_id: cynic::Id,
    pub title: String,
    pub text: String,
    pub chantier_id: Option<cynic::Id>,
    pub project_id: Option<cynic::Id>,
    pub organisation_id: Option<cynic::Id>,
    pub due: Option<NaiveDate>,
    pub asker_id: cynic::Id,
    pub officer_id: cynic::Id,
    pub state: State,
    pub closing: Option<Closing>,
}

/// A request as a list shows it.
#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "Request")]
pub struct Row {
    pub id: cynic::Id,
    pub kind: Kind,
    pub title: String,
    pub due: Option<NaiveDate>,
    pub state: State,
    pub is_late: bool,
    pub asker_name: Option<String>,
    pub officer_name: Option<String>,
    pub minder_name: Option<String>,
    pub commune: Option<PlaceName>,
    pub project_id: Option<cynic::Id>,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "RequestConnection")]
pub struct Rows {
    pub total_count: i32,
    pub nodes: Vec<Row>,
    pub page_info: PageInfo,
}

#[derive(cynic::QueryVariables)]
pub struct Asked {
    pub filter: Option<Filter>,
    pub order: Option<Order>,
    pub after: Option<String>,
}

#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "Query", variables = "Asked")]
pub struct Found {
    #[arguments(where: $filter, orderBy: $order, first: 30, after: $after)]
    pub requests: Option<Rows>,
}

crate::api::document!(query Found(Asked));

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "RequestMessage")]
pub struct Message {
    pub id: cynic::Id,
    pub text: String,
    pub created_at: DateTime<Utc>,
    pub author_name: Option<String>,
    pub is_by_asker: bool,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "RequestMessageConnection")]
pub struct Messages {
    pub nodes: Vec<Message>,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "RequestHandover")]
pub struct Handover {
    pub at: DateTime<Utc>,
    pub reason: HandoverReason,
    pub note: Option<String>,
    pub from_name: Option<String>,
    pub to_name: Option<String>,
}

/// A request with all that its page shows.
#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "Request")]
pub struct Whole {
    pub id: cynic::Id,
    pub revision: i32,
    pub created_at: DateTime<Utc>,
    pub kind: Kind,
    pub title: String,
    pub text: String,
    pub due: Option<NaiveDate>,
    pub state: State,
    pub is_late: bool,
    pub asker_id: cynic::Id,
    pub asker_name: Option<String>,
    pub officer_id: cynic::Id,
    pub officer_name: Option<String>,
    pub minder_name: Option<String>,
    pub closing: Option<Closing>,
    pub commune_id: cynic::Id,
    pub commune: Option<PlaceName>,
    pub chantier: Option<ChantierName>,
    pub project: Option<ProjectName>,
    pub handovers: Vec<Handover>,
    #[arguments(first: 100)]
    pub messages: Messages,
}

#[derive(Clone, cynic::InlineFragments)]
#[cynic(graphql_type = "Node")]
pub enum Node {
    Request(Box<Whole>),
    #[cynic(fallback)]
    Other,
}

#[derive(cynic::QueryVariables)]
pub struct Which {
    pub id: cynic::Id,
}

#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "Query", variables = "Which")]
pub struct One {
    #[arguments(id: $id)]
    pub node: Option<Node>,
}

crate::api::document!(query One(Which));

impl One {
    pub fn whole(self) -> Option<Whole> {
        match self.node? {
            Node::Request(whole) => Some(*whole),
            Node::Other => None,
        }
    }
}

/// Which officer a place is for.
#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
pub struct OfficerFor {
    pub basis: Basis,
    pub territory: Option<PlaceName>,
    pub name: Option<String>,
    pub minder_name: Option<String>,
    pub is_away: bool,
}

#[derive(cynic::QueryVariables)]
pub struct Reaching {
    pub commune: cynic::Id,
    pub chantier: Option<cynic::Id>,
}

#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "Query", variables = "Reaching")]
pub struct Reached {
    #[arguments(commune: $commune, chantier: $chantier)]
    pub officer_for: Option<OfficerFor>,
}

crate::api::document!(query Reached(Reaching));

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "FollowUp")]
pub struct FollowUp {
    pub on: NaiveDate,
    pub kind: FollowUpKind,
    pub text: Option<String>,
    pub person_name: Option<String>,
    pub territory: Option<PlaceName>,
    pub record_id: cynic::Id,
}

/// How a project is followed.
#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "Project")]
pub struct Followed {
    pub officer: Option<OfficerFor>,
    pub follow_up: Option<Vec<FollowUp>>,
}

#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "Query", variables = "Which")]
pub struct OfProject {
    #[arguments(id: $id)]
    pub project: Option<Followed>,
}

crate::api::document!(query OfProject(Which));

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "Officer")]
pub struct Colleague {
    pub person_id: cynic::Id,
    pub name: Option<String>,
    pub role: Role,
    pub open_requests: i32,
    pub is_in: bool,
}

#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "Query")]
pub struct Colleagues {
    pub officers: Option<Vec<Colleague>>,
}

crate::api::document!(query Colleagues(()));

#[derive(Clone, Debug, PartialEq, Serialize, cynic::QueryFragment)]
#[cynic(graphql_type = "Portfolio")]
#[serde(rename_all = "camelCase")]
pub struct PortfolioRow {
    pub id: cynic::Id,
    pub revision: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub person_id: cynic::Id,
    pub territory_id: cynic::Id,
    pub chantier_ids: Vec<cynic::Id>,
    pub starts: Option<NaiveDate>,
    pub ends: Option<NaiveDate>,
    pub person_name: Option<String>,
    pub holds: bool,
    pub territory: Option<PlaceName>,
}

#[derive(Clone, Debug, PartialEq, Serialize, cynic::QueryFragment)]
#[cynic(graphql_type = "Absence")]
#[serde(rename_all = "camelCase")]
pub struct AbsenceRow {
    pub id: cynic::Id,
    pub revision: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub person_id: cynic::Id,
    pub starts: NaiveDate,
    pub ends: NaiveDate,
    pub substitute_id: Option<cynic::Id>,
    pub person_name: Option<String>,
    pub substitute_name: Option<String>,
    pub holds: bool,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "PortfolioConnection")]
pub struct Portfolios {
    pub nodes: Vec<PortfolioRow>,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "AbsenceConnection")]
pub struct Absences {
    pub nodes: Vec<AbsenceRow>,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "OfficerCoverage")]
pub struct Covered {
    pub nis: Option<Nis>,
    pub basis: Basis,
    pub owner_id: cynic::Id,
}

#[derive(cynic::QueryVariables)]
pub struct Unended {
    pub absences: Option<AbsenceFilter>,
}

/// Who follows what.
#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "Query", variables = "Unended")]
pub struct Staff {
    pub officers: Option<Vec<Colleague>>,
    #[arguments(first: 100)]
    pub portfolios: Option<Portfolios>,
    #[arguments(where: $absences, first: 100)]
    pub absences: Option<Absences>,
    pub officer_coverage: Option<Vec<Covered>>,
}

crate::api::document!(query Staff(Unended));

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
pub struct Heard {
    pub on: NaiveDate,
    pub by: HeardBy,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "FollowedProject")]
pub struct Silent {
    pub project: ProjectName,
    pub heard: Option<Heard>,
    pub silence: Option<i32>,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "Step")]
pub struct Step {
    pub id: cynic::Id,
    pub title: String,
    pub starts: Option<PartialDate>,
    pub ends: Option<PartialDate>,
    pub start_time: Option<String>,
    pub chantier: Option<ChantierName>,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
pub struct Desk {
    pub person_id: cynic::Id,
    pub name: String,
    pub portfolios: Vec<PortfolioRow>,
    pub absences: Vec<AbsenceRow>,
    pub projects: Vec<Silent>,
    pub requests: Vec<Row>,
    pub late_steps: Vec<Step>,
    pub next_steps: Vec<Step>,
}

#[derive(cynic::QueryVariables)]
pub struct Whose {
    pub officer: Option<cynic::Id>,
}

#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "Query", variables = "Whose")]
pub struct DeskFound {
    #[arguments(officer: $officer)]
    pub desk: Option<Desk>,
    pub officers: Option<Vec<Colleague>>,
}

crate::api::document!(query DeskFound(Whose));

/// The requests of one's desk, for the week.
#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "Desk")]
pub struct ToAnswer {
    pub requests: Vec<Row>,
}

#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "Query", variables = "Asked")]
pub struct Waiting {
    pub desk: Option<ToAnswer>,
    #[arguments(where: $filter, orderBy: $order, first: 30, after: $after)]
    pub requests: Option<Rows>,
}

crate::api::document!(query Waiting(Asked));

kept!(
    Request as Facts, "RequestPayload" request;
    request_make: request_ask(NewRequest), request_change: request_update(RequestPatch);
    words::REQUEST
);
kept!(
    Portfolio as PortfolioRow, "PortfolioPayload" portfolio;
    portfolio_make: portfolio_create(NewPortfolio), portfolio_change: portfolio_update(PortfolioPatch);
    words::PORTFOLIO
);
kept!(
    Absence as AbsenceRow, "AbsencePayload" absence;
    absence_make: absence_create(NewAbsence), absence_change: absence_update(AbsencePatch);
    words::ABSENCE
);
