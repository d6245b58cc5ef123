//! How one message goes out: over a client that connects to public addresses only, follows no redirection, takes nothing
//! from the environment, and waits and reads for a bounded time and length. Names are checked where they are resolved, so
//! that there is no second resolution that could answer otherwise.

use std::error::Error as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::Mint;
use domain::webhook::{LONGEST_REST, target};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{Client, Response, StatusCode};
use store::{Arrival, Outgoing};

/// How long an attempt may take in all; less than until another server may try.
pub(super) const WHOLE: Duration = Duration::from_secs(15);
const CONNECT: Duration = Duration::from_secs(10);
/// How long a connection is kept for the next message.
const IDLE: Duration = Duration::from_secs(30);
/// How much of an answer is read: 500 characters of it are kept.
const ANSWER: usize = 2_000;

/// Sends messages.
#[derive(Clone)]
pub(super) struct Post {
    client: Client,
    reaches_private: bool,
}

/// What came of sending.
pub(super) struct Sent {
    pub(super) arrival: Arrival,
    /// For how many seconds the endpoint asks to be left alone.
    pub(super) rest: Option<u32>,
}

impl Sent {
    fn failed(why: String) -> Self {
        Self {
            arrival: Arrival::Failed(why),
            rest: None,
        }
    }
}

impl Post {
    /// To public addresses only, unless said otherwise.
    ///
    /// # Errors
    /// The TLS library does not start.
    pub(super) fn new(reaches_private: bool) -> reqwest::Result<Self> {
        let client = Client::builder()
            .user_agent(concat!(
                "ChantiersCommuns/",
                env!("CARGO_PKG_VERSION"),
                " (webhooks)"
            ))
            .redirect(Policy::none())
            .no_proxy()
            .timeout(WHOLE)
            .connect_timeout(CONNECT)
            .pool_idle_timeout(IDLE)
            .dns_resolver(Arc::new(Guarded { reaches_private }))
            .build()?;
        Ok(Self {
            client,
            reaches_private,
        })
    }

    /// Attempts to send a message.
    pub(super) async fn send(&self, message: &Outgoing, mint: &dyn Mint) -> Sent {
        let Some(url) = target::parse(&message.url) else {
            return Sent::failed("not a web address".to_owned());
        };
        // An address that is no name is not resolved. One that was given while private ones were allowed is refused here.
        if !self.reaches_private
            && let Err(why) = target::public(&url)
        {
            return Sent::failed(why.message(domain::Lang::En));
        }
        let now = mint.now();
        let signed = message.signed(now);
        let request = self
            .client
            .post(url)
            .header(CONTENT_TYPE, "application/json")
            .header("webhook-id", signed.id)
            .header("webhook-timestamp", signed.timestamp)
            .header("webhook-signature", signed.signature)
            .body(message.body.clone());
        match request.send().await {
            Ok(answer) => {
                let status = answer.status();
                let rest = match status {
                    StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => {
                        asked_rest(&answer, now)
                    }
                    _ => None,
                };
                Sent {
                    arrival: Arrival::Answered(status.as_u16(), beginning(answer).await),
                    rest,
                }
            }
            Err(error) => Sent::failed(said(error)),
        }
    }
}

/// The beginning of an answer, as far as it comes.
async fn beginning(mut answer: Response) -> String {
    let mut bytes = Vec::new();
    while bytes.len() < ANSWER
        && let Ok(Some(chunk)) = answer.chunk().await
    {
        bytes.extend_from_slice(&chunk[..chunk.len().min(ANSWER - bytes.len())]);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn asked_rest(answer: &Response, now: DateTime<Utc>) -> Option<u32> {
    retry_after(answer.headers().get(RETRY_AFTER)?.to_str().ok()?, now)
}

/// The seconds that `Retry-After` asks for, as a number or as a date; a day at most.
fn retry_after(text: &str, now: DateTime<Utc>) -> Option<u32> {
    let text = text.trim();
    let seconds = match text.parse::<u64>() {
        Ok(seconds) => seconds,
        Err(_) => {
            let until = DateTime::parse_from_rfc2822(text).ok()?.to_utc();
            // Up to the whole second, so that it is not cut short.
            u64::try_from((until - now).num_milliseconds().max(0))
                .ok()?
                .div_ceil(1_000)
        }
    };
    Some(u32::try_from(seconds).unwrap_or(u32::MAX).min(LONGEST_REST))
}

/// What went wrong, without the address, which may hold a secret.
fn said(error: reqwest::Error) -> String {
    if error.is_timeout() {
        return format!("no answer within {} seconds", WHOLE.as_secs());
    }
    let error = error.without_url();
    let mut said = error.to_string();
    let mut cause = error.source();
    while let Some(why) = cause {
        let why_said = why.to_string();
        if !said.contains(&why_said) {
            said = format!("{said}: {why_said}");
        }
        cause = why.source();
    }
    said
}

/// Resolves names to the public ones of their addresses.
struct Guarded {
    reaches_private: bool,
}

#[derive(Debug, thiserror::Error)]
#[error("the name resolves to addresses in a private network only")]
struct OnlyPrivate;

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let reaches_private = self.reaches_private;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let right: Vec<SocketAddr> = found
                .filter(|address| reaches_private || target::is_public(address.ip()))
                .collect();
            if right.is_empty() {
                return Err(OnlyPrivate.into());
            }
            Ok(Box::new(right.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_a_number_or_a_date_and_a_day_at_most() {
        let now = DateTime::parse_from_rfc3339("2026-11-26T10:00:00.5Z")
            .unwrap()
            .to_utc();
        assert_eq!(retry_after("7", now), Some(7));
        assert_eq!(retry_after(" 120 ", now), Some(120));
        assert_eq!(retry_after("Thu, 26 Nov 2026 10:01:00 GMT", now), Some(60));
        assert_eq!(retry_after("Thu, 26 Nov 2026 09:00:00 GMT", now), Some(0));
        assert_eq!(retry_after("99999999999999", now), Some(LONGEST_REST));
        assert_eq!(
            retry_after("Thu, 26 Nov 2099 10:01:00 GMT", now),
            Some(LONGEST_REST)
        );
        assert_eq!(retry_after("soon", now), None);
        assert_eq!(retry_after("-5", now), None);
    }

    #[tokio::test]
    async fn a_name_of_this_machine_resolves_to_nothing_unless_that_is_allowed() {
        let resolve = |reaches_private: bool| {
            let name: Name = "localhost".parse().unwrap();
            Guarded { reaches_private }.resolve(name)
        };
        let Err(refused) = resolve(false).await else {
            panic!("it was resolved");
        };
        assert!(refused.to_string().contains("private network"), "{refused}");
        assert!(resolve(true).await.unwrap().count() > 0);
    }
}
