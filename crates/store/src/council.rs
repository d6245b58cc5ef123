//! Food policy councils as rows: the council itself, its seats and who sits on them, its meetings, decisions, actions and
//! evaluations, and what councils share. Votes and their ballots are in `vote`.

mod figures;
mod vote;

use std::collections::HashMap;

use domain::check::Checks;
use domain::council::vote::tally::Tally;
use domain::council::vote::{Choice, Method, Secrecy, State};
use domain::council::{
    ActionStep, Attendance, Category, Council, CouncilAction, CouncilMeeting, Decision, Document,
    Endorsement, EndorsementState, Evaluation, Filter, HolderRole, Level, MeetingState, MethodStep,
    NewCouncilAction, NewSeatHolder, Order, Phase, Progress, Seat, SeatHolder, SharedFilter, SharedItem,
    SharedKind, Status, Vote,
};
use domain::date::PartialDate;
use domain::policy::Actor;
use domain::refusal::Invalid;
use domain::text::fold;
use domain::{
    CouncilActionId, CouncilId, CouncilMeetingId, DecisionId, OrganisationId, PersonId, ProjectId, Refusal,
    SeatId, SharedItemId, TerritoryId, VoteId,
};
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{Condition, Expr, ExprTrait, Query};
use uuid::Uuid;

use crate::chantier::ByTitle;
use crate::connect::Store;
use crate::error::Result;
use crate::filter::Narrow;
use crate::list::{Listed, plain_list};
use crate::page::{Column, Key};
use crate::record::{all, selecting};
use crate::write::Tx;

pub use figures::CouncilFigures;
pub use vote::Ballot;

stored! {
    Council, council_row, "council";
    plain {
        name: String,
        level: Level,
        territory_id: Option<TerritoryId>,
        coordination_note: Option<String>,
        created: Option<PartialDate>,
        members_count: Option<i32>,
        members_as_of: Option<PartialDate>,
        mode_of_work: Option<String>,
        quorum: Option<i32>,
        website: Option<String>,
        summary: Option<String>,
    }
    json {
        aliases: Vec<String>,
        coordinator_ids: Vec<OrganisationId>,
        partner_ids: Vec<OrganisationId>,
        project_ids: Vec<ProjectId>,
        texts: Vec<Document>,
        method: Vec<MethodStep>,
        phases: Vec<Phase>,
    }
    derived {
        order_key: String = |council| fold(&council.name),
        status: Status = |council| council.status(),
    }
}

stored! {
    Seat, seat_row, "seat";
    plain {
        council_id: CouncilId,
        category: Category,
        label: String,
        organisation_id: Option<OrganisationId>,
        commune_id: Option<TerritoryId>,
        mandate_from: Option<PartialDate>,
        mandate_to: Option<PartialDate>,
    }
    json {}
    derived {}
}

stored! {
    SeatHolder, seat_holder_row, "seat_holder";
    plain {
        seat_id: SeatId,
        council_id: Option<CouncilId>,
        name: String,
        role: HolderRole,
        person_id: Option<PersonId>,
    }
    json {}
    derived {
        holder_of: Option<Uuid> = |holder| (holder.role == HolderRole::Holder).then_some(holder.seat_id.0),
    }
    check check_seat_holder;
}

stored! {
    CouncilMeeting, council_meeting_row, "council_meeting";
    plain {
        council_id: CouncilId,
        title: String,
        on: Option<PartialDate>,
        time: Option<String>,
        place: Option<String>,
        state: MeetingState,
        minutes: Option<String>,
    }
    json {
        agenda: Vec<String>,
        attendance: Vec<Attendance>,
        documents: Vec<Document>,
    }
    derived {}
    check check_meeting;
}

stored! {
    Vote, vote_row, "vote";
    plain {
        council_id: CouncilId,
        question: String,
        method: Method,
        secrecy: Secrecy,
        meeting_id: Option<CouncilMeetingId>,
        closes_at: Option<DateTimeUtc>,
        note: Option<String>,
        state: State,
        opened_at: Option<DateTimeUtc>,
        ended_at: Option<DateTimeUtc>,
        reason: Option<String>,
    }
    json {
        options: Vec<Choice>,
        seat_ids: Vec<SeatId>,
        result: Option<Tally>,
    }
    derived {}
    check check_vote;
    check_out keep_vote;
}

stored! {
    Decision, decision_row, "decision";
    plain {
        council_id: CouncilId,
        title: String,
        text: Option<String>,
        on: Option<PartialDate>,
        meeting_id: Option<CouncilMeetingId>,
        vote_id: Option<VoteId>,
    }
    json {}
    derived {}
    check check_decision;
}

stored! {
    CouncilAction, council_action_row, "council_action";
    plain {
        decision_id: DecisionId,
        council_id: Option<CouncilId>,
        title: String,
        responsible_id: Option<OrganisationId>,
        responsible_note: Option<String>,
        due: Option<PartialDate>,
        note: Option<String>,
    }
    json {
        steps: Vec<ActionStep>,
    }
    derived {
        progress: Progress = |action| action.progress(),
    }
    check check_council_action;
}

stored! {
    Evaluation, evaluation_row, "evaluation";
    plain {
        council_id: CouncilId,
        year: i32,
        achieved: String,
        failed: Option<String>,
        nothing_failed: bool,
        learnt: Option<String>,
    }
    json {}
    derived {}
}

stored! {
    SharedItem, shared_item_row, "shared_item";
    plain {
        kind: SharedKind,
        title: String,
        proposer_id: Option<CouncilId>,
        text: Option<String>,
        on: Option<PartialDate>,
        place: Option<String>,
    }
    json {
        documents: Vec<Document>,
    }
    derived {
        order_key: String = |item| fold(&item.title),
    }
}

stored! {
    Endorsement, endorsement_row, "endorsement";
    plain {
        item_id: SharedItemId,
        council_id: CouncilId,
        state: EndorsementState,
        on: Option<PartialDate>,
        reason: Option<String>,
    }
    json {}
    derived {}
}

plain_list!(Seat, "seat");
plain_list!(SeatHolder, "seat_holder");
plain_list!(CouncilMeeting, "council_meeting");
plain_list!(Vote, "vote");
plain_list!(Decision, "decision");
plain_list!(CouncilAction, "council_action");
plain_list!(Evaluation, "evaluation");
plain_list!(Endorsement, "endorsement");

impl Listed for Council {
    type Filter = Filter;
    type Order = Order;

    fn organisations(filter: &mut Filter) -> Vec<&mut OrganisationId> {
        filter.organisation.iter_mut().collect()
    }

    fn condition(filter: &Filter) -> Condition {
        let Filter {
            statuses,
            levels,
            organisation,
            territory,
            text,
        } = filter;
        Narrow::of("council")
            .any_of("status", statuses.as_ref())
            .any_of("level", levels.as_ref())
            .linked(
                &["coordinatorIds", "partnerIds"],
                organisation.map(|id| vec![id.into()]),
            )
            .placed(*territory)
            .text(text.as_ref())
            .build()
    }

    fn column(order: Order) -> Column {
        match order {
            Order::Name => Column {
                name: "order_key",
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
            Order::Name => Key::Text(fold(&self.name)),
            Order::UpdatedLast => Key::Time(self.updated_at),
        }
    }
}

impl Listed for SharedItem {
    type Filter = SharedFilter;
    type Order = ByTitle;

    fn condition(filter: &SharedFilter) -> Condition {
        let SharedFilter { kinds, council, text } = filter;
        let of = |council: CouncilId| {
            let endorsed = Query::select()
                .column("item_id")
                .from("endorsement")
                .and_where(Expr::col("council_id").eq(council))
                .take();
            Expr::col(("shared_item", "proposer_id"))
                .eq(council)
                .or(Expr::col(("shared_item", "id")).in_subquery(endorsed))
        };
        Narrow::of("shared_item")
            .any_of("kind", kinds.as_ref())
            .and(council.map(of))
            .text(text.as_ref())
            .build()
    }

    fn column(_order: ByTitle) -> Column {
        Column {
            name: "order_key",
            descending: false,
            of: crate::page::Kind::Text,
        }
    }

    fn key(&self, _order: ByTitle) -> Key {
        Key::Text(fold(&self.title))
    }
}

impl Store {
    /// Moves a council to another state; the earlier ones are kept.
    ///
    /// # Errors
    /// Not found, not allowed, a stale revision, a move that does not exist, no reason where one is needed.
    pub async fn move_council(
        &self,
        actor: &Actor,
        id: CouncilId,
        expected: i32,
        phase: Phase,
    ) -> Result<Council> {
        let today = self.mint.now().date_naive();
        self.change::<Council>(actor, id, expected, |council, checks: &mut Checks| {
            council.enter(phase, today, checks);
        })
        .await
    }

    /// Says who sits on a seat.
    ///
    /// # Errors
    /// A seat that does not exist or has a holder already, not allowed.
    pub async fn seat_holder(&self, actor: &Actor, new: NewSeatHolder) -> Result<SeatHolder> {
        let council = self.find::<Seat>(new.seat_id).await?.map(|seat| seat.council_id);
        self.create_with::<SeatHolder>(actor, new, |holder| holder.council_id = council)
            .await
    }

    /// Makes an action of a decision.
    ///
    /// # Errors
    /// A decision that does not exist, not allowed.
    pub async fn plan_council_action(&self, actor: &Actor, new: NewCouncilAction) -> Result<CouncilAction> {
        let decision = self.find::<Decision>(new.decision_id).await?;
        let council = decision.map(|decision| decision.council_id);
        self.create_with::<CouncilAction>(actor, new, |action| action.council_id = council)
            .await
    }

    /// Says how far an action has come; the earlier steps are kept.
    ///
    /// # Errors
    /// Not found, not allowed, a stale revision, a step that does not follow, no reason where it is given up.
    pub async fn advance_council_action(
        &self,
        actor: &Actor,
        id: CouncilActionId,
        expected: i32,
        step: ActionStep,
    ) -> Result<CouncilAction> {
        self.change::<CouncilAction>(actor, id, expected, |action, checks| action.advance(step, checks))
            .await
    }

    /// All seats of these councils, for what is worked out from all of them.
    ///
    /// # Errors
    /// A database fault.
    pub async fn seats_of(&self, councils: &[CouncilId]) -> Result<HashMap<CouncilId, Vec<Seat>>> {
        let query = selecting::<Seat>()
            .and_where(Expr::col(("seat", "council_id")).is_in(councils.iter().copied()))
            .order_by(("seat", "created_at"), sea_orm::sea_query::Order::Asc)
            .order_by(("seat", "id"), sea_orm::sea_query::Order::Asc)
            .take();
        let mut seats: HashMap<CouncilId, Vec<Seat>> = councils.iter().map(|id| (*id, Vec::new())).collect();
        for seat in all::<Seat>(&self.reading, &query).await? {
            seats.entry(seat.council_id).or_default().push(seat);
        }
        Ok(seats)
    }
}

impl Tx {
    /// Refuses a field that names records of another council.
    async fn of_council(
        &self,
        table: &'static str,
        ids: impl IntoIterator<Item = Uuid> + Send,
        council: Option<CouncilId>,
        field: &str,
    ) -> Result<()> {
        let ids: Vec<Uuid> = ids.into_iter().collect();
        if ids.is_empty() {
            return Ok(());
        }
        let count = ids.len();
        let query = Query::select()
            .expr_as(Expr::col("id").count(), "count")
            .from(table)
            .and_where(Expr::col("id").is_in(ids))
            .and_where(Expr::col("council_id").eq(council))
            .take();
        let row = self.conn.query_one(&query).await?;
        let found: i64 = row.map(|row| row.try_get("", "count")).transpose()?.unwrap_or(0);
        if usize::try_from(found).ok() == Some(count) {
            Ok(())
        } else {
            Err(Refusal::Invalid {
                field: field.to_owned(),
                why: Invalid::Reference,
            }
            .into())
        }
    }

    /// Who sits on a seat is known under the seat's council.
    pub(crate) async fn check_seat_holder(&self, holder: &SeatHolder) -> Result<()> {
        self.of_council("seat", [holder.seat_id.0], holder.council_id, "seatId")
            .await
    }

    /// Who was at a meeting sits in its council.
    pub(crate) async fn check_meeting(&self, meeting: &CouncilMeeting) -> Result<()> {
        let seats = meeting.attendance.iter().map(|it| it.seat_id.0);
        self.of_council("seat", seats, Some(meeting.council_id), "attendance")
            .await
    }

    /// A decision's meeting and vote are of its council.
    pub(crate) async fn check_decision(&self, decision: &Decision) -> Result<()> {
        let council = Some(decision.council_id);
        let meeting = decision.meeting_id.map(|id| id.0);
        self.of_council("council_meeting", meeting, council, "meetingId")
            .await?;
        let vote = decision.vote_id.map(|id| id.0);
        self.of_council("vote", vote, council, "voteId").await
    }

    /// An action is known under its decision's council.
    pub(crate) async fn check_council_action(&self, action: &CouncilAction) -> Result<()> {
        let decision = [action.decision_id.0];
        self.of_council("decision", decision, action.council_id, "decisionId")
            .await
    }
}
