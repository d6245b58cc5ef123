//! The change feed read: what happened to records, in the order of commits, with their present state; the cursors by
//! which a reader goes on; who is told that something was written; and the clearing of what later rows say better.
//!
//! Rows are read by their number. The writers' lock makes that the order of commits, so what a reader has passed never
//! grows.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use domain::feed::{Detail, Filter, Kind, Reason};
use domain::record::Rules;
use domain::{RecordId, RecordType, TerritoryId};
use hmac::{Hmac, Mac};
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict, Order, Query};
use sea_orm::{ConnectionTrait, QueryResult};
use serde::Serialize;
use sha2::{Digest, Sha256};
use tokio::sync::{Notify, OnceCell, watch};
use uuid::Uuid;

use crate::connect::{Engine, Lock, Store};
use crate::error::{Error, Result};
use crate::filter::with_themselves;
use crate::json::Json;

/// The most rows that are looked through for one page. A page that finds little in them is short, and its cursor has
/// gone on.
const LOOKED_THROUGH: usize = 5_000;
/// How many are looked through at a time where a filter leaves some out.
const STRETCH: usize = 1_000;
/// How many superseded rows go in one transaction.
const CLEARED: u64 = 2_000;
/// How often other servers' writes are looked for, while somebody waits.
const LOOK: Duration = Duration::from_secs(1);

/// The version of a cursor's form, its first byte.
const VERSION: u8 = 1;
/// What a cursor holds before its seal: version, epoch, filter, two places.
const BODY: usize = 1 + 4 * 8;
/// How much of the seal is kept: 120 bits, so that a cursor is 64 characters.
const SEAL: usize = 15;
/// In the place of the filter: any. Of a cursor that was taken beside a snapshot, which the reader narrows as it likes.
const ANY: [u8; 8] = [0; 8];

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
}

/// What the store keeps in memory for the feed's readers.
#[derive(Debug)]
pub(crate) struct Feed {
    identity: OnceCell<Identity>,
    bell: watch::Sender<u64>,
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

/// What tells this database's cursors from all others.
#[derive(Debug)]
struct Identity {
    epoch: [u8; 8],
    key: [u8; 32],
}

/// Where a reader stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Standing {
    /// The number of the last row that was looked at.
    pub(crate) place: i64,
    /// The number of the last row when this reader began, knowing nothing or with a snapshot. It has read no state that
    /// is older, so it does not miss superseded rows up to there.
    pub(crate) began: i64,
}

impl Identity {
    fn seal(&self, body: &[u8]) -> Hmac<Sha256> {
        let mut seal = Hmac::<Sha256>::new_from_slice(&self.key).expect("a key may have any length");
        seal.update(body);
        seal
    }

    fn write(&self, print: [u8; 8], standing: Standing) -> String {
        let mut bytes = Vec::with_capacity(BODY + SEAL);
        bytes.push(VERSION);
        bytes.extend(self.epoch);
        bytes.extend(print);
        bytes.extend(standing.place.to_be_bytes());
        bytes.extend(standing.began.to_be_bytes());
        let seal = self.seal(&bytes).finalize().into_bytes();
        bytes.extend(&seal[..SEAL]);
        BASE64_URL_SAFE_NO_PAD.encode(bytes)
    }

    fn read(&self, print: [u8; 8], cursor: &str) -> Result<Standing> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(cursor).map_err(|_| Error::Cursor)?;
        let (body, seal) = bytes.split_at_checked(BODY).ok_or(Error::Cursor)?;
        if seal.len() != SEAL {
            return Err(Error::Cursor);
        }
        self.seal(body)
            .verify_truncated_left(seal)
            .map_err(|_| Error::Cursor)?;
        let part = |number: usize| {
            let from = 1 + number * 8;
            let mut part = [0; 8];
            part.copy_from_slice(&body[from..from + 8]);
            part
        };
        if body[0] != VERSION || part(0) != self.epoch {
            return Err(Error::CursorExpired);
        }
        if part(1) != ANY && part(1) != print {
            return Err(Error::Cursor);
        }
        Ok(Standing {
            place: i64::from_be_bytes(part(2)),
            began: i64::from_be_bytes(part(3)),
        })
    }
}

/// Eight bytes that stand for a filter; never those that stand for any.
fn print_of(filter: &Filter) -> [u8; 8] {
    let Filter {
        types,
        provinces,
        communes,
    } = filter;
    let mut digest = Sha256::new();
    for kind in types {
        digest.update(kind.word());
        digest.update([0]);
    }
    for places in [provinces, communes] {
        digest.update([1]);
        for place in places {
            digest.update(place.0);
        }
    }
    let mut print = [0; 8];
    print.copy_from_slice(&digest.finalize()[..8]);
    print[0] |= 1;
    print
}

/// A row of the feed.
struct Row {
    seq: i64,
    at: DateTime<Utc>,
    record: RecordId,
    kind: Kind,
    revision: i32,
    detail: Detail,
    /// Where the record lay before or after.
    places: Vec<TerritoryId>,
}

impl Row {
    fn read(row: &QueryResult, with_places: bool) -> Result<Self> {
        let kind: Kind = row.try_get_by_index(4)?;
        let detail = match kind {
            Kind::Upsert => None,
            Kind::Delete | Kind::Merge | Kind::Split | Kind::VisibilityLost => {
                row.try_get_by_index::<Option<Json<Option<Detail>>>>(6)?
            }
        };
        let mut places = Vec::new();
        if with_places {
            for column in [8, 9] {
                let some: Option<Json<Option<Vec<TerritoryId>>>> = row.try_get_by_index(column)?;
                places.extend(some.and_then(|some| some.0).unwrap_or_default());
            }
        }
        Ok(Self {
            seq: row.try_get_by_index(0)?,
            at: row.try_get_by_index(1)?,
            record: RecordId {
                kind: row.try_get_by_index(2)?,
                uuid: row.try_get_by_index(3)?,
            },
            kind,
            revision: row.try_get_by_index(5)?,
            detail: detail.and_then(|detail| detail.0).unwrap_or_default(),
            places,
        })
    }
}

impl Store {
    /// A page of the feed from the cursor on, or from the beginning, which is the present state of everything; with the
    /// records' content or without.
    ///
    /// # Errors
    /// A filter that is none, a cursor of another filter or not ours, one that is too old, a database fault.
    pub async fn feed(
        &self,
        filter: &Filter,
        after: Option<&str>,
        first: usize,
        with_content: bool,
    ) -> Result<FeedPage> {
        let filter = filter.clone().checked()?;
        let identity = self.identity().await?;
        let print = print_of(&filter);
        let mut standing = match after {
            Some(cursor) => identity.read(print, cursor)?,
            None => Standing {
                place: 0,
                began: self.head().await?,
            },
        };
        let (changes, has_more) = self.told(&filter, &mut standing, first, with_content).await?;
        Ok(FeedPage {
            changes: changes.into_iter().map(|(_, change)| change).collect(),
            cursor: identity.write(print, standing),
            has_more,
        })
    }

    /// What is told from a standing on, each with its row's number, and whether there may be more; moves the standing
    /// on. The filter is one that was checked.
    pub(crate) async fn told(
        &self,
        filter: &Filter,
        standing: &mut Standing,
        first: usize,
        with_content: bool,
    ) -> Result<(Vec<(i64, FeedChange)>, bool)> {
        let area = self.area(filter).await?;
        let (rows, has_more) = self.look_through(filter, area.as_ref(), standing, first).await?;
        let mut wanted: BTreeMap<RecordType, Vec<Uuid>> = BTreeMap::new();
        if with_content || area.is_some() {
            let mut known = HashSet::with_capacity(rows.len());
            for row in rows.iter().filter(|row| has_content(row.kind)) {
                if known.insert(row.record) {
                    wanted.entry(row.record.kind).or_default().push(row.record.uuid);
                }
            }
        }
        // Read after the rows, so never older than they are.
        let found = self.contents(&wanted).await?;
        let was_read = with_content || area.is_some();
        let changes = rows.into_iter().filter_map(|row| {
            let mut change = FeedChange {
                kind: row.kind,
                record: row.record,
                revision: row.revision,
                at: row.at,
                reason: row.detail.reason,
                into: row.detail.into,
                content: None,
            };
            if !has_content(row.kind) || !was_read {
                return Some((row.seq, change));
            }
            match (found.get(&row.record), &area) {
                (Some(content), Some(area)) if !lies_in(&content.territories(), area) => {
                    change.kind = Kind::VisibilityLost;
                    change.into.clear();
                }
                (Some(content), _) => {
                    change.revision = content.revision();
                    change.content = Some(Arc::clone(content)).filter(|_| with_content);
                }
                // It has gone since. Its own row follows, but where it had left the area before, not to this reader.
                (None, Some(_)) => change.kind = Kind::Delete,
                (None, None) => return None,
            }
            Some((row.seq, change))
        });
        Ok((changes.collect(), has_more))
    }

    /// The rows that the filter lets through, and whether there may be more; moves the standing on.
    async fn look_through(
        &self,
        filter: &Filter,
        area: Option<&HashSet<TerritoryId>>,
        standing: &mut Standing,
        first: usize,
    ) -> Result<(Vec<Row>, bool)> {
        // Rows of what is not for everybody are left out also where the filter lets all through: then more at a time.
        let mut stretch = if filter.is_open() {
            first + 1
        } else {
            Ord::max(STRETCH, first + 1)
        };
        let from = standing.place;
        let mut taken: Vec<Row> = Vec::with_capacity(first);
        let mut looked_at = 0;
        while looked_at < LOOKED_THROUGH {
            let rows = self.rows_after(standing.place, stretch, area.is_some()).await?;
            if let Some(first) = rows.first() {
                // Read by the same statement: what is cleared away while we read is not missed unnoticed.
                let floor: Option<String> = first.try_get_by_index(7)?;
                let floor: i64 = floor.and_then(|floor| floor.parse().ok()).unwrap_or(0);
                if floor > Ord::max(from, standing.began) {
                    return Err(Error::CursorExpired);
                }
            } else if looked_at == 0 && self.head().await? < from {
                // A place that this database has not reached: the cursor is from before an older copy was put back.
                return Err(Error::CursorExpired);
            }
            for row in &rows {
                if taken.len() == first {
                    return Ok((taken, true));
                }
                let row = Row::read(row, area.is_some())?;
                standing.place = row.seq;
                let lies = area.is_none_or(|area| lies_in(&row.places, area));
                if lies && filter.lets(row.record.kind) {
                    taken.push(row);
                }
            }
            if rows.len() < stretch {
                return Ok((taken, false));
            }
            looked_at += rows.len();
            stretch = Ord::max(STRETCH, first + 1);
        }
        Ok((taken, true))
    }

    async fn rows_after(&self, place: i64, most: usize, with_places: bool) -> Result<Vec<QueryResult>> {
        let mut query = Query::select();
        query
            .columns([
                "seq",
                "at",
                "record_kind",
                "record_id",
                "kind",
                "revision",
                "detail",
            ])
            .expr(Expr::cust(
                "(SELECT value FROM setting WHERE name = 'feed_floor')",
            ));
        if with_places {
            query.columns(["places", "left_places"]);
        }
        query
            .from("feed")
            .and_where(Expr::col("seq").gt(place))
            .order_by("seq", Order::Asc)
            .limit(most as u64);
        Ok(self.db.query_all(&query).await?)
    }

    /// The territories that share an area with the places of a filter, and these themselves.
    async fn area(&self, filter: &Filter) -> Result<Option<HashSet<TerritoryId>>> {
        if filter.places().next().is_none() {
            return Ok(None);
        }
        let asked = filter.places().map(|place| place.0);
        let query = with_themselves(asked);
        let rows = self.db.query_all(&query).await?;
        rows.iter()
            .map(|row| Ok(row.try_get("", "record_id")?))
            .collect::<Result<_>>()
            .map(Some)
    }

    /// The number of the last row.
    pub(crate) async fn head(&self) -> Result<i64> {
        let query = Query::select()
            .expr_as(Expr::col("seq").max(), "head")
            .from("feed")
            .take();
        let row = self.db.query_one(&query).await?;
        let head: Option<i64> = row.map(|row| row.try_get("", "head")).transpose()?.flatten();
        Ok(head.unwrap_or(0))
    }

    /// The cursor from which to follow what is written from now on, under any filter: taken before a snapshot is read,
    /// it leaves no gap between the two.
    ///
    /// # Errors
    /// A database fault.
    pub async fn feed_head(&self) -> Result<String> {
        let head = self.head().await?;
        self.cursor_at(head).await
    }

    /// The cursor from which to follow what stands behind a row, under any filter.
    pub(crate) async fn cursor_at(&self, place: i64) -> Result<String> {
        let identity = self.identity().await?;
        Ok(identity.write(ANY, Standing { place, began: place }))
    }

    /// What tells this database's feed from one that was put back from a copy.
    ///
    /// # Errors
    /// A database fault.
    pub async fn feed_epoch(&self) -> Result<String> {
        Ok(BASE64_URL_SAFE_NO_PAD.encode(self.identity().await?.epoch))
    }

    /// Makes every cursor that was handed out expire: after an older copy of the database was put back, while no server
    /// runs on it.
    ///
    /// # Errors
    /// A database fault.
    pub async fn begin_feed_anew(&self) -> Result<()> {
        let epoch = self.new_epoch();
        let update = Query::update()
            .table("setting")
            .value("value", epoch)
            .and_where(Expr::col("name").eq("feed_epoch"))
            .take();
        self.db.execute(&update).await?;
        Ok(())
    }

    fn new_epoch(&self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(&self.mint.secret()[..8])
    }

    async fn identity(&self) -> Result<&Identity> {
        self.feed
            .identity
            .get_or_try_init(async || {
                let key = BASE64_URL_SAFE_NO_PAD.encode(self.mint.secret());
                let epoch = self.made_once("feed_epoch", self.new_epoch()).await?;
                let key = self.made_once("feed_key", key).await?;
                Ok(Identity {
                    epoch: bytes(&epoch)?,
                    key: bytes(&key)?,
                })
            })
            .await
    }

    /// The setting of this name; this value where there was none.
    async fn made_once(&self, name: &str, value: String) -> Result<String> {
        let mut insert = Query::insert();
        insert
            .into_table("setting")
            .columns(["name", "value"])
            .values([Expr::value(name), Expr::value(value)])
            .map_err(|error| Error::Corrupt(error.to_string()))?
            .on_conflict(OnConflict::column("name").do_nothing().to_owned());
        self.db.execute(&insert).await?;
        Ok(self.setting(name).await?.unwrap_or_default())
    }

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
                    self.feed.ring();
                }
                Err(error) => tracing::warn!(%error, "the feed could not be looked at"),
            }
        }
    }

    /// Clears away the rows from before an instant that a later row of the same record supersedes; answers how many.
    /// The last row of each record stays, also where the record is gone. Of several servers that come to it at once, one
    /// does it.
    ///
    /// # Errors
    /// A database fault; what was cleared until then stays so.
    pub async fn compact_feed(&self, before: DateTime<Utc>) -> Result<u64> {
        let (mut cleared, mut from) = (0, 0);
        loop {
            let (some, last) = self.clear_some(before, from).await?;
            (cleared, from) = (cleared + some, last);
            if some < CLEARED {
                return Ok(cleared);
            }
        }
    }

    /// Clears some of those after a number; answers how many, and the number of the last.
    async fn clear_some(&self, before: DateTime<Utc>, from: i64) -> Result<(u64, i64)> {
        let _turn = match self.engine {
            Engine::Sqlite => Some(self.turn.lock().await),
            Engine::Postgres => None,
        };
        let tx = self.begin().await?;
        if self.engine == Engine::Postgres {
            let claim = Query::select()
                .expr_as(
                    Expr::cust_with_values("pg_try_advisory_xact_lock($1)", [Lock::Compaction.number()]),
                    "claimed",
                )
                .take();
            let row = tx.query_one(&claim).await?;
            let claimed: Option<bool> = row.map(|row| row.try_get("", "claimed")).transpose()?;
            if claimed != Some(true) {
                tx.rollback().await?;
                return Ok((0, from));
            }
        }
        let superseded = Query::select()
            .column(("old", "seq"))
            .from_as("feed", "old")
            .and_where(Expr::col(("old", "at")).lt(before))
            .and_where(Expr::col(("old", "seq")).gt(from))
            .and_where(Expr::exists(
                Query::select()
                    .expr(Expr::value(1))
                    .from_as("feed", "newer")
                    .and_where(Expr::col(("newer", "record_id")).equals(("old", "record_id")))
                    .and_where(Expr::col(("newer", "seq")).gt(Expr::col(("old", "seq"))))
                    .take(),
            ))
            .order_by(("old", "seq"), Order::Asc)
            .limit(CLEARED)
            .take();
        let rows = tx.query_all(&superseded).await?;
        let numbers: Vec<i64> = rows
            .iter()
            .map(|row| row.try_get("", "seq"))
            .collect::<Result<_, _>>()?;
        let Some(last) = numbers.last().copied() else {
            tx.rollback().await?;
            return Ok((0, from));
        };
        let known = Query::select()
            .column("value")
            .from("setting")
            .and_where(Expr::col("name").eq("feed_floor"))
            .take();
        let known: Option<String> = tx
            .query_one(&known)
            .await?
            .map(|row| row.try_get("", "value"))
            .transpose()?;
        let floor = known
            .and_then(|known| known.parse().ok())
            .map_or(last, |known: i64| Ord::max(known, last));
        let mut keep = Query::insert();
        keep.into_table("setting")
            .columns(["name", "value"])
            .values([Expr::value("feed_floor"), Expr::value(floor.to_string())])
            .map_err(|error| Error::Corrupt(error.to_string()))?
            .on_conflict(OnConflict::column("name").update_column("value").to_owned());
        tx.execute(&keep).await?;
        let count = numbers.len() as u64;
        let clear = Query::delete()
            .from_table("feed")
            .and_where(Expr::col("seq").is_in(numbers))
            .take();
        tx.execute(&clear).await?;
        tx.commit().await?;
        Ok((count, last))
    }
}

/// Whether the present state belongs to what happened.
const fn has_content(kind: Kind) -> bool {
    match kind {
        Kind::Upsert | Kind::Split => true,
        Kind::Delete | Kind::Merge | Kind::VisibilityLost => false,
    }
}

fn lies_in(places: &[TerritoryId], area: &HashSet<TerritoryId>) -> bool {
    places.iter().any(|place| area.contains(place))
}

fn bytes<const N: usize>(text: &str) -> Result<[u8; N]> {
    BASE64_URL_SAFE_NO_PAD
        .decode(text)
        .ok()
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or_else(|| Error::Corrupt("the feed's settings cannot be read".to_owned()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const OURS: Identity = Identity {
        epoch: [3; 8],
        key: [5; 32],
    };

    const HERE: Standing = Standing { place: 41, began: 7 };

    #[test]
    fn every_kind_that_is_told_of_has_a_content_and_a_filter_of_its_own() {
        let told = RecordType::ALL
            .iter()
            .filter(|kind| domain::feed::is_told(**kind));
        let prints: HashSet<[u8; 8]> = told
            .map(|kind| {
                print_of(&Filter {
                    types: vec![*kind],
                    ..Filter::default()
                })
            })
            .chain([print_of(&Filter::default())])
            .collect();
        assert_eq!(prints.len(), 11);
        assert!(!prints.contains(&ANY));
    }

    #[test]
    fn a_cursor_is_good_under_its_own_filter_only() {
        let filter = Filter {
            types: vec![RecordType::Offer],
            ..Filter::default()
        };
        let (offers, all) = (print_of(&filter), print_of(&Filter::default()));
        let cursor = OURS.write(offers, HERE);
        assert_eq!(cursor.len(), 64);
        assert_eq!(OURS.read(offers, &cursor).unwrap(), HERE);
        assert!(matches!(OURS.read(all, &cursor), Err(Error::Cursor)));
        let of_a_snapshot = OURS.write(ANY, HERE);
        assert_eq!(OURS.read(all, &of_a_snapshot).unwrap(), HERE);
        assert_eq!(OURS.read(offers, &of_a_snapshot).unwrap(), HERE);
    }

    #[test]
    fn a_cursor_of_another_epoch_has_expired_and_one_of_another_database_is_not_ours() {
        let restored = Identity {
            epoch: [4; 8],
            key: OURS.key,
        };
        let other = Identity {
            epoch: OURS.epoch,
            key: [6; 32],
        };
        assert!(matches!(
            OURS.read(ANY, &restored.write(ANY, HERE)),
            Err(Error::CursorExpired)
        ));
        assert!(matches!(
            OURS.read(ANY, &other.write(ANY, HERE)),
            Err(Error::Cursor)
        ));
    }

    proptest! {
        #[test]
        fn no_changed_character_passes(at in 0_usize..64, with in "[A-Za-z0-9_-]") {
            let cursor = OURS.write(ANY, HERE);
            let mut changed = cursor.clone();
            changed.replace_range(at..=at, &with);
            prop_assert!(changed == cursor || OURS.read(ANY, &changed).is_err());
        }

        #[test]
        fn no_text_makes_a_cursor_panic(text: String) {
            prop_assert!(OURS.read(ANY, &text).is_err());
        }
    }
}
