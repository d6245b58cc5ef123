//! What directories push: rows under their own identifiers, how they become records, and what became of each.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::check::Checks;
use crate::gazetteer::GAZETTEER;
use crate::id::{OrganisationId, TerritoryId};
use crate::measure::{Budget, Price, Quantity};
use crate::need::{self, Local, Need, Period};
use crate::offer::{self, Audience, Delivery, Label, Offer};
use crate::organisation::{self, Address, NumberScheme, OfficialNumber, Organisation};
use crate::patch::Patch;
use crate::product::TAXONOMY;
use crate::record::assign;
use crate::refusal::Refusal;
use crate::territory::{Nis, Point};
use crate::text::Lang;

choices! {
    /// How the rows of a request stand for what the source holds.
    pub enum Mode as "PushMode" default Delta {
        /// They are what changed.
        Delta = "DELTA",
        /// They are part of everything it holds: when the run they belong to is closed, what it did not name is gone.
        FullSnapshot = "FULL_SNAPSHOT",
    }
}

choices! {
    /// What becomes of the good rows where others are refused.
    pub enum ErrorPolicy as "ErrorPolicy" default IgnoreFailedRows {
        /// They are applied.
        IgnoreFailedRows = "IGNORE_FAILED_ROWS",
        /// Nothing is applied.
        RejectEverything = "REJECT_EVERYTHING",
    }
}

choices! {
    /// What became of a row, or with a dry run would become of it.
    pub enum Outcome as "RowOutcome" {
        /// The record was made.
        Created = "CREATED",
        /// The record was changed.
        Updated = "UPDATED",
        /// It says nothing new: nothing was written.
        Unchanged = "UNCHANGED",
        /// It is older than what the source said before: nothing was applied.
        Stale = "STALE",
        /// The record was removed.
        Deleted = "DELETED",
        /// It was refused, for the reasons that stand with it.
        Rejected = "REJECTED",
    }
}

choices! {
    /// What the source should know although the row was good; clients must tolerate new values.
    pub enum Notice as "RowNotice" {
        /// The commune's code is that of a commune that was merged or recoded: its successor was taken.
        CommuneSucceeded = "COMMUNE_SUCCEEDED",
        /// An organisation with the same enterprise number was known: the row was joined to it and fills what it lacks.
        JoinedByNumber = "JOINED_BY_NUMBER",
        /// Others know or name the record too: it lost this source's identifier and stays, an offer withdrawn, a need given up
        /// where it cannot be left as it is.
        KeptForOthers = "KEPT_FOR_OTHERS",
    }
}

/// How many of the rows came to what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
#[cfg_attr(feature = "graphql", graphql(name = "PushCounts", crate = "crate::graphql"))]
#[serde(default)]
pub struct Counts {
    /// Made.
    pub created: u32,
    /// Changed.
    pub updated: u32,
    /// Nothing new.
    pub unchanged: u32,
    /// Older than what was known.
    pub stale: u32,
    /// Removed.
    pub deleted: u32,
    /// Refused.
    pub rejected: u32,
}

impl Counts {
    /// Counts one more.
    pub const fn add(&mut self, outcome: Outcome) {
        let count = match outcome {
            Outcome::Created => &mut self.created,
            Outcome::Updated => &mut self.updated,
            Outcome::Unchanged => &mut self.unchanged,
            Outcome::Stale => &mut self.stale,
            Outcome::Deleted => &mut self.deleted,
            Outcome::Rejected => &mut self.rejected,
        };
        *count += 1;
    }

    /// Adds those of another request.
    pub const fn join(&mut self, other: Self) {
        self.created += other.created;
        self.updated += other.updated;
        self.unchanged += other.unchanged;
        self.stale += other.stale;
        self.deleted += other.deleted;
        self.rejected += other.rejected;
    }
}

/// The most rows of one request.
pub const MOST_ROWS: usize = 1_000;
/// The longest identifier of a source's own, in bytes.
pub const EXTERNAL_ID: usize = 200;

/// What every row has: the source's own identifier, and how new what it says is.
pub trait Row: Serialize + Clone + Send + Sync {
    /// The source's own identifier.
    fn external_id(&self) -> &str;
    /// When the source last changed it, and the source's own number of that state.
    fn age(&self) -> (Option<DateTime<Utc>>, Option<i64>);
    /// The row without its identifier and its age: what it says.
    #[must_use]
    fn content(&self) -> Self;
}

macro_rules! row {
    (
        $(#[$meta:meta])*
        $name:ident {
            $( $(#[$fmeta:meta])* $field:ident: $ty:ty ),* $(,)?
        }
    ) => {
        $(#[$meta])*
        ///
        /// An absent field stays as it is, null empties it.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[cfg_attr(feature = "graphql", derive(async_graphql::InputObject))]
        #[serde(rename_all = "camelCase", deny_unknown_fields)]
        pub struct $name {
            /// The source's own identifier, lasting: 1 to 200 bytes.
            pub external_id: String,
            /// When the source last changed it: an older row than the last one is `STALE`.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub source_updated_at: Option<DateTime<Utc>>,
            /// The source's own number of this state, which rises: a lower one than the last is `STALE`.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub source_revision: Option<i64>,
            $(
                $(#[$fmeta])*
                #[serde(default, skip_serializing_if = "Patch::is_absent")]
                pub $field: Patch<$ty>,
            )*
        }

        impl Row for $name {
            fn external_id(&self) -> &str {
                &self.external_id
            }

            fn age(&self) -> (Option<DateTime<Utc>>, Option<i64>) {
                (self.source_updated_at, self.source_revision)
            }

            fn content(&self) -> Self {
                Self { external_id: String::new(), source_updated_at: None, source_revision: None, ..self.clone() }
            }
        }
    };
}

row! {
    /// An organisation as a source knows it.
    OrganisationRow {
        /// Its name.
        name: String,
        /// What it is.
        kinds: Vec<organisation::Kind>,
        /// Its enterprise number; an organisation that is known by it already is not made again.
        enterprise_number: String,
        /// Its website.
        website: String,
        /// The commune of its seat, by official code.
        commune: String,
        /// Its address.
        address: Address,
        /// Where it is on the map.
        point: Point,
        /// Other names it is known by.
        aliases: Vec<String>,
    }
}

row! {
    /// An offer as a source knows it.
    OfferRow {
        /// Who offers, by the source's own identifier: in the same request, or known already.
        organisation_external_id: String,
        /// What, in the offerer's own words; the product's name unless given.
        title: String,
        /// More about it.
        description: String,
        /// What, by its code in the product taxonomy.
        product_type: String,
        /// How much there is in all.
        quantity: Quantity,
        /// What one unit costs.
        price: Price,
        /// The months in which it can be had, 1 to 12.
        months: Vec<i32>,
        /// From which day.
        available_from: NaiveDate,
        /// Until which day.
        available_to: NaiveDate,
        /// Whether it is organic.
        organic: bool,
        /// Its quality labels.
        labels: Vec<Label>,
        /// How it is packed.
        packaging: String,
        /// How it reaches who takes it.
        delivery: Delivery,
        /// The least one can take.
        minimum_order: Quantity,
        /// Whom it is for.
        audiences: Vec<Audience>,
        /// The commune of production, by official code.
        commune: String,
        /// Where it stands.
        status: offer::Status,
        /// Until when it holds.
        expires_at: DateTime<Utc>,
    }
}

row! {
    /// A need as a source knows it.
    NeedRow {
        /// Who needs, by the source's own identifier: in the same request, or known already.
        organisation_external_id: String,
        /// What, in the buyer's own words; the product's name unless given.
        title: String,
        /// More about it.
        description: String,
        /// What, by its code in the product taxonomy.
        product_type: String,
        /// How much each time.
        quantity: Quantity,
        /// How often.
        period: Period,
        /// The months in which it is needed, 1 to 12.
        months: Vec<i32>,
        /// From which day.
        needed_from: NaiveDate,
        /// Until which day.
        needed_to: NaiveDate,
        /// What can be spent.
        budget: Budget,
        /// The commune of delivery, by official code.
        commune: String,
        /// What "local" means here.
        local: Local,
        /// Whether it must be organic.
        organic: bool,
        /// The quality labels of which it must have all.
        required_labels: Vec<Label>,
        /// Until which day offers are awaited.
        deadline: NaiveDate,
        /// Where it stands.
        status: need::Status,
        /// Why it was given up.
        reason: String,
        /// Until when it holds.
        expires_at: DateTime<Utc>,
    }
}

choices! {
    /// The kinds of record that a source can push.
    pub enum Pushed as "PushedType" {
        /// An organisation.
        Organisation = "ORGANISATION",
        /// An offer.
        Offer = "OFFER",
        /// A need.
        Need = "NEED",
    }
}

/// A record that the source holds no more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::InputObject))]
#[cfg_attr(feature = "graphql", graphql(name = "DeletionRow"))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Deletion {
    /// Of which kind.
    pub record_type: Pushed,
    /// The source's own identifier.
    pub external_id: String,
    /// When the source removed it: an older row than the last one is `STALE`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_updated_at: Option<DateTime<Utc>>,
    /// The source's own number of this state: a lower one than the last is `STALE`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_revision: Option<i64>,
}

/// Reads a commune's code: the commune, and whether the code was that of a former one.
fn commune(patch: &Patch<String>, checks: &mut Checks, notices: &mut Vec<Notice>) -> Patch<TerritoryId> {
    match patch {
        Patch::Absent => Patch::Absent,
        Patch::Null => Patch::Null,
        Patch::Value(code) => {
            let nis: Option<Nis> = code.trim().parse().ok();
            let found = nis.filter(|nis| GAZETTEER.get(TerritoryId::from(*nis)).is_some());
            let Some(nis) = found else {
                checks.refuse(Refusal::UnknownReference {
                    field: "commune".into(),
                });
                return Patch::Absent;
            };
            if nis.in_force() != nis {
                notices.push(Notice::CommuneSucceeded);
            }
            Patch::Value(nis.into())
        }
    }
}

/// What is empty in the present state is filled; what is there stays.
fn filling<T>(patch: Patch<T>, is_empty: bool, may_replace: bool) -> Patch<T> {
    if may_replace || (is_empty && !matches!(patch, Patch::Null)) {
        patch
    } else {
        Patch::Absent
    }
}

impl OrganisationRow {
    /// The enterprise number in its normal form, where it is well formed.
    #[must_use]
    pub fn number(&self) -> Option<String> {
        let Patch::Value(value) = &self.enterprise_number else {
            return None;
        };
        let number = OfficialNumber {
            scheme: NumberScheme::Enterprise,
            value: value.clone(),
        };
        number.normal()
    }

    /// Says of the record what the row says. What another source or a person made is filled, not replaced.
    pub fn apply(
        &self,
        to: &mut Organisation,
        may_replace: bool,
        checks: &mut Checks,
        notices: &mut Vec<Notice>,
    ) {
        let row = self.clone();
        let place = commune(&row.commune, checks, notices);
        macro_rules! fill {
            ($field:ident, $patch:expr, $is_empty:ident, $name:literal) => {
                let patch = filling($patch, to.$field.$is_empty(), may_replace);
                assign(&mut to.$field, patch, $name, checks);
            };
        }
        fill!(name, row.name, is_empty, "name");
        fill!(kinds, row.kinds, is_empty, "kinds");
        fill!(website, row.website, is_none, "website");
        fill!(commune_id, place, is_none, "commune");
        fill!(address, row.address, is_none, "address");
        fill!(point, row.point, is_none, "point");
        fill!(aliases, row.aliases, is_empty, "aliases");
        let of_enterprise = |number: &OfficialNumber| number.scheme == NumberScheme::Enterprise;
        let known = to.numbers.iter().any(of_enterprise);
        match filling(row.enterprise_number, !known, may_replace) {
            Patch::Absent => {}
            Patch::Null => to.numbers.retain(|number| !of_enterprise(number)),
            Patch::Value(value) => {
                let number = OfficialNumber {
                    scheme: NumberScheme::Enterprise,
                    value,
                };
                if number.normal().is_none() {
                    checks.refuse(Refusal::Invalid {
                        field: "enterpriseNumber".into(),
                        why: crate::refusal::Invalid::OfficialNumber,
                    });
                } else {
                    to.numbers.retain(|number| !of_enterprise(number));
                    to.numbers.insert(0, number);
                }
            }
        }
    }
}

/// The title of what was pushed without one: the product's name.
fn titled(title: &mut String, product: &str) {
    if title.trim().is_empty()
        && let Some(product) = TAXONOMY.get(product)
    {
        product.label(Lang::Fr).clone_into(title);
    }
}

impl OfferRow {
    /// Says of the record what the row says; `organisation` is the one it names, where it names one.
    pub fn apply(
        &self,
        to: &mut Offer,
        organisation: Option<OrganisationId>,
        checks: &mut Checks,
        notices: &mut Vec<Notice>,
    ) {
        let row = self.clone();
        let place = commune(&row.commune, checks, notices);
        if let Some(organisation) = organisation {
            to.organisation_id = organisation;
        }
        assign(&mut to.product_type, row.product_type, "productType", checks);
        assign(&mut to.title, forgiving(row.title), "title", checks);
        titled(&mut to.title, &to.product_type);
        assign(&mut to.description, row.description, "description", checks);
        assign(&mut to.quantity, row.quantity, "quantity", checks);
        assign(&mut to.price, row.price, "price", checks);
        assign(&mut to.months, row.months, "months", checks);
        assign(
            &mut to.available_from,
            row.available_from,
            "availableFrom",
            checks,
        );
        assign(&mut to.available_to, row.available_to, "availableTo", checks);
        assign(&mut to.organic, row.organic, "organic", checks);
        assign(&mut to.labels, row.labels, "labels", checks);
        assign(&mut to.packaging, row.packaging, "packaging", checks);
        assign(&mut to.delivery, row.delivery, "delivery", checks);
        assign(&mut to.minimum_order, row.minimum_order, "minimumOrder", checks);
        assign(&mut to.audiences, row.audiences, "audiences", checks);
        assign(&mut to.commune_id, place, "commune", checks);
        assign(&mut to.status, row.status, "status", checks);
        assign(&mut to.expires_at, row.expires_at, "expiresAt", checks);
    }
}

impl NeedRow {
    /// Says of the record what the row says; `organisation` is the one it names, where it names one.
    pub fn apply(
        &self,
        to: &mut Need,
        organisation: Option<OrganisationId>,
        checks: &mut Checks,
        notices: &mut Vec<Notice>,
    ) {
        let row = self.clone();
        let place = commune(&row.commune, checks, notices);
        if let Some(organisation) = organisation {
            to.organisation_id = organisation;
        }
        assign(&mut to.product_type, row.product_type, "productType", checks);
        assign(&mut to.title, forgiving(row.title), "title", checks);
        titled(&mut to.title, &to.product_type);
        assign(&mut to.description, row.description, "description", checks);
        assign(&mut to.quantity, row.quantity, "quantity", checks);
        assign(&mut to.period, row.period, "period", checks);
        assign(&mut to.months, row.months, "months", checks);
        assign(&mut to.needed_from, row.needed_from, "neededFrom", checks);
        assign(&mut to.needed_to, row.needed_to, "neededTo", checks);
        assign(&mut to.budget, row.budget, "budget", checks);
        assign(&mut to.commune_id, place, "commune", checks);
        assign(&mut to.local, row.local, "local", checks);
        assign(&mut to.organic, row.organic, "organic", checks);
        assign(
            &mut to.required_labels,
            row.required_labels,
            "requiredLabels",
            checks,
        );
        assign(&mut to.deadline, row.deadline, "deadline", checks);
        assign(&mut to.status, row.status, "status", checks);
        assign(&mut to.reason, row.reason, "reason", checks);
        assign(&mut to.expires_at, row.expires_at, "expiresAt", checks);
    }
}

/// A title that is emptied becomes the product's name.
fn forgiving(title: Patch<String>) -> Patch<String> {
    match title {
        Patch::Null => Patch::Value(String::new()),
        Patch::Absent | Patch::Value(_) => title,
    }
}

/// The record that a row makes before anything is said of it.
pub trait Bare {
    /// With this identifier, as of now.
    fn bare(id: uuid::Uuid, now: DateTime<Utc>) -> Self;
}

impl Bare for Organisation {
    fn bare(id: uuid::Uuid, now: DateTime<Utc>) -> Self {
        Self::bare(id.into(), now, String::new())
    }
}

impl Bare for Offer {
    fn bare(id: uuid::Uuid, now: DateTime<Utc>) -> Self {
        Self::bare(
            id.into(),
            now,
            uuid::Uuid::nil().into(),
            String::new(),
            String::new(),
        )
    }
}

impl Bare for Need {
    fn bare(id: uuid::Uuid, now: DateTime<Utc>) -> Self {
        Self::bare(
            id.into(),
            now,
            uuid::Uuid::nil().into(),
            String::new(),
            String::new(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(json: serde_json::Value) -> OfferRow {
        serde_json::from_value(json).unwrap()
    }

    fn applied(row: &OfferRow, to: &mut Offer) -> (Vec<Refusal>, Vec<Notice>) {
        let (mut checks, mut notices) = (Checks::default(), Vec::new());
        row.apply(to, None, &mut checks, &mut notices);
        (checks.finish().err().unwrap_or_default(), notices)
    }

    #[test]
    fn an_absent_field_stays_null_empties_and_an_old_code_stands_for_its_successor() {
        let mut offer = <Offer as Bare>::bare(uuid::Uuid::nil(), DateTime::UNIX_EPOCH);
        let full = row(serde_json::json!({
            "externalId": "a", "productType": "bread", "commune": "82003", "price": {"amount": 2.5, "per": "PIECE"},
        }));
        assert_eq!(
            applied(&full, &mut offer),
            (vec![], vec![Notice::CommuneSucceeded])
        );
        assert_eq!(offer.commune_id, Some("82039".parse().unwrap()));
        assert_eq!(offer.title, "pain", "the product's name");
        applied(
            &row(serde_json::json!({"externalId": "a", "price": null})),
            &mut offer,
        );
        assert_eq!((offer.price, offer.product_type.as_str()), (None, "bread"));
        let (refusals, _) = applied(
            &row(serde_json::json!({"externalId": "a", "commune": "00000"})),
            &mut offer,
        );
        assert_eq!(refusals[0].field(), "commune");
    }

    #[test]
    fn what_a_row_says_does_not_depend_on_its_age() {
        let (one, other) = (
            row(serde_json::json!({"externalId": "a", "sourceRevision": 1, "title": "x"})),
            row(serde_json::json!({"externalId": "b", "sourceRevision": 2, "title": "x"})),
        );
        assert_eq!(one.content(), other.content());
    }

    #[test]
    fn a_second_source_fills_and_does_not_replace() {
        let mut known = <Organisation as Bare>::bare(uuid::Uuid::nil(), DateTime::UNIX_EPOCH);
        known.name = "Ferme du Pré".into();
        let row: OrganisationRow = serde_json::from_value(serde_json::json!({
            "externalId": "7", "name": "FERME DU PRE SPRL", "website": "ferme.be", "aliases": null,
        }))
        .unwrap();
        let (mut checks, mut notices) = (Checks::default(), Vec::new());
        row.apply(&mut known, false, &mut checks, &mut notices);
        assert!(checks.finish().is_ok());
        assert_eq!(
            (known.name.as_str(), known.website.as_deref()),
            ("Ferme du Pré", Some("ferme.be"))
        );
    }
}
