//! Territories: official ones and named sets of communes, and what is found through them, upward and downward.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use domain::TerritoryId;
use domain::chantier::{Chantier, Step};
use domain::organisation::Organisation;
use domain::page::Page;
use domain::project::{Filter as ProjectFilter, Order as ProjectOrder, Project};
use domain::territory::{Filter, NewTerritory, Order, Territory, TerritoryPatch};
use serde_json::{Value, json};
use store::Store;
use testing::{editor, input, kept, officer, refused, visitor};

fn official(code: &str) -> TerritoryId {
    code.parse().unwrap()
}

async fn territory(store: &Store, json: Value) -> Territory {
    kept(store.create(&editor(), input::<NewTerritory>(json)).await)
}

fn named(name: &str, extent: &str, communes: &[&str], within: &[&str]) -> Value {
    json!({"kind": "OTHER", "name": {"fr": name}, "extent": extent, "communeCodes": communes, "withinCodes": within})
}

async fn found(store: &Store, territory: TerritoryId, titles: &[&str]) {
    let filter: ProjectFilter = input(json!({"territory": territory, "text": "essai"}));
    let slice = kept(
        store
            .list::<Project>(&filter, ProjectOrder::Title, &Page::first(50))
            .await,
    );
    let listed: Vec<&str> = slice.edges.iter().map(|edge| edge.node.title.as_str()).collect();
    let titles: Vec<String> = titles.iter().map(|title| format!("Essai {title}")).collect();
    assert_eq!(listed, titles, "from {territory}");
}

// Tournai 57081 and Mons 53053 lie in Hainaut 50000, Namur 92094 in the province 90000.
testing::both! {
    async fn projects_are_found_upward_and_downward_and_by_overlap(store: Store) {
        kept(store.load_reference().await);
        let known = territory(&store, named("Deux communes", "COMPLETE", &["57081", "92094"], &[])).await;
        let partly = territory(&store, named("Connu en partie", "PARTIAL", &["57081"], &["50000"])).await;
        let within = territory(&store, named("Quelque part en Hainaut", "UNKNOWN", &[], &["50000"])).await;
        let somewhere = territory(&store, named("Quelque part en Wallonie", "UNKNOWN", &[], &["03000"])).await;
        for (title, place) in [
            ("commune", official("57081")),
            ("deux", known.id),
            ("hainaut", within.id),
            ("partie", partly.id),
            ("province", official("50000")),
            ("région", official("03000")),
            ("wallonie", somewhere.id),
        ] {
            let new = json!({"title": format!("Essai {title}"), "territoryIds": [place]});
            kept(store.create::<Project>(&editor(), input(new)).await);
        }
        found(&store, official("57081"), &["commune", "deux", "partie", "province", "région"]).await;
        found(&store, official("53053"), &["province", "région"]).await;
        found(&store, official("57000"), &["commune", "deux", "partie", "province", "région"]).await;
        found(&store, official("50000"), &["commune", "deux", "hainaut", "partie", "province", "région"]).await;
        found(&store, official("90000"), &["deux", "région"]).await;
        found(&store, official("60000"), &["région"]).await;
        found(&store, official("03000"), &["commune", "deux", "hainaut", "partie", "province", "région", "wallonie"]).await;
        found(&store, known.id, &["commune", "deux", "partie", "province", "région"]).await;
        found(&store, within.id, &["hainaut", "province", "région"]).await;
        found(&store, somewhere.id, &["région", "wallonie"]).await;

        let overlapping = testing::overlapping(&store, within.id).await;
        let mut around = vec![official("50000"), official("03000")];
        around.sort();
        assert_eq!(overlapping, around);

        // A territory that comes to be known better is found better.
        let better: TerritoryPatch = input(json!({
            "id": within.id, "expectedRevision": 1, "extent": "COMPLETE", "communeCodes": ["53053"], "withinCodes": [],
        }));
        kept(store.edit::<Territory>(&editor(), better).await);
        found(&store, official("53053"), &["hainaut", "province", "région"]).await;
    }
}

testing::both! {
    async fn organisations_steps_and_chantiers_are_found_by_territory_too(store: Store) {
        kept(store.load_reference().await);
        let new = json!({"name": "Essai", "communeId": "57081"});
        let organisation: Organisation = kept(store.create(&editor(), input(new)).await);
        let chantier: Chantier = kept(store.chantier_by_code("foncier").await).unwrap();
        let new = json!({"chantierId": chantier.id, "title": "Essai", "territoryId": "57081"});
        let step: Step = kept(store.create(&officer(), input(new)).await);
        let project: Project = kept(store.create(&editor(), input(json!({"title": "Essai", "territoryIds": ["92094"]}))).await);
        let part = json!({"chantierId": chantier.id, "projectId": project.id, "part": "NEEDS"});
        kept(store.create::<domain::chantier::Participation>(&officer(), input(part)).await);

        let filter = input(json!({"territory": "50000", "text": "essai"}));
        let slice = kept(store.list::<Organisation>(&filter, domain::organisation::Order::Name, &Page::first(9)).await);
        assert_eq!(slice.edges[0].node.id, organisation.id);
        let filter = input(json!({"territory": "50000", "chantier": chantier.id}));
        let slice = kept(store.list::<Step>(&filter, domain::chantier::StepOrder::Date, &Page::first(9)).await);
        assert_eq!(slice.edges[0].node.id, step.id);
        for (code, count) in [("92094", 1), ("92003", 0)] {
            let filter = input(json!({"territory": code, "codes": ["foncier"]}));
            assert_eq!(kept(store.count::<Chantier>(&filter).await), count, "{code}");
        }
    }
}

testing::both! {
    async fn a_named_territory_is_made_of_what_exists(store: Store) {
        kept(store.load_reference().await);
        let merged = territory(&store, named("Ancienne et nouvelle Bastogne", "COMPLETE", &["82003", "82005"], &[])).await;
        assert!(testing::overlapping(&store, merged.id).await.contains(&official("82039")));
        let refuse = async |json: Value| refused(store.create::<Territory>(&editor(), input(json)).await);
        assert_eq!(refuse(named("Nulle part", "COMPLETE", &["99999"], &[])).await, ["UNKNOWN_REFERENCE communeCodes"]);
        assert_eq!(refuse(named("Province", "COMPLETE", &["50000"], &[])).await, ["UNKNOWN_REFERENCE communeCodes"]);
        assert_eq!(refuse(named("Dans une commune", "UNKNOWN", &[], &["57081"])).await, ["UNKNOWN_REFERENCE withinCodes"]);
        assert_eq!(refuse(named("Sans communes", "COMPLETE", &[], &[])).await, ["REQUIRED communeCodes"]);
        assert_eq!(refuse(named("Sans lieu", "UNKNOWN", &[], &[])).await, ["REQUIRED withinCodes"]);
        let province = json!({"kind": "PROVINCE", "name": {"fr": "Une sixième"}, "extent": "COMPLETE", "communeCodes": ["57081"]});
        assert_eq!(refuse(province).await, ["INVALID kind"]);
        assert_eq!(refused(store.create::<Territory>(&officer(), input(named("x", "COMPLETE", &["57081"], &[]))).await), ["FORBIDDEN"]);
        kept(store.remove::<Territory>(&editor(), merged.id, 1).await);
        assert!(testing::overlapping(&store, merged.id).await.is_empty());
    }
}

testing::both! {
    async fn an_official_territory_keeps_its_official_facts(store: Store) {
        kept(store.load_reference().await);
        let rename: TerritoryPatch = input(json!({"id": official("57081"), "expectedRevision": 1, "name": {"fr": "Tournaix"}}));
        assert_eq!(refused(store.edit::<Territory>(&editor(), rename).await), ["INVALID kind"]);
        let unused = official("92003");
        assert_eq!(refused(store.remove::<Territory>(&editor(), unused, 1).await), ["INVALID kind"]);
        kept(store.get::<Territory>(&visitor(), unused).await);
    }
}

testing::both! {
    async fn each_filter_narrows(store: Store) {
        kept(store.load_reference().await);
        let names = async |filter: Value| -> Vec<String> {
            let filter: Filter = input(filter);
            let slice = kept(store.list::<Territory>(&filter, Order::Name, &Page::first(100)).await);
            slice.edges.into_iter().map(|edge| edge.node.name.fr).collect()
        };
        assert_eq!(names(json!({"kinds": ["PROVINCE"]})).await.len(), 5);
        assert_eq!(names(json!({"nis": ["57081"]})).await, ["Tournai"]);
        assert_eq!(names(json!({"text": "7500"})).await, ["Tournai"]);
        let around = names(json!({"territory": "57081"})).await;
        for name in ["Tournai", "Tournaisis", "Wallonie"] {
            assert!(around.iter().any(|known| known == name), "{name}: {around:?}");
        }
        assert_eq!(names(json!({"territory": "57081", "kinds": ["COMMUNE"]})).await, ["Tournai"]);
    }
}
