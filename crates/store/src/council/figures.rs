//! What councils did, in figures, so that they can be put side by side: one statement for all of them.

use std::collections::HashMap;

use domain::CouncilId;
use domain::council::vote::State;
use domain::council::{EndorsementState, MeetingState, Progress};
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{Expr, ExprTrait, Query, UnionType};

use crate::connect::Store;
use crate::error::Result;

/// What a council did, in figures.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CouncilFigures {
    /// Meetings that were held.
    pub meetings_held: u64,
    /// Votes that were closed.
    pub votes_closed: u64,
    /// Decisions.
    pub decisions: u64,
    /// Actions, by how far they have come.
    pub actions: Vec<(Progress, u64)>,
    /// Evaluated years.
    pub evaluations: u64,
    /// Shared items that it carries.
    pub endorsed: u64,
}

impl Store {
    /// What each of these councils did.
    ///
    /// # Errors
    /// A database fault.
    pub async fn council_figures(
        &self,
        councils: &[CouncilId],
    ) -> Result<HashMap<CouncilId, CouncilFigures>> {
        let counting = |table: &'static str, state: Expr| {
            Query::select()
                .column("council_id")
                .expr_as(Expr::value(table), "what")
                .expr_as(state.clone(), "state")
                .expr_as(Expr::col("id").count(), "count")
                .from(table)
                .and_where(Expr::col("council_id").is_in(councils.iter().copied()))
                .add_group_by([Expr::col("council_id"), state])
                .take()
        };
        let mut query = counting("council_meeting", Expr::col("state"));
        for (table, column) in [
            ("vote", "state"),
            ("council_action", "progress"),
            ("endorsement", "state"),
        ] {
            query.union(UnionType::All, counting(table, Expr::col(column)));
        }
        for table in ["decision", "evaluation"] {
            let counted = Query::select()
                .column("council_id")
                .expr_as(Expr::value(table), "what")
                .expr_as(Expr::value(""), "state")
                .expr_as(Expr::col("id").count(), "count")
                .from(table)
                .and_where(Expr::col("council_id").is_in(councils.iter().copied()))
                .group_by_col("council_id")
                .take();
            query.union(UnionType::All, counted);
        }
        let none = || CouncilFigures {
            actions: Progress::ALL.iter().map(|progress| (*progress, 0)).collect(),
            ..CouncilFigures::default()
        };
        let mut figures: HashMap<CouncilId, CouncilFigures> =
            councils.iter().map(|council| (*council, none())).collect();
        for row in self.reading.query_all(&query).await? {
            let council: CouncilId = row.try_get("", "council_id")?;
            let (what, state): (String, String) = (row.try_get("", "what")?, row.try_get("", "state")?);
            let count: i64 = row.try_get("", "count")?;
            let count = u64::try_from(count).unwrap_or(0);
            let of = figures.entry(council).or_insert_with(none);
            match what.as_str() {
                "council_meeting" if state == MeetingState::Held.word() => of.meetings_held = count,
                "vote" if state == State::Closed.word() => of.votes_closed = count,
                "endorsement" if state == EndorsementState::Endorsed.word() => of.endorsed = count,
                "decision" => of.decisions = count,
                "evaluation" => of.evaluations = count,
                "council_action" => {
                    for (progress, sum) in &mut of.actions {
                        if progress.word() == state {
                            *sum = count;
                        }
                    }
                }
                _ => {}
            }
        }
        Ok(figures)
    }
}
