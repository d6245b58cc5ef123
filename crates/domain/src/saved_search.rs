//! Saved searches: how somebody narrows offers or needs, kept under a name, for that person only.

use crate::check::Checks;
use crate::facet::Facets;
use crate::id::PersonId;
use crate::policy::Action;
use crate::record::{Rules, Verb};

choices! {
    /// The list that a saved search narrows.
    pub enum List as "SavedSearchList" {
        /// The offers.
        Offers = "OFFERS",
        /// The needs.
        Needs = "NEEDS",
    }
}

impl List {
    /// The path of the list on the screen.
    #[must_use]
    pub const fn path(self) -> &'static str {
        match self {
            Self::Offers => "/offres",
            Self::Needs => "/demandes",
        }
    }
}

record! {
    /// A search of offers or needs that somebody keeps under a name: for that person only.
    SavedSearch, SavedSearchId, SavedSearch, NewSavedSearch, SavedSearchPatch;
    fixed {
        /// Whose it is.
        person_id: Option<PersonId>,
    }
    required {
        /// What its owner calls it.
        name: String,
        /// The list it narrows.
        list: List,
        /// How it narrows it: the query of the list's address on the screen, without its question mark.
        query: String,
    }
    optional {}
}

impl SavedSearch {
    /// The address of its list on the screen, narrowed.
    #[must_use]
    pub fn address(&self) -> String {
        format!("{}?{}", self.list.path(), self.query)
    }
}

impl Rules for SavedSearch {
    fn check(&mut self, checks: &mut Checks) {
        checks.line("name", &mut self.name);
        checks.query("query", &mut self.query);
    }

    fn facets(&self) -> Facets {
        let mut facets = Facets::default();
        facets.link("personId", self.person_id);
        facets
    }

    fn reading(&self) -> Option<Action> {
        Some(self.action(Verb::Update))
    }

    fn action(&self, _verb: Verb) -> Action {
        Action::KeepSearch {
            person: self.person_id,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn search(query: &str) -> SavedSearch {
        let now = chrono::DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        serde_json::from_value(serde_json::json!({
            "id": crate::SavedSearchId(uuid::Uuid::nil()), "revision": 1, "createdAt": now, "updatedAt": now,
            "name": "  Du pain ", "list": "OFFERS", "query": query,
        }))
        .unwrap()
    }

    fn refused(query: &str) -> Vec<String> {
        let mut checks = Checks::default();
        search(query).check(&mut checks);
        let refusals = checks.finish().err().unwrap_or_default();
        refusals.iter().map(|it| it.field().to_owned()).collect()
    }

    #[test]
    fn a_search_has_a_name_and_the_query_of_an_address() {
        let mut kept = search("?produit=bread&mois=6,7");
        let mut checks = Checks::default();
        kept.check(&mut checks);
        assert!(checks.finish().is_ok());
        assert_eq!(
            (kept.name.as_str(), kept.address().as_str()),
            ("Du pain", "/offres?produit=bread&mois=6,7")
        );
    }

    #[test]
    fn what_is_no_query_is_refused() {
        for wrong in [
            "",
            " ",
            "?",
            "produit=bread#top",
            "produit=a b",
            "q=\u{7}",
            &"é".repeat(10),
            &"a".repeat(2_001),
        ] {
            assert_eq!(refused(wrong), ["query"], "{wrong:?}");
        }
    }
}
