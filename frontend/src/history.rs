//! Who changed what: field differences, undo.

pub mod words;
