//! What is read of a territory and what is sent; its shapes, and what lies above and below it.

use crate::chantier::read::{ChantierName, Shares};
use crate::contract::schema;
use crate::edit::sent::kept;
use crate::language::t;
use crate::provenance::Sources;
use chrono::{DateTime, Utc};
use domain::territory::{Extent, Kind, NewTerritory, Nis, Territory as Record, TerritoryPatch};
use domain::{PartialDate, TerritoryId};
use serde::Serialize;

#[derive(cynic::QueryVariables)]
pub struct One {
    pub id: cynic::Id,
}

#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "Query", variables = "One")]
pub struct Found {
    // Its own fields apart: a fragment spread into another cannot hold words of closed lists.
    #[cynic(alias, rename = "territory")]
    #[arguments(id: $id)]
    own: Option<Facts>,
    #[arguments(id: $id)]
    territory: Option<Relations>,
}

crate::api::document!(query Found(One));

impl Found {
    pub fn whole(self) -> Option<Territory> {
        let (facts, around) = self.own.zip(self.territory)?;
        Some(Territory { facts, around })
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, cynic::QueryFragment)]
pub struct LocalName {
    pub fr: String,
    pub nl: Option<String>,
    pub de: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, cynic::QueryFragment)]
pub struct Point {
    pub lat: f64,
    pub lon: f64,
}

/// A territory's own fields.
#[derive(Clone, Debug, PartialEq, Serialize, cynic::QueryFragment)]
#[cynic(graphql_type = "Territory")]
#[serde(rename_all = "camelCase")]
pub struct Facts {
    pub id: cynic::Id,
    pub revision: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub kind: Kind,
    pub name: LocalName,
    pub label: String,
    pub extent: Extent,
    pub commune_codes: Vec<Nis>,
    pub within_codes: Vec<Nis>,
    pub note: Option<String>,
    pub nis: Option<Nis>,
    pub point: Option<Point>,
    pub postcodes: Vec<String>,
}

/// What is there, above and below.
#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "Territory")]
pub struct Relations {
    pub within: Vec<Place>,
    pub overlapping: Vec<Other>,
    #[arguments(first: 100)]
    pub projects: ProjectConnection,
    #[arguments(first: 100)]
    pub organisations: OrganisationConnection,
    #[arguments(first: 20)]
    pub councils: Councils,
    #[arguments(first: 50)]
    pub steps: StepConnection,
    #[arguments(first: 20)]
    pub sources: Sources,
}

/// A territory with all that is there.
#[derive(Clone, Debug, PartialEq)]
pub struct Territory {
    pub facts: Facts,
    pub around: Relations,
}

/// An official territory above.
#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "Territory")]
pub struct Place {
    pub nis: Option<Nis>,
    pub label: String,
    pub kind: Kind,
}

/// A territory that shares a commune.
#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "Territory")]
pub struct Other {
    pub id: cynic::Id,
    pub nis: Option<Nis>,
    pub label: String,
    pub kind: Kind,
    pub extent: Extent,
    pub commune_codes: Vec<Nis>,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "CouncilConnection")]
pub struct Councils {
    pub nodes: Vec<Council>,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
pub struct Council {
    pub id: cynic::Id,
    pub name: String,
    pub status: domain::council::Status,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
pub struct ProjectConnection {
    pub nodes: Vec<Project>,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
pub struct Project {
    pub id: cynic::Id,
    pub title: String,
    pub summary: Option<String>,
    pub territory_ids: Vec<cynic::Id>,
    #[arguments(first: 5)]
    pub leads: LeadConnection,
    #[arguments(first: 12)]
    pub participations: Shares,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "OrganisationConnection")]
pub struct LeadConnection {
    pub nodes: Vec<Lead>,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "Organisation")]
pub struct Lead {
    pub name: String,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
pub struct OrganisationConnection {
    pub nodes: Vec<Organisation>,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
pub struct Organisation {
    pub id: cynic::Id,
    pub name: String,
    pub acronym: Option<String>,
    pub kinds: Vec<domain::organisation::Kind>,
    pub state: domain::organisation::State,
    pub point: Option<Point>,
    pub commune_id: Option<cynic::Id>,
    pub territory_ids: Vec<cynic::Id>,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
pub struct StepConnection {
    pub nodes: Vec<Step>,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
pub struct Step {
    pub title: String,
    pub starts: Option<PartialDate>,
    pub chantier: Option<ChantierName>,
}

/// The identifier of the whole region, whose projects and organisations are everybody's.
pub fn region() -> cynic::Id {
    cynic::Id::new(TerritoryId::from(Nis::WALLONIA).to_string())
}

impl Territory {
    /// Its shapes on the map: communes, else the provinces it lies in.
    pub fn shapes(&self) -> Vec<String> {
        let codes = if self.facts.commune_codes.is_empty() {
            &self.facts.within_codes
        } else {
            &self.facts.commune_codes
        };
        codes.iter().map(ToString::to_string).collect()
    }

    /// The official territories above, the largest first.
    pub fn above(&self) -> Vec<Place> {
        let mut above = self.around.within.clone();
        above.sort_by_key(|it| rank(it.kind));
        above
    }

    /// The official territories right below.
    pub fn below(&self) -> Vec<Other> {
        let kind = match self.facts.kind {
            Kind::Region => Kind::Province,
            Kind::Province => Kind::Arrondissement,
            Kind::Commune => return Vec::new(),
            Kind::Arrondissement
            | Kind::Council
            | Kind::NaturePark
            | Kind::ActionGroup
            | Kind::LivingArea
            | Kind::Other => Kind::Commune,
        };
        let mine = |it: &&Other| {
            it.kind == kind
                && it
                    .commune_codes
                    .iter()
                    .all(|code| self.facts.commune_codes.contains(code))
        };
        let mut below: Vec<Other> = self.around.overlapping.iter().filter(mine).cloned().collect();
        below.sort_by_key(|it| domain::text::fold(&it.label));
        below
    }

    /// Named territories that share a commune, or may, the most shared first.
    pub fn named(&self) -> Vec<(usize, Other)> {
        let mut named: Vec<(usize, Other)> = self
            .around
            .overlapping
            .iter()
            .filter(|it| !it.kind.is_official())
            .map(|it| {
                let shared = it
                    .commune_codes
                    .iter()
                    .filter(|code| self.facts.commune_codes.contains(code));
                (shared.count(), it.clone())
            })
            .collect();
        named.sort_by(|a, b| {
            let names = || domain::text::fold(&a.1.label).cmp(&domain::text::fold(&b.1.label));
            b.0.cmp(&a.0).then_with(names)
        });
        named
    }
}

const fn rank(kind: Kind) -> u8 {
    match kind {
        Kind::Region => 0,
        Kind::Province => 1,
        Kind::Arrondissement => 2,
        Kind::Commune => 3,
        Kind::Council | Kind::NaturePark | Kind::ActionGroup | Kind::LivingArea | Kind::Other => 4,
    }
}

/// Official territories by their code, which people can read; the others by their identifier.
pub fn href(nis: Option<Nis>, id: &str) -> String {
    nis.map_or_else(
        || format!("/territoires/{id}"),
        |nis| format!("/territoires/{nis}"),
    )
}

kept!(
    Record as Facts, "TerritoryPayload" territory;
    territory_make: territory_create(NewTerritory), territory_change: territory_update(TerritoryPatch);
    &[
        ("name", t::territory_field_name),
        ("kind", t::territory_field_kind),
        ("extent", t::territory_field_extent),
        ("communeCodes", t::territory_field_communes),
        ("withinCodes", t::territory_field_within),
        ("note", t::territory_field_note),
    ]
);
