//! The searches that somebody keeps, above the list they narrow: each opened in one press, with how much is new in it
//! since the last visit; the present one kept under a name.

use super::Side;
use super::filters::Words;
use crate::api;
use crate::browser;
use crate::contract::schema;
use crate::edit::press::Answer;
use crate::edit::{offer_undo, take_away};
use crate::format;
use crate::language::t;
use crate::refusal::{UserError, failed, refused};
use crate::session;
use crate::ui::button::{Button, Look};
use crate::ui::dialog::Dialog;
use crate::ui::field::{Refusals, Refused, TextField};
use crate::ui::icon::{Icon, icon};
use crate::ui::toast::toasts;
use crate::visit;
use cynic::{MutationBuilder, QueryBuilder};
use domain::saved_search::{List, NewSavedSearch};
use domain::{RecordType, need, offer};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// Of so many it is said what is new.
const COUNTED: usize = 12;

#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "Query")]
struct Found {
    #[arguments(first: 50)]
    saved_searches: Option<Rows>,
}

crate::api::document!(query Found(()));

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "SavedSearchConnection")]
struct Rows {
    nodes: Vec<Row>,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "SavedSearch")]
struct Row {
    id: cynic::Id,
    revision: i32,
    name: String,
    list: List,
    query: String,
    address: String,
}

#[derive(cynic::QueryVariables)]
struct Keeping {
    input: NewSavedSearch,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Mutation", variables = "Keeping")]
struct Keep {
    #[arguments(input: $input)]
    saved_search_create: SavedSearchPayload,
}

crate::api::document!(mutation Keep(Keeping));

#[derive(cynic::QueryFragment)]
struct SavedSearchPayload {
    user_errors: Vec<UserError>,
    change_id: Option<cynic::Id>,
}

#[derive(cynic::QueryVariables)]
struct OffersCounting {
    filter: Option<offer::Filter>,
}

#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "Query", variables = "OffersCounting")]
struct OffersCounted {
    #[arguments(where: $filter, first: 1)]
    offers: OfferCount,
}

crate::api::document!(query OffersCounted(OffersCounting));

#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "OfferConnection")]
struct OfferCount {
    total_count: i32,
}

#[derive(cynic::QueryVariables)]
struct NeedsCounting {
    filter: Option<need::Filter>,
}

#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "Query", variables = "NeedsCounting")]
struct NeedsCounted {
    #[arguments(where: $filter, first: 1)]
    needs: NeedCount,
}

crate::api::document!(query NeedsCounted(NeedsCounting));

#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "NeedConnection")]
struct NeedCount {
    total_count: i32,
}

const fn list(side: Side) -> List {
    match side {
        Side::Offers => List::Offers,
        Side::Needs => List::Needs,
    }
}

async fn keep(list: List, name: String, query: String) -> Answer {
    let input = NewSavedSearch {
        client_mutation_id: None,
        name,
        list,
        query,
    };
    let it = api::mutate(&Keep::build(Keeping { input })).await?;
    Ok((
        it.saved_search_create.user_errors,
        it.saved_search_create.change_id,
    ))
}

/// `words` is how the list is narrowed now; `called` what that is called, to begin a name from.
#[component]
pub fn Saved(side: Side, words: Signal<Words>, called: Signal<String>) -> impl IntoView {
    move || {
        session::person()
            .is_some()
            .then(|| view! { <Own side words called /> })
    }
}

#[component]
fn Own(side: Side, words: Signal<Words>, called: Signal<String>) -> impl IntoView {
    let found = api::load(|| Found::build(()));
    let rows = Memo::new(move |_| {
        found.load.with(|it| {
            let rows = it.value().and_then(|it| it.saved_searches.as_ref());
            let all = rows.map(|it| it.nodes.clone()).unwrap_or_default();
            all.into_iter()
                .filter(|it| it.list == list(side))
                .collect::<Vec<_>>()
        })
    });
    let open = RwSignal::new(false);
    let is_kept = Memo::new(move |_| {
        let now = words.get();
        rows.with(|rows| rows.iter().any(|it| saved_words(&it.query) == now))
    });
    let may_keep = Memo::new(move |_| !words.with(Words::is_empty) && !is_kept.get());
    view! {
        <div class="saved no-print" hidden=move || !may_keep.get() && rows.with(Vec::is_empty)>
            {move || (!rows.with(Vec::is_empty)).then(|| view! {
                <h2 id="saved-searches">{t::saved_title}</h2>
                <ul class="chips" role="list" aria-labelledby="saved-searches">
                    {rows.get().into_iter().enumerate().map(|(place, row)| view! { <li><One side row words counted=place < COUNTED /></li> }).collect_view()}
                </ul>
            })}
            <Show when=move || may_keep.get()>
                <Button text=t::saved_keep mark=Icon::Add look=Look::Quiet small=true on_press=move |()| open.set(true) />
            </Show>
        </div>
        <Dialog open title=t::saved_keep><Name side words called open /></Dialog>
    }
}

/// The words that a kept query says.
fn saved_words(query: &str) -> Words {
    Words::of(|name| browser::query_word(query, name))
}

#[component]
fn One(side: Side, row: Row, words: Signal<Words>, counted: bool) -> impl IntoView {
    let Row {
        id,
        revision,
        name,
        query,
        address,
        ..
    } = row;
    let own = saved_words(&query);
    let is_here = {
        let own = own.clone();
        move || words.with(|it| *it == own).then_some("true")
    };
    let away = {
        let name = name.clone();
        move |_| take_away(RecordType::SavedSearch, id.clone(), revision, name.clone(), || ())
    };
    let called = name.clone();
    view! {
        <span class="chip saved-search">
            <a href=address aria-current=is_here>{name}</a>
            {counted.then(|| view! { <New side words=own /> })}
            <button type="button" class="remove" aria-label=move || t::saved_remove(&called) on:click=away>{icon(Icon::Close)}</button>
        </span>
    }
}

/// How many in it were made or changed since the last visit; nothing where none, or at the first visit.
#[component]
fn New(side: Side, words: Words) -> impl IntoView {
    let before = visit::before()?;
    let count: Signal<i32> = match side {
        Side::Offers => {
            let found = api::load(move || {
                OffersCounted::build(OffersCounting {
                    filter: Some(offer::Filter {
                        updated_since: Some(before),
                        ..words.offers()
                    }),
                })
            });
            Signal::derive(move || {
                found
                    .load
                    .with(|it| it.value().map_or(0, |it| it.offers.total_count))
            })
        }
        Side::Needs => {
            let found = api::load(move || {
                NeedsCounted::build(NeedsCounting {
                    filter: Some(need::Filter {
                        updated_since: Some(before),
                        ..words.needs()
                    }),
                })
            });
            Signal::derive(move || {
                found
                    .load
                    .with(|it| it.value().map_or(0, |it| it.needs.total_count))
            })
        }
    };
    Some(move || {
        let count = count.get();
        (count > 0).then(|| {
            view! {
                <span class="new-mark" title=move || t::saved_new(count)>
                    <span aria-hidden="true">{move || format!("+{}", format::number(count))}</span>
                    <span class="visually-hidden">{move || t::saved_new(count)}</span>
                </span>
            }
        })
    })
}

/// The name under which the present search is kept.
#[component]
fn Name(side: Side, words: Signal<Words>, called: Signal<String>, open: RwSignal<bool>) -> impl IntoView {
    let name = RwSignal::new(called.get_untracked());
    let refusals = RwSignal::new(Vec::<Refused>::new());
    let busy = RwSignal::new(false);
    let said = toasts();
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        let query = words.with_untracked(Words::written);
        let answer = keep(list(side), name.get_untracked(), query);
        spawn_local(async move {
            let answer = answer.await;
            let _ = busy.try_set(false);
            match answer {
                Ok((errors, change)) if errors.is_empty() => {
                    let _ = open.try_set(false);
                    offer_undo(said, change, t::saved_kept());
                    api::try_again();
                }
                Ok((errors, _)) => {
                    let _ = refusals.try_set(refused(errors));
                }
                Err(failure) => {
                    let _ = refusals.try_set(failed(&failure));
                }
            }
        });
    };
    view! {
        <form class="form" on:submit=submit>
            <Refusals refusals shown=vec!["name"] />
            <TextField label=t::saved_name hint=t::saved_name_hint path="name" refusals required=true value=name />
            <div class="form-foot">
                <Button text=t::action_save look=Look::Primary submit=true busy />
                <Button text=t::action_cancel look=Look::Quiet on_press=move |()| open.set(false) />
            </div>
        </form>
    }
}
