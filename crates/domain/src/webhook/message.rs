//! What a message says: that something happened to a record, its revision, and from where to follow the feed. Thin on
//! purpose: who reads the feed has it all, in order.

use chrono::{DateTime, Utc};

use crate::change::RecordType;
use crate::feed::Kind;
use crate::id::{RecordId, WebhookId};

/// What a test message is of.
pub const TEST: &str = "webhook.test";

/// What a message is of: the kind of record and what happened to it, `offer.upserted`.
#[must_use]
pub fn of(record: RecordType, what: Kind) -> String {
    let happened = match what {
        Kind::Upsert => "upserted",
        Kind::Delete => "deleted",
        Kind::Merge => "merged",
        Kind::Split => "split",
        Kind::VisibilityLost => "visibility_lost",
    };
    format!("{}.{happened}", record.prefix())
}

/// The body of a message; clients must tolerate further fields.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Message {
    /// What it is of.
    #[serde(rename = "type")]
    pub of: String,
    /// When that happened.
    pub timestamp: DateTime<Utc>,
    /// The rest.
    pub data: Hint,
}

/// What a message is about.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Hint {
    /// The webhook it is sent to.
    pub webhook_id: WebhookId,
    /// The kind of record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record_type: Option<RecordType>,
    /// The record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record_id: Option<RecordId>,
    /// The revision that the change made, or a later one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<i32>,
    /// A place in the feed just before the change, under any filter.
    pub cursor: String,
}

choices! {
    /// How it stands with a message.
    pub enum State as "WebhookDeliveryState" {
        /// It waits for its first attempt or the next one.
        Waiting = "WAITING",
        /// It arrived: the endpoint answered 2xx.
        Delivered = "DELIVERED",
        /// It was given up after the last attempt, or because the endpoint is gone.
        Failed = "FAILED",
    }
}

/// Narrows a webhook's messages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::InputObject))]
#[cfg_attr(feature = "graphql", graphql(name = "WebhookDeliveryFilter"))]
#[serde(rename_all = "camelCase")]
pub struct Filter {
    /// Which stand in any of these ways.
    pub states: Option<Vec<State>>,
    /// Of any of these types, as `offer.upserted`.
    pub types: Option<Vec<String>>,
    /// About this record.
    pub record: Option<RecordId>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_named_by_what_happened_to_what() {
        assert_eq!(of(RecordType::Offer, Kind::Upsert), "offer.upserted");
        assert_eq!(of(RecordType::Need, Kind::VisibilityLost), "need.visibility_lost");
    }
}
