//! The organisations.

use domain::TerritoryId;
use domain::organisation::{NewOrganisation, Organisation};
use domain::record::Record as _;
use domain::territory::Nis;

use super::{Earlier, Load, file, list, read, read_list, read_some, some, territories};
use crate::error::Result;

impl Load<'_> {
    pub(super) async fn organisations(&mut self, known: &mut Earlier) -> Result<()> {
        for (row, source) in file::sourced::<file::Organisation>(file::ORGANISATIONS)? {
            let new = NewOrganisation {
                client_mutation_id: None,
                name: row.name,
                acronym: some(&row.acronym),
                aliases: list(&row.aliases).map(str::to_owned).collect(),
                kinds: read_list("organisation kind", &row.kinds)?,
                role: some(&row.role),
                numbers: Vec::new(),
                website: some(&row.website),
                commune_id: read_some::<Nis>("commune", &row.commune)?.map(TerritoryId::from),
                address: None,
                point: None,
                territory_ids: territories(known, &row.territories)?,
                state: read("organisation state", &row.state)?,
                state_since: read_some("state since", &row.state_since)?,
                note: some(&row.note),
            };
            let id = self
                .put::<Organisation>(&row.code, None, |id, now| Organisation::made(new, id, now))
                .await?;
            self.source(&row.code, id.into(), &source).await?;
            known.organisations.insert(row.code, id);
        }
        Ok(())
    }
}
