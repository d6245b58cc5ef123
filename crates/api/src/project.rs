//! Projects, their members and follow-up notes over GraphQL.

use async_graphql::{ComplexObject, Context, InputObject, Object, Result};
use domain::chantier::{Participation, Resource};
use domain::council::{self, Council};
use domain::organisation::Organisation;
use domain::person::Person;
use domain::policy::{Action, allows};
use domain::project::{
    Filter, Membership, MembershipPatch, NewMembership, NewNote, NewProject, Note, NotePatch, Order, Phase,
    Project, ProjectPatch, SELECTED, Status,
};
use domain::request::Request;
use domain::territory::Territory;
use domain::{PartialDate, ProjectId};
use store::{AsTheyCame, ByTitle, Relation};

use crate::chantier::{ParticipationNode, ResourceNode};
use crate::connection::{Connection, cost, listed, many, named, one, page, related, shared};
use crate::council::CouncilNode;
use crate::ctx::{caller, language, loader, store};
use crate::error::fail;
use crate::expertise::{ExpertiseNeedNode, needs_of};
use crate::officer::load::OfficerOf;
use crate::officer::{FollowUpNode, OfficerFor};
use crate::organisation::{ContactNode, OrganisationNode, contacts};
use crate::payload::{DeleteInput, DeletePayload, answer, deleted};
use crate::person::PersonNode;
use crate::request::RequestNode;
use crate::territory::TerritoryNode;

node! {
    /// A food-relocalisation project.
    ProjectNode = Project as "Project"
}
payload!(ProjectPayload { project: ProjectNode } of Project);

node! {
    /// A person's part in a project.
    MembershipNode = Membership as "Membership"
}
payload!(MembershipPayload { membership: MembershipNode } of Membership);

node! {
    /// A follow-up note on a project: for the project and staff only.
    NoteNode = Note as "Note"
}
payload!(NotePayload { note: NoteNode } of Note);

#[ComplexObject]
impl ProjectNode {
    /// Where it stands in its life: the last of its phases.
    async fn status(&self) -> Status {
        self.record.status()
    }

    /// The states it can be moved to from there.
    async fn next_statuses(&self) -> Vec<Status> {
        self.record.status().next()
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

    /// The territories it works for.
    async fn territories(&self, ctx: &Context<'_>) -> Result<Vec<TerritoryNode>> {
        Ok(many::<Territory>(ctx, &self.record.territory_ids)
            .await?
            .into_iter()
            .map(Into::into)
            .collect())
    }

    /// Its part in chantiers.
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
            Relation::Field("projectId"),
            AsTheyCame,
            page,
            self.record.id,
        )
        .await
    }

    /// The food policy councils that came from it or work with it.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn councils(
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
            Relation::Field("projectIds"),
            council::Order::Name,
            page,
            self.record.id,
        )
        .await
    }

    /// Its documents and links, by title.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn documents(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<ResourceNode>> {
        let page = page(ctx, first, after, last, before)?;
        related::<Resource, _>(ctx, Relation::Field("projectId"), ByTitle, page, self.record.id).await
    }

    /// Who takes part in it; null for those who may not know.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn members(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Option<Connection<MembershipNode>>> {
        if !allows(
            &caller(ctx).actor,
            Action::ReadMembers {
                project: self.record.id,
            },
        ) {
            return Ok(None);
        }
        let page = page(ctx, first, after, last, before)?;
        related::<Membership, _>(
            ctx,
            Relation::Field("projectId"),
            AsTheyCame,
            page,
            self.record.id,
        )
        .await
        .map(Some)
    }

    /// Its follow-up notes; null for those who may not read them.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn notes(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Option<Connection<NoteNode>>> {
        if !allows(
            &caller(ctx).actor,
            Action::ReadNotes {
                project: self.record.id,
            },
        ) {
            return Ok(None);
        }
        let page = page(ctx, first, after, last, before)?;
        related::<Note, _>(
            ctx,
            Relation::Field("projectId"),
            AsTheyCame,
            page,
            self.record.id,
        )
        .await
        .map(Some)
    }

    /// Its needs of expertise, the last changed first; the confidential ones only for those who take part in it and staff.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn expertise_needs(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<ExpertiseNeedNode>> {
        needs_of(ctx, self.record.id, page(ctx, first, after, last, before)?).await
    }

    /// Which officer it is for: who follows most of its territories.
    #[graphql(complexity = "40 + child_complexity")]
    async fn officer(&self, ctx: &Context<'_>) -> Result<Option<OfficerFor>> {
        let asked = OfficerOf(self.record.territory_ids.clone());
        let routed = loader(ctx)
            .one(asked)
            .await
            .map_err(|error| shared(ctx, &error))?;
        Ok(routed.flatten().map(OfficerFor))
    }

    /// What it asked the officers, the last changed first; null for those who may not read it.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn requests(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Option<Connection<RequestNode>>> {
        if !self.follows(ctx) {
            return Ok(None);
        }
        let page = page(ctx, first, after, last, before)?;
        let (own, order) = (
            Relation::Column("project_id"),
            domain::request::Order::UpdatedLast,
        );
        related::<Request, _>(ctx, own, order, page, self.record.id)
            .await
            .map(Some)
    }

    /// Its follow-up until today as one history, the latest first: notes, requests, and which officer followed it when. It
    /// is the same whoever follows it now. Null for those who may not read it.
    #[graphql(complexity = "100 + 100 * child_complexity")]
    async fn follow_up(&self, ctx: &Context<'_>) -> Result<Option<Vec<FollowUpNode>>> {
        if !self.follows(ctx) {
            return Ok(None);
        }
        let told = store(ctx).follow_up(&caller(ctx).actor, self.record.id).await;
        let told = told.map_err(|error| fail(ctx, error))?;
        Ok(Some(told.into_iter().map(Into::into).collect()))
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
            "projectId",
            self.record.id.into(),
            page(ctx, first, after, last, before)?,
        )
        .await
    }
}

impl ProjectNode {
    /// Whether the caller may read how it is followed up.
    fn follows(&self, ctx: &Context<'_>) -> bool {
        let project = self.record.id;
        allows(&caller(ctx).actor, Action::ReadNotes { project })
    }
}

#[ComplexObject]
impl MembershipNode {
    /// The project.
    async fn project(&self, ctx: &Context<'_>) -> Result<Option<ProjectNode>> {
        Ok(one::<Project>(ctx, self.record.project_id).await?.map(Into::into))
    }

    /// The person's name, for those who may see who takes part.
    async fn person_name(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        if !allows(
            &caller(ctx).actor,
            Action::ReadMembers {
                project: self.record.project_id,
            },
        ) {
            return Ok(None);
        }
        Ok(one::<Person>(ctx, self.record.person_id)
            .await?
            .map(|person| person.called(language(ctx))))
    }

    /// The person's account, for those who may see it.
    async fn person(&self, ctx: &Context<'_>) -> Result<Option<PersonNode>> {
        if !allows(
            &caller(ctx).actor,
            Action::ReadPerson {
                person: self.record.person_id,
            },
        ) {
            return Ok(None);
        }
        Ok(one::<Person>(ctx, self.record.person_id).await?.map(Into::into))
    }
}

#[ComplexObject]
impl NoteNode {
    /// The project it is about.
    async fn project(&self, ctx: &Context<'_>) -> Result<Option<ProjectNode>> {
        Ok(one::<Project>(ctx, self.record.project_id).await?.map(Into::into))
    }

    /// Who wrote it, by name.
    async fn author_name(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        match self.record.author_id {
            Some(id) => Ok(one::<Person>(ctx, id)
                .await?
                .map(|person| person.called(language(ctx)))),
            None => Ok(None),
        }
    }
}

#[derive(Default)]
pub(crate) struct ProjectQuery;

#[Object]
impl ProjectQuery {
    /// The documented projects, by title unless ordered otherwise.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    #[expect(clippy::too_many_arguments, reason = "a connection's arguments")]
    async fn projects(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "where")] filter: Option<Filter>,
        order_by: Option<Order>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<ProjectNode>> {
        let page = page(ctx, first, after, last, before)?;
        listed::<Project, _>(
            ctx,
            filter.unwrap_or_default(),
            order_by.unwrap_or(Order::Title),
            page,
        )
        .await
    }

    /// One project.
    async fn project(&self, ctx: &Context<'_>, id: ProjectId) -> Result<Option<ProjectNode>> {
        let found = store(ctx)
            .find::<Project>(id)
            .await
            .map_err(|error| fail(ctx, error))?;
        Ok(found.map(Into::into))
    }

    /// How many projects the call of autumn 2020 selected (46); not all of them are documented here.
    async fn projects_selected(&self) -> usize {
        SELECTED
    }
}

/// Another state of a project's life.
#[derive(InputObject)]
struct ProjectMoveInput {
    /// The project.
    id: ProjectId,
    /// The revision the decision was made on; another one is refused with `STALE_REVISION`.
    expected_revision: i32,
    /// The state it enters.
    status: Status,
    /// Since when, where it is known.
    since: Option<PartialDate>,
    /// Why; needed where it is abandoned, handed over or continued elsewhere.
    reason: Option<String>,
}

mutations! {
    ProjectMutation of Project, ProjectPayload;
    project_create(NewProject), project_update(ProjectPatch), project_delete;

    /// Moves a project to another state of its life; the earlier states are kept.
    async fn project_move(&self, ctx: &Context<'_>, input: ProjectMoveInput) -> Result<ProjectPayload> {
        let ProjectMoveInput { id, expected_revision, status, since, reason } = input;
        let phase = Phase { status, since, reason };
        let moved = store(ctx).move_project(&caller(ctx).actor, id, expected_revision, phase).await;
        Ok(answer(ctx, Some((id, expected_revision)), moved).await?.into())
    }
}

mutations! {
    MembershipMutation of Membership, MembershipPayload;
    membership_create(NewMembership), membership_update(MembershipPatch), membership_delete;
}

/// Follow-up notes.
#[derive(Default)]
pub(crate) struct NoteMutation;

#[Object]
impl NoteMutation {
    /// Writes a follow-up note, under the caller's name.
    async fn note_create(&self, ctx: &Context<'_>, input: NewNote) -> Result<NotePayload> {
        let written = store(ctx).write_note(&caller(ctx).actor, input).await;
        Ok(answer(ctx, None, written).await?.into())
    }

    /// Changes a note: an absent field stays as it is, null empties it.
    async fn note_update(&self, ctx: &Context<'_>, input: NotePatch) -> Result<NotePayload> {
        let target = (input.id, input.expected_revision);
        let changed = store(ctx).edit::<Note>(&caller(ctx).actor, input).await;
        Ok(answer(ctx, Some(target), changed).await?.into())
    }

    /// Removes a note.
    async fn note_delete(&self, ctx: &Context<'_>, input: DeleteInput) -> Result<DeletePayload> {
        let gone = if input.id.kind == domain::RecordType::Note {
            store(ctx)
                .remove::<Note>(&caller(ctx).actor, input.id.uuid.into(), input.expected_revision)
                .await
        } else {
            Err(domain::Refusal::NotFound.into())
        };
        deleted(ctx, gone)
    }
}
