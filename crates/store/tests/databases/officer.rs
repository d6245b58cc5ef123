//! The officers: each of the communes reaches the right one, also while they are away; what is asked goes its way; and the
//! desk, with its silences and what is late.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use domain::chantier::{
    Chantier, Filter as ChantierFilter, NewParticipation, NewStep, Order as ChantierOrder, Participation,
    Step,
};
use domain::gazetteer::GAZETTEER;
use domain::officer::{
    Absence, AbsencePatch, FollowUpKind, HeardBy, NewAbsence, NewPortfolio, Portfolio, PortfolioPatch,
};
use domain::page::Page;
use domain::person::{Person, PersonPatch};
use domain::policy::Role;
use domain::project::{Membership, NewMembership, NewNote, NewProject, Project, ProjectPatch};
use domain::request::{
    Conclusion, Filter, HandoverReason, NewRequest, NewRequestMessage, Order, Request, RequestMessage, State,
};
use domain::{Actor, PersonId, ProjectId, RecordId, RequestId};
use serde_json::{Value, json};
use store::{AsTheyCame, Relation, Store};
use testing::{administrator, editor, input, input_with, kept, refused, signed, visitor};

const SITE: &str = "https://chantiers.example";
const NAMUR: &str = "92094";
const PROFONDEVILLE: &str = "92101";
const ARLON: &str = "81001";

async fn staff(store: &Store, name: &str, role: Role) -> (Actor, Person) {
    let email = format!("{}@cellule.test", name.to_lowercase());
    signed(
        store,
        role,
        json!({"name": name, "email": email, "language": "NL"}),
    )
    .await
}

async fn follows(store: &Store, person: PersonId, territory: &str, more: Value) -> Portfolio {
    let all = json!({"personId": person, "territoryId": territory});
    kept(
        store
            .create(&editor(), input_with::<NewPortfolio>(all, more))
            .await,
    )
}

async fn away(store: &Store, actor: &Actor, person: PersonId, more: Value) -> Absence {
    let all = json!({"personId": person, "starts": "2026-11-20", "ends": "2026-11-30"});
    kept(store.create(actor, input_with::<NewAbsence>(all, more)).await)
}

fn asking(more: Value) -> NewRequest {
    let all = json!({"kind": "QUESTION", "communeId": NAMUR, "title": "Un abattoir?", "text": "Où?"});
    input_with(all, more)
}

async fn ask(store: &Store, actor: &Actor, more: Value) -> Request {
    kept(store.ask_officer(actor, asking(more), SITE).await)
}

async fn write(store: &Store, actor: &Actor, request: RequestId, text: &str) -> RequestMessage {
    let new = input::<NewRequestMessage>(json!({"requestId": request, "text": text}));
    kept(store.write_in_request(actor, new, SITE).await)
}

async fn set(store: &Store, person: PersonId, what: Value) {
    let now: Person = kept(store.get(&administrator(), person).await);
    let patch = input_with::<PersonPatch>(json!({"id": person, "expectedRevision": now.revision}), what);
    kept(store.edit::<Person>(&administrator(), patch).await);
}

async fn project(store: &Store, more: Value) -> Project {
    kept(
        store
            .create(
                &editor(),
                input_with::<NewProject>(json!({"title": "Légumerie", "territoryIds": [NAMUR]}), more),
            )
            .await,
    )
}

/// Somebody who takes part in a project.
async fn member_of(store: &Store, project: ProjectId, name: &str) -> (Actor, Person) {
    let (_, person) = staff(store, name, Role::Member).await;
    let membership = json!({"projectId": project, "personId": person.id, "role": "MEMBER"});
    kept(
        store
            .create::<Membership>(&editor(), input::<NewMembership>(membership))
            .await,
    );
    kept(store.actor_of(person.id).await).unwrap()
}

/// To whom the outbox holds letters that wait, the last first, with their subjects.
async fn letters(store: &Store) -> Vec<String> {
    let slice = kept(store.mails(&administrator(), Some(true), &Page::first(50)).await);
    let mails = slice.edges.into_iter().map(|edge| edge.node);
    mails
        .map(|mail| format!("{} {}", mail.to.replace("@cellule.test", ""), mail.subject))
        .collect()
}

async fn minding(store: &Store, officer: &Actor) -> Vec<RequestId> {
    let person = officer.person().unwrap().id;
    let desk = kept(store.desk(officer, person).await);
    desk.requests.into_iter().map(|request| request.id).collect()
}

testing::both! {
    async fn a_request_from_each_of_the_261_communes_reaches_the_right_officer(store: Store) {
        kept(store.load_reference().await);
        let provinces = [("20002", "Odile"), ("50000", "Hugo"), ("60000", "Lise"), ("80000", "Luc"), ("90000", "Nadia")];
        let mut officers = std::collections::HashMap::new();
        for (province, name) in provinces {
            let (actor, person) = staff(&store, name, Role::Officer).await;
            follows(&store, person.id, province, json!({})).await;
            officers.insert(province.to_owned(), (actor, person.id));
        }
        let (city, in_town) = staff(&store, "Cité", Role::Officer).await;
        follows(&store, in_town.id, NAMUR, json!({})).await;
        let (anne, _) = staff(&store, "Anne", Role::Member).await;
        let (luc, hugo) = (officers["80000"].clone(), officers["50000"].clone());
        away(&store, &luc.0, luc.1, json!({"substituteId": hugo.1})).await;
        for commune in GAZETTEER.all() {
            let request = ask(&store, &anne, json!({"communeId": commune.nis, "text": commune.name})).await;
            let right = if commune.nis.to_string() == NAMUR { in_town.id } else { officers[&commune.province.to_string()].1 };
            assert_eq!(request.officer_id, right, "{}", commune.name);
            assert_eq!(request.handovers.len(), 1);
        }
        let mut reached = vec![("Cité", minding(&store, &city).await.len())];
        for (province, name) in provinces {
            // A desk shows at most 200.
            reached.push((name, minding(&store, &officers[province].0).await.len()));
        }
        let count = |province: &str| GAZETTEER.all().iter().filter(|commune| commune.province.to_string() == province).count();
        let (of_hugo, of_luc) = (count("50000"), count("80000"));
        let expected = [("Cité", 1), ("Odile", count("20002")), ("Hugo", of_hugo + of_luc), ("Lise", count("60000")), ("Luc", 0), ("Nadia", count("90000") - 1)];
        assert_eq!(reached, expected, "while Luc is away, Hugo sees to what is his");
        let before = store.statements();
        kept(store.roster().await);
        assert_eq!(store.statements() - before, 4, "whoever and how many they are");
    }
}

testing::both! {
    async fn it_is_answered_handed_over_and_closed_and_each_is_written_to_in_their_language(store: Store) {
        kept(store.load_reference().await);
        let (nadia, officer) = staff(&store, "Nadia", Role::Officer).await;
        let (hugo, colleague) = staff(&store, "Hugo", Role::Officer).await;
        follows(&store, officer.id, "90000", json!({})).await;
        let legumerie = project(&store, json!({})).await;
        let (anne, asker) = member_of(&store, legumerie.id, "Anne").await;
        let (ben, _) = member_of(&store, legumerie.id, "Ben").await;
        let (stranger, _) = staff(&store, "Zoé", Role::Member).await;

        assert_eq!(refused(store.ask_officer(&visitor(), asking(json!({})), SITE).await), ["UNAUTHENTICATED"]);
        let in_its_name = json!({"projectId": legumerie.id, "clientMutationId": "une"});
        assert_eq!(refused(store.ask_officer(&stranger, asking(in_its_name.clone()), SITE).await), ["FORBIDDEN"]);
        assert_eq!(refused(store.ask_officer(&anne, asking(json!({"communeId": "90000", "title": " "})), SITE).await), ["REQUIRED title", "INVALID communeId"]);
        let asked = ask(&store, &anne, in_its_name.clone()).await;
        assert_eq!((asked.asker_id, asked.officer_id, asked.state), (asker.id, officer.id, State::Open));
        assert_eq!(asked.due.unwrap().to_string(), "2026-12-01");
        assert_eq!(ask(&store, &anne, in_its_name).await.id, asked.id, "a retry asks once");
        assert_eq!(letters(&store).await, ["nadia Te beantwoorden: Un abattoir?"]);
        assert_eq!(kept(store.get::<Request>(&ben, asked.id).await), asked, "the project reads it");
        for actor in [visitor(), stranger.clone()] {
            assert_eq!(refused(store.get::<Request>(&actor, asked.id).await), ["NOT_FOUND"]);
            let new = input::<NewRequestMessage>(json!({"requestId": asked.id, "text": "Moi aussi"}));
            assert_eq!(refused(store.write_in_request(&actor, new, SITE).await), ["NOT_FOUND"]);
        }

        write(&store, &nadia, asked.id, "À Ciney").await;
        let answered: Request = kept(store.get(&anne, asked.id).await);
        assert_eq!((answered.state, answered.revision), (State::Answered, 2));
        assert_eq!(letters(&store).await[0], "anne Antwoord: Un abattoir?");
        write(&store, &ben, asked.id, "Et plus près?").await;
        assert_eq!(letters(&store).await[0], "nadia Te beantwoorden: Un abattoir?");

        assert_eq!(refused(store.hand_over_request(&anne, asked.id, 3, Some(colleague.id), None, SITE).await), ["FORBIDDEN"]);
        assert_eq!(refused(store.hand_over_request(&nadia, asked.id, 2, Some(colleague.id), None, SITE).await), ["STALE_REVISION expectedRevision"]);
        assert_eq!(refused(store.hand_over_request(&nadia, asked.id, 3, Some(asker.id), None, SITE).await), ["INVALID to"]);
        assert_eq!(refused(store.hand_over_request(&nadia, asked.id, 3, None, None, SITE).await), ["INVALID to"], "it is hers by its place");
        let handed = kept(store.hand_over_request(&nadia, asked.id, 3, Some(colleague.id), Some("Tu connais".into()), SITE).await);
        assert_eq!((handed.officer_id, handed.state, handed.handovers.len()), (colleague.id, State::Open, 2));
        assert_eq!(letters(&store).await[0], "hugo Te beantwoorden: Un abattoir?");
        assert_eq!((minding(&store, &hugo).await, minding(&store, &nadia).await), (vec![asked.id], Vec::new()));

        let came = |conclusion, text: &str| (conclusion, text.to_owned());
        assert_eq!(refused(store.close_request(&ben, asked.id, 4, came(Conclusion::Answered, "Bien"), SITE).await), ["FORBIDDEN"]);
        assert_eq!(refused(store.close_request(&hugo, asked.id, 4, came(Conclusion::Nothing, " "), SITE).await), ["REQUIRED text"]);
        let closed = kept(store.close_request(&hugo, asked.id, 4, came(Conclusion::Supported, "Visite du 3 décembre"), SITE).await);
        assert_eq!(closed.closing.as_ref().unwrap().by, colleague.id);
        assert_eq!(letters(&store).await[0], "anne Antwoord: Un abattoir?");
        assert!(minding(&store, &hugo).await.is_empty());
        let late = input::<NewRequestMessage>(json!({"requestId": asked.id, "text": "Merci"}));
        assert_eq!(refused(store.write_in_request(&anne, late, SITE).await), ["TRANSITION state"]);
        let opened = kept(store.reopen_request(&anne, asked.id, 5).await);
        assert_eq!((opened.state, opened.closing), (State::Open, None));
        let withdrawn = kept(store.close_request(&anne, asked.id, 6, came(Conclusion::Withdrawn, "Trouvé"), SITE).await);
        assert_eq!(withdrawn.state, State::Closed);
        let messages = kept(store.related::<RequestMessage>(Relation::Column("request_id"), AsTheyCame, &Page::default(), &[asked.id.into()]).await);
        let texts: Vec<String> = messages[&RecordId::from(asked.id)].edges.iter().map(|edge| edge.node.text.clone()).collect();
        assert_eq!(texts, ["À Ciney", "Et plus près?"]);
        let list = async |filter: Value| kept(store.list::<Request>(&input::<Filter>(filter), Order::Due, &Page::default()).await).edges.len();
        assert_eq!(list(json!({"asker": asker.id, "states": ["CLOSED"], "territory": "90000"})).await, 1);
        assert_eq!(list(json!({"territory": ARLON})).await, 0);
        assert_eq!(list(json!({"project": legumerie.id, "officer": colleague.id, "dueTo": "2026-11-30"})).await, 0);
    }
}

testing::both! {
    async fn what_somebody_owned_who_leaves_becomes_that_of_whoever_is_right_then(store: Store) {
        kept(store.load_reference().await);
        let (_, nadia) = staff(&store, "Nadia", Role::Officer).await;
        let (hugo, region) = staff(&store, "Hugo", Role::Officer).await;
        let (ida, other) = staff(&store, "Ida", Role::Editor).await;
        follows(&store, nadia.id, "90000", json!({})).await;
        follows(&store, region.id, "03000", json!({})).await;
        let (anne, _) = staff(&store, "Anne", Role::Member).await;
        let (one, two) = (ask(&store, &anne, json!({})).await, ask(&store, &anne, json!({"communeId": PROFONDEVILLE})).await);
        let closed = ask(&store, &anne, json!({})).await;
        kept(store.close_request(&ida, closed.id, 1, (Conclusion::Answered, "Dit".into()), SITE).await);
        assert_eq!([one.officer_id, two.officer_id, closed.officer_id], [nadia.id; 3]);
        set(&store, nadia.id, json!({"state": "SUSPENDED"})).await;
        for id in [one.id, two.id] {
            let now: Request = kept(store.get(&anne, id).await);
            let last = now.handovers.last().unwrap();
            assert_eq!((now.officer_id, last.reason, last.from), (region.id, HandoverReason::Left, Some(nadia.id)));
        }
        assert_eq!(kept(store.get::<Request>(&anne, closed.id).await).officer_id, nadia.id, "what is done with stays told");
        assert_eq!(minding(&store, &hugo).await.len(), 2);
        let told = letters(&store).await;
        assert_eq!(told.iter().filter(|letter| letter.starts_with("hugo Te")).count(), 2);

        set(&store, region.id, json!({"role": "MEMBER"})).await;
        for id in [one.id, two.id] {
            assert_eq!(kept(store.get::<Request>(&anne, id).await).officer_id, other.id, "no officer is left: an editor");
        }
        assert_eq!(minding(&store, &ida).await.len(), 2);
        let more = ask(&store, &anne, json!({"communeId": ARLON})).await;
        assert_eq!(more.officer_id, other.id);
    }
}

testing::both! {
    async fn portfolios_are_kept_by_editors_and_absences_by_who_is_away(store: Store) {
        kept(store.load_reference().await);
        let (nadia, officer) = staff(&store, "Nadia", Role::Officer).await;
        let (hugo, colleague) = staff(&store, "Hugo", Role::Officer).await;
        let (anne, member) = staff(&store, "Anne", Role::Member).await;
        let new = |person: PersonId| input::<NewPortfolio>(json!({"personId": person, "territoryId": "90000"}));
        assert_eq!(refused(store.create::<Portfolio>(&nadia, new(officer.id)).await), ["FORBIDDEN"]);
        assert_eq!(refused(store.create::<Portfolio>(&editor(), new(member.id)).await), ["INVALID personId"]);
        let portfolio = follows(&store, officer.id, "90000", json!({"starts": "2025-01-01"})).await;
        assert_eq!(refused(store.get::<Portfolio>(&anne, portfolio.id).await), ["NOT_FOUND"]);
        let other = json!({"id": portfolio.id, "expectedRevision": 1, "personId": colleague.id, "ends": "2024-12-31"});
        assert_eq!(refused(store.edit::<Portfolio>(&editor(), input::<PortfolioPatch>(other)).await), ["INVALID personId", "INVALID ends"]);
        set(&store, officer.id, json!({"state": "SUSPENDED"})).await;
        let ended = json!({"id": portfolio.id, "expectedRevision": 1, "ends": "2026-11-23"});
        assert_eq!(kept(store.edit::<Portfolio>(&editor(), input::<PortfolioPatch>(ended)).await).revision, 2, "also of who has left");
        let open = json!({"id": portfolio.id, "expectedRevision": 2, "ends": null});
        assert_eq!(refused(store.edit::<Portfolio>(&editor(), input::<PortfolioPatch>(open)).await), ["INVALID personId"]);

        let absence = |of: PersonId, substitute: PersonId, ends: &str| input::<NewAbsence>(json!({"personId": of, "substituteId": substitute, "starts": "2026-11-24", "ends": ends}));
        let (third, mia) = staff(&store, "Mia", Role::Officer).await;
        assert_eq!(refused(store.create::<Absence>(&hugo, absence(mia.id, colleague.id, "2026-12-01")).await), ["FORBIDDEN"]);
        assert_eq!(refused(store.create::<Absence>(&hugo, absence(colleague.id, colleague.id, "2026-11-01")).await), ["INVALID ends", "INVALID substituteId"]);
        assert_eq!(refused(store.create::<Absence>(&hugo, absence(colleague.id, member.id, "2026-12-01")).await), ["INVALID substituteId"]);
        let own = kept(store.create::<Absence>(&hugo, absence(colleague.id, mia.id, "2026-12-01")).await);
        let shorter = json!({"id": own.id, "expectedRevision": 1, "ends": "2026-11-30"});
        assert_eq!(kept(store.edit::<Absence>(&editor(), input::<AbsencePatch>(shorter)).await).revision, 2);
        let change = kept(store.change_of(&third, own.id.into(), 2).await).unwrap();
        assert_eq!(refused(store.undo(&third, change).await), ["FORBIDDEN"]);
        kept(store.undo(&hugo, change).await);
        assert_eq!(kept(store.get::<Absence>(&hugo, own.id).await).ends.to_string(), "2026-12-01");
        kept(store.remove::<Absence>(&hugo, own.id, 3).await);
    }
}

testing::both! {
    async fn the_desk_shows_silences_and_what_is_late_and_the_follow_up_survives_a_change_of_officer(store: Store) {
        kept(store.load_reference().await);
        let (nadia, officer) = staff(&store, "Nadia", Role::Officer).await;
        let (hugo, next) = staff(&store, "Hugo", Role::Officer).await;
        let place = json!({"territoryIds": [PROFONDEVILLE]});
        let [quiet, noted, changed, wrote] = [
            project(&store, place.clone()).await, project(&store, place.clone()).await,
            project(&store, place.clone()).await, project(&store, place).await,
        ];
        let first = follows(&store, officer.id, PROFONDEVILLE, json!({"starts": "2025-01-01"})).await;
        let note = json!({"projectId": noted.id, "body": "Visite", "on": "2026-10-25"});
        kept(store.write_note(&nadia, input::<NewNote>(note)).await);
        let (ben, _) = member_of(&store, changed.id, "Ben").await;
        let edit = json!({"id": changed.id, "expectedRevision": 1, "summary": "Nous"});
        kept(store.edit::<Project>(&ben, input::<ProjectPatch>(edit)).await);
        let staff_s = json!({"id": quiet.id, "expectedRevision": 1, "summary": "Eux"});
        kept(store.edit::<Project>(&editor(), input::<ProjectPatch>(staff_s)).await);
        let (zoe, _) = member_of(&store, wrote.id, "Zoé").await;
        let late = ask(&store, &zoe, json!({"communeId": PROFONDEVILLE, "projectId": wrote.id})).await;

        let chantiers = kept(store.list::<Chantier>(&ChantierFilter::default(), ChantierOrder::Position, &Page::first(1)).await);
        let chantier = chantiers.edges[0].node.id;
        let step = async |title: &str, more: Value| {
            let new = input_with::<NewStep>(json!({"chantierId": chantier, "title": title}), more);
            kept(store.create::<Step>(&editor(), new).await);
        };
        step("Passée", json!({"starts": "2026-10-01", "territoryId": PROFONDEVILLE})).await;
        step("Plus tard", json!({"starts": "2027-01", "territoryId": "90000"})).await;
        step("Bientôt", json!({"starts": "2026-12-04", "territoryId": PROFONDEVILLE})).await;
        step("En cours", json!({"starts": "2026-01", "ends": "2027-12", "territoryId": PROFONDEVILLE})).await;
        step("Faite", json!({"starts": "2026-10-01", "territoryId": PROFONDEVILLE, "status": "DONE"})).await;
        step("Ailleurs", json!({"starts": "2026-12-04", "territoryId": ARLON})).await;
        step("Sans date", json!({"territoryId": PROFONDEVILLE})).await;
        step("Pour tous", json!({"starts": "2026-12-05"})).await;
        let part = json!({"chantierId": chantier, "projectId": quiet.id, "part": "FOLLOWS"});
        kept(store.create::<Participation>(&editor(), input::<NewParticipation>(part)).await);

        let before = store.statements();
        let desk = kept(store.desk(&nadia, officer.id).await);
        let cost = store.statements() - before;
        let told: Vec<_> = desk.projects.iter().filter(|of| of.project.title == "Légumerie")
            .map(|of| (of.project.id, of.silence, of.heard.map(|heard| heard.by))).collect();
        assert_eq!(told[0], (quiet.id, None, None), "staff's own change is not hearing from it");
        assert_eq!(told[1], (noted.id, Some(30), Some(HeardBy::Note)));
        assert!(told[2..].contains(&(changed.id, Some(0), Some(HeardBy::Change))), "{told:?}");
        assert!(told[2..].contains(&(wrote.id, Some(0), Some(HeardBy::Message))), "{told:?}");
        assert_eq!(desk.requests.iter().map(|request| request.id).collect::<Vec<_>>(), [late.id]);
        let titles = |steps: &[Step]| steps.iter().map(|step| step.title.clone()).collect::<Vec<_>>();
        assert_eq!(titles(&desk.late), ["Passée"]);
        assert_eq!(titles(&desk.next), ["Bientôt", "Pour tous", "Plus tard"]);
        follows(&store, officer.id, "03000", json!({})).await;
        let before = store.statements();
        let all = kept(store.desk(&nadia, officer.id).await);
        assert_eq!(store.statements() - before, cost, "the whole region costs what one commune costs");
        assert!(all.projects.len() > 30);
        assert_eq!(refused(store.desk(&zoe, officer.id).await), ["FORBIDDEN"]);

        // Nadia goes, Hugo comes.
        let today = json!({"id": first.id, "expectedRevision": 1, "ends": "2026-11-23"});
        kept(store.edit::<Portfolio>(&editor(), input::<PortfolioPatch>(today)).await);
        follows(&store, next.id, PROFONDEVILLE, json!({"starts": "2026-11-24"})).await;
        set(&store, officer.id, json!({"state": "SUSPENDED"})).await;
        let note = json!({"projectId": noted.id, "body": "Suite"});
        kept(store.write_note(&hugo, input::<NewNote>(note)).await);
        let history = kept(store.follow_up(&hugo, noted.id).await);
        let told: Vec<_> = history.iter().filter(|entry| entry.territory.is_none_or(|id| id == first.territory_id))
            .map(|entry| (entry.kind, entry.person.unwrap())).collect();
        assert_eq!(told, [
            (FollowUpKind::Note, next.id), (FollowUpKind::OfficerBegan, next.id), (FollowUpKind::OfficerEnded, officer.id),
            (FollowUpKind::Note, officer.id), (FollowUpKind::OfficerBegan, officer.id),
        ]);
        assert_eq!(kept(store.get::<Request>(&zoe, late.id).await).officer_id, next.id);
        assert_eq!(refused(store.follow_up(&zoe, noted.id).await), ["FORBIDDEN"], "of another project");
        assert_eq!(kept(store.follow_up(&zoe, wrote.id).await).len(), 5, "asked, handed over, and three of officers");
    }
}
