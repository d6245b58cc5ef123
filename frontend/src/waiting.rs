//! A screen that is not connected to its data yet says so, and shows nothing made up.

use crate::language::t;
use crate::ui::page::Page;
use crate::ui::state::Empty;
use leptos::prelude::*;

pub fn waiting(title: fn() -> &'static str, question: fn() -> &'static str) -> AnyView {
    view! { <Page title lead=question><Empty title=t::waiting_title text=t::waiting_text /></Page> }
        .into_any()
}
