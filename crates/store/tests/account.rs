//! Accounts: people, invitations, passwords, sessions.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use domain::person::{NewPerson, Person, PersonPatch, State};
use domain::policy::Role;
use domain::{Actor, Lang};
use serde_json::json;
use store::{ByName, Invitation, Rotation, Store};
use testing::{administrator, editor, input, kept, officer, refused, signed, visitor};

const SITE: &str = "https://chantiers.example/";

fn new(email: &str) -> NewPerson {
    input(json!({"name": "Anne Dubois", "email": email, "role": "OFFICER"}))
}

async fn invite(store: &Store) -> (Person, Invitation) {
    kept(store.invite(&administrator(), new("Anne@Cellule.be"), SITE).await)
}

testing::both! {
    async fn an_invitation_is_taken_up_once(store: Store) {
        let (person, invitation) = invite(&store).await;
        assert_eq!((person.email.as_str(), person.state), ("anne@cellule.be", State::Invited));
        assert_eq!(kept(store.invited(&invitation.token).await).id, person.id);
        assert!(kept(store.actor_of(person.id).await).is_none());
        assert!(kept(store.credentials("anne@cellule.be").await).is_none());
        let active = kept(store.accept_invitation(&invitation.token, "hash".into()).await);
        assert_eq!(active.state, State::Active);
        assert_eq!(refused(store.accept_invitation(&invitation.token, "other".into()).await), ["LINK_EXPIRED"]);
        let (known, hash) = kept(store.credentials(" ANNE@cellule.be").await).unwrap();
        assert_eq!((known.id, hash.as_str()), (person.id, "hash"));
        let (actor, _) = kept(store.actor_of(person.id).await).unwrap();
        assert_eq!(actor.person().unwrap().role, Role::Officer);
    }
}

testing::both! {
    async fn one_invitation_taken_up_twice_at_once_counts_once(store: Store) {
        let (_, invitation) = invite(&store).await;
        let (one, two) = tokio::join!(
            store.accept_invitation(&invitation.token, "a".into()),
            store.accept_invitation(&invitation.token, "b".into()),
        );
        assert_eq!(u8::from(one.is_ok()) + u8::from(two.is_ok()), 1);
    }
}

testing::both! {
    async fn a_later_invitation_voids_the_earlier_and_its_use_closes_sessions(store: Store) {
        let (person, first) = invite(&store).await;
        kept(store.accept_invitation(&first.token, "hash".into()).await);
        let session = kept(store.open_session(person.id).await);
        let second = kept(store.invite_again(&administrator(), person.id, SITE).await);
        let third = kept(store.invite_again(&administrator(), person.id, SITE).await);
        assert_eq!(refused(store.invited(&second.token).await), ["LINK_EXPIRED"]);
        kept(store.accept_invitation(&third.token, "new".into()).await);
        assert!(matches!(kept(store.rotate_session(&session.token).await), Rotation::Unknown));
        assert_eq!(kept(store.credentials("anne@cellule.be").await).unwrap().1, "new");
        assert_eq!(refused(store.invite_again(&editor(), person.id, SITE).await), ["FORBIDDEN"]);
    }
}

testing::both! {
    async fn only_an_administrator_makes_accounts_and_an_address_has_one(store: Store) {
        assert_eq!(refused(store.invite(&editor(), new("a@b.be"), SITE).await), ["FORBIDDEN"]);
        assert_eq!(refused(store.invite(&visitor(), new("a@b.be"), SITE).await), ["UNAUTHENTICATED"]);
        kept(store.invite(&administrator(), new("a@b.be"), SITE).await);
        assert_eq!(refused(store.invite(&administrator(), new("A@b.be"), SITE).await), ["DUPLICATE email"]);
        assert_eq!(refused(store.invite(&administrator(), new("pas une adresse"), SITE).await), ["INVALID email"]);
        let homeless: NewPerson = input(json!({"name": "Paul", "email": "p@b.be", "role": "PARTNER"}));
        assert_eq!(refused(store.invite(&administrator(), homeless, SITE).await), ["INVALID organisationId"]);
    }
}

testing::both! {
    async fn an_account_is_seen_by_staff_and_by_its_holder(store: Store) {
        let (own, person) = signed(&store, Role::Member, json!({})).await;
        let (_, other) = signed(&store, Role::Partner, json!({
            "organisationId": kept(store.create::<domain::organisation::Organisation>(&editor(), input(json!({"name": "Une"}))).await).id,
        })).await;
        kept(store.get::<Person>(&own, person.id).await);
        kept(store.get::<Person>(&officer(), person.id).await);
        assert_eq!(refused(store.get::<Person>(&own, other.id).await), ["NOT_FOUND"]);
        assert_eq!(refused(store.get::<Person>(&visitor(), person.id).await), ["NOT_FOUND"]);
        let named = kept(store.edit_self(&own, person.id, 1, Some("Jeanne".into()), Some(Lang::De)).await);
        assert_eq!((named.name.as_str(), named.language), ("Jeanne", Lang::De));
        assert_eq!(refused(store.edit_self(&own, person.id, 2, Some(" ".into()), None).await), ["REQUIRED name"]);
        let promote: PersonPatch = input(json!({"id": person.id, "expectedRevision": 2, "role": "ADMINISTRATOR"}));
        assert_eq!(refused(store.edit::<Person>(&own, promote).await), ["FORBIDDEN"]);
        let found = kept(store.list::<Person>(&Some("jean".into()), ByName, &domain::page::Page::first(9)).await);
        assert_eq!(found.edges.len(), 1);
    }
}

testing::both! {
    async fn a_session_s_token_is_good_once_and_a_copy_closes_it(store: Store) {
        let (_, person) = signed(&store, Role::Officer, json!({})).await;
        let first = kept(store.open_session(person.id).await);
        let Rotation::Rotated { session: second, .. } = kept(store.rotate_session(&first.token).await) else {
            panic!("the first use is good");
        };
        assert!(matches!(kept(store.rotate_session(&first.token).await), Rotation::Reused));
        assert!(matches!(kept(store.rotate_session(&second.token).await), Rotation::Unknown));
        assert!(matches!(kept(store.rotate_session("rien").await), Rotation::Unknown));
        let another = kept(store.open_session(person.id).await);
        kept(store.close_session(&another.token).await);
        assert!(matches!(kept(store.rotate_session(&another.token).await), Rotation::Unknown));
    }
}

testing::both! {
    async fn a_token_used_twice_at_once_is_good_for_one_at_most(store: Store) {
        let (_, person) = signed(&store, Role::Officer, json!({})).await;
        let session = kept(store.open_session(person.id).await);
        let (one, two) = tokio::join!(store.rotate_session(&session.token), store.rotate_session(&session.token));
        let good = [kept(one), kept(two)].iter().filter(|done| matches!(done, Rotation::Rotated { .. })).count();
        assert!(good <= 1);
    }
}

testing::both! {
    async fn a_suspended_account_is_shut_out_at_once(store: Store) {
        let (own, person) = signed(&store, Role::Officer, json!({})).await;
        kept(store.set_password(&own, person.id, "hash".into()).await);
        let session = kept(store.open_session(person.id).await);
        let patch: PersonPatch = input(json!({"id": person.id, "expectedRevision": 1, "state": "SUSPENDED"}));
        kept(store.edit::<Person>(&administrator(), patch).await);
        assert!(kept(store.actor_of(person.id).await).is_none());
        assert!(kept(store.credentials(&person.email).await).is_none());
        assert!(matches!(kept(store.rotate_session(&session.token).await), Rotation::Unknown));
        assert_eq!(refused(store.set_password(&officer(), person.id, "x".into()).await), ["FORBIDDEN"]);
    }
}

testing::both! {
    async fn the_command_line_makes_an_administrator_once(store: Store) {
        assert!(!kept(store.has_administrator().await));
        let (person, none) = kept(store.add_administrator("chef@cellule.be", "Chef", Some("hash".into())).await);
        assert!(none.is_none());
        assert_eq!((person.role, person.state), (Role::Administrator, State::Active));
        assert!(kept(store.has_administrator().await));
        let (again, invitation) = kept(store.add_administrator("CHEF@cellule.be", "Chef", None).await);
        assert_eq!(again.id, person.id);
        assert!(invitation.is_some());
    }
}

testing::both! {
    async fn a_person_who_leaves_takes_password_and_sessions_along(store: Store) {
        let (own, person) = signed(&store, Role::Officer, json!({})).await;
        kept(store.set_password(&own, person.id, "hash".into()).await);
        let session = kept(store.open_session(person.id).await);
        kept(store.remove::<Person>(&administrator(), person.id, 1).await);
        assert!(matches!(kept(store.rotate_session(&session.token).await), Rotation::Unknown));
        assert!(kept(store.find::<Person>(person.id).await).is_none());
        assert_eq!(refused(store.get::<Person>(&Actor::System, person.id).await), ["NOT_FOUND"]);
    }
}

testing::both! {
    async fn a_copy_used_while_its_session_goes_on_closes_it(store: Store) {
        let (_, person) = signed(&store, Role::Officer, json!({})).await;
        for _ in 0..20 {
            let first = kept(store.open_session(person.id).await);
            let Rotation::Rotated { session: second, .. } = kept(store.rotate_session(&first.token).await) else {
                panic!("the first use is good");
            };
            let (copy, own) = tokio::join!(store.rotate_session(&first.token), store.rotate_session(&second.token));
            assert!(matches!(kept(copy), Rotation::Reused | Rotation::Unknown));
            if let Rotation::Rotated { session: third, .. } = kept(own) {
                let after = kept(store.rotate_session(&third.token).await);
                assert!(!matches!(after, Rotation::Rotated { .. }), "the session outlives its theft");
            }
        }
    }
}

#[tokio::test]
async fn a_session_ends_however_often_it_is_gone_on_with() {
    let [one, other] = testing::both_engines().await;
    for database in [&one, &other] {
        let store = database.store();
        let (_, person) = signed(&store, Role::Officer, json!({})).await;
        let mut session = kept(store.open_session(person.id).await);
        for _ in 0..4 {
            database.mint().pass(chrono::TimeDelta::days(20));
            let Rotation::Rotated { session: next, .. } = kept(store.rotate_session(&session.token).await)
            else {
                panic!("it is gone on with in time");
            };
            session = next;
        }
        database.mint().pass(chrono::TimeDelta::days(11));
        assert!(matches!(
            kept(store.rotate_session(&session.token).await),
            Rotation::Unknown
        ));
    }
    let [_, other] = [one, other];
    other.close().await;
}
