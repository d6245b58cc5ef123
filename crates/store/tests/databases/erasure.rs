//! Erasing an account and contact details: nothing of them is left anywhere, what they did for others is; the feed tells it
//! without content, it is known who read past it, and an older copy is cleared of it again.

use domain::contact::{Contact, NewContact};
use domain::council::{Council, Seat};
use domain::council::{NewCouncil, NewSeat, NewSeatHolder};
use domain::feed::{Filter, Kind, Reason};
use domain::page::Page;
use domain::person::{Person, State};
use domain::policy::{Action, Actor, Role, allows};
use domain::project::{Membership, NewMembership, NewNote, NewProject, Project};
use domain::security::Origin;
use domain::{ContactId, ProjectId, RecordId, RecordType};
use sea_orm::{ConnectionTrait, Statement};
use serde_json::json;
use store::{Error, FeedReader, HistoryFilter, Store};
use testing::{administrator, both, editor, input, kept, refused, signed, visitor};

async fn project(store: &Store) -> ProjectId {
    let project: Project = kept(
        store
            .create(&editor(), input::<NewProject>(json!({"title": "Un essai"})))
            .await,
    );
    project.id
}

/// Everything that the database holds, as a backup writes it.
async fn everything(store: &Store) -> String {
    let mut out = Vec::new();
    kept(store.backup(&mut out).await);
    String::from_utf8(out).expect("a backup is text")
}

/// An account with something of everything, and the words that tell who it is.
async fn somebody(store: &Store) -> (Actor, Person) {
    let (_, person) = signed(
        store,
        Role::Member,
        json!({"name": "Zqanne Exemple", "email": "zqanne@exemple.be"}),
    )
    .await;
    let project = project(store).await;
    let join: NewMembership = input(json!({"projectId": project, "personId": person.id, "role": "MEMBER"}));
    kept(store.create::<Membership>(&administrator(), join).await);
    let (actor, _) = store
        .actor_of(person.id)
        .await
        .expect("the database answers")
        .expect("in use");
    let note: NewNote = input(json!({"projectId": project, "body": "vu sur place"}));
    kept(store.write_note(&actor, note).await);
    let council: Council = kept(
        store
            .create(
                &editor(),
                input::<NewCouncil>(json!({"name": "CPA", "level": "LOCAL"})),
            )
            .await,
    );
    let seat: NewSeat = input(json!({"councilId": council.id, "category": "CITIZENS", "label": "Siège"}));
    let seat: Seat = kept(store.create(&editor(), seat).await);
    let holder: NewSeatHolder =
        input(json!({"seatId": seat.id, "name": "Zqanne Exemple", "role": "HOLDER", "personId": person.id}));
    kept(store.seat_holder(&editor(), holder).await);
    let search = json!({"name": "Zqanne cherche", "list": "OFFERS", "query": "text=pain"});
    kept(store.save_search(&actor, input(search)).await);
    kept(
        store
            .open_session(
                person.id,
                &Origin {
                    device: None,
                    network: None,
                    through: None,
                },
            )
            .await,
    );
    kept(
        store
            .invite_again(&administrator(), person.id, "https://chantiers.example")
            .await,
    );
    (actor, person)
}

async fn contact(store: &Store) -> Contact {
    let new = json!({"projectId": project(store).await, "purpose": "ventes", "name": "Zqbert Exemple", "email": "zqbert@exemple.be", "phone": "+32470998877"});
    kept(store.create(&editor(), input::<NewContact>(new)).await)
}

/// What the feed tells of erasures from a cursor on.
async fn told(store: &Store, filter: &Filter, after: &str) -> Vec<(RecordId, Kind, bool)> {
    let page = kept(store.feed(filter, Some(after), 500, true).await);
    let erased = page
        .changes
        .into_iter()
        .filter(|change| change.reason == Some(Reason::Erased));
    erased
        .map(|change| (change.record, change.kind, change.content.is_some()))
        .collect()
}

both! {
    async fn of_an_erased_account_nothing_is_left_but_what_it_did(store: Store) {
        let (actor, person) = somebody(&store).await;
        assert!(everything(&store).await.to_lowercase().contains("zqanne"));
        let other = signed(&store, Role::Officer, json!({})).await.0;
        assert_eq!(refused(store.erase_person(&other, person.id, person.revision).await), ["FORBIDDEN"]);
        assert_eq!(refused(store.erase_person(&visitor(), person.id, person.revision).await), ["NOT_FOUND"]);
        assert_eq!(refused(store.erase_person(&actor, person.id, 99).await), ["STALE_REVISION expectedRevision"]);
        let before = kept(store.feed_head().await);
        let erased = kept(store.erase_person(&actor, person.id, person.revision).await);
        assert_eq!((erased.state, erased.organisation_id, erased.erased_at.is_some()), (State::Suspended, None, true));

        let left = everything(&store).await.to_lowercase();
        let lines: Vec<&str> = left.lines().filter(|line| line.contains("zqanne")).collect();
        assert!(lines.is_empty(), "{lines:?}");
        assert!(left.contains("vu sur place"), "the note stays");
        assert!(store.actor_of(person.id).await.is_ok_and(|of| of.is_none()), "nobody is signed in as them");
        let history = HistoryFilter { record: Some(person.id.into()), ..HistoryFilter::default() };
        assert_eq!(kept(store.count_history(&administrator(), &history).await), 0);

        // It is told to everybody who follows, whatever they asked for, without content; and it does not come back.
        let narrow: Filter = Filter { types: vec![RecordType::Offer], ..Filter::default() };
        for filter in [Filter::default(), narrow] {
            assert_eq!(told(&store, &filter, &before).await, [(person.id.into(), Kind::Delete, false)]);
        }
        assert_eq!(refused(store.erase_person(&administrator(), person.id, erased.revision).await), ["INVALID id"]);
        let mut patch = domain::person::PersonPatch::of(person.id, erased.revision);
        patch.state = domain::patch::Patch::Value(State::Active);
        assert_eq!(refused(store.edit::<Person>(&administrator(), patch).await), ["INVALID id"]);
    }
}

both! {
    async fn of_erased_contact_details_nothing_is_left(store: Store) {
        let contact = contact(&store).await;
        let patch = json!({"id": contact.id, "expectedRevision": 1, "name": "Zqbert Autrement"});
        let contact: Contact = kept(store.edit::<Contact>(&editor(), input(patch)).await);
        let member = signed(&store, Role::Member, json!({})).await.0;
        assert_eq!(refused(store.erase_contact(&member, contact.id, 2).await), ["FORBIDDEN"]);
        let before = kept(store.feed_head().await);
        kept(store.erase_contact(&editor(), contact.id, 2).await);
        let left = everything(&store).await.to_lowercase();
        let lines: Vec<&str> = left.lines().filter(|line| line.contains("zqbert") || line.contains("470998877")).collect();
        assert!(lines.is_empty(), "{lines:?}");
        assert_eq!(told(&store, &Filter::default(), &before).await, [(contact.id.into(), Kind::Delete, false)]);
        assert_eq!(refused(store.erase_contact(&editor(), contact.id, 3).await), ["NOT_FOUND"]);
        // An ordinary removal is not told: to those who follow, contact details do not exist.
        let other = kept(store.create::<Contact>(&editor(), input(json!({"projectId": project(&store).await, "purpose": "x"}))).await);
        let before = kept(store.feed_head().await);
        kept(store.remove::<Contact>(&editor(), other.id, 1).await);
        assert!(kept(store.feed(&Filter::default(), Some(&before), 500, true).await).changes.is_empty());
    }
}

both! {
    async fn it_is_known_who_has_read_past_an_erasure(store: Store) {
        let machine = |name: &str| domain::client::NewClient { name: name.to_owned(), organisation_id: None, source_ids: Vec::new(), territory_ids: Vec::new(), scopes: vec![domain::policy::Scope::ExchangeRead], secret_expires_at: None };
        let reads = kept(store.create_client(&administrator(), machine("Lit")).await).0;
        let behind = kept(store.create_client(&administrator(), machine("Tarde")).await).0;
        let open = Filter::default();
        let early = kept(store.feed_head().await);
        kept(store.note_reader(behind.id, &open, &early).await);
        let contact = contact(&store).await;
        kept(store.erase_contact(&editor(), contact.id, 1).await);
        let page = kept(store.feed(&open, Some(&early), 500, false).await);
        kept(store.note_reader(reads.id, &open, &early).await);
        let proof = async || {
            let slice = kept(store.erasures(&administrator(), &Page::first(10)).await);
            let of = &slice.edges[0].node;
            assert_eq!((of.record, of.passages.len()), (contact.id.into(), 2));
            of.passages.iter().map(|one| (one.reader, one.is_past, one.seen_at.is_some())).collect::<Vec<_>>()
        };
        let client = |id| FeedReader::Client(id);
        assert_eq!(proof().await, [(client(reads.id), false, true), (client(behind.id), false, true)], "a page that was sent is not one that arrived");
        kept(store.note_reader(reads.id, &open, &page.cursor).await);
        assert_eq!(proof().await, [(client(reads.id), true, true), (client(behind.id), false, true)]);
        // Whoever begins anew has read it all the same.
        kept(store.note_reader(reads.id, &open, &early).await);
        assert_eq!(proof().await[0], (client(reads.id), true, true));
        assert!(matches!(store.note_reader(reads.id, &open, "x").await, Err(Error::Cursor)));
        assert_eq!(refused(store.erasures(&editor(), &Page::first(1)).await), ["FORBIDDEN"]);
        assert_eq!(kept(store.count_erasures(&administrator()).await), 1);
    }
}

both! {
    async fn what_was_erased_is_erased_again_in_an_older_copy(store: Store) {
        let (_, person) = somebody(&store).await;
        let contact = contact(&store).await;
        // The list comes from the database that goes on; this one is the older copy.
        let at = store.mint().now();
        let list: Vec<store::ErasedRecord> = [person.id.into(), contact.id.into(), ContactId(store.mint().uuid()).into()]
            .map(|record_id: RecordId| store::ErasedRecord { record_id, at })
            .into();
        assert_eq!(kept(store.erase_again(&list).await), 2, "what came later is not in it");
        let left = everything(&store).await.to_lowercase();
        assert!(!left.contains("zqanne") && !left.contains("zqbert"));
        assert_eq!(kept(store.erase_again(&list).await), 0);
        let written = kept(store.erased_records().await);
        let text = serde_json::to_string(&written).expect("it is text");
        let mut known: Vec<RecordId> = serde_json::from_str::<Vec<store::ErasedRecord>>(&text).expect("it is read again").iter().map(|one| one.record_id).collect();
        known.sort_unstable();
        let mut meant: Vec<RecordId> = vec![person.id.into(), contact.id.into()];
        meant.sort_unstable();
        assert_eq!(known, meant);
    }
}

both! {
    async fn the_last_administrator_is_not_erased_and_requests_pass_on(store: Store) {
        kept(store.load_reference().await);
        let (only, person) = signed(&store, Role::Administrator, json!({})).await;
        assert_eq!(refused(store.erase_person(&only, person.id, person.revision).await), ["INVALID role"]);
        assert!(allows(&only, Action::EditSelf { person: person.id }));
        let (leaving, officer) = signed(&store, Role::Officer, json!({})).await;
        let (asker, _) = signed(&store, Role::Member, json!({})).await;
        let portfolio = json!({"personId": officer.id, "territoryId": "92094", "starts": "2020-01-01"});
        kept(store.create::<domain::officer::Portfolio>(&administrator(), input(portfolio)).await);
        let request = json!({"kind": "QUESTION", "communeId": "92094", "title": "Un four", "text": "Qui en loue un ?"});
        let request = kept(store.ask_officer(&asker, input(request), "https://chantiers.example").await);
        assert_eq!(request.officer_id, officer.id);
        kept(store.erase_person(&leaving, officer.id, officer.revision).await);
        let request = kept(store.find::<domain::request::Request>(request.id).await).expect("it is there");
        assert_eq!(request.officer_id, person.id, "it has another owner");
    }
}

both! {
    async fn a_person_takes_away_what_is_held_of_them_and_nobody_else_does(store: Store) {
        let (actor, person) = somebody(&store).await;
        let held = kept(store.own_data(&actor, person.id).await);
        let count = |part: &str| held["data"][part].as_array().map_or(0, Vec::len);
        for part in ["account", "memberships", "seats", "notes", "savedSearches", "sessions", "mails", "changesByYou", "changesOfYourAccount"] {
            assert!(count(part) > 0, "{part}: {held:#}");
        }
        assert_eq!((held["data"]["account"][0]["email"].as_str(), held["isWhole"].as_bool()), (Some("zqanne@exemple.be"), Some(true)));
        assert!(!held.to_string().contains("hash"), "no secret is in it");
        assert!(store.own_data(&administrator(), person.id).await.is_ok());
        let (officer, other) = (signed(&store, Role::Officer, json!({})).await.0, signed(&store, Role::Partner, json!({"role": "MEMBER"})).await.0);
        assert_eq!(refused(store.own_data(&officer, person.id).await), ["FORBIDDEN"]);
        assert_eq!(refused(store.own_data(&other, person.id).await), ["NOT_FOUND"]);
        assert_eq!(refused(store.own_data(&visitor(), person.id).await), ["NOT_FOUND"]);
    }
}

both! {
    async fn of_every_table_that_names_a_person_it_is_decided_what_becomes_of_it(store: Store) {
        let db = store.connection();
        let asked = match store.engine() {
            store::Engine::Sqlite => "SELECT m.name AS name FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND c.name = 'person_id'",
            store::Engine::Postgres => "SELECT table_name::text AS name FROM information_schema.columns WHERE table_schema = 'public' AND column_name = 'person_id'",
        };
        let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), asked)).await.expect("the database answers");
        let mut there: Vec<String> = rows.iter().map(|row| row.try_get("", "name").expect("a name")).collect();
        there.sort_unstable();
        let mut decided: Vec<&str> = store::OF_PERSON.iter().map(|(table, _)| *table).collect();
        decided.sort_unstable();
        assert_eq!(there, decided);
    }
}

both! {
    async fn sessions_and_messages_are_forgotten_after_a_while_and_not_before(store: Store) {
        let (_, person) = somebody(&store).await;
        let db = store.connection();
        let count = async |table: &str| {
            let asked = Statement::from_string(db.get_database_backend(), format!("SELECT count(*) AS count FROM {table}"));
            let row = db.query_one_raw(asked).await.expect("the database answers").expect("a count is one row");
            row.try_get::<i64>("", "count").expect("a count is a number")
        };
        let tables = ["session", "invitation", "mail"];
        kept(store.forget_people().await);
        for table in tables {
            assert_eq!(count(table).await, 1, "{table} is young");
        }
        // As if all of it were from long ago.
        for (table, column) in [("session", "expires_at"), ("invitation", "expires_at"), ("mail", "made_at")] {
            let then = store.mint().now() - chrono::TimeDelta::days(if table == "mail" { 91 } else { 31 });
            let age = sea_orm::sea_query::Query::update().table(table).value(column, then).take();
            db.execute(&age).await.expect("a test may age what it made");
        }
        kept(store.forget_people().await);
        for table in tables {
            assert_eq!(count(table).await, 0, "{table} is old");
        }
        assert!(kept(store.find::<Person>(person.id).await).is_some());
    }
}
