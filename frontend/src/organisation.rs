//! Organisations.

pub mod words;
