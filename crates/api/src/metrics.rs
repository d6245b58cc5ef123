//! What the server counts of itself, in Prometheus' text form. Routes are named by their pattern, never by a path.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::http::StatusCode;

/// The upper bounds of the duration histogram, in seconds.
const BOUNDS: [f64; 11] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// Counters since the start.
#[derive(Debug, Default)]
pub struct Metrics {
    counts: Mutex<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    requests: BTreeMap<(String, &'static str, u16), u64>,
    durations: BTreeMap<String, Histogram>,
    webhooks: BTreeMap<&'static str, u64>,
}

#[derive(Debug, Default)]
struct Histogram {
    within: [u64; BOUNDS.len()],
    count: u64,
    seconds: f64,
}

impl Metrics {
    /// Counts a request that was answered.
    pub fn answered(&self, route: &str, method: &'static str, status: StatusCode, took: Duration) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        *counts
            .requests
            .entry((route.to_owned(), method, status.as_u16()))
            .or_default() += 1;
        let histogram = counts.durations.entry(route.to_owned()).or_default();
        let seconds = took.as_secs_f64();
        for (within, bound) in histogram.within.iter_mut().zip(BOUNDS) {
            *within += u64::from(seconds <= bound);
        }
        histogram.count += 1;
        histogram.seconds += seconds;
    }

    /// Counts an attempt to send a webhook's message: `delivered`, `refused` by the endpoint, or `failed` to reach it.
    pub fn attempted(&self, outcome: &'static str) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        *counts.webhooks.entry(outcome).or_default() += 1;
    }

    /// Everything as text, with the statements sent to the database, and to its replica where there is one.
    #[must_use]
    pub fn text(&self, statements: u64, of_replica: Option<u64>) -> String {
        let mut text = String::new();
        self.requests(&mut text);
        self.webhooks(&mut text);
        head(
            &mut text,
            "chantiers_statements_total",
            "counter",
            "Statements sent to the database.",
        );
        line(&mut text, "chantiers_statements_total", "", statements);
        if let Some(statements) = of_replica {
            let name = "chantiers_replica_statements_total";
            head(&mut text, name, "counter", "Statements sent to the replica.");
            line(&mut text, name, "", statements);
        }
        if let Some(bytes) = resident_bytes() {
            head(
                &mut text,
                "process_resident_memory_bytes",
                "gauge",
                "Resident memory size in bytes.",
            );
            line(&mut text, "process_resident_memory_bytes", "", bytes);
        }
        head(
            &mut text,
            "chantiers_build_info",
            "gauge",
            "The version that is running.",
        );
        line(
            &mut text,
            "chantiers_build_info",
            concat!("version=\"", env!("CARGO_PKG_VERSION"), "\""),
            1,
        );
        text
    }

    fn webhooks(&self, text: &mut String) {
        let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let total = "chantiers_webhook_attempts_total";
        head(text, total, "counter", "Attempts to send a webhook's message.");
        for (outcome, count) in &counts.webhooks {
            line(text, total, &format!("outcome=\"{outcome}\""), count);
        }
    }

    fn requests(&self, text: &mut String) {
        let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let (total, seconds) = (
            "chantiers_http_requests_total",
            "chantiers_http_request_duration_seconds",
        );
        head(text, total, "counter", "Requests answered.");
        for ((route, method, status), count) in &counts.requests {
            line(
                text,
                total,
                &format!("route=\"{route}\",method=\"{method}\",status=\"{status}\""),
                count,
            );
        }
        head(
            text,
            seconds,
            "histogram",
            "Time until the answer's head was ready.",
        );
        for (route, histogram) in &counts.durations {
            for (bound, within) in BOUNDS.iter().zip(histogram.within) {
                line(
                    text,
                    &format!("{seconds}_bucket"),
                    &format!("route=\"{route}\",le=\"{bound}\""),
                    within,
                );
            }
            line(
                text,
                &format!("{seconds}_bucket"),
                &format!("route=\"{route}\",le=\"+Inf\""),
                histogram.count,
            );
            line(
                text,
                &format!("{seconds}_sum"),
                &format!("route=\"{route}\""),
                histogram.seconds,
            );
            line(
                text,
                &format!("{seconds}_count"),
                &format!("route=\"{route}\""),
                histogram.count,
            );
        }
    }
}

// Writing to a String cannot fail.
fn head(text: &mut String, name: &str, kind: &str, help: &str) {
    let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
}

fn line(text: &mut String, name: &str, labels: &str, value: impl std::fmt::Display) {
    let _ = if labels.is_empty() {
        writeln!(text, "{name} {value}")
    } else {
        writeln!(text, "{name}{{{labels}}} {value}")
    };
}

/// What the system says this process holds; nothing where it does not say it this way.
fn resident_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let kilobytes = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    kilobytes
        .trim()
        .trim_end_matches("kB")
        .trim()
        .parse::<u64>()
        .ok()
        .map(|kilobytes| kilobytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_are_cumulative() {
        let metrics = Metrics::default();
        metrics.answered("/v1/session", "POST", StatusCode::OK, Duration::from_millis(7));
        metrics.answered("/v1/session", "POST", StatusCode::OK, Duration::from_secs(60));
        let text = metrics.text(12, None);
        let has = |line: &str| assert!(text.lines().any(|it| it == line), "{line}\n{text}");
        has("chantiers_http_requests_total{route=\"/v1/session\",method=\"POST\",status=\"200\"} 2");
        has("chantiers_http_request_duration_seconds_bucket{route=\"/v1/session\",le=\"0.005\"} 0");
        has("chantiers_http_request_duration_seconds_bucket{route=\"/v1/session\",le=\"0.01\"} 1");
        has("chantiers_http_request_duration_seconds_bucket{route=\"/v1/session\",le=\"10\"} 1");
        has("chantiers_http_request_duration_seconds_bucket{route=\"/v1/session\",le=\"+Inf\"} 2");
        has("chantiers_statements_total 12");
    }
}
