//! Saved searches as rows.

use domain::saved_search::{List, NewSavedSearch, SavedSearch};
use domain::{Actor, PersonId};

use crate::connect::Store;
use crate::error::Result;
use crate::list::plain_list;

stored! {
    SavedSearch, row, "saved_search";
    plain {
        person_id: Option<PersonId>,
        name: String,
        list: List,
        query: String,
    }
    json {}
    derived {}
    own {
        "personId" = "person_id",
    }
}

plain_list!(SavedSearch, "saved_search");

impl Store {
    /// Keeps a search for the actor.
    ///
    /// # Errors
    /// Not somebody with an account, no name, what is no query.
    pub async fn save_search(&self, actor: &Actor, new: NewSavedSearch) -> Result<SavedSearch> {
        let person = actor.person().map(|signed| signed.id);
        self.create_with::<SavedSearch>(actor, new, |search| search.person_id = person)
            .await
    }
}
