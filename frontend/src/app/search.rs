//! Search over everything, from anywhere: places at once, then what the server finds. Arrows choose, Enter goes.

use super::Overlays;
use super::places::places;
use crate::api;
use crate::browser;
use crate::contract::schema;
use crate::language::t;
use crate::session;
use crate::ui::dialog::Dialog;
use crate::ui::fold::matches;
use crate::ui::icon::{Icon, icon};
use crate::ui::later::Later;
use cynic::QueryBuilder;
use domain::{RecordType, Role};
use leptos::html;
use leptos::lazy;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

#[derive(cynic::QueryVariables)]
struct Asked {
    text: String,
}

#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "Query", variables = "Asked")]
struct Everything {
    #[arguments(text: $text, first: 8)]
    search: Vec<SearchHit>,
}

crate::api::document!(query Everything(Asked));

#[derive(Clone, cynic::QueryFragment)]
struct SearchHit {
    record_id: cynic::Id,
    record_type: RecordType,
    title: String,
}

/// Something that was found, as a line that can be opened.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    pub href: String,
    pub label: String,
    pub detail: String,
    pub mark: Icon,
}

#[component]
pub fn Search() -> impl IntoView {
    let overlays: Overlays = expect_context();
    view! {
        <Dialog open=overlays.search title=t::search_title>
            <Later arriving=inside_view(overlays.search) />
        </Dialog>
    }
}

/// Comes when somebody searches for the first time: words are compared by tables that no first page needs.
#[lazy]
fn inside_view(open: RwSignal<bool>) -> AnyView {
    view! { <Inside open /> }.into_any()
}

#[component]
fn Inside(open: RwSignal<bool>) -> impl IntoView {
    let typed = RwSignal::new(String::new());
    let active = RwSignal::new(0_usize);
    let input = NodeRef::<html::Input>::new();
    let navigate = use_navigate();
    let hits = RwSignal::new(Vec::<Found>::new());
    let found = Memo::new(move |_| {
        let mut found = lines(&typed.get(), session::person().map(|it| it.role));
        // After the search as a page, before the places.
        let at = usize::from(!typed.with(|typed| typed.trim().is_empty()));
        found.splice(at..at, hits.get());
        found
    });
    let turn = StoredValue::new(0_u32);
    let look = move || {
        turn.update_value(|turn| *turn += 1);
        let mine = turn.get_value();
        spawn_local(async move {
            browser::wait(PAUSE).await;
            let asked = typed.try_get_untracked().unwrap_or_default();
            let asked = asked.trim();
            if turn.try_get_value() != Some(mine) {
                return;
            }
            let found = if asked.chars().count() < 2 {
                Vec::new()
            } else {
                let answer = api::query(&Everything::build(Asked {
                    text: asked.to_owned(),
                }))
                .await;
                // A failure leaves the places; the search as a page says what went wrong.
                answer
                    .map(|it| it.search.into_iter().filter_map(line).collect())
                    .unwrap_or_default()
            };
            if turn.try_get_value() == Some(mine) {
                let _ = hits.try_set(found);
            }
        });
    };
    Effect::new(move |_| {
        if let Some(input) = input.get() {
            let _ = input.focus();
        }
    });
    let key = move |event: web_sys::KeyboardEvent| {
        let count = found.with_untracked(Vec::len);
        match event.key().as_str() {
            "ArrowDown" => active.update(|it| *it = (*it + 1).min(count.saturating_sub(1))),
            "ArrowUp" => active.update(|it| *it = it.saturating_sub(1)),
            "Enter" => {
                let Some(line) = found.with_untracked(|found| found.get(active.get_untracked()).cloned())
                else {
                    return;
                };
                open.set(false);
                navigate(&line.href, NavigateOptions::default());
            }
            _ => return,
        }
        event.prevent_default();
    };
    view! {
        <div class="search-box">
            {icon(Icon::Search)}
            <input type="search" node_ref=input autocomplete="off" role="combobox" aria-expanded="true" aria-controls="search-lines"
                aria-activedescendant=move || format!("search-line-{}", active.get())
                aria-label=t::search_label placeholder=t::search_placeholder prop:value=typed
                on:input=move |event| { typed.set(event_target_value(&event)); active.set(0); look(); } on:keydown=key />
        </div>
        <div class="results" role="listbox" id="search-lines" aria-label=t::search_results on:click=move |_| open.set(false)>
            {move || found.get().into_iter().enumerate().map(|(place, line)| view! {
                <a href=line.href role="option" id=format!("search-line-{place}") aria-selected=move || (active.get() == place).to_string()
                    class:active=move || active.get() == place tabindex="-1" on:mousemove=move |_| if active.get_untracked() != place { active.set(place) }>
                    {icon(line.mark)} <span>{line.label}</span> <span class="detail">{line.detail}</span>
                </a>
            }).collect_view()}
        </div>
    }
}

/// Milliseconds without a key before the server is asked.
const PAUSE: u32 = 180;

/// A hit as a line; none for a record that has no page of its own.
fn line(hit: SearchHit) -> Option<Found> {
    let id = hit.record_id.inner();
    let (href, detail, mark) = match hit.record_type {
        RecordType::Chantier => (format!("/chantiers/{id}"), t::record_chantier(), Icon::Sign),
        RecordType::Project => (format!("/projets/{id}"), t::record_project(), Icon::Map),
        RecordType::Organisation => (
            format!("/organisations/{id}"),
            t::record_organisation(),
            Icon::People,
        ),
        RecordType::Territory => (format!("/territoires/{id}"), t::record_territory(), Icon::Globe),
        RecordType::Expertise => (format!("/expertises/{id}"), t::record_expertise(), Icon::People),
        RecordType::ExpertiseNeed => (
            format!("/besoins-expertise/{id}"),
            t::record_expertise_need(),
            Icon::People,
        ),
        RecordType::Council => (format!("/conseils/{id}"), t::record_council(), Icon::People),
        RecordType::SharedItem => (
            format!("/conseils/ensemble#{id}"),
            t::record_shared_item(),
            Icon::People,
        ),
        RecordType::Seat
        | RecordType::SeatHolder
        | RecordType::CouncilMeeting
        | RecordType::Vote
        | RecordType::Decision
        | RecordType::CouncilAction
        | RecordType::Evaluation
        | RecordType::Endorsement
        | RecordType::Contact
        | RecordType::Person
        | RecordType::Step
        | RecordType::Resource
        | RecordType::Participation
        | RecordType::Membership
        | RecordType::Note
        | RecordType::Provenance
        | RecordType::Source
        | RecordType::Offer
        | RecordType::Need
        | RecordType::Outcome
        | RecordType::Webhook
        | RecordType::SavedSearch
        | RecordType::Portfolio
        | RecordType::Absence
        | RecordType::Request
        | RecordType::RequestMessage
        | RecordType::Introduction
        | RecordType::ExpertiseSession
        | RecordType::Change => return None,
    };
    Some(Found {
        href,
        label: hit.title,
        detail: detail.to_owned(),
        mark,
    })
}

/// The places that what is typed names, and the search for it as a page.
fn lines(typed: &str, role: Option<Role>) -> Vec<Found> {
    let typed = typed.trim();
    let mut lines: Vec<Found> = Vec::new();
    if !typed.is_empty() {
        let query = js_sys::encode_uri_component(typed)
            .as_string()
            .unwrap_or_default();
        lines.push(Found {
            href: format!("/recherche?q={query}"),
            label: t::search_everywhere(typed),
            detail: String::new(),
            mark: Icon::Search,
        });
    }
    lines.extend(
        places(role)
            .filter(|place| matches((place.name)(), typed))
            .map(|place| Found {
                href: place.href.to_owned(),
                label: (place.name)().to_owned(),
                detail: t::search_page().to_owned(),
                mark: place.icon,
            }),
    );
    lines
}
