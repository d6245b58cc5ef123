//! Chantiers, their steps, resources and the projects' part in them.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use domain::chantier::{
    Chantier, ChantierPatch, LinkState, Order, Participation, Progress, Resource, ResourceFilter, Step,
    StepFilter, StepOrder, StepPatch, StepStatus, progress,
};
use domain::organisation::Organisation;
use domain::page::Page;
use domain::project::Project;
use domain::{ChantierId, RecordId};
use serde_json::{Value, json};
use store::{ByTitle, Relation, Store};
use testing::{editor, input, input_with, kept, member, officer, refused, visitor};

async fn chantier(store: &Store, code: &str, position: i32) -> Chantier {
    let new =
        json!({"code": code, "position": position, "title": format!("Chantier {code}"), "stage": "OPEN"});
    kept(store.create(&editor(), input(new)).await)
}

async fn step(store: &Store, chantier: ChantierId, more: Value) -> Step {
    kept(
        store
            .create(
                &officer(),
                input_with(json!({"chantierId": chantier, "title": "Étape"}), more),
            )
            .await,
    )
}

fn patch(step: &Step, more: Value) -> StepPatch {
    input_with(json!({"id": step.id, "expectedRevision": step.revision}), more)
}

testing::both! {
    async fn a_chantier_is_made_changed_and_removed_by_editors(store: Store) {
        let new = json!({"code": "foncier", "position": 1, "title": "Foncier", "stage": "TRACK"});
        assert_eq!(refused(store.create::<Chantier>(&officer(), input(new.clone())).await), ["FORBIDDEN"]);
        let made: Chantier = kept(store.create(&editor(), input(new.clone())).await);
        assert_eq!(refused(store.create::<Chantier>(&editor(), input(new)).await), ["DUPLICATE code"]);
        let wrong = json!({"code": "Pas Un Code", "position": -1, "title": "", "stage": "OPEN"});
        assert_eq!(
            refused(store.create::<Chantier>(&editor(), input(wrong)).await),
            ["INVALID code", "INVALID position", "REQUIRED title"]
        );
        let itself: ChantierPatch = input(json!({"id": made.id, "expectedRevision": 1, "relatedIds": [made.id]}));
        assert_eq!(refused(store.edit::<Chantier>(&editor(), itself).await), ["INVALID relatedIds"]);
        assert_eq!(kept(store.chantier_by_code("foncier").await).unwrap(), made);
        step(&store, made.id, json!({})).await;
        assert_eq!(refused(store.remove::<Chantier>(&editor(), made.id, 1).await), ["IN_USE"]);
    }
}

testing::both! {
    async fn chantiers_are_listed_without_tracks_unless_asked(store: Store) {
        let open = chantier(&store, "filieres", 2).await;
        let led: Organisation = kept(store.create(&editor(), input(json!({"name": "Cellule"}))).await);
        let track = json!({"code": "foncier", "position": 1, "title": "Foncier", "stage": "TRACK", "leadIds": [led.id]});
        let track: Chantier = kept(store.create(&editor(), input(track)).await);
        let ids = async |filter: Value| -> Vec<ChantierId> {
            let slice = kept(store.list::<Chantier>(&input(filter), Order::Position, &Page::first(9)).await);
            slice.edges.iter().map(|edge| edge.node.id).collect()
        };
        assert_eq!(ids(json!({})).await, [open.id]);
        assert_eq!(ids(json!({"stages": ["TRACK", "OPEN"]})).await, [track.id, open.id]);
        assert_eq!(ids(json!({"codes": ["foncier"]})).await, [track.id]);
        assert_eq!(ids(json!({"stages": ["TRACK"], "organisation": led.id})).await, [track.id]);
        assert_eq!(ids(json!({"text": "filieres"})).await, [open.id]);
    }
}

testing::both! {
    async fn dependencies_stay_in_one_chantier_and_close_no_ring(store: Store) {
        let (one, other) = (chantier(&store, "un", 1).await, chantier(&store, "deux", 2).await);
        let a = step(&store, one.id, json!({})).await;
        let b = step(&store, one.id, json!({"dependencyIds": [a.id]})).await;
        let c = step(&store, one.id, json!({"dependencyIds": [b.id]})).await;
        let d = step(&store, other.id, json!({})).await;
        assert_eq!(refused(store.edit::<Step>(&officer(), patch(&a, json!({"dependencyIds": [c.id]}))).await), ["CYCLE dependencyIds"]);
        assert_eq!(refused(store.edit::<Step>(&officer(), patch(&a, json!({"dependencyIds": [a.id]}))).await), ["CYCLE dependencyIds"]);
        assert_eq!(
            refused(store.edit::<Step>(&officer(), patch(&a, json!({"dependencyIds": [d.id]}))).await),
            ["UNKNOWN_REFERENCE dependencyIds"]
        );
        assert_eq!(
            refused(store.edit::<Step>(&officer(), patch(&a, json!({"chantierId": other.id}))).await),
            ["INVALID chantierId"]
        );
        assert_eq!(refused(store.remove::<Step>(&officer(), a.id, 1).await), ["IN_USE"]);
        kept(store.remove::<Step>(&officer(), c.id, 1).await);
        kept(store.edit::<Step>(&officer(), patch(&b, json!({"dependencyIds": []}))).await);
        kept(store.edit::<Step>(&officer(), patch(&a, json!({"chantierId": other.id, "dependencyIds": [d.id]}))).await);
    }
}

testing::both! {
    async fn two_steps_cannot_come_to_depend_on_each_other_at_once(store: Store) {
        let one = chantier(&store, "un", 1).await;
        for _ in 0..8 {
            let (a, b) = (step(&store, one.id, json!({})).await, step(&store, one.id, json!({})).await);
            let staff = officer();
            let (first, second) = tokio::join!(
                store.edit::<Step>(&staff, patch(&a, json!({"dependencyIds": [b.id]}))),
                store.edit::<Step>(&staff, patch(&b, json!({"dependencyIds": [a.id]}))),
            );
            assert_eq!(u8::from(first.is_ok()) + u8::from(second.is_ok()), 1);
            let said = if first.is_ok() { refused(second) } else { refused(first) };
            assert_eq!(said, ["CYCLE dependencyIds"]);
        }
    }
}

testing::both! {
    async fn a_step_that_moves_keeps_what_was_planned(store: Store) {
        let one = chantier(&store, "un", 1).await;
        let planned = step(&store, one.id, json!({"starts": "2026-05"})).await;
        let later = ("2026-09".parse().ok(), None);
        assert_eq!(refused(store.reschedule_step(&officer(), planned.id, 1, later, " ").await), ["INVALID reason"]);
        assert_eq!(refused(store.reschedule_step(&visitor(), planned.id, 1, later, "x").await), ["UNAUTHENTICATED"]);
        let moved = kept(store.reschedule_step(&officer(), planned.id, 1, later, "Salle fermée").await);
        assert_eq!((moved.revision, moved.slips.len()), (2, 1));
        assert_eq!(kept(store.get::<Step>(&visitor(), planned.id).await), moved);
    }
}

testing::both! {
    async fn steps_are_listed_by_date_and_by_place_and_narrowed(store: Store) {
        let (one, other) = (chantier(&store, "un", 1).await, chantier(&store, "deux", 2).await);
        let undated = step(&store, one.id, json!({"position": 1, "starts": "XXXX-06-01"})).await;
        let late = step(&store, one.id, json!({"position": 2, "starts": "2027", "status": "UNDER_WAY"})).await;
        let soon = step(&store, other.id, json!({"position": 3, "starts": "2026-12-01", "ends": "2027-02", "status": "DONE"})).await;
        let ids = async |filter: Value, order| {
            let slice = kept(store.list::<Step>(&input::<StepFilter>(filter), order, &Page::first(9)).await);
            slice.edges.iter().map(|edge| edge.node.id).collect::<Vec<_>>()
        };
        assert_eq!(ids(json!({}), StepOrder::Date).await, [soon.id, late.id, undated.id]);
        assert_eq!(ids(json!({}), StepOrder::Position).await, [undated.id, late.id, soon.id]);
        assert_eq!(ids(json!({"chantier": one.id}), StepOrder::Date).await, [late.id, undated.id]);
        assert_eq!(ids(json!({"statuses": ["DONE"]}), StepOrder::Date).await, [soon.id]);
        assert_eq!(ids(json!({"startsTo": "2026-12-31"}), StepOrder::Date).await, [soon.id]);
        assert_eq!(ids(json!({"endsFrom": "2027-03-01", "startsTo": "2027-12-31"}), StepOrder::Date).await, [late.id]);
        let before = store.statements();
        let steps = kept(store.steps_of(&[one.id, other.id]).await);
        assert_eq!(store.statements() - before, 1);
        assert_eq!((steps[&one.id].len(), steps[&other.id].len()), (2, 1));
        let today = chrono::NaiveDate::from_ymd_opt(2026, 11, 25).unwrap();
        assert_eq!(progress(&steps[&other.id], today), Progress::Done);
        assert_eq!(steps[&other.id][0].status, StepStatus::Done);
    }
}

testing::both! {
    async fn a_resource_belongs_to_a_chantier_or_to_a_project(store: Store) {
        let one = chantier(&store, "un", 1).await;
        let project: Project = kept(store.create(&editor(), input(json!({"title": "Un"}))).await);
        let both = json!({"title": "Guide", "kind": "GUIDE", "chantierId": one.id, "projectId": project.id});
        assert_eq!(refused(store.create::<Resource>(&officer(), input(both)).await), ["INVALID chantierId"]);
        let guide = json!({"title": "Guide", "kind": "GUIDE", "chantierId": one.id, "url": "mangerdemain.be", "languages": ["FR"]});
        assert_eq!(refused(store.create::<Resource>(&member(project.id), input(guide.clone())).await), ["FORBIDDEN"]);
        let guide: Resource = kept(store.create(&officer(), input(guide)).await);
        assert_eq!((guide.url.as_deref(), guide.link_state), (Some("https://mangerdemain.be"), LinkState::Untested));
        let study = json!({"title": "Étude", "kind": "STUDY", "projectId": project.id});
        let study: Resource = kept(store.create(&member(project.id), input(study)).await);
        let ids = async |filter: Value| {
            let slice = kept(store.list::<Resource>(&input::<ResourceFilter>(filter), ByTitle, &Page::first(9)).await);
            slice.edges.iter().map(|edge| edge.node.id).collect::<Vec<_>>()
        };
        assert_eq!(ids(json!({})).await, [study.id, guide.id]);
        assert_eq!(ids(json!({"kinds": ["GUIDE"]})).await, [guide.id]);
        assert_eq!(ids(json!({"chantier": one.id})).await, [guide.id]);
        assert_eq!(ids(json!({"project": project.id})).await, [study.id]);
        assert_eq!(ids(json!({"linkStates": ["NO_LINK"]})).await, [study.id]);
        assert_eq!(ids(json!({"text": "etude"})).await, [study.id]);
        // What belongs to one project may not be moved elsewhere by its members.
        let elsewhere = json!({"id": study.id, "expectedRevision": 1, "projectId": null, "chantierId": one.id});
        assert_eq!(refused(store.edit::<Resource>(&member(project.id), input(elsewhere)).await), ["FORBIDDEN"]);
    }
}

testing::both! {
    async fn a_project_has_each_part_in_a_chantier_once(store: Store) {
        let one = chantier(&store, "un", 1).await;
        let project: Project = kept(store.create(&editor(), input(json!({"title": "Un"}))).await);
        let new = |part: &str| input(json!({"chantierId": one.id, "projectId": project.id, "part": part}));
        assert_eq!(refused(store.create::<Participation>(&visitor(), new("NEEDS")).await), ["UNAUTHENTICATED"]);
        let needs: Participation = kept(store.create(&member(project.id), new("NEEDS")).await);
        kept(store.create::<Participation>(&member(project.id), new("FOLLOWS")).await);
        assert_eq!(refused(store.create::<Participation>(&member(project.id), new("NEEDS")).await), ["DUPLICATE part"]);
        let parents: [RecordId; 1] = [project.id.into()];
        let relation = Relation::Field("projectId");
        let parts = kept(store.related::<Participation>(relation, store::AsTheyCame, &Page::first(9), &parents).await);
        assert_eq!(parts[&parents[0]].edges.len(), 2);
        assert_eq!(parts[&parents[0]].edges[0].node, needs);
        assert_eq!(refused(store.remove::<Chantier>(&editor(), one.id, 1).await), ["IN_USE"]);
    }
}

testing::both! {
    async fn a_date_filter_beyond_the_years_that_are_kept_is_refused(store: Store) {
        let made = chantier(&store, "filieres", 1).await;
        step(&store, made.id, json!({"starts": "2026-05"})).await;
        let asked = async |filter: StepFilter| store.list::<Step>(&filter, StepOrder::Date, &Page::first(9)).await;
        let day = |text: &str| chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d").ok();
        for beyond in ["+10000-01-01", "-0001-01-01"] {
            assert!(day(beyond).is_some());
            let from = StepFilter { ends_from: day(beyond), ..StepFilter::default() };
            assert!(matches!(asked(from.clone()).await, Err(store::Error::Year)), "{beyond}");
            assert!(matches!(store.count::<Step>(&from).await, Err(store::Error::Year)), "{beyond}");
            let to = StepFilter { starts_to: day(beyond), ..StepFilter::default() };
            assert!(matches!(asked(to).await, Err(store::Error::Year)), "{beyond}");
        }
        let all = StepFilter { ends_from: day("0000-01-01"), starts_to: day("9999-12-31"), ..StepFilter::default() };
        assert_eq!(kept(asked(all).await).edges.len(), 1);
    }
}
