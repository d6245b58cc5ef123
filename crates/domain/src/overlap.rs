//! How two directories overlap: in what two entries of the same organisation contradict each other. Nothing here reads a
//! database.

use crate::organisation::{Organisation, State};

/// The most contradicting pairs that are told one by one.
pub const TOLD: usize = 100;

/// The fields in which two entries of what seems to be one organisation contradict each other: both say something, and
/// not the same. What only one of them says contradicts nothing.
#[must_use]
pub fn contradictions(one: &Organisation, other: &Organisation) -> Vec<&'static str> {
    let numbers = one.numbers.iter().any(|number| {
        let of_register = other.numbers.iter().filter(|it| it.scheme == number.scheme);
        let theirs: Vec<_> = of_register.collect();
        !theirs.is_empty() && theirs.iter().all(|it| it.value != number.value)
    });
    let differ =
        |one: Option<String>, other: Option<String>| one.zip(other).is_some_and(|(one, other)| one != other);
    let website = |of: &Organisation| of.website.as_deref().map(host);
    let postcode = |of: &Organisation| of.address.as_ref().and_then(|it| it.postcode.clone());
    let street = |of: &Organisation| {
        let street = of.address.as_ref()?.street.as_deref()?;
        Some(crate::text::fold(street))
    };
    let state = one.state != other.state && ![one.state, other.state].contains(&State::Unknown);
    [
        (numbers, "numbers"),
        (differ(website(one), website(other)), "website"),
        (
            differ(postcode(one), postcode(other)) || differ(street(one), street(other)),
            "address",
        ),
        (state, "state"),
    ]
    .into_iter()
    .filter_map(|(contradicts, field)| contradicts.then_some(field))
    .collect()
}

/// The host of a web address, however it was written: the scheme, `www.` and the page do not make another website.
fn host(address: &str) -> String {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    host.trim_start_matches("www.").to_lowercase()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn farm(more: &Value) -> Organisation {
        let now = chrono::DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let mut all = json!({
            "id": crate::OrganisationId(uuid::Uuid::nil()), "revision": 1, "createdAt": now, "updatedAt": now,
            "name": "Ferme du Bois",
        });
        for (field, value) in more.as_object().unwrap() {
            all[field] = value.clone();
        }
        serde_json::from_value(all).unwrap()
    }

    #[test]
    fn what_only_one_says_contradicts_nothing() {
        let silent = farm(&json!({}));
        let telling = farm(&json!({
            "website": "https://ferme.be", "state": "ACTIVE", "address": {"postcode": "5170"},
            "numbers": [{"scheme": "ENTERPRISE", "value": "0403170701"}],
        }));
        assert!(contradictions(&silent, &telling).is_empty());
        assert!(contradictions(&telling, &telling.clone()).is_empty());
    }

    #[test]
    fn what_both_say_otherwise_is_told_by_its_field() {
        let one = farm(&json!({
            "website": "https://www.ferme.be/contact", "state": "ACTIVE", "address": {"postcode": "5170", "street": "Rue du Bois 1"},
            "numbers": [{"scheme": "ENTERPRISE", "value": "0403170701"}],
        }));
        let same = farm(
            &json!({"website": "http://ferme.be", "address": {"postcode": "5170", "street": "rue du bois, 1"}}),
        );
        assert!(contradictions(&one, &same).is_empty(), "written otherwise");
        let other = farm(&json!({
            "website": "https://autre.be", "state": "CEASED", "address": {"postcode": "5000"},
            "numbers": [{"scheme": "ENTERPRISE", "value": "0200000000"}, {"scheme": "GLN", "value": "1"}],
        }));
        assert_eq!(
            contradictions(&one, &other),
            ["numbers", "website", "address", "state"]
        );
    }
}
