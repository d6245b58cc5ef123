//! What is kept of people beside their records only for a while: sessions, invitations, messages. What becomes of files, pushes,
//! exports and webhooks' messages is cleared where these are kept.

use chrono::TimeDelta;
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{Expr, ExprTrait, Query};

use crate::connect::Store;
use crate::error::Result;
use crate::mail::KEPT;

/// How long it is known when an ended session was open.
const ENDED: TimeDelta = TimeDelta::days(30);

impl Store {
    /// Forgets sessions that ended a month ago, invitations that nobody took up, and messages from long ago, sent or not.
    ///
    /// # Errors
    /// A database fault.
    pub async fn forget_people(&self) -> Result<()> {
        let now = self.mint.now();
        let old = [
            ("session", Expr::col("expires_at").lt(now - ENDED)),
            ("invitation", Expr::col("expires_at").lt(now)),
            ("mail", Expr::col("made_at").lt(now - KEPT)),
        ];
        for (table, is_old) in old {
            let gone = Query::delete().from_table(table).and_where(is_old).take();
            self.db.execute(&gone).await?;
        }
        Ok(())
    }
}
