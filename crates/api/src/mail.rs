//! The outbox over GraphQL, for administrators: what waits, what was sent, what could not be.

pub(crate) mod sender;

use async_graphql::{Context, ID, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use domain::mail::Kind;
use domain::{Actor, Lang};
use futures::future::BoxFuture;
use store::Mail;

use crate::connection::{Connection, Count, cost, page, wrap};
use crate::ctx::{caller, site, store};
use crate::error::fail;

/// A message to a person.
#[derive(Clone, SimpleObject)]
#[graphql(name = "Mail")]
pub(crate) struct MailNode {
    /// The message's identifier.
    id: ID,
    /// What it is about.
    kind: Kind,
    /// The e-mail address it goes to.
    to: String,
    /// Its language.
    language: Lang,
    /// Its subject.
    subject: String,
    /// Its text while it waits, links included; null once it was sent.
    text: Option<String>,
    /// When it was written.
    made_at: DateTime<Utc>,
    /// When it was sent; null while it waits.
    sent_at: Option<DateTime<Utc>>,
    /// How often sending it was attempted.
    attempts: i32,
    /// From when on it is attempted (again); null where it was sent, or given up.
    next_attempt: Option<DateTime<Utc>>,
    /// Why it could not be sent, in the mail server's words.
    last_error: Option<String>,
}

impl From<Mail> for MailNode {
    fn from(mail: Mail) -> Self {
        let Mail {
            id,
            kind,
            to,
            language,
            subject,
            text,
            made_at,
            sent_at,
            attempts,
            next_attempt,
            last_error,
        } = mail;
        Self {
            id: format!("mail_{}", domain::id::encode(id)).into(),
            kind,
            to,
            language,
            subject,
            text,
            made_at,
            sent_at,
            attempts,
            next_attempt,
            last_error,
        }
    }
}

/// The outbox, as this actor sees it.
struct Outbox {
    actor: Actor,
    waiting: Option<bool>,
}

impl Count for Outbox {
    fn count<'a>(&'a self, ctx: &'a Context<'_>) -> BoxFuture<'a, Result<u64>> {
        Box::pin(async {
            let count = store(ctx).count_mails(&self.actor, self.waiting).await;
            count.map_err(|error| fail(ctx, error))
        })
    }
}

#[derive(Default)]
pub(crate) struct MailQuery;

#[Object]
impl MailQuery {
    /// Whether messages leave by themselves. Where not, they wait in `mails`, and somebody passes them on.
    async fn sends_mail(&self, ctx: &Context<'_>) -> bool {
        site(ctx).sends_mail
    }

    /// The messages to people, the latest first; for administrators only.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn mails(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those that wait (true), or only those that were sent (false).")]
        waiting: Option<bool>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<MailNode>> {
        let page = page(ctx, first, after, last, before)?;
        let actor = caller(ctx).actor.clone();
        let slice = store(ctx)
            .mails(&actor, waiting, &page)
            .await
            .map_err(|error| fail(ctx, error))?;
        Ok(Connection::counted(wrap(slice), Outbox { actor, waiting }))
    }
}
