//! Offers of food: what an organisation has, when, where, at what price, for whom; how long that holds, and what
//! states it goes through.

use chrono::{DateTime, NaiveDate, Utc};

use crate::check::Checks;
use crate::facet::{Facets, Words};
use crate::id::{OrganisationId, SourceId, TerritoryId};
use crate::measure::{Price, Quantity};
use crate::policy::Action;
use crate::product::TAXONOMY;
use crate::record::{Rules, Verb};
use crate::refusal::{Invalid, Refusal};

choices! {
    /// Where an offer stands.
    pub enum Status as "OfferStatus" default Open {
        /// It can be had.
        Open = "OPEN",
        /// It is kept for somebody.
        Reserved = "RESERVED",
        /// It is gone.
        Closed = "CLOSED",
        /// Who made it has taken it back.
        Withdrawn = "WITHDRAWN",
        /// Its time has run out and nobody said that it still holds.
        Expired = "EXPIRED",
    }
}

impl Status {
    /// The states that may follow this one. What is gone, taken back or expired can be offered again.
    #[must_use]
    pub const fn next(self) -> &'static [Self] {
        match self {
            Self::Open => &[Self::Reserved, Self::Closed, Self::Withdrawn, Self::Expired],
            Self::Reserved => &[Self::Open, Self::Closed, Self::Withdrawn, Self::Expired],
            Self::Closed | Self::Withdrawn => &[Self::Open],
            Self::Expired => &[Self::Open, Self::Closed, Self::Withdrawn],
        }
    }
}

choices! {
    /// A quality label; clients must tolerate new values.
    pub enum Label as "QualityLabel" {
        /// European organic farming.
        EuOrganic = "EU_ORGANIC",
        /// Biogarantie.
        Biogarantie = "BIOGARANTIE",
        /// Demeter, biodynamic farming.
        Demeter = "DEMETER",
        /// Nature & Progrès.
        NatureEtProgres = "NATURE_ET_PROGRES",
        /// Protected designation of origin (AOP).
        Pdo = "PDO",
        /// Protected geographical indication (IGP).
        Pgi = "PGI",
        /// Traditional speciality guaranteed (STG).
        Tsg = "TSG",
        /// Prix juste producteur: a fair price to the grower.
        PrixJuste = "PRIX_JUSTE",
        /// Agriculture de Wallonie.
        AgricultureDeWallonie = "AGRICULTURE_DE_WALLONIE",
        /// Fair trade.
        FairTrade = "FAIR_TRADE",
        /// Another label, named in the description.
        Other = "OTHER",
    }
}

choices! {
    /// Whom an offer is for.
    pub enum Audience as "Audience" {
        /// People who cook at home.
        Consumers = "CONSUMERS",
        /// Kitchens of schools, hospitals, homes, canteens.
        CollectiveCatering = "COLLECTIVE_CATERING",
        /// Restaurants and caterers.
        Restaurants = "RESTAURANTS",
        /// Who makes something else of it.
        Processors = "PROCESSORS",
        /// Shops and markets.
        Shops = "SHOPS",
    }
}

/// How an offer reaches who takes it.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(
    feature = "graphql",
    derive(async_graphql::SimpleObject, async_graphql::InputObject)
)]
#[cfg_attr(
    feature = "graphql",
    graphql(name = "Delivery", input_name = "DeliveryInput", crate = "crate::graphql")
)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Delivery {
    /// Whether it can be fetched; absent where nobody has said.
    #[serde(default)]
    pub pick_up: Option<bool>,
    /// How far it is brought, in kilometres; absent where it is not, or nobody has said.
    #[serde(default)]
    pub radius_km: Option<i32>,
    /// The hub through which it goes.
    #[serde(default)]
    pub hub_id: Option<OrganisationId>,
    /// What else is to be said of it.
    #[serde(default)]
    pub note: Option<String>,
}

record! {
    /// An offer of food by an organisation. A missing quantity or price is not known, never zero.
    Offer, OfferId, Offer, NewOffer, OfferPatch;
    fixed {
        /// When somebody last said that it still holds.
        confirmed_at: Option<DateTime<Utc>>,
        /// The directory it comes from; absent where it was written here.
        source_id: Option<SourceId>,
    }
    required {
        /// Who offers.
        organisation_id: OrganisationId,
        /// What, by its code in the product taxonomy (`productTypes`).
        product_type: String,
        /// What, in the offerer's own words.
        title: String,
    }
    optional {
        /// More about it.
        description: Option<String>,
        /// How much there is in all; absent where nobody has said.
        quantity: Option<Quantity>,
        /// What one unit costs; absent where nobody has said.
        price: Option<Price>,
        /// The months in which it can be had, 1 (January) to 12; empty where nobody has said.
        months: Vec<i32>,
        /// From which day.
        available_from: Option<NaiveDate>,
        /// Until which day.
        available_to: Option<NaiveDate>,
        /// Whether it is organic; absent where nobody has said.
        organic: Option<bool>,
        /// Its quality labels.
        labels: Vec<Label>,
        /// How it is packed.
        packaging: Option<String>,
        /// How it reaches who takes it.
        delivery: Option<Delivery>,
        /// The least one can take.
        minimum_order: Option<Quantity>,
        /// Whom it is for; empty where nobody has said.
        audiences: Vec<Audience>,
        /// The commune of production.
        commune_id: Option<TerritoryId>,
        /// Where it stands.
        status: Status,
        /// Until when it holds, unless somebody says that it still does.
        expires_at: Option<DateTime<Utc>>,
    }
}

/// For how many days an offer or a need holds once more when somebody says that it still does.
pub const CONFIRMED_DAYS: i64 = 90;

impl Offer {
    /// Says that it still holds: what had expired is open again, and its time begins anew where it had one.
    pub fn confirm(&mut self, now: DateTime<Utc>) {
        self.confirmed_at = Some(now);
        if self.status == Status::Expired {
            self.status = Status::Open;
        }
        if self.expires_at.is_some() {
            let until = now + chrono::Duration::days(CONFIRMED_DAYS);
            self.expires_at = self.expires_at.max(Some(until));
        }
    }

    /// Whether its time has run out.
    #[must_use]
    pub fn is_over(&self, now: DateTime<Utc>) -> bool {
        matches!(self.status, Status::Open | Status::Reserved)
            && self.expires_at.is_some_and(|end| end <= now)
    }
}

/// Refuses days outside the centuries that matter, and an end before its beginning.
pub(crate) fn check_days(
    checks: &mut Checks,
    from: (&str, Option<NaiveDate>),
    to: (&str, Option<NaiveDate>),
) {
    for (field, day) in [from, to] {
        checks.hold(day.is_none_or(is_sensible), field, Invalid::Day);
    }
    let right = from.1.zip(to.1).is_none_or(|(from, to)| from <= to);
    checks.hold(right, to.0, Invalid::PeriodReversed);
}

pub(crate) fn is_sensible(day: NaiveDate) -> bool {
    (1900..=2200).contains(&chrono::Datelike::year(&day))
}

pub(crate) fn check_instant(checks: &mut Checks, field: &str, instant: Option<DateTime<Utc>>) {
    let right = instant.is_none_or(|instant| is_sensible(instant.date_naive()));
    checks.hold(right, field, Invalid::Day);
}

pub(crate) fn check_product(checks: &mut Checks, code: &str) {
    if TAXONOMY.get(code).is_none() {
        checks.refuse(Refusal::UnknownReference {
            field: "productType".into(),
        });
    }
}

pub(crate) fn check_kilometres(checks: &mut Checks, field: &str, km: Option<i32>) {
    checks.hold(
        km.is_none_or(|km| (1..=500).contains(&km)),
        field,
        Invalid::Distance,
    );
}

/// The names of a product in every language, and of everything wider, so that a search for the family finds it.
pub(crate) fn product_words(code: &str) -> Vec<String> {
    TAXONOMY
        .above(code)
        .iter()
        .filter_map(|(code, _)| TAXONOMY.get(code))
        .flat_map(crate::product::ProductType::names)
        .map(str::to_owned)
        .collect()
}

impl Rules for Offer {
    fn check(&mut self, checks: &mut Checks) {
        check_product(checks, &self.product_type);
        checks.line("title", &mut self.title);
        checks.optional_paragraphs("description", &mut self.description);
        if let Some(quantity) = &mut self.quantity {
            quantity.check("quantity", checks);
        }
        if let Some(price) = &mut self.price {
            price.check("price", checks);
        }
        checks.months("months", &mut self.months);
        check_days(
            checks,
            ("availableFrom", self.available_from),
            ("availableTo", self.available_to),
        );
        checks.set("labels", &mut self.labels);
        if self.labels.contains(&Label::EuOrganic) && self.organic.is_none() {
            self.organic = Some(true);
        }
        checks.optional_line("packaging", &mut self.packaging);
        if let Some(delivery) = &mut self.delivery {
            check_kilometres(checks, "delivery.radiusKm", delivery.radius_km);
            checks.optional_line("delivery.note", &mut delivery.note);
        }
        self.delivery.take_if(|delivery| *delivery == Delivery::default());
        if let Some(least) = &mut self.minimum_order {
            least.check("minimumOrder", checks);
        }
        checks.set("audiences", &mut self.audiences);
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
        facets.link(
            "deliveryHubId",
            self.delivery.as_ref().and_then(|delivery| delivery.hub_id),
        );
        facets.link("sourceId", self.source_id);
        facets.place("communeId", self.commune_id);
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

/// Where to look around.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::InputObject))]
#[cfg_attr(feature = "graphql", graphql(name = "NearFilter"))]
#[serde(rename_all = "camelCase")]
pub struct Near {
    /// Around the centre of this commune.
    pub commune: TerritoryId,
    /// Within so many kilometres, 1 to 500, as the crow flies between the communes' centres.
    pub kilometres: i32,
}

/// Narrows a list of offers.
#[derive(Clone, Debug, Default, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::InputObject))]
#[cfg_attr(feature = "graphql", graphql(name = "OfferFilter"))]
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
    /// Produced in this territory.
    pub territory: Option<TerritoryId>,
    /// Produced near here.
    pub near: Option<Near>,
    /// To be had in any of these months, 1 to 12. Offers that name no month are left out.
    pub months: Option<Vec<i32>>,
    /// Organic, or said not to be.
    pub organic: Option<bool>,
    /// With any of these labels.
    pub labels: Option<Vec<Label>>,
    /// For any of these.
    pub audiences: Option<Vec<Audience>>,
    /// Not confirmed by anybody since this instant: what should be asked "still true?".
    pub unconfirmed_since: Option<DateTime<Utc>>,
    /// Changed since this instant.
    pub updated_since: Option<DateTime<Utc>>,
    /// Whose words hold these, without regard to accents and case.
    pub text: Option<String>,
}

choices! {
    /// The order of a list of offers.
    pub enum Order as "OfferOrder" {
        /// The last changed first.
        UpdatedLast = "UPDATED_LAST",
        /// Those whose time runs out first; those without an end last.
        ExpiresFirst = "EXPIRES_FIRST",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_expired_can_be_confirmed_and_holds_again() {
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let mut offer: Offer = serde_json::from_value(serde_json::json!({
            "id": crate::OfferId(uuid::Uuid::nil()), "revision": 1, "createdAt": now, "updatedAt": now,
            "organisationId": OrganisationId(uuid::Uuid::nil()), "productType": "bread", "title": "Pain",
            "status": "EXPIRED", "expiresAt": now,
        }))
        .unwrap();
        offer.confirm(now);
        assert_eq!(offer.status, Status::Open);
        assert!(!offer.is_over(now + chrono::Duration::days(CONFIRMED_DAYS - 1)));
        assert!(offer.is_over(now + chrono::Duration::days(CONFIRMED_DAYS)));
    }

    #[test]
    fn every_state_can_be_left() {
        for status in Status::ALL {
            assert!(!status.next().is_empty());
            assert!(!status.next().contains(status));
        }
    }
}
