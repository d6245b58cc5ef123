//! A directory that is connected: pushes its catalogue, keeps a copy of the others', receives webhooks.
//!
//! ```text
//! directory push catalogue.json    what you hold: {"organisations": […], "offers": […], "needs": […], "deletions": […]}
//! directory follow copy.json       loads a copy the first time, then what changed since; `--wait` stays and listens
//! directory receive 9000           listens for webhooks' messages on a port, and says which are genuine
//! ```
//!
//! Settings: `CHANTIERS_SITE`, `CHANTIERS_CLIENT`, `CHANTIERS_SECRET`; to push also `CHANTIERS_SOURCE`; to receive
//! `CHANTIERS_WEBHOOK_SECRET`.

mod copy;
mod push;
mod receive;
mod site;

use std::process::ExitCode;

use anyhow::{Context as _, Result};

use crate::site::Site;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match run(&arguments).await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: &[&str]) -> Result<ExitCode> {
    match arguments {
        ["push", path] => push::push(&mut Site::from_environment()?, path).await,
        ["follow", path, rest @ ..] => {
            copy::follow(&mut Site::from_environment()?, path, rest.contains(&"--wait")).await
        }
        ["receive", port] => receive::receive(port.parse().context("a port is a number")?).await,
        _ => {
            eprintln!("directory push catalogue.json | follow copy.json [--wait] | receive PORT");
            Ok(ExitCode::from(2))
        }
    }
}

/// A setting of the environment.
fn setting(name: &str) -> Result<String> {
    std::env::var(name).with_context(|| format!("{name} is not set"))
}
