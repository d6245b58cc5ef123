//! What a document may ask for at once, and what it would do, known before anything of it runs.

use async_graphql::parser::types::{ExecutableDocument, OperationType, Selection, SelectionSet};

use crate::problem::{Code, Fault};
use crate::schema;

/// The most fields at the top of a query, and of a mutation: each is at least a statement of its own.
const QUERIES: usize = 30;
const CHANGES: usize = 10;
/// The most fields under another name in one document.
const ALIASES: usize = 100;

/// Refuses a document that asks for too many things at once, before anything runs.
pub(super) fn too_many(asked: &mut async_graphql::Request) -> Option<Fault> {
    let document = asked.parsed_query().ok()?;
    let mut aliases = 0;
    for (_, operation) in document.operations.iter() {
        let top = fields(document, &operation.node.selection_set.node, 0, &mut aliases);
        let most = match operation.node.ty {
            OperationType::Query | OperationType::Subscription => QUERIES,
            OperationType::Mutation => CHANGES,
        };
        if top > most {
            let detail = format!("at most {most} fields at the top of one operation: {top} were asked for");
            return Some(Fault::new(Code::CostExceeded).technically(detail));
        }
    }
    let detail = || format!("at most {ALIASES} fields under another name: {aliases} were asked for");
    (aliases > ALIASES).then(|| Fault::new(Code::CostExceeded).technically(detail()))
}

/// How many fields a selection has at its top, its fragments' included; counts the aliases in all of it.
fn fields(document: &ExecutableDocument, set: &SelectionSet, depth: usize, aliases: &mut usize) -> usize {
    // Deeper documents, and fragments that spread themselves, are refused by the schema.
    if depth > schema::DEPTH || *aliases > ALIASES {
        return 0;
    }
    let mut top = 0;
    for item in &set.items {
        top += match &item.node {
            Selection::Field(field) => {
                *aliases += usize::from(field.node.alias.is_some());
                fields(document, &field.node.selection_set.node, depth + 1, aliases);
                1
            }
            Selection::InlineFragment(part) => {
                fields(document, &part.node.selection_set.node, depth + 1, aliases)
            }
            Selection::FragmentSpread(name) => match document.fragments.get(&name.node.fragment_name.node) {
                Some(part) => fields(document, &part.node.selection_set.node, depth + 1, aliases),
                None => 0,
            },
        };
    }
    top
}

/// Whether the operation that would run is not a query, nor a subscription where these are answered; a document that
/// cannot be read runs nothing.
pub(super) fn writes(asked: &mut async_graphql::Request, streams: bool) -> bool {
    let name = asked.operation_name.clone();
    let Ok(document) = asked.parsed_query() else {
        return false;
    };
    document.operations.iter().any(|(known, operation)| {
        let meant = match (known, &name) {
            (Some(known), Some(name)) => known.as_str() == name,
            (None, Some(_)) => false,
            (_, None) => true,
        };
        let reads = match operation.node.ty {
            OperationType::Query => true,
            OperationType::Subscription => streams,
            OperationType::Mutation => false,
        };
        meant && !reads
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_operation_that_would_run_decides() {
        let writes = |query: &str, name: Option<&str>| {
            let mut asked = async_graphql::Request::new(query);
            asked.operation_name = name.map(str::to_owned);
            writes(&mut asked, false)
        };
        assert!(writes("mutation { a }", None));
        assert!(!writes("{ a }", None));
        assert!(writes("query A { a } mutation B { b }", Some("B")));
        assert!(!writes("query A { a } mutation B { b }", Some("A")));
        assert!(!writes("{", None));
    }
}
