//! What food is counted in: amounts of money, quantities with their unit, prices, months of the year.

use rust_decimal::Decimal;

use crate::check::Checks;
use crate::refusal::{Invalid, Refusal};

choices! {
    /// A currency, by its ISO 4217 code.
    pub enum Currency as "Currency" default Eur {
        /// Euro.
        Eur = "EUR",
    }
}

/// An amount of money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(
    feature = "graphql",
    derive(async_graphql::SimpleObject, async_graphql::InputObject)
)]
#[cfg_attr(
    feature = "graphql",
    graphql(name = "Money", input_name = "MoneyInput", crate = "crate::graphql")
)]
pub struct Money {
    /// How much, as a decimal number with a point: `281000.00`.
    pub amount: Decimal,
    /// In which currency.
    pub currency: Currency,
}

choices! {
    /// What a quantity is counted in.
    pub enum Unit as "Unit" {
        /// Gram.
        Gram = "GRAM",
        /// Kilogram.
        Kilogram = "KILOGRAM",
        /// Tonne, 1,000 kg.
        Tonne = "TONNE",
        /// Centilitre.
        Centilitre = "CENTILITRE",
        /// Litre.
        Litre = "LITRE",
        /// Hectolitre, 100 l.
        Hectolitre = "HECTOLITRE",
        /// One by one: eggs, lettuces, loaves.
        Piece = "PIECE",
        /// Twelve pieces.
        Dozen = "DOZEN",
        /// A bunch.
        Bunch = "BUNCH",
        /// A crate or box.
        Crate = "CRATE",
        /// A pallet.
        Pallet = "PALLET",
        /// A portion or meal.
        Portion = "PORTION",
    }
}

/// What units can be added up with each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dimension {
    /// Weight, in kilograms.
    Weight,
    /// Volume, in litres.
    Volume,
    /// Number of pieces.
    Count,
    /// A unit that says nothing outside itself: bunch, crate, pallet, portion.
    Own(Unit),
}

impl Dimension {
    /// The unit that its quantities are added up in.
    #[must_use]
    pub const fn unit(self) -> Unit {
        match self {
            Self::Weight => Unit::Kilogram,
            Self::Volume => Unit::Litre,
            Self::Count => Unit::Piece,
            Self::Own(unit) => unit,
        }
    }
}

impl Unit {
    /// What it measures, and how much of that one unit is.
    #[must_use]
    pub fn base(self) -> (Dimension, Decimal) {
        let (dimension, mantissa, scale) = match self {
            Self::Gram => (Dimension::Weight, 1, 3),
            Self::Kilogram => (Dimension::Weight, 1, 0),
            Self::Tonne => (Dimension::Weight, 1_000, 0),
            Self::Centilitre => (Dimension::Volume, 1, 2),
            Self::Litre => (Dimension::Volume, 1, 0),
            Self::Hectolitre => (Dimension::Volume, 100, 0),
            Self::Piece => (Dimension::Count, 1, 0),
            Self::Dozen => (Dimension::Count, 12, 0),
            Self::Bunch | Self::Crate | Self::Pallet | Self::Portion => (Dimension::Own(self), 1, 0),
        };
        (dimension, Decimal::new(mantissa, scale))
    }
}

/// A quantity with its unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(
    feature = "graphql",
    derive(async_graphql::SimpleObject, async_graphql::InputObject)
)]
#[cfg_attr(
    feature = "graphql",
    graphql(name = "Quantity", input_name = "QuantityInput", crate = "crate::graphql")
)]
#[serde(deny_unknown_fields)]
pub struct Quantity {
    /// How much, as a decimal number with a point: `12.5`.
    pub value: Decimal,
    /// In which unit.
    pub unit: Unit,
}

impl Quantity {
    /// The quantity in the base of its dimension: kilograms, litres, pieces.
    #[must_use]
    pub fn in_base(self) -> (Dimension, Decimal) {
        let (dimension, one) = self.unit.base();
        (dimension, self.value.saturating_mul(one))
    }

    /// Tidies the number and refuses one that cannot be.
    pub fn check(&mut self, field: &str, checks: &mut Checks) {
        checks.decimal(&format!("{field}.value"), &mut self.value, 3);
    }
}

/// A price for one unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(
    feature = "graphql",
    derive(async_graphql::SimpleObject, async_graphql::InputObject)
)]
#[cfg_attr(
    feature = "graphql",
    graphql(name = "Price", input_name = "PriceInput", crate = "crate::graphql")
)]
#[serde(deny_unknown_fields)]
pub struct Price {
    /// How much, without VAT, as a decimal number with a point: `2.35`.
    pub amount: Decimal,
    /// In which currency; euro unless given.
    #[serde(default)]
    #[cfg_attr(feature = "graphql", graphql(default))]
    pub currency: Currency,
    /// For one of which unit.
    pub per: Unit,
}

impl Price {
    /// Tidies the number and refuses one that cannot be.
    pub fn check(&mut self, field: &str, checks: &mut Checks) {
        checks.decimal(&format!("{field}.amount"), &mut self.amount, 4);
    }
}

/// What somebody can spend for one unit: at least, at most, or both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(
    feature = "graphql",
    derive(async_graphql::SimpleObject, async_graphql::InputObject)
)]
#[cfg_attr(
    feature = "graphql",
    graphql(name = "Budget", input_name = "BudgetInput", crate = "crate::graphql")
)]
#[serde(deny_unknown_fields)]
pub struct Budget {
    /// At least, without VAT.
    pub min: Option<Decimal>,
    /// At most, without VAT.
    pub max: Option<Decimal>,
    /// In which currency; euro unless given.
    #[serde(default)]
    #[cfg_attr(feature = "graphql", graphql(default))]
    pub currency: Currency,
    /// For one of which unit; absent where it is for the whole.
    pub per: Option<Unit>,
}

impl Budget {
    /// Tidies the numbers and refuses a band that cannot be.
    pub fn check(&mut self, field: &str, checks: &mut Checks) {
        for (end, bound) in [("min", &mut self.min), ("max", &mut self.max)] {
            if let Some(bound) = bound {
                checks.decimal(&format!("{field}.{end}"), bound, 4);
            }
        }
        let right = self.min.zip(self.max).is_none_or(|(min, max)| min <= max);
        checks.hold(right, &format!("{field}.max"), Invalid::BandReversed);
        if self.min.is_none() && self.max.is_none() {
            checks.refuse(Refusal::Required {
                field: format!("{field}.max"),
            });
        }
    }
}

/// The months of the year, as the bits 0 (January) to 11 (December): for filters that ask for any of several.
#[must_use]
pub fn months_mask(months: &[i32]) -> i32 {
    months
        .iter()
        .filter(|month| (1..=12).contains(*month))
        .fold(0, |mask, month| mask | 1 << (month - 1))
}

/// The bits of several values of a closed list, by their place in it.
#[must_use]
pub fn mask<T: PartialEq>(all: &[T], some: &[T]) -> i32 {
    all.iter()
        .enumerate()
        .filter(|(_, value)| some.contains(value))
        .fold(0, |mask, (place, _)| mask | 1 << place)
}

impl Checks {
    /// A number that cannot be negative nor beyond all reason, with at most so many decimals.
    pub fn decimal(&mut self, field: &str, number: &mut Decimal, decimals: u32) {
        if number.is_sign_negative() && !number.is_zero() {
            self.hold(false, field, Invalid::Negative);
        } else if number.normalize().scale() > decimals || *number >= Decimal::from(1_000_000_000_000_i64) {
            self.hold(false, field, Invalid::Number);
        }
        *number = number.normalize();
    }

    /// The months of the year: 1 to 12, each once, in their order.
    pub fn months(&mut self, field: &str, months: &mut Vec<i32>) {
        for (index, month) in months.iter().enumerate().take(crate::check::ENTRIES) {
            self.hold(
                (1..=12).contains(month),
                &format!("{field}.{index}"),
                Invalid::Month,
            );
        }
        self.set(field, months);
        months.sort_unstable();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_of_one_dimension_add_up() {
        let tonne = Quantity {
            value: Decimal::new(15, 1),
            unit: Unit::Tonne,
        };
        assert_eq!(tonne.in_base(), (Dimension::Weight, Decimal::from(1_500)));
        let gram = Quantity {
            value: Decimal::from(250),
            unit: Unit::Gram,
        };
        assert_eq!(
            gram.in_base(),
            (Dimension::Weight, Decimal::new(25, 2).normalize())
        );
        assert_ne!(Unit::Crate.base().0, Unit::Pallet.base().0);
    }

    #[test]
    fn months_are_bits_and_come_in_their_order() {
        assert_eq!(months_mask(&[1, 12]), 0b1000_0000_0001);
        let mut checks = Checks::default();
        let mut months = vec![12, 1, 12];
        checks.months("months", &mut months);
        assert_eq!(months, [1, 12]);
        assert!(checks.finish().is_ok());
        let mut checks = Checks::default();
        checks.months("months", &mut vec![0, 13]);
        assert_eq!(checks.finish().unwrap_err().len(), 2);
    }

    #[test]
    fn a_negative_price_is_refused_and_zero_is_not() {
        for (amount, right) in [(-1, false), (0, true), (1, true)] {
            let mut price = Price {
                amount: Decimal::from(amount),
                currency: Currency::Eur,
                per: Unit::Kilogram,
            };
            let mut checks = Checks::default();
            price.check("price", &mut checks);
            assert_eq!(checks.finish().is_ok(), right, "{amount}");
        }
    }
}
