//! The webhooks of the organisation that a machine works for, as they do; each leads to its messages.

use crate::api;
use crate::language::t;
use crate::ui::chips::Status;
use crate::ui::state::{Empty, Loaded};
use crate::webhook::read::{Asked, Listed, Row};
use crate::webhook::strip::Strip;
use crate::webhook::words;
use cynic::QueryBuilder;
use domain::OrganisationId;
use domain::webhook::Filter;
use leptos::prelude::*;

type Rows = Vec<Row>;

#[component]
pub fn Deliveries(organisation: OrganisationId) -> impl IntoView {
    let found = api::load(move || {
        Listed::build(Asked {
            filter: Some(Filter {
                organisation: Some(organisation),
                states: None,
            }),
            after: None,
        })
    });
    let load = Memo::new(move |_| {
        found
            .load
            .get()
            .map(|it| it.webhooks.map(|it| it.nodes).unwrap_or_default())
    });
    let all = format!("/webhooks?organisation={organisation}");
    view! {
        <Loaded load on_retry=found.reload view=move |rows: Rows| {
            if rows.is_empty() {
                return view! { <Empty title=t::webhook_none text=t::webhook_what /> }.into_any();
            }
            view! { <ul class="columns webhook-cards" role="list">{rows.into_iter().map(card).collect_view()}</ul> }.into_any()
        } />
        <p><a href=all>{t::partner_deliveries_all}</a></p>
    }
}

fn card(row: Row) -> impl IntoView {
    let health = row.health();
    let marks = row.deliveries.nodes.clone();
    let (href, name) = (format!("/webhooks/{}", row.id.inner()), words::name(&row));
    let row = StoredValue::new(row);
    view! {
        <li class="card webhook-card">
            <p><Status course=words::course(health) text=move || words::health(health) /></p>
            <h3 class="project-name webhook-address"><a class="cover" href=href>{name}</a></h3>
            <p class="small">{move || row.with_value(words::explained)}</p>
            <Strip marks />
            <div class="card-foot"><span>{move || row.with_value(words::last_arrived)}</span></div>
        </li>
    }
}
