//! Text as people write it: languages, folding for search and order, likeness for typing errors.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

choices! {
    /// The languages of the interface and of messages.
    pub enum Lang as "Language" default Fr {
        /// French.
        Fr = "FR",
        /// Dutch.
        Nl = "NL",
        /// German.
        De = "DE",
        /// English.
        En = "EN",
    }
}

impl Lang {
    /// The language tag of HTML and HTTP.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Fr => "fr",
            Self::Nl => "nl",
            Self::De => "de",
            Self::En => "en",
        }
    }

    /// The first of ours in an `Accept-Language` header by weight, else French.
    #[must_use]
    pub fn from_header(header: &str) -> Self {
        let mut best = (0.0, Self::Fr);
        for part in header.split(',') {
            let (tag, weight) = match part.split_once(';') {
                Some((tag, weight)) => (tag, weight.trim().trim_start_matches("q=").parse().unwrap_or(0.0)),
                None => (part, 1.0),
            };
            let primary = tag
                .trim()
                .split('-')
                .next()
                .unwrap_or_default()
                .to_ascii_lowercase();
            let known = Self::ALL.iter().find(|lang| lang.tag() == primary);
            if let Some(lang) = known
                && weight > best.0
            {
                best = (weight, *lang);
            }
        }
        best.1
    }
}

/// A name in the languages that have one; French always.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(
    feature = "graphql",
    derive(async_graphql::SimpleObject, async_graphql::InputObject)
)]
#[cfg_attr(
    feature = "graphql",
    graphql(name = "LocalName", input_name = "LocalNameInput", crate = "crate::graphql")
)]
#[serde(rename_all = "camelCase")]
pub struct LocalName {
    /// The French name.
    pub fr: String,
    /// The Dutch name, where there is one.
    pub nl: Option<String>,
    /// The German name, where there is one.
    pub de: Option<String>,
}

impl LocalName {
    /// The name for a reader of this language, else the French one.
    #[must_use]
    pub fn in_language(&self, lang: Lang) -> &str {
        match lang {
            Lang::Nl => self.nl.as_deref().unwrap_or(&self.fr),
            Lang::De => self.de.as_deref().unwrap_or(&self.fr),
            Lang::Fr | Lang::En => &self.fr,
        }
    }
}

impl crate::patch::Slot for LocalName {
    type Value = Self;
    fn set(&mut self, value: Option<Self>) -> bool {
        value.map(|value| *self = value).is_some()
    }
}

/// The text without accents, case, ligatures and punctuation, words separated by one space: what search and
/// order compare.
#[must_use]
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    let mut push = |c: char| {
        if c.is_alphanumeric() {
            folded.push(c);
        } else if !folded.is_empty() && !folded.ends_with(' ') {
            folded.push(' ');
        }
    };
    for c in text
        .nfkd()
        .filter(|c| !is_combining_mark(*c))
        .flat_map(char::to_lowercase)
    {
        match c {
            'œ' => "oe".chars().for_each(&mut push),
            'æ' => "ae".chars().for_each(&mut push),
            'ß' => "ss".chars().for_each(&mut push),
            'ø' => push('o'),
            'ł' => push('l'),
            other => push(other),
        }
    }
    folded.truncate(folded.trim_end().len());
    folded
}

/// Control characters, and those that show nothing or turn the direction of what follows.
fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// The words that are looked for: folded, each once, at most ten.
#[must_use]
pub fn asked_words(text: &str) -> Vec<String> {
    let short: String = text.chars().take(crate::search::LONGEST_QUERY).collect();
    let mut words: Vec<String> = Vec::new();
    for word in fold(&short).split(' ') {
        if !word.is_empty() && words.len() < 10 && !words.iter().any(|known| known == word) {
            words.push(word.to_owned());
        }
    }
    words
}

/// The text trimmed, with runs of white space made one space and unseen characters dropped.
#[must_use]
pub fn tidy_line(text: &str) -> String {
    text.split_whitespace()
        .map(|word| word.chars().filter(|c| !is_unseen(*c)).collect::<String>())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// The text trimmed, its line ends made `\n`, other control characters dropped, at most one empty line kept.
#[must_use]
pub fn tidy_paragraphs(text: &str) -> String {
    let clean: String = text.replace("\r\n", "\n").replace('\r', "\n");
    let clean: String = clean.chars().filter(|c| *c == '\n' || !is_unseen(*c)).collect();
    let mut out = String::with_capacity(clean.len());
    let mut empty = 0;
    for line in clean.trim().lines() {
        let line = line.trim_end();
        empty = if line.is_empty() { empty + 1 } else { 0 };
        if empty > 1 {
            continue;
        }
        if !out.is_empty() {
            out.push('\n');
        }
        out.push_str(line);
    }
    out
}

/// The three-letter pieces of each word, with its bounds marked by a space.
fn trigrams(folded: &str) -> Vec<[char; 3]> {
    let mut all: Vec<[char; 3]> = folded
        .split(' ')
        .filter(|word| !word.is_empty())
        .flat_map(|word| {
            let padded: Vec<char> = [' ', ' '].into_iter().chain(word.chars()).chain([' ']).collect();
            padded.windows(3).map(|w| [w[0], w[1], w[2]]).collect::<Vec<_>>()
        })
        .collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// How much of the asked words stands in the text, 0 to 1, forgiving typing errors: each asked word counts
/// with its likest word in the text, a beginning of a word counts nearly whole. Both are [`fold`]ed first by
/// the caller.
#[must_use]
pub fn likeness(asked: &str, text: &str) -> f64 {
    let words: Vec<&str> = text.split(' ').filter(|word| !word.is_empty()).collect();
    let asked: Vec<&str> = asked.split(' ').filter(|word| !word.is_empty()).collect();
    if asked.is_empty() {
        return 0.0;
    }
    let total: f64 = asked
        .iter()
        .map(|wanted| {
            words
                .iter()
                .map(|word| word_likeness(wanted, word))
                .fold(0.0, f64::max)
        })
        .sum();
    #[expect(clippy::cast_precision_loss, reason = "a query has a handful of words")]
    let count = asked.len() as f64;
    total / count
}

fn word_likeness(wanted: &str, word: &str) -> f64 {
    if wanted == word {
        return 1.0;
    }
    if word.starts_with(wanted) {
        return 0.9;
    }
    // An ending more (a plural) counts little: the word is also compared as far as the asked one reaches.
    let reach: String = word.chars().take(wanted.chars().count() + 1).collect();
    0.8 * alike(wanted, word).max(0.95 * alike(wanted, &reach))
}

/// The share of pieces that two words have in common.
fn alike(a: &str, b: &str) -> f64 {
    let (a, b) = (trigrams(a), trigrams(b));
    let shared = a.iter().filter(|piece| b.binary_search(piece).is_ok()).count();
    #[expect(clippy::cast_precision_loss, reason = "a word has a handful of pieces")]
    let (shared, union) = (shared as f64, (a.len() + b.len() - shared) as f64);
    shared / union.max(1.0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn accents_case_and_apostrophes_do_not_matter() {
        assert_eq!(fold("Braine-l’Alleud"), "braine l alleud");
        assert_eq!(fold("Cœur de l'Été"), "coeur de l ete");
        assert_eq!(fold("  ¼ de la Wallonie "), "1 4 de la wallonie");
    }

    #[test]
    fn a_typing_error_is_forgiven_and_a_stranger_is_not() {
        assert!(likeness("legumrie", "creation d une legumerie") > 0.4);
        assert!(likeness("ratav", "reseau aliment terre ratav") > 0.99);
        assert!(likeness("rata", "projet rata") > likeness("rata", "ratav"));
        assert!(likeness("tracteur", "creation d une legumerie") < 0.2);
    }

    #[test]
    fn the_reader_s_best_language_wins() {
        assert_eq!(Lang::from_header("en;q=0.4, nl-BE, fr;q=0.9"), Lang::Nl);
        assert_eq!(Lang::from_header("pt, *;q=0.1"), Lang::Fr);
        assert_eq!(Lang::from_header(""), Lang::Fr);
    }

    proptest! {
        #[test]
        fn folding_twice_changes_nothing(text: String) {
            let once = fold(&text);
            prop_assert_eq!(fold(&once), once);
        }

        #[test]
        fn tidying_twice_changes_nothing(text: String) {
            let line = tidy_line(&text);
            prop_assert_eq!(tidy_line(&line), line);
            let paragraphs = tidy_paragraphs(&text);
            prop_assert_eq!(tidy_paragraphs(&paragraphs), paragraphs);
        }

        #[test]
        fn likeness_stays_between_nothing_and_all(a: String, b: String) {
            let value = likeness(&fold(&a), &fold(&b));
            prop_assert!((0.0..=1.0).contains(&value));
        }
    }
}
