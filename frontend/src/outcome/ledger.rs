//! What came of one offer, or of one need, as a part of its page: for the two organisations and staff. Read once for the
//! page, so that its matches can say with whom there was contact already.

use super::card::card;
use super::read::{Asked, Found, Row};
use crate::api;
use crate::contract::typed;
use crate::exchange::Side;
use crate::language::t;
use crate::ui::page::Section;
use crate::ui::state::Load;
use crate::viewer::actor;
use cynic::QueryBuilder;
use domain::outcome::Filter;
use domain::{Actor, OrganisationId};
use leptos::prelude::*;

/// The organisation whose outcomes somebody sees; none for staff, who see all.
pub fn own(actor: &Actor) -> Option<OrganisationId> {
    actor
        .person()
        .filter(|_| !actor.is_staff())
        .and_then(|it| it.organisation)
}

/// The outcomes of one record; none for those who may not see them.
#[derive(Clone, Copy)]
pub struct Ledger(Signal<Option<Vec<Row>>>);

impl Ledger {
    pub fn of(side: Side, id: Memo<String>) -> Self {
        let found = api::load(move || {
            let id = cynic::Id::new(id.get());
            let mut filter = Filter {
                organisation: own(&actor()),
                ..Filter::default()
            };
            match side {
                Side::Offers => filter.offer = typed(&id),
                Side::Needs => filter.need = typed(&id),
            }
            Found::build(Asked {
                filter: Some(filter),
                after: None,
            })
        });
        let rows = Memo::new(move |_| {
            found.load.with(|load: &Load<Found>| {
                let rows = load.value().and_then(|it| it.outcomes.as_ref())?;
                Some(rows.nodes.clone())
            })
        });
        Self(rows.into())
    }

    /// What came of it with this other record, where anything did.
    pub fn with(self, other: &str) -> Option<Row> {
        self.0.with(|rows| {
            let mut rows = rows.iter().flatten();
            let names = |id: &Option<cynic::Id>| id.as_ref().is_some_and(|it| it.inner() == other);
            rows.find(|row| names(&row.need_id) || names(&row.offer_id))
                .cloned()
        })
    }
}

#[component]
pub fn Outcomes(ledger: Ledger, side: Side) -> impl IntoView {
    move || {
        let rows = ledger.0.get()?;
        let none = rows.is_empty();
        Some(view! {
            <Section title=t::outcome_title note=t::outcome_private broad=true>
                {none.then(|| view! { <p class="muted">{t::outcome_none_here}</p> })}
                <ol class="stack" role="list">{rows.into_iter().map(|row| view! { <li>{card(row, Some(side))}</li> }).collect_view()}</ol>
            </Section>
        })
    }
}
