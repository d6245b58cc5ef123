//! What the history and the feed keep of a change: which fields, from what, to what.

use serde_json::{Map, Value};

pub use crate::id::kinds::RecordType;

choices! {
    /// What happened to a record.
    pub enum Kind as "ChangeKind" {
        /// It was made.
        Created = "CREATED",
        /// Fields of it were changed.
        Updated = "UPDATED",
        /// It was removed.
        Deleted = "DELETED",
        /// It was found to be the same as another one, into which it went.
        Merged = "MERGED",
    }
}

/// One field's change, as the history shows it.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
#[cfg_attr(feature = "graphql", graphql(name = "FieldChange", crate = "crate::graphql"))]
pub struct FieldChange {
    /// The field's name, as in the schema.
    pub field: String,
    /// Its value before; null where it had none.
    pub from: Value,
    /// Its value after; null where it has none.
    pub to: Value,
}

/// Fields that change with every write and say nothing in a history.
const BOOKKEEPING: [&str; 4] = ["id", "revision", "createdAt", "updatedAt"];

fn fields(record: &Value) -> impl Iterator<Item = (&String, &Value)> {
    record
        .as_object()
        .into_iter()
        .flat_map(Map::iter)
        .filter(|(name, _)| !BOOKKEEPING.contains(&name.as_str()))
}

/// The fields in which two states of a record differ; `Null` stands for no record.
#[must_use]
pub fn difference(before: &Value, after: &Value) -> Vec<FieldChange> {
    let mut names: Vec<&String> = fields(before)
        .chain(fields(after))
        .map(|(name, _)| name)
        .collect();
    names.sort_unstable();
    names.dedup();
    names
        .into_iter()
        .filter_map(|name| {
            let from = before.get(name).cloned().unwrap_or(Value::Null);
            let to = after.get(name).cloned().unwrap_or(Value::Null);
            (from != to && !(is_empty(&from) && is_empty(&to))).then(|| FieldChange {
                field: name.clone(),
                from,
                to,
            })
        })
        .collect()
}

/// An empty list says as little as nothing: a record that is made does not "change" it.
fn is_empty(value: &Value) -> bool {
    value.is_null() || value.as_array().is_some_and(Vec::is_empty)
}

/// The state before the given changes, where the present still shows all of them.
///
/// # Errors
/// The names of the fields that were changed again since.
pub fn undone(present: &Value, changes: &[FieldChange]) -> Result<Value, Vec<String>> {
    let moved: Vec<String> = changes
        .iter()
        .filter(|change| {
            let now = present.get(&change.field).unwrap_or(&Value::Null);
            *now != change.to && !(is_empty(now) && is_empty(&change.to))
        })
        .map(|change| change.field.clone())
        .collect();
    if !moved.is_empty() {
        return Err(moved);
    }
    let mut state = present.clone();
    if let Some(object) = state.as_object_mut() {
        for change in changes {
            object.insert(change.field.clone(), change.from.clone());
        }
    }
    Ok(state)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_differs_is_kept() {
        let before = json!({"id": 1, "revision": 1, "title": "a", "aliases": [], "note": null});
        let after = json!({"id": 1, "revision": 2, "title": "b", "aliases": ["x"], "note": null});
        let changes = difference(&before, &after);
        assert_eq!(
            changes.iter().map(|c| c.field.as_str()).collect::<Vec<_>>(),
            ["aliases", "title"]
        );
        let back = undone(&after, &changes).unwrap();
        assert_eq!((&back["title"], &back["aliases"]), (&json!("a"), &json!([])));
    }

    #[test]
    fn a_field_changed_again_stops_the_undo() {
        let changes = difference(&json!({"title": "a"}), &json!({"title": "b"}));
        assert_eq!(
            undone(&json!({"title": "c"}), &changes),
            Err(vec!["title".to_owned()])
        );
    }

    proptest! {
        #[test]
        fn undoing_a_difference_restores_every_field(
            a in proptest::collection::btree_map("[a-d]", 0_i32..4, 4),
            b in proptest::collection::btree_map("[a-d]", 0_i32..4, 4),
        ) {
            let (before, after) = (json!(a), json!(b));
            let back = undone(&after, &difference(&before, &after)).unwrap();
            prop_assert!(difference(&before, &back).is_empty());
        }
    }
}
