//! What came of an offer and a need that were brought together: contact, quote, contract, delivery, or nothing, with
//! its dates and reasons. Only the two organisations and staff see it; the public sees counts.

use crate::check::Checks;
use crate::date::PartialDate;
use crate::facet::Facets;
use crate::id::{NeedId, OfferId, OrganisationId};
use crate::measure::{Money, Quantity};
use crate::policy::Action;
use crate::record::{Rules, Verb};
use crate::refusal::{Invalid, Refusal};

choices! {
    /// How far the two have come.
    pub enum Stage as "OutcomeStage" {
        /// They are in contact.
        Contact = "CONTACT",
        /// A quote was made.
        Quote = "QUOTE",
        /// A contract was made, or an order placed.
        Contract = "CONTRACT",
        /// It was delivered.
        Delivered = "DELIVERED",
        /// Nothing came of it, for the reason that is kept with it.
        Nothing = "NOTHING",
    }
}

impl Stage {
    /// The stages that may follow this one: any further one, since not everything is quoted or put in a contract, or
    /// nothing. What came to nothing can be taken up again; what was delivered stays so.
    #[must_use]
    pub const fn next(self) -> &'static [Self] {
        match self {
            Self::Contact => &[Self::Quote, Self::Contract, Self::Delivered, Self::Nothing],
            Self::Quote => &[Self::Contract, Self::Delivered, Self::Nothing],
            Self::Contract => &[Self::Delivered, Self::Nothing],
            Self::Delivered => &[],
            Self::Nothing => &[Self::Contact],
        }
    }
}

/// One stage of an outcome.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
#[cfg_attr(feature = "graphql", graphql(name = "OutcomeStep", crate = "crate::graphql"))]
pub struct Step {
    /// The stage.
    pub stage: Stage,
    /// Since when, where it is known.
    pub since: Option<PartialDate>,
    /// Why, or what is to be said of it.
    pub reason: Option<String>,
}

record! {
    /// What came of an offer and a need. One of the two may not be written here: what was bought or sold elsewhere is an
    /// outcome too.
    Outcome, OutcomeId, Outcome, NewOutcome, OutcomePatch;
    fixed {
        /// Who buys: the need's organisation; absent where no need is named.
        buyer_id: Option<OrganisationId>,
        /// Who supplies: the offer's organisation; absent where no offer is named.
        supplier_id: Option<OrganisationId>,
        /// The stages it went through, the last of them the present one.
        steps: Vec<Step>,
    }
    required {}
    optional {
        /// The need; this, the offer, or both. It stays as first given.
        need_id: Option<NeedId>,
        /// The offer; this, the need, or both. It stays as first given.
        offer_id: Option<OfferId>,
        /// How much is spoken of or was delivered; absent where nobody has said.
        quantity: Option<Quantity>,
        /// What it costs in all, without VAT; absent where nobody has said.
        amount: Option<Money>,
        /// What else is to be said of it.
        note: Option<String>,
    }
}

impl Outcome {
    /// How far the two have come: the last of the stages.
    #[must_use]
    pub fn stage(&self) -> Stage {
        self.steps.last().map_or(Stage::Contact, |step| step.stage)
    }

    /// Begins the record of two that are in contact.
    pub fn open(
        &mut self,
        buyer: Option<OrganisationId>,
        supplier: Option<OrganisationId>,
        since: Option<PartialDate>,
    ) {
        (self.buyer_id, self.supplier_id) = (buyer, supplier);
        self.steps = vec![Step {
            stage: Stage::Contact,
            since,
            reason: None,
        }];
    }

    /// Moves it to another stage; the earlier ones are kept.
    pub fn advance(&mut self, mut step: Step, checks: &mut Checks) {
        let from = self.stage();
        checks.optional_paragraphs("reason", &mut step.reason);
        if !from.next().contains(&step.stage) {
            checks.refuse(Refusal::Transition {
                field: "stage".into(),
                from: from.to_string(),
                to: step.stage.to_string(),
            });
        }
        checks.hold(
            step.stage != Stage::Nothing || step.reason.is_some(),
            "reason",
            Invalid::ReasonMissing,
        );
        let last = self.steps.iter().filter_map(|step| step.since?.earliest()).max();
        let since = step.since.and_then(PartialDate::latest);
        checks.hold(
            last.zip(since).is_none_or(|(last, since)| last <= since),
            "since",
            Invalid::PeriodReversed,
        );
        self.steps.push(step);
    }
}

impl Rules for Outcome {
    fn check(&mut self, checks: &mut Checks) {
        checks.hold(
            self.need_id.is_some() || self.offer_id.is_some(),
            "needId",
            Invalid::Pair,
        );
        if let Some(quantity) = &mut self.quantity {
            quantity.check("quantity", checks);
        }
        if let Some(amount) = &mut self.amount {
            checks.decimal("amount.amount", &mut amount.amount, 2);
        }
        checks.optional_paragraphs("note", &mut self.note);
    }

    fn edited(&mut self, before: &Self, checks: &mut Checks) {
        checks.hold(self.need_id == before.need_id, "needId", Invalid::Settled);
        checks.hold(self.offer_id == before.offer_id, "offerId", Invalid::Settled);
    }

    fn facets(&self) -> Facets {
        let mut facets = Facets::default();
        facets.link("needId", self.need_id);
        facets.link("offerId", self.offer_id);
        facets.link("buyerId", self.buyer_id);
        facets.link("supplierId", self.supplier_id);
        facets
    }

    fn reading(&self) -> Option<Action> {
        Some(self.action(Verb::Update))
    }

    fn action(&self, _verb: Verb) -> Action {
        Action::KeepOutcome {
            buyer: self.buyer_id,
            supplier: self.supplier_id,
        }
    }
}

/// Narrows a list of outcomes.
#[derive(Clone, Debug, Default, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::InputObject))]
#[cfg_attr(feature = "graphql", graphql(name = "OutcomeFilter"))]
#[serde(rename_all = "camelCase")]
pub struct Filter {
    /// At any of these stages.
    pub stages: Option<Vec<Stage>>,
    /// Of this need.
    pub need: Option<NeedId>,
    /// Of this offer.
    pub offer: Option<OfferId>,
    /// In which this organisation buys or supplies.
    pub organisation: Option<OrganisationId>,
    /// Changed since this instant.
    pub updated_since: Option<chrono::DateTime<chrono::Utc>>,
}

choices! {
    /// The order of a list of outcomes.
    pub enum Order as "OutcomeOrder" {
        /// The last changed first.
        UpdatedLast = "UPDATED_LAST",
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use uuid::Uuid;

    use super::*;
    use crate::OutcomeId;
    use crate::record::Record;

    fn opened(since: Option<&str>) -> Outcome {
        let new: NewOutcome =
            serde_json::from_value(serde_json::json!({"needId": NeedId(Uuid::nil())})).unwrap();
        let mut outcome = Outcome::made(
            new,
            OutcomeId(Uuid::nil()),
            DateTime::from_timestamp(0, 0).unwrap(),
        );
        outcome.open(None, None, since.map(|since| since.parse().unwrap()));
        outcome
    }

    fn advanced(
        outcome: &mut Outcome,
        stage: Stage,
        since: Option<&str>,
        reason: Option<&str>,
    ) -> Vec<Refusal> {
        let mut checks = Checks::default();
        let step = Step {
            stage,
            since: since.map(|since| since.parse().unwrap()),
            reason: reason.map(str::to_owned),
        };
        outcome.advance(step, &mut checks);
        checks.finish().err().unwrap_or_default()
    }

    #[test]
    fn it_goes_forward_and_keeps_its_dates() {
        let mut outcome = opened(Some("2026-01-10"));
        for (stage, since) in [
            (Stage::Quote, Some("2026-01-20")),
            (Stage::Contract, None),
            (Stage::Delivered, Some("2026-02")),
        ] {
            assert!(advanced(&mut outcome, stage, since, None).is_empty(), "{stage}");
        }
        assert_eq!((outcome.stage(), outcome.steps.len()), (Stage::Delivered, 4));
        let refused = advanced(&mut outcome, Stage::Contact, None, None);
        assert!(
            matches!(refused[..], [Refusal::Transition { .. }]),
            "delivered stays delivered"
        );
    }

    #[test]
    fn nothing_needs_a_reason_and_can_be_taken_up_again() {
        let mut outcome = opened(None);
        let refused = advanced(&mut outcome.clone(), Stage::Nothing, None, Some(" "));
        assert!(matches!(
            refused[..],
            [Refusal::Invalid {
                why: Invalid::ReasonMissing,
                ..
            }]
        ));
        assert!(advanced(&mut outcome, Stage::Nothing, None, Some("Trop loin")).is_empty());
        assert!(!advanced(&mut outcome.clone(), Stage::Quote, None, None).is_empty());
        assert!(advanced(&mut outcome, Stage::Contact, None, None).is_empty());
    }

    #[test]
    fn a_stage_does_not_begin_before_the_one_before_it() {
        let mut outcome = opened(Some("2026-03-01"));
        let refused = advanced(&mut outcome, Stage::Quote, Some("2026-02-01"), None);
        assert!(matches!(
            refused[..],
            [Refusal::Invalid {
                why: Invalid::PeriodReversed,
                ..
            }]
        ));
    }

    #[test]
    fn every_stage_can_be_reached_and_only_delivery_is_the_end() {
        for stage in Stage::ALL {
            assert!(
                Stage::ALL.iter().any(|from| from.next().contains(stage)),
                "{stage}"
            );
            assert!(!stage.next().contains(stage));
            assert_eq!(stage.next().is_empty(), *stage == Stage::Delivered);
        }
    }

    #[test]
    fn it_names_a_need_or_an_offer_for_good() {
        let (before, mut outcome) = (opened(None), opened(None));
        outcome.need_id = None;
        let mut checks = Checks::default();
        outcome.check(&mut checks);
        outcome.edited(&before, &mut checks);
        let refused = checks.finish().unwrap_err();
        let invalid = |why| Refusal::Invalid {
            field: "needId".into(),
            why,
        };
        assert_eq!(refused, [invalid(Invalid::Pair), invalid(Invalid::Settled)]);
    }
}
