//! What many resolvers ask of expertise, once for all of them.

use std::collections::HashMap;
use std::sync::Arc;

use domain::expertise::need::{ExpertiseNeed, Reader};
use domain::{Actor, ExpertiseId, ExpertiseNeedId, RecordId, RecordType};
use store::{ExpertiseMatch, Store};

use crate::load::Question;

/// The matches of a need or an offer of expertise, the best first; of an offer those that the caller may see.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct ExpertiseMatchesOf(pub(crate) RecordId);

impl Question for ExpertiseMatchesOf {
    type Answer = Arc<Vec<ExpertiseMatch>>;

    async fn ask(
        store: &Store,
        actor: &Actor,
        all: &[Self],
    ) -> store::Result<HashMap<Self, Arc<Vec<ExpertiseMatch>>>> {
        let asked = |kind: RecordType| {
            let alike = all.iter().filter(move |of| of.0.kind == kind);
            alike.map(|of| of.0.uuid)
        };
        let needs: Vec<ExpertiseNeedId> = asked(RecordType::ExpertiseNeed).map(Into::into).collect();
        let offers: Vec<ExpertiseId> = asked(RecordType::Expertise).map(Into::into).collect();
        let of_needs = store.matches_of_expertise_needs(&needs).await?;
        let of_offers = store.matches_of_expertises(&offers, &Reader::of(actor)).await?;
        let needs = of_needs
            .into_iter()
            .map(|(id, found)| (Self(id.into()), Arc::new(found)));
        let offers = of_offers
            .into_iter()
            .map(|(id, found)| (Self(id.into()), Arc::new(found)));
        Ok(needs.chain(offers).collect())
    }
}

/// A need of expertise, where the caller may see it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct SeenNeed(pub(crate) ExpertiseNeedId);

impl Question for SeenNeed {
    type Answer = ExpertiseNeed;

    async fn ask(store: &Store, actor: &Actor, all: &[Self]) -> store::Result<HashMap<Self, ExpertiseNeed>> {
        let ids: Vec<ExpertiseNeedId> = all.iter().map(|question| question.0).collect();
        let seen = store.seen_expertise_needs(actor, &ids).await?;
        Ok(seen.into_iter().map(|need| (Self(need.id), need)).collect())
    }
}

/// How many introductions keep an offer of expertise busy.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct LoadOf(pub(crate) ExpertiseId);

impl Question for LoadOf {
    type Answer = u64;

    async fn ask(store: &Store, _actor: &Actor, all: &[Self]) -> store::Result<HashMap<Self, u64>> {
        let ids: Vec<ExpertiseId> = all.iter().map(|question| question.0).collect();
        let loads = store.expertise_loads(&ids).await?;
        Ok(loads.into_iter().map(|(id, load)| (Self(id), load)).collect())
    }
}
