//! The machines of partners over GraphQL; in `relations`, what belongs to each.

mod relations;

use async_graphql::{Context, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use domain::client::{Client, ClientPatch, NewClient, name as client_name, named as client_named};
use domain::policy::{Action, Scope};
use domain::{OrganisationId, Refusal, SourceId, TerritoryId};
use store::{ClientDocument, Secret};

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
    /// The number of this state: 1, and one more at each change.
    revision: i32,
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
    pub(crate) entry: Client,
}

impl From<Client> for ClientNode {
    fn from(entry: Client) -> Self {
        let whole = entry.clone();
        let Client {
            id,
            revision,
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
            revision,
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

/// What became of a client.
#[derive(SimpleObject)]
struct ClientPayload {
    /// The client; null where it was refused. With `STALE_REVISION`, its present state.
    client: Option<ClientNode>,
    /// Its new secret, shown this once; null where none was made.
    secret: Option<ClientSecret>,
    /// Why it was refused; empty where it was done.
    user_errors: Vec<UserError>,
}

fn payload(
    ctx: &Context<'_>,
    result: store::Result<(Option<Client>, Option<Secret>)>,
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
    async fn client_create(&self, ctx: &Context<'_>, input: NewClient) -> Result<ClientPayload> {
        let made = store(ctx).create_client(&caller(ctx).actor, input).await;
        payload(ctx, made.map(|(client, secret)| (Some(client), Some(secret))))
    }

    /// Changes a machine: an absent field stays as it is, null empties it. What it loses it may not do any more at once, also
    /// with the tokens it holds. For administrators.
    async fn client_update(&self, ctx: &Context<'_>, input: ClientPatch) -> Result<ClientPayload> {
        let (actor, id) = (&caller(ctx).actor, client_named(&input.id));
        let changed = store(ctx).edit_client(actor, input).await;
        let stale = match &changed {
            Err(store::Error::Refused(refusals)) => refusals
                .iter()
                .any(|refusal| matches!(refusal, Refusal::StaleRevision { .. })),
            Ok(_) | Err(_) => false,
        };
        let mut answer = payload(ctx, changed.map(|client| (Some(client), None)))?;
        if let Some(id) = id.filter(|_| stale) {
            let present = store(ctx).client(actor, id).await;
            answer.client = present.map_err(|error| fail(ctx, error))?.map(Into::into);
        }
        Ok(answer)
    }

    /// Gives a machine another secret; of those it had, the newest stays good until it expires. For administrators, and for
    /// the partners of the organisation that it works for.
    async fn client_rotate_secret(
        &self,
        ctx: &Context<'_>,
        id: String,
        #[graphql(
            desc = "Until when the secret is good: at most 365 days from now, which it is unless given."
        )]
        expires_at: Option<DateTime<Utc>>,
    ) -> Result<ClientPayload> {
        let actor = &caller(ctx).actor;
        let made = match client_named(&id) {
            Some(client) => store(ctx).rotate_client_secret(actor, client, expires_at).await,
            None => Err(Refusal::NotFound.into()),
        };
        payload(ctx, made.map(|(client, secret)| (Some(client), Some(secret))))
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
        if let Err(refused) = store(ctx).ask(actor, Action::ManageClients) {
            return payload(ctx, Err(refused));
        }
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
