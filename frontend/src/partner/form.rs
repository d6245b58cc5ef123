//! The form of a machine: making one, and changing one where it is shown. A machine is no record with a history of its own, so
//! it is sent here; what is typed is kept, checked and compared as everywhere.

use super::read::Row;
use super::scopes::Scopes;
use super::secrets::{Life, New, Shown, end, usual};
use super::send::{self, ClientPayload};
use super::{list, words};
use crate::api;
use crate::draft::{Draft, DraftNote};
use crate::language::t;
use crate::records::{self, RecordField};
use crate::refusal::{failed, is_stale, refused, said};
use crate::session::{self, Session};
use crate::ui::button::{Button, Look};
use crate::ui::compare::{Compare, Difference};
use crate::ui::field::{Refusals, Refused, TextField};
use crate::ui::page::{Crumb, Page};
use crate::ui::state::{Failure, Skeleton};
use crate::ui::toast::toasts;
use crate::viewer;
use chrono::DateTime;
use domain::check::Checks;
use domain::client::{Client, ClientPatch, NewClient};
use domain::policy::{Action, Scope};
use domain::{Patch, RecordType};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use serde_json::Value;

/// A form that is open.
#[derive(Clone, Copy)]
struct Edit {
    draft: Draft<NewClient>,
    refusals: RwSignal<Vec<Refused>>,
    busy: RwSignal<bool>,
    /// Their version, while both are compared.
    theirs: RwSignal<Option<Row>>,
}

impl Edit {
    fn open(place: &str, start: NewClient, revision: i32) -> Self {
        Self {
            draft: Draft::open(place, "client", start, revision),
            refusals: RwSignal::new(Vec::new()),
            busy: RwSignal::new(false),
            theirs: RwSignal::new(None),
        }
    }

    /// What is typed, tidied, where nothing of it is refused.
    fn checked(self) -> Option<NewClient> {
        let mut new = self.draft.value.get_untracked();
        let mut checks = Checks::default();
        let mut client = Client::made(new.clone(), uuid::Uuid::nil(), DateTime::UNIX_EPOCH);
        client.check(&mut checks);
        let wrong = said(checks.finish().err().unwrap_or_default());
        let is_right = wrong.is_empty();
        self.refusals.set(wrong);
        (new.name, new.scopes) = (client.name, client.scopes);
        is_right.then_some(new)
    }

    /// Sends it; what came of it where it was done.
    fn send(
        self,
        answer: impl Future<Output = Result<ClientPayload, Failure>> + 'static,
        done: impl FnOnce(ClientPayload) + 'static,
    ) {
        self.busy.set(true);
        spawn_local(async move {
            let answer = answer.await;
            let _ = self.busy.try_set(false);
            match answer {
                Ok(payload) if payload.user_errors.is_empty() => {
                    self.draft.sent();
                    done(payload);
                    api::try_again();
                }
                Ok(ClientPayload {
                    client: Some(row),
                    user_errors,
                    ..
                }) if is_stale(&user_errors) => {
                    let _ = self.theirs.try_set(Some(row));
                }
                Ok(payload) => {
                    let _ = self.refusals.try_set(refused(payload.user_errors));
                }
                Err(failure) => {
                    let _ = self.refusals.try_set(failed(&failure));
                }
            }
        });
    }

    /// Each field in its three states.
    fn differences(self, theirs: &Row) -> Vec<Difference> {
        let json = |it: &NewClient| serde_json::to_value(it).unwrap_or_default();
        let [before, mine] = [
            self.draft.start.with_value(json),
            self.draft.value.with_untracked(json),
        ];
        let theirs = json(&theirs.terms());
        words::FIELDS
            .iter()
            .map(|(field, label)| Difference {
                field,
                label: label().to_owned(),
                before: shown(before[*field].clone()),
                mine: shown(mine[*field].clone()),
                theirs: shown(theirs[*field].clone()),
                touched: mine[*field] != before[*field],
                same: mine[*field] == theirs[*field],
            })
            .collect()
    }

    /// Their version with the fields kept of mine, from now on what is edited.
    fn choose(self, kept: &[&'static str]) {
        let Some(theirs) = self.theirs.get_untracked() else {
            return;
        };
        let mine = self
            .draft
            .value
            .with_untracked(|it| serde_json::to_value(it).unwrap_or_default());
        let mut merged = serde_json::to_value(theirs.terms()).unwrap_or_default();
        for field in kept {
            merged[*field] = mine[*field].clone();
        }
        if let Ok(merged) = serde_json::from_value::<NewClient>(merged) {
            self.draft.rebase(theirs.terms(), theirs.revision);
            self.draft.value.set(merged);
            self.theirs.set(None);
        }
    }
}

/// A value in words; names of records follow when they are known.
fn shown(value: Value) -> Signal<String> {
    let word = |value: &Value| match value {
        Value::String(text) => match serde_json::from_value::<Scope>(value.clone()) {
            Ok(scope) => words::scope(scope).to_owned(),
            Err(_) if text.contains('_') => records::title(text).unwrap_or_else(|| text.clone()),
            Err(_) => text.clone(),
        },
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => String::new(),
    };
    Signal::derive(move || match &value {
        Value::Array(all) => all.iter().map(word).collect::<Vec<_>>().join(", "),
        one @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_)) => {
            word(one)
        }
    })
}

/// What differs, as an update says it.
fn patch(id: String, before: &NewClient, after: NewClient, revision: i32) -> ClientPatch {
    let mut patch = ClientPatch::of(id, revision);
    let NewClient {
        name,
        organisation_id,
        source_ids,
        scopes,
        territory_ids,
        secret_expires_at: _,
    } = after;
    if name != before.name {
        patch.name = Patch::Value(name);
    }
    if organisation_id != before.organisation_id {
        patch.organisation_id = organisation_id.into();
    }
    if source_ids != before.source_ids {
        patch.source_ids = Patch::Value(source_ids);
    }
    if scopes != before.scopes {
        patch.scopes = Patch::Value(scopes);
    }
    if territory_ids != before.territory_ids {
        patch.territory_ids = Patch::Value(territory_ids);
    }
    patch
}

#[component]
pub fn Create() -> impl IntoView {
    let crumbs = vec![Crumb::new(t::partner_title, "/machines")];
    view! {
        <Page title=t::partner_create lead=t::partner_create_question crumbs>
            {move || match session::session() {
                Session::Restoring => view! { <Skeleton /> }.into_any(),
                Session::Visitor => list::signed_out().into_any(),
                Session::Signed(_) if viewer::may(Action::ManageClients) => view! { <Make /> }.into_any(),
                Session::Signed(_) => list::refused().into_any(),
            }}
        </Page>
    }
}

#[component]
fn Make() -> impl IntoView {
    let blank = NewClient {
        name: String::new(),
        organisation_id: None,
        source_ids: Vec::new(),
        scopes: Vec::new(),
        territory_ids: Vec::new(),
        secret_expires_at: None,
    };
    let (edit, days) = (Edit::open("new", blank, 0), usual());
    let shown = RwSignal::new(None::<New>);
    let made = RwSignal::new(None::<String>);
    let navigate = StoredValue::new_local(use_navigate());
    let go = move |to: String| {
        let _ = navigate.try_with_value(|go| go(&to, NavigateOptions::default()));
    };
    let save = move |()| {
        if let Some(mut input) = edit.checked().filter(|_| !edit.busy.get_untracked()) {
            input.secret_expires_at = end(&days.get_untracked());
            edit.send(send::make(input), move |payload| {
                let Some((row, secret)) = payload.client.zip(payload.secret) else {
                    return;
                };
                made.set(Some(row.id.clone()));
                shown.set(Some(New {
                    client: row.id,
                    secret,
                    other_until: None,
                }));
            });
        }
    };
    // Once its secret was seen, the machine's page.
    let seen = move |()| {
        if let Some(id) = made.get_untracked() {
            go(format!("/machines/{id}"));
        }
    };
    view! {
        <Shown shown on_seen=seen />
        <FormFields edit on_save=save on_end=move |()| go("/machines".to_owned())><Life days /></FormFields>
    }
}

#[component]
pub fn Change(row: Row, #[prop(into)] on_end: Callback<()>) -> impl IntoView {
    let said = toasts();
    let terms = row.terms();
    let Row {
        id,
        revision,
        sources,
        territories,
        organisation,
        ..
    } = row;
    let named = sources
        .iter()
        .map(|it| (&it.id, &it.name))
        .chain(territories.iter().map(|it| (&it.id, &it.label)))
        .chain(organisation.iter().map(|it| (&it.id, &it.name)));
    for (id, name) in named {
        records::know(id.inner(), name);
    }
    let edit = Edit::open(&id, terms, revision);
    let save = Callback::new(move |()| {
        let Some(after) = edit.checked().filter(|_| !edit.busy.get_untracked()) else {
            return;
        };
        let before = edit.draft.start.get_value();
        if after == before {
            edit.draft.sent();
            on_end.run(());
            return;
        }
        let input = patch(id.clone(), &before, after, edit.draft.revision.get_value());
        edit.send(send::change(input), move |_| {
            said.say(t::edit_saved());
            on_end.run(());
        });
    });
    view! {
        <section class="sheet stack edit-sheet" aria-label=t::partner_form_title>
            <h2>{t::partner_form_title}</h2>
            {move || edit.theirs.get().map(|theirs| {
                let differences = untrack(|| edit.differences(&theirs));
                let choose = Callback::new(move |kept: Vec<&'static str>| {
                    edit.choose(&kept);
                    save.run(());
                });
                view! { <Compare differences changed_by=t::edit_somebody on_choose=choose /> }
            })}
            <FormFields edit on_save=save on_end />
        </section>
    }
}

#[component]
fn FormFields(
    edit: Edit,
    #[prop(into)] on_save: Callback<()>,
    #[prop(into)] on_end: Callback<()>,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    let (draft, refusals) = (edit.draft, edit.refusals);
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        on_save.run(());
    };
    let name = draft.part(|it| it.name.clone(), |it, text: String| it.name = text);
    let organisation = draft.part(
        |it| {
            it.organisation_id
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
        },
        |it, ids: Vec<String>| it.organisation_id = ids.first().and_then(|id| id.parse().ok()),
    );
    let sources = draft.part(
        |it| it.source_ids.iter().map(ToString::to_string).collect::<Vec<_>>(),
        |it, ids: Vec<String>| it.source_ids = ids.iter().filter_map(|id| id.parse().ok()).collect(),
    );
    let territories = draft.part(
        |it| {
            it.territory_ids
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
        },
        |it, ids: Vec<String>| it.territory_ids = ids.iter().filter_map(|id| id.parse().ok()).collect(),
    );
    let paths = vec!["name", "organisationId", "sourceIds", "scopes", "territoryIds"];
    view! {
        <form class="form" novalidate=true on:submit=submit hidden=move || edit.theirs.with(Option::is_some)>
            <DraftNote draft />
            <Refusals refusals shown=paths />
            <TextField label=t::partner_field_name hint=t::partner_name_hint path="name" refusals required=true value=name />
            <RecordField label=t::partner_field_organisation hint=t::partner_organisation_hint path="organisationId" refusals kinds=&[RecordType::Organisation] taken=organisation />
            <Scopes draft refusals />
            <RecordField label=t::partner_field_sources hint=t::partner_sources_hint path="sourceIds" refusals multiple=true kinds=&[RecordType::Source] taken=sources />
            <RecordField label=t::partner_field_territories hint=t::partner_territories_hint path="territoryIds" refusals multiple=true kinds=&[RecordType::Territory] taken=territories />
            {children.map(|children| children())}
            <div class="form-foot">
                <Button text=t::action_save look=Look::Primary submit=true busy=edit.busy />
                <Button text=t::action_cancel look=Look::Quiet on_press=on_end />
            </div>
        </form>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_update_holds_only_what_differs() {
        let before = NewClient {
            name: "Annuaire".to_owned(),
            organisation_id: Some(domain::OrganisationId(uuid::Uuid::nil())),
            source_ids: Vec::new(),
            scopes: vec![Scope::ExchangeRead],
            territory_ids: Vec::new(),
            secret_expires_at: None,
        };
        let after = NewClient {
            organisation_id: None,
            ..before.clone()
        };
        let sent = serde_json::to_value(patch("client_1".to_owned(), &before, after, 3)).unwrap();
        let wanted = serde_json::json!({"id": "client_1", "expectedRevision": 3, "organisationId": null});
        assert_eq!(sent, wanted);
    }
}
