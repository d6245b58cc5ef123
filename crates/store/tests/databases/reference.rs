//! The reference data as it is loaded: how much of it, and what a second loading leaves alone.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use domain::chantier::{
    Chantier, NewStep, Order, Resource, ResourceFilter, Stage, Step, StepFilter, StepOrder, StepStatus,
};
use domain::date::{Inferred, Precision};
use domain::organisation::{Organisation, OrganisationPatch};
use domain::page::Page;
use domain::project::{Filter as ProjectFilter, Order as ProjectOrder, Project};
use domain::provenance::Provenance;
use domain::source::{NewSource, Source};
use domain::territory::{Filter, Kind, Nis, SUCCESSORS, Territory};
use domain::{Actor, RecordId, RecordType, TerritoryId};
use sea_orm::ConnectionTrait;
use serde_json::json;
use store::{AsTheyCame, ByTitle, Loaded, Relation, Store};
use testing::{editor, input, kept, officer};

async fn territories(store: &Store, kinds: &[Kind]) -> u64 {
    let filter = Filter {
        kinds: Some(kinds.to_vec()),
        ..Filter::default()
    };
    kept(store.count::<Territory>(&filter).await)
}

async fn chantier(store: &Store, code: &str) -> Chantier {
    kept(store.chantier_by_code(code).await).expect("it is loaded")
}

/// As after an upgrade: the version that was loaded is another one.
async fn upgrade(store: &Store) {
    store
        .connection()
        .execute_unprepared("UPDATE setting SET value = 'earlier' WHERE name = 'reference'")
        .await
        .unwrap();
}

async fn rows(store: &Store, table: &str) -> i64 {
    let count = format!("SELECT count(*) AS n FROM {table}");
    let statement = sea_orm::Statement::from_string(store.connection().get_database_backend(), count);
    let row = store.connection().query_one_raw(statement).await.unwrap();
    row.unwrap().try_get("", "n").unwrap()
}

testing::both! {
    async fn the_directories_are_sources_that_are_known_and_not_connected(store: Store) {
        // Somebody keeps one under its code already.
        let own = json!({"code": "wallomade", "name": "Le nôtre"});
        let own: Source = kept(store.create(&editor(), input::<NewSource>(own)).await);
        assert_eq!(kept(store.load_reference().await).kept, 1);
        assert_eq!(kept(store.count::<Source>(&input(json!({"standings": ["LISTED"]}))).await), 23);
        assert_eq!(kept(store.source("wallomade").await), Some(own));
        let clic = kept(store.source("le-clic-local").await).unwrap();
        assert_eq!((clic.name.as_str(), clic.website.as_deref(), clic.producers_listed), ("Le Clic Local", Some("https://lecliclocal.be"), Some(351)));
        assert_eq!(kept(store.named("reference", Some(RecordType::Source), "D01").await), Some(clic.id.into()));
        let operator: Organisation = kept(store.find(clic.operator_id.unwrap()).await).unwrap();
        assert_eq!(operator.name, "Agence wallonne pour la promotion d'une agriculture de qualité");
        let health = kept(store.source_health(&clic).await);
        assert_eq!((health.last_push_at, health.is_late), (None, None), "how fresh it is, nobody knows");
        let said = kept(store.related::<Provenance>(Relation::Field("recordId"), AsTheyCame, &Page::first(9), &[clic.id.into()]).await);
        let urls: Vec<_> = said[&clic.id.into()].edges.iter().map(|edge| edge.node.url.is_some()).collect();
        assert_eq!(urls, [true, true], "its pages are named");
        upgrade(&store).await;
        assert_eq!(kept(store.load_reference().await).created, 0);
    }
}

testing::both! {
    async fn all_of_it_is_there_after_one_loading(store: Store) {
        let loaded = kept(store.load_reference().await);
        assert_eq!(loaded.kept, 0);
        assert_eq!(territories(&store, &[Kind::Commune]).await, 261);
        assert_eq!(territories(&store, &[Kind::Arrondissement]).await, 20);
        assert_eq!(territories(&store, &[Kind::Province]).await, 5);
        assert_eq!(territories(&store, &[Kind::Region]).await, 1);
        let named = [Kind::Council, Kind::NaturePark, Kind::ActionGroup, Kind::LivingArea, Kind::Other];
        assert_eq!(territories(&store, &named).await, 22);
        assert_eq!(kept(store.count::<Organisation>(&input(json!({}))).await), 94);
        assert_eq!(kept(store.count::<Project>(&ProjectFilter::default()).await), 31);
        assert_eq!(kept(store.count::<Chantier>(&input(json!({"stages": ["OPEN"]}))).await), 8);
        assert_eq!(kept(store.count::<Chantier>(&input(json!({"stages": ["TRACK"]}))).await), 4);
        assert_eq!(kept(store.count::<Resource>(&ResourceFilter::default()).await), 9);
        let numbered = kept(store.list::<Chantier>(&input(json!({})), Order::Position, &Page::first(50)).await);
        assert!(numbered.edges.iter().all(|edge| edge.node.stage == Stage::Open));
        assert_eq!(numbered.edges.iter().map(|edge| edge.node.position).collect::<Vec<_>>(), (1..=8).collect::<Vec<_>>());
        let titles = kept(store.list::<Resource>(&ResourceFilter::default(), ByTitle, &Page::first(50)).await);
        assert_eq!(titles.edges.len(), 9);
    }
}

testing::both! {
    async fn the_five_meetings_have_a_day_whose_year_is_inferred(store: Store) {
        kept(store.load_reference().await);
        let filter = StepFilter { chantier: Some(chantier(&store, "approche-territoriale").await.id), ..StepFilter::default() };
        let steps = kept(store.list::<Step>(&filter, StepOrder::Date, &Page::first(50)).await);
        let dates: Vec<String> = steps.edges.iter().map(|edge| edge.node.starts.unwrap().to_string()).collect();
        assert_eq!(dates, ["2021?-06-01", "2021?-06-08", "2021?-06-10", "2021?-06-17", "2021?-06-24"]);
        for step in steps.edges.iter().map(|edge| &edge.node) {
            let starts = step.starts.unwrap();
            assert_eq!((starts.precision(), starts.inferred()), (Precision::Day, Inferred::Year));
            assert_eq!(step.start_time.as_deref(), Some("14:00"));
            assert_eq!(step.status, StepStatus::Unknown);
            assert!(step.territory_id.is_some());
        }
    }
}

testing::both! {
    async fn a_chantier_is_related_also_to_one_that_comes_later(store: Store) {
        kept(store.load_reference().await);
        let (diagnostics, supply) = (chantier(&store, "diagnostics").await, chantier(&store, "offre-demande").await);
        let procurement = chantier(&store, "marches-publics").await;
        assert_eq!(diagnostics.related_ids, [supply.id]);
        assert_eq!(supply.related_ids, [diagnostics.id, procurement.id]);
        assert_eq!(procurement.related_ids, [supply.id]);
        let links = kept(store.related::<Chantier>(
            Relation::Field("relatedIds"), Order::Position, &Page::first(9), &[procurement.id.into()],
        ).await);
        assert_eq!(links[&RecordId::from(procurement.id)].edges[0].node.id, supply.id);
    }
}

testing::both! {
    async fn loading_again_changes_nothing(store: Store) {
        kept(store.load_reference().await);
        let tables = ["project", "organisation", "provenance", "external_id", "change", "feed"];
        let mut before = Vec::new();
        for table in tables {
            before.push(rows(&store, table).await);
        }
        assert_eq!(kept(store.load_reference().await), Loaded::default());
        upgrade(&store).await;
        assert_eq!(kept(store.load_reference().await), Loaded::default());
        for (table, before) in tables.into_iter().zip(before) {
            assert_eq!(rows(&store, table).await, before, "{table}");
        }
    }
}

testing::both! {
    async fn what_a_person_changed_or_removed_stays_so(store: Store) {
        kept(store.load_reference().await);
        let find = |code: &'static str| {
            let store = store.clone();
            async move { kept(store.named("reference", None, code).await).unwrap() }
        };
        let changed: Organisation = kept(store.get(&editor(), find("O01").await.uuid.into()).await);
        let patch: OrganisationPatch = input(json!({"id": changed.id, "expectedRevision": 1, "note": "Relu par la Cellule."}));
        let changed: Organisation = kept(store.edit(&editor(), patch).await);
        let step: Step = kept(store.get(&editor(), find("step:rencontre-liege").await.uuid.into()).await);
        kept(store.remove::<Step>(&officer(), step.id, 1).await);
        // What the server wrote itself is brought up to date.
        let backend = store.connection().get_database_backend();
        let stale = sea_orm::Statement::from_string(backend, "UPDATE project SET summary = 'ancien' WHERE code = 'P01'");
        store.connection().execute_raw(stale).await.unwrap();
        upgrade(&store).await;
        let again = kept(store.load_reference().await);
        assert_eq!((again.created, again.updated), (0, 1));
        let present: Organisation = kept(store.get(&editor(), changed.id).await);
        assert_eq!((present.revision, present.note.as_deref()), (2, Some("Relu par la Cellule.")));
        assert!(kept(store.find::<Step>(step.id).await).is_none());
        let project: Project = kept(store.get(&editor(), find("P01").await.uuid.into()).await);
        assert_eq!(project.revision, 2);
        assert_ne!(project.summary.as_deref(), Some("ancien"));
        assert!(project.created_at < project.updated_at, "the day it was made does not change");
    }
}

testing::both! {
    async fn what_names_a_removed_record_is_left_out_of_an_upgrade(store: Store) {
        kept(store.load_reference().await);
        let gone = chantier(&store, "etudes").await;
        kept(store.remove::<Chantier>(&editor(), gone.id, gone.revision).await);
        // As if this version were the first that knew of a project's part in it.
        let link = "UPDATE external_id SET external_id = 'x' || external_id WHERE external_id LIKE 'P%/etudes' OR external_id = 'P01'";
        store.connection().execute_unprepared(link).await.unwrap();
        let unique = "UPDATE project SET code = 'x' WHERE code = 'P01'";
        store.connection().execute_unprepared(unique).await.unwrap();
        upgrade(&store).await;
        kept(store.load_reference().await);
    }
}

testing::both! {
    async fn two_servers_that_start_at_once_load_it_once(store: Store) {
        let (one, other) = tokio::join!(store.load_reference(), store.load_reference());
        let (one, other) = (kept(one), kept(other));
        assert_eq!(one.created.min(other.created), 0, "{one:?} {other:?}");
        assert_eq!(territories(&store, &[Kind::Commune]).await, 261);
    }
}

testing::both! {
    async fn an_old_code_stands_for_the_merged_commune(store: Store) {
        kept(store.load_reference().await);
        let id: TerritoryId = "82003".parse().unwrap();
        let bastogne: Territory = kept(store.get(&Actor::Visitor, id).await);
        assert_eq!((bastogne.name.fr.as_str(), bastogne.nis), ("Bastogne", "82039".parse().ok()));
        let filter: Filter = input(json!({"nis": ["82003", "82005"]}));
        let found = kept(store.list::<Territory>(&filter, domain::territory::Order::Name, &Page::first(9)).await);
        assert_eq!(found.edges.iter().map(|edge| edge.node.id).collect::<Vec<_>>(), [id]);
    }
}

testing::both! {
    async fn a_step_can_be_added_to_what_was_loaded(store: Store) {
        kept(store.load_reference().await);
        let new: NewStep = input(json!({"chantierId": chantier(&store, "filieres").await.id, "title": "Une rencontre"}));
        let step: Step = kept(store.create(&officer(), new).await);
        assert_eq!(step.revision, 1);
    }
}

#[test]
fn the_successors_are_those_of_the_commune_history() {
    let text = include_str!("../../reference/commune_history.csv");
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    // The end of each chain of codes that the register closed; names that changed keep their code.
    let closed: std::collections::BTreeMap<Nis, Nis> = reader
        .records()
        .map(Result::unwrap)
        .filter(|row| !row[5].is_empty() && row[0] != row[5])
        .map(|row| (row[0].parse().unwrap(), row[5].parse().unwrap()))
        .collect();
    let end = |mut code: Nis| {
        while let Some(next) = closed.get(&code) {
            code = *next;
        }
        code
    };
    let ends: Vec<(Nis, Nis)> = closed.keys().map(|code| (*code, end(*code))).collect();
    assert_eq!(ends, SUCCESSORS);
}

testing::both! {
    async fn the_report_lists_every_project_with_its_source(store: Store) {
        kept(store.load_reference().await);
        let rows = kept(store.report(None).await);
        assert_eq!(rows.len(), 31);
        assert!(rows.iter().all(|row| row.source.is_some() && !row.leads.is_empty() | row.code.is_some()));
        let codes: Vec<_> = rows.iter().map(|row| row.code.clone()).collect();
        let listed = kept(store.list::<Project>(&ProjectFilter::default(), ProjectOrder::Code, &Page::first(100)).await);
        assert_eq!(codes, listed.edges.iter().map(|edge| edge.node.code.clone()).collect::<Vec<_>>());
        assert_eq!(rows[0].grant.unwrap().amount.to_string(), "281000");
        let namur = kept(store.report("90000".parse().ok()).await);
        assert!(!namur.is_empty() && namur.len() < 31, "{}", namur.len());
    }
}
