//! People with an account over GraphQL: the caller's own, and all of them for staff.

use async_graphql::{ComplexObject, Context, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use domain::organisation::Organisation;
use domain::person::{NewPerson, Person, PersonPatch};
use domain::policy::{Action, allows};
use domain::project::Membership;
use domain::territory::Territory;
use domain::{CouncilId, Lang, PersonId, ProjectId, SeatId};
use store::{AsTheyCame, ByName, Relation};

use crate::connection::{Connection, cost, listed, many, one, page, related};
use crate::ctx::{caller, site, store};
use crate::error::{UserError, fail};
use crate::organisation::OrganisationNode;
use crate::payload::answer;
use crate::problem::{Code, Fault};
use crate::project::MembershipNode;
use crate::security::{SecondStepNode, SessionNode, second_step, sessions};
use crate::territory::TerritoryNode;

node! {
    /// A person with an account.
    PersonNode = Person as "Person"
}
payload!(PersonPayload { person: PersonNode } of Person);

#[ComplexObject]
impl PersonNode {
    /// The organisation they work for.
    async fn organisation(&self, ctx: &Context<'_>) -> Result<Option<OrganisationNode>> {
        match self.record.organisation_id {
            Some(id) => Ok(one::<Organisation>(ctx, id).await?.map(Into::into)),
            None => Ok(None),
        }
    }

    /// The territories they work in; what an officer follows stands in their portfolios.
    async fn territories(&self, ctx: &Context<'_>) -> Result<Vec<TerritoryNode>> {
        Ok(many::<Territory>(ctx, &self.record.territory_ids)
            .await?
            .into_iter()
            .map(Into::into)
            .collect())
    }

    /// The projects they take part in.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn memberships(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<MembershipNode>> {
        let page = page(ctx, first, after, last, before)?;
        related::<Membership, _>(ctx, Relation::Field("personId"), AsTheyCame, page, self.record.id).await
    }
}

/// The caller.
#[derive(SimpleObject)]
#[graphql(complex)]
struct Viewer {
    /// Their account.
    person: PersonNode,
    /// The projects they take part in and may edit.
    project_ids: Vec<ProjectId>,
    /// The councils that their organisation coordinates.
    council_ids: Vec<CouncilId>,
    /// The seats of councils that they sit on, or in their holder's place.
    seat_ids: Vec<SeatId>,
}

#[ComplexObject]
impl Viewer {
    /// Where they are signed in, the session used last first.
    #[graphql(complexity = "10 + 20 * child_complexity")]
    async fn sessions(&self, ctx: &Context<'_>) -> Result<Vec<SessionNode>> {
        sessions(ctx, self.person.record.id).await
    }

    /// The second step of their signing in; null where it needs none.
    #[graphql(complexity = "20 + child_complexity")]
    async fn second_step(&self, ctx: &Context<'_>) -> Result<Option<SecondStepNode>> {
        second_step(ctx, self.person.record.id).await
    }
}

#[derive(Default)]
pub(crate) struct PersonQuery;

#[Object]
impl PersonQuery {
    /// The caller; null for somebody who is not signed in.
    async fn viewer(&self, ctx: &Context<'_>) -> Result<Option<Viewer>> {
        let Some(signed) = caller(ctx).actor.person() else {
            return Ok(None);
        };
        let person = one::<Person>(ctx, signed.id).await?;
        Ok(person.map(|person| Viewer {
            person: person.into(),
            project_ids: signed.projects.clone(),
            council_ids: signed.councils.clone(),
            seat_ids: signed.seats.clone(),
        }))
    }

    /// The accounts, by name; for staff only.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn persons(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose name holds this, without regard to accents and case.")] text: Option<String>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<PersonNode>> {
        if !allows(&caller(ctx).actor, Action::ReadPersons) {
            let signed = caller(ctx).actor.person().is_some();
            return Err(fail(
                ctx,
                Fault::new(if signed {
                    Code::Forbidden
                } else {
                    Code::Unauthenticated
                }),
            ));
        }
        listed::<Person, _>(ctx, text, ByName, page(ctx, first, after, last, before)?).await
    }
}

/// An invitation, shown once: send it to the person.
#[derive(SimpleObject)]
struct InvitationLink {
    /// The path to open in the browser, under the public address: `/invitation/…`.
    path: String,
    /// Until when it can be used.
    expires_at: DateTime<Utc>,
}

impl From<store::Invitation> for InvitationLink {
    fn from(invitation: store::Invitation) -> Self {
        Self {
            path: invitation.path(),
            expires_at: invitation.expires_at,
        }
    }
}

/// What became of an invitation.
#[derive(SimpleObject)]
struct PersonInvitePayload {
    /// The account; null where it was refused.
    person: Option<PersonNode>,
    /// The link to send; shown only now.
    invitation: Option<InvitationLink>,
    /// Why it was refused; empty where it was done.
    user_errors: Vec<UserError>,
}

impl PersonInvitePayload {
    fn of(ctx: &Context<'_>, result: store::Result<(Person, store::Invitation)>) -> Result<Self> {
        match result {
            Ok((person, invitation)) => Ok(Self {
                person: Some(person.into()),
                invitation: Some(invitation.into()),
                user_errors: Vec::new(),
            }),
            Err(store::Error::Refused(refusals)) => Ok(Self {
                person: None,
                invitation: None,
                user_errors: UserError::list(ctx, &refusals),
            }),
            Err(error) => Err(fail(ctx, error)),
        }
    }
}

/// An account that is to get a new link.
#[derive(InputObject)]
struct PersonInviteAgainInput {
    /// The account.
    id: PersonId,
}

/// What a person may change of their own account.
#[derive(InputObject)]
struct ViewerUpdateInput {
    /// The revision the change was made on.
    expected_revision: i32,
    /// The name, as colleagues know them.
    name: Option<String>,
    /// The language they are written to in.
    language: Option<Lang>,
}

#[derive(Default)]
pub(crate) struct PersonMutation;

#[Object]
impl PersonMutation {
    /// Makes an account and the link by which the person chooses a password, and writes to them with it; for
    /// administrators.
    async fn person_invite(&self, ctx: &Context<'_>, input: NewPerson) -> Result<PersonInvitePayload> {
        let address = site(ctx).public_url.as_str();
        let invited = store(ctx).invite(&caller(ctx).actor, input, address).await;
        PersonInvitePayload::of(ctx, invited)
    }

    /// Makes a new link for an account, also for a forgotten password, and writes to the person with it; the earlier
    /// link is void.
    async fn person_invite_again(
        &self,
        ctx: &Context<'_>,
        input: PersonInviteAgainInput,
    ) -> Result<PersonInvitePayload> {
        let actor = &caller(ctx).actor;
        let address = site(ctx).public_url.as_str();
        let invited = match store(ctx).invite_again(actor, input.id, address).await {
            Ok(invitation) => store(ctx)
                .get::<Person>(actor, input.id)
                .await
                .map(|person| (person, invitation)),
            Err(error) => Err(error),
        };
        PersonInvitePayload::of(ctx, invited)
    }

    /// Changes an account: its role, its state, its organisation; for administrators.
    async fn person_update(&self, ctx: &Context<'_>, input: PersonPatch) -> Result<PersonPayload> {
        let target = (input.id, input.expected_revision);
        let changed = store(ctx).edit::<Person>(&caller(ctx).actor, input).await;
        Ok(answer(ctx, Some(target), changed).await?.into())
    }

    /// Changes the caller's own name and language.
    async fn viewer_update(&self, ctx: &Context<'_>, input: ViewerUpdateInput) -> Result<PersonPayload> {
        let ViewerUpdateInput {
            expected_revision,
            name,
            language,
        } = input;
        let actor = &caller(ctx).actor;
        let Some(signed) = actor.person() else {
            return Ok(answer(ctx, None, Err(domain::Refusal::Unauthenticated.into()))
                .await?
                .into());
        };
        let changed = store(ctx)
            .edit_self(actor, signed.id, expected_revision, name, language)
            .await;
        Ok(answer(ctx, Some((signed.id, expected_revision)), changed)
            .await?
            .into())
    }
}
