//! Taking a change back, and offering that after each.

use crate::api;
use crate::contract::schema;
use crate::language::t;
use crate::refusal::{UserError, refused};
use crate::ui::state::Failure;
use crate::ui::toast::Toasts;
use cynic::MutationBuilder;
use leptos::task::spawn_local;

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

crate::api::document!(mutation Undo(Undoing));

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

/// Says what was just done, with the button that takes exactly that change back, where there is one.
pub fn offer_undo(said: Toasts, change: Option<cynic::Id>, text: impl Into<String>) {
    let Some(change) = change else {
        said.say(text);
        return;
    };
    said.undo(text, move || {
        let id = change.clone();
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
