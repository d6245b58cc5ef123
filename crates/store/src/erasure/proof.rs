//! Who has read past an erasure: how far each machine has read the feed, noted in memory and kept now and then, and whether
//! the webhooks' messages arrived.

use std::collections::{HashMap, HashSet};
use std::sync::PoisonError;

use chrono::{DateTime, Utc};
use domain::feed::Filter;
use domain::page::Page;
use domain::policy::{Action, Actor};
use domain::{PersonId, RecordId, WebhookId};
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict, Order, Query};
use uuid::Uuid;

use crate::connect::Store;
use crate::error::{Error, Result};
use crate::page::{Column, Key, Slice, cursor, cut, fingerprint, place, slice};

/// Something that was erased.
#[derive(Clone, Debug)]
pub struct Erasure {
    /// The record.
    pub record: RecordId,
    /// When.
    pub at: DateTime<Utc>,
    /// Who erased it, where it was not the server, after an older copy was put back.
    pub by: Option<PersonId>,
    /// Who follows the feed, and whether they have read that it is gone.
    pub passages: Vec<Passage>,
}

/// Who follows the feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FeedReader {
    /// A partner's machine.
    Client(Uuid),
    /// A webhook.
    Webhook(WebhookId),
}

/// Whether somebody who follows the feed has read that something is gone.
#[derive(Clone, Debug)]
pub struct Passage {
    /// Who.
    pub reader: FeedReader,
    /// The machine's name, or the webhook's address.
    pub name: String,
    /// Whether they have: the machine asked for what follows, the webhook took the message.
    pub is_past: bool,
    /// When they were last seen to go on; nothing where they never were.
    pub seen_at: Option<DateTime<Utc>>,
}

/// The latest first.
const LATEST: Column = Column {
    name: "at",
    descending: true,
    of: crate::page::Kind::Time,
};

impl Store {
    /// Notes in memory that a machine asked for what follows this cursor: it has what comes before.
    ///
    /// # Errors
    /// A cursor of another filter, or not ours.
    pub async fn note_reader(&self, client: Uuid, filter: &Filter, after: &str) -> Result<()> {
        let place = self.place_of(filter, after).await?;
        let now = self.mint.now();
        let mut reached = self.feed.reached.lock().unwrap_or_else(PoisonError::into_inner);
        let known = reached.entry(client).or_insert((place, now));
        *known = (Ord::max(known.0, place), now);
        Ok(())
    }

    /// Keeps how far the machines have read.
    ///
    /// # Errors
    /// A database fault.
    pub async fn keep_readers(&self) -> Result<()> {
        let reached = std::mem::take(&mut *self.feed.reached.lock().unwrap_or_else(PoisonError::into_inner));
        for (client, (place, at)) in reached {
            let mut keep = Query::insert();
            keep.into_table("feed_reader")
                .columns(["client_id", "place", "at"])
                .values([Expr::value(client), Expr::value(place), Expr::value(at)])
                .map_err(|error| Error::Corrupt(error.to_string()))?
                .on_conflict(
                    OnConflict::column("client_id")
                        .update_columns(["place", "at"])
                        .action_and_where(
                            Expr::col(("excluded", "place")).gte(Expr::col(("feed_reader", "place"))),
                        )
                        .to_owned(),
                );
            self.db.execute(&keep).await?;
        }
        Ok(())
    }

    /// A page of what was erased, the latest first, each with who has read past it.
    ///
    /// # Errors
    /// Not allowed, a cursor of another list, a database fault.
    pub async fn erasures(&self, actor: &Actor, page: &Page) -> Result<Slice<Erasure>> {
        self.ask(actor, Action::ManageAccounts)?;
        self.keep_readers().await?;
        let print = fingerprint(&["erasure"]);
        let after = page
            .cursor
            .as_deref()
            .map(|cursor| place(&print, LATEST, cursor))
            .transpose()?;
        let told = Query::select()
            .expr(Expr::col(("feed", "seq")).max())
            .from("feed")
            .and_where(Expr::col(("feed", "record_id")).equals(("erasure", "id")))
            .take();
        let mut query = Query::select();
        query
            .columns([
                ("erasure", "id"),
                ("erasure", "record_kind"),
                ("erasure", "at"),
                ("erasure", "erased_by"),
            ])
            .expr_as(Expr::SubQuery(None, Box::new(told.into())), "place")
            .from("erasure");
        cut(&mut query, "erasure", LATEST, page, after.as_ref());
        let mut places = HashMap::new();
        let mut found = Vec::new();
        for row in self.reading.query_all(&query).await? {
            let record = RecordId {
                kind: row.try_get("", "record_kind")?,
                uuid: row.try_get("", "id")?,
            };
            places.insert(record, row.try_get::<Option<i64>>("", "place")?.unwrap_or(0));
            found.push(Erasure {
                record,
                at: row.try_get("", "at")?,
                by: row.try_get("", "erased_by")?,
                passages: Vec::new(),
            });
        }
        self.prove(&mut found, &places).await?;
        Ok(slice(found, page, |erasure| {
            cursor(&print, &Key::Time(erasure.at), erasure.record.uuid)
        }))
    }

    /// How much was erased.
    ///
    /// # Errors
    /// Not allowed, a database fault.
    pub async fn count_erasures(&self, actor: &Actor) -> Result<u64> {
        self.ask(actor, Action::ManageAccounts)?;
        let query = Query::select()
            .expr_as(Expr::col("id").count(), "count")
            .from("erasure")
            .take();
        let row = self.reading.query_one(&query).await?;
        let count: i64 = row.map(|row| row.try_get("", "count")).transpose()?.unwrap_or(0);
        Ok(u64::try_from(count).unwrap_or(0))
    }

    /// Says of each erasure who has read past it.
    async fn prove(&self, erasures: &mut [Erasure], places: &HashMap<RecordId, i64>) -> Result<()> {
        if erasures.is_empty() {
            return Ok(());
        }
        let clients = Query::select()
            .columns([("client", "id"), ("client", "name")])
            .columns([("feed_reader", "place"), ("feed_reader", "at")])
            .from("client")
            .left_join(
                "feed_reader",
                Expr::col(("feed_reader", "client_id")).equals(("client", "id")),
            )
            .and_where(Expr::col(("client", "is_active")).eq(true))
            .order_by(("client", "name"), Order::Asc)
            .order_by(("client", "id"), Order::Asc)
            .take();
        let clients = self.reading.query_all(&clients).await?;
        let webhooks = Query::select()
            .columns([("webhook", "id"), ("webhook", "url")])
            .columns([
                ("webhook_standing", "place"),
                ("webhook_standing", "delivered_at"),
            ])
            .from("webhook")
            .inner_join(
                "webhook_standing",
                Expr::col(("webhook_standing", "webhook_id")).equals(("webhook", "id")),
            )
            .order_by(("webhook", "url"), Order::Asc)
            .order_by(("webhook", "id"), Order::Asc)
            .take();
        let webhooks = self.reading.query_all(&webhooks).await?;
        let ids = erasures.iter().map(|erasure| erasure.record.uuid);
        let waiting = Query::select()
            .columns(["webhook_id", "record_id"])
            .from("webhook_delivery")
            .and_where(Expr::col("record_id").is_in(ids))
            .and_where(Expr::col("delivered_at").is_null())
            .take();
        let waiting: HashSet<(Uuid, Uuid)> = self
            .reading
            .query_all(&waiting)
            .await?
            .iter()
            .map(|row| Ok((row.try_get("", "webhook_id")?, row.try_get("", "record_id")?)))
            .collect::<Result<_>>()?;
        for erasure in erasures {
            let told = places.get(&erasure.record).copied().unwrap_or(0);
            for row in &clients {
                let reached: Option<i64> = row.try_get("", "place")?;
                erasure.passages.push(Passage {
                    reader: FeedReader::Client(row.try_get("", "id")?),
                    name: row.try_get("", "name")?,
                    is_past: reached.is_some_and(|reached| reached >= told),
                    seen_at: row.try_get("", "at")?,
                });
            }
            for row in &webhooks {
                let id: Uuid = row.try_get("", "id")?;
                let reached: i64 = row.try_get("", "place")?;
                erasure.passages.push(Passage {
                    reader: FeedReader::Webhook(id.into()),
                    name: row.try_get("", "url")?,
                    is_past: reached >= told && !waiting.contains(&(id, erasure.record.uuid)),
                    seen_at: row.try_get("", "delivered_at")?,
                });
            }
        }
        Ok(())
    }
}
