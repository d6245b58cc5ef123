//! Sessions of encounter as rows: proposed from several similar needs, as a step of the expertise chantier.

use domain::chantier::{Chantier, Step};
use domain::check::Checks;
use domain::date::PartialDate;
use domain::expertise::Expertise;
use domain::expertise::need::ExpertiseNeed;
use domain::expertise::session::{Answer, Answered, CHANTIER, ExpertiseSession, Filter, NewExpertiseSession};
use domain::expertise::topic::families_of;
use domain::policy::{Action, Actor, allows};
use domain::record::{Record as _, Rules as _};
use domain::refusal::Invalid;
use domain::{
    ChantierId, ExpertiseId, ExpertiseNeedId, ExpertiseSessionId, OrganisationId, ProjectId, RecordId,
    Refusal, StepId, TerritoryId,
};
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{Condition, Expr, ExprTrait, Query, SelectStatement};

use crate::connect::Store;
use crate::error::{Error, Result};
use crate::external::Retry;
use crate::list::{AsTheyCame, Listed};
use crate::page::{Column, Key};
use crate::write::Tx;

stored! {
    ExpertiseSession, row, "expertise_session";
    plain {
        topic: String,
        note: Option<String>,
        step_id: Option<StepId>,
    }
    json {
        need_ids: Vec<ExpertiseNeedId>,
        expertise_ids: Vec<ExpertiseId>,
        project_ids: Vec<ProjectId>,
        organisation_ids: Vec<OrganisationId>,
        answers: Vec<Answered>,
    }
    derived {}
}

/// The sessions that were proposed to any of these.
fn proposed_to(targets: &[RecordId]) -> SelectStatement {
    Query::select()
        .column("record_id")
        .from("link")
        .and_where(Expr::col("field").is_in(["projectIds", "organisationIds"]))
        .and_where(Expr::col("record_kind").eq(domain::RecordType::ExpertiseSession.word()))
        .and_where(Expr::col("target_id").is_in(targets.iter().map(|target| target.uuid)))
        .take()
}

impl Listed for ExpertiseSession {
    type Filter = Filter;
    type Order = AsTheyCame;

    fn condition(filter: &Filter) -> Condition {
        let Filter { reader } = filter;
        if reader.all {
            return Condition::all();
        }
        let projects = reader.projects.iter().map(|id| RecordId::from(*id));
        let targets: Vec<RecordId> = projects.chain(reader.organisation.map(Into::into)).collect();
        Condition::all().add(Expr::col(("expertise_session", "id")).in_subquery(proposed_to(&targets)))
    }

    fn column(_order: AsTheyCame) -> Column {
        Column {
            name: "created_at",
            descending: true,
            of: crate::page::Kind::Time,
        }
    }

    fn key(&self, _order: AsTheyCame) -> Key {
        Key::Time(self.created_at)
    }
}

/// The step that a session is: what everybody may know of it.
#[derive(Clone, Debug)]
pub struct SessionStep {
    /// Its title.
    pub title: String,
    /// The day that is proposed.
    pub starts: Option<PartialDate>,
    /// Where it would be.
    pub territory_id: Option<TerritoryId>,
}

impl Store {
    /// Proposes a session: makes the step, and keeps to whom it was proposed.
    ///
    /// # Errors
    /// Not allowed, needs of another topic, what does not exist.
    pub async fn propose_session(
        &self,
        actor: &Actor,
        new: NewExpertiseSession,
        step: SessionStep,
    ) -> Result<ExpertiseSession> {
        let retry = Retry::of::<ExpertiseSession>(actor, &new)?;
        self.ask(actor, Action::KeepExpertiseSession)?;
        let now = self.mint.now();
        let mut session = ExpertiseSession::made(new, self.mint.uuid().into(), now);
        let needs = self.many::<ExpertiseNeed>(&session.need_ids).await?;
        let offers = self.many::<Expertise>(&session.expertise_ids).await?;
        session.project_ids = needs.iter().filter_map(|need| need.project_id).collect();
        let houses = needs.iter().filter_map(|need| need.organisation_id);
        session.organisation_ids = houses
            .chain(offers.iter().map(|offer| offer.organisation_id))
            .collect();
        session.organisation_ids.sort_unstable();
        session.organisation_ids.dedup();
        session.project_ids.sort_unstable();
        session.project_ids.dedup();
        let chantier = self.chantier_of_sessions().await?;
        let mut made = Step::bare(self.mint.uuid().into(), now, chantier, step.title);
        (made.starts, made.territory_id) = (step.starts, step.territory_id);
        session.step_id = Some(made.id);
        let mut checks = Checks::default();
        made.check(&mut checks);
        session.check(&mut checks);
        let alike = needs
            .iter()
            .all(|need| families_of(&need.topics).contains(&session.topic.as_str()));
        checks.hold(alike, "needIds", Invalid::Reference);
        checks.finish()?;
        self.write_at(
            actor,
            Action::KeepExpertiseSession,
            Some(now),
            async move |tx: &mut Tx| {
                if let Some(retry) = &retry
                    && !tx.remember(retry, session.id.into()).await?
                {
                    return tx.made_before(retry).await;
                }
                made.position = tx.next_position(chantier).await?;
                tx.insert(&made).await?;
                tx.insert(&session).await?;
                Ok(session)
            },
        )
        .await
    }

    async fn chantier_of_sessions(&self) -> Result<ChantierId> {
        let query = Query::select()
            .column("id")
            .from(<Chantier as crate::record::Stored>::TABLE)
            .and_where(Expr::col("code").eq(CHANTIER))
            .take();
        let row = self.reading.query_one(&query).await?;
        let id: Option<uuid::Uuid> = row.map(|row| row.try_get("", "id")).transpose()?;
        id.map(Into::into).ok_or_else(|| {
            let field = "topic".to_owned();
            Error::from(Refusal::UnknownReference { field })
        })
    }

    /// A session, where the actor may see it: staff, and those it was proposed to.
    ///
    /// # Errors
    /// Not found, also where it exists and the actor may not know.
    pub async fn seen_session(&self, actor: &Actor, id: ExpertiseSessionId) -> Result<ExpertiseSession> {
        let session: ExpertiseSession = self.find(id).await?.ok_or(Refusal::NotFound)?;
        if sees_session(actor, &session) {
            Ok(session)
        } else {
            Err(Refusal::NotFound.into())
        }
    }

    /// Keeps the answer of one of those to whom a session was proposed.
    ///
    /// # Errors
    /// Not found, not somebody who may speak for them, not one of them.
    pub async fn answer_session(
        &self,
        actor: &Actor,
        id: ExpertiseSessionId,
        (project_id, organisation_id): (Option<ProjectId>, Option<OrganisationId>),
        (answer, note): (Answer, Option<String>),
    ) -> Result<ExpertiseSession> {
        let before = self.seen_session(actor, id).await?;
        let expected = before.revision;
        let at = self.mint.now();
        let asking = move |_: &ExpertiseSession| Action::AnswerExpertiseSession {
            project: project_id,
            organisation: organisation_id,
        };
        let given = Answered {
            project_id,
            organisation_id,
            answer,
            note,
            at,
        };
        let kept = async |_: &mut Tx, after: ExpertiseSession| Ok(after);
        self.change_and(
            actor,
            before,
            expected,
            asking,
            |of, checks| of.answer(given, checks),
            kept,
        )
        .await
    }
}

/// Whether the actor may see a session.
fn sees_session(actor: &Actor, session: &ExpertiseSession) -> bool {
    let invited = actor.person().is_some_and(|signed| {
        let house = signed.organisation;
        signed
            .projects
            .iter()
            .any(|project| session.project_ids.contains(project))
            || house.is_some_and(|house| session.organisation_ids.contains(&house))
    });
    allows(actor, Action::ReadExpertiseSession { invited })
}

impl Tx {
    /// The place after the last of a chantier's steps.
    async fn next_position(&self, chantier: ChantierId) -> Result<i32> {
        let query = Query::select()
            .expr_as(Expr::col("position").max(), "last")
            .from("step")
            .and_where(Expr::col("chantier_id").eq(chantier))
            .take();
        let row = self.conn.query_one(&query).await?;
        let last: Option<Option<i32>> = row.map(|row| row.try_get("", "last")).transpose()?;
        Ok(last.flatten().unwrap_or(0) + 1)
    }
}
