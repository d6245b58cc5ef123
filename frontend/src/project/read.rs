//! What the screens of projects read, and their mutations.

use super::words;
use crate::api;
use crate::contract::schema;
use crate::edit::{Keeps, Outcome, Sent, record};
use crate::language::{Text, t};
use crate::provenance::Sources;
use crate::refusal::UserError;
use crate::ui::state::Failure;
use chrono::{DateTime, Utc};
use cynic::MutationBuilder;
use domain::chantier::{LinkState, Part, ResourceKind};
use domain::project::{
    Currency, Known, Membership, MembershipPatch, MembershipRole, NewMembership, NewNote, NewProject, Note,
    NotePatch, Project, ProjectPatch, Public, Status, Type,
};
use domain::territory::{Extent, Kind, Nis};
use domain::{Lang, PartialDate};
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

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "Organisation")]
pub struct Body {
    pub id: cynic::Id,
    pub name: String,
    pub acronym: Option<String>,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "OrganisationConnection")]
pub struct Bodies {
    pub nodes: Vec<Body>,
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

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "Chantier")]
pub struct ChantierName {
    pub id: cynic::Id,
    pub code: String,
    pub title: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, cynic::QueryFragment)]
#[cynic(graphql_type = "Participation")]
#[serde(rename_all = "camelCase")]
pub struct PartRow {
    pub id: cynic::Id,
    pub revision: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub chantier_id: cynic::Id,
    pub project_id: cynic::Id,
    pub part: Part,
    pub note: Option<String>,
    pub inferred: bool,
    #[serde(skip)]
    pub chantier: Option<ChantierName>,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "ParticipationConnection")]
pub struct Parts {
    pub nodes: Vec<PartRow>,
}

#[derive(Clone, Debug, PartialEq, Serialize, cynic::QueryFragment)]
#[cynic(graphql_type = "Resource")]
#[serde(rename_all = "camelCase")]
pub struct DocumentRow {
    pub id: cynic::Id,
    pub revision: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub title: String,
    pub kind: ResourceKind,
    pub chantier_id: Option<cynic::Id>,
    pub project_id: Option<cynic::Id>,
    pub provider_ids: Vec<cynic::Id>,
    pub url: Option<String>,
    pub link_state: LinkState,
    pub languages: Vec<Lang>,
    pub published: Option<PartialDate>,
    pub note: Option<String>,
    pub link_checked_at: Option<DateTime<Utc>>,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "ResourceConnection")]
pub struct Documents {
    pub nodes: Vec<DocumentRow>,
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

#[derive(Clone, Debug, PartialEq, Serialize, cynic::QueryFragment)]
#[cynic(graphql_type = "Contact")]
#[serde(rename_all = "camelCase")]
pub struct ContactRow {
    pub id: cynic::Id,
    pub revision: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub purpose: String,
    pub organisation_id: Option<cynic::Id>,
    pub project_id: Option<cynic::Id>,
    pub name: Option<String>,
    pub email: Option<String>,
    pub phone: Option<String>,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "ContactConnection")]
pub struct Contacts {
    pub nodes: Vec<ContactRow>,
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
    pub participations: Parts,
    #[arguments(first: 100)]
    pub documents: Documents,
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

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
pub struct PageInfo {
    pub has_next_page: bool,
    pub end_cursor: Option<String>,
}

impl PageInfo {
    /// The cursor from which the next page follows.
    pub fn next(self) -> Option<String> {
        self.end_cursor.filter(|_| self.has_next_page)
    }
}

/// A record's mutations: (variables, document, payload) for making and changing.
macro_rules! making {
    ($module:ident, $payload_type:tt, $field:ident, $row:ident, $record:ident, $new:ident, $make:ident) => {
        mod $module {
            use super::*;

            #[derive(cynic::QueryVariables)]
            pub(super) struct Variables {
                pub(super) input: $new,
            }

            #[derive(cynic::QueryFragment)]
            #[cynic(graphql_type = "Mutation", variables = "Variables")]
            pub(super) struct Document {
                #[arguments(input: $input)]
                pub(super) $make: Payload,
            }

            #[derive(cynic::QueryFragment)]
            #[cynic(graphql_type = $payload_type)]
            pub(super) struct Payload {
                $field: Option<$row>,
                user_errors: Vec<UserError>,
            }

            impl Payload {
                pub(super) fn outcome(self) -> Outcome<$record> {
                    Outcome {
                        record: self.$field.as_ref().and_then(record),
                        errors: self.user_errors,
                    }
                }
            }
        }
    };
}

making!(
    project_make,
    "ProjectPayload",
    project,
    Facts,
    Project,
    NewProject,
    project_create
);
making!(
    project_change,
    "ProjectPayload",
    project,
    Facts,
    Project,
    ProjectPatch,
    project_update
);
making!(
    project_moved,
    "ProjectPayload",
    project,
    Facts,
    Project,
    ProjectMoveInput,
    project_move
);
making!(
    note_make,
    "NotePayload",
    note,
    NoteRow,
    Note,
    NewNote,
    note_create
);
making!(
    note_change,
    "NotePayload",
    note,
    NoteRow,
    Note,
    NotePatch,
    note_update
);
making!(
    member_make,
    "MembershipPayload",
    membership,
    MemberRow,
    Membership,
    NewMembership,
    membership_create
);
making!(
    member_change,
    "MembershipPayload",
    membership,
    MemberRow,
    Membership,
    MembershipPatch,
    membership_update
);

#[derive(Clone, cynic::InputObject)]
pub struct ProjectMoveInput {
    pub id: cynic::Id,
    pub expected_revision: i32,
    pub status: Status,
    pub since: Option<PartialDate>,
    pub reason: Option<String>,
}

/// Moves a project to another state of its life.
pub async fn move_to(input: ProjectMoveInput) -> Result<Outcome<Project>, Failure> {
    let sent = project_moved::Document::build(project_moved::Variables { input });
    Ok(api::mutate(&sent).await?.project_move.outcome())
}

macro_rules! kept {
    ($record:ident, $fields:expr, $make:ident.$made:ident, $change:ident.$changed:ident, $word:expr) => {
        impl Keeps for $record {
            const FIELDS: &'static [(&'static str, Text)] = $fields;

            async fn send(sent: Sent<Self>) -> Result<Outcome<Self>, Failure> {
                Ok(match sent {
                    Sent::Make(input) => api::mutate(&$make::Document::build($make::Variables { input }))
                        .await?
                        .$made
                        .outcome(),
                    Sent::Change(input) => {
                        api::mutate(&$change::Document::build($change::Variables { input }))
                            .await?
                            .$changed
                            .outcome()
                    }
                })
            }

            fn word(field: &str, value: &str) -> Option<String> {
                let word: fn(&str, &str) -> Option<&'static str> = $word;
                word(field, value).map(str::to_owned)
            }
        }
    };
}

kept!(
    Project,
    words::FIELDS,
    project_make.project_create,
    project_change.project_update,
    |field, value| match field {
        "types" => value.parse().ok().map(words::kind),
        "socialPurpose" => value.parse().ok().map(words::known),
        "publics" => value.parse().ok().map(words::public),
        _ => None,
    }
);
kept!(
    Note,
    &[("body", t::history_field_text), ("on", t::project_note_on)],
    note_make.note_create,
    note_change.note_update,
    |_, _| None
);
kept!(
    Membership,
    &[
        ("personId", t::history_field_person),
        ("role", t::person_field_role)
    ],
    member_make.membership_create,
    member_change.membership_update,
    |field, value| (field == "role")
        .then(|| value.parse().ok().map(words::member))
        .flatten()
);

#[derive(cynic::InputObject)]
struct DeleteInput {
    id: cynic::Id,
    expected_revision: i32,
}

#[derive(cynic::QueryVariables)]
struct Removing {
    input: DeleteInput,
}

#[derive(cynic::QueryFragment)]
struct DeletePayload {
    user_errors: Vec<UserError>,
}

macro_rules! removal {
    ($name:ident, $verb:ident) => {
        #[derive(cynic::QueryFragment)]
        #[cynic(graphql_type = "Mutation", variables = "Removing")]
        struct $name {
            #[arguments(input: $input)]
            $verb: DeletePayload,
        }
    };
}

removal!(ProjectGone, project_delete);
removal!(PartGone, participation_delete);
removal!(DocumentGone, resource_delete);
removal!(MemberGone, membership_delete);
removal!(NoteGone, note_delete);
removal!(ContactGone, contact_delete);

/// What can be removed on these screens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Removable {
    Project,
    Part,
    Document,
    Member,
    Note,
    Contact,
}

/// Removes a record; what was refused comes back.
pub async fn remove(what: Removable, id: &cynic::Id, revision: i32) -> Result<Vec<UserError>, Failure> {
    let sent = Removing {
        input: DeleteInput {
            id: id.clone(),
            expected_revision: revision,
        },
    };
    Ok(match what {
        Removable::Project => {
            api::mutate(&ProjectGone::build(sent))
                .await?
                .project_delete
                .user_errors
        }
        Removable::Part => {
            api::mutate(&PartGone::build(sent))
                .await?
                .participation_delete
                .user_errors
        }
        Removable::Document => {
            api::mutate(&DocumentGone::build(sent))
                .await?
                .resource_delete
                .user_errors
        }
        Removable::Member => {
            api::mutate(&MemberGone::build(sent))
                .await?
                .membership_delete
                .user_errors
        }
        Removable::Note => api::mutate(&NoteGone::build(sent)).await?.note_delete.user_errors,
        Removable::Contact => {
            api::mutate(&ContactGone::build(sent))
                .await?
                .contact_delete
                .user_errors
        }
    })
}
