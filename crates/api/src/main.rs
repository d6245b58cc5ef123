//! The program: its allocator, its clock, its identifiers and its runtime. Everything else is in the library.

use std::process::ExitCode;
use std::sync::Arc;

use api::config::{self, Stop};
use chrono::{DateTime, SubsecRound, Utc};
use domain::Mint;
use rand::TryRngCore as _;
use rand::rngs::OsRng;
use uuid::Uuid;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The system's clock and randomness: the one place that reads them.
struct SystemMint;

impl Mint for SystemMint {
    /// To the microsecond, which is what both databases keep.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the mint that all others go through"
    )]
    fn now(&self) -> DateTime<Utc> {
        Utc::now().trunc_subsecs(6)
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "this is the mint that all others go through"
    )]
    fn uuid(&self) -> Uuid {
        Uuid::now_v7()
    }

    fn secret(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        OsRng
            .try_fill_bytes(&mut bytes)
            .expect("without randomness there are no secrets to go on with");
        bytes
    }
}

fn main() -> ExitCode {
    let cli = match config::read(std::env::args_os()) {
        Ok(cli) => cli,
        Err(Stop::Shown(help)) => help.exit(),
        Err(Stop::Wrong(line)) => return wrong(&line),
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return wrong(&format!("no runtime: {error}")),
    };
    match runtime.block_on(api::command::run(cli, Arc::new(SystemMint))) {
        Ok(code) => code,
        Err(stop) => wrong(&stop.to_string()),
    }
}

fn wrong(line: &str) -> ExitCode {
    eprintln!("chantiers: {line}");
    ExitCode::from(2)
}
