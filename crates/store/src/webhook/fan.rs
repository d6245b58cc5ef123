//! Messages made of the feed: each webhook has a place in it, and what it is told of behind that place becomes messages,
//! one for each change. The messages and the place that they lead to are kept together, so that whatever breaks off
//! between loses none and makes none twice.

use chrono::{DateTime, Utc};
use domain::webhook::message::{self, State};
use domain::webhook::{State as Wanted, Webhook};
use domain::{RecordId, WebhookId};
use sea_orm::sea_query::{Expr, ExprTrait, Query, SelectStatement};
use sea_orm::{ConnectionTrait, DatabaseTransaction, FromQueryResult as _, Iterable as _};
use uuid::Uuid;

use super::row;
use crate::connect::Store;
use crate::error::{Error, Result};
use crate::feed::Standing;
use crate::rows;

/// While so many messages of a webhook wait, it stays where it stands in the feed.
const BACKLOG: usize = 10_000;
/// The most messages that are made of the feed in one transaction.
const AT_ONCE: usize = 500;

/// A message before it waits.
pub(super) struct NewMessage {
    pub(super) id: Uuid,
    pub(super) webhook: WebhookId,
    /// What it is of: `offer.upserted`.
    pub(super) of: String,
    /// The record and its revision.
    pub(super) about: Option<(RecordId, i32)>,
    /// The number of the feed's row before the change.
    pub(super) place: i64,
    pub(super) happened_at: DateTime<Utc>,
}

/// Puts messages into the queue, due at once.
pub(super) async fn insert(
    conn: &DatabaseTransaction,
    messages: Vec<NewMessage>,
    now: DateTime<Utc>,
) -> Result<()> {
    let columns = [
        "id",
        "webhook_id",
        "type",
        "record_kind",
        "record_id",
        "revision",
        "place",
        "happened_at",
        "made_at",
        "state",
        "attempts",
        "tries",
        "next_attempt",
    ];
    let rows = messages.into_iter().map(|message| {
        let NewMessage {
            id,
            webhook,
            of,
            about,
            place,
            happened_at,
        } = message;
        vec![
            id.into(),
            webhook.0.into(),
            of.into(),
            about.map(|(record, _)| record.kind.word().to_owned()).into(),
            about.map(|(record, _)| record.uuid).into(),
            about.map(|(_, revision)| revision).into(),
            place.into(),
            happened_at.into(),
            now.into(),
            State::Waiting.word().into(),
            0.into(),
            0.into(),
            now.into(),
        ]
    });
    rows::insert(conn, "webhook_delivery", &columns, rows.collect()).await
}

/// The webhooks that messages are sent to, with how they do.
pub(super) fn in_use() -> SelectStatement {
    Query::select()
        .from("webhook")
        .inner_join(
            "webhook_standing",
            Expr::col(("webhook_standing", "webhook_id")).equals(("webhook", "id")),
        )
        .and_where(Expr::col(("webhook", "state")).eq(Wanted::Active))
        .and_where(Expr::col(("webhook_standing", "disabled_at")).is_null())
        .take()
}

impl Store {
    /// Makes messages of what was written since the last time, for every webhook that is told of it; answers whether
    /// there is more to make at once.
    ///
    /// # Errors
    /// A database fault. One that concerns a single webhook does not keep the others waiting.
    pub async fn fan_out(&self) -> Result<bool> {
        let waiting = Query::select()
            .expr(Expr::col("id").count())
            .from("webhook_delivery")
            .and_where(Expr::col(("webhook_delivery", "webhook_id")).equals(("webhook", "id")))
            .and_where(Expr::col("next_attempt").is_not_null())
            .take();
        let head = Query::select().expr(Expr::col("seq").max()).from("feed").take();
        let behind = in_use()
            .columns(row::Column::iter().map(|column| ("webhook", column)))
            .column(("webhook_standing", "place"))
            .expr_as(Expr::SubQuery(None, Box::new(waiting.into())), "waiting")
            .and_where(
                Expr::col(("webhook_standing", "place")).lt(Expr::SubQuery(None, Box::new(head.into()))),
            )
            .take();
        let mut more = false;
        for row in self.reading.query_all(&behind).await? {
            let webhook: Webhook = row::Model::from_query_result(&row, "")?.into();
            let (place, waiting): (i64, i64) = (row.try_get("", "place")?, row.try_get("", "waiting")?);
            let room = BACKLOG.saturating_sub(usize::try_from(waiting).unwrap_or(0));
            if room == 0 {
                continue;
            }
            match self.fan_out_to(&webhook, place, room.min(AT_ONCE)).await {
                Ok(goes_on) => more |= goes_on,
                Err(error) => {
                    tracing::warn!(webhook = %webhook.id, %error, "no messages could be made: tried again");
                }
            }
        }
        Ok(more)
    }

    async fn fan_out_to(&self, webhook: &Webhook, place: i64, most: usize) -> Result<bool> {
        let filter = webhook.filter().checked()?;
        // A hint misses nothing where rows are gone that later ones supersede.
        let mut standing = Standing {
            place,
            began: i64::MAX,
        };
        let (changes, more) = match self.told(&filter, &mut standing, most, false).await {
            Ok(told) => told,
            // A place that this database has not reached: its feed was put back from an older copy.
            Err(Error::CursorExpired) => {
                standing.place = self.head().await?;
                (Vec::new(), false)
            }
            Err(error) => return Err(error),
        };
        let messages = changes.into_iter().map(|(seq, change)| NewMessage {
            id: self.mint.uuid(),
            webhook: webhook.id,
            of: message::of(change.record.kind, change.kind),
            about: Some((change.record, change.revision)),
            place: seq - 1,
            happened_at: change.at,
        });
        let messages: Vec<NewMessage> = messages.collect();
        let _turn = self.one_writer().await;
        let tx = self.begin().await?;
        self.stay(&tx, [webhook.id]).await?;
        // Of two servers that looked at the same rows, one gets past this.
        let advance = Query::update()
            .table("webhook_standing")
            .value("place", standing.place)
            .and_where(Expr::col("webhook_id").eq(webhook.id.0))
            .and_where(Expr::col("place").eq(place))
            .take();
        if tx.execute(&advance).await?.rows_affected() == 0 {
            tx.rollback().await?;
            return Ok(false);
        }
        insert(&tx, messages, self.mint.now()).await?;
        tx.commit().await?;
        Ok(more)
    }
}
