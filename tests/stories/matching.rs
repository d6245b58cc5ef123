//! A canteen looks for carrots: it sees which offers fit and why, what is local by its own rule, keeps what came of it,
//! and everybody sees where too little is offered.

#![expect(clippy::unwrap_used, reason = "a story stops at the first surprise")]

use serde_json::{Value, json};
use stories::{codes, colleague, partner, statements, story};
use testing::TestClient;

const MATCHES: &str = "query($id: ID!, $least: Float, $local: Boolean) { need(id: $id) { matches(first: 10, minimumScore: $least, onlyLocal: $local) { \
    score known offer { title } verdict { outcome reason rule distanceKm radiusKm territory { nis label } offerPlace { communeId origin } sentence } \
    parts { kind score weight reason sentence } } } }";

const OPEN: &str = "mutation($input: OutcomeOpenInput!) { outcomeOpen(input: $input) { outcome { id revision stage buyer { name } supplier { name } } userErrors { code field } } }";

const ADVANCE: &str = "mutation($input: OutcomeAdvanceInput!) { outcomeAdvance(input: $input) { outcome { revision stage nextStages steps { stage since reason } } userErrors { code field } } }";

/// Makes a record and answers its identifier.
async fn made(client: &TestClient, kind: &str, input: Value) -> Value {
    let field = kind.to_lowercase();
    let query = format!(
        "mutation($input: New{kind}!) {{ {field}Create(input: $input) {{ {field} {{ id }} userErrors {{ code field message }} }} }}"
    );
    let data = client.data(&query, json!({"input": input})).await;
    let payload = &data[format!("{field}Create")];
    assert!(codes(payload).is_empty(), "{payload}");
    payload[field]["id"].clone()
}

/// What all of its kind have, and what is this one's own.
fn with(mut all: Value, own: Value) -> Value {
    let Value::Object(own) = own else {
        panic!("{own} is no object");
    };
    for (field, value) in own {
        all[field] = value;
    }
    all
}

/// A farm at Profondeville and a canteen at Namur.
async fn houses(staff: &TestClient) -> (Value, Value) {
    let farm = made(
        staff,
        "Organisation",
        json!({"name": "Ferme du Bois", "communeId": "92101"}),
    )
    .await;
    let canteen = made(
        staff,
        "Organisation",
        json!({"name": "Cantine", "communeId": "92094"}),
    )
    .await;
    (farm, canteen)
}

fn kilograms(value: i32) -> Value {
    json!({"value": value, "unit": "KILOGRAM"})
}

async fn found(client: &TestClient, need: &Value, more: Value) -> Vec<Value> {
    let data = client.data(MATCHES, with(json!({"id": need}), more)).await;
    data["need"]["matches"].as_array().unwrap().clone()
}

fn titles(found: &[Value]) -> Vec<&str> {
    found
        .iter()
        .map(|of| of["offer"]["title"].as_str().unwrap())
        .collect()
}

story! {
    async fn a_canteen_sees_which_offers_fit_and_why(server: Server) {
        let staff = colleague(&server, "Alix", "EDITOR").await;
        let (farm, canteen) = houses(&staff).await;
        let offer = json!({"organisationId": farm, "productType": "carrot"});
        made(&staff, "Offer", with(offer.clone(), json!({
            "title": "Tout y est", "communeId": "92094", "months": [9, 10], "quantity": kilograms(1000), "organic": true,
            "price": {"amount": 2, "per": "KILOGRAM"},
        }))).await;
        made(&staff, "Offer", with(offer.clone(), json!({"title": "Un mois sur deux, plus cher", "communeId": "92094", "months": [10], "organic": true,
            "quantity": kilograms(1000), "price": {"amount": 4, "per": "KILOGRAM"}}))).await;
        made(&staff, "Offer", with(offer.clone(), json!({"title": "On ne sait pas", "communeId": "81001"}))).await;
        made(&staff, "Offer", with(offer.clone(), json!({"title": "Des légumes", "productType": "vegetable", "communeId": "81001"}))).await;
        made(&staff, "Offer", with(offer, json!({"title": "Pas bio", "communeId": "92094", "organic": false}))).await;
        let need = made(&staff, "Need", json!({
            "organisationId": canteen, "productType": "carrot", "title": "Carottes", "months": [9, 10], "organic": true,
            "quantity": kilograms(100), "period": "MONTH", "budget": {"max": 3, "per": "KILOGRAM"},
        })).await;

        let visitor = server.visitor();
        let best = found(&visitor, &need, json!({})).await;
        assert_eq!(titles(&best), ["Tout y est", "Un mois sur deux, plus cher", "On ne sait pas", "Des légumes"]);
        assert_eq!((&best[0]["score"], &best[0]["known"]), (&json!(1.0), &json!(100)));
        // 30 + 20 + ½ × 15 + 15 + 10 + ¾ × 10, of a hundred.
        assert_eq!(best[1]["score"], json!(0.9));
        let part = |of: &Value, kind: &str| of["parts"].as_array().unwrap().iter().find(|part| part["kind"] == kind).unwrap().clone();
        let season = part(&best[1], "SEASON");
        assert_eq!((&season["score"], &season["weight"], &season["reason"]), (&json!(0.5), &json!(15), &json!("MONTHS")));
        assert_eq!(season["sentence"], "Disponible 1 des 2 mois demandés.");
        let labels = part(&best[2], "LABELS");
        assert_eq!((&labels["score"], &labels["reason"]), (&Value::Null, &json!("LABELS_UNKNOWN")), "not said is not no");
        assert_eq!(titles(&found(&visitor, &need, json!({"least": 0.9})).await), ["Tout y est", "Un mois sur deux, plus cher"]);
        assert!(found(&visitor, &need, json!({"local": true})).await.is_empty(), "it does not say what local means");

        let from_the_offer = "{ offers(where: { text: \"tout y est\" }) { nodes { matches { score needId verdict { outcome } } } } }";
        let seen = visitor.data(from_the_offer, json!({})).await;
        assert_eq!(seen["offers"]["nodes"][0]["matches"], json!([{"score": 1.0, "needId": need, "verdict": {"outcome": "NO_RULE"}}]));

        let body = json!({"query": MATCHES, "variables": {"id": need}});
        let request = visitor.request(reqwest::Method::POST, "/graphql").json(&body).header("Accept-Language", "nl");
        let answer: Value = request.send().await.unwrap().json().await.unwrap();
        let first = &answer["data"]["need"]["matches"][0];
        assert_eq!(first["parts"][0]["sentence"], "Het is het gevraagde product.");
    }
}

story! {
    async fn what_is_local_is_told_by_the_need_s_own_rule_with_its_reason(server: Server) {
        let staff = colleague(&server, "Alix", "EDITOR").await;
        let (farm, canteen) = houses(&staff).await;
        made(&staff, "Offer", json!({"organisationId": farm, "productType": "carrot", "title": "Au siège"})).await;
        made(&staff, "Offer", json!({"organisationId": farm, "productType": "carrot", "title": "Arlon", "communeId": "81001"})).await;
        let nowhere = made(&staff, "Organisation", json!({"name": "Sans adresse"})).await;
        made(&staff, "Offer", json!({"organisationId": nowhere, "productType": "carrot", "title": "Sans lieu"})).await;
        let around = made(&staff, "Territory", json!({
            "name": {"fr": "Autour de Namur"}, "kind": "LIVING_AREA", "extent": "COMPLETE", "communeCodes": ["92094", "92101"],
        })).await;
        let visitor = server.visitor();
        for (local, decided, near, far) in [
            (json!({"rule": "COMMUNE"}), json!("92094"), ("NOT_LOCAL", "OUTSIDE"), ("NOT_LOCAL", "OUTSIDE")),
            (json!({"rule": "ARRONDISSEMENT"}), json!("92000"), ("LOCAL", "INSIDE"), ("NOT_LOCAL", "OUTSIDE")),
            (json!({"rule": "PROVINCE"}), json!("90000"), ("LOCAL", "INSIDE"), ("NOT_LOCAL", "OUTSIDE")),
            (json!({"rule": "TERRITORY", "territoryId": around}), Value::Null, ("LOCAL", "INSIDE"), ("NOT_LOCAL", "OUTSIDE")),
            (json!({"rule": "RADIUS", "radiusKm": 30}), Value::Null, ("LOCAL", "WITHIN_RADIUS"), ("NOT_LOCAL", "BEYOND_RADIUS")),
            (json!({"rule": "WALLONIA"}), json!("03000"), ("LOCAL", "INSIDE"), ("LOCAL", "INSIDE")),
        ] {
            let input = json!({"organisationId": canteen, "productType": "carrot", "title": "Carottes", "local": local});
            let need = made(&staff, "Need", input).await;
            let all = found(&visitor, &need, json!({})).await;
            let of = |title: &str| all.iter().find(|of| of["offer"]["title"] == title).unwrap()["verdict"].clone();
            let said = |verdict: &Value| (verdict["outcome"].clone(), verdict["reason"].clone());
            for (title, (outcome, reason)) in [("Au siège", near), ("Arlon", far)] {
                let verdict = of(title);
                assert_eq!(said(&verdict), (json!(outcome), json!(reason)), "{title} by {local}");
                assert_eq!(verdict["rule"], local["rule"]);
                assert!(verdict["distanceKm"].as_f64().unwrap() > 5.0);
                assert_eq!(verdict["territory"]["nis"], decided);
            }
            assert_eq!(of("Au siège")["offerPlace"]["origin"], "ORGANISATION", "whose place was used is said");
            assert_eq!(of("Arlon")["offerPlace"]["origin"], "RECORD");
            assert_eq!(said(&of("Sans lieu")), (json!("UNKNOWN"), json!("OFFER_PLACE_UNKNOWN")));
            let local_ones = found(&visitor, &need, json!({"local": true})).await;
            let expected = [near, far].iter().filter(|(outcome, _)| *outcome == "LOCAL").count();
            assert_eq!(local_ones.len(), expected, "{local}");
        }
    }
}

story! {
    async fn what_came_of_it_is_kept_by_the_two_and_hidden_from_others(server: Server) {
        let staff = colleague(&server, "Alix", "EDITOR").await;
        let (farm, canteen) = houses(&staff).await;
        let grower = partner(&server, "Rosa", &farm).await;
        let (buyer, stranger, visitor) =
            (partner(&server, "Camille", &canteen).await, colleague(&server, "Max", "MEMBER").await, server.visitor());
        let offer = made(&grower, "Offer", json!({"organisationId": farm, "productType": "carrot", "title": "Carottes"})).await;
        let need = made(&buyer, "Need", json!({"organisationId": canteen, "productType": "carrot", "title": "Carottes", "communeId": "92094"})).await;
        let pair = json!({"needId": need, "offerId": offer, "since": "2026-09-01"});
        assert_eq!(codes(&visitor.data(OPEN, json!({"input": pair})).await["outcomeOpen"]), ["UNAUTHENTICATED"]);
        assert_eq!(codes(&stranger.data(OPEN, json!({"input": pair})).await["outcomeOpen"]), ["FORBIDDEN"]);
        let opened = buyer.data(OPEN, json!({"input": pair})).await["outcomeOpen"]["outcome"].take();
        assert_eq!((&opened["buyer"]["name"], &opened["supplier"]["name"]), (&json!("Cantine"), &json!("Ferme du Bois")));

        let to = |revision: i32, stage: &str, more: Value| {
            json!({"input": with(json!({"id": opened["id"], "expectedRevision": revision, "stage": stage}), more)})
        };
        let hidden = visitor.data(ADVANCE, to(1, "QUOTE", json!({}))).await;
        assert_eq!(codes(&hidden["outcomeAdvance"]), ["NOT_FOUND"]);
        for (client, revision, stage, since) in
            [(&grower, 1, "QUOTE", "2026-09-03"), (&buyer, 2, "CONTRACT", "2026-09-10"), (&buyer, 3, "DELIVERED", "2026-10")]
        {
            let done = client.data(ADVANCE, to(revision, stage, json!({"since": since}))).await["outcomeAdvance"].take();
            assert!(codes(&done).is_empty(), "{done}");
            assert_eq!(done["outcome"]["stage"], stage);
        }
        let back = buyer.data(ADVANCE, to(4, "CONTACT", json!({}))).await;
        assert_eq!(codes(&back["outcomeAdvance"]), ["TRANSITION"]);

        // Another one comes to nothing, which is a result worth keeping.
        let other = grower.data(OPEN, json!({"input": {"offerId": offer, "note": "Magasin à Dinant"}})).await["outcomeOpen"]["outcome"].take();
        let nothing = |reason: Value| json!({"input": {"id": other["id"], "expectedRevision": 1, "stage": "NOTHING", "reason": reason}});
        assert_eq!(codes(&grower.data(ADVANCE, nothing(Value::Null)).await["outcomeAdvance"]), ["INVALID"]);
        let ended = grower.data(ADVANCE, nothing(json!("Trop peu pour la tournée"))).await["outcomeAdvance"]["outcome"].take();
        assert_eq!((&ended["stage"], &ended["nextStages"]), (&json!("NOTHING"), &json!(["CONTACT"])));
        assert_eq!(ended["steps"][1]["reason"], "Trop peu pour la tournée");

        let read = "query($need: ID!, $offer: ID!, $id: ID!, $farm: ID!) { node(id: $id) { id } need(id: $need) { outcomes { nodes { stage steps { stage since } } } } \
            offer(id: $offer) { outcomes { nodes { stage } } } organisation(id: $farm) { sales { nodes { stage } } purchases { nodes { stage } } } \
            outcomes(where: { organisation: $farm }) { nodes { stage } } history(record: $id) { nodes { id } } }";
        let asked = json!({"need": need, "offer": offer, "id": opened["id"], "farm": farm});
        for client in [&visitor, &stranger] {
            assert_eq!(client.data(read, asked.clone()).await, json!({
                "node": null, "need": {"outcomes": null}, "offer": {"outcomes": null}, "organisation": {"sales": null, "purchases": null},
                "outcomes": null, "history": {"nodes": []},
            }));
        }
        let seen = buyer.data(read, asked.clone()).await;
        assert_eq!(seen["node"]["id"], opened["id"]);
        assert_eq!(seen["need"]["outcomes"]["nodes"][0]["steps"], json!([
            {"stage": "CONTACT", "since": "2026-09-01"}, {"stage": "QUOTE", "since": "2026-09-03"},
            {"stage": "CONTRACT", "since": "2026-09-10"}, {"stage": "DELIVERED", "since": "2026-10"},
        ]));
        assert_eq!((&seen["offer"]["outcomes"], &seen["outcomes"]), (&Value::Null, &Value::Null), "the grower's other outcomes are not the buyer's");
        let seen = grower.data(read, asked).await;
        let both = json!({"nodes": [{"stage": "NOTHING"}, {"stage": "DELIVERED"}]});
        assert_eq!((&seen["offer"]["outcomes"], &seen["organisation"]["sales"], &seen["outcomes"]), (&both, &both, &both));

        let counts = "{ outcomeCounts(territory: \"90000\", productTypes: [\"vegetable\"]) { productType { code } stages { stage count } } }";
        let counted = visitor.data(counts, json!({})).await["outcomeCounts"].take();
        assert_eq!(counted, json!([{"productType": {"code": "vegetable"}, "stages": [
            {"stage": "CONTACT", "count": 0}, {"stage": "QUOTE", "count": 0}, {"stage": "CONTRACT", "count": 0},
            {"stage": "DELIVERED", "count": 1}, {"stage": "NOTHING", "count": 1},
        ]}]));
    }
}

story! {
    async fn a_need_that_changed_hands_shows_each_organisation_its_own_outcomes_page_by_page(server: Server) {
        let staff = colleague(&server, "Alix", "EDITOR").await;
        let (farm, canteen) = houses(&staff).await;
        let school = made(&staff, "Organisation", json!({"name": "École"})).await;
        let (old, new) = (partner(&server, "Camille", &canteen).await, partner(&server, "Noor", &school).await);
        let offer = made(&staff, "Offer", json!({"organisationId": farm, "productType": "carrot", "title": "Carottes"})).await;
        let need = made(&staff, "Need", json!({"organisationId": canteen, "productType": "carrot", "title": "Carottes"})).await;
        let opened = async |client: &TestClient, input: Value| {
            let payload = client.data(OPEN, json!({"input": input})).await["outcomeOpen"].take();
            assert!(codes(&payload).is_empty(), "{payload}");
            payload["outcome"]["id"].clone()
        };
        let before = opened(&old, json!({"needId": need, "offerId": offer})).await;
        let moved = "mutation($input: NeedPatch!) { needUpdate(input: $input) { userErrors { code field } } }";
        let input = json!({"id": need, "expectedRevision": 1, "organisationId": school});
        let payload = staff.data(moved, json!({"input": input})).await["needUpdate"].take();
        assert!(codes(&payload).is_empty(), "{payload}");
        let first = opened(&new, json!({"needId": need})).await;
        let second = opened(&new, json!({"needId": need, "offerId": offer})).await;
        // The old one's is the last changed: it would stand first, and a page of one would be empty.
        let quoted = json!({"input": {"id": before, "expectedRevision": 1, "stage": "QUOTE"}});
        assert!(codes(&old.data(ADVANCE, quoted).await["outcomeAdvance"]).is_empty());

        let read = "query($need: ID!, $after: String) { need(id: $need) { outcomes(first: 1, after: $after) { \
            totalCount nodes { id } pageInfo { hasNextPage hasPreviousPage endCursor } } } }";
        let mut after = Value::Null;
        for (place, id) in [second, first].iter().enumerate() {
            let page = new.data(read, json!({"need": need, "after": after})).await["need"]["outcomes"].take();
            assert_eq!((&page["nodes"], &page["totalCount"]), (&json!([{"id": id}]), &json!(2)), "{page}");
            let info = &page["pageInfo"];
            assert_eq!((&info["hasNextPage"], &info["hasPreviousPage"]), (&json!(place == 0), &json!(place == 1)));
            after = info["endCursor"].clone();
        }
        let all = staff.data(read, json!({"need": need})).await["need"]["outcomes"].take();
        assert_eq!((&all["nodes"], &all["totalCount"]), (&json!([{"id": before}]), &json!(3)), "staff see all of them");
        let past = old.data(read, json!({"need": need})).await;
        assert_eq!(past["need"]["outcomes"], Value::Null, "it is no longer theirs");
        let bought = "query($of: ID!) { organisation(id: $of) { purchases { totalCount nodes { id } } } }";
        let kept = old.data(bought, json!({"of": canteen})).await;
        assert_eq!(kept["organisation"]["purchases"], json!({"totalCount": 1, "nodes": [{"id": before}]}));
    }
}

story! {
    async fn everybody_sees_in_which_months_too_little_is_offered(server: Server) {
        let staff = colleague(&server, "Alix", "EDITOR").await;
        let (farm, canteen) = houses(&staff).await;
        for own in [
            json!({"quantity": kilograms(300), "months": [9, 10, 11]}),
            json!({"quantity": {"value": 12, "unit": "CRATE"}, "months": [9]}),
            json!({"months": [9]}),
            json!({"quantity": kilograms(50)}),
            json!({"quantity": kilograms(900), "months": [9], "communeId": "81001"}),
        ] {
            made(&staff, "Offer", with(json!({"organisationId": farm, "productType": "carrot", "title": "Carottes"}), own)).await;
        }
        for own in [
            json!({"quantity": kilograms(100), "period": "WEEK", "months": [9]}),
            json!({"quantity": kilograms(60), "period": "YEAR", "months": [9, 10]}),
            json!({"months": [10]}),
        ] {
            made(&staff, "Need", with(json!({"organisationId": canteen, "productType": "carrot", "title": "Carottes"}), own)).await;
        }
        let gap = "{ gap(territory: \"90000\", productTypes: [\"vegetable\"], year: 2026) { offersWithoutPlace rows { productType { code label } offersWithoutMonth needsWithoutMonth \
            months { month offers needs offersWithoutQuantity needsWithoutQuantity amounts { unit offered needed difference } } } } }";
        let visitor = server.visitor();
        let row = visitor.data(gap, json!({})).await["gap"]["rows"][0].take();
        assert_eq!((&row["productType"]["code"], &row["offersWithoutMonth"], &row["needsWithoutMonth"]), (&json!("vegetable"), &json!(1), &json!(0)));
        assert_eq!(row["months"].as_array().unwrap().len(), 12);
        assert_eq!(row["months"][8], json!({
            "month": 9, "offers": 3, "needs": 2, "offersWithoutQuantity": 1, "needsWithoutQuantity": 0, "amounts": [
                {"unit": "KILOGRAM", "offered": "100", "needed": "464.5", "difference": "-364.5"},
                {"unit": "CRATE", "offered": "12", "needed": null, "difference": "12"},
            ],
        }));
        assert_eq!(row["months"][9], json!({
            "month": 10, "offers": 1, "needs": 2, "offersWithoutQuantity": 0, "needsWithoutQuantity": 1, "amounts": [
                {"unit": "KILOGRAM", "offered": "100", "needed": "30", "difference": "70"},
            ],
        }));
        let families = visitor.data("{ gap { rows { productType { code } } } }", json!({})).await;
        assert_eq!(families["gap"]["rows"].as_array().unwrap().len(), 9);
        let list = async || {
            visitor.data("{ needs { nodes { matches(first: 2) { score offer { title } } } } }", json!({})).await;
        };
        let cost = statements(&visitor, list).await;
        // The list, the needs once more, their organisations, the candidates, the offers.
        assert_eq!(cost, 5, "a list of needs each with its matches");
    }
}
