//! The outbox, for administrators: which messages wait, which were sent, which could not be; and their text to pass on
//! where no mail server sends them.

use super::gate::signed_in;
use crate::api;
use crate::contract::schema;
use crate::format;
use crate::language::t;
use crate::ui::button::{Button, Look};
use crate::ui::chips::{Course, Status};
use crate::ui::copy::copy_text;
use crate::ui::more::More;
use crate::ui::page::{Crumb, Page};
use crate::ui::state::{Empty, Loaded};
use crate::ui::toast::toasts;
use crate::viewer;
use chrono::{DateTime, Utc};
use cynic::QueryBuilder;
use domain::policy::Action;
use leptos::prelude::*;

#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "Query")]
struct Sending {
    sends_mail: bool,
}

crate::api::document!(query Sending(()));

#[derive(cynic::QueryVariables)]
struct Asked {
    after: Option<String>,
}

#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "Query", variables = "Asked")]
struct Found {
    #[arguments(first: 30, after: $after)]
    mails: MailConnection,
}

crate::api::document!(query Found(Asked));

#[derive(Clone, cynic::QueryFragment)]
struct MailConnection {
    nodes: Vec<Mail>,
    page_info: PageInfo,
    total_count: i32,
}

#[derive(Clone, cynic::QueryFragment)]
struct PageInfo {
    has_next_page: bool,
    end_cursor: Option<String>,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
struct Mail {
    to: String,
    subject: String,
    text: Option<String>,
    made_at: DateTime<Utc>,
    sent_at: Option<DateTime<Utc>>,
    attempts: i32,
    next_attempt: Option<DateTime<Utc>>,
    last_error: Option<String>,
}

impl Mail {
    fn course(&self) -> Course {
        match (self.sent_at, self.next_attempt) {
            (Some(_), _) => Course::Done,
            (None, None) => Course::Stopped,
            (None, Some(_)) if self.attempts > 0 => Course::Late,
            (None, Some(_)) => Course::Planned,
        }
    }

    fn state(&self) -> String {
        match (self.sent_at, self.next_attempt) {
            (Some(at), _) => t::messages_sent(format::instant(at)),
            (None, None) => t::messages_given_up(format::number(self.attempts)),
            (None, Some(at)) if self.attempts > 0 => t::messages_again(format::instant(at)),
            (None, Some(_)) => t::messages_waiting().to_owned(),
        }
    }
}

#[component]
pub fn Screen() -> impl IntoView {
    let crumbs = Signal::derive(|| vec![Crumb::new(t::accounts_title, "/comptes")]);
    view! {
        <Page title=t::messages_title lead=t::messages_question crumbs>
            {signed_in("/comptes/messages", |_| viewer::may(Action::ReadMails), |_| view! { <All /> }.into_any())}
        </Page>
    }
}

type Rows = api::Page<Mail>;

#[component]
fn All() -> impl IntoView {
    let sending = api::load(|| Sending::build(()));
    let nobody_sends = move || {
        sending
            .load
            .with(|it| it.value().is_some_and(|it| !it.sends_mail))
    };
    let found = api::pages(
        |after| Found::build(Asked { after }),
        |found: Found| {
            let MailConnection {
                nodes,
                page_info,
                total_count,
            } = found.mails;
            api::Page {
                rows: nodes,
                next: page_info.end_cursor.filter(|_| page_info.has_next_page),
                total: Some(total_count.into()),
            }
        },
    );
    let shown = found.shown();
    let total = found.total();
    let has_more = found.has_more();
    view! {
        <div class="stack">
            {move || nobody_sends().then(|| view! { <p>{t::messages_nobody_sends}</p> })}
            <Loaded load=found.load on_retry=found.reload view=|page: Rows| {
                if page.rows.is_empty() {
                    return view! { <Empty title=t::messages_none /> }.into_any();
                }
                view! { <ul class="columns" role="list">{page.rows.into_iter().map(|mail| view! { <Card mail /> }).collect_view()}</ul> }.into_any()
            } />
            <More shown total has_more busy=found.busy on_more=found.more />
        </div>
    }
}

#[component]
fn Card(mail: Mail) -> impl IntoView {
    let (course, made_at) = (mail.course(), mail.made_at);
    let stated = mail.clone();
    let said = toasts();
    view! {
        <li class="card">
            <h2>{mail.to}</h2>
            <p>{mail.subject}</p>
            <p class="row-tight"><Status course text=move || stated.state() /></p>
            <p class="muted small">{move || t::messages_made(format::instant(made_at))}</p>
            {mail.last_error.map(|why| view! { <p class="small">{move || t::messages_error(&why)}</p> })}
            {mail.text.map(|text| {
                let copied = text.clone();
                let copy = move |()| copy_text(said, copied.clone());
                view! {
                    <details>
                        <summary>{t::messages_text}</summary>
                        <pre class="message-text">{text}</pre>
                        <Button text=t::action_copy small=true look=Look::Quiet on_press=copy />
                    </details>
                }
            })}
        </li>
    }
}
