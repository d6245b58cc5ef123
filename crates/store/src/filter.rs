//! The conditions that every list shares: by tag, by link, by territory, by text.

use domain::text::asked_words;
use domain::{RecordId, TerritoryId};
use sea_orm::sea_query::{Condition, Expr, ExprTrait, JoinType, Query, SelectStatement, UnionType};
use uuid::Uuid;

/// Builds a condition on one table.
pub(crate) struct Narrow {
    table: &'static str,
    condition: Condition,
}

impl Narrow {
    /// Lets everything through.
    pub(crate) fn of(table: &'static str) -> Self {
        Self {
            table,
            condition: Condition::all(),
        }
    }

    fn among(mut self, records: SelectStatement) -> Self {
        self.condition = self
            .condition
            .add(Expr::col((self.table, "id")).in_subquery(records));
        self
    }

    /// A field that holds several holds any of these words.
    pub(crate) fn tagged<T: ToString>(self, field: &'static str, words: Option<&Vec<T>>) -> Self {
        let Some(words) = words else { return self };
        let records = Query::select()
            .column("record_id")
            .from("tag")
            .and_where(Expr::col("field").eq(field))
            .and_where(Expr::col("word").is_in(words.iter().map(ToString::to_string)))
            .take();
        self.among(records)
    }

    /// Any of these fields names any of these records.
    pub(crate) fn linked(self, fields: &[&'static str], targets: Option<Vec<RecordId>>) -> Self {
        let Some(targets) = targets else { return self };
        let records = Query::select()
            .column("record_id")
            .from("link")
            .and_where(Expr::col("field").is_in(fields.iter().copied()))
            .and_where(Expr::col("target_id").is_in(targets.iter().map(|target| target.uuid)))
            .take();
        self.among(records)
    }

    /// A column is any of these.
    pub(crate) fn any_of<T: ToString>(mut self, column: &'static str, words: Option<&Vec<T>>) -> Self {
        if let Some(words) = words {
            let words = words.iter().map(ToString::to_string);
            self.condition = self.condition.add(Expr::col((self.table, column)).is_in(words));
        }
        self
    }

    /// The record is one of those that a query of identifiers answers.
    pub(crate) fn within(self, records: Option<SelectStatement>) -> Self {
        match records {
            Some(records) => self.among(records),
            None => self,
        }
    }

    /// The record lies or acts in this territory or in one that shares a commune with it.
    pub(crate) fn placed(self, territory: Option<TerritoryId>) -> Self {
        self.within(territory.map(placed_in))
    }

    /// Every word stands somewhere in the record's text, accents and case aside.
    pub(crate) fn text(self, text: Option<&String>) -> Self {
        let Some(text) = text else { return self };
        let mut records = Query::select().column("record_id").from("words_pieces").take();
        for word in asked_words(text) {
            // Folded text has neither % nor _ in it.
            records.and_where(Expr::col("text").like(format!("%{word}%")));
        }
        self.among(records)
    }

    /// One more condition.
    pub(crate) fn and(mut self, condition: Option<Expr>) -> Self {
        if let Some(condition) = condition {
            self.condition = self.condition.add(condition);
        }
        self
    }

    /// The whole condition.
    pub(crate) fn build(self) -> Condition {
        self.condition
    }
}

/// The records placed in a territory: on it, or on one that shares an area with it.
pub(crate) fn placed_in(territory: TerritoryId) -> SelectStatement {
    let itself = Query::select().expr(Expr::value(territory.0)).take();
    // One list of territories, so that the index on places serves for all of them.
    let mut territories = sharing(territory);
    territories.union(UnionType::All, itself);
    Query::select()
        .column("record_id")
        .from("place")
        .and_where(Expr::col("territory_id").in_subquery(territories))
        .take()
}

/// The territories that share an area with one: a commune that both are made of, or a province (or the region) that
/// one of them is and the other is known to lie in.
pub(crate) fn sharing(territory: TerritoryId) -> SelectStatement {
    areas([territory.0]).column(("theirs", "territory_id")).take()
}

/// The pairs of territories (`target_id` of those asked, `record_id`) that share an area, each with itself too.
pub(crate) fn overlapping(asked: impl IntoIterator<Item = Uuid>) -> SelectStatement {
    areas(asked)
        .distinct()
        .expr_as(Expr::col(("ours", "territory_id")), "target_id")
        .expr_as(Expr::col(("theirs", "territory_id")), "record_id")
        .take()
}

/// The same, with each asked one beside itself also where nothing is known of its areas.
pub(crate) fn with_themselves(asked: impl Iterator<Item = Uuid> + Clone) -> SelectStatement {
    let themselves = Query::select()
        .expr_as(Expr::col("id"), "target_id")
        .expr_as(Expr::col("id"), "record_id")
        .from("territory")
        .and_where(Expr::col("id").is_in(asked.clone()))
        .take();
    overlapping(asked).union(UnionType::Distinct, themselves).take()
}

fn areas(asked: impl IntoIterator<Item = Uuid>) -> SelectStatement {
    Query::select()
        .from_as("territory_area", "ours")
        .join_as(
            JoinType::InnerJoin,
            "territory_area",
            "theirs",
            Expr::col(("theirs", "area")).equals(("ours", "area")),
        )
        .and_where(Expr::col(("ours", "territory_id")).is_in(asked))
        .and_where(
            Expr::col(("ours", "whole"))
                .eq(true)
                .or(Expr::col(("theirs", "whole")).eq(true)),
        )
        .take()
}
