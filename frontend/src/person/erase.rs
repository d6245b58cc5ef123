//! Erasing an account: the one question before, and what it says of what will go and what will stay.

use crate::api;
use crate::contract::schema;
use crate::language::t;
use crate::refusal::{UserError, refused};
use crate::ui::button::{Button, Look};
use crate::ui::dialog::Confirm;
use crate::ui::toast::toasts;
use cynic::{MutationBuilder, QueryBuilder};
use leptos::prelude::*;
use leptos::task::spawn_local;

#[derive(cynic::QueryVariables)]
struct Of {
    id: cynic::Id,
}

/// The account as it is when the question is answered.
#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "Query", variables = "Of")]
struct Present {
    #[arguments(id: $id)]
    node: Option<Node>,
}

crate::api::document!(query Present(Of));

#[derive(Clone, cynic::InlineFragments)]
enum Node {
    Person(Account),
    #[cynic(fallback)]
    Other,
}

#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "Person")]
struct Account {
    revision: i32,
}

#[derive(cynic::InputObject)]
struct PersonEraseInput {
    id: cynic::Id,
    expected_revision: i32,
}

#[derive(cynic::QueryVariables)]
struct Erasing {
    input: PersonEraseInput,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Mutation", variables = "Erasing")]
struct Erased {
    #[arguments(input: $input)]
    person_erase: ErasePayload,
}

crate::api::document!(mutation Erased(Erasing));

#[derive(cynic::QueryFragment)]
struct ErasePayload {
    user_errors: Vec<UserError>,
}

/// The button that erases an account, after a question that names it.
#[component]
pub fn Erase(id: String, name: String, #[prop(into)] on_done: Callback<()>) -> impl IntoView {
    let (asked, busy) = (RwSignal::new(false), RwSignal::new(false));
    let said = toasts();
    let erase = move |()| {
        let id = cynic::Id::new(id.clone());
        busy.set(true);
        spawn_local(async move {
            let present = api::query(&Present::build(Of { id: id.clone() })).await;
            let answer = match present.map(|it| it.node) {
                Ok(Some(Node::Person(Account { revision }))) => {
                    let input = PersonEraseInput {
                        id,
                        expected_revision: revision,
                    };
                    api::mutate(&Erased::build(Erasing { input }))
                        .await
                        .map(|it| it.person_erase.user_errors)
                }
                Ok(Some(Node::Other) | None) => Ok(Vec::new()),
                Err(failure) => Err(failure),
            };
            let _ = busy.try_set(false);
            match answer {
                Ok(errors) if errors.is_empty() => {
                    said.say(t::erase_done());
                    on_done.run(());
                }
                Ok(errors) => refused(errors).into_iter().for_each(|it| said.say(it.message)),
                Err(failure) => said.say(failure.kind.title()),
            }
        });
    };
    view! {
        <Button text=t::erase_account look=Look::Danger small=true busy on_press=move |()| asked.set(true) />
        <Confirm open=asked title=move || t::erase_title(&name) consequence=t::erase_text action=t::erase_now on_confirm=erase />
    }
}
