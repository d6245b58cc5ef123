//! What a record is found by, beside its own columns: its tags, its links, its places and its words. Written
//! with the record, by the one door for changes, so that lists, territories and search need no code of their
//! own.

use crate::id::{RecordId, TerritoryId};

/// What a record is found by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facets {
    /// Values of a field that holds several: (field, word).
    pub tags: Vec<(&'static str, String)>,
    /// Other records that a field names: (field, target).
    pub links: Vec<(&'static str, RecordId)>,
    /// The records that it belongs to, among those: what happens to it is told in their history too.
    pub owners: Vec<RecordId>,
    /// The territories it lies in or acts in: (field, territory).
    pub places: Vec<(&'static str, TerritoryId)>,
    /// The words it is searched by; absent where the record is not for everybody's search.
    pub words: Option<Words>,
}

/// The words of a record in the search.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words {
    /// What a result shows.
    pub title: String,
    /// Its names: title, acronym, aliases.
    pub names: Vec<String>,
    /// What else speaks of it.
    pub body: Vec<String>,
}

impl Facets {
    /// Adds the words of a field that holds several.
    pub fn tag<T: std::fmt::Display>(&mut self, field: &'static str, words: &[T]) {
        self.tags
            .extend(words.iter().map(|word| (field, word.to_string())));
    }

    /// Adds the records that a field names.
    pub fn link<T: Copy + Into<RecordId>>(
        &mut self,
        field: &'static str,
        targets: impl IntoIterator<Item = T>,
    ) {
        self.links
            .extend(targets.into_iter().map(|target| (field, target.into())));
    }

    /// Adds the record that a field names, as one it belongs to.
    pub fn belong<T: Copy + Into<RecordId>>(
        &mut self,
        field: &'static str,
        owner: impl IntoIterator<Item = T>,
    ) {
        for owner in owner {
            self.owners.push(owner.into());
            self.links.push((field, owner.into()));
        }
    }

    /// Adds the territories that a field names.
    pub fn place(&mut self, field: &'static str, territories: impl IntoIterator<Item = TerritoryId>) {
        self.places
            .extend(territories.into_iter().map(|territory| (field, territory)));
    }

    /// The territories, each once.
    #[must_use]
    pub fn territories(&self) -> Vec<TerritoryId> {
        let mut territories: Vec<TerritoryId> = self.places.iter().map(|(_, territory)| *territory).collect();
        territories.sort_unstable();
        territories.dedup();
        territories
    }
}
