//! Webhooks: who may keep them, which messages are made of the feed, how they are claimed, attempted again and given up,
//! and when a webhook is sent nothing more.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use std::collections::{BTreeSet, HashSet};

use chrono::TimeDelta;
use domain::feed;
use domain::offer::Offer;
use domain::organisation::{NewOrganisation, Organisation, OrganisationPatch};
use domain::page::Page;
use domain::policy::{Client, Scope};
use domain::webhook::message::{Filter, Message, State};
use domain::webhook::{Disabled, NewWebhook, Webhook, WebhookPatch};
use domain::{Actor, RecordType, Role, WebhookId};
use sea_orm::ConnectionTrait as _;
use serde_json::{Value, json};
use store::{Arrival, Attempted, Delivery, Engine, LEASE, Outgoing, Store, Which};
use testing::{
    administrator, both_engines, editor, input, input_with, kept, member, officer, refused, signed, visitor,
};

async fn farm(store: &Store, name: &str) -> Organisation {
    kept(
        store
            .create(&editor(), input::<NewOrganisation>(json!({"name": name})))
            .await,
    )
}

async fn rename(store: &Store, farm: &Organisation, name: &str) -> Organisation {
    let mut patch = OrganisationPatch::of(farm.id, farm.revision);
    patch.name = domain::Patch::Value(name.to_owned());
    kept(store.edit::<Organisation>(&editor(), patch).await)
}

async fn hook(store: &Store, owner: &Organisation, more: Value) -> Webhook {
    let all = json!({"organisationId": owner.id, "url": "https://ferme.be/hook", "types": ["ORGANISATION"]});
    let (webhook, keys) = kept(
        store
            .create_webhook(&administrator(), input_with::<NewWebhook>(all, more))
            .await,
    );
    let keys = keys.unwrap();
    assert!(keys.secret.starts_with("whsec_") && keys.public_key.starts_with("whpk_"));
    webhook
}

async fn deliveries(store: &Store, webhook: WebhookId) -> Vec<Delivery> {
    let page = Page::first(100);
    let mut slices = kept(store.deliveries(&Filter::default(), &page, &[webhook]).await);
    slices
        .remove(&webhook)
        .unwrap()
        .edges
        .into_iter()
        .map(|edge| edge.node)
        .collect()
}

async fn fan_out(store: &Store) {
    while kept(store.fan_out().await) {}
}

async fn claim(store: &Store) -> Vec<Outgoing> {
    kept(store.claim_messages(100, |_, _| 100).await).messages
}

/// What came of an attempt, as whoever sent says.
fn attempt(store: &Store, message: &Outgoing, arrival: Arrival) -> Attempted {
    Attempted {
        message: message.id,
        webhook: message.webhook,
        attempts: message.attempts,
        at: store.mint().now(),
        milliseconds: 12,
        arrival,
        rest: None,
    }
}

fn answered(status: u16) -> Arrival {
    Arrival::Answered(status, "ok".to_owned())
}

fn said(message: &Outgoing) -> Message {
    serde_json::from_str(&message.body).unwrap()
}

testing::both! {
    async fn each_change_becomes_one_message_that_leads_to_it_in_the_feed(store: Store) {
        let farm = farm(&store, "Ferme").await;
        let webhook = hook(&store, &farm, json!({})).await;
        fan_out(&store).await;
        assert!(deliveries(&store, webhook.id).await.is_empty(), "nothing of what was before");
        let farm = rename(&store, &farm, "Ferme du Pré").await;
        let other = self::farm(&store, "Ferme du Bois").await;
        kept(store.remove::<Organisation>(&editor(), other.id, other.revision).await);
        kept(store.create::<Offer>(&editor(), input(json!({"organisationId": farm.id, "productType": "bread", "title": "Pain"}))).await);
        fan_out(&store).await;
        fan_out(&store).await;
        let made = deliveries(&store, webhook.id).await;
        let mut told: Vec<(&str, Option<i32>)> = made.iter().map(|it| (it.of.as_str(), it.revision)).collect();
        told.sort_unstable();
        // Of what is gone when the messages are made, only that it is gone.
        assert_eq!(told, [("organisation.deleted", Some(2)), ("organisation.upserted", Some(1)), ("organisation.upserted", Some(2))]);
        let messages = claim(&store).await;
        for message in &messages {
            let body = said(message);
            assert_eq!(body.data.webhook_id, webhook.id);
            let page = kept(store.feed(&feed::Filter::default(), Some(&body.data.cursor), 1, false).await);
            assert_eq!(Some(page.changes[0].record), body.data.record_id);
            assert_eq!(page.changes[0].at, body.timestamp);
        }
        let names: HashSet<String> = messages.iter().map(|message| message.signed(store.mint().now()).id).collect();
        assert_eq!(names.len(), 3);
    }
}

testing::both! {
    async fn two_servers_make_each_message_once_and_send_each_once(store: Store) {
        let farm = farm(&store, "Ferme").await;
        let webhook = hook(&store, &farm, json!({})).await;
        for n in 0..40 {
            self::farm(&store, &format!("Ferme {n}")).await;
        }
        for made in futures::future::join_all((0..6).map(|_| store.fan_out())).await {
            kept(made);
        }
        fan_out(&store).await;
        let made = deliveries(&store, webhook.id).await;
        let told: BTreeSet<_> = made.iter().map(|it| it.record.unwrap().uuid).collect();
        assert_eq!((made.len(), told.len()), (40, 40));
        let claims = futures::future::join_all((0..8).map(|_| store.claim_messages(10, |_, _| 10))).await;
        let mut claimed: Vec<_> = claims.into_iter().flat_map(|claimed| kept(claimed).messages).map(|it| it.id).collect();
        claimed.extend(claim(&store).await.iter().map(|it| it.id));
        let once: BTreeSet<_> = claimed.iter().collect();
        assert_eq!((claimed.len(), once.len()), (40, 40));
    }
}

testing::both! {
    async fn a_slow_webhook_does_not_hold_up_the_others(store: Store) {
        let farm = farm(&store, "Ferme").await;
        let (slow, quick) = (hook(&store, &farm, json!({})).await, hook(&store, &farm, json!({"url": "https://bois.be/"})).await);
        for n in 0..20 {
            self::farm(&store, &format!("Ferme {n}")).await;
        }
        fan_out(&store).await;
        let claimed = kept(store.claim_messages(8, |_, _| 4).await).messages;
        let to = |id: WebhookId| claimed.iter().filter(|message| message.webhook == id).count();
        assert_eq!((to(slow.id), to(quick.id)), (4, 4));
        let more = kept(store.claim_messages(8, |id, _| if id == slow.id { 0 } else { 4 }).await).messages;
        assert_eq!(more.iter().filter(|message| message.webhook == quick.id).count(), 4);
        assert_eq!(more.len(), 4);
    }
}

testing::both! {
    async fn a_webhook_of_a_place_is_told_of_what_lies_there_and_of_what_left(store: Store) {
        kept(store.load_reference().await);
        let farm = farm(&store, "Ferme").await;
        let webhook = hook(&store, &farm, json!({"types": ["OFFER"], "communes": ["92094"]})).await;
        let offer = async |commune: &str| -> Offer {
            let new = json!({"organisationId": farm.id, "productType": "bread", "title": "Pain", "communeId": commune});
            kept(store.create(&editor(), input(new)).await)
        };
        let (here, _) = (offer("92094").await, offer("81001").await);
        fan_out(&store).await;
        let mut patch = domain::offer::OfferPatch::of(here.id, 1);
        patch.commune_id = domain::Patch::Value("81001".parse().unwrap());
        kept(store.edit::<Offer>(&editor(), patch).await);
        fan_out(&store).await;
        let mut told: Vec<_> = deliveries(&store, webhook.id).await.into_iter().map(|it| (it.of, it.record.unwrap().uuid)).collect();
        told.sort();
        assert_eq!(told, [("offer.upserted".to_owned(), here.id.0), ("offer.visibility_lost".to_owned(), here.id.0)]);
    }
}

testing::both! {
    async fn who_speaks_for_the_organisation_keeps_its_webhooks_and_for_others_they_do_not_exist(store: Store) {
        let (ours, theirs) = (farm(&store, "Ferme").await, farm(&store, "Bois").await);
        let (partner, _) = signed(&store, Role::Partner, json!({"organisationId": ours.id})).await;
        let (member_of, _) = signed(&store, Role::Member, json!({"organisationId": ours.id})).await;
        let machine = |organisation, scopes: &[Scope]| Actor::Client(Client {
            id: uuid::Uuid::from_u128(9), organisation: Some(organisation), sources: vec![], scopes: scopes.to_vec(),
            territories: vec![], projects: vec![], councils: vec![], documents_only: false,
        });
        let new = || input::<NewWebhook>(json!({"organisationId": ours.id, "url": "https://ferme.be/"}));
        let (webhook, _) = kept(store.create_webhook(&partner, new()).await);
        kept(store.create_webhook(&machine(ours.id, &[Scope::ExchangeWrite]), new()).await);
        for (actor, code) in [
            (visitor(), "UNAUTHENTICATED"), (editor(), "FORBIDDEN"), (officer(), "FORBIDDEN"), (member_of.clone(), "FORBIDDEN"),
            (machine(ours.id, &[Scope::ExchangeRead]), "FORBIDDEN"), (machine(theirs.id, &[Scope::ExchangeWrite]), "FORBIDDEN"),
        ] {
            assert_eq!(refused(store.create_webhook(&actor, new()).await), [code]);
        }
        for actor in [visitor(), editor(), member_of, member(domain::ProjectId(uuid::Uuid::nil())), machine(theirs.id, Scope::ALL)] {
            assert_eq!(refused(store.get::<Webhook>(&actor, webhook.id).await), ["NOT_FOUND"]);
            assert_eq!(refused(store.edit_webhook(&actor, WebhookPatch::of(webhook.id, 1)).await), ["NOT_FOUND"]);
            assert_eq!(refused(store.test_webhook(&actor, webhook.id).await), ["NOT_FOUND"]);
            assert_eq!(refused(store.rotate_webhook_keys(&actor, webhook.id).await), ["NOT_FOUND"]);
            let which = Which::One(uuid::Uuid::nil());
            assert_eq!(refused(store.redeliver(&actor, webhook.id, Some(which)).await), ["NOT_FOUND"]);
            assert_eq!(refused(store.remove::<Webhook>(&actor, webhook.id, 1).await), ["NOT_FOUND"]);
        }
        let reader = machine(ours.id, &[Scope::ExchangeRead]);
        kept(store.get::<Webhook>(&reader, webhook.id).await);
        assert_eq!(refused(store.test_webhook(&reader, webhook.id).await), ["FORBIDDEN"]);
        // Not into another organisation's hands.
        let mut patch = WebhookPatch::of(webhook.id, 1);
        patch.organisation_id = domain::Patch::Value(theirs.id);
        assert_eq!(refused(store.edit_webhook(&partner, patch).await), ["FORBIDDEN"]);
        // It is not told of, and keeps its organisation there.
        let page = kept(store.feed(&feed::Filter::default(), None, 100, true).await);
        assert!(page.changes.iter().all(|change| change.record.kind != RecordType::Webhook));
        assert_eq!(refused(store.remove::<Organisation>(&editor(), ours.id, 1).await), ["IN_USE"]);
    }
}

testing::both! {
    async fn a_retry_makes_no_second_webhook_and_shows_no_secret(store: Store) {
        let farm = farm(&store, "Ferme").await;
        let new = || input::<NewWebhook>(json!({"organisationId": farm.id, "url": "https://ferme.be/", "clientMutationId": "x"}));
        let (webhook, keys) = kept(store.create_webhook(&administrator(), new()).await);
        assert!(keys.is_some());
        let (again, keys) = kept(store.create_webhook(&administrator(), new()).await);
        assert!(keys.is_none());
        assert_eq!(again, webhook);
        let history = kept(store.histories(&administrator(), &Page::first(10), &[webhook.id.into()]).await);
        let told = format!("{history:?}");
        assert!(told.contains("ferme.be") && !told.contains("whsec"), "{told}");
    }
}

testing::both! {
    async fn an_organisation_has_at_most_twenty(store: Store) {
        let farm = farm(&store, "Ferme").await;
        let mut last = None;
        for _ in 0..20 {
            last = Some(hook(&store, &farm, json!({})).await);
        }
        let new = input::<NewWebhook>(json!({"organisationId": farm.id, "url": "https://ferme.be/"}));
        assert_eq!(refused(store.create_webhook(&administrator(), new).await), ["TOO_MANY organisationId"]);
        let mut patch = WebhookPatch::of(last.unwrap().id, 1);
        patch.description = domain::Patch::Value("Caisse".to_owned());
        kept(store.edit_webhook(&administrator(), patch).await);
    }
}

testing::both! {
    async fn an_address_in_a_private_network_is_refused_unless_that_is_allowed(store: Store) {
        let farm = farm(&store, "Ferme").await;
        let new = |url: &str| input::<NewWebhook>(json!({"organisationId": farm.id, "url": url}));
        for url in ["https://10.0.0.1/", "https://localhost/", "http://ferme.be/", "https://[::1]/"] {
            assert_eq!(refused(store.create_webhook(&administrator(), new(url)).await), ["INVALID url"], "{url}");
        }
        let open = store.clone().reaching_private(true);
        kept(open.create_webhook(&administrator(), new("http://127.0.0.1:8080/")).await);
        assert_eq!(refused(open.create_webhook(&administrator(), new("ftp://ferme.be/")).await), ["INVALID url"]);
    }
}

testing::both! {
    async fn earlier_keys_sign_for_a_day_and_not_more_than_four_of_them(store: Store) {
        let farm = farm(&store, "Ferme").await;
        let webhook = hook(&store, &farm, json!({})).await;
        for _ in 0..6 {
            kept(store.rotate_webhook_keys(&administrator(), webhook.id).await);
        }
        kept(store.test_webhook(&administrator(), webhook.id).await);
        let [message] = <[_; 1]>::try_from(claim(&store).await).unwrap();
        let signed = message.signed(store.mint().now());
        assert_eq!(signed.signature.split(' ').count(), 10);
        assert!(signed.signature.len() < 1_000);
        let keys = kept(store.webhook_keys(&[webhook.id]).await).remove(&webhook.id).unwrap();
        assert!(keys[0].expires_at.is_none() && keys[1..].iter().all(|key| key.expires_at.is_some()));
    }
}

testing::both! {
    async fn tests_are_sent_ten_a_minute_and_not_more(store: Store) {
        let farm = farm(&store, "Ferme").await;
        let (webhook, other) = (hook(&store, &farm, json!({})).await, hook(&store, &farm, json!({})).await);
        for _ in 0..10 {
            kept(store.test_webhook(&administrator(), webhook.id).await);
        }
        let Err(store::Error::TooOften(wait)) = store.test_webhook(&administrator(), webhook.id).await else { panic!("one too many") };
        assert!((55..=60).contains(&wait), "{wait}");
        kept(store.test_webhook(&administrator(), other.id).await);
    }
}

#[tokio::test]
async fn a_minute_later_tests_are_sent_again() {
    let database = testing::Database::sqlite().await;
    let store = database.store();
    let farm = farm(&store, "Ferme").await;
    let webhook = hook(&store, &farm, json!({})).await;
    for _ in 0..10 {
        kept(store.test_webhook(&administrator(), webhook.id).await);
    }
    assert!(store.test_webhook(&administrator(), webhook.id).await.is_err());
    database.mint().pass(TimeDelta::minutes(1));
    kept(store.test_webhook(&administrator(), webhook.id).await);
}

testing::both! {
    async fn a_removed_webhook_takes_its_messages_with_it_and_comes_back_with_other_keys(store: Store) {
        let farm = farm(&store, "Ferme").await;
        let webhook = hook(&store, &farm, json!({})).await;
        let before = kept(store.webhook_keys(&[webhook.id]).await);
        rename(&store, &farm, "Ferme du Pré").await;
        fan_out(&store).await;
        let claimed = claim(&store).await;
        kept(store.remove::<Webhook>(&administrator(), webhook.id, 1).await);
        kept(store.note_attempts(&[attempt(&store, &claimed[0], answered(200))]).await);
        assert!(deliveries(&store, webhook.id).await.is_empty());
        let entry = kept(store.change_of(&administrator(), webhook.id.into(), 2).await).unwrap();
        kept(store.undo(&administrator(), entry).await);
        let after = kept(store.webhook_keys(&[webhook.id]).await);
        assert!(after[&webhook.id].len() == 1 && after[&webhook.id] != before[&webhook.id]);
    }
}

testing::both! {
    async fn webhooks_can_be_removed_while_they_are_told(store: Store) {
        let farm = farm(&store, "Ferme").await;
        for round in 0..8 {
            let (gone, stays) = (hook(&store, &farm, json!({})).await, hook(&store, &farm, json!({})).await);
            for n in 0..10 {
                self::farm(&store, &format!("Ferme {round} {n}")).await;
            }
            fan_out(&store).await;
            let sent = kept(store.claim_messages(12, |_, _| 6).await).messages;
            let arrived: Vec<Attempted> = sent.iter().map(|message| attempt(&store, message, answered(200))).collect();
            self::farm(&store, &format!("Ferme {round}")).await;
            let admin = administrator();
            let (noted, made, removed) = tokio::join!(
                store.note_attempts(&arrived), store.fan_out(), store.remove::<Webhook>(&admin, gone.id, 1),
            );
            kept(noted);
            kept(made);
            kept(removed);
            fan_out(&store).await;
            assert!(deliveries(&store, gone.id).await.is_empty());
            let told = deliveries(&store, stays.id).await;
            assert_eq!((told.len(), told.iter().filter(|it| it.state == State::Delivered).count()), (11, 6));
            kept(store.remove::<Webhook>(&administrator(), stays.id, 1).await);
        }
    }
}

#[tokio::test]
async fn what_fails_is_attempted_ten_times_over_three_days_and_given_up() {
    let [one, other] = both_engines().await;
    for database in [&one, &other] {
        let store = database.store();
        let farm = farm(&store, "Ferme").await;
        let webhook = hook(&store, &farm, json!({})).await;
        rename(&store, &farm, "Ferme du Pré").await;
        fan_out(&store).await;
        let mut at = Vec::new();
        let mut names = HashSet::new();
        while deliveries(&store, webhook.id).await[0].state == State::Waiting {
            let due = deliveries(&store, webhook.id).await[0].next_attempt.unwrap();
            let wait = (due - store.mint().now()).max(TimeDelta::zero());
            if wait > TimeDelta::seconds(1) {
                assert!(claim(&store).await.is_empty(), "not before it is due");
            }
            database.mint().pass(wait + TimeDelta::milliseconds(1));
            let [message] = <[_; 1]>::try_from(claim(&store).await).unwrap();
            assert!(claim(&store).await.is_empty(), "claimed once");
            at.push(store.mint().now());
            names.insert((message.id, message.body.clone()));
            kept(
                store
                    .note_attempts(&[attempt(&store, &message, answered(500))])
                    .await,
            );
        }
        assert_eq!((at.len(), names.len()), (10, 1));
        let hours: Vec<f64> = at
            .windows(2)
            .map(|pair| (pair[1] - pair[0]).as_seconds_f64() / 3_600.0)
            .collect();
        for (wait, meant) in
            hours
                .iter()
                .zip([5.0 / 3_600.0, 5.0 / 60.0, 0.5, 2.0, 5.0, 10.0, 14.0, 20.0, 24.0])
        {
            assert!(
                *wait >= meant && *wait <= meant * 1.1 + 0.001,
                "{wait} for {meant}"
            );
        }
        let [delivery] = <[_; 1]>::try_from(deliveries(&store, webhook.id).await).unwrap();
        assert_eq!(
            (delivery.state, delivery.attempts, delivery.next_attempt),
            (State::Failed, 10, None)
        );
        let attempts = kept(store.attempts(&Page::first(100), &[delivery.id]).await)
            .remove(&delivery.id)
            .unwrap();
        assert_eq!(attempts.edges.len(), 10);
        assert!(
            attempts
                .edges
                .iter()
                .all(|edge| edge.node.status == Some(500) && edge.node.answer.as_deref() == Some("ok"))
        );
        // Asked for, it begins again.
        let which = Which::Made {
            since: delivery.made_at,
            until: store.mint().now(),
            only_failed: true,
        };
        assert_eq!(
            kept(store.redeliver(&administrator(), webhook.id, Some(which)).await),
            (1, None)
        );
        let [again] = <[_; 1]>::try_from(claim(&store).await).unwrap();
        assert_eq!((again.id, again.attempts), (delivery.id, 11));
        kept(
            store
                .note_attempts(&[attempt(&store, &again, answered(204))])
                .await,
        );
        assert_eq!(deliveries(&store, webhook.id).await[0].state, State::Delivered);
        let health = kept(store.webhook_healths(&[webhook.id]).await)
            .remove(&webhook.id)
            .unwrap();
        assert!(health.failures == 0 && health.failing_since.is_none() && health.delivered_at.is_some());
        // And is forgotten after a month.
        database.mint().pass(TimeDelta::days(30));
        kept(store.forget_messages().await);
        assert!(deliveries(&store, webhook.id).await.is_empty());
    }
    let [_, other] = [one, other];
    other.close().await;
}

#[tokio::test]
async fn what_a_server_took_along_when_it_died_is_sent_by_another() {
    let [one, other] = both_engines().await;
    for database in [&one, &other] {
        let store = database.store();
        let farm = farm(&store, "Ferme").await;
        let webhook = hook(&store, &farm, json!({})).await;
        rename(&store, &farm, "Ferme du Pré").await;
        fan_out(&store).await;
        let [first] = <[_; 1]>::try_from(claim(&store).await).unwrap();
        database.mint().pass(LEASE - TimeDelta::seconds(1));
        assert!(claim(&store).await.is_empty(), "it may still be under way");
        database.mint().pass(TimeDelta::seconds(2));
        let [second] = <[_; 1]>::try_from(claim(&store).await).unwrap();
        assert_eq!((&first.id, &first.body), (&second.id, &second.body));
        // The first turns out to have lived, too slowly: its failure does not count against the second attempt.
        kept(
            store
                .note_attempts(&[attempt(&store, &first, answered(500))])
                .await,
        );
        let [delivery] = <[_; 1]>::try_from(deliveries(&store, webhook.id).await).unwrap();
        assert!(delivery.next_attempt.unwrap() > store.mint().now() + LEASE - TimeDelta::seconds(5));
        kept(
            store
                .note_attempts(&[attempt(&store, &second, answered(200))])
                .await,
        );
        kept(
            store
                .note_attempts(&[attempt(&store, &first, answered(500))])
                .await,
        );
        assert_eq!(
            deliveries(&store, webhook.id).await[0].state,
            State::Delivered,
            "what arrived has arrived"
        );
    }
    let [_, other] = [one, other];
    other.close().await;
}

#[tokio::test]
async fn a_webhook_that_nothing_reached_in_five_days_is_disabled_and_its_people_are_told() {
    let [one, other] = both_engines().await;
    for database in [&one, &other] {
        let store = database.store();
        let farm = farm(&store, "Ferme").await;
        let (partner, person) = signed(
            &store,
            Role::Partner,
            json!({"organisationId": farm.id, "language": "NL"}),
        )
        .await;
        signed(&store, Role::Member, json!({"organisationId": farm.id})).await;
        let webhook = hook(&store, &farm, json!({"url": "https://ferme.be/hook?secret=x"})).await;
        let mut farm = farm;
        for day in 0..6 {
            let health = kept(store.webhook_healths(&[webhook.id]).await)
                .remove(&webhook.id)
                .unwrap();
            assert!(health.disabled.is_none(), "day {day}");
            farm = rename(&store, &farm, &format!("Ferme {day}")).await;
            fan_out(&store).await;
            let newest = claim(&store).await.pop().unwrap();
            kept(
                store
                    .note_attempts(&[attempt(&store, &newest, Arrival::Failed("no route".to_owned()))])
                    .await,
            );
            database.mint().pass(TimeDelta::days(1));
        }
        let health = kept(store.webhook_healths(&[webhook.id]).await)
            .remove(&webhook.id)
            .unwrap();
        assert_eq!(health.disabled.map(|(_, reason)| reason), Some(Disabled::Failing));
        assert!(claim(&store).await.is_empty(), "nothing is sent");
        rename(&store, &farm, "Ferme en silence").await;
        fan_out(&store).await;
        let mails = kept(store.mails(&administrator(), Some(true), &Page::first(10)).await);
        let [mail] = <[_; 1]>::try_from(mails.edges).unwrap();
        assert_eq!(mail.node.to, person.email);
        let text = mail.node.text.unwrap();
        assert!(
            text.contains("https://ferme.be/hook\n") && !text.contains("secret"),
            "{text}"
        );
        assert!(mail.node.subject.contains("stopgezet"));
        // Its owner takes it back into use: what happened meanwhile is told then.
        let waiting = deliveries(&store, webhook.id).await.len();
        let mut patch = WebhookPatch::of(webhook.id, 1);
        patch.state = domain::Patch::Value(domain::webhook::State::Active);
        kept(store.edit_webhook(&partner, patch).await);
        fan_out(&store).await;
        assert_eq!(deliveries(&store, webhook.id).await.len(), waiting + 1);
        let health = kept(store.webhook_healths(&[webhook.id]).await)
            .remove(&webhook.id)
            .unwrap();
        assert!(health.disabled.is_none() && health.failures == 0 && health.failing_since.is_none());
        assert!(!claim(&store).await.is_empty());
    }
    let [_, other] = [one, other];
    other.close().await;
}

#[tokio::test]
async fn an_endpoint_that_asks_for_rest_is_sent_nothing_until_then() {
    let [one, other] = both_engines().await;
    for database in [&one, &other] {
        let store = database.store();
        let farm = farm(&store, "Ferme").await;
        let webhook = hook(&store, &farm, json!({})).await;
        let farm = rename(&store, &farm, "A").await;
        fan_out(&store).await;
        let [message] = <[_; 1]>::try_from(claim(&store).await).unwrap();
        let limited = Attempted {
            // It took four minutes to answer: its hour begins then.
            milliseconds: 240_000,
            rest: Some(3_600),
            ..attempt(&store, &message, answered(429))
        };
        kept(store.note_attempts(&[limited]).await);
        rename(&store, &farm, "B").await;
        fan_out(&store).await;
        database.mint().pass(TimeDelta::minutes(63));
        let claimed = kept(store.claim_messages(10, |_, _| 10).await);
        assert!(
            claimed.messages.is_empty() && claimed.next.is_some(),
            "{claimed:?}"
        );
        database.mint().pass(TimeDelta::minutes(2));
        assert_eq!(claim(&store).await.len(), 2);
        // Its owner stops it.
        let mut patch = WebhookPatch::of(webhook.id, 1);
        patch.state = domain::Patch::Value(domain::webhook::State::Paused);
        kept(store.edit_webhook(&administrator(), patch).await);
        database.mint().pass(TimeDelta::minutes(2));
        assert!(claim(&store).await.is_empty());
        assert_eq!(
            refused(store.test_webhook(&administrator(), webhook.id).await),
            ["INVALID id"]
        );
    }
    let [_, other] = [one, other];
    other.close().await;
}

testing::both! {
    async fn while_ten_thousand_messages_wait_no_more_are_made_and_none_is_left_out(store: Store) {
        let farm = farm(&store, "Ferme").await;
        let webhook = hook(&store, &farm, json!({})).await;
        kept(store.test_webhook(&administrator(), webhook.id).await);
        // As if 9,990 more had been made before.
        let id = match store.engine() {
            Engine::Sqlite => "randomblob(16)",
            Engine::Postgres => "gen_random_uuid()",
        };
        let columns = "webhook_id, type, place, happened_at, made_at, state, attempts, tries, next_attempt";
        let sql = format!(
            "INSERT INTO webhook_delivery (id, {columns}) \
             WITH RECURSIVE many(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM many WHERE n < 9990) \
             SELECT {id}, {columns} FROM webhook_delivery, many"
        );
        store.connection().execute_unprepared(&sql).await.unwrap();
        for n in 0..20 {
            self::farm(&store, &format!("Ferme {n}")).await;
        }
        fan_out(&store).await;
        fan_out(&store).await;
        let waiting = async || kept(store.webhook_healths(&[webhook.id]).await)[&webhook.id].waiting;
        assert_eq!(waiting().await, 10_000);
        let sent = kept(store.claim_messages(100, |_, _| 100).await).messages;
        let arrived: Vec<Attempted> = sent.iter().map(|message| attempt(&store, message, answered(200))).collect();
        kept(store.note_attempts(&arrived).await);
        fan_out(&store).await;
        let told = Filter { types: Some(vec!["organisation.upserted".to_owned()]), ..Filter::default() };
        assert_eq!(kept(store.count_deliveries(&told, webhook.id).await), 20);
        assert_eq!(waiting().await, 9_911);
    }
}

testing::both! {
    async fn messages_and_attempts_are_read_page_by_page(store: Store) {
        let farm = farm(&store, "Ferme").await;
        let webhook = hook(&store, &farm, json!({})).await;
        for n in 0..5 {
            self::farm(&store, &format!("Ferme {n}")).await;
            fan_out(&store).await;
        }
        let all = deliveries(&store, webhook.id).await;
        let page = async |filter: &Filter, page: &Page| {
            store.deliveries(filter, page, &[webhook.id]).await.map(|mut found| found.remove(&webhook.id).unwrap())
        };
        let first = kept(page(&Filter::default(), &Page::first(3)).await);
        assert!(first.has_next && !first.has_previous);
        let next = Page::from_arguments(Some(3), Some(first.edges[2].cursor.clone()), None, None).unwrap();
        let rest = kept(page(&Filter::default(), &next).await);
        let walked: Vec<_> = first.edges.iter().chain(&rest.edges).map(|edge| edge.node.id).collect();
        assert_eq!(walked, all.iter().map(|it| it.id).collect::<Vec<_>>());
        let of = |states: &[State]| Filter { states: Some(states.to_vec()), ..Filter::default() };
        assert!(matches!(page(&of(&[State::Waiting]), &next).await, Err(store::Error::Cursor)));
        let message = claim(&store).await.remove(0);
        kept(store.note_attempts(&[attempt(&store, &message, answered(200))]).await);
        assert_eq!(kept(page(&of(&[State::Delivered]), &Page::first(9)).await).edges.len(), 1);
        assert_eq!(kept(store.count_deliveries(&of(&[State::Waiting]), webhook.id).await), 4);
        let about = Filter { record: Some(farm.id.into()), ..Filter::default() };
        assert_eq!(kept(store.count_deliveries(&about, webhook.id).await), 0);
        assert_eq!(kept(store.count_attempts(message.id).await), 1);
    }
}
