//! The machines of partners: what each may do under which sources, and (`secret`) what it signs in with.

mod document;
mod secret;

use domain::check::Checks;
use domain::client::{Client, ClientPatch, NewClient, named, secret_end};
use domain::policy::{Action, Actor, Role, Scope, allows};
use domain::{OrganisationId, RecordId, RecordType, Refusal, policy};
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{Expr, ExprTrait, Order, Query};
use serde_json::Value;
use uuid::Uuid;

use crate::connect::Store;
use crate::error::{Error, Result};
use crate::rows;
use crate::write::Tx;
pub use document::ClientDocument;
pub use secret::{KnownSecret, Secret, SignIn};

fn corrupt(error: impl std::fmt::Display) -> Error {
    Error::Corrupt(error.to_string())
}

const COLUMNS: [&str; 10] = [
    "id",
    "revision",
    "name",
    "organisation_id",
    "source_ids",
    "scopes",
    "territory_ids",
    "is_active",
    "created_at",
    "documents_only",
];

fn entry(row: &sea_orm::QueryResult) -> Result<Client> {
    let (source_ids, scopes): (Value, Value) = (row.try_get("", "source_ids")?, row.try_get("", "scopes")?);
    let territory_ids: Option<Value> = row.try_get("", "territory_ids")?;
    Ok(Client {
        id: row.try_get("", "id")?,
        revision: row.try_get("", "revision")?,
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

impl Tx {
    /// The sources, the organisation and the territories that a machine names are there.
    async fn check_client(&self, client: &Client) -> Result<()> {
        let sources = client
            .source_ids
            .iter()
            .map(|id| ("sourceIds", RecordId::from(*id)));
        let organisation = client
            .organisation_id
            .iter()
            .map(|id| ("organisationId", RecordId::from(*id)));
        let territories = client
            .territory_ids
            .iter()
            .map(|id| ("territoryIds", RecordId::from(*id)));
        let named: Vec<(&str, RecordId)> = sources.chain(organisation).chain(territories).collect();
        let missing = self.missing(named.iter().map(|(_, target)| *target)).await?;
        match named.iter().find(|(_, target)| missing.contains(target)) {
            Some((field, _)) => Err(Refusal::UnknownReference {
                field: (*field).to_owned(),
            }
            .into()),
            None => Ok(()),
        }
    }

    async fn client_now(&self, client: Uuid) -> Result<Client> {
        let query = Query::select()
            .columns(COLUMNS)
            .from("client")
            .and_where(Expr::col("id").eq(client))
            .lock_exclusive()
            .take();
        let row = self.conn.query_one(&query).await?.ok_or(Refusal::NotFound)?;
        entry(&row)
    }
}

impl Store {
    /// Makes a client with its first secret.
    ///
    /// # Errors
    /// Not allowed; without a name or a scope; a source, an organisation or a territory that does not exist.
    pub async fn create_client(&self, actor: &Actor, new: NewClient) -> Result<(Client, Secret)> {
        let now = self.mint.now();
        let mut checks = Checks::default();
        let end = secret_end("secretExpiresAt", new.secret_expires_at, now, &mut checks);
        let mut client = Client::made(new, self.mint.uuid(), now);
        client.check(&mut checks);
        self.ask(actor, Action::ManageClients)?;
        checks.finish()?;
        self.write_at(actor, Action::ManageClients, Some(now), async |tx: &mut Tx| {
            tx.check_client(&client).await?;
            let row = vec![
                client.id.into(),
                client.revision.into(),
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
            let secret = tx.add_client_secret(client.id, end).await?;
            Ok((client, secret))
        })
        .await
    }

    /// Changes a client; what it loses it may not do any more at once, also with the tokens it holds.
    ///
    /// # Errors
    /// Not allowed, not found, a stale revision, and all that refuses one that is made.
    pub async fn edit_client(&self, actor: &Actor, patch: ClientPatch) -> Result<Client> {
        let (id, expected) = (named(&patch.id), patch.expected_revision);
        self.write(actor, Action::ManageClients, async |tx: &mut Tx| {
            let before = tx.client_now(id.ok_or(Refusal::NotFound)?).await?;
            if before.revision != expected {
                return Err(Refusal::StaleRevision {
                    current: before.revision,
                }
                .into());
            }
            let (mut after, mut checks) = (before.clone(), Checks::default());
            after.apply(patch, &mut checks);
            after.check(&mut checks);
            checks.finish()?;
            if after == before {
                return Ok(after);
            }
            tx.check_client(&after).await?;
            after.revision += 1;
            let update = Query::update()
                .table("client")
                .value("revision", after.revision)
                .value("name", after.name.clone())
                .value("organisation_id", after.organisation_id.map(Uuid::from))
                .value(
                    "source_ids",
                    serde_json::to_value(&after.source_ids).map_err(corrupt)?,
                )
                .value("scopes", serde_json::to_value(&after.scopes).map_err(corrupt)?)
                .value(
                    "territory_ids",
                    serde_json::to_value(&after.territory_ids).map_err(corrupt)?,
                )
                .and_where(Expr::col("id").eq(after.id))
                .take();
            tx.conn.execute(&update).await?;
            Ok(after)
        })
        .await
    }

    /// Lets a client sign in, or no more: what it holds is void at once.
    ///
    /// # Errors
    /// Not allowed, not found.
    pub async fn set_client_active(&self, actor: &Actor, client: Uuid, is_active: bool) -> Result<Client> {
        self.write(actor, Action::ManageClients, async |tx: &mut Tx| {
            let mut client = tx.client_now(client).await?;
            if client.is_active == is_active {
                return Ok(client);
            }
            (client.is_active, client.revision) = (is_active, client.revision + 1);
            let update = Query::update()
                .table("client")
                .value("is_active", is_active)
                .value("revision", client.revision)
                .and_where(Expr::col("id").eq(client.id))
                .take();
            tx.conn.execute(&update).await?;
            Ok(client)
        })
        .await
    }

    /// The clients that somebody may see, by name: all for staff, their organisation's for a partner, itself for a client.
    ///
    /// # Errors
    /// Not allowed, or a database fault.
    pub async fn clients(&self, actor: &Actor) -> Result<Vec<Client>> {
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
    pub async fn client(&self, actor: &Actor, client: Uuid) -> Result<Option<Client>> {
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
        let mut acting = policy::Client {
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
    async fn learn_house(&self, organisation: OrganisationId, client: &mut policy::Client) -> Result<()> {
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
