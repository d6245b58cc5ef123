//! Choosing a password: its two fields with the rules as they are met, and the form that changes one's own.

use crate::language::{Text, t};
use crate::session;
use crate::ui::button::{Button, Look};
use crate::ui::field::{Refused, TextField};
use crate::ui::state::FailureKind;
use crate::ui::toast::toasts;
use domain::person::{PASSWORD_LEAST, password_is_good};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// A password that is being chosen, typed twice.
#[derive(Clone, Copy, Default)]
pub struct Chosen {
    pub password: RwSignal<String>,
    again: RwSignal<String>,
}

impl Chosen {
    fn is_long(self) -> bool {
        self.password.with(|it| it.chars().count() >= PASSWORD_LEAST)
    }

    fn is_good(self) -> bool {
        self.password.with(|it| password_is_good(it))
    }

    fn is_same(self) -> bool {
        self.password
            .with(|a| self.again.with(|b| !a.is_empty() && a == b))
    }

    /// What the rules refuse.
    pub fn refused(self) -> Vec<Refused> {
        untrack(|| {
            let mut wrong = Vec::new();
            if !self.is_good() {
                wrong.push(refuse("password", t::invitation_rule_mixed()));
            }
            if !self.is_same() {
                wrong.push(refuse("again", t::invitation_rule_same()));
            }
            wrong
        })
    }

    fn forget(self) {
        for typed in [self.password, self.again] {
            let _ = typed.try_set(String::new());
        }
    }
}

fn refuse(path: &str, message: &str) -> Refused {
    Refused {
        path: path.into(),
        code: String::new(),
        message: message.into(),
    }
}

/// The two fields and the rules.
#[component]
pub fn ChosenFields(
    label: Text,
    chosen: Chosen,
    #[prop(into)] refusals: Signal<Vec<Refused>>,
) -> impl IntoView {
    let Chosen { password, again } = chosen;
    let rule = |met: Signal<bool>, words: Text| {
        view! { <li class:kept=met>{move || if met.get() { "✓ " } else { "○ " }} {words}</li> }
    };
    view! {
        <TextField label value=password kind="password" autocomplete="new-password" path="password" refusals required=true />
        <ul class="rules" aria-label=t::invitation_rules>
            {rule(Signal::derive(move || chosen.is_long()), t::invitation_rule_long)}
            {rule(Signal::derive(move || chosen.is_good()), t::invitation_rule_mixed)}
            {rule(Signal::derive(move || chosen.is_same()), t::invitation_rule_same)}
        </ul>
        <TextField label=t::invitation_again value=again kind="password" autocomplete="new-password" path="again" refusals required=true />
    }
}

/// One's own password, folded away until it is to be changed.
#[component]
pub fn OwnPassword(email: String) -> impl IntoView {
    let (current, chosen) = (RwSignal::new(String::new()), Chosen::default());
    let (refusals, busy) = (RwSignal::new(Vec::<Refused>::new()), RwSignal::new(false));
    let said = toasts();
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let wrong = chosen.refused();
        let is_good = wrong.is_empty();
        refusals.set(wrong);
        if !is_good || busy.get_untracked() {
            return;
        }
        busy.set(true);
        let (old, new) = (current.get_untracked(), chosen.password.get_untracked());
        spawn_local(async move {
            let done = session::change_password(&old, &new).await;
            let _ = busy.try_set(false);
            match done {
                Ok(()) => {
                    said.say(t::password_changed());
                    let _ = current.try_set(String::new());
                    chosen.forget();
                }
                // The new one has passed the same rules here.
                Err(failure) if failure.kind == FailureKind::Refused => {
                    let _ = refusals.try_set(vec![refuse("current", t::password_wrong())]);
                }
                Err(failure) => said.say(failure.kind.title()),
            }
        });
    };
    view! {
        <details class="own-password">
            <summary>{t::password_change}</summary>
            <form class="form narrow" on:submit=submit>
                <input type="email" class="visually-hidden" autocomplete="username" tabindex="-1" aria-hidden="true" readonly prop:value=email />
                <TextField label=t::password_current value=current kind="password" autocomplete="current-password" path="current" refusals required=true />
                <ChosenFields label=t::password_new chosen refusals />
                <p class="muted small">{t::password_others}</p>
                <div class="form-foot"><Button text=t::password_change look=Look::Primary submit=true busy /></div>
            </form>
        </details>
    }
}
