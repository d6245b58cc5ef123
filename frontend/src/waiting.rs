//! A screen that is not connected to its data yet says so, and shows nothing made up.

use crate::language::{Text, t};
use crate::ui::page::Page;
use crate::ui::state::Empty;
use leptos::prelude::*;

pub fn waiting(title: Text, question: Text) -> AnyView {
    view! { <Page title lead=question><Empty title=t::waiting_title text=t::waiting_text /></Page> }
        .into_any()
}
