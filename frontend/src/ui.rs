//! The parts that every screen is made of: few, ours, HTML first. They take plain structs and signals, never a type
//! of the API, and read their own words from `t`.

pub mod bar;
pub mod button;
pub mod chips;
pub mod combobox;
pub mod compare;
pub mod copy;
pub mod dialog;
pub mod facts;
pub mod field;
pub mod fold;
pub mod icon;
pub mod later;
pub mod map;
pub mod matrix;
pub mod months;
pub mod more;
pub mod page;
pub mod popover;
pub mod provenance;
pub mod sign;
pub mod state;
pub mod table;
pub mod tabs;
pub mod timeline;
pub mod toast;
pub mod tray;

use std::sync::atomic::{AtomicUsize, Ordering};

/// An id that no other element of the page has, for labels and descriptions.
pub fn unique(stem: &str) -> String {
    static NEXT: AtomicUsize = AtomicUsize::new(1);
    format!("{stem}-{}", NEXT.fetch_add(1, Ordering::Relaxed))
}
