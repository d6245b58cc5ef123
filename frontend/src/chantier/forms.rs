//! The forms on a chantier's page: the chantier, its steps, its resources, the projects' parts.

use super::read::{StepRescheduleInput, reschedule};
use super::words;
use crate::api;
use crate::contract::opaque;
use crate::draft::Draft;
use crate::edit::{Edit, EditForm, offer_undo};
use crate::language::t;
use crate::records::RecordField;
use crate::refusal::{refused, said};
use crate::ui::button::{Button, Look};
use crate::ui::field::{CheckField, DateField, Refusals, Refused, SelectField, TextField};
use crate::ui::toast::toasts;
use chrono::DateTime;
use domain::RecordType;
use domain::chantier::{
    Chantier, LinkState, Part, Participation, Resource, ResourceKind, Stage, Step, StepStatus,
};
use leptos::prelude::*;
use leptos::task::spawn_local;

fn options<W: Copy + std::fmt::Display + Send + Sync + 'static>(
    all: &'static [W],
    word: fn(W) -> &'static str,
) -> Signal<Vec<(String, String)>> {
    Signal::derive(move || {
        all.iter()
            .map(|it| (it.to_string(), word(*it).to_owned()))
            .collect()
    })
}

#[component]
pub fn ChantierForm(record: Chantier, #[prop(into)] on_end: Callback<()>) -> impl IntoView {
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
pub fn StepForm(
    chantier: domain::ChantierId,
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

fn blank_step(chantier_id: domain::ChantierId, others: usize) -> Step {
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

/// Other dates for a step, and why.
#[component]
pub fn MoveForm(record: Step, #[prop(into)] on_end: Callback<()>) -> impl IntoView {
    let written = |date: Option<domain::PartialDate>| date.map(|it| it.to_string()).unwrap_or_default();
    let start = (written(record.starts), written(record.ends), String::new());
    let draft = Draft::open(&record.id.to_string(), "move", start, record.revision);
    let starts = draft.part(|it| it.0.clone(), |it, text: String| it.0 = text);
    let ends = draft.part(|it| it.1.clone(), |it, text: String| it.1 = text);
    let reason = draft.part(|it| it.2.clone(), |it, text: String| it.2 = text);
    let refusals = RwSignal::new(Vec::<Refused>::new());
    let busy = RwSignal::new(false);
    let toast = toasts();
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        let (from, to, why) = draft.value.get_untracked();
        let read = |text: &str| (!text.is_empty()).then(|| text.parse().ok());
        let dates = (read(&from), read(&to));
        if let (Some(None), _) | (_, Some(None)) = dates {
            let path = if dates.0 == Some(None) { "starts" } else { "ends" };
            refusals.set(vec![Refused {
                path: path.into(),
                code: "INVALID".into(),
                message: t::field_date_wrong().into(),
            }]);
            return;
        }
        let (from, to) = (dates.0.flatten(), dates.1.flatten());
        // The same rules as the server's, on a copy.
        let mut moved = record.clone();
        if let Err(refusal) = moved.reschedule(from, to, &why, record.updated_at) {
            refusals.set(said(vec![refusal]));
            return;
        }
        let wrong = crate::refusal::checked(&mut moved);
        if !wrong.is_empty() {
            refusals.set(wrong);
            return;
        }
        busy.set(true);
        let input = StepRescheduleInput {
            id: opaque(&record.id),
            expected_revision: draft.revision.get_value(),
            starts: from,
            ends: to,
            reason: Some(why).filter(|it| !it.is_empty()),
        };
        let id = record.id.to_string();
        spawn_local(async move {
            let answer = reschedule(input).await;
            let _ = busy.try_set(false);
            match answer {
                Ok(done) if done.errors.is_empty() => {
                    draft.sent();
                    on_end.run(());
                    offer_undo(toast, id, t::edit_saved().to_owned()).await;
                    api::try_again();
                }
                Ok(done) => {
                    // A move is small: what was typed stays, and it is sent against the present state.
                    if let (true, Some(now)) = (crate::refusal::is_stale(&done.errors), &done.record) {
                        draft.revision.set_value(now.revision);
                        api::try_again();
                    }
                    let _ = refusals.try_set(refused(done.errors));
                }
                Err(failure) => {
                    let message = format!("{}. {}", failure.kind.title(), failure.kind.advice());
                    let _ = refusals.try_set(vec![Refused {
                        path: String::new(),
                        code: String::new(),
                        message,
                    }]);
                }
            }
        });
    };
    view! {
        <form class="form" on:submit=submit>
            <p class="muted">{t::chantier_step_move_hint}</p>
            <Refusals refusals shown=vec!["starts", "ends", "reason"] />
            <DateField label=t::step_field_starts value=starts path="starts" refusals />
            <DateField label=t::step_field_ends value=ends path="ends" refusals />
            <TextField label=t::step_field_reason value=reason path="reason" refusals required=true />
            <div class="form-foot">
                <Button text=t::action_save look=Look::Primary submit=true busy />
                <Button text=t::action_cancel look=Look::Quiet on_press=on_end />
            </div>
        </form>
    }
}

#[component]
pub fn ResourceForm(
    chantier: domain::ChantierId,
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

fn blank_resource(chantier: domain::ChantierId) -> Resource {
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
pub fn PartForm(
    chantier: domain::ChantierId,
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

fn blank_part(chantier_id: domain::ChantierId) -> Participation {
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
