//! What is to be done with each row of a request, decided before anything is written: what it says of its record, what
//! it names, whether it is new, older, the same, or refused.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Datelike as _, Utc};
use domain::check::Checks;
use domain::facet::Facets;
use domain::need::{self, Need};
use domain::offer::{self, Offer};
use domain::organisation::{NumberScheme, Organisation};
use domain::push::{
    Bare, Deletion, EXTERNAL_ID, NeedRow, Notice, OfferRow, OrganisationRow, Outcome, Pushed, Row,
};
use domain::refusal::Invalid;
use domain::{OrganisationId, RecordId, Refusal, SourceId, TerritoryId};
use serde::Serialize;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::known::{Known, kind_of};
use super::{Came, Pushing, RowResult, hex};
use crate::connect::Lock;
use crate::error::{Error, Result};
use crate::record::Stored;

/// What is to be done with a row.
pub(super) enum Fate<R> {
    Make(R),
    Change(R, R),
    Same(Uuid, i32),
    Stale(Uuid),
    Refuse(Vec<Refusal>),
}

/// A row with what is to be done.
pub(super) struct Planned<R> {
    pub(super) index: u32,
    pub(super) external_id: Option<String>,
    pub(super) age: (Option<DateTime<Utc>>, Option<i64>),
    pub(super) digest: String,
    /// The revision that the decision was made on; 0 where there was no record.
    pub(super) before: i32,
    pub(super) made_it: bool,
    /// What the source said is kept although nothing is done: it said it otherwise, or later.
    pub(super) is_retold: bool,
    pub(super) notices: Vec<Notice>,
    pub(super) fate: Fate<R>,
}

/// A kind of record that sources push.
pub(super) trait Pushable: Stored + Bare {
    type Row: Row;
    const PUSHED: Pushed;

    /// Its commune, and the organisation that it lies with where it names none.
    fn lies(&self) -> (Option<TerritoryId>, Option<OrganisationId>);

    /// Takes the record out of circulation where it cannot be removed; false where that is not possible either.
    fn retire(&mut self) -> bool;

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
pub(super) struct Said<'a> {
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
            domain::Patch::Value(external_id) if !is_external_id(external_id) => {
                checks.refuse(Refusal::UnknownReference { field: field() });
                None
            }
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

    fn lies(&self) -> (Option<TerritoryId>, Option<OrganisationId>) {
        (self.commune_id, None)
    }

    fn retire(&mut self) -> bool {
        false
    }

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

    fn lies(&self) -> (Option<TerritoryId>, Option<OrganisationId>) {
        (self.commune_id, Some(self.organisation_id))
    }

    fn retire(&mut self) -> bool {
        self.status = offer::Status::Withdrawn;
        true
    }

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

    fn lies(&self) -> (Option<TerritoryId>, Option<OrganisationId>) {
        (self.commune_id, Some(self.organisation_id))
    }

    fn retire(&mut self) -> bool {
        if self.status != need::Status::Fulfilled {
            self.status = need::Status::Abandoned;
            self.reason
                .get_or_insert_with(|| need::GONE_FROM_SOURCE.to_owned());
        }
        true
    }

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

impl Pushing<'_> {
    /// Decides for each row of a kind what is to be done.
    pub(super) async fn plan<R: Pushable>(
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
                before: 0,
                made_it: true,
                is_retold: false,
                notices: Vec::new(),
                fate: Fate::Refuse(Vec::new()),
            };
            let id = came.external_id.clone().unwrap_or_default();
            let known = self.known.get(&(R::PUSHED, id.clone()));
            let mut refusals = Vec::new();
            check_external_id(&id, &mut refusals);
            if times.get(&id).is_some_and(|times| *times > 1) {
                refusals.push(Refusal::Duplicate {
                    field: "externalId".to_owned(),
                });
            }
            if refusals
                .iter()
                .all(|refusal| matches!(refusal, Refusal::Duplicate { .. }))
            {
                // Whatever becomes of the row, the source has named it.
                self.seen.push((R::PUSHED, id.clone()));
            }
            match came.row {
                Ok(row) if refusals.is_empty() => {
                    let mut checks = Checks::default();
                    check_age(row.age(), &mut checks);
                    if let Err(refusals) = checks.finish() {
                        plan.fate = Fate::Refuse(refusals);
                        planned.push(plan);
                        continue;
                    }
                    plan.age = row.age();
                    plan.digest = digest(&row.content())?;
                    match known {
                        Some(known) if known.is_newer_than(plan.age) => plan.fate = Fate::Stale(known.record),
                        Some(known) if !known.is_deleted => {
                            plan.made_it = known.made_it;
                            plan.is_retold = known.ages_to(plan.age);
                            plan.age = known.greatest(plan.age);
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
                Err(mut why) => {
                    why.retain(|refusal| !refusals.contains(refusal));
                    refusals.append(&mut why);
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
                .unwrap_or_else(|| R::bare(self.tx.uuid(), self.tx.now()));
            R::said(&row, &mut after, &said, plan.made_it, &mut checks, &mut notices);
            after.check(&mut checks);
            plan.notices = notices;
            plan.fate = match (checks.finish(), before) {
                (Err(refusals), _) => Fate::Refuse(refusals),
                (Ok(()), None) => Fate::Make(after),
                (Ok(()), Some(before)) => {
                    plan.before = before.revision();
                    changed(before, after, self.tx.now())
                }
            };
            // Where it changes nothing, it is still what the source said last.
            plan.is_retold = true;
        }
        Ok(planned)
    }

    /// A new organisation whose enterprise number is known is not made again: the row joins the one that is there. One
    /// that is known does not take the number of another.
    pub(super) async fn join_by_number(&mut self, planned: &mut [Planned<Organisation>]) -> Result<()> {
        let taking = |plan: &Planned<Organisation>| match &plan.fate {
            Fate::Make(record) => number_of(record),
            Fate::Change(before, after) => {
                number_of(after).filter(|number| number_of(before).as_ref() != Some(number))
            }
            Fate::Same(..) | Fate::Stale(_) | Fate::Refuse(_) => None,
        };
        let numbers: HashSet<String> = planned.iter().filter_map(taking).collect();
        if numbers.is_empty() {
            return Ok(());
        }
        // Two sources that bring the same number at once make one organisation.
        self.tx.lock(Lock::Numbers).await?;
        let mut known = self.tx.numbered(&numbers).await?;
        let mut taken: HashSet<String> = HashSet::new();
        for plan in planned {
            let Some(number) = taking(plan) else { continue };
            let is_held = known.contains_key(&number) && matches!(plan.fate, Fate::Change(..));
            if !taken.insert(number.clone()) || is_held {
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
            after.fill(pushed);
            plan.made_it = false;
            plan.is_retold = true;
            plan.before = before.revision;
            plan.notices.push(Notice::JoinedByNumber);
            plan.fate = changed(before, after, self.tx.now());
        }
        Ok(())
    }

    /// Of two rows of a request that come to the same record, the second is refused: which of them holds is not ours to say.
    pub(super) fn once_each<R: Pushable>(planned: &mut [Planned<R>]) {
        let mut changed: HashSet<Uuid> = HashSet::new();
        for plan in planned {
            let Fate::Change(_, after) = &plan.fate else {
                continue;
            };
            if !changed.insert(after.id().into()) {
                plan.fate = Fate::Refuse(vec![Refusal::Duplicate {
                    field: "externalId".to_owned(),
                }]);
            }
        }
    }

    /// Refuses the rows that name what does not exist; what they name stays until the transaction ends.
    pub(super) async fn check_named<R: Pushable>(
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
            Fate::Make(record) => Some(named(record)),
            // What it named before is there as long as it names it.
            Fate::Change(before, after) => {
                let known = named(before);
                Some(
                    named(after)
                        .into_iter()
                        .filter(|new| !known.contains(new))
                        .collect(),
                )
            }
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

    /// Decides for each deletion what is to be done.
    pub(super) fn plan_deletions(
        &mut self,
        came: Vec<Came<Deletion>>,
    ) -> Vec<(RowResult, Option<(Deletion, Known)>)> {
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
                    let mut checks = Checks::default();
                    check_age(age, &mut checks);
                    result.errors.extend(checks.finish().err().unwrap_or_default());
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
}

/// A change, or nothing new.
fn changed<R: Stored>(before: R, mut after: R, now: DateTime<Utc>) -> Fate<R> {
    if before == after {
        return Fate::Same(before.id().into(), before.revision());
    }
    after.restate(before.revision() + 1, now);
    Fate::Change(before, after)
}

/// An organisation's enterprise number.
fn number_of(organisation: &Organisation) -> Option<String> {
    let mut numbers = organisation.numbers.iter();
    numbers
        .find(|number| number.scheme == NumberScheme::Enterprise)
        .map(|number| number.value.clone())
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

/// When a source changed something is a day of our time.
fn check_age((updated_at, _): (Option<DateTime<Utc>>, Option<i64>), checks: &mut Checks) {
    let right = updated_at.is_none_or(|at| (1900..=2200).contains(&at.year()));
    checks.hold(right, "sourceUpdatedAt", Invalid::Day);
}

/// Whether a text can be a source's own identifier.
pub(super) fn is_external_id(id: &str) -> bool {
    (1..=EXTERNAL_ID).contains(&id.len()) && !id.contains('\0')
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
