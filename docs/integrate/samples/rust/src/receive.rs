//! Receiving webhooks' messages: a hint each, after which `follow` reads what happened.

use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Result;
use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac as _};
use serde_json::Value;
use sha2::Sha256;

use crate::setting;

pub(crate) async fn receive(port: u16) -> Result<ExitCode> {
    let secret = STANDARD.decode(setting("CHANTIERS_WEBHOOK_SECRET")?.trim_start_matches("whsec_"))?;
    let message = async move |headers: HeaderMap, body: Bytes| {
        if genuine(&secret, &headers, &body) != Some(true) {
            return StatusCode::BAD_REQUEST;
        }
        // The same `webhook-id` may come again.
        let message: Value = serde_json::from_slice(&body).unwrap_or_default();
        let record = message["data"]["recordId"].as_str().unwrap_or("");
        println!("{} {record}", message["type"].as_str().unwrap_or("?"));
        StatusCode::NO_CONTENT
    };
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    axum::serve(listener, Router::new().fallback(post(message))).await?;
    Ok(ExitCode::SUCCESS)
}

/// Whether a message was signed with our secret, and not long ago; nothing where a header is missing.
fn genuine(secret: &[u8], headers: &HeaderMap, body: &[u8]) -> Option<bool> {
    let header = |name: &str| headers.get(name)?.to_str().ok();
    let (id, timestamp) = (header("webhook-id")?, header("webhook-timestamp")?);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).ok()?.as_secs();
    if now.abs_diff(timestamp.parse().ok()?) > 300 {
        return Some(false);
    }
    let signed = header("webhook-signature")?.split(' ').any(|part| {
        let signature = part
            .strip_prefix("v1,")
            .and_then(|text| STANDARD.decode(text).ok());
        let mut right = Hmac::<Sha256>::new_from_slice(secret).expect("any length is a key");
        right.update(format!("{id}.{timestamp}.").as_bytes());
        right.update(body);
        signature.is_some_and(|signature| right.verify_slice(&signature).is_ok())
    });
    Some(signed)
}
