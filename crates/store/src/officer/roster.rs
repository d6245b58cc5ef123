//! Reading who of the staff is in and what each follows: the same four statements for one request or for all.

use chrono::{DateTime, NaiveDate, Utc};
use domain::officer::{Absence, Colleague, Portfolio, Roster, Routed, communes_of};
use domain::request::State;
use domain::territory::{Nis, Territory};
use domain::{ChantierId, TerritoryId};
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{Expr, ExprTrait, JoinType, Query};

use super::{holding, in_office};
use crate::connect::Store;
use crate::error::Result;
use crate::record::{Stored, all, selecting};

/// The day in Belgium, by which portfolios and absences begin and end. The hour that summer time moves is left to
/// midnight in winter time: nobody's absence ends between eleven and twelve at night.
pub(crate) fn today(now: DateTime<Utc>) -> NaiveDate {
    (now + chrono::TimeDelta::hours(1)).date_naive()
}

/// The roster of a day, as this connection sees it.
pub(crate) async fn roster(conn: &impl ConnectionTrait, day: NaiveDate) -> Result<Roster> {
    let open = Expr::col(("request", "officer_id"))
        .equals(("person", "id"))
        .and(Expr::col(("request", "state")).ne(State::Closed));
    let staff = Query::select()
        .column(("person", "id"))
        .column(("person", "role"))
        .expr_as(Expr::col(("request", "id")).count(), "open")
        .from("person")
        .join(JoinType::LeftJoin, "request", open)
        .cond_where(in_office())
        .group_by_col(("person", "id"))
        .group_by_col(("person", "role"))
        .take();
    let mut colleagues = Vec::new();
    for row in conn.query_all(&staff).await? {
        let open: i64 = row.try_get("", "open")?;
        colleagues.push(Colleague {
            id: row.try_get("", "id")?,
            role: row.try_get("", "role")?,
            open: u64::try_from(open).unwrap_or(0),
        });
    }
    let portfolios = selecting::<Portfolio>()
        .and_where(holding("portfolio", day))
        .take();
    let absences = selecting::<Absence>().and_where(holding("absence", day)).take();
    let named = Query::select()
        .column("territory_id")
        .from("portfolio")
        .and_where(holding("portfolio", day))
        .take();
    let territories = selecting::<Territory>()
        .and_where(Expr::col((Territory::TABLE, "id")).in_subquery(named))
        .take();
    let portfolios: Vec<Portfolio> = all(conn, &portfolios).await?;
    let absences: Vec<Absence> = all(conn, &absences).await?;
    let territories: Vec<Territory> = all(conn, &territories).await?;
    Ok(Roster::of(day, colleagues, portfolios, absences, &territories))
}

impl Store {
    /// The day in Belgium.
    #[must_use]
    pub fn today(&self) -> NaiveDate {
        today(self.mint.now())
    }

    /// Who of the staff is in today, and what each follows.
    ///
    /// # Errors
    /// A database fault.
    pub async fn roster(&self) -> Result<Roster> {
        roster(&self.reading, self.today()).await
    }

    /// For each of these sets of territories, which officer it is for: two kinds of statements for any number of them.
    ///
    /// # Errors
    /// A database fault.
    pub async fn officers_of(
        &self,
        places: &[Vec<TerritoryId>],
        subject: Option<ChantierId>,
    ) -> Result<Vec<Option<Routed>>> {
        let roster = self.roster().await?;
        let mut ids: Vec<TerritoryId> = places.iter().flatten().copied().collect();
        ids.sort_unstable();
        ids.dedup();
        let territories = self.many::<Territory>(&ids).await?;
        let routed = places.iter().map(|place| {
            let of: Vec<Territory> = territories
                .iter()
                .filter(|territory| place.contains(&territory.id))
                .cloned()
                .collect();
            let communes: Vec<Nis> = communes_of(&of);
            roster.route(&communes, subject)
        });
        Ok(routed.collect())
    }
}
