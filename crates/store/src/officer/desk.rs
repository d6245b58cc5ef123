//! What an officer finds on their desk: the projects of their territories with their silence, what is late, what waits for
//! an answer, what comes next.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use domain::chantier::Step;
use domain::officer::{Absence, FollowUp, Heard, HeardBy, Portfolio, Roster, by_silence, follow_up, silence};
use domain::person::Person;
use domain::policy::{Action, Actor, Role};
use domain::project::{Filter, Note, Project};
use domain::request::{Request, State};
use domain::{PartialDate, PersonId, ProjectId, RecordId, RecordType};
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{Condition, Expr, ExprTrait, Func, JoinType, Order, Query, UnionType};
use uuid::Uuid;

use super::today;
use crate::connect::Store;
use crate::error::Result;
use crate::filter::placed_in;
use crate::list::{AsTheyCame, Listed, Relation};
use crate::record::{Stored, all, selecting};

/// The most projects, requests or steps of a desk.
const MOST: u64 = 200;
/// The most requests that are looked through for those of a desk: one's own, and those of colleagues who are not there.
const READ: u64 = 1_000;
/// The most notes, requests and portfolios of a project's follow-up.
const FOLLOWED: usize = 100;

/// A project of somebody's portfolio.
#[derive(Clone, Debug)]
pub struct Followed {
    /// The project.
    pub project: Project,
    /// When it was last heard from; nothing where it never was.
    pub heard: Option<Heard>,
    /// For how many days nothing was heard; nothing where nothing ever was.
    pub silence: Option<i64>,
}

/// An officer's desk.
#[derive(Clone, Debug)]
pub struct Desk {
    /// The day.
    pub on: NaiveDate,
    /// Whose it is.
    pub officer: Person,
    /// The portfolios that hold today, and those to come.
    pub portfolios: Vec<Portfolio>,
    /// Their absences that are not over.
    pub absences: Vec<Absence>,
    /// The projects of the portfolios, the longest silence first.
    pub projects: Vec<Followed>,
    /// The requests that they see to today, the earliest due first.
    pub requests: Vec<Request>,
    /// The steps that are past their end, the longest past first.
    pub late: Vec<Step>,
    /// The dated steps to come, the next first.
    pub next: Vec<Step>,
}

impl Store {
    /// Somebody's desk, by a fixed number of statements; one's own, or a colleague's.
    ///
    /// # Errors
    /// Not allowed, not found, or a database fault.
    pub async fn desk(&self, actor: &Actor, officer: PersonId) -> Result<Desk> {
        self.ask(actor, Action::ReadDesks)?;
        let officer = self.get::<Person>(actor, officer).await?;
        let on = self.today();
        let roster = self.roster().await?;
        let portfolios = selecting::<Portfolio>()
            .and_where(Expr::col(("portfolio", "person_id")).eq(officer.id))
            .and_where(unended("portfolio", on))
            .order_by(("portfolio", "created_at"), Order::Asc)
            .limit(MOST)
            .take();
        let portfolios: Vec<Portfolio> = all(&self.reading, &portfolios).await?;
        let absences = selecting::<Absence>()
            .and_where(Expr::col(("absence", "person_id")).eq(officer.id))
            .and_where(unended("absence", on))
            .order_by(("absence", "starts"), Order::Asc)
            .limit(MOST)
            .take();
        let absences = all(&self.reading, &absences).await?;
        let held: Vec<&Portfolio> = portfolios.iter().filter(|of| of.holds_on(on)).collect();
        let projects = self.followed(&held, on).await?;
        let steps = self.steps_around(&held, &projects, on).await?;
        let (late, mut next): (Vec<Step>, Vec<Step>) = steps
            .into_iter()
            .partition(|step| step.ends_on().is_some_and(|end| end < on));
        next.retain(|step| step.starts_on().is_some());
        Ok(Desk {
            on,
            requests: self.requests_to_see_to(officer.id, &roster).await?,
            officer,
            portfolios,
            absences,
            projects,
            late,
            next,
        })
    }

    /// The requests that somebody sees to today: their own while they are in, and those of colleagues who are away or gone.
    ///
    /// # Errors
    /// A database fault.
    async fn requests_to_see_to(&self, officer: PersonId, roster: &Roster) -> Result<Vec<Request>> {
        let in_today = roster.staff().iter().map(|colleague| colleague.id);
        let others: Vec<PersonId> = in_today
            .filter(|id| *id != officer && roster.is_in(*id))
            .collect();
        let mut query = selecting::<Request>();
        query
            .and_where(Expr::col(("request", "state")).ne(State::Closed))
            .order_by(("request", "due_key"), Order::Asc)
            .order_by(("request", "id"), Order::Asc)
            .limit(READ);
        if !others.is_empty() {
            query.and_where(Expr::col(("request", "officer_id")).is_not_in(others));
        }
        let mut requests: Vec<Request> = all(&self.reading, &query).await?;
        requests.retain(|of| roster.minder(of.officer_id, of.commune_id, of.chantier_id) == officer);
        requests.truncate(usize::try_from(MOST).unwrap_or(usize::MAX));
        Ok(requests)
    }

    /// The projects of some portfolios with their silence, by three statements.
    async fn followed(&self, portfolios: &[&Portfolio], on: NaiveDate) -> Result<Vec<Followed>> {
        if portfolios.is_empty() {
            return Ok(Vec::new());
        }
        let of = portfolios.iter().map(|portfolio| {
            let subjects = Some(portfolio.chantier_ids.clone());
            Project::condition(&Filter {
                territory: Some(portfolio.territory_id),
                chantiers: subjects.filter(|subjects| !subjects.is_empty()),
                ..Filter::default()
            })
        });
        let query = selecting::<Project>()
            .cond_where(of.fold(Condition::any(), Condition::add))
            .order_by(("project", "order_key"), Order::Asc)
            .limit(MOST)
            .take();
        let projects: Vec<Project> = all(&self.reading, &query).await?;
        let ids: Vec<ProjectId> = projects.iter().map(|project| project.id).collect();
        let heard = self.last_heard(&ids).await?;
        let mut followed: Vec<Followed> = projects
            .into_iter()
            .map(|project| {
                let heard = heard.get(&project.id).copied();
                Followed {
                    silence: silence(heard, on),
                    project,
                    heard,
                }
            })
            .collect();
        by_silence(&mut followed, |project| project.heard);
        Ok(followed)
    }

    /// When each of these projects was last heard from, by two statements: of the notes on it, whoever wrote them, and of
    /// what its own people changed or wrote. What staff or the server change is not hearing from it.
    ///
    /// # Errors
    /// A database fault.
    pub async fn last_heard(&self, projects: &[ProjectId]) -> Result<HashMap<ProjectId, Heard>> {
        let mut last: HashMap<ProjectId, Heard> = HashMap::new();
        if projects.is_empty() {
            return Ok(last);
        }
        let mut hear = |project: Uuid, on: NaiveDate, by: HeardBy| {
            let heard = Heard { on, by };
            let kept = last.entry(project.into()).or_insert(heard);
            *kept = heard.max(*kept);
        };
        let written =
            Expr::case(Expr::col("on").is_null(), Expr::col("created_at")).finally(Expr::cust("NULL"));
        let notes = Query::select()
            .column("project_id")
            .expr_as(Func::max(written), "written")
            .expr_as(Expr::col("on").max(), "spoken")
            .from("note")
            .and_where(Expr::col("project_id").is_in(projects.iter().copied()))
            .group_by_col("project_id")
            .take();
        for row in self.reading.query_all(&notes).await? {
            let project: Uuid = row.try_get("", "project_id")?;
            let written: Option<DateTime<Utc>> = row.try_get("", "written")?;
            let spoken: Option<PartialDate> = row.try_get("", "spoken")?;
            let days = [written.map(today), spoken.and_then(PartialDate::latest)];
            for day in days.into_iter().flatten() {
                hear(project, day, HeardBy::Note);
            }
        }
        for row in self.reading.query_all(&changes(projects)).await? {
            let kind: RecordType = row.try_get("", "record_kind")?;
            let at: DateTime<Utc> = row.try_get("", "at")?;
            let by = if kind == RecordType::Note {
                HeardBy::Note
            } else if matches!(kind, RecordType::Request | RecordType::RequestMessage) {
                HeardBy::Message
            } else {
                HeardBy::Change
            };
            hear(row.try_get("", "project")?, today(at), by);
        }
        Ok(last)
    }

    /// The unfinished steps around some portfolios: about their territories, or, where a step is about none, of the
    /// chantiers in which their projects take part.
    async fn steps_around(
        &self,
        portfolios: &[&Portfolio],
        projects: &[Followed],
        on: NaiveDate,
    ) -> Result<Vec<Step>> {
        if portfolios.is_empty() {
            return Ok(Vec::new());
        }
        let there = portfolios
            .iter()
            .map(|of| Expr::col(("step", "id")).in_subquery(placed_in(of.territory_id)));
        let theirs = Query::select()
            .column("chantier_id")
            .from("participation")
            .and_where(Expr::col("project_id").is_in(projects.iter().map(|of| of.project.id)))
            .take();
        let general = Expr::col(("step", "territory_id"))
            .is_null()
            .and(Expr::col(("step", "chantier_id")).in_subquery(theirs));
        let query = selecting::<Step>()
            .and_where(Expr::col(("step", "status")).is_in(["PLANNED", "UNDER_WAY"]))
            .cond_where(there.fold(Condition::any().add(general), Condition::add))
            .order_by(("step", "starts_on"), Order::Asc)
            .order_by(("step", "id"), Order::Asc)
            .limit(MOST)
            .take();
        let mut steps: Vec<Step> = all(&self.reading, &query).await?;
        // What has begun and is not over is neither late nor to come.
        steps.retain(|step| step.is_late(on) || step.starts_on().is_some_and(|starts| starts >= on));
        Ok(steps)
    }

    /// A project's follow-up as one history, the latest first: notes, requests and which officer followed it when.
    ///
    /// # Errors
    /// Not found, not allowed, or a database fault.
    pub async fn follow_up(&self, actor: &Actor, project: ProjectId) -> Result<Vec<FollowUp>> {
        self.ask(actor, Action::ReadNotes { project })?;
        let project = self.get::<Project>(actor, project).await?;
        let notes: Vec<Note> = latest(self, "note", "project_id", project.id.0).await?;
        let requests: Vec<Request> = latest(self, "request", "project_id", project.id.0).await?;
        let places: Vec<RecordId> = project.territory_ids.iter().map(|id| (*id).into()).collect();
        let page = domain::page::Page::first(FOLLOWED);
        let slices = if places.is_empty() {
            HashMap::new()
        } else {
            self.related::<Portfolio>(Relation::Place, AsTheyCame, &page, &places)
                .await?
        };
        let mut portfolios: Vec<Portfolio> = slices
            .into_values()
            .flat_map(|slice| slice.edges)
            .map(|edge| edge.node)
            .collect();
        portfolios.sort_unstable_by_key(|portfolio| portfolio.id);
        portfolios.dedup_by_key(|portfolio| portfolio.id);
        Ok(follow_up(&notes, &requests, &portfolios, self.today()))
    }
}

/// Whether a row with a last day is not over.
fn unended(table: &'static str, on: NaiveDate) -> Expr {
    let ends = || Expr::col((table, "ends"));
    ends().is_null().or(ends().gte(on))
}

/// The last of the records whose column names this one.
async fn latest<R: Stored>(
    store: &Store,
    table: &'static str,
    column: &'static str,
    of: Uuid,
) -> Result<Vec<R>> {
    let query = selecting::<R>()
        .and_where(Expr::col((table, column)).eq(of))
        .order_by((table, "created_at"), Order::Desc)
        .limit(FOLLOWED as u64)
        .take();
    all(&store.reading, &query).await
}

/// When its own people last changed something of each project, by kind of record.
fn changes(projects: &[ProjectId]) -> sea_orm::sea_query::SelectStatement {
    let theirs = [Role::Member.word(), Role::Partner.word()];
    let ids = || projects.iter().copied();
    let itself = Query::select()
        .expr_as(Expr::col(("change", "record_id")), "project")
        .column(("change", "record_kind"))
        .column(("change", "at"))
        .from("change")
        .and_where(Expr::col(("change", "record_id")).is_in(ids()))
        .and_where(Expr::col(("change", "role")).is_in(theirs))
        .take();
    let belonging = Query::select()
        .expr_as(Expr::col(("change_owner", "owner_id")), "project")
        .column(("change", "record_kind"))
        .column(("change", "at"))
        .from("change_owner")
        .join(
            JoinType::InnerJoin,
            "change",
            Expr::col(("change", "id")).equals(("change_owner", "change_id")),
        )
        .and_where(Expr::col(("change_owner", "owner_id")).is_in(ids()))
        .and_where(Expr::col(("change", "role")).is_in(theirs))
        .take();
    let both = itself.clone().union(UnionType::All, belonging).take();
    Query::select()
        .column("project")
        .column("record_kind")
        .expr_as(Expr::col("at").max(), "at")
        .from_subquery(both, "told")
        .group_by_col("project")
        .group_by_col("record_kind")
        .take()
}
