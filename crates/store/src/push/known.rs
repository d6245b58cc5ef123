//! What is known of a source's own identifiers: which records they are, what the source said of them last and how new
//! that was, and what it holds no more; and the answers to its earlier requests.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use domain::need::Need;
use domain::offer::Offer;
use domain::organisation::Organisation;
use domain::push::Pushed;
use domain::source::Source;
use domain::{Patch, RecordType, Refusal};
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use uuid::Uuid;

use super::plan::{Pushable, is_external_id};
use super::{Answer, Came, Push};
use crate::connect::Lock;
use crate::error::{Error, Result};
use crate::record::{Stored, all, selecting};
use crate::rows;
use crate::write::Tx;

/// The kinds of record that sources push, in the order in which they are made.
pub(super) const KINDS: [Pushed; 3] = [Pushed::Organisation, Pushed::Offer, Pushed::Need];

pub(super) const fn kind_of(pushed: Pushed) -> RecordType {
    match pushed {
        Pushed::Organisation => RecordType::Organisation,
        Pushed::Offer => RecordType::Offer,
        Pushed::Need => RecordType::Need,
    }
}

/// A source's own identifiers, each of a kind.
type Names = [(Pushed, HashSet<String>); 3];

/// The identifiers that a request names.
pub(super) fn names(push: &Push) -> Names {
    let mut organisations = HashSet::new();
    organisations.extend(
        push.organisations
            .iter()
            .filter_map(|came| came.external_id.clone()),
    );
    let mut offers = of(
        &push.offers,
        |row| &row.organisation_external_id,
        &mut organisations,
    );
    let mut needs = of(
        &push.needs,
        |row| &row.organisation_external_id,
        &mut organisations,
    );
    for row in push.deletions.iter().filter_map(|came| came.row.as_ref().ok()) {
        let ids = match row.record_type {
            Pushed::Organisation => &mut organisations,
            Pushed::Offer => &mut offers,
            Pushed::Need => &mut needs,
        };
        ids.insert(row.external_id.clone());
    }
    [
        (Pushed::Organisation, organisations),
        (Pushed::Offer, offers),
        (Pushed::Need, needs),
    ]
}

/// The identifiers of rows; those of their organisations go with the organisations.
fn of<T>(
    rows: &[Came<T>],
    organisation: impl Fn(&T) -> &Patch<String>,
    organisations: &mut HashSet<String>,
) -> HashSet<String> {
    let read = rows.iter().filter_map(|came| came.row.as_ref().ok());
    organisations.extend(read.filter_map(|row| match organisation(row) {
        Patch::Value(id) => Some(id.clone()),
        Patch::Absent | Patch::Null => None,
    }));
    rows.iter().filter_map(|came| came.external_id.clone()).collect()
}

/// When a source changed something, and its own number of that state.
pub(super) type Age = (Option<DateTime<Utc>>, Option<i64>);

/// What is known of a source's own identifier.
#[derive(Clone, Debug)]
pub(super) struct Known {
    pub(super) record: Uuid,
    pub(super) updated_at: Option<DateTime<Utc>>,
    pub(super) revision: Option<i64>,
    pub(super) digest: Option<String>,
    pub(super) is_deleted: bool,
    pub(super) made_it: bool,
}

impl Known {
    /// Whether a row of this age is older than what the source said last.
    pub(super) fn is_newer_than(&self, (updated_at, revision): Age) -> bool {
        let order = match (self.revision.zip(revision), self.updated_at.zip(updated_at)) {
            (Some((known, row)), _) => row.cmp(&known),
            (None, Some((known, row))) => row.cmp(&known),
            (None, None) => return false,
        };
        // What the source removed does not come back in the state that it had.
        order.is_lt() || (order.is_eq() && self.is_deleted)
    }

    /// The newer of what is kept and of what a row says, each for itself.
    pub(super) fn greatest(&self, (updated_at, revision): Age) -> Age {
        (
            Ord::max(self.updated_at, updated_at),
            Ord::max(self.revision, revision),
        )
    }

    /// Whether the row's age says more than what is kept.
    pub(super) fn ages_to(&self, (updated_at, revision): Age) -> bool {
        updated_at.is_some_and(|at| self.updated_at.is_none_or(|known| known < at))
            || revision.is_some_and(|number| self.revision.is_none_or(|known| known < number))
    }
}

impl Tx {
    /// Lets one request of a source through at a time, so that two do not decide on the same state.
    pub(super) async fn serialise(&self, source: &str) -> Result<()> {
        self.lock(Lock::Source(source)).await
    }

    /// The answer that an earlier request with the same key got.
    pub(super) async fn answered(&self, source: &Source, push: &Push) -> Result<Option<Answer>> {
        let Some(key) = push.key.as_ref().filter(|_| !push.dry_run) else {
            return Ok(None);
        };
        let query = Query::select()
            .columns(["digest", "answer"])
            .from("push_key")
            .and_where(Expr::col("source").eq(source.code.clone()))
            .and_where(Expr::col("name").eq(key.clone()))
            .take();
        let Some(row) = self.conn.query_one(&query).await? else {
            return Ok(None);
        };
        let (digest, answer): (String, String) = (row.try_get("", "digest")?, row.try_get("", "answer")?);
        if digest != push.digest {
            return Err(Refusal::KeyReused.into());
        }
        let answer = serde_json::from_str(&answer).map_err(|error| Error::Corrupt(error.to_string()))?;
        Ok(Some(Answer {
            is_replay: true,
            ..answer
        }))
    }

    /// Keeps the answer to a request for its retries, in the transaction of what it did.
    pub(super) async fn keep_answer(
        &self,
        source: &str,
        key: String,
        digest: String,
        answer: &Answer,
    ) -> Result<()> {
        let text = serde_json::to_string(answer).map_err(|error| Error::Corrupt(error.to_string()))?;
        let columns = ["source", "name", "digest", "answer", "at"];
        let row = vec![
            source.into(),
            key.into(),
            digest.into(),
            text.into(),
            self.now().into(),
        ];
        rows::insert(&self.conn, "push_key", &columns, vec![row]).await
    }

    /// What is known of these identifiers of a source.
    pub(super) async fn known_to(
        &self,
        source: &str,
        ids: Names,
    ) -> Result<HashMap<(Pushed, String), Known>> {
        let engine = self.conn.get_database_backend();
        let (mut parts, mut values) = (Vec::new(), vec![source.into()]);
        for (kind, mut ids) in ids {
            ids.retain(|id| is_external_id(id));
            if ids.is_empty() {
                continue;
            }
            let ids: Vec<String> = ids.into_iter().collect();
            let ids = serde_json::to_string(&ids).map_err(|error| Error::Corrupt(error.to_string()))?;
            values.push(ids.into());
            let (kind, number) = (kind.word(), values.len());
            // As one list, PostgreSQL walks the index once; as rows, it goes down the tree for each.
            let among = match engine {
                DbBackend::Postgres => {
                    format!("= ANY(ARRAY(SELECT json_array_elements_text(${number}::json)))")
                }
                DbBackend::Sqlite | DbBackend::MySql | _ => {
                    format!("IN (SELECT value FROM json_each(${number}))")
                }
            };
            parts.push(format!(
                "SELECT record_kind, external_id, record_id, source_updated_at, source_revision, digest, deleted_at, made_it \
                 FROM external_id WHERE source = $1 AND record_kind = '{kind}' AND external_id {among}"
            ));
        }
        if parts.is_empty() {
            return Ok(HashMap::new());
        }
        let statement = Statement::from_sql_and_values(engine, parts.join(" UNION ALL "), values);
        let mut known = HashMap::new();
        for row in self.conn.query_all_raw(statement).await? {
            let kind: String = row.try_get("", "record_kind")?;
            let Some(pushed) = KINDS.into_iter().find(|pushed| pushed.word() == kind) else {
                continue;
            };
            let deleted_at: Option<DateTime<Utc>> = row.try_get("", "deleted_at")?;
            let of = Known {
                record: row.try_get("", "record_id")?,
                updated_at: row.try_get("", "source_updated_at")?,
                revision: row.try_get("", "source_revision")?,
                digest: row.try_get("", "digest")?,
                is_deleted: deleted_at.is_some(),
                made_it: row.try_get("", "made_it")?,
            };
            known.insert((pushed, row.try_get("", "external_id")?), of);
        }
        Ok(known)
    }

    /// The revisions of these records, of those that are there.
    pub(super) async fn revisions<R: Stored>(&self, ids: Vec<Uuid>) -> Result<HashMap<Uuid, i32>> {
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let query = Query::select()
            .columns(["id", "revision"])
            .from(R::TABLE)
            .and_where(rows::among(&self.conn, Expr::col("id"), ids))
            .take();
        let mut revisions = HashMap::new();
        for row in self.conn.query_all(&query).await? {
            revisions.insert(row.try_get("", "id")?, row.try_get("", "revision")?);
        }
        Ok(revisions)
    }

    /// These records, of those that are there; nobody else changes them until this transaction ends.
    pub(crate) async fn present<R: Stored>(&self, ids: Vec<Uuid>) -> Result<HashMap<Uuid, R>> {
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let query = selecting::<R>()
            .and_where(rows::among(&self.conn, Expr::col((R::TABLE, "id")), ids))
            .lock_exclusive()
            .take();
        let records: Vec<R> = all(&self.conn, &query).await?;
        Ok(records
            .into_iter()
            .map(|record| (record.id().into(), record))
            .collect())
    }

    /// The organisations with these enterprise numbers.
    pub(super) async fn numbered(&self, numbers: &HashSet<String>) -> Result<HashMap<String, Organisation>> {
        let words = numbers.iter().map(|number| format!("ENTERPRISE:{number}"));
        let query = Query::select()
            .columns(["record_id", "word"])
            .from("tag")
            .and_where(Expr::col("field").eq("numbers"))
            .and_where(Expr::col("word").is_in(words))
            .take();
        let mut found: HashMap<Uuid, String> = HashMap::new();
        for row in self.conn.query_all(&query).await? {
            let word: String = row.try_get("", "word")?;
            let number = word.trim_start_matches("ENTERPRISE:").to_owned();
            found.insert(row.try_get("", "record_id")?, number);
        }
        let present = self
            .present::<Organisation>(found.keys().copied().collect())
            .await?;
        Ok(present
            .into_iter()
            .filter_map(|(id, organisation)| Some((found.remove(&id)?, organisation)))
            .collect())
    }

    /// Notes that a run named these identifiers.
    pub(super) async fn see(&self, source: &str, run: Uuid, seen: &[(Pushed, String)]) -> Result<()> {
        for pushed in KINDS {
            let ids: Vec<&String> = seen
                .iter()
                .filter(|(kind, _)| *kind == pushed)
                .map(|(_, id)| id)
                .collect();
            if ids.is_empty() {
                continue;
            }
            let update = Query::update()
                .table("external_id")
                .value("run_id", run)
                .and_where(Expr::col("source").eq(source))
                .and_where(Expr::col("record_kind").eq(pushed.word()))
                .and_where(Expr::col("external_id").is_in(ids.into_iter().cloned()))
                .take();
            self.conn.execute(&update).await?;
        }
        Ok(())
    }

    /// Removes the record that a source holds no more, unless others know it too; answers whether it stays.
    pub(super) async fn let_go(
        &mut self,
        source: &str,
        pushed: Pushed,
        external_id: &str,
        known: &Known,
    ) -> Result<bool> {
        let others = Query::select()
            .expr_as(Expr::col("external_id").count(), "others")
            .from("external_id")
            .and_where(Expr::col("record_id").eq(known.record))
            .and_where(Expr::col("deleted_at").is_null())
            .and_where(
                Expr::col("source")
                    .ne(source)
                    .or(Expr::col("external_id").ne(external_id)),
            )
            .take();
        let row = self.conn.query_one(&others).await?;
        let others: i64 = row.map(|row| row.try_get("", "others")).transpose()?.unwrap_or(0);
        if others > 0 || !known.made_it {
            return Ok(true);
        }
        match pushed {
            Pushed::Organisation => self.remove_found::<Organisation>(known.record).await,
            Pushed::Offer => self.remove_found::<Offer>(known.record).await,
            Pushed::Need => self.remove_found::<Need>(known.record).await,
        }
    }

    /// Removes a record, where it is still there. What others name is taken out of circulation instead and stays.
    async fn remove_found<R: Pushable>(&mut self, record: Uuid) -> Result<bool> {
        let Some(found) = self.present::<R>(vec![record]).await?.remove(&record) else {
            return Ok(false);
        };
        let refused = match self.delete(&found).await {
            Ok(()) => return Ok(false),
            Err(error) => error,
        };
        let is_in_use = matches!(&refused, Error::Refused(why) if why.iter().all(|why| matches!(why, Refusal::InUse { .. })));
        let mut retired = found.clone();
        if !is_in_use || !retired.retire() {
            return Err(refused);
        }
        self.update(&found, retired).await?;
        Ok(true)
    }

    /// Keeps that the source removed it, and when, so that nothing older brings it back.
    pub(super) async fn bury(
        &self,
        source: &str,
        pushed: Pushed,
        external_id: &str,
        (updated_at, revision): Age,
    ) -> Result<()> {
        let mut update = Query::update();
        update
            .table("external_id")
            .value("deleted_at", self.now())
            .value("digest", None::<String>)
            .and_where(Expr::col("source").eq(source))
            .and_where(Expr::col("record_kind").eq(kind_of(pushed).word()))
            .and_where(Expr::col("external_id").eq(external_id));
        if let Some(updated_at) = updated_at {
            update.value("source_updated_at", updated_at);
        }
        if let Some(revision) = revision {
            update.value("source_revision", revision);
        }
        self.conn.execute(&update).await?;
        Ok(())
    }
}
