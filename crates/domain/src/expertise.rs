//! Offers of expertise: what an organisation knows and can do for projects, in which form, where, when and at what cost.
//! What is asked for is in `need`, how the two fit in `fit`, what becomes of a pair in `introduction`.

pub mod fit;
pub mod introduction;
pub mod need;
pub mod notice;
mod reach;
mod reason;
pub mod session;
pub mod topic;

use chrono::{DateTime, NaiveDate, Utc};

pub use reach::{Reach, provinces};
pub use reason::{Reason, ReasonCode};

use crate::check::Checks;
use crate::date::PartialDate;
use crate::facet::{Facets, Words};
use crate::id::{OrganisationId, TerritoryId};
use crate::policy::Action;
use crate::record::{Rules, Verb};
use crate::refusal::{Invalid, Refusal};
use crate::text::Lang;

/// The most introductions at once that an offer may name as its capacity.
const MOST_AT_ONCE: i32 = 1_000;

choices! {
    /// How expertise is given.
    pub enum Form as "ExpertiseForm" {
        /// Advice.
        Advice = "ADVICE",
        /// Training.
        Training = "TRAINING",
        /// A study.
        Study = "STUDY",
        /// A tool or a method to use oneself.
        Tool = "TOOL",
        /// Facilitation of a group.
        Facilitation = "FACILITATION",
        /// Legal help.
        Legal = "LEGAL",
        /// Accompaniment over a longer time.
        Accompaniment = "ACCOMPANIMENT",
        /// An exchange of experience, a visit.
        Exchange = "EXCHANGE",
    }
}

choices! {
    /// Who pays.
    pub enum Cost as "ExpertiseCost" {
        /// Nobody pays.
        Free = "FREE",
        /// Who asks pays.
        Paid = "PAID",
        /// A third party pays.
        Funded = "FUNDED",
    }
}

choices! {
    /// In which setting.
    pub enum Format as "ExpertiseFormat" {
        /// Where the project is.
        OnSite = "ON_SITE",
        /// From a distance.
        Remote = "REMOTE",
        /// At the provider's.
        AtProvider = "AT_PROVIDER",
        /// For a group of projects together.
        Group = "GROUP",
    }
}

/// Something to judge the expertise by.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(
    feature = "graphql",
    derive(async_graphql::SimpleObject, async_graphql::InputObject)
)]
#[cfg_attr(
    feature = "graphql",
    graphql(
        name = "ExpertiseReference",
        input_name = "ExpertiseReferenceInput",
        crate = "crate::graphql"
    )
)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Reference {
    /// What was done, and for whom.
    pub text: String,
    /// Where it is described.
    #[serde(default)]
    pub url: Option<String>,
}

record! {
    /// An offer of expertise by an organisation. What is absent is not known: neither no nor nothing.
    Expertise, ExpertiseId, Expertise, NewExpertise, ExpertisePatch;
    fixed {}
    required {
        /// Who gives it. It stays as first given.
        organisation_id: OrganisationId,
        /// What it is, in one line.
        title: String,
    }
    optional {
        /// What it is about, by code (`expertiseTopics`); at least one.
        topics: Vec<String>,
        /// In which forms; empty where nobody has said.
        forms: Vec<Form>,
        /// What it consists of.
        description: Option<String>,
        /// Where it is given: a commune, a province, a named territory, or all of Wallonia (`03000`). Absent where
        /// nobody has said; then it is not taken for everywhere.
        territory_id: Option<TerritoryId>,
        /// In which languages; empty where nobody has said.
        languages: Vec<Lang>,
        /// Who pays; absent where nobody has said.
        cost: Option<Cost>,
        /// What is to be said of the cost: rates, who funds it, conditions.
        cost_note: Option<String>,
        /// From when it is to be had; absent where nobody has said.
        available_from: Option<PartialDate>,
        /// Until when it is to be had.
        available_to: Option<PartialDate>,
        /// Whether it is not to be had for now.
        paused: bool,
        /// How many projects at once; absent where nobody has said.
        capacity: Option<i32>,
        /// In which settings; empty where nobody has said.
        formats: Vec<Format>,
        /// What to judge it by.
        references: Vec<Reference>,
    }
}

impl Expertise {
    /// The last day on which it is to be had, where that is known.
    #[must_use]
    pub fn last_day(&self) -> Option<NaiveDate> {
        self.available_to.and_then(PartialDate::latest)
    }

    /// Whether it is to be had, today or later.
    #[must_use]
    pub fn is_open(&self, today: NaiveDate) -> bool {
        !self.paused && self.last_day().is_none_or(|last| today <= last)
    }
}

/// Refuses a period that ends before it begins.
pub(crate) fn check_period(checks: &mut Checks, from: Option<PartialDate>, to: (&str, Option<PartialDate>)) {
    let bounds = from
        .and_then(PartialDate::earliest)
        .zip(to.1.and_then(PartialDate::latest));
    checks.hold(
        bounds.is_none_or(|(first, last)| first <= last),
        to.0,
        Invalid::PeriodReversed,
    );
}

impl Rules for Expertise {
    fn check(&mut self, checks: &mut Checks) {
        checks.line("title", &mut self.title);
        topic::check(checks, &mut self.topics);
        checks.set("forms", &mut self.forms);
        checks.optional_paragraphs("description", &mut self.description);
        checks.set("languages", &mut self.languages);
        checks.optional_paragraphs("costNote", &mut self.cost_note);
        check_period(checks, self.available_from, ("availableTo", self.available_to));
        checks.hold(
            self.capacity
                .is_none_or(|most| (0..=MOST_AT_ONCE).contains(&most)),
            "capacity",
            Invalid::Number,
        );
        checks.set("formats", &mut self.formats);
        checks.set("references", &mut self.references);
        for (place, reference) in self.references.iter_mut().enumerate() {
            checks.line(&format!("references.{place}.text"), &mut reference.text);
            checks.web_address(&format!("references.{place}.url"), &mut reference.url);
        }
    }

    fn edited(&mut self, before: &Self, checks: &mut Checks) {
        let stays = self.organisation_id == before.organisation_id;
        checks.hold(stays, "organisationId", Invalid::Settled);
    }

    fn facets(&self) -> Facets {
        let mut facets = Facets::default();
        facets.tag("topics", &topic::found_by(&self.topics));
        facets.tag("forms", &self.forms);
        facets.tag("languages", &self.languages);
        facets.link("organisationId", [self.organisation_id]);
        facets.place("territoryId", self.territory_id);
        facets.words = Some(Words {
            title: self.title.clone(),
            names: vec![self.title.clone()],
            body: self
                .description
                .iter()
                .chain(&self.cost_note)
                .cloned()
                .chain(topic::words(&self.topics))
                .collect(),
        });
        facets
    }

    fn action(&self, _verb: Verb) -> Action {
        Action::EditExpertise {
            organisation: self.organisation_id,
        }
    }
}

/// Narrows a list of expertise.
#[derive(Clone, Debug, Default, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::InputObject))]
#[cfg_attr(feature = "graphql", graphql(name = "ExpertiseFilter"))]
#[serde(rename_all = "camelCase")]
pub struct Filter {
    /// About any of these topics; a broad one means its narrower ones too.
    pub topics: Option<Vec<String>>,
    /// In any of these forms.
    pub forms: Option<Vec<Form>>,
    /// At any of these costs.
    pub costs: Option<Vec<Cost>>,
    /// In any of these languages.
    pub languages: Option<Vec<Lang>>,
    /// Given in this territory, or in one that shares a commune with it.
    pub territory: Option<TerritoryId>,
    /// By any of these organisations.
    pub organisations: Option<Vec<OrganisationId>>,
    /// Only what is to be had on this day: not paused, its time not run out.
    pub available_on: Option<NaiveDate>,
    /// Changed since this instant.
    pub updated_since: Option<DateTime<Utc>>,
    /// Whose words hold these, without regard to accents and case.
    pub text: Option<String>,
}

choices! {
    /// The order of a list of expertise.
    pub enum Order as "ExpertiseOrder" {
        /// By title.
        Title = "TITLE",
        /// The last changed first.
        UpdatedLast = "UPDATED_LAST",
    }
}

choices! {
    /// What the catalogue's facets count by.
    pub enum Facet as "ExpertiseFacetKind" {
        /// By topic, broad and narrow.
        Topic = "TOPIC",
        /// By form.
        Form = "FORM",
        /// By cost.
        Cost = "COST",
        /// By language.
        Language = "LANGUAGE",
        /// By territory where it is given.
        Territory = "TERRITORY",
    }
}

impl Filter {
    /// The filter without what it says of one facet, so that the others of that facet are counted too.
    #[must_use]
    pub fn without(&self, facet: Facet) -> Self {
        let mut filter = self.clone();
        match facet {
            Facet::Topic => filter.topics = None,
            Facet::Form => filter.forms = None,
            Facet::Cost => filter.costs = None,
            Facet::Language => filter.languages = None,
            Facet::Territory => filter.territory = None,
        }
        filter
    }
}

/// Refuses a rating that is none.
pub(crate) fn check_rating(checks: &mut Checks, field: &str, rating: i32) {
    if !(1..=5).contains(&rating) {
        checks.refuse(Refusal::Invalid {
            field: field.to_owned(),
            why: Invalid::Rating,
        });
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use uuid::Uuid;

    use super::*;
    use crate::ExpertiseId;
    use crate::record::Record as _;

    fn checked(own: Value) -> Vec<String> {
        let mut all =
            json!({"organisationId": OrganisationId(Uuid::nil()), "title": "Atelier", "topics": ["foncier"]});
        let Value::Object(own) = own else {
            panic!("an object")
        };
        for (field, value) in own {
            all[field] = value;
        }
        let new: NewExpertise = serde_json::from_value(all).unwrap();
        let mut expertise = Expertise::made(new, ExpertiseId(Uuid::nil()), DateTime::UNIX_EPOCH);
        let mut checks = Checks::default();
        expertise.check(&mut checks);
        let refused = checks.finish().err().unwrap_or_default();
        refused
            .iter()
            .map(|refusal| format!("{} {}", refusal.code(), refusal.field()))
            .collect()
    }

    #[test]
    fn it_has_topics_of_the_list_and_a_period_that_goes_forward() {
        assert!(checked(json!({})).is_empty());
        assert_eq!(checked(json!({"topics": []})), ["REQUIRED topics"]);
        assert_eq!(
            checked(json!({"topics": ["astrologie"]})),
            ["UNKNOWN_REFERENCE topics"]
        );
        assert_eq!(
            checked(json!({"topics": vec!["foncier"; 13]})),
            ["TOO_MANY topics"]
        );
        let reversed = json!({"availableFrom": "2027-03", "availableTo": "2027-01"});
        assert_eq!(checked(reversed), ["INVALID availableTo"]);
        assert!(checked(json!({"availableFrom": "2027-03", "availableTo": "2027"})).is_empty());
        assert_eq!(checked(json!({"capacity": -1})), ["INVALID capacity"]);
        let reference = json!({"references": [{"text": " ", "url": "pas une adresse"}]});
        assert_eq!(
            checked(reference),
            ["REQUIRED references.0.text", "INVALID references.0.url"]
        );
    }
}
