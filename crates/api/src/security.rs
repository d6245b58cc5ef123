//! Sessions and the security log over GraphQL: where somebody is signed in, and how that is ended; who signed in or tried
//! to, for administrators.

use async_graphql::{ComplexObject, Context, ID, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use domain::person::Person;
use domain::security::Event;
use domain::{Actor, PersonId, Refusal};
use futures::future::BoxFuture;
use store::{SecurityEvent, Session};
use uuid::Uuid;

use crate::connection::{Connection, Count, cost, one, page, wrap};
use crate::ctx::{caller, store};
use crate::error::{UserError, fail};
use crate::person::PersonNode;

/// What a session's identifier begins with.
const SESSION: &str = "session_";

fn session_named(name: &str) -> Option<Uuid> {
    domain::id::decode(name.strip_prefix(SESSION)?).ok()
}

/// Where somebody is signed in.
#[derive(SimpleObject)]
#[graphql(name = "Session")]
pub(crate) struct SessionNode {
    /// The session's identifier.
    id: ID,
    /// When it was begun; null where that was not kept yet.
    begun_at: Option<DateTime<Utc>>,
    /// When it was last gone on with; while it is used, that is every ten minutes.
    used_at: DateTime<Utc>,
    /// When it ends if nobody goes on with it.
    expires_at: DateTime<Utc>,
    /// On what kind of device, as it says itself: `Firefox, Linux`; null where it did not say.
    device: Option<String>,
    /// In what network, coarsely: `198.51.0.0/16`; null where that is not known.
    network: Option<String>,
    /// Through which outside provider it was begun, by the name it had then; null where it was with a password.
    through: Option<String>,
    /// Whether it is the session of this request.
    is_current: bool,
}

impl SessionNode {
    fn of(session: Session, current: Option<Uuid>) -> Self {
        let Session {
            id,
            begun_at,
            used_at,
            expires_at,
            origin,
        } = session;
        Self {
            id: format!("{SESSION}{}", domain::id::encode(id)).into(),
            begun_at,
            used_at,
            expires_at,
            device: origin.device,
            network: origin.network,
            through: origin.through,
            is_current: current == Some(id),
        }
    }
}

/// The caller's own sessions.
pub(crate) async fn sessions(ctx: &Context<'_>, person: PersonId) -> Result<Vec<SessionNode>> {
    let open = store(ctx).sessions(person).await;
    let open = open.map_err(|error| fail(ctx, error))?;
    let current = caller(ctx).session;
    Ok(open
        .into_iter()
        .map(|session| SessionNode::of(session, current))
        .collect())
}

/// How it stands with the second step of signing in.
#[derive(SimpleObject)]
#[graphql(name = "SecondStep")]
pub(crate) struct SecondStepNode {
    /// Since when signing in needs it.
    since: DateTime<Utc>,
    /// How many recovery codes are left.
    recovery_codes: i32,
}

/// The caller's own second step.
pub(crate) async fn second_step(ctx: &Context<'_>, person: PersonId) -> Result<Option<SecondStepNode>> {
    let step = store(ctx).second_step(person).await;
    let step = step.map_err(|error| fail(ctx, error))?;
    Ok(step.map(|step| SecondStepNode {
        since: step.since,
        recovery_codes: i32::try_from(step.recovery_codes).unwrap_or(i32::MAX),
    }))
}

/// What happened to an account, or to an address without one.
#[derive(Clone, SimpleObject)]
#[graphql(name = "SecurityEvent", complex)]
pub(crate) struct SecurityEventNode {
    /// Its identifier.
    id: ID,
    /// When it happened.
    at: DateTime<Utc>,
    /// What happened.
    kind: Event,
    /// On what kind of device, as it says itself.
    device: Option<String>,
    /// In what network, coarsely.
    network: Option<String>,
    /// Through which outside provider, by the name it had then; null where none had a part in it.
    through: Option<String>,
    #[graphql(skip)]
    person_id: Option<PersonId>,
    #[graphql(skip)]
    by_id: Option<PersonId>,
}

impl From<SecurityEvent> for SecurityEventNode {
    fn from(event: SecurityEvent) -> Self {
        let SecurityEvent {
            id,
            at,
            event,
            person_id,
            by_id,
            origin,
        } = event;
        Self {
            id: format!("security_event_{}", domain::id::encode(id)).into(),
            at,
            kind: event,
            device: origin.device,
            network: origin.network,
            through: origin.through,
            person_id,
            by_id,
        }
    }
}

#[ComplexObject]
impl SecurityEventNode {
    /// The account; null where the address has none, or where it is gone.
    async fn person(&self, ctx: &Context<'_>) -> Result<Option<PersonNode>> {
        person(ctx, self.person_id).await
    }

    /// Who did it, where it was somebody else.
    async fn by(&self, ctx: &Context<'_>) -> Result<Option<PersonNode>> {
        person(ctx, self.by_id).await
    }
}

async fn person(ctx: &Context<'_>, id: Option<PersonId>) -> Result<Option<PersonNode>> {
    match id {
        Some(id) => Ok(one::<Person>(ctx, id).await?.map(Into::into)),
        None => Ok(None),
    }
}

/// The security log, as this actor sees it.
struct Log {
    actor: Actor,
    person: Option<PersonId>,
}

impl Count for Log {
    fn count<'a>(&'a self, ctx: &'a Context<'_>) -> BoxFuture<'a, Result<u64>> {
        Box::pin(async {
            let count = store(ctx).count_security_events(&self.actor, self.person).await;
            count.map_err(|error| fail(ctx, error))
        })
    }
}

#[derive(Default)]
pub(crate) struct SecurityQuery;

#[Object]
impl SecurityQuery {
    /// Who signed in or tried to, whose sessions were ended, whose passwords were reset, the latest first; kept for 180
    /// days, for administrators only.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn security_events(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only what happened to this account.")] person: Option<PersonId>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<SecurityEventNode>> {
        let page = page(ctx, first, after, last, before)?;
        let actor = caller(ctx).actor.clone();
        let slice = store(ctx)
            .security_events(&actor, person, &page)
            .await
            .map_err(|error| fail(ctx, error))?;
        Ok(Connection::counted(wrap(slice), Log { actor, person }))
    }
}

/// A session that is to end.
#[derive(InputObject)]
struct SessionEndInput {
    /// One of the caller's own.
    id: ID,
}

/// An account whose sessions are to end.
#[derive(InputObject)]
struct PersonEndSessionsInput {
    /// The account.
    id: PersonId,
}

/// An account whose second step is to go.
#[derive(InputObject)]
struct PersonRemoveSecondStepInput {
    /// The account.
    id: PersonId,
}

/// What became of a second step.
#[derive(SimpleObject)]
struct PersonRemoveSecondStepPayload {
    /// Whether there was one.
    removed: bool,
    /// Why it was refused; empty where it was done.
    user_errors: Vec<UserError>,
}

/// An account that is to be bound to no identity at an outside provider any more.
#[derive(InputObject)]
struct PersonUnbindIdentityInput {
    /// The account.
    id: PersonId,
}

/// What became of an account's identity at an outside provider.
#[derive(SimpleObject)]
struct PersonUnbindIdentityPayload {
    /// Whether there was one.
    unbound: bool,
    /// Why it was refused; empty where it was done.
    user_errors: Vec<UserError>,
}

/// What became of sessions.
#[derive(SimpleObject)]
struct SessionEndPayload {
    /// How many were ended.
    ended: i32,
    /// Why it was refused; empty where it was done.
    user_errors: Vec<UserError>,
}

fn ended(ctx: &Context<'_>, result: store::Result<u64>) -> Result<SessionEndPayload> {
    match result {
        Ok(ended) => Ok(SessionEndPayload {
            ended: i32::try_from(ended).unwrap_or(i32::MAX),
            user_errors: Vec::new(),
        }),
        Err(store::Error::Refused(refusals)) => Ok(SessionEndPayload {
            ended: 0,
            user_errors: UserError::list(ctx, &refusals),
        }),
        Err(error) => Err(fail(ctx, error)),
    }
}

#[derive(Default)]
pub(crate) struct SecurityMutation;

#[Object]
impl SecurityMutation {
    /// Ends one of the caller's own sessions: its access tokens are void at once.
    async fn session_end(&self, ctx: &Context<'_>, input: SessionEndInput) -> Result<SessionEndPayload> {
        let caller = caller(ctx);
        // What names no session is none of theirs.
        let session = session_named(&input.id).unwrap_or_default();
        let done = store(ctx)
            .end_session(&caller.actor, session, &caller.origin)
            .await;
        ended(ctx, done.map(|()| 1))
    }

    /// Ends all of the caller's own sessions but the one of this request: their access tokens are void at once.
    async fn session_end_others(&self, ctx: &Context<'_>) -> Result<SessionEndPayload> {
        let caller = caller(ctx);
        let done = match caller.actor.person() {
            Some(signed) => {
                store(ctx)
                    .end_sessions(&caller.actor, signed.id, caller.session, &caller.origin)
                    .await
            }
            None => Err(Refusal::Unauthenticated.into()),
        };
        ended(ctx, done)
    }

    /// Takes the second step of signing in away from an account, for somebody who lost their authenticator and their
    /// recovery codes; for administrators.
    async fn person_remove_second_step(
        &self,
        ctx: &Context<'_>,
        input: PersonRemoveSecondStepInput,
    ) -> Result<PersonRemoveSecondStepPayload> {
        let caller = caller(ctx);
        // One's own asks for the password: POST /v1/second-step/removal.
        let done = store(ctx)
            .remove_second_step_of(&caller.actor, input.id, &caller.origin)
            .await;
        match done {
            Ok(removed) => Ok(PersonRemoveSecondStepPayload {
                removed,
                user_errors: Vec::new(),
            }),
            Err(store::Error::Refused(refusals)) => Ok(PersonRemoveSecondStepPayload {
                removed: false,
                user_errors: UserError::list(ctx, &refusals),
            }),
            Err(error) => Err(fail(ctx, error)),
        }
    }

    /// Binds an account to no identity at an outside provider any more, for somebody who has another one there now: the
    /// next sign-in through it with the account's address binds it anew. For administrators.
    async fn person_unbind_identity(
        &self,
        ctx: &Context<'_>,
        input: PersonUnbindIdentityInput,
    ) -> Result<PersonUnbindIdentityPayload> {
        let caller = caller(ctx);
        let done = store(ctx)
            .unbind_identity(&caller.actor, input.id, &caller.origin)
            .await;
        match done {
            Ok(unbound) => Ok(PersonUnbindIdentityPayload {
                unbound,
                user_errors: Vec::new(),
            }),
            Err(store::Error::Refused(refusals)) => Ok(PersonUnbindIdentityPayload {
                unbound: false,
                user_errors: UserError::list(ctx, &refusals),
            }),
            Err(error) => Err(fail(ctx, error)),
        }
    }

    /// Ends all sessions of an account: its access tokens are void at once. For administrators, and for oneself.
    async fn person_end_sessions(
        &self,
        ctx: &Context<'_>,
        input: PersonEndSessionsInput,
    ) -> Result<SessionEndPayload> {
        let caller = caller(ctx);
        let done = store(ctx)
            .end_sessions(&caller.actor, input.id, None, &caller.origin)
            .await;
        ended(ctx, done)
    }
}
