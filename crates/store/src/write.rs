//! The one door for changes: asks the policy, opens the transaction, and at the end announces what changed.
//! There is no other way to a transaction, and a transaction writes records only through functions that also
//! write the history and the feed, so an unchecked, unaudited or unannounced change does not compile.

use chrono::{DateTime, Utc};
use domain::change::{Kind, difference};
use domain::feed::{self, Detail, Reason};
use domain::policy::{Action, Actor, allows};
use domain::provenance::Provenance;
use domain::record::{Record, Rules};
use domain::{ChangeId, RecordId, RecordType, Refusal, TerritoryId};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{DatabaseTransaction, DbErr, EntityTrait, QueryFilter};
use serde_json::Value;
use tracing::Instrument as _;
use uuid::Uuid;

use crate::change::Entry;
use crate::connect::{Engine, Lock, Store};
use crate::error::{Error, Result};
use crate::facet::Refaceted;
use crate::feed::NewFeedRow;
use crate::record::{Stored, common_facets, find};
use crate::rows::{self, columns_of, values_of};

/// A transaction under way.
pub struct Tx {
    pub(crate) conn: DatabaseTransaction,
    store: Store,
    actor: Actor,
    now: DateTime<Utc>,
    feed: Vec<NewFeedRow>,
    undoes: Option<ChangeId>,
    /// Why what is removed is removed.
    reason: Reason,
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
    ///
    /// # Errors
    /// It does not: signing in may help, or not.
    pub fn ask(&self, actor: &Actor, action: Action) -> Result<()> {
        match (allows(actor, action), actor) {
            (true, _) => Ok(()),
            (false, Actor::Visitor) => Err(Refusal::Unauthenticated.into()),
            (false, Actor::Person(_) | Actor::Client(_) | Actor::System) => Err(Refusal::Forbidden.into()),
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
        let span = tracing::debug_span!(target: "trace", "write", otel.kind = "client", action = ?action);
        self.transact(actor, now, changes).instrument(span).await
    }

    async fn transact<T, F>(&self, actor: &Actor, now: Option<DateTime<Utc>>, changes: F) -> Result<T>
    where
        F: AsyncFnOnce(&mut Tx) -> Result<T> + Send,
        T: Send,
    {
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
            reason: Reason::Removed,
        };
        match changes(&mut tx).await {
            Ok(value) => {
                let announced = tx.announce().await?;
                tx.conn.commit().await?;
                drop(turn);
                self.note_written().await;
                if announced {
                    self.feed.ring();
                }
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

    /// The instant it really is, for what is decided under a lock that was waited for.
    pub(crate) fn instant(&self) -> DateTime<Utc> {
        self.store.mint.now()
    }

    /// Where identifiers come from.
    pub(crate) fn uuid(&self) -> Uuid {
        self.store.mint.uuid()
    }

    /// 32 unpredictable bytes.
    pub(crate) fn secret(&self) -> [u8; 32] {
        self.store.mint.secret()
    }

    /// Whether messages may go to private networks too.
    pub(crate) const fn reaches_private(&self) -> bool {
        self.store.reaches_private
    }

    /// Waits until no other transaction holds this lock, and holds it until this one ends.
    pub(crate) async fn lock(&self, lock: Lock<'_>) -> Result<()> {
        self.store.hold(&self.conn, lock).await
    }

    /// The person or the machine that acts.
    pub(crate) fn who(&self) -> (Option<domain::PersonId>, Option<Uuid>) {
        (
            self.actor.person().map(|signed| signed.id),
            self.actor.client().map(|client| client.id),
        )
    }

    /// The territories that the machine which acts is limited to; none where it is not, or where a person acts.
    pub(crate) fn limits(&self) -> &[TerritoryId] {
        self.actor
            .client()
            .map(|client| client.territories.as_slice())
            .unwrap_or_default()
    }

    /// Whether the server itself acts.
    pub(crate) fn is_system(&self) -> bool {
        self.actor == Actor::System
    }

    /// Whether the store keeps the record with this identifier in memory.
    pub(crate) fn has_at_hand<R: Stored>(&self, id: R::Id) -> bool {
        self.store.at_hand::<R>(id).is_some()
    }

    /// Reads a record as this transaction sees it.
    pub(crate) async fn find<R: Stored>(&self, id: R::Id) -> Result<Option<R>> {
        find(&self.conn, id).await
    }

    /// Marks what follows as the undoing of a change.
    pub(crate) fn undoing(&mut self, change: ChangeId) {
        self.undoes = Some(change);
        self.because(Reason::TakenBack);
    }

    /// Says why what follows is removed.
    pub(crate) const fn because(&mut self, reason: Reason) {
        self.reason = reason;
    }

    /// Keeps a new record.
    pub(crate) async fn insert<R: Stored>(&mut self, record: &R) -> Result<()> {
        self.check_references(&record.facets(), None).await?;
        record.check_in(self).await?;
        self.insert_all(std::slice::from_ref(record)).await
    }

    /// Keeps new records whose references were checked, by a fixed number of statements.
    pub(crate) async fn insert_all<R: Stored>(&mut self, records: &[R]) -> Result<()> {
        let rows: Vec<_> = records.iter().map(|record| values_of(&record.row())).collect();
        rows::insert(&self.conn, R::TABLE, &columns_of::<R::Entity>(), rows).await?;
        let facets: Vec<Refaceted> = records
            .iter()
            .map(|record| Refaceted {
                id: record.id().into(),
                old: None,
                new: common_facets(record),
            })
            .collect();
        self.write_facets(&facets).await?;
        let mut told = Vec::with_capacity(records.len());
        for record in records {
            record.index_in(self).await?;
            told.push(Told {
                after: Some(record),
                before: None,
                kind: Kind::Created,
                into: None,
            });
        }
        self.tell(&told).await
    }

    /// Brings a removed record back, as its next revision.
    pub(crate) async fn revive<R: Stored>(&mut self, record: &R) -> Result<()> {
        let mut next = record.clone();
        next.restate(record.revision() + 1, self.now);
        self.insert(&next).await?;
        self.unbury(record.id().into()).await
    }

    /// Keeps a record's new state; nothing is written where nothing changed.
    pub(crate) async fn update<R: Stored>(&mut self, before: &R, mut after: R) -> Result<R> {
        if difference(&json(before)?, &json(&after)?).is_empty() {
            return Ok(before.clone());
        }
        after.restate(before.revision() + 1, self.now);
        self.check_references(&after.facets(), Some(&before.facets()))
            .await?;
        after.check_in(self).await?;
        let pair = (before.clone(), after);
        if self.update_all(std::slice::from_ref(&pair)).await? == 0 {
            return Err(self.overtaken(before).await);
        }
        Ok(pair.1)
    }

    /// Keeps the new states of records, each numbered one higher and its references checked, by a fixed number of
    /// statements; answers how many were still in the state before.
    pub(crate) async fn update_all<R: Stored>(&mut self, pairs: &[(R, R)]) -> Result<u64> {
        if pairs.is_empty() {
            return Ok(0);
        }
        let states = |of: fn(&(R, R)) -> &R| pairs.iter().map(|pair| values_of(&of(pair).row())).collect();
        let (before, after): (Vec<_>, Vec<_>) = (states(|pair| &pair.0), states(|pair| &pair.1));
        let changed = rows::update(&self.conn, R::TABLE, &columns_of::<R::Entity>(), &before, after).await?;
        if changed < pairs.len() as u64 {
            return Ok(changed);
        }
        let facets: Vec<Refaceted> = pairs
            .iter()
            .map(|(before, after)| Refaceted {
                id: after.id().into(),
                old: Some(common_facets(before)),
                new: common_facets(after),
            })
            .collect();
        self.write_facets(&facets).await?;
        let mut told = Vec::with_capacity(pairs.len());
        for (before, after) in pairs {
            after.index_in(self).await?;
            told.push(Told {
                before: Some(before),
                after: Some(after),
                kind: Kind::Updated,
                into: None,
            });
        }
        self.tell(&told).await?;
        Ok(changed)
    }

    /// Somebody else changed or removed it first.
    async fn overtaken<R: Stored>(&self, before: &R) -> Error {
        match self.find::<R>(before.id()).await {
            Ok(Some(current)) => Refusal::StaleRevision {
                current: current.revision(),
            }
            .into(),
            Ok(None) => Refusal::NotFound.into(),
            Err(error) => error,
        }
    }

    /// Removes a record that nothing else uses, with what is said of its sources.
    pub(crate) async fn delete<R: Stored>(&mut self, record: &R) -> Result<()> {
        let id: RecordId = record.id().into();
        record.check_out(self)?;
        let users = self.users_of(id).await?;
        if users > 0 {
            return Err(Refusal::InUse { count: users }.into());
        }
        for source in self.sources_of(id).await? {
            self.delete_one(&source, None).await?;
        }
        self.delete_one(record, None).await
    }

    /// Removes a record that was found to be the same as another one; nothing names it any more.
    pub(crate) async fn merge_away<R: Stored>(&mut self, record: &R, into: R::Id) -> Result<()> {
        let users = self.users_of(record.id().into()).await?;
        if users > 0 {
            return Err(Refusal::InUse { count: users }.into());
        }
        self.delete_one(record, Some(into.into())).await
    }

    async fn delete_one<R: Stored>(&mut self, record: &R, into: Option<RecordId>) -> Result<()> {
        let uuid: Uuid = record.id().into();
        let gone = R::Entity::delete_many()
            .filter(Expr::col((R::TABLE, "id")).eq(uuid))
            .filter(Expr::col((R::TABLE, "revision")).eq(record.revision()))
            .exec(&self.conn)
            .await
            .map_err(still_used)?;
        if gone.rows_affected == 0 {
            return Err(self.overtaken(record).await);
        }
        self.drop_facets(record.id().into()).await?;
        let mut last = record.clone();
        last.restate(record.revision() + 1, self.now);
        self.tell(&[Told {
            before: Some(&last),
            after: None,
            kind: if into.is_some() {
                Kind::Merged
            } else {
                Kind::Deleted
            },
            into,
        }])
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

    /// Writes the history's entries and notes the feed's rows.
    async fn tell<R: Record + Rules>(&mut self, all: &[Told<'_, R>]) -> Result<()> {
        let mut entries = Vec::with_capacity(all.len());
        // What a record belongs or belonged to tells of it too.
        let mut owners: Vec<(Uuid, Uuid)> = Vec::new();
        for told in all {
            let Some(record) = told.after.or(told.before) else {
                continue;
            };
            let facets = record.facets();
            let (places, left) = match (told.before, told.after) {
                (None, Some(_)) => (facets.territories(), Vec::new()),
                (_, None) => (Vec::new(), facets.territories()),
                (Some(before), Some(_)) => {
                    let places = facets.territories();
                    let mut left = before.facets().territories();
                    left.retain(|place| !places.contains(place));
                    (places, left)
                }
            };
            let state = |record: Option<&R>| record.map_or(Ok(Value::Null), json);
            let id = self.uuid();
            let before = told.before.map(|record| record.facets().owners);
            let belongs = facets.owners.iter().copied().chain(before.into_iter().flatten());
            let belongs = belongs.chain(told.into);
            owners.extend(belongs.map(|owner| (owner.uuid, id)));
            entries.push(Entry {
                id: id.into(),
                at: self.now,
                person_id: self.actor.person().map(|signed| signed.id),
                role: self.actor.person().map(|signed| signed.role),
                client_id: self.actor.client().map(|client| client.id),
                record: record.id().into(),
                title: facets.words.map(|words| words.title).unwrap_or_default(),
                kind: told.kind,
                revision: record.revision(),
                fields: difference(&state(told.before)?, &state(told.after)?),
                undoes: self.undoes,
            });
            self.feed.push(NewFeedRow {
                record: record.id().into(),
                kind: match told.kind {
                    Kind::Created | Kind::Updated => feed::Kind::Upsert,
                    Kind::Deleted => feed::Kind::Delete,
                    Kind::Merged => feed::Kind::Merge,
                },
                revision: record.revision(),
                places,
                left,
                detail: Detail {
                    reason: (told.kind == Kind::Deleted).then_some(self.reason),
                    into: told.into.into_iter().collect(),
                },
            });
        }
        Entry::insert_all(&self.conn, entries).await?;
        owners.sort_unstable();
        owners.dedup();
        let rows = owners
            .into_iter()
            .map(|(owner, change)| vec![owner.into(), change.into()]);
        rows::insert(
            &self.conn,
            "change_owner",
            &["owner_id", "change_id"],
            rows.collect(),
        )
        .await
    }

    /// Tells the feed once more of a record that did not change itself: where it lies has moved.
    pub(crate) fn tell_again(
        &mut self,
        record: RecordId,
        revision: i32,
        places: Vec<TerritoryId>,
        left: Vec<TerritoryId>,
    ) {
        self.feed.push(NewFeedRow {
            record,
            kind: feed::Kind::Upsert,
            revision,
            places,
            left,
            detail: Detail::default(),
        });
    }

    /// Tells the feed that what a record said of a person was erased, without saying more.
    pub(crate) fn tell_erased(&mut self, record: RecordId, revision: i32) {
        self.feed.push(NewFeedRow {
            record,
            kind: feed::Kind::Delete,
            revision,
            places: Vec::new(),
            left: Vec::new(),
            detail: Detail {
                reason: Some(Reason::Erased),
                into: Vec::new(),
            },
        });
    }

    /// Tells the feed that a record was taken for one and is several again: this one, as it is now, and the other.
    pub(crate) fn tell_split<R: Stored>(&mut self, record: &R, other: RecordId) {
        self.feed.push(NewFeedRow {
            record: record.id().into(),
            kind: feed::Kind::Split,
            revision: record.revision(),
            places: record.facets().territories(),
            left: Vec::new(),
            detail: Detail {
                reason: None,
                into: vec![other],
            },
        });
    }

    /// Writes the feed's rows, last of all, in the order of commits; answers whether there were any.
    async fn announce(&mut self) -> Result<bool> {
        if self.feed.is_empty() {
            return Ok(false);
        }
        self.store.hold(&self.conn, Lock::Feed).await?;
        NewFeedRow::insert_all(&self.conn, std::mem::take(&mut self.feed), self.now).await?;
        Ok(true)
    }
}

/// What happened to one record.
struct Told<'a, R> {
    before: Option<&'a R>,
    after: Option<&'a R>,
    kind: Kind,
    /// What it went into, where it was merged.
    into: Option<RecordId>,
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
