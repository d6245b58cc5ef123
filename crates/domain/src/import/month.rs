//! Months as people write them: numbers, names in four languages, ranges that may go over the new year.

use crate::text::fold;

/// The names of each month in French, Dutch, German and English, folded.
const NAMES: [&[&str]; 12] = [
    &["janvier", "januari", "januar", "january"],
    &["fevrier", "februari", "februar", "february"],
    &["mars", "maart", "marz", "march", "mrt"],
    &["avril", "april"],
    &["mai", "mei", "may"],
    &["juin", "juni", "june"],
    &["juillet", "juli", "july"],
    &["aout", "augustus", "august"],
    &["septembre", "september"],
    &["octobre", "oktober", "october"],
    &["novembre", "november"],
    &["decembre", "december", "dezember"],
];

/// What says that a range follows.
const UNTIL: [&str; 8] = ["a", "au", "jusque", "tot", "tm", "bis", "to", "until"];
/// What says nothing.
const FILLING: [&str; 11] = [
    "de", "d", "du", "van", "von", "from", "et", "en", "und", "and", "jusqu",
];
/// What says the whole year.
const ALWAYS: [&str; 8] = [
    "toute l annee",
    "toute annee",
    "annee",
    "het hele jaar",
    "hele jaar",
    "ganzjahrig",
    "all year",
    "all year round",
];

/// The month that a word names.
fn named(word: &str) -> Option<u32> {
    if let Ok(number) = word.parse::<u32>() {
        return (1..=12).contains(&number).then_some(number);
    }
    let place = |fits: &dyn Fn(&str) -> bool| {
        let mut found = (1..)
            .zip(NAMES)
            .filter(|(_, names)| names.iter().any(|name| fits(name)));
        let first = found.next().map(|(month, _)| month);
        // A beginning that two months share says neither.
        first.filter(|_| found.next().is_none())
    };
    place(&|name| name == word).or_else(|| {
        (word.len() >= 3)
            .then(|| place(&|name| name.starts_with(word)))
            .flatten()
    })
}

/// The months that a cell says; none where it says something else.
pub(super) fn months(text: &str) -> Option<Vec<u32>> {
    if ALWAYS.contains(&fold(text).as_str()) {
        return Some((1..=12).collect());
    }
    let text = text.replace("t/m", " tot ");
    let mut months: Vec<u32> = Vec::new();
    let (mut last, mut is_range) = (None, false);
    for piece in text.split_inclusive(|c: char| !c.is_alphanumeric()) {
        let word = fold(piece);
        if UNTIL.contains(&word.as_str()) {
            is_range = last.is_some();
        } else if !word.is_empty() && !FILLING.contains(&word.as_str()) {
            let month = named(&word)?;
            let mut add = |month: u32| {
                if !months.contains(&month) {
                    months.push(month);
                }
            };
            if let Some(from) = last.filter(|_| is_range) {
                let mut at: u32 = from;
                while at != month {
                    at = at % 12 + 1;
                    add(at);
                }
            }
            add(month);
            (last, is_range) = (Some(month), false);
        }
        if piece.ends_with(['-', '–', '—', '→']) {
            is_range = last.is_some();
        }
    }
    months.sort_unstable();
    (!months.is_empty() && !is_range).then_some(months)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_read_as_they_are_written() {
        for (text, wanted) in [
            ("1;2;3", vec![1, 2, 3]),
            ("1; 12", vec![1, 12]),
            ("mars-juin", vec![3, 4, 5, 6]),
            ("Mars à Juin", vec![3, 4, 5, 6]),
            ("oct. – févr.", vec![1, 2, 10, 11, 12]),
            ("mei t/m juli", vec![5, 6, 7]),
            ("Juni und August", vec![6, 8]),
            ("de juillet à septembre, décembre", vec![7, 8, 9, 12]),
            ("05", vec![5]),
            ("Toute l'année", (1..=12).collect()),
            ("3-3", vec![3]),
        ] {
            assert_eq!(months(text), Some(wanted), "{text}");
        }
    }

    #[test]
    fn what_says_no_month_is_not_guessed() {
        for text in [
            "",
            "été",
            "13",
            "0",
            "jui",
            "ma",
            "mars-",
            "printemps-juin",
            "1-99999999999999999999",
        ] {
            assert_eq!(months(text), None, "{text}");
        }
    }
}
