//! The sources of facts over GraphQL, and their confirmation.

use async_graphql::{ComplexObject, Context, InputObject, Result};
use domain::ProvenanceId;
use domain::person::Person;
use domain::policy::{Action, allows};
use domain::provenance::{NewProvenance, Provenance, ProvenancePatch};

use crate::connection::one;
use crate::ctx::{caller, language, store};
use crate::node::{Node, load};
use crate::payload::answer;

node! {
    /// Where a fact comes from: its source, as of when, how sure, and when it was last confirmed.
    ProvenanceNode = Provenance as "Provenance"
}
payload!(ProvenancePayload { provenance: ProvenanceNode } of Provenance);

#[ComplexObject]
impl ProvenanceNode {
    /// The record that the fact is in.
    async fn record(&self, ctx: &Context<'_>) -> Result<Option<Node>> {
        load(ctx, self.record.record_id).await
    }

    /// Who last confirmed it, by name; for staff only.
    async fn confirmed_by_name(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        match self
            .record
            .confirmed_by
            .filter(|_| allows(&caller(ctx).actor, Action::ReadNames))
        {
            Some(person) => Ok(one::<Person>(ctx, person)
                .await?
                .map(|person| person.called(language(ctx)))),
            None => Ok(None),
        }
    }
}

/// A fact that still holds.
#[derive(InputObject)]
struct ProvenanceConfirmInput {
    /// The source of the fact.
    id: ProvenanceId,
    /// The revision the confirmation was made on.
    expected_revision: i32,
}

mutations! {
    ProvenanceMutation of Provenance, ProvenancePayload;
    provenance_create(NewProvenance), provenance_update(ProvenancePatch), provenance_delete;

    /// Says that a fact still holds today.
    async fn provenance_confirm(&self, ctx: &Context<'_>, input: ProvenanceConfirmInput) -> Result<ProvenancePayload> {
        let ProvenanceConfirmInput { id, expected_revision } = input;
        let confirmed = store(ctx).confirm_fact(&caller(ctx).actor, id, expected_revision).await;
        Ok(answer(ctx, Some((id, expected_revision)), confirmed).await?.into())
    }
}
