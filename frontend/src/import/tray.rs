//! The imports that this device follows, in the tray on every page while they are under way, until they are dismissed.
//! It comes when there are some.

use super::followed::{all, dismiss, track};
use super::read::{Found, One};
use crate::api;
use crate::browser;
use crate::session;
use crate::ui::tray::{Task, TaskState, Tray};
use cynic::QueryBuilder;
use domain::import::State;
use leptos::lazy;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_location;

/// Milliseconds between two looks.
const PAUSE: u32 = 1_500;

/// How an import stands in the tray; nothing for one that waits for a person.
fn task(import: super::read::Import) -> Option<Task> {
    let state = match import.state {
        State::Previewing | State::Running => TaskState::Running,
        State::Done => TaskState::Done,
        State::Failed => TaskState::Failed,
        State::Reading | State::Uploaded | State::Previewed | State::Cancelled => return None,
    };
    let id = import.id.inner().to_owned();
    Some(Task {
        label: import.file_name,
        done: import.done.into(),
        total: Some(import.lines.into()),
        state,
        report: Some(format!("/imports/{id}")),
        id,
    })
}

#[lazy]
pub fn tray_view() -> AnyView {
    view! { <Imports /> }.into_any()
}

/// Not on the import's own page, which says more.
#[component]
fn Imports() -> impl IntoView {
    let tasks = RwSignal::new(Vec::<Task>::new());
    let location = use_location();
    let turn = StoredValue::new(0_u32);
    Effect::new(move |_| {
        track();
        let signed = session::person().is_some();
        let mine = turn.get_value().wrapping_add(1);
        turn.set_value(mine);
        if !signed || all().is_empty() {
            tasks.set(Vec::new());
            return;
        }
        spawn_local(async move {
            loop {
                let mut shown = Vec::new();
                let mut waits = false;
                for id in all() {
                    let asked = Found::build(One {
                        id: cynic::Id::new(id),
                    });
                    if let Ok(Found { import: Some(import) }) = api::query(&asked).await {
                        waits |= import.state.is_under_way();
                        shown.extend(task(import));
                    }
                }
                if turn.try_get_value() != Some(mine) || tasks.try_set(shown).is_some() || !waits {
                    return;
                }
                browser::wait(PAUSE).await;
            }
        });
    });
    let elsewhere = Signal::derive(move || {
        let path = location.pathname.get();
        let mut tasks = tasks.get();
        tasks.retain(|task| !path.ends_with(&task.id));
        tasks
    });
    view! { <Tray tasks=elsewhere on_dismiss=|id: String| dismiss(&id) /> }
}
