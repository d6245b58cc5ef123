//! A machine's secrets: when each was made, last used, and ends; and another one, shown once.

use super::read::{Row, Secret};
use super::send::{self, ClientSecret};
use super::words;
use crate::api;
use crate::format;
use crate::language::t;
use crate::refusal::refused;
use crate::ui::button::{Button, Look};
use crate::ui::chips::{Course, Status};
use crate::ui::copy::CopyField;
use crate::ui::dialog::Dialog;
use crate::ui::field::SelectField;
use crate::ui::toast::toasts;
use crate::viewer;
use chrono::{DateTime, TimeDelta, Utc};
use domain::OrganisationId;
use domain::client::SECRET_DAYS;
use domain::policy::Action;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// For how many days a secret can be asked for.
const LIVES: [i64; 4] = [30, 90, 180, SECRET_DAYS];
const USUAL: i64 = SECRET_DAYS;

/// A secret as it was just made, and until when the one before it stays good.
#[derive(Clone, PartialEq)]
pub struct New {
    pub client: String,
    pub secret: ClientSecret,
    pub other_until: Option<DateTime<Utc>>,
}

/// Until when a secret is good that is asked for these days; none where it is as long as it can be.
pub fn end(days: &str) -> Option<DateTime<Utc>> {
    let days = days.parse().ok().filter(|days| *days < SECRET_DAYS)?;
    Some(words::now() + TimeDelta::days(days))
}

/// How long a secret is to be good.
#[component]
pub fn Life(days: RwSignal<String>) -> impl IntoView {
    let options = Signal::derive(|| {
        LIVES
            .iter()
            .map(|it| (it.to_string(), t::partner_days(*it)))
            .collect::<Vec<_>>()
    });
    view! { <SelectField label=t::partner_secret_life hint=t::partner_secret_life_hint value=days options required=true path="secretExpiresAt" /> }
}

pub fn usual() -> RwSignal<String> {
    RwSignal::new(USUAL.to_string())
}

/// The dialog of a secret that was just made.
#[component]
pub fn Shown(
    shown: RwSignal<Option<New>>,
    #[prop(optional, into)] on_seen: Option<Callback<()>>,
) -> impl IntoView {
    let open = RwSignal::new(false);
    Effect::new(move |_| {
        if shown.with(Option::is_some) {
            open.set(true);
        }
    });
    Effect::new(move |before: Option<bool>| {
        let now = open.get();
        if before == Some(true) && !now {
            shown.set(None);
            if let Some(seen) = on_seen {
                seen.run(());
            }
        }
        now
    });
    view! {
        <Dialog open title=t::partner_secret_title stays=true>
            {move || shown.get_untracked().map(|it| {
                let New { client, secret: ClientSecret { secret, expires_at }, other_until } = it;
                view! {
                    <div class="stack">
                        <p>{t::partner_secret_text}</p>
                        <p class="muted small">{t::partner_identifier}</p>
                        <CopyField label=t::partner_identifier text=client />
                        <p class="muted small">{t::partner_secret}</p>
                        <CopyField label=t::partner_secret text=secret primary=true />
                        <p>{move || t::partner_secret_until(format::instant_day(expires_at))}</p>
                        {other_until.map(|until| view! { <p>{move || t::partner_secret_other(format::instant(until))}</p> })}
                        <p class="muted small">{t::partner_secret_lost}</p>
                    </div>
                }
            })}
        </Dialog>
    }
}

#[component]
pub fn Secrets(
    row: Memo<Option<Row>>,
    house: Memo<Option<OrganisationId>>,
    shown: RwSignal<Option<New>>,
) -> impl IntoView {
    let secrets =
        Memo::new(move |_| row.with(|it| it.as_ref().map(|it| it.secrets.clone()).unwrap_or_default()));
    let may_keep = move || {
        viewer::may(Action::KeepClientSecrets {
            organisation: house.get(),
        })
    };
    view! {
        <h3>{t::partner_secrets}</h3>
        {move || {
            let secrets = secrets.get();
            if secrets.is_empty() {
                view! { <p class="muted">{t::partner_secrets_none}</p> }.into_any()
            } else {
                view! { <ul class="partner-secrets" role="list">{secrets.into_iter().map(known).collect_view()}</ul> }.into_any()
            }
        }}
        <p class="muted small">{t::partner_secrets_text}</p>
        {move || may_keep().then(|| view! { <Rotate row secrets shown /> })}
    }
}

fn known(secret: Secret) -> impl IntoView {
    let Secret {
        created_at,
        expires_at,
        used_at,
        is_live,
    } = secret;
    let left = (expires_at - words::now()).num_days();
    let course = match (is_live, left < super::read::SOON_DAYS) {
        (false, _) => Course::Stopped,
        (true, true) => Course::Late,
        (true, false) => Course::Going,
    };
    let until = move || {
        let day = format::instant_day(expires_at);
        if is_live {
            t::partner_secret_good(day)
        } else {
            t::partner_secret_over(day)
        }
    };
    let used = move || match used_at {
        Some(at) => t::partner_secret_used(format::instant(at)),
        None => t::partner_secret_unused().to_owned(),
    };
    view! {
        <li>
            <Status course text=until />
            <span class="muted small">{move || t::partner_secret_made(format::instant_day(created_at))} " · " {used}</span>
        </li>
    }
}

/// Another secret: asked for how long, in a box, for it cannot be taken back.
#[component]
fn Rotate(row: Memo<Option<Row>>, secrets: Memo<Vec<Secret>>, shown: RwSignal<Option<New>>) -> impl IntoView {
    let (open, busy, said, days) = (RwSignal::new(false), RwSignal::new(false), toasts(), usual());
    let live = Memo::new(move |_| secrets.with(|it| it.iter().filter(|it| it.is_live).count()));
    let rotate = Callback::new(move |()| {
        let Some(Row { id, .. }) = row.get_untracked() else {
            return;
        };
        let newest = secrets.with_untracked(|it| it.iter().find(|it| it.is_live).map(|it| it.expires_at));
        let until = end(&days.get_untracked());
        busy.set(true);
        spawn_local(async move {
            let answer = send::rotate(id.clone(), until).await;
            let _ = busy.try_set(false);
            match answer {
                Ok(done) => {
                    if let Some(secret) = done.secret {
                        open.set(false);
                        shown.set(Some(New {
                            client: id,
                            secret,
                            other_until: newest,
                        }));
                    }
                    for it in refused(done.user_errors) {
                        said.say(it.message);
                    }
                    api::try_again();
                }
                Err(failure) => said.say(failure.kind.title()),
            }
        });
    });
    let foot = move || {
        view! {
            <Button text=t::action_cancel on_press=move |()| open.set(false) />
            <Button text=t::partner_rotate look=Look::Primary busy on_press=rotate />
        }
    };
    view! {
        <div><Button text=t::partner_rotate on_press=move |()| open.set(true) /></div>
        <Dialog open title=t::partner_rotate_title foot>
            <div class="stack">
                <p>{move || if live.get() > 1 { t::partner_rotate_text_two() } else { t::partner_rotate_text() }}</p>
                <Life days />
            </div>
        </Dialog>
    }
}
