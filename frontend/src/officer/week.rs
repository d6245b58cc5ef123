//! In "my week": for staff, the requests they see to; for others, their own questions under way.

use super::list::rows;
use super::read::{Asked, Waiting};
use crate::api;
use crate::language::t;
use crate::ui::page::Section;
use crate::ui::state::Loaded;
use crate::viewer::actor;
use cynic::QueryBuilder;
use domain::request::{Filter, Order, State};
use leptos::prelude::*;

#[component]
pub fn Requests() -> impl IntoView {
    let found = api::load(|| {
        Waiting::build(Asked {
            filter: Some(Filter {
                states: Some(vec![State::Open, State::Answered]),
                asker: actor().person().map(|it| it.id),
                ..Filter::default()
            }),
            order: Some(Order::Due),
            after: None,
        })
    });
    view! {
        <Section title=t::week_requests>
            <Loaded load=found.load on_retry=found.reload view=|it: Waiting| {
                let to_answer = it.desk.map(|it| it.requests).unwrap_or_default();
                let own = it.requests.map(|it| it.nodes).unwrap_or_default();
                if to_answer.is_empty() && own.is_empty() {
                    return view! { <p class="muted">{t::week_requests_none}</p> }.into_any();
                }
                view! {
                    {(!to_answer.is_empty()).then(|| view! { <h3>{t::officer_requests}</h3> {rows(to_answer)} })}
                    {(!own.is_empty()).then(|| view! { <h3>{t::week_requests_mine}</h3> {rows(own)} })}
                }
                .into_any()
            } />
        </Section>
    }
}
