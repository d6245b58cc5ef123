//! How often one is told of new matches, in "my week".

use super::{moves, words};
use crate::api;
use crate::contract::schema;
use crate::language::t;
use crate::ui::field::SelectField;
use crate::ui::state::Loaded;
use crate::ui::toast::toasts;
use cynic::QueryBuilder;
use domain::expertise::notice::Frequency;
use leptos::prelude::*;

#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "Query")]
struct Chosen {
    expertise_notices: Option<Frequency>,
}

crate::api::document!(query Chosen(()));

/// None for somebody who is not signed in.
type Now = Option<Frequency>;

#[component]
pub fn Notices() -> impl IntoView {
    let found = api::load(|| Chosen::build(()));
    let load = Memo::new(move |_| found.load.get().map(|it| it.expertise_notices));
    view! {
        <Loaded load on_retry=found.reload view=|chosen: Now| chosen.map(|chosen| {
            let value = RwSignal::new(chosen.to_string());
            let busy = RwSignal::new(false);
            let said = toasts();
            Effect::new(move |before: Option<String>| {
                let now = value.get();
                if before.is_some_and(|before| before != now)
                    && let Ok(frequency) = now.parse()
                {
                    moves::choose(frequency, busy, said);
                }
                now
            });
            let options = crate::edit::options(Frequency::ALL, words::frequency);
            view! { <SelectField label=t::expertise_notice_label hint=t::expertise_notice_hint value options required=true /> }
        }) />
    }
}
