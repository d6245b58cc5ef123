//! The change feed as its readers know it: what can happen to a record, which kinds of record are told of, and what
//! narrows it. How it is kept and read is the store's.

use crate::change::RecordType;
use crate::gazetteer::GAZETTEER;
use crate::id::{RecordId, TerritoryId};
use crate::refusal::Refusal;

/// The most changes of one page.
pub const MOST: usize = 500;
/// The changes of a page when the reader does not say.
pub const USUAL: usize = 100;
/// The most places that a filter may name.
const PLACES: usize = 300;

choices! {
    /// What the feed tells of a record; clients must tolerate new values.
    pub enum Kind as "FeedKind" {
        /// It was made or changed; its state comes with it.
        Upsert = "UPSERT",
        /// It is gone. No content, also where the reader never had it.
        Delete = "DELETE",
        /// It was found to be the same as another one, into which it went.
        Merge = "MERGE",
        /// A merge into it was taken back: it is itself again, and another one beside it. Its state comes with it.
        Split = "SPLIT",
        /// It lies in the places that were asked for no more. To this reader it is gone.
        VisibilityLost = "VISIBILITY_LOST",
    }
}

choices! {
    /// Why a record is gone; clients must tolerate new values.
    pub enum Reason as "FeedReason" {
        /// Somebody removed it.
        Removed = "REMOVED",
        /// The change that had made it was taken back.
        TakenBack = "TAKEN_BACK",
        /// Its source said that it is gone.
        SourceDeleted = "SOURCE_DELETED",
        /// It was missing from a whole delivery of its source.
        SnapshotAbsent = "SNAPSHOT_ABSENT",
        /// What it said of a person was erased, at their wish or in their name: erase your copy too.
        Erased = "ERASED",
    }
}

/// What else is kept of something that happened.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Detail {
    /// Why the record is gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// The records that it went into; where a merge was taken back, the one that is there again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub into: Vec<RecordId>,
}

/// Whether the feed tells of records of this kind: of those that every visitor may read. That one was erased is told of
/// every kind, to every reader, whatever narrows the feed.
#[must_use]
pub const fn is_told(kind: RecordType) -> bool {
    match kind {
        RecordType::Territory
        | RecordType::Organisation
        | RecordType::Chantier
        | RecordType::Step
        | RecordType::Resource
        | RecordType::Participation
        | RecordType::Project
        | RecordType::Source
        | RecordType::Offer
        | RecordType::Need
        | RecordType::Council
        | RecordType::Seat
        | RecordType::CouncilMeeting
        | RecordType::Vote
        | RecordType::Decision
        | RecordType::CouncilAction
        | RecordType::Evaluation
        | RecordType::SharedItem
        | RecordType::Endorsement
        | RecordType::Expertise => true,
        RecordType::SeatHolder
        | RecordType::Contact
        | RecordType::Person
        | RecordType::Membership
        | RecordType::Note
        | RecordType::Outcome
        | RecordType::SavedSearch
        | RecordType::Provenance
        | RecordType::Webhook
        | RecordType::Portfolio
        | RecordType::Absence
        | RecordType::Request
        | RecordType::RequestMessage
        // A need of expertise may be confidential.
        | RecordType::ExpertiseNeed
        | RecordType::Introduction
        | RecordType::ExpertiseSession
        | RecordType::Change => false,
    }
}

/// What narrows the feed. An empty list lets everything through.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Filter {
    /// Of these kinds of record only.
    pub types: Vec<RecordType>,
    /// Of what lies in any of these provinces, or of the communes below.
    pub provinces: Vec<TerritoryId>,
    /// Of what lies in any of these communes, or of the provinces above.
    pub communes: Vec<TerritoryId>,
}

impl Filter {
    /// The filter in its one form, in which two that mean the same are the same.
    ///
    /// # Errors
    /// A kind that the feed does not tell of, a province that is none, a commune that is none.
    pub fn checked(mut self) -> Result<Self, Vec<Refusal>> {
        self.types.sort_unstable();
        self.types.dedup();
        for places in [&mut self.provinces, &mut self.communes] {
            places.sort_unstable();
            places.dedup();
        }
        let is_province = |id: &TerritoryId| {
            let mut communes = GAZETTEER.all().iter();
            communes.any(|commune| TerritoryId::from(commune.province) == *id)
        };
        let refused = [
            ("types", self.types.iter().all(|kind| is_told(*kind))),
            (
                "provinces",
                self.provinces.len() <= PLACES && self.provinces.iter().all(is_province),
            ),
            (
                "communes",
                self.communes.len() <= PLACES && self.communes.iter().all(|id| GAZETTEER.get(*id).is_some()),
            ),
        ];
        let refusals: Vec<Refusal> = refused
            .into_iter()
            .filter(|(_, right)| !right)
            .map(|(field, _)| Refusal::UnknownReference { field: field.into() })
            .collect();
        if refusals.is_empty() {
            Ok(self)
        } else {
            Err(refusals)
        }
    }

    /// Whether it lets a kind of record through.
    #[must_use]
    pub fn lets(&self, kind: RecordType) -> bool {
        is_told(kind) && (self.types.is_empty() || self.types.contains(&kind))
    }

    /// The places asked for; none where there is no such bound.
    pub fn places(&self) -> impl Iterator<Item = TerritoryId> + Clone {
        self.provinces.iter().chain(&self.communes).copied()
    }

    /// Whether it narrows nothing but to what everybody may read.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.types.is_empty() && self.provinces.is_empty() && self.communes.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(code: &str) -> TerritoryId {
        code.parse().unwrap()
    }

    #[test]
    fn two_filters_that_mean_the_same_are_the_same() {
        let one = Filter {
            types: vec![RecordType::Offer, RecordType::Need, RecordType::Offer],
            provinces: vec![],
            communes: vec![place("92094"), place("81001")],
        };
        let other = Filter {
            types: vec![RecordType::Need, RecordType::Offer],
            provinces: vec![],
            communes: vec![place("81001"), place("92094")],
        };
        assert_eq!(one.checked(), other.checked());
    }

    #[test]
    fn what_is_not_told_of_and_what_is_no_such_place_is_refused() {
        let wrong = Filter {
            types: vec![RecordType::Contact],
            provinces: vec![place("92094")],
            communes: vec![place("90000")],
        };
        let fields: Vec<String> = wrong
            .checked()
            .unwrap_err()
            .iter()
            .map(|refusal| refusal.field().to_owned())
            .collect();
        assert_eq!(fields, ["types", "provinces", "communes"]);
        let right = Filter {
            types: vec![RecordType::Offer],
            provinces: vec![place("90000")],
            communes: vec![place("92094")],
        };
        assert!(right.checked().is_ok());
    }
}
