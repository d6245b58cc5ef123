//! The territorial officers over GraphQL: their portfolios, absences and desks for staff; which of them a place is for,
//! for everybody, by name for people who signed in.

pub(crate) mod load;

use async_graphql::{ComplexObject, Context, Object, Result, SimpleObject};
use chrono::NaiveDate;
use domain::chantier::Chantier;
use domain::gazetteer::GAZETTEER;
use domain::officer::{
    Absence, AbsenceFilter, AbsencePatch, Basis, Colleague, FollowUp, FollowUpKind, Heard, NewAbsence,
    NewPortfolio, Portfolio, PortfolioFilter, PortfolioPatch, Routed,
};
use domain::person::Person;
use domain::policy::{Action, Role, allows};
use domain::territory::{COMMUNES, Territory};
use domain::{ChantierId, PersonId, RecordId, TerritoryId};
use store::{AsTheyCame, Desk, Followed};

use crate::chantier::{ChantierNode, StepNode};
use crate::connection::{Connection, cost, listed, many, one, page};
use crate::ctx::{caller, language, store};
use crate::error::fail;
use crate::project::ProjectNode;
use crate::request::RequestNode;
use crate::territory::TerritoryNode;

/// What reading who is in costs, beside what is answered.
const ROSTER: usize = 40;
/// The most rows of one of a desk's lists.
const DESK: usize = 200;

node! {
    /// What an officer follows: a territory, from one day to another; for staff only.
    PortfolioNode = Portfolio as "Portfolio"
}
payload!(PortfolioPayload { portfolio: PortfolioNode } of Portfolio);

node! {
    /// Days on which an officer is away, and who stands in; for staff only.
    AbsenceNode = Absence as "Absence"
}
payload!(AbsencePayload { absence: AbsenceNode } of Absence);

/// A person's name, for who may read what names them.
pub(crate) async fn name(ctx: &Context<'_>, id: PersonId) -> Result<Option<String>> {
    Ok(one::<Person>(ctx, id)
        .await?
        .map(|person| person.called(language(ctx))))
}

#[ComplexObject]
impl PortfolioNode {
    /// The officer's name.
    async fn person_name(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        name(ctx, self.record.person_id).await
    }

    /// The territory.
    async fn territory(&self, ctx: &Context<'_>) -> Result<Option<TerritoryNode>> {
        let found = one::<Territory>(ctx, self.record.territory_id).await?;
        Ok(found.map(Into::into))
    }

    /// The chantiers that it is limited to; empty where it is for all subjects.
    async fn chantiers(&self, ctx: &Context<'_>) -> Result<Vec<ChantierNode>> {
        let found = many::<Chantier>(ctx, &self.record.chantier_ids).await?;
        Ok(found.into_iter().map(Into::into).collect())
    }

    /// Whether it holds today.
    async fn holds(&self, ctx: &Context<'_>) -> bool {
        self.record.holds_on(store(ctx).today())
    }
}

#[ComplexObject]
impl AbsenceNode {
    /// The officer's name.
    async fn person_name(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        name(ctx, self.record.person_id).await
    }

    /// The name of who stands in.
    async fn substitute_name(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        match self.record.substitute_id {
            Some(id) => name(ctx, id).await,
            None => Ok(None),
        }
    }

    /// Whether they are away today.
    async fn holds(&self, ctx: &Context<'_>) -> bool {
        self.record.holds_on(store(ctx).today())
    }
}

/// Which officer a place is for.
pub(crate) struct OfficerFor(pub(crate) Routed);

#[Object]
impl OfficerFor {
    /// Why it is them.
    async fn basis(&self) -> Basis {
        self.0.basis
    }

    /// The territory by which it is them; null where nobody follows the place.
    async fn territory(&self, ctx: &Context<'_>) -> Result<Option<TerritoryNode>> {
        match self.0.territory {
            Some(id) => Ok(one::<Territory>(ctx, id).await?.map(Into::into)),
            None => Ok(None),
        }
    }

    /// Their name, for people who signed in; null for others.
    async fn name(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        named(ctx, self.0.owner).await
    }

    /// The name of who sees to it today: they themselves, or who stands in while they are away; for people who signed in.
    async fn minder_name(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        named(ctx, self.0.minder).await
    }

    /// Whether they are away today, so that somebody else sees to it.
    async fn is_away(&self) -> bool {
        self.0.owner != self.0.minder
    }
}

/// The name, where the caller is somebody with an account.
async fn named(ctx: &Context<'_>, id: PersonId) -> Result<Option<String>> {
    if caller(ctx).actor.person().is_none() {
        return Ok(None);
    }
    name(ctx, id).await
}

/// One of the staff whose account is in use.
struct OfficerNode {
    colleague: Colleague,
    is_in: bool,
}

#[Object(name = "Officer")]
impl OfficerNode {
    /// The person.
    async fn person_id(&self) -> PersonId {
        self.colleague.id
    }

    /// Their name.
    async fn name(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        name(ctx, self.colleague.id).await
    }

    /// What they may do.
    async fn role(&self) -> Role {
        self.colleague.role
    }

    /// How many requests they own that are not closed.
    async fn open_requests(&self) -> u64 {
        self.colleague.open
    }

    /// Whether they are there today.
    async fn is_in(&self) -> bool {
        self.is_in
    }
}

/// Whom a commune's requests reach.
struct CoverageNode {
    commune: TerritoryId,
    routed: Routed,
}

#[Object(name = "OfficerCoverage")]
impl CoverageNode {
    /// The commune.
    async fn commune_id(&self) -> TerritoryId {
        self.commune
    }

    /// The official code of the commune.
    async fn nis(&self) -> Option<domain::territory::Nis> {
        GAZETTEER.get(self.commune).map(|commune| commune.nis)
    }

    /// Why it is that officer; where nobody follows the commune, the last resort.
    async fn basis(&self) -> Basis {
        self.routed.basis
    }

    /// Whose its requests are.
    async fn owner_id(&self) -> PersonId {
        self.routed.owner
    }

    /// Who sees to them today.
    async fn minder_id(&self) -> PersonId {
        self.routed.minder
    }

    /// The territory by which they are theirs; null where nobody follows the commune.
    async fn territory_id(&self) -> Option<TerritoryId> {
        self.routed.territory
    }
}

/// A project of somebody's portfolio.
struct FollowedNode(Followed);

#[Object(name = "FollowedProject")]
impl FollowedNode {
    /// The project.
    async fn project(&self) -> ProjectNode {
        self.0.project.clone().into()
    }

    /// When and by what it was last heard from; null where it never was.
    async fn heard(&self) -> Option<Heard> {
        self.0.heard
    }

    /// For how many days nothing was heard; null where nothing ever was, which is not the same as 0.
    async fn silence(&self) -> Option<i64> {
        self.0.silence
    }
}

/// What an officer finds on their desk.
struct DeskNode(Desk);

#[Object(name = "Desk")]
impl DeskNode {
    /// The day.
    async fn on(&self) -> NaiveDate {
        self.0.on
    }

    /// Whose it is.
    async fn person_id(&self) -> PersonId {
        self.0.officer.id
    }

    /// Their name.
    async fn name(&self) -> &str {
        &self.0.officer.name
    }

    /// What they follow today, and what they are to follow.
    #[graphql(complexity = "20 * child_complexity")]
    async fn portfolios(&self) -> Vec<PortfolioNode> {
        self.0.portfolios.iter().cloned().map(Into::into).collect()
    }

    /// Their absences that are not over.
    #[graphql(complexity = "20 * child_complexity")]
    async fn absences(&self) -> Vec<AbsenceNode> {
        self.0.absences.iter().cloned().map(Into::into).collect()
    }

    /// The projects of their portfolios, those never heard from first, then the longest silence; at most 200.
    #[graphql(complexity = "DESK * child_complexity")]
    async fn projects(&self) -> Vec<FollowedNode> {
        self.0.projects.iter().cloned().map(FollowedNode).collect()
    }

    /// The requests that they see to today, the earliest due first: their own while they are there, and those of
    /// colleagues who are away; at most 200.
    #[graphql(complexity = "DESK * child_complexity")]
    async fn requests(&self) -> Vec<RequestNode> {
        self.0.requests.iter().cloned().map(Into::into).collect()
    }

    /// The steps around that are past their end, the longest past first.
    #[graphql(complexity = "DESK * child_complexity")]
    async fn late_steps(&self) -> Vec<StepNode> {
        self.0.late.iter().cloned().map(Into::into).collect()
    }

    /// The dated steps to come around: about their territories, or about none and of a chantier in which their projects
    /// take part; the next first.
    #[graphql(complexity = "DESK * child_complexity")]
    async fn next_steps(&self) -> Vec<StepNode> {
        self.0.next.iter().cloned().map(Into::into).collect()
    }
}

/// One entry of a project's follow-up.
#[derive(SimpleObject)]
#[graphql(complex, name = "FollowUp")]
pub(crate) struct FollowUpNode {
    /// The day.
    on: NaiveDate,
    /// What happened.
    kind: FollowUpKind,
    /// The note, the request's title, or what came of it.
    text: Option<String>,
    /// The record it stands in.
    record_id: RecordId,
    #[graphql(skip)]
    person: Option<PersonId>,
    #[graphql(skip)]
    place: Option<TerritoryId>,
}

impl From<FollowUp> for FollowUpNode {
    fn from(entry: FollowUp) -> Self {
        let FollowUp {
            on,
            kind,
            text,
            person,
            territory,
            record,
        } = entry;
        Self {
            on,
            kind,
            text,
            record_id: record,
            person,
            place: territory,
        }
    }
}

#[ComplexObject]
impl FollowUpNode {
    /// The name of who it was: the author, the asker, the officer, the new owner; null where it was the server.
    async fn person_name(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        match self.person {
            Some(id) => name(ctx, id).await,
            None => Ok(None),
        }
    }

    /// The territory by which an officer follows the project.
    async fn territory(&self, ctx: &Context<'_>) -> Result<Option<TerritoryNode>> {
        match self.place {
            Some(id) => Ok(one::<Territory>(ctx, id).await?.map(Into::into)),
            None => Ok(None),
        }
    }
}

#[derive(Default)]
pub(crate) struct OfficerQuery;

#[Object]
impl OfficerQuery {
    /// The staff whose account is in use, with what they have to do; null for others.
    #[graphql(complexity = "ROSTER + 20 * child_complexity")]
    async fn officers(&self, ctx: &Context<'_>) -> Result<Option<Vec<OfficerNode>>> {
        if !allows(&caller(ctx).actor, Action::ReadDesks) {
            return Ok(None);
        }
        let roster = store(ctx).roster().await.map_err(|error| fail(ctx, error))?;
        let mut staff = roster.staff().to_vec();
        staff.sort_unstable_by_key(|colleague| (colleague.role, colleague.id));
        let staff = staff.into_iter().map(|colleague| OfficerNode {
            is_in: roster.is_in(colleague.id),
            colleague,
        });
        Ok(Some(staff.collect()))
    }

    /// What the officers follow, as it was made; null for who is not staff.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn portfolios(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "where")] filter: Option<PortfolioFilter>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Option<Connection<PortfolioNode>>> {
        if !allows(&caller(ctx).actor, Action::ReadDesks) {
            return Ok(None);
        }
        let page = page(ctx, first, after, last, before)?;
        let found = listed::<Portfolio, _>(ctx, filter.unwrap_or_default(), AsTheyCame, page).await?;
        Ok(Some(found))
    }

    /// When officers are away, as it was said; null for who is not staff.
    #[graphql(complexity = "cost(first, last, child_complexity)")]
    async fn absences(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "where")] filter: Option<AbsenceFilter>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Option<Connection<AbsenceNode>>> {
        if !allows(&caller(ctx).actor, Action::ReadDesks) {
            return Ok(None);
        }
        let page = page(ctx, first, after, last, before)?;
        let found = listed::<Absence, _>(ctx, filter.unwrap_or_default(), AsTheyCame, page).await?;
        Ok(Some(found))
    }

    /// Which officer a commune is for; null where the territory is no commune.
    #[graphql(complexity = "ROSTER + child_complexity")]
    async fn officer_for(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The commune, by its identifier or its official code.")] commune: TerritoryId,
        #[graphql(desc = "The subject.")] chantier: Option<ChantierId>,
    ) -> Result<Option<OfficerFor>> {
        let Some(commune) = GAZETTEER.get(commune) else {
            return Ok(None);
        };
        let roster = store(ctx).roster().await.map_err(|error| fail(ctx, error))?;
        Ok(roster.route(&[commune.nis], chantier).map(OfficerFor))
    }

    /// Whom the requests of each of the 261 communes reach; null for who is not staff.
    #[graphql(complexity = "ROSTER + COMMUNES * child_complexity")]
    async fn officer_coverage(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "About this subject.")] chantier: Option<ChantierId>,
    ) -> Result<Option<Vec<CoverageNode>>> {
        if !allows(&caller(ctx).actor, Action::ReadDesks) {
            return Ok(None);
        }
        let roster = store(ctx).roster().await.map_err(|error| fail(ctx, error))?;
        let all = GAZETTEER.all().iter().filter_map(|commune| {
            let routed = roster.route(&[commune.nis], chantier)?;
            Some(CoverageNode {
                commune: commune.nis.into(),
                routed,
            })
        });
        Ok(Some(all.collect()))
    }

    /// An officer's desk: the caller's own, or a colleague's; null for who is not staff.
    #[graphql(complexity = "ROSTER + child_complexity")]
    async fn desk(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose; the caller's own unless given.")] officer: Option<PersonId>,
    ) -> Result<Option<DeskNode>> {
        let actor = &caller(ctx).actor;
        let own = actor.person().map(|signed| signed.id);
        let (true, Some(officer)) = (allows(actor, Action::ReadDesks), officer.or(own)) else {
            return Ok(None);
        };
        match store(ctx).desk(actor, officer).await {
            Ok(desk) => Ok(Some(DeskNode(desk))),
            Err(store::Error::Refused(_)) => Ok(None),
            Err(error) => Err(fail(ctx, error)),
        }
    }
}

mutations! {
    PortfolioMutation of Portfolio, PortfolioPayload;
    portfolio_create(NewPortfolio), portfolio_update(PortfolioPatch), portfolio_delete;
}

mutations! {
    AbsenceMutation of Absence, AbsencePayload;
    absence_create(NewAbsence), absence_update(AbsencePatch), absence_delete;
}
