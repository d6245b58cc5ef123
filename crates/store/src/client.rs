//! The machines of partners: what each may do under which sources, and its secrets, of which only the digests are
//! kept. Two secrets can be live at once, so that one takes the place of the other without a pause.

mod document;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use domain::check::Checks;
use domain::policy::{Action, Actor, Client, Role, Scope, allows};
use domain::{OrganisationId, RecordId, RecordType, Refusal, SourceId, TerritoryId};
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{Expr, ExprTrait, Order, Query};
use serde_json::Value;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::connect::Store;
use crate::error::{Error, Result};
use crate::rows;
use crate::write::Tx;

pub use document::ClientDocument;

/// A secret is good for so long.
const SECRET: TimeDelta = TimeDelta::days(365);
/// So many secrets of a client are live at a time.
const LIVE: usize = 2;

/// A partner's machine as administrators see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientEntry {
    /// Its identifier: what it signs in with beside its secret.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// The organisation it works for.
    pub organisation_id: Option<OrganisationId>,
    /// The sources it may push under.
    pub source_ids: Vec<SourceId>,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// The territories in which what it pushes must lie; none where it is not limited.
    pub territory_ids: Vec<TerritoryId>,
    /// Whether it may sign in.
    pub is_active: bool,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Whether of GraphQL it may send only the documents registered for it.
    pub documents_only: bool,
}

/// What makes a client.
#[derive(Clone, Debug)]
pub struct NewClient {
    /// Its name.
    pub name: String,
    /// The organisation it works for.
    pub organisation_id: Option<OrganisationId>,
    /// The sources it may push under.
    pub source_ids: Vec<SourceId>,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// The territories in which what it pushes must lie; none where it is not limited.
    pub territory_ids: Vec<TerritoryId>,
}

/// A client's secret, shown once.
#[derive(Clone, Debug)]
pub struct Secret {
    /// What it signs in with.
    pub text: String,
    /// Until when.
    pub expires_at: DateTime<Utc>,
}

fn digest(secret: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(secret))
}

fn corrupt(error: impl std::fmt::Display) -> Error {
    Error::Corrupt(error.to_string())
}

const COLUMNS: [&str; 9] = [
    "id",
    "name",
    "organisation_id",
    "source_ids",
    "scopes",
    "territory_ids",
    "is_active",
    "created_at",
    "documents_only",
];

fn entry(row: &sea_orm::QueryResult) -> Result<ClientEntry> {
    let (source_ids, scopes): (Value, Value) = (row.try_get("", "source_ids")?, row.try_get("", "scopes")?);
    let territory_ids: Option<Value> = row.try_get("", "territory_ids")?;
    Ok(ClientEntry {
        id: row.try_get("", "id")?,
        name: row.try_get("", "name")?,
        organisation_id: row
            .try_get::<Option<Uuid>>("", "organisation_id")?
            .map(Into::into),
        source_ids: serde_json::from_value(source_ids).map_err(corrupt)?,
        scopes: serde_json::from_value(scopes).map_err(corrupt)?,
        territory_ids: match territory_ids {
            Some(ids) => serde_json::from_value(ids).map_err(corrupt)?,
            None => Vec::new(),
        },
        is_active: row.try_get("", "is_active")?,
        created_at: row.try_get("", "created_at")?,
        documents_only: row.try_get("", "documents_only")?,
    })
}

/// A client that is there, as it is now.
async fn client_in(tx: &Tx, client: Uuid) -> Result<ClientEntry> {
    let query = Query::select()
        .columns(COLUMNS)
        .from("client")
        .and_where(Expr::col("id").eq(client))
        .take();
    let row = tx.conn.query_one(&query).await?.ok_or(Refusal::NotFound)?;
    entry(&row)
}

impl Store {
    /// Makes a client with its first secret.
    ///
    /// # Errors
    /// Not allowed; a source or an organisation that does not exist.
    pub async fn create_client(&self, actor: &Actor, mut new: NewClient) -> Result<(ClientEntry, Secret)> {
        let mut checks = Checks::default();
        checks.line("name", &mut new.name);
        checks.set("sourceIds", &mut new.source_ids);
        checks.set("scopes", &mut new.scopes);
        checks.set("territoryIds", &mut new.territory_ids);
        if new.scopes.is_empty() {
            checks.refuse(Refusal::Required {
                field: "scopes".to_owned(),
            });
        }
        self.ask(actor, Action::ManageClients)?;
        checks.finish()?;
        self.write(actor, Action::ManageClients, async |tx: &mut Tx| {
            let sources = new.source_ids.iter().map(|id| ("sourceIds", RecordId::from(*id)));
            let organisation = new
                .organisation_id
                .iter()
                .map(|id| ("organisationId", RecordId::from(*id)));
            let territories = new
                .territory_ids
                .iter()
                .map(|id| ("territoryIds", RecordId::from(*id)));
            let named: Vec<(&str, RecordId)> = sources.chain(organisation).chain(territories).collect();
            let missing = tx.missing(named.iter().map(|(_, target)| *target)).await?;
            let unknown = named.iter().find(|(_, target)| missing.contains(target));
            if let Some((field, _)) = unknown {
                return Err(Refusal::UnknownReference {
                    field: (*field).to_owned(),
                }
                .into());
            }
            let client = ClientEntry {
                id: tx.uuid(),
                name: new.name.clone(),
                organisation_id: new.organisation_id,
                source_ids: new.source_ids.clone(),
                scopes: new.scopes.clone(),
                territory_ids: new.territory_ids.clone(),
                is_active: true,
                created_at: tx.now(),
                documents_only: false,
            };
            let row = vec![
                client.id.into(),
                client.name.clone().into(),
                client.organisation_id.map(Uuid::from).into(),
                serde_json::to_value(&client.source_ids).map_err(corrupt)?.into(),
                serde_json::to_value(&client.scopes).map_err(corrupt)?.into(),
                serde_json::to_value(&client.territory_ids)
                    .map_err(corrupt)?
                    .into(),
                client.is_active.into(),
                client.created_at.into(),
                client.documents_only.into(),
            ];
            rows::insert(&tx.conn, "client", &COLUMNS, vec![row]).await?;
            let secret = self.add_secret(tx, client.id).await?;
            Ok((client, secret))
        })
        .await
    }

    /// Gives a client another secret. Of those it had, the newest stays good; older ones are void.
    ///
    /// # Errors
    /// Not allowed, not found.
    pub async fn rotate_client_secret(&self, actor: &Actor, client: Uuid) -> Result<Secret> {
        let known = self.client(actor, client).await?.ok_or(Refusal::NotFound)?;
        let keep = Action::KeepClientSecrets {
            organisation: known.organisation_id,
        };
        self.write(actor, keep, async |tx: &mut Tx| {
            let known = Query::select()
                .column("secret_hash")
                .from("client_secret")
                .and_where(Expr::col("client_id").eq(client))
                .order_by("created_at", Order::Desc)
                .lock_exclusive()
                .take();
            let known = tx.conn.query_all(&known).await?;
            if known.is_empty() {
                return Err(Refusal::NotFound.into());
            }
            for old in known.iter().skip(LIVE - 1) {
                let hash: String = old.try_get("", "secret_hash")?;
                let gone = Query::delete()
                    .from_table("client_secret")
                    .and_where(Expr::col("secret_hash").eq(hash))
                    .take();
                tx.conn.execute(&gone).await?;
            }
            self.add_secret(tx, client).await
        })
        .await
    }

    /// Lets a client sign in, or no more: what it holds is void at once.
    ///
    /// # Errors
    /// Not allowed, not found.
    pub async fn set_client_active(
        &self,
        actor: &Actor,
        client: Uuid,
        is_active: bool,
    ) -> Result<ClientEntry> {
        self.write(actor, Action::ManageClients, async |tx: &mut Tx| {
            let update = Query::update()
                .table("client")
                .value("is_active", is_active)
                .and_where(Expr::col("id").eq(client))
                .take();
            if tx.conn.execute(&update).await?.rows_affected() == 0 {
                return Err(Refusal::NotFound.into());
            }
            client_in(tx, client).await
        })
        .await
    }

    async fn add_secret(&self, tx: &Tx, client: Uuid) -> Result<Secret> {
        let secret = Secret {
            text: BASE64_URL_SAFE_NO_PAD.encode(self.mint.secret()),
            expires_at: tx.now() + SECRET,
        };
        let columns = ["secret_hash", "client_id", "created_at", "expires_at"];
        let row = vec![
            digest(&secret.text).into(),
            client.into(),
            tx.now().into(),
            secret.expires_at.into(),
        ];
        rows::insert(&tx.conn, "client_secret", &columns, vec![row]).await?;
        Ok(secret)
    }

    /// The clients that somebody may see, by name: all for staff, their organisation's for a partner, itself for a client.
    ///
    /// # Errors
    /// Not allowed, or a database fault.
    pub async fn clients(&self, actor: &Actor) -> Result<Vec<ClientEntry>> {
        let whose = match actor {
            Actor::System => None,
            Actor::Person(_) if actor.is_staff() => None,
            Actor::Person(signed) if signed.role == Role::Partner => {
                let organisation = signed.organisation.ok_or(Refusal::Forbidden)?;
                Some(Expr::col("organisation_id").eq(Uuid::from(organisation)))
            }
            Actor::Person(_) => return Err(Refusal::Forbidden.into()),
            Actor::Client(client) => Some(Expr::col("id").eq(client.id)),
            Actor::Visitor => return Err(Refusal::Unauthenticated.into()),
        };
        let query = Query::select()
            .columns(COLUMNS)
            .from("client")
            .and_where_option(whose)
            .order_by("name", Order::Asc)
            .order_by("id", Order::Asc)
            .limit(1_000)
            .take();
        self.reading.query_all(&query).await?.iter().map(entry).collect()
    }

    /// A client, for who may see it; to others it does not exist.
    ///
    /// # Errors
    /// A database fault.
    pub async fn client(&self, actor: &Actor, client: Uuid) -> Result<Option<ClientEntry>> {
        let query = Query::select()
            .columns(COLUMNS)
            .from("client")
            .and_where(Expr::col("id").eq(client))
            .take();
        let found = self.reading.query_one(&query).await?;
        let found = found.as_ref().map(entry).transpose()?;
        Ok(found.filter(|client| {
            let read = Action::ReadClient {
                client: client.id,
                organisation: client.organisation_id,
            };
            allows(actor, read)
        }))
    }

    /// The client with this secret, where it may sign in.
    ///
    /// # Errors
    /// A database fault.
    pub async fn client_with_secret(&self, client: Uuid, secret: &str) -> Result<Option<ClientEntry>> {
        let query = Query::select()
            .columns(COLUMNS.map(|column| ("client", column)))
            .from("client")
            .inner_join(
                "client_secret",
                Expr::col(("client_secret", "client_id")).equals(("client", "id")),
            )
            .and_where(Expr::col(("client", "id")).eq(client))
            .and_where(Expr::col(("client", "is_active")).eq(true))
            .and_where(Expr::col(("client_secret", "secret_hash")).eq(digest(secret)))
            .and_where(Expr::col(("client_secret", "expires_at")).gt(self.mint.now()))
            .take();
        self.reading
            .query_one(&query)
            .await?
            .as_ref()
            .map(entry)
            .transpose()
    }

    /// The client as it is now, as the policy sees it with these scopes of its own; none where it may not sign in.
    ///
    /// # Errors
    /// A database fault.
    pub async fn actor_of_client(&self, client: Uuid, scopes: &[Scope]) -> Result<Option<Actor>> {
        let query = Query::select()
            .columns(COLUMNS)
            .from("client")
            .and_where(Expr::col("id").eq(client))
            .and_where(Expr::col("is_active").eq(true))
            .take();
        let found = self
            .reading
            .query_one(&query)
            .await?
            .as_ref()
            .map(entry)
            .transpose()?;
        let Some(client) = found else { return Ok(None) };
        let mut acting = Client {
            id: client.id,
            organisation: client.organisation_id,
            sources: client.source_ids,
            scopes: client
                .scopes
                .into_iter()
                .filter(|scope| scopes.contains(scope))
                .collect(),
            territories: client.territory_ids,
            projects: Vec::new(),
            councils: Vec::new(),
            documents_only: client.documents_only,
        };
        if let Some(organisation) = acting
            .organisation
            .filter(|_| acting.scopes.iter().any(is_of_house))
        {
            self.learn_house(organisation, &mut acting).await?;
        }
        Ok(Some(Actor::Client(acting)))
    }

    /// The projects that an organisation leads, and the councils that it coordinates.
    async fn learn_house(&self, organisation: OrganisationId, client: &mut Client) -> Result<()> {
        let query = Query::select()
            .columns(["record_kind", "record_id"])
            .from("link")
            .and_where(Expr::col("target_id").eq(organisation.0))
            .and_where(
                Expr::col("field")
                    .eq("leadIds")
                    .and(Expr::col("record_kind").eq(RecordType::Project.word()))
                    .or(Expr::col("field")
                        .eq("coordinatorIds")
                        .and(Expr::col("record_kind").eq(RecordType::Council.word()))),
            )
            .take();
        for row in self.reading.query_all(&query).await? {
            let (kind, id): (String, Uuid) = (row.try_get("", "record_kind")?, row.try_get("", "record_id")?);
            if kind == RecordType::Project.word() {
                client.projects.push(id.into());
            } else {
                client.councils.push(id.into());
            }
        }
        Ok(())
    }
}

/// Whether a scope is about what the client's organisation leads or coordinates.
const fn is_of_house(scope: &Scope) -> bool {
    match scope {
        Scope::ExchangeRead | Scope::ExchangeWrite => false,
        Scope::ChantiersWrite
        | Scope::ProjectsWrite
        | Scope::CouncilsWrite
        | Scope::ExpertiseRead
        | Scope::ExpertiseWrite => true,
    }
}
