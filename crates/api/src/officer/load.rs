//! What many resolvers ask of the officers, once for all of them.

use std::collections::HashMap;

use domain::officer::Routed;
use domain::person::Person;
use domain::{Actor, ChantierId, PersonId, TerritoryId};
use store::Store;

use crate::load::Question;

/// Who sees to a request today, by its owner, its commune and its subject.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct MinderOf {
    pub(crate) owner: PersonId,
    pub(crate) commune: TerritoryId,
    pub(crate) subject: Option<ChantierId>,
}

/// Who sees to a request.
#[derive(Clone)]
pub(crate) struct Minder {
    pub(crate) id: PersonId,
    pub(crate) name: Option<String>,
}

impl Question for MinderOf {
    type Answer = Minder;

    /// With their names: a question that came only after the roster would meet the other names' now and then, and a page
    /// cost one statement more or less.
    async fn ask(store: &Store, _actor: &Actor, all: &[Self]) -> store::Result<HashMap<Self, Minder>> {
        let roster = store.roster().await?;
        let minders: Vec<(Self, PersonId)> = all
            .iter()
            .map(|of| (*of, roster.minder(of.owner, of.commune, of.subject)))
            .collect();
        let ids: Vec<PersonId> = minders.iter().map(|(_, id)| *id).collect();
        let known = store.known_as::<Person>(&ids).await?;
        let name = |id: PersonId| known.get(&id).map(|person| person.name.clone());
        let told = minders.into_iter();
        Ok(told.map(|(of, id)| (of, Minder { id, name: name(id) })).collect())
    }
}

/// Which officer some territories are for.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct OfficerOf(pub(crate) Vec<TerritoryId>);

impl Question for OfficerOf {
    type Answer = Option<Routed>;

    async fn ask(
        store: &Store,
        _actor: &Actor,
        all: &[Self],
    ) -> store::Result<HashMap<Self, Option<Routed>>> {
        let places: Vec<Vec<TerritoryId>> = all.iter().map(|of| of.0.clone()).collect();
        let routed = store.officers_of(&places, None).await?;
        Ok(all.iter().cloned().zip(routed).collect())
    }
}
