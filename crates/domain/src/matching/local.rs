//! Whether an offer is local to a need: an outcome of a closed list with its reason, never a bare yes. What "local"
//! means is the need's own rule.

use super::{Origin, Place, number, say, tenth};
use crate::gazetteer::{Commune, GAZETTEER};
use crate::id::TerritoryId;
use crate::need::{Local, LocalRule};
use crate::territory::{Extent, Nis, Territory};
use crate::text::Lang;

choices! {
    /// Whether an offer is local to a need.
    pub enum LocalOutcome as "LocalOutcome" {
        /// It is, by the need's rule.
        Local = "LOCAL",
        /// It is not, by the need's rule.
        NotLocal = "NOT_LOCAL",
        /// It cannot be told: a place is not known.
        Unknown = "UNKNOWN",
        /// The need does not say what local means.
        NoRule = "NO_RULE",
    }
}

choices! {
    /// Why an offer is or is not local to a need; clients must tolerate new values.
    pub enum LocalReason as "LocalReason" {
        /// The offer comes from the territory that decides.
        Inside = "INSIDE",
        /// The offer does not come from the territory that decides.
        Outside = "OUTSIDE",
        /// It comes from no further than the need's radius.
        WithinRadius = "WITHIN_RADIUS",
        /// It comes from further than the need's radius.
        BeyondRadius = "BEYOND_RADIUS",
        /// Neither the offer nor its organisation names a commune.
        OfferPlaceUnknown = "OFFER_PLACE_UNKNOWN",
        /// Neither the need nor its organisation names a commune.
        NeedPlaceUnknown = "NEED_PLACE_UNKNOWN",
        /// Not all communes of the territory that decides are known, and the offer's is not among those that are.
        TerritoryUnknown = "TERRITORY_UNKNOWN",
        /// The need has no rule.
        NoRule = "NO_RULE",
    }
}

impl LocalReason {
    /// What follows from it.
    #[must_use]
    pub const fn outcome(self) -> LocalOutcome {
        match self {
            Self::Inside | Self::WithinRadius => LocalOutcome::Local,
            Self::Outside | Self::BeyondRadius => LocalOutcome::NotLocal,
            Self::OfferPlaceUnknown | Self::NeedPlaceUnknown | Self::TerritoryUnknown => {
                LocalOutcome::Unknown
            }
            Self::NoRule => LocalOutcome::NoRule,
        }
    }
}

/// The communes of the territory that a rule names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Area {
    /// The territory.
    pub id: TerritoryId,
    /// Those of its communes that are known.
    pub communes: Vec<TerritoryId>,
    /// Whether that is all of them.
    pub is_complete: bool,
}

impl From<&Territory> for Area {
    fn from(territory: &Territory) -> Self {
        Self {
            id: territory.id,
            communes: territory.commune_codes.iter().map(|nis| (*nis).into()).collect(),
            is_complete: territory.extent == Extent::Complete,
        }
    }
}

/// Whether an offer is local to a need, and how that was told.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Verdict {
    /// Why.
    pub reason: LocalReason,
    /// The rule that decided: the need's.
    pub rule: Option<LocalRule>,
    /// The distance between the centres of the two communes, in kilometres to a tenth; absent where one is not known.
    pub distance_km: Option<f64>,
    /// The need's radius, with the rule `RADIUS`.
    pub radius_km: Option<i32>,
    /// The territory that decided: the need's commune, arrondissement or province, the one it names, or Wallonia.
    pub territory_id: Option<TerritoryId>,
    /// Where the offer comes from.
    pub offered: Option<Place>,
    /// Where it is needed.
    pub needed: Option<Place>,
}

impl Verdict {
    /// Local, not local, or not to be told.
    #[must_use]
    pub const fn outcome(&self) -> LocalOutcome {
        self.reason.outcome()
    }

    /// The verdict and its reason as a sentence.
    #[must_use]
    pub fn sentence(&self, lang: Lang) -> String {
        let place = self.offered.and_then(commune).map_or("", |commune| commune.name);
        let ground = self.rule.map_or("", |rule| ground(rule, lang));
        let away = self
            .distance_km
            .map_or_else(String::new, |km| format!(" ({} km)", number(lang, km)));
        let (km, radius) = (
            number(lang, self.distance_km.unwrap_or_default()),
            self.radius_km.unwrap_or_default(),
        );
        let told = match self.reason {
            LocalReason::Inside => [
                format!("Local: {place} est {ground}{away}."),
                format!("Lokaal: {place} ligt {ground}{away}."),
                format!("Lokal: {place} liegt {ground}{away}."),
                format!("Local: {place} is {ground}{away}."),
            ],
            LocalReason::Outside => [
                format!("Pas local: {place} n'est pas {ground}{away}."),
                format!("Niet lokaal: {place} ligt niet {ground}{away}."),
                format!("Nicht lokal: {place} liegt nicht {ground}{away}."),
                format!("Not local: {place} is not {ground}{away}."),
            ],
            LocalReason::WithinRadius => [
                format!("Local: {place} est à {km} km, dans le rayon de {radius} km."),
                format!("Lokaal: {place} ligt op {km} km, binnen de straal van {radius} km."),
                format!("Lokal: {place} ist {km} km entfernt, im Umkreis von {radius} km."),
                format!("Local: {place} is {km} km away, within the radius of {radius} km."),
            ],
            LocalReason::BeyondRadius => [
                format!("Pas local: {place} est à {km} km, hors du rayon de {radius} km."),
                format!("Niet lokaal: {place} ligt op {km} km, buiten de straal van {radius} km."),
                format!("Nicht lokal: {place} ist {km} km entfernt, außerhalb des Umkreises von {radius} km."),
                format!("Not local: {place} is {km} km away, beyond the radius of {radius} km."),
            ],
            LocalReason::OfferPlaceUnknown => [
                "On ne sait pas d'où vient l'offre: ni elle ni son organisation n'indique de commune.".to_owned(),
                "Het is niet bekend vanwaar het aanbod komt: noch het aanbod noch de organisatie noemt een gemeente."
                    .to_owned(),
                "Woher das Angebot kommt, ist nicht bekannt: weder es noch seine Organisation nennt eine Gemeinde."
                    .to_owned(),
                "Where the offer comes from is not known: neither it nor its organisation names a commune.".to_owned(),
            ],
            LocalReason::NeedPlaceUnknown => [
                "On ne sait pas où livrer: ni le besoin ni son organisation n'indique de commune.".to_owned(),
                "Het is niet bekend waar geleverd wordt: noch de behoefte noch de organisatie noemt een gemeente."
                    .to_owned(),
                "Wohin geliefert wird, ist nicht bekannt: weder der Bedarf noch seine Organisation nennt eine Gemeinde."
                    .to_owned(),
                "Where to deliver is not known: neither the need nor its organisation names a commune.".to_owned(),
            ],
            LocalReason::TerritoryUnknown => [
                format!("On ne connaît pas toutes les communes du territoire choisi, et {place} n'est pas parmi celles qui sont connues."),
                format!("Niet alle gemeenten van het gekozen gebied zijn bekend, en {place} is niet bij de bekende."),
                format!("Nicht alle Gemeinden des gewählten Gebiets sind bekannt, und {place} ist nicht unter den bekannten."),
                format!("Not all communes of the chosen territory are known, and {place} is not among those that are."),
            ],
            LocalReason::NoRule => [
                format!("Le besoin ne dit pas ce que « local » veut dire{away}."),
                format!("De behoefte zegt niet wat ‘lokaal’ betekent{away}."),
                format!("Der Bedarf sagt nicht, was „lokal“ heißt{away}."),
                format!("The need does not say what “local” means{away}."),
            ],
        };
        let mut sentence = say(lang, told);
        let by_seat = |place: Option<Place>| place.is_some_and(|place| place.origin == Origin::Organisation);
        if by_seat(self.offered) {
            sentence.push_str(match lang {
                Lang::Fr => " Le lieu de l'offre est celui de son organisation.",
                Lang::Nl => " De plaats van het aanbod is die van de organisatie.",
                Lang::De => " Der Ort des Angebots ist der seiner Organisation.",
                Lang::En => " The offer's place is its organisation's.",
            });
        }
        if by_seat(self.needed) {
            sentence.push_str(match lang {
                Lang::Fr => " Le lieu du besoin est celui de son organisation.",
                Lang::Nl => " De plaats van de behoefte is die van de organisatie.",
                Lang::De => " Der Ort des Bedarfs ist der seiner Organisation.",
                Lang::En => " The need's place is its organisation's.",
            });
        }
        sentence
    }
}

/// Where a rule looks, behind "is".
const fn ground(rule: LocalRule, lang: Lang) -> &'static str {
    let [fr, nl, de, en] = match rule {
        LocalRule::Commune => [
            "dans la même commune",
            "in dezelfde gemeente",
            "in derselben Gemeinde",
            "in the same commune",
        ],
        LocalRule::Arrondissement => [
            "dans le même arrondissement",
            "in hetzelfde arrondissement",
            "im selben Arrondissement",
            "in the same arrondissement",
        ],
        LocalRule::Province => [
            "dans la même province",
            "in dezelfde provincie",
            "in derselben Provinz",
            "in the same province",
        ],
        LocalRule::Territory => [
            "dans le territoire choisi",
            "in het gekozen gebied",
            "im gewählten Gebiet",
            "in the chosen territory",
        ],
        LocalRule::Radius => [
            "dans le rayon choisi",
            "binnen de gekozen straal",
            "im gewählten Umkreis",
            "within the chosen radius",
        ],
        LocalRule::Wallonia => ["en Wallonie", "in Wallonië", "in der Wallonie", "in Wallonia"],
    };
    match lang {
        Lang::Fr => fr,
        Lang::Nl => nl,
        Lang::De => de,
        Lang::En => en,
    }
}

fn commune(place: Place) -> Option<&'static Commune> {
    GAZETTEER.get(place.commune_id)
}

/// Whether what comes from one place is local to a need in another, by the need's rule. `area` is the territory that
/// the rule names, with the rule `TERRITORY`.
#[must_use]
pub fn local_verdict(
    local: Option<Local>,
    area: Option<&Area>,
    needed: Option<Place>,
    offered: Option<Place>,
) -> Verdict {
    let (there, here) = (offered.and_then(commune), needed.and_then(commune));
    let distance_km = there
        .zip(here)
        .map(|(there, here)| tenth(there.point.kilometres_to(here.point)));
    let (reason, territory_id) = local.map_or((LocalReason::NoRule, None), |local| {
        judge(local, area, here, there, distance_km)
    });
    Verdict {
        reason,
        rule: local.map(|local| local.rule),
        distance_km,
        radius_km: local.and_then(|local| local.radius_km),
        territory_id,
        offered,
        needed,
    }
}

fn judge(
    local: Local,
    area: Option<&Area>,
    here: Option<&Commune>,
    there: Option<&Commune>,
    distance_km: Option<f64>,
) -> (LocalReason, Option<TerritoryId>) {
    let decided = |inside: bool, by: TerritoryId| {
        let reason = if inside {
            LocalReason::Inside
        } else {
            LocalReason::Outside
        };
        (reason, Some(by))
    };
    let around = |of: fn(&Commune) -> Nis| match (there, here) {
        (_, None) => (LocalReason::NeedPlaceUnknown, None),
        (None, Some(here)) => (LocalReason::OfferPlaceUnknown, Some(of(here).into())),
        (Some(there), Some(here)) => decided(of(there) == of(here), of(here).into()),
    };
    match local.rule {
        LocalRule::Commune => around(|commune| commune.nis),
        LocalRule::Arrondissement => around(|commune| commune.arrondissement),
        LocalRule::Province => around(|commune| commune.province),
        LocalRule::Territory => match (there, area) {
            (None, _) => (LocalReason::OfferPlaceUnknown, local.territory_id),
            (Some(_), None) => (LocalReason::TerritoryUnknown, local.territory_id),
            (Some(there), Some(area)) => {
                let inside = area.communes.contains(&there.nis.into());
                if inside || area.is_complete {
                    decided(inside, area.id)
                } else {
                    (LocalReason::TerritoryUnknown, Some(area.id))
                }
            }
        },
        LocalRule::Radius => match (there, here, distance_km, local.radius_km) {
            (_, None, _, _) => (LocalReason::NeedPlaceUnknown, None),
            (Some(_), Some(_), Some(km), Some(radius)) if km <= f64::from(radius) => {
                (LocalReason::WithinRadius, None)
            }
            (Some(_), Some(_), Some(_), Some(_)) => (LocalReason::BeyondRadius, None),
            (None, Some(_), _, _) | (Some(_), Some(_), None, _) | (Some(_), Some(_), _, None) => {
                (LocalReason::OfferPlaceUnknown, None)
            }
        },
        // The gazetteer holds the communes of Wallonia.
        LocalRule::Wallonia => match there {
            Some(_) => decided(true, Nis::WALLONIA.into()),
            None => (LocalReason::OfferPlaceUnknown, Some(Nis::WALLONIA.into())),
        },
    }
}

/// The communes from which an offer is local to a need.
#[must_use]
pub fn local_communes(local: Option<Local>, area: Option<&Area>, needed: Option<Place>) -> Vec<TerritoryId> {
    let communes = GAZETTEER
        .all()
        .iter()
        .map(|commune| TerritoryId::from(commune.nis));
    communes
        .filter(|commune| {
            let offered = Place::of(Some(*commune), None);
            local_verdict(local, area, needed, offered).outcome() == LocalOutcome::Local
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMUR: &str = "92094";
    const PROFONDEVILLE: &str = "92101";
    const DINANT: &str = "91034";
    const ARLON: &str = "81001";

    fn at(nis: &str) -> Option<Place> {
        Place::of(Some(nis.parse().unwrap()), None)
    }

    fn by(rule: LocalRule) -> Option<Local> {
        Some(Local {
            rule,
            territory_id: None,
            radius_km: (rule == LocalRule::Radius).then_some(30),
        })
    }

    fn verdict(rule: LocalRule, from: &str) -> (LocalOutcome, LocalReason, Option<TerritoryId>) {
        let verdict = local_verdict(by(rule), None, at(NAMUR), at(from));
        assert_eq!(verdict.rule, Some(rule));
        assert!(verdict.distance_km.is_some());
        (verdict.outcome(), verdict.reason, verdict.territory_id)
    }

    fn id(nis: &str) -> Option<TerritoryId> {
        Some(nis.parse().unwrap())
    }

    #[test]
    fn each_rule_decides_by_its_own_ground() {
        use LocalOutcome::{Local, NotLocal};
        use LocalReason::{BeyondRadius, Inside, Outside, WithinRadius};
        assert_eq!(verdict(LocalRule::Commune, NAMUR), (Local, Inside, id(NAMUR)));
        assert_eq!(
            verdict(LocalRule::Commune, PROFONDEVILLE),
            (NotLocal, Outside, id(NAMUR))
        );
        assert_eq!(
            verdict(LocalRule::Arrondissement, PROFONDEVILLE),
            (Local, Inside, id("92000"))
        );
        assert_eq!(
            verdict(LocalRule::Arrondissement, DINANT),
            (NotLocal, Outside, id("92000"))
        );
        assert_eq!(verdict(LocalRule::Province, DINANT), (Local, Inside, id("90000")));
        assert_eq!(
            verdict(LocalRule::Province, ARLON),
            (NotLocal, Outside, id("90000"))
        );
        assert_eq!(
            verdict(LocalRule::Radius, PROFONDEVILLE),
            (Local, WithinRadius, None)
        );
        assert_eq!(verdict(LocalRule::Radius, ARLON), (NotLocal, BeyondRadius, None));
        assert_eq!(verdict(LocalRule::Wallonia, ARLON), (Local, Inside, id("03000")));
    }

    #[test]
    fn a_named_territory_decides_by_the_communes_that_are_known() {
        let mut area = Area {
            id: TerritoryId(uuid::Uuid::from_u128(7)),
            communes: vec![NAMUR.parse().unwrap()],
            is_complete: true,
        };
        let local = Some(Local {
            rule: LocalRule::Territory,
            territory_id: Some(area.id),
            radius_km: None,
        });
        let reason = |area: Option<&Area>, from: &str| local_verdict(local, area, None, at(from)).reason;
        assert_eq!(reason(Some(&area), NAMUR), LocalReason::Inside);
        assert_eq!(reason(Some(&area), ARLON), LocalReason::Outside);
        assert_eq!(local_communes(local, Some(&area), None), area.communes);
        area.is_complete = false;
        assert_eq!(reason(Some(&area), NAMUR), LocalReason::Inside);
        assert_eq!(reason(Some(&area), ARLON), LocalReason::TerritoryUnknown);
        assert_eq!(reason(None, ARLON), LocalReason::TerritoryUnknown);
    }

    #[test]
    fn a_missing_place_is_unknown_and_a_missing_rule_is_no_rule() {
        for rule in LocalRule::ALL {
            let verdict = local_verdict(by(*rule), None, at(NAMUR), None);
            assert_eq!(verdict.reason, LocalReason::OfferPlaceUnknown, "{rule}");
        }
        let verdict = local_verdict(by(LocalRule::Province), None, None, at(NAMUR));
        assert_eq!(verdict.reason, LocalReason::NeedPlaceUnknown);
        let verdict = local_verdict(None, None, at(NAMUR), at(ARLON));
        assert_eq!(verdict.outcome(), LocalOutcome::NoRule);
        assert!(verdict.distance_km.is_some(), "the distance is told all the same");
    }

    #[test]
    fn the_verdict_is_said_in_four_languages_with_its_distance_and_whose_place_it_is() {
        let seat = Place::of(None, id(PROFONDEVILLE));
        let verdict = local_verdict(by(LocalRule::Radius), None, at(NAMUR), seat);
        let km = verdict.distance_km.unwrap().to_string();
        assert_eq!(
            verdict.sentence(Lang::En),
            format!(
                "Local: Profondeville is {km} km away, within the radius of 30 km. The offer's place is its organisation's."
            )
        );
        assert!(verdict.sentence(Lang::Fr).contains(&km.replace('.', ",")));
        for reason in LocalReason::ALL {
            for lang in Lang::ALL {
                assert!(
                    Verdict {
                        reason: *reason,
                        ..verdict
                    }
                    .sentence(*lang)
                    .len()
                        > 20
                );
            }
        }
    }
}
