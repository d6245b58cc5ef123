//! Who sits: the seats by kind of actor as a picture, the communes with and without one on the map, the seats themselves,
//! and for those who may know, who sits on them.

use super::page::{Open, Opening, add};
use super::read::{CategorySeats, Representativity, SeatRow};
use super::words;
use crate::address;
use crate::api;
use crate::contract::typed;
use crate::edit::{Actions, Edit, EditForm, options};
use crate::format;
use crate::language::t;
use crate::project::persons::PersonField;
use crate::project::place;
use crate::project::read::Place;
use crate::records::RecordField;
use crate::ui::button::{Button, Look};
use crate::ui::field::{DateField, SelectField, TextField};
use crate::ui::icon::Icon;
use crate::ui::map::Map;
use crate::ui::map::Pin;
use crate::ui::map::frame::View;
use crate::ui::page::Section;
use crate::ui::state::{Loaded, Shape};
use crate::viewer::may;
use chrono::DateTime;
use domain::council::{Category, HolderRole, Seat, SeatHolder};
use domain::gazetteer::GAZETTEER;
use domain::policy::Action;
use domain::territory::{Extent, Kind};
use domain::{CouncilId, RecordType, SeatHolderId, SeatId, TerritoryId};
use leptos::prelude::*;
use uuid::Uuid;

pub fn sits(
    council: CouncilId,
    told: Representativity,
    seats: Vec<SeatRow>,
    territory: Option<&Place>,
    open: Opening,
) -> AnyView {
    let Representativity {
        seats: count,
        categories,
        communes,
        elsewhere,
        seats_without_commune,
    } = told;
    let none = count == 0;
    let outside: i32 = elsewhere.iter().map(|it| it.seats).sum();
    let id = |id: &cynic::Id| typed::<TerritoryId>(id);
    let with: Vec<TerritoryId> = communes
        .iter()
        .chain(&elsewhere)
        .filter(|it| it.seats > 0)
        .filter_map(|it| id(&it.commune_id))
        .collect();
    let without: Vec<TerritoryId> = communes
        .iter()
        .filter(|it| it.seats == 0)
        .filter_map(|it| id(&it.commune_id))
        .collect();
    let place = (!none).then(|| map(&with, &without, territory));
    view! {
        <Section title=t::council_who_sits note=t::council_who_sits_note broad=true>
            {if none {
                view! { <p class="muted">{t::council_no_seats}</p> }.into_any()
            } else {
                view! {
                    <div class="council-sits">
                        <div class="stack-tight">
                            <h3>{move || t::council_by_category(count)}</h3>
                            {picture(categories)}
                        </div>
                        {place}
                    </div>
                    {(outside > 0).then(|| view! { <p class="muted small">{move || t::council_outside(outside)}</p> })}
                    {(seats_without_commune > 0).then(|| view! { <p class="muted small">{move || t::council_without_commune(seats_without_commune)}</p> })}
                }.into_any()
            }}
            <details class="council-seats" open=!none>
                <summary>{move || t::council_seats(count)}</summary>
                <ul role="list" class="project-rows">{seats.into_iter().map(|row| seat(council, row, open)).collect_view()}</ul>
            </details>
            {add(council, t::seat_add, open, Open::Seat(None))}
        </Section>
    }
    .into_any()
}

/// A bar for each kind of actor; those without a seat are said to have none.
fn picture(categories: Vec<CategorySeats>) -> AnyView {
    let most = categories.iter().map(|it| it.seats).max().unwrap_or(0).max(1);
    view! {
        <ul role="list" class="council-categories">
            {categories.into_iter().map(|it| {
                let (category, seats) = (it.category, it.seats);
                view! {
                    <li class:none=seats == 0>
                        <span class="name">{move || words::category(category)}</span>
                        <span class="track" aria-hidden="true"><span class="fill" style:width=format!("{:.1}%", 100.0 * f64::from(seats) / f64::from(most))></span></span>
                        <span class="number">{move || if seats == 0 { t::council_no_seat().to_owned() } else { format::number(seats) }}</span>
                    </li>
                }
            }).collect_view()}
        </ul>
    }
    .into_any()
}

fn names(communes: &[TerritoryId]) -> String {
    let mut names: Vec<&str> = communes
        .iter()
        .filter_map(|id| GAZETTEER.get(*id))
        .map(|it| it.name)
        .collect();
    names.sort_unstable();
    names.join(", ")
}

/// The communes with a seat lit, and those without one named.
fn map(with: &[TerritoryId], without: &[TerritoryId], territory: Option<&Place>) -> AnyView {
    let atlas = api::atlas();
    let (seen, look) = address::word("carte");
    let codes = |all: &[TerritoryId]| -> Vec<String> {
        all.iter()
            .filter_map(|id| GAZETTEER.get(*id))
            .map(|it| it.nis.to_string())
            .collect()
    };
    let lit = codes(with);
    let around: Vec<String> = territory
        .filter(|it| it.kind != Kind::Region)
        .map(|it| place::shapes(std::slice::from_ref(it)))
        .unwrap_or_default();
    let unsure = territory.is_none_or(|it| it.extent != Extent::Complete);
    let (count_with, count_without) = (with.len(), without.len());
    let (named_with, named_without) = (names(with), names(without));
    view! {
        <div class="stack-tight council-map">
            <h3>{t::council_communes}</h3>
            <Loaded load=atlas.load shape=Shape::Picture on_retry=atlas.reload view=move |atlas| {
                let height = atlas.height;
                let first = atlas.bounds(&around).map(|bounds| View::among(bounds, [70.0, 46.0], height));
                let (lit, pins) = (lit.clone(), Vec::<Pin>::new());
                let on_view = move |view: Option<View>| look.run(view.map_or_else(|| View::whole(height).written(), View::written));
                view! {
                    <Map atlas label=t::council_map pins=pins lit without_list=true
                        view=Signal::derive(move || View::parse(&seen.get()).or(first)) on_view />
                }
            } />
            <p class="small">{move || t::council_communes_with(count_with)} {(count_with > 0).then(|| view! { " : " {named_with} })}</p>
            {(count_without > 0).then(|| view! {
                <details class="small"><summary>{move || t::council_communes_without(count_without)}</summary><p>{named_without}</p></details>
            })}
            {unsure.then(|| view! { <p class="muted small">{t::council_extent_unsure}</p> })}
        </div>
    }
    .into_any()
}

fn seat(council: CouncilId, row: SeatRow, open: Opening) -> AnyView {
    let (id, revision, label, category) = (row.id.clone(), row.revision, row.label.clone(), row.category);
    let commune = row
        .commune_id
        .as_ref()
        .and_then(typed::<TerritoryId>)
        .and_then(|id| GAZETTEER.get(id));
    let (from, to) = (row.mandate_from, row.mandate_to);
    let key = id.inner().to_owned();
    let holders = row.holders.map(|it| it.nodes);
    let can = move || may(Action::EditCouncil { council });
    view! {
        <li>
            <div class="stack-tight">
                <p class="row-tight">
                    <strong>{row.label}</strong>
                    <span class="muted small">{move || words::category(category)}</span>
                    {commune.map(|it| view! { <span class="muted small">{it.name}</span> })}
                    {row.organisation.map(|it| view! { <a class="small" href=format!("/organisations/{}", it.id.inner())>{it.name}</a> })}
                </p>
                {(from.is_some() || to.is_some()).then(|| view! { <p class="muted small">{move || t::seat_mandate(format::partial(from), format::partial(to))}</p> })}
                {holders.map(|rows| {
                    let key = key.clone();
                    view! {
                        <ul role="list" class="plain-list small no-print">
                            {rows.into_iter().map(|it| {
                                let (seat, own) = (key.clone(), it.id.inner().to_owned());
                                let (id, revision, name, role, votes) = (it.id, it.revision, it.name.clone(), it.role, it.person_id.is_some());
                                view! {
                                    <li>
                                        <span>{it.name}</span> <span class="muted">{move || words::holder(role)}</span>
                                        {(!votes).then(|| view! { <span class="muted">{t::holder_no_account}</span> })}
                                        {move || can().then(|| {
                                            let what = Open::Holder(seat.clone(), Some(own.clone()));
                                            view! { <Actions title=name.clone() kind=RecordType::SeatHolder id=id.clone() revision on_edit=move |()| open.set(Some(what.clone())) /> }
                                        })}
                                    </li>
                                }
                            }).collect_view()}
                        </ul>
                        {move || can().then(|| {
                            let what = Open::Holder(key.clone(), None);
                            view! { <p class="no-print"><Button text=t::holder_add look=Look::Quiet small=true mark=Icon::Add on_press=move |()| open.set(Some(what.clone())) /></p> }
                        })}
                    }
                })}
            </div>
            {move || can().then(|| {
                let key = id.inner().to_owned();
                view! { <Actions title=label.clone() kind=RecordType::Seat id=id.clone() revision on_edit=move |()| open.set(Some(Open::Seat(Some(key.clone())))) /> }
            })}
        </li>
    }
    .into_any()
}

/// `record` none: a new seat.
#[component]
pub fn SeatForm(
    council: CouncilId,
    record: Option<Seat>,
    #[prop(into)] on_end: Callback<()>,
) -> impl IntoView {
    let done = move |_| on_end.run(());
    let edit = match record {
        Some(record) => Edit::of(record, done),
        None => {
            let id = SeatId(Uuid::nil());
            let blank = Seat::bare(
                id,
                DateTime::UNIX_EPOCH,
                council,
                Category::Production,
                String::new(),
            );
            Edit::new(&council.to_string(), blank, done)
        }
    };
    let refusals = edit.refusals;
    let organisation = edit.ids(
        |it| it.organisation_id.into_iter().collect(),
        |it, ids| it.organisation_id = ids.into_iter().next(),
    );
    let commune = edit.ids(
        |it| it.commune_id.into_iter().collect(),
        |it, ids| it.commune_id = ids.into_iter().next(),
    );
    view! {
        <EditForm edit paths=vec!["label", "category", "organisationId", "communeId", "mandateFrom", "mandateTo"] on_cancel=on_end>
            <TextField label=t::seat_label hint=t::seat_label_hint path="label" refusals required=true value=edit.text(|it| Some(it.label.clone()), |it, text| it.label = text.unwrap_or_default()) />
            <SelectField label=t::seat_category path="category" refusals required=true options=options(Category::ALL, words::category) value=edit.choice(|it| it.category, |it, category| it.category = category) />
            <RecordField label=t::seat_organisation path="organisationId" refusals kinds=&[RecordType::Organisation] taken=organisation />
            <RecordField label=t::seat_commune path="communeId" refusals kinds=&[RecordType::Territory] of=&[Kind::Commune] taken=commune />
            <DateField label=t::seat_from path="mandateFrom" refusals value=edit.date("mandateFrom", |it| it.mandate_from, |it, date| it.mandate_from = date) />
            <DateField label=t::seat_to path="mandateTo" refusals value=edit.date("mandateTo", |it| it.mandate_to, |it, date| it.mandate_to = date) />
        </EditForm>
    }
}

/// Who sits on a seat.
#[component]
pub fn Holder(seat: SeatId, record: Option<SeatHolder>, #[prop(into)] on_end: Callback<()>) -> impl IntoView {
    let done = move |_| on_end.run(());
    let edit = match record {
        Some(record) => Edit::of(record, done),
        None => {
            let id = SeatHolderId(Uuid::nil());
            let blank = SeatHolder::bare(id, DateTime::UNIX_EPOCH, seat, String::new(), HolderRole::Holder);
            Edit::new(&seat.to_string(), blank, done)
        }
    };
    let refusals = edit.refusals;
    let person = edit.ids(
        |it| it.person_id.into_iter().collect(),
        |it, ids: Vec<domain::PersonId>| it.person_id = ids.into_iter().next(),
    );
    view! {
        <EditForm edit paths=vec!["name", "role", "personId"] on_cancel=on_end>
            <p class="muted">{t::holder_private}</p>
            <TextField label=t::holder_name path="name" refusals required=true value=edit.text(|it| Some(it.name.clone()), |it, text| it.name = text.unwrap_or_default()) />
            <SelectField label=t::holder_role path="role" refusals required=true options=options(HolderRole::ALL, words::holder) value=edit.choice(|it| it.role, |it, role| it.role = role) />
            {move || if may(Action::ReadPersons) {
                view! { <PersonField label=t::holder_account path="personId" refusals taken=person optional=true /> }.into_any()
            } else {
                view! { <p class="muted small">{t::holder_account_by_staff}</p> }.into_any()
            }}
        </EditForm>
    }
}
