//! Going back puts the page where it was left: the browser's own way gives up while matter is still being fetched.

use crate::browser;
use leptos::prelude::*;

/// Frames during which a page may grow long enough, about two seconds.
const FRAMES: u32 = 120;

fn key() -> String {
    let location = window().location();
    format!(
        "scroll:{}{}",
        location.pathname().unwrap_or_default(),
        location.search().unwrap_or_default()
    )
}

fn kept() -> Option<f64> {
    browser::kept_in_tab(&key())
        .and_then(|text| text.parse().ok())
        .filter(|y| *y > 0.0)
}

/// Called once, by the shell.
pub fn keep() {
    if let Ok(history) = window().history() {
        let _ = history.set_scroll_restoration(web_sys::ScrollRestoration::Manual);
    }
    let busy = StoredValue::new(false);
    let mine = StoredValue::new(0_u32);
    let scrolled = window_event_listener(leptos::ev::scroll, move |_| {
        if !busy.get_value() {
            busy.set_value(true);
            request_animation_frame(move || {
                busy.set_value(false);
                browser::keep_in_tab(&key(), &format!("{:.0}", window().scroll_y().unwrap_or(0.0)));
            });
        }
    });
    let back = window_event_listener(leptos::ev::popstate, move |_| {
        if let Some(y) = kept() {
            mine.update_value(|it| *it += 1);
            restore(y, FRAMES, mine, mine.get_value());
        }
    });
    // Whoever scrolls by hand meanwhile is right.
    let wheel = window_event_listener(leptos::ev::wheel, move |_| mine.update_value(|it| *it += 1));
    let touch = window_event_listener(leptos::ev::touchstart, move |_| mine.update_value(|it| *it += 1));
    on_cleanup(move || {
        scrolled.remove();
        back.remove();
        wheel.remove();
        touch.remove();
    });
    if let Some(y) = kept() {
        restore(y, FRAMES, mine, 0);
    }
}

fn restore(y: f64, frames: u32, turn: StoredValue<u32>, mine: u32) {
    request_animation_frame(move || {
        if turn.get_value() != mine {
            return;
        }
        let height = document().document_element().map_or(0, |it| it.scroll_height());
        let window_height = window()
            .inner_height()
            .ok()
            .and_then(|it| it.as_f64())
            .unwrap_or(0.0);
        if f64::from(height) >= y + window_height || frames == 0 {
            window().scroll_to_with_x_and_y(0.0, y);
        } else {
            restore(y, frames - 1, turn, mine);
        }
    });
}
