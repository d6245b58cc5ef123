//! Files on their way in: kept line by line as they are read, with the mapping by which they would be read.

use chrono::{DateTime, Utc};
use domain::Refusal;
use domain::import::{self, Cell, Column, Format, Line, Mapping, SAMPLES, State};
use domain::policy::{Action, Actor};
use domain::push::{Counts, Mode, Pushed};
use domain::text::tidy_line;
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{Expr, ExprTrait, Order, Query};
use serde_json::Value;
use uuid::Uuid;

use super::{COLUMNS, Import, of_json, to_json, to_text, updated};
use crate::connect::Store;
use crate::error::Result;
use crate::rows;
use crate::write::Tx;

/// By so many lines it is guessed how a file is written.
const GUESSED: usize = 50;

/// What is known of a file when its reading begins.
#[derive(Clone, Debug)]
pub struct NewImport {
    /// The source's code.
    pub source: String,
    /// The kind of record that its lines are.
    pub what: Pushed,
    /// The file's name.
    pub file_name: String,
    /// What sort of file it is.
    pub format: Format,
    /// The encoding it is decoded from, for text.
    pub encoding: Option<String>,
    /// Its headers.
    pub headers: Vec<String>,
}

/// A file that is being read into the database.
#[derive(Debug)]
pub struct Upload {
    store: Store,
    actor: Actor,
    action: Action,
    id: Uuid,
    parts: i32,
    lines: u32,
}

impl Store {
    /// Begins to keep a file: under a source that the actor may push under, read by the mapping of the file before or by a
    /// guess from its headers and first lines.
    ///
    /// # Errors
    /// An unknown source, or one that is not the actor's.
    pub async fn begin_import(&self, actor: &Actor, new: NewImport, first: &[Line]) -> Result<Upload> {
        let (source, action) = self.source_to_push(actor, &new.source).await?;
        let NewImport {
            source: _,
            what,
            file_name,
            format,
            encoding,
            headers,
        } = new;
        let lines: Vec<Vec<Cell>> = first
            .iter()
            .take(GUESSED)
            .map(|(_, cells)| cells.clone())
            .collect();
        let seen = Column::of(&headers, &lines);
        let mapping = match self.last_mapping(&source.code, what).await? {
            Some(mapping) => mapping.fitted(what, &seen),
            None => Mapping::guess(what, &seen),
        };
        let shown: Vec<Column> = Column::of(&headers, &lines[..lines.len().min(SAMPLES)]);
        let name: String = tidy_line(&file_name).chars().take(import::HEADER).collect();
        let id = self
            .write(actor, action, async |tx: &mut Tx| {
                let (person, client) = tx.who();
                let id = tx.uuid();
                let row = vec![
                    id.into(),
                    source.code.clone().into(),
                    what.into(),
                    name.clone().into(),
                    format.into(),
                    encoding.clone().into(),
                    to_json(&shown)?.into(),
                    to_json(&mapping)?.into(),
                    Mode::Delta.into(),
                    State::Reading.into(),
                    0.into(),
                    0.into(),
                    0.into(),
                    0.into(),
                    0.into(),
                    to_json(&Counts::default())?.into(),
                    Value::Null.into(),
                    None::<i32>.into(),
                    0.into(),
                    None::<Uuid>.into(),
                    false.into(),
                    Value::Null.into(),
                    0.into(),
                    tx.now().into(),
                    person.map(Uuid::from).into(),
                    client.into(),
                    tx.now().into(),
                    tx.now().into(),
                    None::<DateTime<Utc>>.into(),
                ];
                rows::insert(&tx.conn, "import", &COLUMNS, vec![row]).await?;
                Ok(id)
            })
            .await?;
        Ok(Upload {
            store: self.clone(),
            actor: actor.clone(),
            action,
            id,
            parts: 0,
            lines: 0,
        })
    }

    /// The mapping by which files of this kind were last read under a source.
    ///
    /// # Errors
    /// A database fault.
    pub async fn last_mapping(&self, source: &str, what: Pushed) -> Result<Option<Mapping>> {
        let query = Query::select()
            .column("mapping")
            .from("import")
            .and_where(Expr::col("source").eq(source))
            .and_where(Expr::col("record_kind").eq(what))
            // One that nobody has looked at yet is only a guess.
            .and_where(Expr::col("attempt").gt(0))
            .order_by("changed_at", Order::Desc)
            .order_by("id", Order::Desc)
            .limit(1)
            .take();
        let row = self.reading.query_one(&query).await?;
        row.map(|row| of_json(&row, "mapping")).transpose()
    }
}

impl Upload {
    /// Keeps some more lines, at most [`PART`].
    ///
    /// # Errors
    /// Too many lines in all, or a database fault.
    pub async fn keep(&mut self, lines: &[Line]) -> Result<()> {
        let count = u32::try_from(lines.len()).unwrap_or(u32::MAX);
        self.lines = self.lines.saturating_add(count);
        if self.lines as usize > import::LINES {
            return Err(Refusal::TooMany {
                field: "lines".to_owned(),
                most: import::LINES,
            }
            .into());
        }
        let (id, number) = (self.id, self.parts);
        self.parts += 1;
        let text = to_text(&lines)?;
        self.store
            .write(&self.actor, self.action, async |tx: &mut Tx| {
                let row = vec![id.into(), number.into(), text.clone().into()];
                rows::insert(
                    &tx.conn,
                    "import_part",
                    &["import_id", "number", "lines"],
                    vec![row],
                )
                .await
            })
            .await
    }

    /// All lines are here.
    ///
    /// # Errors
    /// A database fault.
    pub async fn finish(self) -> Result<Import> {
        let Self {
            store,
            actor,
            action,
            id,
            parts,
            lines,
        } = self;
        store
            .write(&actor, action, async |tx: &mut Tx| {
                let update = updated(id)
                    .value("state", State::Uploaded)
                    .value("parts", parts)
                    .value("lines", i32::try_from(lines).unwrap_or(i32::MAX))
                    .value("changed_at", tx.now())
                    .take();
                tx.conn.execute(&update).await?;
                tx.import(id).await
            })
            .await
    }

    /// The file cannot be read to its end: nothing of it is kept.
    ///
    /// # Errors
    /// A database fault.
    pub async fn give_up(self) -> Result<()> {
        let id = self.id;
        self.store
            .write(&self.actor, self.action, async |tx: &mut Tx| {
                let gone = Query::delete()
                    .from_table("import")
                    .and_where(Expr::col("id").eq(id))
                    .take();
                tx.conn.execute(&gone).await?;
                Ok(())
            })
            .await
    }
}
