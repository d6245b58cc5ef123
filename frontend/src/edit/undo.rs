//! Taking a change back, and offering that after each.

use crate::api;
use crate::contract::schema;
use crate::language::t;
use crate::refusal::{UserError, refused};
use crate::ui::state::Failure;
use crate::ui::toast::Toasts;
use cynic::{MutationBuilder, QueryBuilder};
use leptos::task::spawn_local;

#[derive(cynic::QueryVariables)]
struct Of {
    record: cynic::Id,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Query", variables = "Of")]
struct Latest {
    #[arguments(record: $record, first: 1)]
    history: Changes,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "ChangeConnection")]
struct Changes {
    nodes: Vec<Change>,
}

#[derive(cynic::QueryFragment)]
struct Change {
    id: cynic::Id,
}

#[derive(cynic::InputObject)]
struct ChangeUndoInput {
    id: cynic::Id,
}

#[derive(cynic::QueryVariables)]
struct Undoing {
    input: ChangeUndoInput,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Mutation", variables = "Undoing")]
struct Undo {
    #[arguments(input: $input)]
    change_undo: ChangeUndoPayload,
}

#[derive(cynic::QueryFragment)]
struct ChangeUndoPayload {
    user_errors: Vec<UserError>,
}

/// Takes a change back; what was refused comes back.
pub async fn undo(id: cynic::Id) -> Result<Vec<UserError>, Failure> {
    let sent = Undo::build(Undoing {
        input: ChangeUndoInput { id },
    });
    Ok(api::mutate(&sent).await?.change_undo.user_errors)
}

/// Says what was just done to a record, with the button that takes exactly that back.
pub async fn offer_undo(said: Toasts, record: String, text: String) {
    let latest = api::query(&Latest::build(Of {
        record: cynic::Id::new(record),
    }))
    .await;
    let Some(change) = latest.ok().and_then(|it| it.history.nodes.into_iter().next()) else {
        said.say(text);
        return;
    };
    said.undo(text, move || {
        let id = change.id.clone();
        spawn_local(async move {
            match undo(id).await {
                Ok(errors) if errors.is_empty() => {
                    said.say(t::edit_undone());
                    api::try_again();
                }
                Ok(errors) => {
                    for it in refused(errors) {
                        said.say(it.message);
                    }
                }
                Err(failure) => said.say(failure.kind.title()),
            }
        });
    });
}
