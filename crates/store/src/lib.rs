//! Keeps the records: the only crate that names the database. It applies the policy and the scopes, it never
//! decides them; it hands out domain records, never rows.

#[macro_use]
mod record;
mod change;
mod connect;
mod error;
mod facet;
mod feed;
mod filter;
mod json;
mod list;
mod migration;
mod page;
mod rows;
mod write;

mod account;
mod backup;
mod chantier;
mod client;
mod contact;
mod council;
mod erasure;
mod expertise;
mod export;
mod external;
mod gap;
mod import;
mod mail;
mod matching;
mod merge;
mod need;
mod offer;
mod officer;
mod organisation;
mod outcome;
mod overlap;
mod own_data;
mod person;
mod project;
mod provenance;
mod push;
mod reference;
mod report;
mod request;
mod saved_search;
mod scorecard;
mod search;
mod signing;
mod source;
mod territory;
mod usage;
mod webhook;

pub use account::{
    Identified, Identity, Invitation, NewSecondStep, NewSession, Opening, Rotation, SecondStep,
    SecurityEvent, Session, Stepped,
};
pub use change::{Entry, HistoryFilter};
pub use chantier::ByTitle;
pub use client::{ClientDocument, KnownSecret, Secret, SignIn};
pub use connect::{Engine, Store};
pub use council::{Ballot, CouncilFigures};
pub use erasure::{ErasedRecord, Erasure, FeedReader, Passage};
pub use error::{Error, Result};
pub use expertise::{ExpertiseMatch, FacetCount, Funnel, FunnelBy, Rematcher, SessionStep};
pub use export::{Export, NewExport, PIECE};
pub use feed::{Content, FeedChange, FeedPage};
pub use gap::Gap;
pub use import::{Claim, Import, ImportRow, NewImport, PART, Upload};
pub use list::{AsTheyCame, Listed, Relation};
pub use mail::{FIRST_WAIT, Mail};
pub use matching::{MATCHES, Match};
pub use merge::Naming;
pub use officer::{Desk, Followed};
pub use outcome::OutcomeCount;
pub use overlap::{Contradiction, Overlap};
pub use page::{Edge, Slice};
pub use person::ByName;
pub use push::{Answer, Came, Push, PushEntry, Rejection, RowResult, Run, RunState, SourceHealth};
pub use record::Stored;
pub use reference::{Credit, Loaded, credits};
pub use report::ReportRow;
pub use scorecard::{Filled, Scorecard};
pub use signing::SigningKey;
pub use usage::{ClientDay, DeprecatedCall, Spent, Used};
pub use webhook::{
    Arrival, Attempt, Attempted, Claimed, Delivery, LEASE, NewKeys, Outgoing, PublicKey, Signed,
    WebhookHealth, Which,
};
pub use write::Tx;

#[doc(hidden)]
pub use erasure::OF_PERSON;
#[doc(hidden)]
pub use migration::Migrator;
#[doc(hidden)]
pub mod drift;
