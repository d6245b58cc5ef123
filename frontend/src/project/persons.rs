//! The field that picks a person by name, for staff: persons are not in the public search.

use crate::api;
use crate::browser;
use crate::contract::schema;
use crate::records;
use crate::ui::combobox::{Choice, Combobox};
use crate::ui::field::Refused;
use cynic::QueryBuilder;
use leptos::prelude::*;
use leptos::task::spawn_local;

#[derive(cynic::QueryVariables)]
struct Named {
    text: Option<String>,
}

#[derive(Clone, cynic::QueryFragment)]
#[cynic(graphql_type = "Query", variables = "Named")]
struct Found {
    #[arguments(text: $text, first: 12)]
    persons: PersonConnection,
}

crate::api::document!(query Found(Named));

#[derive(Clone, cynic::QueryFragment)]
struct PersonConnection {
    nodes: Vec<Person>,
}

#[derive(Clone, cynic::QueryFragment)]
struct Person {
    id: cynic::Id,
    name: String,
    email: String,
}

#[component]
pub fn PersonField(
    #[prop(into)] label: TextProp,
    taken: RwSignal<Vec<String>>,
    #[prop(optional, into)] path: String,
    #[prop(optional, into)] refusals: Signal<Vec<Refused>>,
    #[prop(optional)] optional: bool,
) -> impl IntoView {
    let found = RwSignal::new(Vec::<Choice>::new());
    let options = Signal::derive(move || {
        let mut options = found.get();
        for id in taken.get() {
            if !options.iter().any(|it| it.value == id) {
                let name = records::title(&id).unwrap_or_else(|| "…".to_owned());
                options.push(Choice::new(id, name));
            }
        }
        options
    });
    let turn = StoredValue::new(0_u32);
    let search = Callback::new(move |typed: String| {
        turn.update_value(|turn| *turn += 1);
        let mine = turn.get_value();
        spawn_local(async move {
            browser::wait(180).await;
            if turn.try_get_value() != Some(mine) {
                return;
            }
            let text = Some(typed).filter(|it| !it.trim().is_empty());
            if let Ok(Found { persons }) = api::query(&Found::build(Named { text })).await
                && turn.try_get_value() == Some(mine)
            {
                let choices = persons.nodes.into_iter().map(|it| {
                    records::know(it.id.inner(), &it.name);
                    Choice::new(it.id.inner(), it.name).detail(it.email)
                });
                let _ = found.try_set(choices.collect());
            }
        });
    });
    search.run(String::new());
    view! { <Combobox label options taken path refusals required={!optional} on_search=search /> }
}
