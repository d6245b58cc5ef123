//! The schema: the areas merged, with its limits.

use std::sync::Arc;

use async_graphql::{Context, MergedObject, Object, Result, SchemaBuilder, SimpleObject};
use store::Store;

use crate::chantier::{
    ChantierMutation, ChantierQuery, ParticipationMutation, ResourceMutation, StepMutation,
};
use crate::client::{ClientMutation, ClientQuery};
use crate::contract::ContractQuery;
use crate::cost::{Bill, Cost, Weighing};
use crate::council::seat::{SeatHolderMutation, SeatMutation};
use crate::council::shared::{EndorsementMutation, SharedItemMutation, SharedItemQuery};
use crate::council::vote::VoteMutation;
use crate::council::work::{
    CouncilActionMutation, CouncilMeetingMutation, DecisionMutation, EvaluationMutation,
};
use crate::council::{CouncilMutation, CouncilQuery};
use crate::erasure::{ErasureMutation, ErasureQuery};
use crate::expertise::{
    ExpertiseMutation, ExpertiseNeedMutation, ExpertiseNeedQuery, ExpertiseQuery, ExpertiseSessionMutation,
    ExpertiseSessionQuery, IntroductionMutation, IntroductionQuery,
};
use crate::feed::{FeedQuery, FeedSubscription, Readers};
use crate::gap::GapQuery;
use crate::history::{HistoryMutation, HistoryQuery};
use crate::import::{ImportMutation, ImportQuery};
use crate::mail::MailQuery;
use crate::need::{NeedMutation, NeedQuery};
use crate::node::NodeQuery;
use crate::offer::{OfferMutation, OfferQuery};
use crate::officer::{AbsenceMutation, OfficerQuery, PortfolioMutation};
use crate::organisation::{ContactMutation, OrganisationMutation, OrganisationQuery};
use crate::outcome::{OutcomeMutation, OutcomeQuery};
use crate::person::{PersonMutation, PersonQuery};
use crate::product::ProductQuery;
use crate::project::{MembershipMutation, NoteMutation, ProjectMutation, ProjectQuery};
use crate::provenance::ProvenanceMutation;
use crate::push::PushMutation;
use crate::request::{RequestMutation, RequestQuery};
use crate::saved_search::{SavedSearchMutation, SavedSearchQuery};
use crate::security::{SecurityMutation, SecurityQuery};
use crate::server::Site;
use crate::source::{SourceMutation, SourceQuery};
use crate::territory::{TerritoryMutation, TerritoryQuery};
use crate::webhook::{WebhookMutation, WebhookQuery};

/// How deep a query may nest.
pub(crate) const DEPTH: usize = 16;
/// How many directives one field may have.
const DIRECTIVES: usize = 5;
/// How much a query may cost: each field counts one, times the rows of the lists around it.
pub(crate) const COMPLEXITY: usize = 60_000;

// In groups, as what can be changed: the library goes through the members one inside the other, which costs stack for each.
/// What can be read.
#[derive(Default, MergedObject)]
pub struct Query(WorkQuery, ExchangeQuery, CellQuery, ServiceQueries);

/// The shared work.
#[derive(Default, MergedObject)]
pub struct WorkQuery(
    NodeQuery,
    ChantierQuery,
    ProjectQuery,
    OrganisationQuery,
    TerritoryQuery,
    PersonQuery,
    MailQuery,
    SecurityQuery,
    ErasureQuery,
);

/// The exchange.
#[derive(Default, MergedObject)]
pub struct ExchangeQuery(
    ProductQuery,
    ClientQuery,
    SourceQuery,
    ImportQuery,
    OfferQuery,
    NeedQuery,
    OutcomeQuery,
    WebhookQuery,
    SavedSearchQuery,
);

/// Officers, councils, expertise.
#[derive(Default, MergedObject)]
pub struct CellQuery(
    OfficerQuery,
    RequestQuery,
    CouncilQuery,
    SharedItemQuery,
    ExpertiseQuery,
    ExpertiseNeedQuery,
    IntroductionQuery,
    ExpertiseSessionQuery,
);

/// What concerns all of it.
#[derive(Default, MergedObject)]
pub struct ServiceQueries(GapQuery, HistoryQuery, FeedQuery, ServiceQuery, ContractQuery);

/// What can be changed.
#[derive(Default, MergedObject)]
pub struct Mutation(WorkMutation, ExchangeMutation, CellMutation, ExpertiseMutations);

/// The shared work.
#[derive(Default, MergedObject)]
pub struct WorkMutation(
    ChantierMutation,
    StepMutation,
    ResourceMutation,
    ParticipationMutation,
    ProjectMutation,
    MembershipMutation,
    NoteMutation,
    OrganisationMutation,
    ContactMutation,
    TerritoryMutation,
    ProvenanceMutation,
    PersonMutation,
    SecurityMutation,
    ErasureMutation,
);

/// The exchange.
#[derive(Default, MergedObject)]
pub struct ExchangeMutation(
    SourceMutation,
    OfferMutation,
    NeedMutation,
    PushMutation,
    ImportMutation,
    ClientMutation,
    OutcomeMutation,
    WebhookMutation,
    SavedSearchMutation,
);

/// Officers and councils.
#[derive(Default, MergedObject)]
pub struct CellMutation(
    PortfolioMutation,
    AbsenceMutation,
    RequestMutation,
    CouncilMutation,
    SeatMutation,
    SeatHolderMutation,
    CouncilMeetingMutation,
    VoteMutation,
    DecisionMutation,
    CouncilActionMutation,
    EvaluationMutation,
    SharedItemMutation,
    EndorsementMutation,
);

/// Expertise, and taking changes back.
#[derive(Default, MergedObject)]
pub struct ExpertiseMutations(
    ExpertiseMutation,
    ExpertiseNeedMutation,
    IntroductionMutation,
    ExpertiseSessionMutation,
    HistoryMutation,
);

/// The schema.
pub type Schema = async_graphql::Schema<Query, Mutation, FeedSubscription>;

/// A credit line that its source's licence asks to show.
#[derive(SimpleObject)]
struct Credit {
    /// What the data is, in French.
    what: String,
    /// Its licence.
    licence: String,
    /// The line to show.
    credit: String,
}

#[derive(Default)]
struct ServiceQuery;

#[Object]
impl ServiceQuery {
    /// The server's version.
    async fn version(&self) -> &str {
        env!("CARGO_PKG_VERSION")
    }

    /// What this request costs, and what is left of the caller's budget; also in the answer's `extensions.cost`.
    async fn rate_limit(&self, ctx: &Context<'_>) -> Option<Cost> {
        ctx.data_opt::<Arc<Bill>>()?.paid()
    }

    /// The sources of the reference data with their licences and credit lines.
    async fn credits(&self) -> Result<Vec<Credit>> {
        let credits = store::credits()?;
        Ok(credits
            .into_iter()
            .map(|credit| Credit {
                what: credit.what_fr,
                licence: credit.licence,
                credit: credit.credit,
            })
            .collect())
    }
}

fn builder() -> SchemaBuilder<Query, Mutation, FeedSubscription> {
    Schema::build(Query::default(), Mutation::default(), FeedSubscription)
        .limit_depth(DEPTH)
        .limit_directives(DIRECTIVES)
        .extension(Weighing::default())
}

/// The schema over a store, where the server stands, with those who wait for something to change.
#[must_use]
pub fn build(store: Store, site: Site, readers: Arc<Readers>) -> Schema {
    builder().data(store).data(site).data(readers).finish()
}

/// The schema as text.
#[must_use]
pub fn sdl() -> String {
    builder().finish().sdl()
}
