//! The server's contract as the browser's fragments use it: `schema.graphql`, checked at compile time, whose scalars,
//! closed lists and inputs are `domain`'s own types. The application is served by the server it speaks to, so both
//! know the same closed lists; identifiers travel as opaque `cynic::Id`.

/// What `schema.graphql` holds, for cynic's derives.
#[cynic::schema("chantiers")]
pub mod schema {}

use domain::{
    chantier, client, contact, council, expertise, import, matching, measure, need, offer, officer,
    organisation, outcome, person, policy, project, provenance, push, request, saved_search, security,
    source, territory, webhook,
};
use std::str::FromStr;

/// A typed identifier from an opaque one; none where it names another kind of record.
pub fn typed<T: FromStr>(id: &cynic::Id) -> Option<T> {
    id.inner().parse().ok()
}

/// An opaque identifier from a typed one.
pub fn opaque(id: &impl ToString) -> cynic::Id {
    cynic::Id::new(id.to_string())
}

/// Whether a list goes on, and from where.
#[derive(Clone, Debug, PartialEq, cynic::QueryFragment)]
pub struct PageInfo {
    pub has_next_page: bool,
    pub end_cursor: Option<String>,
}

impl PageInfo {
    /// The cursor from which the next page follows.
    pub fn next(self) -> Option<String> {
        self.end_cursor.filter(|_| self.has_next_page)
    }
}

/// Scalars of the contract; its closed lists too, which `build.rs` hands to cynic as scalars.
macro_rules! scalars {
    ($($ours:ty = $theirs:ident),+ $(,)?) => {$(
        cynic::impl_scalar!($ours, schema::$theirs);
    )+};
}

/// What can be a variable of an operation.
macro_rules! sent {
    ($($ours:ty = $theirs:ident),+ $(,)?) => {$(
        impl cynic::coercions::CoercesTo<schema::$theirs> for $ours {}

        impl schema::variable::Variable for $ours {
            const TYPE: cynic::variables::VariableType = cynic::variables::VariableType::Named(stringify!($theirs));
        }
    )+};
}

scalars!(
    chrono::DateTime<chrono::Utc> = DateTime,
    chrono::NaiveDate = NaiveDate,
    domain::PartialDate = PartialDate,
    territory::Nis = NisCode,
    rust_decimal::Decimal = Decimal,
    serde_json::Value = JSON,
    domain::Lang = Language,
    domain::RecordType = RecordType,
    domain::change::Kind = ChangeKind,
    domain::refusal::Code = RefusalCode,
    policy::Role = Role,
    policy::Scope = Scope,
    person::State = AccountState,
    security::Event = SecurityEventKind,
    provenance::Confidence = Confidence,
    chantier::Stage = ChantierStage,
    chantier::Progress = ChantierProgress,
    chantier::Order = ChantierOrder,
    chantier::StepStatus = StepStatus,
    chantier::StepOrder = StepOrder,
    chantier::ResourceKind = ResourceKind,
    chantier::LinkState = LinkState,
    chantier::Part = ParticipationPart,
    project::Status = ProjectStatus,
    project::Type = ProjectType,
    project::Known = Known,
    project::Public = SocialPublic,
    measure::Currency = Currency,
    measure::Unit = Unit,
    offer::Status = OfferStatus,
    offer::Label = QualityLabel,
    offer::Audience = Audience,
    offer::Order = OfferOrder,
    need::Status = NeedStatus,
    need::Period = Period,
    need::LocalRule = LocalRule,
    need::Order = NeedOrder,
    matching::Part = MatchPartKind,
    matching::LocalOutcome = LocalOutcome,
    outcome::Stage = OutcomeStage,
    webhook::State = WebhookState,
    webhook::Disabled = WebhookDisabledReason,
    webhook::message::State = WebhookDeliveryState,
    saved_search::List = SavedSearchList,
    officer::Basis = RouteBasis,
    officer::HeardBy = HeardBy,
    officer::FollowUpKind = FollowUpKind,
    request::Kind = RequestKind,
    request::State = RequestState,
    request::Conclusion = RequestConclusion,
    request::HandoverReason = HandoverReason,
    request::Order = RequestOrder,
    expertise::Form = ExpertiseForm,
    expertise::Cost = ExpertiseCost,
    expertise::Format = ExpertiseFormat,
    expertise::Facet = ExpertiseFacetKind,
    expertise::fit::Part = ExpertiseMatchPartKind,
    expertise::need::Budget = ExpertiseBudget,
    expertise::need::State = ExpertiseNeedState,
    expertise::introduction::Stage = IntroductionStage,
    expertise::introduction::Refused = IntroductionRefusal,
    expertise::introduction::Party = IntroductionParty,
    expertise::notice::Frequency = ExpertiseNoticeFrequency,
    expertise::session::Answer = ExpertiseSessionReply,
    push::Pushed = PushedType,
    push::Mode = PushMode,
    push::Outcome = RowOutcome,
    push::Notice = RowNotice,
    import::Format = ImportFormat,
    import::State = ImportState,
    import::DecimalMark = DecimalMark,
    import::DateOrder = DateOrder,
    source::Standing = SourceStanding,
    source::Cadence = Cadence,
    source::Order = SourceOrder,
    project::Order = ProjectOrder,
    project::MembershipRole = MembershipRole,
    council::Level = CouncilLevel,
    council::Stage = CouncilStage,
    council::Status = CouncilStatus,
    council::Category = SeatCategory,
    council::HolderRole = SeatHolderRole,
    council::MeetingState = CouncilMeetingState,
    council::Presence = SeatPresence,
    council::Progress = CouncilActionProgress,
    council::SharedKind = SharedItemKind,
    council::EndorsementState = EndorsementState,
    council::vote::Method = VoteMethod,
    council::vote::Secrecy = VoteSecrecy,
    council::vote::State = VoteState,
    organisation::Kind = OrganisationKind,
    organisation::State = OrganisationState,
    organisation::NumberScheme = OfficialNumberScheme,
    organisation::Order = OrganisationOrder,
    territory::Kind = TerritoryKind,
    territory::Extent = TerritoryExtent,
    territory::Order = TerritoryOrder,
);

// Inputs are `domain`'s structs, checked by the same rules before they are sent.
sent!(
    territory::NewTerritory = NewTerritory,
    territory::TerritoryPatch = TerritoryPatch,
    territory::Filter = TerritoryFilter,
    organisation::NewOrganisation = NewOrganisation,
    organisation::OrganisationPatch = OrganisationPatch,
    organisation::Filter = OrganisationFilter,
    offer::NewOffer = NewOffer,
    offer::OfferPatch = OfferPatch,
    offer::Filter = OfferFilter,
    need::NewNeed = NewNeed,
    need::NeedPatch = NeedPatch,
    need::Filter = NeedFilter,
    outcome::Filter = OutcomeFilter,
    outcome::OutcomePatch = OutcomePatch,
    webhook::NewWebhook = NewWebhook,
    webhook::WebhookPatch = WebhookPatch,
    webhook::Filter = WebhookFilter,
    client::NewClient = ClientCreateInput,
    client::ClientPatch = ClientUpdateInput,
    webhook::message::Filter = WebhookDeliveryFilter,
    saved_search::NewSavedSearch = NewSavedSearch,
    officer::NewPortfolio = NewPortfolio,
    officer::PortfolioPatch = PortfolioPatch,
    officer::NewAbsence = NewAbsence,
    officer::AbsencePatch = AbsencePatch,
    officer::AbsenceFilter = AbsenceFilter,
    request::NewRequest = NewRequest,
    request::RequestPatch = RequestPatch,
    request::Filter = RequestFilter,
    request::NewRequestMessage = NewRequestMessage,
    expertise::NewExpertise = NewExpertise,
    expertise::ExpertisePatch = ExpertisePatch,
    expertise::Filter = ExpertiseFilter,
    expertise::need::NewExpertiseNeed = NewExpertiseNeed,
    expertise::need::ExpertiseNeedPatch = ExpertiseNeedPatch,
    expertise::need::Filter = ExpertiseNeedFilter,
    expertise::introduction::NewIntroduction = NewIntroduction,
    expertise::introduction::Filter = IntroductionFilter,
    source::NewSource = NewSource,
    source::SourcePatch = SourcePatch,
    source::Filter = SourceFilter,
    contact::NewContact = NewContact,
    contact::ContactPatch = ContactPatch,
    person::NewPerson = NewPerson,
    person::PersonPatch = PersonPatch,
    chantier::NewChantier = NewChantier,
    chantier::ChantierPatch = ChantierPatch,
    chantier::Filter = ChantierFilter,
    chantier::NewStep = NewStep,
    chantier::StepPatch = StepPatch,
    chantier::StepFilter = StepFilter,
    chantier::NewResource = NewResource,
    chantier::ResourcePatch = ResourcePatch,
    chantier::ResourceFilter = ResourceFilter,
    chantier::NewParticipation = NewParticipation,
    chantier::ParticipationPatch = ParticipationPatch,
    council::NewCouncil = NewCouncil,
    council::CouncilPatch = CouncilPatch,
    council::NewSeat = NewSeat,
    council::SeatPatch = SeatPatch,
    council::NewSeatHolder = NewSeatHolder,
    council::SeatHolderPatch = SeatHolderPatch,
    council::NewCouncilMeeting = NewCouncilMeeting,
    council::CouncilMeetingPatch = CouncilMeetingPatch,
    council::NewVote = NewVote,
    council::VotePatch = VotePatch,
    council::NewDecision = NewDecision,
    council::DecisionPatch = DecisionPatch,
    council::NewCouncilAction = NewCouncilAction,
    council::CouncilActionPatch = CouncilActionPatch,
    council::NewEvaluation = NewEvaluation,
    council::EvaluationPatch = EvaluationPatch,
    council::NewSharedItem = NewSharedItem,
    council::SharedItemPatch = SharedItemPatch,
    council::NewEndorsement = NewEndorsement,
    council::EndorsementPatch = EndorsementPatch,
    council::Filter = CouncilFilter,
    project::NewProject = NewProject,
    project::ProjectPatch = ProjectPatch,
    project::Filter = ProjectFilter,
    project::NewMembership = NewMembership,
    project::MembershipPatch = MembershipPatch,
    project::NewNote = NewNote,
    project::NotePatch = NotePatch,
    provenance::NewProvenance = NewProvenance,
    provenance::ProvenancePatch = ProvenancePatch,
);

#[cfg(test)]
mod tests {
    use super::schema;
    use cynic::{MutationBuilder, QueryBuilder};
    use domain::project::{Filter, ProjectPatch, Status};

    #[derive(cynic::QueryVariables)]
    struct Variables {
        filter: Option<Filter>,
    }

    #[derive(cynic::QueryFragment)]
    #[cynic(graphql_type = "Query", variables = "Variables")]
    struct Query {
        #[arguments(where: $filter, first: 5)]
        #[expect(dead_code, reason = "only the document is looked at")]
        projects: ProjectConnection,
    }

    #[derive(cynic::QueryFragment)]
    struct ProjectConnection {
        #[expect(dead_code, reason = "only the document is looked at")]
        nodes: Vec<Project>,
    }

    #[derive(cynic::QueryFragment)]
    struct Project {
        #[expect(dead_code, reason = "only the document is looked at")]
        status: Status,
    }

    #[derive(cynic::QueryVariables)]
    struct Change {
        input: ProjectPatch,
    }

    #[derive(cynic::QueryFragment)]
    #[cynic(graphql_type = "Mutation", variables = "Change")]
    struct Update {
        #[arguments(input: $input)]
        #[expect(dead_code, reason = "only the document is looked at")]
        project_update: ProjectPayload,
    }

    #[derive(cynic::QueryFragment)]
    struct ProjectPayload {
        #[expect(dead_code, reason = "only the document is looked at")]
        user_errors: Vec<UserError>,
    }

    #[derive(cynic::QueryFragment)]
    struct UserError {
        #[expect(dead_code, reason = "only the document is looked at")]
        code: domain::refusal::Code,
    }

    #[test]
    fn a_fragment_of_domain_s_own_types_becomes_a_document() {
        let query = Query::build(Variables { filter: None });
        assert!(
            query.query.contains("projects(where: $filter, first: 5)"),
            "{}",
            query.query
        );
        let patch = ProjectPatch::of(domain::ProjectId(uuid::Uuid::nil()), 1);
        let update = Update::build(Change { input: patch });
        let sent = serde_json::to_value(&update).unwrap();
        assert_eq!(sent["variables"]["input"]["expectedRevision"], 1);
        assert!(
            sent["variables"]["input"].get("title").is_none(),
            "what is absent is not sent"
        );
    }
}
