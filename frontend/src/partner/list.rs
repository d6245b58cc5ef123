//! The machines that one may see: whether each can do its work, for whom, what it may do.

use super::read::{Listed, Row};
use super::words;
use crate::address;
use crate::api;
use crate::language::t;
use crate::project::list::bound;
use crate::session::{self, Session};
use crate::ui::chips::Status;
use crate::ui::field::TextField;
use crate::ui::fold::matches;
use crate::ui::icon::{Icon, icon};
use crate::ui::page::Page;
use crate::ui::state::{Empty, Loaded, Shape, Skeleton};
use crate::viewer;
use cynic::QueryBuilder;
use domain::policy::Action;
use leptos::prelude::*;

/// From so many on a field narrows them.
const MANY: usize = 6;

/// The guide for partners, as the server gives it.
pub fn guide() -> impl IntoView {
    view! { <a class="button quiet" href="/v1/docs/access.md" rel="external" target="_blank">{t::partner_docs}</a> }
}

pub fn signed_out() -> impl IntoView {
    view! {
        <Empty title=t::partner_signed_out text=t::partner_what>
            <div class="button-row"><a class="button primary" href="/connexion?vers=/machines">{t::action_sign_in}</a> {guide()}</div>
        </Empty>
    }
}

pub fn refused() -> impl IntoView {
    view! {
        <Empty title=t::partner_refused text=t::partner_refused_text>
            <div class="button-row">{guide()}</div>
        </Empty>
    }
}

#[component]
pub fn Screen() -> impl IntoView {
    let may_make = || viewer::may(Action::ManageClients);
    let tools = move || {
        view! {
            {move || may_make().then(|| view! { <a class="button primary" href="/machines/nouvelle">{icon(Icon::Add)} {t::partner_create}</a> })}
        }
    };
    view! {
        <Page title=t::partner_title lead=t::partner_question tools>
            {move || match session::session() {
                Session::Restoring => view! { <Skeleton shape=Shape::Cards /> }.into_any(),
                Session::Visitor => signed_out().into_any(),
                Session::Signed(_) => view! { <Seen /> }.into_any(),
            }}
        </Page>
    }
}

/// Who may see none is told so at once, once it is known who acts.
#[component]
fn Seen() -> impl IntoView {
    move || {
        if super::sees_some() {
            view! { <All /> }.into_any()
        } else {
            refused().into_any()
        }
    }
}

type Rows = Vec<Row>;

#[component]
fn All() -> impl IntoView {
    let text = address::word("q");
    let found = api::load(|| Listed::build(()));
    let load = Memo::new(move |_| found.load.get().map(|it| it.clients));
    view! {
        <Loaded load shape=Shape::Cards on_retry=found.reload view=move |rows: Rows| {
            if rows.is_empty() {
                return view! {
                    <Empty title=t::partner_none text=t::partner_what><div class="button-row">{guide()}</div></Empty>
                }.into_any();
            }
            let (now, many) = (words::now(), rows.len() > MANY);
            // What wants looking after comes first.
            let mut rows = rows;
            rows.sort_by_key(|it| !it.state(now).is_wanting());
            let wanting = rows.iter().filter(|it| it.state(now).is_wanting()).count();
            let rows = StoredValue::new(rows);
            let shown = move || {
                let typed = text.0.get();
                let found = |it: &Row| {
                    let house = it.organisation.as_ref().map_or("", |it| it.name.as_str());
                    typed.trim().is_empty() || matches(&it.name, &typed) || matches(house, &typed)
                };
                rows.with_value(|rows| rows.iter().filter(|it| found(it)).cloned().collect::<Vec<_>>())
            };
            view! {
                {(wanting > 0).then(|| view! { <p class="partner-wanting">{icon(Icon::Alert)} {move || t::partner_wanting(wanting)}</p> })}
                {many.then(|| view! {
                    <div class="filters no-print"><TextField label=t::projects_filter_text value=bound(text) kind="search" required=true /></div>
                })}
                {move || {
                    let rows = shown();
                    if rows.is_empty() {
                        view! { <Empty title=t::partner_none_so /> }.into_any()
                    } else {
                        view! { <ul class="columns partner-cards" role="list">{rows.into_iter().map(card).collect_view()}</ul> }.into_any()
                    }
                }}
                <div class="button-row">{guide()}</div>
            }
            .into_any()
        } />
    }
}

fn card(row: Row) -> impl IntoView {
    let state = row.state(words::now());
    let row = StoredValue::new(row);
    let (href, name) = row.with_value(|it| (format!("/machines/{}", it.id), it.name.clone()));
    let house = row.with_value(|it| it.organisation.as_ref().map(|it| it.name.clone()));
    let scopes =
        move || row.with_value(|it| it.scopes.iter().map(|it| words::scope(*it)).collect::<Vec<_>>());
    view! {
        <li class="card">
            <p><Status course=words::course(state) text=move || words::state(state) /></p>
            <h2 class="project-name"><a class="cover" href=href>{name}</a></h2>
            <p class="small">{move || words::explained(state)}</p>
            <dl class="exchange-facts directory-facts">
                <div><dt>{t::partner_field_organisation}</dt><dd>{match house {
                    Some(name) => name.into_any(),
                    None => view! { <span class="muted">{t::partner_no_organisation}</span> }.into_any(),
                }}</dd></div>
                <div><dt>{t::partner_field_scopes}</dt><dd>{move || scopes().join(" · ")}</dd></div>
            </dl>
            <div class="card-foot"><span>{move || row.with_value(words::last_used)}</span></div>
        </li>
    }
}
