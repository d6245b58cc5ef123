//! What is read of the sources of offers and needs.

use crate::contract::{PageInfo, schema};
use crate::import;
use crate::organisation::read::Body;
use crate::provenance::Sources;
use crate::refusal::UserError;
use chrono::{DateTime, Utc};
use domain::PartialDate;
use domain::push::Pushed;
use domain::source::{Cadence, Filter, Standing};

#[derive(cynic::QueryVariables)]
pub struct Asked {
    pub filter: Option<Filter>,
    pub after: Option<String>,
}

#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "Query", variables = "Asked")]
pub struct Listed {
    #[arguments(where: $filter, first: 50, after: $after)]
    pub sources: Rows,
}

crate::api::document!(query Listed(Asked));

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "SourceConnection")]
pub struct Rows {
    pub nodes: Vec<Row>,
    pub page_info: PageInfo,
    pub total_count: i32,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "Source")]
pub struct Row {
    pub id: cynic::Id,
    pub name: String,
    pub standing: Standing,
    pub sort: Option<String>,
    pub audience: Option<String>,
    pub operator: Option<Body>,
    pub operator_note: Option<String>,
    pub producers_listed: Option<i32>,
    pub producers_as_of: Option<PartialDate>,
    pub health: Health,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "SourceHealthNode")]
pub struct Health {
    pub last_push_at: Option<DateTime<Utc>>,
    pub is_late: Option<bool>,
    pub organisations: i32,
    pub offers: i32,
    pub needs: i32,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "PushCounts")]
pub struct Counts {
    pub created: i32,
    pub updated: i32,
    pub unchanged: i32,
    pub stale: i32,
    pub deleted: i32,
    pub rejected: i32,
}

impl Counts {
    /// The rows, whatever became of them.
    pub fn all(&self) -> i32 {
        self.created + self.updated + self.unchanged + self.stale + self.deleted + self.rejected
    }
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "PushNode")]
pub struct Push {
    pub at: DateTime<Utc>,
    pub counts: Counts,
}

#[derive(Clone, Debug, cynic::QueryFragment)]
pub struct RejectedRow {
    pub at: DateTime<Utc>,
    pub record_type: Pushed,
    pub external_id: Option<String>,
    pub errors: Vec<UserError>,
}

#[derive(cynic::QueryVariables)]
pub struct One {
    pub id: cynic::Id,
}

#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "Query", variables = "One")]
pub struct Found {
    #[arguments(id: $id)]
    pub source: Option<Source>,
}

crate::api::document!(query Found(One));

#[derive(Clone, Debug, cynic::QueryFragment)]
pub struct Source {
    pub id: cynic::Id,
    pub code: String,
    pub name: String,
    pub operator_id: Option<cynic::Id>,
    pub operator: Option<Body>,
    pub operator_note: Option<String>,
    pub standing: Standing,
    pub sort: Option<String>,
    pub audience: Option<String>,
    pub summary: Option<String>,
    pub website: Option<String>,
    pub launched: Option<PartialDate>,
    pub state_note: Option<String>,
    pub producers_listed: Option<i32>,
    pub producers_as_of: Option<PartialDate>,
    pub figures: Option<String>,
    pub complaints: Option<String>,
    pub licence: Option<String>,
    pub cadence: Option<Cadence>,
    pub contact_role: Option<String>,
    pub health: Health,
    pub scorecard: Scorecard,
    #[arguments(first: 30)]
    pub sources: Sources,
    /// For those who may read them.
    pub pushes: Option<Vec<Push>>,
    pub rejected_rows: Option<Vec<RejectedRow>>,
    pub imports: Option<Vec<import::read::Listed>>,
}

/// How far what comes from one or several sources can be trusted.
#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
pub struct Scorecard {
    pub records: i32,
    pub fresh: i32,
    pub fresh_days: i32,
    pub median_age_days: Option<f64>,
    pub completeness: Option<f64>,
    pub fields: Vec<ScorecardField>,
    pub lately: Counts,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
pub struct ScorecardField {
    pub record_type: Pushed,
    pub field: String,
    pub known: i32,
    pub records: i32,
}
