//! Which imports this device follows: kept through reloads, and heard of by the tray, which only comes when there are some.

use super::tray::tray_view;
use crate::browser;
use crate::ui::later::Later;
use leptos::prelude::*;

const KEPT: &str = "imports";
/// The most that are followed at a time.
const MOST: usize = 5;

thread_local! {
    static CHANGED: ArcRwSignal<u32> = ArcRwSignal::new(0);
}

/// Hears of imports that are followed or dismissed from now on.
pub fn track() {
    CHANGED.with(ArcRwSignal::track);
}

pub fn all() -> Vec<String> {
    let kept = browser::kept(KEPT).unwrap_or_default();
    kept.split(',')
        .filter(|id| !id.is_empty())
        .map(str::to_owned)
        .collect()
}

fn keep(ids: &[String]) {
    browser::keep(KEPT, &ids.join(","));
    CHANGED.with(|changed| changed.update(|it| *it = it.wrapping_add(1)));
}

/// Follows an import from now on.
pub fn follow(id: &str) {
    let mut ids = all();
    ids.retain(|known| known != id);
    ids.push(id.to_owned());
    let older = ids.len().saturating_sub(MOST);
    keep(&ids[older..]);
}

pub fn dismiss(id: &str) {
    let mut ids = all();
    ids.retain(|known| known != id);
    keep(&ids);
}

/// The tray, once something is followed.
#[component]
pub fn Followed() -> impl IntoView {
    let some = Memo::new(|_| {
        track();
        !all().is_empty()
    });
    move || {
        some.get()
            .then(|| view! { <Later arriving=tray_view() quiet=true /> })
    }
}
