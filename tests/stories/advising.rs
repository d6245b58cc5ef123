//! A project looks for help with a public contract: it sees who could give it and why, is refused, finds another, and both
//! say what they think. What is confidential stays with whom it is for; staff see how it comes out and bring similar needs
//! together.

#![expect(clippy::unwrap_used, reason = "a story stops at the first surprise")]

use serde_json::{Value, json};
use stories::{codes, colleague, partner, project, statements, story};
use testing::{Server, TestClient};

const MATCHES: &str = "query($id: ID!) { expertiseNeed(id: $id) { matches(first: 10) { score known refusedBefore expertise { title organisation { name } } \
    parts { kind score weight reason sentence } } } }";
const OPEN: &str = "mutation($input: NewIntroduction!) { introductionOpen(input: $input) { introduction { id revision stage nextStages topic provider { name } } userErrors { code field } } }";
const ADVANCE: &str = "mutation($input: IntroductionAdvanceInput!) { introductionAdvance(input: $input) { introduction { revision stage nextStages steps { stage by refused text } } userErrors { code field } } }";
const REVIEW: &str = "mutation($input: IntroductionReviewInput!) { introductionReview(input: $input) { introduction { revision providerFeedback { rating text } requesterFeedback { rating } } userErrors { code field } } }";

/// Makes a record and answers its identifier.
async fn made(client: &TestClient, kind: &str, input: Value) -> Value {
    let mut field = kind.to_owned();
    field[..1].make_ascii_lowercase();
    let query = format!(
        "mutation($input: New{kind}!) {{ {field}Create(input: $input) {{ {field} {{ id }} userErrors {{ code field message }} }} }}"
    );
    let data = client.data(&query, json!({"input": input})).await;
    let payload = &data[format!("{field}Create")];
    assert!(codes(payload).is_empty(), "{payload}");
    payload[&field]["id"].clone()
}

/// Somebody who takes part in a project.
async fn lead(server: &Server, staff: &TestClient, name: &str, of: &str) -> TestClient {
    let client = colleague(server, name, "MEMBER").await;
    let viewer = client.data("{ viewer { person { id } } }", json!({})).await;
    let input = json!({"projectId": of, "personId": viewer["viewer"]["person"]["id"], "role": "LEAD"});
    made(staff, "Membership", input).await;
    client
}

async fn matches(client: &TestClient, need: &Value) -> Vec<Value> {
    let data = client.data(MATCHES, json!({"id": need})).await;
    data["expertiseNeed"]["matches"].as_array().unwrap().clone()
}

fn titles(found: &[Value]) -> Vec<&str> {
    let titles = found.iter().map(|of| of["expertise"]["title"].as_str().unwrap());
    titles.collect()
}

fn part(of: &Value, kind: &str) -> Value {
    let parts = of["parts"].as_array().unwrap();
    parts.iter().find(|part| part["kind"] == kind).unwrap().clone()
}

story! {
    async fn a_need_is_refused_by_one_and_met_by_another(server: Server) {
        let staff = colleague(&server, "Alix", "OFFICER").await;
        let editor = colleague(&server, "Bo", "EDITOR").await;
        let (asking, _) = project(&staff, "P01").await;
        let jurists = made(&editor, "Organisation", json!({"name": "Juristes verts"})).await;
        let guides = made(&editor, "Organisation", json!({"name": "Guides de l'achat"})).await;
        let (jurist, guide) = (partner(&server, "Jo", &jurists).await, partner(&server, "Gil", &guides).await);
        let asker = lead(&server, &staff, "Ines", &asking).await;

        made(&jurist, "Expertise", json!({
            "organisationId": jurists, "title": "Relire vos clauses", "topics": ["redaction-marches"], "forms": ["LEGAL"], "territoryId": "90000",
            "languages": ["FR"], "cost": "FREE", "capacity": 1, "availableFrom": "2026",
        })).await;
        made(&guide, "Expertise", json!({
            "organisationId": guides, "title": "Accompagner vos achats", "topics": ["marches-publics"], "forms": ["LEGAL", "ADVICE"], "territoryId": "03000",
            "languages": ["FR", "NL"], "cost": "FUNDED",
        })).await;
        let need = made(&asker, "ExpertiseNeed", json!({
            "projectId": asking, "title": "Des lots pour de petits producteurs", "topics": ["redaction-marches"], "forms": ["LEGAL"], "territoryId": "92094",
            "languages": ["FR"], "budget": "NOTHING", "deadline": "2028",
        })).await;

        let best = matches(&asker, &need).await;
        assert_eq!(titles(&best), ["Relire vos clauses", "Accompagner vos achats"]);
        assert_eq!((&best[0]["score"], &best[0]["known"]), (&json!(1.0), &json!(90)), "all but the past is told");
        assert_eq!(part(&best[0], "LOAD")["sentence"], "1 place(s) libre(s) sur 1.");
        assert_eq!(part(&best[1], "TOPIC")["sentence"], "L'offre est plus large (Marchés publics): demandez si ce sujet précis en fait partie.");
        assert_eq!((&part(&best[1], "LOAD")["score"], &part(&best[1], "LOAD")["reason"]), (&Value::Null, &json!("CAPACITY_UNKNOWN")), "not said is not no");
        let visitor = server.visitor();
        let seen = visitor.data(MATCHES, json!({"id": need})).await;
        assert_eq!(seen["expertiseNeed"]["matches"], Value::Null, "matches tell of the past: they are for the two sides and staff");

        // In the reader's language.
        for (language, sentence) in [("nl", "Gratis."), ("de", "Kostenlos."), ("en", "Free of charge.")] {
            let body = json!({"query": MATCHES, "variables": {"id": need}});
            let request = asker.request(reqwest::Method::POST, "/graphql").json(&body).header("Accept-Language", language);
            let answer: Value = request.send().await.unwrap().json().await.unwrap();
            assert_eq!(part(&answer["data"]["expertiseNeed"]["matches"][0], "COST")["sentence"], sentence);
        }

        // Introduced, refused with a reason by the provider only.
        let expertise = |place: usize| {
            let title = best[place]["expertise"]["title"].as_str().unwrap().to_owned();
            let staff = &staff;
            async move {
                let found = staff.data("query($text: String!) { expertises(where: { text: $text }) { nodes { id } } }", json!({"text": title})).await;
                found["expertises"]["nodes"][0]["id"].clone()
            }
        };
        let (first, second) = (expertise(0).await, expertise(1).await);
        let open = async |client: &TestClient, expertise: &Value| {
            let data = client.data(OPEN, json!({"input": {"expertiseId": expertise, "needId": need, "message": "Pouvez-vous nous relire?"}})).await;
            data["introductionOpen"].clone()
        };
        assert_eq!(codes(&open(&visitor, &first).await), ["UNAUTHENTICATED"]);
        let opened = open(&asker, &first).await["introduction"].take();
        assert_eq!((&opened["stage"], &opened["topic"]), (&json!("PROPOSED"), &json!("redaction-marches")));
        assert_eq!(opened["nextStages"], json!(["WITHOUT_RESULT"]), "only the provider answers");
        assert_eq!(codes(&open(&asker, &first).await), ["DUPLICATE"]);
        let advance = async |client: &TestClient, of: &Value, revision: i64, more: Value| {
            let mut input = json!({"id": of["id"], "expectedRevision": revision});
            for (field, value) in more.as_object().unwrap() {
                input[field] = value.clone();
            }
            client.data(ADVANCE, json!({"input": input})).await["introductionAdvance"].take()
        };
        assert_eq!(codes(&advance(&staff, &opened, 1, json!({"stage": "ACCEPTED"})).await), ["FORBIDDEN"]);
        assert_eq!(codes(&advance(&guide, &opened, 1, json!({"stage": "ACCEPTED"})).await), ["NOT_FOUND"]);
        assert_eq!(codes(&advance(&jurist, &opened, 1, json!({"stage": "REFUSED"})).await), ["REQUIRED"]);
        let refused = advance(&jurist, &opened, 1, json!({"stage": "REFUSED", "refused": "NO_TIME", "text": "Pas avant l'été"})).await;
        assert_eq!(refused["introduction"]["steps"][1], json!({"stage": "REFUSED", "by": "PROVIDER", "refused": "NO_TIME", "text": "Pas avant l'été"}));

        // Matched again elsewhere: the refusal says so, and comes last.
        let again = matches(&asker, &need).await;
        assert_eq!(titles(&again), ["Accompagner vos achats", "Relire vos clauses"]);
        let past = part(&again[1], "PAST");
        assert_eq!((&past["score"], &past["reason"], &again[1]["refusedBefore"]), (&json!(0.0), &json!("REFUSED_BEFORE"), &json!(true)));
        assert!(past["sentence"].as_str().unwrap().ends_with("pas de temps."), "{past}");

        let other = open(&asker, &second).await["introduction"].take();
        for (client, revision, stage) in [(&guide, 1, "ACCEPTED"), (&asker, 2, "UNDER_WAY"), (&guide, 3, "DONE")] {
            let moved = advance(client, &other, revision, json!({"stage": stage})).await;
            assert_eq!(moved["introduction"]["stage"], stage, "{moved}");
        }
        let review = async |client: &TestClient, revision: i64, party: &str, rating: i32| {
            let input = json!({"id": other["id"], "expectedRevision": revision, "party": party, "rating": rating, "text": "Utile"});
            client.data(REVIEW, json!({"input": input})).await["introductionReview"].take()
        };
        assert_eq!(codes(&review(&guide, 4, "REQUESTER", 5).await), ["FORBIDDEN"]);
        assert_eq!(codes(&review(&asker, 4, "REQUESTER", 6).await), ["INVALID"]);
        assert!(codes(&review(&asker, 4, "REQUESTER", 5).await).is_empty());
        let both = review(&guide, 5, "PROVIDER", 4).await;
        assert_eq!(both["introduction"]["requesterFeedback"], json!({"rating": 5}));

        // To others it does not exist; staff see how it came out.
        let node = "query($id: ID!) { node(id: $id) { id } introductions { nodes { stage } } history(record: $id) { nodes { id } } introductionFunnel(by: TOPIC) { total } }";
        let hidden = json!({"node": null, "introductions": null, "history": {"nodes": []}, "introductionFunnel": null});
        assert_eq!(visitor.data(node, json!({"id": other["id"]})).await, hidden);
        let stranger = colleague(&server, "Max", "MEMBER").await;
        let seen = stranger.data(node, json!({"id": other["id"]})).await;
        assert_eq!((&seen["node"], &seen["introductions"]), (&Value::Null, &json!({"nodes": []})));
        let mine = jurist.data(node, json!({"id": other["id"]})).await;
        assert_eq!((&mine["node"], &mine["introductions"]), (&Value::Null, &json!({"nodes": [{"stage": "REFUSED"}]})), "each sees its own");
        let funnel = "{ introductionFunnel(by: TOPIC) { topic { code } total stages { stage count } refusals { reason count } } introductions { nodes { stage } } }";
        let funnel = staff.data(funnel, json!({})).await;
        assert_eq!(funnel["introductionFunnel"], json!([{"topic": {"code": "marches-publics"}, "total": 2, "stages": [
            {"stage": "PROPOSED", "count": 0}, {"stage": "ACCEPTED", "count": 0}, {"stage": "REFUSED", "count": 1},
            {"stage": "UNDER_WAY", "count": 0}, {"stage": "DONE", "count": 1}, {"stage": "WITHOUT_RESULT", "count": 0},
        ], "refusals": [{"reason": "NO_TIME", "count": 1}]}]));
        // The messages went to the side that had to know.
        let mails = server.administrator().await.data("{ mails(first: 50) { nodes { kind to } } }", json!({})).await;
        let told = |to: &str| mails["mails"]["nodes"].as_array().unwrap().iter().filter(|mail| mail["kind"] == "INTRODUCTION" && mail["to"] == to).count();
        assert_eq!((told("jo@chantiers.test"), told("gil@chantiers.test"), told("ines@chantiers.test")), (1, 2, 3));
    }
}

story! {
    async fn a_confidential_need_shows_to_nobody_else_anywhere(server: Server) {
        let staff = colleague(&server, "Alix", "OFFICER").await;
        let editor = colleague(&server, "Bo", "EDITOR").await;
        let (asking, _) = project(&staff, "P01").await;
        let asker = lead(&server, &staff, "Ines", &asking).await;
        let house = made(&editor, "Organisation", json!({"name": "Médiateurs"})).await;
        let provider = partner(&server, "Jo", &house).await;
        let stranger = colleague(&server, "Max", "MEMBER").await;
        let need = made(&asker, "ExpertiseNeed", json!({"projectId": asking, "title": "Un litige zyxwique", "topics": ["foncier"], "confidential": true})).await;
        let offer = made(&provider, "Expertise", json!({"organisationId": house, "title": "Médiation foncière", "topics": ["foncier"]})).await;
        let read = "query($id: ID!, $project: ID!, $offer: ID!) { node(id: $id) { id } nodes(ids: [$id]) { id } expertiseNeed(id: $id) { title } \
            expertiseNeeds(where: { projects: [$project] }) { totalCount nodes { title } } project(id: $project) { expertiseNeeds { totalCount nodes { title } } } \
            search(text: \"zyxwique\") { title } history(record: $id) { nodes { id } } expertise(id: $offer) { matches { need { title } } } }";
        let asked = json!({"id": need, "project": asking, "offer": offer});
        let none = json!({"totalCount": 0, "nodes": []});
        for client in [&server.visitor(), &stranger, &provider] {
            let seen = client.data(read, asked.clone()).await;
            assert_eq!((&seen["node"], &seen["nodes"], &seen["expertiseNeed"]), (&Value::Null, &json!([null]), &Value::Null));
            assert_eq!((&seen["expertiseNeeds"], &seen["project"]["expertiseNeeds"]), (&none, &none));
            assert_eq!((&seen["search"], &seen["history"]), (&json!([]), &json!({"nodes": []})));
            assert!(!seen.to_string().contains("zyxwique"), "{seen}");
        }
        let feed = server.visitor().get("/v1/changes?types=EXPERTISE").await.text().await.unwrap();
        assert!(feed.contains("Médiation foncière"), "{feed}");
        let told = server.visitor().get("/v1/changes?types=EXPERTISE_NEED").await;
        assert!(told.status().is_client_error(), "needs are not told of: {}", told.status());
        let mine = json!({"totalCount": 1, "nodes": [{"title": "Un litige zyxwique"}]});
        for client in [&asker, &staff] {
            let seen = client.data(read, asked.clone()).await;
            assert_eq!((&seen["expertiseNeeds"], &seen["project"]["expertiseNeeds"]), (&mine, &mine));
            assert_eq!(seen["node"]["id"], need);
        }
        // Whom it is introduced to sees it from then on.
        let input = json!({"input": {"expertiseId": offer, "needId": need}});
        let unknown = provider.data(OPEN, input.clone()).await;
        assert_eq!(codes(&unknown["introductionOpen"]), ["UNKNOWN_REFERENCE"]);
        assert!(codes(&asker.data(OPEN, input).await["introductionOpen"]).is_empty());
        let seen = provider.data(read, asked).await;
        assert_eq!((&seen["node"]["id"], &seen["expertiseNeed"]["title"]), (&need, &json!("Un litige zyxwique")));
        assert_eq!(seen["expertise"]["matches"], json!([{"need": {"title": "Un litige zyxwique"}}]));
        assert_eq!(seen["expertiseNeeds"], mine);
    }
}

story! {
    async fn similar_needs_come_together_in_a_session(server: Server) {
        let staff = colleague(&server, "Alix", "OFFICER").await;
        let editor = colleague(&server, "Bo", "EDITOR").await;
        let ((one, _), (two, _)) = (project(&staff, "P01").await, project(&staff, "P02").await);
        let asker = lead(&server, &staff, "Ines", &one).await;
        let house = made(&editor, "Organisation", json!({"name": "Guides de l'achat"})).await;
        let contact = json!({"organisationId": house, "purpose": "Accueil", "email": "guides@exemple.be"});
        made(&editor, "Contact", contact).await;
        let offer = made(&staff, "Expertise", json!({"organisationId": house, "title": "Accompagner vos achats", "topics": ["marches-publics"], "forms": ["ADVICE"], "cost": "FREE"})).await;
        let mut needs = Vec::new();
        for (of, topic) in [(&one, "redaction-marches"), (&two, "reponse-marches")] {
            needs.push(made(&staff, "ExpertiseNeed", json!({"projectId": of, "title": "Marchés publics", "topics": [topic]})).await);
        }
        let propose = "mutation($input: ExpertiseSessionProposeInput!) { expertiseSessionPropose(input: $input) { expertiseSession { id step { id title starts chantier { code } } projects { id } organisations { name } } userErrors { code field } } }";
        let input = json!({"input": {"topic": "marches-publics", "needIds": needs, "expertiseIds": [offer], "title": "Rencontre marchés publics", "starts": "2027-02-10"}});
        assert_eq!(codes(&asker.data(propose, input.clone()).await["expertiseSessionPropose"]), ["FORBIDDEN"]);
        let session = staff.data(propose, input).await["expertiseSessionPropose"]["expertiseSession"].take();
        assert_eq!((&session["step"]["chantier"]["code"], &session["step"]["starts"]), (&json!("recueil-expertises"), &json!("2027-02-10")));
        assert_eq!(session["organisations"], json!([{"name": "Guides de l'achat"}]));
        let answer = "mutation($input: ExpertiseSessionAnswerInput!) { expertiseSessionAnswer(input: $input) { expertiseSession { answers { projectId answer note } } userErrors { code } } }";
        let yes = json!({"input": {"id": session["id"], "projectId": one, "answer": "YES", "note": "À deux"}});
        assert_eq!(codes(&server.visitor().data(answer, yes.clone()).await["expertiseSessionAnswer"]), ["NOT_FOUND"]);
        let answered = asker.data(answer, yes).await["expertiseSessionAnswer"]["expertiseSession"].take();
        assert_eq!(answered["answers"], json!([{"projectId": one, "answer": "YES", "note": "À deux"}]));
        let sessions = "{ expertiseSessions { nodes { about { label } needs { title } } } }";
        let visitor = server.visitor();
        assert_eq!(visitor.data(sessions, json!({})).await["expertiseSessions"], Value::Null);
        assert_eq!(asker.data(sessions, json!({})).await["expertiseSessions"]["nodes"][0]["about"]["label"], "Marchés publics");

        // The catalogue is for everybody; who to write to is for those who signed in.
        let catalogue = "{ expertises(where: { topics: [\"marches-publics\"], costs: [FREE] }) { nodes { title isOpen load about { label } territory { nis } organisation { contacts { nodes { email } } } } } \
            expertiseFacets(where: { costs: [FREE] }) { kind value count topic { label } } }";
        let seen = visitor.data(catalogue, json!({})).await;
        let found = &seen["expertises"]["nodes"][0];
        assert_eq!((&found["title"], &found["isOpen"], &found["load"], &found["territory"]), (&json!("Accompagner vos achats"), &json!(true), &json!(0), &Value::Null));
        assert_eq!(found["organisation"]["contacts"], Value::Null);
        assert_eq!(asker.data(catalogue, json!({})).await["expertises"]["nodes"][0]["organisation"]["contacts"]["nodes"][0]["email"], "guides@exemple.be");
        let facets = seen["expertiseFacets"].as_array().unwrap();
        assert!(facets.contains(&json!({"kind": "TOPIC", "value": "marches-publics", "count": 1, "topic": {"label": "Marchés publics"}})), "{facets:?}");
        assert!(facets.contains(&json!({"kind": "TERRITORY", "value": null, "count": 1, "topic": null})), "{facets:?}");

        // A page of offers with what belongs to each costs as many statements however many they are.
        for number in 0..7 {
            made(&staff, "Expertise", json!({"organisationId": house, "title": format!("Autre {number}"), "topics": ["communication"]})).await;
        }
        for first in [2, 8] {
            let page = async || {
                let query = "query($first: Int!) { expertises(first: $first) { nodes { title load about { label } organisation { name } introductions { nodes { stage } } matches(first: 3) { score need { title } } } } }";
                staff.data(query, json!({"first": first})).await;
            };
            let cost = statements(&staff, page).await;
            // Who asks and their projects; the page, loads, organisations, introductions; offers once more, candidates, their
            // past, needs.
            assert_eq!(cost, 10, "a page of {first}");
        }
        let topics = visitor.data("{ expertiseTopics(broadOnly: true) { code narrower { code } } expertiseNotices expertiseMatching { waiting } }", json!({})).await;
        assert_eq!(topics["expertiseTopics"].as_array().unwrap().len(), 8);
        assert_eq!((&topics["expertiseNotices"], &topics["expertiseMatching"]), (&Value::Null, &Value::Null));
        let choose = "mutation { expertiseNoticesSet(input: { frequency: DAILY }) { frequency userErrors { code } } }";
        assert_eq!(asker.data(choose, json!({})).await["expertiseNoticesSet"]["frequency"], "DAILY");
        assert_eq!(asker.data("{ expertiseNotices }", json!({})).await["expertiseNotices"], "DAILY");
        let anew = "mutation { expertiseRematch(input: { scope: ALL }) { begun userErrors { code } } }";
        assert_eq!(codes(&staff.data(anew, json!({})).await["expertiseRematch"]), ["FORBIDDEN"]);
        assert_eq!(server.administrator().await.data(anew, json!({})).await["expertiseRematch"]["begun"], true);
        let csv = visitor.get("/v1/exports/expertises.csv").await.text().await.unwrap();
        assert!(csv.contains("Accompagner vos achats"), "{csv}");
    }
}
