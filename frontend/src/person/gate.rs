//! What only somebody who is signed in sees: the others are told what to do instead.

use crate::language::t;
use crate::session::{self, Person, Session};
use crate::ui::state::{Empty, Skeleton};
use leptos::prelude::*;

/// `view` for those whom `may` lets; the others go to the sign-in and come back `here`, or learn that it is not for them.
pub fn signed_in(
    here: &'static str,
    may: impl Fn(&Person) -> bool + Send + 'static,
    view: impl Fn(Person) -> AnyView + Send + 'static,
) -> impl Fn() -> AnyView + Send + 'static {
    move || {
        match session::session() {
        Session::Restoring => view! { <Skeleton /> }.into_any(),
        Session::Visitor => {
            let href = format!("/connexion?vers={here}");
            view! { <Empty title=t::accounts_signed_out><a class="button primary" href=href>{t::action_sign_in}</a></Empty> }.into_any()
        }
        Session::Signed(person) if may(&person) => view(person),
        Session::Signed(_) => {
            view! { <Empty title=t::failed_forbidden text=t::failed_forbidden_advice><a class="button" href="/mon-compte">{t::accounts_mine}</a></Empty> }.into_any()
        }
    }
    }
}
