//! How well an offer fits a need: a score from 0 to 1 as the weighted mean of its parts. A part that cannot be told is
//! left out of the mean and said to be unknown; it neither helps nor harms.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::{Kinship, Place, Reason, kinship, tenth};
use crate::gazetteer::GAZETTEER;
use crate::measure::months_mask;
use crate::need::Need;
use crate::offer::Offer;

choices! {
    /// A part of a match's score.
    pub enum Part as "MatchPartKind" {
        /// How close the products are.
        Product = "PRODUCT",
        /// How near the two places are.
        Distance = "DISTANCE",
        /// In how many of the needed months it can be had.
        Season = "SEASON",
        /// How much of the needed quantity there is.
        Quantity = "QUANTITY",
        /// Whether it is organic and labelled as required.
        Labels = "LABELS",
        /// Whether it costs what can be spent.
        Price = "PRICE",
    }
}

/// From this distance in kilometres on, nearness counts nothing; it falls evenly from 1 at the same commune.
const FAR_KM: f64 = 150.0;

impl Part {
    /// What it weighs in the mean, of a hundred for all parts.
    #[must_use]
    pub const fn weight(self) -> u32 {
        match self {
            Self::Product => 30,
            Self::Distance => 20,
            Self::Season | Self::Quantity => 15,
            Self::Labels | Self::Price => 10,
        }
    }
}

/// One part of a score.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PartScore {
    /// Which.
    pub part: Part,
    /// From 0 to 1, to a thousandth; absent where it cannot be told.
    pub score: Option<f64>,
    /// Why.
    pub reason: Reason,
}

/// How well an offer fits a need.
#[derive(Clone, Debug, PartialEq)]
pub struct Score {
    /// From 0 to 1, to a thousandth: the mean of the known parts by their weights.
    pub total: f64,
    /// What the known parts weigh, of a hundred: how much of the score is told.
    pub known: u32,
    /// All parts, the unknown ones too.
    pub parts: Vec<PartScore>,
}

/// How well an offer fits a need, whose places are given; none where it is certain that it cannot meet it: it is another
/// product, said not to be organic where it must be, or names its labels without a required one.
#[must_use]
pub fn score(need: &Need, needed: Option<Place>, offer: &Offer, offered: Option<Place>) -> Option<Score> {
    let kinship = kinship(&need.product_type, &offer.product_type)?;
    let labels = labels(need, offer)?;
    let parts: Vec<PartScore> = [
        (Part::Product, product(kinship)),
        (Part::Distance, distance(needed, offered)),
        (Part::Season, season(need, offer)),
        (Part::Quantity, quantity(need, offer)),
        (Part::Labels, labels),
        (Part::Price, price(need, offer)),
    ]
    .into_iter()
    .map(|(part, (score, reason))| PartScore {
        part,
        score: score.map(thousandth),
        reason,
    })
    .collect();
    let known = || {
        parts
            .iter()
            .filter_map(|part| Some((part.part.weight(), part.score?)))
    };
    let weight: u32 = known().map(|(weight, _)| weight).sum();
    let sum: f64 = known().map(|(weight, score)| f64::from(weight) * score).sum();
    Some(Score {
        // The product is always known.
        total: thousandth(sum / f64::from(weight)),
        known: weight,
        parts,
    })
}

fn thousandth(score: f64) -> f64 {
    (score.clamp(0.0, 1.0) * 1_000.0).round() / 1_000.0
}

/// What a part came to: its score where it can be told, and why.
type Told = (Option<f64>, Reason);

fn product(kinship: Kinship) -> Told {
    let (score, reason) = match kinship {
        Kinship::Same => (1.0, Reason::SameProduct),
        Kinship::Narrower => (1.0, Reason::NarrowerProduct),
        Kinship::Wider(0 | 1) => (0.7, Reason::WiderProduct),
        Kinship::Wider(_) => (0.5, Reason::WiderProduct),
        Kinship::Sibling => (0.4, Reason::SiblingProduct),
    };
    (Some(score), reason)
}

fn distance(needed: Option<Place>, offered: Option<Place>) -> Told {
    let km = needed
        .zip(offered)
        .and_then(|(needed, offered)| GAZETTEER.kilometres(needed.commune_id, offered.commune_id))
        .map(tenth);
    km.map_or((None, Reason::PlaceUnknown), |km| {
        (Some((1.0 - km / FAR_KM).max(0.0)), Reason::Distance { km })
    })
}

fn season(need: &Need, offer: &Offer) -> Told {
    if are_days_apart(need, offer) {
        return (Some(0.0), Reason::DaysApart);
    }
    let (needed, offered) = (months_mask(&need.months), months_mask(&offer.months));
    if needed == 0 || offered == 0 {
        return (None, Reason::MonthsUnknown);
    }
    let (shared, needed) = ((needed & offered).count_ones(), needed.count_ones());
    (
        Some(f64::from(shared) / f64::from(needed)),
        Reason::Months { shared, needed },
    )
}

/// Whether the one's last day is known to lie before the other's first.
fn are_days_apart(need: &Need, offer: &Offer) -> bool {
    let ends_before =
        |to: Option<NaiveDate>, from: Option<NaiveDate>| to.zip(from).is_some_and(|(to, from)| to < from);
    ends_before(offer.available_to, need.needed_from) || ends_before(need.needed_to, offer.available_from)
}

/// What part of the whole something is, at most all of it; nothing is all of nothing.
fn ratio(part: Decimal, whole: Decimal) -> f64 {
    if part >= whole {
        return 1.0;
    }
    part.checked_div(whole)
        .and_then(|ratio| ratio.to_f64())
        .unwrap_or(0.0)
}

fn quantity(need: &Need, offer: &Offer) -> Told {
    let (Some(_), Some(offered)) = (need.quantity, offer.quantity) else {
        return (None, Reason::QuantityUnknown);
    };
    let Some((of, needed)) = need.quantity_in_all() else {
        return (None, Reason::PeriodUnknown);
    };
    let (dimension, offered) = offered.in_base();
    if dimension != of {
        return (None, Reason::QuantityUnitsDiffer);
    }
    (
        Some(ratio(offered, needed)),
        Reason::Quantity { offered, needed, of },
    )
}

/// None where it is certain that what is required is not there. An offer that names labels names all it has; one that
/// names none has not said.
fn labels(need: &Need, offer: &Offer) -> Option<Told> {
    let must_be_organic = need.organic == Some(true);
    if must_be_organic && offer.organic == Some(false) {
        return None;
    }
    let missing = need
        .required_labels
        .iter()
        .any(|label| !offer.labels.contains(label));
    if missing && !offer.labels.is_empty() {
        return None;
    }
    let unsaid = missing || (must_be_organic && offer.organic.is_none());
    Some(if unsaid {
        (None, Reason::LabelsUnknown)
    } else if must_be_organic || !need.required_labels.is_empty() {
        (Some(1.0), Reason::LabelsMet)
    } else {
        (Some(1.0), Reason::NothingRequired)
    })
}

fn price(need: &Need, offer: &Offer) -> Told {
    let Some((price, budget)) = offer.price.zip(need.budget) else {
        return (None, Reason::PriceUnknown);
    };
    let (dimension, one) = price.per.base();
    let each = price.amount / one;
    // Both for one of the same base, or both for the whole of what is needed.
    let (cost, scale, per) = match budget.per {
        Some(unit) => {
            let (of, one) = unit.base();
            if of != dimension {
                return (None, Reason::PriceUnitsDiffer);
            }
            (each, one, Some(of))
        }
        None => match need.quantity_in_all() {
            None => return (None, Reason::PriceUnknown),
            Some((of, _)) if of != dimension => return (None, Reason::PriceUnitsDiffer),
            Some((_, needed)) => (each.saturating_mul(needed), Decimal::ONE, None),
        },
    };
    let bound = |bound: Option<Decimal>| bound.map(|bound| bound / scale);
    // Where only the least is known, only what costs no more is sure to be within.
    let most = bound(budget.max).or(bound(budget.min).filter(|least| cost <= *least));
    let Some(most) = most else {
        return (None, Reason::PriceUnknown);
    };
    if cost <= most {
        (
            Some(1.0),
            Reason::PriceWithin {
                price: cost,
                most,
                per,
            },
        )
    } else {
        (
            Some(ratio(most, cost)),
            Reason::PriceAbove {
                price: cost,
                most,
                per,
            },
        )
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Days};
    use proptest::prelude::*;
    use serde_json::{Value, json};
    use uuid::Uuid;

    use super::*;
    use crate::matching::ReasonCode;
    use crate::{NeedId, OfferId, OrganisationId};

    const NAMUR: &str = "92094";
    const ARLON: &str = "81001";

    fn record<T: serde::de::DeserializeOwned>(id: &str, own: Value) -> T {
        let at = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let mut all = json!({
            "id": id, "revision": 1, "createdAt": at, "updatedAt": at, "status": "OPEN",
            "organisationId": OrganisationId(Uuid::nil()), "productType": "carrot", "title": "Carottes",
        });
        let Value::Object(own) = own else {
            panic!("{own} is no object");
        };
        for (field, value) in own {
            all[field] = value;
        }
        serde_json::from_value(all).unwrap()
    }

    fn need(own: Value) -> Need {
        record(&NeedId(Uuid::nil()).to_string(), own)
    }

    fn offer(own: Value) -> Offer {
        record(&OfferId(Uuid::nil()).to_string(), own)
    }

    fn at(nis: &str) -> Option<Place> {
        Place::of(Some(nis.parse().unwrap()), None)
    }

    fn part(part: Part, wanted: Value, offered: Value) -> (Option<f64>, ReasonCode) {
        let score = score(&need(wanted), at(NAMUR), &offer(offered), at(NAMUR)).unwrap();
        let found = score.parts.iter().find(|of| of.part == part).unwrap();
        (found.score, found.reason.code())
    }

    #[test]
    fn the_weights_are_of_a_hundred() {
        assert_eq!(Part::ALL.iter().map(|part| part.weight()).sum::<u32>(), 100);
    }

    #[test]
    fn a_bare_offer_is_told_by_its_product_and_says_what_is_unknown() {
        let score = score(&need(json!({"months": [1]})), None, &offer(json!({})), None).unwrap();
        assert_eq!(
            (score.total, score.known),
            (1.0, 40),
            "product, and no label required"
        );
        let unknown: Vec<ReasonCode> = score
            .parts
            .iter()
            .filter(|part| part.score.is_none())
            .map(|part| part.reason.code())
            .collect();
        assert_eq!(
            unknown,
            [
                ReasonCode::PlaceUnknown,
                ReasonCode::MonthsUnknown,
                ReasonCode::QuantityUnknown,
                ReasonCode::PriceUnknown
            ]
        );
    }

    #[test]
    fn the_total_is_the_mean_of_the_known_parts_by_weight() {
        let wanted =
            need(json!({"months": [1, 2], "quantity": {"value": 50, "unit": "KILOGRAM"}, "period": "MONTH"}));
        let offered = offer(json!({"months": [2, 3], "quantity": {"value": "0.025", "unit": "TONNE"}}));
        let score = score(&wanted, at(NAMUR), &offered, at(NAMUR)).unwrap();
        // Product 1 × 30, distance 1 × 20, season ½ × 15, quantity ¼ × 15, nothing required 1 × 10, of 90.
        assert_eq!((score.total, score.known), (0.792, 90));
    }

    #[test]
    fn each_product_kinship_has_its_score() {
        for (wanted, offered, score, reason) in [
            ("carrot", "carrot", 1.0, ReasonCode::SameProduct),
            ("vegetable", "carrot", 1.0, ReasonCode::NarrowerProduct),
            ("carrot", "vegetable", 0.7, ReasonCode::WiderProduct),
            ("cherry-tomato", "vegetable", 0.5, ReasonCode::WiderProduct),
            ("carrot", "artichoke", 0.4, ReasonCode::SiblingProduct),
        ] {
            let found = part(
                Part::Product,
                json!({"productType": wanted}),
                json!({"productType": offered}),
            );
            assert_eq!(found, (Some(score), reason), "{wanted} {offered}");
        }
        let other = score(
            &need(json!({})),
            None,
            &offer(json!({"productType": "bread"})),
            None,
        );
        assert_eq!(other, None);
    }

    #[test]
    fn what_is_required_is_met_unsaid_or_missing() {
        let labels = |wanted: Value, offered: Value| {
            let scored = score(&need(wanted), None, &offer(offered), None)?;
            let part = scored
                .parts
                .into_iter()
                .find(|part| part.part == Part::Labels)
                .unwrap();
            Some((part.score, part.reason.code()))
        };
        let met = Some((Some(1.0), ReasonCode::LabelsMet));
        let unsaid = Some((None, ReasonCode::LabelsUnknown));
        let organic = || json!({"organic": true});
        assert_eq!(labels(organic(), json!({"organic": true})), met);
        assert_eq!(labels(organic(), json!({})), unsaid);
        assert_eq!(labels(organic(), json!({"organic": false})), None);
        let labelled = || json!({"requiredLabels": ["PDO"]});
        assert_eq!(labels(labelled(), json!({"labels": ["PDO", "PGI"]})), met);
        assert_eq!(labels(labelled(), json!({})), unsaid);
        assert_eq!(labels(labelled(), json!({"labels": ["PGI"]})), None);
        let free = Some((Some(1.0), ReasonCode::NothingRequired));
        assert_eq!(labels(json!({"organic": false}), json!({"organic": false})), free);
    }

    #[test]
    fn days_that_are_known_to_lie_apart_are_no_season() {
        let season = |wanted: Value, offered: Value| {
            let months = |mut own: Value| {
                own["months"] = json!([3]);
                own
            };
            part(Part::Season, months(wanted), months(offered))
        };
        let (apart, shared) = (
            (Some(0.0), ReasonCode::DaysApart),
            (Some(1.0), ReasonCode::Months),
        );
        let spring = || json!({"neededFrom": "2027-03-10", "neededTo": "2027-03-20"});
        assert_eq!(season(spring(), json!({"availableTo": "2027-03-09"})), apart);
        assert_eq!(season(spring(), json!({"availableFrom": "2027-03-21"})), apart);
        assert_eq!(season(spring(), json!({"availableTo": "2027-03-10"})), shared);
        assert_eq!(season(spring(), json!({"availableFrom": "2027-03-20"})), shared);
        assert_eq!(season(spring(), json!({})), shared, "not said is not apart");
        assert_eq!(
            season(
                json!({"neededFrom": "2027-03-10"}),
                json!({"availableFrom": "2027-03-21"})
            ),
            shared
        );
        let without_months = part(Part::Season, spring(), json!({"availableTo": "2027-03-09"}));
        assert_eq!(without_months, apart, "the days are enough to tell");
    }

    #[test]
    fn quantities_are_compared_over_the_period_and_only_in_one_dimension() {
        let kilos = |value: i32| json!({"value": value, "unit": "KILOGRAM"});
        let quantity = |wanted: Value, offered: Value| part(Part::Quantity, wanted, offered);
        let monthly = json!({"quantity": kilos(100), "period": "MONTH", "months": [1, 2, 3, 4, 5]});
        let some = json!({"quantity": kilos(250)});
        assert_eq!(quantity(monthly, some.clone()), (Some(0.5), ReasonCode::Quantity));
        let weekly = json!({"quantity": kilos(100), "period": "WEEK", "months": [1]});
        assert_eq!(
            quantity(weekly, some.clone()),
            (Some(0.575), ReasonCode::Quantity)
        );
        let once = json!({"quantity": kilos(200), "period": "ONCE"});
        assert_eq!(
            quantity(once.clone(), some.clone()),
            (Some(1.0), ReasonCode::Quantity)
        );
        let crates = json!({"quantity": {"value": 5, "unit": "CRATE"}});
        assert_eq!(
            quantity(once.clone(), crates),
            (None, ReasonCode::QuantityUnitsDiffer)
        );
        assert_eq!(quantity(once, json!({})), (None, ReasonCode::QuantityUnknown));
        let when = json!({"quantity": kilos(200), "period": "MONTH"});
        assert_eq!(quantity(when, some.clone()), (None, ReasonCode::PeriodUnknown));
        let nothing = json!({"quantity": kilos(0), "period": "ONCE"});
        assert_eq!(quantity(nothing, some), (Some(1.0), ReasonCode::Quantity));
    }

    #[test]
    fn a_price_is_within_above_or_not_to_be_compared() {
        let price = |budget: Value, offered: Value| {
            let wanted =
                json!({"budget": budget, "quantity": {"value": 10, "unit": "KILOGRAM"}, "period": "ONCE"});
            part(Part::Price, wanted, json!({"price": offered}))
        };
        let kilo = |amount: &str| json!({"amount": amount, "currency": "EUR", "per": "KILOGRAM"});
        let per_kilo = |max: &str| json!({"max": max, "currency": "EUR", "per": "KILOGRAM"});
        assert_eq!(
            price(per_kilo("3"), kilo("3")),
            (Some(1.0), ReasonCode::PriceWithin)
        );
        assert_eq!(
            price(per_kilo("3"), kilo("4")),
            (Some(0.75), ReasonCode::PriceAbove)
        );
        assert_eq!(
            price(per_kilo("0"), kilo("4")),
            (Some(0.0), ReasonCode::PriceAbove)
        );
        let tonne = json!({"amount": "2000", "currency": "EUR", "per": "TONNE"});
        assert_eq!(price(per_kilo("3"), tonne), (Some(1.0), ReasonCode::PriceWithin));
        let piece = json!({"amount": "1", "currency": "EUR", "per": "PIECE"});
        assert_eq!(
            price(per_kilo("3"), piece.clone()),
            (None, ReasonCode::PriceUnitsDiffer)
        );
        let whole = |max: &str| json!({"max": max, "currency": "EUR"});
        assert_eq!(
            price(whole("30"), kilo("3")),
            (Some(1.0), ReasonCode::PriceWithin)
        );
        assert_eq!(price(whole("15"), kilo("3")), (Some(0.5), ReasonCode::PriceAbove));
        assert_eq!(price(whole("15"), piece), (None, ReasonCode::PriceUnitsDiffer));
        let least = |min: &str| json!({"min": min, "currency": "EUR", "per": "KILOGRAM"});
        assert_eq!(price(least("3"), kilo("2")), (Some(1.0), ReasonCode::PriceWithin));
        assert_eq!(price(least("3"), kilo("4")), (None, ReasonCode::PriceUnknown));
    }

    #[test]
    fn the_nearer_the_better() {
        let near = |from: &str| {
            score(&need(json!({})), at(NAMUR), &offer(json!({})), at(from))
                .unwrap()
                .total
        };
        assert_eq!(near(NAMUR), 1.0);
        assert!(near("92101") > near(ARLON));
    }

    /// Some need and some offer, of products that go together.
    fn pair() -> impl Strategy<Value = (Need, Offer)> {
        let product = || prop::sample::select(vec!["vegetable", "carrot", "tomato", "artichoke"]);
        let months = || prop::collection::btree_set(1..=12_i32, 0..12);
        let quantity = || {
            let unit = prop::sample::select(vec!["KILOGRAM", "TONNE", "CRATE"]);
            let value = (0..100_000_i64, unit);
            prop::option::of(value.prop_map(|(value, unit)| json!({"value": value, "unit": unit})))
        };
        let period = prop::option::of(prop::sample::select(vec!["ONCE", "WEEK", "MONTH", "YEAR"]));
        let money = || prop::option::of(0..10_000_i64);
        let days = || {
            let day =
                (0..200_u64).prop_map(|days| NaiveDate::from_ymd_opt(2027, 1, 1).unwrap() + Days::new(days));
            prop::option::of(day)
        };
        let wanted = (product(), months(), quantity(), period, money(), days(), days());
        let offered = (product(), months(), quantity(), money(), days(), days());
        (wanted, offered).prop_map(|(wanted, offered)| {
            let per_kilo = |amount: Option<i64>, name: &str| {
                amount.map(|amount| json!({name: amount, "currency": "EUR", "per": "KILOGRAM"}))
            };
            let (product, months, quantity, period, most, from, to) = wanted;
            let need = need(json!({
                "productType": product, "months": months, "quantity": quantity, "period": period,
                "budget": per_kilo(most, "max"), "neededFrom": from, "neededTo": to,
            }));
            let (product, months, quantity, price, from, to) = offered;
            let offer = offer(json!({
                "productType": product, "months": months, "quantity": quantity,
                "price": per_kilo(price, "amount"), "availableFrom": from, "availableTo": to,
            }));
            (need, offer)
        })
    }

    fn place() -> impl Strategy<Value = Option<Place>> {
        prop::option::of(0..GAZETTEER.all().len())
            .prop_map(|place| Place::of(place.map(|place| GAZETTEER.all()[place].nis.into()), None))
    }

    proptest! {
        #[test]
        fn a_score_is_the_weighted_mean_of_its_known_parts_and_always_the_same(
            (need, offer) in pair(), needed in place(), offered in place(),
        ) {
            let first = score(&need, needed, &offer, offered).unwrap();
            prop_assert_eq!(&first, &score(&need, needed, &offer, offered).unwrap());
            prop_assert_eq!(first.parts.iter().map(|part| part.part).collect::<Vec<_>>(), Part::ALL);
            let known: Vec<(f64, f64)> =
                first.parts.iter().filter_map(|part| Some((f64::from(part.part.weight()), part.score?))).collect();
            prop_assert!(known.iter().all(|(_, score)| (0.0..=1.0).contains(score)));
            let weight: f64 = known.iter().map(|(weight, _)| weight).sum();
            let mean = known.iter().map(|(weight, score)| weight * score).sum::<f64>() / weight;
            prop_assert!((first.total - mean).abs() <= 0.000_501);
            prop_assert!((f64::from(first.known) - weight).abs() < 1e-9);
        }

        #[test]
        fn another_shared_month_never_lowers_the_score((need, offer) in pair(), month in 0_usize..12) {
            prop_assume!(!need.months.is_empty() && !offer.months.is_empty());
            let more = need.months[month % need.months.len()];
            let mut richer = offer.clone();
            if !richer.months.contains(&more) {
                richer.months.push(more);
            }
            let total = |offer: &Offer| score(&need, None, offer, None).unwrap().total;
            prop_assert!(total(&richer) >= total(&offer));
        }

        #[test]
        fn more_of_it_never_lowers_the_score((need, offer) in pair(), more in 0..100_000_i64) {
            prop_assume!(offer.quantity.is_some());
            let mut richer = offer.clone();
            if let Some(quantity) = &mut richer.quantity {
                quantity.value += Decimal::from(more);
            }
            let total = |offer: &Offer| score(&need, None, offer, None).unwrap().total;
            prop_assert!(total(&richer) >= total(&offer));
        }
    }
}
