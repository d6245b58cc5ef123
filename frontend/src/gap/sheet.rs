//! The sheet behind the grid: rows of twelve months, each with its amounts by unit; which units there are, and where the
//! most is lacking. Units are never mixed: what is compared is compared in one.

use super::read::{Gap, GapAmount, GapMonth, GapRow};
use crate::exchange::words;
use crate::format;
use crate::format::month_name;
use crate::language::t;
use crate::ui::matrix::Heat;
use domain::measure::Unit;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

/// One row: a product in a territory.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    pub label: String,
    pub product: String,
    /// An identifier or an official code; none for everywhere.
    pub territory: Option<String>,
    pub row: GapRow,
}

/// The rows, and what could not be placed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sheet {
    pub lines: Vec<Line>,
    pub offers_without_place: i32,
    pub needs_without_place: i32,
}

impl Sheet {
    /// By product, in one territory.
    pub fn by_product(gap: Gap, territory: Option<&str>) -> Self {
        let line = |row: GapRow| {
            let product = row.product_type.clone()?;
            Some(Line {
                label: product.label,
                product: product.code,
                territory: territory.map(str::to_owned),
                row,
            })
        };
        Self {
            lines: gap.rows.into_iter().filter_map(line).collect(),
            offers_without_place: gap.offers_without_place,
            needs_without_place: gap.needs_without_place,
        }
    }

    /// By territory, of one product. What lies nowhere lies in none of them, and is told by each.
    pub fn by_territory(gaps: impl IntoIterator<Item = (String, String, Gap)>) -> Self {
        let mut sheet = Self::default();
        for (territory, label, gap) in gaps {
            sheet.offers_without_place = gap.offers_without_place;
            sheet.needs_without_place = gap.needs_without_place;
            sheet.lines.extend(gap.rows.into_iter().filter_map(|row| {
                Some(Line {
                    label: label.clone(),
                    product: row.product_type.as_ref()?.code.clone(),
                    territory: Some(territory.clone()),
                    row,
                })
            }));
        }
        sheet
    }

    /// The units that something is counted in, the one of the most records first.
    pub fn units(&self) -> Vec<Unit> {
        let mut counts: Vec<(Unit, i32)> = Vec::new();
        for month in self.lines.iter().flat_map(|line| &line.row.months) {
            let records = month.offers + month.needs;
            for amount in &month.amounts {
                match counts.iter_mut().find(|it| it.0 == amount.unit) {
                    Some(count) => count.1 += records,
                    None => counts.push((amount.unit, records)),
                }
            }
        }
        counts.sort_by_key(|it| std::cmp::Reverse(it.1));
        counts.into_iter().map(|it| it.0).collect()
    }

    /// Nothing is offered or needed at all, in any month or none.
    pub fn is_empty(&self) -> bool {
        self.lines.iter().all(Line::is_empty)
    }

    /// The three rows in which the most is lacking, each at its worst month, in one unit: (row, month).
    pub fn worst(&self, unit: Unit) -> Vec<(usize, usize)> {
        let worst_of = |(y, line): (usize, &Line)| {
            let lacks = line.row.months.iter().enumerate().filter_map(|(x, month)| {
                let difference = amount(month, unit)?.difference;
                (difference < Decimal::ZERO).then_some((difference, y, x))
            });
            lacks.min()
        };
        let mut lacks: Vec<_> = self.lines.iter().enumerate().filter_map(worst_of).collect();
        lacks.sort_unstable();
        lacks.into_iter().take(3).map(|(_, y, x)| (y, x)).collect()
    }
}

impl Line {
    pub fn is_empty(&self) -> bool {
        let row = &self.row;
        row.offers_without_month + row.needs_without_month == 0
            && row.months.iter().all(|it| it.offers + it.needs == 0)
    }

    /// Its twelve cells in one unit.
    pub fn heats(&self, unit: Option<Unit>) -> Vec<Heat> {
        self.row
            .months
            .iter()
            .map(|month| heat(&self.label, month, unit))
            .collect()
    }
}

/// What a month says in a unit.
pub fn amount(month: &GapMonth, unit: Unit) -> Option<&GapAmount> {
    month.amounts.iter().find(|it| it.unit == unit)
}

fn heat(label: &str, month: &GapMonth, unit: Option<Unit>) -> Heat {
    let found = unit.and_then(|unit| amount(month, unit));
    let records = month.offers + month.needs;
    let silent = month.offers_without_quantity + month.needs_without_quantity;
    let text = match found {
        Some(amount) => signed(amount.difference),
        None if records > 0 => "?".to_owned(),
        None => "·".to_owned(),
    };
    let name = month_name(u8::try_from(month.month).unwrap_or_default());
    let told = match found {
        Some(amount) => said(amount),
        None if records > 0 => t::gap_not_in_unit().to_owned(),
        None => t::gap_nothing().to_owned(),
    };
    Heat {
        share: found.map(share),
        none: records == 0,
        text,
        note: (records > 0).then(|| {
            let mark = if silent > 0 { "*" } else { "" };
            format!(
                "{}/{}{mark}",
                format::number(month.offers),
                format::number(month.needs)
            )
        }),
        words: format!("{label}, {name} : {told}. {}", behind(month)),
    }
}

/// From -1, where nothing is offered of what is needed, to 1, where nothing is needed of what is offered.
fn share(amount: &GapAmount) -> f64 {
    let most = amount
        .offered
        .unwrap_or_default()
        .max(amount.needed.unwrap_or_default());
    if most.is_zero() {
        return 0.0;
    }
    (amount.difference / most).to_f64().unwrap_or(0.0)
}

/// « −280 », « +12,5 »: always with its sign.
pub fn signed(difference: Decimal) -> String {
    let places = if difference.abs() < Decimal::TEN { 1 } else { 0 };
    let rounded = difference.round_dp(places).normalize();
    let text = format::decimal(&rounded.to_string());
    if rounded.is_sign_negative() || rounded.is_zero() {
        text
    } else {
        format!("+{text}")
    }
}

fn said(amount: &GapAmount) -> String {
    let much = |value: Option<Decimal>| match value {
        Some(value) => words::quantity(value.round_dp(1), amount.unit, None),
        None => t::fact_unknown().to_owned(),
    };
    t::gap_cell(
        much(amount.offered),
        much(amount.needed),
        format!("{} {}", signed(amount.difference), words::unit(amount.unit)),
    )
}

/// How many records stand behind a cell, and how many of them gave no quantity.
pub fn behind(month: &GapMonth) -> String {
    let of = |count: String, silent: i32| {
        if silent > 0 {
            format!("{count} ({})", t::gap_silent(silent))
        } else {
            count
        }
    };
    format!(
        "{}, {}",
        of(
            t::exchange_offers_count(month.offers),
            month.offers_without_quantity
        ),
        of(t::exchange_needs_count(month.needs), month.needs_without_quantity)
    )
}

/// « Légumes en juin : il manque 280 kg ».
pub fn lacks(line: &Line, x: usize, unit: Unit) -> Option<String> {
    let month = line.row.months.get(x)?;
    let amount = amount(month, unit)?;
    let name = month_name(u8::try_from(month.month).unwrap_or_default());
    let much = words::quantity(amount.difference.abs().round_dp(1), unit, None);
    Some(t::gap_lacks(&line.label, name, much))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn month(amounts: Vec<GapAmount>) -> GapMonth {
        GapMonth {
            month: 6,
            offers: 1,
            needs: 2,
            offers_without_quantity: 0,
            needs_without_quantity: 1,
            amounts,
        }
    }

    fn kilograms(offered: Option<i64>, needed: Option<i64>) -> GapAmount {
        let [offered, needed] = [offered, needed].map(|it| it.map(Decimal::from));
        GapAmount {
            unit: Unit::Kilogram,
            offered,
            needed,
            difference: offered.unwrap_or_default() - needed.unwrap_or_default(),
        }
    }

    #[test]
    fn a_cell_tells_sign_share_and_what_stands_behind_it() {
        let cell = heat(
            "Légumes",
            &month(vec![kilograms(Some(30), Some(120))]),
            Some(Unit::Kilogram),
        );
        assert_eq!((cell.text.as_str(), cell.share), ("−90", Some(-0.75)));
        assert_eq!(cell.note.as_deref(), Some("1/2*"));
        assert!(
            cell.words.contains("1 offre, 2 demandes (1 sans quantité)"),
            "{}",
            cell.words
        );
    }

    #[test]
    fn another_unit_is_unknown_and_nothing_is_nothing() {
        let known = month(vec![kilograms(Some(30), None)]);
        let other = heat("Légumes", &known, Some(Unit::Litre));
        assert_eq!((other.text.as_str(), other.share, other.none), ("?", None, false));
        let mut empty = month(Vec::new());
        (empty.offers, empty.needs) = (0, 0);
        let empty = heat("Légumes", &empty, Some(Unit::Kilogram));
        assert_eq!((empty.text.as_str(), empty.none, empty.note), ("·", true, None));
    }

    #[test]
    fn the_most_lacking_comes_first_and_what_is_over_does_not_count() {
        let row = |amounts: Vec<Vec<GapAmount>>| GapRow {
            product_type: None,
            months: amounts.into_iter().map(month).collect(),
            offers_without_month: 0,
            needs_without_month: 0,
        };
        let line = |row| Line {
            label: String::new(),
            product: String::new(),
            territory: None,
            row,
        };
        let sheet = Sheet {
            lines: vec![
                line(row(vec![
                    vec![kilograms(None, Some(5))],
                    vec![kilograms(Some(9), None)],
                ])),
                line(row(vec![vec![kilograms(Some(1), Some(50))]])),
            ],
            ..Sheet::default()
        };
        assert_eq!(sheet.worst(Unit::Kilogram), [(1, 0), (0, 0)]);
        assert_eq!(sheet.units(), [Unit::Kilogram]);
    }

    #[test]
    fn a_difference_always_has_its_sign() {
        let text = |text: &str| signed(text.parse().unwrap_or_default());
        assert_eq!(
            [text("1234.56"), text("-0.25"), text("0")],
            ["+1235", "−0,2", "0"]
        );
    }
}
