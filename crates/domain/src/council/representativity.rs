//! Whom a council stands for on a day: the kinds of actors and the communes with and without a seat.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::seat::{Category, Seat};
use crate::id::TerritoryId;

/// How many seats stand for a kind of actor.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
#[cfg_attr(feature = "graphql", graphql(crate = "crate::graphql"))]
pub struct CategorySeats {
    /// The kind of actor.
    pub category: Category,
    /// How many seats in mandate; 0 where it has none.
    pub seats: i32,
}

/// How many seats come from a commune.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
#[cfg_attr(feature = "graphql", graphql(crate = "crate::graphql"))]
#[serde(rename_all = "camelCase")]
pub struct CommuneSeats {
    /// The commune.
    pub commune_id: TerritoryId,
    /// How many seats in mandate; 0 where it has none.
    pub seats: i32,
}

/// Whom a council stands for, against its territory.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
#[cfg_attr(
    feature = "graphql",
    graphql(name = "CouncilRepresentativity", crate = "crate::graphql")
)]
#[serde(rename_all = "camelCase")]
pub struct Representativity {
    /// How many seats are in mandate that day.
    pub seats: i32,
    /// Every kind of actor with its seats, also those that have none.
    pub categories: Vec<CategorySeats>,
    /// Every known commune of the territory with its seats, also those that have none.
    pub communes: Vec<CommuneSeats>,
    /// The communes outside the territory (or outside what is known of it) that seats come from.
    pub elsewhere: Vec<CommuneSeats>,
    /// How many seats come from no known commune.
    pub seats_without_commune: i32,
}

fn count<T: Ord + Copy>(keys: impl Iterator<Item = T>) -> BTreeMap<T, i32> {
    keys.fold(BTreeMap::new(), |mut counts, key| {
        *counts.entry(key).or_default() += 1;
        counts
    })
}

/// Counts the seats in mandate on a day by kind of actor and by commune, against the communes of the territory.
#[must_use]
pub fn representativity(seats: &[Seat], communes: &[TerritoryId], on: NaiveDate) -> Representativity {
    let sitting: Vec<&Seat> = seats.iter().filter(|seat| seat.is_in_mandate(on)).collect();
    let categories = count(sitting.iter().map(|seat| seat.category));
    let from = count(sitting.iter().filter_map(|seat| seat.commune_id));
    let own: BTreeSet<TerritoryId> = communes.iter().copied().collect();
    let seats_of = |commune_id: TerritoryId| CommuneSeats {
        commune_id,
        seats: from.get(&commune_id).copied().unwrap_or(0),
    };
    let number = |count: usize| i32::try_from(count).unwrap_or(i32::MAX);
    Representativity {
        seats: number(sitting.len()),
        categories: Category::ALL
            .iter()
            .map(|category| CategorySeats {
                category: *category,
                seats: categories.get(category).copied().unwrap_or(0),
            })
            .collect(),
        communes: own.iter().copied().map(seats_of).collect(),
        elsewhere: from
            .keys()
            .copied()
            .filter(|id| !own.contains(id))
            .map(seats_of)
            .collect(),
        seats_without_commune: number(sitting.iter().filter(|seat| seat.commune_id.is_none()).count()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;
    use crate::gazetteer::GAZETTEER;
    use crate::id::{CouncilId, SeatId};

    fn seat(category: Category, commune: Option<TerritoryId>, year: i32) -> Seat {
        let mut seat = Seat::bare(
            SeatId(Uuid::nil()),
            chrono::DateTime::UNIX_EPOCH,
            CouncilId(Uuid::nil()),
            category,
            "x".into(),
        );
        seat.commune_id = commune;
        seat.mandate_to = year.to_string().parse().ok();
        seat
    }

    proptest! {
        #[test]
        fn every_seat_in_mandate_is_counted_once_by_category_and_once_by_place(
            given in proptest::collection::vec((0..Category::ALL.len(), proptest::option::of(0_usize..6), 2024..2028), 0..40),
        ) {
            let commune = |place: usize| TerritoryId::from(GAZETTEER.all()[place].nis);
            let seats: Vec<Seat> = given
                .iter()
                .map(|(category, place, year)| seat(Category::ALL[*category], place.map(commune), *year))
                .collect();
            let own: Vec<TerritoryId> = (0..3).map(commune).collect();
            let on = NaiveDate::from_ymd_opt(2026, 11, 26).unwrap();
            let told = representativity(&seats, &own, on);
            let sitting = given.iter().filter(|(_, _, year)| *year >= 2026).count();
            prop_assert_eq!(told.seats, i32::try_from(sitting).unwrap());
            prop_assert_eq!(told.categories.iter().map(|it| it.seats).sum::<i32>(), told.seats);
            prop_assert_eq!(told.categories.len(), Category::ALL.len());
            let placed: i32 = told.communes.iter().chain(&told.elsewhere).map(|it| it.seats).sum();
            prop_assert_eq!(placed + told.seats_without_commune, told.seats);
            prop_assert_eq!(told.communes.len(), own.len());
            prop_assert!(told.elsewhere.iter().all(|it| it.seats > 0 && !own.contains(&it.commune_id)));
        }
    }
}
