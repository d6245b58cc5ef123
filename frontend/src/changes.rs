//! The latest changes as a list: what, where, when, new since the last visit. The whole history has a page of its own.

use crate::chantier::read::ChantierName;
use crate::chantier::words;
use crate::contract::schema;
use crate::format;
use crate::language::t;
use crate::project::read::ProjectName;
use crate::records;
use crate::ui::chips::NewMark;
use crate::visit;
use chrono::{DateTime, Utc};
use domain::RecordType;
use domain::Role;
use domain::change::Kind;
use domain::chantier::Part;
use leptos::prelude::*;

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "ChangeConnection")]
pub struct Changes {
    pub nodes: Vec<Entry>,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "Change")]
pub struct Entry {
    pub at: DateTime<Utc>,
    pub kind: Kind,
    pub record_id: cynic::Id,
    pub record_type: RecordType,
    pub title: String,
    pub role: Option<Role>,
    pub record: Option<Where>,
}

#[derive(Clone, Debug, PartialEq, cynic::InlineFragments)]
#[cynic(graphql_type = "Node")]
pub enum Where {
    Step(InChantier),
    Resource(InEither),
    Participation(Between),
    #[cynic(fallback)]
    Other,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "Step")]
pub struct InChantier {
    pub chantier: Option<ChantierName>,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "Resource")]
pub struct InEither {
    pub chantier: Option<ChantierName>,
    pub project: Option<ProjectName>,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "Participation")]
pub struct Between {
    pub part: Part,
    pub chantier: Option<ChantierName>,
    pub project: Option<ProjectName>,
}

impl Entry {
    /// (what it is called, where it is shown, in what it is).
    fn words(&self) -> (String, Option<String>, Option<String>) {
        let own = records::href(self.record_id.inner());
        let chantier = |it: &Option<ChantierName>| {
            it.as_ref()
                .map(|it| (format!("/chantiers/{}", it.code), it.title.clone()))
        };
        let project = |it: &Option<ProjectName>| {
            it.as_ref()
                .map(|it| (format!("/projets/{}", it.id.inner()), it.title.clone()))
        };
        let within = match &self.record {
            Some(Where::Step(it)) => chantier(&it.chantier),
            Some(Where::Resource(it)) => chantier(&it.chantier).or_else(|| project(&it.project)),
            Some(Where::Participation(it)) => {
                let name = it.project.as_ref().map_or_else(String::new, |it| {
                    it.acronym.clone().unwrap_or_else(|| it.title.clone())
                });
                let place = chantier(&it.chantier);
                return (
                    format!("{name} {}", words::part(it.part)),
                    place.as_ref().map(|it| it.0.clone()),
                    place.map(|it| it.1),
                );
            }
            Some(Where::Other) | None => None,
        };
        let title = if self.title.is_empty() {
            records::kind(self.record_type).to_owned()
        } else {
            self.title.clone()
        };
        match within {
            Some((href, name)) => (title, Some(href), Some(name)),
            None => (title, own, None),
        }
    }

    /// Written by the server itself, loading reference data.
    fn is_loaded(&self) -> bool {
        self.role.is_none()
    }
}

/// The entries, those of one load of reference data as one.
#[component]
pub fn ChangeList(entries: Vec<Entry>) -> impl IntoView {
    let mut lines: Vec<Entry> = Vec::new();
    for entry in entries {
        if !(entry.is_loaded() && lines.last().is_some_and(Entry::is_loaded)) {
            lines.push(entry);
        }
    }
    view! {
        <ol role="list" class="change-list">
            {lines.into_iter().map(|entry| {
                let at = entry.at;
                let mark = visit::is_new(at).then(|| view! { " " <NewMark /> });
                if entry.is_loaded() {
                    return view! { <li><span><a href="/credits">{t::home_loaded}</a>{mark}</span> <span class="muted small">{move || format::instant_day(at)}</span></li> }.into_any();
                }
                let (title, href, within) = entry.words();
                let (kind, of) = (entry.kind, entry.record_type);
                let verb = move || match kind {
                    Kind::Created => t::home_created(),
                    Kind::Updated => t::home_updated(),
                    Kind::Deleted => t::home_deleted(),
                    Kind::Merged => t::home_merged(),
                };
                view! {
                    <li>
                        <span>
                            {match href.filter(|_| kind != Kind::Deleted) {
                                Some(href) => view! { <a href=href>{title}</a> }.into_any(),
                                None => title.into_any(),
                            }}
                            {mark}
                        </span>
                        <span class="muted small">{move || format!("{} · {} · {}", verb(), records::kind(of), format::instant(at))} {within.map(|it| format!(" · {it}"))}</span>
                    </li>
                }
                .into_any()
            }).collect_view()}
        </ol>
    }
}
