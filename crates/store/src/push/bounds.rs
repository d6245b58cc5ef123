//! Where a machine may push that is limited to territories: what lies in none of their communes is not its to make, to
//! change or to remove. A record lies in its commune; an offer or a need that names none lies where its organisation does.

use std::collections::{HashMap, HashSet};

use domain::push::Pushed;
use domain::{OrganisationId, Refusal, TerritoryId};
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{Condition, Expr, ExprTrait, Func, JoinType, Query, SelectStatement};
use uuid::Uuid;

use super::known::{KINDS, Known};
use super::plan::{Fate, Planned, Pushable};
use super::{Deletion, Outcome, Pushing, RowResult};
use crate::error::Result;
use crate::rows;
use crate::write::Tx;

/// Where the organisations of a request lie, as it leaves them.
pub(super) type Seats = HashMap<OrganisationId, Option<TerritoryId>>;

/// The communes that these territories are made of.
fn communes(territories: &[TerritoryId]) -> SelectStatement {
    Query::select()
        .column(("territory", "id"))
        .from("territory")
        .join(
            JoinType::InnerJoin,
            "territory_area",
            Expr::col(("territory_area", "area")).equals(("territory", "nis")),
        )
        .and_where(Expr::col(("territory_area", "whole")).eq(true))
        .and_where(
            Expr::col(("territory_area", "territory_id")).is_in(territories.iter().map(|place| place.0)),
        )
        .take()
}

const fn table(pushed: Pushed) -> &'static str {
    match pushed {
        Pushed::Organisation => "organisation",
        Pushed::Offer => "offer",
        Pushed::Need => "need",
    }
}

/// The records of a kind that do not lie in these territories.
fn outside(pushed: Pushed, territories: &[TerritoryId]) -> SelectStatement {
    let table = table(pushed);
    let own = Expr::col((table, "commune_id"));
    let mut query = Query::select().column((table, "id")).from(table).take();
    let place: Expr = match pushed {
        Pushed::Organisation => own,
        Pushed::Offer | Pushed::Need => {
            query.join_as(
                JoinType::LeftJoin,
                "organisation",
                "seat",
                Expr::col(("seat", "id")).equals((table, "organisation_id")),
            );
            Func::coalesce([own, Expr::col(("seat", "commune_id"))]).into()
        }
    };
    query
        .and_where(
            place
                .clone()
                .is_null()
                .or(place.not_in_subquery(communes(territories))),
        )
        .take()
}

/// Of a source's own identifiers, those whose records lie in these territories, or are no more.
pub(super) fn within(territories: &[TerritoryId]) -> Option<Condition> {
    if territories.is_empty() {
        return None;
    }
    let kinds = KINDS.into_iter().map(|pushed| {
        let is_kind = Expr::col(("external_id", "record_kind")).eq(pushed.word());
        let inside = Expr::col(("external_id", "record_id")).not_in_subquery(outside(pushed, territories));
        is_kind.and(inside)
    });
    Some(kinds.fold(Condition::any(), Condition::add))
}

impl Tx {
    /// Of these records of a kind, those that do not lie where the machine may push.
    async fn outside(&self, pushed: Pushed, ids: Vec<Uuid>) -> Result<HashSet<Uuid>> {
        if ids.is_empty() {
            return Ok(HashSet::new());
        }
        let query = outside(pushed, self.limits())
            .and_where(rows::among(&self.conn, Expr::col((table(pushed), "id")), ids))
            .take();
        let rows = self.conn.query_all(&query).await?;
        rows.iter().map(|row| Ok(row.try_get("", "id")?)).collect()
    }

    /// Where these organisations lie.
    async fn seats(&self, of: HashSet<OrganisationId>) -> Result<Seats> {
        if of.is_empty() {
            return Ok(Seats::new());
        }
        let ids = of.into_iter().map(Uuid::from).collect();
        let query = Query::select()
            .columns(["id", "commune_id"])
            .from("organisation")
            .and_where(rows::among(&self.conn, Expr::col("id"), ids))
            .take();
        let rows = self.conn.query_all(&query).await?;
        rows.iter()
            .map(|row| {
                let (id, commune): (Uuid, Option<Uuid>) =
                    (row.try_get("", "id")?, row.try_get("", "commune_id")?);
                Ok((id.into(), commune.map(Into::into)))
            })
            .collect()
    }
}

impl Pushing<'_> {
    /// Refuses the rows whose records do not lie where the machine may push, or did not lie there before.
    pub(super) async fn keep_within<R: Pushable>(
        &mut self,
        planned: &mut [Planned<R>],
        seats: &Seats,
    ) -> Result<()> {
        let limits = self.tx.limits();
        if limits.is_empty() {
            return Ok(());
        }
        let rows = self.tx.conn.query_all(&communes(limits)).await?;
        let allowed: HashSet<TerritoryId> = rows
            .iter()
            .map(|row| Ok(row.try_get::<Uuid>("", "id")?.into()))
            .collect::<Result<_>>()?;
        let unplaced = planned.iter().flat_map(|plan| states(&plan.fate));
        let unplaced = unplaced.filter_map(|record| match record.lies() {
            (None, Some(organisation)) if !seats.contains_key(&organisation) => Some(organisation),
            (Some(_) | None, _) => None,
        });
        let known = self.tx.seats(unplaced.collect()).await?;
        let is_within = |record: &R| {
            let (commune, organisation) = record.lies();
            let seat = || {
                let organisation = organisation?;
                *seats.get(&organisation).or_else(|| known.get(&organisation))?
            };
            commune
                .or_else(seat)
                .is_some_and(|place| allowed.contains(&place))
        };
        for plan in planned {
            if !states(&plan.fate).into_iter().all(is_within) {
                let field = "commune".to_owned();
                plan.fate = Fate::Refuse(vec![Refusal::OutsideTerritory { field }]);
            }
        }
        Ok(())
    }

    /// Refuses the deletions of records that do not lie where the machine may push.
    pub(super) async fn delete_within(
        &self,
        planned: &mut [(RowResult, Option<(Deletion, Known)>)],
    ) -> Result<()> {
        if self.tx.limits().is_empty() {
            return Ok(());
        }
        for pushed in KINDS {
            let of_kind = |todo: &Option<(Deletion, Known)>| {
                let todo = todo.as_ref().filter(|(row, _)| row.record_type == pushed);
                todo.map(|(_, known)| known.record)
            };
            let ids = planned.iter().filter_map(|(_, todo)| of_kind(todo)).collect();
            let outside = self.tx.outside(pushed, ids).await?;
            for (result, todo) in &mut *planned {
                if of_kind(todo).is_some_and(|record| outside.contains(&record)) {
                    result.outcome = Outcome::Rejected;
                    result.errors = vec![Refusal::OutsideTerritory { field: String::new() }];
                    *todo = None;
                }
            }
        }
        Ok(())
    }
}

/// The states of a record that a row is about: the one it makes, or both that it leads from and to.
fn states<R>(fate: &Fate<R>) -> Vec<&R> {
    match fate {
        Fate::Make(record) => vec![record],
        Fate::Change(before, after) => vec![before, after],
        Fate::Same(..) | Fate::Stale(_) | Fate::Refuse(_) => Vec::new(),
    }
}

/// Where the organisations lie that a request makes or changes.
pub(super) fn seats_of(planned: &[Planned<domain::organisation::Organisation>]) -> Seats {
    let last = planned.iter().filter_map(|plan| states(&plan.fate).pop());
    last.map(|organisation| (organisation.id, organisation.commune_id))
        .collect()
}
