//! One machine: whether its integration is healthy and what to do where it is not.

use super::deliveries::Deliveries;
use super::form::Change;
use super::list;
use super::read::{Found, FoundHealth, Health, One, Row};
use super::rejected::Rejected;
use super::secrets::{Secrets, Shown};
use super::usage::{Deprecated, Usage};
use super::{send, words};
use crate::api;
use crate::contract::typed;
use crate::directory::scorecard::Card;
use crate::edit::as_opened;
use crate::edit::press::press;
use crate::format;
use crate::language::t;
use crate::session::{self, Session};
use crate::ui::button::{Button, Look};
use crate::ui::chips::Status;
use crate::ui::copy::CopyField;
use crate::ui::dialog::Confirm;
use crate::ui::facts::{Fact, Facts};
use crate::ui::icon::Icon;
use crate::ui::page::{Crumb, Page, Section};
use crate::ui::state::{Loaded, Skeleton};
use crate::ui::toast::toasts;
use crate::viewer;
use cynic::QueryBuilder;
use domain::OrganisationId;
use domain::policy::Action;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

#[component]
pub fn Screen() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("id")).unwrap_or_default());
    let found = api::load(move || Found::build(One { id: Some(id.get()) }));
    let load = Memo::new(move |_| found.load.get().map(|it| it.client).present());
    let row = Memo::new(move |_| load.with(|it| it.value().cloned()));
    // The page is drawn once for each machine, its parts follow what is read: no focus is lost.
    let there = Memo::new(move |_| load.get().map(|it| it.id));
    let editing = RwSignal::new(false);
    Effect::new(move |_| {
        id.track();
        editing.set(false);
    });
    let title = move || match session::session() {
        Session::Visitor => t::partner_title().to_owned(),
        Session::Restoring | Session::Signed(_) => {
            row.with(|it| it.as_ref().map(|it| it.name.clone()).unwrap_or_default())
        }
    };
    let may_edit = move || row.with(Option::is_some) && viewer::may(Action::ManageClients);
    let tools = move || {
        view! {
            {move || (may_edit() && !editing.get()).then(|| view! { <Button text=t::action_edit mark=Icon::Edit on_press=move |()| editing.set(true) /> })}
            {move || may_edit().then(|| view! { <Switch row /> })}
            {list::guide()}
        }
    };
    let crumbs = vec![Crumb::new(t::partner_title, "/machines")];
    view! {
        <Page title lead=t::partner_question crumbs tools>
            {move || editing.get().then(|| as_opened(row)).flatten().map(|row| view! { <Change row on_end=move |()| editing.set(false) /> })}
            {move || match session::session() {
                Session::Restoring => view! { <Skeleton /> }.into_any(),
                Session::Visitor => list::signed_out().into_any(),
                Session::Signed(_) => view! {
                    <Loaded load=there on_retry=found.reload view=move |_| view! { <Body id row /> } />
                }.into_any(),
            }}
        </Page>
    }
}

/// Lets it sign in, or no more: asked first where that stops it.
#[component]
fn Switch(row: Memo<Option<Row>>) -> impl IntoView {
    let (asked, busy, said) = (RwSignal::new(false), RwSignal::new(false), toasts());
    let turn = move |on: bool| {
        if let Some(Row { id, .. }) = row.get_untracked() {
            let done = if on {
                t::partner_let_in_done()
            } else {
                t::partner_stop_done()
            };
            press(busy, said, done, send::switch(id, on));
        }
    };
    let is_on = Memo::new(move |_| row.with(|it| it.as_ref().is_some_and(|it| it.is_active)));
    view! {
        {move || if is_on.get() {
            view! { <Button text=t::partner_stop look=Look::Quiet busy on_press=move |()| asked.set(true) /> }.into_any()
        } else {
            view! { <Button text=t::partner_let_in look=Look::Primary busy on_press=move |()| turn(true) /> }.into_any()
        }}
        <Confirm open=asked title=t::partner_stop_title consequence=t::partner_stop_text action=t::partner_stop on_confirm=move |()| turn(false) />
    }
}

#[component]
fn Body(id: Memo<String>, row: Memo<Option<Row>>) -> impl IntoView {
    let shown = RwSignal::new(None);
    let health = api::load(move || FoundHealth::build(One { id: Some(id.get()) }));
    let load = Memo::new(move |_| health.load.get().map(|it| it.client).present());
    let house = Memo::new(move |_| {
        let house = row.with(|it| {
            it.as_ref()
                .and_then(|it| it.organisation.as_ref().map(|it| it.id.clone()))
        });
        house.as_ref().and_then(typed::<OrganisationId>)
    });
    view! {
        <Shown shown />
        <div class="beside webhook-top">
            <section class="sheet stack" aria-labelledby="partner-state">
                <h2 id="partner-state" class="visually-hidden">{t::partner_state}</h2>
                <Standing row />
                <Secrets row house shown />
            </section>
            <About row />
        </div>
        <Loaded load on_retry=health.reload view=move |it: Health| {
            let Health { cost_per_minute, usage, deprecated_calls, rejected_rows, scorecard } = it;
            let sources = row.with_untracked(|it| it.as_ref().map(|it| it.sources.clone()).unwrap_or_default());
            view! {
                <Section title=t::partner_rejected note=t::partner_rejected_note id="refusees" broad=true><Rejected rows=rejected_rows sources /></Section>
                <Section title=t::partner_usage note=t::partner_usage_note id="usage" broad=true><Usage days=usage per_minute=cost_per_minute /></Section>
                <Section title=t::partner_deprecated note=t::partner_deprecated_note id="contrat" broad=true><Deprecated calls=deprecated_calls /></Section>
                <Section title=t::scorecard_title note=t::scorecard_note id="confiance" broad=true><Card card=scorecard /></Section>
            }
        } />
        {move || house.get().filter(|organisation| viewer::may(Action::ReadWebhooks { organisation: *organisation })).map(|organisation| view! {
            <Section title=t::partner_deliveries note=t::partner_deliveries_note id="messages" broad=true><Deliveries organisation /></Section>
        })}
    }
}

/// How it stands, and when it last signed in.
#[component]
fn Standing(row: Memo<Option<Row>>) -> impl IntoView {
    move || {
        row.get().map(|row| {
            let state = row.state(words::now());
            let row = StoredValue::new(row);
            view! {
                <p class="partner-state"><Status course=words::course(state) text=move || words::state(state) /></p>
                <p>{move || words::explained(state)} " " {move || row.with_value(words::last_used)}</p>
            }
        })
    }
}

#[component]
fn About(row: Memo<Option<Row>>) -> impl IntoView {
    move || {
        row.get().map(|row| {
            let Row { id, organisation, scopes, sources, territories, created_at, .. } = row;
            view! {
                <section class="sheet" aria-label=t::partner_about>
                    <Facts>
                        <Fact label=t::partner_field_organisation>
                            {match organisation {
                                Some(it) => view! { <a href=format!("/organisations/{}", it.id.inner())>{it.name}</a> }.into_any(),
                                None => view! { <span class="muted">{t::partner_no_organisation}</span> }.into_any(),
                            }}
                        </Fact>
                        <Fact label=t::partner_field_scopes>
                            <ul class="partner-scopes" role="list">
                                {scopes.into_iter().map(|it| view! { <li>{move || words::scope(it)} <span class="muted small">{move || words::scope_text(it)}</span></li> }).collect_view()}
                            </ul>
                        </Fact>
                        <Fact label=t::partner_field_sources>
                            {if sources.is_empty() {
                                view! { <span class="muted">{t::partner_no_sources}</span> }.into_any()
                            } else {
                                links(sources.into_iter().map(|it| (format!("/sources/{}", it.id.inner()), it.name))).into_any()
                            }}
                        </Fact>
                        <Fact label=t::partner_field_territories>
                            {if territories.is_empty() {
                                view! { <span>{t::partner_everywhere}</span> }.into_any()
                            } else {
                                links(territories.into_iter().map(|it| (format!("/territoires/{}", it.id.inner()), it.label))).into_any()
                            }}
                        </Fact>
                        <Fact label=t::partner_made value=Signal::derive(move || Some(format::instant_day(created_at))) />
                        <Fact label=t::partner_identifier><CopyField label=t::partner_identifier text=id /></Fact>
                    </Facts>
                </section>
            }
        })
    }
}

fn links(all: impl Iterator<Item = (String, String)>) -> impl IntoView {
    view! { <ul class="partner-links" role="list">{all.map(|(href, name)| view! { <li><a href=href>{name}</a></li> }).collect_view()}</ul> }
}
