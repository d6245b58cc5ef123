//! Pushing what the directory holds.

use std::collections::BTreeMap;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::setting;
use crate::site::Site;

/// A request holds at most so many rows.
const ROWS: usize = 1000;

/// In this order: organisations come before the offers and needs that name them, deletions last.
const KINDS: [&str; 4] = ["organisations", "offers", "needs", "deletions"];

#[derive(Deserialize)]
struct Answer {
    rows: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    record_type: String,
    external_id: Option<String>,
    outcome: String,
    errors: Vec<Error>,
}

#[derive(Deserialize)]
struct Error {
    field: String,
    message: String,
}

pub(crate) async fn push(site: &mut Site, path: &str) -> Result<ExitCode> {
    let text = std::fs::read_to_string(path).with_context(|| path.to_owned())?;
    let catalogue: BTreeMap<String, Vec<Value>> =
        serde_json::from_str(&text).with_context(|| path.to_owned())?;
    let rows: Vec<(&str, &Value)> = KINDS
        .into_iter()
        .flat_map(|kind| {
            catalogue
                .get(kind)
                .into_iter()
                .flatten()
                .map(move |row| (kind, row))
        })
        .collect();
    let path = format!("/v1/sources/{}/records", setting("CHANTIERS_SOURCE")?);
    let run = uuid::Uuid::new_v4();
    let mut counts = BTreeMap::<String, usize>::new();
    let mut refused = false;
    for (number, rows) in rows.chunks(ROWS).enumerate() {
        let mut part = BTreeMap::<&str, Vec<&Value>>::new();
        for (kind, row) in rows {
            part.entry(kind).or_default().push(row);
        }
        // The key stays the same however often this part is sent, so that it is done once.
        let key = format!("{run}/{number}");
        let with = |request: reqwest::RequestBuilder| {
            request
                .header("Idempotency-Key", &key)
                .header("Accept-Language", "fr")
                .json(&part)
        };
        let answer: Answer = site.request(Method::POST, &path, with).await?.json().await?;
        for row in answer.rows {
            *counts.entry(row.outcome).or_default() += 1;
            for error in row.errors {
                refused = true;
                let id = row.external_id.as_deref().unwrap_or("?");
                eprintln!("{} {id}: {}: {}", row.record_type, error.field, error.message);
            }
        }
    }
    println!("{}", json!(counts));
    Ok(if refused {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}
