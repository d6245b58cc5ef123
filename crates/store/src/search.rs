//! Search over all kinds of record: the database proposes candidates (SQLite by FTS5 over pieces of words,
//! PostgreSQL by lexemes and trigrams), and the same ranking for both chooses among them.

use domain::search::{Candidate, Hit, looked_for, rank};
use domain::{RecordId, RecordType};
use sea_orm::{ConnectionTrait, DbBackend, Statement, Value};

use crate::connect::{Engine, Store};
use crate::error::Result;

/// So many candidates are ranked.
const CANDIDATES: i64 = 300;

impl Store {
    /// The records whose words are like the asked ones, the best first.
    ///
    /// # Errors
    /// A database fault.
    pub async fn search(&self, asked: &str, kinds: Option<&[RecordType]>, most: usize) -> Result<Vec<Hit>> {
        let folded = looked_for(asked);
        if folded.is_empty() {
            return Ok(Vec::new());
        }
        // The words of a closed list, so they can stand in the statement itself.
        let words: Vec<String> = kinds
            .unwrap_or(RecordType::ALL)
            .iter()
            .map(|kind| format!("'{kind}'"))
            .collect();
        if words.is_empty() {
            return Ok(Vec::new());
        }
        let of = format!("record_kind IN ({})", words.join(", "));
        let statement = match self.engine {
            Engine::Sqlite => sqlite(&folded, &of),
            Engine::Postgres => postgres(&folded, &of),
        };
        let mut candidates = Vec::new();
        for row in self.reading.query_all_raw(statement).await? {
            candidates.push(Candidate {
                record: RecordId {
                    kind: row.try_get("", "record_kind")?,
                    uuid: row.try_get("", "record_id")?,
                },
                title: row.try_get("", "title")?,
                names: row.try_get("", "names")?,
                body: row.try_get("", "text")?,
            });
        }
        Ok(rank(&folded, candidates, most))
    }
}

/// Every piece of three letters of the asked words, any of which makes a candidate; shorter words must begin
/// one.
fn sqlite(folded: &str, of: &str) -> Statement {
    let pieces: Vec<String> = folded
        .split(' ')
        .flat_map(|word| {
            let letters: Vec<char> = word.chars().collect();
            letters
                .windows(3)
                .map(|piece| format!("\"{}\"", piece.iter().collect::<String>()))
                .collect::<Vec<_>>()
        })
        .collect();
    if pieces.is_empty() {
        let beginning = format!("{folded}%");
        let inner = format!("% {folded}%");
        let values: [Value; 3] = [beginning.into(), inner.into(), CANDIDATES.into()];
        return Statement::from_sql_and_values(
            DbBackend::Sqlite,
            format!(
                "SELECT record_kind, record_id, title, names, text FROM words \
                 WHERE (names LIKE ? OR names LIKE ?) AND {of} LIMIT ?"
            ),
            values,
        );
    }
    let values: [Value; 2] = [pieces.join(" OR ").into(), CANDIDATES.into()];
    Statement::from_sql_and_values(
        DbBackend::Sqlite,
        format!(
            "SELECT w.record_kind, w.record_id, w.title, w.names, w.text \
             FROM words_pieces p JOIN words w ON w.rowid = p.rowid \
             WHERE words_pieces MATCH ? AND w.{of} ORDER BY bm25(words_pieces, 8.0, 1.0) LIMIT ?"
        ),
        values,
    )
}

/// All asked words beginning a lexeme, or names or other words alike by trigram.
fn postgres(folded: &str, of: &str) -> Statement {
    let lexemes = folded
        .split(' ')
        .map(|word| format!("{word}:*"))
        .collect::<Vec<_>>()
        .join(" & ");
    let values: [Value; 3] = [lexemes.into(), folded.into(), CANDIDATES.into()];
    Statement::from_sql_and_values(
        DbBackend::Postgres,
        format!(
            "SELECT record_kind, record_id, title, names, text FROM words \
             WHERE (lexemes @@ to_tsquery('simple', $1) OR $2 <% names OR $2 <% text) AND {of} \
             ORDER BY greatest(word_similarity($2, names), 0.6 * word_similarity($2, text)) DESC LIMIT $3"
        ),
        values,
    )
}
