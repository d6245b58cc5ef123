//! Needs of food: what an organisation looks for, how much and how often, where to, and what "local" means to it.

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;

use crate::check::Checks;
use crate::facet::{Facets, Words};
use crate::id::{OrganisationId, SourceId, TerritoryId};
use crate::measure::{Budget, Dimension, Quantity};
use crate::offer::{CONFIRMED_DAYS, Label, Near};
use crate::offer::{check_days, check_instant, check_kilometres, check_product, product_words};
use crate::policy::Action;
use crate::record::{Rules, Verb};
use crate::refusal::{Invalid, Refusal};

choices! {
    /// Where a need stands.
    pub enum Status as "NeedStatus" default Open {
        /// Nobody meets it yet.
        Open = "OPEN",
        /// Somebody will meet it.
        Matched = "MATCHED",
        /// It was met.
        Fulfilled = "FULFILLED",
        /// It was given up, for the reason that is kept with it.
        Abandoned = "ABANDONED",
    }
}

impl Status {
    /// The states that may follow this one.
    #[must_use]
    pub const fn next(self) -> &'static [Self] {
        match self {
            Self::Open => &[Self::Matched, Self::Fulfilled, Self::Abandoned],
            Self::Matched => &[Self::Open, Self::Fulfilled, Self::Abandoned],
            Self::Fulfilled | Self::Abandoned => &[Self::Open],
        }
    }
}

choices! {
    /// How often a quantity is needed.
    pub enum Period as "Period" {
        /// Once.
        Once = "ONCE",
        /// Every week.
        Week = "WEEK",
        /// Every month.
        Month = "MONTH",
        /// Every year.
        Year = "YEAR",
    }
}

impl Period {
    /// How many times that is in one month, as thousandths; once is spread over the months it is needed in.
    #[must_use]
    pub const fn monthly_thousandths(self) -> Option<i64> {
        match self {
            Self::Once | Self::Year => None,
            Self::Week => Some(4_345),
            Self::Month => Some(1_000),
        }
    }
}

choices! {
    /// What somebody means by "local".
    pub enum LocalRule as "LocalRule" {
        /// From the same commune.
        Commune = "COMMUNE",
        /// From the same arrondissement.
        Arrondissement = "ARRONDISSEMENT",
        /// From the same province.
        Province = "PROVINCE",
        /// From a named territory: a council's, a nature park's.
        Territory = "TERRITORY",
        /// From no further than so many kilometres.
        Radius = "RADIUS",
        /// From Wallonia.
        Wallonia = "WALLONIA",
    }
}

/// What "local" means to a need.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(
    feature = "graphql",
    derive(async_graphql::SimpleObject, async_graphql::InputObject)
)]
#[cfg_attr(
    feature = "graphql",
    graphql(name = "Local", input_name = "LocalInput", crate = "crate::graphql")
)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Local {
    /// The rule.
    pub rule: LocalRule,
    /// The territory, with the rule `TERRITORY`.
    #[serde(default)]
    pub territory_id: Option<TerritoryId>,
    /// The distance in kilometres, with the rule `RADIUS`.
    #[serde(default)]
    pub radius_km: Option<i32>,
}

impl Local {
    fn check(&mut self, checks: &mut Checks) {
        let required = |field: &str| Refusal::Required { field: field.into() };
        if self.rule != LocalRule::Territory {
            self.territory_id = None;
        } else if self.territory_id.is_none() {
            checks.refuse(required("local.territoryId"));
        }
        if self.rule != LocalRule::Radius {
            self.radius_km = None;
        } else if self.radius_km.is_none() {
            checks.refuse(required("local.radiusKm"));
        }
        check_kilometres(checks, "local.radiusKm", self.radius_km);
    }
}

record! {
    /// A need of food by an organisation. A missing quantity or budget is not known, never zero.
    Need, NeedId, Need, NewNeed, NeedPatch;
    fixed {
        /// When somebody last said that it still holds.
        confirmed_at: Option<DateTime<Utc>>,
        /// The directory it comes from; absent where it was written here.
        source_id: Option<SourceId>,
    }
    required {
        /// Who needs.
        organisation_id: OrganisationId,
        /// What, by its code in the product taxonomy (`productTypes`).
        product_type: String,
        /// What, in the buyer's own words.
        title: String,
    }
    optional {
        /// More about it.
        description: Option<String>,
        /// How much each time; absent where nobody has said.
        quantity: Option<Quantity>,
        /// How often; absent where nobody has said.
        period: Option<Period>,
        /// The months in which it is needed, 1 (January) to 12; empty where nobody has said.
        months: Vec<i32>,
        /// From which day.
        needed_from: Option<NaiveDate>,
        /// Until which day.
        needed_to: Option<NaiveDate>,
        /// What can be spent.
        budget: Option<Budget>,
        /// The commune of delivery.
        commune_id: Option<TerritoryId>,
        /// What "local" means here; absent where it does not matter.
        local: Option<Local>,
        /// Whether it must be organic; absent where it does not matter.
        organic: Option<bool>,
        /// The quality labels of which it must have all.
        required_labels: Vec<Label>,
        /// Until which day offers are awaited.
        deadline: Option<NaiveDate>,
        /// Where it stands.
        status: Status,
        /// Why it was given up; needed for that.
        reason: Option<String>,
        /// Until when it holds, unless somebody says that it still does.
        expires_at: Option<DateTime<Utc>>,
    }
}

/// Why a need was given up that its source holds no more, where others still name it.
pub const GONE_FROM_SOURCE: &str = "La source ne l'annonce plus.";

impl Need {
    /// Says that it still holds: its time begins anew where it had one.
    pub fn confirm(&mut self, now: DateTime<Utc>) {
        self.confirmed_at = Some(now);
        if self.expires_at.is_some() {
            let until = now + chrono::Duration::days(CONFIRMED_DAYS);
            self.expires_at = self.expires_at.max(Some(until));
        }
    }

    /// How much is needed in all its months together, in the base of its dimension; none where the quantity, how often
    /// or, for what comes again every week or month, the months are not said.
    #[must_use]
    pub fn quantity_in_all(&self) -> Option<(Dimension, Decimal)> {
        let (dimension, each) = self.quantity?.in_base();
        let times = match self.period?.monthly_thousandths() {
            None => Decimal::ONE,
            Some(_) if self.months.is_empty() => return None,
            Some(thousandths) => Decimal::new(thousandths, 3) * Decimal::from(self.months.len()),
        };
        Some((dimension, each.saturating_mul(times)))
    }

    /// Whether its time has run out.
    #[must_use]
    pub fn is_over(&self, now: DateTime<Utc>) -> bool {
        self.status == Status::Open && self.expires_at.is_some_and(|end| end <= now)
    }
}

impl Rules for Need {
    fn check(&mut self, checks: &mut Checks) {
        check_product(checks, &self.product_type);
        checks.line("title", &mut self.title);
        checks.optional_paragraphs("description", &mut self.description);
        if let Some(quantity) = &mut self.quantity {
            quantity.check("quantity", checks);
        }
        checks.months("months", &mut self.months);
        check_days(
            checks,
            ("neededFrom", self.needed_from),
            ("neededTo", self.needed_to),
        );
        if let Some(budget) = &mut self.budget {
            budget.check("budget", checks);
        }
        if let Some(local) = &mut self.local {
            local.check(checks);
        }
        checks.set("requiredLabels", &mut self.required_labels);
        check_days(checks, ("deadline", self.deadline), ("deadline", self.deadline));
        checks.optional_paragraphs("reason", &mut self.reason);
        if self.status == Status::Abandoned && self.reason.is_none() {
            checks.refuse(Refusal::Invalid {
                field: "reason".into(),
                why: Invalid::ReasonMissing,
            });
        }
        check_instant(checks, "expiresAt", self.expires_at);
    }

    fn edited(&mut self, before: &Self, checks: &mut Checks) {
        if self.status != before.status && !before.status.next().contains(&self.status) {
            checks.refuse(Refusal::Transition {
                field: "status".into(),
                from: before.status.to_string(),
                to: self.status.to_string(),
            });
        }
    }

    fn facets(&self) -> Facets {
        let mut facets = Facets::default();
        facets.link("organisationId", [self.organisation_id]);
        facets.link("sourceId", self.source_id);
        facets.place("communeId", self.commune_id);
        facets.link(
            "localTerritoryId",
            self.local.and_then(|local| local.territory_id),
        );
        facets.words = Some(Words {
            title: self.title.clone(),
            names: vec![self.title.clone()],
            body: self
                .description
                .iter()
                .cloned()
                .chain(product_words(&self.product_type))
                .collect(),
        });
        facets
    }

    fn action(&self, _verb: Verb) -> Action {
        Action::EditExchange {
            organisation: self.organisation_id,
        }
    }
}

/// Narrows a list of needs.
#[derive(Clone, Debug, Default, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::InputObject))]
#[cfg_attr(feature = "graphql", graphql(name = "NeedFilter"))]
#[serde(rename_all = "camelCase")]
pub struct Filter {
    /// In any of these states.
    pub statuses: Option<Vec<Status>>,
    /// Of any of these product types, or of a narrower one.
    pub product_types: Option<Vec<String>>,
    /// By any of these organisations.
    pub organisations: Option<Vec<OrganisationId>>,
    /// From any of these sources.
    pub sources: Option<Vec<SourceId>>,
    /// To be delivered in this territory.
    pub territory: Option<TerritoryId>,
    /// To be delivered near here.
    pub near: Option<Near>,
    /// Needed in any of these months, 1 to 12. Needs that name no month are left out.
    pub months: Option<Vec<i32>>,
    /// Which must be organic.
    pub organic: Option<bool>,
    /// Which require any of these labels.
    pub labels: Option<Vec<Label>>,
    /// Whose deadline is this day or later.
    pub deadline_from: Option<NaiveDate>,
    /// Not confirmed by anybody since this instant: what should be asked "still true?".
    pub unconfirmed_since: Option<DateTime<Utc>>,
    /// Changed since this instant.
    pub updated_since: Option<DateTime<Utc>>,
    /// Whose words hold these, without regard to accents and case.
    pub text: Option<String>,
}

choices! {
    /// The order of a list of needs.
    pub enum Order as "NeedOrder" {
        /// The last changed first.
        UpdatedLast = "UPDATED_LAST",
        /// The next deadline first; those without one last.
        DeadlineFirst = "DEADLINE_FIRST",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn need() -> Need {
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        serde_json::from_value(serde_json::json!({
            "id": crate::NeedId(uuid::Uuid::nil()), "revision": 1, "createdAt": now, "updatedAt": now,
            "organisationId": OrganisationId(uuid::Uuid::nil()), "productType": "bread", "title": "Pain",
        }))
        .unwrap()
    }

    #[test]
    fn giving_up_needs_a_reason() {
        let mut need = need();
        need.status = Status::Abandoned;
        let mut checks = Checks::default();
        need.check(&mut checks);
        assert_eq!(checks.finish().unwrap_err()[0].field(), "reason");
        need.reason = Some("Trop cher".into());
        let mut checks = Checks::default();
        need.check(&mut checks);
        assert!(checks.finish().is_ok());
    }

    #[test]
    fn a_radius_needs_its_kilometres_and_other_rules_forget_them() {
        let mut need = need();
        need.local = Some(Local {
            rule: LocalRule::Radius,
            territory_id: None,
            radius_km: None,
        });
        let mut checks = Checks::default();
        need.check(&mut checks);
        assert_eq!(checks.finish().unwrap_err()[0].field(), "local.radiusKm");
        need.local = Some(Local {
            rule: LocalRule::Wallonia,
            territory_id: None,
            radius_km: Some(-3),
        });
        let mut checks = Checks::default();
        need.check(&mut checks);
        assert!(checks.finish().is_ok());
        assert_eq!(need.local.unwrap().radius_km, None);
    }
}
