//! Partners' machines: how they are changed and by whom, and how their secrets live and end.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use chrono::TimeDelta;
use domain::client::{Client, ClientPatch, NewClient, name};
use domain::organisation::{NewOrganisation, Organisation};
use domain::policy::{Role, Scope};
use domain::source::{NewSource, Source};
use domain::{Actor, OrganisationId, Patch};
use serde_json::json;
use store::{Secret, SignIn, Store};
use testing::{administrator, editor, input, kept, officer, refused, signed, visitor};

async fn organisation(store: &Store, name: &str) -> OrganisationId {
    let new = input::<NewOrganisation>(json!({"name": name}));
    kept(store.create::<Organisation>(&administrator(), new).await).id
}

async fn made(store: &Store, organisation_id: Option<OrganisationId>) -> (Client, Secret) {
    let new = NewClient {
        name: "Machine".to_owned(),
        organisation_id,
        source_ids: Vec::new(),
        scopes: vec![Scope::ExchangeRead, Scope::ExchangeWrite],
        territory_ids: Vec::new(),
        secret_expires_at: None,
    };
    kept(store.create_client(&administrator(), new).await)
}

fn patch(client: &Client) -> ClientPatch {
    ClientPatch::of(name(client.id), client.revision)
}

testing::both! {
    async fn an_administrator_changes_what_a_machine_may_do_and_its_tokens_follow(store: Store) {
        let own = organisation(&store, "Coop").await;
        let source: Source = kept(store.create(&editor(), input::<NewSource>(json!({"code": "annuaire", "name": "Annuaire"}))).await);
        let (machine, _) = made(&store, None).await;
        let asked = ClientPatch {
            name: Patch::Value("Annuaire".to_owned()),
            organisation_id: Patch::Value(own),
            source_ids: Patch::Value(vec![source.id, source.id]),
            ..patch(&machine)
        };
        let after = kept(store.edit_client(&administrator(), asked).await);
        assert_eq!((after.revision, after.name.as_str(), after.organisation_id), (2, "Annuaire", Some(own)));
        assert_eq!((&after.source_ids, &after.scopes), (&vec![source.id], &machine.scopes));
        assert_eq!(kept(store.client(&administrator(), machine.id).await), Some(after.clone()), "it is kept as it was answered");
        assert_eq!(kept(store.edit_client(&administrator(), patch(&after)).await), after, "nothing asked, nothing changed");

        // What a token says it may do and the machine may not any more, it does not.
        let held = [Scope::ExchangeRead, Scope::ExchangeWrite];
        let asked = ClientPatch { scopes: Patch::Value(vec![Scope::ExchangeRead]), organisation_id: Patch::Null, ..patch(&after) };
        let after = kept(store.edit_client(&administrator(), asked).await);
        assert_eq!((after.revision, after.organisation_id), (3, None));
        let Some(Actor::Client(acting)) = kept(store.actor_of_client(machine.id, &held).await) else { panic!("it acts") };
        assert_eq!((acting.scopes, acting.sources), (vec![Scope::ExchangeRead], vec![source.id]));
    }
}

testing::both! {
    async fn a_change_of_a_machine_is_refused_field_by_field_stale_and_to_whom_it_is_not_for(store: Store) {
        let own = organisation(&store, "Coop").await;
        let (machine, _) = made(&store, Some(own)).await;
        let empty = ClientPatch { name: Patch::Value(" ".to_owned()), scopes: Patch::Value(Vec::new()), ..patch(&machine) };
        assert_eq!(refused(store.edit_client(&administrator(), empty).await), ["REQUIRED name", "REQUIRED scopes"]);
        let nowhere = |field: &str| json!({field: ["source_01h455vb4pex5vsknk084sn02q"], "id": name(machine.id), "expectedRevision": 1});
        let unknown: ClientPatch = input(nowhere("sourceIds"));
        assert_eq!(refused(store.edit_client(&administrator(), unknown).await), ["UNKNOWN_REFERENCE sourceIds"]);
        let stale = ClientPatch { expected_revision: 7, ..patch(&machine) };
        assert_eq!(refused(store.edit_client(&administrator(), stale).await), ["STALE_REVISION expectedRevision"]);
        for unknown in ["client_01h455vb4pex5vsknk084sn02q", "source_01h455vb4pex5vsknk084sn02q", ""] {
            assert_eq!(refused(store.edit_client(&administrator(), ClientPatch::of(unknown.to_owned(), 1)).await), ["NOT_FOUND"]);
        }
        let (partner, _) = signed(&store, Role::Partner, json!({"organisationId": own})).await;
        let itself = kept(store.actor_of_client(machine.id, &machine.scopes).await).unwrap();
        for (who, code) in [(&partner, "FORBIDDEN"), (&itself, "FORBIDDEN"), (&officer(), "FORBIDDEN"), (&editor(), "FORBIDDEN"), (&visitor(), "UNAUTHENTICATED")] {
            let renamed = ClientPatch { name: Patch::Value("Autre".to_owned()), ..patch(&machine) };
            assert_eq!(refused(store.edit_client(who, renamed).await), [code]);
        }
        assert_eq!(kept(store.client(&administrator(), machine.id).await), Some(machine.clone()), "nothing was changed");
        // That it signs in no more is a change too.
        let off = kept(store.set_client_active(&administrator(), machine.id, false).await);
        assert_eq!((off.revision, off.is_active), (2, false));
        assert_eq!(kept(store.set_client_active(&administrator(), machine.id, false).await).revision, 2);
    }
}

#[tokio::test]
async fn a_secret_ends_when_its_time_has_come_and_another_takes_its_place() {
    let [one, other] = testing::both_engines().await;
    for database in [&one, &other] {
        let (store, mint) = (database.store(), database.mint());
        let (machine, first) = made(&store, None).await;
        let now = || store.mint().now();
        let in_days = |days: i64| Some(now() + TimeDelta::days(days));
        let rotate = async |until| {
            store
                .rotate_client_secret(&administrator(), machine.id, until)
                .await
        };
        for wrong in [in_days(0), in_days(-1), in_days(366)] {
            assert_eq!(refused(rotate(wrong).await), ["INVALID expiresAt"]);
        }
        assert_eq!(
            kept(store.sign_in_client(machine.id, &first.text).await),
            SignIn::Known(machine.clone())
        );
        let (_, short) = kept(rotate(in_days(10)).await);
        let known = kept(store.client_secrets(&[machine.id]).await)
            .remove(&machine.id)
            .unwrap();
        let told: Vec<_> = known
            .iter()
            .map(|secret| (secret.expires_at, secret.used_at.is_some()))
            .collect();
        assert_eq!(
            told,
            [(short.expires_at, false), (first.expires_at, true)],
            "the newest first"
        );

        mint.pass(TimeDelta::days(11));
        assert_eq!(
            kept(store.sign_in_client(machine.id, &short.text).await),
            SignIn::Expired(short.expires_at)
        );
        assert_eq!(
            kept(store.sign_in_client(machine.id, "autre").await),
            SignIn::Unknown
        );
        // One that has expired does not count among the two that are live.
        let (_, third) = kept(rotate(None).await);
        for live in [&first, &third] {
            assert!(matches!(
                kept(store.sign_in_client(machine.id, &live.text).await),
                SignIn::Known(_)
            ));
        }
        kept(rotate(None).await);
        assert_eq!(
            kept(store.sign_in_client(machine.id, &first.text).await),
            SignIn::Unknown
        );
        assert_eq!(
            kept(store.sign_in_client(machine.id, &short.text).await),
            SignIn::Expired(short.expires_at),
            "whoever still has it is told"
        );
        kept(store.set_client_active(&administrator(), machine.id, false).await);
        for secret in [&short, &third] {
            assert_eq!(
                kept(store.sign_in_client(machine.id, &secret.text).await),
                SignIn::Unknown,
                "of one that may not sign in nothing is told"
            );
        }
    }
    let [_, other] = [one, other];
    other.close().await;
}
