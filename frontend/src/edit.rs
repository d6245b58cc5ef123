//! Editing a record where it is shown: the draft, the same checks as the server's before anything is sent, refusals
//! under their fields, both versions side by side when somebody else was quicker, and undo. An area adds its fields
//! and its mutations (`Keeps`).

pub mod press;
pub mod reason;
pub mod remove;
pub mod sent;
pub mod undo;
pub mod verb;

pub use remove::{Actions, take_away};
pub use undo::offer_undo;

use crate::api;
use crate::browser;
use crate::draft::{Draft, DraftNote};
use crate::history;
use crate::language::{Text, t};
use crate::refusal::{UserError, checked, failed, is_stale, refused};
use crate::ui::button::{Button, Look};
use crate::ui::compare::{Compare, Difference};
use crate::ui::field::{Refusals, Refused};
use crate::ui::state::Failure;
use crate::ui::toast::toasts;
use domain::change::difference;
use domain::record::{Record, Rules};
use domain::{PartialDate, RecordType};
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// What is sent: a new record, or the fields of one that differ.
pub enum Sent<R: Record> {
    Make(R::New),
    Change(R::Patch),
}

/// What came of it. With a stale revision, the record as it is now.
pub struct Outcome<R> {
    pub record: Option<R>,
    pub errors: Vec<UserError>,
    /// The change it made, by which it is taken back.
    pub change: Option<cynic::Id>,
}

/// A record that a form of ours keeps.
pub trait Keeps: Rules + PartialEq {
    /// Its fields that a form shows, with their names.
    const FIELDS: &'static [(&'static str, Text)];

    fn send(sent: Sent<Self>) -> impl Future<Output = Result<Outcome<Self>, Failure>>;
}

/// What a form stands on: the record as it was when the form was opened, or when it came, where the form was quicker.
/// What others change meanwhile is compared on saving.
pub fn as_opened<T: Clone + Send + Sync + 'static>(shown: Memo<Option<T>>) -> Option<T> {
    shown.get_untracked().or_else(|| shown.get())
}

/// The domain's record from a fragment that asks for all its fields.
pub fn record<R: DeserializeOwned>(row: &impl Serialize) -> Option<R> {
    let read = serde_json::to_value(row).and_then(serde_json::from_value);
    if let Err(error) = &read {
        leptos::logging::error!("a fragment does not hold its record: {error}");
    }
    read.ok()
}

/// The update that makes one state into the other; none where they are the same.
fn patch<R>(before: &R, after: &R, revision: i32) -> Option<R::Patch>
where
    R: Record<Patch: DeserializeOwned>,
{
    let (was, is) = (
        serde_json::to_value(before).ok()?,
        serde_json::to_value(after).ok()?,
    );
    let changes = difference(&was, &is);
    if changes.is_empty() {
        return None;
    }
    let mut fields: Map<String, Value> = changes.into_iter().map(|it| (it.field, it.to)).collect();
    fields.insert("id".to_owned(), Value::String(before.id().to_string()));
    fields.insert("expectedRevision".to_owned(), revision.into());
    serde_json::from_value(Value::Object(fields)).ok()
}

/// A form that is open.
pub struct Edit<R: Keeps> {
    pub draft: Draft<R>,
    pub refusals: RwSignal<Vec<Refused>>,
    pub busy: RwSignal<bool>,
    /// Their version, while both are compared.
    theirs: RwSignal<Option<R>>,
    /// Fields that hold what is no date or number yet, and what to say of them.
    unread: RwSignal<Vec<(&'static str, Text)>>,
    is_new: bool,
    key: StoredValue<String>,
    done: Callback<R>,
}

impl<R: Keeps> Clone for Edit<R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R: Keeps> Copy for Edit<R> {}

impl<R> Edit<R>
where
    R: Keeps + Record<New: DeserializeOwned, Patch: DeserializeOwned>,
{
    /// A form for a record that exists.
    pub fn of(record: R, done: impl Fn(R) + Send + Sync + 'static) -> Self {
        let (id, revision) = (record.id().to_string(), record.revision());
        Self::open(Draft::open(&id, "record", record, revision), false, done)
    }

    /// A form for one that does not. `place` tells its draft from others of its kind.
    pub fn new(place: &str, blank: R, done: impl Fn(R) + Send + Sync + 'static) -> Self {
        let form = format!("new-{}", R::TYPE.prefix());
        Self::open(Draft::open(place, &form, blank, 0), true, done)
    }

    fn open(draft: Draft<R>, is_new: bool, done: impl Fn(R) + Send + Sync + 'static) -> Self {
        Self {
            draft,
            refusals: RwSignal::new(Vec::new()),
            busy: RwSignal::new(false),
            theirs: RwSignal::new(None),
            unread: RwSignal::new(Vec::new()),
            is_new,
            key: StoredValue::new(format!("{}-{:.0}", R::TYPE.prefix(), browser::now())),
            done: Callback::new(done),
        }
    }

    /// A text that may be absent.
    pub fn text(
        self,
        get: impl Fn(&R) -> Option<String> + Send + Sync + 'static,
        set: impl Fn(&mut R, Option<String>) + Send + Sync + 'static,
    ) -> RwSignal<String> {
        self.draft.part(
            move |record| get(record).unwrap_or_default(),
            move |record, text: String| set(record, (!text.is_empty()).then_some(text)),
        )
    }

    /// A date, as `DateField` writes it; what is no date yet is refused when it is sent.
    pub fn date(
        self,
        field: &'static str,
        get: impl Fn(&R) -> Option<PartialDate> + Send + Sync + 'static,
        set: impl Fn(&mut R, Option<PartialDate>) + Send + Sync + 'static,
    ) -> RwSignal<String> {
        self.typed(field, t::field_date_wrong, |text| text.parse().ok(), get, set)
    }

    /// A number, as `NumberField` writes it; what is none is refused when it is sent.
    pub fn number<N>(
        self,
        field: &'static str,
        get: impl Fn(&R) -> Option<N> + Send + Sync + 'static,
        set: impl Fn(&mut R, Option<N>) + Send + Sync + 'static,
    ) -> RwSignal<String>
    where
        N: std::fmt::Display + std::str::FromStr + PartialEq,
    {
        let read = |text: &str| -> Option<N> {
            let digits: String = text.chars().filter(|it| !it.is_whitespace()).collect();
            digits.parse().ok()
        };
        self.typed(field, t::field_number_wrong, read, get, set)
    }

    /// A value that is typed as text and may not be one yet; each follows the other.
    fn typed<V>(
        self,
        field: &'static str,
        wrong: Text,
        read: impl Fn(&str) -> Option<V> + Copy + Send + Sync + 'static,
        get: impl Fn(&R) -> Option<V> + Send + Sync + 'static,
        set: impl Fn(&mut R, Option<V>) + Send + Sync + 'static,
    ) -> RwSignal<String>
    where
        V: std::fmt::Display + PartialEq,
    {
        let (unread, draft) = (self.unread, self.draft);
        let get = std::sync::Arc::new(get);
        let written = |value: Option<V>| value.map(|it| it.to_string()).unwrap_or_default();
        let text = RwSignal::new(written(draft.value.with_untracked(|record| get(record))));
        let now = get.clone();
        Effect::new(move |_| {
            let typed = text.get();
            let value = read(&typed);
            unread.update(|unread| {
                unread.retain(|it| it.0 != field);
                if value.is_none() && !typed.is_empty() {
                    unread.push((field, wrong));
                }
            });
            if draft.value.with_untracked(|record| now(record)) != value {
                draft.value.update(|record| set(record, value));
            }
        });
        Effect::new(move |_| {
            let value = draft.value.with(|record| get(record));
            if text.with_untracked(|text| read(text)) != value {
                text.set(written(value));
            }
        });
        text
    }

    /// Identifiers of other records, as `RecordField` takes them.
    pub fn ids<I>(
        self,
        get: impl Fn(&R) -> Vec<I> + Send + Sync + 'static,
        set: impl Fn(&mut R, Vec<I>) + Send + Sync + 'static,
    ) -> RwSignal<Vec<String>>
    where
        I: std::fmt::Display + std::str::FromStr,
    {
        self.draft.part(
            move |record| get(record).iter().map(ToString::to_string).collect::<Vec<_>>(),
            move |record, ids: Vec<String>| {
                set(record, ids.iter().filter_map(|it| it.parse().ok()).collect());
            },
        )
    }

    /// A word of a closed list, as `SelectField` has it.
    pub fn choice<W>(
        self,
        get: impl Fn(&R) -> W + Send + Sync + 'static,
        set: impl Fn(&mut R, W) + Send + Sync + 'static,
    ) -> RwSignal<String>
    where
        W: std::fmt::Display + std::str::FromStr,
    {
        self.draft.part(
            move |record| get(record).to_string(),
            move |record, word: String| {
                if let Ok(word) = word.parse() {
                    set(record, word);
                }
            },
        )
    }

    fn save(self) {
        if self.busy.get_untracked() {
            return;
        }
        let mut value = self.draft.value.get_untracked();
        let mut wrong = checked(&mut value);
        wrong.extend(
            self.unread
                .get_untracked()
                .into_iter()
                .map(|(field, wrong)| Refused {
                    path: field.to_owned(),
                    code: "INVALID".to_owned(),
                    message: wrong().to_owned(),
                }),
        );
        let is_right = wrong.is_empty();
        self.refusals.set(wrong);
        if !is_right {
            return;
        }
        let sent = if self.is_new {
            let mut made = serde_json::to_value(&value).unwrap_or_default();
            made["clientMutationId"] = Value::String(self.key.get_value());
            serde_json::from_value(made).ok().map(Sent::Make)
        } else {
            let start = self.draft.start.get_value();
            patch(&start, &value, self.draft.revision.get_value()).map(Sent::Change)
        };
        let Some(sent) = sent else {
            self.draft.sent();
            self.done.run(value);
            return;
        };
        self.busy.set(true);
        let said = toasts();
        spawn_local(async move {
            let answer = R::send(sent).await;
            let _ = self.busy.try_set(false);
            match answer {
                Ok(Outcome {
                    record: Some(record),
                    errors,
                    change,
                }) if errors.is_empty() => {
                    self.draft.sent();
                    offer_undo(said, change, t::edit_saved());
                    self.done.run(record);
                    api::try_again();
                }
                Ok(Outcome {
                    record: Some(record),
                    errors,
                    ..
                }) if is_stale(&errors) => {
                    let _ = self.theirs.try_set(Some(record));
                }
                Ok(Outcome { errors, .. }) => {
                    let _ = self.refusals.try_set(refused(errors));
                }
                Err(failure) => {
                    let _ = self.refusals.try_set(failed(&failure));
                }
            }
        });
    }

    /// Each field in its three states.
    fn differences(self, theirs: &R) -> Vec<Difference> {
        let json = |record: &R| serde_json::to_value(record).unwrap_or_default();
        let (before, mine, theirs) = (
            self.draft.start.with_value(json),
            self.draft.value.with_untracked(json),
            json(theirs),
        );
        R::FIELDS
            .iter()
            .map(|(field, label)| {
                let [before, mine, theirs] = [&before, &mine, &theirs].map(|it| it[*field].clone());
                difference_of(R::TYPE, field, label(), before, mine, theirs)
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
            .with_untracked(|value| serde_json::to_value(value).unwrap_or_default());
        let mut merged = serde_json::to_value(&theirs).unwrap_or_default();
        for field in kept {
            merged[*field] = mine[*field].clone();
        }
        if let Ok(merged) = serde_json::from_value::<R>(merged) {
            self.draft.rebase(theirs.clone(), theirs.revision());
            self.draft.value.set(merged);
            self.theirs.set(None);
            self.save();
        }
    }
}

/// The words of a closed list, as `SelectField` shows them.
pub fn options<W: Copy + std::fmt::Display + Send + Sync + 'static>(
    all: impl AsRef<[W]> + Send + Sync + 'static,
    word: fn(W) -> &'static str,
) -> Signal<Vec<(String, String)>> {
    Signal::derive(move || {
        all.as_ref()
            .iter()
            .map(|it| (it.to_string(), word(*it).to_owned()))
            .collect()
    })
}

/// A field in its three states, in words; names of records follow when they are known.
fn difference_of(
    of: RecordType,
    field: &'static str,
    label: &str,
    before: Value,
    mine: Value,
    theirs: Value,
) -> Difference {
    let (touched, same) = (mine != before, mine == theirs);
    let said =
        |value: Value| Signal::derive(move || history::words::value(of, field, &value).unwrap_or_default());
    Difference {
        field,
        label: label.to_owned(),
        before: said(before),
        mine: said(mine),
        theirs: said(theirs),
        touched,
        same,
    }
}

/// The form around an area's fields. `paths` are the fields that show their own refusals.
#[component]
pub fn EditForm<R>(
    edit: Edit<R>,
    paths: Vec<&'static str>,
    #[prop(into)] on_cancel: Callback<()>,
    children: Children,
) -> impl IntoView
where
    R: Keeps + Record<New: DeserializeOwned, Patch: DeserializeOwned>,
{
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        edit.save();
    };
    view! {
        {move || edit.theirs.get().map(|theirs| {
            let differences = untrack(|| edit.differences(&theirs));
            let choose = Callback::new(move |kept: Vec<&'static str>| edit.choose(&kept));
            view! { <Compare differences changed_by=t::edit_somebody on_choose=choose /> }
        })}
        <form class="form" novalidate=true on:submit=submit hidden=move || edit.theirs.with(Option::is_some)>
            <DraftNote draft=edit.draft />
            <Refusals refusals=edit.refusals shown=paths />
            {children()}
            <div class="form-foot">
                <Button text=t::action_save look=Look::Primary submit=true busy=edit.busy />
                <Button text=t::action_cancel look=Look::Quiet on_press=on_cancel />
            </div>
        </form>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::ChantierId;
    use domain::chantier::{Chantier, Stage};

    #[test]
    fn an_update_holds_only_what_differs() {
        let before: Chantier = serde_json::from_value(serde_json::json!({
            "id": ChantierId(uuid::Uuid::nil()).to_string(), "revision": 3,
            "createdAt": "2026-11-25T00:00:00Z", "updatedAt": "2026-11-25T00:00:00Z",
            "code": "filieres", "position": 9, "title": "Filières", "stage": "TRACK", "note": "vieux",
        }))
        .unwrap();
        let mut after = before.clone();
        assert!(patch(&before, &after, 3).is_none());
        after.stage = Stage::Open;
        after.note = None;
        let sent = serde_json::to_value(patch(&before, &after, 3).unwrap()).unwrap();
        assert_eq!(
            sent,
            serde_json::json!({"id": before.id.to_string(), "expectedRevision": 3, "stage": "OPEN", "note": null})
        );
    }
}
