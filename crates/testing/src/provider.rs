//! An OpenID Connect provider for tests: discovery, keys, authorization with PKCE, codes that are good once, ID tokens signed
//! with EdDSA. It checks what is asked of it as a real one does, and answers wrongly where a test says so.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::{Form, Query, State};
use axum::http::header::{AUTHORIZATION, CONNECTION, LOCATION};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::map_response;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use ed25519_dalek::SigningKey;
use ed25519_dalek::pkcs8::EncodePrivateKey as _;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use url::Url;

/// What the server is called there.
const CLIENT: &str = "chantiers";
/// Its secret, with signs that must be encoded.
const SECRET: &str = "un secret: à lui";

/// A provider of a test's own.
#[derive(Debug)]
pub struct Provider {
    port: u16,
    shared: Arc<Mutex<Shared>>,
    serving: JoinHandle<()>,
}

/// Who is signed in at the provider.
#[derive(Clone, Debug)]
struct Somebody {
    /// What the provider calls them.
    subject: String,
    email: String,
    email_verified: bool,
}

/// What is wrong with the ID tokens that the provider gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spoilt {
    /// It is for another try.
    Nonce,
    /// It is over.
    Expired,
    /// It is for somebody else's server.
    Audience,
    /// It is for ours and somebody else's.
    Audiences,
    /// Another provider's name is on it.
    Issuer,
    /// It is signed with a key that is not published.
    Key,
    /// It is not signed.
    Unsigned,
    /// It is signed with the client's secret in place of a key.
    Secret,
    /// There is none.
    Missing,
}

#[derive(Debug, Default)]
struct Shared {
    somebody: Option<Somebody>,
    spoilt: Option<Spoilt>,
    /// Which key signs; only that one is published.
    key: u8,
    codes: HashMap<String, Granted>,
    given: u32,
}

/// What a code stands for.
#[derive(Debug)]
struct Granted {
    somebody: Somebody,
    nonce: String,
    challenge: String,
    back: String,
}

type Here = (String, Arc<Mutex<Shared>>);

fn lock(shared: &Mutex<Shared>) -> MutexGuard<'_, Shared> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

fn key(number: u8) -> SigningKey {
    SigningKey::from_bytes(&[number.wrapping_add(1); 32])
}

async fn serve(port: u16, shared: Arc<Mutex<Shared>>) -> (u16, JoinHandle<()>) {
    let listener = TcpListener::bind(("127.0.0.1", port))
        .await
        .expect("the port is free");
    let port = listener
        .local_addr()
        .expect("a bound socket has an address")
        .port();
    let app = Router::new()
        .route("/.well-known/openid-configuration", get(configuration))
        .route("/keys", get(keys))
        .route("/authorize", get(authorize))
        .route("/token", post(token))
        .layer(map_response(close))
        .with_state((issuer_at(port), shared));
    let serving = tokio::spawn(async move {
        axum::serve(listener, app).await.expect("the provider serves");
    });
    (port, serving)
}

/// Nobody keeps a connection: once it is stopped, it does not answer on one that is still open.
async fn close(mut response: Response) -> Response {
    response
        .headers_mut()
        .insert(CONNECTION, HeaderValue::from_static("close"));
    response
}

fn issuer_at(port: u16) -> String {
    format!("http://127.0.0.1:{port}")
}

impl Provider {
    /// Opens one on a free port. Nobody is signed in there.
    pub async fn open() -> Self {
        let shared = Arc::new(Mutex::new(Shared::default()));
        let (port, serving) = serve(0, Arc::clone(&shared)).await;
        Self {
            port,
            shared,
            serving,
        }
    }

    /// The settings of a server that people sign in to through it.
    #[must_use]
    pub fn settings(&self) -> Vec<(&'static str, String)> {
        vec![
            ("CHANTIERS_OIDC_ISSUER", issuer_at(self.port)),
            ("CHANTIERS_OIDC_CLIENT_ID", CLIENT.to_owned()),
            ("CHANTIERS_OIDC_CLIENT_SECRET", SECRET.to_owned()),
            ("CHANTIERS_OIDC_NAME", "La Région".to_owned()),
        ]
    }

    /// Somebody signs in at the provider.
    pub fn sign_in(&self, subject: &str, email: &str, email_verified: bool) {
        lock(&self.shared).somebody = Some(Somebody {
            subject: subject.to_owned(),
            email: email.to_owned(),
            email_verified,
        });
    }

    /// From now on its ID tokens are wrong in this way; or right again.
    pub fn spoil(&self, spoilt: Option<Spoilt>) {
        lock(&self.shared).spoilt = spoilt;
    }

    /// Another key signs from now on, and only that one is published.
    pub fn rotate(&self) {
        lock(&self.shared).key += 1;
    }

    /// It does not answer any more.
    pub async fn stop(&mut self) {
        self.serving.abort();
        // Once it is gone, its port is free.
        drop((&mut self.serving).await);
    }

    /// It answers again.
    pub async fn start(&mut self) {
        let (_, serving) = serve(self.port, Arc::clone(&self.shared)).await;
        self.serving = serving;
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn configuration(State((issuer, _)): State<Here>) -> Json<Value> {
    Json(json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "jwks_uri": format!("{issuer}/keys"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["EdDSA", "HS256", "none"],
    }))
}

async fn keys(State((_, shared)): State<Here>) -> Json<Value> {
    let number = lock(&shared).key;
    let public = BASE64_URL_SAFE_NO_PAD.encode(key(number).verifying_key().as_bytes());
    let key = json!({"kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig", "kid": format!("k{number}"), "x": public});
    Json(json!({"keys": [key]}))
}

/// Whoever is signed in goes back with a code; nobody goes back with an error.
async fn authorize(
    State((_, shared)): State<Here>,
    Query(asked): Query<HashMap<String, String>>,
) -> Response {
    let of = |name: &str| asked.get(name).cloned().unwrap_or_default();
    let is_right = of("response_type") == "code"
        && of("client_id") == CLIENT
        && of("scope").split(' ').any(|scope| scope == "openid")
        && of("code_challenge_method") == "S256";
    let Some(mut back) = Url::parse(&of("redirect_uri")).ok().filter(|_| is_right) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let mut shared = lock(&shared);
    shared.given += 1;
    let code = format!("code-{}", shared.given);
    match shared.somebody.clone() {
        Some(somebody) => {
            let granted = Granted {
                somebody,
                nonce: of("nonce"),
                challenge: of("code_challenge"),
                back: back.to_string(),
            };
            shared.codes.insert(code.clone(), granted);
            back.query_pairs_mut().append_pair("code", &code);
        }
        None => {
            back.query_pairs_mut().append_pair("error", "access_denied");
        }
    }
    back.query_pairs_mut().append_pair("state", &of("state"));
    (StatusCode::SEE_OTHER, [(LOCATION, back.to_string())]).into_response()
}

fn refuse(error: &str) -> Response {
    (StatusCode::BAD_REQUEST, Json(json!({"error": error}))).into_response()
}

/// Whether it is our client with its secret, each encoded as in a form.
fn is_client(headers: &HeaderMap) -> bool {
    let encoded = |text: &str| -> String { url::form_urlencoded::byte_serialize(text.as_bytes()).collect() };
    let right = BASE64_STANDARD.encode(format!("{}:{}", encoded(CLIENT), encoded(SECRET)));
    headers
        .get(AUTHORIZATION)
        .is_some_and(|value| value.as_bytes() == format!("Basic {right}").as_bytes())
}

async fn token(
    State((issuer, shared)): State<Here>,
    headers: HeaderMap,
    Form(asked): Form<HashMap<String, String>>,
) -> Response {
    let of = |name: &str| asked.get(name).cloned().unwrap_or_default();
    if !is_client(&headers) {
        return refuse("invalid_client");
    }
    let mut shared = lock(&shared);
    // Good once.
    let Some(granted) = shared.codes.remove(&of("code")) else {
        return refuse("invalid_grant");
    };
    let proven = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(of("code_verifier")));
    if of("grant_type") != "authorization_code"
        || of("redirect_uri") != granted.back
        || proven != granted.challenge
    {
        return refuse("invalid_grant");
    }
    let mut answer = json!({"access_token": "rien", "token_type": "Bearer", "expires_in": 60});
    if shared.spoilt != Some(Spoilt::Missing) {
        answer["id_token"] = json!(id_token(&issuer, &granted, shared.key, shared.spoilt));
    }
    Json(answer).into_response()
}

#[expect(clippy::disallowed_methods, reason = "the provider is a clock of its own")]
fn now() -> i64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    i64::try_from(now.expect("it is after 1970").as_secs()).expect("seconds fit for long")
}

fn id_token(issuer: &str, granted: &Granted, number: u8, spoilt: Option<Spoilt>) -> String {
    let is = |wrong: Spoilt| spoilt == Some(wrong);
    let issued = if is(Spoilt::Expired) { now() - 3_600 } else { now() };
    let claims = json!({
        "iss": if is(Spoilt::Issuer) { "http://127.0.0.1:1" } else { issuer },
        "aud": if is(Spoilt::Audience) { json!("autre") } else if is(Spoilt::Audiences) { json!([CLIENT, "autre"]) } else { json!(CLIENT) },
        "sub": granted.somebody.subject,
        "email": granted.somebody.email,
        "email_verified": granted.somebody.email_verified,
        "nonce": if is(Spoilt::Nonce) { "autre" } else { granted.nonce.as_str() },
        "iat": issued,
        "exp": issued + 300,
    });
    if is(Spoilt::Unsigned) {
        let part = |value: Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
        return format!("{}.{}.", part(json!({"alg": "none"})), part(claims));
    }
    let (algorithm, signing) = if is(Spoilt::Secret) {
        (Algorithm::HS256, EncodingKey::from_secret(SECRET.as_bytes()))
    } else {
        let signing = key(if is(Spoilt::Key) { 200 } else { number });
        let written = signing
            .to_pkcs8_der()
            .expect("a key of 32 bytes is always written");
        (Algorithm::EdDSA, EncodingKey::from_ed_der(written.as_bytes()))
    };
    let header = Header {
        kid: Some(format!("k{number}")),
        ..Header::new(algorithm)
    };
    jsonwebtoken::encode(&header, &claims, &signing).expect("claims can be signed")
}
