//! The closed lists as people write their words: in four languages, short and long.

use crate::measure::{Currency, Unit};
use crate::need::{self, LocalRule, Period};
use crate::offer::{self, Audience, Label};
use crate::organisation::Kind;
use crate::text::fold;

/// A closed list whose words stand in cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closed {
    /// [`Unit`].
    Unit,
    /// [`Currency`].
    Currency,
    /// [`Period`].
    Period,
    /// [`Label`].
    Label,
    /// [`Audience`].
    Audience,
    /// [`offer::Status`].
    OfferStatus,
    /// [`need::Status`].
    NeedStatus,
    /// [`LocalRule`].
    LocalRule,
    /// [`Kind`].
    Kind,
}

impl Closed {
    /// Its words, as everything outside Rust writes them.
    #[must_use]
    pub fn words(self) -> Vec<&'static str> {
        match self {
            Self::Unit => Unit::ALL.iter().map(|of| of.word()).collect(),
            Self::Currency => Currency::ALL.iter().map(|of| of.word()).collect(),
            Self::Period => Period::ALL.iter().map(|of| of.word()).collect(),
            Self::Label => Label::ALL.iter().map(|of| of.word()).collect(),
            Self::Audience => Audience::ALL.iter().map(|of| of.word()).collect(),
            Self::OfferStatus => offer::Status::ALL.iter().map(|of| of.word()).collect(),
            Self::NeedStatus => need::Status::ALL.iter().map(|of| of.word()).collect(),
            Self::LocalRule => LocalRule::ALL.iter().map(|of| of.word()).collect(),
            Self::Kind => Kind::ALL.iter().map(|of| of.word()).collect(),
        }
    }

    /// The word that is meant.
    #[must_use]
    pub fn meant(self, text: &str) -> Option<&'static str> {
        let text = text.trim();
        let wanted = fold(text);
        let own = self
            .words()
            .into_iter()
            .find(|word| *word == text || (!wanted.is_empty() && fold(word) == wanted));
        own.or_else(|| {
            let (word, _) = self.spoken().iter().find(|(_, said)| {
                said.split(", ").any(|said| {
                    said == text || (!wanted.is_empty() && (said == wanted || one(said) == one(&wanted)))
                })
            })?;
            Some(*word)
        })
    }

    /// How people write each word: folded, with commas between them.
    const fn spoken(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Unit => &[
                ("GRAM", "g, gr, gramme, gram, gramm"),
                ("KILOGRAM", "kg, kgs, kilo, kilogramme, kilogram, kilogramm"),
                ("TONNE", "t, to, tonne, ton, tonnes"),
                ("CENTILITRE", "cl, centilitre, centiliter"),
                ("LITRE", "l, litre, liter, lt"),
                ("HECTOLITRE", "hl, hectolitre, hectoliter, hektoliter"),
                (
                    "PIECE",
                    "piece, pce, pc, pcs, p, stuk, stuks, st, stuck, unite, u, unit, eenheid, einheit",
                ),
                ("DOZEN", "douzaine, dz, dozijn, dutzend"),
                ("BUNCH", "botte, bos, bund, bouquet"),
                ("CRATE", "caisse, bac, cageot, krat, kiste, box, carton, doos"),
                ("PALLET", "palette, pallet"),
                ("PORTION", "portion, portie, repas, maaltijd, mahlzeit, meal"),
            ],
            Self::Currency => &[("EUR", "euro, euros, €")],
            Self::Period => &[
                ("ONCE", "une fois, unique, ponctuel, eenmalig, einmalig, einmal"),
                (
                    "WEEK",
                    "semaine, par semaine, hebdomadaire, wekelijks, per week, woche, wochentlich, weekly",
                ),
                (
                    "MONTH",
                    "mois, par mois, mensuel, maand, maandelijks, per maand, monat, monatlich, monthly",
                ),
                (
                    "YEAR",
                    "an, annee, par an, annuel, jaar, jaarlijks, per jaar, jahr, jahrlich, yearly",
                ),
            ],
            Self::Label => &[
                (
                    "EU_ORGANIC",
                    "bio, biologique, label bio, bio ue, bio eu, eurofeuille, organic, biologisch, ab",
                ),
                ("BIOGARANTIE", "biogarantie"),
                ("DEMETER", "demeter, biodynamie, biodynamique"),
                ("NATURE_ET_PROGRES", "nature progres, nature et progres"),
                ("PDO", "aop, pdo, bob, g u, gu"),
                ("PGI", "igp, pgi, bga, g g a, gga"),
                ("TSG", "stg, tsg, gts, g t s"),
                ("PRIX_JUSTE", "prix juste, prix juste producteur, eerlijke prijs"),
                ("AGRICULTURE_DE_WALLONIE", "agriculture de wallonie"),
                (
                    "FAIR_TRADE",
                    "commerce equitable, equitable, fairtrade, fair trade, eerlijke handel, fairer handel",
                ),
                ("OTHER", "autre, autres, andere, ander"),
            ],
            Self::Audience => &[
                (
                    "CONSUMERS",
                    "consommateur, particulier, menage, consument, particulieren, verbraucher, consumer",
                ),
                (
                    "COLLECTIVE_CATERING",
                    "collectivite, cantine, restauration collective, grootkeuken, grootkeukens, kantine, gemeinschaftsverpflegung, canteen",
                ),
                ("RESTAURANTS", "restaurant, horeca, traiteur, restaurateur"),
                ("PROCESSORS", "transformateur, verwerker, verarbeiter, processor"),
                (
                    "SHOPS",
                    "magasin, commerce, epicerie, marche, winkel, laden, shop",
                ),
            ],
            Self::OfferStatus => &[
                (
                    "OPEN",
                    "ouvert, ouverte, disponible, actif, active, beschikbaar, verfugbar, offen, available",
                ),
                ("RESERVED", "reserve, reservee, gereserveerd, reserviert"),
                (
                    "CLOSED",
                    "clos, close, ferme, fermee, epuise, epuisee, vendu, uitverkocht, geschlossen, ausverkauft, sold out",
                ),
                ("WITHDRAWN", "retire, retiree, ingetrokken, zuruckgezogen"),
                ("EXPIRED", "expire, expiree, perime, verlopen, abgelaufen"),
            ],
            Self::NeedStatus => &[
                ("OPEN", "ouvert, ouverte, actif, active, offen"),
                ("MATCHED", "trouve, attribue, gevonden, gefunden"),
                ("FULFILLED", "satisfait, rempli, vervuld, erfullt"),
                ("ABANDONED", "abandonne, opgegeven, aufgegeben"),
            ],
            Self::LocalRule => &[
                ("COMMUNE", "commune, gemeente, gemeinde"),
                ("ARRONDISSEMENT", "arrondissement, bezirk"),
                ("PROVINCE", "province, provincie, provinz"),
                ("TERRITORY", "territoire, gebied, gebiet"),
                ("RADIUS", "rayon, distance, straal, umkreis"),
                ("WALLONIA", "wallonie, region wallonne, wallonia"),
            ],
            Self::Kind => &[
                ("ADMINISTRATION", "administration, administratie, verwaltung"),
                ("MUNICIPALITY", "commune, ville, gemeente, stad, gemeinde"),
                ("SOCIAL_WELFARE_CENTRE", "cpas, ocmw, oshz"),
                ("PROVINCE", "province, provincie, provinz"),
                ("INTERMUNICIPAL", "intercommunale, intercommunal, interkommunale"),
                ("PUBLIC_AGENCY", "agence publique, oip, openbaar agentschap"),
                ("ADVISORY_BODY", "organe d avis, conseil, adviesorgaan"),
                ("ASSOCIATION", "asbl, association, vzw, vog, verein, vereniging"),
                (
                    "COOPERATIVE",
                    "cooperative, scrl, sc, cooperatie, cooperatief, genossenschaft",
                ),
                (
                    "COMPANY",
                    "entreprise, societe, sprl, srl, sa, bedrijf, onderneming, unternehmen",
                ),
                ("FOUNDATION", "fondation, stichting, stiftung"),
                ("NATURE_PARK", "parc naturel, natuurpark, naturpark"),
                ("LOCAL_ACTION_GROUP", "gal, groupe d action locale"),
                ("FOOD_BELT", "ceinture alimentaire"),
                ("NETWORK", "reseau, netwerk, netzwerk"),
                ("UNIVERSITY", "universite, universiteit, universitat"),
                (
                    "RESEARCH_CENTRE",
                    "centre de recherche, onderzoekscentrum, forschungszentrum",
                ),
                ("TRAINING_BODY", "cisp, centre de formation, opleidingscentrum"),
                ("COMPETITIVENESS_CLUSTER", "pole de competitivite"),
                (
                    "CITIZEN_MOVEMENT",
                    "mouvement citoyen, burgerbeweging, burgerbewegung",
                ),
                ("PARTNERSHIP", "partenariat, partnerschap, partnerschaft"),
                (
                    "PRODUCER",
                    "producteur, productrice, agriculteur, agricultrice, eleveur, maraicher, ferme, producent, boer, erzeuger, landwirt, farmer",
                ),
                ("PROCESSOR", "transformateur, artisan, verwerker, verarbeiter"),
                ("BUYER", "acheteur, acheteuse, koper, aankoper, kaufer"),
                ("HUB", "hub, plateforme, hub logistique, grossiste, groothandel"),
                (
                    "KITCHEN",
                    "cuisine, cuisine de collectivite, cantine, keuken, grootkeuken, kuche",
                ),
                ("DIRECTORY_OPERATOR", "annuaire, gestionnaire d annuaire"),
                ("OTHER", "autre, andere, ander"),
            ],
        }
    }

    /// The first word of the list that a text names by one of its own words: the unit of "Prix (€/kg)".
    pub(super) fn named_in(self, text: &str) -> Option<&'static str> {
        fold(text).split(' ').find_map(|word| self.meant(word))
    }
}

/// The singular, more or less: what two spellings of one word have in common.
pub(super) fn one(word: &str) -> &str {
    word.trim_end_matches(['s', 'x'])
}

/// What means yes, and what means no.
pub(super) fn flag(text: &str) -> Option<bool> {
    let text = text.trim();
    if matches!(text, "✓" | "✔" | "☑") {
        return Some(true);
    }
    match fold(text).as_str() {
        "oui" | "o" | "ja" | "j" | "yes" | "y" | "true" | "vrai" | "waar" | "wahr" | "1" | "x" => Some(true),
        "non" | "n" | "nee" | "neen" | "nein" | "no" | "false" | "faux" | "onwaar" | "falsch" | "0" => {
            Some(false)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Closed; 9] = [
        Closed::Unit,
        Closed::Currency,
        Closed::Period,
        Closed::Label,
        Closed::Audience,
        Closed::OfferStatus,
        Closed::NeedStatus,
        Closed::LocalRule,
        Closed::Kind,
    ];

    #[test]
    fn every_spoken_word_is_folded_and_means_a_word_of_its_list() {
        for list in ALL {
            let words = list.words();
            for (word, spoken) in list.spoken() {
                assert!(words.contains(word), "{word}");
                for said in spoken.split(", ") {
                    assert!(said == "€" || fold(said) == said, "{said}");
                    assert!(list.meant(said).is_some(), "{said}");
                }
            }
            for word in words {
                assert_eq!(list.meant(word), Some(word));
            }
        }
    }

    #[test]
    fn people_write_units_as_they_like() {
        for (text, word) in [
            ("Kg", "KILOGRAM"),
            ("pièces", "PIECE"),
            ("L", "LITRE"),
            ("Bottes", "BUNCH"),
        ] {
            assert_eq!(Closed::Unit.meant(text), Some(word), "{text}");
        }
        assert_eq!(Closed::Unit.meant(""), None);
        assert_eq!(Closed::Unit.named_in("Prix HTVA (€/kg)"), Some("KILOGRAM"));
    }
}
