//! The seats of councils over GraphQL, and who sits on them, for those who may know.

use async_graphql::{ComplexObject, Context, Object, Result};
use chrono::NaiveDate;
use domain::RecordType;
use domain::council::{Council, NewSeat, NewSeatHolder, Seat, SeatHolder, SeatHolderPatch, SeatPatch};
use domain::organisation::Organisation;
use domain::person::Person;
use domain::policy::{Action, allows};
use domain::territory::Territory;
use store::{AsTheyCame, Relation};

use super::{CouncilNode, day};
use crate::connection::{Connection, cost, one, page, related};
use crate::ctx::{caller, store};
use crate::organisation::OrganisationNode;
use crate::payload::{DeleteInput, DeletePayload, answer, deleted};
use crate::person::PersonNode;
use crate::territory::TerritoryNode;

node! {
    /// A seat of a council: what it stands for and for how long. Who sits on it is told to few.
    SeatNode = Seat as "Seat"
}
payload!(SeatPayload { seat: SeatNode } of Seat);

node! {
    /// Who sits on a seat, or in its holder's place: for the council's coordinators, staff, and themselves.
    SeatHolderNode = SeatHolder as "SeatHolder"
}
payload!(SeatHolderPayload { seat_holder: SeatHolderNode } of SeatHolder);

#[ComplexObject]
impl SeatNode {
    /// The council.
    async fn council(&self, ctx: &Context<'_>) -> Result<Option<CouncilNode>> {
        Ok(one::<Council>(ctx, self.record.council_id).await?.map(Into::into))
    }

    /// The member organisation; null where the member is a person.
    async fn organisation(&self, ctx: &Context<'_>) -> Result<Option<OrganisationNode>> {
        match self.record.organisation_id {
            Some(id) => Ok(one::<Organisation>(ctx, id).await?.map(Into::into)),
            None => Ok(None),
        }
    }

    /// The commune it comes from.
    async fn commune(&self, ctx: &Context<'_>) -> Result<Option<TerritoryNode>> {
        match self.record.commune_id {
            Some(id) => Ok(one::<Territory>(ctx, id).await?.map(Into::into)),
            None => Ok(None),
        }
    }

    /// Whether it is in mandate on a day.
    async fn in_mandate(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The day; today unless given.")] on: Option<NaiveDate>,
    ) -> bool {
        self.record.is_in_mandate(day(ctx, on))
    }

    /// Who sits on it, substitutes among them; null for those who may not know.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn holders(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Option<Connection<SeatHolderNode>>> {
        let reading = Action::ReadSeatHolders {
            council: Some(self.record.council_id),
            seat: self.record.id,
        };
        if !allows(&caller(ctx).actor, reading) {
            return Ok(None);
        }
        let page = page(ctx, first, after, last, before)?;
        related::<SeatHolder, _>(ctx, Relation::Column("seat_id"), AsTheyCame, page, self.record.id)
            .await
            .map(Some)
    }
}

#[ComplexObject]
impl SeatHolderNode {
    /// The seat.
    async fn seat(&self, ctx: &Context<'_>) -> Result<Option<SeatNode>> {
        Ok(one::<Seat>(ctx, self.record.seat_id).await?.map(Into::into))
    }

    /// Their account, for those who may see it.
    async fn person(&self, ctx: &Context<'_>) -> Result<Option<PersonNode>> {
        match self.record.person_id {
            Some(person) if allows(&caller(ctx).actor, Action::ReadPerson { person }) => {
                Ok(one::<Person>(ctx, person).await?.map(Into::into))
            }
            Some(_) | None => Ok(None),
        }
    }
}

mutations! {
    SeatMutation of Seat, SeatPayload;
    seat_create(NewSeat), seat_update(SeatPatch), seat_delete;
}

/// Who sits on seats.
#[derive(Default)]
pub(crate) struct SeatHolderMutation;

#[Object]
impl SeatHolderMutation {
    /// Says who sits on a seat; one holder at a time, and any number of substitutes.
    async fn seat_holder_create(&self, ctx: &Context<'_>, input: NewSeatHolder) -> Result<SeatHolderPayload> {
        let made = store(ctx).seat_holder(&caller(ctx).actor, input).await;
        Ok(answer(ctx, None, made).await?.into())
    }

    /// Changes what is said of them: an absent field stays as it is, null empties it.
    async fn seat_holder_update(
        &self,
        ctx: &Context<'_>,
        input: SeatHolderPatch,
    ) -> Result<SeatHolderPayload> {
        let target = (input.id, input.expected_revision);
        let changed = store(ctx).edit::<SeatHolder>(&caller(ctx).actor, input).await;
        Ok(answer(ctx, Some(target), changed).await?.into())
    }

    /// Says that they sit there no more.
    async fn seat_holder_delete(&self, ctx: &Context<'_>, input: DeleteInput) -> Result<DeletePayload> {
        let gone = if input.id.kind == RecordType::SeatHolder {
            store(ctx)
                .remove::<SeatHolder>(&caller(ctx).actor, input.id.uuid.into(), input.expected_revision)
                .await
        } else {
            Err(domain::Refusal::NotFound.into())
        };
        deleted(ctx, gone)
    }
}
