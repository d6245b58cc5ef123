//! Does what is typed find a text? Compared as the server compares: without accents, case or marks.

use domain::text::fold;

/// Every typed word begins a word of the text.
pub fn matches(text: &str, typed: &str) -> bool {
    let text = fold(text);
    fold(typed)
        .split(' ')
        .all(|typed| typed.is_empty() || text.split(' ').any(|word| word.starts_with(typed)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typed_words_begin_words_in_any_order() {
        assert!(matches("Braine-l’Alleud", "all bra"));
        assert!(matches("Fontaine-l’Évêque", "EVEQUE"));
        assert!(!matches("Braine-l’Alleud", "lleud"));
        assert!(matches("anything", ""));
    }
}
