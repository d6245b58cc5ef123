//! A seat's ballot: options agreed with, or put in order by buttons that a keyboard presses too. It is said before it is
//! cast, and cast once.

use super::read::VoteRow;
use super::words;
use crate::api;
use crate::browser;
use crate::contract::schema;
use crate::language::t;
use crate::refusal::{UserError, failed, refused};
use crate::ui::button::{Button, Look};
use crate::ui::field::{CheckField, Refusals, Refused, SelectField};
use crate::ui::icon::Icon;
use crate::ui::toast::toasts;
use crate::viewer::may;
use cynic::MutationBuilder;
use domain::CouncilId;
use domain::council::vote::{Method, Secrecy};
use domain::policy::Action;
use leptos::prelude::*;
use leptos::task::spawn_local;

#[derive(cynic::InputObject)]
struct BallotCastInput {
    vote_id: cynic::Id,
    seat_id: cynic::Id,
    choices: Vec<String>,
}

#[derive(cynic::QueryVariables)]
struct Casting {
    input: BallotCastInput,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Mutation", variables = "Casting")]
struct Cast {
    #[arguments(input: $input)]
    ballot_cast: VotePayload,
}

crate::api::document!(mutation Cast(Casting));

#[derive(cynic::QueryFragment)]
struct VotePayload {
    user_errors: Vec<UserError>,
}

/// The seats whose ballot can be cast here: one's own that have not voted, and where hands are shown to all, those that
/// somebody who keeps the council has not noted yet.
pub fn open_seats(council: CouncilId, vote: &VoteRow) -> Vec<String> {
    let own = vote
        .own_seats
        .iter()
        .filter(|it| !it.has_voted)
        .map(|it| it.seat_id.inner().to_owned());
    let mut seats: Vec<String> = own.collect();
    if vote.secrecy == Secrecy::Open && may(Action::EditCouncil { council }) {
        let voted: Vec<&str> = vote
            .ballots
            .iter()
            .flatten()
            .map(|it| it.seat_id.inner())
            .collect();
        seats.extend(
            vote.seat_ids
                .iter()
                .map(cynic::Id::inner)
                .filter(|it| !voted.contains(it))
                .map(str::to_owned),
        );
    }
    seats.sort();
    seats.dedup();
    seats
}

#[component]
pub fn BallotForm(
    council: CouncilId,
    vote: VoteRow,
    named: Vec<(String, String)>,
    #[prop(into)] on_end: Callback<()>,
) -> impl IntoView {
    let may_cast = open_seats(council, &vote);
    let seat = RwSignal::new(may_cast.first().cloned().unwrap_or_default());
    let named: Vec<(String, String)> = named.into_iter().filter(|it| may_cast.contains(&it.0)).collect();
    let several = named.len() > 1;
    let names = named.clone();
    let whose = move || {
        names
            .iter()
            .find(|it| seat.with(|seat| it.0 == *seat))
            .map(|it| it.1.clone())
            .unwrap_or_default()
    };
    let chosen = RwSignal::new(Vec::<String>::new());
    let refusals = RwSignal::new(Vec::<Refused>::new());
    let busy = RwSignal::new(false);
    let said = toasts();
    let (id, method, secrecy) = (vote.id.clone(), vote.method, vote.secrecy);
    let options: Vec<(String, String)> = vote
        .options
        .iter()
        .map(|it| (it.key.clone(), it.label.clone()))
        .collect();
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        let input = BallotCastInput {
            vote_id: id.clone(),
            seat_id: cynic::Id::new(seat.get_untracked()),
            choices: chosen.get_untracked(),
        };
        spawn_local(async move {
            let answer = api::mutate(&Cast::build(Casting { input })).await;
            let _ = busy.try_set(false);
            match answer {
                Ok(Cast { ballot_cast }) if ballot_cast.user_errors.is_empty() => {
                    on_end.run(());
                    said.say(t::ballot_cast());
                    api::try_again();
                }
                Ok(Cast { ballot_cast }) => {
                    let _ = refusals.try_set(refused(ballot_cast.user_errors));
                }
                Err(failure) => {
                    let _ = refusals.try_set(failed(&failure));
                }
            }
        });
    };
    let labels = options.clone();
    let summary = move || {
        let named: Vec<String> = chosen
            .get()
            .iter()
            .filter_map(|key| labels.iter().find(|it| it.0 == *key))
            .map(|it| it.1.clone())
            .collect();
        if named.is_empty() {
            return t::ballot_blank_said().to_owned();
        }
        match method {
            Method::Approval => named.join(", "),
            Method::Ranking => {
                let placed = named
                    .iter()
                    .zip(1..)
                    .map(|(label, place)| format!("{place}. {label}"));
                placed.collect::<Vec<_>>().join("  ")
            }
        }
    };
    view! {
        <form class="form" on:submit=submit>
            <Refusals refusals shown=Vec::new() />
            <p><strong>{vote.question}</strong></p>
            <p class="muted small">{move || words::method_note(method)}</p>
            <p class="muted small">{move || match secrecy {
                Secrecy::Open => t::vote_secrecy_open_note(),
                Secrecy::Secret => t::vote_secrecy_secret_note(),
            }}</p>
            {if several {
                view! { <SelectField label=t::record_seat options=Signal::derive(move || named.clone()) required=true value=seat /> }.into_any()
            } else {
                view! { <p>{move || t::ballot_for(whose())}</p> }.into_any()
            }}
            {match method {
                Method::Approval => approval(options, chosen),
                Method::Ranking => view! { <Ranking options chosen /> }.into_any(),
            }}
            <p aria-live="polite"><span class="muted small">{t::ballot_yours} " : "</span> <strong>{summary}</strong></p>
            <p class="muted small">{t::ballot_final}</p>
            <div class="form-foot">
                <Button text=t::ballot_do look=Look::Danger submit=true busy />
                <Button text=t::action_cancel look=Look::Quiet on_press=on_end />
            </div>
        </form>
    }
}

fn approval(options: Vec<(String, String)>, chosen: RwSignal<Vec<String>>) -> AnyView {
    let order: Vec<String> = options.iter().map(|it| it.0.clone()).collect();
    let boxes = options.into_iter().map(|(key, label)| {
        let on = RwSignal::new(false);
        let order = order.clone();
        Effect::new(move |before: Option<bool>| {
            let now = on.get();
            if before.is_some_and(|before| before != now) {
                chosen.update(|chosen| {
                    chosen.retain(|it| *it != key);
                    if now {
                        chosen.push(key.clone());
                    }
                    chosen.sort_by_key(|it| order.iter().position(|of| of == it));
                });
            }
            now
        });
        view! { <CheckField label value=on /> }
    });
    view! { <fieldset class="ballot"><legend>{t::ballot_agree}</legend>{boxes.collect_view()}</fieldset> }
        .into_any()
}

/// Options in order: each is added, moved up or down, or taken out by a button; the focus stays on what was moved.
#[component]
fn Ranking(options: Vec<(String, String)>, chosen: RwSignal<Vec<String>>) -> impl IntoView {
    let said = RwSignal::new(String::new());
    let all = StoredValue::new(options);
    let label = move |key: &str| {
        all.with_value(|all| {
            all.iter()
                .find(|it| it.0 == key)
                .map_or_else(String::new, |it| it.1.clone())
        })
    };
    let shift = move |key: String, by: isize| {
        chosen.update(|chosen| {
            let Some(place) = chosen.iter().position(|it| *it == key) else {
                return;
            };
            let to = place.saturating_add_signed(by).min(chosen.len() - 1);
            let moved = chosen.remove(place);
            chosen.insert(to, moved);
            said.set(t::ballot_moved(label(&key), to + 1));
        });
        // The line was drawn anew: the focus goes back to its button.
        request_animation_frame(move || browser::focus(&button(&key, by)));
    };
    let rest = move || {
        all.with_value(|all| {
            all.iter()
                .filter(|it| !chosen.with(|chosen| chosen.contains(&it.0)))
                .cloned()
                .collect::<Vec<_>>()
        })
    };
    view! {
        <fieldset class="ballot">
            <legend>{t::ballot_order}</legend>
            <ol class="ballot-order" role="list">
                {move || {
                    let last = chosen.with(Vec::len).saturating_sub(1);
                    chosen.get().into_iter().enumerate().map(|(place, key)| {
                        let name = label(&key);
                        let (up, down, out) = (key.clone(), key.clone(), key.clone());
                        let (names_up, names_down, names_out) = (name.clone(), name.clone(), name.clone());
                        view! {
                            <li>
                                <span class="number">{place + 1} "."</span> <span class="name">{name}</span>
                                <button type="button" class="button quiet icon-only" id=button(&key, -1) aria-label=move || t::ballot_up(&names_up) aria-disabled=(place == 0).then_some("true") on:click=move |_| shift(up.clone(), -1)><span aria-hidden="true">"↑"</span></button>
                                <button type="button" class="button quiet icon-only" id=button(&key, 1) aria-label=move || t::ballot_down(&names_down) aria-disabled=(place == last).then_some("true") on:click=move |_| shift(down.clone(), 1)><span aria-hidden="true">"↓"</span></button>
                                <Button text=move || t::ballot_out(&names_out) mark=Icon::Close icon_only=true look=Look::Quiet on_press=move |()| chosen.update(|chosen| chosen.retain(|it| *it != out)) />
                            </li>
                        }
                    }).collect_view()
                }}
            </ol>
            {move || {
                let rest = rest();
                (!rest.is_empty()).then(|| view! {
                    <p class="muted small">{t::ballot_rest}</p>
                    <div class="button-row">
                        {rest.into_iter().map(|(key, label)| view! { <Button text=label mark=Icon::Add small=true on_press=move |()| chosen.update(|chosen| chosen.push(key.clone())) /> }).collect_view()}
                    </div>
                })
            }}
            <p class="visually-hidden" aria-live="polite">{said}</p>
        </fieldset>
    }
}

/// The name of a button's place in the page.
fn button(key: &str, by: isize) -> String {
    format!("ballot-{key}-{}", if by < 0 { "up" } else { "down" })
}
