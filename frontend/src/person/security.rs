//! The security log, for administrators: who signed in or tried to, whose sessions were ended, what was reset.

use super::gate::signed_in;
use super::words;
use crate::api;
use crate::contract::{PageInfo, schema};
use crate::format;
use crate::language::t;
use crate::ui::more::More;
use crate::ui::page::{Crumb, Page};
use crate::ui::state::{Empty, Loaded};
use crate::ui::table::{Column, Table};
use crate::viewer;
use chrono::{DateTime, Utc};
use cynic::QueryBuilder;
use domain::policy::Action;
use domain::security::Event;
use leptos::prelude::*;

#[derive(cynic::QueryVariables)]
struct Asked {
    after: Option<String>,
}

#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "Query", variables = "Asked")]
struct Found {
    #[arguments(first: 50, after: $after)]
    security_events: Events,
}

crate::api::document!(query Found(Asked));

#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "SecurityEventConnection")]
struct Events {
    nodes: Vec<Entry>,
    page_info: PageInfo,
    total_count: i32,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "SecurityEvent")]
struct Entry {
    at: DateTime<Utc>,
    kind: Event,
    device: Option<String>,
    network: Option<String>,
    through: Option<String>,
    person: Option<Who>,
    by: Option<Who>,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "Person")]
struct Who {
    name: String,
}

impl Entry {
    /// What happened, and through which provider.
    fn what(&self) -> String {
        let what = words::event(self.kind);
        match &self.through {
            Some(provider) => t::security_through(what, provider),
            None => what.to_owned(),
        }
    }

    /// The account, and who did it where it was somebody else.
    fn who(&self) -> String {
        let person = match &self.person {
            Some(person) => person.name.as_str(),
            None => t::security_nobody(),
        };
        match &self.by {
            Some(by) => t::security_by(person, &by.name),
            None => person.to_owned(),
        }
    }

    fn whence(&self) -> String {
        let parts = [self.device.as_deref(), self.network.as_deref()];
        let known: Vec<&str> = parts.into_iter().flatten().collect();
        if known.is_empty() {
            return t::sessions_device_unknown().to_owned();
        }
        known.join(" · ")
    }
}

#[component]
pub fn Screen() -> impl IntoView {
    let crumbs = Signal::derive(|| vec![Crumb::new(t::accounts_title, "/comptes")]);
    view! {
        <Page title=t::security_title lead=t::security_question crumbs>
            {signed_in("/comptes/securite", |_| viewer::may(Action::ReadSecurityLog), |_| view! { <All /> }.into_any())}
        </Page>
    }
}

type Rows = api::Page<Entry>;

#[component]
fn All() -> impl IntoView {
    let found = api::pages(
        |after| Found::build(Asked { after }),
        |found: Found| {
            let Events {
                nodes,
                page_info,
                total_count,
            } = found.security_events;
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
            <p class="muted">{t::security_kept}</p>
            <Loaded load=found.load on_retry=found.reload view=|page: Rows| {
                if page.rows.is_empty() {
                    return view! { <Empty title=t::security_none /> }.into_any();
                }
                let rows = page.rows;
                let columns = vec![
                    Column::new("what", t::security_what, |it: &Entry| { let it = it.clone(); view! { {move || it.what()} } }),
                    Column::new("who", t::security_who, |it: &Entry| { let it = it.clone(); view! { {move || it.who()} } }),
                    Column::new("at", t::security_at, |it: &Entry| { let at = it.at; view! { {move || format::instant(at)} } }),
                    Column::new("whence", t::security_whence, |it: &Entry| { let it = it.clone(); view! { {move || it.whence()} } }),
                ];
                view! { <Table caption=t::security_title columns rows=Signal::derive(move || rows.clone()) /> }.into_any()
            } />
            <More shown total has_more busy=found.busy on_more=found.more />
        </div>
    }
}
