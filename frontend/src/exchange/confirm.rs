//! What is done with an offer or a need where it is shown: saying that it still holds, and moving it to another state;
//! each can be taken back.

use super::Side;
use super::read::State;
use crate::api;
use crate::contract::{schema, typed};
use crate::edit::press::{Answer, press};
use crate::language::t;
use crate::refusal::UserError;
use crate::ui::toast::Toasts;
use cynic::MutationBuilder;
use domain::need::{self, NeedPatch};
use domain::offer::OfferPatch;
use domain::patch::Patch;
use leptos::prelude::*;

#[derive(cynic::InputObject)]
struct OfferConfirmInput {
    id: cynic::Id,
    expected_revision: i32,
}

#[derive(cynic::InputObject)]
struct NeedConfirmInput {
    id: cynic::Id,
    expected_revision: i32,
}

#[derive(cynic::QueryFragment)]
struct OfferPayload {
    user_errors: Vec<UserError>,
    change_id: Option<cynic::Id>,
}

#[derive(cynic::QueryFragment)]
struct NeedPayload {
    user_errors: Vec<UserError>,
    change_id: Option<cynic::Id>,
}

#[derive(cynic::QueryVariables)]
struct OfferConfirming {
    input: OfferConfirmInput,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Mutation", variables = "OfferConfirming")]
struct OfferConfirm {
    #[arguments(input: $input)]
    offer_confirm: OfferPayload,
}

crate::api::document!(mutation OfferConfirm(OfferConfirming));

#[derive(cynic::QueryVariables)]
struct NeedConfirming {
    input: NeedConfirmInput,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Mutation", variables = "NeedConfirming")]
struct NeedConfirm {
    #[arguments(input: $input)]
    need_confirm: NeedPayload,
}

crate::api::document!(mutation NeedConfirm(NeedConfirming));

#[derive(cynic::QueryVariables)]
struct OfferMoving {
    input: OfferPatch,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Mutation", variables = "OfferMoving")]
struct OfferMove {
    #[arguments(input: $input)]
    offer_update: OfferPayload,
}

crate::api::document!(mutation OfferMove(OfferMoving));

#[derive(cynic::QueryVariables)]
struct NeedMoving {
    input: NeedPatch,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Mutation", variables = "NeedMoving")]
struct NeedMove {
    #[arguments(input: $input)]
    need_update: NeedPayload,
}

crate::api::document!(mutation NeedMove(NeedMoving));

async fn confirmed(side: Side, id: cynic::Id, expected_revision: i32) -> Answer {
    match side {
        Side::Offers => {
            let input = OfferConfirmInput {
                id,
                expected_revision,
            };
            let it = api::mutate(&OfferConfirm::build(OfferConfirming { input })).await?;
            Ok((it.offer_confirm.user_errors, it.offer_confirm.change_id))
        }
        Side::Needs => {
            let input = NeedConfirmInput {
                id,
                expected_revision,
            };
            let it = api::mutate(&NeedConfirm::build(NeedConfirming { input })).await?;
            Ok((it.need_confirm.user_errors, it.need_confirm.change_id))
        }
    }
}

async fn moved(to: State, id: cynic::Id, revision: i32, reason: Option<String>) -> Answer {
    match to {
        State::Offer(status) => {
            let Some(id) = typed(&id) else {
                return Ok((Vec::new(), None));
            };
            let mut input = OfferPatch::of(id, revision);
            input.status = Patch::Value(status);
            let it = api::mutate(&OfferMove::build(OfferMoving { input })).await?;
            Ok((it.offer_update.user_errors, it.offer_update.change_id))
        }
        State::Need(status) => {
            let Some(id) = typed(&id) else {
                return Ok((Vec::new(), None));
            };
            let mut input = NeedPatch::of(id, revision);
            input.status = Patch::Value(status);
            if let Some(reason) = reason {
                input.reason = Patch::Value(reason);
            }
            let it = api::mutate(&NeedMove::build(NeedMoving { input })).await?;
            Ok((it.need_update.user_errors, it.need_update.change_id))
        }
    }
}

/// Says that it still holds.
pub fn confirm(side: Side, id: cynic::Id, revision: i32, busy: RwSignal<bool>, said: Toasts) {
    press(
        busy,
        said,
        t::exchange_confirmed_now(),
        confirmed(side, id, revision),
    );
}

/// Moves it to another state.
pub fn go(to: State, id: cynic::Id, revision: i32, busy: RwSignal<bool>, said: Toasts) {
    press(busy, said, t::edit_saved(), moved(to, id, revision, None));
}

/// Gives a need up, for a reason.
pub async fn abandon(id: cynic::Id, revision: i32, reason: String) -> Answer {
    moved(State::Need(need::Status::Abandoned), id, revision, Some(reason)).await
}
