//! The forms on a chantier's page: the chantier, its steps, its resources, the projects' parts. Only staff fetch them.

use super::read::{StepRescheduleInput, reschedule};
use super::words;
use crate::contract::opaque;
use crate::edit::verb::{Doing, Verb, VerbForm};
use crate::edit::{Edit, EditForm, Outcome, options};
use crate::language::{Text, t};
use crate::records::RecordField;
use crate::refusal::{checked, no_date, said};
use crate::ui::field::{CheckField, DateField, Refused, SelectField, TextField};
use crate::ui::state::Failure;
use chrono::DateTime;
use domain::chantier::{
    Chantier, LinkState, Part, Participation, Resource, ResourceKind, Stage, Step, StepStatus,
};
use domain::{ChantierId, PartialDate, RecordType};
use leptos::lazy;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// A form on a chantier's page; without a record it makes one.
pub enum Form {
    Chantier(Chantier),
    /// With the other steps, as (id, title).
    Step(Option<Step>, Vec<(String, String)>),
    Move(Step),
    Resource(Option<Resource>),
    Part(Option<Participation>),
}

#[lazy]
pub fn form_view(chantier: ChantierId, form: Form, on_end: Callback<()>) -> AnyView {
    match form {
        Form::Chantier(record) => view! { <ChantierForm record on_end /> }.into_any(),
        Form::Step(record, others) => view! { <StepForm chantier record others on_end /> }.into_any(),
        Form::Move(record) => view! { <MoveForm record on_end /> }.into_any(),
        Form::Resource(record) => view! { <ResourceForm chantier record on_end /> }.into_any(),
        Form::Part(record) => view! { <PartForm chantier record on_end /> }.into_any(),
    }
}

#[component]
fn ChantierForm(record: Chantier, #[prop(into)] on_end: Callback<()>) -> impl IntoView {
    let edit = Edit::of(record, move |_| on_end.run(()));
    let refusals = edit.refusals;
    let paths = vec![
        "title",
        "objective",
        "description",
        "leadIds",
        "partnerIds",
        "partnersNote",
        "relatedIds",
        "note",
        "stage",
    ];
    view! {
        <EditForm edit paths on_cancel=on_end>
            <TextField label=t::chantier_field_title path="title" refusals required=true value=edit.text(|it| Some(it.title.clone()), |it, text| it.title = text.unwrap_or_default()) />
            <SelectField label=t::chantier_field_stage path="stage" refusals required=true options=options(Stage::ALL, words::stage) value=edit.choice(|it| it.stage, |it, stage| it.stage = stage) />
            <TextField label=t::chantier_field_objective path="objective" refusals multiline=true value=edit.text(|it| it.objective.clone(), |it, text| it.objective = text) />
            <TextField label=t::chantier_field_description path="description" refusals multiline=true value=edit.text(|it| it.description.clone(), |it, text| it.description = text) />
            <RecordField label=t::chantier_field_leads path="leadIds" refusals kinds=&[RecordType::Organisation] multiple=true taken=edit.ids(|it| it.lead_ids.clone(), |it, ids| it.lead_ids = ids) />
            <RecordField label=t::chantier_field_partners path="partnerIds" refusals kinds=&[RecordType::Organisation] multiple=true taken=edit.ids(|it| it.partner_ids.clone(), |it, ids| it.partner_ids = ids) />
            <TextField label=t::chantier_field_partners_note path="partnersNote" refusals value=edit.text(|it| it.partners_note.clone(), |it, text| it.partners_note = text) />
            <RecordField label=t::chantier_field_related path="relatedIds" refusals kinds=&[RecordType::Chantier] multiple=true taken=edit.ids(|it| it.related_ids.clone(), |it, ids| it.related_ids = ids) />
            <TextField label=t::chantier_field_note path="note" refusals multiline=true value=edit.text(|it| it.note.clone(), |it, text| it.note = text) />
        </EditForm>
    }
}

/// `record` none: a new step of the chantier. Dates of one that exists are moved with a reason, in a form of its own.
#[component]
fn StepForm(
    chantier: ChantierId,
    record: Option<Step>,
    /// The other steps, as (id, title).
    others: Vec<(String, String)>,
    #[prop(into)] on_end: Callback<()>,
) -> impl IntoView {
    let is_new = record.is_none();
    let done = move |_| on_end.run(());
    let edit = match record {
        Some(record) => Edit::of(record, done),
        None => Edit::new(&chantier.to_string(), blank_step(chantier, others.len()), done),
    };
    let refusals = edit.refusals;
    let paths = vec![
        "title",
        "starts",
        "ends",
        "startTime",
        "status",
        "responsibleIds",
        "territoryId",
        "dependencyIds",
        "description",
        "note",
    ];
    for (id, title) in &others {
        crate::records::know(id, title);
    }
    let choices: Vec<_> = others
        .into_iter()
        .map(|(id, title)| crate::ui::combobox::Choice::new(id, title))
        .collect();
    view! {
        <EditForm edit paths on_cancel=on_end>
            <TextField label=t::chantier_field_title path="title" refusals required=true value=edit.text(|it| Some(it.title.clone()), |it, text| it.title = text.unwrap_or_default()) />
            <SelectField label=t::step_field_status path="status" refusals required=true options=options(StepStatus::ALL, words::step_status) value=edit.choice(|it| it.status, |it, status| it.status = status) />
            {is_new.then(|| view! {
                <DateField label=t::step_field_starts path="starts" refusals value=edit.date("starts", |it| it.starts, |it, date| it.starts = date) />
                <DateField label=t::step_field_ends path="ends" refusals value=edit.date("ends", |it| it.ends, |it, date| it.ends = date) />
            })}
            <TextField label=t::step_field_start_time path="startTime" refusals value=edit.text(|it| it.start_time.clone(), |it, text| it.start_time = text) />
            <RecordField label=t::step_field_responsible path="responsibleIds" refusals kinds=&[RecordType::Organisation] multiple=true taken=edit.ids(|it| it.responsible_ids.clone(), |it, ids| it.responsible_ids = ids) />
            <RecordField label=t::step_field_territory path="territoryId" refusals kinds=&[RecordType::Territory] taken=edit.ids(|it| it.territory_id.into_iter().collect(), |it, ids| it.territory_id = ids.into_iter().next()) />
            <crate::ui::combobox::Combobox label=t::step_field_dependencies path="dependencyIds" refusals options=choices multiple=true taken=edit.ids(|it| it.dependency_ids.clone(), |it, ids| it.dependency_ids = ids) />
            <TextField label=t::chantier_field_description path="description" refusals multiline=true value=edit.text(|it| it.description.clone(), |it, text| it.description = text) />
            <TextField label=t::chantier_field_note path="note" refusals multiline=true value=edit.text(|it| it.note.clone(), |it, text| it.note = text) />
        </EditForm>
    }
}

fn blank_step(chantier_id: ChantierId, others: usize) -> Step {
    Step {
        id: domain::StepId(uuid::Uuid::nil()),
        revision: 0,
        created_at: DateTime::UNIX_EPOCH,
        updated_at: DateTime::UNIX_EPOCH,
        chantier_id,
        title: String::new(),
        position: i32::try_from(others).unwrap_or(0) + 1,
        description: None,
        starts: None,
        ends: None,
        start_time: None,
        status: StepStatus::Planned,
        responsible_ids: Vec::new(),
        territory_id: None,
        dependency_ids: Vec::new(),
        note: None,
        slips: Vec::new(),
    }
}

/// Other dates for a step, as `DateField` writes them, and why.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
struct Move {
    starts: String,
    ends: String,
    #[serde(default)]
    reason: String,
}

impl Move {
    fn date(path: &str, text: &str) -> Result<Option<PartialDate>, Vec<Refused>> {
        if text.is_empty() {
            return Ok(None);
        }
        text.parse().map(Some).map_err(|_| no_date(path))
    }
}

impl Verb for Move {
    type Of = Step;
    type Input = StepRescheduleInput;

    const FIELDS: &'static [(&'static str, Text)] =
        &[("starts", t::step_field_starts), ("ends", t::step_field_ends)];

    fn now(step: &Step) -> Self {
        let written = |date: Option<PartialDate>| date.map(|it| it.to_string()).unwrap_or_default();
        Self {
            starts: written(step.starts),
            ends: written(step.ends),
            reason: String::new(),
        }
    }

    fn checked(&self, step: &Step, revision: i32) -> Result<StepRescheduleInput, Vec<Refused>> {
        let (starts, ends) = (
            Self::date("starts", &self.starts)?,
            Self::date("ends", &self.ends)?,
        );
        let mut moved = step.clone();
        moved
            .reschedule(starts, ends, &self.reason, step.updated_at)
            .map_err(|refusal| said(vec![refusal]))?;
        let wrong = checked(&mut moved);
        if !wrong.is_empty() {
            return Err(wrong);
        }
        Ok(StepRescheduleInput {
            id: opaque(&step.id),
            expected_revision: revision,
            starts,
            ends,
            reason: Some(self.reason.clone()).filter(|it| !it.is_empty()),
        })
    }

    async fn send(input: StepRescheduleInput) -> Result<Outcome<Step>, Failure> {
        reschedule(input).await
    }
}

#[component]
fn MoveForm(record: Step, #[prop(into)] on_end: Callback<()>) -> impl IntoView {
    let doing = Doing::open("move", Move::now(&record), record, on_end);
    let (draft, refusals) = (doing.draft, doing.refusals);
    view! {
        <VerbForm doing paths=vec!["starts", "ends", "reason"]>
            <p class="muted">{t::chantier_step_move_hint}</p>
            <DateField label=t::step_field_starts path="starts" refusals value=draft.part(|it| it.starts.clone(), |it, text| it.starts = text) />
            <DateField label=t::step_field_ends path="ends" refusals value=draft.part(|it| it.ends.clone(), |it, text| it.ends = text) />
            <TextField label=t::step_field_reason path="reason" refusals required=true value=draft.part(|it| it.reason.clone(), |it, text| it.reason = text) />
        </VerbForm>
    }
}

#[component]
fn ResourceForm(
    chantier: ChantierId,
    record: Option<Resource>,
    #[prop(into)] on_end: Callback<()>,
) -> impl IntoView {
    let done = move |_| on_end.run(());
    let edit = match record {
        Some(record) => Edit::of(record, done),
        None => Edit::new(&chantier.to_string(), blank_resource(chantier), done),
    };
    let refusals = edit.refusals;
    let paths = vec![
        "title",
        "kind",
        "providerIds",
        "url",
        "linkState",
        "published",
        "note",
    ];
    view! {
        <EditForm edit paths on_cancel=on_end>
            <TextField label=t::chantier_field_title path="title" refusals required=true value=edit.text(|it| Some(it.title.clone()), |it, text| it.title = text.unwrap_or_default()) />
            <SelectField label=t::resource_field_kind path="kind" refusals required=true options=options(ResourceKind::ALL, words::resource_kind) value=edit.choice(|it| it.kind, |it, kind| it.kind = kind) />
            <TextField label=t::resource_field_url path="url" refusals kind="url" value=edit.text(|it| it.url.clone(), |it, text| it.url = text) />
            <SelectField label=t::resource_field_link_state path="linkState" refusals required=true options=options(LinkState::ALL, words::link_state) value=edit.choice(|it| it.link_state, |it, state| it.link_state = state) />
            <RecordField label=t::resource_field_providers path="providerIds" refusals kinds=&[RecordType::Organisation] multiple=true taken=edit.ids(|it| it.provider_ids.clone(), |it, ids| it.provider_ids = ids) />
            <DateField label=t::resource_field_published path="published" refusals value=edit.date("published", |it| it.published, |it, date| it.published = date) />
            <TextField label=t::chantier_field_note path="note" refusals multiline=true value=edit.text(|it| it.note.clone(), |it, text| it.note = text) />
        </EditForm>
    }
}

fn blank_resource(chantier: ChantierId) -> Resource {
    Resource {
        id: domain::ResourceId(uuid::Uuid::nil()),
        revision: 0,
        created_at: DateTime::UNIX_EPOCH,
        updated_at: DateTime::UNIX_EPOCH,
        title: String::new(),
        kind: ResourceKind::Guide,
        chantier_id: Some(chantier),
        project_id: None,
        provider_ids: Vec::new(),
        url: None,
        link_state: LinkState::Untested,
        languages: Vec::new(),
        published: None,
        note: None,
        link_checked_at: None,
    }
}

#[component]
fn PartForm(
    chantier: ChantierId,
    record: Option<Participation>,
    #[prop(into)] on_end: Callback<()>,
) -> impl IntoView {
    let is_new = record.is_none();
    let done = move |_| on_end.run(());
    let edit = match record {
        Some(record) => Edit::of(record, done),
        None => Edit::new(&chantier.to_string(), blank_part(chantier), done),
    };
    let refusals = edit.refusals;
    let inferred = edit
        .draft
        .part(|it| it.inferred, |it, inferred| it.inferred = inferred);
    // A project that is not chosen yet is the nil one, shown as nothing taken.
    let project = edit.ids(
        |it| {
            (!it.project_id.0.is_nil())
                .then_some(it.project_id)
                .into_iter()
                .collect()
        },
        |it, ids: Vec<domain::ProjectId>| {
            it.project_id = ids
                .into_iter()
                .next()
                .unwrap_or(domain::ProjectId(uuid::Uuid::nil()));
        },
    );
    view! {
        <EditForm edit paths=vec!["projectId", "part", "note"] on_cancel=on_end>
            {is_new.then(|| view! { <RecordField label=t::participation_field_project path="projectId" refusals required=true kinds=&[RecordType::Project] taken=project /> })}
            <SelectField label=t::participation_field_part path="part" refusals required=true options=options(Part::ALL, words::part) value=edit.choice(|it| it.part, |it, part| it.part = part) />
            <TextField label=t::participation_field_note path="note" refusals multiline=true value=edit.text(|it| it.note.clone(), |it, text| it.note = text) />
            <CheckField label=t::participation_field_inferred value=inferred />
        </EditForm>
    }
}

fn blank_part(chantier_id: ChantierId) -> Participation {
    Participation {
        id: domain::ParticipationId(uuid::Uuid::nil()),
        revision: 0,
        created_at: DateTime::UNIX_EPOCH,
        updated_at: DateTime::UNIX_EPOCH,
        chantier_id,
        project_id: domain::ProjectId(uuid::Uuid::nil()),
        part: Part::Contributes,
        note: None,
        inferred: false,
    }
}
