//! The tray of long work (imports, exports, mailings): real progress, can be left, ends in a report.

use super::bar::Bar;
use super::chips::{Course, Status};
use crate::language::t;
use leptos::prelude::*;

#[derive(Clone, Debug, PartialEq)]
pub struct Task {
    pub id: String,
    pub label: String,
    pub done: i64,
    /// Unknown while the work is still being measured.
    pub total: Option<i64>,
    pub state: TaskState,
    /// Where the report is, once there is one.
    pub report: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaskState {
    Waiting,
    Running,
    Done,
    Failed,
}

/// Nothing is drawn while there is no work. `on_dismiss` is offered for what has ended.
#[component]
pub fn Tray(
    #[prop(into)] tasks: Signal<Vec<Task>>,
    #[prop(into)] on_dismiss: Callback<String>,
) -> impl IntoView {
    let going = move || {
        tasks.with(|tasks| {
            tasks
                .iter()
                .filter(|it| matches!(it.state, TaskState::Waiting | TaskState::Running))
                .count()
        })
    };
    let some = Memo::new(move |_| tasks.with(|tasks| !tasks.is_empty()));
    view! {
        <Show when=move || some.get()>
            <details class="tray" open=true>
                <summary>{move || if going() > 0 { t::tray_going(going()) } else { t::tray_done().to_owned() }}</summary>
                <ul role="list">
                    {move || tasks.get().into_iter().map(|task| one(task, on_dismiss)).collect_view()}
                </ul>
            </details>
        </Show>
    }
}

fn one(task: Task, on_dismiss: Callback<String>) -> impl IntoView {
    let Task {
        id,
        label,
        done,
        total,
        state,
        report,
    } = task;
    let ended = matches!(state, TaskState::Done | TaskState::Failed);
    view! {
        <li>
            <div class="spread">
                <strong>{label}</strong>
                {match state {
                    TaskState::Waiting => view! { <Status course=Course::Planned text=t::tray_waiting /> }.into_any(),
                    TaskState::Running => ().into_any(),
                    TaskState::Done => view! { <Status course=Course::Done text=t::tray_finished /> }.into_any(),
                    TaskState::Failed => view! { <Status course=Course::Stopped text=t::tray_failed /> }.into_any(),
                }}
            </div>
            {(state == TaskState::Running).then(|| view! { <Bar label=t::tray_progress part=done whole=total thin=true /> })}
            {ended.then(|| view! {
                <div class="row-tight">
                    {report.map(|report| view! { <a href=report>{t::tray_report}</a> })}
                    <button type="button" class="button quiet small" on:click=move |_| on_dismiss.run(id.clone())>{t::tray_dismiss}</button>
                </div>
            })}
        </li>
    }
}
