//! What an identifier that was merged away means now: the survivor's, through as many merges as there were.

use std::collections::HashMap;

use domain::{OrganisationId, RecordType};
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use uuid::Uuid;

use crate::connect::Store;
use crate::error::Result;
use crate::record::Stored;

impl Store {
    /// The records with these identifiers, by the identifiers asked for: one that was merged away answers its survivor.
    ///
    /// # Errors
    /// A database fault.
    pub async fn known_as<R: Stored>(&self, ids: &[R::Id]) -> Result<HashMap<R::Id, R>> {
        let found = self.many::<R>(ids).await?;
        let mut known: HashMap<R::Id, R> = found.into_iter().map(|record| (record.id(), record)).collect();
        let missing: Vec<Uuid> = ids
            .iter()
            .filter(|id| !known.contains_key(id))
            .map(|id| (*id).into())
            .collect();
        if missing.is_empty() || !can_merge(R::TYPE) {
            return Ok(known);
        }
        let survivors = survivors(&self.reading, missing).await?;
        let ids: Vec<R::Id> = survivors.values().map(|id| (*id).into()).collect();
        let found = self.many::<R>(&ids).await?;
        let found: HashMap<R::Id, R> = found.into_iter().map(|record| (record.id(), record)).collect();
        for (asked, survivor) in survivors {
            if let Some(record) = found.get(&survivor.into()) {
                known.insert(asked.into(), record.clone());
            }
        }
        Ok(known)
    }

    /// Puts the survivor in the place of each organisation that was merged away.
    pub(crate) async fn meant(&self, organisations: Vec<&mut OrganisationId>) -> Result<()> {
        if organisations.is_empty() {
            return Ok(());
        }
        let survivors = survivors(&self.reading, organisations.iter().map(|id| id.0).collect()).await?;
        for id in organisations {
            if let Some(survivor) = survivors.get(&id.0) {
                id.0 = *survivor;
            }
        }
        Ok(())
    }
}

/// Whether records of this kind can be merged.
const fn can_merge(kind: RecordType) -> bool {
    matches!(kind, RecordType::Organisation)
}

/// Of these, those that were merged away, with what they are now.
pub(super) async fn survivors(conn: &impl ConnectionTrait, ids: Vec<Uuid>) -> Result<HashMap<Uuid, Uuid>> {
    let mut survivors: HashMap<Uuid, Uuid> = HashMap::new();
    let mut asked = ids.clone();
    loop {
        let query = Query::select()
            .columns(["from_id", "into_id"])
            .from("merged")
            .and_where(Expr::col("from_id").is_in(asked))
            .take();
        let mut into: HashMap<Uuid, Uuid> = HashMap::new();
        for row in conn.query_all(&query).await? {
            into.insert(row.try_get("", "from_id")?, row.try_get("", "into_id")?);
        }
        if into.is_empty() {
            return Ok(survivors);
        }
        for id in &ids {
            let now = survivors.get(id).copied().unwrap_or(*id);
            if let Some(next) = into.get(&now) {
                survivors.insert(*id, *next);
            }
        }
        // What the survivors went into in their turn.
        asked = into.into_values().collect();
    }
}
