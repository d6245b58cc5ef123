//! One organisation: what it does, whether it lives, where it is, what it takes part in, whom to ask.

use super::forms::{Change, ContactForm};
use super::merge::Merge;
use super::read::{ContactRow, Found, One, Project, Relations, Resource, Sheet};
use super::words;
use crate::api;
use crate::chantier::read::ChantierName;
use crate::edit::{record, take_away};
use crate::exchange::around::{Around, Exchange};
use crate::format;
use crate::language::t;
use crate::provenance::{SourceList, sourced};
use crate::session;
use crate::ui::button::{Button, Look};
use crate::ui::chips::{Chip, Status};
use crate::ui::facts::{Fact, Facts};
use crate::ui::icon::{Icon, icon};
use crate::ui::map::frame::View;
use crate::ui::map::{Map, Pin};
use crate::ui::page::{Crumb, Page, Section};
use crate::ui::sign::{Sign, Signed};
use crate::ui::state::{Loaded, Shape};
use crate::{address, viewer};
use cynic::QueryBuilder;
use domain::organisation::{Organisation, State};
use domain::policy::Action;
use domain::{OrganisationId, RecordType};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_params_map};

#[component]
pub fn Screen() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("id")).unwrap_or_default());
    let found = api::load(move || {
        Found::build(One {
            id: cynic::Id::new(id.get()),
        })
    });
    let load = Memo::new(move |_| found.load.get().map(Found::sheet).present());
    let title = move || {
        load.with(|it| it.value().map(|it| it.facts.name.clone()))
            .unwrap_or_default()
    };
    let lead = move || {
        load.with(|it| it.value().and_then(|it| it.facts.role.clone()))
            .unwrap_or_else(|| t::organisation_question().to_owned())
    };
    let editing = RwSignal::new(false);
    let merging = RwSignal::new(false);
    Effect::new(move |_| {
        id.track();
        editing.set(false);
        merging.set(false);
    });
    let typed = move || id.get().parse::<OrganisationId>().ok();
    let may_edit =
        move || typed().is_some_and(|organisation| viewer::may(Action::EditOrganisation { organisation }));
    let navigate = StoredValue::new_local(use_navigate());
    let delete = move |()| {
        let Some(own) = load.with_untracked(|it| it.value().map(|it| it.facts.clone())) else {
            return;
        };
        take_away(
            RecordType::Organisation,
            own.id,
            own.revision,
            own.name,
            move || {
                let _ = navigate.try_with_value(|go| go("/organisations", NavigateOptions::default()));
            },
        );
    };
    let tools = move || {
        view! {
            {move || (may_edit() && load.with(|it| it.value().is_some()) && !editing.get()).then(|| view! { <Button text=t::action_edit mark=Icon::Edit on_press=move |()| editing.set(true) /> })}
            <a class="button quiet" href=move || format!("/historique/{}", id.get())>{t::action_history}</a>
            {move || typed().filter(|it| viewer::may(Action::ReadWebhooks { organisation: *it })).map(|it| view! {
                <a class="button quiet" href="/machines">{t::partner_title}</a>
                <a class="button quiet" href=format!("/webhooks?organisation={it}")>{t::webhook_title}</a>
            })}
            {move || (viewer::may(Action::KeepOrganisations) && load.with(|it| it.value().is_some())).then(|| view! {
                <Button text=t::organisation_merge look=Look::Quiet on_press=move |()| merging.set(true) />
                <Button text=t::action_delete look=Look::Quiet on_press=delete />
            })}
        }
    };
    let crumbs = vec![Crumb::new(t::organisations_title, "/organisations")];
    view! {
        <Page title lead crumbs tools>
            {move || editing.get().then(|| {
                let row = load.with_untracked(|it| it.value().map(|it| it.facts.clone()));
                row.and_then(|row| record::<Organisation>(&row)).map(|record| view! { <Change record on_end=move |()| editing.set(false) /> })
            })}
            {move || merging.get().then(|| {
                let own = load.with_untracked(|it| it.value().map(|it| it.facts.clone()));
                own.map(|own| view! { <Merge own on_end=move |()| merging.set(false) /> })
            })}
            <Loaded load on_retry=found.reload view=move |sheet| view! { <Body sheet reload=found.reload /> } />
        </Page>
    }
}

#[component]
fn Body(sheet: Sheet, reload: Callback<()>) -> impl IntoView {
    let organisation = sheet.facts.id.inner().parse::<OrganisationId>().ok();
    let Relations {
        led_projects,
        partnered_projects,
        led_chantiers,
        partnered_chantiers,
        provided_resources,
        contacts,
        sources,
        ..
    } = sheet.relations.clone();
    let none = led_projects.nodes.is_empty() && partnered_projects.nodes.is_empty();
    let no_chantier = led_chantiers.nodes.is_empty() && partnered_chantiers.nodes.is_empty();
    view! {
        <End sheet=sheet.clone() />
        <div class="beside organisation-top">
            <About sheet=sheet.clone() />
            <Where sheet />
        </div>
        <Section title=t::organisation_projects>
            <div class="stack">
                {none.then(|| view! { <p class="muted">{t::organisation_projects_none}</p> })}
                {projects(t::organisation_led, led_projects.nodes)}
                {projects(t::organisation_partnered, partnered_projects.nodes)}
            </div>
        </Section>
        {(!no_chantier).then(|| view! {
            <Section title=t::nav_chantiers>
                <div class="stack">
                    {chantiers(t::organisation_led, led_chantiers.nodes)}
                    {chantiers(t::organisation_partnered, partnered_chantiers.nodes)}
                </div>
            </Section>
        })}
        {organisation.map(|it| view! { <Exchange around=Around::Organisation(it) /> })}
        {organisation.map(|it| view! { <crate::expertise::list::OfOrganisation organisation=it /> })}
        {(!provided_resources.nodes.is_empty()).then(|| view! { <Section title=t::organisation_resources>{resources(provided_resources.nodes)}</Section> })}
        <Section title=t::organisation_contacts>
            {move || match (session::person().is_some(), contacts.clone(), organisation) {
                (true, Some(contacts), Some(organisation)) => view! { <People contacts=contacts.nodes organisation /> }.into_any(),
                _ => view! { <p class="muted">{t::organisation_contacts_signed} " " <a href=sign_in_href>{t::action_sign_in}</a></p> }.into_any(),
            }}
        </Section>
        <Section title=t::provenance_section>
            <SourceList sources word=words::field on_confirmed=reload
                may_confirm=Signal::derive(move || viewer::may(Action::EditProvenance { project: None })) />
        </Section>
    }
}

fn sign_in_href() -> String {
    let here = window().location().pathname().unwrap_or_default();
    format!("/connexion?vers={here}")
}

/// It has ended: said before anything else.
#[component]
fn End(sheet: Sheet) -> impl IntoView {
    let (state, since) = (sheet.facts.state, sheet.facts.state_since);
    matches!(state, State::Bankrupt | State::Ceased).then(|| {
        let class = if state == State::Bankrupt {
            "notice failed ended"
        } else {
            "notice ended"
        };
        view! {
            <div class=class role="note">
                <p class="title">{icon(Icon::Alert)} " " {move || words::state(state)}</p>
                <p>{move || t::organisation_ended(format::partial(since))}</p>
            </div>
        }
    })
}

#[component]
fn About(sheet: Sheet) -> impl IntoView {
    let Sheet { facts, relations } = sheet;
    let Relations {
        commune,
        territories,
        sources,
        ..
    } = relations;
    let numbers_source = sources.of("numbers");
    let super::read::Facts {
        acronym,
        aliases,
        kinds,
        numbers,
        website,
        address,
        state,
        state_since,
        note,
        ..
    } = facts;
    let line = address.map(|it| {
        let town = [it.postcode, it.locality]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(" ");
        [it.street, Some(town).filter(|it| !it.is_empty())]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(", ")
    });
    let known = view! {
        <span class="row-tight">
            <Status course=words::course(state) text=move || words::state(state) />
            {state_since.map(|since| view! { <span class="muted small">{move || t::organisation_since(format::partial(Some(since)))}</span> })}
        </span>
    };
    let known = sourced(t::organisation_field_state, &sources, "state", known.into_any());
    let no_kind = kinds.is_empty();
    view! {
        <div class="sheet">
            <Facts>
                {acronym.map(|acronym| view! { <Fact label=t::organisation_field_acronym value=Some(acronym) /> })}
                {(!aliases.is_empty()).then(|| view! { <Fact label=t::organisation_field_aliases value=Some(aliases.join(" · ")) /> })}
                <Fact label=t::organisation_field_kinds>
                    {if no_kind { view! { <span class="unknown">{t::fact_unknown}</span> }.into_any() } else {
                        view! { <span>{move || kinds.iter().map(|kind| words::kind(*kind)).collect::<Vec<_>>().join(", ")}</span> }.into_any()
                    }}
                </Fact>
                <Fact label=t::organisation_field_state>
                    {known}
                </Fact>
                {numbers.into_iter().map(|it| {
                    let scheme = it.scheme;
                    let number = words::number(scheme, &it.value);
                    match numbers_source.clone() {
                        Some(provenance) => view! { <Fact label=move || words::scheme(scheme) value=Some(number) provenance /> }.into_any(),
                        None => view! { <Fact label=move || words::scheme(scheme) value=Some(number) /> }.into_any(),
                    }
                }).collect_view()}
                <Fact label=t::organisation_field_commune>
                    {match commune {
                        Some(place) => { let href = place.href(); view! { <a href=href>{place.label}</a> }.into_any() }
                        None => view! { <span class="unknown">{t::fact_unknown}</span> }.into_any(),
                    }}
                </Fact>
                {line.map(|line| view! { <Fact label=t::organisation_field_address value=Some(line) /> })}
                <Fact label=t::organisation_field_territories>
                    {if territories.is_empty() { view! { <span class="unknown">{t::fact_unknown}</span> }.into_any() } else {
                        view! { <ul class="chips" role="list">{territories.into_iter().map(|it| { let href = it.href(); view! { <li><Chip text=it.label href /></li> } }).collect_view()}</ul> }.into_any()
                    }}
                </Fact>
                {website.map(|website| {
                    let shown = website.trim_start_matches("https://").trim_start_matches("http://").trim_end_matches('/').to_owned();
                    view! { <Fact label=t::organisation_field_website><a href=website rel="external noopener" target="_blank">{shown}</a></Fact> }
                })}
                {note.map(|note| view! { <Fact label=t::organisation_field_note value=Some(note) /> })}
            </Facts>
        </div>
    }
}

/// Its seat, and the territories it works for, lit.
#[component]
fn Where(sheet: Sheet) -> impl IntoView {
    let atlas = api::atlas();
    let (view, on_view) = address::word("carte");
    let mut lit: Vec<String> = sheet
        .relations
        .territories
        .iter()
        .filter(|it| it.nis != Some(domain::territory::Nis::WALLONIA))
        .flat_map(|it| it.commune_codes.iter().map(ToString::to_string))
        .collect();
    if lit.is_empty() {
        lit.extend(
            sheet
                .relations
                .commune
                .iter()
                .filter_map(|it| it.nis)
                .map(|nis| nis.to_string()),
        );
    }
    let pins: Vec<Pin> = sheet
        .facts
        .point
        .iter()
        .map(|point| Pin {
            id: sheet.facts.id.inner().to_owned(),
            label: sheet.facts.name.clone(),
            detail: sheet
                .relations
                .commune
                .as_ref()
                .map(|it| it.label.clone())
                .unwrap_or_default(),
            href: format!("/organisations/{}", sheet.facts.id.inner()),
            lat: point.lat,
            lon: point.lon,
            signs: Vec::new(),
        })
        .collect();
    if lit.is_empty() && pins.is_empty() {
        return view! { <p class="notice"><span class="title">{t::organisation_seat_unknown}</span></p> }
            .into_any();
    }
    let name = sheet.facts.name;
    view! {
        <Loaded load=atlas.load shape=Shape::Picture on_retry=atlas.reload view=move |atlas| {
            let height = atlas.height;
            let first = atlas.bounds(&lit).map(|bounds| {
                let seen = View::around(bounds, height);
                View { zoom: (seen.zoom / 1.6).min(5.0), ..seen }.kept(height)
            });
            let seen = Signal::derive(move || View::parse(&view.get()).or(first));
            let look = move |seen: Option<View>| on_view.run(seen.unwrap_or_else(|| View::whole(height)).written());
            let (name, lit) = (name.clone(), lit.clone());
            view! { <Map atlas label=move || t::organisation_map(&name) pins=pins.clone() lit view=seen on_view=look without_list=true /> }
        } />
    }
    .into_any()
}

fn projects(title: crate::language::Text, list: Vec<Project>) -> impl IntoView {
    (!list.is_empty()).then(|| {
        view! {
            <div class="stack-tight">
                <h3>{title}</h3>
                <ul class="columns" role="list">
                    {list.into_iter().map(|it| view! {
                        <li class="card">
                            <h4><a class="cover" href=format!("/projets/{}", it.id.inner())>{it.title}</a></h4>
                            {it.summary.map(|summary| view! { <p class="small clip">{summary}</p> })}
                        </li>
                    }).collect_view()}
                </ul>
            </div>
        }
    })
}

fn chantiers(title: crate::language::Text, list: Vec<ChantierName>) -> impl IntoView {
    (!list.is_empty()).then(|| {
        view! {
            <div class="stack-tight">
                <h3>{title}</h3>
                <ul class="plain-list" role="list">
                    {list.into_iter().map(|it| view! { <li><a href=format!("/chantiers/{}", it.code)><Signed sign=Sign::of(&it.code) label=it.title /></a></li> }).collect_view()}
                </ul>
            </div>
        }
    })
}

fn resources(list: Vec<Resource>) -> impl IntoView {
    view! {
        <ul class="plain-list" role="list">
            {list.into_iter().map(|it| view! {
                <li>
                    {match it.url {
                        Some(url) => view! { <a href=url rel="external noopener" target="_blank">{it.title}</a> }.into_any(),
                        None => view! { <span>{it.title}</span> }.into_any(),
                    }}
                    {it.chantier.map(|chantier| view! { <a class="small" href=format!("/chantiers/{}", chantier.code)>{chantier.title}</a> })}
                </li>
            }).collect_view()}
        </ul>
    }
}

#[component]
fn People(contacts: Vec<ContactRow>, organisation: OrganisationId) -> impl IntoView {
    let may_edit = move || {
        viewer::may(Action::EditContact {
            organisation: Some(organisation),
            project: None,
        })
    };
    // The contact whose form is open; "" is a new one.
    let open = RwSignal::new(None::<String>);
    let close = Callback::new(move |()| open.set(None));
    let none = contacts.is_empty();
    let rows = contacts.clone();
    let delete = move |row: ContactRow| {
        let title = row.name.unwrap_or(row.purpose);
        take_away(RecordType::Contact, row.id, row.revision, title, || ());
    };
    view! {
        <div class="stack">
            {none.then(|| view! { <p class="muted">{t::organisation_contacts_none}</p> })}
            <ul class="columns" role="list">
                {rows.into_iter().map(|it| {
                    let (edit, gone) = (it.id.inner().to_owned(), it.clone());
                    view! {
                        <li class="card">
                            <h3>{it.purpose}</h3>
                            {it.name.map(|name| view! { <p>{name}</p> })}
                            {it.email.map(|email| view! { <p><a href=format!("mailto:{email}")>{email.clone()}</a></p> })}
                            {it.phone.map(|phone| view! { <p><a href=format!("tel:{}", phone.replace(' ', ""))>{phone.clone()}</a></p> })}
                            {move || may_edit().then(|| {
                                let (edit, gone) = (edit.clone(), gone.clone());
                                view! {
                                    <div class="card-foot">
                                        <Button text=t::action_edit look=Look::Quiet small=true on_press=move |()| open.set(Some(edit.clone())) />
                                        <Button text=t::action_delete look=Look::Quiet small=true on_press=move |()| delete(gone.clone()) />
                                    </div>
                                }
                            })}
                        </li>
                    }
                }).collect_view()}
            </ul>
            {move || open.get().map(|id| {
                let row = contacts.iter().find(|it| it.id.inner() == id).cloned();
                view! { <div class="sheet"><ContactForm row=row.as_ref().and_then(record) organisation on_end=close /></div> }
            })}
            {move || (may_edit() && open.with(Option::is_none)).then(|| view! {
                <div><Button text=t::organisation_contact_add mark=Icon::Add on_press=move |()| open.set(Some(String::new())) /></div>
            })}
        </div>
    }
}
