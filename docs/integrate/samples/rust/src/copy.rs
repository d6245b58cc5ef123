//! What the others hold, with the place in the feed that it stands at, in one file that is replaced in one step. With a
//! database it is the same: the records and the cursor in one transaction.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write as _;
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use reqwest::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::site::{Refused, Site};

/// What is loaded and followed, organisations first: the cursor of the first file is good for all three.
const FILES: [&str; 3] = ["organisations", "offers", "needs"];
const TYPES: &str = "ORGANISATION,OFFER,NEED";

#[derive(Default, Deserialize, Serialize)]
struct Copy {
    cursor: String,
    records: BTreeMap<String, Value>,
    /// Into which record one went that two directories had both brought.
    became: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    nodes: Vec<Change>,
    cursor: String,
    has_more: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Change {
    kind: String,
    record_id: String,
    record: Option<Value>,
    into: Option<Vec<String>>,
}

pub(crate) async fn follow(site: &mut Site, path: &str, wait: bool) -> Result<ExitCode> {
    let mut copy = match std::fs::read(path) {
        Ok(kept) => serde_json::from_slice(&kept).with_context(|| path.to_owned())?,
        Err(_) => Copy::load(site, path).await?,
    };
    while let Err(error) = copy.follow(site, path, wait).await {
        // Away for longer than the feed is kept, or the server went back to a backup: begin anew.
        if error
            .downcast_ref()
            .is_none_or(|refused: &Refused| refused.code() != "CURSOR_EXPIRED")
        {
            return Err(error);
        }
        copy = Copy::load(site, path).await?;
    }
    println!("{}", json!({"records": copy.records.len()}));
    Ok(ExitCode::SUCCESS)
}

impl Copy {
    /// Everything, from the files; the first file's cursor was taken before any of them was read.
    async fn load(site: &mut Site, path: &str) -> Result<Self> {
        let mut copy = Self::default();
        for what in FILES {
            let mut answer = site
                .request(Method::GET, &format!("/v1/exports/{what}.jsonl"), |request| {
                    request
                })
                .await?;
            let (mut rest, mut complete) = (Vec::new(), false);
            while let Some(chunk) = answer.chunk().await? {
                rest.extend_from_slice(&chunk);
                while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
                    let line: Vec<u8> = rest.drain(..=end).collect();
                    let record: Value = serde_json::from_slice(&line)?;
                    match record["feedCursor"].as_str() {
                        Some(cursor) => {
                            complete = true;
                            if copy.cursor.is_empty() {
                                cursor.clone_into(&mut copy.cursor);
                            }
                        }
                        None => copy.put(record),
                    }
                }
            }
            if !complete {
                bail!("the file of {what} broke off: run this again");
            }
        }
        copy.keep(path)?;
        Ok(copy)
    }

    /// Applies what changed; ends when nothing more is known (or, with `wait`, never).
    async fn follow(&mut self, site: &mut Site, path: &str, wait: bool) -> Result<()> {
        loop {
            let query = [("types", TYPES), ("after", &self.cursor), ("first", "500")];
            let waiting: &[(&str, &str)] = if wait { &[("waitSeconds", "60")] } else { &[] };
            let answer = site
                .request(Method::GET, "/v1/changes", |request| {
                    request.query(&query).query(waiting)
                })
                .await?;
            let page: Page = answer.json().await?;
            for change in page.nodes {
                self.apply(change);
            }
            self.cursor = page.cursor;
            self.keep(path)?;
            if !page.has_more && !wait {
                return Ok(());
            }
        }
    }

    fn apply(
        &mut self,
        Change {
            kind,
            record_id,
            record,
            into,
        }: Change,
    ) {
        match record {
            Some(record) => self.put(record),
            None if ["DELETE", "VISIBILITY_LOST", "MERGE"].contains(&kind.as_str()) => {
                self.records.remove(&record_id);
            }
            // Kinds that you do not know are passed over.
            None => {}
        }
        match (kind.as_str(), into.into_iter().flatten().next()) {
            // Whatever of yours names the one that went names the other from now on.
            ("MERGE", Some(other)) => {
                self.became.insert(record_id, other);
            }
            ("SPLIT", Some(other)) => {
                self.became.remove(&other);
            }
            _ => {}
        }
    }

    /// An older revision than ours is nothing new; an identifier with a record means itself.
    fn put(&mut self, record: Value) {
        let Some(id) = record["id"].as_str().map(str::to_owned) else {
            return;
        };
        self.became.remove(&id);
        let revision = |record: &Value| record["revision"].as_i64();
        if self
            .records
            .get(&id)
            .is_none_or(|known| revision(known) < revision(&record))
        {
            self.records.insert(id, record);
        }
    }

    fn keep(&self, path: &str) -> Result<()> {
        let new = format!("{path}.new");
        let mut file = File::create(&new)?;
        file.write_all(&serde_json::to_vec(self)?)?;
        file.sync_all()?;
        Ok(std::fs::rename(new, path)?)
    }
}
