//! What was read lately, as it came: shown at once when a person comes back to a page. Small, in memory, and gone
//! with the session. Pure.

use std::collections::HashMap;

/// Milliseconds during which an answer is not asked for again.
const FRESH: f64 = 20_000.0;
/// Answers kept; the one that was used longest ago goes first.
const MOST: usize = 80;

#[derive(Default)]
pub struct Cache {
    kept: HashMap<String, Kept>,
    turn: u64,
}

struct Kept {
    text: String,
    at: f64,
    used: u64,
}

/// An answer, and whether it is recent enough to need no other.
#[derive(Debug, PartialEq)]
pub struct Answer {
    pub text: String,
    pub fresh: bool,
}

impl Cache {
    pub fn find(&mut self, key: &str, now: f64) -> Option<Answer> {
        self.turn += 1;
        let kept = self.kept.get_mut(key)?;
        kept.used = self.turn;
        Some(Answer {
            text: kept.text.clone(),
            fresh: now - kept.at < FRESH,
        })
    }

    pub fn keep(&mut self, key: String, text: String, now: f64) {
        self.turn += 1;
        if self.kept.len() >= MOST
            && !self.kept.contains_key(&key)
            && let Some(oldest) = self
                .kept
                .iter()
                .min_by_key(|(_, kept)| kept.used)
                .map(|(key, _)| key.clone())
        {
            self.kept.remove(&oldest);
        }
        self.kept.insert(
            key,
            Kept {
                text,
                at: now,
                used: self.turn,
            },
        );
    }

    /// Something changed: all of it can still be shown, none of it is fresh.
    pub fn age(&mut self) {
        for kept in self.kept.values_mut() {
            kept.at = f64::NEG_INFINITY;
        }
    }

    pub fn clear(&mut self) {
        self.kept.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_fresh_for_a_while_and_kept_for_longer() {
        let mut cache = Cache::default();
        cache.keep("a".into(), "1".into(), 0.0);
        assert_eq!(
            cache.find("a", FRESH - 1.0),
            Some(Answer {
                text: "1".into(),
                fresh: true
            })
        );
        assert_eq!(
            cache.find("a", FRESH),
            Some(Answer {
                text: "1".into(),
                fresh: false
            })
        );
        assert_eq!(cache.find("b", 0.0), None);
    }

    #[test]
    fn a_change_makes_everything_old() {
        let mut cache = Cache::default();
        cache.keep("a".into(), "1".into(), 0.0);
        cache.age();
        assert_eq!(
            cache.find("a", 1.0),
            Some(Answer {
                text: "1".into(),
                fresh: false
            })
        );
    }

    #[test]
    fn the_one_used_longest_ago_goes_first() {
        let mut cache = Cache::default();
        for i in 0..MOST {
            cache.keep(i.to_string(), String::new(), 0.0);
        }
        cache.find("0", 0.0);
        cache.keep("new".into(), String::new(), 0.0);
        assert!(cache.find("0", 0.0).is_some());
        assert!(cache.find("1", 0.0).is_none());
    }
}
