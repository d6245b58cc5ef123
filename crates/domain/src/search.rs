//! How search results are ranked, the same on both databases.

use crate::id::RecordId;
use crate::text::{fold, likeness};

/// The longest query that is read, in characters.
pub const LONGEST_QUERY: usize = 200;

/// Below this a candidate is not a result.
pub const LEAST: f64 = 0.34;

/// What the database found and how it reads.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// The record.
    pub record: RecordId,
    /// What a result shows.
    pub title: String,
    /// Its names, folded.
    pub names: String,
    /// What else speaks of it, folded.
    pub body: String,
}

/// A result: the record, what to show, how well it fits (0 to 1).
#[derive(Clone, Debug)]
pub struct Hit {
    /// The record.
    pub record: RecordId,
    /// What a result shows.
    pub title: String,
    /// How well it fits, 0 to 1.
    pub score: f64,
}

/// What is looked for, folded: without the single letters that an apostrophe leaves of an article, where there is more.
#[must_use]
pub fn looked_for(asked: &str) -> String {
    let short: String = asked.chars().take(LONGEST_QUERY).collect();
    let folded = fold(&short);
    let is_letter = |word: &&str| word.chars().count() == 1 && word.chars().all(char::is_alphabetic);
    let words: Vec<&str> = folded.split(' ').filter(|word| !is_letter(word)).collect();
    let words = words.join(" ");
    if words.is_empty() { folded } else { words }
}

/// Orders the candidates by how well they fit what was asked: a name counts whole, the rest for three quarters.
#[must_use]
pub fn rank(asked: &str, candidates: Vec<Candidate>, most: usize) -> Vec<Hit> {
    let asked = looked_for(asked);
    let mut hits: Vec<Hit> = candidates
        .into_iter()
        .map(|candidate| {
            let name = likeness(&asked, &candidate.names);
            let body = likeness(&asked, &candidate.body);
            // Words may be spread over the names and the rest.
            let both = likeness(&asked, &format!("{} {}", candidate.names, candidate.body));
            Hit {
                record: candidate.record,
                title: candidate.title,
                score: name.max(0.75 * body).max(0.75 * both),
            }
        })
        .filter(|hit| hit.score >= LEAST)
        .collect();
    hits.sort_by(|a, b| {
        b.score
            .total_cmp(&a.score)
            .then_with(|| a.title.cmp(&b.title))
            .then_with(|| a.record.cmp(&b.record))
    });
    hits.truncate(most);
    hits
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::change::RecordType;

    fn candidate(number: u128, title: &str, body: &str) -> Candidate {
        let record = RecordId {
            kind: RecordType::Project,
            uuid: Uuid::from_u128(number),
        };
        Candidate {
            record,
            title: title.into(),
            names: fold(title),
            body: fold(body),
        }
    }

    #[test]
    fn an_article_is_not_looked_for() {
        assert_eq!(looked_for("L’Alleud"), "alleud");
        assert_eq!(looked_for("projet 7"), "projet 7");
        assert_eq!(looked_for("l' d'"), "l d");
        assert_eq!(looked_for(""), "");
        let hits = rank(
            "l'alleud",
            vec![
                candidate(1, "Réseau de l'est", ""),
                candidate(2, "Braine-l'Alleud", ""),
            ],
            9,
        );
        assert_eq!(hits.len(), 1);
    }

    #[test]
    fn a_name_comes_before_a_mention_and_a_stranger_does_not_come() {
        let hits = rank(
            "légumerie",
            vec![
                candidate(1, "Filière", "une légumerie"),
                candidate(2, "Légumerie de Tournai", ""),
                candidate(3, "Pain", "four"),
            ],
            10,
        );
        let order: Vec<u128> = hits.iter().map(|hit| hit.record.uuid.as_u128()).collect();
        assert_eq!(order, [2, 1]);
    }
}
