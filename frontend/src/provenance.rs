//! Where the facts of a record come from, as its page shows it: beside each fact, and as a list with the button by
//! which somebody says that it still holds.

use crate::api;
use crate::contract::schema;
use crate::format;
use crate::language::{Text, t};
use crate::refusal::{UserError, refused};
use crate::ui::button::Button;
use crate::ui::icon::Icon;
use crate::ui::provenance::{Provenance, Sourced};
use crate::ui::toast::toasts;
use chrono::{DateTime, Utc};
use cynic::MutationBuilder;
use domain::PartialDate;
use domain::provenance::Confidence;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// The sources of a record, for its fragment.
#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "ProvenanceConnection")]
pub struct Sources {
    pub nodes: Vec<Source>,
}

#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
#[cynic(graphql_type = "Provenance")]
pub struct Source {
    pub id: cynic::Id,
    pub revision: i32,
    pub source: String,
    pub field: Option<String>,
    pub url: Option<String>,
    pub as_of: Option<PartialDate>,
    pub confidence: Option<Confidence>,
    pub note: Option<String>,
    pub confirmed_at: Option<DateTime<Utc>>,
    pub confirmed_by_name: Option<String>,
}

pub fn confidence(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::High => t::provenance_confidence_high(),
        Confidence::Medium => t::provenance_confidence_medium(),
        Confidence::Low => t::provenance_confidence_low(),
    }
}

/// A field's name of a source.
pub fn field(name: &str) -> Option<&'static str> {
    Some(match name {
        "recordId" => t::provenance_field_record(),
        "source" => t::provenance_source(),
        "field" => t::provenance_field_field(),
        "url" => t::provenance_field_url(),
        "asOf" => t::provenance_as_of(),
        "confidence" => t::provenance_confidence(),
        "note" => t::provenance_field_note(),
        "confirmedAt" => t::provenance_confirmed(),
        "confirmedBy" => t::provenance_field_confirmed_by(),
        _ => return None,
    })
}

impl Source {
    /// As the button beside a fact shows it.
    pub fn shown(&self) -> Provenance {
        Provenance {
            source: Some(self.source.clone()),
            url: self.url.clone(),
            as_of: self.as_of.map(|date| format::partial(Some(date))),
            confirmed: self.confirmed_at.map(format::instant_day),
            who_can_confirm: None,
            inferred: None,
            confidence: self.confidence.map(|it| confidence(it).to_owned()),
        }
    }
}

impl Sources {
    /// What a field rests on: its own source, else the record's first.
    pub fn of(&self, field: &str) -> Option<Provenance> {
        let own = |it: &&Source| it.field.as_deref() == Some(field);
        let whole = |it: &&Source| it.field.is_none();
        let found = self
            .nodes
            .iter()
            .find(own)
            .or_else(|| self.nodes.iter().find(whole));
        found.map(Source::shown)
    }
}

/// A fact beside what it rests on, where that is known.
pub fn sourced(about: Text, sources: &Sources, field: &str, inside: AnyView) -> AnyView {
    match sources.of(field) {
        Some(provenance) => view! { <Sourced about provenance>{inside}</Sourced> }.into_any(),
        None => inside,
    }
}

#[derive(cynic::InputObject)]
struct ProvenanceConfirmInput {
    id: cynic::Id,
    expected_revision: i32,
}

#[derive(cynic::QueryVariables)]
struct Confirming {
    input: ProvenanceConfirmInput,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Mutation", variables = "Confirming")]
struct Confirm {
    #[arguments(input: $input)]
    provenance_confirm: ProvenancePayload,
}

crate::api::document!(mutation Confirm(Confirming));

#[derive(cynic::QueryFragment)]
struct ProvenancePayload {
    user_errors: Vec<UserError>,
}

/// The sources of a record. `word` names its fields; who `may_confirm` has a button at each.
#[component]
pub fn SourceList(
    sources: Sources,
    word: fn(&str) -> Option<&'static str>,
    #[prop(into)] may_confirm: Signal<bool>,
    #[prop(into)] on_confirmed: Callback<()>,
) -> impl IntoView {
    if sources.nodes.is_empty() {
        return view! { <p class="muted">{t::provenance_none}</p> }.into_any();
    }
    let said = toasts();
    let confirm = move |id: cynic::Id, revision: i32| {
        spawn_local(async move {
            let input = ProvenanceConfirmInput {
                id,
                expected_revision: revision,
            };
            match api::mutate(&Confirm::build(Confirming { input })).await {
                Ok(done) if done.provenance_confirm.user_errors.is_empty() => {
                    said.say(t::provenance_confirmed_now());
                    on_confirmed.run(());
                }
                Ok(done) => {
                    for it in refused(done.provenance_confirm.user_errors) {
                        said.say(it.message);
                    }
                }
                Err(failure) => said.say(failure.kind.title()),
            }
        });
    };
    view! {
        <ul class="source-list" role="list">
            {sources.nodes.into_iter().map(|it| {
                let Source { id, revision, source, field, url, as_of, confidence: sure, note, confirmed_at, confirmed_by_name } = it;
                let name = match url {
                    Some(url) => view! { <a href=url rel="external noopener" target="_blank">{source.clone()}</a> }.into_any(),
                    None => view! { <span>{source.clone()}</span> }.into_any(),
                };
                view! {
                    <li>
                        <div class="stack-tight">
                            <p>
                                <strong>{name}</strong>
                                {field.map(|field| { let field = word(&field).map_or(field, str::to_owned); view! { <span class="muted">" · " {field}</span> } })}
                            </p>
                            <p class="muted small">
                                <span>{move || t::provenance_dated(format::partial(as_of))}</span>
                                {sure.map(|sure| view! { " · " <span>{move || confidence(sure)}</span> })}
                                " · "
                                {match confirmed_at {
                                    Some(at) => { let by = confirmed_by_name; view! { <span>{move || match &by {
                                        Some(by) => t::provenance_confirmed_by(format::instant_day(at), by),
                                        None => t::provenance_confirmed_on(format::instant_day(at)),
                                    }}</span> }.into_any() }
                                    None => view! { <span>{t::provenance_unconfirmed}</span> }.into_any(),
                                }}
                            </p>
                            {note.map(|note| view! { <p class="small">{note}</p> })}
                        </div>
                        {move || may_confirm.get().then(|| {
                            let id = id.clone();
                            view! { <Button text=t::provenance_confirm mark=Icon::Check small=true on_press=move |()| confirm(id.clone(), revision) /> }
                        })}
                    </li>
                }
            }).collect_view()}
        </ul>
    }
    .into_any()
}
