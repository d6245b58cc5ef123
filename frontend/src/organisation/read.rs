//! What is read of organisations and their contacts, and what is sent.

use super::words;
use crate::api;
use crate::contract::schema;
use crate::edit::{Keeps, Outcome, Sent, record};
use crate::history;
use crate::language::Text;
use crate::provenance::Sources;
use crate::refusal::UserError;
use crate::ui::state::Failure;
use chrono::{DateTime, Utc};
use cynic::MutationBuilder;
use domain::contact::{Contact, ContactPatch, NewContact};
use domain::organisation::{Kind, NewOrganisation, NumberScheme, Organisation, OrganisationPatch, State};
use domain::territory::Nis;
use domain::{PartialDate, RecordType};
use serde::Serialize;

#[derive(Clone, Debug, PartialEq, Serialize, cynic::QueryFragment)]
#[cynic(graphql_type = "Organisation")]
#[serde(rename_all = "camelCase")]
pub struct Facts {
    pub id: cynic::Id,
    pub revision: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub name: String,
    pub acronym: Option<String>,
    pub aliases: Vec<String>,
    pub kinds: Vec<Kind>,
    pub role: Option<String>,
    pub numbers: Vec<Number>,
    pub website: Option<String>,
    pub commune_id: Option<cynic::Id>,
    pub address: Option<Address>,
    pub point: Option<Point>,
    pub territory_ids: Vec<cynic::Id>,
    pub state: State,
    pub state_since: Option<PartialDate>,
    pub note: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, cynic::QueryFragment)]
#[cynic(graphql_type = "OfficialNumber")]
pub struct Number {
    pub scheme: NumberScheme,
    pub value: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, cynic::QueryFragment)]
pub struct Address {
    pub street: Option<String>,
    pub postcode: Option<String>,
    pub locality: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, cynic::QueryFragment)]
pub struct Point {
    pub lat: f64,
    pub lon: f64,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "Territory")]
pub struct Place {
    pub id: cynic::Id,
    pub nis: Option<Nis>,
    pub label: String,
    pub commune_codes: Vec<Nis>,
}

impl Place {
    pub fn href(&self) -> String {
        match self.nis {
            Some(nis) => format!("/territoires/{nis}"),
            None => format!("/territoires/{}", self.id.inner()),
        }
    }
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "ProjectConnection")]
pub struct Projects {
    pub nodes: Vec<Project>,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
pub struct Project {
    pub id: cynic::Id,
    pub title: String,
    pub summary: Option<String>,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "ChantierConnection")]
pub struct Chantiers {
    pub nodes: Vec<Chantier>,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
pub struct Chantier {
    pub code: String,
    pub title: String,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "ResourceConnection")]
pub struct Resources {
    pub nodes: Vec<Resource>,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
pub struct Resource {
    pub id: cynic::Id,
    pub title: String,
    pub url: Option<String>,
    pub chantier: Option<Chantier>,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "ContactConnection")]
pub struct Contacts {
    pub nodes: Vec<ContactRow>,
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

/// What it takes part in.
#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "Organisation")]
pub struct Relations {
    pub commune: Option<Place>,
    pub territories: Vec<Place>,
    #[arguments(first: 100)]
    pub led_projects: Projects,
    #[arguments(first: 100)]
    pub partnered_projects: Projects,
    #[arguments(first: 50)]
    pub led_chantiers: Chantiers,
    #[arguments(first: 50)]
    pub partnered_chantiers: Chantiers,
    #[arguments(first: 100)]
    pub provided_resources: Resources,
    #[arguments(first: 50)]
    pub contacts: Option<Contacts>,
    #[arguments(first: 30)]
    pub sources: Sources,
}

#[derive(cynic::QueryVariables)]
pub struct One {
    pub id: cynic::Id,
}

#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "Query", variables = "One")]
pub struct Found {
    // Its own fields apart: a fragment spread into another cannot hold words of closed lists.
    #[cynic(alias, rename = "organisation")]
    #[arguments(id: $id)]
    own: Option<Facts>,
    #[arguments(id: $id)]
    organisation: Option<Relations>,
}

/// An organisation with what it takes part in.
#[derive(Clone, Debug, PartialEq)]
pub struct Sheet {
    pub facts: Facts,
    pub relations: Relations,
}

impl Found {
    pub fn sheet(self) -> Option<Sheet> {
        let (facts, relations) = self.own.zip(self.organisation)?;
        Some(Sheet { facts, relations })
    }
}

/// The mutations that make and change a kind of record.
macro_rules! kept {
    ($module:ident, $payload:literal, $field:ident: $row:ident, $record:ident, $new:ident, $create:ident, $patch:ident, $update:ident, $fields:expr) => {
        mod $module {
            use super::*;

            #[derive(cynic::QueryVariables)]
            pub(super) struct Making {
                pub(super) input: $new,
            }

            #[derive(cynic::QueryFragment)]
            #[cynic(graphql_type = "Mutation", variables = "Making")]
            pub(super) struct Make {
                #[arguments(input: $input)]
                pub(super) $create: Payload,
            }

            #[derive(cynic::QueryVariables)]
            pub(super) struct Changing {
                pub(super) input: $patch,
            }

            #[derive(cynic::QueryFragment)]
            #[cynic(graphql_type = "Mutation", variables = "Changing")]
            pub(super) struct Change {
                #[arguments(input: $input)]
                pub(super) $update: Payload,
            }

            #[derive(cynic::QueryFragment)]
            #[cynic(graphql_type = $payload)]
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

        impl Keeps for $record {
            const FIELDS: &'static [(&'static str, Text)] = $fields;

            async fn send(sent: Sent<Self>) -> Result<Outcome<Self>, Failure> {
                Ok(match sent {
                    Sent::Make(input) => {
                        let sent = $module::Make::build($module::Making { input });
                        api::mutate(&sent).await?.$create.outcome()
                    }
                    Sent::Change(input) => {
                        let sent = $module::Change::build($module::Changing { input });
                        api::mutate(&sent).await?.$update.outcome()
                    }
                })
            }

            fn word(field: &str, value: &str) -> Option<String> {
                let of = <Self as domain::record::Record>::TYPE;
                history::words::value(of, field, &value.into())
            }
        }
    };
}

kept!(
    organisation,
    "OrganisationPayload",
    organisation: Facts,
    Organisation,
    NewOrganisation,
    organisation_create,
    OrganisationPatch,
    organisation_update,
    words::FIELDS
);
kept!(
    contact,
    "ContactPayload",
    contact: ContactRow,
    Contact,
    NewContact,
    contact_create,
    ContactPatch,
    contact_update,
    words::CONTACT_FIELDS
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

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Mutation", variables = "Removing")]
struct OrganisationGone {
    #[arguments(input: $input)]
    organisation_delete: DeletePayload,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Mutation", variables = "Removing")]
struct ContactGone {
    #[arguments(input: $input)]
    contact_delete: DeletePayload,
}

/// Removes an organisation or a contact; what was refused comes back.
pub async fn remove(of: RecordType, id: cynic::Id, revision: i32) -> Result<Vec<UserError>, Failure> {
    let sent = Removing {
        input: DeleteInput {
            id,
            expected_revision: revision,
        },
    };
    Ok(if of == RecordType::Contact {
        api::mutate(&ContactGone::build(sent))
            .await?
            .contact_delete
            .user_errors
    } else {
        api::mutate(&OrganisationGone::build(sent))
            .await?
            .organisation_delete
            .user_errors
    })
}
