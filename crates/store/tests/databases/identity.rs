//! Signing in through an outside provider: tries that are good once, and which account an identity opens.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use domain::Actor;
use domain::person::PersonPatch;
use domain::policy::Role;
use domain::security::{Event, Origin};
use serde_json::json;
use store::{Identified, Identity, Opening, SecurityEvent, Stepped, Store};
use testing::{administrator, input, kept, officer, refused, signed};

const ISSUER: &str = "https://connexion.example";

fn identity(subject: &str, email: &str) -> Identity {
    Identity {
        issuer: ISSUER.to_owned(),
        subject: subject.to_owned(),
        email: email.to_owned(),
    }
}

fn through() -> Origin {
    Origin::default().through("La Région")
}

async fn identify(store: &Store, subject: &str, email: &str) -> Identified {
    kept(store.identify(&identity(subject, email), &through()).await)
}

/// What the log tells of an account, of one kind.
async fn told(store: &Store, person: domain::PersonId, kind: Event) -> Vec<SecurityEvent> {
    let page = domain::page::Page::first(50);
    let log = kept(store.security_events(&administrator(), Some(person), &page).await);
    let events = log.edges.into_iter().map(|edge| edge.node);
    events.filter(|event| event.event == kind).collect()
}

#[tokio::test]
async fn a_try_is_good_once_and_for_ten_minutes() {
    let [one, other] = testing::both_engines().await;
    for database in [&one, &other] {
        let store = database.store();
        kept(store.begin_provider_try("un").await);
        assert!(!kept(store.use_provider_try("deux").await));
        let (first, second) = tokio::join!(store.use_provider_try("un"), store.use_provider_try("un"));
        assert_eq!(
            u8::from(kept(first)) + u8::from(kept(second)),
            1,
            "used twice at once"
        );
        kept(store.begin_provider_try("trois").await);
        database.mint().pass(chrono::TimeDelta::minutes(11));
        assert!(!kept(store.use_provider_try("trois").await), "too late");
    }
    let [_, other] = [one, other];
    other.close().await;
}

testing::both! {
    async fn the_first_sign_in_binds_the_account_with_that_address_and_the_next_need_no_address(store: Store) {
        let (_, person) = signed(&store, Role::Officer, json!({})).await;
        let Identified::Person(found) = identify(&store, "s1", &format!(" {} ", person.email.to_uppercase())).await else {
            panic!("the account is there");
        };
        assert_eq!((found.id, found.role), (person.id, Role::Officer));
        let Identified::Person(found) = identify(&store, "s1", "autre@exemple.be").await else {
            panic!("it is bound");
        };
        assert_eq!(found.id, person.id);
        // The same name at another provider is somebody else.
        let elsewhere = Identity { issuer: "https://autre.example".to_owned(), ..identity("s1", "autre@exemple.be") };
        assert!(matches!(kept(store.identify(&elsewhere, &through()).await), Identified::Nobody));
        // Whoever gets the address at the provider later does not get the account.
        assert!(matches!(identify(&store, "s2", &person.email).await, Identified::Another(id) if id == person.id));
        let bound = told(&store, person.id, Event::IdentityBound).await;
        assert_eq!(bound.len(), 1);
        assert_eq!(bound[0].origin.through.as_deref(), Some("La Région"));
    }
}

testing::both! {
    async fn one_who_signs_in_twice_at_once_the_first_time_is_bound_once(store: Store) {
        let (_, person) = signed(&store, Role::Officer, json!({})).await;
        let same = identity("s1", &person.email);
        let origin = through();
        let (one, two) = tokio::join!(store.identify(&same, &origin), store.identify(&same, &origin));
        for found in [kept(one), kept(two)] {
            assert!(matches!(found, Identified::Person(found) if found.id == person.id));
        }
    }
}

testing::both! {
    async fn an_account_that_is_not_in_use_is_opened_by_nobody(store: Store) {
        assert!(matches!(identify(&store, "s1", "personne@exemple.be").await, Identified::Nobody));
        let new = input(json!({"name": "Lou", "email": "lou@exemple.be", "role": "MEMBER"}));
        kept(store.invite(&administrator(), new, "https://x.be/").await);
        assert!(matches!(identify(&store, "s1", "lou@exemple.be").await, Identified::Nobody), "only invited");
        let (_, person) = signed(&store, Role::Member, json!({})).await;
        assert!(matches!(identify(&store, "s2", &person.email).await, Identified::Person(_)));
        let patch: PersonPatch = input(json!({"id": person.id, "expectedRevision": person.revision, "state": "SUSPENDED"}));
        kept(store.edit::<domain::person::Person>(&administrator(), patch).await);
        assert!(matches!(identify(&store, "s2", &person.email).await, Identified::Nobody), "suspended");
    }
}

testing::both! {
    async fn an_administrator_takes_the_binding_away_and_the_next_sign_in_binds_anew(store: Store) {
        let (own, person) = signed(&store, Role::Officer, json!({})).await;
        identify(&store, "s1", &person.email).await;
        let nowhere = Origin::default();
        for actor in [own, officer(), Actor::Visitor] {
            let said = refused(store.unbind_identity(&actor, person.id, &nowhere).await);
            assert!(said == ["FORBIDDEN"] || said == ["UNAUTHENTICATED"], "{said:?}");
        }
        assert!(kept(store.unbind_identity(&administrator(), person.id, &nowhere).await));
        assert!(!kept(store.unbind_identity(&administrator(), person.id, &nowhere).await));
        assert_eq!(refused(store.unbind_identity(&administrator(), uuid::Uuid::nil().into(), &nowhere).await), ["NOT_FOUND"]);
        assert!(matches!(identify(&store, "s2", &person.email).await, Identified::Person(_)));
        assert!(matches!(identify(&store, "s1", &person.email).await, Identified::Another(_)));
    }
}

testing::both! {
    async fn what_is_told_of_a_sign_in_says_through_whom_also_after_the_second_step(store: Store) {
        let (own, person) = signed(&store, Role::Officer, json!({})).await;
        let Opening::Session(session) = kept(store.enter(person.id, &through()).await) else {
            panic!("no second step is wanted");
        };
        kept(store.rotate_session(&session.token, &Origin::default()).await);
        let open = kept(store.sessions(person.id).await);
        assert_eq!(open[0].origin.through.as_deref(), Some("La Région"), "also of the next token");
        let new = kept(store.begin_second_step(&own).await);
        let code = crate::account::code(&new.secret, store.mint().now());
        let codes = kept(store.confirm_second_step(&own, &code, &Origin::default()).await);
        let Opening::SecondStep { token, .. } = kept(store.enter(person.id, &through()).await) else {
            panic!("the second step is wanted, whoever vouches for the first");
        };
        assert!(matches!(kept(store.take_second_step(&token, &codes[0], &Origin::default()).await), Stepped::Session(..)));
        let entered = told(&store, person.id, Event::SignedIn).await;
        assert_eq!(entered.len(), 2);
        assert!(entered.iter().all(|event| event.origin.through.as_deref() == Some("La Région")));
    }
}

testing::both! {
    async fn an_identity_is_in_one_s_own_data_and_goes_with_the_account(store: Store) {
        let (own, person) = signed(&store, Role::Officer, json!({})).await;
        identify(&store, "s1", &person.email).await;
        let held = kept(store.own_data(&own, person.id).await);
        assert_eq!(held["data"]["identities"][0]["subject"], "s1");
        let erased = kept(store.erase_person(&own, person.id, person.revision).await);
        assert!(erased.erased_at.is_some());
        assert!(matches!(identify(&store, "s1", &person.email).await, Identified::Nobody));
        let rest = kept(store.own_data(&administrator(), person.id).await);
        assert_eq!(rest["data"]["identities"].as_array().unwrap().len(), 0);
    }
}
