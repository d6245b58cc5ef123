//! The forms on a project's page: the project, its state, and what belongs to it.

use super::read::{ProjectMoveInput, move_to};
use super::words;
use crate::browser;
use crate::chantier::words as chantier_words;
use crate::contract::opaque;
use crate::edit::verb::{Doing, Verb, VerbForm};
use crate::edit::{Edit, EditForm, Outcome, options};
use crate::format;
use crate::language::{Text, t};
use crate::records::RecordField;
use crate::refusal::{no_date, said};
use crate::ui::chips::{ChipOption, FilterChips};
use crate::ui::field::{CheckField, DateField, NumberField, Refused, SelectField, TextField};
use crate::ui::state::Failure;
use chrono::DateTime;
use domain::chantier::{LinkState, Part, Participation, Resource, ResourceKind};
use domain::check::Checks;
use domain::contact::Contact;
use domain::measure::{Currency, Money};
use domain::project::{Known, Membership, MembershipRole, Note, Phase, Project, Public, Status, Type};
use domain::{ChantierId, PersonId, ProjectId, RecordType};
use leptos::prelude::*;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Several words of a closed list, as chips that are on or off.
fn several<W>(
    label: Text,
    all: &'static [W],
    word: fn(W) -> &'static str,
    edit: Edit<Project>,
    get: fn(&Project) -> Vec<W>,
    set: fn(&mut Project, Vec<W>),
) -> AnyView
where
    W: Copy + std::fmt::Display + std::str::FromStr + Send + Sync + 'static,
{
    let options = Signal::derive(move || {
        all.iter()
            .map(|it| ChipOption {
                value: it.to_string(),
                label: word(*it).to_owned(),
                count: None,
            })
            .collect::<Vec<_>>()
    });
    let value = edit.draft.value;
    let on =
        Signal::derive(move || value.with(|it| get(it).iter().map(ToString::to_string).collect::<Vec<_>>()));
    let change = move |chosen: Vec<String>| {
        value.update(|it| set(it, chosen.iter().filter_map(|it| it.parse().ok()).collect()));
    };
    view! {
        <div class="field">
            <p class="project-filter-name">{label} <span class="optional">" " {t::field_optional}</span></p>
            <FilterChips label options on on_change=change />
        </div>
    }
    .into_any()
}

/// Several lines of text, one a line.
fn lines(
    edit: Edit<Project>,
    get: fn(&Project) -> &Vec<String>,
    set: fn(&mut Project, Vec<String>),
) -> RwSignal<String> {
    // What is typed keeps its empty last line: only whole lines are taken.
    edit.draft.part(
        move |it| get(it).join("\n"),
        move |it, text: String| set(it, text.split('\n').map(str::to_owned).collect()),
    )
}

pub fn blank_project() -> Project {
    Project {
        id: ProjectId(Uuid::nil()),
        revision: 0,
        created_at: DateTime::UNIX_EPOCH,
        updated_at: DateTime::UNIX_EPOCH,
        title: String::new(),
        code: None,
        acronym: None,
        aliases: Vec::new(),
        types: Vec::new(),
        themes: Vec::new(),
        lead_ids: Vec::new(),
        leads_note: None,
        partner_ids: Vec::new(),
        partners_note: None,
        territory_ids: Vec::new(),
        territory_note: None,
        started: None,
        planned_end: None,
        ended: None,
        grant: None,
        funding_note: None,
        social_purpose: Known::Unknown,
        publics: Vec::new(),
        website: None,
        summary: None,
        learnt: None,
        phases: Vec::new(),
    }
}

/// `record` none: a new project.
#[component]
pub fn ProjectForm(
    record: Option<Project>,
    #[prop(into)] on_done: Callback<Project>,
    #[prop(into)] on_cancel: Callback<()>,
) -> impl IntoView {
    let done = move |project| on_done.run(project);
    let edit = match record {
        Some(record) => Edit::of(record, done),
        None => Edit::new("new", blank_project(), done),
    };
    let refusals = edit.refusals;
    let paths = vec![
        "title",
        "code",
        "acronym",
        "aliases",
        "themes",
        "leadIds",
        "leadsNote",
        "partnerIds",
        "partnersNote",
        "territoryIds",
        "territoryNote",
        "started",
        "plannedEnd",
        "ended",
        "grant.amount",
        "fundingNote",
        "socialPurpose",
        "website",
        "summary",
        "learnt",
    ];
    let grant = edit.number(
        "grant.amount",
        |it| it.grant.map(|it| it.amount),
        |it, amount: Option<Decimal>| {
            it.grant = amount.map(|amount| Money {
                amount,
                currency: Currency::Eur,
            });
        },
    );
    view! {
        <EditForm edit paths on_cancel>
            <fieldset class="project-part">
                <legend>{t::project_form_what}</legend>
                <TextField label=t::history_field_title path="title" refusals required=true value=edit.text(|it| Some(it.title.clone()), |it, text| it.title = text.unwrap_or_default()) />
                <div class="two">
                    <TextField label=t::organisation_field_acronym path="acronym" refusals value=edit.text(|it| it.acronym.clone(), |it, text| it.acronym = text) />
                    <TextField label=t::history_field_code path="code" refusals value=edit.text(|it| it.code.clone(), |it, text| it.code = text) />
                </div>
                <TextField label=t::history_field_summary path="summary" refusals multiline=true value=edit.text(|it| it.summary.clone(), |it, text| it.summary = text) />
                {several(t::history_field_types, Type::ALL, words::kind, edit, |it| it.types.clone(), |it, all| it.types = all)}
                <TextField label=t::history_field_themes hint=t::project_form_line_each path="themes" refusals multiline=true value=lines(edit, |it| &it.themes, |it, all| it.themes = all) />
                <TextField label=t::organisation_field_aliases hint=t::project_form_line_each path="aliases" refusals multiline=true value=lines(edit, |it| &it.aliases, |it, all| it.aliases = all) />
                <TextField label=t::organisation_field_website path="website" refusals kind="url" value=edit.text(|it| it.website.clone(), |it, text| it.website = text) />
            </fieldset>
            <fieldset class="project-part">
                <legend>{t::project_form_who}</legend>
                <RecordField label=t::history_field_leads path="leadIds" refusals kinds=&[RecordType::Organisation] multiple=true taken=edit.ids(|it| it.lead_ids.clone(), |it, ids| it.lead_ids = ids) />
                <TextField label=t::history_field_leads_note path="leadsNote" refusals value=edit.text(|it| it.leads_note.clone(), |it, text| it.leads_note = text) />
                <RecordField label=t::history_field_partners path="partnerIds" refusals kinds=&[RecordType::Organisation] multiple=true taken=edit.ids(|it| it.partner_ids.clone(), |it, ids| it.partner_ids = ids) />
                <TextField label=t::history_field_partners_note path="partnersNote" refusals multiline=true value=edit.text(|it| it.partners_note.clone(), |it, text| it.partners_note = text) />
                <RecordField label=t::organisation_field_territories path="territoryIds" refusals kinds=&[RecordType::Territory] multiple=true taken=edit.ids(|it| it.territory_ids.clone(), |it, ids| it.territory_ids = ids) />
                <TextField label=t::history_field_territory_note path="territoryNote" refusals value=edit.text(|it| it.territory_note.clone(), |it, text| it.territory_note = text) />
            </fieldset>
            <fieldset class="project-part">
                <legend>{t::project_form_when}</legend>
                <DateField label=t::history_field_started path="started" refusals value=edit.date("started", |it| it.started, |it, date| it.started = date) />
                <DateField label=t::history_field_planned_end path="plannedEnd" refusals value=edit.date("plannedEnd", |it| it.planned_end, |it, date| it.planned_end = date) />
                <DateField label=t::history_field_ended path="ended" refusals value=edit.date("ended", |it| it.ended, |it, date| it.ended = date) />
                <NumberField label=t::history_field_grant hint=t::project_form_grant_hint path="grant.amount" refusals unit=|| "€" value=grant />
                <TextField label=t::history_field_funding_note path="fundingNote" refusals multiline=true value=edit.text(|it| it.funding_note.clone(), |it, text| it.funding_note = text) />
            </fieldset>
            <fieldset class="project-part">
                <legend>{t::project_form_why}</legend>
                <SelectField label=t::history_field_social_purpose path="socialPurpose" refusals required=true options=options(Known::ALL, words::known) value=edit.choice(|it| it.social_purpose, |it, known| it.social_purpose = known) />
                {several(t::history_field_publics, Public::ALL, words::public, edit, |it| it.publics.clone(), |it, all| it.publics = all)}
                <TextField label=t::history_field_learnt hint=t::project_form_learnt_hint path="learnt" refusals multiline=true value=edit.text(|it| it.learnt.clone(), |it, text| it.learnt = text) />
            </fieldset>
        </EditForm>
    }
}

/// Another state of its life, since when (as `DateField` writes it), and why.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
struct Move {
    status: String,
    since: String,
    #[serde(default)]
    reason: String,
}

impl Verb for Move {
    type Of = Project;
    type Input = ProjectMoveInput;

    const FIELDS: &'static [(&'static str, Text)] =
        &[("status", t::project_move_to), ("since", t::project_move_since)];

    fn now(project: &Project) -> Self {
        let since = project.phases.last().and_then(|it| it.since);
        Self {
            status: project.status().to_string(),
            since: since.map(|it| it.to_string()).unwrap_or_default(),
            reason: String::new(),
        }
    }

    fn checked(&self, project: &Project, revision: i32) -> Result<ProjectMoveInput, Vec<Refused>> {
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
        project
            .clone()
            .enter(phase, format::day_of(browser::now()), &mut checks);
        checks.finish().map_err(said)?;
        Ok(ProjectMoveInput {
            id: opaque(&project.id),
            expected_revision: revision,
            status,
            since,
            reason,
        })
    }

    async fn send(input: ProjectMoveInput) -> Result<Outcome<Project>, Failure> {
        move_to(input).await
    }
}

/// Moves a project to one of the states that may follow.
#[component]
pub fn MoveForm(record: Project, #[prop(into)] on_end: Callback<()>) -> impl IntoView {
    let (now, last) = (record.status(), record.phases.last().and_then(|it| it.since));
    let first = now.next().first().map(ToString::to_string);
    let start = Move {
        status: first.unwrap_or_default(),
        since: String::new(),
        reason: String::new(),
    };
    let doing = Doing::open("move", start, record, on_end);
    let (draft, refusals) = (doing.draft, doing.refusals);
    let status = draft.part(|it| it.status.clone(), |it, word| it.status = word);
    let needs_reason = move || status.get().parse::<Status>().is_ok_and(Status::needs_reason);
    let hint = move || {
        if needs_reason() {
            t::project_move_reason_needed()
        } else {
            t::project_move_reason_hint()
        }
    };
    view! {
        <VerbForm doing paths=vec!["status", "since", "reason"]>
            <p class="muted">{move || t::project_move_now(words::status(now), format::partial(last))}</p>
            <SelectField label=t::project_move_to path="status" refusals required=true options=options(now.next(), words::status) value=status />
            <DateField label=t::project_move_since path="since" refusals value=draft.part(|it| it.since.clone(), |it, text| it.since = text) />
            <TextField label=t::project_move_reason hint path="reason" refusals multiline=true value=draft.part(|it| it.reason.clone(), |it, text| it.reason = text) />
        </VerbForm>
    }
}

/// `record` none: a new part of the project in a chantier (which may be known already).
#[component]
pub fn PartForm(
    project: ProjectId,
    #[prop(optional_no_strip)] chantier: Option<ChantierId>,
    record: Option<Participation>,
    #[prop(into)] on_end: Callback<()>,
) -> impl IntoView {
    let asks = record.is_none() && chantier.is_none();
    let done = move |_| on_end.run(());
    let edit = match record {
        Some(record) => Edit::of(record, done),
        None => Edit::new(
            &format!(
                "{project}{}",
                chantier.map(|it| it.to_string()).unwrap_or_default()
            ),
            Participation {
                id: domain::ParticipationId(Uuid::nil()),
                revision: 0,
                created_at: DateTime::UNIX_EPOCH,
                updated_at: DateTime::UNIX_EPOCH,
                chantier_id: chantier.unwrap_or(ChantierId(Uuid::nil())),
                project_id: project,
                part: Part::Contributes,
                note: None,
                inferred: false,
            },
            done,
        ),
    };
    let refusals = edit.refusals;
    let inferred = edit
        .draft
        .part(|it| it.inferred, |it, inferred| it.inferred = inferred);
    // A chantier that is not chosen yet is the nil one, shown as nothing taken.
    let taken = edit.ids(
        |it| {
            (!it.chantier_id.0.is_nil())
                .then_some(it.chantier_id)
                .into_iter()
                .collect()
        },
        |it, ids: Vec<ChantierId>| it.chantier_id = ids.into_iter().next().unwrap_or(ChantierId(Uuid::nil())),
    );
    view! {
        <EditForm edit paths=vec!["chantierId", "part", "note"] on_cancel=on_end>
            {asks.then(|| view! { <RecordField label=t::history_field_chantier path="chantierId" refusals required=true kinds=&[RecordType::Chantier] taken /> })}
            <SelectField label=t::participation_field_part path="part" refusals required=true options=options(Part::ALL, chantier_words::part) value=edit.choice(|it| it.part, |it, part| it.part = part) />
            <TextField label=t::participation_field_note path="note" refusals multiline=true value=edit.text(|it| it.note.clone(), |it, text| it.note = text) />
            <CheckField label=t::participation_field_inferred value=inferred />
        </EditForm>
    }
}

#[component]
pub fn DocumentForm(
    project: ProjectId,
    record: Option<Resource>,
    #[prop(into)] on_end: Callback<()>,
) -> impl IntoView {
    let done = move |_| on_end.run(());
    let edit = match record {
        Some(record) => Edit::of(record, done),
        None => Edit::new(
            &project.to_string(),
            Resource {
                id: domain::ResourceId(Uuid::nil()),
                revision: 0,
                created_at: DateTime::UNIX_EPOCH,
                updated_at: DateTime::UNIX_EPOCH,
                title: String::new(),
                kind: ResourceKind::Document,
                chantier_id: None,
                project_id: Some(project),
                provider_ids: Vec::new(),
                url: None,
                link_state: LinkState::Untested,
                languages: Vec::new(),
                published: None,
                note: None,
                link_checked_at: None,
            },
            done,
        ),
    };
    let refusals = edit.refusals;
    view! {
        <EditForm edit paths=vec!["title", "kind", "providerIds", "url", "published", "note"] on_cancel=on_end>
            <TextField label=t::chantier_field_title path="title" refusals required=true value=edit.text(|it| Some(it.title.clone()), |it, text| it.title = text.unwrap_or_default()) />
            <SelectField label=t::resource_field_kind path="kind" refusals required=true options=options(ResourceKind::ALL, chantier_words::resource_kind) value=edit.choice(|it| it.kind, |it, kind| it.kind = kind) />
            <TextField label=t::resource_field_url path="url" refusals kind="url" value=edit.text(|it| it.url.clone(), |it, text| it.url = text) />
            <RecordField label=t::resource_field_providers path="providerIds" refusals kinds=&[RecordType::Organisation] multiple=true taken=edit.ids(|it| it.provider_ids.clone(), |it, ids| it.provider_ids = ids) />
            <DateField label=t::resource_field_published path="published" refusals value=edit.date("published", |it| it.published, |it, date| it.published = date) />
            <TextField label=t::chantier_field_note path="note" refusals multiline=true value=edit.text(|it| it.note.clone(), |it, text| it.note = text) />
        </EditForm>
    }
}

#[component]
pub fn NoteForm(
    project: ProjectId,
    record: Option<Note>,
    #[prop(into)] on_end: Callback<()>,
) -> impl IntoView {
    let done = move |_| on_end.run(());
    let edit = match record {
        Some(record) => Edit::of(record, done),
        None => Edit::new(
            &project.to_string(),
            Note {
                id: domain::NoteId(Uuid::nil()),
                revision: 0,
                created_at: DateTime::UNIX_EPOCH,
                updated_at: DateTime::UNIX_EPOCH,
                project_id: project,
                body: String::new(),
                on: None,
                author_id: None,
            },
            done,
        ),
    };
    let refusals = edit.refusals;
    view! {
        <EditForm edit paths=vec!["body", "on"] on_cancel=on_end>
            <p class="muted">{t::project_notes_private}</p>
            <TextField label=t::history_field_text path="body" refusals required=true multiline=true value=edit.text(|it| Some(it.body.clone()), |it, text| it.body = text.unwrap_or_default()) />
            <DateField label=t::project_note_on path="on" refusals value=edit.date("on", |it| it.on, |it, date| it.on = date) />
        </EditForm>
    }
}

#[component]
pub fn MemberForm(
    project: ProjectId,
    record: Option<Membership>,
    #[prop(into)] on_end: Callback<()>,
) -> impl IntoView {
    let is_new = record.is_none();
    let done = move |_| on_end.run(());
    let edit = match record {
        Some(record) => Edit::of(record, done),
        None => Edit::new(
            &project.to_string(),
            Membership {
                id: domain::MembershipId(Uuid::nil()),
                revision: 0,
                created_at: DateTime::UNIX_EPOCH,
                updated_at: DateTime::UNIX_EPOCH,
                project_id: project,
                person_id: PersonId(Uuid::nil()),
                role: MembershipRole::Member,
            },
            done,
        ),
    };
    let refusals = edit.refusals;
    let taken = edit.ids(
        |it| {
            (!it.person_id.0.is_nil())
                .then_some(it.person_id)
                .into_iter()
                .collect()
        },
        |it, ids: Vec<PersonId>| it.person_id = ids.into_iter().next().unwrap_or(PersonId(Uuid::nil())),
    );
    view! {
        <EditForm edit paths=vec!["personId", "role"] on_cancel=on_end>
            {is_new.then(|| view! { <super::persons::PersonField label=t::history_field_person path="personId" refusals taken /> })}
            <SelectField label=t::person_field_role path="role" refusals required=true options=options(MembershipRole::ALL, words::member) value=edit.choice(|it| it.role, |it, role| it.role = role) />
        </EditForm>
    }
}

#[component]
pub fn ContactForm(
    project: ProjectId,
    record: Option<Contact>,
    #[prop(into)] on_end: Callback<()>,
) -> impl IntoView {
    let done = move |_| on_end.run(());
    let edit = match record {
        Some(record) => Edit::of(record, done),
        None => Edit::new(
            &project.to_string(),
            Contact {
                id: domain::ContactId(Uuid::nil()),
                revision: 0,
                created_at: DateTime::UNIX_EPOCH,
                updated_at: DateTime::UNIX_EPOCH,
                purpose: String::new(),
                organisation_id: None,
                project_id: Some(project),
                name: None,
                email: None,
                phone: None,
            },
            done,
        ),
    };
    let refusals = edit.refusals;
    view! {
        <EditForm edit paths=vec!["purpose", "name", "email", "phone"] on_cancel=on_end>
            <TextField label=t::contact_field_purpose path="purpose" refusals required=true value=edit.text(|it| Some(it.purpose.clone()), |it, text| it.purpose = text.unwrap_or_default()) />
            <TextField label=t::contact_field_name path="name" refusals value=edit.text(|it| it.name.clone(), |it, text| it.name = text) />
            <TextField label=t::contact_field_email path="email" refusals kind="email" value=edit.text(|it| it.email.clone(), |it, text| it.email = text) />
            <TextField label=t::contact_field_phone path="phone" refusals kind="tel" value=edit.text(|it| it.phone.clone(), |it, text| it.phone = text) />
        </EditForm>
    }
}
