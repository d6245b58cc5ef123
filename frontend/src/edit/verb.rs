//! The form of a verb of its own (a step is moved, a project enters another state): with a draft, the same checks as
//! the server's, and both versions side by side when somebody else was quicker, as any other form.

use super::{Outcome, difference_of, offer_undo};
use crate::api;
use crate::draft::{Draft, DraftNote};
use crate::language::{Text, t};
use crate::refusal::{failed, is_stale, refused};
use crate::ui::button::{Button, Look};
use crate::ui::compare::{Compare, Difference};
use crate::ui::field::{Refusals, Refused};
use crate::ui::state::Failure;
use crate::ui::toast::toasts;
use domain::record::Record;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// What the form holds, beside the record.
pub trait Verb: Clone + PartialEq + Serialize + DeserializeOwned + Send + Sync + 'static {
    type Of: Record;
    type Input;

    /// What the record holds too, and can be compared, with its names.
    const FIELDS: &'static [(&'static str, Text)];

    /// The record's own, in the form's terms.
    fn now(record: &Self::Of) -> Self;

    /// What is sent against a revision, by the same rules as the server's on a copy of the record; or what is wrong.
    fn checked(&self, record: &Self::Of, revision: i32) -> Result<Self::Input, Vec<Refused>>;

    fn send(input: Self::Input) -> impl Future<Output = Result<Outcome<Self::Of>, Failure>>;
}

/// A verb's form that is open.
pub struct Doing<V: Verb> {
    pub draft: Draft<V>,
    pub refusals: RwSignal<Vec<Refused>>,
    busy: RwSignal<bool>,
    /// What it is sent against.
    base: StoredValue<V::Of>,
    /// Their version, while both are compared.
    theirs: RwSignal<Option<V::Of>>,
    end: Callback<()>,
}

impl<V: Verb> Clone for Doing<V> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<V: Verb> Copy for Doing<V> {}

impl<V: Verb> Doing<V> {
    pub fn open(form: &str, start: V, record: V::Of, end: Callback<()>) -> Self {
        Self {
            draft: Draft::open(&record.id().to_string(), form, start, record.revision()),
            refusals: RwSignal::new(Vec::new()),
            busy: RwSignal::new(false),
            base: StoredValue::new(record),
            theirs: RwSignal::new(None),
            end,
        }
    }

    fn send(self) {
        if self.busy.get_untracked() {
            return;
        }
        let record = self.base.get_value();
        let revision = self.draft.revision.get_value();
        let input = match self
            .draft
            .value
            .with_untracked(|asked| asked.checked(&record, revision))
        {
            Ok(input) => input,
            Err(wrong) => return self.refusals.set(wrong),
        };
        self.refusals.set(Vec::new());
        self.busy.set(true);
        let said = toasts();
        spawn_local(async move {
            let answer = V::send(input).await;
            let _ = self.busy.try_set(false);
            match answer {
                Ok(Outcome { errors, change, .. }) if errors.is_empty() => {
                    self.draft.sent();
                    self.end.run(());
                    offer_undo(said, change, t::edit_saved());
                    api::try_again();
                }
                Ok(Outcome {
                    record: Some(now),
                    errors,
                    ..
                }) if is_stale(&errors) => {
                    let _ = self.theirs.try_set(Some(now));
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
    fn differences(self, theirs: &V::Of) -> Vec<Difference> {
        let before = self.base.with_value(|record| json(&V::now(record)));
        let mine = self.draft.value.with_untracked(json);
        let theirs = json(&V::now(theirs));
        V::FIELDS
            .iter()
            .map(|(field, label)| {
                let [before, mine, theirs] = [&before, &mine, &theirs].map(|it| it[*field].clone());
                difference_of(V::Of::TYPE, field, label(), before, mine, theirs)
            })
            .collect()
    }

    /// Against their version, with the fields kept of mine; where none is, there is nothing left to do.
    fn choose(self, kept: &[&'static str]) {
        let Some(theirs) = self.theirs.get_untracked() else {
            return;
        };
        let now = json(&V::now(&theirs));
        let mut merged = self.draft.value.with_untracked(json);
        for (field, _) in V::FIELDS {
            if !kept.contains(field) {
                merged[*field] = now[*field].clone();
            }
        }
        let same = V::FIELDS.iter().all(|(field, _)| merged[*field] == now[*field]);
        let Some(merged) = serde_json::from_value::<V>(merged).ok().filter(|_| !same) else {
            self.draft.sent();
            self.end.run(());
            api::try_again();
            return;
        };
        self.draft.rebase(V::now(&theirs), theirs.revision());
        self.base.set_value(theirs);
        self.draft.value.set(merged);
        self.theirs.set(None);
        self.send();
    }
}

fn json<V: Serialize>(value: &V) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}

/// The form around a verb's fields. `paths` are the fields that show their own refusals.
#[component]
pub fn VerbForm<V: Verb>(doing: Doing<V>, paths: Vec<&'static str>, children: Children) -> impl IntoView {
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        doing.send();
    };
    view! {
        {move || doing.theirs.get().map(|theirs| {
            let differences = untrack(|| doing.differences(&theirs));
            let choose = Callback::new(move |kept: Vec<&'static str>| doing.choose(&kept));
            view! { <Compare differences changed_by=t::edit_somebody on_choose=choose /> }
        })}
        <form class="form" novalidate=true on:submit=submit hidden=move || doing.theirs.with(Option::is_some)>
            <DraftNote draft=doing.draft />
            <Refusals refusals=doing.refusals shown=paths />
            {children()}
            <div class="form-foot">
                <Button text=t::action_save look=Look::Primary submit=true busy=doing.busy />
                <Button text=t::action_cancel look=Look::Quiet on_press=doing.end />
            </div>
        </form>
    }
}
