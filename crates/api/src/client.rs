//! The machines of partners over GraphQL, for administrators.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use domain::policy::{Action, Scope};
use domain::{OrganisationId, Refusal, SourceId, TerritoryId};
use store::{ClientDocument, ClientEntry, NewClient, Secret};

use crate::auth::{client_name, client_named};
use crate::ctx::{caller, store};
use crate::error::{UserError, fail};
use crate::graphql;
use crate::problem::{Code, Fault};
use crate::schema::Schema;

/// A partner's machine.
#[derive(SimpleObject)]
#[graphql(name = "Client", complex)]
pub(crate) struct ClientNode {
    /// Its identifier: what it signs in with beside its secret.
    id: String,
    /// Its name.
    name: String,
    /// The organisation it works for.
    organisation_id: Option<OrganisationId>,
    /// The sources it may push under.
    source_ids: Vec<SourceId>,
    /// What it may do.
    scopes: Vec<Scope>,
    /// The territories in which what it pushes must lie; empty where it is not limited.
    territory_ids: Vec<TerritoryId>,
    /// Whether it may sign in.
    is_active: bool,
    /// When it was made.
    created_at: DateTime<Utc>,
    /// Whether of GraphQL it may send only the documents registered for it.
    documents_only: bool,
    #[graphql(skip)]
    pub(crate) entry: ClientEntry,
}

impl From<ClientEntry> for ClientNode {
    fn from(entry: ClientEntry) -> Self {
        let whole = entry.clone();
        let ClientEntry {
            id,
            name,
            organisation_id,
            source_ids,
            scopes,
            territory_ids,
            is_active,
            created_at,
            documents_only,
        } = entry;
        Self {
            id: client_name(id),
            name,
            organisation_id,
            source_ids,
            scopes,
            territory_ids,
            is_active,
            created_at,
            documents_only,
            entry: whole,
        }
    }
}

/// A GraphQL document registered for a machine.
#[derive(SimpleObject)]
#[graphql(name = "ClientDocument")]
pub(crate) struct ClientDocumentNode {
    /// What a request names it by, as `documentId`: `sha256:` and the SHA-256 of its text.
    id: String,
    /// Its text.
    text: String,
}

impl From<ClientDocument> for ClientDocumentNode {
    fn from(ClientDocument { digest, text }: ClientDocument) -> Self {
        Self {
            id: format!("sha256:{digest}"),
            text,
        }
    }
}

/// A secret, shown this once.
#[derive(SimpleObject)]
struct ClientSecret {
    /// What the machine signs in with; it is not shown again.
    secret: String,
    /// Until when it is good.
    expires_at: DateTime<Utc>,
}

impl From<Secret> for ClientSecret {
    fn from(secret: Secret) -> Self {
        Self {
            secret: secret.text,
            expires_at: secret.expires_at,
        }
    }
}

/// What makes a client.
#[derive(InputObject)]
struct ClientCreateInput {
    /// Its name.
    name: String,
    /// The organisation it works for.
    organisation_id: Option<OrganisationId>,
    /// The sources it may push under.
    #[graphql(default)]
    source_ids: Vec<SourceId>,
    /// What it may do.
    scopes: Vec<Scope>,
    /// The territories in which what it pushes must lie; everywhere unless given.
    #[graphql(default)]
    territory_ids: Vec<TerritoryId>,
}

/// What became of a client.
#[derive(SimpleObject)]
struct ClientPayload {
    /// The client; null where it was refused.
    client: Option<ClientNode>,
    /// Its new secret, shown this once; null where none was made.
    secret: Option<ClientSecret>,
    /// Why it was refused; empty where it was done.
    user_errors: Vec<UserError>,
}

fn payload(
    ctx: &Context<'_>,
    result: store::Result<(Option<ClientEntry>, Option<Secret>)>,
) -> Result<ClientPayload> {
    match result {
        Ok((client, secret)) => Ok(ClientPayload {
            client: client.map(Into::into),
            secret: secret.map(Into::into),
            user_errors: Vec::new(),
        }),
        Err(store::Error::Refused(refusals)) => Ok(ClientPayload {
            client: None,
            secret: None,
            user_errors: UserError::list(ctx, &refusals),
        }),
        Err(error) => Err(fail(ctx, error)),
    }
}

#[derive(Default)]
pub(crate) struct ClientQuery;

#[Object]
impl ClientQuery {
    /// The machines of partners that are the caller's to see, by name: all for staff, their organisation's for a partner,
    /// itself for a machine.
    async fn clients(&self, ctx: &Context<'_>) -> Result<Vec<ClientNode>> {
        let clients = store(ctx).clients(&caller(ctx).actor).await;
        let clients = clients.map_err(|error| fail(ctx, error))?;
        Ok(clients.into_iter().map(Into::into).collect())
    }

    /// One machine; without `id` the one that asks. Null where there is none, or it is not the caller's to see.
    async fn client(&self, ctx: &Context<'_>, id: Option<String>) -> Result<Option<ClientNode>> {
        let actor = &caller(ctx).actor;
        let meant = match &id {
            Some(id) => client_named(id),
            None => actor.client().map(|client| client.id),
        };
        let Some(client) = meant else {
            return Ok(None);
        };
        let found = store(ctx).client(actor, client).await;
        Ok(found.map_err(|error| fail(ctx, error))?.map(Into::into))
    }
}

#[derive(Default)]
pub(crate) struct ClientMutation;

#[Object]
impl ClientMutation {
    /// Makes a machine with its first secret.
    async fn client_create(&self, ctx: &Context<'_>, input: ClientCreateInput) -> Result<ClientPayload> {
        let ClientCreateInput {
            name,
            organisation_id,
            source_ids,
            scopes,
            territory_ids,
        } = input;
        let new = NewClient {
            name,
            organisation_id,
            source_ids,
            scopes,
            territory_ids,
        };
        let made = store(ctx).create_client(&caller(ctx).actor, new).await;
        payload(ctx, made.map(|(client, secret)| (Some(client), Some(secret))))
    }

    /// Gives a machine another secret; of those it had, the newest stays good until it expires. For administrators, and for
    /// the partners of the organisation that it works for.
    async fn client_rotate_secret(&self, ctx: &Context<'_>, id: String) -> Result<ClientPayload> {
        let actor = &caller(ctx).actor;
        let made = match client_named(&id) {
            Some(client) => store(ctx).rotate_client_secret(actor, client).await,
            None => Err(Refusal::NotFound.into()),
        };
        payload(ctx, made.map(|secret| (None, Some(secret))))
    }

    /// Lets a machine sign in, or no more: its tokens are void at once.
    async fn client_set_active(
        &self,
        ctx: &Context<'_>,
        id: String,
        is_active: bool,
    ) -> Result<ClientPayload> {
        let actor = &caller(ctx).actor;
        let changed = match client_named(&id) {
            Some(client) => store(ctx).set_client_active(actor, client, is_active).await,
            None => Err(Refusal::NotFound.into()),
        };
        payload(ctx, changed.map(|client| (Some(client), None)))
    }

    /// Registers documents for a machine, in place of those it had; each must fit the schema and its limits. Its requests
    /// then name one by `documentId`: `sha256:` and the SHA-256 of its text in 64 lower-case hexadecimal digits.
    async fn client_set_documents(
        &self,
        ctx: &Context<'_>,
        id: String,
        #[graphql(desc = "The texts, at most 500; none takes all away.")] documents: Vec<String>,
        #[graphql(desc = "Whether the machine may send these only, and no other text.")] only: bool,
    ) -> Result<ClientPayload> {
        let actor = &caller(ctx).actor;
        store(ctx)
            .ask(actor, Action::ManageClients)
            .map_err(|error| fail(ctx, error))?;
        let schema = ctx.data_unchecked::<Schema>();
        let mut given = Vec::with_capacity(documents.len());
        for (at, text) in documents.into_iter().enumerate() {
            if let Err(why) = graphql::fits(schema, &text).await {
                let fault = Fault::new(Code::BadRequest).technically(format!("documents[{at}]: {why}"));
                return Err(fail(ctx, fault));
            }
            let digest = graphql::digest(&text);
            given.push(ClientDocument { digest, text });
        }
        let changed = match client_named(&id) {
            Some(client) => store(ctx).set_client_documents(actor, client, given, only).await,
            None => Err(Refusal::NotFound.into()),
        };
        payload(ctx, changed.map(|client| (Some(client), None)))
    }
}
