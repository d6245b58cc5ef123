//! The page of a territory, and the way to any other.

use super::about::{About, Around, Ladder};
use super::edit::Change;
use super::lists::{Councils, Named, Organisations, Projects, Steps};
use super::neighbours::Neighbours;
use super::read::{Found, One, Territory, href};
use super::words;
use crate::api;
use crate::contract::typed;
use crate::edit::record;
use crate::exchange::around::{Around as Of, Exchange};
use crate::language::t;
use crate::provenance::SourceList;
use crate::records::{self, RecordField};
use crate::ui::button::Button;
use crate::ui::icon::Icon;
use crate::ui::page::{Crumb, Page, Section};
use crate::ui::state::{Loaded, Shape};
use crate::viewer;
use cynic::QueryBuilder;
use domain::RecordType;
use domain::policy::Action;
use domain::territory::Nis;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_params_map};

#[component]
pub fn Screen() -> impl IntoView {
    let params = use_params_map();
    // Without a name in the address: the whole region.
    let id = Memo::new(move |_| {
        params
            .with(|params| params.get("id"))
            .unwrap_or_else(|| Nis::WALLONIA.to_string())
    });
    let found = api::load(move || {
        Found::build(One {
            id: cynic::Id::new(id.get()),
        })
    });
    let load = Memo::new(move |_| found.load.get().map(Found::whole).present());
    let title = move || {
        load.with(|it| it.value().map(|it| it.facts.label.clone()))
            .unwrap_or_default()
    };
    let lead = move || {
        load.with(|it| it.value().map(|it| t::territory_lead(words::kind(it.facts.kind))))
            .unwrap_or_else(|| t::territory_question().to_owned())
    };
    let crumbs = Signal::derive(move || {
        let above = load
            .with(|it| it.value().map(Territory::above))
            .unwrap_or_default();
        above
            .into_iter()
            .map(|it| Crumb::new(it.label, href(it.nis, "")))
            .collect::<Vec<_>>()
    });
    let editing = RwSignal::new(false);
    Effect::new(move |_| {
        id.track();
        editing.set(false);
    });
    let is_named = move || load.with(|it| it.value().is_some_and(|it| !it.facts.kind.is_official()));
    let own_id = move || load.with(|it| it.value().map(|it| it.facts.id.inner().to_owned()));
    let tools = move || {
        view! {
            {move || (is_named() && viewer::may(Action::EditTerritory) && !editing.get()).then(|| view! {
                <Button text=t::action_edit mark=Icon::Edit on_press=move |()| editing.set(true) />
            })}
            {move || viewer::may(Action::EditTerritory).then(|| view! { <a class="button" href="/territoires/nouveau">{t::territory_create}</a> })}
            {move || own_id().map(|id| view! { <a class="button quiet" href=format!("/historique/{id}")>{t::action_history}</a> })}
        }
    };
    view! {
        <Page title lead crumbs tools>
            <Picker />
            {move || editing.get().then(|| load.with_untracked(|it| it.value().and_then(|it| record(&it.facts))).map(|record| view! {
                <Change record on_end=move |()| editing.set(false) />
            }))}
            <Loaded load shape=Shape::Picture on_retry=found.reload view=move |territory| view! { <Body territory reload=found.reload /> } />
        </Page>
    }
}

/// The way to any other territory.
#[component]
fn Picker() -> impl IntoView {
    let taken = RwSignal::new(Vec::<String>::new());
    let navigate = use_navigate();
    Effect::new(move |_| {
        if let Some(id) = taken.get().into_iter().next() {
            taken.set(Vec::new());
            navigate(&format!("/territoires/{id}"), NavigateOptions::default());
        }
    });
    view! {
        <div class="territory-picker no-print">
            <RecordField label=t::territory_pick hint=t::territory_pick_hint kinds=&[RecordType::Territory] taken required=true />
        </div>
    }
}

#[component]
fn Body(territory: Territory, reload: Callback<()>) -> impl IntoView {
    let territory = StoredValue::new(territory);
    let get = move || territory.get_value();
    records::know(get().facts.id.inner(), &get().facts.label);
    view! {
        <div class="beside territory-top">
            <div class="stack"><About territory=get() /> <Ladder above=get().above() below=get().below() /></div>
            <Around territory=get() />
        </div>
        <Projects territory=get() />
        <Neighbours territory=get() />
        <Organisations territory=get() />
        {typed(&get().facts.id).map(|it| view! { <Exchange around=Of::Territory(it) /> })}
        <Councils councils=get().around.councils.nodes />
        <Steps steps=get().around.steps.nodes />
        <Named named=get().named() />
        <Section title=t::provenance_section>
            <SourceList sources=get().around.sources word=words::field on_confirmed=reload
                may_confirm=Signal::derive(move || viewer::may(Action::EditProvenance { project: None })) />
        </Section>
    }
}
