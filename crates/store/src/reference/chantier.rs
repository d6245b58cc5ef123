//! The chantiers with their resources and steps.

use domain::chantier::{
    Chantier, LinkState, NewChantier, NewResource, NewStep, Resource, Stage, Step, StepStatus,
};
use domain::record::Record as _;
use domain::{ChantierId, PartialDate};

use super::{Earlier, Load, SOURCE, file, look, organisations, read, territory};
use crate::error::Result;

impl Load<'_> {
    pub(super) async fn chantiers(&mut self, known: &mut Earlier) -> Result<()> {
        let whole = file::chantiers()?;
        let source = file::Source {
            source: format!("{} ({})", whole.source.title, whole.source.author),
            confidence: "HIGH".to_owned(),
            ..file::Source::default()
        };
        // Chantiers name each other, so all are there before any is related.
        for row in &whole.chantiers {
            let code = format!("chantier:{}", row.code);
            let id = match self.tx.named(SOURCE, &code).await? {
                Some(present) => present.uuid.into(),
                None => self.chantier(&code, row, Vec::new(), known).await?,
            };
            known.chantiers.insert(row.code.clone(), id);
        }
        for row in &whole.chantiers {
            let related = row
                .related
                .iter()
                .map(|code| look("chantier", &known.chantiers, code))
                .collect::<Result<_>>()?;
            let code = format!("chantier:{}", row.code);
            let id = self.chantier(&code, row, related, known).await?;
            self.source(&code, id.into(), &source).await?;
            for resource in &row.resources {
                self.resource(id, resource, known).await?;
            }
            for step in &row.steps {
                self.step(id, step, known).await?;
            }
        }
        Ok(())
    }

    async fn chantier(
        &mut self,
        code: &str,
        row: &file::Chantier,
        related_ids: Vec<ChantierId>,
        known: &Earlier,
    ) -> Result<ChantierId> {
        let new = NewChantier {
            client_mutation_id: None,
            code: row.code.clone(),
            position: row.position,
            title: row.title.clone(),
            stage: read::<Stage>("stage", &row.stage)?,
            objective: row.objective.clone(),
            description: row.description.clone(),
            lead_ids: Vec::new(),
            partner_ids: organisations(known, row.partners.iter().map(String::as_str))?,
            partners_note: row.partners_note.clone(),
            related_ids,
            projects_concerned: row.projects_concerned,
            note: joined(&[row.objective_note.as_ref(), row.steps_note.as_ref()]),
        };
        self.put::<Chantier>(code, None, |id, now| Chantier::made(new, id, now))
            .await
    }

    async fn resource(&mut self, chantier: ChantierId, row: &file::Resource, known: &Earlier) -> Result<()> {
        let link_state = match row.link_state.as_str() {
            "NONE" => LinkState::NoLink,
            word => read("link state", word)?,
        };
        let new = NewResource {
            client_mutation_id: None,
            title: row.label.clone(),
            kind: read("resource kind", &row.kind)?,
            chantier_id: Some(chantier),
            project_id: None,
            provider_ids: organisations(known, row.provider.as_deref())?,
            url: row.url.clone(),
            link_state,
            languages: Vec::new(),
            published: None,
            note: row.note.clone(),
        };
        let code = format!("resource:{}", row.code);
        let id = self
            .put::<Resource>(&code, None, |id, now| Resource::made(new, id, now))
            .await?;
        if let Some(address) = &row.url_source {
            let source = file::Source {
                source: address.clone(),
                confidence: "MEDIUM".to_owned(),
                ..file::Source::default()
            };
            self.source(&code, id.into(), &source).await?;
        }
        Ok(())
    }

    async fn step(&mut self, chantier: ChantierId, row: &file::Step, known: &Earlier) -> Result<()> {
        let starts = row
            .starts
            .as_deref()
            .map(|text| read::<PartialDate>("step date", text))
            .transpose()?;
        let new = NewStep {
            client_mutation_id: None,
            chantier_id: chantier,
            title: row.title.clone(),
            position: row.position,
            description: None,
            starts,
            ends: None,
            start_time: row.start_time.clone(),
            // The source announces them; what became of them it does not say.
            status: StepStatus::Unknown,
            responsible_ids: Vec::new(),
            territory_id: row
                .territory
                .as_deref()
                .map(|code| territory(known, code))
                .transpose()?,
            dependency_ids: Vec::new(),
            note: row.note.clone(),
        };
        let code = format!("step:{}", row.code);
        self.put::<Step>(&code, None, |id, now| Step::made(new, id, now))
            .await?;
        Ok(())
    }
}

fn joined(parts: &[Option<&String>]) -> Option<String> {
    let parts: Vec<&str> = parts.iter().flatten().map(|part| part.as_str()).collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}
