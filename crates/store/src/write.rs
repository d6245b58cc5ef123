//! The one door for changes: asks the policy, opens the transaction, and at the end announces what changed.
//! There is no other way to a transaction, and a transaction writes records only through functions that also
//! write the history and the feed, so an unchecked, unaudited or unannounced change does not compile.

use std::str::FromStr;

use chrono::{DateTime, Utc};
use domain::change::{Kind, difference};
use domain::policy::{Action, Actor, allows};
use domain::provenance::Provenance;
use domain::record::{Record, Rules};
use domain::{ChangeId, RecordId, RecordType, Refusal};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ActiveModelTrait, DatabaseTransaction, DbErr, EntityTrait, IntoActiveModel, QueryFilter};
use serde_json::Value;
use uuid::Uuid;

use crate::change::{NewEntry, NewFeedRow};
use crate::connect::{Engine, Store};
use crate::error::{Error, Result};
use crate::record::{Stored, find};

/// Taken before the feed's rows are written, so that the feed's order is the order of commits.
const FEED_LOCK: i64 = 0x6368_616e_7469;

/// A transaction under way.
pub struct Tx {
    pub(crate) conn: DatabaseTransaction,
    store: Store,
    actor: Actor,
    now: DateTime<Utc>,
    feed: Vec<NewFeedRow>,
    undoes: Option<ChangeId>,
}

impl std::fmt::Debug for Tx {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tx")
            .field("actor", &self.actor)
            .finish_non_exhaustive()
    }
}

impl Store {
    /// Refuses what the policy does not allow.
    pub(crate) fn ask(&self, actor: &Actor, action: Action) -> Result<()> {
        match (allows(actor, action), actor) {
            (true, _) => Ok(()),
            (false, Actor::Visitor) => Err(Refusal::Unauthenticated.into()),
            (false, Actor::Person(_) | Actor::System) => Err(Refusal::Forbidden.into()),
        }
    }

    /// Runs the changes in one transaction; all of them are kept, told and announced, or none is.
    ///
    /// # Errors
    /// What the policy refuses, and whatever the changes answer.
    pub async fn write<T, F>(&self, actor: &Actor, action: Action, changes: F) -> Result<T>
    where
        F: AsyncFnOnce(&mut Tx) -> Result<T> + Send,
        T: Send,
    {
        self.write_at(actor, action, None, changes).await
    }

    /// The same, as of an instant that the records to be kept name already.
    pub(crate) async fn write_at<T, F>(
        &self,
        actor: &Actor,
        action: Action,
        now: Option<DateTime<Utc>>,
        changes: F,
    ) -> Result<T>
    where
        F: AsyncFnOnce(&mut Tx) -> Result<T> + Send,
        T: Send,
    {
        self.ask(actor, action)?;
        let turn = match self.engine {
            Engine::Sqlite => Some(self.turn.lock().await),
            Engine::Postgres => None,
        };
        let mut tx = Tx {
            conn: self.begin().await?,
            store: self.clone(),
            actor: actor.clone(),
            now: now.unwrap_or_else(|| self.mint.now()),
            feed: Vec::new(),
            undoes: None,
        };
        match changes(&mut tx).await {
            Ok(value) => {
                tx.announce().await?;
                tx.conn.commit().await?;
                drop(turn);
                Ok(value)
            }
            Err(error) => {
                tx.conn.rollback().await?;
                Err(error)
            }
        }
    }
}

impl Tx {
    /// The instant of this transaction.
    #[must_use]
    pub const fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// Where identifiers come from.
    pub(crate) fn uuid(&self) -> Uuid {
        self.store.mint.uuid()
    }

    /// Whether the server itself acts.
    pub(crate) fn is_system(&self) -> bool {
        self.actor == Actor::System
    }

    /// Reads a record as this transaction sees it.
    pub(crate) async fn find<R: Stored>(&self, id: R::Id) -> Result<Option<R>> {
        find(&self.conn, id).await
    }

    /// Marks what follows as the undoing of a change.
    pub(crate) fn undoing(&mut self, change: ChangeId) {
        self.undoes = Some(change);
    }

    /// Keeps a new record.
    pub(crate) async fn insert<R: Stored>(&mut self, record: &R) -> Result<()> {
        let facets = record.facets();
        self.check_references(&facets, None).await?;
        record.check_in(self).await?;
        let active = record.row().into_active_model().reset_all();
        R::Entity::insert(active)
            .exec_without_returning(&self.conn)
            .await?;
        self.write_facets(record.id().into(), None, &facets).await?;
        record.index_in(self).await?;
        self.tell(record, Kind::Created, &Value::Null, &json(record)?, facets.owners)
            .await
    }

    /// Brings a removed record back, as its next revision.
    pub(crate) async fn revive<R: Stored>(&mut self, record: &R) -> Result<()> {
        let mut next = record.clone();
        next.restate(record.revision() + 1, self.now);
        self.insert(&next).await
    }

    /// Keeps a record's new state; nothing is written where nothing changed.
    pub(crate) async fn update<R: Stored>(&mut self, before: &R, mut after: R) -> Result<R> {
        let (was, is) = (json(before)?, json(&after)?);
        if difference(&was, &is).is_empty() {
            return Ok(before.clone());
        }
        after.restate(before.revision() + 1, self.now);
        let (old, new) = (before.facets(), after.facets());
        self.check_references(&new, Some(&old)).await?;
        after.check_in(self).await?;
        let uuid: Uuid = before.id().into();
        let mut row = after.row().into_active_model().reset_all();
        // When a record was made does not change, whoever says so.
        let made = <R::Entity as EntityTrait>::Column::from_str("created_at");
        row.not_set(made.ok().expect("every record's table has this column"));
        let written = R::Entity::update_many()
            .set(row)
            .filter(Expr::col((R::TABLE, "id")).eq(uuid))
            .filter(Expr::col((R::TABLE, "revision")).eq(before.revision()))
            .exec(&self.conn)
            .await?;
        if written.rows_affected == 0 {
            let current = self.find::<R>(before.id()).await?.ok_or(Refusal::NotFound)?;
            return Err(Refusal::StaleRevision {
                current: current.revision(),
            }
            .into());
        }
        self.write_facets(before.id().into(), Some(&old), &new).await?;
        after.index_in(self).await?;
        let owners = old.owners.into_iter().chain(new.owners).collect();
        self.tell(&after, Kind::Updated, &was, &is, owners).await?;
        Ok(after)
    }

    /// Removes a record that nothing else uses, with what is said of its sources.
    pub(crate) async fn delete<R: Stored>(&mut self, record: &R) -> Result<()> {
        let id: RecordId = record.id().into();
        record.check_out(self)?;
        for source in self.sources_of(id).await? {
            self.delete_one(&source).await?;
        }
        let users = self.users_of(id).await?;
        if users > 0 {
            return Err(Refusal::InUse { count: users }.into());
        }
        self.delete_one(record).await
    }

    async fn delete_one<R: Stored>(&mut self, record: &R) -> Result<()> {
        let uuid: Uuid = record.id().into();
        let gone = R::Entity::delete_many()
            .filter(Expr::col((R::TABLE, "id")).eq(uuid))
            .filter(Expr::col((R::TABLE, "revision")).eq(record.revision()))
            .exec(&self.conn)
            .await
            .map_err(still_used)?;
        if gone.rows_affected == 0 {
            let current = self.find::<R>(record.id()).await?.ok_or(Refusal::NotFound)?;
            return Err(Refusal::StaleRevision {
                current: current.revision(),
            }
            .into());
        }
        self.drop_facets(record.id().into()).await?;
        let mut last = record.clone();
        last.restate(record.revision() + 1, self.now);
        let owners = record.facets().owners;
        self.tell(&last, Kind::Deleted, &json(record)?, &Value::Null, owners)
            .await
    }

    async fn sources_of(&self, id: RecordId) -> Result<Vec<Provenance>> {
        let ids = self.linking(id, "recordId", RecordType::Provenance).await?;
        let mut sources = Vec::with_capacity(ids.len());
        for id in ids {
            sources.extend(self.find::<Provenance>(id.into()).await?);
        }
        Ok(sources)
    }

    /// Writes the history's entry, which its owners' histories tell too, and notes the feed's row.
    async fn tell<R: Record + Rules>(
        &mut self,
        record: &R,
        kind: Kind,
        was: &Value,
        is: &Value,
        owners: Vec<RecordId>,
    ) -> Result<()> {
        let entry = NewEntry {
            id: self.uuid().into(),
            at: self.now,
            actor: &self.actor,
            record: record.id().into(),
            title: record.facets().words.map(|words| words.title).unwrap_or_default(),
            kind,
            revision: record.revision(),
            fields: difference(was, is),
            undoes: self.undoes,
            owners,
        };
        entry.insert(&self.conn).await?;
        self.feed.push(NewFeedRow {
            record: record.id().into(),
            kind,
            revision: record.revision(),
        });
        Ok(())
    }

    /// Writes the feed's rows, last of all, in the order of commits.
    async fn announce(&mut self) -> Result<()> {
        if self.feed.is_empty() {
            return Ok(());
        }
        self.store.hold(&self.conn, FEED_LOCK).await?;
        NewFeedRow::insert(&self.conn, &std::mem::take(&mut self.feed), self.now).await
    }
}

/// What names a record without being listed under it (a note its author) keeps it from being removed too.
fn still_used(error: DbErr) -> Error {
    // SQLite reports a restricted removal as a trigger's, which the driver does not know for what it is.
    if error
        .to_string()
        .to_lowercase()
        .contains("foreign key constraint")
    {
        Refusal::InUse { count: 1 }.into()
    } else {
        error.into()
    }
}

/// A record as the history keeps it.
pub(crate) fn json<R: Record>(record: &R) -> Result<Value> {
    serde_json::to_value(record).map_err(|error| Error::Corrupt(error.to_string()))
}
