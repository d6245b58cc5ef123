//! Which offer could meet which need: how their products are related, where the two are, whether that is "local" and
//! how well they fit, part by part. Nothing here reads a database.

mod local;
mod reason;
mod score;

pub use local::{Area, LocalOutcome, LocalReason, Verdict, local_communes, local_verdict};
pub use reason::{Reason, ReasonCode};
pub use score::{Part, PartScore, Score, score};

use crate::id::TerritoryId;
use crate::product::TAXONOMY;
use crate::text::Lang;

choices! {
    /// Whose place stands for that of an offer or a need.
    pub enum Origin as "PlaceOrigin" {
        /// Its own: the commune of production or of delivery.
        Record = "RECORD",
        /// Its organisation's, since it names none itself.
        Organisation = "ORGANISATION",
    }
}

/// Where an offer comes from or a need is delivered to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
#[cfg_attr(feature = "graphql", graphql(name = "MatchPlace", crate = "crate::graphql"))]
pub struct Place {
    /// The commune.
    pub commune_id: TerritoryId,
    /// Whose it is.
    pub origin: Origin,
}

impl Place {
    /// The record's own commune, else that of its organisation's seat; none where neither is known.
    #[must_use]
    pub fn of(own: Option<TerritoryId>, seat: Option<TerritoryId>) -> Option<Self> {
        let place = |commune_id, origin| Self { commune_id, origin };
        own.map(|commune| place(commune, Origin::Record))
            .or(seat.map(|commune| place(commune, Origin::Organisation)))
    }
}

/// How the product of an offer is related to that of a need.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kinship {
    /// The same type.
    Same,
    /// The offer's is narrower: carrots where vegetables are needed.
    Narrower,
    /// The offer's is wider, by so many steps: vegetables where carrots are needed.
    Wider(usize),
    /// Both stand right below one type: leeks where carrots are needed.
    Sibling,
}

impl Kinship {
    /// Whether one of the two is the other or holds it.
    #[must_use]
    pub const fn is_close(self) -> bool {
        match self {
            Self::Same | Self::Narrower | Self::Wider(_) => true,
            Self::Sibling => false,
        }
    }
}

/// How an offer's product is related to a need's; none where it is another thing.
#[must_use]
pub fn kinship(needed: &str, offered: &str) -> Option<Kinship> {
    let steps = |from: &str, to: &str| {
        let wider = TAXONOMY.above(from).iter();
        wider
            .copied()
            .find(|(code, _)| *code == to)
            .map(|(_, steps)| steps)
    };
    let needed_type = TAXONOMY.get(needed)?;
    let offered_type = TAXONOMY.get(offered)?;
    if needed == offered {
        return Some(Kinship::Same);
    }
    if steps(offered, needed).is_some() {
        return Some(Kinship::Narrower);
    }
    if let Some(steps) = steps(needed, offered) {
        return Some(Kinship::Wider(steps));
    }
    let mut parents = needed_type.parents.iter();
    parents
        .any(|parent| offered_type.parents.contains(parent))
        .then_some(Kinship::Sibling)
}

/// A distance in kilometres, to a tenth.
fn tenth(kilometres: f64) -> f64 {
    (kilometres * 10.0).round() / 10.0
}

/// One of four sentences.
fn say(lang: Lang, [fr, nl, de, en]: [String; 4]) -> String {
    match lang {
        Lang::Fr => fr,
        Lang::Nl => nl,
        Lang::De => de,
        Lang::En => en,
    }
}

/// A number as the language writes it.
fn number(lang: Lang, number: impl std::fmt::Display) -> String {
    let point = number.to_string();
    match lang {
        Lang::Fr | Lang::Nl | Lang::De => point.replace('.', ","),
        Lang::En => point,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_are_the_same_narrower_wider_or_of_one_kind() {
        assert_eq!(kinship("carrot", "carrot"), Some(Kinship::Same));
        assert_eq!(kinship("vegetable", "carrot"), Some(Kinship::Narrower));
        assert_eq!(kinship("carrot", "vegetable"), Some(Kinship::Wider(1)));
        assert_eq!(kinship("cherry-tomato", "vegetable"), Some(Kinship::Wider(2)));
        assert_eq!(kinship("carrot", "artichoke"), Some(Kinship::Sibling));
        assert_eq!(kinship("carrot", "bread"), None);
        assert_eq!(
            kinship("vegetable", "bakery"),
            None,
            "families have no parent in common"
        );
        assert_eq!(kinship("carrot", "no such thing"), None);
    }

    #[test]
    fn a_place_is_the_record_s_own_else_its_organisation_s() {
        let (one, other) = (
            TerritoryId(uuid::Uuid::from_u128(1)),
            TerritoryId(uuid::Uuid::from_u128(2)),
        );
        let place = |own, seat| Place::of(own, seat).map(|place| (place.commune_id, place.origin));
        assert_eq!(place(Some(one), Some(other)), Some((one, Origin::Record)));
        assert_eq!(place(None, Some(other)), Some((other, Origin::Organisation)));
        assert_eq!(place(None, None), None);
    }
}
