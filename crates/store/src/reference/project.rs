//! The projects with their states and their parts in the chantiers.

use domain::ProjectId;
use domain::chantier::{NewParticipation, Part, Participation};
use domain::measure::{Currency, Money};
use domain::project::{Known, NewProject, Phase, Project};
use domain::record::Record as _;

use super::{Earlier, Load, file, list, look, organisations, read, read_list, read_some, some, territories};
use crate::error::Result;

impl Load<'_> {
    pub(super) async fn projects(&mut self, known: &mut Earlier) -> Result<()> {
        for (row, source) in file::sourced::<file::Project>(file::PROJECTS)? {
            let phases = phases(&row.phases)?;
            let chantiers = row.chantiers.clone();
            let grant = read_some("grant", &row.grant_eur)?.map(|amount| Money {
                amount,
                currency: Currency::Eur,
            });
            let new = NewProject {
                client_mutation_id: None,
                title: row.title,
                code: some(&row.code),
                acronym: some(&row.acronym),
                aliases: list(&row.aliases).map(str::to_owned).collect(),
                types: read_list("project type", &row.types)?,
                themes: list(&row.themes).map(str::to_owned).collect(),
                lead_ids: organisations(known, list(&row.leads))?,
                leads_note: some(&row.leads_note),
                partner_ids: organisations(known, list(&row.partners))?,
                partners_note: some(&row.partners_note),
                territory_ids: territories(known, &row.territories)?,
                territory_note: some(&row.territory_note),
                started: read_some("start", &row.started)?,
                planned_end: read_some("planned end", &row.planned_end)?,
                ended: read_some("end", &row.ended)?,
                grant,
                funding_note: some(&row.funding_note),
                social_purpose: read_some("social purpose", &row.social_purpose)?.unwrap_or(Known::Unknown),
                publics: read_list("public", &row.publics)?,
                website: some(&row.website),
                summary: some(&row.summary),
                learnt: some(&row.learnt),
            };
            let make = |id, now| {
                let mut project = Project::made(new, id, now);
                project.phases = phases;
                project
            };
            let id = self.put::<Project>(&row.code, None, make).await?;
            self.source(&row.code, id.into(), &source).await?;
            for chantier in list(&chantiers) {
                self.participation(&row.code, id, chantier, known).await?;
            }
            known.projects.insert(row.code, id);
        }
        Ok(())
    }

    async fn participation(
        &mut self,
        code: &str,
        project: ProjectId,
        chantier: &str,
        known: &Earlier,
    ) -> Result<()> {
        let new = NewParticipation {
            client_mutation_id: None,
            chantier_id: look("chantier", &known.chantiers, chantier)?,
            project_id: project,
            part: Part::Contributes,
            note: None,
            inferred: true,
        };
        let code = format!("{code}/{chantier}");
        self.put::<Participation>(&code, None, |id, now| Participation::made(new, id, now))
            .await?;
        Ok(())
    }
}

fn phases(cell: &str) -> Result<Vec<Phase>> {
    list(cell)
        .map(|phase| {
            let (status, since) = phase.split_once('@').unwrap_or((phase, ""));
            Ok(Phase {
                status: read("status", status)?,
                since: read_some("since", since)?,
                reason: None,
            })
        })
        .collect()
}
