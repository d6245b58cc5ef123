//! Drafts: what is typed into a form is kept in this tab, by record and form, through a reload, an expired session, a
//! lost network and a look at another page, until it is sent or thrown away.

use crate::browser;
use crate::language::t;
use crate::ui::button::{Button, Look};
use crate::ui::icon::{Icon, icon};
use crate::ui::toast::toasts;
use leptos::prelude::*;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// A form's values, as typed so far, and what they started from.
pub struct Draft<T: Send + Sync + 'static> {
    pub value: RwSignal<T>,
    /// What the record was when the form was first opened; three-way comparison needs it.
    pub start: StoredValue<T>,
    /// The record's revision at that time.
    pub revision: StoredValue<i32>,
    /// Differs from what it started from.
    pub changed: Signal<bool>,
    /// Was found from before, rather than opened now.
    pub resumed: bool,
    key: StoredValue<String>,
    /// Ended: nothing is kept any more.
    ended: RwSignal<bool>,
}

impl<T: Send + Sync + 'static> Clone for Draft<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Send + Sync + 'static> Copy for Draft<T> {}

#[derive(Serialize, Deserialize)]
struct Kept<T> {
    value: T,
    start: T,
    revision: i32,
}

/// The key in this tab's storage.
fn key(record: &str, form: &str) -> String {
    format!("draft:{record}:{form}")
}

impl<T> Draft<T>
where
    T: Clone + PartialEq + Serialize + DeserializeOwned + Send + Sync + 'static,
{
    /// Opens the form of a record (`new` for one that does not exist yet): as it was left, else from `start`.
    pub fn open(record: &str, form: &str, start: T, revision: i32) -> Self {
        let key = key(record, form);
        let kept = browser::kept_in_tab(&key).and_then(|text| serde_json::from_str::<Kept<T>>(&text).ok());
        let resumed = kept.is_some();
        let Kept {
            value,
            start,
            revision,
        } = kept.unwrap_or_else(|| Kept {
            value: start.clone(),
            start,
            revision,
        });
        let value = RwSignal::new(value);
        let start = StoredValue::new(start);
        let changed = Signal::derive(move || start.with_value(|start| value.with(|value| value != start)));
        let draft = Self {
            value,
            start,
            revision: StoredValue::new(revision),
            changed,
            resumed,
            key: StoredValue::new(key),
            ended: RwSignal::new(false),
        };
        draft.keep();
        draft.guard();
        draft
    }

    fn keep(self) {
        Effect::new(move |_| {
            let value = self.value.get();
            if self.ended.get() {
                return;
            }
            let key = self.key.get_value();
            let start = self.start.get_value();
            if value == start {
                browser::forget_in_tab(&key);
            } else if let Ok(text) = serde_json::to_string(&Kept {
                value,
                start,
                revision: self.revision.get_value(),
            }) {
                browser::keep_in_tab(&key, &text);
            }
        });
    }

    /// Closing the tab would lose it: the browser asks. Leaving for another page does not: it says that it is kept.
    fn guard(self) {
        let leaving = window_event_listener(leptos::ev::beforeunload, move |event| {
            if self.is_open() {
                event.prevent_default();
            }
        });
        let said = toasts();
        on_cleanup(move || {
            leaving.remove();
            if self.is_open() {
                said.say(t::draft_kept());
            }
        });
    }

    fn is_open(self) -> bool {
        !self.ended.try_get_untracked().unwrap_or(true) && self.changed.try_get_untracked().unwrap_or(false)
    }

    /// It was sent: nothing of it is kept.
    pub fn sent(self) {
        self.end();
    }

    /// Thrown away; can be taken back.
    pub fn discard(self) {
        let before = self.value.get_untracked();
        self.value.set(self.start.get_value());
        toasts().undo(t::draft_discarded(), move || {
            let _ = self.value.try_set(before.clone());
        });
    }

    /// Somebody else changed the record: from now on compared and sent against theirs.
    pub fn rebase(self, theirs: T, revision: i32) {
        self.start.set_value(theirs);
        self.revision.set_value(revision);
        self.value.update(|_| {});
    }

    /// One part of it as a signal of its own, for a field: each follows the other.
    pub fn part<U>(
        self,
        get: impl Fn(&T) -> U + Send + Sync + 'static,
        set: impl Fn(&mut T, U) + Send + Sync + 'static,
    ) -> RwSignal<U>
    where
        U: Clone + PartialEq + Send + Sync + 'static,
    {
        let get = std::sync::Arc::new(get);
        let part = RwSignal::new(self.value.with_untracked(|value| get(value)));
        let read = get.clone();
        Effect::new(move |_| {
            let now = self.value.with(|value| read(value));
            if part.with_untracked(|part| *part != now) {
                part.set(now);
            }
        });
        Effect::new(move |_| {
            let now = part.get();
            if self.value.with_untracked(|value| get(value)) != now {
                self.value.update(|value| set(value, now));
            }
        });
        part
    }

    fn end(self) {
        self.ended.set(true);
        browser::forget_in_tab(&self.key.get_value());
    }
}

/// Says that a draft from before is being continued, and offers to throw it away.
#[component]
pub fn DraftNote<T>(draft: Draft<T>) -> impl IntoView
where
    T: Clone + PartialEq + Serialize + DeserializeOwned + Send + Sync + 'static,
{
    let shown = move || draft.resumed && draft.changed.get();
    view! {
        <Show when=shown>
            <p class="stale-note" role="status">
                {icon(Icon::Undo)} <span>{t::draft_resumed}</span>
                <Button text=t::draft_discard look=Look::Quiet small=true on_press=move |()| draft.discard() />
            </p>
        </Show>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_forms_of_one_record_do_not_share_a_draft() {
        assert_ne!(key("project_1", "facts"), key("project_1", "note"));
    }
}
