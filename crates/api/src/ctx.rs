//! What every resolver needs: who asks, the store, the loaders.

use std::net::IpAddr;

use async_graphql::Context;
use domain::security::Origin;
use domain::{Actor, Lang};
use store::Store;
use uuid::Uuid;

use crate::load::Loader;
use crate::problem::{Code, Fault};
use crate::server::Site;

/// Who asks, in which language, under which request id.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Who acts.
    pub actor: Actor,
    /// The language of messages.
    pub lang: Lang,
    /// The request's id.
    pub request_id: String,
    /// The address that asks.
    pub address: IpAddr,
    /// What is kept of from where, where something is.
    pub origin: Origin,
    /// The session in which a person asks.
    pub session: Option<Uuid>,
}

impl Caller {
    /// Refuses whoever has not signed in.
    ///
    /// # Errors
    /// A visitor asks.
    pub(crate) fn signed_in(&self) -> Result<(), Fault> {
        match self.actor {
            Actor::Visitor => Err(Fault::new(Code::Unauthenticated)),
            Actor::Person(_) | Actor::Client(_) | Actor::System => Ok(()),
        }
    }
}

/// Who asks.
pub(crate) fn caller<'c>(ctx: &Context<'c>) -> &'c Caller {
    ctx.data_unchecked::<Caller>()
}

/// The language of who asks.
pub(crate) fn language(ctx: &Context<'_>) -> Lang {
    caller(ctx).lang
}

/// The store.
pub(crate) fn store<'c>(ctx: &Context<'c>) -> &'c Store {
    ctx.data_unchecked::<Store>()
}

/// Where the server stands.
pub(crate) fn site<'c>(ctx: &Context<'c>) -> &'c Site {
    ctx.data_unchecked::<Site>()
}

/// The loaders of this request.
pub(crate) fn loader<'c>(ctx: &Context<'c>) -> &'c Loader {
    ctx.data_unchecked::<Loader>()
}
