//! The votes of a council: what is asked, how many seats have voted, the result once it is closed; and opening, casting,
//! closing and withdrawing, none of which is undone.

use super::ballot::open_seats;
use super::cut::{chosen, shows, year_of_vote};
use super::page::{Open, Opening, add};
use super::read::VoteRow;
use super::result::{ballots, bars};
use super::words;
use crate::api;
use crate::contract::schema;
use crate::edit::press::{Answer, press};
use crate::edit::reason::AskReason;
use crate::edit::take_away;
use crate::format;
use crate::language::t;
use crate::refusal::UserError;
use crate::ui::bar::Bar;
use crate::ui::button::{Button, Look};
use crate::ui::chips::{Chip, Status};
use crate::ui::dialog::Confirm;
use crate::ui::page::Section;
use crate::ui::toast::toasts;
use crate::viewer::may;
use cynic::MutationBuilder;
use domain::council::vote::State;
use domain::policy::Action;
use domain::{CouncilId, RecordType};
use leptos::prelude::*;

#[derive(cynic::InputObject)]
struct VoteMoveInput {
    id: cynic::Id,
    expected_revision: i32,
}

#[derive(cynic::InputObject)]
struct VoteWithdrawInput {
    id: cynic::Id,
    expected_revision: i32,
    reason: String,
}

#[derive(cynic::QueryVariables)]
struct Moving {
    input: VoteMoveInput,
}

#[derive(cynic::QueryVariables)]
struct Withdrawing {
    input: VoteWithdrawInput,
}

#[derive(cynic::QueryFragment)]
struct VotePayload {
    user_errors: Vec<UserError>,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Mutation", variables = "Moving")]
struct Opened {
    #[arguments(input: $input)]
    vote_open: VotePayload,
}

crate::api::document!(mutation Opened(Moving));

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Mutation", variables = "Moving")]
struct Closed {
    #[arguments(input: $input)]
    vote_close: VotePayload,
}

crate::api::document!(mutation Closed(Moving));

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Mutation", variables = "Withdrawing")]
struct Withdrawn {
    #[arguments(input: $input)]
    vote_withdraw: VotePayload,
}

crate::api::document!(mutation Withdrawn(Withdrawing));

// None of these has a way back, so none offers one.

async fn open_it(id: cynic::Id, expected_revision: i32) -> Answer {
    let input = VoteMoveInput {
        id,
        expected_revision,
    };
    let answer = api::mutate(&Opened::build(Moving { input })).await?;
    Ok((answer.vote_open.user_errors, None))
}

async fn close_it(id: cynic::Id, expected_revision: i32) -> Answer {
    let input = VoteMoveInput {
        id,
        expected_revision,
    };
    let answer = api::mutate(&Closed::build(Moving { input })).await?;
    Ok((answer.vote_close.user_errors, None))
}

async fn withdraw(id: cynic::Id, expected_revision: i32, reason: String) -> Answer {
    let input = VoteWithdrawInput {
        id,
        expected_revision,
        reason,
    };
    let answer = api::mutate(&Withdrawn::build(Withdrawing { input })).await?;
    Ok((answer.vote_withdraw.user_errors, None))
}

pub fn votes(council: CouncilId, rows: Vec<VoteRow>, seats: usize, open: Opening) -> AnyView {
    let year = chosen();
    let mut rows = rows;
    rows.reverse();
    let none = rows.is_empty();
    view! {
        <Section title=t::council_votes note=t::council_votes_note broad=true>
            {none.then(|| view! { <p class="muted">{t::council_votes_none}</p> })}
            <ul role="list" class="stack">
                {rows.into_iter().map(|row| {
                    let of = year_of_vote(&row);
                    view! { <li hidden=move || !shows(year.get(), of)>{vote(council, row, seats, open)}</li> }
                }).collect_view()}
            </ul>
            {add(council, t::vote_add, open, Open::Vote(None))}
        </Section>
    }
    .into_any()
}

fn vote(council: CouncilId, row: VoteRow, seats: usize, open: Opening) -> AnyView {
    let (id, revision, state) = (row.id.clone(), row.revision, row.state);
    let (method, secrecy, closes, ended) = (row.method, row.secrecy, row.closes_at, row.ended_at);
    let (voted, entitled) = (i64::from(row.seats_voted), row.seat_ids.len());
    let key = id.inner().to_owned();
    let casts = row.clone();
    let can_cast = move || state == State::Open && !open_seats(council, &casts).is_empty();
    let has_voted = row.own_seats.iter().any(|it| it.has_voted);
    let result = row.result.clone().map(|result| bars(result, &row.options));
    let read = row
        .ballots
        .clone()
        .filter(|it| !it.is_empty())
        .map(|rows| ballots(rows, &row.options));
    let options: Vec<String> = row.options.iter().map(|it| it.label.clone()).collect();
    let cast = key.clone();
    view! {
        <article class="card vote-card">
            <div class="spread">
                <h3>{row.question.clone()}</h3>
                <span class="row-tight">
                    <Chip text=move || words::secrecy(secrecy) />
                    <Chip text=move || words::method(method) />
                    <Status course=words::vote_course(state) text=move || words::vote(state) />
                </span>
            </div>
            {row.note.clone().map(|note| view! { <p class="muted">{note}</p> })}
            {result.is_none().then(|| view! { <ul role="list" class="plain-list">{options.into_iter().map(|it| view! { <li>{it}</li> }).collect_view()}</ul> })}
            {(state == State::Open).then(|| view! { <Bar label=t::vote_voted part=Signal::derive(move || voted) whole=Signal::derive(move || i64::try_from(entitled).ok()) /> })}
            {(state == State::Open && has_voted).then(|| view! { <p class="muted small">{t::vote_have_voted}</p> })}
            {match (state, closes, ended) {
                (State::Open, Some(closes), _) => Some(view! { <p class="muted small">{move || t::vote_until(format::instant(closes))}</p> }.into_any()),
                (State::Closed, _, Some(ended)) => Some(view! { <p class="muted small">{move || t::vote_closed_on(format::instant_day(ended))}</p> }.into_any()),
                (State::Draft | State::Open | State::Closed | State::Withdrawn, _, _) => None,
            }}
            {row.reason.clone().map(|reason| view! { <p class="muted small">{reason}</p> })}
            {result}
            {read}
            <div class="button-row no-print">
                {move || can_cast().then(|| {
                    let key = cast.clone();
                    view! { <Button text=t::ballot_title look=Look::Primary small=true on_press=move |()| open.set(Some(Open::Ballot(key.clone()))) /> }
                })}
                {move || may(Action::EditCouncil { council }).then(|| view! { <Moves id=id.clone() revision state title=row.question.clone() voted seats entitled open /> })}
            </div>
        </article>
    }
    .into_any()
}

/// What who keeps the council does with a vote.
#[component]
fn Moves(
    id: cynic::Id,
    revision: i32,
    state: State,
    title: String,
    voted: i64,
    seats: usize,
    entitled: usize,
    open: Opening,
) -> impl IntoView {
    let (opening, closing, withdrawing) = (RwSignal::new(false), RwSignal::new(false), RwSignal::new(false));
    let busy = RwSignal::new(false);
    let said = toasts();
    let key = id.inner().to_owned();
    let (opens, closes, goes, takes) = (id.clone(), id.clone(), id.clone(), id);
    let away = move |()| take_away(RecordType::Vote, takes.clone(), revision, title.clone(), || ());
    let edits = key.clone();
    match state {
        State::Draft => view! {
            <Button text=t::vote_open_do small=true busy on_press=move |()| opening.set(true) />
            <Button text=t::action_edit look=Look::Quiet small=true on_press=move |()| open.set(Some(Open::Vote(Some(edits.clone())))) />
            <Button text=t::vote_remove look=Look::Quiet small=true on_press=away />
            <Confirm open=opening title=t::vote_open_do consequence=move || t::vote_open_consequence(seats) action=t::vote_open_do
                on_confirm=move |()| press(busy, said, t::vote_opened(), open_it(opens.clone(), revision)) />
        }
        .into_any(),
        State::Open => view! {
            <Button text=t::vote_close_do small=true busy on_press=move |()| closing.set(true) />
            {(voted == 0).then(|| view! { <Button text=t::vote_withdraw_do look=Look::Quiet small=true busy on_press=move |()| withdrawing.set(true) /> })}
            <Confirm open=closing title=t::vote_close_do consequence=move || t::vote_close_consequence(format::number(voted), entitled) action=t::vote_close_do
                on_confirm=move |()| press(busy, said, t::vote_closed(), close_it(closes.clone(), revision)) />
            <AskReason open=withdrawing record=key title=t::vote_withdraw_do hint=t::vote_withdraw_hint usual=&[]
                action=t::vote_withdraw_do done=t::vote_withdrawn send=move |reason| withdraw(goes.clone(), revision, reason) />
        }
        .into_any(),
        State::Closed | State::Withdrawn => ().into_any(),
    }
}
