//! The history over GraphQL: what changed, by whom, from what to what; and taking a change back.

use async_graphql::{ComplexObject, Context, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use domain::change::{FieldChange, Kind};
use domain::person::Person;
use domain::policy::{Action, allows};
use domain::provenance::Provenance;
use domain::{Actor, ChangeId, RecordId, RecordType, Role};
use futures::future::BoxFuture;
use store::{AsTheyCame, Entry, HistoryFilter, Relation, Slice};

use crate::connection::{Connection, Count, cost, one, page, related, shared, wrap};
use crate::ctx::{caller, language, loader, store};
use crate::error::{UserError, fail};
use crate::load::{HistoryCount, HistoryOf};
use crate::node::{Node, load};
use crate::provenance::ProvenanceNode;

/// One entry of the history.
#[derive(Clone, SimpleObject)]
#[graphql(name = "Change", complex)]
pub(crate) struct ChangeNode {
    /// The entry's identifier.
    id: ChangeId,
    /// When.
    at: DateTime<Utc>,
    /// What happened to the record.
    kind: Kind,
    /// The record that changed.
    record_id: RecordId,
    /// Its kind.
    record_type: RecordType,
    /// Its title then.
    title: String,
    /// The record's revision since.
    revision: i32,
    /// Which fields, from what to what.
    fields: Vec<FieldChange>,
    /// As what the person acted; null where it was the server itself, or a partner's machine.
    role: Option<Role>,
    /// The change that this one took back.
    undoes: Option<ChangeId>,
    #[graphql(skip)]
    person: Option<domain::PersonId>,
}

impl From<Entry> for ChangeNode {
    fn from(entry: Entry) -> Self {
        let Entry {
            id,
            at,
            person_id,
            role,
            client_id: _,
            record,
            title,
            kind,
            revision,
            fields,
            undoes,
        } = entry;
        Self {
            id,
            at,
            kind,
            record_id: record,
            record_type: record.kind,
            title,
            revision,
            fields,
            role,
            undoes,
            person: person_id,
        }
    }
}

#[ComplexObject]
impl ChangeNode {
    /// Who, by name; for staff only.
    async fn person_name(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        match self
            .person
            .filter(|_| allows(&caller(ctx).actor, Action::ReadNames))
        {
            Some(person) => Ok(one::<Person>(ctx, person)
                .await?
                .map(|person| person.called(language(ctx)))),
            None => Ok(None),
        }
    }

    /// The record as it is now; null where it is gone or not yours to see.
    async fn record(&self, ctx: &Context<'_>) -> Result<Option<Node>> {
        load(ctx, self.record_id).await
    }
}

/// What every record leaves behind it: its history and the sources of its facts.
#[derive(Clone)]
pub(crate) struct Trail(pub(crate) RecordId);

#[Object]
impl Trail {
    /// Who changed what in it, the latest first.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn history(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<ChangeNode>> {
        let page = page(ctx, first, after, last, before)?;
        let asked = loader(ctx).one(HistoryOf { record: self.0, page }).await;
        let slice = asked.map_err(|error| shared(ctx, &error))?.unwrap_or_default();
        Ok(Connection::counted(seen(ctx, slice), Told(self.0)))
    }

    /// Where its facts come from, as of when, and when they were last confirmed.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn sources(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<ProvenanceNode>> {
        let page = page(ctx, first, after, last, before)?;
        related::<Provenance, _>(ctx, Relation::Field("recordId"), AsTheyCame, page, self.0).await
    }
}

/// One record's history.
struct Told(RecordId);

impl Count for Told {
    fn count<'a>(&'a self, ctx: &'a Context<'_>) -> BoxFuture<'a, Result<u64>> {
        Box::pin(async {
            let count = loader(ctx)
                .one(HistoryCount(self.0))
                .await
                .map_err(|error| shared(ctx, &error))?;
            Ok(count.unwrap_or(0))
        })
    }
}

/// Fields whose values say which account it was.
const OF_ACCOUNTS: [&str; 3] = ["confirmedBy", "authorId", "personId"];

/// The entries as the caller may see them: without what tells one account from another, but for staff.
fn seen(ctx: &Context<'_>, mut slice: Slice<Entry>) -> Slice<ChangeNode> {
    if !allows(&caller(ctx).actor, Action::ReadNames) {
        for edge in &mut slice.edges {
            edge.node
                .fields
                .retain(|change| !OF_ACCOUNTS.contains(&change.field.as_str()));
        }
    }
    wrap(slice)
}

/// The whole history, as this actor sees it.
struct Seen {
    actor: Actor,
    filter: HistoryFilter,
}

impl Count for Seen {
    fn count<'a>(&'a self, ctx: &'a Context<'_>) -> BoxFuture<'a, Result<u64>> {
        Box::pin(async {
            let count = store(ctx).count_history(&self.actor, &self.filter).await;
            count.map_err(|error| fail(ctx, error))
        })
    }
}

async fn history(
    ctx: &Context<'_>,
    filter: HistoryFilter,
    page: domain::page::Page,
) -> Result<Connection<ChangeNode>> {
    let actor = caller(ctx).actor.clone();
    let slice = store(ctx)
        .history(&actor, &filter, &page)
        .await
        .map_err(|error| fail(ctx, error))?;
    Ok(Connection::counted(seen(ctx, slice), Seen { actor, filter }))
}

#[derive(Default)]
pub(crate) struct HistoryQuery;

#[Object]
impl HistoryQuery {
    /// What changed, the latest first, of all that the caller may see.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    #[expect(clippy::too_many_arguments, reason = "a connection's arguments")]
    async fn history(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of this record only.")] record: Option<RecordId>,
        #[graphql(
            desc = "With that record, of what belongs or belonged to it too: a chantier's steps, a project's notes, an organisation's contacts."
        )]
        around: Option<bool>,
        #[graphql(desc = "Of these kinds of record only.")] kinds: Option<Vec<RecordType>>,
        #[graphql(desc = "At or after this instant.")] since: Option<DateTime<Utc>>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<ChangeNode>> {
        history(
            ctx,
            HistoryFilter {
                record,
                around: around.unwrap_or(false),
                kinds,
                since,
            },
            page(ctx, first, after, last, before)?,
        )
        .await
    }
}

/// The change to take back.
#[derive(InputObject)]
struct ChangeUndoInput {
    /// The change.
    id: ChangeId,
}

/// What became of taking a change back.
#[derive(SimpleObject)]
struct ChangeUndoPayload {
    /// The record as it is now; null where it was refused, or where the change that made it was taken back.
    record: Option<Node>,
    /// The record that the change was about.
    record_id: Option<RecordId>,
    /// Why it was refused; empty where it was done.
    user_errors: Vec<UserError>,
}

#[derive(Default)]
pub(crate) struct HistoryMutation;

#[Object]
impl HistoryMutation {
    /// Takes a change back: what it set becomes what was before, where nobody changed that since; what it made is
    /// removed; what it removed comes back; what it merged is two again, and what went over goes back where nobody changed
    /// it since. The history keeps both.
    async fn change_undo(&self, ctx: &Context<'_>, input: ChangeUndoInput) -> Result<ChangeUndoPayload> {
        match store(ctx).undo(&caller(ctx).actor, input.id).await {
            Ok(record) => Ok(ChangeUndoPayload {
                record: load(ctx, record).await?,
                record_id: Some(record),
                user_errors: Vec::new(),
            }),
            Err(store::Error::Refused(refusals)) => Ok(ChangeUndoPayload {
                record: None,
                record_id: None,
                user_errors: UserError::list(ctx, &refusals),
            }),
            Err(error) => Err(fail(ctx, error)),
        }
    }
}
