//! The officers' portfolios and absences, as rows.

mod desk;
mod roster;

pub use desk::{Desk, Followed};
pub(crate) use roster::{roster, today};

use domain::officer::{Absence, AbsenceFilter, Portfolio, PortfolioFilter};
use domain::person::State;
use domain::policy::Role;
use domain::refusal::{Invalid, Refusal};
use domain::{ChantierId, PersonId, TerritoryId};
use sea_orm::ConnectionTrait;
use sea_orm::prelude::Date;
use sea_orm::sea_query::{Condition, Expr, ExprTrait, Query};

use crate::error::Result;
use crate::filter::Narrow;
use crate::list::{AsTheyCame, Listed};
use crate::page::{Column, Key};
use crate::write::Tx;

stored! {
    Portfolio, portfolio_row, "portfolio";
    plain {
        person_id: PersonId,
        territory_id: TerritoryId,
        starts: Option<Date>,
        ends: Option<Date>,
    }
    json {
        chantier_ids: Vec<ChantierId>,
    }
    derived {}
    check check_portfolio;
}

stored! {
    Absence, absence_row, "absence";
    plain {
        person_id: PersonId,
        starts: Date,
        ends: Date,
        substitute_id: Option<PersonId>,
    }
    json {}
    derived {}
    check check_absence;
}

/// The one order of both: as they were made.
const MADE: Column = Column {
    name: "created_at",
    descending: false,
    of: crate::page::Kind::Time,
};

impl Listed for Portfolio {
    type Filter = PortfolioFilter;
    type Order = AsTheyCame;

    fn days(filter: &PortfolioFilter) -> Vec<Date> {
        filter.on.into_iter().collect()
    }

    fn condition(filter: &PortfolioFilter) -> Condition {
        let PortfolioFilter {
            person,
            territory,
            on,
        } = filter;
        Narrow::of("portfolio")
            .any_id("person_id", person.map(|id| vec![id]).as_ref())
            .placed(*territory)
            .and(on.map(|day| holding("portfolio", day)))
            .build()
    }

    fn column(_order: AsTheyCame) -> Column {
        MADE
    }

    fn key(&self, _order: AsTheyCame) -> Key {
        Key::Time(self.created_at)
    }
}

impl Listed for Absence {
    type Filter = AbsenceFilter;
    type Order = AsTheyCame;

    fn days(filter: &AbsenceFilter) -> Vec<Date> {
        filter.ends_from.into_iter().collect()
    }

    fn condition(filter: &AbsenceFilter) -> Condition {
        let AbsenceFilter {
            person,
            substitute,
            ends_from,
        } = filter;
        Narrow::of("absence")
            .any_id("person_id", person.map(|id| vec![id]).as_ref())
            .any_id("substitute_id", substitute.map(|id| vec![id]).as_ref())
            .and(ends_from.map(|from| Expr::col(("absence", "ends")).gte(from)))
            .build()
    }

    fn column(_order: AsTheyCame) -> Column {
        MADE
    }

    fn key(&self, _order: AsTheyCame) -> Key {
        Key::Time(self.created_at)
    }
}

/// Whether a row with a first and a last day holds on a day.
fn holding(table: &'static str, day: Date) -> Expr {
    let starts = || Expr::col((table, "starts"));
    let ends = || Expr::col((table, "ends"));
    let begun = starts().is_null().or(starts().lte(day));
    begun.and(ends().is_null().or(ends().gte(day)))
}

/// The staff whose account is in use: officers, editors, administrators.
fn in_office() -> Condition {
    let staff = Role::ALL.iter().filter(|role| **role >= Role::Officer);
    Condition::all()
        .add(Expr::col(("person", "state")).eq(State::Active))
        .add(Expr::col(("person", "role")).is_in(staff.map(|role| role.word())))
}

impl Tx {
    /// Who is to follow something from tomorrow on is of the staff. What has ended can be kept of anybody.
    pub(crate) async fn check_portfolio(&self, portfolio: &Portfolio) -> Result<()> {
        if portfolio.ends.is_some_and(|ends| ends <= today(self.now())) {
            return Ok(());
        }
        self.must_be_staff(&[("personId", portfolio.person_id)]).await
    }

    /// Who is away and who stands in are of the staff. What has ended can be kept of anybody.
    pub(crate) async fn check_absence(&self, absence: &Absence) -> Result<()> {
        if absence.ends < today(self.now()) {
            return Ok(());
        }
        let substitute = absence.substitute_id.map(|id| ("substituteId", id));
        let named: Vec<_> = std::iter::once(("personId", absence.person_id))
            .chain(substitute)
            .collect();
        self.must_be_staff(&named).await
    }

    async fn must_be_staff(&self, named: &[(&str, PersonId)]) -> Result<()> {
        let query = Query::select()
            .column("id")
            .from("person")
            .and_where(Expr::col(("person", "id")).is_in(named.iter().map(|(_, id)| *id)))
            .cond_where(in_office())
            .take();
        let rows = self.conn.query_all(&query).await?;
        let staff: Vec<PersonId> = rows
            .iter()
            .map(|row| row.try_get("", "id"))
            .collect::<std::result::Result<_, _>>()?;
        let refusals: Vec<Refusal> = named
            .iter()
            .filter(|(_, id)| !staff.contains(id))
            .map(|(field, _)| Refusal::Invalid {
                field: (*field).to_owned(),
                why: Invalid::Officer,
            })
            .collect();
        if refusals.is_empty() {
            Ok(())
        } else {
            Err(refusals.into())
        }
    }
}
