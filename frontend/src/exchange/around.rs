//! What an organisation, or a territory, offers and needs, as a part of its page. Nothing is drawn where nothing is.

use super::list::card;
use super::read::{Card, NeedsAsked, NeedsFound, OffersAsked, OffersFound};
use super::{Side, words};
use crate::api;
use crate::language::t;
use crate::ui::page::Section;
use cynic::QueryBuilder;
use domain::{OrganisationId, TerritoryId, need, offer};
use leptos::prelude::*;

/// How many of each are shown; the rest is one press away.
const FIRST: i32 = 6;

/// Whose offers and needs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Around {
    Organisation(OrganisationId),
    Territory(TerritoryId),
}

impl Around {
    fn query(self) -> String {
        match self {
            Self::Organisation(id) => format!("organisation={id}"),
            Self::Territory(id) => format!("territoire={id}"),
        }
    }

    fn split(self) -> (Option<Vec<OrganisationId>>, Option<TerritoryId>) {
        match self {
            Self::Organisation(id) => (Some(vec![id]), None),
            Self::Territory(id) => (None, Some(id)),
        }
    }
}

#[component]
pub fn Exchange(around: Around) -> impl IntoView {
    let offers = api::load(move || {
        let (organisations, territory) = around.split();
        OffersFound::build(OffersAsked {
            filter: Some(offer::Filter {
                statuses: Some(vec![offer::Status::Open]),
                organisations,
                territory,
                ..offer::Filter::default()
            }),
            first: FIRST,
            after: None,
        })
    });
    let needs = api::load(move || {
        let (organisations, territory) = around.split();
        NeedsFound::build(NeedsAsked {
            filter: Some(need::Filter {
                statuses: Some(vec![need::Status::Open]),
                organisations,
                territory,
                ..need::Filter::default()
            }),
            first: FIRST,
            after: None,
        })
    });
    let offered = move || {
        let found = offers.load.get();
        let found = found.value()?;
        let cards: Vec<Card> = found.offers.nodes.iter().cloned().map(Card::from).collect();
        Some((cards, found.offers.total_count))
    };
    let needed = move || {
        let found = needs.load.get();
        let found = found.value()?;
        let cards: Vec<Card> = found.needs.nodes.iter().cloned().map(Card::from).collect();
        Some((cards, found.needs.total_count))
    };
    view! {
        {move || offered().map(|(cards, total)| block(Side::Offers, around, cards, total))}
        {move || needed().map(|(cards, total)| block(Side::Needs, around, cards, total))}
    }
}

fn block(side: Side, around: Around, cards: Vec<Card>, total: i32) -> AnyView {
    if cards.is_empty() {
        return ().into_any();
    }
    let more = usize::try_from(total).unwrap_or(0) > cards.len();
    let href = format!("{}?{}", side.href(), around.query());
    view! {
        <Section title=move || words::title(side) broad=true>
            <div class="stack">
                <ul class="columns exchange-columns" role="list">{cards.into_iter().map(|it| view! { <li class="exchange-item">{card(it, None)}</li> }).collect_view()}</ul>
                {more.then(|| view! { <p><a href=href>{move || match side {
                    Side::Offers => t::exchange_offers_all(total),
                    Side::Needs => t::exchange_needs_all(total),
                }}</a></p> })}
            </div>
        </Section>
    }
    .into_any()
}
