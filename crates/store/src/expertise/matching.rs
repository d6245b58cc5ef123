//! Offers of expertise that could meet a need, and needs that an offer could meet. The database proposes candidates by
//! topic, `domain::expertise::fit` scores them.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use domain::expertise::fit::{Given, Past, Score, Wanted, fit};
use domain::expertise::introduction::{Refused, Stage};
use domain::expertise::need::{ExpertiseNeed, Reader, State};
use domain::expertise::{Expertise, Reach, topic};
use domain::{ExpertiseId, ExpertiseNeedId, OrganisationId, TerritoryId};
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{Asterisk, Condition, Expr, ExprTrait, Order, Query, SelectStatement, UnionType};
use uuid::Uuid;

use super::{day, need, open};
use crate::connect::Store;
use crate::error::Result;
use crate::matching::{MATCHES, with_organisation};
use crate::record::Stored;
use crate::rows;

/// The most candidates of the topics themselves, and as many of their broad ones, that are looked at for one record.
const CANDIDATES: u64 = 500;
/// How many records' candidates one statement asks for.
const AT_ONCE: usize = 10;
/// The most earlier introductions that are looked at, the last ones.
const REMEMBERED: u64 = 50_000;
/// For so long refusals count against a provider.
const HELD_AGAINST: TimeDelta = TimeDelta::days(365);

/// An offer and a need of expertise that could go together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ExpertiseMatch {
    /// The offer.
    pub expertise_id: ExpertiseId,
    /// The need.
    pub need_id: ExpertiseNeedId,
    /// How well they fit.
    pub score: Score,
}

/// The best of them: those that were refused last, then by score, by how much of it is known, by identifier.
pub(super) fn best(mut all: Vec<ExpertiseMatch>) -> Vec<ExpertiseMatch> {
    all.sort_unstable_by(|one, other| {
        one.score
            .refused
            .cmp(&other.score.refused)
            .then(other.score.total.total_cmp(&one.score.total))
            .then(other.score.known.cmp(&one.score.known))
            .then((one.expertise_id, one.need_id).cmp(&(other.expertise_id, other.need_id)))
    });
    all.truncate(MATCHES);
    all
}

/// How far the last introduction of a pair came, why it was refused where it was, and when.
type Ended = (Stage, Option<Refused>, DateTime<Utc>);

/// What became of introductions, to be looked up by pair.
#[derive(Debug, Default)]
pub(super) struct Pasts {
    pairs: HashMap<(ExpertiseNeedId, ExpertiseId), Ended>,
    refusals: HashMap<(OrganisationId, String), Vec<ExpertiseNeedId>>,
    done: HashMap<ExpertiseId, u32>,
    busy: HashMap<ExpertiseId, u32>,
}

impl Pasts {
    /// How many introductions keep the offer busy.
    pub(super) fn load(&self, expertise: ExpertiseId) -> u32 {
        self.busy.get(&expertise).copied().unwrap_or(0)
    }

    pub(super) fn of(
        &self,
        (need, families): (ExpertiseNeedId, &[&'static str]),
        (expertise, provider): (ExpertiseId, OrganisationId),
    ) -> Past {
        let pair = self.pairs.get(&(need, expertise));
        let refusals = families
            .iter()
            .filter_map(|family| self.refusals.get(&(provider, (*family).to_owned())))
            .flatten()
            .filter(|refused| **refused != need)
            .count();
        Past {
            refused: pair.and_then(|(_, refused, at)| refused.map(|refused| (refused, at.date_naive()))),
            without_result: pair.is_some_and(|(stage, _, _)| *stage == Stage::WithoutResult),
            done: self.done.get(&expertise).copied().unwrap_or(0),
            refusals: u32::try_from(refusals).unwrap_or(u32::MAX),
        }
    }
}

/// A record that is looked for by its counterpart.
trait Sought: Stored {
    /// The column of its longest text, which no score looks at.
    const LONGEST: &'static str;

    /// Reads from its table what is open on a day and this reader may see.
    fn sought(query: &mut SelectStatement, today: NaiveDate, reader: &Reader);
}

impl Sought for Expertise {
    const LONGEST: &'static str = "description";

    fn sought(query: &mut SelectStatement, today: NaiveDate, _reader: &Reader) {
        with_organisation::<Self>(query);
        query.and_where(open(today));
    }
}

impl Sought for ExpertiseNeed {
    const LONGEST: &'static str = "context";

    fn sought(query: &mut SelectStatement, today: NaiveDate, reader: &Reader) {
        let column = |name: &'static str| Expr::col(("expertise_need", name));
        query
            .from("expertise_need")
            .and_where(column("state").eq(State::Open.word()))
            .and_where(column("deadline_key").gte(day(Some(today))));
        if let Some(seen) = need::seen_by(reader) {
            query.and_where(seen);
        }
    }
}

/// The beginning of a statement that reads candidates: the columns of the record but for its longest text.
fn columns<R: Sought>(query: &mut SelectStatement) {
    for column in R::COLUMNS {
        if *column == R::LONGEST {
            query.expr_as(Expr::cust("NULL"), *column);
        } else {
            query.column((R::TABLE, *column));
        }
    }
}

/// The statement for the candidates of one record with these topics; `asked` is its place among those asked for.
fn candidates_of<R: Sought>(
    topics: &[String],
    asked: i32,
    today: NaiveDate,
    reader: &Reader,
) -> [SelectStatement; 2] {
    let families = topic::families_of(topics);
    let about = |words: Vec<String>| {
        let tagged = Query::select()
            .column("record_id")
            .from("tag")
            .and_where(Expr::col("field").eq("topics"))
            .and_where(Expr::col("record_kind").eq(R::TYPE.word()))
            .and_where(Expr::col("word").is_in(words))
            .take();
        let mut query = Query::select();
        columns::<R>(&mut query);
        query.expr_as(Expr::value(asked), "asked");
        R::sought(&mut query, today, reader);
        query
            .and_where(Expr::col((R::TABLE, "id")).in_subquery(tagged))
            .order_by((R::TABLE, "updated_at"), Order::Desc)
            .order_by((R::TABLE, "id"), Order::Desc)
            .limit(CANDIDATES)
            .take()
    };
    [
        about(topics.to_vec()),
        about(families.iter().map(ToString::to_string).collect()),
    ]
}

impl Store {
    /// For each need, the offers to be had that could meet it, the best first, at most [`MATCHES`].
    ///
    /// # Errors
    /// A database fault.
    pub async fn matches_of_expertise_needs(
        &self,
        ids: &[ExpertiseNeedId],
    ) -> Result<HashMap<ExpertiseNeedId, Vec<ExpertiseMatch>>> {
        let needs = self.many::<ExpertiseNeed>(ids).await?;
        let today = self.mint.now().date_naive();
        let mut found = HashMap::with_capacity(needs.len());
        for chunk in needs.chunks(AT_ONCE) {
            let topics = chunk.iter().map(|need| need.topics.as_slice());
            let candidates = self
                .sought::<Expertise>(topics, today, &Reader::default())
                .await?;
            let places = candidates.iter().flatten().filter_map(|of| of.territory_id);
            let places = places.chain(chunk.iter().filter_map(|need| need.territory_id));
            let reaches = self.reaches(places).await?;
            let providers = candidates.iter().flatten().map(|of| of.organisation_id);
            let pasts = self.pasts(Some(providers.collect())).await?;
            for (need, candidates) in chunk.iter().zip(&candidates) {
                let wanted = Wanted::of(need, reach(&reaches, need.territory_id));
                let families = topic::families_of(&need.topics);
                let matches = candidates.iter().filter_map(|expertise| {
                    let (load, reach) = (pasts.load(expertise.id), reach(&reaches, expertise.territory_id));
                    let given = Given::of(expertise, load, reach);
                    let past = pasts.of((need.id, &families), (expertise.id, expertise.organisation_id));
                    Some(ExpertiseMatch {
                        expertise_id: expertise.id,
                        need_id: need.id,
                        score: fit(&wanted, &given, &past, today)?,
                    })
                });
                found.insert(need.id, best(matches.collect()));
            }
        }
        Ok(found)
    }

    /// For each offer, the open needs that this reader may see and that it could meet, the best first, at most
    /// [`MATCHES`].
    ///
    /// # Errors
    /// A database fault.
    pub async fn matches_of_expertises(
        &self,
        ids: &[ExpertiseId],
        reader: &Reader,
    ) -> Result<HashMap<ExpertiseId, Vec<ExpertiseMatch>>> {
        let offers = self.many::<Expertise>(ids).await?;
        let today = self.mint.now().date_naive();
        let mut found = HashMap::with_capacity(offers.len());
        for chunk in offers.chunks(AT_ONCE) {
            let topics = chunk.iter().map(|offer| offer.topics.as_slice());
            let candidates = self.sought::<ExpertiseNeed>(topics, today, reader).await?;
            let places = candidates.iter().flatten().filter_map(|of| of.territory_id);
            let places = places.chain(chunk.iter().filter_map(|offer| offer.territory_id));
            let reaches = self.reaches(places).await?;
            let providers = chunk.iter().map(|offer| offer.organisation_id);
            let pasts = self.pasts(Some(providers.collect())).await?;
            for (offer, candidates) in chunk.iter().zip(&candidates) {
                let given = Given::of(offer, pasts.load(offer.id), reach(&reaches, offer.territory_id));
                let matches = candidates.iter().filter_map(|need| {
                    let wanted = Wanted::of(need, reach(&reaches, need.territory_id));
                    let families = topic::families_of(&need.topics);
                    let past = pasts.of((need.id, &families), (offer.id, offer.organisation_id));
                    Some(ExpertiseMatch {
                        expertise_id: offer.id,
                        need_id: need.id,
                        score: fit(&wanted, &given, &past, today)?,
                    })
                });
                found.insert(offer.id, best(matches.collect()));
            }
        }
        Ok(found)
    }

    /// The candidates of records with these topics, each once, by one statement.
    async fn sought<'t, R: Sought>(
        &self,
        asked: impl Iterator<Item = &'t [String]>,
        today: NaiveDate,
        reader: &Reader,
    ) -> Result<Vec<Vec<R>>> {
        let mut found: Vec<Vec<R>> = Vec::new();
        let mut parts = Vec::new();
        for (place, topics) in asked.enumerate() {
            let place = i32::try_from(place).unwrap_or_default();
            parts.extend(candidates_of::<R>(topics, place, today, reader));
            found.push(Vec::new());
        }
        let mut parts = parts.into_iter().map(|part| {
            Query::select()
                .column(Asterisk)
                .from_subquery(part, "part")
                .take()
        });
        let Some(mut query) = parts.next() else {
            return Ok(found);
        };
        for part in parts {
            query.union(UnionType::All, part);
        }
        let mut seen = HashSet::new();
        for row in self.reading.query_all(&query).await? {
            let asked: i32 = row.try_get_by_index(R::COLUMNS.len())?;
            let record = R::read(&row)?;
            if seen.insert((asked, record.id()))
                && let Some(of) = usize::try_from(asked).ok().and_then(|place| found.get_mut(place))
            {
                of.push(record);
            }
        }
        Ok(found)
    }

    /// So many of the offers to be had, by identifier, to walk through all of them.
    pub(super) async fn open_expertises(&self, after: Option<Uuid>, most: u64) -> Result<Vec<Expertise>> {
        let mut query = Query::select();
        columns::<Expertise>(&mut query);
        Expertise::sought(&mut query, self.mint.now().date_naive(), &Reader::default());
        if let Some(after) = after {
            query.and_where(Expr::col(("expertise", "id")).gt(after));
        }
        query.order_by(("expertise", "id"), Order::Asc).limit(most);
        crate::record::all(&self.reading, &query).await
    }

    /// Where territories reach.
    pub(super) async fn reaches(
        &self,
        ids: impl Iterator<Item = TerritoryId>,
    ) -> Result<HashMap<TerritoryId, Reach>> {
        let ids: HashSet<TerritoryId> = ids.collect();
        let territories = self.territories(&Vec::from_iter(ids)).await?;
        Ok(territories
            .iter()
            .filter_map(|(id, territory)| Some((*id, Reach::of(territory)?)))
            .collect())
    }

    /// What became of introductions to these providers, or to all.
    pub(super) async fn pasts(&self, providers: Option<HashSet<OrganisationId>>) -> Result<Pasts> {
        let mut pasts = Pasts::default();
        let mut condition = Condition::all().add(Expr::col("stage").ne(Stage::Proposed.word()));
        if let Some(providers) = providers {
            if providers.is_empty() {
                return Ok(pasts);
            }
            let ids = providers.iter().map(|id| id.0).collect();
            condition = condition.add(rows::among(&self.reading, Expr::col("provider_id"), ids));
        }
        let query = Query::select()
            .columns([
                "need_id",
                "expertise_id",
                "provider_id",
                "stage",
                "refused",
                "moved_at",
                "family",
            ])
            .from("introduction")
            .cond_where(condition)
            .order_by("moved_at", Order::Desc)
            .limit(REMEMBERED)
            .take();
        let since = self.mint.now() - HELD_AGAINST;
        for row in self.reading.query_all(&query).await? {
            let need: ExpertiseNeedId = row.try_get_by_index::<Uuid>(0)?.into();
            let expertise: ExpertiseId = row.try_get_by_index::<Uuid>(1)?.into();
            let provider: Option<OrganisationId> = row.try_get_by_index(2)?;
            let stage: Stage = row.try_get_by_index(3)?;
            let refused: Option<Refused> = row.try_get_by_index(4)?;
            let at: DateTime<Utc> = row.try_get_by_index(5)?;
            let family: Option<String> = row.try_get_by_index(6)?;
            // The last one of a pair counts.
            pasts
                .pairs
                .entry((need, expertise))
                .or_insert((stage, refused, at));
            match stage {
                Stage::Accepted | Stage::UnderWay => count(&mut pasts.busy, expertise),
                Stage::Done => count(&mut pasts.done, expertise),
                Stage::Refused => {
                    if let Some(of) = provider.zip(family).filter(|_| at >= since) {
                        pasts.refusals.entry(of).or_default().push(need);
                    }
                }
                Stage::Proposed | Stage::WithoutResult => {}
            }
        }
        Ok(pasts)
    }

    /// How many introductions keep each of these offers busy: one statement.
    ///
    /// # Errors
    /// A database fault.
    pub async fn expertise_loads(&self, ids: &[ExpertiseId]) -> Result<HashMap<ExpertiseId, u64>> {
        let busy = Stage::ALL
            .iter()
            .filter(|stage| stage.is_busy())
            .map(|stage| stage.word());
        let query = Query::select()
            .column("expertise_id")
            .expr_as(Expr::col("id").count(), "count")
            .from("introduction")
            .and_where(Expr::col("expertise_id").is_in(ids.iter().map(|id| id.0)))
            .and_where(Expr::col("stage").is_in(busy))
            .group_by_col("expertise_id")
            .take();
        let mut loads: HashMap<ExpertiseId, u64> = ids.iter().map(|id| (*id, 0)).collect();
        for row in self.reading.query_all(&query).await? {
            let id: ExpertiseId = row.try_get_by_index::<Uuid>(0)?.into();
            let count: i64 = row.try_get_by_index(1)?;
            loads.insert(id, super::number(count));
        }
        Ok(loads)
    }

    /// For the test of how the databases read the candidates of a need.
    #[doc(hidden)]
    #[must_use]
    pub fn asking_for_expertise(&self, topics: &[String]) -> sea_orm::Statement {
        let today = self.mint.now().date_naive();
        let [close, _] = candidates_of::<Expertise>(topics, 0, today, &Reader::default());
        self.db.get_database_backend().build(&close)
    }
}

fn count<K: Eq + Hash>(counts: &mut HashMap<K, u32>, of: K) {
    *counts.entry(of).or_default() += 1;
}

pub(super) fn reach(reaches: &HashMap<TerritoryId, Reach>, of: Option<TerritoryId>) -> Option<Reach> {
    reaches.get(&of?).copied()
}
