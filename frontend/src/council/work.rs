//! What a council does: its meetings with their quorum, its decisions with the actions that follow, and its look back at
//! each year.

use super::cut::{chosen, shows, year_of};
use super::life::documents;
use super::page::{Open, Opening, add};
use super::read::{ActionRow, DecisionRow, EvaluationRow, MeetingRow, QuorumRow};
use super::words;
use crate::edit::Actions;
use crate::format;
use crate::language::t;
use crate::ui::button::{Button, Look};
use crate::ui::chips::Status;
use crate::ui::icon::Icon;
use crate::ui::page::Section;
use crate::viewer::may;
use domain::council::{MeetingState, Presence};
use domain::policy::Action;
use domain::{CouncilId, PartialDate, RecordType};
use leptos::prelude::*;

/// The latest first; what has no date comes last.
fn latest_first<T>(rows: &mut [T], on: impl Fn(&T) -> Option<PartialDate>) {
    rows.sort_by_key(|row| std::cmp::Reverse(on(row).and_then(PartialDate::earliest)));
}

/// A text in its paragraphs.
fn prose(text: &str) -> AnyView {
    text.split("\n\n")
        .map(|it| view! { <p class="prose">{it.to_owned()}</p> })
        .collect_view()
        .into_any()
}

pub fn meetings(council: CouncilId, rows: Vec<MeetingRow>, rule: Option<i32>, open: Opening) -> AnyView {
    let year = chosen();
    let mut rows = rows;
    latest_first(&mut rows, |row| row.on);
    let none = rows.is_empty();
    view! {
        <Section title=t::council_meetings broad=true>
            {none.then(|| view! { <p class="muted">{t::council_meetings_none}</p> })}
            <ul role="list" class="stack">
                {rows.into_iter().map(|row| {
                    let of = year_of(row.on);
                    view! { <li hidden=move || !shows(year.get(), of)>{meeting(council, row, rule, open)}</li> }
                }).collect_view()}
            </ul>
            {add(council, t::meeting_add, open, Open::Meeting(None))}
        </Section>
    }
    .into_any()
}

fn meeting(council: CouncilId, row: MeetingRow, rule: Option<i32>, open: Opening) -> AnyView {
    let (id, revision, title, state, on) =
        (row.id.clone(), row.revision, row.title.clone(), row.state, row.on);
    let when: Vec<String> = row.time.into_iter().chain(row.place).collect();
    let when = when.join(" · ");
    let of = |presence: Presence| row.attendance.iter().filter(|it| it.presence == presence).count();
    let counts = [Presence::Present, Presence::Represented, Presence::Excused].map(|it| (it, of(it)));
    let is_told = !row.attendance.is_empty();
    view! {
        <article class="card">
            <div class="spread">
                <div class="stack-tight">
                    <h3>{row.title}</h3>
                    <p class="muted small"><span class:unknown=on.is_none()>{move || format::partial(on)}</span> {(!when.is_empty()).then(|| format!(" · {when}"))}</p>
                </div>
                <span class="row-tight">
                    <Status course=words::meeting_course(state) text=move || words::meeting(state) />
                    {move || may(Action::EditCouncil { council }).then(|| {
                        let key = id.inner().to_owned();
                        view! { <Actions title=title.clone() kind=RecordType::CouncilMeeting id=id.clone() revision on_edit=move |()| open.set(Some(Open::Meeting(Some(key.clone())))) /> }
                    })}
                </span>
            </div>
            {(!row.agenda.is_empty()).then(|| view! {
                <details><summary>{t::meeting_agenda}</summary><ol>{row.agenda.into_iter().map(|it| view! { <li>{it}</li> }).collect_view()}</ol></details>
            })}
            {is_told.then(|| view! {
                <p class="small">{move || counts.iter().filter(|it| it.1 > 0).map(|(presence, count)| format!("{} {}", format::number(*count), words::presence(*presence))).collect::<Vec<_>>().join(" · ")}</p>
            })}
            {(state == MeetingState::Held).then(|| quorum(row.quorum, rule))}
            {row.minutes.map(|text| view! { <details><summary>{t::meeting_minutes}</summary>{prose(&text)}</details> })}
            {(!row.documents.is_empty()).then(|| documents(row.documents))}
        </article>
    }
    .into_any()
}

fn quorum(told: Option<QuorumRow>, rule: Option<i32>) -> AnyView {
    match (told, rule) {
        (Some(told), _) => {
            let said = move || t::quorum_said(told.attending, told.seats, told.needed);
            let word = move || {
                if told.reached {
                    t::quorum_reached()
                } else {
                    t::quorum_missed()
                }
            };
            view! { <p class="small"><strong>{word}</strong> " — " {said}</p> }.into_any()
        }
        (None, Some(_)) => view! { <p class="small unknown">{t::quorum_unknown}</p> }.into_any(),
        (None, None) => view! { <p class="small muted">{t::council_no_quorum}</p> }.into_any(),
    }
}

pub fn decisions(council: CouncilId, rows: Vec<DecisionRow>, open: Opening) -> AnyView {
    let year = chosen();
    let mut rows = rows;
    latest_first(&mut rows, |row| row.on);
    let none = rows.is_empty();
    view! {
        <Section title=t::council_decisions note=t::council_decisions_note broad=true>
            {none.then(|| view! { <p class="muted">{t::council_decisions_none}</p> })}
            <ul role="list" class="stack">
                {rows.into_iter().map(|row| {
                    let of = year_of(row.on);
                    view! { <li hidden=move || !shows(year.get(), of)>{decision(council, row, open)}</li> }
                }).collect_view()}
            </ul>
            {add(council, t::decision_add, open, Open::Decision(None))}
        </Section>
    }
    .into_any()
}

fn decision(council: CouncilId, row: DecisionRow, open: Opening) -> AnyView {
    let (id, revision, title, on) = (row.id.clone(), row.revision, row.title.clone(), row.on);
    let key = id.inner().to_owned();
    let (none, follows_vote) = (row.actions.nodes.is_empty(), row.vote_id.is_some());
    view! {
        <article class="card">
            <div class="spread">
                <div class="stack-tight">
                    <h3>{row.title}</h3>
                    <p class="muted small"><span class:unknown=on.is_none()>{move || format::partial(on)}</span> {follows_vote.then(|| view! { " · " {t::decision_after_vote} })}</p>
                </div>
                {move || may(Action::EditCouncil { council }).then(|| {
                    let key = id.inner().to_owned();
                    view! { <Actions title=title.clone() kind=RecordType::Decision id=id.clone() revision on_edit=move |()| open.set(Some(Open::Decision(Some(key.clone())))) /> }
                })}
            </div>
            {row.text.map(|text| prose(&text))}
            {none.then(|| view! { <p class="muted small">{t::council_actions_none}</p> })}
            <ul role="list" class="project-rows">
                {row.actions.nodes.into_iter().map(|it| action(council, it, key.clone(), open)).collect_view()}
            </ul>
            {add(council, t::todo_add, open, Open::Action(key.clone(), None))}
        </article>
    }
    .into_any()
}

fn action(council: CouncilId, row: ActionRow, decision: String, open: Opening) -> AnyView {
    let (id, revision, title) = (row.id.clone(), row.revision, row.title.clone());
    let (progress, late, due) = (row.progress, row.late, row.due);
    let reasons: Vec<String> = row.steps.into_iter().filter_map(|it| it.reason).collect();
    let key = id.inner().to_owned();
    view! {
        <li>
            <div class="stack-tight">
                <p class="row-tight">
                    <Status course=words::progress_course(progress, late) text=move || if late { t::todo_late() } else { words::progress(progress) } />
                    <strong>{row.title}</strong>
                </p>
                <p class="muted small">
                    {row.responsible.map(|it| view! { <a href=format!("/organisations/{}", it.id.inner())>{it.name}</a> " · " })}
                    {row.responsible_note.map(|it| view! { <span>{it}</span> " · " })}
                    <span class:unknown=due.is_none()>{move || t::todo_due_said(format::partial(due))}</span>
                </p>
                {row.note.map(|note| view! { <p class="small">{note}</p> })}
                {(!reasons.is_empty()).then(|| view! { <ul role="list" class="plain-list small">{reasons.into_iter().map(|it| view! { <li class="muted">{it}</li> }).collect_view()}</ul> })}
                {move || may(Action::EditCouncil { council }).then(|| {
                    let key = key.clone();
                    view! { <p class="no-print"><Button text=t::todo_advance look=Look::Quiet small=true mark=Icon::Forward on_press=move |()| open.set(Some(Open::Advance(key.clone()))) /></p> }
                })}
            </div>
            {move || may(Action::EditCouncil { council }).then(|| {
                let what = Open::Action(decision.clone(), Some(id.inner().to_owned()));
                view! { <Actions title=title.clone() kind=RecordType::CouncilAction id=id.clone() revision on_edit=move |()| open.set(Some(what.clone())) /> }
            })}
        </li>
    }
    .into_any()
}

pub fn evaluations(council: CouncilId, rows: Vec<EvaluationRow>, open: Opening) -> AnyView {
    let year = chosen();
    let mut rows = rows;
    rows.sort_by_key(|row| std::cmp::Reverse(row.year));
    let none = rows.is_empty();
    view! {
        <Section title=t::council_evaluations note=t::council_evaluations_note broad=true>
            {none.then(|| view! { <p class="muted">{t::council_evaluations_none}</p> })}
            <ul role="list" class="stack">
                {rows.into_iter().map(|row| {
                    let of = Some(row.year);
                    view! { <li hidden=move || !shows(year.get(), of)>{evaluation(council, row, open)}</li> }
                }).collect_view()}
            </ul>
            {add(council, t::evaluation_add, open, Open::Evaluation(None))}
        </Section>
    }
    .into_any()
}

fn evaluation(council: CouncilId, row: EvaluationRow, open: Opening) -> AnyView {
    let (id, revision, year) = (row.id.clone(), row.revision, row.year);
    view! {
        <article class="card evaluation-card">
            <div class="spread">
                <h3>{year}</h3>
                {move || may(Action::EditCouncil { council }).then(|| {
                    let key = id.inner().to_owned();
                    view! { <Actions title=year.to_string() kind=RecordType::Evaluation id=id.clone() revision on_edit=move |()| open.set(Some(Open::Evaluation(Some(key.clone())))) /> }
                })}
            </div>
            <div class="evaluation-parts">
                <div><h4>{t::evaluation_achieved}</h4>{prose(&row.achieved)}</div>
                <div>
                    <h4>{t::evaluation_failed}</h4>
                    {match row.failed {
                        Some(text) => prose(&text),
                        None => view! { <p>{t::evaluation_nothing_failed}</p> }.into_any(),
                    }}
                </div>
                {row.learnt.map(|text| view! { <div><h4>{t::evaluation_learnt}</h4>{prose(&text)}</div> })}
            </div>
        </article>
    }
    .into_any()
}
