//! Where a project is on the map: the middle of its communes, or of the province when no more is known.

use super::read::Place;
use crate::ui::map::atlas::Atlas;
use domain::territory::Kind;

/// The shapes to light up for some territories.
pub fn shapes(places: &[Place]) -> Vec<String> {
    let mut codes: Vec<String> = places
        .iter()
        .flat_map(|it| {
            if it.commune_codes.is_empty() {
                &it.within_codes
            } else {
                &it.commune_codes
            }
        })
        .map(ToString::to_string)
        .collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}

/// Does it work for the whole region, so that no place is more its own than another?
pub fn is_everywhere(places: &[Place]) -> bool {
    places.iter().any(|it| it.kind == Kind::Region)
}

/// The place of a project on Earth; none for one of the whole region, and for one whose place nobody knows.
pub fn point(atlas: &Atlas, places: &[Place]) -> Option<(f64, f64)> {
    if is_everywhere(places) {
        return None;
    }
    let [left, top, right, bottom] = atlas.bounds(&shapes(places))?;
    Some(atlas.earth((f64::midpoint(left, right), f64::midpoint(top, bottom))))
}

/// « Ath, Pays des Collines », as a line under a name.
pub fn names(places: &[Place]) -> Option<String> {
    (!places.is_empty()).then(|| {
        places
            .iter()
            .map(|it| it.label.as_str())
            .collect::<Vec<_>>()
            .join(", ")
    })
}
