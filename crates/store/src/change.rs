//! The history (who changed what, from what to what), written by the one door; and the
//! way back: undoing a change.

use std::collections::HashMap;

use chrono::{DateTime, Datelike, Utc};
use domain::change::{FieldChange, Kind, undone};
use domain::page::Page;
use domain::policy::{Action, Actor, allows};
use domain::provenance::Provenance;
use domain::record::Verb;
use domain::{ChangeId, PersonId, RecordId, RecordType, Refusal, Role, check::Checks};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Alias, Asterisk, Condition, ExprTrait, Func, Order, Query, WindowStatement};
use sea_orm::{ConnectionTrait, DatabaseTransaction, FromQueryResult, Iterable, QueryOrder, QueryTrait};
use serde::Serialize;

use crate::connect::Store;
use crate::error::{Error, Result};
use crate::json::Json;
use crate::list::kept;
use crate::page::{Column, Key, Slice, beyond, cursor, cut, fingerprint, place, slice};
use crate::record::Stored;
use crate::rows::{self, columns_of, values_of};
use crate::write::{Tx, json};

mod row {
    use super::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "change")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub at: DateTimeUtc,
        pub person_id: Option<PersonId>,
        pub role: Option<Role>,
        pub client_id: Option<Uuid>,
        pub record_kind: RecordType,
        pub record_id: Uuid,
        pub title: String,
        pub kind: Kind,
        pub revision: i32,
        pub fields: Json<Vec<FieldChange>>,
        pub undoes: Option<Uuid>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
pub(crate) use row::Entity as ChangeEntity;

/// One entry of the history.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its identifier.
    pub id: ChangeId,
    /// When.
    pub at: DateTime<Utc>,
    /// Who, where it was a person.
    pub person_id: Option<PersonId>,
    /// As what; nothing where it was the server itself.
    pub role: Option<Role>,
    /// Which machine of a partner, where it was one.
    pub client_id: Option<Uuid>,
    /// The record that changed.
    pub record: RecordId,
    /// The record's title then.
    pub title: String,
    /// What happened to it.
    pub kind: Kind,
    /// Its revision since.
    pub revision: i32,
    /// Which fields, from what to what.
    pub fields: Vec<FieldChange>,
    /// The change that this one undid.
    pub undoes: Option<ChangeId>,
}

impl From<row::Model> for Entry {
    fn from(row: row::Model) -> Self {
        let row::Model {
            id,
            at,
            person_id,
            role,
            client_id,
            record_kind,
            record_id,
            title,
            kind,
            revision,
            fields,
            undoes,
        } = row;
        Self {
            id: id.into(),
            at,
            person_id,
            role,
            client_id,
            record: RecordId {
                kind: record_kind,
                uuid: record_id,
            },
            title,
            kind,
            revision,
            fields: fields.0,
            undoes: undoes.map(Into::into),
        }
    }
}

/// What narrows the history.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize)]
pub struct HistoryFilter {
    /// Of this record only.
    #[serde(skip)]
    pub record: Option<RecordId>,
    /// With that record, of what belongs or belonged to it.
    pub around: bool,
    /// Of these kinds of record only.
    pub kinds: Option<Vec<RecordType>>,
    /// Since this instant.
    pub since: Option<DateTime<Utc>>,
}

impl Entry {
    /// Keeps entries.
    pub(crate) async fn insert_all(conn: &DatabaseTransaction, entries: Vec<Self>) -> Result<()> {
        let rows = entries
            .into_iter()
            .map(|entry| values_of(&row::Model::from(entry)));
        rows::insert(conn, "change", &columns_of::<ChangeEntity>(), rows.collect()).await
    }
}

impl From<Entry> for row::Model {
    fn from(entry: Entry) -> Self {
        let Entry {
            id,
            at,
            person_id,
            role,
            client_id,
            record,
            title,
            kind,
            revision,
            fields,
            undoes,
        } = entry;
        Self {
            id: id.into(),
            at,
            person_id,
            role,
            client_id,
            record_kind: record.kind,
            record_id: record.uuid,
            title,
            kind,
            revision,
            fields: Json(fields),
            undoes: undoes.map(Into::into),
        }
    }
}

impl Store {
    /// A page of the history, the latest first, of what the actor may see.
    ///
    /// # Errors
    /// A cursor of another list, or a database fault.
    pub async fn history(&self, actor: &Actor, filter: &HistoryFilter, page: &Page) -> Result<Slice<Entry>> {
        filter.since.map_or(Ok(()), |since| kept(since.year()))?;
        let text = serde_json::to_string(filter).map_err(|error| Error::Corrupt(error.to_string()))?;
        let record = filter.record.map(|record| record.to_string()).unwrap_or_default();
        let print = fingerprint(&["change", &record, &text]);
        let after = page
            .cursor
            .as_deref()
            .map(|cursor| place(&print, LATEST, cursor))
            .transpose()?;
        let condition = visible(actor, filter);
        let mut select = ChangeEntity::find();
        let query = QueryTrait::query(&mut select);
        query.cond_where(condition);
        cut(query, "change", LATEST, page, after.as_ref());
        let entries: Vec<Entry> = select
            .all(&self.reading)
            .await?
            .into_iter()
            .map(Into::into)
            .collect();
        Ok(slice(entries, page, |entry| {
            cursor(&print, &Key::Time(entry.at), entry.id.into())
        }))
    }

    /// For each record, a page of its history, the latest first, of what the actor may see: one statement for all.
    ///
    /// # Errors
    /// A cursor of another list, or a database fault.
    pub async fn histories(
        &self,
        actor: &Actor,
        page: &Page,
        records: &[RecordId],
    ) -> Result<HashMap<RecordId, Slice<Entry>>> {
        let after = match (page.cursor.as_deref(), records) {
            (None, _) => None,
            (Some(cursor), [record]) => Some(place(&print_of(*record), LATEST, cursor)?),
            (Some(_), _) => return Err(Error::Cursor),
        };
        let upward = LATEST.goes_up(page.direction);
        let direction = if upward { Order::Asc } else { Order::Desc };
        let window = WindowStatement::partition_by(("change", "record_id"))
            .order_by(("change", "at"), direction.clone())
            .order_by(("change", "id"), direction)
            .take();
        let mut ranked = Query::select();
        ranked
            .columns(row::Column::iter().map(|column| ("change", column)))
            .from("change")
            .cond_where(visible(actor, &HistoryFilter::default()))
            .and_where(Expr::col(("change", "record_id")).is_in(records.iter().map(|record| record.uuid)))
            .expr_window_as(Func::cust("ROW_NUMBER"), window, Alias::new("place_in_record"));
        if let Some((key, id)) = &after {
            ranked.cond_where(beyond("change", LATEST, upward, key, *id));
        }
        let query = Query::select()
            .column(Asterisk)
            .from_subquery(ranked, "ranked")
            .and_where(Expr::col("place_in_record").lte(page.size as u64 + 1))
            .order_by("place_in_record", Order::Asc)
            .take();
        let mut groups: HashMap<Uuid, Vec<Entry>> = HashMap::new();
        for found in self.reading.query_all(&query).await? {
            let entry: Entry = row::Model::from_query_result(&found, "")?.into();
            groups.entry(entry.record.uuid).or_default().push(entry);
        }
        Ok(records
            .iter()
            .map(|record| {
                let print = print_of(*record);
                let of = |entry: &Entry| cursor(&print, &Key::Time(entry.at), entry.id.into());
                (
                    *record,
                    slice(groups.remove(&record.uuid).unwrap_or_default(), page, of),
                )
            })
            .collect())
    }

    /// For each record, how many entries of its history the actor may see.
    ///
    /// # Errors
    /// A database fault.
    pub async fn history_counts(
        &self,
        actor: &Actor,
        records: &[RecordId],
    ) -> Result<HashMap<RecordId, u64>> {
        let query = Query::select()
            .column("record_id")
            .expr_as(Expr::col(("change", "id")).count(), "count")
            .from("change")
            .cond_where(visible(actor, &HistoryFilter::default()))
            .and_where(Expr::col(("change", "record_id")).is_in(records.iter().map(|record| record.uuid)))
            .group_by_col("record_id")
            .take();
        let mut counts: HashMap<Uuid, u64> = HashMap::new();
        for row in self.reading.query_all(&query).await? {
            let count: i64 = row.try_get("", "count")?;
            counts.insert(row.try_get("", "record_id")?, u64::try_from(count).unwrap_or(0));
        }
        Ok(records
            .iter()
            .map(|record| (*record, counts.get(&record.uuid).copied().unwrap_or(0)))
            .collect())
    }

    /// How many entries of the history the actor may see.
    ///
    /// # Errors
    /// A database fault.
    pub async fn count_history(&self, actor: &Actor, filter: &HistoryFilter) -> Result<u64> {
        filter.since.map_or(Ok(()), |since| kept(since.year()))?;
        let query = Query::select()
            .expr_as(Expr::col(("change", "id")).count(), "count")
            .from("change")
            .cond_where(visible(actor, filter))
            .take();
        let row = self.reading.query_one(&query).await?;
        let count: i64 = row.map(|row| row.try_get("", "count")).transpose()?.unwrap_or(0);
        Ok(u64::try_from(count).unwrap_or(0))
    }

    /// The change that brought a record to this revision, where the actor may read it or made it.
    ///
    /// # Errors
    /// A database fault.
    pub async fn change_of(
        &self,
        actor: &Actor,
        record: RecordId,
        revision: i32,
    ) -> Result<Option<ChangeId>> {
        let row = ChangeEntity::find()
            .filter(Expr::col(("change", "record_kind")).eq(record.kind.word()))
            .filter(Expr::col(("change", "record_id")).eq(record.uuid))
            .filter(Expr::col(("change", "revision")).eq(revision))
            .order_by_desc(row::Column::At)
            .one(&self.reading)
            .await?;
        let entry = row.map(Entry::from);
        Ok(entry.filter(|entry| may_undo(actor, entry)).map(|entry| entry.id))
    }

    /// Takes a change back: what it set is set to what was before, where nobody has changed that since; what it
    /// made is removed, what it removed comes back; what it merged is two again.
    ///
    /// # Errors
    /// Not found, not allowed, changed again since, in use.
    pub async fn undo(&self, actor: &Actor, change: ChangeId) -> Result<RecordId> {
        let uuid: Uuid = change.into();
        let row = ChangeEntity::find()
            .filter(Expr::col(("change", "id")).eq(uuid))
            .one(&self.reading)
            .await?;
        let entry: Entry = row.ok_or(Refusal::NotFound)?.into();
        if !may_undo(actor, &entry) {
            return Err(Refusal::NotFound.into());
        }
        let none = Err(Refusal::NotFound.into());
        for_kind!(entry.record.kind, undo_one::<R>(self, actor, &entry) else none)
    }
}

/// Whether this change is the actor's to take back, as far as the record is theirs to change.
fn may_undo(actor: &Actor, entry: &Entry) -> bool {
    let action = Action::UndoChange {
        of: entry.record.kind,
        by: entry.person_id,
    };
    allows(actor, action)
}

/// The history's one order.
const LATEST: Column = Column {
    name: "at",
    descending: true,
    of: crate::page::Kind::Time,
};

/// What stands for one record's history in its cursors.
fn print_of(record: RecordId) -> String {
    fingerprint(&["change", "of", &record.to_string()])
}

/// What the actor may see of the history, narrowed.
fn visible(actor: &Actor, filter: &HistoryFilter) -> Condition {
    let kinds = RecordType::ALL
        .iter()
        .copied()
        .filter(|of| allows(actor, Action::ReadHistory { of: *of }));
    let wanted = kinds.filter(|of| filter.kinds.as_ref().is_none_or(|kinds| kinds.contains(of)));
    let mut condition =
        Condition::all().add(Expr::col(("change", "record_kind")).is_in(wanted.map(RecordType::word)));
    if let Some(record) = filter.record {
        let mut of = Condition::any().add(Expr::col(("change", "record_id")).eq(record.uuid));
        if filter.around {
            let belonging = Query::select()
                .column("change_id")
                .from("change_owner")
                .and_where(Expr::col("owner_id").eq(record.uuid))
                .take();
            of = of.add(Expr::col(("change", "id")).in_subquery(belonging));
        }
        condition = condition.add(of);
    }
    // Before the platform there is nothing, and PostgreSQL knows no instant so far back.
    if let Some(since) = filter.since.filter(|since| since.year() > 1900) {
        condition = condition.add(Expr::col(("change", "at")).gte(since));
    }
    condition
}

async fn undo_one<R: Stored>(store: &Store, actor: &Actor, entry: &Entry) -> Result<RecordId> {
    let id: R::Id = entry.record.uuid.into();
    let present = store.find::<R>(id).await?;
    match (entry.kind, present) {
        // An account is suspended, not unmade: what its person did stays told.
        (Kind::Created, Some(_)) if R::TYPE == RecordType::Person => {
            return Err(Refusal::UndoConflict {
                fields: vec!["id".to_owned()],
            }
            .into());
        }
        (Kind::Created, Some(present)) => {
            let action = present.action(Verb::Delete);
            store.ask(actor, action)?;
            undone(&json(&present)?, &entry.fields).map_err(|fields| Refusal::UndoConflict { fields })?;
            store
                .write(actor, action, async |tx: &mut Tx| {
                    tx.undoing(entry.id);
                    tx.delete(&present).await
                })
                .await?;
        }
        (Kind::Updated, Some(present)) => {
            let lasting = entry.fields.iter().map(|change| change.field.clone());
            let lasting: Vec<String> = lasting
                .filter(|field| present.lasting().contains(&field.as_str()))
                .collect();
            if !lasting.is_empty() {
                return Err(Refusal::UndoConflict { fields: lasting }.into());
            }
            // A project's life has a verb of its own, and so has taking a move back.
            let moved = entry.fields.iter().any(|change| change.field == "phases");
            let action = if moved && entry.record.kind == RecordType::Project {
                Action::MoveProject {
                    project: entry.record.uuid.into(),
                }
            } else {
                present.action(Verb::Update)
            };
            store.ask(actor, action)?;
            let state =
                undone(&json(&present)?, &entry.fields).map_err(|fields| Refusal::UndoConflict { fields })?;
            let mut after = restored::<R>(state)?;
            after.taken_back(&present, store.mint.now());
            store.ask(actor, after.action(Verb::Update))?;
            store
                .write(actor, action, async |tx: &mut Tx| {
                    tx.undoing(entry.id);
                    tx.update(&present, after.clone()).await
                })
                .await?;
        }
        (Kind::Deleted, None) => {
            let record = revived::<R>(store, entry).await?;
            // Bringing back undoes what somebody was allowed to remove.
            store.ask(actor, record.action(Verb::Delete))?;
            let sources = store.removed_with(entry).await?;
            store
                .write(actor, record.action(Verb::Create), async |tx: &mut Tx| {
                    tx.undoing(entry.id);
                    tx.revive(&record).await?;
                    for source in &sources {
                        tx.revive(source).await?;
                    }
                    Ok(())
                })
                .await?;
        }
        (Kind::Merged, None) => {
            let record = revived::<R>(store, entry).await?;
            store.ask(actor, record.action(Verb::Delete))?;
            store
                .write(actor, record.action(Verb::Create), async |tx: &mut Tx| {
                    tx.undoing(entry.id);
                    tx.unmerge(&record, entry).await
                })
                .await?;
        }
        (Kind::Created | Kind::Updated, None) | (Kind::Deleted | Kind::Merged, Some(_)) => {
            return Err(Refusal::UndoConflict {
                fields: vec!["id".to_owned()],
            }
            .into());
        }
    }
    Ok(entry.record)
}

/// A removed record as it was.
async fn revived<R: Stored>(store: &Store, entry: &Entry) -> Result<R> {
    let first = ChangeEntity::find()
        .filter(Expr::col(("change", "record_id")).eq(entry.record.uuid))
        .order_by_asc(row::Column::At)
        .one(&store.reading)
        .await?;
    let made = first.map_or(entry.at, |first| first.at);
    let fields = entry
        .fields
        .iter()
        .map(|change| (change.field.clone(), change.from.clone()));
    let mut state = serde_json::Value::Object(fields.collect());
    state["id"] = serde_json::json!(entry.record);
    state["revision"] = entry.revision.into();
    state["createdAt"] = serde_json::json!(made);
    state["updatedAt"] = serde_json::json!(entry.at);
    restored(state)
}

impl Store {
    /// What was said of a record's sources until it was removed.
    async fn removed_with(&self, entry: &Entry) -> Result<Vec<Provenance>> {
        let rows = ChangeEntity::find()
            .filter(Expr::col(("change", "at")).eq(entry.at))
            .filter(Expr::col(("change", "record_kind")).eq(RecordType::Provenance))
            .filter(Expr::col(("change", "kind")).eq(Kind::Deleted))
            .order_by_asc(row::Column::Id)
            .all(&self.reading)
            .await?;
        let mut sources = Vec::new();
        for row in rows {
            let source: Provenance = revived(self, &row.into()).await?;
            if source.record_id == entry.record && self.find::<Provenance>(source.id).await?.is_none() {
                sources.push(source);
            }
        }
        Ok(sources)
    }
}

/// A record from what the history kept of it, checked as any other.
pub(crate) fn restored<R: Stored>(state: serde_json::Value) -> Result<R> {
    let mut record: R = serde_json::from_value(state).map_err(|error| Error::Corrupt(error.to_string()))?;
    let mut checks = Checks::default();
    record.check(&mut checks);
    checks.finish()?;
    Ok(record)
}
