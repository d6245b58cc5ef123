//! The browser's application: screens by area over a few parts of our own. The rules are `domain`'s; the words are in
//! `locales/`; only `api` speaks HTTP.

// Screens are deep types; the default is too shallow for the router's tuple of routes.
#![recursion_limit = "256"]

pub mod address;
pub mod api;
pub mod app;
pub mod browser;
pub mod changes;
pub mod contract;
pub mod council;
pub mod draft;
pub mod edit;
pub mod format;
pub mod language;
pub mod provenance;
pub mod records;
pub mod refusal;
pub mod session;
pub mod theme;
pub mod ui;
pub mod viewer;
pub mod visit;

pub mod about;
pub mod account;
#[cfg(any(debug_assertions, feature = "atelier"))]
pub mod atelier;
pub mod chantier;
pub mod directory;
pub mod exchange;
pub mod expertise;
pub mod find;
pub mod gap;
pub mod history;
pub mod home;
pub mod import;
pub mod officer;
pub mod organisation;
pub mod outcome;
pub mod partner;
pub mod person;
pub mod project;
pub mod territory;
pub mod webhook;
pub mod week;

use leptos::prelude::*;

/// Mounts the application in place of what index.html shows while it arrives.
pub fn start() {
    console_error_panic_hook::set_once();
    theme::start();
    wasm_bindgen_futures::spawn_local(async {
        language::start().await;
        if let Some(starting) = document().get_element_by_id("starting") {
            starting.remove();
        }
        mount_to_body(app::App);
    });
}
