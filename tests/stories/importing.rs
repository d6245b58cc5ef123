//! Files are imported: brought, mapped, previewed, applied, reported; from a spreadsheet, from an export, from the command
//! line, and through the death of the server.

#![expect(clippy::unwrap_used, reason = "a story stops at the first surprise")]

use std::time::Duration;

use reqwest::{Method, StatusCode};
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};
use serde_json::{Value, json};
use stories::{codes, colleague, story};
use testing::{Server, TestClient};

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const IMPORT: &str = "query($id: ID!) { import(id: $id) { state lines done fileName format encoding preview { created updated unchanged rejected } absent \
    counts { created updated unchanged stale deleted rejected } failure { code message } \
    rows { line outcome externalId recordId notices errors { code field column message } changes { field from to } } } }";

async fn source(server: &Server) -> TestClient {
    let administrator = server.administrator().await;
    let create = "mutation($input: NewSource!) { sourceCreate(input: $input) { userErrors { code } } }";
    administrator
        .ask(create, json!({"input": {"code": "annuaire", "name": "Annuaire"}}))
        .await;
    let farms = json!({"organisations": [
        {"externalId": "f1", "name": "Ferme du Pré", "kinds": ["PRODUCER"], "commune": "92094", "enterpriseNumber": "0403019261",
         "aliases": ["Le Pré", "=Pré & fils"], "address": {"street": "Rue Haute 1", "postcode": "5000", "locality": "Namur"},
         "point": {"lat": 50.4669, "lon": 4.8675}},
        {"externalId": "f2", "name": "Ferme du Bois"},
    ]});
    administrator.post("/v1/sources/annuaire/records", &farms).await;
    administrator
}

async fn brought(client: &TestClient, what: &str, kind: &str, body: Vec<u8>) -> reqwest::Response {
    let path = format!("/v1/sources/annuaire/imports?what={what}&name=liste");
    client
        .request(Method::POST, &path)
        .header("Content-Type", kind)
        .header("Accept-Language", "fr")
        .body(body)
        .send()
        .await
        .unwrap()
}

/// A file that is here: what was answered.
async fn here(client: &TestClient, what: &str, kind: &str, body: Vec<u8>) -> Value {
    let answer = brought(client, what, kind, body).await;
    let status = answer.status();
    let answer: Value = answer.json().await.unwrap();
    assert_eq!(status, StatusCode::CREATED, "{answer}");
    answer
}

async fn asked(client: &TestClient, what: &str, input: Value) -> Value {
    let name = what.replacen("import", "Import", 1);
    let query = format!(
        "mutation($input: {name}Input!) {{ {what}(input: $input) {{ import {{ state }} userErrors {{ code field message }} }} }}"
    );
    client.data(&query, json!({"input": input})).await[what].take()
}

/// The import when nobody works on it any more.
async fn ended(client: &TestClient, id: &Value) -> Value {
    for _ in 0..600 {
        let import = client.data(IMPORT, json!({"id": id})).await["import"].take();
        if !matches!(import["state"].as_str().unwrap(), "PREVIEWING" | "RUNNING") {
            return import;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the import does not end");
}

async fn previewed(client: &TestClient, id: &Value) -> Value {
    assert_eq!(
        codes(&asked(client, "importPreview", json!({"id": id})).await),
        [""; 0]
    );
    ended(client, id).await
}

async fn ran(client: &TestClient, id: &Value) -> Value {
    assert_eq!(
        codes(&asked(client, "importStart", json!({"id": id})).await),
        [""; 0]
    );
    ended(client, id).await
}

const OFFERS: &str = "Réf;Producteur;Produit;Intitulé;Qté (kg);Prix (€/kg);Mois;Bio;Labels;Code INS;Valable jusqu'au\n\
    o1;f1;Pain;Pain au levain;12,5;3,20;mars-juin;oui;Demeter, AOP;92094;31/12/2027\n\
    o2;f2;licorne;Corne;1;;;;;;\n\
    o3;f2;Lait;Lait cru;beaucoup;;toute l'année;bof;;99999;\n\
    o4;f9;pain;;;;;;;82003;\n\
    o5;f2;pain;;;;1;non;;82003;\n";

story! {
    async fn a_list_of_offers_becomes_offers_line_by_line(server: Server) {
        let client = source(&server).await;
        let windows: Vec<u8> = OFFERS.chars().map(|c| if c == '€' { 0x80 } else { u8::try_from(u32::from(c)).unwrap() }).collect();
        let file = here(&client, "offers", "text/csv", windows).await;
        assert_eq!((&file["encoding"], &file["lines"], &file["fileName"]), (&json!("windows-1252"), &json!(5), &json!("liste")));
        assert_eq!(file["columns"][2], json!({"name": "Produit", "samples": ["Pain", "licorne", "Lait", "pain", "pain"]}));
        let fed: Vec<&str> = file["mapping"]["fields"].as_array().unwrap().iter().map(|fed| fed["field"].as_str().unwrap()).collect();
        assert_eq!(fed, ["externalId", "organisationExternalId", "title", "productType", "quantity.value", "quantity.unit", "price.amount", "price.per",
            "months", "organic", "labels", "communeNis", "expiresAt"]);
        let before = server.feed_rows().await;
        let seen = previewed(&client, &file["id"]).await;
        assert_eq!(seen["preview"], json!({"created": 2, "updated": 0, "unchanged": 0, "rejected": 3}), "{seen:#}");
        assert_eq!(server.feed_rows().await, before, "a preview writes nothing");
        let name = seen["rows"][0]["changes"].as_array().unwrap().iter().find(|change| change["field"] == "quantity").unwrap();
        assert_eq!(name["to"], json!({"value": "12.5", "unit": "KILOGRAM"}));
        let done = ran(&client, &file["id"]).await;
        assert_eq!((&done["state"], &done["counts"]["created"], &done["counts"]["rejected"]), (&json!("DONE"), &json!(2), &json!(3)));
        let rows = done["rows"].as_array().unwrap();
        let errors = |line: i64| -> Vec<String> {
            let row = rows.iter().find(|row| row["line"] == line).unwrap();
            row["errors"].as_array().unwrap().iter().map(|error| format!("{} {}", error["code"].as_str().unwrap(), error["column"].as_str().unwrap())).collect()
        };
        assert_eq!(errors(3), ["UNKNOWN_REFERENCE Produit"]);
        assert_eq!(errors(4), ["INVALID Qté (kg)", "INVALID Bio"]);
        assert_eq!(errors(5), ["UNKNOWN_REFERENCE Producteur"]);
        let old = rows.iter().find(|row| row["line"] == 6).unwrap();
        assert_eq!(old["notices"], json!(["COMMUNE_SUCCEEDED"]));
        let found = client.data("{ record(source: \"annuaire\", externalId: \"o1\") { ... on Offer { title productType months organic labels \
            quantity { value unit } price { amount per } commune { label } expiresAt organisation { name } } } }", json!({})).await;
        assert_eq!(found["record"], json!({"title": "Pain au levain", "productType": "bread", "months": [3, 4, 5, 6], "organic": true, "labels": ["DEMETER", "PDO"],
            "quantity": {"value": "12.5", "unit": "KILOGRAM"}, "price": {"amount": "3.2", "per": "KILOGRAM"}, "commune": {"label": "Namur"},
            "expiresAt": "2027-12-31T00:00:00+00:00", "organisation": {"name": "Ferme du Pré"}}));
        let rejected = client.request(Method::GET, &format!("/v1/imports/{}/rejected.csv", file["id"].as_str().unwrap())).header("Accept-Language", "fr").send().await.unwrap();
        let rejected = rejected.text().await.unwrap();
        let lines: Vec<&str> = rejected.trim_start_matches('\u{feff}').lines().collect();
        assert_eq!(lines.len(), 4, "{rejected}");
        assert!(lines[0].ends_with("Valable jusqu'au,Ligne,Raison du refus"), "{}", lines[0]);
        assert!(lines[1].starts_with("o2,f2,licorne,Corne,1,") && lines[1].contains(",3,Produit: "), "{}", lines[1]);
        // Corrected, it comes again: the two columns that were added are passed over, and the mapping is the one before.
        let corrected = rejected.replace("licorne", "pain").replace("beaucoup", "7").replace(",bof,", ",non,").replace("99999", "92094").replace("f9", "f1");
        let again = here(&client, "offers", "text/csv", corrected.into_bytes()).await;
        let done = ran(&client, &again["id"]).await;
        assert_eq!((&done["counts"]["created"], &done["counts"]["rejected"]), (&json!(3), &json!(0)), "{done:#}");
        let listed = client.data("{ source(code: \"annuaire\") { imports { id state } health { offers } } }", json!({})).await;
        assert_eq!((listed["source"]["imports"].as_array().unwrap().len(), &listed["source"]["health"]["offers"]), (2, &json!(5)));
    }
}

story! {
    async fn a_spreadsheet_s_numbers_and_days_are_what_they_are(server: Server) {
        let client = source(&server).await;
        let mut book = Workbook::new();
        let sheet = book.add_worksheet();
        let day = Format::new().set_num_format("dd/mm/yyyy");
        for (at, header) in (0..).zip(["Kennung", "Käufer", "Produkt", "Menge", "Einheit", "Pro", "Frist", "Gemeinde", "Monate"]) {
            sheet.write_string(0, at, header).unwrap();
        }
        sheet.write_number(1, 0, 7).unwrap();
        sheet.write_string(1, 1, "f1").unwrap();
        sheet.write_string(1, 2, "milk").unwrap();
        sheet.write_number(1, 3, 40.5).unwrap();
        sheet.write_string(1, 4, "Liter").unwrap();
        sheet.write_string(1, 5, "Woche").unwrap();
        sheet.write_datetime_with_format(1, 6, ExcelDateTime::parse_from_str("2027-03-31").unwrap(), &day).unwrap();
        sheet.write_number(1, 7, 92_094).unwrap();
        sheet.write_string(1, 8, "Oktober bis Februar").unwrap();
        let file = here(&client, "needs", XLSX, book.save_to_buffer().unwrap()).await;
        assert_eq!((&file["format"], &file["encoding"]), (&json!("XLSX"), &Value::Null));
        let done = ran(&client, &file["id"]).await;
        assert_eq!(done["counts"]["created"], 1, "{done:#}");
        let found = client.data("{ record(source: \"annuaire\", externalId: \"7\") { ... on Need { quantity { value unit } period deadline months commune { label } budget { max } } } }", json!({})).await;
        assert_eq!(found["record"], json!({"quantity": {"value": "40.5", "unit": "LITRE"}, "period": "WEEK", "deadline": "2027-03-31", "months": [1, 2, 10, 11, 12],
            "commune": {"label": "Namur"}, "budget": null}));
    }
}

story! {
    async fn an_export_that_is_brought_back_changes_nothing(server: Server) {
        let client = source(&server).await;
        let offers: Vec<Value> = (0..3).map(|n| json!({
            "externalId": format!("o{n}"), "organisationExternalId": "f1", "productType": "bread", "title": format!("=Pain {n}"), "months": [1, 12],
            "quantity": {"value": "1250.5", "unit": "KILOGRAM"}, "price": {"amount": "0.075", "per": "KILOGRAM"}, "organic": n == 0, "labels": ["DEMETER", "PDO"],
            "delivery": {"pickUp": true, "radiusKm": 20, "note": "Le mardi"}, "minimumOrder": {"value": 2, "unit": "CRATE"}, "audiences": ["SHOPS"],
            "availableFrom": "2026-12-01", "availableTo": "2027-06-30", "expiresAt": "2027-07-01T08:30:00Z", "commune": "92094", "description": "À la ferme; sur commande,\nou au marché",
        })).collect();
        let needs = json!([{"externalId": "n1", "organisationExternalId": "f1", "productType": "milk", "period": "WEEK", "quantity": {"value": 40, "unit": "LITRE"},
            "local": {"rule": "RADIUS", "radiusKm": 30}, "budget": {"max": "1.25", "per": "LITRE"}, "requiredLabels": ["EU_ORGANIC"], "deadline": "2027-01-31"}]);
        let pushed = client.post("/v1/sources/annuaire/records", &json!({"offers": offers, "needs": needs})).await;
        assert_eq!(pushed.json::<Value>().await.unwrap()["counts"]["created"], 4);
        for (what, narrowed, lines) in [("offers", "", 3), ("needs", "", 1), ("organisations", "?text=ferme+du", 2)] {
            for (form, kind) in [("csv", "text/csv"), ("xlsx", XLSX)] {
                let export = client.get(&format!("/v1/exports/{what}.{form}{narrowed}")).await.bytes().await.unwrap();
                let file = here(&client, what, kind, export.to_vec()).await;
                assert_eq!(file["lines"], lines, "{what}.{form}");
                let seen = previewed(&client, &file["id"]).await;
                assert_eq!(seen["preview"], json!({"created": 0, "updated": 0, "unchanged": lines, "rejected": 0}), "{what}.{form}: {seen:#}");
                let before = server.feed_rows().await;
                assert_eq!(ran(&client, &file["id"]).await["counts"]["unchanged"], lines, "{what}.{form}");
                assert_eq!(server.feed_rows().await, before);
            }
        }
        let schema: Value = server.visitor().get("/v1/imports/offers.schema.json").await.json().await.unwrap();
        let exported: Value = server.visitor().get("/v1/exports/offers.schema.json").await.json().await.unwrap();
        let names = |schema: &Value| -> Vec<String> { schema["fields"].as_array().unwrap().iter().map(|field| field["name"].as_str().unwrap().to_owned()).collect() };
        let (own, known) = (names(&schema), names(&exported));
        let only_here: Vec<&String> = own.iter().filter(|name| !known.contains(name)).collect();
        assert_eq!(only_here, ["externalId", "organisationExternalId", "sourceUpdatedAt", "sourceRevision"]);
    }
}

story! {
    async fn what_is_no_file_and_who_may_not_are_refused_in_clear_words(server: Server) {
        let client = source(&server).await;
        let why = async |what: &str, kind: &str, body: Vec<u8>| {
            let answer = brought(&client, what, kind, body).await;
            let status = answer.status().as_u16();
            let answer: Value = answer.json().await.unwrap();
            (status, answer["detail"].as_str().unwrap_or_default().to_owned())
        };
        let (status, said) = why("offers", "text/csv", b"PK\x03\x04 almost".to_vec()).await;
        assert_eq!((status, said.starts_with("Ce fichier n'est ni un CSV ni un tableur")), (400, true), "{said}");
        assert_eq!(why("offers", "text/csv", b"R\xe9f;Nom\n".to_vec()).await.0, 400);
        assert_eq!(why("offers", "text/plain", OFFERS.into()).await.0, 415);
        assert_eq!(why("farms", "text/csv", OFFERS.into()).await.0, 400);
        let (status, said) = why("offers", "text/csv", vec![b'a'; 40 << 20]).await;
        assert_eq!((status, said.contains("32 Mo")), (413, true), "{said}");
        let long = format!("a;b\n{}", "1;2\n".repeat(100_001));
        assert_eq!(why("offers", "text/csv", long.into()).await.0, 413);
        assert_eq!(server.visitor().request(Method::POST, "/v1/sources/annuaire/imports?what=offers").header("Content-Type", "text/csv").body(OFFERS).send().await.unwrap().status(), 401);
        let member = colleague(&server, "Anne", "MEMBER").await;
        assert_eq!(brought(&member, "offers", "text/csv", OFFERS.into()).await.status(), 403);
        let file = here(&client, "offers", "text/csv", OFFERS.into()).await;
        assert_eq!(member.data(IMPORT, json!({"id": file["id"]})).await["import"], Value::Null);
        assert_eq!(codes(&asked(&member, "importStart", json!({"id": file["id"]})).await), ["NOT_FOUND"]);
        let rejected = format!("/v1/imports/{}/rejected.csv", file["id"].as_str().unwrap());
        assert_eq!(member.get(&rejected).await.status(), 404);
        assert_eq!(server.visitor().get(&rejected).await.status(), 401);
        // A file whose columns say nothing has to be mapped first.
        let strange = here(&client, "offers", "text/csv", b"Couleur;Taille\nvert;3\n".to_vec()).await;
        assert_eq!(codes(&asked(&client, "importPreview", json!({"id": strange["id"]})).await), ["REQUIRED"]);
        let mapping = json!({"fields": [{"field": "externalId", "column": "Taille"}, {"field": "title", "column": "Teinte"}], "separator": ";"});
        let refused = asked(&client, "importMap", json!({"id": strange["id"], "mapping": mapping})).await;
        assert_eq!(refused["userErrors"][0]["field"], json!(["mapping", "fields", "1", "column"]));
        let mapping = json!({"fields": [{"field": "externalId", "column": "Taille"}, {"field": "title", "column": "Couleur"},
            {"field": "productType", "constant": "pain"}, {"field": "organisationExternalId", "constant": "f1"}]});
        assert_eq!(codes(&asked(&client, "importMap", json!({"id": strange["id"], "mapping": mapping})).await), [""; 0]);
        assert_eq!(ran(&client, &strange["id"]).await["counts"]["created"], 1);
        let cancelled = asked(&client, "importCancel", json!({"id": file["id"]})).await;
        assert_eq!(cancelled["import"]["state"], "CANCELLED");
    }
}

story! {
    async fn a_server_that_is_killed_in_the_middle_goes_on_where_it_was(server: Server) {
        let client = source(&server).await;
        let mut file = "Réf;Producteur;Produit;Intitulé\n".to_owned();
        for n in 0..4_000 {
            file.push_str(&format!("k{n};f1;pain;Pain {n}\n"));
        }
        let import = here(&client, "offers", "text/csv", file.into_bytes()).await;
        asked(&client, "importStart", json!({"id": import["id"]})).await;
        let mut killed_at = Vec::new();
        for _ in 0..2 {
            let client = server.administrator().await;
            // Killed once something is done and before all is.
            let from = killed_at.last().copied().unwrap_or(0);
            let done = loop {
                let at = client.data(IMPORT, json!({"id": import["id"]})).await;
                let done = at["import"]["done"].as_u64().unwrap();
                if done > from || at["import"]["state"] != "RUNNING" {
                    break done;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            };
            server.kill().await;
            killed_at.push(done);
            server.restart().await;
        }
        assert!(killed_at[0] < 4_000, "it was killed in the middle: {killed_at:?}");
        let client = server.administrator().await;
        let done = ended(&client, &import["id"]).await;
        assert_eq!((&done["state"], &done["done"], &done["counts"]["created"], &done["counts"]["rejected"]), (&json!("DONE"), &json!(4_000), &json!(4_000), &json!(0)), "{killed_at:?}");
        let counted = client.data("{ offers { totalCount } source(code: \"annuaire\") { health { offers } } }", json!({})).await;
        assert_eq!(counted, json!({"offers": {"totalCount": 4_000}, "source": {"health": {"offers": 4_000}}}));
    }
}

story! {
    async fn the_command_line_previews_applies_and_says_how_it_ended(server: Server) {
        let client = source(&server).await;
        let file = server.file("offres.csv", OFFERS.as_bytes());
        let all = ["import", "--source", "annuaire", "--what", "offers", file.as_str()];
        let with = |more: &[&'static str]| -> Vec<&str> { all.iter().copied().chain(more.iter().copied()).collect() };
        let (code, said, progress) = server.command(&with(&["--dry-run"])).await;
        assert_eq!(code, Some(1), "{said}{progress}");
        assert!(said.contains("would be created 2, updated 0, unchanged 0, stale 0, rejected 3"), "{said}");
        assert!(said.contains("line 4: REJECTED o3 Qté (kg): This is not a number"), "{said}");
        assert!(progress.contains("5 of 5 lines"), "{progress}");
        assert_eq!(client.data("{ offers { totalCount } }", json!({})).await["offers"]["totalCount"], 0);
        let (code, said, _) = server.command(&with(&["--json"])).await;
        let report: Value = serde_json::from_str(&said).unwrap();
        assert_eq!((code, &report["state"], &report["counts"]["created"]), (Some(1), &json!("DONE"), &json!(2)));
        assert_eq!(report["rows"][0]["errors"][0]["column"], "Produit");
        let good = server.file("bonnes.csv", OFFERS.lines().take(2).collect::<Vec<_>>().join("\n").as_bytes());
        let mapping = server.file("mapping.json", json!({"fields": [{"field": "externalId", "column": "Réf"}, {"field": "title", "column": "Produit"}]}).to_string().as_bytes());
        let (code, said, _) = server.command(&["import", "--source", "annuaire", "--what", "offers", "--mapping", &mapping, &good]).await;
        assert_eq!(code, Some(0), "{said}");
        assert!(said.contains("created 0, updated 1, unchanged 0"), "{said}");
        for wrong in [
            vec!["import", "--source", "nowhere", "--what", "offers", &good],
            vec!["import", "--source", "annuaire", "--what", "offers", "/nowhere.csv"],
            vec!["import", "--source", "annuaire", "--what", "needs", &mapping],
            vec!["import", "--source", "annuaire", "--what", "farms", &good],
        ] {
            let (code, _, said) = server.command(&wrong).await;
            assert_eq!(code, Some(2), "{wrong:?}: {said}");
            assert!(said.contains("chantiers:"), "{said}");
        }
    }
}
