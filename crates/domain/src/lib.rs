//! What the application talks about: records, their rules, who may do what. Pure: no I/O, no clock,
//! no randomness, nothing asynchronous; the server and the browser run the same code.

#![warn(missing_docs)]

#[macro_use]
mod choice;
#[macro_use]
pub mod id;
#[macro_use]
pub mod record;
pub mod change;
pub mod check;
pub mod date;
pub mod facet;
#[cfg(feature = "graphql")]
pub mod graphql;
pub mod measure;
pub mod mint;
pub mod page;
pub mod patch;
pub mod policy;
pub mod refusal;
pub mod text;

pub mod chantier;
pub mod client;
pub mod contact;
pub mod council;
pub mod expertise;
pub mod export;
pub mod feed;
pub mod gap;
pub mod gazetteer;
pub mod import;
pub mod mail;
pub mod matching;
pub mod need;
pub mod offer;
pub mod officer;
pub mod organisation;
pub mod outcome;
pub mod overlap;
pub mod person;
pub mod product;
pub mod project;
pub mod provenance;
pub mod push;
pub mod request;
pub mod saved_search;
pub mod search;
pub mod security;
pub mod source;
pub mod territory;
pub mod usage;
pub mod webhook;

pub use change::RecordType;
pub use date::PartialDate;
pub use id::{
    AbsenceId, ChangeId, ChantierId, ContactId, MembershipId, NeedId, NoteId, OfferId, OrganisationId,
    OutcomeId, ParticipationId, PersonId, PortfolioId, ProjectId, ProvenanceId, RecordId, RequestId,
    RequestMessageId, ResourceId, SavedSearchId, SourceId, StepId, TerritoryId, WebhookId,
};
pub use id::{
    CouncilActionId, CouncilId, CouncilMeetingId, DecisionId, EndorsementId, EvaluationId, SeatHolderId,
    SeatId, SharedItemId, VoteId,
};
pub use id::{ExpertiseId, ExpertiseNeedId, ExpertiseSessionId, IntroductionId};
pub use mint::Mint;
pub use patch::Patch;
pub use policy::{Action, Actor, Role};
pub use refusal::Refusal;
pub use text::Lang;
