//! The directories: sources that are known and not connected, until they push.

use std::collections::HashMap;

use domain::record::Record as _;
use domain::source::{NewSource, Source, Standing};
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{Expr, ExprTrait, Query};

use super::{Earlier, Load, SOURCE, file, list, look, read_some, some};
use crate::error::{Error, Result};

impl Load<'_> {
    pub(super) async fn directories(&mut self, known: &Earlier) -> Result<()> {
        let links = file::rows::<file::DirectoryLink>(file::DIRECTORY_LINKS)?.into_iter();
        let mut links: HashMap<String, file::DirectoryLink> =
            links.map(|link| (link.directory.clone(), link)).collect();
        for (row, source) in file::sourced::<file::Directory>(file::DIRECTORIES)? {
            let link = links.remove(&row.directory_id).ok_or_else(|| {
                Error::Corrupt(format!(
                    "reference data: directory {} has no code",
                    row.directory_id
                ))
            })?;
            if self.is_taken(&row.directory_id, &link.code).await? {
                self.done.kept += 1;
                continue;
            }
            let operators: Vec<&str> = list(&link.operators).collect();
            let operator = match operators.as_slice() {
                [one] => Some(look("organisation", &known.organisations, one)?),
                [] | [_, _, ..] => None,
            };
            let note = if operator.is_none() && link.operator_note.is_empty() {
                &row.operator
            } else {
                &link.operator_note
            };
            let new = NewSource {
                client_mutation_id: None,
                code: link.code,
                name: row.name,
                operator_id: operator,
                operator_note: some(note),
                standing: Standing::Listed,
                sort: some(&row.kind),
                audience: some(&row.audience),
                summary: some(&row.what_it_does),
                website: some(&row.website),
                launched: read_some("launched", &row.launched)?,
                state_note: some(&row.status),
                producers_listed: read_some("producers", &row.producers_count)?,
                producers_as_of: read_some("producers' date", &row.producers_count_date)?,
                figures: some(&row.other_figures),
                complaints: some(&row.known_complaints),
                licence: None,
                cadence: None,
                contact_role: None,
            };
            let id = self
                .put::<Source>(&row.directory_id, None, |id, now| Source::made(new, id, now))
                .await?;
            self.source(&row.directory_id, id.into(), &gathered(source)?)
                .await?;
        }
        Ok(())
    }

    /// Whether somebody made a source under this code themselves, before it came with the reference data.
    async fn is_taken(&self, directory: &str, code: &str) -> Result<bool> {
        if self.tx.named(SOURCE, directory).await?.is_some() {
            return Ok(false);
        }
        let query = Query::select()
            .column("id")
            .from("source")
            .and_where(Expr::col("code").eq(code))
            .take();
        Ok(self.tx.conn.query_one(&query).await?.is_some())
    }
}

/// Where a row comes from, as the curated files write it: addresses with their scheme, confidence by its word.
pub(super) fn gathered(source: file::Source) -> Result<file::Source> {
    let address = |text: String| {
        let is_page = text.contains('/') && !text.contains(' ') && !text.contains("://");
        if is_page { format!("https://{text}") } else { text }
    };
    let confidence = match source.confidence.as_str() {
        "élevée" => "HIGH",
        "moyenne" => "MEDIUM",
        "faible" => "LOW",
        other => return Err(Error::Corrupt(format!("reference data: confidence {other}"))),
    };
    Ok(file::Source {
        confidence: confidence.to_owned(),
        source: address(source.source),
        source_date: source.source_date,
        source_2: address(source.source_2),
        source_2_date: source.source_2_date,
    })
}
