//! The style guide: every part in every state, to look at and to test by keyboard. Its matter is plainly invented and
//! is never in a build for use.

use leptos::prelude::*;

pub fn atelier() -> AnyView {
    ().into_any()
}
