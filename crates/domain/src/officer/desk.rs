//! The officer's desk: who has not been heard from, and since when.

use chrono::NaiveDate;

choices! {
    /// By what a project was last heard from.
    pub enum HeardBy as "HeardBy" {
        /// A follow-up note on it.
        Note = "NOTE",
        /// A change that its own people made to it.
        Change = "CHANGE",
        /// What its own people wrote in a request.
        Message = "MESSAGE",
    }
}

/// When and by what a project was last heard from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
#[cfg_attr(feature = "graphql", graphql(name = "Heard"))]
pub struct Heard {
    /// The day.
    pub on: NaiveDate,
    /// By what.
    pub by: HeardBy,
}

/// For how many days nothing has been heard; nothing where nothing ever was, which is not the same as today.
#[must_use]
pub fn silence(last: Option<Heard>, today: NaiveDate) -> Option<i64> {
    last.map(|heard| today.signed_duration_since(heard.on).num_days().max(0))
}

/// Puts who was never heard from first, then the longest silence.
pub fn by_silence<T>(projects: &mut [T], heard: impl Fn(&T) -> Option<Heard>) {
    // What is not there comes before what is, and an early day before a late one.
    projects.sort_by_key(|project| heard(project).map(|heard| heard.on));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on(day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 11, day).unwrap()
    }

    #[test]
    fn never_is_not_today_and_comes_first() {
        let heard = |day| {
            Some(Heard {
                on: on(day),
                by: HeardBy::Note,
            })
        };
        assert_eq!(silence(None, on(26)), None);
        assert_eq!(silence(heard(26), on(26)), Some(0));
        assert_eq!(silence(heard(1), on(26)), Some(25));
        assert_eq!(
            silence(heard(27), on(26)),
            Some(0),
            "a note may speak of tomorrow"
        );
        let mut projects = [("loud", heard(20)), ("never", None), ("quiet", heard(3))];
        by_silence(&mut projects, |project| project.1);
        assert_eq!(projects.map(|project| project.0), ["never", "quiet", "loud"]);
    }
}
