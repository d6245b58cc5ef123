//! What directories push: one transaction for a request, a fixed number of statements for its rows, and what became of
//! each. A row that says nothing new writes nothing; one that is older than what is known is not applied; what a person
//! removed here is not brought back.

mod bounds;
mod known;
mod log;
mod plan;
mod run;

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use domain::change::{FieldChange, difference};
use domain::feed::Reason;
use domain::need::Need;
use domain::offer::Offer;
use domain::organisation::Organisation;
use domain::policy::{Action, Actor};
use domain::push::{
    Counts, Deletion, ErrorPolicy, MOST_ROWS, Mode, NeedRow, Notice, OfferRow, OrganisationRow, Outcome,
    Pushed, Row,
};
use domain::refusal::Invalid;
use domain::source::{Source, Standing};
use domain::{OrganisationId, RecordId, Refusal};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::connect::Store;
use crate::error::{Error, Result};
use crate::rows;
use crate::write::{Tx, json};

use bounds::{Seats, seats_of};
use known::{Known, names};
use plan::{Fate, Planned, Pushable};

pub use log::{PushEntry, Rejection, SourceHealth};
pub use run::{Run, RunState};

/// A row as it came: read, or not readable and why.
#[derive(Clone, Debug)]
pub struct Came<T> {
    /// The source's own identifier, as far as it could be read.
    pub external_id: Option<String>,
    /// The row.
    pub row: std::result::Result<T, Vec<Refusal>>,
}

impl<T: Row> From<T> for Came<T> {
    fn from(row: T) -> Self {
        Self {
            external_id: Some(row.external_id().to_owned()),
            row: Ok(row),
        }
    }
}

/// The longest name of a request: what a client may give, and the number of a stream's part.
const KEY: usize = 120;

/// A request of a source.
#[derive(Clone, Debug, Default)]
pub struct Push {
    /// The source's code.
    pub source: String,
    /// The client's own name for the request: the same again is answered again and not done again.
    pub key: Option<String>,
    /// What the rows stand for.
    pub mode: Mode,
    /// The run they belong to.
    pub run: Option<Uuid>,
    /// Whether only to say what would become of them.
    pub dry_run: bool,
    /// What becomes of the good ones where others are refused.
    pub policy: ErrorPolicy,
    /// The plan that a dry run gave: where it would be another now, nothing is applied.
    pub plan: Option<String>,
    /// Organisations.
    pub organisations: Vec<Came<OrganisationRow>>,
    /// Offers.
    pub offers: Vec<Came<OfferRow>>,
    /// Needs.
    pub needs: Vec<Came<NeedRow>>,
    /// What the source holds no more.
    pub deletions: Vec<Came<Deletion>>,
    /// The digest of the request's body, by which a retry is known.
    pub digest: String,
}

/// What became of one row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RowResult {
    /// The kind of record.
    pub record_type: Pushed,
    /// Its place among the rows of its list, from 0.
    pub index: u32,
    /// Whether it is a deletion.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_deletion: bool,
    /// The source's own identifier, as far as it could be read.
    pub external_id: Option<String>,
    /// What became of it.
    pub outcome: Outcome,
    /// Why it was refused.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<Refusal>,
    /// What the source should know.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notices: Vec<Notice>,
    /// The record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record_id: Option<RecordId>,
    /// Its revision since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<i32>,
    /// Field by field, what would change: with a dry run.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<FieldChange>,
}

/// What became of a request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Answer {
    /// Whether anything was applied: not with a dry run, nor where everything was refused for one row's sake.
    pub applied: bool,
    /// Whether nothing was applied because the rows come to something else than the plan that was given.
    #[serde(default)]
    pub is_moved: bool,
    /// Whether this is the answer to an earlier request with the same key.
    #[serde(skip)]
    pub is_replay: bool,
    /// How many rows came to what.
    pub counts: Counts,
    /// What would be or was done, in one word: give it with the run that follows a dry run.
    pub plan: String,
    /// Row by row.
    pub rows: Vec<RowResult>,
}

impl Store {
    /// The source with this code, where the actor may push under it and it may be pushed to.
    pub(crate) async fn source_to_push(&self, actor: &Actor, code: &str) -> Result<(Source, Action)> {
        let unknown = Refusal::UnknownReference {
            field: "source".to_owned(),
        };
        let found = if code.contains('\0') {
            None
        } else {
            self.source(code).await?
        };
        let Some(source) = found else {
            // Whoever may not push at all is not told which sources there are.
            self.ask(actor, Action::KeepSources)?;
            return Err(unknown.into());
        };
        let action = Action::Push {
            source: source.id,
            operator: source.operator_id,
        };
        self.ask(actor, action)?;
        match source.standing {
            Standing::Listed | Standing::Connected => Ok((source, action)),
            Standing::Paused | Standing::Closed => Err(Refusal::Invalid {
                field: "source".to_owned(),
                why: Invalid::SourcePaused,
            }
            .into()),
        }
    }

    /// Whether the actor may push under the source with this code, and it may be pushed to.
    ///
    /// # Errors
    /// No, or there is none.
    pub async fn may_push(&self, actor: &Actor, code: &str) -> Result<()> {
        self.source_to_push(actor, code).await.map(drop)
    }

    /// Applies what a source pushes, or says what would become of it.
    ///
    /// # Errors
    /// What concerns the request as a whole: an unknown source, one that is not the actor's, a key used for another
    /// request, a run that is not open, a plan that no longer holds. What concerns a row stands with the row.
    pub async fn push(&self, actor: &Actor, push: Push) -> Result<Answer> {
        let (source, action) = self.source_to_push(actor, &push.source).await?;
        let count = push.organisations.len() + push.offers.len() + push.needs.len() + push.deletions.len();
        if count > MOST_ROWS {
            return Err(Refusal::TooMany {
                field: "rows".to_owned(),
                most: MOST_ROWS,
            }
            .into());
        }
        if push
            .key
            .as_ref()
            .is_some_and(|key| key.is_empty() || key.chars().count() > KEY || key.contains('\0'))
        {
            return Err(Refusal::Invalid {
                field: "idempotencyKey".to_owned(),
                why: Invalid::RequestName,
            }
            .into());
        }
        self.write(actor, action, async |tx: &mut Tx| {
            tx.serialise(&source.code).await?;
            if let Some(answer) = tx.answered(&source, &push).await? {
                return Ok(answer);
            }
            tx.check_run(&source, &push).await?;
            let pushing = Pushing::read(tx, &source, &push).await?;
            pushing.run(push).await
        })
        .await
    }
}

/// A request under way.
struct Pushing<'t> {
    tx: &'t mut Tx,
    source: Source,
    known: HashMap<(Pushed, String), Known>,
    rows: Vec<RowResult>,
    /// The identifiers that the source named, whatever became of their rows.
    seen: Vec<(Pushed, String)>,
    /// What is to be done with all rows: what each says, and on which revision.
    print: Sha256,
    is_dry: bool,
}

impl<'t> Pushing<'t> {
    /// Reads what is known of every identifier that the request names.
    async fn read(tx: &'t mut Tx, source: &Source, push: &Push) -> Result<Self> {
        let known = tx.known_to(&source.code, names(push)).await?;
        Ok(Self {
            tx,
            source: source.clone(),
            known,
            rows: Vec::new(),
            seen: Vec::new(),
            print: Sha256::new(),
            is_dry: push.dry_run,
        })
    }

    async fn run(mut self, push: Push) -> Result<Answer> {
        let Push {
            key,
            run,
            policy,
            plan,
            organisations,
            offers,
            needs,
            deletions,
            dry_run,
            digest,
            source: _,
            mode: _,
        } = push;
        let mut named: HashMap<String, OrganisationId> = self
            .known
            .iter()
            .filter(|((kind, _), known)| *kind == Pushed::Organisation && !known.is_deleted)
            .map(|((_, id), known)| (id.clone(), known.record.into()))
            .collect();
        let mut organisations = self.plan::<Organisation>(organisations, &named).await?;
        self.join_by_number(&mut organisations).await?;
        Self::once_each(&mut organisations);
        let mut made: HashSet<RecordId> = HashSet::new();
        self.check_named(&mut organisations, &made).await?;
        self.keep_within(&mut organisations, &Seats::new()).await?;
        let seats = seats_of(&organisations);
        for planned in &organisations {
            let record = match &planned.fate {
                Fate::Make(record) | Fate::Change(_, record) => record.id,
                Fate::Same(record, _) => (*record).into(),
                Fate::Stale(_) | Fate::Refuse(_) => continue,
            };
            if let Some(id) = &planned.external_id {
                named.insert(id.clone(), record);
                made.insert(record.into());
            }
        }
        let mut offers = self.plan::<Offer>(offers, &named).await?;
        self.check_named(&mut offers, &made).await?;
        self.keep_within(&mut offers, &seats).await?;
        let mut needs = self.plan::<Need>(needs, &named).await?;
        self.check_named(&mut needs, &made).await?;
        self.keep_within(&mut needs, &seats).await?;
        self.results(&organisations)?;
        self.results(&offers)?;
        self.results(&needs)?;
        let mut deletions = self.plan_deletions(deletions);
        self.delete_within(&mut deletions).await?;
        let mut counts = Counts::default();
        for row in self.rows.iter().chain(deletions.iter().map(|(result, _)| result)) {
            counts.add(row.outcome);
        }
        for (row, _) in &deletions {
            self.print
                .update([0, u8::from(row.is_deletion), row.outcome as u8]);
            self.print.update(row.external_id.as_deref().unwrap_or_default());
        }
        let planned = hex(&std::mem::take(&mut self.print).finalize()[..16]);
        let is_moved = plan.is_some_and(|plan| plan != planned);
        let is_stopped = policy == ErrorPolicy::RejectEverything && counts.rejected > 0;
        let applied = !dry_run && !is_moved && !is_stopped;
        if applied {
            self.apply(organisations, run).await?;
            self.apply(offers, run).await?;
            self.apply(needs, run).await?;
            self.tx.because(Reason::SourceDeleted);
            self.delete(deletions).await?;
            let refused = self.rows.iter().find(|row| row.outcome == Outcome::Rejected);
            if let Some(refused) = refused.filter(|_| policy == ErrorPolicy::RejectEverything) {
                // Only removing shows what others still need: then all of it is undone.
                return Err(refused.errors.clone().into());
            }
        } else {
            self.rows.extend(deletions.into_iter().map(|(result, _)| result));
        }
        if let Some(run) = run.filter(|_| !dry_run && !is_moved) {
            self.tx.see(&self.source.code, run, &self.seen).await?;
        }
        let mut counts = Counts::default();
        self.rows.iter().for_each(|row| counts.add(row.outcome));
        let answer = Answer {
            applied,
            is_moved,
            is_replay: false,
            counts,
            plan: planned,
            rows: self.rows,
        };
        if !dry_run && !is_moved {
            self.tx.log_push(&self.source.code, run, &answer).await?;
        }
        // What was stopped for one row's sake is answered so again; what moved may be sent again with another plan.
        if let Some(key) = key.filter(|_| !dry_run && !is_moved) {
            self.tx
                .keep_answer(&self.source.code, key, digest, &answer)
                .await?;
        }
        Ok(answer)
    }

    /// What is answered for the rows of a kind.
    fn results<R: Pushable>(&mut self, planned: &[Planned<R>]) -> Result<()> {
        for plan in planned {
            let mut result = RowResult {
                record_type: R::PUSHED,
                index: plan.index,
                is_deletion: false,
                external_id: plan.external_id.clone(),
                outcome: Outcome::Rejected,
                errors: Vec::new(),
                notices: plan.notices.clone(),
                record_id: None,
                revision: None,
                changes: Vec::new(),
            };
            let mut about = |outcome: Outcome, uuid: Uuid, revision: Option<i32>| {
                result.outcome = outcome;
                result.record_id = Some(RecordId { kind: R::TYPE, uuid });
                result.revision = revision;
            };
            match &plan.fate {
                Fate::Make(record) => {
                    about(Outcome::Created, record.id().into(), Some(record.revision()));
                    if self.is_dry {
                        // Nothing is kept, so there is no record to name.
                        (result.record_id, result.revision) = (None, None);
                        result.changes = difference(&serde_json::Value::Null, &json(record)?);
                    }
                }
                Fate::Change(before, after) => {
                    about(Outcome::Updated, after.id().into(), Some(after.revision()));
                    if self.is_dry {
                        result.revision = Some(before.revision());
                        result.changes = difference(&json(before)?, &json(after)?);
                    }
                }
                Fate::Same(record, revision) => about(Outcome::Unchanged, *record, Some(*revision)),
                Fate::Stale(record) => about(Outcome::Stale, *record, None),
                Fate::Refuse(refusals) => result.errors.clone_from(refusals),
            }
            self.print.update(plan.before.to_be_bytes());
            self.print.update([0, R::PUSHED as u8, result.outcome as u8]);
            for part in [plan.external_id.as_deref().unwrap_or_default(), &plan.digest] {
                self.print.update(part.len().to_be_bytes());
                self.print.update(part);
            }
            self.rows.push(result);
        }
        Ok(())
    }

    /// Does it.
    async fn apply<R: Pushable>(&mut self, planned: Vec<Planned<R>>, run: Option<Uuid>) -> Result<()> {
        let (mut makes, mut changes, mut kept) = (Vec::new(), Vec::new(), Vec::new());
        for plan in planned {
            let record: Uuid = match plan.fate {
                Fate::Make(record) => {
                    let id = record.id().into();
                    makes.push(record);
                    id
                }
                Fate::Change(before, after) => {
                    let id = after.id().into();
                    changes.push((before, after));
                    id
                }
                Fate::Same(record, _) if plan.is_retold => record,
                Fate::Same(..) | Fate::Stale(_) | Fate::Refuse(_) => continue,
            };
            let Some(external_id) = plan.external_id else {
                continue;
            };
            kept.push((external_id, record, plan.age, plan.digest, plan.made_it));
        }
        self.tx.insert_all(&makes).await?;
        if self.tx.update_all(&changes).await? < changes.len() as u64 {
            return Err(Error::Corrupt(
                "rows that are locked were changed by another".to_owned(),
            ));
        }
        let now = self.tx.now();
        let rows = kept
            .into_iter()
            .map(|(external_id, record, (updated_at, revision), digest, made_it)| {
                vec![
                    self.source.code.clone().into(),
                    R::TYPE.word().into(),
                    external_id.into(),
                    record.into(),
                    updated_at.into(),
                    revision.into(),
                    digest.into(),
                    run.into(),
                    made_it.into(),
                    now.into(),
                    None::<DateTime<Utc>>.into(),
                ]
            });
        let columns = [
            "source",
            "record_kind",
            "external_id",
            "record_id",
            "source_updated_at",
            "source_revision",
            "digest",
            "run_id",
            "made_it",
            "pushed_at",
            "deleted_at",
        ];
        rows::put(&self.tx.conn, "external_id", &columns, 3, rows.collect()).await
    }

    /// Does the deletions: what depends on others first.
    async fn delete(&mut self, planned: Vec<(RowResult, Option<(Deletion, Known)>)>) -> Result<()> {
        let mut results: Vec<Option<RowResult>> = Vec::new();
        let mut todo = Vec::new();
        for (result, deletion) in planned {
            if let Some(deletion) = deletion {
                todo.push((results.len(), result.clone(), deletion));
            }
            results.push(Some(result));
        }
        todo.sort_by_key(|(_, _, (row, _))| match row.record_type {
            Pushed::Offer => 0,
            Pushed::Need => 1,
            Pushed::Organisation => 2,
        });
        for (place, mut result, (row, known)) in todo {
            let gone = self
                .tx
                .let_go(&self.source.code, row.record_type, &row.external_id, &known)
                .await;
            match gone {
                Ok(stays) => {
                    if stays {
                        result.notices.push(Notice::KeptForOthers);
                    }
                    let age = (row.source_updated_at, row.source_revision);
                    self.tx
                        .bury(&self.source.code, row.record_type, &row.external_id, age)
                        .await?;
                }
                Err(Error::Refused(refusals)) => {
                    result.outcome = Outcome::Rejected;
                    result.errors = refusals;
                }
                Err(error) => return Err(error),
            }
            results[place] = Some(result);
        }
        self.rows.extend(results.into_iter().flatten());
        Ok(())
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
