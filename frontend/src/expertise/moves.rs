//! What is done with introductions, sessions and notices, by one press each; most can be taken back.

use super::words;
use crate::api;
use crate::browser;
use crate::contract::schema;
use crate::edit::press::{Answer, press};
use crate::language::t;
use crate::refusal::UserError;
use crate::ui::toast::Toasts;
use cynic::MutationBuilder;
use domain::PartialDate;
use domain::expertise::introduction::{NewIntroduction, Party, Refused, Stage};
use domain::expertise::notice::Frequency;
use domain::expertise::session::Answer as Reply;
use domain::{ExpertiseId, ExpertiseNeedId};
use leptos::prelude::*;

#[derive(cynic::QueryFragment)]
struct IntroductionPayload {
    user_errors: Vec<UserError>,
    change_id: Option<cynic::Id>,
}

#[derive(cynic::QueryVariables)]
struct Opening {
    input: NewIntroduction,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Mutation", variables = "Opening")]
struct Open {
    #[arguments(input: $input)]
    introduction_open: IntroductionPayload,
}

crate::api::document!(mutation Open(Opening));

#[derive(cynic::InputObject)]
struct IntroductionAdvanceInput {
    id: cynic::Id,
    expected_revision: i32,
    stage: Stage,
    refused: Option<Refused>,
    text: Option<String>,
}

#[derive(cynic::QueryVariables)]
struct Advancing {
    input: IntroductionAdvanceInput,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Mutation", variables = "Advancing")]
struct Advance {
    #[arguments(input: $input)]
    introduction_advance: IntroductionPayload,
}

crate::api::document!(mutation Advance(Advancing));

#[derive(cynic::InputObject)]
struct IntroductionReviewInput {
    id: cynic::Id,
    expected_revision: i32,
    party: Party,
    rating: i32,
    text: Option<String>,
}

#[derive(cynic::QueryVariables)]
struct Reviewing {
    input: IntroductionReviewInput,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Mutation", variables = "Reviewing")]
struct Review {
    #[arguments(input: $input)]
    introduction_review: IntroductionPayload,
}

crate::api::document!(mutation Review(Reviewing));

#[derive(cynic::InputObject)]
struct ExpertiseNoticesInput {
    frequency: Frequency,
}

#[derive(cynic::QueryVariables)]
struct Choosing {
    input: ExpertiseNoticesInput,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Mutation", variables = "Choosing")]
struct Choose {
    #[arguments(input: $input)]
    expertise_notices_set: ExpertiseNoticesPayload,
}

crate::api::document!(mutation Choose(Choosing));

#[derive(cynic::QueryFragment)]
struct ExpertiseNoticesPayload {
    user_errors: Vec<UserError>,
}

#[derive(cynic::InputObject)]
struct ExpertiseSessionProposeInput {
    client_mutation_id: Option<String>,
    topic: String,
    need_ids: Vec<cynic::Id>,
    title: String,
    starts: Option<PartialDate>,
    note: Option<String>,
}

#[derive(cynic::QueryFragment)]
struct ExpertiseSessionPayload {
    user_errors: Vec<UserError>,
    change_id: Option<cynic::Id>,
}

#[derive(cynic::QueryVariables)]
struct Proposing {
    input: ExpertiseSessionProposeInput,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Mutation", variables = "Proposing")]
struct Propose {
    #[arguments(input: $input)]
    expertise_session_propose: ExpertiseSessionPayload,
}

crate::api::document!(mutation Propose(Proposing));

#[derive(cynic::InputObject)]
struct ExpertiseSessionAnswerInput {
    id: cynic::Id,
    project_id: Option<cynic::Id>,
    organisation_id: Option<cynic::Id>,
    answer: Reply,
}

#[derive(cynic::QueryVariables)]
struct Answering {
    input: ExpertiseSessionAnswerInput,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Mutation", variables = "Answering")]
struct AnswerIt {
    #[arguments(input: $input)]
    expertise_session_answer: ExpertiseSessionPayload,
}

crate::api::document!(mutation AnswerIt(Answering));

/// Proposes to a provider to be introduced to a need. Pressed twice, it proposes once.
pub fn introduce(need: ExpertiseNeedId, expertise: ExpertiseId, busy: RwSignal<bool>, said: Toasts) {
    let input = NewIntroduction {
        client_mutation_id: Some(format!("introduction-{:.0}", browser::now())),
        expertise_id: expertise,
        need_id: need,
        message: None,
    };
    press(busy, said, t::introduction_opened(), async move {
        let it = api::mutate(&Open::build(Opening { input }))
            .await?
            .introduction_open;
        Ok((it.user_errors, it.change_id))
    });
}

/// Moves it to another stage that needs no words.
pub fn advance(id: cynic::Id, revision: i32, stage: Stage, busy: RwSignal<bool>, said: Toasts) {
    let done = t::introduction_moved(words::stage(stage));
    press(busy, said, done, moved(id, revision, stage, None, None));
}

/// Moves it to another stage, with its reason.
pub async fn moved(
    id: cynic::Id,
    expected_revision: i32,
    stage: Stage,
    refused: Option<Refused>,
    text: Option<String>,
) -> Answer {
    let input = IntroductionAdvanceInput {
        id,
        expected_revision,
        stage,
        refused,
        text,
    };
    let it = api::mutate(&Advance::build(Advancing { input })).await?;
    Ok((
        it.introduction_advance.user_errors,
        it.introduction_advance.change_id,
    ))
}

/// Keeps what one side says of it.
pub async fn review(
    id: cynic::Id,
    expected_revision: i32,
    party: Party,
    rating: i32,
    text: Option<String>,
) -> Answer {
    let input = IntroductionReviewInput {
        id,
        expected_revision,
        party,
        rating,
        text,
    };
    let it = api::mutate(&Review::build(Reviewing { input })).await?;
    Ok((
        it.introduction_review.user_errors,
        it.introduction_review.change_id,
    ))
}

/// Says how often one is told of new matches.
pub fn choose(frequency: Frequency, busy: RwSignal<bool>, said: Toasts) {
    let input = ExpertiseNoticesInput { frequency };
    press(busy, said, t::edit_saved(), async move {
        let it = api::mutate(&Choose::build(Choosing { input })).await?;
        Ok((it.expertise_notices_set.user_errors, None))
    });
}

/// Proposes a session of encounter from these needs.
pub async fn propose(
    topic: String,
    needs: Vec<String>,
    title: String,
    starts: Option<PartialDate>,
    note: Option<String>,
) -> Answer {
    let input = ExpertiseSessionProposeInput {
        client_mutation_id: Some(format!("session-{:.0}", browser::now())),
        topic,
        need_ids: needs.iter().map(cynic::Id::new).collect(),
        title,
        starts,
        note,
    };
    let it = api::mutate(&Propose::build(Proposing { input })).await?;
    Ok((
        it.expertise_session_propose.user_errors,
        it.expertise_session_propose.change_id,
    ))
}

/// Answers the proposal of a session, for a project or for an organisation.
pub fn reply(
    id: cynic::Id,
    (project_id, organisation_id): (Option<cynic::Id>, Option<cynic::Id>),
    answer: Reply,
    busy: RwSignal<bool>,
    said: Toasts,
) {
    let input = ExpertiseSessionAnswerInput {
        id,
        project_id,
        organisation_id,
        answer,
    };
    press(busy, said, t::edit_saved(), async move {
        let it = api::mutate(&AnswerIt::build(Answering { input })).await?;
        Ok((
            it.expertise_session_answer.user_errors,
            it.expertise_session_answer.change_id,
        ))
    });
}
