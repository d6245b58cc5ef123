//! The forms of a council itself: what is said of it, its state, and one stage of its setting up.

use super::read::{CouncilMoveInput, move_to};
use super::words;
use crate::browser;
use crate::contract::opaque;
use crate::edit::verb::{Doing, Verb, VerbForm};
use crate::edit::{Edit, EditForm, Keeps, Outcome, options};
use crate::format;
use crate::language::{Text, t};
use crate::records::RecordField;
use crate::refusal::{no_date, said};
use crate::ui::field::{DateField, NumberField, Refused, SelectField, TextField};
use crate::ui::state::Failure;
use chrono::DateTime;
use domain::check::Checks;
use domain::council::{Council, Document, Level, MethodStep, Phase, Stage, Status};
use domain::record::Record;
use domain::{CouncilId, RecordType};
use leptos::prelude::*;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Several lines of text, one a line.
pub fn lines<R>(edit: Edit<R>, get: fn(&R) -> Vec<String>, set: fn(&mut R, Vec<String>)) -> RwSignal<String>
where
    R: Keeps + Record<New: DeserializeOwned, Patch: DeserializeOwned>,
{
    let value = edit.draft.value;
    let text = RwSignal::new(value.with_untracked(|it| get(it).join("\n")));
    // One way only: what is typed keeps its empty last line.
    Effect::new(move |_| {
        let typed = text.get();
        let all: Vec<String> = typed
            .split('\n')
            .map(str::trim)
            .filter(|it| !it.is_empty())
            .map(str::to_owned)
            .collect();
        if value.with_untracked(|it| get(it) != all) {
            value.update(|it| set(it, all));
        }
    });
    text
}

/// A document as a line: its title, and behind a stroke its address.
pub fn written(document: &Document) -> String {
    match &document.url {
        Some(url) => format!("{} | {url}", document.title),
        None => document.title.clone(),
    }
}

/// The documents that lines tell of; one whose title is known keeps its date.
pub fn read(lines: Vec<String>, known: &[Document]) -> Vec<Document> {
    let of = |line: String| {
        let (title, url) = line
            .split_once('|')
            .map_or((line.as_str(), None), |(title, url)| {
                (title, Some(url.trim().to_owned()))
            });
        let title = title.trim().to_owned();
        let on = known.iter().find(|it| it.title == title).and_then(|it| it.on);
        Document {
            title,
            url: url.filter(|it| !it.is_empty()),
            on,
        }
    };
    lines.into_iter().map(of).collect()
}

/// `record` none: a new council.
#[component]
pub fn CouncilForm(
    record: Option<Council>,
    #[prop(into)] on_done: Callback<Council>,
    #[prop(into)] on_cancel: Callback<()>,
) -> impl IntoView {
    let done = move |council| on_done.run(council);
    let edit = match record {
        Some(record) => Edit::of(record, done),
        None => {
            let blank = Council::bare(CouncilId(Uuid::nil()), DateTime::UNIX_EPOCH, String::new());
            Edit::new("new", blank, done)
        }
    };
    let refusals = edit.refusals;
    let paths = vec![
        "name",
        "aliases",
        "level",
        "territoryId",
        "coordinatorIds",
        "coordinationNote",
        "partnerIds",
        "projectIds",
        "created",
        "modeOfWork",
        "quorum",
        "website",
        "summary",
    ];
    let territory = edit.ids(
        |it| it.territory_id.into_iter().collect(),
        |it, ids| it.territory_id = ids.into_iter().next(),
    );
    let quorum = edit.number("quorum", |it| it.quorum, |it, share| it.quorum = share);
    let texts = lines(
        edit,
        |it| it.texts.iter().map(written).collect(),
        |it, all| it.texts = read(all, &it.texts),
    );
    view! {
        <EditForm edit paths on_cancel>
            <TextField label=t::organisation_field_name path="name" refusals required=true value=edit.text(|it| Some(it.name.clone()), |it, text| it.name = text.unwrap_or_default()) />
            <TextField label=t::history_field_summary path="summary" refusals multiline=true value=edit.text(|it| it.summary.clone(), |it, text| it.summary = text) />
            <SelectField label=t::council_level path="level" refusals required=true options=options(Level::ALL, words::level) value=edit.choice(|it| it.level, |it, level| it.level = level) />
            <RecordField label=t::council_territory hint=t::council_territory_hint path="territoryId" refusals kinds=&[RecordType::Territory] taken=territory />
            <RecordField label=t::council_coordinators hint=t::council_coordinators_hint path="coordinatorIds" refusals kinds=&[RecordType::Organisation] multiple=true taken=edit.ids(|it| it.coordinator_ids.clone(), |it, ids| it.coordinator_ids = ids) />
            <TextField label=t::council_coordination_note path="coordinationNote" refusals value=edit.text(|it| it.coordination_note.clone(), |it, text| it.coordination_note = text) />
            <RecordField label=t::council_partners path="partnerIds" refusals kinds=&[RecordType::Organisation] multiple=true taken=edit.ids(|it| it.partner_ids.clone(), |it, ids| it.partner_ids = ids) />
            <RecordField label=t::council_projects path="projectIds" refusals kinds=&[RecordType::Project] multiple=true taken=edit.ids(|it| it.project_ids.clone(), |it, ids| it.project_ids = ids) />
            <DateField label=t::council_created path="created" refusals value=edit.date("created", |it| it.created, |it, date| it.created = date) />
            <NumberField label=t::council_quorum_rule hint=t::council_quorum_hint path="quorum" refusals value=quorum unit="%" />
            <TextField label=t::council_mode path="modeOfWork" refusals multiline=true value=edit.text(|it| it.mode_of_work.clone(), |it, text| it.mode_of_work = text) />
            <TextField label=t::council_texts hint=t::council_documents_hint multiline=true value=texts />
            <TextField label=t::organisation_field_aliases hint=t::project_form_line_each path="aliases" refusals multiline=true value=lines(edit, |it| it.aliases.clone(), |it, all| it.aliases = all) />
            <TextField label=t::organisation_field_website path="website" refusals kind="url" value=edit.text(|it| it.website.clone(), |it, text| it.website = text) />
        </EditForm>
    }
}

/// What the stage says, made if it was not said yet.
fn at(council: &mut Council, stage: Stage) -> &mut MethodStep {
    let place = council
        .method
        .iter()
        .position(|it| it.stage == stage)
        .unwrap_or_else(|| {
            council.method.push(MethodStep {
                stage,
                since: None,
                tried: None,
                learnt: None,
            });
            council.method.len() - 1
        });
    &mut council.method[place]
}

/// One stage of the method: what was tried, what was learnt.
#[component]
pub fn StageForm(record: Council, stage: Stage, #[prop(into)] on_end: Callback<()>) -> impl IntoView {
    let edit = Edit::of(record, move |_| on_end.run(()));
    let of = move |it: &Council| it.method.iter().find(|it| it.stage == stage).cloned();
    let since = edit.date(
        "since",
        move |it| of(it)?.since,
        move |it, date| at(it, stage).since = date,
    );
    view! {
        <EditForm edit paths=Vec::new() on_cancel=on_end>
            <DateField label=t::council_since value=since />
            <TextField label=t::council_tried hint=t::council_tried_hint multiline=true value=edit.text(move |it| of(it)?.tried, move |it, text| at(it, stage).tried = text) />
            <TextField label=t::council_learnt hint=t::council_learnt_hint multiline=true value=edit.text(move |it| of(it)?.learnt, move |it, text| at(it, stage).learnt = text) />
        </EditForm>
    }
}

/// Another state of a council.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Move {
    status: String,
    since: String,
    reason: String,
}

impl Verb for Move {
    type Of = Council;
    type Input = CouncilMoveInput;

    const FIELDS: &'static [(&'static str, Text)] = &[("status", t::council_status)];

    fn now(record: &Council) -> Self {
        Self {
            status: record.status().to_string(),
            since: String::new(),
            reason: String::new(),
        }
    }

    fn checked(&self, council: &Council, revision: i32) -> Result<CouncilMoveInput, Vec<Refused>> {
        let status = self.status.parse().unwrap_or(Status::Unknown);
        let since = match self.since.as_str() {
            "" => None,
            text => Some(text.parse().map_err(|_| no_date("since"))?),
        };
        let reason = Some(self.reason.clone()).filter(|it| !it.trim().is_empty());
        let phase = Phase {
            status,
            since,
            reason: reason.clone(),
        };
        let mut checks = Checks::default();
        council
            .clone()
            .enter(phase, format::day_of(browser::now()), &mut checks);
        checks.finish().map_err(said)?;
        Ok(CouncilMoveInput {
            id: opaque(&council.id),
            expected_revision: revision,
            status,
            since,
            reason,
        })
    }

    async fn send(input: CouncilMoveInput) -> Result<Outcome<Council>, Failure> {
        move_to(input).await
    }
}

/// Moves a council to one of the states that may follow.
#[component]
pub fn MoveForm(record: Council, #[prop(into)] on_end: Callback<()>) -> impl IntoView {
    let now = record.status();
    let first = now.next().first().map(ToString::to_string);
    let start = Move {
        status: first.unwrap_or_default(),
        since: String::new(),
        reason: String::new(),
    };
    let doing = Doing::open("move", start, record, on_end);
    let (draft, refusals) = (doing.draft, doing.refusals);
    view! {
        <VerbForm doing paths=vec!["status", "since", "reason"]>
            <p class="muted">{move || t::council_move_now(words::status(now))}</p>
            <SelectField label=t::council_status path="status" refusals required=true options=options(now.next(), words::status) value=draft.part(|it| it.status.clone(), |it, word| it.status = word) />
            <DateField label=t::council_since path="since" refusals value=draft.part(|it| it.since.clone(), |it, text| it.since = text) />
            <TextField label=t::exchange_field_reason hint=t::council_move_reason_hint path="reason" refusals multiline=true value=draft.part(|it| it.reason.clone(), |it, text| it.reason = text) />
        </VerbForm>
    }
}
