//! What is read of organisations and their contacts, and what is sent.

use super::words;
use crate::chantier::read::ChantierName;
use crate::contract::schema;
use crate::edit::sent::kept;
use crate::provenance::Sources;
use crate::territory::read::Point;
use chrono::{DateTime, Utc};
use domain::PartialDate;
use domain::contact::{Contact, ContactPatch, NewContact};
use domain::organisation::{Kind, NewOrganisation, NumberScheme, Organisation, OrganisationPatch, State};
use domain::territory::Nis;
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

/// An organisation by its name.
#[derive(Clone, Debug, PartialEq, Serialize, cynic::QueryFragment)]
#[cynic(graphql_type = "Organisation")]
pub struct Body {
    pub id: cynic::Id,
    pub name: String,
    pub acronym: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, cynic::QueryFragment)]
#[cynic(graphql_type = "OrganisationConnection")]
pub struct Bodies {
    pub nodes: Vec<Body>,
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
    pub nodes: Vec<ChantierName>,
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
    pub chantier: Option<ChantierName>,
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

crate::api::document!(query Found(One));

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

kept!(
    Organisation as Facts, "OrganisationPayload" organisation;
    organisation_make: organisation_create(NewOrganisation), organisation_change: organisation_update(OrganisationPatch);
    words::FIELDS
);
kept!(
    Contact as ContactRow, "ContactPayload" contact;
    contact_make: contact_create(NewContact), contact_change: contact_update(ContactPatch);
    words::CONTACT_FIELDS
);
