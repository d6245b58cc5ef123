//! A stream of lines: read one at a time, applied in parts of bounded size, with the progress told as it goes.

use axum::body::{Body, Bytes};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use domain::push::{Counts, ErrorPolicy, MOST_ROWS, NeedRow, OfferRow, OrganisationRow};
use domain::refusal::Invalid;
use domain::{Actor, Lang, Refusal};
use futures::channel::mpsc;
use futures::{SinkExt as _, StreamExt as _};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sha2::{Digest as _, Sha256};
use store::{Push, RowResult, Store};

use super::{RowAnswer, Settings, deletion, is_object, of, row, row_answer, unmarked};
use crate::ctx::Caller;
use crate::problem::{Code, Fault};

/// The longest line.
const LINE: usize = 16 << 20;
/// A part that holds so many bytes is applied, however few its lines are.
const PART: usize = 8 << 20;

/// The lines of a body, one at a time.
struct Lines {
    body: axum::body::BodyDataStream,
    held: Vec<u8>,
    is_over: bool,
}

/// A line, or that it was too long to be held.
enum Line {
    Text(Vec<u8>),
    TooLong,
}

impl Lines {
    fn new(body: Body) -> Self {
        Self {
            body: body.into_data_stream(),
            held: Vec::new(),
            is_over: false,
        }
    }

    /// The next line that is not empty.
    async fn next(&mut self) -> Result<Option<Line>, axum::Error> {
        let (mut from, mut is_too_long) = (0, false);
        loop {
            if let Some(end) = self.held[from..].iter().position(|byte| *byte == b'\n') {
                let mut line: Vec<u8> = self.held.drain(..=from + end).collect();
                line.pop();
                from = 0;
                if is_too_long {
                    return Ok(Some(Line::TooLong));
                }
                if line.iter().any(|byte| !byte.is_ascii_whitespace()) {
                    return Ok(Some(Line::Text(line)));
                }
                continue;
            }
            if self.held.len() > LINE {
                is_too_long = true;
                self.held.clear();
            }
            from = self.held.len();
            match self.body.next().await {
                Some(some) => self.held.extend_from_slice(&some?),
                None if self.is_over => return Ok(None),
                None => {
                    // The last line may have no end.
                    self.is_over = true;
                    self.held.push(b'\n');
                }
            }
        }
    }
}

/// One line of a stream.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Lined<'a> {
    #[serde(borrow)]
    organisation: Option<&'a RawValue>,
    #[serde(borrow)]
    offer: Option<&'a RawValue>,
    #[serde(borrow)]
    need: Option<&'a RawValue>,
    #[serde(borrow)]
    deletion: Option<&'a RawValue>,
}

/// Rows of a stream that are applied together, with the lines they came from.
#[derive(Default)]
struct Batch {
    push: Push,
    lines: [Vec<u64>; 4],
    said: Sha256,
    /// How many bytes it holds.
    size: usize,
    unread: Vec<RowAnswer>,
    count: usize,
}

impl Batch {
    fn add(&mut self, number: u64, line: Line, lang: Lang) {
        self.count += 1;
        let mut refuse = |refusal: Refusal| {
            let row = RowResult {
                record_type: domain::push::Pushed::Offer,
                index: 0,
                is_deletion: false,
                external_id: None,
                outcome: domain::push::Outcome::Rejected,
                errors: vec![refusal],
                notices: Vec::new(),
                record_id: None,
                revision: None,
                changes: Vec::new(),
            };
            self.unread.push(row_answer(row, Some(number), lang));
        };
        let Line::Text(bytes) = line else {
            return refuse(Refusal::TooLong {
                field: String::new(),
                most: LINE,
            });
        };
        self.said.update(&bytes);
        self.said.update(b"\n");
        self.size += bytes.len();
        let text = String::from_utf8_lossy(unmarked(&bytes));
        let is_whole = matches!(text, std::borrow::Cow::Borrowed(_));
        let lined = serde_json::from_str::<Lined>(&text);
        let Some(lined) = lined.ok().filter(|_| is_object(&text)) else {
            let why = if is_whole { Invalid::Type } else { Invalid::Utf8 };
            return refuse(Refusal::Invalid {
                field: String::new(),
                why,
            });
        };
        match lined {
            Lined {
                organisation: Some(raw),
                offer: None,
                need: None,
                deletion: None,
            } => {
                self.push
                    .organisations
                    .push(row::<OrganisationRow>(raw.get(), is_whole));
                self.lines[0].push(number);
            }
            Lined {
                organisation: None,
                offer: Some(raw),
                need: None,
                deletion: None,
            } => {
                self.push.offers.push(row::<OfferRow>(raw.get(), is_whole));
                self.lines[1].push(number);
            }
            Lined {
                organisation: None,
                offer: None,
                need: Some(raw),
                deletion: None,
            } => {
                self.push.needs.push(row::<NeedRow>(raw.get(), is_whole));
                self.lines[2].push(number);
            }
            Lined {
                organisation: None,
                offer: None,
                need: None,
                deletion: Some(raw),
            } => {
                self.push.deletions.push(deletion(raw.get(), is_whole));
                self.lines[3].push(number);
            }
            Lined { .. } => refuse(Refusal::Invalid {
                field: String::new(),
                why: Invalid::Type,
            }),
        }
    }

    /// The line that a row came from.
    fn line(&self, row: &RowResult) -> Option<u64> {
        use domain::push::Pushed;
        let list = match (row.is_deletion, row.record_type) {
            (true, _) => 3,
            (false, Pushed::Organisation) => 0,
            (false, Pushed::Offer) => 1,
            (false, Pushed::Need) => 2,
        };
        self.lines[list].get(row.index as usize).copied()
    }
}

/// One line of the answer to a stream.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
enum Told {
    Row(Box<RowAnswer>),
    Progress {
        lines: u64,
        counts: Counts,
    },
    Done {
        lines: u64,
        applied: bool,
        replayed: bool,
        counts: Counts,
    },
    Problem(serde_json::Value),
}

/// Applies a stream of lines, a thousand at a time, and tells how it goes.
pub(super) fn stream(
    store: Store,
    caller: Caller,
    source: String,
    settings: Settings,
    body: Body,
) -> Result<Response, Fault> {
    if settings.error_policy == Some(ErrorPolicy::RejectEverything) {
        let why = "a stream takes no REJECT_EVERYTHING: send at most 1,000 rows as application/json";
        return Err(Fault::new(Code::BadRequest).technically(why.to_owned()));
    }
    let lines = Lines::new(body);
    let (sender, receiver) = mpsc::channel::<Result<Bytes, std::convert::Infallible>>(4);
    tokio::spawn(async move {
        let mut teller = Teller(sender);
        let lang = caller.lang;
        if let Err(fault) = apply(&store, &caller, &source, &settings, lines, &mut teller).await {
            let problem = fault.document(lang, &caller.request_id);
            let problem = serde_json::to_value(&problem).unwrap_or_default();
            teller.tell(&[Told::Problem(problem)]).await;
        }
    });
    let kind = [(CONTENT_TYPE, "application/x-ndjson")];
    Ok((kind, Body::from_stream(receiver)).into_response())
}

/// Where the answer to a stream goes.
struct Teller(mpsc::Sender<Result<Bytes, std::convert::Infallible>>);

impl Teller {
    /// Tells; false where nobody listens any more.
    async fn tell(&mut self, lines: &[Told]) -> bool {
        let mut text = Vec::new();
        for line in lines {
            if serde_json::to_writer(&mut text, line).is_ok() {
                text.push(b'\n');
            }
        }
        self.0.send(Ok(text.into())).await.is_ok()
    }
}

/// Whoever pushes, as they are now.
async fn still(store: &Store, caller: &Caller) -> Result<Actor, Fault> {
    let now = match (&caller.actor, caller.session) {
        (Actor::Person(signed), Some(session)) => store.actor_in(signed.id, session).await?,
        (Actor::Client(client), _) => store.actor_of_client(client.id, &client.scopes).await?,
        (Actor::Person(_) | Actor::Visitor | Actor::System, _) => None,
    };
    now.ok_or_else(|| Fault::new(Code::Unauthenticated))
}

async fn apply(
    store: &Store,
    caller: &Caller,
    source: &str,
    settings: &Settings,
    mut lines: Lines,
    teller: &mut Teller,
) -> Result<(), Fault> {
    let (mut read, mut counts, mut batches) = (0_u64, Counts::default(), 0_u32);
    let (mut applied, mut replayed) = (false, false);
    let mut is_over = false;
    while !is_over {
        let mut batch = Batch::default();
        while batch.count < MOST_ROWS && batch.size < PART {
            let broken = |error: axum::Error| Fault::new(Code::BadRequest).technically(error.to_string());
            match lines.next().await.map_err(broken)? {
                Some(line) => {
                    read += 1;
                    batch.add(read, line, caller.lang);
                }
                None => {
                    is_over = true;
                    break;
                }
            }
        }
        if batch.count == 0 && batches > 0 {
            break;
        }
        if batches > 0 && settings.dry_run == Some(true) {
            let most = format!("a dry run takes at most {MOST_ROWS} rows");
            return Err(Fault::new(Code::BadRequest).technically(most));
        }
        let mut own = settings.clone();
        // Each thousand is a request of its own, with a name of its own.
        own.idempotency_key = own.idempotency_key.map(|key| format!("{key}#{batches}"));
        let rows = std::mem::take(&mut batch.push);
        let push = Push {
            organisations: rows.organisations,
            offers: rows.offers,
            needs: rows.needs,
            deletions: rows.deletions,
            ..of(source, own, std::mem::take(&mut batch.said))
        };
        // A machine that was stopped meanwhile is stopped here too.
        let actor = still(store, caller).await?;
        let answer = store.push(&actor, push).await?;
        applied |= answer.applied;
        replayed |= answer.is_replay;
        counts.join(answer.counts);
        counts.rejected += u32::try_from(batch.unread.len()).unwrap_or(u32::MAX);
        let unread = std::mem::take(&mut batch.unread);
        let mut told: Vec<Told> = unread.into_iter().map(|row| Told::Row(Box::new(row))).collect();
        for row in answer.rows {
            let line = batch.line(&row);
            told.push(Told::Row(Box::new(row_answer(row, line, caller.lang))));
        }
        told.push(Told::Progress { lines: read, counts });
        if !teller.tell(&told).await {
            // Whoever pushed went away; what was applied is known by the keys.
            return Ok(());
        }
        batches += 1;
    }
    let done = Told::Done {
        lines: read,
        applied,
        replayed,
        counts,
    };
    teller.tell(&[done]).await;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn lines_come_one_at_a_time_however_they_are_cut() {
        let pieces = ["{\"a\"", ":1}\n\n  \n{\"b\":2}", "\r\n{\"c\":3}"];
        let pieces = pieces.map(|piece| Ok::<_, std::convert::Infallible>(Bytes::from(piece)));
        let mut lines = Lines::new(Body::from_stream(futures::stream::iter(pieces)));
        let mut read = Vec::new();
        while let Some(Line::Text(line)) = lines.next().await.unwrap() {
            read.push(String::from_utf8(line).unwrap().trim().to_owned());
        }
        assert_eq!(read, ["{\"a\":1}", "{\"b\":2}", "{\"c\":3}"]);
    }
}
