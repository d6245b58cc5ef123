//! People with an account: their words, invitations, and the administrators' list.

pub mod words;
