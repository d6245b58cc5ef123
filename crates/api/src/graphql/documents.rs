//! Documents that a request names by the SHA-256 of their text instead of sending them (appendix A of GraphQL over HTTP):
//! those of our own pages, for everybody; those that a machine is given, for this machine, which may be held to them.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use async_graphql::parser::parse_query;
use async_graphql::parser::types::ExecutableDocument;
use quick_cache::sync::Cache;
use sha2::{Digest, Sha256};

use crate::cost::Rehearsal;
use crate::ctx::Caller;
use crate::graphql::{Asked, Document};
use crate::problem::{Code, Fault, Sentence};
use crate::schema::Schema;
use crate::server::App;

/// The file in which our own pages' documents stand beside them: each text under its identifier.
const FILE: &str = "documents.json";
/// How an identifier begins.
const SHA256: &str = "sha256:";

const ONLY_KNOWN: Sentence = [
    "Cette machine n'envoie que les documents enregistrés pour elle: donnez leur documentId.",
    "Deze machine stuurt alleen de documenten die voor haar geregistreerd zijn: geef hun documentId.",
    "Diese Maschine sendet nur die für sie hinterlegten Dokumente: Geben Sie deren documentId an.",
    "This machine sends only the documents registered for it: give their documentId.",
];

/// The SHA-256 of a document's text, as 64 hexadecimal digits.
pub(crate) fn digest(text: &str) -> String {
    Sha256::digest(text)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// What is wrong with a document, where it does not fit the schema or its limits.
pub(crate) async fn fits(schema: &Schema, text: &str) -> Result<(), String> {
    let answer = schema
        .execute(async_graphql::Request::new(text).data(Rehearsal))
        .await;
    match answer.errors.first() {
        Some(error) => Err(error.message.clone()),
        None => Ok(()),
    }
}

/// The documents that are known, and those that were read lately: clients send the same ones again and again, and
/// reading one costs more than most statements.
pub struct Documents {
    read: Cache<String, Arc<ExecutableDocument>>,
    own: HashMap<String, String>,
}

impl Documents {
    /// So many are kept, of so many bytes at most each.
    const KEPT: usize = 100;
    const LONGEST: usize = 6_000;

    /// With those of the pages in a folder; with none where there is no such folder, or no list in it.
    ///
    /// # Errors
    /// The list cannot be read: what is wrong with it.
    pub fn beside(pages: Option<&Path>) -> Result<Self, String> {
        let own = match pages.map(|folder| folder.join(FILE)).filter(|file| file.exists()) {
            None => HashMap::new(),
            Some(file) => {
                let failed = |error: &dyn std::fmt::Display| format!("{}: {error}", file.display());
                let text = std::fs::read_to_string(&file).map_err(|error| failed(&error))?;
                let own: HashMap<String, String> =
                    serde_json::from_str(&text).map_err(|error| failed(&error))?;
                if let Some((id, _)) = own
                    .iter()
                    .find(|(id, text)| **id != format!("{SHA256}{}", digest(text)))
                {
                    return Err(failed(&format!("{id} is not the digest of its document")));
                }
                own
            }
        };
        Ok(Self {
            read: Cache::new(Self::KEPT),
            own,
        })
    }

    /// Gives the request its document, where it was read before; else keeps it for the next one.
    fn know(&self, asked: &mut async_graphql::Request) {
        if asked.query.len() > Self::LONGEST {
            return;
        }
        if let Some(known) = self.read.get(&asked.query) {
            asked.set_parsed_query((*known).clone());
        } else if let Ok(read) = parse_query(&asked.query) {
            asked.set_parsed_query(read.clone());
            self.read.insert(asked.query.clone(), Arc::new(read));
        }
    }
}

/// The request with its document.
///
/// # Errors
/// A document that the server does not know, or that this caller may not send.
pub(super) async fn found(app: &App, caller: &Caller, asked: Asked) -> Result<async_graphql::Request, Fault> {
    let Asked {
        document,
        mut request,
    } = asked;
    let client = caller.actor.client();
    let is_held = client.is_some_and(|client| client.documents_only);
    request.query = match document {
        Document::Text(_) if is_held => return Err(Fault::new(Code::Forbidden).because(ONLY_KNOWN)),
        Document::Text(text) => text,
        Document::Known(id) => {
            let unknown = || Fault::new(Code::DocumentUnknown);
            let digest = id.strip_prefix(SHA256).ok_or_else(unknown)?;
            let given = match client {
                Some(client) => app.store.client_document(client.id, digest).await?,
                None => None,
            };
            let own = || app.documents.own.get(&id).filter(|_| !is_held).cloned();
            given.or_else(own).ok_or_else(unknown)?
        }
    };
    app.documents.know(&mut request);
    Ok(request)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_specification_s_examples_have_their_identifiers() {
        let whole = "query ($id: ID!) {\n  user(id: $id) {\n    name\n  }\n}";
        assert_eq!(
            digest(whole),
            "7dba4bd717b41f10434822356a93c32b1fb4907b983e854300ad839f84cdcd6e"
        );
        assert_eq!(
            digest("query($id:ID!){user(id:$id){name}}"),
            "71f7dc5758652baac68e4a10c50be732b741c892ade2883a99358f52b555286b"
        );
    }

    #[test]
    fn a_list_with_another_text_under_an_identifier_is_refused() {
        let folder = std::env::temp_dir().join(format!("chantiers-documents-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let write = |text: &str| std::fs::write(folder.join(FILE), text).unwrap();
        assert!(Documents::beside(Some(&folder)).unwrap().own.is_empty());
        write(&format!("{{\"sha256:{}\":\"{{version}}\"}}", digest("{version}")));
        assert_eq!(Documents::beside(Some(&folder)).unwrap().own.len(), 1);
        write(&format!("{{\"sha256:{}\":\"{{credits}}\"}}", digest("{version}")));
        assert!(Documents::beside(Some(&folder)).is_err());
        write("[");
        assert!(Documents::beside(Some(&folder)).is_err());
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
