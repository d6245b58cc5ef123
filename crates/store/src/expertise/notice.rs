//! Who is told of new matches how often, and what people are reminded of: messages in the outbox, each written once.

use chrono::{DateTime, Utc};
use domain::expertise::Expertise;
use domain::expertise::introduction::{Introduction, Stage};
use domain::expertise::need::{ExpertiseNeed, State};
use domain::expertise::notice::{self, Frequency, INTRODUCTIONS, Told, expertise_path, need_path};
use domain::mail::Kind;
use domain::person::{Person, State as Account};
use domain::policy::{Action, Actor};
use domain::{OrganisationId, PersonId, ProjectId};
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{Condition, Expr, ExprTrait, JoinType, Order, Query};
use uuid::Uuid;

use crate::connect::{Lock, Store};
use crate::error::Result;
use crate::record::{all, selecting};
use crate::rows;
use crate::write::Tx;

/// So many matches stand in one message; of more, how many there are.
const LISTED: usize = 10;
/// So many new matches are looked at for one message.
const LOOKED_AT: u64 = 100;
/// So many introductions are reminded of at a time.
const AT_ONCE: u64 = 20;

/// What somebody is told of: whose matches, and until when they were told.
struct Listener {
    person: Person,
    projects: Vec<ProjectId>,
    told_until: Option<DateTime<Utc>>,
}

/// A side of an introduction: who works for the organisation, or takes part in the project.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Side {
    pub(super) organisation: Option<OrganisationId>,
    pub(super) project: Option<ProjectId>,
}

impl Tx {
    /// The people of these sides with an account in use, each once, but for who acts.
    pub(super) async fn people_of(&self, sides: &[Side]) -> Result<Vec<Person>> {
        let mut theirs = Condition::any();
        for side in sides {
            if let Some(organisation) = side.organisation {
                theirs = theirs.add(Expr::col(("person", "organisation_id")).eq(organisation));
            }
            if let Some(project) = side.project {
                let members = Query::select()
                    .column("person_id")
                    .from("membership")
                    .and_where(Expr::col("project_id").eq(project))
                    .take();
                theirs = theirs.add(Expr::col(("person", "id")).in_subquery(members));
            }
        }
        if theirs.is_empty() {
            return Ok(Vec::new());
        }
        let query = selecting::<Person>()
            .and_where(Expr::col(("person", "state")).eq(Account::Active.word()))
            .cond_where(theirs)
            .take();
        let actor = self.who().0;
        let mut people: Vec<Person> = all(&self.conn, &query).await?;
        people.retain(|person| Some(person.id) != actor);
        Ok(people)
    }

    /// The titles of an introduction's need and offer.
    pub(super) async fn titles(&self, of: &Introduction) -> Result<(String, String)> {
        let need = self.find::<ExpertiseNeed>(of.need_id).await?;
        let expertise = self.find::<Expertise>(of.expertise_id).await?;
        Ok((
            need.map(|need| need.title).unwrap_or_default(),
            expertise.map(|expertise| expertise.title).unwrap_or_default(),
        ))
    }
}

/// A page under the address that people type.
pub(super) fn link(site: &str, path: &str) -> String {
    format!("{}/{path}", site.trim_end_matches('/'))
}

/// The two sides of an introduction: who gives, who asked.
pub(super) const fn sides(of: &Introduction) -> [Side; 2] {
    [
        Side {
            organisation: of.provider_id,
            project: None,
        },
        Side {
            organisation: of.organisation_id,
            project: of.project_id,
        },
    ]
}

impl Store {
    /// How often the actor is told of new matches.
    ///
    /// # Errors
    /// A database fault.
    pub async fn expertise_notices(&self, person: PersonId) -> Result<Frequency> {
        let query = Query::select()
            .column("frequency")
            .from("expertise_notice")
            .and_where(Expr::col("person_id").eq(person))
            .take();
        let row = self.reading.query_one(&query).await?;
        let chosen: Option<Option<Frequency>> = row.map(|row| row.try_get("", "frequency")).transpose()?;
        Ok(chosen.flatten().unwrap_or_default())
    }

    /// Says how often the actor is told of new matches.
    ///
    /// # Errors
    /// Not somebody with an account, or a database fault.
    pub async fn set_expertise_notices(&self, actor: &Actor, frequency: Frequency) -> Result<Frequency> {
        let person = actor.person().map(|signed| signed.id);
        self.write(actor, Action::KeepNotices { person }, async |tx: &mut Tx| {
            let Some(person) = person else { return Ok(()) };
            let change = Query::update()
                .table("expertise_notice")
                .value("frequency", frequency)
                .and_where(Expr::col("person_id").eq(person))
                .take();
            if tx.conn.execute(&change).await?.rows_affected() == 0 {
                let row = vec![person.0.into(), frequency.word().into()];
                rows::put(
                    &tx.conn,
                    "expertise_notice",
                    &["person_id", "frequency"],
                    1,
                    vec![row],
                )
                .await?;
            }
            Ok(())
        })
        .await?;
        Ok(frequency)
    }

    /// Writes to those who are due of the matches that are new to them; answers how many messages. `site` is the address
    /// that people type.
    ///
    /// # Errors
    /// A database fault.
    pub async fn tell_expertise_matches(&self, site: &str) -> Result<usize> {
        let newest = Query::select()
            .expr_as(Expr::col("found_at").max(), "newest")
            .from("expertise_match")
            .take();
        let row = self.reading.query_one(&newest).await?;
        let newest: Option<Option<DateTime<Utc>>> = row.map(|row| row.try_get("", "newest")).transpose()?;
        let Some(newest) = newest.flatten() else {
            return Ok(0);
        };
        let mut written = 0;
        for listener in self.listeners(newest).await? {
            if self.tell(&listener, site).await? {
                written += 1;
            }
        }
        Ok(written)
    }

    /// Those who may be told something now.
    async fn listeners(&self, newest: DateTime<Utc>) -> Result<Vec<Listener>> {
        let mut query = selecting::<Person>();
        let theirs = Expr::col(("notice", "person_id")).equals(("person", "id"));
        let members = Query::select().column("person_id").from("membership").take();
        query
            .column(("notice", "frequency"))
            .column(("notice", "told_until"))
            .join_as(JoinType::LeftJoin, "expertise_notice", "notice", theirs)
            .and_where(Expr::col(("person", "state")).eq(Account::Active.word()))
            .and_where(
                Expr::col(("person", "organisation_id"))
                    .is_not_null()
                    .or(Expr::col(("person", "id")).in_subquery(members)),
            );
        let now = self.mint.now();
        let own = <Person as crate::record::Stored>::COLUMNS.len();
        let mut due = Vec::new();
        for row in self.reading.query_all(&query).await? {
            let person = <Person as crate::record::Stored>::read(&row)?;
            let frequency: Option<Frequency> = row.try_get_by_index(own)?;
            let told_until: Option<DateTime<Utc>> = row.try_get_by_index(own + 1)?;
            let Some(least) = frequency.unwrap_or_default().least() else {
                continue;
            };
            let is_due = told_until.is_none_or(|told| told < newest && told + least <= now);
            if is_due {
                due.push(Listener {
                    projects: Vec::new(),
                    person,
                    told_until,
                });
            }
        }
        let ids = due.iter().map(|of| of.person.id.0);
        let memberships = Query::select()
            .columns(["person_id", "project_id"])
            .from("membership")
            .and_where(Expr::col("person_id").is_in(ids))
            .take();
        for row in self.reading.query_all(&memberships).await? {
            let person: PersonId = row.try_get_by_index(0)?;
            if let Some(of) = due.iter_mut().find(|of| of.person.id == person) {
                of.projects.push(row.try_get_by_index(1)?);
            }
        }
        Ok(due)
    }

    /// Writes to one of them; answers whether there was something to say.
    async fn tell(&self, to: &Listener, site: &str) -> Result<bool> {
        let need = |name: &'static str| Expr::col(("need", name));
        let (organisation, projects) = (to.person.organisation_id, &to.projects);
        let mut asks = Condition::any();
        if !projects.is_empty() {
            asks = asks.add(need("project_id").is_in(projects.iter().map(|id| id.0)));
        }
        let mut theirs = Condition::any();
        if let Some(organisation) = organisation {
            asks = asks.add(need("organisation_id").eq(organisation));
            // Of a confidential need only those who ask are told.
            theirs = theirs.add(
                Expr::col(("offer", "organisation_id"))
                    .eq(organisation)
                    .and(need("confidential").eq(false)),
            );
        }
        let theirs = theirs.add(asks);
        self.write(&Actor::System, Action::MatchAnew, async move |tx: &mut Tx| {
            tx.lock(Lock::Matching).await?;
            let until = tx.instant();
            let found = |name: &'static str| Expr::col(("found", name));
            let mut query = Query::select();
            query
                .columns([
                    ("need", "id"),
                    ("offer", "id"),
                    ("need", "title"),
                    ("offer", "title"),
                    ("offer", "organisation_id"),
                ])
                .from_as("expertise_match", "found")
                .join_as(
                    JoinType::InnerJoin,
                    "expertise_need",
                    "need",
                    need("id").equals(("found", "need_id")),
                )
                .join_as(
                    JoinType::InnerJoin,
                    "expertise",
                    "offer",
                    Expr::col(("offer", "id")).equals(("found", "expertise_id")),
                )
                .and_where(found("score").is_not_null())
                .and_where(need("state").eq(State::Open.word()))
                .cond_where(theirs)
                .order_by(("found", "score"), Order::Desc)
                .order_by(("found", "found_at"), Order::Asc)
                .limit(LOOKED_AT);
            if let Some(told) = to.told_until {
                query.and_where(found("found_at").gt(told));
            }
            let mut told = Vec::new();
            for row in tx.conn.query_all(&query).await? {
                let (need, offer): (Uuid, Uuid) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
                let provider: OrganisationId = row.try_get_by_index(4)?;
                let path = if Some(provider) == organisation {
                    expertise_path(offer.into())
                } else {
                    need_path(need.into())
                };
                told.push(Told {
                    need: row.try_get_by_index(2)?,
                    expertise: row.try_get_by_index(3)?,
                    link: link(site, &path),
                });
            }
            if told.is_empty() {
                return Ok(false);
            }
            let more = told.len().saturating_sub(LISTED);
            told.truncate(LISTED);
            let person = &to.person;
            let letter = notice::matches(&person.name, &told, more, person.language);
            tx.add_mail(person, Kind::ExpertiseMatches, letter).await?;
            let change = Query::update()
                .table("expertise_notice")
                .value("told_until", until)
                .and_where(Expr::col("person_id").eq(person.id))
                .take();
            if tx.conn.execute(&change).await?.rows_affected() == 0 {
                let row = vec![person.id.0.into(), until.into()];
                rows::put(
                    &tx.conn,
                    "expertise_notice",
                    &["person_id", "told_until"],
                    1,
                    vec![row],
                )
                .await?;
            }
            Ok(true)
        })
        .await
    }

    /// Reminds of introductions in which nothing moves, once at each stage; answers how many introductions. Who was
    /// proposed is reminded alone, later both sides.
    ///
    /// # Errors
    /// A database fault.
    pub async fn remind_introductions(&self, site: &str) -> Result<usize> {
        let now = self.mint.now();
        let mut reminded = 0;
        for stage in Stage::ALL.iter().copied() {
            let Some(patience) = stage.patience() else {
                continue;
            };
            let known = Query::select()
                .column("introduction_id")
                .from("introduction_reminder")
                .and_where(Expr::col("stage").eq(stage.word()))
                .take();
            let mut query = selecting::<Introduction>();
            query
                .and_where(Expr::col(("introduction", "stage")).eq(stage.word()))
                .and_where(Expr::col(("introduction", "moved_at")).lte(now - patience))
                .and_where(Expr::col(("introduction", "id")).not_in_subquery(known))
                .order_by(("introduction", "moved_at"), Order::Asc)
                .limit(AT_ONCE);
            let waiting: Vec<Introduction> = all(&self.reading, &query).await?;
            for introduction in waiting {
                self.write(&Actor::System, Action::MatchAnew, async |tx: &mut Tx| {
                    tx.lock(Lock::Matching).await?;
                    let of = &introduction;
                    let asked = Query::select()
                        .column("stage")
                        .from("introduction_reminder")
                        .and_where(Expr::col("introduction_id").eq(of.id))
                        .and_where(Expr::col("stage").eq(stage.word()))
                        .take();
                    if tx.conn.query_one(&asked).await?.is_some() {
                        return Ok(());
                    }
                    let [provider, requester] = sides(of);
                    let sides = if stage == Stage::Proposed {
                        vec![provider]
                    } else {
                        vec![provider, requester]
                    };
                    let (need, expertise) = tx.titles(of).await?;
                    let days = (now - of.moved_at()).num_days();
                    for person in tx.people_of(&sides).await? {
                        let link = link(site, INTRODUCTIONS);
                        let titles = (need.as_str(), expertise.as_str());
                        let letter = notice::reminder(&person.name, titles, days, &link, person.language);
                        tx.add_mail(&person, Kind::IntroductionReminder, letter).await?;
                    }
                    let row = vec![of.id.0.into(), stage.word().into(), tx.now().into()];
                    let columns = ["introduction_id", "stage", "at"];
                    rows::insert(&tx.conn, "introduction_reminder", &columns, vec![row]).await
                })
                .await?;
                reminded += 1;
            }
        }
        Ok(reminded)
    }
}
