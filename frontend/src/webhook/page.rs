//! One webhook: whether it works and what to do where it does not, what it is told of, its messages, its keys.

use super::deliveries::Log;
use super::forms::Change;
use super::read::{Found, One, Sheet};
use super::secret::{Keys, SecretShown};
use super::strip::Strip;
use super::trial::Try;
use super::{list, moves, words};
use crate::api;
use crate::contract::typed;
use crate::edit::{as_opened, record};
use crate::format;
use crate::language::t;
use crate::refusal::refused;
use crate::session::{self, Session};
use crate::ui::button::{Button, Look};
use crate::ui::chips::Status;
use crate::ui::dialog::Confirm;
use crate::ui::facts::{Fact, Facts};
use crate::ui::icon::Icon;
use crate::ui::page::{Crumb, Page};
use crate::ui::state::{Loaded, Skeleton};
use crate::ui::toast::toasts;
use crate::viewer;
use cynic::QueryBuilder;
use domain::policy::Action;
use domain::webhook::{State, Webhook};
use domain::{OrganisationId, RecordType};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_params_map};

#[component]
pub fn Screen() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("id")).unwrap_or_default());
    let found = api::load(move || {
        Found::build(One {
            id: cynic::Id::new(id.get()),
        })
    });
    let load = Memo::new(move |_| found.load.get().map(Found::sheet).present());
    let sheet = Memo::new(move |_| load.with(|it| it.value().cloned()));
    // The page is drawn once for each webhook, its parts follow what is read: no focus is lost.
    let there = Memo::new(move |_| load.get().map(|it| it.facts.id.into_inner()));
    let may_keep = Memo::new(move |_| {
        let organisation = sheet.with(|it| {
            it.as_ref()
                .and_then(|it| typed::<OrganisationId>(&it.facts.organisation_id))
        });
        organisation.is_some_and(|organisation| viewer::may(Action::KeepWebhooks { organisation }))
    });
    let may_keep: Signal<bool> = may_keep.into();
    let editing = RwSignal::new(false);
    Effect::new(move |_| {
        id.track();
        editing.set(false);
    });
    let is_signed_out = move || session::session() == Session::Visitor;
    let title = move || {
        if is_signed_out() {
            return t::webhook_title().to_owned();
        }
        sheet.with(|it| it.as_ref().map(|it| words::name(&it.row)).unwrap_or_default())
    };
    let tools = move || view! { <Tools sheet may_keep editing /> };
    let crumbs = vec![Crumb::new(t::webhook_title, "/webhooks")];
    view! {
        <Page title lead=t::webhook_question crumbs tools>
            <SecretShown id />
            {move || editing.get().then(|| {
                let row = as_opened(sheet).map(|it| it.facts);
                row.and_then(|row| record::<Webhook>(&row)).map(|record| view! { <Change record on_end=move |()| editing.set(false) /> })
            })}
            {move || match session::session() {
                Session::Restoring => view! { <Skeleton /> }.into_any(),
                Session::Visitor => list::signed_out().into_any(),
                Session::Signed(_) => view! {
                    <Loaded load=there on_retry=found.reload view=move |_| view! { <Body id sheet may_keep reload=found.reload /> } />
                }.into_any(),
            }}
        </Page>
    }
}

#[component]
fn Tools(sheet: Memo<Option<Sheet>>, may_keep: Signal<bool>, editing: RwSignal<bool>) -> impl IntoView {
    let (asked, busy, said) = (RwSignal::new(false), RwSignal::new(false), toasts());
    let navigate = StoredValue::new_local(use_navigate());
    let remove = move |()| {
        let Some(Sheet { facts, .. }) = sheet.get_untracked() else {
            return;
        };
        busy.set(true);
        spawn_local(async move {
            let answer = moves::remove(facts.id, facts.revision).await;
            let _ = busy.try_set(false);
            match answer {
                Ok(errors) if errors.is_empty() => {
                    said.say(t::edit_removed(words::short(&facts.url)));
                    let _ = navigate.try_with_value(|go| go("/webhooks", NavigateOptions::default()));
                }
                Ok(errors) => {
                    for it in refused(errors) {
                        said.say(it.message);
                    }
                    api::try_again();
                }
                Err(failure) => said.say(failure.kind.title()),
            }
        });
    };
    let is_there = Memo::new(move |_| sheet.with(Option::is_some));
    let history = move || {
        let id = sheet.with(|it| it.as_ref().map(|it| it.facts.id.inner().to_owned()));
        format!("/historique/{}", id.unwrap_or_default())
    };
    let sees_history = move || {
        viewer::may(Action::ReadHistory {
            of: RecordType::Webhook,
        })
    };
    let consequence = move || {
        let url = sheet.with(|it| it.as_ref().map(|it| words::short(&it.facts.url)));
        t::webhook_delete_text(url.unwrap_or_default())
    };
    view! {
        {move || (is_there.get() && may_keep.get()).then(|| view! {
            {move || (!editing.get()).then(|| view! { <Button text=t::action_edit mark=Icon::Edit on_press=move |()| editing.set(true) /> })}
            <Button text=t::action_delete look=Look::Quiet busy on_press=move |()| asked.set(true) />
        })}
        {move || (is_there.get() && sees_history()).then(|| view! { <a class="button quiet" href=history>{t::action_history}</a> })}
        {move || is_there.get().then(list::guide)}
        <Confirm open=asked title=t::webhook_delete_title consequence action=t::webhook_delete_now on_confirm=remove />
    }
}

#[component]
fn Body(
    id: Memo<String>,
    sheet: Memo<Option<Sheet>>,
    may_keep: Signal<bool>,
    reload: Callback<()>,
) -> impl IntoView {
    // What was tried or sent again shows in how it does, in the picture and in the list.
    let tried = Callback::new(move |()| api::try_again());
    view! {
        <div class="beside webhook-top">
            <section class="sheet stack" aria-labelledby="webhook-health">
                <h2 id="webhook-health" class="visually-hidden">{t::webhook_health}</h2>
                <Standing sheet />
                {move || may_keep.get().then(|| view! {
                    <div class="webhook-verbs no-print"><Try sheet on_end=tried /> <Switch sheet /></div>
                })}
            </section>
            <About sheet />
        </div>
        <Log id sheet may_keep on_end=reload />
        <Keys sheet may_keep />
    }
}

/// How it does: since when, why, and its last messages.
#[component]
fn Standing(sheet: Memo<Option<Sheet>>) -> impl IntoView {
    let row = Memo::new(move |_| sheet.get().map(|it| it.row));
    move || {
        row.get().map(|row| {
            let health = row.health();
            let (marks, waiting, resting) = (row.deliveries.nodes.clone(), row.waiting, row.resting_until);
            let row = StoredValue::new(row);
            view! {
                <div class="stack-tight">
                    <p class="webhook-health"><Status course=words::course(health) text=move || words::health(health) /></p>
                    <p>{move || row.with_value(words::explained)}</p>
                    <p class="muted">
                        {move || row.with_value(words::last_arrived)}
                        {(waiting > 0).then(|| view! { " · " {move || t::webhook_strip_waiting(waiting)} })}
                    </p>
                    {resting.map(|until| view! { <p class="muted">{move || t::webhook_resting(format::exact(until))}</p> })}
                </div>
                <Strip marks />
            }
        })
    }
}

/// Pauses it, or takes it back into use: one button, so that the focus stays on it.
#[component]
fn Switch(sheet: Memo<Option<Sheet>>) -> impl IntoView {
    let (busy, said) = (RwSignal::new(false), toasts());
    let is_active = Memo::new(move |_| sheet.with(|it| it.as_ref().is_some_and(|it| it.row.is_active())));
    let text = move || {
        if is_active.get() {
            t::webhook_pause()
        } else {
            t::webhook_resume()
        }
    };
    let press = move |()| {
        let to = if is_active.get_untracked() {
            State::Paused
        } else {
            State::Active
        };
        if let Some(Sheet { facts, .. }) = sheet.get_untracked() {
            moves::go(to, &facts, busy, said);
        }
    };
    view! { <Button text busy on_press=press /> }
}

/// What it is told of, and for whom.
#[component]
fn About(sheet: Memo<Option<Sheet>>) -> impl IntoView {
    move || {
        sheet.get().map(|Sheet { row, .. }| {
            let organisation = row.organisation.clone();
            let url = row.url.clone();
            let row = StoredValue::new(row);
            view! {
                <div class="sheet">
                    <Facts>
                        <Fact label=t::webhook_field_url><span class="webhook-url">{url}</span></Fact>
                        <Fact label=t::webhook_field_organisation>
                            {match organisation {
                                Some(it) => view! { <a href=format!("/organisations/{}", it.id.inner())>{it.name}</a> }.into_any(),
                                None => view! { <span class="unknown">{t::fact_unknown}</span> }.into_any(),
                            }}
                        </Fact>
                        <Fact label=t::webhook_field_types value=Signal::derive(move || Some(row.with_value(|it| words::kinds(&it.types)))) />
                        <Fact label=t::webhook_where value=Signal::derive(move || Some(row.with_value(words::places))) />
                    </Facts>
                </div>
            }
        })
    }
}
