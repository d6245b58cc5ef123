//! The conditions that every list shares: by tag, by link, by territory, by text.

use chrono::{DateTime, Utc};
use domain::gazetteer::GAZETTEER;
use domain::offer::Near;
use domain::product::TAXONOMY;
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

    /// A column names any of these records.
    pub(crate) fn any_id<T: Copy + Into<Uuid>>(mut self, column: &'static str, ids: Option<&Vec<T>>) -> Self {
        if let Some(ids) = ids {
            let ids = ids.iter().map(|id| Into::<Uuid>::into(*id));
            self.condition = self.condition.add(Expr::col((self.table, column)).is_in(ids));
        }
        self
    }

    /// A column of bits has any of these.
    pub(crate) fn any_bit(mut self, column: &'static str, bits: Option<i32>) -> Self {
        if let Some(bits) = bits {
            let common = Expr::col((self.table, column)).bit_and(bits);
            self.condition = self.condition.add(common.ne(0));
        }
        self
    }

    /// The product is one of these types or a narrower one.
    pub(crate) fn of_product(mut self, types: Option<&Vec<String>>) -> Self {
        if let Some(types) = types {
            let mut codes: Vec<&str> = types
                .iter()
                .flat_map(|code| TAXONOMY.below(code))
                .copied()
                .collect();
            codes.sort_unstable();
            codes.dedup();
            self.condition = self
                .condition
                .add(Expr::col((self.table, "product_type")).is_in(codes));
        }
        self
    }

    /// A column names a commune of this territory, or of one that shares an area with it.
    pub(crate) fn in_territory(mut self, column: &'static str, territory: Option<TerritoryId>) -> Self {
        if let Some(territory) = territory {
            let there = Expr::col((self.table, column)).in_subquery(within(territory));
            self.condition = self.condition.add(there);
        }
        self
    }

    /// A column names a commune that lies near another.
    pub(crate) fn near(self, column: &'static str, near: Option<&Near>) -> Self {
        let communes = near.map(|near| GAZETTEER.near(near.commune, f64::from(near.kilometres)));
        self.any_id(column, communes.as_ref())
    }

    /// Nobody has confirmed the record since: neither by saying so nor by making it.
    pub(crate) fn unconfirmed(self, table: &'static str, since: Option<DateTime<Utc>>) -> Self {
        let last = Expr::col((table, "confirmed_at")).if_null(Expr::col((table, "created_at")));
        self.and(since.map(|since| last.lt(since)))
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
    Query::select()
        .column("record_id")
        .from("place")
        .and_where(Expr::col("territory_id").in_subquery(within(territory)))
        .take()
}

/// A territory and those that share an area with it: one list, so that an index on places serves for all of them.
pub(crate) fn within(territory: TerritoryId) -> SelectStatement {
    let itself = Query::select().expr(Expr::value(territory.0)).take();
    let mut territories = sharing(territory);
    territories.union(UnionType::All, itself);
    territories
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
