//! Names that others give: a source's own identifiers for its records, and a client's own name for a request,
//! by which a retry is known.

use chrono::{DateTime, Utc};
use domain::policy::Actor;
use domain::record::Record;
use domain::refusal::Invalid;
use domain::{RecordId, RecordType, Refusal};
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict, Order, Query};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::connect::Store;
use crate::error::{Error, Result};
use crate::record::Stored;
use crate::write::Tx;

/// A request that may come again.
pub(crate) struct Retry {
    caller: Uuid,
    name: String,
    digest: String,
}

impl Retry {
    /// Where the client named its request.
    pub(crate) fn of<R: Record>(actor: &Actor, new: &R::New) -> Result<Option<Self>> {
        let Some(name) = R::client_mutation_id(new) else {
            return Ok(None);
        };
        if name.is_empty() || name.chars().count() > 100 {
            let field = "clientMutationId".to_owned();
            return Err(Refusal::Invalid {
                field,
                why: Invalid::RequestName,
            }
            .into());
        }
        let input = serde_json::to_vec(new).map_err(|error| Error::Corrupt(error.to_string()))?;
        let mut digest = Sha256::new();
        digest.update(R::TYPE.word());
        digest.update(input);
        let caller = match actor {
            Actor::Person(signed) => signed.id.into(),
            Actor::Client(client) => client.id,
            Actor::Visitor | Actor::System => Uuid::nil(),
        };
        let digest = digest
            .finalize()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        Ok(Some(Self {
            caller,
            name: name.to_owned(),
            digest,
        }))
    }
}

impl Tx {
    /// Takes a request's name for what it is about to make; false where it was taken before. Of two at once, the
    /// second waits here for the first.
    pub(crate) async fn remember(&self, retry: &Retry, made: RecordId) -> Result<bool> {
        let mut insert = Query::insert();
        insert
            .into_table("retry")
            .columns(["caller", "name", "digest", "record_id", "at"])
            .values([
                Expr::value(retry.caller),
                Expr::value(retry.name.clone()),
                Expr::value(retry.digest.clone()),
                Expr::value(made.uuid),
                Expr::value(self.now()),
            ])
            .map_err(|error| Error::Corrupt(error.to_string()))?
            .on_conflict(OnConflict::columns(["caller", "name"]).do_nothing().to_owned());
        Ok(self.conn.execute(&insert).await?.rows_affected() > 0)
    }

    /// The record that the same request made before, as it is now; another request by the same name is refused.
    pub(crate) async fn made_before<R: Stored>(&self, retry: &Retry) -> Result<R> {
        let query = Query::select()
            .columns(["digest", "record_id"])
            .from("retry")
            .and_where(Expr::col("caller").eq(retry.caller))
            .and_where(Expr::col("name").eq(retry.name.clone()))
            .take();
        let row = self.conn.query_one(&query).await?.ok_or(Refusal::NotFound)?;
        let (digest, id): (String, Uuid) = (row.try_get("", "digest")?, row.try_get("", "record_id")?);
        if digest != retry.digest {
            return Err(Refusal::KeyReused.into());
        }
        Ok(self.find::<R>(id.into()).await?.ok_or(Refusal::NotFound)?)
    }

    /// The record that a source knows by this identifier, as this transaction sees it.
    pub(crate) async fn named(&self, source: &str, external_id: &str) -> Result<Option<RecordId>> {
        named(&self.conn, source, None, external_id).await
    }

    /// The identifiers of a record that is there again are its own again: what their sources push is about it.
    pub(crate) async fn unbury(&self, record: RecordId) -> Result<()> {
        let update = Query::update()
            .table("external_id")
            .value("deleted_at", None::<DateTime<Utc>>)
            .and_where(Expr::col("record_id").eq(record.uuid))
            .take();
        self.conn.execute(&update).await?;
        Ok(())
    }

    /// Keeps a source's own identifier for a record.
    pub(crate) async fn name(&self, source: &str, external_id: &str, record: RecordId) -> Result<()> {
        let mut insert = Query::insert();
        insert
            .into_table("external_id")
            .columns(["source", "external_id", "record_kind", "record_id"])
            .values([
                Expr::value(source),
                Expr::value(external_id),
                Expr::value(record.kind.word()),
                Expr::value(record.uuid),
            ])
            .map_err(|error| Error::Corrupt(error.to_string()))?;
        self.conn.execute(&insert).await?;
        Ok(())
    }
}

impl Store {
    /// The record, of this kind where one is given, that a source knows by this identifier.
    ///
    /// # Errors
    /// A database fault.
    pub async fn named(
        &self,
        source: &str,
        kind: Option<RecordType>,
        external_id: &str,
    ) -> Result<Option<RecordId>> {
        named(&self.reading, source, kind, external_id).await
    }
}

async fn named(
    conn: &impl ConnectionTrait,
    source: &str,
    kind: Option<RecordType>,
    external_id: &str,
) -> Result<Option<RecordId>> {
    // A source may call an organisation and an offer by the same name: the first in the order of their words.
    let kinds = kind.map_or(RecordType::ALL, |kind| {
        RecordType::ALL
            .iter()
            .find(|known| **known == kind)
            .map_or(&[], std::slice::from_ref)
    });
    let query = Query::select()
        .columns(["record_kind", "record_id"])
        .from("external_id")
        .and_where(Expr::col("source").eq(source))
        .and_where(Expr::col("record_kind").is_in(kinds.iter().map(|kind| kind.word())))
        .and_where(Expr::col("external_id").eq(external_id))
        .order_by("record_kind", Order::Asc)
        .limit(1)
        .take();
    let Some(row) = conn.query_one(&query).await? else {
        return Ok(None);
    };
    let kind: RecordType = row.try_get("", "record_kind")?;
    Ok(Some(RecordId {
        kind,
        uuid: row.try_get("", "record_id")?,
    }))
}
