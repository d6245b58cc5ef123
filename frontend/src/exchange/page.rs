//! One offer, or one need: what, how much, when, where, from whom; whether it still holds; and where that is known from.

use super::matches::Matches;
use super::read::{NeedFound, OfferFound, One, Sheet, State};
use super::{Side, confirm, words};
use crate::api;
use crate::contract::typed;
use crate::edit::reason::AskReason;
use crate::language::{Text, t};
use crate::outcome::ledger::{Ledger, Outcomes};
use crate::provenance::{SourceList, sourced};
use crate::ui::button::{Button, Look};
use crate::ui::chips::{Chip, Status};
use crate::ui::facts::{Fact, Facts};
use crate::ui::icon::Icon;
use crate::ui::map::Map;
use crate::ui::map::frame::View;
use crate::ui::months::{self, MonthStrip};
use crate::ui::page::{Crumb, Page, Section};
use crate::ui::state::{Load, Loaded, Shape};
use crate::ui::toast::toasts;
use crate::{address, viewer};
use cynic::QueryBuilder;
use domain::OrganisationId;
use domain::policy::Action;
use domain::{need, offer};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

#[component]
pub fn Screen(side: Side) -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("id")).unwrap_or_default());
    let asked = move || One {
        id: cynic::Id::new(id.get()),
    };
    let (load, reload): (Signal<Load<Sheet>>, Callback<()>) = match side {
        Side::Offers => {
            let found = api::load(move || OfferFound::build(asked()));
            (
                Signal::derive(move || found.load.get().map(OfferFound::sheet).present()),
                found.reload,
            )
        }
        Side::Needs => {
            let found = api::load(move || NeedFound::build(asked()));
            (
                Signal::derive(move || found.load.get().map(NeedFound::sheet).present()),
                found.reload,
            )
        }
    };
    // The same again is not drawn again: what is open stays open.
    let load = Memo::new(move |_| load.get());
    let ledger = Ledger::of(side, id);
    let title = move || {
        load.with(|it| it.value().map(|it| it.card.title.clone()))
            .unwrap_or_default()
    };
    let lead = move || {
        load.with(|it| {
            it.value().map(|it| {
                let who = it.card.organisation.as_ref().map_or_else(
                    || t::exchange_organisation_unknown().to_owned(),
                    |it| it.name.clone(),
                );
                format!("{} · {who}", it.card.product)
            })
        })
        .unwrap_or_else(|| words::question(side).to_owned())
    };
    let tools = move || view! { <a class="button quiet" href=move || format!("/historique/{}", id.get())>{t::action_history}</a> };
    let crumbs = Signal::derive(move || vec![Crumb::new(move || words::title(side), side.href())]);
    view! {
        <Page title lead crumbs tools>
            <Loaded load on_retry=reload view=move |sheet| view! { <Body sheet reload ledger /> } />
        </Page>
    }
}

#[component]
fn Body(sheet: Sheet, reload: Callback<()>, ledger: Ledger) -> impl IntoView {
    let side = sheet.card.side;
    let id = sheet.card.id.clone();
    let organisation = typed::<OrganisationId>(&sheet.organisation_id);
    let looked_for = can_be_met(sheet.card.state);
    let sources = sheet.sources.clone();
    let description = sheet.description.clone();
    view! {
        <Holds sheet=sheet.clone() />
        <div class="beside exchange-top">
            <About sheet=sheet.clone() />
            <div class="stack">
                <Season sheet=sheet.clone() />
                <Where sheet=sheet.clone() />
            </div>
        </div>
        {looked_for.then(|| view! { <Matches side id organisation ledger /> })}
        <Outcomes ledger side />
        {description.map(|text| view! { <Section title=t::exchange_field_description><div class="prose"><p class="exchange-text">{text}</p></div></Section> })}
        <Section title=t::provenance_section>
            <div class="stack-tight">
                {match sheet.source {
                    Some(from) => view! { <p>{t::exchange_from_source} " " <a href=format!("/sources/{}", from.id.inner())>{from.name}</a></p> }.into_any(),
                    None => view! { <p class="muted">{t::exchange_written_here}</p> }.into_any(),
                }}
                {(!sources.nodes.is_empty()).then(|| view! {
                    <SourceList sources word=words::field on_confirmed=reload
                        may_confirm=Signal::derive(move || viewer::may(Action::EditProvenance { project: None })) />
                })}
            </div>
        </Section>
    }
}

/// Whether it is still worth looking for what meets it.
const fn can_be_met(state: State) -> bool {
    match state {
        State::Offer(offer::Status::Open | offer::Status::Reserved)
        | State::Need(need::Status::Open | need::Status::Matched) => true,
        State::Offer(offer::Status::Closed | offer::Status::Withdrawn | offer::Status::Expired)
        | State::Need(need::Status::Fulfilled | need::Status::Abandoned) => false,
    }
}

/// Whether it can be given up, which asks for a reason.
fn can_be_abandoned(state: State) -> bool {
    match state {
        State::Offer(_) => false,
        State::Need(state) => state.next().contains(&need::Status::Abandoned),
    }
}

/// The states that one press leads to; what asks for a reason, and what only time brings, is not among them.
fn next(state: State) -> Vec<State> {
    match state {
        State::Offer(state) => state
            .next()
            .iter()
            .filter(|it| **it != offer::Status::Expired)
            .map(|it| State::Offer(*it))
            .collect(),
        State::Need(state) => state
            .next()
            .iter()
            .filter(|it| **it != need::Status::Abandoned)
            .map(|it| State::Need(*it))
            .collect(),
    }
}

fn verb(to: State) -> &'static str {
    match to {
        State::Offer(offer::Status::Open) | State::Need(need::Status::Open) => t::exchange_do_open(),
        State::Offer(offer::Status::Reserved) => t::exchange_do_reserve(),
        State::Offer(offer::Status::Closed) => t::exchange_do_close(),
        State::Offer(offer::Status::Withdrawn | offer::Status::Expired) => t::exchange_do_withdraw(),
        State::Need(need::Status::Matched) => t::exchange_do_match(),
        State::Need(need::Status::Fulfilled) => t::exchange_do_fulfil(),
        State::Need(need::Status::Abandoned) => t::exchange_do_abandon(),
    }
}

/// Why a need is given up, as it is often said.
const USUAL: &[Text] = &[
    t::exchange_why_none,
    t::exchange_why_price,
    t::exchange_why_quantity,
    t::exchange_why_menu,
    t::exchange_why_elsewhere,
];

/// Does it still hold? Said first, with the one press that says yes for who may.
#[component]
fn Holds(sheet: Sheet) -> impl IntoView {
    let card = sheet.card;
    let (side, state, revision) = (card.side, card.state, sheet.revision);
    let id = cynic::Id::new(card.id);
    let busy = RwSignal::new(false);
    let said = toasts();
    let asked = RwSignal::new(false);
    let gives_up = can_be_abandoned(state);
    let organisation = typed::<OrganisationId>(&sheet.organisation_id);
    let may =
        move || organisation.is_some_and(|organisation| viewer::may(Action::EditExchange { organisation }));
    let (confirmed_at, expires_at) = (card.confirmed_at, card.expires_at);
    let ending = words::is_ending(expires_at);
    view! {
        <div class="sheet exchange-holds">
            <p class="row-tight">
                <Status course=words::course(state) text=move || words::state(state) />
                <span>{move || words::confirmed(confirmed_at)}</span>
                <span aria-hidden="true">"·"</span>
                <span class:exchange-ending=ending>{move || words::expires(expires_at)}</span>
            </p>
            {move || may().then(|| {
                let (own, moving, ended) = (id.clone(), id.clone(), id.clone());
                let record = id.inner().to_owned();
                view! {
                    <div class="button-row no-print">
                        <Button text=t::exchange_still_valid look=Look::Primary mark=Icon::Check busy
                            on_press=move |()| confirm::confirm(side, own.clone(), revision, busy, said) />
                        {next(state).into_iter().map(|to| {
                            let id = moving.clone();
                            view! { <Button text=move || verb(to) busy on_press=move |()| confirm::go(to, id.clone(), revision, busy, said) /> }
                        }).collect_view()}
                        {gives_up.then(|| view! { <Button text=t::exchange_do_abandon look=Look::Quiet busy on_press=move |()| asked.set(true) /> })}
                    </div>
                    {gives_up.then(|| view! {
                        <AskReason open=asked record title=t::exchange_abandon_title hint=t::exchange_abandon_hint usual=USUAL
                            action=t::exchange_do_abandon_now done=t::exchange_abandoned
                            send=move |reason| confirm::abandon(ended.clone(), revision, reason) />
                    })}
                }
            })}
        </div>
    }
}

#[component]
fn About(sheet: Sheet) -> impl IntoView {
    let Sheet {
        card,
        facts,
        hub,
        sources,
        ..
    } = sheet;
    let (money_name, money_field): (Text, _) = match card.side {
        Side::Offers => (t::exchange_field_price, "price"),
        Side::Needs => (t::exchange_field_budget, "budget"),
    };
    let labels_name: Text = match card.side {
        Side::Offers => t::exchange_field_labels,
        Side::Needs => t::exchange_field_required_labels,
    };
    let shown = |value: Option<String>| match value {
        Some(value) => view! { <span>{value}</span> }.into_any(),
        None => view! { <span class="unknown">{t::fact_unknown}</span> }.into_any(),
    };
    let quantity = sourced(
        t::exchange_field_quantity,
        &sources,
        "quantity",
        shown(card.quantity),
    );
    let money = sourced(money_name, &sources, money_field, shown(card.money));
    let (organic, labels) = (card.organic, card.labels);
    view! {
        <div class="sheet">
            <Facts>
                <Fact label=t::exchange_field_product value=Some(card.product) />
                <Fact label=t::exchange_field_organisation>
                    {match card.organisation {
                        Some(it) => view! { <a href=format!("/organisations/{}", it.id.inner())>{it.name}</a> }.into_any(),
                        None => view! { <span class="unknown">{t::fact_unknown}</span> }.into_any(),
                    }}
                </Fact>
                <Fact label=t::exchange_field_commune>
                    {match card.commune {
                        Some(it) => { let href = it.href(); view! { <a href=href>{it.label}</a> }.into_any() }
                        None => view! { <span class="unknown">{t::fact_unknown}</span> }.into_any(),
                    }}
                </Fact>
                <Fact label=t::exchange_field_quantity>{quantity}</Fact>
                <Fact label=money_name>{money}</Fact>
                <Fact label=t::exchange_field_organic value=Signal::derive(move || words::organic(organic)) />
                <Fact label=labels_name>
                    {if labels.is_empty() { view! { <span class="unknown">{t::fact_unknown}</span> }.into_any() } else {
                        view! { <ul class="chips" role="list">{labels.into_iter().map(|it| view! { <li><Chip text=move || words::label(it) /></li> }).collect_view()}</ul> }.into_any()
                    }}
                </Fact>
                {facts.into_iter().map(|(label, value)| view! { <Fact label value=value /> }).collect_view()}
                {hub.map(|it| view! { <Fact label=t::exchange_field_hub><a href=format!("/organisations/{}", it.id.inner())>{it.name}</a></Fact> })}
            </Facts>
        </div>
    }
}

/// The months, drawn and in words.
#[component]
fn Season(sheet: Sheet) -> impl IntoView {
    let known = sheet.card.months;
    let said = known.clone();
    view! {
        <div class="sheet exchange-season">
            <h2>{t::exchange_field_months}</h2>
            <MonthStrip months=known now=words::this_month() />
            {said.map(|said| view! { <p class="muted small" aria-hidden="true">{move || months::words(&said)}</p> })}
        </div>
    }
}

/// Its commune, lit.
#[component]
fn Where(sheet: Sheet) -> impl IntoView {
    let Some((nis, name)) = sheet
        .card
        .commune
        .and_then(|it| Some((it.nis?.to_string(), it.label)))
    else {
        return view! { <p class="notice"><span class="title">{t::exchange_commune_unknown}</span></p> }
            .into_any();
    };
    let atlas = api::atlas();
    let (view, on_view) = address::word("carte");
    view! {
        <Loaded load=atlas.load shape=Shape::Picture on_retry=atlas.reload view=move |atlas| {
            let height = atlas.height;
            let lit = vec![nis.clone()];
            let first = atlas.bounds(&lit).map(|bounds| {
                let seen = View::around(bounds, height);
                View { zoom: (seen.zoom / 1.6).min(5.0), ..seen }.kept(height)
            });
            let seen = Signal::derive(move || View::parse(&view.get()).or(first));
            let look = move |seen: Option<View>| on_view.run(seen.unwrap_or_else(|| View::whole(height)).written());
            let name = name.clone();
            view! { <Map atlas label=move || t::organisation_map(&name) pins=Vec::new() lit view=seen on_view=look without_list=true /> }
        } />
    }
    .into_any()
}
