//! Offers that could meet a need, and needs that an offer could meet. The database proposes candidates by product, months
//! and place; `domain::matching` scores and judges them.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use domain::gazetteer::GAZETTEER;
use domain::matching::{
    Area, LocalOutcome, Place, Score, Verdict, kinship, local_communes, local_verdict, score,
};
use domain::measure::months_mask;
use domain::need::{self, Need};
use domain::offer::{self, Offer};
use domain::organisation::{Organisation, State};
use domain::product::TAXONOMY;
use domain::territory::Territory;
use domain::{NeedId, OfferId, OrganisationId, TerritoryId};
use sea_orm::sea_query::{
    Condition, Expr, ExprTrait, Func, JoinType, Order, Query, SelectStatement, UnionType,
};
use sea_orm::{ConnectionTrait, FromQueryResult, Statement};

use crate::connect::Store;
use crate::error::Result;
use crate::record::Stored;
use crate::rows::columns_of;

/// The most matches that are answered, the best.
pub const MATCHES: usize = 100;
/// The most candidates that are looked at for one record.
const CANDIDATES: u64 = 500;
/// How many records' candidates one statement asks for.
const AT_ONCE: usize = 10;
/// Within so many kilometres candidates are near, whatever the need calls local.
const NEAR_KM: f64 = 50.0;

/// An offer and a need that could go together.
#[derive(Clone, Debug, PartialEq)]
pub struct Match {
    /// The offer.
    pub offer_id: OfferId,
    /// The need.
    pub need_id: NeedId,
    /// How well they fit.
    pub score: Score,
    /// Whether the offer is local to the need.
    pub verdict: Verdict,
}

/// A record that is looked for by its counterpart.
pub(crate) trait Sought: Stored {
    /// Those that are still to be had or still awaited.
    fn open(now: DateTime<Utc>) -> Condition;
}

impl Sought for Offer {
    fn open(now: DateTime<Utc>) -> Condition {
        let column = |name: &'static str| Expr::col((Self::TABLE, name));
        let until = column("available_to");
        Condition::all()
            .add(column("status").eq(offer::Status::Open.word()))
            .add(column("expires_key").gt(now))
            .add(until.clone().is_null().or(until.gte(now.date_naive())))
    }
}

impl Sought for Need {
    fn open(now: DateTime<Utc>) -> Condition {
        let column = |name: &'static str| Expr::col((Self::TABLE, name));
        let not_before = |name: &'static str| column(name).is_null().or(column(name).gte(now.date_naive()));
        Condition::all()
            .add(column("status").eq(need::Status::Open.word()))
            .add(column("expires_at").is_null().or(column("expires_at").gt(now)))
            .add(not_before("needed_to"))
            .add(not_before("deadline"))
    }
}

/// Reads from a record's table beside its organisation, unless that has ceased or gone bankrupt.
pub(crate) fn with_organisation<R: Stored>(query: &mut SelectStatement) {
    let its = Expr::col(("organisation", "id")).equals((R::TABLE, "organisation_id"));
    let gone = [State::Ceased, State::Bankrupt].map(State::word);
    query
        .from(R::TABLE)
        .join(JoinType::InnerJoin, "organisation", its)
        .and_where(Expr::col(("organisation", "state")).is_not_in(gone));
}

/// Some of the candidates for one record.
struct Tier {
    /// Of these products.
    products: Vec<&'static str>,
    /// In these communes; anywhere where there are none.
    communes: Option<Vec<TerritoryId>>,
    /// Naming any of these months, or none.
    months: i32,
    /// The last changed, so many.
    most: u64,
}

/// The tiers of one record's candidates: near ones first, of close products first. `near` are the communes that are near;
/// none where the record's own place is not known or does not matter.
fn tiers(
    related: impl Fn(&str) -> Option<domain::matching::Kinship>,
    near: Option<&[TerritoryId]>,
    only_near: bool,
    months: i32,
) -> Vec<Tier> {
    let of = |is_close: bool| -> Vec<&'static str> {
        let types = TAXONOMY.all().iter().map(|of| of.code);
        types
            .filter(|code| related(code).is_some_and(|kinship| kinship.is_close() == is_close))
            .collect()
    };
    let (close, siblings) = (of(true), of(false));
    let tier = |products: &[&'static str], communes: Option<&[TerritoryId]>, most| Tier {
        products: products.to_vec(),
        communes: communes.map(<[TerritoryId]>::to_vec),
        months,
        most,
    };
    let tiers = match near {
        None if only_near => Vec::new(),
        None => vec![tier(&close, None, CANDIDATES - 100), tier(&siblings, None, 100)],
        Some(_) if only_near => vec![tier(&close, near, CANDIDATES - 100), tier(&siblings, near, 100)],
        Some(_) => vec![
            tier(&close, near, CANDIDATES - 200),
            tier(&close, None, 100),
            tier(&siblings, near, 100),
        ],
    };
    tiers
        .into_iter()
        .filter(|tier| !tier.products.is_empty())
        .collect()
}

/// One tier's statement. `asked` is the place of the record that it is for.
fn select<R: Sought>(tier: &Tier, asked: usize, now: DateTime<Utc>) -> SelectStatement {
    let mut query = Query::select();
    with_organisation::<R>(&mut query);
    for column in columns_of::<R::Entity>() {
        // The longest of the columns, which no score looks at.
        if column == "description" {
            query.expr_as(Expr::cust("NULL"), column);
        } else {
            query.column((R::TABLE, column));
        }
    }
    let seat = || Expr::col(("organisation", "commune_id"));
    query
        .expr_as(seat(), "seat_id")
        .expr_as(Expr::value(i32::try_from(asked).unwrap_or_default()), "asked")
        .cond_where(R::open(now))
        .and_where(Expr::col((R::TABLE, "product_type")).is_in(tier.products.iter().copied()));
    if tier.months != 0 {
        let months = || Expr::col((R::TABLE, "months_mask"));
        query.and_where(months().eq(0).or(months().bit_and(tier.months).ne(0)));
    }
    if let Some(communes) = &tier.communes {
        let place = Expr::expr(Func::coalesce([Expr::col((R::TABLE, "commune_id")), seat()]));
        query.and_where(place.is_in(communes.iter().map(|commune| commune.0)));
    }
    query
        .order_by((R::TABLE, "updated_at"), Order::Desc)
        .order_by((R::TABLE, "id"), Order::Desc)
        .limit(tier.most);
    query
}

/// The statement for the candidates of several records.
fn asking<R: Sought>(asked: &[Vec<Tier>], now: DateTime<Utc>) -> Option<SelectStatement> {
    let mut parts = asked.iter().enumerate().flat_map(|(place, tiers)| {
        tiers.iter().map(move |tier| {
            Query::select()
                .column(sea_orm::sea_query::Asterisk)
                .from_subquery(select::<R>(tier, place, now), "tier")
                .take()
        })
    });
    let mut all = parts.next()?;
    for part in parts {
        all.union(UnionType::All, part);
    }
    Some(all)
}

/// A candidate with its organisation's commune.
type Candidate<R> = (R, Option<TerritoryId>);

impl Store {
    /// For each need, the open offers that could meet it, the best first, at most [`MATCHES`].
    ///
    /// # Errors
    /// A database fault.
    pub async fn matches_of_needs(
        &self,
        needs: &[NeedId],
        only_local: bool,
    ) -> Result<HashMap<NeedId, Vec<Match>>> {
        let needs = self.many::<Need>(needs).await?;
        let seats = self.seats(needs.iter().map(|need| need.organisation_id)).await?;
        let areas = self.areas(&needs).await?;
        let mut found = HashMap::with_capacity(needs.len());
        for chunk in needs.chunks(AT_ONCE) {
            let tiers = chunk.iter().map(|need| {
                let place = Place::of(need.commune_id, seats.get(&need.organisation_id).copied());
                tiers_of_need(need, place, area(&areas, need), only_local)
            });
            let candidates = self.candidates::<Offer>(&tiers.collect::<Vec<_>>()).await?;
            for (need, candidates) in chunk.iter().zip(candidates) {
                let needed = Place::of(need.commune_id, seats.get(&need.organisation_id).copied());
                let pairs = candidates.iter().filter_map(|(offer, seat)| {
                    let offered = Place::of(offer.commune_id, *seat);
                    matched(need, needed, offer, offered, area(&areas, need))
                });
                found.insert(need.id, best(pairs, only_local));
            }
        }
        Ok(found)
    }

    /// For each offer, the open needs that it could meet, the best first, at most [`MATCHES`].
    ///
    /// # Errors
    /// A database fault.
    pub async fn matches_of_offers(
        &self,
        offers: &[OfferId],
        only_local: bool,
    ) -> Result<HashMap<OfferId, Vec<Match>>> {
        let offers = self.many::<Offer>(offers).await?;
        let seats = self
            .seats(offers.iter().map(|offer| offer.organisation_id))
            .await?;
        let mut found = HashMap::with_capacity(offers.len());
        for chunk in offers.chunks(AT_ONCE) {
            let tiers = chunk.iter().map(|offer| {
                let place = Place::of(offer.commune_id, seats.get(&offer.organisation_id).copied());
                tiers_of_offer(offer, place, only_local)
            });
            let candidates = self.candidates::<Need>(&tiers.collect::<Vec<_>>()).await?;
            let needs: Vec<Need> = candidates
                .iter()
                .flatten()
                .map(|(need, _)| need.clone())
                .collect();
            let areas = self.areas(&needs).await?;
            for (offer, candidates) in chunk.iter().zip(candidates) {
                let offered = Place::of(offer.commune_id, seats.get(&offer.organisation_id).copied());
                let pairs = candidates.iter().filter_map(|(need, seat)| {
                    let needed = Place::of(need.commune_id, *seat);
                    matched(need, needed, offer, offered, area(&areas, need))
                });
                found.insert(offer.id, best(pairs, only_local));
            }
        }
        Ok(found)
    }

    /// The candidates of each of the records that the tiers are for, each once.
    async fn candidates<R: Sought>(&self, asked: &[Vec<Tier>]) -> Result<Vec<Vec<Candidate<R>>>> {
        let mut found: Vec<Vec<Candidate<R>>> = asked.iter().map(|_| Vec::new()).collect();
        let Some(query) = asking::<R>(asked, self.mint.now()) else {
            return Ok(found);
        };
        let mut seen = HashSet::new();
        for row in self.reading.query_all(&query).await? {
            let asked: i32 = row.try_get("", "asked")?;
            let record: R = R::Model::from_query_result(&row, "")?.into();
            if seen.insert((asked, record.id()))
                && let Some(of) = usize::try_from(asked).ok().and_then(|place| found.get_mut(place))
            {
                of.push((record, row.try_get("", "seat_id")?));
            }
        }
        Ok(found)
    }

    /// The communes of organisations' seats, where they are known.
    async fn seats(
        &self,
        organisations: impl Iterator<Item = OrganisationId>,
    ) -> Result<HashMap<OrganisationId, TerritoryId>> {
        let ids: HashSet<OrganisationId> = organisations.collect();
        let found = self.many::<Organisation>(&Vec::from_iter(ids)).await?;
        Ok(found
            .into_iter()
            .filter_map(|organisation| Some((organisation.id, organisation.commune_id?)))
            .collect())
    }

    /// The territories that needs call local.
    async fn areas(&self, needs: &[Need]) -> Result<HashMap<TerritoryId, Area>> {
        let ids: HashSet<TerritoryId> = needs.iter().filter_map(|need| need.local?.territory_id).collect();
        let found = self.many::<Territory>(&Vec::from_iter(ids)).await?;
        Ok(found
            .iter()
            .map(|territory| (territory.id, territory.into()))
            .collect())
    }

    /// For the test of how the databases read the candidates of a need.
    #[doc(hidden)]
    pub async fn asking_for_offers(&self, need: &Need) -> Result<Option<Statement>> {
        let seats = self.seats(std::iter::once(need.organisation_id)).await?;
        let place = Place::of(need.commune_id, seats.get(&need.organisation_id).copied());
        let query = asking::<Offer>(&[tiers_of_need(need, place, None, false)], self.mint.now());
        Ok(query.map(|query| self.db.get_database_backend().build(&query)))
    }
}

fn area<'a>(areas: &'a HashMap<TerritoryId, Area>, need: &Need) -> Option<&'a Area> {
    areas.get(&need.local?.territory_id?)
}

fn tiers_of_need(need: &Need, place: Option<Place>, area: Option<&Area>, only_local: bool) -> Vec<Tier> {
    let mut near = local_communes(need.local, area, place);
    if !only_local {
        near.extend(around(place).into_iter().flatten());
        near.sort_unstable();
        near.dedup();
    }
    let near = Some(near).filter(|near| !near.is_empty());
    let related = |offered: &str| kinship(&need.product_type, offered);
    tiers(related, near.as_deref(), only_local, months_mask(&need.months))
}

fn tiers_of_offer(offer: &Offer, place: Option<Place>, only_local: bool) -> Vec<Tier> {
    let related = |needed: &str| kinship(needed, &offer.product_type);
    // Each need has its own rule: one that is far away may still call this local.
    let near = around(place).filter(|_| !only_local);
    tiers(related, near.as_deref(), false, months_mask(&offer.months))
}

/// The communes around a place.
fn around(place: Option<Place>) -> Option<Vec<TerritoryId>> {
    let communes = GAZETTEER.near(place?.commune_id, NEAR_KM);
    Some(communes).filter(|communes| !communes.is_empty())
}

fn matched(
    need: &Need,
    needed: Option<Place>,
    offer: &Offer,
    offered: Option<Place>,
    area: Option<&Area>,
) -> Option<Match> {
    Some(Match {
        offer_id: offer.id,
        need_id: need.id,
        // What cannot meet it is no match.
        score: score(need, needed, offer, offered)?,
        verdict: local_verdict(need.local, area, needed, offered),
    })
}

/// The best of them: by score, then by how much of it is known, then the nearest, then by identifier.
fn best(matches: impl Iterator<Item = Match>, only_local: bool) -> Vec<Match> {
    let mut best: Vec<Match> = matches
        .filter(|found| !only_local || found.verdict.outcome() == LocalOutcome::Local)
        .collect();
    let away = |of: &Match| of.verdict.distance_km.unwrap_or(f64::MAX);
    best.sort_by(|one, other| {
        other
            .score
            .total
            .total_cmp(&one.score.total)
            .then(other.score.known.cmp(&one.score.known))
            .then(away(one).total_cmp(&away(other)))
            .then((one.offer_id, one.need_id).cmp(&(other.offer_id, other.need_id)))
    });
    best.truncate(MATCHES);
    best
}
