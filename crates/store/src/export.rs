//! Exports that are written while nobody waits: what was asked, who of several servers writes it, how far it has come;
//! and the file, in parts, so that any of the servers hands it out. What cannot be finished is begun anew; what has
//! expired is cleared away.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use domain::Lang;
use domain::export::State;
use sea_orm::sea_query::{Condition, Expr, ExprTrait, Order, Query, SelectStatement, UpdateStatement};
use sea_orm::{ConnectionTrait, DatabaseTransaction, QueryResult};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::connect::{Engine, Lock, Store};
use crate::error::{Error, Result};
use crate::json::Json;

/// The length of every part but the last.
pub const PIECE: usize = 256 * 1024;
/// Who writes an export says so before this is over; else another server begins it anew.
const LEASE: TimeDelta = TimeDelta::seconds(20);
/// How long a file can be fetched, and a job be asked about.
const KEPT: TimeDelta = TimeDelta::hours(24);
/// So often an export is begun.
const ATTEMPTS: i32 = 5;
/// So many exports one caller may have at a time, and all callers together.
const OF_ONE: i64 = 4;
const OF_ALL: i64 = 50;
/// The longest reason that is kept, in characters.
const REASON: usize = 300;

/// What is asked.
#[derive(Clone, Debug)]
pub struct NewExport {
    /// Who asks, in a word that is the same each time; only its digest is kept.
    pub caller: String,
    /// The kind of record.
    pub what: String,
    /// The form.
    pub form: String,
    /// What narrows it.
    pub asked: Vec<(String, String)>,
    /// The language in which it is said why it failed.
    pub lang: Lang,
}

/// An export that is written while nobody waits.
#[derive(Clone, Debug, PartialEq)]
pub struct Export {
    /// Its identifier.
    pub id: Uuid,
    /// The kind of record.
    pub what: String,
    /// The form.
    pub form: String,
    /// What narrows it.
    pub asked: Vec<(String, String)>,
    /// The language in which it is said why it failed.
    pub lang: Lang,
    /// How far it has come.
    pub state: State,
    /// When it was asked for.
    pub made_at: DateTime<Utc>,
    /// How often it was begun.
    pub attempts: i32,
    /// How many rows are written.
    pub rows: i64,
    /// How many bytes.
    pub bytes: i64,
    /// From where to follow the feed, once the file is there.
    pub cursor: Option<String>,
    /// The file's digest, once it is there.
    pub digest: Option<String>,
    /// What the file is fetched by: nobody guesses it.
    pub token: String,
    /// Why it failed.
    pub why: Option<String>,
    /// Until when it is kept.
    pub expires_at: DateTime<Utc>,
}

const COLUMNS: [&str; 15] = [
    "id",
    "what",
    "form",
    "asked",
    "lang",
    "state",
    "made_at",
    "attempts",
    "row_count",
    "byte_count",
    "cursor",
    "digest",
    "token",
    "why",
    "expires_at",
];

fn entry(row: &QueryResult) -> Result<Export> {
    let asked: Json<Vec<(String, String)>> = row.try_get("", "asked")?;
    Ok(Export {
        id: row.try_get("", "id")?,
        what: row.try_get("", "what")?,
        form: row.try_get("", "form")?,
        asked: asked.0,
        lang: row.try_get("", "lang")?,
        state: row.try_get("", "state")?,
        made_at: row.try_get("", "made_at")?,
        attempts: row.try_get("", "attempts")?,
        rows: row.try_get("", "row_count")?,
        bytes: row.try_get("", "byte_count")?,
        cursor: row.try_get("", "cursor")?,
        digest: row.try_get("", "digest")?,
        token: row.try_get("", "token")?,
        why: row.try_get("", "why")?,
        expires_at: row.try_get("", "expires_at")?,
    })
}

fn reading() -> SelectStatement {
    Query::select().columns(COLUMNS).from("export_job").take()
}

/// Those that are not over.
fn unfinished() -> Condition {
    let words = [State::Waiting.word(), State::Running.word()];
    Condition::all().add(Expr::col("state").is_in(words))
}

impl Export {
    /// A change of this export by whoever began it this time, and by nobody who began it before.
    fn update(&self) -> UpdateStatement {
        Query::update()
            .table("export_job")
            .and_where(Expr::col("id").eq(self.id))
            .and_where(Expr::col("attempts").eq(self.attempts))
            .and_where(Expr::col("state").eq(State::Running.word()))
            .take()
    }
}

impl Store {
    /// Keeps what is asked until its turn comes; nothing where the caller, or all together, have as many as they may.
    ///
    /// # Errors
    /// A database fault.
    pub async fn ask_export(&self, new: NewExport) -> Result<Option<Export>> {
        let now = self.mint.now();
        let caller = BASE64_URL_SAFE_NO_PAD.encode(&Sha256::digest(new.caller)[..16]);
        let export = Export {
            id: self.mint.uuid(),
            what: new.what,
            form: new.form,
            asked: new.asked,
            lang: new.lang,
            state: State::Waiting,
            made_at: now,
            attempts: 0,
            rows: 0,
            bytes: 0,
            cursor: None,
            digest: None,
            token: BASE64_URL_SAFE_NO_PAD.encode(self.mint.secret()),
            why: None,
            expires_at: now + KEPT,
        };
        self.alone(async |tx: &DatabaseTransaction| {
            self.hold(tx, Lock::Exports).await?;
            for (most, of) in [(OF_ALL, None), (OF_ONE, Some(&caller))] {
                let mut count = Query::select();
                count
                    .expr_as(Expr::col("id").count(), "count")
                    .from("export_job")
                    .and_where(Expr::col("expires_at").gt(now));
                if let Some(caller) = of {
                    count.and_where(Expr::col("caller").eq(caller.as_str()));
                }
                let row = tx.query_one(&count).await?;
                let there: i64 = row.map(|row| row.try_get("", "count")).transpose()?.unwrap_or(0);
                if there >= most {
                    return Ok(None);
                }
            }
            let mut insert = Query::insert();
            insert
                .into_table("export_job")
                .columns(COLUMNS.into_iter().chain(["caller", "next_attempt"]))
                .values([
                    Expr::value(export.id),
                    Expr::value(export.what.clone()),
                    Expr::value(export.form.clone()),
                    Expr::value(Json(export.asked.clone())),
                    Expr::value(export.lang),
                    Expr::value(export.state),
                    Expr::value(export.made_at),
                    Expr::value(export.attempts),
                    Expr::value(export.rows),
                    Expr::value(export.bytes),
                    Expr::value(export.cursor.clone()),
                    Expr::value(export.digest.clone()),
                    Expr::value(export.token.clone()),
                    Expr::value(export.why.clone()),
                    Expr::value(export.expires_at),
                    Expr::value(caller.clone()),
                    Expr::value(now),
                ])
                .map_err(|error| Error::Corrupt(error.to_string()))?;
            tx.execute(&insert).await?;
            Ok(Some(export))
        })
        .await
    }

    /// An export by its identifier, until it expires.
    ///
    /// # Errors
    /// A database fault.
    pub async fn export(&self, id: Uuid) -> Result<Option<Export>> {
        let query = reading()
            .and_where(Expr::col("id").eq(id))
            .and_where(Expr::col("expires_at").gt(self.mint.now()))
            .take();
        self.reading
            .query_one(&query)
            .await?
            .as_ref()
            .map(entry)
            .transpose()
    }

    /// The export whose file is fetched by this token, while it is there.
    ///
    /// # Errors
    /// A database fault.
    pub async fn exported(&self, token: &str) -> Result<Option<Export>> {
        if token.contains('\0') {
            return Ok(None);
        }
        let query = reading()
            .and_where(Expr::col("token").eq(token))
            .and_where(Expr::col("state").eq(State::Done.word()))
            .and_where(Expr::col("expires_at").gt(self.mint.now()))
            .take();
        self.reading
            .query_one(&query)
            .await?
            .as_ref()
            .map(entry)
            .transpose()
    }

    /// A part of a file, by its number from 0; nothing after the last.
    ///
    /// # Errors
    /// A database fault.
    pub async fn export_part(&self, id: Uuid, number: i64) -> Result<Option<Vec<u8>>> {
        let query = Query::select()
            .column("bytes")
            .from("export_part")
            .and_where(Expr::col("job_id").eq(id))
            .and_where(Expr::col("number").eq(number))
            .take();
        let row = self.reading.query_one(&query).await?;
        Ok(row.map(|row| row.try_get("", "bytes")).transpose()?)
    }

    /// Takes the export that has waited longest, or that a server left unfinished, for whoever calls to write it now from
    /// its beginning. Nothing where none is due.
    ///
    /// # Errors
    /// A database fault.
    pub async fn claim_export(&self) -> Result<Option<Export>> {
        loop {
            let now = self.mint.now();
            let due = reading()
                .cond_where(unfinished())
                .and_where(Expr::col("next_attempt").lte(now))
                .order_by("next_attempt", Order::Asc)
                .order_by("id", Order::Asc)
                .limit(1)
                .take();
            let Some(row) = self.reading.query_one(&due).await? else {
                return Ok(None);
            };
            let found = entry(&row)?;
            let mut claim = Query::update();
            claim
                .table("export_job")
                // Of two servers that found it, one counts this attempt.
                .and_where(Expr::col("id").eq(found.id))
                .and_where(Expr::col("attempts").eq(found.attempts))
                .cond_where(unfinished());
            if found.attempts >= ATTEMPTS {
                claim
                    .value("state", State::Failed)
                    .value("why", format!("it was begun {ATTEMPTS} times and never finished"));
                self.db.execute(&claim).await?;
                continue;
            }
            let claimed = Export {
                state: State::Running,
                attempts: found.attempts + 1,
                rows: 0,
                bytes: 0,
                ..found
            };
            claim
                .value("state", claimed.state)
                .value("attempts", claimed.attempts)
                .value("row_count", claimed.rows)
                .value("byte_count", claimed.bytes)
                .value("next_attempt", now + LEASE);
            if self.db.execute(&claim).await?.rows_affected() > 0 {
                self.drop_parts(claimed.id).await?;
                return Ok(Some(claimed));
            }
        }
    }

    /// Says that it is still being written, and how far; false where another server has begun it since.
    ///
    /// # Errors
    /// A database fault.
    pub async fn export_goes_on(&self, export: &Export, rows: i64) -> Result<bool> {
        let update = export
            .update()
            .value("row_count", rows)
            .value("next_attempt", self.mint.now() + LEASE)
            .take();
        Ok(self.db.execute(&update).await?.rows_affected() > 0)
    }

    /// Leaves it to whoever comes next, at once.
    ///
    /// # Errors
    /// A database fault.
    pub async fn release_export(&self, export: &Export) -> Result<()> {
        let update = export
            .update()
            .value("state", State::Waiting)
            .value("next_attempt", self.mint.now())
            .take();
        self.db.execute(&update).await?;
        Ok(())
    }

    /// Keeps a part of the file; false where another server has begun it since, or it has expired.
    ///
    /// # Errors
    /// A database fault.
    pub async fn keep_export_part(&self, export: &Export, number: i64, bytes: &[u8]) -> Result<bool> {
        let length = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
        self.alone(async |tx: &DatabaseTransaction| {
            let grow = export
                .update()
                .value("byte_count", Expr::col("byte_count").add(length))
                .take();
            if tx.execute(&grow).await?.rows_affected() == 0 {
                return Ok(false);
            }
            let insert = Query::insert()
                .into_table("export_part")
                .columns(["job_id", "number", "bytes"])
                .values([
                    Expr::value(export.id),
                    Expr::value(number),
                    Expr::value(bytes.to_vec()),
                ])
                .map_err(|error| Error::Corrupt(error.to_string()))?
                .take();
            tx.execute(&insert).await?;
            Ok(true)
        })
        .await
    }

    /// The file is whole, and can be fetched from now on; false where another server has begun it since.
    ///
    /// # Errors
    /// A database fault.
    pub async fn export_done(&self, export: &Export, rows: i64, cursor: &str, digest: &str) -> Result<bool> {
        let update = export
            .update()
            .value("state", State::Done)
            .value("row_count", rows)
            .value("cursor", cursor)
            .value("digest", digest)
            .value("expires_at", self.mint.now() + KEPT)
            .take();
        Ok(self.db.execute(&update).await?.rows_affected() > 0)
    }

    /// It cannot be written, and why; nothing of it is kept.
    ///
    /// # Errors
    /// A database fault.
    pub async fn export_failed(&self, export: &Export, why: &str) -> Result<()> {
        let update = export
            .update()
            .value("state", State::Failed)
            .value("why", why.chars().take(REASON).collect::<String>())
            .take();
        self.db.execute(&update).await?;
        self.drop_parts(export.id).await
    }

    /// Forgets an export and its file, finished or not; false where there is none.
    ///
    /// # Errors
    /// A database fault.
    pub async fn drop_export(&self, id: Uuid) -> Result<bool> {
        let gone = Query::delete()
            .from_table("export_job")
            .and_where(Expr::col("id").eq(id))
            .take();
        Ok(self.db.execute(&gone).await?.rows_affected() > 0)
    }

    /// Clears away what has expired, one after the other; answers how many.
    ///
    /// # Errors
    /// A database fault; what was cleared until then stays so.
    pub async fn clear_exports(&self) -> Result<u64> {
        let old = Query::select()
            .column("id")
            .from("export_job")
            .and_where(Expr::col("expires_at").lte(self.mint.now()))
            .take();
        let mut cleared = 0;
        for row in self.reading.query_all(&old).await? {
            cleared += u64::from(self.drop_export(row.try_get("", "id")?).await?);
        }
        Ok(cleared)
    }

    async fn drop_parts(&self, id: Uuid) -> Result<()> {
        let gone = Query::delete()
            .from_table("export_part")
            .and_where(Expr::col("job_id").eq(id))
            .take();
        self.db.execute(&gone).await?;
        Ok(())
    }

    /// Runs some statements as one.
    async fn alone<T: Send>(
        &self,
        statements: impl AsyncFnOnce(&DatabaseTransaction) -> Result<T> + Send,
    ) -> Result<T> {
        let _turn = match self.engine {
            Engine::Sqlite => Some(self.turn.lock().await),
            Engine::Postgres => None,
        };
        let tx = self.begin().await?;
        match statements(&tx).await {
            Ok(value) => {
                tx.commit().await?;
                Ok(value)
            }
            Err(error) => {
                tx.rollback().await?;
                Err(error)
            }
        }
    }
}
