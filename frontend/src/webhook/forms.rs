//! The form of a webhook: making one, and changing one where it is shown.

use super::words;
use crate::address;
use crate::api;
use crate::contract::{schema, typed};
use crate::edit::{Edit, EditForm, options};
use crate::gap::read::PROVINCES;
use crate::language::t;
use crate::records::{self, RecordField};
use crate::session::{self, Session};
use crate::ui::chips::{ChipOption, FilterChips};
use crate::ui::combobox::{Choice, Combobox};
use crate::ui::field::{SelectField, TextField};
use crate::ui::page::{Crumb, Page};
use crate::ui::state::{Loaded, Skeleton};
use chrono::DateTime;
use cynic::QueryBuilder;
use domain::policy::{Action, Actor, Signed, allows};
use domain::territory::{Kind, Nis};
use domain::webhook::{State, Webhook};
use domain::{OrganisationId, RecordType, Role, TerritoryId, WebhookId};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "Query")]
struct Asked {
    viewer: Option<Viewer>,
}

crate::api::document!(query Asked(()));

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
struct Viewer {
    person: Person,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
struct Person {
    id: cynic::Id,
    role: Role,
    organisation_id: Option<cynic::Id>,
}

/// Whose webhooks somebody makes.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Of {
    Anybody,
    Own(OrganisationId),
    Nobody,
}

fn of(viewer: Option<Viewer>) -> Of {
    let Some(Viewer { person }) = viewer else {
        return Of::Nobody;
    };
    let organisation = person.organisation_id.as_ref().and_then(typed::<OrganisationId>);
    let Some(id) = typed(&person.id) else {
        return Of::Nobody;
    };
    let actor = Actor::Person(Signed {
        id,
        role: person.role,
        organisation,
        projects: Vec::new(),
        councils: Vec::new(),
        seats: Vec::new(),
    });
    match organisation {
        _ if allows(&actor, Action::ManageClients) => Of::Anybody,
        Some(organisation) if allows(&actor, Action::KeepWebhooks { organisation }) => Of::Own(organisation),
        Some(_) | None => Of::Nobody,
    }
}

#[component]
pub fn Create() -> impl IntoView {
    let crumbs = vec![Crumb::new(t::webhook_title, "/webhooks")];
    view! {
        <Page title=t::webhook_create lead=t::webhook_create_question crumbs>
            {move || match session::session() {
                Session::Restoring => view! { <Skeleton /> }.into_any(),
                Session::Visitor => super::list::signed_out().into_any(),
                Session::Signed(_) => view! { <Mine /> }.into_any(),
            }}
        </Page>
    }
}

/// Whose it is to be depends on who makes it.
#[component]
fn Mine() -> impl IntoView {
    let found = api::load(|| Asked::build(()));
    let load = Memo::new(move |_| found.load.get().map(|it| of(it.viewer)));
    view! {
        <Loaded load on_retry=found.reload view=|of| match of {
            Of::Anybody => view! { <New organisation=None /> }.into_any(),
            Of::Own(organisation) => view! { <New organisation=Some(organisation) /> }.into_any(),
            Of::Nobody => super::list::refused().into_any(),
        } />
    }
}

/// `organisation` none: it is chosen, and begins with the one of the address.
#[component]
fn New(organisation: Option<OrganisationId>) -> impl IntoView {
    let navigate = use_navigate();
    let back = navigate.clone();
    let asked = address::read("organisation").get_untracked().parse().ok();
    let first = organisation.or(asked).unwrap_or(NOBODY);
    let blank = Webhook::bare(
        WebhookId(uuid::Uuid::nil()),
        DateTime::UNIX_EPOCH,
        first,
        String::new(),
    );
    let edit = Edit::new(&first.to_string(), blank, move |made: Webhook| {
        navigate(&format!("/webhooks/{}", made.id), NavigateOptions::default());
    });
    let leave = Callback::new(move |()| back("/webhooks", NavigateOptions::default()));
    view! { <FormFields edit chooses=organisation.is_none() on_end=leave /> }
}

const NOBODY: OrganisationId = OrganisationId(uuid::Uuid::nil());

#[component]
pub fn Change(record: Webhook, #[prop(into)] on_end: Callback<()>) -> impl IntoView {
    let edit = Edit::of(record, move |_| on_end.run(()));
    view! {
        <section class="sheet stack edit-sheet" aria-label=t::webhook_form_title>
            <h2>{t::webhook_form_title}</h2>
            <FormFields edit chooses=false on_end />
        </section>
    }
}

/// The provinces, as `Combobox` offers them.
fn provinces() -> Vec<Choice> {
    let all = PROVINCES.into_iter().filter_map(|(code, name)| {
        let id = TerritoryId::from(code.parse::<Nis>().ok()?).to_string();
        records::know(&id, name);
        Some(Choice::new(id, name))
    });
    all.collect()
}

#[component]
fn FormFields(edit: Edit<Webhook>, chooses: bool, #[prop(into)] on_end: Callback<()>) -> impl IntoView {
    let refusals = edit.refusals;
    let paths = vec![
        "organisationId",
        "url",
        "description",
        "provinces",
        "communes",
        "state",
    ];
    let on = edit.draft.part(
        |it| it.types.iter().map(ToString::to_string).collect::<Vec<_>>(),
        |it, words: Vec<String>| it.types = words.iter().filter_map(|it| it.parse().ok()).collect(),
    );
    let kinds = Signal::derive(|| {
        words::told()
            .map(|it| ChipOption {
                value: it.to_string(),
                label: records::kind(it).to_owned(),
                count: None,
            })
            .collect::<Vec<_>>()
    });
    let organisation = edit.ids(
        |it| {
            Some(it.organisation_id)
                .into_iter()
                .filter(|it| *it != NOBODY)
                .collect()
        },
        |it, ids| it.organisation_id = ids.into_iter().next().unwrap_or(NOBODY),
    );
    view! {
        <EditForm edit paths on_cancel=on_end>
            {chooses.then(|| view! {
                <RecordField label=t::webhook_field_organisation path="organisationId" refusals required=true kinds=&[RecordType::Organisation] taken=organisation />
            })}
            <TextField label=t::webhook_field_url hint=t::webhook_url_hint path="url" refusals required=true value=edit.text(|it| Some(it.url.clone()), |it, text| it.url = text.unwrap_or_default()) />
            <TextField label=t::webhook_field_description hint=t::webhook_description_hint path="description" refusals value=edit.text(|it| it.description.clone(), |it, text| it.description = text) />
            <fieldset class="field">
                <legend>{t::webhook_field_types} <span class="optional">" " {t::field_optional}</span></legend>
                <p class="hint">{t::webhook_types_hint}</p>
                <FilterChips label=t::webhook_field_types options=kinds on on_change=move |words| on.set(words) />
            </fieldset>
            <div class="two">
                <Combobox label=t::webhook_field_provinces hint=t::webhook_places_hint path="provinces" refusals multiple=true options=Signal::stored(provinces())
                    taken=edit.ids(|it| it.provinces.clone(), |it, ids| it.provinces = ids) />
                <RecordField label=t::webhook_field_communes hint=t::webhook_communes_hint path="communes" refusals multiple=true kinds=&[RecordType::Territory] of=&[Kind::Commune]
                    taken=edit.ids(|it| it.communes.clone(), |it, ids| it.communes = ids) />
            </div>
            <SelectField label=t::webhook_field_state path="state" refusals required=true options=options(State::ALL, words::wanted) value=edit.choice(|it| it.state, |it, state| it.state = state) />
        </EditForm>
    }
}
