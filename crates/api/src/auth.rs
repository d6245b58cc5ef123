//! Who asks. Who may do what is the policy's, not here.

mod passwords;
mod provider;
pub(crate) mod resets;
mod throttle;
mod tokens;

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use domain::Actor;

use crate::ctx::Caller;
use crate::problem::{Code, Fault, Sentence};
use crate::server::{App, Reader};

pub use domain::client::{name as client_name, named as client_named};
pub use passwords::Passwords;
pub use provider::{Not, Provider, Secrets};
pub use throttle::{Throttle, address, neighbourhood};
pub use tokens::{Access, Bearer, PublicKey, Subject, Tokens, scope_text, scopes_in};

const EXPIRED: Sentence = [
    "Votre jeton d'accès a expiré ou n'est pas valable.",
    "Uw toegangstoken is verlopen of ongeldig.",
    "Ihr Zugangstoken ist abgelaufen oder ungültig.",
    "The access token has expired or is not valid.",
];

fn internal(what: &str) -> Fault {
    tracing::error!("{what}");
    Fault::new(Code::Internal)
}

/// Who asks: a visitor without a token; with one, the person as they are now, so that a suspended account stops
/// at once, and in a session that is open, so that one that was ended stops too.
///
/// # Errors
/// A token that is not good (any more), or a database fault.
pub async fn caller(app: &App, headers: &HeaderMap, reader: &Reader) -> Result<Caller, Fault> {
    let (actor, session) = match headers.get(AUTHORIZATION) {
        None => (Actor::Visitor, None),
        Some(value) => {
            let expired = || Fault::new(Code::Unauthenticated).because(EXPIRED);
            let (scheme, token) = value
                .to_str()
                .ok()
                .and_then(|text| text.split_once(' '))
                .ok_or_else(expired)?;
            if !scheme.eq_ignore_ascii_case("bearer") {
                return Err(expired());
            }
            let read = app.tokens.read(token.trim(), &app.store).await?;
            let Bearer {
                subject,
                session,
                scopes,
            } = read.ok_or_else(expired)?;
            let actor = match (subject, session) {
                (Subject::Person(person), Some(session)) => app.store.actor_in(person, session).await?,
                (Subject::Person(_), None) => None,
                (Subject::Client(client), _) => app.store.actor_of_client(client, &scopes).await?,
            };
            (actor.ok_or_else(expired)?, session)
        }
    };
    Ok(Caller {
        actor,
        lang: reader.lang,
        request_id: reader.request_id.clone(),
        address: reader.address,
        origin: reader.origin.clone(),
        session,
    })
}

impl FromRequestParts<Arc<App>> for Caller {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Fault> {
        let caller = caller(app, &parts.headers, &Reader::of(parts)).await?;
        app.budgets
            .spend_on_json(&caller, &app.usage, app.store.mint().now())?;
        Ok(caller)
    }
}
