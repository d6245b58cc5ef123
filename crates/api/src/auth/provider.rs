//! The outside provider (OpenID Connect) through which people may sign in: where it is, whom it says somebody is, and
//! whether that is to be believed. Which account that opens is the store's.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use domain::Mint;
use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreClientAuthMethod, CoreJwsSigningAlgorithm, CoreProviderMetadata,
    CoreTokenResponse,
};
use openidconnect::{
    AuthType, AuthorizationCode, ClaimsVerificationError, ClientId, ClientSecret, CsrfToken,
    EndpointMaybeSet, EndpointNotSet, EndpointSet, IssuerUrl, Nonce, PkceCodeChallenge, PkceCodeVerifier,
    RedirectUrl, RequestTokenError, Scope, TokenResponse,
};
use sha2::{Digest, Sha256};
use std::sync::Arc;
use std::time::Duration;
use store::Identity;
use tokio::sync::Mutex;
use url::Url;

use crate::config::OidcSettings;

/// Where the provider sends people back to: a page of the application, which asks us on.
const BACK: &str = "/connexion/fournisseur";
/// How long an answer of the provider's may take.
const WHOLE: Duration = Duration::from_secs(10);
const CONNECT: Duration = Duration::from_secs(5);
/// How long what it says of itself and its keys is good.
const KNOWN: TimeDelta = TimeDelta::hours(1);
/// A provider that did not answer is left alone for so long: those who wait in line do not wait for each other's turn.
const REST: TimeDelta = TimeDelta::seconds(5);

/// Signatures that only the provider can make.
const SIGNED: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

type Client = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// The provider.
pub struct Provider {
    issuer: IssuerUrl,
    client_id: ClientId,
    client_secret: Option<ClientSecret>,
    back: RedirectUrl,
    name: String,
    http: reqwest::Client,
    known: Mutex<Known>,
}

/// What the provider said of itself, and when it was last asked.
#[derive(Default)]
struct Known {
    metadata: Option<Arc<CoreProviderMetadata>>,
    asked_at: Option<DateTime<Utc>>,
}

/// Why it is not known who somebody is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Not {
    /// The provider does not answer.
    Away,
    /// What it, or somebody in its place, answered is not to be believed.
    Believed,
    /// It does not vouch for the mail address.
    Verified,
}

/// What one try is held together by, all of it made of the secret that only the browser has.
pub struct Secrets {
    /// By which the provider's answer is known to be one to this browser.
    pub state: String,
    nonce: String,
    verifier: String,
}

impl Secrets {
    /// Of a try's token.
    #[must_use]
    pub fn of(token: &str) -> Self {
        let part = |what: &str| BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(format!("{what} {token}")));
        Self {
            state: part("state"),
            nonce: part("nonce"),
            verifier: part("verifier"),
        }
    }
}

impl Provider {
    /// As it is set. Nothing is asked yet.
    ///
    /// # Errors
    /// The TLS library does not start; an address that is none.
    pub fn new(settings: OidcSettings, public_url: &Url) -> Result<Self, Box<dyn std::error::Error>> {
        let OidcSettings {
            issuer,
            client_id,
            client_secret,
            name,
        } = settings;
        let http = reqwest::Client::builder()
            .user_agent(concat!("ChantiersCommuns/", env!("CARGO_PKG_VERSION")))
            // An answer that leads elsewhere is not the provider's.
            .redirect(reqwest::redirect::Policy::none())
            .timeout(WHOLE)
            .connect_timeout(CONNECT)
            .build()?;
        Ok(Self {
            issuer: IssuerUrl::new(issuer)?,
            client_id: ClientId::new(client_id),
            client_secret: client_secret.map(ClientSecret::new),
            back: RedirectUrl::from_url(public_url.join(BACK)?),
            name,
            http,
            known: Mutex::default(),
        })
    }

    /// What people call it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where somebody signs in.
    ///
    /// # Errors
    /// The provider does not answer.
    pub async fn address(&self, secrets: &Secrets, mint: &dyn Mint) -> Result<Url, Not> {
        let client = self.client(mint, false).await?;
        let challenge =
            PkceCodeChallenge::from_code_verifier_sha256(&PkceCodeVerifier::new(secrets.verifier.clone()));
        let (state, nonce) = (secrets.state.clone(), secrets.nonce.clone());
        let (address, ..) = client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                move || CsrfToken::new(state.clone()),
                move || Nonce::new(nonce.clone()),
            )
            .add_scope(Scope::new("email".to_owned()))
            .set_pkce_challenge(challenge)
            .url();
        Ok(address)
    }

    /// Who came back with this code, as the provider says.
    ///
    /// # Errors
    /// Why that is not known.
    pub async fn identify(&self, code: &str, secrets: &Secrets, mint: &dyn Mint) -> Result<Identity, Not> {
        let client = self.client(mint, false).await?;
        let answer = self.exchange(&client, code, secrets).await?;
        match self.believed(&client, &answer, secrets, mint) {
            // Signed with a key that was not there when its keys were looked at.
            Err(Doubt::Signature(_)) => {
                let client = self.client(mint, true).await?;
                self.believed(&client, &answer, secrets, mint)
            }
            told => told,
        }
        .map_err(|doubt| match doubt {
            Doubt::Signature(why) | Doubt::Other(why) => {
                tracing::warn!(why, "what the sign-in provider says is not to be believed");
                Not::Believed
            }
            Doubt::Unverified => Not::Verified,
        })
    }

    async fn exchange(
        &self,
        client: &Client,
        code: &str,
        secrets: &Secrets,
    ) -> Result<CoreTokenResponse, Not> {
        let request = client
            .exchange_code(AuthorizationCode::new(code.to_owned()))
            .map_err(|error| {
                tracing::error!(%error, "the sign-in provider has no token endpoint");
                Not::Away
            })?;
        let request = request.set_pkce_verifier(PkceCodeVerifier::new(secrets.verifier.clone()));
        request
            .request_async(&self.http)
            .await
            .map_err(|error| match error {
                // Its code for it holds nothing of the person: `invalid_grant`, `invalid_client`.
                RequestTokenError::ServerResponse(said) => {
                    tracing::warn!(why = %said.error(), "the sign-in provider gives no token");
                    Not::Believed
                }
                RequestTokenError::Request(_)
                | RequestTokenError::Parse(..)
                | RequestTokenError::Other(_) => {
                    tracing::warn!(
                        "the sign-in provider does not answer as it should where tokens are asked for"
                    );
                    Not::Away
                }
            })
    }

    /// Whom the provider says it is, where it is signed by it, for us, for this try, in time, and the address is verified.
    fn believed(
        &self,
        client: &Client,
        answer: &CoreTokenResponse,
        secrets: &Secrets,
        mint: &dyn Mint,
    ) -> Result<Identity, Doubt> {
        let token = answer
            .id_token()
            .ok_or_else(|| Doubt::Other("there is no ID token".to_owned()))?;
        let now = mint.now();
        let verifier = client
            .id_token_verifier()
            .set_allowed_algs(SIGNED)
            .set_time_fn(|| now);
        let nonce = Nonce::new(secrets.nonce.clone());
        let claims = token.claims(&verifier, &nonce).map_err(|error| {
            let why = error.to_string();
            if matches!(error, ClaimsVerificationError::SignatureVerification(_)) {
                Doubt::Signature(why)
            } else {
                Doubt::Other(why)
            }
        })?;
        let email = claims.email().filter(|_| claims.email_verified() == Some(true));
        let email = email.ok_or(Doubt::Unverified)?;
        Ok(Identity {
            issuer: self.issuer.to_string(),
            subject: claims.subject().to_string(),
            email: email.to_string(),
        })
    }

    /// We, as the provider knows us, with its keys: as they were not long ago, or as they are now.
    async fn client(&self, mint: &dyn Mint, anew: bool) -> Result<Client, Not> {
        let metadata = self.metadata(mint, anew).await?;
        let client = CoreClient::from_provider_metadata(
            (*metadata).clone(),
            self.client_id.clone(),
            self.client_secret.clone(),
        )
        .set_redirect_uri(self.back.clone());
        let taken = metadata.token_endpoint_auth_methods_supported();
        let only_in_body =
            taken.is_some_and(|methods| !methods.contains(&CoreClientAuthMethod::ClientSecretBasic));
        Ok(client.set_auth_type(if only_in_body {
            AuthType::RequestBody
        } else {
            AuthType::BasicAuth
        }))
    }

    /// What the provider says of itself, with its keys; asked now, or not long ago.
    async fn metadata(&self, mint: &dyn Mint, anew: bool) -> Result<Arc<CoreProviderMetadata>, Not> {
        let mut known = self.known.lock().await;
        let now = mint.now();
        let asked_within = |time: TimeDelta| known.asked_at.is_some_and(|at| now < at + time);
        match &known.metadata {
            Some(metadata) if !anew && asked_within(KNOWN) => return Ok(Arc::clone(metadata)),
            None if asked_within(REST) => return Err(Not::Away),
            Some(_) | None => {}
        }
        let found = CoreProviderMetadata::discover_async(self.issuer.clone(), &self.http).await;
        known.asked_at = Some(mint.now());
        match found {
            Ok(metadata) => {
                let metadata = Arc::new(metadata);
                known.metadata = Some(Arc::clone(&metadata));
                Ok(metadata)
            }
            Err(error) => {
                tracing::warn!(%error, "the sign-in provider does not say what it is");
                // What it said before is good still, unless that is what is in doubt.
                known.metadata.clone().filter(|_| !anew).ok_or(Not::Away)
            }
        }
    }
}

/// Why an ID token is not believed.
enum Doubt {
    Signature(String),
    Unverified,
    Other(String),
}
