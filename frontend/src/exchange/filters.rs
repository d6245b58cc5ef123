//! What the address narrows offers and needs by, in the words of both lists: as it is now, or as a search was saved.

use crate::address;
use domain::{need, offer};
use leptos::prelude::*;
use leptos_router::params::ParamsMap;

/// The word of the address for every state.
pub const ALL: &str = "TOUT";
/// How far around a commune unless asked otherwise, in kilometres; and what can be asked.
pub const USUAL_RADIUS: i32 = 20;
pub const RADII: [i32; 7] = [5, 10, 20, 30, 50, 75, 100];

/// The names of the words.
pub const NAMES: [&str; 11] = [
    "q",
    "produit",
    "territoire",
    "pres",
    "rayon",
    "mois",
    "bio",
    "label",
    "etat",
    "organisation",
    "source",
];

/// The words and what they say; those that say nothing are not there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words(Vec<(&'static str, String)>);

impl Words {
    /// `value` answers what a word says.
    pub fn of(value: impl Fn(&'static str) -> Option<String>) -> Self {
        let said = |name| {
            let value = value(name)?.trim().to_owned();
            (!value.is_empty()).then_some((name, value))
        };
        Self(NAMES.into_iter().filter_map(said).collect())
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|it| it.0 == name).map(|it| it.1.as_str())
    }

    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.0.iter().map(|(name, value)| (*name, value.as_str()))
    }

    /// As the query of an address.
    pub fn written(&self) -> String {
        let query: ParamsMap = self
            .iter()
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        query.to_query_string().trim_start_matches('?').to_owned()
    }

    fn parsed<T: std::str::FromStr>(&self, name: &str) -> Option<T> {
        self.get(name)?.parse().ok()
    }

    fn text(&self, name: &str) -> Option<String> {
        self.get(name).map(str::to_owned)
    }

    pub fn kilometres(&self) -> i32 {
        self.parsed("rayon")
            .filter(|it| (1..=500).contains(it))
            .unwrap_or(USUAL_RADIUS)
    }

    fn near(&self) -> Option<offer::Near> {
        Some(offer::Near {
            commune: self.parsed("pres")?,
            kilometres: self.kilometres(),
        })
    }

    fn months(&self) -> Option<Vec<i32>> {
        let months = months(self.get("mois").unwrap_or_default());
        (!months.is_empty()).then(|| months.into_iter().map(i32::from).collect())
    }

    fn organic(&self) -> Option<bool> {
        match self.get("bio") {
            Some("oui") => Some(true),
            Some("non") => Some(false),
            _ => None,
        }
    }

    /// The states that are asked for; `usual` where none is named, none where all are.
    fn states<T: std::str::FromStr>(&self, usual: T) -> Option<Vec<T>> {
        (self.get("etat") != Some(ALL)).then(|| vec![self.parsed("etat").unwrap_or(usual)])
    }

    pub fn offers(&self) -> offer::Filter {
        offer::Filter {
            statuses: self.states(offer::Status::Open),
            product_types: self.text("produit").map(|it| vec![it]),
            organisations: self.parsed("organisation").map(|it| vec![it]),
            sources: self.parsed("source").map(|it| vec![it]),
            territory: self.parsed("territoire"),
            near: self.near(),
            months: self.months(),
            organic: self.organic(),
            labels: self.parsed("label").map(|it| vec![it]),
            text: self.text("q"),
            ..offer::Filter::default()
        }
    }

    pub fn needs(&self) -> need::Filter {
        need::Filter {
            statuses: self.states(need::Status::Open),
            product_types: self.text("produit").map(|it| vec![it]),
            organisations: self.parsed("organisation").map(|it| vec![it]),
            sources: self.parsed("source").map(|it| vec![it]),
            territory: self.parsed("territoire"),
            near: self.near(),
            months: self.months(),
            organic: self.organic(),
            labels: self.parsed("label").map(|it| vec![it]),
            text: self.text("q"),
            ..need::Filter::default()
        }
    }
}

/// The months of the address: `6,7`.
pub fn months(text: &str) -> Vec<u8> {
    text.split(',')
        .filter_map(|it| it.parse().ok())
        .filter(|it| (1..=12).contains(it))
        .collect()
}

pub type Word = (Signal<String>, Callback<String>);

/// The words of the address, each followed and changed by itself.
#[derive(Clone, Copy)]
pub struct Filters([Word; 11]);

impl Filters {
    pub fn of_address() -> Self {
        Self(NAMES.map(address::word))
    }

    pub fn word(self, name: &str) -> Word {
        let place = NAMES.iter().position(|it| *it == name).unwrap_or_default();
        self.0[place]
    }

    /// All of them as they are now; followed.
    pub fn words(self) -> Words {
        Words::of(|name| Some(self.word(name).0.get()))
    }

    pub fn set(self, name: &str, value: String) {
        self.word(name).1.run(value);
    }

    pub fn clear(self) {
        for (_, set) in self.0 {
            set.run(String::new());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(said: &[(&str, &str)]) -> Words {
        Words::of(|name| said.iter().find(|it| it.0 == name).map(|it| it.1.to_owned()))
    }

    #[test]
    fn what_is_open_is_asked_for_unless_the_address_says_otherwise() {
        assert_eq!(words(&[]).offers().statuses, Some(vec![offer::Status::Open]));
        assert_eq!(words(&[("etat", ALL)]).needs().statuses, None);
        let closed = words(&[("etat", "CLOSED")]).offers();
        assert_eq!(closed.statuses, Some(vec![offer::Status::Closed]));
    }

    #[test]
    fn several_months_and_a_distance_are_read() {
        let asked = words(&[
            ("mois", "6,7,13,x"),
            ("pres", "92094"),
            ("rayon", "50"),
            ("q", " pain "),
        ])
        .offers();
        assert_eq!(asked.months, Some(vec![6, 7]));
        assert_eq!(asked.near.map(|it| it.kilometres), Some(50));
        assert_eq!(asked.text.as_deref(), Some("pain"));
        let usual = words(&[("pres", "92094"), ("rayon", "0")]).needs();
        assert_eq!(usual.near.map(|it| it.kilometres), Some(USUAL_RADIUS));
    }
}
