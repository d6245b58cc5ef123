//! Two records that turn out to be one: what names the one that goes names the survivor from then on, each of those
//! records as its next revision; the identifier that went answers the survivor; and all of it can be taken back, but for
//! what was changed since.

mod survivor;

use std::collections::{BTreeMap, HashMap};

use domain::change::{FieldChange, Kind, undone};
use domain::check::Checks;
use domain::organisation::Organisation;
use domain::policy::{Action, Actor};
use domain::record::{Record, Rules as _};
use domain::refusal::Invalid;
use domain::{OrganisationId, RecordId, RecordType, Refusal};
use sea_orm::sea_query::{Condition, Expr, ExprTrait, Order, Query, SelectStatement};
use sea_orm::{ConnectionTrait, EntityTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::change::{ChangeEntity, Entry, restored};
use crate::connect::{Lock, Store};
use crate::error::{Error, Result};
use crate::json::Json;
use crate::record::{HOLDING_THEIR_OWN, Stored, table};
use crate::rows;
use crate::write::{Tx, json};

use survivor::survivors;

/// So many records that name the one that goes are changed at a time.
const AT_ONCE: usize = 500;

/// What went over that has no history of its own, kept for the way back.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Moved {
    /// Sources' own identifiers: the source, the identifier, and whether the source's rows replaced what was there.
    external_ids: Vec<(String, String, bool)>,
    /// The machines that worked for it.
    clients: Vec<Uuid>,
}

/// How many records of each kind name another one.
pub type Naming = Vec<(RecordType, u64)>;

impl Store {
    /// Makes one of two organisations. What names the first names the second from then on, what the second lacks the
    /// first gives, and the first's identifiers, here and of sources, mean the second.
    ///
    /// # Errors
    /// Not allowed, one of the two is gone, they are the same, a stale revision of either.
    pub async fn merge_organisations(
        &self,
        actor: &Actor,
        goes: (OrganisationId, i32),
        into: (OrganisationId, i32),
    ) -> Result<Organisation> {
        self.write(actor, Action::KeepOrganisations, async |tx: &mut Tx| {
            if goes.0 == into.0 {
                return Err(Refusal::Invalid {
                    field: "into".to_owned(),
                    why: Invalid::Itself,
                }
                .into());
            }
            tx.keep_pushes_off(&[goes.0.0, into.0.0]).await?;
            let mut present = tx.present::<Organisation>(vec![goes.0.0, into.0.0]).await?;
            let gone = present.remove(&goes.0.0).ok_or(Refusal::NotFound)?;
            let stays = present
                .remove(&into.0.0)
                .ok_or_else(|| Refusal::UnknownReference {
                    field: "into".to_owned(),
                })?;
            for (record, expected) in [(&gone, goes.1), (&stays, into.1)] {
                if record.revision != expected {
                    return Err(Refusal::StaleRevision {
                        current: record.revision,
                    }
                    .into());
                }
            }
            let mut after = stays.clone();
            after.take_in(&gone);
            let mut checks = Checks::default();
            after.check(&mut checks);
            checks.finish()?;
            let after = tx.update(&stays, after).await?;
            tx.merge(&gone, after.id).await?;
            Ok(after)
        })
        .await
    }

    /// How many records of each kind name each of these, whoever may see them.
    ///
    /// # Errors
    /// A database fault.
    pub async fn namings(&self, targets: &[RecordId]) -> Result<HashMap<RecordId, Naming>> {
        let mut counts: HashMap<RecordId, BTreeMap<RecordType, u64>> = HashMap::new();
        for (target, kind, _) in named_by(&self.reading, targets).await? {
            *counts.entry(target).or_default().entry(kind).or_default() += 1;
        }
        let counted = counts.into_iter();
        Ok(counted
            .map(|(target, kinds)| (target, kinds.into_iter().collect()))
            .collect())
    }
}

impl Tx {
    /// Lets no push of a source that knows one of these decide on what is about to change.
    async fn keep_pushes_off(&self, records: &[Uuid]) -> Result<()> {
        let query = Query::select()
            .distinct()
            .column("source")
            .from("external_id")
            .and_where(Expr::col("record_id").is_in(records.iter().copied()))
            .order_by("source", Order::Asc)
            .take();
        for row in self.conn.query_all(&query).await? {
            let source: String = row.try_get("", "source")?;
            self.lock(Lock::Source(&source)).await?;
        }
        self.lock(Lock::Numbers).await
    }

    /// Points everything that names the one that goes to the survivor, and removes the one that goes.
    async fn merge<R: Stored>(&mut self, gone: &R, into: R::Id) -> Result<()> {
        let (from, to): (RecordId, RecordId) = (gone.id().into(), into.into());
        let mut kinds: BTreeMap<RecordType, Vec<Uuid>> = BTreeMap::new();
        for (_, kind, record) in named_by(&self.conn, &[from]).await? {
            kinds.entry(kind).or_default().push(record);
        }
        for (kind, records) in kinds {
            for_kind!(kind, repoint::<R>(self, &records, from, to) else Ok(()))?;
        }
        let moved = self.move_over(from.uuid, to.uuid).await?;
        let row = vec![
            from.uuid.into(),
            to.uuid.into(),
            self.now().into(),
            Json(moved).into(),
        ];
        rows::insert(
            &self.conn,
            "merged",
            &["from_id", "into_id", "at", "moved"],
            vec![row],
        )
        .await?;
        self.merge_away(gone, into).await
    }

    /// What has no history of its own goes over. A source whose record goes fills what the survivor lacks and replaces
    /// nothing, as any other that joins one.
    async fn move_over(&self, from: Uuid, to: Uuid) -> Result<Moved> {
        let of = |column: &'static str| Expr::col(column).eq(from);
        let known = Query::select()
            .columns(["source", "external_id", "made_it"])
            .from("external_id")
            .and_where(of("record_id"))
            .take();
        let rows = self.conn.query_all(&known).await?;
        let external_ids = rows.iter().map(|row| {
            Ok((
                row.try_get("", "source")?,
                row.try_get("", "external_id")?,
                row.try_get("", "made_it")?,
            ))
        });
        let external_ids = external_ids.collect::<Result<Vec<_>>>()?;
        let working = Query::select()
            .column("id")
            .from("client")
            .and_where(of("organisation_id"))
            .take();
        let rows = self.conn.query_all(&working).await?;
        let clients = rows.iter().map(|row| Ok(row.try_get("", "id")?));
        let clients = clients.collect::<Result<Vec<_>>>()?;
        for update in [
            Query::update()
                .table("external_id")
                .value("record_id", to)
                .value("made_it", false)
                .and_where(of("record_id"))
                .take(),
            Query::update()
                .table("client")
                .value("organisation_id", to)
                .value("revision", Expr::col("revision").add(1))
                .and_where(of("organisation_id"))
                .take(),
            // A request that made it and comes again is answered the survivor.
            Query::update()
                .table("retry")
                .value("record_id", to)
                .and_where(of("record_id"))
                .take(),
        ] {
            self.conn.execute(&update).await?;
        }
        Ok(Moved {
            external_ids,
            clients,
        })
    }

    /// Takes a merge back: the record is there again, and what went over and nobody changed since is its own again.
    pub(crate) async fn unmerge<R: Stored>(&mut self, record: &R, entry: &Entry) -> Result<()> {
        let from = entry.record;
        let over = || Refusal::UndoConflict {
            fields: vec!["id".to_owned()],
        };
        let query = Query::select()
            .columns(["into_id", "moved"])
            .from("merged")
            .and_where(Expr::col("from_id").eq(from.uuid))
            .take();
        let row = self.conn.query_one(&query).await?.ok_or_else(over)?;
        let into = RecordId {
            kind: from.kind,
            uuid: row.try_get("", "into_id")?,
        };
        let moved: Json<Moved> = row.try_get("", "moved")?;
        let now = survivors(&self.conn, vec![from.uuid]).await?;
        let now = now.get(&from.uuid).copied().unwrap_or(into.uuid);
        self.keep_pushes_off(&[from.uuid, now]).await?;
        let forget = Query::delete()
            .from_table("merged")
            .and_where(Expr::col("from_id").eq(from.uuid))
            .take();
        // Of two who take it back at once, the second comes too late.
        if self.conn.execute(&forget).await?.rows_affected() == 0 {
            return Err(over().into());
        }
        self.revive(record).await?;
        self.put_back(from, into, entry).await?;
        self.move_back(from.uuid, now, moved.0).await?;
        // Whoever let their own name the survivor instead is told whose they may be. Where the survivor is gone too, its
        // own row says so.
        if let Some(survivor) = self.find::<R>(now.into()).await? {
            self.tell_split(&survivor, from);
        }
        Ok(())
    }

    /// What the merge changed is as it was, where nobody changed it since.
    async fn put_back(&mut self, from: RecordId, into: RecordId, entry: &Entry) -> Result<()> {
        let with_it = ChangeEntity::find()
            .filter(Expr::col(("change", "at")).eq(entry.at))
            .filter(Expr::col(("change", "kind")).eq(Kind::Updated))
            .all(&self.conn)
            .await?;
        let named = from.to_string();
        let mut kinds: BTreeMap<RecordType, HashMap<Uuid, Vec<FieldChange>>> = BTreeMap::new();
        for other in with_it {
            let other = Entry::from(other);
            let names_it = other.fields.iter().any(|field| names(&field.from, &named));
            if names_it || other.record == into {
                let of = kinds.entry(other.record.kind).or_default();
                of.insert(other.record.uuid, other.fields);
            }
        }
        for (kind, changes) in kinds {
            for_kind!(kind, take_back::<R>(self, &changes) else Ok(()))?;
        }
        Ok(())
    }

    async fn move_back(&self, from: Uuid, now: Uuid, moved: Moved) -> Result<()> {
        let Moved {
            external_ids,
            clients,
        } = moved;
        for (source, external_id, made_it) in external_ids {
            let update = Query::update()
                .table("external_id")
                .value("record_id", from)
                .value("made_it", made_it)
                .and_where(Expr::col("source").eq(source))
                .and_where(Expr::col("external_id").eq(external_id))
                .and_where(Expr::col("record_id").eq(now))
                .take();
            self.conn.execute(&update).await?;
        }
        let update = Query::update()
            .table("client")
            .value("organisation_id", from)
            .value("revision", Expr::col("revision").add(1))
            .and_where(Expr::col("id").is_in(clients))
            .and_where(Expr::col("organisation_id").eq(now))
            .take();
        self.conn.execute(&update).await?;
        Ok(())
    }
}

/// What the records name is another one.
async fn repoint<R: Stored>(tx: &mut Tx, records: &[Uuid], from: RecordId, to: RecordId) -> Result<()> {
    let (from, to) = (from.to_string(), to.to_string());
    change_some::<R>(tx, records, |before: &R| {
        let mut state = json(before)?;
        replace(&mut state, &from, &to);
        read::<R>(state).map(Some)
    })
    .await
}

/// What a change set is set to what was before, where the record still shows all of it.
async fn take_back<R: Stored>(tx: &mut Tx, changes: &HashMap<Uuid, Vec<FieldChange>>) -> Result<()> {
    let records: Vec<Uuid> = changes.keys().copied().collect();
    let now = tx.now();
    change_some::<R>(tx, &records, |present: &R| {
        let uuid: Uuid = present.id().into();
        let Some(fields) = changes.get(&uuid) else {
            return Ok(None);
        };
        let Ok(state) = undone(&json(present)?, fields) else {
            return Ok(None);
        };
        let mut after = restored::<R>(state)?;
        after.taken_back(present, now);
        Ok(Some(after))
    })
    .await
}

/// Changes records, some at a time, each as its next revision; those of which nothing comes stay.
async fn change_some<R: Stored>(
    tx: &mut Tx,
    records: &[Uuid],
    how: impl Fn(&R) -> Result<Option<R>> + Send,
) -> Result<()> {
    for some in records.chunks(AT_ONCE) {
        let now = tx.now();
        let mut pairs = Vec::with_capacity(some.len());
        for before in tx.present::<R>(some.to_vec()).await?.into_values() {
            if let Some(mut after) = how(&before)? {
                after.restate(before.revision() + 1, now);
                pairs.push((before, after));
            }
        }
        if tx.update_all(&pairs).await? < pairs.len() as u64 {
            return Err(Error::Corrupt(
                "records that are locked were changed by another".to_owned(),
            ));
        }
    }
    Ok(())
}

fn read<R: Record>(state: Value) -> Result<R> {
    serde_json::from_value(state).map_err(|error| Error::Corrupt(error.to_string()))
}

/// Puts one text in another's place, in lists once.
fn replace(value: &mut Value, from: &str, to: &str) {
    match value {
        Value::String(text) if text == from => to.clone_into(text),
        Value::Array(entries) => {
            entries.iter_mut().for_each(|entry| replace(entry, from, to));
            let mut is_there = false;
            entries.retain(|entry| entry.as_str() != Some(to) || !std::mem::replace(&mut is_there, true));
        }
        Value::Object(fields) => fields.values_mut().for_each(|field| replace(field, from, to)),
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Whether a text stands somewhere in a value.
fn names(value: &Value, text: &str) -> bool {
    match value {
        Value::String(known) => known == text,
        Value::Array(entries) => entries.iter().any(|entry| names(entry, text)),
        Value::Object(fields) => fields.values().any(|field| names(field, text)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// The records that name any of these, each once: what is named, the kind, the record.
async fn named_by(
    conn: &impl ConnectionTrait,
    targets: &[RecordId],
) -> Result<Vec<(RecordId, RecordType, Uuid)>> {
    let of: HashMap<Uuid, RecordId> = targets.iter().map(|target| (target.uuid, *target)).collect();
    let mut found = Vec::new();
    let links = Query::select()
        .distinct()
        .columns(["target_id", "record_kind", "record_id"])
        .from("link")
        .and_where(Expr::col("target_id").is_in(of.keys().copied()))
        .take();
    for row in conn.query_all(&links).await? {
        let target: Uuid = row.try_get("", "target_id")?;
        let kind: RecordType = row.try_get("", "record_kind")?;
        if let Some(target) = of.get(&target) {
            found.push((*target, kind, row.try_get("", "record_id")?));
        }
    }
    for (kind, columns) in HOLDING_THEIR_OWN {
        let columns: Vec<&'static str> = columns.iter().map(|(_, column)| *column).collect();
        for row in conn.query_all(&own(kind, &columns, &of)).await? {
            let record: Uuid = row.try_get("", "id")?;
            for target in of.values() {
                let is_named = columns.iter().any(|column| {
                    let named: Option<Uuid> = row.try_get("", column).unwrap_or_default();
                    named == Some(target.uuid)
                });
                if is_named {
                    found.push((*target, kind, record));
                }
            }
        }
    }
    Ok(found)
}

/// Of a table whose links stand in its own columns, the records that name any of these.
fn own(kind: RecordType, columns: &[&'static str], of: &HashMap<Uuid, RecordId>) -> SelectStatement {
    let named = columns.iter().fold(Condition::any(), |any, column| {
        any.add(Expr::col(*column).is_in(of.keys().copied()))
    });
    Query::select()
        .column("id")
        .columns(columns.iter().copied())
        .from(table(kind))
        .cond_where(named)
        .take()
}
