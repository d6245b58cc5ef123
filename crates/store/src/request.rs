//! Requests to the officers and their conversations, as rows: asked, answered, handed over, closed; and what becomes of
//! them when their owner leaves.

use chrono::NaiveDate;
use domain::check::Checks;
use domain::gazetteer::GAZETTEER;
use domain::mail;
use domain::officer::Roster;
use domain::person::{Person, State as Account};
use domain::policy::{Action, Actor, Role};
use domain::refusal::{Invalid, Refusal};
use domain::request::{
    Closing, Conclusion, Filter, Handover, HandoverReason, Kind, NewRequest, NewRequestMessage, Order,
    Request, RequestMessage, State,
};
use domain::territory::Nis;
use domain::{ChantierId, OrganisationId, PersonId, ProjectId, RequestId, TerritoryId};
use sea_orm::ConnectionTrait;
use sea_orm::prelude::Date;
use sea_orm::sea_query::{Condition, Expr, ExprTrait, Query};
use uuid::Uuid;

use crate::connect::Store;
use crate::error::{Error, Result};
use crate::filter::Narrow;
use crate::list::{Listed, plain_list};
use crate::officer::{roster, today};
use crate::page::{Column, Key};
use crate::write::Tx;

stored! {
    Request, row, "request";
    plain {
        kind: Kind,
        commune_id: TerritoryId,
        title: String,
        text: String,
        chantier_id: Option<ChantierId>,
        project_id: Option<ProjectId>,
        organisation_id: Option<OrganisationId>,
        due: Option<Date>,
        asker_id: PersonId,
        officer_id: PersonId,
        state: State,
    }
    json {
        handovers: Vec<Handover>,
        closing: Option<Closing>,
    }
    derived {
        due_key: String = |request| due_key(request.due),
    }
}

stored! {
    RequestMessage, message_row, "request_message";
    plain {
        request_id: RequestId,
        text: String,
        author_id: PersonId,
        asker_id: PersonId,
        project_id: Option<ProjectId>,
    }
    json {}
    derived {}
}

plain_list!(RequestMessage, "request_message");

/// The day as text that sorts.
fn due_key(due: Option<NaiveDate>) -> String {
    due.map(|due| due.to_string()).unwrap_or_default()
}

impl Listed for Request {
    type Filter = Filter;
    type Order = Order;

    fn days(filter: &Filter) -> Vec<NaiveDate> {
        filter.due_to.into_iter().collect()
    }

    fn organisations(_filter: &mut Filter) -> Vec<&mut OrganisationId> {
        Vec::new()
    }

    fn condition(filter: &Filter) -> Condition {
        let Filter {
            states,
            kinds,
            asker,
            officer,
            project,
            chantier,
            territory,
            due_to,
        } = filter;
        Narrow::of("request")
            .any_of("state", states.as_ref())
            .any_of("kind", kinds.as_ref())
            .any_id("asker_id", asker.map(|id| vec![id]).as_ref())
            .any_id("officer_id", officer.map(|id| vec![id]).as_ref())
            .any_id("project_id", project.map(|id| vec![id]).as_ref())
            .any_id("chantier_id", chantier.map(|id| vec![id]).as_ref())
            .in_territory("commune_id", *territory)
            .and(due_to.map(|to| Expr::col(("request", "due")).lte(to)))
            .build()
    }

    fn column(order: Order) -> Column {
        match order {
            Order::Due => Column {
                name: "due_key",
                descending: false,
                of: crate::page::Kind::Text,
            },
            Order::UpdatedLast => Column {
                name: "updated_at",
                descending: true,
                of: crate::page::Kind::Time,
            },
        }
    }

    fn key(&self, order: Order) -> Key {
        match order {
            Order::Due => Key::Text(due_key(self.due)),
            Order::UpdatedLast => Key::Time(self.updated_at),
        }
    }
}

/// The code of a commune, as a list of one; of what is none, nothing.
fn code(commune: TerritoryId) -> Vec<Nis> {
    GAZETTEER
        .get(commune)
        .map(|commune| commune.nis)
        .into_iter()
        .collect()
}

/// Where a request is read.
fn link(site: &str, request: &Request) -> String {
    format!("{}/questions/{}", site.trim_end_matches('/'), request.id)
}

fn minder(roster: &Roster, request: &Request) -> PersonId {
    roster.minder(request.officer_id, request.commune_id, request.chantier_id)
}

impl Store {
    /// Turns to an officer: the request becomes that of whoever follows its commune and subject, and who sees to it today
    /// is written to.
    ///
    /// # Errors
    /// Not allowed, and every refusal of the record's check.
    pub async fn ask_officer(&self, actor: &Actor, new: NewRequest, site: &str) -> Result<Request> {
        let NewRequest {
            project_id,
            organisation_id,
            ..
        } = new;
        self.ask(
            actor,
            Action::AskOfficer {
                project: project_id,
                organisation: organisation_id,
            },
        )?;
        let asker = actor.person().map(|signed| signed.id).unwrap_or_default();
        let routed = self
            .roster()
            .await?
            .route(&code(new.commune_id), new.chantier_id)
            .ok_or_else(|| Error::Corrupt("no account of the staff is in use".to_owned()))?;
        let opened = |request: &mut Request| request.open(asker, routed.owner, request.created_at);
        self.create_and(actor, new, opened, async |tx: &mut Tx, request: Request| {
            // A retry finds what was asked before, and nobody is written to again.
            if request.created_at == tx.now() {
                tx.tell_to_answer(&request, routed.minder, Some(site)).await?;
            }
            Ok(request)
        })
        .await
    }

    /// Writes in a request's conversation. What one of the staff writes who did not ask themselves is an answer, and who
    /// asked is written to; what others write waits for an answer, and who sees to it is written to.
    ///
    /// # Errors
    /// Not found, not allowed, closed already.
    pub async fn write_in_request(
        &self,
        actor: &Actor,
        new: NewRequestMessage,
        site: &str,
    ) -> Result<RequestMessage> {
        let request = self.get::<Request>(actor, new.request_id).await?;
        let author = actor.person().map(|signed| signed.id).unwrap_or_default();
        let answers = actor.is_staff() && author != request.asker_id;
        let complete = |message: &mut RequestMessage| {
            message.author_id = author;
            message.asker_id = request.asker_id;
            message.project_id = request.project_id;
        };
        self.create_and(
            actor,
            new,
            complete,
            async |tx: &mut Tx, message: RequestMessage| {
                if message.created_at != tx.now() {
                    return Ok(message);
                }
                let mut found = tx.present::<Request>(vec![request.id.0]).await?;
                let before = found.remove(&request.id.0).ok_or(Refusal::NotFound)?;
                let mut after = before.clone();
                let mut checks = Checks::default();
                after.converse(answers, &mut checks);
                checks.finish()?;
                let after = tx.update(&before, after).await?;
                if answers {
                    tx.tell_answered(&after, site).await?;
                } else {
                    let roster = roster(&tx.conn, today(tx.now())).await?;
                    tx.tell_to_answer(&after, minder(&roster, &after), Some(site))
                        .await?;
                }
                Ok(message)
            },
        )
        .await
    }

    /// Hands a request over to a colleague, or to whoever it belongs to now by its commune and subject.
    ///
    /// # Errors
    /// Not found, not allowed, a stale revision, closed, theirs already, not one of the staff.
    pub async fn hand_over_request(
        &self,
        actor: &Actor,
        id: RequestId,
        expected: i32,
        to: Option<PersonId>,
        note: Option<String>,
        site: &str,
    ) -> Result<Request> {
        let request = self.get::<Request>(actor, id).await?;
        let roster = self.roster().await?;
        let routed = roster.route(&code(request.commune_id), request.chantier_id);
        let to = to.or(routed.map(|routed| routed.owner)).unwrap_or_default();
        let now = self.mint.now();
        self.change_and(
            actor,
            request,
            expected,
            |_| Action::AnswerRequests,
            |request: &mut Request, checks| {
                checks.hold(roster.knows(to), "to", Invalid::Officer);
                request.hand_over(to, note, now, checks);
            },
            async |tx: &mut Tx, request: Request| {
                tx.tell_to_answer(&request, minder(&roster, &request), Some(site))
                    .await?;
                Ok(request)
            },
        )
        .await
    }

    /// Closes a request with what came of it; who asked may withdraw it.
    ///
    /// # Errors
    /// Not found, not allowed, a stale revision, closed already, nothing said of what came of it.
    pub async fn close_request(
        &self,
        actor: &Actor,
        id: RequestId,
        expected: i32,
        (conclusion, text): (Conclusion, String),
        site: &str,
    ) -> Result<Request> {
        let by = actor.person().map(|signed| signed.id).unwrap_or_default();
        let closing = Closing {
            conclusion,
            text,
            at: self.mint.now(),
            by,
        };
        let asking = |request: &Request| match conclusion {
            Conclusion::Withdrawn => Action::EditRequest {
                asker: request.asker_id,
            },
            Conclusion::Answered
            | Conclusion::Supported
            | Conclusion::PassedOn
            | Conclusion::Relayed
            | Conclusion::Nothing => Action::AnswerRequests,
        };
        let request = self.get::<Request>(actor, id).await?;
        self.change_and(
            actor,
            request,
            expected,
            asking,
            |request: &mut Request, checks| request.close(closing, checks),
            async |tx: &mut Tx, request: Request| {
                if request.asker_id != by {
                    tx.tell_answered(&request, site).await?;
                }
                Ok(request)
            },
        )
        .await
    }

    /// Opens a closed request again; whoever may write in its conversation may do so.
    ///
    /// # Errors
    /// Not found, a stale revision, not closed.
    pub async fn reopen_request(&self, actor: &Actor, id: RequestId, expected: i32) -> Result<Request> {
        let asking = |request: &Request| Action::FollowRequest {
            asker: request.asker_id,
            project: request.project_id,
        };
        self.change_as::<Request>(actor, id, expected, asking, Request::reopen)
            .await
    }
}

impl Tx {
    /// What somebody owned who is no more of the staff, or whose account is no more in use, becomes that of whoever is
    /// right now, who is written to.
    pub(crate) async fn pass_on_requests(&mut self, person: &Person) -> Result<()> {
        if person.state == Account::Active && person.role >= Role::Officer {
            return Ok(());
        }
        let owned = Query::select()
            .column("id")
            .from("request")
            .and_where(Expr::col("officer_id").eq(person.id))
            .and_where(Expr::col("state").ne(State::Closed))
            .take();
        let rows = self.conn.query_all(&owned).await?;
        let ids: Vec<Uuid> = rows
            .iter()
            .map(|row| row.try_get("", "id"))
            .collect::<std::result::Result<_, _>>()?;
        if ids.is_empty() {
            return Ok(());
        }
        let roster = roster(&self.conn, today(self.now())).await?;
        let now = self.now();
        let mut pairs = Vec::with_capacity(ids.len());
        for before in self.present::<Request>(ids).await?.into_values() {
            let routed = roster
                .route(&code(before.commune_id), before.chantier_id)
                .ok_or_else(|| Error::Corrupt("no account of the staff is in use".to_owned()))?;
            let mut after = before.clone();
            after.own(routed.owner, HandoverReason::Left, None, now);
            domain::record::Record::restate(&mut after, before.revision + 1, now);
            pairs.push((before, after));
        }
        if self.update_all(&pairs).await? < pairs.len() as u64 {
            return Err(Error::Corrupt(
                "requests that are locked were changed by another".to_owned(),
            ));
        }
        for (_, request) in &pairs {
            self.tell_to_answer(request, minder(&roster, request), None)
                .await?;
        }
        Ok(())
    }

    /// Writes to who has to see to a request, unless they asked themselves.
    async fn tell_to_answer(&self, request: &Request, minder: PersonId, site: Option<&str>) -> Result<()> {
        let Some(person) = self.reader(request, minder).await? else {
            return Ok(());
        };
        let link = site.map(|site| link(site, request));
        let (name, lang) = (&person.name, person.language);
        let letter = mail::request_to_answer(name, &request.title, request.due, link.as_deref(), lang);
        self.add_mail(&person, mail::Kind::RequestToAnswer, letter).await
    }

    /// Writes to who asked.
    async fn tell_answered(&self, request: &Request, site: &str) -> Result<()> {
        let found = self.find::<Person>(request.asker_id).await?;
        let Some(person) = found.filter(|person| person.state == Account::Active) else {
            return Ok(());
        };
        let link = link(site, request);
        let letter = mail::request_answered(&person.name, &request.title, &link, person.language);
        self.add_mail(&person, mail::Kind::RequestAnswered, letter).await
    }

    async fn reader(&self, request: &Request, minder: PersonId) -> Result<Option<Person>> {
        if minder == request.asker_id {
            return Ok(None);
        }
        self.find::<Person>(minder).await
    }
}
