//! The forms of what a council does: meetings with who was there, votes, decisions, actions, evaluations.

use super::forms::{lines, read, written};
use super::read::{CouncilActionAdvanceInput, MeetingRow, VoteRow, advance};
use super::words;
use crate::browser;
use crate::contract::opaque;
use crate::edit::verb::{Doing, Verb, VerbForm};
use crate::edit::{Edit, EditForm, Outcome, options};
use crate::format;
use crate::language::{Text, t};
use crate::records::RecordField;
use crate::refusal::{no_date, said};
use crate::ui::field::{CheckField, DateField, NumberField, Refused, SelectField, TextField};
use crate::ui::state::Failure;
use chrono::{DateTime, Datelike};
use domain::check::Checks;
use domain::council::vote::{Choice, Method, Secrecy};
use domain::council::{
    ActionStep, Attendance, CouncilAction, CouncilMeeting, Decision, Evaluation, MeetingState, Presence,
    Progress, Vote,
};
use domain::{
    CouncilActionId, CouncilId, CouncilMeetingId, DecisionId, EvaluationId, PartialDate, RecordType, SeatId,
    VoteId,
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

fn today() -> Option<PartialDate> {
    PartialDate::day(format::day_of(browser::now()))
}

/// `record` none: a new meeting.
#[component]
pub fn MeetingForm(
    council: CouncilId,
    record: Option<CouncilMeeting>,
    seats: Vec<(String, String)>,
    #[prop(into)] on_end: Callback<()>,
) -> impl IntoView {
    let done = move |_| on_end.run(());
    let edit = match record {
        Some(record) => Edit::of(record, done),
        None => {
            let id = CouncilMeetingId(Uuid::nil());
            Edit::new(
                &council.to_string(),
                CouncilMeeting::bare(id, DateTime::UNIX_EPOCH, council, String::new()),
                done,
            )
        }
    };
    let refusals = edit.refusals;
    let value = edit.draft.value;
    let is_held = move || value.with(|it| it.state == MeetingState::Held);
    let seats: Vec<(SeatId, String)> = seats
        .into_iter()
        .filter_map(|(id, label)| Some((id.parse().ok()?, label)))
        .collect();
    let documents = lines(
        edit,
        |it| it.documents.iter().map(written).collect(),
        |it, all| it.documents = read(all, &it.documents),
    );
    view! {
        <EditForm edit paths=vec!["title", "on", "time", "place", "state", "agenda", "attendance", "minutes"] on_cancel=on_end>
            <TextField label=t::chantier_field_title path="title" refusals required=true value=edit.text(|it| Some(it.title.clone()), |it, text| it.title = text.unwrap_or_default()) />
            <DateField label=t::meeting_on path="on" refusals value=edit.date("on", |it| it.on, |it, date| it.on = date) />
            <div class="two">
                <TextField label=t::meeting_time hint=t::meeting_time_hint path="time" refusals value=edit.text(|it| it.time.clone(), |it, text| it.time = text) />
                <TextField label=t::meeting_place path="place" refusals value=edit.text(|it| it.place.clone(), |it, text| it.place = text) />
            </div>
            <SelectField label=t::meeting_state path="state" refusals required=true options=options(MeetingState::ALL, words::meeting) value=edit.choice(|it| it.state, |it, state| it.state = state) />
            <TextField label=t::meeting_agenda hint=t::project_form_line_each path="agenda" refusals multiline=true value=lines(edit, |it| it.agenda.clone(), |it, all| it.agenda = all) />
            {move || is_held().then(|| view! {
                <fieldset class="project-part">
                    <legend>{t::meeting_attendance}</legend>
                    {seats.clone().into_iter().map(|(seat, label)| {
                        let value = edit.draft.part(
                            move |it| it.attendance.iter().find(|it| it.seat_id == seat).map_or_else(String::new, |it| it.presence.to_string()),
                            move |it, word: String| {
                                it.attendance.retain(|it| it.seat_id != seat);
                                if let Ok(presence) = word.parse() {
                                    it.attendance.push(Attendance { seat_id: seat, presence });
                                }
                            },
                        );
                        let options = Signal::derive(|| {
                            std::iter::once((String::new(), t::presence_unsaid().to_owned()))
                                .chain(Presence::ALL.iter().map(|it| (it.to_string(), words::presence(*it).to_owned())))
                                .collect::<Vec<_>>()
                        });
                        view! { <SelectField label required=true options value /> }
                    }).collect_view()}
                </fieldset>
            })}
            <TextField label=t::meeting_minutes hint=t::meeting_minutes_hint path="minutes" refusals multiline=true value=edit.text(|it| it.minutes.clone(), |it, text| it.minutes = text) />
            <TextField label=t::council_documents hint=t::council_documents_hint multiline=true value=documents />
        </EditForm>
    }
}

/// The options that lines tell of: one whose words are known keeps its key, one that was rewritten in its place too, and
/// the others get the next free one.
fn choices(lines: &[String], known: &[Choice]) -> Vec<Choice> {
    let mut taken: Vec<String> = known.iter().map(|it| it.key.clone()).collect();
    let mut next = 0;
    let mut fresh = || {
        loop {
            next += 1;
            let key = format!("o{next}");
            if !taken.contains(&key) {
                taken.push(key.clone());
                return key;
            }
        }
    };
    let gone = |place: usize| known.get(place).filter(|it| !lines.contains(&it.label));
    lines
        .iter()
        .enumerate()
        .map(|(place, label)| {
            let same = known.iter().find(|it| it.label == *label).or_else(|| gone(place));
            Choice {
                key: same.map_or_else(&mut fresh, |it| it.key.clone()),
                label: label.clone(),
            }
        })
        .collect()
}

/// What the browser's field of a day and a time holds, here.
fn local(instant: Option<DateTime<chrono::Utc>>) -> Option<String> {
    let date = js_sys::Date::new(&wasm_bindgen::JsValue::from_str(&instant?.to_rfc3339()));
    Some(format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}",
        date.get_full_year(),
        date.get_month() + 1,
        date.get_date(),
        date.get_hours(),
        date.get_minutes()
    ))
}

fn instant(local: &str) -> Option<DateTime<chrono::Utc>> {
    let date = js_sys::Date::new(&wasm_bindgen::JsValue::from_str(local));
    #[expect(
        clippy::cast_possible_truncation,
        reason = "milliseconds of a date of our time"
    )]
    let milliseconds = date.get_time() as i64;
    DateTime::from_timestamp_millis(milliseconds).filter(|_| !date.get_time().is_nan())
}

/// The meetings as choices of a field, none first.
fn meeting_options(meetings: Vec<MeetingRow>) -> Signal<Vec<(String, String)>> {
    Signal::derive(move || {
        std::iter::once((String::new(), t::vote_no_meeting().to_owned()))
            .chain(meetings.iter().map(|it| {
                (
                    it.id.inner().to_owned(),
                    format!("{} · {}", it.title, format::partial(it.on)),
                )
            }))
            .collect()
    })
}

/// `record` none: a new vote.
#[component]
pub fn VoteForm(
    council: CouncilId,
    record: Option<Vote>,
    meetings: Vec<MeetingRow>,
    #[prop(into)] on_end: Callback<()>,
) -> impl IntoView {
    let done = move |_| on_end.run(());
    let edit = match record {
        Some(record) => Edit::of(record, done),
        None => {
            let (id, method, secrecy) = (VoteId(Uuid::nil()), Method::Approval, Secrecy::Secret);
            let blank = Vote::bare(
                id,
                DateTime::UNIX_EPOCH,
                council,
                String::new(),
                method,
                secrecy,
                Vec::new(),
            );
            Edit::new(&council.to_string(), blank, done)
        }
    };
    let refusals = edit.refusals;
    let value = edit.draft.value;
    let options_text = lines(
        edit,
        |it| it.options.iter().map(|it| it.label.clone()).collect(),
        |it, all| it.options = choices(&all, &it.options),
    );
    let closes = edit.text(
        |it| local(it.closes_at),
        |it, text| it.closes_at = text.and_then(|text| instant(&text)),
    );
    let meeting = edit.text(
        |it| it.meeting_id.map(|id| id.to_string()),
        |it, text| it.meeting_id = text.and_then(|text| text.parse().ok()),
    );
    view! {
        <EditForm edit paths=vec!["question", "method", "secrecy", "options", "meetingId", "closesAt", "note"] on_cancel=on_end>
            <TextField label=t::vote_question path="question" refusals required=true value=edit.text(|it| Some(it.question.clone()), |it, text| it.question = text.unwrap_or_default()) />
            <TextField label=t::vote_options hint=t::project_form_line_each path="options" refusals required=true multiline=true value=options_text />
            <SelectField label=t::vote_method path="method" refusals required=true options=options(Method::ALL, words::method) value=edit.choice(|it| it.method, |it, method| it.method = method) />
            <p class="muted small">{move || value.with(|it| words::method_note(it.method))}</p>
            <SelectField label=t::vote_secrecy path="secrecy" refusals required=true options=options(Secrecy::ALL, words::secrecy) value=edit.choice(|it| it.secrecy, |it, secrecy| it.secrecy = secrecy) />
            <p class="muted small">{move || value.with(|it| match it.secrecy { Secrecy::Open => t::vote_secrecy_open_note(), Secrecy::Secret => t::vote_secrecy_secret_note() })}</p>
            <SelectField label=t::vote_meeting path="meetingId" refusals options=meeting_options(meetings) required=true value=meeting />
            <TextField label=t::vote_closes hint=t::vote_closes_hint path="closesAt" refusals kind="datetime-local" value=closes />
            <TextField label=t::organisation_field_note path="note" refusals multiline=true value=edit.text(|it| it.note.clone(), |it, text| it.note = text) />
        </EditForm>
    }
}

/// `record` none: a new decision.
#[component]
pub fn DecisionForm(
    council: CouncilId,
    record: Option<Decision>,
    meetings: Vec<MeetingRow>,
    votes: Vec<VoteRow>,
    #[prop(into)] on_end: Callback<()>,
) -> impl IntoView {
    let done = move |_| on_end.run(());
    let edit = match record {
        Some(record) => Edit::of(record, done),
        None => {
            let mut blank = Decision::bare(
                DecisionId(Uuid::nil()),
                DateTime::UNIX_EPOCH,
                council,
                String::new(),
            );
            blank.on = today();
            Edit::new(&council.to_string(), blank, done)
        }
    };
    let refusals = edit.refusals;
    let meeting = edit.text(
        |it| it.meeting_id.map(|id| id.to_string()),
        |it, text| it.meeting_id = text.and_then(|text| text.parse().ok()),
    );
    let vote = edit.text(
        |it| it.vote_id.map(|id| id.to_string()),
        |it, text| it.vote_id = text.and_then(|text| text.parse().ok()),
    );
    let votes: Vec<(String, String)> = votes
        .into_iter()
        .map(|it| (it.id.into_inner(), it.question))
        .collect();
    let vote_options = Signal::derive(move || {
        std::iter::once((String::new(), t::decision_no_vote().to_owned()))
            .chain(votes.clone())
            .collect::<Vec<_>>()
    });
    view! {
        <EditForm edit paths=vec!["title", "text", "on", "meetingId", "voteId"] on_cancel=on_end>
            <TextField label=t::chantier_field_title path="title" refusals required=true value=edit.text(|it| Some(it.title.clone()), |it, text| it.title = text.unwrap_or_default()) />
            <TextField label=t::history_field_text path="text" refusals multiline=true value=edit.text(|it| it.text.clone(), |it, text| it.text = text) />
            <DateField label=t::decision_on path="on" refusals value=edit.date("on", |it| it.on, |it, date| it.on = date) />
            <SelectField label=t::vote_meeting path="meetingId" refusals required=true options=meeting_options(meetings) value=meeting />
            <SelectField label=t::decision_vote path="voteId" refusals required=true options=vote_options value=vote />
        </EditForm>
    }
}

/// `record` none: a new action.
#[component]
pub fn ActionForm(
    decision: DecisionId,
    record: Option<CouncilAction>,
    #[prop(into)] on_end: Callback<()>,
) -> impl IntoView {
    let done = move |_| on_end.run(());
    let edit = match record {
        Some(record) => Edit::of(record, done),
        None => {
            let blank = CouncilAction::bare(
                CouncilActionId(Uuid::nil()),
                DateTime::UNIX_EPOCH,
                decision,
                String::new(),
            );
            Edit::new(&decision.to_string(), blank, done)
        }
    };
    let refusals = edit.refusals;
    let responsible = edit.ids(
        |it| it.responsible_id.into_iter().collect(),
        |it, ids| it.responsible_id = ids.into_iter().next(),
    );
    view! {
        <EditForm edit paths=vec!["title", "responsibleId", "responsibleNote", "due", "note"] on_cancel=on_end>
            <TextField label=t::chantier_field_title path="title" refusals required=true value=edit.text(|it| Some(it.title.clone()), |it, text| it.title = text.unwrap_or_default()) />
            <RecordField label=t::todo_responsible path="responsibleId" refusals kinds=&[RecordType::Organisation] taken=responsible />
            <TextField label=t::todo_responsible_note hint=t::todo_responsible_hint path="responsibleNote" refusals value=edit.text(|it| it.responsible_note.clone(), |it, text| it.responsible_note = text) />
            <DateField label=t::todo_due path="due" refusals value=edit.date("due", |it| it.due, |it, date| it.due = date) />
            <TextField label=t::organisation_field_note path="note" refusals multiline=true value=edit.text(|it| it.note.clone(), |it, text| it.note = text) />
        </EditForm>
    }
}

/// How far an action has come.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Advance {
    progress: String,
    since: String,
    reason: String,
}

impl Verb for Advance {
    type Of = CouncilAction;
    type Input = CouncilActionAdvanceInput;

    const FIELDS: &'static [(&'static str, Text)] = &[("progress", t::todo_steps)];

    fn now(record: &CouncilAction) -> Self {
        Self {
            progress: record.progress().to_string(),
            since: String::new(),
            reason: String::new(),
        }
    }

    fn checked(
        &self,
        action: &CouncilAction,
        revision: i32,
    ) -> Result<CouncilActionAdvanceInput, Vec<Refused>> {
        let progress = self.progress.parse().unwrap_or(Progress::Planned);
        let since = match self.since.as_str() {
            "" => None,
            text => Some(text.parse().map_err(|_| no_date("since"))?),
        };
        let reason = Some(self.reason.clone()).filter(|it| !it.trim().is_empty());
        let step = ActionStep {
            progress,
            since,
            reason: reason.clone(),
        };
        let mut checks = Checks::default();
        action.clone().advance(step, &mut checks);
        checks.finish().map_err(said)?;
        Ok(CouncilActionAdvanceInput {
            id: opaque(&action.id),
            expected_revision: revision,
            progress,
            since,
            reason,
        })
    }

    async fn send(input: CouncilActionAdvanceInput) -> Result<Outcome<CouncilAction>, Failure> {
        advance(input).await
    }
}

#[component]
pub fn AdvanceForm(record: CouncilAction, #[prop(into)] on_end: Callback<()>) -> impl IntoView {
    let now = record.progress();
    let start = Advance {
        progress: now.next().first().map(ToString::to_string).unwrap_or_default(),
        since: today().map(|day| day.to_string()).unwrap_or_default(),
        reason: String::new(),
    };
    let title = record.title.clone();
    let doing = Doing::open("advance", start, record, on_end);
    let (draft, refusals) = (doing.draft, doing.refusals);
    view! {
        <VerbForm doing paths=vec!["progress", "since", "reason"]>
            <p><strong>{title}</strong> " " <span class="muted">{move || words::progress(now)}</span></p>
            <SelectField label=t::todo_steps path="progress" refusals required=true options=options(now.next(), words::progress) value=draft.part(|it| it.progress.clone(), |it, word| it.progress = word) />
            <DateField label=t::council_since path="since" refusals value=draft.part(|it| it.since.clone(), |it, text| it.since = text) />
            <TextField label=t::exchange_field_reason hint=t::todo_reason_hint path="reason" refusals multiline=true value=draft.part(|it| it.reason.clone(), |it, text| it.reason = text) />
        </VerbForm>
    }
}

/// `record` none: another year.
#[component]
pub fn EvaluationForm(
    council: CouncilId,
    record: Option<Evaluation>,
    #[prop(into)] on_end: Callback<()>,
) -> impl IntoView {
    let done = move |_| on_end.run(());
    let edit = match record {
        Some(record) => Edit::of(record, done),
        None => {
            let year = format::day_of(browser::now()).year();
            let blank = Evaluation::bare(
                EvaluationId(Uuid::nil()),
                DateTime::UNIX_EPOCH,
                council,
                year,
                String::new(),
            );
            Edit::new(&council.to_string(), blank, done)
        }
    };
    let refusals = edit.refusals;
    let nothing = edit
        .draft
        .part(|it| it.nothing_failed, |it, nothing| it.nothing_failed = nothing);
    view! {
        <EditForm edit paths=vec!["year", "achieved", "failed", "learnt"] on_cancel=on_end>
            <NumberField label=t::evaluation_year path="year" refusals required=true value=edit.number("year", |it| Some(it.year), |it, year| it.year = year.unwrap_or_default()) />
            <TextField label=t::evaluation_achieved path="achieved" refusals required=true multiline=true value=edit.text(|it| Some(it.achieved.clone()), |it, text| it.achieved = text.unwrap_or_default()) />
            <TextField label=t::evaluation_failed hint=t::evaluation_failed_hint path="failed" refusals multiline=true value=edit.text(|it| it.failed.clone(), |it, text| it.failed = text) />
            <CheckField label=t::evaluation_nothing_failed value=nothing />
            <TextField label=t::evaluation_learnt path="learnt" refusals multiline=true value=edit.text(|it| it.learnt.clone(), |it, text| it.learnt = text) />
        </EditForm>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_option_keeps_its_key_and_a_new_one_gets_a_free_one() {
        let lines = |all: &[&str]| all.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
        let first = choices(&lines(&["Cantines", "Foncier"]), &[]);
        let keys = |all: &[Choice]| all.iter().map(|it| it.key.clone()).collect::<Vec<_>>();
        assert_eq!(keys(&first), ["o1", "o2"]);
        let then = choices(&lines(&["Foncier", "Halle", "Cantines"]), &first);
        assert_eq!(keys(&then), ["o2", "o3", "o1"]);
        let rewritten = choices(&lines(&["Cantines scolaires", "Foncier"]), &first);
        assert_eq!(keys(&rewritten), ["o1", "o2"]);
    }
}
