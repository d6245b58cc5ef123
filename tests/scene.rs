//! A database in which something stands that not everybody may read, under words that stand nowhere else, and the people and
//! machines who ask: one of each that the policy tells apart.

#![expect(clippy::unwrap_used, reason = "a story stops at the first surprise")]

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};
use testing::{Receiver, Server, TestClient};

use crate::schema::Schema;
use crate::{codes, colleague, partner, project};

/// What a server of the scene is set to: nothing is limited, and it says as much as it can.
pub const SETTINGS: [(&str, &str); 3] = [
    ("CHANTIERS_WEBHOOK_ALLOW_PRIVATE", "true"),
    ("CHANTIERS_COST_PER_SECOND", "0"),
    ("CHANTIERS_LOG", "warn,api=trace,store=trace,sqlx=off"),
];

/// The records of the scene, by the names of their types.
#[derive(Clone, Debug, Default)]
pub struct Ids {
    all: BTreeMap<String, Value>,
    left_out: Vec<String>,
}

impl Ids {
    /// The record of this type.
    #[must_use]
    pub fn of_type(&self, name: &str) -> Option<&Value> {
        self.all.get(name)
    }

    /// Each of them.
    pub fn all(&self) -> impl Iterator<Item = (&String, &Value)> {
        self.all.iter()
    }

    pub(crate) fn leave_out(&mut self, names: &[&str]) {
        self.left_out.extend(names.iter().map(|name| (*name).to_owned()));
    }

    /// Whether an input that does not require it is given it: what says whose a new record is.
    pub(crate) fn gives(&self, name: &str) -> bool {
        ["projectId", "organisationId", "needId", "offerId"].contains(&name)
            && !self.left_out.iter().any(|out| out == name)
    }

    /// The record that a field of this name names, where it is about something.
    pub(crate) fn named(&self, name: &str, about: &str) -> Value {
        let word = name.strip_suffix("Id").unwrap_or(name);
        let of = match word {
            "id" => return self.about(about),
            "need" if about.starts_with("introduction") => "ExpertiseNeed",
            "record" if about.starts_with("provenance") => "Project",
            "record" => "Note",
            "item" => "SharedItem",
            "proposer" => "Council",
            "first" | "second" => "Source",
            "into" => "OtherOrganisation",
            "asker" | "officer" | "substitute" | "to" => "Person",
            "delivery" => "WebhookDelivery",
            other => other,
        };
        let mut of_type = of.to_owned();
        of_type[..1].make_ascii_uppercase();
        self.all.get(&of_type).unwrap_or(&self.all["Project"]).clone()
    }

    /// The record that a query or a mutation is named after.
    fn about(&self, about: &str) -> Value {
        let of = self
            .all
            .iter()
            .filter(|(name, _)| about.to_lowercase().starts_with(&name.to_lowercase()));
        let of = of.max_by_key(|(name, _)| name.len());
        of.map_or_else(|| self.all["Note"].clone(), |(_, id)| id.clone())
    }

    /// A text for a field of this name.
    pub(crate) fn text(&self, name: &str, about: &str) -> Value {
        match (name, about) {
            ("id", _) => self.about(about),
            ("source", "record") => json!("reference"),
            ("externalId", "record") => json!("P01"),
            ("source", _) => json!(SOURCE),
            ("productType" | "code", _) => json!("bread"),
            ("topic", _) => json!("marches-publics"),
            ("url", _) => json!("https://chantiers.example/"),
            ("amount" | "value", _) => json!("1"),
            _ => json!("text"),
        }
    }
}

const SOURCE: &str = "scene";

/// A word that stands in one place only, and who may read it.
#[derive(Clone, Copy, Debug)]
pub struct Mark {
    /// The word.
    pub word: &'static str,
    /// The columns that may read it.
    pub readers: &'static [&'static str],
}

const fn mark(word: &'static str, readers: &'static [&'static str]) -> Mark {
    Mark { word, readers }
}

/// Everybody who signed in.
const SIGNED: &[&str] = &[
    "stranger",
    "member",
    "partner",
    "outsider",
    "officer",
    "editor",
    "administrator",
];
const STAFF: &[&str] = &["officer", "editor", "administrator"];
const PROJECT: &[&str] = &["member", "officer", "editor", "administrator"];
const COUNCIL: &[&str] = &["partner", "officer", "editor", "administrator"];
const BOTH: &[&str] = &["member", "partner", "officer", "editor", "administrator"];
/// Both sides of an introduction, and the machine that keeps one side's expertise.
const MATCHED: &[&str] = &[
    "member",
    "partner",
    "officer",
    "editor",
    "administrator",
    "expertise_write",
];
/// The same, and the machine that reads the organisation's confidential needs.
const NEEDED: &[&str] = &[
    "member",
    "partner",
    "officer",
    "editor",
    "administrator",
    "expertise_read",
    "expertise_write",
];
/// Who looks after machines: their own organisations' people, staff, and they themselves.
const MACHINES: &[&str] = &[
    "outsider",
    "partner",
    "officer",
    "editor",
    "administrator",
    "alien",
    "exchange_read",
    "exchange_write",
    "chantiers_write",
    "projects_write",
    "councils_write",
    "expertise_read",
    "expertise_write",
];
const RUNS: &[&str] = &[
    "partner",
    "editor",
    "administrator",
    "exchange_read",
    "exchange_write",
];

/// The words of the scene.
pub const MARKS: [Mark; 27] = [
    mark("zqcontactnom", SIGNED),
    mark("zqcontact@exemple.be", SIGNED),
    mark("470998877", SIGNED),
    mark("zqpurpose", SIGNED),
    mark("zqefface", STAFF),
    mark("zqnote", PROJECT),
    mark("zqannotation", STAFF),
    mark("zqtemoin", BOTH),
    mark("zqcompte@exemple.be", STAFF),
    mark("@chantiers.test", SIGNED),
    mark("zqdemande", PROJECT),
    mark("zqtexte", PROJECT),
    mark("zqmessage", PROJECT),
    mark("zqpassation", PROJECT),
    mark("zqrecherche", &["member"]),
    mark("zqcriteres", &["member"]),
    mark("zqbesoin", NEEDED),
    mark("zqcontexte", NEEDED),
    mark("zqpresentation", MATCHED),
    mark("zqavis", MATCHED),
    mark(
        "zqseance",
        &[
            "stranger",
            "member",
            "partner",
            "officer",
            "editor",
            "administrator",
        ],
    ),
    mark("zqissue", COUNCIL),
    mark("zqrejet", RUNS),
    mark("zqligne", RUNS),
    mark(
        "zqcrochet",
        &["partner", "administrator", "exchange_read", "exchange_write"],
    ),
    mark("zqmachine", MACHINES),
    mark("zqsiege", COUNCIL),
];

/// The scene.
#[derive(Debug)]
pub struct Scene {
    /// Who asks, from the least to the most, then the machines.
    pub columns: Vec<(String, TestClient)>,
    /// The records.
    pub ids: Ids,
    /// The schema.
    pub schema: Schema,
    /// What the organisation's webhook sends arrives here.
    pub receiver: Receiver,
}

/// Makes records, by the mutations' own inputs.
struct Maker<'a> {
    schema: &'a Schema,
    ids: Ids,
}

impl Maker<'_> {
    /// Sends a mutation that must be done, and answers its payload's object.
    async fn done(&self, client: &TestClient, mutation: &str, input: Value) -> Value {
        let field = self
            .schema
            .fields("Mutation")
            .iter()
            .find(|field| field.name == mutation);
        let field = field.unwrap_or_else(|| panic!("there is no {mutation}"));
        let payload = self.schema.fields(field.of.named()).iter();
        let object = payload
            .filter(|of| !["userErrors", "changeId"].contains(&of.name.as_str()))
            .map(|of| {
                let has_revision = self
                    .schema
                    .fields(of.of.named())
                    .iter()
                    .any(|field| field.name == "revision");
                format!(
                    "made: {} {{ id {} }}",
                    of.name,
                    if has_revision { "revision" } else { "" }
                )
            });
        let asked = format!(
            "{} userErrors {{ code field message }}",
            object.take(1).collect::<String>()
        );
        let mut data = client
            .data(&self.schema.mutation(field, &asked), json!({"input": input}))
            .await;
        let made = data[mutation].take();
        assert!(codes(&made).is_empty(), "{mutation}: {made}");
        made["made"].clone()
    }

    /// The same, and the record stands for its type from now on.
    async fn make(&mut self, client: &TestClient, of: &str, mutation: &str, input: Value) -> Value {
        let made = self.done(client, mutation, input).await;
        self.ids.all.insert(of.to_owned(), made["id"].clone());
        made["id"].clone()
    }
}

async fn person(client: &TestClient) -> Value {
    let mut data = client.data("{ viewer { person { id } } }", json!({})).await;
    data["viewer"]["person"]["id"].take()
}

async fn first(client: &TestClient, list: &str) -> Value {
    let data = client
        .data(&format!("{{ {list}(first: 1) {{ nodes {{ id }} }} }}"), json!({}))
        .await;
    data[list]["nodes"][0]["id"].clone()
}

impl Scene {
    /// Sets it on a server that was started with [`SETTINGS`].
    pub async fn set(server: &Server) -> Self {
        let administrator = server.administrator().await;
        let schema = Schema::of(&administrator).await;
        let mut maker = Maker {
            schema: &schema,
            ids: Ids::default(),
        };
        let (own, _) = project(&administrator, "P01").await;
        let (other, _) = project(&administrator, "P04").await;
        for (of, id) in [
            ("Project", json!(own)),
            ("Commune", json!("92094")),
            ("Chantier", first(&administrator, "chantiers").await),
            ("Step", first(&administrator, "steps").await),
            ("Resource", first(&administrator, "resources").await),
        ] {
            maker.ids.all.insert(of.to_owned(), id);
        }
        let living = "{ territories(where: { kinds: [LIVING_AREA] }, first: 1) { nodes { id } } projects(first: 20) { nodes { participations(first: 1) { nodes { id } } sources(first: 1) { nodes { id } } } } }";
        let known = administrator.data(living, json!({})).await;
        let any = |list: &str| {
            let mut found = known["projects"]["nodes"]
                .as_array()
                .unwrap()
                .iter()
                .map(|of| &of[list]["nodes"][0]["id"]);
            found.find(|id| id.is_string()).unwrap().clone()
        };
        maker.ids.all.insert(
            "Territory".to_owned(),
            known["territories"]["nodes"][0]["id"].clone(),
        );
        maker
            .ids
            .all
            .insert("Participation".to_owned(), any("participations"));
        maker.ids.all.insert("Provenance".to_owned(), any("sources"));

        // Two houses, and who works for them; who takes part in the project, and who in another one.
        let a = &administrator;
        let second = maker
            .make(
                a,
                "OtherOrganisation",
                "organisationCreate",
                json!({"name": "Maison voisine"}),
            )
            .await;
        let third = maker
            .done(a, "organisationCreate", json!({"name": "Maison acheteuse"}))
            .await["id"]
            .take();
        let house = maker
            .make(
                a,
                "Organisation",
                "organisationCreate",
                json!({"name": "Maison fournisseuse"}),
            )
            .await;
        let (member, stranger) = (
            colleague(server, "Membre", "MEMBER").await,
            colleague(server, "Etranger", "MEMBER").await,
        );
        let (staff, editor) = (
            colleague(server, "Officier", "OFFICER").await,
            colleague(server, "Editeur", "EDITOR").await,
        );
        let (near, far) = (
            partner(server, "Partenaire", &house).await,
            partner(server, "Voisin", &second).await,
        );
        let asker = colleague(server, "Demandeur", "MEMBER").await;
        let witness = json!({"name": "Zqtemoin Untel", "email": "zqcompte@exemple.be", "role": "MEMBER"});
        let witness = maker.make(a, "Person", "personInvite", witness).await;
        for (who, of) in [
            (&person(&member).await, &own),
            (&person(&asker).await, &own),
            (&person(&stranger).await, &other),
        ] {
            maker
                .done(
                    a,
                    "membershipCreate",
                    json!({"projectId": of, "personId": who, "role": "LEAD"}),
                )
                .await;
        }
        maker
            .make(
                a,
                "Membership",
                "membershipCreate",
                json!({"projectId": own, "personId": witness, "role": "MEMBER"}),
            )
            .await;

        // What is said of people, and what was said and taken back.
        let contact = json!({"projectId": own, "purpose": "zqpurpose", "name": "Zqcontactnom", "email": "zqcontact@exemple.be", "phone": "+32470998877"});
        maker.make(a, "Contact", "contactCreate", contact).await;
        maker
            .done(
                a,
                "contactCreate",
                json!({"organisationId": house, "purpose": "vente", "name": "Zqcontactnom"}),
            )
            .await;
        let gone = maker
            .done(
                a,
                "contactCreate",
                json!({"projectId": own, "purpose": "x", "name": "Zqefface"}),
            )
            .await;
        let delete =
            "mutation($input: DeleteInput!) { contactDelete(input: $input) { userErrors { code } } }";
        a.data(
            delete,
            json!({"input": {"id": gone["id"], "expectedRevision": 1}}),
        )
        .await;
        let note = maker
            .make(
                &staff,
                "Note",
                "noteCreate",
                json!({"projectId": own, "body": "zqannotation"}),
            )
            .await;
        maker
            .done(
                &staff,
                "noteUpdate",
                json!({"id": note, "expectedRevision": 1, "body": "zqnote"}),
            )
            .await;
        let spare = maker
            .done(&staff, "noteCreate", json!({"projectId": own, "body": "zqnote"}))
            .await["id"]
            .take();
        let history = a
            .data(
                "query($id: ID!) { history(record: $id, first: 1) { nodes { id } } }",
                json!({"id": spare}),
            )
            .await;
        maker
            .ids
            .all
            .insert("Change".to_owned(), history["history"]["nodes"][0]["id"].clone());

        // What is asked of an officer.
        let officer = person(&staff).await;
        maker
            .make(
                a,
                "Portfolio",
                "portfolioCreate",
                json!({"personId": officer, "territoryId": "90000"}),
            )
            .await;
        let absence = json!({"personId": officer, "starts": "2030-01-01", "ends": "2030-01-10"});
        maker.make(a, "Absence", "absenceCreate", absence).await;
        let request = json!({"kind": "QUESTION", "communeId": "92094", "projectId": own, "title": "zqdemande", "text": "zqtexte"});
        let request = maker.make(&asker, "Request", "requestAsk", request).await;
        maker
            .make(
                &asker,
                "RequestMessage",
                "requestWrite",
                json!({"requestId": request, "text": "zqmessage"}),
            )
            .await;
        let handed =
            json!({"id": request, "expectedRevision": 1, "to": person(&editor).await, "note": "zqpassation"});
        maker.done(a, "requestHandOver", handed).await;

        // What a house holds and what comes of it.
        let source = json!({"code": SOURCE, "name": "Annuaire de la scène", "operatorId": house});
        let source = maker.make(a, "Source", "sourceCreate", source).await;
        let offer =
            json!({"organisationId": house, "productType": "bread", "title": "Pain", "status": "WITHDRAWN"});
        maker.done(a, "offerCreate", offer).await;
        let offer =
            json!({"organisationId": house, "productType": "bread", "title": "Pain", "communeId": "92094"});
        let offer = maker.make(a, "Offer", "offerCreate", offer).await;
        let need =
            json!({"organisationId": third, "productType": "bread", "title": "Pain", "communeId": "92094"});
        let need = maker.make(a, "Need", "needCreate", need).await;
        maker
            .make(
                &near,
                "Outcome",
                "outcomeOpen",
                json!({"needId": need, "offerId": offer, "note": "zqissue"}),
            )
            .await;
        let rejected =
            json!({"organisations": [{"externalId": "zqrejet", "name": "Ferme", "commune": "99999"}]});
        near.post(&format!("/v1/sources/{SOURCE}/records"), &rejected)
            .await;
        let file = near.request(
            reqwest::Method::POST,
            &format!("/v1/sources/{SOURCE}/imports?what=organisations&name=zqligne"),
        );
        let file = file
            .header("Content-Type", "text/csv")
            .body("externalId,name\nf1,Zqligne\n")
            .send()
            .await
            .unwrap();
        let mut brought: Value = file.json().await.unwrap();
        maker.ids.all.insert("Import".to_owned(), brought["id"].take());
        let receiver = Receiver::open().await;
        let webhook =
            json!({"organisationId": house, "url": receiver.url("/scene"), "description": "zqcrochet"});
        let webhook = maker.make(&near, "Webhook", "webhookCreate", webhook).await;
        maker
            .make(&near, "WebhookDelivery", "webhookTest", json!({"id": webhook}))
            .await;
        let search = json!({"name": "zqrecherche", "list": "OFFERS", "query": "text=zqcriteres"});
        maker
            .make(&member, "SavedSearch", "savedSearchCreate", search)
            .await;

        // A council that the house coordinates.
        let council = json!({"name": "CPA de la scène", "territoryId": "90000", "coordinatorIds": [house]});
        let council = maker.make(a, "Council", "councilCreate", council).await;
        let seat = maker
            .make(
                &near,
                "Seat",
                "seatCreate",
                json!({"councilId": council, "category": "CITIZENS", "label": "Siège", "mandateFrom": "2026-01"}),
            )
            .await;
        let holder = json!({"seatId": seat, "name": "Zqsiege Untel", "role": "HOLDER", "personId": witness});
        maker.make(&near, "SeatHolder", "seatHolderCreate", holder).await;
        let meeting = json!({"councilId": council, "title": "Plénière", "on": "2026-03-10", "state": "HELD", "attendance": [{"seatId": seat, "presence": "PRESENT"}]});
        maker
            .make(&near, "CouncilMeeting", "councilMeetingCreate", meeting)
            .await;
        let options = json!([{"key": "oui", "label": "Oui"}, {"key": "non", "label": "Non"}]);
        let vote = json!({"councilId": council, "question": "Ouvert ?", "method": "APPROVAL", "secrecy": "OPEN", "options": options});
        let vote = maker.make(&near, "Vote", "voteCreate", vote).await;
        maker
            .done(&near, "voteOpen", json!({"id": vote, "expectedRevision": 1}))
            .await;
        maker
            .done(
                &near,
                "ballotCast",
                json!({"voteId": vote, "seatId": seat, "choices": ["oui"]}),
            )
            .await;
        let decision = maker
            .make(
                &near,
                "Decision",
                "decisionCreate",
                json!({"councilId": council, "title": "Décidé"}),
            )
            .await;
        maker
            .make(
                &near,
                "CouncilAction",
                "councilActionCreate",
                json!({"decisionId": decision, "title": "Agir"}),
            )
            .await;
        let evaluation =
            json!({"councilId": council, "year": 2025, "achieved": "Beaucoup", "nothingFailed": true});
        maker
            .make(&near, "Evaluation", "evaluationCreate", evaluation)
            .await;
        let item = json!({"kind": "WORKSHOP", "title": "Ensemble", "proposerId": council});
        let item = maker.make(&near, "SharedItem", "sharedItemCreate", item).await;
        let endorsed = json!({"itemId": item, "councilId": council, "state": "ENDORSED"});
        maker
            .make(&near, "Endorsement", "endorsementCreate", endorsed)
            .await;

        // A confidential need, and who could meet it.
        let expertise = json!({"organisationId": house, "title": "Relire", "topics": ["marches-publics"], "forms": ["LEGAL"], "languages": ["FR"]});
        let expertise = maker.make(&near, "Expertise", "expertiseCreate", expertise).await;
        let need = json!({"projectId": own, "title": "zqbesoin", "context": "zqcontexte", "topics": ["marches-publics"], "forms": ["LEGAL"], "languages": ["FR"], "confidential": true});
        let need = maker
            .make(&member, "ExpertiseNeed", "expertiseNeedCreate", need)
            .await;
        let introduction = json!({"expertiseId": expertise, "needId": need, "message": "zqpresentation"});
        let introduction = maker
            .make(&member, "Introduction", "introductionOpen", introduction)
            .await;
        for (who, revision, stage) in [
            (&near, 1, "ACCEPTED"),
            (&member, 2, "UNDER_WAY"),
            (&near, 3, "DONE"),
        ] {
            maker
                .done(
                    who,
                    "introductionAdvance",
                    json!({"id": introduction, "expectedRevision": revision, "stage": stage}),
                )
                .await;
        }
        let review = json!({"id": introduction, "expectedRevision": 4, "party": "PROVIDER", "rating": 4, "text": "zqavis"});
        maker.done(&near, "introductionReview", review).await;
        let second_need = json!({"projectId": other, "title": "Un autre besoin", "topics": ["marches-publics"], "forms": ["LEGAL"], "languages": ["FR"]});
        let second_need = maker.done(a, "expertiseNeedCreate", second_need).await["id"].take();
        let session = json!({"topic": "marches-publics", "needIds": [need, second_need], "expertiseIds": [expertise], "title": "Rencontre", "note": "zqseance"});
        maker
            .make(&staff, "ExpertiseSession", "expertiseSessionPropose", session)
            .await;

        // The machines.
        let mut columns: Vec<(String, TestClient)> = vec![("visitor".to_owned(), server.visitor())];
        for (word, client) in [
            ("stranger", stranger),
            ("member", member),
            ("outsider", far),
            ("partner", near),
            ("officer", staff),
            ("editor", editor),
            ("administrator", administrator.clone()),
        ] {
            columns.push((word.to_owned(), client));
        }
        let scopes: Vec<String> = schema
            .words("Scope")
            .iter()
            .map(|word| (*word).to_owned())
            .collect();
        let alien = json!({"name": "zqmachine", "organisationId": second, "scopes": scopes});
        columns.push(("alien".to_owned(), server.machine_of(a, alien).await));
        for scope in &scopes {
            let input = json!({"name": "zqmachine", "organisationId": house, "sourceIds": [source], "scopes": [scope]});
            columns.push((scope.to_lowercase(), server.machine_of(a, input).await));
        }
        // What is done to a machine is not done to one that asks.
        let machine = json!({"name": "zqmachine", "organisationId": house, "scopes": ["EXCHANGE_READ"]});
        let create = "mutation($input: ClientCreateInput!) { clientCreate(input: $input) { client { id } } }";
        let mut made = a.data(create, json!({"input": machine})).await;
        let machine = made["clientCreate"]["client"]["id"].take();
        maker.ids.all.insert("Client".to_owned(), machine);
        let ids = maker.ids;
        // What is deprecated is asked by every caller, and counted within seconds: each machine for itself, visitors
        // together, people together.
        let late = "{ chantiers(first: 1) { nodes { steps(first: 1) { nodes { late } } } } councils(first: 1) { nodes { decisions(first: 1) { nodes { actions(first: 1) { nodes { late } } } } } } }";
        for (_, client) in &columns {
            client.ask(late, json!({})).await;
        }
        let callers = scopes.len() + 1 + 2;
        until(a, "{ deprecatedCalls { calls } }", |data| {
            data["deprecatedCalls"]
                .as_array()
                .is_some_and(|calls| calls.len() >= 2 * callers)
        })
        .await;
        Self {
            columns,
            ids,
            schema,
            receiver,
        }
    }

    /// Waits until nobody works on the file that is imported.
    pub async fn file_rests(&self) {
        let administrator = self.columns.iter().find(|(who, _)| who == "administrator");
        let (_, administrator) = administrator.expect("an administrator is in the scene");
        let id = self.ids.all["Import"].as_str().expect("a file is in the scene");
        let state = format!("{{ import(id: \"{id}\") {{ state }} }}");
        let works = ["READING", "PREVIEWING", "RUNNING"];
        until(administrator, &state, |data| {
            data["import"]["state"]
                .as_str()
                .is_none_or(|state| !works.contains(&state))
        })
        .await;
    }
}

/// Asks again until the answer is so.
async fn until(client: &TestClient, query: &str, is_so: impl Fn(&Value) -> bool) {
    for _ in 0..300 {
        if is_so(&client.data(query, json!({})).await) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("it does not come about: {query}");
}
