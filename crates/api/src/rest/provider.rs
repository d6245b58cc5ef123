//! Signing in through an outside provider (OpenID Connect): which one there is, setting out, and coming back. What follows
//! is the same as with a password: the same session, the same second step.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{AppendHeaders, IntoResponse, Response};
use axum_extra::extract::CookieJar;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use domain::PersonId;
use store::Identified;
use url::Url;

use super::second_step::SecondStepWanted;
use super::session::{SignedIn, cookie, open};
use crate::auth::{Not, Provider, Secrets};
use crate::problem::{Code, Fault, Problem, Sentence};
use crate::server::{App, Reader, Sent, from_our_own_page};

/// Where these routes are.
pub(crate) const PATH: &str = "/v1/session/provider";
const COOKIE: &str = "chantiers_provider";
/// When a provider that is away is asked again, in seconds.
const AWAY: u64 = 60;

const DOWN: Sentence = [
    "Le service de connexion ne répond pas pour le moment : réessayez dans quelques minutes, ou connectez-vous avec votre mot de passe.",
    "De aanmelddienst antwoordt op dit ogenblik niet: probeer over enkele minuten opnieuw, of meld u aan met uw wachtwoord.",
    "Der Anmeldedienst antwortet zurzeit nicht: Versuchen Sie es in einigen Minuten erneut, oder melden Sie sich mit Ihrem Passwort an.",
    "The sign-in service does not answer at the moment: try again in a few minutes, or sign in with your password.",
];
const OVER: Sentence = [
    "Cette connexion a pris trop de temps ou a déjà servi : recommencez.",
    "Deze aanmelding duurde te lang of werd al gebruikt: begin opnieuw.",
    "Diese Anmeldung hat zu lange gedauert oder wurde schon benutzt: Beginnen Sie von vorn.",
    "This sign-in took too long or was used already: begin again.",
];
const NOT_BELIEVED: Sentence = [
    "La réponse du service de connexion n'a pas pu être vérifiée : recommencez, ou connectez-vous avec votre mot de passe. Si cela revient, prévenez la cellule.",
    "Het antwoord van de aanmelddienst kon niet nagegaan worden: begin opnieuw, of meld u aan met uw wachtwoord. Verwittig de cel als het terugkomt.",
    "Die Antwort des Anmeldedienstes konnte nicht geprüft werden: Beginnen Sie von vorn, oder melden Sie sich mit Ihrem Passwort an. Verständigen Sie die Zelle, wenn es wiederkommt.",
    "What the sign-in service answered could not be verified: begin again, or sign in with your password. Should it come back, tell the cell.",
];
const NOT_VERIFIED: Sentence = [
    "Le service de connexion ne garantit pas votre adresse électronique : faites-la vérifier auprès de lui, ou connectez-vous avec votre mot de passe.",
    "De aanmelddienst staat niet in voor uw e-mailadres: laat het daar nagaan, of meld u aan met uw wachtwoord.",
    "Der Anmeldedienst bürgt nicht für Ihre E-Mail-Adresse: Lassen Sie sie dort bestätigen, oder melden Sie sich mit Ihrem Passwort an.",
    "The sign-in service does not vouch for your e-mail address: have it verified there, or sign in with your password.",
];
const NOBODY: Sentence = [
    "Aucun compte en usage n'a l'adresse que donne le service de connexion : demandez une invitation à cette adresse à la cellule, ou acceptez d'abord celle que vous avez reçue.",
    "Geen account in gebruik heeft het adres dat de aanmelddienst geeft: vraag de cel een uitnodiging op dat adres, of aanvaard eerst die welke u kreeg.",
    "Kein benutztes Konto hat die Adresse, die der Anmeldedienst nennt: Bitten Sie die Zelle um eine Einladung an diese Adresse, oder nehmen Sie zuerst die an, die Sie bekommen haben.",
    "No account in use has the address that the sign-in service gives: ask the cell for an invitation to that address, or take up the one you have received first.",
];
const ANOTHER: Sentence = [
    "Votre compte est lié à une autre identité auprès du service de connexion : connectez-vous avec votre mot de passe, ou demandez à la cellule de défaire ce lien.",
    "Uw account is verbonden met een andere identiteit bij de aanmelddienst: meld u aan met uw wachtwoord, of vraag de cel om die band te verbreken.",
    "Ihr Konto ist mit einer anderen Identität beim Anmeldedienst verbunden: Melden Sie sich mit Ihrem Passwort an, oder bitten Sie die Zelle, diese Verbindung zu lösen.",
    "Your account is bound to another identity at the sign-in service: sign in with your password, or ask the cell to undo that.",
];

/// Which outside provider there is.
#[derive(serde::Serialize, utoipa::ToSchema)]
pub struct ProviderOffered {
    /// What people call it; null where there is none.
    #[schema(example = "Région wallonne")]
    name: Option<String>,
}

/// Where to go to sign in.
#[derive(serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProviderAddress {
    /// The provider's page: the browser goes there, and comes back to `/connexion/fournisseur` with `code` and `state`.
    #[schema(value_type = String, example = "https://connexion.exemple.be/authorize?…")]
    address: Url,
    /// Until when one may come back.
    expires_at: DateTime<Utc>,
}

/// With what the browser came back.
#[derive(serde::Deserialize, utoipa::ToSchema)]
pub struct ProviderReturn {
    /// `code`, as it stood in the address.
    code: String,
    /// `state`, as it stood in the address.
    state: String,
}

fn set(app: &App) -> Result<&Provider, Fault> {
    app.provider.as_ref().ok_or_else(|| Fault::new(Code::NotFound))
}

/// Whoever sets out is counted as a try of this token; who arrives is forgotten.
fn counted(token: &str) -> String {
    format!("provider {token}")
}

/// Through whom one may sign in
///
/// The outside provider (OpenID Connect), where the host has set one.
#[utoipa::path(
    get,
    path = "/v1/session/provider",
    tag = "Session",
    responses((status = 200, description = "Its name, or none.", body = ProviderOffered))
)]
pub(crate) async fn offered(State(app): State<Arc<App>>) -> impl IntoResponse {
    let name = app.provider.as_ref().map(|provider| provider.name().to_owned());
    ([(CACHE_CONTROL, "no-cache")], Json(ProviderOffered { name }))
}

/// Set out to sign in through the provider
///
/// Answers the provider's page, and sets the cookie `chantiers_provider`, without which nobody comes back. Good once and for
/// ten minutes; fifty tries within ten minutes from one address, and further ones must wait.
#[utoipa::path(
    post,
    path = "/v1/session/provider",
    tag = "Session",
    responses(
        (status = 200, description = "Where to go.", body = ProviderAddress),
        (status = 403, description = "Asked by another site's page.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is no provider.", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "Too many tries: Retry-After says when to go on.", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "The provider does not answer: Retry-After says when to try again.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn begin(
    State(app): State<Arc<App>>,
    reader: Reader,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    from_our_own_page(&headers, &app.site)?;
    let provider = set(&app)?;
    let mint = app.store.mint();
    let token = BASE64_URL_SAFE_NO_PAD.encode(mint.secret());
    app.throttle
        .attempt(reader.address, &counted(&token), mint.now())?;
    let address = provider.address(&Secrets::of(&token), mint).await.map_err(why)?;
    let expires_at = app.store.begin_provider_try(&token).await?;
    let seconds = (expires_at - mint.now()).num_seconds().max(0);
    let headers = AppendHeaders([
        (SET_COOKIE, cookie(&app, COOKIE, PATH, &token, seconds)?),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ]);
    Ok((headers, Json(ProviderAddress { address, expires_at })).into_response())
}

/// Come back from the provider
///
/// Signs in the person whose account is bound to who the provider says it is. The first time that is the account in use with
/// the address that the provider has verified; from then on the address does not matter. An account is never made, and what
/// somebody may do stands in their account.
#[utoipa::path(
    put,
    path = "/v1/session/provider",
    tag = "Session",
    params(("chantiers_provider" = String, Cookie, description = "Set when setting out.")),
    request_body = ProviderReturn,
    responses(
        (status = 200, description = "Signed in.", body = SignedIn),
        (status = 202, description = "The account wants the second step: POST /v1/session/second-step.", body = SecondStepWanted),
        (status = 401, description = "Too late, used already, not to be believed, an address that is not verified, or nobody's: the detail says what to do.", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "Asked by another site's page.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is no provider.", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "The provider does not answer: Retry-After says when to try again.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn finish(
    State(app): State<Arc<App>>,
    reader: Reader,
    headers: HeaderMap,
    cookies: CookieJar,
    Sent(sent): Sent<ProviderReturn>,
) -> Result<Response, Fault> {
    from_our_own_page(&headers, &app.site)?;
    let provider = set(&app)?;
    let over = || Fault::new(Code::Unauthenticated).because(OVER);
    let token = cookies.get(COOKIE).ok_or_else(over)?.value().to_owned();
    let secrets = Secrets::of(&token);
    // Somebody else's state does not use up this browser's try.
    if sent.state != secrets.state || !app.store.use_provider_try(&token).await? {
        return Err(over());
    }
    let origin = reader.origin.through(provider.name());
    let refuse = async |person: Option<PersonId>, sentence: Sentence| -> Result<Response, Fault> {
        app.store.note_refused(person, &origin).await?;
        Err(Fault::new(Code::Unauthenticated).because(sentence))
    };
    let identity = match provider.identify(&sent.code, &secrets, app.store.mint()).await {
        Ok(identity) => identity,
        Err(not @ Not::Away) => return Err(why(not)),
        Err(Not::Believed) => return refuse(None, NOT_BELIEVED).await,
        Err(Not::Verified) => return refuse(None, NOT_VERIFIED).await,
    };
    match app.store.identify(&identity, &origin).await? {
        Identified::Nobody => refuse(None, NOBODY).await,
        Identified::Another(person) => refuse(Some(person), ANOTHER).await,
        Identified::Person(person) => {
            app.throttle.forget(reader.address, &counted(&token));
            let mut answer = open(&app, *person, &origin).await?;
            let gone = cookie(&app, COOKIE, PATH, "", 0)?;
            answer.headers_mut().append(SET_COOKIE, gone);
            Ok(answer)
        }
    }
}

/// What is said where nothing can be known.
fn why(not: Not) -> Fault {
    match not {
        Not::Away => Fault::new(Code::Unavailable).because(DOWN).retry_after(AWAY),
        Not::Believed => Fault::new(Code::Unauthenticated).because(NOT_BELIEVED),
        Not::Verified => Fault::new(Code::Unauthenticated).because(NOT_VERIFIED),
    }
}
