//! The secret that messages are signed with, shown once when it was made; and the keys that stay readable.

use super::moves;
use super::read::{Sheet, WebhookPublicKey};
use crate::format;
use crate::language::t;
use crate::ui::button::Button;
use crate::ui::copy::CopyField;
use crate::ui::dialog::{Confirm, Dialog};
use crate::ui::page::Section;
use crate::ui::toast::toasts;
use leptos::prelude::*;

#[derive(Clone, PartialEq)]
struct Shown {
    webhook: String,
    secret: String,
    /// It took the place of another one.
    is_other: bool,
}

thread_local! {
    /// A secret from when it was made until it was seen. Kept nowhere else.
    static SHOWN: ArcRwSignal<Option<Shown>> = ArcRwSignal::new(None);
}

/// Shows a webhook's secret, this once, on its page.
pub fn show(webhook: &str, secret: String, is_other: bool) {
    let webhook = webhook.to_owned();
    SHOWN.with(|shown| {
        shown.set(Some(Shown {
            webhook,
            secret,
            is_other,
        }));
    });
}

fn shown() -> ArcRwSignal<Option<Shown>> {
    SHOWN.with(Clone::clone)
}

/// The dialog of a secret that was just made.
#[component]
pub fn SecretShown(id: Memo<String>) -> impl IntoView {
    let open = RwSignal::new(false);
    Effect::new(move |_| {
        open.set(shown().with(|it| it.as_ref().is_some_and(|it| it.webhook == id.get())));
    });
    Effect::new(move |before: Option<bool>| {
        let now = open.get();
        if before == Some(true) && !now {
            shown().set(None);
        }
        now
    });
    on_cleanup(|| shown().set(None));
    view! {
        <Dialog open title=t::webhook_secret_title stays=true>
            {move || shown().get_untracked().map(|it| view! {
                <div class="stack">
                    <p>{t::webhook_secret_text}</p>
                    <CopyField label=t::webhook_secret text=it.secret primary=true />
                    {it.is_other.then(|| view! { <p>{t::webhook_secret_other}</p> })}
                    <p class="muted small">{t::webhook_secret_lost}</p>
                    <p><a href="/v1/docs/webhooks.md" rel="external" target="_blank">{t::webhook_docs_verify}</a></p>
                </div>
            })}
        </Dialog>
    }
}

/// What messages are verified with, and the press that gives another secret.
#[component]
pub fn Keys(sheet: Memo<Option<Sheet>>, may_keep: Signal<bool>) -> impl IntoView {
    let keys = Memo::new(move |_| sheet.with(|it| it.as_ref().map(|it| it.keys.clone()).unwrap_or_default()));
    let (asked, busy, said) = (RwSignal::new(false), RwSignal::new(false), toasts());
    let rotate = move |()| {
        if let Some(id) = sheet.with_untracked(|it| it.as_ref().map(|it| it.facts.id.clone())) {
            moves::rotate(id, busy, said);
        }
    };
    view! {
        <Section title=t::webhook_keys note=t::webhook_keys_note>
            <div class="stack">
                <ul class="stack" role="list">{move || keys.get().into_iter().map(key).collect_view()}</ul>
                <p class="muted small">{t::webhook_keys_text}</p>
                {move || may_keep.get().then(|| view! { <div><Button text=t::webhook_rotate busy on_press=move |()| asked.set(true) /></div> })}
            </div>
        </Section>
        <Confirm open=asked title=t::webhook_rotate_title consequence=t::webhook_rotate_text action=t::webhook_rotate_now on_confirm=rotate />
    }
}

fn key(key: WebhookPublicKey) -> impl IntoView {
    let WebhookPublicKey {
        public_key,
        created_at,
        expires_at,
    } = key;
    view! {
        <li class="stack-tight">
            <CopyField label=t::webhook_public_key text=public_key />
            <p class="muted small">
                {move || match expires_at {
                    Some(until) => t::webhook_key_until(format::instant(until)),
                    None => t::webhook_key_since(format::instant(created_at)),
                }}
            </p>
        </li>
    }
}
