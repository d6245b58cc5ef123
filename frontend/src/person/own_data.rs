//! What the platform holds of whoever is signed in: to read, to take away as a file, and to have erased.

use super::erase::Erase;
use super::gate::signed_in;
use crate::api::{self, Method};
use crate::language::{Text, t};
use crate::session::{self, Person};
use crate::ui::button::{Button, Look};
use crate::ui::page::{Crumb, Page, Section};
use crate::ui::state::{Load, Loaded};
use crate::ui::toast::toasts;
use crate::{council, format, history, project};
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::Deserialize;
use serde_json::{Map, Value};

/// What the server answers.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Held {
    is_whole: bool,
    data: Map<String, Value>,
}

/// A kind of thing that is held: how it is called, and which of its fields a line of it says. The file has them all.
struct Kind {
    key: &'static str,
    name: Text,
    fields: &'static [&'static str],
}

const fn kind(key: &'static str, name: Text, fields: &'static [&'static str]) -> Kind {
    Kind { key, name, fields }
}

const KINDS: [Kind; 18] = [
    kind("account", t::own_data_account, &["name", "email", "role"]),
    kind("memberships", t::own_data_memberships, &["role", "createdAt"]),
    kind("seats", t::own_data_seats, &["name", "role"]),
    kind("portfolios", t::own_data_portfolios, &["starts", "ends"]),
    kind("absences", t::own_data_absences, &["starts", "ends"]),
    kind("notes", t::own_data_notes, &["on", "body"]),
    kind("requests", t::own_data_requests, &["createdAt", "title", "text"]),
    kind("messages", t::own_data_messages, &["createdAt", "text"]),
    kind("savedSearches", t::own_data_searches, &["name", "query"]),
    kind(
        "sessions",
        t::own_data_sessions,
        &["openedAt", "device", "network", "through"],
    ),
    kind(
        "identities",
        t::own_data_identities,
        &["boundAt", "issuer", "subject"],
    ),
    kind("secondStep", t::own_data_second_step, &["confirmedAt"]),
    kind(
        "securityEvents",
        t::own_data_security,
        &["at", "kind", "device", "network", "through"],
    ),
    kind("mails", t::own_data_mails, &["madeAt", "subject"]),
    kind("votes", t::own_data_votes, &["choices"]),
    kind("imports", t::own_data_imports, &["madeAt", "fileName"]),
    kind("changesByYou", t::own_data_changes, &["at", "title", "recordId"]),
    kind(
        "changesOfYourAccount",
        t::own_data_account_changes,
        &["at", "kind"],
    ),
];

/// How many of each are shown; the file has all.
const SHOWN: usize = 20;

/// A value as it is read: an instant as a day and an hour, anything else as it is.
fn said(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(
            text.parse()
                .ok()
                .filter(|_| text.contains('T'))
                .map_or_else(|| text.clone(), format::instant),
        ),
        Value::Array(all) => Some(all.iter().filter_map(said).collect::<Vec<_>>().join(", ")),
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => Some(value.to_string()),
    }
}

/// A word of a closed list, in the reader's language.
fn word(key: &str, field: &str, value: &Value) -> Option<&'static str> {
    fn read<T: serde::de::DeserializeOwned>(value: &Value) -> Option<T> {
        serde_json::from_value(value.clone()).ok()
    }
    match (key, field) {
        ("account", "role") => read(value).map(super::words::role),
        ("memberships", "role") => read(value).map(project::words::member),
        ("seats", "role") => read(value).map(council::words::holder),
        ("securityEvents", "kind") => read(value).map(super::words::event),
        ("changesOfYourAccount", "kind") => read(value).map(history::verb),
        _ => None,
    }
}

fn line(one: &Value, Kind { key, fields, .. }: &Kind) -> String {
    let said = fields.iter().filter_map(|field| {
        let value = &one[*field];
        word(key, field, value).map(str::to_owned).or_else(|| said(value))
    });
    said.filter(|text| !text.is_empty())
        .collect::<Vec<_>>()
        .join(" · ")
}

#[component]
pub fn Screen() -> impl IntoView {
    let crumbs = Signal::derive(|| vec![Crumb::new(t::accounts_title, "/comptes")]);
    view! {
        <Page title=t::own_data_title lead=t::own_data_question crumbs>
            {signed_in("/comptes/mes-donnees", |_| true, |person| view! { <Mine person /> }.into_any())}
        </Page>
    }
}

#[component]
fn Mine(person: Person) -> impl IntoView {
    let held = RwSignal::new(Load::<Held>::Pending);
    let address = format!("/v1/persons/{}/data.json", person.id);
    let read = {
        let address = address.clone();
        move || {
            let address = address.clone();
            spawn_local(async move {
                let answer = api::rest::<(), Held>(Method::GET, &address, None).await;
                let _ = held.try_set(answer.map_or_else(Load::Failed, Load::Ready));
            });
        }
    };
    read();
    let busy = RwSignal::new(false);
    let toasts = toasts();
    let take = move |()| {
        let address = address.clone();
        busy.set(true);
        spawn_local(async move {
            let taken = api::take_away(&address, "chantiers-communs.json").await;
            let _ = busy.try_set(false);
            if let Err(failure) = taken {
                toasts.say(failure.kind.title());
            }
        });
    };
    // Nobody is behind the session any more.
    let erased = move |()| {
        spawn_local(async move {
            if let Err(failure) = session::sign_out().await {
                toasts.say(failure.kind.title());
            }
        });
    };
    view! {
        <Section title=t::own_data_take id="emporter">
            <p>{t::own_data_take_text}</p>
            <div class="form-foot"><Button text=t::own_data_take_now look=Look::Primary busy on_press=take /></div>
        </Section>
        <Section title=t::own_data_held id="conserve" broad=true>
            <Loaded load=held on_retry=Callback::new(move |()| read()) view=|held: Held| view! { <All held /> } />
        </Section>
        <Section title=t::own_data_erase id="effacer">
            <p>{t::own_data_erase_text}</p>
            <div class="form-foot"><Erase id=person.id.clone() name=person.name on_done=erased /></div>
        </Section>
    }
}

#[component]
fn All(held: Held) -> impl IntoView {
    let kinds = KINDS.into_iter().map(|kind| {
        let all = held.data.get(kind.key).and_then(Value::as_array).cloned().unwrap_or_default();
        let count = all.len();
        let lines: Vec<String> = all.iter().rev().take(SHOWN).map(|one| line(one, &kind)).collect();
        let name = kind.name;
        view! {
            <li class="card">
                <h3>{name}</h3>
                {if count == 0 {
                    view! { <p class="muted">{t::own_data_nothing}</p> }.into_any()
                } else {
                    view! {
                        <ul class="plain-list" role="list">{lines.into_iter().map(|line| view! { <li class="small">{line}</li> }).collect_view()}</ul>
                        {(count > SHOWN).then(|| view! { <p class="muted small">{move || t::own_data_more(format::number(count - SHOWN))}</p> })}
                    }.into_any()
                }}
            </li>
        }
    });
    view! {
        {(!held.is_whole).then(|| view! { <p>{t::own_data_cut}</p> })}
        <ul class="columns" role="list">{kinds.collect_view()}</ul>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_what_is_there() {
        let line_of = |key: &str, one: Value| line(&one, KINDS.iter().find(|kind| kind.key == key).unwrap());
        assert_eq!(
            line_of(
                "notes",
                serde_json::json!({"on": null, "body": "vu sur place", "id": "x"})
            ),
            "vu sur place"
        );
        assert_eq!(
            line_of("votes", serde_json::json!({"choices": ["oui", "non"]})),
            "oui, non"
        );
        let account = line_of(
            "account",
            serde_json::json!({"name": "Zoé", "role": "ADMINISTRATOR"}),
        );
        assert!(
            account.starts_with("Zoé · ") && !account.contains("ADMINISTRATOR"),
            "{account}"
        );
    }
}
