//! The webhooks that one looks after: whether each works, its last messages, what it is told of.

use super::read::{Asked, Listed, Row};
use super::strip::Strip;
use super::words;
use crate::address;
use crate::api;
use crate::language::t;
use crate::records;
use crate::session::{self, Session};
use crate::ui::chips::{ActiveFilters, Status};
use crate::ui::icon::{Icon, icon};
use crate::ui::more::More;
use crate::ui::page::Page;
use crate::ui::state::{Empty, Failed, Loaded, Shape, Skeleton};
use cynic::QueryBuilder;
use domain::webhook::Filter;
use leptos::prelude::*;

/// None: they are not the caller's to see.
type Shown = api::Page<Option<Row>>;

/// The guide for partners, as the server gives it.
pub fn guide() -> impl IntoView {
    view! { <a class="button quiet" href="/v1/docs/webhooks.md" rel="external" target="_blank">{t::webhook_docs}</a> }
}

pub fn signed_out() -> impl IntoView {
    view! {
        <Empty title=t::webhook_signed_out text=t::webhook_what>
            <div class="button-row"><a class="button primary" href="/connexion?vers=/webhooks">{t::action_sign_in}</a> {guide()}</div>
        </Empty>
    }
}

pub fn refused() -> impl IntoView {
    view! {
        <Empty title=t::webhook_refused text=t::webhook_refused_text>
            <div class="button-row">{guide()}</div>
        </Empty>
    }
}

#[component]
pub fn Screen() -> impl IntoView {
    let (organisation, choose) = address::word("organisation");
    let create = move || {
        let of = organisation.get();
        if of.is_empty() {
            "/webhooks/nouveau".to_owned()
        } else {
            format!("/webhooks/nouveau?organisation={of}")
        }
    };
    let tools = move || {
        view! {
            {move || super::sees_some().then(|| view! { <a class="button primary" href=create>{icon(Icon::Add)} {t::webhook_create}</a> })}
        }
    };
    view! {
        <Page title=t::webhook_title lead=t::webhook_question tools>
            {move || match session::session() {
                Session::Restoring => view! { <Skeleton shape=Shape::Cards /> }.into_any(),
                Session::Visitor => signed_out().into_any(),
                Session::Signed(_) => view! { <Own organisation choose /> }.into_any(),
            }}
        </Page>
    }
}

#[component]
fn Own(organisation: Signal<String>, choose: Callback<String>) -> impl IntoView {
    let found = api::pages(
        move |after| {
            Listed::build(Asked {
                filter: Some(Filter {
                    organisation: organisation.get().parse().ok(),
                    states: None,
                }),
                after,
            })
        },
        |Listed { webhooks }| match webhooks {
            Some(rows) => api::Page {
                total: Some(rows.total_count.into()),
                next: rows.page_info.next(),
                rows: rows.nodes.into_iter().map(Some).collect(),
            },
            None => api::Page {
                total: None,
                next: None,
                rows: vec![None],
            },
        },
    );
    let active = Signal::derive(move || {
        let id = organisation.get();
        let named = (!id.is_empty()).then(|| records::title(&id).unwrap_or_else(|| "…".to_owned()));
        named
            .map(|it| ("organisation".to_owned(), it))
            .into_iter()
            .collect::<Vec<_>>()
    });
    let clear = move || choose.run(String::new());
    let load = Memo::new(move |_| found.load.get());
    view! {
        {move || super::sees_some().then(|| view! { <ActiveFilters filters=active on_remove=move |_| clear() on_clear=move |()| clear() /> })}
        <Loaded load shape=Shape::Cards on_retry=found.reload view=move |page: Shown| {
            let (shown, total, has_more) = (page.rows.len(), page.total, page.next.is_some());
            let Some(rows) = page.rows.into_iter().collect::<Option<Vec<Row>>>() else {
                return refused().into_any();
            };
            if rows.is_empty() {
                return view! {
                    <Empty title=t::webhook_none text=t::webhook_what>
                        <div class="button-row">{guide()}</div>
                    </Empty>
                }.into_any();
            }
            // The same organisation everywhere goes without saying.
            let same = rows.windows(2).all(|two| two[0].organisation == two[1].organisation);
            view! {
                <ul class="columns webhook-cards" role="list">{rows.into_iter().map(|row| card(row, !same)).collect_view()}</ul>
                {move || found.failed.get().map(|failure| view! { <Failed failure on_retry=found.more /> })}
                <div class="spread">
                    <More shown=shown total=total has_more=has_more busy=found.busy on_more=found.more />
                    {guide()}
                </div>
            }
            .into_any()
        } />
    }
}

fn card(row: Row, names_organisation: bool) -> impl IntoView {
    let health = row.health();
    let organisation = row.organisation.clone().filter(|_| names_organisation);
    let row = StoredValue::new(row);
    let (href, name) = row.with_value(|it| (format!("/webhooks/{}", it.id.inner()), words::name(it)));
    let address = row.with_value(|it| Some(words::short(&it.url)).filter(|it| *it != name));
    let (waiting, marks) = row.with_value(|it| (it.waiting, it.deliveries.nodes.clone()));
    view! {
        <li class="card webhook-card">
            <p><Status course=words::course(health) text=move || words::health(health) /></p>
            <h2 class="project-name webhook-address"><a class="cover" href=href>{name}</a></h2>
            {address.map(|it| view! { <p class="muted small webhook-address">{it}</p> })}
            <p class="small">{move || row.with_value(words::explained)}</p>
            <Strip marks />
            <dl class="exchange-facts directory-facts">
                {organisation.map(|it| view! { <div><dt>{t::webhook_field_organisation}</dt><dd>{it.name}</dd></div> })}
                <div><dt>{t::webhook_field_types}</dt><dd>{move || row.with_value(|it| words::kinds(&it.types))}</dd></div>
                <div><dt>{t::webhook_where}</dt><dd>{move || row.with_value(words::places)}</dd></div>
            </dl>
            <div class="card-foot">
                <span>{move || row.with_value(words::last_arrived)}</span>
                {(waiting > 0).then(|| view! { <span>{move || t::webhook_strip_waiting(waiting)}</span> })}
            </div>
        </li>
    }
}
