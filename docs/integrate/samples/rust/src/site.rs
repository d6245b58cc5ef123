//! Requests with a token that is renewed in time, tried again where that can help.

use std::time::{Duration, Instant};

use reqwest::{Client, Method, RequestBuilder, Response, StatusCode, header};
use serde::Deserialize;

use crate::setting;

/// The server said no, and trying again would not help.
#[derive(Debug)]
pub(crate) struct Refused {
    status: StatusCode,
    problem: Problem,
}

/// What the server says of it (RFC 9457); a token is refused with an `error` (RFC 6749).
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Problem {
    code: String,
    error: String,
    title: String,
    detail: Option<String>,
}

impl Refused {
    pub(crate) fn code(&self) -> &str {
        &self.problem.code
    }
}

impl std::fmt::Display for Refused {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Problem {
            code,
            error,
            title,
            detail,
        } = &self.problem;
        write!(
            formatter,
            "{} {code}{error}: {}",
            self.status.as_u16(),
            detail.as_ref().unwrap_or(title)
        )
    }
}

impl std::error::Error for Refused {}

#[derive(Deserialize)]
struct Token {
    access_token: String,
    expires_in: u64,
}

pub(crate) struct Site {
    client: Client,
    address: String,
    token: Option<(String, Instant)>,
}

impl Site {
    pub(crate) fn from_environment() -> anyhow::Result<Self> {
        Ok(Self {
            client: Client::builder().timeout(Duration::from_secs(90)).build()?,
            address: setting("CHANTIERS_SITE")?.trim_end_matches('/').to_owned(),
            token: None,
        })
    }

    /// The answer to a request; a token that was withdrawn is asked for once more.
    pub(crate) async fn request(
        &mut self,
        method: Method,
        path: &str,
        with: impl Fn(RequestBuilder) -> RequestBuilder,
    ) -> anyhow::Result<Response> {
        let address = format!("{}{path}", self.address);
        let token = self.token().await?;
        let answer = send(with(self.client.request(method.clone(), &address)).bearer_auth(token)).await;
        match answer {
            Err(error)
                if error
                    .downcast_ref()
                    .is_some_and(|refused: &Refused| refused.code() == "UNAUTHENTICATED") =>
            {
                self.token = None;
                let token = self.token().await?;
                send(with(self.client.request(method, &address)).bearer_auth(token)).await
            }
            answer => answer,
        }
    }

    async fn token(&mut self) -> anyhow::Result<String> {
        match &self.token {
            Some((token, good_until)) if Instant::now() + Duration::from_secs(60) < *good_until => {
                Ok(token.clone())
            }
            _ => {
                let form = [
                    ("grant_type", "client_credentials".to_owned()),
                    ("client_id", setting("CHANTIERS_CLIENT")?),
                    ("client_secret", setting("CHANTIERS_SECRET")?),
                ];
                let asked = Instant::now();
                let told: Token = send(
                    self.client
                        .post(format!("{}/oauth/token", self.address))
                        .form(&form),
                )
                .await?
                .json()
                .await?;
                self.token = Some((
                    told.access_token.clone(),
                    asked + Duration::from_secs(told.expires_in),
                ));
                Ok(told.access_token)
            }
        }
    }
}

/// Busy, restarting and unreachable servers are asked again, later each time, or when they say.
async fn send(request: RequestBuilder) -> anyhow::Result<Response> {
    for attempt in 0..8 {
        let again = request.try_clone().expect("its body is text");
        let mut wait = Duration::from_secs(60.min(1 << attempt));
        if let Ok(answer) = again.send().await {
            let status = answer.status();
            if status.is_success() {
                return Ok(answer);
            }
            if ![429, 502, 503, 504].contains(&status.as_u16()) {
                let problem = answer.json().await.unwrap_or_default();
                return Err(Refused { status, problem }.into());
            }
            let told = answer.headers().get(header::RETRY_AFTER);
            if let Some(seconds) = told.and_then(|value| value.to_str().ok()?.parse().ok()) {
                wait = Duration::from_secs(seconds);
            }
        }
        tokio::time::sleep(wait).await;
    }
    anyhow::bail!("the server does not answer")
}
