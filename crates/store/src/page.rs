//! Pages by keyset: a cursor is a place in one order of one list, and is refused in any other.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::{DateTime, Datelike, Utc};
use domain::page::{Direction, Page};
use sea_orm::sea_query::{Condition, Expr, ExprTrait, Order, SelectStatement};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::error::{Error, Result};

/// One row of a page with its cursor.
#[derive(Clone, Debug)]
pub struct Edge<T> {
    /// The place of the row in this order of this list.
    pub cursor: String,
    /// The row.
    pub node: T,
}

/// A page of a list.
#[derive(Clone, Debug)]
pub struct Slice<T> {
    /// Its rows, always in the list's order.
    pub edges: Vec<Edge<T>>,
    /// Whether there are rows before.
    pub has_previous: bool,
    /// Whether there are rows after.
    pub has_next: bool,
}

impl<T> Default for Slice<T> {
    fn default() -> Self {
        Self {
            edges: Vec::new(),
            has_previous: false,
            has_next: false,
        }
    }
}

/// What rows are ordered by, before their identifier.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Key {
    /// A number.
    #[serde(rename = "n")]
    Number(i64),
    /// An instant.
    #[serde(rename = "t")]
    Time(DateTime<Utc>),
    /// Text.
    #[serde(rename = "s")]
    Text(String),
}

impl Key {
    fn expr(&self) -> Expr {
        match self {
            Self::Number(number) => Expr::value(*number),
            Self::Time(time) => Expr::value(*time),
            Self::Text(text) => Expr::value(text.clone()),
        }
    }
}

/// The column a list is ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// Whether the greatest comes first.
    pub descending: bool,
    /// What its values are.
    pub of: Kind,
}

/// What the values of a column are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Numbers.
    Number,
    /// Instants.
    Time,
    /// Text.
    Text,
}

/// Eight bytes that stand for one order of one filtered list.
pub(crate) fn fingerprint(parts: &[&str]) -> String {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update(part.as_bytes());
        digest.update([0]);
    }
    BASE64_URL_SAFE_NO_PAD.encode(&digest.finalize()[..8])
}

/// Writes a cursor.
pub(crate) fn cursor(fingerprint: &str, key: &Key, id: Uuid) -> String {
    let text =
        serde_json::to_string(&(fingerprint, key, id)).expect("text, numbers and identifiers become JSON");
    BASE64_URL_SAFE_NO_PAD.encode(text)
}

/// Reads a cursor of this list.
pub(crate) fn place(fingerprint: &str, column: Column, cursor: &str) -> Result<(Key, Uuid)> {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(cursor).map_err(|_| Error::Cursor)?;
    let (of, key, id): (String, Key, Uuid) = serde_json::from_slice(&bytes).map_err(|_| Error::Cursor)?;
    let fits = match &key {
        Key::Number(_) => column.of == Kind::Number,
        Key::Time(time) => column.of == Kind::Time && (1900..3000).contains(&time.year()),
        Key::Text(text) => column.of == Kind::Text && !text.contains('\0'),
    };
    if of == fingerprint && fits {
        Ok((key, id))
    } else {
        Err(Error::Cursor)
    }
}

impl Column {
    /// Whether rows are read from the least to the greatest, seen from the page's end.
    pub(crate) const fn goes_up(self, direction: Direction) -> bool {
        match direction {
            Direction::Forward => !self.descending,
            Direction::Backward => self.descending,
        }
    }
}

/// The rows beyond a place.
pub(crate) fn beyond(table: &'static str, column: Column, upward: bool, key: &Key, id: Uuid) -> Condition {
    let (key_column, id_column) = (Expr::col((table, column.name)), Expr::col((table, "id")));
    let (bound, further, tie) = if upward {
        (
            key_column.clone().gte(key.expr()),
            key_column.gt(key.expr()),
            id_column.gt(id),
        )
    } else {
        (
            key_column.clone().lte(key.expr()),
            key_column.lt(key.expr()),
            id_column.lt(id),
        )
    };
    // The first condition follows from the second; both databases seek by it in the order's index.
    Condition::all().add(bound).add(further.or(tie))
}

/// Orders a query by the column and the identifier, from the page's end and after its cursor, and takes one row
/// more than asked, which tells whether there are more.
pub(crate) fn cut(
    query: &mut SelectStatement,
    table: &'static str,
    column: Column,
    page: &Page,
    after: Option<&(Key, Uuid)>,
) {
    let upward = column.goes_up(page.direction);
    let order = if upward { Order::Asc } else { Order::Desc };
    if let Some((key, id)) = after {
        query.cond_where(beyond(table, column, upward, key, *id));
    }
    query
        .order_by((table, column.name), order.clone())
        .order_by((table, "id"), order)
        .limit(page.size as u64 + 1);
}

/// Makes a page of the rows that a cut query answered.
pub(crate) fn slice<T>(mut rows: Vec<T>, page: &Page, cursor_of: impl Fn(&T) -> String) -> Slice<T> {
    let more = rows.len() > page.size;
    rows.truncate(page.size);
    let went_on = page.cursor.is_some();
    let (has_previous, has_next) = match page.direction {
        Direction::Forward => (went_on, more),
        Direction::Backward => {
            rows.reverse();
            (more, went_on)
        }
    };
    let edges = rows
        .into_iter()
        .map(|node| Edge {
            cursor: cursor_of(&node),
            node,
        })
        .collect();
    Slice {
        edges,
        has_previous,
        has_next,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const fn column(of: Kind) -> Column {
        Column {
            name: "x",
            descending: false,
            of,
        }
    }

    #[test]
    fn a_cursor_of_another_list_is_refused() {
        let one = fingerprint(&["projects", "TITLE", "{}"]);
        let other = fingerprint(&["projects", "TITLE", "{\"text\":\"x\"}"]);
        let written = cursor(&one, &Key::Text("a".into()), Uuid::nil());
        assert!(place(&one, column(Kind::Text), &written).is_ok());
        assert!(matches!(
            place(&other, column(Kind::Text), &written),
            Err(Error::Cursor)
        ));
    }

    proptest! {
        #[test]
        fn no_text_makes_a_cursor_panic(text: String) {
            prop_assert!(place("x", column(Kind::Text), &text).is_err());
        }

        #[test]
        fn a_cursor_survives_the_journey(text: String, number: i64) {
            let text = text.replace('\0', "");
            for (of, key) in [(Kind::Text, Key::Text(text.clone())), (Kind::Number, Key::Number(number))] {
                let read = place("f", column(of), &cursor("f", &key, Uuid::nil())).unwrap();
                prop_assert_eq!(read.0, key);
            }
        }
    }
}
