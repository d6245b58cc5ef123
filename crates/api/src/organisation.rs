//! Organisations and contact details over GraphQL.

mod merge;

use async_graphql::{ComplexObject, Context, Object, Result};
use domain::chantier::{self, Chantier, Resource};
use domain::contact::{Contact, ContactPatch, NewContact};
use domain::council::{self, Council};
use domain::need::{self, Need};
use domain::offer::{self, Offer};
use domain::organisation::{Filter, NewOrganisation, Order, Organisation, OrganisationPatch};
use domain::policy::{Action, allows};
use domain::project::{self, Project};
use domain::source::{self, Source};
use domain::territory::Territory;
use domain::{OrganisationId, RecordId};
use store::{AsTheyCame, ByTitle, Relation};

use crate::chantier::{ChantierNode, ResourceNode};
use crate::connection::{COUNTING, Connection, cost, listed, many, one, page, related};
use crate::council::CouncilNode;
use crate::ctx::caller;
use crate::expertise::{ExpertiseNode, expertise_of};
use crate::need::NeedNode;
use crate::offer::OfferNode;
use crate::outcome::{OutcomeNode, outcomes};
use crate::project::ProjectNode;
use crate::source::SourceNode;
use crate::territory::TerritoryNode;

use merge::{NamedBy, OrganisationMergeInput, OrganisationMergePayload};

node! {
    /// An organisation: who leads or accompanies projects and chantiers.
    OrganisationNode = Organisation as "Organisation"
}
payload!(OrganisationPayload { organisation: OrganisationNode } of Organisation);

node! {
    /// Contact details of an organisation or a project; for those who are signed in.
    ContactNode = Contact as "Contact"
}
payload!(ContactPayload { contact: ContactNode } of Contact);

#[ComplexObject]
impl OrganisationNode {
    /// The commune of its seat.
    async fn commune(&self, ctx: &Context<'_>) -> Result<Option<TerritoryNode>> {
        match self.record.commune_id {
            Some(id) => Ok(one::<Territory>(ctx, id).await?.map(Into::into)),
            None => Ok(None),
        }
    }

    /// The territories it works for.
    async fn territories(&self, ctx: &Context<'_>) -> Result<Vec<TerritoryNode>> {
        Ok(many::<Territory>(ctx, &self.record.territory_ids)
            .await?
            .into_iter()
            .map(Into::into)
            .collect())
    }

    /// The projects it leads.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn led_projects(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<ProjectNode>> {
        let page = page(ctx, first, after, last, before)?;
        related::<Project, _>(
            ctx,
            Relation::Field("leadIds"),
            project::Order::Title,
            page,
            self.record.id,
        )
        .await
    }

    /// The projects it takes part in without leading them.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn partnered_projects(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<ProjectNode>> {
        let page = page(ctx, first, after, last, before)?;
        related::<Project, _>(
            ctx,
            Relation::Field("partnerIds"),
            project::Order::Title,
            page,
            self.record.id,
        )
        .await
    }

    /// The chantiers it takes part in without leading them.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn partnered_chantiers(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<ChantierNode>> {
        let page = page(ctx, first, after, last, before)?;
        related::<Chantier, _>(
            ctx,
            Relation::Field("partnerIds"),
            chantier::Order::Position,
            page,
            self.record.id,
        )
        .await
    }

    /// The chantiers it leads.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn led_chantiers(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<ChantierNode>> {
        let page = page(ctx, first, after, last, before)?;
        related::<Chantier, _>(
            ctx,
            Relation::Field("leadIds"),
            chantier::Order::Position,
            page,
            self.record.id,
        )
        .await
    }

    /// The food policy councils it coordinates.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn coordinated_councils(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<CouncilNode>> {
        let page = page(ctx, first, after, last, before)?;
        related::<Council, _>(
            ctx,
            Relation::Field("coordinatorIds"),
            council::Order::Name,
            page,
            self.record.id,
        )
        .await
    }

    /// The resources it provides.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn provided_resources(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<ResourceNode>> {
        let page = page(ctx, first, after, last, before)?;
        related::<Resource, _>(ctx, Relation::Field("providerIds"), ByTitle, page, self.record.id).await
    }

    /// What it offers, the last changed first.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn offers(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<OfferNode>> {
        let page = page(ctx, first, after, last, before)?;
        related::<Offer, _>(
            ctx,
            Relation::Column("organisation_id"),
            offer::Order::UpdatedLast,
            page,
            self.record.id,
        )
        .await
    }

    /// What it needs, the last changed first.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn needs(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<NeedNode>> {
        let page = page(ctx, first, after, last, before)?;
        related::<Need, _>(
            ctx,
            Relation::Column("organisation_id"),
            need::Order::UpdatedLast,
            page,
            self.record.id,
        )
        .await
    }

    /// What came of its needs, the last changed first; null for those who neither work for it nor for the cell.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn purchases(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Option<Connection<OutcomeNode>>> {
        let page = page(ctx, first, after, last, before)?;
        outcomes(ctx, "buyerId", self.record.id, self.record.id, page).await
    }

    /// What came of its offers, the last changed first; null for those who neither work for it nor for the cell.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn sales(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Option<Connection<OutcomeNode>>> {
        let page = page(ctx, first, after, last, before)?;
        outcomes(ctx, "supplierId", self.record.id, self.record.id, page).await
    }

    /// The expertise it gives, by title.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn expertises(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<ExpertiseNode>> {
        expertise_of(ctx, self.record.id, page(ctx, first, after, last, before)?).await
    }

    /// The sources it keeps.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn operated_sources(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<SourceNode>> {
        let page = page(ctx, first, after, last, before)?;
        related::<Source, _>(
            ctx,
            Relation::Field("operatorId"),
            source::Order::Name,
            page,
            self.record.id,
        )
        .await
    }

    /// How many records of each kind name it: what a merge would change. Null for those who may not merge it.
    #[graphql(complexity = "COUNTING + 10 * child_complexity")]
    async fn named_by(&self, ctx: &Context<'_>) -> Result<Option<Vec<NamedBy>>> {
        merge::named_by(ctx, self.record.id).await
    }

    /// Its contact details; null for those who may not read them.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn contacts(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Option<Connection<ContactNode>>> {
        contacts(
            ctx,
            "organisationId",
            self.record.id.into(),
            page(ctx, first, after, last, before)?,
        )
        .await
    }
}

/// The contact details of a record, for those who may read them.
pub(crate) async fn contacts(
    ctx: &Context<'_>,
    field: &'static str,
    owner: RecordId,
    page: domain::page::Page,
) -> Result<Option<Connection<ContactNode>>> {
    if !allows(&caller(ctx).actor, Action::ReadContacts) {
        return Ok(None);
    }
    related::<Contact, _>(ctx, Relation::Field(field), AsTheyCame, page, owner)
        .await
        .map(Some)
}

#[ComplexObject]
impl ContactNode {
    /// The organisation it belongs to.
    async fn organisation(&self, ctx: &Context<'_>) -> Result<Option<OrganisationNode>> {
        match self.record.organisation_id {
            Some(id) => Ok(one::<Organisation>(ctx, id).await?.map(Into::into)),
            None => Ok(None),
        }
    }

    /// The project it belongs to.
    async fn project(&self, ctx: &Context<'_>) -> Result<Option<ProjectNode>> {
        match self.record.project_id {
            Some(id) => Ok(one::<Project>(ctx, id).await?.map(Into::into)),
            None => Ok(None),
        }
    }
}

#[derive(Default)]
pub(crate) struct OrganisationQuery;

#[Object]
impl OrganisationQuery {
    /// The organisations, by name unless ordered otherwise.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    #[expect(clippy::too_many_arguments, reason = "a connection's arguments")]
    async fn organisations(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "where")] filter: Option<Filter>,
        order_by: Option<Order>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<OrganisationNode>> {
        let page = page(ctx, first, after, last, before)?;
        listed::<Organisation, _>(
            ctx,
            filter.unwrap_or_default(),
            order_by.unwrap_or(Order::Name),
            page,
        )
        .await
    }

    /// One organisation. An identifier that was merged away answers the one it went into.
    async fn organisation(&self, ctx: &Context<'_>, id: OrganisationId) -> Result<Option<OrganisationNode>> {
        Ok(one::<Organisation>(ctx, id).await?.map(Into::into))
    }
}

mutations! {
    OrganisationMutation of Organisation, OrganisationPayload;
    organisation_create(NewOrganisation), organisation_update(OrganisationPatch), organisation_delete;

    /// Makes one of two that are the same: what names the one that goes (offers, needs, contacts, projects, accounts,
    /// sources' own identifiers…) names the one that stays, which takes over what it lacks.
    async fn organisation_merge(
        &self,
        ctx: &Context<'_>,
        input: OrganisationMergeInput,
    ) -> Result<OrganisationMergePayload> {
        merge::merge(ctx, input).await
    }
}

mutations! {
    ContactMutation of Contact, ContactPayload;
    contact_create(NewContact), contact_update(ContactPatch), contact_delete;
}
