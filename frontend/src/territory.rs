//! Territories.

pub mod words;
