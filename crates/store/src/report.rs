//! The report that is asked again and again: every project with its bodies, amount, territory, short
//! description, state and source, as of today.

use std::collections::HashMap;

use domain::date::PartialDate;
use domain::measure::Money;
use domain::organisation::Organisation;
use domain::page::{MOST, Page};
use domain::project::{Filter, Order, Project, Status};
use domain::provenance::{Confidence, Provenance};
use domain::territory::Territory;
use domain::{OrganisationId, RecordId, TerritoryId};

use crate::connect::Store;
use crate::error::Result;
use crate::list::{AsTheyCame, Relation};

/// One project in the report.
#[derive(Clone, Debug)]
pub struct ReportRow {
    /// The project's code.
    pub code: Option<String>,
    /// Its title.
    pub title: String,
    /// Who leads it.
    pub leads: Vec<String>,
    /// Who takes part in it.
    pub partners: Vec<String>,
    /// The grant, where it is known.
    pub grant: Option<Money>,
    /// Where it works.
    pub territories: Vec<String>,
    /// What it is.
    pub summary: Option<String>,
    /// Where it stands.
    pub status: Status,
    /// Since when.
    pub since: Option<PartialDate>,
    /// Where this comes from.
    pub source: Option<String>,
    /// The source's address.
    pub source_url: Option<String>,
    /// As of when.
    pub as_of: Option<PartialDate>,
    /// How sure it is.
    pub confidence: Option<Confidence>,
}

impl Store {
    /// The report on all projects, or on those of a territory, by code.
    ///
    /// # Errors
    /// A database fault.
    pub async fn report(&self, territory: Option<TerritoryId>) -> Result<Vec<ReportRow>> {
        let filter = Filter {
            territory,
            ..Filter::default()
        };
        let mut rows = Vec::new();
        let mut page = Page::first(MOST);
        loop {
            let slice = self.list::<Project>(&filter, Order::Code, &page).await?;
            page.cursor = slice.edges.last().map(|edge| edge.cursor.clone());
            let projects: Vec<Project> = slice.edges.into_iter().map(|edge| edge.node).collect();
            rows.extend(self.report_on(projects).await?);
            if !slice.has_next {
                return Ok(rows);
            }
        }
    }

    async fn report_on(&self, projects: Vec<Project>) -> Result<Vec<ReportRow>> {
        let organisation_ids: Vec<OrganisationId> = projects
            .iter()
            .flat_map(|project| project.lead_ids.iter().chain(&project.partner_ids))
            .copied()
            .collect();
        let territory_ids: Vec<TerritoryId> = projects
            .iter()
            .flat_map(|project| project.territory_ids.iter())
            .copied()
            .collect();
        let organisations: HashMap<OrganisationId, String> = self
            .many::<Organisation>(&organisation_ids)
            .await?
            .into_iter()
            .map(|o| (o.id, o.name))
            .collect();
        let territories: HashMap<TerritoryId, String> = self
            .many::<Territory>(&territory_ids)
            .await?
            .into_iter()
            .map(|t| (t.id, t.name.fr))
            .collect();
        let parents: Vec<RecordId> = projects.iter().map(|project| project.id.into()).collect();
        let relation = Relation::Field("recordId");
        let mut sources = self
            .related::<Provenance>(relation, AsTheyCame, &Page::first(1), &parents)
            .await?;
        Ok(projects
            .into_iter()
            .map(|project| {
                let source = sources
                    .remove(&project.id.into())
                    .and_then(|slice| slice.edges.into_iter().next());
                let source = source.map(|edge| edge.node);
                let named = |ids: &[OrganisationId]| {
                    ids.iter()
                        .filter_map(|id| organisations.get(id).cloned())
                        .collect()
                };
                ReportRow {
                    leads: named(&project.lead_ids),
                    partners: named(&project.partner_ids),
                    territories: project
                        .territory_ids
                        .iter()
                        .filter_map(|id| territories.get(id).cloned())
                        .collect(),
                    status: project.status(),
                    since: project.phases.last().and_then(|phase| phase.since),
                    source: source.as_ref().map(|source| source.source.clone()),
                    source_url: source.as_ref().and_then(|source| source.url.clone()),
                    as_of: source.as_ref().and_then(|source| source.as_of),
                    confidence: source.as_ref().and_then(|source| source.confidence),
                    code: project.code,
                    title: project.title,
                    grant: project.grant,
                    summary: project.summary,
                }
            })
            .collect())
    }
}
