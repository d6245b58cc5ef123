//! Files that are imported, over GraphQL: how they are read, what would become of their lines, starting and stopping, the
//! report. How a file comes in is `rest::imports` and the command line; reading it is `file`, working on it `worker`.

pub(crate) mod file;
pub(crate) mod worker;

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use domain::change::FieldChange;
use domain::id::{decode, encode};
use domain::import::{Column, Format, Mapping, State};
use domain::push::{Counts, Mode, Notice, Outcome, Pushed};
use domain::refusal::Code;
use domain::{PersonId, RecordId, Refusal};
use store::{Import, ImportRow};
use uuid::Uuid;

use crate::ctx::{caller, store};
use crate::error::{UserError, fail};
use crate::source::SourceNode;

/// The most lines of a report at once.
const ROWS: i32 = 500;

/// An import's identifier outside.
pub(crate) fn import_name(id: Uuid) -> String {
    format!("import_{}", encode(id))
}

/// The import that an identifier names.
pub(crate) fn import_named(id: &str) -> Option<Uuid> {
    decode(id.strip_prefix("import_")?).ok()
}

/// A file that is imported.
pub(crate) struct ImportNode {
    import: Import,
}

/// Why a line was refused.
#[derive(SimpleObject)]
struct ImportRowError {
    /// Why, for a program.
    code: Code,
    /// The field it is about, by its name in a row; empty where it is about the whole.
    field: String,
    /// The file's column it is about, by its header; the field's name where no column feeds it.
    column: Option<String>,
    /// What is wrong and what to do, in the language of `Accept-Language`.
    message: String,
}

/// What became of a line, or would.
#[derive(SimpleObject)]
#[graphql(name = "ImportRow")]
struct ImportRowNode {
    /// Its number in the file, from 1 with the headers' own.
    line: u32,
    /// The source's own identifier, as far as the line says it.
    external_id: Option<String>,
    /// What became of it, or would.
    outcome: Outcome,
    /// Why it was refused.
    errors: Vec<ImportRowError>,
    /// What the source should know although the line was good.
    notices: Vec<Notice>,
    /// The record; null where it is not made yet.
    record_id: Option<RecordId>,
    /// In a preview, what would change, field by field.
    changes: Vec<FieldChange>,
}

impl ImportRowNode {
    fn of(ctx: &Context<'_>, import: &Import, row: ImportRow) -> Self {
        let ImportRow {
            line,
            external_id,
            outcome,
            errors,
            notices,
            record_id,
            changes,
        } = row;
        let errors = errors.iter().map(|refusal| ImportRowError {
            code: refusal.code(),
            field: refusal.field().to_owned(),
            column: import.mapping.header_of(import.what, refusal.field()),
            message: refusal.message(caller(ctx).lang),
        });
        Self {
            line,
            external_id,
            outcome,
            errors: errors.collect(),
            notices,
            record_id,
            changes,
        }
    }
}

/// A file of organisations, offers or needs that is imported under a source.
#[Object(name = "Import")]
impl ImportNode {
    /// Its identifier.
    async fn id(&self) -> ID {
        import_name(self.import.id).into()
    }

    /// The source.
    async fn source(&self, ctx: &Context<'_>) -> Result<Option<SourceNode>> {
        let source = store(ctx).source(&self.import.source).await;
        Ok(source.map_err(|error| fail(ctx, error))?.map(Into::into))
    }

    /// The kind of record that its lines are.
    async fn record_type(&self) -> Pushed {
        self.import.what
    }

    /// The file's name.
    async fn file_name(&self) -> &str {
        &self.import.file_name
    }

    /// What sort of file it is.
    async fn format(&self) -> Format {
        self.import.format
    }

    /// The encoding it was decoded from; null for a spreadsheet.
    async fn encoding(&self) -> Option<&str> {
        self.import.encoding.as_deref()
    }

    /// Its columns, with what stands in its first lines.
    async fn columns(&self) -> &[Column] {
        &self.import.columns
    }

    /// How it is read: as the file before of this kind, or as its headers and first lines suggest, until `importMap` says
    /// otherwise.
    async fn mapping(&self) -> &Mapping {
        &self.import.mapping
    }

    /// What its lines stand for.
    async fn mode(&self) -> Mode {
        self.import.mode
    }

    /// Where it stands.
    async fn state(&self) -> State {
        self.import.state
    }

    /// How many lines it has, the headers' aside.
    async fn lines(&self) -> u32 {
        self.import.lines
    }

    /// How many of them are dealt with, in the preview or the run that is under way or was the last.
    async fn done(&self) -> u32 {
        self.import.done
    }

    /// How many of those came to what; for a full snapshot that is done, also what it removed.
    async fn counts(&self) -> Counts {
        self.import.counts
    }

    /// How many lines would come to what, as the preview found; null where there was none of this mapping.
    async fn preview(&self) -> Option<Counts> {
        self.import.preview
    }

    /// How many records of its kind the source holds that the file does not name, as the preview found: with
    /// `FULL_SNAPSHOT` they go.
    async fn absent(&self) -> Option<u32> {
        self.import.absent
    }

    /// Why it stopped, with the state `FAILED`; null also where that was a fault of ours.
    async fn failure(&self, ctx: &Context<'_>) -> Option<UserError> {
        let why = self.import.failure.clone()?;
        UserError::list(ctx, &[why]).pop()
    }

    /// The person who last asked for something to be done with it.
    async fn person_id(&self) -> Option<PersonId> {
        self.import.person
    }

    /// When it came.
    async fn made_at(&self) -> DateTime<Utc> {
        self.import.made_at
    }

    /// When something was last done with it.
    async fn changed_at(&self) -> DateTime<Utc> {
        self.import.changed_at
    }

    /// Whether its lines are cleared away, thirty days after the last that was done with it.
    async fn is_cleared(&self) -> bool {
        self.import.is_cleared
    }

    /// What is told of its lines, in their order: all that are refused; of the others, in a preview, the first 500 that
    /// would make or change something. At most 500 at once.
    #[graphql(complexity = "20 + 100 * child_complexity")]
    async fn rows(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those that came to any of these.")] outcomes: Option<Vec<Outcome>>,
        #[graphql(desc = "So many at most; 100 unless given.")] first: Option<i32>,
        #[graphql(desc = "Those after this line.")] after: Option<i32>,
    ) -> Result<Vec<ImportRowNode>> {
        let most = usize::try_from(first.unwrap_or(100).clamp(0, ROWS)).unwrap_or(0);
        let after = after.and_then(|line| u32::try_from(line).ok()).unwrap_or(0);
        let outcomes = outcomes.unwrap_or_else(|| Outcome::ALL.to_vec());
        let rows = store(ctx)
            .import_rows(&caller(ctx).actor, self.import.id, &outcomes, after, most)
            .await;
        let rows = rows.map_err(|error| fail(ctx, error))?.into_iter();
        Ok(rows
            .map(|row| ImportRowNode::of(ctx, &self.import, row))
            .collect())
    }
}

impl From<Import> for ImportNode {
    fn from(import: Import) -> Self {
        Self { import }
    }
}

/// Says how a file is read.
#[derive(InputObject)]
struct ImportMapInput {
    /// The import.
    id: ID,
    /// How it is read.
    mapping: Mapping,
}

/// Has it worked out what would become of the lines of a file.
#[derive(InputObject)]
struct ImportPreviewInput {
    /// The import.
    id: ID,
}

/// Has the lines of a file applied.
#[derive(InputObject)]
struct ImportStartInput {
    /// The import.
    id: ID,
    /// What the lines stand for: with `FULL_SNAPSHOT`, what the source holds of this kind and the file does not name goes.
    #[graphql(default)]
    mode: Mode,
    /// The source's code, where more than a tenth of its records of this kind is meant to go.
    confirm: Option<String>,
}

/// Stops an import.
#[derive(InputObject)]
struct ImportCancelInput {
    /// The import.
    id: ID,
}

/// What became of what was asked of an import.
#[derive(SimpleObject)]
struct ImportPayload {
    /// The import as it is now; null where it was refused.
    import: Option<ImportNode>,
    /// Why it was refused; empty where it was done.
    user_errors: Vec<UserError>,
}

fn payload(ctx: &Context<'_>, result: store::Result<Import>) -> Result<ImportPayload> {
    match result {
        Ok(import) => Ok(ImportPayload {
            import: Some(ImportNode { import }),
            user_errors: Vec::new(),
        }),
        Err(store::Error::Refused(refusals)) => Ok(ImportPayload {
            import: None,
            user_errors: UserError::list(ctx, &refusals),
        }),
        Err(error) => Err(fail(ctx, error)),
    }
}

/// The import that is named; a visitor is not told whether there is one.
fn named(ctx: &Context<'_>, id: &ID) -> store::Result<Uuid> {
    if caller(ctx).actor == domain::Actor::Visitor {
        return Err(Refusal::Unauthenticated.into());
    }
    Ok(import_named(id).ok_or(Refusal::NotFound)?)
}

#[derive(Default)]
pub(crate) struct ImportQuery;

#[Object]
impl ImportQuery {
    /// One import; null where there is none, or not for you.
    async fn import(&self, ctx: &Context<'_>, id: ID) -> Result<Option<ImportNode>> {
        let Some(id) = import_named(&id) else {
            return Ok(None);
        };
        match store(ctx).import(&caller(ctx).actor, id).await {
            Ok(import) => Ok(Some(ImportNode { import })),
            Err(store::Error::Refused(_)) => Ok(None),
            Err(error) => Err(fail(ctx, error)),
        }
    }
}

#[derive(Default)]
pub(crate) struct ImportMutation;

#[Object]
impl ImportMutation {
    /// Says how a file is read; what a preview found before holds no more. It is proposed for the next file of this kind.
    async fn import_map(&self, ctx: &Context<'_>, input: ImportMapInput) -> Result<ImportPayload> {
        let ImportMapInput { id, mapping } = input;
        let done = match named(ctx, &id) {
            Ok(id) => store(ctx).map_import(&caller(ctx).actor, id, mapping).await,
            Err(error) => Err(error),
        };
        payload(ctx, done)
    }

    /// Has it worked out what would become of each line, with the fields that would change; nothing is written. The import
    /// is `PREVIEWING`, then `PREVIEWED`.
    async fn import_preview(&self, ctx: &Context<'_>, input: ImportPreviewInput) -> Result<ImportPayload> {
        let done = match named(ctx, &input.id) {
            Ok(id) => store(ctx).preview_import(&caller(ctx).actor, id).await,
            Err(error) => Err(error),
        };
        payload(ctx, done)
    }

    /// Has the lines applied: the import is `RUNNING`, then `DONE`, also where lines were refused. After a preview, it stops
    /// with `PLAN_MOVED` where a line would come to something else than was shown.
    async fn import_start(&self, ctx: &Context<'_>, input: ImportStartInput) -> Result<ImportPayload> {
        let ImportStartInput { id, mode, confirm } = input;
        let done = match named(ctx, &id) {
            Ok(id) => {
                let actor = &caller(ctx).actor;
                store(ctx).start_import(actor, id, mode, confirm.as_deref()).await
            }
            Err(error) => Err(error),
        };
        payload(ctx, done)
    }

    /// Stops an import that is under way, or drops one that was not started. What was applied stays.
    async fn import_cancel(&self, ctx: &Context<'_>, input: ImportCancelInput) -> Result<ImportPayload> {
        let done = match named(ctx, &input.id) {
            Ok(id) => store(ctx).cancel_import(&caller(ctx).actor, id).await,
            Err(error) => Err(error),
        };
        payload(ctx, done)
    }
}
