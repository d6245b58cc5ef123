//! The reference files as they are written, column by column.

use domain::territory::Nis;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::error::{Error, Result};

pub(super) const COMMUNES: &str = include_str!("../../reference/communes.csv");
pub(super) const ARRONDISSEMENTS: &str = include_str!("../../reference/arrondissements.csv");
pub(super) const PROVINCES: &str = include_str!("../../reference/provinces.csv");
pub(super) const TERRITORIES: &str = include_str!("../../reference/territories.csv");
pub(super) const ORGANISATIONS: &str = include_str!("../../reference/organisations.csv");
pub(super) const PROJECTS: &str = include_str!("../../reference/projects.csv");
pub(super) const DIRECTORIES: &str = include_str!("../../reference/directories.csv");
pub(super) const DIRECTORY_LINKS: &str = include_str!("../../reference/directory_links.csv");
pub(super) const COUNCILS: &str = include_str!("../../reference/councils.csv");
pub(super) const COUNCIL_LINKS: &str = include_str!("../../reference/council_links.csv");
pub(super) const CREDITS: &str = include_str!("../../reference/credits.csv");
const CHANTIERS: &str = include_str!("../../reference/chantiers.yaml");

/// The version of all that is loaded.
pub(super) fn version() -> String {
    super::version_of(&[
        COMMUNES,
        ARRONDISSEMENTS,
        PROVINCES,
        TERRITORIES,
        ORGANISATIONS,
        PROJECTS,
        CHANTIERS,
        DIRECTORIES,
        DIRECTORY_LINKS,
        COUNCILS,
        COUNCIL_LINKS,
    ])
}

/// The rows of a CSV file.
pub(super) fn rows<T: DeserializeOwned>(text: &str) -> Result<Vec<T>> {
    csv::Reader::from_reader(text.as_bytes())
        .into_deserialize()
        .collect::<std::result::Result<_, _>>()
        .map_err(|error| Error::Corrupt(format!("reference data: {error}")))
}

/// The rows of a CSV file, each with where it comes from. Read column by column twice, since a flattened structure
/// would guess that a year is a number.
pub(super) fn sourced<T: DeserializeOwned>(text: &str) -> Result<Vec<(T, Source)>> {
    Ok(rows(text)?.into_iter().zip(rows(text)?).collect())
}

/// The chantiers.
pub(super) fn chantiers() -> Result<Chantiers> {
    serde_norway::from_str(CHANTIERS).map_err(|error| Error::Corrupt(format!("reference data: {error}")))
}

#[derive(Deserialize)]
pub(super) struct Commune {
    pub nis: Nis,
    pub name_fr: String,
    pub name_nl: String,
    pub name_de: String,
    pub arrondissement_nis: Nis,
    pub province_nis: Nis,
    pub lat: f64,
    pub lon: f64,
    pub postcodes: String,
}

#[derive(Deserialize)]
pub(super) struct Arrondissement {
    pub nis: Nis,
    pub full_name_fr: String,
    pub full_name_nl: String,
    pub full_name_de: String,
    pub province_nis: Nis,
}

#[derive(Deserialize)]
pub(super) struct Province {
    pub nis: Nis,
    pub full_name_fr: String,
    pub full_name_nl: String,
    pub full_name_de: String,
}

/// Where a row comes from.
#[derive(Default, Deserialize)]
pub(super) struct Source {
    pub confidence: String,
    pub source: String,
    pub source_date: String,
    pub source_2: String,
    pub source_2_date: String,
}

/// A directory as it was gathered, in words.
#[derive(Deserialize)]
pub(super) struct Directory {
    pub directory_id: String,
    pub name: String,
    pub operator: String,
    pub kind: String,
    pub audience: String,
    pub website: String,
    pub launched: String,
    pub status: String,
    pub producers_count: String,
    pub producers_count_date: String,
    pub other_figures: String,
    pub what_it_does: String,
    pub known_complaints: String,
}

/// What a directory's words stand for.
#[derive(Deserialize)]
pub(super) struct DirectoryLink {
    pub directory: String,
    /// Its lasting code.
    pub code: String,
    pub operators: String,
    pub operator_note: String,
}

/// A council as it was gathered, in words.
#[derive(Deserialize)]
pub(super) struct Council {
    pub council_id: String,
    pub name: String,
    pub created: String,
    pub members_count: String,
    pub members_date: String,
    pub mode_of_work: String,
    pub status_note: String,
    pub website: String,
}

/// What a council's words stand for.
#[derive(Deserialize)]
pub(super) struct CouncilLink {
    pub council: String,
    pub territories: String,
    pub coordinators: String,
    pub coordination_note: String,
    pub project: String,
    pub level: String,
    /// Its states, only where its source says so.
    pub phases: String,
    pub aliases: String,
    pub partners: String,
}

#[derive(Deserialize)]
pub(super) struct NamedTerritory {
    pub code: String,
    pub name: String,
    pub kind: String,
    pub extent: String,
    pub communes: String,
    pub within: String,
    pub note: String,
    pub source: String,
    pub source_date: String,
    pub confidence: String,
}

#[derive(Deserialize)]
pub(super) struct Organisation {
    pub code: String,
    pub name: String,
    pub acronym: String,
    pub aliases: String,
    pub kinds: String,
    pub role: String,
    pub commune: String,
    pub territories: String,
    pub website: String,
    pub state: String,
    pub state_since: String,
    pub note: String,
}

#[derive(Deserialize)]
pub(super) struct Project {
    pub code: String,
    pub title: String,
    pub acronym: String,
    pub aliases: String,
    pub types: String,
    pub themes: String,
    pub leads: String,
    pub leads_note: String,
    pub partners: String,
    pub partners_note: String,
    pub territories: String,
    pub territory_note: String,
    pub started: String,
    pub planned_end: String,
    pub ended: String,
    pub phases: String,
    pub grant_eur: String,
    pub funding_note: String,
    pub social_purpose: String,
    pub publics: String,
    pub website: String,
    pub summary: String,
    pub learnt: String,
    pub chantiers: String,
}

#[derive(Deserialize)]
pub(super) struct Chantiers {
    pub source: Document,
    pub chantiers: Vec<Chantier>,
}

#[derive(Deserialize)]
pub(super) struct Document {
    pub title: String,
    pub author: String,
}

#[derive(Deserialize)]
pub(super) struct Chantier {
    pub code: String,
    pub position: i32,
    pub title: String,
    pub stage: String,
    pub objective: Option<String>,
    pub objective_note: Option<String>,
    pub description: Option<String>,
    #[serde(default)]
    pub partners: Vec<String>,
    pub partners_note: Option<String>,
    #[serde(default)]
    pub related: Vec<String>,
    pub steps_note: Option<String>,
    pub projects_concerned: Option<i32>,
    #[serde(default)]
    pub resources: Vec<Resource>,
    #[serde(default)]
    pub steps: Vec<Step>,
}

#[derive(Deserialize)]
pub(super) struct Resource {
    pub code: String,
    pub label: String,
    pub kind: String,
    pub provider: Option<String>,
    pub note: Option<String>,
    pub url: Option<String>,
    pub link_state: String,
    pub url_source: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Step {
    pub code: String,
    pub position: i32,
    pub title: String,
    pub note: Option<String>,
    pub starts: Option<String>,
    pub start_time: Option<String>,
    pub territory: Option<String>,
}
