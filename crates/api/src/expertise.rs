//! The expertise catalogue over GraphQL: offers, topics, facets, and how often one is told of matches.

mod introduction;
mod load;
mod matching;
mod need;
mod session;
pub(crate) mod worker;

use async_graphql::{ComplexObject, Context, Enum, InputObject, Object, Result, SimpleObject};
use domain::ExpertiseId;
use domain::expertise::notice::Frequency;
use domain::expertise::topic::{self, Topic};
use domain::expertise::{Expertise, ExpertisePatch, Facet, Filter, NewExpertise, Order};
use domain::organisation::Organisation;
use domain::policy::{Action, allows};
use domain::territory::Territory;
use domain::{Lang, OrganisationId, TerritoryId};
use store::{FacetCount, Relation};

use self::load::LoadOf;
use crate::connection::{COUNTING, Connection, cost, listed, one, page, related, shared};
use crate::ctx::{caller, loader, store};
use crate::error::{UserError, fail};
use crate::organisation::OrganisationNode;
use crate::territory::TerritoryNode;

pub(crate) use introduction::{IntroductionMutation, IntroductionNode, IntroductionQuery};
use matching::{ExpertiseMatchNode, matches, matching_cost};
pub(crate) use need::{
    ExpertiseNeedMutation, ExpertiseNeedNode, ExpertiseNeedQuery, needs_of, seen as seen_need,
};
pub(crate) use session::{
    ExpertiseSessionMutation, ExpertiseSessionNode, ExpertiseSessionQuery, seen as seen_session,
};

node! {
    /// An offer of expertise by an organisation. What is absent is not known: neither no nor nothing.
    ExpertiseNode = Expertise as "Expertise"
}
payload!(ExpertisePayload { expertise: ExpertiseNode } of Expertise);

/// A topic of expertise: a broad one, which is a chantier's, or a narrower one within it.
pub(crate) struct TopicNode(&'static Topic);

#[Object(name = "ExpertiseTopic")]
impl TopicNode {
    /// Its code, lasting: what offers and needs name. Of a broad topic it is that of its chantier.
    async fn code(&self) -> &str {
        self.0.code
    }

    /// Its name.
    async fn label(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "In this language; the reader's unless given.")] language: Option<Lang>,
    ) -> &str {
        self.0.label(language.unwrap_or(caller(ctx).lang))
    }

    /// Other names it is found by, in any language.
    async fn synonyms(&self) -> &[&'static str] {
        &self.0.synonyms
    }

    /// The broad topic it belongs to; null for a broad one.
    async fn broad(&self) -> Option<Self> {
        self.0.broad.and_then(topic::topic).map(TopicNode)
    }

    /// The narrower topics within it.
    #[graphql(complexity = "8 * child_complexity")]
    async fn narrower(&self) -> Vec<Self> {
        topic::narrower(self.0.code).map(TopicNode).collect()
    }
}

/// The topics with these codes. A record's codes were checked when it was kept.
fn topics(codes: &[String]) -> Vec<TopicNode> {
    codes
        .iter()
        .filter_map(|code| topic::topic(code))
        .map(TopicNode)
        .collect()
}

/// Whether the caller keeps the expertise of this organisation.
fn keeps(ctx: &Context<'_>, organisation: OrganisationId) -> bool {
    allows(&caller(ctx).actor, Action::EditExpertise { organisation })
}

#[ComplexObject]
impl ExpertiseNode {
    /// Who gives it; its contact details are for those who signed in.
    async fn organisation(&self, ctx: &Context<'_>) -> Result<Option<OrganisationNode>> {
        Ok(one::<Organisation>(ctx, self.record.organisation_id)
            .await?
            .map(Into::into))
    }

    /// What it is about.
    #[graphql(complexity = "4 * child_complexity")]
    async fn about(&self) -> Vec<TopicNode> {
        topics(&self.record.topics)
    }

    /// Where it is given; null where nobody has said.
    async fn territory(&self, ctx: &Context<'_>) -> Result<Option<TerritoryNode>> {
        match self.record.territory_id {
            Some(id) => Ok(one::<Territory>(ctx, id).await?.map(Into::into)),
            None => Ok(None),
        }
    }

    /// Whether it is to be had today: not paused, its time not run out.
    async fn is_open(&self, ctx: &Context<'_>) -> bool {
        self.record.is_open(store(ctx).mint().now().date_naive())
    }

    /// How many introductions keep the provider busy with it now.
    #[graphql(complexity = "COUNTING")]
    async fn load(&self, ctx: &Context<'_>) -> Result<u64> {
        let load = loader(ctx).one(LoadOf(self.record.id)).await;
        Ok(load.map_err(|error| shared(ctx, &error))?.unwrap_or(0))
    }

    /// The open needs that it could meet, the best first; null for those who neither work for its organisation nor for the
    /// cell. Confidential needs are among them only where the caller may see them.
    #[graphql(complexity = "matching_cost(first, child_complexity)")]
    async fn matches(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many at most, 1 to 100; 20 unless given.")] first: Option<i32>,
        #[graphql(desc = "Only those with at least this score, from 0 to 1.")] minimum_score: Option<f64>,
    ) -> Result<Option<Vec<ExpertiseMatchNode>>> {
        if !keeps(ctx, self.record.organisation_id) {
            return Ok(None);
        }
        matches(ctx, self.record.id, first, minimum_score).await.map(Some)
    }

    /// What became of it, the last changed first; null for those who neither work for its organisation nor for the cell.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn introductions(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Option<Connection<IntroductionNode>>> {
        if !keeps(ctx, self.record.organisation_id) {
            return Ok(None);
        }
        let page = page(ctx, first, after, last, before)?;
        introduction::introductions(ctx, "expertiseId", self.record.id, page)
            .await
            .map(Some)
    }
}

/// The expertise that an organisation gives, by title.
pub(crate) async fn expertise_of(
    ctx: &Context<'_>,
    organisation: OrganisationId,
    page: domain::page::Page,
) -> Result<Connection<ExpertiseNode>> {
    let field = Relation::Field("organisationId");
    related::<Expertise, _>(ctx, field, Order::Title, page, organisation).await
}

/// How many offers of the catalogue have something.
struct FacetNode(FacetCount);

#[Object(name = "ExpertiseFacet")]
impl FacetNode {
    /// The facet.
    async fn kind(&self) -> Facet {
        self.0.facet
    }

    /// The word of its list: a topic's code, a form, a cost, a language, or a province's identifier. Null for those of
    /// which nobody has said.
    async fn value(&self) -> Option<&str> {
        self.0.value.as_deref()
    }

    /// How many offers.
    async fn count(&self) -> u64 {
        self.0.count
    }

    /// The topic, of that facet.
    async fn topic(&self) -> Option<TopicNode> {
        let value = self.0.value.as_deref().filter(|_| self.0.facet == Facet::Topic);
        value.and_then(topic::topic).map(TopicNode)
    }

    /// The province, of that facet.
    async fn territory(&self, ctx: &Context<'_>) -> Result<Option<TerritoryNode>> {
        let value = self
            .0
            .value
            .as_deref()
            .filter(|_| self.0.facet == Facet::Territory);
        match value.and_then(|value| value.parse::<TerritoryId>().ok()) {
            Some(id) => Ok(one::<Territory>(ctx, id).await?.map(Into::into)),
            None => Ok(None),
        }
    }
}

/// How matching stands.
#[derive(SimpleObject)]
struct ExpertiseMatching {
    /// Whether everything is being matched anew.
    under_way: bool,
    /// How many changed records wait to be matched.
    waiting: u64,
}

#[derive(Default)]
pub(crate) struct ExpertiseQuery;

#[Object]
impl ExpertiseQuery {
    /// The topics of expertise, each broad one before its narrower ones.
    #[graphql(complexity = "40 * child_complexity")]
    async fn expertise_topics(
        &self,
        #[graphql(desc = "Only those whose names hold these words, without regard to accents and case.")]
        text: Option<String>,
        #[graphql(desc = "Only the broad ones.", default)] broad_only: bool,
    ) -> Vec<TopicNode> {
        let found: Vec<&'static Topic> = match &text {
            Some(text) => topic::search(text),
            None => topic::TOPICS.iter().collect(),
        };
        found
            .into_iter()
            .filter(|topic| !broad_only || topic.broad.is_none())
            .map(TopicNode)
            .collect()
    }

    /// The catalogue of expertise, by title unless ordered otherwise.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    #[expect(clippy::too_many_arguments, reason = "a connection's arguments")]
    async fn expertises(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "where")] filter: Option<Filter>,
        order_by: Option<Order>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<ExpertiseNode>> {
        let page = page(ctx, first, after, last, before)?;
        let order = order_by.unwrap_or(Order::Title);
        listed::<Expertise, _>(ctx, filter.unwrap_or_default(), order, page).await
    }

    /// How many offers there are of each facet under a filter, without what it says of that facet itself.
    #[graphql(complexity = "6 * COUNTING + 60 * child_complexity")]
    async fn expertise_facets(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "where")] filter: Option<Filter>,
    ) -> Result<Vec<FacetNode>> {
        let counts = store(ctx).expertise_facets(&filter.unwrap_or_default()).await;
        let counts = counts.map_err(|error| fail(ctx, error))?;
        Ok(counts.into_iter().map(FacetNode).collect())
    }

    /// One offer of expertise.
    async fn expertise(&self, ctx: &Context<'_>, id: ExpertiseId) -> Result<Option<ExpertiseNode>> {
        let found = store(ctx).find::<Expertise>(id).await;
        Ok(found.map_err(|error| fail(ctx, error))?.map(Into::into))
    }

    /// How often the caller is told of new matches; null for somebody who is not signed in.
    async fn expertise_notices(&self, ctx: &Context<'_>) -> Result<Option<Frequency>> {
        let Some(signed) = caller(ctx).actor.person() else {
            return Ok(None);
        };
        let chosen = store(ctx).expertise_notices(signed.id).await;
        chosen.map(Some).map_err(|error| fail(ctx, error))
    }

    /// How matching stands; for staff only.
    async fn expertise_matching(&self, ctx: &Context<'_>) -> Result<Option<ExpertiseMatching>> {
        if !allows(&caller(ctx).actor, Action::ReadFunnel) {
            return Ok(None);
        }
        let standing = store(ctx).rematch_standing().await;
        let (under_way, waiting) = standing.map_err(|error| fail(ctx, error))?;
        Ok(Some(ExpertiseMatching { under_way, waiting }))
    }
}

/// How often the caller is told of new matches.
#[derive(InputObject)]
struct ExpertiseNoticesInput {
    /// How often.
    frequency: Frequency,
}

/// What became of the choice.
#[derive(SimpleObject)]
struct ExpertiseNoticesPayload {
    /// How often it is now; null where it was refused.
    frequency: Option<Frequency>,
    /// Why it was refused; empty where it was done.
    user_errors: Vec<UserError>,
}

/// What is to be matched anew.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
enum ExpertiseRematchScope {
    /// Every need with every offer.
    All,
}

/// Has matches worked out anew.
#[derive(InputObject)]
struct ExpertiseRematchInput {
    /// Which.
    scope: ExpertiseRematchScope,
}

/// What became of it.
#[derive(SimpleObject)]
struct ExpertiseRematchPayload {
    /// Whether it was begun; it goes on in the background.
    begun: bool,
    /// Why it was refused; empty where it was begun.
    user_errors: Vec<UserError>,
}

mutations! {
    ExpertiseMutation of Expertise, ExpertisePayload;
    expertise_create(NewExpertise), expertise_update(ExpertisePatch), expertise_delete;

    /// Says how often the caller is told of new matches.
    async fn expertise_notices_set(
        &self,
        ctx: &Context<'_>,
        input: ExpertiseNoticesInput,
    ) -> Result<ExpertiseNoticesPayload> {
        match store(ctx).set_expertise_notices(&caller(ctx).actor, input.frequency).await {
            Ok(frequency) => Ok(ExpertiseNoticesPayload { frequency: Some(frequency), user_errors: Vec::new() }),
            Err(store::Error::Refused(refusals)) => {
                Ok(ExpertiseNoticesPayload { frequency: None, user_errors: UserError::list(ctx, &refusals) })
            }
            Err(error) => Err(fail(ctx, error)),
        }
    }

    /// Has all matches worked out anew, in the background; for administrators.
    async fn expertise_rematch(
        &self,
        ctx: &Context<'_>,
        input: ExpertiseRematchInput,
    ) -> Result<ExpertiseRematchPayload> {
        let ExpertiseRematchInput { scope: ExpertiseRematchScope::All } = input;
        match store(ctx).rematch_expertise(&caller(ctx).actor).await {
            Ok(()) => Ok(ExpertiseRematchPayload { begun: true, user_errors: Vec::new() }),
            Err(store::Error::Refused(refusals)) => {
                Ok(ExpertiseRematchPayload { begun: false, user_errors: UserError::list(ctx, &refusals) })
            }
            Err(error) => Err(fail(ctx, error)),
        }
    }
}
