//! The change feed over GraphQL: a page, a subscription, the policy; and what the JSON route shares with it: who waits,
//! for how long, and how many may. How the feed is read is the store's.

use std::sync::Arc;
use std::time::Duration;

use async_graphql::{Context, Enum, Object, Result, SimpleObject, Subscription};
use chrono::{DateTime, TimeDelta, Utc};
use domain::feed::{Filter, Kind, MOST, Reason, USUAL};
use domain::{RecordId, RecordType, TerritoryId};
use futures::{Stream, StreamExt as _, stream};
use store::{Content, FeedPage, Store};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::Instant;

use crate::ctx::{caller, store};
use crate::error::fail;
use crate::node::Node;
use crate::problem::{Code, Fault};

/// How many may wait at once; each costs a few kilobytes.
const WAITING: usize = 1_000;
/// How long a page over GraphQL may be waited for: less than a request may take.
const WAIT: Duration = Duration::from_secs(25);
/// How often superseded rows are cleared away.
const COMPACTION: Duration = Duration::from_secs(6 * 3_600);

/// Who waits for something to happen.
#[derive(Debug)]
pub struct Readers {
    places: Arc<Semaphore>,
    stopped: watch::Sender<bool>,
    retention_days: u32,
}

impl Readers {
    /// None yet; superseded rows are kept for so many days.
    #[must_use]
    pub fn new(retention_days: u32) -> Self {
        Self {
            places: Arc::new(Semaphore::new(WAITING)),
            stopped: watch::Sender::new(false),
            retention_days,
        }
    }

    /// Lets nobody wait any longer: the server is about to stop.
    pub fn stop(&self) {
        self.stopped.send_replace(true);
    }

    /// Takes a place among those who wait.
    ///
    /// # Errors
    /// Too many wait already.
    pub(crate) fn enter(&self) -> Result<OwnedSemaphorePermit, Fault> {
        Arc::clone(&self.places)
            .try_acquire_owned()
            .map_err(|_| Fault::new(Code::RateLimited).retry_after(10))
    }

    /// The server is about to stop.
    pub(crate) async fn stopped(&self) {
        // The sender is here, so it does not go away.
        let _ = self.stopped.subscribe().wait_for(|stopped| *stopped).await;
    }
}

/// What a reader asks of the feed.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) filter: Filter,
    pub(crate) first: usize,
    pub(crate) with_content: bool,
    /// The machine that asks, where it is one: how far it has read is proof that it heard of what was erased.
    pub(crate) reader: Option<uuid::Uuid>,
}

impl Asked {
    /// How many changes a page may have.
    ///
    /// # Errors
    /// None, or more than fit.
    pub(crate) fn first(first: Option<i64>) -> Result<usize, Fault> {
        first
            .map_or(Ok(USUAL), usize::try_from)
            .ok()
            .filter(|first| (1..=MOST).contains(first))
            .ok_or_else(|| {
                Fault::new(Code::BadRequest).because([
                    "first: une page compte de 1 à 500 changements.",
                    "first: een pagina telt 1 tot 500 wijzigingen.",
                    "first: eine Seite umfasst 1 bis 500 Änderungen.",
                    "first: a page holds 1 to 500 changes.",
                ])
            })
    }

    async fn page(&self, store: &Store, after: Option<&str>) -> Result<FeedPage, Fault> {
        let page = store
            .feed(&self.filter, after, self.first, self.with_content)
            .await?;
        if let (Some(reader), Some(after)) = (self.reader, after) {
            store.note_reader(reader, &self.filter, after).await?;
        }
        Ok(page)
    }

    /// A page; where it would be empty, the one that comes within this time.
    pub(crate) async fn next(
        &self,
        store: &Store,
        readers: &Readers,
        mut after: Option<String>,
        patience: Duration,
    ) -> Result<FeedPage, Fault> {
        if patience.is_zero() {
            return self.page(store, after.as_deref()).await;
        }
        let until = Instant::now() + patience;
        let mut bell = store.feed_bell();
        let mut place = None;
        loop {
            bell.borrow_and_update();
            let page = self.page(store, after.as_deref()).await?;
            if !page.changes.is_empty() || page.has_more {
                return Ok(page);
            }
            if place.is_none() {
                place = Some(readers.enter()?);
            }
            tokio::select! {
                Ok(()) = bell.changed() => after = Some(page.cursor),
                () = tokio::time::sleep_until(until) => return Ok(page),
                () = readers.stopped() => return Ok(page),
            }
        }
    }

    /// One page after the other, each as soon as there is something in it; the first in any case, for its cursor. Ends
    /// when the server stops, and after a fault.
    ///
    /// # Errors
    /// Too many wait already.
    pub(crate) fn follow(
        self,
        store: Store,
        readers: Arc<Readers>,
        after: Option<String>,
    ) -> Result<impl Stream<Item = Result<FeedPage, Fault>> + Send, Fault> {
        let place = readers.enter()?;
        let follower = Follower {
            asked: self,
            bell: store.feed_bell(),
            store,
            readers,
            after,
            has_begun: false,
            _place: place,
        };
        Ok(stream::unfold(Some(follower), async |follower| {
            let mut follower = follower?;
            match follower.turn().await {
                Ok(Some(page)) => Some((Ok(page), Some(follower))),
                Ok(None) => None,
                Err(fault) => Some((Err(fault), None)),
            }
        }))
    }
}

/// Somebody who follows the feed.
struct Follower {
    asked: Asked,
    store: Store,
    readers: Arc<Readers>,
    bell: watch::Receiver<u64>,
    after: Option<String>,
    has_begun: bool,
    _place: OwnedSemaphorePermit,
}

impl Follower {
    /// The next page with something in it; nothing where the server stops.
    async fn turn(&mut self) -> Result<Option<FeedPage>, Fault> {
        loop {
            self.bell.borrow_and_update();
            let page = self.asked.page(&self.store, self.after.as_deref()).await?;
            self.after = Some(page.cursor.clone());
            if !page.changes.is_empty() || !std::mem::replace(&mut self.has_begun, true) {
                self.has_begun = true;
                return Ok(Some(page));
            }
            if page.has_more {
                continue;
            }
            tokio::select! {
                Ok(()) = self.bell.changed() => {}
                () = self.readers.stopped() => return Ok(None),
            }
        }
    }
}

/// Hears what other servers write, and clears away what later rows supersede; never ends.
pub async fn keep(store: Store, retention_days: u32) {
    let clearing = async {
        loop {
            let before = store.mint().now() - TimeDelta::days(retention_days.into());
            match store.compact_feed(before).await {
                Ok(0) => {}
                Ok(cleared) => tracing::info!(cleared, "superseded rows of the feed were cleared away"),
                Err(error) => tracing::warn!(%error, "the feed could not be cleared"),
            }
            tokio::time::sleep(COMPACTION).await;
        }
    };
    tokio::join!(store.listen(), clearing);
}

/// A page of the change feed.
#[derive(SimpleObject)]
#[graphql(name = "FeedPage", crate = "domain::graphql")]
pub(crate) struct PageNode {
    /// What happened, in the order of commits.
    nodes: Vec<ChangeNode>,
    /// Where to go on, with the same filter; also after an empty page.
    cursor: String,
    /// Whether there is more to read at once.
    has_more: bool,
}

/// One thing that happened to a record.
#[derive(SimpleObject)]
#[graphql(name = "FeedChange", crate = "domain::graphql")]
struct ChangeNode {
    /// What happened.
    kind: Kind,
    /// The record.
    record_id: RecordId,
    /// Its kind, also where it is gone.
    record_type: RecordType,
    /// The revision of the state below; where there is none, the revision that the change made. Who has it already, or a
    /// later one, may ignore the change.
    revision: i32,
    /// When it happened.
    at: DateTime<Utc>,
    /// Why the record is gone, with `DELETE`.
    reason: Option<Reason>,
    /// The record that it went into, with `MERGE`; the one that is there again beside it, with `SPLIT`.
    into: Vec<RecordId>,
    /// The record as it is now, at `revision`, with `UPSERT` and `SPLIT`; it may be newer than the change.
    record: Option<Node>,
}

impl From<FeedPage> for PageNode {
    fn from(page: FeedPage) -> Self {
        let nodes = page.changes.into_iter().map(|change| ChangeNode {
            kind: change.kind,
            record_id: change.record,
            record_type: change.record.kind,
            revision: change.revision,
            at: change.at,
            reason: change.reason,
            into: change.into,
            record: change.content.map(|content| node(Arc::unwrap_or_clone(content))),
        });
        Self {
            nodes: nodes.collect(),
            cursor: page.cursor,
            has_more: page.has_more,
        }
    }
}

fn node(content: Content) -> Node {
    match content {
        Content::Territory(record) => Node::Territory(record.into()),
        Content::Organisation(record) => Node::Organisation(record.into()),
        Content::Chantier(record) => Node::Chantier(record.into()),
        Content::Step(record) => Node::Step(record.into()),
        Content::Resource(record) => Node::Resource(record.into()),
        Content::Participation(record) => Node::Participation(record.into()),
        Content::Project(record) => Node::Project(record.into()),
        Content::Source(record) => Node::Source(record.into()),
        Content::Offer(record) => Node::Offer(record.into()),
        Content::Need(record) => Node::Need(record.into()),
        Content::Council(record) => Node::Council(record.into()),
        Content::Seat(record) => Node::Seat(record.into()),
        Content::CouncilMeeting(record) => Node::CouncilMeeting(record.into()),
        Content::Vote(record) => Node::Vote(record.into()),
        Content::Decision(record) => Node::Decision(record.into()),
        Content::CouncilAction(record) => Node::CouncilAction(record.into()),
        Content::Evaluation(record) => Node::Evaluation(record.into()),
        Content::SharedItem(record) => Node::SharedItem(record.into()),
        Content::Endorsement(record) => Node::Endorsement(record.into()),
        Content::Expertise(record) => Node::Expertise(record.into()),
    }
}

/// How the feed keeps what was deleted; clients must tolerate new values.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum DeletedRecords {
    /// A deletion is told of as long as the database lives.
    Persistent,
}

/// What a reader of the change feed can rely on.
#[derive(SimpleObject)]
struct SyncPolicy {
    /// Changes when an older copy of the database was put back: every cursor from before has then expired.
    epoch: String,
    /// For how many days a cursor stays good at least.
    retention_days: u32,
    /// What becomes of deletions.
    deleted_records: DeletedRecords,
    /// The most changes of one page.
    max_page: u32,
    /// The longest that `waitSeconds` waits here; `GET /v1/changes` waits for 60 seconds, a subscription without end.
    max_wait_seconds: u32,
}

fn cost(first: Option<i32>, each: usize) -> usize {
    let rows = first.and_then(|rows| usize::try_from(rows).ok()).unwrap_or(USUAL);
    1 + rows.min(MOST) * each.max(1)
}

fn readers<'c>(ctx: &Context<'c>) -> &'c Arc<Readers> {
    ctx.data_unchecked::<Arc<Readers>>()
}

/// Reads the arguments; the records' content is read only where somebody asks for it.
fn asked(
    ctx: &Context<'_>,
    first: Option<i32>,
    types: Option<Vec<RecordType>>,
    provinces: Option<Vec<TerritoryId>>,
    communes: Option<Vec<TerritoryId>>,
) -> Result<Asked> {
    Ok(Asked {
        filter: Filter {
            types: types.unwrap_or_default(),
            provinces: provinces.unwrap_or_default(),
            communes: communes.unwrap_or_default(),
        },
        first: Asked::first(first.map(Into::into)).map_err(|fault| fail(ctx, fault))?,
        with_content: ctx.look_ahead().field("nodes").field("record").exists(),
        reader: caller(ctx).actor.client().map(|client| client.id),
    })
}

#[derive(Default)]
pub(crate) struct FeedQuery;

#[Object]
impl FeedQuery {
    /// The change feed: what happened to records that everybody may read, in the order of commits, never skipping one.
    /// Without `after` it begins with the present state of everything. See docs/integrate/feed.md.
    #[graphql(complexity = "cost(first, child_complexity)")]
    #[expect(clippy::too_many_arguments, reason = "the feed's arguments")]
    async fn changes(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "Where to go on: the `cursor` of the page before under the same filter, or that of an export."
        )]
        after: Option<String>,
        #[graphql(desc = "At most so many changes, 1 to 500; 100 unless given.")] first: Option<i32>,
        #[graphql(desc = "Of these kinds of record only; of all where empty.")] types: Option<
            Vec<RecordType>,
        >,
        #[graphql(desc = "Of what lies in these provinces (or in `communes`), by code or identifier.")]
        provinces: Option<Vec<TerritoryId>>,
        #[graphql(desc = "Of what lies in these communes (or in `provinces`), by code or identifier.")]
        communes: Option<Vec<TerritoryId>>,
        #[graphql(desc = "Wait so long for something to happen, at most 25 seconds.")] wait_seconds: Option<
            u32,
        >,
    ) -> Result<PageNode> {
        let asked = asked(ctx, first, types, provinces, communes)?;
        let patience = Duration::from_secs(wait_seconds.unwrap_or(0).into()).min(WAIT);
        let page = asked.next(store(ctx), readers(ctx), after, patience).await;
        Ok(page.map_err(|fault| fail(ctx, fault))?.into())
    }

    /// What a reader of the change feed can rely on.
    async fn sync_policy(&self, ctx: &Context<'_>) -> Result<SyncPolicy> {
        let epoch = store(ctx).feed_epoch().await;
        Ok(SyncPolicy {
            epoch: epoch.map_err(|error| fail(ctx, error))?,
            retention_days: readers(ctx).retention_days,
            deleted_records: DeletedRecords::Persistent,
            max_page: u32::try_from(MOST).unwrap_or(u32::MAX),
            max_wait_seconds: u32::try_from(WAIT.as_secs()).unwrap_or(u32::MAX),
        })
    }
}

/// What can be followed.
#[derive(Default)]
pub struct FeedSubscription;

#[Subscription(name = "Subscription")]
impl FeedSubscription {
    /// The change feed's pages, each as soon as there is something in it; the first at once, for its cursor. Over
    /// server-sent events: `POST /graphql` with `Accept: text/event-stream`.
    #[graphql(complexity = "cost(first, child_complexity)")]
    async fn changes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Where to go on: a page's `cursor` under the same filter, or that of an export.")]
        after: Option<String>,
        #[graphql(desc = "At most so many changes a page, 1 to 500; 100 unless given.")] first: Option<i32>,
        #[graphql(desc = "Of these kinds of record only; of all where empty.")] types: Option<
            Vec<RecordType>,
        >,
        #[graphql(desc = "Of what lies in these provinces (or in `communes`), by code or identifier.")]
        provinces: Option<Vec<TerritoryId>>,
        #[graphql(desc = "Of what lies in these communes (or in `provinces`), by code or identifier.")]
        communes: Option<Vec<TerritoryId>>,
    ) -> Result<impl Stream<Item = Result<PageNode>>> {
        let asked = asked(ctx, first, types, provinces, communes)?;
        let caller = caller(ctx).clone();
        let pages = asked
            .follow(store(ctx).clone(), Arc::clone(readers(ctx)), after)
            .map_err(|fault| fail(ctx, fault))?;
        Ok(pages.map(move |page| {
            page.map(Into::into)
                .map_err(|fault| crate::error::failed(&caller, &fault))
        }))
    }
}
