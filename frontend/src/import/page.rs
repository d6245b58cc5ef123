//! One import, by where it stands: its columns, what it would do, how far it is, what became of it.

use super::columns::Columns;
use super::read::{Ask, Found, Import, One, ask};
use super::rows::Rows;
use super::{followed, words};
use crate::api;
use crate::browser;
use crate::format;
use crate::language::t;
use crate::refusal::failed;
use crate::ui::bar::Bar;
use crate::ui::button::{Button, Look};
use crate::ui::chips::Status;
use crate::ui::facts::Figures;
use crate::ui::field::{Refusals, Refused};
use crate::ui::icon::Icon;
use crate::ui::page::{Crumb, Page, Section};
use crate::ui::state::{Empty, Loaded};
use cynic::QueryBuilder;
use domain::import::State;
use domain::push::{Mode, Pushed};
use domain::refusal::Code;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_params_map;

/// Milliseconds between two looks at an import that is under way.
const PAUSE: u32 = 800;

#[component]
pub fn Screen() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("id")).unwrap_or_default());
    let found = api::load(move || {
        Found::build(One {
            id: cynic::Id::new(id.get()),
        })
    });
    let load = Signal::derive(move || found.load.get().map(|it| it.import).present());
    let state = Memo::new(move |_| load.with(|it| it.value().map(|it| (it.state, it.done))));
    Effect::new(move |_| {
        let Some(known) = state.get() else { return };
        if !(known.0.is_under_way() || known.0 == State::Reading) {
            return;
        }
        spawn_local(async move {
            // It may be long before anything is other than it was.
            loop {
                browser::wait(PAUSE).await;
                // The page may be gone, or show more than this by now.
                if state.try_get_untracked() != Some(Some(known)) {
                    return;
                }
                let asked = Found::build(One {
                    id: cynic::Id::new(id.get_untracked()),
                });
                let found = api::query(&asked).await.ok().and_then(|it| it.import);
                if found.is_some_and(|it| (it.state, it.done) != known) {
                    break;
                }
            }
            if state.try_get_untracked().is_some() {
                found.reload.run(());
            }
        });
    });
    let title = move || {
        load.with(|it| it.value().map(|it| it.file_name.clone()))
            .unwrap_or_default()
    };
    let crumbs = Signal::derive(move || {
        let source = load.with(|it| it.value().and_then(|it| it.source.clone()));
        let mut crumbs = vec![Crumb::new(t::directory_title, "/sources")];
        crumbs
            .extend(source.map(|source| Crumb::new(source.name, format!("/sources/{}", source.id.inner()))));
        crumbs
    });
    view! {
        <Page title lead=t::import_question crumbs>
            <Loaded load on_retry=found.reload view=move |import| view! { <Body import reload=found.reload /> } />
        </Page>
    }
}

/// Where one is of the five steps.
const fn step(state: State) -> usize {
    match state {
        State::Reading => 0,
        State::Uploaded | State::Failed | State::Cancelled => 1,
        State::Previewing | State::Previewed => 2,
        State::Running => 3,
        State::Done => 4,
    }
}

#[component]
fn Body(import: Import, reload: Callback<()>) -> impl IntoView {
    let state = import.state;
    let at = step(state);
    let steps = [
        t::import_step_file,
        t::import_step_columns,
        t::import_step_preview,
        t::import_step_progress,
        t::import_step_report,
    ];
    let (refusals, busy) = (RwSignal::new(Vec::<Refused>::new()), RwSignal::new(false));
    let id = import.id.clone();
    let doing = Callback::new(move |what: Ask| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        refusals.set(Vec::new());
        let id = id.clone();
        spawn_local(async move {
            followed::follow(id.inner());
            let answer = ask(id, what).await;
            let _ = busy.try_set(false);
            if let Err(wrong) = answer {
                let _ = refusals.try_set(wrong);
            } else {
                reload.run(());
            }
        });
    });
    let shown = import.clone();
    let (lines, encoding) = (import.lines, import.encoding.clone());
    let what = import.record_type;
    view! {
        <div class="import-top">
            <ol class="steps" aria-label=t::import_steps>
                {(0..).zip(steps).map(|(place, name)| view! {
                    <li class:past=move || place < at aria-current=(place == at).then_some("step")>{name}</li>
                }).collect_view()}
            </ol>
            <p class="row-tight">
                <Status course=words::course(state) text=move || words::state(state) />
                <span>{move || t::import_lines(i64::from(lines))}</span>
                <span aria-hidden="true">"·"</span>
                <span>{move || words::kind(what)}</span>
                {encoding.filter(|it| it != "UTF-8").map(|it| view! { <span aria-hidden="true">"·"</span><span>{move || t::import_encoding(it.clone())}</span> })}
            </p>
            <Refusals refusals shown=Vec::new() />
        </div>
        {match state {
            State::Reading => view! { <p class="muted" role="status">{t::import_state_reading}</p> }.into_any(),
            State::Uploaded | State::Cancelled | State::Failed if import.is_cleared => {
                view! { <Empty title=t::import_cleared text=t::import_cleared_text /> }.into_any()
            }
            State::Uploaded | State::Cancelled => view! { <Columns import=shown doing busy /> }.into_any(),
            State::Failed => view! { <Stopped import=shown.clone() doing busy /><Columns import=shown doing busy /> }.into_any(),
            State::Previewing | State::Running => view! { <Going import=shown doing busy /> }.into_any(),
            State::Previewed => view! { <Preview import=shown doing busy /> }.into_any(),
            State::Done => view! { <Report import=shown /> }.into_any(),
        }}
    }
}

#[component]
fn Going(import: Import, doing: Callback<Ask>, busy: RwSignal<bool>) -> impl IntoView {
    let is_preview = import.state == State::Previewing;
    let (done, lines) = (i64::from(import.done), i64::from(import.lines));
    view! {
        <Section title=move || if is_preview { t::import_state_previewing() } else { t::import_state_running() }>
            <div class="sheet stack">
                <Bar label=t::tray_progress part=done whole=Some(lines) />
                <p class="muted">{move || if is_preview { t::import_nothing_written() } else { t::import_may_leave() }}</p>
                <div class="button-row"><Button text=t::import_stop look=Look::Quiet busy on_press=move |()| doing.run(Ask::Cancel) /></div>
            </div>
        </Section>
    }
}

/// Why it stopped, and what can be done.
#[component]
fn Stopped(import: Import, doing: Callback<Ask>, busy: RwSignal<bool>) -> impl IntoView {
    let failure = import.failure.clone();
    let is_mass = failure
        .as_ref()
        .is_some_and(|failure| failure.code == Code::MassDeletion);
    let source = import.source.as_ref().map(|source| source.code.clone());
    let message = failure.map(|failure| failure.message);
    view! {
        <div class="notice failed" role="alert">
            <p class="title">{t::import_state_failed}</p>
            <p>{move || message.clone().unwrap_or_else(|| t::import_our_fault().to_owned())}</p>
            {(is_mass && source.is_some()).then(|| view! {
                <Button text=t::import_remove_anyway look=Look::Danger busy
                    on_press=move |()| doing.run(Ask::Start { mode: Mode::FullSnapshot, confirm: source.clone() }) />
            })}
        </div>
    }
}

#[component]
fn Preview(import: Import, doing: Callback<Ask>, busy: RwSignal<bool>) -> impl IntoView {
    let counts = import.counts.clone();
    let figures = Signal::derive(move || {
        vec![
            (
                t::import_would_create().to_owned(),
                Some(format::number(counts.created)),
            ),
            (
                t::import_would_update().to_owned(),
                Some(format::number(counts.updated)),
            ),
            (
                t::import_unchanged().to_owned(),
                Some(format::number(counts.unchanged)),
            ),
            (
                t::import_rejected().to_owned(),
                Some(format::number(counts.rejected)),
            ),
        ]
    });
    let absent = import.absent.unwrap_or(0);
    let whole = RwSignal::new(import.mode == Mode::FullSnapshot && absent > 0);
    let again = RwSignal::new(false);
    let start = move |()| {
        let mode = if whole.get_untracked() {
            Mode::FullSnapshot
        } else {
            Mode::Delta
        };
        doing.run(Ask::Start { mode, confirm: None });
    };
    let shown = import.clone();
    view! {
        <Section title=t::import_step_preview note=t::import_nothing_written broad=true>
            <div class="stack">
                <Figures figures />
                {(absent > 0).then(|| view! {
                    <label class="check">
                        <input type="checkbox" prop:checked=whole on:change=move |event| whole.set(event_target_checked(&event)) />
                        <span>{move || t::import_whole(i64::from(absent))}</span>
                    </label>
                })}
                <div class="button-row">
                    <Button text=t::import_start look=Look::Primary mark=Icon::Check busy on_press=start />
                    <Button text=t::import_change_columns on_press=move |()| again.update(|it| *it = !*it) />
                    <Button text=t::import_drop look=Look::Quiet busy on_press=move |()| doing.run(Ask::Cancel) />
                </div>
            </div>
        </Section>
        {move || again.get().then(|| view! { <Columns import=shown.clone() doing busy /> })}
        <Section title=t::import_line_by_line broad=true><Rows id=import.id.clone() what=import.record_type is_preview=true /></Section>
    }
}

#[component]
fn Report(import: Import) -> impl IntoView {
    let (counts, what, mode) = (import.counts.clone(), import.record_type, import.mode);
    let figures = Signal::derive({
        let counts = counts.clone();
        move || {
            let mut figures = vec![
                (
                    t::import_created().to_owned(),
                    Some(format::number(counts.created)),
                ),
                (
                    t::import_updated().to_owned(),
                    Some(format::number(counts.updated)),
                ),
                (
                    t::import_unchanged().to_owned(),
                    Some(format::number(counts.unchanged)),
                ),
                (
                    t::import_rejected().to_owned(),
                    Some(format::number(counts.rejected)),
                ),
            ];
            if mode == Mode::FullSnapshot {
                figures.insert(
                    3,
                    (
                        t::import_removed().to_owned(),
                        Some(format::number(counts.deleted)),
                    ),
                );
            }
            figures
        }
    });
    let source = import
        .source
        .clone()
        .map(|source| source.id.inner().to_owned())
        .unwrap_or_default();
    let records = match what {
        Pushed::Offer => Some((
            format!("/offres?source={source}"),
            t::exchange_offers as fn() -> &'static str,
        )),
        Pushed::Need => Some((
            format!("/demandes?source={source}"),
            t::exchange_needs as fn() -> &'static str,
        )),
        Pushed::Organisation => None,
    };
    let (rejected, cleared) = (counts.rejected > 0, import.is_cleared);
    let (refusals, busy) = (RwSignal::new(Vec::<Refused>::new()), RwSignal::new(false));
    let address = format!("/v1/imports/{}/rejected.csv", import.id.inner());
    let name = format!("{}-rejected.csv", import.file_name);
    let take = move |()| {
        busy.set(true);
        let (address, name) = (address.clone(), name.clone());
        spawn_local(async move {
            let answer = api::take_away(&address, &name).await;
            let _ = busy.try_set(false);
            if let Err(failure) = answer {
                let _ = refusals.try_set(failed(&failure));
            }
        });
    };
    view! {
        <Section title=t::import_step_report broad=true>
            <div class="stack">
                <Figures figures />
                <Refusals refusals shown=Vec::new() />
                <div class="button-row">
                    {(rejected && !cleared).then(|| view! { <Button text=t::import_take_rejected look=Look::Primary mark=Icon::Download busy on_press=take.clone() /> })}
                    {records.map(|(href, label)| view! { <a class="button" href=href>{label}</a> })}
                    <a class="button" href=format!("/sources/{source}/importer")>{t::import_another}</a>
                </div>
                {(rejected && !cleared).then(|| view! { <p class="muted">{t::import_correct_and_bring}</p> })}
            </div>
        </Section>
        {(rejected && !cleared).then(|| view! {
            <Section title=t::directory_rejected broad=true><Rows id=import.id.clone() what is_preview=false /></Section>
        })}
    }
}
