//! The GraphQL documents registered for a machine: it names them by the digest of their text, and can be held to them.

use std::collections::BTreeMap;

use domain::Refusal;
use domain::client::Client;
use domain::policy::{Action, Actor, allows};
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{Expr, ExprTrait, Order, Query};
use uuid::Uuid;

use crate::connect::Store;
use crate::error::Result;
use crate::rows;
use crate::write::Tx;

/// So many documents can be registered for a client.
const MOST: usize = 500;

/// A document registered for a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientDocument {
    /// The SHA-256 of its text, as 64 hexadecimal digits.
    pub digest: String,
    /// Its text.
    pub text: String,
}

impl Store {
    /// Registers documents for a client, in place of those it had, and says whether it is held to them.
    ///
    /// # Errors
    /// Not allowed, not found, too many.
    pub async fn set_client_documents(
        &self,
        actor: &Actor,
        client: Uuid,
        documents: Vec<ClientDocument>,
        documents_only: bool,
    ) -> Result<Client> {
        // The same text twice is one document.
        let documents: BTreeMap<String, String> =
            documents.into_iter().map(|it| (it.digest, it.text)).collect();
        self.write(actor, Action::ManageClients, async |tx: &mut Tx| {
            if documents.len() > MOST {
                return Err(Refusal::TooMany {
                    field: "documents".to_owned(),
                    most: MOST,
                }
                .into());
            }
            let mut client = tx.client_now(client).await?;
            if client.documents_only != documents_only {
                (client.documents_only, client.revision) = (documents_only, client.revision + 1);
                let update = Query::update()
                    .table("client")
                    .value("documents_only", documents_only)
                    .value("revision", client.revision)
                    .and_where(Expr::col("id").eq(client.id))
                    .take();
                tx.conn.execute(&update).await?;
            }
            let former = Query::delete()
                .from_table("client_document")
                .and_where(Expr::col("client_id").eq(client.id))
                .take();
            tx.conn.execute(&former).await?;
            let columns = ["client_id", "digest", "body"];
            let given = documents
                .iter()
                .map(|(digest, text)| vec![client.id.into(), digest.clone().into(), text.clone().into()]);
            rows::insert(&tx.conn, "client_document", &columns, given.collect()).await?;
            Ok(client)
        })
        .await
    }

    /// The documents registered for a client, by their digests; none where it is not the caller's to see.
    ///
    /// # Errors
    /// A database fault.
    pub async fn client_documents(&self, actor: &Actor, client: &Client) -> Result<Vec<ClientDocument>> {
        let read = Action::ReadClient {
            client: client.id,
            organisation: client.organisation_id,
        };
        if !allows(actor, read) {
            return Ok(Vec::new());
        }
        let query = Query::select()
            .columns(["digest", "body"])
            .from("client_document")
            .and_where(Expr::col("client_id").eq(client.id))
            .order_by("digest", Order::Asc)
            .take();
        let found = self.reading.query_all(&query).await?;
        let found = found.iter().map(|row| {
            Ok(ClientDocument {
                digest: row.try_get("", "digest")?,
                text: row.try_get("", "body")?,
            })
        });
        found.collect()
    }

    /// The text of a document registered for a client.
    ///
    /// # Errors
    /// A database fault.
    pub async fn client_document(&self, client: Uuid, digest: &str) -> Result<Option<String>> {
        let query = Query::select()
            .column("body")
            .from("client_document")
            .and_where(Expr::col("client_id").eq(client))
            .and_where(Expr::col("digest").eq(digest))
            .take();
        let found = self.reading.query_one(&query).await?;
        Ok(found.map(|row| row.try_get("", "body")).transpose()?)
    }
}
