//! Button: an HTML button in four looks, which can be busy. A link that looks like one is `<a class="button">`.

use super::icon::{Icon, icon};
use leptos::prelude::*;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Look {
    /// The one action of a screen.
    Primary,
    #[default]
    Plain,
    /// Beside other things, without a frame.
    Quiet,
    /// What cannot be undone.
    Danger,
}

impl Look {
    pub const fn class(self) -> &'static str {
        match self {
            Self::Primary => "button primary",
            Self::Plain => "button",
            Self::Quiet => "button quiet",
            Self::Danger => "button danger",
        }
    }
}

/// `text` is what it says; with `icon_only` it is only its accessible name. While `busy` it shows it and does nothing.
/// A `submit` button leaves the rest to its form.
#[component]
pub fn Button(
    #[prop(into)] text: TextProp,
    #[prop(optional, into)] on_press: Option<Callback<()>>,
    #[prop(optional)] look: Look,
    #[prop(optional)] mark: Option<Icon>,
    #[prop(optional)] icon_only: bool,
    #[prop(optional)] small: bool,
    #[prop(optional)] submit: bool,
    #[prop(optional, into)] busy: Signal<bool>,
    #[prop(optional, into)] disabled: Signal<bool>,
) -> impl IntoView {
    let class = format!(
        "{}{}{}",
        look.class(),
        if icon_only { " icon-only" } else { "" },
        if small { " small" } else { "" }
    );
    let press = move |event: web_sys::MouseEvent| {
        if busy.get_untracked() || disabled.get_untracked() {
            event.prevent_default();
        } else if let Some(on_press) = on_press {
            on_press.run(());
        }
    };
    let shown = text.clone();
    view! {
        <button
            type=if submit { "submit" } else { "button" }
            class=class
            aria-label=icon_only.then_some(move || text.get().to_string())
            aria-busy=move || busy.get().then_some("true")
            aria-disabled=move || (busy.get() || disabled.get()).then_some("true")
            on:click=press
        >
            {move || match mark {
                _ if busy.get() => Some(view! { <span class="spinner" aria-hidden="true"></span> }.into_any()),
                Some(mark) => Some(icon(mark).into_any()),
                None => None,
            }}
            {(!icon_only).then(|| view! { <span>{move || shown.get()}</span> })}
        </button>
    }
}
