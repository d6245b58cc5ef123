//! Typed identifiers: a UUIDv7 inside, a TypeID (`project_01h455vb4pex5vsknk084sn02q`) outside.
//! The encoding is ours because the published crates draw random numbers, which a browser build of this
//! crate must not need.

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

use crate::change::RecordType;

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const LENGTH: usize = 26;

/// The text is not an identifier of the kind that was expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an identifier of this kind")]
pub struct NotAnId;

/// Writes the 128 bits as 26 base-32 digits, most significant first.
#[must_use]
pub fn encode(id: Uuid) -> String {
    let bits = id.as_u128();
    (0..LENGTH)
        .rev()
        .map(|place| char::from(ALPHABET[(bits >> (5 * place) & 31) as usize]))
        .collect()
}

/// Reads what [`encode`] wrote; anything else (upper case, other lengths, overflow) is refused.
///
/// # Errors
/// [`NotAnId`] where the text is not 26 digits of the alphabet or holds more than 128 bits.
pub fn decode(digits: &str) -> Result<Uuid, NotAnId> {
    if digits.len() != LENGTH || digits.as_bytes()[0] > b'7' {
        return Err(NotAnId);
    }
    digits
        .bytes()
        .try_fold(0_u128, |bits, digit| {
            let value = ALPHABET.iter().position(|known| *known == digit)?;
            Some(bits << 5 | value as u128)
        })
        .map(Uuid::from_u128)
        .ok_or(NotAnId)
}

/// Any record's identifier, with its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RecordId {
    /// The kind of record.
    pub kind: RecordType,
    /// The identifier inside its kind.
    pub uuid: Uuid,
}

impl fmt::Display for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}_{}", self.kind.prefix(), encode(self.uuid))
    }
}

impl FromStr for RecordId {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        if let Ok(nis) = text.parse::<crate::territory::Nis>() {
            return Ok(TerritoryId::from(nis).into());
        }
        let (prefix, digits) = text.rsplit_once('_').ok_or(NotAnId)?;
        let kind = RecordType::ALL
            .iter()
            .copied()
            .find(|kind| kind.prefix() == prefix)
            .ok_or(NotAnId)?;
        Ok(Self {
            kind,
            uuid: decode(digits)?,
        })
    }
}

/// Gives a text-shaped type its serde, GraphQL `ID` and column forms.
macro_rules! id_text {
    ($name:ident) => {
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }

        #[cfg(feature = "graphql")]
        const _: () = {
            use std::borrow::Cow;

            use async_graphql::parser::types::Field;
            use async_graphql::registry::Registry;
            use async_graphql::{
                ContextSelectionSet, ID, InputType, InputValueError, InputValueResult, OutputType,
                Positioned, ServerResult, Value,
            };

            impl InputType for $name {
                type RawValueType = Self;

                fn type_name() -> Cow<'static, str> {
                    <ID as InputType>::type_name()
                }

                fn create_type_info(registry: &mut Registry) -> String {
                    <ID as InputType>::create_type_info(registry)
                }

                fn parse(value: Option<Value>) -> InputValueResult<Self> {
                    match value {
                        Some(Value::String(text)) => Ok(text.parse()?),
                        other => Err(InputValueError::expected_type(other.unwrap_or_default())),
                    }
                }

                fn to_value(&self) -> Value {
                    Value::String(self.to_string())
                }

                fn as_raw_value(&self) -> Option<&Self> {
                    Some(self)
                }
            }

            impl OutputType for $name {
                fn type_name() -> Cow<'static, str> {
                    <ID as InputType>::type_name()
                }

                fn create_type_info(registry: &mut Registry) -> String {
                    <ID as OutputType>::create_type_info(registry)
                }

                async fn resolve(
                    &self,
                    _ctx: &ContextSelectionSet<'_>,
                    _field: &Positioned<Field>,
                ) -> ServerResult<Value> {
                    Ok(Value::String(self.to_string()))
                }
            }
        };

        impl $crate::patch::Slot for $name {
            type Value = Self;
            fn set(&mut self, value: Option<Self>) -> bool {
                value.map(|value| *self = value).is_some()
            }
        }
    };
}

id_text!(RecordId);

/// Declares every kind of record: its typed identifier, its prefix outside, its word in the feed.
macro_rules! ids {
    ($( $(#[$meta:meta])* $name:ident = $kind:ident $prefix:literal $word:literal ),+ $(,)?) => {
        $(
            $(#[$meta])*
            #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
            #[cfg_attr(feature = "db", derive(sea_orm::DeriveValueType))]
            pub struct $name(pub Uuid);

            impl fmt::Display for $name {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    RecordId::from(*self).fmt(f)
                }
            }

            impl FromStr for $name {
                type Err = NotAnId;

                fn from_str(text: &str) -> Result<Self, NotAnId> {
                    let id: RecordId = text.parse()?;
                    if id.kind == RecordType::$kind { Ok(Self(id.uuid)) } else { Err(NotAnId) }
                }
            }

            impl From<Uuid> for $name {
                fn from(uuid: Uuid) -> Self {
                    Self(uuid)
                }
            }

            impl From<$name> for Uuid {
                fn from(id: $name) -> Self {
                    id.0
                }
            }

            impl From<$name> for RecordId {
                fn from(id: $name) -> Self {
                    Self { kind: RecordType::$kind, uuid: id.0 }
                }
            }

            id_text!($name);
        )+

        /// One of the records' kinds as `RecordType` lists them.
        pub(crate) mod kinds {
            choices! {
                /// The kinds of records, as the feed, the history and the search name them.
                pub enum RecordType as "RecordType" {
                    $( $(#[$meta])* $kind = $word ),+
                }
            }

            impl RecordType {
                /// The word before the underscore in this kind's identifiers.
                #[must_use]
                pub const fn prefix(self) -> &'static str {
                    match self { $(Self::$kind => $prefix),+ }
                }
            }
        }
    };
}

ids! {
    /// A territory: region, province, arrondissement, commune, or a named set of communes.
    TerritoryId = Territory "territory" "TERRITORY",
    /// An organisation.
    OrganisationId = Organisation "organisation" "ORGANISATION",
    /// Contact details, read only behind their own check.
    ContactId = Contact "contact" "CONTACT",
    /// A person with an account.
    PersonId = Person "person" "PERSON",
    /// A shared workstream, or an idea for one.
    ChantierId = Chantier "chantier" "CHANTIER",
    /// A step of a chantier.
    StepId = Step "step" "STEP",
    /// A resource or document of a chantier or a project.
    ResourceId = Resource "resource" "RESOURCE",
    /// A project's part in a chantier.
    ParticipationId = Participation "participation" "PARTICIPATION",
    /// A food-relocalisation project.
    ProjectId = Project "project" "PROJECT",
    /// A person's part in a project.
    MembershipId = Membership "membership" "MEMBERSHIP",
    /// A follow-up note on a project, for the project and staff only.
    NoteId = Note "note" "NOTE",
    /// Where a fact comes from.
    ProvenanceId = Provenance "provenance" "PROVENANCE",
    /// A directory that offers and needs come from.
    SourceId = Source "source" "SOURCE",
    /// An offer of food.
    OfferId = Offer "offer" "OFFER",
    /// A need of food.
    NeedId = Need "need" "NEED",
    /// What came of an offer and a need, for the two and staff only.
    OutcomeId = Outcome "outcome" "OUTCOME",
    /// Where an organisation wants to be told of changes; for itself and administrators only.
    WebhookId = Webhook "webhook" "WEBHOOK",
    /// A search that somebody keeps, for that person only.
    SavedSearchId = SavedSearch "saved_search" "SAVED_SEARCH",
    /// What an officer follows, from when to when; for staff only.
    PortfolioId = Portfolio "portfolio" "PORTFOLIO",
    /// Days on which an officer is away; for staff only.
    AbsenceId = Absence "absence" "ABSENCE",
    /// A request to the officers, for who asked, the project that is named and staff only.
    RequestId = Request "request" "REQUEST",
    /// A message in the conversation of a request, for those who may read the request.
    RequestMessageId = RequestMessage "request_message" "REQUEST_MESSAGE",
    /// A food policy council.
    CouncilId = Council "council" "COUNCIL",
    /// A seat of a council.
    SeatId = Seat "seat" "SEAT",
    /// Who sits on a seat, for the council's coordinators, staff and themselves only.
    SeatHolderId = SeatHolder "seat_holder" "SEAT_HOLDER",
    /// A meeting of a council.
    CouncilMeetingId = CouncilMeeting "council_meeting" "COUNCIL_MEETING",
    /// A vote of a council.
    VoteId = Vote "vote" "VOTE",
    /// A decision of a council.
    DecisionId = Decision "decision" "DECISION",
    /// What is done about a decision.
    CouncilActionId = CouncilAction "council_action" "COUNCIL_ACTION",
    /// A council's evaluation of a year.
    EvaluationId = Evaluation "evaluation" "EVALUATION",
    /// Something that councils do together.
    SharedItemId = SharedItem "shared_item" "SHARED_ITEM",
    /// What a council says of a shared item.
    EndorsementId = Endorsement "endorsement" "ENDORSEMENT",
    /// An offer of expertise.
    ExpertiseId = Expertise "expertise" "EXPERTISE",
    /// A need of expertise; a confidential one for its own side, staff, and those it is introduced to.
    ExpertiseNeedId = ExpertiseNeed "expertise_need" "EXPERTISE_NEED",
    /// A need and an offer of expertise brought together, for the two sides and staff only.
    IntroductionId = Introduction "introduction" "INTRODUCTION",
    /// A session of encounter that was proposed, for those it was proposed to and staff only.
    ExpertiseSessionId = ExpertiseSession "expertise_session" "EXPERTISE_SESSION",
    /// One entry of the history.
    ChangeId = Change "change" "CHANGE",
}

impl Default for PersonId {
    /// Nobody: what a record names until it is said who. No account has this identifier, so nothing that still names it
    /// can be kept.
    fn default() -> Self {
        Self(Uuid::nil())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_specification_s_example_reads_and_writes() {
        let id = decode("01h455vb4pex5vsknk084sn02q").unwrap();
        assert_eq!(id.to_string(), "01890a5d-ac96-774b-bcce-b302099a8057");
        assert_eq!(encode(id), "01h455vb4pex5vsknk084sn02q");
    }

    #[test]
    fn an_official_code_stands_for_its_territory_and_an_old_one_for_the_merged_commune() {
        let bastogne: TerritoryId = "82039".parse().unwrap();
        assert_eq!("82003".parse::<TerritoryId>(), Ok(bastogne));
        assert_eq!(bastogne.to_string().parse::<TerritoryId>(), Ok(bastogne));
        assert!("82039".parse::<ProjectId>().is_err());
    }

    #[test]
    fn an_identifier_of_another_kind_is_refused() {
        let project = ProjectId(Uuid::from_u128(7)).to_string();
        assert!(project.parse::<ProjectId>().is_ok());
        assert_eq!(project.parse::<ChantierId>(), Err(NotAnId));
    }

    proptest! {
        #[test]
        fn every_identifier_survives_the_journey(bits: u128) {
            let id = RecordId { kind: RecordType::Step, uuid: Uuid::from_u128(bits) };
            prop_assert_eq!(id.to_string().parse::<RecordId>(), Ok(id));
        }

        #[test]
        fn no_text_makes_it_panic(text: String) {
            let _ = text.parse::<RecordId>();
        }
    }
}
