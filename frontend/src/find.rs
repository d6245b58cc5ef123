//! The search as a page: everything that is like what was typed, by kind, with the words that were found marked.

use crate::address;
use crate::api;
use crate::browser;
use crate::contract::schema;
use crate::language::t;
use crate::records;
use crate::ui::chips::{ChipOption, FilterChips};
use crate::ui::icon::{Icon, icon};
use crate::ui::page::Page;
use crate::ui::state::{Empty, Loaded};
use cynic::QueryBuilder;
use domain::RecordType;
use domain::text::fold;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::{LazyRoute, lazy_route};

#[derive(cynic::QueryVariables)]
struct Asked {
    text: String,
}

#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "Query", variables = "Asked")]
struct Found {
    #[arguments(text: $text, first: 100)]
    search: Vec<SearchHit>,
}

crate::api::document!(query Found(Asked));

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
struct SearchHit {
    record_id: cynic::Id,
    record_type: RecordType,
    title: String,
    record: Option<Record>,
}

#[derive(Clone, Debug, PartialEq, cynic::InlineFragments)]
#[cynic(graphql_type = "Node")]
enum Record {
    Territory(Territory),
    Organisation(Organisation),
    Project(Project),
    Chantier(Chantier),
    Step(Step),
    Resource(Resource),
    #[cynic(fallback)]
    Other,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
struct Territory {
    kind: domain::territory::Kind,
    label: String,
    postcodes: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
struct Organisation {
    acronym: Option<String>,
    role: Option<String>,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
struct Project {
    summary: Option<String>,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
struct Chantier {
    code: String,
    objective: Option<String>,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
struct Step {
    description: Option<String>,
    chantier: Option<Within>,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
struct Resource {
    url: Option<String>,
    note: Option<String>,
    chantier: Option<Within>,
    project: Option<InProject>,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "Chantier")]
struct Within {
    code: String,
    title: String,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "Project")]
struct InProject {
    id: cynic::Id,
    title: String,
}

/// A hit as a line: its name, where it is, what is said of it.
struct Line {
    mark: Icon,
    name: String,
    href: String,
    context: String,
    text: Option<String>,
}

fn line(hit: SearchHit) -> Option<Line> {
    let id = hit.record_id.inner();
    let of = records::kind(hit.record_type).to_owned();
    let mark = match hit.record_type {
        RecordType::Territory => Icon::Globe,
        RecordType::Organisation | RecordType::Council | RecordType::SharedItem => Icon::People,
        RecordType::Project => Icon::Map,
        RecordType::Chantier => Icon::Sign,
        RecordType::Step | RecordType::CouncilMeeting => Icon::Calendar,
        RecordType::Seat
        | RecordType::SeatHolder
        | RecordType::Vote
        | RecordType::Decision
        | RecordType::CouncilAction
        | RecordType::Evaluation
        | RecordType::Endorsement
        | RecordType::Contact
        | RecordType::Person
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
        | RecordType::Expertise
        | RecordType::ExpertiseNeed
        | RecordType::Introduction
        | RecordType::ExpertiseSession
        | RecordType::Change => Icon::Sheet,
    };
    let own = || records::href(id);
    let (name, href, context, text) = match hit.record {
        Some(Record::Territory(it)) => {
            let kind = crate::territory::words::kind(it.kind);
            let codes = it.postcodes.join(", ");
            let context = if codes.is_empty() {
                kind.to_owned()
            } else {
                format!("{kind} · {codes}")
            };
            (it.label, own()?, context, None)
        }
        Some(Record::Organisation(it)) => {
            let context = it
                .acronym
                .map_or(of.clone(), |acronym| format!("{of} · {acronym}"));
            (hit.title, own()?, context, it.role)
        }
        Some(Record::Project(it)) => (hit.title, own()?, of, it.summary),
        Some(Record::Chantier(it)) => (hit.title, format!("/chantiers/{}", it.code), of, it.objective),
        Some(Record::Step(it)) => {
            let within = it.chantier?;
            (
                hit.title,
                format!("/chantiers/{}", within.code),
                format!("{of} · {}", within.title),
                it.description,
            )
        }
        Some(Record::Resource(it)) => {
            let place = match (it.chantier, it.project) {
                (Some(within), _) => Some((format!("/chantiers/{}", within.code), within.title)),
                (None, Some(within)) => Some((format!("/projets/{}", within.id.inner()), within.title)),
                (None, None) => None,
            };
            let (place, within) = place.unzip();
            let context = within.map_or(of.clone(), |within| format!("{of} · {within}"));
            (hit.title, place.or(it.url)?, context, it.note)
        }
        Some(Record::Other) | None => (hit.title, own()?, of, None),
    };
    Some(Line {
        mark,
        name,
        href,
        context,
        text,
    })
}

pub struct Search;

#[lazy_route]
impl LazyRoute for Search {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <Screen /> }.into_any()
    }
}

/// Milliseconds without a key before the address, and so the list, follows.
const PAUSE: u32 = 250;

#[component]
fn Screen() -> impl IntoView {
    let (asked, set_asked) = address::word("q");
    let (kinds, set_kinds) = address::words("sorte");
    let typed = RwSignal::new(asked.get_untracked());
    Effect::new(move |_| {
        let now = asked.get();
        if typed.with_untracked(|typed| typed.trim() != now) {
            typed.set(now);
        }
    });
    let turn = StoredValue::new(0_u32);
    let write = move |text: String| {
        typed.set(text.clone());
        turn.update_value(|turn| *turn += 1);
        let mine = turn.get_value();
        spawn_local(async move {
            browser::wait(PAUSE).await;
            if turn.try_get_value() == Some(mine) {
                set_asked.run(text.trim().to_owned());
            }
        });
    };
    let found = api::load(move || Found::build(Asked { text: asked.get() }));
    let hits = Memo::new(move |_| found.load.get().map(|it| it.search));
    let options = Signal::derive(move || {
        let all = hits.with(|it| it.value().cloned()).unwrap_or_default();
        let count = |of: RecordType| all.iter().filter(|hit| hit.record_type == of).count();
        RecordType::ALL
            .iter()
            .filter(|of| count(**of) > 0)
            .map(|of| ChipOption {
                value: of.to_string(),
                label: records::kind(*of).to_owned(),
                count: i64::try_from(count(*of)).ok(),
            })
            .collect::<Vec<_>>()
    });
    view! {
        <Page title=t::search_title lead=t::search_question>
            <div class="search-page">
                <form role="search" on:submit=|event| event.prevent_default()>
                    <div class="search-box">
                        {icon(Icon::Search)}
                        <input type="search" autocomplete="off" aria-label=t::search_label placeholder=t::search_placeholder prop:value=typed
                            on:input=move |event| write(event_target_value(&event)) />
                    </div>
                </form>
                {move || if asked.with(String::is_empty) {
                    view! { <p class="muted">{t::search_hint}</p> }.into_any()
                } else {
                    view! {
                        <FilterChips label=t::search_kinds options on=kinds on_change=set_kinds />
                        <Loaded load=hits on_retry=found.reload view=move |hits| {
                            let kinds = kinds.get();
                            let words = asked.get_untracked();
                            let lines: Vec<Line> = hits.into_iter()
                                .filter(|hit| kinds.is_empty() || kinds.contains(&hit.record_type.to_string()))
                                .filter_map(line)
                                .collect();
                            if lines.is_empty() {
                                return view! { <Empty title=t::search_none text=t::search_none_text /> }.into_any();
                            }
                            let count = lines.len();
                            view! {
                                <p class="muted small" role="status">{move || t::search_count(count)}</p>
                                <ol class="hits" role="list">{lines.into_iter().map(|line| row(line, &words)).collect_view()}</ol>
                            }.into_any()
                        } />
                    }.into_any()
                }}
            </div>
        </Page>
    }
}

fn row(line: Line, words: &str) -> impl IntoView {
    let Line {
        mark,
        name,
        href,
        context,
        text,
    } = line;
    let outside = href.starts_with("http").then_some("external noopener");
    view! {
        <li>
            {icon(mark)}
            <div>
                <a href=href rel=outside>{marked(&name, words)}</a>
                <p class="muted small">{marked(&context, words)}</p>
                {text.map(|text| view! { <p class="small clip">{marked(&text, words)}</p> })}
            </div>
        </li>
    }
}

/// The text with the words marked that begin with a word that was typed, whatever their accents and case.
fn marked(text: &str, typed: &str) -> impl IntoView + use<> {
    split(text, typed)
        .into_iter()
        .map(|(part, found)| {
            if found {
                view! { <mark>{part}</mark> }.into_any()
            } else {
                part.into_any()
            }
        })
        .collect_view()
}

fn split(text: &str, typed: &str) -> Vec<(String, bool)> {
    let typed = fold(typed);
    let asked: Vec<&str> = typed.split(' ').filter(|it| it.chars().count() > 1).collect();
    let mut parts: Vec<(String, bool)> = Vec::new();
    let mut add = |part: &str, found: bool| match parts.last_mut() {
        Some(last) if last.1 == found => last.0.push_str(part),
        _ if part.is_empty() => {}
        _ => parts.push((part.to_owned(), found)),
    };
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(|it: char| !it.is_alphanumeric()).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        let folded = fold(word);
        add(
            word,
            !word.is_empty() && asked.iter().any(|it| folded.starts_with(it)),
        );
        let gap = after.find(char::is_alphanumeric).unwrap_or(after.len());
        let (between, next) = after.split_at(gap);
        add(between, false);
        rest = next;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_marked_whatever_their_accents() {
        assert_eq!(
            split("La Légumerie de Liège", "legum"),
            [
                ("La ".to_owned(), false),
                ("Légumerie".to_owned(), true),
                (" de Liège".to_owned(), false)
            ]
        );
        assert_eq!(split("« pain »", ""), [("« pain »".to_owned(), false)]);
    }
}
