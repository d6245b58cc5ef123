//! The food policy councils, as their sources tell of them; what these do not say stays unknown.

use domain::ProjectId;
use domain::council::{Council, NewCouncil, Phase};
use domain::record::Record as _;

use super::directory::gathered;
use super::{Earlier, Load, file, list, look, organisations, read, read_some, some, territory};
use crate::error::{Error, Result};

impl Load<'_> {
    pub(super) async fn councils(&mut self, known: &Earlier) -> Result<()> {
        let links: Vec<file::CouncilLink> = file::rows(file::COUNCIL_LINKS)?;
        for (row, source) in file::sourced::<file::Council>(file::COUNCILS)? {
            let link = links.iter().find(|link| link.council == row.council_id);
            let link = link.ok_or_else(|| {
                Error::Corrupt(format!("reference data: council {} has no links", row.council_id))
            })?;
            let project = match link.project.as_str() {
                "" => None,
                code => Some(look("project", &known.projects, code)?),
            };
            let new = NewCouncil {
                client_mutation_id: None,
                name: row.name,
                aliases: list(&link.aliases).map(str::to_owned).collect(),
                level: read("council level", &link.level)?,
                territory_id: match link.territories.as_str() {
                    "" => None,
                    code => Some(territory(known, code)?),
                },
                coordinator_ids: organisations(known, list(&link.coordinators))?,
                coordination_note: some(&link.coordination_note),
                partner_ids: organisations(known, list(&link.partners))?,
                project_ids: project.into_iter().collect::<Vec<ProjectId>>(),
                created: read_some("created", &row.created)?,
                members_count: read_some("members", &row.members_count)?,
                members_as_of: read_some("members as of", &row.members_date)?,
                mode_of_work: some(&row.mode_of_work),
                texts: Vec::new(),
                method: Vec::new(),
                quorum: None,
                website: some(&row.website),
                summary: some(&row.status_note),
            };
            let phases = phases(&link.phases)?;
            let make = |id, now| {
                let mut council = Council::made(new, id, now);
                council.phases = phases;
                council
            };
            let code = format!("council:{}", row.council_id);
            let id = self.put::<Council>(&code, None, make).await?;
            self.source(&code, id.into(), &gathered(source)?).await?;
        }
        Ok(())
    }
}

fn phases(cell: &str) -> Result<Vec<Phase>> {
    list(cell)
        .map(|phase| {
            let (status, since) = phase.split_once('@').unwrap_or((phase, ""));
            Ok(Phase {
                status: read("council status", status)?,
                since: read_some("since", since)?,
                reason: None,
            })
        })
        .collect()
}
