//! Light, dark, or as the device says; remembered on this device.

use crate::browser;
use crate::language::t;
use crate::ui::button::{Button, Look};
use crate::ui::icon::Icon;
use leptos::prelude::*;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    Device,
    Light,
    Dark,
}

const KEPT: &str = "theme";

impl Theme {
    const fn word(self) -> &'static str {
        match self {
            Self::Device => "device",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    fn parse(word: &str) -> Self {
        match word {
            "light" => Self::Light,
            "dark" => Self::Dark,
            _ => Self::Device,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Device => t::theme_device(),
            Self::Light => t::theme_light(),
            Self::Dark => t::theme_dark(),
        }
    }

    const fn next(self) -> Self {
        match self {
            Self::Device => Self::Light,
            Self::Light => Self::Dark,
            Self::Dark => Self::Device,
        }
    }
}

fn current() -> Theme {
    browser::kept(KEPT).map_or(Theme::Device, |word| Theme::parse(&word))
}

fn show(theme: Theme) {
    match theme {
        Theme::Device => browser::remove_root_attribute("data-theme"),
        Theme::Light | Theme::Dark => browser::set_root_attribute("data-theme", theme.word()),
    }
}

pub fn start() {
    show(current());
}

/// Goes round the three; its name says which one is on.
#[component]
pub fn ThemeButton(#[prop(optional)] with_words: bool) -> impl IntoView {
    let theme = RwSignal::new(current());
    let turn = move |()| {
        let next = theme.get_untracked().next();
        browser::keep(KEPT, next.word());
        show(next);
        theme.set(next);
    };
    move || {
        let mark = match theme.get() {
            Theme::Device => Icon::Contrast,
            Theme::Light => Icon::Sun,
            Theme::Dark => Icon::Moon,
        };
        view! { <Button text=move || t::theme_name(theme.get().name()) look=Look::Quiet mark icon_only=!with_words on_press=turn /> }
    }
}
