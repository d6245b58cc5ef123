//! Why a part of the score of an offer and a need of expertise is what it is: a closed list, each said as a sentence with
//! its facts.

use chrono::NaiveDate;

use super::introduction::Refused;
use super::topic;
use crate::text::Lang;

choices! {
    /// Why a part has its score, or none; clients must tolerate new values.
    pub enum ReasonCode as "ExpertiseMatchReason" {
        /// The same topic.
        SameTopic = "SAME_TOPIC",
        /// The offer is about a narrower topic than asked.
        NarrowerTopic = "NARROWER_TOPIC",
        /// The offer is about a wider topic than asked: to be asked.
        WiderTopic = "WIDER_TOPIC",
        /// Another topic of the same broad one.
        SiblingTopic = "SIBLING_TOPIC",
        /// Any form will do.
        AnyForm = "ANY_FORM",
        /// The offer does not say its forms.
        FormUnknown = "FORM_UNKNOWN",
        /// It is given in a form that is asked for.
        FormGiven = "FORM_GIVEN",
        /// It is given in other forms only.
        OtherForm = "OTHER_FORM",
        /// A territory is not known.
        TerritoryUnknown = "TERRITORY_UNKNOWN",
        /// It is given in the whole territory where it is needed.
        GivenThere = "GIVEN_THERE",
        /// It is given in part of the territory where it is needed.
        GivenInPart = "GIVEN_IN_PART",
        /// It is given elsewhere, but can be given from a distance.
        FromADistance = "FROM_A_DISTANCE",
        /// It is given elsewhere.
        GivenElsewhere = "GIVEN_ELSEWHERE",
        /// The languages of one are not known.
        LanguageUnknown = "LANGUAGE_UNKNOWN",
        /// There is a language in common.
        LanguageShared = "LANGUAGE_SHARED",
        /// There is no language in common.
        NoLanguageShared = "NO_LANGUAGE_SHARED",
        /// The offer does not say when it is to be had.
        AvailabilityUnknown = "AVAILABILITY_UNKNOWN",
        /// It is to be had now.
        AvailableNow = "AVAILABLE_NOW",
        /// It is to be had before the deadline.
        AvailableInTime = "AVAILABLE_IN_TIME",
        /// It is to be had only after the deadline.
        AvailableTooLate = "AVAILABLE_TOO_LATE",
        /// It is to be had later; there is no deadline.
        AvailableLater = "AVAILABLE_LATER",
        /// It is free.
        Free = "FREE",
        /// A third party pays.
        Funded = "FUNDED",
        /// Who pays is not known.
        CostUnknown = "COST_UNKNOWN",
        /// It is to be paid, and what can be spent is not known.
        BudgetUnknown = "BUDGET_UNKNOWN",
        /// It is to be paid, and nothing can be spent.
        PaidWithoutBudget = "PAID_WITHOUT_BUDGET",
        /// It is to be paid, and something can be spent.
        PaidWithBudget = "PAID_WITH_BUDGET",
        /// How many projects at once is not known.
        CapacityUnknown = "CAPACITY_UNKNOWN",
        /// There is room.
        Room = "ROOM",
        /// There is no room now.
        NoRoom = "NO_ROOM",
        /// The two were never introduced, and nothing speaks for or against.
        NoPast = "NO_PAST",
        /// The provider refused this need before.
        RefusedBefore = "REFUSED_BEFORE",
        /// Nothing came of an earlier introduction of the two.
        WithoutResultBefore = "WITHOUT_RESULT_BEFORE",
        /// The provider refused others on this topic.
        RefusedOthers = "REFUSED_OTHERS",
        /// This offer brought introductions to a good end.
        DoneBefore = "DONE_BEFORE",
    }
}

/// Why a part has its score, or none, with its facts.
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(
    missing_docs,
    reason = "the variants are the codes of the same name; the fields are the facts of the sentence"
)]
pub enum Reason {
    SameTopic { topic: &'static str },
    NarrowerTopic { topic: &'static str },
    WiderTopic { topic: &'static str },
    SiblingTopic { topic: &'static str },
    AnyForm,
    FormUnknown,
    FormGiven,
    OtherForm,
    TerritoryUnknown,
    GivenThere,
    GivenInPart,
    FromADistance,
    GivenElsewhere { km: f64 },
    LanguageUnknown,
    LanguageShared,
    NoLanguageShared,
    AvailabilityUnknown,
    AvailableNow,
    AvailableInTime { from: NaiveDate },
    AvailableTooLate { from: NaiveDate },
    AvailableLater { from: NaiveDate },
    Free,
    Funded,
    CostUnknown,
    BudgetUnknown,
    PaidWithoutBudget,
    PaidWithBudget,
    CapacityUnknown,
    Room { free: u32, of: u32 },
    NoRoom { of: u32 },
    NoPast,
    RefusedBefore { why: Refused, on: NaiveDate },
    WithoutResultBefore,
    RefusedOthers { count: u32 },
    DoneBefore { count: u32 },
}

impl Reason {
    /// Its code.
    #[must_use]
    pub const fn code(self) -> ReasonCode {
        match self {
            Self::SameTopic { .. } => ReasonCode::SameTopic,
            Self::NarrowerTopic { .. } => ReasonCode::NarrowerTopic,
            Self::WiderTopic { .. } => ReasonCode::WiderTopic,
            Self::SiblingTopic { .. } => ReasonCode::SiblingTopic,
            Self::AnyForm => ReasonCode::AnyForm,
            Self::FormUnknown => ReasonCode::FormUnknown,
            Self::FormGiven => ReasonCode::FormGiven,
            Self::OtherForm => ReasonCode::OtherForm,
            Self::TerritoryUnknown => ReasonCode::TerritoryUnknown,
            Self::GivenThere => ReasonCode::GivenThere,
            Self::GivenInPart => ReasonCode::GivenInPart,
            Self::FromADistance => ReasonCode::FromADistance,
            Self::GivenElsewhere { .. } => ReasonCode::GivenElsewhere,
            Self::LanguageUnknown => ReasonCode::LanguageUnknown,
            Self::LanguageShared => ReasonCode::LanguageShared,
            Self::NoLanguageShared => ReasonCode::NoLanguageShared,
            Self::AvailabilityUnknown => ReasonCode::AvailabilityUnknown,
            Self::AvailableNow => ReasonCode::AvailableNow,
            Self::AvailableInTime { .. } => ReasonCode::AvailableInTime,
            Self::AvailableTooLate { .. } => ReasonCode::AvailableTooLate,
            Self::AvailableLater { .. } => ReasonCode::AvailableLater,
            Self::Free => ReasonCode::Free,
            Self::Funded => ReasonCode::Funded,
            Self::CostUnknown => ReasonCode::CostUnknown,
            Self::BudgetUnknown => ReasonCode::BudgetUnknown,
            Self::PaidWithoutBudget => ReasonCode::PaidWithoutBudget,
            Self::PaidWithBudget => ReasonCode::PaidWithBudget,
            Self::CapacityUnknown => ReasonCode::CapacityUnknown,
            Self::Room { .. } => ReasonCode::Room,
            Self::NoRoom { .. } => ReasonCode::NoRoom,
            Self::NoPast => ReasonCode::NoPast,
            Self::RefusedBefore { .. } => ReasonCode::RefusedBefore,
            Self::WithoutResultBefore => ReasonCode::WithoutResultBefore,
            Self::RefusedOthers { .. } => ReasonCode::RefusedOthers,
            Self::DoneBefore { .. } => ReasonCode::DoneBefore,
        }
    }

    /// The topic it names.
    pub(super) const fn topic(self) -> Option<&'static str> {
        if let Self::SameTopic { topic }
        | Self::NarrowerTopic { topic }
        | Self::WiderTopic { topic }
        | Self::SiblingTopic { topic } = self
        {
            Some(topic)
        } else {
            None
        }
    }

    /// The reason as a sentence.
    #[must_use]
    pub fn sentence(self, lang: Lang) -> String {
        let plain = |[fr, nl, de, en]: [&str; 4]| {
            match lang {
                Lang::Fr => fr,
                Lang::Nl => nl,
                Lang::De => de,
                Lang::En => en,
            }
            .to_owned()
        };
        let named = |sentences: [&str; 4], fact: &str| plain(sentences).replace("{}", fact);
        let label = |code: &str| topic::topic(code).map_or("", |topic| topic.label(lang));
        match self {
            Self::SameTopic { topic } => named(
                [
                    "C'est le sujet demandé: {}.",
                    "Het is het gevraagde onderwerp: {}.",
                    "Es ist das gesuchte Thema: {}.",
                    "It is the topic asked for: {}.",
                ],
                label(topic),
            ),
            Self::NarrowerTopic { topic } => named(
                [
                    "L'offre porte sur une partie de ce qui est demandé: {}.",
                    "Het aanbod gaat over een deel van wat gevraagd wordt: {}.",
                    "Das Angebot betrifft einen Teil des Gesuchten: {}.",
                    "The offer is about a part of what is asked for: {}.",
                ],
                label(topic),
            ),
            Self::WiderTopic { topic } => named(
                [
                    "L'offre est plus large ({}): demandez si ce sujet précis en fait partie.",
                    "Het aanbod is ruimer ({}): vraag of dit onderwerp erbij hoort.",
                    "Das Angebot ist weiter ({}): fragen Sie, ob dieses Thema dazugehört.",
                    "The offer is wider ({}): ask whether this very topic is part of it.",
                ],
                label(topic),
            ),
            Self::SiblingTopic { topic } => named(
                [
                    "C'est un sujet voisin, du même chantier: {}.",
                    "Het is een verwant onderwerp, van dezelfde chantier: {}.",
                    "Es ist ein verwandtes Thema desselben Chantiers: {}.",
                    "It is a neighbouring topic of the same chantier: {}.",
                ],
                label(topic),
            ),
            Self::AnyForm => plain([
                "Aucune forme particulière n'est demandée.",
                "Er wordt geen bepaalde vorm gevraagd.",
                "Es wird keine bestimmte Form verlangt.",
                "No particular form is asked for.",
            ]),
            Self::FormUnknown => plain([
                "L'offre ne dit pas sous quelle forme elle est donnée.",
                "Het aanbod zegt niet in welke vorm het gegeven wordt.",
                "Das Angebot sagt nicht, in welcher Form es gegeben wird.",
                "The offer does not say in which form it is given.",
            ]),
            Self::FormGiven => plain([
                "Sous une forme demandée.",
                "In een gevraagde vorm.",
                "In einer gesuchten Form.",
                "In a form that is asked for.",
            ]),
            Self::OtherForm => plain([
                "Sous d'autres formes que celles demandées.",
                "In andere vormen dan gevraagd.",
                "In anderen als den gesuchten Formen.",
                "In other forms than those asked for.",
            ]),
            Self::TerritoryUnknown => plain([
                "Un territoire manque: on ne sait pas si l'offre couvre le besoin.",
                "Er ontbreekt een gebied: of het aanbod de behoefte dekt, is niet bekend.",
                "Ein Gebiet fehlt: ob das Angebot den Bedarf deckt, ist nicht bekannt.",
                "A territory is missing: whether the offer covers the need is not known.",
            ]),
            Self::GivenThere => plain([
                "Donnée dans tout le territoire du besoin.",
                "Gegeven in het hele gebied van de behoefte.",
                "Im ganzen Gebiet des Bedarfs gegeben.",
                "Given in the whole territory of the need.",
            ]),
            Self::GivenInPart => plain([
                "Donnée dans une partie du territoire du besoin.",
                "Gegeven in een deel van het gebied van de behoefte.",
                "In einem Teil des Gebiets des Bedarfs gegeben.",
                "Given in a part of the territory of the need.",
            ]),
            Self::FromADistance => plain([
                "Donnée ailleurs, mais possible à distance.",
                "Elders gegeven, maar mogelijk op afstand.",
                "Anderswo gegeben, aber aus der Ferne möglich.",
                "Given elsewhere, but possible from a distance.",
            ]),
            Self::GivenElsewhere { km } => named(
                [
                    "Donnée ailleurs, à quelque {} km.",
                    "Elders gegeven, op zo'n {} km.",
                    "Anderswo gegeben, etwa {} km entfernt.",
                    "Given elsewhere, some {} km away.",
                ],
                &format!("{km:.0}"),
            ),
            Self::LanguageUnknown => plain([
                "Les langues ne sont pas toutes connues.",
                "Niet alle talen zijn bekend.",
                "Nicht alle Sprachen sind bekannt.",
                "Not all languages are known.",
            ]),
            Self::LanguageShared => plain([
                "Il y a une langue commune.",
                "Er is een gemeenschappelijke taal.",
                "Es gibt eine gemeinsame Sprache.",
                "There is a language in common.",
            ]),
            Self::NoLanguageShared => plain([
                "Il n'y a pas de langue commune.",
                "Er is geen gemeenschappelijke taal.",
                "Es gibt keine gemeinsame Sprache.",
                "There is no language in common.",
            ]),
            Self::AvailabilityUnknown => plain([
                "La disponibilité n'est pas connue.",
                "De beschikbaarheid is niet bekend.",
                "Die Verfügbarkeit ist nicht bekannt.",
                "The availability is not known.",
            ]),
            Self::AvailableNow => plain([
                "Disponible dès maintenant.",
                "Nu beschikbaar.",
                "Jetzt verfügbar.",
                "Available now.",
            ]),
            Self::AvailableInTime { from } => named(
                [
                    "Disponible à partir du {}, avant l'échéance.",
                    "Beschikbaar vanaf {}, vóór de deadline.",
                    "Verfügbar ab {}, vor der Frist.",
                    "Available from {}, before the deadline.",
                ],
                &day(lang, from),
            ),
            Self::AvailableTooLate { from } => named(
                [
                    "Disponible à partir du {} seulement, après l'échéance.",
                    "Pas beschikbaar vanaf {}, na de deadline.",
                    "Erst ab {} verfügbar, nach der Frist.",
                    "Available only from {}, after the deadline.",
                ],
                &day(lang, from),
            ),
            Self::AvailableLater { from } => named(
                [
                    "Disponible à partir du {}.",
                    "Beschikbaar vanaf {}.",
                    "Verfügbar ab {}.",
                    "Available from {}.",
                ],
                &day(lang, from),
            ),
            Self::Free => plain(["Gratuit.", "Gratis.", "Kostenlos.", "Free of charge."]),
            Self::Funded => plain([
                "Financé par un tiers.",
                "Gefinancierd door een derde.",
                "Von einem Dritten finanziert.",
                "Funded by a third party.",
            ]),
            Self::CostUnknown => plain([
                "Le coût n'est pas connu.",
                "De kosten zijn niet bekend.",
                "Die Kosten sind nicht bekannt.",
                "The cost is not known.",
            ]),
            Self::BudgetUnknown => plain([
                "Payant, et le budget n'est pas connu.",
                "Te betalen, en het budget is niet bekend.",
                "Kostenpflichtig, und das Budget ist nicht bekannt.",
                "To be paid, and the budget is not known.",
            ]),
            Self::PaidWithoutBudget => plain([
                "Payant, alors qu'il n'y a pas de budget.",
                "Te betalen, terwijl er geen budget is.",
                "Kostenpflichtig, obwohl es kein Budget gibt.",
                "To be paid, though there is no budget.",
            ]),
            Self::PaidWithBudget => plain([
                "Payant, et il y a un budget: le prix est à convenir.",
                "Te betalen, en er is een budget: de prijs is af te spreken.",
                "Kostenpflichtig, und es gibt ein Budget: der Preis ist zu vereinbaren.",
                "To be paid, and there is a budget: the price is to be agreed.",
            ]),
            Self::CapacityUnknown => plain([
                "On ne sait pas combien de projets le prestataire suit à la fois.",
                "Hoeveel projecten de aanbieder tegelijk volgt, is niet bekend.",
                "Wie viele Projekte der Anbieter zugleich begleitet, ist nicht bekannt.",
                "How many projects the provider takes on at once is not known.",
            ]),
            Self::Room { free, of } => plain([
                &format!("{free} place(s) libre(s) sur {of}."),
                &format!("{free} van de {of} plaatsen vrij."),
                &format!("{free} von {of} Plätzen frei."),
                &format!("{free} of {of} places free."),
            ]),
            Self::NoRoom { of } => plain([
                &format!("Complet pour l'instant: {of} place(s), toutes prises."),
                &format!("Nu volzet: {of} plaats(en), alle bezet."),
                &format!("Zurzeit ausgebucht: {of} Plätze, alle belegt."),
                &format!("Full for now: {of} place(s), all taken."),
            ]),
            Self::NoPast => plain([
                "Aucune mise en relation antérieure.",
                "Geen eerdere kennismaking.",
                "Keine frühere Vermittlung.",
                "No earlier introduction.",
            ]),
            Self::RefusedBefore { why, on } => {
                let (why, on) = (why.told(lang), day(lang, on));
                plain([
                    &format!("Le prestataire a refusé ce besoin le {on}: {why}."),
                    &format!("De aanbieder weigerde deze behoefte op {on}: {why}."),
                    &format!("Der Anbieter hat diesen Bedarf am {on} abgelehnt: {why}."),
                    &format!("The provider refused this need on {on}: {why}."),
                ])
            }
            Self::WithoutResultBefore => plain([
                "Une mise en relation antérieure est restée sans résultat.",
                "Een eerdere kennismaking bleef zonder resultaat.",
                "Eine frühere Vermittlung blieb ohne Ergebnis.",
                "An earlier introduction came to nothing.",
            ]),
            Self::RefusedOthers { count } => plain([
                &format!("Le prestataire a refusé {count} demande(s) sur ce chantier en un an."),
                &format!("De aanbieder weigerde in één jaar {count} vraag/vragen over deze chantier."),
                &format!("Der Anbieter hat in einem Jahr {count} Anfrage(n) zu diesem Chantier abgelehnt."),
                &format!("The provider refused {count} request(s) on this chantier within a year."),
            ]),
            Self::DoneBefore { count } => plain([
                &format!("Cette offre a déjà abouti {count} fois."),
                &format!("Dit aanbod leidde al {count} keer tot een resultaat."),
                &format!("Dieses Angebot hat schon {count}-mal zum Ziel geführt."),
                &format!("This offer has come to a good end {count} time(s)."),
            ]),
        }
    }
}

impl Refused {
    /// As a part of a sentence.
    #[must_use]
    pub const fn told(self, lang: Lang) -> &'static str {
        let [fr, nl, de, en] = match self {
            Self::NoTime => ["pas de temps", "geen tijd", "keine Zeit", "no time"],
            Self::NotOurField => [
                "hors de son domaine",
                "niet zijn vakgebied",
                "nicht sein Gebiet",
                "not its field",
            ],
            Self::TooFar => ["trop loin", "te ver", "zu weit", "too far"],
            Self::Budget => [
                "budget insuffisant",
                "te klein budget",
                "zu wenig Budget",
                "too small a budget",
            ],
            Self::TooLate => [
                "échéance intenable",
                "onhaalbare deadline",
                "Frist nicht zu halten",
                "the deadline cannot be met",
            ],
            Self::Language => [
                "pas de langue commune",
                "geen gemeenschappelijke taal",
                "keine gemeinsame Sprache",
                "no language in common",
            ],
            Self::Conflict => [
                "conflit d'intérêts",
                "belangenconflict",
                "Interessenkonflikt",
                "a conflict of interest",
            ],
            Self::Other => ["autre raison", "andere reden", "anderer Grund", "another reason"],
        };
        match lang {
            Lang::Fr => fr,
            Lang::Nl => nl,
            Lang::De => de,
            Lang::En => en,
        }
    }
}

/// A day as the language writes it.
fn day(lang: Lang, day: NaiveDate) -> String {
    let form = match lang {
        Lang::Fr | Lang::Nl => "%d/%m/%Y",
        Lang::De => "%d.%m.%Y",
        Lang::En => "%-d %B %Y",
    };
    day.format(form).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_is_said_in_four_languages() {
        let (topic, from) = ("foncier", "2027-02-01".parse().unwrap());
        for reason in [
            Reason::SameTopic { topic },
            Reason::NarrowerTopic { topic },
            Reason::WiderTopic { topic },
            Reason::SiblingTopic { topic },
            Reason::AnyForm,
            Reason::FormUnknown,
            Reason::FormGiven,
            Reason::OtherForm,
            Reason::TerritoryUnknown,
            Reason::GivenThere,
            Reason::GivenInPart,
            Reason::FromADistance,
            Reason::GivenElsewhere { km: 60.0 },
            Reason::LanguageUnknown,
            Reason::LanguageShared,
            Reason::NoLanguageShared,
            Reason::AvailabilityUnknown,
            Reason::AvailableNow,
            Reason::AvailableInTime { from },
            Reason::AvailableTooLate { from },
            Reason::AvailableLater { from },
            Reason::Free,
            Reason::Funded,
            Reason::CostUnknown,
            Reason::BudgetUnknown,
            Reason::PaidWithoutBudget,
            Reason::PaidWithBudget,
            Reason::CapacityUnknown,
            Reason::Room { free: 1, of: 2 },
            Reason::NoRoom { of: 2 },
            Reason::NoPast,
            Reason::RefusedBefore {
                why: Refused::TooFar,
                on: from,
            },
            Reason::WithoutResultBefore,
            Reason::RefusedOthers { count: 2 },
            Reason::DoneBefore { count: 2 },
        ] {
            let told: std::collections::HashSet<String> =
                Lang::ALL.iter().map(|lang| reason.sentence(*lang)).collect();
            assert_eq!(told.len(), 4, "{reason:?}");
            assert!(told.iter().all(|sentence| !sentence.contains("{}")), "{told:?}");
        }
        let refused = Reason::RefusedBefore {
            why: Refused::TooFar,
            on: from,
        };
        assert_eq!(
            refused.sentence(Lang::Fr),
            "Le prestataire a refusé ce besoin le 01/02/2027: trop loin."
        );
    }
}
