//! Reading many records at once for resolvers that each ask for one: by identifier, by what they name, and how
//! many there are. One statement for each kind of question at each level of a query, however long its lists.

use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use domain::chantier::Step;
use domain::page::Page;
use domain::{ChantierId, RecordId, RecordType};
use store::{Listed, Relation, Slice, Store, Stored};

/// Reads for the loaders. Whether the caller may see what is read is asked by the resolvers.
pub(crate) struct Reader(pub(crate) Store);

/// Shared by all that waited for the same statement.
type Shared<T> = Result<T, Arc<store::Error>>;

/// One record by its identifier.
pub(crate) struct ById<R: Stored>(pub(crate) R::Id);

impl<R: Stored> Clone for ById<R> {
    fn clone(&self) -> Self {
        Self(self.0)
    }
}

impl<R: Stored> PartialEq for ById<R> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<R: Stored> Eq for ById<R> {}

impl<R: Stored> Hash for ById<R> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl<R: Stored> Loader<ById<R>> for Reader {
    type Value = R;
    type Error = Arc<store::Error>;

    async fn load(&self, keys: &[ById<R>]) -> Shared<HashMap<ById<R>, R>> {
        let ids: Vec<R::Id> = keys.iter().map(|key| key.0).collect();
        let records = self.0.many::<R>(&ids).await?;
        Ok(records
            .into_iter()
            .map(|record| (ById(record.id()), record))
            .collect())
    }
}

/// A page of the records that name a parent.
pub(crate) struct Related<R: Listed> {
    pub(crate) relation: Relation,
    pub(crate) order: R::Order,
    pub(crate) page: Page,
    pub(crate) parent: RecordId,
    pub(crate) of: PhantomData<fn() -> R>,
}

impl<R: Listed> Clone for Related<R> {
    fn clone(&self) -> Self {
        Self {
            page: self.page.clone(),
            ..*self
        }
    }
}

impl<R: Listed> PartialEq for Related<R> {
    fn eq(&self, other: &Self) -> bool {
        (self.relation, self.order, &self.page, self.parent)
            == (other.relation, other.order, &other.page, other.parent)
    }
}

impl<R: Listed> Eq for Related<R> {}

impl<R: Listed> Hash for Related<R> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.relation, self.order, &self.page, self.parent).hash(state);
    }
}

impl<R: Listed> Loader<Related<R>> for Reader {
    type Value = Slice<R>;
    type Error = Arc<store::Error>;

    async fn load(&self, keys: &[Related<R>]) -> Shared<HashMap<Related<R>, Slice<R>>> {
        let mut alike: HashMap<(Relation, R::Order, &Page), Vec<RecordId>> = HashMap::new();
        for key in keys {
            alike
                .entry((key.relation, key.order, &key.page))
                .or_default()
                .push(key.parent);
        }
        let mut found = HashMap::with_capacity(keys.len());
        for ((relation, order, page), parents) in alike {
            for (parent, slice) in self.0.related::<R>(relation, order, page, &parents).await? {
                let key = Related {
                    relation,
                    order,
                    page: page.clone(),
                    parent,
                    of: PhantomData,
                };
                found.insert(key, slice);
            }
        }
        Ok(found)
    }
}

/// How many records of a kind name a parent.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct RelatedCount {
    pub(crate) kind: RecordType,
    pub(crate) relation: Relation,
    pub(crate) parent: RecordId,
}

impl Loader<RelatedCount> for Reader {
    type Value = u64;
    type Error = Arc<store::Error>;

    async fn load(&self, keys: &[RelatedCount]) -> Shared<HashMap<RelatedCount, u64>> {
        let mut alike: HashMap<(RecordType, Relation), Vec<RecordId>> = HashMap::new();
        for key in keys {
            alike
                .entry((key.kind, key.relation))
                .or_default()
                .push(key.parent);
        }
        let mut found = HashMap::with_capacity(keys.len());
        for ((kind, relation), parents) in alike {
            for (parent, count) in self.0.related_counts(kind, relation, &parents).await? {
                found.insert(
                    RelatedCount {
                        kind,
                        relation,
                        parent,
                    },
                    count,
                );
            }
        }
        Ok(found)
    }
}

/// All steps of a chantier, for what is derived from all of them.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct AllSteps(pub(crate) ChantierId);

impl Loader<AllSteps> for Reader {
    type Value = Vec<Step>;
    type Error = Arc<store::Error>;

    async fn load(&self, keys: &[AllSteps]) -> Shared<HashMap<AllSteps, Vec<Step>>> {
        let ids: Vec<ChantierId> = keys.iter().map(|key| key.0).collect();
        let steps = self.0.steps_of(&ids).await?;
        Ok(steps
            .into_iter()
            .map(|(id, steps)| (AllSteps(id), steps))
            .collect())
    }
}
