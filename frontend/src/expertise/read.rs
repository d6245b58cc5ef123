//! What is read of the expertise catalogue, and what is sent.

use super::words;
use crate::contract::{PageInfo, schema};
use crate::edit::sent::kept;
use crate::organisation::read::{Body, Place};
use crate::project::read::ProjectName;
use chrono::{DateTime, Utc};
use domain::expertise::fit::Part;
use domain::expertise::introduction::{self, Party, Refused, Stage};
use domain::expertise::need::{self, Budget, ExpertiseNeed, ExpertiseNeedPatch, NewExpertiseNeed, State};
use domain::expertise::session::Answer;
use domain::expertise::{self, Cost, Expertise, ExpertisePatch, Facet, Form, Format, NewExpertise};
use domain::{Lang, PartialDate};
use serde::Serialize;

#[derive(Clone, Debug, PartialEq, Serialize, cynic::QueryFragment)]
#[cynic(graphql_type = "ExpertiseReference")]
pub struct ReferenceRow {
    pub text: String,
    pub url: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, cynic::QueryFragment)]
#[cynic(graphql_type = "Expertise")]
#[serde(rename_all = "camelCase")]
pub struct ExpertiseRow {
    pub id: cynic::Id,
    pub revision: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub organisation_id: cynic::Id,
    pub title: String,
    pub topics: Vec<String>,
    pub forms: Vec<Form>,
    pub description: Option<String>,
    pub territory_id: Option<cynic::Id>,
    pub languages: Vec<Lang>,
    pub cost: Option<Cost>,
    pub cost_note: Option<String>,
    pub available_from: Option<PartialDate>,
    pub available_to: Option<PartialDate>,
    pub paused: bool,
    pub capacity: Option<i32>,
    pub formats: Vec<Format>,
    pub references: Vec<ReferenceRow>,
    pub is_open: bool,
    pub load: i32,
    pub organisation: Option<Body>,
    #[serde(skip)]
    pub territory: Option<Place>,
}

#[derive(Clone, Debug, PartialEq, Serialize, cynic::QueryFragment)]
#[cynic(graphql_type = "ExpertiseNeed")]
#[serde(rename_all = "camelCase")]
pub struct NeedRow {
    pub id: cynic::Id,
    pub revision: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub title: String,
    pub project_id: Option<cynic::Id>,
    pub organisation_id: Option<cynic::Id>,
    pub topics: Vec<String>,
    pub forms: Vec<Form>,
    pub context: Option<String>,
    pub deadline: Option<PartialDate>,
    pub territory_id: Option<cynic::Id>,
    pub languages: Vec<Lang>,
    pub budget: Option<Budget>,
    pub confidential: bool,
    pub state: State,
    pub reason: Option<String>,
    pub project: Option<ProjectName>,
    pub organisation: Option<Body>,
    #[serde(skip)]
    pub territory: Option<Place>,
}

kept! {
    Expertise as ExpertiseRow, "ExpertisePayload" expertise;
    expertise_make: expertise_create(NewExpertise), expertise_change: expertise_update(ExpertisePatch);
    words::FIELDS
}

kept! {
    ExpertiseNeed as NeedRow, "ExpertiseNeedPayload" expertise_need;
    need_make: expertise_need_create(NewExpertiseNeed), need_change: expertise_need_update(ExpertiseNeedPatch);
    words::NEED_FIELDS
}

#[derive(cynic::QueryVariables)]
pub struct CatalogueAsked {
    pub filter: Option<expertise::Filter>,
    pub after: Option<String>,
}

#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "Query", variables = "CatalogueAsked")]
pub struct CatalogueFound {
    #[arguments(where: $filter, first: 24, after: $after)]
    pub expertises: ExpertiseRows,
}

crate::api::document!(query CatalogueFound(CatalogueAsked));

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "ExpertiseConnection")]
pub struct ExpertiseRows {
    pub nodes: Vec<ExpertiseRow>,
    pub page_info: PageInfo,
    pub total_count: i32,
}

#[derive(cynic::QueryVariables)]
pub struct FacetsAsked {
    pub filter: Option<expertise::Filter>,
}

#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "Query", variables = "FacetsAsked")]
pub struct FacetsFound {
    #[arguments(where: $filter)]
    pub expertise_facets: Vec<FacetRow>,
}

crate::api::document!(query FacetsFound(FacetsAsked));

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "ExpertiseFacet")]
pub struct FacetRow {
    pub kind: Facet,
    pub value: Option<String>,
    pub count: i32,
    pub territory: Option<Place>,
}

#[derive(cynic::QueryVariables)]
pub struct NeedsAsked {
    pub filter: Option<need::Filter>,
    pub after: Option<String>,
}

#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "Query", variables = "NeedsAsked")]
pub struct NeedsFound {
    #[arguments(where: $filter, first: 24, after: $after)]
    pub expertise_needs: NeedRows,
}

crate::api::document!(query NeedsFound(NeedsAsked));

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "ExpertiseNeedConnection")]
pub struct NeedRows {
    pub nodes: Vec<NeedRow>,
    pub page_info: PageInfo,
    pub total_count: i32,
}

#[derive(cynic::QueryVariables)]
pub struct One {
    pub id: cynic::Id,
}

#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "Query", variables = "One")]
pub struct ExpertiseFound {
    #[arguments(id: $id)]
    pub expertise: Option<ExpertiseRow>,
    #[cynic(alias, rename = "expertise")]
    #[arguments(id: $id)]
    pub around: Option<ExpertiseAround>,
}

crate::api::document!(query ExpertiseFound(One));

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "Expertise")]
pub struct ExpertiseAround {
    #[arguments(first: 20)]
    pub introductions: Option<IntroductionRows>,
    pub organisation: Option<Reached>,
}

/// An organisation with its contact details, for those who may read them.
#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "Organisation")]
pub struct Reached {
    #[arguments(first: 10)]
    pub contacts: Option<ContactRows>,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "ContactConnection")]
pub struct ContactRows {
    pub nodes: Vec<Contact>,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
pub struct Contact {
    pub purpose: String,
    pub name: Option<String>,
    pub email: Option<String>,
    pub phone: Option<String>,
}

#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "Query", variables = "One")]
pub struct NeedFound {
    #[arguments(id: $id)]
    pub expertise_need: Option<NeedRow>,
    #[cynic(alias, rename = "expertiseNeed")]
    #[arguments(id: $id)]
    pub around: Option<NeedAround>,
}

crate::api::document!(query NeedFound(One));

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "ExpertiseNeed")]
pub struct NeedAround {
    #[arguments(first: 20)]
    pub introductions: Option<IntroductionRows>,
}

#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "Query", variables = "One")]
pub struct NeedMatchesFound {
    #[arguments(id: $id)]
    pub expertise_need: Option<NeedMatches>,
}

crate::api::document!(query NeedMatchesFound(One));

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "ExpertiseNeed")]
pub struct NeedMatches {
    #[arguments(first: 30)]
    pub matches: Option<Vec<OfferMatch>>,
}

#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "Query", variables = "One")]
pub struct OfferMatchesFound {
    #[arguments(id: $id)]
    pub expertise: Option<OfferMatches>,
}

crate::api::document!(query OfferMatchesFound(One));

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "Expertise")]
pub struct OfferMatches {
    #[arguments(first: 30)]
    pub matches: Option<Vec<NeedMatch>>,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "ExpertiseMatch")]
pub struct OfferMatch {
    pub expertise: Option<ExpertiseRow>,
    pub score: f64,
    pub known: i32,
    pub parts: Vec<PartRow>,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "ExpertiseMatch")]
pub struct NeedMatch {
    pub need: Option<NeedRow>,
    pub score: f64,
    pub known: i32,
    pub parts: Vec<PartRow>,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "ExpertiseMatchPart")]
pub struct PartRow {
    pub kind: Part,
    pub score: Option<f64>,
    pub weight: i32,
    pub sentence: String,
}

#[derive(cynic::QueryVariables)]
pub struct IntroductionsAsked {
    pub filter: Option<introduction::Filter>,
    pub after: Option<String>,
}

#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "Query", variables = "IntroductionsAsked")]
pub struct IntroductionsFound {
    #[arguments(where: $filter, first: 24, after: $after)]
    pub introductions: Option<IntroductionRows>,
}

crate::api::document!(query IntroductionsFound(IntroductionsAsked));

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "IntroductionConnection")]
pub struct IntroductionRows {
    pub nodes: Vec<IntroductionRow>,
    pub page_info: PageInfo,
    pub total_count: i32,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "Introduction")]
pub struct IntroductionRow {
    pub id: cynic::Id,
    pub revision: i32,
    pub updated_at: DateTime<Utc>,
    pub expertise_id: cynic::Id,
    pub need_id: cynic::Id,
    pub message: Option<String>,
    pub stage: Stage,
    pub next_stages: Vec<Stage>,
    pub speaks_for: Vec<Party>,
    pub steps: Vec<StepRow>,
    pub provider_feedback: Option<FeedbackRow>,
    pub requester_feedback: Option<FeedbackRow>,
    pub expertise: Option<ExpertiseName>,
    pub need: Option<NeedName>,
    pub provider: Option<Body>,
    pub project: Option<ProjectName>,
    pub organisation: Option<Body>,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "IntroductionStep")]
pub struct StepRow {
    pub stage: Stage,
    pub at: DateTime<Utc>,
    pub by: Party,
    pub refused: Option<Refused>,
    pub text: Option<String>,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "IntroductionFeedback")]
pub struct FeedbackRow {
    pub rating: i32,
    pub text: Option<String>,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "Expertise")]
pub struct ExpertiseName {
    pub title: String,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "ExpertiseNeed")]
pub struct NeedName {
    pub title: String,
}

/// By what introductions are counted.
#[derive(Clone, Debug, cynic::Scalar)]
#[cynic(graphql_type = "IntroductionFunnelBy")]
pub struct By(pub String);

#[derive(cynic::QueryVariables)]
pub struct FunnelAsked {
    pub by: By,
}

#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "Query", variables = "FunnelAsked")]
pub struct FunnelFound {
    #[arguments(by: $by)]
    pub introduction_funnel: Option<Vec<FunnelRow>>,
}

crate::api::document!(query FunnelFound(FunnelAsked));

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "IntroductionFunnel")]
pub struct FunnelRow {
    pub topic: Option<TopicName>,
    pub provider: Option<Body>,
    pub total: i32,
    pub stages: Vec<StageCount>,
    pub refusals: Vec<RefusalCount>,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "ExpertiseTopic")]
pub struct TopicName {
    pub code: String,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "IntroductionStageCount")]
pub struct StageCount {
    pub stage: Stage,
    pub count: i32,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "IntroductionRefusalCount")]
pub struct RefusalCount {
    pub reason: Refused,
    pub count: i32,
}

#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "Query")]
pub struct SessionsFound {
    #[arguments(first: 50)]
    pub expertise_sessions: Option<SessionRows>,
}

crate::api::document!(query SessionsFound(()));

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "ExpertiseSessionConnection")]
pub struct SessionRows {
    pub nodes: Vec<SessionRow>,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "ExpertiseSession")]
pub struct SessionRow {
    pub id: cynic::Id,
    pub topic: String,
    pub note: Option<String>,
    pub step: Option<StepName>,
    pub needs: Vec<NeedLink>,
    pub projects: Vec<ProjectName>,
    pub organisations: Vec<Body>,
    pub answers: Vec<AnswerRow>,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "Step")]
pub struct StepName {
    pub title: String,
    pub starts: Option<PartialDate>,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "ExpertiseNeed")]
pub struct NeedLink {
    pub id: cynic::Id,
    pub title: String,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "ExpertiseSessionAnswer")]
pub struct AnswerRow {
    pub project_id: Option<cynic::Id>,
    pub organisation_id: Option<cynic::Id>,
    pub answer: Answer,
    pub note: Option<String>,
}
