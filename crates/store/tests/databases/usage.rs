//! What callers asked, added up by day over several servers, told to whom it concerns, and forgotten in time.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use std::collections::BTreeMap;

use chrono::{NaiveDate, TimeDelta};
use domain::OrganisationId;
use domain::client::{Client, NewClient};
use domain::organisation::{NewOrganisation, Organisation};
use domain::policy::{Role, Scope};
use domain::usage::CallerClass;
use serde_json::json;
use store::{Spent, Store, Used};
use testing::{administrator, input, kept, officer, refused, signed, visitor};

fn used(day: NaiveDate, client: Option<&Client>, coordinate: Option<&str>) -> Used {
    Used {
        day,
        class: if client.is_some() {
            CallerClass::Client
        } else {
            CallerClass::Visitor
        },
        client: client.map(|client| client.id),
        coordinate: coordinate.map(str::to_owned),
    }
}

fn spent(requests: u64, cost: u64) -> Spent {
    Spent { requests, cost }
}

async fn organisation(store: &Store, name: &str) -> OrganisationId {
    let new = input::<NewOrganisation>(json!({"name": name}));
    let made: Organisation = kept(store.create(&administrator(), new).await);
    made.id
}

async fn client(store: &Store, organisation_id: Option<OrganisationId>) -> Client {
    let new = NewClient {
        territory_ids: Vec::new(),
        name: "Machine".to_owned(),
        organisation_id,
        source_ids: Vec::new(),
        scopes: vec![Scope::ExchangeRead],
        secret_expires_at: None,
    };
    kept(store.create_client(&administrator(), new).await).0
}

#[tokio::test]
async fn days_add_up_over_servers_and_are_forgotten() {
    let [one, other] = testing::both_engines().await;
    for database in [&one, &other] {
        let (store, mint) = (database.store(), database.mint());
        let machine = client(&store, None).await;
        let today = store.mint().now().date_naive();
        let counted = BTreeMap::from([
            (used(today, Some(&machine), None), spent(3, 700)),
            (used(today, Some(&machine), Some("Step.late")), spent(2, 0)),
            (used(today, None, Some("Step.late")), spent(5, 0)),
        ]);
        let (first, second) = tokio::join!(store.count_usage(&counted), store.count_usage(&counted));
        kept(first);
        kept(second);
        kept(store.count_usage(&BTreeMap::new()).await);
        let days = kept(store.client_days(&administrator(), &machine, 30).await);
        assert_eq!((days.len(), days[&today].spent), (30, spent(6, 1400)));
        assert_eq!(
            days.values().filter(|day| day.spent.requests == 0).count(),
            29,
            "a quiet day is told too"
        );
        let calls = kept(store.deprecated_calls(&administrator(), 90).await);
        let told: Vec<_> = calls
            .iter()
            .map(|call| (call.class, call.client, call.days[&today]))
            .collect();
        assert_eq!(
            told,
            [
                (CallerClass::Client, Some(machine.id), 4),
                (CallerClass::Visitor, None, 10)
            ]
        );
        mint.pass(TimeDelta::days(1));
        let tomorrow = store.mint().now().date_naive();
        kept(
            store
                .count_usage(&[(used(tomorrow, Some(&machine), Some("Step.late")), spent(1, 0))].into())
                .await,
        );
        let calls = kept(store.deprecated_calls_of(&administrator(), &machine, 90).await);
        assert_eq!(
            (calls.len(), &calls[0].days),
            (1, &BTreeMap::from([(today, 4), (tomorrow, 1)]))
        );
        mint.pass(TimeDelta::days(89));
        kept(store.forget_usage().await);
        let calls = kept(store.deprecated_calls(&administrator(), 90).await);
        assert_eq!(
            (calls.len(), &calls[0].days),
            (1, &BTreeMap::from([(tomorrow, 1)])),
            "the oldest day is gone"
        );
    }
    let [_, other] = [one, other];
    other.close().await;
}

testing::both! {
    async fn a_machine_is_seen_by_its_own_people_staff_and_itself(store: Store) {
        let (own, elsewhere) = (organisation(&store, "Coop").await, organisation(&store, "Other").await);
        let machine = client(&store, Some(own)).await;
        let stranger = client(&store, Some(elsewhere)).await;
        let (partner, _) = signed(&store, Role::Partner, json!({"organisationId": own})).await;
        let (member, _) = signed(&store, Role::Member, json!({"organisationId": own})).await;
        let itself = kept(store.actor_of_client(machine.id, &[]).await).unwrap();
        for who in [&partner, &itself] {
            assert_eq!(kept(store.clients(who).await), std::slice::from_ref(&machine));
            assert!(kept(store.client(who, machine.id).await).is_some());
            assert!(kept(store.client(who, stranger.id).await).is_none());
            assert_eq!(kept(store.client_days(who, &machine, 7).await).len(), 7);
            assert_eq!(refused(store.client_days(who, &stranger, 7).await), ["NOT_FOUND"]);
            assert_eq!(refused(store.deprecated_calls(who, 7).await), ["FORBIDDEN"]);
        }
        kept(store.rotate_client_secret(&partner, machine.id, None).await);
        assert_eq!(refused(store.rotate_client_secret(&partner, stranger.id, None).await), ["NOT_FOUND"]);
        for (who, code) in [(&itself, "FORBIDDEN"), (&officer(), "FORBIDDEN"), (&member, "NOT_FOUND"), (&visitor(), "NOT_FOUND")] {
            assert_eq!(refused(store.rotate_client_secret(who, machine.id, None).await), [code]);
        }
        assert_eq!(refused(store.set_client_active(&partner, machine.id, false).await), ["FORBIDDEN"]);
        assert_eq!(kept(store.clients(&officer()).await).len(), 2);
        assert_eq!(refused(store.clients(&member).await), ["FORBIDDEN"]);
        assert_eq!(refused(store.clients(&visitor()).await), ["UNAUTHENTICATED"]);
        assert_eq!(refused(store.client_days(&member, &machine, 7).await), ["NOT_FOUND"]);
    }
}
