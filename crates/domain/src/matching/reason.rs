//! Why a part of a match's score is what it is: a closed list, each said as a sentence with its facts.

use rust_decimal::Decimal;

use super::{number, say};
use crate::measure::{Dimension, Unit};
use crate::text::Lang;

choices! {
    /// Why a part has its score, or none; clients must tolerate new values.
    pub enum ReasonCode as "MatchReason" {
        /// The same product.
        SameProduct = "SAME_PRODUCT",
        /// The offer is of a narrower product than needed.
        NarrowerProduct = "NARROWER_PRODUCT",
        /// The offer is of a wider product than needed: to be asked.
        WiderProduct = "WIDER_PRODUCT",
        /// Another product of the same kind.
        SiblingProduct = "SIBLING_PRODUCT",
        /// So far apart.
        Distance = "DISTANCE",
        /// A place is not known.
        PlaceUnknown = "PLACE_UNKNOWN",
        /// To be had in so many of the months in which it is needed.
        Months = "MONTHS",
        /// The days of the one end before those of the other begin.
        DaysApart = "DAYS_APART",
        /// The offer or the need names no month.
        MonthsUnknown = "MONTHS_UNKNOWN",
        /// So much of the needed quantity.
        Quantity = "QUANTITY",
        /// The offer or the need gives no quantity.
        QuantityUnknown = "QUANTITY_UNKNOWN",
        /// The need does not say how often or in which months its quantity is needed.
        PeriodUnknown = "PERIOD_UNKNOWN",
        /// The quantities are counted in things that do not compare.
        QuantityUnitsDiffer = "QUANTITY_UNITS_DIFFER",
        /// Nothing is required.
        NothingRequired = "NOTHING_REQUIRED",
        /// All that is required is there.
        LabelsMet = "LABELS_MET",
        /// Whether it has what is required is not said.
        LabelsUnknown = "LABELS_UNKNOWN",
        /// It costs no more than can be spent.
        PriceWithin = "PRICE_WITHIN",
        /// It costs more than can be spent.
        PriceAbove = "PRICE_ABOVE",
        /// The price or what can be spent is not known.
        PriceUnknown = "PRICE_UNKNOWN",
        /// The price and what can be spent are for things that do not compare.
        PriceUnitsDiffer = "PRICE_UNITS_DIFFER",
    }
}

/// Why a part has its score, or none, with its facts.
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(missing_docs, reason = "the fields are the facts of the sentence")]
pub enum Reason {
    /// See [`ReasonCode::SameProduct`].
    SameProduct,
    /// See [`ReasonCode::NarrowerProduct`].
    NarrowerProduct,
    /// See [`ReasonCode::WiderProduct`].
    WiderProduct,
    /// See [`ReasonCode::SiblingProduct`].
    SiblingProduct,
    /// See [`ReasonCode::Distance`].
    Distance { km: f64 },
    /// See [`ReasonCode::PlaceUnknown`].
    PlaceUnknown,
    /// See [`ReasonCode::Months`].
    Months { shared: u32, needed: u32 },
    /// See [`ReasonCode::DaysApart`].
    DaysApart,
    /// See [`ReasonCode::MonthsUnknown`].
    MonthsUnknown,
    /// See [`ReasonCode::Quantity`]; both in the base of the dimension.
    Quantity {
        offered: Decimal,
        needed: Decimal,
        of: Dimension,
    },
    /// See [`ReasonCode::QuantityUnknown`].
    QuantityUnknown,
    /// See [`ReasonCode::PeriodUnknown`].
    PeriodUnknown,
    /// See [`ReasonCode::QuantityUnitsDiffer`].
    QuantityUnitsDiffer,
    /// See [`ReasonCode::NothingRequired`].
    NothingRequired,
    /// See [`ReasonCode::LabelsMet`].
    LabelsMet,
    /// See [`ReasonCode::LabelsUnknown`].
    LabelsUnknown,
    /// See [`ReasonCode::PriceWithin`]; for one of the base of the dimension, or for the whole.
    PriceWithin {
        price: Decimal,
        most: Decimal,
        per: Option<Dimension>,
    },
    /// See [`ReasonCode::PriceAbove`]; for one of the base of the dimension, or for the whole.
    PriceAbove {
        price: Decimal,
        most: Decimal,
        per: Option<Dimension>,
    },
    /// See [`ReasonCode::PriceUnknown`].
    PriceUnknown,
    /// See [`ReasonCode::PriceUnitsDiffer`].
    PriceUnitsDiffer,
}

impl Reason {
    /// Its code.
    #[must_use]
    pub const fn code(self) -> ReasonCode {
        match self {
            Self::SameProduct => ReasonCode::SameProduct,
            Self::NarrowerProduct => ReasonCode::NarrowerProduct,
            Self::WiderProduct => ReasonCode::WiderProduct,
            Self::SiblingProduct => ReasonCode::SiblingProduct,
            Self::Distance { .. } => ReasonCode::Distance,
            Self::PlaceUnknown => ReasonCode::PlaceUnknown,
            Self::Months { .. } => ReasonCode::Months,
            Self::DaysApart => ReasonCode::DaysApart,
            Self::MonthsUnknown => ReasonCode::MonthsUnknown,
            Self::Quantity { .. } => ReasonCode::Quantity,
            Self::QuantityUnknown => ReasonCode::QuantityUnknown,
            Self::PeriodUnknown => ReasonCode::PeriodUnknown,
            Self::QuantityUnitsDiffer => ReasonCode::QuantityUnitsDiffer,
            Self::NothingRequired => ReasonCode::NothingRequired,
            Self::LabelsMet => ReasonCode::LabelsMet,
            Self::LabelsUnknown => ReasonCode::LabelsUnknown,
            Self::PriceWithin { .. } => ReasonCode::PriceWithin,
            Self::PriceAbove { .. } => ReasonCode::PriceAbove,
            Self::PriceUnknown => ReasonCode::PriceUnknown,
            Self::PriceUnitsDiffer => ReasonCode::PriceUnitsDiffer,
        }
    }

    /// The reason as a sentence.
    #[must_use]
    pub fn sentence(self, lang: Lang) -> String {
        let plain = |sentences: [&str; 4]| sentences.map(str::to_owned);
        let short = |decimal: Decimal| number(lang, decimal.round_dp(2).normalize());
        let told = match self {
            Self::SameProduct => plain([
                "C'est le produit demandé.",
                "Het is het gevraagde product.",
                "Es ist das gesuchte Produkt.",
                "It is the product that is needed.",
            ]),
            Self::NarrowerProduct => plain([
                "Ce produit fait partie de ce qui est demandé.",
                "Dit product hoort bij wat gevraagd wordt.",
                "Dieses Produkt gehört zu dem, was gesucht wird.",
                "This product is part of what is needed.",
            ]),
            Self::WiderProduct => plain([
                "L'offre est plus large que le produit demandé: demandez s'il en fait partie.",
                "Het aanbod is ruimer dan het gevraagde product: vraag of het erbij hoort.",
                "Das Angebot ist weiter als das gesuchte Produkt: fragen Sie, ob es dazugehört.",
                "The offer is wider than the product that is needed: ask whether it is part of it.",
            ]),
            Self::SiblingProduct => plain([
                "C'est un autre produit de la même sorte.",
                "Het is een ander product van dezelfde soort.",
                "Es ist ein anderes Produkt derselben Art.",
                "It is another product of the same kind.",
            ]),
            Self::Distance { km } => {
                let km = number(lang, km);
                [
                    format!("À {km} km à vol d'oiseau."),
                    format!("Op {km} km in vogelvlucht."),
                    format!("{km} km Luftlinie entfernt."),
                    format!("{km} km away as the crow flies."),
                ]
            }
            Self::PlaceUnknown => plain([
                "La distance est inconnue: un lieu manque.",
                "De afstand is onbekend: er ontbreekt een plaats.",
                "Die Entfernung ist unbekannt: ein Ort fehlt.",
                "The distance is unknown: a place is missing.",
            ]),
            Self::Months { shared, needed } => [
                format!("Disponible {shared} des {needed} mois demandés."),
                format!("Beschikbaar in {shared} van de {needed} gevraagde maanden."),
                format!("In {shared} der {needed} gesuchten Monate zu haben."),
                format!("To be had in {shared} of the {needed} months in which it is needed."),
            ],
            Self::DaysApart => plain([
                "Les jours où c'est disponible et ceux où c'est demandé ne se recoupent pas.",
                "De dagen waarop het beschikbaar is en die waarop het gevraagd wordt, overlappen niet.",
                "Die Tage, an denen es zu haben ist, und die, an denen es gesucht wird, überschneiden sich nicht.",
                "The days on which it is to be had and those on which it is needed do not overlap.",
            ]),
            Self::MonthsUnknown => plain([
                "La saison est inconnue: des mois manquent.",
                "Het seizoen is onbekend: er ontbreken maanden.",
                "Die Saison ist unbekannt: Monate fehlen.",
                "The season is unknown: months are missing.",
            ]),
            Self::Quantity { offered, needed, of } => {
                let (offered, needed, of) = (short(offered), short(needed), base_word(of, lang));
                [
                    format!("{offered} {of} offerts pour {needed} demandés."),
                    format!("{offered} {of} aangeboden voor {needed} gevraagd."),
                    format!("{offered} {of} angeboten, {needed} gesucht."),
                    format!("{offered} {of} offered for {needed} needed."),
                ]
            }
            Self::QuantityUnknown => plain([
                "La quantité est inconnue.",
                "De hoeveelheid is onbekend.",
                "Die Menge ist unbekannt.",
                "The quantity is unknown.",
            ]),
            Self::PeriodUnknown => plain([
                "On ne sait pas à quelle fréquence ou quels mois cette quantité est demandée.",
                "Het is niet bekend hoe vaak of in welke maanden deze hoeveelheid nodig is.",
                "Wie oft oder in welchen Monaten diese Menge gesucht wird, ist nicht bekannt.",
                "How often or in which months this quantity is needed is not known.",
            ]),
            Self::QuantityUnitsDiffer => plain([
                "Les quantités ne se comparent pas: leurs unités diffèrent.",
                "De hoeveelheden zijn niet te vergelijken: de eenheden verschillen.",
                "Die Mengen lassen sich nicht vergleichen: ihre Einheiten sind verschieden.",
                "The quantities do not compare: their units differ.",
            ]),
            Self::NothingRequired => plain([
                "Aucun label n'est exigé.",
                "Er wordt geen label gevraagd.",
                "Kein Gütezeichen wird verlangt.",
                "No label is required.",
            ]),
            Self::LabelsMet => plain([
                "Tout ce qui est exigé y est.",
                "Alles wat gevraagd wordt, is er.",
                "Alles Verlangte ist vorhanden.",
                "All that is required is there.",
            ]),
            Self::LabelsUnknown => plain([
                "L'offre ne dit pas si elle a ce qui est exigé.",
                "Het aanbod zegt niet of het heeft wat gevraagd wordt.",
                "Das Angebot sagt nicht, ob es das Verlangte hat.",
                "The offer does not say whether it has what is required.",
            ]),
            Self::PriceWithin { price, most, per } => {
                let (price, most, per) = (short(price), short(most), per_word(per, lang));
                [
                    format!("{price} € {per}, dans le budget de {most} €."),
                    format!("{price} € {per}, binnen het budget van {most} €."),
                    format!("{price} € {per}, im Budget von {most} €."),
                    format!("€{price} {per}, within the budget of €{most}."),
                ]
            }
            Self::PriceAbove { price, most, per } => {
                let (price, most, per) = (short(price), short(most), per_word(per, lang));
                [
                    format!("{price} € {per}, plus que le budget de {most} €."),
                    format!("{price} € {per}, meer dan het budget van {most} €."),
                    format!("{price} € {per}, mehr als das Budget von {most} €."),
                    format!("€{price} {per}, more than the budget of €{most}."),
                ]
            }
            Self::PriceUnknown => plain([
                "Le prix ou le budget est inconnu.",
                "De prijs of het budget is onbekend.",
                "Der Preis oder das Budget ist unbekannt.",
                "The price or the budget is unknown.",
            ]),
            Self::PriceUnitsDiffer => plain([
                "Le prix et le budget ne se comparent pas: leurs unités diffèrent.",
                "Prijs en budget zijn niet te vergelijken: de eenheden verschillen.",
                "Preis und Budget lassen sich nicht vergleichen: ihre Einheiten sind verschieden.",
                "The price and the budget do not compare: their units differ.",
            ]),
        };
        say(lang, told)
    }
}

/// What is counted, in the base of a dimension.
fn base_word(of: Dimension, lang: Lang) -> &'static str {
    let [fr, nl, de, en] = match of.unit() {
        Unit::Gram | Unit::Kilogram | Unit::Tonne => ["kg"; 4],
        Unit::Centilitre | Unit::Litre | Unit::Hectolitre => ["l"; 4],
        Unit::Piece | Unit::Dozen => ["pièces", "stuks", "Stück", "pieces"],
        Unit::Bunch => ["bottes", "bossen", "Bund", "bunches"],
        Unit::Crate => ["caisses", "kratten", "Kisten", "crates"],
        Unit::Pallet => ["palettes", "pallets", "Paletten", "pallets"],
        Unit::Portion => ["portions", "porties", "Portionen", "portions"],
    };
    match lang {
        Lang::Fr => fr,
        Lang::Nl => nl,
        Lang::De => de,
        Lang::En => en,
    }
}

/// For one of what a price is, or for all.
fn per_word(per: Option<Dimension>, lang: Lang) -> String {
    let [fr, nl, de, en] = match per.map(Dimension::unit) {
        None => ["en tout", "in totaal", "insgesamt", "in all"],
        Some(Unit::Gram | Unit::Kilogram | Unit::Tonne) => ["par kg", "per kg", "je kg", "per kg"],
        Some(Unit::Centilitre | Unit::Litre | Unit::Hectolitre) => ["par l", "per l", "je l", "per l"],
        Some(Unit::Piece | Unit::Dozen) => ["par pièce", "per stuk", "je Stück", "per piece"],
        Some(Unit::Bunch) => ["par botte", "per bos", "je Bund", "per bunch"],
        Some(Unit::Crate) => ["par caisse", "per krat", "je Kiste", "per crate"],
        Some(Unit::Pallet) => ["par palette", "per pallet", "je Palette", "per pallet"],
        Some(Unit::Portion) => ["par portion", "per portie", "je Portion", "per portion"],
    };
    match lang {
        Lang::Fr => fr,
        Lang::Nl => nl,
        Lang::De => de,
        Lang::En => en,
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_is_said_in_four_languages() {
        let amounts = |price, most, per| (Decimal::new(price, 2), Decimal::new(most, 2), per);
        let (price, most, per) = amounts(240, 320, Some(Dimension::Weight));
        for reason in [
            Reason::SameProduct,
            Reason::NarrowerProduct,
            Reason::WiderProduct,
            Reason::SiblingProduct,
            Reason::Distance { km: 11.4 },
            Reason::PlaceUnknown,
            Reason::Months { shared: 1, needed: 2 },
            Reason::DaysApart,
            Reason::MonthsUnknown,
            Reason::Quantity {
                offered: price,
                needed: most,
                of: Dimension::Own(Unit::Crate),
            },
            Reason::QuantityUnknown,
            Reason::PeriodUnknown,
            Reason::QuantityUnitsDiffer,
            Reason::NothingRequired,
            Reason::LabelsMet,
            Reason::LabelsUnknown,
            Reason::PriceWithin { price, most, per },
            Reason::PriceAbove {
                price,
                most,
                per: None,
            },
            Reason::PriceUnknown,
            Reason::PriceUnitsDiffer,
        ] {
            let told: std::collections::HashSet<String> =
                Lang::ALL.iter().map(|lang| reason.sentence(*lang)).collect();
            assert_eq!(told.len(), 4, "{reason:?}");
        }
        let within = Reason::PriceWithin { price, most, per };
        assert_eq!(
            within.sentence(Lang::Fr),
            "2,4 € par kg, dans le budget de 3,2 €."
        );
        assert_eq!(
            within.sentence(Lang::En),
            "€2.4 per kg, within the budget of €3.2."
        );
    }
}
