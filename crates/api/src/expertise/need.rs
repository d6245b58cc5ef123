//! Needs of expertise over GraphQL. A confidential one exists for its own side, staff, and those it was introduced to.

use async_graphql::{ComplexObject, Context, Object, Result};
use domain::expertise::need::{ExpertiseNeed, ExpertiseNeedPatch, Filter, NewExpertiseNeed, Order, Reader};
use domain::organisation::Organisation;
use domain::policy::allows;
use domain::project::Project;
use domain::record::{Rules as _, Verb};
use domain::territory::Territory;
use domain::{ExpertiseNeedId, ProjectId};
use store::Relation;

use super::load::SeenNeed;
use super::matching::{ExpertiseMatchNode, matches, matching_cost};
use super::{IntroductionNode, TopicNode, introduction, topics};
use crate::connection::{Connection, cost, listed, one, page, related, shared};
use crate::ctx::{caller, loader};
use crate::organisation::OrganisationNode;
use crate::project::ProjectNode;
use crate::territory::TerritoryNode;

node! {
    /// A need of expertise by a project, an organisation, or both.
    ExpertiseNeedNode = ExpertiseNeed as "ExpertiseNeed"
}
payload!(ExpertiseNeedPayload { expertise_need: ExpertiseNeedNode } of ExpertiseNeed);

/// The need, where the caller may see it.
pub(crate) async fn seen(ctx: &Context<'_>, id: ExpertiseNeedId) -> Result<Option<ExpertiseNeed>> {
    let seen = loader(ctx).one(SeenNeed(id)).await;
    seen.map_err(|error| shared(ctx, &error))
}

/// The needs of expertise of a project, the last changed first: the confidential ones too for those who may see all of
/// them.
pub(crate) async fn needs_of(
    ctx: &Context<'_>,
    project: ProjectId,
    page: domain::page::Page,
) -> Result<Connection<ExpertiseNeedNode>> {
    let all = domain::policy::Action::ReadExpertiseNeed {
        project: Some(project),
        organisation: None,
        confidential: true,
        introduced: false,
    };
    let relation = if allows(&caller(ctx).actor, all) {
        Relation::Field("projectId")
    } else {
        Relation::Public("projectId")
    };
    related::<ExpertiseNeed, _>(ctx, relation, Order::UpdatedLast, page, project).await
}

impl ExpertiseNeedNode {
    /// Whether the caller keeps it.
    fn is_kept(&self, ctx: &Context<'_>) -> bool {
        allows(&caller(ctx).actor, self.record.action(Verb::Update))
    }
}

#[ComplexObject]
impl ExpertiseNeedNode {
    /// What it is about.
    #[graphql(complexity = "4 * child_complexity")]
    async fn about(&self) -> Vec<TopicNode> {
        topics(&self.record.topics)
    }

    /// The project that asks.
    async fn project(&self, ctx: &Context<'_>) -> Result<Option<ProjectNode>> {
        match self.record.project_id {
            Some(id) => Ok(one::<Project>(ctx, id).await?.map(Into::into)),
            None => Ok(None),
        }
    }

    /// The organisation that asks.
    async fn organisation(&self, ctx: &Context<'_>) -> Result<Option<OrganisationNode>> {
        match self.record.organisation_id {
            Some(id) => Ok(one::<Organisation>(ctx, id).await?.map(Into::into)),
            None => Ok(None),
        }
    }

    /// Where it is needed; null where nobody has said.
    async fn territory(&self, ctx: &Context<'_>) -> Result<Option<TerritoryNode>> {
        match self.record.territory_id {
            Some(id) => Ok(one::<Territory>(ctx, id).await?.map(Into::into)),
            None => Ok(None),
        }
    }

    /// The offers that could meet it, the best first; null for those who neither keep it nor work for the cell.
    #[graphql(complexity = "matching_cost(first, child_complexity)")]
    async fn matches(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many at most, 1 to 100; 20 unless given.")] first: Option<i32>,
        #[graphql(desc = "Only those with at least this score, from 0 to 1.")] minimum_score: Option<f64>,
    ) -> Result<Option<Vec<ExpertiseMatchNode>>> {
        if !self.is_kept(ctx) {
            return Ok(None);
        }
        matches(ctx, self.record.id, first, minimum_score).await.map(Some)
    }

    /// What became of it, the last changed first; null for those who neither keep it nor work for the cell.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn introductions(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Option<Connection<IntroductionNode>>> {
        if !self.is_kept(ctx) {
            return Ok(None);
        }
        let page = page(ctx, first, after, last, before)?;
        introduction::introductions(ctx, "needId", self.record.id, page)
            .await
            .map(Some)
    }
}

#[derive(Default)]
pub(crate) struct ExpertiseNeedQuery;

#[Object]
impl ExpertiseNeedQuery {
    /// The needs of expertise that the caller may see, the last changed first unless ordered otherwise.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    #[expect(clippy::too_many_arguments, reason = "a connection's arguments")]
    async fn expertise_needs(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "where")] filter: Option<Filter>,
        order_by: Option<Order>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<ExpertiseNeedNode>> {
        let page = page(ctx, first, after, last, before)?;
        let filter = Filter {
            reader: Reader::of(&caller(ctx).actor),
            ..filter.unwrap_or_default()
        };
        listed::<ExpertiseNeed, _>(ctx, filter, order_by.unwrap_or(Order::UpdatedLast), page).await
    }

    /// One need of expertise; null where there is none, or it is not the caller's to see.
    async fn expertise_need(
        &self,
        ctx: &Context<'_>,
        id: ExpertiseNeedId,
    ) -> Result<Option<ExpertiseNeedNode>> {
        Ok(seen(ctx, id).await?.map(Into::into))
    }
}

mutations! {
    ExpertiseNeedMutation of ExpertiseNeed, ExpertiseNeedPayload;
    expertise_need_create(NewExpertiseNeed), expertise_need_update(ExpertiseNeedPatch), expertise_need_delete;
}
