//! The GraphQL library, but for one function: objects of this crate have all their fields at hand, and answer them where
//! they stand. The library makes a task of each field, which for a page of five hundred records costs more than reading
//! them from the database. What derives an object names this module as the library (`crate = …`).

use async_graphql::indexmap::IndexMap;
use async_graphql::parser::types::{Field, Selection, SelectionSet};
pub use async_graphql::*;

/// As the library's, with the function that is ours.
pub mod resolver_utils {
    pub use super::in_place as resolve_container;
    pub use async_graphql::resolver_utils::*;
}

/// What a selection answers so far, in the order of its fields.
#[derive(Debug, Default)]
pub struct Answers(IndexMap<Name, Value>);

impl Answers {
    /// None yet to so many fields.
    #[must_use]
    pub fn to(fields: &[&Positioned<Field>]) -> Self {
        Self(IndexMap::with_capacity(fields.len()))
    }

    /// Adds the answer to a field. One that failed is null, and its error told beside.
    pub fn put(&mut self, ctx: &Context<'_>, answer: ServerResult<Option<Value>>) {
        let value = answer.unwrap_or_else(|error| {
            ctx.add_error(error);
            None
        });
        let name = ctx.item.node.response_key().node.clone();
        let value = value.unwrap_or_default();
        match self.0.get_mut(&name) {
            Some(known) => join(known, value),
            None => drop(self.0.insert(name, value)),
        }
    }
}

impl From<Answers> for Value {
    fn from(Answers(values): Answers) -> Self {
        Self::Object(values)
    }
}

/// A field that is asked for twice is answered once, with what either asks of it.
fn join(known: &mut Value, more: Value) {
    match (known, more) {
        (Value::Object(known), Value::Object(more)) => {
            for (name, value) in more {
                match known.get_mut(&name) {
                    Some(known) => join(known, value),
                    None => drop(known.insert(name, value)),
                }
            }
        }
        (Value::List(known), Value::List(more)) => {
            for (known, value) in known.iter_mut().zip(more) {
                join(known, value);
            }
        }
        (known @ Value::Null, more) => *known = more,
        _ => {}
    }
}

/// The fields that are asked of an object of this name, those of its fragments among them.
#[must_use]
pub fn selected<'a>(ctx: &ContextSelectionSet<'a>, name: &str) -> Vec<&'a Positioned<Field>> {
    fn gather<'a>(
        ctx: &ContextSelectionSet<'a>,
        name: &str,
        set: &'a SelectionSet,
        into: &mut Vec<&'a Positioned<Field>>,
    ) {
        let is_of = |condition: &str| {
            let implements = &ctx.schema_env.registry.implements;
            condition == name || implements.get(name).is_some_and(|all| all.contains(condition))
        };
        for selection in &set.items {
            let (condition, set) = match &selection.node {
                Selection::Field(field) => {
                    into.push(field);
                    continue;
                }
                Selection::InlineFragment(part) => {
                    (part.node.type_condition.as_ref(), &part.node.selection_set)
                }
                Selection::FragmentSpread(spread) => {
                    match ctx.query_env.fragments.get(&spread.node.fragment_name.node) {
                        Some(part) => (Some(&part.node.type_condition), &part.node.selection_set),
                        None => continue,
                    }
                }
            };
            if condition.is_none_or(|condition| is_of(&condition.node.on.node)) {
                gather(ctx, name, &set.node, into);
            }
        }
    }
    let set = &ctx.item.node;
    let mut fields = Vec::with_capacity(set.items.len());
    gather(ctx, name, set, &mut fields);
    fields
}

/// Answers one field after the other.
///
/// # Errors
/// None: those of its fields are told beside the answer.
pub async fn in_place<T>(ctx: &ContextSelectionSet<'_>, object: &T) -> ServerResult<Value>
where
    T: ContainerType + ?Sized,
{
    let name = T::type_name();
    let fields = selected(ctx, &name);
    let mut answers = Answers::to(&fields);
    for field in fields {
        let ctx = ctx.with_field(field);
        let answer = if field.node.name.node == "__typename" {
            Ok(Some(Value::from(name.as_ref())))
        } else {
            object.resolve_field(&ctx).await
        };
        answers.put(&ctx, answer);
    }
    Ok(answers.into())
}
