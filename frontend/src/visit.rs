//! When this device last visited, so that what is new since then can be marked. Kept on the device only.

use crate::browser;
use chrono::{DateTime, Utc};
use std::cell::OnceCell;

const KEPT: &str = "visit";
/// Milliseconds of absence after which coming back is another visit.
const ANOTHER: f64 = 30.0 * 60_000.0;

/// (when the visit before ended, when this one was last active), in milliseconds since 1970.
fn visit(kept: Option<(f64, f64)>, now: f64) -> (f64, f64) {
    match kept {
        None => (0.0, now),
        Some((before, active)) if now - active < ANOTHER => (before, now),
        Some((_, active)) => (active, now),
    }
}

fn read(text: &str) -> Option<(f64, f64)> {
    let (before, active) = text.split_once(' ')?;
    Some((before.parse().ok()?, active.parse().ok()?))
}

/// The end of the visit before this one; none at the first.
pub fn before() -> Option<DateTime<Utc>> {
    thread_local! {
        static BEFORE: OnceCell<f64> = const { OnceCell::new() };
    }
    let before = BEFORE.with(|it| {
        *it.get_or_init(|| {
            let (before, active) = visit(browser::kept(KEPT).as_deref().and_then(read), browser::now());
            browser::keep(KEPT, &format!("{before:.0} {active:.0}"));
            before
        })
    });
    #[expect(clippy::cast_possible_truncation, reason = "milliseconds since 1970 fit")]
    let before = before as i64;
    (before > 0)
        .then(|| DateTime::from_timestamp_millis(before))
        .flatten()
}

/// Did this happen since the visit before?
pub fn is_new(at: DateTime<Utc>) -> bool {
    before().is_some_and(|before| at > before)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reload_is_the_same_visit_and_a_return_is_another() {
        assert_eq!(visit(None, 5.0), (0.0, 5.0));
        assert_eq!(visit(Some((1.0, 100.0)), 200.0), (1.0, 200.0));
        let later = 100.0 + ANOTHER;
        assert_eq!(visit(Some((1.0, 100.0)), later), (100.0, later));
    }
}
