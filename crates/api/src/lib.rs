//! The server: HTTP, GraphQL and the command line around the store. It holds no rule and builds no query.

// The merged areas of the schema are types within types, one deeper for each area.
#![recursion_limit = "256"]

#[macro_use]
mod payload;

pub mod auth;
pub mod command;
pub mod config;
pub mod ctx;
pub mod feed;
pub mod graphql;
mod guides;
pub mod metrics;
pub mod openapi;
pub mod problem;
pub mod rest;
pub mod schema;
pub mod server;
pub mod spa;

mod answered;
mod chantier;
mod client;
mod connection;
mod contract;
mod cost;
mod council;
mod erasure;
mod error;
mod expertise;
mod gap;
mod history;
mod import;
mod load;
mod mail;
mod matching;
mod need;
mod node;
mod offer;
mod officer;
mod organisation;
mod outcome;
mod person;
mod product;
mod project;
mod provenance;
mod push;
mod request;
mod saved_search;
mod scorecard;
mod security;
mod source;
mod territory;
mod traces;
pub mod usage;
mod webhook;
