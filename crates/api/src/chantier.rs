//! Chantiers, their steps, resources and the projects' part in them, over GraphQL.

use async_graphql::{ComplexObject, Context, InputObject, Object, Result};
use domain::chantier::{
    Chantier, ChantierPatch, Filter, NewChantier, NewParticipation, NewResource, NewStep, Order,
    Participation, ParticipationPatch, Progress, Resource, ResourceFilter, ResourcePatch, Step, StepFilter,
    StepOrder, StepPatch, progress,
};
use domain::organisation::Organisation;
use domain::project::Project;
use domain::territory::Territory;
use domain::{ChantierId, PartialDate, ResourceId, StepId};
use store::{AsTheyCame, ByTitle, Relation};

use crate::connection::{Connection, cost, listed, many, named, one, page, related, shared};
use crate::ctx::{caller, loader, store};
use crate::error::fail;
use crate::load::AllSteps;
use crate::organisation::OrganisationNode;
use crate::payload::answer;
use crate::project::ProjectNode;
use crate::territory::TerritoryNode;

node! {
    /// A shared workstream of the projects ("chantier commun"), or an idea for one.
    ChantierNode = Chantier as "Chantier"
}
payload!(ChantierPayload { chantier: ChantierNode } of Chantier);

node! {
    /// A step of a chantier.
    StepNode = Step as "Step"
}
payload!(StepPayload { step: StepNode } of Step);

node! {
    /// A resource of a chantier, or a document of a project.
    ResourceNode = Resource as "Resource"
}
payload!(ResourcePayload { resource: ResourceNode } of Resource);

node! {
    /// A project's part in a chantier.
    ParticipationNode = Participation as "Participation"
}
payload!(ParticipationPayload { participation: ParticipationNode } of Participation);

#[ComplexObject]
impl ChantierNode {
    /// Where it stands today, derived from its steps.
    async fn progress(&self, ctx: &Context<'_>) -> Result<Progress> {
        let steps = loader(ctx)
            .one(AllSteps(self.record.id))
            .await
            .map_err(|error| shared(ctx, &error))?;
        Ok(progress(&steps.unwrap_or_default(), today(ctx)))
    }

    /// The organisations that lead it.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn leads(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<OrganisationNode>> {
        named::<Organisation, _>(
            ctx,
            self.record.id,
            "leadIds",
            &self.record.lead_ids,
            page(ctx, first, after, last, before)?,
        )
        .await
    }

    /// The organisations that take part in it.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn partners(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<OrganisationNode>> {
        named::<Organisation, _>(
            ctx,
            self.record.id,
            "partnerIds",
            &self.record.partner_ids,
            page(ctx, first, after, last, before)?,
        )
        .await
    }

    /// Chantiers it has to do with.
    async fn related(&self, ctx: &Context<'_>) -> Result<Vec<Self>> {
        Ok(many::<Chantier>(ctx, &self.record.related_ids)
            .await?
            .into_iter()
            .map(Self::from)
            .collect())
    }

    /// Its steps.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn steps(
        &self,
        ctx: &Context<'_>,
        order_by: Option<StepOrder>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<StepNode>> {
        let (order, page) = (
            order_by.unwrap_or(StepOrder::Position),
            page(ctx, first, after, last, before)?,
        );
        related::<Step, _>(ctx, Relation::Field("chantierId"), order, page, self.record.id).await
    }

    /// What can be used for it, by title.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn resources(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<ResourceNode>> {
        let page = page(ctx, first, after, last, before)?;
        related::<Resource, _>(ctx, Relation::Field("chantierId"), ByTitle, page, self.record.id).await
    }

    /// Which projects have a part in it.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn participations(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<ParticipationNode>> {
        let page = page(ctx, first, after, last, before)?;
        related::<Participation, _>(
            ctx,
            Relation::Field("chantierId"),
            AsTheyCame,
            page,
            self.record.id,
        )
        .await
    }
}

/// Today in the server's time, for what depends on the day.
fn today(ctx: &Context<'_>) -> chrono::NaiveDate {
    store(ctx).mint().now().date_naive()
}

#[ComplexObject]
impl StepNode {
    /// Whether it should be done by today and is not.
    async fn is_late(&self, ctx: &Context<'_>) -> bool {
        self.record.is_late(today(ctx))
    }

    /// Whether it should be done by today and is not.
    #[graphql(
        deprecation = "Questions of yes or no begin with `is`: use `isLate`; removed after 2027-06-30."
    )]
    async fn late(&self, ctx: &Context<'_>) -> bool {
        self.record.is_late(today(ctx))
    }

    /// The chantier it belongs to.
    async fn chantier(&self, ctx: &Context<'_>) -> Result<Option<ChantierNode>> {
        Ok(one::<Chantier>(ctx, self.record.chantier_id)
            .await?
            .map(Into::into))
    }

    /// The territory it is about.
    async fn territory(&self, ctx: &Context<'_>) -> Result<Option<TerritoryNode>> {
        match self.record.territory_id {
            Some(id) => Ok(one::<Territory>(ctx, id).await?.map(Into::into)),
            None => Ok(None),
        }
    }

    /// The organisations responsible for it.
    async fn responsible(&self, ctx: &Context<'_>) -> Result<Vec<OrganisationNode>> {
        Ok(many::<Organisation>(ctx, &self.record.responsible_ids)
            .await?
            .into_iter()
            .map(Into::into)
            .collect())
    }

    /// The steps that must be done before it.
    async fn dependencies(&self, ctx: &Context<'_>) -> Result<Vec<Self>> {
        Ok(many::<Step>(ctx, &self.record.dependency_ids)
            .await?
            .into_iter()
            .map(Self::from)
            .collect())
    }
}

#[ComplexObject]
impl ResourceNode {
    /// The chantier it belongs to.
    async fn chantier(&self, ctx: &Context<'_>) -> Result<Option<ChantierNode>> {
        match self.record.chantier_id {
            Some(id) => Ok(one::<Chantier>(ctx, id).await?.map(Into::into)),
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

    /// The organisations that provide it.
    async fn providers(&self, ctx: &Context<'_>) -> Result<Vec<OrganisationNode>> {
        Ok(many::<Organisation>(ctx, &self.record.provider_ids)
            .await?
            .into_iter()
            .map(Into::into)
            .collect())
    }
}

#[ComplexObject]
impl ParticipationNode {
    /// The chantier.
    async fn chantier(&self, ctx: &Context<'_>) -> Result<Option<ChantierNode>> {
        Ok(one::<Chantier>(ctx, self.record.chantier_id)
            .await?
            .map(Into::into))
    }

    /// The project.
    async fn project(&self, ctx: &Context<'_>) -> Result<Option<ProjectNode>> {
        Ok(one::<Project>(ctx, self.record.project_id).await?.map(Into::into))
    }
}

#[derive(Default)]
pub(crate) struct ChantierQuery;

#[Object]
impl ChantierQuery {
    /// The chantiers, as the cell numbers them unless ordered otherwise; the tracks only where asked for.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    #[expect(clippy::too_many_arguments, reason = "a connection's arguments")]
    async fn chantiers(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "where")] filter: Option<Filter>,
        order_by: Option<Order>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<ChantierNode>> {
        let page = page(ctx, first, after, last, before)?;
        listed::<Chantier, _>(
            ctx,
            filter.unwrap_or_default(),
            order_by.unwrap_or(Order::Position),
            page,
        )
        .await
    }

    /// One chantier, by its identifier or its code.
    async fn chantier(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its identifier; this or the code.")] id: Option<ChantierId>,
        #[graphql(desc = "Its code, as `marches-publics`; this or the identifier.")] code: Option<String>,
    ) -> Result<Option<ChantierNode>> {
        let found = match (id, code) {
            (Some(id), _) => store(ctx).find::<Chantier>(id).await,
            (None, Some(code)) => store(ctx).chantier_by_code(&code).await,
            (None, None) => Ok(None),
        };
        Ok(found.map_err(|error| fail(ctx, error))?.map(Into::into))
    }

    /// The steps of all chantiers, the earliest first unless ordered otherwise.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    #[expect(clippy::too_many_arguments, reason = "a connection's arguments")]
    async fn steps(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "where")] filter: Option<StepFilter>,
        order_by: Option<StepOrder>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<StepNode>> {
        let page = page(ctx, first, after, last, before)?;
        listed::<Step, _>(
            ctx,
            filter.unwrap_or_default(),
            order_by.unwrap_or(StepOrder::Date),
            page,
        )
        .await
    }

    /// The resources and documents of all chantiers and projects, by title.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn resources(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "where")] filter: Option<ResourceFilter>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<ResourceNode>> {
        let page = page(ctx, first, after, last, before)?;
        listed::<Resource, _>(ctx, filter.unwrap_or_default(), ByTitle, page).await
    }
}

mutations! {
    ChantierMutation of Chantier, ChantierPayload;
    chantier_create(NewChantier), chantier_update(ChantierPatch), chantier_delete;
}

/// Other dates for a step.
#[derive(InputObject)]
struct StepRescheduleInput {
    /// The step.
    id: StepId,
    /// The revision the decision was made on; another one is refused with `STALE_REVISION`.
    expected_revision: i32,
    /// When it begins now; null where that is open.
    starts: Option<PartialDate>,
    /// When it ends now; null where that is open, or where it is one day.
    ends: Option<PartialDate>,
    /// Why it moves; needed where it had a date before, and kept with the step.
    reason: Option<String>,
}

mutations! {
    StepMutation of Step, StepPayload;
    step_create(NewStep), step_update(StepPatch), step_delete;

    /// Moves a step to other dates; what was planned before, when it moved and why are kept with it.
    async fn step_reschedule(&self, ctx: &Context<'_>, input: StepRescheduleInput) -> Result<StepPayload> {
        let StepRescheduleInput { id, expected_revision, starts, ends, reason } = input;
        let actor = &caller(ctx).actor;
        let reason = reason.unwrap_or_default();
        let moved = store(ctx).reschedule_step(actor, id, expected_revision, (starts, ends), &reason).await;
        Ok(answer(ctx, Some((id, expected_revision)), moved).await?.into())
    }
}

/// What somebody saw who tried a resource's link.
#[derive(InputObject)]
struct ResourceCheckLinkInput {
    /// The resource.
    id: ResourceId,
    /// The revision it was tried on; another one is refused with `STALE_REVISION`.
    expected_revision: i32,
    /// Whether the link led to the resource.
    works: bool,
}

mutations! {
    ResourceMutation of Resource, ResourcePayload;
    resource_create(NewResource), resource_update(ResourcePatch), resource_delete;

    /// Says whether a resource's link worked when somebody tried it just now; the day is kept with it.
    async fn resource_check_link(&self, ctx: &Context<'_>, input: ResourceCheckLinkInput) -> Result<ResourcePayload> {
        let ResourceCheckLinkInput { id, expected_revision, works } = input;
        let checked = store(ctx).check_link(&caller(ctx).actor, id, expected_revision, works).await;
        Ok(answer(ctx, Some((id, expected_revision)), checked).await?.into())
    }
}

mutations! {
    ParticipationMutation of Participation, ParticipationPayload;
    participation_create(NewParticipation), participation_update(ParticipationPatch), participation_delete;
}
