//! Accounts: people, invitations, passwords, sessions, links by which to choose another password, the security log.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use domain::person::{NewPerson, Person, PersonPatch, State};
use domain::policy::Role;
use domain::security::{Event, Origin};
use domain::{Actor, Lang};
use serde_json::json;
use store::{ByName, Invitation, Opening, Rotation, Stepped, Store};
use testing::{administrator, editor, input, kept, officer, refused, signed, visitor};

const SITE: &str = "https://chantiers.example/";

static NOWHERE: Origin = Origin {
    device: None,
    network: None,
    through: None,
};

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
        let active = kept(store.accept_invitation(&invitation.token, "hash".into(), &NOWHERE).await);
        assert_eq!(active.state, State::Active);
        assert_eq!(refused(store.accept_invitation(&invitation.token, "other".into(), &NOWHERE).await), ["LINK_EXPIRED"]);
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
            store.accept_invitation(&invitation.token, "a".into(), &NOWHERE),
            store.accept_invitation(&invitation.token, "b".into(), &NOWHERE),
        );
        assert_eq!(u8::from(one.is_ok()) + u8::from(two.is_ok()), 1);
    }
}

testing::both! {
    async fn a_later_invitation_voids_the_earlier_and_its_use_closes_sessions(store: Store) {
        let (person, first) = invite(&store).await;
        kept(store.accept_invitation(&first.token, "hash".into(), &NOWHERE).await);
        let session = kept(store.open_session(person.id, &NOWHERE).await);
        let second = kept(store.invite_again(&administrator(), person.id, SITE).await);
        let third = kept(store.invite_again(&administrator(), person.id, SITE).await);
        assert_eq!(refused(store.invited(&second.token).await), ["LINK_EXPIRED"]);
        kept(store.accept_invitation(&third.token, "new".into(), &NOWHERE).await);
        assert!(matches!(kept(store.rotate_session(&session.token, &NOWHERE).await), Rotation::Unknown));
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
        let first = kept(store.open_session(person.id, &NOWHERE).await);
        let Rotation::Rotated { session: second, .. } = kept(store.rotate_session(&first.token, &NOWHERE).await) else {
            panic!("the first use is good");
        };
        assert!(matches!(kept(store.rotate_session(&first.token, &NOWHERE).await), Rotation::Reused));
        assert!(matches!(kept(store.rotate_session(&second.token, &NOWHERE).await), Rotation::Unknown));
        assert!(matches!(kept(store.rotate_session("rien", &NOWHERE).await), Rotation::Unknown));
        let another = kept(store.open_session(person.id, &NOWHERE).await);
        kept(store.close_session(&another.token, &NOWHERE).await);
        assert!(matches!(kept(store.rotate_session(&another.token, &NOWHERE).await), Rotation::Unknown));
    }
}

testing::both! {
    async fn a_token_used_twice_at_once_is_good_for_one_at_most(store: Store) {
        let (_, person) = signed(&store, Role::Officer, json!({})).await;
        let session = kept(store.open_session(person.id, &NOWHERE).await);
        let (one, two) = tokio::join!(store.rotate_session(&session.token, &NOWHERE), store.rotate_session(&session.token, &NOWHERE));
        let good = [kept(one), kept(two)].iter().filter(|done| matches!(done, Rotation::Rotated { .. })).count();
        assert!(good <= 1);
    }
}

testing::both! {
    async fn a_suspended_account_is_shut_out_at_once(store: Store) {
        let (own, person) = signed(&store, Role::Officer, json!({})).await;
        kept(store.set_password(&own, person.id, "hash".into(), &NOWHERE).await);
        let session = kept(store.open_session(person.id, &NOWHERE).await);
        let patch: PersonPatch = input(json!({"id": person.id, "expectedRevision": 1, "state": "SUSPENDED"}));
        kept(store.edit::<Person>(&administrator(), patch).await);
        assert!(kept(store.actor_of(person.id).await).is_none());
        assert!(kept(store.credentials(&person.email).await).is_none());
        assert!(matches!(kept(store.rotate_session(&session.token, &NOWHERE).await), Rotation::Unknown));
        assert_eq!(refused(store.set_password(&officer(), person.id, "x".into(), &NOWHERE).await), ["FORBIDDEN"]);
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
        kept(store.set_password(&own, person.id, "hash".into(), &NOWHERE).await);
        let session = kept(store.open_session(person.id, &NOWHERE).await);
        kept(store.remove::<Person>(&administrator(), person.id, 1).await);
        assert!(matches!(kept(store.rotate_session(&session.token, &NOWHERE).await), Rotation::Unknown));
        assert!(kept(store.find::<Person>(person.id).await).is_none());
        assert_eq!(refused(store.get::<Person>(&Actor::System, person.id).await), ["NOT_FOUND"]);
    }
}

testing::both! {
    async fn a_copy_used_while_its_session_goes_on_closes_it(store: Store) {
        let (_, person) = signed(&store, Role::Officer, json!({})).await;
        for _ in 0..20 {
            let first = kept(store.open_session(person.id, &NOWHERE).await);
            let Rotation::Rotated { session: second, .. } = kept(store.rotate_session(&first.token, &NOWHERE).await) else {
                panic!("the first use is good");
            };
            let (copy, own) = tokio::join!(store.rotate_session(&first.token, &NOWHERE), store.rotate_session(&second.token, &NOWHERE));
            assert!(matches!(kept(copy), Rotation::Reused | Rotation::Unknown));
            if let Rotation::Rotated { session: third, .. } = kept(own) {
                let after = kept(store.rotate_session(&third.token, &NOWHERE).await);
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
        let mut session = kept(store.open_session(person.id, &NOWHERE).await);
        for _ in 0..4 {
            database.mint().pass(chrono::TimeDelta::days(20));
            let Rotation::Rotated { session: next, .. } =
                kept(store.rotate_session(&session.token, &NOWHERE).await)
            else {
                panic!("it is gone on with in time");
            };
            session = next;
        }
        database.mint().pass(chrono::TimeDelta::days(11));
        assert!(matches!(
            kept(store.rotate_session(&session.token, &NOWHERE).await),
            Rotation::Unknown
        ));
    }
    let [_, other] = [one, other];
    other.close().await;
}

fn from(device: &str) -> Origin {
    Origin {
        device: Some(device.to_owned()),
        network: Some("198.51.0.0/16".to_owned()),
        through: None,
    }
}

async fn events(store: &Store) -> Vec<(Event, Option<domain::PersonId>)> {
    let page = domain::page::Page::first(50);
    let log = kept(store.security_events(&administrator(), None, &page).await);
    let mut events: Vec<_> = log
        .edges
        .into_iter()
        .map(|edge| (edge.node.event, edge.node.person_id))
        .collect();
    events.reverse();
    events
}

testing::both! {
    async fn a_person_sees_their_sessions_and_ends_one_or_the_others(store: Store) {
        let (own, person) = signed(&store, Role::Officer, json!({})).await;
        let (other, stranger) = signed(&store, Role::Member, json!({})).await;
        let mut opened = Vec::new();
        for device in ["Firefox, Linux", "Chrome, Android", "Safari, iPhone"] {
            opened.push(kept(store.open_session(person.id, &from(device)).await));
        }
        kept(store.open_session(stranger.id, &from("Edge, Windows")).await);
        let Rotation::Rotated { session: next, .. } = kept(store.rotate_session(&opened[0].token, &from("Firefox, macOS")).await)
        else {
            panic!("it is gone on with");
        };
        assert_eq!(next.id, opened[0].id, "it is the same session");
        let shown = kept(store.sessions(person.id).await);
        assert_eq!(shown.len(), 3);
        let first = shown.iter().find(|session| session.id == next.id).unwrap();
        assert_eq!(first.origin, from("Firefox, macOS"), "where it was last gone on with");
        assert!(first.begun_at.unwrap() <= first.used_at && first.used_at < first.expires_at);

        assert_eq!(refused(store.end_session(&other, opened[1].id, &from("x")).await), ["NOT_FOUND"]);
        assert_eq!(refused(store.end_session(&visitor(), opened[1].id, &from("x")).await), ["UNAUTHENTICATED"]);
        assert!(kept(store.actor_in(person.id, opened[1].id).await).is_some());
        kept(store.end_session(&own, opened[1].id, &from("x")).await);
        assert!(kept(store.actor_in(person.id, opened[1].id).await).is_none(), "its access tokens are void");
        assert!(matches!(kept(store.rotate_session(&opened[1].token, &from("x")).await), Rotation::Unknown));
        assert!(kept(store.actor_in(stranger.id, opened[2].id).await).is_none(), "a session is its person's");

        assert_eq!(kept(store.end_sessions(&own, person.id, Some(next.id), &from("x")).await), 1);
        let left = kept(store.sessions(person.id).await);
        assert_eq!(left.iter().map(|session| session.id).collect::<Vec<_>>(), [next.id]);
        assert!(kept(store.actor_in(person.id, next.id).await).is_some());
    }
}

testing::both! {
    async fn an_administrator_ends_all_sessions_of_an_account_and_nobody_else_does(store: Store) {
        let (_, person) = signed(&store, Role::Officer, json!({})).await;
        let session = kept(store.open_session(person.id, &from("Firefox, Linux")).await);
        assert_eq!(refused(store.end_sessions(&officer(), person.id, None, &from("x")).await), ["FORBIDDEN"]);
        assert_eq!(kept(store.end_sessions(&administrator(), person.id, None, &from("x")).await), 1);
        assert!(kept(store.actor_in(person.id, session.id).await).is_none());
        assert_eq!(kept(store.end_sessions(&administrator(), person.id, None, &from("x")).await), 0);
        let nobody = domain::PersonId::from(uuid::Uuid::from_u128(404));
        assert_eq!(refused(store.end_sessions(&administrator(), nobody, None, &from("x")).await), ["NOT_FOUND"]);
    }
}

#[tokio::test]
async fn the_security_log_tells_what_happened_to_administrators_for_half_a_year() {
    let [one, other] = testing::both_engines().await;
    for database in [&one, &other] {
        let store = database.store();
        let (own, person) = signed(&store, Role::Officer, json!({})).await;
        let first = kept(store.open_session(person.id, &from("Firefox, Linux")).await);
        kept(store.rotate_session(&first.token, &from("Firefox, Linux")).await);
        kept(store.rotate_session(&first.token, &from("curl")).await);
        kept(store.note_refused(None, &from("curl")).await);
        kept(
            store
                .set_password(&own, person.id, "hash".into(), &from("Firefox, Linux"))
                .await,
        );
        let id = Some(person.id);
        assert_eq!(
            events(&store).await,
            [
                (Event::SignedIn, id),
                (Event::RefreshReused, id),
                (Event::SignInRefused, None),
                (Event::PasswordChanged, id)
            ]
        );
        let page = domain::page::Page::first(1);
        let of_person = kept(store.security_events(&administrator(), id, &page).await);
        assert!(of_person.has_next && of_person.edges[0].node.origin == from("Firefox, Linux"));
        assert_eq!(kept(store.count_security_events(&administrator(), id).await), 3);
        assert_eq!(
            refused(store.security_events(&editor(), None, &page).await),
            ["FORBIDDEN"]
        );
        database.mint().pass(chrono::TimeDelta::days(181));
        kept(store.note_refused(None, &from("curl")).await);
        assert_eq!(events(&store).await, [(Event::SignInRefused, None)]);
    }
    let [_, other] = [one, other];
    other.close().await;
}

/// The token in the link that waits in the outbox for this person; none where nothing waits.
async fn link(store: &Store) -> Option<String> {
    let waiting = kept(
        store
            .mails(&administrator(), Some(true), &domain::page::Page::first(9))
            .await,
    );
    let reset = waiting.edges.into_iter().map(|edge| edge.node);
    let mut reset = reset.filter(|mail| mail.kind == domain::mail::Kind::PasswordReset);
    let text = reset.next()?.text?;
    let (_, token) = text.split_once("/mot-de-passe/")?;
    token.lines().next().map(str::to_owned)
}

#[tokio::test]
async fn another_password_is_chosen_by_a_link_that_is_good_once_and_for_an_hour() {
    let [one, other] = testing::both_engines().await;
    for database in [&one, &other] {
        let store = database.store();
        let (_, person) = signed(&store, Role::Officer, json!({})).await;
        let session = kept(store.open_session(person.id, &from("Firefox, Linux")).await);
        kept(store.ask_reset("personne@ailleurs.be", &from("curl")).await);
        kept(store.ask_reset(&"a".repeat(400), &from("curl")).await);
        assert!(kept(store.answer_reset(SITE).await));
        assert!(
            !kept(store.answer_reset(SITE).await),
            "what cannot be an address is not kept"
        );
        assert!(link(&store).await.is_none(), "nobody is written to");

        kept(
            store
                .ask_reset(&format!(" {} ", person.email.to_uppercase()), &from("curl"))
                .await,
        );
        assert!(kept(store.answer_reset(SITE).await));
        let first = link(&store).await.unwrap();
        kept(store.ask_reset(&person.email, &from("curl")).await);
        kept(store.answer_reset(SITE).await);
        assert_eq!(
            link(&store).await.as_ref(),
            Some(&first),
            "one link within five minutes"
        );
        database.mint().pass(chrono::TimeDelta::minutes(6));
        kept(store.ask_reset(&person.email, &from("curl")).await);
        kept(store.answer_reset(SITE).await);
        let second = link(&store).await.unwrap();
        assert_eq!(
            refused(store.resetting(&first).await),
            ["LINK_EXPIRED"],
            "the later voids the earlier"
        );
        assert_eq!(kept(store.resetting(&second).await).id, person.id);

        kept(
            store
                .reset_password(&second, "other".into(), &from("Firefox, Linux"), SITE)
                .await,
        );
        assert_eq!(kept(store.credentials(&person.email).await).unwrap().1, "other");
        assert!(
            kept(store.actor_in(person.id, session.id).await).is_none(),
            "sessions have ended"
        );
        let again = store
            .reset_password(&second, "x".into(), &from("curl"), SITE)
            .await;
        assert_eq!(refused(again), ["LINK_EXPIRED"]);
        assert!(link(&store).await.is_none(), "what waited is void");
        let waiting = kept(
            store
                .mails(&administrator(), Some(true), &domain::page::Page::first(9))
                .await,
        );
        assert_eq!(waiting.edges[0].node.kind, domain::mail::Kind::PasswordChanged);
        let last = events(&store).await;
        assert_eq!(last.last(), Some(&(Event::PasswordReset, Some(person.id))));
        assert!(
            last.contains(&(Event::ResetRequested, None))
                && last.contains(&(Event::ResetRequested, Some(person.id)))
        );

        database.mint().pass(chrono::TimeDelta::minutes(6));
        kept(store.ask_reset(&person.email, &from("curl")).await);
        kept(store.answer_reset(SITE).await);
        let third = link(&store).await.unwrap();
        database.mint().pass(chrono::TimeDelta::minutes(61));
        let late = store
            .reset_password(&third, "x".into(), &from("curl"), SITE)
            .await;
        assert_eq!(refused(late), ["LINK_EXPIRED"]);
    }
    let [_, other] = [one, other];
    other.close().await;
}

testing::both! {
    async fn a_suspended_account_is_sent_no_link(store: Store) {
        let (_, person) = signed(&store, Role::Officer, json!({})).await;
        let patch: PersonPatch = input(json!({"id": person.id, "expectedRevision": 1, "state": "SUSPENDED"}));
        kept(store.edit::<Person>(&administrator(), patch).await);
        kept(store.ask_reset(&person.email, &from("curl")).await);
        kept(store.answer_reset(SITE).await);
        assert!(link(&store).await.is_none());
    }
}

/// The code that an authenticator with this secret shows then.
pub(crate) fn code(secret: &str, at: chrono::DateTime<chrono::Utc>) -> String {
    let secret = totp_rs::Secret::try_from_base32(secret).unwrap();
    let totp = totp_rs::Builder::new()
        .with_secret(secret)
        .with_account_name("a")
        .with_issuer(Some("b"));
    totp.build()
        .unwrap()
        .generate(at.timestamp().unsigned_abs())
        .to_string()
}

#[tokio::test]
async fn codes_of_an_authenticator_are_good_in_their_order_and_wrong_ones_make_the_account_wait() {
    let [one, other] = testing::both_engines().await;
    for database in [&one, &other] {
        let store = database.store();
        let now = || domain::Mint::now(database.mint());
        let (own, person) = signed(&store, Role::Officer, json!({})).await;
        assert_eq!(
            refused(store.confirm_second_step(&own, "000000", &NOWHERE).await),
            ["NOT_FOUND"]
        );
        let new = kept(store.begin_second_step(&own).await);
        assert!(new.address.contains(&new.secret) && new.address.contains("Chantiers"));
        assert!(
            matches!(kept(store.enter(person.id, &NOWHERE).await), Opening::Session(_)),
            "not yet"
        );
        assert_eq!(
            refused(store.confirm_second_step(&own, "000000", &NOWHERE).await),
            ["INVALID code"]
        );
        let codes = kept(
            store
                .confirm_second_step(&own, &code(&new.secret, now()), &NOWHERE)
                .await,
        );
        assert_eq!(codes.len(), 10);
        assert!(codes.iter().all(|code| code.len() == 19), "{codes:?}");
        assert_eq!(refused(store.begin_second_step(&own).await), ["INVALID"]);

        let begin = async || match kept(store.enter(person.id, &NOWHERE).await) {
            Opening::SecondStep { token, .. } => token,
            Opening::Session(_) => panic!("the second step is wanted"),
        };
        database.mint().pass(chrono::TimeDelta::minutes(2));
        let late = code(&new.secret, now() - chrono::TimeDelta::seconds(30));
        let right = code(&new.secret, now());
        assert!(matches!(
            kept(store.take_second_step(&begin().await, &right, &NOWHERE).await),
            Stepped::Session(..)
        ));
        assert!(matches!(
            kept(store.take_second_step(&begin().await, &right, &NOWHERE).await),
            Stepped::Wrong
        ));
        assert!(
            matches!(
                kept(store.take_second_step(&begin().await, &late, &NOWHERE).await),
                Stepped::Wrong
            ),
            "an earlier one"
        );
        assert!(matches!(
            kept(store.take_second_step("rien", &right, &NOWHERE).await),
            Stepped::Unknown
        ));

        let token = begin().await;
        let (first, second) = tokio::join!(
            store.take_second_step(&token, &codes[0], &NOWHERE),
            store.take_second_step(&token, &codes[0], &NOWHERE),
        );
        let good = [kept(first), kept(second)]
            .iter()
            .filter(|done| matches!(done, Stepped::Session(..)))
            .count();
        assert_eq!(good, 1, "a recovery code used twice at once counts once");
        assert_eq!(
            kept(store.second_step(person.id).await).unwrap().recovery_codes,
            9
        );

        database.mint().pass(chrono::TimeDelta::minutes(16));
        let token = begin().await;
        for _ in 0..5 {
            assert!(matches!(
                kept(store.take_second_step(&token, "123", &NOWHERE).await),
                Stepped::Wrong
            ));
        }
        assert!(matches!(
            kept(store.take_second_step(&token, &codes[1], &NOWHERE).await),
            Stepped::Wait(_)
        ));
        database.mint().pass(chrono::TimeDelta::minutes(16));
        assert!(
            matches!(
                kept(store.take_second_step(&token, &codes[1], &NOWHERE).await),
                Stepped::Unknown
            ),
            "too late"
        );
        assert!(matches!(
            kept(store.take_second_step(&begin().await, &codes[1], &NOWHERE).await),
            Stepped::Session(..)
        ));

        assert_eq!(
            refused(store.remove_second_step_of(&officer(), person.id, &NOWHERE).await),
            ["FORBIDDEN"]
        );
        assert!(kept(
            store
                .remove_second_step_of(&administrator(), person.id, &NOWHERE)
                .await
        ));
        assert!(kept(store.second_step(person.id).await).is_none());
        assert!(matches!(
            kept(store.enter(person.id, &NOWHERE).await),
            Opening::Session(_)
        ));
        kept(store.begin_second_step(&own).await);
        kept(store.remove_second_step(&own, &NOWHERE).await);
    }
    let [_, other] = [one, other];
    other.close().await;
}
