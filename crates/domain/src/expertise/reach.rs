//! Where expertise is given or needed, as a set of communes that two can be compared by.

use crate::gazetteer::GAZETTEER;
use crate::id::TerritoryId;
use crate::territory::{Kind, Nis, Point, Territory};

/// 261 communes, a bit each.
const WORDS: usize = 5;

/// The communes of a territory, with the middle of their centres.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reach {
    communes: [u64; WORDS],
    middle: Point,
}

/// How two territories lie to each other.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Lie {
    /// The one holds the whole of the other.
    Holds,
    /// They share a commune.
    Shares,
    /// They share none; so far apart, in kilometres between their middles.
    Apart(f64),
}

impl Reach {
    /// Of a territory; none where none of its communes is known. A named one whose communes are not all known reaches
    /// as far as those that are.
    #[must_use]
    pub fn of(territory: &Territory) -> Option<Self> {
        let own = territory.nis;
        let lies_within = |commune: &crate::gazetteer::Commune| match territory.kind {
            Kind::Region => true,
            Kind::Province => own == Some(commune.province),
            Kind::Arrondissement => own == Some(commune.arrondissement),
            Kind::Commune => own == Some(commune.nis),
            Kind::Council | Kind::NaturePark | Kind::ActionGroup | Kind::LivingArea | Kind::Other => {
                let listed = |codes: &[Nis], code: Nis| codes.contains(&code);
                if territory.commune_codes.is_empty() {
                    listed(&territory.within_codes, commune.province)
                } else {
                    listed(&territory.commune_codes, commune.nis)
                }
            }
        };
        let mut communes = [0; WORDS];
        let (mut lat, mut lon, mut count) = (0.0, 0.0, 0_u32);
        for (place, commune) in GAZETTEER.all().iter().enumerate() {
            if lies_within(commune)
                && let Some(word) = communes.get_mut(place / 64)
            {
                *word |= 1_u64 << (place % 64);
                lat += commune.point.lat;
                lon += commune.point.lon;
                count += 1;
            }
        }
        let many = f64::from(count);
        (count > 0).then(|| Self {
            communes,
            middle: Point {
                lat: lat / many,
                lon: lon / many,
            },
        })
    }

    /// How it lies to another: whether it holds the whole of that one.
    #[must_use]
    pub fn lies_to(&self, other: &Self) -> Lie {
        let mut pairs = self.communes.iter().zip(&other.communes);
        if pairs.clone().all(|(own, theirs)| own & theirs == *theirs) {
            Lie::Holds
        } else if pairs.any(|(own, theirs)| own & theirs != 0) {
            Lie::Shares
        } else {
            Lie::Apart(self.middle.kilometres_to(other.middle))
        }
    }
}

/// The provinces that a territory reaches into, each once.
#[must_use]
pub fn provinces(territory: &Territory) -> Vec<TerritoryId> {
    let Some(reach) = Reach::of(territory) else {
        return Vec::new();
    };
    let mut provinces: Vec<TerritoryId> = GAZETTEER
        .all()
        .iter()
        .enumerate()
        .filter(|(place, _)| reach.communes[place / 64] >> (place % 64) & 1 == 1)
        .map(|(_, commune)| commune.province.into())
        .collect();
    provinces.sort_unstable();
    provinces.dedup();
    provinces
}
