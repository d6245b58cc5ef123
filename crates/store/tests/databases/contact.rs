//! Contact details: who reads them, who writes them, what they must be.

use domain::contact::{Contact, NewContact};
use domain::organisation::Organisation;
use domain::policy::Role;
use domain::project::Project;
use serde_json::json;
use testing::{editor, input, kept, member, officer, refused, signed, visitor};

testing::both! {
    async fn contact_details_are_for_those_who_signed_in(store: Store) {
        let house: Organisation = kept(store.create(&editor(), input(json!({"name": "Une"}))).await);
        let project: Project = kept(store.create(&editor(), input(json!({"title": "Un"}))).await);
        let (partner, _) = signed(&store, Role::Partner, json!({"organisationId": house.id})).await;
        let new = json!({"purpose": "commandes", "organisationId": house.id, "name": "Anne", "email": "Anne@une.be", "phone": "+32 81 12 34 56"});
        assert_eq!(refused(store.create::<Contact>(&visitor(), input(new.clone())).await), ["UNAUTHENTICATED"]);
        assert_eq!(refused(store.create::<Contact>(&member(project.id), input(new.clone())).await), ["FORBIDDEN"]);
        let contact: Contact = kept(store.create(&partner, input(new)).await);
        assert_eq!(contact.email.as_deref(), Some("anne@une.be"));
        assert_eq!(refused(store.get::<Contact>(&visitor(), contact.id).await), ["NOT_FOUND"]);
        assert_eq!(kept(store.get::<Contact>(&member(project.id), contact.id).await), contact);
        let moved = json!({"id": contact.id, "expectedRevision": 1, "organisationId": null, "projectId": project.id});
        assert_eq!(refused(store.edit::<Contact>(&partner, input(moved.clone())).await), ["FORBIDDEN"]);
        kept(store.edit::<Contact>(&officer(), input(moved)).await);
        assert_eq!(refused(store.remove::<Project>(&editor(), project.id, 1).await), ["IN_USE"]);
        assert_eq!(refused(store.remove::<Contact>(&partner, contact.id, 2).await), ["FORBIDDEN"]);
        kept(store.remove::<Contact>(&member(project.id), contact.id, 2).await);
    }
}

testing::both! {
    async fn a_contact_has_one_owner_and_real_addresses(store: Store) {
        let nobody: NewContact = input(json!({"purpose": "", "email": "x", "phone": "12"}));
        assert_eq!(
            refused(store.create::<Contact>(&officer(), nobody).await),
            ["REQUIRED purpose", "INVALID organisationId", "INVALID email", "INVALID phone"]
        );
    }
}
