//! The history and the feed: what each change leaves there, who sees it, and the way back.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use domain::change::Kind;
use domain::organisation::Organisation;
use domain::page::Page;
use domain::policy::{Actor, Role};
use domain::project::{Note, Phase, Project, ProjectPatch, Status};
use domain::provenance::Provenance;
use domain::territory::Territory;
use domain::{ChangeId, RecordId, RecordType};
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};
use store::{Entry, HistoryFilter, Store};
use testing::{administrator, editor, input, input_with, kept, member, officer, refused, signed, visitor};

async fn project(store: &Store, json: Value) -> Project {
    kept(store.create(&editor(), input(json)).await)
}

async fn edit(store: &Store, project: &Project, more: Value) -> Project {
    kept(
        store
            .edit(
                &editor(),
                input_with::<ProjectPatch>(
                    json!({"id": project.id, "expectedRevision": project.revision}),
                    more,
                ),
            )
            .await,
    )
}

/// The history of a record, the first first.
async fn history(store: &Store, record: impl Into<RecordId>) -> Vec<Entry> {
    let filter = HistoryFilter {
        record: Some(record.into()),
        ..HistoryFilter::default()
    };
    let slice = kept(store.history(&administrator(), &filter, &Page::first(100)).await);
    slice.edges.into_iter().rev().map(|edge| edge.node).collect()
}

async fn feed(store: &Store) -> Vec<(String, i32)> {
    let backend = store.connection().get_database_backend();
    let statement = Statement::from_string(backend, "SELECT kind, revision FROM feed ORDER BY seq");
    let rows = store.connection().query_all_raw(statement).await.unwrap();
    rows.iter()
        .map(|row| {
            (
                row.try_get("", "kind").unwrap(),
                row.try_get("", "revision").unwrap(),
            )
        })
        .collect()
}

fn fields(entry: &Entry) -> Vec<&str> {
    entry.fields.iter().map(|change| change.field.as_str()).collect()
}

testing::both! {
    async fn each_change_leaves_one_entry_with_the_fields_that_differ_and_one_row_in_the_feed(store: Store) {
        let made = project(&store, json!({"title": "Un", "types": ["LOGISTICS"]})).await;
        let changed = edit(&store, &made, json!({"title": "Deux", "types": ["LOGISTICS"], "website": "ratav.org"})).await;
        kept(store.remove::<Project>(&editor(), made.id, changed.revision).await);
        let entries = history(&store, made.id).await;
        assert_eq!(entries.iter().map(|entry| (entry.kind, entry.revision)).collect::<Vec<_>>(), [
            (Kind::Created, 1), (Kind::Updated, 2), (Kind::Deleted, 3),
        ]);
        assert_eq!(fields(&entries[0]), ["socialPurpose", "title", "types"]);
        assert_eq!(fields(&entries[1]), ["title", "website"]);
        assert_eq!((&entries[1].fields[0].from, &entries[1].fields[0].to), (&json!("Un"), &json!("Deux")));
        assert_eq!(fields(&entries[2]), ["socialPurpose", "title", "types", "website"]);
        assert_eq!((entries[1].title.as_str(), entries[1].role), ("Deux", Some(Role::Editor)));
        assert_eq!(entries[1].person_id, editor().person().map(|signed| signed.id));
        assert_eq!(feed(&store).await, [("UPSERT".to_owned(), 1), ("UPSERT".to_owned(), 2), ("DELETE".to_owned(), 3)]);
    }
}

testing::both! {
    async fn nothing_is_written_where_nothing_changes(store: Store) {
        let made = project(&store, json!({"title": "Un"})).await;
        let same = edit(&store, &made, json!({"title": " Un ", "aliases": []})).await;
        assert_eq!(same, made);
        assert_eq!((history(&store, made.id).await.len(), feed(&store).await.len()), (1, 1));
    }
}

testing::both! {
    async fn a_refused_change_leaves_no_trace(store: Store) {
        project(&store, json!({"title": "Un", "code": "P01"})).await;
        refused(store.create::<Project>(&editor(), input(json!({"title": "Deux", "code": "P01"}))).await);
        refused(store.create::<Project>(&visitor(), input(json!({"title": "Deux"}))).await);
        let all = kept(store.history(&administrator(), &HistoryFilter::default(), &Page::first(9)).await);
        assert_eq!((all.edges.len(), feed(&store).await.len()), (1, 1));
    }
}

testing::both! {
    async fn each_role_sees_the_history_it_may(store: Store) {
        let made = project(&store, json!({"title": "Un"})).await;
        let (author, _) = signed(&store, Role::Officer, json!({})).await;
        kept(store.write_note(&author, input(json!({"projectId": made.id, "body": "Entre nous."}))).await);
        let kinds = async |actor: Actor| -> Vec<RecordType> {
            let slice = kept(store.history(&actor, &HistoryFilter::default(), &Page::first(9)).await);
            slice.edges.iter().map(|edge| edge.node.record.kind).collect()
        };
        assert_eq!(kinds(visitor()).await, [RecordType::Project]);
        assert_eq!(kinds(member(made.id)).await, [RecordType::Project]);
        assert_eq!(kinds(officer()).await, [RecordType::Note, RecordType::Project]);
        assert_eq!(kinds(administrator()).await, [RecordType::Note, RecordType::Person, RecordType::Project]);
        let only = HistoryFilter { kinds: Some(vec![RecordType::Note]), ..HistoryFilter::default() };
        assert!(kept(store.history(&visitor(), &only, &Page::first(9)).await).edges.is_empty());
        assert_eq!(kept(store.history(&officer(), &only, &Page::first(9)).await).edges.len(), 1);
        let entry = &kept(store.history(&officer(), &only, &Page::first(9)).await).edges[0].node;
        assert_eq!(refused(store.undo(&member(made.id), entry.id).await), ["NOT_FOUND"]);
    }
}

testing::both! {
    async fn the_history_around_a_record_tells_what_belonged_to_it(store: Store) {
        let (made, other) = (project(&store, json!({"title": "Un"})).await, project(&store, json!({"title": "Deux"})).await);
        let (author, _) = signed(&store, Role::Officer, json!({})).await;
        let note = kept(store.write_note(&author, input(json!({"projectId": made.id, "body": "Entre nous."}))).await);
        kept(store.write_note(&author, input(json!({"projectId": other.id, "body": "Ailleurs."}))).await);
        kept(store.remove::<Note>(&editor(), note.id, note.revision).await);
        let around = HistoryFilter { record: Some(made.id.into()), around: true, ..HistoryFilter::default() };
        let told = async |actor: Actor| -> Vec<(RecordType, Kind)> {
            let slice = kept(store.history(&actor, &around, &Page::first(9)).await);
            slice.edges.iter().map(|edge| (edge.node.record.kind, edge.node.kind)).collect()
        };
        let own = (RecordType::Project, Kind::Created);
        assert_eq!(told(officer()).await, [(RecordType::Note, Kind::Deleted), (RecordType::Note, Kind::Created), own]);
        assert_eq!(told(visitor()).await, [own]);
        assert_eq!(kept(store.count_history(&officer(), &around).await), 3);
        assert_eq!(history(&store, made.id).await.len(), 1);
    }
}

testing::both! {
    async fn the_history_goes_on_from_page_to_page(store: Store) {
        let mut made = project(&store, json!({"title": "0"})).await;
        for number in 1..=6 {
            made = edit(&store, &made, json!({"title": number.to_string()})).await;
        }
        let filter = HistoryFilter { record: Some(made.id.into()), ..HistoryFilter::default() };
        let mut page = Page::first(3);
        let mut revisions = Vec::new();
        loop {
            let slice = kept(store.history(&visitor(), &filter, &page).await);
            revisions.extend(slice.edges.iter().map(|edge| edge.node.revision));
            page.cursor = slice.edges.last().map(|edge| edge.cursor.clone());
            if !slice.has_next {
                break;
            }
        }
        assert_eq!(revisions, [7, 6, 5, 4, 3, 2, 1]);
        let since = HistoryFilter { since: Some(made.updated_at), ..filter.clone() };
        assert_eq!(kept(store.history(&visitor(), &since, &Page::first(9)).await).edges.len(), 1);
    }
}

testing::both! {
    async fn an_update_is_taken_back_where_nobody_changed_it_since(store: Store) {
        let made = project(&store, json!({"title": "Un", "summary": "Avant"})).await;
        let changed = edit(&store, &made, json!({"title": "Deux", "summary": null})).await;
        let later = edit(&store, &changed, json!({"website": "ratav.org"})).await;
        let entries = history(&store, made.id).await;
        assert_eq!(kept(store.undo(&editor(), entries[1].id).await), made.id.into());
        let back: Project = kept(store.get(&visitor(), made.id).await);
        assert_eq!((back.title.as_str(), back.summary.as_deref(), back.revision), ("Un", Some("Avant"), 4));
        assert_eq!(back.website, later.website);
        let last = history(&store, made.id).await.pop().unwrap();
        assert_eq!((last.undoes, fields(&last)), (Some(entries[1].id), vec!["summary", "title"]));
        assert_eq!(refused(store.undo(&editor(), entries[1].id).await), ["UNDO_CONFLICT"], "once is enough");
        kept(store.undo(&editor(), last.id).await);
        assert_eq!(kept(store.get::<Project>(&visitor(), made.id).await).title, "Deux");
    }
}

testing::both! {
    async fn an_update_that_was_built_upon_is_not_taken_back(store: Store) {
        let made = project(&store, json!({"title": "Un"})).await;
        let changed = edit(&store, &made, json!({"title": "Deux", "website": "a.be"})).await;
        edit(&store, &changed, json!({"title": "Trois"})).await;
        let entries = history(&store, made.id).await;
        let said = store.undo(&editor(), entries[1].id).await;
        let fields = vec!["title".to_owned()];
        assert!(matches!(said, Err(store::Error::Refused(ref said)) if said[..] == [domain::Refusal::UndoConflict { fields }]));
        assert_eq!(refused(store.undo(&editor(), entries[0].id).await), ["UNDO_CONFLICT"], "making it was built upon");
        assert_eq!(kept(store.get::<Project>(&visitor(), made.id).await).revision, 3);
    }
}

testing::both! {
    async fn a_creation_is_taken_back_unless_something_uses_it(store: Store) {
        let house: Organisation = kept(store.create(&editor(), input(json!({"name": "Une"}))).await);
        let made = project(&store, json!({"title": "Un", "leadIds": [house.id]})).await;
        let of_house = history(&store, house.id).await[0].id;
        assert_eq!(refused(store.undo(&editor(), of_house).await), ["IN_USE"]);
        assert_eq!(refused(store.undo(&visitor(), of_house).await), ["UNAUTHENTICATED"]);
        assert_eq!(refused(store.undo(&officer(), of_house).await), ["FORBIDDEN"]);
        kept(store.undo(&editor(), history(&store, made.id).await[0].id).await);
        kept(store.undo(&editor(), of_house).await);
        assert!(kept(store.find::<Organisation>(house.id).await).is_none());
        assert_eq!(refused(store.undo(&editor(), of_house).await), ["UNDO_CONFLICT"]);
        assert_eq!(refused(store.undo(&editor(), ChangeId(uuid::Uuid::nil())).await), ["NOT_FOUND"]);
    }
}

testing::both! {
    async fn a_removed_record_comes_back_whole(store: Store) {
        let house: Organisation = kept(store.create(&editor(), input(json!({"name": "Une"}))).await);
        let made = project(&store, json!({
            "title": "Légumerie", "code": "P01", "leadIds": [house.id], "types": ["LOGISTICS"], "started": "2021?-06-01",
            "grant": {"amount": "10.50", "currency": "EUR"},
        })).await;
        let made = kept(store.move_project(&officer(), made.id, 1, Phase { status: Status::Running, since: None, reason: None }).await);
        let source: Provenance = kept(store.create(&officer(), input(json!({"recordId": made.id, "source": "Le Soir"}))).await);
        kept(store.remove::<Project>(&editor(), made.id, 2).await);
        assert!(kept(store.search("legumerie", None, 9).await).is_empty());
        let removal = history(&store, made.id).await.pop().unwrap();
        assert_eq!(refused(store.undo(&officer(), removal.id).await), ["FORBIDDEN"]);
        kept(store.undo(&editor(), removal.id).await);
        let back: Project = kept(store.get(&visitor(), made.id).await);
        assert_eq!(back.revision, 4);
        let same = Project { revision: made.revision, updated_at: made.updated_at, ..back };
        assert_eq!(same, made);
        let said = kept(store.get::<Provenance>(&visitor(), source.id).await);
        assert_eq!((said.source.as_str(), said.revision), ("Le Soir", 3), "with what was said of its sources");
        assert_eq!(kept(store.search("legumerie", None, 9).await).len(), 1);
        let filter = input(json!({"types": ["LOGISTICS"], "organisation": house.id, "statuses": ["RUNNING"]}));
        assert_eq!(kept(store.count::<Project>(&filter).await), 1);
        assert_eq!(refused(store.undo(&editor(), removal.id).await), ["UNDO_CONFLICT"]);
        assert_eq!(refused(store.remove::<Organisation>(&editor(), house.id, 1).await), ["IN_USE"]);
    }
}

testing::both! {
    async fn a_removed_record_does_not_come_back_over_another_or_without_what_it_names(store: Store) {
        let house: Organisation = kept(store.create(&editor(), input(json!({"name": "Une"}))).await);
        let first = project(&store, json!({"title": "Un", "code": "P01"})).await;
        let second = project(&store, json!({"title": "Deux", "leadIds": [house.id]})).await;
        kept(store.remove::<Project>(&editor(), first.id, 1).await);
        kept(store.remove::<Project>(&editor(), second.id, 1).await);
        kept(store.remove::<Organisation>(&editor(), house.id, 1).await);
        project(&store, json!({"title": "Autre", "code": "P01"})).await;
        let removal = history(&store, first.id).await.pop().unwrap();
        assert_eq!(refused(store.undo(&editor(), removal.id).await), ["DUPLICATE code"]);
        let removal = history(&store, second.id).await.pop().unwrap();
        assert_eq!(refused(store.undo(&editor(), removal.id).await), ["UNKNOWN_REFERENCE leadIds"]);
    }
}

testing::both! {
    async fn a_member_does_not_take_back_a_move_of_the_project(store: Store) {
        let made = project(&store, json!({"title": "Un"})).await;
        kept(store.move_project(&officer(), made.id, 1, Phase { status: Status::Running, since: None, reason: None }).await);
        let entry = history(&store, made.id).await.pop().unwrap();
        assert_eq!(refused(store.undo(&member(made.id), entry.id).await), ["FORBIDDEN"]);
        kept(store.undo(&officer(), entry.id).await);
        assert_eq!(kept(store.get::<Project>(&visitor(), made.id).await).status(), Status::Unknown);
    }
}

testing::both! {
    async fn a_note_s_removal_is_taken_back_with_its_author(store: Store) {
        let made = project(&store, json!({"title": "Un"})).await;
        let (author, person) = signed(&store, Role::Officer, json!({})).await;
        let note = kept(store.write_note(&author, input(json!({"projectId": made.id, "body": "Entre nous."}))).await);
        kept(store.remove::<Note>(&author, note.id, 1).await);
        let removal = history(&store, note.id).await.pop().unwrap();
        // Who may not remove another's note may not bring it back either.
        assert_eq!(refused(store.undo(&officer(), removal.id).await), ["FORBIDDEN"]);
        kept(store.undo(&editor(), removal.id).await);
        assert_eq!(kept(store.get::<Note>(&officer(), note.id).await).author_id, Some(person.id));
    }
}

testing::both! {
    async fn a_named_territory_comes_back_with_its_areas(store: Store) {
        kept(store.load_reference().await);
        let new = json!({"kind": "OTHER", "name": {"fr": "Deux"}, "extent": "COMPLETE", "communeCodes": ["57081", "92094"]});
        let made: Territory = kept(store.create(&editor(), input(new)).await);
        let around = testing::overlapping(&store, made.id).await;
        assert!(!around.is_empty());
        kept(store.remove::<Territory>(&editor(), made.id, 1).await);
        let removal = history(&store, made.id).await.pop().unwrap();
        kept(store.undo(&editor(), removal.id).await);
        assert_eq!(testing::overlapping(&store, made.id).await, around);
    }
}
