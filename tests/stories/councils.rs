//! A food policy council from its installation to the evaluation of its first year, over the API: who sits, what was put to
//! the vote and how it came out, what was decided, what came of it; and what a secret vote tells nobody.

use serde_json::{Value, json};
use stories::{codes, colleague, partner, story};
use testing::TestClient;

const UNDO: &str = "mutation($input: ChangeUndoInput!) { changeUndo(input: $input) { userErrors { code } } }";

/// Sends a mutation; answers its payload. `fields` are asked of it beside its errors.
async fn tell(client: &TestClient, mutation: &str, input: &str, fields: &str, value: Value) -> Value {
    let query = format!(
        "mutation($input: {input}!) {{ answer: {mutation}(input: $input) {{ {fields} userErrors {{ code field message }} }} }}"
    );
    client.data(&query, json!({"input": value})).await["answer"].clone()
}

/// The same, where it is done.
async fn done(client: &TestClient, mutation: &str, input: &str, fields: &str, value: Value) -> Value {
    let answer = tell(client, mutation, input, fields, value).await;
    assert!(codes(&answer).is_empty(), "{mutation}: {answer}");
    answer
}

/// A council that a partner coordinates, with three seats and who sits on them.
struct Council {
    id: Value,
    coordinator: TestClient,
    seats: Vec<Value>,
    members: Vec<TestClient>,
}

async fn council(server: &testing::Server, editor: &TestClient) -> Council {
    let made = done(
        editor,
        "organisationCreate",
        "NewOrganisation",
        "organisation { id }",
        json!({"name": "Ceinture alimentaire"}),
    )
    .await;
    let organisation = made["organisation"]["id"].clone();
    let new = json!({"name": "CPA du Val", "territoryId": "61000", "coordinatorIds": [organisation], "quorum": 60,
        "method": [{"stage": "DIAGNOSIS", "tried": "Trois soirées dans trois communes", "learnt": "Inviter par téléphone"}],
        "texts": [{"title": "Charte", "url": "cpa-du-val.be/charte", "on": "2026-01"}]});
    let made = done(
        editor,
        "councilCreate",
        "NewCouncil",
        "council { id status texts { url } territory { nis } }",
        new,
    )
    .await;
    assert_eq!(
        (&made["council"]["status"], &made["council"]["texts"][0]["url"]),
        (&json!("UNKNOWN"), &json!("https://cpa-du-val.be/charte"))
    );
    let id = made["council"]["id"].clone();
    let coordinator = partner(server, "Maud", &organisation).await;
    let (mut seats, mut members) = (Vec::new(), Vec::new());
    for (place, (category, commune)) in [
        ("PRODUCTION", "61031"),
        ("CATERING", "61031"),
        ("CITIZENS", "61003"),
    ]
    .into_iter()
    .enumerate()
    {
        let new = json!({"councilId": id, "category": category, "label": format!("Siège {place}"), "communeId": commune, "mandateFrom": "2026-01"});
        let seat =
            done(&coordinator, "seatCreate", "NewSeat", "seat { id }", new).await["seat"]["id"].clone();
        let member = colleague(server, &format!("Membre{place}"), "MEMBER").await;
        let person =
            member.data("{ viewer { person { id } } }", json!({})).await["viewer"]["person"]["id"].clone();
        let new = json!({"seatId": seat, "name": "Andréa Exemple", "role": "HOLDER", "personId": person});
        done(
            &coordinator,
            "seatHolderCreate",
            "NewSeatHolder",
            "seatHolder { id }",
            new,
        )
        .await;
        seats.push(seat);
        members.push(member);
    }
    Council {
        id,
        coordinator,
        seats,
        members,
    }
}

const OPTIONS: [(&str, &str); 3] = [
    ("cantines", "Cantines"),
    ("foncier", "Foncier"),
    ("halle", "Halle"),
];

async fn vote(council: &Council, secrecy: &str, method: &str) -> Value {
    let options: Vec<Value> = OPTIONS
        .iter()
        .map(|(key, label)| json!({"key": key, "label": label}))
        .collect();
    let new = json!({"councilId": council.id, "question": "Par quoi commencer ?", "method": method, "secrecy": secrecy, "options": options});
    let made = done(&council.coordinator, "voteCreate", "NewVote", "vote { id }", new).await;
    let id = made["vote"]["id"].clone();
    let opened = done(
        &council.coordinator,
        "voteOpen",
        "VoteMoveInput",
        "vote { state seatIds } changeId",
        json!({"id": id, "expectedRevision": 1}),
    )
    .await;
    assert_eq!(opened["vote"]["state"], "OPEN");
    id
}

async fn cast(client: &TestClient, vote: &Value, seat: &Value, choices: Value) -> Value {
    tell(
        client,
        "ballotCast",
        "BallotCastInput",
        "vote { seatsVoted ownSeats { hasVoted } } changeId",
        json!({"voteId": vote, "seatId": seat, "choices": choices}),
    )
    .await
}

const RESULT: &str =
    "vote { state revision result { method seats ballots blank lines { key points rank tied } } }";

async fn close(council: &Council, vote: &Value) -> Value {
    done(
        &council.coordinator,
        "voteClose",
        "VoteMoveInput",
        RESULT,
        json!({"id": vote, "expectedRevision": 2}),
    )
    .await["vote"]
        .clone()
}

story! {
    async fn a_council_is_installed_decides_and_looks_back_at_its_year(server: Server) {
        let editor = colleague(&server, "Claude", "EDITOR").await;
        let council = council(&server, &editor).await;
        let coordinator = &council.coordinator;
        let viewer = coordinator.data("{ viewer { councilIds seatIds } }", json!({})).await;
        assert_eq!(viewer["viewer"], json!({"councilIds": [council.id], "seatIds": []}));
        for (status, reason) in [("IN_PREPARATION", Value::Null), ("PILOT", Value::Null), ("INSTALLED", json!("Séance du 20 février"))] {
            let present = coordinator.data("query($id: ID!) { council(id: $id) { revision } }", json!({"id": council.id})).await;
            let input = json!({"id": council.id, "expectedRevision": present["council"]["revision"], "status": status, "reason": reason});
            done(coordinator, "councilMove", "CouncilMoveInput", "council { status }", input).await;
        }

        // Whom it stands for, without a name anywhere.
        let visitor = server.visitor();
        let query = "query($id: ID!) { council(id: $id) { status phases { status } seatsInMandate { label holders { nodes { name } } } \
            representativity { seats categories { category seats } communes { seats } elsewhere { seats } } } }";
        let told = visitor.data(query, json!({"id": council.id})).await["council"].clone();
        assert!(!told.to_string().contains("Andréa"), "{told}");
        assert_eq!((told["status"].as_str(), told["phases"].as_array().map(Vec::len)), (Some("INSTALLED"), Some(3)));
        assert_eq!(told["seatsInMandate"][0]["holders"], Value::Null);
        let whom = &told["representativity"];
        assert_eq!((&whom["seats"], whom["categories"].as_array().map(Vec::len)), (&json!(3), Some(12)));
        let empty = whom["communes"].as_array().map(|all| all.iter().filter(|it| it["seats"] == 0).count());
        assert_eq!(empty, Some(15), "of the 17 communes of the arrondissement two have a seat");
        let named = coordinator.data(query, json!({"id": council.id})).await.to_string();
        assert!(named.contains("Andréa Exemple"));

        // A meeting with its quorum.
        let attendance = json!([{"seatId": council.seats[0], "presence": "PRESENT"}, {"seatId": council.seats[1], "presence": "REPRESENTED"}, {"seatId": council.seats[2], "presence": "EXCUSED"}]);
        let meeting = json!({"councilId": council.id, "title": "Plénière", "on": "2026-03-10", "time": "19:30", "place": "Huy", "agenda": ["Priorités", "Divers"],
            "state": "HELD", "attendance": attendance, "minutes": "Trois options ont été présentées."});
        let met = done(coordinator, "councilMeetingCreate", "NewCouncilMeeting", "meeting { id quorum { seats needed attending reached } }", meeting).await["meeting"].clone();
        assert_eq!(met["quorum"], json!({"seats": 3, "needed": 2, "attending": 2, "reached": true}));

        // Priorities are put to a secret vote.
        let asked = vote(&council, "SECRET", "RANKING").await;
        for (member, seat, choices) in [(0, 0, json!(["halle", "cantines"])), (1, 1, json!(["cantines"])), (2, 2, json!([]))] {
            let answer = cast(&council.members[member], &asked, &council.seats[seat], choices).await;
            assert!(codes(&answer).is_empty(), "{answer}");
            assert_eq!((&answer["changeId"], &answer["vote"]["ownSeats"]), (&Value::Null, &json!([{"hasVoted": true}])));
        }
        let closed = close(&council, &asked).await;
        assert_eq!(closed["result"], json!({"method": "RANKING", "seats": 3, "ballots": 3, "blank": 1, "lines": [
            {"key": "cantines", "points": 5, "rank": 1, "tied": false},
            {"key": "halle", "points": 3, "rank": 2, "tied": false},
            {"key": "foncier", "points": 0, "rank": 3, "tied": false},
        ]}));

        // What was decided, what came of it.
        let new = json!({"councilId": council.id, "title": "Commencer par les cantines", "meetingId": met["id"], "voteId": asked, "on": "2026-03-10"});
        let decision = done(coordinator, "decisionCreate", "NewDecision", "decision { id }", new).await["decision"]["id"].clone();
        let mut actions = Vec::new();
        for title in ["Cahier des charges", "Visite d'une légumerie"] {
            let new = json!({"decisionId": decision, "title": title, "due": "2026-09", "responsibleNote": "groupe cantines"});
            actions.push(done(coordinator, "councilActionCreate", "NewCouncilAction", "action { id progress isLate }", new).await["action"].clone());
        }
        assert_eq!((&actions[0]["progress"], &actions[0]["isLate"]), (&json!("PLANNED"), &json!(true)));
        let advance = |id: &Value, revision: i32, progress: &str, reason: Value| json!({"id": id, "expectedRevision": revision, "progress": progress, "since": "2026-05", "reason": reason});
        done(coordinator, "councilActionAdvance", "CouncilActionAdvanceInput", "action { progress }", advance(&actions[0]["id"], 1, "DONE", Value::Null)).await;
        let unexplained = tell(coordinator, "councilActionAdvance", "CouncilActionAdvanceInput", "action { id }", advance(&actions[1]["id"], 1, "ABANDONED", Value::Null)).await;
        assert_eq!(codes(&unexplained), ["INVALID"]);
        done(coordinator, "councilActionAdvance", "CouncilActionAdvanceInput", "action { progress }", advance(&actions[1]["id"], 1, "ABANDONED", json!("Légumerie fermée"))).await;
        let year = json!({"councilId": council.id, "year": 2026, "achieved": "Un cahier des charges commun", "learnt": "Commencer plus petit"});
        let silent = tell(coordinator, "evaluationCreate", "NewEvaluation", "evaluation { id }", year.clone()).await;
        assert_eq!((codes(&silent), &silent["userErrors"][0]["field"]), (vec!["INVALID"], &json!(["failed"])));
        let mut said = year;
        said["failed"] = json!("La visite, car la légumerie a fermé");
        done(coordinator, "evaluationCreate", "NewEvaluation", "evaluation { id }", said.clone()).await;
        assert_eq!(codes(&tell(coordinator, "evaluationCreate", "NewEvaluation", "evaluation { id }", said).await), ["DUPLICATE"]);
        let query = "query($id: ID!) { council(id: $id) { figures { meetingsHeld votesClosed decisions evaluations actions { progress count } } \
            decisions { nodes { title vote { result { lines { key } } } actions { nodes { title progress steps { progress reason } } } } } evaluations { nodes { year failed nothingFailed } } } }";
        let came = visitor.data(query, json!({"id": council.id})).await["council"].clone();
        assert_eq!(came["figures"], json!({"meetingsHeld": 1, "votesClosed": 1, "decisions": 1, "evaluations": 1, "actions": [
            {"progress": "PLANNED", "count": 0}, {"progress": "UNDER_WAY", "count": 0}, {"progress": "DONE", "count": 1}, {"progress": "ABANDONED", "count": 1},
        ]}));
        assert_eq!(came["decisions"]["nodes"][0]["actions"]["nodes"][1]["steps"][0]["reason"], "Légumerie fermée");
        assert_eq!(came["evaluations"]["nodes"][0]["failed"], "La visite, car la légumerie a fermé");
    }
}

story! {
    async fn a_secret_vote_tells_nobody_anything_before_it_is_closed(server: Server) {
        let editor = colleague(&server, "Claude", "EDITOR").await;
        let council = council(&server, &editor).await;
        let asked = vote(&council, "SECRET", "APPROVAL").await;
        let answer = cast(&council.members[0], &asked, &council.seats[0], json!(["halle"])).await;
        assert!(codes(&answer).is_empty(), "{answer}");
        let again = cast(&council.members[0], &asked, &council.seats[0], json!(["foncier"])).await;
        assert_eq!((codes(&again), &again["userErrors"][0]["field"]), (vec!["DUPLICATE"], &json!(["seatId"])));
        assert_eq!(codes(&cast(&council.members[0], &asked, &council.seats[1], json!(["halle"])).await), ["FORBIDDEN"]);
        let administrator = server.administrator().await;
        for nosy in [&administrator, &council.coordinator, &editor] {
            assert_eq!(codes(&cast(nosy, &asked, &council.seats[1], json!(["halle"])).await), ["FORBIDDEN"]);
        }
        assert_eq!(codes(&cast(&server.visitor(), &asked, &council.seats[1], json!(["halle"])).await), ["UNAUTHENTICATED"]);

        let query = "query($id: ID!) { node(id: $id) { ... on Vote { state seatsVoted result { ballots } ballots { choices } ownSeats { seatId hasVoted } \
            history(first: 20) { nodes { revision fields { field } } } } } changes(types: [VOTE], first: 100) { nodes { revision record { ... on Vote { id result { ballots } ballots { choices } } } } } }";
        for (reader, own) in [(&administrator, json!([])), (&council.coordinator, json!([])), (&server.visitor(), json!([])),
            (&council.members[0], json!([{"seatId": council.seats[0], "hasVoted": true}])), (&council.members[1], json!([{"seatId": council.seats[1], "hasVoted": false}]))] {
            let told = reader.data(query, json!({"id": asked})).await;
            let node = &told["node"];
            assert_eq!((&node["seatsVoted"], &node["result"], &node["ballots"], &node["ownSeats"]), (&json!(1), &Value::Null, &Value::Null, &own));
            assert_eq!(node["history"]["nodes"].as_array().map(Vec::len), Some(2), "made and opened, no ballot");
            for change in told["changes"]["nodes"].as_array().into_iter().flatten() {
                assert_eq!((&change["record"]["result"], &change["record"]["ballots"]), (&Value::Null, &Value::Null));
            }
        }

        let closed = close(&council, &asked).await;
        assert_eq!((&closed["result"]["ballots"], &closed["result"]["lines"][0]), (&json!(1), &json!({"key": "halle", "points": 1, "rank": 1, "tied": false})));
        assert_eq!(closed["result"]["lines"][1]["tied"], true, "two that nobody named share a rank");
        // For good: neither changed, taken back nor removed, by nobody.
        let patch = json!({"id": asked, "expectedRevision": 3, "question": "Autre chose ?"});
        assert_eq!(codes(&tell(&administrator, "voteUpdate", "VotePatch", "vote { id }", patch).await), ["INVALID"]);
        assert_eq!(codes(&tell(&administrator, "voteDelete", "DeleteInput", "deletedId", json!({"id": asked, "expectedRevision": 3})).await), ["INVALID"]);
        let history = administrator.data("query($id: ID!) { node(id: $id) { ... on Vote { history(first: 20) { nodes { id } } } } }", json!({"id": asked})).await;
        for change in history["node"]["history"]["nodes"].as_array().into_iter().flatten() {
            let undone = administrator.data(UNDO, json!({"input": {"id": change["id"]}})).await;
            assert_eq!(codes(&undone["changeUndo"]).len(), 1, "{undone}");
        }
        assert_eq!(codes(&cast(&council.members[1], &asked, &council.seats[1], json!(["halle"])).await), ["INVALID"]);
        let after = server.visitor().data("query($id: ID!) { node(id: $id) { ... on Vote { state result { ballots } ballots { choices } } } }", json!({"id": asked})).await;
        assert_eq!(after["node"], json!({"state": "CLOSED", "result": {"ballots": 1}, "ballots": null}));
    }
}

story! {
    async fn two_ballots_of_a_seat_sent_at_once_are_one(server: Server) {
        let editor = colleague(&server, "Claude", "EDITOR").await;
        let council = council(&server, &editor).await;
        let asked = vote(&council, "OPEN", "APPROVAL").await;
        let (member, seat) = (&council.members[0], &council.seats[0]);
        let sent = ["halle", "foncier", "cantines"].map(|key| cast(member, &asked, seat, json!([key])));
        let [one, other, third] = sent;
        let (one, other, third, noted) = tokio::join!(one, other, third, cast(&council.coordinator, &asked, seat, json!(["halle"])));
        let done = [&one, &other, &third, &noted].iter().filter(|answer| codes(answer).is_empty()).count();
        assert_eq!(done, 1, "{one} {other} {third} {noted}");
        // A hand that showed is noted by who coordinates, and everybody can read it.
        let noted = cast(&council.coordinator, &asked, &council.seats[1], json!(["halle"])).await;
        assert!(codes(&noted).is_empty(), "{noted}");
        let query = "query($id: ID!) { node(id: $id) { ... on Vote { ballots { seatId choices castByName } } } }";
        let told = server.visitor().data(query, json!({"id": asked})).await;
        let ballots = told["node"]["ballots"].as_array().cloned().unwrap_or_default();
        assert_eq!(ballots.len(), 2);
        let of = ballots.iter().find(|ballot| ballot["seatId"] == council.seats[1]);
        assert_eq!(of, Some(&json!({"seatId": council.seats[1], "choices": ["halle"], "castByName": null})));
        assert!(editor.data(query, json!({"id": asked})).await.to_string().contains("Maud"));
    }
}

story! {
    async fn councils_share_and_are_found_by_name_and_by_place(server: Server) {
        let officer = colleague(&server, "Camille", "OFFICER").await;
        let councils = officer.data("{ councils(first: 10) { nodes { id name } } }", json!({})).await["councils"]["nodes"].clone();
        let ids: Vec<&Value> = councils.as_array().into_iter().flatten().map(|council| &council["id"]).collect();
        assert_eq!(ids.len(), 10);
        let new = json!({"kind": "MEMORANDUM", "title": "Mémorandum des conseils", "proposerId": ids[0], "documents": [{"title": "Texte", "url": "https://exemple.be/memo"}]});
        let item = done(&officer, "sharedItemCreate", "NewSharedItem", "sharedItem { id }", new).await["sharedItem"]["id"].clone();
        for (council, state, reason) in [(ids[0], "ENDORSED", Value::Null), (ids[1], "DECLINED", json!("Pas consultés")), (ids[2], "PROPOSED", Value::Null)] {
            let new = json!({"itemId": item, "councilId": council, "state": state, "reason": reason});
            done(&officer, "endorsementCreate", "NewEndorsement", "endorsement { id }", new).await;
        }
        let visitor = server.visitor();
        let query = "{ sharedItems(first: 5) { nodes { title endorsements(first: 10) { nodes { state council { name } } } } } }";
        let told = visitor.data(query, json!({})).await;
        assert_eq!(told["sharedItems"]["nodes"][0]["endorsements"]["nodes"].as_array().map(Vec::len), Some(3));
        let found = visitor.data("{ search(text: \"conseil condroz\", kinds: [COUNCIL], first: 5) { title } territory(id: \"61031\") { councils(first: 5) { nodes { name } } } }", json!({})).await;
        assert!(found["territory"]["councils"]["nodes"].as_array().is_some_and(|nodes| nodes.len() == 2), "{found}");
    }
}
