//! What is cleared away of files: their lines after a while, what became of them after a long one, what broke off.

use chrono::TimeDelta;
use domain::import::State;
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{Expr, ExprTrait, Query};

use crate::connect::Store;
use crate::error::Result;

/// How long the lines of a file are kept once nothing happens to it any more, and what became of it.
const KEPT: TimeDelta = TimeDelta::days(30);
const TOLD: TimeDelta = TimeDelta::days(400);
/// After so long, a file that was not read to its end is not read any further.
const BROKEN_OFF: TimeDelta = TimeDelta::days(1);

impl Store {
    /// Clears away the lines of files that nothing happened to for a month, what became of files more than a year ago, and
    /// files that broke off.
    ///
    /// # Errors
    /// A database fault.
    pub async fn forget_imports(&self) -> Result<()> {
        let now = self.mint.now();
        let over = [
            State::Uploaded,
            State::Previewed,
            State::Done,
            State::Failed,
            State::Cancelled,
        ];
        let old = Expr::col("state")
            .is_in(over)
            .and(Expr::col("changed_at").lt(now - KEPT));
        let ids = Query::select()
            .column("id")
            .from("import")
            .and_where(old.clone())
            .and_where(Expr::col("cleared_at").is_null())
            .take();
        if self.reading.query_one(&ids).await?.is_some() {
            let parts = Query::delete()
                .from_table("import_part")
                .and_where(Expr::col("import_id").in_subquery(ids))
                .take();
            self.db.execute(&parts).await?;
            let clear = Query::update()
                .table("import")
                .value("cleared_at", now)
                .and_where(old)
                .and_where(Expr::col("cleared_at").is_null())
                .take();
            self.db.execute(&clear).await?;
        }
        let broken_off = Expr::col("state")
            .eq(State::Reading)
            .and(Expr::col("made_at").lt(now - BROKEN_OFF));
        let gone = Query::delete()
            .from_table("import")
            .and_where(broken_off.or(Expr::col("cleared_at").lt(now - TOLD)))
            .take();
        self.db.execute(&gone).await?;
        Ok(())
    }
}
