//! The communes of Wallonia with their centres, as the reference file has them: which lie near which, and in which
//! arrondissement and province. The same in the server and in the browser.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::id::TerritoryId;
use crate::territory::{Nis, Point};

/// One commune.
#[derive(Clone, Debug)]
pub struct Commune {
    /// Its official code.
    pub nis: Nis,
    /// Its name, in French.
    pub name: &'static str,
    /// Its arrondissement.
    pub arrondissement: Nis,
    /// Its province.
    pub province: Nis,
    /// The middle of its area.
    pub point: Point,
    /// Its post codes.
    pub postcodes: Vec<&'static str>,
}

/// All communes, by territory.
#[derive(Debug)]
pub struct Gazetteer {
    communes: Vec<Commune>,
    places: HashMap<TerritoryId, usize>,
}

/// The communes as the reference file has them.
pub static GAZETTEER: LazyLock<Gazetteer> =
    LazyLock::new(|| Gazetteer::read(include_str!("../../store/reference/communes.csv")));

impl Gazetteer {
    fn read(file: &'static str) -> Self {
        let communes: Vec<Commune> = file
            .lines()
            .skip(1)
            .filter_map(|line| {
                let cells: Vec<&str> = line.split(',').collect();
                let [
                    nis,
                    name,
                    _,
                    _,
                    _,
                    arrondissement,
                    province,
                    lat,
                    lon,
                    _,
                    postcodes,
                    ..,
                ] = cells.as_slice()
                else {
                    return None;
                };
                Some(Commune {
                    nis: nis.parse().ok()?,
                    name,
                    arrondissement: arrondissement.parse().ok()?,
                    province: province.parse().ok()?,
                    point: Point {
                        lat: lat.parse().ok()?,
                        lon: lon.parse().ok()?,
                    },
                    postcodes: postcodes.split(' ').collect(),
                })
            })
            .collect();
        let places = communes
            .iter()
            .enumerate()
            .map(|(place, commune)| (commune.nis.into(), place))
            .collect();
        Self { communes, places }
    }

    /// Every commune, by code.
    #[must_use]
    pub fn all(&self) -> &[Commune] {
        &self.communes
    }

    /// The commune that this territory is.
    #[must_use]
    pub fn get(&self, territory: TerritoryId) -> Option<&Commune> {
        self.places.get(&territory).map(|place| &self.communes[*place])
    }

    /// The distance between the centres of two communes, in kilometres as the crow flies.
    #[must_use]
    pub fn kilometres(&self, one: TerritoryId, other: TerritoryId) -> Option<f64> {
        Some(self.get(one)?.point.kilometres_to(self.get(other)?.point))
    }

    /// The communes whose centre lies within so many kilometres of that of a commune, itself among them.
    #[must_use]
    pub fn near(&self, commune: TerritoryId, kilometres: f64) -> Vec<TerritoryId> {
        let Some(here) = self.get(commune) else {
            return Vec::new();
        };
        self.communes
            .iter()
            .filter(|there| here.point.kilometres_to(there.point) <= kilometres)
            .map(|there| there.nis.into())
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::territory::COMMUNES;

    fn commune(nis: &str) -> TerritoryId {
        nis.parse().unwrap()
    }

    #[test]
    fn every_commune_is_read() {
        assert_eq!(GAZETTEER.all().len(), COMMUNES);
        assert!(!include_str!("../../store/reference/communes.csv").contains('"'));
    }

    #[test]
    fn namur_lies_near_jambes_neighbours_and_far_from_arlon() {
        let (namur, profondeville, arlon) = (commune("92094"), commune("92101"), commune("81001"));
        let near = GAZETTEER.near(namur, 15.0);
        assert!(near.contains(&namur) && near.contains(&profondeville) && !near.contains(&arlon));
        assert!(GAZETTEER.kilometres(namur, arlon).unwrap() > 80.0);
        assert_eq!(GAZETTEER.get(namur).unwrap().province, "90000".parse().unwrap());
    }
}
