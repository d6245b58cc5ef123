//! How well an offer fits a need: a score from 0 to 1 as the weighted mean of its parts. A part that cannot be told is
//! left out of the mean and said to be unknown; it neither helps nor harms.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::{Kinship, Place, kinship, number, say, tenth};
use crate::gazetteer::GAZETTEER;
use crate::measure::{Dimension, months_mask};
use crate::need::Need;
use crate::offer::Offer;
use crate::text::Lang;

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

/// What the weights of all parts add up to.
pub const PART_OF_HUNDRED: u32 = 100;

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

choices! {
    /// Why an offer cannot meet a need at all; clients must tolerate new values.
    pub enum Excluded as "MatchExclusion" {
        /// It is another product.
        Product = "PRODUCT",
        /// It must be organic and is said not to be.
        NotOrganic = "NOT_ORGANIC",
        /// It names its labels, and a required one is not among them.
        LabelMissing = "LABEL_MISSING",
    }
}

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
    use crate::measure::Unit;
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
    use crate::measure::Unit;
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

impl Excluded {
    /// Why, as a sentence.
    #[must_use]
    pub fn sentence(self, lang: Lang) -> String {
        let told = match self {
            Self::Product => [
                "C'est un autre produit.",
                "Het is een ander product.",
                "Es ist ein anderes Produkt.",
                "It is another product.",
            ],
            Self::NotOrganic => [
                "Le besoin est biologique, l'offre dit ne pas l'être.",
                "De behoefte is biologisch, het aanbod zegt het niet te zijn.",
                "Gesucht ist Biologisches, das Angebot sagt, es sei es nicht.",
                "Organic is needed, and the offer says that it is not.",
            ],
            Self::LabelMissing => [
                "Un label exigé n'est pas parmi ceux de l'offre.",
                "Een gevraagd label staat niet bij die van het aanbod.",
                "Ein verlangtes Gütezeichen ist nicht unter denen des Angebots.",
                "A required label is not among those of the offer.",
            ],
        };
        say(lang, told.map(str::to_owned))
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

/// How well an offer fits a need, whose places are given.
///
/// # Errors
/// Why it cannot meet it at all.
pub fn score(
    need: &Need,
    needed: Option<Place>,
    offer: &Offer,
    offered: Option<Place>,
) -> Result<Score, Excluded> {
    let kinship = kinship(&need.product_type, &offer.product_type).ok_or(Excluded::Product)?;
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
    Ok(Score {
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

/// An offer that names labels names all it has; one that names none has not said.
fn labels(need: &Need, offer: &Offer) -> Result<Told, Excluded> {
    let must_be_organic = need.organic == Some(true);
    if must_be_organic && offer.organic == Some(false) {
        return Err(Excluded::NotOrganic);
    }
    let missing = need
        .required_labels
        .iter()
        .any(|label| !offer.labels.contains(label));
    if missing && !offer.labels.is_empty() {
        return Err(Excluded::LabelMissing);
    }
    let unsaid = missing || (must_be_organic && offer.organic.is_none());
    Ok(if unsaid {
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
    use chrono::DateTime;
    use proptest::prelude::*;
    use serde_json::{Value, json};
    use uuid::Uuid;

    use super::*;
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
        assert_eq!(
            Part::ALL.iter().map(|part| part.weight()).sum::<u32>(),
            PART_OF_HUNDRED
        );
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
        assert_eq!(other, Err(Excluded::Product));
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
            Ok((part.score, part.reason.code()))
        };
        let met = Ok((Some(1.0), ReasonCode::LabelsMet));
        let unsaid = Ok((None, ReasonCode::LabelsUnknown));
        let organic = || json!({"organic": true});
        assert_eq!(labels(organic(), json!({"organic": true})), met);
        assert_eq!(labels(organic(), json!({})), unsaid);
        assert_eq!(
            labels(organic(), json!({"organic": false})),
            Err(Excluded::NotOrganic)
        );
        let labelled = || json!({"requiredLabels": ["PDO"]});
        assert_eq!(labels(labelled(), json!({"labels": ["PDO", "PGI"]})), met);
        assert_eq!(labels(labelled(), json!({})), unsaid);
        assert_eq!(
            labels(labelled(), json!({"labels": ["PGI"]})),
            Err(Excluded::LabelMissing)
        );
        let free = Ok((Some(1.0), ReasonCode::NothingRequired));
        assert_eq!(labels(json!({"organic": false}), json!({"organic": false})), free);
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
            Reason::MonthsUnknown,
            Reason::Quantity {
                offered: price,
                needed: most,
                of: Dimension::Own(crate::measure::Unit::Crate),
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
        assert!(Excluded::ALL.iter().all(|why| !why.sentence(Lang::De).is_empty()));
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
        let wanted = (product(), months(), quantity(), period, money());
        let offered = (product(), months(), quantity(), money());
        (wanted, offered).prop_map(|((needed, needed_in, much, period, most), (product, months, quantity, price))| {
            let budget = most.map(|max| json!({"max": max, "currency": "EUR", "per": "KILOGRAM"}));
            let price = price.map(|amount| json!({"amount": amount, "currency": "EUR", "per": "KILOGRAM"}));
            (
                need(json!({"productType": needed, "months": needed_in, "quantity": much, "period": period, "budget": budget})),
                offer(json!({"productType": product, "months": months, "quantity": quantity, "price": price})),
            )
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
