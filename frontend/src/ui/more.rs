//! "Show more" under a list that is cut into pages by cursors: says how many are shown, of how many when known.

use super::button::Button;
use crate::format;
use crate::language::t;
use leptos::prelude::*;

#[component]
pub fn More(
    #[prop(into)] shown: Signal<usize>,
    /// Only when it was counted.
    #[prop(optional, into)]
    total: Signal<Option<i64>>,
    #[prop(into)] has_more: Signal<bool>,
    #[prop(into)] busy: Signal<bool>,
    #[prop(into)] on_more: Callback<()>,
) -> impl IntoView {
    view! {
        <div class="more">
            <span role="status">
                {move || match total.get() {
                    Some(total) => t::more_shown_of(format::number(shown.get()), format::number(total)),
                    None => t::more_shown(shown.get()),
                }}
            </span>
            <Show when=move || has_more.get()>
                <Button text=t::more_load on_press=on_more busy />
            </Show>
        </div>
    }
}
