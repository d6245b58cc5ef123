//! The forms of an organisation and of its contacts.

use super::words;
use crate::edit::{Edit, EditForm};
use crate::language::{language, t};
use crate::records::RecordField;
use crate::ui::button::{Button, Look};
use crate::ui::combobox::{Choice, Combobox};
use crate::ui::field::{Control, DateField, Field, NumberField, Refused, SelectField, TextField};
use crate::ui::icon::Icon;
use crate::ui::page::{Crumb, Page};
use chrono::DateTime;
use domain::contact::Contact;
use domain::organisation::{Address, Kind, NumberScheme, OfficialNumber, Organisation, State};
use domain::refusal::Invalid;
use domain::territory::{self, Point};
use domain::{ContactId, OrganisationId, RecordType};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

#[component]
pub fn Change(record: Organisation, #[prop(into)] on_end: Callback<()>) -> impl IntoView {
    let edit = Edit::of(record, move |_| on_end.run(()));
    view! {
        <section class="sheet stack edit-sheet" aria-label=t::organisation_form_title>
            <h2>{t::organisation_form_title}</h2>
            <FormFields edit on_end />
        </section>
    }
}

#[component]
pub fn Create() -> impl IntoView {
    let navigate = use_navigate();
    let back = navigate.clone();
    let blank = Organisation {
        id: OrganisationId(uuid::Uuid::nil()),
        revision: 0,
        created_at: DateTime::UNIX_EPOCH,
        updated_at: DateTime::UNIX_EPOCH,
        name: String::new(),
        acronym: None,
        aliases: Vec::new(),
        kinds: Vec::new(),
        role: None,
        numbers: Vec::new(),
        website: None,
        commune_id: None,
        address: None,
        point: None,
        territory_ids: Vec::new(),
        state: State::Unknown,
        state_since: None,
        note: None,
    };
    let edit = Edit::new("organisation", blank, move |made| {
        navigate(&format!("/organisations/{}", made.id), NavigateOptions::default());
    });
    let leave = Callback::new(move |()| back("/organisations", NavigateOptions::default()));
    let crumbs = vec![Crumb::new(t::organisations_title, "/organisations")];
    view! {
        <Page title=t::organisation_create lead=t::organisation_create_question crumbs>
            <FormFields edit on_end=leave />
        </Page>
    }
}

const PATHS: [&str; 14] = [
    "name",
    "acronym",
    "aliases",
    "kinds",
    "role",
    "website",
    "communeId",
    "address.street",
    "address.postcode",
    "address.locality",
    "point",
    "territoryIds",
    "stateSince",
    "note",
];

/// Several lines as several values; an empty last line is one that is being typed.
fn lines(text: &str) -> Vec<String> {
    if text.is_empty() {
        Vec::new()
    } else {
        text.split('\n').map(str::to_owned).collect()
    }
}

fn address(it: &mut Organisation, set: impl FnOnce(&mut Address)) {
    let mut address = it.address.take().unwrap_or_default();
    set(&mut address);
    it.address = (address != Address::default()).then_some(address);
}

#[component]
fn FormFields(edit: Edit<Organisation>, #[prop(into)] on_end: Callback<()>) -> impl IntoView {
    let refusals = edit.refusals;
    let kinds = Signal::derive(move || {
        let mut all: Vec<Choice> = Kind::ALL
            .iter()
            .map(|it| Choice::new(it.word(), words::kind(*it)))
            .collect();
        all.sort_by_key(|it| domain::text::fold(&it.label));
        all
    });
    let states = Signal::derive(move || {
        let all = State::ALL.iter();
        all.map(|it| (it.to_string(), words::state(*it).to_owned()))
            .collect::<Vec<_>>()
    });
    let part = move |get: fn(&Address) -> Option<String>, set: fn(&mut Address, Option<String>)| {
        edit.text(
            move |it| it.address.as_ref().and_then(get),
            move |it, text| address(it, |address| set(address, text)),
        )
    };
    let street = part(|it| it.street.clone(), |it, text| it.street = text);
    let postcode = part(|it| it.postcode.clone(), |it, text| it.postcode = text);
    let locality = part(|it| it.locality.clone(), |it, text| it.locality = text);
    let lat = edit.number(
        "point",
        |it| it.point.map(|it| it.lat),
        |it, lat| {
            it.point = lat.map(|lat| Point {
                lat,
                lon: it.point.map_or(0.0, |it| it.lon),
            });
        },
    );
    let lon = edit.number(
        "point",
        |it| it.point.map(|it| it.lon),
        |it, lon| {
            it.point = lon.map(|lon| Point {
                lat: it.point.map_or(0.0, |it| it.lat),
                lon,
            });
        },
    );
    view! {
        <EditForm edit paths=PATHS.to_vec() on_cancel=on_end>
            <TextField label=t::organisation_field_name path="name" refusals required=true value=edit.text(|it| Some(it.name.clone()), |it, text| it.name = text.unwrap_or_default()) />
            <div class="two">
                <TextField label=t::organisation_field_acronym path="acronym" refusals value=edit.text(|it| it.acronym.clone(), |it, text| it.acronym = text) />
                <TextField label=t::organisation_field_website path="website" refusals value=edit.text(|it| it.website.clone(), |it, text| it.website = text) />
            </div>
            <TextField label=t::organisation_field_aliases hint=t::organisation_aliases_hint path="aliases" refusals multiline=true value=edit.text(|it| Some(it.aliases.join("\n")), |it, text| it.aliases = lines(&text.unwrap_or_default())) />
            <Combobox label=t::organisation_field_kinds path="kinds" refusals options=kinds multiple=true taken=edit.ids(|it| it.kinds.clone(), |it, kinds| it.kinds = kinds) />
            <TextField label=t::organisation_field_role path="role" refusals multiline=true value=edit.text(|it| it.role.clone(), |it, text| it.role = text) />
            <div class="two">
                <SelectField label=t::organisation_field_state path="state" refusals required=true options=states value=edit.choice(|it| it.state, |it, state| it.state = state) />
                <DateField label=t::organisation_field_state_since path="stateSince" refusals value=edit.date("stateSince", |it| it.state_since, |it, date| it.state_since = date) />
            </div>
            <Numbers edit />
            <RecordField label=t::organisation_field_commune path="communeId" refusals kinds=&[RecordType::Territory] of=&[territory::Kind::Commune]
                taken=edit.ids(|it| it.commune_id.into_iter().collect(), |it, ids| it.commune_id = ids.into_iter().next()) />
            <TextField label=t::organisation_field_street path="address.street" refusals value=street />
            <div class="two">
                <TextField label=t::organisation_field_postcode path="address.postcode" refusals value=postcode />
                <TextField label=t::organisation_field_locality path="address.locality" refusals value=locality />
            </div>
            <div class="two">
                <NumberField label=t::organisation_field_lat path="point" refusals value=lat unit="°" />
                <NumberField label=t::organisation_field_lon value=lon unit="°" />
            </div>
            <RecordField label=t::organisation_field_territories path="territoryIds" refusals kinds=&[RecordType::Territory] multiple=true
                taken=edit.ids(|it| it.territory_ids.clone(), |it, ids| it.territory_ids = ids) />
            <TextField label=t::organisation_field_note path="note" refusals multiline=true value=edit.text(|it| it.note.clone(), |it, text| it.note = text) />
        </EditForm>
    }
}

/// The official numbers, each checked while it is typed, by the rule that the server applies.
#[component]
fn Numbers(edit: Edit<Organisation>) -> impl IntoView {
    let numbers = edit
        .draft
        .part(|it| it.numbers.clone(), |it, numbers| it.numbers = numbers);
    let count = Memo::new(move |_| numbers.with(Vec::len));
    let add = move |()| {
        numbers.update(|all| {
            all.push(OfficialNumber {
                scheme: NumberScheme::Enterprise,
                value: String::new(),
            });
        });
    };
    let refusals: Signal<Vec<Refused>> = edit.refusals.into();
    view! {
        <fieldset class="field numbers">
            <legend>{t::organisation_field_numbers} <span class="optional">" " {t::field_optional}</span></legend>
            <For each=move || 0..count.get() key=|place| *place let:place>{number(numbers, place, refusals)}</For>
            <div><Button text=t::organisation_number_add mark=Icon::Add small=true on_press=add /></div>
        </fieldset>
    }
}

fn number(
    numbers: RwSignal<Vec<OfficialNumber>>,
    place: usize,
    refusals: Signal<Vec<Refused>>,
) -> impl IntoView {
    let value = move || numbers.with(|all| all.get(place).map(|it| it.value.clone()).unwrap_or_default());
    let scheme = move || numbers.with(|all| all.get(place).map_or(NumberScheme::Enterprise, |it| it.scheme));
    let verdict = move || {
        let one = numbers.with(|all| all.get(place).cloned())?;
        if one.value.trim().is_empty() {
            return None;
        }
        Some(match one.normal() {
            Some(normal) => (true, words::number(one.scheme, &normal)),
            None => (false, Invalid::OfficialNumber.message(language())),
        })
    };
    let control = move |control: Control| {
        let id = format!("{}-verdict", control.id);
        view! {
            <div class="number-row">
                <select class="input" aria-label=t::organisation_number_scheme
                    on:change=move |event| if let Ok(scheme) = event_target_value(&event).parse() { numbers.update(|all| if let Some(it) = all.get_mut(place) { it.scheme = scheme; }); }>
                    {NumberScheme::ALL.iter().map(|it| view! { <option value=it.word() selected=move || scheme() == *it>{move || words::scheme(*it)}</option> }).collect_view()}
                </select>
                <input class="input" type="text" autocomplete="off" id=control.id aria-describedby=id.clone() aria-invalid=control.invalid prop:value=value
                    on:input=move |event| { let typed = event_target_value(&event); numbers.update(|all| if let Some(it) = all.get_mut(place) { it.value = typed; }); } />
                <Button text=t::organisation_number_remove look=Look::Quiet mark=Icon::Close icon_only=true on_press=move |()| numbers.update(|all| if place < all.len() { all.remove(place); }) />
            </div>
            <p class="verdict small" id=id class:right=move || verdict().is_some_and(|it| it.0) class:wrong=move || verdict().is_some_and(|it| !it.0)>
                {move || verdict().map(|(right, words)| format!("{} {words}", if right { "✓" } else { "✗" }))}
            </p>
        }
        .into_any()
    };
    view! { <Field label=t::organisation_number_value path=format!("numbers.{place}.value") refusals required=true control /> }
}

/// A contact of an organisation; `row` none: a new one.
#[component]
pub fn ContactForm(
    row: Option<Contact>,
    organisation: OrganisationId,
    #[prop(into)] on_end: Callback<()>,
) -> impl IntoView {
    let done = move |_| on_end.run(());
    let edit = match row {
        Some(row) => Edit::of(row, done),
        None => Edit::new(
            &organisation.to_string(),
            Contact {
                id: ContactId(uuid::Uuid::nil()),
                revision: 0,
                created_at: DateTime::UNIX_EPOCH,
                updated_at: DateTime::UNIX_EPOCH,
                purpose: String::new(),
                organisation_id: Some(organisation),
                project_id: None,
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
            <TextField label=t::contact_field_purpose hint=t::organisation_contact_purpose_hint path="purpose" refusals required=true value=edit.text(|it| Some(it.purpose.clone()), |it, text| it.purpose = text.unwrap_or_default()) />
            <TextField label=t::contact_field_name path="name" refusals value=edit.text(|it| it.name.clone(), |it, text| it.name = text) />
            <div class="two">
                <TextField label=t::contact_field_email kind="email" path="email" refusals value=edit.text(|it| it.email.clone(), |it, text| it.email = text) />
                <TextField label=t::contact_field_phone kind="tel" path="phone" refusals value=edit.text(|it| it.phone.clone(), |it, text| it.phone = text) />
            </div>
        </EditForm>
    }
}
