//! How far what comes from a source can be trusted: what of it is fresh and complete, and how much is refused.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use chrono::TimeDelta;
use domain::client::{Client, NewClient};
use domain::offer::{Offer, OfferPatch};
use domain::policy::{Role, Scope};
use domain::push::{Counts, Mode, OfferRow, OrganisationRow, Pushed};
use domain::source::{NewSource, Source};
use domain::{Actor, OfferId};
use serde_json::{Value, json};
use store::{Answer, Came, Push, Scorecard, Store};
use testing::{administrator, editor, input, kept, officer, refused, signed};

async fn source(store: &Store, code: &str) -> Source {
    let new = input::<NewSource>(json!({"code": code, "name": code}));
    kept(store.create(&editor(), new).await)
}

async fn machine(store: &Store, sources: &[&Source]) -> (Client, Actor) {
    let new = NewClient {
        name: "Machine".to_owned(),
        organisation_id: None,
        source_ids: sources.iter().map(|source| source.id).collect(),
        scopes: vec![Scope::ExchangeWrite],
        territory_ids: Vec::new(),
        secret_expires_at: None,
    };
    let (client, _) = kept(store.create_client(&administrator(), new).await);
    let actor = kept(store.actor_of_client(client.id, &[Scope::ExchangeWrite]).await).unwrap();
    (client, actor)
}

fn push(source: &Source, rows: &Value) -> Push {
    fn of<T: serde::de::DeserializeOwned + domain::push::Row>(rows: &Value, name: &str) -> Vec<Came<T>> {
        let rows = rows[name].as_array().cloned().unwrap_or_default();
        rows.into_iter().map(|row| input::<T>(row).into()).collect()
    }
    Push {
        source: source.code.clone(),
        organisations: of::<OrganisationRow>(rows, "organisations"),
        offers: of::<OfferRow>(rows, "offers"),
        digest: rows.to_string(),
        ..Push::default()
    }
}

fn bread(external_id: &str, more: &Value) -> Value {
    let mut row = json!({"externalId": external_id, "organisationExternalId": "f1", "productType": "bread", "title": "Pain"});
    row.as_object_mut()
        .unwrap()
        .extend(more.as_object().cloned().unwrap());
    row
}

fn farm() -> Value {
    json!([{"externalId": "f1", "name": "Ferme du Pré", "commune": "92094"}])
}

fn named(answer: &Answer, external_id: &str) -> OfferId {
    let row = answer
        .rows
        .iter()
        .find(|row| row.external_id.as_deref() == Some(external_id));
    row.unwrap().record_id.unwrap().uuid.into()
}

fn known(card: &Scorecard, field: &str) -> u64 {
    let found = card
        .fields
        .iter()
        .find(|filled| filled.of == Pushed::Offer && filled.field == field);
    found.unwrap().known
}

#[tokio::test]
async fn what_is_fresh_complete_and_refused_is_counted() {
    let [one, other] = testing::both_engines().await;
    for database in [&one, &other] {
        let (store, mint) = (database.store(), database.mint());
        kept(store.load_reference().await);
        let (annuaire, empty) = (source(&store, "annuaire").await, source(&store, "vide").await);
        let (client, acting) = machine(&store, &[&annuaire, &empty]).await;
        assert_eq!(
            kept(store.source_scorecard(&empty).await),
            Scorecard {
                fields: kept(store.source_scorecard(&empty).await).fields,
                ..Scorecard::default()
            },
            "of nothing nothing is known"
        );
        let rows = json!({"organisations": farm(), "offers": [
            bread("a", &json!({"price": {"amount": 3, "per": "PIECE"}, "months": [1, 2], "description": "Au levain", "organic": false})),
            bread("b", &json!({"months": []})),
            bread("c", &json!({"status": "WITHDRAWN", "price": {"amount": 3, "per": "PIECE"}})),
            bread("d", &json!({"productType": "unobtainium"})),
        ]});
        let answer = kept(store.push(&acting, push(&annuaire, &rows)).await);
        let card = kept(store.source_scorecard(&annuaire).await);
        assert_eq!(
            (card.records, card.fresh),
            (2, 2),
            "what is withdrawn is not published"
        );
        assert_eq!(card.median_age.unwrap().num_days(), 0);
        let fields = [
            "price",
            "months",
            "description",
            "organic",
            "quantity",
            "commune_id",
        ];
        assert_eq!(
            fields.map(|field| known(&card, field)),
            [1, 1, 1, 1, 0, 0],
            "no is known, an empty list is not"
        );
        let lately = Counts {
            created: 4,
            rejected: 1,
            ..Counts::default()
        };
        assert_eq!(card.lately, lately);
        let of_client = kept(store.client_scorecard(&administrator(), &client).await);
        let sums = |card: &Scorecard| (card.records, card.fresh, card.fields.clone(), card.lately);
        assert_eq!(sums(&of_client), sums(&card), "of all its sources together");

        // Ninety days later only what was confirmed is fresh, and what was refused is long ago.
        mint.pass(TimeDelta::days(60));
        kept(store.confirm_offer(&editor(), named(&answer, "a"), 1).await);
        mint.pass(TimeDelta::days(31));
        let card = kept(store.source_scorecard(&annuaire).await);
        assert_eq!((card.records, card.fresh, card.lately), (2, 1, Counts::default()));
        assert_eq!(card.median_age.unwrap().num_days(), 31, "of two the younger");

        // A full snapshot that names a record says that it holds, though the row says nothing new.
        let run = kept(store.open_run(&acting, "annuaire").await);
        let again = json!({"organisations": farm(), "offers": [bread("b", &json!({"months": []}))]});
        let full = Push {
            mode: Mode::FullSnapshot,
            run: Some(run.id),
            ..push(&annuaire, &again)
        };
        let answer = kept(store.push(&acting, full).await);
        assert_eq!(answer.counts.unchanged, 2, "{:?}", answer.counts);
        let card = kept(store.source_scorecard(&annuaire).await);
        assert_eq!((card.records, card.fresh), (2, 2));
        // Whoever else pushes under the source is counted with it, and not with the machine.
        let patch = input::<OfferPatch>(
            json!({"id": named(&answer, "b"), "expectedRevision": 1, "status": "CLOSED"}),
        );
        kept(store.edit::<Offer>(&officer(), patch).await);
        kept(
            store
                .push(
                    &editor(),
                    push(
                        &annuaire,
                        &json!({"offers": [bread("e", &json!({"months": [13]}))]}),
                    ),
                )
                .await,
        );
        let (of_source, of_client) = (
            kept(store.source_scorecard(&annuaire).await),
            kept(store.client_scorecard(&administrator(), &client).await),
        );
        assert_eq!(
            (
                of_source.records,
                of_source.lately.rejected,
                of_client.lately.rejected
            ),
            (1, 1, 0)
        );
    }
    let [_, other] = [one, other];
    other.close().await;
}

testing::both! {
    async fn what_was_refused_of_a_machine_is_told_by_source_to_whom_it_concerns(store: Store) {
        kept(store.load_reference().await);
        let (annuaire, other) = (source(&store, "annuaire").await, source(&store, "autre").await);
        let (client, acting) = machine(&store, &[&annuaire, &other]).await;
        for (of, id) in [(&annuaire, "x"), (&other, "y")] {
            let rows = json!({"offers": [bread(id, &json!({"months": [13]}))]});
            kept(store.push(&acting, push(of, &rows)).await);
        }
        kept(store.push(&editor(), push(&annuaire, &json!({"offers": [bread("z", &json!({"months": [13]}))]}))).await);
        let told: Vec<(String, Option<String>)> = kept(store.client_rejections(&officer(), &client, 100).await)
            .into_iter()
            .map(|row| (row.source, row.external_id))
            .collect();
        assert_eq!(told, [("autre".to_owned(), Some("y".to_owned())), ("annuaire".to_owned(), Some("x".to_owned()))]);
        let (stranger, _) = signed(&store, Role::Member, json!({})).await;
        assert_eq!(refused(store.client_rejections(&stranger, &client, 100).await), ["NOT_FOUND"]);
        assert_eq!(refused(store.client_scorecard(&stranger, &client).await), ["NOT_FOUND"]);
    }
}
