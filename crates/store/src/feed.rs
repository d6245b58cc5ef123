//! The change feed: what its pages hold, and who is told that something was written. `write` puts rows into it, `read` takes
//! pages out, by the cursors of `cursor`, and `clear` takes away what later rows say better.

mod clear;
mod cursor;
mod read;
mod write;

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::feed::{Kind, Reason};
use domain::record::Rules;
use domain::{RecordId, RecordType, TerritoryId};
use serde::Serialize;
use tokio::sync::{Notify, OnceCell, watch};
use uuid::Uuid;

use crate::connect::Store;
use crate::error::Result;

use cursor::Identity;

pub(crate) use cursor::Standing;
pub(crate) use write::NewFeedRow;

/// How often other servers' writes are looked for, while somebody waits.
const LOOK: Duration = Duration::from_secs(1);

/// A page of the feed.
#[derive(Clone, Debug)]
pub struct FeedPage {
    /// What happened, in the order of commits.
    pub changes: Vec<FeedChange>,
    /// Where to go on, also after an empty page.
    pub cursor: String,
    /// Whether there is more to read at once.
    pub has_more: bool,
}

/// One thing that happened.
#[derive(Clone, Debug)]
pub struct FeedChange {
    /// What.
    pub kind: Kind,
    /// To which record.
    pub record: RecordId,
    /// The revision of the content; where there is none, the revision that the change made.
    pub revision: i32,
    /// When.
    pub at: DateTime<Utc>,
    /// Why the record is gone.
    pub reason: Option<Reason>,
    /// The records that it went into; with a split, the one that is there again.
    pub into: Vec<RecordId>,
    /// The record as it is now.
    pub content: Option<Arc<Content>>,
}

/// Lists the kinds of record that the feed tells of, those of [`domain::feed::is_told`].
macro_rules! contents {
    ($($kind:ident = $record:path),+ $(,)?) => {
        /// A record that the feed tells of, as it is now.
        #[derive(Clone, Debug, Serialize)]
        #[serde(untagged)]
        #[expect(missing_docs, reason = "each is the record of its name")]
        pub enum Content {
            $($kind($record)),+
        }

        impl Content {
            /// The number of this state.
            #[must_use]
            pub fn revision(&self) -> i32 {
                match self { $(Self::$kind(record) => record.revision),+ }
            }

            fn territories(&self) -> Vec<TerritoryId> {
                match self { $(Self::$kind(record) => record.facets().territories()),+ }
            }
        }

        impl Store {
            /// The present state of records, one statement for each kind.
            async fn contents(&self, wanted: &BTreeMap<RecordType, Vec<Uuid>>) -> Result<HashMap<RecordId, Arc<Content>>> {
                let mut found = HashMap::with_capacity(wanted.values().map(Vec::len).sum());
                $(
                    if let Some(ids) = wanted.get(&RecordType::$kind) {
                        let ids: Vec<_> = ids.iter().map(|id| (*id).into()).collect();
                        for record in self.many::<$record>(&ids).await? {
                            found.insert(record.id.into(), Arc::new(Content::$kind(record)));
                        }
                    }
                )+
                Ok(found)
            }
        }
    };
}

contents! {
    Territory = domain::territory::Territory,
    Organisation = domain::organisation::Organisation,
    Chantier = domain::chantier::Chantier,
    Step = domain::chantier::Step,
    Resource = domain::chantier::Resource,
    Participation = domain::chantier::Participation,
    Project = domain::project::Project,
    Source = domain::source::Source,
    Offer = domain::offer::Offer,
    Need = domain::need::Need,
    Council = domain::council::Council,
    Seat = domain::council::Seat,
    CouncilMeeting = domain::council::CouncilMeeting,
    Vote = domain::council::Vote,
    Decision = domain::council::Decision,
    CouncilAction = domain::council::CouncilAction,
    Evaluation = domain::council::Evaluation,
    SharedItem = domain::council::SharedItem,
    Endorsement = domain::council::Endorsement,
    Expertise = domain::expertise::Expertise,
}

/// What the store keeps in memory for the feed's readers.
#[derive(Debug)]
pub(crate) struct Feed {
    identity: OnceCell<Identity>,
    bell: watch::Sender<u64>,
    /// How far each machine was seen to have read, and when, until it is kept.
    pub(crate) reached: Mutex<HashMap<Uuid, (i64, DateTime<Utc>)>>,
    /// Wakes whoever sends messages.
    messenger: Notify,
    /// Whether there were webhooks when they were last looked for: without any, nobody is woken at each commit.
    has_webhooks: AtomicBool,
}

impl Default for Feed {
    fn default() -> Self {
        Self {
            identity: OnceCell::new(),
            bell: watch::Sender::new(0),
            reached: Mutex::default(),
            messenger: Notify::new(),
            has_webhooks: AtomicBool::new(false),
        }
    }
}

impl Feed {
    /// Tells those who wait that something may have been written.
    pub(crate) fn ring(&self) {
        self.bell.send_modify(|times| *times = times.wrapping_add(1));
        if self.has_webhooks.load(Ordering::Relaxed) {
            self.wake_messenger();
        }
    }

    /// Notes whether there are webhooks to send to.
    pub(crate) fn note_webhooks(&self, any: bool) {
        self.has_webhooks.store(any, Ordering::Relaxed);
    }

    /// Tells whoever sends messages that there may be some.
    pub(crate) fn wake_messenger(&self) {
        self.messenger.notify_one();
    }
}

impl Store {
    /// Changes whenever something may have been written here, or seen to be written by another server.
    #[must_use]
    pub fn feed_bell(&self) -> watch::Receiver<u64> {
        self.feed.bell.subscribe()
    }

    /// Waits until something may have been written here, or a message was put into the queue, since the last time. For one
    /// who waits.
    pub async fn messenger_bell(&self) {
        self.feed.messenger.notified().await;
    }

    /// Looks for what other servers write, once a second for all who wait, as long as somebody does; never ends.
    pub async fn listen(&self) {
        let mut known = 0;
        loop {
            tokio::time::sleep(LOOK).await;
            if self.feed.bell.receiver_count() == 0 {
                continue;
            }
            match self.head().await {
                Ok(head) if head == known => {}
                Ok(head) => {
                    known = head;
                    self.note_written().await;
                    self.feed.ring();
                }
                Err(error) => tracing::warn!(%error, "the feed could not be looked at"),
            }
        }
    }
}
