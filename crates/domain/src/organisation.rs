//! Organisations: who leads and accompanies projects and chantiers, and later who offers and needs food.

mod merge;

use crate::check::Checks;
use crate::date::PartialDate;
use crate::facet::{Facets, Words};
use crate::id::TerritoryId;
use crate::policy::Action;
use crate::record::{Rules, Verb};
use crate::refusal::{Invalid, Refusal};
use crate::territory::Point;

choices! {
    /// What an organisation is; it may be several things.
    pub enum Kind as "OrganisationKind" {
        /// A regional or federal administration.
        Administration = "ADMINISTRATION",
        /// A commune or city.
        Municipality = "MUNICIPALITY",
        /// A public social welfare centre (CPAS).
        SocialWelfareCentre = "SOCIAL_WELFARE_CENTRE",
        /// A province.
        Province = "PROVINCE",
        /// An intermunicipal body.
        Intermunicipal = "INTERMUNICIPAL",
        /// A public agency.
        PublicAgency = "PUBLIC_AGENCY",
        /// A consultative body.
        AdvisoryBody = "ADVISORY_BODY",
        /// A non-profit association (ASBL).
        Association = "ASSOCIATION",
        /// A cooperative.
        Cooperative = "COOPERATIVE",
        /// Another company.
        Company = "COMPANY",
        /// A foundation.
        Foundation = "FOUNDATION",
        /// A nature park.
        NaturePark = "NATURE_PARK",
        /// A local action group (GAL).
        LocalActionGroup = "LOCAL_ACTION_GROUP",
        /// A food belt (ceinture alimentaire).
        FoodBelt = "FOOD_BELT",
        /// A network of organisations.
        Network = "NETWORK",
        /// A university.
        University = "UNIVERSITY",
        /// A research centre or research project.
        ResearchCentre = "RESEARCH_CENTRE",
        /// A training body (CISP and others).
        TrainingBody = "TRAINING_BODY",
        /// A competitiveness cluster.
        CompetitivenessCluster = "COMPETITIVENESS_CLUSTER",
        /// A citizens' movement.
        CitizenMovement = "CITIZEN_MOVEMENT",
        /// A partnership without a legal form of its own.
        Partnership = "PARTNERSHIP",
        /// Grows or raises food.
        Producer = "PRODUCER",
        /// Processes food.
        Processor = "PROCESSOR",
        /// Buys food.
        Buyer = "BUYER",
        /// Gathers and moves food.
        Hub = "HUB",
        /// Cooks for a collectivity.
        Kitchen = "KITCHEN",
        /// Keeps a directory.
        DirectoryOperator = "DIRECTORY_OPERATOR",
        /// Something else.
        Other = "OTHER",
    }
}

choices! {
    /// Whether an organisation still lives.
    pub enum State as "OrganisationState" default Unknown {
        /// It is at work.
        Active = "ACTIVE",
        /// It has stopped.
        Ceased = "CEASED",
        /// It was declared bankrupt.
        Bankrupt = "BANKRUPT",
        /// Nobody has said.
        Unknown = "UNKNOWN",
    }
}

choices! {
    /// The register an official number belongs to.
    pub enum NumberScheme as "OfficialNumberScheme" {
        /// Enterprise number of the Crossroads Bank (BCE/KBO): ten digits, checked modulo 97.
        Enterprise = "ENTERPRISE",
        /// Establishment unit number: ten digits, checked modulo 97, not beginning with 0 or 1.
        EstablishmentUnit = "ESTABLISHMENT_UNIT",
        /// VAT number: `BE` and the enterprise number.
        Vat = "VAT",
        /// Approval by the food agency (AFSCA), as written by it.
        FoodApproval = "FOOD_APPROVAL",
        /// Code of the organic control body: `BE-BIO-01`.
        OrganicControlBody = "ORGANIC_CONTROL_BODY",
        /// Global location number (GS1): thirteen digits with their check digit.
        Gln = "GLN",
    }
}

/// An official number, in its normal form.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(
    feature = "graphql",
    derive(async_graphql::SimpleObject, async_graphql::InputObject)
)]
#[cfg_attr(
    feature = "graphql",
    graphql(
        name = "OfficialNumber",
        input_name = "OfficialNumberInput",
        crate = "crate::graphql"
    )
)]
pub struct OfficialNumber {
    /// The register.
    pub scheme: NumberScheme,
    /// The number: digits only where the register has digits only.
    pub value: String,
}

impl OfficialNumber {
    /// The number in its normal form; none where its form or its check is wrong.
    #[must_use]
    pub fn normal(&self) -> Option<String> {
        let compact: String = self
            .value
            .chars()
            .filter(|c| !matches!(c, ' ' | '.' | '-' | '/' | '(' | ')'))
            .collect();
        let compact = compact.to_uppercase();
        match self.scheme {
            NumberScheme::Enterprise => enterprise_digits(&compact),
            NumberScheme::Vat => enterprise_digits(&compact).map(|digits| format!("BE{digits}")),
            NumberScheme::EstablishmentUnit => {
                let right = is_digits(&compact, 10) && !compact.starts_with(['0', '1']) && check_97(&compact);
                right.then_some(compact)
            }
            NumberScheme::FoodApproval => {
                let plain = self.value.trim().to_uppercase();
                let right = (2..=20).contains(&plain.len())
                    && plain.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
                right.then_some(plain)
            }
            NumberScheme::OrganicControlBody => {
                let digits = compact.strip_prefix("BEBIO")?;
                ((2..=3).contains(&digits.len()) && is_digits(digits, digits.len()))
                    .then(|| format!("BE-BIO-{digits}"))
            }
            NumberScheme::Gln => (is_digits(&compact, 13) && check_gs1(&compact)).then_some(compact),
        }
    }
}

fn is_digits(text: &str, count: usize) -> bool {
    text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The ten digits of an enterprise number, however it was written.
fn enterprise_digits(compact: &str) -> Option<String> {
    let digits = compact.strip_prefix("BE").unwrap_or(compact);
    let digits = if is_digits(digits, 9) {
        format!("0{digits}")
    } else {
        digits.to_owned()
    };
    (is_digits(&digits, 10) && digits.starts_with(['0', '1']) && check_97(&digits)).then_some(digits)
}

/// The last two digits are 97 less the first eight modulo 97: 01 to 97.
fn check_97(digits: &str) -> bool {
    match (digits[..8].parse::<u32>(), digits[8..].parse::<u32>()) {
        (Ok(number), Ok(check)) => check == 97 - number % 97,
        (Ok(_) | Err(_), Ok(_) | Err(_)) => false,
    }
}

/// The last digit brings the sum, weighted 1 and 3 in turn, to a multiple of ten.
fn check_gs1(digits: &str) -> bool {
    let weighted: u32 = digits
        .bytes()
        .rev()
        .zip([1, 3].into_iter().cycle())
        .map(|(d, w)| u32::from(d - b'0') * w)
        .sum();
    weighted.is_multiple_of(10)
}

/// A postal address.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(
    feature = "graphql",
    derive(async_graphql::SimpleObject, async_graphql::InputObject)
)]
#[cfg_attr(
    feature = "graphql",
    graphql(name = "Address", input_name = "AddressInput", crate = "crate::graphql")
)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Address {
    /// Street and number.
    pub street: Option<String>,
    /// Post code.
    pub postcode: Option<String>,
    /// Locality.
    pub locality: Option<String>,
}

record! {
    /// An organisation: who leads or accompanies projects and chantiers.
    Organisation, OrganisationId, Organisation, NewOrganisation, OrganisationPatch;
    fixed {}
    required {
        /// Its name.
        name: String,
    }
    optional {
        /// Its acronym.
        acronym: Option<String>,
        /// Other names it is known by.
        aliases: Vec<String>,
        /// What it is; empty where nobody has said.
        kinds: Vec<Kind>,
        /// What it does, in a sentence or two.
        role: Option<String>,
        /// Its official numbers, checked and in normal form.
        numbers: Vec<OfficialNumber>,
        /// Its website.
        website: Option<String>,
        /// The commune of its seat.
        commune_id: Option<TerritoryId>,
        /// Its address.
        address: Option<Address>,
        /// Where it is on the map.
        point: Option<Point>,
        /// The territories it works for.
        territory_ids: Vec<TerritoryId>,
        /// Whether it still lives.
        state: State,
        /// Since when it is in that state.
        state_since: Option<PartialDate>,
        /// What a reader should know of it.
        note: Option<String>,
    }
}

impl Rules for Organisation {
    fn check(&mut self, checks: &mut Checks) {
        checks.line("name", &mut self.name);
        checks.optional_line("acronym", &mut self.acronym);
        checks.lines("aliases", &mut self.aliases);
        checks.set("kinds", &mut self.kinds);
        checks.optional_paragraphs("role", &mut self.role);
        for (index, number) in self.numbers.iter_mut().enumerate() {
            match number.normal() {
                Some(normal) => number.value = normal,
                None => checks.refuse(Refusal::Invalid {
                    field: format!("numbers.{index}.value"),
                    why: Invalid::OfficialNumber,
                }),
            }
        }
        checks.set("numbers", &mut self.numbers);
        checks.web_address("website", &mut self.website);
        if let Some(address) = &mut self.address {
            checks.optional_line("address.street", &mut address.street);
            checks.optional_line("address.postcode", &mut address.postcode);
            checks.optional_line("address.locality", &mut address.locality);
        }
        self.address.take_if(|address| *address == Address::default());
        if let Some(point) = self.point {
            point.check("point", checks);
        }
        checks.set("territoryIds", &mut self.territory_ids);
        checks.optional_paragraphs("note", &mut self.note);
    }

    fn facets(&self) -> Facets {
        let mut facets = Facets::default();
        facets.tag("kinds", &self.kinds);
        facets.tag("state", &[self.state]);
        let numbers: Vec<String> = self
            .numbers
            .iter()
            .map(|number| format!("{}:{}", number.scheme, number.value))
            .collect();
        facets.tag("numbers", &numbers);
        facets.place("communeId", self.commune_id);
        facets.place("territoryIds", self.territory_ids.iter().copied());
        facets.words = Some(Words {
            title: self.name.clone(),
            names: std::iter::once(self.name.clone())
                .chain(self.acronym.clone())
                .chain(self.aliases.iter().cloned())
                .collect(),
            body: self
                .role
                .iter()
                .chain(&self.note)
                .cloned()
                .chain(self.numbers.iter().map(|n| n.value.clone()))
                .collect(),
        });
        facets
    }

    fn action(&self, verb: Verb) -> Action {
        match verb {
            Verb::Create | Verb::Delete => Action::KeepOrganisations,
            Verb::Update => Action::EditOrganisation {
                organisation: self.id,
            },
        }
    }
}

/// Narrows a list of organisations.
#[derive(Clone, Debug, Default, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::InputObject))]
#[cfg_attr(feature = "graphql", graphql(name = "OrganisationFilter"))]
#[serde(rename_all = "camelCase")]
pub struct Filter {
    /// Of any of these kinds.
    pub kinds: Option<Vec<Kind>>,
    /// In any of these states.
    pub states: Option<Vec<State>>,
    /// With its seat or work in this territory, or in one that shares a commune with it.
    pub territory: Option<TerritoryId>,
    /// Whose words hold these, without regard to accents and case.
    pub text: Option<String>,
}

choices! {
    /// The order of a list of organisations.
    pub enum Order as "OrganisationOrder" {
        /// By name.
        Name = "NAME",
        /// The last changed first.
        UpdatedLast = "UPDATED_LAST",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn normal(scheme: NumberScheme, value: &str) -> Option<String> {
        OfficialNumber {
            scheme,
            value: value.into(),
        }
        .normal()
    }

    #[test]
    fn an_enterprise_number_is_checked_modulo_97() {
        for good in ["0403019261", "0428759497", "0440966354", "0831797467"] {
            assert_eq!(normal(NumberScheme::Enterprise, good).as_deref(), Some(good));
        }
        for bad in [
            "0431150351",
            "0123456789",
            "",
            "040301926",
            "04030192611",
            "2403019261",
        ] {
            assert_eq!(normal(NumberScheme::Enterprise, bad), None, "{bad}");
        }
    }

    #[test]
    fn it_may_be_written_in_many_ways() {
        for written in ["BE 0403.019.261", "403.019.261", "(0)403 019 261", "0403-019-261"] {
            assert_eq!(
                normal(NumberScheme::Enterprise, written).as_deref(),
                Some("0403019261"),
                "{written}"
            );
        }
        assert_eq!(
            normal(NumberScheme::Vat, "0403.019.261").as_deref(),
            Some("BE0403019261")
        );
    }

    #[test]
    fn the_other_registers_have_their_own_forms() {
        assert_eq!(
            normal(NumberScheme::OrganicControlBody, "be-bio-01").as_deref(),
            Some("BE-BIO-01")
        );
        assert_eq!(
            normal(NumberScheme::Gln, "5412345000013").as_deref(),
            Some("5412345000013")
        );
        assert_eq!(normal(NumberScheme::Gln, "5412345000014"), None);
        assert_eq!(normal(NumberScheme::EstablishmentUnit, "0403019261"), None);
    }
}
