//! Who is signed in. The access token lives in this memory and nowhere else; what renews it is a cookie that scripts
//! cannot read. Renewing is done by one tab at a time, as each renewal replaces the cookie.

use crate::api::{self, Method, Told};
use crate::browser;
use crate::ui::state::{Failure, FailureKind};
use domain::Role;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::{Deserialize, Serialize};
use std::cell::RefCell;

/// The person, as the session tells it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Person {
    pub id: String,
    pub name: String,
    pub role: Role,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Session {
    /// Being restored: what depends on it waits.
    Restoring,
    Visitor,
    Signed(Person),
}

#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Opened {
    access_token: String,
    expires_at: String,
    person: Person,
}

/// What follows on the right password.
#[derive(Deserialize)]
#[serde(untagged)]
enum Entered {
    Open(Opened),
    #[serde(rename_all = "camelCase")]
    SecondStep {
        second_step: String,
    },
}

/// Opens the session, or answers by what the second step names this one.
fn enter(entered: Entered) -> Option<String> {
    match entered {
        Entered::Open(opened) => {
            open(opened);
            None
        }
        Entered::SecondStep { second_step } => Some(second_step),
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SecondStep<'a> {
    second_step: &'a str,
    code: &'a str,
}

#[derive(Serialize)]
struct Credentials<'a> {
    email: &'a str,
    password: &'a str,
}

/// Says on this device that a session can be restored; holds no secret.
const HINT: &str = "session";
const ADDRESS: &str = "/v1/session";
/// Renewed this long before it ends.
const AHEAD: f64 = 60_000.0;

thread_local! {
    static SESSION: ArcRwSignal<Session> = ArcRwSignal::new(Session::Restoring);
    static TOKEN: RefCell<Option<(String, f64)>> = const { RefCell::new(None) };
}

/// Follows the session inside a view or an effect.
pub fn session() -> Session {
    SESSION.with(ArcRwSignal::get)
}

pub fn person() -> Option<Person> {
    match session() {
        Session::Signed(person) => Some(person),
        Session::Restoring | Session::Visitor => None,
    }
}

pub(crate) fn token() -> Option<String> {
    TOKEN.with_borrow(|token| token.as_ref().map(|it| it.0.clone()))
}

/// Restores what this device had, once, at start; and follows signing out in another tab.
pub fn start() {
    if browser::kept(HINT).is_none() {
        set(Session::Visitor);
    } else {
        spawn_local(async {
            renew().await;
        });
    }
    let elsewhere = window_event_listener(leptos::ev::storage, |event| {
        if event.key().as_deref() == Some(HINT) && event.new_value().is_none() {
            close();
        }
    });
    on_cleanup(move || elsewhere.remove());
}

/// A wrong address or password is `SignedOut`. Answers by what the second step names this one, where the account wants it.
pub async fn sign_in(email: &str, password: &str) -> Result<Option<String>, Failure> {
    let entered = api::rest(Method::POST, ADDRESS, Some(&Credentials { email, password })).await?;
    Ok(enter(entered))
}

/// The second step: a wrong code is `Refused`, one that comes too late `SignedOut`.
pub async fn take_second_step(second_step: &str, code: &str) -> Result<(), Failure> {
    let address = "/v1/session/second-step";
    let opened: Opened = api::rest(Method::POST, address, Some(&SecondStep { second_step, code })).await?;
    open(opened);
    Ok(())
}

/// Which outside provider there is.
#[derive(Deserialize)]
struct Offered {
    name: Option<String>,
}

#[derive(Deserialize)]
struct SetOut {
    address: String,
}

#[derive(Serialize)]
struct Return<'a> {
    code: &'a str,
    state: &'a str,
}

const PROVIDER: &str = "/v1/session/provider";

/// What the outside provider is called through which one may sign in too; nothing where there is none.
pub async fn provider() -> Option<String> {
    let offered: Result<Offered, Failure> = api::rest(Method::GET, PROVIDER, None::<&()>).await;
    offered.ok()?.name
}

/// Where one signs in at the provider.
pub async fn set_out() -> Result<String, Told> {
    let out: SetOut = api::rest_told(Method::POST, PROVIDER, None::<&()>).await?;
    Ok(out.address)
}

/// Signs in with what the provider sent back; answers by what the second step names this one, where the account wants it.
pub async fn come_back(code: &str, state: &str) -> Result<Option<String>, Told> {
    let entered = api::rest_told(Method::PUT, PROVIDER, Some(&Return { code, state })).await?;
    Ok(enter(entered))
}

#[derive(Serialize)]
struct Chosen<'a> {
    password: &'a str,
}

/// Takes up an invitation with the password that was chosen; false where signing in, with the second step, must follow. A
/// used link is `NotFound`.
pub async fn accept(token: &str, password: &str) -> Result<bool, Failure> {
    let address = format!("/v1/invitations/{token}");
    let entered = api::rest(Method::POST, &address, Some(&Chosen { password })).await?;
    Ok(enter(entered).is_none())
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PasswordChange<'a> {
    current_password: &'a str,
    new_password: &'a str,
}

/// Changes one's own password; one's other sessions end. A wrong present one is `Refused`.
pub async fn change_password(current: &str, new: &str) -> Result<(), Failure> {
    let change = PasswordChange {
        current_password: current,
        new_password: new,
    };
    let send = || api::rest(Method::PUT, "/v1/session/password", Some(&change));
    let opened: Opened = match send().await {
        Err(Failure {
            kind: FailureKind::SignedOut,
            ..
        }) if renew().await => send().await?,
        other => other?,
    };
    open(opened);
    Ok(())
}

/// The person changed their own name.
pub fn rename(name: &str) {
    SESSION.with(|session| {
        session.update(|session| {
            if let Session::Signed(person) = session {
                name.clone_into(&mut person.name);
            }
        });
    });
}

pub async fn sign_out() -> Result<(), Failure> {
    let done: Result<serde::de::IgnoredAny, Failure> = api::rest(Method::DELETE, ADDRESS, None::<&()>).await;
    match done {
        // Already ended on the server: ended here as well.
        Ok(_)
        | Err(Failure {
            kind: FailureKind::SignedOut,
            ..
        }) => {
            close();
            Ok(())
        }
        Err(failure) => Err(failure),
    }
}

/// A new access token by the cookie; false when there is no session any more. A lost network leaves all as it was.
pub async fn renew() -> bool {
    let before = token();
    browser::alone("session", async move {
        // Another waited for the same and has it already.
        if token() != before {
            return;
        }
        let renewed: Result<Opened, Failure> = api::rest(Method::PUT, ADDRESS, None::<&()>).await;
        match renewed {
            Ok(opened) => open(opened),
            Err(Failure {
                kind: FailureKind::Network | FailureKind::Timeout | FailureKind::Busy | FailureKind::Internal,
                ..
            }) => {
                if SESSION.with(ArcRwSignal::get_untracked) == Session::Restoring {
                    set(Session::Visitor);
                }
            }
            Err(_) => close(),
        }
    })
    .await;
    token().is_some()
}

fn open(opened: Opened) {
    let ends = chrono::DateTime::parse_from_rfc3339(&opened.expires_at)
        .map_or(0.0, |it| as_float(it.timestamp_millis()));
    TOKEN.set(Some((opened.access_token, ends)));
    browser::keep(HINT, "1");
    set(Session::Signed(opened.person));
    spawn_local(async move {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "clamped to a sensible wait"
        )]
        let wait = (ends - browser::now() - AHEAD).clamp(5_000.0, 86_400_000.0) as u32;
        browser::wait(wait).await;
        let still_this_one =
            TOKEN.with_borrow(|token| token.as_ref().is_some_and(|it| it.1.to_bits() == ends.to_bits()));
        if still_this_one {
            renew().await;
        }
    });
}

fn close() {
    TOKEN.set(None);
    browser::forget(HINT);
    set(Session::Visitor);
}

fn set(session: Session) {
    SESSION.with(|signal| {
        if signal.with_untracked(|now| *now != session) {
            api::forget_all();
            signal.set(session);
        }
    });
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 fit a double")]
const fn as_float(milliseconds: i64) -> f64 {
    milliseconds as f64
}
