//! What the screens of projects read, and their mutations.

use super::words;
use crate::chantier::read::{Participations, Resources};
use crate::contract::schema;
use crate::edit::Outcome;
use crate::edit::sent::{kept, mutation};
use crate::language::t;
use crate::organisation::read::{Bodies, Contacts};
use crate::provenance::Sources;
use crate::ui::state::Failure;
use chrono::{DateTime, Utc};
use domain::PartialDate;
use domain::measure::Currency;
use domain::project::{
    Known, Membership, MembershipPatch, MembershipRole, NewMembership, NewNote, NewProject, Note, NotePatch,
    Project, ProjectPatch, Public, Status, Type,
};
use domain::territory::{Extent, Kind, Nis};
use rust_decimal::Decimal;
use serde::Serialize;

#[derive(Clone, Debug, PartialEq, Serialize, cynic::QueryFragment)]
#[cynic(graphql_type = "Money")]
pub struct MoneyRow {
    pub amount: Decimal,
    pub currency: Currency,
}

#[derive(Clone, Debug, PartialEq, Serialize, cynic::QueryFragment)]
#[cynic(graphql_type = "ProjectPhase")]
pub struct PhaseRow {
    pub status: Status,
    pub since: Option<PartialDate>,
    pub reason: Option<String>,
}

/// A project's own fields.
#[derive(Clone, Debug, PartialEq, Serialize, cynic::QueryFragment)]
#[cynic(graphql_type = "Project")]
#[serde(rename_all = "camelCase")]
pub struct Facts {
    pub id: cynic::Id,
    pub revision: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub title: String,
    pub code: Option<String>,
    pub acronym: Option<String>,
    pub aliases: Vec<String>,
    pub types: Vec<Type>,
    pub themes: Vec<String>,
    pub lead_ids: Vec<cynic::Id>,
    pub leads_note: Option<String>,
    pub partner_ids: Vec<cynic::Id>,
    pub partners_note: Option<String>,
    pub territory_ids: Vec<cynic::Id>,
    pub territory_note: Option<String>,
    pub started: Option<PartialDate>,
    pub planned_end: Option<PartialDate>,
    pub ended: Option<PartialDate>,
    pub grant: Option<MoneyRow>,
    pub funding_note: Option<String>,
    pub social_purpose: Known,
    pub publics: Vec<Public>,
    pub website: Option<String>,
    pub summary: Option<String>,
    pub learnt: Option<String>,
    pub phases: Vec<PhaseRow>,
}

/// A project by its name.
#[derive(Clone, Debug, PartialEq, Serialize, cynic::QueryFragment)]
#[cynic(graphql_type = "Project")]
pub struct ProjectName {
    pub id: cynic::Id,
    pub title: String,
    pub acronym: Option<String>,
}

/// A territory as a map needs it.
#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "Territory")]
pub struct Place {
    pub id: cynic::Id,
    pub nis: Option<Nis>,
    pub kind: Kind,
    pub label: String,
    pub extent: Extent,
    pub commune_codes: Vec<Nis>,
    pub within_codes: Vec<Nis>,
}

#[derive(Clone, Debug, PartialEq, Serialize, cynic::QueryFragment)]
#[cynic(graphql_type = "Membership")]
#[serde(rename_all = "camelCase")]
pub struct MemberRow {
    pub id: cynic::Id,
    pub revision: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub project_id: cynic::Id,
    pub person_id: cynic::Id,
    pub role: MembershipRole,
    pub person_name: Option<String>,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "MembershipConnection")]
pub struct Members {
    pub nodes: Vec<MemberRow>,
}

#[derive(Clone, Debug, PartialEq, Serialize, cynic::QueryFragment)]
#[cynic(graphql_type = "Note")]
#[serde(rename_all = "camelCase")]
pub struct NoteRow {
    pub id: cynic::Id,
    pub revision: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub project_id: cynic::Id,
    pub body: String,
    pub on: Option<PartialDate>,
    pub author_id: Option<cynic::Id>,
    pub author_name: Option<String>,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "NoteConnection")]
pub struct Notes {
    pub nodes: Vec<NoteRow>,
}

/// What is around a project's own fields.
#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "Project")]
pub struct Around {
    pub status: Status,
    #[arguments(first: 50)]
    pub leads: Bodies,
    #[arguments(first: 100)]
    pub partners: Bodies,
    pub territories: Vec<Place>,
    #[arguments(first: 50)]
    pub participations: Participations,
    #[arguments(first: 100)]
    pub documents: Resources,
    #[arguments(first: 100)]
    pub members: Option<Members>,
    #[arguments(first: 100)]
    pub notes: Option<Notes>,
    #[arguments(first: 50)]
    pub contacts: Option<Contacts>,
    #[arguments(first: 50)]
    pub sources: Sources,
}

#[derive(cynic::QueryVariables)]
pub struct Which {
    pub id: cynic::Id,
}

#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "Query", variables = "Which")]
pub struct One {
    // Its own fields apart: a fragment spread into another cannot hold words of closed lists.
    #[cynic(alias, rename = "project")]
    #[arguments(id: $id)]
    own: Option<Facts>,
    #[arguments(id: $id)]
    project: Option<Around>,
}

crate::api::document!(query One(Which));

/// The whole of a project, as its page shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct Whole {
    pub facts: Facts,
    pub around: Around,
}

impl One {
    pub fn whole(self) -> Option<Whole> {
        let (facts, around) = self.own.zip(self.project)?;
        Some(Whole { facts, around })
    }
}

kept!(
    Project as Facts, "ProjectPayload" project;
    project_make: project_create(NewProject), project_change: project_update(ProjectPatch);
    words::FIELDS
);
kept!(
    Note as NoteRow, "NotePayload" note;
    note_make: note_create(NewNote), note_change: note_update(NotePatch);
    &[("body", t::history_field_text), ("on", t::project_note_on)]
);
kept!(
    Membership as MemberRow, "MembershipPayload" membership;
    member_make: membership_create(NewMembership), member_change: membership_update(MembershipPatch);
    &[("personId", t::history_field_person), ("role", t::person_field_role)]
);

#[derive(Clone, cynic::InputObject)]
pub struct ProjectMoveInput {
    pub id: cynic::Id,
    pub expected_revision: i32,
    pub status: Status,
    pub since: Option<PartialDate>,
    pub reason: Option<String>,
}

mutation!(project_moved: project_move(ProjectMoveInput) -> "ProjectPayload" { project: Facts => Project });

/// Moves a project to another state of its life.
pub async fn move_to(input: ProjectMoveInput) -> Result<Outcome<Project>, Failure> {
    project_moved::send(input).await
}
