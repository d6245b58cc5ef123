//! The address is the state: filters, order, open tab and map view live in its query, so that back works and a link
//! shows the same thing to a colleague.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{query_signal_with_options, use_query_map};

/// One word of the query and how to change it. Changing a filter replaces the address instead of piling up history.
pub fn word(name: &'static str) -> (Signal<String>, Callback<String>) {
    let (value, set) = query_signal_with_options::<String>(name, in_place());
    let value = Signal::derive(move || value.get().unwrap_or_default());
    (
        value,
        Callback::new(move |word: String| set.set((!word.is_empty()).then_some(word))),
    )
}

/// Several words under one name, between commas.
pub fn words(name: &'static str) -> (Signal<Vec<String>>, Callback<Vec<String>>) {
    let (value, set) = word(name);
    let values = Signal::derive(move || {
        value
            .get()
            .split(',')
            .filter(|it| !it.is_empty())
            .map(str::to_owned)
            .collect()
    });
    (
        values,
        Callback::new(move |words: Vec<String>| set.run(words.join(","))),
    )
}

/// A word of the query as it is now, for what only reads it.
pub fn read(name: &'static str) -> Signal<String> {
    let query = use_query_map();
    Signal::derive(move || query.with(|query| query.get(name).unwrap_or_default()))
}

fn in_place() -> NavigateOptions {
    NavigateOptions {
        replace: true,
        scroll: false,
        ..NavigateOptions::default()
    }
}
