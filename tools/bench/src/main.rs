//! `make bench`: fills a database as large as a region's directories hold, and measures the release server over HTTP
//! next to the same SQL run directly. Writes `docs/benchmarks.md`.

#![expect(
    clippy::disallowed_methods,
    reason = "what is measured has no mint: the floor takes time and identifiers as they come"
)]

mod expertise;
mod floor;
mod load;
mod report;
mod seed;
mod server;
mod work;

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

/// Where everything stands, from the project's folder.
pub(crate) struct Places {
    pub(crate) server: PathBuf,
    pub(crate) reference: PathBuf,
    pub(crate) report: PathBuf,
}

impl Places {
    fn here() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        Self {
            // Another build of it, where one is named.
            server: std::env::var_os("CHANTIERS_BENCH_SERVER")
                .map_or_else(|| root.join("target/release/chantiers"), PathBuf::from),
            reference: root.join("crates/store/reference"),
            report: root.join("docs/benchmarks.md"),
        }
    }
}

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let first = arguments.next();
    let runtime = tokio::runtime::Runtime::new()?;
    match first.as_deref() {
        // The floor is a process of its own, as the server is.
        Some("floor") => {
            let database = arguments.next().context("the database's address")?;
            let address = arguments.next().context("where to listen")?.parse()?;
            runtime.block_on(floor::serve(&database, address, work::keys(&Places::here())?))
        }
        Some("expertise") => runtime.block_on(expertise::run(&Places::here())),
        Some("--quick") => runtime.block_on(work::run(&Places::here(), true)),
        None => runtime.block_on(work::run(&Places::here(), false)),
        Some(other) => {
            bail!(
                "{other} is not known: say nothing, expertise for its matching alone, or --quick for short rounds that are not written down"
            )
        }
    }
}
