//! Where facts come from: kept with a record, confirmed, gone with it.

use domain::RecordId;
use domain::organisation::Organisation;
use domain::page::Page;
use domain::policy::Role;
use domain::project::Project;
use domain::provenance::Provenance;
use serde_json::json;
use store::{AsTheyCame, Relation};
use testing::{editor, input, kept, member, officer, refused, signed, visitor};

testing::both! {
    async fn a_fact_has_a_source_that_is_confirmed_and_goes_with_it(store: Store) {
        let project: Project = kept(store.create(&editor(), input(json!({"title": "Un"}))).await);
        let house: Organisation = kept(store.create(&editor(), input(json!({"name": "Une"}))).await);
        let (own, person) = signed(&store, Role::Officer, json!({})).await;
        let new = json!({"recordId": project.id, "source": "Le Soir", "url": "lesoir.be", "asOf": "2024-01?", "confidence": "LOW", "field": "grant"});
        assert_eq!(refused(store.create::<Provenance>(&visitor(), input(new.clone())).await), ["UNAUTHENTICATED"]);
        let source: Provenance = kept(store.create(&member(project.id), input(new)).await);
        assert_eq!(kept(store.get::<Provenance>(&visitor(), source.id).await), source);
        let about_house = json!({"recordId": house.id, "source": "Ouï-dire"});
        assert_eq!(refused(store.create::<Provenance>(&member(project.id), input(about_house.clone())).await), ["FORBIDDEN"]);
        kept(store.create::<Provenance>(&officer(), input(about_house)).await);
        let confirmed = kept(store.confirm_fact(&own, source.id, 1).await);
        assert_eq!((confirmed.confirmed_by, confirmed.confirmed_at.is_some()), (Some(person.id), true));
        let relation = Relation::Field("recordId");
        let parents: [RecordId; 2] = [project.id.into(), house.id.into()];
        let before = store.statements();
        let listed = kept(store.related::<Provenance>(relation, AsTheyCame, &Page::first(3), &parents).await);
        assert_eq!(store.statements() - before, 1);
        assert_eq!(listed[&parents[0]].edges[0].node, confirmed);
        assert_eq!(listed[&parents[1]].edges[0].node.source, "Ouï-dire");
        kept(store.remove::<Project>(&editor(), project.id, 1).await);
        assert!(kept(store.find::<Provenance>(source.id).await).is_none());
    }
}

testing::both! {
    async fn a_source_of_nothing_is_refused(store: Store) {
        let new = json!({"recordId": "project_00000000000000000000000009", "source": "Le Soir"});
        assert_eq!(refused(store.create::<Provenance>(&officer(), input(new)).await), ["UNKNOWN_REFERENCE recordId"]);
    }
}
