//! One press that changes something: busy meanwhile; then what was done is said with its way back, or why it was not.

use super::undo::offer_undo;
use crate::api;
use crate::refusal::{UserError, refused};
use crate::ui::state::Failure;
use crate::ui::toast::Toasts;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// Why a mutation was refused, and the change it made where it was not.
pub type Answer = Result<(Vec<UserError>, Option<cynic::Id>), Failure>;

/// Sends what was pressed, unless something still is on its way. `done` says what came of it.
pub fn press(
    busy: RwSignal<bool>,
    said: Toasts,
    done: impl Into<String> + 'static,
    answer: impl Future<Output = Answer> + 'static,
) {
    if busy.get_untracked() {
        return;
    }
    busy.set(true);
    spawn_local(async move {
        let answer = answer.await;
        let _ = busy.try_set(false);
        match answer {
            Ok((errors, change)) if errors.is_empty() => {
                offer_undo(said, change, done);
                api::try_again();
            }
            Ok((errors, _)) => {
                for it in refused(errors) {
                    said.say(it.message);
                }
                api::try_again();
            }
            Err(failure) => said.say(failure.kind.title()),
        }
    });
}
