//! The columns of food policy councils and of what belongs to them. Who sits on a seat is in no table.

use super::{CHANGED, Column, ID, MADE, NIS, Of, REVISION, col};

pub(in super::super) const COUNCILS: &[Column] = &[
    ID,
    REVISION,
    MADE,
    CHANGED,
    col("name", Of::Text),
    col("aliases", Of::Several),
    col("level", Of::Text),
    col("territoryId", Of::Text),
    col("coordinatorIds", Of::Several),
    col("coordinationNote", Of::Text),
    col("partnerIds", Of::Several),
    col("projectIds", Of::Several),
    col("created", Of::Text),
    col("membersCount", Of::Whole),
    col("membersAsOf", Of::Text),
    col("modeOfWork", Of::Text),
    col("texts", Of::Json),
    col("method", Of::Json),
    col("quorum", Of::Whole),
    col("website", Of::Text),
    col("summary", Of::Text),
    col("phases", Of::Json),
];

pub(in super::super) const SEATS: &[Column] = &[
    ID,
    REVISION,
    MADE,
    CHANGED,
    col("councilId", Of::Text),
    col("category", Of::Text),
    col("label", Of::Text),
    col("organisationId", Of::Text),
    NIS,
    col("mandateFrom", Of::Text),
    col("mandateTo", Of::Text),
];

pub(in super::super) const MEETINGS: &[Column] = &[
    ID,
    REVISION,
    MADE,
    CHANGED,
    col("councilId", Of::Text),
    col("title", Of::Text),
    col("on", Of::Text),
    col("time", Of::Text),
    col("place", Of::Text),
    col("state", Of::Text),
    col("agenda", Of::Several),
    col("attendance", Of::Json),
    col("minutes", Of::Text),
    col("documents", Of::Json),
];

pub(in super::super) const VOTES: &[Column] = &[
    ID,
    REVISION,
    MADE,
    CHANGED,
    col("councilId", Of::Text),
    col("meetingId", Of::Text),
    col("question", Of::Text),
    col("method", Of::Text),
    col("secrecy", Of::Text),
    col("options", Of::Json),
    col("closesAt", Of::Instant),
    col("note", Of::Text),
    col("state", Of::Text),
    col("seatIds", Of::Several),
    col("openedAt", Of::Instant),
    col("endedAt", Of::Instant),
    col("reason", Of::Text),
    col("result", Of::Json),
];

pub(in super::super) const DECISIONS: &[Column] = &[
    ID,
    REVISION,
    MADE,
    CHANGED,
    col("councilId", Of::Text),
    col("title", Of::Text),
    col("text", Of::Text),
    col("on", Of::Text),
    col("meetingId", Of::Text),
    col("voteId", Of::Text),
];

pub(in super::super) const ACTIONS: &[Column] = &[
    ID,
    REVISION,
    MADE,
    CHANGED,
    col("decisionId", Of::Text),
    col("councilId", Of::Text),
    col("title", Of::Text),
    col("responsibleId", Of::Text),
    col("responsibleNote", Of::Text),
    col("due", Of::Text),
    col("note", Of::Text),
    col("steps", Of::Json),
];

pub(in super::super) const EVALUATIONS: &[Column] = &[
    ID,
    REVISION,
    MADE,
    CHANGED,
    col("councilId", Of::Text),
    col("year", Of::Whole),
    col("achieved", Of::Text),
    col("failed", Of::Text),
    col("nothingFailed", Of::Flag),
    col("learnt", Of::Text),
];

pub(in super::super) const SHARED_ITEMS: &[Column] = &[
    ID,
    REVISION,
    MADE,
    CHANGED,
    col("kind", Of::Text),
    col("title", Of::Text),
    col("proposerId", Of::Text),
    col("text", Of::Text),
    col("on", Of::Text),
    col("place", Of::Text),
    col("documents", Of::Json),
];

pub(in super::super) const ENDORSEMENTS: &[Column] = &[
    ID,
    REVISION,
    MADE,
    CHANGED,
    col("itemId", Of::Text),
    col("councilId", Of::Text),
    col("state", Of::Text),
    col("on", Of::Text),
    col("reason", Of::Text),
];
