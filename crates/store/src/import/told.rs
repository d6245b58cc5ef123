//! What became of an import's lines, or would: kept with the part they stand in, told line by line.

use domain::RecordId;
use domain::Refusal;
use domain::change::FieldChange;
use domain::import::{Line, State};
use domain::policy::Actor;
use domain::push::{Notice, Outcome};
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{Expr, ExprTrait, Order, Query};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Import, corrupt};
use crate::connect::Store;
use crate::error::Result;
use crate::push::RowResult;

/// So many lines that are good are told, with what changes; all that are refused are.
pub(super) const SHOWN: i32 = 500;

/// What became of a line, or would.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ImportRow {
    /// Its number in the file, from 1 with the headers' own.
    pub line: u32,
    /// The source's own identifier, as far as the line says it.
    pub external_id: Option<String>,
    /// What became of it.
    pub outcome: Outcome,
    /// Why it was refused, by the fields of a row.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<Refusal>,
    /// What the source should know.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notices: Vec<Notice>,
    /// The record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record_id: Option<RecordId>,
    /// What would change, field by field: in a preview.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<FieldChange>,
}

impl ImportRow {
    pub(super) fn of(line: u32, row: RowResult) -> Self {
        let RowResult {
            record_type: _,
            index: _,
            is_deletion: _,
            external_id,
            outcome,
            errors,
            notices,
            record_id,
            revision: _,
            changes,
        } = row;
        Self {
            line,
            external_id,
            outcome,
            errors,
            notices,
            record_id,
            changes,
        }
    }

    /// Whether it is told although so many good ones are told already.
    pub(super) fn is_told(&self, state: State, shown: &mut i32) -> bool {
        let says_more = match self.outcome {
            Outcome::Rejected => return true,
            Outcome::Unchanged => !self.notices.is_empty(),
            Outcome::Created | Outcome::Updated | Outcome::Deleted | Outcome::Stale => {
                state == State::Previewing || self.outcome == Outcome::Stale || !self.notices.is_empty()
            }
        };
        let is_told = says_more && *shown < SHOWN;
        *shown += i32::from(is_told);
        is_told
    }
}

impl Store {
    /// What is told of an import's lines after this one, of those that came to any of these outcomes, at most so many.
    ///
    /// # Errors
    /// There is no such import for this actor, or a database fault.
    pub async fn import_rows(
        &self,
        actor: &Actor,
        import: Uuid,
        outcomes: &[Outcome],
        after: u32,
        most: usize,
    ) -> Result<Vec<ImportRow>> {
        let import = self.import(actor, import).await?;
        let (mut found, mut number) = (Vec::new(), 0);
        while found.len() < most && number < import.parts {
            let Some((told, at)) = self.told_from(&import, number).await? else {
                break;
            };
            let told = told.into_iter();
            found.extend(told.filter(|row| row.line > after && outcomes.contains(&row.outcome)));
            number = at + 1;
        }
        found.truncate(most);
        Ok(found)
    }

    /// What is told of the first part from this one on of which something is told.
    async fn told_from(&self, import: &Import, number: i32) -> Result<Option<(Vec<ImportRow>, i32)>> {
        let query = Query::select()
            .columns(["number", "told"])
            .from("import_part")
            .and_where(Expr::col("import_id").eq(import.id))
            .and_where(Expr::col("number").gte(number))
            .and_where(Expr::col("told").is_not_null())
            .and_where(Expr::col("told").ne("[]"))
            .order_by("number", Order::Asc)
            .limit(1)
            .take();
        let Some(row) = self.reading.query_one(&query).await? else {
            return Ok(None);
        };
        let told: String = row.try_get("", "told")?;
        Ok(Some((
            serde_json::from_str(&told).map_err(corrupt)?,
            row.try_get("", "number")?,
        )))
    }

    /// The lines of a part of an import that were refused, as they stand in the file, with why; and the number of the next
    /// part. Nothing where there is no such part.
    ///
    /// # Errors
    /// There is no such import for this actor, or a database fault.
    pub async fn import_rejected(
        &self,
        actor: &Actor,
        import: Uuid,
        part: i32,
    ) -> Result<Option<(Vec<(Line, ImportRow)>, i32)>> {
        let import = self.import(actor, import).await?;
        let Some((told, number)) = self.told_from(&import, part).await? else {
            return Ok(None);
        };
        let mut lines = self.part_of(import.id, number).await?.0.into_iter();
        let refused = told.into_iter().filter(|row| row.outcome == Outcome::Rejected);
        let rejected = refused.filter_map(|row| Some((lines.find(|(line, _)| *line == row.line)?, row)));
        Ok(Some((rejected.collect(), number + 1)))
    }

    /// The lines of a part, and what the preview found that is to be done with them.
    pub(super) async fn part_of(&self, import: Uuid, number: i32) -> Result<(Vec<Line>, Option<String>)> {
        let query = Query::select()
            .columns(["lines", "plan"])
            .from("import_part")
            .and_where(Expr::col("import_id").eq(import))
            .and_where(Expr::col("number").eq(number))
            .take();
        let row = self.reading.query_one(&query).await?;
        let row = row.ok_or_else(|| corrupt(format!("import {import} has no part {number}")))?;
        let lines: String = row.try_get("", "lines")?;
        Ok((
            serde_json::from_str(&lines).map_err(corrupt)?,
            row.try_get("", "plan")?,
        ))
    }
}
