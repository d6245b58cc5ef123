//! The feed cleared: what later rows of the same record say better goes, once it is old enough.

use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict, Order, Query};

use crate::connect::{Engine, Lock, Store};
use crate::error::{Error, Result};

/// How many superseded rows go in one transaction.
const CLEARED: u64 = 2_000;

impl Store {
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
