//! Reading many records at once for resolvers that each ask for one. Resolvers of one level ask in the same turn of
//! the request's task; the first of them lets that turn end, asks the store once for all, and hands out the answers.
//! No timer decides what goes together, so a query costs the same number of statements however busy the server is
//! (with async-graphql's own loader a page of 31 projects cost 9 statements or 43, as its timer fell).

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::sync::{Arc, Mutex, PoisonError};

use domain::chantier::Step;
use domain::page::Page;
use domain::{Actor, ChantierId, NeedId, OfferId, RecordId, RecordType};
use futures::channel::oneshot;
use store::{Entry, Listed, Match, Naming, Relation, Slice, Store, Stored};

/// What several resolvers wait for.
type Shared<T> = Result<T, Arc<store::Error>>;

/// Something that many resolvers ask, one each.
pub(crate) trait Question: Clone + Eq + Hash + Send + Sync + 'static {
    /// What one of them is told.
    type Answer: Clone + Send + 'static;

    /// The answer, where the store keeps it in memory.
    fn at_hand(&self, _store: &Store) -> Option<Self::Answer> {
        None
    }

    /// Asks the store once for all of them.
    fn ask(
        store: &Store,
        actor: &Actor,
        all: &[Self],
    ) -> impl Future<Output = store::Result<HashMap<Self, Self::Answer>>> + Send;
}

/// Who waits for an answer to one question.
type Waiting<Q> = Vec<(Q, oneshot::Sender<Shared<Option<<Q as Question>::Answer>>>)>;

/// The loaders of one request.
pub(crate) struct Loader {
    store: Store,
    actor: Actor,
    /// By kind of question, those that wait for the turn to end.
    open: Mutex<HashMap<TypeId, Box<dyn Any + Send>>>,
}

impl Loader {
    /// For a request.
    pub(crate) fn new(store: Store, actor: Actor) -> Self {
        Self {
            store,
            actor,
            open: Mutex::default(),
        }
    }

    /// The answer to one question, asked together with those of the other resolvers of this turn.
    pub(crate) async fn one<Q: Question>(&self, question: Q) -> Shared<Option<Q::Answer>> {
        if let Some(answer) = question.at_hand(&self.store) {
            return Ok(Some(answer));
        }
        loop {
            let (sender, receiver) = oneshot::channel();
            let is_first = self.with_waiting::<Q, _>(|waiting| {
                waiting.push((question.clone(), sender));
                waiting.len() == 1
            });
            if is_first {
                self.lead::<Q>().await;
            }
            // Whoever led may have been dropped with its part of the answer: then somebody else leads.
            if let Ok(answer) = receiver.await {
                return answer;
            }
        }
    }

    /// The answers to several questions.
    pub(crate) async fn many<Q: Question>(
        &self,
        questions: impl IntoIterator<Item = Q>,
    ) -> Shared<HashMap<Q, Q::Answer>> {
        let asked = questions.into_iter().map(async |question| {
            let answer = self.one(question.clone()).await?;
            Ok::<_, Arc<store::Error>>(answer.map(|answer| (question, answer)))
        });
        let answers = futures::future::try_join_all(asked).await?;
        Ok(answers.into_iter().flatten().collect())
    }

    /// Lets the turn end, asks once, hands out the answers.
    async fn lead<Q: Question>(&self) {
        let abandoned = Abandoned::<Q> {
            loader: self,
            of: PhantomData,
        };
        // Of many siblings not all are run in one go: the turn has ended when no further question came.
        let mut gathered = 0;
        loop {
            tokio::task::yield_now().await;
            let now = self.with_waiting::<Q, _>(|waiting| waiting.len());
            if now == gathered {
                break;
            }
            gathered = now;
        }
        std::mem::forget(abandoned);
        let waiting = self.with_waiting::<Q, _>(std::mem::take);
        let mut asked: Vec<Q> = Vec::with_capacity(waiting.len());
        let mut seen = std::collections::HashSet::with_capacity(waiting.len());
        for (question, _) in &waiting {
            if seen.insert(question.clone()) {
                asked.push(question.clone());
            }
        }
        let mut answers = Q::ask(&self.store, &self.actor, &asked).await.map_err(Arc::new);
        let is_each_once = asked.len() == waiting.len();
        for (question, sender) in waiting {
            let answer = match &mut answers {
                // A page of records is not copied where only one asks for it.
                Ok(known) if is_each_once => Ok(known.remove(&question)),
                Ok(known) => Ok(known.get(&question).cloned()),
                Err(error) => Err(Arc::clone(error)),
            };
            // Who no longer waits needs no answer.
            drop(sender.send(answer));
        }
    }

    fn with_waiting<Q: Question, T>(&self, work: impl FnOnce(&mut Waiting<Q>) -> T) -> T {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let waiting = open
            .entry(TypeId::of::<Q>())
            .or_insert_with(|| Box::new(Waiting::<Q>::new()));
        work(
            waiting
                .downcast_mut()
                .expect("each kind of question has its own list"),
        )
    }
}

/// If the leader is dropped before it asks, those who wait are told to ask again.
struct Abandoned<'l, Q: Question> {
    loader: &'l Loader,
    of: PhantomData<fn() -> Q>,
}

impl<Q: Question> Drop for Abandoned<'_, Q> {
    fn drop(&mut self) {
        self.loader.with_waiting::<Q, _>(Vec::clear);
    }
}

/// One record by its identifier; one that was merged away answers its survivor.
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

impl<R: Stored> Question for ById<R> {
    type Answer = R;

    fn at_hand(&self, store: &Store) -> Option<R> {
        store.at_hand(self.0)
    }

    async fn ask(store: &Store, _actor: &Actor, all: &[Self]) -> store::Result<HashMap<Self, R>> {
        let ids: Vec<R::Id> = all.iter().map(|question| question.0).collect();
        let known = store.known_as::<R>(&ids).await?;
        Ok(known.into_iter().map(|(id, record)| (Self(id), record)).collect())
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

impl<R: Listed> Question for Related<R> {
    type Answer = Slice<R>;

    async fn ask(store: &Store, _actor: &Actor, all: &[Self]) -> store::Result<HashMap<Self, Slice<R>>> {
        let mut alike: HashMap<(Relation, R::Order, &Page), Vec<RecordId>> = HashMap::new();
        for question in all {
            alike
                .entry((question.relation, question.order, &question.page))
                .or_default()
                .push(question.parent);
        }
        let mut found = HashMap::with_capacity(all.len());
        for ((relation, order, page), parents) in alike {
            for (parent, slice) in store.related::<R>(relation, order, page, &parents).await? {
                found.insert(
                    Self {
                        relation,
                        order,
                        page: page.clone(),
                        parent,
                        of: PhantomData,
                    },
                    slice,
                );
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

impl Question for RelatedCount {
    type Answer = u64;

    async fn ask(store: &Store, _actor: &Actor, all: &[Self]) -> store::Result<HashMap<Self, u64>> {
        let mut alike: HashMap<(RecordType, Relation), Vec<RecordId>> = HashMap::new();
        for question in all {
            alike
                .entry((question.kind, question.relation))
                .or_default()
                .push(question.parent);
        }
        let mut found = HashMap::with_capacity(all.len());
        for ((kind, relation), parents) in alike {
            for (parent, count) in store.related_counts(kind, relation, &parents).await? {
                found.insert(
                    Self {
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

/// How many records of each kind name a record.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct NamingsOf(pub(crate) RecordId);

impl Question for NamingsOf {
    type Answer = Naming;

    async fn ask(store: &Store, _actor: &Actor, all: &[Self]) -> store::Result<HashMap<Self, Naming>> {
        let records: Vec<RecordId> = all.iter().map(|question| question.0).collect();
        let namings = store.namings(&records).await?;
        Ok(namings
            .into_iter()
            .map(|(record, naming)| (Self(record), naming))
            .collect())
    }
}

/// All steps of a chantier, for what is derived from all of them.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct AllSteps(pub(crate) ChantierId);

impl Question for AllSteps {
    type Answer = Vec<Step>;

    async fn ask(store: &Store, _actor: &Actor, all: &[Self]) -> store::Result<HashMap<Self, Vec<Step>>> {
        let ids: Vec<ChantierId> = all.iter().map(|question| question.0).collect();
        let steps = store.steps_of(&ids).await?;
        Ok(steps.into_iter().map(|(id, steps)| (Self(id), steps)).collect())
    }
}

/// The matches of a need or an offer, the best first.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct MatchesOf {
    pub(crate) record: RecordId,
    pub(crate) only_local: bool,
}

impl Question for MatchesOf {
    type Answer = Arc<Vec<Match>>;

    async fn ask(
        store: &Store,
        _actor: &Actor,
        all: &[Self],
    ) -> store::Result<HashMap<Self, Arc<Vec<Match>>>> {
        let mut found = HashMap::with_capacity(all.len());
        for only_local in [false, true] {
            let asked = |kind: RecordType| {
                let alike = all.iter().filter(move |of| of.only_local == only_local);
                alike
                    .filter(move |of| of.record.kind == kind)
                    .map(|of| of.record.uuid)
            };
            let needs: Vec<NeedId> = asked(RecordType::Need).map(Into::into).collect();
            let offers: Vec<OfferId> = asked(RecordType::Offer).map(Into::into).collect();
            let of = |record: RecordId| Self { record, only_local };
            if !needs.is_empty() {
                let matches = store.matches_of_needs(&needs, only_local).await?;
                found.extend(
                    matches
                        .into_iter()
                        .map(|(id, matches)| (of(id.into()), Arc::new(matches))),
                );
            }
            if !offers.is_empty() {
                let matches = store.matches_of_offers(&offers, only_local).await?;
                found.extend(
                    matches
                        .into_iter()
                        .map(|(id, matches)| (of(id.into()), Arc::new(matches))),
                );
            }
        }
        Ok(found)
    }
}

/// A page of a record's history, as the caller may see it.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct HistoryOf {
    pub(crate) record: RecordId,
    pub(crate) page: Page,
}

impl Question for HistoryOf {
    type Answer = Slice<Entry>;

    async fn ask(store: &Store, actor: &Actor, all: &[Self]) -> store::Result<HashMap<Self, Slice<Entry>>> {
        let mut alike: HashMap<&Page, Vec<RecordId>> = HashMap::new();
        for question in all {
            alike.entry(&question.page).or_default().push(question.record);
        }
        let mut found = HashMap::with_capacity(all.len());
        for (page, records) in alike {
            for (record, slice) in store.histories(actor, page, &records).await? {
                found.insert(
                    Self {
                        record,
                        page: page.clone(),
                    },
                    slice,
                );
            }
        }
        Ok(found)
    }
}

/// How many entries of a record's history the caller may see.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct HistoryCount(pub(crate) RecordId);

impl Question for HistoryCount {
    type Answer = u64;

    async fn ask(store: &Store, actor: &Actor, all: &[Self]) -> store::Result<HashMap<Self, u64>> {
        let records: Vec<RecordId> = all.iter().map(|question| question.0).collect();
        let counts = store.history_counts(actor, &records).await?;
        Ok(counts
            .into_iter()
            .map(|(record, count)| (Self(record), count))
            .collect())
    }
}
