//! The matches that are kept, so that people are told of new ones once. What changes is matched anew soon after; where the
//! scoring itself changed, or an administrator asks, everything is, in small portions that remember how far they came.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use domain::expertise::Expertise;
use domain::expertise::fit::{Given, SCORING, Wanted, fit};
use domain::expertise::introduction::Introduction;
use domain::expertise::need::{ExpertiseNeed, Reader};
use domain::expertise::topic;
use domain::policy::{Action, Actor};
use domain::record::Record;
use domain::{ExpertiseId, ExpertiseNeedId, OrganisationId, RecordId, RecordType};
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict, Order, Query};
use uuid::Uuid;

use super::matching::{ExpertiseMatch, Pasts, best, reach};
use crate::connect::{Lock, Store};
use crate::error::{Error, Result};
use crate::matching::MATCHES;
use crate::record::{all, selecting};
use crate::rows;
use crate::write::Tx;

/// So many of a need's best matches are kept.
const KEPT: usize = 20;
/// Those below are not.
const LEAST: f64 = 0.5;
/// So many changed records are matched at a time.
const AT_ONCE: usize = 20;
/// So many needs are matched in one portion of a full run.
const PORTION: u64 = 50;
/// Where more changed than that, everything is matched anew.
const MANY: u64 = 500;
/// So many offers are read at a time.
const PAGE: u64 = 500;
/// Where a full run stands: the last need that was matched, nothing before the first; no such setting when none is under way.
const RUN: &str = "expertise_rematch";
/// The scoring by which everything was matched.
const BY: &str = "expertise_scoring";

impl Tx {
    /// What changed is to be matched anew.
    pub(crate) async fn match_again<R: Record>(&self, record: &R) -> Result<()> {
        self.to_be_matched(&[record.id().into()]).await
    }

    /// What an introduction changes is to be matched anew: how busy the offer is, what became of the pair.
    pub(crate) async fn match_both(&self, introduction: &Introduction) -> Result<()> {
        self.to_be_matched(&[introduction.expertise_id.into(), introduction.need_id.into()])
            .await
    }

    async fn to_be_matched(&self, records: &[RecordId]) -> Result<()> {
        let now = self.now();
        let rows = records
            .iter()
            .map(|id| vec![id.uuid.into(), id.kind.word().into(), now.into()]);
        let columns = ["record_id", "record_kind", "at"];
        rows::put(&self.conn, "rematch", &columns, 1, rows.collect()).await
    }

    /// Keeps what was found beside the pairs that were `known` of the records that were matched: those that no longer fit
    /// stay known, so that nobody is told of them as new ones later.
    async fn keep_matches(&self, found: &Found, known: Known, now: DateTime<Utc>) -> Result<()> {
        let mut rows = Vec::with_capacity(found.fits.len());
        let mut row = |(need, expertise): Pair, score: Option<i32>, at: DateTime<Utc>| {
            rows.push(vec![need.into(), expertise.into(), score.into(), at.into()]);
        };
        for (pair, fit) in &found.fits {
            match known.get(pair) {
                Some((before, _)) if *before == Some(fit.score) => {}
                Some((_, at)) => row(*pair, Some(fit.score), *at),
                None if fit.is_kept => row(*pair, Some(fit.score), now),
                None => {}
            }
        }
        for (pair, (score, at)) in known {
            // Of a record that more fit than were looked at, those beyond may still fit.
            let is_told =
                found.fits.contains_key(&pair) || found.cut.contains(&pair.0) || found.cut.contains(&pair.1);
            if score.is_some() && !is_told {
                row(pair, None, at);
            }
        }
        let columns = ["need_id", "expertise_id", "score", "found_at"];
        rows::put(&self.conn, "expertise_match", &columns, 2, rows).await
    }

    /// The pairs that are known of these records.
    async fn known_pairs(&self, column: &'static str, ids: Vec<Uuid>) -> Result<Known> {
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let query = Query::select()
            .columns(["need_id", "expertise_id", "score", "found_at"])
            .from("expertise_match")
            .and_where(rows::among(&self.conn, Expr::col(column), ids))
            .take();
        let rows = self.conn.query_all(&query).await?;
        rows.iter()
            .map(|row| {
                let pair = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
                Ok((pair, (row.try_get_by_index(2)?, row.try_get_by_index(3)?)))
            })
            .collect()
    }

    /// Begins a full run. What changed and waits is part of it.
    async fn begin_run(&self) -> Result<()> {
        let waiting = Query::delete().from_table("rematch").take();
        self.conn.execute(&waiting).await?;
        self.set(RUN, "").await
    }

    async fn set(&self, name: &str, value: &str) -> Result<()> {
        let mut keep = Query::insert();
        keep.into_table("setting")
            .columns(["name", "value"])
            .values([Expr::value(name), Expr::value(value)])
            .map_err(|error| Error::Corrupt(error.to_string()))?
            .on_conflict(OnConflict::column("name").update_column("value").to_owned());
        self.conn.execute(&keep).await?;
        Ok(())
    }

    async fn unset(&self, name: &str) -> Result<()> {
        let gone = Query::delete()
            .from_table("setting")
            .and_where(Expr::col("name").eq(name))
            .take();
        self.conn.execute(&gone).await?;
        Ok(())
    }

    async fn get(&self, name: &str) -> Result<Option<String>> {
        let query = Query::select()
            .column("value")
            .from("setting")
            .and_where(Expr::col("name").eq(name))
            .take();
        let row = self.conn.query_one(&query).await?;
        Ok(row.map(|row| row.try_get("", "value")).transpose()?)
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a score lies between 0 and 1")]
fn thousandths(found: &ExpertiseMatch) -> i32 {
    (found.score.total * 1_000.0).round() as i32
}

/// A need and an offer.
type Pair = (Uuid, Uuid);
/// Of pairs that are known, their score where they still fit, and since when.
type Known = HashMap<Pair, (Option<i32>, DateTime<Utc>)>;

/// How a pair fits.
#[derive(Clone, Copy, Debug)]
struct Fit {
    /// Of a thousand.
    score: i32,
    /// Whether it is kept where it is new.
    is_kept: bool,
}

/// What was found of some records.
#[derive(Debug, Default)]
struct Found {
    fits: HashMap<Pair, Fit>,
    /// The records of which there may be more.
    cut: HashSet<Uuid>,
}

impl Found {
    /// Adds what was found of one record, the best first; so many of them are kept where they are new.
    fn add(&mut self, record: Uuid, found: &[ExpertiseMatch], kept: usize) {
        if found.len() >= MATCHES {
            self.cut.insert(record);
        }
        let worth = found
            .iter()
            .filter(|of| of.score.total >= LEAST && !of.score.refused);
        for (place, of) in worth.enumerate() {
            let fit = self.fits.entry((of.need_id.0, of.expertise_id.0)).or_insert(Fit {
                score: thousandths(of),
                is_kept: false,
            });
            fit.is_kept |= place < kept;
        }
    }
}

impl Store {
    /// Has everything matched anew, in the background.
    ///
    /// # Errors
    /// Not allowed, or a database fault.
    pub async fn rematch_expertise(&self, actor: &Actor) -> Result<()> {
        self.write(actor, Action::MatchAnew, async |tx: &mut Tx| {
            tx.lock(Lock::Matching).await?;
            tx.begin_run().await
        })
        .await
    }

    /// Whether a full run is under way, and how many changed records wait.
    ///
    /// # Errors
    /// A database fault.
    pub async fn rematch_standing(&self) -> Result<(bool, u64)> {
        let waiting = Query::select()
            .expr_as(Expr::col("record_id").count(), "count")
            .from("rematch")
            .take();
        let row = self.reading.query_one(&waiting).await?;
        let count: i64 = row.map(|row| row.try_get("", "count")).transpose()?.unwrap_or(0);
        Ok((self.setting(RUN).await?.is_some(), super::number(count)))
    }

    /// What matches anew what is to be.
    #[must_use]
    pub fn rematcher(&self) -> Rematcher {
        Rematcher {
            store: self.clone(),
            sketches: None,
        }
    }

    /// Matches some of what changed; answers how many records.
    async fn match_changed(&self) -> Result<usize> {
        let query = Query::select()
            .columns(["record_id", "record_kind", "at"])
            .from("rematch")
            .order_by("at", Order::Asc)
            .limit(AT_ONCE as u64)
            .take();
        let mut waiting: Vec<(Uuid, RecordType, DateTime<Utc>)> = Vec::new();
        for row in self.reading.query_all(&query).await? {
            waiting.push((
                row.try_get_by_index(0)?,
                row.try_get_by_index(1)?,
                row.try_get_by_index(2)?,
            ));
        }
        if waiting.is_empty() {
            return Ok(0);
        }
        let of = |kind: RecordType| {
            waiting
                .iter()
                .filter(move |(_, of, _)| *of == kind)
                .map(|(id, _, _)| *id)
        };
        let needs: Vec<Uuid> = of(RecordType::ExpertiseNeed).collect();
        let offers: Vec<Uuid> = of(RecordType::Expertise).collect();
        let today = self.mint.now().date_naive();
        let need_ids: Vec<ExpertiseNeedId> = needs.iter().map(|id| (*id).into()).collect();
        let open_needs = self.many::<ExpertiseNeed>(&need_ids).await?;
        let open_needs = open_needs
            .iter()
            .filter(|need| need.is_open(today))
            .map(|need| need.id);
        let offer_ids: Vec<ExpertiseId> = offers.iter().map(|id| (*id).into()).collect();
        let open_offers = self.many::<Expertise>(&offer_ids).await?;
        let open_offers = open_offers
            .iter()
            .filter(|offer| offer.is_open(today))
            .map(|offer| offer.id);
        let of_needs = self
            .matches_of_expertise_needs(&open_needs.collect::<Vec<_>>())
            .await?;
        let everybody = Reader {
            all: true,
            ..Reader::default()
        };
        let of_offers = self
            .matches_of_expertises(&open_offers.collect::<Vec<_>>(), &everybody)
            .await?;
        let mut found = Found::default();
        for (need, of) in of_needs {
            found.add(need.0, &of, KEPT);
        }
        for (offer, of) in of_offers {
            found.add(offer.0, &of, MATCHES);
        }
        let count = waiting.len();
        self.write(&Actor::System, Action::MatchAnew, async move |tx: &mut Tx| {
            tx.lock(Lock::Matching).await?;
            let mut known = tx.known_pairs("need_id", needs).await?;
            known.extend(tx.known_pairs("expertise_id", offers).await?);
            // The instant under the lock: what is told until then is told of all that was found before.
            let now = tx.instant();
            tx.keep_matches(&found, known, now).await?;
            for (id, _, at) in waiting {
                let done = Query::delete()
                    .from_table("rematch")
                    .and_where(Expr::col("record_id").eq(id))
                    // What changed again meanwhile waits once more.
                    .and_where(Expr::col("at").eq(at))
                    .take();
                tx.conn.execute(&done).await?;
            }
            Ok(())
        })
        .await?;
        Ok(count)
    }
}

/// An offer, small.
#[derive(Clone, Copy, Debug)]
struct Sketch {
    id: ExpertiseId,
    provider: OrganisationId,
    given: Given,
}

/// Every offer to be had, small, by broad topic.
#[derive(Debug, Default)]
struct Sketches {
    all: Vec<Sketch>,
    by_family: HashMap<&'static str, Vec<usize>>,
    pasts: Pasts,
}

/// Matches anew, portion by portion. It holds every offer in memory in a few hundred bytes while a full run is under way,
/// and nothing otherwise.
#[derive(Debug)]
pub struct Rematcher {
    store: Store,
    sketches: Option<Sketches>,
}

impl Rematcher {
    /// Begins a full run where everything was matched by another scoring.
    ///
    /// # Errors
    /// A database fault.
    pub async fn begin(&self) -> Result<()> {
        let current = SCORING.to_string();
        if self.store.setting(BY).await?.as_deref() == Some(current.as_str()) {
            return Ok(());
        }
        self.store
            .write(&Actor::System, Action::MatchAnew, async |tx: &mut Tx| {
                tx.lock(Lock::Matching).await?;
                tx.begin_run().await?;
                tx.set(BY, &current).await
            })
            .await
    }

    /// Does one portion of what is to be done; answers how many records were matched, none where there is nothing to do.
    ///
    /// # Errors
    /// A database fault.
    pub async fn portion(&mut self) -> Result<usize> {
        match self.store.setting(RUN).await? {
            Some(place) => self.go_on(&place).await,
            None => {
                self.sketches = None;
                let matched = self.store.match_changed().await?;
                // Where much changed, one run over all of it costs less than each alone.
                if matched == AT_ONCE && self.store.rematch_standing().await?.1 > MANY {
                    self.store.rematch_expertise(&Actor::System).await?;
                }
                Ok(matched)
            }
        }
    }

    async fn go_on(&mut self, place: &str) -> Result<usize> {
        // A run that was begun anew looks at the offers as they are then.
        if self.sketches.is_none() || place.is_empty() {
            self.sketches = Some(self.sketch().await?);
        }
        let Some(sketches) = &self.sketches else {
            return Ok(0);
        };
        let after = place.parse::<Uuid>().ok();
        let mut query = selecting::<ExpertiseNeed>();
        query
            .order_by(("expertise_need", "id"), Order::Asc)
            .limit(PORTION);
        if let Some(after) = after {
            query.and_where(Expr::col(("expertise_need", "id")).gt(after));
        }
        let needs: Vec<ExpertiseNeed> = all(&self.store.reading, &query).await?;
        let today = self.store.mint.now().date_naive();
        let reaches = self
            .store
            .reaches(needs.iter().filter_map(|need| need.territory_id))
            .await?;
        let mut kept = Found::default();
        for need in needs.iter().filter(|need| need.is_open(today)) {
            let wanted = Wanted::of(need, reach(&reaches, need.territory_id));
            let families = topic::families_of(&need.topics);
            let mut places: Vec<usize> = families
                .iter()
                .filter_map(|family| sketches.by_family.get(family))
                .flatten()
                .copied()
                .collect();
            if families.len() > 1 {
                places.sort_unstable();
                places.dedup();
            }
            let found = places.into_iter().filter_map(|place| {
                let of = sketches.all.get(place)?;
                let past = sketches.pasts.of((need.id, &families), (of.id, of.provider));
                Some(ExpertiseMatch {
                    expertise_id: of.id,
                    need_id: need.id,
                    score: fit(&wanted, &of.given, &past, today)?,
                })
            });
            kept.add(need.id.0, &best(found.collect()), KEPT);
            // Requests do not wait behind a whole portion.
            tokio::task::yield_now().await;
        }
        let ids: Vec<Uuid> = needs.iter().map(|need| need.id.0).collect();
        let (last, count, before) = (ids.last().copied(), ids.len(), place.to_owned());
        let moved = self
            .store
            .write(&Actor::System, Action::MatchAnew, async move |tx: &mut Tx| {
                tx.lock(Lock::Matching).await?;
                // Another server has gone on, or the run was begun anew.
                if tx.get(RUN).await?.as_deref() != Some(before.as_str()) {
                    return Ok(false);
                }
                let known = tx.known_pairs("need_id", ids).await?;
                let now = tx.instant();
                tx.keep_matches(&kept, known, now).await?;
                match last {
                    Some(last) => tx.set(RUN, &last.to_string()).await?,
                    None => tx.unset(RUN).await?,
                }
                Ok(true)
            })
            .await?;
        if moved && count == 0 {
            self.sketches = None;
            tracing::info!("all matches of expertise were worked out anew");
        }
        // The end of a run is one more portion: what changed meanwhile is looked at right after.
        Ok(count.max(1))
    }

    async fn sketch(&self) -> Result<Sketches> {
        let mut sketches = Sketches {
            pasts: self.store.pasts(None).await?,
            ..Sketches::default()
        };
        let mut after: Option<Uuid> = None;
        loop {
            let offers = self.store.open_expertises(after, PAGE).await?;
            let reaches = self
                .store
                .reaches(offers.iter().filter_map(|offer| offer.territory_id))
                .await?;
            for offer in &offers {
                let load = sketches.pasts.load(offer.id);
                for family in topic::families_of(&offer.topics) {
                    sketches
                        .by_family
                        .entry(family)
                        .or_default()
                        .push(sketches.all.len());
                }
                sketches.all.push(Sketch {
                    id: offer.id,
                    provider: offer.organisation_id,
                    given: Given::of(offer, load, reach(&reaches, offer.territory_id)),
                });
            }
            match offers.last() {
                Some(last) if offers.len() as u64 == PAGE => after = Some(last.id.0),
                Some(_) | None => return Ok(sketches),
            }
            tokio::task::yield_now().await;
        }
    }
}
