//! Introductions as rows: how they are proposed, answered and moved on, with a word to the other side in the outbox; and
//! how they come out, for staff.

use std::collections::BTreeMap;

use domain::expertise::Expertise;
use domain::expertise::fit::meeting;
use domain::expertise::introduction::{
    Feedback, Filter, Introduction, NewIntroduction, Order, Party, Refused, Stage, Step,
};
use domain::expertise::notice::{self, INTRODUCTIONS};
use domain::expertise::topic::topic;
use domain::mail::Kind;
use domain::policy::{Action, Actor, allows};
use domain::record::Rules as _;
use domain::record::Verb;
use domain::{ExpertiseId, ExpertiseNeedId, IntroductionId, OrganisationId, ProjectId, Refusal};
use sea_orm::ConnectionTrait;
use sea_orm::prelude::DateTimeUtc;
use sea_orm::sea_query::{Condition, Expr, ExprTrait, Query};

use super::notice::{link, sides};
use crate::connect::Store;
use crate::error::{Error, Result};
use crate::filter::Narrow;
use crate::list::Listed;
use crate::page::{Column, Key};
use crate::write::Tx;

stored! {
    Introduction, row, "introduction";
    plain {
        expertise_id: ExpertiseId,
        need_id: ExpertiseNeedId,
        message: Option<String>,
        provider_id: Option<OrganisationId>,
        project_id: Option<ProjectId>,
        organisation_id: Option<OrganisationId>,
        topic: Option<String>,
    }
    json {
        steps: Vec<Step>,
        provider_feedback: Option<Feedback>,
        requester_feedback: Option<Feedback>,
    }
    derived {
        stage: Stage = |introduction| introduction.stage(),
        moved_at: DateTimeUtc = |introduction| introduction.moved_at(),
        refused: Option<Refused> = |introduction| introduction.refused(),
        family: Option<String> = |introduction| family(introduction.topic.as_deref()),
    }
    index match_both;
}

fn family(code: Option<&str>) -> Option<String> {
    code.and_then(topic).map(|topic| topic.family().to_owned())
}

impl Listed for Introduction {
    type Filter = Filter;
    type Order = Order;

    fn organisations(filter: &mut Filter) -> Vec<&mut OrganisationId> {
        filter.provider.iter_mut().collect()
    }

    fn condition(filter: &Filter) -> Condition {
        let Filter {
            stages,
            need,
            expertise,
            provider,
            project,
            updated_since,
            reader,
        } = filter;
        let column = |name: &'static str| Expr::col(("introduction", name));
        let mut theirs = Condition::any();
        if reader.all {
            theirs = theirs.add(Expr::value(1).eq(1));
        } else {
            let projects = reader.projects.iter().map(|id| id.0);
            theirs = theirs.add(column("project_id").is_in(projects));
            if let Some(organisation) = reader.organisation {
                theirs = theirs
                    .add(column("provider_id").eq(organisation))
                    .add(column("organisation_id").eq(organisation));
            }
        }
        Narrow::of("introduction")
            .any_of("stage", stages.as_ref())
            .any_id("need_id", need.map(|id| vec![id]).as_ref())
            .any_id("expertise_id", expertise.map(|id| vec![id]).as_ref())
            .any_id("provider_id", provider.map(|id| vec![id]).as_ref())
            .any_id("project_id", project.map(|id| vec![id]).as_ref())
            .and(updated_since.map(|since| column("updated_at").gte(since)))
            .build()
            .add(theirs)
    }

    fn column(order: Order) -> Column {
        match order {
            Order::UpdatedLast => Column {
                name: "updated_at",
                descending: true,
                of: crate::page::Kind::Time,
            },
        }
    }

    fn key(&self, order: Order) -> Key {
        match order {
            Order::UpdatedLast => Key::Time(self.updated_at),
        }
    }
}

/// By what introductions are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FunnelBy {
    /// By broad topic.
    Topic,
    /// By provider.
    Provider,
}

/// How the introductions of one topic or provider have come out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Funnel {
    /// The code of the broad topic; absent where the two met for another reason, or it is counted by provider.
    pub topic: Option<String>,
    /// The provider, where it is counted by provider.
    pub provider: Option<OrganisationId>,
    /// Of each stage at which there are some, how many stand there now.
    pub stages: BTreeMap<Stage, u64>,
    /// Of each reason for which some were refused, how many.
    pub refusals: BTreeMap<Refused, u64>,
}

/// For whom the actor speaks when not as the cell.
fn party(actor: &Actor, introduction: &Introduction, answers: bool) -> Party {
    let speaks = |party: Party| actor.person().is_some() && allows(actor, introduction.speaking(party));
    let order = if answers {
        [Party::Provider, Party::Requester]
    } else {
        [Party::Requester, Party::Provider]
    };
    order
        .into_iter()
        .find(|party| speaks(*party))
        .unwrap_or(Party::Staff)
}

impl Store {
    /// Proposes to a provider to be introduced to a need, and writes to them.
    ///
    /// # Errors
    /// A need or an offer that does not exist or that the actor may not see, one of the two that is closed, the two are
    /// introduced already, not allowed.
    pub async fn open_introduction(
        &self,
        actor: &Actor,
        new: NewIntroduction,
        site: &str,
    ) -> Result<Introduction> {
        // Who may do nothing here is told that first.
        let person = actor.person();
        let own = Action::KeepIntroduction {
            provider: person.and_then(|signed| signed.organisation),
            project: person.and_then(|signed| signed.projects.first().copied()),
            organisation: None,
        };
        self.ask(actor, own)?;
        let unknown = |field: &str| Refusal::UnknownReference {
            field: field.to_owned(),
        };
        let need = match self.seen_expertise_need(actor, new.need_id).await {
            Err(Error::Refused(_)) => return Err(unknown("needId").into()),
            other => other?,
        };
        let expertise = self.find::<Expertise>(new.expertise_id).await?;
        let expertise = expertise.ok_or_else(|| unknown("expertiseId"))?;
        let today = self.mint.now();
        let complete = |introduction: &mut Introduction| {
            introduction.provider_id = Some(expertise.organisation_id);
            (introduction.project_id, introduction.organisation_id) = (need.project_id, need.organisation_id);
            introduction.topic = meeting(&need.topics, &expertise.topics).map(str::to_owned);
            let by = party(actor, introduction, false);
            introduction.propose(by, introduction.created_at);
        };
        let mut closed = Vec::new();
        if !need.is_open(today.date_naive()) {
            closed.push("needId");
        }
        if !expertise.is_open(today.date_naive()) {
            closed.push("expertiseId");
        }
        self.create_and(
            actor,
            new,
            complete,
            async move |tx: &mut Tx, made: Introduction| {
                // A retry finds what was made the first time.
                if made.created_at != tx.now() {
                    return Ok(made);
                }
                if let Some(field) = closed.first() {
                    return Err(Refusal::Invalid {
                        field: (*field).to_owned(),
                        why: domain::refusal::Invalid::Closed,
                    }
                    .into());
                }
                if tx.is_introduced(&made).await? {
                    let field = "expertiseId".to_owned();
                    return Err(Refusal::Duplicate { field }.into());
                }
                tx.tell_of(&made, site).await?;
                Ok(made)
            },
        )
        .await
    }

    /// Moves an introduction to another stage, and writes to the other side.
    ///
    /// # Errors
    /// Not found, not allowed, a stale revision, a stage that does not follow, no reason where one is needed.
    pub async fn advance_introduction(
        &self,
        actor: &Actor,
        (id, expected): (IntroductionId, i32),
        (stage, refused, text): (Stage, Option<Refused>, Option<String>),
        site: &str,
    ) -> Result<Introduction> {
        let before: Introduction = self.get(actor, id).await?;
        let asking = move |of: &Introduction| {
            if stage.is_answer() {
                of.speaking(Party::Provider)
            } else {
                of.action(Verb::Update)
            }
        };
        let step = Step {
            stage,
            at: self.mint.now(),
            by: party(actor, &before, stage.is_answer()),
            refused,
            text,
        };
        let tell = async move |tx: &mut Tx, kept: Introduction| {
            tx.tell_of(&kept, site).await?;
            Ok(kept)
        };
        self.change_and(
            actor,
            before,
            expected,
            asking,
            |of, checks| of.advance(step, checks),
            tell,
        )
        .await
    }

    /// Keeps what one side says of an introduction.
    ///
    /// # Errors
    /// Not found, not allowed, a stale revision, no rating, nothing begun yet.
    pub async fn review_introduction(
        &self,
        actor: &Actor,
        (id, expected): (IntroductionId, i32),
        party: Party,
        (rating, text): (i32, Option<String>),
    ) -> Result<Introduction> {
        let at = self.mint.now();
        let asking = move |of: &Introduction| of.speaking(party);
        self.change_as::<Introduction>(actor, id, expected, asking, |of, checks| {
            of.review(party, Feedback { rating, text, at }, checks);
        })
        .await
    }

    /// How introductions have come out, by topic or by provider: one statement.
    ///
    /// # Errors
    /// Not allowed, or a database fault.
    pub async fn introduction_funnel(&self, actor: &Actor, by: FunnelBy) -> Result<Vec<Funnel>> {
        self.ask(actor, Action::ReadFunnel)?;
        let column = match by {
            FunnelBy::Topic => "family",
            FunnelBy::Provider => "provider_id",
        };
        let query = Query::select()
            .columns([column, "stage", "refused"])
            .expr_as(Expr::col("id").count(), "count")
            .from("introduction")
            .group_by_columns([column, "stage", "refused"])
            .take();
        let mut funnels: BTreeMap<(Option<String>, Option<OrganisationId>), Funnel> = BTreeMap::new();
        for row in self.reading.query_all(&query).await? {
            let (topic, provider): (Option<String>, Option<OrganisationId>) = match by {
                FunnelBy::Topic => (row.try_get_by_index(0)?, None),
                FunnelBy::Provider => (None, row.try_get_by_index(0)?),
            };
            let stage: Stage = row.try_get_by_index(1)?;
            let refused: Option<Refused> = row.try_get_by_index(2)?;
            let count = super::number(row.try_get_by_index(3)?);
            let funnel = funnels
                .entry((topic.clone(), provider))
                .or_insert_with(|| Funnel {
                    topic,
                    provider,
                    ..Funnel::default()
                });
            *funnel.stages.entry(stage).or_default() += count;
            if let Some(refused) = refused {
                *funnel.refusals.entry(refused).or_default() += count;
            }
        }
        Ok(funnels.into_values().collect())
    }
}

impl Tx {
    /// Whether another introduction of the same two is open.
    async fn is_introduced(&self, of: &Introduction) -> Result<bool> {
        let open = Stage::ALL
            .iter()
            .filter(|stage| stage.is_open())
            .map(|stage| stage.word());
        let query = Query::select()
            .column("id")
            .from("introduction")
            .and_where(Expr::col("need_id").eq(of.need_id))
            .and_where(Expr::col("expertise_id").eq(of.expertise_id))
            .and_where(Expr::col("stage").is_in(open))
            .and_where(Expr::col("id").ne(of.id))
            .limit(1)
            .take();
        Ok(self.conn.query_one(&query).await?.is_some())
    }

    /// Writes to the side that did not move it; to both where staff did.
    async fn tell_of(&self, introduction: &Introduction, site: &str) -> Result<()> {
        let Some(step) = introduction.steps.last() else {
            return Ok(());
        };
        let [provider, requester] = sides(introduction);
        let sides = match (step.stage, step.by) {
            // It is for the provider to answer, whoever proposed it.
            (Stage::Proposed, _) | (_, Party::Requester) => vec![provider],
            (_, Party::Provider) => vec![requester],
            (_, Party::Staff) => vec![provider, requester],
        };
        let people = self.people_of(&sides).await?;
        if people.is_empty() {
            return Ok(());
        }
        let (need, expertise) = self.titles(introduction).await?;
        let link = link(site, INTRODUCTIONS);
        for person in people {
            let titles = (need.as_str(), expertise.as_str());
            let letter = notice::moved(
                &person.name,
                titles,
                step.stage,
                step.refused,
                &link,
                person.language,
            );
            self.add_mail(&person, Kind::Introduction, letter).await?;
        }
        Ok(())
    }
}
