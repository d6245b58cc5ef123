//! The forms of an offer and of a need of expertise.

use super::words;
use crate::address;
use crate::edit::{Edit, EditForm, options};
use crate::language::t;
use crate::records::RecordField;
use crate::ui::button::{Button, Look};
use crate::ui::combobox::{Choice, Combobox};
use crate::ui::field::{CheckField, DateField, NumberField, Refused, SelectField, TextField};
use crate::ui::icon::Icon;
use crate::ui::page::{Crumb, Page};
use crate::viewer;
use chrono::DateTime;
use domain::expertise::need::{Budget, ExpertiseNeed, State};
use domain::expertise::topic::TOPICS;
use domain::expertise::{Cost, Expertise, Form, Format, Reference};
use domain::{ExpertiseId, ExpertiseNeedId, Lang, OrganisationId, ProjectId, RecordType};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

/// The topics to choose among: each within its broad one.
fn topics() -> Signal<Vec<Choice>> {
    Signal::derive(|| {
        TOPICS
            .iter()
            .map(|it| {
                let choice = Choice::new(it.code, words::topic(it.code));
                match it.broad {
                    Some(broad) => choice.detail(words::topic(broad)),
                    None => choice.detail(t::expertise_broad_topic()),
                }
            })
            .collect()
    })
}

fn choices<W: Copy + std::fmt::Display + Send + Sync + 'static>(
    all: &'static [W],
    word: fn(W) -> &'static str,
) -> Signal<Vec<Choice>> {
    Signal::derive(move || {
        all.iter()
            .map(|it| Choice::new(it.to_string(), word(*it)))
            .collect()
    })
}

/// A closed list of which nothing may be chosen, too.
fn or_unknown<W: Copy + std::fmt::Display + Send + Sync + 'static>(
    all: &'static [W],
    word: fn(W) -> &'static str,
) -> Signal<Vec<(String, String)>> {
    let known = options(all, word);
    Signal::derive(move || {
        std::iter::once((String::new(), t::fact_unknown().to_owned()))
            .chain(known.get())
            .collect()
    })
}

#[component]
pub fn CreateExpertise() -> impl IntoView {
    let navigate = use_navigate();
    let crumbs = vec![Crumb::new(t::expertise_title, "/expertises")];
    let end = Callback::new(move |()| navigate("/expertises", NavigateOptions::default()));
    view! {
        <Page title=t::expertise_create lead=t::expertise_create_question crumbs>
            <ExpertiseForm record=None on_end=end />
        </Page>
    }
}

#[component]
pub fn CreateNeed() -> impl IntoView {
    let navigate = use_navigate();
    let project = address::read("projet");
    let crumbs = vec![Crumb::new(t::expertise_needs_title, "/besoins-expertise")];
    let end = Callback::new(move |()| navigate("/besoins-expertise", NavigateOptions::default()));
    view! {
        <Page title=t::expertise_need_create lead=t::expertise_need_create_question crumbs>
            {move || {
                // Whose need it is follows from who asks, which is known a moment later.
                let own = viewer::actor().person().and_then(|it| it.projects.first().copied());
                let project = project.get().parse::<ProjectId>().ok().or(own);
                view! { <NeedForm record=None project on_end=end /> }
            }}
        </Page>
    }
}

const PATHS: [&str; 14] = [
    "organisationId",
    "title",
    "topics",
    "forms",
    "description",
    "territoryId",
    "languages",
    "cost",
    "costNote",
    "availableFrom",
    "availableTo",
    "capacity",
    "formats",
    "references",
];

/// `record` none: a new one.
#[component]
pub fn ExpertiseForm(record: Option<Expertise>, #[prop(into)] on_end: Callback<()>) -> impl IntoView {
    let navigate = use_navigate();
    let is_new = record.is_none();
    let edit = match record {
        Some(record) => Edit::of(record, move |_| on_end.run(())),
        None => {
            let house = untrack(viewer::actor).person().and_then(|it| it.organisation);
            let nobody = OrganisationId(uuid::Uuid::nil());
            let id = ExpertiseId(uuid::Uuid::nil());
            let blank = Expertise::bare(id, DateTime::UNIX_EPOCH, house.unwrap_or(nobody), String::new());
            Edit::new("expertise", blank, move |made| {
                navigate(&format!("/expertises/{}", made.id), NavigateOptions::default());
            })
        }
    };
    // The viewer's organisation comes a moment after the form.
    Effect::new(move |_| {
        let house = viewer::actor().person().and_then(|it| it.organisation);
        if let Some(house) = house.filter(|_| is_new) {
            let nobody = edit
                .draft
                .value
                .with_untracked(|it| it.organisation_id.0.is_nil());
            if nobody {
                edit.draft.value.update(|it| it.organisation_id = house);
            }
        }
    });
    let refusals = edit.refusals;
    let paused = edit
        .draft
        .part(|it| it.paused, |it, paused: bool| it.paused = paused);
    let house = edit.ids(
        |it| {
            (!it.organisation_id.0.is_nil())
                .then_some(it.organisation_id)
                .into_iter()
                .collect()
        },
        |it, ids| {
            if let Some(id) = ids.into_iter().next() {
                it.organisation_id = id;
            }
        },
    );
    let cost = edit.text(
        |it| it.cost.map(|it| it.to_string()),
        |it, word| it.cost = word.and_then(|it| it.parse().ok()),
    );
    view! {
        <EditForm edit paths=PATHS.to_vec() on_cancel=on_end>
            {is_new.then(|| view! { <RecordField label=t::exchange_field_organisation path="organisationId" refusals kinds=&[RecordType::Organisation] taken=house required=true /> })}
            <TextField label=t::expertise_field_title path="title" refusals required=true value=edit.text(|it| Some(it.title.clone()), |it, text| it.title = text.unwrap_or_default()) />
            <Combobox label=t::expertise_field_topics hint=t::expertise_topics_hint path="topics" refusals options=topics() multiple=true required=true taken=edit.ids(|it| it.topics.clone(), |it, codes| it.topics = codes) />
            <Combobox label=t::expertise_field_forms path="forms" refusals options=choices(Form::ALL, words::form) multiple=true taken=edit.ids(|it| it.forms.clone(), |it, forms| it.forms = forms) />
            <TextField label=t::expertise_field_description path="description" refusals multiline=true value=edit.text(|it| it.description.clone(), |it, text| it.description = text) />
            <RecordField label=t::expertise_field_territory hint=t::expertise_territory_hint path="territoryId" refusals kinds=&[RecordType::Territory]
                taken=edit.ids(|it| it.territory_id.into_iter().collect(), |it, ids| it.territory_id = ids.into_iter().next()) />
            <Combobox label=t::expertise_field_languages path="languages" refusals options=choices(Lang::ALL, words::spoken) multiple=true taken=edit.ids(|it| it.languages.clone(), |it, all| it.languages = all) />
            <div class="two">
                <SelectField label=t::expertise_field_cost path="cost" refusals options=or_unknown(Cost::ALL, words::cost) value=cost />
                <NumberField label=t::expertise_field_capacity hint=t::expertise_capacity_hint path="capacity" refusals value=edit.number("capacity", |it| it.capacity, |it, most| it.capacity = most) />
            </div>
            <TextField label=t::expertise_field_cost_note path="costNote" refusals multiline=true value=edit.text(|it| it.cost_note.clone(), |it, text| it.cost_note = text) />
            <div class="two">
                <DateField label=t::expertise_field_from path="availableFrom" refusals value=edit.date("availableFrom", |it| it.available_from, |it, date| it.available_from = date) />
                <DateField label=t::expertise_field_to path="availableTo" refusals value=edit.date("availableTo", |it| it.available_to, |it, date| it.available_to = date) />
            </div>
            <CheckField label=t::expertise_field_paused value=paused />
            <Combobox label=t::expertise_field_formats path="formats" refusals options=choices(Format::ALL, words::format) multiple=true taken=edit.ids(|it| it.formats.clone(), |it, all| it.formats = all) />
            <References edit />
        </EditForm>
    }
}

/// What to judge it by: a few lines, each with its link.
#[component]
fn References(edit: Edit<Expertise>) -> impl IntoView {
    let all = edit
        .draft
        .part(|it| it.references.clone(), |it, all| it.references = all);
    let count = Memo::new(move |_| all.with(Vec::len));
    let refusals: Signal<Vec<Refused>> = edit.refusals.into();
    let add = move |()| {
        all.update(|all| {
            all.push(Reference {
                text: String::new(),
                url: None,
            });
        });
    };
    view! {
        <fieldset class="field numbers">
            <legend>{t::expertise_field_references} <span class="optional">" " {t::field_optional}</span></legend>
            <For each=move || 0..count.get() key=|place| *place let:place>{reference(all, place, refusals)}</For>
            <div><Button text=t::expertise_reference_add mark=Icon::Add small=true on_press=add /></div>
        </fieldset>
    }
}

fn reference(all: RwSignal<Vec<Reference>>, place: usize, refusals: Signal<Vec<Refused>>) -> impl IntoView {
    let part = move |get: fn(&Reference) -> String, set: fn(&mut Reference, String)| {
        let value = RwSignal::new(all.with_untracked(|all| all.get(place).map(get).unwrap_or_default()));
        Effect::new(move |_| {
            let typed = value.get();
            let same = all.with_untracked(|all| all.get(place).is_none_or(|it| get(it) == typed));
            if !same {
                all.update(|all| {
                    if let Some(it) = all.get_mut(place) {
                        set(it, typed);
                    }
                });
            }
        });
        value
    };
    let text = part(|it| it.text.clone(), |it, text| it.text = text);
    let url = part(
        |it| it.url.clone().unwrap_or_default(),
        |it, url| it.url = (!url.is_empty()).then_some(url),
    );
    view! {
        <div class="two">
            <TextField label=t::expertise_reference_text path=format!("references.{place}.text") refusals value=text required=true />
            <TextField label=t::expertise_reference_url path=format!("references.{place}.url") refusals value=url kind="url" />
        </div>
        <Button text=t::expertise_reference_remove look=Look::Quiet mark=Icon::Close icon_only=true
            on_press=move |()| all.update(|all| if place < all.len() { all.remove(place); }) />
    }
}

const NEED_PATHS: [&str; 11] = [
    "projectId",
    "organisationId",
    "title",
    "topics",
    "forms",
    "context",
    "deadline",
    "territoryId",
    "languages",
    "budget",
    "reason",
];

/// `record` none: a new one, of this project where it is known.
#[component]
pub fn NeedForm(
    record: Option<ExpertiseNeed>,
    project: Option<ProjectId>,
    #[prop(into)] on_end: Callback<()>,
) -> impl IntoView {
    let navigate = use_navigate();
    let is_new = record.is_none();
    let edit = match record {
        Some(record) => Edit::of(record, move |_| on_end.run(())),
        None => {
            let id = ExpertiseNeedId(uuid::Uuid::nil());
            let mut blank = ExpertiseNeed::bare(id, DateTime::UNIX_EPOCH, String::new());
            blank.state = State::Open;
            blank.project_id = project;
            if project.is_none() {
                blank.organisation_id = untrack(viewer::actor).person().and_then(|it| it.organisation);
            }
            Edit::new("expertise-need", blank, move |made| {
                navigate(
                    &format!("/besoins-expertise/{}", made.id),
                    NavigateOptions::default(),
                );
            })
        }
    };
    let refusals = edit.refusals;
    let confidential = edit
        .draft
        .part(|it| it.confidential, |it, is: bool| it.confidential = is);
    let budget = edit.text(
        |it| it.budget.map(|it| it.to_string()),
        |it, word| it.budget = word.and_then(|it| it.parse().ok()),
    );
    view! {
        <EditForm edit paths=NEED_PATHS.to_vec() on_cancel=on_end>
            {is_new.then(|| view! {
                <RecordField label=t::expertise_need_field_project path="projectId" refusals kinds=&[RecordType::Project]
                    taken=edit.ids(|it| it.project_id.into_iter().collect(), |it, ids| it.project_id = ids.into_iter().next()) />
                <RecordField label=t::expertise_need_field_organisation path="organisationId" refusals kinds=&[RecordType::Organisation]
                    taken=edit.ids(|it| it.organisation_id.into_iter().collect(), |it, ids| it.organisation_id = ids.into_iter().next()) />
            })}
            <TextField label=t::expertise_need_field_title path="title" refusals required=true value=edit.text(|it| Some(it.title.clone()), |it, text| it.title = text.unwrap_or_default()) />
            <Combobox label=t::expertise_field_topics hint=t::expertise_topics_hint path="topics" refusals options=topics() multiple=true required=true taken=edit.ids(|it| it.topics.clone(), |it, codes| it.topics = codes) />
            <Combobox label=t::expertise_need_field_forms hint=t::expertise_need_forms_hint path="forms" refusals options=choices(Form::ALL, words::form) multiple=true taken=edit.ids(|it| it.forms.clone(), |it, forms| it.forms = forms) />
            <TextField label=t::expertise_need_field_context path="context" refusals multiline=true value=edit.text(|it| it.context.clone(), |it, text| it.context = text) />
            <DateField label=t::expertise_need_field_deadline path="deadline" refusals value=edit.date("deadline", |it| it.deadline, |it, date| it.deadline = date) />
            <RecordField label=t::expertise_need_field_territory path="territoryId" refusals kinds=&[RecordType::Territory]
                taken=edit.ids(|it| it.territory_id.into_iter().collect(), |it, ids| it.territory_id = ids.into_iter().next()) />
            <Combobox label=t::expertise_field_languages path="languages" refusals options=choices(Lang::ALL, words::spoken) multiple=true taken=edit.ids(|it| it.languages.clone(), |it, all| it.languages = all) />
            <SelectField label=t::expertise_need_field_budget path="budget" refusals options=or_unknown(Budget::ALL, words::budget) value=budget />
            <CheckField label=t::expertise_need_confidential_hint value=confidential />
        </EditForm>
    }
}
