//! The gap between what is offered and what is needed: by product and month of the year, per unit that adds up, with how
//! many records stand behind each figure and how many did not say.
//!
//! How a quantity is spread. An offer's, which is how much there is in all, goes evenly over the months it names. A
//! need's goes by its period: every week 4.345 times a month, every month once in each, once or every year evenly over
//! the months it names. A record that names no month is counted as such and not spread; one without a quantity (or a
//! need that does not say how often) is counted in its months without one. With a year, only the months count that lie
//! between a record's own days; what one month holds stays the same.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;

use crate::measure::{Dimension, Quantity, Unit};
use crate::need::Period;
use crate::product::Shelves;

/// Which of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// An offer.
    Offered,
    /// A need.
    Needed,
}

/// What one offer or need says for the gap.
#[derive(Clone, Debug)]
pub struct Line {
    /// Which of the two.
    pub side: Side,
    /// Its product, by code.
    pub product_type: String,
    /// The months it names, as bits 0 (January) to 11.
    pub months: i32,
    /// How much: in all, or for a need each time.
    pub quantity: Option<Quantity>,
    /// How often, for a need.
    pub period: Option<Period>,
    /// From which day.
    pub from: Option<NaiveDate>,
    /// Until which day.
    pub to: Option<NaiveDate>,
}

/// 27,720 is divided by every number from 1 to 12: quantities are added up as multiples of its parts, so that a sum does
/// not depend on the order of its terms.
const PARTS: u32 = 27_720;

/// One side of a row.
#[derive(Clone, Debug, Default)]
struct Half {
    without_month: u64,
    records: [u64; 12],
    without_quantity: [u64; 12],
    /// In parts of the base of the dimension; none where no record said anything there.
    sums: BTreeMap<Dimension, [Option<Decimal>; 12]>,
}

/// The gap while it is added up, line by line.
#[derive(Debug)]
pub struct Sheet {
    shelves: Shelves,
    year: Option<i32>,
    rows: Vec<[Half; 2]>,
}

/// One product's gap.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The product type, which everything narrower counts under.
    pub product_type: &'static str,
    /// January to December.
    pub months: Vec<Month>,
    /// How many offers name no month.
    pub offers_without_month: u64,
    /// How many needs name no month.
    pub needs_without_month: u64,
}

/// One month of a product's gap.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
#[cfg_attr(feature = "graphql", graphql(name = "GapMonth", crate = "crate::graphql"))]
pub struct Month {
    /// 1 (January) to 12.
    pub month: u32,
    /// How many offers name this month.
    pub offers: u64,
    /// How many needs name this month.
    pub needs: u64,
    /// How many of the offers give no quantity.
    pub offers_without_quantity: u64,
    /// How many of the needs give no quantity, or not how often it is needed.
    pub needs_without_quantity: u64,
    /// What those that say so offer and need, per unit that adds up.
    #[cfg_attr(feature = "graphql", graphql(complexity = "3 * child_complexity"))]
    pub amounts: Vec<Amount>,
}

/// What is offered and needed in a month, in one unit.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
#[cfg_attr(feature = "graphql", graphql(name = "GapAmount", crate = "crate::graphql"))]
pub struct Amount {
    /// Kilograms for all weights, litres for all volumes, pieces; or a unit that says nothing outside itself: bunches,
    /// crates, pallets, portions.
    pub unit: Unit,
    /// What is offered, to a thousandth; absent where no offer said anything in this unit.
    pub offered: Option<Decimal>,
    /// What is needed, to a thousandth; absent where no need said anything in this unit.
    pub needed: Option<Decimal>,
    /// What is offered less what is needed, of what was said: negative where it does not suffice.
    pub difference: Decimal,
}

impl Sheet {
    /// An empty sheet with a row for each of these product types; of all years together unless one is named.
    #[must_use]
    pub fn new(shelves: Shelves, year: Option<i32>) -> Self {
        let rows = vec![Default::default(); shelves.codes().len()];
        Self { shelves, year, rows }
    }

    /// The product types it is about, with everything narrower.
    #[must_use]
    pub fn types(&self) -> Vec<&'static str> {
        self.shelves.types()
    }

    /// Whether a line counts in the year that is asked for, rather than being of another one altogether.
    #[must_use]
    pub fn counts(&self, line: &Line) -> bool {
        counted(line, self.year) != 0
    }

    /// Adds an offer or a need, where it counts.
    pub fn add(&mut self, line: &Line) {
        if !self.counts(line) {
            return;
        }
        let places = self.shelves.holding(&line.product_type);
        let counted = counted(line, self.year);
        let names_none = line.months & 0xFFF == 0;
        let share = share(line);
        for place in places {
            let half = &mut self.rows[*place][line.side as usize];
            if names_none {
                half.without_month += 1;
                continue;
            }
            for month in (0..12).filter(|month| counted >> month & 1 == 1) {
                half.records[month] += 1;
                match share {
                    None => half.without_quantity[month] += 1,
                    Some((dimension, share)) => {
                        let sum = &mut half.sums.entry(dimension).or_default()[month];
                        *sum = Some(sum.unwrap_or_default().saturating_add(share));
                    }
                }
            }
        }
    }

    /// The rows, in the order of the product types.
    #[must_use]
    pub fn rows(&self) -> Vec<Row> {
        let rows = self.shelves.codes().iter().zip(&self.rows);
        rows.map(|(code, [offered, needed])| Row {
            product_type: code,
            months: (0..12).map(|month| self::month(month, offered, needed)).collect(),
            offers_without_month: offered.without_month,
            needs_without_month: needed.without_month,
        })
        .collect()
    }
}

/// The months in which a line counts, as bits: those it names, or all where it names none, as far as they lie between
/// its days in the year that is asked for.
fn counted(line: &Line, year: Option<i32>) -> i32 {
    let named = match line.months & 0xFFF {
        0 => 0xFFF,
        named => named,
    };
    let Some(year) = year else { return named };
    let number = |day: NaiveDate| day.year() * 12 + day.month0().cast_signed();
    (0..12)
        .filter(|month| {
            let here = year * 12 + month;
            line.from.is_none_or(|from| number(from) <= here) && line.to.is_none_or(|to| here <= number(to))
        })
        .fold(0, |months, month| months | 1 << month)
        & named
}

/// What a line says for each of its months, in parts; none where it does not say.
fn share(line: &Line) -> Option<(Dimension, Decimal)> {
    let (dimension, quantity) = line.quantity?.in_base();
    let months = (line.months & 0xFFF).count_ones().max(1);
    let evenly = Decimal::from(PARTS / months);
    let times = match line.side {
        Side::Offered => evenly,
        Side::Needed => line.period?.monthly_thousandths().map_or(evenly, |thousandths| {
            Decimal::new(thousandths, 3) * Decimal::from(PARTS)
        }),
    };
    Some((dimension, quantity.saturating_mul(times)))
}

fn month(month: usize, offered: &Half, needed: &Half) -> Month {
    let sum = |half: &Half, dimension: &Dimension| {
        let parts = half.sums.get(dimension)?[month]?;
        Some((parts / Decimal::from(PARTS)).round_dp(3).normalize())
    };
    let mut dimensions: Vec<&Dimension> = offered.sums.keys().chain(needed.sums.keys()).collect();
    dimensions.sort_unstable();
    dimensions.dedup();
    let amount = |dimension: &Dimension| {
        let (offered, needed) = (sum(offered, dimension), sum(needed, dimension));
        (offered.is_some() || needed.is_some()).then(|| Amount {
            unit: dimension.unit(),
            offered,
            needed,
            difference: offered.unwrap_or_default() - needed.unwrap_or_default(),
        })
    };
    Month {
        month: u32::try_from(month).unwrap_or_default() + 1,
        offers: offered.records[month],
        needs: needed.records[month],
        offers_without_quantity: offered.without_quantity[month],
        needs_without_quantity: needed.without_quantity[month],
        amounts: dimensions.into_iter().filter_map(amount).collect(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::measure::months_mask;

    fn line(side: Side, product: &str, months: &[i32], quantity: Option<(i64, Unit)>) -> Line {
        Line {
            side,
            product_type: product.to_owned(),
            months: months_mask(months),
            quantity: quantity.map(|(value, unit)| Quantity {
                value: value.into(),
                unit,
            }),
            period: None,
            from: None,
            to: None,
        }
    }

    fn needed(months: &[i32], value: i64, period: Period) -> Line {
        Line {
            period: Some(period),
            ..line(Side::Needed, "carrot", months, Some((value, Unit::Kilogram)))
        }
    }

    fn rows(lines: &[Line], asked: Option<&[String]>, year: Option<i32>) -> Vec<Row> {
        let mut sheet = Sheet::new(Shelves::of(asked), year);
        for line in lines {
            sheet.add(line);
        }
        sheet.rows()
    }

    fn vegetables(lines: &[Line], year: Option<i32>) -> Row {
        let found = rows(lines, None, year);
        found
            .into_iter()
            .find(|row| row.product_type == "vegetable")
            .unwrap()
    }

    fn amounts(row: &Row, month: usize) -> Vec<(Unit, Option<String>, Option<String>, String)> {
        let text = |amount: Option<Decimal>| amount.map(|amount| amount.to_string());
        let amounts = row.months[month - 1].amounts.iter();
        amounts
            .map(|of| {
                (
                    of.unit,
                    text(of.offered),
                    text(of.needed),
                    of.difference.to_string(),
                )
            })
            .collect()
    }

    fn some(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    #[test]
    fn an_offer_goes_evenly_over_its_months_and_a_need_by_its_period() {
        let row = vegetables(
            &[
                line(Side::Offered, "carrot", &[1, 2, 3], Some((1, Unit::Tonne))),
                needed(&[1, 2], 100, Period::Week),
                needed(&[2, 3], 300, Period::Once),
                needed(&[3, 4], 40, Period::Month),
            ],
            None,
        );
        assert_eq!(
            amounts(&row, 1),
            [(
                Unit::Kilogram,
                some("333.333"),
                some("434.5"),
                "-101.167".to_owned()
            )]
        );
        assert_eq!(
            amounts(&row, 2),
            [(
                Unit::Kilogram,
                some("333.333"),
                some("584.5"),
                "-251.167".to_owned()
            )]
        );
        assert_eq!(
            amounts(&row, 3),
            [(Unit::Kilogram, some("333.333"), some("190"), "143.333".to_owned())]
        );
        assert_eq!(
            amounts(&row, 4),
            [(Unit::Kilogram, None, some("40"), "-40".to_owned())]
        );
        assert!(amounts(&row, 5).is_empty());
        assert_eq!((row.months[2].offers, row.months[2].needs), (1, 2));
    }

    #[test]
    fn what_was_not_said_is_counted_and_not_guessed() {
        let row = vegetables(
            &[
                line(Side::Offered, "carrot", &[], Some((500, Unit::Kilogram))),
                line(Side::Offered, "carrot", &[6], None),
                line(Side::Needed, "carrot", &[6], Some((5, Unit::Kilogram))),
                line(Side::Needed, "carrot", &[], None),
            ],
            None,
        );
        let june = &row.months[5];
        assert_eq!((june.offers, june.offers_without_quantity), (1, 1));
        assert_eq!(
            (june.needs, june.needs_without_quantity),
            (1, 1),
            "it does not say how often"
        );
        assert!(june.amounts.is_empty());
        assert_eq!((row.offers_without_month, row.needs_without_month), (1, 1));
    }

    #[test]
    fn what_does_not_add_up_stands_apart() {
        let row = vegetables(
            &[
                line(Side::Offered, "carrot", &[1], Some((3, Unit::Crate))),
                line(Side::Offered, "carrot", &[1], Some((2, Unit::Dozen))),
                line(Side::Offered, "carrot", &[1], Some((500, Unit::Gram))),
            ],
            None,
        );
        let units: Vec<(Unit, Option<String>)> =
            amounts(&row, 1).into_iter().map(|of| (of.0, of.1)).collect();
        assert_eq!(
            units,
            [
                (Unit::Kilogram, some("0.5")),
                (Unit::Piece, some("24")),
                (Unit::Crate, some("3"))
            ]
        );
    }

    #[test]
    fn a_product_that_is_asked_for_has_its_own_row() {
        let asked = ["carrot", "vegetable"].map(str::to_owned);
        let found = rows(
            &[line(Side::Offered, "artichoke", &[1], None)],
            Some(&asked),
            None,
        );
        let offers: Vec<(&str, u64)> = found
            .iter()
            .map(|row| (row.product_type, row.months[0].offers))
            .collect();
        assert_eq!(offers, [("carrot", 0), ("vegetable", 1)]);
    }

    #[test]
    fn a_year_leaves_out_what_lies_beyond_a_record_s_own_days() {
        let winter = Line {
            from: NaiveDate::from_ymd_opt(2026, 11, 15),
            to: NaiveDate::from_ymd_opt(2027, 1, 3),
            ..line(
                Side::Offered,
                "carrot",
                &[11, 12, 1, 2],
                Some((400, Unit::Kilogram)),
            )
        };
        let silent = Line {
            months: 0,
            ..winter.clone()
        };
        let offers = |year| {
            let row = vegetables(&[winter.clone(), silent.clone()], year);
            let months: Vec<u32> = row
                .months
                .iter()
                .filter(|month| month.offers > 0)
                .map(|month| month.month)
                .collect();
            (months, row.offers_without_month)
        };
        assert_eq!(offers(None), (vec![1, 2, 11, 12], 1));
        assert_eq!(offers(Some(2026)), (vec![11, 12], 1));
        assert_eq!(offers(Some(2027)), (vec![1], 1));
        assert_eq!(offers(Some(2028)), (vec![], 0));
        for (year, counts) in [(None, true), (Some(2026), true), (Some(2028), false)] {
            let sheet = Sheet::new(Shelves::of(None), year);
            assert_eq!(
                (sheet.counts(&winter), sheet.counts(&silent)),
                (counts, counts),
                "{year:?}"
            );
        }
        let row = vegetables(&[winter], Some(2026));
        assert_eq!(
            amounts(&row, 12)[0].1,
            some("100"),
            "a month holds the same whatever is asked"
        );
    }

    proptest! {
        #[test]
        fn the_order_of_the_lines_does_not_matter_and_nothing_is_lost(
            said in prop::collection::vec((prop::collection::btree_set(1..=12_i32, 1..12), 0..1_000_000_i64), 1..20),
        ) {
            let mut lines: Vec<Line> = said
                .iter()
                .map(|(months, value)| {
                    let months: Vec<i32> = months.iter().copied().collect();
                    line(Side::Offered, "carrot", &months, Some((*value, Unit::Kilogram)))
                })
                .collect();
            let forward = rows(&lines, None, None);
            lines.reverse();
            prop_assert_eq!(&forward, &rows(&lines, None, None));
            let row = forward.iter().find(|row| row.product_type == "vegetable").unwrap();
            let sum: Decimal = row.months.iter().flat_map(|month| &month.amounts).filter_map(|of| of.offered).sum();
            let all: i64 = said.iter().map(|(_, value)| value).sum();
            prop_assert!((sum - Decimal::from(all)).abs() < Decimal::new(1, 2), "{} is not {}", sum, all);
        }
    }
}
