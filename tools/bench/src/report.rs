//! The table of what was measured, as people read it.

use std::fmt::Write as _;

use crate::load::Measured;
use crate::seed::{NEEDS, OFFERS, ORGANISATIONS};

/// What was measured of one workload at so many connections.
pub(crate) struct Line {
    pub(crate) name: &'static str,
    pub(crate) connections: usize,
    pub(crate) ways: Vec<(&'static str, Measured)>,
    pub(crate) floor: Option<Measured>,
}

impl std::fmt::Debug for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} at {}", self.name, self.connections)?;
        for (way, measured) in &self.ways {
            write!(f, "; {way} {measured}")?;
            if let Some(floor) = &self.floor {
                write!(f, " = {:.0} %", measured.rate() / floor.rate() * 100.0)?;
            }
        }
        self.floor
            .as_ref()
            .map_or(Ok(()), |floor| write!(f, "; floor {floor}"))
    }
}

/// How much memory the server held, in megabytes.
pub(crate) struct Memory {
    /// Just started.
    pub(crate) at_rest: f64,
    /// Before and after a hundred upserts.
    pub(crate) before: f64,
    pub(crate) after: f64,
    /// At most, from start to end.
    pub(crate) most: f64,
}

/// Everything that was measured on one database.
pub(crate) struct Engine {
    pub(crate) name: &'static str,
    /// Rows a second while it was filled.
    pub(crate) seeded: f64,
    pub(crate) lines: Vec<Line>,
    pub(crate) memory: Memory,
}

fn machine() -> String {
    let said = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let field = |name: &str| {
        let line = said.lines().find(|line| line.starts_with(name));
        line.and_then(|line| line.split_once(':'))
            .map_or("unknown", |(_, value)| value.trim())
            .to_owned()
    };
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    format!("{cores} cores, {}", field("model name"))
}

/// The report.
pub(crate) fn write(engines: &[Engine]) -> String {
    let mut text = format!(
        "# Benchmarks\n\n\
         Written by `make bench` on {}; {}; database, server and load on the same machine.\n\
         {ORGANISATIONS} organisations, {OFFERS} offers, {NEEDS} needs, always the same ones.\n\n\
         The floor is the same answers by one hand-written statement each behind the same HTTP server, rows written as\n\
         JSON by hand (`tools/bench/src/floor.rs`): about the most that a server can do with this database on this\n\
         machine. Rounds alternate between the two. Rates are requests a second, times milliseconds.\n",
        chrono::Utc::now().format("%Y-%m-%d"),
        machine(),
    );
    for engine in engines {
        let _ = write!(
            text,
            "\n## {}\n\nFilled at {:.0} rows a second. Memory: {:.1} MB just started, {:.1} MB before and {:.1} MB after \
             100 upserts,\nat most {:.1} MB.\n\n\
             | workload | connections | by | a second | median | p99 | floor | of the floor |\n\
             |---|--:|---|--:|--:|--:|--:|--:|\n",
            engine.name,
            engine.seeded,
            engine.memory.at_rest,
            engine.memory.before,
            engine.memory.after,
            engine.memory.most,
        );
        for line in &engine.lines {
            for (way, measured) in &line.ways {
                let (floor, part) = line
                    .floor
                    .as_ref()
                    .map_or((String::new(), String::new()), |floor| {
                        (
                            format!("{:.0}", floor.rate()),
                            format!("{:.0} %", measured.rate() / floor.rate() * 100.0),
                        )
                    });
                let _ = writeln!(
                    text,
                    "| {} | {} | {way} | {:.1} | {:.2} | {:.2} | {floor} | {part} |",
                    line.name,
                    line.connections,
                    measured.rate(),
                    measured.quantile(0.5),
                    measured.quantile(0.99),
                );
            }
        }
    }
    text
}
