//! The messages of a webhook, the latest first: narrowed by how it stands with them, one of them open, in the address.

use super::again::Again;
use super::message::Message;
use super::read::{Counted, Counting, Delivery, Listing, Messages, One, Opened, Sheet};
use super::words;
use crate::address;
use crate::api;
use crate::language::t;
use crate::ui::chips::{ChipOption, FilterChips};
use crate::ui::more::More;
use crate::ui::page::Section;
use crate::ui::state::{Empty, Failed, Loaded};
use cynic::QueryBuilder;
use domain::webhook::message::{Filter, State};
use leptos::prelude::*;

/// `on_end` where there is something new to read of the webhook.
#[component]
pub fn Log(
    id: Memo<String>,
    sheet: Memo<Option<Sheet>>,
    may_keep: Signal<bool>,
    on_end: Callback<()>,
) -> impl IntoView {
    let (states, set_states) = address::words("etat");
    let (open, choose) = address::word("message");
    let counted = api::load(move || Counted::build(Counting::of(cynic::Id::new(id.get()))));
    let options = Signal::derive(move || {
        let count = |state| counted.load.with(|it| it.value().and_then(|it| it.count(state)));
        State::ALL
            .iter()
            .map(|it| ChipOption {
                value: it.to_string(),
                label: words::arrival(*it).to_owned(),
                count: count(*it).map(i64::from),
            })
            .collect::<Vec<_>>()
    });
    let found = api::pages(
        move |after| {
            let some: Vec<State> = states.get().iter().filter_map(|it| it.parse().ok()).collect();
            Messages::build(Listing {
                id: cynic::Id::new(id.get()),
                filter: (!some.is_empty()).then(|| Filter {
                    states: Some(some),
                    ..Filter::default()
                }),
                after,
            })
        },
        |Messages { webhook }| match webhook {
            Some(it) => api::Page {
                total: Some(it.deliveries.total_count.into()),
                next: it.deliveries.page_info.next(),
                rows: it.deliveries.nodes,
            },
            None => api::Page {
                total: Some(0),
                next: None,
                rows: Vec::new(),
            },
        },
    );
    let rows = Memo::new(move |_| {
        found
            .load
            .with(|it| it.value().map(|it| it.rows.clone()).unwrap_or_default())
    });
    // What stands there is drawn once and then kept up to date, row by row: nothing closes and no focus is lost.
    let there = Memo::new(move |_| found.load.get().map(|it| it.rows.is_empty()));
    let shown = Signal::derive(move || rows.with(Vec::len));
    let total = found.total();
    let has_more = found.has_more();
    // The message of the address, where it is not among the rows.
    let lone = Memo::new(move |_| {
        let open = open.get();
        let is_row = rows.with(|rows| rows.iter().any(|it| it.id.inner() == open));
        let is_read = there.with(|it| it.value().is_some());
        (is_read && !is_row && !open.is_empty()).then_some(open)
    });
    view! {
        <Section title=t::webhook_messages note=t::webhook_messages_note id="messages" broad=true>
            <div class="spread webhook-tools no-print">
                <FilterChips label=t::webhook_messages_state options on=states on_change=set_states />
                {move || may_keep.get().then(|| view! { <Again sheet /> })}
            </div>
            {move || lone.get().map(|id| view! { <Lone id open choose may_keep on_end /> })}
            <Loaded load=there on_retry=found.reload view=move |is_empty| {
                if is_empty {
                    let narrowed = states.with_untracked(|it| !it.is_empty());
                    return view! {
                        {if narrowed {
                            view! {
                                <Empty title=t::webhook_messages_none_so>
                                    <button type="button" class="button" on:click=move |_| set_states.run(Vec::new())>{t::chip_clear}</button>
                                </Empty>
                            }.into_any()
                        } else {
                            view! { <Empty title=t::webhook_messages_none text=t::webhook_messages_none_text /> }.into_any()
                        }}
                    }.into_any();
                }
                view! {
                    <ul class="webhook-messages" role="list">
                        <For each=move || rows.get() key=|it| it.id.inner().to_owned() let:row>
                            <Message row=followed(rows, row) open choose may_keep on_end />
                        </For>
                    </ul>
                    {move || found.failed.get().map(|failure| view! { <Failed failure on_retry=found.more /> })}
                    <More shown total has_more busy=found.busy on_more=found.more />
                }
                .into_any()
            } />
        </Section>
    }
}

/// A row as the list has it now; as it was once it has left.
fn followed(rows: Memo<Vec<Delivery>>, row: Delivery) -> Memo<Delivery> {
    Memo::new(move |before: Option<&Delivery>| {
        let now = rows.with(|rows| rows.iter().find(|it| it.id == row.id).cloned());
        now.or_else(|| before.cloned()).unwrap_or_else(|| row.clone())
    })
}

/// A message that a link led to.
#[component]
fn Lone(
    id: String,
    open: Signal<String>,
    choose: Callback<String>,
    may_keep: Signal<bool>,
    on_end: Callback<()>,
) -> impl IntoView {
    let found = api::load(move || {
        Opened::build(One {
            id: cynic::Id::new(&id),
        })
    });
    let load = Memo::new(move |_| {
        found
            .load
            .get()
            .map(|it| it.whole().map(|it| it.delivery))
            .present()
    });
    view! {
        <Loaded load on_retry=found.reload view=move |row: Delivery| view! {
            <ul class="webhook-messages" role="list"><Message row=Memo::new(move |_| row.clone()) open choose may_keep on_end /></ul>
        } />
    }
}
