//! Search: what is found however it is written, the best first, and what is never found.

use domain::policy::Role;
use domain::project::Project;
use domain::search::Hit;
use domain::{RecordType, organisation::Organisation};
use serde_json::json;
use store::Store;
use testing::{editor, input, kept, officer, signed};

async fn search(store: &Store, asked: &str) -> Vec<Hit> {
    kept(store.search(asked, None, 20).await)
}

async fn titles(store: &Store, asked: &str) -> Vec<String> {
    search(store, asked)
        .await
        .into_iter()
        .map(|hit| hit.title)
        .collect()
}

fn holds(titles: &[String], piece: &str) -> bool {
    titles.iter().any(|title| title.contains(piece))
}

testing::both! {
    async fn it_is_found_however_it_is_written(store: Store) {
        kept(store.load_reference().await);
        for asked in ["légumerie", "LEGUMERIE", "legumrie", "legummerie", "légum"] {
            let found = titles(&store, asked).await;
            assert!(holds(&found, "Légumeries"), "{asked}: {found:?}");
        }
        for asked in ["vervier", "Verviers", "ratav", "Réseau Aliment-Terre", "reseau alimentterre"] {
            let found = titles(&store, asked).await;
            assert!(holds(&found[..6.min(found.len())], "Verviers"), "{asked}: {found:?}");
        }
        assert!(holds(&titles(&store, "vervier").await, "Réseau Aliment-Terre de l'arrondissement de Verviers"));
        for (asked, title) in [("namur", "Namur"), ("luik", "Liège"), ("82039", "Bastogne"), ("7500", "Tournai"), ("p06", "Réseau Aliment-Terre")] {
            let found = titles(&store, asked).await;
            assert!(found.first().is_some_and(|first| first.contains(title)), "{asked}: {found:?}");
        }
    }
}

testing::both! {
    async fn a_name_is_found_by_its_part_behind_an_apostrophe(store: Store) {
        kept(store.load_reference().await);
        for asked in ["l'alleud", "l’alleud", "L'Alleud", "braine l'alleud", "braine-l'alleud", "alleud"] {
            let found = titles(&store, asked).await;
            assert!(holds(&found[..3.min(found.len())], "l'Alleud") || holds(&found[..3.min(found.len())], "l’Alleud"), "{asked}: {found:?}");
        }
        for text in ["l'alleud", "l’alleud", "alleud"] {
            let filter = domain::territory::Filter { text: Some(text.into()), ..Default::default() };
            let page = domain::page::Page::first(20);
            let found = kept(store.list::<domain::territory::Territory>(&filter, domain::territory::Order::Name, &page).await);
            assert!(found.edges.iter().any(|edge| edge.node.name.fr.contains("Alleud")), "{text}");
        }
    }
}

testing::both! {
    async fn the_name_that_is_asked_comes_before_the_one_that_begins_like_it(store: Store) {
        kept(store.load_reference().await);
        let found = titles(&store, "rata").await;
        let place = |piece: &str| found.iter().position(|title| title.contains(piece)).unwrap_or(usize::MAX);
        assert_eq!(place("RATA"), 0, "{found:?}");
        assert!(place("RATA") < place("Réseau Aliment-Terre"), "{found:?}");
        assert!(place("Réseau Aliment-Terre") < usize::MAX, "{found:?}");
    }
}

testing::both! {
    async fn words_of_one_and_two_letters_begin_a_name(store: Store) {
        for name in ["Écocité", "AiA", "Coopérative Ek", "Bazar"] {
            kept(store.create::<Organisation>(&editor(), input(json!({"name": name}))).await);
        }
        assert_eq!(titles(&store, "e").await.len(), 2);
        assert_eq!(titles(&store, "ek").await, ["Coopérative Ek"]);
        assert_eq!(titles(&store, "ai").await, ["AiA"]);
        assert!(titles(&store, "zz").await.is_empty());
    }
}

testing::both! {
    async fn odd_input_finds_nothing_and_breaks_nothing(store: Store) {
        kept(store.create::<Organisation>(&editor(), input(json!({"name": "L'Épicerie d'Ath"}))).await);
        let long = "légumerie ".repeat(1_000);
        for asked in [
            "", " ", "'", "\"", "%", "*", "_", "\\", "🥕", "🥕🥕🥕 carotte", "a OR b", "NEAR(a b)", "-", "!", "& | :*", "NOT",
            "\u{0}", "((", "names:", "x'; DROP TABLE words; --", "漢字", "ﬁ", "ß", "İ", "\u{301}", long.as_str(), "𝕬𝖙𝖍",
        ] {
            kept(store.search(asked, None, 10).await);
        }
        for asked in ["l'épicerie", "L’EPICERIE d’ath", "\"épicerie\" *", "épicerie 🥕"] {
            assert_eq!(titles(&store, asked).await, ["L'Épicerie d'Ath"], "{asked}");
        }
    }
}

testing::both! {
    async fn a_kind_is_searched_alone(store: Store) {
        kept(store.load_reference().await);
        for (kind, asked) in [
            (RecordType::Project, "alimentaire"),
            (RecordType::Territory, "namur"),
            (RecordType::Chantier, "marchés publics"),
            (RecordType::Organisation, "alimentation"),
        ] {
            let hits = kept(store.search(asked, Some(&[kind]), 50).await);
            assert!(!hits.is_empty() && hits.iter().all(|hit| hit.record.kind == kind), "{kind}: {hits:?}");
        }
        assert!(kept(store.search("namur", Some(&[]), 9).await).is_empty());
        assert_eq!(kept(store.search("namur", None, 2).await).len(), 2);
    }
}

testing::both! {
    async fn contacts_notes_and_people_are_never_found(store: Store) {
        let house: Organisation = kept(store.create(&editor(), input(json!({"name": "Maison"}))).await);
        let project: Project = kept(store.create(&editor(), input(json!({"title": "Projet"}))).await);
        let (author, _) = signed(&store, Role::Officer, json!({"name": "Xylophone"})).await;
        let contact = json!({"purpose": "xylophone", "organisationId": house.id, "name": "Xylophone"});
        kept(store.create::<domain::contact::Contact>(&officer(), input(contact)).await);
        kept(store.write_note(&author, input(json!({"projectId": project.id, "body": "Xylophone"}))).await);
        assert!(titles(&store, "xylophone").await.is_empty());
    }
}

testing::both! {
    async fn what_is_changed_or_removed_is_found_accordingly(store: Store) {
        let house: Organisation = kept(store.create(&editor(), input(json!({"name": "Carottière"}))).await);
        let patch = json!({"id": house.id, "expectedRevision": 1, "name": "Panetière"});
        kept(store.edit::<Organisation>(&editor(), input(patch)).await);
        assert!(titles(&store, "carottiere").await.is_empty());
        assert_eq!(titles(&store, "panetiere").await, ["Panetière"]);
        kept(store.remove::<Organisation>(&editor(), house.id, 2).await);
        assert!(titles(&store, "panetiere").await.is_empty());
    }
}

#[tokio::test]
async fn both_databases_answer_the_same_best_results() {
    let [one, other] = testing::both_engines().await;
    for database in [&one, &other] {
        kept(database.store().load_reference().await);
    }
    for asked in [
        "légumerie",
        "legumrie",
        "vervier",
        "rata",
        "ratav",
        "manger demain",
        "conseil politique alimentaire",
        "ceinture",
        "marchés publics",
        "hesbaye",
        "bastogne",
        "bio",
        "tournai legumes",
        "cpa",
        "li",
        "parc naturel",
        "diagnostic",
        "condroz",
        "gal",
        "cantines durables",
        "étude foncier",
        "braine",
        "l'alleud",
        "d'ath",
        "libramon",
        "charlroi",
    ] {
        let best = async |store: Store| -> Vec<(String, String)> {
            let hits = kept(store.search(asked, None, 3).await);
            hits.into_iter()
                .map(|hit| (hit.title, format!("{:.3}", hit.score)))
                .collect()
        };
        assert_eq!(best(one.store()).await, best(other.store()).await, "{asked}");
    }
    let [_, other] = [one, other];
    other.close().await;
}
