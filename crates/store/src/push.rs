//! What directories push: one transaction for a request, a fixed number of statements for its rows, and what became of
//! each. A row that says nothing new writes nothing; one that is older than what is known is not applied; what a person
//! removed here is not brought back.

mod log;
mod run;

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use domain::change::{FieldChange, difference};
use domain::check::Checks;
use domain::facet::Facets;
use domain::feed::Reason;
use domain::need::Need;
use domain::offer::Offer;
use domain::organisation::{NumberScheme, Organisation};
use domain::policy::{Action, Actor};
use domain::push::{
    Blank, Counts, Deletion, EXTERNAL_ID, ErrorPolicy, MOST_ROWS, Mode, NeedRow, Notice, OfferRow,
    OrganisationRow, Outcome, Pushed, Row,
};
use domain::refusal::Invalid;
use domain::source::{Source, Standing};
use domain::{OrganisationId, RecordId, Refusal, SourceId};
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QuerySelect, Statement};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::connect::Store;
use crate::error::{Error, Result};
use crate::record::Stored;
use crate::rows;
use crate::write::{Tx, json};

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

/// What is known of a source's own identifier.
#[derive(Clone, Debug)]
struct Known {
    record: Uuid,
    updated_at: Option<DateTime<Utc>>,
    revision: Option<i64>,
    digest: Option<String>,
    is_deleted: bool,
    made_it: bool,
}

impl Known {
    /// Whether a row of this age is older than what the source said last.
    fn is_newer_than(&self, (updated_at, revision): (Option<DateTime<Utc>>, Option<i64>)) -> bool {
        match (self.revision.zip(revision), self.updated_at.zip(updated_at)) {
            (Some((known, row)), _) => row < known,
            (None, Some((known, row))) => row < known,
            (None, None) => false,
        }
    }

    /// Whether the row's age says more than what is kept.
    fn ages_to(&self, (updated_at, revision): (Option<DateTime<Utc>>, Option<i64>)) -> bool {
        updated_at.is_some_and(|at| self.updated_at.is_none_or(|known| known < at))
            || revision.is_some_and(|number| self.revision.is_none_or(|known| known < number))
    }
}

/// What is to be done with a row.
enum Fate<R> {
    Make(R),
    Change(R, R),
    Same(Uuid, i32),
    Stale(Uuid),
    Refuse(Vec<Refusal>),
}

/// A row with what is to be done.
struct Planned<R> {
    index: u32,
    external_id: Option<String>,
    age: (Option<DateTime<Utc>>, Option<i64>),
    digest: String,
    made_it: bool,
    known: bool,
    /// What the source said is kept although nothing is done: its age is newer.
    reaged: bool,
    notices: Vec<Notice>,
    fate: Fate<R>,
}

/// A kind of record that sources push.
trait Pushable: Stored + Blank {
    type Row: Row;
    const PUSHED: Pushed;

    /// Says of the record what the row says.
    fn said(
        row: &Self::Row,
        to: &mut Self,
        of: &Said<'_>,
        may_replace: bool,
        checks: &mut Checks,
        notices: &mut Vec<Notice>,
    );
}

/// What the rows of a request name.
struct Said<'a> {
    source: SourceId,
    /// The organisations by the source's own identifiers: those of this request and those known already.
    organisations: &'a HashMap<String, OrganisationId>,
}

impl Said<'_> {
    /// The organisation that a row names, where it names one.
    fn organisation(
        &self,
        named: &domain::Patch<String>,
        has_one: bool,
        checks: &mut Checks,
    ) -> Option<OrganisationId> {
        let field = || "organisationExternalId".to_owned();
        match named {
            domain::Patch::Value(external_id) => {
                let found = self.organisations.get(external_id).copied();
                if found.is_none() {
                    checks.refuse(Refusal::UnknownReference { field: field() });
                }
                found
            }
            domain::Patch::Absent if has_one => None,
            domain::Patch::Absent | domain::Patch::Null => {
                checks.refuse(Refusal::Required { field: field() });
                None
            }
        }
    }
}

impl Pushable for Organisation {
    type Row = OrganisationRow;
    const PUSHED: Pushed = Pushed::Organisation;

    fn said(
        row: &OrganisationRow,
        to: &mut Self,
        _of: &Said<'_>,
        may_replace: bool,
        checks: &mut Checks,
        notices: &mut Vec<Notice>,
    ) {
        row.apply(to, may_replace, checks, notices);
    }
}

impl Pushable for Offer {
    type Row = OfferRow;
    const PUSHED: Pushed = Pushed::Offer;

    fn said(
        row: &OfferRow,
        to: &mut Self,
        of: &Said<'_>,
        _may_replace: bool,
        checks: &mut Checks,
        notices: &mut Vec<Notice>,
    ) {
        let has_one = !to.organisation_id.0.is_nil();
        let organisation = of.organisation(&row.organisation_external_id, has_one, checks);
        row.apply(to, organisation, checks, notices);
        to.source_id = Some(of.source);
    }
}

impl Pushable for Need {
    type Row = NeedRow;
    const PUSHED: Pushed = Pushed::Need;

    fn said(
        row: &NeedRow,
        to: &mut Self,
        of: &Said<'_>,
        _may_replace: bool,
        checks: &mut Checks,
        notices: &mut Vec<Notice>,
    ) {
        let has_one = !to.organisation_id.0.is_nil();
        let organisation = of.organisation(&row.organisation_external_id, has_one, checks);
        row.apply(to, organisation, checks, notices);
        to.source_id = Some(of.source);
    }
}

impl Store {
    /// The source with this code, where the actor may push under it and it may be pushed to.
    async fn source_to_push(&self, actor: &Actor, code: &str) -> Result<(Source, Action)> {
        let unknown = Refusal::UnknownReference {
            field: "source".to_owned(),
        };
        let Some(source) = self.source(code).await? else {
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
            .is_some_and(|key| key.is_empty() || key.chars().count() > 100)
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
    is_dry: bool,
}

const KINDS: [(Pushed, &str); 3] = [
    (Pushed::Organisation, "ORGANISATION"),
    (Pushed::Offer, "OFFER"),
    (Pushed::Need, "NEED"),
];

const fn kind_of(pushed: Pushed) -> domain::RecordType {
    match pushed {
        Pushed::Organisation => domain::RecordType::Organisation,
        Pushed::Offer => domain::RecordType::Offer,
        Pushed::Need => domain::RecordType::Need,
    }
}

impl<'t> Pushing<'t> {
    /// Reads what is known of every identifier that the request names.
    async fn read(tx: &'t mut Tx, source: &Source, push: &Push) -> Result<Self> {
        let named = |row: &domain::Patch<String>| match row {
            domain::Patch::Value(id) => Some(id.clone()),
            domain::Patch::Absent | domain::Patch::Null => None,
        };
        let mut ids: HashSet<String> = HashSet::new();
        ids.extend(
            push.organisations
                .iter()
                .filter_map(|came| came.external_id.clone()),
        );
        ids.extend(push.needs.iter().filter_map(|came| came.external_id.clone()));
        ids.extend(push.offers.iter().filter_map(|came| came.external_id.clone()));
        ids.extend(push.deletions.iter().filter_map(|came| came.external_id.clone()));
        let offers = push.offers.iter().filter_map(|came| came.row.as_ref().ok());
        ids.extend(offers.filter_map(|row| named(&row.organisation_external_id)));
        let needs = push.needs.iter().filter_map(|came| came.row.as_ref().ok());
        ids.extend(needs.filter_map(|row| named(&row.organisation_external_id)));
        let known = tx.known_to(&source.code, ids).await?;
        Ok(Self {
            tx,
            source: source.clone(),
            known,
            rows: Vec::new(),
            seen: Vec::new(),
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
            source: _,
            mode: _,
            digest: _,
        } = push;
        let mut named: HashMap<String, OrganisationId> = self
            .known
            .iter()
            .filter(|((kind, _), known)| *kind == Pushed::Organisation && !known.is_deleted)
            .map(|((_, id), known)| (id.clone(), known.record.into()))
            .collect();
        let mut organisations = self.plan::<Organisation>(organisations, &named).await?;
        self.join_by_number(&mut organisations).await?;
        let mut made: HashSet<RecordId> = HashSet::new();
        self.check_named(&mut organisations, &made).await?;
        for planned in &organisations {
            if let (Some(id), Fate::Make(record) | Fate::Change(_, record)) =
                (&planned.external_id, &planned.fate)
            {
                named.insert(id.clone(), record.id);
                made.insert(record.id.into());
            }
        }
        let mut offers = self.plan::<Offer>(offers, &named).await?;
        self.check_named(&mut offers, &made).await?;
        let mut needs = self.plan::<Need>(needs, &named).await?;
        self.check_named(&mut needs, &made).await?;
        self.results(&organisations)?;
        self.results(&offers)?;
        self.results(&needs)?;
        let deletions = self.plan_deletions(deletions);
        let mut counts = Counts::default();
        for row in self.rows.iter().chain(deletions.iter().map(|(result, _)| result)) {
            counts.add(row.outcome);
        }
        let planned = fingerprint(self.rows.iter().chain(deletions.iter().map(|(result, _)| result)));
        if plan.is_some_and(|plan| plan != planned) {
            return Err(Refusal::PlanMoved.into());
        }
        let applied = !dry_run && !(policy == ErrorPolicy::RejectEverything && counts.rejected > 0);
        if !applied {
            self.rows.extend(deletions.into_iter().map(|(result, _)| result));
            return Ok(Answer {
                applied,
                is_replay: false,
                counts,
                plan: planned,
                rows: self.rows,
            });
        }
        self.apply(organisations, run).await?;
        self.apply(offers, run).await?;
        self.apply(needs, run).await?;
        self.tx.because(Reason::SourceDeleted);
        self.delete(deletions).await?;
        if let Some(run) = run {
            self.tx.see(&self.source.code, run, &self.seen).await?;
        }
        let mut counts = Counts::default();
        self.rows.iter().for_each(|row| counts.add(row.outcome));
        let answer = Answer {
            applied,
            is_replay: false,
            counts,
            plan: planned,
            rows: self.rows,
        };
        self.tx.log_push(&self.source.code, run, &answer).await?;
        if let Some(key) = key {
            self.tx.keep_answer(&self.source.code, &key, &answer).await?;
        }
        Ok(answer)
    }

    /// Decides for each row of a kind what is to be done.
    async fn plan<R: Pushable>(
        &mut self,
        came: Vec<Came<R::Row>>,
        organisations: &HashMap<String, OrganisationId>,
    ) -> Result<Vec<Planned<R>>> {
        let mut times: HashMap<String, u32> = HashMap::new();
        for id in came.iter().filter_map(|came| came.external_id.as_ref()) {
            *times.entry(id.clone()).or_default() += 1;
        }
        let mut planned: Vec<Planned<R>> = Vec::with_capacity(came.len());
        let mut open: Vec<(usize, R::Row, Option<Uuid>)> = Vec::new();
        let mut same: Vec<(usize, Uuid)> = Vec::new();
        for (index, came) in came.into_iter().enumerate() {
            let mut plan = Planned {
                index: u32::try_from(index).unwrap_or(u32::MAX),
                external_id: came.external_id.clone(),
                age: (None, None),
                digest: String::new(),
                made_it: true,
                known: false,
                reaged: false,
                notices: Vec::new(),
                fate: Fate::Refuse(Vec::new()),
            };
            let id = came.external_id.clone().unwrap_or_default();
            let known = self.known.get(&(R::PUSHED, id.clone()));
            plan.known = known.is_some_and(|known| !known.is_deleted);
            let mut refusals = Vec::new();
            check_external_id(&id, &mut refusals);
            if times.get(&id).is_some_and(|times| *times > 1) {
                refusals.push(Refusal::Duplicate {
                    field: "externalId".to_owned(),
                });
            }
            match came.row {
                Ok(row) if refusals.is_empty() => {
                    self.seen.push((R::PUSHED, id));
                    plan.age = row.age();
                    plan.digest = digest(&row.content())?;
                    match known {
                        Some(known) if known.is_newer_than(plan.age) => plan.fate = Fate::Stale(known.record),
                        Some(known) if !known.is_deleted => {
                            plan.made_it = known.made_it;
                            plan.reaged = known.ages_to(plan.age);
                            if known.digest.as_ref() == Some(&plan.digest) {
                                same.push((planned.len(), known.record));
                            } else {
                                open.push((planned.len(), row, Some(known.record)));
                            }
                        }
                        Some(_) | None => open.push((planned.len(), row, None)),
                    }
                }
                Ok(_) => plan.fate = Fate::Refuse(refusals),
                Err(why) => {
                    if !id.is_empty() {
                        self.seen.push((R::PUSHED, id));
                    }
                    refusals.extend(why);
                    plan.fate = Fate::Refuse(refusals);
                }
            }
            planned.push(plan);
        }
        let revisions = self
            .tx
            .revisions::<R>(same.iter().map(|(_, record)| *record).collect())
            .await?;
        for (place, record) in same {
            planned[place].fate = match revisions.get(&record) {
                Some(revision) => Fate::Same(record, *revision),
                None => Fate::Refuse(vec![Refusal::RemovedHere]),
            };
        }
        let present: HashMap<Uuid, R> = self
            .tx
            .present::<R>(open.iter().filter_map(|(_, _, record)| *record).collect())
            .await?;
        let said = Said {
            source: self.source.id,
            organisations,
        };
        for (place, row, record) in open {
            let before = match record {
                None => None,
                Some(record) => match present.get(&record) {
                    Some(before) => Some(before.clone()),
                    None => {
                        planned[place].fate = Fate::Refuse(vec![Refusal::RemovedHere]);
                        continue;
                    }
                },
            };
            let plan = &mut planned[place];
            let (mut checks, mut notices) = (Checks::default(), Vec::new());
            let mut after = before
                .clone()
                .unwrap_or_else(|| R::blank(self.tx.uuid(), self.tx.now()));
            R::said(&row, &mut after, &said, plan.made_it, &mut checks, &mut notices);
            after.check(&mut checks);
            plan.notices = notices;
            plan.fate = match (checks.finish(), before) {
                (Err(refusals), _) => Fate::Refuse(refusals),
                (Ok(()), None) => Fate::Make(after),
                (Ok(()), Some(before)) => changed(before, after, self.tx.now())?,
            };
        }
        Ok(planned)
    }

    /// A new organisation whose enterprise number is known is not made again: the row joins the one that is there.
    async fn join_by_number(&mut self, planned: &mut [Planned<Organisation>]) -> Result<()> {
        let number = |organisation: &Organisation| {
            let mut numbers = organisation.numbers.iter();
            numbers
                .find(|number| number.scheme == NumberScheme::Enterprise)
                .map(|number| number.value.clone())
        };
        let new = |plan: &Planned<Organisation>| match &plan.fate {
            Fate::Make(record) => number(record),
            Fate::Change(..) | Fate::Same(..) | Fate::Stale(_) | Fate::Refuse(_) => None,
        };
        let numbers: HashSet<String> = planned.iter().filter_map(new).collect();
        if numbers.is_empty() {
            return Ok(());
        }
        let mut known = self.tx.numbered(&numbers).await?;
        let mut taken: HashSet<String> = HashSet::new();
        for plan in planned {
            let Some(number) = new(plan) else { continue };
            if !taken.insert(number.clone()) {
                plan.fate = Fate::Refuse(vec![Refusal::Duplicate {
                    field: "enterpriseNumber".to_owned(),
                }]);
                continue;
            }
            let Some(before) = known.remove(&number) else {
                continue;
            };
            let Fate::Make(pushed) = &plan.fate else { continue };
            let mut after = before.clone();
            fill(&mut after, pushed);
            plan.made_it = false;
            plan.notices.push(Notice::JoinedByNumber);
            plan.fate = changed(before, after, self.tx.now())?;
        }
        Ok(())
    }

    /// Refuses the rows that name what does not exist; what they name stays until the transaction ends.
    async fn check_named<R: Pushable>(
        &mut self,
        planned: &mut [Planned<R>],
        made: &HashSet<RecordId>,
    ) -> Result<()> {
        let named = |record: &R| {
            let Facets { links, places, .. } = record.facets();
            let places = places
                .into_iter()
                .map(|(field, place)| (field, RecordId::from(place)));
            links.into_iter().chain(places).collect::<Vec<_>>()
        };
        let record = |plan: &Planned<R>| match &plan.fate {
            Fate::Make(record) | Fate::Change(_, record) => Some(named(record)),
            Fate::Same(..) | Fate::Stale(_) | Fate::Refuse(_) => None,
        };
        let all: Vec<Option<Vec<(&str, RecordId)>>> = planned.iter().map(record).collect();
        let targets = all.iter().flatten().flatten().map(|(_, target)| *target);
        let missing = self
            .tx
            .missing(targets.filter(|target| !made.contains(target)))
            .await?;
        for (plan, named) in planned.iter_mut().zip(all) {
            let refusals: Vec<Refusal> = named
                .into_iter()
                .flatten()
                .filter(|(_, target)| missing.contains(target))
                .map(|(field, _)| Refusal::UnknownReference {
                    field: row_field(field).to_owned(),
                })
                .collect();
            if !refusals.is_empty() {
                plan.fate = Fate::Refuse(refusals);
            }
        }
        Ok(())
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
                Fate::Same(record, _) if plan.reaged || !plan.known => record,
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

    /// Decides for each deletion what is to be done.
    fn plan_deletions(&mut self, came: Vec<Came<Deletion>>) -> Vec<(RowResult, Option<(Deletion, Known)>)> {
        let mut times: HashMap<(Option<Pushed>, String), u32> = HashMap::new();
        let key = |came: &Came<Deletion>| {
            let kind = came.row.as_ref().ok().map(|row| row.record_type);
            (kind, came.external_id.clone().unwrap_or_default())
        };
        for came in &came {
            *times.entry(key(came)).or_default() += 1;
        }
        let mut planned = Vec::with_capacity(came.len());
        for (index, came) in came.into_iter().enumerate() {
            let is_double = times.get(&key(&came)).is_some_and(|times| *times > 1);
            let mut result = RowResult {
                record_type: came.row.as_ref().map_or(Pushed::Offer, |row| row.record_type),
                index: u32::try_from(index).unwrap_or(u32::MAX),
                is_deletion: true,
                external_id: came.external_id.clone(),
                outcome: Outcome::Rejected,
                errors: Vec::new(),
                notices: Vec::new(),
                record_id: None,
                revision: None,
                changes: Vec::new(),
            };
            let mut todo = None;
            match came.row {
                Err(why) => result.errors = why,
                Ok(row) => {
                    let also_pushed = self.rows.iter().any(|other| {
                        other.record_type == row.record_type
                            && other.external_id.as_ref() == Some(&row.external_id)
                    });
                    let known = self.known.get(&(row.record_type, row.external_id.clone()));
                    let age = (row.source_updated_at, row.source_revision);
                    check_external_id(&row.external_id, &mut result.errors);
                    if is_double || also_pushed {
                        result.errors.push(Refusal::Duplicate {
                            field: "externalId".to_owned(),
                        });
                    }
                    if result.errors.is_empty() {
                        match known {
                            None => result.errors.push(Refusal::NotFound),
                            Some(known) => {
                                result.record_id = Some(RecordId {
                                    kind: kind_of(row.record_type),
                                    uuid: known.record,
                                });
                                if known.is_deleted {
                                    result.outcome = Outcome::Unchanged;
                                } else if known.is_newer_than(age) {
                                    result.outcome = Outcome::Stale;
                                } else {
                                    result.outcome = Outcome::Deleted;
                                    todo = Some((row, known.clone()));
                                }
                            }
                        }
                    }
                }
            }
            planned.push((result, todo));
        }
        planned
    }

    /// Does the deletions: what depends on others first.
    async fn delete(&mut self, planned: Vec<(RowResult, Option<(Deletion, Known)>)>) -> Result<()> {
        let mut results: Vec<Option<RowResult>> = Vec::new();
        let mut todo = Vec::new();
        for (result, deletion) in planned {
            match deletion {
                Some(deletion) => todo.push((results.len(), result.clone(), deletion)),
                None => {}
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

/// A change, or nothing new.
fn changed<R: Stored>(before: R, mut after: R, now: DateTime<Utc>) -> Result<Fate<R>> {
    if difference(&json(&before)?, &json(&after)?).is_empty() {
        return Ok(Fate::Same(before.id().into(), before.revision()));
    }
    after.restate(before.revision() + 1, now);
    Ok(Fate::Change(before, after))
}

/// What the record that is there lacks, the pushed one gives.
fn fill(known: &mut Organisation, pushed: &Organisation) {
    let Organisation {
        aliases,
        kinds,
        website,
        commune_id,
        address,
        point,
        ..
    } = pushed.clone();
    if known.aliases.is_empty() {
        known.aliases = aliases;
    }
    if known.kinds.is_empty() {
        known.kinds = kinds;
    }
    known.website = known.website.take().or(website);
    known.commune_id = known.commune_id.or(commune_id);
    known.address = known.address.take().or(address);
    known.point = known.point.or(point);
}

/// A record's field as the rows call it.
fn row_field(field: &str) -> &str {
    match field {
        "organisationId" => "organisationExternalId",
        "communeId" => "commune",
        "deliveryHubId" => "delivery.hubId",
        "localTerritoryId" => "local.territoryId",
        other => other,
    }
}

fn check_external_id(id: &str, refusals: &mut Vec<Refusal>) {
    let field = || "externalId".to_owned();
    if id.is_empty() {
        refusals.push(Refusal::Required { field: field() });
    } else if id.len() > EXTERNAL_ID {
        refusals.push(Refusal::TooLong {
            field: field(),
            most: EXTERNAL_ID,
        });
    } else if id.contains('\0') {
        refusals.push(Refusal::Invalid {
            field: field(),
            why: Invalid::Type,
        });
    }
}

/// What a row says, in one word.
fn digest<T: Serialize>(row: &T) -> Result<String> {
    let text = serde_json::to_vec(row).map_err(|error| Error::Corrupt(error.to_string()))?;
    Ok(hex(&Sha256::digest(text)[..16]))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What is to be done with all rows, in one word.
fn fingerprint<'r>(rows: impl Iterator<Item = &'r RowResult>) -> String {
    let mut digest = Sha256::new();
    for row in rows {
        digest.update(row.record_type.word());
        digest.update(row.external_id.as_deref().unwrap_or_default());
        digest.update([0, u8::from(row.is_deletion), row.outcome as u8]);
    }
    hex(&digest.finalize()[..16])
}

impl Tx {
    /// Lets one request of a source through at a time, so that two do not decide on the same state.
    async fn serialise(&self, source: &str) -> Result<()> {
        let digest = Sha256::digest(source);
        let mut lock = [0; 8];
        lock.copy_from_slice(&digest[..8]);
        self.lock(i64::from_be_bytes(lock)).await
    }

    /// The answer that an earlier request with the same key got.
    async fn answered(&self, source: &Source, push: &Push) -> Result<Option<Answer>> {
        let Some(key) = push.key.as_ref().filter(|_| !push.dry_run) else {
            return Ok(None);
        };
        let query = Query::select()
            .columns(["digest", "answer"])
            .from("push_key")
            .and_where(Expr::col("source").eq(source.code.clone()))
            .and_where(Expr::col("name").eq(key.clone()))
            .take();
        if let Some(row) = self.conn.query_one(&query).await? {
            let (digest, answer): (String, String) = (row.try_get("", "digest")?, row.try_get("", "answer")?);
            if digest != push.digest {
                return Err(Refusal::KeyReused.into());
            }
            let mut answer: Answer =
                serde_json::from_str(&answer).map_err(|error| Error::Corrupt(error.to_string()))?;
            answer.is_replay = true;
            return Ok(Some(answer));
        }
        let mut insert = Query::insert();
        insert
            .into_table("push_key")
            .columns(["source", "name", "digest", "answer", "at"])
            .values([
                Expr::value(source.code.clone()),
                Expr::value(key.clone()),
                Expr::value(push.digest.clone()),
                Expr::value(""),
                Expr::value(self.now()),
            ])
            .map_err(|error| Error::Corrupt(error.to_string()))?;
        self.conn.execute(&insert).await?;
        Ok(None)
    }

    async fn keep_answer(&self, source: &str, key: &str, answer: &Answer) -> Result<()> {
        let text = serde_json::to_string(answer).map_err(|error| Error::Corrupt(error.to_string()))?;
        let update = Query::update()
            .table("push_key")
            .value("answer", text)
            .and_where(Expr::col("source").eq(source))
            .and_where(Expr::col("name").eq(key))
            .take();
        self.conn.execute(&update).await?;
        Ok(())
    }

    /// What is known of these identifiers of a source.
    async fn known_to(&self, source: &str, ids: HashSet<String>) -> Result<HashMap<(Pushed, String), Known>> {
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let ids: Vec<String> = ids.into_iter().collect();
        let ids = serde_json::to_string(&ids).map_err(|error| Error::Corrupt(error.to_string()))?;
        let list = match self.conn.get_database_backend() {
            DbBackend::Postgres => "SELECT * FROM json_array_elements_text($2::json)",
            DbBackend::Sqlite | DbBackend::MySql | _ => "SELECT value FROM json_each($2)",
        };
        let statement = Statement::from_sql_and_values(
            self.conn.get_database_backend(),
            format!(
                "SELECT record_kind, external_id, record_id, source_updated_at, source_revision, digest, deleted_at, made_it \
                 FROM external_id WHERE source = $1 AND record_kind IN ('ORGANISATION', 'OFFER', 'NEED') AND external_id IN ({list})"
            ),
            [source.into(), ids.into()],
        );
        let mut known = HashMap::new();
        for row in self.conn.query_all_raw(statement).await? {
            let kind: String = row.try_get("", "record_kind")?;
            let Some((pushed, _)) = KINDS.iter().find(|(_, word)| *word == kind) else {
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
            known.insert((*pushed, row.try_get("", "external_id")?), of);
        }
        Ok(known)
    }

    /// The revisions of these records, of those that are there.
    async fn revisions<R: Stored>(&self, ids: Vec<Uuid>) -> Result<HashMap<Uuid, i32>> {
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
    async fn present<R: Stored>(&self, ids: Vec<Uuid>) -> Result<HashMap<Uuid, R>> {
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let rows = R::Entity::find()
            .filter(rows::among(&self.conn, Expr::col((R::TABLE, "id")), ids))
            .lock_exclusive()
            .all(&self.conn)
            .await?;
        let records = rows.into_iter().map(Into::into);
        Ok(records.map(|record: R| (record.id().into(), record)).collect())
    }

    /// The organisations with these enterprise numbers.
    async fn numbered(&self, numbers: &HashSet<String>) -> Result<HashMap<String, Organisation>> {
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
    async fn see(&self, source: &str, run: Uuid, seen: &[(Pushed, String)]) -> Result<()> {
        for (pushed, word) in KINDS {
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
                .and_where(Expr::col("record_kind").eq(word))
                .and_where(Expr::col("external_id").is_in(ids.into_iter().cloned()))
                .take();
            self.conn.execute(&update).await?;
        }
        Ok(())
    }

    /// Removes the record that a source holds no more, unless others know it too; answers whether it stays.
    async fn let_go(
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
            Pushed::Organisation => self.delete_found::<Organisation>(known.record).await?,
            Pushed::Offer => self.delete_found::<Offer>(known.record).await?,
            Pushed::Need => self.delete_found::<Need>(known.record).await?,
        }
        Ok(false)
    }

    /// Removes a record, where it is still there.
    async fn delete_found<R: Stored>(&mut self, record: Uuid) -> Result<()> {
        match self.present::<R>(vec![record]).await?.remove(&record) {
            Some(found) => self.delete(&found).await,
            None => Ok(()),
        }
    }

    /// Keeps that the source removed it, and when, so that nothing older brings it back.
    async fn bury(
        &self,
        source: &str,
        pushed: Pushed,
        external_id: &str,
        (updated_at, revision): (Option<DateTime<Utc>>, Option<i64>),
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
