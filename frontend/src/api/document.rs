//! Our GraphQL documents. The server knows each by the SHA-256 of its text, from `documents.json`, and a request names it
//! so. The unit tests keep that file, in which every document is that `document!` declares.

use crate::ui::state::Failure;
use cynic::{Operation, QueryFragment};
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::fmt::Write as _;

/// What answers a document of ours; `document!` declares it.
pub trait Answers: QueryFragment {
    /// What goes with it.
    type Variables: Serialize;
}

/// Declares the document that a fragment at the root stands for, with its variables: `document!(query Found(Asked));`
macro_rules! document {
    ($kind:ident $root:ident($variables:ty)) => {
        impl $crate::api::document::Answers for $root {
            type Variables = $variables;
        }

        #[cfg(test)]
        inventory::submit! {
            $crate::api::document::tests::Declared($crate::api::document::tests::$kind::<$root, $variables>)
        }
    };
}
pub(crate) use document;

/// A request as it is sent: the document's identifier and the variables.
pub fn request<Q: Answers>(operation: &Operation<Q, Q::Variables>) -> Result<String, Failure> {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Request<'a, V> {
        document_id: String,
        variables: &'a V,
    }
    serde_json::to_string(&Request {
        document_id: identifier(&operation.query),
        variables: &operation.variables,
    })
    .map_err(|_| super::internal(None))
}

fn identifier(text: &str) -> String {
    let mut identifier = "sha256:".to_owned();
    for byte in Sha256::digest(text) {
        let _ = write!(identifier, "{byte:02x}");
    }
    identifier
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use cynic::QueryVariables;
    use cynic::queries::{OperationType, build_executable_document};
    use std::collections::{BTreeMap, HashSet};

    /// A document, by what writes its text.
    pub struct Declared(pub fn() -> String);
    inventory::collect!(Declared);

    fn text<Q: QueryFragment, V: QueryVariables>(kind: OperationType) -> String {
        build_executable_document::<Q, V>(kind, Q::name().as_deref(), HashSet::new(), None)
    }

    pub fn query<Q: QueryFragment, V: QueryVariables>() -> String {
        text::<Q, V>(OperationType::Query)
    }

    pub fn mutation<Q: QueryFragment, V: QueryVariables>() -> String {
        text::<Q, V>(OperationType::Mutation)
    }

    #[test]
    fn the_list_beside_the_pages_is_up_to_date() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/documents.json");
        let known = inventory::iter::<Declared>
            .into_iter()
            .map(|Declared(text)| text());
        let known: BTreeMap<String, String> = known.map(|text| (identifier(&text), text)).collect();
        assert!(known.len() > 100, "{}", known.len());
        let list = serde_json::to_string_pretty(&known).expect("texts are JSON") + "\n";
        let kept = std::fs::read_to_string(file).unwrap_or_default();
        if kept != list {
            std::fs::write(file, list).expect("the list can be written");
            panic!(
                "frontend/documents.json was of other documents; it is written anew: read the difference, and commit it"
            );
        }
    }
}
