//! The identity at an outside provider that an account is bound to: taking it away, for administrators.

use crate::api;
use crate::contract::schema;
use crate::language::t;
use crate::refusal::{UserError, refused};
use crate::ui::button::{Button, Look};
use crate::ui::dialog::Confirm;
use crate::ui::toast::toasts;
use cynic::MutationBuilder;
use leptos::prelude::*;
use leptos::task::spawn_local;

#[derive(cynic::InputObject)]
struct PersonUnbindIdentityInput {
    id: cynic::Id,
}

#[derive(cynic::QueryVariables)]
struct Unbinding {
    input: PersonUnbindIdentityInput,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Mutation", variables = "Unbinding")]
struct Unbind {
    #[arguments(input: $input)]
    person_unbind_identity: Unbound,
}

crate::api::document!(mutation Unbind(Unbinding));

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "PersonUnbindIdentityPayload")]
struct Unbound {
    unbound: bool,
    user_errors: Vec<UserError>,
}

/// Unbinds an account from the sign-in service, once an administrator has confirmed it.
#[component]
pub fn UnbindIdentity(person: cynic::Id, name: String) -> impl IntoView {
    let asking = RwSignal::new(false);
    let said = toasts();
    let confirm = move |()| {
        let id = person.clone();
        spawn_local(async move {
            let input = PersonUnbindIdentityInput { id };
            match api::mutate(&Unbind::build(Unbinding { input })).await {
                Ok(done) => {
                    let Unbound { unbound, user_errors } = done.person_unbind_identity;
                    if user_errors.is_empty() {
                        said.say(if unbound {
                            t::identity_unbound()
                        } else {
                            t::identity_none()
                        });
                    }
                    for it in refused(user_errors) {
                        said.say(it.message);
                    }
                }
                Err(failure) => said.say(failure.kind.title()),
            }
        });
    };
    view! {
        <Button text=t::identity_unbind look=Look::Quiet small=true on_press=move |()| asking.set(true) />
        <Confirm open=asking title=t::identity_unbind consequence=move || t::identity_unbind_text(&name) action=t::identity_unbind on_confirm=confirm />
    }
}
