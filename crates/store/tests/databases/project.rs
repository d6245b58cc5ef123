//! Projects, their members and notes: making, changing, moving, removing, refusing, listing.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use domain::organisation::Organisation;
use domain::page::{Direction, Page};
use domain::policy::{Actor, Role};
use domain::project::{
    Filter, Membership, MembershipPatch, NewMembership, NewNote, NewProject, Note, NotePatch, Order, Phase,
    Project, ProjectPatch, Status,
};
use domain::{OrganisationId, ProjectId, RecordId, RecordType};
use serde_json::{Value, json};
use store::{AsTheyCame, Error, Relation, Store};
use testing::{administrator, editor, input, input_with, kept, member, officer, refused, signed, visitor};
use uuid::Uuid;

async fn project(store: &Store, json: Value) -> Project {
    kept(store.create(&editor(), input::<NewProject>(json)).await)
}

async fn organisation(store: &Store, name: &str) -> Organisation {
    kept(store.create(&editor(), input(json!({"name": name}))).await)
}

async fn titles(store: &Store, filter: Value) -> Vec<String> {
    let filter: Filter = input(filter);
    let slice = kept(
        store
            .list::<Project>(&filter, Order::Title, &Page::first(100))
            .await,
    );
    let titles: Vec<String> = slice.edges.into_iter().map(|edge| edge.node.title).collect();
    assert_eq!(kept(store.count::<Project>(&filter).await), titles.len() as u64);
    titles
}

fn patch(project: &Project, more: Value) -> ProjectPatch {
    input_with(
        json!({"id": project.id, "expectedRevision": project.revision}),
        more,
    )
}

fn phase(status: Status, reason: Option<&str>) -> Phase {
    Phase {
        status,
        since: None,
        reason: reason.map(str::to_owned),
    }
}

testing::both! {
    async fn a_project_comes_back_as_it_was_given(store: Store) {
        let lead = organisation(&store, "Ceinture alimentaire").await;
        let made = project(&store, json!({
            "title": " Légumerie  du Tournaisis ", "code": "P01", "acronym": "LT", "aliases": ["La Légumerie"],
            "types": ["PROCESSING", "LOGISTICS"], "themes": ["légumes"], "leadIds": [lead.id],
            "started": "2021-02", "plannedEnd": "2024-01", "grant": {"amount": "281000.00", "currency": "EUR"},
            "socialPurpose": "YES", "publics": ["YOUTH"], "website": "ratav.org", "summary": "Des légumes.",
        })).await;
        assert_eq!(made.title, "Légumerie du Tournaisis");
        assert_eq!((made.revision, made.status()), (1, Status::Unknown));
        assert_eq!(kept(store.get::<Project>(&visitor(), made.id).await), made);
        assert_eq!(kept(store.many::<Project>(&[made.id]).await), std::slice::from_ref(&made));
        let changed: Project = kept(store.edit(&editor(), patch(&made, json!({"acronym": null, "summary": "Bio."}))).await);
        assert_eq!((changed.revision, changed.acronym.as_deref(), changed.summary.as_deref()), (2, None, Some("Bio.")));
        assert_eq!(changed.created_at, made.created_at);
        assert!(changed.updated_at > made.updated_at);
        assert_eq!(kept(store.get::<Project>(&visitor(), made.id).await), changed);
        kept(store.remove::<Project>(&editor(), made.id, 2).await);
        assert_eq!(refused(store.get::<Project>(&editor(), made.id).await), ["NOT_FOUND"]);
    }
}

testing::both! {
    async fn each_role_may_do_what_the_policy_says(store: Store) {
        let made = project(&store, json!({"title": "Un"})).await;
        let other = project(&store, json!({"title": "Deux"})).await;
        let new = || input::<NewProject>(json!({"title": "Trois"}));
        let reason = json!({"summary": "Changé"});
        assert_eq!(refused(store.create::<Project>(&visitor(), new()).await), ["UNAUTHENTICATED"]);
        assert_eq!(refused(store.create::<Project>(&officer(), new()).await), ["FORBIDDEN"]);
        assert_eq!(refused(store.edit::<Project>(&visitor(), patch(&made, reason.clone())).await), ["UNAUTHENTICATED"]);
        assert_eq!(refused(store.edit::<Project>(&member(other.id), patch(&made, reason.clone())).await), ["FORBIDDEN"]);
        let mine = kept(store.edit::<Project>(&member(made.id), patch(&made, reason)).await);
        assert_eq!(refused(store.remove::<Project>(&officer(), made.id, mine.revision).await), ["FORBIDDEN"]);
        let started = phase(Status::Running, None);
        assert_eq!(
            refused(store.move_project(&member(made.id), made.id, mine.revision, started.clone()).await),
            ["FORBIDDEN"]
        );
        kept(store.move_project(&officer(), made.id, mine.revision, started).await);
    }
}

testing::both! {
    async fn what_is_wrong_is_said_field_by_field(store: Store) {
        let nobody = OrganisationId(Uuid::from_u128(9));
        let new: NewProject = input(json!({
            "title": " ", "website": "x y", "started": "2024", "ended": "2021", "grant": {"amount": "-1", "currency": "EUR"},
        }));
        assert_eq!(
            refused(store.create::<Project>(&editor(), new).await),
            ["REQUIRED title", "INVALID ended", "INVALID grant.amount", "INVALID website"]
        );
        let new: NewProject = input(json!({"title": "Un", "leadIds": [nobody], "territoryIds": ["territory_00000000000000000000000009"]}));
        let mut said = refused(store.create::<Project>(&editor(), new).await);
        said.sort();
        assert_eq!(said, ["UNKNOWN_REFERENCE leadIds", "UNKNOWN_REFERENCE territoryIds"]);
        assert_eq!(titles(&store, json!({})).await, Vec::<String>::new());
    }
}

testing::both! {
    async fn two_projects_cannot_have_one_code(store: Store) {
        project(&store, json!({"title": "Un", "code": "P01"})).await;
        let two = project(&store, json!({"title": "Deux", "code": "P02"})).await;
        let new: NewProject = input(json!({"title": "Trois", "code": "P01"}));
        assert_eq!(refused(store.create::<Project>(&editor(), new).await), ["DUPLICATE code"]);
        assert_eq!(refused(store.edit::<Project>(&editor(), patch(&two, json!({"code": "P01"}))).await), ["DUPLICATE code"]);
        project(&store, json!({"title": "Sans code"})).await;
        project(&store, json!({"title": "Sans code non plus"})).await;
    }
}

testing::both! {
    async fn an_earlier_revision_is_refused(store: Store) {
        let made = project(&store, json!({"title": "Un"})).await;
        kept(store.edit::<Project>(&editor(), patch(&made, json!({"title": "Deux"}))).await);
        let late = store.edit::<Project>(&editor(), patch(&made, json!({"title": "Trois"}))).await;
        assert!(matches!(late, Err(Error::Refused(ref said)) if said[..] == [domain::Refusal::StaleRevision { current: 2 }]));
        assert_eq!(refused(store.remove::<Project>(&editor(), made.id, 1).await), ["STALE_REVISION expectedRevision"]);
        let gone = ProjectId(Uuid::from_u128(1));
        assert_eq!(refused(store.edit::<Project>(&editor(), ProjectPatch::of(gone, 1)).await), ["NOT_FOUND"]);
    }
}

testing::both! {
    async fn an_organisation_that_a_project_names_stays(store: Store) {
        let lead = organisation(&store, "Porteuse").await;
        let made = project(&store, json!({"title": "Un", "leadIds": [lead.id], "partnerIds": [lead.id]})).await;
        let said = store.remove::<Organisation>(&editor(), lead.id, 1).await;
        assert!(matches!(said, Err(Error::Refused(ref said)) if said[..] == [domain::Refusal::InUse { count: 1 }]));
        kept(store.edit::<Project>(&editor(), patch(&made, json!({"leadIds": [], "partnerIds": null}))).await);
        kept(store.remove::<Organisation>(&editor(), lead.id, 1).await);
    }
}

testing::both! {
    async fn a_project_moves_along_its_life_and_gives_reasons(store: Store) {
        let made = project(&store, json!({"title": "Un"})).await;
        let go = async |revision, phase| store.move_project(&officer(), made.id, revision, phase).await;
        let running = kept(go(1, phase(Status::Running, None)).await);
        assert_eq!((running.revision, running.status()), (2, Status::Running));
        assert_eq!(refused(go(2, phase(Status::Selected, None)).await), ["TRANSITION status"]);
        assert_eq!(refused(go(2, phase(Status::Abandoned, Some(" "))).await), ["INVALID reason"]);
        assert_eq!(refused(go(1, phase(Status::Ended, None)).await), ["STALE_REVISION expectedRevision"]);
        kept(go(2, phase(Status::Abandoned, Some("Plus de bras."))).await);
        assert_eq!(titles(&store, json!({"statuses": ["ABANDONED"]})).await, ["Un"]);
        assert_eq!(titles(&store, json!({"statuses": ["RUNNING"]})).await, Vec::<String>::new());
    }
}

testing::both! {
    async fn a_state_is_announced_a_year_ahead_at_most(store: Store) {
        let made = project(&store, json!({"title": "Un"})).await;
        let since = |text: &str| Phase { since: text.parse().ok(), ..phase(Status::Running, None) };
        let go = async |revision, phase| store.move_project(&officer(), made.id, revision, phase).await;
        for far in ["9999", "2027-12", "2027-11-25"] {
            assert_eq!(refused(go(1, since(far)).await), ["INVALID since"], "{far}");
        }
        kept(go(1, since("2027-11-24")).await);
        assert_eq!(refused(go(2, Phase { since: "2020".parse().ok(), ..phase(Status::Ended, None) }).await), ["INVALID since"]);
        kept(go(2, Phase { since: "2027".parse().ok(), ..phase(Status::Ended, None) }).await);
    }
}

testing::both! {
    async fn a_retry_answers_the_record_made_the_first_time(store: Store) {
        let new = |title: &str| input::<NewProject>(json!({"title": title, "clientMutationId": "abc"}));
        let first: Project = kept(store.create(&editor(), new("Un")).await);
        let again: Project = kept(store.create(&editor(), new("Un")).await);
        assert_eq!(first, again);
        assert_eq!(refused(store.create::<Project>(&editor(), new("Deux")).await), ["KEY_REUSED"]);
        let another: Project = kept(store.create(&administrator(), new("Un")).await);
        assert_ne!(another.id, first.id, "another person may use the same name");
        let changed = kept(store.edit::<Project>(&editor(), patch(&first, json!({"summary": "Changé"}))).await);
        assert_eq!(kept(store.create::<Project>(&editor(), new("Un")).await), changed);
        kept(store.remove::<Project>(&editor(), first.id, 2).await);
        assert_eq!(refused(store.create::<Project>(&editor(), new("Un")).await), ["NOT_FOUND"]);
    }
}

testing::both! {
    async fn the_same_request_twice_at_once_makes_one_record(store: Store) {
        for round in 0..5 {
            let create = || store.create::<Project>(
                &*Box::leak(Box::new(editor())),
                input(json!({"title": "Un", "clientMutationId": format!("round-{round}")})),
            );
            let (one, two, three, four) = tokio::join!(create(), create(), create(), create());
            let ids = [one, two, three, four].map(|made| kept(made).id);
            assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
        }
        assert_eq!(titles(&store, json!({})).await.len(), 5);
    }
}

testing::both! {
    async fn each_filter_narrows(store: Store) {
        let (lead, partner) = (organisation(&store, "Porteuse").await, organisation(&store, "Partenaire").await);
        let a = project(&store, json!({
            "title": "Atelier", "types": ["PROCESSING", "LOGISTICS"], "socialPurpose": "YES", "publics": ["YOUTH"], "leadIds": [lead.id],
        })).await;
        let b = project(&store, json!({"title": "Bocal", "types": ["LOGISTICS"], "socialPurpose": "NO", "partnerIds": [lead.id, partner.id]})).await;
        project(&store, json!({"title": "Cuisine d'été", "summary": "Une légumerie pour Ath"})).await;
        let chantier: domain::chantier::Chantier = kept(store.create(&editor(), input(json!({
            "code": "filieres", "position": 1, "title": "Filières", "stage": "OPEN",
        }))).await);
        let chantier_two: domain::chantier::Chantier = kept(store.create(&editor(), input(json!({
            "code": "foncier", "position": 2, "title": "Foncier", "stage": "TRACK",
        }))).await);
        for (project, part, chantier) in [(&a, "NEEDS", &chantier), (&b, "FOLLOWS", &chantier), (&b, "NEEDS", &chantier_two)] {
            let new = json!({"chantierId": chantier.id, "projectId": project.id, "part": part});
            kept(store.create::<domain::chantier::Participation>(&officer(), input(new)).await);
        }
        let narrowed = [
            (json!({"types": ["PROCESSING"]}), vec!["Atelier"]),
            (json!({"types": ["PROCESSING", "LOGISTICS"]}), vec!["Atelier", "Bocal"]),
            (json!({"types": []}), vec![]),
            (json!({"socialPurpose": ["UNKNOWN"]}), vec!["Cuisine d'été"]),
            (json!({"socialPurpose": ["YES", "NO"]}), vec!["Atelier", "Bocal"]),
            (json!({"publics": ["YOUTH"]}), vec!["Atelier"]),
            (json!({"organisation": lead.id}), vec!["Atelier", "Bocal"]),
            (json!({"organisation": partner.id}), vec!["Bocal"]),
            (json!({"chantiers": [chantier.id]}), vec!["Atelier", "Bocal"]),
            (json!({"chantiers": [chantier.id], "parts": ["NEEDS"]}), vec!["Atelier"]),
            (json!({"parts": ["NEEDS"]}), vec!["Atelier", "Bocal"]),
            (json!({"text": "LEGUMERIE  ath"}), vec!["Cuisine d'été"]),
            (json!({"text": "gumer"}), vec!["Cuisine d'été"]),
            (json!({"text": "ét"}), vec!["Atelier", "Cuisine d'été"]),
            (json!({"text": "%_'\""}), vec!["Atelier", "Bocal", "Cuisine d'été"]),
            (json!({"text": "introuvable"}), vec![]),
            (json!({"statuses": ["UNKNOWN"], "types": ["LOGISTICS"], "organisation": partner.id}), vec!["Bocal"]),
        ];
        for (filter, expected) in narrowed {
            let expected: Vec<String> = expected.into_iter().map(str::to_owned).collect();
            // « ét » also stands in the middle of no other word.
            let found = titles(&store, filter.clone()).await;
            if filter == json!({"text": "ét"}) {
                assert!(found.contains(&"Cuisine d'été".to_owned()), "{found:?}");
            } else {
                assert_eq!(found, expected, "{filter}");
            }
        }
    }
}

testing::both! {
    async fn each_order_is_the_same_on_both_databases(store: Store) {
        let mut made = Vec::new();
        for (title, code) in [("Zèbre", Some("P02")), ("été", Some("P10")), ("Âne", None), ("Eau-vive", Some("p1")), ("eau", None)] {
            made.push(project(&store, json!({"title": title, "code": code})).await);
        }
        kept(store.edit::<Project>(&editor(), patch(&made[0], json!({"summary": "Changé"}))).await);
        let listed = async |order| -> Vec<String> {
            let slice = kept(store.list::<Project>(&Filter::default(), order, &Page::first(9)).await);
            slice.edges.into_iter().map(|edge| edge.node.title).collect()
        };
        assert_eq!(listed(Order::Title).await, ["Âne", "eau", "Eau-vive", "été", "Zèbre"]);
        assert_eq!(listed(Order::Code).await, ["Zèbre", "été", "Eau-vive", "Âne", "eau"]);
        assert_eq!(listed(Order::UpdatedLast).await, ["Zèbre", "eau", "Eau-vive", "Âne", "été"]);
    }
}

async fn walk(store: &Store, order: Order, size: usize, direction: Direction) -> Vec<ProjectId> {
    let mut page = Page {
        size,
        direction,
        cursor: None,
    };
    let mut ids: Vec<ProjectId> = Vec::new();
    loop {
        let slice = kept(store.list::<Project>(&Filter::default(), order, &page).await);
        let some = slice.edges.iter().map(|edge| edge.node.id);
        let more = match direction {
            Direction::Forward => {
                assert_eq!(slice.has_previous, page.cursor.is_some());
                ids.extend(some);
                page.cursor = slice.edges.last().map(|edge| edge.cursor.clone());
                slice.has_next
            }
            Direction::Backward => {
                assert_eq!(slice.has_next, page.cursor.is_some());
                ids.splice(0..0, some);
                page.cursor = slice.edges.first().map(|edge| edge.cursor.clone());
                slice.has_previous
            }
        };
        if !more {
            return ids;
        }
    }
}

testing::both! {
    async fn pages_in_either_direction_hold_each_project_once(store: Store) {
        for number in 0..23 {
            // Several of one title: the identifier decides.
            project(&store, json!({"title": format!("Projet {}", number % 4)})).await;
        }
        for order in [Order::Title, Order::Code, Order::UpdatedLast] {
            let whole = walk(&store, order, 100, Direction::Forward).await;
            assert_eq!(whole.len(), 23);
            for size in [1, 4, 23, 24] {
                assert_eq!(walk(&store, order, size, Direction::Forward).await, whole, "{order} {size}");
                assert_eq!(walk(&store, order, size, Direction::Backward).await, whole, "{order} {size}");
            }
        }
    }
}

testing::both! {
    async fn a_page_goes_on_where_it_stopped_when_others_are_added(store: Store) {
        for title in ["B", "D", "F"] {
            project(&store, json!({"title": title})).await;
        }
        let first = kept(store.list::<Project>(&Filter::default(), Order::Title, &Page::first(2)).await);
        for title in ["A", "C", "E"] {
            project(&store, json!({"title": title})).await;
        }
        let mut page = Page::first(9);
        page.cursor = Some(first.edges[1].cursor.clone());
        let second = kept(store.list::<Project>(&Filter::default(), Order::Title, &page).await);
        assert_eq!(second.edges.iter().map(|edge| edge.node.title.as_str()).collect::<Vec<_>>(), ["E", "F"]);
    }
}

testing::both! {
    async fn a_cursor_is_refused_under_another_order_filter_or_list(store: Store) {
        project(&store, json!({"title": "Un"})).await;
        let first = kept(store.list::<Project>(&Filter::default(), Order::Title, &Page::first(1)).await);
        let mut page = Page::first(1);
        page.cursor = Some(first.edges[0].cursor.clone());
        let filter: Filter = input(json!({"text": "un"}));
        assert!(matches!(store.list::<Project>(&Filter::default(), Order::Code, &page).await, Err(Error::Cursor)));
        assert!(matches!(store.list::<Project>(&filter, Order::Title, &page).await, Err(Error::Cursor)));
        let organisations = store.list::<Organisation>(&input(json!({})), domain::organisation::Order::Name, &page).await;
        assert!(matches!(organisations, Err(Error::Cursor)));
        page.cursor = Some("n'importe quoi".to_owned());
        assert!(matches!(store.list::<Project>(&Filter::default(), Order::Title, &page).await, Err(Error::Cursor)));
    }
}

testing::both! {
    async fn the_pages_of_many_parents_take_one_statement(store: Store) {
        let mut leads = Vec::new();
        for number in 0..3 {
            leads.push(organisation(&store, &format!("Porteuse {number}")).await);
        }
        for number in 0..12 {
            let ids: Vec<OrganisationId> = leads.iter().take(1 + number % 2).map(|lead| lead.id).collect();
            project(&store, json!({"title": format!("Projet {number:02}"), "leadIds": ids})).await;
        }
        let parents: Vec<RecordId> = leads.iter().map(|lead| lead.id.into()).collect();
        let relation = Relation::Field("leadIds");
        let before = store.statements();
        let pages = kept(store.related::<Project>(relation, Order::Title, &Page::first(5), &parents).await);
        assert_eq!(store.statements() - before, 1);
        let counts = kept(store.related_counts(RecordType::Project, relation, &parents).await);
        assert_eq!(store.statements() - before, 2);
        assert_eq!(parents.iter().map(|parent| counts[parent]).collect::<Vec<_>>(), [12, 6, 0]);
        let shown = |slice: &store::Slice<Project>| slice.edges.iter().map(|edge| edge.node.title.clone()).collect::<Vec<_>>();
        assert_eq!(shown(&pages[&parents[0]]), ["Projet 00", "Projet 01", "Projet 02", "Projet 03", "Projet 04"]);
        assert_eq!(shown(&pages[&parents[1]]), ["Projet 01", "Projet 03", "Projet 05", "Projet 07", "Projet 09"]);
        assert!(pages[&parents[0]].has_next && !pages[&parents[0]].has_previous);
        assert!(pages[&parents[2]].edges.is_empty() && !pages[&parents[2]].has_next);
        let mut page = Page::first(5);
        page.cursor = Some(pages[&parents[1]].edges[4].cursor.clone());
        let rest = kept(store.related::<Project>(relation, Order::Title, &page, &parents[1..2]).await);
        assert_eq!(shown(&rest[&parents[1]]), ["Projet 11"]);
        let last = Page { size: 2, direction: Direction::Backward, cursor: None };
        let end = kept(store.related::<Project>(relation, Order::Title, &last, &parents).await);
        assert_eq!(shown(&end[&parents[0]]), ["Projet 10", "Projet 11"]);
        assert!(end[&parents[0]].has_previous);
    }
}

testing::both! {
    async fn members_are_kept_by_staff_and_seen_by_the_project(store: Store) {
        let made = project(&store, json!({"title": "Un"})).await;
        let other = project(&store, json!({"title": "Deux"})).await;
        let (_, person) = signed(&store, Role::Member, json!({})).await;
        let new: NewMembership = input(json!({"projectId": made.id, "personId": person.id, "role": "LEAD"}));
        assert_eq!(refused(store.create::<Membership>(&member(made.id), new.clone()).await), ["FORBIDDEN"]);
        let membership: Membership = kept(store.create(&officer(), new.clone()).await);
        assert_eq!(refused(store.create::<Membership>(&officer(), new).await), ["DUPLICATE personId"]);
        assert_eq!(refused(store.get::<Membership>(&visitor(), membership.id).await), ["NOT_FOUND"]);
        assert_eq!(refused(store.get::<Membership>(&member(other.id), membership.id).await), ["NOT_FOUND"]);
        kept(store.get::<Membership>(&member(made.id), membership.id).await);
        let (actor, _) = kept(store.actor_of(person.id).await).unwrap();
        assert_eq!(actor.person().unwrap().projects, [made.id]);
        let patch: MembershipPatch = input(json!({"id": membership.id, "expectedRevision": 1, "role": "MEMBER"}));
        kept(store.edit::<Membership>(&officer(), patch).await);
        let used = store.remove::<Project>(&editor(), made.id, 1).await;
        assert_eq!(refused(used), ["IN_USE"]);
    }
}

testing::both! {
    async fn a_note_is_its_author_s_and_the_project_s(store: Store) {
        let made = project(&store, json!({"title": "Un"})).await;
        let other = project(&store, json!({"title": "Deux"})).await;
        let (author, person) = signed(&store, Role::Officer, json!({})).await;
        let new = || input::<NewNote>(json!({"projectId": made.id, "body": "Vu la légumerie.", "on": "2026-11-20"}));
        assert_eq!(refused(store.write_note(&member(other.id), new()).await), ["FORBIDDEN"]);
        let note = kept(store.write_note(&author, new()).await);
        assert_eq!(note.author_id, Some(person.id));
        assert_eq!(refused(store.get::<Note>(&visitor(), note.id).await), ["NOT_FOUND"]);
        assert_eq!(refused(store.get::<Note>(&member(other.id), note.id).await), ["NOT_FOUND"]);
        kept(store.get::<Note>(&member(made.id), note.id).await);
        let patch = || input::<NotePatch>(json!({"id": note.id, "expectedRevision": 1, "body": "Revu."}));
        assert_eq!(refused(store.edit::<Note>(&member(made.id), patch()).await), ["FORBIDDEN"]);
        assert_eq!(refused(store.edit::<Note>(&officer(), patch()).await), ["FORBIDDEN"]);
        kept(store.edit::<Note>(&author, patch()).await);
        let listed = kept(store.related::<Note>(
            Relation::Field("projectId"), AsTheyCame, &Page::first(5), &[made.id.into()],
        ).await);
        assert_eq!(listed[&RecordId::from(made.id)].edges[0].node.body, "Revu.");
        let gone = store.remove::<domain::person::Person>(&administrator(), person.id, 1).await;
        assert_eq!(refused(gone), ["IN_USE"]);
        kept(store.remove::<Note>(&Actor::Person(author.person().unwrap().clone()), note.id, 2).await);
        kept(store.remove::<domain::person::Person>(&administrator(), person.id, 1).await);
    }
}
