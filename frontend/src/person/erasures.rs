//! What was erased, for administrators, with who has read past it: proof that it reached those who keep a copy.

use super::gate::signed_in;
use crate::api;
use crate::contract::{PageInfo, schema};
use crate::format;
use crate::language::t;
use crate::records;
use crate::ui::chips::{Course, Status};
use crate::ui::more::More;
use crate::ui::page::{Crumb, Page};
use crate::ui::state::{Empty, Loaded};
use crate::viewer;
use chrono::{DateTime, Utc};
use cynic::QueryBuilder;
use domain::RecordType;
use domain::policy::Action;
use leptos::prelude::*;

#[derive(cynic::QueryVariables)]
struct Asked {
    after: Option<String>,
}

#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "Query", variables = "Asked")]
struct Found {
    #[arguments(first: 30, after: $after)]
    erasures: ErasureConnection,
}

crate::api::document!(query Found(Asked));

#[derive(Clone, cynic::QueryFragment)]
struct ErasureConnection {
    nodes: Vec<Erasure>,
    page_info: PageInfo,
    total_count: i32,
}

#[derive(Clone, cynic::QueryFragment)]
struct Erasure {
    record_id: cynic::Id,
    record_type: RecordType,
    at: DateTime<Utc>,
    by_name: Option<String>,
    passages: Vec<ErasurePassage>,
}

#[derive(Clone, cynic::QueryFragment)]
struct ErasurePassage {
    webhook_id: Option<cynic::Id>,
    name: String,
    is_past: bool,
    seen_at: Option<DateTime<Utc>>,
}

impl ErasurePassage {
    fn state(&self) -> String {
        match (self.is_past, self.seen_at) {
            (true, _) => t::erasures_past().to_owned(),
            (false, Some(at)) => t::erasures_behind(format::instant(at)),
            (false, None) => t::erasures_never().to_owned(),
        }
    }
}

#[component]
pub fn Screen() -> impl IntoView {
    let crumbs = Signal::derive(|| vec![Crumb::new(t::accounts_title, "/comptes")]);
    view! {
        <Page title=t::erasures_title lead=t::erasures_question crumbs>
            {signed_in("/comptes/effacements", |_| viewer::may(Action::ManageAccounts), |_| view! { <All /> }.into_any())}
        </Page>
    }
}

type Rows = api::Page<Erasure>;

#[component]
fn All() -> impl IntoView {
    let found = api::pages(
        |after| Found::build(Asked { after }),
        |found: Found| {
            let ErasureConnection {
                nodes,
                page_info,
                total_count,
            } = found.erasures;
            api::Page {
                rows: nodes,
                next: page_info.next(),
                total: Some(total_count.into()),
            }
        },
    );
    let shown = found.shown();
    let total = found.total();
    let has_more = found.has_more();
    view! {
        <div class="stack">
            <Loaded load=found.load on_retry=found.reload view=|page: Rows| {
                if page.rows.is_empty() {
                    return view! { <Empty title=t::erasures_none /> }.into_any();
                }
                view! { <ul class="columns" role="list">{page.rows.into_iter().map(|erasure| view! { <Card erasure /> }).collect_view()}</ul> }.into_any()
            } />
            <More shown total has_more busy=found.busy on_more=found.more />
        </div>
    }
}

#[component]
fn Card(erasure: Erasure) -> impl IntoView {
    let Erasure {
        record_id,
        record_type,
        at,
        by_name,
        passages,
    } = erasure;
    let by = by_name.clone();
    view! {
        <li class="card">
            <h2>{move || records::kind(record_type)}</h2>
            <p class="muted small">{move || match &by {
                Some(name) => t::erasures_by(format::instant(at), name),
                None => t::erasures_again(format::instant(at)),
            }}</p>
            <p class="small"><code>{record_id.into_inner()}</code></p>
            {if passages.is_empty() {
                view! { <p class="muted small">{t::erasures_no_readers}</p> }.into_any()
            } else {
                view! {
                    <ul class="plain-list" role="list">{passages.into_iter().map(|passage| {
                        let course = if passage.is_past { Course::Done } else { Course::Late };
                        let name = passage.name.clone();
                        let what = if passage.webhook_id.is_some() { t::erasures_webhook } else { t::erasures_client };
                        view! {
                            <li class="stack-tight">
                                <span class="small"><span class="muted">{what}</span> " " <strong>{name}</strong></span>
                                <Status course text=move || passage.state() />
                            </li>
                        }
                    }).collect_view()}</ul>
                }.into_any()
            }}
        </li>
    }
}
