//! Food policy councils: loaded with what is known of them, their seats, meetings, decisions and what came of these; and
//! votes, in which a seat has one ballot whatever comes at once.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use domain::council::vote::{Secrecy, State};
use domain::council::{
    ActionStep, Council, CouncilAction, CouncilMeeting, CouncilPatch, Decision, Endorsement, Evaluation,
    Filter, NewCouncil, NewCouncilAction, NewCouncilMeeting, NewDecision, NewEndorsement, NewEvaluation,
    NewSeat, NewSeatHolder, NewSharedItem, NewVote, Order, Phase, Progress, Seat, SeatHolder, SharedFilter,
    SharedItem, Status, Vote, VotePatch,
};
use domain::organisation::{NewOrganisation, Organisation};
use domain::page::Page;
use domain::person::Person;
use domain::policy::Role;
use domain::provenance::Provenance;
use domain::{Actor, CouncilId, RecordId, SeatId, VoteId};
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};
use store::{AsTheyCame, ByTitle, HistoryFilter, Relation, Store};
use testing::{editor, input, input_with, kept, member, officer, refused, signed, visitor};

/// A council with a coordinator, and three seats with their holders.
struct Table {
    council: Council,
    coordinator: Actor,
    seats: Vec<SeatId>,
    holders: Vec<Actor>,
}

async fn table(store: &Store) -> Table {
    let new = input::<NewOrganisation>(json!({"name": "Ceinture"}));
    let organisation = kept(store.create::<Organisation>(&editor(), new).await).id;
    let new =
        input::<NewCouncil>(json!({"name": "CPA Essai", "coordinatorIds": [organisation], "quorum": 60}));
    let council: Council = kept(store.create(&officer(), new).await);
    let partner = json!({"organisationId": organisation});
    let coordinator = signed(store, Role::Partner, partner).await.0;
    let (mut seats, mut holders) = (Vec::new(), Vec::new());
    for (place, category) in ["PRODUCTION", "SOCIAL", "CITIZENS"].into_iter().enumerate() {
        let seat = seat(store, &coordinator, council.id, json!({"category": category})).await;
        let email = json!({"email": format!("membre{place}@chantiers.test")});
        let person: Person = signed(store, Role::Member, email).await.1;
        let new = json!({"seatId": seat, "name": "Camille", "role": "HOLDER", "personId": person.id});
        kept(store.seat_holder(&editor(), input::<NewSeatHolder>(new)).await);
        holders.push(kept(store.actor_of(person.id).await).unwrap().0);
        seats.push(seat);
    }
    Table {
        council,
        coordinator: again(store, &coordinator).await,
        seats,
        holders,
    }
}

/// The person as the policy sees them now.
async fn again(store: &Store, actor: &Actor) -> Actor {
    kept(store.actor_of(actor.person().unwrap().id).await).unwrap().0
}

async fn seat(store: &Store, actor: &Actor, council: CouncilId, more: Value) -> SeatId {
    let all = json!({"councilId": council, "category": "SOCIAL", "label": "Un siège"});
    kept(
        store
            .create::<Seat>(&again(store, actor).await, input_with::<NewSeat>(all, more))
            .await,
    )
    .id
}

async fn draft(store: &Store, table: &Table, more: Value) -> Vote {
    let options = json!([{"key": "cantines", "label": "Cantines"}, {"key": "foncier", "label": "Foncier"}, {"key": "halle", "label": "Halle"}]);
    let all = json!({"councilId": table.council.id, "question": "Que faire d'abord ?", "method": "APPROVAL", "secrecy": "SECRET", "options": options});
    kept(
        store
            .create(&table.coordinator, input_with::<NewVote>(all, more))
            .await,
    )
}

async fn opened(store: &Store, table: &Table, more: Value) -> Vote {
    let vote = draft(store, table, more).await;
    kept(store.open_vote(&table.coordinator, vote.id, 1).await)
}

async fn cast(
    store: &Store,
    actor: &Actor,
    vote: VoteId,
    seat: SeatId,
    choices: &[&str],
) -> Result<Vote, store::Error> {
    let choices = choices.iter().map(|key| (*key).to_owned()).collect();
    store.cast_ballot(actor, vote, seat, choices).await
}

/// A number that the database answers.
async fn number(store: &Store, sql: &str) -> i64 {
    let connection = store.connection();
    let statement = Statement::from_string(connection.get_database_backend(), sql.to_owned());
    let row = connection.query_one_raw(statement).await.unwrap().unwrap();
    row.try_get_by_index(0).unwrap()
}

testing::both! {
    async fn the_councils_are_loaded_with_what_their_sources_say_and_nothing_more(store: Store) {
        kept(store.load_reference().await);
        let list = async |filter: Value| {
            let slice = store.list::<Council>(&input::<Filter>(filter), Order::Name, &Page::first(50)).await;
            kept(slice).edges.into_iter().map(|edge| edge.node).collect::<Vec<Council>>()
        };
        let all = list(json!({})).await;
        assert_eq!(all.len(), 10);
        let of = |name: &str| all.iter().find(|council| council.name.contains(name)).unwrap();
        let liege = of("Liège");
        assert_eq!((liege.status(), liege.members_count, liege.coordinator_ids.len(), liege.project_ids.len()), (Status::Installed, Some(180), 3, 1));
        assert_eq!(liege.phases[0].since.unwrap().to_string(), "2022-12");
        for unsaid in ["Verviers", "Anlier", "namurois", "Entre-Sambre-et-Meuse", "Hesbaye"] {
            assert_eq!(of(unsaid).status(), Status::Unknown, "{unsaid}");
        }
        assert_eq!(of("Wapi").status(), Status::InPreparation);
        assert!(all.iter().all(|council| council.quorum.is_none() && council.method.is_empty()));
        assert_eq!(list(json!({"statuses": ["INSTALLED"]})).await.len(), 4);
        assert_eq!(list(json!({"levels": ["REGIONAL", "COMMUNAL"]})).await.len(), 2);
        assert_eq!(list(json!({"text": "coeur hainaut"})).await.len(), 1);
        assert_eq!(list(json!({"organisation": liege.coordinator_ids[0]})).await.len(), 1);
        // Huy lies in the territory of Hesbaye-Meuse-Condroz, and all of it in the region.
        let around_huy: Vec<String> = list(json!({"territory": "61031"})).await.into_iter().map(|council| council.name).collect();
        assert_eq!(around_huy.len(), 2, "{around_huy:?}");
        let parents: Vec<RecordId> = vec![liege.id.into()];
        let sources = kept(store.related::<Provenance>(Relation::Field("recordId"), AsTheyCame, &Page::first(5), &parents).await);
        assert_eq!(sources[&parents[0]].edges.len(), 2);

        // What somebody changed stays when a next version is loaded.
        let patch = CouncilPatch { summary: Some("Relu avec la coordination".to_owned()).into(), ..CouncilPatch::of(liege.id, 1) };
        kept(store.edit::<Council>(&editor(), patch).await);
        let connection = store.connection();
        let sql = "UPDATE setting SET value = 'older' WHERE name = 'reference'".to_owned();
        connection.execute_raw(Statement::from_string(connection.get_database_backend(), sql)).await.unwrap();
        kept(store.load_reference().await);
        let after = list(json!({})).await;
        assert_eq!(after.len(), 10);
        let liege = after.iter().find(|council| council.name.contains("Liège")).unwrap();
        assert_eq!((liege.revision, liege.summary.as_deref()), (2, Some("Relu avec la coordination")));
    }
}

testing::both! {
    async fn a_council_is_kept_by_who_coordinates_it_and_by_staff(store: Store) {
        let table = table(&store).await;
        let other = signed(&store, Role::Partner, json!({"organisationId": kept(store.create::<Organisation>(&editor(), input::<NewOrganisation>(json!({"name": "Autre"}))).await).id, "email": "autre@chantiers.test"})).await.0;
        let name = |actor: Actor| {
            let (store, id) = (store.clone(), table.council.id);
            async move {
                let revision = kept(store.get::<Council>(&visitor(), id).await).revision;
                store.edit::<Council>(&actor, CouncilPatch { summary: Some(format!("{revision}")).into(), ..CouncilPatch::of(id, revision) }).await
            }
        };
        for actor in [table.coordinator.clone(), officer(), editor()] {
            kept(name(actor).await);
        }
        for (actor, code) in [(visitor(), "UNAUTHENTICATED"), (other.clone(), "FORBIDDEN"), (table.holders[0].clone(), "FORBIDDEN")] {
            assert_eq!(refused(name(actor).await), [code]);
        }
        assert_eq!(refused(store.create::<Council>(&table.coordinator, input(json!({"name": "Un autre"}))).await), ["FORBIDDEN"]);
        // Its life: states are kept, and a coordinator moves it.
        let phase = |status, reason: Option<&str>| Phase { status, since: None, reason: reason.map(str::to_owned) };
        let moved = kept(store.move_council(&table.coordinator, table.council.id, 4, phase(Status::Pilot, None)).await);
        assert_eq!(refused(store.move_council(&table.coordinator, moved.id, 5, phase(Status::InPreparation, None)).await), ["TRANSITION status"]);
        assert_eq!(refused(store.move_council(&table.coordinator, moved.id, 5, phase(Status::Dormant, None)).await), ["INVALID reason"]);
        let moved = kept(store.move_council(&table.coordinator, moved.id, 5, phase(Status::Installed, None)).await);
        assert_eq!((moved.status(), moved.phases.len()), (Status::Installed, 2));
        assert_eq!(refused(store.remove::<Council>(&editor(), moved.id, 6).await), ["IN_USE"]);
    }
}

testing::both! {
    async fn who_sits_is_told_to_few_and_known_under_the_seat_s_council(store: Store) {
        let table = table(&store).await;
        let parents = [RecordId::from(table.seats[0])];
        let slices = kept(store.related::<SeatHolder>(Relation::Column("seat_id"), AsTheyCame, &Page::default(), &parents).await);
        let holder = slices[&parents[0]].edges[0].node.clone();
        assert_eq!(holder.council_id, Some(table.council.id));
        for actor in [&table.coordinator, &officer(), &table.holders[0]] {
            kept(store.get::<SeatHolder>(actor, holder.id).await);
        }
        for actor in [visitor(), member(domain::ProjectId(uuid::Uuid::nil())), table.holders[1].clone()] {
            assert_eq!(refused(store.get::<SeatHolder>(&actor, holder.id).await), ["NOT_FOUND"]);
        }
        let history = kept(store.history(&table.holders[1], &HistoryFilter::default(), &Page::first(50)).await);
        assert!(history.edges.iter().all(|edge| edge.node.record != holder.id.into()));
        let second = json!({"seatId": table.seats[0], "name": "Dominique", "role": "HOLDER"});
        assert_eq!(refused(store.seat_holder(&table.coordinator, input(second.clone())).await), ["DUPLICATE role"]);
        kept(store.seat_holder(&table.coordinator, input_with::<NewSeatHolder>(second, json!({"role": "SUBSTITUTE"}))).await);
        // Somebody who coordinates one council has no say in another one's seats.
        let elsewhere: Council = kept(store.create(&editor(), input(json!({"name": "CPA Ailleurs"}))).await);
        let theirs = seat(&store, &signed(&store, Role::Editor, json!({})).await.0, elsewhere.id, json!({})).await;
        let new = json!({"seatId": theirs, "name": "Moi", "role": "HOLDER"});
        assert_eq!(refused(store.seat_holder(&table.coordinator, input(new)).await), ["FORBIDDEN"]);
        let meeting = json!({"councilId": table.council.id, "title": "Plénière", "state": "HELD", "attendance": [{"seatId": theirs, "presence": "PRESENT"}]});
        assert_eq!(refused(store.create::<CouncilMeeting>(&table.coordinator, input::<NewCouncilMeeting>(meeting)).await), ["INVALID attendance"]);
    }
}

testing::both! {
    async fn a_seat_votes_once_and_nobody_else_for_it(store: Store) {
        let table = table(&store).await;
        let vote = opened(&store, &table, json!({})).await;
        assert_eq!((vote.state, vote.seat_ids.len()), (State::Open, 3));
        kept(cast(&store, &table.holders[0], vote.id, table.seats[0], &["foncier", "cantines"]).await);
        assert_eq!(refused(cast(&store, &table.holders[0], vote.id, table.seats[0], &["halle"]).await), ["DUPLICATE seatId"]);
        assert_eq!(refused(cast(&store, &table.holders[0], vote.id, table.seats[1], &["halle"]).await), ["FORBIDDEN"]);
        for actor in [&table.coordinator, &officer(), &testing::administrator()] {
            assert_eq!(refused(cast(&store, actor, vote.id, table.seats[1], &["halle"]).await), ["FORBIDDEN"], "a secret ballot is the seat's own");
        }
        assert_eq!(refused(cast(&store, &visitor(), vote.id, table.seats[1], &["halle"]).await), ["UNAUTHENTICATED"]);
        assert_eq!(refused(cast(&store, &table.holders[1], vote.id, table.seats[1], &["halle", "halle"]).await), ["INVALID choices"]);
        assert_eq!(refused(cast(&store, &table.holders[1], vote.id, table.seats[1], &["gares"]).await), ["INVALID choices"]);
        // A seat that came after the opening has no vote here.
        let late = seat(&store, &table.coordinator, table.council.id, json!({})).await;
        let person = table.holders[2].person().unwrap().id;
        kept(store.seat_holder(&editor(), input(json!({"seatId": late, "name": "Camille", "role": "HOLDER", "personId": person}))).await);
        let actor = again(&store, &table.holders[2]).await;
        assert_eq!(refused(cast(&store, &actor, vote.id, late, &["halle"]).await), ["INVALID seatId"]);
        assert_eq!(refused(store.withdraw_vote(&table.coordinator, vote.id, 2, Some("Erreur".into())).await), ["INVALID state"]);
        let closed = kept(store.close_vote(&table.coordinator, vote.id, 2).await);
        let result = closed.result.clone().unwrap();
        assert_eq!((result.seats, result.ballots, result.blank), (3, 1, 0));
        assert_eq!(refused(cast(&store, &table.holders[1], vote.id, table.seats[1], &["halle"]).await), ["INVALID voteId"]);
        assert_eq!(refused(store.close_vote(&table.coordinator, vote.id, 3).await), ["TRANSITION state"]);
    }
}

testing::both! {
    async fn nothing_of_a_vote_is_changed_taken_back_or_removed_once_it_is_open(store: Store) {
        let table = table(&store).await;
        let vote = draft(&store, &table, json!({})).await;
        let ask = |question: &str, revision| VotePatch { question: domain::Patch::Value(question.to_owned()), ..VotePatch::of(vote.id, revision) };
        kept(store.edit::<Vote>(&table.coordinator, ask("Par quoi commencer ?", 1)).await);
        kept(store.open_vote(&table.coordinator, vote.id, 2).await);
        assert_eq!(refused(store.edit::<Vote>(&editor(), ask("Autre ?", 3)).await), ["INVALID question"]);
        kept(cast(&store, &table.holders[0], vote.id, table.seats[0], &["halle"]).await);
        let closed = kept(store.close_vote(&table.coordinator, vote.id, 3).await);
        for revision in [2, 3, 4] {
            let change = kept(store.change_of(&editor(), vote.id.into(), revision).await).unwrap();
            let codes = refused(store.undo(&editor(), change).await);
            assert_eq!(codes, ["UNDO_CONFLICT"], "revision {revision}");
        }
        let made = kept(store.change_of(&editor(), vote.id.into(), 1).await).unwrap();
        assert!(!refused(store.undo(&editor(), made).await).is_empty());
        assert_eq!(refused(store.remove::<Vote>(&editor(), vote.id, 4).await), ["INVALID state"]);
        assert_eq!(refused(store.remove::<Seat>(&editor(), table.seats[0], 1).await), ["IN_USE"]);
        assert_eq!(kept(store.get::<Vote>(&visitor(), vote.id).await), closed);
        let draft = draft(&store, &table, json!({})).await;
        kept(store.remove::<Vote>(&table.coordinator, draft.id, 1).await);
    }
}

testing::both! {
    async fn a_secret_ballot_is_kept_without_its_seat_its_time_or_its_voter(store: Store) {
        let table = table(&store).await;
        let vote = opened(&store, &table, json!({"method": "RANKING"})).await;
        let before = number(&store, "SELECT COUNT(*) FROM change").await;
        let told = number(&store, "SELECT COUNT(*) FROM feed").await;
        for (place, choices) in [["halle", "foncier"].as_slice(), &["halle"], &[]].into_iter().enumerate() {
            kept(cast(&store, &table.holders[place], vote.id, table.seats[place], choices).await);
        }
        assert_eq!(number(&store, "SELECT COUNT(*) FROM change").await, before, "no history tells of a ballot");
        assert_eq!(number(&store, "SELECT COUNT(*) FROM feed").await, told, "nor the feed");
        let voted = kept(store.voted(&[vote.id]).await);
        assert_eq!(voted[&vote.id], 3);
        assert!(kept(store.open_ballots(&[vote.id]).await)[&vote.id].is_empty());
        assert_eq!(number(&store, "SELECT COUNT(*) FROM ballot").await, 3);
        assert_eq!(number(&store, "SELECT COUNT(*) FROM vote_cast WHERE person_id IS NOT NULL").await, 0);
        let text = match store.engine() {
            store::Engine::Postgres => "choices::text",
            store::Engine::Sqlite => "CAST(choices AS TEXT)",
        };
        assert_eq!(number(&store, &format!("SELECT COUNT(*) FROM vote_cast WHERE {text} <> 'null'")).await, 0);
        // The rows stand in the order of their random names: neither their place nor who wrote them tells which came when.
        let disorder = match store.engine() {
            store::Engine::Postgres => "SELECT COUNT(*) FROM ballot a, ballot b WHERE (a.id < b.id) <> (a.ctid < b.ctid) AND a.id <> b.id OR a.xmin <> b.xmin",
            store::Engine::Sqlite => "SELECT COUNT(*) FROM ballot a, ballot b WHERE (a.id < b.id) <> (a.rowid < b.rowid)",
        };
        assert_eq!(number(&store, disorder).await, 0);
        assert_eq!(kept(store.get::<Vote>(&editor(), vote.id).await).result, None, "not even the totals before closing");
        let closed = kept(store.close_vote(&table.coordinator, vote.id, 2).await);
        let result = closed.result.unwrap();
        let lines: Vec<(&str, i32, i32, bool)> = result.lines.iter().map(|line| (line.key.as_str(), line.points, line.rank, line.tied)).collect();
        assert_eq!(lines, [("halle", 6, 1, false), ("foncier", 2, 2, false), ("cantines", 0, 3, false)]);
        assert_eq!((result.ballots, result.blank), (3, 1));
    }
}

testing::both! {
    async fn hands_are_noted_in_an_open_vote_and_ties_are_said(store: Store) {
        let table = table(&store).await;
        let vote = opened(&store, &table, json!({"secrecy": "OPEN"})).await;
        let officer = signed(&store, Role::Officer, json!({})).await.0;
        assert_eq!(vote.secrecy, Secrecy::Open);
        kept(cast(&store, &table.coordinator, vote.id, table.seats[0], &["halle"]).await);
        kept(cast(&store, &officer, vote.id, table.seats[1], &["cantines"]).await);
        assert_eq!(refused(cast(&store, &table.holders[0], vote.id, table.seats[0], &["halle"]).await), ["DUPLICATE seatId"]);
        let ballots = kept(store.open_ballots(&[vote.id]).await);
        assert_eq!(ballots[&vote.id].len(), 2);
        assert!(ballots[&vote.id].iter().any(|ballot| ballot.seat_id == table.seats[0] && ballot.choices == ["halle"]));
        let own = kept(store.voted_of(&[vote.id], &[table.seats[1], table.seats[2]]).await);
        assert_eq!(own[&vote.id], [table.seats[1]]);
        let result = kept(store.close_vote(&table.coordinator, vote.id, 2).await).result.unwrap();
        let lines: Vec<(&str, i32, bool)> = result.lines.iter().map(|line| (line.key.as_str(), line.rank, line.tied)).collect();
        assert_eq!(lines, [("cantines", 1, true), ("halle", 1, true), ("foncier", 3, false)]);
    }
}

testing::both! {
    async fn of_two_ballots_of_a_seat_at_once_one_counts(store: Store) {
        let table = table(&store).await;
        for secrecy in ["SECRET", "OPEN"] {
            let vote = opened(&store, &table, json!({"secrecy": secrecy})).await;
            let ballots = ["halle", "foncier", "cantines", "halle"].map(|choice| {
                let (store, actor, seat) = (store.clone(), table.holders[0].clone(), table.seats[0]);
                tokio::spawn(async move { cast(&store, &actor, vote.id, seat, &[choice]).await })
            });
            let mut codes = Vec::new();
            for ballot in ballots {
                let answer = ballot.await.unwrap();
                codes.push(if answer.is_ok() { vec!["OK".to_owned()] } else { refused(answer) });
            }
            codes.sort();
            let expected = [["DUPLICATE seatId"], ["DUPLICATE seatId"], ["DUPLICATE seatId"], ["OK"]];
            assert_eq!(codes, expected, "{secrecy}");
            let result = kept(store.close_vote(&table.coordinator, vote.id, 2).await).result.unwrap();
            assert_eq!((result.ballots, result.lines.iter().map(|line| line.points).sum::<i32>()), (1, 1), "{secrecy}");
        }
    }
}

testing::both! {
    async fn a_ballot_that_comes_with_the_closing_is_counted_or_refused(store: Store) {
        let table = table(&store).await;
        for round in 0..6 {
            let secrecy = if round % 2 == 0 { "SECRET" } else { "OPEN" };
            let vote = opened(&store, &table, json!({"secrecy": secrecy})).await;
            let casting = table.holders.iter().zip(&table.seats).map(|(holder, seat)| {
                let (store, actor, seat) = (store.clone(), holder.clone(), *seat);
                tokio::spawn(async move { cast(&store, &actor, vote.id, seat, &["halle"]).await })
            });
            let casting: Vec<_> = casting.collect();
            let closing = {
                let (store, actor) = (store.clone(), table.coordinator.clone());
                tokio::spawn(async move { store.close_vote(&actor, vote.id, 2).await })
            };
            let mut counted = 0;
            for ballot in casting {
                let answer = ballot.await.unwrap();
                if answer.is_ok() {
                    counted += 1;
                } else {
                    assert_eq!(refused(answer), ["INVALID voteId"]);
                }
            }
            let result = kept(closing.await.unwrap()).result.unwrap();
            assert_eq!(result.ballots, counted, "round {round}: every ballot that was taken is counted");
            assert_eq!(kept(store.voted(&[vote.id]).await)[&vote.id], u64::try_from(counted).unwrap());
        }
    }
}

testing::both! {
    async fn a_decision_leads_to_actions_and_a_year_is_evaluated_once(store: Store) {
        let table = table(&store).await;
        let actor = &table.coordinator;
        let of = |more: Value| input_with::<Value>(json!({"councilId": table.council.id, "title": "x"}), more);
        let attendance = json!([{"seatId": table.seats[0], "presence": "PRESENT"}, {"seatId": table.seats[1], "presence": "REPRESENTED"}]);
        let meeting: CouncilMeeting = kept(store.create(actor, input::<NewCouncilMeeting>(of(json!({"on": "2026-03-10", "state": "HELD", "attendance": attendance})))).await);
        let vote = opened(&store, &table, json!({"meetingId": meeting.id})).await;
        let elsewhere: Council = kept(store.create(&editor(), input(json!({"name": "CPA Ailleurs"}))).await);
        let new = json!({"councilId": elsewhere.id, "title": "x", "meetingId": meeting.id});
        assert_eq!(refused(store.create::<Decision>(&editor(), input(new)).await), ["INVALID meetingId"]);
        let decision: Decision = kept(store.create(actor, input::<NewDecision>(of(json!({"meetingId": meeting.id, "voteId": vote.id})))).await);
        let new = input::<NewCouncilAction>(json!({"decisionId": decision.id, "title": "Cahier des charges", "due": "2026-06"}));
        let action: CouncilAction = kept(store.plan_council_action(actor, new).await);
        assert_eq!((action.council_id, action.progress()), (Some(table.council.id), Progress::Planned));
        let step = |progress, reason: Option<&str>| ActionStep { progress, since: None, reason: reason.map(str::to_owned) };
        assert_eq!(refused(store.advance_council_action(actor, action.id, 1, step(Progress::Abandoned, None)).await), ["INVALID reason"]);
        let action = kept(store.advance_council_action(actor, action.id, 1, step(Progress::Abandoned, Some("Pas de budget"))).await);
        assert_eq!(action.steps.len(), 1);
        assert_eq!(refused(store.advance_council_action(&table.holders[0], action.id, 2, step(Progress::UnderWay, None)).await), ["FORBIDDEN"]);
        let year = |more: Value| input::<NewEvaluation>(input_with::<Value>(json!({"councilId": table.council.id, "year": 2026, "achieved": "Une cantine"}), more));
        assert_eq!(refused(store.create::<Evaluation>(actor, year(json!({}))).await), ["INVALID failed"]);
        kept(store.create::<Evaluation>(actor, year(json!({"failed": "Le cahier des charges, faute de budget"}))).await);
        assert_eq!(refused(store.create::<Evaluation>(actor, year(json!({"nothingFailed": true}))).await), ["DUPLICATE year"]);
        let figures = kept(store.council_figures(&[table.council.id, elsewhere.id]).await);
        let told = &figures[&table.council.id];
        assert_eq!((told.meetings_held, told.votes_closed, told.decisions, told.evaluations), (1, 0, 1, 1));
        assert!(told.actions.contains(&(Progress::Abandoned, 1)));
        assert_eq!(figures[&elsewhere.id].decisions, 0);
        // The council's history tells of all that belongs to it.
        let around = HistoryFilter { record: Some(table.council.id.into()), around: true, ..HistoryFilter::default() };
        let history = kept(store.history(&visitor(), &around, &Page::first(100)).await);
        for record in [RecordId::from(meeting.id), decision.id.into(), action.id.into(), vote.id.into()] {
            assert!(history.edges.iter().any(|edge| edge.node.record == record), "{record}");
        }
    }
}

testing::both! {
    async fn councils_share_and_each_says_what_it_thinks(store: Store) {
        let table = table(&store).await;
        let other: Council = kept(store.create(&editor(), input(json!({"name": "CPA Ailleurs"}))).await);
        let new = json!({"kind": "MEMORANDUM", "title": "Mémorandum", "proposerId": table.council.id});
        let item: SharedItem = kept(store.create(&table.coordinator, input::<NewSharedItem>(new)).await);
        let of_the_cell = json!({"kind": "WORKSHOP", "title": "Atelier"});
        assert_eq!(refused(store.create::<SharedItem>(&table.coordinator, input(of_the_cell.clone())).await), ["FORBIDDEN"]);
        kept(store.create::<SharedItem>(&officer(), input(of_the_cell)).await);
        let say = |council: CouncilId, more: Value| input::<NewEndorsement>(input_with::<Value>(json!({"itemId": item.id, "councilId": council, "state": "ENDORSED"}), more));
        kept(store.create::<Endorsement>(&table.coordinator, say(table.council.id, json!({}))).await);
        assert_eq!(refused(store.create::<Endorsement>(&table.coordinator, say(table.council.id, json!({}))).await), ["DUPLICATE councilId"]);
        assert_eq!(refused(store.create::<Endorsement>(&table.coordinator, say(other.id, json!({}))).await), ["FORBIDDEN"]);
        assert_eq!(refused(store.create::<Endorsement>(&officer(), say(other.id, json!({"state": "DECLINED"}))).await), ["INVALID reason"]);
        kept(store.create::<Endorsement>(&officer(), say(other.id, json!({"state": "DECLINED", "reason": "Trop tôt"}))).await);
        let list = async |filter: Value| {
            let slice = store.list::<SharedItem>(&input::<SharedFilter>(filter), ByTitle, &Page::default()).await;
            kept(slice).edges.len()
        };
        assert_eq!(list(json!({})).await, 2);
        assert_eq!(list(json!({"council": other.id})).await, 1);
        assert_eq!(list(json!({"kinds": ["WORKSHOP"]})).await, 1);
        assert_eq!(list(json!({"text": "memorandum"})).await, 1);
    }
}
