//! What expertise is about: two levels, the chantiers and narrower topics within each. Read from the reference file (our
//! own, see `crates/store/reference/SOURCES.md`), the same in the server and in the browser.

use std::sync::LazyLock;

use crate::check::Checks;
use crate::refusal::Refusal;
use crate::text::{Lang, fold};

/// The most topics of one offer or need of expertise.
pub const MOST: usize = 12;

/// A topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Topic {
    /// Its code; of a broad topic that of its chantier.
    pub code: &'static str,
    /// The broad topic it belongs to; none for a broad one.
    pub broad: Option<&'static str>,
    labels: [&'static str; 4],
    /// Other names, in any language, for the search.
    pub synonyms: Vec<&'static str>,
}

impl Topic {
    /// Its name.
    #[must_use]
    pub const fn label(&self, lang: Lang) -> &'static str {
        let [fr, nl, de, en] = self.labels;
        match lang {
            Lang::Fr => fr,
            Lang::Nl => nl,
            Lang::De => de,
            Lang::En => en,
        }
    }

    /// The broad topic: its own, or itself.
    #[must_use]
    pub fn family(&self) -> &'static str {
        self.broad.unwrap_or(self.code)
    }

    /// All its names, for the search.
    pub fn names(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.labels.into_iter().chain(self.synonyms.iter().copied())
    }
}

/// Every topic, each broad one before its narrower ones.
pub static TOPICS: LazyLock<Vec<Topic>> =
    LazyLock::new(|| read(include_str!("../../../store/reference/expertise_topics.csv")));

fn read(file: &'static str) -> Vec<Topic> {
    file.lines()
        .skip(1)
        .map(|line| {
            let mut cells = line.split(',');
            let mut cell = || cells.next().unwrap_or_default();
            Topic {
                code: cell(),
                broad: Some(cell()).filter(|broad| !broad.is_empty()),
                labels: [cell(), cell(), cell(), cell()],
                synonyms: cell().split(';').filter(|name| !name.is_empty()).collect(),
            }
        })
        .collect()
}

/// The topic with this code.
#[must_use]
pub fn topic(code: &str) -> Option<&'static Topic> {
    TOPICS.iter().find(|topic| topic.code == code)
}

/// The broad topics.
pub fn families() -> impl Iterator<Item = &'static Topic> {
    TOPICS.iter().filter(|topic| topic.broad.is_none())
}

/// The topics right below a broad one.
pub fn narrower(family: &str) -> impl Iterator<Item = &'static Topic> {
    TOPICS.iter().filter(move |topic| topic.broad == Some(family))
}

/// The topics whose names hold every asked word, accents and case aside.
#[must_use]
pub fn search(asked: &str) -> Vec<&'static Topic> {
    let asked = fold(asked);
    let holds = |topic: &&Topic| {
        let names: Vec<String> = topic.names().map(fold).collect();
        asked
            .split(' ')
            .all(|word| names.iter().any(|name| name.contains(word)))
    };
    TOPICS.iter().filter(holds).collect()
}

/// The broad topics of these, each once.
#[must_use]
pub fn families_of(codes: &[String]) -> Vec<&'static str> {
    let mut families: Vec<&'static str> = codes
        .iter()
        .filter_map(|code| topic(code))
        .map(Topic::family)
        .collect();
    families.sort_unstable();
    families.dedup();
    families
}

/// These topics and their broad ones, each once: what a record is found by.
pub(crate) fn found_by(codes: &[String]) -> Vec<&'static str> {
    let mut all = families_of(codes);
    all.extend(
        codes
            .iter()
            .filter_map(|code| topic(code))
            .map(|topic| topic.code),
    );
    all.sort_unstable();
    all.dedup();
    all
}

/// The names of these topics and of their broad ones, for the search.
pub(crate) fn words(codes: &[String]) -> Vec<String> {
    found_by(codes)
        .into_iter()
        .filter_map(topic)
        .flat_map(Topic::names)
        .map(str::to_owned)
        .collect()
}

/// Refuses a list of topics that is empty, too long, or names what is none; the same twice is once.
pub(crate) fn check(checks: &mut Checks, codes: &mut Vec<String>) {
    let field = || "topics".to_owned();
    if codes.is_empty() {
        checks.refuse(Refusal::Required { field: field() });
    }
    if codes.len() > MOST {
        checks.refuse(Refusal::TooMany {
            field: field(),
            most: MOST,
        });
        return;
    }
    checks.set("topics", codes);
    if codes.iter().any(|code| topic(code).is_none()) {
        checks.refuse(Refusal::UnknownReference { field: field() });
    }
}

/// Topics as the bits of their places in the list: they are few, and pairs are compared by the million.
#[must_use]
pub(crate) fn mask(codes: &[String]) -> u64 {
    codes.iter().fold(0, |mask, code| {
        let place = TOPICS.iter().position(|topic| topic.code == code);
        place.map_or(mask, |place| mask | 1 << place)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_has_two_levels_in_four_languages_and_fits_a_mask() {
        assert!(TOPICS.len() <= 64);
        assert_eq!(families().count(), 8);
        for topic in TOPICS.iter() {
            assert!(
                topic.labels.iter().all(|label| !label.is_empty()),
                "{}",
                topic.code
            );
            if let Some(broad) = topic.broad {
                let broad = super::topic(broad).unwrap();
                assert_eq!(broad.broad, None, "{}", topic.code);
            } else {
                assert!(narrower(topic.code).count() >= 2, "{}", topic.code);
            }
        }
        let mut codes: Vec<&str> = TOPICS.iter().map(|topic| topic.code).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), TOPICS.len());
    }

    #[test]
    fn a_topic_is_found_by_any_of_its_names_and_by_its_broad_one() {
        let codes = |asked: &str| -> Vec<&str> { search(asked).iter().map(|topic| topic.code).collect() };
        assert!(codes("GROND").contains(&"foncier"));
        assert_eq!(codes("cahier special"), ["redaction-marches"]);
        let some = ["foncier".to_owned(), "redaction-marches".to_owned()];
        assert_eq!(families_of(&some), ["approche-territoriale", "marches-publics"]);
        assert_eq!(found_by(&some).len(), 4);
    }
}
