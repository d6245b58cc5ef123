//! Signing in and out, changing one's password, and taking up an invitation. The access token is in the answer, for ten minutes; the refresh
//! token is in a cookie that no script reads, exchanged for a new one at each use.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{AppendHeaders, IntoResponse, Response};
use axum_extra::extract::CookieJar;
use chrono::{DateTime, Utc};
use domain::person::{Person, password_is_good};
use domain::refusal::Invalid;
use domain::security::Origin;
use domain::{OrganisationId, PersonId, Refusal};
use store::{NewSession, Opening, Rotation};

use super::second_step::SecondStepWanted;
use crate::ctx::Caller;
use crate::problem::{Code, Fault, Problem, Sentence};
use crate::server::{App, Path, Reader, Sent, from_our_own_page};

const COOKIE: &str = "chantiers_refresh";
const PATH: &str = "/v1/session";

const WRONG: Sentence = [
    "Adresse ou mot de passe incorrect.",
    "Verkeerd adres of wachtwoord.",
    "Falsche Adresse oder falsches Passwort.",
    "The address or the password is wrong.",
];

/// Who signs in.
#[derive(serde::Deserialize, utoipa::ToSchema)]
pub struct SignIn {
    /// The e-mail address of the account.
    #[schema(example = "prenom.nom@exemple.be")]
    email: String,
    /// The password.
    #[schema(format = Password)]
    password: String,
}

/// The password chosen with an invitation.
#[derive(serde::Deserialize, utoipa::ToSchema)]
pub struct NewPassword {
    /// At least twelve characters, and more than a few repeated.
    #[schema(format = Password, min_length = 12)]
    pub(super) password: String,
}

/// A person's other password.
#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PasswordChange {
    /// The password that the account has now.
    #[schema(format = Password)]
    current_password: String,
    /// At least twelve characters, and more than a few repeated.
    #[schema(format = Password, min_length = 12)]
    new_password: String,
}

/// A session, opened or gone on with.
#[derive(serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SignedIn {
    /// To be sent as `Authorization: Bearer …`; kept in memory, never stored.
    access_token: String,
    /// Until when it is good.
    expires_at: DateTime<Utc>,
    /// Who is signed in.
    person: SignedInPerson,
}

/// Who is signed in.
#[derive(serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SignedInPerson {
    /// Their identifier, the same as in GraphQL.
    #[schema(value_type = String, example = "person_01h455vb4pex5vsknk084sn02q")]
    id: PersonId,
    /// Their name.
    name: String,
    /// Their e-mail address.
    email: String,
    /// What they may do: `MEMBER`, `PARTNER`, `OFFICER`, `EDITOR`, `ADMINISTRATOR`.
    #[schema(value_type = String, example = "EDITOR")]
    role: &'static str,
    /// The language they are written to in: `FR`, `NL`, `DE`, `EN`.
    #[schema(value_type = String, example = "FR")]
    language: &'static str,
    /// The organisation they work for.
    #[schema(value_type = Option<String>, example = "organisation_01h455vb4pex5vsknk084sn02q")]
    organisation_id: Option<OrganisationId>,
}

impl From<Person> for Invited {
    fn from(person: Person) -> Self {
        Self {
            name: person.name,
            email: person.email,
        }
    }
}

impl From<Person> for SignedInPerson {
    fn from(person: Person) -> Self {
        Self {
            id: person.id,
            name: person.name,
            email: person.email,
            role: person.role.word(),
            language: person.language.word(),
            organisation_id: person.organisation_id,
        }
    }
}

/// Whom an invitation is for.
#[derive(serde::Serialize, utoipa::ToSchema)]
pub struct Invited {
    /// Their name.
    name: String,
    /// The e-mail address they will sign in with.
    email: String,
}

/// Sign in
///
/// Sets the cookie `chantiers_refresh`, with which `PUT` goes on when the access token has expired. After ten wrong
/// passwords within ten minutes from one address for one account, or fifty for all accounts, further tries must wait.
#[utoipa::path(
    post,
    path = "/v1/session",
    tag = "Session",
    request_body = SignIn,
    responses(
        (status = 200, description = "Signed in.", body = SignedIn),
        (status = 202, description = "The password is right, and the account wants the second step: POST /v1/session/second-step.", body = SecondStepWanted),
        (status = 401, description = "The address or the password is wrong.", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "Too many tries: Retry-After says when to go on.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn sign_in(
    State(app): State<Arc<App>>,
    reader: Reader,
    Sent(sent): Sent<SignIn>,
) -> Result<Response, Fault> {
    app.throttle
        .attempt(reader.address, &sent.email, app.store.mint().now())?;
    let (person, hash) = app.store.credentials(&sent.email).await?.unzip();
    let right = app.passwords.verify(sent.password, hash).await?;
    let known = person.as_ref().map(|person| person.id);
    match person.filter(|_| right) {
        Some(person) => {
            app.throttle.forget(reader.address, &sent.email);
            open(&app, person, &reader.origin).await
        }
        None => {
            app.store.note_refused(known, &reader.origin).await?;
            Err(Fault::new(Code::Unauthenticated).because(WRONG))
        }
    }
}

/// Go on with a session
///
/// Exchanges the refresh cookie for a new one and answers a new access token. A cookie that was exchanged before
/// closes the whole session: somebody has a copy.
#[utoipa::path(
    put,
    path = "/v1/session",
    tag = "Session",
    params(("chantiers_refresh" = String, Cookie, description = "The refresh token.")),
    responses(
        (status = 200, description = "Still signed in.", body = SignedIn),
        (status = 401, description = "No session, or it has ended.", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "Asked by another site's page.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn go_on(
    State(app): State<Arc<App>>,
    reader: Reader,
    headers: HeaderMap,
    cookies: CookieJar,
) -> Result<Response, Fault> {
    from_our_own_page(&headers, &app.site)?;
    let Some(cookie) = cookies.get(COOKIE) else {
        return Err(Fault::new(Code::Unauthenticated));
    };
    match app.store.rotate_session(cookie.value(), &reader.origin).await? {
        Rotation::Rotated { person, session } => signed_in(&app, *person, &session),
        ended @ (Rotation::Reused | Rotation::Unknown) => {
            if matches!(ended, Rotation::Reused) {
                tracing::warn!("a refresh token was used twice: its session is closed");
            }
            let gone = AppendHeaders([(SET_COOKIE, cookie_header(&app, "", 0)?)]);
            Ok((gone, Fault::new(Code::Unauthenticated)).into_response())
        }
    }
}

/// Sign out
///
/// Closes the session that the refresh cookie belongs to. Its access tokens are void at once.
#[utoipa::path(
    delete,
    path = "/v1/session",
    tag = "Session",
    params(("chantiers_refresh" = Option<String>, Cookie, description = "The refresh token.")),
    responses(
        (status = 204, description = "Signed out."),
        (status = 403, description = "Asked by another site's page.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn sign_out(
    State(app): State<Arc<App>>,
    reader: Reader,
    headers: HeaderMap,
    cookies: CookieJar,
) -> Result<Response, Fault> {
    from_our_own_page(&headers, &app.site)?;
    if let Some(cookie) = cookies.get(COOKIE) {
        app.store.close_session(cookie.value(), &reader.origin).await?;
    }
    let gone = AppendHeaders([(SET_COOKIE, cookie_header(&app, "", 0)?)]);
    Ok((StatusCode::NO_CONTENT, gone).into_response())
}

/// Change one's own password
///
/// Closes every session of the account and opens a new one in their place, for this caller: the answer is that of
/// signing in. Wrong passwords count as they do there. Access tokens already given out
/// are void at once.
#[utoipa::path(
    put,
    path = "/v1/session/password",
    tag = "Session",
    security(("token" = [])),
    request_body = PasswordChange,
    responses(
        (status = 200, description = "Changed, and signed in anew.", body = SignedIn),
        (status = 401, description = "Nobody is signed in.", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "The current password is wrong, or the new one too short or too plain.", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "Too many tries: Retry-After says when to go on.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn change_password(
    State(app): State<Arc<App>>,
    caller: Caller,
    reader: Reader,
    Sent(sent): Sent<PasswordChange>,
) -> Result<Response, Fault> {
    if caller.actor.person().is_none() {
        return Err(Fault::new(Code::Unauthenticated));
    }
    check_new("newPassword", &sent.new_password)?;
    let person = own_password(&app, &caller, &reader, "currentPassword", sent.current_password).await?;
    let hash = app.passwords.hash(sent.new_password, app.store.mint()).await?;
    app.store
        .set_password(&caller.actor, person.id, hash, &reader.origin)
        .await?;
    // Whoever asks has taken every step already.
    let session = app.store.open_session(person.id, &reader.origin).await?;
    signed_in(&app, person, &session)
}

/// The caller, whose password this must be; wrong ones count as they do at signing in.
pub(super) async fn own_password(
    app: &App,
    caller: &Caller,
    reader: &Reader,
    field: &'static str,
    password: String,
) -> Result<Person, Fault> {
    let Some(signed) = caller.actor.person() else {
        return Err(Fault::new(Code::Unauthenticated));
    };
    let person = app.store.get::<Person>(&caller.actor, signed.id).await?;
    app.throttle
        .attempt(reader.address, &person.email, app.store.mint().now())?;
    let hash = app.store.credentials(&person.email).await?.map(|(_, hash)| hash);
    if !app.passwords.verify(password, hash).await? {
        return Err(invalid(field, Invalid::WrongPassword));
    }
    app.throttle.forget(reader.address, &person.email);
    Ok(person)
}

/// Whom an invitation is for
#[utoipa::path(
    get,
    path = "/v1/invitations/{token}",
    tag = "Session",
    params(("token" = String, Path, description = "What stands in the invitation's link.")),
    responses(
        (status = 200, description = "It can be taken up.", body = Invited),
        (status = 410, description = "Used, expired or unknown.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn invitation(
    State(app): State<Arc<App>>,
    Path(token): Path<String>,
) -> Result<impl IntoResponse, Fault> {
    let person = app.store.invited(&token).await?;
    Ok(([(CACHE_CONTROL, "no-store")], Json(Invited::from(person))))
}

/// Take up an invitation
///
/// Sets the password, opens the account and signs in. The link is then void.
#[utoipa::path(
    post,
    path = "/v1/invitations/{token}",
    tag = "Session",
    params(("token" = String, Path, description = "What stands in the invitation's link.")),
    request_body = NewPassword,
    responses(
        (status = 200, description = "Signed in.", body = SignedIn),
        (status = 202, description = "Chosen, and the account wants the second step: POST /v1/session/second-step.", body = SecondStepWanted),
        (status = 410, description = "Used, expired or unknown.", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "The password is too short or too plain.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn accept(
    State(app): State<Arc<App>>,
    Path(token): Path<String>,
    reader: Reader,
    Sent(sent): Sent<NewPassword>,
) -> Result<Response, Fault> {
    check_new("password", &sent.password)?;
    // Before hashing, which costs: a stranger without a link must not make us do it.
    app.store.invited(&token).await?;
    let hash = app.passwords.hash(sent.password, app.store.mint()).await?;
    let person = app.store.accept_invitation(&token, hash, &reader.origin).await?;
    open(&app, person, &reader.origin).await
}

pub(super) fn check_new(field: &str, password: &str) -> Result<(), Fault> {
    if password_is_good(password) {
        Ok(())
    } else {
        Err(invalid(field, Invalid::Password))
    }
}

pub(super) fn invalid(field: &str, why: Invalid) -> Fault {
    Fault::refused(vec![Refusal::Invalid {
        field: field.into(),
        why,
    }])
}

pub(super) async fn open(app: &App, person: Person, origin: &Origin) -> Result<Response, Fault> {
    match app.store.enter(person.id, origin).await? {
        Opening::Session(session) => signed_in(app, person, &session),
        Opening::SecondStep { token, expires_at } => {
            let wanted = SecondStepWanted {
                second_step: token,
                expires_at,
            };
            let headers = [(CACHE_CONTROL, "no-store")];
            Ok((StatusCode::ACCEPTED, headers, Json(wanted)).into_response())
        }
    }
}

pub(super) fn signed_in(app: &App, person: Person, session: &NewSession) -> Result<Response, Fault> {
    let now = app.store.mint().now();
    let access = app.tokens.issue(person.id, session.id, app.store.mint())?;
    let seconds = (session.expires_at - now).num_seconds().max(0);
    let headers = AppendHeaders([
        (SET_COOKIE, cookie_header(app, &session.token, seconds)?),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ]);
    let answer = SignedIn {
        access_token: access.token,
        expires_at: access.expires_at,
        person: person.into(),
    };
    Ok((headers, Json(answer)).into_response())
}

fn cookie_header(app: &App, token: &str, seconds: i64) -> Result<HeaderValue, Fault> {
    cookie(app, COOKIE, PATH, token, seconds)
}

/// A cookie that goes back to these routes only, from our own pages only, and that no script sees.
pub(super) fn cookie(
    app: &App,
    name: &str,
    path: &str,
    value: &str,
    seconds: i64,
) -> Result<HeaderValue, Fault> {
    let secure = if app.site.public_url.scheme() == "https" {
        "; Secure"
    } else {
        ""
    };
    let text = format!("{name}={value}; Path={path}; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}");
    HeaderValue::from_str(&text).map_err(|_| Fault::new(Code::Internal))
}
