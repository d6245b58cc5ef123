//! Territories: the region, provinces, arrondissements and communes by their official code, and named sets of
//! communes (a council's, a nature park's, a project's).

use std::fmt;
use std::str::FromStr;

use crate::check::Checks;
use crate::facet::{Facets, Words};
use crate::id::TerritoryId;
use crate::policy::Action;
use crate::record::{Rules, Verb};
use crate::refusal::{Invalid, Refusal};
use crate::text::LocalName;

/// How many communes Wallonia has.
pub const COMMUNES: usize = 261;

choices! {
    /// What sort of territory it is.
    pub enum Kind as "TerritoryKind" {
        /// The Walloon Region.
        Region = "REGION",
        /// A province.
        Province = "PROVINCE",
        /// An administrative arrondissement.
        Arrondissement = "ARRONDISSEMENT",
        /// A commune.
        Commune = "COMMUNE",
        /// A food policy council's territory.
        Council = "COUNCIL",
        /// A nature park.
        NaturePark = "NATURE_PARK",
        /// A local action group's territory.
        ActionGroup = "ACTION_GROUP",
        /// A living area known by its name.
        LivingArea = "LIVING_AREA",
        /// Another set of communes.
        Other = "OTHER",
    }
}

impl Kind {
    /// Whether its facts are official and not for editing.
    #[must_use]
    pub const fn is_official(self) -> bool {
        matches!(
            self,
            Self::Region | Self::Province | Self::Arrondissement | Self::Commune
        )
    }
}

choices! {
    /// How well a named territory's communes are known.
    pub enum Extent as "TerritoryExtent" {
        /// All its communes are listed.
        Complete = "COMPLETE",
        /// Some of its communes are listed.
        Partial = "PARTIAL",
        /// None is listed: only the provinces it lies in are known.
        Unknown = "UNKNOWN",
    }
}

/// An official code of Statbel's register (NIS, REFNIS): five digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "db", derive(sea_orm::DeriveValueType))]
#[cfg_attr(feature = "db", sea_orm(value_type = "String"))]
pub struct Nis(u32);

impl Nis {
    /// The code of the Walloon Region.
    pub const WALLONIA: Self = Self(3000);
}

/// The codes of communes that were merged or recoded since 2018, with the code in force. Source: Statbel's
/// register, as compiled in the reference data (`commune_history.csv`); a test holds the two together.
pub const SUCCESSORS: [(Nis, Nis); 15] = [
    (Nis(52043), Nis(55086)),
    (Nis(52063), Nis(55085)),
    (Nis(54002), Nis(57097)),
    (Nis(54007), Nis(57096)),
    (Nis(54010), Nis(57097)),
    (Nis(55010), Nis(51067)),
    (Nis(55022), Nis(58001)),
    (Nis(55023), Nis(51069)),
    (Nis(55039), Nis(51068)),
    (Nis(56011), Nis(58002)),
    (Nis(56085), Nis(58003)),
    (Nis(56087), Nis(58004)),
    (Nis(82003), Nis(82039)),
    (Nis(82005), Nis(82039)),
    (Nis(92139), Nis(92142)),
];

impl Nis {
    /// The code in force: a closed one stands for its successor.
    #[must_use]
    pub fn in_force(self) -> Self {
        SUCCESSORS
            .iter()
            .find(|(old, _)| *old == self)
            .map_or(self, |(_, new)| *new)
    }
}

impl From<Nis> for TerritoryId {
    /// Official territories have an identifier that follows from their code (a version 8 UUID that spells
    /// `REFNIS`), so that a code can stand wherever a territory is named.
    fn from(nis: Nis) -> Self {
        const REFNIS: u128 = 0x5245_464e_4953_8000_8000_0000_0000_0000;
        Self(uuid::Uuid::from_u128(REFNIS | u128::from(nis.in_force().0)))
    }
}

impl fmt::Display for Nis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:05}", self.0)
    }
}

/// The text is not a five-digit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an official code has five digits")]
pub struct NotANis;

impl FromStr for Nis {
    type Err = NotANis;

    fn from_str(text: &str) -> Result<Self, NotANis> {
        if text.len() == 5 && text.bytes().all(|byte| byte.is_ascii_digit()) {
            text.parse().map(Self).map_err(|_| NotANis)
        } else {
            Err(NotANis)
        }
    }
}

impl serde::Serialize for Nis {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Nis {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

#[cfg(feature = "graphql")]
mod scalar {
    use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};

    use super::Nis;

    /// An official code of Statbel's register of communes, arrondissements and provinces (NIS, REFNIS): five
    /// digits. The code of a commune that was merged or recoded stands for its successor.
    #[Scalar(
        name = "NisCode",
        specified_by_url = "https://statbel.fgov.be/en/about-statbel/methodology/classifications/geography"
    )]
    impl ScalarType for Nis {
        fn parse(value: Value) -> InputValueResult<Self> {
            let Value::String(text) = value else {
                return Err(InputValueError::expected_type(value));
            };
            Ok(text.parse()?)
        }

        fn to_value(&self) -> Value {
            Value::String(self.to_string())
        }
    }
}

/// A point on the map, WGS 84.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(
    feature = "graphql",
    derive(async_graphql::SimpleObject, async_graphql::InputObject)
)]
#[cfg_attr(
    feature = "graphql",
    graphql(name = "Point", input_name = "PointInput", crate = "crate::graphql")
)]
#[serde(deny_unknown_fields)]
pub struct Point {
    /// Latitude in degrees.
    pub lat: f64,
    /// Longitude in degrees.
    pub lon: f64,
}

impl Point {
    /// Refuses a point far from Belgium, which is a slip of the pen (latitude and longitude exchanged).
    pub fn check(self, field: &str, checks: &mut Checks) {
        let near = (49.0..=52.0).contains(&self.lat) && (2.0..=7.0).contains(&self.lon);
        checks.hold(near, field, Invalid::Point);
    }

    /// The distance in kilometres along the great circle.
    #[must_use]
    pub fn kilometres_to(self, other: Self) -> f64 {
        const EARTH_RADIUS_KM: f64 = 6371.0;
        let (lat, other_lat) = (self.lat.to_radians(), other.lat.to_radians());
        let half_lat = ((other_lat - lat) / 2.0).sin();
        let half_lon = ((other.lon - self.lon).to_radians() / 2.0).sin();
        let chord = half_lat * half_lat + lat.cos() * other_lat.cos() * half_lon * half_lon;
        2.0 * EARTH_RADIUS_KM * chord.sqrt().min(1.0).asin()
    }
}

record! {
    /// A territory: an official one (region, province, arrondissement, commune) or a named set of communes.
    Territory, TerritoryId, Territory, NewTerritory, TerritoryPatch;
    fixed {
        /// The official code, for official territories.
        nis: Option<Nis>,
        /// Its centre: for a commune the middle of its area, not its town hall.
        point: Option<Point>,
        /// The post codes of a commune.
        postcodes: Vec<String>,
    }
    required {
        /// What sort of territory it is.
        kind: Kind,
        /// Its name.
        name: LocalName,
        /// How well its communes are known.
        extent: Extent,
    }
    optional {
        /// The communes it is made of, by official code: those that are known.
        commune_codes: Vec<Nis>,
        /// The provinces (or the region) it lies in, where its communes are not all known.
        within_codes: Vec<Nis>,
        /// What a reader should know of it.
        note: Option<String>,
    }
}

impl Rules for Territory {
    fn check(&mut self, checks: &mut Checks) {
        checks.line("name.fr", &mut self.name.fr);
        checks.optional_line("name.nl", &mut self.name.nl);
        checks.optional_line("name.de", &mut self.name.de);
        for codes in [&mut self.commune_codes, &mut self.within_codes] {
            codes.iter_mut().for_each(|code| *code = code.in_force());
        }
        checks.set("communeCodes", &mut self.commune_codes);
        checks.set("withinCodes", &mut self.within_codes);
        checks.optional_paragraphs("note", &mut self.note);
        if self.kind.is_official() != self.nis.is_some() {
            checks.refuse(Refusal::Invalid {
                field: "kind".into(),
                why: Invalid::OfficialTerritory,
            });
        }
        if self.extent != Extent::Unknown && self.commune_codes.is_empty() {
            checks.refuse(Refusal::Required {
                field: "communeCodes".into(),
            });
        }
        if self.extent == Extent::Unknown && self.within_codes.is_empty() {
            checks.refuse(Refusal::Required {
                field: "withinCodes".into(),
            });
        }
    }

    fn facets(&self) -> Facets {
        let names = [
            Some(self.name.fr.clone()),
            self.name.nl.clone(),
            self.name.de.clone(),
        ];
        Facets {
            words: Some(Words {
                title: self.name.fr.clone(),
                names: names.into_iter().flatten().collect(),
                body: self
                    .postcodes
                    .iter()
                    .cloned()
                    .chain(self.nis.map(|nis| nis.to_string()))
                    .collect(),
            }),
            ..Facets::default()
        }
    }

    fn action(&self, _verb: Verb) -> Action {
        Action::EditTerritory
    }
}

/// Narrows a list of territories.
#[derive(Clone, Debug, Default, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::InputObject))]
#[cfg_attr(feature = "graphql", graphql(name = "TerritoryFilter"))]
#[serde(rename_all = "camelCase")]
pub struct Filter {
    /// Of any of these kinds.
    pub kinds: Option<Vec<Kind>>,
    /// With any of these official codes; an old code stands for its successor.
    pub nis: Option<Vec<Nis>>,
    /// Sharing a commune with this territory.
    pub territory: Option<TerritoryId>,
    /// Whose words hold these, without regard to accents and case.
    pub text: Option<String>,
}

choices! {
    /// The order of a list of territories.
    pub enum Order as "TerritoryOrder" {
        /// By name.
        Name = "NAME",
        /// The last changed first.
        UpdatedLast = "UPDATED_LAST",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_keeps_its_leading_zero() {
        assert_eq!("03000".parse::<Nis>().unwrap().to_string(), "03000");
        assert!("3000".parse::<Nis>().is_err());
        assert!("+3000".parse::<Nis>().is_err());
    }

    #[test]
    fn liege_lies_fifty_kilometres_from_namur() {
        let (liege, namur) = (
            Point {
                lat: 50.6326,
                lon: 5.5797,
            },
            Point {
                lat: 50.4674,
                lon: 4.8720,
            },
        );
        assert!((liege.kilometres_to(namur) - 53.0).abs() < 2.0);
        assert!(liege.kilometres_to(liege) < 1e-9);
    }
}
