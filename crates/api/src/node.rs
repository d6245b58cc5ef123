//! Any record by its identifier.

use async_graphql::{
    Context, ContextSelectionSet, ID, Interface, Object, Result, ServerResult, SimpleObject, Value,
};
use domain::chantier::{Chantier, Participation, Resource, Step};
use domain::contact::Contact;
use domain::council::{
    Council, CouncilAction, CouncilMeeting, Decision, Endorsement, Evaluation, Seat, SeatHolder, SharedItem,
    Vote,
};
use domain::expertise::Expertise;
use domain::expertise::introduction::Introduction;
use domain::need::Need;
use domain::offer::Offer;
use domain::officer::{Absence, Portfolio};
use domain::organisation::Organisation;
use domain::outcome::Outcome;
use domain::person::Person;
use domain::policy::allows;
use domain::project::{Membership, Note, Project};
use domain::provenance::Provenance;
use domain::request::{Request, RequestMessage};
use domain::saved_search::SavedSearch;
use domain::source::Source;
use domain::territory::Territory;
use domain::webhook::Webhook;
use domain::{RecordId, RecordType};
use store::Stored;

use crate::answered::Answered;
use crate::chantier::{ChantierNode, ParticipationNode, ResourceNode, StepNode};
use crate::connection::one;
use crate::council::CouncilNode;
use crate::council::seat::{SeatHolderNode, SeatNode};
use crate::council::shared::{EndorsementNode, SharedItemNode};
use crate::council::vote::VoteNode;
use crate::council::work::{CouncilActionNode, CouncilMeetingNode, DecisionNode, EvaluationNode};
use crate::ctx::{caller, store};
use crate::error::fail;
use crate::expertise::{
    ExpertiseNeedNode, ExpertiseNode, ExpertiseSessionNode, IntroductionNode, seen_need, seen_session,
};
use crate::need::NeedNode;
use crate::offer::OfferNode;
use crate::officer::{AbsenceNode, PortfolioNode};
use crate::organisation::{ContactNode, OrganisationNode};
use crate::outcome::OutcomeNode;
use crate::person::PersonNode;
use crate::problem::{Code, Fault, Sentence};
use crate::project::{MembershipNode, NoteNode, ProjectNode};
use crate::provenance::ProvenanceNode;
use crate::request::{RequestMessageNode, RequestNode};
use crate::saved_search::SavedSearchNode;
use crate::source::SourceNode;
use crate::territory::TerritoryNode;
use crate::webhook::WebhookNode;

const NOT_AN_ID: Sentence = [
    "Ce n'est pas un identifiant de fiche.",
    "Dit is geen identificatie van een fiche.",
    "Das ist keine Kennung eines Eintrags.",
    "This is not the identifier of a record.",
];

/// A record that can be read by its identifier.
#[derive(Clone, Interface)]
#[graphql(
    crate = "crate::answered",
    field(
        name = "id",
        method = "node_id",
        ty = "ID",
        desc = "The record's identifier, opaque and lasting."
    )
)]
pub(crate) enum Node {
    Territory(TerritoryNode),
    Organisation(OrganisationNode),
    Contact(ContactNode),
    Person(PersonNode),
    Chantier(ChantierNode),
    Step(StepNode),
    Resource(ResourceNode),
    Participation(ParticipationNode),
    Project(ProjectNode),
    Membership(MembershipNode),
    Note(NoteNode),
    Provenance(ProvenanceNode),
    Source(SourceNode),
    Offer(OfferNode),
    Need(NeedNode),
    Outcome(OutcomeNode),
    Webhook(WebhookNode),
    SavedSearch(SavedSearchNode),
    Portfolio(PortfolioNode),
    Absence(AbsenceNode),
    Request(RequestNode),
    RequestMessage(RequestMessageNode),
    Council(CouncilNode),
    Seat(SeatNode),
    SeatHolder(SeatHolderNode),
    CouncilMeeting(CouncilMeetingNode),
    Vote(VoteNode),
    Decision(DecisionNode),
    CouncilAction(CouncilActionNode),
    Evaluation(EvaluationNode),
    SharedItem(SharedItemNode),
    Endorsement(EndorsementNode),
    Expertise(ExpertiseNode),
    ExpertiseNeed(ExpertiseNeedNode),
    Introduction(IntroductionNode),
    ExpertiseSession(ExpertiseSessionNode),
}

impl Answered for Node {
    async fn at_hand(&self, _: &Context<'_>) -> ServerResult<Option<Value>> {
        Ok(None)
    }

    async fn answered(&self, ctx: &ContextSelectionSet<'_>) -> ServerResult<Value> {
        match self {
            Self::Territory(node) => node.answered(ctx).await,
            Self::Organisation(node) => node.answered(ctx).await,
            Self::Contact(node) => node.answered(ctx).await,
            Self::Person(node) => node.answered(ctx).await,
            Self::Chantier(node) => node.answered(ctx).await,
            Self::Step(node) => node.answered(ctx).await,
            Self::Resource(node) => node.answered(ctx).await,
            Self::Participation(node) => node.answered(ctx).await,
            Self::Project(node) => node.answered(ctx).await,
            Self::Membership(node) => node.answered(ctx).await,
            Self::Note(node) => node.answered(ctx).await,
            Self::Provenance(node) => node.answered(ctx).await,
            Self::Source(node) => node.answered(ctx).await,
            Self::Offer(node) => node.answered(ctx).await,
            Self::Need(node) => node.answered(ctx).await,
            Self::Outcome(node) => node.answered(ctx).await,
            Self::Webhook(node) => node.answered(ctx).await,
            Self::SavedSearch(node) => node.answered(ctx).await,
            Self::Portfolio(node) => node.answered(ctx).await,
            Self::Absence(node) => node.answered(ctx).await,
            Self::Request(node) => node.answered(ctx).await,
            Self::RequestMessage(node) => node.answered(ctx).await,
            Self::Council(node) => node.answered(ctx).await,
            Self::Seat(node) => node.answered(ctx).await,
            Self::SeatHolder(node) => node.answered(ctx).await,
            Self::CouncilMeeting(node) => node.answered(ctx).await,
            Self::Vote(node) => node.answered(ctx).await,
            Self::Decision(node) => node.answered(ctx).await,
            Self::CouncilAction(node) => node.answered(ctx).await,
            Self::Evaluation(node) => node.answered(ctx).await,
            Self::SharedItem(node) => node.answered(ctx).await,
            Self::Endorsement(node) => node.answered(ctx).await,
            Self::Expertise(node) => node.answered(ctx).await,
            Self::ExpertiseNeed(node) => node.answered(ctx).await,
            Self::Introduction(node) => node.answered(ctx).await,
            Self::ExpertiseSession(node) => node.answered(ctx).await,
        }
    }
}

/// The record, where the caller may see it.
async fn seen<R: Stored>(ctx: &Context<'_>, id: RecordId) -> Result<Option<R>> {
    let found = one::<R>(ctx, id.uuid.into()).await?;
    Ok(found.filter(|record| {
        record
            .reading()
            .is_none_or(|action| allows(&caller(ctx).actor, action))
    }))
}

/// Any record by its identifier, where the caller may see it.
pub(crate) async fn load(ctx: &Context<'_>, id: RecordId) -> Result<Option<Node>> {
    Ok(match id.kind {
        RecordType::Territory => seen::<Territory>(ctx, id)
            .await?
            .map(|record| Node::Territory(record.into())),
        RecordType::Organisation => seen::<Organisation>(ctx, id)
            .await?
            .map(|record| Node::Organisation(record.into())),
        RecordType::Contact => seen::<Contact>(ctx, id)
            .await?
            .map(|record| Node::Contact(record.into())),
        RecordType::Person => seen::<Person>(ctx, id)
            .await?
            .map(|record| Node::Person(record.into())),
        RecordType::Chantier => seen::<Chantier>(ctx, id)
            .await?
            .map(|record| Node::Chantier(record.into())),
        RecordType::Step => seen::<Step>(ctx, id)
            .await?
            .map(|record| Node::Step(record.into())),
        RecordType::Resource => seen::<Resource>(ctx, id)
            .await?
            .map(|record| Node::Resource(record.into())),
        RecordType::Participation => seen::<Participation>(ctx, id)
            .await?
            .map(|record| Node::Participation(record.into())),
        RecordType::Project => seen::<Project>(ctx, id)
            .await?
            .map(|record| Node::Project(record.into())),
        RecordType::Membership => seen::<Membership>(ctx, id)
            .await?
            .map(|record| Node::Membership(record.into())),
        RecordType::Note => seen::<Note>(ctx, id)
            .await?
            .map(|record| Node::Note(record.into())),
        RecordType::Provenance => seen::<Provenance>(ctx, id)
            .await?
            .map(|record| Node::Provenance(record.into())),
        RecordType::Source => seen::<Source>(ctx, id)
            .await?
            .map(|record| Node::Source(record.into())),
        RecordType::Offer => seen::<Offer>(ctx, id)
            .await?
            .map(|record| Node::Offer(record.into())),
        RecordType::Need => seen::<Need>(ctx, id)
            .await?
            .map(|record| Node::Need(record.into())),
        RecordType::Outcome => seen::<Outcome>(ctx, id)
            .await?
            .map(|record| Node::Outcome(record.into())),
        RecordType::Webhook => seen::<Webhook>(ctx, id)
            .await?
            .map(|record| Node::Webhook(record.into())),
        RecordType::SavedSearch => seen::<SavedSearch>(ctx, id)
            .await?
            .map(|record| Node::SavedSearch(record.into())),
        RecordType::Portfolio => seen::<Portfolio>(ctx, id)
            .await?
            .map(|record| Node::Portfolio(record.into())),
        RecordType::Absence => seen::<Absence>(ctx, id)
            .await?
            .map(|record| Node::Absence(record.into())),
        RecordType::Request => seen::<Request>(ctx, id)
            .await?
            .map(|record| Node::Request(record.into())),
        RecordType::RequestMessage => seen::<RequestMessage>(ctx, id)
            .await?
            .map(|record| Node::RequestMessage(record.into())),
        RecordType::Council => seen::<Council>(ctx, id)
            .await?
            .map(|record| Node::Council(record.into())),
        RecordType::Seat => seen::<Seat>(ctx, id)
            .await?
            .map(|record| Node::Seat(record.into())),
        RecordType::SeatHolder => seen::<SeatHolder>(ctx, id)
            .await?
            .map(|record| Node::SeatHolder(record.into())),
        RecordType::CouncilMeeting => seen::<CouncilMeeting>(ctx, id)
            .await?
            .map(|record| Node::CouncilMeeting(record.into())),
        RecordType::Vote => seen::<Vote>(ctx, id)
            .await?
            .map(|record| Node::Vote(record.into())),
        RecordType::Decision => seen::<Decision>(ctx, id)
            .await?
            .map(|record| Node::Decision(record.into())),
        RecordType::CouncilAction => seen::<CouncilAction>(ctx, id)
            .await?
            .map(|record| Node::CouncilAction(record.into())),
        RecordType::Evaluation => seen::<Evaluation>(ctx, id)
            .await?
            .map(|record| Node::Evaluation(record.into())),
        RecordType::SharedItem => seen::<SharedItem>(ctx, id)
            .await?
            .map(|record| Node::SharedItem(record.into())),
        RecordType::Endorsement => seen::<Endorsement>(ctx, id)
            .await?
            .map(|record| Node::Endorsement(record.into())),
        RecordType::Expertise => seen::<Expertise>(ctx, id)
            .await?
            .map(|record| Node::Expertise(record.into())),
        RecordType::ExpertiseNeed => seen_need(ctx, id.uuid.into())
            .await?
            .map(|record| Node::ExpertiseNeed(record.into())),
        RecordType::Introduction => seen::<Introduction>(ctx, id)
            .await?
            .map(|record| Node::Introduction(record.into())),
        RecordType::ExpertiseSession => seen_session(ctx, id.uuid.into())
            .await?
            .map(|record| Node::ExpertiseSession(record.into())),
        RecordType::Change => None,
    })
}

/// A result of the search.
#[derive(SimpleObject)]
#[graphql(complex)]
struct SearchHit {
    /// The record found.
    record_id: RecordId,
    /// Its kind.
    record_type: RecordType,
    /// Its title.
    title: String,
    /// How well it fits what was asked, from 0 to 1.
    score: f64,
}

#[async_graphql::ComplexObject]
impl SearchHit {
    /// The record.
    async fn record(&self, ctx: &Context<'_>) -> Result<Option<Node>> {
        load(ctx, self.record_id).await
    }
}

#[derive(Default)]
pub(crate) struct NodeQuery;

#[Object]
impl NodeQuery {
    /// Any record by its identifier; null where there is none, or it is not yours to see. An identifier that was merged
    /// away answers the record it went into.
    async fn node(&self, ctx: &Context<'_>, id: RecordId) -> Result<Option<Node>> {
        load(ctx, id).await
    }

    /// Several records by their identifiers, in the same order; at most 100. Null stands for what is not there or not
    /// yours to see, and with an error for what is no identifier.
    #[graphql(complexity = "ids.len() * child_complexity.max(1)")]
    async fn nodes(&self, ctx: &Context<'_>, ids: Vec<ID>) -> Result<Vec<Option<Result<Node>>>> {
        if ids.len() > domain::page::MOST {
            let detail = format!("ask for at most {} records at once", domain::page::MOST);
            return Err(fail(ctx, Fault::new(Code::BadRequest).technically(detail)));
        }
        let nodes = ids.iter().map(|id| async move {
            match id.parse() {
                Ok(id) => load(ctx, id).await.transpose(),
                Err(_) => Some(Err(fail(ctx, Fault::new(Code::BadRequest).because(NOT_AN_ID)))),
            }
        });
        Ok(futures::future::join_all(nodes).await)
    }

    /// The record that a source knows by its own identifier.
    async fn record(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The source's name; `reference` for the reference data.")] source: String,
        #[graphql(desc = "The source's own identifier for the record.")] external_id: String,
        #[graphql(
            desc = "The kind of record, where the source may call several kinds by the same name.",
            name = "type"
        )]
        kind: Option<RecordType>,
    ) -> Result<Option<Node>> {
        match store(ctx)
            .named(&source, kind, &external_id)
            .await
            .map_err(|error| fail(ctx, error))?
        {
            Some(id) => load(ctx, id).await,
            None => Ok(None),
        }
    }

    /// Records of all kinds whose words are like the asked ones, the best first; forgiving accents, case and
    /// typing errors.
    #[graphql(
        complexity = "300 + usize::try_from(first.unwrap_or(20)).unwrap_or(20) * child_complexity.max(1)"
    )]
    async fn search(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is looked for; the first 200 characters are read.")] text: String,
        #[graphql(desc = "Only records of these kinds.")] kinds: Option<Vec<RecordType>>,
        #[graphql(desc = "How many at most, 1 to 100; 20 unless given.")] first: Option<i32>,
    ) -> Result<Vec<SearchHit>> {
        let page = crate::connection::page(ctx, first, None, None, None)?;
        let hits = store(ctx)
            .search(&text, kinds.as_deref(), page.size)
            .await
            .map_err(|error| fail(ctx, error))?;
        let hits = hits.into_iter().map(|hit| SearchHit {
            record_id: hit.record,
            record_type: hit.record.kind,
            title: hit.title,
            score: hit.score,
        });
        Ok(hits.collect())
    }
}
